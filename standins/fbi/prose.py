"""What items tell in words, by what they are about: HTML in some keys, plain text in others."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from standins.fbi.looks import words_of
from standins.fbi.records import What
from standins.namus.places import Place

_DANGER = ("SHOULD BE CONSIDERED ARMED AND DANGEROUS", "SHOULD BE CONSIDERED AN ESCAPE RISK", None, None)
_REWARDS = (5_000, 10_000, 25_000, 50_000, 100_000)
_CONTACT = "<p>If you have any information, please contact your local FBI office.</p>"


def prose(what: What, name: str, place: Place, day: date, rng: random.Random) -> dict[str, Any]:
    """Title, description, details and all that belongs to them; `day` is when it happened."""
    where, when = f"{place.city}, {place.state}", words_of(day)
    told = _TELLERS[what](name, where, when, rng)
    return {**told, **_reward(rng), "additional_information": _CONTACT if rng.random() < 0.2 else None}


def _missing(name: str, where: str, when: str, rng: random.Random) -> dict[str, Any]:
    return {
        "title": rng.choice((name.upper(), f"{name.upper()} - {where.upper()}")),
        "description": rng.choice((f"{where}\n{when}", f"Missing Person\n{when}", "Missing Person")),
        "details": f"<p>{name} was last seen on {when}, in {where}.</p>\n<p>Nobody has heard from them&nbsp;since.</p>",
        "remarks": rng.choice((None, f"<p>{name} may need medical attention.</p>")),
    }


def _fugitive(name: str, where: str, when: str, rng: random.Random) -> dict[str, Any]:
    charge = rng.choice(("Unlawful Flight to Avoid Prosecution", "Conspiracy to Commit Wire Fraud", "Bank Robbery"))
    return {
        "title": name.upper(),
        "description": charge,
        "caution": f"<p>{name} is wanted for what allegedly happened in {where}, on {when}.</p>",
        "warning_message": rng.choice(_DANGER),
        "remarks": rng.choice((None, f"<p>{name} may have travelled to {where}.</p>")),
        "aliases": rng.choice((None, [f"{name.split()[0]} Synthetic", f"{name} Jr."])),
        "ncic": rng.choice((None, f"W{rng.randint(10**8, 10**9 - 1)}")),
    }


def _victim(name: str, where: str, when: str, rng: random.Random) -> dict[str, Any]:
    return {
        "title": f"{name.upper()} - {where.upper()}",
        "description": f"Homicide Victim\n{where}\n{when}",
        "details": f"<p>On {when}, {name} was found dead in {where}. The case is unsolved.</p>",
    }


def _unidentified(name: str, where: str, when: str, rng: random.Random) -> dict[str, Any]:
    return {
        "title": f"UNIDENTIFIED PERSON - {where.upper()}",
        "description": f"{where}\n{when}",
        "details": f"<p>The remains of a person were found in {where}, on {when}.</p>",
    }


def _unknown_offender(name: str, where: str, when: str, rng: random.Random) -> dict[str, Any]:
    return {
        "title": f"{rng.choice(('JOHN', 'JANE'))} DOE {rng.randint(10, 60)}",
        "description": "Unknown Individual - Endangered Child Alert Program",
        "details": f"<p>This unknown person may be able to identify a child victim; first seen on {when}.</p>",
        "aliases": None,
    }


def _unknown_suspect(name: str, where: str, when: str, rng: random.Random) -> dict[str, Any]:
    return {
        "title": f"UNKNOWN SUSPECT - {where.upper()}",
        "description": f"Seeking Information\n{where}\n{when}",
        "details": f"<p>Whoever was in {where} on {when} may have seen this person.</p>",
        "suspects": None,
    }


_TELLERS = {
    What.MISSING: _missing,
    What.FUGITIVE: _fugitive,
    What.VICTIM: _victim,
    What.UNIDENTIFIED: _unidentified,
    What.UNKNOWN_OFFENDER: _unknown_offender,
    What.UNKNOWN_SUSPECT: _unknown_suspect,
}


def _reward(rng: random.Random) -> dict[str, Any]:
    if rng.random() < 0.7:
        return {"reward_text": None, "reward_min": 0, "reward_max": 0}
    most = rng.choice(_REWARDS)
    return {"reward_text": f"The FBI is offering a reward of up to ${most:,}.", "reward_min": 0, "reward_max": most}
