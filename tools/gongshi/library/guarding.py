"""The guard over a site that was just made: a page with an identifier, or with a name that a key opened, is not published.

What an earlier build of the same clone found clean is not looked through again, but for the commit, which every page names. The first
file of each kind in each folder is always looked through as it is, unless it is one of the few large ones. With a key all of it is.
Where there is much to look through, a second process takes half of it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import astuple
from functools import partial
from pathlib import Path

from gongshi.checks.guard import NameSet, scan
from gongshi.checks.guard_aside import Clean, found_of
from gongshi.model import Finding, GongshiError, Severity
from gongshi.repository import Aside, Cache, Git, aside, tell
from gongshi.site.county import UNCOMMITTED

_CLEAN = "clean-pages"
_HERE = b"\0commit\0"
_LARGE = 500_000  # bytes of a file that is known like any other
_MUCH = 4_000_000  # bytes that are worth a second process


class NotBuilt(GongshiError):
    """No site was made, for these findings."""

    def __init__(self, message: str, findings: list[Finding]) -> None:
        super().__init__(message)
        self.findings = findings


def refuse_personal(root: Path, folder: Path, names: NameSet | None) -> None:
    """NotBuilt if there is anything personal in the site in ``folder``, which was made of the ledger at ``root``."""
    cache = Cache(root)
    look = _Look(cache, folder, (Git(root).head() or "") if cache.folder else "", names)
    much = not names and look.size > _MUCH
    with _second(root, folder, look.commit) if much else nullcontext() as other:
        findings = look.through(look.unknown[::2] if much else look.unknown)
        if other:
            findings += look.told(other)
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise NotBuilt("生成的网页里有个人信息，没有发布：请按上面的提示改好记录再生成", findings)
    look.keep()


class _Look:
    """What is known of a site's files, and which are to be looked through."""

    def __init__(self, cache: Cache, folder: Path, commit: str, names: NameSet | None = None) -> None:
        """``commit`` is the one that every page names."""
        self.commit = commit
        self._folder, self._names, self._cache = folder, names, cache
        self._clean = Clean() if names else Clean((cache.get(_CLEAN) or b"").decode("ascii").split())
        self.size = 0
        self.unknown = [*self._all_unknown()]

    def _all_unknown(self) -> Iterator[str]:
        looked: set[tuple[str, str]] = set()
        for path in _files_of(self._folder):
            data, kind = self._read(path), (os.path.dirname(path), os.path.splitext(path)[1])
            if (kind in looked or len(data) > _LARGE) and self._knows(path, data):
                continue
            looked.add(kind)
            self.size += len(data)
            yield path

    def through(self, paths: list[str]) -> list[Finding]:
        """What is found in these files."""
        files = ((path, partial(self._read, path)) for path in paths)
        return scan(files, self._names, self._note, None if self._names else self._knows)

    def told(self, other: Aside) -> list[Finding]:
        """What another process found in the other half; which files are clean it tells, too."""
        answer = other.answer()
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
        with open(os.path.join(self._folder, path), "rb") as file:
            return file.read()

    def _plain(self, data: bytes) -> bytes:
        for name in (self.commit, self.commit[:12]) if self.commit else ():
            data = data.replace(name.encode(), _HERE)
        return data.replace(_HERE + UNCOMMITTED.encode(), _HERE)

    def _knows(self, path: str, data: bytes) -> bool:
        return self._clean.knows(path, self._plain(data))

    def _note(self, path: str, data: bytes) -> None:
        self._clean.note(path, self._plain(data))


def _files_of(folder: Path) -> list[str]:
    """Paths below a folder, in order."""
    found = (
        os.path.relpath(os.path.join(place, name), folder) for place, _, names in os.walk(folder) for name in names
    )
    return sorted(path.replace(os.sep, "/") for path in found)


def _second(root: Path, folder: Path, commit: str) -> AbstractContextManager[Aside]:
    return aside(__name__, "查找个人信息", str(root.absolute()), str(folder), commit)


def _half(root: str, folder: str, commit: str) -> Iterator[tuple[object, ...]]:
    look = _Look(Cache(Path(root)), Path(folder), commit)
    yield from map(astuple, look.through(look.unknown[1::2]))
    yield from look.fresh()


if __name__ == "__main__":
    tell(lambda: _half(*sys.argv[1:4]))
