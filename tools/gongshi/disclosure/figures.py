"""The declaration of figures (``figures.yaml``): every count of people, and amount that stands for people, that may be
published. Nothing else about people leaves this room.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypedDict

from gongshi.model import GongshiError
from gongshi.package.yamlfile import parse, plain

RESOURCE = "figures"
"""The Resource that holds them, once they are frozen."""

TOTAL = "合计"
FLOOR = 3
"""No county may publish counts below this."""

USUAL = 5
"""Counts below this are not published, if the county does not say otherwise."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One declared figure; the fields are explained at the top of ``figures.yaml``."""

    figure: str
    title: str
    every: str
    levels: tuple[str, ...]
    measures: Mapping[str, str]
    items: str | tuple[str, ...] = ()
    of: str = ""
    apart: tuple[str, ...] = ()
    money: str = ""
    sql: str = ""
    begins: str = ""
    until: str = ""

    def there(self, day: datetime.date) -> bool:
        """Whether there is such a figure on a day."""
        return self.begins <= day.isoformat() and (not self.until or day.isoformat() < self.until)


class Declaration(NamedTuple):
    """All figures by name; groups of benefits; which rows of a resource stand for persons; indicators that repeat one, and
    registers whose length is one."""

    figures: Mapping[str, Figure]
    groups: Mapping[str, tuple[str, ...]]
    persons: Mapping[str, str]
    same: Mapping[str, tuple[str, str, str]]
    registers: Mapping[str, tuple[str, str, str]]


class _Declared(TypedDict):
    """What ``figures.yaml`` is."""

    figures: list[dict[str, Any]]
    groups: dict[str, list[str]]
    persons: dict[str, str]
    same: dict[str, str]
    registers: dict[str, str]
    terms: dict[str, str]


@cache
def declaration() -> Declaration:
    """What ``figures.yaml`` says."""
    table: _Declared = plain(parse((Path(__file__).parent / "figures.yaml").read_bytes()))
    figures = {node["figure"]: _figure(node, table["terms"]) for node in table["figures"]}
    groups = {name: tuple(benefits) for name, benefits in table["groups"].items()}
    return Declaration(figures, groups, table["persons"], _paths(table["same"]), _paths(table["registers"]))


def _paths(table: Mapping[str, str]) -> dict[str, tuple[str, str, str]]:
    """Figure, item and measure of each name."""
    parts = {name: path.split("/") for name, path in table.items()}
    return {name: (figure, item, measure) for name, (figure, item, measure) in parts.items()}


def declared(figure: str, measure: str) -> Figure:
    """The declaration of a figure; GongshiError if there is none: then it may not be published."""
    found = declaration().figures.get(figure)
    if found is None or measure not in found.measures:
        raise GongshiError(f"“{figure}”的“{measure}”是关于人的数，没有在公开数字的声明里，不能公布。")
    return found


def _figure(node: Mapping[str, Any], terms: Mapping[str, str]) -> Figure:
    values = {"begins" if name == "from" else name: value for name, value in node.items()}
    values |= {name: tuple(values.get(name, ())) for name in ("levels", "apart")}
    if not isinstance(values.get("items", ""), str):
        values["items"] = tuple(values["items"])
    for name, term in reversed([*terms.items()]):
        values["sql"] = values.get("sql", "").replace(f"${name}", term)
    return Figure(**values)


class Period(NamedTuple):
    """A quarter, whose last day the figures are of."""

    year: int
    quarter: int

    @classmethod
    def of(cls, text: str) -> Period:
        """``2020-Q2``; GongshiError if it is none."""
        year, _, quarter = text.partition("-Q")
        if not (
            len(year) == 4
            and year.isascii()
            and year.isdigit()
            and "1900" <= year <= "2200"
            and quarter in {"1", "2", "3", "4"}
        ):
            raise GongshiError(f"“{text[:20]}”不是季度，请写成 2020-Q2 这样。")
        return cls(int(year), int(quarter))

    @classmethod
    def at(cls, day: datetime.date) -> Period:
        """The last quarter that is over on ``day``."""
        tomorrow = day + datetime.timedelta(days=1)
        quarter = (tomorrow.month - 1) // 3
        return cls(tomorrow.year, quarter) if quarter else cls(tomorrow.year - 1, 4)

    @property
    def end(self) -> datetime.date:
        """Its last day."""
        year, month = (self.year + 1, 1) if self.quarter == 4 else (self.year, self.quarter * 3 + 1)
        return datetime.date(year, month, 1) - datetime.timedelta(days=1)

    def __str__(self) -> str:
        return f"{self.year}-Q{self.quarter}"
