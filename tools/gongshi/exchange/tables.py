"""Where in a sheet the table is: titles above it, a header of one to three rows, data, totals and notes below it.

Every row of a sheet that is not empty is one of: title, header, data, total, note. None is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gongshi.exchange.convert import UNITS
from gongshi.exchange.identifiers import carries_persons
from gongshi.exchange.mapping import Meaning, Vocabulary, normal
from gongshi.exchange.sheets import Damaged, Raw, Sheet
from gongshi.package import Field, Resource

LOOK_ROWS = 30
DEEPEST_HEADER = 3
MERGED = "数字在合并单元格里，分不清是每行都有还是几行共有，请取消合并后逐行填写"
_TOTAL = re.compile(r"(?:[本总]?(?:页|村|乡|镇|组|表|县)?)(?:合计|总计|小计|共计|累计|总合计)")
_NOTE = re.compile(
    r"(?:填表|制表|填报|审核|审批|复核|负责|经办|联系|单位|说明|备注|注|附注|日期|盖章|填写|报送)[^:：]{0,8}[:：].*"
)
_SHEET_UNIT = re.compile(r"单位[:：]\s*([百千万亿]?元)")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: where it stands, its header as read, and what that means."""

    place: int
    header: str
    meaning: Meaning


@dataclass(frozen=True)
class Table:
    """A table found in a sheet. Rows count from 0. ``skipped`` maps a row that is no data to what it is."""

    sheet: Sheet
    resource: Resource
    columns: tuple[Column, ...]
    rows: tuple[int, ...]
    skipped: dict[int, str]

    @property
    def fields(self) -> dict[str, Column]:
        """The columns that are taken, by field name."""
        return {column.meaning.field.name: column for column in self.columns if column.meaning.field}


@dataclass(frozen=True, slots=True)
class NoTable:
    """Why a sheet could not be read as a table, and in which column to look."""

    reason: str
    column: int = 0


def filled_rows(sheet: Sheet) -> list[int]:
    """The rows that hold anything."""
    return [row for row, cells in enumerate(sheet.cells) if any(map(_filled, cells))]


def _filled(cell: Raw) -> bool:
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None


def find_table(sheet: Sheet, vocabularies: Sequence[Vocabulary], hint: str = "") -> Table | NoTable:
    """The table of a sheet under the resource that its headers fit best; ``hint`` names one, or is a file name."""
    filled = filled_rows(sheet)
    _fill_merged(sheet)
    best: list[tuple[float, int, int, Vocabulary, tuple[Column, ...]]] = []
    for top in filled[:LOOK_ROWS]:
        for depth in range(1, DEEPEST_HEADER + 1):
            if depth > 1 and not _is_grouped(sheet, top, depth):
                break
            headers = _headers(sheet, top, depth)
            for words in vocabularies:
                if columns := _columns(headers, words):
                    best.append((_score(columns, words, sheet, hint), -depth, -top, words, columns))
    best.sort(key=lambda entry: entry[:3], reverse=True)
    if not best:
        return _no_table(vocabularies)
    score, depth, top, words, columns = best[0]
    if any(entry[0] == score and entry[3] is not words for entry in best[1:]):
        titles = "、".join(dict.fromkeys(entry[3].resource.title for entry in best if entry[0] == score))
        return NoTable(f"表头同时像{titles}，请用 --mapping 指明用哪个映射")
    doubled = _doubled(columns)
    if doubled:
        return NoTable(f"“{doubled.header[:20]}”与别的列表示同一个字段，请只保留一列", doubled.place)
    return _table(sheet, words.resource, columns, range(-top, -top - depth), filled)


def _no_table(vocabularies: Sequence[Vocabulary]) -> NoTable:
    if len(vocabularies) == 1:
        resource = vocabularies[0].resource
        keys = "、".join(resource.schema.field(name).title for name in resource.schema.primary_key)
        return NoTable(f"没有找到“{resource.title}”的表头，至少要有“{keys}”列")
    return NoTable("没有认出表头，请用 gongshi template 取得样表，或用 --mapping 指明映射")


def _fill_merged(sheet: Sheet) -> None:
    """Every cell of a merged range gets the value of its first cell; a number in several rows is doubtful."""
    for (top, left), (bottom, right) in sheet.merged:
        value = sheet.cell(top, left)
        if value == "" or (bottom - top + 1) * (right - left + 1) > 100_000:
            continue
        number = isinstance(value, int | float) and not isinstance(value, bool) and bottom > top
        for row in range(top, min(bottom + 1, len(sheet.cells))):
            line = sheet.cells[row]
            line.extend([""] * (right + 1 - len(line)))
            line[left : right + 1] = [Damaged(MERGED) if number else value] * (right + 1 - left)


def _is_grouped(sheet: Sheet, top: int, depth: int) -> bool:
    """Whether merged cells tie the rows from ``top`` on together as one header of ``depth`` rows."""
    rows = range(top, top + depth)
    return any(
        a in rows and ((b > a and b in rows) or (right > left and a < top + depth - 1))
        for (a, left), (b, right) in sheet.merged
    )


