"""Reports as data: the figures that offices ask for again and again, one file each in ``reports/``.

    title: 公益岗
    asks: 人社部门，每季                    # who asks, how often: said on the sheet
    internal: 是                           # shows persons or small counts, so the sheet says 内部资料
    whole: 是                              # only for the whole county
    reads: [posts, divisions]
    facts: |                               # one query; its rows are what every figure is made of; $1 is the day
      SELECT 'posts' AS resource, p.post_id AS key, t.slug, … FROM posts p …
    by: [division_code, post]              # the facts of one line
    columns:
      - {header: 岗位, field: post}
      - {header: 其中/衔接资金, sum: monthly_pay, where: {fund: 衔接资金}, unit: 元}
      - {header: 支出进度, ratio: [已支出, 到位资金], unit: '%'}
      - {header: '{}月', sum: amount, each: month, from: ['01', '02'], unit: 万元}

``since`` and ``until`` of a column are the first day that it is there, and the first on which it is not.

A column says a ``field``, the masked name of a ``person``, a ``sum``, a ``count`` or a ``ratio`` of two columns; ``where`` and
``unless`` choose its facts. Levels of a header are parted by ``/``. Every figure is the sum of its facts, every total that of its lines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from importlib import resources
from typing import Any

from gongshi.exchange.owners import masked
from gongshi.model import GongshiError
from gongshi.package import Database
from gongshi.package.subjects import subjects
from gongshi.package.yamlfile import parse, plain

Cell = str | Decimal | date | None
Fact = Mapping[str, Cell]
_TEN_THOUSAND = Decimal(10_000)
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class ReportColumn:
    """A column: ``kind`` is one of field, person, sum, count, ratio; ``name`` the fact's field that it takes."""

    header: str
    kind: str
    name: str = ""
    unit: str = ""
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unless: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ratio: tuple[str, ...] = ()
    begins: str = ""
    until: str = ""

    @property
    def counts(self) -> bool:
        """Whether facts are added up in it."""
        return self.kind in ("sum", "count")

    def share(self, fact: Fact) -> Decimal | None:
        """What a fact adds to this column, in the column's unit; None if it does not belong here."""
        if not all(fact.get(name) in words for name, words in self.where):
            return None
        if self.unless and (all(fact.get(name) in words for name, words in self.unless) or fact.get(self.name) is None):
            return None
        if self.kind == "count":
            return Decimal(1)
        value = fact.get(self.name)
        if not isinstance(value, Decimal | int | str):
            return None
        return Decimal(value) / (_TEN_THOUSAND if self.unit == "万元" else 1)


@dataclass(frozen=True)
class Report:
    """A report as its file says it."""

    name: str
    title: str
    asks: str
    internal: bool
    whole: bool
    reads: frozenset[str]
    facts: str
    by: tuple[str, ...]
    columns: tuple[ReportColumn, ...]


@dataclass(frozen=True)
class MadeReport:
    """A report of one day: lines of cells in the order of the columns, the totals, and of every figure what it is made of, as
    (line from 1, header, resource, key, what it adds)."""

    report: Report
    day: date
    place: str
    lines: Sequence[Sequence[Cell]]
    totals: Sequence[Cell]
    traces: Sequence[tuple[int, str, str, str, Decimal]]


def read_reports() -> list[Report]:
    """The reports of the pack, by name."""
    folder = resources.files("gongshi.exchange") / "reports"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    return [_report(name.removesuffix(".yaml"), plain(parse((folder / name).read_bytes()))) for name in names]


def find_report(name: str) -> Report:
    """The report of this name or title; GongshiError that names them all if there is none."""
    reports = read_reports()
    found = next((one for one in reports if name in (one.name, one.title)), None)
    if found is None:
        raise GongshiError(f"没有这个报表，有这些：{'、'.join(one.title for one in reports)}。")
    return found


def _report(name: str, data: dict[str, Any]) -> Report:
    columns = [column for entry in data["columns"] for column in _columns(entry)]
    said = {key: data.get(key) == "是" for key in ("internal", "whole")}
    return Report(name, data["title"], data["asks"], **said, reads=frozenset(data["reads"]), facts=data["facts"],
                  by=tuple(data["by"]), columns=tuple(columns))  # fmt: skip


