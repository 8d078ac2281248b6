"""The contract of the review store, on this stack's tables."""

from tests.contract.adapters.test_review_store import *  # noqa: F403
