"""A branch moves to a later commit with files and index, whoever dies on the way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gongshi.model import GongshiError
from gongshi.repository import Git, move, moving, recover, sending, writer


class Killed(BaseException):
    """What nothing catches."""


@pytest.fixture
def git(make_repository) -> Git:
    """On the first of two commits; the second changes, adds, takes away and makes executable."""
    made = make_repository({"a": "1\n", "b": "1\n", "c": "1\n"}, {"a": "2\n", "b": None, "d/e": "2\n"})
    (made.root / "c").chmod(0o755), (made.root / "d/e").chmod(0o755)
    made.run("commit", "-aqm", "第 3 次")
    made.run("branch", "later"), made.run("reset", "-q", "--hard", "HEAD~2")
    return made


def files(git: Git) -> dict[str, str]:
    return {path: (git.root / path).read_text() for path in ("a", "b", "c", "d/e") if (git.root / path).exists()}


OLD, NEW = {"a": "1\n", "b": "1\n", "c": "1\n"}, {"a": "2\n", "c": "1\n", "d/e": "2\n"}


def go(git: Git) -> None:
    with writer(git.root) as write:
        move(git.root, git.commit("later"), write)


def arrived(git: Git) -> bool:
    mode = os.name == "nt" or all((git.root / path).stat().st_mode & 0o100 for path in ("c", "d/e"))
    clean = git.run("status", "--porcelain", "--", "a", "b", "c", "d") == b""
    return files(git) == NEW and git.head() == git.commit("later") and clean and mode


def test_it_arrives_and_leaves_other_work_alone(git: Git) -> None:
    (git.root / "mine").write_text("x")
    git.run("add", "mine")
    go(git)
    assert arrived(git) and git.run("status", "--porcelain", "--", "mine") == b"A  mine\n" and recover(git.root) is None


@pytest.mark.parametrize("step", ["update-index", "update-ref", "unlink", "write", "chmod"])
def test_who_dies_on_the_way_is_finished_by_the_next_command(git: Git, step: str, monkeypatch) -> None:
    def dies(self, *arguments, real, **more):
        if step in (real.__name__, *arguments[:1]) and (step != "unlink" or self.name == "moving"):
            raise Killed
        return real(self, *arguments, **more)

    def write(_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed), writer(git.root) as real_write:
        for owner, name in ((Git, "run"), (Path, "unlink"), (Path, "chmod")):
            real = getattr(owner, name)
            patch.setattr(owner, name, lambda self, *rest, real=real, **more: dies(self, *rest, real=real, **more))
        move(git.root, git.commit("later"), write if step == "write" else real_write)
    assert files(git) == (
        OLD if step in ("write", "chmod") else NEW
    )  # chmod: of the staged files, before the commit point
    assert "已补齐" in recover(git.root) and arrived(git) and recover(git.root) is None


def test_a_file_that_was_changed_meanwhile_stays(git: Git, monkeypatch) -> None:
    def write(_: object) -> None:
        raise Killed

    with pytest.raises(Killed):
        move(git.root, git.commit("later"), write)
    (git.root / "a").write_text("mine\n")
    assert recover(git.root) and files(git) == NEW | {"a": "mine\n"} and git.head() == git.commit("later")


def test_a_move_that_cannot_be_written_is_none(git: Git) -> None:
    def write(_: object) -> None:
        raise GongshiError("磁盘已满。")

    with pytest.raises(GongshiError, match="磁盘已满"):
        move(git.root, git.commit("later"), write)
    assert files(git) == OLD and recover(git.root) is None and git.head() != git.commit("later")


def test_locks_of_a_sending_that_died_go_and_older_ones_stay(git: Git, monkeypatch) -> None:
    folder = git.root / ".git"
    (folder / "refs/heads/old.lock").write_bytes(b"")
    os.utime(folder / "refs/heads/old.lock", (1, 1))
    (folder / "gongshi").mkdir(exist_ok=True)
    (folder / "gongshi/sending").write_bytes(b"1")
    for name in ("index.lock", "refs/heads/x.lock"):
        (folder / name).write_bytes(b"")
    recover(git.root)
    assert sorted(path.name for path in folder.rglob("*.lock")) == ["old.lock"]
    (folder / "index.lock").write_bytes(b"")
    with sending(git.root):  # at work, not dead
        recover(git.root)
        assert (folder / "index.lock").exists()
        with pytest.raises(GongshiError, match="还没有做完"), sending(git.root):
            pass
    recover(git.root)
    assert (folder / "index.lock").exists() and (folder / "gongshi" / moving._SENDING).stat().st_size == 0
