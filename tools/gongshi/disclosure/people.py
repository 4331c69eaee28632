"""People are counted, never listed: households and persons by place and by one attribute at a time.

The source has one row for each household and never leaves this module; what leaves are sums over places, with
small counts withheld (``suppression``) over all attributes at once, because they share their totals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gongshi.disclosure.suppression import NOT_YET, SECONDARY, Sum, Withheld, suppress

LEVELS = ("县", "乡镇", "村")
TOTAL = ("合计", "合计")


@dataclass(frozen=True, slots=True)
class Dimension:
    """An attribute of households that may be crossed with places, down to ``finest``."""

    field: str
    finest: str


DIMENSIONS = (
    Dimension("household_class", "村"),
    Dimension("poverty_status", "乡镇"),
    Dimension("main_cause", "乡镇"),
    Dimension("helped", "乡镇"),
)
HELPED = ("帮扶责任人", ("有", "无"))
"""Who has a helper is published as a table of its own (``help``), but shares its totals with all the others here."""

SOURCE = """
SELECT h.village_code, h.household_class,
  CASE h.poverty_status WHEN '已脱贫' THEN '已脱贫' ELSE '未脱贫' END AS poverty_status, h.main_cause,
  CASE WHEN p.household_no IS NULL THEN '无' ELSE '有' END AS helped,
  count(*) AS households, sum(h.population)::BIGINT AS persons
FROM {households} h
LEFT JOIN (SELECT DISTINCT household_no FROM {pairings}
  WHERE role = '帮扶责任人' AND ended_on IS NULL) p ON p.household_no = h.household_no
WHERE h.poverty_status <> '已销号'
GROUP BY ALL"""
"""Groups of households that are alike in every dimension; these rows do not leave this room."""

STATUS = ("未脱贫", "已脱贫")


class Count(NamedTuple):
    """One published cell. Both numbers are withheld together; of the persons it is not said whether they are few."""

    division_code: str
    level: str
    dimension: str
    value: str
    households: int | Withheld
    persons: int | Withheld


class Place(NamedTuple):
    """A division: its code, its level and the code of the one above it."""

    code: str
    level: str
    parent: str | None


Key = tuple[str, str, str]
Values = Mapping[str, tuple[str, tuple[str, ...]]]
"""For each dimension's field its title and all its values, in order."""


def count(groups: Iterable[Sequence], places: Sequence[Place], values: Values, threshold: int) -> list[Count]:
    """The published cells of ``groups`` (the rows of SOURCE)."""
    cells = _cells(groups, places, values)
    numbers = {key: cells.get(key, (0, 0)) for key in _keys(places, values)}
    households = {key: number[0] for key, number in numbers.items()}
    hidden = suppress(households, _sums(places, values), threshold)
    levels = {place.code: place.level for place in places}
    return [
        Count(key[0], levels[key[0]], *key[1:], *((hidden[key], SECONDARY) if key in hidden else number))
        for key, number in numbers.items()
    ]


def not_yet(places: Sequence[Place], values: Values) -> list[Count]:
    """The same cells, none of them published yet."""
    levels = {place.code: place.level for place in places}
    return [Count(key[0], levels[key[0]], *key[1:], NOT_YET, NOT_YET) for key in _keys(places, values)]


def _keys(places: Sequence[Place], values: Values) -> Iterable[Key]:
    """Every cell there is, empty ones too, in the order of publication."""
    for place in places:
        yield (place.code, *TOTAL)
        for dimension in _dimensions(place):
            title, choices = values[dimension.field]
            for value in choices:
                yield (place.code, title, value)


def _dimensions(place: Place) -> list[Dimension]:
    return [d for d in DIMENSIONS if LEVELS.index(place.level) <= LEVELS.index(d.finest)]


def _sums(places: Sequence[Place], values: Values) -> list[Sum]:
    """A place is the sum of the places in it, and of the values of each dimension."""
    below: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        if place.parent:
            below[place.parent].append(place)
    sums = []
    for place in places:
        inside = below[place.code]
        tables = [TOTAL] if inside else []
        for dimension in _dimensions(place):
            title, choices = values[dimension.field]
            sums.append(Sum((place.code, *TOTAL), tuple((place.code, title, value) for value in choices)))
            if inside and dimension in _dimensions(inside[0]):
                tables += [(title, value) for value in choices]
        sums += [Sum((place.code, *cell), tuple((child.code, *cell) for child in inside)) for cell in tables]
    return sums


def _cells(groups: Iterable[Sequence], places: Sequence[Place], values: Values) -> dict[Key, tuple[int, int]]:
    """Households and persons in every cell that has any."""
    above = {place.code: place.parent for place in places}
    fields = {place.code: [dimension in _dimensions(place) for dimension in DIMENSIONS] for place in places}
    titles = [values[dimension.field][0] for dimension in DIMENSIONS]
    cells: dict[Key, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for village, *group, households, persons in groups:
        code = village
        while code:
            crossed = zip(fields[code], titles, group, strict=True)
            for key in (TOTAL, *((title, value) for wanted, title, value in crossed if wanted)):
                one, many = cells[code, *key]
                cells[code, *key] = (one + households, many + persons)
            code = above[code]
    return cells
