"""Dates and months as people and Excel write them, to ``2020-06-30`` and ``2020-06``; what is ambiguous is refused."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime, timedelta

FIRST_YEAR, LAST_YEAR = 1900, 2100
SERIALS = range(10_000, 73_051)  # 1927-05-18 to 2099-12-31 as Excel counts days

_PARTS = re.compile(
    r"([0-9]{4})(?:[-/.]|年)([0-9]{1,2})(?:(?:[-/.]|月)([0-9]{1,2})日?|月)?(?: 0?0:00(?::00(?:\.0+)?)?)?"
)
_JOINED = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_MONTH = re.compile(r"([0-9]{4})([0-9]{2})")
_TIMED = re.compile(r"[0-9]{4}[-/.年].*[0-9]:[0-9]{2}")

_NUMERALS = dict(zip("一二三四", "1234", strict=True))
_YEAR = r"((?:19|20)[0-9]{2})"
_PERIODS = (
    (re.compile(rf"{_YEAR}[-—~至/](?:{_YEAR})学年度?(?:第?二学期|下学期|春季?学期|春季?)"), "{1}-S1"),
    (re.compile(rf"{_YEAR}[-—~至/](?:{_YEAR})学年度?(?:第?一学期|上学期|秋季?学期|秋季?)"), "{0}-S2"),
    (re.compile(rf"{_YEAR}年?度?春(?:季|学期)?(?:学期)?"), "{0}-S1"),
    (re.compile(rf"{_YEAR}年?度?秋(?:季|学期)?(?:学期)?"), "{0}-S2"),
    (re.compile(rf"{_YEAR}年?度?第?([1-4一二三四])季度"), "{0}-Q{1}"),
    (re.compile(rf"{_YEAR}年(1[0-2]|0?[1-9])月份?(?![、和及,]?[0-9日至到—~-])"), "{0}-{1}"),
)
"""How people write terms, quarters and months, and how the ledger does: 2020-S1 is the spring of 2020."""

WRONG = "不是能认出的日期，请写成 2020-06-30"
WRONG_MONTH = "不是能认出的年月，请写成 2020-06"
IMPOSSIBLE = "不是真实的日期，请核对年、月、日"
NO_DAY = "只写到月，请补上日，写成 2020-06-30"
MONTH_SHOWN = "单元格只显示到月，日是 Excel 自己补的，请设为文本格式后补上日，写成 2020-06-30"
TIMED = "带有时刻，请只保留日期，写成 2020-06-30"
OCTOBER = "可能是 1 月，也可能是 10 月（末尾的 0 被 Excel 去掉了），请写成 2020-10"


def periods_in(text: str) -> list[str]:
    """The terms, quarters and months that a text speaks of, as the ledger writes them."""
    flat = "".join(unicodedata.normalize("NFKC", text).split())
    if "春" in flat and "秋" in flat:
        return []
    found = []
    for pattern, shape in _PERIODS:
        for match in pattern.finditer(flat):
            parts = [_NUMERALS.get(part, part) for part in match.groups()]
            found.append(shape.format(parts[0], parts[1].zfill(2 if shape == "{0}-{1}" else 1) if parts[1:] else ""))
        flat = pattern.sub(" ", flat)
    return list(dict.fromkeys(found))


def period_text(text: str) -> str:
    """``2020年春季学期``, ``2020年5月份`` as the ledger writes them; other text as it is."""
    flat = "".join(unicodedata.normalize("NFKC", text).split())
    if year := re.fullmatch(rf"{_YEAR}年度?", flat):
        return year[1]
    whole = any(pattern.fullmatch(flat) for pattern, _ in _PERIODS)
    return periods_in(text)[0] if whole else text


class Unclear(Exception):
    """Why a date cannot be told; the message is the reason in Chinese, without the cell."""


def date_text(value: object, from_1904: bool) -> str:
    """A date cell as ``YYYY-MM-DD``; raises Unclear."""
    if isinstance(value, datetime):
        if (value.hour, value.minute, value.second) != (0, 0, 0):
            raise Unclear(TIMED)
        return _checked(value.year, value.month, value.day)
    if isinstance(value, date):
        return _checked(value.year, value.month, value.day)
    if isinstance(value, int | float):
        return _from_number(value, from_1904)
    text = str(value)
    match = _PARTS.fullmatch(text) or _JOINED.fullmatch(text)
    if not match:
        raise Unclear(TIMED if _TIMED.fullmatch(text) else WRONG)
    if match[3] is None:
        raise Unclear(NO_DAY)
    return _checked(int(match[1]), int(match[2]), int(match[3]))


def month_text(value: object, from_1904: bool) -> str:
    """A year and month as ``YYYY-MM``, also from a whole date; raises Unclear."""
    if isinstance(value, float) and not value.is_integer():
        text = format(value, ".15g")
        if re.fullmatch(r"[0-9]{4}\.1", text):
            raise Unclear(OCTOBER)
        value = text
    if isinstance(value, int | float) and FIRST_YEAR * 100 < value < LAST_YEAR * 100 + 13:
        value = str(int(value))
    if isinstance(value, str):
        match = _MONTH.fullmatch(value) or _PARTS.fullmatch(value)
        if match and (match.re is _MONTH or match[3] is None):
            return _checked(int(match[1]), int(match[2]), 1)[:7]
        if not match and not _JOINED.fullmatch(value):
            raise Unclear(WRONG_MONTH)
    return date_text(value, from_1904)[:7]


def _from_number(value: float, from_1904: bool) -> str:
    if not math.isfinite(value):
        raise Unclear(WRONG)
    if value != int(value):
        whole = format(value, ".15g")
        raise Unclear(NO_DAY if re.fullmatch(r"(?:19|20)[0-9]{2}\.[0-9]{1,2}", whole) else TIMED)
    number = int(value)
    if number in SERIALS:
        start = date(1904, 1, 1) if from_1904 else date(1899, 12, 30)
        day = start + timedelta(days=number)
        return _checked(day.year, day.month, day.day)
    match = _JOINED.fullmatch(str(number))
    if not match:
        raise Unclear(WRONG)
    return _checked(int(match[1]), int(match[2]), int(match[3]))


def _checked(year: int, month: int, day: int) -> str:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Unclear(IMPOSSIBLE)
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise Unclear(IMPOSSIBLE) from None
