"""Turning what a view found into a page: templates, how values are shown, and the headers of every page."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup

from homeward import __version__
from homeward.domain.alerts import shown
from homeward.domain.detections import iso

HERE = Path(__file__).parent
# Pages need nothing from anywhere else; what slipped into one could neither run nor call out.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class View(NamedTuple):
    """An entry of the navigation; `route` is also its path below /homeward/desk."""

    route: str
    name: str
    says: str


VIEWS = (
    View("reviews", "Reviews", "Questions that wait for a person"),
    View("executions", "Executions", "What the state machines did"),
    View("sightings", "Sightings", "Alerts and repeats by case and camera"),
    View("collection", "Collection", "Sources, faces, drift"),
    View("bias", "Bias", "Error rates by group, and the policy"),
    View("audit", "Audit", "Who did what, on what, why"),
)


def page(template: str, *, view: str, user: str, status: int = 200, **found: Any) -> HTMLResponse:
    """A whole page; `view` is the route of the entry that it belongs to."""
    context = {"views": VIEWS, "view": view, "user": user, "version": __version__, "now": datetime.now(UTC), **found}
    return HTMLResponse(_environment.get_template(template).render(context), status, HEADERS)


def when(moment: datetime | str | None) -> Markup:
    """A time: UTC in the page, in the viewer's zone once the script has run, UTC on hover."""
    if not moment:
        return Markup("–")
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    utc = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(iso(at), utc, utc)


def lasted(span: timedelta | float | None) -> str:
    """A duration, as precise as it matters."""
    if span is None:
        return "–"
    seconds = span.total_seconds() if isinstance(span, timedelta) else float(span)
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours < 48 else f"{hours // 24} days"


def pretty(text: Any) -> str:
    """JSON for people; any other text as it is."""
    try:
        return json.dumps(json.loads(text) if isinstance(text, str) else text, indent=2, ensure_ascii=False)
    except ValueError:
        return str(text)


def words(code: str) -> str:
    """BELOW_ALERT_THRESHOLD -> below alert threshold."""
    return code.replace("_", " ").lower()


_environment = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=select_autoescape(default=True),
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters |= {"when": when, "lasted": lasted, "pretty": pretty, "words": words, "similarity": shown}
