"""A document in canonical form read line by line: a hundred thousand rows of a case need no YAML parser.

One-sided like the schema proof: what was read is written again and must give the very bytes of the file, so that a
document read here is canonical and holds what YAML reads in it. Any other document is YAML's.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gongshi.package.canonical import yaml_bytes
from gongshi.package.schema import Descriptor, Document
from gongshi.package.yamlfile import LIMIT_BYTES

ROW, END = "  - {", "}"


@dataclass(slots=True)
class Flat:
    """The scalars of a document, the rows of its lists, and the line (from 1) of each list's first row."""

    record: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    starts: dict[str, int] = field(default_factory=dict)


def read_flat(descriptor: Descriptor, document: Document, data: bytes) -> Flat | None:
    """``data`` if it is canonical and nothing in it is quoted, else None."""
    if b'"' in data or len(data) > LIMIT_BYTES:
        return None
    try:
        flat = _split(data.decode("utf-8"))
    except ValueError:  # not UTF-8, or a line that is none of the three
        return None
    if not flat.lists.keys() <= document.lists.keys():
        return None
    return flat if yaml_bytes(descriptor, document, flat.record, flat.lists) == data else None


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
