"""Airflow's identities on a cloud that looks at every right: what the template lets each do; DAGs run with no more."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest

from homeward import bootstrap
from homeward.adapters import parameters, policies, rows, staff
from homeward.adapters.aws import client
from homeward.settings import Settings
from tests.contract.permissions.roles import Use, granted, uses
from tests.deployed import AWS, deployed

STACK = "homeward"
KEYS = {name.lower(): AWS[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
Statements = Sequence[dict[str, Any]]
LESS = "-without-"
CALLBACKS, TRIGGERS = "RunCallbacks", "RunTriggers"
# The policy that lets a worker run them.
DAGS = {
    "RunCases": (
        "sync_namus_cases",
        "sync_fbi_cases",
        "reconcile_collection",
        "rebuild_collection",
        "retire_generations",
    ),
    "RunPolicies": ("measure_bias", "publish_policy", "watch_policy"),
    "RunDetections": ("redrive_stuck", "replay_detections"),
    "RunRetention": ("expire_records", "erase_record"),
    "RunOperations": ("watch_operations", "seal_audit_log"),
}
# Rights of RunCases that test_rebuild_runs.py meets and test_sync_runs.py doesn't; statements taken away only there.
COLLECTION_ALONE = {
    "AllFaces rekognition:CreateCollection",
    "AllFaces rekognition:DetectFaces",
    "Cases dynamodb:ConditionCheckItem",
    "CollectionFiles s3:GetObject",
    "CollectionFiles s3:PutObject",
    "Faces rekognition:DeleteCollection",
    "Faces rekognition:DescribeCollection",
    "Faces rekognition:IndexFaces",
    "Faces rekognition:ListFaces",
    "Faces rekognition:SearchFacesByImage",
    "Measurements s3:GetObject",
    "Photos dynamodb:Scan",
    "Pictures s3:GetObject",
    "Staff dynamodb:GetItem",
    "Staff dynamodb:PutItem",
    "StaffKey ssm:GetParameter",
    "SwitchCollection ssm:PutParameter",
}
COLLECTION_TRIES = {"CollectionFiles", "Measurements", "Photos", "Staff", "StaffKey", "SwitchCollection"}
_models = botocore.session.get_session().get_component("data_loader")  # of AWS's services; slow to read again
POLICY_OF = {dag: policy for policy, dags in DAGS.items() for dag in dags}


@dataclass(repr=False)
class Identities:
    """Users with the policies of one deployed stack; `log` is where its cloud notes every decision."""

    settings: Settings
    log: Path
    asked: set[Use] = field(default_factory=set)  # of Rekognition, whose stand-in looks at no rights
    keys: dict[str, dict[str, str]] = field(default_factory=dict)
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)  # by policy, as deployed
    roots: dict[str, Any] = field(default_factory=dict)  # by service

    def statements(self, policy: str, without: str = "") -> list[dict[str, Any]]:
        """What the policy says as it was deployed, but for one statement."""
        return [one for one in self._document(policy)["Statement"] if one["Sid"] != without]

    @contextmanager
    def acting(self, user: str, statements: Callable[[], Statements]) -> Iterator[None]:
        """Whatever asks AWS meanwhile may do what these say, and what it kept from before counts no more."""
        if user not in self.keys:
            self.keys[user] = self._key_of(user, statements())
        with pytest.MonkeyPatch.context() as env:
            for name, value in self.keys[user].items():
                env.setenv(name, value)
            forget()
            session: Any = boto3.DEFAULT_SESSION
            session.events.register("provide-client-params.rekognition", self._noting(user))
            try:
                yield
            finally:
                forget()

    @contextmanager
    def running(self, policy: str, without: str = "") -> Iterator[None]:
        """Tasks run as a worker with this policy, less one statement; each of Airflow's other parts has its own."""
        from airflow.sdk.definitions import dag

        wait, tell = dag._run_inline_trigger, bootstrap.tell_failure  # type: ignore[attr-defined]
        with ExitStack() as stack:
            patches = stack.enter_context(pytest.MonkeyPatch.context())
            patches.setattr(dag, "_run_inline_trigger", self._as(TRIGGERS, wait))
            patches.setattr(bootstrap, "tell_failure", lambda: self._as(CALLBACKS, lambda *terms: tell()(*terms)))
            stack.enter_context(self.having(policy, without))
            yield

    @contextmanager
    def having(self, policy: str, without: str = "") -> Iterator[None]:
        """Whatever asks AWS meanwhile may do what the policy says, less one statement."""
        with self.acting(_user(policy, without), lambda: self.statements(policy, without)):
            yield

    def unused(self, policy: str) -> set[str]:
        """`Statement action` for every right that nobody with this policy has used on every resource that it names."""
        used = {one for one in uses(self.log) | self.asked if one.who.partition(LESS)[0] == policy}
        return {
            f"{statement['Sid']} {grant.action}"
            for statement in self.statements(policy)
            for grant in granted(statement)
            if not any(grant.covers(one.action, one.resource) for one in used)
        }

    def untried(self, policy: str) -> set[str]:
        """Statements that nobody was without so far."""
        return {one["Sid"] for one in self.statements(policy) if _user(policy, one["Sid"]) not in self.keys}

    def refused(self, policy: str, without: str = "") -> set[Use]:
        """What whoever had the policy, less one statement, asked for and may not do."""
        return {one for one in uses(self.log, allowed=False) if one.who == _user(policy, without)}

    def assert_lacked(self, policy: str, statement: str) -> None:
        """All that was refused to whoever hadn't this statement is what it would have allowed, and something was."""
        (taken,) = (granted(one) for one in self.statements(policy) if one["Sid"] == statement)
        refused = self.refused(policy, without=statement)
        assert refused, "nothing was refused"
        assert {one for one in refused if not any(grant.covers(one.action, one.resource) for grant in taken)} == set()

    def _as(self, policy: str, act: Callable[..., Any]) -> Callable[..., Any]:
        def acted(*terms: Any) -> Any:
            with self.having(policy):
                return act(*terms)

        return acted

    def _document(self, policy: str) -> dict[str, Any]:
        if policy not in self.documents:
            stacks, iam = self._root("cloudformation"), self._root("iam")
            found = stacks.describe_stack_resource(StackName=STACK, LogicalResourceId=policy)
            arn = found["StackResourceDetail"]["PhysicalResourceId"]
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
            self.documents[policy] = document if isinstance(document, dict) else json.loads(document)
        return self.documents[policy]

    def _key_of(self, name: str, statements: Statements) -> dict[str, str]:
        iam, document = self._root("iam"), json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}

    def _noting(self, user: str) -> Callable[..., None]:
        """Also what Rekognition reads for the caller: a picture in S3."""

        def note(params: dict[str, Any], model: Any, **_: Any) -> None:
            where = params.get("CollectionId")
            resource = f"arn:aws:rekognition:us-east-1:111122223333:collection/{where}" if where else "*"
            self.asked.add(Use(user, f"rekognition:{model.name}", resource))
            if picture := params.get("Image", {}).get("S3Object"):
                action = "s3:GetObjectVersion" if "Version" in picture else "s3:GetObject"
                self.asked.add(Use(user, action, f"arn:aws:s3:::{picture['Bucket']}/{picture['Name']}"))

        return note

    def _root(self, service: str) -> Any:
        """A client with all rights, whoever acts."""
        if service not in self.roots:
            session = boto3.Session(**KEYS, region_name="us-east-1", botocore_session=_session())
            self.roots[service] = session.client(service)
        return self.roots[service]


@contextmanager
def guarded(folder: Path) -> Iterator[Identities]:
    """The real template on a cloud that looks at every right, the functions' too."""
    with deployed(folder, STACK, auth=True) as settings:
        bootstrap.settings.cache_clear()
        yield Identities(settings, folder / "cloud" / "access.jsonl")
    bootstrap.settings.cache_clear()


def _session() -> botocore.session.Session:
    """A session of its own that reads no model again."""
    session = botocore.session.get_session()
    session.register_component("data_loader", _models)
    return session


def _user(policy: str, without: str) -> str:
    return f"{policy}{LESS}{without}" if without else policy


def forget() -> None:
    """What a process keeps of AWS: clients with their credentials, and values that it was allowed to read."""
    boto3.setup_default_session(botocore_session=_session())
    client.cache_clear()
    parameters.forget()
    staff._key.cache_clear()
    policies._load.cache_clear()
    rows._key_of.cache_clear()
    bootstrap.settings.cache_clear()
