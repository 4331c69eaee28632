"""Counts of people that are made here, not by a view: their sources have rows of persons, which do not leave this room.

Aid to pupils is public as totals of schools and nothing finer (方案19；domain rules on minors); small loans by purpose;
help as frequency. Small counts are withheld, and enough others that the totals do not give them back; the
amount beside a withheld count goes with it, since amount divided by the standard is the count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from gongshi.disclosure.suppression import SECONDARY, Sum, Withheld, suppress
from gongshi.disclosure.views import Column

Rows = list[tuple]
TOTAL = "合计"

AID = """
SELECT coalesce(m.school_code, '') AS school_code, coalesce(s.name, '县外或未填学校') AS school, b.benefit, b.period,
  count(DISTINCT b.member_no) AS persons, sum(b.amount) AS amount, coalesce(s.school_level, '') AS level
FROM {subsidies} b
JOIN {members} m ON m.member_no = b.member_no
LEFT JOIN {schools} s ON s.school_code = m.school_code
WHERE b.benefit IN ('寄宿生生活补助', '营养膳食补助', '学前教育资助', '普高助学金', '中职助学金', '雨露计划补助')
GROUP BY ALL
ORDER BY b.period DESC, b.benefit, school_code"""

LOANS = """
SELECT purpose, count(*) AS loans, sum(amount) AS amount, min(annual_rate) AS lowest, max(annual_rate) AS highest
FROM {loans}
GROUP BY ALL
ORDER BY purpose"""

CONTACTS = """
SELECT township_code, role, contact_kind, quarter, count(*) AS contacts, count(DISTINCT pairing_id) AS pairings
FROM (
  SELECT c.pairing_id, p.role, c.contact_kind, year(c.contacted_on) || '-Q' || quarter(c.contacted_on) AS quarter,
    coalesce(left(coalesce(h.village_code, p.village_code, m.village_code), 9) || '000', s.township_code)
      AS township_code
  FROM {contacts} c
  JOIN {pairings} p ON p.pairing_id = c.pairing_id
  LEFT JOIN {households} h ON h.household_no = p.household_no
  LEFT JOIN (SELECT a.member_no, b.village_code FROM {members} a
    JOIN {households} b ON b.household_no = a.household_no) m ON m.member_no = p.member_no
  LEFT JOIN {schools} s ON s.school_code = p.school_code)
WHERE township_code IS NOT NULL
GROUP BY ALL
ORDER BY quarter DESC, township_code, role, contact_kind"""

JOINS = frozenset({"household_no", "member_no", "pairing_id"})
"""Numbers that a source here may join and count by, and that no result has."""


class Count(NamedTuple):
    """A published table of counts: its columns, its source and what is withheld from the source's rows."""

    name: str
    title: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    sql: str
    publish: Callable[[Sequence[tuple], int], Rows]


def _aid(rows: Sequence[tuple], threshold: int) -> Rows:
    """With a total for each benefit and period, from which no withheld school follows.

    What was paid in all is public, and each level of schools has a standard of its own: people and money together are
    two equations. So every level is a sum of its own here, and where a level cannot hide its schools, none is named. A
    total that is small is not there at all: what was paid says it.
    """
    pairs: dict[tuple, list[tuple]] = defaultdict(list)
    for row in rows:
        pairs[row[2:4]].append(row)
    found, totals = [], []
    for pair, schools in pairs.items():
        count, amount = sum(row[4] for row in schools), sum(row[5] for row in schools)
        if count < threshold:
            continue
        totals.append((TOTAL, TOTAL, *pair, count, amount))
        hidden = _hidden_schools(schools, threshold)
        if hidden is not None:
            found += [_row(row[:4], row[4], row[5], hidden.get(row[0])) for row in schools]
    return found + totals


