"""What a sheet means is understood or asked about: nothing wrong comes in with nobody told."""

from __future__ import annotations

import csv
import io
import random
from decimal import Decimal

from exchange.books import xlsx
from exchange.drawn import Drawn, draw, draw_people, merged
from exchange.test_spellings import found
from gongshi.exchange.tables import NoTable
from support import rounds

MEASURES = "records/townships/guzhen/measures.csv"


def drawn_sheets(seed: int, count: int) -> list[Drawn]:
    chance = random.Random(seed)
    return [draw(chance, 1000 + 10 * at) for at in range(count)]


def wrong_values(plan, sheets: list[Drawn]) -> tuple[list[str], int]:
    """(sheets of which something wrong would be written, sheets that come in whole)."""
    data = xlsx(*(sheet.rows for sheet in sheets), names=[sheet.name for sheet in sheets], after=merged(sheets))
    result = plan("措施.xlsx", data)
    text = result.files.get(MEASURES, b"").decode()
    written = {row["measure_id"]: Decimal(row["cost"] or 0) for row in csv.DictReader(io.StringIO(text))}
    wrong = [
        f"{sheet.how} {sheet.name} {key}: {written[key]} for {'nothing' if sheet.asked else amount}; {sheet.rows}"
        for sheet in sheets
        for key, amount in sheet.truth.items()
        if key in written and (sheet.asked or written[key] != amount)
    ]
    whole = sum(set(sheet.truth) <= set(written) for sheet in sheets)
    return wrong, whole


def test_no_drawn_sheet_brings_a_wrong_amount(plan) -> None:
    """A hundred and twenty sheets (at night 320), mixed from places, spellings, layouts, merges and formats nobody listed together."""
    sheets = drawn_sheets(16, rounds(120, 320))
    wrong, whole = wrong_values(plan, sheets)
    assert not wrong, "\n".join(wrong[:5])
    assert whole >= len(sheets) // 2, whole


def test_no_drawn_sheet_takes_what_is_somebody_elses() -> None:
    """Telephones, accounts and ID numbers behind another's name, in orders nobody listed."""
    chance, taken, told = random.Random(7), 0, 0
    for _ in range(400):
        header, rows, owner = draw_people(chance)
        table = found("members", header, *rows)
        if isinstance(table, NoTable):
            told += 1
            continue
        for column in table.columns:
            if column.meaning.field and column.place in owner:
                assert owner[column.place] == header[1], (header, column)
                taken += 1
    assert taken > 40 and told < 250, (taken, told)
