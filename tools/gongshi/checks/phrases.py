"""What is wrong with a cell, in words for the person who keeps the record."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from gongshi.checks.showing import STRUCK, personal
from gongshi.package import Field, Resource, pack

_SHORT = 60  # characters of an enumeration that is always shown whole
_DIGITS = re.compile(r"[0-9０-９]{5,}")
_PIECE = re.compile(r"\[(.)[^\]]*\](?:\{([0-9]+)(?:,[0-9]*)?\})?([?*])?|([^\[\]{}()|?*+.\\]+)")


@dataclass(frozen=True, slots=True)
class PersonalFields:
    """The fields by which a record speaks of a household or a person (``pack/personal.yaml``)."""

    keys: frozenset[str]


def is_personal(resource: Resource) -> bool:
    """Whether a resource's rows speak of a household or a person: then no cell is ever shown in a message."""
    return not pack("personal", PersonalFields).keys.isdisjoint(resource.schema.names)


def shown(resource: Resource, cell: str) -> str:
    """The cell as a message may show it: never for persons, nor what looks like one, else cut short."""
    return "" if is_personal(resource) or not cell or personal(cell) else f"“{_DIGITS.sub(_masked, cell[:30])}”"


def _masked(digits: re.Match[str]) -> str:
    return f"{digits[0][:2]}{STRUCK}"


def one_of(words: Sequence[str], typed: str = "") -> str:
    """What may be chosen: all of it where that is short or nothing is like what was typed, else what is nearest to it."""
    near = nearest(typed, words)
    if not near or len("、".join(words)) <= _SHORT:
        return "、".join(words)
    return f"{'、'.join(near)}（这是最接近的，全部 {len(words)} 个见数据字典）"


def nearest(typed: str, words: Sequence[str]) -> list[str]:
    """The words that are most like ``typed``, the likeliest first; none if none is."""
    return get_close_matches(typed, words, n=5, cutoff=0.3) if typed else []


def wanted(field: Field, typed: str = "") -> str:
    """What a cell of this field must look like; ``typed`` is what stands there, if that may be known."""
    if field.enum:
        return f"只能填：{one_of(field.choices, typed)}"
    if field.type == "boolean":
        return f"只能填：{'、'.join(field.true_values + field.false_values)}"
    if field.type == "date":
        return "要写成 2020-06-30 这样的真实日期"
    if field.type == "year":
        return "要写成 2020 这样的四位年份"
    if field.type == "yearmonth":
        return "要写成 2020-06 这样的年月"
    if field.type in ("integer", "number"):
        return _number(field)
    if field.pattern:
        return _form(field)
    if field.min_length is not None and field.max_length is not None:
        return f"要写 {field.min_length} 到 {field.max_length} 个字"
    if field.min_length is not None:
        return f"要写至少 {field.min_length} 个字"
    if field.max_length is not None:
        return f"要写在 {field.max_length} 个字以内"
    return "内容太长，请缩短"


def _form(field: Field) -> str:
    """A pattern in words: so many digits, or an example, or what the dictionary says of the field; no clerk reads patterns."""
    pattern = field.pattern
    if match := re.fullmatch(r"\[0-9\]\{([0-9]+)\}", pattern):
        return f"要写成 {match[1]} 位数字的格式"
    example = "".join(_sample(*piece) for piece in _PIECE.findall(pattern))
    if len(example) <= 30 and re.fullmatch(pattern, example):
        return f"要写成 {example} 这样的格式"
    return f"要按规定的格式填：{field.description or field.title}"


def _sample(first: str, least: str, optional: str, literal: str) -> str:
    """The piece of an example for ``[0-9]{4}``, ``[A-Z]{2}``, ``[1-9]`` or plain text: four digits are a year."""
    if literal or optional:
        return literal
    count = int(least or 1)
    return "2020" if (first, count) == ("0", 4) else first * (count - 1) + ("1" if first == "0" else first)


def _number(field: Field) -> str:
    kind = "整数" if field.type == "integer" else "数字"
    if field.decimals is not None:
        kind = f"带 {field.decimals} 位小数的数字"
    if field.minimum and field.maximum:
        return f"要填 {field.minimum} 到 {field.maximum} 之间的{kind}"
    if field.minimum:
        return f"要填不小于 {field.minimum} 的{kind}"
    if field.maximum:
        return f"要填不大于 {field.maximum} 的{kind}"
    return f"要填{kind}"


def cell_message(resource: Resource, field: Field, cell: str) -> str:
    """One sentence on an invalid cell."""
    if not cell:
        return f"“{field.title}”不能为空，请补填"
    # a word that is like none of a list may be anything, a name too
    typed = "" if field.enum and not nearest(cell, field.enum) else shown(resource, cell)
    return f"“{field.title}”填得不对{typed}：{wanted(field, '' if is_personal(resource) else cell)}"


def spelling_message(resource: Resource, field: Field, cell: str, canonical: str) -> str:
    """One sentence on a cell that is valid elsewhere but not in the one spelling kept here."""
    if canonical != cell:
        return f"“{field.title}”写法不统一，请运行 gongshi format 改成规范写法"
    return f"“{field.title}”写法不统一{shown(resource, cell)}：{wanted(field)}，用半角数字"
