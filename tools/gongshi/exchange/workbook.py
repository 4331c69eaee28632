"""Workbooks out: ``export_workbook`` with the ledger's rows, ``template_workbook`` to fill in.

What Gongshi writes, it reads back as the same records; what a person may not change (keys of records that exist) is
locked, what a person may choose is a list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

from gongshi.checks.phrases import wanted
from gongshi.checks.showing import shown_text, shows
from gongshi.exchange.convert import HAS
from gongshi.exchange.identifiers import carries_persons, extended
from gongshi.exchange.lore import lore
from gongshi.exchange.memory import META, VERSION, packed
from gongshi.exchange.sheets import column_letters
from gongshi.exchange.styles import StyledBook, fitting
from gongshi.model import GongshiError, Progress
from gongshi.package import RECORDS, Database, Descriptor, Field, Resource, Schema, identifier, quoted
from gongshi.package.subjects import subjects

if TYPE_CHECKING:
    from gongshi.exchange.styles import Format, Worksheet

BLANK_ROWS = 500
LISTS, CODES = "_lists", "代码表"
CODE_LIMIT = 5000
_EXCEL_LIST = 255
_FIRST_DAY = date(1900, 3, 1)
_NUMBER = re.compile(r"-?[0-9]{1,13}(?:\.[0-9]+)?")
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SheetContent:
    """One sheet to write: rows in the order of ``schema``; ``parents`` are the codes that a field may take."""

    resource: Resource
    schema: Schema
    rows: Sequence[Row]
    parents: Mapping[str, str]


def export_workbook(
    database: Database,
    names: Sequence[str],
    township: str | None,
    commit: str,
    people: Callable[[str], Row] | None = None,
    progress: Progress = lambda _: None,
) -> bytes:
    """Resources as a workbook; ``people`` gives a member's identifiers in the order of FIELDS, None leaves them out."""
    contents = [
        _content(database, name, rows_of(database, _resource(database, name), township), people) for name in names
    ]
    return _book(database, contents, commit, progress)


def without_rows(database: Database, names: Sequence[str], township: str | None) -> list[str]:
    """The titles of those resources of which an export has no row."""
    found = [_resource(database, name) for name in names]
    return [resource.title for resource in found if not rows_of(database, resource, township)]


def template_workbook(database: Database, names: Sequence[str], commit: str) -> bytes:
    """Empty tables of resources to fill in, with all lists and notes."""
    contents = [_content(database, name, [], lambda _: ()) for name in names]
    return _book(database, contents, commit, lambda _: None)


def needed(descriptor: Descriptor, names: Sequence[str]) -> set[str]:
    """The resources to load for a workbook of ``names``: they themselves and what their fields refer to."""
    referred = {key.reference for key in descriptor.foreign_keys if key.resource in names}
    return {*names, *referred, subjects().place.table} & set(descriptor.resources)


def _resource(database: Database, name: str) -> Resource:
    resource = database.descriptor.resources.get(name)
    boxes = subjects().boxes.table
    if resource is None or name == boxes:
        names = "、".join(found for found in database.descriptor.resources if found != boxes)
        raise GongshiError(f"没有“{name[:40]}”这张表，可用的有：{names}。")
    return resource


def rows_of(database: Database, resource: Resource, township: str | None) -> list[Row]:
    """The rows of a resource, in the order of its files; of one township, if one is given."""
    rows = database.sql(f"SELECT {quoted(resource.schema.names)} FROM {database.text_of(resource.name)} ORDER BY rowid")
    if township is None:
        return rows
    start = f"{RECORDS}/townships/{township}/"
    return [row for number, row in enumerate(rows) if database.locate(resource.name, number)[0].startswith(start)]


def _content(database: Database, name: str, rows: Sequence[Row], people: Callable[[str], Row] | None) -> SheetContent:
    resource = _resource(database, name)
    parents = {
        key.fields[0]: key.reference
        for key in database.descriptor.foreign_keys
        if key.resource == name and len(key.fields) == 1
    }
    if not carries_persons(resource) or people is None:
        return SheetContent(resource, resource.schema, rows, parents)
    place = resource.schema.names.index(subjects().member.key)
    joined = [(*row, *people(row[place])) for row in rows]
    return SheetContent(resource, extended(resource.schema), joined, parents)


