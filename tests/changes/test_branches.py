"""What each merge brought, read at once, is what Git says of it alone."""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from changes.ledgers import PETS
from changes.ledgers import ledger as small
from gongshi.changes.branches import Branches
from gongshi.changes.commits import authors_of, chain, logged
from gongshi.cli.audit import audit
from gongshi.repository import Git
from support import rounds


def git(root: Path, *arguments: str, who: str = "甲", at: int = 1_600_000_000) -> str:
    clock = {f"GIT_{role}_DATE": f"{at} +0800" for role in ("AUTHOR", "COMMITTER")}
    names = {f"GIT_{role}_NAME": who for role in ("AUTHOR", "COMMITTER")}
    done = subprocess.run(
        ["git", *arguments], cwd=root, env=os.environ | clock | names, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def grown(root: Path, draw: random.Random) -> None:
    """Main with branches of one to three commits, some merged into others or with main before they come back, one an octopus."""
    git(root, "init", "-q", "-b", "main")
    files = ["records/a.csv", "records/乡 镇.csv", 'records/"b".csv', "records/c/d.yaml"]
    clock = 1_600_000_000

    def change(who: str, message: str) -> None:
        nonlocal clock
        clock += draw.randrange(-50, 500)  # clocks differ
        for name in draw.sample(files, draw.randrange(3)):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(str(draw.random()), "utf-8")
        git(root, "add", "-A")
        git(root, "commit", "-q", "--allow-empty", "-m", message, who=who, at=clock)

    change("县", "首次")
    for turn in range(6):
        branches = [f"b{turn}-{n}" for n in range(draw.choice((1, 1, 2)))]
        for name in branches:
            git(root, "switch", "-q", "-c", name, "main")
            for part in range(draw.randrange(1, 4)):
                change(draw.choice("甲乙丙"), f"改\n\n\n正文 {part}\n\n文号：测〔2020〕{part}号\n")
        git(root, "switch", "-q", "main")
        if draw.random() < 0.5:
            change("县", "主线上")
            git(root, "switch", "-q", branches[0])
            git(root, "merge", "-q", "-s", "ours", "-m", "并入主线", "main", who="甲", at=clock)
            git(root, "switch", "-q", "main")
        git(root, "merge", "-q", "--no-ff", "-s", "ours", "-m", "合并", *branches, who="审", at=clock + 100)


@pytest.mark.parametrize("seed", range(rounds(2, 30)))
def test_origins_and_authors_are_git_s(tmp_path: Path, seed: int) -> None:
    grown(tmp_path, random.Random(seed))
    there = Git(tmp_path)
    known = Branches(there, there.commit("HEAD"))
    merges = [commit for commit in chain(there, "HEAD") if there.resolve(f"{commit}^2")]
    assert len(merges) == 6
    for merge in merges:
        span = f"{merge}^1..{merge}"
        assert known.authors(merge) == authors_of(there, f"{merge}^1", merge)
        brought = logged(there, "--no-merges", "--end-of-options", span)
        for path in ("records/a.csv", "records/c/d.yaml", "records/乡 镇.csv"):
            touched = [
                one for one in brought if there.run("diff-tree", "--root", "-r", "--name-only", one.commit, "--", path)
            ]
            origin = known.origin(merge, path)
            assert (origin is None) == (not touched), path
            if origin:
                assert origin in touched and origin.trailers == next(o for o in touched if o == origin).trailers
                newer = [
                    one
                    for one in touched
                    if one != origin and there.merge_base(origin.commit, one.commit) == origin.commit
                ]
                assert newer == [], "nothing of the branch came upon it"


def test_a_history_without_merges_brought_nothing(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "x")
    known = Branches(Git(tmp_path), Git(tmp_path).commit("HEAD"))
    assert known.origin("0" * 40, "a") is None and known.authors("0" * 40) == set()


def merged_often(root: Path, times: int) -> None:
    git(root, "init", "-q", "-b", "main")
    ledger = "id,name,age\n1,猫,0\n"
    for path, content in small(ledger).files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "首次")
    for turn in range(times):
        git(root, "switch", "-q", "-c", f"b{turn}")
        (root / PETS).write_text(f"id,name,age\n1,猫,{turn + 1}\n", "utf-8")
        git(root, "commit", "-q", "-am", "改", who="乡")
        git(root, "switch", "-q", "main")
        git(root, "merge", "-q", "--no-ff", "-m", "合并", f"b{turn}", who="县")


def test_an_audit_starts_as_many_processes_for_many_merges_as_for_few(tmp_path: Path, monkeypatch) -> None:
    started: list[object] = []
    whole = subprocess.Popen.__init__

    def counted(process, *rest, **more) -> None:
        started.append(process)
        whole(process, *rest, **more)

    monkeypatch.setattr(subprocess.Popen, "__init__", counted)
    counts = []
    for times in (2, 9):
        root = tmp_path / str(times)
        root.mkdir()
        merged_often(root, times)
        started.clear()
        done = CliRunner().invoke(audit, ["-o", str(tmp_path / f"{times}.sqlite")], obj=root)
        assert done.exit_code == 0, (done.output, done.exception)
        assert f"提交 {times + 1} 行，变化 {times + 1} 行" in done.output
        counts.append(len(started))
    assert counts[0] == counts[1] > 0
