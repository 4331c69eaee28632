"""What is known from earlier runs is not looked for again: the findings are the same, in the same order, and less is done."""

from __future__ import annotations

import csv
import io
import os
import random
import re
from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gongshi.policy.running as running
from changes.ledgers import edited, real_ledger, write
from gongshi.checks import check_public, check_records
from gongshi.library.examining import Watch, examine
from gongshi.model import Finding
from gongshi.package import Database, Digests, Recall, Remembered, columns_named, load, read_descriptor
from gongshi.policy import judge, load_policies
from gongshi.policy.compiling import compile_rule
from gongshi.policy.facts import World
from gongshi.policy.kinds import macros
from gongshi.policy.knowing import Readings
from gongshi.repository import Known, WorkTree
from support import ROOT, DictTree, rounds

DAY = date(2020, 6, 30)
POLICY = """policy: small
title: 小规则
effective: {from: 2014-01-01}
facts:
  spent: {of: allocations, from: payments, sum: amount}
  steps: {of: projects, from: project-stages, count: rows}
  times: {of: households, from: memberships, count: rows}
rules:
  - {id: s-1, title: 花完, kind: condition, resource: allocations, demand: [{field: fact.spent, at_least: 900}],
     severity: warning, clause: 县内口径, message: 少}
  - {id: s-2, title: 步骤, kind: condition, resource: projects, demand: [{field: fact.steps, at_least: 2}],
     severity: error, clause: 县内口径, message: 少}
  - {id: s-3, title: 不重, kind: unique, resource: payments, key: [amount, paid_on], severity: warning, clause: 县内口径, message: 重}
  - {id: s-4, title: 人口, kind: condition, resource: households, where: [{field: poverty_status, is: 已脱贫}],
     demand: [{field: population, at_most: 4}], severity: notice, clause: 县内口径, message: 多}
  - {id: s-5, title: 总数, kind: total, resource: households, by: poverty_status, totals: [{value: 已脱贫, exactly: 12}],
     severity: error, clause: 县内口径, message: '{actual} 不是 {wanted}'}
  - {id: s-6, title: 跨表, kind: condition, resource: payments, demand: [{field: allocation_id.amount, at_least: 1000}],
     severity: warning, clause: 县内口径, message: 小}
  - {id: s-7, title: 身份, kind: condition, resource: households, demand: [{field: fact.times, at_least: 1}],
     severity: notice, clause: 县内口径, message: 没有}
"""
WAIVERS = """waivers:
  - {rule: s-4, record: H0000004, reason: 家里添了人, approved_by: 县扶贫办, until: 2030-01-01}
  - {rule: s-3, record: F0009999, reason: 没有这笔, approved_by: 县扶贫办, until: 2030-01-01}
"""


def begun() -> DictTree:
    tree = real_ledger()
    tree.files |= {"policies/small.yaml": POLICY.encode(), "policies/waivers.yaml": WAIVERS.encode()}
    return tree


REAL = begun()


def full(tree: DictTree) -> list[Finding]:
    with load(tree) as database:
        return [*check_records(database), *judge(database, DAY).findings, *check_public(database)]


def known_first(database: Database, known: Known, held: Remembered | None = None) -> list[Finding]:
    kept = Recall(known, database, held=held)
    found = check_records(database, kept=kept)
    found += [*judge(database, DAY, kept=kept).findings, *check_public(database, kept)]
    assert kept.settle()
    return found


def incremental(tree: DictTree, known: Known) -> list[Finding]:
    with load(tree, ()) as database:
        return known_first(database, known)


