"""Whether anything that is withheld can be worked back from everything that is published together.

The unknowns are the withheld cells, the numbers that may have moved unseen since the last publication, and how many
households of a township had how much of each benefit (the prices are public). All sums are known. Each question is
asked with fractions over everything, and with whole numbers over the counts and within each township: an answer that
leaves fewer than k values is too narrow.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from math import gcd

from gongshi.disclosure.counting import Cell, Counted, Share, group_of
from gongshi.disclosure.figures import declaration
from gongshi.disclosure.pinned import small_benefits
from gongshi.disclosure.solver import Question, System

Atom = tuple[str, str, int, int]
"""Township, benefit, year, and what a household had of it, in cents."""

Known = Callable[[Cell], "tuple[int | Decimal, int | Decimal] | None"]
LARGEST = 30
"""Persons of a household, at most."""

MANY = 100_000
"""More households than a county's register of poor households has."""

ROOM = 1000
"""So many times its smallest price more than it is an amount may be, in units as small as they come: more makes no difference."""

MONEY = "money"
PERSONS = {"persons": "households", "population": "households"}
"""A measure of persons and that of their households."""


class Audit:
    """The system that a publication sets its reader; ``known`` tells in which range each cell is known."""

    def __init__(self, counted: Counted, known: Known, k: int) -> None:
        self._counted, self._known, self._k = counted, known, k
        self._units = _units(counted)
        self._small = {key: few for key, few in small_benefits(counted, k).items() if key[0].figure == "benefit-groups"}
        self._atoms: dict[Atom, int] = defaultdict(int)
        for village, benefit, year, _, cents in counted.money:
            self._atoms[counted.parents.get(village, ""), benefit, year, cents] += 1

    def narrow(self) -> list[Cell]:
        """The cells that are known too well, in order; none if the publication keeps its secrets."""
        money = {cell for cell in self._counted.cells if declaration().figures[cell.figure].money}
        found = self._asked(None, False)
        if not found:
            found = self._asked("", True)
        townships = sorted({cell.place for cell in money if cell.figure == "benefit-groups"} - {self._counted.county})
        for township in townships if not found else ():
            found += self._asked(township, True)
        return list(dict.fromkeys(found))

    def _asked(self, scope: str | None, whole: bool) -> list[Cell]:
        """Of everything (None), of the counts alone ("") or of one township's money."""
        system = _Reader(self._counted, self._known, self._units, self._atoms, scope)
        questions = list(self._questions(system, scope))
        if not questions:
            return []
        system.prove()
        found = system.narrow([question for _, question in questions], whole)
        return [questions[number][0] for number in found]

    def _questions(self, system: _Reader, scope: str | None) -> Iterator[tuple[Cell, Question]]:
        """For each secret the sum that must keep its range, and how wide it must be."""
        for cell, number in sorted(system.numbers.items()):
            if declaration().figures[cell.figure].money or cell.measure == "amount":
                if self._known(cell) is None:
                    yield cell, Question({number: 1}, max(1, system.least(cell) * (self._k - 1)))
            else:
                yield cell, Question({number: 1}, self._k - 1)
        for (cell, benefit), _ in sorted(self._small.items()):
            if scope == "" or (scope and cell.place != scope):
                continue
            row = system.households(cell, benefit)
            if row:
                yield cell, Question(row, self._k - 1)


def _units(counted: Counted) -> dict[str, int]:
    """For each figure the largest unit in cents that divides all its amounts; all money to persons has one together."""
    found: dict[str, int] = defaultdict(int)
    for cell, count in counted.cells.items():
        if cell.measure == "amount":
            found[_family(cell.figure)] = gcd(found[_family(cell.figure)], int(count.value * 100))
    for share in counted.money:
        found[MONEY] = gcd(found[MONEY], share.cents)
    for values in counted.pupils.values():
        found[MONEY] = gcd(found[MONEY], *values)
    return {name: unit or 1 for name, unit in found.items()}


def _family(figure: str) -> str:
    return MONEY if declaration().figures[figure].money or figure == "school-aid" else figure


