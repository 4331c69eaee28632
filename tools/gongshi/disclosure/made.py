"""The views that are made of frozen figures alone: people by place, help, schooling, loans, and money to households."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from gongshi.disclosure.figures import TOTAL, declaration
from gongshi.disclosure.frozen import NOT_YET, WITHHELD, Frozen, FrozenCell, Value, Withheld
from gongshi.disclosure.views import HEADS, PUBLIC, ViewColumn, counts_people, expand
from gongshi.package import queries, worded
from gongshi.package.schema import Descriptor

LEVELS = ("县", "乡镇", "村")


def _number(name: str, title: str, unit: str = "", kind: str = "integer") -> ViewColumn:
    return ViewColumn(name, title, kind, unit, people=True)


def _money(name: str = "amount", title: str = "金额") -> ViewColumn:
    return _number(name, title, "元", "number")


_DIVISION = (
    ViewColumn("division_code", "区划代码", description="县、乡镇或村的 12 位代码", origin="divisions.division_code"),
    ViewColumn("name", "名称", description="区划名称", origin="divisions.name"),
    ViewColumn("level", "级别", description="县、乡镇或村", origin="divisions.level"),
)
_TOWNSHIP = (
    ViewColumn("township_code", "乡镇代码", origin="divisions.division_code"),
    ViewColumn("township", "乡镇", origin="divisions.name"),
    ViewColumn("township_slug", "乡镇目录名", origin="divisions.slug"),
)
_SCHOOL = (
    ViewColumn("school_code", "学校编号", description="“合计”是全县，“其他”是县外或没有填的学校"),
    ViewColumn("school", "学校", origin="schools.name"),
)
_PROJECT = (
    ViewColumn("project_id", "项目编号", origin="projects.project_id"),
    ViewColumn("project", "项目", origin="projects.name"),
)
_DAY = ViewColumn("as_of", "截至", "date", description="哪个季度末的数")
_REST = _money("rest", "其余金额")
"""Of a place: its amount less what is published one level below."""

_PLACES, _SCHOOLS, _PROJECTS = (queries("counted")[f"named-{name}"] for name in ("places", "schools", "projects"))
SOURCES = (_PLACES, _SCHOOLS, _PROJECTS)


@dataclass(frozen=True, slots=True)
class Made:
    """A published table of one figure: the columns of its place, of the parts of its item, and its measures."""

    name: str
    title: str
    key: tuple[str, ...]
    place: tuple[ViewColumn, ...]
    items: tuple[ViewColumn, ...]
    measures: tuple[ViewColumn, ...]
    figure: str = ""

    @property
    def source(self) -> str:
        """The figure it is made of."""
        return self.figure or self.name

    @property
    def columns(self) -> tuple[ViewColumn, ...]:
        """All columns, in order."""
        return (*self.place, *self.items, *self.measures, _DAY)


MADE = (
    Made("help", "帮扶责任人覆盖", ("helped",), (), (ViewColumn("helped", "帮扶责任人", description="有或无"),),
         (_number("households", "户数", "户"),), "people-helped"),
    Made("visits", "帮扶责任人走访", ("township_code", "quarter"), _TOWNSHIP, (ViewColumn("quarter", "季度"),),
         (_number("per_household", "户均走访", "次", "number"),)),
    Made("contacts", "帮扶活动次数", ("role", "contact_kind", "quarter"), (),
         (ViewColumn("role", "结对角色"), ViewColumn("contact_kind", "方式"), ViewColumn("quarter", "季度")),
         (_number("contacts", "次数", "次"), _number("pairings", "有活动的结对", "对"))),
    Made("loans", "扶贫小额信贷（按用途）", ("purpose",), (), (ViewColumn("purpose", "用途"),),
         (_number("loans", "笔数", "笔"), _money(), _number("lowest_rate", "最低年利率", "%", "number"),
          _number("highest_rate", "最高年利率", "%", "number"))),
    Made("school-aid", "学生资助（按学校）", ("school_code", "benefit", "period"), _SCHOOL,
         (ViewColumn("benefit", "资助项目"), ViewColumn("period", "所属期")), (_number("persons", "人数", "人"), _money())),
    Made("benefits", "到户补助（按补助项目）", ("benefit", "year"), (),
         (ViewColumn("benefit", "补助项目"), ViewColumn("year", "发放年度", "year")), (_money(),)),
    Made("benefit-groups", "到户补助（按乡镇和大类）", ("division_code", "group", "year"), _DIVISION,
         (ViewColumn("group", "大类"), ViewColumn("year", "发放年度", "year")), (_money(), _REST)),
    Made("benefit-totals", "到户补助（按县、乡镇、村）", ("division_code", "year"), _DIVISION,
         (ViewColumn("year", "发放年度", "year"),), (_money(), _REST)),
    Made("project-persons", "发给个人的资金（按项目和资金）", ("project_id", "allocation_id"), _PROJECT,
         (ViewColumn("allocation_id", "资金编号", origin="allocations.allocation_id"),), (_money(),)),
    Made("dividends", "资产收益分配（按县、乡镇）", ("division_code", "income_year"), _DIVISION,
         (ViewColumn("income_year", "收益年度", "year"),), (_money("amount", "已分配收益"),)),
    Made("residents", "常住户和人口", ("division_code",), _DIVISION, (),
         (_number("households", "总户数", "户"), _number("population", "总人口", "人"))),
)  # fmt: skip

PEOPLE = Made(
    "people", "扶贫对象", ("division_code", "dimension", "value"), _DIVISION,
    (ViewColumn("dimension", "分组", description="按什么分组统计"), ViewColumn("value", "组", description="组的名称")),
    (_number("households", "户数", "户"), _number("persons", "人数", "人")),
)  # fmt: skip
"""Made of figures: in all; by class, status and cause until 2020; since then by what people are."""

_DIMENSIONS = ("people-class", "people-kind", "people-status", "people-cause")
"""The figures that group the same people, in the order of the view."""


class Group(NamedTuple):
    """A way to group people: its title, its groups, down to which of LEVELS, and whether a group of nobody is told, too."""

    figure: str
    title: str
    values: Sequence[str]
    depth: int
    whole: bool


def _groups(descriptor: Descriptor, day: datetime.date) -> Iterator[Group]:
    """The ways to group people on a day."""
    for name in _DIMENSIONS:
        figure = declaration().figures[name]
        if not figure.there(day):
            continue
        if isinstance(figure.items, str):
            field = descriptor.resources["households"].schema.field(figure.items.partition(".")[2])
            yield Group(name, field.title, field.enum, len(figure.levels), False)
        else:
            yield Group(name, worded(figure.title, day), figure.items, len(figure.levels), True)


class ViewPart(NamedTuple):
    """Rows of a view that may be added up: ``suffix`` is for its file, ``chosen`` what their columns say."""

    suffix: str
    title: str
    chosen: Mapping[str, str]

    def holds(self, row: Any) -> bool:
        """Whether a row belongs here."""
        return all(getattr(row, field) == value for field, value in self.chosen.items())


REST = ViewPart("other", "其他", {})
"""What is of no place that the county knows."""

_LEVEL_NAMES = {"县": "county", "乡镇": "township", "村": "village"}
_WITH_TOTALS = {"loans": "purpose", "school-aid": "school_code"}
"""Views that hold a total of the county among their rows, and the column that says so."""


def parts(name: str, descriptor: Descriptor, day: datetime.date) -> list[ViewPart]:
    """What a view is cut into for whoever adds up its rows: no part holds a row together with a total of it.

    A county, its townships and its villages are parts of their own, and so is each way of grouping the same people.
    A row belongs to the first part that holds it.
    """
    if name in _WITH_TOTALS:
        return [ViewPart("total", TOTAL, {_WITH_TOTALS[name]: TOTAL}), ViewPart("", "", {})]
    if name == PEOPLE.name:
        grouped = {TOTAL: ("", len(LEVELS))} | {
            one.title: (one.figure.partition("-")[2], one.depth) for one in _groups(descriptor, day)
        }
        return [
            ViewPart("-".join(filter(None, (_LEVEL_NAMES[level], suffix))), f"{level}，{title}",
                 {"level": level, "dimension": title})
            for title, (suffix, depth) in grouped.items()
            for level in LEVELS[:depth]
        ]  # fmt: skip
    found = next((view for view in MADE if view.name == name and view.place is _DIVISION), None)
    levels = declaration().figures[found.source].levels if found else ()
    return [ViewPart(_LEVEL_NAMES[level], level, {"level": level}) for level in levels] or [ViewPart("", "", {})]


class PlaceNames:
    """Names by code, as a reader knows them; also of what is closed, since figures are of the quarter's end."""

    def __init__(self, database: Any) -> None:
        descriptor = database.descriptor
        rows = database.sql(expand(_PLACES, descriptor, PUBLIC))
        self.divisions = {code: (name, level, slug) for code, name, level, slug, _ in rows}
        self.current = [code for code, *_, current in rows if current]
        self.order = {code: number for number, code in enumerate(self.divisions)}
        self._schools = dict(database.sql(expand(_SCHOOLS, descriptor, PUBLIC)))
        self._projects = dict(database.sql(expand(_PROJECTS, descriptor, PUBLIC)))

    def cells(self, made: Made, code: str) -> tuple[Any, ...]:
        """What stands in the columns of a place."""
        name, level, slug = self.divisions.get(code, (code, "", None))
        if made.place is _SCHOOL:
            if level:
                return TOTAL, TOTAL
            return code, self._schools.get(code, "县外或未填学校" if code == "其他" else code)
        if made.place is _PROJECT:
            return code, self._projects.get(code, code)
        return (code, name, level if made.place is _DIVISION else slug) if made.place else ()


