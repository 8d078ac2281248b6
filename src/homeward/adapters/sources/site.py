"""Where a source of cases is, and whether we may ask it: beyond this machine only with permission, and over TLS."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from homeward.domain.errors import SettingsError, SourceError

# WHO; WHEN; WHICH PERMISSION
_AUTHORITY = re.compile(r"[^;]*\w[^;]*;\s*(\d{4}-\d\d-\d\d)\s*;[^;]*\w.*")


@dataclass(frozen=True, slots=True)
class Site:
    """Where a source is, and under which terms its operator and ours let us ask.

    `setting` is the first part of the environment variables' names, e.g. `HOMEWARD_NAMUS`.
    """

    setting: str
    url: str
    authority: str = ""
    contact: str = ""
    requests_per_second: float = 1.0
    ca_bundle: str | None = None
    pause_seconds: float = 1.0
    blocked_minutes: float = 60.0

    @classmethod
    def from_environment(cls, setting: str, default_url: str, environ: Mapping[str, str]) -> Site:
        """Read `<setting>_URL`, `_AUTHORITY`, `_CONTACT`, `_CA_BUNDLE`, `_REQUESTS_PER_SECOND`, `_BLOCKED_MINUTES`."""
        contact = environ.get(f"{setting}_CONTACT", "").strip()
        if not re.fullmatch(r"[ -~]*", contact):
            raise SettingsError(f"{setting}_CONTACT is {contact!r}; it goes into a header: use plain ASCII letters")
        return cls(
            setting=setting,
            url=(environ.get(f"{setting}_URL") or default_url).rstrip("/"),
            authority=environ.get(f"{setting}_AUTHORITY", ""),
            contact=contact,
            requests_per_second=_number(environ, f"{setting}_REQUESTS_PER_SECOND", "1", "0 for no limit"),
            ca_bundle=environ.get(f"{setting}_CA_BUNDLE") or None,
            blocked_minutes=_number(environ, f"{setting}_BLOCKED_MINUTES", "60", "0 to go on after a refusal"),
        )

    @property
    def loopback(self) -> bool:
        """Whether the address can only be this machine."""
        host = (self._parsed.host or "").strip("[]")
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"

    @property
    def _parsed(self) -> Url:
        """The address as the HTTP library reads it, so that we judge the host that it would connect to."""
        try:
            return parse_url(self.url)
        except LocationParseError:
            raise SettingsError(f"{self.setting}_URL is {self.url!r}, which is no address") from None

    def check(self) -> None:
        """Raise SourceError unless we may ask this address. One rule: beyond this machine, permission and TLS."""
        if self.loopback:
            return
        if self._parsed.scheme != "https":
            raise SourceError(f"{self.setting}_URL is {self.url!r}; beyond this machine it must begin with https://")
        if not _granted(self.authority) or not self.contact.strip():
            raise SourceError(
                f"{self.url} is asked for cases only with its operator's permission, and none is recorded. Obtain it, "
                f'then set {self.setting}_AUTHORITY="WHO; YYYY-MM-DD; WHICH PERMISSION" (who granted it, when, and the '
                f"document) and {self.setting}_CONTACT to an address where they reach you. To work without it, point "
                f"{self.setting}_URL at a case server on this machine."
            )


def _granted(authority: str) -> bool:
    found = _AUTHORITY.fullmatch(authority.strip())
    try:
        return bool(found and date.fromisoformat(found[1]))
    except ValueError:
        return False


def _number(environ: Mapping[str, str], name: str, default: str, zero: str) -> float:
    text = environ.get(name, default)
    if not re.fullmatch(r"\d{1,4}(\.\d{1,6})?", text):
        raise SettingsError(f"{name} is {text!r}; give a number, {zero}")
    return float(text)
