"""YAML documents as rows: one record of the document's resource, and one row per item of each of its lists."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

from gongshi.model import Finding, GongshiError, Severity
from gongshi.package.canonical import yaml_bytes
from gongshi.package.descriptor import HOLE
from gongshi.package.flat import Flat, read_flat
from gongshi.package.schema import RECORDS, Descriptor, Document, Resource, shown_name
from gongshi.package.yamlfile import Mapping as YamlMapping
from gongshi.package.yamlfile import Node, Scalar, Sequence, YamlProblem, parse
from gongshi.repository import Tree

FlatDocument = tuple[dict[str, str], dict[str, list[dict[str, str]]]]


@dataclass(slots=True)
class DocumentTable:
    """Rows of one YAML resource in reading order, each with its path and line."""

    rows: list[list[str]] = field(default_factory=list)
    places: list[tuple[str, int]] = field(default_factory=list)


def pattern_of(document: Document) -> re.Pattern[str]:
    """A document's path template as a pattern over paths below ``records/``; every {hole} is a named group."""
    return _pattern(document.path)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = HOLE.split(template)
    pieces = [re.escape(part) if index % 2 == 0 else f"(?P<{part}>[^/]+)" for index, part in enumerate(parts)]
    return re.compile(f"{RECORDS}/" + "".join(pieces))


def document_of(descriptor: Descriptor, path: str) -> Document | None:
    """The kind of document that ``path`` must be, if any."""
    return next((document for document in descriptor.documents if pattern_of(document).fullmatch(path)), None)


def document_at(descriptor: Descriptor, path: str) -> Document:
    """The same where there must be one; GongshiError otherwise."""
    document = document_of(descriptor, path)
    if document is None:
        raise GongshiError(f"“{path[:200]}”不是 documents.yaml 里的任何一种文件，请核对文件名和所在文件夹。")
    return document


def canonical_document(descriptor: Descriptor, document: Document, data: bytes) -> bytes:
    """The canonical bytes of a document that reads without problems; raises YamlProblem otherwise."""
    root = parse(data)
    if not isinstance(root, YamlMapping):
        raise YamlProblem("文件要写成“字段: 值”的形式", 1)
    _refuse_loss(descriptor, document, root)
    return canonical_bytes(descriptor, document, root)


def canonical_bytes(descriptor: Descriptor, document: Document, root: YamlMapping) -> bytes:
    """The canonical bytes of a document's nodes, which hold flat rows only."""
    return yaml_bytes(descriptor, document, *_flat(document, root))


def read_document(descriptor: Descriptor, document: Document, data: bytes) -> FlatDocument:
    """The record of a document that reads without problems, and its rows by list, in their one spelling; raises YamlProblem
    otherwise."""
    root = parse(canonical_document(descriptor, document, data))
    return _flat(document, root) if isinstance(root, YamlMapping) else ({}, {})


def _flat(document: Document, root: YamlMapping) -> FlatDocument:
    return _texts(root), {name: [_texts(row) for row in _items(root, name)] for name in document.lists}


def _texts(node: Node) -> dict[str, str]:
    """The fields that are text."""
    items = node.items if isinstance(node, YamlMapping) else {}
    return {name: value.value for name, value in items.items() if isinstance(value, Scalar)}


def _items(root: YamlMapping, name: str) -> list[Node]:
    node = root.items.get(name, Sequence([], 0))
    if not isinstance(node, Sequence):
        raise YamlProblem(f"“{name}”要写成列表")
    return node.items


def _refuse_loss(descriptor: Descriptor, document: Document, root: YamlMapping) -> None:
    """Formatting keeps known scalar fields and lists of flat rows only: anything else is a problem to solve first."""
    record = {name: value for name, value in root.items.items() if name not in document.lists}
    rows: list[tuple[str, Node]] = [(document.resource, YamlMapping(record, root.line))]
    for name, resource in document.lists.items():
        rows.extend((resource, item) for item in _items(root, name))
    for resource, row in rows:
        schema = descriptor.resources[resource].schema
        if not isinstance(row, YamlMapping):
            raise YamlProblem("列表的每一项要写成 {字段: 值, …}")
        for name, value in row.items.items():
            if name not in schema.names or not isinstance(value, Scalar):
                raise YamlProblem(f"不认识的字段{shown_name(name)}，或它的值不是一个值，请先改好")
            if "\n" in value.value or "\r" in value.value:
                raise YamlProblem(f"“{schema.field(name).title}”里有换行，请先改成一行")


@dataclass(slots=True)
class Documents:
    """What reading all documents gave: Tables by resource, what was wrong, and, of each document that reads without
    problems but is not in canonical form, the first line that differs."""

    tables: dict[str, DocumentTable]
    findings: list[Finding] = field(default_factory=list)
    uncanonical: dict[str, int] = field(default_factory=dict)


def read_documents(
    tree: Tree, descriptor: Descriptor, paths: tuple[str, ...], only: frozenset[str] | None = None
) -> Documents:
    """Every YAML document among ``paths``; ``only`` limits to documents touching those resources."""
    reader = _Reader(tree, descriptor)
    with uncollected():
        for document in descriptor.documents:
            if only is not None and not only & {document.resource, *document.lists.values()}:
                continue
            pattern = pattern_of(document)
            for path in paths:
                if match := pattern.fullmatch(path):
                    reader.read(document, path, match.groupdict())
    return Documents(reader.tables, reader.findings, reader.uncanonical)


