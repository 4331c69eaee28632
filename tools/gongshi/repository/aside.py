"""A second process of this same program: started anew and apart from the folder it works on, never forked.

A fork copies one thread and the locks of all others; in a process with DuckDB's threads that ends in a crash.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from gongshi.model import GongshiError

_PROGRAM = Path(__file__).resolve().parents[2]
# "-I": nothing of the current folder, of PYTHON… variables or of the user's own packages is imported.
_START = (
    "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); runpy.run_module(sys.argv.pop(1), run_name='__main__')"
)
_WHOLE, _STOPPED = "whole", "stopped"
_MORE = b"more\n"


@dataclass(frozen=True, slots=True)
class Aside:
    """A process that is at work; ``what`` is its work in Chinese."""

    process: subprocess.Popen[bytes]
    what: str

    def answer(self) -> list[list[Any]]:
        """Wait for all values the process tells; GongshiError if it said why not, or ended in any other way."""
        told, _ = self.process.communicate()
        values = _whole(told.split(b"\n")) if self.process.returncode == 0 else None
        return self._broken() if values is None else values

    def feed(self, more: Callable[[], object]) -> list[list[Any]]:
        """The same of a process that takes what it works on from ``given``: whenever it asks it gets what ``more`` has, None for
        nothing any more."""
        into, out = self.process.stdin, self.process.stdout
        assert into and out, "opened as pipes"
        with suppress(OSError, ValueError):  # gone, or on its way
            while (line := out.readline()) == _MORE:
                into.write(json.dumps(more()).encode() + b"\n")
                into.flush()
            values = _whole((line + out.read()).split(b"\n"))
            if values is not None:
                return values
        return self._broken()

    def _broken(self) -> NoReturn:
        self.process.kill()
        code = self.process.wait()
        raise GongshiError(f"{self.what}的进程中途停了（{_ending(code)}），没有查完，不能算通过，请再运行一次。")


def _whole(lines: list[bytes]) -> list[list[Any]] | None:
    """The values in these lines, None if they are not whole; GongshiError if they say why there are none."""
    with suppress(ValueError, TypeError, IndexError):
        values = [json.loads(line) for line in lines[:-1]]
        last, said = values.pop()
        if last == _STOPPED:
            raise GongshiError(said)
        if last == _WHOLE and said == len(values) and not lines[-1]:
            return values
    return None


def _ending(code: int) -> str:
    if code < 0:
        return f"被信号 {-code} 终止"
    return f"退出码 {code}" if code else "结果不完整"


@contextmanager
def aside(module: str, what: str, *arguments: str) -> Iterator[Aside]:
    """Run ``module``, which ends in ``tell``, beside what is done in this context; at its end it is gone."""
    options = ["-I", "-X", f"utf8={sys.flags.utf8_mode}"]
    command = [sys.executable, *options, "-c", _START, str(_PROGRAM), module, *arguments]
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except (OSError, ValueError) as error:
        raise GongshiError(
            f"{what}的进程没有能启动（{type(error).__name__}），请检查内存和安装后再运行一次。"
        ) from None
    with process:
        try:
            yield Aside(process, what)
        finally:
            process.kill()
            with suppress(OSError):  # what was written and never read
                assert process.stdin, "opened as a pipe"
                process.stdin.close()


def tell(values: Callable[[], Iterable[tuple[object, ...]]]) -> None:
    """Write values of plain texts and numbers for ``answer``: a line each, and a last one that says they are whole."""
    try:
        lines = [*values()]
        lines.append((_WHOLE, len(lines)))
    except GongshiError as error:
        lines = [(_STOPPED, str(error))]
    sys.stdout.write("".join(json.dumps(line) + "\n" for line in lines))
    sys.stdout.flush()


def given() -> Iterator[Any]:
    """What ``feed`` gives, one after the other; to be used up before anything is told."""
    while True:
        sys.stdout.write(_MORE.decode())
        sys.stdout.flush()
        value = json.loads(sys.stdin.readline() or "null")
        if value is None:
            return
        yield value
