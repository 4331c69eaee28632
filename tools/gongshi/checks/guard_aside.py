"""The guard in a process of its own, beside the reading of the records: it is Python alone, and a second core is free."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import astuple
from pathlib import Path
from typing import Any

from gongshi.model import Finding, Severity
from gongshi.repository import Aside, Cache, WorkTree, aside, tell

FILES = 50_000  # digests kept, 3 MB


def guard_aside(root: Path, own: str = "") -> AbstractContextManager[Aside]:
    """Begin to look for personal data in the working directory ``root``, but for the program's ``own`` wheel; ``guarded``
    gives what was found."""
    return aside(__name__, "查找个人信息", str(root), own)


def guarded(running: Aside) -> list[Finding]:
    """What the process found; GongshiError if it did not come to its end."""
    return found_of(running.answer())


def found_of(lines: Iterable[list[Any]]) -> list[Finding]:
    """Findings as a process tells them."""
    return [
        Finding(code, Severity(severity), message, path, line, resource, field, tuple(key), policy, rule, clause)
        for code, severity, message, path, line, resource, field, key, policy, rule, clause, _ in lines
    ]


class Clean:
    """Files in which nothing was found, by a digest of path and content; of others none is kept, so that no digest of
    anything personal exists."""

    def __init__(self, earlier: Iterable[str] = ()) -> None:
        self.earlier = dict.fromkeys(earlier)
        self.used: dict[str, None] = {}

    def knows(self, path: str, data: bytes) -> bool:
        """Whether this very file was looked through before."""
        if not self.earlier:
            return False
        name = _name(path, data)
        if name in self.earlier:
            self.used[name] = None
        return name in self.earlier

    def note(self, path: str, data: bytes) -> None:
        """Nothing was found in this file; one that is empty is looked through in no time."""
        if data:
            self.used[_name(path, data)] = None

    def kept(self) -> list[str]:
        """What is worth keeping, the latest used first."""
        return [*{**self.used, **self.earlier}][:FILES]


def _name(path: str, data: bytes) -> str:
    return hashlib.sha256(b"%s\0%s" % (path.encode("utf-8", "surrogateescape"), data)).hexdigest()


def _found(root: Path, own: str) -> Iterator[tuple[object, ...]]:
    from gongshi.checks import check_guard

    cache = Cache(root)
    clean = Clean((cache.get("clean") or b"").decode("ascii").split())
    found = check_guard(WorkTree(root), own=own, clean=clean)
    if not clean.used.keys() <= clean.earlier.keys():
        cache.put("clean", "\n".join(clean.kept()).encode("ascii"))
    return map(astuple, found)


if __name__ == "__main__":
    tell(lambda: _found(Path(sys.argv[1]), sys.argv[2]))
