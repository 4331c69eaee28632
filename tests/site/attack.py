"""An attacker who has everything that is published: reads the numbers back, ties them together, solves for the rest.

Unknowns are the counts that were withheld, and the households without a helper, whom nobody counts in public. Known are
all numbers of the downloads and of the pages. They are tied by the sums that every reader knows (a township is its
villages, a place is its classes, a total is its schools), by bounds (不足5 is 1 to 4, a household has at least one
person, a pairing with contacts has at least one) and by what the policies say: how many rows a rule looked at, and the
figure that a rule found true.

Villages are crossed with classes alone, townships with each attribute alone, and any such margins with the same totals
can be filled with households, so single households add no equation and no bound.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from fractions import Fraction
from html.parser import HTMLParser
from math import ceil, floor

from gongshi.package.yamlfile import plain

Cell = Hashable
ENDLESS = 10**9
LARGEST = 30
"""Persons of a household, at most: the data dictionary is public, too."""
PATIENCE = 5000
"""Moves tried for another county, before the search says that it found none."""
TOTAL = ("合计", "合计")
HELP = "帮扶责任人"


class Puzzle:
    """What is known, the bounds of what is not, equations (coefficients by cell, and their sum), and one cell ≤ n × another."""

    def __init__(self) -> None:
        self.known: dict[Cell, int] = {}
        self.low: dict[Cell, int] = {}
        self.high: dict[Cell, int] = {}
        self.equations: list[tuple[dict[Cell, int], int]] = []
        self.at_most: list[tuple[Cell, int, Cell]] = []
        self.contradictions: list[Cell] = []

    def learn(self, cell: Cell, value: object, note: str = "", title: str = "") -> None:
        """A number as it was published, or that it was not and what is said of why."""
        few = re.search(rf"{title}不足(\d+)", note) if value is None else None
        if isinstance(value, int):
            if self.known.setdefault(cell, value) != value:
                self.contradictions.append(cell)
        else:
            self.low[cell] = max(self.low.get(cell, 0), 1 if few else 0)
            self.high[cell] = min(self.high.get(cell, ENDLESS), int(few[1]) - 1 if few else ENDLESS)

    def tie(self, parts: Iterable[Cell], total: Cell | int, weights: Iterable[int] | None = None) -> None:
        """The parts, each so many times, make the total."""
        parts = list(parts)
        row: dict[Cell, int] = defaultdict(int)
        for cell, weight in zip(parts, weights or [1] * len(parts), strict=True):
            row[cell] += weight
        if not isinstance(total, int):
            row[total] -= 1
        self.equations.append((dict(row), total if isinstance(total, int) else 0))

    def unknown(self) -> set[Cell]:
        return {cell for cell in self.low if cell not in self.known}

    def reduced(self) -> list[tuple[dict[Cell, int], int]]:
        """The equations over the unknowns alone; a cell that is in none of the tables may be anything."""
        found = []
        for row, total in self.equations:
            left = {}
            for cell, weight in row.items():
                if cell in self.known:
                    total -= weight * self.known[cell]
                elif weight:
                    left[cell] = weight
                    self.low.setdefault(cell, 0)
                    self.high.setdefault(cell, ENDLESS)
            if left:
                found.append((left, total))
            elif total:
                self.contradictions.append(str(row)[:200])
        return found


# -- reading what was published ------------------------------------------------------------------------------------


def read(files: Mapping[str, bytes]) -> Puzzle:
    """The puzzle that a site sets: ``files`` by path, downloads and pages."""
    tables = {
        path[len("data/") : -len(".json")]: json.loads(content)
        for path, content in files.items()
        if path.startswith("data/") and path.endswith(".json") and "datapackage" not in path
    }
    puzzle = Puzzle()
    _people(puzzle, tables["people"], tables["help"])
    _contacts(puzzle, tables["contacts"])
    _aid(puzzle, tables["school-aid"], {row["school_code"]: row["school_level"] for row in tables["schools"]})
    for row in tables["loans"]:
        puzzle.learn(("loans", row["purpose"]), row["loans"], row["note"], "笔数")
    purposes = [("loans", row["purpose"]) for row in tables["loans"] if row["purpose"] != "合计"]
    if purposes:
        puzzle.tie(purposes, ("loans", "合计"))
    _places(puzzle, tables["villages"], tables["schools"])
    _projects(puzzle, tables["projects"])
    _targets(puzzle, tables["indicators"])
    for path, content in files.items():
        if path.endswith(".html"):
            _page(puzzle, path, content.decode(), tables)
    return puzzle


def _people(puzzle: Puzzle, people: list[dict], coverage: list[dict]) -> None:
    inside: dict[str, list[str]] = defaultdict(list)
    levels, groups = {}, defaultdict(lambda: defaultdict(list))
    for row in people:
        code, cell = row["division_code"], (row["division_code"], row["dimension"], row["value"])
        puzzle.learn(("h", *cell), row["households"], row["note"], "户数")
        puzzle.learn(("p", *cell), row["persons"], row["note"], "人数")
        levels[code] = row["level"]
        if row["dimension"] != TOTAL[0]:
            groups[code][row["dimension"]].append(row["value"])
    county = next(code for code, level in levels.items() if level == "县")
    for code, level in levels.items():
        if level != "县":
            inside[county if level == "乡镇" else code[:9] + "000"].append(code)
    for row in coverage:
        code = county if row["township_code"] == "合计" else row["township_code"]
        puzzle.learn(("h", code, *TOTAL), row["households"], row["note"], "扶贫对象户数")
        puzzle.learn(("h", code, HELP, "有"), row["covered"], row["note"], "有帮扶责任人的户数")
        puzzle.learn(("h", code, HELP, "无"), None)
        groups[code][HELP] = ["有", "无"]
    for code in levels:
        for kind in "hp":
            cells = [TOTAL]
            for dimension, values in groups[code].items():
                if kind == "h" or dimension != HELP:
                    puzzle.tie([(kind, code, dimension, value) for value in values], (kind, code, *TOTAL))
                    cells += [(dimension, value) for value in values]
            for cell in cells:
                parts = [(kind, child, *cell) for child in inside[code] if cell[0] in {TOTAL[0], *groups[child]}]
                if parts:
                    puzzle.tie(parts, (kind, code, *cell))
    for cell in list(puzzle.low):
        if cell[0] == "p":
            puzzle.at_most.append((("h", *cell[1:]), 1, cell))
            puzzle.at_most.append((cell, LARGEST, ("h", *cell[1:])))


def _contacts(puzzle: Puzzle, rows: list[dict]) -> None:
    parts = defaultdict(list)
    for row in rows:
        group = (row["role"], row["contact_kind"], row["quarter"])
        for kind, name, title in (("c", "contacts", "次数"), ("q", "pairings", "有活动的结对")):
            puzzle.learn((kind, row["township_code"], *group), row[name], row["note"], title)
        puzzle.at_most.append((("q", row["township_code"], *group), 1, ("c", row["township_code"], *group)))
        if row["township_code"] != "合计":
            parts[group].append(row["township_code"])
    for group, towns in parts.items():
        for kind in "cq":
            puzzle.tie([(kind, town, *group) for town in towns], (kind, "合计", *group))


def _aid(puzzle: Puzzle, rows: list[dict], level: Mapping[str, str]) -> None:
    """People, and money: where all that is published of a level is one amount a head, that is the standard."""
    heads, parts, money = defaultdict(set), defaultdict(list), {}
    for row in rows:
        pair, school = (row["benefit"], row["period"]), row["school_code"]
        puzzle.learn(("aid", school, *pair), row["persons"], row["note"], "人数")
        if school == "合计":
            money[pair] = row["amount"]
            continue
        parts[pair].append(school)
        if row["persons"]:
            heads[pair, level.get(school, "")].add(Fraction(row["amount"]) / row["persons"])
    for row in rows:
        pair = (row["benefit"], row["period"])
        if row["school_code"] in parts[pair] and row["amount"] is not None:
            puzzle.known["money", row["school_code"], *pair] = round(Fraction(row["amount"]) * 100)
    for pair, schools in parts.items():
        if ("aid", "合计", *pair) in puzzle.known or ("aid", "合计", *pair) in puzzle.low:
            puzzle.tie([("aid", school, *pair) for school in schools], ("aid", "合计", *pair))
        for school in schools:
            known = heads[pair, level.get(school, "")]
            if len(known) == 1 and level.get(school):
                puzzle.tie([("aid", school, *pair)], ("money", school, *pair), [round(next(iter(known)) * 100)])
        if money.get(pair) is not None:
            puzzle.tie([("money", school, *pair) for school in schools], round(Fraction(money[pair]) * 100))


def _places(puzzle: Puzzle, villages: list[dict], schools: list[dict]) -> None:
    for name, key, rows, counts in (
        ("village", "village_code", villages, {"water_households": "", "unsafe_house_households": ""}),
        ("school", "school_code", schools, {"pupils": "", "boarders": ""}),
    ):
        for row in rows:
            for count in counts:
                if row[count] is None and not row["note"]:
                    continue
                puzzle.learn((name, row[key], count), row[count], row["note"])
            if name == "school":
                puzzle.at_most.append((("school", row[key], "boarders"), 1, ("school", row[key], "pupils")))


def _projects(puzzle: Puzzle, rows: list[dict]) -> None:
    names = {"benef_households": "受益户数", "benef_persons": "受益人数"}
    for row in rows:
        code = row["project_id"]
        for name in (*names, "benef_poor_households", "benef_poor_persons"):
            if row[name] is not None or row["note"]:
                puzzle.learn((name, code), row[name], row["note"])
        for part, whole in (
            ("benef_poor_households", "benef_households"), ("benef_poor_persons", "benef_persons"),
            ("benef_households", "benef_persons"), ("benef_poor_households", "benef_poor_persons"),
        ):  # fmt: skip
            puzzle.at_most.append(((part, code), 1, (whole, code)))
        if re.search("[户人名]", row["quantity_unit"]) and row["note"]:
            _measures(puzzle, row)


def _measures(puzzle: Puzzle, row: dict) -> None:
    """So many were planned and accepted, at one price, for the budget and for what it cost in the end."""
    price, cents = row["unit_price"], {}
    for name, total, title in (("quantity", "budget_total", "数量"), ("accepted_quantity", "final_cost", "验收数量")):
        whole = row[name] if row[name] is None else int(Fraction(row[name]))
        puzzle.learn((name, row["project_id"]), whole, row["note"], rf"(?:^|；){title}")
        if row[total]:
            cents[name] = round(Fraction(row[total]) * 100)
    if whole := row["quantity"]:
        price = price or Fraction(cents["quantity"], 100) / Fraction(whole)
    for name, total in cents.items() if price else ():
        puzzle.tie([(name, row["project_id"])], total, [round(Fraction(price) * 100)])


TARGETS = {
    "贫困户数": ("h", TOTAL), "贫困人数": ("p", TOTAL), "已脱贫户数": ("h", ("脱贫状态", "已脱贫")), "脱贫户数": ("h", ("脱贫状态", "已脱贫")),
    "未脱贫户数": ("h", ("脱贫状态", "未脱贫")), "未脱贫人数": ("p", ("脱贫状态", "未脱贫")), "已脱贫人数": ("p", ("脱贫状态", "已脱贫")),
    **{f"{name}{unit}": (kind, ("贫困户类别", name)) for name in ("扶贫户", "扶贫低保户", "纯低保户", "五保户")
       for unit, kind in (("户数", "h"), ("人数", "p"))},
}  # fmt: skip


def _targets(puzzle: Puzzle, rows: list[dict]) -> None:
    """What the county or a township reports of itself beside its plan."""
    for row in rows:
        if row["indicator"] in TARGETS and row["actual"] is not None:
            kind, cell = TARGETS[row["indicator"]]
            puzzle.learn((kind, row["subject"], *cell), int(Fraction(row["actual"])))


class _Tables(HTMLParser):
    """Every table of a page as rows of cells: (text, where its first link leads)."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: list[list[list[list[str]]]] = []
        self._open = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1]:
            self.tables[-1][-1].append(["", ""])
            self._open = True
        elif tag == "a" and self._open and not self.tables[-1][-1][-1][1]:
            self.tables[-1][-1][-1][1] = dict(attrs).get("href", "")

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._open = False

    def handle_data(self, data):
        if self._open:
            self.tables[-1][-1][-1][0] += data


