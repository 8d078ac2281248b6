"""From a number to the portrait of a person who does not exist (MobileStyleGAN in OpenVINO)."""

from __future__ import annotations

import cv2
import numpy as np
import openvino as ov
from numpy.typing import NDArray

from standins.people.models import MAPPING_BIN, MAPPING_XML, SYNTHESIS_BIN, SYNTHESIS_XML

Picture = NDArray[np.uint8]  # height x width x 3, BGR
Style = NDArray[np.float32]  # 512 numbers

SIZE = 640  # pixels a side of a portrait; the network draws 1024
TRUNCATION = 0.9  # how far a style may lie from the mean face: below 1, fewer malformed faces
MEAN_SAMPLES = 4096
# Beyond 0.3 along a direction the picture shows another person (cosine to the first photo below 0.5).
LEAST_CHANGE, MOST_CHANGE = 0.15, 0.3


class Generator:
    """Draws variant `k` of person `number`: the same two numbers always give the same picture.

    Variant 0 is the person's first photo; others differ in pose, light, hair and background.
    """

    def __init__(self) -> None:
        core = ov.Core()
        for weights in (MAPPING_BIN, SYNTHESIS_BIN):
            weights.located()
        mapping = core.read_model(MAPPING_XML.located())
        mapping.reshape([-1, 512])
        # f32: as quick as the automatic bfloat16 here, and the same picture on every processor.
        settings = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
        self._mapping = core.compile_model(mapping, "CPU", settings)
        self._synthesis = core.compile_model(core.read_model(SYNTHESIS_XML.located()), "CPU", settings)
        self._mean = self._styles(np.random.default_rng(0), MEAN_SAMPLES).mean(axis=0)

    def draw(self, number: int, variant: int) -> Picture:
        """A portrait, SIZE pixels a side."""
        style = self._person(number)
        if variant:
            rng = np.random.default_rng([number, variant])
            direction = self._styles(rng, 1)[0] - self._mean
            style = style + np.float32(rng.uniform(LEAST_CHANGE, MOST_CHANGE)) * direction
        drawn = self._synthesis({"style": style[np.newaxis]})[0][0]
        rgb = ((np.clip(drawn, -1, 1).transpose(1, 2, 0) + 1) * 127.5).round().astype(np.uint8)
        bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
        return np.asarray(cv2.resize(bgr, (SIZE, SIZE), interpolation=cv2.INTER_AREA), np.uint8)

    def _person(self, number: int) -> Style:
        style = self._styles(np.random.default_rng(number), 1)[0]
        return np.asarray(self._mean + TRUNCATION * (style - self._mean), np.float32)

    def _styles(self, rng: np.random.Generator, count: int) -> Style:
        noise = rng.standard_normal((count, 512)).astype(np.float32)
        return np.array(self._mapping({"var": noise})[0], dtype=np.float32)
