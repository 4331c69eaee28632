"""Where other programs are: named in full, and never where a commit could have put one."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from pathlib import Path


def program(name: str, root: Path) -> str | None:
    """The program ``name`` by its full name; None if there is none outside of the work tree around ``root``."""
    file = f"{name}.exe" if os.name == "nt" else name
    places = (os.path.join(folder, file) for folder in searched(root))
    return next((place for place in places if os.path.isfile(place) and os.access(place, os.X_OK)), None)


def searched(root: Path) -> tuple[str, ...]:
    """The folders of PATH that are named in full (an empty or relative name means the current folder) and lie in no work
    tree that this process was ever asked about, nor in another one of the same repository: a ledger is also looked at in copies
    that lie elsewhere."""
    _trees.update(dict.fromkeys(_around(os.path.realpath(root))))
    return _searched(os.environ.get("PATH", os.defpath), tuple(_trees))


_trees: dict[str, None] = {}


@cache
def _around(root: str) -> tuple[str, ...]:
    """The work tree around a folder, and all others of its repository (``git worktree``)."""
    start = Path(root)
    top = next((folder for folder in (start, *start.parents) if (folder / ".git").exists()), start)
    common = top / ".git"
    with suppress(OSError, UnicodeDecodeError):
        if common.is_file():
            private = top / common.read_text("utf-8").removeprefix("gitdir:").strip()
            common = private / (private / "commondir").read_text("utf-8").strip()
        places = [Path(file.read_text("utf-8").strip()) for file in common.glob("worktrees/*/gitdir")]
        found = [top, *([common.resolve().parent] if common.is_dir() and common.resolve().name == ".git" else [])]
        return tuple(dict.fromkeys(os.path.realpath(one) for one in [*found, *(place.parent for place in places)]))
    return (str(top),)


@cache
def _searched(path: str, trees: tuple[str, ...]) -> tuple[str, ...]:
    named = (folder for folder in path.split(os.pathsep) if os.path.isabs(folder))
    real = ((folder, Path(os.path.realpath(folder))) for folder in named)
    return tuple(folder for folder, place in real if not any(place.is_relative_to(tree) for tree in trees))
