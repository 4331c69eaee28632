"""The public views as CSV files in a Data Package, and each as JSON and Excel beside it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from gongshi.disclosure import Column, Disclosure, Withheld
from gongshi.package.canonical import csv_cell
from gongshi.site.workbook import workbook

BOM = b"\xef\xbb\xbf"
"""Without it, spreadsheet programs read the Chinese of a CSV file as something else."""

NOTE = "note"
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")


class Table(NamedTuple):
    """What the download page says of one file."""

    name: str
    title: str
    rows: int
    columns: tuple[Column, ...]


def tables(views: Disclosure) -> list[Table]:
    """Every view as a file."""
    return [Table(name, title, len(views.rows(name)), views.columns(name)) for name, title in views.views.items()]


def files(views: Disclosure, facts: Mapping[str, Any]) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Paths and contents of all downloads."""
    day = datetime.date.fromisoformat(str(facts["on"]))
    note = f"{facts['site_name']}，数据截至{facts['on_text']}，台账版本 {facts['commit_text']}"
    for name, title in views.views.items():
        yield f"data/{name}.csv", _csv(views, name)
        yield f"data/{name}.json", _records(views, name)
        yield f"data/{name}.xlsx", [workbook(title, views.columns(name), views.rows(name), day, note)]
    yield "data/commitments.js", [_commitments(views)]
    yield "data/datapackage.json", [_json(_package(views, facts))]


def _csv(views: Disclosure, name: str) -> Iterator[bytes]:
    columns = views.columns(name)
    counted = any(column.people for column in columns)
    header = [column.name for column in columns] + [NOTE] * counted
    yield BOM + (",".join(header) + "\n").encode()
    for row in views.rows(name):
        cells = [plain_cell(value) for value in row]
        if counted:
            cells.append(_note(columns, row))
        yield (",".join(map(csv_cell, cells)) + "\n").encode()


def _records(views: Disclosure, name: str) -> Iterator[bytes]:
    """A list of objects, one a line; a withheld figure is null, and ``note`` says so."""
    columns = views.columns(name)
    counted = any(column.people for column in columns)
    comma = "[\n"
    for row in views.rows(name):
        values = {column.name: _plain(value) for column, value in zip(columns, row, strict=True)}
        if counted:
            values[NOTE] = _note(columns, row)
        yield (comma + json.dumps(values, ensure_ascii=False, separators=(",", ":"))).encode()
        comma = ",\n"
    yield b"[]\n" if comma == "[\n" else b"\n]\n"


def _plain(value: Any) -> Any:
    """Money stays exact, as text; so do dates."""
    if isinstance(value, Withheld):
        return None
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, datetime.date) else value


def _commitments(views: Disclosure) -> bytes:
    """What the page that checks a village sheet looks up, as a script: a page opened from a folder may not read JSON."""
    found: dict[str, list[str]] = {}
    for row in views.rows("notice-commitments"):
        found.setdefault(row.notice_id, []).append(row.commitment)
    titles = {row.notice_id: row.title for row in views.rows("notices")}
    data = {code: {"title": titles.get(code, ""), "pages": pages} for code, pages in found.items()}
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f"var gongshiCommitments = {text};\n".encode()


def plain_cell(value: Any) -> str:
    """A value as the Table Schema says; text that a spreadsheet would run as a formula is made plain text."""
    if value is None or isinstance(value, Withheld):
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int | datetime.date):
        return str(value)
    text = " ".join(value.split())
    return "'" + text if value.startswith(_FORMULA) or text.startswith(_FORMULA) else text


def _note(columns: Iterable[Column], row: Iterable[Any]) -> str:
    """Which figures are withheld: an empty cell alone would read as missing."""
    return "；".join(
        f"{column.title}{value}" for column, value in zip(columns, row, strict=True) if isinstance(value, Withheld)
    )


def _package(views: Disclosure, facts: Mapping[str, Any]) -> dict[str, Any]:
    county = views.rows("county")[0]
    counted = f"户数、人数、发给农户的钱截至{facts['counted_text']}，每季末更新。" if facts["counted_text"] else ""
    return {
        "profile": "tabular-data-package",
        "name": "gongshi-public",
        "title": facts["site_name"],
        "description": ("示例数据，全部是编造的。" if facts["example"] else "")
        + f"数据截至{facts['on_text']}。"
        + counted,
        "version": facts["commit"],
        "created": f"{facts['on']}T00:00:00+08:00",
        "licenses": [{"name": county.licence}] if county.licence else [],
        "resources": [_resource(views, name) for name in views.views],
    }


def _resource(views: Disclosure, name: str) -> dict[str, Any]:
    columns = views.columns(name)
    fields = [_field(column) for column in columns]
    if any(column.people for column in columns):
        fields.append({"name": NOTE, "title": "说明", "type": "string", "description": "哪些数不公布，哪些要到季末"})
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "title": views.views[name],
        "path": f"{name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {"fields": fields, "primaryKey": list(views.key(name))},
    }


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "title": column.title, "type": column.type}
    if column.type == "boolean":
        field |= {"trueValues": ["是"], "falseValues": ["否"]}
    if column.unit:
        field["unit"] = column.unit
    if column.description:
        field["description"] = column.description
    return field


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
