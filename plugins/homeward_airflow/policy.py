"""The tasks of publish_policy and watch_policy: each reads Airflow's context where it must, and calls the core."""

from __future__ import annotations

from typing import Any

from airflow.providers.standard.exceptions import HITLTimeoutError
from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowFailException

from homeward import bootstrap
from homeward.domain.proposals import Answer
from homeward.domain.sync import run_name

APPROVE, REJECT = "Approve", "Reject"


class ApprovalOperator(HITLOperator):
    """Puts the question once: a person who didn't answer in time isn't asked again by a retry."""

    def process_trigger_event_error(self, event: dict[str, Any]) -> None:
        """What the trigger has to say instead of an answer."""
        try:
            super().process_trigger_event_error(event)
        except HITLTimeoutError as late:
            raise AirflowFailException("nobody answered in time; asking again is for a person") from late


def check_policy() -> dict[str, Any]:
    """Whether this policy may go live at all, and what it would change; refused ones fail here."""
    return bootstrap.check_policy()(get_current_context()["params"]["version"])


def must_ask(checked: dict[str, Any]) -> str | None:
    """The task to go on with: a policy that was live before needs no approval, so a rollback is one run."""
    return "decide_policy" if checked["known"] else "approve_policy"


def decide_policy(checked: dict[str, Any] | None, said: dict[str, Any] | None) -> str:
    """Audit who decided what, and make an approved policy the live one. Runs whatever became of the question."""
    context = get_current_context()
    if checked is None:
        raise AirflowFailException("check_policy refused the policy; its log and the audit trail say why")
    run = context["dag_run"]
    answer, by, note = _answer(checked, said)
    if answer is Answer.KNOWN:
        by, note = run.triggering_user_name or "", str(context["params"]["reason"])
    by = bootstrap.staff().id_of(by) if by else ""
    terms = (checked["version"], checked["sha256"], answer, by, note)
    return bootstrap.decide_policy()(run_name(run.dag_id, run.run_id), *terms)


def watch_policy() -> dict[str, Any]:
    """Compare the live policy with the live collection, its face model, and the time."""
    return bootstrap.watch_policy()()


def _answer(checked: dict[str, Any], said: dict[str, Any] | None) -> tuple[Answer, str, str]:
    if checked["known"]:
        return Answer.KNOWN, "", ""
    if not said:
        return Answer.EXPIRED, "", "nobody answered in time"
    user = said.get("responded_by_user") or {}
    by = str(user.get("name") or user.get("id") or "")
    note = str((said.get("params_input") or {}).get("note") or "")
    return (Answer.APPROVED if said["chosen_options"] == [APPROVE] else Answer.REJECTED), by, note
