"""The guard in a process of its own, beside the reading of the records: it is Python alone, and a second core is free."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import astuple
from pathlib import Path

from gongshi.model import Finding, Severity
from gongshi.repository import Aside, WorkTree, aside, tell


def guard_aside(root: Path, own: str = "") -> AbstractContextManager[Aside]:
    """Begin to look for personal data in the working directory ``root``, but for the program's ``own`` wheel; ``guarded``
    gives what was found."""
    return aside(__name__, "查找个人信息", str(root), own)


def guarded(running: Aside) -> list[Finding]:
    """What the process found; GongshiError if it did not come to its end."""
    return [
        Finding(code, Severity(severity), message, path, line, resource, field, tuple(key), policy, rule, clause)
        for code, severity, message, path, line, resource, field, key, policy, rule, clause, _ in running.answer()
    ]


def _found(root: Path, own: str) -> Iterator[tuple[object, ...]]:
    from gongshi.checks import check_guard

    return map(astuple, check_guard(WorkTree(root), own=own))


if __name__ == "__main__":
    tell(lambda: _found(Path(sys.argv[1]), sys.argv[2]))
