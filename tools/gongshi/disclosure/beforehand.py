"""What a reader knows of an amount before asking what it is made of.

A place has no more recipients of a benefit than households. A benefit that all households of a township had is known of
each of its villages, since their households are. So is what a project paid whose recipients all live in one place, for a
project has a page. What is left when that is taken off tells of the other benefits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from gongshi.disclosure.counting import Cell, Counted, Share, item_of
from gongshi.disclosure.figures import Figure, declaration

SMALL = 4
"""In a place of this many times k households, or more, how many they are bounds no amount."""


class Certain(NamedTuple):
    """How many cents of an amount are known, and the benefits of which nothing else is in it."""

    cents: int
    benefits: frozenset[str]


class Beforehand:
    """What is known of the amounts below the county; ``had`` is who had what of them."""

    def __init__(self, counted: Counted, had: Mapping[tuple[Cell, str], Collection[str]], k: int) -> None:
        self._counted, self._had, self._k = counted, had, k
        projects = {one.figure for one in declaration().figures.values() if one.money == "project"}
        self._figures = [one for one in declaration().figures.values() if one.money in ("group", "total")]
        self._paid = self._sums(counted.money)
        shown = {cell.place for cell, one in counted.cells.items() if cell.figure in projects and one.units >= k}
        self._own = self._sums([share for share in counted.own if share.household in shown])
        self._towns = {code for code, parent in counted.parents.items() if parent == counted.county}
        self._names: dict[Cell, set[str]] = defaultdict(set)
        for cell, benefit in self._paid:
            self._names[cell].add(benefit)
        self._all = self._everybody()

    def times(self, cells: Sequence[Cell]) -> int:
        """How many households a benefit can have had at most in some cells of a sum, where that bounds anything; else 0."""
        homes = sum(self._counted.homes.get(place, 0) for place in {cell.place for cell in cells})
        if not 0 < homes < SMALL * self._k:
            return 0
        had = (
            set().union(*(self._had.get((cell, name), ()) for cell in cells))
            for name in {name for cell in cells for name in self._names.get(cell, ())}
        )
        return max(homes, *map(len, had), 0)

    def known(self, cells: Sequence[Cell], benefit: str) -> Certain | None:
        """What is known of the other benefits in some cells of a sum; None if nothing is."""
        cents, others = 0, set()
        for other in sorted({name for cell in cells for name in self._names.get(cell, ())} - {benefit}):
            whole = sum(self._paid.get((cell, other), 0) for cell in cells)
            known = sum(self._of(cell, other) for cell in cells)
            cents += known
            if known == whole:
                others.add(other)
        return Certain(cents, frozenset(others)) if cents else None

    def cents(self, cell: Cell, benefit: str) -> int:
        """How many cents of the other benefits are known in an amount."""
        known = self.known([cell], benefit)
        return known.cents if known else 0

    def _of(self, cell: Cell, benefit: str) -> int:
        town = cell.place if cell.place in self._towns else self._counted.parents.get(cell.place, "")
        if benefit in self._all.get((town, cell.item.rpartition("/")[2]), ()):
            return self._paid.get((cell, benefit), 0)
        return min(self._own.get((cell, benefit), 0), self._paid.get((cell, benefit), 0))

    def _everybody(self) -> dict[tuple[str, str], set[str]]:
        """The benefits of a township and year that fewer than k of its households did without."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for (cell, benefit), some in self._had.items():
            homes = self._counted.homes.get(cell.place, 0)
            if homes and cell.place in self._towns and len(some) >= max(self._k, homes / 2, homes - self._k + 1):
                found[cell.place, cell.item.rpartition("/")[2]].add(benefit)
        return found

    def _sums(self, shares: Sequence[Share]) -> dict[tuple[Cell, str], int]:
        """The cents of each benefit in each amount below the county."""
        found: dict[tuple[Cell, str], int] = defaultdict(int)
        for share in shares:
            for cell in self._cells(share):
                found[cell, share.benefit] += share.cents
        return found

    def _cells(self, share: Share) -> Iterator[Cell]:
        place = share.village
        while place and place != self._counted.county:
            for figure in self._figures:
                if (cell := _amount(figure, share, place)) in self._counted.cells:
                    yield cell
            place = self._counted.parents.get(place, "")


def _amount(figure: Figure, share: Share, place: str) -> Cell:
    return Cell(figure.figure, place, item_of(figure, share), "amount")
