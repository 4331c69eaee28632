"""Disclosure views: the only tables the site can read.

A view is SQL over ``{resource}`` placeholders. Each placeholder becomes a subquery of that resource's *public*
fields, so a view that asks for anything else does not run: the level stated in the schema is the permission. Rows of
which not all are public are filtered there, too (``OPEN_ROWS``), so that no view can see the others.
Every column says which field it comes from and takes its title, type and unit from there. One that counts people, or
stands for people, has to be marked, and what a marked column shows is the frozen figure, never the register's cell.
"""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from gongshi.checks.phrases import is_personal
from gongshi.disclosure.figures import declaration
from gongshi.model import GongshiError
from gongshi.package import pack_files
from gongshi.package.schema import Descriptor, Field

named: Callable[..., type[tuple[Any, ...]]] = namedtuple
"""A row's type whose columns are only known when the program runs."""

_NOTE = re.compile(r"^-- .*\n", re.MULTILINE)
PUBLIC = frozenset({"public"})
COUNTED = frozenset({"public", "aggregate"})
"""What a count of people may group by; its rows never leave, their numbers do, frozen as a figure."""

TO_PERSONS = declaration().persons["payments"]
"""A payment to persons: a batch of a bank, or one that rows of subsidies belong to."""

HEADS = "[户人名口家位]"
"""A unit with one of these counts households or persons."""

_OPEN = pack_files("open")
OPEN_ROWS = {
    name: _NOTE.sub("", rows.sql).replace("$persons", TO_PERSONS).replace("$heads", HEADS).strip()
    for name, rows in _OPEN.items()
}
"""Of these resources a view sees only the rows for which this holds."""

MARKS = {
    "#": "a number of rows",
    "%": "a frozen figure of people",
    "?": "a frozen figure where the row's unit counts people, else the register's cell",
    "@": "no figure of people in spite of its unit: people in office (doctors, teachers), a standard (yuan a head)",
    "~": "a text of a row with such figures: where one is withheld, the text does not say it either",
    "+": "an amount to which the frozen amount to persons is added",
}

_PLACEHOLDER = re.compile(r"\{([a-z-]+)\}")
_TABLE = re.compile(r"\b(?:from|join)\s+(?![{(])", re.IGNORECASE)
_SPEC = re.compile(
    r"(?P<mark>[#%?@+~]?)(?:(?P<figure>[a-z-]+)/)?(?:(?P<name>\w+):)?(?P<resource>[a-z-]+)\.(?P<field>\w+)(?:=(?P<title>\S+))?"
)


class Queried(Protocol):
    """What a Database can do, as far as this room cares."""

    descriptor: Descriptor

    def sql(self, query: str) -> Sequence[tuple[Any, ...]]:
        """The rows of a query over the typed tables."""


@dataclass(frozen=True, slots=True)
class ViewColumn:
    """One published column and where it comes from (``origin`` is ``resource.field``)."""

    name: str
    title: str
    type: str = "string"
    unit: str = ""
    description: str = ""
    origin: str = ""
    people: bool = False
    """About people: what is withheld of it says so."""
    mark: str = ""
    figure: str = ""
    """The declared figure and its measure that a marked column shows, as ``figure.measure``."""
    decimals: int | None = None
    """How many digits stand behind the point, if the schema says so; else as many as are needed."""


@dataclass(frozen=True, slots=True)
class View:
    """A published table. ``columns`` is a list of ``[mark][figure/][name:]resource.field[=title]``.

    The marks are those of MARKS. The figure is called like the resource if it is not named. ``unit`` is the column that
    says what a column marked ``?`` counts.
    """

    name: str
    title: str
    key: tuple[str, ...]
    columns: str
    sql: str
    unit: str = ""

    def resolve(self, descriptor: Descriptor) -> tuple[ViewColumn, ...]:
        """The columns with what the schemas say of them; one that is not public, or no declared figure, is refused."""
        return tuple(_column(descriptor, self, spec) for spec in self.columns.split())

    def query(self, descriptor: Descriptor) -> str:
        """The view as SQL over the typed tables."""
        names = ", ".join(f'"{column.name}"' for column in self.resolve(descriptor))
        return f"SELECT {names} FROM ({expand(self.sql, descriptor, PUBLIC)})"


