"""``gongshi audit``."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongshi.cli.chinese import Command
from gongshi.cli.common import day, progress, say, warn_shallow
from gongshi.model import GongshiError, Progress
from gongshi.repository import Git, RevisionTree, reason, write_private

if TYPE_CHECKING:
    from gongshi.changes.audit import AuditTable
    from gongshi.model import Finding
    from gongshi.package import Descriptor
    from gongshi.sealing.approving import Approval


QUESTIONS = ("status", "payments", "deletions", "budgets", "returned", "public", "backdated", "own", "twice", "yuan")


@click.command(cls=Command)
@click.argument("span", metavar="[BASE]..HEAD", default="..HEAD")
@click.option("-o", "out", type=click.Path(path_type=Path, dir_okay=False), help="写到哪个 .xlsx 或 .sqlite 文件")
@click.option("--findings", "with_findings", is_flag=True, help="检查两个版本，列出新问题和已解决的问题（较慢）")
@click.option("--question", type=click.Choice(QUESTIONS), help="只答一问，不写 -o 时列在屏幕上")
@click.option("--over", type=int, default=10_000, help="大额支付从多少元算起，默认 10000")
@click.option("--on", "on_day", metavar="DATE", help="“某日在公示的”是哪一天，默认是县情里的数据日期，没有则是今天")
@click.pass_obj
def audit(
    root: Path,
    span: str,
    out: Path | None,
    with_findings: bool,
    question: str | None,
    over: int,
    on_day: str | None,
) -> None:
    """两个版本之间的每一处变化：提交、作者、审核人、文号、原值和新值、问题、豁免，供审计和纪检查阅；另有十问，各成一表。

    BASE 空着就从头算起。十问是：状态变化 status、改动的大额支付 payments、删除 deletions、公示后改预算 budgets、脱贫又返贫
    returned、某日在公示 public、补录和倒填 backdated、自己审批 own、重复领取 twice、一元钱的去向 yuan。

    .sqlite 文件可以直接用 Datasette 打开（旁边的 .metadata.json 用 -m 给它，十问就在首页）。

    例：gongshi audit v2019..main -o 审计.sqlite
    """
    base, head = _span(span)
    if out is None and question is None:
        raise GongshiError("请用 -o 写明写到哪个 .xlsx 或 .sqlite 文件，或用 --question 只问一问")
    if out is not None and out.suffix not in (".xlsx", ".sqlite"):
        raise GongshiError("文件名要以 .xlsx 或 .sqlite 结尾")
    git = Git(root)
    if not git.exists():
        raise GongshiError(f"“{root}”不在 Git 仓库里，没有历史可查")
    warn_shallow(git)
    show = progress()
    new, resolved = _findings(root, git, base, head, with_findings, show)
    show("整理变化")
    with _tables(git, base, head, (new, resolved), question, (on_day, over)) as (tables, merges, questions):
        show("")
        if out is None:
            _say_table(questions[0])
            return
        if question or out.suffix == ".sqlite":
            tables = (*tables, *merges, *questions)
        counts = _write(out, tables)
    told = "，".join(f"{table.title} {count} 行" for table, count in zip(tables, counts, strict=True))
    say(f"已写到 {out}：{told}。")


def _span(span: str) -> tuple[str, str]:
    base, dots, head = span.partition("..")
    if not dots or head.startswith("."):
        raise GongshiError("版本要写成 BASE..HEAD 的样子，如 v2019..main；从头算起写 ..main")
    return base, head or "HEAD"


@contextmanager
def _tables(
    git: Git,
    base: str,
    head: str,
    findings: tuple[Sequence[Finding], Sequence[Finding]],
    question: str | None,
    limits: tuple[str | None, int],
) -> Iterator[tuple[tuple[AuditTable, ...], tuple[AuditTable, ...], tuple[AuditTable, ...]]]:
    """(what changed, who signed, the questions); of one question alone only that. What changed is read meanwhile."""
    from gongshi.changes.audit import audit_tables, signed_table
    from gongshi.changes.past import history
    from gongshi.changes.questions import question_tables

    tree, (on_day, over) = RevisionTree(git, head), limits
    with history(git, head) as past:
        when = day(on_day, _as_of(tree, past.descriptor))
        signed = {one.commit: (one.signer, one.why) for one in _approvals(git, past.tip, base)}
        questions = question_tables(past, base, signed, when, over, [question] if question else QUESTIONS)
        if question:
            yield (), (), questions
            return
        tables = audit_tables(past, base, *findings, _waivers(tree, past.descriptor))
        yield tables, (signed_table(past, base, signed),), questions


def _as_of(tree: RevisionTree, descriptor: Descriptor) -> date | None:
    """The county's own day, read without the database, which alone takes a third of the memory."""
    from gongshi.changes.past import rows_in

    rows = rows_in(tree, "county", descriptor) if "county" in descriptor.resources else iter(())
    try:
        return date.fromisoformat(next(rows, {}).get("as_of", ""))
    except ValueError:
        return None


