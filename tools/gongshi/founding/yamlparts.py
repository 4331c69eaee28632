"""A YAML file of the pack as its parts: top-level keys, and below them records that begin on lines of their own, each with its text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from gongshi.package.canonical import yaml_scalar
from gongshi.package.yamlfile import Mapping, Node, Scalar, Sequence, YamlProblem, parse, plain

_KEYS = (
    ("id",),
    ("name",),
    ("header",),
    ("field", "from"),
    ("first", "second"),
    ("rule", "record"),
    ("fields",),
    ("from",),
)
"""What the records of a list may be told apart by."""
_TYPED = frozenset({"required", "minimum", "maximum", "minLength", "maxLength", "decimals"})
_AMBIGUOUS = re.compile(r"[-+.]?[0-9].*|(?i:y|n|yes|no|on|off|true|false|null|~)")


@dataclass(frozen=True, slots=True)
class YamlPart:
    """A key or record: ``head`` is its text up to its own parts, or all of it; ``value`` is None where it has parts."""

    key: str
    head: str
    value: object
    parts: list[YamlPart] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.head + "".join(part.text for part in self.parts)


def parts(data: bytes) -> list[YamlPart]:
    """The parts of a file, whose texts together are the file. Raises YamlProblem if it is no mapping."""
    root, lines = parse(data), data.decode("utf-8").splitlines(keepends=True)
    if not isinstance(root, Mapping):
        raise YamlProblem("文件要写成“键: 值”的形式", 1)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    found = []
    starts = [root.lines[name] for name in root.items]
    for (name, node), text, start in zip(root.items.items(), _split(lines, 1, starts), starts, strict=True):
        found.append(_part(name, node, text, start - _lead(text)))
    return found


def _lead(text: list[str]) -> int:
    """How many lines of comments stand before the key itself."""
    return next((at for at, line in enumerate(text) if line.strip() and not line.lstrip().startswith("#")), 0)


def _part(name: str, node: Node, text: list[str], first: int) -> YamlPart:
    """``text`` are the lines of a key, the first of them the file's line ``first``."""
    records = list(_records(node))
    starts = [line for _, line, _ in records]
    key_line = first + _lead(text)
    alone = len({*starts}) == len(starts) and all(line > key_line for line in starts)
    if not records or not alone or len({key for key, _, _ in records}) < len(records):
        return YamlPart(name, "".join(text), plain(node))
    pieces = _split(text, first, starts, own_head=True)
    inner = [
        YamlPart(key, "".join(piece), plain(item)) for (key, _, item), piece in zip(records, pieces[1:], strict=True)
    ]
    return YamlPart(name, "".join(pieces[0]), plain(node), inner)


def _records(node: Node) -> Iterator[tuple[str, int, Node]]:
    """(key, line, node) of each record below a key; nothing where they cannot be told apart."""
    if isinstance(node, Mapping):
        yield from ((name, node.lines[name], item) for name, item in node.items.items())
    elif isinstance(node, Sequence) and all(isinstance(item, Mapping) for item in node.items):
        for names in _KEYS:
            keys = [_key(item, names) for item in node.items]
            if None not in keys and len({*keys}) == len(keys):
                yield from ((str(key), item.line, item) for key, item in zip(keys, node.items, strict=True))
                return


def _key(item: Node, names: tuple[str, ...]) -> str | None:
    if not isinstance(item, Mapping) or not item.items.keys() >= {*names}:
        return None
    found = [item.items[name] for name in names]
    return "/".join(one.value if isinstance(one, Scalar) else str(plain(one)) for one in found)


def _split(lines: list[str], first: int, starts: list[int], own_head: bool = False) -> list[list[str]]:
    """The lines cut before each of ``starts`` (numbers as in the file, of whose lines ``lines[0]`` is ``first``); comments and
    blank lines go with what follows them. What stands before the first is a piece of its own if ``own_head``, else goes with it."""
    cuts = []
    for start in starts:
        at = start - first
        while at > 0 and (not lines[at - 1].strip() or lines[at - 1].lstrip().startswith("#")):
            at -= 1
        cuts.append(at)
    if not own_head and cuts:
        cuts[0] = 0
    edges = [*([0] if own_head else []), *cuts, len(lines)]
    return [lines[start:end] for start, end in pairwise(edges)]


def respelled(part: YamlPart, value: object) -> YamlPart:
    """The part with another value, on one line; its comments stay."""
    lines = part.head.splitlines(keepends=True)
    lead = _lead(lines)
    first = lines[lead]
    indent = first[: len(first) - len(first.lstrip())]
    start = "- " if first.lstrip().startswith("- ") else f"{yaml_scalar(part.key)}: "
    return YamlPart(part.key, "".join(lines[:lead]) + f"{indent}{start}{_flow(value)}\n", value)


def _flow(value: object, key: str = "") -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{yaml_scalar(name)}: {_flow(item, name)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    text = str(value)
    if key not in _TYPED and _AMBIGUOUS.fullmatch(text):
        return f'"{text}"'.replace("\\", "\\\\") if '"' not in text else yaml_scalar(text)
    return yaml_scalar(text)
