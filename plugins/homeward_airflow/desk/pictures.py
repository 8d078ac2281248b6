"""Pictures, by links that work for one user and for a few minutes.

The link is signed with Airflow's own secret. Its parameter is called `token`, so Airflow's access log masks it.
"""

from __future__ import annotations

from typing import Annotated

from airflow.configuration import conf
from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import Response
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from homeward import bootstrap
from homeward.domain.detections import Picture
from homeward.domain.pictures import picture_format
from homeward_airflow.desk.page import HEADERS
from homeward_airflow.desk.rights import SEES, UserName

SECONDS = 120
PATH = "/homeward/desk/picture"

router = APIRouter()


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(conf.get_mandatory_value("api", "secret_key"), salt="homeward-picture")


def link(user: str, bucket: str, key: str, version: str | None = None) -> str:
    """Where this user finds a picture for the next SECONDS."""
    return f"{PATH}?token={_signer().dumps([user, bucket, key, version])}"


@router.get("/picture", dependencies=SEES)
def picture(user: UserName, token: Annotated[str, Query(max_length=4000)]) -> Response:
    """The picture behind a link; what isn't one that browsers should draw is refused."""
    try:
        for_whom, bucket, key, version = _signer().loads(token, max_age=SECONDS)
    except SignatureExpired:
        raise HTTPException(410, "This link has expired; load the page again.") from None
    except BadSignature:
        raise HTTPException(404, "There is no such picture.") from None
    if for_whom != user:
        raise HTTPException(403, "This link is somebody else's.")
    body = bootstrap.pictures().read(Picture(bucket, key, version, 0))
    found = picture_format(body)
    if found is None:
        raise HTTPException(415, "This object is no picture that can be shown.")
    return Response(body, media_type=found.content_type, headers=HEADERS)
