"""The history: the last value is the current one, on real repositories; deletions, moves, renames, merges, the cache."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from changes.ledgers import PETS, edited, field, ledger, real_ledger, rows_of, write
from gongshi.changes.audit import audit_tables
from gongshi.changes.commits import commit_at, trailers
from gongshi.changes.past import field_versions, history, record_in, totals_in
from gongshi.model import GongshiError
from gongshi.repository import Git, RevisionTree, WorkTree
from support import DictTree, rounds

HEAD = "id,name,age\n"
Make = Callable[..., Git]


def commit(
    root: Path, tree: DictTree, message: str = "x", author: str = "甲", when: str = "2020-01-01T12:00:00+0800"
) -> None:
    for path in root.rglob("records/**/*"):
        if path.is_file() and path.relative_to(root).as_posix() not in tree.files:
            path.unlink()
    write(root, tree)
    who = {"GIT_AUTHOR_NAME": author, "GIT_COMMITTER_NAME": author, "GIT_COMMITTER_DATE": when, "GIT_AUTHOR_DATE": when}
    who |= {"GIT_AUTHOR_EMAIL": "a@example.invalid", "GIT_COMMITTER_EMAIL": "a@example.invalid"}
    run(root, "add", "-A", "--", "records")
    subprocess.run(["git", "commit", "-q", "--allow-empty", "-m", message], cwd=root, check=True, env=os.environ | who)


def run(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    run(tmp_path, "init", "-q", "-b", "main")
    return tmp_path


def current(root: Path) -> Counter:
    """Every row that the history says is there now."""
    found: Counter = Counter()
    with history(Git(root)) as past:
        for name, resource in past.descriptor.resources.items():
            for row in past.stored(name):
                cells = tuple(row.cells.get(field, "") for field in resource.schema.names)
                found[name, row.path, cells] += row.sign
    assert min(found.values(), default=0) >= 0
    return +found


@settings(max_examples=rounds(2, 5), deadline=None, phases=[Phase.generate])
@given(st.integers(0, 10**9))
def test_the_last_values_are_the_current_ones(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    root = tmp_path_factory.mktemp("ledger")
    run(root, "init", "-q", "-b", "main")
    tree = real_ledger()
    commit(root, tree)
    for step in range(4):
        tree = edited(tree, seed + step)
        commit(root, tree)
        if step == 2:
            assert current(root) == rows_of(tree)  # the index is made here and brought up to date below
    assert current(root) == rows_of(tree)
    for name in (root / ".git/gongshi").glob("history*"):
        name.unlink()
    assert current(root) == rows_of(tree)


ODD = [
    b"",
    b"\xef\xbb\xbfid,name,age\n1,a,2\n",
    b'id,name,age\n1,"a\nb",2\n',
    b"id,name,age\r\n1,a,2\r\n",
    b"id,name,age\n1,a",
]
ODD += [
    b"name,id,age\na,1,2\n",
    b'id,name,age\n"1","a,b",2\n\n2,b,3\n',
    "id,name,age\n1,某,2\n".encode("gbk"),
    b"id,name,age\n",
]
ODD += [
    b"id,name,age\n1,a,2\n1,a,2\n",
    b"id,name,age\n-- a/x,+++ b/y,@@ -1 +1 @@\n",
    b"id,name,age\n1,a,2,3\n\0\n",
    b"x\n\n\n",
]


def test_odd_contents_in_any_order(repository: Path) -> None:
    """Whatever a file held in between, the history agrees with the diff's reading of it."""
    rng = random.Random(3)
    commit(repository, ledger(HEAD))
    for _ in range(25):
        tree = ledger(rng.choice(ODD) if rng.random() < 0.95 else None)
        commit(repository, tree)
        found = {(path, tuple(sorted(cells.items()))) for path, cells in record_in(tree, "pets", "1")}
        with history(Git(repository)) as past:
            there: Counter = Counter()
            for row in past.stored("pets", ("1",)):
                there[row.path, tuple(sorted(row.cells.items()))] += row.sign
        assert set(+there) == found


