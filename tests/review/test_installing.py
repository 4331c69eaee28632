"""What ``gongshi setup`` puts into a clone: it runs from there alone, and says so when it cannot."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from gongshi.cli.setup import setup
from gongshi.model import GongshiError
from gongshi.repository import Git
from gongshi.review.installing import HOOKS, PACKAGES, inside_tree, install
from support import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="runs the hooks by sh as Git does")


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "测试")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "test@example.invalid")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    root = tmp_path / "账 本's 100%A"
    root.mkdir()
    Git(root).run("init", "-q", "-b", "main")
    install(root)
    return root


def commit(clone: Path) -> subprocess.CompletedProcess[str]:
    (clone / "a.md").write_text(f"{os.urandom(4).hex()}\n", encoding="utf-8")
    subprocess.run(["git", "add", "a.md"], cwd=clone, check=True)
    return subprocess.run(["git", "commit", "-q", "-m", "x"], cwd=clone, capture_output=True, text=True)


def test_the_hooks_work_with_nothing_else_of_this_environment(clone: Path) -> None:
    """No PATH, no variables, and every file of the guard's kinds."""
    for number, path in enumerate(sorted((ROOT / "docs/screenshots").iterdir())):
        shutil.copy(path, clone / f"{number}.png")
    (clone / "表.zip").write_bytes(b"PK\5\6" + b"\0" * 18)
    (clone / "a.md").write_text("电话1" + "3" * 10 + "\n", encoding="utf-8")
    subprocess.run(["git", "add", "-A"], cwd=clone, check=True)
    who = {name: value for name, value in os.environ.items() if name.startswith("GIT_")}
    command, bare = ["sh", ".git/hooks/pre-commit"], {"PATH": "/usr/bin:/bin", **who}
    done = subprocess.run(command, cwd=clone, capture_output=True, text=True, env=bare)
    assert done.returncode == 1 and "a.md" in done.stderr and "Traceback" not in done.stderr


def test_the_copy_has_all_that_hooks_and_driver_import(clone: Path) -> None:
    """Everything that is imported by the rooms they use, at the top of a module or inside a function, but for the doors
    that neither goes through."""
    elsewhere = {"duckdb", "frictionless", "click", "yaml", "stdnum", "gongshi"}
    found = set()
    for room in ("repository", "package", "checks", "changes", "review"):
        for path in (ROOT / "tools/gongshi" / room).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module] if isinstance(node, ast.ImportFrom) else []  # fmt: skip
                found |= {name.split(".")[0] for name in names}
    assert found - sys.stdlib_module_names <= elsewhere
    assert sorted(path.name for path in (clone / ".git/gongshi/program/lib").iterdir()) == sorted(PACKAGES)


@pytest.mark.parametrize("gone", ["start.py", "lib"])
def test_a_program_that_is_gone_stops_the_commit_with_the_command_that_mends_it(clone: Path, gone: str) -> None:
    assert commit(clone).returncode == 0
    place = clone / ".git/gongshi/program" / gone
    place.rename(place.with_name("away"))
    done = commit(clone)
    assert done.returncode and "gongshi setup" in done.stderr and "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1
    install(clone)
    assert commit(clone).returncode == 0


def test_another_python_in_the_same_place_stops_it_too(clone: Path) -> None:
    start = clone / ".git/gongshi/program/start.py"
    start.write_text(
        start.read_text(encoding="utf-8").replace(f"!= {sys.version_info[:2]}", "!= (3, 0)"), encoding="utf-8"
    )
    done = commit(clone)
    assert done.returncode and "gongshi setup" in done.stderr and done.stderr.count("\n") == 1


def test_a_clone_that_was_moved_stops_until_it_is_set_up_again(clone: Path) -> None:
    assert commit(clone).returncode == 0
    moved = clone.rename(clone.with_name("moved"))
    done = commit(moved)
    assert done.returncode and "gongshi setup" in done.stderr
    install(moved)
    assert commit(moved).returncode == 0


def test_a_merge_whose_driver_is_gone_is_a_conflict_not_a_silent_pass(clone: Path) -> None:
    git = Git(clone)
    place = clone / "records/a.csv"
    place.parent.mkdir()
    for branch, text in (("main", "1\n2\n3\n"), ("b", "1\n2\n4\n"), ("main", "0\n2\n3\n")):
        git.run("switch", "-q", *(["-c"] if branch == "b" else []), branch) if git.head() else None
        place.write_text(text, encoding="utf-8")
        git.run("add", "-A"), git.run("commit", "-q", "-m", "x")
    shutil.rmtree(clone / ".git/gongshi/program")
    done = subprocess.run(["git", "merge", "b"], cwd=clone, capture_output=True, text=True)
    assert done.returncode and "gongshi setup" in done.stderr and git.run("ls-files", "-u")


def test_a_python_inside_of_the_tree_is_not_used(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its own name or by what a link leads to."""
    for name in HOOKS:
        (clone / ".git/hooks" / name).unlink()
    (clone / "bin").mkdir()
    (clone / "bin/python").write_text("", encoding="utf-8")
    link = clone.parent / "python"
    link.symlink_to(clone / "bin/python")
    for python in (clone / "bin/python", link):
        monkeypatch.setattr(sys, "_base_executable", str(python))
        with pytest.raises(GongshiError, match="装在这个仓库里面"):
            install(clone)
    assert not any((clone / ".git/hooks" / name).exists() for name in HOOKS)


def test_a_hook_of_an_older_setup_is_replaced(clone: Path) -> None:
    """They ran ``.venv/bin/python -m gongshi`` in the root of the work tree."""
    place = clone / ".git/hooks/pre-commit"
    place.write_text("#!/bin/sh\n# 由 gongshi setup 安装\nexec python -m gongshi\n", encoding="utf-8")
    install(clone)
    assert "-m gongshi" not in place.read_text(encoding="utf-8")
    assert "-m gongshi" not in Git(clone).setting("merge.gongshi.driver")


def test_an_environment_that_a_commit_could_replace_is_told(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not inside_tree(clone)
    monkeypatch.setattr("sys.prefix", str(clone / ".venv"))
    assert inside_tree(clone)
    done = CliRunner().invoke(setup, [], obj=clone)
    assert done.exit_code == 0 and "仓库外面" in done.output
