"""What each commit of the official history changed in a few resources, record by record, straight from Git's hunks.

For those who need some tables and no people: only the files of those resources are asked for, and no index is kept.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from gongshi.changes.commits import patches, revisions
from gongshi.changes.events import Event, Folder
from gongshi.changes.lines import cells_of, proper
from gongshi.changes.tables import DESCRIPTORS, descriptor_of
from gongshi.changes.values import Revision
from gongshi.package import RECORDS, Descriptor
from gongshi.repository import Git, RevisionTree

FOUNDING = f"{RECORDS}/county/county.yaml"
"""The one record that every ledger has from its first day on."""

_HOLE = re.compile(r"\{[^}]*\}|(?<=/)[0-9]{4}(?=/)|(?<=^townships/)[^/]+")


class RecordChange(NamedTuple):
    """A record's filled cells by today's field names before and after; None where it was not there."""

    resource: str
    key: tuple[str, ...]
    before: Mapping[str, str] | None
    after: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class Step:
    """One commit: its records, and the descriptors before and after it."""

    revision: Revision
    before: Descriptor
    after: Descriptor
    records: tuple[RecordChange, ...]


@dataclass(frozen=True, slots=True)
class Walk:
    """The commits after ``first``, oldest first.

    ``first`` is the one that the ledger came with, or, where ``complete`` is false, the oldest one there is: a shallow
    clone has only the end of the history.
    """

    first: Revision
    complete: bool
    steps: tuple[Step, ...]


def walk(git: Git, tip: str, resources: Collection[str]) -> Walk | None:
    """What the commits up to ``tip`` changed in ``resources``; None if no commit has a ledger."""
    listing = git.run(
        "log", "--first-parent", "-m", "--reverse", "--diff-filter=A", "--format=%H", "--no-renames", "--relative",
        "--end-of-options", tip, "--", FOUNDING,
    )  # fmt: skip
    begin = listing.decode("ascii").split()[:1]
    if not begin:
        return None
    known = {revision.commit: revision for revision in revisions(git, tip)}
    first = known[begin[0]]
    return Walk(first, _complete(git, first), tuple(_steps(git, tip, first, known, resources)))


def _complete(git: Git, first: Revision) -> bool:
    """Whether the commit is a real beginning: at the edge of a shallow clone Git hides the parents it has."""
    hidden = b"\nparent " in git.run("cat-file", "commit", first.commit).split(b"\n\n", 1)[0]
    return not hidden or bool(first.parents)


def _steps(
    git: Git, tip: str, first: Revision, known: Mapping[str, Revision], resources: Collection[str]
) -> Iterator[Step]:
    narrow = partial(_narrowed, resources=frozenset(resources))
    now, then = (narrow(descriptor_of(RevisionTree(git, commit))) for commit in (tip, first.commit))
    under = sorted({*_patterns(now), *_patterns(then), *DESCRIPTORS})
    with closing(Folder(git, first.commit, _odd(git, first.commit, then), narrow)) as folder:
        for commit, files in patches(git, tip, first.commit, under):
            before = folder.side.descriptor
            events = [e for e in folder.events(commit, known[commit].parents[0], files) if e.resource in resources]
            records = tuple(_records(events, now))
            if records or before is not folder.side.descriptor:
                yield Step(known[commit], before, folder.side.descriptor, records)


def _narrowed(descriptor: Descriptor, resources: frozenset[str]) -> Descriptor:
    """Only these resources, and what lies in one file with them."""
    documents = tuple(d for d in descriptor.documents if {d.resource, *d.lists.values()} & resources)
    names = resources.union(*({d.resource, *d.lists.values()} for d in documents))
    kept = {name: resource for name, resource in descriptor.resources.items() if name in names}
    return replace(descriptor, resources=kept, documents=documents)


def _patterns(descriptor: Descriptor) -> Iterator[str]:
    """Git's patterns for the files of the resources, of any township and year."""
    paths = [path for resource in descriptor.csv_resources() for path in resource.paths]
    for path in (*paths, *(document.path for document in descriptor.documents)):
        yield f":(glob){RECORDS}/{_HOLE.sub('*', path)}"


def _odd(git: Git, commit: str, descriptor: Descriptor) -> set[str]:
    """The CSV files whose hunks do not tell their rows, because they are not in proper form."""
    tree = RevisionTree(git, commit)
    there = {path: descriptor.resources[name] for path, name in descriptor.owners.items() if tree.exists(path)}
    tree.prefetch(there)
    return {path for path, resource in there.items() if not proper(path, tree.read(path), resource)}


def _records(events: Iterable[Event], now: Descriptor) -> Iterator[RecordChange]:
    """Gone and come rows of a commit paired by key; a row that only went to another file is no change."""
    sides: dict[tuple[str, tuple[str, ...]], list[Mapping[str, str] | None]] = {}
    for event in events:
        pair = sides.setdefault((event.resource, event.key), [None, None])
        described = now.resources.get(event.resource)
        names = described.schema.today(event.names) if described else event.names
        cells = zip(names, cells_of(event.line, len(names)), strict=True)
        pair[event.sign > 0] = {name: cell for name, cell in cells if cell}
    for (resource, key), (before, after) in sides.items():
        if before != after:
            yield RecordChange(resource, key, before, after)
