"""A document in canonical form read line by line: a hundred thousand rows of a case need no YAML parser.

One-sided like the schema proof: what was read is written again and must give the very bytes of the file, so that a
document read here is canonical and holds what YAML reads in it. Any other document is YAML's. Of a long list whose rows
have one and the same field, like a case's households, only the first row goes that way: the others are of the same form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import le

from gongshi.package.canonical import yaml_bytes
from gongshi.package.schema import Descriptor, Document
from gongshi.package.yamlfile import LIMIT_BYTES

ROW, END = "  - {", "}"
_COLUMN = re.compile(r"^(\w+):\n  - \{(\w+): [0-9A-Za-z]+\}\n((?:  - \{\2: [0-9A-Za-z]+\}\n)++)(?!  - )", re.MULTILINE)


@dataclass(slots=True)
class Flat:
    """The scalars of a document, the rows of its lists, and the line (from 1) of each list's first row.

    ``columns`` has the one field, and its values, of rows that follow the first of a list.
    """

    record: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    starts: dict[str, int] = field(default_factory=dict)
    columns: dict[str, tuple[str, list[str]]] = field(default_factory=dict)


def read_flat(descriptor: Descriptor, document: Document, data: bytes) -> Flat | None:
    """``data`` if it is canonical and nothing in it is quoted, else None."""
    if b'"' in data or len(data) > LIMIT_BYTES:
        return None
    try:
        text = data.decode("utf-8")
        columns = {name: (one, values) for name, one, values in _columns(descriptor, document, text)}
        short = _COLUMN.sub(lambda found: found[0][: -len(found[3])] if found[1] in columns else found[0], text)
        flat = _split(short)
    except ValueError:  # not UTF-8, or a line that is none of the three
        return None
    if not flat.lists.keys() <= document.lists.keys():
        return None
    if yaml_bytes(descriptor, document, flat.record, flat.lists) != short.encode():
        return None
    flat.columns = columns
    skipped = 0
    for name in flat.starts:
        flat.starts[name] += skipped
        skipped += len(columns[name][1]) if name in columns else 0
    return flat


def _columns(descriptor: Descriptor, document: Document, text: str) -> Iterator[tuple[str, str, list[str]]]:
    """Lists of one text field in their order: the list's name, the field's, and the values but for the first."""
    for found in _COLUMN.finditer(text):
        name, one, _ = found.groups()
        if name not in document.lists:
            continue
        schema = descriptor.resources[document.lists[name]].schema
        values = [line[len(f"{ROW}{one}: ") : -len(END)] for line in found[0].split("\n")[1:-1]]
        if one in schema.names and schema.field(one).type == "string" and all(map(le, values, values[1:])):
            yield name, one, values[1:]


def _split(text: str) -> Flat:
    """Cut the text at its lines, colons and commas, whatever it is; ValueError where that cannot be done."""
    flat = Flat()
    rows: list[dict[str, str]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith(ROW):
            rows.append(dict([pair.split(": ", 1) for pair in line[len(ROW) : -len(END)].split(", ")]))
        elif line.endswith(":"):
            rows = flat.lists[line[:-1]] = []
            flat.starts[line[:-1]] = number + 1
        elif line:
            name, value = line.split(": ", 1)
            flat.record[name] = value
    return flat
