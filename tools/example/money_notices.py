"""Notices of money and projects: what the pool holds, what a fund is for, what will be built, what was built."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from example.money_base import COUNTY, ONE_DAY, Book, day
from example.money_funds import Fund
from example.money_works import Work
from example.world import AS_OF

_FIRST = 50001  # of each year: G2019-50001…; the notices of cases begin at 1
_BOARD = 12  # days on the board, first and last counted


def notice(
    book: Book, kind: str, title: str, where: str, place: str, starts: date, unit: str, items: int, **more
) -> str:
    """Add a notice of twelve days; closed without objection on the next working day, if that has come."""
    projects = more.pop("projects", ())
    ends = more.pop("ends", starts + timedelta(days=_BOARD - 1))
    identity = f"G{starts.year}-{book.number(f'notice-{starts.year}', 5, _FIRST)}"
    closed = book.clock.plus(ends, 1)
    book.add(
        "notices",
        notice_id=identity,
        notice_kind=kind,
        title=title,
        division_code=where,
        place=place,
        starts_on=starts.isoformat(),
        ends_on=ends.isoformat(),
        publisher_unit=unit,
        items=str(items),
        result="无异议" if closed <= AS_OF else "",
        closed_on=closed.isoformat() if closed <= AS_OF else "",
        **more,
    )
    for project in sorted(set(projects)):
        book.add("notice-projects", notice_id=identity, project_id=project)
    return identity


def fill_notices(book: Book, works: list[Work], funds: dict[str, Fund]) -> None:
    _fund_notices(book, funds.values())
    _pool_notices(book, works)
    _plan_notices(book, works)
    _before(book, works)
    _after(book, works)
    _changes(book, works)


def _fund_notices(book: Book, funds: Iterable[Fund]) -> None:
    days: dict[date, list[Fund]] = defaultdict(list)
    for fund in funds:
        days[fund.published].append(fund)
    for when, chosen in sorted(days.items()):
        title = f"{when.year}年{when.month}月{when.day}日扶贫资金分配结果公告"
        more = {"doc_no": chosen[0].doc_no, "ends": when + timedelta(days=29)}
        unit = book.units["finance"]
        notice(book, "资金分配公告", title, COUNTY, "政府网站", when, unit, len(chosen), **more)


def _pool_notices(book: Book, works: list[Work]) -> None:
    """Before approval: in the township, then by the county."""
    for year, town_day, county_day in (("2019", "2019-03-11", "2019-03-25"), ("2020", "2020-03-16", "2020-03-28")):
        chosen = [w for w in works if w.row["year"] == year and w.kind in ("accepted", "whole", "named")]
        for town in book.towns:
            code = town["division_code"]
            ids = [w.id for w in chosen if w.town == code]
            if ids:
                title = f"{town['name']}{year}年项目库公示"
                unit = book.township_units[code]
                notice(book, "项目库公示", title, code, "乡镇公示栏", day(town_day), unit, len(ids), projects=ids)
        ids = [w.id for w in chosen]
        title = f"示例县{year}年扶贫项目库公示"
        unit = book.units["poverty"]
        notice(book, "项目库公示", title, COUNTY, "政府网站", day(county_day), unit, len(ids), projects=ids)
    ids = [w.id for w in works if w.kind == "pool"]
    title = "示例县2020年扶贫项目库公示（新增入库项目）"
    notice(book, "项目库公示", title, COUNTY, "政府网站", day("2020-06-08"), unit, len(ids), projects=ids)


def _plan_notices(book: Book, works: list[Work]) -> None:
    """2019 in one; 2020 first what is paid to households from January on, then the works."""
    paid = ("programme", "interest")
    plans = (
        ("2019", "2019-04-22", "示扶发〔2019〕5号", ("accepted", *paid), ""),
        ("2020", "2020-01-03", "示扶发〔2020〕1号", paid, "（第一批）"),
        ("2020", "2020-04-14", "示扶发〔2020〕3号", ("whole", "named"), "（第二批）"),
    )
    for year, when, doc_no, kinds, batch in plans:
        ids = [w.id for w in works if w.row["year"] == year and w.kind in kinds]
        title = f"示例县{year}年度扶贫项目资金计划{batch}公告"
        start, unit = day(when), book.units["poverty"]
        more = {"doc_no": doc_no, "projects": ids}
        notice(book, "年度计划公告", title, COUNTY, "政府网站", start, unit, len(ids), **more)
    titles = (
        ("2019-12-23", "2019年教育扶贫资金安排和工作进展公告", ""),
        ("2020-04-16", "2020年教育扶贫资金安排公告", "示教发〔2020〕6号"),
    )
    for when, title, doc_no in titles:
        start, unit = day(when), book.units["education"]
        more = {"doc_no": doc_no, "ends": start + timedelta(days=29)} if doc_no else {}
        notice(book, "其他公告", title, COUNTY, "政府网站", start, unit, 1, **more)


def _before(book: Book, works: list[Work]) -> None:
    """实施前公示: works by township on the village boards; programmes paid to households by the county."""
    groups: dict[tuple[date, str, str], list[Work]] = defaultdict(list)
    for work in works:
        if "县级审批" in work.stages:
            whole = work.kind in ("programme", "interest")
            start = work.stages["县级审批"] + ONE_DAY if whole else _boards_from(work)
            groups[start, "" if whole else work.town, work.row["year"]].append(work)
    for (start, town, year), chosen in sorted(groups.items(), key=lambda item: item[0]):
        where, unit = _where(book, town)
        name = book.names.get(town, "示例县")
        title = f"{name}{year}年扶贫项目实施前公示（{start.month}月{start.day}日）"
        place = "村公示栏" if town else "政府网站"
        ids = [w.id for w in chosen]
        identity = notice(book, "实施前公示", title, where, place, start, unit, len(ids), projects=ids)
        for work in chosen:
            work.row["notice_before"] = identity


def _boards_from(work: Work) -> date:
    return day("2019-04-22") if work.row["year"] == "2019" else day("2020-04-13")


def _where(book: Book, town: str) -> tuple[str, str]:
    return (town, book.township_units[town]) if town else (COUNTY, book.units["poverty"])


def _after(book: Book, works: list[Work]) -> None:
    """竣工后公示: the accepted works in May 2020, the programmes of 2019 in January, four finished villages just now."""
    groups: dict[tuple[date, str, str], list[Work]] = defaultdict(list)
    for work in works:
        start = {"accepted": "2020-05-06", "whole": "2020-06-22", "programme": "2020-01-06"}.get(work.kind)
        if start and "竣工" in work.stages:
            groups[day(start), work.town if work.kind != "programme" else "", work.row["year"]].append(work)
    for (start, town, year), chosen in sorted(groups.items(), key=lambda item: item[0]):
        where, unit = _where(book, town)
        title = f"{book.names.get(town, '示例县')}{year}年扶贫项目竣工后公示"
        ids = [w.id for w in chosen]
        place = "村公示栏" if town else "政府网站"
        identity = notice(book, "竣工后公示", title, where, place, start, unit, len(ids), projects=ids)
        for work in chosen:
            work.row["notice_after"] = identity


def _changes(book: Book, works: list[Work]) -> None:
    for work in works:
        for change in work.changes:
            where, unit = _where(book, work.town)
            more = {"doc_no": change["doc_no"], "projects": [work.id]}
            title = f"{work.row['name']}调整公示"
            start = day(change["changed_on"]) + timedelta(days=2)
            change["notice_id"] = notice(book, "项目调整公示", title, where, "村公示栏", start, unit, 1, **more)


def object_to(book: Book, kind: str, title_part: str, topic: str, outcome: str) -> None:
    """Somebody objected to the last closed notice of that kind; the answer came before it was closed."""
    chosen = [
        row
        for row in book.world.rows["notices"]
        if row["notice_kind"] == kind and title_part in row["title"] and row.get("closed_on")
    ]
    if chosen:
        row = max(chosen, key=lambda item: item["notice_id"])
        row["result"] = "有异议已处理"
        raised = day(row["starts_on"]) + timedelta(days=3)
        answered = book.clock.plus(raised, 3)
        cells = {"raised_on": raised.isoformat(), "answered_on": answered.isoformat()}
        book.add(
            "notice-objections", notice_id=row["notice_id"], topic=topic, objection_no="1", outcome=outcome, **cells
        )
