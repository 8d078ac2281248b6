"""All faults by the names that rules call them."""

from __future__ import annotations

from collections.abc import Mapping

from standins.namus.faults.connection import Drop, WrongLength
from standins.namus.faults.content import Html, NoPicture, Truncated, WrongContentType, WrongTypes
from standins.namus.faults.drift import Drift
from standins.namus.faults.fault import Fault
from standins.namus.faults.floods import Endless, GzipBomb, HugePicture, PngBomb
from standins.namus.faults.status import Redirect, Status
from standins.namus.faults.timing import Drip, Slow

FAULTS: Mapping[str, type[Fault]] = {
    "slow": Slow,
    "drip": Drip,
    "drop": Drop,
    "wrong_length": WrongLength,
    "status": Status,
    "redirect": Redirect,
    "html": Html,
    "truncated": Truncated,
    "wrong_types": WrongTypes,
    "wrong_content_type": WrongContentType,
    "no_picture": NoPicture,
    "huge_picture": HugePicture,
    "endless": Endless,
    "png_bomb": PngBomb,
    "gzip_bomb": GzipBomb,
    "drift": Drift,
}


def described() -> dict[str, object]:
    """What each fault does and which options it takes, with their defaults."""
    return {
        name: {"does": (fault.__doc__ or "").split("\n")[0], "options": fault.options()}
        for name, fault in FAULTS.items()
    }
