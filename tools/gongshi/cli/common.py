"""What several commands need: paths, progress on a terminal, colours, the day."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import click

from gongshi.model import SEVERITIES, Finding, GongshiError, Progress, Severity, visible
from gongshi.repository import Git, Tree, WorkTree, recover
from gongshi.repository.pin import PIN


def work_tree(root: Path, against: Tree | None = None) -> WorkTree:
    """The working directory, after finishing or undoing what an interrupted command left. GongshiError unless this program
    is the one that the ledger pins, or that ``against`` pins, which is what an upgrade is compared with."""
    tree = recovered(root)
    if tree.exists(PIN):
        from gongshi.founding.pin import judge_pin

        judge_pin(*([against] if against else []), tree)
    return tree


def recovered(root: Path) -> WorkTree:
    """The same for what no pin holds back."""
    if message := recover(root):
        say(message, err=True)
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


def progress() -> Progress:
    """A function that shows what is being done, on a terminal only."""
    if not sys.stderr.isatty():
        return lambda _: None
    return lambda text: click.echo(f"\r\033[K{plain(text)}", nl=False, err=True)


class Painted(NamedTuple):
    """A word of the program's own in a colour."""

    text: str
    colour: str


COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTICE: "cyan"}
_COMMAND = re.compile(r"^(\s*)::|##\[")


def plain(text: str) -> str:
    """Text as one line that shows nobody, steers no terminal and gives no order to what reads a log (``::error``)."""
    from gongshi.checks.showing import safe  # not before something is said: the help must be quick

    return _COMMAND.sub(lambda found: found[0].replace("::", "\\x3a:").replace("##", "\\x23#"), visible(safe(text)))


def say(*parts: str | Painted, err: bool = False) -> None:
    """Print one line, the parts joined; colours only on a terminal and without NO_COLOR. All output of people's text
    goes through here, or is made by a format that escapes for itself (``say_made``)."""
    coloured = not os.environ.get("NO_COLOR") and (sys.stderr if err else sys.stdout).isatty()
    done = [part if isinstance(part, Painted) else plain(part) for part in parts]
    style = click.style if coloured else lambda text, fg: text
    click.echo(
        "".join(style(part.text, fg=part.colour) if isinstance(part, Painted) else part for part in done), err=err
    )


def say_made(text: str) -> None:
    """Print what a format made: JSON, XML, Markdown, workflow commands, in which all text is escaped already."""
    click.echo(text)


def say_findings(findings: Iterable[Finding], err: bool = False) -> None:
    """One line for each finding: place, severity, message, key, code."""
    say_folded(((finding, "") for finding in findings), err)


def say_folded(findings: Iterable[tuple[Finding, str]], err: bool = False) -> None:
    """The same, each with what else is said of it."""
    from gongshi.cli.render import text_line

    for finding, more in findings:
        place, rest = text_line(finding)
        say(place, ": ", Painted(SEVERITIES[finding.severity], COLOURS[finding.severity]), rest, more, err=err)


def day(value: str | None, as_of: date | None) -> date:
    """The day a command is about: given, else the county's ``as_of``, else today."""
    return given_day(value) or as_of or date.today()


def given_day(value: str | None) -> date | None:
    """The day as it was typed, None if it was not."""
    try:
        return None if value is None else date.fromisoformat(value)
    except ValueError:
        raise GongshiError(f"日期“{(value or '')[:20]}”不对，请写成 2020-06-30 的样子") from None


def warn_shallow(git: Git) -> bool:
    """Say that a clone has only the end of its history; whether it is so."""
    if not git.shallow():
        return False
    text = "这个仓库是浅克隆，只有最近的历史：更早的改动看不到，最早一次提交也不是当初的来历；请运行 git fetch --unshallow 后再查。"
    say(f"注意：{text}", err=True)
    return True
