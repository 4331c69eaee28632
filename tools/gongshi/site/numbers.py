"""Numbers that several pages show: sums over the rows of the views."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any, NamedTuple

from gongshi.disclosure import Withheld, add

LEVELS = ("中央", "省", "市", "县", "东西部协作", "定点帮扶", "行业", "社会")
STAGES = ("谋划", "入库", "下达", "招标", "开工", "竣工", "初检", "验收", "决算", "移交")


WAN, CENT, TENTH = Decimal(10000), Decimal("0.01"), Decimal("0.1")
OTHER_VILLAGES = ("非贫困村", "一般村")
"""Villages that never were poor have no day of exit."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Money on its way: what came, what projects it was given to, what was paid (withheld if a part of it is)."""

    name: str
    count: int
    amount: Decimal
    budgeted: Decimal
    paid: Decimal | Withheld


@dataclass(frozen=True, slots=True)
class ProjectSums:
    """The money of some projects; ``paid`` counts what is on record as paid."""

    count: int
    budget: Decimal
    paid: Decimal | Withheld


class PeopleCount(NamedTuple):
    """Households and persons; both may be withheld."""

    households: int | Withheld
    persons: int | Withheld


class PeopleCounts(NamedTuple):
    """The counts of one place: in all, and by each dimension."""

    total: PeopleCount
    groups: Mapping[str, Mapping[str, PeopleCount]]


def ten_thousands(value: Decimal) -> Decimal:
    """An amount of yuan in units of ten thousand, rounded in the one way of the whole site."""
    return (value / WAN).quantize(CENT, ROUND_HALF_UP)


def in_wan(value: Decimal | Withheld) -> str:
    """An amount in a sentence; one so small that nothing would be left of it is said in yuan."""
    if isinstance(value, Withheld):
        return str(value)
    rounded = ten_thousands(value)
    return f"{rounded:,} 万元" if rounded or not value else f"{value:,.2f} 元"


def percent(ratio: Decimal) -> str:
    """A share with one digit: never 100.0% while something is left or too much, never 0.0% if there is something."""
    shown = (ratio * 100).quantize(TENTH, ROUND_HALF_UP)
    if shown == 100 and ratio != 1:
        return "99.9%" if ratio < 1 else "100.1%"
    return "不到 0.1%" if ratio > 0 and not shown else f"{shown}%"


def flows(allocations: Iterable[Any]) -> list[Flow]:
    """Allocations by source, and in all at the end."""
    levels: dict[str, list[Any]] = defaultdict(list)
    for row in allocations:
        levels[row.source_level].append(row)
    order = sorted(levels, key=lambda name: (LEVELS.index(name) if name in LEVELS else len(LEVELS), name))
    found = [_flow(name, levels[name]) for name in order]
    return [*found, _flow("合计", [row for name in order for row in levels[name]])]


def _flow(name: str, rows: Sequence[Any]) -> Flow:
    amounts = (add((Decimal(0), *(getattr(row, field) for row in rows))) for field in ("amount", "budgeted", "paid"))
    return Flow(name, len(rows), *amounts)


def sums(projects: Sequence[Any]) -> ProjectSums:
    """What some projects cost and what was paid for them."""
    budget, paid = (add((Decimal(0), *(getattr(row, field) for row in projects))) for field in ("budget_total", "paid"))
    return ProjectSums(len(projects), budget, paid)


def by_field(projects: Iterable[Any], field: str) -> list[tuple[str, ProjectSums]]:
    """The money of projects by one of their fields, the largest first."""
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in projects:
        groups[getattr(row, field)].append(row)
    found = [(name, sums(rows)) for name, rows in groups.items()]
    return sorted(found, key=lambda item: (-item[1].budget, item[0]))


def stages(projects: Iterable[Any]) -> list[tuple[str, int]]:
    """How many projects are at each stage, in order."""
    found = Counter(row.stage for row in projects)
    return [(stage, found[stage]) for stage in STAGES if found[stage]]


def poor(on: date) -> bool:
    """Whether anybody may still be poor on this day."""
    return on < date(2021, 1, 1)


def watched(counts: PeopleCounts, on: date) -> PeopleCount | None:
    """Who needs help most: until 2020 who has not left poverty, since then who is watched; None if nobody counted."""
    dimension, value = ("脱贫状态", "未脱贫") if poor(on) else ("帮扶身份", "监测对象")
    return counts.groups.get(dimension, {}).get(value)


def by_edition(on: date) -> Mapping[str, Any]:
    """What templates ask of a day's edition."""
    return {"watched": partial(watched, on=on), "other_villages": OTHER_VILLAGES, "before_2021": poor(on)}


def people(rows: Iterable[Any]) -> Mapping[str, PeopleCounts]:
    """The rows of the view ``people``, by place."""
    totals: dict[str, PeopleCount] = {}
    groups: dict[str, dict[str, dict[str, PeopleCount]]] = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        cell = PeopleCount(row.households, row.persons)
        if row.dimension == "合计":
            totals[row.division_code] = cell
        else:
            groups[row.division_code][row.dimension][row.value] = cell
    return {code: PeopleCounts(total, groups[code]) for code, total in totals.items()}
