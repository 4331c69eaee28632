"""Records brought under another data dictionary: columns by name and ``formerly``, new ones empty, values that a step declares."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from gongshi.model import GongshiError
from gongshi.package import RECORDS, Descriptor, Document, Resource, csv_bytes, document_of, yaml_bytes
from gongshi.package.parts import Part, read_slowly
from gongshi.package.yamlfile import YamlProblem, parse, plain
from gongshi.repository import Tree
from gongshi.review.stepping import Steps

_FIRST = "请先运行 gongshi check 改好再升级"


def migrated(tree: Tree, old: Descriptor, new: Descriptor, steps: Steps) -> dict[str, bytes]:
    """The record files of ``tree`` that must change, with their bytes. GongshiError rather than lose a cell."""
    changes: dict[str, bytes] = {}
    for resource in new.csv_resources():
        for path in (f"{RECORDS}/{name}" for name in resource.paths):
            if not tree.exists(path):
                changes[path] = csv_bytes(resource.schema, [])
            elif not _same(old, resource, steps):
                changes[path] = _csv(path, tree.read(path), resource, steps)
    for path in tree.paths(f"{RECORDS}/"):
        document = document_of(new, path)
        if document and not all(_same(old, new.resources[name], steps) for name in _resources(document)):
            changes[path] = _document(path, tree.read(path), new, document, steps)
    return {path: data for path, data in changes.items() if not tree.exists(path) or tree.read(path) != data}


def filled(tree: Tree, descriptor: Descriptor) -> Collection[tuple[str, str]]:
    """(schema file, field) of every column that holds anything anywhere; what cannot be read well counts as full."""
    found: set[tuple[str, str]] = set()
    for resource in descriptor.csv_resources():
        for path in (f"{RECORDS}/{name}" for name in resource.paths):
            if tree.exists(path):
                part = Part(path)
                read_slowly(part, tree.read(path), resource)
                labels = resource.schema.today([label.strip() for label in part.labels])
                cells = (name for row in part.cells for name, cell in zip(labels, row, strict=False) if cell)
                found |= {(resource.schema.path, name) for name in cells}
    for path in tree.paths(f"{RECORDS}/"):
        if document := document_of(descriptor, path):
            for name, row in _rows(path, tree.read(path), document):
                found |= {(descriptor.resources[name].schema.path, field) for field in row}
    return found


def _same(old: Descriptor, resource: Resource, steps: Steps) -> bool:
    before = old.resources.get(resource.name)
    stepped = any(name == resource.name for name, *_ in steps)
    return before is not None and before.schema.names == resource.schema.names and not stepped


def _csv(path: str, data: bytes, resource: Resource, steps: Steps) -> bytes:
    part = Part(path)
    problems = read_slowly(part, data, resource)
    labels = resource.schema.today([label.strip() for label in part.labels])
    ragged = any(len(row) != len(labels) for row in part.cells)
    if ragged or len({*labels}) != len(labels) or any(one.code != "blank-row" for one in problems):
        raise GongshiError(f"“{path}”读不准，{_FIRST}。")
    rows = [_stepped(resource.name, dict(zip(labels, cells, strict=True)), steps) for cells in part.cells]
    _refuse_loss(path, resource, rows)
    return csv_bytes(resource.schema, [[row.get(name, "") for name in resource.schema.names] for row in rows])


def _document(path: str, data: bytes, descriptor: Descriptor, document: Document, steps: Steps) -> bytes:
    rows: dict[str, list[dict[str, str]]] = {name: [] for name in _resources(document)}
    for name, row in _rows(path, data, document):
        schema = descriptor.resources[name].schema
        today = dict(zip(schema.today(list(row)), row.values(), strict=True))
        rows[name].append(_stepped(name, today, steps))
        _refuse_loss(path, descriptor.resources[name], rows[name])
    lists = {key: rows[name] for key, name in document.lists.items()}
    return yaml_bytes(descriptor, document, rows[document.resource][0], lists)


def _resources(document: Document) -> tuple[str, ...]:
    return (document.resource, *document.lists.values())


def _rows(path: str, data: bytes, document: Document) -> Iterator[tuple[str, dict[str, str]]]:
    """(resource, cells) of a document and of each row of its lists."""
    try:
        root = plain(parse(data))
    except YamlProblem:
        raise GongshiError(f"“{path}”读不出来，{_FIRST}。") from None
    if not isinstance(root, dict):
        raise GongshiError(f"“{path}”不是“字段: 值”的写法，{_FIRST}。")
    yield document.resource, _texts(path, {name: value for name, value in root.items() if name not in document.lists})
    for key, name in document.lists.items():
        items = root.get(key, [])
        for item in items if isinstance(items, list) else [items]:
            yield name, _texts(path, item)


def _texts(path: str, row: object) -> dict[str, str]:
    if not isinstance(row, dict) or not all(isinstance(value, str) for value in row.values()):
        raise GongshiError(f"“{path}”里有不是一个值的字段，{_FIRST}。")
    return row


def _stepped(resource: str, row: Mapping[str, str], steps: Steps) -> dict[str, str]:
    values = {(name, old): new for where, name, old, new in steps if where == resource}
    new = {name: value for (name, old), value in values.items() if old == "" and name not in row}
    return {name: values.get((name, value), value) for name, value in row.items()} | new


def _refuse_loss(path: str, resource: Resource, rows: list[dict[str, str]]) -> None:
    lost = {name for row in rows for name, value in row.items() if value and name not in resource.schema.names}
    if lost:
        raise GongshiError(f"“{path}”里的 {'、'.join(sorted(lost))} 不在新的数据字典里，而有内容，没有升级，{_FIRST}。")
