"""Dates and months as people and Excel write them, to ``2020-06-30`` and ``2020-06``; what is ambiguous is refused."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta

FIRST_YEAR, LAST_YEAR = 1900, 2100
SERIALS = range(10_000, 73_051)  # 1927-05-18 to 2099-12-31 as Excel counts days

_PARTS = re.compile(
    r"([0-9]{4})(?:[-/.]|年)([0-9]{1,2})(?:(?:[-/.]|月)([0-9]{1,2})日?|月)?(?: 0?0:00(?::00(?:\.0+)?)?)?"
)
_JOINED = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_MONTH = re.compile(r"([0-9]{4})([0-9]{2})")
_TIMED = re.compile(r"[0-9]{4}[-/.年].*[0-9]:[0-9]{2}")

WRONG = "不是能认出的日期，请写成 2020-06-30"
WRONG_MONTH = "不是能认出的年月，请写成 2020-06"
IMPOSSIBLE = "不是真实的日期，请核对年、月、日"
NO_DAY = "只写到月，请补上日，写成 2020-06-30"
TIMED = "带有时刻，请只保留日期，写成 2020-06-30"
OCTOBER = "可能是 1 月，也可能是 10 月（末尾的 0 被 Excel 去掉了），请写成 2020-10"


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
