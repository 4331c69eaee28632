"""Commits of records say on what ground they were made; the pull request's own steps see to it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from changes.ledgers import ledger
from changes.test_history import HEAD, commit, run
from gongshi.changes.papers import lacking_sentence, unfounded_commits
from gongshi.repository import Git, recover
from gongshi.review.hooks import reminder
from support import ROOT, DictTree

FOUNDED = "改年龄\n\n文号：测〔2020〕1号\n审批：某办"


@pytest.mark.parametrize(
    ("message", "missing"),
    [
        ("改", "缺审批、缺文号或依据"),
        ("改\n\n审批：某办", "缺文号或依据"),
        ("改\n\nDoc-No: 一号", "缺审批"),
        ("改\n\n审批：\n文号：一号", "缺审批"),
        ("改\n\n审批：某办\n文号：一号\n\n后面还有一段", "缺审批、缺文号或依据"),
        (FOUNDED, ""),
        ("改\n\nApproved-by: 某办\nBasis: 村民代表会议记录", ""),
        ("改\n\nApproved-by: 某办\n依据: 细则", ""),
    ],
)
def test_what_a_message_lacks(message: str, missing: str) -> None:
    sentence = lacking_sentence(message)
    assert missing in sentence and bool(sentence) == bool(missing) and ("“审批：" in sentence or not missing)


@pytest.mark.parametrize(
    ("card", "named"), [("name: 测县\n", "测县人民政府"), ("name: [\n", "本县人民政府"), ("", "本县人民政府")]
)
def test_the_reminder_names_the_county_it_is_in(repository: Path, card: str, named: str) -> None:
    files = {"records/county/county.yaml": card.encode()} if card else {}
    commit(repository, DictTree({**ledger(HEAD + "1,猫,6\n").files, **files}), "没有依据")
    (found,) = unfounded_commits(Git(repository), "main", "HEAD")
    assert f"“审批：{named}”" in found.message
    (repository / "records/x.csv").write_text("a\n", encoding="utf-8")
    run(repository, "add", "-A")
    assert f"“审批：{named}”" in reminder(repository, "又改\n".encode())


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "head"
    root.mkdir()
    run(root, "init", "-q", "-b", "main")
    commit(root, ledger(HEAD + "1,猫,5\n"), "开始")
    run(root, "checkout", "-q", "-b", "work")
    return root


def test_commits_of_records_are_held_to_it_and_no_others(repository: Path) -> None:
    commit(repository, ledger(HEAD + "1,猫,6\n"), FOUNDED)
    (repository / "notes.txt").write_text("x", encoding="utf-8")
    run(repository, "add", "-A"), run(repository, "commit", "-qm", "只改程序")
    assert unfounded_commits(Git(repository), "main", "HEAD") == []
    commit(repository, ledger(HEAD + "1,猫,7\n"), "没有依据")
    commit(repository, ledger(HEAD + "1,猫,6\n"), "改回去")  # no change in the end, but two in the history
    run(repository, "checkout", "-q", "main")
    commit(repository, ledger(HEAD + "1,猫,5\n2,狗,1\n"), "主干上的")
    run(repository, "checkout", "-q", "work")
    run(repository, "merge", "-q", "-m", "并入主干", "-s", "ours", "main")
    found = unfounded_commits(Git(repository), "main", "HEAD")
    assert [(item.code, item.severity.value, item.message.split("“")[1].split("”")[0]) for item in found] == [
        ("trailer", "error", "没有依据"),
        ("trailer", "error", "改回去"),
    ]


def pull(head: Path, base: Path) -> subprocess.CompletedProcess[str]:
    command = [base / "tools/ci/pull.sh", head, "main", base / "report"]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_steps_of_a_pull_request(repository: Path, tmp_path: Path) -> None:
    base = tmp_path / "base"
    shutil.copytree(repository / "records", base / "records")
    shutil.copytree(ROOT / "tools/ci", base / "tools/ci")
    (base / "policies").mkdir()
    (base / ".venv").symlink_to(sys.prefix)
    commit(repository, ledger(HEAD + "1,猫,6\n"), FOUNDED)
    done = pull(repository, base)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "名age 5 → 6" in (base / "report/comment.md").read_text(encoding="utf-8")
    commit(repository, ledger(HEAD + "1,猫,7\n1,猫,8\n"), "重复")
    done = pull(repository, base)
    assert done.returncode == 1 and "title=trailer::提交" in done.stdout and "title=primary-key::" in done.stdout
    for name in ("comment.md", "changes.txt"):
        assert "新问题：" in (base / "report" / name).read_text(encoding="utf-8")
    schemas = sorted((repository / "records/schemas").iterdir())
    run(repository, "mv", schemas[0], "records/moved.yaml"), run(repository, "commit", "-qm", "移走")
    assert "涉及数据字典" in pull(repository, base).stdout  # a file that is moved away is named too
    (repository / ".gongshi").mkdir(exist_ok=True)
    (repository / ".gongshi/x").write_text("x", encoding="utf-8")
    run(repository, "add", "-f", ".gongshi/x"), run(repository, "commit", "-qm", "夹带")
    done = pull(repository, base)
    assert done.returncode == 1 and ".gongshi 是程序自己的文件夹" in done.stdout


def test_a_journal_that_came_with_a_commit_is_not_believed(repository: Path) -> None:
    from gongshi.model import GongshiError

    journal = repository / ".gongshi/journal"
    journal.mkdir(parents=True)
    (journal / "manifest.json").write_text('{"files": [{"path": "records/pets.csv", "staged": null, "sha256": null}]}')
    run(repository, "add", "-f", ".gongshi"), run(repository, "commit", "-qm", "夹带")
    with pytest.raises(GongshiError, match=r"带着 \.gongshi"):
        recover(repository)
    assert (repository / "records/pets.csv").exists()
