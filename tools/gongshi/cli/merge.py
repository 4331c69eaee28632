"""``gongshi merge-driver``: what Git calls for each record file that both sides of a merge changed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import say
from gongshi.model import GongshiError

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("merge-driver", cls=Command)
@click.argument("base", type=FILE)
@click.argument("ours", type=FILE)
@click.argument("theirs", type=FILE)
@click.argument("path")
@click.pass_obj
def merge_driver(root: Path, base: Path, ours: Path, theirs: Path, path: str) -> None:
    """由 Git 在合并时调用：按记录和字段合并一个文件，结果写回 OURS。不必自己运行。

    同一字段两边都改了时，文件里留下两种写法和冲突标记，退出码是 1，Git 会把文件记为“未合并”。

    例：gongshi merge-driver %O %A %B %P
    """
    content, sentences, clean = _merge(root, base, ours, theirs, path)
    aside = ours.with_name(f"{ours.name}.new")
    aside.write_bytes(content)
    os.replace(aside, ours)  # who dies before this line has changed nothing
    for sentence in sentences:
        say(f"合并冲突：{sentence}", err=True)
    sys.exit(0 if clean else 1)


def _merge(root: Path, base: Path, ours: Path, theirs: Path, path: str) -> tuple[bytes, list[str], bool]:
    """By record where that can be done without loss, else by lines as Git does."""
    from gongshi.changes.files import merge_files
    from gongshi.changes.phrases import conflict_sentence
    from gongshi.package import read_descriptor
    from gongshi.repository import Git, WorkTree

    try:
        descriptor = read_descriptor(WorkTree(root))
        contents = (file.read_bytes() for file in (base, ours, theirs))
        content, conflicts = merge_files(path, descriptor, *contents)
    except GongshiError as error:
        content, clean = Git(root).merge_file(base, ours, theirs)
        return content, [f"{error}（已改为按行合并）"], clean
    return content, [conflict_sentence(descriptor, path, conflict) for conflict in conflicts], not conflicts
