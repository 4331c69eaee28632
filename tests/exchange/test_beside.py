"""A unit that stands beside the cells (comment, text box, page of explanations, another column's header) is used or asked about."""

from __future__ import annotations

import pytest

from exchange.books import patched, xlsx
from exchange.test_spellings import found
from gongshi.exchange.around import shared_notes
from gongshi.exchange.mapping import Vocabulary
from gongshi.exchange.sheets import Damaged, Sheet, read_sheets
from gongshi.exchange.tables import NoTable, find_table
from gongshi.exchange.units import Mention, unit_of
from gongshi.exchange.xlsxscan import scan_workbook
from support import project_descriptor

MEASURES = ["措施编号", "户编号", "措施类别", "投入金额", "开始日期"]
ROW = ["C0000001", "H0000001", "产业帮扶", 5, "2020-03-01"]


def unit(header: list[str] = MEASURES, **about: tuple[str, ...]) -> str:
    """The unit of the amount; "" if it is asked about."""
    table = found("measures", header, ROW)
    sheet = Sheet("Sheet1", [[*header], [*ROW]], **about)
    if about:
        table = find_table(sheet, [Vocabulary(project_descriptor().resources["measures"], [])])
    return "" if isinstance(table, NoTable) else table.fields["cost"].unit or "元"


def test_a_text_box_declares_a_unit_and_a_comment_asks() -> None:
    assert unit() == "元"
    assert unit(beside=("单位：万元",)) == "万元"
    assert unit(comments=("这里的金额单位是万元",)) == unit(comments=("万元",)) == ""
    assert unit([*MEASURES[:3], "投入金额（元）", "开始日期"], comments=("金额（元）",)) == "元"


@pytest.mark.parametrize("header", ["措施编号（金额：万元）", "措施编号（单位：千元）", "措施编号/万元"])
def test_a_unit_of_money_in_the_header_of_a_column_without_figures_asks(header: str) -> None:
    assert unit([header, *MEASURES[1:]]) == ""


@pytest.mark.parametrize(
    "header", ["投入金额(w)", "投入金额（W）", "投入金额(k)", "投入金额(10K)", "投入金额（10k yuan）"]
)
def test_a_letter_for_ten_thousand_is_asked_about(header: str) -> None:
    table = found("measures", [*MEASURES[:3], header, "开始日期"], ROW)
    assert isinstance(table, NoTable) or table.fields["cost"].unit.endswith("?")


def test_two_units_of_money_in_one_header_are_asked_about() -> None:
    for header in ("投入金额（元/万元）", "投入金额（万元/元）", "投入金额（元或万元）"):
        assert unit([*MEASURES[:3], header, "开始日期"]) in ("", "元?"), header


def test_what_the_sheet_beside_says_in_words() -> None:
    words = [["编制说明"], ["一、本工作簿金额单位均为万元"], ["二、由财政局填报"]]
    lists = [[str(code), "万元"] for code in range(3)]
    assert shared_notes([Sheet("说明", words), Sheet("清单", lists)]) == ["一、本工作簿金额单位均为万元"]
    assert shared_notes([Sheet("说明", words, visible=False)]) == []


def test_a_unit_that_is_taken_anyway_is_not_asked_about() -> None:
    assert unit_of("元", "", [Mention("元", "A9 ", False)], False) == ("", "")
    assert unit_of("元", "", [Mention("元", "A9 ", False), Mention("万元", "A1 ", False)], False)[1]


def test_comments_and_text_boxes_are_read_but_those_of_this_program() -> None:
    def after(book, sheets) -> None:
        sheets[0].write_comment("A1", "单位：万元", {"author": "某科"})
        sheets[0].write_comment("B1", "必填", {"author": "gongshi"})
        sheets[0].insert_textbox("D4", "单位：千元")

    made = xlsx([["金额", "数量"], [5, 2]], after=after)
    (fact,) = scan_workbook(made)
    assert fact.margins == ("单位：千元",) and [text[-5:] for text in fact.comments] == ["单位：万元"]
    quoted = {"xl/worksheets/_rels/sheet1.xml.rels": lambda part: part.replace(b'"', b"'")}
    assert scan_workbook(patched(made, quoted))[0].comments == fact.comments


def test_what_has_no_height_or_width_is_hidden_and_blanks_are_no_value() -> None:
    made = xlsx([["甲", "乙"], [1, 2], [3, 4]], after=lambda _, sheets: sheets[0].write_formula("A3", "=1", None, 9))
    part = "xl/worksheets/sheet1.xml"
    flat = patched(made, {part: lambda xml: xml.replace(b'<row r="2"', b'<row r="2" ht="0" customHeight="1"')})
    assert read_sheets("表.xlsx", flat)[0].hidden_rows == {1}
    folded = {part: lambda xml: xml.replace(b"<sheetFormatPr ", b'<sheetFormatPr zeroHeight="1" ')}
    assert read_sheets("表.xlsx", patched(made, folded))[0].hidden_rows == {0, 1, 2}
    narrow = b'<cols><col min="2" max="2" width="0" customWidth="1"/></cols><sheetData>'
    thin = patched(made, {part: lambda xml: xml.replace(b"<sheetData>", narrow)})
    assert read_sheets("表.xlsx", thin)[0].hidden_columns == {1}
    blank = patched(made, {part: lambda xml: xml.replace(b"<v>9</v>", b"<v>\n </v>")})
    assert isinstance(read_sheets("表.xlsx", blank)[0].cell(2, 0), Damaged)


@pytest.mark.parametrize(
    "header", ("月工资性收入", "人均工资性收入", "计划工资性收入", "上年工资性收入", "累计工资性收入", "应发工资性收入")
)
def test_a_figure_of_another_time_or_only_meant_is_not_guessed(header: str) -> None:
    words = Vocabulary(project_descriptor().resources["incomes"], [])
    assert words.meaning(header).field is None and words.meaning("工资性收入额").field is not None