def _page(puzzle: Puzzle, path: str, text: str, tables: Mapping[str, list[dict]]) -> None:
    """The counts of people in the tables of a page, by the heads of their columns."""
    county = next(row["division_code"] for row in tables["people"] if row["level"] == "县")
    slugs = {row["slug"]: row["township_code"] for row in tables["townships"]}
    slugs |= {row["village_code"]: row["village_code"] for row in tables["villages"]}
    here = slugs.get(path.rpartition("/")[2].removesuffix(".html"), county)
    dimensions = {row["dimension"] for row in tables["people"]}
    for table in _Tables(text).tables:
        heads = [cell[0].strip() for cell in table[0]] if table else []
        for row in table[1:]:
            name, link = row[0][0].strip(), row[0][1].rpartition("/")[2].removesuffix(".html")
            place = here if heads[0] in dimensions else slugs.get(link, county if name == "全县" else "")
            for head, (cell, _) in zip(heads, row, strict=False):
                number = cell.strip().replace(",", "")
                found = _meaning(head, heads[0] if heads[0] in dimensions else "", name)
                if found and place and number.isdigit():
                    puzzle.learn((found[0], place, *found[1]), int(number))


def _meaning(head: str, dimension: str, name: str) -> tuple[str, tuple[str, str]] | None:
    """What a column counts, in a table of one dimension or of places."""
    if dimension and head in ("户数", "人数"):
        return "hp"[head == "人数"], TOTAL if name == "合计" else (dimension, name)
    if not dimension:
        return {
            "扶贫对象户": ("h", TOTAL), "扶贫对象人": ("p", TOTAL), "扶贫对象（户）": ("h", TOTAL),
            "未脱贫户": ("h", ("脱贫状态", "未脱贫")), "有帮扶责任人（户）": ("h", (HELP, "有")),
        }.get(head)  # fmt: skip
    return None


