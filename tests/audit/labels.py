"""What the label 不公布 says by itself: "not zero", if a table shows its zeros and withholds only what is more."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from stranger import TOTAL, Key, Published, Stranger
from unknowns import Cell, total

TOTALS = {
    "people-class": "people", "people-status": "people", "people-cause": "people", "people-helped": "people",
    "benefit-groups": "benefit-totals", "benefits": "benefit-totals", "loans": "loans",
}  # fmt: skip


def tables(file: Published) -> Iterator[tuple[Key, list[Key]]]:
    """The cells of each figure, place, measure and year, and their total."""
    found: dict[Key, list[Key]] = defaultdict(list)
    for key in file:
        if key[0] in TOTALS and key[2] != TOTAL and key[3] != "rest":
            year = re.search("(?<=/)[0-9]{4}$", key[2])
            found[TOTALS[key[0]], key[1], year[0] if year else TOTAL, f"{key[0]}/{key[3]}"].append(key)
    for (figure, place, item, name), cells in found.items():
        yield (figure, place, item, name.rpartition("/")[2]), cells


def not_zero(stranger: Stranger, truth: Mapping[Cell, float]) -> set[tuple[int, str, Key]]:
    """Withheld cells of which a stranger says that they are not zero, and is right of all that a table has.

    Of a table whose total is withheld because it is few any zero that is shown says so of the others.
    """
    found = set()
    for number, file in enumerate(stranger.files):
        for whole, cells in tables(file):
            hidden = [key for key in cells if file[key] is None]
            shown = [key for key in cells if file[key] == 0]
            true = {key: total(stranger.cells.get((number, key), {}), truth) for key in (*hidden, whole)}
            heads = sum(truth[cell] for cell in stranger.cells.get((number, whole), ()))
            few = file.get(whole, 0) is None and 0 < heads < stranger.common.k
            if shown and hidden and (few or all(true[key] for key in hidden)):
                found |= {(number, "label", key) for key in hidden}
    return found
