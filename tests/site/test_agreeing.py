"""More than sixty figures, chosen by a seed: what a page says, what a download says and what the records say agree to the cent.

The records are read here with nothing of the program, as a stranger would read them.
"""

from __future__ import annotations

import csv
import os
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from made_up import ROOT

from support import built_example

SEED = int(
    os.environ.get("GONGSHI_SEED")
    or (random.SystemRandom().randrange(10**6) if os.environ.get("GONGSHI_NIGHT") else 19)
)
NUMBER = r'(?:<data value="(?P<exact>[\d.]+)"[^>]*>)?(?P<shown>[\d,]+\.\d\d)'


class Told(NamedTuple):
    """One figure, three times."""

    what: str
    page: Decimal
    download: Decimal
    records: Decimal


def rows(place: Path) -> list[dict[str, str]]:
    with place.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    return built_example(tmp_path_factory)


class Records:
    """The money of the records, added up as they lie."""

    def __init__(self) -> None:
        folder = ROOT / "records"
        batches = {row["payment_id"] for place in folder.glob("townships/*/subsidies.csv") for row in rows(place)}
        self.codes = {row["unit_code"]: row["credit_code"] for row in rows(folder / "county/units.csv")}
        self.allotted = {
            row["allocation_id"]: Decimal(row["amount"] or 0)
            for place in folder.glob("funds/*/allocations.csv") for row in rows(place)
        }  # fmt: skip
        self.of_project: dict[str, Decimal] = defaultdict(Decimal)
        self.of_payee: dict[str, Decimal] = defaultdict(Decimal)
        self.of_month: dict[str, Decimal] = defaultdict(Decimal)
        self.mixed: set[str] = set()
        for row in (row for place in folder.glob("funds/*/payments.csv") for row in rows(place)):
            if row["payee_kind"] == "一卡通批次" or row["payment_id"] in batches:
                self.mixed.add(row["project_id"])
                continue
            amount = Decimal(row["amount"])
            self.of_project[row["project_id"]] += amount
            self.of_payee[self.codes.get(row["payee_unit"], "")] += amount
            self.of_month[row["paid_on"][:7]] += amount
        texts = (place.read_text("utf-8") for place in folder.glob("projects/*/*.yaml"))
        self.projects = {one["project_id"]: one for one in (yaml.load(text, yaml.CBaseLoader) for text in texts)}

    def budget(self, code: str) -> Decimal:
        return sum((Decimal(line["amount"]) for line in self.projects[code].get("budget", ())), Decimal(0))


def after(text: str, mark: str, pattern: str) -> Decimal:
    """The first number behind a mark; of one that is rounded to ten thousand the exact one."""
    found = re.search(pattern, text[text.index(mark) :], re.DOTALL)
    assert found, (mark, pattern)
    return Decimal(found["exact"] or found["shown"].replace(",", ""))


def column(site: Path, name: str, key: str, value: str) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows(site / f"data/{name}.csv"):
        found[row[key]] += Decimal(row[value] or 0)
    return found


def figures(site: Path, records: Records, chance: random.Random) -> Iterator[Told]:
    total = rf'<tfoot>.*?<td[^>]*class="gs-num">{NUMBER}'
    budgets, paid = (
        column(site, "projects", "project_id", "budget_total"),
        column(site, "projects", "project_id", "paid"),
    )
    for code in chance.sample(sorted(records.projects), 20):
        text = (site / f"projects/{code}.html").read_text("utf-8")
        yield Told(f"预算 {code}", after(text, 'id="budget"', total), budgets[code], records.budget(code))
    for code in chance.sample(sorted(records.of_project.keys() - records.mixed), 15):
        text = (site / f"projects/{code}.html").read_text("utf-8")
        yield Told(f"支付 {code}", after(text, 'id="payments"', total), paid[code], records.of_project[code])
    payees = column(site, "payments", "payee_code", "amount")
    for code in chance.sample(sorted(records.of_payee.keys() - {""}), 12):
        text = (site / f"payees/{code}.html").read_text("utf-8")
        yield Told(f"收款 {code}", after(text, 'id="payments"', total), payees[code], records.of_payee[code])
    amounts = column(site, "allocations", "allocation_id", "amount")
    for code in chance.sample(sorted(records.allotted), 10):
        text = (site / f"funds/{code}.html").read_text("utf-8")
        shown = after(text, "下达", r'gs-tiles__note">(?P<exact>)(?P<shown>[\d,.]+) 元')
        yield Told(f"下达 {code}", shown, amounts[code], records.allotted[code])
    yield from by_place_and_month(site, records, chance)


def by_place_and_month(site: Path, records: Records, chance: random.Random) -> Iterator[Told]:
    months: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows(site / "data/payments.csv"):
        months[row["paid_on"][:7]] += Decimal(row["amount"])
    for month in chance.sample(sorted(records.of_month), 5):
        text = (site / f"funds/{month}.html").read_text("utf-8")
        found = re.search(rf'付给单位 (?:<span class="nb">)?{NUMBER}', text)
        assert found, month
        shown = Decimal(found["exact"] or Decimal(found["shown"].replace(",", "")) * 10000)
        yield Told(f"月 {month}", shown, months[month], records.of_month[month])
    budgets = column(site, "projects", "project_id", "budget_total")
    alone = {
        code: one["villages"][0]["village_code"]
        for code, one in records.projects.items()
        if len(one.get("villages", ())) == 1
    }
    for code in chance.sample(sorted(alone), 12):
        text = (site / f"villages/{alone[code]}.html").read_text("utf-8")
        own = text[text.index('id="projects"') : text.index('id="benefits"')]
        shown = after(own, f"projects/{code}.html", rf"预算 {NUMBER} 元")
        yield Told(f"村 {alone[code]} {code}", shown, budgets[code], records.budget(code))


def test_pages_downloads_and_records_agree_to_the_cent(site: Path) -> None:
    records, chance = Records(), random.Random(SEED)
    told = list(figures(site, records, chance))
    assert len({one.what for one in told}) == len(told) > 60
    assert all(one.records > 0 for one in told)
    assert [one for one in told if not one.page == one.download == one.records] == [], f"GONGSHI_SEED={SEED}"


def test_no_village_is_told_the_whole_of_what_several_share(site: Path) -> None:
    """The page of a village adds up its own projects alone; of a shared one it says that the money is not its own."""
    records, chance = Records(), random.Random(SEED)
    shared = [code for code, one in records.projects.items() if 1 < len(one.get("villages", ())) < 228]
    for code in chance.sample(sorted(shared), min(8, len(shared))):
        village = chance.choice(records.projects[code]["villages"])["village_code"]
        text = (site / f"villages/{village}.html").read_text("utf-8")
        own, _, rest = text.partition('id="benefits"')
        assert f"projects/{code}.html" not in own, (village, code, SEED)
        if f"projects/{code}.html" in rest:
            assert "不能算成本村的钱" in rest or "没有写到村" in rest, (village, code, SEED)
