"""Figures of the made-up county as ``gongshi figures`` would write them, but counted here, plainly, from its rows.

Only what is few is withheld: that totals do not give it back is for the tests of the command.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

FEW, PERIOD, WITHHELD = 5, "2020-Q2", "不公布"
GROUPS = {"营养膳食补助": "教育资助", "低保金": "社会救助"}
AID = frozenset({"营养膳食补助", "普高助学金"})


def figures(rows: dict[str, list[dict]], period: str = PERIOD) -> list[dict[str, str]]:
    """The rows of the resource ``figures``."""
    found = []
    for figure, place, item, measures in _all(rows):
        for measure, value in measures.items():
            if value is not None:
                cell = {"period": period, "figure": figure, "place": place, "item": item, "measure": measure}
                found.append(cell | {"value": value if isinstance(value, str) else _text(value)})
    return sorted(found, key=lambda row: tuple(row.values()))


def _text(value: Any) -> str:
    few = isinstance(value, int) and 0 < value < FEW
    return WITHHELD if few else f"{value:f}" if isinstance(value, Decimal) else str(value)


def _all(rows: dict[str, list[dict]]) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    county = rows["county"][0]["county_code"]
    yield from _people(rows, county)
    yield from _help(rows, county)
    yield from _money(rows, county)
    yield from _registers(rows, county)


def _above(village: str, county: str, lowest: str = "村") -> list[str]:
    return [county, village[:9] + "000", *([village] if lowest == "村" else [])]


def _people(rows: dict[str, list[dict]], county: str) -> Iterator[tuple]:
    cells: dict[tuple, list[int]] = defaultdict(lambda: [0, 0])

    def count(figure: str, place: str, item: str, home: dict) -> None:
        cells[figure, place, item][0] += 1
        cells[figure, place, item][1] += home["population"]

    for home in rows["households"]:
        places = _above(home["village_code"], county)
        for place in places:
            count("people", place, "合计", home)
        for place in places[:2]:
            count("people-class", place, home["household_class"], home)
            count("people-status", place, home["poverty_status"], home)
        count("people-cause", county, home["main_cause"], home)
    for (figure, place, item), (homes, persons) in cells.items():
        yield figure, place, item, {"households": homes, "persons": WITHHELD if homes < FEW else persons}
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for village in rows["villages"]:
        for place in _above(village["village_code"], county):
            sums[place] = [
                a + (village[n] or 0) for a, n in zip(sums[place], ("households", "population"), strict=True)
            ]
    for place, (homes, persons) in sums.items():
        yield "residents", place, "合计", {"households": homes, "population": persons}


def _help(rows: dict[str, list[dict]], county: str) -> Iterator[tuple]:
    pairs = {row["pairing_id"]: row for row in rows["pairings"]}
    homes = {row["household_no"]: row["village_code"][:9] + "000" for row in rows["households"]}
    helped = len({row["household_no"] for row in pairs.values()})
    if homes:
        yield "people-helped", county, "有", {"households": helped}
        yield "people-helped", county, "无", {"households": len(homes) - helped}
    contacts, visits = defaultdict(list), defaultdict(int)
    for row in rows["contacts"]:
        quarter = f"{row['contacted_on'].year}-Q{(row['contacted_on'].month + 2) // 3}"
        contacts[f"帮扶责任人/{row['contact_kind']}/{quarter}"].append(row["pairing_id"])
        visits[homes[pairs[row["pairing_id"]]["household_no"]], quarter] += 1
    for item, made in contacts.items():
        yield "contacts", county, item, {"contacts": len(made), "pairings": len(set(made))}
    for (town, quarter), times in visits.items():
        share = Decimal(times) / list(homes.values()).count(town)
        yield "visits", town, quarter, {"per_household": f"{share:.1f}"}
    loans: dict[str, list[dict]] = defaultdict(list)
    for row in rows["loans"]:
        loans[row["purpose"]].append(row)
        loans["合计"].append(row)
    for purpose, some in loans.items():
        rates = [row["annual_rate"] for row in some]
        more = {"amount": _sum(some), "lowest_rate": min(rates), "highest_rate": max(rates)}
        yield "loans", county, purpose, {"loans": len(some)} | _hide(more, len(some))
    schools = {row["member_no"]: row["school_code"] for row in rows["members"]}
    aid: dict[tuple, list[dict]] = defaultdict(list)
    for row in rows["subsidies"]:
        if row["benefit"] in AID:
            for place in (schools.get(row["member_no"]) or "其他", county):
                aid[place, f"{row['benefit']}/{row['period']}"].append(row)
    for (place, item), some in aid.items():
        persons = len({row["member_no"] for row in some})
        yield "school-aid", place, item, {"persons": persons} | _hide({"amount": _sum(some)}, persons)


def _hide(measures: dict[str, Any], count: int) -> dict[str, Any]:
    return dict.fromkeys(measures, WITHHELD) if 0 < count < FEW else measures


def _sum(rows: Iterable[dict], name: str = "amount") -> Decimal:
    return sum((row[name] for row in rows), Decimal(0))


def _money(rows: dict[str, list[dict]], county: str) -> Iterator[tuple]:
    villages = {row["household_no"]: row["village_code"] for row in rows["households"]}
    sums: dict[tuple, list[dict]] = defaultdict(list)
    for row in rows["subsidies"]:
        year, village = row["paid_on"].year, villages[row["household_no"]]
        sums["benefits", county, f"{row['benefit']}/{year}"].append(row)
        for place in _above(village, county):
            sums["benefit-totals", place, str(year)].append(row)
        for place in _above(village, county, "乡镇"):
            sums["benefit-groups", place, f"{GROUPS.get(row['benefit'], '其他')}/{year}"].append(row)
    for (figure, place, item), some in sums.items():
        few = len({row["household_no"] for row in some}) < FEW
        rest = {"rest": Decimal("0.00")} if place[-3:] == "000" and figure != "benefits" else {}
        yield figure, place, item, {"amount": WITHHELD if few else _sum(some), **rest}
    paid: dict[tuple, list[dict]] = defaultdict(list)
    for row in rows["payments"]:
        if row["payee_kind"] == "一卡通批次":
            paid[row["project_id"], row["allocation_id"]].append(row)
    for (project, allocation), some in paid.items():
        yield "project-persons", project, allocation, {"amount": _sum(some)}
    shares: dict[tuple, list[dict]] = defaultdict(list)
    for row in rows["assets"]:
        if row["income_year"] and row["distributed"] is not None:
            for place in _above(row["village_code"], county, "乡镇"):
                shares[place, str(row["income_year"])].append(row)
    for (place, year), some in shares.items():
        yield "dividends", place, year, {"amount": _sum(some, "distributed")}


_REGISTERS = {
    "villages": ("village_code", "water_households unsafe_house_households pension_rate med_ins_rate net_income_pc"),
    "schools": ("school_code", "pupils boarders"),
    "projects": ("project_id", "benef_households benef_persons benef_poor_households benef_poor_persons"),
    "inspections": ("inspection_id", "sample_size"),
}
COUNTED = ("quantity", "accepted_quantity", "unit_price", "final_cost")


def _registers(rows: dict[str, list[dict]], county: str) -> Iterator[tuple]:
    for name, (key, fields) in _REGISTERS.items():
        for row in rows[name]:
            yield name, row[key], "合计", {field: row[field] for field in fields.split()}
    for row in rows["projects"]:
        if re.search("[户人名]", row["quantity_unit"] or ""):
            few = any(0 < (row[name] or 0) < FEW for name in COUNTED[:2])
            filled = {name: row[name] for name in COUNTED if row[name] is not None}
            yield (
                "projects",
                row["project_id"],
                "合计",
                {name: WITHHELD if few else value for name, value in filled.items()},
            )
    for row in rows["indicators"]:
        if row["subject"] == county and re.search("[户人名]", row["unit"]):
            yield "indicators", county, f"{row['indicator']}/{row['period']}", {"actual": row["actual"]}
