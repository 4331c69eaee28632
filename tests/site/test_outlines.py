"""The map of outlines: every village that has one is a link, the others are among the tiles; it stays small."""

import math
import random
import re

from made_up import COMMIT, DAY, Example

from gongshi.checks.outlines import Outlines
from gongshi.disclosure import Disclosure
from gongshi.site import Site
from gongshi.site.outlines import TALLEST, WIDTH, draw


def rough(east: float, north: float, points: int = 400, size: float = 0.01) -> tuple:
    """A ring like a coast."""
    chance = random.Random(f"{east} {north}")
    turns = [2 * math.pi * place / points for place in range(points)]
    ring = [
        (east + size * chance.uniform(0.8, 1) * math.cos(turn), north + size * chance.uniform(0.8, 1) * math.sin(turn))
        for turn in turns
    ]
    return (*ring, ring[0])


def test_a_drawing_has_a_path_for_each_village_and_few_points():
    rings = {f"9901{place:08}": (rough(117 + place % 20 / 50, 28 + place // 20 / 50),) for place in range(300)}
    drawing = draw(Outlines("WGS84", "赣S(2024)012号", rings))
    assert drawing.paths.keys() == rings.keys() and drawing.width <= WIDTH + 1
    assert sum(map(len, drawing.paths.values())) < 40_000
    assert all(re.fullmatch(r"(?:M\d+ \d+[lhv][-\d hvl]+z)+", path) for path in drawing.paths.values())


def test_what_is_no_wider_than_a_hair_or_only_one_point_is_drawn_too():
    thin = tuple((117.0, 28 + step / 1000) for step in range(50))
    drawing = draw(Outlines("WGS84", "赣S(2024)012号", {"a": ((*thin, (117.0000001, 28.0), thin[0]),)}))
    assert drawing.height <= TALLEST + 1 and drawing.paths["a"].endswith("z")
    assert draw(None) is None and draw(Outlines("WGS84", "赣S(2024)012号", {})) is None


def test_the_page_draws_outlines_where_there_are_any():
    example = Example(townships=1, villages=3, projects=2).open()
    rings = {"990100100200": (rough(117, 28),), "990100100201": (rough(117.03, 28),)}
    drawing = draw(Outlines("GCJ-02", "赣S(2024)012号", rings))
    site = Site(Disclosure(example, DAY), DAY, COMMIT, drawing=drawing)
    pages = {page.path: page.body for page in site.pages()} | {"home": site.section("index.html").body}
    for body in (pages["map/projects.html"], site.section("map/index.html").body):
        drawn = re.search(r'<svg[^>]*class="gs-drawn".*?</svg>', body, re.DOTALL)[0]
        assert drawn.count("<a href=") == 2 and drawn.count("<title>") == 2
        assert "审图号：赣S(2024)012号。坐标系 GCJ-02。1 个村没有轮廓" in body
        assert body.count("villages/990100100202.html") == 1, "among the tiles"
    assert "审图号" in pages["home"] and "不是地理位置" not in pages["map/projects.html"]
    assert "不是地理位置" in Site(Disclosure(example, DAY), DAY, COMMIT).section("map/index.html").body
