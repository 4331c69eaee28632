"""The law of constants: from ``model`` to ``founding`` no string of the program is the name of a resource or field, or a label.

What these rooms know of the domain stands in ``gongshi/pack`` (``package/pack.py`` reads it). ``disclosure``, ``verbs``, ``site``, ``desk``
and ``cli`` are about the domain by nature. A constant counts that is a name as a whole; so do names with an underscore or a hyphen inside a
longer one, what is quoted there, and lists of nothing but names, so that SQL, patterns and lists in one string are no way round.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from gongshi.package.yamlfile import parse, plain
from support import ROOT, project_descriptor

HOUSE = ROOT / "tools/gongshi"
ROOMS = (
    *("model", "repository", "package", "checks", "policy", "changes", "review", "sealing", "lookup", "exchange"),
    *("founding", "library"),
)
WORDS = {
    "name": "a property of a Data Package, its resources and fields; also of a project's metadata",
    "title": "the same",
    "unit": "a property of our fields",
    "version": "a property of a Data Package; of a program and of formats",
    "example": "a property of a field in Table Schema",
    "year": "a type of Table Schema",
    "sealed": "a level of disclosure",
    "documents": "the key of documents.yaml under which its documents stand",
    "value": "a part of a rule, of a derived cell and of a change",
    "kind": "a key of the program's JSON, and of a rule",
    "元": "the unit by which a number is money",
    "county": "the layer that a repository is: a table of gongshi.toml, a folder of records, who keeps a key, a scope",
    "sha256": "a digest: in the pin, in the journal of a write, of a resource of a Data Package",
    "standard": "how a rule refers to a figure of a plan",
    "place": "where something stands or lies: a column's role in a form, a cell of a sheet",
    "role": "what a column of a form is there for",
    "page": "how hosts of code ask for a part of a long list",
    "%": "a hundredth as people write it; what Git puts a command's words for",
    "months": "how a rule says a day so many months before the day of the check",
}
"""At most twenty words that are names of the dictionary and the engine's own as well, each with the reason."""


@cache
def names() -> frozenset[str]:
    """Resources, fields and labels of this repository's dictionary."""
    found = set()
    for path in (ROOT / "records/schemas").glob("*.yaml"):
        found.add(path.stem)
        for field in plain(parse(path.read_bytes()))["fields"]:
            found |= {field["name"], *field.get("constraints", {}).get("enum", ())}
    package = plain(parse((ROOT / "records/datapackage.yaml").read_bytes()))
    return frozenset(found | {resource["name"] for resource in package["resources"]})


_PART = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)+|(?<=')[^'\s]+(?=')|(?<=\")[^\"\s]+(?=\")")
_BETWEEN = re.compile(r"[\s,;、/|]+")


def constants(source: str) -> Iterator[tuple[int, str]]:
    """(line, name) of each string that is a name, or holds one in parts; docstrings are none."""
    tree = ast.parse(source)
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes) and id(node) not in said:
            text = node.value if isinstance(node.value, str) else node.value.decode("utf-8", "replace")
            yield from ((node.lineno, name) for name in _inside(text))


def _inside(text: str) -> list[str]:
    if text in names():
        return [text]
    listed = [part for part in _BETWEEN.split(text) if part]
    if len(listed) > 1 and {*listed} <= names():
        return listed
    return [part for part in _PART.findall(text) if part in names()]


def room(path: Path) -> str:
    return path.relative_to(HOUSE).with_suffix("").parts[0]


@cache
def found() -> dict[str, list[str]]:
    """By room, what names something of the dictionary and is none of WORDS."""
    rooms: dict[str, list[str]] = {name: [] for name in ROOMS}
    for path in sorted(HOUSE.rglob("*.py")):
        if room(path) in rooms:
            for line, name in constants(path.read_text(encoding="utf-8")):
                if name not in WORDS:
                    rooms[room(path)].append(f"{path.relative_to(HOUSE)}:{line} {name}")
    return rooms


@pytest.mark.parametrize("name", ROOMS)
def test_no_room_of_the_engine_names_the_domain(name: str) -> None:
    assert found()[name] == [], "put what is new into gongshi/pack"


ABOVE = ("disclosure", "verbs", "site", "desk", "cli")
READ = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\s+(?:raw\.|rules\.)?[\"{]?([a-z][a-z-]*)[\"}]?", re.IGNORECASE)


def tables_read(source: str) -> list[str]:
    """Resources that strings of a module, but for docstrings, read as tables."""
    tables = project_descriptor().resources
    tree = ast.parse(source)
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in said)
    return [name for text in texts if isinstance(text, str) for name in READ.findall(text) if name in tables]


@pytest.mark.parametrize("room", ABOVE)
def test_the_rooms_above_read_views_and_named_queries_alone(room: str) -> None:
    """Their SQL lies in ``gongshi/pack``: ``views/*.sql``, ``open/*.sql`` and files of named queries."""
    assert {
        path.name: found for path in sorted((HOUSE / room).rglob("*.py")) if (found := tables_read(path.read_text()))
    } == {}


def test_the_test_sees_tables() -> None:
    assert tables_read('"""FROM households"""\nx = f"SELECT {a} FROM households"') == ["households"]
    assert tables_read("x = 'select 1 from {status-events} e join \"cases\" c'") == ["status-events", "cases"]


def test_the_words_are_few_and_each_is_needed() -> None:
    used = Counter(
        name for path in HOUSE.rglob("*.py") if room(path) in ROOMS for _, name in constants(path.read_text("utf-8"))
    )
    assert len(WORDS) <= 20 and all(WORDS.values()) and {*WORDS} <= names()
    assert [word for word in WORDS if not used[word]] == []


def test_the_test_sees_names() -> None:
    def seen(source: str) -> list[str]:
        return [name for _, name in constants(source)]

    assert seen("x = 'households'") == ["households"] and seen("'households'\nx = 'haus'") == []
    assert seen("x = f'SELECT household_no FROM {y}'") == ["household_no"]
    assert seen("x = 'status-events household_no ab'.split()") == ["status-events", "household_no"]
    assert seen("x = '脱贫|返贫'") == ["脱贫", "返贫"] and seen("x = \"event = '脱贫' OR\"") == ["脱贫"]
    assert seen("x = b'households'") == ["households"] and seen("x = '请核对households 和户'") == []
    assert seen("def f():\n    '''household_no'''\n    return ['返贫']") == ["返贫"]
