"""The retention policy: its form, and what it may not say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from homeward.domain.errors import PolicyError
from homeward.domain.retention import LARGEST, Kept, compact, parse_retention

FOLDER = Path(__file__).resolve().parents[3] / "policy"
SHIPPED = (FOLDER / "retention.json").read_text()
SCHEMA = json.loads((FOLDER / "retention.schema.json").read_text())


def changed(path: tuple[str, ...], value: Any) -> str:
    data = json.loads(SHIPPED)
    inner = data
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return json.dumps(data)


def test_the_shipped_one_is_valid_and_fits_into_its_parameter() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(json.loads(SHIPPED))
    policy = parse_retention(compact(SHIPPED))
    assert policy == parse_retention(SHIPPED)
    assert len(compact(SHIPPED).encode()) < LARGEST
    assert set(policy.keep) == set(policy.why) == set(Kept)


def test_the_schema_names_the_domains_own_kinds() -> None:
    kinds = SCHEMA["properties"]["keep"]
    assert set(kinds["properties"]) == set(kinds["required"]) == {kind.value for kind in Kept}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), "Version 1"),
        (("keep", "crops", "days"), 0),
        (("keep", "crops", "days"), -1),
        (("keep", "crops", "days"), 3651),
        (("keep", "crops", "days"), 1.5),
        (("keep", "crops", "days"), True),
        (("keep", "crops", "days"), "30"),
        (("keep", "crops", "why"), "because"),
        (("keep", "crops", "why"), None),
        (("keep", "crops"), {"days": 30}),
        (("keep", "memories"), {"days": 30, "why": "nothing of ours expires them"}),
        (("keep",), []),
    ],
)
def test_schema_and_reader_both_refuse(path: tuple[str, ...], value: Any) -> None:
    text = changed(path, value)
    assert not Draft202012Validator(SCHEMA).is_valid(json.loads(text))
    with pytest.raises(PolicyError):
        parse_retention(text)


@pytest.mark.parametrize("kind", [kind.value for kind in Kept])
def test_every_kind_must_be_named(kind: str) -> None:
    data = json.loads(SHIPPED)
    del data["keep"][kind]
    assert not Draft202012Validator(SCHEMA).is_valid(data)
    with pytest.raises(PolicyError, match=kind):
        parse_retention(json.dumps(data))


@pytest.mark.parametrize(
    ("path", "days", "says"),
    [
        (("keep", "detections", "days"), 29, "taken back"),
        (("keep", "alerts", "days"), 29, "taken back"),
        (("keep", "crops", "days"), 61, "before their crops"),
    ],
)
def test_what_belongs_together_is_kept_together(path: tuple[str, ...], days: int, says: str) -> None:
    with pytest.raises(PolicyError, match=says):
        parse_retention(changed(path, days))


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"version": "1", "keep": null}', "x" * (LARGEST + 1)])
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(PolicyError):
        parse_retention(text)
