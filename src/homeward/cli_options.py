"""Options that several commands share."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

_BY = "Your name; the audit trail gets an id that stands for it."
_LOOKS = "Your name: who looks is recorded as well, by an id that stands for it."
Person = Annotated[str, typer.Option("--by", help=_BY, default_factory=getpass.getuser)]
Viewer = Annotated[str, typer.Option("--by", help=_LOOKS, default_factory=getpass.getuser)]
Note = Annotated[str, typer.Option(help="Why, in your words. No names of people.")]
