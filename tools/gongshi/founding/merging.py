"""A pack file that both sides changed, merged three ways: YAML by record and property, all else by lines.

What is not touched keeps its spelling and comments. Where both changed the same thing, the county's stands and a Clash says so.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeGuard

from gongshi.founding.yamlparts import YamlPart, parts, respelled
from gongshi.package.yamlfile import YamlProblem
from gongshi.repository import Git

Value = object
"""None for what is not there, else text, list or dict as ``yamlfile.plain`` gives them."""


@dataclass(frozen=True, slots=True)
class Clash:
    """What county and pack changed differently; ``place`` is "" for a whole file. The county's stands."""

    path: str
    place: str
    base: Value
    ours: Value
    theirs: Value


@dataclass(slots=True)
class Merger:
    """Merges the files of one upgrade; ``clashes`` collects. ``kept`` are records of a path that stay though the pack dropped
    them: columns that hold data."""

    git: Git
    kept: Collection[tuple[str, str]] = ()
    clashes: list[Clash] = field(default_factory=list)

    def file(self, path: str, base: bytes | None, ours: bytes | None, theirs: bytes | None) -> bytes | None:
        """What ``path`` holds afterwards, None if it is gone."""
        if ours == theirs or theirs == base:
            return ours
        if ours == base and not any(place == path for place, _ in self.kept):
            return theirs
        if ours is None or theirs is None:
            if base is not None or ours is None:
                self.clashes.append(Clash(path, "", base, ours, theirs))
            return ours
        if path.endswith(".yaml"):
            merged = self._records(path, base, ours, theirs)
            if merged is not None:
                return merged
        return self._lines(path, base or b"", ours, theirs)

    def _records(self, path: str, base: bytes | None, ours: bytes, theirs: bytes) -> bytes | None:
        """None where a side is no YAML of records."""
        try:
            sides = [parts(data) if data is not None else [] for data in (base, ours, theirs)]
        except YamlProblem:
            return None
        before = len(self.clashes)
        text = "".join(part.text for part in self._merged(path, "", sides)).encode()
        try:
            parts(text)
        except YamlProblem:
            del self.clashes[before:]
            return None
        return text

    def _merged(self, path: str, place: str, sides: Sequence[list[YamlPart]]) -> list[YamlPart]:
        base, ours, theirs = ({part.key: part for part in _renamed(side, sides[2])} for side in sides)
        merged = []
        for key in _order(list(ours), list(theirs)):
            three = base.get(key), ours.get(key), theirs.get(key)
            if part := self._part(path, f"{place}.{key}" if place else key, *three):
                merged.append(part)
        return merged

    def _part(
        self, path: str, place: str, base: YamlPart | None, ours: YamlPart | None, theirs: YamlPart | None
    ) -> YamlPart | None:
        if theirs is None and ours and (path, ours.key) in self.kept:
            return ours
        old, mine, new = (part.value if part else None for part in (base, ours, theirs))
        if mine == new or new == old:
            return ours
        if mine == old:
            return theirs
        if ours is None or theirs is None:
            self.clashes.append(Clash(path, place, old, mine, new))
            return ours
        if ours.parts and theirs.parts:
            inner = self._merged(path, place, [base.parts if base else [], ours.parts, theirs.parts])
            return YamlPart(ours.key, theirs.head if not base or ours.head == base.head else ours.head, None, inner)
        value = self.value(path, place, old, mine, new)
        return ours if value == mine else theirs if value == new else respelled(ours, value)

    def value(self, path: str, place: str, base: Value, ours: Value, theirs: Value) -> Value:
        """Three values merged as deep as they go; ours where they clash."""
        if ours == theirs or theirs == base:
            return ours
        if ours == base:
            return theirs
        if isinstance(ours, dict) and isinstance(theirs, dict):
            old = base if isinstance(base, dict) else {}
            found = {
                key: self.value(path, f"{place}.{key}", old.get(key), ours.get(key), theirs.get(key))
                for key in _order(list(ours), list(theirs))
            }
            return {key: value for key, value in found.items() if value is not None}
        if _labels(ours) and _labels(theirs) and (_labels(base) or base is None):
            return _union(base if _labels(base) else [], ours, theirs)
        self.clashes.append(Clash(path, place, base, ours, theirs))
        return ours

    def _lines(self, path: str, base: bytes, ours: bytes, theirs: bytes) -> bytes:
        """Git's merge; in each place where it finds a conflict the county's lines stay."""
        with tempfile.TemporaryDirectory(prefix="gongshi-") as folder:
            old, mine, new = (Path(folder) / name for name in ("base", "ours", "theirs"))
            for place, data in ((old, base), (mine, ours), (new, theirs)):
                place.write_bytes(data)
            marked, clean = self.git.merge_file(old, mine, new)
            if clean:
                return marked
            self.clashes.extend(Clash(path, "", None, *sides) for sides in _conflicts(marked))
            return self.git.merge_file(old, mine, new, favour="ours")[0]


def _conflicts(marked: bytes) -> list[tuple[str, str]]:
    """(our lines, their lines) of each place that Git marked."""
    found: list[tuple[str, str]] = []
    sides: tuple[list[str], list[str]] | None = None
    at = 0
    for line in marked.decode("utf-8", "replace").splitlines():
        if line.startswith("<<<<<<< "):
            sides, at = ([], []), 0
        elif sides and line == "=======":
            at = 1
        elif sides and line.startswith(">>>>>>> "):
            found.append(("\n".join(sides[0]), "\n".join(sides[1])))
            sides = None
        elif sides:
            sides[at].append(line)
    return found


def _renamed(side: list[YamlPart], theirs: list[YamlPart]) -> list[YamlPart]:
    """Records under the keys that the pack gives them now, by ``formerly``."""
    now = {part.key for part in theirs}
    formerly = ((part.key, part.value.get("formerly")) for part in theirs if isinstance(part.value, dict))
    names = {old: key for key, olds in formerly if isinstance(olds, list) for old in olds if old not in now}
    return [replace(part, key=names.get(part.key, part.key)) for part in side]


def _order(ours: list[str], theirs: list[str]) -> list[str]:
    """The pack's order; what only the county has comes after what it follows there."""
    found = list(theirs)
    for at, key in enumerate(ours):
        if key not in found:
            before = next((one for one in reversed(ours[:at]) if one in found), None)
            found.insert(found.index(before) + 1 if before is not None else 0, key)
    return found


def _labels(value: Value) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(item, str) for item in value) and len({*value}) == len(value)


def _union(base: list[str], ours: list[str], theirs: list[str]) -> list[str]:
    """A list of labels with what either side added and without what either took away."""
    gone = ({*base} - {*ours}) | ({*base} - {*theirs})
    return [label for label in _order(ours, theirs) if label not in gone]
