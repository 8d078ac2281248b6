"""Options that several commands share."""

from __future__ import annotations

import getpass
from typing import Annotated, Any

import typer

_BY = "Your name; the audit trail gets an id that stands for it."
_LOOKS = "Your name: who looks is recorded as well, by an id that stands for it."
_LOGIN: Any = {"default_factory": getpass.getuser, "show_default": "your login name"}
Person = Annotated[str, typer.Option("--by", help=_BY, **_LOGIN)]
Viewer = Annotated[str, typer.Option("--by", help=_LOOKS, **_LOGIN)]
Note = Annotated[str, typer.Option(help="Why, in your words. No names of people.")]
