"""Three-way merge by record and field: laws on random rows, agreement with Git, a real driver in a real repository."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongshi.changes.files import MARKS, merge_files
from gongshi.changes.merge import merge_rows, paired
from gongshi.changes.phrases import conflict_sentence
from gongshi.changes.values import Conflict
from gongshi.model import GongshiError
from gongshi.package import Field, Schema, csv_bytes
from support import ROOT, project_descriptor, rounds

SCHEMA = Schema(
    "schemas/t.yaml",
    (Field("k", "编号", "string"), Field("a", "甲", "string"), Field("n", "乙", "number", decimals=2)),
    ("k",),
)
DESCRIPTOR = project_descriptor()
UNITS = "records/county/units.csv"
CELL = st.sampled_from(["", "x", "y", "z"])
ROWS = st.lists(st.tuples(st.sampled_from("abcd"), CELL, st.sampled_from(["", "1.00", "2.00"])), max_size=6)


def units(*rows: str) -> bytes:
    header = ",".join(DESCRIPTOR.resources["units"].schema.names)
    return ("\n".join([header, *rows]) + "\n").encode()


U1, U2, U3 = (f"U00{number},单位{number},党政机关,县,,,,,," for number in (1, 2, 3))


@settings(max_examples=rounds(200, 1000), deadline=None)
@given(ROWS, ROWS, ROWS)
def test_laws(base: list, ours: list, theirs: list) -> None:
    merged = merge_rows(SCHEMA, base, ours, theirs)
    swapped = merge_rows(SCHEMA, base, theirs, ours)
    assert swapped.rows == merged.other and swapped.other == merged.rows
    assert swapped.conflicts == tuple(Conflict(c.key, c.field, c.base, c.theirs, c.ours) for c in merged.conflicts)
    known = Counter(row[0] for rows in (base, ours, theirs) for row in rows)
    for key in known:
        counts = [sum(row[0] == key for row in rows) for rows in (base, ours, theirs, merged.rows, merged.other)]
        if counts[0] <= min(counts[1:3]):  # nobody deleted anything
            assert counts[3] >= max(counts[1:3])
        assert counts[3] <= counts[1] + counts[2]
    assert {row[0] for row in merged.rows} <= set(known)
    for rows in (merged.rows, merged.other):
        for place in range(3):  # no cell comes from nowhere
            assert {row[place] for row in rows} <= {row[place] for side in (base, ours, theirs) for row in side}
    if not merged.conflicts:
        assert merged.rows == merged.other


@settings(max_examples=rounds(100, 300), deadline=None)
@given(ROWS, ROWS, ROWS)
def test_pairing_takes_each_row_once(base: list, ours: list, theirs: list) -> None:
    triples = list(paired(base, ours, theirs))
    for place, side in enumerate((base, ours, theirs)):
        assert Counter(triple[place] for triple in triples if triple[place] is not None) == Counter(side)


@settings(max_examples=rounds(100, 300), deadline=None)
@given(ROWS, ROWS)
def test_one_sided_merges_take_that_side(base: list, ours: list) -> None:
    place = lambda rows: tuple(sorted(map(tuple, rows), key=lambda row: (row[0], row)))  # noqa: E731
    for result in (
        merge_rows(SCHEMA, base, ours, base),
        merge_rows(SCHEMA, base, base, ours),
        merge_rows(SCHEMA, base, ours, ours),
    ):
        assert result.rows == place(ours) and not result.conflicts


def test_1000_random_merges_lose_no_row_and_no_edit() -> None:
    """Unique keys: each side's lone edit stands, each record is where the rules say, each clash is told."""
    for seed in range(1000):
        rng = random.Random(seed)
        base = {f"{n:03d}": (str(rng.randrange(9)), f"{rng.randrange(9)}.00") for n in range(30)}
        sides = []
        for _ in range(2):
            side = dict(base)
            for key in rng.sample(sorted(side), 4):
                side[key] = (str(rng.randrange(9)), side[key][1]) if rng.random() < 0.5 else (side[key][0], "77.00")
            for key in rng.sample(sorted(side), 2):
                del side[key]
            side[f"{rng.randrange(100, 130)}"] = ("new", "1.00")
            sides.append(side)
        rows = [[(key, *cells) for key, cells in table.items()] for table in (base, *sides)]
        merged = merge_rows(SCHEMA, *rows)
        found = {row[0]: row[1:] for row in merged.rows}
        told = {conflict.key[0] for conflict in merged.conflicts}
        for key in {*base, *sides[0], *sides[1]}:
            versions = base.get(key), sides[0].get(key), sides[1].get(key)
            if key in told:
                assert len(set(versions)) == 3
            elif versions[1] == versions[2]:
                assert found.get(key) == versions[1]
            elif versions[1] == versions[0]:
                assert found.get(key) == versions[2]
            elif versions[2] == versions[0]:
                assert found.get(key) == versions[1]
            else:
                assert all(found[key][i] in (versions[1][i], versions[2][i]) for i in range(2))


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "rows", "conflicts"),
    [
        ([("a", "1", "")], [("a", "2", "")], [("a", "1", "3")], [("a", "2", "3.00")], []),
        ([("a", "1", "1.0")], [("a", "1", "1")], [("a", "1", "2")], [("a", "1", "2.00")], []),
        ([("a", "1", "")], [("a", "2", "")], [("a", "3", "")], [("a", "2", "")], [("a", "1", "2", "3")]),
        ([("a", "1", "")], [("a", "2", "")], [], [("a", "2", "")], [("a", "1", "2", None)]),
        ([("a", "1", "")], [], [("a", "2", "")], [], [("a", "1", None, "2")]),
        ([], [("a", "1", "")], [("a", "2", "")], [("a", "1", "")], [("a", None, "1", "2")]),
        ([("a", "1", "")], [], [], [], []),
        # a changed key is a record gone and another come
        ([("a", "1", "")], [("b", "1", "")], [("a", "2", "")], [("b", "1", "")], [("a", "1", None, "2")]),
        # twins: one side edits the second, the other adds a third
        (
            [("a", "1", ""), ("a", "2", "")],
            [("a", "1", ""), ("a", "9", "")],
            [("a", "1", ""), ("a", "2", ""), ("a", "3", "")],
            [("a", "1", ""), ("a", "3", ""), ("a", "9", "")],
            [],
        ),
    ],
)
def test_each_case(base, ours, theirs, rows, conflicts) -> None:
    merged = merge_rows(SCHEMA, base, ours, theirs)
    assert list(merged.rows) == rows
    assert [(c.key[0], c.base, c.ours, c.theirs) for c in merged.conflicts] == conflicts


