"""Rows that contradict the ledger or themselves are asked about; a source's own slips are told and not repaired."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from exchange.books import csv, ods, xls, xlsx
from exchange.test_export import made
from exchange.test_import import told
from gongshi.cli.importing import import_
from gongshi.exchange import Fate, refused_place, refused_workbook
from gongshi.exchange.doubts import shares, swapped
from gongshi.exchange.owners import wholly_other
from gongshi.exchange.sheets import read_sheets
from gongshi.exchange.xlsscan import with_usual_name
from gongshi.model import GongshiError

HOUSEHOLDS = "records/townships/guzhen/households.csv"
NAMES = ("赵㐂龘", "钱㐂龘")


def test_a_sheets_own_places_are_checked(plan) -> None:
    head = ["户编号", "县", "乡镇", "行政村", "家庭人口"]
    rows = [
        ["H0000001", "示例县", "古镇", "甲村", 3],
        ["H0000002", "示例县", "古镇镇人民政府", "甲村村委会", 3],
        ["H0000001", "示例县", "长乐", "甲村", 3],
        ["H0000001", "示例县", "不存在镇", "甲村", 3],
        ["H0000001", "示例县", "古镇", "丙村", 3],
        ["H0000001", "示例县", "古镇", "假村", 3],
        ["H0000001", "别处县", "古镇", "甲村", 3],
        ["H0000009", "示例县", "古镇", "甲村", 3],
    ]
    why = told(plan("表.xlsx", xlsx([head, *rows])))
    expected = {"D4": "不属于", "C5": "最接近的是", "D6": "不属于", "D7": "甲村", "B8": "不是本县"}
    assert set(why) == {*expected, "A9"}
    assert all(part in why[place] for place, part in expected.items()) and "changle" in why["A9"]
    other = told(plan("表.xlsx", xlsx([["户编号", "乡镇", "家庭人口"], ["H0000001", "长乐", 3]]), township="guzhen"))
    assert "不是本次导入的 guzhen" in other["B2"]


def test_a_number_of_anothers_record_is_not_taken_over(root: Path, take, plan) -> None:
    head = ["措施编号", "户编号", "措施类别", "措施项目", "帮扶内容", "帮扶单位", "投入金额", "开始日期", "户主签认"]
    row = ["C0000001", "H0000001", "产业帮扶", "种植扶持", "资金", "U001", 100, "2020-03-01", "是"]
    assert take("措施.xlsx", xlsx([head, row])).counts == {Fate.CREATED: 1}
    for number in ("H0000002", "H0000009"):
        why = told(plan("措施.xlsx", xlsx([head, [row[0], number, *row[2:]]])))
        assert any("编号可能用重了" in message for message in why.values())
    assert plan("措施.xlsx", xlsx([head, [*row[:6], 200, *row[7:]]])).counts == {Fate.UPDATED: 1}
    rows = [
        ["资金编号", "资金名称", "金额"],
        ["N2020-001", "农村饮水工程", 5],
        ["N2020-001", "产业发展资金", 1_000_000],
    ]
    assert set(told(plan("资金.xlsx", xlsx(rows)))) == {"B2", "A3"}


def test_another_person_under_the_same_number_is_asked_about(take, plan, identity) -> None:
    head = ["人编号", "户编号", "姓名"]
    rows = [["M00000001", "H0000001", NAMES[0]], ["M00000002", "H0000001", NAMES[1]]]
    take("名单.xlsx", xlsx([head, *rows]), identity=identity())
    why = told(plan("名单.xlsx", xlsx([head, ["M00000001", "H0000001", "孙彧"]]), identity=identity()))["C2"]
    assert "赵**" in why and "孙*" in why and NAMES[0] not in why
    assert plan("名单.xlsx", xlsx([head, ["M00000001", "H0000001", "赵㐂龙"]]), identity=identity()).counts == {
        Fate.UPDATED: 1
    }
    beside = xlsx([["户编号", "户主姓名", "家庭人口"], ["H0000001", "孙彧", 3], ["H0000002", "孙彧", 3]])
    result = plan("户.xlsx", beside, identity=identity())
    assert "像是两个人" in told(result)["A2"] and Fate.UPDATED in result.counts
    nameless = plan(
        "新.xlsx", xlsx([["人编号", "户编号", "姓名"], ["M00000077", "H0000001", None]]), identity=identity()
    )
    assert nameless.counts == {Fate.REFUSED: 1} and "姓名" in told(nameless)["C2"]
    assert [
        wholly_other(*pair) for pair in (("张三", "张山"), ("张三", "李四"), ("", "李四"), ("欧阳修", "欧阳俢"))
    ] == [*(False, True, False, False)]


def test_shares_and_swapped_columns() -> None:
    assert [name for name, _ in shares({"rate": "0.85", "other": "85", "one": "1"}, ["rate", "other", "one"])] == [
        "rate",
        "one",
    ]
    assert list(shares({"rate": "0.85"}, [])) == []
    cells = {"benef_households": "95", "benef_persons": "30"}
    assert [name for name, _ in swapped(cells, ["benef_households"])] == ["benef_households"] and not [
        *swapped(cells, [])
    ]


def test_a_share_as_per_cent_is_asked_about(plan) -> None:
    rows = [["村代码", "养老保险参保率"], ["990101100001", 0.85], ["990101100002", "0.85%"]]
    messages = [row.problems for row in plan("村情.xlsx", xlsx(rows)).rows]
    asked = [any("还是" in problem.message for problem in problems) for problems in messages]
    assert asked == [True, False] and "85%" in messages[0][0].message


def renamed(data: bytes) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    book.worksheets[0].title = "改过的"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def edited(data: bytes, cell: str, value: object) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    book.worksheets[0][cell].value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rows_of(data: bytes, keep=None) -> list[list[object]]:
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    return [[row[at] for at in keep or range(len(row))] for row in sheet.iter_rows(values_only=True)]


def test_the_memory_of_an_export_survives_or_is_missed_aloud(root: Path, plan) -> None:
    """A colleague's later change is never reverted, whatever became of the export."""
    data = edited(made(root, ["households"]), "C2", "8组")
    place = root / HOUSEHOLDS
    lines = place.read_text(encoding="utf-8")
    place.write_text(
        lines.replace("H0000001,990101100001,4组,扶贫户", "H0000001,990101100001,4组,纯低保户"), encoding="utf-8"
    )
    (row,) = [row for row in plan("改.xlsx", renamed(data)).rows if row.kind is not Fate.UNCHANGED]
    assert row.kind is Fate.UPDATED and [change.title for change in row.changes] == ["村民小组"]
    table = rows_of(data)
    lost = {
        "a new book": xlsx(table),
        "an old book": xls(table),
        "text": csv(table),
        "sorted": xlsx([table[0], *table[:0:-1]]),
        "filtered": xlsx(table[:2]),
        "columns moved": xlsx([[row[0], *row[:0:-1]] for row in table]),
        "some columns": xlsx([row[:12] for row in table]),
    }
    for name, book in lost.items():
        result = plan("改.csv" if name == "text" else "改.xlsx", book)
        why = told(result)
        assert len(why) == (1 if name == "filtered" else 2) and not result.files, name
        assert all("导出记录没有了" in reason for reason in why.values()), name
    assert plan("改.xlsx", xlsx([row[:1] + row[2:3] for row in table])).counts[Fate.UPDATED] == 1


