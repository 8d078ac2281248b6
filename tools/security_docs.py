"""Tables of docs/security.md, made from the templates: `python -m tools.security_docs`."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from tools.made_sections import ROOT, replaced, write_or_compare
from tools.stack import Grant, resource_policies, roles, shared, short, template_of_camera

PAGE = ROOT / "docs" / "security.md"
SERVICES = {"lambda.amazonaws.com": "function", "states.amazonaws.com": "state machine"}


def told(grants: Iterable[Grant]) -> str:
    """What they allow, a line each."""
    lines = [
        f"{grant.service}: {', '.join(grant.actions)} on {', '.join(dict.fromkeys(grant.things))}"
        + (f" when {grant.when}" if grant.when else "")
        for grant in grants
    ]
    return "<br>".join(lines).replace("*", "\\*")


def identities() -> str:
    """Roles, policies and the user of a camera."""
    lines = ["| identity | is | may | besides |", "|---|---|---|---|"]
    lines.append(f"| a camera | an IAM user of its own, infra/camera.yaml | {told(template_of_camera())} | - |")
    for name, service, own, managed in sorted(roles()):
        who = SERVICES.get(service, service)
        lines.append(f"| {short(name)} | {who} | {told(own) or '-'} | {', '.join(managed) or '-'} |")
    for name, own in sorted(shared().items()):
        lines.append(f"| {name} | managed policy | {told(own)} | - |")
    return "\n".join(lines)


def of_resources() -> str:
    """What resources say of those who may use them."""
    lines = ["| resource | says | to | for | when |", "|---|---|---|---|---|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |".replace("*", "\\*") for row in resource_policies())])


def main() -> int:
    """Write the page; with --check only say whether it is out of date."""
    sections = {"identities": identities(), "resources": of_resources()}
    page = replaced(PAGE.read_text(encoding="utf-8"), sections)
    return write_or_compare({PAGE: page}, "--check" in sys.argv, "-m tools.security_docs")


if __name__ == "__main__":
    sys.exit(main())
