"""Where in a sheet the table is: titles above it, a header of one to three rows, data, totals and notes below it.

Every row of a sheet that is not empty is one of: title, header, data, total, note. None is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import zip_longest

from gongshi.exchange.around import around, is_unit_row, texts_of, unit_column, with_units
from gongshi.exchange.columns import SheetColumn
from gongshi.exchange.forms import Feed
from gongshi.exchange.identifiers import ID_NO, NAME, carries_persons, numbered
from gongshi.exchange.layouts import (
    TRANSPOSED,
    blocks,
    carried,
    counts_columns,
    is_transposed,
    side_by_side,
    two_groups,
)
from gongshi.exchange.likeness import nearest, unaccounted
from gongshi.exchange.lore import headers, lore
from gongshi.exchange.mapping import ColumnMapping, Meaning, Vocabulary, normal
from gongshi.exchange.memory import Origin
from gongshi.exchange.notes import is_note
from gongshi.exchange.owners import owned, owners
from gongshi.exchange.sheets import Damaged, Raw, Sheet, column_letters
from gongshi.package import Resource
from gongshi.package.subjects import subjects

LOOK_ROWS = 30
DEEPEST_HEADER = 3
LEAST_TOLD = 4  # fields that rows without a number must have
SPLIT = "请分成两个工作表再导入"
MERGED = "数字在合并单元格里，分不清是每行都有还是几行共有，请取消合并后逐行填写"
_TOTAL = re.compile(
    r"[^,，;；。:：]{0,12}(?:合计|总计|小计|共计|累计)(?:[(（:：\d].{0,12})?|共\d+[户人个项笔条次]|总(?:数|额|金额|户数|人数)[:：]?|(?:grand|sub)?total|sum|.{0,6}(?:汇总|总和|[组村镇乡县区]计|社区计|街道计)|计|∑|Σ"
)
_NUMBER = re.compile(r"[A-Z][0-9]{5,10}")
_PART = re.compile(r"其中[:：]?.{0,20}")


@dataclass(frozen=True)
class SheetTable:
    """A table found in a sheet. Rows count from 0. ``skipped`` maps a row that is no data to what it is; ``row_units`` a
    row to the money unit that a column of units says for it; ``origin`` is what it was exported from, if it remembers. If
    the sheet is a known form: ``feed`` is what it feeds here, ``form`` its words, ``year`` that of its title,
    ``elsewhere`` the columns that feed other tables, ``told`` what a person should know of them."""

    sheet: Sheet
    resource: Resource
    columns: tuple[SheetColumn, ...]
    rows: tuple[int, ...]
    skipped: dict[int, str]
    row_units: dict[int, str] = field(default_factory=dict)
    origin: Origin | None = None
    feed: Feed | None = None
    form: ColumnMapping | None = None
    year: str = ""
    elsewhere: tuple[int, ...] = ()
    told: tuple[str, ...] = ()

    @property
    def exported(self) -> bool:
        """Whether the headers are those of an export, whatever became of its memory."""
        spelled = {f.title + (f"({f.unit})" if f.unit else "") for f in self.resource.schema.fields}
        known = [column.header for column in self.columns if column.meaning.field]
        found = spelled & set(known)
        whole = len(found) >= 0.8 * len(spelled)
        ours = len(found) == len(known) and any(header.endswith(")") for header in known)  # the units as we write them
        return len(found) >= 6 and (whole or ours)

    @property
    def fields(self) -> dict[str, SheetColumn]:
        """The columns that are taken, by field name."""
        return {column.meaning.field.name: column for column in self.columns if column.meaning.field}

    @cached_property
    def strangers(self) -> Mapping[int, str]:
        """Columns of persons that are not about the row's own, with the header of whose they are."""
        return owners(self.columns, [column.texts for column in self.columns], self.sheet, self.rows)


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