def test_a_cell_emptied_in_an_export_without_memory_is_asked_about(root: Path, tmp_path: Path, take) -> None:
    """Which cells, what the ledger has and how to clear; the way that is named clears. A sheet of few columns says nothing."""
    place = root / HOUSEHOLDS
    place.write_text(place.read_text(encoding="utf-8").replace("因病,,,1,", "因病,因残,,1,"), encoding="utf-8")
    data = made(root, ["households"])
    table = [row for row in rows_of(data) if row[0] != "H0000009"]
    cleared = [[None if cell in ("5组", "因残") else cell for cell in row] for row in table]
    books = {
        "一.csv": csv(cleared, encoding="gb18030"),
        "二.xls": xls(cleared),
        "三.xlsx": xlsx([["贫困户一览"], *[[*row[::-1], "　"] for row in cleared]]),
        "四.ods": ods([[str(c)[:10] if hasattr(c, "year") else c for c in row[:14]] for row in cleared]),
    }
    for name, book in books.items():
        result = take(name, book, township="guzhen")
        why = sorted(told(result).values())
        assert not result.files and len(why) == 2 and result.counts[Fate.REFUSED] == 1, (name, why)
        assert "“其他致贫原因一”是空的，台账里是“因残”：空格子没有清掉" in why[0] and "gongshi export" in why[0], name
        assert "“村民小组”是空的，台账里是“5组”" in why[1] and "不能为空" in why[1], name
    (tmp_path / "一.csv").write_bytes(books["一.csv"])
    run = CliRunner().invoke(import_, [str(tmp_path / "一.csv"), "--township", "guzhen", "--dry-run"], obj=root)
    assert run.exit_code == 1 and "C3: 退回: “村民小组”是空的" in run.output
    few = [[row[0], row[2], row[8]] for row in cleared]
    assert set(take("几列.xlsx", xlsx(few)).counts) == {Fate.UNCHANGED}
    (line,) = (at for at, row in enumerate(rows_of(data), 1) if row[0] == "H0000002")
    assert take("改.xlsx", edited(data, f"I{line}", None)).counts[Fate.UPDATED] == 1
    assert "因病,,,1," in place.read_text(encoding="utf-8")


