"""The agency that looks into a case, with its contact: all of it made up."""

from __future__ import annotations

from standins.namus.codes import code, state_code
from standins.namus.records import Case, row_id

Body = dict[str, object]


def agency_of(case: Case) -> Body:
    """An entry of investigatingAgencies."""
    return {
        "id": row_id(case, "agency"),
        "isCaseOwner": False,
        "name": f"{case.city} Police Department (synthetic)",
        "city": case.city,
        **_state(case),
        **({"stateDisplayName": state_code(case.state).shown} if case.state else {}),
        "selection": {"id": row_id(case, "selection"), "contact": _contact(case), "agency": _office(case)},
        "caseNumber": f"SYN-{case.number}",
    }


def _contact(case: Case) -> Body:
    return {
        "id": row_id(case, "contact"),
        "firstName": "Alex",
        "lastName": "Example",
        "jobTitle": "Detective",
        "roleId": 1,
        "role": "Law Enforcement",
        "isPublicEmail": False,
        "isPublicPhone1": False,
        "isPublicPhone2": False,
    }


def _office(case: Case) -> Body:
    return {
        "id": row_id(case, "office"),
        "name": f"{case.city} Police Department (synthetic)",
        "street1": "1 Example Street",
        "city": case.city,
        "zipCode": "00000",
        **_state(case),
        "phone": "5555550100",
        "jurisdiction": code("jurisdiction", "Local").body(),
        "agencyType": code("agencyType", "Law Enforcement").body(),
        "approved": True,
    }


def _state(case: Case) -> Body:
    return {"state": state_code(case.state).body()} if case.state else {}
