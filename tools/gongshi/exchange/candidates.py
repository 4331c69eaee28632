"""One data row on its way through an import."""

from __future__ import annotations

from dataclasses import dataclass, field

from gongshi.exchange.ledger import Key, Row
from gongshi.exchange.places import NOWHERE, Place
from gongshi.exchange.tables import SheetTable
from gongshi.exchange.values import CellChange, Fate, RowProblem, RowResult
from gongshi.package.subjects import subjects


@dataclass(eq=False)
class Candidate:
    """One data row on its way: ``values`` by field name (only columns that the sheet has), then what became of it."""

    table: SheetTable
    row: int
    values: dict[str, str] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)
    kind: Fate = Fate.UNCHANGED
    key: Key = ()
    before: Row | None = None
    place: Place = NOWHERE
    shares: dict[str, str] = field(default_factory=dict)  # figures of per cent that did not say so themselves
    named: str = ""  # whose name stands in a row of a table that takes no names
    number: str = ""  # and whose ID number
    doubtful: str = ""  # one that may be his or another's
    about_head: bool = False  # whether it is the head of the household who is named
    aliases: dict[str, str] = field(default_factory=dict)  # numbers of other systems, by the field they stood in
    fresh: str = ""  # what stands in place of its number to say that it is new: 新增, 新1
    given: bool = False  # whether its number came from the program
    reused: bool = False  # whether its number is another's record
    repeats: int | None = None  # the row, from 0, that says the same of the same record
    changes: tuple[CellChange, ...] = ()
    asked: set[str] = field(default_factory=set)  # the fields that it is refused for

    @property
    def resource(self) -> str:
        return self.table.resource.name

    def refuse(self, name: str, message: str) -> None:
        """Refuse for the field ``name``, or for the row's key where the sheet has no such column."""
        self.asked.add(name)
        columns = self.table.fields
        keys = [key for key in self.table.resource.schema.primary_key if key in columns]
        place = columns[name].place if name in columns else columns[keys[0]].place if keys else self._told_by(name)
        missing = name not in columns and name in self.table.resource.schema.names
        told = message + ("（表里没有这一列）" if missing else "")
        self.problems.append(RowProblem(place, told, self._lacking(name) if missing else ""))
        self.kind = Fate.REFUSED

    def _lacking(self, name: str) -> str:
        """The header of a column that the sheet should have; "" where it comes with the row's own record."""
        feed, item = self.table.feed, self.table.resource.schema.field(name)
        if feed and feed.about == "places":
            return ""
        label = (feed.labels.get(name) if feed else "") or item.title
        return f"{label}({item.unit})" if item.unit else label

    def _told_by(self, name: str) -> int:
        """The column by which a form finds whom or what a row is about, 0 if there is none."""
        roles = (
            ("person", "head", "id_no") if name in subjects().numbers else ("helper", "place", "village", "township")
        )
        return next((column.place for column in self.table.columns if column.role in roles), 0)

    def result(self) -> RowResult:
        """What became of the row, as a value."""
        kind = Fate.REFUSED if self.problems else self.kind
        changes = self.changes if kind is Fate.UPDATED else ()
        return RowResult(self.table.sheet.name, self.row, kind, self.resource, self.key, changes, tuple(self.problems))
