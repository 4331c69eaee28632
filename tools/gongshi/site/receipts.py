"""What a village's page says: its own projects, those it shares, money to households; three figures, never added up."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from gongshi.disclosure import Disclosure, Withheld
from gongshi.site.numbers import ProjectSums, in_wan, sums

ONE = Decimal("1")


class Projects(NamedTuple):
    """The projects that reach one village. ``shared`` says with how many villages; ``wide`` are for the whole county or
    township, or do not say for which villages: their money is no village's."""

    own: list[Any]
    shared: list[tuple[Any, int]]
    wide: list[Any]

    def of(self, year: int) -> Sequence[Any]:
        """The village's own projects of a year."""
        return [row for row in self.own if row.year == year]

    @property
    def sums(self) -> ProjectSums:
        """The money of its own projects."""
        return sums(self.own)


def by_village(views: Disclosure) -> Mapping[str, Projects]:
    """The projects of every village."""
    links: dict[str, list[str]] = defaultdict(list)
    for row in views.rows("project-villages"):
        links[row.project_id].append(row.village_code)
    villages = views.rows("villages")
    found = {row.village_code: Projects([], [], []) for row in villages}
    for project in views.rows("projects"):
        codes = [code for code in links.get(project.project_id, ()) if code in found]
        if not codes or len(codes) >= len(found) > 1:
            for row in villages:
                if project.township_code in (None, "", row.township_code):
                    found[row.village_code].wide.append(project)
        elif len(links[project.project_id]) == 1:
            found[codes[0]].own.append(project)
        else:
            for code in codes:
                found[code].shared.append((project, len(links[project.project_id])))
    return found


def per_head(amount: Any, persons: Any) -> Any:
    """A published amount over a published number of people, in whole yuan; what is withheld of the two, or None."""
    for value in (amount, persons):
        if value is None or isinstance(value, Withheld):
            return value
    return (Decimal(amount) / persons).quantize(ONE, ROUND_HALF_UP) if persons else None


def median(values: Iterable[Any]) -> Decimal | None:
    """The middle of what is published."""
    known = sorted(value for value in values if isinstance(value, Decimal))
    if not known:
        return None
    half = len(known) // 2
    return known[half] if len(known) % 2 else ((known[half - 1] + known[half]) / 2).quantize(ONE, ROUND_HALF_UP)


class Strip(NamedTuple):
    """Marks on a line from nothing to ``top``: each village, those near, this one, the middle of both; 340 wide."""

    every: Sequence[int]
    near: Sequence[int]
    mine: int
    middle: int
    middle_near: int
    top: Decimal
    value: Any
    all_value: Any
    near_value: Any


