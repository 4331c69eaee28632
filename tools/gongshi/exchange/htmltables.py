"""Tables of a web page as raw sheets: what national systems export as .xls is often one. Text only; nothing is fetched,
run or looked up, and what spans may claim is bounded."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from gongshi.exchange.htmlstyles import Styles
from gongshi.exchange.xlsxscan import LIMIT_CELLS
from gongshi.model import GongshiError

WIDEST_SPAN = 1_000
LARGEST_SPAN = 100_000
LIMIT_SPANNED = 1_000_000  # places that spanning cells take in all
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_SILENT = {"script", "style", "title", "template"}
Range = tuple[tuple[int, int], tuple[int, int]]


@dataclass
class HtmlTable:
    """One table: ragged rows of text, merged ranges, rows that the page hides."""

    cells: list[list[str]] = field(default_factory=list)
    merged: list[Range] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    taken: set[tuple[int, int]] = field(default_factory=set)  # by a cell that spans into a later row
    formats: dict[tuple[int, int], str] = field(
        default_factory=dict
    )  # what a spreadsheet program would show a number as
    kept: dict[tuple[int, int], str] = field(
        default_factory=dict
    )  # the number that a spreadsheet program kept of a cell
    text: list[str] | None = None  # of the cell being read
    span: tuple[int, int] = (1, 1)
    about: tuple[str, str] = ("", "")  # its format, its number

    def close_cell(self) -> None:
        """Put the cell being read into the first free place of the last row."""
        if self.text is None:
            return
        if not self.cells:
            self.cells.append([])
        row, line = len(self.cells) - 1, self.cells[-1]
        while (row, len(line)) in self.taken:
            line.append("")
        place, (down, right) = len(line), self.span
        for told, said in zip((self.formats, self.kept), self.about, strict=True):
            if said:
                told[row, place] = said
        line.append(_collapsed("".join(self.text)))
        line.extend([""] * (right - 1))
        if down * right > 1:
            self.merged.append(((row, place), (row + down - 1, place + right - 1)))
            self.taken |= {(row + y, place + x) for y in range(1, down) for x in range(right)}
        self.text = None


class _Reader(HTMLParser):
    """A table within a table is one of its own: pages are laid out that way."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[HtmlTable] = []
        self._open: list[HtmlTable] = []
        self._silent = 0
        self._styles = Styles()
        self._cells = self._spanned = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        if tag == "table":
            self.tables.append(HtmlTable())
            self._open.append(self.tables[-1])
        elif not self._open:
            return
        table = self._open[-1]
        if tag == "tr":
            table.close_cell()
            table.cells.append([])
            if "display:none" in (dict(attributes).get("style") or "").replace(" ", "").lower():
                table.hidden_rows.add(len(table.cells) - 1)
        elif tag in ("td", "th"):
            table.close_cell()
            table.text, table.span = [], _span(dict(attributes))
            table.about = (self._styles.code(tag, dict(attributes)), dict(attributes).get("x:num") or "")
            self._cells += 1
            self._spanned += table.span[0] * table.span[1] - 1
            if self._cells > LIMIT_CELLS or self._spanned > LIMIT_SPANNED:
                raise GongshiError("网页里的表格太大，请按乡镇拆成几份再导入。")
        elif tag == "br" and table.text is not None:
            table.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        if self._open and tag in ("td", "th", "tr", "table"):
            self._open[-1].close_cell()
        if self._open and tag == "table":
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self.lasttag == "style":
            self._styles.read(data)
        if self._open and self._open[-1].text is not None and not self._silent:
            self._open[-1].text.append(_BLANKS.sub(" ", data))

    def finished(self) -> list[HtmlTable]:
        self.close()
        for table in self._open:
            table.close_cell()
        return [table for table in self.tables if any(map(any, table.cells))]


def read_tables(text: str) -> list[HtmlTable]:
    """The tables of a page that hold anything, in order; GongshiError if there is none."""
    reader = _Reader()
    reader.feed(text)
    tables = reader.finished()
    if not tables:
        raise GongshiError("文件其实是网页，里面没有表格，请用 Excel 或 WPS 打开后另存为 .xlsx 再导入。")
    return tables


def _span(attributes: dict[str, str | None]) -> tuple[int, int]:
    """(rows, columns) of a cell; (1, 1) where what it claims is out of reason."""
    sizes = []
    for name, most in (("rowspan", LARGEST_SPAN), ("colspan", WIDEST_SPAN)):
        said = (attributes.get(name) or "1").strip()
        sizes.append(int(said) if said.isascii() and said.isdecimal() and 1 <= int(said[:7]) <= most else 1)
    return (sizes[0], sizes[1]) if sizes[0] * sizes[1] <= LARGEST_SPAN else (1, 1)


def _collapsed(text: str) -> str:
    """Blanks as a browser shows them; a ``<br>`` stays a line break, since a cell of the ledger may hold none."""
    return "\n".join(line.strip(" ") for line in text.split("\n")).strip("\n")