def _approvals(git: Git, tip: str, base: str) -> Iterable[Approval]:
    from gongshi.sealing.approving import approvals

    return approvals(git, tip, git.commit(base) if base else "").values()


def _findings(
    root: Path, git: Git, base: str, head: str, whole: bool, show: Progress
) -> tuple[list[Finding], list[Finding]]:
    """New and resolved findings, if asked for; what vanished between the two always."""
    from gongshi.changes.keeping import vanished
    from gongshi.cli.diff import findings_of
    from gongshi.package import county_day, load

    if not base:
        return [], []
    trees = RevisionTree(git, base), RevisionTree(git, head)
    if whole:
        return findings_of(root, *trees, show)[:2]
    with load(trees[1], ("county",)) as county:
        return vanished(*trees, day(None, county_day(county))), []


def _say_table(table: AuditTable) -> None:
    rows = [*table.rows]
    say(f"{table.title}：{len(rows)} 行")
    say("  ".join(table.columns))
    for row in rows:
        say("  ".join(str(cell) for cell in row))


def _waivers(tree: RevisionTree, descriptor: Descriptor) -> list[tuple[str, str, str]]:
    """(the rule's resource, record, text) of the waivers, in force or past; what is wrong with others is told."""
    from gongshi.policy import FOLDER, WAIVERS, load_policies

    tree.prefetch(tree.paths(FOLDER))
    policies = load_policies(tree, descriptor)
    wrong = [(item.line, item.message) for item in policies.findings if item.path == WAIVERS]
    found = []
    for one in policies.waivers:
        if named := policies.rule(one.rule):
            words = f"{one.rule}：{one.reason}，{one.approved_by}，{one.until.isoformat()}"
            found.append((named[1].resource, one.record, words))
        else:
            wrong.append((one.line, f"豁免的规则“{one.rule[:40]}”不存在，没有列出，请核对规则号"))
    for line, message in sorted(wrong):
        say(f"注意：{WAIVERS}:{line}：{message}", err=True)
    return found


def _write(out: Path, tables: Sequence[AuditTable]) -> list[int]:
    """Write the file whole or not at all; how many rows each table has."""
    import json

    from gongshi.changes.audit import write_sqlite
    from gongshi.changes.questions import datasette

    try:
        with tempfile.TemporaryDirectory(prefix=".gongshi-", dir=out.absolute().parent) as folder:
            aside = Path(folder) / out.name
            if out.suffix == ".sqlite":
                counts = write_sqlite(aside, tables)
            else:
                from gongshi.exchange.styles import TextTable, plain_workbook

                plain = [
                    TextTable(table.title, table.columns, [[*map(str, row)] for row in table.rows]) for table in tables
                ]
                counts = [len(table.rows) for table in plain]
                aside.write_bytes(plain_workbook("审计导出", plain))
            aside.chmod(0o600)
            aside.replace(out)
    except OSError as error:
        raise GongshiError(f"“{out}”不能写入（{reason(error)}），请检查文件夹和权限") from None
    if out.suffix == ".sqlite":
        told = json.dumps(datasette(tables, out.stem), ensure_ascii=False, indent=2)
        write_private(out.with_suffix(".metadata.json"), f"{told}\n".encode())
    return counts
