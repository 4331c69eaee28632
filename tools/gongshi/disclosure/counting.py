"""Counting: every cell of every declared figure as the records stood, before anything is withheld.

What is counted here never leaves the room: ``withholding`` decides what of it is published.
"""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache, partial
from typing import Any, NamedTuple

from gongshi.checks.phrases import is_personal
from gongshi.disclosure.figures import TOTAL, USUAL, Figure, declaration
from gongshi.disclosure.views import COUNTED, PUBLIC, Queried, aliases_in, expand, tables_in
from gongshi.model import GongshiError
from gongshi.package import Kept, LookedAt, columns_named, forgetful, joined, queries, those
from gongshi.package.schema import Descriptor
from gongshi.policy import Outcome, RuleState, Verdict

JOINS = frozenset({"household_no", "member_no", "pairing_id", "payment_id", "village_code", "school_code"})
"""Numbers that a count may join and count by, and that no result has."""

_SQL = queries("counted")
_PLACES, _MONEY, _VILLAGES, _PARTS, _PROJECTS, _OWN, _PUPILS, _TERMS = (
    _SQL[name] for name in ("places", "money", "villages", "parts", "projects", "own", "pupils", "terms")
)

_PAID = (_MONEY, _VILLAGES, _PROJECTS, _TERMS)
_BEHIND = (_PARTS, _OWN, _PUPILS)
"""What cells do not follow from, but what a reader could work out of them does."""


class Cell(NamedTuple):
    """One number: of which figure, which place, which group, what is measured."""

    figure: str
    place: str
    item: str
    measure: str


class Count(NamedTuple):
    """A number, how many households or persons stand behind it, and how many of them are one of it (None: not so)."""

    value: Any
    units: int
    scale: Decimal | None = Decimal(1)


class Sum(NamedTuple):
    """``total`` is the sum of ``parts``."""

    total: Cell
    parts: tuple[Cell, ...]


class Share(NamedTuple):
    """What one household had of one benefit in one year, in cents."""

    village: str
    benefit: str
    year: int
    household: str
    cents: int


@dataclass(slots=True)
class Counted:
    """All cells, the sums that tie them, and what stands behind the money."""

    day: datetime.date
    county: str
    parents: Mapping[str, str]
    cells: dict[Cell, Count] = field(default_factory=dict)
    sums: list[Sum] = field(default_factory=list)
    money: list[Share] = field(default_factory=list)
    villages: list[tuple[Share, set[str]]] = field(default_factory=list)
    """The same of a village, benefit and year as one, with the households that had it."""
    recipients: dict[tuple[str, str, int], int] = field(default_factory=dict)
    """How many persons of a household had a benefit in a year."""
    paid: dict[tuple[str, int], set[int]] = field(default_factory=dict)
    """What was paid of a benefit in a year at a time, in cents."""
    routes: dict[tuple[str, str], dict[tuple[str, int], int]] = field(default_factory=dict)
    """For each project and allocation the cents of each benefit and year."""
    pupils: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    """For each school and item of school-aid what each pupil had, in cents."""
    levels: dict[str, str] = field(default_factory=dict)
    """The level of each school."""
    terms: dict[str, set[tuple[str, int]]] = field(default_factory=dict)
    """For each item of school-aid the benefit and the years it was paid in."""
    homes: dict[str, int] = field(default_factory=dict)
    """How many households a place has, as the figure of people says."""
    own: list[Share] = field(default_factory=list)
    """What a project, which stands for its households, paid them all in one village, or else in one township."""
    alike: list[tuple[Cell | None, list[Cell]]] = field(default_factory=list)
    """Numbers that all say how long one register is, and the figure that says it first, if there is one."""


def smallest(database: Queried) -> int:
    """Counts below this are not published: the county's own number, or the usual one."""
    rows = database.sql(queries("county")["threshold"]) if _has(database, "county", "threshold") else []
    return int(rows[0][0]) if rows and rows[0][0] is not None else USUAL


def counted_tables(descriptor: Descriptor) -> frozenset[str]:
    """The tables that figures are counted from."""
    return frozenset(descriptor.resources.keys() & {"county", *(name for sql in _queries() for name in tables_in(sql))})


def counted_columns(descriptor: Descriptor) -> LookedAt:
    """What of those tables figures are counted from."""
    return _columns_of(descriptor, _queries())


def _columns_of(descriptor: Descriptor, queries: Iterable[str]) -> LookedAt:
    found: LookedAt = dict.fromkeys({"county"} & descriptor.resources.keys())
    for sql in queries:
        for name, words in columns_named(sql, aliases_in(sql)).items():
            resource = descriptor.resources.get(name)
            if resource is not None:
                found = joined(found, {name: None if words is None else those(resource, words)})
    return found


