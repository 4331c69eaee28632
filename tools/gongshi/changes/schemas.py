"""What changed in the descriptors and in the policy files: the loudest part of a Diff."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

from gongshi.changes.tables import paired_fields
from gongshi.changes.values import SchemaChange, SettingChange
from gongshi.model import GongshiError
from gongshi.package import Descriptor, Field, ForeignKey, Resource
from gongshi.package.yamlfile import Mapping, Node, Scalar, YamlProblem, parse
from gongshi.repository import Tree

POLICIES = "policies/"
_PROPERTIES = tuple(name for name in Field.__dataclass_fields__ if name not in ("name", "formerly"))
_LABELS = ("id", "rule", "policy", "name")  # what an item of a list may be called by


def schema_changes(before: Descriptor, after: Descriptor) -> Iterator[SchemaChange]:
    """Resources, fields, their properties and keys that differ."""
    if before is after:
        return
    for name in dict.fromkeys((*after.resources, *before.resources)):
        old, new = before.resources.get(name), after.resources.get(name)
        if old and new:
            yield from _resource_changes(old, new)
        else:
            yield SchemaChange(name, "", "resource", old.title if old else "", new.title if new else "")
    keys = [{_key(key) for key in descriptor.foreign_keys} for descriptor in (before, after)]
    for resource, fields, target in sorted(keys[0] ^ keys[1]):
        gone = (resource, fields, target) in keys[0]
        yield SchemaChange(resource, fields, "foreign_key", target if gone else "", "" if gone else target)


def _key(key: ForeignKey) -> tuple[str, str, str]:
    return key.resource, ",".join(key.fields), f"{key.reference}({','.join(key.reference_fields)})"


def _resource_changes(old: Resource, new: Resource) -> Iterator[SchemaChange]:
    if old.schema == new.schema:
        return
    places, gone = paired_fields(old.schema.fields, new.schema.fields)
    for field, place in zip(new.schema.fields, places, strict=True):
        if place is None:
            yield SchemaChange(new.name, field.name, "field", "", field.title)
            continue
        was = old.schema.fields[place]
        if was.name != field.name:
            yield SchemaChange(new.name, field.name, "name", was.name, field.name)
        for item in _PROPERTIES:
            values = _text(getattr(was, item)), _text(getattr(field, item))
            if values[0] != values[1]:
                yield SchemaChange(new.name, field.name, item, *values)
    for field in (old.schema.fields[place] for place in gone):
        yield SchemaChange(new.name, field.name, "field", field.title, "")
    if old.schema.primary_key != new.schema.primary_key:
        yield SchemaChange(new.name, "", "primary_key", *(",".join(r.schema.primary_key) for r in (old, new)))
    if old.schema.names != new.schema.names and set(old.schema.names) == set(new.schema.names):
        yield SchemaChange(new.name, "", "order", *(",".join(r.schema.names) for r in (old, new)))


def _text(value: object) -> str:
    if dataclasses.is_dataclass(value):  # where an empty cell is taken from, as the schema writes it
        parts = ((item.name, getattr(value, item.name)) for item in dataclasses.fields(value))
        return "，".join(f"{name} {_text(part)}" for name, part in parts if part)
    if isinstance(value, tuple):
        if value and isinstance(value[0], tuple):
            return "、".join(f"{name}={other}" for name, other in value)
        return "、".join(map(str, value))
    if value is None or value is False:
        return ""
    return "true" if value is True else str(value)


def setting_changes(before: Tree, after: Tree, paths: Iterable[str]) -> Iterator[SettingChange]:
    """Values of the policy files that differ; a file that is no YAML or cannot be read is one value as a whole."""
    for path in paths:
        if path.startswith(POLICIES) and path.endswith((".yaml", ".yml")):
            if not (before.exists(path) and after.exists(path)):
                yield SettingChange(path, "", *("有" if tree.exists(path) else "" for tree in (before, after)))
                continue
            old, new = (_values(tree, path) for tree in (before, after))
            for place in dict.fromkeys((*old, *new)):
                if old.get(place, "") != new.get(place, ""):
                    yield SettingChange(path, place, old.get(place, ""), new.get(place, ""))


def _values(tree: Tree, path: str) -> dict[str, str]:
    try:
        return dict(_leaves(parse(tree.read(path)), ""))
    except YamlProblem as error:
        return {"": f"读不出来：第 {error.line} 行，{error.message}"}
    except GongshiError as error:
        return {"": f"读不出来：{error}"}


def _leaves(node: Node, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, Scalar):
        yield place, node.value
    elif isinstance(node, Mapping):
        for name, item in node.items.items():
            yield from _leaves(item, f"{place}.{name}" if place else name)
    else:
        seen: dict[str, int] = {}
        for number, item in enumerate(node.items, 1):
            label = _label(item) or str(number)
            seen[label] = seen.get(label, 0) + 1
            yield from _leaves(item, f"{place}[{label}]" if seen[label] == 1 else f"{place}[{label}·{seen[label]}]")


def _label(item: Node) -> str:
    if isinstance(item, Scalar):
        return ""
    items = item.items if isinstance(item, Mapping) else {}
    return next((node.value for name in _LABELS if isinstance(node := items.get(name), Scalar)), "")