def changed(tree: DictTree, seed: int) -> DictTree:
    """The ledger after random edits of records, now and then also of a rule, a waiver, a schema, a membership or a page."""
    files = dict(edited(tree, seed).files)
    other = {
        0: ("policies/small.yaml", b"at_least: 900", b"at_least: 90"),
        1: ("policies/waivers.yaml", b"H0000004", b"H0000003"),
        2: ("records/schemas/payments.yaml", "title: 支付".encode(), "title: 付款".encode()),
        3: ("policies/small.yaml", b"severity: notice", b"severity: error"),
        4: ("policies/small.yaml", b"rules:\n", b"\nrules:\n"),
    }.get(seed % 9)
    if other:
        path, old, new = other
        files[path] = files[path].replace(old, new)
    if seed % 9 == 5:
        path = next(path for path in files if path.endswith("guzhen/memberships.csv"))
        header = files[path].split(b"\n", 1)[0].decode().split(",")
        row = {"household_no": "H0000002", "kind": "脱贫户", "started_on": "2016-01-01"}
        files[path] += ",".join(row.get(name, "") for name in header).encode() + b"\n"
    return DictTree(files)


SEEDS = st.lists(st.integers(0, 10**6), min_size=1, max_size=4)


@settings(max_examples=rounds(2, 60), deadline=None)
@given(SEEDS)
def test_what_is_known_gives_the_same_findings_after_any_edits(seeds: list[int]) -> None:
    tree, known = REAL, Known()
    assert incremental(tree, known) == full(tree)
    for seed in seeds:
        tree, known = changed(tree, seed), Known(known.kept())
        assert incremental(tree, known) == full(tree)


@settings(max_examples=rounds(2, 60), deadline=None)
@given(SEEDS)
def test_a_database_that_is_held_takes_over_what_changed(seeds: list[int]) -> None:
    tree, known = REAL, Known()
    with load(tree) as database:
        old = Digests(tree, database.descriptor)
        known_first(database, known)
        for seed in seeds:
            tree = edited(tree, seed)
            new = Digests(tree, database.descriptor)
            names = database.descriptor.resources
            database.renew(tree, [name for name in names if old.of([name]) != new.of([name])])
            old = new
            assert known_first(database, known) == full(tree)
            database.need(database.descriptor.resources)
            with load(tree) as fresh:
                for name in names:
                    query = f'SELECT * FROM "{name}" ORDER BY _row'
                    assert database.sql(query) == fresh.sql(query)
                assert database.uncanonical == fresh.uncanonical
                assert sorted(database.findings, key=repr) == sorted(fresh.findings, key=repr)


def one_cell(tree: DictTree, seed: int) -> DictTree:
    """The ledger with a cell of one table changed: to another one's, to nothing, or to what has to be quoted or is no value."""
    rng = random.Random(seed)
    path = rng.choice([path for path, data in tree.files.items() if path.endswith(".csv") and data.count(b"\n") > 1])
    rows = list(csv.reader(tree.files[path].decode().splitlines()))
    row, column = rng.randrange(1, len(rows)), rng.randrange(len(rows[0]))
    rows[row][column] = rng.choice([rng.choice(rows[1:])[column], "", "2019-02-03", "一,二", 'a"b', "7"])
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return DictTree(tree.files | {path: text.getvalue().encode()})


@settings(max_examples=rounds(1, 60), deadline=None)
@given(SEEDS)
def test_what_looks_at_other_columns_keeps_its_answer(seeds: list[int]) -> None:
    tree, held = REAL, Remembered()
    largest = seeds[0] % 2 * 10_000  # who looks once lets the next one know
    held.largest = largest
    for seed in [None, *seeds]:
        held = Remembered.decode(held.encode(), largest) if largest else held
        tree = tree if seed is None else edited(tree, seed) if seed % 4 == 0 else one_cell(tree, seed)
        with load(tree, ()) as database:
            found = known_first(database, Known(), held)
            assert seed is None or found == full(tree)


