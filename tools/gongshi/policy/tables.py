"""What rules read, made once: typed rows of just the needed columns, working days, facts, the macros."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from gongshi.package import Database, Field, Resource, identifier, query
from gongshi.package.county import county_fields
from gongshi.package.subjects import subjects
from gongshi.policy.facts import FactGroup
from gongshi.policy.kinds import macros
from gongshi.policy.paths import Schemas, latest_of, months_of, period_of, table_of

FIRST, LAST = date(1800, 1, 1), date(2200, 12, 31)  # a date or year outside is a typing error and counts as missing
SEALED = ("name", "id_no", "phone", "birth", "account")
YEARS, DAYS = "workdays-years", "workdays"
"""The queries of the pack that know the holidays."""


@dataclass(frozen=True, slots=True)
class HolidayTable:
    """The table of holidays, and the file to fill in (``pack/workdays.yaml``)."""

    table: str
    path: str


def identity() -> tuple[str, ...]:
    """The columns of what a key opened: whose it is, and what is sealed of him."""
    return (subjects().member.key, *SEALED)


def prepare(database: Database) -> None:
    """Lock the connection and make the empty schema that rules work in."""
    ((locked,),) = database.sql("SELECT current_setting('lock_configuration')")
    if not locked:
        database.lock()
    database.forget("rules")
    database.sql("CREATE SCHEMA rules")
    for statement in macros():
        database.sql(statement)
    database.sql("CREATE TABLE rules.base (name VARCHAR, value VARCHAR)")
    database.sql(f"CREATE TABLE rules.identity ({', '.join(f'{name} VARCHAR' for name in identity())})")
    _workdays(database)
    first, _ = filling(database)
    database.sql("CREATE TABLE rules.beginning AS SELECT coalesce($1::DATE, DATE '1800-01-01') AS d", [first])


def filling(database: Database) -> tuple[date | None, date | None]:
    """(the county's first day, the day from which its records must be complete), None for what it does not say."""
    about = county_fields()
    county = database.descriptor.resources.get(about.table)
    if not county or not {about.begins, about.complete} <= {*county.schema.names}:
        return None, None
    most = ", ".join(f"max({identifier(name)})" for name in (about.begins, about.complete))
    ((first, complete),) = database.sql(f"SELECT {most} FROM {identifier(about.table)}")
    return first, complete


def finish(database: Database) -> None:
    """Give the memory back."""
    database.forget("rules")


def materialise(database: Database, schemas: Schemas) -> None:
    """Typed rows of each resource that a query names, only the columns that some rule reads; an old release may lack some."""
    resources = database.descriptor.resources
    for name in schemas.needs.keys() & resources.keys():
        there = set(resources[name].schema.names)
        columns = [_sane(resources[name].schema.field(field)) for field in sorted(schemas.needs[name] & there)]
        latest = [
            _latest(resources[name], *pair) for pair in sorted(schemas.latest.get(name, ())) if there.issuperset(pair)
        ]
        periods = [
            f"rules.period_{'end' if last else 'start'}({identifier(field)}) AS {period_of(field, last)}"
            for field, last in sorted(schemas.periods.get(name, ()))
            if field in there
        ]
        chosen = ", ".join(["_row", *columns, *latest, *periods])
        database.later_from(table_of(name), f"SELECT {chosen} FROM {identifier(name)}")


def _latest(resource: Resource, per: str, by: str) -> str:
    """Whether a row is the latest of its kind; found over three columns alone, since windows carry their rows along."""
    part, order = identifier(per), identifier(by)
    sane = ", ".join(_sane(resource.schema.field(field)) for field in (per, by))
    window = f"row_number() OVER (PARTITION BY {part} ORDER BY {order} DESC, _row DESC) = 1"
    rows = f"SELECT _row FROM (SELECT _row, {sane} FROM {identifier(resource.name)}) WHERE {order} IS NOT NULL QUALIFY {window}"
    return f"_row IN ({rows}) AS {latest_of(per, by)}"


def fill_facts(database: Database, groups: Iterable[FactGroup]) -> None:
    """The tables of facts that a query names, with those that facts themselves use."""
    for group in groups:
        database.later_from(group.table, *group.statement())


def _sane(field: Field) -> str:
    name = identifier(field.name)
    if field.type == "date":
        return f"CASE WHEN {name} BETWEEN DATE '{FIRST}' AND DATE '{LAST}' THEN {name} END AS {name}"
    if field.type == "year":
        return f"CASE WHEN {name} BETWEEN {FIRST.year} AND {LAST.year} THEN {name} END AS {name}"
    if field.type == "yearmonth":
        return f"{name}, rules.months({name}) AS {months_of(field.name)}"
    return name


def always() -> frozenset[str]:
    """The tables that any rule may ask for: what the county is filling in, and its working days."""
    return frozenset({county_fields().table, *query(DAYS).reads})


def known_years(database: Database) -> tuple[int, int] | None:
    """The first and the last of the longest run of years that the calendar has: between years there must be no other that
    nobody entered."""
    years = query(YEARS)
    if not years.reads.keys() <= database.descriptor.resources.keys():
        return None
    rows = database.sql(years.sql)
    return rows[0] if rows else None


def _workdays(database: Database) -> None:
    """Each day of the years that the calendar knows with the number of working days up to it."""
    database.sql("CREATE TABLE rules.workday (d DATE, work BOOLEAN, n BIGINT)")
    if years := known_years(database):
        database.sql(f"INSERT INTO rules.workday\n{query(DAYS).sql}", years)
