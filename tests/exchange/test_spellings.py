"""Each kind of meaning in spellings of its own: units, number formats, neighbours, places, slips, spellings of XML."""

from __future__ import annotations

from decimal import Decimal

import pytest

from exchange.books import Shown, patched, xlsx
from gongshi.exchange.formats import hides, is_percent
from gongshi.exchange.mapping import Vocabulary, normal
from gongshi.exchange.sheets import Damaged, Sheet, read_sheets
from gongshi.exchange.tables import NoTable, SheetTable, find_table
from gongshi.exchange.units import measure, mentions, split_unit
from gongshi.model import GongshiError
from support import project_descriptor

HEADERS = (
    "投入金额万元", "投入金额 万元", "投入金额（万元）", "投入金额(万)", "投入金额/万元", "投入金额-万元", "投入金额：万元", "（万元）投入金额", "投入金额【万元】",
    "投入金额［万元］", "投入金额（单位：万元）", "投入金额（人民币万元）", "投入金额\n(万元)", "投入金额（ 万 元 ）", "投入金额（以万元计）", "投入金额 单位：万元",
    "投入金额（计量单位：万元）", "投入金额（ＲＭＢ万元）", "*投入金额（万元）", "投入金额_万元",
)  # fmt: skip
LINES = (
    "单位:户、人、万元", "单 位：万元", "（单位：人民币万元）", "计量单位（万元）", "单位：万元", "金额单位：万元", "单位 万元", "单位为万元", "单位是万元。",
    "注：金额以万元计", "本表金额单位均为万元", "货币单位：人民币 万元", "资金台账（万元）", "(万元)", "万元", "单位：亩、万元、%", "填报单位：县财政局 单位：万元",
    "资金单位：万元；面积单位：公顷", "单位：万元/人", "说明：本表数据均以万元为单位", "单位﹕万元", "单位（万元、个）", "金额:万元 单位:万元", "计价单位：万元",
)  # fmt: skip
NO_UNIT = (
    "投入资金500万元",
    "填报单位：古镇人民政府",
    "单位名称：财政局",
    "总投资一百余万元",
    "5万元以上的项目",
    "帮扶单位",
    "合计3.5万元",
)
HARMLESS = (
    ("General", 5.5), ("0", 5), ("0.00", 5.25), ("#,##0", 1234), ("#,##0.00", 1234.5), ("0.00_ ", 5.5), ("0.00_);[Red]\\(0.00\\)", -5.5),
    ("0.00;[Red]0.00", 5.5), ('_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ ', 0), ("[$¥-804]#,##0.00", 5.5), ("G/通用格式", 5.5),
    ('"¥"#,##0.00;"¥"-#,##0.00', -5.5), ("[Blue]0.0", 5.5), ("@", 5.5), ('yyyy"年"m"月"', 43831), ("[h]:mm", 0.5), ("0%", 0.85),
)  # fmt: skip
MISLEADING = (
    ("0\\.0000", 50000), ('0"."0000', 50000), ('#","###0', 5000), ('0"百"', 5), ("[DBNum2]General", 5), ("[DBNum1][$-804]0", 5), ('"约"0', 5),
    ("0.0,", 5000), ("#,##0,,", 5e6), ("00000", 5), ('0.00"万元"', 5), ('0"元"', 5), ("0!.0,", 5), (";;;", 5), ("0;-0;;@", 0), ("0;0", -5), ("-0", 5),
    ("0", 5.4), ("0.0", 5.25), ("#,##0", 1234.5), ("0.00E+00", 12345), ("# ?/?", 0.3), ('[>=10000]0\\.0,"万";0', 20000), ('0"%"', 85), ("0.0%", 0.8555),
)  # fmt: skip


@pytest.mark.parametrize("header", HEADERS)
def test_a_unit_in_a_header(header: str) -> None:
    base, unit = split_unit(normal(header))
    assert base == "投入金额" and measure(unit)[1] == 10_000


@pytest.mark.parametrize("line", LINES)
def test_a_unit_in_a_line(line: str) -> None:
    found = mentions(line, "A1")
    sizes = {measure(one.unit) for one in found if one.clear and measure(one.unit)[0] in ("元", "")}
    assert sizes == {("元", Decimal(10_000))}


@pytest.mark.parametrize("line", NO_UNIT)
def test_an_amount_or_an_office_is_no_unit(line: str) -> None:
    assert mentions(line, "A1") == []


