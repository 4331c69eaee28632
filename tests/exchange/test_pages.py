"""Web pages named .xls: a number that a spreadsheet program would show otherwise than it stands in the page is asked about."""

from __future__ import annotations

import pytest

from gongshi.exchange.formats import ROUNDED, SHOWN
from gongshi.exchange.sheets import Damaged, read_sheets

PAGE = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><style>
<!-- table {border:1px} .xl1 {mso-number-format:"\\@";color:red} .xl2, td.xl3 {mso-number-format:"0\\\\\\.0000"}
td {mso-number-format:General} .xl4 {font:x; mso-number-format:Fixed;} .xl5{mso-number-format:'\\#\\,\\#\\#0\\.00'} .xl6 {mso-number-format:Percent} -->
</style></head><body><table><tr><td>金额</td></tr><tr><td %s>%s</td></tr></table></body></html>"""


def cell(about: str, text: str) -> object:
    (sheet,) = read_sheets("表.xls", (PAGE % (about, text)).encode())
    return sheet.cells[1][0]


@pytest.mark.parametrize(
    ("about", "text", "reason"),
    [
        ("class=xl2", "600", SHOWN),
        ('class="b xl3"', "600", SHOWN),
        ("class=xl6", "0.85", SHOWN),
        ("class=xl4", "1.234", ROUNDED),
        ("style='mso-number-format:\"0\\.0\"'", "12.34", ROUNDED),
        ("style='color:red;mso-number-format:\"\\#\\,\\#\\#0\\,\"'", "600000", SHOWN),
        ("style='mso-number-format:\"0\\0022百\\0022\"'", "6", SHOWN),
        ("style='mso-number-format:\"0\\4E07\"'", "6", SHOWN),
        ("style=\"mso-number-format:'0\\0022.\\00220000'\"", "600", SHOWN),
        ("style='mso-number-format:Scientific'", "600", SHOWN),
        ('x:num="1234.56"', "1,235", ROUNDED),
        ('x:num="600"', "0.06", SHOWN),
    ],
)
def test_what_would_be_shown_otherwise_is_asked_about(about: str, text: str, reason: str) -> None:
    assert cell(about, text) == Damaged(reason)


@pytest.mark.parametrize(
    ("about", "text"),
    [
        ("", "600"),
        ("class=xl1", "36232619000101"),
        ("class=xl1", "0012"),
        ("class=xl4", "1.20"),
        ("class=xl5", "1,234.50"),
        ("class=xl6", "85%"),
        ("class=xl2", "六百"),
        ("x:num", "600"),
        ('x:num="600"', "600.00"),
        ('x:num="x"', "600"),
        ("style='mso-number-format:Short Date'", "2020-06-30"),
        ("style='mso-number-format:\"yyyy\\-mm\\-dd\"'", "2020-06-30"),
        ("style='mso-number-format:\"unclosed'", "600"),
        ("style='mso-number-format:\"\\ffffff\"'", "x"),
    ],
)
def test_what_is_shown_as_it_stands_is_taken(about: str, text: str) -> None:
    assert cell(about, text) == text
