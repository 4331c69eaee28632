"""What changed in meaning between two Trees: records, fields, schema, policies, and what it does to the totals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from gongshi.changes.naming import Names
from gongshi.changes.places import LinePlaces
from gongshi.changes.reading import read_besides
from gongshi.changes.schemas import schema_changes, setting_changes
from gongshi.changes.tables import DESCRIPTORS, Deltas, Placed, Side, TableDelta, descriptor_of, table_deltas
from gongshi.changes.totals import totals
from gongshi.changes.values import Change, ChangeKind, Diff, FieldChange, Row, Trouble
from gongshi.checks.showing import shown_key, shows
from gongshi.model import GongshiError
from gongshi.package import RECORDS, spell
from gongshi.package.descriptor import PACKAGE_FILE
from gongshi.repository import RevisionTree, Tree, differing

ENOUGH = 3  # filled cells beside the key that must agree before a record counts as the same under another key


def compare(before: Tree, after: Tree) -> Diff:
    """The Diff of two Trees. Reads only files that differ, the descriptors, and for the totals the funds' own files."""
    paths = differing(before, after)
    sides = _sides(before, after, paths)
    candidates = dict.fromkeys(path for path in paths if path.startswith(f"{RECORDS}/"))
    owners = [side.owners for side in sides]
    moved_owner = (path for path in {*owners[0], *owners[1]} if owners[0].get(path) != owners[1].get(path))
    candidates.update(dict.fromkeys(sorted(moved_owner)))
    candidates.update(dict.fromkeys(read_besides(sides, candidates)))
    for tree in (before, after):
        if isinstance(tree, RevisionTree):
            tree.prefetch(path for path in candidates if tree.exists(path))
    troubles: list[Trouble] = []
    deltas = table_deltas(*sides, candidates, troubles)
    lines = LinePlaces()
    found = tuple(_changes(deltas))
    return Diff(
        before.label,
        after.label,
        {name: table.resource for name, table in deltas.items()},
        {name: table.fields for name, table in deltas.items()},
        tuple(schema_changes(sides[0].descriptor, sides[1].descriptor)),
        tuple(setting_changes(before, after, paths)),
        tuple(totals(deltas, found)),
        tuple(_shown(deltas, lines, change) for change in found),
        tuple(dict.fromkeys(troubles)),
        Names(sides),
    )


def _shown(deltas: Deltas, lines: LinePlaces, change: Change) -> Change:
    """A record by its key, or by its line where the key may be a person's data."""
    resource = deltas[change.resource].resource
    if shows(resource, change.key):
        return change
    side, path = (deltas.sides[1], change.path_after) if change.path_after else (deltas.sides[0], change.path_before)
    return replace(change, key=shown_key(resource, change.key, lines.line(side, path, resource.name, change.key)))


def _sides(before: Tree, after: Tree, paths: Iterable[str]) -> tuple[Side, Side]:
    present = [tree for tree in (before, after) if tree.exists(PACKAGE_FILE)]
    if not present:
        raise GongshiError(f"两个版本里都没有 {PACKAGE_FILE}，请核对版本，并在台账仓库的目录里运行")
    if len(present) == 2 and not any(path.startswith(DESCRIPTORS) for path in paths):
        descriptor = descriptor_of(after)
        return Side(before, descriptor), Side(after, descriptor)
    return Side(before, descriptor_of(before)), Side(after, descriptor_of(after))


def _changes(deltas: Deltas) -> Iterator[Change]:
    names = {name: None for side in reversed(deltas.sides) for name in side.descriptor.resources}
    for name in names:
        if name in deltas:
            found = list(table_changes(deltas[name]))
            yield from sorted(found, key=lambda change: (change.key, change.path_after, change.path_before))


def table_changes(table: TableDelta) -> Iterator[Change]:
    """Pair the rows gone and come: by file and key, then by key, then by all but the key; the rest left or are new."""
    names = [field.name for field in table.fields]
    keys = [names.index(name) for name in table.resource.schema.primary_key]
    gone, come = table.gone, table.come

    def key(placed: Placed) -> Row:
        return tuple(placed[1][place] for place in keys)

    pairs, gone, come = _pair(gone, come, lambda placed: (placed[0], key(placed)))
    yield from (_change(table, key(new), old, new) for old, new in pairs)
    pairs, gone, come = _pair(gone, come, key)
    yield from (_change(table, key(new), old, new) for old, new in pairs)
    if len(keys) == 1:
        rest = [place for place in range(len(names)) if place not in keys]
        pairs, gone, come = _pair(gone, come, lambda placed: _likeness(placed[1], rest), alone=True)
        yield from (_change(table, key(new), old, new) for old, new in pairs)
    for path, row in gone:
        yield Change(ChangeKind.REMOVED, table.resource.name, key((path, row)), path, "", row, None)
    for path, row in come:
        yield Change(ChangeKind.ADDED, table.resource.name, key((path, row)), "", path, None, row)


def _likeness(row: Row, places: list[int]) -> Row | None:
    cells = tuple(row[place] for place in places)
    return cells if sum(map(bool, cells)) >= ENOUGH else None


def _pair(
    gone: list[Placed], come: list[Placed], mark: Callable[[Placed], object], alone: bool = False
) -> tuple[list[tuple[Placed, Placed]], list[Placed], list[Placed]]:
    """Pairs of rows with one mark, nth with nth, and what is left; ``alone``: only where as many came as are gone."""
    if not gone or not come:
        return [], gone, come
    groups: dict[object, tuple[list[Placed], list[Placed]]] = defaultdict(lambda: ([], []))
    for side, rows in enumerate((gone, come)):
        for placed in rows:
            groups[mark(placed)][side].append(placed)
    pairs: list[tuple[Placed, Placed]] = []
    left: list[Placed] = []
    right: list[Placed] = []
    for found, (old, new) in groups.items():
        count = min(len(old), len(new))
        if found is None or (alone and len(old) != len(new)):
            count = 0
        pairs.extend(zip(old[:count], new[:count], strict=True))
        left.extend(old[count:])
        right.extend(new[count:])
    return pairs, left, right


def _change(table: TableDelta, key: tuple[str, ...], old: Placed, new: Placed) -> Change:
    raw = [
        (field, FieldChange(field.name, left, right))
        for field, left, right in zip(table.fields, old[1], new[1], strict=True)
        if left != right
    ]
    real = tuple(change for field, change in raw if spell(field, change.before) != spell(field, change.after))
    change = Change(ChangeKind.CHANGED, table.resource.name, key, old[0], new[0], old[1], new[1], real)
    if any(item.field in table.resource.schema.primary_key for item in real):
        return replace(change, kind=ChangeKind.REKEYED)
    if old[0] != new[0]:
        return replace(change, kind=ChangeKind.MOVED)
    return change if real else replace(change, kind=ChangeKind.RESPELLED, fields=tuple(item for _, item in raw))
