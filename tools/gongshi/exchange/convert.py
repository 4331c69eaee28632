"""One cell of a workbook to the text that the ledger keeps, or why not; what Excel damages is caught here.

Reasons never repeat the cell: it may be somebody's number in the wrong column.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from functools import cached_property

from gongshi.checks.phrases import wanted
from gongshi.exchange.dates import Unclear, date_text, month_text, period_text
from gongshi.exchange.sheets import Damaged, Raw
from gongshi.exchange.units import measure
from gongshi.exchange.xlsxscan import ERROR
from gongshi.package import Field, spell

_BLANKS = {"-", "--", "—", "——", "－", "/", "\\", "无数据"}
HAS = ("有", "无")
"""What is typed for yes and no beside the words of the dictionary."""
_YES = {"是", "有", "√", "✓", "✔", "☑", "对", "y", "yes", "true"}
_NO = {"否", "无", "没有", "×", "✗", "✘", "╳", "☒", "n", "no", "false"}
_ERRORS = re.compile(r"#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA)|#{3,}")
_INVISIBLE = dict.fromkeys([0xFEFF, 0x00AD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, *range(0x202A, 0x202F)])
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
_SCIENTIFIC = re.compile(r"-?[0-9]+(?:\.[0-9]+)?[Ee]\+?[0-9]+")
_NUMBER = re.compile(r"([+-]?)((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)")
_QUARTER = "Q[1-4]"  # in the pattern of what may be a year, a term, a quarter or a month
_FIXED_DIGITS = re.compile(r"(?:[0-9A-Za-z]|\[[0-9]-[0-9]\]|\{[0-9]+\})+")

AS_TEXT = "文本栏里存的是数字，前面的 0 或末尾几位可能已丢失，请把该列设为文本格式后重新填写"
ROUNDED = "数字超过 15 位，末尾几位已被 Excel 改成 0，请设为文本格式后照原件重填"
SCIENTIFIC = "被 Excel 改成了科学计数（如 1.1E+17），原来的数已丢失，请设为文本格式后照原件重填"
BECAME_DATE = "被 Excel 改成了日期，请设为文本格式后照原件重填"
PERCENT = "单元格是百分数，这一栏不是，请设为常规格式后照原件重填"
LINES = "单元格里有换行，请改成一行"
CONTROL = "单元格里有看不见的控制字符，请清空后重填"
CODE = "填的是代码，代码要用指名的映射（--mapping）才能对照，请改填文字"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a cell was not taken and what to do."""

    reason: str


