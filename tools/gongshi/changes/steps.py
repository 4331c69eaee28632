"""What each commit of the official history changed in a few resources, record by record, straight from Git's hunks.

For those who need some tables and no people: only the files of those resources are asked for, and no index is kept.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import astuple, dataclass, replace
from functools import partial
from typing import Any, NamedTuple

from gongshi.changes.commits import patches, revisions
from gongshi.changes.events import Event, Folder
from gongshi.changes.lines import cells_of, proper
from gongshi.changes.tables import DESCRIPTORS, descriptor_of
from gongshi.changes.values import Revision
from gongshi.package import RECORDS, Descriptor
from gongshi.repository import Cache, Git, RevisionTree

FOUNDING = f"{RECORDS}/county/county.yaml"
"""The one record that every ledger has from its first day on."""

_KEPT = "walk"
_MOST = 64 << 20  # bytes that are kept
_HOLE = re.compile(r"\{[^}]*\}|(?<=/)[0-9]{4}(?=/)|(?<=^townships/)[^/]+")


class RecordChange(NamedTuple):
    """A record's filled cells by today's field names before and after; None where it was not there."""

    resource: str
    key: tuple[str, ...]
    before: Mapping[str, str] | None
    after: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class Step:
    """One commit: its records and, if it changed the descriptors, the (resource, field) not open to all before or after it;
    None if it did not."""

    revision: Revision
    closed: frozenset[tuple[str, str]] | None
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


def walk(git: Git, tip: str, resources: Collection[str], cache: Cache | None = None) -> Walk | None:
    """What the commits up to ``tip`` changed in ``resources``; None if no commit has a ledger. With a ``cache`` only those after
    the last tip that was asked for are looked at."""
    narrow = partial(_narrowed, resources=frozenset(resources))
    now = narrow(descriptor_of(RevisionTree(git, tip)))
    cache = None if cache and git.shallow() else cache  # more of the history may come
    if cache is None:
        return _whole(git, tip, resources, now, narrow)
    asked = hashlib.sha256(repr((sorted(resources), now)).encode("utf-8", "surrogateescape")).hexdigest()
    until, known = _remembered(cache, asked)
    if known and until == tip:
        return known
    found = _continued(git, tip, resources, now, narrow, until, known) if known and git.resolve(until) else None
    found = found or _whole(git, tip, resources, now, narrow)
    if found:
        _remember(cache, asked, tip, found)
    return found


def _whole(
    git: Git, tip: str, resources: Collection[str], now: Descriptor, narrow: Callable[[Descriptor], Descriptor]
) -> Walk | None:
    listing = git.run(
        "log", "--first-parent", "-m", "--reverse", "--diff-filter=A", "--format=%H", "--no-renames", "--relative",
        "--end-of-options", tip, "--", FOUNDING,
    )  # fmt: skip
    begin = listing.decode("ascii").split()[:1]
    if not begin:
        return None
    known = revisions(git, tip)
    first = next(revision for revision in known if revision.commit == begin[0])
    return Walk(first, _complete(git, first), tuple(_steps(git, tip, first.commit, known, now, narrow, resources)))


def _continued(
    git: Git,
    tip: str,
    resources: Collection[str],
    now: Descriptor,
    narrow: Callable[[Descriptor], Descriptor],
    until: str,
    known: Walk,
) -> Walk | None:
    """The walk to ``until`` and on to ``tip``; None if it does not lead there, or if the descriptors changed on the way, since
    which files are looked at follows from the first and the last."""
    later = revisions(git, tip, until)
    if not later or later[0].parents[:1] != (until,):
        return None
    steps = tuple(_steps(git, tip, until, later, now, narrow, resources))
    return None if any(step.closed is not None for step in steps) else replace(known, steps=(*known.steps, *steps))


def _remembered(cache: Cache, asked: str) -> tuple[str, Walk | None]:
    """The last tip that was asked for in these words, and what was found."""
    kept = json.loads(cache.get(_KEPT) or b"{}")
    if kept.get("asked") != asked:
        return "", None
    steps = (
        Step(_revision(about), None if closed is None else frozenset(map(tuple, closed)), tuple(map(_change, records)))
        for about, closed, records in kept["steps"]
    )
    return kept["tip"], Walk(_revision(kept["first"]), kept["complete"], tuple(steps))


def _revision(about: list[Any]) -> Revision:
    commit, parents, author, when, subject, trailers, claimed = about
    return Revision(commit, tuple(parents), author, when, subject, tuple(map(tuple, trailers)), claimed)


def _change(record: list[Any]) -> RecordChange:
    resource, key, before, after = record
    return RecordChange(resource, tuple(key), before, after)


def _remember(cache: Cache, asked: str, tip: str, found: Walk) -> None:
    steps = [
        (astuple(step.revision), None if step.closed is None else sorted(step.closed), step.records)
        for step in found.steps
    ]
    kept = {"asked": asked, "tip": tip, "first": astuple(found.first), "complete": found.complete, "steps": steps}
    content = json.dumps(kept).encode("ascii")
    if len(content) < _MOST:
        cache.put(_KEPT, content)


def _complete(git: Git, first: Revision) -> bool:
    """Whether the commit is a real beginning: at the edge of a shallow clone Git hides the parents it has."""
    hidden = b"\nparent " in git.run("cat-file", "commit", first.commit).split(b"\n\n", 1)[0]
    return not hidden or bool(first.parents)


def _steps(
    git: Git,
    tip: str,
    start: str,
    known: Iterable[Revision],
    now: Descriptor,
    narrow: Callable[[Descriptor], Descriptor],
    resources: Collection[str],
) -> Iterator[Step]:
    """The commits after ``start``, of whom ``known`` has at least these."""
    about = {revision.commit: revision for revision in known}
    then = narrow(descriptor_of(RevisionTree(git, start)))
    under = sorted({*_patterns(now), *_patterns(then), *DESCRIPTORS})
    with closing(Folder(git, start, _odd(git, start, then), narrow)) as folder:
        for commit, files in patches(git, tip, start, under):
            before = folder.side.descriptor
            events = folder.events(commit, about[commit].parents[0], files)
            records = tuple(_records((event for event in events if event.resource in resources), now))
            after = folder.side.descriptor
            if records or before is not after:
                closed = None if before is after else frozenset({*_closed(before), *_closed(after)})
                yield Step(about[commit], closed, records)


def _closed(descriptor: Descriptor) -> Iterator[tuple[str, str]]:
    """The fields that are not open to all."""
    for name, resource in descriptor.resources.items():
        yield from ((name, field.name) for field in resource.schema.fields if field.disclosure != "public")


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
