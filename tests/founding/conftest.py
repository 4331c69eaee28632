"""The wheel as it is built, and an environment that has it alone: the libraries are lent by this one, the program is not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from support import ROOT

DIVISIONS = (
    "division_code,name,level,parent_code,slug\n990299000000,某某县,县,,\n990299100000,东镇,乡镇,990299000000,dong\n"
    "990299101000,西镇,乡镇,990299000000,xi\n990299100001,一村,村,990299100000,\n"
)
SPOKEN = ("--phone", "0793-1234567", "--address", "城关大道1号")
Run = Callable[..., subprocess.CompletedProcess[str]]


def own_environment(ceiling: Path) -> dict[str, str]:
    """No setting of this machine's, and no checkout above ``ceiling``."""
    names = {
        f"GIT_{who}_{what}": "test@example.invalid" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CEILING_DIRECTORIES": str(ceiling)}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "GONGSHI"))}
    return kept | names | quiet


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of what Git knows, so that nothing else can get in and nothing is left behind."""
    home = tmp_path_factory.mktemp("wheel")
    listed = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
    )
    for name in listed.stdout.decode().split("\0"):
        if (ROOT / name).is_file() and not name.startswith("tests/"):
            (home / "source" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, home / "source" / name)
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, "-w", home, home / "source"], check=True)
    (made,) = home.glob("*.whl")
    return made


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the programs of an environment that has the wheel."""
    home = tmp_path_factory.mktemp("环境 一")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    python = home / "bin/python"
    options = ["--quiet", "--no-deps", "--no-index", "--disable-pip-version-check"]
    subprocess.run([sys.executable, "-m", "pip", "--python", python, "install", *options, wheel], check=True)
    (packages,) = home.glob("lib/python*/site-packages")
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return python.parent


@pytest.fixture
def gongshi(installed: Path, tmp_path: Path) -> Run:
    """The installed command in a folder."""

    def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(installed / "gongshi"), *arguments]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=own_environment(tmp_path))

    return run
