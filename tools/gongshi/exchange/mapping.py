"""Mappings: which header means which field, in which unit, and which words mean which value. Data, in records/mappings/.

    title: 国扶系统家庭成员导出
    resource: members
    columns:
      - {header: 务工月收入, field: monthly_wage, unit: 元/月}
    ignore: [序号]
    values:
      - {field: relation, from: 本人或户主, to: 户主}

``field`` may be an identifier (name, id_no, phone, birth, account). A value map whose ``from`` is a number counts only
in an import that names the mapping, since national systems number the same list in several ways.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from gongshi.exchange.convert import value_key
from gongshi.exchange.identifiers import BY_NAME, carries_persons
from gongshi.exchange.lore import headers
from gongshi.exchange.units import TRADITIONAL, measure, split_unit
from gongshi.model import GongshiError
from gongshi.package import Descriptor, Field, Resource
from gongshi.package.canonical import yaml_scalar
from gongshi.package.yamlfile import YamlProblem, parse, plain
from gongshi.repository import Tree

FOLDER = "records/mappings/"
REASON = "退回原因"
IGNORED = ("序号", "编号序号", "行号", "原位置", REASON, "no", "no.")
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_CODE = re.compile(r"[A-Z]{3}[0-9]{3}")
_OF_WHAT = re.compile(
    "[月季均每旬]|(?<=[上去前])年|计(?=划)|预(?=计)|拟|应|累(?=计)|[上去](?=年)"
)  # of which time, for whom, or only meant


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """A header (normalised) and the field it stands for; ``unit`` as in ``pack/measuring.yaml``, "" for the field's own."""

    header: str
    field: str
    unit: str = ""


@dataclass(frozen=True)
class ColumnMapping:
    """A named mapping of one resource."""

    name: str
    title: str
    resource: str
    columns: tuple[MappedColumn, ...] = ()
    ignore: frozenset[str] = frozenset()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def by_header(self) -> dict[str, MappedColumn]:
        return {column.header: column for column in self.columns}


@lru_cache(maxsize=4096)
@lru_cache(maxsize=1024)
def normal(header: str) -> str:
    """A header for comparison: no blanks, half width, no marks around."""
    text = "".join(unicodedata.normalize("NFKC", header).translate(TRADITIONAL).split())
    return text.strip("*:：、.").lower() if text.isascii() else text.strip("*:：、.")


def read_mappings(tree: Tree, descriptor: Descriptor) -> list[ColumnMapping]:
    """Every mapping of the ledger; GongshiError, naming file and line, for one that cannot be read."""
    return [
        _read(tree, path, descriptor)
        for path in tree.paths(FOLDER)
        if path.endswith(".yaml") and "/" not in path.removeprefix(FOLDER)
    ]


def _read(tree: Tree, path: str, descriptor: Descriptor) -> ColumnMapping:
    try:
        data = plain(parse(tree.read(path)))
    except YamlProblem as error:
        raise GongshiError(f"映射“{path}”第 {error.line} 行：{error.message}。") from None
    if not isinstance(data, dict) or not set(data) <= {"title", "resource", "columns", "ignore", "values"}:
        raise GongshiError(f"映射“{path}”只能写 title、resource、columns、ignore、values。")
    resource = descriptor.resources.get(str(data.get("resource")))
    if resource is None:
        raise GongshiError(f"映射“{path}”的 resource 不在数据字典里，请改正。")
    known = {*resource.schema.names, *(BY_NAME if carries_persons(resource) else ())}
    columns = [
        MappedColumn(normal(row["header"]), row["field"], row.get("unit", ""))
        for row in _rows(path, data.get("columns", []), ("header", "field"), ("unit",), known)
    ]
    values: dict[str, dict[str, str]] = {}
    for row in _rows(path, data.get("values", []), ("field", "from", "to"), (), known):
        values.setdefault(row["field"], {})[value_key(row["from"])] = row["to"]
    ignore = data.get("ignore", [])
    if not isinstance(ignore, list) or not all(isinstance(item, str) for item in ignore):
        raise GongshiError(f"映射“{path}”的 ignore 要写成表头的列表。")
    name = path.removeprefix(FOLDER).removesuffix(".yaml")
    return ColumnMapping(
        name, str(data.get("title", "")), resource.name, tuple(columns), frozenset(map(normal, ignore)), values
    )


def _rows(
    path: str, rows: object, needed: tuple[str, ...], allowed: tuple[str, ...], known: set[str]
) -> list[dict[str, str]]:
    found: list[dict[str, str]] = rows if isinstance(rows, list) else [{}]
    for row in found:
        texts = isinstance(row, dict) and all(isinstance(value, str) for value in row.values())
        if not texts or not set(needed) <= set(row) <= {*needed, *allowed}:
            raise GongshiError(f"映射“{path}”里每一项要写成 {{{'、'.join(needed)}}}。")
        if row["field"] not in known:
            raise GongshiError(f"映射“{path}”里的字段“{row['field'][:40]}”不在数据字典里，请改正。")
    return found


