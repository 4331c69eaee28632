"""The verbs: ``gongshi visit``, ``event``, ``case``, ``project``, ``pay``, ``subsidy``, ``objection``, ``pair``, ``post``; made from their table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from gongshi.cli.chinese import ChineseGroup, Command
from gongshi.cli.common import day, say, work_tree
from gongshi.cli.sealing import IDENTITY
from gongshi.verbs import VERBS, Verb

# What is given by place and not by option, in this order; the last may be several.
PLACED = {
    "visit": ("subjects",),
    "event": ("event", "households"),
    "case-new": ("procedure", "households"),
    "case-step": ("case", "step"),
    "case-close": ("case", "result"),
    "project": ("project", "step"),
    "pay": ("project", "amount"),
    "subsidy": ("benefit", "subjects"),
    "objection": ("notice", "topic"),
    "pair-new": ("role", "subject", "helper"),
    "pair-end": ("pairing", "reason"),
    "post-new": ("member", "post"),
    "post-end": ("number",),
}
OPTIONS = {"payment_stage": "stage", "payee_kind": "payee", "purpose": "for"}
DRY = click.option("--dry-run", is_flag=True, help="只说会写什么，不写")


def command(name: str, called: str = "") -> click.Command:
    """A verb as a command."""
    verb = VERBS[name]
    placed = PLACED[name]
    parameters: list[click.Parameter] = [_argument(verb, one) for one in placed]
    for ask in verb.asks:
        if ask.name not in placed:
            flag = "--" + OPTIONS.get(ask.name, ask.name).replace("_", "-")
            wanted = ask.needed and not ask.default
            words = ask.words + ("；写多个用逗号隔开" if ask.many else "")
            metavar = "DATE" if ask.past or ask.name in ("term", "until") else "TEXT"
            parameters.append(click.Option([flag, ask.name], help=words, required=wanted, metavar=metavar))

    @click.pass_obj
    def run(root: Path, /, identity: Path | None, dry_run: bool, **given: Any) -> None:
        _run(root, verb, given, identity, dry_run)

    words = "\n\n".join(f"{one.upper()} 是{verb.ask(one).words}。" for one in placed)
    help_text = f"{verb.does}\n\n{words}\n\n例：{verb.example}"
    made = Command(called or name, params=parameters, callback=run, help=help_text)
    return IDENTITY(DRY(made))


def _argument(verb: Verb, name: str) -> click.Argument:
    ask = verb.ask(name)
    return click.Argument([name], required=ask.needed and not ask.default, nargs=-1 if ask.many else 1)


def _run(root: Path, verb: Verb, given: Mapping[str, Any], identity: Path | None, dry_run: bool) -> None:
    from gongshi.cli.importing import identity_if_any
    from gongshi.package import county_day, load
    from gongshi.verbs import do

    with load(work_tree(root), ["county"]) as database:
        today = day(None, county_day(database))
    values = {name: " ".join(text) if isinstance(text, tuple) else text or "" for name, text in given.items()}
    done = do(root, verb, values, today, identity_if_any(identity, root), dry_run)
    say(f"{done.told}。")
    paths = "、".join(done.paths)
    say(f"这是试算，会写：{paths}。" if dry_run else f"已写入：{paths}。撤销用 gongshi undo。")


visit = command("visit")
event = command("event")
project = command("project")
pay = command("pay")
subsidy = command("subsidy")
objection = command("objection")


@click.group(cls=ChineseGroup)
def case() -> None:
    """案卷：立卷、登记步骤、结卷。编号由程序给。

    例：gongshi case step Z2020-00027 --attendees 27 --votes 26
    """


@click.group(cls=ChineseGroup)
def pair() -> None:
    """结对：登记、接替、结束。

    例：gongshi pair new 帮扶责任人 H0000001 B002082
    """


@click.group(cls=ChineseGroup)
def post() -> None:
    """公益岗：上岗、离岗。

    例：gongshi post end E000001
    """


for _name in ("new", "step", "close"):
    case.add_command(command(f"case-{_name}", _name))
for _name in ("new", "end"):
    pair.add_command(command(f"pair-{_name}", _name))
    post.add_command(command(f"post-{_name}", _name))
