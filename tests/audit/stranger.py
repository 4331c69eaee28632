"""What a stranger makes of the figures: unknowns, the sums that everybody knows, and what each number says of the truth.

Known to the stranger besides: the places and schools, the groups of benefits, what one payment of a benefit may be, and
the rules of publishing: a number that would have moved by fewer than k keeps its old value. So an unchanged number says
that the true one is near it; any other number is true.

An unknown is ("h", period, village, class, status) households, ("p", …) persons, ("n", period, village, benefit, year,
price) payments at a known price, ("s", period, school, benefit, term, price) the same by school, and so on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import inf
from typing import NamedTuple

from ledger import SCHOOLING, STATUS, Ledger, group, heads
from unknowns import Cell, Sum, System

LENT = 100_000.0
"""Loans are made in thousands: 1 to 100 of them, in cents."""
HIDDEN = "不公布"
FEW = "不足k"
"""A second label, which no file must have: it says that a number is 1 to k - 1."""
TOTAL = "合计"
LARGEST = 30
"""Persons of a household, at most: the data dictionary says so."""
Key = tuple[str, str, str, str]
Published = Mapping[Key, Decimal | str | None]
"""What a file says by figure, place, item, measure; None is 不公布."""
MOST = {"h": 20_000, "p": 100_000, "n": 4000, "s": 4000, "loans": 5000, "lent": 500_000, "visits": 10**6, "r": 10**6}
PEOPLE = {"households": "h", "persons": "p"}
RESIDENTS = {"households": "h", "population": "p"}


class Common(NamedTuple):
    """What everybody knows."""

    county: str
    above: Mapping[str, str]
    classes: Sequence[str]
    causes: Sequence[str]
    prices: Mapping[tuple[str, str], Sequence[int]]
    school_prices: Mapping[tuple[str, str, str], frozenset[int]]
    k: int
    dearest: int
    """The most that a household had of a benefit in a year, in cents."""

    @classmethod
    def of(cls, ledgers: Sequence[Ledger], classes: Sequence[str], causes: Sequence[str], k: int) -> Common:
        """From the ledgers of all periods, since prices and schools are no secret."""
        last = ledgers[-1]
        prices = last.prices()
        found: dict[tuple[str, str, str], set[int]] = defaultdict(set)
        most: dict[tuple, int] = defaultdict(int)
        for grant in last.grants(prices):
            if grant.benefit in SCHOOLING:
                found[grant.school, grant.benefit, grant.term].add(grant.price)
            most[grant.home, grant.year] += grant.price * grant.times
        levels = {row["school_code"]: row["school_level"] for row in last.rows["schools"]}
        by_level: dict[tuple[str, str, str], set[int]] = defaultdict(set)
        for (school, benefit, term), seen in found.items():
            by_level[levels.get(school, ""), benefit, term] |= seen
        school_prices = {
            (school, benefit, term): frozenset(by_level[levels.get(school, ""), benefit, term])
            for school, benefit, term in found
        }
        above = {code: row.get("parent_code", "") for code, row in last.divisions.items()}
        return cls(last.county, above, classes, causes, prices, school_prices, k, max(most.values(), default=0))

    def inside(self, place: str) -> list[str]:
        """The villages of a place, or itself."""
        children = [code for code, parent in self.above.items() if parent == place]
        return [village for child in children for village in self.inside(child)] or [place]


class Stranger:
    """The system that some publications of one county set, first to last."""

    def __init__(self, files: Sequence[Published], common: Common) -> None:
        self.files, self.common, self.system = files, common, System()
        self.villages = common.inside(common.county)
        self.within = {place: common.inside(place) for place in common.above}
        self.cells: dict[tuple[int, Key], Sum] = {}
        """What each published or withheld number adds up, by period and name."""
        for number in range(len(files)):
            self._people(number)
            self._money(number)
            self._schools(number)
            self._loans(number)
            self._residents(number)
        for (number, key), parts in self.cells.items():
            self._learn(number, key, parts)

    # -- unknowns -----------------------------------------------------------------------------------------------

    def _new(self, *cell: object) -> Cell:
        return self.system.unknown(cell, MOST[str(cell[0])])

    def _people(self, number: int) -> None:
        """Households by village, class and status at once: each table of them is a sum."""
        classes = self.common.classes
        for village in self.villages:
            for name in classes:
                for status in STATUS:
                    pair = [self._new(kind, number, village, name, status) for kind in "hp"]
                    self._between(pair[0], pair[1], 1, LARGEST)
        for place, villages in self.within.items():
            for measure, kind in PEOPLE.items():
                atoms = {
                    (name, status): [(kind, number, village, name, status) for village in villages]
                    for name in classes
                    for status in STATUS
                }
                every = [cell for cells in atoms.values() for cell in cells]
                self._cell(number, ("people", place, TOTAL, measure), every)
                for name in classes:
                    cells = [cell for (one, _), cells in atoms.items() if one == name for cell in cells]
                    self._cell(number, ("people-class", place, name, measure), cells)
                for status in STATUS:
                    cells = [cell for (_, one), cells in atoms.items() if one == status for cell in cells]
                    self._cell(number, ("people-status", place, status, measure), cells)
        self._county(number, "people-cause", self.common.causes)
        self._county(number, "people-helped", ("有", "无"))

    def _county(self, number: int, figure: str, items: Sequence[str]) -> None:
        """A table of the county alone, which shares its total with all the others."""
        county = self.common.county
        for item in items:
            pair = [self._new(kind, number, figure, item) for kind in "hp"]
            self._between(pair[0], pair[1], 1, LARGEST)
            for measure, cell in zip(PEOPLE, pair, strict=True):
                self._cell(number, (figure, county, item, measure), [cell])
        for measure, kind in PEOPLE.items():
            whole = self.cells[number, ("people", county, TOTAL, measure)]
            parts = {(kind, number, figure, item): 1.0 for item in items}
            self.system.tie(parts | {cell: -1.0 for cell in whole}, 0, why=f"{figure} adds up to the people")

    def _between(self, small: Cell, large: Cell, least: int, most: int) -> None:
        self.system.tie({large: 1.0, small: -float(least)}, 0, inf, f"{large} is at least {least} a {small}")
        self.system.tie({small: float(most), large: -1.0}, 0, inf, f"{large} is at most {most} a {small}")

    def _money(self, number: int) -> None:
        """Payments by village, benefit, year and price."""
        years = sorted({year for _, year in self.common.prices})
        for place, villages in self.within.items():
            for year in years:
                amounts: dict[str, dict[Cell, float]] = {}
                for (benefit, paid), prices in self.common.prices.items():
                    if paid == year:
                        amounts[benefit] = {
                            self._new("n", number, village, benefit, year, price): float(price)
                            for village in villages
                            for price in prices
                        }
                for figure, name, benefits in self._items(amounts):
                    item = f"{name}/{year}" if name else year
                    parts = {cell: price for benefit in benefits for cell, price in amounts[benefit].items()}
                    if parts:
                        self.cells[number, (figure, place, item, "amount")] = parts

    @staticmethod
    def _items(amounts: Mapping[str, object]) -> list[tuple[str, str, list[str]]]:
        """Each benefit, each group, and all of them."""
        groups: dict[str, list[str]] = defaultdict(list)
        for benefit in amounts:
            groups[group(benefit)].append(benefit)
        singles = [("benefits", benefit, [benefit]) for benefit in amounts]
        several = [("benefit-groups", name, found) for name, found in groups.items()]
        return [*singles, *several, ("benefit-totals", "", list(amounts))]

    def _schools(self, number: int) -> None:
        """The same payments by school and term; the terms that were paid in a year are the year's."""
        common, terms = self.common, defaultdict(list)
        for (school, benefit, term), prices in common.school_prices.items():
            cells = {self._new("s", number, school, benefit, term, price): float(price) for price in prices}
            terms[benefit, term].append(cells)
            self._aid(number, school, f"{benefit}/{term}", cells)
        for (benefit, term), schools in terms.items():
            every = {cell: price for cells in schools for cell, price in cells.items()}
            self._aid(number, common.county, f"{benefit}/{term}", every)

    def _aid(self, number: int, place: str, item: str, cells: Mapping[Cell, float]) -> None:
        self.cells[number, ("school-aid", place, item, "amount")] = dict(cells)
        self._cell(number, ("school-aid", place, item, "persons"), list(cells))

    def tie_terms(self, paid: Mapping[tuple[str, str], str]) -> None:
        """The year in which each benefit of a term was paid, where that was one year."""
        for number in range(len(self.files)):
            whole: dict[tuple[str, str, int], dict[Cell, float]] = defaultdict(dict)
            for cell in list(self.system.bounds):
                if cell[0] == "s" and cell[1] == number and (cell[3], cell[4]) in paid:
                    whole[cell[3], paid[cell[3], cell[4]], cell[5]][cell] = 1.0
                if cell[0] == "n" and cell[1] == number and cell[3] in SCHOOLING:
                    whole[cell[3], cell[4], cell[5]][cell] = -1.0
            for name, parts in whole.items():
                self.system.tie(parts, 0, why=f"schools and villages are the same pupils: {name}")

    def _loans(self, number: int) -> None:
        purposes = {key[2] for file in self.files for key in file if key[0] == "loans"} - {TOTAL}
        county, counts, amounts = self.common.county, [], []
        for purpose in purposes:
            counts.append(self._new("loans", number, purpose))
            amounts.append(self._new("lent", number, purpose))
            self._between(counts[-1], amounts[-1], 1, 100)
            self._cell(number, ("loans", county, purpose, "loans"), counts[-1:])
            self.cells[number, ("loans", county, purpose, "amount")] = {amounts[-1]: LENT}
        self._cell(number, ("loans", county, TOTAL, "loans"), counts)
        self.cells[number, ("loans", county, TOTAL, "amount")] = dict.fromkeys(amounts, LENT)

    def _residents(self, number: int) -> None:
        for place, villages in self.within.items():
            for measure, kind in RESIDENTS.items():
                cells = [self._new("r", number, village, kind) for village in villages]
                self._cell(number, ("residents", place, TOTAL, measure), cells)
        for village in self.villages:
            self._between(("r", number, village, "h"), ("r", number, village, "p"), 1, LARGEST)

    def _cell(self, number: int, key: Key, cells: Sequence[Cell]) -> None:
        self.cells[number, key] = dict.fromkeys(cells, 1.0)

    # -- what the numbers say -----------------------------------------------------------------------------------

    def _learn(self, number: int, key: Key, parts: Sum) -> None:
        """A number is true, or near the truth if it is the old one."""
        value = self.files[number].get(key)
        if value is None or value is FEW:
            if FEW in self.files[number].values() and key in self.files[number] and key[3] in PEOPLE:
                self._label(number, key, parts, value is FEW)
            return
        number_of = int(value * 100) if key[3] == "amount" else int(value)
        before = self.files[number - 1].get(key) if number else None
        reach = (self.common.k - 1) * self._one(key) if before == value else 0
        self.system.tie(parts, number_of - reach, number_of + reach, f"{number} {key}")

    def _one(self, key: Key) -> int:
        """By how much one household moves a number: measures that stand together keep their old values together."""
        if key[3] == "amount":
            return 100 * int(LENT) if key[0] == "loans" else self.common.dearest
        return LARGEST if key[3] in ("households", "persons", "population") and key[0] != "school-aid" else 1

    def _label(self, number: int, key: Key, parts: Sum, few: bool) -> None:
        """If few have a label of their own, then it is 1 to k - 1, and the other label is 0, or k and more."""
        k = self.common.k
        if few:
            self.system.tie(parts, 1, k - 1, f"{number} {key} is few")
            return
        many = self.system.unknown(("many", number, key), 1)
        self.system.tie({**parts, many: -float(k)}, 0, inf, f"{number} {key} is none or many")
        self.system.tie({**parts, many: -(10.0**5)}, -inf, 0, f"{number} {key} is none or many")

    def later(self) -> None:
        """From one publication to the next: what was paid stays paid, and a year that is over has no more payments."""
        over = max(year for _, year in self.common.prices)
        for cell in [cell for cell in self.system.bounds if cell[0] in "ns" and cell[1]]:
            before = (cell[0], cell[1] - 1, *cell[2:])
            high = 0 if cell[0] == "n" and cell[4] < over else inf
            self.system.tie({cell: 1.0, before: -1.0}, 0, high, f"{cell} does not shrink")

    # -- questions ----------------------------------------------------------------------------------------------

    def withheld(self) -> dict[Cell, Sum]:
        """Every number that a file says is not published, as heads and payments."""
        found: dict[Cell, Sum] = {}
        for (number, key), parts in self.cells.items():
            if self.files[number].get(key, 0) in (None, FEW):
                found[number, *key] = dict.fromkeys(parts, 1.0) if key[3] == "amount" and key[0] != "loans" else parts
        return found

    def few(self, ledgers: Sequence[Ledger]) -> dict[Cell, Sum]:
        """Numbers that no file has: 1 to k - 1 recipients of one benefit in a place and year, or at a school."""
        found: dict[Cell, Sum] = {}
        for number, ledger in enumerate(ledgers):
            grants = ledger.grants(self.common.prices)
            every = [
                grant._replace(village=place)
                for grant in grants
                for place in (grant.village, self.common.above[grant.village], self.common.county)
            ]
            for (place, benefit, year), people in heads(every, "village", "benefit", "year").items():
                if people < self.common.k:
                    parts = self.cells[number, ("benefits", place, f"{benefit}/{year}", "amount")]
                    found[number, "few", place, benefit, year] = dict.fromkeys(parts, 1.0)
            for (school, benefit, term), people in heads(grants, "school", "benefit", "term").items():
                if people < self.common.k and benefit in SCHOOLING:
                    key = ("school-aid", school, f"{benefit}/{term}", "persons")
                    found[number, "few", *key] = self.cells[number, key]
        return found | self._small_classes(ledgers)

    def _small_classes(self, ledgers: Sequence[Ledger]) -> dict[Cell, Sum]:
        """1 to k - 1 households of a class or status in a village or township."""
        found: dict[Cell, Sum] = {}
        for number, ledger in enumerate(ledgers):
            truth = truth_of(ledger, self, number)
            for (period, key), parts in self.cells.items():
                named = key[0] in ("people-class", "people-status") and key[3] == "households"
                if period == number and named and 0 < sum(truth[cell] for cell in parts) < self.common.k:
                    found[number, "few", *key] = parts
        return found

    def moves(self, truth: Mapping[Cell, float]) -> dict[Cell, Sum]:
        """What a cell moved by between two publications, where that is 1 to k - 1."""
        found: dict[Cell, Sum] = {}
        for (number, key), parts in self.cells.items():
            if number == 0 or (key[0] == "benefits" and key[1] != self.common.county):
                continue
            ones = dict.fromkeys(parts, 1.0) if key[3] == "amount" and key[0] != "loans" else parts
            before = {(cell[0], cell[1] - 1, *cell[2:]): -weight for cell, weight in ones.items()}
            moved = sum(truth[cell] * weight for cell, weight in (ones | before).items())
            if 0 < abs(moved) < self.common.k:
                found[number, "moved", *key] = ones | before
        return found


