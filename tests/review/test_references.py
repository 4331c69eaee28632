"""What stands beside commits is looked at as they are: branch and tag names, texts of tags, notes, every header."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from gongshi.repository import Git
from gongshi.review import hooks
from gongshi.review.installing import install

PHONE = "1" + "38" + "0013" + "8000"


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "测试")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "test@example.invalid")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    root = tmp_path / "clone"
    root.mkdir()
    found = Git(root)
    found.run("init", "-q", "-b", "main")
    for at in "ab":
        found.run("commit", "-q", "--allow-empty", "-m", at)
    return found


def found(git: Git) -> list[str]:
    findings = hooks.commit_findings(git.root, "HEAD^", "HEAD")
    assert PHONE not in repr(findings)
    return [one.path for one in findings if one.code == "personal-phone"]


def test_nothing_is_said_of_clean_references(git: Git):
    git.run("tag", "-a", "v1", "-m", "第一版")
    git.run("notes", "add", "-m", "看过")
    assert hooks.commit_findings(git.root, "HEAD^", "HEAD") == []


def test_names_of_branches_and_tags(git: Git):
    git.run("branch", f"改/电话{PHONE}")
    git.run("tag", f"t{PHONE[:3]}-{PHONE[3:7]}-{PHONE[7:]}-电话{PHONE}")
    assert found(git) == ["分支或标签的名字"] * 2
    git.run("branch", f"old-{PHONE}", "HEAD^")  # of other commits than these
    assert len(found(git)) == 2


def test_texts_of_tags_also_behind_another_tag(git: Git):
    git.run("tag", "-a", "v1", "-m", f"请找 {PHONE}")
    git.run("tag", "-a", "v2", "-m", "好", "v1")
    assert [path[:3] for path in found(git)] == ["标签 ", "标签 "]


def test_notes_of_these_commits_and_no_others(git: Git):
    git.run("notes", "--ref", "看法", "add", "-m", f"请找 {PHONE}")
    assert [path[-3:] for path in found(git)] == ["的注释"]
    git.run("notes", "--ref", "看法", "remove")
    git.run("notes", "add", "-m", f"请找 {PHONE}", "HEAD^")
    assert found(git) == []


def test_a_header_that_git_shows_nowhere(git: Git):
    raw = git.run("cat-file", "commit", "HEAD")
    made = raw.replace(b"\n\n", f"\nx-phone {PHONE}\n\n".encode(), 1)
    name = git.run("hash-object", "-t", "commit", "-w", "--stdin", input=made).decode().strip()
    git.run("update-ref", "refs/heads/main", name)
    assert [path[-3:] for path in found(git)] == ["的说明"]


def test_submodules_and_files_of_other_kinds_in_any_commit(git: Git):
    (git.root / "docs").mkdir()
    (git.root / "docs/a.pdf").write_bytes(b"%PDF-1.7\n")
    git.run("add", "-A")
    git.run("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},lib")
    expected = [("guard-file", "docs/a.pdf"), ("guard-file", "lib")]
    staged = hooks.staged_findings(git.root, date(2020, 6, 30))
    assert sorted((one.code, one.path) for one in staged if one.severity == "error") == expected
    git.run("commit", "-q", "-m", "加")
    git.run("rm", "-q", "-r", "--cached", "docs", "lib")
    git.run("commit", "-q", "-m", "删")
    told = hooks.commit_findings(git.root, "HEAD~2", "HEAD")
    assert sorted((one.code, one.path) for one in told if one.severity == "error") == expected


def test_a_waiver_that_is_past_stops_the_commit_that_brings_it(git: Git):
    (git.root / "policies").mkdir()
    said = f"files:\n  - {{path: docs/a.pdf, sha256: {'0' * 64}, reason: 甲, approved_by: 乙, until: 2020-01-01}}\n"
    (git.root / "policies/waivers.yaml").write_text(said, encoding="utf-8")
    git.run("add", "-A")
    assert [one.code for one in hooks.staged_findings(git.root, date(2020, 6, 30))] == ["waiver"]


@pytest.mark.skipif(os.name == "nt", reason="runs the hooks by sh as Git does")
def test_a_push_is_stopped(git: Git, tmp_path: Path):
    install(git.root)
    other = tmp_path / "other"
    subprocess.run(["git", "init", "-q", "--bare", str(other)], check=True)

    def push(*what: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["git", "push", "-q", str(other), *what], cwd=git.root, capture_output=True, text=True)

    git.run("tag", "-a", "v1", "-m", f"请找 {PHONE}")
    git.run("notes", "add", "-m", f"请找 {PHONE}", "HEAD^")
    for what in ("v1", "refs/notes/commits", f"main:refs/heads/a/{PHONE}"):
        done = push(what)
        assert done.returncode and "没有推送" in done.stderr and "personal" not in done.stdout
    assert push("main").returncode == 0 and push(":main").returncode == 0


def test_the_name_of_a_pull_request_is_looked_at(git: Git):
    command = [sys.executable, "-m", "gongshi", "setup", "--hook", "commits", "HEAD", "HEAD"]
    done = subprocess.run([*command, f"a/{PHONE}"], cwd=git.root, capture_output=True, text=True)
    assert done.returncode == 1 and PHONE not in done.stderr
    assert subprocess.run([*command, "a/b"], cwd=git.root, capture_output=True).returncode == 0
