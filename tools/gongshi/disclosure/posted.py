"""A notice without a list of households, as it hangs on the board: what it is about, for how long, and whom to tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gongshi.disclosure import notices
from gongshi.disclosure.kinds import NoticeKind, carries_households, kinds
from gongshi.model import GongshiError
from gongshi.package import Database, queries

_SQL = queries("notices")
RESOURCES = (
    "county",
    "divisions",
    "units",
    "notices",
    "notice-projects",
    "projects",
    "project-villages",
    "allocations",
)


@dataclass(frozen=True, slots=True)
class Posted:
    """The notice, the rule that it follows, who publishes it, the county's contacts, and the rows under ``columns``."""

    notice: Any
    rule: NoticeKind
    publisher: str
    phone: str
    county: dict[str, Any]
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def posted(database: Database, notice_id: str) -> Posted:
    """What to print of a notice; GongshiError for one whose list of households is printed as a village sheet."""
    notice = notices.find(database, notice_id)
    if carries_households(notice.notice_kind):
        raise GongshiError(f"{notice_id} 有到户名单，要印公示榜（gongshi sheet）。")
    county, publisher, phone = heading(database, notice.publisher_unit)
    return Posted(notice, kinds()[notice.notice_kind], publisher, phone or "", county, *_rows(database, notice))


def heading(database: Database, publisher_unit: str) -> tuple[dict[str, Any], str, str | None]:
    """What stands above and below a paper: the county, the publishing unit's name and its office phone."""
    unit = database.sql(_SQL["unit"], [publisher_unit])
    names, rows = database.columns(_SQL["county"])
    publisher, phone = unit[0] if unit else (publisher_unit, None)
    return dict(zip(names, rows[0], strict=True)) if rows else {}, publisher, phone


def _rows(database: Database, notice: Any) -> tuple[tuple[str, ...], tuple[tuple[Any, ...], ...]]:
    """The projects of a notice, else the money that its document hands down."""
    if found := database.sql(_SQL["projects"], [notice.notice_id]):
        return ("项目", "在哪里", "做什么", "预算（元）"), tuple(found)
    found = database.sql(_SQL["money"], [notice.doc_no]) if notice.doc_no else []
    return ("资金", "用在哪方面", "文号", "金额（元）"), tuple(found)
