"""What several commands need: paths, progress on a terminal, colours, the day."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import click

from gongshi.model import GongshiError
from gongshi.repository import WorkTree, recover


def work_tree(root: Path) -> WorkTree:
    """The working directory, after finishing or undoing what an interrupted command left."""
    if message := recover(root):
        click.echo(message, err=True)
    return WorkTree(root)


def inside(root: Path, path: str) -> str:
    """A file or folder named on the command line, as a path in the ledger ``root``."""
    place = Path(path).resolve()
    if not place.exists() or not place.is_relative_to(root):
        raise GongshiError(f"找不到“{path}”，请写台账仓库里的文件或目录")
    return place.relative_to(root).as_posix()


def under(path: str, wanted: Sequence[str]) -> bool:
    """Whether ``path`` is one of the files or folders ``wanted``, or lies in one; all are wanted if none is named."""
    return not wanted or any(path == place or place == "." or path.startswith(f"{place}/") for place in wanted)


def progress() -> Callable[[str], None]:
    """A function that shows what is being done, on a terminal only."""
    if not sys.stderr.isatty():
        return lambda _: None
    return lambda text: click.echo(f"\r\033[K{text}" if text else "\r\033[K", nl=False, err=True)


def paint(text: str, colour: str) -> str:
    """``text`` in a colour, unless NO_COLOR is set or standard output is no terminal."""
    if os.environ.get("NO_COLOR") or not sys.stdout.isatty():
        return text
    return click.style(text, fg=colour)


def day(value: str | None, as_of: date | None) -> date:
    """The day a command is about: given, else the county's ``as_of``, else today."""
    if value is None:
        return as_of or date.today()
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise GongshiError(f"日期“{value[:20]}”不对，请写成 2020-06-30 的样子") from None
