"""What single pages show, from the views: help, schooling, oversight, the standard catalogue, funds, projects, villages."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from gongshi.disclosure import NOT_YET, Disclosure, Withheld, add
from gongshi.disclosure.clock import WorkingDays
from gongshi.model import GongshiError
from gongshi.package import worded
from gongshi.package.yamlfile import parse, plain
from gongshi.site.numbers import LEVELS, STAGES

WHOLE = "全县项目"
"""Stands for the township of a project that has none: it reaches several."""

SOURCES = (*LEVELS, "自筹")
LATE = ("按时", "超期", "未注明")


def help_values(views: Disclosure) -> dict[str, Any]:
    """Coverage of the county, visits per household by township, and how often there was help of each kind."""
    helped = {row.helped: row.households for row in views.rows("help")}
    visits: dict[str, dict[str, Any]] = defaultdict(dict)
    for row in views.rows("visits"):
        visits[row.township_code][row.quarter] = row.per_household
    by_role: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
    for row in views.rows("contacts"):
        by_role[row.role, row.contact_kind][row.quarter] = row.contacts
    everybody = [row for row in views.rows("people") if row.level == "县" and row.dimension == "合计"]
    return {
        "total": everybody[0].households if everybody else None,
        "covered": helped.get("有", NOT_YET if views.pending else 0),
        "uncovered": helped.get("无"),
        "covered_on": views.day("people-helped"),
        "visits": dict(visits),
        "towns": views.rows("townships"),
        "visit_quarters": sorted({quarter for counts in visits.values() for quarter in counts})[-4:],
        "by_role": dict(by_role),
        "quarters": sorted({quarter for counts in by_role.values() for quarter in counts})[-4:],
        "loans": views.rows("loans"),
        "pending": views.pending,
    }


def benefit_years(rows: Iterable[Any], name: str = "") -> dict[Any, dict[int, Any]]:
    """Amounts by what they are called and by year, in the order of the rows; ``name`` is "" for rows of a single place."""
    found: dict[Any, dict[int, Any]] = defaultdict(dict)
    for row in rows:
        found[getattr(row, name) if name else ""][row.year] = row
    return dict(found)


def education_values(views: Disclosure) -> dict[str, Any]:
    """Aid by school, benefit and term, its totals, the schools, and the education money; the newest term first."""
    rows = sorted(views.rows("school-aid"), key=lambda row: (row.benefit, row.school_code))
    rows.sort(key=lambda row: row.period, reverse=True)
    aid = [row for row in rows if row.school_code != "合计"]
    return {
        "aid": aid,
        "totals": [row for row in rows if row.school_code == "合计"],
        "schools_of": Counter((row.benefit, row.period) for row in aid),
        "pending": views.pending,
        "schools": views.rows("schools"),
        "money": (money := [row for row in views.rows("allocations") if row.programme == "教育扶贫"]),
        "paid": add((Decimal(0), *(row.paid for row in money))),
    }


def oversight_values(views: Disclosure, on: datetime.date) -> dict[str, Any]:
    """Inspections, what they found and whether it is settled; complaints as counts."""
    findings = views.rows("inspection-findings")
    return {
        "inspections": views.rows("inspections"),
        "findings": findings,
        "unsettled": [row for row in findings if row.closed_on is None or row.closed_on > on],
        "overdue": [row for row in findings if (row.closed_on is None or row.closed_on > on) and row.due_on < on],
        "recovered": add((Decimal(0), *(row.recovered for row in findings))),
        "topics": views.rows("complaints"),
        "channels": views.rows("complaint-channels"),
    }


class CatalogueRow(NamedTuple):
    """One row of the standard catalogue: where it is answered, with how many records, how many of them in time."""

    row: Mapping[str, Any]
    records: int | Withheld
    unit: str
    timely: Mapping[str, int] | None


def catalogue_values(views: Disclosure, on: datetime.date) -> dict[str, Any]:
    """The twelve rows of the standard disclosure catalogue, each with what answers it on this site."""
    table = plain(parse((Path(__file__).parent / "standard_catalogue.yaml").read_bytes()))
    rows = [row | {name: worded(row[name], on) for name in ("group", "item", "content")} for row in table["rows"]]
    days = WorkingDays.of((row.calendar_date, row.day_kind) for row in views.rows("calendar"))
    return {"answers": [_answer(views, row, days) for row in rows]}


def _answer(views: Disclosure, row: Mapping[str, Any], days: WorkingDays) -> CatalogueRow:
    found = [item for item in views.rows(row["view"]) if _chosen(item, row)]
    if "count" in row:
        return CatalogueRow(row, _total(views, row, found), row["unit"], None)
    timely = _timely(found, row, days) if "from" in row else None
    return CatalogueRow(row, len(found), row["unit"], timely)


def _total(views: Disclosure, row: Mapping[str, Any], found: Sequence[Any]) -> int | Withheld:
    """A column added up; what is withheld of it says so, and a figure of people may have to wait."""
    people = any(column.people for column in views.columns(row["view"]) if column.name == row["count"])
    if people and views.pending:
        return NOT_YET
    total: int | Withheld = add(getattr(item, row["count"]) for item in found)
    return total


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
    paid: Decimal | Withheld
    allocation: str | None
    """None for what a project's own people put in: nobody allots it and the ledger has no payment of it."""


