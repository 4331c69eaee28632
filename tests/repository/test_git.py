"""Git, asked in a real repository."""

from __future__ import annotations

import hashlib
import os
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