def truth_of(ledger: Ledger, stranger: Stranger, number: int) -> dict[Cell, float]:
    """The true value of every unknown of a period."""
    households, persons = ledger.people()
    found: dict[Cell, float] = dict.fromkeys((c for c in stranger.system.bounds if c[1] == number), 0)
    for kind, counts in (("h", households), ("p", persons)):
        found |= {(kind, number, *key): count for key, count in counts.items()}
    for kind, counts in zip("hp", ledger.by("main_cause"), strict=True):
        found |= {(kind, number, "people-cause", cause): count for cause, count in counts.items()}
    helped, heads_helped = ledger.helped()
    for kind, count, every in (("h", helped, households), ("p", heads_helped, persons)):
        found[kind, number, "people-helped", "有"] = count
        found[kind, number, "people-helped", "无"] = sum(every.values()) - count
    for grant in ledger.grants(stranger.common.prices):
        found["n", number, grant.village, grant.benefit, grant.year, grant.price] += grant.times
        if grant.benefit in SCHOOLING:
            found["s", number, grant.school, grant.benefit, grant.term, grant.price] += grant.times
    for kind, counts in zip(("loans", "lent"), ledger.loans(), strict=True):
        scale = 1 if kind == "loans" else int(LENT)
        found |= {(kind, number, purpose): count // scale for purpose, count in counts.items()}
    for row in ledger.rows["villages"]:
        for field, kind in RESIDENTS.items():
            found["r", number, row["village_code"], kind] = int(row[field] or 0)
    for cell in found:
        if cell[0] == "many":
            parts = stranger.cells[number, cell[2]]
            found[cell] = sum(weight * found[one] for one, weight in parts.items()) >= stranger.common.k
    return found
