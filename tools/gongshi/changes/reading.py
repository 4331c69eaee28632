"""Cells as they are read: an empty cell of a field with ``derive`` says what other rows of the same Tree do.

So a reviewer sees 脱贫状态 未脱贫 → 已脱贫 at the household, though the change stands in its memberships alone. What a township's
records say lies beside them, in the township's own folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gongshi.changes.lines import Lines, columns, read_lines
from gongshi.model import GongshiError
from gongshi.package import RECORDS, Field, derived_fields
from gongshi.package.deriving import Said, behind, sources
from gongshi.package.schema import Derive

if TYPE_CHECKING:
    from gongshi.changes.tables import Side

Cells = Mapping[str, str]


@dataclass(slots=True)
class Kept:
    """What was read of one Tree: the fields that rows fill, by resource; rows and what they say, by folder."""

    fields: dict[str, list[tuple[Field, Derive]]] | None = None
    rows: dict[tuple[str, str], list[Cells]] = field(default_factory=dict)
    said: dict[tuple[str, Derive, str], Said] = field(default_factory=dict)


def derived(side: Side, resource: str) -> Sequence[tuple[Field, Derive]]:
    """The fields of a CSV resource whose empty cells other rows fill, with how they do."""
    if side.plain:
        return ()
    if side.kept.fields is None:
        side.kept.fields = {}
        known = side.descriptor.resources
        for one, item, derive in derived_fields(side.descriptor):
            if one.is_csv and all(known[name].is_csv for name in sources(side.descriptor, derive)):
                side.kept.fields.setdefault(one.name, []).append((item, derive))
    return side.kept.fields.get(resource, ())


def as_read(side: Side, path: str, lines: Lines) -> Lines:
    """The rows of a file with their empty cells filled; ``lines`` themselves where nothing is known to fill in."""
    names = side.descriptor.resources[side.owner(path)].schema.names
    fields = derived(side, side.owner(path))
    told = {names.index(item.name): _said(side, path, item, derive) for item, derive in fields}
    said = {place: one for place, one in told.items() if one}
    if not said:
        return lines
    found = []
    for row in columns(lines, len(names)):
        empty = [place for place in said if not row[place]]
        if empty:
            record, cells = dict(zip(names, row, strict=True)), list(row)
            for place in empty:
                cells[place] = said[place].of(record)
            row = tuple(cells)
        found.append(row)
    return found


def _said(side: Side, path: str, item: Field, derive: Derive) -> Said:
    folder = _folder(path)
    mark = (item.name, derive, folder)
    if mark not in side.kept.said:
        key = behind(side.descriptor, derive)
        through = {row[key.reference_fields[0]]: row for row in _records(side, key.reference, folder)} if key else {}
        side.kept.said[mark] = Said(item, derive, _records(side, derive.rows, folder), through)
    return side.kept.said[mark]


def _records(side: Side, resource: str, folder: str) -> list[Cells]:
    mark = (resource, folder)
    if mark not in side.kept.rows:
        side.kept.rows[mark] = [row for path in _paths(side, resource, folder) for row in _rows(side, resource, path)]
    return side.kept.rows[mark]


def _rows(side: Side, resource: str, path: str) -> Iterator[Cells]:
    described = side.descriptor.resources[resource]
    try:
        lines = read_lines(path, side.tree.read(path), described, [])
    except GongshiError:  # told where the file itself is compared
        return
    names = described.schema.names
    yield from (dict(zip(names, row, strict=True)) for row in columns(lines, len(names)))


def _folder(path: str) -> str:
    return "/".join(path.split("/")[:3]) + "/" if path.startswith(f"{RECORDS}/townships/") else ""


def _paths(side: Side, resource: str, folder: str) -> list[str]:
    """The files of a resource beside a path; all of a resource that has none there."""
    paths = [path for path, owner in side.owners.items() if owner == resource and side.tree.exists(path)]
    return [path for path in paths if folder and path.startswith(folder)] or paths


def read_besides(sides: Iterable[Side], paths: Iterable[str]) -> Iterator[str]:
    """The files whose cells read otherwise because one of ``paths`` changed."""
    changed = list(paths)
    for side in sides:
        for name in side.descriptor.resources:
            for _, derive in derived(side, name):
                from_ = sources(side.descriptor, derive)
                folders = {_folder(path) for path in changed if side.owners.get(path) in from_}
                yield from (path for folder in sorted(folders) for path in _paths(side, name, folder))
