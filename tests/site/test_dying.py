"""A publication that is killed, or finds the disk full, at any call that changes the disk: the site and the log are old or new."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from logs import publish
from test_manifest import git

from gongshi.cli.verify import verify
from gongshi.site.chain import check_latest, check_log
from gongshi.site.manifest import digests
from gongshi.site.publishing import read_log
from support import rounds, tree_of

PROGRAM = """
import errno, io, os, shutil, sys, types
from pathlib import Path

import gongshi.library.building
from gongshi.cli import build as command
from gongshi.model import GongshiError

left, how, root = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
armed = False


def counted(call):
    def done(*arguments, **named):
        global left, armed
        if armed:
            left -= 1
            if left < 0 and how == "killed":
                os.kill(os.getpid(), 9)
            if left == 0 and how == "full":
                armed = False
                raise OSError(errno.ENOSPC, "full")
        return call(*arguments, **named)
    return done


def built(config, out, *rest, **more):
    global armed
    shutil.copytree(root.parent / "made", out, dirs_exist_ok=True)
    armed = True


for name in ("open", "fsync", "chmod", "replace", "rename", "mkdir", "fdopen"):
    setattr(os, name, counted(getattr(os, name)))
shutil.copyfile = counted(shutil.copyfile)
gongshi.library.building.of_examined = lambda *_: types.SimpleNamespace()
gongshi.library.building.still = lambda _: None
gongshi.library.building.build_site = built
place = root.parent
try:
    command.build.main(["--on", "2020-07-31", "--out", str(place / "site"), "--log", str(place / "manifests")], obj=root, standalone_mode=False)
except (GongshiError, OSError):  # of either the command line makes one sentence
    sys.exit(3)
print("calls left", left)
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A ledger, its site and its log of one publication, and in ``made`` what it would be built to today."""
    home = tmp_path_factory.mktemp("dying")
    county = {"county_code": "990101000000", "name": "示例县", "example": "是", "office": "扶贫办", "hotline": "12317"}
    for path, content in tree_of({"county": [county]}).files.items():
        (home / "ledger" / path).parent.mkdir(parents=True, exist_ok=True)
        (home / "ledger" / path).write_bytes(content)
    (home / "ledger/mkdocs.yml").write_text("site_name: x\nplugins: [gongshi]\n", "utf-8")
    git(home, "init", "-q", "ledger")
    git(home / "ledger", "add", "-A")
    git(home / "ledger", "commit", "-qm", "all")
    for name, text in (("site", "旧"), ("made", "新")):
        (home / name / "gongshi").mkdir(parents=True)
        (home / name / "index.html").write_text(text, "utf-8")
    publish(home / "manifests", home / "site", commit=git(home / "ledger", "rev-parse", "HEAD"))
    return home


def state(home: Path) -> tuple[str, int]:
    """The site's first page, and how many manifests there are; everything between is a failure."""
    log = read_log(home / "manifests")
    assert check_log(log) == [] == check_latest(home / "manifests/latest.txt", log)
    site = home / "site"
    if not site.exists():
        site = home / ".site.gongshi-old"
    text = (site / "index.html").read_text("utf-8")
    known = [made for made in log if made.files == digests(site)]
    assert known, "a site that no manifest knows"
    return text, len(log)


@pytest.mark.parametrize("how", ["killed", "full"])
def test_old_or_new(place, tmp_path, how):
    seen = set()
    for left in range(7, 200, rounds(34, 17)):
        home = shutil.copytree(place, tmp_path / str(left))
        command = [sys.executable, "-c", PROGRAM, str(left), how, home / "ledger"]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode in (0, 3 if how == "full" else -9), done.stderr
        seen.add((done.returncode, *state(home)))
        again = subprocess.run(
            [sys.executable, "-c", PROGRAM, "9999", how, home / "ledger"], capture_output=True, text=True
        )
        assert again.returncode == 0, again.stderr
        assert state(home) == ("新", 2) and not (home / ".site.gongshi-old").exists()
        checked = CliRunner().invoke(verify, ["--site", str(home / "site")], obj=home)
        assert checked.exit_code == 0, checked.output
        if done.returncode == 0 and int(done.stdout.split()[-1]) > 0:
            break  # it was over sooner
    assert {text for _, text, _ in seen} == {"旧", "新"} and {number for *_, number in seen} == {1, 2}, seen