def learn_rules(puzzle: Puzzle, rules: bytes, policies: object, divisions: Mapping[str, str]) -> int:
    """What rules over households looked at, and the figures that they found true; gives how many said something.

    ``divisions`` are the codes of townships by their slug. A rule counts households of its places, of some classes.
    """
    fields = {"household_class": "贫困户类别", "poverty_status": "脱贫状态", "main_cause": "主要致贫原因"}
    shown = {row["规则号"]: row for row in csv.DictReader(io.StringIO(rules.decode("utf-8-sig")))}
    said = 0
    for policy, rule in policies.rules():
        row = shown.get(rule.id, {"状态": ""})
        places = [divisions[slug] for slug in rule.scope.townships] + list(rule.scope.villages)
        body = plain(rule.body)
        cells = _chosen(body, fields)
        if row["状态"] != "已检查" or rule.resource != "households" or cells is None or rule.scope.units:
            continue
        places = places or [next(cell[1] for cell in puzzle.known | puzzle.low if cell[0] == "h" and cell[2:] == TOTAL)]
        if row["检查数"].isdigit():
            said += 1
            puzzle.tie([("h", place, *cell) for place in places for cell in cells], int(row["检查数"]))
        exactly = body.get("exactly", {}) if rule.kind == "total" else {}
        standard = policy.standards.get(exactly.get("standard")) if isinstance(exactly, dict) else None
        if standard and row["不符合"] == "0":
            said += 1
            kind = "p" if body.get("measure") == "sum" else "h"
            puzzle.tie([(kind, place, *cell) for place in places for cell in cells], int(standard.values[-1][1]))
    return said


