"""``records/datapackage.yaml``, ``records/documents.yaml`` and the schemas, read from a Tree into a Descriptor.

Nothing wrong in them is passed over: an unknown property, a pattern that does not mean what it seems to mean, a path
that leaves the records folder are Findings; what can be read is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from gongshi.model import Finding, GongshiError, Severity
from gongshi.package.schema import RECORDS, Descriptor, Document, Field, ForeignKey, Resource, Schema
from gongshi.package.yamlfile import Mapping, Node, Scalar, Sequence, YamlProblem, parse
from gongshi.repository import Tree

PACKAGE_FILE = f"{RECORDS}/datapackage.yaml"
DOCUMENTS_FILE = f"{RECORDS}/documents.yaml"

TYPES = ("string", "integer", "number", "boolean", "date", "year", "yearmonth")
LEVELS = ("public", "aggregate", "internal", "sealed")
FIELD_TEXTS = ("name", "title", "type", "description", "unit", "disclosure", "source")
FIELD_PROPERTIES = (*FIELD_TEXTS, "constraints", "decimals", "trueValues", "falseValues", "formerly")
CONSTRAINTS = ("required", "pattern", "enum", "minimum", "maximum", "minLength", "maxLength")
PACKAGE_PROPERTIES = ("name", "title", "licenses", "resources", "description")
RESOURCE_PROPERTIES = ("name", "title", "description", "path", "format", "encoding", "schema")
UNSAFE_PATTERN = re.compile(r"\\[A-Za-z0-9]|\(\?(?!:)|[\^$](?![^\[]*\])|[*+?}][+?]")
FORBIDDEN_NAMES = ("on", "off", "yes", "no", "y", "n")


def read_descriptor(tree: Tree) -> Descriptor:
    """The Descriptor of ``tree``; raises GongshiError only if there is no readable datapackage.yaml at all."""
    return _Reader(tree).descriptor()


class _Reader:
    """Reads descriptor files and collects what is wrong with them."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.problems: list[Finding] = []
        self.schemas: dict[str, Schema | None] = {}

    def problem(self, path: str, line: int, message: str, field: str = "") -> None:
        self.problems.append(Finding("descriptor", Severity.ERROR, message, path, line, field=field))

    def descriptor(self) -> Descriptor:
        if not self.tree.exists(PACKAGE_FILE):
            raise GongshiError(f"找不到 {PACKAGE_FILE}，请在台账仓库的根目录运行")
        package = self.document(PACKAGE_FILE)
        if not isinstance(package, Mapping):
            first = self.problems[0] if self.problems else None
            reason = f"第 {first.line} 行：{first.message}" if first else "内容不是键和值"
            raise GongshiError(f"{PACKAGE_FILE} 读不出来（{reason}），请先改好它")
        self.known(PACKAGE_FILE, package, PACKAGE_PROPERTIES)
        resources = {resource.name: resource for resource in self.csv_resources(package)}
        documents, keys = self.documents(resources)
        descriptor = Descriptor(
            name=text(package, "name"),
            title=text(package, "title"),
            resources=resources,
            documents=documents,
            foreign_keys=(*_own_keys(resources), *keys),
            licence=_licence(package),
        )
        self.check_references(descriptor)
        return Descriptor(
            descriptor.name,
            descriptor.title,
            resources,
            documents,
            descriptor.foreign_keys,
            descriptor.licence,
            tuple(self.problems),
        )

    def document(self, path: str) -> Node | None:
        if not self.tree.exists(path):
            self.problem(path, 0, "文件不存在，请恢复它")
            return None
        try:
            return parse(self.tree.read(path))
        except YamlProblem as error:
            self.problem(path, error.line, error.message)
        except GongshiError as error:
            self.problem(path, 0, str(error))
        return None

    def known(self, path: str, mapping: Mapping, allowed: tuple[str, ...]) -> None:
        for name, line in mapping.lines.items():
            if name not in allowed:
                self.problem(path, line, f"不认识的属性“{name[:40]}”，可用的有：{'、'.join(allowed)}", name)

    def csv_resources(self, package: Mapping) -> Iterator[Resource]:
        taken: dict[str, str] = {}
        for node in _items(package.items.get("resources")):
            if not isinstance(node, Mapping):
                self.problem(PACKAGE_FILE, node.line, "resources 的每一项都要写成 name、path、schema 的形式")
                continue
            self.known(PACKAGE_FILE, node, RESOURCE_PROPERTIES)
            name = text(node, "name")
            paths = []
            for item in _items(node.items.get("path")):
                path = item.value if isinstance(item, Scalar) else ""
                if self.path_ok(path, item.line, taken, name):
                    paths.append(path)
            schema = self.schema(text(node, "schema"), PACKAGE_FILE, node.line)
            if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
                self.problem(PACKAGE_FILE, node.line, "资源的 name 只能用小写字母、数字和连字符")
            elif name in taken.values() and not any(taken[path] == name for path in paths):
                self.problem(PACKAGE_FILE, node.line, f"资源“{name}”重复，请只保留一个")
            elif schema:
                yield Resource(name, text(node, "title"), schema, tuple(paths))

    def path_ok(self, path: str, line: int, taken: dict[str, str], name: str) -> bool:
        pure = PurePosixPath(path)
        if not path or pure.is_absolute() or ".." in pure.parts or "\\" in path or ":" in path:
            self.problem(PACKAGE_FILE, line, f"path “{path[:80]}” 不在 {RECORDS} 目录里，请改成目录内的相对路径")
        elif not path.endswith(".csv"):
            self.problem(PACKAGE_FILE, line, f"path “{path[:80]}” 不是 CSV 文件")
        elif path in taken:
            self.problem(PACKAGE_FILE, line, f"path “{path[:80]}” 列了两次，请删去一处")
        else:
            taken[path] = name
            return True
        return False

    def documents(self, resources: dict[str, Resource]) -> tuple[tuple[Document, ...], list[ForeignKey]]:
        root = self.document(DOCUMENTS_FILE) if self.tree.exists(DOCUMENTS_FILE) else None
        if not isinstance(root, Mapping):
            return (), []
        self.known(DOCUMENTS_FILE, root, ("documents", "foreignKeys"))
        documents = []
        for node in _items(root.items.get("documents")):
            if not isinstance(node, Mapping):
                self.problem(DOCUMENTS_FILE, node.line, "documents 的每一项都要写成键和值")
                continue
            self.known(DOCUMENTS_FILE, node, ("name", "title", "path", "resource", "schema", "lists"))
            lists = {}
            entries = node.items.get("lists")
            for key, entry in entries.items.items() if isinstance(entries, Mapping) else ():
                if isinstance(entry, Mapping) and self.table(entry, text(node, "name"), resources):
                    lists[key] = text(entry, "resource")
            if self.table(node, text(node, "name"), resources):
                documents.append(
                    Document(text(node, "name"), text(node, "title"), text(node, "path"), text(node, "resource"), lists)
                )
        return tuple(documents), self.document_keys(root)

    def table(self, node: Mapping, document: str, resources: dict[str, Resource]) -> bool:
        name = text(node, "resource")
        schema = self.schema(text(node, "schema"), DOCUMENTS_FILE, node.line)
        if schema and name not in resources:
            resources[name] = Resource(name, text(node, "title"), schema, document=document)
        elif schema and resources[name].schema != schema:
            self.problem(DOCUMENTS_FILE, node.line, f"资源“{name}”有两份不同的 schema，请统一")
        return schema is not None

    def document_keys(self, root: Mapping) -> list[ForeignKey]:
        return [
            _foreign_key(node, text(node, "resource"), DOCUMENTS_FILE)
            for node in _items(root.items.get("foreignKeys"))
            if isinstance(node, Mapping)
        ]

    def schema(self, path: str, where: str, line: int) -> Schema | None:
        full = f"{RECORDS}/{path}"
        if full in self.schemas:
            return self.schemas[full]
        schema = None
        if not path.startswith("schemas/") or ".." in path:
            self.problem(where, line, f"schema “{path[:80]}” 要放在 {RECORDS}/schemas/ 里")
        elif isinstance(root := self.document(full), Mapping):
            schema = self.read_schema(full, root)
        elif root is not None:
            self.problem(full, 1, "schema 要写成键和值")
        self.schemas[full] = schema
        return schema

    def read_schema(self, path: str, root: Mapping) -> Schema:
        self.known(path, root, ("fields", "primaryKey", "foreignKeys", "description"))
        fields: dict[str, Field] = {}
        for node in _items(root.items.get("fields")):
            field = self.field(path, node) if isinstance(node, Mapping) else None
            if field is None:
                self.problem(path, node.line, "字段要写成 {name: …, title: …, type: …}")
            elif field.name in fields:
                self.problem(path, node.line, f"字段“{field.name}”重复", field.name)
            else:
                fields[field.name] = field
        key = tuple(texts(root.items.get("primaryKey")))
        for name in key:
            if name not in fields:
                self.problem(path, root.lines.get("primaryKey", 1), f"主键字段“{name}”不在 fields 里", name)
        if not key:
            self.problem(path, 1, "每张表都要有 primaryKey")
        keys = tuple(
            _foreign_key(node, "", path) for node in _items(root.items.get("foreignKeys")) if isinstance(node, Mapping)
        )
        return Schema(path, tuple(fields.values()), tuple(name for name in key if name in fields), keys)

    def field(self, path: str, node: Mapping) -> Field | None:
        self.known(path, node, FIELD_PROPERTIES)
        name = text(node, "name")
        if not name:
            return None
        for wanted in ("title", "type", "description", "disclosure", "source"):
            if not text(node, wanted):
                self.problem(path, node.line, f"字段“{name}”缺 {wanted}", name)
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name in FORBIDDEN_NAMES:
            self.problem(
                path, node.line, f"字段名“{name[:40]}”要用小写英文加下划线，且不能是 on、off、yes、no、y、n", name
            )
        if text(node, "type") not in TYPES:
            self.problem(path, node.line, f"字段“{name}”的 type 只能是：{'、'.join(TYPES)}", name)
        if text(node, "disclosure") not in LEVELS:
            self.problem(path, node.line, f"字段“{name}”的 disclosure 只能是：{'、'.join(LEVELS)}", name)
        limits = node.items.get("constraints")
        limits = limits if isinstance(limits, Mapping) else Mapping({}, node.line)
        self.known(path, limits, CONSTRAINTS)
        self.check_constraints(path, name, node, limits)
        return _field(node, limits)

    def check_constraints(self, path: str, name: str, node: Mapping, limits: Mapping) -> None:
        kind = text(node, "type")
        allowed = {
            "string": ("required", "pattern", "enum", "minLength", "maxLength"),
            "integer": ("required", "minimum", "maximum"),
            "number": ("required", "minimum", "maximum"),
        }
        for constraint, line in limits.lines.items():
            if constraint in CONSTRAINTS and constraint not in allowed.get(kind, ("required",)):
                self.problem(path, line, f"{kind} 类型的字段“{name}”不能有 {constraint}", name)
        for number in ("minimum", "maximum", "minLength", "maxLength"):
            if number in limits.items and not re.fullmatch(r"-?[0-9]+(\.[0-9]{1,6})?", text(limits, number)):
                self.problem(path, limits.lines[number], f"字段“{name}”的 {number} 要是数字", name)
        if text(limits, "required") not in ("", "true", "false"):
            self.problem(path, limits.lines["required"], f"字段“{name}”的 required 只能是 true 或 false", name)
        if text(node, "decimals") and (kind != "number" or text(node, "decimals") not in "123456"):
            self.problem(path, node.line, f"字段“{name}”的 decimals 只用于 number，取 1 到 6", name)
        if kind == "boolean" and not (texts(node.items.get("trueValues")) and texts(node.items.get("falseValues"))):
            self.problem(path, node.line, f"字段“{name}”要写明 trueValues 和 falseValues", name)
        if "pattern" in limits.items:
            self.check_pattern(path, name, text(limits, "pattern"), limits.lines["pattern"])

    def check_pattern(self, path: str, name: str, pattern: str, line: int) -> None:
        try:
            re.compile(pattern)
        except re.error:
            self.problem(path, line, f"字段“{name}”的 pattern 不是正确的正则表达式", name)
            return
        if has_bare_alternative(pattern):
            self.problem(path, line, f"字段“{name}”的 pattern 里的 a|b 要写成 (?:a|b)，否则只锚定一头", name)
        if any(int(count) > 1000 for count in re.findall(r"[{,]([0-9]+)(?=[,}])", pattern)):
            self.problem(path, line, f"字段“{name}”的 pattern 里重复次数不能超过 1000", name)
        if UNSAFE_PATTERN.search(pattern):
            self.problem(
                path, line, f"字段“{name}”的 pattern 只能用字符组 [ ]、(?:)、* + ? {{}}，不用 \\d、^、$ 等", name
            )

    def check_references(self, descriptor: Descriptor) -> None:
        for key in descriptor.foreign_keys:
            here = descriptor.resources.get(key.resource)
            there = descriptor.resources.get(key.reference)
            missing = [f"{key.resource}"] if here is None else []
            missing += [key.reference] if there is None else []
            missing += [name for name in key.fields if here and name not in here.schema.names]
            missing += [name for name in key.reference_fields if there and name not in there.schema.names]
            if missing:
                self.problem(key.path, key.line, f"外键指向不存在的资源或字段：{'、'.join(missing)}")


