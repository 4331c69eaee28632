"""The guard over a site that was just made: a page with an identifier, or with a name that a key opened, is not published.

What an earlier build of the same clone found clean is not looked through again, but for the commit, which every page names. The first
file of each kind in each folder is always looked through as it is, unless it is one of the few large ones. With a key all of it is.
Where there is much to look through, a second process does it while the site is still being made.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import astuple
from functools import partial
from pathlib import Path
from threading import Condition, Thread
from typing import Any

from gongshi.changes.datafile import as_archive
from gongshi.checks.guard import NameSet, scan
from gongshi.checks.guard_aside import Clean, found_of
from gongshi.model import Finding, GongshiError, Severity
from gongshi.repository import Aside, Cache, Git, aside, given, tell
from gongshi.site.county import UNCOMMITTED
from gongshi.site.packed import SQLITE

_CLEAN = "clean-pages"
_HERE = b"\0commit\0"
_LARGE = 500_000  # bytes of a file that is known like any other
_MUCH = 4_000_000  # bytes that are worth a second process
_MANY = 500  # files known of earlier builds: of a site of so many what changed is worth one, too
_BATCH = 1 << 18  # bytes that are handed on together


class NotBuilt(GongshiError):
    """No site was made, for these findings."""

    def __init__(self, message: str, findings: list[Finding]) -> None:
        super().__init__(message)
        self.findings = findings


def refuse_personal(root: Path, folder: Path, names: NameSet | None) -> None:
    """NotBuilt if there is anything personal in the site in ``folder``, which was made of the ledger at ``root``."""
    with guarding(root, folder, names) as guard:
        guard.refuse()


@contextmanager
def guarding(root: Path, folder: Path, names: NameSet | None) -> Iterator[Guarding]:
    """Look through the site in ``folder`` while it is made of the ledger at ``root``."""
    cache = Cache(root)
    look = _Look(cache, folder, (Git(root).head() or "") if cache.folder else "", names)
    with ExitStack() as processes:
        guard = Guarding(look, lambda: processes.enter_context(_second(root, folder, look.commit)))
        processes.callback(guard.end)
        yield guard


class Guarding:
    """Hands on what is to be looked through: to a second process if that is much, and in the end all that this has not yet begun
    with to the process that made it."""

    def __init__(self, look: _Look, second: Callable[[], Aside]) -> None:
        self._look, self._second = look, second
        self._told: set[str] = set()
        self._batch: list[str] = []
        self._waiting: deque[list[str]] = deque()
        self._size = self._all = 0
        self._news, self._over = Condition(), False
        self._other: Thread | None = None
        self._findings: list[Finding] = []
        self._broken: GongshiError | None = None

    def wrote(self, path: str) -> None:
        """A file of the site is whole."""
        self._told.add(path)
        if size := self._look.unknown(path):
            self._batch.append(path)
            self._size += size
        if self._size > _BATCH:
            self._hand_on()

    def refuse(self) -> None:
        """NotBuilt if there is anything personal in any file that lies there now."""
        for path in _files_of(self._look.folder):
            if path not in self._told:
                self.wrote(path)
        self._hand_on()
        self.end()
        findings = self._look.through(self._left())
        if self._other:
            self._other.join()
        if self._broken:
            raise self._broken
        findings = sorted([*findings, *self._findings], key=lambda finding: finding.order)
        if any(finding.severity is Severity.ERROR for finding in findings):
            raise NotBuilt("生成的网页里有个人信息，没有发布：请按上面的提示改好记录再生成", findings)
        self._look.keep()

    def end(self) -> None:
        """Nothing more comes."""
        with self._news:
            self._over = True
            self._news.notify()

    def _hand_on(self) -> None:
        with self._news:
            if self._batch:
                self._waiting.append(self._batch)
            self._all += self._size
            self._batch, self._size = [], 0
            self._news.notify()
        if self._other is None and self._look.shares and (self._all > _MUCH or self._look.long):
            self._other = Thread(target=self._feed, args=(self._second(),), daemon=True)
            self._other.start()

    def _feed(self, other: Aside) -> None:
        """What the second process is given until nothing is left, and what it found."""
        try:
            self._findings = self._look.told(other.feed(self._next))
        except GongshiError as error:
            self._broken = error

    def _next(self) -> list[str] | None:
        with self._news:
            self._news.wait_for(lambda: self._waiting or self._over)
            return self._waiting.popleft() if self._waiting else None

    def _left(self) -> Iterator[str]:
        while True:
            with self._news:
                if not self._waiting:
                    return
                batch = self._waiting.popleft() if self._other is None else self._waiting.pop()
            yield from batch


class _Look:
    """What is known of a site's files, and which are to be looked through."""

    def __init__(self, cache: Cache, folder: Path, commit: str, names: NameSet | None = None) -> None:
        """``commit`` is the one that every page names."""
        self.folder, self.commit = folder, commit
        self._names, self._cache = names, cache
        self._clean = Clean() if names else Clean((cache.get(_CLEAN) or b"").decode("ascii").split())
        self._kinds: set[tuple[str, str]] = set()
        self.shares = not names
        self.long = len(self._clean.earlier) > _MANY

    def unknown(self, path: str) -> int:
        """The size of a file that is to be looked through, 0 for one that is not."""
        data, kind = self._bytes(path), (os.path.dirname(path), os.path.splitext(path)[1])
        if (kind in self._kinds or len(data) > _LARGE) and self._knows(path, data):
            return 0
        self._kinds.add(kind)
        return max(len(data), 1)

    def through(self, paths: Iterable[str]) -> list[Finding]:
        """What is found in these files."""
        files = ((path, partial(self._read, path)) for path in paths)
        return scan(files, self._names, self._note, None if self._names else self._knows)

    def told(self, answer: list[list[Any]]) -> list[Finding]:
        """What another process found in some of them; which files are clean it tells, too."""
        self._clean.used.update((line[0], None) for line in answer if len(line) == 1)
        return found_of(line for line in answer if len(line) > 1)

    def fresh(self) -> Iterator[tuple[object, ...]]:
        """The digests of what was found clean now."""
        return ((name,) for name in self._clean.used if name not in self._clean.earlier)

    def keep(self) -> None:
        """Let the next build know."""
        if not self._names:
            self._cache.put(_CLEAN, "\n".join(self._clean.kept()).encode("ascii"))

    def _read(self, path: str) -> bytes:
        """What is looked through of a file: of the tables in one file each cell by itself."""
        data = self._bytes(path)
        return as_archive(data) if path == SQLITE else data

    def _bytes(self, path: str) -> bytes:
        with open(os.path.join(self.folder, path), "rb") as file:
            return file.read()

    def _plain(self, data: bytes) -> bytes:
        for name in (self.commit, self.commit[:12]) if self.commit else ():
            data = data.replace(name.encode(), _HERE)
        return data.replace(_HERE + UNCOMMITTED.encode(), _HERE)

    def _knows(self, path: str, data: bytes) -> bool:
        return self._clean.knows(path, self._plain(data))

    def _note(self, path: str, data: bytes) -> None:
        self._clean.note(path, self._plain(self._bytes(path) if path == SQLITE else data))


def _files_of(folder: Path) -> list[str]:
    """Paths below a folder, in order."""
    found = (
        os.path.relpath(os.path.join(place, name), folder) for place, _, names in os.walk(folder) for name in names
    )
    return sorted(path.replace(os.sep, "/") for path in found)


def _second(root: Path, folder: Path, commit: str) -> AbstractContextManager[Aside]:
    return aside(__name__, "查找个人信息", str(root.absolute()), str(folder), commit)


def _share(root: str, folder: str, commit: str) -> Iterator[tuple[object, ...]]:
    look = _Look(Cache(Path(root)), Path(folder), commit)
    yield from map(astuple, look.through(path for batch in given() for path in batch))
    yield from look.fresh()


if __name__ == "__main__":
    tell(lambda: _share(*sys.argv[1:4]))
