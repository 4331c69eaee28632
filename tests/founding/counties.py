"""Counties to upgrade: of version 0.1 as its own program made it, and programs that are a version ahead of this one."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from founding.conftest import DIVISIONS, own_environment
from gongshi import __version__
from support import ROOT

FIRST = "8dd497e"
"""The last commit of version 0.1, whose ``gongshi new`` copied the program into counties."""

_NEW = """import sys
sys.path.insert(0, {source!r})
import gongshi
assert gongshi.__version__ == "0.1.0"
from gongshi.cli import main
sys.argv = ["gongshi", "-C", {root!r}, "new", {folder!r}, "--divisions", {divisions!r}]
main()
"""


def git(folder: Path, *arguments: str) -> str:
    env = own_environment(folder.parent)
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def first_county(home: Path) -> Path:
    """A county of version 0.1 in ``home``, made by the program of that time out of its own commit."""
    subprocess.run(["git", "clone", "-q", "--shared", "--no-checkout", ROOT, home / "first"], check=True)
    git(home / "first", "checkout", "-q", "--detach", FIRST)
    (home / "区划.csv").write_text(DIVISIONS, encoding="utf-8")
    folder = home / "老 县"
    names = {"source": str(home / "first/tools"), "root": str(home / "first"), "folder": str(folder)}
    code = _NEW.format(**names, divisions=str(home / "区划.csv"))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=own_environment(home))
    assert done.returncode == 0, done.stderr
    shutil.rmtree(home / "first")
    return folder


def edit(folder: Path, path: str, old: str, new: str) -> None:
    place = folder / path
    text = place.read_text(encoding="utf-8")
    assert old in text, path
    place.write_text(text.replace(old, new, 1), encoding="utf-8")


def commit(folder: Path, subject: str) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--no-verify", "-m", f"{subject}\n\nBasis: 会议\nApproved-by: 某办")


def next_program(installed: Path, home: Path, version: str, edits: dict[str, tuple[str, str]]) -> Path:
    """The folder with the programs of another environment like ``installed``, whose program is of ``version`` and differs in
    ``edits``: path below ``gongshi/`` to (old text, new text)."""
    shutil.copytree(installed.parent, home, symlinks=True)
    (packages,) = home.glob("lib/python*/site-packages")
    for path in packages.glob("gongshi-*.dist-info"):
        metadata = path / "METADATA"
        metadata.write_text(
            metadata.read_text("utf-8").replace(f"Version: {__version__}", f"Version: {version}"), "utf-8"
        )
        path.rename(path.with_name(f"gongshi-{version}.dist-info"))
    edit(packages, "gongshi/__init__.py", f'__version__ = "{__version__}"', f'__version__ = "{version}"')
    for path, (old, new) in edits.items():
        edit(packages, f"gongshi/{path}", old, new)
    for script in (home / "bin").iterdir():
        if script.name == "gongshi":
            text = script.read_text("utf-8")
            script.write_text(re.sub(r"^#!.*|^'''exec' .*$", lambda _: f"#!{home}/bin/python", text, count=1), "utf-8")
    return home / "bin"


def run(programs: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command of an environment, started by its own Python whatever its script says."""
    command = [str(programs / "python"), "-m", "gongshi", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=own_environment(folder.parent))


def state(folder: Path) -> tuple[str, dict[str, bytes]]:
    """(what is checked out, every file of the work tree but the program's own)."""
    files = {
        place.relative_to(folder).as_posix(): place.read_bytes()
        for place in sorted(folder.rglob("*"))
        if place.is_file() and place.relative_to(folder).parts[0] not in (".git", ".gongshi")
    }
    return git(folder, "rev-parse", "HEAD^{tree}"), files
