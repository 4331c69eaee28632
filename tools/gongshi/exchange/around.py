"""The unit of every column of a table, from wherever the sheet says it: header levels, lines above and below, a row of
units, a column of units, the sheet's and the file's name. What contradicts itself is a question about the sheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from gongshi.exchange.columns import SheetColumn
from gongshi.exchange.mapping import normal
from gongshi.exchange.sheets import Raw, Sheet, address
from gongshi.exchange.units import LINES_LOOKED, Measure, Mention, listed, measure, mentions, plain, split_unit, unit_of
from gongshi.package import Field

_RATE = re.compile(r"人均|标准|单价|月工资|每")
_MONEY = "元"
_NUMERIC = ("integer", "number")
NOTE_LINES = 30  # a sheet with more lines is a list
_PART = re.compile(r"[^()（）:：]{2,}[(（].*[)）]")  # a label with its unit: one of several columns above the header
_DIGITS = re.compile(r"[¥￥]?[-+]?[0-9][0-9,]*(?:\.[0-9]*)?%?")


def texts_of(cells: Sequence[Raw]) -> list[str]:
    """The different texts of a row."""
    return list(dict.fromkeys(cell.strip() for cell in cells if isinstance(cell, str) and cell.strip()))


def is_line(cells: Sequence[Raw]) -> bool:
    """Whether a row is a line of words, as titles and notes are, and no row of figures."""
    if not all(isinstance(cell, str) for cell in cells):
        return False
    texts = texts_of(cells)
    return 0 < len(texts) <= LINES_LOOKED and not any(_DIGITS.fullmatch(text) for text in texts)


def is_unit_row(cells: Sequence[Raw]) -> bool:
    """Whether all that a row holds are units."""
    return any(texts_of(cells)) and all(isinstance(c, str) and (not c.strip() or bool(listed(plain(c)))) for c in cells)


def around(sheet: Sheet, file: str, header: range, rows: Sequence[int], skipped: dict[int, str]) -> list[Mention]:
    """Every unit that stands beside the table's columns."""
    found = [m for text, place in ((sheet.name, "工作表名"), (file, "文件名")) for m in mentions(text, place)]
    found += [m for text in sheet.beside for m in mentions(text, "页眉、页脚、文本框或说明页")]
    found += [replace(m, clear=False) for text in sheet.comments for m in mentions(text, "批注里")]
    within = set(rows)
    for row, cells in enumerate(sheet.cells):
        if row in header or skipped.get(row) in ("表头", "计量单位"):
            continue
        above, data = row < header.start, row in within
        if data and not is_line(cells):
            found += [m for m in _among_data(cells, row) if m.clear]
            continue
        several = len(texts_of(cells)) > 1
        for place, cell in enumerate(cells):
            if isinstance(cell, str) and cell:
                part = above and several and _PART.fullmatch(cell.strip()) and "单位" not in cell
                here = mentions(cell, f"{address(row, place)} ")
                found += [replace(m, clear=m.clear and not part) for m in here]
    return _in_order(found, rows)


def _among_data(cells: Sequence[Raw], row: int) -> Iterable[Mention]:
    for place, cell in enumerate(cells):
        if isinstance(cell, str) and "单" in cell and "位" in cell and len(cell) <= 40:
            yield from mentions(cell, f"{address(row, place)} ")


def _in_order(found: Sequence[Mention], rows: Sequence[int]) -> list[Mention]:
    """A unit that first stands between the rows may hold for the later ones only: it is not clear."""
    if not rows:
        return list(found)
    first, last = min(rows) + 1, max(rows) + 1
    between = [m for m in found if (match := re.search(r"[A-Z]+([0-9]+) $", m.place)) and first <= int(match[1]) < last]
    sizes = {measure(m.unit) for m in found if m not in between}
    return [replace(m, clear=m.clear and measure(m.unit) in sizes) if m in between else m for m in found]


def is_rate(field: Field) -> bool:
    """Whether a field is so much for each of something, so that its figures do not add up."""
    return bool("/" in field.unit or _RATE.search(field.title))


