"""Real repositories in ``tmp_path``, made from literals; nobody's own Git settings are read."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gongshi.repository import Git


@pytest.fixture(autouse=True)
def _own_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "测试")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "test@example.invalid")
        monkeypatch.setenv(f"GIT_{role}_DATE", "2020-06-30T12:00:00+0800")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))


@pytest.fixture
def make_repository(tmp_path: Path) -> Callable[..., Git]:
    """``make_repository({path: text}, {path: text or None}, …)``: one commit for each mapping."""

    def make(*commits: dict[str, str | None]) -> Git:
        root = tmp_path / "账本"
        root.mkdir()
        git = Git(root)
        subprocess.run(["git", "init", "-q", "-b", "main", str(root)], check=True)
        for number, files in enumerate(commits, 1):
            for path, text in files.items():
                place = root / path
                place.parent.mkdir(parents=True, exist_ok=True)
                if text is None:
                    place.unlink()
                else:
                    place.write_bytes(text.encode())
            git.run("add", "-A")
            git.run("commit", "-q", "-m", f"第 {number} 次")
        return git

    return make