def test_a_rule_says_all_columns_that_its_compiler_asked_for() -> None:
    tree = WorkTree(ROOT)
    descriptor = read_descriptor(tree)
    policies = load_policies(tree, descriptor)
    seen = 0
    for _, rule in list(policies.rules())[:: rounds(3, 1)]:
        world = World(policies, descriptor, DAY)  # of this rule alone
        query = compile_rule(world, rule)[0]
        if query is None:
            continue
        said = Readings(world).columns(query)
        text = " ".join([query.sql, repr(query.proof), *(group.statement()[0] for group in world.groups.values())])
        for name, needs in world.schemas.needs.items():
            pairs = {one for pair in world.schemas.latest.get(name, ()) for one in pair}
            used = {one for one in needs | pairs if re.search(rf'\."(latest .*)?\b{one}\b( .*)?"', text)}
            assert said[name] is None or said[name] >= used, (rule.id, name)
            seen += said[name] is not None and len(said[name]) < len(descriptor.resources[name].schema.names)
    assert seen > 100
    others = {
        "workday",
        "base",
        "beginning",
        "identity",
        "months",
        "id_ok",
        "{{per_word",
    }  # no kind reads a table past the compiler
    kinds = "".join(path.read_text("utf-8") for path in (Path(running.__file__).parent / "kinds").glob("*.sql"))
    assert {one for one in re.findall(r"rules\.([\w{\"]+)", kinds)} <= others


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ('SELECT t."a" AS "b" FROM rules."x" t', {"a"}),
        ("SELECT T.A, o.c FROM x t JOIN y o ON t.d = o.d", {"a", "d"}),
        ('SELECT a FROM x t WHERE \'b " c\' <> t."latest d e"', {"a", "latest d e", "latest", "d", "e"}),
        ("SELECT count(*) FROM x t GROUP BY ALL", set()),
        ("SELECT t.* FROM x t", None),
        ("SELECT * EXCLUDE (a) FROM x t", None),
        ("SELECT COLUMNS('a') FROM x t", None),
        ("SELECT 1 FROM x t NATURAL JOIN y", None),
    ],
)
def test_which_columns_a_query_names(sql: str, columns: set[str] | None) -> None:
    found = columns_named(sql, [("x", "t")])["x"]
    assert found is None if columns is None else columns <= found and not found & ({"a", "b", "c", "d"} - columns)


def test_only_what_reads_a_changed_table_is_asked_again(monkeypatch) -> None:
    known, ran, read = Known(), [], []
    incremental(REAL, known)
    real, need = running._run_all, Database.need
    monkeypatch.setattr(
        running,
        "_run_all",
        lambda world, database, queries, *rest: (
            ran.extend(query.rule.id for query in queries) or real(world, database, queries, *rest)
        ),
    )
    monkeypatch.setattr(Database, "need", lambda self, names: read.extend(names) or need(self, names))
    assert incremental(REAL, Known(known.kept())) == full(REAL)
    del ran[:], read[:]
    incremental(REAL, Known(known.kept()))
    assert ran == [] and {*read} <= {
        "county",
        "calendar",
        "divisions",
        "villages",
        "units",
        "payments",
    }  # scopes, a waiver
    files = dict(REAL.files)
    path = next(path for path, data in files.items() if path.endswith("payments.csv") and b"F0000003" in data)
    files[path] = files[path].replace(b"400.00", b"300.00")
    assert incremental(DictTree(files), Known(known.kept())) == full(DictTree(files))
    del ran[:], read[:]
    incremental(DictTree(files), Known(known.kept()))
    assert ran == ["s-1", "s-3", "s-6"] and "payments" in read and "households" not in read
    held = Remembered()
    edits = (b"", b"", None), (b"300.00", b"200.00", ["s-1", "s-3"]), (b"F0000003,", b"F0099999,", ["s-3", "s-6"])
    for old, new, rules in edits:  # by the columns that they look at
        files[path] = files[path].replace(old, new) if old else files[path]
        del ran[:]
        with load(DictTree(files), ()) as database:
            known_first(database, Known(), held)
        assert rules is None or ran == rules


def plain(sql: str) -> str:
    """A statement without places for values."""
    return re.sub(r"\$[0-9]+", "NULL", sql)