def _headers(sheet: Sheet, top: int, depth: int) -> list[tuple[str, ...]]:
    """For each column the texts of its header, lowest first, then joined from the top."""
    width = max((len(sheet.cells[row]) for row in range(top, min(top + depth, len(sheet.cells)))), default=0)
    headers = []
    for place in range(width):
        cells = [sheet.cell(row, place) for row in range(top, top + depth)]
        texts = list(dict.fromkeys(cell.strip() for cell in cells if isinstance(cell, str) and cell.strip()))
        headers.append(tuple(dict.fromkeys((texts[-1], "".join(texts), texts[0]))) if texts else ())
    return headers


def _columns(headers: Sequence[tuple[str, ...]], words: Vocabulary) -> tuple[Column, ...]:
    """The columns under this vocabulary; () unless every key field is there and two or more headers are known."""
    columns = []
    sure = {text for texts in headers for text in texts if words.sure(text).field}
    if len(sure) < 2:
        return ()
    for place, texts in enumerate(headers):
        meanings = [(text, words.meaning(text)) for text in texts]
        known = next((pair for pair in meanings if pair[1].how not in ("guess", "unknown")), None)
        text, meaning = known or next(iter(meanings), ("", Meaning(None, "unknown")))
        columns.append(Column(place, text, meaning))
    columns = [_reading_along(column, words.resource) for column in columns]
    taken = {column.meaning.field.name for column in columns if column.meaning.field}
    guessed = [column for column in columns if column.meaning.how == "guess"]
    sure = {c.meaning.field.name for c in columns if c.meaning.field and c.meaning.how != "guess"}
    again = {column.place for column in guessed if column.meaning.field.name in sure}
    columns = [replace(c, meaning=Meaning(None, "unknown")) if c.place in again else c for c in columns]
    by_number = carries_persons(words.resource) and "id_no" in taken
    keyed = by_number or set(words.resource.schema.primary_key) <= taken
    return tuple(columns) if keyed and len(taken) >= 2 else ()


def _reading_along(column: Column, resource: Resource) -> Column:
    """An identifier beside rows that are no persons is there for people to read; it is not taken."""
    if column.meaning.how == "identifier" and not carries_persons(resource):
        return replace(column, meaning=Meaning(None, "identifier"))
    return column


def _score(columns: Sequence[Column], words: Vocabulary, sheet: Sheet, hint: str) -> float:
    worth = {"mapping": 1.0, "title": 1.0, "identifier": 0.5, "guess": 0.3, "ignored": 0.0, "unknown": -0.3}
    score = sum(worth[column.meaning.how] for column in columns if column.header)
    named = words.resource.name == hint
    return score + 100 * named + (words.resource.title in sheet.name) + 0.5 * (words.resource.title in hint)


def _doubled(columns: Sequence[Column]) -> Column | None:
    seen: set[str] = set()
    for column in columns:
        if column.meaning.field:
            if column.meaning.field.name in seen:
                return column
            seen.add(column.meaning.field.name)
    return None


def _table(
    sheet: Sheet, resource: Resource, columns: tuple[Column, ...], header: range, filled: Sequence[int]
) -> Table:
    skipped: dict[int, str] = {}
    rows: list[int] = []
    header_cells = [_comparable(sheet.cells[row]) for row in header]
    keys = [c.place for c in columns if c.meaning.field and c.meaning.field.name in resource.schema.primary_key]
    for row in filled:
        if row < header.start:
            skipped[row] = "标题"
        elif row in header or _comparable(sheet.cells[row]) in header_cells:
            skipped[row] = "表头"
        elif what := _beside_data(sheet.cells[row], keys):
            skipped[row] = what
        else:
            rows.append(row)
    return Table(sheet, resource, _with_sheet_unit(sheet, columns, header), tuple(rows), skipped)


def _comparable(cells: Sequence[Raw]) -> tuple[str, ...]:
    texts = [normal(cell) if isinstance(cell, str) else str(cell) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)


def _beside_data(cells: Sequence[Raw], keys: Sequence[int]) -> str:
    """What a row without any key value is, if it is no data: a total or a note; else ""."""
    texts = [cell.strip() for cell in cells if isinstance(cell, str) and cell.strip()]
    filled_keys = [place for place in keys if place < len(cells) and _filled(cells[place])]
    said = any(_is_total(text) for text in texts[:3])
    if said and all(_is_total(cells[at]) for at in filled_keys):
        return "合计"
    distinct = set(texts)
    lone = len(distinct) <= 4 and len(texts) == sum(map(_filled, cells))
    if lone and distinct and all(_NOTE.fullmatch(text) for text in distinct):
        return "附注"
    return ""


def _is_total(cell: Raw) -> bool:
    return isinstance(cell, str) and bool(_TOTAL.fullmatch(normal(cell)))


def _with_sheet_unit(sheet: Sheet, columns: tuple[Column, ...], header: range) -> tuple[Column, ...]:
    """``单位：万元`` above the table holds for every money column that says no unit of its own."""
    unit = ""
    for row in range(header.start):
        for cell in sheet.cells[row]:
            if isinstance(cell, str) and (match := _SHEET_UNIT.search(cell)):
                unit = match[1]
    if unit in ("", "元"):
        return columns

    def with_unit(column: Column) -> Column:
        field: Field | None = column.meaning.field
        money = field is not None and field.unit in UNITS and UNITS[field.unit][0].startswith("元")
        return (
            replace(column, meaning=replace(column.meaning, unit=unit)) if money and not column.meaning.unit else column
        )

    return tuple(map(with_unit, columns))
