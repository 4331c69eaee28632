"""The public views as CSV files in a Data Package, and each as JSON and Excel beside it."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from gongshi.disclosure import Disclosure, ViewColumn, Withheld
from gongshi.package import worded
from gongshi.package.canonical import csv_cell
from gongshi.package.yamlfile import parse, plain
from gongshi.repository import Reused

BOM = b"\xef\xbb\xbf"
"""Without it, spreadsheet programs read the Chinese of a CSV file as something else."""

NOTE = "note"
COUNTY = "county_code"
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")


class Download(NamedTuple):
    """One file: rows that may be added up, with no total among them."""

    name: str
    title: str
    description: str
    columns: tuple[ViewColumn, ...]
    key: tuple[str, ...]
    rows: Sequence[Any]
    source: str = ""
    """What the rows follow from, "" if only they themselves can say."""

    @property
    def counted(self) -> bool:
        """Whether figures in it may be withheld; then a last column says so."""
        return any(column.people for column in self.columns)


@cache
def _descriptions() -> Mapping[str, str]:
    said: dict[str, str] = plain(parse((Path(__file__).parent / "tables.yaml").read_bytes()))
    return said


def tables(views: Disclosure, on: datetime.date) -> list[Download]:
    """Every view as files: one, or one for each part of it; each row with the county's code, so that the files of many
    counties can be read together."""
    code = getattr(views.rows("county")[0], COUNTY)
    column = next(column for column in views.columns("county") if column.name == COUNTY)
    found = []
    for name, title in views.views.items():
        columns, key = views.columns(name), views.key(name)
        told, source = any(one.name == COUNTY for one in columns), views.made_of(name)
        for part, rows in views.parts(name):
            found.append(
                Download(
                    f"{name}-{part.suffix}" if part.suffix else name,
                    f"{title}：{part.title}" if part.title else title,
                    worded(_descriptions()[name], on) + (f"这里只有{part.title}。" if part.title else ""),
                    columns if told else (column, *columns),
                    key if told else (COUNTY, *key),
                    rows if told else [(code, *row) for row in rows],
                    source,
                )
            )
    return found


def files(
    views: Disclosure, facts: Mapping[str, Any], reused: Reused, found: Sequence[Download] = ()
) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Paths and contents of all downloads."""
    day = datetime.date.fromisoformat(str(facts["on"]))
    said = f"{facts['site_name']}，数据截至{facts['on_text']}"
    found = found or tables(views, day)
    for table in found:
        for ending, content in _kinds(table, day, said, reused).items():
            yield f"data/{table.name}.{ending}", [content]
    yield "data/commitments.js", [_commitments(views)]
    yield "data/datapackage.json", [_json(package(views, found, facts))]


def _kinds(table: Download, day: datetime.date, said: str, reused: Reused) -> dict[str, bytes]:
    """A table as each kind of file, by its ending; made only if no earlier build made it of the same."""
    about = (table.name, table.title, table.columns, table.source or table.rows, day, said)

    def work() -> bytes:
        content, book = b"".join(_csv(table)), (table.title, table.columns, table.rows, day)
        kinds = [content, b"".join(_records(table)), _workbook(*book, f"{said}，{_same(content)}")]
        return b"".join((*(len(kind).to_bytes(8, "big") for kind in kinds), *kinds))

    whole = reused.get("tables", repr(about) if reused.keeps else "", work)
    sizes = [int.from_bytes(whole[at : at + 8], "big") for at in (0, 8, 16)]
    ends = [24, *(24 + sum(sizes[: count + 1]) for count in range(3))]
    return {kind: whole[first:end] for kind, first, end in zip(("csv", "json", "xlsx"), ends, ends[1:], strict=False)}


def _same(content: bytes) -> str:
    """What a workbook names instead of a version: the CSV that says the same, and which the manifest of a publication lists."""
    return f"同名 CSV 的 SHA-256 摘要 {hashlib.sha256(content).hexdigest()}"


def _workbook(*about: Any) -> bytes:
    from gongshi.site.workbook import workbook  # half a second with all that writes Excel

    return workbook(*about)


