"""Files from old programs and of other kinds: read right, or one sentence that says what to do; never half, never a traceback."""

from __future__ import annotations

import io
import random
import zipfile
from datetime import date, datetime

import pytest

from exchange import oldbooks
from exchange.books import ods, xls
from exchange.oldbooks import BIG5, GBK, NONE, WESTERN, book_stream, in_ole, record, web_stream
from gongshi.exchange.sheets import Damaged, read_sheets
from gongshi.model import GongshiError

HEAD = ["户编号", "村民小组", "家庭人口", "识别日期"]
ROWS = [HEAD, ["H0000001", "9组", 3, (41786.0, 1)], ["H0000002", "古镇街７组", ("rk", 1), (41786.5, 3)]]
READ = [
    HEAD,
    ["H0000001", "9组", 3, date(2014, 5, 27)],
    ["H0000002", "古镇街７组", 1, datetime(2014, 5, 27, 12)],
]


@pytest.mark.parametrize("name", ["Book", "BOOK", "book", "bOOK", "Workbook", "WORKBOOK", "workbook"])
@pytest.mark.parametrize("label", [0x204, 0xD6])
def test_a_workbook_of_excel_95_is_read_whatever_its_stream_is_called(name: str, label: int) -> None:
    (sheet,) = read_sheets("花名册.xls", in_ole(book_stream(ROWS, label=label), name))
    assert (sheet.name, sheet.cells, sheet.visible) == ("表1", READ, True)


@pytest.mark.parametrize(
    ("page", "encoding"), [(GBK, "gbk"), (BIG5, "big5"), (NONE, "gbk"), (WESTERN, "gbk"), (65001, "utf-8")]
)
def test_text_is_of_the_declared_code_page_else_chinese(page: int, encoding: str) -> None:
    rows = [["户编号" if page == WESTERN else "戶編號", "姓名"], ["H0000001", "甲乙丙"]]
    (sheet,) = read_sheets("表.xls", in_ole(book_stream(rows, page=page, encoding=encoding)))
    assert sheet.cells == rows


def test_every_kind_of_cell_of_an_old_workbook() -> None:
    row = [("mul", [7, -8]), None, True, ("f", "甲村"), ("f", 2.5), ("f", True), ("err",), (0.85, 2), -1.25, (0.5, 1)]
    first, hidden = read_sheets("表.xls", in_ole(book_stream([row], ROWS, states=(0, 1))))
    assert first.cells[0][:6] == [7, -8, True, "甲村", 2.5, True] and first.cells[0][8] == -1.25
    assert isinstance(first.cells[0][6], Damaged) and (0, 7) in first.percents
    assert (hidden.visible, hidden.cells) == (False, READ)


def test_days_from_1904_and_text_of_no_known_code() -> None:
    (sheet,) = read_sheets("表.xls", in_ole(book_stream([[(40324.0, 1)]], from_1904=True)))
    assert sheet.cells == [[date(2014, 5, 27)]] and sheet.from_1904
    with pytest.raises(GongshiError, match="编码认不出来"):
        read_sheets("表.xls", in_ole(book_stream([["Müller"]], encoding="cp1252", page=WESTERN)))


def test_a_bare_stream_from_a_web_program_is_read() -> None:
    plain = [[cell[0] if isinstance(cell, tuple) and cell[0] != "rk" else cell for cell in row] for row in ROWS]
    (sheet,) = read_sheets("导出.xls", web_stream(plain))
    assert sheet.cells == [HEAD, ["H0000001", "9组", 3, 41786.0], ["H0000002", "古镇街７组", 1, 41786.5]]
    (sheet,) = read_sheets("导出.xls", book_stream(ROWS))
    assert sheet.cells == READ


def test_what_clerks_have_from_old_programs_comes_in(plan) -> None:
    rows = [[*HEAD, "易地搬迁户"], ["H0000001", "9组", 2, (41786.0, 3), "否"]]
    for data in (in_ole(book_stream(rows)), web_stream([rows[0], ["H0000001", "9组", 2, 41786.0, "否"]])):
        (done,) = plan("旧表.xls", data).sheets
        assert [change.after for row in done.rows for change in row.changes] == ["9组"], done.rows


def test_an_old_workbook_that_is_cut_or_spoiled_is_whole_or_refused() -> None:
    """Bytes lost at the end or changed anywhere: never a traceback; what is cut never comes in with fewer rows."""
    drawn = random.Random(16)
    stream = book_stream(ROWS)
    start = stream.index(record(oldbooks.EOF)) + 4
    for cut in range(start, len(stream) - 1, 7):
        for data in (in_ole(stream[:cut]), stream[:cut]):
            with pytest.raises(GongshiError, match=r"损坏|编码"):
                read_sheets("表.xls", data)
    for data in (in_ole(stream), stream, web_stream([["户编号", "甲"], [1.0, "乙"]])):
        for _ in range(300):
            at = drawn.randrange(8, len(data))
            spoiled = data[:at] + bytes([drawn.randrange(256)]) + data[at + 1 :]
            try:
                read_sheets("表.xls", spoiled)
            except GongshiError as error:
                assert "\n" not in str(error) and str(error).endswith("。")


