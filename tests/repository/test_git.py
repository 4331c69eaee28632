"""Git, asked in a real repository."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gongshi.model import GongshiError
from gongshi.repository import Git


def test_a_folder_without_git_is_answered_without_fuss(tmp_path: Path) -> None:
    git = Git(tmp_path)
    assert not git.exists()
    assert git.head() is None
    assert git.resolve("main") is None
    with pytest.raises(GongshiError, match="not a git repository"):
        git.tracked()
    with pytest.raises(GongshiError, match="找不到版本“main”"):
        git.ls_tree("main")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert not Git(tmp_path / "没有").exists()


def test_a_repository_before_its_first_commit(make_repository) -> None:
    git = make_repository()
    assert git.exists()
    assert git.head() is None
    assert git.tracked() == ()
    (git.root / "新.csv").write_bytes(b"a\n")
    assert git.tracked() == ()
    assert git.tracked(untracked=True) == ("新.csv",)


def test_a_computer_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not Git(tmp_path).exists()
    with pytest.raises(GongshiError, match="请先安装 Git"):
        Git(tmp_path).head()


def test_revisions(make_repository) -> None:
    git = make_repository({"a": "1"}, {"a": "2"})
    head = git.head()
    assert head == git.resolve("main") == git.resolve(head[:8])
    assert len(head) == 40
    assert git.resolve("main~1") not in (None, head)
    assert git.resolve("没有这个") is None
    assert git.merge_base("main", "main~1") == git.resolve("main~1")
    with pytest.raises(GongshiError, match="找不到版本"):
        git.merge_base("main", "gone")


@pytest.mark.parametrize("revision", ["", "--all", "-h", "--output=x", "HEAD\n--all", "HEAD:a", "HEAD\0"])
def test_what_is_no_revision_never_reaches_git_as_an_option(make_repository, revision: str) -> None:
    assert make_repository({"a": "1"}).resolve(revision) is None


def test_histories_without_a_common_ancestor(make_repository) -> None:
    git = make_repository({"a": "1"})
    git.run("checkout", "-q", "--orphan", "other")
    git.run("commit", "-q", "-m", "other")
    assert git.merge_base("main", "other") is None


def test_listing_and_blobs(make_repository) -> None:
    git = make_repository({"records/乡 镇/户.csv": "户号\n", "b": "", "c": "x" * 300_000, "d": "户号\n"})
    listing = git.ls_tree("HEAD")
    assert sorted(listing) == ["b", "c", "d", "records/乡 镇/户.csv"]
    mode, name = listing["d"]
    assert mode == "100644"
    assert name == hashlib.sha1("blob 7\0户号\n".encode()).hexdigest()
    names = [name for _, name in listing.values()]
    contents = dict(git.blobs(names * 2))
    assert contents[listing["records/乡 镇/户.csv"][1]] == "户号\n".encode()
    assert contents[listing["b"][1]] == b""
    assert len(contents[listing["c"][1]]) == 300_000


def test_blobs_may_be_left_half_read(make_repository) -> None:
    git = make_repository({"a": "x" * 1_000_000, "b": "y" * 1_000_000})
    reading = git.blobs([name for _, name in git.ls_tree("HEAD").values()])
    next(reading)
    reading.close()


@pytest.mark.parametrize("name", ["0" * 40, "HEAD", "HEAD:a", "", "0" * 40 + "\n"])
def test_a_blob_that_is_not_there(make_repository, name: str) -> None:
    with pytest.raises(GongshiError, match="读不到对象"):
        list(make_repository({"a": "1"}).blobs([name]))


def test_paths_are_relative_to_the_root_even_below_the_top(make_repository) -> None:
    top = make_repository({"县/a": "1", "b": "2"})
    below = Git(top.root / "县")
    assert below.tracked() == ("a",)
    assert list(below.ls_tree("HEAD")) == ["a"]
    assert below.exists()


def test_an_ignored_folder_is_not_in_the_repository_around_it(make_repository) -> None:
    top = make_repository({".gitignore": "build/\n"})
    (top.root / "build").mkdir()
    assert not Git(top.root / "build").exists()


def test_a_failure_names_the_command_and_hides_a_password(make_repository) -> None:
    git = make_repository({"a": "1"})
    with pytest.raises(GongshiError) as caught:
        git.run("ls-remote", "https://user:s3cret@localhost:1/x")
    assert "git ls-remote" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_the_complaint_is_the_line_that_says_why(make_repository, tmp_path: Path) -> None:
    git = make_repository({"a": "1"}, {"a": "2"})
    git.run("clone", "-q", "--bare", ".", str(tmp_path / "remote"))
    git.run("commit", "-q", "--amend", "-m", "x")
    assert git.complaint("push", str(tmp_path / "remote"), "main").startswith("! [rejected]")
    assert git.complaint("rev-parse", "HEAD") == ""


def test_a_hook_asks_another_index(make_repository, monkeypatch: pytest.MonkeyPatch) -> None:
    git = make_repository({"a": "1"})
    monkeypatch.chdir(git.root)
    monkeypatch.setenv("GIT_INDEX_FILE", "other")
    assert git.tracked() == ("a",) and Git.of_hook(git.root).tracked() == ()


def test_the_root_decides_not_the_variables_of_a_hook(
    make_repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git = make_repository({"a": "1"})
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    assert git.tracked() == ("a",)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file names")
def test_a_file_name_in_gbk_survives(make_repository) -> None:
    git = make_repository({"a": "1"})
    (git.root / os.fsdecode("户.csv".encode("gbk"))).write_bytes(b"1")
    assert git.tracked(untracked=True) == ("a", os.fsdecode("户.csv".encode("gbk")))


# -- a repository that a stranger has prepared -----------------------------------------------------------------------


def program(place: Path, canary: Path) -> Path:
    """A program that leaves a trace, whatever it is called for."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f'#!/bin/sh\necho "$0 $@" >> "{canary}"\nexit 1\n', encoding="utf-8")
    place.chmod(0o755)
    return place


