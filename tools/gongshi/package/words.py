"""Words by edition and day (``words.yaml``): what the program's own texts call things in a county on a day.

A text that is a cell, a document's title or a plan's never passes here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from importlib import resources

from gongshi.package.county import county_fields
from gongshi.package.schema import Descriptor, Field, Resource, Schema
from gongshi.package.yamlfile import Mapping as Node
from gongshi.package.yamlfile import YamlProblem, parse, plain, text

NEWEST = date.max
"""The day of a county whose records have none of their own: it speaks as people do now."""


def edition_of(county: bytes) -> date:
    """The day whose words a county speaks in, by its county.yaml: of its records, if they have one."""
    return stated_day(county) or NEWEST


def stated_day(county: bytes) -> date | None:
    """The day that a county.yaml says its records are of, None if it says none."""
    try:
        node = parse(county)
        return date.fromisoformat(text(node, county_fields().day)) if isinstance(node, Node) else None
    except (YamlProblem, ValueError):
        return None


@cache
def first_day(day: date | None) -> date | None:
    """The first day of the edition of ``day``; None before the first, and where there is no day."""
    return max((begins for begins, _ in _editions() if day and begins <= day), default=None)


def worded(said: str, day: date | None) -> str:
    """``said`` in the words of a day; None is no day, and changes nothing."""
    begins = first_day(day)
    if begins is None or not said:
        return said
    pattern, words = _words(begins)
    return pattern.sub(lambda match: words[match[0]], said)


def offered(words: Sequence[str], day: date | None) -> tuple[str, ...]:
    """Those of ``words`` that are still said on a day; all, if none is."""
    return tuple(word for word in words if worded(word, day) == word) or tuple(words)


@cache
def _editions() -> tuple[tuple[date, Mapping[str, str]], ...]:
    data = plain(parse((resources.files("gongshi.package") / "words.yaml").read_bytes()))
    return tuple((date.fromisoformat(one["from"]), one["words"]) for one in data["editions"])


@cache
def _words(begins: date) -> tuple[re.Pattern[str], Mapping[str, str]]:
    found: dict[str, str] = {}
    for first, words in _editions():
        found |= words if first <= begins else {}
    return re.compile("|".join(map(re.escape, sorted(found, key=len, reverse=True)))), found


def in_words(descriptor: Descriptor, day: date) -> Descriptor:
    """A descriptor whose titles are in the words of a day. What is said no more is not offered, and still valid."""
    if first_day(day) is None:
        return replace(descriptor, day=day)
    schemas: dict[int, Schema] = {}
    tables = {name: _resource(table, day, schemas) for name, table in descriptor.resources.items()}
    documents = tuple(replace(one, title=worded(one.title, day)) for one in descriptor.documents)
    title = worded(descriptor.title, day)
    return replace(descriptor, title=title, resources=tables, documents=documents, day=day)


def _resource(table: Resource, day: date, schemas: dict[int, Schema]) -> Resource:
    schema = schemas.get(id(table.schema))
    if schema is None:
        fields = tuple(_field(item, day) for item in table.schema.fields)
        schema = schemas[id(table.schema)] = replace(table.schema, fields=fields)
    return replace(table, title=worded(table.title, day), schema=schema)


def _field(item: Field, day: date) -> Field:
    title, description, choices = worded(item.title, day), worded(item.description, day), offered(item.enum, day)
    if (title, description, choices) == (item.title, item.description, item.enum):
        return item
    was = "" if title == item.title else item.title
    return replace(item, title=title, description=description, was=was, offered=choices)
