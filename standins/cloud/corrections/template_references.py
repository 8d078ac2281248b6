"""CloudFormation refuses a template whose Ref, Fn::GetAtt or Fn::Sub names nothing that it declares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ministack.services.cloudformation import engine

from standins.cloud.patching import wrap
from standins.cloud.settings import Settings

PLACEHOLDER = re.compile(r"\$\{([^!}][^}]*)\}")


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    wrap(engine, "_validate_template_statics", _check)


def _check(original: Any, template: dict[str, Any]) -> None:
    original(template)
    if template.get("Transform"):  # not expanded yet: its resources are still to come
        return
    declared = {*(template.get("Parameters") or {}), *(template.get("Resources") or {})}
    for section in ("Resources", "Outputs"):
        names = {name.split(".")[0] for name in _references(template.get(section) or {})}
        if missing := sorted(name for name in names - declared if not name.startswith("AWS::")):
            raise ValueError(
                f"Template format error: Unresolved resource dependencies [{', '.join(missing)}] "
                f"in the {section} block of the template"
            )


def _references(node: Any) -> Iterator[str]:
    """Every name that an intrinsic function in `node` refers to (`Resource.Attribute` for attributes)."""
    if isinstance(node, list):
        for item in node:
            yield from _references(item)
    if not isinstance(node, dict):
        return
    for name, value in node.items():
        if name == "Ref" and len(node) == 1 and isinstance(value, str):
            yield value
        elif name == "Fn::GetAtt" and len(node) == 1:
            yield value if isinstance(value, str) else str(value[0])
        elif name == "Fn::Sub" and len(node) == 1:
            text, own = (value, {}) if isinstance(value, str) else (value[0], value[1])
            yield from (found for found in PLACEHOLDER.findall(text) if found not in own)
            yield from _references(own)
        else:
            yield from _references(value)
