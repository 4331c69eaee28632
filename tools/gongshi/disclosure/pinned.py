"""Amounts that give a small number of persons back by themselves, since prices are known.

An amount is paid in known sums: the standards are public. If all the ways to make it up agree that one benefit had
two households, then the amount says so. The ways are counted exactly, with sets of sums kept as the bits of one number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from math import gcd

from gongshi.disclosure.counting import Cell, Counted, chain, group_of, item_of
from gongshi.disclosure.figures import declaration

Prices = Mapping[str, frozenset[int]]
"""For each benefit what a household may have had of it, in units."""


def small_benefits(counted: Counted, k: int) -> dict[tuple[Cell, str], int]:
    """Households of each benefit in each amount below the county, where they are fewer than ``k``."""
    behind: dict[tuple[Cell, str], set[str]] = defaultdict(set)
    for figure in declaration().figures.values():
        if figure.money not in ("group", "total"):
            continue
        for share in counted.money:
            item = item_of(figure, share)
            for place in chain(counted, share.village, len(figure.levels)):
                if place != counted.county:
                    behind[Cell(figure.figure, place, item, "amount"), share.benefit].add(share.household)
    return {key: len(households) for key, households in behind.items() if len(households) < k}


def pinned(counted: Counted, published: Collection[Cell], k: int) -> set[Cell]:
    """The published amounts that leave a benefit of few households fewer than ``k`` possible numbers."""
    prices, unit = _prices(counted)
    benefits_of = _groups(counted)
    largest: dict[tuple[int, str, frozenset[str]], int] = defaultdict(int)
    asked = []
    for (cell, benefit), few in small_benefits(counted, k).items():
        if cell in published:
            group, _, year = cell.item.rpartition("/")
            benefits = benefits_of[group]
            total = int(counted.cells[cell].value * 100) // unit
            asked.append((cell, benefit, few, total, (int(year), benefit, benefits)))
            largest[asked[-1][-1]] = max(largest[asked[-1][-1]], total)
    others = {key: _Sums(_but(prices[key[0]], key[2], key[1]), most) for key, most in largest.items()}
    found: set[Cell] = set()
    for cell, benefit, few, total, key in asked:
        if cell not in found and not _wide(others[key], prices[key[0]][benefit], total, few, k):
            found.add(cell)
    return found


def _groups(counted: Counted) -> dict[str, frozenset[str]]:
    """The benefits that an amount of each group may be made of; of no group, all."""
    names = {share.benefit for share in counted.money}
    found = {group: frozenset(name for name in names if group_of(name) == group) for group in declaration().groups}
    return found | {"": frozenset(names)}


def _prices(counted: Counted) -> tuple[dict[int, dict[str, frozenset[int]]], int]:
    """By year what a household had of each benefit, in the largest unit that divides all of it."""
    found: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    unit = 0
    for share in counted.money:
        found[share.year][share.benefit].add(share.cents)
        unit = gcd(unit, share.cents)
    unit = unit or 1
    return {
        year: {benefit: frozenset(cents // unit for cents in values) for benefit, values in benefits.items()}
        for year, benefits in found.items()
    }, unit


def _but(prices: Prices, benefits: Collection[str], without: str) -> set[int]:
    return {price for name in benefits if name != without for price in prices.get(name, ())}


class _Sums:
    """All sums of any number of ``prices``, up to ``most`` at least: bit n is set if n is one of them.

    From where every multiple of their common divisor is a sum over the length of the smallest price, all larger ones
    are: so no more bits are needed than up to there.
    """

    def __init__(self, prices: Collection[int], most: int) -> None:
        self._step, smallest, limit = gcd(*prices), min(prices, default=1), 1 << 12
        self._bits = 1
        while True:
            self._limit = min(limit, most)
            self._bits = _closed(self._bits, prices, self._limit)
            window = range(self._limit - smallest + 1, self._limit + 1)
            full = bool(prices) and all(self._bits >> n & 1 for n in window if n >= 0 and n % self._step == 0)
            if full or self._limit == most:
                return
            limit *= 4

    def has(self, number: int) -> bool:
        """Whether a number is one of the sums."""
        if number <= self._limit:
            return number >= 0 and bool(self._bits >> number & 1)
        return self._step > 0 and number % self._step == 0


def _closed(bits: int, prices: Collection[int], most: int) -> int:
    mask = (1 << (most + 1)) - 1
    bits &= mask
    for price in sorted(prices):
        step = price
        while step <= most:
            bits |= (bits << step) & mask
            step *= 2
    return bits


def _wide(others: _Sums, prices: Collection[int], total: int, few: int, k: int) -> bool:
    """Whether the households of one benefit may be ``k`` different numbers, ``few`` among them, or lie as far apart."""
    layer, least, most = {0}, few, few
    for number in range(few + k):
        if any(others.has(total - part) for part in layer):
            least, most = min(least, number), max(most, number)
            if most - least >= k - 1:
                return True
        layer = {part + price for part in layer for price in prices if part + price <= total}
    return False
