"""The object that the site is given: views by name, and nothing else of the database.

Money and projects are as on the day. People are counted as the records stood at the last quarter's end, so that two
builds of one quarter have the same counts, and nobody can subtract one from the other.
"""

from __future__ import annotations

import datetime
import re
from collections import namedtuple
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple, Protocol

from gongshi.changes.steps import Walk
from gongshi.disclosure.catalogue import PROJECTS, QUARTERLY, VIEWS
from gongshi.disclosure.changed import CHANGES, COLUMNS, MEASURES, NAMES, Published, Since, counts_people, fields_of
from gongshi.disclosure.counts import COUNTS, JOINS, TOTAL, Count, by_name
from gongshi.disclosure.people import DIMENSIONS, HELPED, SOURCE, STATUS, Place, count, not_yet
from gongshi.disclosure.people import Count as Cell
from gongshi.disclosure.suppression import NOT_YET, SECONDARY, primary
from gongshi.disclosure.views import COUNTED, PUBLIC, Column, View, expand, reads
from gongshi.package.schema import Descriptor

PEOPLE = View("people", "扶贫对象", ("division_code", "dimension", "value"), "", "")
HELP = View("help", "结对帮扶覆盖", ("township_code",), "", "")
MADE = (PEOPLE, HELP, CHANGES)
"""Not made by SQL: two by ``people.count``, since they share their totals, the last of the history."""

PEOPLE_COLUMNS = (
    Column("division_code", "区划代码", description="县、乡镇或村的 12 位代码", origin="divisions.division_code"),
    Column("name", "名称", description="区划名称", origin="divisions.name"),
    Column("level", "级别", description="县、乡镇或村", origin="divisions.level"),
    Column("dimension", "分组", description="按什么分组统计"),
    Column("value", "组", description="组的名称"),
    Column("households", "户数", "integer", unit="户", origin="households.household_no", people=True),
    Column("persons", "人数", "integer", unit="人", origin="households.population", people=True),
)
HELP_COLUMNS = (
    Column("township_code", "乡镇代码", origin="divisions.division_code"),
    Column("township", "乡镇", origin="divisions.name"),
    Column("township_slug", "乡镇目录名", origin="divisions.slug"),
    Column("households", "扶贫对象户数", "integer", unit="户", origin="households.household_no", people=True),
    Column("covered", "有帮扶责任人的户数", "integer", unit="户", origin="pairings.household_no", people=True),
)

_PLACES = """
SELECT division_code, level, parent_code, name, slug
FROM {divisions}
WHERE valid_to IS NULL AND level IN ('县', '乡镇', '村')
ORDER BY list_position(['县', '乡镇', '村'], level), division_code"""


RESOURCES = frozenset().union(
    reads(_PLACES), reads(SOURCE), reads(NAMES), *(reads(view.sql) for view in (*VIEWS, *COUNTS))
)
"""What the views read: nothing else of the ledger needs to be loaded to publish it."""


class Database(Protocol):
    """What a Database can do, as far as this room cares."""

    descriptor: Descriptor

    def sql(self, query: str) -> Sequence[tuple]:
        """The rows of a query over the typed tables."""


class Standing(NamedTuple):
    """The records as they stood at a quarter's end; ``database`` is None if that is not known."""

    on: datetime.date
    database: Database | None


class Disclosure:
    """The public views of one Database. A row is a named tuple; a withheld count in it is a ``Withheld``.

    ``standing`` is what people are counted from, the Database itself if it is not given; ``counted_on`` its day, and
    ``pending`` says that it is not known, so that every count of people waits for the quarter's end.
    ``history`` is what the view ``changes`` is made of, ``since`` from when on it is; None where there is none.
    """

    __slots__ = ("_columns", "_rows", "counted_on", "pending", "since", "threshold", "views")

    def __init__(
        self, database: Database, threshold: int = 5, standing: Standing | None = None, history: Walk | None = None
    ) -> None:
        fields_of(database.descriptor)
        self.threshold, self.since = threshold, Since.of(history) if history else None
        self.pending = standing is not None and standing.database is None
        self.counted_on = standing.on if standing and not self.pending else None
        self.views: Mapping[str, str] = {view.name: view.title for view in (*VIEWS, *MADE, *COUNTS)}
        self._columns = {view.name: view.resolve(database.descriptor) for view in VIEWS}
        self._columns |= {PEOPLE.name: PEOPLE_COLUMNS, HELP.name: HELP_COLUMNS, CHANGES.name: COLUMNS}
        self._columns |= {count.name: count.columns for count in COUNTS}
        people = standing.database if standing else database
        self._rows = cache(_reader(database, people, self._columns, threshold, history))

    def columns(self, name: str) -> tuple[Column, ...]:
        """What the columns of a view are."""
        return self._columns[name]

    def key(self, name: str) -> tuple[str, ...]:
        """The columns that tell the rows of a view apart."""
        return next(view.key for view in (*VIEWS, *MADE, *COUNTS) if view.name == name)

    def rows(self, name: str) -> Sequence[Any]:
        """The rows of a view, in their published order."""
        return self._rows(name)


_MARKS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
Columns = Mapping[str, Sequence[Column]]


