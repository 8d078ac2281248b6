"""What is measured: people with recorded groups, their photos, and how similar each photo is to each person.

A *subject* is a person, that is a case. A *comparison* is one probe photo against one subject, by the best of the
subject's photos: as the matching rules compare a detection with a case. It is genuine when the photo is the subject's
own (then the best of the subject's *other* photos counts), else an impostor comparison.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homeward.domain.groups import Group


@dataclass(frozen=True, slots=True)
class Gallery:
    """The measured photos: P of them, of S subjects. `subject_of[p]` is the subject of photo p.

    `subjects` are case keys (or names of folders), `groups` what is recorded of each.
    """

    subjects: tuple[str, ...]
    groups: tuple[Group, ...]
    subject_of: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Comparisons:
    """The comparisons with a similarity of at least `complete_from` (0-100), and some below; each at most once.

    Arrays of one length: probe photo, subject, similarity. A comparison that isn't listed was made, and its similarity
    is below `complete_from`: no threshold under that can be judged.
    """

    complete_from: float
    probe: NDArray[np.int32]
    subject: NDArray[np.int32]
    similarity: NDArray[np.float32]
