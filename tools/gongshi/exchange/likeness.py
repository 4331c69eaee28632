"""A sheet is what most of its columns say: whether a table found in it accounts for what stands there, and which tables
come nearest where none does."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gongshi.exchange.columns import SheetColumn
from gongshi.exchange.identifiers import carries_persons
from gongshi.exchange.mapping import Vocabulary, normal
from gongshi.exchange.sheets import Raw, Sheet, column_letters

_MONEY = re.compile(r"金额|资金|收入|支出|补贴|补助|贷款|投资|借款|工资|款项|经费|造价|总额|余额|结余|产值|[^元]元")
_NO_MONEY = re.compile(r"面积|数量|[户人个月次天]数|日期|时间|年限|期限|比例|率$")
_FIGURE = re.compile(r"[¥￥]?[-+]?[0-9][0-9,]*(?:\.[0-9]*)?[百千万亿]?元?")
_SAID = (
    (re.compile("监测|返贫"), "monitoring"), (re.compile("信贷|贷款|借款"), "loans"), (re.compile("培训"), "trainings"),
    (re.compile("一卡通|雨露|补贴|补助|资助|发放"), "subsidies"), (re.compile("项目"), "projects"),
    (re.compile("帮扶责任人|结对|包保"), "pairings"), (re.compile("收入"), "incomes"), (re.compile("走访|遍访"), "contacts"),
    (re.compile("拨付|支付|支出"), "payments"), (re.compile("资金"), "allocations"), (re.compile("措施"), "measures"),
    (re.compile("疑点"), "clues"), (re.compile("资产"), "assets"),
)  # fmt: skip


def _holds(cell: Raw) -> bool:
    return cell not in ("", None, 0) and not (isinstance(cell, str) and cell.strip() in ("", "0", "/", "-", "—"))


def unaccounted(sheet: Sheet, columns: Sequence[SheetColumn], rows: Sequence[int]) -> tuple[SheetColumn, str] | None:
    """(column, why) if most filled columns, or a column of money, find no field; None if the table may be taken."""
    filled = [c for c in columns if c.header and any(_holds(sheet.cell(row, c.place)) for row in rows)]
    unknown = [c for c in filled if c.meaning.how == "unknown" and normal(c.header) not in PLACES]
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
    said = [name for pattern, name in _SAID if pattern.search(title)]
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


COUNTY = {
    "县",
    "县(市、区、旗)",
    "县(市、区)",
    "县(区)",
    "县区",
    "区县",
    "县市区",
    "所属县",
    "所在县",
    "县名",
    "县名称",
}
TOWNSHIP = {
    *("乡镇", "乡", "镇", "乡(镇)", "镇(乡)", "乡镇(街道)", "乡(镇、街道)", "镇街", "街道", "所属乡镇", "所在乡镇", "乡镇名称", "乡镇名"),
    *("实施乡镇", "乡镇街道", "镇乡", "镇办", "乡镇办"),
}  # fmt: skip
VILLAGE = {
    *("村", "行政村", "村名", "所在村", "所属村", "村(居)", "村(社区)", "村(居、社区)", "村居", "村社区", "村委会", "行政村名称"),
    *("村名称", "所在行政村", "村(居)委会", "实施村", "村别"),
}  # fmt: skip
PLACES = COUNTY | TOWNSHIP | VILLAGE
