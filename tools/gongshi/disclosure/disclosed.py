"""The object that the site is given: views by name, and nothing else of the database.

Money, projects and payments to units are as on the day. Everything about people is frozen: the newest figures of the
records whose quarter has ended, so that all builds of one quarter say the same, and no two can be subtracted.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

from gongshi.changes.steps import Walk
from gongshi.disclosure import made
from gongshi.disclosure.catalogue import VIEWS
from gongshi.disclosure.changed import CHANGES, COLUMNS, FIELDS, NAMES, Published, Since, closed_records, fields_of
from gongshi.disclosure.figures import RESOURCE, TOTAL, USUAL
from gongshi.disclosure.frozen import NOT_YET, WITHHELD, Frozen, add
from gongshi.disclosure.kept import pack, unpack
from gongshi.disclosure.made import MADE, PEOPLE, PlaceNames
from gongshi.disclosure.views import OPEN_ROWS, PUBLIC, Queried, View, ViewColumn, expand, named, reads
from gongshi.package import Digests, worded
from gongshi.repository import Reused

RESOURCES = frozenset({RESOURCE, "households"}).union(
    reads(NAMES), *(reads(sql) for sql in made.SOURCES), *(reads(view.sql) for view in VIEWS)
)
"""What the views read: nothing else of the ledger needs to be loaded to publish it."""
_EVERY: tuple[View | made.Made, ...] = (*VIEWS, PEOPLE, *MADE, CHANGES)


class Earlier(NamedTuple):
    """What a build goes on from that an earlier one in the same clone made: digests of the very tables that the database holds or
    will read, the rows that views had, and what reads a table."""

    digests: Digests
    reused: Reused
    need: Callable[[Iterable[str]], None]
    tip: str = ""
    """What of the history the view of changes is made of."""

    def made_of(self, name: str) -> str:
        """A digest of all that the rows of a view follow from: equal ones have equal rows."""
        tip, more = (self.tip, FIELDS.keys()) if name == CHANGES.name else ("", ())
        return tip + self.digests.of({RESOURCE, "county", *_read_by(name), *more})


class Disclosure:
    """The public views of one Database on a day. A row is a named tuple; a withheld figure in it is a ``Withheld``.

    ``counted_on`` is the quarter's end that the figures about people are of, and ``pending`` says that there are none
    yet. ``history`` is what the view ``changes`` is made of, ``since`` from when on it is; None where there is none. With
    ``earlier`` only those tables are read of which the views were not known.
    """

    __slots__ = (
        *("_columns", "_earlier", "_frozen", "_parts", "_rows"),
        *("counted_on", "pending", "since", "threshold", "views"),
    )

    def __init__(
        self, database: Queried, day: datetime.date, history: Walk | None = None, earlier: Earlier | None = None
    ) -> None:
        descriptor = database.descriptor
        self._earlier = earlier
        if earlier:
            earlier.need([RESOURCE])
        fields_of(descriptor)
        self.since = Since.of(history) if history else None
        self._frozen = Frozen.of(database, day)
        self.pending, self.counted_on = self._frozen.pending, self._frozen.on
        counted = self.counted_on or day
        self.views: Mapping[str, str] = {view.name: worded(view.title, day) for view in _EVERY}
        self._columns = {view.name: view.resolve(descriptor) for view in VIEWS}
        self._columns |= {view.name: view.columns for view in (PEOPLE, *MADE)} | {CHANGES.name: COLUMNS}
        self._columns = {name: _said(columns, day) for name, columns in self._columns.items()}
        self._parts = {name: made.parts(name, descriptor, counted) for name in self.views}
        read = _reader(database, self._frozen, self._columns, history, counted, self.rows)
        self._rows = cache(_remembering(read, earlier, self._columns, day) if earlier else read)
        county = self.rows("county")
        self.threshold = county[0].threshold if county and county[0].threshold else USUAL

    def columns(self, name: str) -> tuple[ViewColumn, ...]:
        """What the columns of a view are."""
        return self._columns[name]

    def parts(self, name: str) -> list[tuple[made.ViewPart, list[Any]]]:
        """The rows of a view in parts, none of which holds a row together with a total of it; all rows are in one."""
        found: list[tuple[made.ViewPart, list[Any]]] = [(part, []) for part in self._parts[name]]
        rest: list[Any] = []
        for row in self.rows(name):
            next((mine for part, mine in found if part.holds(row)), rest).append(row)
        return [*found, (made.REST, rest)] if rest else found

    def key(self, name: str) -> tuple[str, ...]:
        """The columns that tell the rows of a view apart."""
        return next(view.key for view in _EVERY if view.name == name)

    def rows(self, name: str) -> Sequence[Any]:
        """The rows of a view, in their published order."""
        return self._rows(name)

    def made_of(self, name: str) -> str:
        """A digest of all the records that the rows of a view follow from on a day; "" if nobody knows: equal ones have equal rows."""
        return self._earlier.made_of(name) if self._earlier else ""

    def figure(self, figure: str, place: str, measure: str) -> Any:
        """One frozen figure in all, such as how many rows a rule broke.

        If only the measure is not there it is never published; if the place is not, it comes with the next figures.
        """
        values = self._frozen.values(figure, place, TOTAL)
        return values.get(measure, WITHHELD) if values else NOT_YET

    def day(self, figure: str) -> datetime.date | None:
        """The day that a figure is of: one that comes once a year is older than ``counted_on``."""
        return self._frozen.day(figure)


_MARKS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
Columns = Mapping[str, Sequence[ViewColumn]]


def _said(columns: Sequence[ViewColumn], day: datetime.date) -> tuple[ViewColumn, ...]:
    """Columns in the words of a day."""
    return tuple(
        replace(one, title=worded(one.title, day), description=worded(one.description, day)) for one in columns
    )


def _read_by(name: str) -> frozenset[str]:
    """The tables that a view reads, beside the figures."""
    if name == CHANGES.name:
        return reads(NAMES).union(*(reads(f"{{{table}}}") for table in OPEN_ROWS))
    sql = next((view.sql for view in VIEWS if view.name == name), "")
    return reads(sql) if sql else frozenset().union(*map(reads, made.SOURCES))


def _remembering(
    read: Callable[[str], list[Any]], earlier: Earlier, columns: Columns, day: datetime.date
) -> Callable[[str], list[Any]]:
    """The same, but what an earlier build read of the same records is not read again."""

    def asked(name: str) -> list[Any]:
        earlier.need(_read_by(name))
        return read(name)

    def known(name: str) -> list[Any]:
        if not earlier.reused.keeps:
            return asked(name)
        shape = named("Row", [column.name for column in columns[name]])
        said = repr((name, columns[name], day, earlier.made_of(name)))
        return [shape(*row) for row in unpack(earlier.reused.get("views", said, lambda: pack(asked(name))))]

    return known


def _reader(
    database: Queried,
    frozen: Frozen,
    columns: Columns,
    history: Walk | None,
    counted: datetime.date,
    again: Callable[[str], Sequence[Any]],
) -> Callable[[str], list[Any]]:
    """What reads a view, of another one ``again``; only this closure holds the database."""
    views, figures = {view.name: view for view in VIEWS}, {view.name: view for view in MADE}
    places = cache(lambda: PlaceNames(database))

    def read(name: str) -> list[Any]:
        shape = named("Row", [column.name for column in columns[name]])
        rows: Iterable[Sequence[object]]
        if name == PEOPLE.name:
            rows = made.people(frozen, places(), database.descriptor, counted)
        elif name == CHANGES.name:
            rows = _changes(database, history, {row.notice_id for row in again("notices")})
        elif name in figures:
            rows = made.rows(figures[name], frozen, places())
        else:
            rows = _rows(database, frozen, views[name], columns[name])
        return [shape(*map(_bare, row)) for row in rows]

    return read


def _bare(value: Any) -> Any:
    """Text without control characters and without marks that turn the direction of what stands after them."""
    return _MARKS.sub("", value) if isinstance(value, str) else value


def _rows(database: Queried, frozen: Frozen, view: View, columns: Sequence[ViewColumn]) -> list[list[Any]]:
    """Rows of a register, what is about people in them from the figures."""
    rows = [list(row) for row in database.sql(view.query(database.descriptor))]
    if any(column.figure for column in columns):
        made.overlay(rows, columns, view.key, view.unit, frozen)
    for place in (place for place, column in enumerate(columns) if column.mark == "+"):
        persons = made.to_persons(frozen, view.key[0])
        for row in rows:
            more = [NOT_YET] if frozen.pending else persons.get(row[0], [])
            row[place] = add((row[place], *more)) if more else row[place]
    return rows


def _changes(database: Queried, history: Walk | None, notices: Collection[str]) -> list[tuple[object, ...]]:
    """Rows of the view ``changes``; ``notices`` are those that are public."""
    if history is None:
        return []
    names = dict(database.sql(expand(NAMES, database.descriptor, PUBLIC)))
    closed = {tuple(row) for row in database.sql(closed_records(database.descriptor))}
    titles = {view.name: view.title for view in VIEWS}
    return list(Published(history, database.descriptor, names, notices, closed).rows(titles))
