"""``gongshi format``."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import inside, say, say_findings, under, work_tree


@click.command(cls=Command)
@click.argument("paths", nargs=-1)
@click.option("--check", "only_check", is_flag=True, help="只查不改，有文件要改时退出码是 1")
@click.pass_obj
def format(root: Path, paths: tuple[str, ...], only_check: bool) -> None:
    """把记录文件改成规范写法：UTF-8、LF、按主键排序、数字写法统一。

    可能丢失内容的文件不会改，会说明原因。要么全部改好，要么一个也不改。

    例：gongshi format --check
    """
    from gongshi.checks.showing import shown_path
    from gongshi.package import format_files, read_descriptor
    from gongshi.repository import writer

    tree = work_tree(root)
    wanted = [inside(root, path) for path in paths]
    with nullcontext() if only_check else writer(root) as write:
        there = [path for path in tree.paths("records/") if under(path, wanted)]
        changes, findings = format_files(tree, read_descriptor(tree), there)
        if write:
            write(changes)
    say_findings(findings)
    for path in sorted(changes):
        say(f"{shown_path(path)}：{'要改' if only_check else '已改'}")
    if not changes and not findings:
        say("都是规范写法。")
    sys.exit(1 if findings or (only_check and changes) else 0)
