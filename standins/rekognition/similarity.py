"""From the cosine of two face vectors to Rekognition's similarity, 0 to 100.

A logistic curve through two measured points, strictly rising:
* SAME_PERSON, the threshold that OpenCV publishes for SFace, is 80, Rekognition's default threshold;
* IMPOSTORS_END, the cosine above which pairs of different people practically end, is 99, the similarity that AWS asks
  for in public safety.
Like Rekognition's, the number orders and thresholds; it isn't a probability. README.md holds the measured figures and
`python -m benchmarks.similarity` measures them again.
"""

from __future__ import annotations

from math import log

import numpy as np
from numpy.typing import NDArray

SAME_PERSON = 0.363
IMPOSTORS_END = 0.55

_LOGIT_80 = log(0.80 / 0.20)
_LOGIT_99 = log(0.99 / 0.01)
_SLOPE = (_LOGIT_99 - _LOGIT_80) / (IMPOSTORS_END - SAME_PERSON)
_MIDDLE = SAME_PERSON - _LOGIT_80 / _SLOPE


def similarity(cosines: NDArray[np.floating]) -> NDArray[np.float64]:
    """The similarities (0 to 100) of cosines (-1 to 1), element by element."""
    return 100.0 / (1.0 + np.exp(-_SLOPE * (np.asarray(cosines, np.float64) - _MIDDLE)))
