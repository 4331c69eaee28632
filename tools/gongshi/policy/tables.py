"""What rules read, made once: typed rows of just the needed columns, working days, facts, the macros."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from gongshi.package import Database, Field, Resource, identifier
from gongshi.policy.facts import FactGroup
from gongshi.policy.kinds import macros
from gongshi.policy.paths import Schemas, latest_of, months_of, table_of

FIRST, LAST = date(1800, 1, 1), date(2200, 12, 31)  # a date or year outside is a typing error and counts as missing
IDENTITY = ("member_no", "name", "id_no", "phone", "birth", "account")


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
    database.sql(f"CREATE TABLE rules.identity ({', '.join(f'{name} VARCHAR' for name in IDENTITY)})")
    _workdays(database)
    first, _ = filling(database)
    database.sql("CREATE TABLE rules.beginning AS SELECT coalesce($1::DATE, DATE '1800-01-01') AS d", [first])


def filling(database: Database) -> tuple[date | None, date | None]:
    """(the county's first day, the day from which its records must be complete), None for what it does not say."""
    county = database.descriptor.resources.get("county")
    names = [name for name in ("began_on", "complete_from") if county and name in county.schema.names]
    if len(names) < 2:
        return None, None
    ((first, complete),) = database.sql("SELECT max(began_on), max(complete_from) FROM county")
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
        chosen = ", ".join(["_row", *columns, *latest])
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


def known_years(database: Database) -> tuple[int, int] | None:
    """The first and the last of the longest run of years that the calendar has: between years there must be no other that
    nobody entered."""
    if "calendar" not in database.descriptor.resources:
        return None
    rows = database.sql(
        """WITH years AS (SELECT DISTINCT year(calendar_date) AS y FROM calendar
             WHERE calendar_date BETWEEN DATE '1990-01-01' AND DATE '2200-12-31'),
           runs AS (SELECT y, y - row_number() OVER (ORDER BY y) AS run FROM years)
           SELECT min(y), max(y) FROM runs GROUP BY run ORDER BY count(*) DESC, max(y) DESC LIMIT 1"""
    )
    return rows[0] if rows else None


def _workdays(database: Database) -> None:
    """Each day of the years that the calendar knows with the number of working days up to it."""
    database.sql("CREATE TABLE rules.workday (d DATE, work BOOLEAN, n BIGINT)")
    if years := known_years(database):
        database.sql(
            """INSERT INTO rules.workday
               WITH days AS (SELECT unnest(generate_series(make_date($1, 1, 1), make_date($2, 12, 31), INTERVAL 1 DAY))::DATE AS d),
               marked AS (SELECT d, CASE coalesce(max(c.day_kind), '') WHEN '放假' THEN false WHEN '上班' THEN true
                   ELSE isodow(d) < 6 END AS work
                 FROM days LEFT JOIN calendar c ON c.calendar_date = d GROUP BY d)
               SELECT d, work, sum(work::INT) OVER (ORDER BY d) FROM marked""",
            years,
        )
