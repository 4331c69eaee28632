"""What the pages about help, schooling, oversight and the standard catalogue show, from the views."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from gongshi.disclosure import Disclosure, Withheld
from gongshi.disclosure.clock import WorkingDays
from gongshi.model import GongshiError
from gongshi.package.yamlfile import parse, plain

LATE = ("按时", "超期", "未注明")


def help_values(views: Disclosure, on: datetime.date) -> dict[str, Any]:
    """Coverage by township, and what happened in the last quarters that are over."""
    past = _past_quarters({row.quarter for row in views.rows("contacts")}, on)
    by_role: dict[tuple[str, str], dict[str, int | Withheld]] = defaultdict(dict)
    visits: dict[str, dict[str, int | Withheld]] = defaultdict(dict)
    for row in views.rows("contacts"):
        if row.township_code == "合计":
            by_role[row.role, row.contact_kind][row.quarter] = row.contacts
        if (row.role, row.contact_kind) == ("帮扶责任人", "走访"):
            visits[row.township_code][row.quarter] = row.contacts
    return {"coverage": views.rows("help"), "quarters": past, "by_role": dict(by_role), "visits": dict(visits)}


def _past_quarters(quarters: Iterable[str], on: datetime.date) -> list[str]:
    """The last four quarters that have data and ended on or before the day: figures of a running one still change."""
    running = f"{on.year}-Q{(on.month + 2) // 3}"
    last = (on + datetime.timedelta(days=1)).month != on.month and on.month % 3 == 0
    return sorted(quarter for quarter in quarters if quarter < running or (last and quarter == running))[-4:]


class Aid(NamedTuple):
    """Aid to pupils in one period: the rows of each benefit by school, and their totals."""

    period: str
    benefits: Sequence[str]
    schools: Sequence[tuple[str, Mapping[str, Any]]]
    totals: Mapping[str, Any]


def education_values(views: Disclosure) -> dict[str, Any]:
    """Aid by period and school, the schools, and the education money."""
    periods: dict[str, list[Any]] = defaultdict(list)
    for row in views.rows("school-aid"):
        periods[row.period].append(row)
    money = [row for row in views.rows("allocations") if row.programme == "教育扶贫"]
    found = [_aid(period, periods[period]) for period in sorted(periods, reverse=True)]
    return {"aid": found, "schools": views.rows("schools"), "money": money}


def _aid(period: str, rows: Sequence[Any]) -> Aid:
    schools: dict[str, dict[str, Any]] = defaultdict(dict)
    totals = {row.benefit: row for row in rows if row.school_code == "合计"}
    for row in rows:
        if row.school_code != "合计":
            schools[row.school][row.benefit] = row
    return Aid(period, sorted(totals), list(schools.items()), totals)


def oversight_values(views: Disclosure, on: datetime.date) -> dict[str, Any]:
    """Inspections, what they found and whether it is settled; complaints as counts."""
    findings = views.rows("inspection-findings")
    return {
        "inspections": views.rows("inspections"),
        "findings": findings,
        "unsettled": [row for row in findings if row.closed_on is None or row.closed_on > on],
        "overdue": [row for row in findings if (row.closed_on is None or row.closed_on > on) and row.due_on < on],
        "recovered": sum((row.recovered or Decimal(0) for row in findings), Decimal(0)),
        "topics": views.rows("complaints"),
        "channels": views.rows("complaint-channels"),
    }


class Answer(NamedTuple):
    """One row of the standard catalogue: where it is answered, with how many records, how many of them in time."""

    row: Mapping[str, Any]
    records: int | None
    unit: str
    timely: Mapping[str, int] | None


def catalogue_values(views: Disclosure) -> dict[str, Any]:
    """The twelve rows of the standard disclosure catalogue, each with what answers it on this site."""
    table = plain(parse((Path(__file__).parent / "standard_catalogue.yaml").read_bytes()))
    days = WorkingDays.of((row.calendar_date, row.day_kind) for row in views.rows("calendar"))
    return {"answers": [_answer(views, row, days) for row in table["rows"]]}


def _answer(views: Disclosure, row: Mapping[str, Any], days: WorkingDays) -> Answer:
    found = [item for item in views.rows(row["view"]) if _chosen(item, row)]
    if "count" in row:
        values = [getattr(item, row["count"]) for item in found]
        known = [value for value in values if value is not None and not isinstance(value, Withheld)]
        return Answer(row, sum(known), row["unit"], None)
    timely = _timely(found, row, days) if "from" in row else None
    return Answer(row, len(found), row["unit"], timely)


def _chosen(item: Any, row: Mapping[str, Any]) -> bool:
    return "field" not in row or getattr(item, row["field"]) in row["values"]


def _timely(found: Sequence[Any], row: Mapping[str, Any], days: WorkingDays) -> Mapping[str, int] | None:
    """How many were published within the time allowed; None where the calendar does not reach."""
    counts = dict.fromkeys(LATE, 0)
    for item in found:
        made, published = getattr(item, row["from"]), getattr(item, row["to"])
        if made is None or published is None:
            counts["未注明"] += 1
            continue
        try:
            counts["按时" if published <= days.after(made, int(row["days"])) else "超期"] += 1
        except GongshiError:
            return None
    return counts


class Route(NamedTuple):
    """One way of the money: from a source for a programme to a project in a township."""

    source: str
    programme: str
    township: str
    project: Any
    amount: Decimal
    paid: Decimal


def routes(views: Disclosure) -> list[Route]:
    """Budget lines joined with their allocation and project; what was paid of an allocation for a project."""
    funds = {row.allocation_id: row for row in views.rows("allocations")}
    projects = {row.project_id: row for row in views.rows("projects")}
    paid: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in views.rows("payments"):
        paid[row.project_id, row.allocation_id] += row.amount or Decimal(0)
    found = []
    for line in views.rows("project-budget"):
        project, fund = projects.get(line.project_id), funds.get(line.allocation_id)
        if project is None:
            continue
        programme = fund.programme if fund else "自筹和其他"
        money = paid.pop((line.project_id, line.allocation_id), Decimal(0))
        town = project.township or "全县"
        found.append(Route(line.source_level, programme, town, project, line.amount or Decimal(0), money))
    return sorted(found, key=lambda route: (-route.amount, route.project.project_id))