def test_many_twins_are_paired_in_linear_time() -> None:
    rows = [("", str(number), "") for number in range(50_000)]
    assert len(merge_rows(SCHEMA, rows, rows[:-1], [*rows, ("", "new", "")]).rows) == 50_000


def test_csv_file_with_conflict_keeps_both_versions() -> None:
    ours = units(U1.replace("单位1", "甲").replace("党政机关", "学校"), U2)
    data, conflicts = merge_files(UNITS, DESCRIPTOR, units(U1, U2), ours, units(U1.replace("单位1", "乙"), U2, U3))
    assert [(c.resource, c.key, c.field, c.base, c.ours, c.theirs) for c in conflicts] == [
        ("units", ("U001",), "name", "单位1", "甲", "乙")
    ]
    left, right = "U001,甲,学校,县,,,,,,", "U001,乙,学校,县,,,,,,"
    assert data == units(MARKS[0], left, MARKS[1], right, MARKS[2], U2, U3)
    assert conflict_sentence(DESCRIPTOR, UNITS, conflicts[0]) == (
        f"{UNITS}：单位 U001 的“单位名称”两边都改了（原为“单位1”，本方“甲”，对方“乙”），请决定留哪一种"
    )


def test_a_conflict_file_is_cut_at_line_ends_alone() -> None:
    odd = U2.replace("单位2", "单\u2028位\x85\x0b\x1c2")
    data, conflicts = merge_files(
        UNITS, DESCRIPTOR, units(U1, odd), units(U1.replace("县", "省"), odd), units(U1.replace("县", "市"), odd)
    )
    assert conflicts and data.decode().split("\n")[-2] == odd


