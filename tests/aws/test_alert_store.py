"""The contract of the alert store, on this stack's tables."""

from tests.contract.adapters.test_alert_store import *  # noqa: F403
