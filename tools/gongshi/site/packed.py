"""All downloads in one piece: a SQLite file, a dated archive with its digest, and a catalogue that search engines read."""

from __future__ import annotations

import datetime
import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import Markup

from gongshi.changes.datafile import Cell, FileTable, datafile
from gongshi.disclosure import Disclosure, Withheld
from gongshi.package.yamlfile import parse, plain
from gongshi.repository import Reused
from gongshi.site import downloads
from gongshi.site.downloads import NOTE, Download, note

DESCRIPTION = "data/datapackage.json"
SQLITE = "data/public.sqlite"
CATALOGUE = "data/catalogue.jsonld"
CONTEXT = "https://schema.org/"
_TYPES = {"integer": "INTEGER", "number": "REAL"}
_MADE = (1980, 1, 1, 0, 0, 0)
_MEDIA = {
    "csv": "text/csv",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class ReadyQuestion(NamedTuple):
    """What people ask, how a spreadsheet answers it, and a query that does."""

    words: str
    sheet: str
    sql: str


@cache
def questions() -> Sequence[ReadyQuestion]:
    """Those that are told with the downloads."""
    table = plain(parse((Path(__file__).parent / "questions.yaml").read_bytes()))
    return tuple(ReadyQuestion(**row) for row in table["questions"])


def files(
    views: Disclosure, facts: Mapping[str, Any], site_url: str, reused: Reused, found: Sequence[Download] = ()
) -> Iterator[tuple[str, Iterable[bytes]]]:
    """All downloads, one by one and then in one piece."""
    parts: dict[str, bytes] = {}
    day = datetime.date.fromisoformat(str(facts["on"]))
    found = found or downloads.tables(views, day)
    for path, chunks in downloads.files(views, facts, reused, found):
        content = b"".join(chunks)
        yield path, [content]
        if path.endswith(".csv") or path == DESCRIPTION:
            parts[path] = content
    whole = json.loads(parts[DESCRIPTION])
    yield from archive(parts, day)
    about = {name: whole[name] for name in ("title", "description", "citation", "version")}
    yield SQLITE, [sqlite(found, about)]
    yield CATALOGUE, [catalogue(found, whole, site_url)]


def in_sqlite(name: str) -> str:
    """What a download is called in the SQLite file, where a name with a dash would need quotation marks."""
    return name.replace("-", "_")


def sqlite(found: Sequence[Download], about: Mapping[str, str]) -> bytes:
    """Every download as a table; what each column is, and what the whole is, in two tables more."""
    tables = [FileTable(in_sqlite(table.name), _columns(table), _rows(table)) for table in found]
    explained = [
        (in_sqlite(table.name), table.title, column.name, column.title, column.unit, column.description)
        for table in found
        for column in table.columns
    ]
    names = ["table_name", "table_title", "column_name", "title", "unit", "description"]
    tables.append(FileTable("about_columns", [(name, "TEXT") for name in names], explained))
    tables.append(FileTable("about", [("name", "TEXT"), ("value", "TEXT")], list(about.items())))
    return datafile(tables)


def _columns(table: Download) -> list[tuple[str, str]]:
    found = [(column.name, _TYPES.get(column.type, "TEXT")) for column in table.columns]
    return [*found, (NOTE, "TEXT")] if table.counted else found


def _rows(table: Download) -> Iterator[Sequence[Cell]]:
    for row in table.rows:
        cells = [_cell(value) for value in row]
        yield [*cells, note(table.columns, row)] if table.counted else cells


def _cell(value: Any) -> Cell:
    if value is None or isinstance(value, Withheld):
        return None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, int):
        return value
    return value.isoformat() if isinstance(value, datetime.date) else " ".join(str(value).split())


def archive_name(day: datetime.date) -> str:
    """One for each quarter, called by it."""
    return f"data/archive-{day.year}Q{(day.month + 2) // 3}.zip"


def archive(parts: Mapping[str, bytes], day: datetime.date) -> Iterator[tuple[str, Iterable[bytes]]]:
    """The CSV files and their description in one archive, and its digest as ``sha256sum -c`` reads it."""
    place, out = archive_name(day), BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, content in sorted(parts.items()):
            entry = zipfile.ZipInfo(path.removeprefix("data/"), _MADE)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            packed.writestr(entry, content)
    whole = out.getvalue()
    yield place, [whole]
    yield f"{place}.sha256", [f"{hashlib.sha256(whole).hexdigest()}  {place.removeprefix('data/')}\n".encode()]


def _whole(package: Mapping[str, Any]) -> dict[str, Any]:
    """What is true of every table, in the words of schema.org."""
    said = {
        "isAccessibleForFree": True,
        "inLanguage": "zh-Hans",
        "creator": {"@type": "Organization", "name": package["contributors"][0]["title"]},
        "temporalCoverage": f"../{package['created'][:10]}",
        "version": package["version"] or "0",
    }
    return said | ({"license": package["licenses"][0]["name"]} if package["licenses"] else {})


def _file(address: str, kind: str) -> dict[str, str]:
    return {"@type": "DataDownload", "encodingFormat": kind, "contentUrl": address}


def catalogue(found: Iterable[Download], package: Mapping[str, Any], site_url: str) -> bytes:
    """schema.org: the catalogue and each table as a Dataset, with the address of every file."""
    base, said = f"{site_url}data/" if site_url else "", _whole(package)
    datasets = [
        {
            "@type": "Dataset",
            "name": f"{package['title']}：{table.title}",
            "description": table.description,
            **said,
            "variableMeasured": [column.title for column in table.columns],
            "distribution": [_file(f"{base}{table.name}.{ending}", kind) for ending, kind in _MEDIA.items()],
        }
        for table in found
    ]
    head = {
        "@context": CONTEXT,
        "@type": "DataCatalog",
        "name": package["title"],
        "description": package["description"],
    }
    return (json.dumps(head | {"dataset": datasets}, ensure_ascii=False, indent=1) + "\n").encode()


def embedded(package: Mapping[str, Any], day: datetime.date) -> Markup:
    """The whole as one Dataset, for the page itself: search engines read no file beside it."""
    files = [
        _file(SQLITE.removeprefix("data/"), "application/vnd.sqlite3"),
        _file(archive_name(day)[5:], "application/zip"),
    ]
    head = {"@context": CONTEXT, "@type": "Dataset", "name": package["title"], "description": package["description"]}
    text = json.dumps(head | _whole(package) | {"distribution": files}, ensure_ascii=False)
    return Markup(text.replace("<", "\\u003c").replace("&", "\\u0026"))
