"""The whole example county as a folder of files."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from example.adjustments import LAST, rewind
from example.commitments import fill_commitments
from example.demo_keys import sealed_files
from example.money import fill_money
from example.people import fill_people
from example.people_memberships import fill_memberships, told_by_memberships
from example.world import World
from example.writing import record_files
from gongshi.package import RECORDS, Descriptor, document_of, read_descriptor
from gongshi.repository import WorkTree

_HOME = Path(__file__).resolve().parents[2]
_DESCRIPTORS = ("datapackage.yaml", "documents.yaml", "schemas")


class Report(NamedTuple):
    """How many files there are now, their size, and what was done."""

    files: int
    bytes: int
    written: int
    removed: int


def generate(root: Path, step: int = LAST) -> Report:
    """Write the example county below ``root/records``; files of records that it does not have are removed.

    A ``root`` without descriptors gets a copy of this project's. ``step`` stops after so many of the last adjustments.
    """
    _descriptors(root)
    descriptor = read_descriptor(WorkTree(root))
    world = make_world()
    rewind(world, step)
    told_by_memberships(world)
    files = {f"{RECORDS}/{path}": data for path, data in record_files(world, descriptor).items()}
    files |= sealed_files(world, root)
    written = sum(_write(root / path, data) for path, data in files.items())
    removed = _remove_others(root, descriptor, files)
    return Report(len(files), sum(map(len, files.values())), written, removed)


def make_world() -> World:
    """All rows and names; what memberships say stands where the others read it, too (``told_by_memberships``)."""
    world = World()
    fill_people(world)
    fill_money(world)
    fill_memberships(world)
    fill_commitments(world)
    return world


def _descriptors(root: Path) -> None:
    if (root / RECORDS / "datapackage.yaml").exists():
        return
    for name in _DESCRIPTORS:
        source = _HOME / RECORDS / name
        for place in sorted(source.glob("*.yaml")) if source.is_dir() else [source]:
            _write(root / place.relative_to(_HOME), place.read_bytes())


def _write(place: Path, data: bytes) -> bool:
    if place.exists() and place.read_bytes() == data:
        return False
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
    return True


def _remove_others(root: Path, descriptor: Descriptor, files: dict[str, bytes]) -> int:
    """Documents of an earlier run that this one does not have."""
    stale = [
        path for path in WorkTree(root).paths(f"{RECORDS}/") if path not in files and document_of(descriptor, path)
    ]
    for path in stale:
        (root / path).unlink()
    return len(stale)
