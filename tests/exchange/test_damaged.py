"""Seventy and more damaged tables: no row lost, no traceback, every refusal at its sheet and cell, sums that hold."""

from __future__ import annotations

import io
import random
import re
import zipfile
from datetime import date, datetime, time

import pytest

from exchange.books import GOOD, KEYS, Formula, Shown, csv, filled_rows, table, xls, xlsx
from exchange.test_import import told
from gongshi.exchange import Fate, refused_workbook
from gongshi.exchange.sheets import Damaged, read_sheets
from gongshi.model import GongshiError

HEAD = list(KEYS)
ROW = list(GOOD)
SECOND = ["H0000002", "5组", 1, *GOOD[3:]]
TWO = [HEAD, ROW, SECOND]


def one(**cells):
    return [table(**cells)]


def texts(rows):
    return [[cell.isoformat() if isinstance(cell, date) else cell for cell in row] for row in rows]


# name: (rows of each sheet, (created, updated, unchanged, refused), {cell: part of the reason})
REFUSED = (0, 0, 0, 1)
SAME = (0, 0, 1, 0)
CHANGED = (0, 1, 0, 0)
TYPED = {
    "as it is": (one(), SAME, {}),
    "titles above": ([[["古镇贫困户花名册"], ["2020年6月", None, "单位：人"], *TWO]], (0, 0, 2, 0), {}),
    "serial numbers": ([[["序号", *HEAD], [1, *ROW], [2, *SECOND]]], (0, 0, 2, 0), {}),
    "totals row": ([[*TWO, ["合计", None, 3]]], (0, 0, 2, 0), {}),
    "totals row with dashes": ([[*TWO, ["合计", None, "—", None, "/"], ["总计", None, "-"]]], (0, 0, 2, 0), {}),
    "totals row with blanks": ([[*TWO, [None, "合 计", 3]]], (0, 0, 2, 0), {}),
    "subtotals": ([[HEAD, ROW, ["小计", None, 2], SECOND, ["总计：", None, 3]]], (0, 0, 2, 0), {}),
    "signatures below": ([[*TWO, ["填表人：", None], ["审核人：某科"], ["备注：以上属实"]]], (0, 0, 2, 0), {}),
    "header repeated": ([[HEAD, ROW, HEAD, SECOND]], (0, 0, 2, 0), {}),
    "blank rows": ([[HEAD, [], ROW, ["", " ", None], SECOND]], (0, 0, 2, 0), {}),
    "header with stars and blanks": ([[[" 户编号* ", "村民 小组：", "家庭\n人口"], ROW[:3]]], SAME, {}),
    "header with units": ([[["户编号", "家庭人口（人）", "村民小组"], ["H0000001", 2, "4组"]]], SAME, {}),
    "national words": ([[["户号", "家庭人口数", "致贫原因", "识别时间"], ["H0000001", 2, "因病致贫", "2014.5.27"]]], SAME, {}),
    "source codes": ([[["AAC001", "AAC006", "AAC007"], ["H0000001", "一般贫困户", "因病"]]], SAME, {}),
    "several sheets": ([TWO[:2], [HEAD, SECOND]], (0, 0, 2, 0), {}),
    "identical row twice": ([[HEAD, ROW, ROW]], (0, 0, 2, 0), {}),
    "different row twice": ([[HEAD, ROW, [*ROW[:2], 3, *ROW[3:]]]], (0, 0, 1, 1), {"A3": "第 2 行"}),
    "trailing blanks": (one(村民小组="4组  ", 主要致贫原因=" 因病　"), SAME, {}),
    "zero width": (one(户编号="H\u200b0000001\ufeff"), SAME, {}),
    "full width": (one(村民小组="４组", 户编号="Ｈ０００００01"), SAME, {}),
    "full width number": (one(家庭人口="２"), SAME, {}),
    "number with unit": (one(家庭人口="2人"), SAME, {}),
    "tick and cross": (one(易地搬迁户="√"), CHANGED, {}),
    "cross": (one(易地搬迁户="×"), SAME, {}),
    "boolean cell": (one(易地搬迁户=False), SAME, {}),
    "dash means nothing": (one(脱贫年度="—"), SAME, {}),
    "date as serial": (one(识别日期=41786), SAME, {}),
    "date with dots": (one(识别日期="2014.5.27"), SAME, {}),
    "date in Chinese": (one(识别日期="2014年5月27日"), SAME, {}),
    "date with midnight": (one(识别日期="2014-05-27 00:00:00"), SAME, {}),
    "date as eight digits": (one(识别日期="20140527"), SAME, {}),
    "date as a number": (one(识别日期=20140527), SAME, {}),
    "year in Chinese": (one(脱贫年度="2018年"), CHANGED, {}),
    "blank leaves alone": (one(主要致贫原因=None, 家庭人口=""), SAME, {}),
    "new household": (one(户编号="H0000003"), REFUSED, {"A2": "行政村"}),
    # what Excel and people break
    "date without day": (one(识别日期="2014年5月"), REFUSED, {"D2": "补上日"}),
    "date with time": (one(识别日期=datetime(2014, 5, 27, 9, 30)), REFUSED, {"D2": "时刻"}),
    "date with time as text": (one(识别日期="2014-05-27 09:30"), REFUSED, {"D2": "时刻"}),
    "time of day": (one(识别日期=time(9, 30)), REFUSED, {"D2": "日期"}),
    "day and month unclear": (one(识别日期="05/06/2014"), REFUSED, {"D2": "认出"}),
    "two digit year": (one(识别日期="14.5.27"), REFUSED, {"D2": "认出"}),
    "impossible date": (one(识别日期="2014.2.30"), REFUSED, {"D2": "真实"}),
    "month 13": (one(识别日期="2014-13-01"), REFUSED, {"D2": "真实"}),
    "date as month.decimal": (one(识别日期=2014.5), REFUSED, {"D2": "补上日"}),
    "group became a date": (one(村民小组=date(2020, 4, 5)), REFUSED, {"B2": "改成了日期"}),
    "count became a date": (one(家庭人口=date(1900, 1, 2)), REFUSED, {"C2": "改成了日期"}),
    "number in text column": (one(村民小组=4), REFUSED, {"B2": "文本格式"}),
    "key as number": (one(户编号=1), REFUSED, {"A2": "文本格式"}),
    "scientific": (one(户编号="1.1E+17"), REFUSED, {"A2": "科学计数"}),
    "eighteen digits rounded": (one(村民小组=int("1101051949" + "12310021")), REFUSED, {"B2": "15 位"}),
    "error value": (one(家庭人口=Formula("=1/0|#DIV/0!")), REFUSED, {"C2": "公式错误"}),
    "error as text": (one(家庭人口="#REF!"), REFUSED, {"C2": "公式错误"}),
    "hashes": (one(识别日期="########"), REFUSED, {"D2": "公式错误"}),
    "formula without value": (one(家庭人口=Formula("=1+1|")), REFUSED, {"C2": "没有算出"}),
    "formula with value": (one(家庭人口=Formula("=1+1|2")), SAME, {}),
    "format with zeros": (one(家庭人口=Shown((2, "0000"))), REFUSED, {"C2": "显示"}),
    "fraction kept": (one(家庭人口=Shown((1.6, "0"))), REFUSED, {"C2": "四舍五入"}),
    "about three": (one(家庭人口="约3"), REFUSED, {"C2": "整数"}),
    "too many": (one(家庭人口=300), REFUSED, {"C2": "1 到 30"}),
    "negative": (one(家庭人口=-2), REFUSED, {"C2": "1 到 30"}),
    "code instead of word": (one(主要致贫原因="1"), REFUSED, {"G2": "代码"}),
    "code as number": (one(主要致贫原因=1, 易地搬迁户=0), REFUSED, {"G2": "代码", "F2": "代码"}),
    "unknown word": (one(主要致贫原因="懒"), REFUSED, {"G2": "只能填"}),
    "line break in a cell": (one(村民小组="4\n组"), REFUSED, {"B2": "换行"}),
    "control character": (one(村民小组="4\x07组"), REFUSED, {"B2": "控制字符"}),
    "formula-like text": (one(村民小组="=cmd|' /C calc'!A0"), REFUSED, {"B2": "格式"}),
    "key missing": (one(户编号=None), REFUSED, {"A2": "H0000010"}),
    "key of another form": (one(户编号="贫0001"), REFUSED, {"A2": "格式"}),
    "village not known": (one(行政村="990101999999"), REFUSED, {"H2": "找不到"}),
    "bad year": (one(脱贫年度="二〇一八"), REFUSED, {"E2": "四位年份"}),
    "several faults in a row": (one(村民小组=4, 家庭人口="两人"), REFUSED, {"B2": "文本", "C2": "整数"}),
    "one bad row of two": ([[HEAD, [*ROW[:2], "两", *ROW[3:]], SECOND]], (0, 0, 1, 1), {"C2": "整数"}),
    "no header": ([[ROW, SECOND]], (0, 0, 0, 2), {"A1": "表头", "A2": "表头"}),
    "no key column": ([[HEAD[1:], ROW[1:]]], (0, 0, 0, 2), {"A1": "表头", "A2": "表头"}),
    "same field twice": ([[[*HEAD, "户主人口", "家庭人口数"], [*ROW, None, 2]]], (0, 0, 0, 2), {"I1": "只保留一列"}),
    "row without key but text": ([[*TWO, ["", "另有一户未列入"]]], (0, 0, 2, 1), {"A4": "户编号"}),
}  # fmt: skip


