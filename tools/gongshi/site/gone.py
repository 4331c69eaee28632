"""Addresses never break: where a record is no more, a page at its address says what became of it.

A township or village that was merged names its successor in the divisions; a withdrawn notice stays on record. A
project or notice whose file was taken out of the ledger is told of by the history of the commit.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from gongshi.changes.commits import moment
from gongshi.repository import Git

_FILE = re.compile(r"records/(?:townships/[^/]+/)?(projects|notices)/\d{4}/([\w-]+)\.yaml")
_PLACES = ("records/projects", "records/notices", ":(glob)records/townships/*/notices/**")
_COMMIT = "\0"


class Removed(NamedTuple):
    """A file that the ledger no longer has: folder and name of its page, the day and the commit that took it out."""

    folder: str
    code: str
    day: str
    commit: str


class Stub(NamedTuple):
    """What stands at an old address: a name, sentences, and where to go on from there."""

    path: str
    title: str
    text: str
    links: tuple[tuple[str, str], ...]


def removed(git: Git, commit: str) -> list[Removed]:
    """Projects and notices whose files were taken out on the way to ``commit``, the last time each was."""
    wanted = ("--first-parent", "-m", "--no-renames", "--relative", "--diff-filter=D", "--name-only")
    listed = git.run("log", *wanted, "--format=%x00%H %ct", commit, "--", *_PLACES).decode("utf-8", "replace")
    found: dict[tuple[str, str], Removed] = {}
    made = day = ""
    for line in listed.splitlines():
        if line.startswith(_COMMIT):
            made, seconds = line[1:].split()
            day = moment(seconds)[:10]
        elif match := _FILE.fullmatch(line):
            found.setdefault((match[1], match[2]), Removed(match[1], match[2], day, made))
    return sorted(found.values())


def stubs(gone: Iterable[Removed], closed: Iterable[Any], places: Mapping[str, str]) -> Iterator[Stub]:
    """The pages for old addresses. ``places`` are the paths of the pages there are, by division code."""
    for row in gone:
        kind, title = ("项目", "项目") if row.folder == "projects" else ("公示", "公告")
        text = f"{kind} {row.code} 的记录已在 {row.day} 从台账里移出（版本 {row.commit[:12]}），这一页不再更新。"
        path = f"{row.folder}/{row.code}.html"
        yield Stub(path, f"{kind} {row.code} 已移出台账", text, ((title, f"{row.folder}/index.html"),))
    for row in closed:
        old = f"townships/{row.slug}.html" if row.level == "乡镇" else f"villages/{row.division_code}.html"
        day = row.valid_to
        text = f"{row.name}（代码 {row.division_code}）已在 {day.year}年{day.month}月{day.day}日停用"
        text += f"，并入{row.successor}。" if row.successor else "。"
        links = ((row.successor, places[row.successor_code]),) if row.successor_code in places else ()
        yield Stub(old, f"{row.name}已撤并", text, (*links, ("乡镇和村", "townships/index.html")))


def unless(found: Iterable[Stub], there: Collection[str]) -> Iterator[Stub]:
    """Those at whose address no page is."""
    return (stub for stub in found if stub.path not in there)
