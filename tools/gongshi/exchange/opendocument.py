"""OpenDocument spreadsheets (.ods) as raw sheets. The part with the cells is read with expat as it stands: no declared entity, no
outside file; what is embedded in cells (notes, pictures) is passed over. Beside every number stands what the sheet shows, so a number
that shows as something else than it is kept is damaged, as in an .xlsx."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from gongshi.exchange.formats import SHOWN, hides
from gongshi.exchange.xlsscan import LOCKED
from gongshi.exchange.xlsxscan import ERROR, LIMIT_CELLS, LIMIT_UNPACKED, NO_VALUE
from gongshi.exchange.xmlparts import UnreadableXml, walk
from gongshi.model import GongshiError

MIME = b"application/vnd.oasis.opendocument.spreadsheet"
_BESIDE = {
    "office:annotation",
    "table:shapes",
    "draw:frame",
    "draw:custom-shape",
    "draw:object",
    "draw:control",
    "table:tracked-changes",
}
_ERROR = re.compile(r"#[A-Z/0-9]+[!?]?|Err:[0-9]+|#N/A|#REF!.*")
_AROUND = re.compile(r"[\s,，¥￥$€%]|元$")
_BROKEN = "工作簿里的 XML 读不下去，请用 Excel 或 WPS 打开后另存为 .xlsx 再导入。"
_WIDE = "工作表的范围太大，请删去数据以外的行和列后另存再导入。"


Cell = str | int | float | bool | date | datetime


@dataclass
class OpenSheet:
    """One sheet as read: cells, or reasons why they are lost (``damage``), by row and column from 0."""

    name: str
    cells: list[list[Cell]] = field(default_factory=list)
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    visible: bool = True
    percents: set[tuple[int, int]] = field(default_factory=set)
    damage: dict[tuple[int, int], str] = field(default_factory=dict)


def is_open_document(data: bytes) -> bool:
    """Whether a zip says that it is such a spreadsheet; by its first entry, or by the parts that it has."""
    if MIME in data[:200]:
        return True
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        return False
    return "content.xml" in names and "xl/workbook.xml" not in names


def read_open_document(data: bytes) -> list[OpenSheet]:
    """The sheets; GongshiError, one line, for what cannot be read."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(info.file_size for info in archive.infolist()) > LIMIT_UNPACKED:
            raise GongshiError("工作簿解开后太大，请按乡镇拆成几份再导入。")
        names = set(archive.namelist())
        manifest = archive.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in names else b""
        if b"encryption-data" in manifest or b"keyinfo" in manifest.lower():
            raise GongshiError(LOCKED)
        if "content.xml" not in names:
            raise GongshiError(_BROKEN)
        content = archive.read("content.xml")
    return read_flat_document(content)


def is_flat(start: bytes) -> bool:
    """Whether a text begins, in lower case, as such a spreadsheet in one file (.fods)."""
    return start.startswith((b"<?xml", b"<office:document")) and b"<office:document" in start and MIME in start


def read_flat_document(content: bytes) -> list[OpenSheet]:
    """The sheets of the part that holds the cells, or of a document in one file; GongshiError for what cannot be read."""
    reader = _Reader()
    try:
        walk(content, reader.start, reader.end, reader.text)
    except (UnreadableXml, ValueError, OverflowError, KeyError, IndexError):
        raise GongshiError(_BROKEN) from None
    return reader.sheets


