"""Inspections: quarterly, by method, by fund, by township and county in turn, monthly in the canteens; what they found."""

from __future__ import annotations

from datetime import date, timedelta

from example.money_base import COUNTY, Book, before_today, day, table
from example.money_documents import document, numbered
from example.money_works import Work, workday
from example.world import AS_OF

_FIELDS = (
    "inspection_kind", "title", "by_unit", "started_on", "finished_on", "funds_checked", "homes_visited", "sites_seen",
    "progress_checked", "quality_checked", "effect_checked", "score", "sample_size", "satisfaction", "report_doc",
)  # fmt: skip
_ASPECTS = {"progress_checked": "是", "quality_checked": "是", "effect_checked": "是"}


def fill_inspections(book: Book, works: list[Work]) -> None:
    data = table("money_inspections")
    for line in data["checks"]:
        cells = dict(zip(_FIELDS, line, strict=True))
        cells["by_unit"] = book.units[cells["by_unit"]]
        finished = day(cells["finished_on"])
        if cells["report_doc"]:
            cells["report_doc"] = _report(book, cells, finished)
        identity = _inspection(book, day(cells["started_on"]), division_code=COUNTY, **cells)
        for number, finding in enumerate(data["findings"].get(cells["title"], ()), 1):
            _finding(book, works, identity, number, finished, finding)
    _township_checks(book)
    _assessments(book)
    _canteens(book)


def _inspection(book: Book, started: date, **cells: str) -> str:
    identity = f"X{started.year}-{book.number(f'inspection-{started.year}', 3)}"
    book.add("inspections", inspection_id=identity, **cells)
    return identity


def _report(book: Book, cells: dict[str, str], finished: date) -> str:
    word = "示审报" if cells["report_doc"] == "审计报告" else "示查报"
    issued = book.clock.plus(finished, 4)
    number = numbered(book, word, issued.year)
    return document(book, number, f"{cells['title']}报告", cells["report_doc"], issued, cells["by_unit"], "县")


def _finding(book: Book, works: list[Work], identity: str, number: int, found: date, line: list[str]) -> None:
    kind, slug, due, cause, rectified, accountability, amount, recovered = line
    town = book.town(slug)
    cells = {"finding_type": kind, "liable_unit": book.township_units[town], "cause": cause}
    cells["due_on"] = (found + timedelta(days=int(due))).isoformat()
    if rectified:
        done = workday(book, found + timedelta(days=int(rectified)))
        closed = book.clock.plus(done, 1)
        cells |= {"rectified_on": before_today(done), "accountability": accountability}
        cells["closed_on"] = before_today(closed)
    if amount:
        cells |= {"amount": f"{amount}.00", "recovered": f"{recovered}.00"}
    if kind in ("质量问题", "进度滞后", "滞留滞拨"):
        year = "2020" if found.year == 2020 and not rectified else "2019"
        built = ("accepted", "whole", "named")
        ids = [
            w.id
            for w in works
            if w.town == town and w.row["year"] == year and w.kind in built and w.payee == "施工单位"
        ]
        cells["project_id"] = ids[0] if ids else ""
    book.add("inspection-findings", inspection_id=identity, finding_no=str(number), **cells)


def _township_checks(book: Book) -> None:
    """Each half-year: every township checks itself, then the county checks it again: progress, quality, effect."""
    for label, own, again in (
        ("2019年下半年", "2019-11-04", "2019-11-25"),
        ("2020年上半年", "2020-05-18", "2020-06-08"),
    ):
        for turn, town in enumerate(book.towns):
            code, name = town["division_code"], town["name"]
            plans = (
                ("乡镇自查", own, book.township_units[code], "自查"),
                ("县级复查", again, book.units["education"], "县级复查"),
            )
            for kind, first, unit, word in plans:
                started = workday(book, first, turn % 5)
                _inspection(
                    book,
                    started,
                    inspection_kind=kind,
                    title=f"{name}{label}教育和项目扶贫{word}",
                    by_unit=unit,
                    division_code=code,
                    started_on=started.isoformat(),
                    finished_on=book.clock.plus(started, 3).isoformat(),
                    funds_checked="是",
                    homes_visited="是",
                    sites_seen="是",
                    **_ASPECTS,
                )


def _assessments(book: Book) -> None:
    """The yearly assessment of each township."""
    rng = book.world.rng("money: assessments")
    for town in book.towns:
        _inspection(
            book,
            day("2020-01-13"),
            inspection_kind="考核",
            title=f"{town['name']}2019年度脱贫攻坚目标管理考核",
            by_unit=book.units["government"],
            division_code=town["division_code"],
            started_on="2020-01-13",
            finished_on="2020-01-17",
            funds_checked="是",
            homes_visited="是",
            sites_seen="是",
            **_ASPECTS,
            score=f"{88 + rng.randrange(100) / 10:.2f}",
        )


def _canteens(book: Book) -> None:
    """Meals are checked every month; in the holidays stores and kitchens."""
    when = date(2019, 1, 1)
    while when <= AS_OF:
        what = "食堂设施和库存" if when.month in (2, 7, 8) else "学生膳食"
        started = workday(book, when, 11)
        _inspection(
            book,
            started,
            inspection_kind="膳食检查",
            title=f"{when.year}年{when.month}月{what}检查",
            by_unit=book.units["education"],
            division_code=COUNTY,
            started_on=started.isoformat(),
            finished_on=book.clock.plus(started, 2).isoformat(),
            funds_checked="是",
            homes_visited="否",
            sites_seen="是",
            quality_checked="是",
        )
        when = date(when.year + when.month // 12, when.month % 12 + 1, 1)