def header_unit(texts: Iterable[str]) -> str:
    """The unit in the lowest level of a header that has one."""
    words = ("、".join(listed(normal(text))) or split_unit(normal(text))[1] for text in texts)
    return next((unit for unit in words if unit), "")


Question = tuple[SheetColumn, str]
"""What to ask about a sheet, and the column to look at."""


def with_units(
    columns: Sequence[SheetColumn], texts: Sequence[Sequence[str]], row: Sequence[Raw], found: Sequence[Mention]
) -> tuple[tuple[SheetColumn, ...], Question | None]:
    """(columns with their units, question about the sheet or None); ``row`` is a row of units, [] if there is none."""
    done: list[SheetColumn] = []
    used: set[Measure | None] = set()
    question: Question | None = None
    found = [*found, *_in_other_headers(columns, texts)]
    for column, levels in zip(columns, texts, strict=True):
        field = column.meaning.field
        if field is None or field.type not in _NUMERIC:
            done.append(column)
            continue
        own = column.meaning.unit or header_unit(levels)
        cell = row[column.place] if column.place < len(row) else ""
        below = "、".join(listed(plain(cell))) if isinstance(cell, str) else ""
        own = own if not below or (own and measure(own) == measure(below)) else "、".join(filter(None, (own, below)))
        unit, asked = unit_of(field.unit, own, found if field.unit else (), is_rate(field))
        question = question or ((column, asked) if asked else None)
        used.add(measure(unit or field.unit))
        done.append(replace(column, unit=unit))
    return tuple(done), question or _unused(done, used, found)


def _in_other_headers(columns: Sequence[SheetColumn], texts: Sequence[Sequence[str]]) -> Iterable[Mention]:
    """Units of money in the headers of columns that hold no figures: they may be meant for the others."""
    for column, levels in zip(columns, texts, strict=True):
        field = column.meaning.field
        if (field and field.type in _NUMERIC) or (field is None and column.meaning.how != "ignored"):
            continue
        unit = header_unit(levels)
        size = measure(unit) if unit else None
        if size and size[0] in (_MONEY, "") and size[1] != 1:
            yield Mention(unit, f"“{column.header[:20]}”", False)


def shared_notes(sheets: Sequence[Sheet]) -> list[str]:
    """What a sheet of few lines of text (说明) says of units, for all the others."""
    found = []
    for sheet in sheets:
        lines = [texts_of(cells) for cells in sheet.cells if any(cell not in ("", None) for cell in cells)]
        if sheet.visible and len(lines) <= NOTE_LINES and all(len(texts) == 1 for texts in lines):
            found += [text for (text,) in lines if "单位" in text or "计" in text]
    return found


def _unused(columns: Sequence[SheetColumn], used: set[Measure | None], found: Sequence[Mention]) -> Question | None:
    """A money unit that stands on the sheet and was taken for no column, though there are columns of money."""
    money = [column for column in columns if column.meaning.field and column.meaning.field.unit.startswith(_MONEY)]
    for mention in found if money else ():
        size = measure(mention.unit)
        if size and size[0] in (_MONEY, "") and size[1] != 1 and size not in used:
            return money[0], f"{mention.place}写着“{mention.unit}”，各金额列的表头却写着别的单位，请核对后只留对的"
    return None


def unit_column(sheet: Sheet, columns: Sequence[SheetColumn], rows: Sequence[int]) -> dict[int, str]:
    """Row → the money unit that a column of units says for it; {} without such a column, ``?`` where it is empty."""
    for column in columns:
        if column.meaning.field and column.meaning.field.type in _NUMERIC:
            continue
        cells = {row: sheet.cell(row, column.place) for row in rows}
        said = {row: cell for row, cell in cells.items() if isinstance(cell, str) and cell.strip()}
        found = [measure(cell) for cell in said.values()]
        if said and all(found) and any(one and one[0] == _MONEY for one in found):
            return {row: plain(said[row]) if row in said else "?" for row in rows}
    return {}
