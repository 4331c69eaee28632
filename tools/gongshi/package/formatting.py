"""Record files brought to canonical form; a file that could lose something on the way is refused, not changed."""

from __future__ import annotations

from collections.abc import Iterable

from gongshi.model import Finding, GongshiError, Severity
from gongshi.package.canonical import csv_bytes
from gongshi.package.documents import canonical_document, document_of
from gongshi.package.parts import Part, read_slowly
from gongshi.package.schema import Descriptor, Resource
from gongshi.package.yamlfile import YamlProblem
from gongshi.repository import Tree


def format_files(tree: Tree, descriptor: Descriptor, paths: Iterable[str]) -> tuple[dict[str, bytes], list[Finding]]:
    """The files among ``paths`` that are not canonical, with their canonical bytes, and why others were refused."""
    owners = descriptor.owners
    changes: dict[str, bytes] = {}
    findings: list[Finding] = []
    for path in paths:
        document = document_of(descriptor, path)
        if path not in owners and not document:
            continue
        try:
            data = tree.read(path)
            if document:
                wanted = canonical_document(descriptor, document, data)
                problems: list[Finding] = []
            else:
                wanted, problems = canonical_csv(path, data, descriptor.resources[owners[path]])
        except YamlProblem as error:
            findings.append(Finding("yaml", Severity.ERROR, error.message, path, error.line))
            continue
        except GongshiError as error:
            findings.append(Finding("unreadable", Severity.ERROR, str(error), path))
            continue
        findings.extend(problems)
        if not problems and wanted != data:
            changes[path] = wanted
    return changes, findings


def canonical_csv(path: str, data: bytes, resource: Resource) -> tuple[bytes, list[Finding]]:
    """The canonical bytes of a CSV file, or why it cannot be formatted without loss."""
    part = Part(path)
    findings = read_slowly(part, data, resource)
    names = resource.schema.names

    def refuse(code: str, line: int, message: str) -> None:
        findings.append(Finding(code, Severity.ERROR, message, path, line, resource.name))

    if b"\0" in data:
        refuse("nul", data[: data.index(b"\0")].count(b"\n") + 1, "有空字节（NUL），请用文本编辑器重新保存")
    labels = [label.strip() for label in part.labels]
    if len(set(labels)) < len(labels) or not set(names) - _new(resource) <= set(labels) <= set(names):
        refuse("header", 1, "表头的字段与数据字典不同，请先改好表头")
    for line, cells in zip(part.lines, part.cells, strict=True):
        if len(cells) != len(part.labels):
            refuse("ragged", line, "这一行的格数与表头不同，请先改好")
        elif any("\n" in cell or "\r" in cell for cell in cells):
            refuse("line-break", line, "格子里有换行，请先改成一行")
    if findings:
        return b"", findings
    rows = (dict(zip(labels, cells, strict=True)) for cells in part.cells)
    return csv_bytes(resource.schema, ([row.get(name, "") for name in names] for row in rows)), []


def _new(resource: Resource) -> set[str]:
    """The fields that an older file may lack, since nobody must fill them in: they become empty columns."""
    schema = resource.schema
    return {field.name for field in schema.fields if not field.required and field.name not in schema.primary_key}
