"""Plain places, drawn: a wall, a floor, doors, windows, signs, pillars, lamps."""

from __future__ import annotations

import cv2
import numpy as np

from standins.people.generator import Picture

Colour = tuple[int, int, int]  # BGR
WIDTH, HEIGHT = 1280, 720
PLACES = ("entrance", "platform", "ticket-hall", "car-park")
_WALLS: dict[str, Colour] = {
    "entrance": (196, 204, 208),
    "platform": (150, 158, 150),
    "ticket-hall": (176, 196, 212),
    "car-park": (120, 122, 128),
}


def draw_place(place: str, rng: np.random.Generator) -> Picture:
    """An empty place, WIDTH x HEIGHT; what stands where differs from draw to draw."""
    wall = np.array(_WALLS[place], np.float64)
    horizon = int(rng.integers(430, 520))
    canvas = np.empty((HEIGHT, WIDTH, 3), np.float64)
    canvas[:horizon] = _shade(wall, 1.05, 0.85, horizon)
    canvas[horizon:] = _shade(wall * 0.62, 0.8, 1.1, HEIGHT - horizon)
    picture = canvas.clip(0, 255).astype(np.uint8)
    _floor_lines(picture, horizon)
    for _ in range(int(rng.integers(3, 6))):
        _panel(picture, horizon, rng)
    for _ in range(int(rng.integers(0, 3))):
        _pillar(picture, horizon, rng)
    picture = cv2.GaussianBlur(picture, (0, 0), 2.2).astype(np.uint8)
    return _lit(picture, rng)


def _shade(colour: np.ndarray, top: float, bottom: float, rows: int) -> np.ndarray:
    return colour * np.linspace(top, bottom, rows)[:, np.newaxis, np.newaxis]


def _floor_lines(picture: Picture, horizon: int) -> None:
    line = tuple(int(v * 0.8) for v in picture[-1, 0])
    for x in range(-WIDTH, 2 * WIDTH, 160):
        cv2.line(picture, (WIDTH // 2 + (x - WIDTH // 2) // 3, horizon), (x, HEIGHT), line, 2)
    for step in range(1, 6):
        y = horizon + (HEIGHT - horizon) * step * step // 25
        cv2.line(picture, (0, y), (WIDTH, y), line, 2)


def _panel(picture: Picture, horizon: int, rng: np.random.Generator) -> None:
    """A door (down to the floor), a window or a sign."""
    x, wide = int(rng.integers(-40, WIDTH - 60)), int(rng.integers(90, 260))
    door = rng.random() < 0.4
    top = int(rng.integers(60, 220))
    bottom = horizon if door else top + int(rng.integers(60, 190))
    colour = tuple(int(v) for v in rng.integers(-28, 28, 3) + rng.integers(80, 190))
    frame = tuple(int(v * 0.6) for v in colour)
    cv2.rectangle(picture, (x, top), (x + wide, bottom), colour, -1)
    cv2.rectangle(picture, (x, top), (x + wide, bottom), frame, 5)
    if door:
        cv2.line(picture, (x + wide // 2, top), (x + wide // 2, bottom), frame, 4)


def _pillar(picture: Picture, horizon: int, rng: np.random.Generator) -> None:
    x, wide = int(rng.integers(0, WIDTH)), int(rng.integers(30, 70))
    colour = tuple(int(v * 0.75) for v in picture[20, min(x, WIDTH - 1)])
    cv2.rectangle(picture, (x, 0), (x + wide, horizon + 40), colour, -1)
    cv2.rectangle(picture, (x, 0), (x + wide // 4, horizon + 40), tuple(min(v + 25, 255) for v in colour), -1)


def _lit(picture: Picture, rng: np.random.Generator) -> Picture:
    """Light from one lamp, falling off towards the corners."""
    centre = (rng.uniform(0.2, 0.8) * WIDTH, rng.uniform(0.0, 0.5) * HEIGHT)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    distance = np.hypot(x - centre[0], y - centre[1]) / WIDTH
    light = 1.1 - 0.45 * distance
    return np.asarray((picture * light[..., np.newaxis]).clip(0, 255), np.uint8)
