"""What can go wrong on this machine. Every text says what is wrong and how to mend it, in one line."""

from __future__ import annotations

from homeward.domain.errors import HomewardError


class LocalError(HomewardError):
    """Root of this room's errors."""


class PortInUseError(LocalError):
    """Somebody else listens on a port that we need, or we may not use it."""


class DiskFullError(LocalError):
    """Too little free disk for the state folder."""


class StateFolderError(LocalError):
    """A folder that must hold our state can't be made, isn't ours, or can't be reached."""


class AlreadyRunningError(LocalError):
    """Another process runs the system on the same state folder."""


class NotInstalledError(LocalError):
    """A package or a file of the repository is missing."""


class PartFailedError(LocalError):
    """A part didn't start, or crashed too often; the text quotes the end of its log."""


class StopFailedError(LocalError):
    """Something that had to stop is still there."""


class AirflowApiError(LocalError):
    """Airflow's REST interface refused a request or didn't answer."""
