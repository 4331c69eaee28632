"""The pack's data: read by its shape, refused where it is broken, and no name in it that the dictionary has not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gongshi.changes.questions import AnsweredBy
from gongshi.model import GongshiError
from gongshi.package import Database, FieldPlace, QueryError, pack, queries, query
from gongshi.package import pack as door
from gongshi.package.yamlfile import parse, plain
from gongshi.repository import WorkTree
from gongshi.sealing import SEALED_FIELDS
from support import ROOT, project_descriptor

HOUSE = ROOT / "tools/gongshi"
FILES = sorted(path for path in (HOUSE / "pack").iterdir() if path.is_file())
SEVERAL = [path for path in FILES if path.suffix == ".sql" and "-- name: " in path.read_text(encoding="utf-8")]


class Way(StrEnum):
    UP = "up"


@dataclass(frozen=True, slots=True)
class Part:
    title: str
    of: FieldPlace
    way: Way = Way.UP
    first: int = 1
    loud: bool = False


@dataclass(frozen=True, slots=True)
class Whole:
    parts: tuple[Part, ...]
    names: Mapping[str, frozenset[str]]
    more: Part | None = None


GOOD = """
parts:
  - {title: 户, of: households.population, way: up, first: 2, loud: yes}
names: {households: [a, b]}
more: {title: 人, of: members.life_status}
"""


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A pack of one file."""
    module = __import__("sys").modules[door.__module__]
    monkeypatch.setattr(module, "FOLDER", tmp_path)

    def write(text: str) -> Whole:
        module._pack.cache_clear()
        (tmp_path / "t.yaml").write_text(text, encoding="utf-8")
        return pack("t", Whole)

    yield write
    module._pack.cache_clear()


