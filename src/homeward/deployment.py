"""`deploy`: package, upload, apply `infra/template.yaml`, and do what CloudFormation can't. Safe to repeat.

Works the same on AWS and on the local cloud; boto3's environment variables say which.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from homeward import packaging
from homeward.adapters import provisioning, stacks
from homeward.adapters.audit_log import DynamoAuditLog
from homeward.domain.audit import audit_event
from homeward.domain.errors import DeployError
from homeward.domain.policy import parse_policy
from homeward.domain.retention import compact, parse_retention
from homeward.packaging import ROOT, Artifact, Progress
from homeward.settings import Setting, Settings

SHIPPED_POLICY = ROOT / "policy" / "matching.json"
SHIPPED_RETENTION = ROOT / "policy" / "retention.json"
DEFAULT_PREFIX = "missing-people"  # of face collections, as the template has it


@dataclass(frozen=True, slots=True)
class Deployment:
    """What is deployed now: the stack's outputs, every setting, and what this deployment changed (nothing: empty)."""

    outputs: Mapping[str, str]
    settings: Mapping[str, str]
    changes: tuple[stacks.Change, ...]


def deploy(
    stack: str = "homeward",
    policy_file: Path = SHIPPED_POLICY,
    phone_numbers: Sequence[str] = (),
    progress: Progress = lambda text: None,
    root: Path = ROOT,
    retention_file: Path = SHIPPED_RETENTION,
    show: Callable[[Sequence[stacks.Change]], None] = lambda changes: None,
    parameters: Mapping[str, str] = MappingProxyType({}),
) -> Deployment:
    """Bring the stack to what the checkout at `root` says.

    `policy_file` and `retention_file` become the live policies only if none is; `phone_numbers` (E.164) get the alerts
    as SMS. `show` is given what CloudFormation is going to do, before it does it. `parameters` are the template's;
    those that aren't given stay what they are.
    Raises DeployError, PolicyError, InputError, or the errors of `adapters.aws`; then nothing is half done that
    repeating wouldn't finish.
    """
    policy, retention = _read_policy(policy_file), _read_retention(retention_file)
    for number in phone_numbers:
        provisioning.check_phone_number(number)
    found, changes = _deploy_stack(stack, root, progress, show, parameters)
    settings = provisioning.read_json_parameter(found.outputs["SettingsParameter"])
    names = Settings(settings)
    collection = provisioning.ensure_collection(names[Setting.COLLECTION_PARAMETER])
    progress(f"face collection {collection} is there")
    provisioning.ensure_secret(names[Setting.STAFF_KEY_PARAMETER])
    _publish_first_policy(names, policy, progress)
    _publish_first_retention(names, retention, progress)
    for number in phone_numbers:
        provisioning.subscribe_phone(names[Setting.ALERT_TOPIC_ARN], number)
    progress(f"stack {stack}: {len(changes) or 'no'} changes")
    return Deployment(found.outputs, settings, changes)


def plan(
    stack: str,
    progress: Progress = lambda text: None,
    root: Path = ROOT,
    parameters: Mapping[str, str] = MappingProxyType({}),
) -> tuple[stacks.Change, ...]:
    """What deploying would change. Packages are uploaded for it; of the stack, nothing is touched."""
    change_set = _prepared(stack, root, progress, parameters)
    if change_set is None:
        return ()
    stacks.discard(change_set)
    return change_set.changes


def _deploy_stack(
    stack: str,
    root: Path,
    progress: Progress,
    show: Callable[[Sequence[stacks.Change]], None],
    parameters: Mapping[str, str],
) -> tuple[stacks.Stack, tuple[stacks.Change, ...]]:
    change_set = _prepared(stack, root, progress, parameters)
    if change_set:
        show(change_set.changes)
        return stacks.execute(change_set, progress), change_set.changes
    found = stacks.find(stack)
    if found is None:
        raise DeployError(f"stack {stack} was deleted meanwhile; deploy again")
    return found, ()


def _prepared(stack: str, root: Path, progress: Progress, parameters: Mapping[str, str]) -> stacks.ChangeSet | None:
    """Package, upload, and let CloudFormation work out what would change; None when nothing would."""
    _check(stack, parameters)
    artifacts = packaging.build(root, progress)
    template = (root / "infra" / "template.yaml").read_text()
    who = provisioning.caller()
    bucket = provisioning.ensure_artifacts_bucket(who)
    for artifact in artifacts:
        if provisioning.upload_if_missing(bucket, artifact.key, artifact.body, who):
            progress(f"uploaded {artifact.key}")
    url = provisioning.upload_template(bucket, template, who)
    return stacks.prepare(stack, url, {**parameters, **_parameters(bucket, template, artifacts)}, progress)