class _Reader:
    """Builds sheets while the parts of the document go by."""

    def __init__(self) -> None:
        self.sheets: list[OpenSheet] = []
        self.unseen: set[str] = set()  # styles of tables that are not shown
        self.style = ""
        self.beside = 0
        self.row = self.column = self.cells = 0
        self.line: list[tuple[dict[str, str], str, int]] = []
        self.row_attributes: Mapping[str, str] = {}
        self.cell: dict[str, str] | None = None
        self.paragraphs: list[str] = []
        self.speaking = False
        self.began: dict[str, Callable[[dict[str, str]], None]] = {
            "style:style": self._style,
            "style:table-properties": self._properties,
            "table:table": self._table,
            "table:table-column": self._columns,
            "table:table-row": self._row,
            "table:table-cell": self._cell,
            "table:covered-table-cell": self._cell,
            "text:p": self._paragraph,
            "text:s": lambda said: self.text(" " * min(int(said.get("text:c", "1")), 1000)),
            "text:tab": lambda _: self.text(" "),
            "text:line-break": lambda _: self.text("\n"),
        }
        self.ended = {
            "table:table-cell": self._told,
            "table:covered-table-cell": self._told,
            "table:table-row": self._placed,
            "text:p": self._said,
        }

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self.beside or name in _BESIDE:
            self.beside += 1
        elif name in self.began:
            self.began[name](attributes)

    def end(self, name: str) -> None:
        if self.beside:
            self.beside -= 1
        elif name in self.ended:
            self.ended[name]()

    def text(self, text: str) -> None:
        if self.cell is not None and not self.beside and self.speaking:
            self.paragraphs[-1] += text

    def _paragraph(self, _: dict[str, str]) -> None:
        self.paragraphs.append("")
        self.speaking = True

    def _said(self) -> None:
        self.speaking = False

    def _style(self, said: dict[str, str]) -> None:
        self.style = said.get("style:name", "")

    def _properties(self, said: dict[str, str]) -> None:
        if said.get("table:display") == "false":
            self.unseen.add(self.style)

    def _table(self, said: dict[str, str]) -> None:
        if self.cell is not None:
            raise GongshiError(_BROKEN)  # a table in a cell
        visible = said.get("table:style-name", "") not in self.unseen
        self.sheets.append(OpenSheet(said.get("table:name", f"表{len(self.sheets) + 1}"), visible=visible))
        self.row = self.column = 0

    def _columns(self, said: dict[str, str]) -> None:
        count = _count(said, "table:number-columns-repeated")
        if said.get("table:visibility", "visible") != "visible":
            self.sheets[-1].hidden_columns |= set(range(self.column, min(self.column + count, 16_384)))
        self.column += count

    def _row(self, said: dict[str, str]) -> None:
        self.row_attributes, self.line = said, []

    def _cell(self, said: dict[str, str]) -> None:
        self.cell, self.paragraphs = said, []

    def _told(self) -> None:
        said, self.cell = self.cell or {}, None
        self.line.append((said, "\n".join(self.paragraphs), _count(said, "table:number-columns-repeated")))

    def _placed(self) -> None:
        """Put the row into its sheet, as often as it is repeated; what is empty only moves on."""
        sheet, count = self.sheets[-1], _count(self.row_attributes, "table:number-rows-repeated")
        while self.line and not _holds(*self.line[-1][:2]):
            self.line.pop()
        width = sum(times for *_, times in self.line)
        if self.line:
            self.cells += (width + 1) * count
            if self.cells > LIMIT_CELLS or self.row + count > 1_048_576 or width > 16_384:
                raise GongshiError(_WIDE)
            sheet.cells.extend([] for _ in range(self.row - len(sheet.cells)))
            for at in range(self.row, self.row + count):
                sheet.cells.append(self._values(sheet, at))
        if self.row_attributes.get("table:visibility", "visible") != "visible":
            sheet.hidden_rows |= set(range(self.row, min(self.row + count, len(sheet.cells))))
        self.row += count

    def _values(self, sheet: OpenSheet, row: int) -> list[Cell]:
        cells: list[Cell] = []
        for said, shown, times in self.line:
            value, reason = _value(said, shown)
            down, across = _count(said, "table:number-rows-spanned"), _count(said, "table:number-columns-spanned")
            for column in range(len(cells), len(cells) + times):
                cells.append(value)
                if reason:
                    sheet.damage[row, column] = reason
                if said.get("office:value-type") == "percentage":
                    sheet.percents.add((row, column))
                if (down, across) != (1, 1):
                    sheet.merged.append(((row, column), (row + down - 1, column + across - 1)))
        return cells


def _count(said: Mapping[str, str], name: str) -> int:
    return max(1, int(said.get(name, "1")))


def _holds(said: Mapping[str, str], shown: str) -> bool:
    spans = "table:number-columns-spanned" in said or "table:number-rows-spanned" in said
    return bool(shown or "office:value-type" in said or "table:formula" in said or spans)


def _value(said: Mapping[str, str], shown: str) -> tuple[Cell, str]:
    """(the cell, why it is lost or "")."""
    kind = said.get("office:value-type", "")
    if said.get("calcext:value-type") == "error" or ("table:formula" in said and _ERROR.fullmatch(shown.strip())):
        return "", ERROR
    if "table:formula" in said and not kind:
        return "", NO_VALUE
    if kind in ("float", "percentage", "currency"):
        number = float(said["office:value"])
        return (int(number) if number == int(number) and abs(number) < 2**53 else number), _hidden(number, shown, kind)
    if kind == "date":
        text = said["office:date-value"]
        return (datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)), ""
    if kind == "boolean":
        return said["office:boolean-value"] == "true", ""
    return (said.get("office:string-value") or shown) if kind in ("string", "") else shown, ""


def _hidden(number: float, shown: str, kind: str) -> str:
    """Why what is shown is something else than the number; "" if it is that number, with all of its digits."""
    text = _AROUND.sub("", shown.strip())
    if not text:
        return "" if not shown.strip() and number == 0 else SHOWN
    try:
        said = Decimal(text)
    except InvalidOperation:
        return SHOWN
    kept = Decimal(format(number, ".15g")) * (100 if kind == "percentage" else 1)
    if "e" in text.lower() or not said.is_finite():
        return SHOWN
    places = len(text.partition(".")[2])
    if abs(said - kept) > Decimal(5).scaleb(-places - 1):
        return SHOWN
    return "" if said == kept else hides("0." + "0" * places if places else "0", float(kept))
