"""The county's card, the lines, the holidays, complaints, and the plans' targets with what the records say of them."""

from __future__ import annotations

from collections import Counter

from example.money_base import COUNTY, Book, table, town_of
from example.world import Row

_DONE = ("已脱贫",)


def fill_facts(book: Book) -> None:
    """What needs no project or payment."""
    facts = table("county_facts")
    book.add("county", **facts["county"])
    fields = ("line_kind", "year", "amount", "income_measure", "doc_no", "verified")
    for line in facts["lines"]:
        book.add("lines", place="全国", **dict(zip(fields, line, strict=True)))
    fields = (
        "kind",
        "holder",
        "valid_from",
        "retired_on",
        "poverty_status",
        "household_class",
        "begun_by",
        "dibao",
        "tekun",
        "basis",
        "verified",
    )
    for kind in facts["membership_kinds"]:
        book.add("membership-kinds", **dict(zip(fields, kind, strict=True)))
    fields = ("regime", "name", "valid_from", "retired_on", "place", "amount", "unit", "months", "basis", "verified")
    for regime in facts["regimes"]:
        book.add("regimes", **dict(zip(fields, regime, strict=True)))
    for year, lines in facts["calendar"].items():
        for key, days in lines.items():
            holiday, kind = key.split()
            for item in days:
                book.add("calendar", calendar_date=f"{year}-{item}", day_kind=kind, holiday=holiday)
    fields = ("received_on", "channel", "topic", "township_code", "leader_unit", "due_on", "closed_on", "outcome")
    for line in facts["complaints"]:
        cells = dict(zip(fields, line, strict=True))
        cells["township_code"] = book.town(cells["township_code"])
        book.add("complaints", complaint_no="T" + book.number("complaint", 6), **cells)


def fill_indicators(book: Book) -> None:
    """Targets of the plans; actuals in braces are counted from the records, so it runs last."""
    known = _counted(book)
    fields = ("subject", "indicator", "period", "target", "actual", "unit", "basis")
    for line in table("county_facts")["indicators"]:
        cells = dict(zip(fields, line, strict=True))
        cells["subject"] = _subject(book, cells["subject"])
        cells["actual"] = cells["actual"].format_map(known)
        book.add("indicators", **cells)
    for town in book.towns:
        cells = {"target": "1", "actual": "1", "unit": "个", "basis": "方案19 二、6"}
        book.add("indicators", subject=town["division_code"], indicator="留守儿童关爱中心", period="2020", **cells)


def _subject(book: Book, name: str) -> str:
    if name == "county":
        return COUNTY
    return book.town(name) if name in book.world.slugs.values() else book.village_named(name)


def _counted(book: Book) -> dict[str, str]:
    counts = _household_counts(book) | _project_counts(book)
    rows = book.world.rows
    counts["villages"] = len(book.villages)
    counts["villages_guzhen"] = sum(town_of(code) == book.town("guzhen") for code in book.villages)
    counts["paired_units"] = len(_paired_units(rows["pairings"])) or 129
    known = {name: str(value) for name, value in counts.items()}
    return _Zero(known)


class _Zero(dict):
    def __missing__(self, key: str) -> str:
        return "0"


def _paired_units(pairings: list[Row]) -> set[str]:
    return {
        row["unit_code"]
        for row in pairings
        if row["role"] == "结对单位" and row.get("village_code") and row.get("unit_code") and not row.get("ended_on")
    }


def _household_counts(book: Book) -> Counter:
    counts: Counter = Counter()
    college = {"边岩村", "小寨村", "跃进村", "东原村", "平桥村", "真静村"}
    for village, households in book.register.items():
        slug, name = book.slug(town_of(village)), book.names[village]
        for row in households:
            persons = int(row["population"])
            keys = ["", f"_{row['household_class']}", f"_{slug}", f"_{name}"]
            keys += ["_college"] if name in college else []
            for key in keys:
                counts[f"households{key}"] += 1
                counts[f"persons{key}"] += persons
            state = "exited" if row["poverty_status"] in _DONE else "open"
            counts[f"{state}_households_{slug}"] += 1
            counts[f"{state}_persons_{slug}"] += persons
            if slug == "yunshan":
                members = book.members[row["household_no"]]
                counts.update(f"class_{m['assistance_class']}" for m in members if m.get("assistance_class"))
    return counts


def _project_counts(book: Book) -> Counter:
    rows, counts = book.world.rows, Counter()
    accepted = {row["project_id"] for row in rows["projects"] if row.get("accepted_on") and row["year"] == "2019"}
    for row in rows["projects"]:
        if row.get("sub_category") == "整村推进" and row["year"] == "2020":
            counts["projects_whole"] += 1
            counts["budget_whole"] += int(row["budget_total"].split(".")[0])
        if row["project_id"] in accepted:
            counts["accepted_migrant" if row["category"] == "水库移民后扶" else "accepted_poverty"] += 1
    paid = [row for row in rows["payments"] if row["project_id"] in accepted]
    counts["accepted_paid"] = sum(int(row["amount"].split(".")[0]) for row in paid)
    for row in rows["subsidies"]:
        if row["benefit"] == "水库移民直补" and row["period"] == "2020-Q1":
            counts["migrants"] += 1
            counts["migrant_money"] += int(row["amount"].split(".")[0])
        counts["rain"] += row["benefit"] == "雨露计划补助"
    names = {"环保厕所": "toilets", "合格学校": "schools", "全面改薄": "weak", "高中办学": "high"}
    for row in rows["allocations"]:
        if row["name"].startswith("2020年教育扶贫资金"):
            amount = int(row["amount"].split(".")[0])
            counts["education_in"] += amount
            counts["education_" + next(key for word, key in names.items() if word in row["name"])] += amount
    return counts
