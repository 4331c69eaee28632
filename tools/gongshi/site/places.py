"""All villages on one picture, coloured by a measure.

The picture is of the villages' outlines where the county gives them, and always of tiles in the order of the codes, which is
no geography and says so. What a tile says is published
already: an amount, a number of projects or notices. Money per head is one published figure over another, and withheld
where either is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from gongshi.disclosure import NOT_YET, Disclosure, Withheld
from gongshi.site.outlines import Drawing
from gongshi.site.receipts import Projects, median, per_head

SHADES = 5
ENOUGH = 3
"""So many published values have a middle."""
OPEN = ("已移交", "已验收", "已发完")


class MapMeasure(NamedTuple):
    """What a picture shows: its address, what it is called, its unit, and what is to be said below it."""

    key: str
    title: str
    unit: str
    note: str


MEASURES = (
    MapMeasure("per-head", "每人到户补助", "元", "一年发到户的补助 ÷ 总人口。不公布的用斜线，可能是零。"),
    MapMeasure("projects", "没做完的项目", "个", "只算本村自己的和与别村共有的项目，全县、全镇的补助不算。"),
    MapMeasure("notices", "正在公示", "份", "范围是这个村的公示公告。"),
)


class Tile(NamedTuple):
    """One village: its shade is 1 to 5, darker is more, or 0 for what is withheld."""

    code: str
    name: str
    value: Any
    shade: int


class Town(NamedTuple):
    """A township with its villages, and the middle of them."""

    row: Any
    tiles: Sequence[Tile]
    middle: Decimal | None


class Map:
    """The measures of all villages."""

    def __init__(self, views: Disclosure, reach: Mapping[str, Projects], drawing: Drawing | None = None) -> None:
        self._views, self._reach = views, reach
        self._drawing = drawing
        self._villages = views.rows("villages")
        self._residents = {row.division_code: row.population for row in views.rows("residents")}
        self._money: dict[int, dict[str, Any]] = defaultdict(dict)
        for row in views.rows("benefit-totals"):
            self._money[row.year][row.division_code] = row.amount
        self.years = sorted(self._money, reverse=True)
        self.finished: frozenset[str] = frozenset()
        self.running: Counter[str] = Counter()

    def head(self, code: str, year: int) -> Any:
        """Money to households per head of a place in a year; None where there is none."""
        amounts = self._money.get(year, {})
        if not self.years:
            return NOT_YET
        return per_head(amounts.get(code), self._residents.get(code)) if code in amounts else None

    def received(self, code: str, year: int) -> Any:
        """Money to households of a place in a year; None where there is none."""
        return self._money.get(year, {}).get(code)

    def heads(self, year: int) -> Mapping[str, Any]:
        """The same of every village."""
        return {row.village_code: self.head(row.village_code, year) for row in self._villages}

    def pages(self) -> list[tuple[str, str, int]]:
        """Address, measure and year of every picture."""
        found = [(f"map/per-head-{year}.html", "per-head", year) for year in self.years]
        return [*found, *((f"map/{measure.key}.html", measure.key, 0) for measure in MEASURES[1:])]

    def values(self, key: str, year: int) -> dict[str, Any]:
        """What a page of the map shows."""
        measure = next(one for one in MEASURES if one.key == key)
        found = {row.village_code: self._value(key, row.village_code, year) for row in self._villages}
        edges = _edges([value for value in found.values() if isinstance(value, int | Decimal)])
        towns = {row.township_code: row for row in self._views.rows("townships")}
        tiles: dict[str, list[Tile]] = defaultdict(list)
        for row in self._villages:
            value = found[row.village_code]
            tiles[row.township_code].append(Tile(row.village_code, row.name, value, _shade(value, edges)))
        shown = [Town(row, tiles[code], _middle([tile.value for tile in tiles[code]])) for code, row in towns.items()]
        tabs = [(path, self._tab(key, year), key, year) for path, key, year in self.pages()]
        return {
            "measure": measure,
            "year": year,
            "towns": [town for town in shown if town.tiles],
            "middle": median(map(_exact, found.values())),
            "withheld": sum(isinstance(value, Withheld) for value in found.values()),
            "known": sum(isinstance(value, int | Decimal) for value in found.values()),
            "edges": edges,
            "tabs": tabs,
            "drawing": self._drawing,
        }

    def _tab(self, key: str, year: int) -> str:
        title = next(one.title for one in MEASURES if one.key == key)
        return f"{year}年{title}" if year else title

    def _value(self, key: str, code: str, year: int) -> Any:
        if key == "per-head":
            return self.head(code, year)
        if key == "projects":
            mine = [*self._reach[code].own, *(project for project, _ in self._reach[code].shared)]
            return sum(project.project_id not in self.finished for project in mine)
        return self.running[code]


def _middle(values: Sequence[Any]) -> Decimal | None:
    """The middle of what is published, if that is enough to have one."""
    return median(map(_exact, values)) if sum(isinstance(value, int | Decimal) for value in values) >= ENOUGH else None


def _exact(value: Any) -> Any:
    return Decimal(value) if isinstance(value, int) else value


def _edges(values: Sequence[Any]) -> list[Any]:
    """Where the next shade begins: four values that cut the known ones in five parts of one size."""
    known = sorted(set(values))
    if len(known) <= SHADES:
        return known[1:]
    order = sorted(values)
    return sorted({order[len(order) * part // SHADES] for part in range(1, SHADES)} - {order[0]})


def _shade(value: Any, edges: Sequence[Any]) -> int:
    if value is None or isinstance(value, Withheld):
        return 0
    return 1 + len([edge for edge in edges if value >= edge])
