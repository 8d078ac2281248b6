"""An hour's file of events: written once, through a temporary file, in memory that doesn't grow with it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import closing
from tempfile import SpooledTemporaryFile

from homeward.domain import audit_format as form
from homeward.domain.errors import SealError
from homeward.domain.runbooks import Runbook
from homeward.domain.sealing import Contents, Stored, line_of
from homeward.domain.sealing_ports import SealedLog

_IN_MEMORY = 8 * 2**20  # bytes; more goes to the disk


def write_events(hour: str, events: Iterable[Stored], log: SealedLog) -> Contents | None:
    """Write the hour's file; what is in it, or None when it is there already."""
    contents = Contents(hour)
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        for event in events:
            line = line_of(event)
            contents.add(event, line)
            file.write(line + b"\n")
        file.seek(0)
        return contents if log.write(form.events_name(hour), file) else None


def adopt_events(hour: str, events: Iterable[Stored], log: SealedLog) -> Contents:
    """What is in a file that is there already: a run died before it wrote the digest, or another one is at work now.

    The file counts, if the table has every line of it (SealError if not). What came to the table since is late, and the
    next run seals it.
    """
    contents, wanted = Contents(hour), map(line_of, events)
    with closing(log.read(form.events_name(hour))) as file:
        for number, kept in enumerate(file, 1):
            line = kept.removesuffix(b"\n")
            if line not in wanted:  # reads on in `wanted`, up to that line
                raise SealError(
                    f"{form.events_name(hour)} is there without a digest, and its line {number} isn't what the audit "
                    f"table has in that place, so it isn't sealed: look at {Runbook.AUDIT_LOG.path}"
                )
            contents.add(json.loads(line), line)
    return contents
