"""Which account the tests of tests/aws may run in, and what a run costs there."""

from __future__ import annotations

import json
import os
import re
from urllib.parse import urlsplit

from homeward.adapters import provisioning
from homeward.adapters.aws import client
from homeward.domain.cost import UNITS_A_CHANGE, Prices, Work
from homeward.domain.errors import InputError
from homeward.packaging import ROOT

ALLOWED = "HOMEWARD_TEST_AWS"
PREFIX = "homeward-test-"
STACK = re.compile(PREFIX + "[0-9a-f]{8}")
# Of one run, at most: people who walk past, pictures that Rekognition looks at (the suite of tests/contract/rekognition
# counts its own), changes of rows, hours until everything is deleted.
DETECTIONS, IMAGES, CHANGES, HOURS = 20, 60, 2_000, 1
ALARMS, HOURS_A_MONTH = 20, 730


def checked_name(stack: str) -> str:
    """InputError unless it is the name of a stack that a run of these tests made."""
    if not STACK.fullmatch(stack):
        raise InputError(f"{stack!r} is no stack of these tests: their names are {PREFIX} and eight hexadecimal digits")
    return stack


def checked_account() -> str:
    """The account of the credentials in use; InputError unless HOMEWARD_TEST_AWS names it."""
    allowed = os.environ.get(ALLOWED, "")
    if not re.fullmatch(r"\d{12}", allowed):
        raise InputError(f"set {ALLOWED} to the id of the account that a stack may be made in and deleted from")
    account = provisioning.caller().account
    if account != allowed:
        raise InputError(f"the credentials are of account {account}, but {ALLOWED} is {allowed}: nothing was done")
    return account


def is_aws() -> bool:
    """Whether requests go to AWS itself, and not to an endpoint that the environment names."""
    if any(name.startswith("AWS_ENDPOINT_URL") for name in os.environ):
        return False
    host = urlsplit(client("sts").meta.endpoint_url).hostname or ""
    return host.endswith((".amazonaws.com", ".amazonaws.com.cn"))


def dollars() -> float:
    """What a run costs at most, from the prices in infra/prices.json."""
    prices = Prices.read((ROOT / "infra" / "prices.json").read_bytes())
    folder = ROOT / "statemachines" / "detection"
    path = json.loads((folder / "cases.json").read_text())["cases"]["review confirms"]["path"]
    states = json.loads((folder / "detection.asl.json").read_text())["States"]
    work = Work.of(path, [name for name, state in states.items() if state["Type"] == "Task"])
    kept = (prices["kms_key_month"] + ALARMS * prices["alarm_month"]) / HOURS_A_MONTH * HOURS
    changes = CHANGES * UNITS_A_CHANGE * prices["dynamodb_write_unit"]
    return DETECTIONS * sum(work.bill(prices).values()) + prices.images(IMAGES) + changes + kept
