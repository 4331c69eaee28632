"""The county, township and village that a sheet names for each row, checked against each other and against the import."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import NamedTuple

from gongshi.exchange.convert import value_key
from gongshi.exchange.likeness import COUNTY, TOWNSHIP, VILLAGE
from gongshi.exchange.mapping import normal
from gongshi.exchange.tables import SheetTable
from gongshi.package import Database

_OFFICE = re.compile(r"(?:人民政府|街道办事处|办事处|村民委员会|居民委员会|村委会|居委会|委会|民委员会)$")
_CODE = re.compile(r"[0-9]{12}")
_VILLAGE = re.compile(r"[\u4e00-\u9fff]{1,8}(?:村|社区)(?![民级组内道])")
_EVERY = re.compile("[各全本等该]")
KINDS = (("county", COUNTY), ("township", TOWNSHIP), ("village", VILLAGE))


class Place(NamedTuple):
    """What a row says of its place: township's folder and village's code, "" where it says nothing that is clear."""

    slug: str = ""
    village: str = ""


NOWHERE = Place()


class Places:
    """The county's divisions by name and code."""

    def __init__(self, database: Database) -> None:
        rows = database.sql("SELECT division_code, name, level, parent_code, slug FROM raw.divisions")
        self.counties = {_key(name) for _, name, level, _, _ in rows if level == "县"}
        self.townships = _grouped((_key(name), code) for code, name, level, _, _ in rows if level == "乡镇")
        self.villages = _grouped((_key(name), code) for code, name, level, _, _ in rows if level == "村")
        self.parent: dict[str, str] = {code: parent for code, _, _, parent, _ in rows}
        self.slug: dict[str, str] = {code: slug for code, _, _, _, slug in rows if slug}
        self.name = {code: name for code, name, _, _, _ in rows}
        self._known: dict[tuple[int, str], list[int]] = {}

    def read(self, table: SheetTable, row: int, township: str | None) -> tuple[Place, list[tuple[int, str]]]:
        """(the row's place, what is wrong with it by column)."""
        said = {kind: self._cell(table, row, kind, words) for kind, words in KINDS}
        said = self._compound(table, row, said)
        problems: list[tuple[int, str]] = []
        column, county = said["county"]
        if county and self.counties and not any(_key(county) in name or name in _key(county) for name in self.counties):
            problems.append((column, "“县”写的不是本县，请核对是不是别县的表"))
        column, name = said["township"]
        towns = self._codes(name, self.townships)
        if name and not towns:
            problems.append((column, f"“乡镇”填的“{name[:12]}”在区划里找不到{_nearest(name, self.townships)}，请改正"))
        slugs = {self.slug.get(code, "") for code in towns} - {""}
        if township and slugs and township not in slugs:
            problems.append((column, f"“乡镇”写的是{name[:12]}，不是本次导入的 {township}，请交由该乡镇导入"))
        column, name = said["village"]
        found = self._codes(name, self.villages)
        inside = [code for code in found if not towns or self.parent.get(code) in towns]
        if name and not found:
            problems.append((column, f"“村”填的“{name[:12]}”在区划里找不到{self._near(name, towns)}，请改正"))
        elif found and not inside:
            problems.append((column, f"“村”{name[:12]}不属于这一行写的乡镇，请核对两列"))
        elif township and inside and township not in (homes := [self._home(code) for code in inside]):
            problems.append(
                (column, f"“村”{name[:12]}属于乡镇 {homes[0]}，不在本次导入的 {township}，请交由该乡镇导入")
            )
        slug = next(iter(slugs)) if len(slugs) == 1 else ""
        return Place(slug, inside[0] if len(inside) == 1 else ""), problems

    def villages_of(self, table: SheetTable, row: int, place: Place) -> tuple[list[str], str]:
        """(codes of all villages of a row's place, what it names that is none)."""
        found, unknown = [place.village] if place.village else [], ""
        for column in table.columns:
            cell = table.sheet.cell(row, column.place)
            if column.role == "place" and isinstance(cell, str):
                text = _key(cell)
                names = [name for name in self.villages if name in text]
                names = [name for name in names if not any(name != other and name in other for other in names)]
                codes = [code for name in names for code in self.villages[name]]
                found += [c for c in codes if not place.village or self.parent[c] == self.parent[place.village]]
                for name in sorted([*names, *self.townships], key=len, reverse=True):
                    text = text.replace(name, "")
                left = _VILLAGE.search(text)
                unknown = left[0] if left and not _EVERY.search(left[0]) else unknown
        return list(dict.fromkeys(found)), unknown

    def _home(self, village: str) -> str:
        return self.slug.get(self.parent.get(village, ""), "")

    def township_code(self, place: Place) -> str:
        """The code of the township that a place lies in."""
        return self.parent.get(place.village) or next((c for c, slug in self.slug.items() if slug == place.slug), "")

    def _cell(self, table: SheetTable, row: int, kind: str, words: set[str]) -> tuple[int, str]:
        for place in self._places(table, kind, words):
            cell = table.sheet.cell(row, place)
            if isinstance(cell, str) and cell.strip():
                return place, cell.strip()
        return 0, ""

    def _places(self, table: SheetTable, kind: str, words: set[str]) -> list[int]:
        """The columns of a table that say this kind of place, found out once."""
        if (id(table), kind) not in self._known:
            self._known[id(table), kind] = [
                column.place
                for column in table.columns
                if column.role == kind or (not column.role and normal(column.header) in words)
            ]
        return self._known[id(table), kind]

    def _compound(self, table: SheetTable, row: int, said: dict[str, tuple[int, str]]) -> dict[str, tuple[int, str]]:
        """The same with what one cell says of several (古镇古街社区1组), where no other column does."""
        for place in self._places(table, "place", set()):
            cell = table.sheet.cell(row, place)
            if isinstance(cell, str) and cell.strip():
                text = _key(cell)
                for kind, known in (("township", self.townships), ("village", self.villages)):
                    names = sorted((name for name in known if name in text), key=len, reverse=True)
                    if names and not said[kind][1]:
                        said = said | {kind: (place, names[0])}
        return said

    def _codes(self, text: str, known: dict[str, list[str]]) -> list[str]:
        if _CODE.fullmatch(text):
            return [text] if text in self.name else []
        key = _key(text)
        tried = (key, *(key + end for end in ("镇", "乡", "街道", "村", "社区")), re.sub(r"(?<=..)[镇乡村]$", "", key))
        return next((known[one] for one in tried if one in known), [])

    def _near(self, name: str, towns: Iterable[str]) -> str:
        inside = [key for key, codes in self.villages.items() if any(self.parent.get(c, "") in towns for c in codes)]
        return _nearest(name, inside or self.villages)


def _key(name: str) -> str:
    return _OFFICE.sub("", value_key(name)) or value_key(name)


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, code in pairs:
        found.setdefault(key, []).append(code)
    return found


def _nearest(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(_key(name), list(known), 1, 0.3)
    return f"，最接近的是“{near[0]}”" if near else ""