def test_values_deletion_and_return(repository: Path) -> None:
    for number, body in enumerate(["1,猫,5\n", "1,猫,6\n", "", "1,猫,7\n"], 1):
        commit(repository, ledger(HEAD + body), f"第{number}次", when=f"2020-0{number}-01T00:00:00Z")
    with history(Git(repository)) as past:
        versions = past.versions("pets", ("1",))
        ages = field_versions(versions, "age")
        assert [(item.value, item.since.when[:7]) for item in ages] == [
            ("5", "2020-01"),
            ("6", "2020-02"),
            (None, "2020-03"),
            ("7", "2020-04"),
        ]
        assert [item.until for item in ages[:-1]] == [item.since for item in ages[1:]] and ages[-1].until is None
        assert [item.value for item in field_versions(versions, "name")] == ["猫", None, "猫"]
        with pytest.raises(GongshiError, match="没有编号是"):
            past.keys("pets", "2")
        with pytest.raises(GongshiError, match="没有“cats”"):
            past.keys("cats", "2")


def test_moves_and_renamed_fields_are_followed(repository: Path) -> None:
    commit(repository, ledger(HEAD + "1,猫,5\n"))
    moved = ledger(HEAD)
    moved.files["records/more.csv"] = (HEAD + "1,猫,5\n").encode()
    commit(repository, moved)
    renamed = ledger("id,age,called\n", "id age", special=field("called", ", formerly: [name]"))
    renamed.files["records/more.csv"] = "id,age,called\n1,5,猫\n".encode()
    commit(repository, renamed)
    renamed.files["records/more.csv"] = "id,age,called\n1,5,猫咪\n".encode()
    commit(repository, renamed)
    with history(Git(repository)) as past:
        versions = past.versions("pets", ("1",))
        assert [version.path for version in versions] == [PETS, "records/more.csv", "records/more.csv"]
        assert [item.value for item in field_versions(versions, "called")] == ["猫", "猫咪"]
    from gongshi.cli.history import history as command

    text = CliRunner().invoke(command, ["pets", "1"], obj=repository, catch_exceptions=False).output
    place, first, second = text.splitlines()[-3:]
    assert place == "  所在文件" and PETS in first and "— 至今  records/more.csv" not in first
    assert "至今  records/more.csv" in second
    assert "所在文件" not in CliRunner().invoke(command, ["pets", "1", "age"], obj=repository).output


def test_a_file_that_joins_the_package_later(repository: Path) -> None:
    tree = ledger(HEAD + "1,猫,5\n")
    listed = tree.files["records/datapackage.yaml"]
    first = DictTree({**tree.files, "records/datapackage.yaml": listed.replace(b"[pets.csv, more.csv]", b"more.csv")})
    commit(repository, first)
    commit(repository, tree)
    with history(Git(repository)) as past:
        assert len(past.versions("pets", ("1",))) == 1


def test_splits_and_mergers_of_households_are_linked(repository: Path) -> None:
    from gongshi.cli.history import history as command

    tree = real_ledger()
    path = next(path for path in tree.files if path.endswith("guzhen/status-events.csv"))
    header = tree.files[path].decode().splitlines()[0]
    assert header == "household_no,occurred_on,event,case_id,other_household"
    rows = {
        "split": "H0000001,2020-03-01,分户,Z2020-00001,H0000002\n",
        "merged": "H0000003,2020-04-01,并户,Z2020-00002,H0000001\n",
        "wrong": "H0000004,2020-02-01,并户,Z2020-00003,H0000001\n",
        "alone": "H0000001,2020-01-01,脱贫,Z2020-00004,H0000009\n",
    }
    for names in (["alone", "split", "wrong"], ["alone", "split", "merged"]):  # the wrong one is taken back
        lines = sorted(rows[name] for name in names)
        commit(repository, DictTree({**tree.files, path: f"{header}\n{''.join(lines)}".encode()}))
    moved = {**tree.files, path: f"{header}\n{rows['alone']}{rows['merged']}".encode()}
    other = path.replace("guzhen", "maocun")  # the event goes with its household to another township
    commit(repository, DictTree({**moved, other: f"{header}\n{rows['split']}".encode()}))
    with history(Git(repository)) as past:
        links = [
            (cells["household_no"], cells["event"], cells["other_household"])
            for cells in past.links("households", ("H0000001",))
        ]
        assert links == [("H0000001", "分户", "H0000002"), ("H0000003", "并户", "H0000001")]
        assert [cells["event"] for cells in past.links("households", ("H0000002",))] == ["分户"]
        assert past.links("households", ("H0000004",)) == past.links("members", ("H0000001",)) == []
        plan = past._connection.execute(
            "EXPLAIN QUERY PLAN SELECT * FROM row WHERE resource = 1 AND (line LIKE '%,分户,%' OR line LIKE '%,并户,%')"
        ).fetchall()
        assert "row_split_or_merged" in str(plan)

    def call(*arguments: str) -> str:
        return CliRunner().invoke(command, ["households", *arguments], obj=repository, catch_exceptions=False).output

    text = call("H0000001")
    assert "  2020-03-01 H0000001 分户，另一户 H0000002，案卷 Z2020-00001\n" in text
    assert "  2020-04-01 H0000003 并入 H0000001，案卷 Z2020-00002\n" in text
    assert "H0000001 分户，另一户 H0000002" in call("H0000002", "population") and "- 2020\\-03\\-01" in call(
        "H0000002", "--format", "markdown"
    )
    (record,) = json.loads(call("H0000002", "--format", "json"))["records"]
    assert [link["other"] for link in record["links"]] == ["H0000002"]