def _chosen(body: Mapping, fields: Mapping[str, str]) -> list[tuple[str, str]] | None:
    """The cells of a place that a rule's ``where`` chooses; None if it asks for more than one attribute."""
    if "where" not in body:
        return [TOTAL]
    (condition, *more), field = body["where"], body["where"][0].get("field")
    values = condition.get("in") or [condition.get("is")]
    if more or values == [None] or field not in fields:
        return None
    if field == "poverty_status":
        return [("脱贫状态", "已脱贫")] if "已脱贫" in values else [("脱贫状态", "未脱贫")]
    return [(fields[field], value) for value in values]


# -- solving -------------------------------------------------------------------------------------------------------


def solve(puzzle: Puzzle) -> dict[Cell, int]:
    """Every unknown that has one value left, by elimination in fractions and by bounds carried along all equations."""
    equations = puzzle.reduced()
    rows = equations + _eliminated(equations)
    low, high = dict(puzzle.low), dict(puzzle.high)
    near: dict[Cell, list] = defaultdict(list)
    for row in rows:
        for cell in row[0]:
            near[cell].append(row)
    work = list(rows)
    while work:
        moved = set()
        for row, total in work:
            moved |= _narrow(row, total, low, high)
        moved |= _ordered(puzzle, low, high)
        work = list({id(row): row for cell in moved for row in near[cell]}.values())
    return {cell: low[cell] for cell in puzzle.low if cell not in puzzle.known and low[cell] == high[cell]}