QUESTIONS = (
    ("status", "--porcelain"), ("diff", "HEAD"), ("log", "-p"), ("show", "HEAD"), ("diff-tree", "-p", "HEAD~1", "HEAD"),
    ("diff", "--cached"), ("ls-files",), ("commit", "-q", "--allow-empty", "-m", "x"), ("switch", "-q", "--detach"),
)  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="the traps are programs of sh")
def test_no_program_of_the_settings_is_started(make_repository, tmp_path: Path) -> None:
    git, canary = (
        make_repository({"a.csv": "1\n", ".gitattributes": "*.csv diff=trap\n"}, {"a.csv": "2\n"}),
        tmp_path / "ran",
    )
    trap = program(tmp_path / "trap", canary)
    for name in ("pre-commit", "post-checkout", "post-commit"):
        program(git.root / ".git/hooks" / name, canary)
    for name in (
        "core.fsmonitor",
        "diff.external",
        "diff.trap.textconv",
        "diff.trap.command",
        "gpg.program",
        "core.pager",
    ):
        git.run("config", name, str(trap))
    git.run("config", "log.showSignature", "true")
    (git.root / "a.csv").write_bytes(b"3\n")
    for question in QUESTIONS:
        git.run(*question)
    assert not canary.exists()
    for question in QUESTIONS:  # the same, asked in the ordinary way
        subprocess.run(["git", "-C", str(git.root), *question], capture_output=True)
    said = canary.read_text(encoding="utf-8")
    assert "trap" in said and "pre-commit" in said and "post-checkout" in said


