"""``check`` beside other work: in a process with threads, with a guard that dies, and stopped from the keyboard."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from changes.ledgers import ledger as pets
from changes.ledgers import write
from checks.corpus import phone
from gongshi import cli
from gongshi.checks import guard_again, guard_aside
from support import ROOT, rounds


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A small ledger on disk with a phone number in it."""
    write(tmp_path, pets("id,name,age\n1,咪咪,3\n"))
    (tmp_path / "note.md").write_text(f"手机 {phone(random.Random(8))}\n", encoding="utf-8")
    return tmp_path


def run(root: Path):
    return CliRunner().invoke(cli.gongshi, ["-C", str(root), "check"], catch_exceptions=False)


def test_again_and_again_beside_an_open_database(ledger: Path) -> None:
    """Thirty times at night."""
    with duckdb.connect(config={"threads": 4}) as database:
        database.execute("CREATE TABLE t AS SELECT range AS n FROM range(300000)")
        told = set()
        for number in range(rounds(6, 30)):
            database.execute("SELECT sum(n) FROM t WHERE n > ?", [number]).fetchall()
            done = run(ledger)
            told.add((done.exit_code, done.output.count("note.md:1: 错误: 这里像有手机号")))
    assert told == {(1, 1)}


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV", "SIGTERM", "SIGINT"])
def test_a_guard_that_dies_is_one_sentence_and_no_pass(ledger: Path, name: str, monkeypatch, capsys) -> None:
    real = guard_aside.guard_aside

    @contextmanager
    def dying(root: Path, own: str):
        with real(root) as running:
            os.kill(running.process.pid, getattr(signal, name))
            yield running

    monkeypatch.setattr(guard_again, "guard_aside", dying)
    monkeypatch.setattr(sys, "argv", ["gongshi", "-C", str(ledger), "check"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    assert ended.value.code == 2 and said.out == ""
    assert said.err.startswith("错误：查找个人信息的进程中途停了（") and said.err.count("\n") == 1


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to see the second process")
def test_both_processes_end_from_the_keyboard() -> None:
    command = [sys.executable, "-m", "gongshi", "-C", str(ROOT), "check"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while not (guards := [pid for pid in children.read_text().split() if is_guard(pid)]):
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode != 0 and out == "" and "Traceback" not in err and err.count("\n") <= 2, err
    end = time.monotonic() + 10  # it had its signal at the same moment, and ends by itself
    while any(map(runs, guards)):
        assert time.monotonic() < end
        time.sleep(0.01)


def runs(pid: str) -> bool:
    """Whether a process is there, and not only its exit code that nobody has asked for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def is_guard(pid: str) -> bool:
    try:
        return b"guard_aside" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def test_the_second_process_is_light() -> None:
    names = "('duckdb', 'frictionless', 'pyrage', 'click')"
    code = f"import gongshi.checks.guard_aside, sys; print([name for name in {names} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