def test_what_is_sealed_is_not_shown_where_its_cell_is_empty(root: Path, take, plan, identity) -> None:
    head = ["人编号", "户编号", "姓名"]
    take("名单.xlsx", xlsx([head, ["M00000001", "H0000001", NAMES[0]]]), identity=identity())
    table = rows_of(made(root, ["members"]))
    why = told(plan("人.xls", xls([[*table[0], "姓名"], [*table[1], None]]), identity=identity()))
    (text,) = why.values()
    assert "“姓名”是空的，台账里有内容" in text and NAMES[0] not in text


def test_the_repair_path_keeps_what_the_first_path_had(root: Path, plan) -> None:
    """Units, per cent, what it was exported from, all cells; a sheet that was not understood as it stood."""
    place = root / HOUSEHOLDS
    place.write_text(place.read_text(encoding="utf-8").replace("因病,,,2", "因病,因残,,2"), encoding="utf-8")
    data = edited(edited(made(root, ["households"]), "I3", None), "K3", "两")
    result = plan("出.xlsx", data)
    assert [row.kind for row in result.rows if row.problems] == [Fate.REFUSED]
    back = edited(refused_workbook(result), "M2", 2)
    (again,) = plan("回.xlsx", back).rows
    assert again.kind is Fate.UPDATED and [(change.title, change.after) for change in again.changes] == [
        ("其他致贫原因一", "")
    ]
    head = [
        "措施编号",
        "户编号",
        "措施类别",
        "措施项目",
        "帮扶内容",
        "帮扶单位",
        "投入金额",
        "开始日期",
        "户主签认",
        "旁注",
    ]
    row = ["C0000001", "H0000001", "产业帮扶", "种植扶持", "资金", "U001", 5, "2020年3月", "是", NAMES[0]]
    sheet = read_sheets("回.xlsx", refused_workbook(plan("措施.xlsx", xlsx([["单位：万元"], head, row]))))[0]
    assert "投入金额(万元)" in sheet.cells[0] and NAMES[0] in sheet.cells[1] and "5" in sheet.cells[1]
    strange = plan("怪.xlsx", xlsx([["怪表"], ["甲", "乙"], [1, 2]]))
    cells = read_sheets("回.xlsx", refused_workbook(strange))[0].cells
    assert cells[1][:2] == ["甲", "乙"] and cells[2][:2] == ["1", "2"] and "没有认出" in cells[0][2]


