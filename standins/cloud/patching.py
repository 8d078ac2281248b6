"""Replace parts of MiniStack, and fail loudly when it is not the MiniStack that the replacement was written for."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib.metadata import version
from types import ModuleType
from typing import Any

from standins.cloud.settings import MINISTACK_VERSION, CloudError


class MiniStackVersionError(CloudError):
    """The installed MiniStack is not the one that the corrections were written for."""


_edited_sources: dict[tuple[str, str], str] = {}


def check_version() -> None:
    """Raise MiniStackVersionError unless the pinned MiniStack is installed."""
    found = version("ministack")
    if found != MINISTACK_VERSION:
        raise MiniStackVersionError(
            f"MiniStack {found} is installed, the corrections are for {MINISTACK_VERSION}: "
            "install standins/cloud/requirements.lock into the cloud's environment"
        )


def replace(owner: ModuleType | type, name: str, new: Any) -> Any:
    """Put `new` in the place of `owner.name`; return what was there before."""
    if not hasattr(owner, name):
        raise MiniStackVersionError(f"{owner.__name__}.{name} does not exist in this MiniStack")
    old = getattr(owner, name)
    setattr(owner, name, new)
    return old


def wrap(owner: ModuleType | type, name: str, around: Callable[..., Any]) -> None:
    """Put a function in the place of `owner.name` that calls `around(original, *args, **kwargs)`."""
    original = getattr(owner, name, None)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return around(original, *args, **kwargs)

    wrapped.is_wrapper = True  # type: ignore[attr-defined]
    replace(owner, name, wrapped)


def edit_source(module: ModuleType, name: str, *changes: tuple[str, str]) -> None:
    """Recompile a function with pieces of its text changed: for what no replacement of a whole function reaches.

    Edits of several corrections add up. Wrap a function only after its text has been edited: an edit starts from the
    function as it was defined and would drop the wrapper.
    """
    if hasattr(getattr(module, name), "is_wrapper"):
        raise MiniStackVersionError(f"{module.__name__}.{name} is wrapped already: its text must be edited before that")
    key = (module.__name__, name)
    source = _edited_sources.get(key) or inspect.getsource(getattr(module, name))
    for old, new in changes:
        if source.count(old) != 1:
            raise MiniStackVersionError(f"the text to change in {module.__name__}.{name} is not there: {old.strip()!r}")
        source = source.replace(old, new)
    _edited_sources[key] = source
    exec(compile(source, f"<{module.__name__}.{name}, corrected>", "exec"), module.__dict__)  # noqa: S102
