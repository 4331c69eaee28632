"""Rows read as text are what the Database reads; what needs a closer look is left to it."""

from __future__ import annotations

import pytest

from exchange.books import xlsx
from exchange.conftest import DAY
from gongshi.exchange import Fate, Request, plan_import
from gongshi.exchange.ledger import ImportLedger
from gongshi.package import TextTables, load, read_descriptor, text_rows
from gongshi.repository import MemoryTree, WorkTree

pytest_plugins = ("exchange.conftest",)
PATH = "records/townships/guzhen/households.csv"
SPOILED = {
    "no newline at the end": lambda data: data[:-1],
    "crlf": lambda data: data.replace(b"\n", b"\r\n"),
    "bom": lambda data: b"\xef\xbb\xbf" + data,
    "gbk": lambda data: data.decode().encode("gbk"),
    "a cell too many": lambda data: data.replace(b"\nH0000002", b"\nx,H0000002"),
    "a blank line": lambda data: data.replace(b"\nH0000002", b"\n\nH0000002"),
    "a quote that does not pair": lambda data: data.replace("4组".encode(), '"4组'.encode()),
    "other columns": lambda data: data.replace(b"village_code", b"village"),
    "nothing": lambda data: b"",
}


def test_rows_are_those_of_the_database(root) -> None:
    tree = WorkTree(root)
    descriptor = read_descriptor(tree)
    names = [resource.name for resource in descriptor.csv_resources()]
    with load(tree, names, descriptor, as_text=True) as database:
        for name in names:
            files = text_rows(tree, descriptor.resources[name])
            said = None if files is None else [row for _, rows in files for row in rows]
            assert said is None or said == database.sql(f'SELECT * FROM raw."{name}" ORDER BY rowid'), name
            whole = TextTables(tree, descriptor, [name]).pick(name, descriptor.resources[name].schema.names)
            assert whole == database.sql(f'SELECT * FROM raw."{name}" ORDER BY rowid'), name


@pytest.mark.parametrize("how", SPOILED)
def test_a_spoiled_file_is_read_by_the_database(root, how: str) -> None:
    tree = WorkTree(root)
    files = {path: tree.read(path) for path in tree.paths("")}
    files[PATH] = SPOILED[how](files[PATH])
    spoiled = MemoryTree(files)
    descriptor = read_descriptor(spoiled)
    assert text_rows(spoiled, descriptor.resources["households"]) is None
    assert PATH in ImportLedger(spoiled, descriptor, {"households"}).broken


def test_an_import_that_changes_nothing_asks_no_database(root, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("package.texts", "exchange.ledger", "exchange.deciding"):
        monkeypatch.setattr(f"gongshi.{module}.load", lambda *_, **__: pytest.fail("a database was asked"))
    allocation = [["资金编号", "资金名称", "金额(元)"], ["N2020-001", "产业发展资金", 1000000]]
    assert plan_import(WorkTree(root), "资金.xlsx", xlsx(allocation), Request(DAY)).counts == {Fate.UNCHANGED: 1}
