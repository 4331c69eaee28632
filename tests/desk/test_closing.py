"""What is found out beside the pages when the desk closes, or fails, ends without a word on the terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from gongshi.desk import Desk
from gongshi.desk.state import STOPPED
from gongshi.library.examining import Watch


def waited(until, seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while not until() and time.monotonic() < end:
        time.sleep(0.02)
    return until()


@pytest.mark.parametrize(
    "error", [RuntimeError("cannot schedule new futures"), KeyboardInterrupt(), ValueError("坏了")]
)
def test_a_check_that_fails_beside_is_told_by_its_page_or_by_nobody(desk: Desk, error, monkeypatch) -> None:
    loud, go = [], threading.Event()
    monkeypatch.setattr(threading, "excepthook", loud.append)

    def failing(self: Watch, today) -> list:
        go.wait(20)
        raise error

    monkeypatch.setattr(Watch, "examine", failing)
    assert desk.findings() is None and desk.failure("findings") == ""
    go.set()
    assert waited(lambda: desk.failure("findings") == STOPPED) and not loud
    go.clear()
    desk._begun.clear(), desk._failed.clear()
    desk.findings()
    desk.close()
    before = threading.active_count()
    go.set()
    assert waited(lambda: threading.active_count() < before)
    assert not loud and desk.failure("findings") == ""


def test_what_a_page_begins_beside_is_waited_for_at_the_end(desk: Desk) -> None:
    seen: list[bool] = []
    page = threading.Thread(
        target=lambda: desk.aside(lambda: seen.append(threading.current_thread().daemon)), daemon=True
    )
    page.start()
    page.join()
    assert waited(lambda: bool(seen)) and seen == [False]


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
@pytest.mark.parametrize("wait", [0.0, 0.3, 1.0])
def test_a_desk_closed_while_it_checks_leaves_no_traceback(root: Path, wait: float) -> None:
    command = [sys.executable, "-m", "gongshi", "-C", str(root), "desk", "--no-browser"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        address = process.stdout.readline().split("打开 ")[1].split("（")[0]
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        assert opener.open(address, timeout=60).status == 200
        opener.open(address.split("/begin")[0] + "/send", timeout=60)
        time.sleep(wait)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0 and "Traceback" not in said and "Error" not in said