def test_merges_tell_author_and_merger(repository: Path) -> None:
    commit(repository, ledger(HEAD + "1,猫,5\n"), author="县")
    run(repository, "checkout", "-q", "-b", "side")
    commit(repository, ledger(HEAD + "1,猫,6\n"), "改年龄\n\n文号：测〔2020〕1号\nApproved-by: 某办", author="乡")
    run(repository, "checkout", "-q", "main")
    env = os.environ | {"GIT_COMMITTER_NAME": "审", "GIT_AUTHOR_NAME": "审"}
    subprocess.run(["git", "merge", "-q", "--no-ff", "-m", "合并", "side"], cwd=repository, check=True, env=env)
    with history(Git(repository)) as past:
        first, second = past.versions("pets", ("1",))
        origin = past.origin(second, first.path)
        assert second.revision.merge and second.revision.author == "审"
        assert (
            origin.author == "乡"
            and origin.trailer("Doc-No") == "测〔2020〕1号"
            and origin.trailer("Approved-by") == "某办"
        )
        assert past.origin(first, "") == first.revision


def test_trailers() -> None:
    assert trailers("题\n\n正文 文号：不算\n\n依据：细则 3\ndoc-no: A1\nOther: x\n") == (
        ("依据", "细则 3"),
        ("Doc-No", "A1"),
    )
    assert trailers("") == ()


def test_the_cache_may_be_deleted_damaged_or_of_another_branch(repository: Path) -> None:
    commit(repository, ledger(HEAD + "1,猫,5\n"))
    commit(repository, ledger(HEAD + "1,猫,6\n"))
    git, cache = Git(repository), repository / ".git/gongshi/history.sqlite"

    def answer(revision: str = "HEAD") -> list:
        with history(git, revision) as past:
            return past.versions("pets", ("1",))

    whole = answer()
    assert len(answer("HEAD~1")) == 1 and answer() == whole
    cache.unlink()
    assert answer() == whole
    cache.write_bytes(b"not a database")
    assert answer() == whole and cache.read_bytes().startswith(b"SQLite")
    cache.write_bytes(cache.read_bytes()[:9000])
    assert answer() == whole
    with closing(sqlite3.connect(cache)) as connection:
        connection.execute("UPDATE row SET line = '1,狗,5'")
        connection.commit()
        assert answer()[0].cells["name"] == "狗"
        connection.execute("PRAGMA user_version = 1")  # what another program made
    assert answer() == whole
    run(repository, "commit", "--amend", "-q", "-m", "改写")
    assert [version.cells for version in answer()] == [version.cells for version in whole]
    assert "history.sqlite" not in " ".join(WorkTree(repository).paths())
    cache.unlink()
    cache.mkdir()
    assert len(answer()) == 2  # the disk refuses: the answer comes from memory


