"""A built site as a stranger reads it: every download and every table of a page, told as figures.

A number is taken wherever it stands; a cell that one place withholds and another one tells is known.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from html.parser import HTMLParser

from stranger import HIDDEN, TOTAL, Key

TABLES = {
    "visits": ("visits", ("township_code",), ("quarter",)),
    "contacts": ("contacts", (), ("role", "contact_kind", "quarter")),
    "loans": ("loans", (), ("purpose",)),
    "school-aid": ("school-aid", ("school_code",), ("benefit", "period")),
    "benefits": ("benefits", (), ("benefit", "year")),
    "benefit-groups": ("benefit-groups", ("division_code",), ("group", "year")),
    "benefit-totals": ("benefit-totals", ("division_code",), ("year",)),
    "project-persons": ("project-persons", ("project_id",), ("allocation_id",)),
    "dividends": ("dividends", ("division_code",), ("income_year",)),
    "residents": ("residents", ("division_code",), ()),
    "villages": ("villages", ("village_code",), ()),
    "schools": ("schools", ("school_code",), ()),
    "projects": ("projects", ("project_id",), ()),
    "inspections": ("inspections", ("inspection_id",), ()),
    "indicators": ("indicators", ("subject",), ("indicator", "period")),
    "help": ("people-helped", (), ("helped",)),
}
"""By download: the figure, the columns of its place (else the county) and of its item."""
DIMENSIONS = {
    TOTAL: "people",
    "贫困户类别": "people-class",
    "脱贫状态": "people-status",
    "主要致贫原因": "people-cause",
}
HEADS = {
    "户数": ("", "households"), "人数": ("", "persons"), "扶贫对象户": ("people", "households"),
    "扶贫对象人": ("people", "persons"), "扶贫对象（户）": ("people", "households"),
    "扶贫对象（人）": ("people", "persons"),
}  # fmt: skip
Told = dict[Key, set[str]]
"""What the site says of each figure, in all places where it says something."""


def read(files: Mapping[str, bytes], measures: Mapping[str, tuple[str, ...]]) -> Told:
    """All that ``files`` (by path) tell; ``measures`` are the names of the numbers of each figure."""
    told: Told = defaultdict(set)
    tables: dict[str, list[dict]] = defaultdict(list)
    for name, rows in _downloads(files):
        tables[_whole(name)] += rows
    county = next(row["division_code"] for row in tables["people"] if row["level"] == "县")
    for name, rows in tables.items():
        if name in TABLES:
            figure, place, item = TABLES[name]
            for row in rows:
                where = "/".join(str(row[column]) for column in place) if place else county
                where = county if where == TOTAL else where
                what = "/".join(str(row[column]) for column in item) if item else TOTAL
                for measure in measures[figure]:
                    if measure in row:
                        told[figure, where, what, measure].add(_text(row[measure]))
    for row in csv.DictReader(io.StringIO(files["data/rules.csv"].decode("utf-8-sig"))):
        told["rules", row["规则号"], TOTAL, "looked"].add(row["检查数"])
        told["rules", row["规则号"], TOTAL, "broke"].add(row["不符合"])
    for row in tables["people"]:
        for measure in measures["people"]:
            key = (DIMENSIONS[row["dimension"]], row["division_code"], row["value"], measure)
            told[key].add(_text(row[measure]))
    for path, content in files.items():
        if path.endswith(".html"):
            _page(told, path, content.decode(), county, tables)
    return told


def known(told: Told) -> dict[Key, Decimal | None]:
    """The number of each figure if any place tells it; AssertionError if two places tell different ones."""
    found: dict[Key, Decimal | None] = {}
    for key, texts in told.items():
        numbers = {value for value in map(number, texts) if value is not None}
        assert len(numbers) < 2, f"{key}: {sorted(numbers)}"
        if numbers or HIDDEN in texts or "" in texts:
            found[key] = next(iter(numbers), None)
    return found


def number(text: str) -> Decimal | None:
    """What a cell says; None if nothing."""
    return Decimal(text) if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) else None


def _downloads(files: Mapping[str, bytes]) -> Iterator[tuple[str, list[dict]]]:
    """Each download, from its CSV and its JSON; they must agree row by row."""
    for path, content in files.items():
        name = path.removeprefix("data/").removesuffix(".json")
        if path.endswith(".json") and path.startswith("data/") and name != "datapackage":
            rows = json.loads(content)
            other = files.get(f"data/{name}.csv")
            if other is not None:
                plain = list(csv.DictReader(io.StringIO(other.decode("utf-8-sig"))))
                assert len(plain) == len(rows), f"{path} and its CSV have different rows"
            yield name, rows


def _whole(name: str) -> str:
    """The table that a file is a part of: people-village is of people."""
    names = [table for table in (*TABLES, "people") if name == table or name.startswith(f"{table}-")]
    return max(names, key=len, default=name)


def _text(value: object) -> str:
    return "" if value is None else str(value).replace(",", "")


class Tables(HTMLParser):
    """Every table of a page as rows of cells: text, and where the first link leads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: list[list[list[list[str]]]] = []
        self._open = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1]:
            self.tables[-1][-1].append(["", ""])
            self._open = True
        elif tag == "a" and self._open and not self.tables[-1][-1][-1][1]:
            self.tables[-1][-1][-1][1] = dict(attrs).get("href", "")

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._open = False

    def handle_data(self, data):
        if self._open:
            self.tables[-1][-1][-1][0] += data


