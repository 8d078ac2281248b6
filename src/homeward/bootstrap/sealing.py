"""Sealing the audit log (the DAG seal_audit_log), and where its files and its key are, for who verifies it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeward.bootstrap import base
from homeward.bootstrap.base import settings
from homeward.settings import Setting

if TYPE_CHECKING:
    from homeward.adapters.audit_shelf import S3AuditShelf
    from homeward.steps.seal_hours import SealHours


def seal_hours() -> SealHours:
    """Task seal_hours."""
    from homeward.adapters.audit_bucket import S3SealedLog
    from homeward.adapters.audit_hours import DynamoAuditHours
    from homeward.adapters.signing import KmsSigner
    from homeward.steps.seal_hours import SealHours

    names = settings()
    log = S3SealedLog(names[Setting.AUDIT_BUCKET])
    return SealHours(
        DynamoAuditHours(names[Setting.AUDIT_TABLE]), log, KmsSigner(names[Setting.AUDIT_KEY_ARN]), base.clock
    )


def sealed_hour() -> str | None:
    """The newest sealed hour; None before the first."""
    from homeward.adapters.audit_bucket import S3SealedLog

    return S3SealedLog(settings()[Setting.AUDIT_BUCKET]).last()


def audit_shelf() -> S3AuditShelf:
    """The files of the sealed audit log."""
    from homeward.adapters.audit_shelf import S3AuditShelf

    return S3AuditShelf(settings()[Setting.AUDIT_BUCKET])


def audit_public_key() -> bytes:
    """The public half of the key that signs it (DER)."""
    from homeward.adapters.signing import KmsSigner

    return KmsSigner(settings()[Setting.AUDIT_KEY_ARN]).public_key()