def _reader(
    database: Database, people: Database | None, columns: Columns, threshold: int, history: Walk | None
) -> Callable[[str], list]:
    """What reads a view; only this closure holds the databases."""
    views = {view.name: view for view in VIEWS}
    counted = cache(lambda: _people(database, people, threshold))

    def read(name: str) -> list:
        shape = namedtuple("Row", [column.name for column in columns[name]])
        if name == PEOPLE.name:
            rows = [(cell[0], place.name, *cell[1:]) for place, cell in counted() if cell.dimension != HELPED[0]]
        elif name == HELP.name:
            rows = _help(counted())
        elif name == CHANGES.name:
            rows = _changes(database, history, {row.notice_id for row in read("notices")})
        elif name in by_name():
            rows = _counted(people, by_name()[name], threshold) if people else []
        else:
            rows = _rows(database, people, views[name], columns[name], threshold)
        return [shape(*map(_bare, row)) for row in rows]

    return read


def _bare(value: Any) -> Any:
    """Text without control characters and without marks that turn the direction of what stands after them."""
    return _MARKS.sub("", value) if isinstance(value, str) else value


def _rows(
    database: Database, people: Database | None, view: View, columns: Sequence[Column], threshold: int
) -> list[list]:
    """Rows of a view, small counts of people withheld."""
    rows = [list(row) for row in database.sql(view.query(database.descriptor))]
    counts = [place for place, column in enumerate(columns) if column.people]
    if view.name in QUARTERLY and people is not database:
        _stand(rows, people, view, columns, counts)
    for row in rows:
        for place in counts:
            if isinstance(row[place], int) and 0 < row[place] < threshold:
                row[place] = primary(threshold)
    if view is PROJECTS:
        _measured(rows, [column.name for column in columns], threshold)
    return rows


def _measured(rows: list[list], names: list[str], threshold: int) -> None:
    """A project may be so many households: what was planned and what was accepted are then counts of them.

    If one is small, neither is published nor the unit price: the budget over the other one is the price, and what it
    cost over the price is the small one.
    """
    unit = names.index("quantity_unit")
    places = [names.index(name) for name in MEASURES]
    for row in rows:
        if not counts_people(row[unit] or ""):
            continue
        small = [place for place in places[:2] if row[place] is not None and 0 < row[place] < threshold]
        for place in places if small else ():
            if row[place] is not None:
                row[place] = primary(threshold) if place in small else SECONDARY


def _stand(
    rows: list[list], people: Database | None, view: View, columns: Sequence[Column], counts: Sequence[int]
) -> None:
    """The counts of a register of places as they stood at the quarter's end; one that was not there has none yet."""
    names = [column.name for column in columns]
    keys = [names.index(name) for name in view.key]
    before = {tuple(row[n] for n in keys): row for row in people.sql(view.query(people.descriptor))} if people else {}
    for row in rows:
        old = before.get(tuple(row[n] for n in keys))
        for place in counts:
            row[place] = old[place] if old else NOT_YET


def _counted(database: Database, count: Count, threshold: int) -> list[tuple]:
    """Rows of one of the counts."""
    return count.publish(database.sql(expand(count.sql, database.descriptor, COUNTED, JOINS)), threshold)


def _changes(database: Database, history: Walk | None, notices: Collection[str]) -> list[tuple]:
    """Rows of the view ``changes``; ``notices`` are those that are public."""
    if history is None:
        return []
    names = dict(database.sql(expand(NAMES, database.descriptor, PUBLIC)))
    titles = {view.name: view.title for view in VIEWS}
    return list(Published(history, database.descriptor, names, notices).rows(titles))


class _Named(NamedTuple):
    """What else a place is known by."""

    name: str
    slug: str | None


def _people(database: Database, people: Database | None, threshold: int) -> list[tuple[_Named, Cell]]:
    """Every cell of the places there are now, as counted then; a place that was not there then has no counts yet."""
    places, names = _places(database)
    now = [(names[cell.division_code], cell) for cell in not_yet(places, _values(database.descriptor))]
    if people is None:
        return now
    places, then = _places(people)
    groups = people.sql(expand(SOURCE, people.descriptor, COUNTED, JOINS))
    cells = count(groups, places, _values(people.descriptor), threshold)
    return [(names.get(cell.division_code, then[cell.division_code]), cell) for cell in cells] + [
        (named, cell) for named, cell in now if cell.division_code not in then
    ]


def _places(database: Database) -> tuple[list[Place], dict[str, _Named]]:
    places, names = [], {}
    for code, level, parent, name, slug in database.sql(expand(_PLACES, database.descriptor, PUBLIC)):
        places.append(Place(code, level, parent if parent in names else None))
        names[code] = _Named(name, slug)
    return places, names


def _values(descriptor: Descriptor) -> dict[str, tuple[str, tuple[str, ...]]]:
    schema = descriptor.resources["households"].schema
    fields = [schema.field(dimension.field) for dimension in DIMENSIONS if dimension.field != "helped"]
    values = {field.name: (field.title, field.enum) for field in fields}
    values["poverty_status"] = (values["poverty_status"][0], STATUS)
    return values | {"helped": HELPED}


def _help(counted: Sequence[tuple[_Named, Cell]]) -> list[tuple]:
    """Townships with how many households have a helper, and the county at the end."""
    covered = {cell.division_code: cell.households for _, cell in counted if cell[2:4] == (HELPED[0], HELPED[1][0])}
    found = []
    for level in ("乡镇", "县"):
        for place, cell in counted:
            if cell.level == level and cell.dimension == TOTAL:
                code, name = (cell.division_code, place.name) if level == "乡镇" else (TOTAL, "全县")
                found.append((code, name, place.slug, cell.households, covered[cell.division_code]))
    return found
