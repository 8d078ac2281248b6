"""Speaking HTTP to a source of cases: identified, slowly, and within bounds.

TLS is always verified. No redirect is followed: an address that moved is for a person to look at. Failures that may
pass are tried again by urllib3 with jittered pauses that grow, or after the time that the server asks for. Every try
keeps the pace of this machine, and none is made while the site's breaker is open.
"""

from __future__ import annotations

import random
import zlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError
from urllib3.util.retry import Retry

from homeward.adapters.sources.answers import read_body, refusal
from homeward.adapters.sources.breaker import Breaker
from homeward.adapters.sources.pacing import Pace
from homeward.adapters.sources.site import Site
from homeward.domain.errors import (
    ServiceUnavailableError,
    SettingsError,
    SourceError,
)
from homeward.domain.sources import SOFTWARE, Traffic

CONNECT_SECONDS, READ_SECONDS = 10.0, 90.0  # the latter between two pieces of an answer
RETRIES, RETRY_AFTER_SECONDS = 4, 300  # the longest pause that a server may ask for
_RETRIED = (429, 500, 502, 503, 504)


class _PoliteRetry(Retry):
    """urllib3 tries the first time again at once; we pause before every try, and take a turn for it.

    Before that it would read the refused answer to its end, which may never come; we hang up.
    """

    turn: Callable[[], None]

    def new(self, **changes: Any) -> _PoliteRetry:
        following = super().new(**changes)
        following.turn = self.turn
        return following

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        *rest: Any,
        **more: Any,
    ) -> _PoliteRetry:
        if response:
            response.close()
        return super().increment(method, url, response, *rest, **more)

    def get_backoff_time(self) -> float:
        return super().get_backoff_time() or self.backoff_factor * random.uniform(0.5, 1.5)  # noqa: S311

    def sleep(self, response: BaseHTTPResponse | None = None) -> None:
        super().sleep(response)
        self.turn()


@dataclass(slots=True)
class SiteClient:
    """Requests to one site; `by_kind` counts what each kind of them cost. Not safe to share between threads."""

    site: Site
    by_kind: defaultdict[str, Traffic] = field(default_factory=lambda: defaultdict(Traffic), init=False)
    _session: requests.Session = field(init=False, repr=False)
    _pace: Pace = field(init=False, repr=False)
    _breaker: Breaker = field(init=False, repr=False)
    _kind: str = field(default="", init=False, repr=False)

    def __post_init__(self) -> None:
        site = self.site
        self._pace = Pace(site.url, site.requests_per_second)
        self._breaker = Breaker(site.url, site.blocked_minutes)
        self._session = requests.Session()
        # A proxy or a .netrc entry is for the world, not for an address that means this machine.
        self._session.trust_env = not site.loopback
        who = f" (+{site.contact.strip()})" if site.contact.strip() else ""
        self._session.headers["User-Agent"] = f"{SOFTWARE}{who}"
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=self._retry()))

    @property
    def traffic(self) -> Traffic:
        """What all requests cost so far."""
        return sum(self.by_kind.values(), Traffic())

    def get(self, path: str, limit: int, kind: str = "other", packed: bool = True) -> bytes:
        """GET; at most `limit` + 1 bytes come back, so that the caller sees a body that is too long.

        `packed` asks the source to compress its answer.
        """
        return self._ask("GET", path, None, limit, kind, packed)

    def post(self, path: str, body: Any, limit: int, kind: str = "other") -> bytes:
        """POST a JSON body; the answer as in `get`. RequestRefusedError says what the source dislikes in it."""
        return self._ask("POST", path, body, limit, kind, True)

    def _ask(self, method: str, path: str, body: Any, limit: int, kind: str, packed: bool) -> bytes:
        self.site.check()
        self._kind = kind
        self._turn()
        try:
            with self._session.request(
                method,
                f"{self.site.url}{path}",
                json=body,
                headers={"Accept-Encoding": "gzip" if packed else "identity"},
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                stream=True,
                allow_redirects=False,
                verify=self.site.ca_bundle or True,
            ) as answer:
                return self._take(answer, f"{method} {path}", limit)
        except requests.exceptions.SSLError as problem:
            raise SourceError(
                f"{self.site.url}: the certificate can't be verified ({problem}); if your network has a CA of its own, "
                f"name its file in {self.site.setting}_CA_BUNDLE"
            ) from problem
        except (requests.exceptions.RequestException, HTTPError) as problem:
            raise ServiceUnavailableError(f"{self.site.url}{path}: {problem}") from problem
        except zlib.error as problem:
            raise SourceError(f"{self.site.url}{path}: the answer can't be unpacked: {problem}") from problem
        except OSError as problem:
            raise SettingsError(f"{self.site.setting}_CA_BUNDLE can't be used: {problem}") from problem

    def _turn(self) -> None:
        """Wait until one more request may leave this machine, and count it."""
        self._breaker.check()
        self._pace.wait()
        self._breaker.check()  # somebody else may have been refused while we waited
        self.by_kind[self._kind] += Traffic(1)

    def _take(self, answer: requests.Response, what: str, limit: int) -> bytes:
        try:
            if answer.status_code == 200:
                return read_body(answer, what, limit)
            if answer.status_code == 403:
                self._breaker.trip(what)
                self._breaker.check()
            raise refusal(answer, what)
        finally:
            self.by_kind[self._kind] += Traffic(0, answer.raw.tell())

    def _retry(self) -> _PoliteRetry:
        retry = _PoliteRetry(
            total=RETRIES,
            redirect=0,
            status_forcelist=_RETRIED,
            allowed_methods={"GET", "POST"},  # our POSTs only read
            backoff_factor=self.site.pause_seconds,
            backoff_jitter=self.site.pause_seconds,
            backoff_max=60,
            retry_after_max=RETRY_AFTER_SECONDS,
            raise_on_status=False,
        )
        retry.turn = self._turn
        return retry
