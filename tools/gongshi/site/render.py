"""Templates, and how values look in them: money, dates, counts, what is missing and what is withheld.

Every value is escaped by the template engine unless it was made here as ``Markup``.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from gongshi.disclosure import Withheld
from gongshi.package import worded
from gongshi.site.compiled import Compiled
from gongshi.site.numbers import WAN, percent, ten_thousands
from gongshi.site.tables import frame

MISSING = Markup('<span class="gs-none">未填</span>')
UNPAID = Markup('<span class="gs-none">未支付</span>')
NONE = Markup("—")


def show(value: Any) -> Markup:
    """A value as a reader sees it: missing is grey and never zero, a withheld count says why."""
    if value is None or value == "":
        return MISSING
    if isinstance(value, Withheld):
        return Markup('<span class="gs-few">{}</span>').format(str(value))
    if isinstance(value, bool):
        return Markup("是" if value else "否")
    if isinstance(value, int):
        return Markup(f"{value:,}")
    if isinstance(value, Decimal):
        return Markup(_decimal(value, 0))
    if isinstance(value, datetime.date):
        return date(value)
    return escape(value)


def _decimal(value: Decimal, places: int) -> str:
    """With separators, exactly, and with at least ``places`` digits after the point."""
    exponent = value.normalize().as_tuple().exponent
    digits = max(places, -exponent) if isinstance(exponent, int) else places
    return f"{value:,.{digits}f}"


@lru_cache(maxsize=4096)
def date(value: datetime.date | None) -> Markup:
    """2020年6月30日, machine-readable underneath."""
    if value is None:
        return MISSING
    return Markup(f'<time datetime="{value.isoformat()}">{chinese(value)}</time>')


def chinese(value: datetime.date) -> str:
    """2020年6月30日"""
    return f"{value.year}年{value.month}月{value.day}日"


def quarter(value: str) -> str:
    """2020年第二季度, from 2020-Q2."""
    year, number = value.split("-Q")
    return f"{year}年第{'一二三四'[int(number) - 1]}季度"


def term(value: str) -> str:
    """2020年春季学期, from 2020-S1; anything else as it is."""
    return value.replace("-S1", "年春季学期").replace("-S2", "年秋季学期")


def yuan(value: Decimal | Withheld | None) -> Markup:
    """An amount in yuan."""
    if isinstance(value, Withheld):
        return show(value)
    return MISSING if value is None else Markup(_decimal(value, 2))


def wan(value: Decimal | Withheld | None) -> Markup:
    """An amount in yuan shown in units of ten thousand; where that rounds it, the exact amount is underneath."""
    if value is None or isinstance(value, Withheld):
        return show(value)
    rounded = ten_thousands(value)
    if rounded * WAN == value:
        return Markup(f"{rounded:,}")
    return Markup(f'<data value="{value}" title="{yuan(value)} 元">{rounded:,}</data>')


def tenths(value: Decimal | Withheld | None) -> Markup:
    """A figure with one digit after the point, which is there if it is a zero, too."""
    return show(value) if value is None or isinstance(value, Withheld) else Markup(f"{value:,.1f}")


def paid(value: Decimal | None) -> Markup:
    """What was paid, in units of ten thousand; that nothing is on record is said, not shown as zero."""
    return UNPAID if value is None else wan(value)


def share(part: Any, whole: Any) -> Markup:
    """``part`` of ``whole`` as a percentage, or why there is none."""
    ratio = _ratio(part, whole)
    return ratio if isinstance(ratio, Markup) else Markup(percent(ratio))


def _ratio(part: Any, whole: Any) -> Decimal | Markup:
    """``part`` over ``whole``, or what stands in its place: what is withheld or missing of the two, a dash for a whole of 0."""
    for value in (part, whole):
        if value is None or isinstance(value, Withheld):
            return show(value)
    return Decimal(part) / Decimal(whole) if whole else NONE


def bar(part: Any, whole: Any) -> Markup:
    """``share`` as a number and as a bar; nothing where there is none."""
    ratio = _ratio(part, whole)
    if isinstance(ratio, Markup):
        return Markup("")
    width = min(100, ratio * 100)
    return Markup(f'<span class="gs-bar"><span style="width:{width:.1f}%"></span></span> {share(part, whole)}')


_COMPILED = Compiled()


class _Worded(PackageLoader):
    """The templates in the words of a day: their own text alone, never a value."""

    def __init__(self, day: datetime.date | None) -> None:
        super().__init__("gongshi.site")
        self._day = day

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool] | None]:
        source, name, fresh = super().get_source(environment, template)
        return worded(source, self._day), name, fresh

    def list_templates(self) -> list[str]:
        return [name for name in super().list_templates() if "__pycache__" not in name]


def environment(day: datetime.date | None = None) -> Environment:
    """The site's templates in the words of ``day``; undefined names are errors, everything is escaped."""
    env = Environment(
        loader=_Worded(day),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_COMPILED,
    )
    env.filters |= {
        "show": show,
        "date": date,
        "yuan": yuan,
        "wan": wan,
        "paid": paid,
        "quarter": quarter,
        "tenths": tenths,
        "term": term,
    }
    env.globals |= {"share": share, "bar": bar, "frame": frame}
    return env
