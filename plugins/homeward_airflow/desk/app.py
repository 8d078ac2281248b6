"""The desk's routes, its static files, and what an error looks like."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from homeward.domain.errors import (
    ConflictError,
    HomewardError,
    InputError,
    NotFoundError,
    PolicyError,
    ReviewClosedError,
    TransientError,
)
from homeward_airflow.desk import audit, bias, collection, executions, pictures, reports, reviews, sightings
from homeward_airflow.desk.page import HERE, VIEWS, page
from homeward_airflow.desk.rights import HEADER, SEES

PREFIX = "/desk"
STATUSES: tuple[tuple[type[HomewardError], int], ...] = (
    (NotFoundError, 404),
    (InputError, 400),
    (PolicyError, 409),
    (ReviewClosedError, 409),
    (ConflictError, 409),
    (TransientError, 503),
)
# What nobody said in words of ours.
SAID = {
    401: "You are not logged in: log in to Airflow, then load this page again.",
    403: "Your role in Airflow may not see this.",
    404: "There is no such page.",
}


def add_desk(app: FastAPI) -> None:
    """Give Homeward's application the desk."""
    app.mount(f"{PREFIX}/static", StaticFiles(directory=HERE / "static"), name="desk-static")
    app.add_api_route(PREFIX, _first, dependencies=SEES)
    for view in (executions, reviews, sightings, collection, bias, audit, reports, pictures):
        router: APIRouter = view.router
        app.include_router(router, prefix=PREFIX)
    app.add_exception_handler(HomewardError, _ours)
    app.add_exception_handler(HTTPException, _theirs)


def _first() -> RedirectResponse:
    return RedirectResponse(f"/homeward{PREFIX}/{VIEWS[0].route}")


def _ours(request: Request, error: Exception) -> Response:
    status = next((number for kind, number in STATUSES if isinstance(error, kind)), 502)
    return _answer(request, status, str(error))


def _theirs(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    bare = error.detail in ("Forbidden", "Not authenticated", HTTPStatus(error.status_code).phrase)
    return _answer(request, error.status_code, SAID.get(error.status_code, error.detail) if bare else error.detail)


def _answer(request: Request, status: int, text: str) -> Response:
    """A page for who looks, a line of JSON for our script and for programs."""
    if request.method != "GET" or HEADER in request.headers or PREFIX not in request.url.path:
        return JSONResponse({"detail": text}, status)
    route = request.url.path.partition(f"{PREFIX}/")[2].partition("/")[0]
    return page("error.html", view=route, user="", status=status, title=HTTPStatus(status).phrase, text=text)