def test_what_units_measure() -> None:
    known = {
        "公顷": ("亩", 15),
        "千亩": ("亩", 1000),
        "万人": ("人", 10_000),
        "十万元": ("元", 100_000),
        "万元/亩": ("元", 10_000),
        "10000元": ("元", 10_000),
    }
    assert {word: measure(word) for word in known} == {
        word: (base, Decimal(size)) for word, (base, size) in known.items()
    }
    assert [measure(word) for word in ("乡镇", "万户侯", "", "财政局", "250元")] == [None] * 5


@pytest.mark.parametrize("code, value", HARMLESS)
def test_a_harmless_format(code: str, value: float) -> None:
    assert not hides(code, value)


@pytest.mark.parametrize("code, value", MISLEADING)
def test_a_format_that_shows_something_else(code: str, value: float) -> None:
    assert hides(code, value)
    (sheet,) = read_sheets("表.xlsx", xlsx([[Shown((value, code))]]))
    assert isinstance(sheet.cell(0, 0), Damaged)


def test_per_cent_is_told_by_the_format() -> None:
    assert [is_percent(code) for code in ("0%", "0.00%", '0"%"', "0", "[Red]0.0%")] == [True, True, False, False, True]


def found(
    resource: str, *rows: list[object], name: str = "Sheet1", file: str = "表.xlsx", merged=()
) -> SheetTable | NoTable:
    """The table of a sheet with these rows, looked for under one resource or (``""``) all."""
    resources = project_descriptor().resources
    names = [resource] if resource else [one for one in resources if one != "sealed"]
    cells = [["" if cell is None else cell for cell in row] for row in rows]
    return find_table(Sheet(name, cells, tuple(merged)), [Vocabulary(resources[one], []) for one in names], file=file)


MEMBERS = ["人编号", "姓名"]
OTHERS = (
    "帮扶责任人", "监测联系人", "家长", "代领人", "开户人", "监护人姓名", "村干部", "签约医生", "班主任老师", "第一书记", "网格员", "法定代表人", "担保人", "户名",
    "帮扶干部姓名", "驻村工作队长",
)  # fmt: skip


@pytest.mark.parametrize("other", OTHERS)
def test_a_telephone_behind_somebody_elses_name_is_his(other: str) -> None:
    rows = [["M00000001", "赵㐂龘", "钱㐂龘", "科员", 1], ["M00000002", "孙㐂龘", "钱㐂龘", "科员", 2]]
    for title in ("联系电话", "银行账号", "身份证号"):
        table = found("members", [*MEMBERS, other, "职务", title], *rows)
        assert set(table.fields) == {"member_no", "name"} and table.columns[4].meaning.how == "another", title
    before = found("members", ["人编号", "姓名", "联系电话", other], *[[a, b, e, c] for a, b, c, _, e in rows])
    assert set(before.fields) == {"member_no", "name", "phone"}


def test_a_group_of_columns_names_the_other_person() -> None:
    rows = [["人编号", "姓名", "帮扶责任人", None], [None, None, "姓名", "电话"], ["M00000001", "赵㐂龘", "钱㐂龘", 1]]
    merged = [((0, 0), (1, 0)), ((0, 1), (1, 1)), ((0, 2), (0, 3))]
    table = found("members", *rows, merged=merged)
    assert set(table.fields) == {"member_no", "name"}


def test_an_account_holder_who_is_the_person_himself_and_the_head_beside_a_pupil() -> None:
    same = found("members", [*MEMBERS, "开户人", "银行账号"], ["M00000001", "赵㐂龘", "赵㐂龘", 1])
    assert set(same.fields) == {"member_no", "name", "account"}
    pupil = ["人编号", "学生姓名", "身份证号", "户主姓名", "户主身份证号", "联系电话", "一卡通账号"]
    table = found("members", pupil, ["M00000001", "赵㐂龘", 1, "钱㐂龘", 2, 3, 4])
    assert {name: column.place for name, column in table.fields.items()} == {"member_no": 0, "name": 1, "id_no": 2}


