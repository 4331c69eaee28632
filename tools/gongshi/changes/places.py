"""On which line a record stands: asked only for one whose key may not be shown, so that the line can stand for it."""

from __future__ import annotations

from collections.abc import Sequence

from gongshi.changes.tables import Side
from gongshi.model import GongshiError
from gongshi.package import Descriptor, document_of
from gongshi.package.documents import read_documents
from gongshi.package.parts import Part, align, read_slowly
from gongshi.repository import Tree


class LinePlaces:
    """Lines of records, each file read once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str, str], tuple[Side, dict[tuple[str, ...], int]]] = {}

    def line(self, side: Side, path: str, resource: str, key: Sequence[str]) -> int:
        """The line of the first record with this key in a file of a Tree; 0 if there is none."""
        mark = (id(side.tree), path, resource)
        if mark not in self._known:
            self._known[mark] = side, _lines(side.tree, side.descriptor, path, resource)
        return self._known[mark][1].get(tuple(key), 0)


def _lines(tree: Tree, descriptor: Descriptor, path: str, name: str) -> dict[tuple[str, ...], int]:
    resource = descriptor.resources.get(name)
    if resource is None or not tree.exists(path):
        return {}
    places = [resource.schema.names.index(part) for part in resource.schema.primary_key]
    if document_of(descriptor, path):
        table = read_documents(tree, descriptor, (path,)).tables[name]
        pairs = [(row, line) for row, (_, line) in zip(table.rows, table.places, strict=True)]
    else:
        part = Part(path)
        try:
            read_slowly(part, tree.read(path), resource)
        except GongshiError:
            return {}
        pairs = list(zip(align(part, resource.schema.names), part.lines, strict=True))
    return {tuple(row[place] for place in places): line for row, line in reversed(pairs)}