def _queries() -> tuple[str, ...]:
    """All that is asked."""
    return (_PLACES, *_PAID, *_BEHIND, *(one.sql for one in declaration().figures.values()))


def _has(database: Queried, resource: str, name: str) -> bool:
    found = database.descriptor.resources.get(resource)
    return found is not None and any(item.name == name for item in found.schema.fields)


def count(
    database: Queried,
    verdict: Verdict | None,
    day: datetime.date,
    figures: Sequence[Figure],
    kept: Kept | None = None,
) -> Counted:
    """Every cell of ``figures`` on ``day``; ``verdict`` is what the rules say on it. With ``kept``, which remembers figures one by one,
    the money of single persons and households is left out: cells follow from that of villages."""
    places = _rows(database, _PLACES, day, "")
    county = next((code for code, level, _ in places if level == "县"), "")
    if not county:
        raise GongshiError("区划表里没有县，先补登县一级的区划。")
    known = {code for code, _, _ in places}
    counted = Counted(day, county, {code: parent for code, _, parent in places if parent in known})
    levels = {level: [code for code, its, _ in places if its == level] for level in ("县", "乡镇", "村")}
    columns = partial(_columns_of, database.descriptor)
    paid = partial(columns, (_PLACES, *_PAID))
    remember = kept or forgetful
    money: Counted = remember(
        f"money {day}", paid, lambda: _read_money(database, replace(counted, **_unpaid()), kept is None)
    )
    counted = replace(money, cells={}, sums=[], alike=[])
    if kept is None:
        _read_behind(database, counted)
    _placed("到户补助", levels, "村", {share.village for share, _ in counted.villages})
    for figure in figures:
        if figure.figure == "rules":
            _rules(database, counted, verdict)
            continue
        reads = paid if figure.money else partial(columns, (_PLACES, figure.sql))
        counted.cells |= remember(f"{figure!r} {day}", reads, partial(_cells_of, database, counted, figure, levels))
    _tie(counted, {figure.figure: figure for figure in figures}, levels)
    people = declaration().registers["households"]
    homes = {cell.place: one.value for cell, one in counted.cells.items() if (cell.figure, *cell[2:]) == people}
    counted.homes = {place: int(value) for place, value in homes.items()}
    return counted


def _cells_of(
    database: Queried, counted: Counted, figure: Figure, levels: Mapping[str, list[str]]
) -> dict[Cell, Count]:
    """The cells of one figure."""
    alone = replace(counted, cells={})
    if figure.money:
        _money(alone, figure, levels)
    else:
        _table(database, alone, figure, levels)
    return alone.cells


def _unpaid() -> dict[str, Any]:
    """Empty places for what is read of money."""
    mappings: dict[str, Any] = {name: {} for name in ("recipients", "paid", "routes", "pupils", "levels", "terms")}
    return mappings | {name: [] for name in ("money", "villages", "own")}


def _rows(database: Queried, sql: str, day: datetime.date, county: str) -> Sequence[tuple[Any, ...]]:
    text = sql.replace("$county", f"'{county}'").replace("$day", f"DATE '{day.isoformat()}'")
    return database.sql(expand(text, database.descriptor, COUNTED | PUBLIC, JOINS))


# -- tables --------------------------------------------------------------------------------------------------------


def _table(database: Queried, counted: Counted, figure: Figure, levels: Mapping[str, list[str]]) -> None:
    """Cells of a figure that a query counts at its lowest level; every level above is a sum."""
    names = _columns(figure)
    items = _items(database, figure)
    rows = _rows(database, f"SELECT {', '.join(names)} FROM ({figure.sql})", counted.day, counted.county)
    if len(figure.levels) > 1:
        _placed(figure.title, levels, figure.levels[-1], {place for place, *_ in rows})
    for place, item, *values in rows:
        if place is None or item is None:
            raise GongshiError(f"“{figure.title}”里有没填的项目或地方，统计不了；先运行 gongshi check 改好记录。")
        row = dict(zip(names[2:], values, strict=True))
        for code in _upwards(counted, figure, place):
            _add(counted, figure, code, item, row)
    for level in figure.levels if items else ():
        for place in levels.get(level, ()):
            for item in items:
                for measure in figure.measures:
                    counted.cells.setdefault(Cell(figure.figure, place, item, measure), Count(0, 0))