class TopicShare(NamedTuple):
    """What goes one way: of how many projects, how much is planned and paid."""

    name: str
    projects: int
    amount: Decimal
    paid: Decimal | Withheld


def routes(views: Disclosure) -> list[Route]:
    """Budget lines joined with their allocation and project; what was paid of an allocation for a project.

    That is what units were paid until the day, and what persons were paid until the figures' day.
    """
    funds = {row.allocation_id: row for row in views.rows("allocations")}
    projects = {row.project_id: row for row in views.rows("projects")}
    paid: dict[tuple[str, str | None], list[Any]] = defaultdict(lambda: [Decimal(0)])
    for row in (*views.rows("payments"), *views.rows("project-persons")):
        paid[row.project_id, row.allocation_id].append(row.amount)
    found = []
    for line in views.rows("project-budget"):
        project, fund = projects.get(line.project_id), funds.get(line.allocation_id)
        if project is None:
            continue
        programme = fund.programme if fund else "自筹和其他"
        parts = paid.pop((line.project_id, line.allocation_id), [Decimal(0)])
        money = add((*parts, NOT_YET if views.pending and fund else None))
        town = project.township or WHOLE
        amount = line.amount or Decimal(0)
        found.append(Route(line.source_level, programme, town, project, amount, money, line.allocation_id))
    return sorted(found, key=lambda route: (-route.amount, route.project.project_id))


def shares(found: Sequence[Route], field: str) -> list[TopicShare]:
    """The routes added up by one of their fields, the largest first."""
    groups: dict[str, list[Route]] = defaultdict(list)
    for route in found:
        groups[getattr(route, field)].append(route)
    return sorted((_share(name, rows) for name, rows in groups.items()), key=lambda share: (-share.amount, share.name))


def _share(name: str, rows: Sequence[Route]) -> TopicShare:
    amount, paid = (add((Decimal(0), *(getattr(row, field) for row in rows))) for field in ("amount", "paid"))
    return TopicShare(name, len({row.project.project_id for row in rows}), amount, paid)


class Where(NamedTuple):
    """Where a project is done and from what it is paid, for the list: codes to filter by, and words to read."""

    codes: str
    text: str
    sources: Sequence[str]
    number: int = 0
    """In how many villages; 0 where it is in all, or nobody says in which."""


def project_values(views: Disclosure) -> dict[str, Any]:
    """All projects, with their villages and sources, and what they can be filtered by."""
    projects, known = views.rows("projects"), {row.village_code: row for row in views.rows("villages")}
    villages: dict[str, list[Any]] = defaultdict(list)
    for row in views.rows("project-villages"):
        villages[row.project_id].append(row)
    sources: dict[str, list[str]] = defaultdict(list)
    for row in views.rows("project-budget"):
        if row.source_level not in sources[row.project_id]:
            sources[row.project_id].append(row.source_level)
    towns = {row.name: None for row in views.rows("townships")} | {WHOLE: None}
    offered: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for code in sorted({row.village_code for rows in villages.values() for row in rows} & set(known)):
        offered[known[code].township or ""].append((code, known[code].name))
    return {
        "projects": projects,
        "places": {
            row.project_id: _where(villages[row.project_id], sources[row.project_id], len(known)) for row in projects
        },
        "towns": [name for name in towns if any((row.township or WHOLE) == name for row in projects)],
        "villages": dict(offered),
        "stages": [name for name in STAGES if any(row.stage == name for row in projects)],
        "sources": [name for name in SOURCES if any(name in found for found in sources.values())],
    }


def _where(villages: Sequence[Any], sources: Sequence[str], all_villages: int) -> Where:
    """A project without villages, or in all of them, is found under every village."""
    names = [row.village or row.village_code for row in villages]
    if not names or len(names) >= all_villages:
        return Where("*", "全县", sources)
    text = "、".join(names) if len(names) <= 3 else f"{len(names)} 个村"
    return Where(" ".join(row.village_code for row in villages), text, sources, len(names))


class Item(NamedTuple):
    """One of the eight things a village should have: None where the ledger does not say whether it has it."""

    name: str
    has: bool | None
    fields: Sequence[str]


EIGHT = {
    "主导产业": ("industry_1", "industry_2", "industry_cover_rate"),
    "道路": ("hard_road", "groups_with_road"),
    "便民服务中心": ("service_centre_m2", "shop"),
    "社会保障": ("pension_rate", "med_ins_rate"),
    "村容村貌制度": ("sanitation_rules",),
    "村两委班子": ("cadre_team",),
    "驻村工作队": ("work_team",),
    "结对帮扶机制": ("pairing_system",),
}
"""方案13 三（二）: the first field of each says whether it is there."""


def eight(village: Any) -> list[Item]:
    """What of the eight things a village has; whether that is enough is for the rules to say."""

    def has(value: Any) -> bool | None:
        return None if value is None or value == "" else bool(value)

    return [Item(name, has(getattr(village, fields[0])), fields) for name, fields in EIGHT.items()]
