"""The command line: thin commands that choose Trees, call a room, render and exit. The one door to click.

Each command lives in a module of its own that is imported only when it runs, so ``gongshi --help`` is quick.
"""

from __future__ import annotations

import gc
import importlib
import signal
import sys
import traceback
from difflib import get_close_matches
from pathlib import Path

import click

from gongshi import __version__
from gongshi.cli.chinese import ChineseContext, speak_chinese
from gongshi.cli.common import say
from gongshi.model import GongshiError

speak_chinese()

# command: (module, one-line help), in the order of a clerk's day
COMMANDS = {
    "check": ("gongshi.cli.check", "检查全部记录，一次列出所有问题"),
    "format": ("gongshi.cli.format", "把记录文件改成规范写法"),
    "import": ("gongshi.cli.importing", "把工作簿或 CSV 导入台账，逐行说明结果"),
    "desk": ("gongshi.cli.desk", "打开工作台：在浏览器里做一天的事"),
    "due": ("gongshi.cli.due", "这一周要做的事"),
    "visit": ("gongshi.cli.verbs", "登记走访"),
    "event": ("gongshi.cli.verbs", "登记户的状态变更"),
    "case": ("gongshi.cli.verbs", "案卷：立卷、登记步骤、结卷"),
    "project": ("gongshi.cli.verbs", "登记项目的一步：开工、竣工、验收等"),
    "pay": ("gongshi.cli.verbs", "登记付给单位的一笔钱"),
    "subsidy": ("gongshi.cli.verbs", "登记一批到户到人的补助"),
    "pair": ("gongshi.cli.verbs", "结对：登记、接替、结束"),
    "post": ("gongshi.cli.verbs", "公益岗：上岗、离岗"),
    "amend": ("gongshi.cli.amend", "改一条记录的几格"),
    "undo": ("gongshi.cli.due", "撤销最近一次写入"),
    "find": ("gongshi.cli.find", "按编号、名称、拼音找记录"),
    "export": ("gongshi.cli.export", "导出工作簿或整个数据包"),
    "report": ("gongshi.cli.report", "各部门要的报表，写成工作簿，每个数可追到记录"),
    "template": ("gongshi.cli.template", "生成空白的填报工作簿"),
    "propose": ("gongshi.cli.propose", "把改动送去审核"),
    "renumber": ("gongshi.cli.propose", "新编号与别人重了的，换成没人用的"),
    "review": ("gongshi.cli.review", "审核：列出送审、接受、退回、查签名"),
    "diff": ("gongshi.cli.diff", "两个版本之间，哪条记录的哪一项变了"),
    "history": ("gongshi.cli.history", "一条记录的每一项何时由谁改过"),
    "show": ("gongshi.cli.history", "一条记录或一张表的合计，在某个版本或某天的样子"),
    "audit": ("gongshi.cli.audit", "把一段时间的全部改动导出给审计"),
    "sample": ("gongshi.cli.sample", "抽查：由版本号决定抽谁，谁都可以重抽核对"),
    "policy": ("gongshi.cli.policy", "查看方案和规则：要求什么、依据哪条、今天结果如何"),
    "notice": ("gongshi.cli.notice", "公示：列出、新建、办结、登记异议、照片留证"),
    "objection": ("gongshi.cli.verbs", "登记公示收到的异议，或它的答复"),
    "figures": ("gongshi.cli.figures", "季末统计可以公布的户数、人数和到户资金，写成记录"),
    "sheet": ("gongshi.cli.sheet", "生成村公示榜，打印张贴"),
    "card": ("gongshi.cli.papers", "印户的明白卡"),
    "visits": ("gongshi.cli.papers", "印帮扶人的走访单"),
    "verify": ("gongshi.cli.verify", "核对发布清单或公示榜"),
    "published": ("gongshi.cli.published", "某一天网站和公示栏上公开的是什么"),
    "build": ("gongshi.cli.build", "由记录生成公开网站"),
    "keygen": ("gongshi.cli.sealing", "生成密封用的密钥"),
    "seal": ("gongshi.cli.sealing", "把姓名等标识信息密封进台账"),
    "unseal": ("gongshi.cli.sealing", "用密钥打开密封信息，只写到标准输出"),
    "erase": ("gongshi.cli.erase", "删去一个人的密封信息"),
    "setup": ("gongshi.cli.setup", "装上提交检查和合并驱动"),
    "new": ("gongshi.cli.new", "为一个县新建台账仓库"),
    "upgrade": ("gongshi.cli.upgrade", "把台账升级到装着的这一版程序，单独送审"),
}
HIDDEN = {"merge-driver": "gongshi.cli.merge"}


class LazyGroup(click.Group):
    """Imports a command's module only when the command is asked for."""

    context_class = ChineseContext

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        module = COMMANDS[name][0] if name in COMMANDS else HIDDEN.get(name)
        if module is None:
            return None
        attribute = "import_" if name == "import" else name.replace("-", "_")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(context, args)
        except click.UsageError as error:
            if near := get_close_matches(args[0], COMMANDS, 1):
                raise click.UsageError(f"{error.message}是不是想用 '{near[0]}'？", context) from None
            raise

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("命令"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup)
@click.option("-C", "root", type=click.Path(path_type=Path), default=".", help="台账仓库的目录，默认是当前目录")
@click.version_option(__version__, message="公示 gongshi %(version)s")
@click.pass_context
def gongshi(context: click.Context, root: Path) -> None:
    """公示：用 Git 管理的县级帮扶台账。

    记录放在 records 目录，规则放在 policies 目录。先检查，再提交审核，最后由同一份记录生成公开网站。

    例：gongshi check
    """
    context.obj = find_root(root)


def find_root(start: Path) -> Path:
    """The nearest folder at or above ``start`` that holds a ledger, else ``start`` itself."""
    here = start.resolve()
    for folder in (here, *here.parents):
        if (folder / "records" / "datapackage.yaml").is_file():
            return folder
    return here


def _own_fault(error: Exception) -> str:
    """Where in the program an unforeseen error came up, and of what kind it is."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    places = [(Path(frame.f_code.co_filename), frame.f_lineno) for frame in frames]
    own = [f"{path.parent.name}/{path.name}:{line}" for path, line in places if "gongshi" in path.parts]
    where = " ← ".join(reversed(own[-6:]))
    return (
        f"程序自己出了错（Traceback：{type(error).__name__}，{where}），没有做完；请把这一行原样告诉维护的人，"
        "台账若写到一半，再运行一次 gongshi check 会自动复原。"
    )


def main() -> None:
    """Entry point: a GongshiError, or a disk that refuses, is one line on standard error and exit code 2. What the program
    itself did wrong is told by its place alone: Python's own words about it repeat values, and values may be persons."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    gc.set_threshold(200_000, 50, 100)  # a command makes many things that stay, and is soon over
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that private folders are removed
    try:
        gongshi.main(prog_name="gongshi")
    except GongshiError as error:
        message = str(error)
    except OSError as error:
        from gongshi.repository import reason

        place = f"“{error.filename}”" if error.filename else "文件"
        message = f"{place}不能读写（{reason(error)}），请检查位置、权限和磁盘空间后重试。"
    except Exception as error:
        message = _own_fault(error)
    else:
        return
    say(f"错误：{message}", err=True)
    sys.exit(2)
