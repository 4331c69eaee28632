"""Which files differ between two Trees, asked of Git where it knows, so that equal files are never read."""

from __future__ import annotations

from gongshi.repository.git import Git
from gongshi.repository.tree import RevisionTree, Tree, WorkTree


def differing(before: Tree, after: Tree) -> tuple[str, ...]:
    """Sorted paths that only one Tree has or whose contents may differ; every other file is equal in both."""
    if isinstance(before, RevisionTree) and isinstance(after, RevisionTree):
        names, others = before.names(), after.names()
        return tuple(path for path in sorted({*names, *others}) if names.get(path) != others.get(path))
    if isinstance(before, RevisionTree) and isinstance(after, WorkTree) and Git(after.root).exists():
        return _since(before, after)
    if isinstance(before, WorkTree) and isinstance(after, RevisionTree) and Git(before.root).exists():
        return _since(after, before)
    one, other = set(before.paths()), set(after.paths())
    return tuple(
        path
        for path in sorted(one | other)
        if path not in one or path not in other or before.read(path) != after.read(path)
    )


def _since(revision: RevisionTree, work: WorkTree) -> tuple[str, ...]:
    """Git looks at sizes and times first, and leaves out files that a sparse checkout does not have on disk."""
    git = Git(work.root)
    named = git.run("diff", "--name-only", "--no-renames", "--relative", "-z", "--end-of-options", revision.commit)
    changed = {path.decode("utf-8", "surrogateescape") for path in named.split(b"\0")[:-1]}
    known = revision.names()
    return tuple(sorted(changed | {path for path in work.paths() if path not in known}))
