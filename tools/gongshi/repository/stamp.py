"""Whether the records on disk are still those that were read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

FOLDERS = ("records", "policies")


def stamp(root: Path) -> int:
    """A number that is another one when a file of the ledger was written, came or went."""
    return hash(tuple(sorted(entry for folder in FOLDERS for entry in _walk(root / folder))))


def _walk(folder: Path) -> Iterator[tuple[str, int, int]]:
    for place, folders, files in os.walk(folder):
        folders.sort()
        for name in files:
            path = os.path.join(place, name)
            try:
                about = os.lstat(path)
            except OSError:
                continue
            yield path, about.st_mtime_ns, about.st_size
