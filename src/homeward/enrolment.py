"""Enrol and revoke cameras: an IAM user for each, with `infra/camera.yaml`'s rights. Safe to repeat."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from homeward.adapters import camera_keys, provisioning, stacks
from homeward.adapters.audit_log import DynamoAuditLog
from homeward.adapters.camera_keys import AccessKey
from homeward.adapters.heartbeats import S3Heartbeats
from homeward.domain.audit import audit_event
from homeward.domain.cameras import checked_camera
from homeward.domain.errors import DeployError, NotFoundError
from homeward.packaging import ROOT, Progress
from homeward.settings import Setting, Settings

TEMPLATE = ROOT / "infra" / "camera.yaml"


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A camera's place in the cloud; `key` is there when one was made now."""

    camera: str
    bucket: str
    region: str
    key: AccessKey | None


def enrol(stack: str, camera: str, names: Settings, progress: Progress, *, new_key: bool = False) -> Enrolled:
    """Let a camera put its pictures. A camera that is enrolled keeps its key, unless `new_key`: then the old one ends.

    Raises InputError, DeployError, or the errors of `adapters.aws`.
    """
    who, bucket = provisioning.caller(), names[Setting.PICTURES_BUCKET]
    user = _make_user(stack_of(stack, camera), camera, bucket, progress)
    old = camera_keys.key_ids(user)
    if old and not new_key:
        return Enrolled(camera, bucket, who.region, None)
    camera_keys.remove_keys(user, old)
    _record(names, "enrol_camera", camera, "KEY_REPLACED" if old else "ENROLLED")
    if not old:
        S3Heartbeats(bucket).expect(camera, datetime.now(UTC))
    return Enrolled(camera, bucket, who.region, camera_keys.make_key(user))


def revoke(stack: str, camera: str, names: Settings, progress: Progress) -> None:
    """Take a camera's rights away, at once. Its pictures stay. NotFoundError when it isn't enrolled."""
    found = stacks.find(stack_of(stack, camera))
    if found is None:
        raise NotFoundError(f"camera {camera} is not enrolled")
    if user := found.outputs.get("User"):
        camera_keys.remove_keys(user, camera_keys.key_ids(user))
    _record(names, "revoke_camera", camera, "REVOKED")
    stacks.delete(found, progress)
    S3Heartbeats(names[Setting.PICTURES_BUCKET]).forget(camera)


def stack_of(stack: str, camera: str) -> str:
    """The name of the camera's own stack; ids may have letters that stacks can't. Raises InputError."""
    digest = hashlib.sha256(f"{stack}/{checked_camera(camera)}".encode()).hexdigest()
    return f"{stack[:20].rstrip('-')}-camera-{digest[:10]}"


def _make_user(name: str, camera: str, bucket: str, progress: Progress) -> str:
    who, template = provisioning.caller(), TEMPLATE.read_text()
    url = provisioning.upload_template(provisioning.ensure_artifacts_bucket(who), template, who)
    release = hashlib.sha256(template.encode()).hexdigest()
    wanted = {"Camera": camera, "PicturesBucket": bucket, "Release": release}
    change_set = stacks.prepare(name, url, wanted, progress)
    found = stacks.execute(change_set, progress) if change_set else stacks.find(name)
    if found is None:
        raise DeployError(f"stack {name} was deleted meanwhile; enrol again")
    return found.outputs["User"]


def _record(names: Settings, action: str, camera: str, outcome: str) -> None:
    actor = f"deployer:{provisioning.caller().arn}"
    event = audit_event(datetime.now(UTC), actor, action, f"camera:{camera}", outcome)
    DynamoAuditLog(names[Setting.AUDIT_TABLE]).append(event)