def hold(result, rows_given: int) -> None:
    """The reconciliation: every row that holds something is in one place, every refusal has sheet, cell and advice."""
    accounted = 0
    for sheet in result.sheets:
        rows = [row.row for row in sheet.rows]
        assert len(set(rows)) == len(rows) and not set(rows) & set(sheet.skipped)
        accounted += len(rows) + len(sheet.skipped)
        assert sum(sheet.counts.values()) == len(rows)
        for row in sheet.rows:
            assert (row.kind is Fate.REFUSED) == bool(row.problems)
            assert row.sheet == sheet.sheet.name
            for place, message in row.places():
                assert re.fullmatch(rf"[A-Z]+{row.row + 1}", place) and len(message) > 8
    assert accounted == rows_given


def check(result, rows, wanted, cells) -> None:
    hold(result, rows)
    counts = tuple(result.counts[kind] for kind in Fate)
    told: dict[str, str] = {}
    for row in result.rows:
        for place, message in row.places():
            told[place] = told.get(place, "") + message
    assert counts == wanted, told
    for place, part in cells.items():
        assert part in told.get(place, ""), told
    assert set(cells) <= set(told) and (not told or cells)
    assert (refused_workbook(result) is None) == (wanted[3] == 0)


@pytest.mark.parametrize("name", TYPED)
def test_workbook(name: str, plan) -> None:
    sheets, wanted, cells = TYPED[name]
    check(plan("表.xlsx", xlsx(*sheets), township="guzhen"), sum(map(filled_rows, sheets)), wanted, cells)


