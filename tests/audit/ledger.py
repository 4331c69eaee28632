"""The true numbers, counted row by row out of a ledger: what the audit compares its answers with.

A ledger is rows by resource, as text. Nothing here is taken from the rooms that publish.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import reduce
from math import gcd
from typing import NamedTuple

Rows = Mapping[str, list[Mapping[str, str]]]
SCHOOLING = ("寄宿生生活补助", "营养膳食补助", "学前教育资助", "普高助学金", "中职助学金", "雨露计划补助")
ELSEWHERE = "其他"
STATUS = ("未脱贫", "已脱贫")
GROUPS = {
    **dict.fromkeys(("低保金", "特困供养金", "残疾人补贴"), "社会救助"),
    **dict.fromkeys(SCHOOLING, "教育资助"),
    **dict.fromkeys(("产业奖补", "外出务工补贴", "公益岗补贴", "小额信贷贴息", "资产收益分红"), "生产就业"),
}
OTHER = "其他"


class Grant(NamedTuple):
    """A payment to a person or household, as so many times a known price."""

    village: str
    home: str
    benefit: str
    year: str
    price: int
    times: int
    head: str
    school: str
    term: str


class Ledger:
    """The rows as of the last day of a period."""

    def __init__(self, rows: Rows, end: str) -> None:
        self.rows, self.end = rows, end
        self.divisions = {row["division_code"]: row for row in rows["divisions"] if not row.get("valid_to")}
        self.county = next(code for code, row in self.divisions.items() if row["level"] == "县")
        self.homes = {row["household_no"]: row for row in rows["households"]}
        self.poor = [row for row in rows["households"] if row["poverty_status"] != "已销号"]
        self.paid = [row for row in rows["subsidies"] if row["paid_on"] <= end]

    def places(self, level: str) -> list[str]:
        """The codes of a level."""
        return sorted(code for code, row in self.divisions.items() if row["level"] == level)

    def people(self) -> tuple[Counter, Counter]:
        """Households and persons by village, class and status."""
        households, persons = Counter(), Counter()
        for row in self.poor:
            status = STATUS[row["poverty_status"] == "已脱贫"]
            key = (row["village_code"], row["household_class"], status)
            households[key] += 1
            persons[key] += int(row["population"])
        return households, persons

    def by(self, field: str) -> tuple[Counter, Counter]:
        """Households and persons of the county by another field."""
        households, persons = Counter(), Counter()
        for row in self.poor:
            households[row[field]] += 1
            persons[row[field]] += int(row["population"])
        return households, persons

    def helped(self) -> tuple[int, int]:
        """Households with a helper, and their persons."""
        now = {p["household_no"] for p in self.rows["pairings"] if p["role"] == "帮扶责任人" and not p.get("ended_on")}
        persons = [int(row["population"]) for row in self.poor if row["household_no"] in now]
        return len(persons), sum(persons)

    def terms(self) -> dict[tuple[str, str], str]:
        """The year in which the benefit of a term was paid, where that is one year."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for row in self.paid:
            found[row["benefit"], row["period"]].add(row["paid_on"][:4])
        return {key: next(iter(years)) for key, years in found.items() if len(years) == 1}

    def visits(self) -> tuple[Counter, Counter, Counter]:
        """Contacts and pairings of the county by role, kind and quarter; visits of helpers by township and quarter."""
        pairing = {row["pairing_id"]: row for row in self.rows["pairings"]}
        contacts, pairs, towns = Counter(), defaultdict(set), Counter()
        for row in self.rows["contacts"]:
            month = int(row["contacted_on"][5:7])
            if row["contacted_on"] > self.end:
                continue
            quarter = f"{row['contacted_on'][:4]}-Q{(month + 2) // 3}"
            one = pairing[row["pairing_id"]]
            key = (one["role"], row["contact_kind"], quarter)
            contacts[key] += 1
            pairs[key].add(row["pairing_id"])
            home = self.homes.get(one["household_no"])
            if one["role"] == "帮扶责任人" and home:
                towns[home["village_code"][:9] + "000", quarter] += 1
        return contacts, Counter({key: len(found) for key, found in pairs.items()}), towns

    def prices(self) -> dict[tuple[str, str], list[int]]:
        """What one payment of a benefit may be in a year, in cents: as the standards and the amounts say."""
        amounts: dict[tuple[str, str, str], set[int]] = defaultdict(set)
        for row in self.paid:
            amounts[row["benefit"], row["paid_on"][:4], row["standard"]].add(cents(row["amount"]))
        found: dict[tuple[str, str], set[int]] = defaultdict(set)
        for (benefit, year, _), seen in amounts.items():
            least = min(seen)
            whole = all(amount % least == 0 for amount in seen)
            found[benefit, year] |= {least} if whole else seen if len(seen) < 4 else {reduce(gcd, seen)}
        return {key: sorted(prices) for key, prices in found.items()}

    def grants(self, prices: Mapping[tuple[str, str], list[int]]) -> list[Grant]:
        """Each payment as times a price."""
        pupil = {row["member_no"]: row.get("school_code", "") for row in self.rows["members"]}
        schools = {row["school_code"] for row in self.rows["schools"]}
        found = []
        for row in self.paid:
            year, amount = row["paid_on"][:4], cents(row["amount"])
            able = [
                p for p in prices[row["benefit"], year] if amount % p == 0 and p % gcd(cents(row["standard"]), p) == 0
            ]
            least = [p for p in able if p % cents(row["standard"]) == 0] or able
            price = max(least)
            school = pupil.get(row["member_no"], "")
            found.append(
                Grant(
                    self.homes[row["household_no"]]["village_code"], row["household_no"], row["benefit"], year, price, amount // price,
                    row["member_no"] or row["household_no"], school if school in schools else ELSEWHERE, row["period"],
                )
            )  # fmt: skip
        return found

    def loans(self) -> tuple[Counter, Counter]:
        """Loans and cents by purpose."""
        number, amount = Counter(), Counter()
        for row in self.rows["loans"]:
            if row["lent_on"] <= self.end:
                number[row["purpose"]] += 1
                amount[row["purpose"]] += cents(row["amount"])
        return number, amount


def cents(amount: str) -> int:
    """Money as a whole number."""
    return int(Decimal(amount) * 100)


def group(benefit: str) -> str:
    """The group in which a township's money is published."""
    return GROUPS.get(benefit, OTHER)


def heads(grants: Iterable[Grant], *fields: str) -> dict[tuple, int]:
    """Different recipients by some fields of the grants."""
    found: dict[tuple, set[str]] = defaultdict(set)
    for grant in grants:
        found[tuple(getattr(grant, field) for field in fields)].add(grant.head)
    return {key: len(people) for key, people in found.items()}
