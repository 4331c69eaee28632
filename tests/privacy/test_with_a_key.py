"""Names that only a key tells from words: where one is at hand they are found in all that changes, and never shown.

The names are of no surname and stand alone, so that no shape gives them away; each test sees the same pass without the key.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from disclosure.board import NAMES, ledger
from exchange.books import xlsx
from privacy.planted import git, run
from support import ROOT

NAME = NAMES[1]
PROJECT = "records/projects/2020/990101-2020-CY-0001.yaml"
GROUNDS = ("--basis", "村民会议", "--approved-by", "古镇人民政府")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A ledger whose members' names are sealed, in Git, pushed; and the key."""
    root = tmp_path_factory.mktemp("named") / "ledger"
    key = ledger(root)
    for name in ("mkdocs.yml", "docs"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, root / name)
    (root / ".gitignore").write_text("site/\n", encoding="utf-8")
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "第一次")
    return root, key


@pytest.fixture
def root(made: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy with a remote of its own; the key is where a clerk's is."""
    copy = tmp_path / "ledger"
    shutil.copytree(made[0], copy)
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(copy, "remote", "add", "origin", str(tmp_path / "remote.git"))
    git(copy, "push", "-q", "-u", "origin", "main")
    for part in ("NAME", "EMAIL"):
        for role in ("AUTHOR", "COMMITTER"):
            monkeypatch.setenv(f"GIT_{role}_{part}", "古镇扶贫办" if part == "NAME" else "office@example.org")
    monkeypatch.setenv("GONGSHI_IDENTITY", str(made[1]))
    return copy


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """From now on there is no key."""

    def taken() -> None:
        monkeypatch.delenv("GONGSHI_IDENTITY")
        monkeypatch.setenv("HOME", str(tmp_path / "nobody"))

    return taken


def content(root: Path, text: str) -> None:
    """A project says so, as a public free text."""
    with (root / PROJECT).open("a", encoding="utf-8") as file:
        file.write(f"content: {text}\n")


def sent(root: Path) -> list[str]:
    return git(root.parent / "remote.git", "branch", "--list", "--format=%(refname:short)").split()


def test_a_name_in_a_record_is_not_sent(root, without):
    content(root, f"{NAME}家门前道路")
    said = run(root, "propose", "-m", "修路", *GROUNDS)
    assert "姓名" in said and PROJECT in said and NAME not in said and sent(root) == ["main"]
    without()
    assert "姓名" not in run(root, "propose", "-m", "修路", *GROUNDS)


@pytest.mark.parametrize("where", ["message", "basis", "author"])
def test_a_name_in_a_commit_is_not_sent(root, without, where, monkeypatch):
    content(root, "硬化道路")
    words = {"message": ["-m", f"走访{NAME}", *GROUNDS], "basis": ["-m", "修路", "--basis", NAME, *GROUNDS[2:]]}
    if where == "author":
        monkeypatch.setenv("GIT_AUTHOR_NAME", NAME)
    said = run(root, "propose", *words.get(where, ["-m", "修路", *GROUNDS]))
    assert "姓名" in said and NAME not in said and sent(root) == ["main"]
    without()
    assert "姓名" not in run(root, "propose", *words.get(where, ["-m", "修路", *GROUNDS]))


def test_a_name_in_a_sheet_is_not_imported(root, tmp_path, without):
    head = ("项目编号", "项目名称", "年度", "建设内容及规模")
    book = tmp_path / "项目.xlsx"
    book.write_bytes(xlsx([head, ("990101-2020-CY-0001", "2020年张郢村茶园", "2020", f"{NAME}家的茶园")]))
    before = (root / PROJECT).read_bytes()
    said = run(root, "import", str(book))
    assert "姓名" in said and NAME not in said and (root / PROJECT).read_bytes() == before
    without()
    assert "姓名" not in run(root, "import", str(book), "--dry-run")


def test_a_page_with_a_name_is_not_built(root, without):
    content(root, f"{NAME}家门前道路")
    said = run(root, "build", "--draft")
    assert "个人信息" in said and NAME not in said and not (root / "site/index.html").exists()
    without()
    run(root, "build", "--draft")
    assert (root / "site/index.html").exists()


def test_the_whole_county_is_searched_for_names(root):
    content(root, f"{NAME}家门前道路")
    said = run(root, "unseal", "--check")
    assert PROJECT in said and "姓名" in said and NAME not in said