def _columns(entry: dict[str, Any]) -> list[ReportColumn]:
    kind = next(one for one in ("field", "person", "sum", "count", "ratio") if one in entry)
    name = "" if kind in ("count", "ratio") else entry[kind]
    ratio = tuple(entry["ratio"]) if kind == "ratio" else ()
    column = ReportColumn(
        *(entry["header"], kind, name, entry.get("unit", ""), _terms(entry, "where"), _terms(entry, "unless"), ratio),
        *(entry.get("since", ""), entry.get("until", "")),
    )
    if "each" not in entry:
        return [column]
    return [
        replace(
            column, header=entry["header"].format(word.lstrip("0")), where=(*column.where, (entry["each"], (word,)))
        )
        for word in entry["from"]
    ]


def _terms(entry: dict[str, Any], key: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(
        (name, (words,) if isinstance(words, str) else tuple(words)) for name, words in entry.get(key, {}).items()
    )


def make_report(
    database: Database, report: Report, day: date, township: str = "", name_of: Callable[[str], str] | None = None
) -> MadeReport:
    """A report as of a day, of one township (its folder's name) or the county; ``name_of`` gives a member's name."""
    there = [c for c in report.columns if c.begins <= str(day) and (not c.until or str(day) < c.until)]
    report, place = replace(report, columns=tuple(there)), _place(database, report, township)
    lines: dict[tuple[Cell, ...], list[Fact]] = {}
    for fact in _facts(database, report, day):
        if township in ("", fact[subjects().place.slug]):
            lines.setdefault(tuple(fact[name] for name in report.by), []).append(fact)
    cells, traces = [], []
    for number, facts in enumerate(lines.values(), 1):
        cells.append(_ratios(report, [_cell(column, facts, name_of) for column in report.columns]))
        for column in filter(lambda one: one.counts, report.columns):
            shares = ((fact, column.share(fact)) for fact in facts)
            traces += [
                (number, column.header, str(f["resource"]), str(f["key"]), s) for f, s in shares if s is not None
            ]
    totals = _ratios(report, [_total(column, [line[at] for line in cells]) for at, column in enumerate(report.columns)])
    return MadeReport(report, day, place, cells, totals, traces)


def _place(database: Database, report: Report, township: str) -> str:
    at = subjects().place
    query = f"SELECT {at.name} FROM {at.table} WHERE {at.slug} = $1 OR ($1 = '' AND {at.level} = $2) LIMIT 1"
    names = database.sql(query, [township, at.county])
    if township and not names:
        raise GongshiError("没有这个乡镇，--township 请写 records/townships 下的目录名，如 guzhen。")
    if township and report.whole:
        raise GongshiError(f"“{report.title}”只按全县统计，请去掉 --township。")
    return names[0][0] if names else ""


def _facts(database: Database, report: Report, day: date) -> list[Fact]:
    if missing := sorted(report.reads - set(database.descriptor.resources)):
        raise GongshiError(
            f"本县的数据字典里没有“{missing[0]}”这张表，做不了“{report.title}”，请先用 gongshi upgrade 升级。"
        )
    names, rows = database.columns(report.facts, [day] if "$1" in report.facts else [])
    return [dict(zip(names, row, strict=True)) for row in rows]


def _cell(column: ReportColumn, facts: Sequence[Fact], name_of: Callable[[str], str] | None) -> Cell:
    if column.counts:
        return sum((share for fact in facts if (share := column.share(fact)) is not None), Decimal(0))
    if column.kind == "ratio":
        return None
    value = next((fact[column.name] for fact in facts if fact.get(column.name) is not None), None)
    if column.kind == "person":
        return masked(name_of(str(value))) if name_of and value else ""
    return value


def _total(column: ReportColumn, cells: Sequence[Cell]) -> Cell:
    return sum((cell for cell in cells if isinstance(cell, Decimal)), Decimal(0)) if column.counts else None


def _ratios(report: Report, cells: list[Cell]) -> list[Cell]:
    """The cells with each ratio of two of them in per cent; none where there is nothing to compare with."""
    at = {column.header: place for place, column in enumerate(report.columns)}
    for place, column in enumerate(report.columns):
        if column.kind == "ratio":
            part, whole = (cells[at[header]] for header in column.ratio)
            cells[place] = None
            if isinstance(part, Decimal) and isinstance(whole, Decimal) and whole:
                cells[place] = (part * 100 / whole).quantize(_CENT, ROUND_HALF_UP)
    return cells
