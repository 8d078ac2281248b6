"""Hooks before and after CloudFormation's handling of a resource type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack.services.cloudformation import provisioners

from standins.cloud.patching import MiniStackVersionError

Properties = dict[str, Any]


def after(resource_type: str, hook: Callable[[str, Properties], None]) -> None:
    """Call `hook(physical_id, properties)` when a resource of this type has been created or updated."""

    def create(original: Any, logical_id: str, properties: Properties, stack_name: str) -> Any:
        result = original(logical_id, properties, stack_name)
        hook(result[0], properties)
        return result

    def update(original: Any, physical_id: str, old: Properties, new: Properties, *rest: Any, **named: Any) -> Any:
        result = original(physical_id, old, new, *rest, **named)
        hook(result[0], new)
        return result

    around(resource_type, "create", create)
    around(resource_type, "update", update)


def before(resource_type: str, hook: Callable[[Properties], None]) -> None:
    """Call `hook(properties)` before a resource of this type is created or updated; ValueError fails the operation."""

    def create(original: Any, logical_id: str, properties: Properties, stack_name: str) -> Any:
        hook(properties)
        return original(logical_id, properties, stack_name)

    def update(original: Any, physical_id: str, old: Properties, new: Properties, *rest: Any, **named: Any) -> Any:
        hook(new)
        return original(physical_id, old, new, *rest, **named)

    around(resource_type, "create", create)
    around(resource_type, "update", update)


def around(resource_type: str, kind: str, function: Callable[..., Any]) -> None:
    """Put `function(original, ...)` in the place of a type's "create", "update" or "delete" handler, if it has one."""
    handlers = provisioners._RESOURCE_HANDLERS.get(resource_type)
    if handlers is None or "create" not in handlers:
        raise MiniStackVersionError(f"this MiniStack doesn't create {resource_type}")
    if original := handlers.get(kind):
        handlers[kind] = lambda *arguments, **named: function(original, *arguments, **named)


def is_true(value: Any) -> bool:
    """CloudFormation's booleans: true, "true", "True"."""
    return str(value).lower() == "true"