def _page(told: Told, path: str, text: str, county: str, tables: Mapping[str, list[dict]]) -> None:
    slugs = {row["slug"]: row["township_code"] for row in tables["townships"]}
    slugs |= {row["village_code"]: row["village_code"] for row in tables["villages"]}
    here = slugs.get(path.rpartition("/")[2].removesuffix(".html"), county)
    for table in Tables(text).tables:
        heads = [cell[0].strip() for cell in table[0]] if table else []
        for row in table[1:]:
            if not row:
                continue
            name, link = row[0][0].strip(), row[0][1].rpartition("/")[2].removesuffix(".html")
            crossed = DIMENSIONS.get(heads[0]) if heads else None
            place = here if crossed else slugs.get(link, county if name == "全县" else "")
            for head, (cell, _) in zip(heads, row, strict=False):
                figure, measure = HEADS.get(head, ("", ""))
                if not place or not measure or not (figure or crossed):
                    continue
                item = TOTAL if not crossed or name == TOTAL else name
                key = (figure or ("people" if item == TOTAL else str(crossed)), place, item, measure)
                told[key].add(cell.strip().replace(",", ""))


PEOPLE = re.compile(r"(?<![0-9.,])([0-9][0-9,]*(?:\.[0-9]+)?)\s*(?:户|人次|人|名|口)(?!民|均)")


def spoken(path: str, content: bytes) -> dict[Decimal, str]:
    """The numbers of people in the words of a page, a feed or a search index, each with the words around one of them."""
    text = Words(content.decode()).text if path.endswith(".html") else content.decode()
    text = text.replace("\u200b", "")
    return {
        Decimal(match[1].replace(",", "")): f"{path}: {text[max(0, match.start() - 30) : match.end() + 10]}"
        for match in PEOPLE.finditer(text)
    }


class Words(HTMLParser):
    """The words of a page; a tag that ends a word is a space."""

    BLOCKS = frozenset({"td", "th", "tr", "li", "p", "div", "dt", "dd", "h1", "h2", "h3", "h4"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._aside = 0
        self.feed(page)

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def handle_starttag(self, tag, attrs):
        self._aside += tag in ("script", "style")
        self._parts += [" "] if tag in self.BLOCKS else []

    def handle_endtag(self, tag):
        self._aside -= tag in ("script", "style")

    def handle_data(self, data):
        self._parts += [] if self._aside else [data]
