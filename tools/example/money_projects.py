"""The projects: 79 works of 2019 accepted and paid (plan 5), 20 whole-village projects of 2020, the works that plans
7, 13, 16 and 19 name, what is only in the pool, and one project for each programme paid to households.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from random import Random

from example.money_base import Book, day, table, town_of
from example.money_subsidies import Entitlement
from example.money_works import Work, goals, project_id, reach, workday

ACCEPTED_FARMING, ACCEPTED_WORKS, ACCEPTED_MIGRANT = 10, 16, 53
WHOLE = 20
PAID_2019 = 3_460_000_00  # fen: what was paid to the 79, nine tenths of their budgets but for a small rest
_THOUSAND = 1000_00
_HIGHEST = 80  # thousand yuan


def all_works(book: Book, lines: list[Entitlement]) -> list[Work]:
    works = accepted_2019(book, lines)
    works += whole_2020(book)
    works += named_2020(book)
    works += pool_2020(book)
    works += programmes(book, lines)
    return works


def _split(rng: Random, total: int, parts: int, low: int, high: int) -> list[int]:
    """``total`` thousands in parts between low and high."""
    result = [total // parts] * parts
    for index in range(total % parts):
        result[index] += 1
    for _ in range(parts * 4):
        a, b = rng.sample(range(parts), 2)
        shift = rng.randint(1, 9)
        if result[a] - shift >= low and result[b] + shift <= high:
            result[a] -= shift
            result[b] += shift
    return result


def _poor_villages(book: Book) -> list[str]:
    """Poor villages with enough registered households, in an order of their own; not those with works of their own."""
    ranked = {"重点贫困村": 0, "贫困村": 0, "非贫困村": 1}
    own = {entry.get("village") for entry in table("money_projects")["works20"]}
    codes = [code for code in book.villages if len(book.register[code]) >= 8 and book.names[code] not in own]
    book.world.rng("money: poor villages").shuffle(codes)
    return sorted(codes, key=lambda code: ranked[book.villages[code]["village_class"]])


def accepted_2019(book: Book, lines: list[Entitlement]) -> list[Work]:
    rng = book.world.rng("money: works of 2019")
    tables = table("money_projects")
    poor = _poor_villages(book)[WHOLE:]
    migrants = sorted({line.village for line in lines if line.benefit == "水库移民直补"})
    thousands = -(-PAID_2019 // (900 * 100))  # nine tenths of this many thousand yuan is the sum, or just more
    small = _split(rng, 1445, ACCEPTED_FARMING + ACCEPTED_WORKS, 25, _HIGHEST)
    large = _split(rng, thousands - 1445, ACCEPTED_MIGRANT, 25, _HIGHEST)
    plans = [("farming19", "farming_works", "产业扶贫", poor[i]) for i in range(ACCEPTED_FARMING)]
    plans += [("works19", "village_works", "村基础设施", poor[ACCEPTED_FARMING + i]) for i in range(ACCEPTED_WORKS)]
    plans += [
        ("migrant19", "migrant_works", "水库移民后扶", migrants[i % len(migrants)]) for i in range(ACCEPTED_MIGRANT)
    ]
    works = []
    for index, ((fund, kinds, category, village), amount) in enumerate(zip(plans, small + large, strict=True)):
        kind = tables[kinds][(index + index // len(plans)) % len(tables[kinds])]
        work = _small_work(book, "2019", category, village, kind, fund, amount)
        _accepted_days(book, work, rng)
        works.append(work)
    _some_changes(works)
    return works


def _small_work(book: Book, year: str, category: str, village: str, kind, fund: str, thousands: int) -> Work:
    what, unit, price = kind[0], kind[1], int(kind[2])
    sub = kind[3] if len(kind) > 3 else "整村推进"
    quantity = str(thousands * 1000 // price)
    farming = category == "产业扶贫"
    town = town_of(village)
    place = f"{book.names[town]}{book.names[village]}"
    row = {
        "project_id": project_id(book, year, category),
        "name": f"{year}年{place}{what}项目",
        "year": year,
        "category": category,
        "sub_category": sub,
        "build_kind": "改扩建" if what.endswith(("维修", "整修", "改造")) else "新建",
        "township_code": town,
        "owner_unit": book.village_units.get(village, book.township_units[town]),
        "owner_post": "村委会主任",
        "approval_level": "县",
        "content": f"{book.names[village]}{what}{quantity}{unit}",
        "quantity": quantity,
        "quantity_unit": unit,
        "unit_price": f"{price}.00",
        "funding_mode": "财政投入",
        "in_plan": "是",
        **reach(book, [village], farming),
        **goals(book, f"完成{what}{quantity}{unit}", "受益户增收" if farming else "改善生产生活条件"),
    }
    if farming:
        row["benefit_link"] = "带动生产" if sub == "养殖" else "土地流转"
    payee = "合作社" if farming else "施工单位"
    work = Work("accepted" if year == "2019" else "whole", row, [(fund, thousands * _THOUSAND)], [village], town, payee)
    work.measure = "产业帮扶/合作社带动" if farming else "基础设施建设/其他"
    return work


def _accepted_days(book: Book, work: Work, rng: Random) -> None:
    """From the application of spring 2019 to the claim of May 2020; some are settled and handed over in June."""
    turn = sorted(book.township_units).index(work.town) % 5
    done = workday(book, "2019-09-10", rng.randrange(45))
    work.stages = {
        "乡镇申报": workday(book, "2019-02-18", turn * 3),
        "县级审批": workday(book, "2019-04-12", turn),
        "开工": workday(book, "2019-05-13", rng.randrange(25)),
        "竣工": done,
        "乡镇初检": workday(book, done + timedelta(days=7 + rng.randrange(12))),
        "县级验收": workday(book, "2020-03-16", rng.randrange(38)),
        "乡级报账": workday(book, "2020-05-20", rng.randrange(7)),
    }
    settled = rng.random()
    if settled < 0.6:
        work.stages["决算"] = workday(book, "2020-06-15", rng.randrange(3))
    if settled < 0.4:
        work.stages["移交"] = workday(book, "2020-06-19", rng.randrange(5))
    work.row["planned_start"], work.row["planned_end"] = "2019-05-10", "2019-12-20"
    work.row["accepted_on"] = work.stages["县级验收"].isoformat()
    work.row["accepted_quantity"] = work.row["quantity"]
    work.row["final_cost"] = f"{work.total // 100}.00" if settled < 0.6 else ""
    work.row["actual_satisfaction"] = f"{95 + rng.randrange(50) / 10:.1f}"


def _some_changes(works: list[Work]) -> None:
    """Three changes of plan in July 2019; each is approved and shown before the next payment."""
    for work, kind, less in zip(works[12:36:8], ("变更内容", "延期", "调减预算"), (0, 0, 5000_00), strict=True):
        before = work.total + less
        work.changes.append(
            {
                "changed_on": "2019-07-15",
                "change_kind": kind,
                "amount_before": f"{before // 100}.00",
                "amount_after": f"{work.total // 100}.00",
            }
        )


def whole_2020(book: Book) -> list[Work]:
    """The 20 of plan 5: 3,000,000 yuan in all."""
    rng = book.world.rng("money: whole villages of 2020")
    kinds = table("money_projects")["whole_works"]
    villages = _poor_villages(book)[:WHOLE]
    amounts = _split(rng, 3000, WHOLE, 90, 240)
    works = []
    for index, (village, amount) in enumerate(zip(villages, amounts, strict=True)):
        kind = kinds[index % len(kinds)]
        work = _small_work(book, "2020", "村基础设施", village, kind, "whole20", amount)
        _spring_days(book, work, rng)
        if index < 4:
            work.stages["竣工"] = workday(book, "2020-06-15", index)
        works.append(work)
    return works


def _spring_days(book: Book, work: Work, rng: Random) -> None:
    """Applied for by mid-March, approved on 10 April, begun in May."""
    work.stages = {"乡镇申报": workday(book, "2020-02-17", rng.randrange(24)), "县级审批": day("2020-04-10")}
    if work.tendered:
        work.stages["招标"] = workday(book, "2020-04-26", rng.randrange(3))
        work.row["procurement_doc"] = f"示采〔2020〕{book.number('tender', 3)}号"
    work.stages["开工"] = workday(book, "2020-05-11", rng.randrange(14))
    work.row["planned_start"] = "2020-05-08"
    work.row["planned_end"] = "2020-11-30" if work.row["category"] == "教育扶贫" else "2020-09-25"


def named_2020(book: Book) -> list[Work]:
    rng = book.world.rng("money: works of 2020")
    works = []
    for entry in table("money_projects")["works20"]:
        work = _named(book, entry)
        work.fee = int(entry.get("fee", 0)) * 100
        _spring_days(book, work, rng)
        works.append(work)
    return works


def _named(book: Book, entry: dict) -> Work:
    villages = _places(book, entry)
    town = "" if entry.get("town") == "all" else town_of(villages[0])
    category = entry["category"]
    pooled = "lines" not in entry
    lines = [("" if fund == "自筹" else fund, int(amount) * 100) for fund, amount in entry.get("lines", {}).items()]
    lines = lines or [("", int(entry["cost"]) * 100)]
    row = {
        "project_id": project_id(book, "2020", category),
        "name": f"2020年{book.names.get(town, '示例县')}{entry['name'].removeprefix('古镇')}项目",
        "year": "2020",
        "category": category,
        "sub_category": entry["sub"],
        "build_kind": "改扩建" if "改" in entry["name"] else "新建",
        "township_code": town,
        "owner_unit": book.units[entry["owner"]],
        "owner_post": "副局长",
        "approval_level": "县",
        "content": entry.get("content", f"{entry['name']}{entry['quantity']}{entry['unit']}"),
        "quantity": entry["quantity"],
        "quantity_unit": entry["unit"],
        "unit_price": f"{float(entry['price']):.2f}" if "price" in entry else "",
        "funding_mode": "社会投入" if pooled else "财政投入" if lines[-1][0] else "财政加自筹",
        "in_plan": "否" if pooled else "是",
        "benefit_link": entry.get("link", ""),
        **reach(book, villages, category in ("产业扶贫", "就业扶贫")),
        **goals(book, f"完成{entry['quantity']}{entry['unit']}", "带动贫困户增收" if "link" in entry else "改善条件"),
    }
    work = Work("pool" if pooled else "named", row, lines, villages, town, entry.get("payee", ""))
    work.measure = _MEASURES.get(category, "基础设施建设/其他")
    return work


_MEASURES = {
    "产业扶贫": "产业帮扶/合作社带动",
    "就业扶贫": "就业帮扶/技能培训",
    "教育扶贫": "义务教育保障/其他",
    "生活条件改善": "生产生活条件改善/其他",
}


def _places(book: Book, entry: dict) -> list[str]:
    if "village" in entry:
        return [book.village_named(entry["village"])]
    if entry["town"] == "all":
        step = len(book.villages) / int(entry["count"])
        return [list(book.villages)[int(i * step)] for i in range(int(entry["count"]))]
    town = book.town(entry["town"])
    return [code for code in book.villages if town_of(code) == town][: int(entry["count"])]


def pool_2020(book: Book) -> list[Work]:
    works = []
    for entry in table("money_projects")["pool20"]:
        work = _named(book, entry)
        work.row["planned_start"], work.row["planned_end"] = "2020-09-01", "2020-12-20"
        work.stages = {"乡镇申报": day("2020-06-05")}
        works.append(work)
    return works


def programmes(book: Book, lines: list[Entitlement]) -> list[Work]:
    """One project for each programme and year; its budget is for the whole year."""
    grouped: dict[tuple[str, str], list[Entitlement]] = defaultdict(list)
    for line in lines:
        grouped[line.benefit, line.period[:4]].append(line)
    works = []
    for entry in table("money_projects")["programmes"]:
        chosen = grouped.get((entry[0], entry[1]))
        if chosen:
            works.append(_programme(book, entry, chosen))
    return works


def _programme(book: Book, entry: list[str], lines: list[Entitlement]) -> Work:
    benefit, year, fund, category, sub, office, unit, parts, price, until, measure = entry
    households = {line.household for line in lines}
    persons = len({line.member for line in lines if line.member}) or sum(
        len(book.members[number]) for number in sorted(households)
    )
    homes = str(len(households))
    quantity = sum(line.units for line in lines) * int(parts)
    place = book.names[lines[0].town] if len({line.town for line in lines}) == 1 else "示例县"
    row = {
        "project_id": project_id(book, year, category),
        "name": f"{year}年{place}{benefit}",
        "year": year,
        "category": category,
        "sub_category": sub,
        "build_kind": "续建",
        "township_code": lines[0].town if place != "示例县" else "",
        "owner_unit": book.units[office],
        "owner_post": "副主任" if office == "poverty" else "副局长",
        "approval_level": "县",
        "content": f"{benefit}{quantity}{unit}，按规定标准通过一卡通发放到户到人",
        "quantity": str(quantity),
        "quantity_unit": unit,
        "unit_price": f"{int(price) / 100:.2f}" if price else "",
        "funding_mode": "财政投入" if benefit != "慰问物资" else "社会投入",
        "in_plan": "是",
        "benefit_link": "带动生产" if category == "产业扶贫" else "",
        "benef_households": homes,
        "benef_persons": str(persons),
        "benef_poor_households": homes,
        "benef_poor_persons": str(persons),
        **goals(book, f"发放{quantity}{unit}", "应享尽享"),
    }
    amount = sum(line.amount for line in lines) * int(parts)
    villages = sorted({line.village for line in lines})
    work = Work("programme", row, [(fund, amount)], villages, row["township_code"], benefit=benefit)
    work.measure = measure
    _programme_days(book, work, [table("money_projects")["paid"][benefit][line.period] for line in lines], until)
    return work


def _programme_days(book: Book, work: Work, paid: list[str], until: str) -> None:
    """Approved 24 days before the first payment (in January 2020 less), so that the notice fits in between."""
    first, last = day(min(paid)), day(max(paid))
    approved = book.clock.next(first - timedelta(days=20 if first == date(2020, 1, 22) else 24))
    work.paid_from = first
    work.stages = {"乡镇申报": book.clock.next(approved - timedelta(days=20)), "县级审批": approved, "开工": first}
    if work.row["year"] == "2019":
        work.stages["竣工"] = last if last > first else book.clock.plus(first, 1)
    work.row["planned_start"], work.row["planned_end"] = first.isoformat(), until
