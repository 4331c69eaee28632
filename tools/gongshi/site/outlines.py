"""The villages' outlines as a drawing: whole numbers on a plane of fixed width, few points, for any measure's colours."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from gongshi.checks.outlines import Outlines, Ring

WIDTH = 480
"""Of the drawing, in its own units."""

TALLEST = 3 * WIDTH
BESIDE, CLOSE = 2.0, 0.7
"""A point no farther from the one before, or from the line between its neighbours, is left out."""

POINTS = (2000, 6)
"""At most so many points on the drawing, or so many for each ring: else more of them are left out, in a few goes."""

Spot = tuple[float, float]


class Drawing(NamedTuple):
    """What a template draws: the size, a path for each village, and what has to be said below a map."""

    width: int
    height: int
    paths: Mapping[str, str]
    system: str
    approval: str


def draw(outlines: Outlines | None) -> Drawing | None:
    """The drawing; None where there is nothing to draw."""
    if outlines is None or not outlines.rings:
        return None
    points = [point for rings in outlines.rings.values() for ring in rings for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    narrower = math.cos(math.radians((south + north) / 2))
    scale = min(WIDTH / max((east - west) * narrower, 1e-9), TALLEST / max(north - south, 1e-9))

    def spot(ring: Ring) -> list[Spot]:
        return [((x - west) * narrower * scale, (north - y) * scale) for x, y in ring]

    placed = {code: [spot(ring) for ring in rings] for code, rings in outlines.rings.items()}
    paths = {code: "".join(map(_path, rings)) for code, rings in _bounded(placed).items()}
    height = math.ceil((north - south) * scale)
    return Drawing(math.ceil((east - west) * narrower * scale), height, paths, outlines.system, outlines.approval)


def _bounded(placed: Mapping[str, Sequence[Sequence[Spot]]]) -> Mapping[str, Sequence[Sequence[Spot]]]:
    """The rings with no more points than a page should carry."""
    found, beside = placed, BESIDE
    most = max(POINTS[0], POINTS[1] * sum(map(len, placed.values())))
    for _ in range(6):
        found = {code: [_fewer(ring, beside) for ring in rings] for code, rings in found.items()}
        if sum(len(ring) for rings in found.values() for ring in rings) <= most:
            break
        beside *= 1.5
    return found


def _path(ring: Sequence[Spot]) -> str:
    """A closed ring as relative steps; one that is too small to be seen is a dot."""
    whole = [(round(x), round(y)) for x, y in ring]
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(whole)]
    steps = [step for step in steps if step != (0, 0)]
    x, y = whole[0]
    if len(steps) < 3:
        return f"M{x} {y}h2v2h-2z"
    return f"M{x} {y}l" + " ".join(f"{right} {down}" for right, down in steps[:-1]).replace(" -", "-") + "z"


def _fewer(ring: Sequence[Spot], beside: float) -> list[Spot]:
    """The ring without points beside another or beside the line of their neighbours: in one go, however many there are."""
    apart = [ring[0]]
    for spot in ring[1:-1]:
        if math.dist(apart[-1], spot) >= beside:
            apart.append(spot)
    apart.append(ring[-1])
    kept = [apart[0]]
    for spot, after in pairwise(apart[1:]):
        if _away(spot, kept[-1], after) > CLOSE:
            kept.append(spot)
    return [*kept, apart[-1]]


def _away(point: Spot, first: Spot, last: Spot) -> float:
    """How far a point lies from a line."""
    length = math.dist(first, last)
    if not length:
        return math.dist(point, first)
    across = (last[0] - first[0]) * (first[1] - point[1]) - (first[0] - point[0]) * (last[1] - first[1])
    return abs(across) / length