def test_personal_values_are_not_said() -> None:
    conflict = Conflict(("H0000001",), "poverty_status", "未脱贫", "已脱贫", "返贫", "households")
    sentence = conflict_sentence(DESCRIPTOR, "records/townships/guzhen/households.csv", conflict)
    assert "H0000001 的“脱贫状态”两边都改了，" in sentence and "已脱贫" not in sentence


def test_columns_added_and_removed() -> None:
    base, wider = b"unit_code,name\nU1,a\nU2,b\n", b"unit_code,name,staff\nU1,a,5\nU2,b,\n"
    edited = b"unit_code,name\nU1,c\nU2,b\n"
    assert merge_files(UNITS, DESCRIPTOR, base, edited, wider)[0] == b"unit_code,name,staff\nU1,c,5\nU2,b,\n"
    assert merge_files(UNITS, DESCRIPTOR, wider, base, wider.replace(b",a,", b",c,"))[0] == edited
    with pytest.raises(GongshiError, match="去掉了“staff”"):
        merge_files(UNITS, DESCRIPTOR, wider, base, wider.replace(b"5", b"6"))


@pytest.mark.parametrize("bad", [b"", b"\xff\xfe", b"a,b\n", units("U1,a"), units('U1,"a\nb",,,,,,,,'), b"\0"])
def test_what_cannot_be_read_is_refused(bad: bytes) -> None:
    with pytest.raises(GongshiError, match="合并"):
        merge_files(UNITS, DESCRIPTOR, units(U1), bad, units(U2))
    with pytest.raises(GongshiError, match="不是数据包里的"):
        merge_files("records/README.md", DESCRIPTOR, b"", b"", b"")


PROJECT = next((ROOT / "records/projects").rglob("*.yaml"))


def test_yaml_documents_merge_by_field_and_list_row() -> None:
    path, base = PROJECT.relative_to(ROOT).as_posix(), PROJECT.read_bytes()
    swap = lambda data, old, new: data.replace(old, new) if old in data else pytest.fail("no such text")  # noqa: E731
    ours = (
        swap(base, b"build_kind: ", "sub_category: 新的\nbuild_kind: ".encode())
        if b"sub_category" not in base
        else base
    )
    ours = swap(ours, b"stages:\n", "stages:\n  - {stage: 入库, level: 县, done_on: 2019-01-01}\n".encode())
    theirs = swap(base, b"goal_satisfaction: ", b"goal_satisfaction: 1")
    data, conflicts = merge_files(path, DESCRIPTOR, base, ours, theirs)
    assert not conflicts and "入库".encode() in data and b"goal_satisfaction: 1" in data
    assert merge_files(path, DESCRIPTOR, base, theirs, ours)[0] == data
    data, conflicts = merge_files(
        path, DESCRIPTOR, base, swap(base, b"year: 2", b"year: 1"), swap(base, b"year: 2", b"year: 3")
    )
    assert [(c.resource, c.field) for c in conflicts] == [("projects", "year")]
    assert data.count(b"year: ") == 2 and MARKS[0].encode() in data
    with pytest.raises(GongshiError):
        merge_files(path, DESCRIPTOR, base, base + b"surprise: 1\n", theirs)


def test_agrees_with_git_on_edits_that_do_not_touch(tmp_path: Path) -> None:
    rng = random.Random(6)
    for _ in range(20):
        base = [[f"{n:03d}", str(rng.randrange(9)), ""] for n in range(90)]
        ours, theirs = [list(row) for row in base], [list(row) for row in base]
        for n in range(0, 90, 10):
            rng.choice((ours, theirs))[n][1] = "edited"
        del theirs[45]
        for name, rows in (("b", base), ("o", ours), ("t", theirs)):
            (tmp_path / name).write_bytes(csv_bytes(SCHEMA, rows))
        done = subprocess.run(["git", "merge-file", "-p", "o", "b", "t"], cwd=tmp_path, capture_output=True, check=True)
        assert csv_bytes(SCHEMA, merge_rows(SCHEMA, base, ours, theirs).rows) == done.stdout


