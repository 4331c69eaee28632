"""Tables and views are there as soon as a query names them, from any thread; descriptors are read once for the same bytes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from gongshi.model import GongshiError
from gongshi.package import QueryError, load, read_descriptor
from support import DictTree, descriptor_files, tree_of

SCHEMA = "records/schemas/villages.yaml"
UNIT = {"unit_code": "U001", "name": "民政局", "unit_kind": "党政机关", "unit_level": "县"}


def tables(database) -> set[str]:
    found = database.sql("SELECT table_name FROM information_schema.tables WHERE table_schema IN ('raw', 'main')")
    return {name for (name,) in found}


def test_an_empty_table_is_made_when_it_is_named() -> None:
    with load(tree_of({"units": [UNIT]})) as database:
        assert tables(database) == {"units"}
        assert database.sql("SELECT * FROM villages") == []
        assert database.sql("SELECT name FROM raw.units") == database.sql("SELECT name FROM units") == [("民政局",)]
        assert tables(database) == {"units", "villages"}
        assert database.sql("select * from RAW.Schools") == database.sql('SELECT * FROM "Notice-Proofs"') == []
        with pytest.raises(QueryError):
            database.sql("SELECT 1 FROM village_names")


def test_closing_again_does_no_harm() -> None:
    database = load(tree_of({"units": [UNIT]}))
    database.need(["units"])
    with ThreadPoolExecutor(8) as pool:
        pool.map(lambda _: database.sql("SELECT * FROM units"), range(8))
        assert list(pool.map(lambda _: database.close(), range(32))) == [None] * 32
    database.close()
    assert not database._folder.exists()


def test_all_threads_find_it() -> None:
    with load(tree_of({})) as database, ThreadPoolExecutor(8) as pool:
        names = list(database.descriptor.resources)
        counts = list(pool.map(lambda name: database.sql(f'SELECT count(*) FROM "{name}"'), names * 4))
        assert counts == [[(0,)]] * (4 * len(names))
        assert tables(database) >= set(names)


def test_what_nobody_says_is_as_if_the_rows_were_there() -> None:
    """A member of whom no membership speaks is told the same whether others have one or nobody has."""
    member = {"member_no": "M00000001", "household_no": "H0000001"}
    other = {"membership_id": "R0000001", "household_no": "H0000002", "kind": "低保", "started_on": "2020-01-01"}
    said = []
    for rows in ({"members": [member]}, {"members": [member], "memberships": [other]}):
        with load(tree_of(rows)) as database:
            said.append(database.sql("SELECT * FROM members"))
    assert said[0] == said[1] != []


def test_the_same_bytes_are_read_once() -> None:
    files = descriptor_files()
    first = read_descriptor(DictTree(files))
    for number in range(2):  # what is known from before is not let go for what comes
        read_descriptor(DictTree(files | {SCHEMA: files[SCHEMA] + b"# %d\n" % number}))
        assert read_descriptor(DictTree(dict(files))) is first
    changed = read_descriptor(DictTree(files | {SCHEMA: files[SCHEMA].replace(b"name: ", b"nmae: ", 1)}))
    assert changed is not first and changed.problems
    without = read_descriptor(DictTree({path: data for path, data in files.items() if path != SCHEMA}))
    assert "villages" not in without.resources and without.problems
    assert read_descriptor(DictTree(files)) is first


def test_what_cannot_be_read_is_tried_again() -> None:
    class Torn(DictTree):
        def read(self, path: str) -> bytes:
            if path == SCHEMA:
                raise GongshiError("读不出来")
            return super().read(path)

    files = descriptor_files()
    torn = read_descriptor(Torn(files))
    assert torn.problems and "villages" not in torn.resources
    assert "villages" in read_descriptor(DictTree(files)).resources
    assert "villages" not in read_descriptor(Torn(files)).resources


def test_a_view_is_made_where_it_belongs_whatever_schema_is_looked_in() -> None:
    with load(tree_of({"units": [UNIT]})) as database:
        database.sql("SET schema = 'raw'")
        assert database.sql("SELECT staff FROM units") == [("",)]
        assert database.sql("SELECT village_code FROM villages") == []
        assert database.sql("SELECT staff FROM main.units") == [(None,)]
