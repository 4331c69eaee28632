"""Each commit as rows gone and come: by its hunks where the files are in proper form, else by comparing contents."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from gongshi.changes.commits import FileChange
from gongshi.changes.lines import cells_of, proper, utf8
from gongshi.changes.tables import ABSENT, DESCRIPTORS, Side, descriptor_of, table_deltas
from gongshi.package import Descriptor, Resource, Schema, pattern_of
from gongshi.package.canonical import csv_cell
from gongshi.repository import Git, MemoryTree, RevisionTree, Tree


@dataclass(frozen=True, slots=True)
class Event:
    """One row that went (``sign`` -1) or came (+1): its cells as a canonical line under ``names``."""

    sign: int
    resource: str
    key: tuple[str, ...]
    path: str
    names: tuple[str, ...]
    line: str


class Contents:
    """File contents by Git's names, all from one ``git cat-file``."""

    def __init__(self, git: Git) -> None:
        self._wanted: deque[str] = deque()
        self._stream = git.blobs(iter(self._wanted.popleft, None))

    def __getitem__(self, name: str) -> bytes:
        self._wanted.append(name)
        return next(self._stream)[1]

    def close(self) -> None:
        self._stream.close()


class Blobs:
    """A Tree of some files of one commit, each by the name of its content."""

    label = ""

    def __init__(self, contents: Contents, names: dict[str, str]) -> None:
        self._names = {path: name for path, name in names.items() if name.strip("0")}
        self._contents = contents

    def paths(self, prefix: str = "") -> tuple[str, ...]:
        return tuple(sorted(path for path in self._names if path.startswith(prefix)))

    def links(self) -> tuple[str, ...]:
        return ()

    def exists(self, path: str) -> bool:
        return path in self._names

    def read(self, path: str) -> bytes:
        return self._contents[self._names[path]]

    def file(self, path: str) -> None:
        return None

    def target(self, path: str) -> None:
        return None


