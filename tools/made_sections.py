"""Parts of documents that are made by a program: between two marker lines, written or only compared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def replaced(text: str, sections: Mapping[str, str]) -> str:
    """The document with each named section as it should be. KeyError when it lacks the markers of one."""
    for name, made in sections.items():
        marks = re.compile(rf"(<!-- made: {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL)
        if len(marks.findall(text)) != 1:
            raise KeyError(f"no section {name!r}, or several")
        text = marks.sub(lambda found, made=made: f"{found[1]}{made.rstrip()}\n{found[2]}", text)  # type: ignore[misc]
    return text


def write_or_compare(files: Mapping[Path, str], compare: bool, maker: str) -> int:
    """Write what differs; with `compare` only say so. The exit code."""
    stale = [path for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        if compare:
            print(f"{path.relative_to(ROOT)} is out of date: run python {maker}")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[path], encoding="utf-8")
    return int(compare and bool(stale))
