"""The table of divisions that ``gongshi new`` takes: codes and names are enough, the rest follows from the codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
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
        first = row.level == "县" and not row.parent_code
        inside = row.level in ("乡镇", "村") and row.parent_code in codes
        sound = (
            bool(row.name)
            and bool(re.fullmatch(r"[0-9]{12}", row.division_code))
            and row.name.isprintable()
            and row.division_code not in codes
        )
        named = re.fullmatch(r"[a-z][a-z0-9-]{0,29}", row.slug) and row.slug not in {*slugs, "county"}
        if not (sound and (first if line == 1 else inside) and (named if row.level == "乡镇" else not row.slug)):
            raise GongshiError(
                f"区划表按代码排第 {line} 行（{row.division_code[:12]}）不对：县只一行且上级为空，代码 12 位不重复，"
                "村和乡镇的上级要在表里，乡镇的目录名用小写字母、不重复。"
            )
        codes.add(row.division_code)
        slugs |= {row.slug} - {""}
    if not slugs:
        raise GongshiError("区划表里没有乡镇，请至少写一个。")
    return rows


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
