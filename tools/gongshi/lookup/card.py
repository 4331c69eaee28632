"""A record's card: its own cells, everything that hangs on it by a reference, and what happened to it by date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gongshi.checks.showing import shown_cell
from gongshi.package import Database, Field, ForeignKey, Resource, identifier, quoted
from gongshi.package.subjects import subjects

Label = Callable[[str, str], str]
LIMIT = 300  # rows of one resource that are told


@dataclass(frozen=True, slots=True)
class CardCell:
    """A filled cell: what it is called, its text, and, if it names a record, which one and how that is called."""

    title: str
    text: str
    resource: str = ""
    label: str = ""
    number: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A record that hangs on another: its key, its day ("" if it has none) and its cells in the order of the columns."""

    key: str
    day: str
    cells: tuple[CardCell, ...]


@dataclass(frozen=True, slots=True)
class CardGroup:
    """The records of one resource that name the card's record in one field, the newest first; ``more`` are left out."""

    resource: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Card:
    """One record, with what hangs on it."""

    resource: str
    title: str
    key: str
    path: str
    cells: tuple[CardCell, ...]
    groups: tuple[CardGroup, ...] = field(default=())

    @property
    def line(self) -> list[tuple[str, str, Row]]:
        """(day, what, record) of everything that has a day, the newest first."""
        dated = [(row.day, group.title, row) for group in self.groups for row in group.rows if row.day]
        return sorted(dated, key=lambda item: item[0], reverse=True)


def card(database: Database, resource: str, key: str, label: Label) -> Card | None:
    """The card of the record with this key, parts joined by ``/``; None if there is none. ``label`` names what is behind a
    code, "" if nothing does."""
    described = database.descriptor.resources.get(resource)
    parts = key.split("/")
    if described is None or len(parts) != len(described.schema.primary_key):
        return None
    names = described.schema.names
    query = (
        f"SELECT rowid, {quoted(names)} FROM {database.text_of(resource)} WHERE {_same(described.schema.primary_key)}"
    )
    rows = database.sql(query, parts)
    if not rows:
        return None
    number, *cells = rows[0]
    groups = tuple(_groups(database, described, parts[0], label)) if len(parts) == 1 else ()
    path = database.locate(resource, number)[0]
    filled = _cells(database, described, dict(zip(names, cells, strict=True)), label, names)
    return Card(resource, described.title, key, path, tuple(cell for cell in filled if cell.text), groups)


def _same(names: Iterable[str]) -> str:
    return " AND ".join(f"{identifier(name)} = ?" for name in names)


def _groups(database: Database, described: Resource, key: str, label: Label) -> Iterator[CardGroup]:
    seen = set()
    for one in database.descriptor.foreign_keys:
        at = (one.resource, one.fields[0])
        if (
            one.reference != described.name
            or len(one.fields) != 1
            or at in seen
            or one.resource == subjects().boxes.table
        ):
            continue
        seen.add(at)
        resource = database.descriptor.resources[one.resource]
        names = [name for name in resource.schema.names if name != one.fields[0]]
        days = [item.name for item in resource.schema.fields if item.type == "date"]
        order = f"{identifier(days[0])} DESC, rowid" if days else "rowid"
        table = f"{database.text_of(one.resource)} WHERE {identifier(one.fields[0])} = ?"
        rows = database.sql(
            f"SELECT {quoted(resource.schema.names)} FROM {table} ORDER BY {order} LIMIT {LIMIT}", [key]
        )
        if not rows:
            continue
        ((count,),) = database.sql(f"SELECT count(*) FROM {table}", [key])
        told = [dict(zip(resource.schema.names, row, strict=True)) for row in rows]
        used = [name for name in names if any(record[name] for record in told)]
        made = tuple(_row(database, resource, record, label, used, days) for record in told)
        title = (
            resource.title
            if one.fields[0] in resource.schema.primary_key or _alone(database, one)
            else f"{resource.title}（{resource.schema.field(one.fields[0]).title}）"
        )
        yield CardGroup(
            one.resource, title, tuple(resource.schema.field(n).title for n in used), made, count - len(rows)
        )


def _alone(database: Database, key: ForeignKey) -> bool:
    """Whether a resource refers to that one by this field only."""
    same = [
        one
        for one in database.descriptor.foreign_keys
        if (one.resource, one.reference) == (key.resource, key.reference)
    ]
    return len(same) == 1


def _row(
    database: Database,
    resource: Resource,
    record: Mapping[str, str],
    label: Label,
    used: Sequence[str],
    days: Sequence[str],
) -> Row:
    key = "/".join(record[name] for name in resource.schema.primary_key)
    return Row(
        key, next((record[name] for name in days if record[name]), ""), _cells(database, resource, record, label, used)
    )


def _cells(
    database: Database, resource: Resource, record: Mapping[str, str], label: Label, names: Sequence[str]
) -> tuple[CardCell, ...]:
    targets = {
        key.fields[0]: key.reference
        for key in database.descriptor.foreign_keys
        if key.resource == resource.name and len(key.fields) == 1
    }
    own = resource.schema.primary_key[0] if len(resource.schema.primary_key) == 1 else ""
    made = []
    for name in names:
        described, text = resource.schema.field(name), record[name]
        target = targets.get(name, resource.name if name == own else "") if text else ""
        made.append(
            CardCell(
                described.title,
                _shown(described, text),
                target,
                label(target, text) if target else "",
                bool(described.unit),
            )
        )
    return tuple(made)


def _shown(described: Field, text: str) -> str:
    """What may be shown of a cell; money with commas and its unit."""
    text = shown_cell(described, text) if text else ""
    if not text or described.type not in ("number", "integer") or not described.unit:
        return text
    whole, dot, part = text.partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return f"{sign}{int(digits):,}{dot}{part} {described.unit}" if digits.isdecimal() else text