def _placed(title: str, levels: Mapping[str, list[str]], level: str, places: Collection[str | None]) -> None:
    """GongshiError if somebody lives in no place of a level: what is left of the county would be theirs alone."""
    if level in levels and not set(levels[level]).issuperset(places):
        raise GongshiError(
            f"“{title}”里有不在区划表任何一个{level}里的，统计不了；先运行 gongshi check，改好村代码和户编号。"
        )


def _columns(figure: Figure) -> list[str]:
    """What a figure's query is asked for: its own columns, and those of ``units`` and ``scale`` that it has."""
    extra = [f"{word}{ending}" for word in ("units", "scale") for ending in ("", *(f"_{m}" for m in figure.measures))]
    return ["place", "item", *figure.measures, *(name for name in extra if re.search(rf"\bAS {name}\b", figure.sql))]


def _items(database: Queried, figure: Figure) -> tuple[str, ...]:
    if isinstance(figure.items, tuple):
        return figure.items
    resource, _, name = figure.items.partition(".")
    return tuple(database.descriptor.resources[resource].schema.field(name).enum)


def _upwards(counted: Counted, figure: Figure, place: str) -> Iterator[str]:
    """The place and, as far as the figure has their levels, those it lies in."""
    yield place
    for _ in figure.levels[1:]:
        above = counted.parents.get(place, counted.county if place != counted.county else "")
        if not above:
            return
        yield above
        place = above


def _add(counted: Counted, figure: Figure, place: str, item: str, row: Mapping[str, Any]) -> None:
    first = next(iter(figure.measures))
    for measure in figure.measures:
        value = row[measure]
        if value is None:
            continue
        units = row.get(f"units_{measure}", row.get("units", row[first])) or 0  # 0: of how many nobody knows
        if value < 0 or units < 0:
            raise GongshiError(f"“{figure.title}”里有负数，统计不了，先运行 gongshi check 改好记录。")
        scale = row.get(f"scale_{measure}", row.get("scale", None if figure.measures[measure] == "元" else 1))
        cell = Cell(figure.figure, place, item, measure)
        old = counted.cells.get(cell)
        total = Count(value, int(units), None if scale is None else Decimal(scale))
        counted.cells[cell] = total if old is None else Count(old.value + value, old.units + total.units, total.scale)


def _rules(database: Queried, counted: Counted, verdict: Verdict | None) -> None:
    """Rows that rules over tables of persons looked at, where that is the whole register, and broke.

    A part of a register is a group of its own, and beside the whole it tells how many are left out.
    """
    personal = {name for name, resource in database.descriptor.resources.items() if is_personal(resource)}
    ran = [
        outcome for outcome in (verdict.outcomes if verdict else ())
        if outcome.rule.resource in personal and outcome.state == RuleState.RAN
    ]  # fmt: skip
    whole = [outcome for outcome in ran if not outcome.rule.scope and "where" not in outcome.rule.body.items]
    for resource in sorted({outcome.rule.resource for outcome in whole}):
        _whole(counted, resource, [outcome for outcome in whole if outcome.rule.resource == resource])
    for outcome in ran:
        known = _register(counted, outcome.rule.resource)[1]
        left = [outcome.looked - outcome.broke, abs(outcome.broke - int(known.value)) if known else 0]
        few = min([outcome.broke, *(rest for rest in left if rest > 0)])
        counted.cells[Cell("rules", outcome.rule.id, TOTAL, "broke")] = Count(outcome.broke, few)


def _register(counted: Counted, resource: str) -> tuple[Cell | None, Count | None]:
    """The figure that says how long a register is, where one does, and what it says."""
    named = declaration().registers.get(resource)
    cell = Cell(named[0], counted.county, *named[1:]) if named else None
    known = counted.cells.get(cell) if cell else None
    return (cell if known else None), known


def _whole(counted: Counted, resource: str, outcomes: Sequence[Outcome]) -> None:
    """What rules over all of a register looked at: nothing, or as many as its figure says, or else the longest of them."""
    first, known = _register(counted, resource)
    length = int(known.value) if known else max(outcome.looked for outcome in outcomes)
    cells = {
        Cell("rules", outcome.rule.id, TOTAL, "looked"): outcome.looked
        for outcome in outcomes
        if outcome.looked in (0, length)
    }
    counted.cells |= {cell: Count(looked, looked) for cell, looked in cells.items()}
    counted.alike.append((first, sorted(cell for cell, looked in cells.items() if looked)))


# -- money ---------------------------------------------------------------------------------------------------------


