"""``records/datapackage.yaml``, ``records/documents.yaml`` and the schemas, read from a Tree into a Descriptor.

Nothing wrong in them is passed over: an unknown property, a pattern that does not mean what it seems to mean, a path
that leaves the records folder are Findings. The Descriptor holds only what is sound, so that nobody need look again: a
field loses the property that is wrong; a table without fields or key, a document whose path is wrong and a key that
points nowhere are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import PurePosixPath

from gongshi.model import Finding, GongshiError, Severity
from gongshi.package import standard
from gongshi.package.county import county_fields
from gongshi.package.deriving import PARTS, read_derive, unsound
from gongshi.package.latest import Latest
from gongshi.package.schema import RECORDS, Derive, Descriptor, Document, Field, ForeignKey, Resource, Schema
from gongshi.package.words import edition_of, in_words, stated_day
from gongshi.package.yamlfile import Mapping, Node, Scalar, Sequence, YamlProblem, parse, text
from gongshi.repository import MemoryTree, Tree

PACKAGE_FILE = f"{RECORDS}/datapackage.yaml"
DOCUMENTS_FILE = f"{RECORDS}/documents.yaml"
COUNTY_FILE = f"{RECORDS}/county/county.yaml"

TYPES = ("string", "integer", "number", "boolean", "date", "year", "yearmonth")
LEVELS = ("public", "aggregate", "internal", "sealed")
FIELD_TEXTS = ("name", "title", "type", "description", "unit", "disclosure", "source")
NUMBERS = ("minimum", "maximum", "minLength", "maxLength")
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]{1,6})?")
HOLE = re.compile(r"\{([a-z_]+)\}")
CONSTRAINTS = ("required", "pattern", "enum", "minimum", "maximum", "minLength", "maxLength")
UNSAFE_PATTERN = re.compile(r"\\[A-Za-z0-9]|\(\?(?!:)|[\^$](?![^\[]*\])|[*+?}][+?]")
FORBIDDEN_NAMES = ("on", "off", "yes", "no", "y", "n")


_KEPT: Latest[tuple[dict[str, bytes | None], Descriptor]] = Latest()


def read_descriptor(tree: Tree) -> Descriptor:
    """The Descriptor of ``tree``; raises GongshiError only if there is no readable datapackage.yaml at all.

    What the same bytes said before is not read again: a command looks at many versions of one ledger.
    """
    if known := _KEPT.find(lambda one: all(_content(tree, path) == data for path, data in one[0].items())):
        return known[1]
    reader = _Reader(tree)
    descriptor = reader.descriptor()
    county = reader.seen[COUNTY_FILE] = _content(tree, COUNTY_FILE)
    if county is not None:
        descriptor = in_words(descriptor, edition_of(county))
    if reader.whole:
        _KEPT.keep((reader.seen, descriptor))
    return descriptor


def county_day_in(tree: Tree) -> date | None:
    """The day that the county says its records are of, without a database; as ``county_day``."""
    county = _content(tree, COUNTY_FILE)
    return stated_day(county) if county and county_fields().table in read_descriptor(tree).resources else None


def _content(tree: Tree, path: str) -> bytes | None:
    """The bytes of a file, None if it is not there or cannot be read."""
    with suppress(GongshiError):
        return tree.read(path) if tree.exists(path) else None
    return None


class _Reader:
    """Reads descriptor files and collects what is wrong with them."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.problems: list[Finding] = []
        self.schemas: dict[str, Schema | None] = {}
        self.seen: dict[str, bytes | None] = {}
        self.whole = True

    def problem(self, path: str, line: int, message: str, field: str = "", severity: Severity = Severity.ERROR) -> None:
        self.problems.append(Finding("descriptor", severity, message, path, line, field=field))

    def descriptor(self) -> Descriptor:
        if not self.tree.exists(PACKAGE_FILE):
            raise GongshiError(f"找不到 {PACKAGE_FILE}，请在台账仓库的根目录运行")
        package = self.document(PACKAGE_FILE)
        if not isinstance(package, Mapping):
            first = self.problems[0] if self.problems else None
            reason = f"第 {first.line} 行：{first.message}" if first else "内容不是键和值"
            raise GongshiError(f"{PACKAGE_FILE} 读不出来（{reason}），请先改好它")
        self.known(PACKAGE_FILE, package, standard.PACKAGE)
        self.told(PACKAGE_FILE, standard.package_settings(package))
        resources = {resource.name: resource for resource in self.csv_resources(package)}
        documents, keys = self.documents(resources)
        licences = self.mappings(PACKAGE_FILE, package, "licenses")
        descriptor = Descriptor(
            name=text(package, "name"),
            title=text(package, "title"),
            resources=resources,
            documents=documents,
            foreign_keys=tuple(self.sound_keys(resources, (*_own_keys(resources), *keys))),
            licence=text(licences[0], "name") if licences else "",
        )
        self.check_derived(descriptor)
        return replace(descriptor, problems=tuple(self.problems))

    def check_derived(self, descriptor: Descriptor) -> None:
        """What derivations name must be there; one that does not lead anywhere derives nothing."""
        for resource in descriptor.resources.values():
            for field in resource.schema.fields:
                if field.derive and (missing := unsound(descriptor, resource, field.derive)):
                    message = f"字段“{field.name}”的 derive 用到的“{missing[:40]}”不存在"
                    self.problem(resource.schema.path, 1, message, field.name)

    def content(self, path: str) -> bytes | None:
        """The bytes of a descriptor file, remembered; a problem if there are none."""
        if not self.tree.exists(path):
            self.seen[path] = None
            self.problem(path, 0, "文件不存在，请恢复它")
            return None
        try:
            self.seen[path] = data = self.tree.read(path)
            return data
        except GongshiError as error:
            self.whole = False
            self.problem(path, 0, str(error))
        return None

    def parsed(self, path: str, data: bytes) -> Node | None:
        try:
            return parse(data)
        except YamlProblem as error:
            self.problem(path, error.line, error.message)
        return None

    def document(self, path: str) -> Node | None:
        data = self.content(path)
        return None if data is None else self.parsed(path, data)

    def known(self, path: str, mapping: Mapping, allowed: tuple[str, ...]) -> None:
        for name, line in mapping.lines.items():
            if name not in allowed:
                self.problem(path, line, f"不认识的属性“{name[:40]}”，可用的有：{'、'.join(allowed)}", name)

    def told(self, path: str, found: Iterable[standard.Wrong], name: str = "") -> None:
        for line, message in found:
            self.problem(path, line, f"字段“{name}”的 {message}" if name else message, name)

    def mappings(self, path: str, parent: Mapping, name: str) -> list[Mapping]:
        """The mappings in the list ``name``; a problem for anything else."""
        node = parent.items.get(name)
        if node is not None and not isinstance(node, Sequence):
            self.problem(path, node.line, f"{name} 要写成列表，每项以 - 开头", name)
        items = node.items if isinstance(node, Sequence) else []
        for item in items:
            if not isinstance(item, Mapping):
                self.problem(path, item.line, f"{name} 的每一项要写成“键: 值”的形式", name)
        return [item for item in items if isinstance(item, Mapping)]

    def scalars(self, path: str, parent: Mapping, name: str) -> list[Scalar]:
        """The scalar or the scalars of the list ``name``; a problem for anything else."""
        node = parent.items.get(name)
        items = node.items if isinstance(node, Sequence) else [] if node is None else [node]
        for item in items:
            if not isinstance(item, Scalar):
                self.problem(path, item.line, f"{name} 只能写一个值或一列值", name)
        return [item for item in items if isinstance(item, Scalar)]

    def texts(self, path: str, parent: Mapping, name: str) -> tuple[str, ...]:
        return tuple(item.value for item in self.scalars(path, parent, name))

    def csv_resources(self, package: Mapping) -> Iterator[Resource]:
        names: set[str] = set()
        taken: set[str] = set()
        for node in self.mappings(PACKAGE_FILE, package, "resources"):
            self.known(PACKAGE_FILE, node, standard.RESOURCE)
            self.told(PACKAGE_FILE, standard.resource_settings(node))
            name = text(node, "name")
            items = self.scalars(PACKAGE_FILE, node, "path")
            paths = tuple(item.value for item in items if self.path_ok(item.value, item.line, taken))
            self.check_content(node, paths)
            schema = self.schema(text(node, "schema"), PACKAGE_FILE, node.line)
            if name in names:
                self.problem(PACKAGE_FILE, node.line, f"资源“{name}”重复，请只保留一个")
            elif self.name_ok(PACKAGE_FILE, node.line, name) and schema:
                names.add(name)
                yield Resource(name, text(node, "title"), schema, paths)

    def check_content(self, node: Mapping, paths: Iterable[str]) -> None:
        """Files are read for this only where the resource states their hash or size."""
        if {"hash", "bytes"} & node.items.keys():
            self.whole = False
            there = [f"{RECORDS}/{path}" for path in paths]
            contents = [self.tree.read(path) for path in there if self.tree.exists(path)]
            self.told(PACKAGE_FILE, standard.content_problem(node, contents))

    def name_ok(self, path: str, line: int, name: str) -> bool:
        if re.fullmatch(r"[a-z][a-z0-9-]*", name):
            return True
        self.problem(path, line, "资源的 name 只能用小写字母、数字和连字符")
        return False

    def path_ok(self, path: str, line: int, taken: set[str]) -> bool:
        pure = PurePosixPath(path)
        if not path or pure.is_absolute() or ".." in pure.parts or "\\" in path or ":" in path:
            self.problem(PACKAGE_FILE, line, f"path “{path[:80]}” 不在 {RECORDS} 目录里，请改成目录内的相对路径")
        elif not path.endswith(".csv"):
            self.problem(PACKAGE_FILE, line, f"path “{path[:80]}” 不是 CSV 文件")
        elif path in taken:
            self.problem(PACKAGE_FILE, line, f"path “{path[:80]}” 列了两次，请删去一处")
        else:
            taken.add(path)
            return True
        return False

    def documents(self, resources: dict[str, Resource]) -> tuple[tuple[Document, ...], list[ForeignKey]]:
        if not self.tree.exists(DOCUMENTS_FILE):
            self.seen[DOCUMENTS_FILE] = None
            return (), []
        root = self.document(DOCUMENTS_FILE)
        if not isinstance(root, Mapping):
            return (), []
        self.known(DOCUMENTS_FILE, root, ("documents", "foreignKeys"))
        nodes = self.mappings(DOCUMENTS_FILE, root, "documents")
        documents = tuple(document for node in nodes if (document := self.read_document(node, resources)))
        nodes = self.mappings(DOCUMENTS_FILE, root, "foreignKeys")
        return documents, [self.foreign_key(DOCUMENTS_FILE, node, text(node, "resource")) for node in nodes]

    def read_document(self, node: Mapping, resources: dict[str, Resource]) -> Document | None:
        self.known(DOCUMENTS_FILE, node, ("name", "title", "path", "resource", "schema", "lists"))
        name, path = text(node, "name"), text(node, "path")
        holes = HOLE.findall(path)
        if not path.endswith(".yaml") or path.startswith("/") or ".." in path:
            self.problem(DOCUMENTS_FILE, node.line, f"path “{path[:80]}” 要是 {RECORDS} 目录里的 YAML 文件")
            return None
        if len(set(holes)) < len(holes):
            self.problem(DOCUMENTS_FILE, node.line, f"path “{path[:80]}” 里同一个 {{字段}} 写了两次，请只写一次")
            return None
        entries = node.items.get("lists", Mapping({}, node.line))
        if not isinstance(entries, Mapping):
            self.problem(DOCUMENTS_FILE, entries.line, "lists 要写成“名字: {resource: …, schema: …}”的形式", "lists")
            entries = Mapping({}, node.line)
        lists, made = {}, dict(resources)
        for key, entry in entries.items.items():
            if not isinstance(entry, Mapping):
                self.problem(DOCUMENTS_FILE, entry.line, f"lists 的“{key[:40]}”要写成 {{resource: …, schema: …}}")
            elif self.table(entry, name, made):
                lists[key] = text(entry, "resource")
        if not self.table(node, name, made):
            return None
        resources.update(made)
        return Document(name, text(node, "title"), path, text(node, "resource"), lists)

    def table(self, node: Mapping, document: str, resources: dict[str, Resource]) -> bool:
        """Whether the document or list ``node`` has a table; made here unless an earlier document has the same."""
        name = text(node, "resource")
        schema = self.schema(text(node, "schema"), DOCUMENTS_FILE, node.line)
        if not self.name_ok(DOCUMENTS_FILE, node.line, name) or schema is None:
            return False
        known = resources.setdefault(name, Resource(name, text(node, "title"), schema, document=document))
        if known.is_csv:
            self.problem(DOCUMENTS_FILE, node.line, f"资源“{name}”已经是 CSV 文件，请换一个名字")
        elif known.schema != schema:
            self.problem(DOCUMENTS_FILE, node.line, f"资源“{name}”有两份不同的 schema，请统一")
        return not known.is_csv and known.schema == schema

    def foreign_key(self, path: str, node: Mapping, resource: str) -> ForeignKey:
        reference = node.items.get("reference")
        reference = reference if isinstance(reference, Mapping) else Mapping({}, node.line)
        fields, there = self.texts(path, node, "fields"), self.texts(path, reference, "fields")
        return ForeignKey(resource, fields, text(reference, "resource"), there, path, node.line)

    def schema(self, path: str, where: str, line: int) -> Schema | None:
        full = f"{RECORDS}/{path}"
        if full in self.schemas:
            return self.schemas[full]
        schema = None
        if not path.startswith("schemas/") or ".." in path:
            self.problem(where, line, f"schema “{path[:80]}” 要放在 {RECORDS}/schemas/ 里")
        elif (data := self.content(full)) is not None:
            schema, problems = _schema_of(full, data)
            self.problems.extend(problems)
        self.schemas[full] = schema
        return schema

    def read_schema(self, path: str, root: Mapping) -> Schema | None:
        self.known(path, root, standard.SCHEMA)
        self.told(path, standard.schema_settings(root))
        fields: dict[str, Field] = {}
        for node in self.mappings(path, root, "fields"):
            field = self.field(path, node)
            if field and field.name in fields:
                self.problem(path, node.line, f"字段“{field.name}”重复", field.name)
            elif field:
                fields[field.name] = field
        key = self.primary_key(path, root, fields)
        keys = tuple(self.foreign_key(path, node, "") for node in self.mappings(path, root, "foreignKeys"))
        return Schema(path, tuple(fields.values()), key, keys) if key else None

    def primary_key(self, path: str, root: Mapping, fields: dict[str, Field]) -> tuple[str, ...]:
        """The primary key, whose fields are then required; empty if it is wrong."""
        key, line = self.texts(path, root, "primaryKey"), root.lines.get("primaryKey", 1)
        strange = [name for name in key if name not in fields]
        for name in strange:
            self.problem(path, line, f"主键字段“{name[:40]}”不在 fields 里", name)
        if not key:
            self.problem(path, 1, "每张表都要有 primaryKey")
        if twice := [name for name in dict.fromkeys(key) if key.count(name) > 1]:
            self.problem(path, line, f"主键里字段“{twice[0][:40]}”写了两次，请只写一次", twice[0])
        if strange or twice:
            return ()
        for name in key:
            if not fields[name].required:
                message = f"主键字段“{name}”不能空着，请给它加上 constraints: {{required: true}}"
                self.problem(path, line, message, name, Severity.WARNING)
                fields[name] = replace(fields[name], required=True)
        return key

    def field(self, path: str, node: Mapping) -> Field | None:
        """The field with what is sound of it; None if its name is not."""
        self.known(path, node, standard.FIELD)
        name = text(node, "name")
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name in FORBIDDEN_NAMES:
            self.problem(
                path, node.line, f"字段名“{name[:40]}”要用小写英文加下划线，且不能是 on、off、yes、no、y、n", name
            )
            return None
        for wanted in ("title", "type", "description", "disclosure", "source"):
            if not text(node, wanted):
                self.problem(path, node.line, f"字段“{name}”缺 {wanted}", name)
        if text(node, "type") not in TYPES:
            self.problem(path, node.line, f"字段“{name}”的 type 只能是：{'、'.join(TYPES)}", name)
        if text(node, "disclosure") not in LEVELS:
            self.problem(path, node.line, f"字段“{name}”的 disclosure 只能是：{'、'.join(LEVELS)}", name)
        limits = node.items.get("constraints")
        if limits is not None and not isinstance(limits, Mapping):
            self.problem(path, limits.line, f"字段“{name}”的 constraints 要写成 {{required: true, …}} 的形式", name)
        limits = limits if isinstance(limits, Mapping) else Mapping({}, node.line)
        self.known(path, limits, CONSTRAINTS)
        self.check_constraints(path, name, node, limits)
        self.told(path, [*standard.field_settings(node, text(node, "type")), *standard.limits(limits)], name)
        return self.sound_field(path, node, limits)

    def sound_field(self, path: str, node: Mapping, limits: Mapping) -> Field:
        """The field without what is wrong of its properties; a wrong type reads as text."""
        words = {name: text(node, name) for name in FIELD_TEXTS}
        yes, no = self.texts(path, node, "trueValues"), self.texts(path, node, "falseValues")
        if words["type"] == "boolean" and not (yes and no):
            self.problem(path, node.line, f"字段“{words['name']}”要写明 trueValues 和 falseValues", words["name"])
            words["type"] = "string"
        if words["type"] not in TYPES:
            words["type"] = "string"
        if words["disclosure"] not in LEVELS:
            words["disclosure"] = "sealed"
        sizes = {name: text(limits, name) for name in NUMBERS}
        sizes = {name: size if NUMBER.fullmatch(size) else "" for name, size in sizes.items()}
        pattern, decimals = text(limits, "pattern"), text(node, "decimals")
        return Field(
            name=words["name"],
            title=words["title"],
            type=words["type"],
            description=words["description"],
            unit=words["unit"],
            disclosure=words["disclosure"],
            source=words["source"],
            decimals=int(decimals) if words["type"] == "number" and re.fullmatch("[1-6]", decimals) else None,
            required=text(limits, "required") == "true",
            pattern="" if pattern_problem(pattern) else pattern,
            enum=self.texts(path, limits, "enum"),
            minimum=sizes["minimum"],
            maximum=sizes["maximum"],
            min_length=int(sizes["minLength"]) if sizes["minLength"].isdecimal() else None,
            max_length=int(sizes["maxLength"]) if sizes["maxLength"].isdecimal() else None,
            true_values=yes,
            false_values=no,
            formerly=self.texts(path, node, "formerly"),
            derive=self.derive(path, node),
            offered=(),
        )

    def derive(self, path: str, node: Mapping) -> Derive | None:
        """Where empty cells get their value from."""
        found = read_derive(node.items["derive"]) if "derive" in node.items else None
        if "derive" in node.items and found is None:
            message = f"字段“{text(node, 'name')}”的 derive 要写 rows、match、value，可用的有：{'、'.join(PARTS)}"
            self.problem(path, node.lines["derive"], message, text(node, "name"))
        return found

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
        for number in NUMBERS:
            if number in limits.items and not NUMBER.fullmatch(text(limits, number)):
                self.problem(path, limits.lines[number], f"字段“{name}”的 {number} 要是数字", name)
        if text(limits, "required") not in ("", "true", "false"):
            self.problem(path, limits.lines["required"], f"字段“{name}”的 required 只能是 true 或 false", name)
        decimals = text(node, "decimals")
        if decimals and not (kind == "number" and re.fullmatch("[1-6]", decimals)):
            self.problem(path, node.line, f"字段“{name}”的 decimals 只用于 number，取 1 到 6", name)
        if wrong := pattern_problem(text(limits, "pattern")):
            self.problem(path, limits.lines["pattern"], f"字段“{name}”的 pattern {wrong}", name)

    def sound_keys(self, resources: dict[str, Resource], keys: Iterable[ForeignKey]) -> Iterator[ForeignKey]:
        for key in keys:
            here, there = resources.get(key.resource), resources.get(key.reference)
            missing = [key.resource] if here is None else []
            missing += [key.reference] if there is None else []
            missing += [name for name in key.fields if here and name not in here.schema.names]
            missing += [name for name in key.reference_fields if there and name not in there.schema.names]
            if missing:
                self.problem(key.path, key.line, f"外键指向不存在的资源或字段：{'、'.join(missing)}")
            elif not key.fields or len(key.fields) != len(key.reference_fields):
                self.problem(key.path, key.line, "外键两边的 fields 都要写，而且个数要相同")
            elif here and there and (differ := _types_differ(key, here.schema, there.schema)):
                self.problem(key.path, key.line, f"外键两边的类型要相同：{differ}")
            else:
                yield key


