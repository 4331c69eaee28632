"""Sheets that are no plain table are read where that is sure, else named with the way on; what an edited export has lost is told."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from exchange.books import Shown, csv, xlsx
from exchange.test_export import made
from exchange.test_import import told
from exchange.test_spellings import found
from gongshi.exchange import Fate
from gongshi.exchange.convert import Converter, Refusal
from gongshi.exchange.layouts import carried, counts_columns
from gongshi.exchange.sheets import Damaged, read_sheets
from gongshi.exchange.tables import NoTable, SheetTable
from support import project_descriptor

HEAD = ["户编号", "村民小组", "家庭人口"]
ROW = ["H0000001", "4组", 2]
MEMBERS = project_descriptor().resources["members"]


@pytest.mark.parametrize(
    "row",
    (
        [1, 2, 3],
        ["1", "2", "3"],
        ["（1）", "（2）", "（3）"],
        ["甲", "乙", 1],
        ["甲", 1, 2, 3],
        ["甲", "乙", "丙", "丁"],
        ["栏次", 1, 2, 3],
        [4, 5, 6],
        ["(1)", "(2)", "(3)=(1)+(2)"],
        [1, None, 2, 3],
    ),
)
def test_a_row_that_counts_the_columns_is_no_data(row: list[object]) -> None:
    assert counts_columns(["" if cell is None else cell for cell in row])
    table = found("households", HEAD, row[:3], ROW)
    assert isinstance(table, SheetTable) and (len(row) > 3 or (table.rows == (2,) and table.skipped[1] == "栏次"))


@pytest.mark.parametrize(
    "row", (["H0000001", 1, 2], [1, 3, 4], ["甲", "丙", "乙"], [1, 2], ["甲村", 1, 2], [5.5, 6.5, 7.5])
)
def test_a_row_that_holds_something_else_is_data(row: list[object]) -> None:
    assert not counts_columns(row)


def test_tables_beside_each_other_and_on_their_side_are_named() -> None:
    beside = [
        found("", [*HEAD, None, *HEAD], [*ROW, None, "H0000002", "5组", 1]),
        found("", [*HEAD, None, "村代码", "总户数", "总人口"], [*ROW, None, "990101100001", 9, 30]),
        found("", ["村代码", "总户数", None, None, *HEAD], ["990101100001", 9, None, None, *ROW]),
    ]
    assert all(isinstance(table, NoTable) and "左右并排" in table.reason for table in beside), beside
    touching = found("", [*HEAD, *HEAD], [*ROW, *ROW])
    assert isinstance(touching, NoTable) and "并排" in touching.reason
    apart = found("", ["户编号", None, "村民小组", None, "家庭人口"], ["H0000001", None, "4组", None, 2])
    assert isinstance(apart, SheetTable) and len(apart.fields) == 3
    across = [
        ["户编号", "H0000001", "H0000002"],
        ["村民小组", "4组", "5组"],
        ["家庭人口", 2, 1],
        ["识别日期", "2014-05-27", "2014-05-27"],
    ]
    for rows in (across, [["一户一档"], *across], [[*line[:2]] for line in across]):
        table = found("", *rows)
        assert isinstance(table, NoTable) and "转置" in table.reason, rows
    stacked = found("", HEAD, ROW, [], ["村代码", "总户数", "总人口"], ["990101100001", 9, 30])
    assert isinstance(stacked, NoTable) and "第 1 行和第 4 行" in stacked.reason


@pytest.mark.parametrize(
    "mine, theirs",
    (
        ("贫困户", "帮扶干部"),
        ("户主信息", "联系人信息"),
        ("基本情况", "监护人情况"),
        ("本人", "代领人"),
        ("贫困户信息", "网格员"),
    ),
)
def test_two_groups_above_a_header_say_whose_its_columns_are(mine: str, theirs: str) -> None:
    own, other = ["姓名", "身份证号", "电话"], ["姓名", "电话"]
    for first in (True, False):
        top = [mine, None, None, theirs, None] if first else [theirs, None, mine, None, None]
        low = [*own, *other] if first else [*other, *own]
        row = ["赵㐂龘", 1, 2, "孙小明", 3] if first else ["孙小明", 3, "赵㐂龘", 1, 2]
        cut = 2 if first else 1
        table = found("members", top, low, row, merged=[((0, 0), (0, cut)), ((0, cut + 1), (0, 4))])
        start = 0 if first else 2
        places = {name: column.place for name, column in table.fields.items()}
        assert places == {"name": start, "id_no": start + 1, "phone": start + 2}, (top, places)


def test_a_line_of_two_merged_texts_is_no_group() -> None:
    line = ["填报单位：古镇", None, "单位：万元", None]
    rows = [line, ["村代码", "总户数", "集体经济收入", "总人口"], ["990101100001", 9, 5, 30]]
    table = found("villages", *rows, merged=[((0, 0), (0, 1)), ((0, 2), (0, 3))])
    assert table.skipped[0] == "标题" and table.fields["collective_income"].unit == "万元"


@pytest.mark.parametrize(
    "label", ("Total", "共12户", "总金额", "总额：", "总人数", "SUM", "sum", "grandtotal", "总  计（元）", "共 3 笔")
)
def test_more_words_for_a_total(label: str) -> None:
    table = found("households", HEAD, ROW, [label, None, 2])
    assert isinstance(table, SheetTable) and table.skipped == {0: "表头", 2: "合计"}, label


@pytest.mark.parametrize("code", ("$#,##0", '"$"0.00', "[$$-409]#,##0.00", "\\$0", '"US$"0', "[$€-2] 0.00", "[$HK$] 0"))
def test_money_of_another_country_is_asked_about(code: str) -> None:
    (sheet,) = read_sheets("表.xlsx", xlsx([[Shown((5, code))]]))
    assert isinstance(sheet.cell(0, 0), Damaged)
    cost = project_descriptor().resources["measures"].schema.field("cost")
    assert (
        all(isinstance(Converter(cost)(text), Refusal) for text in ("$5", "US$5", "5美元"))
        and Converter(cost)("¥5") == "5.00"
    )


def edited(data: bytes, change) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    change(book.worksheets[0])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_what_an_edited_export_has_lost_is_told(root: Path, plan) -> None:
    data = made(root, ["households"])
    renumbered = plan("户.xlsx", edited(data, lambda sheet: sheet.__setitem__("A3", "H0000777")))
    assert "与导出时的 H0000001 相同" in told(renumbered)["A3"] and not renumbered.files
    fewer = plan("户.xlsx", edited(data, lambda sheet: sheet.delete_rows(4)))
    assert any("表里已没有的记录 1 条" in notice for notice in fewer.sheets[0].notices) and not fewer.files
    place = root / "records/townships/guzhen/households.csv"
    place.write_text(
        "".join(line for line in place.read_text("utf-8").splitlines(True) if "H0000002" not in line), "utf-8"
    )
    gone = plan("户.xlsx", data)
    assert any("1 行的记录台账里已没有" in notice for notice in gone.sheets[0].notices) and not gone.files


def test_a_member_is_not_moved_by_a_mistyped_number(root: Path, plan) -> None:
    why = told(plan("人.xlsx", xlsx([["人编号", "户编号", "健康状况"], ["M00000001", "H0000002", "残疾"]])))
    assert "“户编号”与这一行不同" in why["B2"]
    moved = edited(made(root, ["members"]), lambda sheet: sheet.__setitem__("B2", "H0000002"))
    assert plan("人.xlsx", moved).counts[Fate.UPDATED] == 1


@pytest.mark.parametrize(
    "title, asked",
    (
        ("霍某县2020年贫困户花名册", True),
        ("附件1：霍某县扶贫对象名单", True),
        ("某省某市霍某县防返贫监测对象", True),
        ("示例县2020年贫困户花名册", False),
        ("全县贫困户花名册", False),
        ("县级扶贫资金名单", False),
        ("2020年贫困县退出名单", False),
        ("关于下达示例县名单的通知", False),
        ("县2020年名单", False),
    ),
)
def test_a_title_of_another_county_is_asked_about(plan, title: str, asked: bool) -> None:
    why = told(plan("户.xlsx", xlsx([[title], ["户编号", "家庭人口"], ["H0000001", 3]])))
    assert bool(why) == asked and all("不是本县" in message for message in why.values())


def test_who_filled_it_in_below_is_checked_too(plan) -> None:
    for office, asked in (("长乐人民政府", True), ("古镇人民政府", False)):
        why = told(plan("户.xlsx", xlsx([["户编号", "家庭人口"], ["H0000001", 3], [f"填报单位：{office}"]])))
        assert bool(why) == asked, office


GROUPED = [
    ["户编号", "家庭情况", "", "识别情况", ""],
    ["", "家庭人口", "村民小组", "识别标准", "识别日期"],
    ["H0000001", "3", "4组", "国家标准", ""],
]


@pytest.mark.parametrize(
    "rows",
    (
        GROUPED,
        [["某表", "", "", "", ""], *GROUPED],
        [["户编号", "家庭情况", ""], ["", "家庭人口", "村民小组"], ["H0000001", "3", "4组"]],
        [["家庭情况", "", "户编号"], ["家庭人口", "村民小组", ""], ["3", "4组", "H0000001"]],
        [
            ["户编号", "基本情况", "", ""],
            ["", "家庭", "", "住址"],
            ["", "家庭人口", "识别标准", "村民小组"],
            ["H0000001", "3", "国家标准", "4组"],
        ],
    ),
)
def test_groups_of_columns_are_known_without_merged_cells(plan, rows: list[list[str]]) -> None:
    """As a CSV, a page of a text editor or a copy of the values alone has them."""
    for name, data in (("户.csv", csv(rows)), ("户.xlsx", xlsx(rows))):
        result = plan(name, data)
        assert result.counts == {Fate.UPDATED: 1}, told(result)
        (data,) = (data for path, data in result.files.items() if path.endswith("households.csv"))
        assert ",因病,,,3," in data.decode()


@pytest.mark.parametrize(
    "rows",
    (
        [["户编号", "家庭人口", ""], ["H0000001", "3", "已核"]],
        [["户编号", "家庭人口", ""], ["", "三口", "已核"], ["H0000001", "3", ""]],
        [["贫困户", "", ""], ["户编号", "家庭人口", "村民小组"], ["H0000001", "3", "4组"]],
    ),
)
def test_a_column_without_a_header_makes_no_group(rows: list[list[str]]) -> None:
    (sheet,) = read_sheets("户.csv", csv(rows))
    assert all(carried(sheet, top, 2) is None for top in range(len(rows) - 1)) == (rows[1][0] != "")
