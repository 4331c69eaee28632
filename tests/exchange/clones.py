"""A county in Git with a bare remote, and what is done to it; for the tests of what is sent and reviewed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from gongshi.exchange.proposing import Message

HOUSEHOLDS = "records/townships/guzhen/households.csv"


@pytest.fixture(autouse=True)
def own_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "古镇扶贫办")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "test@example.invalid")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def clone(root: Path, tmp_path: Path) -> Path:
    """The county with a first commit, pushed to a bare remote; without rules, save where a test brings one."""
    (root / "policies/quality.yaml").unlink()
    (root / ".gitignore").write_text(".gongshi/\n", encoding="utf-8")
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "第一次")
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(root, "remote", "add", "origin", str(tmp_path / "remote.git"))
    git(root, "push", "-q", "-u", "origin", "main")
    return root


def said(text: str) -> Message:
    """A message with its grounds."""
    return Message(text, "", "村民会议", "古镇人民政府")


def change(root: Path, old: str, new: str, path: str = HOUSEHOLDS) -> None:
    place = root / path
    text = place.read_text(encoding="utf-8")
    assert old in text
    place.write_text(text.replace(old, new, 1), encoding="utf-8")


def other_change(clone: Path, old: str, new: str) -> None:
    """Somebody else's change, already on the remote main."""
    git(clone, "switch", "-q", "-c", "other")
    change(clone, old, new)
    git(clone, "commit", "-q", "-am", "别人")
    git(clone, "push", "-q", "origin", "other:main")
    git(clone, "switch", "-q", "main")
    git(clone, "branch", "-q", "-D", "other")