def mapping_bytes(mapping: ColumnMapping) -> bytes:
    """The canonical file of a mapping."""
    lines = [f"title: {yaml_scalar(mapping.title)}", f"resource: {mapping.resource}"]
    if mapping.columns:
        lines.append("columns:")
    for column in mapping.columns:
        unit = f", unit: {yaml_scalar(column.unit)}" if column.unit else ""
        lines.append(f"  - {{header: {yaml_scalar(column.header)}, field: {column.field}{unit}}}")
    if mapping.ignore:
        lines.append("ignore: [" + ", ".join(yaml_scalar(item) for item in sorted(mapping.ignore)) + "]")
    pairs = [(name, *pair) for name, values in mapping.values.items() for pair in values.items()]
    lines.extend(["values:"] if pairs else [])
    lines.extend(f"  - {{field: {name}, from: {yaml_scalar(old)}, to: {yaml_scalar(new)}}}" for name, old, new in pairs)
    return ("\n".join(lines) + "\n").encode()


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a header was taken for. ``how``: mapping, title, guess, identifier, ignored, unknown, or
    another: somebody else's, whose header stands in ``unit``."""

    field: Field | None
    how: str
    unit: str = ""


class Vocabulary:
    """All the words for the fields of one resource: its mappings, titles, names, source codes, and likenesses."""

    def __init__(self, resource: Resource, mappings: Sequence[ColumnMapping]) -> None:
        self.resource = resource
        self.fields = {field.name: field for field in resource.schema.fields}
        if carries_persons(resource):
            self.fields |= {name: field for name, field in BY_NAME.items() if name not in self.fields}
        self.mapped: dict[str, MappedColumn] = {}
        self.ignored = {normal(word) for word in IGNORED}
        for mapping in mappings:
            if mapping.resource == resource.name:
                self.mapped |= mapping.by_header()
                self.ignored |= mapping.ignore
        self.titles: dict[str, Field] = {}
        for item in reversed(resource.schema.fields):
            for word in filter(None, (item.title, item.was, item.name, *item.formerly, *_CODE.findall(item.source))):
                self.titles[normal(word)] = item
        self.persons = {normal(word): BY_NAME[name] for name, words in headers().persons.items() for word in words}
        self._seen: dict[str, Meaning] = {}
        self._guessed: dict[str, Meaning] = {}

    def meaning(self, header: str) -> Meaning:
        """What ``header`` stands for in this resource."""
        meaning = self.sure(header)
        if meaning.how != "unknown":
            return meaning
        if header not in self._guessed:
            base, unit = split_unit(normal(header))
            guess = self._guess(base)
            self._guessed[header] = Meaning(guess, "guess", unit) if guess else meaning
        return self._guessed[header]

    def sure(self, header: str) -> Meaning:
        """The same without guessing."""
        if header not in self._seen:
            self._seen[header] = self._look_up(normal(header))
        return self._seen[header]

    def _look_up(self, header: str) -> Meaning:
        base, unit = split_unit(header)
        for word in dict.fromkeys((header, base)):
            if word in self.mapped:
                column = self.mapped[word]
                return Meaning(self.fields[column.field], "mapping", _one_unit(unit, column.unit))
            if word in self.ignored or word.startswith(REASON):
                return Meaning(None, "ignored")
            if word in self.titles:
                return Meaning(self.titles[word], "title", unit)
            if word in self.persons:
                return Meaning(self.persons[word], "identifier")
        for word in (base.removeprefix("是否"), base.removesuffix("情况"), base.removeprefix("本人")):
            if word != base and word in self.mapped:
                return Meaning(self.fields[self.mapped[word].field], "mapping", _one_unit(unit, self.mapped[word].unit))
            if word != base and word in self.titles:
                return Meaning(self.titles[word], "title", unit)
        return Meaning(None, "unknown")

    def _guess(self, word: str) -> Field | None:
        """The one field whose title is much like ``word``; None if there is none or more than one."""
        if len(word) < 3 or not re.search(r"[\u3400-\u9fff]", word):
            return None
        alike = {
            item.name: item
            for title, item in self.titles.items()
            if len(title) >= 2 and not title.isascii() and _alike(word, title) and {*_OF_WHAT.findall(word)} <= {*title}
        }
        return next(iter(alike.values())) if len(alike) == 1 else None


def _one_unit(said: str, kept: str) -> str:
    """The unit of a header and of its mapping; both if they contradict each other, which nobody can resolve."""
    return said or kept if not said or not kept or measure(said) == measure(kept) else f"{said}、{kept}"


def _alike(word: str, title: str) -> bool:
    """Two Chinese labels share most of their characters (Dice over characters and pairs)."""
    pieces = [{*text, *(text[at : at + 2] for at in range(len(text) - 1))} for text in (word, title)]
    return 2 * len(pieces[0] & pieces[1]) >= 0.66 * (len(pieces[0]) + len(pieces[1]))


def mapping_path(name: str) -> str:
    """Where a mapping is kept; GongshiError if the name is not fit for a file."""
    if not NAME.fullmatch(name):
        raise GongshiError(f"映射名“{name[:40]}”只能用小写字母、数字和连字符，如 guzhen-members。")
    return f"{FOLDER}{name}.yaml"