def find_table(
    sheet: Sheet, vocabularies: Sequence[Vocabulary], hint: str = "", file: str = ""
) -> SheetTable | NoTable:
    """The table of a sheet under the resource that its headers fit best; ``hint`` names one, ``file`` is the file's name."""
    filled = filled_rows(sheet)
    _fill_merged(sheet)
    best: list[tuple[float, int, int, Vocabulary, tuple[SheetColumn, ...]]] = []
    for top in filled[:LOOK_ROWS]:
        for depth in range(1, DEEPEST_HEADER + 1):
            if depth > 1 and not tied(sheet, top, depth):
                break
            headers = _headers(sheet, top, depth)
            for words in vocabularies:
                if columns := _columns(headers, words):
                    best.append((_score(columns, words, sheet, hint or file), -depth, -top, words, columns))
    best.sort(key=lambda entry: entry[:3], reverse=True)
    if not best:
        return _no_table(sheet, vocabularies, filled, file)
    score, depth, top, words, columns = best[0]
    if any(entry[0] == score and entry[3] is not words for entry in best[1:]):
        if lower := [-entry[2] for entry in best[1:] if entry[0] == score and entry[2] != top]:
            return NoTable(f"第 {1 - top} 行和第 {max(lower) + 1} 行各是一个表头，一张工作表里有两张表，{SPLIT}")
        titles = "、".join(dict.fromkeys(entry[3].resource.title for entry in best if entry[0] == score))
        return NoTable(f"表头同时像{titles}，请用 --mapping 指明用哪个映射")
    table = table_of(sheet, words, columns, range(-top, -top - depth), filled, file)
    parts = blocks(sheet, range(-top, -top - depth), [row for row in filled if row > -top])
    if len(parts) > 1 and not hint and _several(sheet, parts, range(-top, -top - depth), vocabularies):
        return NoTable(side_by_side(parts), parts[1].start)
    if isinstance(table, NoTable) or hint:
        return table
    if why := unaccounted(sheet, table.columns, table.rows):
        headers = [column.texts for column in table.columns]
        near = nearest(sheet, headers, [one for one in vocabularies if one is not words], file)
        reason = f"没有当作“{words.resource.title}”读入：{why[1]}；{near}；请核对是哪一种表；确是它就删去这些列，或用 --as {words.resource.name} --map 表头=字段 指明（不要的写 表头=不收）"
        return NoTable(reason.replace("；；", "；"), why[0].place)
    return table


def _several(sheet: Sheet, parts: Sequence[range], header: range, vocabularies: Sequence[Vocabulary]) -> bool:
    """Whether more than one of the parts of a sheet is a table by itself."""
    headers = _headers(sheet, header.start, len(header))
    headers += [()] * (parts[-1].stop - len(headers))
    alone = ([texts if place in part else () for place, texts in enumerate(headers)] for part in parts)
    return sum(any(_columns(texts, words) for words in vocabularies) for texts in alone) > 1


def _no_table(sheet: Sheet, vocabularies: Sequence[Vocabulary], filled: Sequence[int], file: str) -> NoTable:
    if len(vocabularies) == 1:
        resource = vocabularies[0].resource
        keys = "、".join(resource.schema.field(name).title for name in resource.schema.primary_key)
        lacking = f"至少要有“{keys}”列和另一个认得的列"
        return NoTable(
            f"没有找到“{resource.title}”的表头，{lacking}；列名不同的，用 --as {resource.name} --map 表头=字段 指明"
        )
    if is_transposed(sheet, lambda text: any(words.sure(text).how != "unknown" for words in vocabularies)):
        return NoTable(TRANSPOSED)
    tried = [_headers(sheet, top, 2 if tied(sheet, top, 2) else 1) for top in filled[:8]]
    headers = max(tried, key=lambda texts: len(set(texts)), default=[])
    near = nearest(sheet, headers, vocabularies, file)
    return NoTable(
        f"没有认出表头，{near + '；' if near else ''}请用 gongshi template 取得样表，或用 --as 表名 --map 表头=字段 指明各列，或用 --mapping 指明映射"
    )


def _fill_merged(sheet: Sheet) -> None:
    """Every cell of a merged range gets the value of its first cell."""
    for (top, left), (bottom, right) in sheet.merged:
        value = sheet.cell(top, left)
        if value == "" or (bottom - top + 1) * (right - left + 1) > 100_000:
            continue
        for row in range(top, min(bottom + 1, len(sheet.cells))):
            line = sheet.cells[row]
            line.extend([""] * (right + 1 - len(line)))
            line[left : right + 1] = [value] * (right + 1 - left)


def _spoil_merged(sheet: Sheet, columns: Sequence[SheetColumn], first: int) -> None:
    """A figure in a range of several cells below the header is doubtful: it may hold for each of them or for all."""
    figures = {c.place for c in columns if c.meaning.field and c.meaning.field.type in ("integer", "number")}
    for (top, left), (bottom, right) in sheet.merged:
        if bottom < first or (top, left) == (bottom, right) or (bottom - top + 1) * (right - left + 1) > 100_000:
            continue
        for row in range(max(top, first), min(bottom + 1, len(sheet.cells))):
            line = sheet.cells[row]
            for place in range(left, min(right + 1, len(line))):
                if place in figures and not _is_total(line[place]) and line[place] != "":
                    line[place] = Damaged(MERGED)