def _hidden_schools(schools: Sequence[tuple], threshold: int) -> dict[Any, Withheld] | None:
    """Which schools of one benefit and period are withheld; None if that would not hide them."""
    levels: dict[str, dict[Any, int]] = defaultdict(dict)
    for row in schools:
        levels[row[6]][row[0]] = row[4]
    mixed = levels.pop("", {})  # schools elsewhere, of every level: nobody knows their standard
    largest = max(levels, key=lambda level: len(levels[level]), default="")
    levels[largest] |= mixed
    hidden: dict[Any, Withheld] = {}
    for cells in levels.values():
        total = Sum(TOTAL, tuple(cells))
        hidden |= suppress(cells | {TOTAL: sum(cells.values())}, [total], threshold)
    return None if TOTAL in hidden else hidden


def _row(key: Iterable, count: int, amount: Any, withheld: Withheld | None) -> tuple:
    return (*key, withheld or count, SECONDARY if withheld else amount)


def _loans(rows: Sequence[tuple], threshold: int) -> Rows:
    if not rows:
        return []
    cells = {row[0]: row[1] for row in rows} | {TOTAL: sum(row[1] for row in rows)}
    hidden = suppress(cells, [Sum(TOTAL, tuple(row[0] for row in rows))], threshold)
    found = [
        (row[0], hidden[row[0]], SECONDARY, SECONDARY, SECONDARY) if row[0] in hidden else tuple(row) for row in rows
    ]
    ends = (min(row[3] for row in rows), max(row[4] for row in rows))
    total = _row((TOTAL,), cells[TOTAL], sum(row[2] for row in rows), hidden.get(TOTAL))
    return [*found, (*total, *((SECONDARY, SECONDARY) if TOTAL in hidden else ends))]


def _contacts(rows: Sequence[tuple], threshold: int) -> Rows:
    """With a total for each role, kind and quarter. The contacts of few pairings go with them: one was made by one."""
    cells: dict[Any, int] = {}
    parts: dict[tuple, list] = defaultdict(list)
    contacts: dict[tuple, int] = defaultdict(int)
    for row in rows:
        cells[row[:4]] = row[5]
        parts[row[1:4]].append(row[:4])
        contacts[row[1:4]] += row[4]
    for group, keys in parts.items():
        cells[group] = sum(cells[key] for key in keys)
    hidden = suppress(cells, [Sum(group, tuple(keys)) for group, keys in parts.items()], threshold)
    found = [_pair(row[:4], row[4], row[5], hidden.get(row[:4])) for row in rows]
    return found + [_pair((TOTAL, *group), contacts[group], cells[group], hidden.get(group)) for group in parts]


def _pair(key: Iterable, contacts: int, pairings: int, withheld: Withheld | None) -> tuple:
    return (*key, SECONDARY if withheld else contacts, withheld or pairings)


COUNTS = (
    Count(
        "school-aid",
        "学生资助（按学校）",
        ("school_code", "benefit", "period"),
        (
            Column("school_code", "学校编号"),
            Column("school", "学校"),
            Column("benefit", "资助项目"),
            Column("period", "所属期"),
            Column("persons", "人数", "integer", "人", people=True),
            Column("amount", "金额", "number", "元", people=True),
        ),
        AID,
        _aid,
    ),
    Count(
        "loans",
        "扶贫小额信贷（按用途）",
        ("purpose",),
        (
            Column("purpose", "用途"),
            Column("loans", "笔数", "integer", "笔", people=True),
            Column("amount", "金额", "number", "元", people=True),
            Column("lowest_rate", "最低年利率", "number", "%", people=True),
            Column("highest_rate", "最高年利率", "number", "%", people=True),
        ),
        LOANS,
        _loans,
    ),
    Count(
        "contacts",
        "帮扶活动次数",
        ("township_code", "role", "contact_kind", "quarter"),
        (
            Column("township_code", "乡镇代码"),
            Column("role", "结对角色"),
            Column("contact_kind", "方式"),
            Column("quarter", "季度"),
            Column("contacts", "次数", "integer", "次", people=True),
            Column("pairings", "有活动的结对", "integer", "对", people=True),
        ),
        CONTACTS,
        _contacts,
    ),
)


def by_name() -> Mapping[str, Count]:
    """The counts by name."""
    return {count.name: count for count in COUNTS}
