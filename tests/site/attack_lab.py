"""What the attacks share: putting another suppression in place of ours, the true numbers, what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from attack import Doubt, Puzzle, read, solve
from made_up import COMMIT, DAY

from gongshi.disclosure import Disclosure, counts, people
from gongshi.disclosure.suppression import primary
from gongshi.site import Site

PLACES = ("townships/", "villages/")
SECTIONS = ("index.html", "townships/index.html", "help/index.html", "education/index.html")


def published(views: Disclosure) -> dict[str, bytes]:
    """What an attacker reads: the downloads, and the pages that speak of people."""
    site = Site(views, DAY, COMMIT)
    found = {path: b"".join(chunks) for path, chunks in site.files() if path.endswith(".json")}
    found |= {path: site.section(path).body.encode() for path in SECTIONS}
    return found | {page.path: page.body.encode() for page in site.pages() if page.path.startswith(PLACES)}


def naive(cells: Mapping, sums: object, threshold: int) -> dict:
    """Suppression as many do it: small cells only, without the others that would hide them."""
    return {cell: primary(threshold) for cell, count in cells.items() if 0 < count < threshold}


@contextmanager
def suppressed_by(function: Callable) -> Iterator[None]:
    """Another suppression in place of ours."""
    kept = [(room, room.suppress) for room in (people, counts)]
    try:
        for room, _ in kept:
            room.suppress = function
        yield
    finally:
        for room, ours in kept:
            room.suppress = ours


def truth_of(database: Any) -> dict:
    """The numbers as they are."""
    with suppressed_by(lambda *_: {}):
        site = Site(Disclosure(database, threshold=1), DAY, COMMIT)
        puzzle = read({path: b"".join(chunks) for path, chunks in site.files() if path.endswith(".json")})
    known = dict(puzzle.known)
    for cell in puzzle.low:
        if cell[-1] == "无":
            known[cell] = known["h", cell[1], "合计", "合计"] - known[(*cell[:-1], "有")]
    return known


def matters(cell: tuple, value: int) -> bool:
    """Households without a helper are counted nowhere; it matters where they are few."""
    return cell[-1] != "无" or 0 < value < 5


def beaten(puzzle: Puzzle, truth: Mapping) -> set:
    """Withheld cells that the attacker has found."""
    found = solve(puzzle)
    assert not puzzle.contradictions
    for cell, value in found.items():
        assert truth.get(cell, value) == value, "the attacker's arithmetic is right"
    return {cell for cell, value in found.items() if matters(cell, value)}


def certain(puzzle: Puzzle, truth: Mapping) -> set:
    """Withheld cells for which no other county can be found that would have published the same."""
    doubt = Doubt(puzzle, truth)
    cells = [cell for cell in puzzle.unknown() if cell in doubt.value and cell[0] != "money"]  # moves with its pupils
    cells = [cell for cell in cells if matters(cell, truth[cell])]
    return {cell for cell in cells if not doubt.about(cell)}
