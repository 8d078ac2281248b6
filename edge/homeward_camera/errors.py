"""What can go wrong with a camera; each text is one line that says how to mend it."""

from __future__ import annotations


class CameraError(Exception):
    """Root of the agent's errors."""


class ConfigError(CameraError):
    """The configuration can't be used: exit code 2."""


class SourceError(CameraError):
    """A camera's source of pictures stopped, or can't be opened; the agent tries again."""


class PictureError(CameraError):
    """One picture can't be used; the others can."""


class ModelError(CameraError):
    """The detector's file is missing or not the published one: exit code 2."""


class SpoolError(CameraError):
    """A shot can't be kept on disk."""


class UploadError(CameraError):
    """S3 did not take an object this time; it is tried again."""


class RefusedError(UploadError):
    """S3 will never take this object: it is set aside."""
