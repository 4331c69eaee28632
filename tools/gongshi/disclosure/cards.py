"""Two papers for one reader each: a household's own card (明白卡), and a helper's list of visits.

Neither is published or kept. Names are those that the caller opened with a key, none without; what a card says of a household
it says to that household alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from gongshi.model import GongshiError
from gongshi.package import county_day, queries, worded

RESOURCES = (
    *("county", "divisions", "villages", "units", "helpers", "households", "members", "status-events", "monitoring"),
    *(
        "pairings",
        "contacts",
        "subsidies",
        "measures",
        "cases",
        "case-steps",
        "notices",
        "memberships",
        "membership-kinds",
    ),
)
"""What the papers are made from."""
_SQL = queries("cards")
GONE = ("死亡", "转出")
_MOST = 100  # households of one list
Names = Mapping[str, str]


class Helper(NamedTuple):
    """Who helps a household: name ("" for a unit), in which role, of which unit, and that unit's phone."""

    name: str
    role: str
    unit: str
    phone: str


class Paid(NamedTuple):
    """Money that a household received: on which day, what for, for whom, how much."""

    on: datetime.date
    what: str
    whom: str
    amount: Decimal


class Help(NamedTuple):
    """Help that goes on: what, for how many of the household (0: all), since when, by whom."""

    what: str
    persons: int
    since: datetime.date
    unit: str


@dataclass(frozen=True, slots=True)
class HouseholdCard:
    """A household's card; ``head`` is "" without a key. ``events`` are (day, what happened), ``calls`` (who, phone)."""

    household_no: str
    place: str
    head: str
    population: int
    kinds: tuple[str, ...]
    events: tuple[tuple[datetime.date, str], ...]
    helpers: tuple[Helper, ...]
    paid: tuple[Paid, ...]
    help: tuple[Help, ...]
    grounds: tuple[str, ...]
    calls: tuple[tuple[str, str], ...]
    county: str
    year: int
    day: datetime.date

    @property
    def total(self) -> Decimal:
        return sum((one.amount for one in self.paid), Decimal(0))


@dataclass(frozen=True, slots=True)
class Visit:
    """A household on a helper's list; ``last`` is the last visit on record, ``count`` how many there were this year."""

    household_no: str
    head: str
    place: str
    population: int
    kind: str
    role: str
    last: datetime.date | None
    count: int


@dataclass(frozen=True, slots=True)
class Visits:
    """A helper's list of visits."""

    helper_no: str
    helper: str
    unit: str
    rows: tuple[Visit, ...]
    calls: tuple[tuple[str, str], ...]
    county: str
    day: datetime.date


def card(database: Any, number: str, names: Names, today: datetime.date) -> HouseholdCard:
    """The card of a household as the records stand; GongshiError if there is none of that number."""
    columns, rows = database.columns(_SQL["home"], [number])
    if not rows:
        raise GongshiError(f"没有户“{number[:20]}”，请在“查”里找到户编号再印。")
    home, day = dict(zip(columns, rows[0], strict=True)), county_day(database) or today
    county, phones = _county(database, day)
    return HouseholdCard(
        number, _place(home), names.get(_heads(database).get(number, ""), ""), home["population"] or 0, _kinds(database, home),
        _events(database, number), _helpers(database, number, day), _paid(database, number, names, day.year),
        _help(database, number, day), _grounds(database, number), (*_office(database, home["town_code"]), *phones), county, day.year, day,
    )  # fmt: skip


def homes_of(database: Any, village: str) -> list[str]:
    """The numbers of a village's households in the order in which one walks through it: by group, then by number."""
    found = sorted(database.sql(_SQL["homes"], [village]), key=lambda row: (len(row[1] or ""), row[1] or "", row[0]))
    if not found:
        raise GongshiError(f"村“{village[:20]}”没有户，请核对 12 位的村代码。")
    return [number for number, _ in found]


def visits(database: Any, helper: str, names: Names, today: datetime.date) -> Visits:
    """The households that a helper looks after, in the order of the way; GongshiError if there is none of that number."""
    found = database.sql(_SQL["helper"], [helper])
    if not found:
        raise GongshiError(f"没有帮扶人“{helper[:20]}”，请在“查”里找到编号再印。")
    day = county_day(database) or today
    columns, rows = database.columns(_SQL["visits"], [helper, day])
    homes = [dict(zip(columns, row, strict=True)) for row in rows]
    homes.sort(
        key=lambda one: (
            one["village_code"],
            len(one["group_name"] or ""),
            one["group_name"] or "",
            one["household_no"],
        )
    )
    heads = _heads(database)
    made = tuple(
        Visit(
            one["household_no"], names.get(heads.get(one["household_no"], ""), ""), _place(one), one["population"] or 0,
            _standing(database, one), one["role"] or "", one["last"], one["count"],
        )
        for one in homes[:_MOST]
    )  # fmt: skip
    county, phones = _county(database, day)
    towns = dict.fromkeys(one["town_code"] for one in homes)
    calls = (*(call for town in towns for call in _office(database, town)), *phones)
    return Visits(helper, found[0][0] or "", found[0][1] or "", made, calls, county, day)


