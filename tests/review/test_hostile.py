"""A branch that brings code in every way we know, and everything a reviewer does with it: nothing of it runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gongshi.checks.programs import check_mixed, check_programs
from gongshi.site.manifest import read_manifest
from support import ROOT, rounds

sys.path.append(str(ROOT / "tests/disclosure"))
from board import ledger

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the traps are programs of sh")
GONGSHI = str(Path(sys.executable).with_name("gongshi"))
UNREFUSED = (
    "import gongshi.library.building as b; b.refuse_errors = lambda _: None; from gongshi.cli import main; main()"
)
"""Publishes a ledger of a few rows, which lacks what a whole one must have."""
GIT = shutil.which("git")
PYTHON = (
    *(
        "gongshi/__init__.py",
        "gongshi/__main__.py",
        "click.py",
        "click/__init__.py",
        "yaml.py",
        "stdnum.py",
        "duckdb.py",
    ),
    *(
        "multiprocessing.py",
        "json.py",
        "re.py",
        "runpy.py",
        "sitecustomize.py",
        "usercustomize.py",
        "conftest.py",
        "evil.py",
    ),
    *("tools/gongshi/__init__.py", "tools/gongshi/cli/__init__.py", "tools/sitecustomize.py", "tools/ci/trailers.py"),
    *("frictionless_evil.py", "mkdocs.py", "setup.py", "records/sitecustomize.py", "docs/evil.py"),
)
PROGRAMS = (
    *(
        ".venv/bin/python",
        ".venv/bin/python3",
        ".venv/bin/gongshi",
        ".venv/bin/git",
        ".venv/bin/sh",
        "git",
        "sh",
        "python3",
    ),
    *(
        "git.exe",
        "mkdocs",
        "grep",
        "rm",
        "cp",
        "cat",
        "tools/ci/pull.sh",
        ".githooks/pre-commit",
        "hooks/pre-commit",
        "trap/hooks/pre-commit",
    ),
)


def traps(ran: Path) -> dict[str, tuple[str, int]]:
    """Path → text and mode of every file; each leaves its own trace in the folder ``ran``."""
    found: dict[str, tuple[str, int]] = {}
    for path in PYTHON:
        found[path] = (f"open({str(ran / path.replace('/', '+'))!r}, 'w').close()\n", 0o644)
    for path in PROGRAMS:
        found[path] = (f"#!/bin/sh\n: > '{ran / path.replace('/', '+')}'\n", 0o755)
    start = f"import os; open({str(ran / 'pth')!r}, 'w').close()\n"
    monitor = (
        f"[core]\n\tbare = true\n\tfsmonitor = \": > '{ran / 'fsmonitor'}'; false\"\n\trepositoryformatversion = 0\n"
    )
    yaml = (ROOT / "mkdocs.yml").read_text("utf-8")
    run = f"!!python/object/apply:os.system [\": > '{ran / 'yaml-tag'}'\"]"
    texts = {
        ".venv/pyvenv.cfg": f"home = {ran}\n", ".venv/lib/python3.11/site-packages/x.pth": start, "x.pth": start, "tools/x.pth": start,
        "mkdocs.yml": f"{yaml}\nhooks:\n  - evil.py\nsite_author: {run}\n",
        "Makefile": f"$(shell : > '{ran / 'Makefile'}')\npull check site:\n\t: > '{ran / 'Makefile'}'\n",
        ".gitattributes": "*.csv filter=evil diff=evil merge=evil\n*.md working-tree-encoding=UTF-16\n",
        ".gitmodules": f'[submodule "x"]\n\tpath = x\n\turl = "ext::sh -c : >{ran / "submodule"}"\n\tupdate = !sh\n',
        ".gitconfig": f"[core]\n\tfsmonitor = : > '{ran / 'gitconfig'}'\n", ".mailmap": "冒名 <x@example.invalid> <test@example.invalid>\n",
        "trap/HEAD": "ref: refs/heads/main\n", "trap/config": monitor, "trap/objects/x": "", "trap/refs/x": "",
        "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "evil"\nbackend-path = ["."]\n',
    }  # fmt: skip
    return found | {path: (text, 0o644) for path, text in texts.items()}


class Reviewer:
    """Somebody whose PATH begins with the current folder and with the environment in the work tree."""

    def __init__(self, home: Path) -> None:
        self.home, self.root, self.ran = home, home / "ledger", home / "ran"
        who = {
            f"GIT_{role}_{what}": "test@example.invalid"
            for role in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        }
        path = os.pathsep.join(["", ".", str(self.root / ".venv/bin"), str(self.root), os.environ["PATH"]])
        own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_EDITOR": ":", "PATH": path}
        self.environment = os.environ | who | own

    def __call__(self, *command: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=cwd or self.root, env=self.environment, capture_output=True, text=True)

    def git(self, *arguments: str) -> str:
        done = self(GIT, *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def traces(self) -> list[str]:
        found = sorted(path.name for path in self.ran.iterdir())
        for path in self.ran.iterdir():
            path.unlink()
        return found


def write(root: Path, files: dict[str, tuple[str, int]]) -> None:
    for path, (text, mode) in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
        (root / path).chmod(mode)


def record(root: Path, old: str, new: str) -> None:
    (place,) = (path for path in root.glob("records/townships/*/households.csv") if old in path.read_text("utf-8"))
    place.write_text(place.read_text("utf-8").replace(old, new, 1), encoding="utf-8")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Path:
    """A ledger with hooks and driver, a publication of main, and the branch ``hostile``."""
    home = tmp_path_factory.mktemp("hostile")
    reviewer = Reviewer(home)
    ledger(reviewer.root, 6)
    reviewer.ran.mkdir()
    shutil.copy(ROOT / "mkdocs.yml", reviewer.root)
    shutil.copytree(ROOT / "docs", reviewer.root / "docs", ignore=shutil.ignore_patterns("screenshots"))
    shutil.copytree(ROOT / "tools/ci", reviewer.root / "tools/ci")
    write(reviewer.root, {".gitignore": (".venv/\n.gongshi/\n", 0o644), ".venv/bin/python": ("#!/bin/sh\n", 0o755)})
    reviewer.git("init", "-q", "-b", "main"), reviewer.git("add", "-A"), reviewer.git("commit", "-qm", "开始")
    done = reviewer(GONGSHI, "setup")
    assert done.returncode == 0, done.stderr
    done = reviewer(sys.executable, "-c", UNREFUSED, "build", "--out", str(home / "site"), "--log", str(home / "log"))
    assert done.returncode == 0, done.stderr
    reviewer.git("switch", "-qc", "hostile")
    write(reviewer.root, traps(reviewer.ran))
    record(reviewer.root, ",2组,", ",9组,")
    shutil.rmtree(reviewer.root / ".gongshi")
    reviewer.git("add", "-Af"), reviewer.git("commit", "-q", "--no-verify", "-m", "改组别\n\n依据: 会议\n审批: 某办")
    reviewer.git("switch", "-q", "main")
    reviewer.traces()
    return home


@pytest.fixture
def reviewer(prepared: Path, tmp_path: Path) -> Reviewer:
    """In the same place each time, for the hooks name it."""
    kept = tmp_path / "kept"
    shutil.copytree(prepared, kept, symlinks=True)
    yield Reviewer(prepared)
    shutil.rmtree(prepared)
    shutil.copytree(kept, prepared, symlinks=True)


def test_every_way_is_an_error_of_a_data_change(reviewer: Reviewer) -> None:
    paths = traps(reviewer.ran)
    assert len(paths) >= 12
    kept = {
        "Makefile",
        "mkdocs.yml",
        "pyproject.toml",
        ".mailmap",
    }  # a ledger may have them; a data change may not change them
    named = {finding.path for finding in [*check_programs(paths), *check_mixed([*paths, "records/x.csv"])]}
    assert named >= set(paths) - {path for path in paths if path.startswith("records/")}
    assert {finding.path for finding in check_programs(paths)}.isdisjoint(kept)


def by_commit(reviewer: Reviewer) -> None:
    reviewer.git("switch", "-q", "hostile")
    record(reviewer.root, ",3组,", ",8组,")
    assert reviewer(GIT, "commit", "-aqm", "x\n\n依据: 会议\n审批: 某办").returncode == 0  # its own files are fine
    done = reviewer(GIT, "commit", "-q", "--amend", "--allow-empty", "-m", "电话1" + "3" * 10)
    assert done.returncode and "提交说明" in done.stderr  # the hooks did run


def _mine(reviewer: Reviewer) -> None:
    record(reviewer.root, ",3组,", ",8组,")
    reviewer.git("commit", "-aqm", "x\n\n依据: 会议\n审批: 某办")


def by_merge(reviewer: Reviewer) -> None:
    _mine(reviewer)
    reviewer(GIT, "merge", "-q", "--no-edit", "hostile")
    (place,) = (
        path
        for path in reviewer.root.glob("records/townships/*/households.csv")
        if "H0000001" in path.read_text("utf-8")
    )
    assert ",9组," in place.read_text("utf-8") and ",8组," in place.read_text("utf-8")  # the driver did run
    reviewer.git("status"), reviewer(GIT, "commit", "-q", "--no-edit")
    reviewer.git("reset", "-q", "main~1")  # what was forced over the environment stays
    by_another_commit(reviewer)


def by_another_commit(reviewer: Reviewer) -> None:
    (reviewer.root / "a.txt").write_text("电话1" + "3" * 10, encoding="utf-8")
    reviewer.git("add", "a.txt")
    done = reviewer(GIT, "commit", "-qm", "x")
    assert done.returncode and "a.txt" in done.stderr


def by_rebase(reviewer: Reviewer) -> None:
    _mine(reviewer)
    assert reviewer(GIT, "rebase", "-q", "hostile").returncode == 0
    by_another_commit(reviewer)


def by_cherry_picking_and_stashing(reviewer: Reviewer) -> None:
    _mine(reviewer)
    reviewer(GIT, "cherry-pick", "hostile")
    reviewer(GIT, "cherry-pick", "--continue"), reviewer(GIT, "cherry-pick", "--abort")
    reviewer.git("reset", "-q", "--hard"), reviewer.git("switch", "-q", "hostile")
    record(reviewer.root, ",3组,", ",7组,")
    (reviewer.root / "new.txt").write_text("x", encoding="utf-8")
    reviewer.git("stash", "push", "-qu"), reviewer.git("switch", "-q", "main")
    reviewer(GIT, "stash", "pop")
    assert any(",7组," in path.read_text("utf-8") for path in reviewer.root.glob("records/townships/*/households.csv"))
    reviewer.git("reset", "-q", "--hard"), reviewer.git("restore", "--source=hostile", "--", "records", ".venv")
    reviewer(GIT, "revert", "--no-edit", "HEAD"), reviewer(GIT, "commit", "-qam", "x\n\n依据: 会议\n审批: 某办")


def by_looking_with_git(reviewer: Reviewer) -> None:
    reviewer.git("switch", "-q", "hostile")
    for words in (
        ("diff", "main", "--", "records"), ("log", "-p", "--stat", "main..hostile"), ("show", "hostile"), ("blame", "mkdocs.yml"), ("status",),
        ("grep", "组"), ("archive", "--format=tar", "-o", str(reviewer.home / "x.tar"), "hostile"), ("submodule", "status"), ("fsck",),
        ("bundle", "create", str(reviewer.home / "x.bundle"), "hostile"), ("worktree", "add", "-q", str(reviewer.home / "other"), "main"),
    ):  # fmt: skip
        reviewer(GIT, *words)
    reviewer(GONGSHI, "check", "records/townships", cwd=reviewer.home / "other")
    reviewer(GIT, "commit", "-qam", "x", cwd=reviewer.home / "other")


def by_writing(reviewer: Reviewer) -> None:
    reviewer.git("switch", "-q", "hostile")
    every = (
        ("amend", "households", "H0000003", "村民小组=5组"), ("undo",), ("template", "members", "-o", str(reviewer.home / "x.xlsx")),
        ("import", str(reviewer.home / "x.xlsx")), ("format",), ("due",), ("find", "H0000003"), ("export", "members", "-o", str(reviewer.home / "y.xlsx")),
        ("notice", "list"), ("upgrade", "--dry-run"), ("review", "list"),
    )  # fmt: skip
    for words in every[: rounds(2, len(every))]:
        done = reviewer(GONGSHI, *words)
        assert done.returncode in (0, 1, 2) and "Traceback" not in done.stderr, done.stderr


def by_reading(reviewer: Reviewer) -> None:
    reviewer.git("switch", "-q", "hostile")
    done = reviewer(GONGSHI, "check", "--against", "main")
    assert done.returncode == 1 and ".venv/bin/python: " in done.stdout and "site-settings" in done.stdout, (
        done.stdout + done.stderr
    )
    assert reviewer(GONGSHI, "check", "--format", "github").returncode == 1
    assert reviewer(GONGSHI, "diff", "main", "hostile").returncode == 0
    assert "9组" in reviewer(GONGSHI, "history", "households", "H0000002").stdout
    (
        reviewer(GONGSHI, "check", cwd=reviewer.root / "trap"),
        reviewer(GONGSHI, "-C", "trap", "history", "households", "H0000001"),
    )


def by_building(reviewer: Reviewer) -> None:
    reviewer.git("switch", "-q", "hostile")
    for more, code in (((), 1), (("--draft",), 2)):
        done = reviewer(GONGSHI, "build", "--out", str(reviewer.home / "site"), *more)
        assert done.returncode == code and "mkdocs.yml" in done.stderr, done.stderr


def by_verifying(reviewer: Reviewer) -> None:
    (file,) = (path for path in (reviewer.home / "log").glob("0*.json") if not path.match("*.quality.json"))
    forged = replace(read_manifest(file.read_bytes(), file.name), commit=reviewer.git("rev-parse", "hostile"))
    (reviewer.home / "forged").mkdir()
    (place := reviewer.home / "forged" / forged.name).write_bytes(forged.encode())
    reviewer.git("switch", "-q", "hostile")
    assert reviewer(GONGSHI, "verify", str(place)).returncode
    assert reviewer(
        GONGSHI, "verify", str(file), "--site", str(reviewer.home / "site"), "--log", str(reviewer.home / "log")
    ).returncode in (0, 1)


def by_proposing(reviewer: Reviewer) -> None:
    reviewer.git("switch", "-q", "hostile"), reviewer.git("switch", "-qc", "songshen/x")
    record(reviewer.root, ",3组,", ",8组,")
    done = reviewer(GONGSHI, "propose", "-m", "x", "--basis", "会议", "--approved-by", "某办")
    assert done.returncode == 2, done.stdout


def by_pulling(reviewer: Reviewer) -> None:
    base, head = reviewer.home / "base", reviewer.home / "head"
    for place, branch in ((base, "main"), (head, "hostile")):
        assert reviewer(GIT, "clone", "-q", "-b", branch, str(reviewer.root), str(place)).returncode == 0
    reviewer(GIT, "fetch", "-q", "origin", "main:main", cwd=head)
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, base)
    (base / ".venv").symlink_to(sys.prefix)
    commit = reviewer.git("rev-parse", "main")
    make = [
        "make",
        "-C",
        str(base),
        "-o",
        ".venv/.site",
        "pull",
        f"HEAD={head}",
        f"BASE={commit}",
        f"REPORT={reviewer.home / 'report'}",
    ]
    done = reviewer(*make, cwd=reviewer.home)
    assert done.returncode and "click.py" in done.stdout and "逐行看过" in done.stdout, done.stdout + done.stderr


DEEDS = (
    by_commit,
    by_merge,
    by_rebase,
    by_cherry_picking_and_stashing,
    by_looking_with_git,
    by_writing,
    by_reading,
    by_building,
    by_verifying,
    by_proposing,
    by_pulling,
)


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_nothing_of_the_branch_runs(reviewer: Reviewer, deed: Callable[[Reviewer], None]) -> None:
    deed(reviewer)
    assert reviewer.traces() == []


def test_the_traps_work(reviewer: Reviewer) -> None:
    """What was done before, and what is still no good idea, runs them."""
    reviewer.git("switch", "-q", "hostile")
    reviewer(sys.executable, "-m", "gongshi", "--version")
    reviewer(".venv/bin/python", "-m", "gongshi")
    reviewer(sys.executable, "-c", "import click, multiprocessing, conftest")
    reviewer("git", "status"), reviewer(GIT, "-C", "trap", "ls-files", "-m"), reviewer("make", "check")
    reviewer(GIT, "-c", "safe.bareRepository=all", "-C", "trap", "--work-tree=.", "status")
    reviewer(sys.executable, "-m", "mkdocs", "build", "-q", "-d", str(reviewer.home / "out"))
    reviewer(str(Path(sys.executable).with_name("mkdocs")), "build", "-q", "-d", str(reviewer.home / "out"))
    found = set(reviewer.traces())
    wanted = {
        "gongshi+__init__.py",
        ".venv+bin+python",
        "click+__init__.py",
        "git",
        "Makefile",
        "yaml-tag",
        "fsmonitor",
    }
    assert found >= wanted, wanted - found