def _book(database: Database, contents: Sequence[SheetContent], commit: str, progress: Progress) -> bytes:
    book = StyledBook(database.descriptor.title)
    memory: list[list[str]] = [["gongshi", VERSION, commit]]
    writers = []
    for content in contents:
        progress(f"写{content.resource.title}")
        sheet = book.sheet(content.resource.title)
        memory.append(["sheet", sheet.get_name(), content.resource.name, *packed(content.schema.names, content.rows)])
        writers.append((sheet, content))
    lists = _Lists(book, database, contents)
    memory.extend(["other", name] for name in lists.names)
    for sheet, content in writers:
        _write(book, sheet, content, lists)
    meta = book.sheet(META)
    for line, texts in enumerate(memory):
        for place, text in enumerate(texts):
            meta.write_string(line, place, text)
    meta.very_hidden()
    progress("")
    return book.close()


class _Lists:
    """What cells may be chosen from: enumerations and, for references, the codes of the small tables they point at."""

    def __init__(self, book: StyledBook, database: Database, contents: Sequence[SheetContent]) -> None:
        self.names: list[str] = []
        self._ranges: dict[tuple[str, ...] | str, str] = {}
        lists = {field.choices for content in contents for field in content.schema.fields}
        long = {words for words in lists if len(",".join(words).encode()) > _EXCEL_LIST}
        if long:
            self._enums(book, sorted(long))
        parents = sorted({name for content in contents for name in content.parents.values()})
        codes = {name: rows for name in parents if (rows := _codes(database, name))}
        if codes:
            self._codes(book, database, codes)

    def _enums(self, book: StyledBook, lists: Sequence[tuple[str, ...]]) -> None:
        sheet = book.sheet(LISTS)
        sheet.very_hidden()
        self.names.append(sheet.get_name())
        for place, items in enumerate(lists):
            for line, item in enumerate(items):
                sheet.write_string(line, place, item)
            self._ranges[items] = _range(sheet.get_name(), place, 0, len(items) - 1)

    def _codes(self, book: StyledBook, database: Database, codes: Mapping[str, Sequence[Row]]) -> None:
        sheet = book.sheet(CODES)
        self.names.append(sheet.get_name())
        bold = book.style(bold=True, num_format="@")
        for place, (name, rows) in enumerate(codes.items()):
            sheet.write_string(0, 2 * place, f"{database.descriptor.resources[name].title}编号", bold)
            sheet.write_string(0, 2 * place + 1, "名称", bold)
            for line, (code, label) in enumerate(rows, 1):
                sheet.write_string(line, 2 * place, code)
                sheet.write_string(line, 2 * place + 1, label)
            sheet.set_column(2 * place, 2 * place, 16)
            sheet.set_column(2 * place + 1, 2 * place + 1, fitting("名称", [label for _, label in rows[:200]]))
            self._ranges[name] = _range(sheet.get_name(), 2 * place, 1, len(rows))
        sheet.freeze_panes(1, 0)
        sheet.protect("", {"select_locked_cells": True})

    def source(self, field: Field, parent: str | None) -> str | list[str] | None:
        """What Excel takes as the source of a list for this field; None if any value may be typed."""
        if field.type == "boolean":
            return list(dict.fromkeys((*field.true_values, *field.false_values, *HAS)))
        if field.enum:
            return self._ranges.get(field.choices) or list(field.choices)
        return self._ranges.get(parent) if parent else None


def _codes(database: Database, name: str) -> list[Row]:
    """(key, name) of a county-wide table that is small enough to choose from."""
    resource = database.descriptor.resources[name]
    if len(resource.schema.primary_key) != 1 or any("townships/" in path for path in resource.paths):
        return []
    if not resource.is_csv:
        return []
    key = resource.schema.primary_key[0]
    label = next((n for n in lore().labels if n in resource.schema.names), None)
    table = f"raw.{identifier(name)}"
    shown = f"t.{identifier(label)}" if label else "''"
    if (target := subjects().named(name)) != name:
        at = subjects().place
        shown = (
            f"(SELECT any_value(d.{at.name}) FROM raw.{identifier(target)} d WHERE d.{at.key} = t.{identifier(key)})"
        )
        shown = f"coalesce({shown}, '')"
    rows = database.sql(f"SELECT t.{identifier(key)}, {shown} FROM {table} t ORDER BY 1 LIMIT {CODE_LIMIT + 1}")
    rows = [(code, shown_text(text)) for code, text in rows if shows(resource, (code,))]
    return rows if len(rows) <= CODE_LIMIT else []


def _range(sheet: str, column: int, first: int, last: int) -> str:
    letters = column_letters(column)
    return f"='{sheet}'!${letters}${first + 1}:${letters}${last + 1}"