def _place(home: Mapping[str, Any]) -> str:
    return " ".join(part for part in (home["town"], home["village"], home["group_name"]) if part)


def _heads(database: Any) -> dict[str, str]:
    """Household → the number of its head."""
    return dict(database.sql(_SQL["heads"], GONE))


def _standing(database: Any, home: Mapping[str, Any]) -> str:
    """In a word or two, what a household is now."""
    watched = database.sql(_SQL["watched"], [home["household_no"]])
    return "、".join(part for part in (home["poverty_status"], *(row[0] for row in watched)) if part)


def _kinds(database: Any, home: Mapping[str, Any]) -> tuple[str, ...]:
    """What a household is, in sentences."""
    status, since = home["poverty_status"] or "", home["exit_year"]
    said = [f"{status}{f'（{since}年）' if since and status == '已脱贫' else ''}"] if status else []
    said += [text for text in dict.fromkeys((home["household_class"], home["household_attr"])) if text]
    watched = database.sql(_SQL["watched"], [home["household_no"]])
    for category, on, risk in watched:
        said.append(f"{_day(on)}起列为{category}" + (f"，原因是{risk}" if risk else ""))
    return tuple(said)


def _events(database: Any, number: str) -> tuple[tuple[datetime.date, str], ...]:
    return tuple(database.sql(_SQL["events"], [number]))


def _helpers(database: Any, number: str, day: datetime.date) -> tuple[Helper, ...]:
    return tuple(Helper(*row) for row in database.sql(_SQL["helpers"], [number, day, day]))


def _paid(database: Any, number: str, names: Names, year: int) -> tuple[Paid, ...]:
    return tuple(
        Paid(on, f"{benefit}（{_period(period)}）" if period else benefit, _whom(names, member, relation), amount)
        for on, benefit, period, amount, member, relation in database.sql(_SQL["paid"], [number, year])
    )


def _whom(names: Names, member: str | None, relation: str | None) -> str:
    """For whom: the whole household, a person by name where a key opened it, else by the relation to the head."""
    return names.get(member, "") or relation or "家里人" if member else "全家"


def _period(period: str) -> str:
    """2020-Q2, 2020-S1 and 2020-06 as people say them."""
    year, _, part = str(period).partition("-")
    if part.startswith("Q") and part[1:] in "1234":
        return f"{year}年第{'一二三四'[int(part[1]) - 1]}季度"
    if part.startswith("S"):
        return f"{year}年{'春季' if part == 'S1' else '秋季'}学期"
    return f"{year}年{int(part)}月" if part.isdecimal() else f"{year}年" if not part else str(period)


def _help(database: Any, number: str, day: datetime.date) -> tuple[Help, ...]:
    return tuple(Help(*row) for row in database.sql(_SQL["helped"], [number, day, day]))


def _grounds(database: Any, number: str) -> tuple[str, ...]:
    """On which papers a household is what it is: the case that changed its standing last."""
    return tuple(_ground(database, *row) for row in database.sql(_SQL["ground"], [number]))


def _ground(database: Any, event: str, on: datetime.date, case: str, doc: str | None) -> str:
    parts = [f"{event}：案卷 {case}" + (f"，{doc}" if doc else "")]
    for step, came, agreed, starts, ends, place, result in database.sql(_SQL["steps"], [case]):
        if agreed is not None:
            parts.append(f"{step}{f'到会 {came} 人，' if came else ''}{agreed} 人同意")
        if starts:
            span = f"{_day(starts)}至{ends.month}月{ends.day}日" if ends else f"{_day(starts)}起"
            parts.append(f"{span}在{place or '公示栏'}{step}" + (f"，{result}" if result else ""))
    return "；".join(parts) + "。"


def _office(database: Any, town: str | None) -> tuple[tuple[str, str], ...]:
    """The office of a township and its phone."""
    return tuple(database.sql(_SQL["office"], [town]))


def _county(database: Any, day: datetime.date) -> tuple[str, Sequence[tuple[str, str]]]:
    """(the county's name, its office and the hotline with their phones)."""
    rows = database.sql(_SQL["county"])
    name, office, phone, hotline = rows[0] if rows else ("", None, None, None)
    pairs: Iterable[tuple[str | None, str | None]] = ((office, phone), (worded("扶贫监督举报电话", day), hotline))
    return name or "", [(who, number) for who, number in pairs if who and number]


def _day(day: datetime.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
