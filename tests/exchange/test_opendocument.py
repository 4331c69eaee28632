"""OpenDocument spreadsheets read as the same rows; what they hide or have lost is told."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest

from exchange.books import GOOD, Raw, ods, table, xlsx
from exchange.test_import import told
from gongshi.exchange import Fate
from gongshi.exchange.sheets import Damaged, read_sheets
from gongshi.model import GongshiError


def only(*cells: object, **more: str):
    (sheet, *_) = read_sheets("表.ods", ods([list(cells)], **more))
    return sheet


def cell(value: str, shown: str, kind: str = "float", more: str = "") -> Raw:
    return Raw(
        f'<table:table-cell office:value-type="{kind}" office:value="{value}" {more}><text:p>{shown}</text:p></table:table-cell>'
    )


def test_the_same_rows_come_in_as_from_a_workbook(plan) -> None:
    rows = table(家庭人口=3)
    one, two = plan("表.ods", ods(rows)), plan("表.xlsx", xlsx(rows))
    assert one.counts == two.counts == {Fate.UPDATED: 1} and one.files == two.files
    assert one.rows[0].changes == two.rows[0].changes
    assert plan("表.ods", ods(table())).counts == {Fate.UNCHANGED: 1} and GOOD
    assert plan("表.xlsx", ods(rows)).files == two.files  # named otherwise


def test_cells_of_all_kinds() -> None:
    repeated = Raw(
        '<table:table-cell table:number-columns-repeated="2" office:value-type="string"><text:p>甲</text:p></table:table-cell>'
    )
    spaced = Raw(
        '<table:table-cell office:value-type="string"><text:p>甲<text:s text:c="2"/>乙</text:p><text:p>丙</text:p></table:table-cell>'
    )
    noted = Raw(
        '<table:table-cell office:value-type="string"><office:annotation><text:p>批注</text:p></office:annotation><text:p>丁</text:p></table:table-cell>'
    )
    yes = Raw(
        '<table:table-cell office:value-type="boolean" office:boolean-value="true"><text:p>TRUE</text:p></table:table-cell>'
    )
    sheet = only("文", 5, 5.25, date(2020, 3, 1), None, repeated, spaced, noted, yes, cell("0.85", "85%", "percentage"))
    assert sheet.cells == [["文", 5, 5.25, date(2020, 3, 1), "", "甲", "甲", "甲  乙\n丙", "丁", True, 0.85]]
    assert sheet.percents == {(0, 10)} and sheet.name == "表一"
    wide = Raw(
        '<table:table-cell table:number-columns-spanned="2" table:number-rows-spanned="2" office:value-type="string"><text:p>题</text:p></table:table-cell>'
    )
    assert only(wide, Raw("<table:covered-table-cell/>")).merged == (((0, 0), (1, 1)),)


@pytest.mark.parametrize(
    ("value", "shown", "kind", "sound"),
    [
        ("5", "5.00", "float", True),
        ("1234.5", "1,234.50", "float", True),
        ("1234.5", "￥1,234.50", "currency", True),
        ("-5", "-5", "float", True),
        ("5.256", "5.26", "float", False),
        ("50000", "5", "float", False),
        ("50000", "5万", "float", False),
        ("5", "约5", "float", False),
        ("5", "五", "float", False),
        ("110000000000000000", "1.1E+17", "float", False),
        ("0.5", "50%", "percentage", True),
        ("0.505", "51%", "percentage", False),
        ("5", "", "float", False),
    ],
)
def test_a_number_is_what_it_shows(value: str, shown: str, kind: str, sound: bool) -> None:
    sheet = only(cell(value, shown, kind))
    assert isinstance(sheet.cells[0][0], Damaged) is not sound


def test_lost_and_hidden_things_are_told(plan) -> None:
    error = cell("0", "#REF!", "float", 'table:formula="of:=#REF!" calcext:value-type="error"')
    empty = Raw('<table:table-cell table:formula="of:=A1"/>')
    sheet = only("户编号", error, empty)
    assert [isinstance(one, Damaged) for one in sheet.cells[0]] == [False, True, True]
    rows = table(家庭人口=3)
    hidden = '<table:table table:name="二" table:style-name="ta2"><table:table-row table:visibility="collapse"><table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row></table:table>'
    style = '<style:style style:name="ta2"><style:table-properties table:display="false"/></style:style>'
    second = read_sheets("表.ods", ods(rows, extra=hidden, styles=style))[1]
    assert not second.visible and second.hidden_rows == {0}
    assert "公式错误" in next(iter(told(plan("表.ods", ods([rows[0], [*rows[1][:2], error, *rows[1][3:]]]))).values()))


def rewritten(change, name: str = "content.xml") -> bytes:
    source, out = zipfile.ZipFile(io.BytesIO(ods(table()))), io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for one in source.namelist():
            target.writestr(one, change(source.read(one)) if one == name else source.read(one))
        if name not in source.namelist():
            target.writestr(name, change(b""))
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (rewritten(lambda xml: xml.replace(b"?><", b'?><!DOCTYPE x [<!ENTITY a "b">]><', 1)), "读不下去"),
        (rewritten(lambda xml: xml[: len(xml) // 2]), "读不下去"),
        (
            rewritten(
                lambda xml: xml.replace(
                    b"<table:table-row>", b"<table:table-row table:number-rows-repeated='99999999'>", 1
                )
            ),
            "范围太大",
        ),
        (
            rewritten(
                lambda xml: xml.replace(b"<table:table ", b"<table:x ").replace(b"</table:table>", b"</table:x>")
            ),
            "读不下去",
        ),
        (rewritten(lambda xml: xml.replace(b'columns-repeated="3"', b'columns-repeated="x"')), "读不下去"),
        (rewritten(lambda _: b"<manifest:encryption-data/>", "META-INF/manifest.xml"), "密码"),
    ],
)
def test_what_cannot_be_read_gets_one_line(plan, data: bytes, why: str) -> None:
    with pytest.raises(GongshiError, match=why) as error:
        plan("表.ods", data)
    assert "\n" not in str(error.value)
