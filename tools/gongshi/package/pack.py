"""What the engine's rooms know of the domain: the files of ``gongshi/pack``, each read once, by its shape.

    @dataclass(frozen=True, slots=True)
    class Measure:
        title: str
        of: FieldPlace          # in the file: households.population
        only: tuple[str, ...] = ()

    @dataclass(frozen=True, slots=True)
    class Totals:
        measures: tuple[Measure, ...]

    pack("totals", Totals).measures

A shape is a dataclass: its attributes are the keys of the file, those with a default may be left out, any other key is refused. They may
be text, numbers, yes or no (``bool``), lists (``tuple``, ``frozenset``), tables (``Mapping`` by text), further dataclasses, and unions with
None. ``query`` gives a file of SQL, ``queries`` one with several, ``pack_files`` the files of one folder. That every resource and field named there is one of the dictionary holds ``tests/package/test_pack.py``.
"""

from __future__ import annotations

import collections.abc
import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from importlib import resources
from types import UnionType
from typing import Any, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

from gongshi.model import GongshiError
from gongshi.package.yamlfile import Mapping as MappingNode
from gongshi.package.yamlfile import Node, Scalar, Sequence, YamlProblem, parse

FOLDER = resources.files("gongshi") / "pack"
Shape = TypeVar("Shape")
_NAME = re.compile(r"^-- name: (\S+)\n", re.MULTILINE)
_READS = re.compile(r"-- reads: ([\w-]+)\(([\w, ]+)\)")


class FieldPlace(NamedTuple):
    """A field of a resource; in a file ``resource.field``."""

    resource: str
    field: str


@dataclass(frozen=True, slots=True)
class PackQuery:
    """SQL, and what it reads: a line ``-- reads: payments(payment_id, amount)`` for each table."""

    sql: str
    reads: Mapping[str, tuple[str, ...]]


def pack(subject: str, shape: type[Shape]) -> Shape:
    """What ``pack/<subject>.yaml`` says; GongshiError where it is not of this shape."""
    asked: Any = shape
    found = _pack(subject, asked)
    assert isinstance(found, shape)
    return found


@cache
def query(name: str) -> PackQuery:
    """``pack/<name>.sql``."""
    return _query(_bytes(f"{name}.sql").decode())


def _query(text: str) -> PackQuery:
    return PackQuery(text, {table: tuple(names.split(", ")) for table, names in _READS.findall(text)})


@cache
def queries(name: str) -> Mapping[str, str]:
    """The queries of ``pack/<name>.sql``, each below a line ``-- name: …``."""
    _, *parts = _NAME.split(_bytes(f"{name}.sql").decode())
    return dict(zip(parts[::2], parts[1::2], strict=True))


def pack_files(folder: str) -> Mapping[str, PackQuery]:
    """The files of SQL in ``pack/<folder>``, by name."""
    files = sorted((FOLDER / folder).iterdir(), key=lambda file: file.name)
    return {file.name.removesuffix(".sql"): _query(file.read_text("utf-8")) for file in files}


@cache
def _pack(subject: str, shape: Any) -> object:
    file = f"{subject}.yaml"
    try:
        return _fit(shape, parse(_bytes(file)))
    except YamlProblem as problem:
        raise _broken(f"{file} 第 {problem.line} 行：{problem.message}") from None


def _bytes(file: str) -> bytes:
    try:
        return (FOLDER / file).read_bytes()
    except OSError:
        raise _broken(f"{file} 不见了") from None


def _broken(said: str) -> GongshiError:
    return GongshiError(f"程序自带的数据 pack/{said}。程序不完整或被改过，请重新安装")


def _fit(hint: Any, node: Node) -> Any:
    """A node as what an attribute is said to be."""
    kind, args = get_origin(hint) or hint, get_args(hint)
    if kind is UnionType:
        return _fit(args[0], node)
    if is_dataclass(kind) and isinstance(node, MappingNode):
        return _entry(kind, node)
    if kind is collections.abc.Mapping and isinstance(node, MappingNode):
        return {key: _fit(args[1], item) for key, item in node.items.items()}
    if kind in (tuple, frozenset) and isinstance(node, Sequence):
        return kind(_fit(args[0], item) for item in node.items)
    if isinstance(node, Scalar) and isinstance(kind, type) and kind not in (tuple, frozenset):
        return _scalar(kind, node)
    raise YamlProblem("这里的写法不对（一段文字、一个列表还是一张表）", node.line)


def _scalar(kind: type, node: Scalar) -> Any:
    if kind is FieldPlace:
        resource, dot, name = node.value.partition(".")
        if resource and dot and name:
            return FieldPlace(resource, name)
    elif kind is bool:
        if node.value in ("yes", "no"):
            return node.value == "yes"
    else:
        try:
            return kind(node.value)  # text, a number, a member of an enumeration
        except (ValueError, TypeError, ArithmeticError):
            pass
    raise YamlProblem(f"“{node.value}”的写法不对", node.line)


@cache
def _attributes(shape: Any) -> Mapping[str, tuple[Any, bool]]:
    """What each attribute is said to be, and whether it may be left out."""
    hints = get_type_hints(shape)
    return {
        field.name: (hints[field.name], field.default is not MISSING or field.default_factory is not MISSING)
        for field in fields(shape)
    }


def _entry(shape: Any, node: MappingNode) -> Any:
    known = _attributes(shape)
    for name in node.items.keys() - known.keys():
        raise YamlProblem(f"不认识“{name}”，可写的有：{'、'.join(known)}", node.lines[name])
    for name, (_, optional) in known.items():
        if name not in node.items and not optional:
            raise YamlProblem(f"缺少“{name}”", node.line)
    return shape(**{name: _fit(known[name][0], item) for name, item in node.items.items()})