def rows(made: Made, frozen: Frozen, places: PlaceNames) -> Iterator[tuple[Any, ...]]:
    """The rows of a view: places from the county down, in the order of the items."""

    first = [*declaration().groups, "有"]

    def order(cell: FrozenCell) -> tuple[int, str, bool, int, str]:
        name = cell.item.partition("/")[0]
        rank = first.index(name) if name in first else len(first)
        return places.order.get(cell.place, -1), cell.place, cell.item == TOTAL, rank, cell.item

    for cell in sorted(frozen.rows(made.source), key=order):
        parts = cell.item.rsplit("/", len(made.items) - 1) if made.items else ()
        texts = [int(part) if column.type == "year" else part for column, part in zip(made.items, parts, strict=True)]
        numbers = [_typed(cell.values.get(column.name), column.type) for column in made.measures]
        yield *places.cells(made, cell.place), *texts, *numbers, frozen.day(made.source)


def people(frozen: Frozen, places: PlaceNames, descriptor: Descriptor, day: datetime.date) -> Iterator[tuple[Any, ...]]:
    """The rows of PEOPLE: of every place there is now, and of those that were there then."""
    groups = list(_groups(descriptor, day))
    there = set(places.current) | {cell.place for cell in frozen.rows("people")}
    for code in sorted(there, key=lambda code: (places.order.get(code, len(places.order)), code)):
        _, level, _ = place = places.divisions.get(code, (code, "", None))
        yield code, *place[:2], TOTAL, TOTAL, *_both(frozen, "people", code, TOTAL)
        for group in (group for group in groups if level in LEVELS[: group.depth]):
            known = [value for value in group.values if frozen.get(group.figure, code, value, "households") is not None]
            for value in group.values if group.whole else known or group.values:
                yield code, *place[:2], group.title, value, *_both(frozen, group.figure, code, value)


