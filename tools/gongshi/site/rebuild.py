"""A published commit taken out of the repository, to be built again somewhere else."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

from gongshi.model import GongshiError
from gongshi.repository import Git, RevisionTree
from gongshi.site.load import PARTS, of_tree
from gongshi.site.pages import Site
from gongshi.site.quality import Quality


def full_git(root: Path) -> Git | None:
    """The repository at ``root``, None if there is none; GongshiError if it is only the end of its history."""
    git = Git(root)
    if not git.exists() or not git.head():
        return None
    if git.shallow():
        raise GongshiError("这个仓库是浅克隆，没有完整的历史，核对不了；请运行 git fetch --unshallow 后再核验。")
    return git


def is_ancestor(git: Git, commit: str, head: str) -> bool:
    """Whether ``commit`` is known and in the history of ``head``."""
    return bool(git.resolve(commit)) and git.merge_base(commit, head) == commit


def take_out(git: Git, commit: str, folder: Path) -> None:
    """Write the commit's own pages and records below ``folder``."""
    tree = RevisionTree(git, commit)
    paths = [path for part in PARTS for path in tree.paths(part) if path == part or path.startswith(f"{part}/")]
    tree.prefetch(paths)
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(tree.read(path))


def site_of(folder: Path, git: Git, commit: str, day: datetime.date, past: Sequence[Quality] = ()) -> Site:
    """The site of the records below ``folder``, which are those of ``commit``; ``past`` is what was published before."""
    return of_tree(folder, day, day, git, commit, True, past)
