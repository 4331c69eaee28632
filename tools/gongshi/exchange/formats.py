"""Number formats: whether a cell shows the number that it keeps. What is known to be harmless is allowed; all else is
asked about, since the clerk means what the cell shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: '"¥"#,##0', 6: '"¥"#,##0', 7: '"¥"#,##0.00',
    8: '"¥"#,##0.00', 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 37: "#,##0", 38: "#,##0",
    39: "#,##0.00", 40: "#,##0.00", 41: "#,##0", 42: '"¥"#,##0', 43: "#,##0.00", 44: '"¥"#,##0.00', 48: "##0.0E+0",
    49: "@", 16: "d-mmm", 17: "mmm-yy", **dict.fromkeys((27, 36, 50, 52, 57), 'yyyy"年"m"月"'),
    **dict.fromkeys((28, 29, 51, 53, 54, 58), 'm"月"d"日"'),
}  # fmt: skip
DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
ROUNDED = "保存的数比显示的多几位小数，看到的是四舍五入后的，请用 ROUND 取到显示的位数再填"
SHOWN = "单元格显示的与保存的不同（数字格式补了零、缩了单位、加了字或藏了位数），请设为文本格式后按显示的重填"
NO_YEAR = "单元格只显示月和日，年是 Excel 自己补的，请设为文本格式后写全年月日"
_QUOTED = re.compile(
    r'"([^"]*)"|\\(.)|_.|\*.|\[\$([^\]-]*)(?:-[^\]]*)?\]|\[(?:[A-Za-z]+|颜色 ?\d+|Color ?\d+|[红黑蓝绿白黄]色?)\]'
)
_COLOUR = re.compile(r"(?i)black|blue|cyan|green|magenta|red|white|yellow|color *\d+|颜色 *\d+|[红黑蓝绿白黄]色?")
_HARMLESS = {"", " ", "¥", "￥", "-", "(", ")", "+", "\xa0"}
_DATE = re.compile(r"(?i)[ymdhs年月日时分秒]|上午|am/pm")
_NUMBER = re.compile(r"-?\(?-?(?:#,##[0#?]|#,###,##0|[#?]*[0#?])(?:\.([0#?]+))?\)?-?(%?)\)?")
_GENERAL = re.compile(r"-?\(?(?:General|G/通用格式|general|GENERAL)\)?")


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a format: ``kind`` number, general, text, empty or odd; decimals shown; whether per cent, whether
    a minus or brackets stand there."""

    kind: str
    decimals: int = 0
    percent: bool = False
    sign: bool = False


@lru_cache(maxsize=4096)
def sections(code: str) -> tuple[Section, ...] | None:
    """The sections of a format code; None for a date or time, whose cells are no numbers."""
    parts = _split(code.replace("!", "\\"))
    bare = re.sub(r"(?i)\[(?:dbnum|natnum)\d\]", "", _QUOTED.sub("", parts[0]))
    if _DATE.search(bare) and not _GENERAL.fullmatch(bare.strip()) and not re.search(r"[0#?]", bare):
        return None
    return tuple(map(_section, parts))


def _split(code: str) -> list[str]:
    return [
        part.replace("\0", ";") for part in re.sub(r'("[^"]*")', lambda m: m[0].replace(";", "\0"), code).split(";")
    ]


def _section(text: str) -> Section:
    odd = Section("odd")
    for match in _QUOTED.finditer(text):
        said, escaped, currency = match.groups()
        if said is not None and said.strip() not in _HARMLESS:
            return odd
        if (escaped is not None and escaped not in _HARMLESS) or (currency is not None and currency not in _HARMLESS):
            return odd
        if match[0].startswith("[") and currency is None and not _COLOUR.fullmatch(match[0][1:-1]):
            return odd
    sign = bool(re.search(r"-|\(", re.sub(r"_.|\*.|\[[^\]]*\]", "", text)))
    bare = _QUOTED.sub("", text).replace(" ", "").replace("¥", "").replace("￥", "")
    bare = bare if re.search(r"[0#?]", bare) else bare.strip("-()")
    if _GENERAL.fullmatch(bare):
        return Section("general", sign=sign)
    if bare in ("", "@"):
        return Section("text" if bare else "empty", sign=sign)
    number = _NUMBER.fullmatch(bare)
    if not number or re.match(r"-?\(?00", bare):
        return odd
    return Section("number", len(number[1] or ""), bool(number[2]), sign)


def is_percent(code: str) -> bool:
    """Whether a format shows per cent."""
    found = sections(code)
    return found is not None and found[0].kind == "number" and found[0].percent


def is_plain(code: str) -> bool:
    """Whether no number at all could be shown otherwise than it is kept."""
    return code in ("", "General", "@") or sections(code) is None


def date_parts(code: str) -> str:
    """Which of y, m and d a date format shows; "" for what is no date, or a time of day alone."""
    if code in ("", "@") or sections(code) is not None:
        return ""
    bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|am/pm', "", code.lower().split(";")[0].replace("e", "y"))
    shown = "".join(part for part in "ymd" if part in bare)
    return "" if shown == "m" and re.search("[hs]", bare) else shown


def is_partial(code: str) -> bool:
    """Whether a date format shows no day, or no year."""
    return date_parts(code) not in ("", "ymd")


def hides(code: str, value: float) -> str:
    """Why a cell of this format shows something else than ``value``; "" if it does not."""
    found = sections(code)
    if found is None or code in ("", "@"):
        return ""
    place = 1 if value < 0 and len(found) > 1 else 2 if value == 0 and len(found) > 2 else 0
    shown = found[place]
    if shown.kind == "odd" or (shown.kind == "empty" and not (value == 0 and shown.sign)):
        return SHOWN
    if (place == 1 and not shown.sign) or (value > 0 and shown.sign):
        return SHOWN
    if shown.kind != "number":
        return ""
    number = Decimal(format(value, ".15g")) * (100 if shown.percent else 1)
    exact = abs(number) < 10**20 and number == number.quantize(Decimal(1).scaleb(-shown.decimals))
    return "" if exact else ROUNDED
