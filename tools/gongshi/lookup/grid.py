"""A table as it is edited: its columns, what each takes, and the rows of one township; cells that may not be shown are held back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gongshi.checks.phrases import wanted
from gongshi.checks.showing import shown_cell, shows
from gongshi.lookup.gathering import found_tables
from gongshi.package import Database, Descriptor, Field, Resource, identifier, quoted

_TOWNSHIPS = "records/townships/"


@dataclass(frozen=True, slots=True)
class GridColumn:
    """One column: ``words`` are all that may stand in it, () for anything; a ``fixed`` one is part of the record's number."""

    name: str
    title: str
    wanted: str
    words: tuple[str, ...]
    fixed: bool
    number: bool


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows in the order of their keys; a cell is None where its content is not shown. ``names`` says what codes stand for;
    ``held`` are the records left out because their very numbers cannot be shown."""

    resource: str
    title: str
    columns: tuple[GridColumn, ...]
    rows: tuple[tuple[str | None, ...], ...]
    names: dict[str, str]
    held: int


def tables(descriptor: Descriptor) -> dict[str, tuple[str, bool]]:
    """Name → (title, whether each township has its own) of every table that is edited."""
    there = (resource for resource in descriptor.resources.values() if resource.name not in found_tables().own)
    return {resource.name: (resource.title, by_township(descriptor, resource)) for resource in there}


def by_township(descriptor: Descriptor, resource: Resource) -> bool:
    """Whether the records of a resource lie with their townships."""
    if resource.is_csv:
        return bool(resource.paths) and all(path.startswith("townships/") for path in resource.paths)
    found = [one.path for one in descriptor.documents if resource.name in (one.resource, *one.lists.values())]
    return bool(found) and all("townships/" in path for path in found)


def township_of(database: Database, name: str, key: str) -> str:
    """The folder of the township that a record lies with, "" where it lies with none, or is not there."""
    resource = database.descriptor.resources[name]
    names, parts = resource.schema.primary_key, key.split("/")
    if len(names) != len(parts):
        return ""
    same = " AND ".join(f"{identifier(part)} = ?" for part in names)
    rows = database.sql(f"SELECT rowid FROM {database.text_of(name)} WHERE {same}", parts)
    path = database.locate(name, rows[0][0])[0] if rows else ""
    return path.removeprefix(_TOWNSHIPS).partition("/")[0] if path.startswith(_TOWNSHIPS) else ""


def grid(database: Database, name: str, slug: str, label: Callable[[str, str], str]) -> Grid | None:
    """The records of a table that lie with a township ("" for all); None for a table that is not edited. ``label`` names what
    is behind a code."""
    resource = database.descriptor.resources.get(name)
    if resource is None or name in found_tables().own:
        return None
    schema = resource.schema
    query = f"SELECT rowid, {quoted(schema.names)} FROM {database.text_of(name)} ORDER BY {quoted(schema.primary_key)}"
    start, rows, held = f"{_TOWNSHIPS}{slug}/" if slug and by_township(database.descriptor, resource) else "", [], 0
    show = [_shower(field) for field in schema.fields]
    for row, *cells in database.sql(query):
        if start and not database.locate(name, row)[0].startswith(start):
            continue
        made = tuple(one(cell) for one, cell in zip(show, cells, strict=True))
        if shows(resource, [cells[schema.names.index(part)] for part in schema.primary_key]):
            rows.append(made)
        else:
            held += 1
    columns = tuple(column(resource, field) for field in schema.fields)
    return Grid(name, resource.title, columns, tuple(rows), _names(database, resource, rows, label), held)


def column(resource: Resource, field: Field) -> GridColumn:
    """What there is to know of a column before something is typed into it."""
    words = field.enum or (*field.true_values[:1], *field.false_values[:1])
    title = f"{field.title}（{field.unit}）" if field.unit else field.title
    fixed = field.name in resource.schema.primary_key
    return GridColumn(field.name, title, wanted(field), words, fixed, field.type in ("integer", "number"))


def _shower(field: Field) -> Callable[[str], str | None]:
    """The text of a cell of this field if all of it may be shown, else None; what was looked at once is remembered."""
    seen: dict[str, str | None] = {"": ""}

    def show(text: str) -> str | None:
        if text not in seen:
            seen[text] = text if shown_cell(field, text) == text else None
        return seen[text]

    return show


def _names(
    database: Database, resource: Resource, rows: list[tuple[str | None, ...]], label: Callable[[str, str], str]
) -> dict[str, str]:
    names: dict[str, str] = {}
    at = resource.schema.names
    for key in database.descriptor.foreign_keys:
        if key.resource == resource.name and len(key.fields) == 1 and key.reference in found_tables().labelled:
            place = at.index(key.fields[0])
            for code in {row[place] for row in rows}:
                if code and (found := label(key.reference, code)):
                    names[code] = found
    return names