def _narrow(row: dict[Cell, int], total: int, low: dict, high: dict) -> set[Cell]:
    ends = {cell: sorted((w * low[cell], w * high[cell])) for cell, w in row.items()}
    least, most = sum(end[0] for end in ends.values()), sum(end[1] for end in ends.values())
    moved = set()
    for cell, weight in row.items():
        a, b = total - (most - ends[cell][1]), total - (least - ends[cell][0])
        a, b = sorted((Fraction(a, weight), Fraction(b, weight)))
        if ceil(a) > low[cell] or floor(b) < high[cell]:
            low[cell], high[cell] = max(low[cell], ceil(a)), min(high[cell], floor(b))
            moved.add(cell)
            return moved | {cell}
    return moved


def _ordered(puzzle: Puzzle, low: dict, high: dict) -> set[Cell]:
    moved = set()
    for small, times, large in puzzle.at_most:
        a = puzzle.known.get(small, low.get(small, 0))
        b = puzzle.known.get(large, high.get(large, ENDLESS))
        if large in low and large not in puzzle.known and ceil(Fraction(a, times)) > low[large]:
            low[large] = ceil(Fraction(a, times))
            moved.add(large)
        if small in high and small not in puzzle.known and b * times < high[small]:
            high[small] = b * times
            moved.add(small)
    return moved


def _eliminated(equations: list[tuple[dict[Cell, int], int]]) -> list[tuple[dict[Cell, int], int]]:
    """The system in reduced form, whole numbers again: a row with one cell left is that cell's value."""
    rows: dict[Cell, tuple[dict[Cell, Fraction], Fraction]] = {}
    users: dict[Cell, set[Cell]] = defaultdict(set)
    for row, total in equations:
        row, total = {cell: Fraction(w) for cell, w in row.items()}, Fraction(total)
        for pivot in [cell for cell in row if cell in rows]:
            total = _minus(row, total, rows[pivot], row[pivot])
        if not row:
            continue
        pivot = min(row, key=lambda cell: len(users[cell]))
        weight = row[pivot]
        row = {cell: w / weight for cell, w in row.items()}
        total /= weight
        for other in list(users[pivot]):
            if pivot in rows[other][0]:
                left = rows[other][0]
                rows[other] = (left, _minus(left, rows[other][1], (row, total), left[pivot]))
                for cell in row:
                    users[cell].add(other)
        rows[pivot] = (row, total)
        for cell in row:
            users[cell].add(pivot)
    found = []
    for row, total in rows.values():
        scale = 1
        for w in (*row.values(), total):
            scale = scale * w.denominator // _gcd(scale, w.denominator)
        found.append(({cell: int(w * scale) for cell, w in row.items()}, int(total * scale)))
    return found


