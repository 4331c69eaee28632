"""Figures frozen as records: ``records/county/figures/<period>.csv``, which a build reads and does not count.

A file is written once, reviewed like any record, and never written again: what was published stays what it was.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from gongshi.checks import check_tables
from gongshi.disclosure.counting import Cell, Counted, count, counted_columns, smallest
from gongshi.disclosure.figures import RESOURCE, Figure, Period, declaration
from gongshi.disclosure.pinned import Number
from gongshi.disclosure.views import Queried, aliases_in
from gongshi.disclosure.withholding import Publication, publish
from gongshi.model import Finding, GongshiError, Progress, Severity
from gongshi.package import RECORDS, Database, columns_named, queries
from gongshi.package.canonical import csv_cell
from gongshi.package.columns import with_sources
from gongshi.package.descriptor import PACKAGE_FILE
from gongshi.policy import Verdict
from gongshi.repository import Tree

WITHHELD = "不公布"
FOLDER = "county/figures"
COLUMNS = "period,figure,place,item,measure,value"
BLOCK = f"""  - name: {RESOURCE}
    title: 公开的数字
    path:
      - {{path}}
    format: csv
    encoding: utf-8
    schema: schemas/{RESOURCE}.yaml
"""


class FrozenFile(NamedTuple):
    """A file that is frozen: its period and its cells as text."""

    period: Period
    cells: Mapping[Cell, str]


def frozen(database: Queried) -> list[FrozenFile]:
    """All frozen files, the oldest first."""
    if RESOURCE not in database.descriptor.resources:
        return []
    found: dict[str, dict[Cell, str]] = {}
    for period, *cell, value in database.sql(f'SELECT period, figure, place, item, measure, "value" FROM "{RESOURCE}"'):
        found.setdefault(period, {})[Cell(*cell)] = value
    return [FrozenFile(Period.of(period), found[period]) for period in sorted(found)]


def last_before(files: Sequence[FrozenFile], period: Period) -> Publication:
    """What was last published of each cell before a period."""
    found: dict[Cell, Number | None] = {}
    for file in files:
        if file.period < period:
            fresh: dict[Cell, Number | None] = {
                cell: None if text == WITHHELD else Decimal(text) for cell, text in file.cells.items()
            }
            figures = {cell.figure for cell in fresh}
            found = {cell: value for cell, value in found.items() if cell.figure not in figures} | fresh
    return found


def due(files: Sequence[FrozenFile], period: Period) -> list[Figure]:
    """The figures that the file of a period has: those of the year only if no earlier file of that year has them."""
    year = {
        cell.figure for file in files if file.period.year == period.year and file.period < period for cell in file.cells
    }
    return [
        figure
        for figure in declaration().figures.values()
        if figure.there(period.end) and (figure.every == "quarter" or figure.figure not in year)
    ]


def freeze(
    database: Queried,
    verdict: Verdict | None,
    period: Period,
    files: Sequence[FrozenFile] = (),
    before: Queried | None = None,
    progress: Progress = lambda _: None,
) -> dict[Cell, str]:
    """The cells of a period's file. ``database`` holds the records as they stood at its end, ``before`` as they stood at
    the end of the last file's period; ``files`` are those there are.
    """
    progress("统计")
    figures = due(files, period)
    counted = count(database, verdict, period.end, figures)
    last = last_before(files, period)
    published = publish(counted, smallest(database), last, _before(database, before, files, period), progress)
    return {cell: text_of(cell, value) for cell, value in with_rest(counted, published).items()}


def uncountable(database: Database) -> list[Finding]:
    """Errors in what figures are counted from, in order of place: such rows would be missing without a word."""
    descriptor = database.descriptor
    bound = queries("county")["threshold"]
    columns = {**with_sources(descriptor, counted_columns(descriptor)), **columns_named(bound, aliases_in(bound))}
    tables = columns.keys() & descriptor.resources.keys()
    found = (one for one in check_tables(database, sorted(tables)) if one.severity is Severity.ERROR)
    return sorted((one for one in found if _looked_at(columns.get(one.resource), one.field)), key=lambda one: one.order)


def _looked_at(columns: frozenset[str] | None, fields: str) -> bool:
    return columns is None or not fields or bool(columns & set(re.split(r"[,，、\s]+", fields)))


def _before(database: Queried, before: Queried | None, files: Sequence[FrozenFile], period: Period) -> Counted | None:
    """The money as it was counted for the last file: from the records of then, or else by the days of payment."""
    ends = [file.period.end for file in files if file.period < period]
    if not ends:
        return None
    money = [figure for figure in declaration().figures.values() if figure.money]
    return count(before or database, None, ends[-1], money)


def with_rest(counted: Counted, published: Publication) -> dict[Cell, Number | None]:
    """With what of a place's money lies in places whose own is not published."""
    found = dict(published)
    below: dict[str, list[str]] = {}
    for code, parent in counted.parents.items():
        below.setdefault(parent, []).append(code)
    for cell, value in published.items():
        figure = declaration().figures.get(cell.figure)
        if figure is None or "rest" not in figure.measures:
            continue
        inside = (cell._replace(place=code) for code in below.get(cell.place, ()))
        parts = [part for part in inside if part in counted.cells]
        if not parts:
            continue
        named = sum((Decimal(published.get(part) or 0) for part in parts), Decimal(0))
        found[cell._replace(measure="rest")] = None if value is None else Decimal(value) - named
    return found


def text_of(cell: Cell, value: Number | None) -> str:
    """A number as it stands in the file."""
    if value is None:
        return WITHHELD
    if declaration().figures[cell.figure].measures[cell.measure] == "元":
        return f"{Decimal(value):.2f}"
    return f"{Decimal(value).normalize():f}"


def path_of(period: Period) -> str:
    """Where the file of a period lies."""
    return f"{RECORDS}/{FOLDER}/{period}.csv"


def files_of(tree: Tree, period: Period, cells: Mapping[Cell, str]) -> dict[str, bytes]:
    """The files to write: the period's, and the package's list of files with it."""
    path = path_of(period)
    rows = sorted((str(period), *cell, text) for cell, text in cells.items())
    lines = [COLUMNS, *(",".join(map(csv_cell, row)) for row in rows)]
    package = _listed(tree.read(PACKAGE_FILE).decode(), path.removeprefix(f"{RECORDS}/"))
    return {path: ("\n".join(lines) + "\n").encode(), PACKAGE_FILE: package.encode()}


def refuse(files: Sequence[FrozenFile], period: Period, today: datetime.date) -> None:
    """GongshiError if a period is not over, or figures of later ones are frozen already."""
    if period.end > today:
        raise GongshiError(f"{period} 到 {period.end} 才结束，还不能冻结数字，请等这一季过完。")
    later = [str(file.period) for file in files if file.period > period]
    if later:
        raise GongshiError(f"{'、'.join(later)} 已经冻结，不能再补冻结更早的 {period}：后来的数字是接着前面的算的。")


def _listed(text: str, path: str) -> str:
    """``datapackage.yaml`` with one more file of figures."""
    if re.search(rf"(?m)^      - {re.escape(path)}$", text):
        return text
    block = re.compile(rf"(?m)(^  - name: {RESOURCE}\n(?:    (?!path:).*\n)*    path:\n(?:      - .*\n)*)")
    if block.search(text):
        return block.sub(lambda match: f"{match[1]}      - {path}\n", text, count=1)
    return f"{text.rstrip()}\n" + BLOCK.format(path=path)