def tied(sheet: Sheet, top: int, depth: int) -> bool:
    """Whether the rows from ``top`` on are one header of ``depth`` rows: merged cells tie them together, or, where none are
    known (a CSV, a copy of the values alone), groups that stand over texts."""
    rows = range(top, top + depth)
    return any(carried(sheet, top, deep) for deep in range(depth, DEEPEST_HEADER + 1)) or any(
        a in rows and ((b > a and b in rows) or (right > left and a < top + depth - 1))
        for (a, left), (b, right) in sheet.merged
    )


def levels_of(sheet: Sheet, top: int, depth: int) -> list[list[str]]:
    """For each column the different texts of its header, from the top."""
    rows = carried(sheet, top, depth) or [sheet.cells[row] for row in range(top, min(top + depth, len(sheet.cells)))]
    columns = zip_longest(*rows, fillvalue="")
    return [list(dict.fromkeys(c.strip() for c in cells if isinstance(c, str) and c.strip())) for cells in columns]


def _headers(sheet: Sheet, top: int, depth: int) -> list[tuple[str, ...]]:
    """For each column the texts of its header, lowest first, then joined from the top."""
    levels = levels_of(sheet, top, depth)
    return [tuple(dict.fromkeys((texts[-1], "".join(texts), texts[0]))) if texts else () for texts in levels]


def _columns(headers: Sequence[tuple[str, ...]], words: Vocabulary) -> tuple[SheetColumn, ...]:
    """The columns under this vocabulary; () unless every key field is there and two or more headers are known."""
    columns = []
    sure = {text for texts in headers for text in texts if words.sure(text).field}
    if len(sure) < 2:
        return ()
    for place, texts in enumerate(headers):
        meanings = [(text, words.meaning(text)) for text in texts]
        known = next((pair for pair in meanings if pair[1].how not in ("guess", "unknown")), None)
        text, meaning = known or next(iter(meanings), ("", Meaning(None, "unknown")))
        columns.append(SheetColumn(place, text, meaning, texts=texts))
    seen = {c.field.name for c in columns if c.meaning.how == "identifier"}
    columns = [_reading_along(column, words.resource) for column in columns]
    taken = {column.meaning.field.name for column in columns if column.meaning.field}
    guessed = [column for column in columns if column.meaning.how == "guess"]
    sure = {c.meaning.field.name for c in columns if c.meaning.field and c.meaning.how != "guess"}
    again = {column.place for column in guessed if column.field.name in sure}
    columns = [replace(c, meaning=Meaning(None, "unknown")) if c.place in again else c for c in columns]
    keyed = _is_keyed(words.resource, columns, taken, seen)
    return tuple(columns) if keyed and len(taken) >= 2 else ()


def _is_keyed(resource: Resource, columns: Sequence[SheetColumn], taken: set[str], seen: set[str]) -> bool:
    """Whether the columns say which record a row is: by its key, or, for what is about a person, by his ID number, or
    his name with his household or village."""
    lacking = set(resource.schema.primary_key) - taken
    if lacking == set(resource.schema.primary_key) and numbered(resource) and len(taken) >= LEAST_TOLD:
        return bool(taken.intersection(lore().about) or {NAME.name, ID_NO.name} & seen)
    if not lacking <= {*subjects().numbers}:
        return False
    placed = subjects().household.key in taken or any(normal(c.header) in headers().village for c in columns)
    return not lacking or ID_NO.name in seen or (NAME.name in seen and placed)


def _reading_along(column: SheetColumn, resource: Resource) -> SheetColumn:
    """An identifier beside rows that are no persons is there for people to read; it is not taken."""
    if column.meaning.how == "identifier" and not carries_persons(resource):
        return replace(column, meaning=Meaning(None, "identifier"))
    return column


def _score(columns: Sequence[SheetColumn], words: Vocabulary, sheet: Sheet, hint: str) -> float:
    worth = {"mapping": 1.0, "title": 1.0, "identifier": 0.5, "guess": 0.3, "ignored": 0.0, "unknown": -0.3}
    score = sum(worth[column.meaning.how] for column in columns if column.header)
    keys = words.resource.schema.primary_key
    score -= 2 * sum(c.meaning.how == "guess" and c.field.name in keys for c in columns if c.meaning.field)
    named = words.resource.name == hint
    return score + 100 * named + (words.resource.title in sheet.name) + 0.5 * (words.resource.title in hint)


def _doubled(columns: Sequence[SheetColumn]) -> SheetColumn | None:
    seen: set[str] = set()
    for column in columns:
        if column.meaning.field:
            if column.meaning.field.name in seen:
                return column
            seen.add(column.meaning.field.name)
    return None


