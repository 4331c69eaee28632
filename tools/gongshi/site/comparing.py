"""Things side by side: townships, villages, and what one unit of the same kind of work costs.

Every figure here is one that another page publishes, or money over a length or an area, which is nobody's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import Any, NamedTuple

from gongshi.disclosure import Disclosure
from gongshi.disclosure.views import counts_people
from gongshi.package import worded
from gongshi.site.numbers import PeopleCounts, poor, sums
from gongshi.site.places import Map
from gongshi.site.receipts import Projects
from gongshi.site.render import wan, yuan
from gongshi.site.tracks import Way

ENOUGH = 3
"""So many works of a kind have a middle."""
FAR = Decimal("1.5")
"""So many times the middle, or the middle so many times it, is worth asking about."""
PROGRAMMES = frozenset({"整村推进"})
"""Sub-categories that say how a village is helped, not what is built: roads and ditches have no middle together."""
_CENT = Decimal("0.01")


class ComparedColumn(NamedTuple):
    """What is compared: its name, its unit and a cell for each place."""

    name: str
    unit: str
    cells: Sequence[Any]


class ComparedPlace(NamedTuple):
    """A township or village that can be chosen."""

    key: str
    name: str
    path: str
    group: str


class Comparison(NamedTuple):
    """Places and what they are compared by."""

    what: str
    places: Sequence[ComparedPlace]
    columns: Sequence[ComparedColumn]

    @property
    def groups(self) -> Mapping[str, Sequence[ComparedPlace]]:
        """The places to choose from, by township."""
        found: dict[str, list[ComparedPlace]] = defaultdict(list)
        for place in self.places:
            found[place.group].append(place)
        return found


def townships(views: Disclosure, counts: Mapping[str, PeopleCounts], picture: Map, on: date) -> Comparison:
    """All townships."""
    towns = views.rows("townships")
    projects: dict[str, list[Any]] = defaultdict(list)
    for row in views.rows("projects"):
        projects[row.township_code].append(row)
    added = {row.township_code: sums(projects[row.township_code]) for row in towns}
    columns = [
        ComparedColumn("村", "个", [row.village_count for row in towns]),
        ComparedColumn("贫困村", "个", [row.poor_villages for row in towns]),
        *([ComparedColumn("已退出的贫困村", "个", [row.exited_villages for row in towns])] if poor(on) else []),
        ComparedColumn("总户数", "户", [row.households for row in towns]),
        ComparedColumn("总人口", "人", [row.population for row in towns]),
        ComparedColumn("扶贫对象", "户", [counts[row.township_code].total.households for row in towns]),
        ComparedColumn("本镇的项目", "个", [added[row.township_code].count for row in towns]),
        ComparedColumn("本镇项目的预算", "万元", [wan(added[row.township_code].budget) for row in towns]),
        ComparedColumn("本镇项目已支付", "万元", [wan(added[row.township_code].paid) for row in towns]),
        *_received(picture, [row.township_code for row in towns]),
    ]
    places = [ComparedPlace(row.slug, row.name, f"townships/{row.slug}.html", "") for row in towns]
    return Comparison("乡镇", places, _said(columns, on))


def villages(
    views: Disclosure, counts: Mapping[str, PeopleCounts], reach: Mapping[str, Projects], picture: Map, on: date
) -> Comparison:
    """All villages: their own projects, of which the money is theirs alone, and what came to households."""
    rows = views.rows("villages")
    names = {row.township_code: row.name for row in views.rows("townships")}
    own = [reach[row.village_code].sums for row in rows]
    columns = [
        ComparedColumn("乡镇", "", [names.get(row.township_code, "") for row in rows]),
        ComparedColumn("总户数", "户", [row.households for row in rows]),
        ComparedColumn("总人口", "人", [row.population for row in rows]),
        ComparedColumn("扶贫对象", "户", [counts[row.village_code].total.households for row in rows]),
        ComparedColumn("只给本村的项目", "个", [one.count for one in own]),
        ComparedColumn("它们的预算", "万元", [wan(one.budget) for one in own]),
        ComparedColumn("已支付", "万元", [wan(one.paid) for one in own]),
        ComparedColumn("共有的项目", "个", [len(reach[row.village_code].shared) for row in rows]),
        *_received(picture, [row.village_code for row in rows]),
    ]
    places = [
        ComparedPlace(row.village_code, row.name, f"villages/{row.village_code}.html", names.get(row.township_code, ""))
        for row in rows
    ]
    return Comparison("村", places, _said(columns, on))


def _said(columns: Iterable[ComparedColumn], on: date) -> list[ComparedColumn]:
    """Columns in the words of a day."""
    return [column._replace(name=worded(column.name, on)) for column in columns]


def _received(picture: Map, codes: Sequence[str]) -> list[ComparedColumn]:
    """Money to households, in all and per head, in each year."""
    found = []
    for year in picture.years:
        amounts = [picture.received(code, year) for code in codes]
        shown = [amount if amount is None else yuan(amount) for amount in amounts]
        found.append(ComparedColumn(f"{year}年到户补助", "元", shown))
        found.append(ComparedColumn(f"{year}年每人到户补助", "元", [picture.head(code, year) for code in codes]))
    return found


class Cost(NamedTuple):
    """What one unit of a work costs: by the accounts if they are closed, else by the budget; ``times`` the middle."""

    project: Any
    quantity: Decimal
    amount: Decimal
    closed: bool
    each: Decimal
    times: Decimal = Decimal(1)

    @property
    def far(self) -> bool:
        return self.times >= FAR or self.times * FAR <= 1

    def beside(self, kind: WorkKind) -> Mapping[str, Any]:
        """What its page says of it and of its kind."""
        of = {"unit": kind.unit, "count": len(kind.costs), "middle": kind.middle}
        return of | {"each": self.each, "closed": self.closed, "times": self.times}


class WorkKind(NamedTuple):
    """Works of one kind, the dearest first."""

    title: str
    unit: str
    middle: Decimal
    costs: Sequence[Cost]

    @property
    def far(self) -> Sequence[Cost]:
        """Those to ask about."""
        return [cost for cost in self.costs if cost.far]


def unit_costs(projects: Iterable[Any], ways: Mapping[str, Way]) -> list[WorkKind]:
    """The kinds of which there are enough works, those with most works first."""
    kinds: dict[tuple[str, str], list[Cost]] = defaultdict(list)
    for row in projects:
        cost = None if ways[row.project_id].benefit else _cost(row)
        if cost:
            title = f"{row.category}：{row.sub_category}" if row.sub_category else row.category
            kinds[title, row.quantity_unit].append(cost)
    found = []
    for (title, unit), costs in kinds.items():
        middle = median(cost.each for cost in costs).quantize(_CENT, ROUND_HALF_UP)
        if len(costs) >= ENOUGH and middle:
            ranked = [cost._replace(times=(cost.each / middle).quantize(_CENT, ROUND_HALF_UP)) for cost in costs]
            found.append(
                WorkKind(title, unit, middle, sorted(ranked, key=lambda cost: (-cost.each, cost.project.project_id)))
            )
    return sorted(found, key=lambda kind: (-len(kind.costs), kind.title, kind.unit))


def _cost(row: Any) -> Cost | None:
    """None where what is counted is people, is withheld or missing, or where works of many kinds stand under one word."""
    if counts_people(row.quantity_unit or "") or row.sub_category in PROGRAMMES:
        return None
    closed = _known(row.accepted_quantity) and _known(row.final_cost)
    quantity, amount = (row.accepted_quantity, row.final_cost) if closed else (row.quantity, row.budget_total)
    if not (_known(quantity) and _known(amount)):
        return None
    each = (Decimal(amount) / Decimal(quantity)).quantize(_CENT, ROUND_HALF_UP)
    return Cost(row, Decimal(quantity), Decimal(amount), closed, each)


def _known(value: Any) -> bool:
    return isinstance(value, int | Decimal) and value > 0
