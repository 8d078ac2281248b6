"""Who may do what, as Airflow's auth manager says; and that a request comes from our own pages.

| right | asked of the auth manager as | SimpleAuthManager's role |
|---|---|---|
| see | read runs of DAGs | viewer |
| review | change the variable `homeward_review` (there is none: it stands for the right) | op |
| change policy | change the variable `homeward_policy`, and belong to the team `homeward_policy` | admin |

An auth manager that grants rights by the key of a variable can so give each alone. SimpleAuthManager has administrators
in every team, and others in those that its users' list names. One that knows no teams (FabAuthManager, which Amazon
MWAA has) is asked whether somebody may change roles: they could give themselves any right. In FAB that is Admin.

Routes that change something are POSTs with our header, from our own origin: a browser sends neither for another site's
page, whatever its cookies.
"""

from __future__ import annotations

from typing import Annotated

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, TeamDetails, VariableDetails
from airflow.api_fastapi.core_api.security import GetUserDep, requires_access_dag
from fastapi import Depends, HTTPException, Request

from homeward import bootstrap

HEADER = "x-homeward-desk"
REVIEW, POLICY = VariableDetails(key="homeward_review"), VariableDetails(key="homeward_policy")
POLICY_TEAM = TeamDetails(name="homeward_policy")
ROLES = "Roles"  # FAB's name of them


def may_review(user: GetUserDep) -> bool:
    """Whether somebody may answer questions, stop executions, take alerts back."""
    return get_auth_manager().is_authorized_variable(method="PUT", details=REVIEW, user=user)


def may_change_policy(user: GetUserDep) -> bool:
    """Whether somebody may make another policy the live one."""
    manager = get_auth_manager()
    if not manager.is_authorized_variable(method="PUT", details=POLICY, user=user):
        return False
    try:
        return manager.is_authorized_team(method="PUT", details=POLICY_TEAM, user=user)
    except NotImplementedError:  # this auth manager knows no teams
        return bool(manager.is_authorized_custom_view(method="PUT", resource_name=ROLES, user=user))


def name_of(user: GetUserDep) -> str:
    """The name by which the staff list knows them."""
    return str(user.get_name())


def requires_review(user: GetUserDep) -> None:
    """403 for those who may not."""
    if not may_review(user):
        raise HTTPException(403, "Your role in Airflow may look, but not decide. Ask an administrator for the role Op.")


def requires_policy(user: GetUserDep) -> None:
    """403 for those who may not."""
    if not may_change_policy(user):
        raise HTTPException(403, "Only administrators change the policy.")


def same_origin(request: Request) -> None:
    """403 for a request that isn't from one of our pages."""
    origin, own = request.headers.get("origin"), f"://{request.headers.get('host', '')}"
    if HEADER not in request.headers or (origin is not None and not origin.endswith(own)):
        raise HTTPException(403, "This request doesn't come from the desk.")


def staff_id(name: Annotated[str, Depends(name_of)]) -> str:
    """What stands for them in records."""
    return bootstrap.staff().id_of(name)


SEES = [Depends(requires_access_dag("GET", DagAccessEntity.RUN))]
DECIDES = [Depends(same_origin), *SEES, Depends(requires_review)]
CHANGES_POLICY = [Depends(same_origin), *SEES, Depends(requires_policy)]
MayReview = Annotated[bool, Depends(may_review)]
MayChangePolicy = Annotated[bool, Depends(may_change_policy)]
UserName = Annotated[str, Depends(name_of)]
StaffId = Annotated[str, Depends(staff_id)]
