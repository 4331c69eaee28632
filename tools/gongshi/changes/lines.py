"""The rows of one CSV file as text lines, which are compared as they are and taken apart only where they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import compress

from gongshi.changes.values import Row, Trouble
from gongshi.package import Resource
from gongshi.package.parts import Part, byte_pass, read_slowly

Lines = list[bytes] | list[Row]


def read_lines(path: str, data: bytes, resource: Resource, troubles: list[Trouble], trusting: bool = False) -> Lines:
    """Lines of a file in its proper form, else rows in schema order; what could not be read right becomes a Trouble.

    Lines are bytes, since most are only compared; ``trusting`` leaves it to ``compared`` to find that some are not
    UTF-8 (it raises UnicodeDecodeError).
    """
    part, _ = byte_pass(path, data, resource)
    if part.clean and b"\n\n" not in data and (trusting or utf8(data)):
        return data.split(b"\n")[1:-1]
    part = Part(path)
    problems = read_slowly(part, data, resource)
    troubles.extend(Trouble(path, problem.message) for problem in problems if problem.code != "blank-row")
    return _by_label(part, resource, troubles)


def utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _by_label(part: Part, resource: Resource, troubles: list[Trouble]) -> list[Row]:
    labels = [label.strip() for label in part.labels]
    names = resource.schema.names
    former = {old: field.name for field in resource.schema.fields for old in field.formerly}
    labels = [former.get(label, label) if former.get(label) not in labels else label for label in labels]
    if set(labels) != set(names) and labels:
        troubles.append(Trouble(part.path, "表头与数据字典不同，只比较了认得的字段"))
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


def split(lines: Iterable[bytes], width: int) -> list[Row]:
    """Lines in minimal quoting as rows of ``width`` cells."""
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


def compared(before: Lines, after: Lines, width: int) -> tuple[Lines, list[Row], list[Row]]:
    """(what both have, rows only before has, rows only after has), as multisets; the first as Lines if both are."""
    if not (_is_text(before) and _is_text(after)):
        before, after = (split(lines, width) if _is_text(lines) else lines for lines in (before, after))
        return _multisets(before, after)
    same: Lines = []
    if len(before) == len(after):  # most edits leave the other lines where they are
        moved = [one != other for one, other in zip(before, after, strict=True)]
        same = [line for line, odd in zip(before, moved, strict=True) if not odd]
        before, after = list(compress(before, moved)), list(compress(after, moved))
    more, lost, won = _multisets(before, after)
    return same + more, split(lost, width), split(won, width)


def _multisets(before: Lines, after: Lines) -> tuple[Lines, Lines, Lines]:
    one, other = set(before), set(after)
    if len(one) == len(before) and len(other) == len(after):
        same = [line for line in before if line in other]
        return same, [line for line in before if line not in other], [line for line in after if line not in one]
    shared = Counter(before) & Counter(after)
    lost, won = [], []
    for side, rest in ((before, lost), (after, won)):
        left = shared.copy()
        for line in side:
            if left[line]:
                left[line] -= 1
            else:
                rest.append(line)
    return list(shared.elements()), lost, won


def _is_text(lines: Lines) -> bool:
    return not lines or isinstance(lines[0], bytes)


def column(lines: Lines, place: int) -> list[str]:
    """The cells of one column, "" where a line is too short."""
    if not _is_text(lines):
        return [row[place] for row in lines]
    try:
        cells = [line.split(b",", place + 1)[place] if b'"' not in line else _cell(line, place) for line in lines]
    except IndexError:
        cells = [_cell(line, place) for line in lines]
    return [cell.decode("utf-8", "replace") for cell in cells]


def _cell(line: bytes, place: int) -> bytes:
    cells = _cells(line.decode("utf-8", "replace"))
    return cells[place].encode() if place < len(cells) else b""


def columns(lines: Lines, width: int) -> Sequence[Row]:
    """The same as rows."""
    return split(lines, width) if _is_text(lines) else lines
