"""Speaking HTTP to a source of cases: identified, slowly, within bounds, and only with permission.

TLS is always verified. No redirect is followed: an address that moved is for a person to look at. Failures that may
pass are tried again by urllib3 with jittered pauses that grow, or after the time that the server asks for.
"""

from __future__ import annotations

import ipaddress
import random
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from homeward.adapters.pacing import Pace
from homeward.domain.errors import (
    NotFoundError,
    ServiceUnavailableError,
    SettingsError,
    SourceBlockedError,
    SourceError,
    ThrottledError,
)
from homeward.domain.sources import SOFTWARE

CONNECT_SECONDS, READ_SECONDS, TOTAL_SECONDS = 10.0, 90.0, 180.0
RETRIES = 4
_RETRIED = (429, 500, 502, 503, 504)
_CHUNK = 64 * 1024
# WHO; WHEN; WHICH PERMISSION
_AUTHORITY = re.compile(r"[^;]*\w[^;]*;\s*\d{4}-\d\d-\d\d\s*;[^;]*\w.*")


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

    @classmethod
    def from_environment(cls, setting: str, default_url: str, environ: Mapping[str, str]) -> Site:
        """Read `<setting>_URL`, `_AUTHORITY`, `_CONTACT`, `_REQUESTS_PER_SECOND` and `_CA_BUNDLE`."""
        pace = environ.get(f"{setting}_REQUESTS_PER_SECOND", "1")
        if not re.fullmatch(r"\d{1,4}(\.\d{1,6})?", pace):
            raise SettingsError(f"{setting}_REQUESTS_PER_SECOND is {pace!r}; give a number, 0 for no limit")
        return cls(
            setting=setting,
            url=(environ.get(f"{setting}_URL") or default_url).rstrip("/"),
            authority=environ.get(f"{setting}_AUTHORITY", ""),
            contact=environ.get(f"{setting}_CONTACT", ""),
            requests_per_second=float(pace),
            ca_bundle=environ.get(f"{setting}_CA_BUNDLE") or None,
        )

    @property
    def loopback(self) -> bool:
        """Whether the address can only be this machine."""
        host = urlsplit(self.url).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"

    def check(self) -> None:
        """Raise SourceError unless we may ask this address. One rule: beyond this machine, permission and TLS."""
        if self.loopback:
            return
        if urlsplit(self.url).scheme != "https":
            raise SourceError(f"{self.setting}_URL is {self.url!r}; beyond this machine it must begin with https://")
        if not _AUTHORITY.fullmatch(self.authority.strip()) or not self.contact.strip():
            raise SourceError(
                f"{self.url} is asked for cases only with its operator's permission, and none is recorded. Obtain it, "
                f'then set {self.setting}_AUTHORITY="WHO; YYYY-MM-DD; WHICH PERMISSION" (who granted it, when, and the '
                f"document) and {self.setting}_CONTACT to an address where they reach you. To work without it, point "
                f"{self.setting}_URL at a case server on this machine."
            )


class _PoliteRetry(Retry):
    """urllib3 tries the first time again at once; we pause before every try."""

    def get_backoff_time(self) -> float:
        return super().get_backoff_time() or self.backoff_factor * random.uniform(0.5, 1.5)  # noqa: S311


@dataclass(slots=True)
class SiteClient:
    """Requests to one site; `asked` counts them. Not safe to share between threads."""

    site: Site
    asked: int = 0
    _session: requests.Session = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._session = requests.Session()
        # A proxy or a .netrc entry is for the world, not for an address that means this machine.
        self._session.trust_env = not self.site.loopback
        who = f" (+{self.site.contact.strip()})" if self.site.contact.strip() else ""
        self._session.headers["User-Agent"] = f"{SOFTWARE}{who}"
        retry = _PoliteRetry(
            total=RETRIES,
            redirect=0,
            status_forcelist=_RETRIED,
            allowed_methods={"GET", "POST"},  # our POSTs only read
            backoff_factor=self.site.pause_seconds,
            backoff_jitter=self.site.pause_seconds,
            backoff_max=60,
            retry_after_max=300,
            raise_on_status=False,
        )
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))

    def get(self, path: str, limit: int) -> bytes:
        """GET; at most `limit` + 1 bytes come back, so that the caller sees a body that is too long."""
        return self._ask("GET", path, None, limit)

    def post(self, path: str, body: Any, limit: int) -> bytes:
        """POST a JSON body; the answer as in `get`."""
        return self._ask("POST", path, body, limit)

    def _ask(self, method: str, path: str, body: Any, limit: int) -> bytes:
        self.site.check()
        Pace(self.site.url, self.site.requests_per_second).wait()
        self.asked += 1
        deadline = time.monotonic() + TOTAL_SECONDS
        try:
            with self._session.request(
                method,
                f"{self.site.url}{path}",
                json=body,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                stream=True,
                allow_redirects=False,
                verify=self.site.ca_bundle or True,
            ) as answer:
                _refuse(answer, path, deadline)
                return _read(answer, path, limit, deadline)
        except requests.exceptions.SSLError as problem:
            raise SourceError(
                f"{self.site.url}: the certificate can't be verified ({problem}); if your network has a CA of its own, "
                f"name its file in {self.site.setting}_CA_BUNDLE"
            ) from problem
        except requests.exceptions.RequestException as problem:
            raise ServiceUnavailableError(f"{self.site.url}{path}: {problem}") from problem
        except OSError as problem:
            raise SettingsError(f"{self.site.setting}_CA_BUNDLE can't be used: {problem}") from problem


def _refuse(answer: requests.Response, path: str, deadline: float) -> None:
    """Raise the error that stands for a status other than 200."""
    status, where = answer.status_code, f"{answer.request.method} {path}"
    if status == 200:
        return
    if status == 403:
        raise SourceBlockedError(f"{where}: the source refuses us (403). Stop, and ask its operator before going on.")
    if status in (404, 410):
        raise NotFoundError(f"{where}: the source has nothing there ({status})")
    if status == 429:
        raise ThrottledError(f"{where}: still too many requests after {RETRIES} pauses")
    if status >= 500:
        raise ServiceUnavailableError(f"{where}: the source answers {status}")
    if 300 <= status < 400:
        raise SourceError(f"{where}: redirected to {answer.headers.get('Location', '?')!r}, which we don't follow")
    raise SourceError(f"{where}: the source answers {status}: {_read(answer, path, 500, deadline)!r}")


def _read(answer: requests.Response, path: str, limit: int, deadline: float) -> bytes:
    body = bytearray()
    for chunk in answer.iter_content(_CHUNK):
        body += chunk
        if len(body) > limit:
            break
        if time.monotonic() > deadline:
            raise ServiceUnavailableError(f"{path}: the answer took longer than {TOTAL_SECONDS:.0f} s")
    return bytes(body[: limit + 1])
