"""What each month published: what came to the county, what units were paid by programme and township, what went on notice.

Everything here is dated and public by itself: allotments, payments to units, notices. Money to persons is told by year
alone, so no month has any.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from gongshi.disclosure import Disclosure
from gongshi.site.numbers import in_wan
from gongshi.site.topics import WHOLE

ZERO = Decimal(0)


class CrossTable(NamedTuple):
    """Programmes down, townships across; ``whole`` is what is for no single township."""

    towns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Decimal], Decimal]]
    sums: Sequence[Decimal]


class Monthly(NamedTuple):
    """A month and its rows, as other pages have them."""

    year: int
    month: int
    received: Sequence[Any]
    payments: Sequence[Any]
    notices: Sequence[Any]
    table: CrossTable

    @property
    def path(self) -> str:
        """Where its page is, from the site's root."""
        return f"funds/{self.year}-{self.month:02}.html"

    @property
    def title(self) -> str:
        """What it is called."""
        return f"{self.year}年{self.month}月"

    @property
    def came(self) -> Decimal:
        """What came to the county."""
        return sum((row.amount for row in self.received if row.amount is not None), ZERO)

    @property
    def paid(self) -> Decimal:
        """What units were paid."""
        return sum((row.amount for row in self.payments), ZERO)


def months(views: Disclosure, on: datetime.date) -> list[Monthly]:
    """Every month in which something was published until the day ``on``, the newest first."""
    programmes = {row.allocation_id: row.programme for row in views.rows("allocations")}
    towns = {row.project_id: row.township or WHOLE for row in views.rows("projects")}
    order = [row.name for row in views.rows("townships")]
    dated = {
        "received": _by_month(views.rows("allocations"), "received_on", on),
        "payments": _by_month(views.rows("payments"), "paid_on", on),
        "notices": _by_month(views.rows("notices"), "starts_on", on),
    }
    found = []
    for year, month in sorted({key for rows in dated.values() for key in rows}, reverse=True):
        mine = {name: rows.get((year, month), []) for name, rows in dated.items()}
        table = _table(mine["payments"], programmes, towns, order)
        found.append(Monthly(year, month, table=table, **mine))
    return found


def _by_month(rows: Iterable[Any], field: str, on: datetime.date) -> Mapping[tuple[int, int], list[Any]]:
    found: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for row in rows:
        day = getattr(row, field)
        if day is not None and day <= on:
            found[day.year, day.month].append(row)
    return found


def _table(
    payments: Iterable[Any], programmes: Mapping[str, str], towns: Mapping[str, str], order: Sequence[str]
) -> CrossTable:
    cells: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in payments:
        cells[programmes.get(row.allocation_id) or "其他", towns.get(row.project_id, WHOLE)] += row.amount
    across = [name for name in (*order, WHOLE) if any(town == name for _, town in cells)]
    down = sorted({name for name, _ in cells}, key=lambda name: (-sum(cells[name, town] for town in across), name))
    rows = [
        (name, [cells[name, town] for town in across], sum((cells[name, town] for town in across), ZERO))
        for name in down
    ]
    return CrossTable(across, rows, [sum((cells[name, town] for name in down), ZERO) for town in across])


def pages(found: Sequence[Monthly]) -> Iterator[tuple[str, str, Mapping[str, Any], str]]:
    """Path, title, values and a sentence of each month's page; the newest is first, and old months stay."""
    ends = (None, *found, None)
    for after, month, before in zip(ends, found, ends[2:], strict=False):
        paid = f"付给单位 {len(month.payments)} 笔，{in_wan(month.paid)}" if month.payments else "没有付给单位的钱"
        about = f"{month.title}：{paid}；开始公示 {len(month.notices)} 份。"
        yield month.path, f"{month.title}的钱和公示", {"month": month, "before": before, "after": after}, about
