"""The rows of one CSV file as text lines, which are compared as they are and taken apart only where they differ."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from io import BytesIO
from typing import TypeVar

from gongshi.changes.values import Row, Trouble
from gongshi.package import Resource
from gongshi.package.parts import Part, byte_findings, read_slowly

T = TypeVar("T")
Lines = bytes | list[Row]  # whole lines as they lie in the file, the header apart, or rows
BLOCK = 512  # bytes that are compared at once
_BLANK = re.compile(rb"\n\n")  # found three times as fast as by ``in``
REACH = 128 * BLOCK  # how far ahead the next common line is looked for


def read_lines(path: str, data: bytes, resource: Resource, troubles: list[Trouble], trusting: bool = False) -> Lines:
    """Lines of a file in its proper form, else rows in schema order; what could not be read right becomes a Trouble.

    Lines stay bytes, since most are only compared; ``trusting`` leaves it to ``compared`` to find that some are not
    UTF-8 (it raises UnicodeDecodeError).
    """
    if proper(path, data, resource, trusting):
        return data[data.index(b"\n") + 1 :]
    data = _from_utf16(path, data, troubles)
    part = Part(path)
    problems = read_slowly(part, data, resource)
    told = (problem for problem in problems if problem.code != "blank-row")
    troubles.extend(Trouble(path, problem.message, problem.code == "encoding") for problem in told)
    return _by_label(part, resource, troubles)


def _from_utf16(path: str, data: bytes, troubles: list[Trouble]) -> bytes:
    """What a spreadsheet saves as Unicode text, in the encoding of all other files."""
    if not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data
    try:
        text = data.decode("utf-16")
    except UnicodeDecodeError:
        return data
    troubles.append(Trouble(path, "不是 UTF-8 编码，是 UTF-16，已换过来再比较，请另存为 UTF-8", True))
    return text.replace("\t", ",").encode() if "\t" in text and "," not in text else text.encode()


def proper(path: str, data: bytes, resource: Resource, trusting: bool = False) -> bool:
    """Whether each line of the file after its header is one row; ``trusting``: if the bytes are UTF-8."""
    return not byte_findings(path, data, resource) and not _BLANK.search(data) and (trusting or utf8(data))


def utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _by_label(part: Part, resource: Resource, troubles: list[Trouble]) -> list[Row]:
    names = resource.schema.names
    labels = _recognised(part, resource, troubles)
    if set(labels) != set(names) and labels:
        troubles.append(Trouble(part.path, "表头与数据字典不同，只比较了认得的字段", True))
    if not set(resource.schema.primary_key) <= set(labels):
        places: list[int | None] = list(range(len(names)))
    else:
        places = [labels.index(name) if name in labels else None for name in names]
    if any(len(cells) != len(labels) for cells in part.cells):
        troubles.append(Trouble(part.path, "有的行格数与表头不同，缺的格当作空的"))
    return [
        tuple(cells[place] if place is not None and place < len(cells) else "" for place in places)
        for cells in part.cells
    ]


def _recognised(part: Part, resource: Resource, troubles: list[Trouble]) -> list[str]:
    """The labels of the header as fields: by name, by title, and a strange one in the place of a missing one as that."""
    schema = resource.schema
    labels = schema.today([label.strip() for label in part.labels])
    titles = {field.title: field.name for field in schema.fields}
    missing = [name for name in schema.names if name not in labels]
    strange = [place for place, label in enumerate(labels) if label not in schema.names]
    in_order = len(labels) == len(schema.names)
    for place in strange:
        meant = titles.get(labels[place], schema.names[place] if in_order else "")
        if meant in missing:
            missing.remove(meant)
            title = schema.field(meant).title
            message = f"表头的“{labels[place][:40]}”当作“{title}（{meant}）”这一列来比较，表头改了名，请改回"
            troubles.append(Trouble(part.path, message, True))
            labels[place] = meant
    return labels


def columns(lines: Lines, width: int) -> list[Row]:
    """Lines in minimal quoting as rows of ``width`` cells."""
    return _rows(lines.split(b"\n")[:-1], width) if isinstance(lines, bytes) else lines


def _rows(lines: Iterable[bytes], width: int) -> list[Row]:
    return [cells_of(line.decode("utf-8"), width) for line in lines]


def cells_of(line: str, width: int) -> Row:
    """One line as ``width`` cells; what it has too many stays visible in the last one."""
    row = _cells(line)
    return row if len(row) == width else _squeezed(row, width)


def _squeezed(row: Row, width: int) -> Row:
    extra = ",".join(row[width:]).strip(",")
    cells = (*row, *[""] * width)[:width]
    return (*cells[:-1], f"{cells[-1]},{extra}") if extra else cells


def _cells(line: str) -> Row:
    if '"' not in line:
        return tuple(line.split(","))
    cells, cell, quoted = [], [], False
    for piece in line.split(","):
        cell.append(piece)
        quoted ^= piece.count('"') % 2 == 1
        if not quoted:
            text = ",".join(cell)
            cells.append(text[1:-1].replace('""', '"') if text.startswith('"') else text)
            cell = []
    return tuple(cells)


def compared(before: Lines, after: Lines, width: int) -> tuple[list[Row], list[Row]]:
    """(rows only before has, rows only after has), as multisets."""
    if not (isinstance(before, bytes) and isinstance(after, bytes)):
        return _multisets(columns(before, width), columns(after, width))
    left = (text.split(b"\n")[:-1] for text in _narrowed(before, after))
    lost, won = _multisets(*left)
    return _rows(lost, width), _rows(won, width)


def _narrowed(before: bytes, after: bytes) -> tuple[bytes, bytes]:
    """Both sides without their equal stretches: most of a file is never even cut into lines.

    A stretch is whole lines and leaves both sides, so that wherever the two are matched, what is left differs by the
    same lines as the whole.
    """
    lost, won = [], []
    i, j, reach = 0, 0, BLOCK
    while i < len(before):
        end = before.find(b"\n", i + BLOCK) + 1 or len(before)
        block = before[i:end]
        if after.startswith(block, j):
            j += len(block)
        else:
            lost.append(block)
            next_line = before[end : before.find(b"\n", end) + 1]
            found = after.find(next_line, j, j + reach)
            reach = min(2 * reach, REACH)
            if found == j or (found >= 0 and after[found - 1 : found] == b"\n"):
                won.append(after[j:found])
                j, reach = found, BLOCK
        i = end
    return b"".join(lost), b"".join((*won, after[j:]))


def _multisets(before: list[T], after: list[T]) -> tuple[list[T], list[T]]:
    one, other = set(before), set(after)
    if len(one) == len(before) and len(other) == len(after):
        return [line for line in before if line not in other], [line for line in after if line not in one]
    shared = Counter(before) & Counter(after)
    lost: list[T] = []
    won: list[T] = []
    for side, rest in ((before, lost), (after, won)):
        left = shared.copy()
        for line in side:
            if left[line]:
                left[line] -= 1
            else:
                rest.append(line)
    return lost, won


def counted(lines: Lines, places: Sequence[int]) -> Counter[Row]:
    """How many lines have which cells in the columns ``places``; "" where a line is too short.

    Cells are counted as bytes, since a county has few different ones and each is decoded once.
    """
    if not isinstance(lines, bytes):
        return Counter(tuple(row[place] for place in places) for row in lines)
    if not places:
        return Counter({(): lines.count(b"\n")})
    cells = [_column(lines, place) for place in places]
    counts: Counter[tuple[bytes, ...]] = Counter(zip(*cells, strict=True))
    found: Counter[Row] = Counter()
    for row, count in counts.items():
        texts = (cell.decode("utf-8", "replace") for cell in row)
        found[tuple(text.rstrip("\n") for text in texts)] += count
    return found


def _column(lines: bytes, place: int) -> list[bytes]:
    """One line at a time, so that the lines never take memory all at once; the last column keeps its line end."""
    if b'"' not in lines:
        with suppress(IndexError):
            return [line.split(b",", place + 1)[place] for line in BytesIO(lines)]
    return [_cell(line, place) for line in BytesIO(lines)]


def _cell(line: bytes, place: int) -> bytes:
    cells = line.split(b",", place + 1) if b'"' not in line else _cells(line.decode("utf-8", "replace"))
    cell = cells[place] if place < len(cells) else b""
    return cell if isinstance(cell, bytes) else cell.encode()
