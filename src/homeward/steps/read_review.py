"""Read Review: one question with everything that somebody needs who answers it. The view is written down first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from homeward.domain.case_facts import CaseFacts, facts_of
from homeward.domain.cases import Case, CaseKey, Photo
from homeward.domain.detections import FaceMatch, Picture
from homeward.domain.errors import NotFoundError
from homeward.domain.matching import photo_keys
from homeward.domain.ports import CaseStore, ObjectStore, ReviewStore
from homeward.domain.seen import SeenCandidate, SeenPhoto, SeenReview
from homeward.steps.record_view import RecordView


@dataclass(frozen=True, slots=True)
class ReadReview:
    """Reads the review, and of each candidate its record and its photos."""

    reviews: ReviewStore
    cases: CaseStore
    objects: ObjectStore
    bucket: str
    view: RecordView

    def __call__(self, detection_id: str, by: str) -> SeenReview:
        """NotFoundError for an unknown one; `by` is the staff id of who looks."""
        review = self.reviews.get(detection_id)
        self.view(by, "review", f"detection:{detection_id}", review["case"])
        question = review["question"]
        matches = [FaceMatch(**match) for match in question["search"]["matches"]]
        similarities = {match.external_image_id: match.similarity for match in matches}
        keys = list(dict.fromkeys([CaseKey.parse(review["case"]), *(photo.case for photo in photo_keys(matches))]))
        known = self.cases.get_cases(keys)
        candidates = [self._candidate(key, known.get(key), similarities) for key in keys]
        asked, others = candidates[0], sorted(candidates[1:], key=lambda one: -one.similarity)
        return SeenReview(review, Picture(**question["detection"]["picture"]), (asked, *others))

    def _candidate(self, key: CaseKey, case: Case | None, similarities: Mapping[str, float]) -> SeenCandidate:
        photos = [SeenPhoto(photo, similarities.get(photo.key.external_image_id)) for photo in self._shown(key)]
        photos.sort(key=lambda seen: -(seen.similarity or 0.0))
        return SeenCandidate(key, case, self._facts(case), tuple(photos))

    def _shown(self, key: CaseKey) -> Sequence[Photo]:
        return [photo for photo in self.cases.photos_of(key) if photo.in_use and photo.object_key]

    def _facts(self, case: Case | None) -> CaseFacts:
        if case is None:
            return CaseFacts()
        try:
            return facts_of(case.key, self.objects.get(self.bucket, case.raw_key))
        except NotFoundError:
            return CaseFacts()
