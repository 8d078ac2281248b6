"""`destroy`: delete the stack and, only when told so twice, the data that outlives it. Safe to repeat.

The sealed audit log stays in any case, with its table and its key: it proves what was done, the deletion included, and
S3 refuses to delete its files until their lock ends. The key that encrypted the data stays, too: backups may need it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from homeward.adapters import leftovers, provisioning, stacks
from homeward.adapters.audit_log import DynamoAuditLog
from homeward.adapters.stacks import Kept
from homeward.domain.audit import audit_event
from homeward.domain.errors import InputError, NotFoundError
from homeward.packaging import Progress
from homeward.settings import Setting, Settings

EVIDENCE = frozenset({"AuditBucket", "AuditTable", "AuditSigner", "DataKey"})
BUCKET, TABLE = "AWS::S3::Bucket", "AWS::DynamoDB::Table"


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a stack holds: each bucket, table and collection that would go, with about how much is in it; what stays."""

    stack: stacks.Stack
    deletable: tuple[tuple[Kept, int], ...]
    collections: tuple[str, ...]
    evidence: tuple[Kept, ...]

    @property
    def names(self) -> list[str]:
        """Everything that outlives the stack."""
        return [*(one.name for one, _ in self.deletable), *self.collections, *(one.name for one in self.evidence)]


def holdings(stack: str) -> Holdings:
    """What is there. NotFoundError when there is no such stack."""
    found = stacks.find(stack)
    if found is None:
        raise NotFoundError(f"there is no stack {stack}")
    kept = stacks.kept(found)
    count = {BUCKET: leftovers.count_objects, TABLE: leftovers.count_rows}
    deletable = tuple((one, count[one.kind](one.name)) for one in kept if one.resource not in EVIDENCE)
    evidence = tuple(one for one in kept if one.resource in EVIDENCE)
    prefix = found.parameters.get("CollectionPrefix")
    return Holdings(found, deletable, tuple(leftovers.collections_of(prefix)) if prefix else (), evidence)


def destroy(held: Holdings, progress: Progress = lambda text: None, delete_data_of: str = "") -> list[str]:
    """Delete the stack; return the names of what stays.

    With `delete_data_of`, which must be the stack's name, its data goes first: pictures, cases, tables, faces. When
    that stops halfway, the same command goes on, because the stack that knows the names is deleted last.
    Raises InputError, DeployError, or the errors of `adapters.aws`.
    """
    name = held.stack.stack_id.split("/")[1]
    if delete_data_of not in ("", name):
        raise InputError(f"told to delete the data of {delete_data_of}, but the stack is {name}: nothing was deleted")
    if delete_data_of:
        _delete_data(held, name, progress)
    stacks.delete(held.stack, progress)
    return [one.name for one in held.evidence] if delete_data_of else held.names


def _delete_data(held: Holdings, stack: str, progress: Progress) -> None:
    _record(held, stack)
    for collection in held.collections:
        leftovers.delete_collection(collection)
        progress(f"deleted face collection {collection}")
    for one in _of(held, TABLE):
        leftovers.delete_table(one.name)
        progress(f"deleted table {one.name}")
    for one in _of(held, BUCKET):
        progress(f"deleted bucket {one.name} with {leftovers.delete_bucket(one.name)} versions")


def _of(held: Holdings, kind: str) -> Iterable[Kept]:
    return (one for one, _ in held.deletable if one.kind == kind)


def _record(held: Holdings, stack: str) -> None:
    """Who deleted it, before anything goes."""
    names = Settings(provisioning.read_json_parameter(held.stack.outputs["SettingsParameter"]))
    about = (f"deployer:{provisioning.caller().arn}", "delete_data", f"stack:{stack}", "DELETING")
    details = {"resources": [one.resource for one, _ in held.deletable], "collections": list(held.collections)}
    DynamoAuditLog(names[Setting.AUDIT_TABLE]).append(audit_event(datetime.now(UTC), *about, details=details))
