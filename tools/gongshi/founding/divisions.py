"""The table of divisions that ``gongshi new`` takes: codes and names are enough, the rest follows from the codes."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from typing import NamedTuple

from gongshi.exchange.mapping import normal
from gongshi.exchange.sheets import Sheet, read_sheets
from gongshi.model import GongshiError

COLUMNS = ("division_code", "name", "level", "parent_code", "slug")
_WORDS: Mapping[str, tuple[str, ...]] = {
    "division_code": ("division_code", "区划代码", "统计用区划代码", "代码"),
    "name": ("name", "名称", "区划名称"),
    "level": ("level", "级别", "层级"),
    "parent_code": ("parent_code", "上级代码", "上级区划代码"),
    "slug": ("slug", "目录名"),
}


class Division(NamedTuple):
    """A county, township or village; ``slug`` is a township's folder."""

    division_code: str
    name: str
    level: str
    parent_code: str
    slug: str


PLACEHOLDER = (
    Division("990199000000", "新建县", "县", "", ""),
    Division("990199100000", "新建镇", "乡镇", "990199000000", "xinjian"),
    Division("990199100001", "新建村", "村", "990199100000", ""),
)


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
            raise GongshiError(f"区划表按代码排第 {line} 行（{row.division_code[:12]}）不对：{wrong}。")
        codes.add(row.division_code)
        slugs |= {row.slug} - {""}
    if not slugs:
        raise GongshiError("区划表里没有乡镇，请至少写一个。")
    return rows


def _wrong(row: Division, first: bool, codes: Container[str], slugs: Container[str]) -> str:
    """What is wrong with a row after those of ``codes``, "" if nothing is."""
    if not re.fullmatch(r"[0-9]{12}", row.division_code):
        return "代码要写 12 位数字"
    if row.division_code in codes:
        return "这个代码前面已有，一个地方只写一行"
    if not row.name or not row.name.isprintable():
        return "没有名称，或名称里有看不见的字符"
    if first and (row.level != "县" or row.parent_code):
        return "第一行要是县，级别写县，上级空着"
    if not first and row.level not in ("乡镇", "村"):
        return "县只写一行，其余各行的级别写乡镇或村"
    if not first and row.parent_code not in codes:
        return f"上级 {row.parent_code[:12] or '空着'}，要是表里县或乡镇的代码"
    if row.level != "乡镇":
        return "目录名只有乡镇才写，请空着" if row.slug else ""
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,29}", row.slug):
        return "目录名用小写字母开头，只含小写字母、数字和短横线，不超过 30 个"
    if row.slug == "county":
        return "目录名 county 留给县自己用，请换一个"
    return "目录名与前面的乡镇相同，请换一个" if row.slug in slugs else ""


def _table(sheet: Sheet) -> list[dict[str, str]]:
    """The rows under the header, by field name."""
    header = [normal(str(cell)) for cell in sheet.cells[0]] if sheet.cells else []
    places = {
        name: next((at for at, label in enumerate(header) if label in words), None) for name, words in _WORDS.items()
    }
    if places["division_code"] is None or places["name"] is None:
        raise GongshiError(
            f"区划表的表头至少要有 division_code 和 name（区划代码、名称），还可以有 {'、'.join(COLUMNS[2:])}。"
        )
    rows = [
        {name: "" if at is None else str(sheet.cell(row, at)).strip() for name, at in places.items()}
        for row in range(1, len(sheet.cells))
    ]
    return [row for row in rows if any(row.values())]


def _completed(row: Mapping[str, str]) -> Division:
    """Level, parent and folder from the twelve digits (county 6, township 3, village 3) where they are not given."""
    code = row["division_code"]
    level = row["level"] or ("县" if code.endswith("000000") else "乡镇" if code.endswith("000") else "村")
    parent = {"乡镇": f"{code[:6]}000000", "村": f"{code[:9]}000"}.get(level, "")
    slug = row["slug"] or (f"t{code[6:9]}" if level == "乡镇" else "")
    return Division(code, row["name"], level, row["parent_code"] or parent, slug)
