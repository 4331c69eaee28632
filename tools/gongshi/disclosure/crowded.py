"""Villages whose total tells of a benefit because the township has so little of it.

A township's group tells how many households can have had a benefit; what the villages' totals need at least of it is not
left for one of them. A total that explains 1, 3, 5 or 7 households, in a township of 8, leaves fewer numbers than by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from gongshi.disclosure.counting import Cell, Counted, group_of
from gongshi.disclosure.figures import declaration
from gongshi.disclosure.pinned import Prices, beside, groups_of, limits, possible, prices_of, small_benefits, sure

FEWER = 6
"""A township with this many times k households of a benefit, or more, leaves every village room."""


def crowded(counted: Counted, published: Collection[Cell], k: int) -> set[Cell]:
    """The published totals of villages that leave a benefit of few households fewer than ``k`` possible numbers."""
    names = {figure.money: figure.figure for figure in declaration().figures.values()}
    villages: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for cell in sorted(published):
        if cell.figure == names["total"]:
            villages[counted.parents.get(cell.place, ""), cell.item].append(cell)
    small, groups, (prices, unit) = small_benefits(counted, FEWER * k), groups_of(counted), prices_of(counted)
    found: set[Cell] = set()
    published = sure(counted, published, k)
    for town, benefit in sorted(small):
        if town.figure == names["group"] and town in published:
            year = town.item.rpartition("/")[2]
            below = villages[town.place, year]
            asked = [cell for cell in below if 0 < small.get((cell, benefit), 0) < k]
            if asked:
                room = _Room(counted, published, prices[int(year)], unit, benefit, small[town, benefit] + FEWER * k)
                found |= room.narrow(town, groups[group_of(benefit)], below, asked, k)
    return found


class _Room:
    """How many households may have had a benefit in a year."""

    def __init__(
        self, counted: Counted, published: Collection[Cell], prices: Prices, unit: int, benefit: str, most: int
    ) -> None:
        self._counted, self._published, self._most = counted, published, most
        self._prices, self._unit, self._benefit = prices, unit, benefit

    def narrow(
        self, town: Cell, group: Collection[str], below: Sequence[Cell], asked: Collection[Cell], k: int
    ) -> set[Cell]:
        """Those of the asked villages that have fewer than ``k`` numbers left."""
        most = max(self._numbers(town, group), default=0)
        alone = {cell: self._numbers(cell, self._prices) for cell in below}
        needed = sum(min(numbers, default=0) for numbers in alone.values())
        return {
            cell for cell in asked if sum(n <= most - needed + min(alone[cell], default=0) for n in alone[cell]) < k
        }

    def _numbers(self, cell: Cell, benefits: Collection[str]) -> list[int]:
        """The numbers of households that an amount of so many benefits may have paid this one to."""
        total = int(self._counted.cells[cell].value * 100) // self._unit
        bound = limits(self._counted, self._published, cell, self._unit)
        room = min(total, dict(bound).get(group_of(self._benefit), total))
        others = beside(self._prices, self._benefit, benefits, bound, total)
        return [*possible(others, self._prices[self._benefit], total, room, self._most)]