def test_a_sheet_is_what_most_of_its_columns_say() -> None:
    loans = ["序号", "村名", "借款人", "身份证号", "贷款金额（万元）", "贷款银行", "放款日期", "联系电话"]
    lines = [
        ("小额信贷", loans, [1, "甲村", "赵㐂龘", 1, 5, "银行", "2020-03-01", 2]),
        (
            "防返贫监测",
            ["户编号", "家庭人口", "风险类型", "监测对象类别", "识别监测时间", "帮扶联系人"],
            ["H0000001", 3, "因病", "甲", "乙", "丙"],
        ),
        ("到户补助", ["人编号", "姓名", "岗位补贴(元)"], ["M00000001", "赵㐂龘", 500]),
        (
            "结对帮扶",
            ["姓名", "身份证号", "帮扶责任人", "帮扶单位", "职务", "开始时间"],
            ["赵㐂龘", 1, "钱㐂龘", "局", "员", "2020"],
        ),
    ]
    for nearest, header, row in lines:
        table = found("", [f"{nearest}台账"], header, row)
        assert isinstance(table, NoTable) and f"“{nearest}”" in table.reason and "缺" in table.reason, table
    few = found("", ["户编号", "家庭人口", "村民小组", "电视机台数"], ["H0000001", 3, "4组", 1])
    assert isinstance(few, SheetTable) and few.resource.name == "households"


XML = {
    "single quotes": lambda part: part.replace(b'"', b"'"),
    "blanks around the equals sign": lambda part: part.replace(b'="', b' = "'),
    "a comment": lambda part: part.replace(b"<sheetData>", b"<!-- <c r='Z9' t='e'/> --><sheetData>"),
    "a prefix": lambda part: part.replace(b"<", b"<x:").replace(b"<x:/", b"</x:").replace(b"<x:?", b"<?").replace(b"xmlns=", b"xmlns:x="),
    "no addresses": lambda part: __import__("re").sub(rb' r="[A-Z]*[0-9]+"', b"", part),
    "other order": lambda part: part.replace(b'r="A1" s="1"', b's="1" r="A1"').replace(b'r="B1" t="e"', b't="e" r="B1"'),
    "line breaks in tags": lambda part: part.replace(b'" t=', b'"\n  t=').replace(b'" s=', b'"\r\n\ts='),
    "sections and headers": lambda part: part.replace(b"</sheetData>", b"</sheetData><headerFooter/>"),
}  # fmt: skip


@pytest.mark.parametrize("name", XML)
def test_any_spelling_of_the_xml_tells_the_same(name: str) -> None:
    rows = [[Shown((5, '0"百"'))], [Shown((0.85, "0%")), 2]]
    made = xlsx(
        rows,
        after=lambda book, sheets: (
            sheets[0].write_formula("B1", "=1/0", None, "#DIV/0!"),
            sheets[0].set_row(1, None, None, {"hidden": True}),
        ),
    )
    made = patched(made, {"xl/worksheets/sheet1.xml": lambda part: XML[name](part)})
    (sheet,) = read_sheets("表.xlsx", made)
    assert isinstance(sheet.cell(0, 0), Damaged) and isinstance(sheet.cell(0, 1), Damaged), sheet.cells
    assert sheet.percents == {(1, 0)} and sheet.hidden_rows == {1} and sheet.cell(1, 1) == 2


def test_days_from_1904_and_styles_in_another_spelling() -> None:
    parts = {
        "xl/workbook.xml": lambda part: part.replace(b"<workbookPr", b"<workbookPr date1904='1'"),
        "xl/styles.xml": lambda part: part.replace(b'"', b"'"),
    }
    (sheet,) = read_sheets("表.xlsx", patched(xlsx([[Shown((5, '0"百"'))]]), parts))
    assert sheet.from_1904 and isinstance(sheet.cell(0, 0), Damaged)


def test_what_the_reader_does_not_read_is_refused_not_passed_over() -> None:
    spellings = (
        lambda part: part.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        lambda part: part.replace(b't="e"', b't="&#101;"'),
    )
    made = xlsx([[5]], after=lambda book, sheets: sheets[0].write_formula("B1", "=1/0", None, "#DIV/0!"))
    for spelled in spellings:
        with pytest.raises(GongshiError, match="另存为"):
            read_sheets("表.xlsx", patched(made, {"xl/worksheets/sheet1.xml": spelled}))


def test_entities_are_not_read_and_a_sheet_without_cells_to_scan_is_refused() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "x">]><worksheet><sheetData/></worksheet>'
    with pytest.raises(GongshiError):
        read_sheets("表.xlsx", patched(xlsx([[1]]), {"xl/worksheets/sheet1.xml": lambda _: bomb}))
