"""Notices on the site: by state and by year, what is left of a list when its period is over, and the Atom feed."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import islice
from typing import Any

from gongshi.disclosure.clock import State, state

OPEN = (State.RUNNING, State.WAITING, State.PENDING)
FEED = "notices/feed.xml"
_NEWEST = 50


def by_state(rows: Iterable[Any], on: datetime.date) -> Mapping[State, list[Any]]:
    """Notices by their state on the day."""
    found: dict[State, list[Any]] = {name: [] for name in State}
    for row in rows:
        found[state(row, on)].append(row)
    return found


def by_year(rows: Iterable[Any]) -> Mapping[int, list[Any]]:
    """Notices by the year they began in, the newest year first."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.starts_on.year].append(row)
    return dict(sorted(found.items(), reverse=True))


def over(row: Any, on: datetime.date) -> bool:
    """Whether a list of households has come down: from then on the site keeps kind, dates, result and commitments."""
    return row.project_count is None and on > row.ends_on


def feed(rows: Sequence[Any], facts: Mapping[str, object], county: Any) -> Iterator[bytes]:
    """The newest notices as an Atom feed; its times are days of the records, so two builds give the same bytes."""
    newest = max((row.starts_on for row in rows), default=None)
    updated = newest or facts["on"]
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-CN">\n'
        f"<title>{_text(facts['site_name'])}：公示公告</title>\n<id>tag:gongshi,2020:{county.county_code}</id>\n"
        f"<updated>{updated}T00:00:00+08:00</updated>\n<author><name>{_text(county.office)}</name></author>\n"
    )
    yield head.encode()
    for row in islice(rows, _NEWEST):
        yield _entry(row, county).encode()
    yield b"</feed>\n"


def _entry(row: Any, county: Any) -> str:
    summary = f"{row.notice_kind}，公示期 {row.starts_on} 至 {row.ends_on}，{row.scope or ''}。"
    return (
        f"<entry><title>{_text(row.title)}</title><id>tag:gongshi,2020:{county.county_code}:{row.notice_id}</id>"
        f'<link href="{_text(row.notice_id)}.html"/><updated>{row.starts_on}T00:00:00+08:00</updated>'
        f"<summary>{_text(summary)}</summary></entry>\n"
    )


def _text(value: object) -> str:
    """Escaped, without what XML cannot hold."""
    return escape("".join(char for char in str(value) if char >= " " and char not in "\ufffe\uffff"))