def test_refused_rows_lie_where_nobody_else_sees_them(tmp_path: Path) -> None:
    home = {
        "HOME": str(tmp_path / "home"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "LOCALAPPDATA": str(tmp_path / "data"),
    }
    inside = tmp_path / "repo" / "收件"
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    inside.mkdir()
    (tmp_path / "OneDrive - 县政府").mkdir()
    assert refused_place(tmp_path / "表.xls", home) == tmp_path / "表-退回-含个人信息.xlsx"
    assert refused_place(tmp_path / "表-退回-含个人信息2.xlsx", home).name == "表-退回-含个人信息.xlsx"
    for folder in (inside, tmp_path / "OneDrive - 县政府"):
        place = refused_place(folder / "表.xlsx", home)
        assert folder not in place.parents and place.parent.is_dir() and place.parent.name == "退回"


def test_the_sources_slips_are_told_with_both_figures(plan) -> None:
    head = ["户编号", "村民小组", "家庭人口"]
    sheets = {
        "last": [head, ["H0000001", "4组", 2], ["H0000002", "5组", 1], ["合计", None, 4]],
        "first": [head, ["总计", None, 4], ["H0000001", "4组", 2], ["H0000002", "5组", 1]],
        "inside": [head, ["H0000001", "4组", 2], ["4组小计", None, 3], ["H0000002", "5组", 1], ["全县合计", None, 3]],
        "right": [
            head,
            ["H0000001", "4组", 2],
            ["小计", None, 2],
            ["H0000002", "5组", 1],
            ["其中：低保户", None, 1],
            ["合 计", None, 3],
        ],
    }
    result = plan("表.xlsx", xlsx(*sheets.values(), names=list(sheets)))
    notices = {sheet.sheet.name: sheet.notices for sheet in result.sheets}
    assert [len(found) for found in notices.values()] == [1, 1, 1, 0] and not told(result)
    assert "“4”" in notices["last"][0] and "“3”" in notices["last"][0] and "C3" in notices["inside"][0]


@pytest.mark.parametrize(
    "label, told_",
    (
        ("合计：300元", 0),
        ("合计：0.03万元", 0),
        ("合计：999元", 1),
        ("合计（1,300.00元）", 1),
        ("总计 300元", 0),
        ("合计", 0),
    ),
)
def test_a_total_in_its_label_is_compared_too(plan, label: str, told_: int) -> None:
    head = ["措施编号", "户编号", "措施类别", "措施项目", "帮扶内容", "帮扶单位", "投入金额", "开始日期", "户主签认"]
    row = ["H0000001", "产业帮扶", "种植扶持", "资金", "U001"]
    rows = [[f"C000000{at}", *row, 100 * at, "2020-03-01", "是"] for at in (1, 2)]
    result = plan("措施.xlsx", xlsx([head, *rows, [label]]))
    assert sum("各行相加" in notice for notice in result.sheets[0].notices) == told_, result.sheets[0].notices
    assert result.counts == {Fate.CREATED: 2}


def test_rates_are_not_added_up_and_what_cannot_be_read_is_no_zero(root: Path, tmp_path: Path) -> None:
    head = ["户编号", "措施类别", "措施项目", "帮扶内容", "帮扶单位", "投入金额", "开始日期", "户主签认"]
    rows = [["H0000001", "产业帮扶", "种植扶持", what, "U001", 4500, "2020-03-01", "是"] for what in ("种子", "农药")]
    merged = xlsx([head, *rows], after=lambda _, sheets: sheets[0].merge_range("F2:F3", 4500))
    (tmp_path / "措施.xlsx").write_bytes(merged)
    said = CliRunner().invoke(import_, [str(tmp_path / "措施.xlsx"), "--dry-run"], obj=root).output
    assert "投入金额：" in said and "2 行的数读不出" in said and "表中 0 元" not in said
    facts = [["村代码", "农民人均纯收入", "集体经济收入"], ["990101100001", 9000, 10], ["990101100002", 8000, 20]]
    (tmp_path / "村.xlsx").write_bytes(xlsx([*facts, ["合计", 8500, 30]]))
    said = CliRunner().invoke(import_, [str(tmp_path / "村.xlsx"), "--dry-run"], obj=root).output
    assert "集体经济收入：表中 30" in said and "人均纯收入：" not in said and "相加" not in said


def test_two_tables_on_one_sheet_are_not_read_as_one(plan) -> None:
    head = ["户编号", "村民小组", "家庭人口"]
    for second in (["户编号", "村民小组", "家庭人口（万人）"], ["家庭人口", "户编号", "村民小组"]):
        result = plan("表.xlsx", xlsx([head, ["H0000001", "4组", 3], second, ["H0000002", "5组", 3]]))
        assert result.counts == {Fate.REFUSED: 4} and "两张表" in next(iter(told(result).values()))


def test_several_files_in_one_command(root: Path, tmp_path: Path) -> None:
    good, bad = tmp_path / "一.xlsx", tmp_path / "二.xlsx"
    good.write_bytes(xlsx([["户编号", "家庭人口"], ["H0000001", 3]]))
    bad.write_bytes(b"PK\x03\x04" + b"x" * 100)
    result = CliRunner().invoke(import_, [str(bad), str(good)], obj=root)
    assert (
        result.exit_code == 2
        and "文件 一.xlsx" in result.output
        and "损坏" in result.output
        and "更新 1" in result.output
    )
    assert "H0000001,990101100001,4组,扶贫户,一般贫困户,国家标准,2014-05-27,因病,,,3," in (root / HOUSEHOLDS).read_text(
        "utf-8"
    )


def test_old_workbooks_by_any_name_of_their_stream_and_with_a_password() -> None:
    made_ = xls([["户编号", "家庭人口"], ["H0000001", 2]])
    usual, shouted = "Workbook".encode("utf-16-le"), "WORKBOOK".encode("utf-16-le")
    other = made_.replace(usual, shouted)
    assert other != made_ and with_usual_name(other) == made_
    assert (
        read_sheets("表.xls", other)[0].cells
        == read_sheets("表.et", made_)[0].cells
        == read_sheets("表.xls", made_)[0].cells
    )
    locked = made_.replace(usual + b"\0" * 48, "EncryptedPackage".encode("utf-16-le") + b"\0" * 32, 1)
    at = locked.index("EncryptedPackage".encode("utf-16-le"))
    locked = locked[: at + 64] + b"\x22\x00" + locked[at + 66 :]
    with pytest.raises(GongshiError, match="打开密码"):
        read_sheets("表.xlsx", locked)


def test_a_page_that_begins_with_a_comment_is_a_page() -> None:
    page = "<!-- 导出 --><html><body><!--[if gte mso 9]><xml></xml><![endif]--><table><tr><td>户编号<!-- x --></td></tr></table>"
    assert read_sheets("表.xls", page.encode())[0].cells == [["户编号"]]


@pytest.mark.parametrize(("clashes", "sound", "kept"), [(3, 2, False), (2, 2, True), (1, 3, True), (1, 0, False)])
def test_a_sheet_whose_numbers_are_mostly_other_records_changes_none(take, plan, root, clashes, sound, kept) -> None:
    """Numbers made elsewhere that happen to be used here, too: those of the same household are not written over either."""
    head = ["措施编号", "户编号", "措施类别", "措施项目", "帮扶内容", "帮扶单位", "投入金额", "开始日期", "户主签认"]
    row = ["产业帮扶", "种植扶持", "资金", "U001", 5, "2020-03-01", "是"]
    take("措施.xlsx", xlsx([head, *([f"C000000{n}", "H0000001", *row] for n in range(1, 7))]))
    other = ["健康帮扶", "医疗救助", "资金", "U001", 7, "2020-04-01", "是"]
    rows = [[f"C000000{n}", "H0000002" if n <= clashes else "H0000001", *other] for n in range(1, clashes + sound + 1)]
    again = plan("别处的措施.xlsx", xlsx([head, *rows, ["C0000009", "H0000001", *other]]))
    assert again.counts.get(Fate.UPDATED, 0) == (sound if kept else 0) and again.counts[Fate.CREATED] == 1
    if not kept and sound:
        assert "多数编号" in told(again)[f"A{clashes + 2}"]