def test_state_at_a_day_or_revision(repository: Path) -> None:
    tree = real_ledger()
    commit(repository, tree, when="2020-01-01T23:00:00+0800")
    path = next(path for path, data in tree.files.items() if path.endswith("/payments.csv") and b"F0000001" in data)
    after = DictTree({**tree.files, path: tree.files[path].replace(b"200.00", b"300.00")})
    commit(repository, after, when="2020-03-01T00:00:00+0800")
    git = Git(repository)
    early = RevisionTree(git, commit_at(git, "HEAD", date(2020, 2, 29)))
    assert [cells["amount"] for _, cells in record_in(early, "payments", "F0000001")] == ["200.00"]
    sums = [
        {(total.measure, total.group): total.after for total in totals_in(where, "payments")}
        for where in (early, RevisionTree(git, commit_at(git, "HEAD", date(2020, 3, 1))))
    ]
    assert sums[1]["支付（按用途）", "产业扶贫"] - sums[0]["支付（按用途）", "产业扶贫"] == 100
    assert len(record_in(early, "project-stages", "990101-2020-CY-0000")) == 2
    assert commit_at(git, "HEAD", date(2019, 12, 31)) is None


def test_show_at_a_day_is_what_main_was_then_in_china(repository: Path, tmp_path: Path) -> None:
    from gongshi.cli.history import history as command
    from gongshi.cli.history import show

    def call(what, root: Path, *arguments: str) -> str:
        return CliRunner().invoke(what, ["pets", "1", *arguments], obj=root, catch_exceptions=False).output

    commit(repository, ledger(HEAD + "1,猫,5\n"), when="2020-06-29T12:00:00+0800")
    commit(repository, ledger(HEAD + "1,猫,6\n"), when="2020-06-30T16:30:00+0000")  # half past midnight in China
    commit(repository, ledger(HEAD + "1,猫,7\n"), when="2020-06-30T01:00:00+0800")  # made to look older
    assert "名age：5" in call(show, repository, "--at", "2020-06-30")
    assert "名age：7" in call(show, repository, "--at", "2020-07-01")
    assert "2020-07-01（自称 2020-06-30，不可信）" in call(command, repository, "age")  # and so does the history
    with pytest.raises(GongshiError, match="2020-06-28 之前还没有任何版本"):
        call(show, repository, "--at", "2020-06-28")
    with pytest.raises(GongshiError, match="日期“2020-06-31”不对"):
        call(show, repository, "--at", "2020-06-31")
    run(tmp_path, "clone", "-q", "--depth", "1", repository.as_uri(), str(tmp_path / "end"))
    with pytest.raises(GongshiError, match=r"浅克隆.*--unshallow"):
        call(show, tmp_path / "end", "--at", "2020-06-28")


def test_signatures_that_a_user_wants_to_see_do_not_disturb(repository: Path) -> None:
    commit(repository, ledger(HEAD + "1,猫,5\n"))
    signed = subprocess.run(["git", "cat-file", "commit", "HEAD"], cwd=repository, check=True, capture_output=True)
    head, _, message = signed.stdout.partition(b"\n\n")
    forged = head + b"\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n" + message
    made = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--stdin"], cwd=repository, input=forged, capture_output=True
    )
    run(repository, "reset", "-q", "--soft", made.stdout.decode().strip())
    run(repository, "config", "log.showSignature", "true")
    git = Git(repository)
    assert list(git.lines("log", "--format=%H")) == [made.stdout.strip()]
    assert commit_at(git, "HEAD", date(2020, 1, 1)) == git.head()