def has_bare_alternative(pattern: str) -> bool:
    """Whether a ``|`` stands outside every group: Frictionless would anchor only one side of it."""
    depth, in_set, escaped = 0, False, False
    for char in pattern:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif in_set:
            in_set = char != "]"
        elif char == "[":
            in_set = True
        elif char in "()":
            depth += 1 if char == "(" else -1
        elif char == "|" and depth == 0:
            return True
    return False


def text(mapping: Mapping, name: str) -> str:
    """The text under ``name``, or "" if it is missing or not text."""
    node = mapping.items.get(name)
    return node.value if isinstance(node, Scalar) else ""


def texts(node: Node | None) -> list[str]:
    """A scalar or a list of scalars as a list of text."""
    return [item.value for item in _items(node) if isinstance(item, Scalar)]


def _items(node: Node | None) -> list[Node]:
    if isinstance(node, Sequence):
        return node.items
    return [node] if isinstance(node, Scalar) else []


def _field(node: Mapping, limits: Mapping) -> Field:
    decimals = text(node, "decimals")
    lengths = [text(limits, name) for name in ("minLength", "maxLength")]
    return Field(
        **{name: text(node, name) for name in FIELD_TEXTS},
        decimals=int(decimals) if decimals.isdecimal() else None,
        required=text(limits, "required") == "true",
        pattern=text(limits, "pattern"),
        enum=tuple(texts(limits.items.get("enum"))),
        minimum=text(limits, "minimum"),
        maximum=text(limits, "maximum"),
        min_length=int(lengths[0]) if lengths[0].isdecimal() else None,
        max_length=int(lengths[1]) if lengths[1].isdecimal() else None,
        true_values=tuple(texts(node.items.get("trueValues"))),
        false_values=tuple(texts(node.items.get("falseValues"))),
        formerly=tuple(texts(node.items.get("formerly"))),
    )


def _foreign_key(node: Mapping, resource: str, path: str) -> ForeignKey:
    reference = node.items.get("reference")
    reference = reference if isinstance(reference, Mapping) else Mapping({}, node.line)
    return ForeignKey(
        resource,
        tuple(texts(node.items.get("fields"))),
        text(reference, "resource"),
        tuple(texts(reference.items.get("fields"))),
        path,
        node.line,
    )


def _own_keys(resources: dict[str, Resource]) -> Iterator[ForeignKey]:
    for resource in resources.values():
        for key in resource.schema.foreign_keys:
            yield ForeignKey(
                resource.name, key.fields, key.reference or resource.name, key.reference_fields, key.path, key.line
            )


def _licence(package: Mapping) -> str:
    for node in _items(package.items.get("licenses")):
        if isinstance(node, Mapping):
            return text(node, "name")
    return ""