def expand(sql: str, descriptor: Descriptor, levels: Collection[str], joins: Collection[str] = ()) -> str:
    """``sql`` with its placeholders made subqueries of the fields at these levels, and of those named in ``joins``.

    At the public level rows of persons are not there at all, and of other resources only the rows that are open.
    """
    if _TABLE.search(sql):
        raise GongshiError("公开视图只能从写在花括号里的资源取数。")

    def table(match: re.Match[str]) -> str:
        resource = descriptor.resources.get(match[1])
        if resource is None:
            raise GongshiError(f"本县的数据字典里没有“{match[1]}”这张表，请先用 gongshi upgrade 升级。")
        fields = resource.schema.fields
        names = ", ".join(f'"{field.name}"' for field in fields if field.disclosure in levels or field.name in joins)
        if levels != PUBLIC:
            return f'(SELECT {names} FROM "{match[1]}")'
        if is_personal(resource):
            raise GongshiError(f"公开视图不能从户或人的表“{match[1]}”取数，要公布的数先在 figures.yaml 里声明。")
        rows = f" WHERE {OPEN_ROWS[match[1]]}" if match[1] in OPEN_ROWS else ""
        return f'(SELECT {names} FROM "{match[1]}"{rows})'

    return _PLACEHOLDER.sub(table, sql)


def tables_in(sql: str) -> list[str]:
    """The resources that stand in braces."""
    return _PLACEHOLDER.findall(sql)


def aliases_in(sql: str) -> list[tuple[str, str]]:
    """The same, each with the word behind its braces, which may be its alias."""
    return re.findall(rf"{_PLACEHOLDER.pattern}(?:\s+(?:AS\s+)?(\w+))?", sql)


def counts_people(unit: str) -> bool:
    """Whether so many of a unit, which may be free text, are households or persons: 户, 户/栋, 人次, 名学生."""
    return bool(re.search(HEADS, unit))


def stands_for_people(resource: str, field: str, unit: str) -> bool:
    """Whether a field counts people by its unit, or is a measure of a declared figure of its resource."""
    return counts_people(unit) or field in _measures(resource)


def _measures(figure: str) -> Collection[str]:
    """The measures of a declared figure; none of what is not declared."""
    return declaration().figures[figure].measures if figure in declaration().figures else ()


def _column(descriptor: Descriptor, view: View, spec: str) -> ViewColumn:
    match = _SPEC.fullmatch(spec)
    if not match:
        raise GongshiError(f"公开视图“{view.name}”的列“{spec}”写法不对。")
    field = descriptor.resources[match["resource"]].schema.field(match["field"])
    if field.disclosure not in PUBLIC:
        raise GongshiError(f"公开视图“{view.name}”的列“{spec}”来自不公开的字段“{field.title}”。")
    mark, rows = match["mark"], match["mark"] == "#"
    return ViewColumn(
        name=match["name"] or field.name,
        title=match["title"] or field.title,
        type="integer" if rows else field.type,
        unit="个" if rows else field.unit,
        description="" if match["title"] else field.description,
        origin=f"{match['resource']}.{field.name}",
        people=mark in {"%", "?", "+"},
        mark=mark,
        figure=_figure(view, spec, match, field),
        decimals=None if rows else field.decimals,
    )


def _figure(view: View, spec: str, match: re.Match[str], field: Field) -> str:
    """The figure of a marked column; GongshiError for one about people that is not marked, or not declared."""
    mark, name = match["mark"], match["figure"] or match["resource"]
    if mark in {"", "#"} and stands_for_people(match["resource"], field.name, field.unit):
        raise GongshiError(f"公开视图“{view.name}”的列“{spec}”说的是户或人，要在前面写 %，并在 figures.yaml 里声明。")
    if mark not in {"%", "?"}:
        return ""
    if field.name not in _measures(name):
        raise GongshiError(f"公开视图“{view.name}”的列“{spec}”没有在 figures.yaml 里声明，不能公布。")
    if mark == "?" and not view.unit:
        raise GongshiError(f"公开视图“{view.name}”没有说列“{spec}”的单位在哪一列。")
    return f"{name}.{field.name}"


def reads(sql: str) -> frozenset[str]:
    """The resources that ``sql`` has placeholders for, and those that say which of their rows are open."""
    found = _PLACEHOLDER.findall(sql)
    return frozenset(found) | {other for name in found for other in (_OPEN[name].reads if name in _OPEN else ())}