class Folder:
    """Folds commits, oldest first, into Events; ``odd`` are the CSV paths whose last content was not in proper form.

    ``narrow`` makes of each descriptor what of it is looked at, by default all.
    """

    def __init__(
        self, git: Git, known: str, odd: set[str], narrow: Callable[[Descriptor], Descriptor] = lambda whole: whole
    ) -> None:
        self.git = git
        self.narrow = narrow
        self.contents = Contents(git)
        self.odd = odd
        self.side = self._side(RevisionTree(git, known)) if known else Side(MemoryTree({}), ABSENT, plain=True)

    def _side(self, tree: Tree) -> Side:
        return Side(tree, self.narrow(descriptor_of(tree)), plain=True)

    def close(self) -> None:
        """End the reading of contents."""
        self.contents.close()

    def events(self, commit: str, parent: str, files: list[FileChange]) -> Iterator[Event]:
        """The Events of one commit; gone rows of a file come before new ones."""
        if any(file.path.startswith(DESCRIPTORS) for file in files):
            yield from self._whole(commit, parent, files)
        else:
            slow = []
            for file in files:
                if file.path in self.side.owners and self._by_hunks(file):
                    yield from self._hunks(file)
                elif file.path in self.side.owners or not file.path.endswith(".csv"):
                    slow.append(file)
            if slow:
                yield from self._by_contents(slow)

    def _by_hunks(self, file: FileChange) -> bool:
        """Whether the hunks alone tell the rows: the file was in proper form and the new lines keep it so."""
        if file.path in self.odd or not (file.lost or file.won):
            return False
        resource = self.side.descriptor.resources[self.side.owners[file.path]]
        if file.head and not self._whole_file(file, resource):
            return False
        plain = all(b"\r" not in line and b"\0" not in line and not line.count(b'"') % 2 for line in file.won)
        return plain and utf8(b"\n".join(file.won))

    def _whole_file(self, file: FileChange, resource: Resource) -> bool:
        """Whether it came or went as a whole, with the schema's header."""
        header = ",".join(resource.schema.names).encode()
        if not file.old.strip("0"):
            return not file.lost and file.won[:1] == [header]
        return not file.new.strip("0") and not file.won and file.lost[:1] == [header]

    def _hunks(self, file: FileChange) -> Iterator[Event]:
        resource = self.side.descriptor.resources[self.side.owners[file.path]]
        names = resource.schema.names
        places = [names.index(name) for name in resource.schema.primary_key]
        alone = places == [0]
        for sign, lines in ((-1, file.lost), (1, file.won)):
            texts = (line.decode("utf-8", "replace") for line in (lines[1:] if file.head else lines) if line)
            for text in texts:
                if alone and '"' not in text:
                    key: tuple[str, ...] = (text.split(",", 1)[0],)
                else:
                    cells = cells_of(text, len(names))
                    key = tuple(cells[place] for place in places)
                yield Event(sign, resource.name, key, file.path, names, text)

    def _by_contents(self, files: list[FileChange]) -> Iterator[Event]:
        old, new = (
            Side(Blobs(self.contents, {file.path: getattr(file, side) for file in files}), self.side.descriptor, True)
            for side in ("old", "new")
        )
        yield from self._compared(old, new, [file.path for file in files])

    def _whole(self, commit: str, parent: str, files: list[FileChange]) -> Iterator[Event]:
        """A commit that changes the descriptors is compared with its parent, each by its own."""
        tree: Tree = RevisionTree(self.git, parent) if parent else MemoryTree({})
        old = Side(tree, self.side.descriptor, plain=True)
        self.side = new = self._side(RevisionTree(self.git, commit))
        paths = {file.path for file in files}
        for path in {*old.owners, *new.owners}:
            one, other = (side.descriptor.resources.get(side.owners.get(path, "")) for side in (old, new))
            if one is None or other is None or one.name != other.name or _rows_of(one.schema) != _rows_of(other.schema):
                paths.add(path)
        kinds = [_documents(side.descriptor) for side in (old, new)]
        changed = [pattern for pattern in {*kinds[0], *kinds[1]} if kinds[0].get(pattern) != kinds[1].get(pattern)]
        for path in {*old.tree.paths("records/"), *new.tree.paths("records/")} if changed else ():
            if any(pattern.fullmatch(path) for pattern in changed):
                paths.add(path)
        yield from self._compared(self._streamed(old), self._streamed(new), sorted(paths))

    def _streamed(self, side: Side) -> Side:
        """The same, its files read when they are asked for and not kept: a first import is all of a county."""
        if not isinstance(side.tree, RevisionTree):
            return side
        names = side.tree.names()
        plain = {path: names[path] for path in side.tree.paths("records/") if path in names}
        return Side(Blobs(self.contents, plain), side.descriptor, side.plain)

    def _compared(self, old: Side, new: Side, paths: Iterable[str]) -> Iterator[Event]:
        paths = list(paths)
        for some in _portions(paths):
            for name, table in table_deltas(old, new, some, []).items():
                names = tuple(field.name for field in table.fields)
                places = [names.index(key) for key in table.resource.schema.primary_key]
                for sign, rows in ((-1, table.gone), (1, table.come)):
                    for path, row in rows:
                        key = tuple(row[place] for place in places)
                        yield Event(sign, name, key, path, names, ",".join(map(csv_cell, row)))
        for path in paths:
            owner = new.owner(path)
            if owner:
                data = new.tree.read(path)
                fit = proper(path, data, new.descriptor.resources[owner])
                (self.odd.discard if fit else self.odd.add)(path)


def _rows_of(schema: Schema) -> tuple[object, ...]:
    """All of a schema by which the same file gives the same rows; what may stand in them is no matter of theirs."""
    return schema.primary_key, tuple((field.name, field.title, field.formerly) for field in schema.fields)


def _documents(descriptor: Descriptor) -> dict[re.Pattern[str], tuple[object, ...]]:
    """Each kind of document by its paths, and all by which the same file gives the same rows."""
    found = {}
    for document in descriptor.documents:
        names = (document.resource, *document.lists.values())
        found[pattern_of(document)] = (document, *(_rows_of(descriptor.resources[name].schema) for name in names))
    return found


def _portions(paths: list[str]) -> Iterator[list[str]]:
    """Tables one by one, documents a hundred at a time: what is compared is held in memory."""
    documents = [path for path in paths if not path.endswith(".csv")]
    yield from ([path] for path in paths if path.endswith(".csv"))
    yield from (documents[at : at + 100] for at in range(0, len(documents), 100))
