"""What is published about people: figures that were frozen in the records, and nothing else.

``gongshi figures`` computes, withholds and writes them (one file a quarter); they are reviewed and committed like any
record. A build only reads them: it shows the newest period that ended on or before its day. What is not there waits for
the quarter's end. What is not as it should be stops the build, so that nothing is published by accident.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from gongshi.disclosure.figures import RESOURCE, Period, declaration
from gongshi.disclosure.views import PUBLIC, expand
from gongshi.model import GongshiError
from gongshi.package import queries

_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,9})?")
SOURCE = queries("counted")["figures"]


@dataclass(frozen=True, slots=True)
class Withheld:
    """What stands in a cell that is not published."""

    text: str

    def __str__(self) -> str:
        return self.text


WITHHELD = Withheld("不公布")
"""Few, or it would give few back; it may hide a zero."""

NOT_YET = Withheld("季末公布")
"""It comes with the next quarter's end: the figures that are frozen do not have it."""

Value = int | Decimal | Withheld


class FrozenCell(NamedTuple):
    """One row of a figure: of which place and item, and its measures."""

    place: str
    item: str
    values: Mapping[str, Value]


def add(parts: Iterable[Value | None]) -> Any:
    """The sum of what is known; withheld if a part of it is. Parts that are None are left out."""
    total: Any = 0
    hidden: Withheld | None = None
    for part in parts:
        if isinstance(part, Withheld):
            hidden = part if hidden is None or part == WITHHELD else hidden
        elif part is not None:
            total += part
    return total if hidden is None else hidden


class Frozen:
    """The figures that may be shown on a day. ``on`` is the newest period's last day, None while ``pending``."""

    __slots__ = ("_cells", "_periods", "on", "pending")

    def __init__(
        self, periods: Mapping[str, str], cells: Mapping[str, Mapping[tuple[str, str], dict[str, Value]]]
    ) -> None:
        self._periods, self._cells = periods, cells
        self.pending = not periods
        self.on = max((Period.of(period).end for period in periods.values()), default=None)

    @classmethod
    def of(cls, database: Any, day: datetime.date) -> Frozen:
        """What the records have for ``day``: of each figure the newest period that has ended."""
        if RESOURCE not in database.descriptor.resources:
            return cls({}, {})
        rows = [
            row for row in database.sql(expand(SOURCE, database.descriptor, PUBLIC)) if Period.of(row[0]).end <= day
        ]
        newest = max((row[0] for row in rows), default="")
        figures = declaration().figures
        periods = dict.fromkeys(figures, newest) if newest else {}
        for period, figure, *_ in rows:
            if figure in figures and figures[figure].every == "year":
                periods[figure] = period  # the rows are in order: the last one is the newest that has it
        cells: dict[str, dict[tuple[str, str], dict[str, Value]]] = {name: {} for name in figures}
        for period, figure, place, item, measure, value in rows:
            if figure not in figures or measure not in figures[figure].measures:
                raise GongshiError(
                    f"{period} 的文件里有没有声明过的数“{figure}”“{measure}”，请用 gongshi figures 重新生成。"
                )
            if period == periods[figure]:
                values = cells[figure].setdefault((place, item), {})
                if measure in values:
                    raise GongshiError(
                        f"{period} 的“{figure}”里“{place}”“{item}”有两行，请用 gongshi figures 重新生成。"
                    )
                values[measure] = _value(value, period, figure)
        return cls(periods, cells)

    def get(self, figure: str, place: str, item: str, measure: str) -> Value | None:
        """One number, or that it is withheld; None if the figure has no such row."""
        return self.values(figure, place, item).get(measure)

    def values(self, figure: str, place: str, item: str) -> Mapping[str, Value]:
        """All measures of one row."""
        return self._cells.get(figure, {}).get((place, item), {})

    def rows(self, figure: str) -> Sequence[FrozenCell]:
        """All rows of a figure, by place and item."""
        return [FrozenCell(*key, values) for key, values in self._cells.get(figure, {}).items()]

    def period(self, figure: str) -> str | None:
        """The period a figure is of, such as 2020-Q2; None if there is none yet."""
        return self._periods.get(figure)

    def day(self, figure: str) -> datetime.date | None:
        """The last day of that period."""
        period = self.period(figure)
        return Period.of(period).end if period else None


def _value(text: str | None, period: str, figure: str) -> Value:
    if text == WITHHELD.text:
        return WITHHELD
    if not text or not _NUMBER.fullmatch(text):
        raise GongshiError(f"{period} 的“{figure}”里有一格既不是数也不是“{WITHHELD}”，请用 gongshi figures 重新生成。")
    return Decimal(text) if "." in text else int(text)
