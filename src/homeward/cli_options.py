"""Options that several commands share."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from homeward import bootstrap

_BY = "Your name; the audit trail gets an id that stands for it."
_LOOKS = "Your name: who looks is recorded as well, by an id that stands for it."
Person = Annotated[str, typer.Option("--by", help=_BY, default_factory=getpass.getuser)]
Viewer = Annotated[str, typer.Option("--by", help=_LOOKS, default_factory=getpass.getuser)]
Note = Annotated[str, typer.Option(help="Why, in your words. No names of people.")]


def shown_actor(actor: str) -> str:
    """Who did it, with the name of a person whom we still know."""
    kind, _, staff_id = actor.partition(":")
    return (bootstrap.staff().name_of(staff_id) if kind == "person" else None) or actor
