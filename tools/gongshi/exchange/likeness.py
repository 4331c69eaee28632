"""A sheet is what most of its columns say: whether a table found in it accounts for what stands there, and which tables
come nearest where none does."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gongshi.exchange.columns import SheetColumn
from gongshi.exchange.identifiers import carries_persons
from gongshi.exchange.lore import lore, place_words
from gongshi.exchange.mapping import Vocabulary, normal
from gongshi.exchange.sheets import Raw, Sheet, column_letters

_MONEY = re.compile(r"金额|资金|收入|支出|补贴|补助|贷款|投资|借款|工资|款项|经费|造价|总额|余额|结余|产值|[^元]元")
_NO_MONEY = re.compile(r"面积|数量|[户人个月次天]数|日期|时间|年限|期限|比例|率$")
_FIGURE = re.compile(r"[¥￥]?[-+]?[0-9][0-9,]*(?:\.[0-9]*)?[百千万亿]?元?")


def _holds(cell: Raw) -> bool:
    return cell not in ("", None, 0) and not (isinstance(cell, str) and cell.strip() in ("", "0", "/", "-", "—"))


def unaccounted(sheet: Sheet, columns: Sequence[SheetColumn], rows: Sequence[int]) -> tuple[SheetColumn, str] | None:
    """(column, why) if most filled columns, or a column of money, find no field; None if the table may be taken."""
    filled = [c for c in columns if c.header and any(_holds(sheet.cell(row, c.place)) for row in rows)]
    unknown = [c for c in filled if c.meaning.how == "unknown" and normal(c.header) not in place_words()]
    known = [c for c in filled if c.meaning.field]
    for column in unknown:
        cells = [sheet.cell(row, column.place) for row in rows]
        figures = [
            c for c in cells if isinstance(c, int | float) or (isinstance(c, str) and _FIGURE.fullmatch(c.strip()))
        ]
        if _MONEY.search(" ".join(column.texts)) and not _NO_MONEY.search(column.header) and any(map(_holds, figures)):
            return column, f"{column_letters(column.place)} 列“{column.header[:20]}”是金额，这张表没有对应的字段"
    if len(unknown) > len(known):
        named = "、".join(f"“{column.header[:12]}”" for column in unknown[:6])
        return unknown[0], f"多数列（{named}等 {len(unknown)} 列）在这张表里没有对应的字段"
    return None


def nearest(sheet: Sheet, headers: Sequence[tuple[str, ...]], vocabularies: Sequence[Vocabulary], file: str) -> str:
    """Which tables come nearest to these headers, and what each of them lacks; one sentence, "" if none is near."""
    title = " ".join([sheet.name, file, *(c for cells in sheet.cells[:3] for c in cells if isinstance(c, str))])
    said = [name for name, words in lore().titles.items() if re.search(words, title)]
    scored = []
    for words in vocabularies:
        found = {field.name for texts in headers for text in texts if (field := words.meaning(text).field)}
        bonus = 3 / (1 + said.index(words.resource.name)) if words.resource.name in said else 0
        scored.append((len(found & set(words.fields)) + bonus, words.resource, found))
    scored.sort(key=lambda entry: -entry[0])
    told = []
    for score, resource, found in scored[:2]:
        lacking = [resource.schema.field(name).title for name in resource.schema.primary_key if name not in found]
        if carries_persons(resource):
            lacking = [f"{title}（或身份证号，或姓名和行政村）" for title in lacking]
        else:
            lacking += [f.title for f in resource.schema.fields if f.required and f.name not in found]
        if score >= 2:
            missing = "、".join(list(dict.fromkeys(lacking))[:5])
            told.append(f"“{resource.title}”（{resource.name}）" + (f"，缺{missing}" if missing else ""))
    return f"最像的是{'；其次是'.join(told)}" if told else ""
