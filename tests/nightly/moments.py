"""kill -9 and a full disk at thirty random moments each of propose, build, merge, format and notice, on 200 households.

``make nightly``; not part of ``make test``. Whole processes with all they started are killed by the clock, and a file system of
a few megabytes is full at some byte of what a command writes (mounted by root; else a limit on files' sizes). Afterwards the
command that was cut short is run again: before it the ledger is in the old or the new state, and after it in the new one.
``GONGSHI_SEED`` repeats a night.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support import ROOT, project_descriptor

sys.path.append(str(ROOT / "tests/disclosure"))
from board import TOWN, VILLAGE, ledger

MOMENTS = int(os.environ.get("GONGSHI_MOMENTS", "30"))
SEED = int(os.environ.get("GONGSHI_SEED") or time.time())
HOUSEHOLDS = f"records/{project_descriptor().resources['households'].paths[0]}"
GROUNDS = ["--basis", "村民会议", "--approved-by", "古镇人民政府"]
NOTICE = ["new", "其他公告", "--division", TOWN, "--unit", "U900", "--starts", "2020-06-22"]
State = dict[str, str]


class Home:
    """A folder with a ledger in Git, its remote and its site; ``reset`` makes it as it was."""

    def __init__(self, place: Path, safe: Path) -> None:
        self.place, self.safe = place, safe
        self.root, self.site = place / "ledger", place / "site"
        names = {
            f"GIT_{role}_{what}": "gongshi@example.invalid"
            for role in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        }
        own = {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "TMPDIR": str(place / "tmp"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self.environment = os.environ | names | own

    def git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.root), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, env=self.environment).stdout.strip()

    def start(self, command: list[str]) -> subprocess.Popen[bytes]:
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return subprocess.Popen(command, cwd=self.root, env=self.environment, start_new_session=True, **pipes)

    def most(self, command: list[str]) -> tuple[int, str, int]:
        """Run a command, and see how many bytes of its disk it takes at most: what is written aside goes again."""
        free = least = shutil.disk_usage(self.place).free
        process = self.start(command)
        with ThreadPoolExecutor(1) as pool:
            said = pool.submit(lambda: process.communicate()[0])
            while not said.done():
                least = min(least, shutil.disk_usage(self.place).free)
                time.sleep(0.001)
        return process.returncode, said.result().decode("utf-8", "replace"), free - least

    def run(self, command: list[str]) -> tuple[int, str]:
        process = self.start(command)
        said, _ = process.communicate()
        return process.returncode, said.decode("utf-8", "replace")

    def reset(self) -> None:
        for path in self.place.iterdir():
            shutil.rmtree(path)
        for path in self.safe.iterdir():
            shutil.copytree(path, self.place / path.name, symlinks=True)
        (self.place / "tmp").mkdir(exist_ok=True)

    def records(self) -> State:
        folders = (self.root / "records", self.root / "policies")
        return {
            str(path.relative_to(self.root)): _digest(path)
            for folder in folders
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    def pages(self) -> State:
        return {
            str(path.relative_to(self.site)): _digest(path) for path in sorted(self.site.rglob("*")) if path.is_file()
        }


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def gongshi(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "gongshi", *arguments]


def change(home: Home, old: str, new: str) -> None:
    place = home.root / HOUSEHOLDS
    text = place.read_text("utf-8")
    assert old in text
    place.write_text(text.replace(old, new, 1), "utf-8")


def append(place: Path, text: str) -> None:
    place.parent.mkdir(exist_ok=True)
    with place.open("a", encoding="utf-8") as stream:
        stream.write(f"\n{text}\n")


# -- what each command is given; gives the command, and what the ledger is then ---------------------------------------


def formatting(home: Home) -> tuple[list[str], Callable[[], State]]:
    for path in sorted((home.root / "records").rglob("*.csv"))[::3]:
        head, *rows = path.read_text("utf-8").splitlines()
        path.write_bytes("\r\n".join([head, *reversed(rows)]).encode())
    return gongshi("format"), home.records


def noticing(home: Home) -> tuple[list[str], Callable[[], State]]:
    return gongshi("notice", *NOTICE), home.records


def building(home: Home) -> tuple[list[str], Callable[[], State]]:
    code, said = home.run(command := gongshi("build", "--draft", "--out", str(home.site)))
    assert code == 0, said
    append(home.root / "docs/about.md", "改过。")
    return command, home.pages


def _others(home: Home) -> None:
    """Somebody else's change of three files on main, on the remote already; one's own is of another record."""
    home.git("switch", "-q", "-c", "other")
    change(home, f"H0000007,{VILLAGE},1组", f"H0000007,{VILLAGE},8组")
    for name in ("docs/about.md", "policies/note.md", "records/README.md"):
        append(home.root / name, "别人。")
    home.git("add", "-A"), home.git("commit", "-q", "-m", "别人\n\n依据: 会议\n审批: 某办")
    home.git("push", "-q", "origin", "other:main"), home.git("switch", "-q", "main")
    home.git("branch", "-q", "-D", "other"), home.git("fetch", "-q")
    change(home, f"H0000002,{VILLAGE},2组", f"H0000002,{VILLAGE},9组")


def proposing(home: Home) -> tuple[list[str], Callable[[], State]]:
    _others(home)
    return gongshi("propose", "-m", "改组别", *GROUNDS), home.records


def merging(home: Home) -> tuple[list[str], Callable[[], State]]:
    """The driver as Git calls it, on the three files that Git gives it."""
    _others(home)
    for name, revision in (("base", "main"), ("theirs", "origin/main")):
        (home.root / f".git/{name}").write_bytes(f"{home.git('show', f'{revision}:{HOUSEHOLDS}')}\n".encode())
    shutil.copy(home.root / HOUSEHOLDS, home.root / ".git/ours")
    subprocess.run(gongshi("setup"), check=True, cwd=home.root, env=home.environment, stdout=subprocess.DEVNULL)
    driver = home.git("config", "merge.gongshi.driver")
    for mark, path in (("%O", ".git/base"), ("%A", ".git/ours"), ("%B", ".git/theirs"), ("%P", HOUSEHOLDS)):
        driver = driver.replace(mark, path)
    return ["sh", "-c", driver], lambda: {"ours": _digest(home.root / ".git/ours")} | home.records()


COMMANDS = {"propose": proposing, "build": building, "merge": merging, "format": formatting, "notice": noticing}


@pytest.fixture(scope="module")
def safe(tmp_path_factory) -> Path:
    """A ledger of 200 households in Git, and its bare remote."""
    safe = tmp_path_factory.mktemp("safe")
    ledger(safe / "ledger", 200)
    shutil.rmtree(safe / "ledger-home")
    shutil.copy(ROOT / "mkdocs.yml", safe / "ledger")
    shutil.copytree(ROOT / "docs", safe / "ledger/docs", ignore=shutil.ignore_patterns("screenshots"))
    (safe / "ledger/.gitignore").write_text(".gongshi/\n", "utf-8")
    home = Home(safe, safe)
    (safe / "tmp").mkdir()
    home.git("init", "-q", "-b", "main"), home.git("add", "-A"), home.git("commit", "-q", "-m", "开始")
    home.git("init", "-q", "--bare", str(safe / "remote.git"))
    home.git("remote", "add", "origin", "../remote.git"), home.git("push", "-q", "-u", "origin", "main")
    (safe / "tmp").rmdir()
    return safe


@pytest.fixture
def home(safe: Path, tmp_path: Path) -> Iterator[Home]:
    """On a small file system of its own where that may be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = hasattr(os, "geteuid") and os.geteuid() == 0 and _mount(place)
    yield Home(place, safe)
    if mounted:
        subprocess.run(["umount", "-l", str(place)], check=True)


