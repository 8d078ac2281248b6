"""Change sets: what is refused, what fails, and how the next try goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from homeward.adapters import provisioning, stacks
from homeward.adapters.aws import client
from homeward.domain.errors import DeployError, InputError, ServiceRefusedError, ServiceUnavailableError
from tests.serving import free_port

TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "one"}}


def template(**resources: Any) -> str:
    """Where CloudFormation finds a template of these resources."""
    text = json.dumps({"Parameters": {"Release": {"Type": "String"}}, "Resources": resources})
    who = provisioning.caller()
    return provisioning.upload_template(provisioning.ensure_artifacts_bucket(who), text, who)


def parameter(name: str) -> dict[str, Any]:
    return {
        "Type": "AWS::SSM::Parameter",
        "DependsOn": "Topic",
        "Properties": {"Name": name, "Type": "String", "Value": "1"},
    }


def apply(stack: str, url: str, release: str) -> tuple[stacks.Change, ...]:
    change_set = stacks.prepare(stack, url, {"Release": release}, lambda _: None)
    if change_set is None:
        return ()
    stacks.execute(change_set, lambda _: None)
    return change_set.changes


@pytest.fixture
def taken(aws: Any, request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of an SSM parameter that exists already, so no stack can make it."""
    name = f"/taken/{request.node.name}"
    aws("ssm").put_parameter(Name=name, Value="mine", Type="String")
    yield name
    aws("ssm").delete_parameter(Name=name)


def test_a_failed_creation_is_named_and_the_next_try_starts_afresh(aws: Any, taken: str) -> None:
    bad = template(Topic=TOPIC, Second=parameter(taken))
    with pytest.raises(DeployError, match=r"stack afresh is ROLLBACK_COMPLETE: Second \(AWS::SSM::Parameter\): "):
        apply("afresh", bad, "1")
    with pytest.raises(DeployError, match=r"Second"):
        apply("afresh", bad, "1")
    assert [change.resource for change in apply("afresh", template(Topic=TOPIC), "2")] == ["Topic"]
    found = stacks.find("afresh")
    assert found is not None
    assert found.status == "CREATE_COMPLETE"


def test_a_failed_update_is_rolled_back_and_named(aws: Any, taken: str) -> None:
    apply("update", template(Topic=TOPIC), "1")
    with pytest.raises(DeployError, match=r"UPDATE_ROLLBACK_COMPLETE: Second \(AWS::SSM::Parameter\)"):
        apply("update", template(Topic=TOPIC, Second=parameter(taken)), "2")
    assert apply("update", template(Topic=TOPIC), "1") == (), "rolled back is what it was before"
    changes = apply("update", template(Topic=TOPIC, Second=parameter(f"{taken}-other")), "3")
    assert [(change.action, change.resource) for change in changes] == [("Add", "Second")]


def test_a_change_set_can_be_looked_at_and_discarded(aws: Any) -> None:
    apply("looked-at", template(Topic=TOPIC), "1")
    other = {**TOPIC, "Properties": {"DisplayName": "two"}}
    change_set = stacks.prepare("looked-at", template(Topic=other), {"Release": "2"}, lambda _: None)
    assert change_set is not None
    assert [(change.action, change.resource, change.kind) for change in change_set.changes] == [
        ("Modify", "Topic", "AWS::SNS::Topic")
    ]
    stacks.discard(change_set)
    assert apply("looked-at", template(Topic=TOPIC), "1") == ()
    left = {one["ChangeSetId"] for one in aws("cloudformation").list_change_sets(StackName="looked-at")["Summaries"]}
    assert change_set.change_set_id not in left


def test_a_new_stack_that_was_only_looked_at_can_be_made_later(aws: Any) -> None:
    change_set = stacks.prepare("only-looked-at", template(Topic=TOPIC), {"Release": "1"}, lambda _: None)
    assert change_set is not None
    stacks.discard(change_set)
    assert [change.action for change in apply("only-looked-at", template(Topic=TOPIC), "1")] == ["Add"]


def test_a_template_that_cloudformation_refuses_changes_nothing(aws: Any) -> None:
    with pytest.raises(ServiceRefusedError, match="Nope"):
        apply(
            "refused", template(Topic={"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Nope"}}}), "1"
        )
    assert stacks.find("refused") is None


def test_a_release_that_changes_nothing_is_an_error_and_not_silence(aws: Any) -> None:
    """`Release` must end up in a resource; a template where it doesn't can't be deployed by it."""
    apply("nothing", template(Topic=TOPIC), "1")
    with pytest.raises(DeployError, match="refuses the change of stack nothing"):
        apply("nothing", template(Topic=TOPIC), "2")


def test_says_how_far_it_is(aws: Any) -> None:
    said: list[str] = []
    change_set = stacks.prepare("telling", template(Topic=TOPIC), {"Release": "1"}, said.append)
    assert change_set is not None
    stacks.execute(change_set, said.append)
    assert said == ["stack: 1 of 1 resources, Topic"]


@pytest.mark.parametrize("name", ["", "Stack", "1stack", "a_b", "a" * 41, "a b"])
def test_refuses_names_that_are_no_stack_names(name: str, aws: Any) -> None:
    with pytest.raises(InputError, match="not a stack name"):
        stacks.find(name)


def test_a_cloud_that_does_not_answer_is_one_clear_error(aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    client.cache_clear()
    try:
        with pytest.raises(ServiceUnavailableError, match="no usable answer from AWS"):
            stacks.find("homeward")
    finally:
        monkeypatch.undo()
        client.cache_clear()
