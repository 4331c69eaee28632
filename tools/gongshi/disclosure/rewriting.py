"""A YAML document with some of its cells and list rows changed, in canonical form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gongshi.package import Descriptor, document_at, yaml_bytes
from gongshi.package.yamlfile import parse, plain


def rewritten(
    descriptor: Descriptor,
    content: bytes,
    path: str,
    cells: Mapping[str, str],
    more: Mapping[str, Iterable[Mapping[str, str]]] | None = None,
) -> bytes:
    """A document with some cells changed and list rows added; a row of the same key changes what it says of the old one."""
    document = document_at(descriptor, path)
    values: dict[str, Any] = plain(parse(content))
    record = {name: value for name, value in values.items() if name not in document.lists} | dict(cells)
    lists = {name: list(values.get(name, ())) for name in document.lists}
    for name, rows in (more or {}).items():
        key = [field for field in descriptor.resources[document.lists[name]].schema.primary_key if field not in record]
        for row in rows:
            same = [old for old in lists[name] if all(old.get(k) == row.get(k) for k in key)]
            lists[name] = [old for old in lists[name] if old not in same] + [{**(same[0] if same else {}), **row}]
    return yaml_bytes(descriptor, document, record, lists)
