"""Options that several commands share."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

Person = Annotated[
    str, typer.Option("--by", help="Your name; it goes into the audit trail.", default_factory=getpass.getuser)
]
Viewer = Annotated[
    str, typer.Option("--by", help="Your name: who looks is recorded as well.", default_factory=getpass.getuser)
]
Note = Annotated[str, typer.Option(help="Why, in your words. No names of people.")]
