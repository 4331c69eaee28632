"""Amounts that give a small number of persons back by themselves, since prices are known.

An amount is paid in known sums: the standards are public. If all the ways to make it up agree that one benefit had
two households, then the amount says so. The ways are counted exactly, with sets of sums kept as the bits of one number.
A village's total holds of no group of benefits more than its township's published amount of the group, which may be zero,
and pays no benefit to more households than there are. Each question is asked again of what is left when all is taken off
that is known of the other benefits beforehand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from itertools import islice
from math import gcd
from typing import NamedTuple

from gongshi.disclosure.beforehand import Beforehand
from gongshi.disclosure.counting import Cell, Counted, Share, Sum, chain, group_of, item_of
from gongshi.disclosure.figures import declaration

Number = int | Decimal
Prices = Mapping[str, frozenset[int]]
"""For each benefit what a household may have had of it, in units."""


Behind = dict[tuple[Cell, str], set[str]]
"""The households of each benefit in each amount below the county."""


def behind(counted: Counted) -> Behind:
    """Who had what of the amounts of townships and villages."""
    found: Behind = defaultdict(set)
    for figure in declaration().figures.values():
        if figure.money not in ("group", "total"):
            continue
        for share in counted.money:
            item = item_of(figure, share)
            for place in chain(counted, share.village, len(figure.levels)):
                if place != counted.county:
                    found[Cell(figure.figure, place, item, "amount"), share.benefit].add(share.household)
    return found


def small_benefits(counted: Counted, k: int) -> dict[tuple[Cell, str], int]:
    """Households of each benefit in each amount below the county, where they are fewer than ``k``."""
    return {key: len(households) for key, households in behind(counted).items() if len(households) < k}


class PinnedSum(NamedTuple):
    """An amount and a benefit of ``few`` households in it; a remainder goes by the first of its cells.

    ``times`` is how many households can have had one, if that bounds it; ``known`` says what of other benefits is taken off,
    here and of the township, and ``without`` which of them are known as a whole.
    """

    cell: Cell
    benefit: str
    few: int
    total: Decimal
    times: int = 0
    without: frozenset[str] = frozenset()
    known: Callable[[Cell], int] | None = None


def pinned(counted: Counted, published: Collection[Cell], k: int) -> set[Cell]:
    """The published amounts that leave a benefit of few households fewer than ``k`` possible numbers."""
    found: set[Cell] = set()
    for way in _ways(counted):
        asked = _asked(counted, set(published) - found, k, way)
        found |= _narrow(counted, (), asked, k, way)
        shown = set(published) - found
        found |= _narrow(counted, shown, [one for one in asked if one.cell in shown], k, way)
    return found


class _Way(NamedTuple):
    """A way to count who had a benefit: by households and what they had in a year, or by persons and what was paid at a time."""

    prices: Mapping[int, Prices]
    unit: int
    persons: Mapping[tuple[str, str, int], int] | None = None

    def heads(self, households: Collection[str], benefit: str, year: int) -> int:
        """How many they are."""
        if self.persons is None:
            return len(households)
        return sum(self.persons.get((household, benefit, year), 1) for household in households)


def _ways(counted: Counted) -> list[_Way]:
    homes = _Way(*prices_of(counted))
    if not counted.paid:
        return [homes]
    unit = gcd(*(cents for values in counted.paid.values() for cents in values)) or 1
    prices: dict[int, dict[str, frozenset[int]]] = defaultdict(dict)
    for (benefit, year), values in counted.paid.items():
        prices[year][benefit] = frozenset(cents // unit for cents in values)
    return [homes, _Way(prices, unit, counted.recipients)]


def _asked(counted: Counted, published: Collection[Cell], k: int, way: _Way) -> list[PinnedSum]:
    found, had = [], behind(counted)
    before = Beforehand(counted, had, k)
    for (cell, benefit), households in had.items():
        if cell in published and (few := way.heads(households, benefit, _year(cell))) < k:
            found += _with_known(before, [cell], PinnedSum(cell, benefit, few, counted.cells[cell].value), way)
    return found


def _with_known(before: Beforehand, cells: Sequence[Cell], asked: PinnedSum, way: _Way) -> list[PinnedSum]:
    """A question about some cells of a sum, and the same without what is known of the other benefits in them."""
    times = before.times(cells) if way.persons is None else 0
    found = [asked._replace(times=times)]
    if known := before.known(cells, asked.benefit):
        total = asked.total - Decimal(known.cents) / 100
        taken = partial(before.cents, benefit=asked.benefit)
        found.append(asked._replace(total=total, times=times, without=known.benefits, known=taken))
    return found


def _year(cell: Cell) -> int:
    return int(cell.item.rpartition("/")[2])


def sure(counted: Counted, published: Collection[Cell], k: int) -> set[Cell]:
    """What is published without the amounts of groups that tell too much by themselves: those will be withheld."""
    names = {figure.money: figure.figure for figure in declaration().figures.values()}
    way = _ways(counted)[0]
    asked = [one for one in _asked(counted, published, k, way) if one.cell.figure == names["group"]]
    return set(published) - _narrow(counted, (), asked, k, way)


def thin(counted: Counted, published: Collection[Cell], k: int) -> list[Sum]:
    """The sums whose withheld parts together, which a reader gets by subtraction, leave a benefit too few numbers."""
    had, benefits = behind(counted), sorted({share.benefit for share in counted.money})
    before = Beforehand(counted, had, k)
    sums: dict[Cell, Sum] = {}
    left = []
    for relation in counted.sums:
        hidden = [cell for cell in relation.parts if cell not in published]
        if not hidden or relation.total not in published or not declaration().figures[hidden[0].figure].money:
            continue
        rest = counted.cells[relation.total].value
        rest -= sum(counted.cells[cell].value for cell in relation.parts if cell in published)
        sums[hidden[0]] = relation
        for benefit in benefits:
            if households := set().union(*(had.get((cell, benefit), ()) for cell in hidden)):
                left.append((hidden, benefit, households, rest))
    certain, narrow = sure(counted, published, k), set()
    for way in _ways(counted):
        told = []
        for hidden, benefit, homes, rest in left:
            if (few := way.heads(homes, benefit, _year(hidden[0]))) < k:
                told += _with_known(before, hidden, PinnedSum(hidden[0], benefit, few, rest), way)
        narrow |= _narrow(counted, certain, told, k, way)
    return [sums[cell] for cell in sorted(narrow)]


class _Kind(NamedTuple):
    """Amounts that are made up of the same sums."""

    year: int
    benefit: str
    benefits: frozenset[str]
    limits: tuple[tuple[str, int], ...]
    times: int


def _narrow(counted: Counted, published: Collection[Cell], asked: Sequence[PinnedSum], k: int, way: _Way) -> set[Cell]:
    """The cells of the amounts of which too few numbers of households, or of payments, of a benefit can be a part."""
    prices, unit = way.prices, way.unit
    groups = groups_of(counted)
    largest: dict[_Kind, int] = defaultdict(int)
    kinds = []
    for one in asked:
        group, _, year = one.cell.item.rpartition("/")
        bounds = limits(counted, published, one.cell, unit, one.known)
        kind = _Kind(int(year), one.benefit, groups[group] - one.without, bounds, one.times)
        kinds.append((one, kind))
        largest[kind] = max(largest[kind], int(one.total * 100) // unit)
    others = {
        kind: beside(prices[kind.year], kind.benefit, kind.benefits, kind.limits, most, kind.times)
        for kind, most in largest.items()
    }
    found: set[Cell] = set()
    for one, kind in kinds:
        total = int(one.total * 100) // unit
        room = min(total, dict(kind.limits).get(group_of(one.benefit), total))
        most = min(one.few + FARTHER * k, (one.times or MANY) + 1)
        if one.cell not in found and not _wide(others[kind], prices[kind.year][one.benefit], total, room, most, k):
            found.add(one.cell)
    return found


def limits(
    counted: Counted, published: Collection[Cell], cell: Cell, unit: int, known: Callable[[Cell], int] | None = None
) -> tuple[tuple[str, int], ...]:
    """How much of each group a village's total may hold, in units: what is published of its township's, less what is known."""
    names = {figure.money: figure.figure for figure in declaration().figures.values()}
    town = counted.parents.get(cell.place, counted.county)
    if cell.figure != names["total"] or town == counted.county:
        return ()
    year = cell.item.rpartition("/")[2]
    above = {group: Cell(names["group"], town, f"{group}/{year}", "amount") for group in declaration().groups}
    return tuple(
        (group, (int(counted.cells[one].value * 100) - (known(one) if known else 0)) // unit)
        for group, one in above.items()
        if one in published and one in counted.cells
    )


def beside(
    prices: Prices,
    benefit: str,
    benefits: Collection[str],
    limits: Sequence[tuple[str, int]],
    most: int,
    times: int = 0,
) -> PriceSums:
    """What a total of ``benefits`` may hold beside one of them; of each ``times`` at most, if that is not 0."""
    bound = {group: limit for group, limit in limits if limit < most}
    if most > EXACT:  # so many units may be made up in many ways: only what a limit has no room for at all is left out
        others = [(name, bound.get(group_of(name), most)) for name in benefits if name != benefit]
        return PriceSums({price for name, limit in others for price in prices.get(name, ()) if price <= limit}, most)
    if times:
        return _of_few(prices, [name for name in benefits if name != benefit], bound, most, times)
    free = all_but(prices, [name for name in benefits if group_of(name) not in bound], benefit)
    tight = [
        (all_but(prices, [name for name in benefits if group_of(name) == group], benefit), limit)
        for group, limit in bound.items()
    ]
    return PriceSums(free, most, tight)


def _of_few(prices: Prices, names: Sequence[str], bound: Mapping[str, int], most: int, times: int) -> PriceSums:
    """All sums of at most ``times`` of what each benefit is paid in, and of each group of no more than its bound."""
    bits = 1
    for group, limit in bound.items():
        own = 1
        for name in names:
            own = _up_to(own, prices.get(name, ()), times, limit) if group_of(name) == group else own
        bits = _spread(bits, own, most)
    for name in names:
        bits = bits if group_of(name) in bound else _up_to(bits, prices.get(name, ()), times, most)
    return PriceSums((), most, bits=bits)


def flow(counted: Counted, before: Counted, last: Mapping[Cell, Number | None]) -> Counted:
    """What was paid between two publications: the money of households, and each amount that two numbers tell by subtraction.

    Amounts that somebody gave back in, or moved away from, are left out: nobody knows of what they are the sum.
    """
    paid: dict[Share, int] = defaultdict(int)
    for share in counted.money:
        paid[share._replace(cents=0)] += share.cents
    for share in before.money:
        paid[share._replace(cents=0)] -= share.cents
    back = {
        Cell(figure.figure, place, item_of(figure, share), "amount")
        for figure in declaration().figures.values() if figure.money in ("group", "total")
        for share, cents in paid.items() if cents < 0
        for place in chain(counted, share.village, len(figure.levels))
    }  # fmt: skip
    moved = {
        cell: count._replace(value=count.value - before.cells[cell].value)
        for cell, count in counted.cells.items()
        if cell in before.cells and cell not in back and last.get(cell) == before.cells[cell].value
    }
    money = [share._replace(cents=cents) for share, cents in paid.items() if cents > 0]
    own: dict[Share, int] = defaultdict(int)
    for sign, shares in ((1, counted.own), (-1, before.own)):
        for share in shares:
            own[share._replace(cents=0)] += sign * share.cents
    since = [share._replace(cents=cents) for share, cents in own.items() if cents > 0]
    return replace(counted, cells=moved, money=money, own=since)


def groups_of(counted: Counted) -> dict[str, frozenset[str]]:
    """The benefits that an amount of each group may be made of; of no group, all."""
    names = {share.benefit for share in counted.money}
    found = {group: frozenset(name for name in names if group_of(name) == group) for group in declaration().groups}
    return found | {"": frozenset(names)}


def prices_of(counted: Counted) -> tuple[dict[int, dict[str, frozenset[int]]], int]:
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


def all_but(prices: Prices, benefits: Collection[str], without: str) -> set[int]:
    return {price for name in benefits if name != without for price in prices.get(name, ())}


EXACT = 1 << 15
"""Of an amount of more units limits are not followed sum by sum: it would take too long, and leaves room enough."""

MANY = 1 << 30

FARTHER = 4
"""How many times k more numbers than there are households are tried."""


class PriceSums:
    """All sums of any number of ``prices``, up to ``most`` at least: bit n is set if n is one of them.

    From where every multiple of their common divisor is a sum over the length of the smallest price, all larger ones
    are: so no more bits are needed than up to there. Of ``tight`` prices no more than their limit is in a sum.
    """

    def __init__(
        self, prices: Collection[int], most: int, tight: Sequence[tuple[Collection[int], int]] = (), bits: int = 0
    ) -> None:
        self._step, smallest, limit = gcd(*prices), min(prices, default=1), 1 << 12
        self._bits, self._limit = bits or 1, most
        if bits:
            return
        if tight:
            for some, bound in tight:
                self._bits = _spread(self._bits, _closed(1, some, bound), most)
            self._bits = _closed(self._bits, prices, most)
            return
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


def _up_to(bits: int, prices: Collection[int], times: int, most: int) -> int:
    """The sums of a number of ``bits`` and of ``times`` prices at most."""
    mask = (1 << (most + 1)) - 1
    for _ in range(times if prices else 0):
        more = bits
        for price in prices:
            more |= bits << price
        if more & mask == bits:
            break
        bits = more & mask
    return bits


def _spread(bits: int, more: int, most: int) -> int:
    """The sums of a number of ``bits`` and one of ``more``, of which there are few."""
    found, mask = 0, (1 << (most + 1)) - 1
    while more:
        lowest = more & -more
        found |= bits << (lowest.bit_length() - 1)
        more ^= lowest
    return found & mask


def _wide(others: PriceSums, prices: Collection[int], total: int, room: int, most: int, k: int) -> bool:
    """Whether the households of one benefit may be ``k`` different numbers below ``most``."""
    return len(list(islice(possible(others, prices, total, room, most), k))) == k


def possible(others: PriceSums, prices: Collection[int], total: int, room: int, most: int) -> Iterator[int]:
    """The numbers of households, below ``most``, that an amount may have paid one benefit to, of which it holds no more than
    ``room``."""
    layer = {0}
    for number in range(most):
        if any(others.has(total - part) for part in layer):
            yield number
        layer = {part + price for part in layer for price in prices if part + price <= room}
