"""What each merge of the official history brought: its commits, their files and authors, out of one ``git log`` for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from gongshi.changes.commits import moment, trailers
from gongshi.changes.values import Revision
from gongshi.repository import Git

_FORMAT = "--format=%H%x00%P%x00%an%x00%ct%x00%B%x00"


class Branches:
    """Everything on the way to ``tip``, by the merge of the first-parent chain that brought it."""

    def __init__(self, git: Git, tip: str) -> None:
        listing = git.run("rev-list", "--parents", tip).decode("ascii").split("\n")
        parents = {commit: rest for commit, *rest in (line.split() for line in listing if line)}
        brought = dict(_brought(parents, tip))
        self._authors: dict[str, set[str]] = defaultdict(set)
        self._origins: dict[tuple[str, str], Revision] = {}
        wanted = ("log", "--no-merges", "--name-only", "--no-renames", "--relative", _FORMAT, "--end-of-options", tip)
        for revision, paths in _entries(git.run(*wanted).decode("utf-8", "surrogateescape")):
            if merge := brought.get(revision.commit):
                self._authors[merge].add(revision.author)
                for path in paths:
                    self._origins.setdefault((merge, path), revision)

    def origin(self, merge: str, path: str) -> Revision | None:
        """The last commit of the merged branch that touched the file; None if none did, or its path is not plain text."""
        return self._origins.get((merge, path))

    def authors(self, merge: str) -> set[str]:
        """Who made what a merge brought, other merges apart."""
        return self._authors[merge] - {""}


def _brought(parents: dict[str, list[str]], tip: str) -> Iterator[tuple[str, str]]:
    """(commit, the merge of the first-parent chain by which it came) of all that are not on the chain."""
    chain = [tip]
    while parents.get(chain[-1]):
        chain.append(parents[chain[-1]][0])
    seen = set(chain)
    for commit in reversed(chain):
        waiting = list(parents.get(commit, ())[1:])
        while waiting:
            one = waiting.pop()
            if one not in seen and one in parents:
                seen.add(one)
                waiting.extend(parents[one])
                yield one, commit


def _entries(text: str) -> Iterator[tuple[Revision, Iterable[str]]]:
    """Commits with their files, the newest first. A message holds no NUL, so that each fifth ends one, and what stands
    between is the files of it and, on the last line, the name of the next."""
    fields = text.split("\0")
    commit = fields[0].strip("\n")
    for at in range(1, len(fields) - 4, 5):
        above, author, made, message = fields[at : at + 4]
        *paths, following = fields[at + 4].split("\n")
        subject = message.strip().split("\n", 1)[0]
        known = (author, moment(made), subject, trailers(message))
        yield Revision(commit, tuple(above.split()), *known), [path for path in paths if path]
        commit = following
