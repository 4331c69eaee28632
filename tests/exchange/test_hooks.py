"""The hooks of a clerk's clone: what they stop, what they see, and what they leave alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from exchange.clones import change, clone, git, own_git
from gongshi.model import GongshiError
from gongshi.review import hooks
from gongshi.review.installing import install

__all__ = ["clone", "own_git"]


def test_hooks_stop_personal_data(clone: Path) -> None:
    install(clone), install(clone)
    phone = "1" + "3" * 10
    (clone / "名单.txt").write_text(f"电话{phone}\n", encoding="utf-8")
    git(clone, "add", "-A")
    done = subprocess.run(["git", "-C", str(clone), "commit", "-m", "x"], capture_output=True, text=True)
    assert done.returncode and "名单.txt" in done.stderr and phone not in done.stderr
    git(clone, "rm", "-q", "-f", "名单.txt")
    change(clone, "因病", "因学")
    done = subprocess.run(["git", "-C", str(clone), "commit", "-am", f"问{phone}"], capture_output=True, text=True)
    assert done.returncode and "提交说明" in done.stderr
    git(clone, "commit", "-qam", "改原因")


@pytest.mark.parametrize("how", [["-am", "x"], ["-m", "x", "说明.txt"]])
def test_hooks_see_what_was_never_staged(clone: Path, how: list[str]) -> None:
    """``commit -a`` and ``commit FILE`` commit from an index of their own."""
    (clone / "说明.txt").write_text("空\n", encoding="utf-8")
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "说明")
    install(clone)
    phone = "1" + "3" * 10
    (clone / "说明.txt").write_text(f"电话{phone}\n", encoding="utf-8")
    done = subprocess.run(["git", "-C", str(clone), "commit", *how], capture_output=True, text=True)
    assert done.returncode and "说明.txt" in done.stderr and phone not in done.stderr
    (clone / "说明.txt").write_text("改了\n", encoding="utf-8")
    git(clone, "commit", "-q", *how)


def test_the_reminder_sees_records_that_were_never_staged(clone: Path) -> None:
    install(clone)
    change(clone, "因病", "因学")
    done = subprocess.run(["git", "-C", str(clone), "commit", "-qam", "改原因"], capture_output=True, text=True)
    assert not done.returncode and "提醒" in done.stderr


def test_every_commit_of_a_pull_request_is_looked_at(clone: Path) -> None:
    """What one commit brings and the next takes away, in a merge too; messages; an address that is a phone number."""
    base, phone = git(clone, "rev-parse", "HEAD"), "1" + "3" * 10
    (clone / "a.txt").write_text(f"甲\n电话{phone}\n", encoding="utf-8")
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "加")
    bad = git(clone, "rev-parse", "HEAD")
    git(clone, "rm", "-q", "a.txt")
    git(clone, "commit", "-q", "-m", f"删 {phone}")
    git(clone, "commit", "-q", "--allow-empty", "-m", "空", "--author", f"某 <{phone}@example.invalid>")
    found = hooks.commit_findings(clone, base, "HEAD")
    assert (found[0].path, found[0].line) == ("a.txt", 2) and bad[:12] in found[0].message
    assert sum("的说明" in finding.path for finding in found) == 2 and len(found) == 3
    assert phone not in repr(found) and hooks.commit_findings(clone, "HEAD", "HEAD") == []
    arguments = [sys.executable, "-m", "gongshi", "setup", "--hook", "commits"]
    done = subprocess.run([*arguments, base, "HEAD"], cwd=clone, capture_output=True, text=True)
    assert done.returncode == 1 and "历史" in done.stderr and phone not in done.stderr
    assert subprocess.run([*arguments, "HEAD", "HEAD"], cwd=clone).returncode == 0


def test_a_known_content_under_another_name_is_looked_at(clone: Path) -> None:
    base, phone = git(clone, "rev-parse", "HEAD"), "1" + "3" * 10
    (clone / "甲.txt").write_text("同\n", encoding="utf-8")
    (clone / f"乙{phone}.txt").write_text("同\n", encoding="utf-8")
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "名")
    git(clone, "mv", f"乙{phone}.txt", f"丙{phone}.txt")
    git(clone, "commit", "-q", "-m", "改名")
    found = hooks.commit_findings(clone, base, "HEAD")
    assert len(found) == 2 and all("文件名" in finding.message for finding in found) and phone not in repr(found)


def test_who_commits_is_looked_at_too(clone: Path, monkeypatch) -> None:
    install(clone)
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "1" + "3" * 10 + "@example.invalid")
    done = subprocess.run(
        ["git", "-C", str(clone), "commit", "--allow-empty", "-m", "x"], capture_output=True, text=True
    )
    assert done.returncode and "提交人" in done.stderr


def test_another_hook_is_left_alone(clone: Path) -> None:
    place = clone / ".git/hooks/pre-commit"
    place.parent.mkdir(exist_ok=True)
    place.write_text("#!/bin/sh\n", encoding="utf-8")
    with pytest.raises(GongshiError, match="已有别的"):
        install(clone)
    assert place.read_text(encoding="utf-8") == "#!/bin/sh\n"


def test_a_folder_of_hooks_for_every_repository_is_left_alone(clone: Path, tmp_path: Path) -> None:
    git(clone, "config", "core.hooksPath", str(tmp_path / "hooks"))
    with pytest.raises(GongshiError, match="hooksPath"):
        install(clone)
    assert not (tmp_path / "hooks").exists()
