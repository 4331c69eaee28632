"""Plaintext rows as CSV, from standard input and to standard output; never on disk.

No message repeats a value, nor an unknown header: it may be the first person of a list without one.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from gongshi.model import GongshiError
from gongshi.sealing.envelope import MEMBER, SEALED_FIELDS
from gongshi.sealing.layout import is_member_no

COLUMNS = (MEMBER, *SEALED_FIELDS)
_TITLES = dict(zip(SEALED_FIELDS, ("姓名", "身份证号", "电话", "出生日期", "账号"), strict=True))
_ROUNDED = re.compile(r"[0-9.]+[Ee]\+?[0-9]+")  # what Excel makes of a long number
_SHOWN = 5


def read_rows(data: bytes) -> list[dict[str, str]]:
    """Rows of a CSV with the header ``member_no,name[,id_no,phone,birth,account]``, UTF-8, BOM allowed.

    Cells are stripped of surrounding spaces. GongshiError names the lines that are wrong, at most five.
    """
    text = _decoded(data)
    if text is None:
        raise GongshiError("输入不是 UTF-8 编码（可能是 GBK），请在 Excel 里另存为“CSV UTF-8”后重试。")
    records = _records(text)
    header = _header(records)
    rows: list[dict[str, str]] = []
    problems: list[str] = []
    seen: dict[str, int] = {}
    for line, cells in records[1:]:
        row = dict(zip(header, cells, strict=False))
        problem = "列数与标题行不同" if any(cells) and len(cells) != len(header) else _problem(row, seen)
        if problem:
            problems.append(f"第 {line} 行{problem}")
        else:
            seen[row[MEMBER]] = line
            rows.append(row)
    if problems:
        more = f"等共 {len(problems)} 处" if len(problems) > _SHOWN else ""
        raise GongshiError(f"输入有问题：{'；'.join(problems[:_SHOWN])}{more}，请改好后整份重新输入。")
    if not rows:
        raise GongshiError("输入里只有标题行没有数据，请核对后重试。")
    return rows


def csv_lines(rows: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """Header and rows, one text line each, every column of COLUMNS, in a form ``read_rows`` takes back.

    Values are as they were sealed; text that looks like a formula is not altered: this is data to be piped.
    """
    yield ",".join(COLUMNS) + "\n"
    for row in rows:
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow([row.get(column, "") for column in COLUMNS])
        yield line.getvalue()


def _decoded(data: bytes) -> str | None:
    """None instead of an exception: a UnicodeDecodeError would carry the whole input with it."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _records(text: str) -> list[tuple[int, list[str]]]:
    """(line on which it ends, stripped cells) of each record."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error:
        raise GongshiError(f"输入第 {reader.line_num} 行引号不配对或有不能识别的字符，请改好后重试。") from None


def _header(records: list[tuple[int, list[str]]]) -> list[str]:
    header = records[0][1] if records else []
    for number, column in enumerate(header, 1):
        if column not in COLUMNS or column in header[: number - 1]:
            raise GongshiError(f"输入首行第 {number} 列的标题不认识或重复，可用的标题是 {'、'.join(COLUMNS)}。")
    for column in COLUMNS[:2]:
        if column not in header:
            raise GongshiError(f"输入首行缺少标题 {column}，请把首行写成如 {','.join(COLUMNS)}。")
    return header


def _problem(row: Mapping[str, str], seen: Mapping[str, int]) -> str | None:
    number = row.get(MEMBER, "")
    if not any(row.values()):
        return "是空行"
    if not is_member_no(number):
        return f"的 {MEMBER} 空缺或写法不对"
    if number in seen:
        return f"与第 {seen[number]} 行的 {MEMBER} 重复"
    if not row["name"]:
        return "的姓名空缺"
    for field, title in _TITLES.items():
        value = row.get(field, "")
        if any(unicodedata.category(char) == "Cc" for char in value):
            return f"的{title}里有换行或控制字符"
        if field not in ("name", "birth") and _ROUNDED.fullmatch(value):
            return f"的{title}被 Excel 改成了科学计数，请改为文本格式重填"
    return None
