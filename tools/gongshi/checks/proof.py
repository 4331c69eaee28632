"""The schema proof: one DuckDB query per resource, compiled from its Table Schema.

The proof is one-sided. A row it passes, Frictionless passes; a row it doubts goes to Frictionless, which writes the
report (``report.py``). Text is matched as a whole against a strict ASCII pattern first and cast only then, since a cast
alone would take ``3.5`` for the integer 4.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from gongshi.package import Database, Field, Resource, identifier, literal
from gongshi.package.parts import Part

LIMIT_DOUBTS = 1000  # rows per resource that are reported one by one
LIMIT_TEXT = 100_000  # bytes in an unbounded text cell; Python's csv reader gives up at 131,072 characters
WHOLE = "(?:0|[1-9][0-9]{0,14})"
PATTERNS = {
    "integer": "(?:0|-?[1-9][0-9]{0,14})",
    "date": "[12][0-9]{3}-[0-9]{2}-[0-9]{2}",
    "year": "[12][0-9]{3}",
    "yearmonth": "[12][0-9]{3}-(?:0[1-9]|1[0-2])",
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """A row that is not proven, and the fields that are why."""

    resource: str
    row: int
    fields: tuple[str, ...]


class Proofs:
    """Which files were proven under which schema, by digest: what need not be proven again.

    A digest stands only for the very bytes and the very schema, so whatever else is in ``known`` proves nothing.
    ``used`` are those that this run met or added.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        self.known = dict.fromkeys(known)
        self.used: dict[str, None] = {}

    def open_spans(self, database: Database, resource: Resource) -> list[str]:
        """Conditions on ``rowid`` that together hold for every row that no known proof covers."""
        loaded = database.loaded[resource.name]
        if loaded.places or not loaded.parts:
            return ["true"]
        spans = []
        for part in loaded.parts:
            proof = _proof_name(resource, part)
            if part.clean and proof in self.known:
                self.used[proof] = None
            elif part.rows:
                spans.append(f"rowid BETWEEN {part.first} AND {part.first + part.rows - 1}")
        return spans if len(spans) < len(loaded.parts) else ["true"]

    def note(self, database: Database, resource: Resource) -> None:
        """Remember the files of a resource all of whose rows are proven."""
        parts = database.loaded[resource.name].parts
        self.used.update((_proof_name(resource, part), None) for part in parts if part.clean)


def _proof_name(resource: Resource, part: Part) -> str:
    return hashlib.sha256(f"{part.digest}\0{resource.schema!r}".encode()).hexdigest()


def strict_pattern(field: Field) -> str:
    """The one spelling of a value of this type, as a pattern for the whole cell; "" for text and booleans."""
    if field.type != "number":
        return PATTERNS.get(field.type, "")
    if field.decimals is None:
        return f"-?{WHOLE}(?:\\.[0-9]{{0,5}}[1-9])?"
    return f"-?{WHOLE}\\.[0-9]{{{field.decimals}}}"


def cell_condition(field: Field) -> str:
    """SQL that is true only if the cell is valid under the field, and never NULL."""
    column = identifier(field.name)
    terms = _value_terms(field, column)
    if not terms:
        return f"{column} <> ''" if field.required else "true"
    valid = " AND ".join(terms)
    return f"({column} <> '' AND {valid})" if field.required else f"({column} = '' OR ({valid}))"


def _value_terms(field: Field, column: str) -> list[str]:
    terms = []
    if pattern := strict_pattern(field):
        terms.append(f"regexp_full_match({column}, {literal(pattern)})")
    if field.type == "number":
        terms.append(f"{column} NOT IN ('-0', {literal('-0.' + '0' * (field.decimals or 0))})")
    if field.type == "date":
        terms.append(f"try_cast({column} AS DATE) IS NOT NULL")
    if field.type == "boolean":
        terms.append(f"{column} IN ({', '.join(map(literal, field.true_values + field.false_values))})")
    number = f"try_cast({column} AS {'BIGINT' if field.type == 'integer' else 'DECIMAL(21, 6)'})"
    if field.minimum:
        terms.append(f"coalesce({number} >= {field.minimum}, false)")
    if field.maximum:
        terms.append(f"coalesce({number} <= {field.maximum}, false)")
    return terms + (_text_terms(field, column) if field.type == "string" else [])


def _text_terms(field: Field, column: str) -> list[str]:
    terms = []
    if field.enum:
        terms.append(f"{column} IN ({', '.join(map(literal, field.enum))})")
    if field.pattern:
        terms.append(f"regexp_full_match({column}, {literal(field.pattern)})")
    if field.min_length is not None:
        terms.append(f"length({column}) >= {field.min_length}")
    if field.max_length is not None:
        terms.append(f"length({column}) <= {field.max_length}")
    elif not field.enum:
        terms.append(f"strlen({column}) <= {LIMIT_TEXT}")
    return terms


def prove(
    database: Database, resource: Resource, limit: int = LIMIT_DOUBTS, proofs: Proofs | None = None
) -> list[Doubt]:
    """The rows of ``resource`` that are not proven, at most ``limit`` + 1 of them; none means that all are valid."""
    proofs = proofs or Proofs()
    spans = proofs.open_spans(database, resource)
    if not spans:
        return []
    fields = resource.schema.fields
    tests = [cell_condition(field) for field in fields]
    table = f"raw.{identifier(resource.name)}"
    unproven = f"{table} WHERE NOT ({' AND '.join(tests)}) AND ({' OR '.join(spans)})"
    if database.sql(f"SELECT count(*) FROM {unproven}") == [(0,)]:
        proofs.note(database, resource)
        return []
    rows = [row for (row,) in database.sql(f"SELECT rowid FROM {unproven} ORDER BY rowid LIMIT {limit + 1}")]
    answers = database.sql(
        f"SELECT rowid, {', '.join(tests)} FROM {table} WHERE rowid IN (SELECT unnest($1::BIGINT[])) ORDER BY rowid",
        [rows],
    )
    return [
        Doubt(resource.name, row, tuple(field.name for field, ok in zip(fields, results, strict=True) if not ok))
        for row, *results in answers
    ]
