"""Reports: totals are the sums of their lines, every figure the sum of the records behind it; persons are masked, and nothing is a
formula."""

from __future__ import annotations

import io
import zipfile
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from exchange.conftest import ALLOCATION, HOUSEHOLD, MEMBER, division
from gongshi.cli.report import report as command
from gongshi.exchange import find_report, make_report, read_reports, report_workbook
from gongshi.exchange.reportbook import INTERNAL
from gongshi.exchange.sheets import read_sheets
from gongshi.model import GongshiError
from gongshi.package import load
from support import project_descriptor, tree_of

DAY = date(2020, 6, 30)
TITLES = ("监测对象动态台账", "衔接资金支出进度", "项目库表", "公益岗", "村级一张表", "资金用途、乡镇分月支出")
MAN = "赵㐂龘"


def ledger(seed: int = 0) -> dict[str, list[dict[str, str]]]:
    """A county of two townships; amounts and days depend on the seed."""
    codes = ("990101100001", "990101100002", "990101101001")
    places = [
        division("990101000000", "示例县", "县", ""),
        division("990101100000", "古镇", "乡镇", "990101000000", "guzhen"),
        division("990101101000", "长乐", "乡镇", "990101000000", "changle"),
        *(division(code, f"{name}村", "村", f"{code[:9]}000") for code, name in zip(codes, "甲乙丙", strict=True)),
    ]
    homes = [
        HOUSEHOLD
        | {"household_no": f"H000000{n}", "village_code": codes[n % 3], "poverty_status": ("已脱贫", "未脱贫")[n % 2]}
        for n in range(1, 7)
    ]
    men = [
        MEMBER | {"member_no": f"M0000000{n}", "household_no": f"H000000{n}", "public_job": ("护林员", "")[n % 2]}
        for n in range(1, 7)
    ]
    watched = [
        {"monitoring_id": f"W00000{n}", "household_no": f"H000000{n}", "category": "脱贫不稳定户", "identified_on": f"2020-0{n}-10", "clue_source": "干部排查",
         "risk_1": "因病", "per_capita": "5000.00", "self_paid_medical": "0.00", "dev_measures_state": "已实施", "contact_helper": "B00001",
         "case_id": "Z2020-00001", "removed_on": "2020-05-01" if n == 1 else ""} for n in (1, 2, 3, 9)
    ]  # fmt: skip
    works = [
        {"project_id": f"990101-2020-CY-000{n}", "name": f"=项目{n}", "year": "2020", "category": "产业扶贫", "build_kind": "新建", "township_code": f"99010110{n % 2}000",
         "owner_unit": "U001", "owner_post": "局长", "planned_start": "2020-03-01", "planned_end": "2020-10-31", "content": "建设", "quantity": "1", "quantity_unit": "个",
         "budget_total": f"{100000 * n + seed}.05", "benef_households": "3", "benef_persons": "9", "goal_output": "建成", "stage": "开工"} for n in (1, 2, 3)
    ]  # fmt: skip
    budget = [
        {"project_id": work["project_id"], "line_no": str(line), "source_level": level, "amount": amount}
        for work in works for line, level, amount in ((1, "县", f"{60000 + seed}.03"), (2, "定点帮扶", "40000.02"))
    ]  # fmt: skip
    paid = [
        {"payment_id": f"F000000{n}", "project_id": works[n % 3]["project_id"], "allocation_id": f"N2020-00{1 + n % 2}", "paid_on": f"2020-0{1 + n}-05",
         "payment_stage": "进度款", "amount": f"{1000 * n + seed}.0{n}", "payee_kind": "施工单位", "pay_channel": "转账", "purpose": "工程款"} for n in range(1, 8)
    ]  # fmt: skip
    return {
        "divisions": places, "villages": [{"village_code": code, "village_class": "非贫困村", "households": "100", "population": "300"} for code in codes],
        "units": [{"unit_code": "U001", "name": "财政局", "unit_kind": "党政机关", "unit_level": "县"}],
        "allocations": [ALLOCATION, ALLOCATION | {"allocation_id": "N2020-002", "programme": "金融扶贫", "amount": "3333.33"}],
        "households": homes, "members": men, "monitoring": watched, "projects": works, "project-budget": budget, "payments": paid,
        "project-villages": [{"project_id": work["project_id"], "village_code": codes[at]} for at, work in enumerate(works)],
    }  # fmt: skip


def made(title: str, seed: int = 0, day: date = DAY, township: str = ""):
    with load(tree_of(ledger(seed))) as database:
        return make_report(
            database, find_report(title), day, township, lambda member: MAN if member == "M00000002" else ""
        )


