"""The line of a YAML field: a row of a document is known by the line it begins on, a finding is about one field of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from gongshi.model import Finding, GongshiError
from gongshi.package.yamlfile import Mapping, Node, Sequence, YamlProblem, parse
from gongshi.repository import Tree


def at_fields(tree: Tree, findings: Iterable[Finding]) -> list[Finding]:
    """The findings, in their order, those on a field of a YAML record at the line of that field.

    A file is read once, and only if there is something to say of it. Where a field is missing the record's line stays.
    """
    found = list(findings)
    asked: dict[str, list[int]] = defaultdict(list)
    for number, finding in enumerate(found):
        if finding.field and finding.path.endswith((".yaml", ".yml")):
            asked[finding.path].append(number)
    for path, numbers in asked.items():
        lines = _lines(tree, path)
        for number in numbers:
            one = found[number]
            found[number] = replace(one, line=lines.get((one.line, one.field), one.line))
    return found


def _lines(tree: Tree, path: str) -> dict[tuple[int, str], int]:
    """For the line of each record and each of its fields the line of the field; nothing of a file that cannot be read."""
    try:
        root = parse(tree.read(path)) if tree.exists(path) else None
    except (YamlProblem, GongshiError):
        return {}
    return {(node.line, name): line for node in _mappings(root) for name, line in node.lines.items()}


def _mappings(node: Node | None) -> Iterator[Mapping]:
    """The innermost last, so that of two that begin on one line the outer one does not speak for the inner."""
    if isinstance(node, Mapping):
        yield node
        for item in node.items.values():
            yield from _mappings(item)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _mappings(item)
