"""Three-way merge of whole record files, CSV and YAML, into canonical bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from gongshi.changes.merge import conflict, merge_record, merge_rows
from gongshi.changes.values import Conflict, Row
from gongshi.model import GongshiError
from gongshi.package import (
    Descriptor,
    Document,
    Field,
    FlatDocument,
    Resource,
    Schema,
    csv_bytes,
    document_of,
    read_document,
    spell,
    yaml_bytes,
)
from gongshi.package.parts import Part, read_slowly
from gongshi.package.yamlfile import YamlProblem

MARKS = ("<<<<<<< 本方", "=======", ">>>>>>> 对方")


def merge_files(
    path: str, descriptor: Descriptor, base: bytes, ours: bytes, theirs: bytes
) -> tuple[bytes, tuple[Conflict, ...]]:
    """Merge a record file that both sides changed; empty ``base`` when both added it.

    Without conflicts the bytes are the canonical file. With conflicts they hold both versions of each affected record
    between ``MARKS``, all else being merged. GongshiError if the path is no record file, or if a side cannot be read
    without losing something.
    """
    if document := document_of(descriptor, path):
        mine, other, conflicts = _merge_document(path, descriptor, document, (base, ours, theirs))
    else:
        mine, other, conflicts = _merge_csv(path, resource_of(descriptor, path), (base, ours, theirs))
    return (marked(mine, other) if conflicts else mine), conflicts


def resource_of(descriptor: Descriptor, path: str) -> Resource:
    """The CSV resource that ``path`` belongs to; GongshiError if there is none."""
    if path in descriptor.owners:
        return descriptor.resources[descriptor.owners[path]]
    raise GongshiError(f"“{path}”不是数据包里的记录文件，不能按记录合并，请按普通文本处理")


def marked(mine: bytes, other: bytes) -> bytes:
    """Two versions of a file as one, with conflict marks around the lines that differ."""
    left, right = (side.decode().split("\n")[:-1] for side in (mine, other))
    lines: list[str] = []
    for kind, i, j, k, m in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if kind == "equal":
            lines.extend(left[i:j])
        else:
            lines.extend([MARKS[0], *left[i:j], MARKS[1], *right[k:m], MARKS[2]])
    return ("\n".join(lines) + "\n").encode()


def _merge_csv(
    path: str, resource: Resource, contents: tuple[bytes, bytes, bytes]
) -> tuple[bytes, bytes, tuple[Conflict, ...]]:
    tables = [_table(path, data, resource) for data in contents]
    if not contents[0]:
        tables[0] = (tables[1][0], [])
    schema = _merged_schema(path, resource.schema, tables)
    merged = merge_rows(schema, *(_project(table, schema.names) for table in tables))
    conflicts = tuple(replace(conflict, resource=resource.name) for conflict in merged.conflicts)
    return csv_bytes(schema, merged.rows), csv_bytes(schema, merged.other), conflicts


Table = tuple[list[str], list[list[str]]]


def _table(path: str, data: bytes, resource: Resource) -> Table:
    """Labels, by today's names, and rows of a CSV file that can be read without loss; GongshiError otherwise."""
    part = Part(path)
    problems = [problem.message for problem in read_slowly(part, data, resource) if problem.code != "blank-row"]
    labels = [label.strip() for label in part.labels]
    if data and (b"\0" in data or len(set(labels)) < len(labels) or not _sound(labels, resource.schema)):
        problems.append("有空字节，或表头缺主键、有重复、写法不对")
    if any(len(row) != len(labels) or any("\n" in cell or "\r" in cell for cell in row) for row in part.cells):
        problems.append("有的行格数与表头不同，或格子里有换行")
    if problems:
        raise GongshiError(f"“{path}”不能按记录合并：{problems[0]}，请先改好或按普通文本处理")
    return resource.schema.today(labels), part.cells


def _sound(labels: list[str], schema: Schema) -> bool:
    return set(schema.primary_key) <= set(labels) and all(re.fullmatch(r"\w+", label) for label in labels)


def _merged_schema(path: str, schema: Schema, tables: Sequence[Table]) -> Schema:
    """Today's schema with the columns that the merge leaves: added by a side, not removed by a side."""
    base, ours, theirs = (table[0] for table in tables)
    kept = []
    for name in dict.fromkeys((*schema.names, *ours, *theirs, *base)):
        places = name in base, name in ours, name in theirs
        if places in ((True, True, False), (True, False, True)):
            other = tables[1] if name in ours else tables[2]
            _refuse_edited(
                path, name, _project(tables[0], schema.primary_key, name), _project(other, schema.primary_key, name)
            )
        elif any(places[1:]):
            kept.append(name)
    fields = tuple(schema.field(name) if name in schema.names else Field(name, name, "string") for name in kept)
    return Schema(schema.path, fields, schema.primary_key)


def _refuse_edited(path: str, name: str, before: list[Row], after: list[Row]) -> None:
    if not {row for row in after if row[-1]} <= set(before):
        raise GongshiError(f"“{path}”不能按记录合并：一边去掉了“{name[:40]}”这一列，另一边改了其中的内容，请人工核对")


def _project(table: Table, names: Sequence[str], *more: str) -> list[Row]:
    """The rows with just these columns, "" for a column that the file does not have."""
    labels, rows = table
    places = [labels.index(name) if name in labels else None for name in (*names, *more)]
    return [tuple("" if place is None else row[place] for place in places) for row in rows]


def _merge_document(
    path: str, descriptor: Descriptor, document: Document, contents: tuple[bytes, bytes, bytes]
) -> tuple[bytes, bytes, tuple[Conflict, ...]]:
    read = [_document(path, descriptor, document, data) for data in contents]
    resource = descriptor.resources[document.resource]
    names = resource.schema.names
    base, ours, theirs = (
        tuple(spell(resource.schema.field(name), record.get(name, "")) for name in names) if data else None
        for (record, _), data in zip(read, contents, strict=True)
    )
    left, right, fields = merge_record((base, ours, theirs))
    key = tuple(values for name, values in zip(names, left or (), strict=False) if name in resource.schema.primary_key)
    triple = (base, ours, theirs)
    conflicts = [conflict(resource.schema, key, triple, place, resource.name) for place in fields]
    sides: tuple[dict[str, list[dict[str, str]]], dict[str, list[dict[str, str]]]] = ({}, {})
    for name, target in document.lists.items():
        schema = descriptor.resources[target].schema
        parent = dict(zip(resource.schema.primary_key, key, strict=False))
        merged = merge_rows(schema, *(_list(schema, lists.get(name, ()), parent) for _, lists in read))
        conflicts.extend(replace(one, resource=target) for one in merged.conflicts)
        for side, rows in zip(sides, (merged.rows, merged.other), strict=True):
            side[name] = [dict(zip(schema.names, row, strict=True)) for row in rows]
    mine, other = (
        yaml_bytes(descriptor, document, dict(zip(names, record or (), strict=False)), side)
        for record, side in zip((left, right), sides, strict=True)
    )
    return mine, other, tuple(conflicts)


def _document(path: str, descriptor: Descriptor, document: Document, data: bytes) -> FlatDocument:
    """Empty for no document."""
    try:
        return read_document(descriptor, document, data) if data else ({}, {})
    except YamlProblem as error:
        raise GongshiError(f"“{path}”第 {error.line} 行不能按记录合并：{error.message}") from None


def _list(schema: Schema, items: Iterable[dict[str, str]], parent: dict[str, str]) -> list[Row]:
    return [tuple(parent.get(name) or item.get(name, "") for name in schema.names) for item in items]
