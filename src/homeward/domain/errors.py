"""Every error Homeward raises, in one tree.

The class names are a contract: Step Functions matches them in `Retry` and `Catch`, and a test ties each
`ErrorEquals` in `statemachines/` to a class here. Rename one and the machines must follow.
"""

from __future__ import annotations


class HomewardError(Exception):
    """Root of everything Homeward raises on purpose; its text says what is wrong and how to mend it."""


class SettingsError(HomewardError):
    """A setting (environment variable or SSM parameter) is missing or unusable."""


class PolicyError(HomewardError):
    """The matching policy can't be read, or doesn't fit its schema."""


class InputError(HomewardError):
    """An event, key or request isn't of the form that we accept; trying again can't help."""


class PictureError(HomewardError):
    """The bytes are no picture that can be used; `reason` is the code for it, e.g. NOT_AN_IMAGE."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the picture can't be used: {reason}")
        self.reason = reason


class NotFoundError(HomewardError):
    """A record that must exist doesn't."""


class ConflictError(HomewardError):
    """A conditional write lost: the record is in another state than the caller expected."""


class ClaimLostError(HomewardError):
    """Another detection holds the claim now, or the alert was sent for it."""


class ReviewClosedError(HomewardError):
    """A review was answered already, or its time ran out."""


class ReviewExpiredError(HomewardError):
    """Nobody answered a review in time; the state machine takes it like a timeout."""


class TransientError(HomewardError):
    """Something outside failed in a way that may pass; the caller may try again."""


class ThrottledError(TransientError):
    """A service asked us to slow down, or wasn't reached: nothing was done."""


class ServiceUnavailableError(TransientError):
    """A service didn't answer, or answered that it is broken: something may have been done."""


class ServerFailedError(ServiceUnavailableError):
    """The source fails (500) at every try: it may be broken, or can't bear this very request."""


class ServiceRefusedError(HomewardError):
    """A service refused the request for good (permissions, validation); its error code is in the text."""


class SourceError(HomewardError):
    """A case source (NamUs) answered something that we can't use."""


class SourceBlockedError(SourceError):
    """A case source refused us (HTTP 403): stop asking."""


class RequestRefusedError(SourceError):
    """The source finds our request bad (400); `body` is what it says about it, text of unknown form."""

    def __init__(self, message: str, body: str) -> None:
        super().__init__(message)
        self.body = body


class VanishedError(SourceError):
    """More cases vanished from a source at once than can be true; a person must look."""


class DriftError(HomewardError):
    """Objects, tables and collection disagree about more than a run may change; a person must look."""


class RebuildError(HomewardError):
    """A generation of the collection isn't fit to be the live one, or has no name; a person must look."""


class SealError(HomewardError):
    """The sealed audit log isn't as sealing left it, or what would be sealed can't be true; a person must look."""


class ErasureError(HomewardError):
    """Something couldn't be erased yet; what is left is tried again by every run."""


class PublishError(HomewardError):
    """An alert couldn't be handed to SNS."""


class DeployError(HomewardError):
    """The stack couldn't be packaged or applied."""
