"""The audit tables in SQLite and Excel, and draws that anybody can repeat."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from changes.ledgers import field, ledger
from changes.test_history import HEAD, commit, run
from gongshi.changes.audit import audit_tables, sample
from gongshi.changes.past import history
from gongshi.cli.audit import audit
from gongshi.cli.sample import sample as sample_command
from gongshi.model import Finding, GongshiError, Severity
from gongshi.repository import Git, RevisionTree
from support import DictTree


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    run(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path, ledger(HEAD + "1,猫,5\n2,=1+1,6\n"), when="2020-01-01T00:00:00Z")
    message = "改年龄\n\n文号：测〔2020〕1号\nApproved-by: 某办\n依据: 细则"
    commit(tmp_path, ledger(HEAD + "1,猫,6\n3,@新,7\n"), message, author="乡", when="2020-02-01T00:00:00Z")
    return tmp_path


def tables(root: Path, *more) -> dict[str, list[tuple[str, ...]]]:
    with history(Git(root)) as past:
        return {table.name: list(table.rows) for table in audit_tables(past, "HEAD~1", *more)}


def test_each_change_with_who_and_why(repository: Path) -> None:
    finding = Finding("x", Severity.ERROR, "缺评议", "records/pets.csv", 2, "pets", key=("1",))
    found = tables(repository, [finding], [], [("pets", "1", "r1：暂缓"), ("cats", "1", "r2：另一张表的 1")])
    assert [(row[6:11]) for row in found["changes"]] == [
        ("1", "修改", "名age", "5", "6"),
        ("2", "删除", "名age", "6", ""),
        ("2", "删除", "名id", "2", ""),
        ("2", "删除", "名name", "=1+1", ""),
        ("3", "新增", "名age", "", "7"),
        ("3", "新增", "名id", "", "3"),
        ("3", "新增", "名name", "", "@新"),
    ]
    first = found["changes"][0]
    assert first[2:5] == ("乡", "某办", "测〔2020〕1号") and first[13:15] == (
        "新问题：缺评议 [x]",
        "r1：暂缓",
    )
    ((head, when, author, merger, subject, *papers, origin),) = found["commits"]
    assert head == origin and (when[:10], author, merger, subject) == ("2020-02-01", "乡", "", "改年龄")
    assert papers == ["测〔2020〕1号", "某办", "细则"]
    assert [row[0] for row in found["findings"]] == ["新问题"]


def test_moves_commits_without_changes_and_sealed_cells(repository: Path) -> None:
    sealed = field("box").replace("disclosure: public", "disclosure: sealed")
    moved = ledger("id,name,age,box\n", special=sealed)
    commit(repository, ledger("id,name,age,box\n1,猫,6,AAAA\n", special=sealed))
    moved.files["records/more.csv"] = "id,name,age,box\n1,猫,6,BBBB\n".encode()
    commit(repository, DictTree(moved.files))
    run(repository, "commit", "-q", "--allow-empty", "-m", "空")
    found = tables(repository)
    assert [row[4] for row in found["commits"]] == ["空"]
    with history(Git(repository)) as past:
        (_, changes, _) = audit_tables(past, "HEAD~2")
        cells = [row[7:11] for row in changes.rows]
        assert ("移动", "", "records/pets.csv", "records/more.csv") in cells
        assert not any("AAAA" in text or "BBBB" in text for row in changes.rows for text in row)


def call(root: Path, command, *arguments: str) -> str:
    result = CliRunner().invoke(command, list(arguments), obj=root, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_sqlite_file_holds_the_same(repository: Path, tmp_path: Path) -> None:
    out = tmp_path / "审计.sqlite"
    out.write_bytes(b"old")
    assert "变化 7 行" in call(repository, audit, "HEAD~1..HEAD", "-o", str(out))
    with sqlite3.connect(out) as connection:
        rows = connection.execute("SELECT * FROM changes ORDER BY rowid").fetchall()
        assert rows == tables(repository)["changes"]
        assert connection.execute("SELECT 新值 FROM changes WHERE 编号 = '1'").fetchall() == [("6",)]
        # what Datasette goes by: a key to link to, and a foreign key that makes the link
        assert [row[1] for row in connection.execute("PRAGMA table_info(commits)") if row[5]] == ["原提交"]
        assert [row[2:5] for row in connection.execute("PRAGMA foreign_key_list(changes)")] == [
            ("commits", "原提交", "原提交")
        ]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("SELECT DISTINCT 说明 FROM changes JOIN commits USING (原提交)").fetchall()
    connection.close()
    assert not list(tmp_path.glob(".gongshi-*"))


def test_excel_file_holds_text_only(repository: Path, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("xlsxwriter")
    out = tmp_path / "审计.xlsx"
    call(repository, audit, "HEAD~1..", "-o", str(out))
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["提交", "变化", "问题"]
    cells = [cell for row in book["变化"].iter_rows() for cell in row if cell.value]
    assert "=1+1" in [cell.value for cell in cells] and {cell.data_type for cell in cells} == {"s"}


@pytest.mark.parametrize(
    "arguments", [["HEAD", "-o", "a.sqlite"], ["HEAD~1..HEAD", "-o", "a.csv"], ["no..HEAD", "-o", "a.sqlite"]]
)
def test_wrong_usage_is_one_sentence(repository: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    with pytest.raises(GongshiError):
        call(repository, audit, *arguments)
    run(repository, "checkout", "-q", "-b", "side")
    commit(repository, ledger(HEAD), "旁支")
    run(repository, "checkout", "-q", "main")
    commit(repository, ledger(HEAD))
    with pytest.raises(GongshiError, match="正式历史"):
        call(repository, audit, "side..main", "-o", "a.sqlite")


def test_audit_with_findings_and_waivers(repository: Path, tmp_path: Path) -> None:
    (repository / "policies").mkdir()
    rule = (
        "{id: r1, title: 少, kind: change, resource: pets, at_most_fall: 9, severity: notice, clause: 无, message: 少}"
    )
    policy = f"policy: p\ntitle: 测\neffective: {{from: 2014-01-01}}\nrules:\n  - {rule}\n"
    (repository / "policies/p.yaml").write_text(policy, encoding="utf-8")
    more = "reason: 暂缓, approved_by: 某办, until: 2020-12-31}"
    waivers = (
        f"  - {{rule: r1, record: '1', {more}",
        f"  - {{rule: r9, record: '1', {more}",
        "  - {rule: r1, record: '2'}",
    )
    (repository / "policies/waivers.yaml").write_text("\n".join(["waivers:", *waivers, ""]), encoding="utf-8")
    run(repository, "add", "-A", "--", "policies")
    commit(repository, ledger(HEAD + "1,猫,8\n1,狗,9\n"))
    out = tmp_path / "a.sqlite"
    told = call(repository, audit, "HEAD~1..HEAD", "-o", str(out), "--findings")
    assert "policies/waivers.yaml:3：豁免的规则“r9”不存在" in told and "policies/waivers.yaml:4：" in told
    with sqlite3.connect(out) as connection:
        found = connection.execute("SELECT 问题, 豁免 FROM changes WHERE 编号 = '1'").fetchall()
    connection.close()
    assert all("新问题" in row[0] and row[1] == "r1：暂缓，某办，2020-12-31" for row in found) and found


def test_anybody_can_repeat_the_draw(repository: Path) -> None:
    rows = "".join(f"{number:03d},猫,{number}\n" for number in range(100))
    commit(repository, ledger(HEAD + rows))
    tree = RevisionTree(Git(repository), "HEAD")
    drawn = [key[0] for key in sample(tree, "pets", 10)]
    rank = {f"{n:03d}": hashlib.sha256(f"{tree.commit}\0pets\0{n:03d}".encode()).hexdigest() for n in range(100)}
    assert drawn == sorted(rank, key=rank.__getitem__)[:10]
    assert [key[0] for key in sample(tree, "pets", 3)] == drawn[:3]
    output = call(repository, sample_command, "10", "--from", "pets").splitlines()
    assert tree.commit in output[0] and output[1:] == drawn
    run(repository, "commit", "-q", "--amend", "-m", "另一个提交")
    assert [key[0] for key in sample(RevisionTree(Git(repository), "HEAD"), "pets", 10)] != drawn
    for wrong in (("101", "--from", "pets"), ("1", "--from", "cats"), ("1", "--from", "pets", "--at", "nowhere")):
        with pytest.raises(GongshiError):
            call(repository, sample_command, *wrong)


def test_many_records_that_change_at_once_are_a_row_each_beside_their_money(tmp_path: Path, monkeypatch) -> None:
    """Nothing of them is left out, and an amount stays a number of its own row."""
    monkeypatch.setattr("gongshi.changes.audit.MANY", 3)
    run(tmp_path, "init", "-q", "-b", "main")
    money = field("pay").replace("type: string", "type: number, unit: 元")
    head = "id,name,age,pay\n"
    commit(tmp_path, ledger(head + "".join(f"{n},猫{n},{n},10\n" for n in range(1, 5)), special=money))
    commit(tmp_path, ledger(head + "1,狗1,9,10\n2,狗2,8,1000010\n3,猫3,7,10\n4,狗4,4,10\n", special=money))
    with history(Git(tmp_path)) as past:
        (_, changes, _) = audit_tables(past, "HEAD~1")
        rows = [row[6:11] for row in changes.rows]
    assert [row[:2] for row in rows] == [(key, "修改") for key in "12234"]
    told = {(row[0], row[2]): row[3:] for row in rows}
    assert (
        told["2", "名pay"] == (10, 1000010)
        and told["3", "名age"] == ("3", "7")
        and told["4", "名name"] == ("猫4", "狗4")
    )
    assert told["1", "名age；名name"] == ("1；猫1", "9；狗1") and told["2", "名age；名name"] == ("2；猫2", "8；狗2")
