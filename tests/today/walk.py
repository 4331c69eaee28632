"""The year of a new county as its clerk walks it: templates filled in and taken up, commands, from ``gongshi new`` to ``verify``."""

from __future__ import annotations

import csv
import re
import subprocess
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from gongshi.cli import gongshi
from gongshi.package import read_descriptor
from gongshi.repository import WorkTree
from today.county import divisions, membership, rows, unit, village

BASE = (
    "villages",
    "units",
    "helpers",
    "schools",
    "households",
    "members",
    "conditions",
    "incomes",
    "memberships",
    "pairings",
)
PROJECT = "990202-2026-JS-0001"
FUND = "财政衔接推进乡村振兴补助资金"
SYLLABLES = "天地玄黄宇洪荒日月盈昃辰宿列张寒来暑往"


class Clerk:
    """Somebody who sits before a new county; every command must do what it was asked."""

    def __init__(self, home: Path, patch: pytest.MonkeyPatch, townships: int | None = None) -> None:
        self.home, self.folder, self.said = home, home / "县", ""
        for who in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{who}_NAME", "某办")
            patch.setenv(f"GIT_{who}_EMAIL", "office@example.invalid")
        patch.setenv("GONGSHI_IDENTITY", str(home / "县-私钥/county.txt"))
        with (home / "区划.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, ["division_code", "name", "level", "parent_code", "slug"])
            table.writeheader()
            table.writerows(divisions())
        told = ("--phone", "0793-1234567", "--address", "城关大道1号")
        self.run("new", str(self.folder), "--divisions", str(home / "区划.csv"), *told, root=home)
        self.descriptor = read_descriptor(WorkTree(self.folder))

    def run(self, *arguments: str, root: Path | None = None) -> str:
        """What a command says; it must end well."""
        done: Result = CliRunner().invoke(gongshi, ["-C", str(root or self.folder), *arguments])
        assert done.exit_code == 0, (arguments, done.output[-2000:], repr(done.exception))
        self.said += done.output
        return done.output

    def take_in(self, table: str, data: Iterable[Mapping[str, str]]) -> str:
        """The template of a table, filled in by its headers, taken up."""
        out = self.home / f"{table}.xlsx"
        out.unlink(missing_ok=True)
        self.run("template", table, "-o", str(out))
        book = openpyxl.load_workbook(out)
        sheet = book.worksheets[0]
        fields = self.descriptor.resources[table].schema.fields
        names = {field.title + (f"({field.unit})" if field.unit else ""): field.name for field in fields}
        heads = [str(cell.value) for cell in sheet[1]]
        data = list(data)
        assert {name for row in data for name in row} <= {names.get(head, head) for head in heads}
        for line, row in enumerate(data, 2):
            for place, head in enumerate(heads, 1):
                if cell := row.get(names.get(head, head), ""):
                    sheet.cell(line, place).value = cell
        book.save(out)
        said = self.run("import", str(out))
        assert "退回 0；" in said, said
        return said

    def notice(self, kind: str, *more: str, starts: str, ends: str, closed: str) -> str:
        """A notice that hung and met no objection; gives its number."""
        said = self.run("notice", "new", kind, "--starts", starts, "--ends", ends, *more)
        number = re.findall(r"G[0-9]{4}-[0-9]{5}", said)[0]
        self.run("notice", "close", number, "--result", "无异议", "--on", closed)
        return number

    def case(self, procedure: str, home: str, first: str, before: int, notice: str, after: int) -> tuple[str, str]:
        """A case from its first step to its end, with the notice in the village in the middle; gives both numbers."""
        place, day = village(int(home[1:])), date.fromisoformat(first)
        number = re.findall(
            r"Z[0-9]{4}-[0-9]{5}", self.run("case", "new", procedure, home, "--village", place, "--on", first)
        )[0]
        for _ in range(before):
            votes = ("--attendees", "21", "--votes", "21") if _ == before - 1 else ()
            self.run("case", "step", number, "--on", day.isoformat(), *votes)
            day += timedelta(2 if _ < before - 1 else 1)
        ends = day + timedelta(4)
        hung = self.notice(notice, "--case", number, "--division", place, "--unit", "U100", starts=day.isoformat(), ends=ends.isoformat(),
                           closed=(ends + timedelta(1)).isoformat())  # fmt: skip
        for more in range(1, after + 1):
            self.run("case", "step", number, "--on", (ends + timedelta(more)).isoformat())
        self.run(
            "case",
            "close",
            number,
            "通过",
            "--on",
            (ends + timedelta(after)).isoformat(),
            "--doc",
            f"测防返贫〔2026〕{first[5:7]}号",
        )
        return number, hung

    def commit(self, subject: str) -> None:
        for arguments in (("add", "-A"), ("commit", "-qm", f"{subject}\n\n依据: 会议\nApproved-by: 某办")):
            done = subprocess.run(["git", "-C", str(self.folder), *arguments], capture_output=True, text=True)
            assert done.returncode == 0, done.stderr


def people(clerk: Clerk, households: int) -> None:
    """Everything about places and people, table by table; names go to the sealed file alone."""
    given = rows(households)
    for number, row in enumerate(given["members"]):
        row["姓名"] = f"测{SYLLABLES[number % 15]}{SYLLABLES[number // 15]}"
    for table in BASE:
        clerk.take_in(table, given[table])


def watch(clerk: Clerk) -> None:
    """A household is found in trouble, taken up, and helped."""
    case, _ = clerk.case("纳入监测", "H0000001", "2026-03-01", 4, "监测公示", 3)
    row = {
        "monitoring_id": "W000001", "household_no": "H0000001", "identified_on": "2026-03-15", "clue_source": "农户自主申报", "per_capita": "8000.00", "self_paid_medical": "0.00", "dev_measures_state": "已实施", "contact_helper": "B00011",
    }  # fmt: skip
    being = membership(9001, 1, "防止返贫致贫对象", "2026-03-15", case_id=case, risk_1="因务工就业不稳")
    clerk.take_in("memberships", [being])
    clerk.take_in("monitoring", [row])
    clerk.take_in("measures", [{
        "measure_id": "C0000001", "household_no": "H0000001", "category": "就业帮扶", "item": "劳务输出", "support_kind": "技术", "provider_unit": "U002",
        "cost": "800.00", "started_on": "2026-03-20", "ended_on": "2026-09-30", "signed": "是",
    }])  # fmt: skip
    clerk.watched = row, being


def exit_(clerk: Clerk) -> str:
    """The risk is gone, half a year later, and the household leaves without a label; gives the notice's number."""
    case, notice = clerk.case("风险消除", "H0000001", "2026-10-01", 2, "风险消除公示", 3)
    row, being = clerk.watched
    clerk.take_in("memberships", [being | {"ended_on": "2026-10-11", "end_reason": "风险消除"}])
    clerk.take_in(
        "monitoring",
        [
            row
            | {
                "removed_by": "帮扶消除",
                "removed_per_capita": "14000.00",
                "removal_case": case,
            }
        ],
    )
    return notice


def work(clerk: Clerk) -> None:
    """A project from the money that is handed down to the road that is handed over."""
    common = {"effective_from": "2026-03-02", "published_on": "2026-03-10", "level": "县"}
    clerk.take_in("documents", [
        {"doc_no": "测财农〔2026〕1号", "title": "下达2026年中央财政衔接资金", "doc_kind": "资金下达", "issued_on": "2026-03-02", "issuer_unit": "U001", **common},
        {"doc_no": "测农发〔2026〕2号", "title": "2026年项目计划的批复", "doc_kind": "项目批复", "issued_on": "2026-03-02", "issuer_unit": "U002", **common},
    ])  # fmt: skip
    clerk.take_in("units", [unit("U201", "测县建设有限公司", "民营企业", "其他")])
    clerk.take_in("allocations", [{
        "allocation_id": "N2026-001", "name": "2026年中央财政衔接资金", "year": "2026", "source_level": "中央", "programme": "乡村建设行动", "amount": "300000.00",
        "doc_no": "测财农〔2026〕1号", "received_on": "2026-03-06", "published_on": "2026-03-10", "using_unit": "U002", "fund": FUND,
    }])  # fmt: skip
    clerk.take_in("projects", [{
        "project_id": PROJECT, "name": "2026年东一村产业路硬化项目", "year": "2026", "category": "乡村建设行动", "type_1": "乡村建设行动", "type_2": "农村基础设施",
        "build_kind": "新建", "township_code": "990202100000", "owner_unit": "U002", "owner_post": "局长", "approval_level": "县",
        "approval_doc": "测农发〔2026〕2号", "planned_start": "2026-03-25", "planned_end": "2026-06-30", "content": "硬化产业路1公里。", "quantity": "1",
        "quantity_unit": "公里", "budget_total": "300000.00", "funding_mode": "财政投入", "benef_households": "120", "benef_persons": "400",
        "benef_poor_households": "20", "benef_poor_persons": "60", "goal_output": "完成1公里", "goal_benefit": "出行方便", "goal_satisfaction": "95.00",
        "in_plan": "是", "stage": "下达",
    }])  # fmt: skip
    clerk.take_in("project-villages", [{"project_id": PROJECT, "village_code": village(1)}])
    clerk.take_in(
        "project-budget",
        [
            {
                "project_id": PROJECT,
                "line_no": "1",
                "source_level": "中央",
                "allocation_id": "N2026-001",
                "amount": "300000.00",
                "fund": FUND,
            }
        ],
    )
    here = ("--project", PROJECT, "--division", village(1), "--unit", "U002")
    site = ("--project", PROJECT, "--division", "990202000000", "--unit", "U002", "--place", "政府网站")
    clerk.notice("项目库公示", *site, starts="2026-02-01", ends="2026-02-12", closed="2026-02-13")
    clerk.notice("年度计划公告", *site, starts="2026-03-10", ends="2026-03-21", closed="2026-03-22")
    clerk.notice("实施前公示", *here, starts="2026-03-12", ends="2026-03-21", closed="2026-03-22")
    steps(clerk, ("乡镇申报", "2026-03-01"), ("县级审批", "2026-03-05", "--doc", "测农发〔2026〕2号"), ("招标", "2026-03-11", "--tender", "测采〔2026〕1号"),
          ("开工", "2026-03-25"), ("竣工", "2026-06-20"))  # fmt: skip
    pay(clerk, "90000", "2026-03-28", "预拨")
    pay(clerk, "120000", "2026-06-25", "进度款")
    clerk.notice("竣工后公示", *here, starts="2026-06-22", ends="2026-07-01", closed="2026-07-02")
    steps(
        clerk,
        ("乡镇初检", "2026-06-28"),
        ("县级验收", "2026-07-05", "--quantity", "1", "--satisfaction", "97"),
        ("决算", "2026-07-20", "--cost", "300000"),
        ("移交", "2026-07-25"),
    )
    pay(clerk, "90000", "2026-07-28", "结算款")


def steps(clerk: Clerk, *done: tuple[str, ...]) -> None:
    for step, on, *more in done:
        clerk.run("project", PROJECT, step, "--on", on, *more)


def pay(clerk: Clerk, amount: str, on: str, stage: str) -> None:
    clerk.run("pay", PROJECT, amount, "--allocation", "N2026-001", "--on", on, "--stage", stage, "--payee", "施工单位", "--unit", "U201", "--for", "工程款",
              "--channel", "国库直接支付", "--doc", f"测报{on[5:7]}号")  # fmt: skip


def visits(clerk: Clerk, households: int, rounds: int) -> None:
    """Every household is called on, again and again."""
    for number in range(rounds):
        homes = [f"H{home:07}" for home in range(1, households + 1)]
        clerk.run("visit", *homes, "--on", (date(2026, 4, 6) + timedelta(14 * number)).isoformat())


def filled_in(clerk: Clerk, remote: Path) -> None:
    """The county is filled in until a day far off, and has a remote to send to."""
    card = clerk.folder / "records/county/county.yaml"
    card.write_text(card.read_text("utf-8").replace("office:", "complete_from: 2099-01-01\noffice:", 1), "utf-8")
    clerk.commit("补录到 2099 年")
    here = ("-C", str(clerk.folder))
    for arguments in (
        ("init", "-q", "--bare", str(remote)),
        (*here, "remote", "add", "origin", str(remote)),
        (*here, "push", "-q", "origin", "main"),
    ):
        subprocess.run(["git", *arguments], check=True, capture_output=True)
