"""The table of divisions that ``gongshi new`` takes: codes and names are enough, the rest follows from the codes."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping

from gongshi.exchange.lore import headers
from gongshi.exchange.mapping import normal
from gongshi.exchange.sheets import Sheet, read_sheets
from gongshi.founding.beginning import Division
from gongshi.model import GongshiError
from gongshi.package.subjects import subjects
from gongshi.sealing.layout import COUNTY


def read_divisions(data: bytes) -> list[Division]:
    """Rows of a CSV in any encoding that import takes, the county first. GongshiError says which row is wrong."""
    try:
        sheet = read_sheets("区划.csv", data)[0]
    except GongshiError as error:
        raise GongshiError(f"区划表读不了：{error}") from None
    rows = sorted(map(_completed, _table(sheet)))
    codes: set[str] = set()
    slugs: set[str] = set()
    for line, row in enumerate(rows, 1):
        if wrong := _wrong(row, line == 1, codes, slugs):
            raise GongshiError(f"区划表按代码排第 {line} 行（{row.code[:12]}）不对：{wrong}。")
        codes.add(row.code)
        slugs |= {row.slug} - {""}
    if not slugs:
        raise GongshiError("区划表里没有乡镇，请至少写一个。")
    return rows


def _wrong(row: Division, first: bool, codes: Container[str], slugs: Container[str]) -> str:
    """What is wrong with a row after those of ``codes``, "" if nothing is."""
    if not re.fullmatch(r"[0-9]{12}", row.code):
        return "代码要写 12 位数字"
    if row.code in codes:
        return "这个代码前面已有，一个地方只写一行"
    if not row.name or not row.name.isprintable():
        return "没有名称，或名称里有看不见的字符"
    at = subjects().place
    if first and (row.level != at.county or row.parent):
        return "第一行要是县，级别写县，上级空着"
    if not first and row.level not in (at.township, at.village):
        return "县只写一行，其余各行的级别写乡镇或村"
    if not first and row.parent not in codes:
        return f"上级 {row.parent[:12] or '空着'}，要是表里县或乡镇的代码"
    if row.level != at.township:
        return "目录名只有乡镇才写，请空着" if row.slug else ""
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,29}", row.slug):
        return "目录名用小写字母开头，只含小写字母、数字和短横线，不超过 30 个"
    if row.slug == COUNTY:
        return "目录名 county 留给县自己用，请换一个"
    return "目录名与前面的乡镇相同，请换一个" if row.slug in slugs else ""


def _table(sheet: Sheet) -> list[dict[str, str]]:
    """The rows under the header, by what each column says of a division."""
    header = [normal(str(cell)) for cell in sheet.cells[0]] if sheet.cells else []
    known = headers().divisions
    places = {
        part: next((at for at, label in enumerate(header) if label in words), None) for part, words in known.items()
    }
    (code, name), others = list(known)[:2], "、".join(words[0] for words in list(known.values())[2:])
    if places[code] is None or places[name] is None:
        needed = " 和 ".join(known[part][0] for part in (code, name))
        raise GongshiError(f"区划表的表头至少要有 {needed}（区划代码、名称），还可以有 {others}。")
    rows = [
        {part: "" if at is None else str(sheet.cell(row, at)).strip() for part, at in places.items()}
        for row in range(1, len(sheet.cells))
    ]
    return [row for row in rows if any(row.values())]


def _completed(row: Mapping[str, str]) -> Division:
    """Level, parent and folder from the twelve digits (county 6, township 3, village 3) where they are not given."""
    said, at = Division(**row), subjects().place
    code = said.code
    level = said.level or (
        at.county if code.endswith("000000") else at.township if code.endswith("000") else at.village
    )
    parent = {at.township: f"{code[:6]}000000", at.village: f"{code[:9]}000"}.get(level, "")
    slug = said.slug or (f"t{code[6:9]}" if level == at.township else "")
    return Division(code, said.name, level, said.parent or parent, slug)
