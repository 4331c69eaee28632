"""The guard for who stays and looks again: what it found in files of which the disk says the same as then is not looked for again.

A few changed texts are looked through here, in milliseconds; anything else in a process of its own, as for everybody. What was found
is in memory alone, and never more than the findings themselves, which show nothing personal.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from gongshi.checks.guard_aside import guard_aside, guarded
from gongshi.checks.guard_files import VENDOR, WAIVERS
from gongshi.model import Finding
from gongshi.repository import Aside, WorkTree

FEW = 20
MOST = 4_000_000  # bytes of all that changed
TEXTS = (".csv", ".yaml", ".yml", ".md")
FileState = tuple[int, ...]


@contextmanager
def looking_once(tree: WorkTree, own: str) -> Iterator[Callable[[], list[Finding]]]:
    """As ``GuardAgain.looking``, for who does not stay."""
    with guard_aside(tree.root, own) as running:
        yield partial(guarded, running)


class GuardAgain:
    """What the guard found in one folder, by file; nothing is known before the first look."""

    def __init__(self) -> None:
        self._own = ""
        self._states: dict[str, FileState] = {}
        self._found: dict[str, list[Finding]] | None = None

    @contextmanager
    def looking(self, tree: WorkTree, own: str) -> Iterator[Callable[[], list[Finding]]]:
        """As ``guard_aside``; what is given tells the findings, in the same order."""
        states = {path: _state(tree, path) for path in tree.paths() if path != own}
        changed = [path for path, state in states.items() if not state or self._states.get(path) != state]
        ruling = {WAIVERS, VENDOR} & {*changed, *(self._states.keys() - states.keys())}
        known = self._found is not None and own == self._own and not ruling and not tree.links()
        if known and _few(states, changed):
            yield partial(self._here, tree, states, changed)
            return
        self._own = own
        with guard_aside(tree.root, own) as running:
            yield partial(self._aside, tree, states, running)

    def _aside(self, tree: WorkTree, states: dict[str, FileState], running: Aside) -> list[Finding]:
        found = guarded(running)
        self._keep(tree, states, states, found, {})
        return found

    def _here(self, tree: WorkTree, states: dict[str, FileState], changed: list[str]) -> list[Finding]:
        from gongshi.checks import check_guard

        again = {*changed}
        old = {path: one for path, one in (self._found or {}).items() if path in states and path not in again}
        found = check_guard(tree, changed) if changed else []
        every = [finding for path in states for finding in old.get(path, ())] + found
        self._keep(tree, states, changed, found, old)
        return sorted(every, key=lambda finding: finding.code != "guard-file")

    def _keep(
        self,
        tree: WorkTree,
        states: dict[str, FileState],
        looked: Iterable[str],
        found: list[Finding],
        old: dict[str, list[Finding]],
    ) -> None:
        """Remember it, if every finding says in which file it is and no file was written meanwhile."""
        self._found = None
        if all(finding.path in states for finding in found) and all(_state(tree, p) == states[p] for p in looked):
            self._found, self._states = old, states
            for finding in found:
                self._found.setdefault(finding.path, []).append(finding)


def _few(states: dict[str, FileState], changed: list[str]) -> bool:
    texts = all(path.endswith(TEXTS) and states[path] for path in changed)
    return texts and len(changed) <= FEW and sum(states[path][2] for path in changed) <= MOST


def _state(tree: WorkTree, path: str) -> FileState:
    """What the disk says of a file, empty where it says nothing."""
    try:
        told = os.lstat(f"{tree.root}/{path}")
    except (OSError, ValueError):
        return ()
    return told.st_mtime_ns, told.st_ctime_ns, told.st_size, told.st_ino
