"""Where other programs are: named in full, and never where a commit could have put one."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path


def program(name: str, root: Path) -> str | None:
    """The program ``name`` by its full name; None if there is none outside of the work tree around ``root``."""
    file = f"{name}.exe" if os.name == "nt" else name
    places = (os.path.join(folder, file) for folder in searched(root))
    return next((place for place in places if os.path.isfile(place) and os.access(place, os.X_OK)), None)


def searched(root: Path) -> tuple[str, ...]:
    """The folders of PATH that are named in full (an empty or relative name means the current folder) and lie in no work
    tree that this process was ever asked about: a ledger is also looked at in copies that lie elsewhere."""
    _trees[_top(os.path.realpath(root))] = None
    return _searched(os.environ.get("PATH", os.defpath), tuple(_trees))


_trees: dict[str, None] = {}


@cache
def _top(root: str) -> str:
    start = Path(root)
    return str(next((folder for folder in (start, *start.parents) if (folder / ".git").exists()), start))


@cache
def _searched(path: str, trees: tuple[str, ...]) -> tuple[str, ...]:
    named = (folder for folder in path.split(os.pathsep) if os.path.isabs(folder))
    real = ((folder, Path(os.path.realpath(folder))) for folder in named)
    return tuple(folder for folder, place in real if not any(place.is_relative_to(tree) for tree in trees))