def pattern_problem(pattern: str) -> str:
    """What is wrong with a pattern that must mean the same to Python and to DuckDB; "" if nothing is."""
    try:
        re.compile(pattern)
    except re.error:
        return "不是正确的正则表达式"
    if has_bare_alternative(pattern):
        return "里的 a|b 要写成 (?:a|b)，否则只锚定一头"
    if any(int(count) > 1000 for count in re.findall(r"[{,]([0-9]+)(?=[,}])", pattern)):
        return "里重复次数不能超过 1000"
    if UNSAFE_PATTERN.search(pattern):
        return r"只能用字符组 [ ]、(?:)、* + ? {}，不用 \d、^、$ 等"
    return ""


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


def _types_differ(key: ForeignKey, here: Schema, there: Schema) -> str:
    """The first pair of fields of a key that are of two types; "" if there is none."""
    for mine, theirs in zip(key.fields, key.reference_fields, strict=True):
        types = here.field(mine).type, there.field(theirs).type
        if types[0] != types[1]:
            return f"{mine} 是 {types[0]}，{theirs} 是 {types[1]}"
    return ""


def _own_keys(resources: dict[str, Resource]) -> Iterator[ForeignKey]:
    for resource in resources.values():
        for key in resource.schema.foreign_keys:
            yield ForeignKey(
                resource.name, key.fields, key.reference or resource.name, key.reference_fields, key.path, key.line
            )


@lru_cache(maxsize=512)
def _schema_of(path: str, data: bytes) -> tuple[Schema | None, tuple[Finding, ...]]:
    """The schema in ``data`` and what is wrong with it: the versions of a ledger have most of their schemas in common."""
    reader = _Reader(MemoryTree({path: data}))
    root, schema = reader.parsed(path, data), None
    if isinstance(root, Mapping):
        schema = reader.read_schema(path, root)
    elif root is not None:
        reader.problem(path, 1, "schema 要写成键和值")
    return schema, tuple(reader.problems)
