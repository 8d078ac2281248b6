"""Verify a copy of the sealed audit log: `python -m homeward.verifier FOLDER --public-key FILE`.

For who doesn't want to install, or trust, the rest: it needs the packages cryptography and rfc8785, this folder, and
domain/audit_format.py and domain/errors.py. `homeward audit verify` does the same, and reads the deployed bucket too.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from homeward.domain.audit_format import check_hour
from homeward.domain.errors import HomewardError
from homeward.verifier.report import lines
from homeward.verifier.shelf import Folder
from homeward.verifier.signatures import PublicKeys
from homeward.verifier.verify import Verification


def main() -> int:
    """Print the report; 0 when the log is whole, 1 when it isn't, 2 when that can't be said."""
    parser = argparse.ArgumentParser(prog="homeward.verifier", description=__doc__)
    parser.add_argument("folder", type=Path, help="a copy of the audit bucket; it has the folder audit/")
    parser.add_argument("--public-key", type=Path, required=True, action="append", metavar="FILE", help="PEM or DER")
    parser.add_argument("--from", dest="since", metavar="HOUR", help="the first hour, e.g. 2026-11-22T21 (UTC)")
    parser.add_argument("--to", dest="until", metavar="HOUR", help="the last hour, which must be there")
    chosen = parser.parse_args()
    found = False
    try:
        keys = PublicKeys.of(file.read_bytes() for file in chosen.public_key)
        since, until = (check_hour(hour) if hour else None for hour in (chosen.since, chosen.until))
        for line, problem in lines(Verification(Folder(chosen.folder), keys, since, until)):
            print(line, flush=True)
            found |= problem
    except (HomewardError, OSError) as error:
        print(f"homeward.verifier: {error}", file=sys.stderr)
        return 2
    return int(found)


if __name__ == "__main__":
    sys.exit(main())