def test_each_rule_of_the_project_says_all_tables_that_its_query_names() -> None:
    tree = WorkTree(ROOT)
    descriptor = read_descriptor(tree)
    policies = load_policies(tree, descriptor)
    world = World(policies, descriptor, DAY)
    queries = [query for _, rule in policies.rules() if (query := compile_rule(world, rule)[0])]
    readings = Readings(world)
    groups = {group.table.split('"')[1]: group for group in world.groups.values()}
    connection = duckdb.connect(":memory:")
    connection.execute("CREATE SCHEMA rules")
    for statement in macros():
        connection.execute(statement)
    assert len(queries) > 300
    for query in queries:
        texts, named = [query.sql], set()
        while texts:
            for name in connection.get_table_names(plain(texts.pop())) - named:
                named.add(name)
                texts += [groups[name].statement()[0]] if name in groups else []
        assert readings.of(query)[0] >= named & descriptor.resources.keys()


def test_what_was_found_while_files_were_written_is_not_kept(tmp_path, monkeypatch) -> None:
    write(tmp_path, REAL)
    path = next(path for path, data in REAL.files.items() if path.endswith("payments.csv") and b"F0000003" in data)
    known = Known()
    with load(WorkTree(tmp_path), ()) as database:
        kept = Recall(known, database)
        check_records(database, kept=kept)
        (tmp_path / path).write_bytes(REAL.files[path] + b"x\n")
        assert not kept.settle() and not known.used
    write(tmp_path, REAL)
    with load(WorkTree(tmp_path), ()) as database:
        kept = Recall(known, database)
        check_records(database, kept=kept)
        assert kept.settle() and known.used


def test_who_stays_finds_what_a_full_check_finds(tmp_path) -> None:
    write(tmp_path, REAL)
    watch = Watch(tmp_path)
    tree = REAL
    for seed in (3, 5, 5, 14, 2)[: rounds(3, 5)]:
        assert watch.examine(DAY) == watch.examine(DAY) == examine(WorkTree(tmp_path), None, None, DAY).findings
        for gone in set(tree.files) - set((tree := changed(tree, seed)).files):
            (tmp_path / gone).unlink()
        write(tmp_path, tree)
    assert watch.examine(DAY)
    folder = watch._database._folder
    assert not list(folder.iterdir())  # no copies are gathered
    watch.close()
    assert not folder.exists()
    watch.close()
    with pytest.raises(KeyboardInterrupt):  # closed while the tables were read: the check is given up
        watch.examine(DAY)
    assert watch._database is None


def test_what_the_disk_says_is_of_the_moment_of_the_list(tmp_path) -> None:
    write(tmp_path, REAL)
    path = next(path for path in REAL.files if path.endswith("payments.csv"))
    tree = WorkTree(tmp_path)
    said = tree.about(path)
    assert said and tree.about("records/none.csv") == () == tree.about("records/none.csv", True)
    (tmp_path / path).write_bytes(REAL.files[path] + b"x\n")
    assert tree.about(path) == said != tree.about(path, True) == WorkTree(tmp_path).about(path)
    (tmp_path / path).unlink()
    assert tree.about(path, True) == () == WorkTree(tmp_path).about(path)
    (tmp_path / path).symlink_to(tmp_path / "records/datapackage.yaml")
    assert WorkTree(tmp_path).about(path) == ()  # what a link leads to is no file of the ledger


def test_a_file_that_was_just_written_is_read_again(tmp_path) -> None:
    write(tmp_path, REAL)
    path = next(path for path in REAL.files if path.endswith("payments.csv"))
    descriptor, seen = read_descriptor(WorkTree(tmp_path)), {}
    first = Digests(WorkTree(tmp_path), descriptor, seen).file(path)
    told = (tmp_path / path).stat()
    (tmp_path / path).write_bytes(REAL.files[path][:-2] + b"9\n")
    os.utime(tmp_path / path, ns=(told.st_atime_ns, told.st_mtime_ns))
    assert path not in seen and Digests(WorkTree(tmp_path), descriptor, seen).file(path) != first
    os.utime(tmp_path / path, ns=(0, 0))
    settled = Digests(WorkTree(tmp_path), descriptor, seen).file(path)
    assert seen[path][1] == settled == Digests(WorkTree(tmp_path), descriptor, seen).file(path)
