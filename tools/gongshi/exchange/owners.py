"""Whose a column is: a telephone, account or number belongs to the person whose name stands before it, and so do sex, kinship
and the like right behind it or in its group of the header."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache

from gongshi.checks.name_shapes import names_alone
from gongshi.exchange.columns import SheetColumn
from gongshi.exchange.identifiers import BY_NAME, NAME
from gongshi.exchange.lore import headers, place_words
from gongshi.exchange.mapping import Meaning, normal
from gongshi.exchange.sheets import Raw, Sheet
from gongshi.package.subjects import subjects

_PERSON = re.compile(
    r".*(?:人|员|者|家长|队长|组长|所长|校长|站长|主任|书记|干部|领导|医生|教师|老师|户名|配偶|父亲|母亲|儿子|女儿|子女|丈夫|妻子|亲属|姓名|名字)"
    r"(?:姓名|签字|签名|签章|信息|情况|资料)?"
)
_NOBODY = re.compile(r".*(?:军人|党员|团员|残疾人|老年?人|成员|本人|病人|公务员|护林员|保洁员|劳动者|创业者)")
_THING = re.compile(
    r".*(?:村|组|寨|屯|校|院|单位|部门|公司|企业|地址|住址|住处|地点|地区|区域|银行|行|专业|年级|班级|班|类别|类型|种类|级别|等级|项目|名称|品种|工种|岗位|职务|产业"
    r"|情况|原因|状况|程度|关系|民族|面貌|内容|措施|用途|事由|备注|说明|方式|渠道|年度|日期|时间|结果|状态|城市|[省市县]份?|国家|流向|去向|目的地|籍贯|曾用名|别名|小名|课程|学科|品牌|型号|结构|地)"
)
_FOR = "包联帮代驻挂"  # 包村, 联组: who does it
_NAME = re.compile(r"[\u3400-\u9fff·•]{2,12}")
_LOOKED = 200  # rows that show what a column holds


@cache
def _own_names() -> frozenset[str]:
    """The headers of the name of whom a row is about."""
    return frozenset(map(normal, headers().persons[NAME.name]))


@lru_cache(maxsize=1024)
def is_name(texts: tuple[str, ...]) -> bool:
    """Whether a header, all of its levels, says the name of the person that the row is about."""
    words = [normal(text) for text in texts]
    if len(words) > 2 and words[0] in _own_names() and not _other(words[-1]):
        return True  # in a group of columns that is nobody's (基本信息)
    return any(word in _own_names() for word in words) and not any(_other(word) for word in words)


def _other(word: str) -> bool:
    return word not in _own_names() and bool(_PERSON.fullmatch(word)) and not _NOBODY.fullmatch(word)


def owned(
    columns: Sequence[SheetColumn], texts: Sequence[tuple[str, ...]], sheet: Sheet, rows: Sequence[int]
) -> tuple[SheetColumn, ...]:
    """The columns; an identifier that is somebody else's is not taken, and its meaning names the other's header."""
    owner = owners(columns, texts, sheet, rows)
    return tuple(
        replace(column, meaning=Meaning(None, "another", owner[column.place])) if column.place in owner else column
        for column in columns
    )


def owners(
    columns: Sequence[SheetColumn], texts: Sequence[tuple[str, ...]], sheet: Sheet, rows: Sequence[int]
) -> Mapping[int, str]:
    """Place → the other's header, for each column of persons that is not about the person of the row."""
    names, about_member = _own(columns, texts)
    mine = ("本人",) if about_member else ("本人", subjects().member.head)
    found: dict[int, str] = {}
    group = owner = ""
    near = False
    for column, levels in zip(columns, texts, strict=True):
        words = [normal(text) for text in levels]
        head = about_member and _of_head(levels)
        foreign = head or (any(map(_other, words)) and not is_name(levels)) or _again(column, levels, names)
        if column.place in names:
            owner, group, near = "", "", False
        elif (foreign and _names_somebody(words) and _holds_names(sheet, rows, column.place)) or _shaped(
            column, sheet, rows
        ):
            same = names and _same(sheet, rows, names[0], column.place)
            told = levels[1] if len(levels) > 1 and normal(column.header) in _own_names() else column.header
            owner, near = ("", False) if same else (told or subjects().member.head, not head)
            group = _group(levels) if owner else ""
        inside = bool(group) and _group(levels) == group
        theirs = (owner or foreign) and not any(word.startswith(mine) for word in words)
        if column.place in names or not theirs:
            continue
        if _is_identifier(column) or ((near or inside) and _describes(column)):
            found[column.place] = owner or column.header
        elif column.meaning.field is not None and column.meaning.field.name not in BY_NAME and not inside:
            near = False
    return found


def _own(columns: Sequence[SheetColumn], texts: Sequence[tuple[str, ...]]) -> tuple[list[int], bool]:
    """(where the names of the rows' persons stand, whether those are members and the head another)."""
    pairs = zip(columns, texts, strict=True)
    own = [(c.place, levels) for c, levels in pairs if is_name(levels) or c.role in ("person", "head")]
    about_member = any(not _of_head(levels) for _, levels in own)
    kept = [(place, _group(levels)) for place, levels in own if not (about_member and _of_head(levels))]
    return [place for place, group in kept if group == kept[0][1]], about_member


def _of_head(levels: Sequence[str]) -> bool:
    return any(normal(text).startswith(subjects().member.head) for text in levels)


def _again(column: SheetColumn, levels: tuple[str, ...], names: Sequence[int]) -> bool:
    """Whether a name stands in another group of columns than the row's own."""
    return (
        is_name(levels)
        and bool(names)
        and column.place not in names
        and not normal(column.header).startswith(subjects().member.head)
    )


def _group(levels: tuple[str, ...]) -> str:
    return levels[-1] if len(levels) > 1 else ""


def _names_somebody(words: Sequence[str]) -> bool:
    return any(_PERSON.fullmatch(word) or word == subjects().member.head for word in words)


def _is_identifier(column: SheetColumn) -> bool:
    field, how = column.meaning.field, column.meaning.how
    return (
        column.role == "id_no"
        or how == "identifier"
        or (how == "mapping" and field is not None and field.name in BY_NAME)
    )


def _describes(column: SheetColumn) -> bool:
    return column.meaning.field is not None and column.meaning.field.name in headers().describing


def _texts(sheet: Sheet, rows: Sequence[int], place: int) -> list[str]:
    cells: list[Raw] = [sheet.cell(row, place) for row in rows[:_LOOKED]]
    return [cell.strip() for cell in cells if isinstance(cell, str) and cell.strip()]


def _holds_names(sheet: Sheet, rows: Sequence[int], place: int) -> bool:
    cells = _texts(sheet, rows, place)
    return not cells or 2 * sum(bool(_NAME.fullmatch(cell)) for cell in cells) >= len(cells)


def _shaped(column: SheetColumn, sheet: Sheet, rows: Sequence[int]) -> bool:
    """Whether a column of no known meaning holds what is shaped like names of persons."""
    header = normal(column.header)
    if (
        column.meaning.how != "unknown"
        or column.role
        or not header
        or header in place_words()
        or (_THING.fullmatch(header) and header[0] not in _FOR)
    ):
        return False
    cells = _texts(sheet, rows, column.place)
    return bool(cells) and 2 * sum(any(True for _ in names_alone(cell)) for cell in cells) > len(cells)


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