def _both(frozen: Frozen, figure: str, code: str, item: str) -> list[Any]:
    """Households, persons and their day."""
    found = (frozen.get(figure, code, item, measure) for measure in declaration().figures[figure].measures)
    return [*(NOT_YET if value is None else value for value in found), frozen.day(figure)]


def overlay(
    found: list[list[Any]], columns: Sequence[ViewColumn], key: Sequence[str], unit: str, frozen: Frozen
) -> None:
    """What the marked columns of a register show: the frozen figure instead of the register's own cell."""
    names = [column.name for column in columns]
    keys = [names.index(name) for name in key]
    for row in found:
        place, *rest = (str(row[number]) for number in keys)
        item = "/".join(rest) or TOTAL
        counting = bool(unit) and counts_people(row[names.index(unit)] or "")
        hidden = []
        for number, column in enumerate(columns):
            if column.mark == "%" or (column.mark == "?" and counting):
                own, row[number] = row[number], _cell(frozen, column, place, item, row[number])
                if column.mark == "?" and isinstance(row[number], Withheld):
                    hidden.append(own)
        for number, column in enumerate(columns) if hidden else ():
            if column.mark == "~" and row[number]:
                row[number] = _masked(row[number], hidden)


_MANY = re.compile("[0-9０-９一二两三四五六七八九十百千]+ ?(?=[个余多]?" + HEADS + ")")


def _masked(text: str, numbers: Sequence[Any]) -> str:
    """A text of a row whose counts are withheld, without them and without what else it counts of people."""
    for number in filter(None, numbers):
        text = re.sub(rf"(?<![0-9.]){Decimal(number).normalize():f}(?![0-9.])", WITHHELD.text, text)
    return _MANY.sub(WITHHELD.text, text)


def _cell(frozen: Frozen, column: ViewColumn, place: str, item: str, own: Any) -> Any:
    """A cell without a row in the figures: it waits for the quarter's end, or nobody has filled it in."""
    value = frozen.get(*_named(column, place, item))
    if value is None:
        return NOT_YET if frozen.pending or own is not None else None
    return _typed(value, column.type)


def _named(column: ViewColumn, place: str, item: str) -> tuple[str, str, str, str]:
    figure, _, measure = column.figure.partition(".")
    return figure, place, item, measure


def _typed(value: Value | None, kind: str) -> Any:
    """Whole numbers of a column with fractions are exact decimals, like all its others."""
    return Decimal(value) if kind == "number" and isinstance(value, int) else value


def to_persons(frozen: Frozen, name: str) -> Mapping[str, list[Any]]:
    """What was paid to persons, by project or by allocation: ``name`` is the key of the view that adds it."""
    found: dict[str, list[Any]] = {}
    for cell in frozen.rows("project-persons"):
        amount = _typed(cell.values.get("amount"), "number")
        found.setdefault(cell.place if name == "project_id" else cell.item, []).append(amount)
    return found
