"""StaffList on DynamoDB, with a key in the SSM parameter store (SecureString)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from homeward.adapters.aws import aws_errors, client
from homeward.adapters.dynamodb import delete, get, put, transact
from homeward.domain.errors import ConflictError
from homeward.domain.staff import staff_id, staff_name


@dataclass(frozen=True, slots=True)
class DynamoStaffList:
    """Table `staff`, key `staff_id`; `name` as it was first written."""

    table: str
    key_parameter: str

    def id_of(self, name: str) -> str:
        """See the port."""
        found = staff_id(name, _key(self.key_parameter))
        if get(self.table, {"staff_id": found}) is None:
            transact(put(self.table, {"staff_id": found, "name": staff_name(name)}))
        return found

    def name_of(self, staff_id: str) -> str | None:
        """See the port."""
        item = get(self.table, {"staff_id": staff_id})
        return str(item["name"]) if item else None

    def forget(self, name: str) -> bool:
        """See the port."""
        key = {"staff_id": staff_id(name, _key(self.key_parameter))}
        try:
            transact(delete(self.table, key, "attribute_exists(staff_id)"))
        except ConflictError:
            return False
        return True


@cache
def _key(parameter: str) -> bytes:
    """It never changes: with another one everybody would be somebody else."""
    with aws_errors():
        answer = client("ssm").get_parameter(Name=parameter, WithDecryption=True)
    return bytes.fromhex(answer["Parameter"]["Value"])
