"""A plugin of pytest (`-p tests.mwaa.packaged`): `homeward` and `homeward_airflow` are those of a package.

PYTHONPATH names its folder of plugins. What tests need and a package lacks (the deployment) is the checkout's.
"""

from __future__ import annotations

from pathlib import Path

import homeward
import homeward_airflow

ROOT = Path(__file__).resolve().parents[2]


def pytest_report_header() -> str:
    """Which code is tested."""
    return f"package: {Path(homeward_airflow.__file__).parents[1]}"


packaged = {Path(module.__file__ or "").resolve().parents[1] for module in (homeward, homeward_airflow)}
if len(packaged) != 1 or packaged & {ROOT / "src", ROOT / "plugins"}:
    raise RuntimeError(f"PYTHONPATH must begin with the folder of a package's plugins; found {sorted(packaged)}")
homeward.__path__.append(str(ROOT / "src" / "homeward"))