def test_commands(repository: Path) -> None:
    from gongshi.cli.history import history as command
    from gongshi.cli.history import show

    runner = CliRunner()

    def call(what, *arguments: str) -> str:
        result = runner.invoke(what, list(arguments), obj=repository, catch_exceptions=False)
        assert result.exit_code == 0
        return result.output

    with pytest.raises(GongshiError, match="没有历史"):
        call(command, "pets", "1")
    commit(repository, ledger(HEAD + "1,猫,5\n2,\x1b[31m,6\n"), "建\n\nDoc-No: 一号", when="2020-01-01T00:00:00Z")
    commit(repository, ledger(HEAD + "2,\x1b[31m,6\n"), "删", when="2020-02-01T00:00:00Z")
    text = call(command, "pets", "1")
    assert "2020-01-01 — 2020-02-01  5  " in text and "，文号 一号 建" in text and "至今  （记录已删除）" in text
    assert "\x1b" not in call(command, "pets", "2", "name") and "名age" not in call(command, "pets", "2", "name")
    told = json.loads(call(command, "pets", "1", "age", "--format", "json"))
    assert told["format"] == 1 and [item["value"] for item in told["records"][0]["fields"][0]["values"]] == ["5", None]
    assert call(command, "pets", "1", "--format", "markdown").startswith("## 宠物 pets 1")
    assert "名age：5" in call(show, "pets", "1", "--at", "2020-01-15") and "名age：5" in call(
        show, "pets", "1", "--at", "HEAD~1"
    )
    assert "名age：6" in call(show, "pets", "2")
    for wrong in (("pets", "1"), ("cats", "1"), ("pets", "1", "--at", "2019-01-01"), ("pets", "1", "--at", "nowhere")):
        with pytest.raises(GongshiError):
            call(show, *wrong)
    with pytest.raises(GongshiError, match="没有“weight”"):
        call(command, "pets", "1", "weight")


def test_squash_revert_of_a_merge_octopus_and_replacements_lose_nothing(repository: Path) -> None:
    """However it came, each state of a record is told once, by the official history, and the last is what lies there."""
    who = ("-c", "user.name=县", "-c", "user.email=a@example.invalid")

    def put(name: str, text: str, author: str) -> None:
        files = ledger(None).files
        for path in ("records/pets.csv", "records/more.csv"):
            files[path] = (repository / path).read_bytes() if (repository / path).exists() else HEAD.encode()
        files[f"records/{name}.csv"] = f"{HEAD}{text}\n".encode()
        commit(repository, DictTree(files), f"{text} 改", author)

    def branch(name: str) -> None:
        run(repository, "switch", "-q", "-c", name, "main")

    put("pets", "1,猫,5", "县"), put("more", "9,鱼,9", "县")
    (
        branch("squashed"),
        put("pets", "1,猫,6", "乙"),
        put("pets", "1,猫,7", "乙"),
        run(repository, "switch", "-q", "main"),
    )
    run(repository, "merge", "-q", "--squash", "squashed"), run(repository, *who, "commit", "-q", "-m", "压缩合并")
    branch("merged"), put("pets", "1,猫,8", "丙"), run(repository, "switch", "-q", "main")
    run(repository, *who, "merge", "-q", "--no-ff", "-m", "合并", "merged")
    run(repository, *who, "revert", "-m", "1", "--no-edit", "HEAD")
    branch("one"), put("pets", "1,猫,10", "丙"), branch("two"), put("more", "9,鱼,11", "丁")
    run(repository, "switch", "-q", "main")
    run(repository, *who, "merge", "-q", "--no-ff", "-m", "几个一起", "one", "two")
    seen = []
    for _ in range(2):
        with history(Git(repository)) as past:
            told = {key: field_versions(past.versions("pets", (key,)), "age") for key in "19"}
            tables = {table.name: [*table.rows] for table in audit_tables(past, "")}
            seen.append([(one.value, one.since.commit) for one in told["1"]])
            assert [one.value for one in told["1"]] == ["5", "7", "8", "7", "10"]
            assert [one.value for one in told["9"]] == ["9", "11"]
            changed = [(row[6], *row[9:11]) for row in tables["changes"] if row[7] == "修改"]
            assert changed == [("1", "5", "7"), ("1", "7", "8"), ("1", "8", "7"), ("1", "7", "10"), ("9", "9", "11")]
            makers = [past.origin(one, one.path).author for one in past.versions("pets", ("1",))]
            assert (makers[0], makers[2], makers[4]) == ("县", "丙", "丙")
            assert makers[1] == makers[3] == os.environ["GIT_AUTHOR_NAME"]  # of a squash only who squashed is known
        lying = {path: (repository / path).read_bytes() for path in WorkTree(repository).paths("records/")}
        assert current(repository) == rows_of(DictTree(lying))
        run(repository, "replace", "-f", "main~1", "main~3")  # and then as another would have it
        (repository / ".git/gongshi/history.sqlite").unlink()
    assert seen[0] == seen[1]