def _csv(table: Download) -> Iterator[bytes]:
    header = [column.name for column in table.columns] + [NOTE] * table.counted
    yield BOM + (",".join(header) + "\n").encode()
    for row in table.rows:
        cells = [plain_cell(value, column) for column, value in zip(table.columns, row, strict=True)]
        if table.counted:
            cells.append(note(table.columns, row))
        yield (",".join(map(csv_cell, cells)) + "\n").encode()


def _records(table: Download) -> Iterator[bytes]:
    """A list of objects, one a line; a withheld figure is null, and ``note`` says so."""
    comma = "[\n"
    for row in table.rows:
        values = {column.name: _plain(value, column) for column, value in zip(table.columns, row, strict=True)}
        if table.counted:
            values[NOTE] = note(table.columns, row)
        yield (comma + json.dumps(values, ensure_ascii=False, separators=(",", ":"))).encode()
        comma = ",\n"
    yield b"[]\n" if comma == "[\n" else b"\n]\n"


def _plain(value: Any, column: ViewColumn) -> Any:
    """Money stays exact, as text; so do dates."""
    if isinstance(value, Withheld):
        return None
    if isinstance(value, Decimal):
        return digits(value, column)
    return value.isoformat() if isinstance(value, datetime.date) else value


def digits(value: Decimal, column: ViewColumn) -> str:
    """A number as its field has it: with so many digits after the point, or with no zero at the end."""
    return f"{value:.{places(value, column)}f}"


def places(value: Decimal, column: ViewColumn) -> int:
    """How many digits stand behind the point: as the field says, else two of money, else as many as are needed."""
    needed = max(0, -int(value.normalize().as_tuple().exponent))
    if column.decimals is not None:
        return max(needed, column.decimals)
    return max(needed, 2) if column.unit == "元" else needed


def _commitments(views: Disclosure) -> bytes:
    """What the page that checks a village sheet looks up, as a script: a page opened from a folder may not read JSON."""
    found: dict[str, list[str]] = {}
    for row in views.rows("notice-commitments"):
        found.setdefault(row.notice_id, []).append(row.commitment)
    titles = {row.notice_id: row.title for row in views.rows("notices")}
    data = {code: {"title": titles.get(code, ""), "pages": pages} for code, pages in found.items()}
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f"var gongshiCommitments = {text};\n".encode()


def plain_cell(value: Any, column: ViewColumn) -> str:
    """A value as the Table Schema says; text that a spreadsheet would run as a formula is made plain text."""
    if value is None or isinstance(value, Withheld):
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return digits(value, column)
    if isinstance(value, int | datetime.date):
        return str(value)
    text = " ".join(value.split())
    return "'" + text if value.startswith(_FORMULA) or text.startswith(_FORMULA) else text


def note(columns: Iterable[ViewColumn], row: Iterable[Any]) -> str:
    """Which figures are withheld: an empty cell alone would read as missing."""
    return "；".join(
        f"{column.title}{value}" for column, value in zip(columns, row, strict=True) if isinstance(value, Withheld)
    )


def package(views: Disclosure, found: Sequence[Download], facts: Mapping[str, Any]) -> dict[str, Any]:
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
        "sources": [{"title": f"{county.name}台账，版本 {facts['commit_text']}"}],
        "contributors": [{"title": county.office or county.name, "role": "publisher"}],
        "citation": f"{county.office or county.name}：{facts['site_name']}，数据截至{facts['on_text']}，版本 {facts['commit_text']}",
        "licenses": [{"name": county.licence}] if county.licence else [],
        "resources": [_resource(table) for table in found],
    }


def _resource(table: Download) -> dict[str, Any]:
    fields = [_field(column) for column in table.columns]
    if table.counted:
        fields.append({"name": NOTE, "title": "说明", "type": "string", "description": "哪些数不公布，哪些要到季末"})
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "title": table.title,
        "description": table.description,
        "path": f"{table.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {"fields": fields, "primaryKey": list(table.key)},
    }


def _field(column: ViewColumn) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "title": column.title, "type": column.type}
    if column.type == "boolean":
        field |= {"trueValues": ["是"], "falseValues": ["否"]}
    if column.unit:
        field["unit"] = column.unit
    return field | {"description": column.description or f"{column.title}。"}


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