def _check(stack: str, parameters: Mapping[str, str]) -> None:
    """Two stacks with the same face collections would find, and delete, each other's people."""
    others = {name: live for name, live in provisioning.collections_in_use().items() if name != stack}
    prefix = parameters.get("CollectionPrefix", DEFAULT_PREFIX)
    if stacks.find(stack) is None or "CollectionPrefix" in parameters:
        for name, live in others.items():
            if live.rpartition("-")[0] == prefix:
                raise DeployError(
                    f"stack {name} uses face collections {prefix}-*; choose others: --parameter CollectionPrefix=NAME"
                )


def _parameters(bucket: str, template: str, artifacts: Sequence[Artifact]) -> dict[str, str]:
    """The template's parameters. `Release` differs whenever the template or anything packaged does."""
    keys = {artifact.parameter: artifact.key for artifact in artifacts}
    release = hashlib.sha256("\n".join([template, *sorted(keys.values())]).encode()).hexdigest()
    return {"ArtifactsBucket": bucket, "Release": release, "Runtime": packaging.runtime(), **keys}


@dataclass(frozen=True, slots=True)
class _PolicyFile:
    version: str
    body: bytes

    @property
    def pointer(self) -> dict[str, str]:
        """What the policy parameter holds; see `adapters/policies.py`."""
        digest = hashlib.sha256(self.body).hexdigest()
        return {"key": f"policy/{self.version}.json", "version": self.version, "sha256": digest}


def _read_policy(path: Path) -> _PolicyFile:
    """Refuse an unusable policy before anything is deployed."""
    try:
        body = path.read_bytes()
        return _PolicyFile(parse_policy(body.decode()).version, body)
    except (OSError, UnicodeDecodeError) as problem:
        raise DeployError(f"can't read the policy {path}: {problem}") from problem


def _publish_first_policy(names: Settings, policy: _PolicyFile, progress: Progress) -> None:
    """Make the policy live if none is; a later one needs a person's approval, not a deployment."""
    live = provisioning.read_json_parameter(names[Setting.POLICY_PARAMETER])
    if live:
        same = live == policy.pointer
        progress(f"policy {live['version']} is live" + ("" if same else f"; {policy.version} was not published"))
        return
    pointer = policy.pointer
    provisioning.keep_policy(names[Setting.CASES_BUCKET], pointer["key"], policy.body)
    actor = f"deployer:{provisioning.caller().arn}"
    about = (actor, "publish_policy", f"policy:{policy.version}", "LIVE")
    event = audit_event(datetime.now(UTC), *about, policy_version=policy.version, details=pointer)
    DynamoAuditLog(names[Setting.AUDIT_TABLE]).append(event)
    provisioning.point_to_policy(names[Setting.POLICY_PARAMETER], pointer)
    progress(f"policy {policy.version} is live now")


def _read_retention(path: Path) -> str:
    """The retention policy as its parameter holds it; refused here rather than by the first run that needs it."""
    try:
        text = compact(path.read_text())
    except (OSError, ValueError) as problem:
        raise DeployError(f"can't read the retention policy {path}: {problem}") from problem
    parse_retention(text)
    return text


def _publish_first_retention(names: Settings, text: str, progress: Progress) -> None:
    """Make the retention policy live if none is."""
    live = provisioning.read_json_parameter(names[Setting.RETENTION_PARAMETER])
    policy = parse_retention(text)
    if live:
        progress(f"retention policy {live.get('version')} is live")
        return
    about = (f"deployer:{provisioning.caller().arn}", "publish_retention", f"policy:{policy.version}", "LIVE")
    details = {"days": {kind.value: span.days for kind, span in policy.keep.items()}}
    event = audit_event(datetime.now(UTC), *about, policy_version=policy.version, details=details)
    DynamoAuditLog(names[Setting.AUDIT_TABLE]).append(event)
    provisioning.put_text_parameter(names[Setting.RETENTION_PARAMETER], text)
    progress(f"retention policy {policy.version} is live now")