def _read_money(database: Queried, counted: Counted, singly: bool) -> Counted:
    """The same with what was paid to persons, ``singly`` by household."""
    if singly:
        for village, benefit, year, household, amount, least in _rows(database, _MONEY, counted.day, ""):
            _paid_right(least, least is None)
            if amount:
                counted.money.append(Share(village, benefit, year, household, int(amount * 100)))
        counted.villages = gathered(counted.money)
    else:
        for village, benefit, year, homes, amount, least, blank in _rows(database, _VILLAGES, counted.day, ""):
            _paid_right(least, blank)
            if homes:
                counted.villages.append((Share(village, benefit, year, "", int(amount * 100)), set(homes)))
    for project, allocation, benefit, year, _, amount in _rows(database, _PROJECTS, counted.day, ""):
        if amount:
            counted.routes.setdefault((project, allocation), {})[benefit, year] = int(amount * 100)
    for item, benefit, year in _rows(database, _TERMS, counted.day, ""):
        counted.terms.setdefault(item, set()).add((benefit, year))
    return counted


def _paid_right(least: Decimal | None, blank: bool) -> None:
    """GongshiError if a payment has no amount, or takes money back."""
    if least is not None and least < 0:
        raise GongshiError("补助里有负数（追回的钱），统计不了；请把追回登记为更正后的金额，再冻结数字。")
    if blank:
        raise GongshiError("补助里有没填的金额，统计不了；先运行 gongshi check 改好记录。")


def _read_behind(database: Queried, counted: Counted) -> None:
    """How much each payment was, to how many persons of a household, what projects and pupils had."""
    for benefit, year, household, persons, parts in _rows(database, _PARTS, counted.day, ""):
        if any(parts):
            counted.recipients[household, benefit, year] = persons
            counted.paid.setdefault((benefit, year), set()).update(int(part * 100) for part in parts if part)
    _read_own(database, counted)
    for school, level, item, _, amount in _rows(database, _PUPILS, counted.day, ""):
        counted.pupils.setdefault((school, item), []).append(int(amount * 100))
        counted.levels[school] = level


def _read_own(database: Queried, counted: Counted) -> None:
    paid: dict[str, list[tuple[str, str, int, int]]] = defaultdict(list)
    for project, village, benefit, year, amount in _rows(database, _OWN, counted.day, ""):
        paid[project].append((village, benefit, year, int(amount * 100)))
    for project, parts in paid.items():
        villages = {village for village, *_ in parts}
        towns = {counted.parents.get(village, "") for village in villages}
        place = next(iter(villages if len(villages) == 1 else towns))
        if place and len(towns) == 1:
            counted.own += [Share(place, benefit, year, project, cents) for _, benefit, year, cents in parts]


def _money(counted: Counted, figure: Figure, levels: Mapping[str, list[str]]) -> None:
    """Amounts to persons, with how many households had them; ``rest`` comes when it is known what is withheld."""
    if figure.money == "project":
        households: dict[tuple[str, int], set[str]] = defaultdict(set)
        for share, homes in counted.villages:
            households[share.benefit, share.year] |= homes
        for (project, allocation), parts in counted.routes.items():
            units = min(len(households[key]) for key in parts)
            cell = Cell(figure.figure, project, allocation, "amount")
            counted.cells[cell] = Count(Decimal(sum(parts.values())) / 100, units, None)
        return
    cents: dict[tuple[str, str], int] = defaultdict(int)
    behind: dict[tuple[str, str], set[str]] = defaultdict(set)
    for share, homes in counted.villages:
        item = item_of(figure, share)
        for place in chain(counted, share.village, len(figure.levels)):
            cents[place, item] += share.cents
            behind[place, item] |= homes
    items = sorted({item for _, item in cents})
    for place, item in ((p, i) for level in figure.levels for p in levels[level] for i in items):
        if figure.money == "benefit" and (place, item) not in cents:
            continue
        value = Decimal(cents[place, item]) / 100
        counted.cells[Cell(figure.figure, place, item, "amount")] = Count(value, len(behind[place, item]), None)


def gathered(shares: Iterable[Share]) -> list[tuple[Share, set[str]]]:
    """All shares of a village, benefit and year as one, with the households that had it."""
    cents: dict[tuple[str, str, int], int] = defaultdict(int)
    households: dict[tuple[str, str, int], set[str]] = defaultdict(set)
    for village, benefit, year, household, paid in shares:
        cents[village, benefit, year] += paid
        households[village, benefit, year].add(household)
    return [(Share(*key, "", paid), households[key]) for key, paid in cents.items()]