@pytest.mark.skipif(os.name == "nt", reason="the traps are programs of sh")
def test_git_is_never_taken_from_the_tree_or_the_current_folder(make_repository, tmp_path: Path, monkeypatch) -> None:
    git, canary = make_repository({"a": "1"}), tmp_path / "ran"
    program(git.root / ".venv/bin/git", canary), program(git.root / "git", canary), program(git.root / "县/git", canary)
    monkeypatch.chdir(git.root)
    true_path = os.environ["PATH"]
    for folders in ("", ".", "./", ".venv/bin", str(git.root), str(git.root / ".venv/bin"), "县/../.venv/bin"):
        monkeypatch.setenv("PATH", f"{folders}{os.pathsep}{true_path}")
        assert git.tracked() == ("a",) and Git(git.root / "县").exists() and Git(Path("县")).exists()
        assert subprocess.run(["git", "ls-files"], cwd=git.root).returncode and canary.exists()
        canary.unlink()
    (tmp_path / "link").symlink_to(git.root / ".venv/bin")
    monkeypatch.setenv("PATH", str(tmp_path / "link"))
    with pytest.raises(GongshiError, match="请先安装 Git"):
        git.run("status")
    assert not canary.exists()


@pytest.mark.skipif(os.name == "nt", reason="the traps are programs of sh")
def test_git_is_taken_from_no_other_work_tree_of_the_repository(make_repository, tmp_path: Path, monkeypatch) -> None:
    """Whoever reviews in a linked work tree has the environment of the first one on PATH, where a branch may lie."""
    git, canary = make_repository({"a": "1"}), tmp_path / "ran"
    for name in ("one", "two"):
        git.run("worktree", "add", "-q", "--detach", str(tmp_path / name))
    trees = (git.root, tmp_path / "one", tmp_path / "two")
    for place in trees:
        program(place / ".venv/bin/git", canary)
    monkeypatch.setenv("PATH", os.pathsep.join([*(str(place / ".venv/bin") for place in trees), os.environ["PATH"]]))
    for asked in ("two", "one"):
        code = f"import pathlib; from gongshi.repository import Git; print(Git(pathlib.Path({str(tmp_path / asked)!r})).tracked())"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.stdout == "('a',)\n" and not canary.exists(), done.stderr


def test_what_git_starts_finds_nothing_in_the_tree_either(make_repository, tmp_path: Path, monkeypatch) -> None:
    git = make_repository({"a": "1"})
    monkeypatch.setenv("PATH", os.pathsep.join(["", ".", str(git.root), os.environ["PATH"]]))
    git.run("config", "alias.path", "!echo $PATH")
    told = git.run("path").decode().strip().split(os.pathsep)
    assert "" not in told and "." not in told and str(git.root) not in told and len(told) > 1


def test_a_folder_that_looks_like_a_bare_repository_is_none(make_repository, tmp_path: Path) -> None:
    git = make_repository({"a": "1"})
    subprocess.run(["git", "init", "-q", "--bare", str(git.root / "县/袋")], check=True)
    assert not Git(git.root / "县/袋").exists()
    plain = subprocess.run(["git", "-C", str(git.root / "县/袋"), "rev-parse"], capture_output=True)
    assert plain.returncode == 0


def test_other_names_and_grafts_change_no_answer(make_repository) -> None:
    git = make_repository(
        {"a": "1", ".mailmap": "冒名 <other@example.invalid> <test@example.invalid>\n"}, {"a": "2"}, {"a": "3"}
    )
    asked = (("log", "--format=%an %aN"), ("rev-list", "HEAD"), ("show", "HEAD:a"), ("log", "--format=fuller"))
    before = [git.run(*question) for question in asked[1:3]]
    first, _, third = git.run("rev-list", "--reverse", "HEAD").decode().split()
    git.run("replace", third, first)
    (git.root / ".git/info").mkdir(exist_ok=True)
    (git.root / ".git/info/grafts").write_text(f"{third} {first}\n", encoding="ascii")
    git.run("config", "log.mailmap", "true")
    assert [git.run(*question) for question in asked[1:3]] == before
    assert "冒名".encode() not in git.run(*asked[3])
    plain = [subprocess.run(["git", "-C", str(git.root), *question], capture_output=True).stdout for question in asked]
    assert plain[1:3] != before and "冒名".encode() in plain[0]


def test_settings_are_read_without_those_of_the_door(make_repository) -> None:
    git = make_repository({"a": "1"})
    assert git.setting("core.hooksPath") == git.setting("user.nothing") == ""
    git.run("config", "core.hooksPath", "钩子")
    assert git.setting("core.hooksPath") == "钩子" and Git(git.root).top() == git.root.resolve()
