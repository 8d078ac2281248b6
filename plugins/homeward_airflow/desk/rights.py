"""Who may do what, as Airflow's auth manager says; and that a request comes from our own pages.

| right | asked of the auth manager as | SimpleAuthManager's role |
|---|---|---|
| see | read runs of DAGs | viewer |
| review | change the variable `homeward_review` (there is none: it stands for the right) | op |

An auth manager that grants rights by the key of a variable can so give this one alone. Routes that change something
are POSTs with our header, from our own origin: a browser sends neither for another site's page, whatever its cookies.
"""

from __future__ import annotations

from typing import Annotated

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, VariableDetails
from airflow.api_fastapi.core_api.security import GetUserDep, requires_access_dag
from fastapi import Depends, HTTPException, Request

from homeward import bootstrap

HEADER = "x-homeward-desk"
REVIEW = VariableDetails(key="homeward_review")


def may_review(user: GetUserDep) -> bool:
    """Whether somebody may answer questions, stop executions, take alerts back."""
    return get_auth_manager().is_authorized_variable(method="PUT", details=REVIEW, user=user)


def name_of(user: GetUserDep) -> str:
    """The name by which the staff list knows them."""
    return str(user.get_name())


def requires_review(user: GetUserDep) -> None:
    """403 for those who may not."""
    if not may_review(user):
        raise HTTPException(403, "Your role in Airflow may look, but not decide. Ask an administrator for the role Op.")


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
MayReview = Annotated[bool, Depends(may_review)]
UserName = Annotated[str, Depends(name_of)]
StaffId = Annotated[str, Depends(staff_id)]
