"""Whose a column is: a telephone, account or number belongs to the person whose name stands before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from gongshi.exchange.columns import SheetColumn
from gongshi.exchange.identifiers import BY_NAME, SYNONYMS
from gongshi.exchange.mapping import Meaning, normal
from gongshi.exchange.sheets import Sheet

_PERSON = re.compile(
    r".*(?:人|员|者|家长|队长|组长|所长|校长|站长|主任|书记|干部|医生|教师|老师|户名|配偶|父亲|母亲|姓名|名字)"
    r"(?:姓名|签字|签名|签章)?"
)
_NOBODY = re.compile(r".*(?:军人|党员|团员|残疾人|老年?人|成员|本人|病人|公务员|护林员|保洁员|劳动者|创业者)")
_NAME = re.compile(r"[\u3400-\u9fff·•]{2,12}")
_SELF = {normal(word) for word in SYNONYMS["name"]}
_HEAD = "户主"


@lru_cache(maxsize=1024)
def is_name(texts: tuple[str, ...]) -> bool:
    """Whether a header, all of its levels, says the name of the person that the row is about."""
    words = [normal(text) for text in texts]
    return any(word in _SELF for word in words) and not any(_other(word) for word in words)


def _other(word: str) -> bool:
    return word not in _SELF and bool(_PERSON.fullmatch(word)) and not _NOBODY.fullmatch(word)


def owned(
    columns: Sequence[SheetColumn], texts: Sequence[tuple[str, ...]], sheet: Sheet, rows: Sequence[int]
) -> tuple[SheetColumn, ...]:
    """The columns; an identifier that is somebody else's is not taken, and its meaning names the other's header."""
    own = [c for c, levels in zip(columns, texts, strict=True) if is_name(levels) or c.role == "person"]
    about_member = any(not normal(c.header).startswith(_HEAD) for c in own)
    names = [c.place for c in own if not (about_member and normal(c.header).startswith(_HEAD))]
    mine = ("本人",) if about_member else ("本人", _HEAD)
    done, owner = [], ""
    for column, levels in zip(columns, texts, strict=True):
        words = [normal(text) for text in levels]
        foreign = any(map(_other, words)) or (about_member and any(word.startswith(_HEAD) for word in words))
        if column.place in names:
            owner = ""
        elif foreign and _names_somebody(words) and _holds_names(sheet, rows, column.place):
            owner = "" if names and _same(sheet, rows, names[0], column.place) else column.header or _HEAD
        theirs = (owner or foreign) and not any(word.startswith(mine) for word in words)
        if theirs and _is_identifier(column) and column.place not in names:
            column = replace(column, meaning=Meaning(None, "another", owner or column.header))
        done.append(column)
    return tuple(done)


def _names_somebody(words: Sequence[str]) -> bool:
    return any(_PERSON.fullmatch(word) or word == _HEAD for word in words)


def _is_identifier(column: SheetColumn) -> bool:
    field = column.meaning.field
    return field is not None and field.name in BY_NAME and column.meaning.how in ("identifier", "mapping")


def _holds_names(sheet: Sheet, rows: Sequence[int], place: int) -> bool:
    cells = [cell.strip() for row in rows if isinstance(cell := sheet.cell(row, place), str) and cell.strip()]
    return not cells or 2 * sum(bool(_NAME.fullmatch(cell)) for cell in cells) >= len(cells)


def _same(sheet: Sheet, rows: Sequence[int], one: int, other: int) -> bool:
    """Whether two columns name the same persons in every row."""
    pairs = [(sheet.cell(row, one), sheet.cell(row, other)) for row in rows]
    return all(a == b for a, b in pairs if b != "") and any(b != "" for _, b in pairs)


def masked(name: str) -> str:
    """A name of which one character shows."""
    return name[:1] + "*" * (len(name) - 1)


def wholly_other(one: str, two: str) -> bool:
    """Whether two names are no spellings of one: less than half of their characters are shared."""
    return bool(one and two) and 2 * len(set(one) & set(two)) < max(len(set(one)), len(set(two)))
