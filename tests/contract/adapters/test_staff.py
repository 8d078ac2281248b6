"""StaffList: ids that nobody can guess, names that can go."""

from __future__ import annotations

import pytest

from homeward.adapters.aws import client
from homeward.adapters.provisioning import ensure_secret
from homeward.adapters.staff import DynamoStaffList
from homeward.domain.errors import InputError
from homeward.domain.staff import staff_id
from homeward.settings import Setting, Settings


@pytest.fixture
def staff(settings: Settings) -> DynamoStaffList:
    return DynamoStaffList(settings[Setting.STAFF_TABLE], settings[Setting.STAFF_KEY_PARAMETER])


def test_a_name_has_one_id_and_comes_back(staff: DynamoStaffList) -> None:
    kim = staff.id_of(" Kim  Example ")
    assert staff.id_of("kim example") == kim
    assert staff.id_of("Alex Example") != kim
    assert staff.name_of(kim) == "Kim Example"
    assert staff.name_of("0" * 16) is None
    with pytest.raises(InputError, match="--by"):
        staff.id_of("  ")


def test_a_forgotten_name_is_gone_and_its_id_stays_the_same(staff: DynamoStaffList) -> None:
    robin = staff.id_of("Robin Example")
    assert staff.forget("ROBIN example")
    assert staff.name_of(robin) is None
    assert not staff.forget("Robin Example")
    assert staff.id_of("Robin Example") == robin


def test_the_key_is_secret_stays_and_is_needed(staff: DynamoStaffList) -> None:
    kept = client("ssm").get_parameter(Name=staff.key_parameter, WithDecryption=True)["Parameter"]
    assert kept["Type"] == "SecureString"
    ensure_secret(staff.key_parameter)
    again = client("ssm").get_parameter(Name=staff.key_parameter, WithDecryption=True)["Parameter"]
    assert again["Value"] == kept["Value"]
    assert staff.id_of("Kim Example") == staff_id("Kim Example", bytes.fromhex(kept["Value"]))
    assert staff.id_of("Kim Example") != staff_id("Kim Example", bytes(32))