def _gcd(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a


def _minus(row: dict, total: Fraction, other: tuple[dict, Fraction], weight: Fraction) -> Fraction:
    for cell, w in other[0].items():
        left = row.get(cell, Fraction(0)) - weight * w
        if left:
            row[cell] = left
        else:
            row.pop(cell, None)
    return total - weight * other[1]


# -- what no attacker can tell -------------------------------------------------------------------------------------


class Doubt:
    """Looks for another county that would have published the same: then the cell cannot be told, whoever asks.

    From the true numbers one cell is moved by one, and whatever that puts out of balance is moved after it, until every
    equation holds again. Where two counts bound each other (persons and households) either one moves, or both alike.
    """

    def __init__(self, puzzle: Puzzle, truth: Mapping[Cell, int]) -> None:
        self.rows = [row for row, _ in puzzle.reduced()]
        self.value = {cell: truth[cell] for cell in puzzle.low if cell not in puzzle.known and cell in truth}
        self.low, self.high, self.truth = puzzle.low, puzzle.high, truth
        self.bounds: dict[Cell, list[tuple[Cell, int, Cell]]] = defaultdict(list)
        self.beside: dict[Cell, Cell] = {}
        for bound in puzzle.at_most:
            small, times, large = bound
            self.bounds[small].append(bound)
            self.bounds[large].append(bound)
            if times == 1 and small in self.value and large in self.value:
                self.beside[small] = large
        self.near: dict[Cell, list[int]] = defaultdict(list)
        for number, row in enumerate(self.rows):
            for cell in row:
                self.near[cell].append(number)

    def about(self, cell: Cell) -> bool:
        """Whether the cell may have another value."""
        first = next((small for small, large in self.beside.items() if large == cell), cell)
        return any(
            self._fits(start, step, alike) and self._try(start, step, depth, alike)
            for depth in (3, 5, 7, 30)
            for start, alike in ((cell, False), (first, True))
            for step in (1, -1)
        )

    def _fits(self, cell: Cell, step: int, alike: bool) -> bool:
        value = self.value[cell] + step
        return self.low[cell] <= value <= self.high[cell] and (alike or self._bounded({cell: step}))

    def _bounded(self, moved: Mapping[Cell, int]) -> bool:
        """Whether no count is more than one that bounds it."""
        return all(
            self.truth[small] + moved.get(small, 0) <= times * (self.truth[large] + moved.get(large, 0))
            for cell in moved
            for small, times, large in self.bounds[cell]
            if small in self.truth and large in self.truth
        )

    def _try(self, start: Cell, step: int, depth: int, alike: bool) -> bool:
        self.patience = PATIENCE
        return self._move({start: step}, self.near[start], depth, alike)

    def _move(self, moved: dict[Cell, int], work: list[int], left: int, alike: bool) -> bool:
        number = next((n for n in work if self._off(n, moved)), None)
        if number is None:
            return self._whole(moved, alike)
        row, off = self.rows[number], self._off(number, moved)
        for cell in row if left else ():
            step = -off // row[cell]
            self.patience -= 1
            if self.patience < 0:
                return False
            if cell in moved or cell not in self.value or off % row[cell] or not self._fits(cell, step, alike):
                continue
            if self._move(moved | {cell: step}, [*work, *self.near[cell]], left - 1, alike):
                return True
        return False

    def _off(self, number: int, moved: Mapping[Cell, int]) -> int:
        return sum(weight * moved.get(cell, 0) for cell, weight in self.rows[number].items())

    def _whole(self, moved: dict[Cell, int], alike: bool) -> bool:
        """Whether everything holds, with what moves alike moved, too."""
        both = moved | {self.beside[cell]: step for cell, step in moved.items() if alike and cell in self.beside}
        kept = all(self.low[cell] <= self.value[cell] + step <= self.high[cell] for cell, step in both.items())
        return kept and self._bounded(both) and not any(self._off(n, both) for cell in both for n in self.near[cell])
