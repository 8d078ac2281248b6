"""Policies that ask for TLS can be tried without: what stays on 127.0.0.1 counts as sent over it."""

from __future__ import annotations

from ministack.core import iam_evaluator

from standins.cloud.patching import edit_source
from standins.cloud.settings import Settings


def apply(settings: Settings) -> None:
    """Put the correction in place."""
    edit_source(iam_evaluator, "_resolve_condition_key", ("return str(ctx.secure_transport).lower()", 'return "true"'))
