"""What an upgrade does to records beside renamed fields, as ``scaffold/steps.toml`` declares it: other values of a field, rows of a
table made out of others by a query, and cells emptied that only repeat what rows say.

A query is the program's, and is given the county's records under the new dictionary. A row that the county has already is not made
again, a cell that rows do not give is kept: run twice, the second time does nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import gongshi
from gongshi.model import GongshiError
from gongshi.package import RECORDS, Database, QueryError, Resource, csv_bytes, identifier, literal, load, quoted
from gongshi.repository import MemoryTree, Tree

STEPS = Path(gongshi.__file__).resolve().parent / "scaffold/steps.toml"
Steps = Collection[tuple[str, str, str, str]]
"""(resource, field, value before, value after) that an upgrade changes."""
_NUMBER = re.compile(r"([A-Z])\[0-9\]\{([0-9]+)\}")


@cache
def _declared() -> Mapping[str, list[dict[str, Any]]]:
    return tomllib.loads(STEPS.read_text(encoding="utf-8"))


def declared_steps() -> Steps:
    """The values that upgrades to this version rewrite, beside fields that are renamed by ``formerly``."""
    steps = _declared().get("rewritten", [])
    return {(step["resource"], step["field"], old, new) for step in steps for old, new in step["values"].items()}


def stepped(tree: Tree) -> dict[str, bytes]:
    """The files of records that change by rows that are made and cells that are emptied; ``tree`` is under the new dictionary."""
    made = made_rows(tree)
    files = made | _emptied(_records(tree) | made)
    return {path: data for path, data in files.items() if not tree.exists(path) or tree.read(path) != data}


def agreed(before: Tree, after: Tree) -> Collection[str]:
    """The files in which all rows are those that the declared queries make of the records before an upgrade."""
    files = _records(after)
    written = {step["resource"] for step in _declared().get("rows", [])}
    read = {step["resource"] for step in _declared().get("emptied", [])}
    for path in list(files):
        if path.rpartition("/")[2].removesuffix(".csv") in written | read:
            files |= {path: before.read(path)} if before.exists(path) else {}
            if not before.exists(path):
                del files[path]
    made = made_rows(MemoryTree(files))
    return {path for path, data in made.items() if after.exists(path) and after.read(path) == data}


def _records(tree: Tree) -> dict[str, bytes]:
    return {path: tree.read(path) for path in tree.paths(f"{RECORDS}/")}


def made_rows(tree: Tree) -> dict[str, bytes]:
    """The files of the tables that declared queries fill, with what they had."""
    files: dict[str, bytes] = {}
    for step in _declared().get("rows", []):
        with load(MemoryTree(_records(tree) | files)) as database:
            files |= _made(database, step)
    return files


def _made(database: Database, step: Mapping[str, Any]) -> dict[str, bytes]:
    """Each new row goes to the file beside its record of ``beside``, whose ``_row`` the query gives, under the next free number."""
    resource, beside = (database.descriptor.resources.get(step[name]) for name in ("resource", "beside"))
    if resource is None or beside is None:
        return {}
    try:
        names, rows = database.columns(step["select"])
    except QueryError:  # a county without such a table or field has nothing to bring over
        return {}
    known = _by_path(database, resource)
    key = resource.schema.primary_key[0]
    letter, size = _form(resource, key)
    last = _last(resource, key, known, letter)
    for number, (row, *cells) in enumerate(rows, last + 1):
        texts = dict(zip(names[1:], ("" if cell is None else str(cell) for cell in cells), strict=True))
        texts[key] = f"{letter}{number:0{size}d}"
        path = _beside(resource, database.locate(beside.name, row)[0])
        known.setdefault(path, []).append(tuple(texts.get(name, "") for name in resource.schema.names))
    return {path: csv_bytes(resource.schema, found) for path, found in known.items()} if rows else {}


def _by_path(database: Database, resource: Resource) -> dict[str, list[tuple[str, ...]]]:
    """The rows of a table by file; GongshiError where one cannot be read well."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for part in database.loaded[resource.name].parts:
        if not part.clean and part.rows:
            raise GongshiError(f"“{part.path}”读不准，请先运行 gongshi check 改好再升级。")
    query = f"SELECT {quoted(resource.schema.names)} FROM raw.{identifier(resource.name)} ORDER BY rowid"
    for number, row in enumerate(database.sql(query)):
        found.setdefault(database.locate(resource.name, number)[0], []).append(row)
    return found


def _form(resource: Resource, key: str) -> tuple[str, int]:
    """The letter of a table's numbers, and how many digits they have."""
    form = _NUMBER.fullmatch(resource.schema.field(key).pattern)
    if form is None:
        raise GongshiError(f"“{resource.title}”的编号不是字母加数字，没有升级：请在数据字典里恢复原来的写法。")
    return form[1], int(form[2])


def _last(resource: Resource, key: str, known: Mapping[str, list[tuple[str, ...]]], letter: str) -> int:
    """The last number that is taken."""
    place = resource.schema.names.index(key)
    taken = (row[place].removeprefix(letter) for rows in known.values() for row in rows)
    return max((int(text) for text in taken if text.isdecimal()), default=0)


def _beside(resource: Resource, path: str) -> str:
    folder = path.rpartition("/")[0] + "/"
    paths = [f"{RECORDS}/{name}" for name in resource.paths]
    return next((one for one in paths if one.startswith(folder)), paths[0])


def _emptied(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of tables whose cells repeat what rows say, without them."""
    found: dict[str, bytes] = {}
    with load(MemoryTree(files)) as database:
        for step in _declared().get("emptied", []):
            resource = database.descriptor.resources.get(step["resource"])
            if resource and resource.name in database.told:
                found |= _without(database, resource, step["fields"])
    return found


def _without(database: Database, resource: Resource, names: Collection[str]) -> dict[str, bytes]:
    repeated: dict[int, set[int]] = {}
    for place, field in enumerate(resource.schema.fields):
        if field.name in names and field.derive:
            column, side = identifier(field.name), f"derived.{identifier(f'{resource.name}.{field.name}')}"
            query = (
                f"SELECT r.rowid FROM raw.{identifier(resource.name)} r LEFT JOIN {side} d ON d._row = r.rowid "
                f"WHERE r.{column} <> '' AND r.{column} = coalesce(d.value, {literal(field.derive.otherwise)})"
            )
            for (row,) in database.sql(query):
                repeated.setdefault(row, set()).add(place)
    if not repeated:
        return {}
    changed = {database.locate(resource.name, row)[0] for row in repeated}
    found: dict[str, list[tuple[str, ...]]] = {}
    number = 0
    for path, rows in _by_path(database, resource).items():
        for cells in rows:
            empty = repeated.get(number, ())
            found.setdefault(path, []).append(tuple("" if at in empty else cell for at, cell in enumerate(cells)))
            number += 1
    return {path: csv_bytes(resource.schema, rows) for path, rows in found.items() if path in changed}
