"""What differs between two Trees, table by table: rows gone and come, read from the files that differ alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gongshi.changes.lines import Lines, columns, compared, read_lines
from gongshi.changes.reading import Kept, as_read, derived
from gongshi.changes.values import Row, Trouble
from gongshi.model import GongshiError
from gongshi.package import RECORDS, Descriptor, Field, Resource, document_of, read_descriptor
from gongshi.package.descriptor import DOCUMENTS_FILE, PACKAGE_FILE
from gongshi.package.documents import read_documents
from gongshi.repository import RevisionTree, Tree

Placed = tuple[str, Row]  # path, cells
ABSENT = Descriptor("", "", {}, (), ())
DESCRIPTORS = (PACKAGE_FILE, DOCUMENTS_FILE, f"{RECORDS}/schemas/")


@dataclass(slots=True)
class TableDelta:
    """Of one resource, rows by ``fields``: gone, come, and all that is now in each file that differs.

    ``places`` are, for the rows before and after, where each of ``fields`` is in its schema, None where it is not.
    """

    resource: Resource
    fields: tuple[Field, ...]
    places: tuple[list[int | None], list[int | None]]
    widths: tuple[int, int]
    gone: list[Placed] = field(default_factory=list)
    come: list[Placed] = field(default_factory=list)
    now: dict[str, Lines] = field(default_factory=dict)

    def fitted(self, lines: Lines, side: int) -> Lines:
        """Rows of side 0 (before) or 1 (after) by ``fields``; Lines stay as they are where nothing moves."""
        places = self.places[side]
        if places == list(range(len(places))) and self.widths[side] == len(places):
            return lines
        return [
            tuple("" if place is None else row[place] for place in places) for row in columns(lines, self.widths[side])
        ]

    def add(self, path: str, before: Lines, after: Lines) -> None:
        """Note what is gone and come between two versions of a file."""
        self.now[path] = after = self.fitted(after, 1)
        lost, won = compared(self.fitted(before, 0), after, len(self.fields))
        self.gone.extend((path, row) for row in lost)
        self.come.extend((path, row) for row in won)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two Trees with its Descriptor; ``kept`` is what its records say of one another, read once, and of which
    nothing is put into empty cells where the rows are wanted ``plain``."""

    tree: Tree
    descriptor: Descriptor
    plain: bool = False
    kept: Kept = field(default_factory=Kept, compare=False, repr=False)

    @property
    def owners(self) -> Mapping[str, str]:
        """The CSV resource of each path."""
        return self.descriptor.owners

    def owner(self, path: str) -> str:
        """The CSV resource that has rows at ``path``, "" for none."""
        return self.owners.get(path, "") if self.tree.exists(path) else ""


def descriptor_of(tree: Tree) -> Descriptor:
    """The Descriptor of a Tree, ABSENT where it has none."""
    if not tree.exists(PACKAGE_FILE):
        return ABSENT
    if isinstance(tree, RevisionTree):
        tree.prefetch(path for path in tree.paths(f"{RECORDS}/") if path.startswith(DESCRIPTORS))
    return read_descriptor(tree)


def fields_of(
    before: Resource | None, after: Resource | None
) -> tuple[tuple[Field, ...], list[int | None], list[int | None]]:
    """Today's fields and those that are gone, and for each its place in the rows before and after (None: not there)."""
    old = before.schema.fields if before else ()
    new = after.schema.fields if after else ()
    found, rest = paired_fields(old, new)
    fields = (*new, *(old[place] for place in rest))
    return fields, [*found, *rest], [*range(len(new)), *[None] * len(rest)]


def paired_fields(old: Sequence[Field], new: Sequence[Field]) -> tuple[list[int | None], list[int]]:
    """For each of the ``new`` fields its place among the ``old`` ones (None: not there), and the places left over.

    A field is the same as one that its schema, before or after, calls a former name of it.
    """
    places = {field.name: place for place, field in enumerate(old)}
    alias = {former: field.name for field in old for former in field.formerly}
    found: list[int | None] = []
    for item in new:
        names = [item.name, *item.formerly, *([alias[item.name]] if item.name in alias else [])]
        found.append(next((places.pop(name) for name in names if name in places), None))
    return found, list(places.values())


class Deltas(dict[str, TableDelta]):
    """TableDelta by resource name, made when first asked for."""

    def __init__(self, before: Side, after: Side) -> None:
        super().__init__()
        self.sides = before, after

    def __missing__(self, name: str) -> TableDelta:
        old, new = (side.descriptor.resources.get(name) for side in self.sides)
        resource = new or old
        if resource is None:
            raise KeyError(name)
        fields, before, after = fields_of(old, new)
        was, now = (len(one.schema.fields) if one else len(fields) for one in (old, new))
        self[name] = TableDelta(resource, fields, (before, after), (was, now))
        return self[name]


def table_deltas(before: Side, after: Side, paths: Iterable[str], troubles: list[Trouble]) -> Deltas:
    """What differs in the files ``paths``, by resource."""
    deltas = Deltas(before, after)
    documents = []
    for path in paths:
        if before.owner(path) or after.owner(path):
            _compare_csv(path, deltas, troubles)
        elif document_of(before.descriptor, path) or document_of(after.descriptor, path):
            documents.append(path)
    if documents:
        _compare_documents(documents, deltas, troubles)
    return deltas


def _compare_csv(path: str, deltas: Deltas, troubles: list[Trouble], trusting: bool = True) -> None:
    old, new = (side.owner(path) for side in deltas.sides)
    trusting = trusting and not (old and new and old != new)
    before, after = (read_side(side, path, troubles, trusting) for side in deltas.sides)
    try:
        if old and new and old != new:
            deltas[new].add(path, [], after)
            deltas[old].add(path, before, [])
        else:
            deltas[new or old].add(path, before, after)
    except UnicodeDecodeError:
        _compare_csv(path, deltas, troubles, trusting=False)


def read_side(side: Side, path: str, troubles: list[Trouble], trusting: bool = False) -> Lines:
    """The lines of a CSV file of one Tree, as they are read; none if it has no rows there."""
    if not (owner := side.owner(path)):
        return []
    trusting = trusting and not derived(side, owner)
    try:
        lines = read_lines(path, side.tree.read(path), side.descriptor.resources[owner], troubles, trusting)
        return as_read(side, path, lines)
    except GongshiError as error:
        troubles.append(Trouble(path, str(error)))
        return []


def _compare_documents(paths: list[str], deltas: Deltas, troubles: list[Trouble]) -> None:
    """A document that cannot be read on one side is not compared: its records are not gone."""
    rows: list[dict[tuple[str, str], list[Row]]] = []
    unreadable: set[str] = set()
    for side in deltas.sides:
        found = read_documents(side.tree, side.descriptor, tuple(path for path in paths if side.tree.exists(path)))
        groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for name, table in found.tables.items():
            for row, (path, _) in zip(table.rows, table.places, strict=True):
                groups[name, path].append(tuple(row))
        readable = {path for _, path in groups}
        troubles.extend(Trouble(finding.path, finding.message) for finding in found.findings)
        unreadable |= {finding.path for finding in found.findings} - readable
        rows.append(groups)
    for name, path in sorted({*rows[0], *rows[1]}):
        if path not in unreadable:
            deltas[name].add(path, *(groups.get((name, path), []) for groups in rows))
