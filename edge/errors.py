"""What can go wrong with a camera; each text is one line that says how to mend it."""

from __future__ import annotations


class EdgeError(Exception):
    """Root of the agent's errors."""


class SourceError(EdgeError):
    """The source of pictures can't be used at all."""


class PictureError(EdgeError):
    """One picture can't be used; the others can."""


class ModelError(EdgeError):
    """The detector's file is missing or not the published one."""


class UploadError(EdgeError):
    """S3 did not take a crop."""