def _mount(place: Path) -> bool:
    return (
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "none", str(place)], capture_output=True).returncode
        == 0
    )


class Night:
    """One command at many moments; ``seen`` counts what the ledger was afterwards."""

    def __init__(self, home: Home, name: str, how: str) -> None:
        self.home, self.name = home, name
        self.chance = random.Random(f"{SEED} {name} {how}")
        home.reset()
        self.command, self.state = COMMANDS[name](home)
        self.inside = home.place.parent / "before"
        shutil.copytree(home.place, self.inside, symlinks=True)
        self.old = self.state()
        begun = time.monotonic()
        code, said, self.bytes = home.most(self.command)
        self.seconds = time.monotonic() - begun
        folders = (home.site,) if name == "build" else (home.root / "records",)
        written = sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())
        self.bytes = max(self.bytes, written // 2)  # what comes and goes between two looks is not seen
        self.new = self.state()
        assert code == 0 and self.old != self.new, said
        self.seen: Counter[str] = Counter()
        self.home.safe = self.inside

    def settle(self, about: str) -> None:
        """The state now is one of the two once the next command has begun; the same command then gets to the new one."""
        state = self.state()
        if state not in (self.old, self.new):
            self.seen["settled by the next command"] += 1
            self.home.run(gongshi("format", "--check"))
            state = self.state()
        assert state in (self.old, self.new), (about, _difference(state, self.old), _difference(state, self.new))
        self.seen["old" if state == self.old else "new"] += 1
        if state == self.new and self.name in ("notice", "merge"):  # done twice is another thing than done
            return
        code, said = self.home.run(self.command)
        done = code == 0 or (self.name == "propose" and "没有改动" in said)
        assert done and "Traceback" not in said, (about, said)
        assert self.state() == self.new, (about, said)
        if self.name == "propose":
            self.sent(about)

    def sent(self, about: str) -> None:
        """Everything is on the remote, under one branch, and Git finds nothing wrong."""
        assert self.home.git("status", "--porcelain") == "", about
        heads = self.home.git("ls-remote", "--heads", "origin", "songshen/*").split()
        assert heads[0] == self.home.git("rev-parse", "HEAD") and len(heads) == 2, (about, heads)
        self.home.git("fsck", "--no-dangling")


def _difference(state: State, other: State) -> list[str]:
    return sorted(path for path in {*state, *other} if state.get(path) != other.get(path))[:5]


@pytest.mark.parametrize("name", COMMANDS)
def test_killed(home: Home, name: str) -> None:
    night = Night(home, name, "killed")
    for number in range(MOMENTS):
        home.reset()
        moment = night.chance.uniform(0, night.seconds * 1.05)
        process = home.start(night.command)
        try:
            process.communicate(timeout=moment)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            night.seen["killed"] += 1
        night.settle(f"seed {SEED}, {name} killed, moment {number} ({moment:.3f} of {night.seconds:.3f} s)")
    print(f"\nkill -9, {name}: seed {SEED}, {MOMENTS} moments of {night.seconds:.2f} s: {dict(night.seen)}")


@pytest.mark.parametrize("name", COMMANDS)
def test_full_disk(home: Home, name: str) -> None:
    night = Night(home, name, "full")
    real = os.path.ismount(home.place)
    for number in range(MOMENTS):
        home.reset()
        room = int(
            night.bytes * 1.1 * night.chance.random() ** (1, 3)[number % 2]
        )  # some commands need very little of it
        code, said = (
            _filled(home, room, night.command)
            if real
            else home.run(["sh", "-c", f'ulimit -f {room >> 10}; exec "$@"', "sh", *night.command])
        )
        night.seen["refused" if code else "done"] += 1
        about = f"seed {SEED}, {name} on a full disk, moment {number} (room for {room} of {night.bytes} bytes)"
        assert "Traceback" not in said, (about, said)
        assert code == 0 or said.strip(), about
        night.settle(about)
    print(
        f"\nfull disk ({'tmpfs' if real else 'limit'}), {name}: seed {SEED}, {MOMENTS} moments of {night.bytes} bytes: {dict(night.seen)}"
    )


def _filled(home: Home, room: int, command: list[str]) -> tuple[int, str]:
    """Run ``command`` with room for so many bytes on its disk."""
    filler = home.place / "tmp/filler"
    with filler.open("wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, max(shutil.disk_usage(home.place).free - room, 1))
    try:
        return home.run(command)
    finally:
        filler.unlink()