@contextmanager
def uncollected() -> Iterator[None]:
    """No garbage is collected meanwhile: looking for it among millions of rows was a third of the time."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


class _Reader:
    """Collects Tables and Findings over many documents."""

    def __init__(self, tree: Tree, descriptor: Descriptor) -> None:
        self.tree = tree
        self.descriptor = descriptor
        self.tables: dict[str, DocumentTable] = {
            name: DocumentTable() for name, resource in descriptor.resources.items() if not resource.is_csv
        }
        self.findings: list[Finding] = []
        self.uncanonical: dict[str, int] = {}

    def finding(self, code: str, path: str, line: int, message: str, resource: str, name: str = "") -> None:
        self.findings.append(Finding(code, Severity.ERROR, message, path, line, resource, name))

    def read(self, document: Document, path: str, holes: Mapping[str, str]) -> None:
        known = len(self.findings)
        try:
            data = self.tree.read(path)
            if flat := read_flat(self.descriptor, document, data):
                self.add_flat(document, flat, path, holes)
                return
            root = parse(data)
        except YamlProblem as error:
            self.finding("yaml", path, error.line, error.message, document.resource)
            return
        except GongshiError as error:
            self.finding("yaml", path, 0, str(error), document.resource)
            return
        if not isinstance(root, YamlMapping):
            self.finding("yaml", path, root.line, "文件要写成“字段: 值”的形式", document.resource)
            return
        resource = self.descriptor.resources[document.resource]
        record = {name: node for name, node in root.items.items() if name not in document.lists}
        cells = self.cells(resource, record, root, path, {})
        self.add(resource, cells, path, root.line)
        self.check_place(document, path, holes, dict(zip(resource.schema.names, cells, strict=True)), root.lines)
        key = {name: cells[resource.schema.names.index(name)] for name in resource.schema.primary_key}
        for name, target in document.lists.items():
            if name in root.items:
                self.read_list(self.descriptor.resources[target], root.items[name], path, key)
        if len(self.findings) == known:
            self.check_spelling(document, path, root, data)

    def add_flat(self, document: Document, flat: Flat, path: str, holes: Mapping[str, str]) -> None:
        """The rows of a document that is known to be canonical."""
        resource = self.descriptor.resources[document.resource]
        schema = resource.schema
        self.add(resource, [flat.record.get(name, "") for name in schema.names], path, 1)
        lines = {name: line for line, name in enumerate(flat.record, 1)}
        self.check_place(document, path, holes, flat.record, lines)
        key = {name: flat.record.get(name, "") for name in schema.primary_key}
        for name, rows in flat.lists.items():
            table = self.tables[document.lists[name]]
            names = self.descriptor.resources[document.lists[name]].schema.names
            first, known = flat.starts[name], len(table.rows)
            table.rows.extend([key.get(field) or row.get(field, "") for field in names] for row in rows)
            if name in flat.columns:
                one, values = flat.columns[name]
                place, same = names.index(one), [key.get(field, "") for field in names]
                table.rows.extend([*same[:place], value, *same[place + 1 :]] for value in values)
            table.places.extend((path, line) for line in range(first, first + len(table.rows) - known))

    def check_spelling(self, document: Document, path: str, root: YamlMapping, data: bytes) -> None:
        wanted = canonical_bytes(self.descriptor, document, root)
        if wanted != data:
            pairs = enumerate(zip(data.split(b"\n"), wanted.split(b"\n"), strict=False), 1)
            self.uncanonical[path] = next((line for line, (ours, theirs) in pairs if ours != theirs), 1)

    def read_list(self, resource: Resource, node: Node, path: str, key: dict[str, str]) -> None:
        if not isinstance(node, Sequence):
            self.finding("yaml", path, node.line, f"“{resource.title}”要写成列表，每项一行，以 - 开头", resource.name)
            return
        for item in node.items:
            if isinstance(item, YamlMapping):
                self.add(resource, self.cells(resource, item.items, item, path, key), path, item.line)
            else:
                self.finding("yaml", path, item.line, "列表的每一项要写成 {字段: 值, …}", resource.name)

    def cells(
        self, resource: Resource, items: Mapping[str, Node], where: YamlMapping, path: str, key: dict[str, str]
    ) -> list[str]:
        names = set(resource.schema.names)
        for name in items:
            if name not in names or name in key:
                message = f"不认识的字段{shown_name(name)}，请对照数据字典"
                self.finding("unknown-field", path, where.lines[name], message, resource.name)
        return [key.get(name) or self.cell(resource, items.get(name), path, name) for name in resource.schema.names]

    def cell(self, resource: Resource, node: Node | None, path: str, name: str) -> str:
        if node is None:
            return ""
        title = resource.schema.field(name).title
        if not isinstance(node, Scalar):
            self.finding("yaml", path, node.line, f"“{title}”只能写一个值", resource.name, name)
            return ""
        if "\n" in node.value or "\r" in node.value:
            self.finding("line-break", path, node.line, f"“{title}”里不能换行", resource.name, name)
            return node.value.replace("\r", " ").replace("\n", " ")
        return node.value

    def add(self, resource: Resource, cells: list[str], path: str, line: int) -> None:
        table = self.tables[resource.name]
        table.rows.append(cells)
        table.places.append((path, line))

    def check_place(
        self,
        document: Document,
        path: str,
        holes: Mapping[str, str],
        record: Mapping[str, str],
        lines: Mapping[str, int],
    ) -> None:
        """A file's name must say the record's key: ``{project_id}.yaml`` holds that project."""
        for name, value in holes.items():
            if name in record and record[name] != value:
                line = lines.get(name, 1)
                title = self.descriptor.resources[document.resource].schema.field(name).title
                message = f"文件路径里是“{value}”，内容的“{title}”却不同，请改成一致"
                self.finding("misplaced", path, line, message, document.resource, name)