PLAIN = (GOOD[0], "4组", "2", "2014-05-27", "", "否", "因病")
TEXT = [HEAD, list(PLAIN), ["H0000002", "5组", "1", *PLAIN[3:]]]
FILES = {
    "utf-8": csv(TEXT),
    "utf-8 with mark": csv(TEXT, "utf-8-sig"),
    "gbk": csv(TEXT, "gbk"),
    "gb18030": csv([*TEXT, ["填表人：䶮某"]], "gb18030"),
    "utf-16": csv(TEXT, "utf-16"),
    "utf-16 be without mark": csv(TEXT, "utf-16-be"),
    "utf-16 le without mark": csv(TEXT, "utf-16-le"),
    "tabs": csv(TEXT, delimiter="\t"),
    "semicolons": csv(TEXT, delimiter=";"),
    "old line ends": csv(TEXT, end="\r"),
    "quotes around all": "\n".join(",".join(f'"{cell}"' for cell in row) for row in TEXT).encode(),
    "short rows": csv([row[:3] for row in TEXT]),
    "text named xls": csv(TEXT, "gbk", "\t"),
    "old xls": xls([[*HEAD], [*ROW], [*SECOND]]),
    "workbook named csv": xlsx(TWO),
}


@pytest.mark.parametrize("name", FILES)
def test_encodings_and_formats(name: str, plan) -> None:
    suffix = {"text named xls": "xls", "old xls": "xls"}.get(name, "csv")
    result = plan(f"表.{suffix}", FILES[name])
    assert result.counts[Fate.UNCHANGED] == 2 and sum(result.counts.values()) == 2
    hold(result, 4 if name == "gb18030" else 3)


def page(rows, cell="td") -> str:
    """As national systems export it: a table in a page, named .xls."""
    lines = "".join("<tr>" + "".join(f"<{cell}>{text}" for text in row) + "</tr>\n" for row in rows)
    return (
        f"<html><head><meta charset=gb2312><style>td{{a:b}}</style></head><body><table border=1>{lines}</table></body>"
    )


