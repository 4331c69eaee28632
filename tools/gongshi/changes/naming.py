"""What stands behind a code: the unit, village, project, case that a record names, and in a few words what a record is.

Never a person: a table whose names are not public has none here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from gongshi.changes.lines import columns
from gongshi.changes.phrases import cell
from gongshi.changes.tables import Side, read_side
from gongshi.changes.values import Change, Row
from gongshi.checks.showing import HIDDEN, UNFIT, shown_cell
from gongshi.model import GongshiError
from gongshi.package import RECORDS, Resource, document_of, pack
from gongshi.package.documents import read_documents

_DEEP = 3


@dataclass(frozen=True, slots=True)
class RecordWords:
    """See the comments in ``pack/naming.yaml``."""

    names: tuple[str, ...]
    told: Mapping[str, tuple[str, ...]]
    numbered: frozenset[str]


def _naming() -> RecordWords:
    return pack("naming", RecordWords)


class Names:
    """Names of the records of two Trees, the later first; tables are read when first asked for."""

    def __init__(self, sides: tuple[Side, Side]) -> None:
        self._sides = sides
        self._refers: dict[tuple[str, str], str] = {}
        for side in sides:
            for key in side.descriptor.foreign_keys:
                if len(key.fields) == 1:
                    self._refers[key.resource, key.fields[0]] = key.reference
        self._rows: dict[tuple[int, str, str], Mapping[str, Row]] = {}
        self._files: tuple[dict[str, list[str]], ...] = ({}, {})

    @property
    def refers(self) -> Mapping[tuple[str, str], str]:
        """(resource, field) → the resource whose records the field names."""
        return self._refers

    def named(self, resource: str, field: str, code: str, path: str = "") -> str:
        """The name of the record that a cell names, "" for none: 某某村, never a code. ``path`` is the cell's file."""
        reference = self._refers.get((resource, field), "")
        return self._name(reference, code, path, 0) if reference and code else ""

    def about(self, change: Change, fields: Mapping[str, int]) -> str:
        """In a few words what a record is."""
        row, path = change.after or change.before, change.path_after or change.path_before
        return self._told(change.resource, {name: row[place] for name, place in fields.items()}, path, 0) if row else ""

    def record(self, place: int, resource: str, code: str, path: str = "") -> Mapping[str, str]:
        """The filled cells of a record of the earlier (0) or the later Tree, {} for none; ``path`` is what names it."""
        row = self._table(place, resource, path, code).get(code)
        names = self._sides[place].descriptor.resources[resource].schema.names if row else ()
        return {name: text for name, text in zip(names, row or (), strict=True) if text}

    def _told(self, resource: str, cells: Mapping[str, str], path: str, depth: int) -> str:
        described = self._resource(resource)
        if described is None or depth > _DEEP:
            return ""
        known = _naming().told.get(resource) or tuple(name for name in cells if (resource, name) in self._refers)
        words = []
        for name in known:
            if cells.get(name) and name in described.schema.names:
                words.append(self._word(described, name, cells[name], path, depth))
        return "，".join(dict.fromkeys(filter(None, words)))

    def _word(self, resource: Resource, name: str, text: str, path: str, depth: int) -> str:
        reference = self._refers.get((resource.name, name), "")
        named = self._name(reference, text, path, depth + 1) if reference else ""
        if reference and (named or resource.schema.field(name).pattern):  # a code that is a word says itself
            return f"{text} {named}" if named and reference in _naming().numbered else named
        field = resource.schema.field(name)
        shown = cell(field, text)
        return "" if shown in (HIDDEN, UNFIT) else f"{shown} {field.unit}" if field.unit else shown

    def _name(self, reference: str, code: str, path: str, depth: int) -> str:
        """The name of one record of ``reference``; of one without a name, what it is."""
        described = self._resource(reference)
        if described is None or depth > _DEEP:
            return ""
        for place in (1, 0):
            row = self._table(place, reference, path, code).get(code)
            schema = self._sides[place].descriptor.resources[reference].schema if row else None
            if row and schema:
                cells = dict(zip(schema.names, row, strict=True))
                name = next((one for one in _naming().names if one in schema.names), "")
                if name:
                    field = schema.field(name)
                    shown = shown_cell(field, cells[name]) if field.disclosure == "public" else ""
                    return "" if shown in (HIDDEN, UNFIT) else shown
                beyond = self._refers.get((reference, schema.primary_key[0]), "")
                return self._name(beyond, code, path, depth + 1) or self._told(reference, cells, path, depth + 1)
        return ""

    def _resource(self, name: str) -> Resource | None:
        return next(
            (s.descriptor.resources[name] for s in reversed(self._sides) if name in s.descriptor.resources), None
        )

    def _table(self, place: int, name: str, path: str, code: str) -> Mapping[str, Row]:
        """Rows by key of what can hold the record: of a table by townships the file beside ``path``, of documents its own."""
        side = self._sides[place]
        resource = side.descriptor.resources.get(name)
        if resource is None or len(resource.schema.primary_key) != 1:
            return {}
        folder = "/".join(path.split("/")[:3]) + "/" if path.startswith(f"{RECORDS}/townships/") else ""
        mark = (place, name, folder if resource.is_csv else code)
        if mark not in self._rows:
            paths = _paths(side, resource, folder) if resource.is_csv else self._documents(place, resource, code)
            self._rows[mark] = _read(side, resource, paths)
        return self._rows[mark]

    def _documents(self, place: int, resource: Resource, code: str) -> list[str]:
        side, files = self._sides[place], self._files[place]
        if not files:
            for path in side.tree.paths(f"{RECORDS}/"):
                files.setdefault(path.rpartition("/")[2].removesuffix(".yaml"), []).append(path)
        kinds = ((path, document_of(side.descriptor, path)) for path in files.get(code, ()))
        return [path for path, kind in kinds if kind and kind.resource == resource.name]


def _paths(side: Side, resource: Resource, folder: str) -> list[str]:
    paths = [path for path, owner in side.owners.items() if owner == resource.name and side.tree.exists(path)]
    beside = [path for path in paths if folder and path.startswith(folder)]
    return beside or paths


def _read(side: Side, resource: Resource, paths: Iterable[str]) -> Mapping[str, Row]:
    key = resource.schema.names.index(resource.schema.primary_key[0])
    found: dict[str, Row] = {}
    for path in paths:
        if resource.is_csv:
            found.update((row[key], row) for row in columns(read_side(side, path, []), len(resource.schema.names)))
            continue
        with suppress(GongshiError):
            rows = read_documents(side.tree, side.descriptor, (path,)).tables[resource.name].rows
            found.update((row[key], tuple(row)) for row in rows)
    return found