class _Reader(System):
    """What a reader knows and does not know, as a System; amounts are in the largest unit that divides them all."""

    def __init__(
        self, counted: Counted, known: Known, units: Mapping[str, int], atoms: Mapping[Atom, int], scope: str | None
    ) -> None:
        super().__init__()
        self._counted, self._known, self._units, self._scope = counted, known, units, scope
        self._unit = units.get(MONEY, 1)
        self._tied = {cell for relation in counted.sums for cell in (relation.total, *relation.parts)}
        self._beside_zeros = self._seen_beside_zeros()
        self.numbers: dict[Cell, int] = {}
        self._by_price = {(share.benefit, share.year, share.cents): share for share in counted.money}.values()
        self._paid: dict[tuple[str, str, int], dict[int, int]] = defaultdict(dict)
        for cell in counted.cells:
            if self._inside(cell) and self._range(cell) is not None:
                self._unknown(cell)
        self._tie_sums()
        self._tie_persons()
        if scope == "":
            return
        self._tie_atoms(atoms)
        if scope is None:
            self._tie_routes()
            self._tie_pupils()

    # -- cells -----------------------------------------------------------------------------------------------------

    def _inside(self, cell: Cell) -> bool:
        figure = declaration().figures[cell.figure]
        if cell not in self._tied and figure.money != "project":
            return False
        if self._scope is None:
            return True
        if self._scope == "":
            return not figure.money and cell.measure != "amount"
        return bool(figure.money) and self._scope in (cell.place, self._counted.parents.get(cell.place))

    def _value(self, cell: Cell, value: int | Decimal) -> int:
        """A number as the system has it."""
        return int(value * 100) // self._units[_family(cell.figure)] if cell.measure == "amount" else int(value)

    def _range(self, cell: Cell) -> tuple[int, int] | None:
        """The bounds of a cell that is not known for certain, else None."""
        known = self._known(cell)
        if known is None:
            figure = declaration().figures[cell.figure]
            occurs = not figure.items or cell in self._beside_zeros  # a group without a fixed list is not empty
            return int(occurs and not figure.money), self._limit(cell)
        low, high = known
        return None if low == high else (max(0, self._value(cell, low)), self._value(cell, high))

    def _seen_beside_zeros(self) -> set[Cell]:
        """The withheld parts of sums that show a zero: a reader says that it would be shown, too, if they were none."""
        found: set[Cell] = set()
        for relation in self._counted.sums:
            if any(self._known(cell) == (0, 0) for cell in relation.parts):
                found |= {cell for cell in relation.parts if self._known(cell) is None}
        return found

    def _limit(self, cell: Cell) -> int:
        """A natural bound: what the whole county has, or what the place's people allow."""
        whole = self._counted.cells.get(cell._replace(place=self._counted.county))
        truth = self._value(cell, self._counted.cells[cell].value)
        most = self._value(cell, whole.value) if whole else truth * 1000
        return max(most, MANY, truth + ROOM * self.least(cell) if cell.measure == "amount" else truth)

    def _unknown(self, cell: Cell) -> None:
        low, high = self._range(cell) or (0, 0)
        truth = self._value(cell, self._counted.cells[cell].value)
        self.numbers[cell] = self.unknown(truth, min(low, truth), max(high, truth))

    def least(self, cell: Cell) -> int:
        """The smallest price that an amount may be made of; of an amount without prices its mean."""
        figure, count = declaration().figures[cell.figure], self._counted.cells[cell]
        if not figure.money:
            return self._value(cell, count.value) // max(count.units, 1)
        prices = [share.cents for share in self._by_price if _part_of(figure.money, cell, share)]
        return min(prices, default=self._unit) // self._unit

    # -- what ties them ----------------------------------------------------------------------------------------------

    def _term(self, cell: Cell, sign: int, row: dict[int, int]) -> int:
        """Add a cell to a row if it is unknown; else what it adds to the other side."""
        if cell in self.numbers:
            row[self.numbers[cell]] = row.get(self.numbers[cell], 0) + sign
            return 0
        return -sign * self._value(cell, self._counted.cells[cell].value)

    def _tie_sums(self) -> None:
        for relation in self._counted.sums:
            if all(self._inside(cell) for cell in (relation.total, *relation.parts)):
                row: dict[int, int] = {}
                value = self._term(relation.total, -1, row)
                value += sum(self._term(part, 1, row) for part in relation.parts)
                self.equal(row, value)

    def _tie_persons(self) -> None:
        """A household has one person at least and so many at most; a place has no more poor than people."""
        for cell in list(self._counted.cells):
            other = cell._replace(measure=PERSONS.get(cell.measure, ""))
            if other not in self._counted.cells or not self._inside(cell):
                continue
            self._ordered(other, 1, cell)
            if self._counted.cells[cell].value <= LARGEST * self._counted.cells[other].value:
                self._ordered(cell, LARGEST, other)
            all_people = Cell("residents", cell.place, cell.item, "population")
            known = self._counted.cells.get(all_people)
            if cell.figure == "people" and known and self._counted.cells[cell].value <= known.value:
                self._ordered(cell, 1, all_people)

    def _ordered(self, small: Cell, times: int, large: Cell) -> None:
        row: dict[int, int] = {}
        value = self._term(small, 1, row)
        if large in self.numbers:
            row[self.numbers[large]] = row.get(self.numbers[large], 0) - times
        else:
            value += times * self._value(large, self._counted.cells[large].value)
        self.at_most(row, value)

    def _tie_atoms(self, atoms: Mapping[Atom, int]) -> None:
        """Each amount of a group is so many households times what they had; so is each benefit of the county."""
        prices: dict[tuple[str, int], set[int]] = defaultdict(set)
        for _, benefit, year, cents in atoms:
            prices[benefit, year].add(cents)
        places = {cell.place for cell in self._counted.cells if cell.figure == "benefit-groups"}
        towns = sorted({town for town, *_ in atoms} | places - {self._counted.county})
        groups: dict[Cell, dict[int, int]] = defaultdict(dict)
        benefits: dict[Cell, dict[int, int]] = defaultdict(dict)
        for town in towns if self._scope is None else [self._scope]:
            for (benefit, year), values in sorted(prices.items()):
                for cents in sorted(values):
                    truth = atoms.get((town, benefit, year, cents), 0)
                    number = self.unknown(truth, 0, max(MANY, truth))
                    self._paid[town, benefit, year][number] = cents // self._unit
                    groups[Cell("benefit-groups", town, f"{group_of(benefit)}/{year}", "amount")][number] = (
                        cents // self._unit
                    )
                    benefits[Cell("benefits", self._counted.county, f"{benefit}/{year}", "amount")][number] = (
                        cents // self._unit
                    )
        for cell, row in (*groups.items(), *(benefits.items() if self._scope is None else ())):
            if cell in self._counted.cells:
                whole = dict(row)
                self.equal(whole, self._term(cell, -1, whole))

    def households(self, cell: Cell, benefit: str) -> dict[int, int]:
        """How many households of a township had a benefit in a year, as a sum of unknowns."""
        year = int(cell.item.rpartition("/")[2])
        return dict.fromkeys(self._paid.get((cell.place, benefit, year), ()), 1)

    def _tie_routes(self) -> None:
        """What a project pays is made of benefits, and a benefit of what projects pay; which of which is known."""
        benefits: dict[Cell, list[tuple[int, int]]] = defaultdict(list)
        for (project, allocation), parts in self._counted.routes.items():
            row: dict[int, int] = {}
            for (benefit, year), cents in parts.items():
                cell = Cell("benefits", self._counted.county, f"{benefit}/{year}", "amount")
                number = self.unknown(cents // self._unit, 0, max(self._limit(cell), cents // self._unit))
                benefits[cell].append((number, cents))
                row[number] = 1
            self.equal(row, self._term(Cell("project-persons", project, allocation, "amount"), -1, row))
        for cell, paid in benefits.items():
            if cell in self._counted.cells and sum(cents for _, cents in paid) == self._counted.cells[cell].value * 100:
                row = {number: 1 for number, _ in paid}
                self.equal(row, self._term(cell, -1, row))

    def _tie_pupils(self) -> None:
        """Pupils and money of a school are two equations, for schools of a level have prices of their own."""
        prices: dict[tuple[str, str], set[int]] = defaultdict(set)
        levels = self._counted.levels
        for (school, item), values in self._counted.pupils.items():
            prices[levels[school], item] |= set(values)
        for (school, item), values in sorted(self._counted.pupils.items()):
            persons = Cell("school-aid", school, item, "persons")
            if persons not in self.numbers:
                continue
            heads, money = {}, {}
            for cents in sorted(prices[levels[school], item]):
                truth = values.count(cents)
                heads[self.unknown(truth, 0, max(MANY, truth))] = 1
                money[len(self.truth) - 1] = cents // self._unit
            self.equal(heads, self._term(persons, -1, heads))
            self.equal(money, self._term(persons._replace(measure="amount"), -1, money))


def _part_of(kind: str, cell: Cell, share: Share) -> bool:
    """Whether a share may be part of an amount: of its year and of its group or benefit."""
    if kind == "project":
        return True
    name, _, year = cell.item.rpartition("/")
    wanted = {"total": "", "group": group_of(share.benefit), "benefit": share.benefit}[kind]
    return share.year == int(year) and (kind == "total" or name == wanted)