def test_a_web_page_named_xls_is_read(plan) -> None:
    """Titles that span, a household that spans two rows, a hidden row, entities, a table for layout around it."""
    rows = [
        "<tr><td colspan=3>古镇贫困户<br>花名册</td></tr>",
        "<tr><th>户编号</th><th>村民&nbsp;小组</th><th>家庭<br>人口</th></tr>",
        "<tr><td rowspan='2' style='mso-number-format:\"\\@\"'>H0000001</td><td>&#52;组</td><td> 2 </td></tr>",
        "<tr style='display : none'><td>4组</td><td>2</td></tr>",
        "<tr><td>H0000002</td><td>5<b>组</b></td><td>1<script>alert(1)</script></td></tr>",
        "<tr><td>合计</td><td></td><td>3</td></tr>",
    ]
    text = "<!DOCTYPE html><table><tr><td>导出<table>" + "\n".join(rows) + "</table></td></tr></table>"
    result = plan("导出.xls", text.encode("gbk"))
    assert result.counts[Fate.UNCHANGED] == 3 and result.counts[Fate.REFUSED] == 1  # 导出 is a table by itself
    hold(result, 7)
    assert any("第 4 行是隐藏的" in notice for sheet in result.sheets for notice in sheet.notices)


def test_the_text_faults_are_the_same_in_a_web_page(plan) -> None:
    for name in (
        "scientific",
        "error as text",
        "several faults in a row",
        "line break in a cell",
        "code instead of word",
    ):
        (rows,) = map(texts, TYPED[name][0])
        shown = [["" if cell is None else str(cell).replace("\n", "<br>") for cell in row] for row in rows]
        result = plan("表.xls", page(shown).encode("utf-8"))
        hold(result, filled_rows(rows))
        assert result.counts[Fate.REFUSED] == TYPED[name][1][3], name


def old_workbook() -> bytes:
    """An .xls with an error, a percentage, zeros that are only shown, a hidden row and column."""
    import io

    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("户")
    for line, row in enumerate(([*HEAD], [*ROW], [*SECOND])):
        for place, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write(line, place, cell, xlwt.easyxf(num_format_str="YYYY-MM-DD"))
            elif cell is not None:
                sheet.write(line, place, cell)
    sheet.row(1).set_cell_error(HEAD.index("脱贫年度"), "#REF!")
    sheet.row(2).hidden = sheet.col(1).hidden = True
    book.add_sheet("数").write(0, 0, 0.0435, xlwt.easyxf(num_format_str="0.00%"))
    book.get_sheet(1).write(0, 1, 7, xlwt.easyxf(num_format_str="0000"))
    book.get_sheet(1).write(0, 2, 8, xlwt.easyxf(num_format_str="0000"))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def test_an_old_workbook_tells_as_much_as_a_new_one(plan) -> None:
    data = old_workbook()
    result = plan("表.xls", data)
    hold(result, 4)
    assert ("E2", True) in [(place, "公式错误" in message) for row in result.rows for place, message in row.places()]
    notices = "；".join(result.sheets[0].notices)
    assert "第 3 行是隐藏的" in notices and "B 列“村民小组”是隐藏的" in notices
    sheet = read_sheets("表.xls", data)[1]
    assert sheet.percents == {(0, 0)} and [type(cell) for cell in sheet.cells[0]] == [float, Damaged, Damaged]


def test_an_old_workbook_damaged_anywhere_is_read_or_gets_one_line() -> None:
    data, chance = old_workbook(), random.Random(3)
    for _ in range(150):
        spoilt = bytearray(data[: chance.randrange(600, len(data))] if chance.random() < 0.3 else data)
        for _ in range(chance.randrange(1, 8)):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        try:
            read_sheets("表.xls", bytes(spoilt))
        except GongshiError as error:
            assert "\n" not in str(error)


def rewritten(data: bytes, part: str, old: bytes, new: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The workbook with some bytes of one part replaced, once."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", method) as target:
        for name in source.namelist():
            content = source.read(name)
            assert name != part or old in content
            target.writestr(name, content.replace(old, new, 1) if name == part else content)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
PLAIN = xlsx([HEAD, ["H0000001", "4组", 2, 41786, *ROW[4:]]])
LZMA = bytearray(rewritten(PLAIN, SHEET, b"<", b"<", zipfile.ZIP_LZMA))
AT = LZMA.index(b"xl/workbook.xml") + 30
LZMA[AT : AT + 30] = b"\xff" * 30


def test_a_number_without_end_is_no_date(plan) -> None:
    data = rewritten(PLAIN, SHEET, b"<v>41786</v>", b"<v>1e999</v>")
    assert "认出" in {place: why for row in plan("表.xlsx", data).sheets[0].rows for place, why in row.places()}["D2"]


