"""A Tree: the same answers from a folder, a repository and a commit."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gongshi.model import GongshiError
from gongshi.repository import RevisionTree, Tree, WorkTree

FILES = {"records/county/county.yaml": "name: 示例县\n", "records/乡/户.csv": "户号\nH1\n", "README.md": "x"}
OUTSIDE = [
    "/etc/passwd",
    "../x",
    "a/../README.md",
    "",
    ".",
    "a//b",
    "./README.md",
    "C:x",
    "a\\b",
    "a\0b",
    "a/",
]


@pytest.fixture(params=["folder", "repository", "commit"])
def tree(request: pytest.FixtureRequest, tmp_path: Path, make_repository) -> Tree:
    if request.param == "commit":
        return RevisionTree(make_repository(FILES), "HEAD")
    if request.param == "repository":
        return WorkTree(make_repository(FILES).root)
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(text.encode())
    return WorkTree(tmp_path)


def test_reading(tree: Tree) -> None:
    assert tree.paths() == tuple(sorted(FILES))
    assert tree.paths("records/") == ("records/county/county.yaml", "records/乡/户.csv")
    for path, text in FILES.items():
        assert tree.exists(path)
        assert tree.read(path) == text.encode()
        place = tree.file(path)
        assert place is None or place.read_bytes() == text.encode()
    assert tree.links() == ()
    assert tree.label


def test_what_is_not_a_file_is_said_in_one_sentence(tree: Tree) -> None:
    for path in ("没有.csv", "records"):
        assert not tree.exists(path)
        for ask in (tree.read, tree.file):
            with pytest.raises(GongshiError, match="没有文件"):
                ask(path)


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_outside_is_read(tree: Tree, path: str) -> None:
    assert not tree.exists(path)
    for ask in (tree.read, tree.file):
        with pytest.raises(GongshiError, match="不在仓库之内"):
            ask(path)


@pytest.mark.parametrize("kind", ["folder", "repository", "commit"])
def test_links_are_listed_and_never_followed(kind: str, tmp_path: Path, make_repository) -> None:
    git = make_repository({"真/a": "1"})
    (git.root / "file").symlink_to("真/a")
    (git.root / "folder").symlink_to("真", target_is_directory=True)
    (git.root / "out").symlink_to(tmp_path / "outside")
    (tmp_path / "outside").write_bytes(b"secret")
    git.run("add", "-A")
    git.run("commit", "-q", "-m", "links")
    if kind == "folder":
        (git.root / ".git").rename(tmp_path / "git")
    tree = RevisionTree(git, "HEAD") if kind == "commit" else WorkTree(git.root)
    assert tree.paths() == ("真/a",)
    assert tree.links() == ("file", "folder", "out")
    for path in ("file", "out"):
        assert not tree.exists(path)
        with pytest.raises(GongshiError, match="符号链接"):
            tree.read(path)
    with pytest.raises(GongshiError):
        tree.read("folder/a")


def test_the_working_folder_has_new_files_but_not_deleted_or_ignored_ones(make_repository) -> None:
    git = make_repository({"gone": "1", "stays": "1", ".gitignore": "ignored\n"})
    (git.root / "gone").unlink()
    for name in ("new", "ignored"):
        (git.root / name).write_bytes(b"1")
    (git.root / ".gongshi").mkdir()
    (git.root / ".gongshi/lock").touch()
    tree = WorkTree(git.root)
    assert tree.paths() == (".gitignore", "new", "stays")
    (git.root / "later").write_bytes(b"1")
    assert "later" not in tree.paths()
    assert "later" in WorkTree(git.root).paths()


def test_a_folder_replaced_by_a_link_hides_what_was_in_it(make_repository, tmp_path: Path) -> None:
    git = make_repository({"d/a": "1", "b": "1"})
    (git.root / "d").rename(tmp_path / "moved")
    (git.root / "d").symlink_to(tmp_path / "moved", target_is_directory=True)
    tree = WorkTree(git.root)
    assert tree.paths() == ("b",)
    assert tree.links() == ("d",)


def test_a_plain_folder_is_walked_without_tool_folders(tmp_path: Path) -> None:
    for path in (
        "a",
        "b/c",
        ".venv/x",
        "site/x",
        "b/node_modules/x",
        "__pycache__/x",
        ".hidden/x",
        ".gongshi/x",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    assert WorkTree(tmp_path).paths() == ("a", "b/c")


def test_an_empty_repository_and_a_missing_folder(make_repository) -> None:
    git = make_repository()
    assert WorkTree(git.root).paths() == ()
    with pytest.raises(GongshiError, match="找不到版本“HEAD”"):
        RevisionTree(git, "HEAD")
    with pytest.raises(GongshiError, match="找不到文件夹"):
        WorkTree(git.root / "没有").paths()


def test_a_revision_does_not_see_the_folder(make_repository) -> None:
    git = make_repository({"a": "old"}, {"a": None, "b": "new"})
    old = RevisionTree(git, "HEAD~1")
    assert old.paths() == ("a",)
    assert old.read("a") == b"old"
    assert old.commit.startswith(old.label)


def test_prefetched_files_are_read_without_git(make_repository, monkeypatch: pytest.MonkeyPatch) -> None:
    git = make_repository({"a": "1", "b": "2", "c": "1"})
    tree = RevisionTree(git, "HEAD")
    tree.prefetch(tree.paths())
    monkeypatch.setenv("PATH", "")
    assert [tree.read(path) for path in tree.paths()] == [b"1", b"2", b"1"]


@pytest.mark.skipif(os.name == "nt", reason="no FIFO on Windows")
def test_a_pipe_is_not_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    tree = WorkTree(tmp_path)
    assert tree.paths() == ()
    with pytest.raises(GongshiError):
        tree.read("pipe")