class Strips:
    """The strips of all villages: what is the same for all of them, and for those of one township, is worked out once."""

    def __init__(self, heads: Mapping[str, Any], towns: Mapping[str, str]) -> None:
        """``heads`` is the figure of each village, ``towns`` its township."""
        self._heads, self._towns = heads, towns
        self._known = sorted(value for value in heads.values() if isinstance(value, Decimal))
        self._top = max(self._known[len(self._known) * 98 // 100], ONE) if self._known else ONE
        self._far = median(self._known) or ONE
        near: dict[str, list[Any]] = defaultdict(list)
        for code, value in heads.items():
            near[towns[code]].append(value)
        self._near = {town: (self._marks(values), median(values) or ONE) for town, values in near.items()}
        self._every = self._marks(self._known)

    def of(self, code: str) -> Strip | None:
        """Where a village stands among all; None where its own figure is not told."""
        mine = self._heads[code]
        if not isinstance(mine, Decimal) or len(self._known) < 3 or not self._known[-1]:
            return None
        marks, close = self._near[self._towns[code]]
        places = self._at(mine), self._at(self._far), self._at(close)
        return Strip(self._every, marks, *places, self._top, mine, self._far, close)

    def _marks(self, values: Iterable[Any]) -> list[int]:
        """The places of values, each once: two marks on one place are one, however many villages there are."""
        return sorted({self._at(value) for value in values if isinstance(value, Decimal)})

    def _at(self, value: Decimal) -> int:
        return round(4 + 328 * min(float(value / self._top), 1))


def sentence(values: Mapping[str, Any], on: datetime.date) -> str:
    """What the receipt says first: the village's own works of the year, and what came to its households."""
    reach, year = values["reach"], values["year"] or on.year
    mine, ways = reach.of(year), values["ways"]
    parts = []
    if mine:
        words = Counter(ways[row.project_id].word for row in mine)
        told = "、".join(f"{count} 个{word.replace('，', '')}" for word, count in words.items())
        parts.append(
            f"本村自己的项目 {len(mine)} 个（{told}），预算 {in_wan(sums(mine).budget)}，已付 {in_wan(sums(mine).paid)}"
        )
    else:
        parts.append("没有只给本村的项目")
    row = values["benefits"].get(year)
    if row is not None:
        head = values["head"]
        rest = f"，合每人 {head:,} 元" if isinstance(head, Decimal) else ""
        parts.append(_to_households(row.amount) + rest)
    upto = f"到{on.month}月{on.day}日" if year == on.year else "全年"
    return f"{year}年{upto}，{'；'.join(parts)}。"


def _to_households(amount: Any) -> str:
    return f"发到各家各户的钱{amount}" if isinstance(amount, Withheld) else f"发到各家各户 {in_wan(amount)}"


def of_township(row: Any, total: ProjectSums, received: Mapping[int, Any], year: int, head: Any) -> str:
    """What a township's page says first: its villages, its own projects, and what came to its households in a year."""
    people = f"，{row.population:,} 人" if isinstance(row.population, int) else ""
    parts = [f"{row.village_count} 个村{people}"]
    if total.count:
        parts.append(f"本级的项目 {total.count} 个，预算 {in_wan(total.budget)}，已付 {in_wan(total.paid)}")
    if year in received:
        rest = f"，合每人 {head:,} 元" if isinstance(head, Decimal) else ""
        parts.append(f"{year}年{_to_households(received[year].amount)}{rest}")
    return f"{row.name}：{'；'.join(parts)}。"


def of_asset(row: Any) -> str:
    """What an asset is worth, who keeps it and what it brings, in one sentence of what is told."""
    parts = [f"{row.asset_kind}资产，{row.state}"]
    if isinstance(row.value, Decimal):
        parts.append(f"原值 {in_wan(row.value)}")
    parts.append(f"由{row.keeper}管护" if row.keeper else "还没有登记管护单位")
    if row.income_year and isinstance(row.income, Decimal):
        parts.append(f"{row.income_year}年收益 {in_wan(row.income)}")
    return f"{'；'.join(parts)}。"


_DIGITS, _UNITS = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟")


def in_words(amount: Decimal) -> str:
    """An amount as it stands on a cheque: 伍拾贰万零肆佰壹拾伍元整."""
    whole, cents = divmod(int((amount * 100).to_integral_value()), 100)
    groups = []
    while whole:
        whole, group = divmod(whole, 10000)
        groups.append(group)
    text = ""
    for place in range(len(groups) - 1, -1, -1):
        part = _group(groups[place])
        if text and groups[place] and groups[place] < 1000:
            part = "零" + part
        text += part + (("", "万", "亿", "万亿")[place] if groups[place] else "")
    text = (text or "零") + "元"
    if not cents:
        return text + "整"
    jiao, fen = divmod(cents, 10)
    return text + (_DIGITS[jiao] + "角" if jiao else "零") + (_DIGITS[fen] + "分" if fen else "整")


def _group(number: int) -> str:
    """Up to four digits in words."""
    text, zero = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if zero and text else "") + _DIGITS[digit] + _UNITS[place]
        zero = not digit
    return text