def zipped(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, content in parts.items():
            target.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), content)
    return out.getvalue()


def locked_xls() -> bytes:
    """A password as Excel 97 to 2003 keeps it: RC4, told by a record behind the first; all else is scrambled."""
    beginning = record(oldbooks.BOF, b"\x00\x06\x05\x00" + bytes(12))
    return in_ole(beginning + record(0x2F, b"\x01\0\x01\0\x01\0" + bytes(48)) + bytes(range(256)) * 20, "Workbook")


PASSWORD = "打开密码"
SAID = {
    "biff5 locked": ("表.xls", in_ole(book_stream(ROWS, locked=True)), PASSWORD),
    "bare locked": ("表.xls", book_stream(ROWS, locked=True), PASSWORD),
    "rc4": ("表.xls", locked_xls(), PASSWORD),
    "rc4 named et": ("表.et", locked_xls(), PASSWORD),
    "ods locked": ("表.ods", zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet", content_xml="\x99", **{
        "META-INF__manifest_xml": '<m:manifest xmlns:m="urn"><m:file-entry><m:encryption-data m:checksum="x"/></m:file-entry></m:manifest>'}), PASSWORD),
    "ods locked whole": ("表.ods", zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet", **{
        "encrypted-package": "\x99", "META-INF__manifest_xml": "<manifest:manifest><manifest:encryption-data/></manifest:manifest>"}), PASSWORD),
    "excel 2": ("表.xls", record(0x009, bytes(4)) + record(0x04, bytes(9)) + record(0x0A), "4.0 以前"),
    "excel 4": ("表.xls", record(0x409, bytes(6)) + record(0x0A), "4.0 以前"),
    "xlsb": ("表.xlsb", zipped(xl__workbook_bin="x"), "xlsb"),
    "xlsb renamed": ("表.xlsx", zipped(xl__workbook_bin="x"), "xlsb"),
    "word": ("表.docx", zipped(word__document_xml="x"), "docx"),
    "word renamed": ("表.xls", zipped(word__document_xml="x"), "Word"),
    "old word renamed": ("表.xls", in_ole(b"x" * 5000, "WordDocument"), "Word"),
    "numbers renamed": ("表.xlsx", zipped(**{"Index__Document.iwa": "x"}), "Numbers"),
    "odt renamed": ("表.ods", zipped(mimetype="application/vnd.oasis.opendocument.text", content_xml="<a/>"), "没有表格"),
    "sylk": ("表.xls", b'ID;PWXL;N;E\r\nC;Y1;X1;K"a"\r\n', "SYLK"),
    "dif": ("表.csv", b'TABLE\r\n0,1\r\n"EXCEL"\r\n', "DIF"),
    "dbf": ("表.dbf", b"\x03\x79\x05\x01" + bytes(60), "dbf"),
    "flat text": ("表.fods", b'<?xml version="1.0"?><office:document office:mimetype="application/vnd.oasis.opendocument.text"/>', "没有表格"),
}  # fmt: skip


@pytest.mark.parametrize("name", SAID)
def test_what_is_not_read_says_what_it_is_and_what_to_do(name: str, plan) -> None:
    file, data, part = SAID[name]
    with pytest.raises(GongshiError, match=part) as error:
        plan(file, data)
    assert ("\n" not in str(error.value) and "另存" in str(error.value)) or "Numbers" in str(error.value)


@pytest.mark.parametrize("called", ["表.xls", "表.et", "表.ETT", "表", "表.xlsx"])
def test_a_workbook_is_read_by_what_it_is_not_by_its_name(called: str) -> None:
    assert read_sheets(called, xls([HEAD]))[0].cells == [HEAD]


def test_an_open_document_in_one_file_reads_as_in_its_zip() -> None:
    rows = [HEAD, ["H0000001", "9组", 3, date(2014, 5, 27)]]
    packed = ods(rows)
    content = zipfile.ZipFile(io.BytesIO(packed)).read("content.xml").decode()
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    flat = content.replace("<office:document-content", f'<office:document office:mimetype="{kind}"', 1)
    flat = flat.replace("</office:document-content>", "</office:document>").replace("><", ">\n   <")
    assert read_sheets("表.fods", flat.encode())[0].cells == read_sheets("表.ods", packed)[0].cells == rows