def test_a_file_is_read_by_its_shape(written: Any) -> None:
    assert written(GOOD) == Whole(
        (Part("户", FieldPlace("households", "population"), Way.UP, 2, True),),
        {"households": frozenset("ab")},
        Part("人", FieldPlace("members", "life_status")),
    )
    assert pack("t", Whole) is pack("t", Whole)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("title: 户,", "titel: 户,", "第 3 行：不认识“titel”，可写的有：title、of、way、first、loud"),
        ("title: 户, ", "", "第 3 行：缺少“title”"),
        ("names: {households: [a, b]}\n", "", "缺少“names”"),
        ("households.population", "population", "“population”的写法不对"),
        ("way: up", "way: down", "“down”的写法不对"),
        ("first: 2", "first: 二", "“二”的写法不对"),
        ("loud: yes", "loud: true", "“true”的写法不对"),
        ("[a, b]", "a", "第 4 行：这里的写法不对"),
        ("{households: [a, b]}", "[a]", "第 4 行：这里的写法不对"),
        ("title: 人", "title: [人]", "第 5 行：这里的写法不对"),
        ("title: 人", "title: 人, title: 户", "第 5 行：键“title”重复"),
        ("[a, b]", "[a, b", "YAML 写法有误"),
        ("more: {", "more: &x {", "锚点"),
    ],
)
def test_what_is_broken_is_one_sentence(written: Any, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(GongshiError, match=r"^程序自带的数据 pack/t") as told:
        written(GOOD.replace(old, new))
    assert said in str(told.value) and "请重新安装" in str(told.value)


def test_what_is_missing_is_one_sentence(written: Any) -> None:
    for ask in (lambda: pack("nothing", Whole), lambda: query("nothing")):
        with pytest.raises(GongshiError, match=r"pack/nothing.* 不见了"):
            ask()


@cache
def attributes() -> frozenset[str]:
    """What keys a file may have beside names of the dictionary: attributes of the package's classes."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in HOUSE.rglob("*.py"))
    classes = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    return frozenset(
        item.target.id
        for node in classes
        for item in node.body
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
    )


def strangers(data: Any, own: frozenset[str]) -> list[str]:
    """Words in the form of a name that are neither one of the dictionary nor one of ``own``."""
    tables = project_descriptor().resources
    names = {name for table in tables.values() for name in table.schema.names}

    def known(word: str) -> bool:
        table, dot, name = word.partition(".")
        if dot:
            return table in tables and name in tables[table].schema.names
        return word in tables or word in names or word in own

    found = []
    for item in [data] if isinstance(data, str) else data:
        if isinstance(data, Mapping):
            found += strangers(data[item], own)
        if not isinstance(item, str):
            found += strangers(item, own)
        elif re.fullmatch(r"[a-z][a-z0-9_.-]*", item) and not known(item):
            found.append(item)
    return found


# Words of a file that are the engine's own: parts and ends of names, and what a rule of the file is called.
OWN: Mapping[str, frozenset[str]] = {
    "founding": frozenset({"xinjian"}),
    "headers": frozenset(SEALED_FIELDS),
    "measuring": frozenset({"km", "m2", "km2"}),
    "keeping": frozenset({"changed-payment", "warning"}),
    "trailers": frozenset({"doc-no", "approved-by"}),
    "weighing": frozenset({"payee", "helper", "keeper", "bank_"}),
    "questions": frozenset(
        {"deletions", "budgets", "returned", "public", "backdated", "own", "twice", "yuan", *AnsweredBy}
    ),
    "following": frozenset({"status", "exit-year", "return-year", "identified", "project-stage", "project-accepted"}),
}


@pytest.mark.parametrize("path", [path for path in FILES if path not in SEVERAL], ids=lambda path: path.name)
def test_every_name_is_one_of_the_dictionary(path: Path) -> None:
    tables = project_descriptor().resources
    if path.suffix == ".yaml":
        own = OWN.get(path.stem, frozenset())
        assert strangers(plain(parse(path.read_bytes())), attributes() | own | {"yes", "no"}) == []
    else:
        reads = query(path.stem).reads
        assert reads and all(
            table in tables and {*names} <= {*tables[table].schema.names} for table, names in reads.items()
        )


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Every table of the dictionary, without a row."""
    with Database(project_descriptor(), WorkTree(tmp_path_factory.mktemp("empty"))) as database:
        yield database


def planned(tables: Database, sql: str) -> None:
    """DuckDB has a way to answer: each table and column is there."""
    sql = re.sub(r"\{([a-z-]+)\}", r'"\1"', sql).replace("$day", "DATE '2020-06-30'")
    holes = max([sql.count("?"), *(int(number) for number in re.findall(r"\$(\d)", sql))])
    tables.sql(f"EXPLAIN {sql}", [None] * holes)


@pytest.mark.parametrize(
    ("path", "name"),
    [(path, name) for path in SEVERAL for name in queries(path.stem)],
    ids=lambda one: getattr(one, "stem", one),
)
def test_every_query_of_a_file_can_be_asked(tables: Database, path: Path, name: str) -> None:
    planned(tables, queries(path.stem)[name])


def test_the_test_sees_a_query_that_cannot_be_asked(tables: Database) -> None:
    for wrong in ("SELECT nobody FROM households", "SELECT 1 FROM householdz"):
        with pytest.raises(QueryError):
            planned(tables, wrong)


def test_every_unit_of_the_dictionary_is_measured() -> None:
    """Else the header of our own template, with its unit, were guessed at."""
    known = plain(parse((HOUSE / "pack/measuring.yaml").read_bytes()))["units"]
    used = {
        field.unit for table in project_descriptor().resources.values() for field in table.schema.fields if field.unit
    }
    assert sorted(used - set(known)) == []


def test_the_test_sees_strangers() -> None:
    said = {"kept": ["households", "householdz", "households.population", "households.amount", "population", "贫困户"]}
    assert strangers(said, frozenset({"kept"})) == ["householdz", "households.amount"]
    assert strangers({"households": {"hausholds": ["x_y"]}}, frozenset()) == ["x_y", "hausholds"]
