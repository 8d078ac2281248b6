"""Functions run in a virtual environment without packages: a dependency that is in no layer fails here as on AWS."""

from __future__ import annotations

import sys
import venv
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime

from standins.cloud.patching import wrap
from standins.cloud.settings import CloudError, Settings


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    python = str(_make_interpreter(settings.interpreter_dir))

    def with_bare_python(original: Any, runtime: str) -> tuple[str, str]:
        binary, script = original(runtime)
        return python if runtime.startswith("python") else binary, script

    wrap(lambda_runtime, "_detect_runtime_binary", with_bare_python)


def _make_interpreter(folder: Path) -> Path:
    """The interpreter of a bare environment in `folder`, made anew when the base Python changed."""
    python = folder / "bin" / "python"
    origin = folder / "origin"
    wanted = f"{sys._base_executable} {sys.version}"  # type: ignore[attr-defined]
    if python.exists() and origin.exists() and origin.read_text() == wanted:
        return python
    try:
        venv.create(folder, clear=True, symlinks=True, with_pip=False)
        origin.write_text(wanted)
    except OSError as error:
        raise CloudError(f"can't make the functions' interpreter in {folder}: {error.strerror}") from error
    return python
