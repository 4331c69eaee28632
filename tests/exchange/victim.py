"""A process that runs one gongshi command again and again in a forked child and kills it (SIGKILL) at a chosen point of
its writing. Started by test_killed.py; speaks JSON lines: {"point": n or null} → {"killed": true} or {"calls": […]}.

A point is the n-th call of a C function once the writing has begun: a moment counted, not timed, so that every moment
can be had again. ``calls`` names them all, and whether each touches the disk.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import signal
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path

from gongshi.cli import gongshi, importing
from gongshi.exchange import Request
from gongshi.repository import WorkTree, writing
from gongshi.sealing import read_identity

for command in ("format", "sealing"):  # before the fork, so that children start at once
    importlib.import_module(f"gongshi.cli.{command}")
DISK = {"open", "replace", "mkdir", "unlink", "rmdir", "chmod", "fsync", "write", "flush", "close"}


def touches_disk(function: object) -> bool:
    """Whether a C function is one of the calls that change or sync a file."""
    owner = getattr(function, "__self__", None)
    module = getattr(function, "__module__", None)
    return function.__name__ in DISK and (module in ("posix", "_io") or isinstance(owner, io.IOBase))


def watch(point: int | None, calls: list[bool]) -> None:
    """Count from the beginning of the writing, and kill this process before call ``point``."""
    write = writing._write

    def profile(frame: object, event: str, function: object) -> None:
        if event == "c_call":
            if len(calls) == point:
                os.kill(os.getpid(), signal.SIGKILL)
            calls.append(touches_disk(function))

    def watched_write(*arguments: object) -> object:
        sys.setprofile(profile)
        try:
            return write(*arguments)
        finally:
            sys.setprofile(None)

    writing._write = watched_write


def child(arguments: list[str], stdin: bytes, point: int | None, answer: int) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin))
    calls: list[bool] = []
    watch(point, calls)
    with suppress(SystemExit):
        gongshi.main(arguments, standalone_mode=False)
    os.write(answer, json.dumps(calls).encode())
    os._exit(0)


def main(root: Path, arguments: list[str], stdin: bytes) -> None:
    if arguments[0] == "import":  # what is decided is the same each time; only the writing is to be cut short
        place = Path(arguments[1])
        request = Request(date(2020, 6, 30), identity=read_identity(Path(arguments[3]), root))
        planned = importing._plan(WorkTree(root), place, place.read_bytes(), request)
        importing._plan = lambda *_: planned
    print("ready", flush=True)
    for line in sys.stdin:
        read, write = os.pipe()
        process = os.fork()
        if process == 0:
            child(["-C", str(root), *arguments], stdin, json.loads(line)["point"], write)
        os.close(write)
        with os.fdopen(read, "rb") as pipe:
            calls = pipe.read()
        _, status = os.waitpid(process, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print(json.dumps({"killed": killed, "calls": json.loads(calls or b"[]")}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[3:], sys.argv[2].encode())
