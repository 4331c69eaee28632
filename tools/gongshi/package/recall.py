"""Questions about a Database whose answer may be known: each names the tables it reads, and is asked by a digest of them.

Equal digests are equal files in equal order under an equal descriptor: then rows, lines and findings are equal too.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeVar, cast

from gongshi.model import Finding, GongshiError
from gongshi.package.columns import ColumnDigests, LookedAt, Remembered, with_sources
from gongshi.package.database import Database
from gongshi.package.deriving import needed
from gongshi.package.documents import pattern_of
from gongshi.package.schema import RECORDS, Descriptor, Resource
from gongshi.repository import Known, Tree, WorkTree, as_items, of_items

Value = TypeVar("Value")
Seen = dict[str, tuple[tuple[int, ...], str]]
"""Path → what the disk said of a file when it was read, and the digest of its content."""
Kept = Callable[[str, Callable[[], LookedAt], Callable[[], Any]], Any]
"""(what is asked, what it is looked up in, who looks it up) → what is found there, from whoever remembers it."""
SETTLED = 2_000_000_000
"""Nanoseconds: a clock may tick so slowly, and what it calls older than that is not written again under the same time."""


def forgetful(_: str, reads: Callable[[], LookedAt], work: Callable[[], Any]) -> Any:
    """Who remembers nothing: ``Kept``."""
    return work()


class Digests:
    """Digests of what the tables of a Tree are made of. ``seen`` spares reading a file of which the disk says the same as then:
    only for who stays, and not of a file that was just written, since it may be written again within one tick of the clock."""

    def __init__(self, tree: Tree, descriptor: Descriptor, seen: Seen | None = None) -> None:
        self.tree, self.descriptor, self._seen = tree, descriptor, {} if seen is None else seen
        self._disk = tree if isinstance(tree, WorkTree) else None
        self._files: dict[str, str] = {}
        self._tables: dict[str, str] = {}
        self._sets: dict[frozenset[str], str] = {}
        self._parts: dict[str, list[tuple[str, ColumnDigests | None]]] = {}
        self._bare: dict[str, str] = {}
        self._each: dict[tuple[str, str], str] = {}
        self._documents: dict[str, list[str]] | None = None

    def of(self, names: Iterable[str]) -> str:
        """One digest of these tables, and of those that their values come from."""
        asked = frozenset(names)
        if asked not in self._sets:
            wanted = sorted(needed(self.descriptor, asked) & self.descriptor.resources.keys())
            self._sets[asked] = _digest(*(self.table(name) for name in wanted))
        return self._sets[asked]

    def table(self, name: str) -> str:
        """The digest of one table by itself."""
        if name not in self._tables:
            resource = self.descriptor.resources[name]
            files = [f"{path}\0{self.file(path)}" for path in self._paths(resource)]
            self._tables[name] = _digest(repr(resource), *files)
        return self._tables[name]

    def columns(self, reads: LookedAt, held: Remembered) -> str:
        """One digest of what is looked at of these tables, and of what its values come from; ``held`` knows columns of files."""
        said = []
        for name, columns in sorted(with_sources(self.descriptor, reads).items()):
            resource = self.descriptor.resources.get(name)
            if resource is None:
                continue
            if columns is None or not resource.is_csv or 0 < held.largest < self._size(resource):
                said.append(self.of([name]))
                continue
            if name not in self._parts:
                self._parts[name] = [(path, self._columns(resource, path, held)) for path in self._paths(resource)]
                rows = [str(one.rows) if one else self.file(path) for path, one in self._parts[name]]
                self._bare[name] = _digest(repr(resource), *(path for path, _ in self._parts[name]), *rows)
            said += [self._bare[name], *(self._column(name, column) for column in sorted(columns))]
        return _digest(*said)

    def _column(self, table: str, column: str) -> str:
        """Of one column of all files that have columns; those that have none are told of by the table."""
        if (table, column) not in self._each:
            parts = (one.columns.get(column, "") for _, one in self._parts[table] if one)
            self._each[table, column] = _digest(column, *parts)
        return self._each[table, column]

    def _size(self, resource: Resource) -> int:
        """How many bytes a table has."""
        if self._disk is None:
            return sum(len(self.tree.read(path)) for path in self._paths(resource) if self.tree.exists(path))
        return sum(about[2] for path in self._paths(resource) if (about := self._disk.about(path)))

    def _columns(self, resource: Resource, path: str, held: Remembered) -> ColumnDigests | None:
        digest = self.file(path)
        if held.has(resource, path, digest):
            return held.digests(resource, path, digest, None)
        try:
            data = self.tree.read(path) if self.tree.exists(path) else None
        except GongshiError:
            data = None
        return held.digests(resource, path, digest, data)

    def file(self, path: str) -> str:
        """The digest of a file's content, or why there is none."""
        if path not in self._files:
            self._files[path] = self._file(path)
        return self._files[path]

    def _file(self, path: str) -> str:
        told = self._disk.about(path) if self._disk else ()
        known = self._seen.get(path) if told else None
        if known and known[0] == told:
            return known[1]
        try:
            found = hashlib.sha256(self.tree.read(path)).hexdigest() if self.tree.exists(path) else "-"
        except GongshiError as error:
            return str(error)
        if told and told[0] + SETTLED < time.time_ns():
            self._seen[path] = told, found
        return found

    def still(self) -> bool:
        """Whether the disk says of all files what it said before they were digested: else what was read may be of no one moment."""
        disk = self._disk
        return disk is None or all(disk.about(path, True) == disk.about(path) for path in self._files)

    def _paths(self, resource: Resource) -> Iterable[str]:
        if resource.is_csv:
            return [f"{RECORDS}/{path}" for path in resource.paths]
        if self._documents is None:
            paths = [path for path in self.tree.paths(f"{RECORDS}/") if path.endswith((".yaml", ".yml"))]
            self._documents = {name: [] for name in self.descriptor.resources}
            for document in self.descriptor.documents:
                pattern = pattern_of(document)
                mine = [path for path in paths if pattern.fullmatch(path)]
                for name in {document.resource, *document.lists.values()} & self._documents.keys():
                    self._documents[name].extend([repr(document), *mine])
        return self._documents[resource.name]


