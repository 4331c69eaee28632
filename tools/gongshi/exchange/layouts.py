"""Layouts of a sheet that are no table from the top down: fields in the first column, two tables beside each other, a row that
only counts the columns, upper headers that are two. What cannot be read is named, with the way on."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from gongshi.exchange.sheets import Raw, Sheet, column_letters

_STEMS = "甲乙丙丁戊己庚辛壬癸"
_COUNT = re.compile(r"[(（]?([0-9]{1,3})[)）]?(?:[=＝].*)?")
_GROUP = re.compile(r"[\u3400-\u9fff()（）、]{2,10}")
_NO_GROUP = re.compile(r"单位|[年月日表]|[:：]")
_FIGURE = re.compile(r"[0-9０-９.,:/%‰+\-—年月日元户人万]+")
LEAST_COUNTED = 3
TRANSPOSED = "像是横着填的表（项目名称在左边一列、一列一条记录），请复制后用“选择性粘贴—转置”转成一行一条再导入"


def counts_columns(cells: Sequence[Raw]) -> bool:
    """Whether a row under a header only numbers the columns: 1, 2, 3 …, or 甲, 乙, 丙, 1, 2 …"""
    filled = [cell for cell in cells if cell not in ("", None)]
    numbers = [_number(cell) for cell in filled]
    stems = next((at for at, number in enumerate(numbers) if number is not None), len(numbers))
    words = [str(cell).strip() for cell in filled[:stems]]
    if words not in ([*_STEMS[:stems]], ["栏次"], ["栏号"]) or len(filled) < LEAST_COUNTED:
        return False
    rest = numbers[stems:]
    first = rest[0] if rest and rest[0] is not None else 0
    return rest == list(range(first, first + len(rest)))


def _number(cell: Raw) -> int | None:
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        return None
    if isinstance(cell, str):
        found = _COUNT.fullmatch(cell.strip())
        return int(found[1]) if found else None
    return int(cell) if 0 <= cell < 1000 and float(cell).is_integer() else None


def is_transposed(sheet: Sheet, known: Callable[[str], bool]) -> bool:
    """Whether most of the first column's texts are fields, and hardly any of a row's are."""
    cells = [cells for cells in sheet.cells[:60] if cells]
    first = [cell for row in cells for cell in row[:1] if isinstance(cell, str) and cell.strip()]
    beside = [cell for row in cells for cell in row[1:] if isinstance(cell, str) and cell.strip()]
    said = sum(map(known, first))
    return said >= 3 and 2 * said >= len(first) and 4 * sum(map(known, beside)) <= len(beside)


def blocks(sheet: Sheet, header: range, rows: Sequence[int]) -> list[range]:
    """The runs of columns of a table that empty columns part from each other."""
    width = max((len(sheet.cells[row]) for row in (*header, *rows) if row < len(sheet.cells)), default=0)
    filled = [any(sheet.cell(row, place) not in ("", None) for row in (*header, *rows)) for place in range(width)]
    found: list[range] = []
    for place in range(width):
        if filled[place]:
            begun = found.pop() if found and found[-1].stop == place else range(place, place)
            found.append(range(begun.start, place + 1))
    return found


def side_by_side(found: Sequence[range]) -> str:
    """What to ask about tables beside each other."""
    shown = "、".join(f"{column_letters(part.start)}–{column_letters(part.stop - 1)} 列" for part in found)
    return f"左右并排有几张表（{shown}），请把它们分成几个工作表，或上下接成一张，再导入"


def two_groups(cells: Sequence[Raw], merged: Sequence[tuple[int, int]], width: int) -> bool:
    """Whether a row above a header holds two names of groups of its columns, and no title: ``merged`` are the (left, right) of
    the row's ranges."""
    texts = [cell.strip() for cell in cells if isinstance(cell, str) and cell.strip()]
    named = list(dict.fromkeys(texts))
    plain = all(_GROUP.fullmatch(text) and not _NO_GROUP.search(text) for text in named)
    return len(named) == 2 and plain and any(left < right < left + width - 1 for left, right in merged)


def carried(sheet: Sheet, top: int, depth: int) -> list[list[Raw]] | None:
    """A header of several rows in a sheet that knows no merged cells there, each group's name carried over all its columns; None
    if the rows are no such header: a row below has a text wherever the one above goes on, and some column ends higher up."""
    lines = sheet.cells[top : top + depth]
    rows = [[cell.strip() if isinstance(cell, str) else cell for cell in line] for line in lines]
    if depth < 2 or len(rows) < depth or any(a < top + depth and b >= top for (a, _), (b, _) in sheet.merged):
        return None
    width = max(map(len, rows))
    for row in rows:
        row.extend([""] * (width - len(row)))
    if (
        len({cell for cell in rows[0] if cell}) < 2
        or any(cell not in ("", None) and not _is_word(cell) for row in rows for cell in row)
        or not any(rows[-1])
    ):
        return None
    for level, row in enumerate(rows[:-1]):
        for place in range(width):
            goes_on = [any(below[at] for below in rows[level + 1 :]) for at in (place - 1, place)]
            if row[place] or not goes_on[1]:
                continue
            if not place or not row[place - 1] or not goes_on[0]:
                return None  # nothing on the left goes on here, or what stands there has nothing below it
            if level and rows[level - 1][place] != rows[level - 1][place - 1]:
                return None
            row[place] = row[place - 1]
    groups = any(row[place] == row[place - 1] != "" for row in rows[:-1] for place in range(1, width))
    return rows if groups and not all(rows[-1]) and all(map(any, zip(*rows, strict=True))) else None


def _is_word(cell: Raw) -> bool:
    """Whether a header may say it: a text, and no figure."""
    return isinstance(cell, str) and (not cell.strip() or not _FIGURE.fullmatch(cell.strip()))
