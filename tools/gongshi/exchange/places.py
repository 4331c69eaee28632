"""The county, township and village that a sheet names for each row, checked against each other and against the import: in
columns, in a line of their own above the rows of a village, in the title, in the sheet's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from difflib import get_close_matches
from typing import NamedTuple

from gongshi.exchange.around import is_line, texts_of
from gongshi.exchange.convert import value_key
from gongshi.exchange.lore import headers
from gongshi.exchange.mapping import normal
from gongshi.exchange.tables import SheetTable
from gongshi.package import TextTables
from gongshi.package.subjects import subjects

_OFFICE = re.compile(r"(?:人民政府|街道办事处|办事处|村民委员会|居民委员会|村委会|居委会|委会|民委员会)$")
_CODE = re.compile(r"[0-9]{12}")
_VILLAGE = re.compile(r"[\u4e00-\u9fff]{1,8}(?:村|社区)(?![民级组内道])")
_EVERY = re.compile("[各全本等该]")
_START = re.compile(
    r"(?:附[件表]?[0-9一二三四五六七八九十]*[:、.]?|[(]?[0-9一二三四五六七八九十]{1,3}[)]?[、.]|(?:填报|上报|报送|编制)?(?:单位|乡镇|村)(?:\(.{1,4}\))?[:]|(?:19|20)[0-9]{2}年度?)+"
)
_FILLED_IN = re.compile("(?:填报|上报|报送|编制)(?:单位|乡镇|村)")
_COUNTY = re.compile(
    r"(?:[\u4e00-\u9fff]{2,8}省)?(?:[\u4e00-\u9fff]{2,8}市)?([\u4e00-\u9fff]{1,4}?县)(?=[0-9]|[\u4e00-\u9fff]{2})(?![级域直城属办委内外乡处])"
)
_NO_COUNTY = re.compile("[全本各该我贫重试示脱摘国定出所有相跨涉几两二三到下报对由与分在按以关及和]")
_OFFICES = re.compile(r"(?:镇|乡|街道)?(?:人民政府|办事处)?|(?:村民|居民)?委员会|[村居]委会")
_ELSE = re.compile(
    r"(?:等|[、和及与至到]|[^,，;；]{0,4}(?:小学|中学|学校|完小|幼儿园|教学点|卫生|医院|银行|信用|农商|公司|合作社|派出所|工作队|驻))"
)
_GROUP = re.compile(r"(?:第?[0-9一二三四五六七八九十]+[村民小]*组)?")


class Place(NamedTuple):
    """What a row says of its place: township's folder and village's code, "" where it says nothing that is clear."""

    slug: str = ""
    village: str = ""


NOWHERE = Place()


class Places:
    """The county's divisions by name and code."""

    def __init__(self, tables: TextTables) -> None:
        at = subjects().place
        rows = tables.pick(at.table, [at.key, at.name, at.level, at.parent, at.slug])
        self.counties = {_key(name) for _, name, level, _, _ in rows if level == at.county}
        self.townships = _grouped((_key(name), code) for code, name, level, _, _ in rows if level == at.township)
        self.villages = _grouped((_key(name), code) for code, name, level, _, _ in rows if level == at.village)
        self.parent: dict[str, str] = {code: parent for code, _, _, parent, _ in rows}
        self.slug: dict[str, str] = {code: slug for code, _, _, _, slug in rows if slug}
        self.name = {code: name for code, name, _, _, _ in rows}
        self._known: dict[tuple[int, str], list[int]] = {}
        self._longest = sorted({*self.townships, *self.villages}, key=len, reverse=True)
        self._seen: dict[tuple[str, bool], list[str]] = {}
        self._titles: dict[int, Place] = {}
        self._foreign: dict[int, str] = {}

    def read(self, table: SheetTable, row: int, township: str | None) -> tuple[Place, list[tuple[int, str]]]:
        """(the row's place, what is wrong with it by column)."""
        words = headers()
        kinds = {"county": words.county, "township": words.township, "village": words.village}
        said = {kind: self._cell(table, row, kind, known) for kind, known in kinds.items()}
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
        own = Place(slug, inside[0] if len(inside) == 1 else "")
        return self._in_title(table, own, said, problems), problems

    def group(self, table: SheetTable, row: int) -> bool:
        """Whether a row holds a village's or township's name and no more, for the rows below it; then they are read so."""
        texts = texts_of(table.sheet.cells[row])
        if len(texts) != 1 or not is_line(table.sheet.cells[row]):
            return False
        place = self._leading(texts[0])
        if place != NOWHERE:
            self._titles[id(table)] = place
        return place != NOWHERE

    def _in_title(
        self, table: SheetTable, own: Place, said: Mapping[str, tuple[int, str]], problems: list[tuple[int, str]]
    ) -> Place:
        """The row's place, with what the title says where the row itself says nothing; problems if they disagree."""
        if id(table) not in self._titles:
            titles = list(_titles(table))
            self._foreign[id(table)] = next((name for text in titles if (name := self._other_county(text))), "")
            found = [place for text in (*titles, table.sheet.name) if (place := self._leading(text)) != NOWHERE]
            self._titles[id(table)] = found[0] if found else NOWHERE
        if (foreign := self._foreign.get(id(table), "")) and not said["county"][1]:
            problems.append((0, f"标题写的是{foreign}，不是本县，请核对是不是别县的表"))
        title = self._titles[id(table)]
        home = own.slug or self._home(own.village)
        if title.village and own.village and title.village != own.village:
            name = self.name[title.village]
            problems.append(
                (said["village"][0], f"标题或表名写的是{name}，这一行写的是别的村，请核对，不是一处的请分开")
            )
        elif title.slug and home and title.slug != home:
            column = said["township"][0] if said["township"][1] else said["village"][0]
            problems.append((column, f"标题或表名写的乡镇是 {title.slug}，这一行却写着别的乡镇，请核对"))
        village = own.village or (title.village if not said["village"][1] else "")
        return Place(own.slug or (title.slug if not said["township"][1] else ""), village)

    def _other_county(self, text: str) -> str:
        """The county that a title begins with, if it is clearly one and not this one."""
        found = _COUNTY.match(_START.sub("", value_key(text), count=1))
        name = found[1] if found else ""
        ours = not self.counties or any(county in name for county in self.counties) or _NO_COUNTY.match(name)
        return "" if ours else name

    def _leading(self, text: str) -> Place:
        """The place that a title begins with, NOWHERE if with none or with a school, say, that is called after one."""
        towns, villages, rest = self._split(text)
        if _ELSE.match(rest):
            return NOWHERE
        village = villages[0] if len(villages) == 1 else ""
        slug = self._home(village) if village else self.slug.get(towns[0], "") if len(towns) == 1 else ""
        return Place(slug, village)

    def _split(self, text: str) -> tuple[list[str], list[str], str]:
        """(townships, villages, what follows) of a text that begins with county, township or village."""
        rest = _START.sub("", value_key(text), count=1)
        for name in self.counties:
            rest = rest.removeprefix(name)
        known = self._longest
        name = next((one for one in known if rest.startswith(one)), "")
        towns = self.townships.get(name, []) if name not in self.villages else []
        if towns:
            rest = _OFFICES.sub("", rest.removeprefix(name), count=1)
            inside = [one for one in known if rest.startswith(one) and one in self.villages]
            name = next((one for one in inside if any(self.parent.get(c) in towns for c in self.villages[one])), "")
        villages = [code for code in self.villages.get(name, []) if not towns or self.parent.get(code) in towns]
        return towns, villages, _OFFICES.sub("", rest.removeprefix(name), count=1) if name else rest

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

    def _cell(self, table: SheetTable, row: int, kind: str, words: Set[str]) -> tuple[int, str]:
        for place in self._places(table, kind, words):
            cell = table.sheet.cell(row, place)
            if isinstance(cell, str) and cell.strip():
                return place, cell.strip()
        return 0, ""

    def _places(self, table: SheetTable, kind: str, words: Set[str]) -> list[int]:
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
        for place in self._places(table, "place", headers().compound):
            cell = table.sheet.cell(row, place)
            if isinstance(cell, str) and cell.strip():
                loose = any(column.place == place and column.role for column in table.columns)
                for kind, name in (self._within(cell) if loose else self._whole(cell)).items():
                    said = said if said[kind][1] else said | {kind: (place, name)}
        return said

    def _within(self, cell: str) -> dict[str, str]:
        """What places stand anywhere in a text."""
        text, found = _key(cell), {}
        for kind, known in (("township", self.townships), ("village", self.villages)):
            if names := sorted((name for name in known if name in text), key=len, reverse=True):
                found[kind] = names[0]
        return found

    def _whole(self, cell: str) -> dict[str, str]:
        """What places a text is made of; one that is made of something else names an unknown village."""
        towns, villages, rest = self._split(cell)
        if not _GROUP.fullmatch(rest):
            return {"village": cell.strip()}
        return {k: self.name[codes[0]] for k, codes in (("township", towns), ("village", villages)) if codes}

    def _codes(self, text: str, known: dict[str, list[str]]) -> list[str]:
        if not text:
            return []
        at = text, known is self.villages
        if at not in self._seen:
            self._seen[at] = self._look_up(text, known)
        return self._seen[at]

    def _look_up(self, text: str, known: dict[str, list[str]]) -> list[str]:
        if _CODE.fullmatch(text):
            return [text] if text in self.name else []
        key = _key(text)
        tried = (key, *(key + end for end in headers().ends), re.sub(r"(?<=..)[镇乡村]$", "", key))
        if found := next((known[one] for one in tried if one in known), []):
            return found
        towns, villages, rest = self._split(text)  # with those above it written before it
        return (villages if known is self.villages else towns if not villages else []) if _GROUP.fullmatch(rest) else []

    def _near(self, name: str, towns: Iterable[str]) -> str:
        inside = [key for key, codes in self.villages.items() if any(self.parent.get(c, "") in towns for c in codes)]
        return _nearest(name, inside or self.villages)


def _titles(table: SheetTable) -> Iterable[str]:
    """What stands above the table, and, below it, who filled it in."""
    for row, what in table.skipped.items():
        for text in texts_of(table.sheet.cells[row]) if what in ("标题", "附注") else ():
            if what == "标题" or _FILLED_IN.match(value_key(text)):
                yield text


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
