"""The one door to YAML: every scalar is text with its line, and nothing a file says can run or grow.

Aliases, anchors, tags, duplicate keys, deep nesting and large files are problems, not surprises. Typing is the
schema's business, so ``0123``, ``no`` and ``2014-01-02`` stay the text they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from gongshi.package.schema import shown_name

LIMIT_BYTES = 16 * 1024 * 1024
LIMIT_DEPTH = 8


class YamlProblem(Exception):
    """What is wrong with a YAML file: a Chinese sentence and the line (from 1)."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(slots=True)
class Scalar:
    """Text at a line."""

    value: str
    line: int


@dataclass(slots=True)
class Sequence:
    """A list of nodes."""

    items: list[Node]
    line: int


@dataclass(slots=True)
class Mapping:
    """Text keys to nodes, in file order; ``lines`` holds each key's line."""

    items: dict[str, Node]
    line: int
    lines: dict[str, int] = field(default_factory=dict)


Node = Scalar | Sequence | Mapping


def parse(data: bytes) -> Node:
    """The one document in ``data``. Raises YamlProblem, never anything else."""
    if len(data) > LIMIT_BYTES:
        raise YamlProblem(f"文件超过 {LIMIT_BYTES // 1024 // 1024} MB，请拆成几个文件")
    text = _decode(data)
    try:
        return _Builder(yaml.parse(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlProblem("YAML 写法有误，请检查缩进、冒号和引号", mark.line + 1 if mark else 0) from None
    except yaml.YAMLError:
        raise YamlProblem("YAML 里有不允许的字符，请删去后重存") from None


def text(mapping: Mapping, name: str) -> str:
    """The text under ``name``, "" if it is missing or not text."""
    node = mapping.items.get(name)
    return node.value if isinstance(node, Scalar) else ""


def plain(node: Node) -> Any:
    """The node as plain dict, list and str: of any shape, as ``json.loads`` gives it, so say what it must be where it is used."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key: plain(value) for key, value in node.items.items()}


def _decode(data: bytes) -> str:
    if data.startswith(b"\xef\xbb\xbf"):
        raise YamlProblem("文件开头有 BOM，请另存为不带 BOM 的 UTF-8", 1)
    if b"\0" in data:
        raise YamlProblem("文件里有空字节（NUL），请用文本编辑器重新保存", data[: data.index(b"\0")].count(b"\n") + 1)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise YamlProblem("不是 UTF-8 编码，请另存为 UTF-8", line) from None


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


class _Builder:
    """Folds parser events into nodes; holds the events and the depth."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self.events = events
        self.depth = 0

    def document(self) -> Node:
        root: Node | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    raise YamlProblem("一个文件只能有一篇 YAML，请去掉多余的 ---", _line(event))
                root = self.node(next(self.events))
        if root is None:
            raise YamlProblem("文件是空的", 1)
        return root

    def node(self, event: yaml.Event) -> Node:
        line = _line(event)
        if isinstance(event, yaml.AliasEvent):
            raise YamlProblem("不允许用 * 引用，请把内容写全", line)
        if isinstance(event, yaml.NodeEvent) and event.anchor:
            raise YamlProblem("不允许用 & 锚点，请把内容写全", line)
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag:
            raise YamlProblem("不允许用 ! 标签，请只写普通的文字和列表", line)
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(event.value, line)
        self.depth += 1
        if self.depth > LIMIT_DEPTH:
            raise YamlProblem("嵌套太深，请按数据字典的结构填写", line)
        built = self.sequence(line) if isinstance(event, yaml.SequenceStartEvent) else self.mapping(line)
        self.depth -= 1
        return built

    def sequence(self, line: int) -> Sequence:
        items = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.node(event))
        return Sequence(items, line)

    def mapping(self, line: int) -> Mapping:
        built = Mapping({}, line)
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.node(event)
            if not isinstance(key, Scalar):
                raise YamlProblem("键必须是文字", key.line)
            if key.value in built.items:
                raise YamlProblem(f"键{shown_name(key.value)}重复，请只保留一个", key.line)
            built.items[key.value] = self.node(next(self.events))
            built.lines[key.value] = key.line
        return built
