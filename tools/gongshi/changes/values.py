"""What changed, as values: nothing here reads, phrases or prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from gongshi.package import Field, Resource

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """One field that both sides of a merge changed differently; None is a record that is not there on that side.

    A record that one side deleted and the other edited has a Conflict for each field the edit touched; a key that both
    sides added with different contents has one, without a base, for each field that differs.
    """

    key: tuple[str, ...]
    field: str
    base: str | None
    ours: str | None
    theirs: str | None
    resource: str = ""


@dataclass(frozen=True, slots=True)
class Merged:
    """Rows in canonical order, ours wherever there is a conflict; ``other`` is the same with theirs there instead."""

    rows: tuple[Row, ...]
    conflicts: tuple[Conflict, ...]
    other: tuple[Row, ...]


class ChangeKind(StrEnum):
    """What happened to a record. ``moved``: other file; ``rekeyed``: other key, else the same; ``respelled``: same values."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    REKEYED = "rekeyed"
    RESPELLED = "respelled"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """The text of one cell before and after, "" for missing."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One record that differs. ``before`` and ``after`` are whole rows in the order of ``Diff.fields[resource]``.

    ``key`` is the key after, or before if the record is gone. ``fields`` are the cells that differ in value (of a
    respelled record, in spelling); empty for added and removed records.
    """

    kind: ChangeKind
    resource: str
    key: Row
    path_before: str
    path_after: str
    before: Row | None
    after: Row | None
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """A property of a resource or field that differs; ``property`` "field" or "resource" is its coming or going."""

    resource: str
    field: str
    property: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One value of a policy file, by its place in the file such as ``rules[p01-x].severity``; "" for missing."""

    path: str
    place: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Total:
    """A head-count or sum of money of one group before and after; ``unit`` is 户, 人 or 元.

    ``up`` and ``down`` are what single records rose and fell by: offsets cancel in the net, not in these.
    """

    measure: str
    group: str
    unit: str
    before: Decimal
    after: Decimal
    up: Decimal = Decimal(0)
    down: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A file that could not be compared record by record, in full or in part; ``first``: it explains what follows."""

    path: str
    message: str
    first: bool = False


class Naming(Protocol):
    """What stands behind codes, asked only for what is shown."""

    @property
    def refers(self) -> Mapping[tuple[str, str], str]: ...

    def named(self, resource: str, field: str, code: str, path: str = "") -> str: ...

    def about(self, change: Change, fields: Mapping[str, int]) -> str: ...


class Unnamed:
    """Where no table of names is known."""

    refers: Mapping[tuple[str, str], str] = {}

    def named(self, resource: str, field: str, code: str, path: str = "") -> str:
        return ""

    def about(self, change: Change, fields: Mapping[str, int]) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Diff:
    """All that changed in meaning between two Trees. ``resources`` are those of both, the later description winning.

    ``late`` are the days by which new records were entered after their own day, where that is long (``late``)."""

    before: str
    after: str
    resources: Mapping[str, Resource]
    fields: Mapping[str, tuple[Field, ...]]
    schema: tuple[SchemaChange, ...] = ()
    settings: tuple[SettingChange, ...] = ()
    totals: tuple[Total, ...] = ()
    changes: tuple[Change, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    names: Naming = field(default_factory=Unnamed, compare=False)
    late: Mapping[tuple[str, tuple[str, ...]], int] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        return not (self.schema or self.settings or self.changes or self.troubles)


@dataclass(frozen=True, slots=True)
class Revision:
    """One commit of the official history. ``merge``: it has two parents.

    ``when`` is its time on China's clock in ISO 8601: the latest that it or a first-parent ancestor has, since a date that
    is older than what lies below proves nothing; ``claimed`` is the commit's own where that is another, else "".
    ``trailers`` are (name, value) pairs from the end of the message, names as in ``trailer_names``.
    """

    commit: str
    parents: tuple[str, ...]
    author: str
    when: str
    subject: str
    trailers: tuple[tuple[str, str], ...] = ()
    claimed: str = ""

    @property
    def merge(self) -> bool:
        return len(self.parents) > 1

    def trailer(self, name: str) -> str:
        """The values of a trailer, "" if the message has none."""
        return "、".join(value for key, value in self.trailers if key == name)


@dataclass(frozen=True, slots=True)
class RecordVersion:
    """A record from one Revision on: its filled cells by field, and its file; both empty where it was deleted."""

    revision: Revision
    path: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FieldVersion:
    """A value that a field had, since when, until when (None: still); ``value`` is None while there was no record."""

    field: str
    value: str | None
    since: Revision
    until: Revision | None