def test_six_reports_are_shipped() -> None:
    assert {one.title for one in read_reports()} == set(TITLES)


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize(("seed", "day"), [(0, DAY), (7, date(2020, 3, 31)), (13, date(2020, 12, 31))])
def test_totals_are_sums_and_figures_are_what_is_behind_them(title: str, seed: int, day: date) -> None:
    done = made(title, seed, day)
    columns = done.report.columns
    assert done.lines and all(len(line) == len(columns) for line in done.lines)
    behind: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for number, header, _, key, share in done.traces:
        behind[number, header] += share
        assert key
    for at, column in enumerate(columns):
        if column.counts:
            cells = [line[at] for line in done.lines]
            assert done.totals[at] == sum(cells, Decimal(0)), column.header
            assert cells == [behind[number, column.header] for number in range(1, len(done.lines) + 1)], column.header


def test_the_figures_are_those_of_the_ledger() -> None:
    by_month = made("资金用途、乡镇分月支出", day=date(2020, 12, 31))
    whole = sum((Decimal(row["amount"]) for row in ledger()["payments"]), Decimal(0))
    headers = [column.header for column in by_month.report.columns]
    assert by_month.totals[headers.index("合计")] * 10_000 == whole
    months = [by_month.totals[headers.index(f"{month}月")] for month in range(1, 13)]
    assert sum(months, Decimal(0)) * 10_000 == whole and months[0] == 0 and months[1] * 10_000 == Decimal("1000.01")
    progress = made("衔接资金支出进度")
    names = [column.header for column in progress.report.columns]
    first = dict(zip(names, progress.lines[0], strict=True))
    assert first["到位资金"] == 100 and first["支出/笔数"] == 2 and first["支出/支出进度"] == Decimal("0.60")
    pool = made("项目库表")
    row = dict(zip((c.header for c in pool.report.columns), pool.lines[0], strict=True))
    assert row["资金规模/合计"] * 10_000 == Decimal(ledger()["projects"][1]["budget_total"])
    assert (row["资金规模/市县"], row["资金规模/其他"], row["资金规模/中央和省"]) == (
        Decimal("6.000003"),
        Decimal("4.000002"),
        0,
    )
    village = made("村级一张表")
    sums = dict(zip((c.header for c in village.report.columns), village.totals, strict=True))
    assert (
        sums["全村/总户数"],
        sums["脱贫户/户数"],
        sums["未脱贫和返贫/人数"],
        sums["监测未消除"],
        sums["当年项目"],
    ) == (300, 3, 3, 2, 3)


def test_days_townships_and_persons() -> None:
    whole, part = made("监测对象动态台账"), made("监测对象动态台账", township="guzhen")
    assert len(whole.lines) == 3 and len(part.lines) == 2  # not the one of September
    states = dict(zip((c.header for c in whole.report.columns), whole.totals, strict=True))
    assert states["消除/户数（未消除）"] == 2 and states["消除/户数（已消除）"] == 1
    shown = {line[3] for line in whole.lines}
    assert "赵**" in shown and MAN not in shown
    assert {line[0] for line in made("公益岗", township="guzhen").lines} == {"古镇"}
    with pytest.raises(GongshiError, match="只按全县"):
        made("衔接资金支出进度", township="guzhen")
    with pytest.raises(GongshiError, match="没有这个乡镇"):
        made("公益岗", township="nirgends")
    with pytest.raises(GongshiError, match="监测对象动态台账"):
        find_report("别的")


@pytest.mark.parametrize("title", TITLES)
def test_the_workbook_says_what_it_is_and_holds_no_formula(title: str) -> None:
    done = made(title)
    data = report_workbook(done, project_descriptor())
    assert data == report_workbook(done, project_descriptor())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert not any(
            b"<f>" in archive.read(name) or b"<f " in archive.read(name)
            for name in archive.namelist()
            if "sheet" in name
        )
    sheet, behind = read_sheets("表.xlsx", data)
    text = "\n".join(str(cell) for row in sheet.cells for cell in row)
    assert title in text and "示例县" in text and "2020-06-30" in text and (INTERNAL in text) == done.report.internal
    assert sheet.cells[-1][0] == "合计" and len(behind.cells) == len(done.traces) + 1
    assert title != "项目库表" or "=项目1" in text
    for header in (column.header.split("/")[0] for column in done.report.columns):
        assert header in text


def test_the_command(tmp_path: Path) -> None:
    from exchange.conftest import small_county

    root = small_county(tmp_path)
    listed = CliRunner().invoke(command, [], obj=root)
    assert listed.exit_code == 0 and all(title in listed.output for title in TITLES)
    out = tmp_path / "村.xlsx"
    done = CliRunner().invoke(command, ["村级一张表", "--on", "2020-06-30", "-o", str(out)], obj=root)
    assert done.exit_code == 0 and out.stat().st_size > 3000 and "内部资料" in done.output, done.output
    shown = CliRunner().invoke(command, ["衔接资金支出进度", "--on", "2020-06-30"], obj=root)
    assert "N2020-001" in shown.output and "合计" in shown.output and "100" in shown.output
