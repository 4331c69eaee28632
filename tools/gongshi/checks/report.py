"""The report by Frictionless on rows that are not proven: the one door to frictionless.

Frictionless's reports carry whole rows, so nothing of them leaves this module but place, field and kind of error; the
words are ours. ``spelling`` findings are the short list of cases in which this ledger is stricter than Frictionless:
ASCII numbers in one spelling, dates exactly YYYY-MM-DD, years and months likewise, text below 100,000 bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from gongshi.checks.phrases import cell_message, spelling_message
from gongshi.checks.proof import LIMIT_DOUBTS, Doubt
from gongshi.checks.showing import shown_key
from gongshi.model import Finding, Severity
from gongshi.package import Database, Resource, identifier, quoted, schema_descriptor, spell

CELL_ERRORS = ("type-error", "constraint-error")
ROW_MESSAGES = {
    "blank-row": "这一行全是空的，请删去",
    "extra-cell": "这一行多了一格，请检查是否多写了逗号",
    "missing-cell": "这一行少了一格，请检查是否少写了逗号",
    "primary-key": "主键重复或为空",
}


def report_doubts(database: Database, resource: Resource, doubts: Sequence[Doubt]) -> list[Finding]:
    """Findings on doubted rows: what Frictionless rejects, then what only we do."""
    rows = _rows(database, resource, [doubt.row for doubt in doubts[:LIMIT_DOUBTS]])
    findings = []
    rejected: dict[int, set[str]] = {}
    for index, code, name in _validate(resource, [cells for _, cells in rows]):
        row, cells = rows[index]
        rejected.setdefault(row, set()).add(name)
        findings.append(_finding(database, resource, row, cells, code, name))
    cells_of = dict(rows)
    for doubt in doubts[:LIMIT_DOUBTS]:
        for name in doubt.fields:
            if name not in rejected.get(doubt.row, set()) and "" not in rejected.get(doubt.row, set()):
                findings.append(_finding(database, resource, doubt.row, cells_of[doubt.row], "spelling", name))
    if len(doubts) > LIMIT_DOUBTS:
        message = f"这张表的错误超过 {LIMIT_DOUBTS} 行，只列出前 {LIMIT_DOUBTS} 行，改好后再查一次"
        path, line = database.locate(resource.name, doubts[LIMIT_DOUBTS].row)
        findings.append(Finding("too-many", Severity.ERROR, message, path, line, resource.name))
    return findings


def report_ragged(database: Database, resource: Resource) -> list[Finding]:
    """Rows of slowly read files that have too few or too many cells."""
    findings = []
    for part in database.loaded[resource.name].parts:
        width = len(part.labels)
        ragged = ((i, row) for i, row in enumerate(part.cells) if len(row) != width)
        for index, row in islice(ragged, LIMIT_DOUBTS):
            code = "missing-cell" if len(row) < width else "extra-cell"
            line = part.line(index)
            findings.append(Finding(code, Severity.ERROR, ROW_MESSAGES[code], part.path, line, resource.name))
    return findings


def report_everything(database: Database, resource: Resource) -> list[Finding]:
    """The schema part by Frictionless alone: every row of the resource, without the proof."""
    count = database.loaded[resource.name].rows
    rows = _rows(database, resource, range(count))
    return [
        _finding(database, resource, rows[index][0], rows[index][1], code, name)
        for index, code, name in _validate(resource, [cells for _, cells in rows])
    ]


def _rows(database: Database, resource: Resource, rows: Iterable[int]) -> list[tuple[int, list[str]]]:
    found = database.sql(
        f"SELECT rowid, {quoted(resource.schema.names)} FROM raw.{identifier(resource.name)} "
        "WHERE rowid IN (SELECT unnest($1::BIGINT[])) ORDER BY rowid",
        [list(rows)],
    )
    return [(row, list(cells)) for row, *cells in found]


def _validate(resource: Resource, rows: list[list[str]]) -> list[tuple[int, str, str]]:
    """(index of the row, error type, field name or "") for each cell or row that Frictionless rejects, once each."""
    if not rows:
        return []
    import frictionless  # 0.2 s to import: only when there is something to report

    table = frictionless.Resource(
        data=[list(resource.schema.names), *rows],
        schema=frictionless.Schema.from_descriptor(schema_descriptor(resource.schema)),
    )
    errors = table.validate(limit_errors=10 * LIMIT_DOUBTS + 10).flatten(["type", "rowNumber", "fieldName"])
    found = [(row - 2, code, name or "") for code, row, name in errors if row and row >= 2]
    return list({(index, name): (index, code, name) for index, code, name in reversed(found)}.values())[::-1]


def _finding(database: Database, resource: Resource, row: int, cells: list[str], code: str, name: str) -> Finding:
    path, line = database.locate(resource.name, row)
    names = resource.schema.names
    key = shown_key(resource, [cells[names.index(part)] for part in resource.schema.primary_key], line)
    if code in CELL_ERRORS:
        message = cell_message(resource, resource.schema.field(name), cells[names.index(name)])
    elif code == "spelling":
        field, cell = resource.schema.field(name), cells[names.index(name)]
        message = spelling_message(resource, field, cell, spell(field, cell))
    else:
        message = ROW_MESSAGES.get(code, "这一行不符合数据字典，请检查")
    return Finding(code, Severity.ERROR, message, path, line, resource.name, name, key)