class Recall:
    """What is known of one Database, and what is found out about it now."""

    def __init__(
        self, known: Known, database: Database, digests: Digests | None = None, held: Remembered | None = None
    ) -> None:
        self.known, self.database, self._held = known, database, held
        self._close: dict[str, str] = {}
        self._narrow: dict[str, object] = {}
        self._fresh: dict[str, object] = {}
        self._found: dict[tuple[str, str], object] = {}
        self._once: dict[Hashable, object] = {}
        self.digests = digests or Digests(database.tree, database.descriptor)

    def question(self, name: str, reads: Iterable[str], *more: str) -> str:
        """A digest of all that an answer follows from: what is asked, the tables, and ``more`` there is."""
        return _digest(name, self.digests.of(reads), *more)

    def asked(
        self, name: str, reads: Iterable[str], columns: Callable[[], LookedAt] | None, *more: str
    ) -> tuple[str, Any | None]:
        """A question and its answer, None if nobody knows. It is known also while only other ``columns`` change, if somebody
        remembers them."""
        question = self.question(name, reads, *more)
        answer = self.known.get(question)
        if self._held is None or columns is None:
            return question, answer
        close = self._held.close.get(question)  # equal tables have equal columns
        if close is None:
            if answer is not None and self._held.largest:
                return question, answer
            close = _digest(name, self.digests.columns(columns(), self._held), *more)
        self._close[question] = close
        if answer is None and (answer := self._held.answers.get(close)) is not None:
            self._fresh[question] = answer
        if answer is not None:
            self._narrow[close] = answer
        return question, answer

    def findings(
        self,
        name: str,
        reads: Iterable[str],
        work: Callable[[], Iterable[Finding]],
        *more: str,
        columns: Callable[[], LookedAt] | None = None,
    ) -> list[Finding]:
        """What ``work`` finds in the tables it ``reads``, by itself and in this order; from memory if that is known."""
        question, items = self.asked(name, reads, columns, *more)
        if items is not None:
            return of_items(items)
        self.database.need(reads)
        found = list(work())
        self.note(question, as_items(found))
        return found

    def once(self, what: Hashable, work: Callable[[], Value]) -> Value:
        """What ``work`` gives, done once in this run however many ask for ``what`` of these very tables."""
        if what not in self._once:
            self._once[what] = work()
        return cast("Value", self._once[what])

    def held(self, name: str, reads: Callable[[], LookedAt], work: Callable[[], Any]) -> Any:
        """What ``work`` finds in columns of tables, for as long as they stay; only who stays remembers it."""
        if self._held is None:
            return work()
        close = _digest(self.digests.columns(reads(), self._held))
        known = self._held.found.get(name, {}).get(close)
        if known is None:
            known = work()
        self._found[name, close] = known
        return known

    def note(self, question: str, answer: object) -> None:
        """An answer that was found out now."""
        self._fresh[question] = answer
        if question in self._close:
            self._narrow[self._close[question]] = answer

    def settle(self) -> bool:
        """Let the next runs know what was found out; nothing, and False, if a file was written meanwhile."""
        fresh, self._fresh = self._fresh, {}
        narrow, self._narrow = self._narrow, {}
        found, self._found = self._found, {}
        if not self.digests.still():
            return False
        if self._held is not None:
            self._held.learn(self._close, narrow)
            self._held.keep(found)
        for question, answer in fresh.items():
            self.known.put(question, answer)
        return True


def _digest(*parts: str) -> str:
    total = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogateescape")
        total.update(b"%d:%s" % (len(data), data))
    return total.hexdigest()