def table_of(
    sheet: Sheet, words: Vocabulary, columns: tuple[SheetColumn, ...], header: range, filled: Sequence[int], file: str
) -> SheetTable | NoTable:
    """The table whose header and columns are found: which rows are data, and in which units."""
    resource = words.resource
    skipped: dict[int, str] = {}
    rows: list[int] = []
    header = _with_groups(sheet, header)
    levels = _headers(sheet, header.start, len(header))
    columns = tuple(replace(column, texts=levels[column.place]) for column in columns)
    again = _repeats(sheet, header)
    keys = [c.place for c in columns if c.meaning.field and c.meaning.field.name in resource.schema.primary_key]
    marks = keys or [c.place for c in columns if c.meaning.field]
    for row in filled:
        if row < header.start:
            skipped[row] = "标题"
        elif row in header or again(sheet.cells[row]):
            skipped[row] = "表头"
        elif row > header.stop and any(_is_number(sheet.cell(row, place)) for place in keys):
            rows.append(row)
        elif what := _below(sheet.cells[row], row - header.stop if not rows else 2) or _beside_data(
            sheet.cells[row], keys
        ):
            skipped[row] = what
        elif _is_header(sheet.cells[row], marks, words):
            return NoTable(f"第 {row + 1} 行又是一个表头，一张工作表里有两张表，{SPLIT}", marks[0])
        else:
            rows.append(row)
    if carries_persons(resource):
        columns = owned(columns, [column.texts for column in columns], sheet, rows)
    if doubled := _doubled(columns):
        both = "；左右并排的两张表请分开" if doubled.field.name in resource.schema.primary_key else ""
        return NoTable(f"“{doubled.header[:20]}”与别的列表示同一个字段，请只保留一列{both}", doubled.place)
    units = sheet.cells[header.stop] if skipped.get(header.stop) == "计量单位" else []
    found = around(sheet, file, header, rows, skipped)
    columns, question = with_units(columns, [column.texts for column in columns], units, found)
    if question:
        column, why = question
        return NoTable(f"{column_letters(column.place)} 列“{column.header[:20]}”的单位：{why}", column.place)
    _spoil_merged(sheet, columns, header.stop)
    return SheetTable(sheet, resource, columns, tuple(rows), skipped, unit_column(sheet, columns, rows))


def _with_groups(sheet: Sheet, header: range) -> range:
    """The header with the rows that merged cells tie to it: those above that group its columns (a title has too few texts
    for that), and those below into which its cells reach."""
    top, stop = header.start, header.stop
    reach = max((b for (a, _), (b, _) in sheet.merged if a in header), default=stop - 1)
    stop = max(stop, min(reach + 1, top + DEEPEST_HEADER, len(sheet.cells)))
    while top and stop - top < DEEPEST_HEADER:
        above, width = sheet.cells[top - 1], len(sheet.cells[top])
        spans = [(left, right) for (a, left), (_, right) in sheet.merged if a == top - 1]
        grouped = len(texts_of(above)) >= 3 or two_groups(above, spans, width)
        if not grouped or not tied(sheet, top - 1, stop - top + 1):
            break
        top -= 1
    return range(top, stop)


def _repeats(sheet: Sheet, header: range) -> Callable[[Sequence[Raw]], bool]:
    """Whether a row is one of the header's, printed again."""
    known = [_comparable(sheet.cells[row]) for row in header]
    texts = {text for cells in known for text in cells}
    return lambda cells: _first(cells) in texts and _comparable(cells) in known


def _below(cells: Sequence[Raw], distance: int) -> str:
    """What a row right below the header is, if it says the columns' units or counts them; else ""."""
    if distance == 0 and is_unit_row(cells):
        return "计量单位"
    return "栏次" if distance < 2 and counts_columns(cells) else ""


def _first(cells: Sequence[Raw]) -> str:
    """The first text of a row, as headers are compared."""
    return next((normal(cell) for cell in cells if isinstance(cell, str) and cell.strip()), "")


def _is_number(cell: Raw) -> bool:
    """Whether a cell holds a record's number of this ledger: no header, total or note."""
    return isinstance(cell, str) and bool(_NUMBER.fullmatch(cell))


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
    if texts and _PART.fullmatch(texts[0]) and all(str(cells[at]).strip() == texts[0] for at in filled_keys):
        return "其中"
    return "附注" if is_note(cells) else ""


def _is_header(cells: Sequence[Raw], keys: Sequence[int], words: Vocabulary) -> bool:
    """Whether a row below the header is another one, of a second table."""
    at_keys = [cells[place] for place in keys if place < len(cells)]
    if not any(isinstance(cell, str) and cell and words.sure(cell).how != "unknown" for cell in at_keys):
        return False
    return sum(isinstance(cell, str) and bool(cell) and words.sure(cell).field is not None for cell in cells) >= 2


def _is_total(cell: Raw) -> bool:
    return isinstance(cell, str) and bool(_TOTAL.fullmatch(normal(cell)))