def _write(book: StyledBook, sheet: Worksheet, content: SheetContent, lists: _Lists) -> None:
    schema, rows = content.schema, content.rows
    locked = len(rows)
    header = book.style(bold=True, text_wrap=True, border=1, bg_color="#DDE8F0", num_format="@", valign="vcenter")
    keys = set(schema.primary_key)
    for place, field in enumerate(schema.fields):
        title = field.title + (f"({field.unit})" if field.unit else "")
        sheet.write_string(0, place, title, header)
        sheet.write_comment(0, place, _note(field), {"author": "gongshi", "x_scale": 2})
        sample = [row[place] for row in islice(rows, 200)]
        sheet.set_column(place, place, fitting(title, sample), style_of(book, field, False))
        _validate(sheet, place, field, lists.source(field, content.parents.get(field.name)), locked + BLANK_ROWS)
    styles = [(writer_of(field), style_of(book, field, field.name in keys)) for field in schema.fields]
    for line, row in enumerate(rows, 1):
        for place, (cell, (write, style)) in enumerate(zip(row, styles, strict=True)):
            if cell:
                write(sheet, line, place, cell, style)
    sheet.freeze_panes(1, len(keys) if schema.names[: len(keys)] == schema.primary_key else 0)
    sheet.autofilter(0, 0, max(locked, 1), len(schema.fields) - 1)
    sheet.protect(
        "", {"sort": True, "autofilter": True, "format_columns": True, "format_rows": True, "insert_rows": True}
    )


def _note(field: Field) -> str:
    parts = [field.description, wanted(field) if field.type != "string" or field.enum or field.pattern else ""]
    if field.required:
        parts.append("必填")
    if field.disclosure == "sealed":
        parts.append("个人标识，导入时密封，不进明文")
    return "；".join(part for part in parts if part)


def style_of(book: StyledBook, field: Field, locked: bool) -> Format:
    """The number format of a cell of this field."""
    formats = {"date": "yyyy-mm-dd", "integer": "0", "year": "0"}
    code = formats.get(field.type, "@")
    if field.type == "number":
        code = "#,##0." + "0" * field.decimals if field.decimals else "General"
    return book.style(num_format=code, locked=locked, **({"bg_color": "#EFEFEF"} if locked else {}))


def writer_of(field: Field) -> Callable[[Worksheet, int, int, str, Format], None]:
    """How to write a cell of this field; text stays text, so that nothing of it can be a formula."""
    if field.type in ("integer", "number", "year"):
        return _write_number
    return _write_date if field.type == "date" else _write_text


def _write_text(sheet: Worksheet, line: int, place: int, cell: str, style: Format) -> None:
    sheet.write_string(line, place, cell, style)


def _write_number(sheet: Worksheet, line: int, place: int, cell: str, style: Format) -> None:
    if _NUMBER.fullmatch(cell) and sum(map(str.isdigit, cell)) <= 15:
        sheet.write_number(line, place, float(cell), style)
    else:
        sheet.write_string(line, place, cell, style)


def _write_date(sheet: Worksheet, line: int, place: int, cell: str, style: Format) -> None:
    try:
        day = date.fromisoformat(cell)
    except ValueError:
        day = None
    if day and day >= _FIRST_DAY and day.isoformat() == cell:
        sheet.write_number(line, place, (day - date(1899, 12, 30)).days, style)
    else:
        sheet.write_string(line, place, cell, style)


def _validate(sheet: Worksheet, place: int, field: Field, source: str | list[str] | None, last: int) -> None:
    rule: dict[str, object] = {"error_title": "填得不对", "error_message": wanted(field)[:250], "ignore_blank": True}
    if source:
        rule |= {"validate": "list", "source": source}
    elif field.type in ("integer", "number", "year"):
        rule |= _limits(field)
    elif field.type == "date":
        rule |= {"validate": "date", "criteria": ">=", "value": date(1900, 1, 1)}
    elif field.max_length:
        rule |= {"validate": "length", "criteria": "<=", "value": field.max_length}
    else:
        return
    sheet.data_validation(1, place, last, place, rule)


def _limits(field: Field) -> dict[str, object]:
    low = float(field.minimum) if field.minimum else -1e13
    high = float(field.maximum) if field.maximum else 1e13
    if field.type == "year":
        low, high = 1900, 2100
    kind = "decimal" if field.type == "number" else "integer"
    return {"validate": kind, "criteria": "between", "minimum": low, "maximum": high}
