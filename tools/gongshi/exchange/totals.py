"""The source's own slips: printed totals that are not the sums of their rows. They are told with both figures and never
repaired; what the rows say is what is taken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from gongshi.exchange.around import is_rate
from gongshi.exchange.columns import SheetColumn
from gongshi.exchange.convert import Converter
from gongshi.exchange.mapping import normal
from gongshi.exchange.sheets import Damaged, Raw, address
from gongshi.exchange.tables import SheetTable
from gongshi.exchange.units import measure

_GROUP = ("小计",)
_AMOUNT = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?)([百千万亿]*元)")


def slips(table: SheetTable, values: Mapping[int, Mapping[str, str]]) -> list[str]:
    """One sentence for each figure of a total row that its rows do not come to; ``values`` are the rows' fields."""
    found = []
    columns = {name: c for name, c in table.fields.items() if c.field.type in ("integer", "number")}
    columns = {name: column for name, column in columns.items() if not is_rate(column.field)}
    money = [name for name, column in columns.items() if column.field.unit.startswith("元")]
    for name, column in columns.items():
        found += _of_column(table, name, column, values)
        found += _in_words(table, name, column, values) if money == [name] else ()
    return found


def _in_words(
    table: SheetTable, name: str, column: SheetColumn, values: Mapping[int, Mapping[str, str]]
) -> Iterator[str]:
    """A total that stands in its label (合计：3000元), against all rows above it; only one column of money can be meant."""
    for row, what in table.skipped.items():
        if what != "合计" or table.sheet.cell(row, column.place) not in ("", None):
            continue
        for text in (normal(cell) for cell in table.sheet.cells[row] if isinstance(cell, str)):
            match = _AMOUNT.search(text)
            size = measure(match[2]) if match else None
            above = [Decimal(cells[name]) for at, cells in values.items() if at < row and cells.get(name)]
            if match and size and Decimal(match[1].replace(",", "")) * size[1] != sum(above, Decimal(0)):
                where = address(row, column.place)
                yield f"{where} 合计写的是“{match[0]}”，各行相加是“{sum(above, Decimal(0))}”元，原表可能有误，按各行读入，请核对"


def _of_column(table: SheetTable, name: str, column: SheetColumn, values: Mapping[int, Mapping[str, str]]) -> list[str]:
    found, group, whole = [], [], []
    above = _above(table)
    everything = [Decimal(row[name]) for row in values.values() if row.get(name)]
    for row in sorted({*table.rows, *table.skipped}):
        if row in values:
            group += [Decimal(values[row][name])] if values[row].get(name) else []
            continue
        if table.skipped.get(row) != "合计":
            continue
        raw = table.sheet.cell(row, column.place)
        said = _printed(raw, column)
        whole += group
        label = _label(table, row)
        if above:
            group = _below(table, row, name, values)
        sums = [group] if any(word in label for word in _GROUP) and group else [everything, whole, group]
        if said is not None and not any(_agrees(said, terms, raw, table, column) for terms in sums):
            added = sum(sums[0], Decimal(0))
            where = address(row, column.place)
            title = column.field.title
            found.append(
                f"{where} {label}的“{title}”写的是“{said}”，各行相加是“{added}”，原表可能有误，按各行读入，请核对"
            )
        elif said is None and raw not in ("", None) and not (isinstance(raw, str) and not raw.strip()):
            found.append(f"{address(row, column.place)} {label}的“{column.field.title}”读不出数，没有核对")
        group = []
    return found


def _above(table: SheetTable) -> bool:
    """Whether sums of parts stand above their rows: the first of them is before all data."""
    parts = [row for row, what in table.skipped.items() if what == "合计" and _label(table, row).endswith(_GROUP)]
    return bool(parts and table.rows) and min(parts) < min(table.rows)


def _below(table: SheetTable, row: int, name: str, values: Mapping[int, Mapping[str, str]]) -> list[Decimal]:
    """The figures of the rows between a sum and the next one."""
    ends = [other for other, what in table.skipped.items() if what == "合计" and other > row]
    rows = range(row + 1, min(ends, default=max(table.rows, default=row) + 1))
    return [Decimal(values[at][name]) for at in rows if values.get(at, {}).get(name)]


def _printed(raw: Raw, column: SheetColumn) -> Decimal | None:
    """The printed total in the field's own unit; None if it says nothing that can be read."""
    if isinstance(raw, Damaged):
        return None
    said = Converter(replace(column.field, decimals=None, type="number"), column.unit)(raw)
    return Decimal(said) if isinstance(said, str) and said else None


def _agrees(said: Decimal, terms: Sequence[Decimal], raw: Raw, table: SheetTable, column: SheetColumn) -> bool:
    """Within half a unit of the last printed digit for each term; whole numbers must come out exactly."""
    places = max((_places(table.sheet.cell(row, column.place)) for row in table.rows), default=0)
    places = max(places, _places(raw))
    factor = (measure(column.unit) or ("", Decimal(1)))[1] if column.unit else Decimal(1)
    slack = Decimal(5).scaleb(-places - 1) * factor * len(terms) if places else Decimal(0)
    return abs(said - sum(terms, Decimal(0))) <= slack


def _places(raw: Raw) -> int:
    text = format(raw, ".15g") if isinstance(raw, float) else str(raw)
    digits = text.rstrip("元万亿千百% ").rpartition(".")
    return len(digits[2]) if digits[1] and digits[2].isdecimal() and int(digits[2]) else 0


def _label(table: SheetTable, row: int) -> str:
    texts = [normal(cell) for cell in table.sheet.cells[row] if isinstance(cell, str) and cell.strip()]
    return next((text[:12] for text in texts if any(word in text for word in ("计", "累"))), "合计")
