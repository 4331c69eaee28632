"""``gongshi published``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import given_day, recovered, say, warn_shallow
from gongshi.cli.notice import late_words, notice_line
from gongshi.model import GongshiError
from gongshi.repository import Git

if TYPE_CHECKING:
    from gongshi.site.manifest import Manifest


@click.command(cls=Command)
@click.option("--on", "on_day", metavar="DATE", required=True, help="哪一天")
@click.option(
    "--log",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="发布清单的目录，默认依次是 manifests、分支 manifests、site/manifests",
)
@click.pass_obj
def published(root: Path, on_day: str, log: Path | None) -> None:
    """某一天公开的是什么：那天网站是哪一份发布清单、哪个台账版本，正在公示哪些，哪些是后来才补登的。

    有发布清单的，以清单写的版本为准；没有的，只按台账那天的历史推断，会说明。清单和网站的真假用 gongshi verify 核验。

    例：gongshi published --on 2020-06-24
    """
    from gongshi.disclosure.clock import NoticeState
    from gongshi.disclosure.notices_then import notices_then
    from gongshi.site.chain import check_log
    from gongshi.site.publishing import on_day as shown_on

    recovered(root)
    git, today = Git(root), date.today()
    day = given_day(on_day) or today
    if not git.exists() or git.head() is None:
        raise GongshiError(f"“{root}”不在 Git 仓库里，或还没有提交，没有历史可查。")
    warn_shallow(git)
    where, manifests = _log(root, git, log)
    for finding in check_log(manifests):
        say(f"注意：{where}：{finding.message}")
    manifest, after = shown_on(manifests, day)
    commit = manifest.commit if manifest and git.resolve(f"{manifest.commit}^{{commit}}") else ""
    then = notices_then(git, day, today, commit)
    for line in _site_lines(day, where, manifests, manifest, after):
        say(line)
    if manifest and not commit:
        say(f"注意：这个版本不在本机的历史里，下面只能按 {day} 的台账推断；请取回完整的历史再查。")
    running = then.of(NoticeState.RUNNING)
    say(f"台账版本 {then.commit[:12]}：{day} 正在公示 {len(running)} 份。")
    for notice in running:
        say(f"  {notice_line(notice, NoticeState.RUNNING)}{late_words(then, notice)}")
    for sentence in then.since:
        say(f"后来：{sentence}。")


def _log(root: Path, git: Git, named: Path | None) -> tuple[str, Sequence[Manifest]]:
    """(where it lies, the manifests) of the first log that there is."""
    from gongshi.site.manifest import BESIDE
    from gongshi.site.publishing import read_branch, read_log

    if named:
        found = read_log(named)
        if not found:
            raise GongshiError(f"“{named}”里没有发布清单，请核对目录。")
        return str(named), found
    if (root / BESIDE).is_dir() and (found := read_log(root / BESIDE)):
        return BESIDE, found
    ref, found = read_branch(git)
    if found:
        return f"分支 {ref}", found
    beside = root / "site" / BESIDE
    return f"site/{BESIDE}", read_log(beside) if beside.is_dir() else []


def _site_lines(
    day: date, where: str, log: Sequence[Manifest], manifest: Manifest | None, after: Manifest | None
) -> Iterator[str]:
    if not log:
        yield "没有找到发布清单，证明不了网站当天的样子，下面只按台账的历史推断；有清单的用 --log 写明目录。"
    elif manifest is None:
        first = after.day if after else ""
        yield f"{day} 还没有发布过网站：最早的一份清单是 {first} 的（{where}）。下面是台账当天的样子。"
    else:
        yield (
            f"网站：第 {manifest.number} 份发布清单（{where}），{manifest.day} 发布，摘要 {manifest.digest[:32]}，"
            f"{len(manifest.files)} 个文件，台账版本 {manifest.commit[:12]}。"
        )
        yield f"  {after.day} 由第 {after.number} 份取代。" if after else "  这是最新的一份，至今没有别的取代它。"
