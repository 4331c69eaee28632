"""What the Data Package standard allows beside what the program needs: metadata pass, settings only as the program reads.

A setting with another value would be ignored in silence: a file that says it is GBK would still be read as UTF-8.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from gongshi.package.yamlfile import Mapping, Scalar, Sequence, text

PACKAGE = (
    "name", "title", "description", "licenses", "resources",
    "$schema", "profile", "id", "version", "homepage", "created", "contributors", "sources", "keywords", "image",
)  # fmt: skip
RESOURCE = (
    "name", "title", "description", "path", "format", "encoding", "schema",
    "$schema", "profile", "type", "mediatype", "hash", "bytes", "homepage", "sources", "licenses",
)  # fmt: skip
SCHEMA = (
    "fields",
    "primaryKey",
    "foreignKeys",
    "description",
    "$schema",
    "name",
    "title",
    "missingValues",
    "fieldsMatch",
)
FIELD = (
    "name", "title", "type", "description", "unit", "disclosure", "source", "constraints", "decimals", "trueValues",
    "falseValues", "formerly", "derive", "format", "example", "rdfType",
)  # fmt: skip

_PROFILES = "https://datapackage.org/profiles/"
HONOURED = {
    "format": ("csv",), "encoding": ("utf-8", "utf8"), "type": ("table",), "mediatype": ("text/csv",),
    "profile": ("tabular-data-resource", "data-resource"),
}  # fmt: skip
"""The values of a resource's settings that the program honours."""

PACKAGE_PROFILES = ("tabular-data-package", "data-package")
ALGORITHMS = ("md5", "sha1", "sha256", "sha512")
Wrong = tuple[int, str]
"""A line and what is wrong in it."""


def package_settings(node: Mapping) -> Iterator[Wrong]:
    """Settings of the package that are not honoured."""
    yield from _only(node, "profile", PACKAGE_PROFILES)


def resource_settings(node: Mapping) -> Iterator[Wrong]:
    """Settings of a resource that are not honoured."""
    for name, values in HONOURED.items():
        yield from _only(node, name, values)


def schema_settings(node: Mapping) -> Iterator[Wrong]:
    """Settings of a schema that are not honoured: an empty cell alone is a missing value."""
    yield from _only(node, "fieldsMatch", ("exact",))
    missing = node.items.get("missingValues")
    words = (
        [item.value for item in missing.items if isinstance(item, Scalar)] if isinstance(missing, Sequence) else None
    )
    if missing is not None and words != [""]:
        yield node.lines["missingValues"], 'missingValues 只能是 [""]：没有数的格子就空着，请改过来或删去这一行'


def field_settings(node: Mapping, kind: str) -> Iterator[Wrong]:
    """Settings of a field that are not honoured, and those that contradict each other."""
    yield from _only(node, "format", ("default",))
    yes, no = (set(_words(node, name)) for name in ("trueValues", "falseValues"))
    if yes & no:
        yield node.lines["falseValues"], f"trueValues 和 falseValues 都有“{min(yes & no)[:20]}”，请只留在一边"
    if kind != "boolean" and (yes or no):
        yield node.line, "trueValues 和 falseValues 只用于 boolean，请删去或改 type"


def limits(node: Mapping) -> Iterator[Wrong]:
    """Constraints that nothing can fulfil, or that say nothing."""
    for least, most in (("minimum", "maximum"), ("minLength", "maxLength")):
        low, high = _number(text(node, least)), _number(text(node, most))
        if low is not None and high is not None and low > high:
            yield (
                node.lines[least],
                f"{least} {text(node, least)} 大于 {most} {text(node, most)}，没有值能满足，请改过来",
            )
    for name in ("minLength", "maxLength"):
        if name in node.items and not text(node, name).isdecimal():
            yield node.lines[name], f"{name} 要是不带小数的非负整数"
    words = _words(node, "enum")
    if "enum" in node.items and not words:
        yield node.lines["enum"], "enum 是空的，没有值能满足，请写上可用的值或删去"
    if len(set(words)) < len(words):
        yield node.lines["enum"], "enum 里有重复的值，请删去一个"


def content_problem(node: Mapping, contents: list[bytes]) -> Iterator[Wrong]:
    """What ``hash`` and ``bytes`` say of the resource's file and is not so; ``contents`` are its files."""
    for name in ("hash", "bytes"):
        if name in node.items and len(contents) != 1:
            yield node.lines[name], f"{name} 只用于只有一个文件的资源，请删去"
    if len(contents) != 1:
        return
    if "bytes" in node.items and text(node, "bytes") != str(len(contents[0])):
        yield node.lines["bytes"], f"bytes 和文件不符，文件有 {len(contents[0])} 字节，请改过来或删去"
    if "hash" in node.items:
        algorithm, _, digest = text(node, "hash").rpartition(":")
        algorithm = algorithm or "md5"
        if algorithm not in ALGORITHMS:
            yield node.lines["hash"], f"hash 的算法只能是：{'、'.join(ALGORITHMS)}"
        elif hashlib.new(algorithm, contents[0], usedforsecurity=False).hexdigest() != digest.lower():
            yield node.lines["hash"], "hash 和文件内容不符，请重新计算或删去"


def _only(node: Mapping, name: str, values: tuple[str, ...]) -> Iterator[Wrong]:
    if name not in node.items:
        return
    value = text(node, name)
    if value.lower() not in values and not (name == "profile" and value.startswith(_PROFILES)):
        yield node.lines[name], f"{name} 只能是 {values[0]}，程序只按它读，写成别的不起作用；请改过来或删去"


def _words(node: Mapping, name: str) -> list[str]:
    """The values of a list, or the one value, as the descriptor takes it."""
    found = node.items.get(name)
    items = found.items if isinstance(found, Sequence) else [found]
    return [item.value for item in items if isinstance(item, Scalar)]


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None