def item_of(figure: Figure, share: Share) -> str:
    """The item of a figure of money that a share belongs to."""
    if figure.money == "total":
        return str(share.year)
    return f"{group_of(share.benefit) if figure.money == 'group' else share.benefit}/{share.year}"


@cache
def group_of(benefit: str) -> str:
    """The group that a benefit is shown in below the county; one that the declaration does not name is another."""
    return next((name for name, benefits in declaration().groups.items() if benefit in benefits), "其他")


def chain(counted: Counted, village: str, levels: int) -> Iterator[str]:
    """The lowest ``levels`` of county, township, village that a village is in; a household of no village is the county's."""
    township = counted.parents.get(village, "")
    yield from [code for code in (counted.county, township, village)[:levels] if code]


# -- sums ----------------------------------------------------------------------------------------------------------


def _tie(counted: Counted, figures: Mapping[str, Figure], levels: Mapping[str, list[str]]) -> None:
    """All sums that every reader knows."""
    by_place: dict[tuple[str, str, str], list[Cell]] = defaultdict(list)
    by_figure: dict[tuple[str, str, str], list[Cell]] = defaultdict(list)
    for cell in counted.cells:
        figure = figures[cell.figure]
        if cell.measure in figure.apart:
            continue
        by_figure[cell.figure, cell.place, cell.measure].append(cell)
        above = counted.parents.get(cell.place, counted.county if cell.place != counted.county else "")
        if len(figure.levels) > 1 and above and cell._replace(place=above) in counted.cells:
            by_place[cell.figure, above, f"{cell.item}\n{cell.measure}"].append(cell)
    for (_, above, _), parts in by_place.items():
        counted.sums.append(Sum(parts[0]._replace(place=above), tuple(parts)))
    for (name, place, measure), cells in by_figure.items():
        figure = figures[name]
        whole = Cell(figure.of, place, TOTAL, measure)
        if figure.of and whole in counted.cells:
            counted.sums.append(Sum(whole, tuple(cells)))
        elif not figure.of and len(cells) > 1 and cells[0]._replace(item=TOTAL) in cells:
            total = cells[0]._replace(item=TOTAL)
            counted.sums.append(Sum(total, tuple(cell for cell in cells if cell != total)))
    _tie_money(counted, levels)


def _tie_money(counted: Counted, levels: Mapping[str, list[str]]) -> None:
    """Groups add up to the total of a place, benefits to the groups of the county."""
    places = [*levels["县"], *levels["乡镇"]]
    groups = declaration().groups
    paid = {(share.benefit, share.year) for share, _ in counted.villages}
    for year in sorted({year for _, year in paid}):
        for place in places:
            parts = [Cell("benefit-groups", place, f"{group}/{year}", "amount") for group in groups]
            _sum(counted, Cell("benefit-totals", place, str(year), "amount"), parts)
        for group in groups:
            total = Cell("benefit-groups", counted.county, f"{group}/{year}", "amount")
            names = {benefit for benefit, its in paid if its == year and group_of(benefit) == group}
            _sum(
                counted, total, [Cell("benefits", counted.county, f"{name}/{year}", "amount") for name in sorted(names)]
            )

    county = counted.county
    projects = {Cell("project-persons", *route, "amount"): set(parts) for route, parts in counted.routes.items()}
    terms = {Cell("school-aid", county, item, "amount"): parts for item, parts in counted.terms.items()}
    for cells in (projects, terms):
        for left, right in _components(counted, cells):
            if len(right) == 1:
                _sum(counted, right[0], left)
            elif len(left) == 1:
                _sum(counted, left[0], right)


def _components(
    counted: Counted, cells: Mapping[Cell, set[tuple[str, int]]]
) -> Iterator[tuple[list[Cell], list[Cell]]]:
    """Cells and the benefits of a year that they share, in groups that share none with another, and whose sums agree."""
    left = {cell: parts for cell, parts in sorted(cells.items()) if cell in counted.cells}
    while left:
        group, reached = [], set(next(iter(left.values())))
        while more := [cell for cell, parts in left.items() if parts & reached]:
            group += more
            reached |= set().union(*(left.pop(cell) for cell in more))
        right = [Cell("benefits", counted.county, f"{benefit}/{year}", "amount") for benefit, year in sorted(reached)]
        if sum(counted.cells[c].value for c in group) == sum(
            counted.cells[c].value for c in right if c in counted.cells
        ):
            yield group, right


def _sum(counted: Counted, total: Cell, parts: Sequence[Cell]) -> None:
    found = tuple(part for part in parts if part in counted.cells)
    if total in counted.cells and found:
        counted.sums.append(Sum(total, found))
