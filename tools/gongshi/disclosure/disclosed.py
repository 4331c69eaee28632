"""The object that the site is given: views by name, and nothing else of the database."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Protocol

from gongshi.disclosure.catalogue import VIEWS
from gongshi.disclosure.counts import COUNTS, JOINS, Count, by_name
from gongshi.disclosure.people import DIMENSIONS, SOURCE, STATUS, Place, count
from gongshi.disclosure.suppression import primary
from gongshi.disclosure.views import COUNTED, PUBLIC, Column, View, expand, reads
from gongshi.package.schema import Descriptor

PEOPLE = View("people", "扶贫对象", ("division_code", "dimension", "value"), "", "")
"""Made by ``people.count``, not by SQL."""

PEOPLE_COLUMNS = (
    Column("division_code", "区划代码", "string", "", "县、乡镇或村的 12 位代码", "divisions.division_code"),
    Column("name", "名称", "string", "", "区划名称", "divisions.name"),
    Column("level", "级别", "string", "", "县、乡镇或村", "divisions.level"),
    Column("dimension", "分组", "string", "", "按什么分组统计", ""),
    Column("value", "组", "string", "", "组的名称", ""),
    Column("households", "户数", "integer", "户", "", "households.household_no", people=True),
    Column("persons", "人数", "integer", "人", "", "households.population", people=True),
)

_PLACES = """
SELECT division_code, level, parent_code, name
FROM {divisions}
WHERE valid_to IS NULL AND level IN ('县', '乡镇', '村')
ORDER BY list_position(['县', '乡镇', '村'], level), division_code"""


RESOURCES = frozenset().union(reads(_PLACES), reads(SOURCE), *(reads(view.sql) for view in (*VIEWS, *COUNTS)))
"""What the views read: nothing else of the ledger needs to be loaded to publish it."""


class Database(Protocol):
    """What a Database can do, as far as this room cares."""

    descriptor: Descriptor

    def sql(self, query: str) -> Sequence[tuple]:
        """The rows of a query over the typed tables."""


class Disclosure:
    """The public views of one Database. A row is a named tuple; a withheld count in it is a ``Withheld``."""

    __slots__ = ("_columns", "_rows", "threshold", "views")

    def __init__(self, database: Database, threshold: int = 5) -> None:
        self.threshold = threshold
        self.views: Mapping[str, str] = {view.name: view.title for view in (*VIEWS, PEOPLE, *COUNTS)}
        self._columns = {view.name: view.resolve(database.descriptor) for view in VIEWS}
        self._columns[PEOPLE.name] = PEOPLE_COLUMNS
        self._columns |= {count.name: count.columns for count in COUNTS}
        self._rows = cache(_reader(database, self._columns, threshold))

    def columns(self, name: str) -> tuple[Column, ...]:
        """What the columns of a view are."""
        return self._columns[name]

    def key(self, name: str) -> tuple[str, ...]:
        """The columns that tell the rows of a view apart."""
        return next(view.key for view in (*VIEWS, PEOPLE, *COUNTS) if view.name == name)

    def rows(self, name: str) -> Sequence[Any]:
        """The rows of a view, in their published order."""
        return self._rows(name)


def _reader(database: Database, columns: Mapping[str, Sequence[Column]], threshold: int) -> Callable[[str], list]:
    """What reads a view; only this closure holds the database."""
    views = {view.name: view for view in VIEWS}

    def read(name: str) -> list:
        shape = namedtuple("Row", [column.name for column in columns[name]])
        if name == PEOPLE.name:
            return [shape(*row) for row in _people(database, threshold)]
        if name in by_name():
            return [shape(*row) for row in _counted(database, by_name()[name], threshold)]
        small = primary(threshold)
        counts = [place for place, column in enumerate(columns[name]) if column.people]
        rows = []
        for row in database.sql(views[name].query(database.descriptor)):
            values = list(row)
            for place in counts:
                if values[place] is not None and 0 < values[place] < threshold:
                    values[place] = small
            rows.append(shape(*values))
        return rows

    return read


def _counted(database: Database, count: Count, threshold: int) -> list[tuple]:
    """Rows of one of the counts."""
    return count.publish(database.sql(expand(count.sql, database.descriptor, COUNTED, JOINS)), threshold)


def _people(database: Database, threshold: int) -> list[tuple]:
    """Rows of the view ``people``."""
    descriptor = database.descriptor
    places, names = [], {}
    for code, level, parent, name in database.sql(expand(_PLACES, descriptor, PUBLIC)):
        if code in names:
            continue
        places.append(Place(code, level, parent if parent in names else None))
        names[code] = name
    fields = [descriptor.resources["households"].schema.field(d.field) for d in DIMENSIONS]
    values = {field.name: (field.title, field.enum) for field in fields}
    values["poverty_status"] = (values["poverty_status"][0], STATUS)
    groups = database.sql(expand(SOURCE, descriptor, COUNTED))
    return [(row[0], names[row[0]], *row[1:]) for row in count(groups, places, values, threshold)]