@dataclass
class Converter:
    """Turns the cells of one column into the text of one field, remembering what it has seen."""

    field: Field
    unit: str = ""
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)
    from_1904: bool = False
    _seen: dict[tuple[type, Raw, bool], str | Refusal] = dataclasses.field(default_factory=dict)

    def __call__(self, raw: Raw, percent: bool = False) -> str | Refusal:
        """The field's text, "" for an empty cell, or a Refusal. ``percent``: the cell shows a percentage."""
        key = (type(raw), raw, percent)
        if key not in self._seen:
            self._seen[key] = self._convert(raw, percent)
        return self._seen[key]

    def _convert(self, raw: Raw, percent: bool) -> str | Refusal:
        if isinstance(raw, Damaged):
            return Refusal(raw.reason)
        value: Raw = raw
        if isinstance(raw, str):
            value = raw.translate(_INVISIBLE).replace("\u00a0", " ").replace("\u3000", " ").strip()
            if value == "" or value in _BLANKS:
                return ""
            if refusal := _text_damage(value):
                return refusal
        coded = self.values.get(_plain(value))
        if coded is not None and (coded == "" or self.field.type not in ("integer", "number")):
            return coded
        try:
            if coded is not None:  # a mapping says it in the ledger's own unit
                return Converter(self.field)._by_type(coded, False)
            return self._by_type(value, percent)
        except Unclear as unclear:
            return Refusal(str(unclear))

    def _by_type(self, value: Raw, percent: bool) -> str | Refusal:
        kind = self.field.type
        if isinstance(value, str) and kind != "string":
            value = unicodedata.normalize("NFKC", value)
        if kind == "date":
            return (
                Refusal(self._wanted)
                if isinstance(value, bool | time | timedelta)
                else date_text(value, self.from_1904)
            )
        if kind == "yearmonth":
            return (
                Refusal(self._wanted)
                if isinstance(value, bool | time | timedelta)
                else month_text(value, self.from_1904)
            )
        if kind == "year":
            return self._year(value)
        if kind == "boolean":
            return self._boolean(value)
        if kind in ("integer", "number"):
            return self._number(value, percent)
        return self._choice(value) if self.field.enum else self._text(value)

    @property
    def _wanted(self) -> str:
        return wanted(self.field)

    def _year(self, value: Raw) -> str | Refusal:
        text = _plain(value).removesuffix("年度").removesuffix("年")
        return text if re.fullmatch(r"[12][0-9]{3}", text) else Refusal(self._wanted)

    def _boolean(self, value: Raw) -> str | Refusal:
        yes, no = self.field.true_values[0], self.field.false_values[0]
        if isinstance(value, bool):
            return yes if value else no
        if isinstance(value, int | float):
            return Refusal(CODE)
        text = value.lower() if isinstance(value, str) else ""
        if text in _YES or text in self.field.true_values:
            return yes
        return no if text in _NO or text in self.field.false_values else Refusal(self._wanted)

    def _number(self, value: Raw, percent: bool) -> str | Refusal:
        if isinstance(value, date | time | timedelta):
            return Refusal(BECAME_DATE)
        if isinstance(value, bool):
            return Refusal(self._wanted)
        unit = self.unit
        if isinstance(value, str):
            text, unit = _split_unit(value, unit)
            match = _NUMBER.fullmatch(text)
            if not match:
                return Refusal(self._wanted)
            number = Decimal(match[1] + match[2].replace(",", ""))
        else:
            if isinstance(value, Damaged):
                return Refusal(value.reason)
            if abs(value) >= 10**15:
                return Refusal(ROUNDED)
            number = Decimal(format(value, ".15g"))
            if percent and self.field.unit != "%":
                return Refusal(PERCENT)
            number *= 100 if percent else 1
        return self._measured(number, unit)

    def _measured(self, number: Decimal, unit: str) -> str | Refusal:
        if unit and unit != self.field.unit:
            base, factor = measure(unit) or ("?", Decimal(1))
            ours = self.field.unit
            same = base in ("", ours) or (base == "元" and ours.startswith("元"))
            if not same and ours:
                return Refusal(f"单位是“{unit}”，台账用“{ours}”，不会换算，请换算好再填")
            if not ours and factor != 1:
                return Refusal(f"单位是“{unit}”，这一栏不会换算，请换算好再填，表头不写单位")
            number *= factor
        places = 0 if self.field.type == "integer" else 6 if self.field.decimals is None else self.field.decimals
        try:
            rounded = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
        except InvalidOperation:
            return Refusal("数字太大，请核对")
        if rounded != number:
            if not places:
                return Refusal("保存的数带小数，看到的整数可能是四舍五入后的，请填整数")
            return Refusal(f"保存的数多于 {places} 位小数，看到的可能是四舍五入后的，请用 ROUND 取到 {places} 位")
        return spell(self.field, format(rounded, "f"))

    @cached_property
    def _labels(self) -> dict[str, str]:
        return {_label(item): item for item in self.field.enum}

    def _choice(self, value: Raw) -> str | Refusal:
        if isinstance(value, date | time | timedelta):
            return Refusal(BECAME_DATE)
        if not isinstance(value, str):
            return Refusal(CODE if not isinstance(value, bool) else self._wanted)
        found = self._labels.get(_label(value))
        if found is None:
            typed = value if self.field.disclosure == "public" else ""
            return Refusal(CODE if value.isdecimal() else wanted(self.field, typed))
        return found

    def _text(self, value: Raw) -> str | Refusal:
        if isinstance(value, Damaged):
            return Refusal(value.reason)
        if isinstance(value, date | time | timedelta):
            return Refusal(BECAME_DATE)
        if isinstance(value, bool):
            return Refusal(self._wanted)
        if isinstance(value, int | float):
            text = format(value, ".15g")
            fixed = _FIXED_DIGITS.fullmatch(self.field.pattern) and re.fullmatch(self.field.pattern, text)
            if fixed:
                return text
            return Refusal(ROUNDED if abs(value) >= 10**15 else AS_TEXT)
        if not self.field.pattern:
            return value
        if _QUARTER in self.field.pattern:
            value = period_text(value)
        return unicodedata.normalize("NFKC", value).replace(" ", "") if not value.isascii() else value


def _text_damage(value: str) -> Refusal | None:
    if _ERRORS.fullmatch(value):
        return Refusal(ERROR)
    if _SCIENTIFIC.fullmatch(value):
        return Refusal(SCIENTIFIC)
    if "\n" in value or "\r" in value:
        return Refusal(LINES)
    return Refusal(CONTROL) if _CONTROL.search(value) else None


def _plain(value: Raw) -> str:
    """A cell as the key of a value map."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value_key(value) if isinstance(value, str) else ""
    return format(value, ".15g")


def value_key(text: str) -> str:
    """A word or code as value maps know it: no blanks, half width, and 01 is 1."""
    label = _label(text)
    return label.lstrip("0") or "0" if label.isdecimal() else label


def _label(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _split_unit(text: str, unit: str) -> tuple[str, str]:
    """(number, unit): ``7.6万`` is 7.6 and 万; a unit in the cell goes before that of the header."""
    text = re.sub("(?<=元)[整正]$", "", text.replace(" ", "").lstrip("¥"))
    match = re.fullmatch(r"([+-]?[0-9.,]+)([^0-9.,]+)", text)
    if not match:
        return text, unit
    return (match[1], match[2]) if measure(match[2]) else (text, unit)
