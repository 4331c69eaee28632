"""The hidden sheet by which a workbook remembers what it was exported from: commit, resource, and the rows as they were.

The rows themselves are kept, packed, not only their keys: then an edited old workbook merges exactly, also where the
export was made from uncommitted records or the clone does not hold that commit.

    gongshi | 1 | <commit or "">
    sheet   | <sheet> | <resource> | <packed rows, in as many cells as needed>
    other   | <sheet>
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gongshi.exchange.sheets import Sheet

META = "_meta"
VERSION = "1"
CHUNK = 30_000
LIMIT = 512 * 1024 * 1024


@dataclass(frozen=True)
class Origin:
    """What one sheet was exported from. ``names`` are the columns of ``rows``; no rows in a template."""

    resource: str
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Memory:
    """The origins of a workbook's sheets by sheet name; ``others`` are sheets that hold no data."""

    origins: dict[str, Origin]
    others: frozenset[str]


def origin_of(sheet: Sheet, memory: Memory, titles: Callable[[str], Mapping[str, str]]) -> Origin | None:
    """What a sheet was exported from: by its name, or, if it was renamed or copied, by its headers and keys.
    ``titles`` gives a resource's field names by title."""
    if named := memory.origins.get(sheet.name):
        return named
    texts = {cell.split("(")[0] for cells in sheet.cells[:5] for cell in cells if isinstance(cell, str)}
    cells = {cell for row in sheet.cells for cell in row if isinstance(cell, str)}
    best, most = None, 0
    for origin in memory.origins.values():
        known = {title for title, name in titles(origin.resource).items() if name in origin.names}
        shared = len(cells & {row[0] for row in origin.rows if row})
        if known and len(known & texts) >= 0.6 * len(known) and shared > most:
            best, most = origin, shared
    return best


def written(origins: Mapping[str, Origin], commit: str = "") -> list[list[str]]:
    """The lines of the hidden sheet for these sheets."""
    lines = [["sheet", name, one.resource, *packed(one.names, one.rows)] for name, one in origins.items()]
    return [["gongshi", VERSION, commit], *lines]


def packed(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as cells of text."""
    text = json.dumps([list(names), *map(list, rows)], ensure_ascii=False, separators=(",", ":"))
    code = base64.b64encode(zlib.compress(text.encode(), 6)).decode()
    return [code[start : start + CHUNK] for start in range(0, len(code), CHUNK)]


def recall(sheets: Sequence[Sheet]) -> Memory | None:
    """The memory of a workbook; None if it has none or it was damaged, which makes it an ordinary workbook."""
    sheet = next((sheet for sheet in sheets if sheet.name == META), None)
    if sheet is None or sheet.cell(0, 0) != "gongshi" or str(sheet.cell(0, 1)) != VERSION:
        return None
    origins, others = {}, {META}
    for cells in sheet.cells[1:]:
        texts = [cell if isinstance(cell, str) else "" for cell in cells]
        if texts[:1] == ["other"] and len(texts) > 1:
            others.add(texts[1])
        elif texts[:1] == ["sheet"] and len(texts) > 3:
            unpacked = _unpacked("".join(texts[3:]))
            if unpacked is None:
                return None
            origins[texts[1]] = Origin(texts[2], *unpacked)
    return Memory(origins, frozenset(others))


def _unpacked(code: str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]] | None:
    try:
        engine = zlib.decompressobj()
        text = engine.decompress(base64.b64decode(code, validate=True), LIMIT)
        names, *rows = json.loads(text)
    except (binascii.Error, zlib.error, ValueError, TypeError, RecursionError):
        return None
    lists = [names, *rows]
    sound = all(isinstance(row, list) and len(row) == len(names) for row in lists)
    if not sound or not all(isinstance(cell, str) for row in lists for cell in row):
        return None
    return tuple(names), tuple(map(tuple, rows))
