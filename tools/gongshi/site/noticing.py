"""Notices on the site: by state and by year, what is left of a list when its period is over, and the Atom feed."""

from __future__ import annotations

import datetime
from calendar import Calendar
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import islice
from typing import Any, NamedTuple

from gongshi.disclosure.clock import NoticeState, state

OPEN = (NoticeState.RUNNING, NoticeState.WAITING, NoticeState.PENDING)
FEED = "notices/feed.xml"
TOWN_FEED = "notices/feed-{}.xml"
_NEWEST = 50


def by_state(rows: Iterable[Any], on: datetime.date) -> Mapping[NoticeState, list[Any]]:
    """Notices by their state on the day."""
    found: dict[NoticeState, list[Any]] = {name: [] for name in NoticeState}
    for row in rows:
        found[state(row, on)].append(row)
    return found


def by_year(rows: Iterable[Any]) -> Mapping[int, list[Any]]:
    """Notices by the year they began in, the newest year first."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.starts_on.year].append(row)
    return dict(sorted(found.items(), reverse=True))


class NoticeMonth(NamedTuple):
    """A month of a year; its pages sort and are called by it."""

    year: int
    month: int

    @property
    def path(self) -> str:
        """Where its page is, from the site's root."""
        return f"notices/{self.year}-{self.month:02}.html"

    @property
    def title(self) -> str:
        """Its name in Chinese."""
        return f"{self.year}年{self.month}月"


class Day(NamedTuple):
    """A day of a calendar: how many notices of each kind run on it."""

    date: datetime.date
    kinds: Mapping[str, int]


def by_month(rows: Iterable[Any]) -> Mapping[NoticeMonth, list[Any]]:
    """Notices by every month in which they run, the newest month first."""
    found: dict[NoticeMonth, list[Any]] = defaultdict(list)
    for row in rows:
        first, last = (12 * day.year + day.month - 1 for day in (row.starts_on, row.ends_on))
        for number in range(first, last + 1):
            found[NoticeMonth(number // 12, number % 12 + 1)].append(row)
    return dict(sorted(found.items(), reverse=True))


def weeks(month: NoticeMonth, rows: Sequence[Any]) -> list[list[Day | None]]:
    """The month's weeks from Monday on; None stands for the days of other months."""

    def day(date: datetime.date) -> Day | None:
        if date.month != month.month:
            return None
        kinds = Counter(row.notice_kind for row in rows if row.starts_on <= date <= row.ends_on)
        return Day(date, dict(sorted(kinds.items())))

    return [[day(date) for date in week] for week in Calendar().monthdatescalendar(*month)]


def by_kind(rows: Sequence[Any], on: datetime.date) -> list[tuple[str, Mapping[NoticeState, int], Mapping[int, int]]]:
    """For each kind how many notices are in each state on the day, and how many began in each year."""
    states: dict[str, Counter[NoticeState]] = defaultdict(Counter)
    years: dict[str, Counter[int]] = defaultdict(Counter)
    for row in rows:
        states[row.notice_kind][state(row, on)] += 1
        years[row.notice_kind][row.starts_on.year] += 1
    return [
        (kind, states[kind], years[kind]) for kind in sorted(states, key=lambda kind: (-states[kind].total(), kind))
    ]


def over(row: Any, on: datetime.date) -> bool:
    """Whether a list of households has come down: from then on its page says what came of it, not where it hung."""
    return row.project_count is None and on > row.ends_on


def feed(
    rows: Sequence[Any], facts: Mapping[str, object], county: Any, site_url: str = "", town: Any = None
) -> Iterator[bytes]:
    """The newest notices as an Atom feed, of one township if ``town`` is given; its times are days of the records, so
    two builds give the same bytes. Links are absolute where the site knows its address.
    """
    newest = max((row.starts_on for row in rows), default=None)
    updated = newest or facts["on"]
    path, place = (TOWN_FEED.format(town.slug), town.township_code) if town else (FEED, county.county_code)
    name = f"{facts['site_name']}：{town.name if town else ''}公示公告"
    links = f'<link rel="self" href="{_text(site_url + path)}"/>\n' if site_url else ""
    links += f'<link href="{_text(site_url + "notices/index.html")}"/>\n' if site_url else ""
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-Hans">\n'
        f"<title>{_text(name)}</title>\n<id>tag:gongshi,2020:{place}</id>\n{links}"
        f"<updated>{updated}T00:00:00+08:00</updated>\n<author><name>{_text(county.office)}</name></author>\n"
    )
    yield head.encode()
    for row in islice(rows, _NEWEST):
        yield _entry(row, county, site_url).encode()
    yield b"</feed>\n"


def _entry(row: Any, county: Any, site_url: str) -> str:
    summary = f"{row.notice_kind}，公示期 {row.starts_on} 至 {row.ends_on}，{row.scope or ''}。"
    address = f"{site_url}notices/{row.notice_id}.html" if site_url else f"{row.notice_id}.html"
    return (
        f"<entry><title>{_text(row.title)}</title><id>tag:gongshi,2020:{county.county_code}:{row.notice_id}</id>"
        f'<link href="{_text(address)}"/><updated>{row.starts_on}T00:00:00+08:00</updated>'
        f"<summary>{_text(summary)}</summary></entry>\n"
    )


def _text(value: object) -> str:
    """Escaped, without what XML cannot hold."""
    return escape("".join(char for char in str(value) if char >= " " and char not in "\ufffe\uffff"))


def lists(rows: Sequence[Any], withdrawn: Iterable[Any]) -> Iterator[tuple[str, str, str, Mapping[str, Any], str]]:
    """Path, title, template, values and a sentence of a page for each year and month, and of what stands at the address of a
    notice that was withdrawn."""
    for year, mine in by_year(rows).items():
        title = f"{year}年的公示公告"
        yield f"notices/{year}.html", title, "notices-year.html", {"notices": mine}, f"{title}，共 {len(mine)} 份。"
    months = by_month(rows)
    order = sorted(months)
    for place, month in enumerate(order):
        title = f"{month.title}公示日历"
        values: dict[str, Any] = {"month": month, "notices": months[month], "weeks": weeks(month, months[month])}
        values |= {"before": order[place - 1] if place else None, "after": (*order, None)[place + 1]}
        yield month.path, title, "notices-month.html", values, f"{title}，共 {len(months[month])} 份。"
    for row in withdrawn:
        title = f"公示 {row.notice_id} 已撤回"
        yield f"notices/{row.notice_id}.html", title, "withdrawn.html", {"notice": row}, f"{title}。"
