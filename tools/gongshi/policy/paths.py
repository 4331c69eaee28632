"""A Selection: one table, the tables its paths lead to, its conditions and columns, as one SELECT.

Every name in a policy file becomes SQL here and only here, after it was found in the descriptor; values never do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from gongshi.package import Descriptor, Field, ForeignKey, Resource, identifier
from gongshi.policy.values import PolicyProblem

NUMBERS = ("integer", "number", "year")
SUFFIXES = ("age", "year", "quarter", "month")
_PLACE = re.compile(r"\$([0-9]+)::")


@dataclass(frozen=True, slots=True)
class PathColumn:
    """The SQL of a value in a row, its type, the field it comes from; of a year and month also its running number, of a text in
    a table who makes a column of the first or (True) the last day of the period that it names."""

    sql: str
    type: str
    field: Field | None = None
    months: str = ""
    day: Callable[[bool], str] | None = None


@dataclass(frozen=True, slots=True)
class FactColumn:
    """A fact as a column of a table with ``_row``; ``absent`` is the SQL for a row without one."""

    table: str
    name: str
    type: str
    absent: str
    field: Field | None = None


Finder = Callable[[str, str, int], FactColumn]


class Binder:
    """Values of one statement, bound as $1, $2, …; the same value is bound once."""

    def __init__(self) -> None:
        self.values: list[object] = []

    def bind(self, value: object, kind: str) -> str:
        """``value`` as a placeholder with its type; None as a typed NULL."""
        if value is None:
            return f"NULL::{kind}"
        for place, known in enumerate(self.values, 1):
            if type(known) is type(value) and known == value:
                return f"${place}::{kind}"
        self.values.append(value)
        return f"${len(self.values)}::{kind}"


def packed(sql: str, values: Sequence[object]) -> tuple[str, tuple[object, ...]]:
    """The statement with only the values that it uses, renumbered: DuckDB refuses values without a place."""
    used: list[int] = []

    def place(match: re.Match[str]) -> str:
        number = int(match[1])
        if number not in used:
            used.append(number)
        return f"${used.index(number) + 1}::"

    return _PLACE.sub(place, sql), tuple(values[number - 1] for number in used)


def shifted(sql: str, places: int) -> str:
    """The statement with each placeholder moved on, to stand behind ``places`` values of others."""
    return _PLACE.sub(lambda match: f"${int(match[1]) + places}::", sql)


class Schemas:
    """The descriptor as paths need it, and which columns of which table were asked for."""

    def __init__(self, descriptor: Descriptor, day: date) -> None:
        self.descriptor = descriptor
        self.day = day
        self.needs: dict[str, set[str]] = {}
        self.latest: dict[str, set[tuple[str, str]]] = {}
        self.periods: dict[str, set[tuple[str, bool]]] = {}
        self.keys: dict[str, list[ForeignKey]] = {}
        for key in descriptor.foreign_keys:
            target = descriptor.resources[key.reference]
            if len(key.fields) == 1 and key.reference_fields == target.schema.primary_key:
                self.keys.setdefault(key.resource, []).append(key)

    def resource(self, name: str, line: int) -> Resource:
        """The resource ``name``; Problem if there is none."""
        resource = self.descriptor.resources.get(name)
        if resource is None:
            raise PolicyProblem(f"数据字典里没有“{name[:40]}”这张表", line)
        self.needs.setdefault(name, set())
        return resource

    def need(self, resource: str, field: str) -> None:
        self.needs.setdefault(resource, set()).add(field)

    def hop(self, resource: str, name: str, line: int) -> ForeignKey | None:
        """The key of ``resource`` on the field ``name``, or its only key into the table ``name``."""
        keys = self.keys.get(resource, [])
        by_field = [key for key in keys if key.fields == (name,)]
        by_table = [key for key in keys if key.reference == name]
        if len(by_field) > 1 or (not by_field and len(by_table) > 1):
            raise PolicyProblem(f"“{name}”指向不止一处，请写编号字段的名字", line)
        return next(iter(by_field or by_table), None)

    def match(self, other: str, resource: str, line: int) -> tuple[str, str]:
        """The only key between two tables, as (field of other, field of resource)."""
        into = [
            (key.fields[0], key.reference_fields[0]) for key in self.keys.get(other, []) if key.reference == resource
        ]
        if len(into) != 1:
            raise PolicyProblem(f"“{other}”到“{resource}”的编号不是恰好一个，请用 match 写明", line)
        return into[0]


def table_of(resource: str) -> str:
    """The table of typed rows that rules read."""
    return f"rules.{identifier(resource)}"


def as_text(column: PathColumn) -> str:
    """The value as text, 是/否 for truth values."""
    if column.type == "boolean":
        return f"CASE {column.sql} WHEN true THEN '是' WHEN false THEN '否' END"
    return column.sql if column.type in ("string", "yearmonth") else f"({column.sql})::VARCHAR"


def as_day(column: PathColumn, line: int, last: bool = False) -> str:
    """The value as a day: its first one, or (``last``) for a year or a period its last one."""
    if column.type == "date":
        return column.sql
    if column.type in ("year", "integer"):
        return f"make_date({column.sql}, {'12, 31' if last else '1, 1'})"
    if column.months:
        return f"make_date({column.months} // 12, {column.months} % 12 + 1, 1)"
    if column.day:
        return column.day(last)
    if column.type in ("yearmonth", "string"):
        return f"rules.period_{'end' if last else 'start'}({column.sql})"
    raise PolicyProblem("这里要写日期、年月、年度或所属期字段", line)


def month_number(column: PathColumn) -> str:
    """The running number of a date's or a year and month's month."""
    if column.type == "date":
        return f"(year({column.sql}) * 12 + month({column.sql}) - 1)"
    return column.months or f"rules.months({column.sql})"


def months_of(field: str) -> str:
    """The column that ``materialise`` makes beside a year and month."""
    return identifier(f"{field} months")


def period_of(field: str, last: bool) -> str:
    """The column that ``materialise`` makes beside a text: the first or last day of the period that it names."""
    return identifier(f"{field} {'last' if last else 'first'}")


def latest_of(per: str, by: str) -> str:
    """The column that ``materialise`` makes: whether the row has the greatest ``by`` of those with its ``per``."""
    return identifier(f"latest {per} {by}")


class Selection:
    """Rows of one table, alias ``t`` (``o`` for the other one), with what its paths lead to."""

    def __init__(self, schemas: Schemas, resource: str, line: int, alias: str, find_fact: Finder) -> None:
        self.schemas = schemas
        self.resource = schemas.resource(resource, line)
        self.alias = alias
        self.binder = Binder()
        self.dated = ""
        self.dated_from = ""  # the first day of a record's period, the same as ``dated`` where that is a day
        self.source = f"{table_of(resource)} {alias}"
        self.joins: dict[tuple[str, ...], tuple[str, str]] = {}
        self.conditions: list[str] = []
        self.known: list[str] = []  # that a dated standard has a value on the row's date
        self.columns: dict[str, str] = {"_row": f"{alias}._row"}
        self.find_fact = find_fact

    def column(self, path: str, line: int) -> PathColumn:
        """The value at the end of ``path``; Problem if a step of it is unknown."""
        resource, alias = self.resource.name, self.alias
        walked: tuple[str, ...] = ()
        names = path.split(".")
        while True:
            name = names.pop(0)
            if name == "fact" and names:
                column = self._fact(resource, alias, walked, names.pop(0), line)
                break
            key = self.schemas.hop(resource, name, line) if names else None
            if key is None:
                column = self._field(resource, alias, name, path, line)
                break
            walked = (*walked, key.fields[0])
            resource, alias = key.reference, self._join(resource, alias, walked, key)
        if len(names) > 1:
            raise PolicyProblem(f"路径“{path[:80]}”走不通：“{names[0][:40]}”之前不是编号字段", line)
        return self._suffix(column, names[0], path, line) if names else column

    def own_field(self, name: str, line: int) -> str:
        """A field of the selected table itself, as SQL."""
        return self._field(self.resource.name, self.alias, name, name, line).sql

    def _field(self, resource: str, alias: str, name: str, path: str, line: int) -> PathColumn:
        schema = self.schemas.descriptor.resources[resource].schema
        if name not in schema.names:
            where = "" if name == path else f"（路径“{path[:80]}”）"
            raise PolicyProblem(f"“{resource}”表没有字段“{name[:40]}”{where}", line)
        self.schemas.need(resource, name)
        field = schema.field(name)
        months = f"{alias}.{months_of(name)}" if field.type == "yearmonth" else ""
        day = partial(self._day, resource, alias, name) if field.type == "string" else None
        return PathColumn(f"{alias}.{identifier(name)}", field.type, field, months, day)

    def _day(self, resource: str, alias: str, name: str, last: bool) -> str:
        self.schemas.periods.setdefault(resource, set()).add((name, last))
        return f"{alias}.{period_of(name, last)}"

    def _join(self, resource: str, alias: str, walked: tuple[str, ...], key: ForeignKey) -> str:
        if walked not in self.joins:
            there = f"{self.alias}{len(self.joins) + 1}"
            here, target = key.fields[0], key.reference_fields[0]
            self.schemas.need(resource, here)
            self.schemas.need(key.reference, target)
            on = f"{there}.{identifier(target)} = {alias}.{identifier(here)}"
            self.joins[walked] = (there, f"LEFT JOIN {table_of(key.reference)} {there} ON {on}")
        return self.joins[walked][0]

    def _fact(self, resource: str, alias: str, walked: tuple[str, ...], name: str, line: int) -> PathColumn:
        fact = self.find_fact(name, resource, line)
        place = (*walked, fact.table)
        if place not in self.joins:
            there = f"{self.alias}{len(self.joins) + 1}"
            self.joins[place] = (there, f"LEFT JOIN {fact.table} {there} ON {there}._row = {alias}._row")
        value = f"{self.joins[place][0]}.{identifier(fact.name)}"
        return PathColumn(f"coalesce({value}, {fact.absent})" if fact.absent else value, fact.type, fact.field)

    def _suffix(self, column: PathColumn, suffix: str, path: str, line: int) -> PathColumn:
        if suffix not in SUFFIXES or column.type not in ("date", "yearmonth"):
            raise PolicyProblem(f"路径“{path[:80]}”走不通：只有日期、年月之后可以接 {'、'.join(SUFFIXES)}", line)
        month = f"strftime({column.sql}, '%Y-%m')" if column.type == "date" else column.sql
        day = as_day(column, line)
        if suffix == "age":
            return PathColumn(self.age(column), "integer", column.field)
        if suffix == "year":
            return PathColumn(f"year({day})", "year", column.field)
        sql = month if suffix == "month" else f"(year({day}) || '-Q' || quarter({day}))"
        return PathColumn(sql, "string", column.field)

    def age(self, born: PathColumn, when: PathColumn | None = None) -> str:
        """Complete years from ``born`` to another date of the row, else to the day."""
        day = self.schemas.day
        until = month_number(when) if when else self.binder.bind(day.year * 12 + day.month - 1, "INTEGER")
        return f"(({until} - {month_number(born)}) // 12)"

    def keep_latest(self, per: str, by: str, line: int) -> None:
        """Of the rows with the same ``per`` only the one with the greatest ``by``."""
        self.own_field(per, line), self.own_field(by, line)
        self.schemas.latest.setdefault(self.resource.name, set()).add((per, by))
        self.conditions.append(f"{self.alias}.{latest_of(per, by)}")

    def keep_active(self, first: str, last: str, line: int) -> None:
        """Only rows in force on the day; an empty end is open."""
        day = self.binder.bind(self.schemas.day, "DATE")
        begins, ends = (as_day(self.column(path, line), line) for path in (first, last))
        self.conditions.append(f"coalesce({begins} <= {day}, true) AND coalesce({ends} > {day}, true)")

    def sql(self, columns: Mapping[str, str] | None = None) -> str:
        """The SELECT of the columns (``_row`` and what was added)."""
        chosen = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in (columns or self.columns).items())
        return f"SELECT {chosen}\n  FROM {self.tables()}" + (
            f"\n  WHERE {self.where()}" if self.conditions or self.known else ""
        )

    def tables(self) -> str:
        """The table and what its paths lead to, for FROM."""
        return self.source + "".join(f"\n  {join}" for _, join in self.joins.values())

    def where(self) -> str:
        """All conditions as one."""
        return " AND ".join(f"({condition})" for condition in (*self.conditions, *self.known)) or "true"

    def lacking(self) -> str:
        """The rows that would be there if every dated standard had a value on their date."""
        unknown = " OR ".join(f"NOT ({condition})" for condition in self.known) or "false"
        return " AND ".join(f"({condition})" for condition in (*self.conditions, unknown))
