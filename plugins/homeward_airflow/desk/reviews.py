"""Reviews: the queue, one question with its pictures, and the answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from homeward import bootstrap
from homeward.domain.reviews import MAX_NOTE, ReviewState, ReviewVerdict
from homeward.domain.seen import SeenCandidate, SeenPhoto, SeenReview
from homeward_airflow.desk.drawings import plan, scale
from homeward_airflow.desk.page import page
from homeward_airflow.desk.pictures import link
from homeward_airflow.desk.rights import DECIDES, SEES, MayReview, StaffId, UserName

router = APIRouter()
VIEW, SHOWN = "reviews", 50
SOON_HOURS = 2  # a question that has no more time than this stands out


class Answer(BaseModel):
    """What a reviewer sends."""

    verdict: ReviewVerdict
    note: Annotated[str, Field(max_length=MAX_NOTE)] = ""


@router.get("/reviews", dependencies=SEES)
def list_reviews(user: UserName, by: StaffId) -> HTMLResponse:
    """The queue: those whose time ends first, which are those that were asked first."""
    bootstrap.record_view()(by, "reviews", "list:open_reviews")
    store = bootstrap.reviews()
    found = store.list_open(SHOWN)
    total = len(found) if len(found) < SHOWN else store.count_open()
    return page("reviews.html", view=VIEW, user=user, reviews=found, total=total, left=_left, soon=SOON_HOURS * 3600)


def _left(expires_at: str) -> float:
    """Seconds until then; negative when it is over."""
    return (datetime.fromisoformat(expires_at) - datetime.now(UTC)).total_seconds()


@router.get("/reviews/{detection_id}", dependencies=SEES)
def show_review(detection_id: str, user: UserName, by: StaffId, may_review: MayReview) -> HTMLResponse:
    """One question. The view is recorded before anything is shown; pictures are links of a few minutes."""
    seen = bootstrap.read_review()(detection_id, by)
    detection, decision = seen.question["detection"], seen.question["decision"]
    answered = [answer["reviewer"] for answer in seen.review["answers"]]
    camera = bootstrap.cameras().one(detection["camera"])
    left = _left(seen.review["expires_at"])
    return page(
        "review.html",
        view=VIEW,
        user=user,
        seen=seen,
        review=seen.review,
        detection=detection,
        decision=decision,
        probe=link(user, seen.probe.bucket, seen.probe.key, seen.probe.version),
        candidates=[_pictured(candidate, user) for candidate in seen.candidates],
        scale=scale(decision["thresholds"], [(one.key.label, one.similarity) for one in seen.candidates]),
        plan=plan(camera.position if camera else None, seen.candidates[0].facts.last_seen),
        left=left,
        is_open=seen.review["state"] == ReviewState.OPEN and left > 0,
        own_answer=by in answered,
        may_review=may_review,
        following=_following(seen),
    )


def _pictured(candidate: SeenCandidate, user: str) -> dict[str, Any]:
    """A candidate with a link to each of its photos."""
    bucket = bootstrap.cases_bucket()
    return {"seen": candidate, "photos": [_photo(user, bucket, photo) for photo in candidate.photos]}


def _photo(user: str, bucket: str, seen: SeenPhoto) -> dict[str, Any]:
    return {
        "link": link(user, bucket, seen.photo.object_key or ""),
        "similarity": seen.similarity,
        "photo_class": seen.photo.photo_class.value,
    }


def _following(seen: SeenReview) -> str | None:
    """The next question of the queue."""
    own = seen.review["detection_id"]
    return next((one["detection_id"] for one in bootstrap.reviews().list_open(2) if one["detection_id"] != own), None)


@router.post("/reviews/{detection_id}/answer", dependencies=DECIDES)
def answer_review(detection_id: str, answer: Answer, by: StaffId) -> dict[str, str | None]:
    """Say what it is; 409 when somebody was quicker, or its time ran out."""
    decided = bootstrap.answer_review()(detection_id, answer.verdict, by, answer.note)
    if decided is None:
        return {"message": "Recorded. Somebody else must look as well, before anything goes out.", "verdict": None}
    return {"message": MEANS[decided], "verdict": decided.value}


MEANS = {
    ReviewVerdict.CONFIRMED: "Confirmed: the alert goes out now, as a lead.",
    ReviewVerdict.REJECTED: "Rejected: nothing goes out, and this pair isn't asked about again for a while.",
    ReviewVerdict.INCONCLUSIVE: "Inconclusive: nothing goes out.",
}
