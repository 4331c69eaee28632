"""The one spelling of a record file: UTF-8, LF, no BOM, rows sorted by key, minimal quoting, fixed column order.

In a CSV file a cell is quoted only if it holds a comma or a quote. In a YAML document the keys follow the schema, an
empty value is left out, and each row of a list is one flow mapping on one line, so that ``git blame`` names a record.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from gongshi.package.schema import Descriptor, Document, Field, Schema

_PLAIN = re.compile(
    r"[A-Za-z0-9\u3400-\u9fff\U00020000-\U0003ffff][^,\[\]{}#&*!|>'\"%@`:\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]*"
)
_CONTROL = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff]")
_DECIMAL = re.compile(r"(-?)0*([0-9]+?)(?:\.([0-9]+))?")


def spell(field: Field, text: str) -> str:
    """``text`` in the field's one spelling: ``1.0`` with two decimals is ``1.00``, 有 is 是; what fits neither stays as it is."""
    if field.type == "boolean":
        return next((words[0] for words in (field.true_values, field.false_values) if text in words), text)
    if field.type not in ("integer", "number") or not (match := _DECIMAL.fullmatch(text)):
        return text
    sign, whole, part = match[1], match[2], (match[3] or "").rstrip("0")
    if field.type == "integer":
        return text if part else _signed(sign, whole)
    if field.decimals is not None:
        if len(part) > field.decimals:
            return text
        part = part.ljust(field.decimals, "0")
    number = f"{whole}.{part}" if part else whole
    return _signed(sign, number)


def _signed(sign: str, number: str) -> str:
    return sign + number if number.strip("0.") else number


def csv_cell(text: str) -> str:
    """One cell, quoted only if it must be."""
    if '"' in text:
        return '"' + text.replace('"', '""') + '"'
    return f'"{text}"' if "," in text else text


def csv_bytes(schema: Schema, rows: Iterable[Sequence[str]]) -> bytes:
    """Rows (cells in schema order) as the canonical CSV file. Sorted by primary key, then by the whole row."""
    positions = [schema.names.index(name) for name in schema.primary_key]
    spelled = [tuple(spell(field, cell) for field, cell in zip(schema.fields, row, strict=True)) for row in rows]
    spelled.sort(key=lambda row: ([row[position] for position in positions], row))
    lines = [",".join(schema.names)]
    lines.extend(",".join(map(csv_cell, row)) for row in spelled)
    return ("\n".join(lines) + "\n").encode()


def yaml_scalar(text: str) -> str:
    """Plain where YAML reads it back as the same text, else double quoted."""
    if _PLAIN.fullmatch(text) and not text.endswith(" "):
        return text
    return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False))


def yaml_bytes(
    descriptor: Descriptor,
    document: Document,
    record: Mapping[str, str],
    lists: Mapping[str, Iterable[Mapping[str, str]]],
) -> bytes:
    """A document as its canonical file. ``record`` and the rows map field name to text; empty text is left out."""
    schema = descriptor.resources[document.resource].schema
    fields = _written(schema, ())
    lines = [f"{name}: {yaml_scalar(value)}" for name, value in _cells(fields, record)]
    for key, resource in document.lists.items():
        row_schema = descriptor.resources[resource].schema
        fields = _written(row_schema, schema.primary_key)
        rows = [_cells(fields, row) for row in lists.get(key, ())]
        if rows:
            rows.sort(key=_order(row_schema))
            lines.append(f"{key}:")
            lines.extend("  - {" + ", ".join([f"{n}: {yaml_scalar(v)}" for n, v in row]) + "}" for row in rows)
    return ("\n".join(lines) + "\n").encode()


def _written(schema: Schema, skip: Sequence[str]) -> list[tuple[str, Field, bool]]:
    """The fields that stand in the file, and whether they have a spelling of their own."""
    return [
        (field.name, field, field.type in ("integer", "number", "boolean"))
        for field in schema.fields
        if field.name not in skip
    ]


def _cells(fields: list[tuple[str, Field, bool]], record: Mapping[str, str]) -> list[tuple[str, str]]:
    return [
        (name, spell(field, text) if number else text) for name, field, number in fields if (text := record.get(name))
    ]


def _order(schema: Schema) -> Callable[[list[tuple[str, str]]], tuple[list[tuple[int, str]], list[tuple[str, str]]]]:
    """How rows of a list are sorted: by the key's parts that stand in them, whole numbers as numbers, then as a whole."""
    key = [(name, schema.field(name).type == "integer") for name in schema.primary_key]

    def place(row: list[tuple[str, str]]) -> tuple[list[tuple[int, str]], list[tuple[str, str]]]:
        cells = dict(row)
        return [
            (int(text) if number and text.isdecimal() else 0, text) for name, number in key if (text := cells.get(name))
        ], row

    return place
