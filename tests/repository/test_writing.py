"""Writing is all or nothing, whoever dies when."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gongshi.model import GongshiError
from gongshi.repository import recover, write_files, write_private, writer

NAMES = [f"records/乡{number}/户.csv" for number in range(30)]
JOURNAL = ".gongshi/journal"


def snapshot(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".gongshi" not in path.parts
    }


def test_writes_replaces_and_deletes(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"1")
    (tmp_path / "same").write_bytes(b"2")
    os.utime(tmp_path / "same", ns=(0, 0))
    changed = write_files(tmp_path, {"新/深/a": b"3", "old": None, "same": b"2", "never": None})
    assert changed == ("old", "新/深/a")
    assert snapshot(tmp_path) == {"same": b"2", "新/深/a": b"3"}
    assert (tmp_path / "same").stat().st_mtime_ns == 0
    assert not (tmp_path / JOURNAL).exists()
    assert recover(tmp_path) is None


def test_a_file_gives_way_to_a_folder_and_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "run").write_bytes(b"1")
    (tmp_path / "run").chmod(0o755)
    write_files(tmp_path, {"a": None, "a/b": b"2", "run": b"2"})
    assert snapshot(tmp_path) == {"a/b": b"2", "run": b"2"}
    assert (tmp_path / "run").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize(
    "path",
    [
        "../x",
        "/x",
        "a/../b",
        ".git/config",
        "b/.GIT/x",
        ".gongshi/x",
        ".git./hooks/x",
        "link/x",
        "link2",
        "d",
    ],
)
def test_refuses_what_is_not_its_to_write_and_then_writes_nothing(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    (root / "d").mkdir(parents=True)
    (root / "link").symlink_to(tmp_path, target_is_directory=True)
    (root / "link2").symlink_to(tmp_path / "x")
    with pytest.raises(GongshiError):
        write_files(root, {"a": b"1", path: b"2"})
    assert snapshot(root) == {}
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("changes", [{"f/x": b"1"}, {"n": b"1", "n/x": b"1"}])
def test_a_file_in_the_way_is_found_before_anything_is_written(tmp_path: Path, changes: dict) -> None:
    (tmp_path / "f").write_bytes(b"0")
    with pytest.raises(GongshiError, match="已经是文件"):
        write_files(tmp_path, {"a": b"1", **changes})
    assert snapshot(tmp_path) == {"f": b"0"}


def test_a_missing_root_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(GongshiError, match="不能写入"):
        write_files(tmp_path / "没有", {"a": b"1"})
    assert recover(tmp_path / "没有") is None


def test_the_tools_folder_hides_itself_from_git(tmp_path: Path) -> None:
    write_files(tmp_path, {"a": b"1"})
    assert (tmp_path / ".gongshi/.gitignore").read_bytes() == b"*\n"


def half_done(root: Path, path: str = "b", staged: bytes = b"new", digest: str | None = None) -> None:
    """The state after the commit point: ``a`` already renamed, ``path`` not, ``c`` to be deleted."""
    journal = root / JOURNAL
    journal.mkdir(parents=True)
    (journal / "1").write_bytes(staged)
    files = [
        {"path": "c", "staged": None, "sha256": None},
        {"path": "a", "staged": "0", "sha256": hashlib.sha256(b"new").hexdigest()},
        {"path": path, "staged": "1", "sha256": digest or hashlib.sha256(staged).hexdigest()},
    ]
    (journal / "manifest.json").write_text(json.dumps({"version": 1, "files": files}))
    (root / "a").write_bytes(b"new")
    (root / "c").write_bytes(b"old")


def test_recover_rolls_forward_and_says_so(tmp_path: Path) -> None:
    half_done(tmp_path)
    assert recover(tmp_path) == "上次写入中途停止，已补齐余下的 2 个文件（共 3 个）。"
    assert snapshot(tmp_path) == {"a": b"new", "b": b"new"}
    assert recover(tmp_path) is None


def test_recover_discards_what_was_not_committed(tmp_path: Path) -> None:
    half_done(tmp_path)
    (tmp_path / JOURNAL / "manifest.json").rename(tmp_path / JOURNAL / "manifest.new")
    assert "没有改动" in recover(tmp_path)
    assert snapshot(tmp_path) == {"a": b"new", "c": b"old"}
    assert not (tmp_path / JOURNAL).exists()


def test_writing_over_a_dead_writers_work_settles_it_and_asks_to_start_again(tmp_path: Path) -> None:
    half_done(tmp_path)
    with pytest.raises(GongshiError, match="请重新运行"):
        write_files(tmp_path, {"b": b"mine"})
    assert snapshot(tmp_path) == {"a": b"new", "b": b"new"}
    write_files(tmp_path, {"b": b"mine"})
    assert snapshot(tmp_path)["b"] == b"mine"


def test_a_damaged_journal_overwrites_nothing(tmp_path: Path) -> None:
    half_done(tmp_path, digest="0" * 64)
    with pytest.raises(GongshiError, match="已损坏"):
        recover(tmp_path)
    assert snapshot(tmp_path) == {"a": b"new", "c": b"old"}
    (tmp_path / JOURNAL / "manifest.json").write_text("{")
    with pytest.raises(GongshiError, match="已损坏"):
        recover(tmp_path)


@pytest.mark.parametrize("path", [".git/hooks/pre-commit", "../x", "link/x"])
def test_a_journal_that_came_with_a_commit_cannot_reach_out(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path, target_is_directory=True)
    half_done(root, path=path)
    with pytest.raises(GongshiError):
        recover(root)
    assert not (root / ".git").exists()
    assert not (tmp_path / "x").exists()


def test_two_writers_take_turns(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from gongshi.repository import writer\n"
        "root = Path(sys.argv[1])\n"
        "for _ in range(40):\n"
        "    with writer(root) as write:\n"
        "        write({'n': str(int((root / 'n').read_bytes()) + 1).encode()})\n"
    )
    (tmp_path / "n").write_bytes(b"0")
    crowd = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(3)]
    assert [one.wait() for one in crowd] == [0, 0, 0]
    assert (tmp_path / "n").read_bytes() == b"120"


def test_a_writer_does_not_wait_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gongshi.repository.writing._PATIENCE", 0.05)
    with writer(tmp_path), pytest.raises(GongshiError, match="另一个"):
        write_files(tmp_path, {"a": b"1"})


def test_a_full_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gongshi.repository.writing.os.fsync", full)
    with pytest.raises(GongshiError, match="磁盘已满"):
        write_files(tmp_path, {"a": b"1"})
    monkeypatch.undo()
    assert snapshot(tmp_path) == {}
    assert recover(tmp_path) is None


def test_a_file_that_is_held_open_is_completed_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.replace

    def held(source: Path, target: Path) -> None:
        if Path(target).name == "b":
            raise PermissionError(13, "Permission denied")
        real(source, target)

    monkeypatch.setattr("gongshi.repository.writing.os.replace", held)
    with pytest.raises(GongshiError, match="自动补齐"):
        write_files(tmp_path, {"a": b"1", "b": b"2"})
    monkeypatch.undo()
    assert "补齐" in recover(tmp_path)
    assert snapshot(tmp_path) == {"a": b"1", "b": b"2"}


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_killed_at_any_moment_it_is_all_old_or_all_new(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from gongshi.repository import write_files\n"
        "names = sys.argv[2:]; print('ready', flush=True); n = 0\n"
        "while True:\n"
        "    n += 1; write_files(Path(sys.argv[1]), {name: b'%d' % n * 2000 for name in names})\n"
    )
    chance = random.Random(20200630)
    settled = set()
    for attempt in range(400):
        if attempt >= 24 and len(settled) > 1:
            break
        victim = subprocess.Popen([sys.executable, "-c", code, str(tmp_path), *NAMES], stdout=subprocess.PIPE)
        with victim:
            victim.stdout.readline()
            time.sleep(chance.uniform(0, 0.06))
            victim.kill()
        settled.add(recover(tmp_path))
        files = snapshot(tmp_path)
        assert len(set(files.values())) <= 1
        assert len(files) in (0, len(NAMES))
        assert not (tmp_path / JOURNAL).exists()
    assert len(settled) > 1, "no writer was caught at work"


def test_a_file_for_the_user_is_its_owners_alone_and_never_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "名单.xlsx"
    place.write_bytes(b"old")
    place.chmod(0o666)

    def ended(*_: object) -> None:
        raise SystemExit(143)  # what SIGTERM comes to

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", ended)
        with pytest.raises(SystemExit):
            write_private(place, b"new")
    assert snapshot(tmp_path) == {"名单.xlsx": b"old"}
    write_private(place, b"new")
    assert snapshot(tmp_path) == {"名单.xlsx": b"new"} and place.stat().st_mode & 0o777 == 0o600
    with pytest.raises(GongshiError, match="写不了"):
        write_private(tmp_path / "没有" / "a.xlsx", b"")