UNREADABLE = {
    "column without a place": ("表.xlsx", rewritten(PLAIN, SHEET, b"<sheetData>", b'<cols><col hidden="1"/></cols><sheetData>'), "损坏"),
    "packed badly": ("表.xlsx", bytes(LZMA), "损坏"),
    "empty": ("表.xlsx", b"", "空的"),
    "wps": ("表.et", b"\xd0\xcf\x11\xe0" + b"x" * 600, "另存为 .xlsx"),
    "page without a table": ("表.xls", "<html><frameset><frame src='a.htm'>".encode("gbk"), "没有表格"),
    "page of one file": ("表.xls", b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "单个文件网页"),
    "xml of 2003": ("表.xls", b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "2003"),
    "page too large": ("表.xls", b"<table><tr>" + b"<td colspan=1000 rowspan=100>" * 400, "太大"),
    "open document": ("表.ods", b"PK\x03\x04" + b"x" * 600, "另存为 .xlsx"),
    "pdf": ("表.xlsx", b"%PDF-1.7", "PDF"),
    "half a zip": ("表.xlsx", xlsx(TWO)[:3000], "损坏"),
    "not a zip": ("表.xlsx", b"PK\x03\x04" + b"x" * 500, "损坏"),
    "broken ole": ("表.xls", b"\xd0\xcf\x11\xe0" + b"\xff" * 5000, "损坏"),
    "binary": ("表.csv", bytes(range(256)) * 20, "读不了"),
    "no known encoding": ("表.csv", "户编号,".encode() + b"\xff\xff\xff", "编码"),
    "quotes do not pair": ("表.csv", '户编号,村民小组\n"H0000001,4组\n'.encode(), "引号"),
    "far away cell": ("表.xlsx", xlsx([*TWO, *[[]] * 0], after=lambda b, s: s[0].write_string(1_048_575, 16_383, "x")), "范围太大"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_gets_one_line(name: str, plan) -> None:
    file, data, part = UNREADABLE[name]
    with pytest.raises(GongshiError, match=part) as error:
        plan(file, data)
    assert "\n" not in str(error.value)


def test_csv_of_typed_cases_is_no_worse(plan) -> None:
    """The text faults say the same from a CSV file."""
    for name in (
        "totals row",
        "titles above",
        "scientific",
        "date with dots",
        "error as text",
        "several faults in a row",
    ):
        (rows,) = map(texts, TYPED[name][0])
        result = plan("表.csv", csv(rows))
        hold(result, filled_rows(rows))
        assert result.counts[Fate.REFUSED] == TYPED[name][1][3]


DATES_SHOWN = {
    "yyyy年m月": "只显示到月", "yyyy-mm": "只显示到月", 'yyyy"年"m"月"': "只显示到月", "mmm-yy": "只显示到月", "m月d日": "只显示月和日", "mm-dd": "只显示月和日",
    "d-mmm": "只显示月和日", "yyyy-mm-dd": "", "yyyy/m/d;@": "", "[$-F800]dddd, mmmm dd, yyyy": "", 'yyyy"年"m"月"d"日"': "", "d/m/yy": "",
}  # fmt: skip


def test_a_date_that_shows_no_day_or_no_year_is_asked_about(plan) -> None:
    """Excel makes the first of the month of a month, and this year of a day; a field of months takes a month."""
    for number, (code, why) in enumerate(DATES_SHOWN.items()):
        done = plan("表.xlsx", xlsx(table(识别日期=Shown((41700 + number, code)))))
        assert (why in told(done)["D2"]) if why else done.counts[Fate.UPDATED] == 1, (code, told(done))
    month = [["户编号", "人编号", "出生年月"], ["H0000001", "M00000001", Shown((29800, "yyyy年m月"))]]
    assert plan("表.xlsx", xlsx(month)).counts[Fate.UPDATED] == 1


def test_sums_of_parts_may_stand_above_their_rows(plan) -> None:
    header = ["村代码", "总户数", "总人口"]
    parts = [("甲村小计", 3, 9), ("990101100001", 3, 9), ("乙村小计", 4, 12), ("990101100002", 4, 12)]
    right = plan("表.xlsx", xlsx([header, ["合计", 7, 21], *parts]))
    assert not [one for one in right.sheets[0].notices if "原表可能有误" in one]
    wrong = plan("表.xlsx", xlsx([header, ["合计", 7, 21], ("甲村小计", 2, 9), *parts[1:]]))
    assert ["B3" in one for one in wrong.sheets[0].notices if "原表可能有误" in one] == [True]
