"""``gongshi upgrade``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongshi import __version__
from gongshi.cli.chinese import Command
from gongshi.cli.common import day, progress, recovered, say, say_findings
from gongshi.model import SEVERITIES, Severity

if TYPE_CHECKING:
    from gongshi.founding.comparing import RuleChange
    from gongshi.founding.merging import Clash
    from gongshi.founding.upgrading import Upgrade
    from gongshi.model import Finding

_MOST = 50
_RULES = {"new": "新增规则", "gone": "取消规则", "body": "规则内容有改动："}


@click.command(cls=Command)
@click.option("--dry-run", is_flag=True, help="只说明会怎样，什么也不写")
@click.option("--doc-no", default="", help="文号，如 示扶〔2020〕12号")
@click.option("--basis", default="", help="依据；默认写升级到哪一版")
@click.option("--approved-by", default="", help="审批单位，审核时要有")
@click.pass_obj
def upgrade(root: Path, dry_run: bool, doc_no: str, basis: str, approved_by: str) -> None:
    """把台账升级到装着的这一版程序：格式、规则、工作流换成新版，本县改过的按记录合并，记录跟着改列名，写成单独一次提交等审核。

    先说明规则和检查结果会怎样变，再写；要么全部写好，要么一样不动。没提交的改动要先送审或还原。

    例：gongshi upgrade --approved-by 某某县乡村振兴局
    """
    from gongshi.founding.upgrading import plan_upgrade, take_upgrade

    recovered(root)
    show = progress()
    trailers = {"Doc-No": doc_no, "Basis": basis or f"程序升级到 gongshi {__version__}", "Approved-by": approved_by}
    made = plan_upgrade(root, day(None, None), trailers, show)
    show("")
    if made is None:
        say(f"台账用的已经是 gongshi {__version__}，不用升级。")
        return
    _tell(made)
    if dry_run:
        say("以上只是说明，什么也没有写。去掉 --dry-run 就升级。")
        return
    take_upgrade(root, made)
    say(f"已升级，提交在 {made.branch}（{made.commit[:12]}），运行 gongshi propose -m 升级程序 送审。")
    if not approved_by:
        say("提交说明里还没有审批单位，审核会退回：请用 git commit --amend 加一行“Approved-by: 单位”。")


def _tell(made: Upgrade) -> None:
    say(f"从 gongshi {made.version or '0.1.0'} 升级到 {__version__}，改动 {len(made.changes)} 个文件。")
    _list("规则没有变化。", "规则的变化：", [_rule(change) for change in made.rules])
    _findings("新增的检查结果", made.come)
    _findings("不再有的检查结果", made.gone)
    if made.clashes:
        _list("", "本县和新版都改了同一处的，留下本县的，请逐条看过：", list(map(_clash, made.clashes)))


def _list(none: str, head: str, lines: Sequence[str]) -> None:
    say(head if lines else none)
    for line in lines[:_MOST]:
        say(f"  {line}")
    if len(lines) > _MOST:
        say(f"  等共 {len(lines)} 条")


def _findings(head: str, findings: Sequence[Finding]) -> None:
    counts = {severity: sum(one.severity is severity for one in findings) for severity in Severity}
    told = "，".join(f"{SEVERITIES[severity]} {count} 条" for severity, count in counts.items() if count)
    say(f"{head}：{told or '没有'}。")
    say_findings(findings[:_MOST])
    if len(findings) > _MOST:
        say(f"  等共 {len(findings)} 条，升级后运行 gongshi check 看全部。")


def _rule(change: RuleChange) -> str:
    where = f"{change.title}（{change.policy} 的 {change.rule}）"
    if change.kind == "standard":
        return f"标准{where}：{change.before or '没有'} 改为 {change.after or '没有'}"
    if change.kind == "severity":
        levels = (SEVERITIES[Severity(level)] for level in (change.before, change.after))
        return f"规则{where}的轻重：{' 改为 '.join(levels)}"
    return f"{_RULES[change.kind]}{where}"


def _clash(clash: Clash) -> str:
    place = f"{clash.path} 的 {clash.place}" if clash.place else clash.path
    mine, theirs = ("；".join(_value(side)) or "没有" for side in (clash.ours, clash.theirs))
    return f"{place}：本县是“{mine[:80]}”，新版是“{theirs[:80]}”"


def _value(value: object) -> Iterator[str]:
    """A value in a line: of a file or a part of one only whether it is there."""
    if isinstance(value, bytes):
        yield "有这个文件"
    elif isinstance(value, dict):
        yield "，".join(f"{name}: {item}" for name, item in value.items())
    elif isinstance(value, list):
        yield "、".join(map(str, value))
    elif value is not None:
        yield str(value)