DRIVER = f'{sys.executable} -c \'import sys; from gongshi.cli import gongshi; from gongshi.cli.merge import merge_driver; gongshi.add_command(merge_driver); merge_driver.main(sys.argv[1:], obj=__import__("pathlib").Path(".").resolve())\''


def git(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    return subprocess.run(["git", *who, *arguments], cwd=root, capture_output=True, text=True)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A repository with the driver set up and the units file on two branches, ``main`` checked out."""
    from support import tree_of

    for path, data in tree_of({}).files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    (tmp_path / ".gitattributes").write_text("records/**/*.csv merge=gongshi\nrecords/**/*.yaml merge=gongshi\n")
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "config", "merge.gongshi.driver", f"{DRIVER} %O %A %B %P")
    return tmp_path


def commit(root: Path, data: bytes, branch: str = "") -> None:
    if branch:
        assert git(root, "checkout", "-q", "-B", branch).returncode == 0
    (root / UNITS).write_bytes(data)
    assert git(root, "add", "-A").returncode == 0
    assert git(root, "commit", "-q", "-m", "x").returncode == 0


def test_driver_in_a_real_merge(ledger: Path) -> None:
    commit(ledger, units(U1, U2))
    commit(ledger, units(U1, U2.replace("县", "乡镇")), "theirs")
    git(ledger, "checkout", "-q", "main")
    commit(ledger, units(U1, U2.replace("单位2", "改名")))  # the same line: Git alone would stop here
    done = git(ledger, "merge", "theirs", "-m", "m")
    assert done.returncode == 0, done.stderr
    assert (ledger / UNITS).read_bytes() == units(U1, U2.replace("单位2", "改名").replace("县", "乡镇"))


def test_driver_leaves_conflicts_unmerged(ledger: Path) -> None:
    commit(ledger, units(U1, U2))
    commit(ledger, units(U1.replace("单位1", "乙"), U2), "theirs")
    git(ledger, "checkout", "-q", "main")
    commit(ledger, units(U1.replace("单位1", "甲"), U2))
    done = git(ledger, "merge", "theirs")
    assert done.returncode == 1 and "单位 U001 的“单位名称”两边都改了" in done.stderr + done.stdout
    assert git(ledger, "diff", "--name-only", "--diff-filter=U").stdout.strip() == UNITS
    assert MARKS[0] in (ledger / UNITS).read_text(encoding="utf-8")


def test_driver_falls_back_to_lines(ledger: Path) -> None:
    commit(ledger, units(U1, "", U2, "U9,short"))
    commit(ledger, units(U1, "", U2, "U9,short", U3), "theirs")
    git(ledger, "checkout", "-q", "main")
    commit(ledger, units(U1.replace("单位1", "甲"), "", U2, "U9,short"))
    done = git(ledger, "merge", "theirs", "-m", "m")
    assert done.returncode == 0 and "按行合并" in done.stderr + done.stdout
    assert (ledger / UNITS).read_bytes() == units(U1.replace("单位1", "甲"), "", U2, "U9,short", U3)


def test_kill_at_any_moment_leaves_ours_or_the_merge(ledger: Path, tmp_path: Path) -> None:
    files = {"o": units(U1, U2), "a": units(U1.replace("县", "省"), U2), "b": units(U1, U2, U3)}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    command = f"exec {DRIVER} o a b {UNITS}"
    start = time.monotonic()
    assert subprocess.run(command, shell=True, cwd=ledger).returncode == 0
    whole, merged = time.monotonic() - start, (tmp_path / "a").read_bytes()
    assert merged == units(U1.replace("县", "省"), U2, U3)
    rng = random.Random(9)
    outcomes = Counter()
    for moment in range(rounds(15, 50)):
        (tmp_path / "a").write_bytes(files["a"])
        process = subprocess.Popen(command, shell=True, cwd=ledger)
        time.sleep(rng.uniform(0.8, 1.05) * whole if moment % 3 else rng.uniform(0, whole))
        process.send_signal(signal.SIGKILL)
        process.wait()
        outcomes[(tmp_path / "a").read_bytes()] += 1
    assert set(outcomes) <= {files["a"], merged}
