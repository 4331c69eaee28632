"""What an .xlsx says in its XML and calamine does not tell: hidden rows and columns, errors, formulas without a value,
formats that show something else than is kept.

Read by patterns over the parts, never by an XML parser: nothing in it can grow or reach outside.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from dataclasses import dataclass, field

from gongshi.exchange.formats import BUILT_IN, DATES, is_partial, is_percent, is_plain
from gongshi.exchange.xlsxnotes import notes_of
from gongshi.exchange.xmlparts import UnreadableXml, plainly, unprefixed
from gongshi.model import GongshiError

LIMIT_UNPACKED = 1 << 30
LIMIT_CELLS = 30_000_000

ERROR = "单元格是公式错误（如 #REF!、#N/A），请改正公式或直接填值"
NO_VALUE = "单元格是公式但没有算出的值，请在 Excel 里打开、保存一次，或粘贴为数值"

_P = rb"(?:\w+:)?"
_CELL = re.compile(rb"<" + _P + rb'c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*(?<!/)>')
_ERROR = re.compile(rb"<" + _P + rb'c\b(?=[^>]*\bt="e")[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"')
_FORMULA = re.compile(
    rb"<"
    + _P
    + rb'c\b(?![^>]*\bt="str")[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*>\s*<'
    + _P
    + rb"f\b[^>]*(?:/>|>[^<]*</"
    + _P
    + rb"f>)\s*(?:<"
    + _P
    + rb"v\s*/>|<"
    + _P
    + rb"v[^>]*>\s*</"
    + _P
    + rb"v>)?\s*</"
    + _P
    + rb"c>"
)
_HAS_FORMULA = re.compile(rb"<f[\s/>]")
_HAS_PREFIXED = re.compile(rb":f[\s/>]")
_STYLED = re.compile(
    rb"<" + _P + rb'c\b(?=[^>]*\bs="([0-9]+)")(?![^>]*\bt="(?:s|str|inlineStr|b|e)")[^>]*?'
    rb'\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*(?<!/)>'
)
_ROW = re.compile(rb"<" + _P + rb"row\b[^>]*>")
_COL = re.compile(rb"<" + _P + rb"col\b[^>]*>")
_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
Notes = tuple[tuple[str, ...], tuple[str, ...]]
_HIDDEN = (b"1", b"true")
HEAD = 100_000  # bytes in which what holds for the whole sheet stands
_FOLDED = re.compile(rb"<" + _P + rb'sheetFormatPr\b[^>]*\bzeroHeight="(?:1|true)"')
_VALUE = re.compile(rb"<" + _P + rb"v(?:\s[^>]*)?>[^<]")
_MARGIN = re.compile(rb"<" + _P + rb"(?:odd|even|first)(?:Header|Footer)[^>]*>([^<]+)<")


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """What calamine leaves out of one sheet; rows and columns from 0. ``formats`` are the number formats of cells that may
    show something else than they keep, ``cells`` how many cells there are, ``margins`` what a page has above and below
    and in text boxes."""

    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]
    damage: dict[tuple[int, int], str]
    percents: frozenset[tuple[int, int]]
    from_1904: bool
    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    cells: int = 1
    values: bool = False  # whether any of them has one
    margins: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()


def scan_workbook(data: bytes) -> list[SheetFacts]:
    """Facts of each sheet; none for a zip that is no .xlsx. GongshiError if it would not fit or cannot be told."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(info.file_size for info in archive.infolist()) > LIMIT_UNPACKED:
            raise GongshiError("工作簿解开后太大，请按乡镇拆成几份再导入。")
        names = {name.replace("\\", "/").lower(): name for name in archive.namelist()}
        read = _Parts(archive, names)
        if "xl/workbook.xml" not in names:
            return []
        try:
            book = read("xl/workbook.xml")
            codes = _codes(read("xl/styles.xml"))
            from_1904 = bool(re.search(rb'date1904="(?:1|true|on)"', book))
            return [_scan_sheet(read(path), codes, from_1904, read.notes(path)) for path in _sheet_paths(read, book)]
        except UnreadableXml:
            raise GongshiError("工作簿里的 XML 读不下去，请用 Excel 或 WPS 打开后另存为 .xlsx 再导入。") from None


class _Parts:
    """Reads parts by name, whatever the case, in their plain spelling; b"" for one that is not there."""

    def __init__(self, archive: zipfile.ZipFile, names: dict[str, str]) -> None:
        self.archive, self.names = archive, names

    def __call__(self, path: str) -> bytes:
        name = self.names.get(path.lower())
        return plainly(self.archive.read(name)) if name else b""

    def notes(self, path: str) -> Notes:
        """The text boxes and the comments of the sheet whose part this is."""
        return notes_of(lambda part: unprefixed(self(part)), path)


def _sheet_paths(read: _Parts, book: bytes) -> list[str]:
    rels = read("xl/_rels/workbook.xml.rels")
    targets = {}
    for tag in re.findall(rb"<" + _P + rb"Relationship\b[^>]*>", rels):
        entry = dict(_ATTRIBUTE.findall(tag))
        targets[entry.get(b"Id", b"")] = html.unescape(entry.get(b"Target", b"").decode("utf-8", "replace"))
    paths = []
    for tag in re.findall(rb"<" + _P + rb"sheet\b[^>]*>", book):
        entry = dict(_ATTRIBUTE.findall(tag))
        identity = next((value for name, value in entry.items() if name.endswith(b":id")), b"")
        target = targets.get(identity, "")
        paths.append(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
    return paths


def _codes(styles: bytes) -> dict[bytes, str]:
    """Number of a cell style → its format code, for those whose numbers may be shown otherwise than they are kept."""
    codes: dict[bytes, str] = {str(number).encode(): code for number, code in BUILT_IN.items()}
    for tag in re.findall(rb"<" + _P + rb"numFmt\b[^>]*>", styles):
        entry = dict(_ATTRIBUTE.findall(tag))
        codes[entry.get(b"numFmtId", b"")] = html.unescape(entry.get(b"formatCode", b"").decode("utf-8", "replace"))
    block = re.search(rb"<" + _P + rb"cellXfs\b.*?</" + _P + rb"cellXfs>", styles, re.DOTALL)
    found = {}
    for place, tag in enumerate(re.findall(rb"<" + _P + rb"xf\b[^>]*>", block[0] if block else b"")):
        number = dict(_ATTRIBUTE.findall(tag)).get(b"numFmtId", b"0")
        code = codes.get(number, "" if number.isdigit() and int(number) in DATES else "?")
        if not is_plain(code) or is_partial(code):
            found[str(place).encode()] = code
    return found


def _scan_sheet(xml: bytes, codes: dict[bytes, str], from_1904: bool, notes: Notes) -> SheetFacts:
    refs = _CELL.findall(xml)
    if refs:
        height = max(int(row) for _, row in refs)
        width = max(_column(letters) for letters in {letters for letters, _ in refs}) + 1
        if height * width > LIMIT_CELLS:
            raise GongshiError("工作表的范围太大（有内容写到了很远的行或列），请删去数据以外的行和列后另存再导入。")
    damage = {_place(*found): ERROR for found in (_ERROR.findall(xml) if b't="e"' in xml else ())}
    if _HAS_FORMULA.search(xml) or (b":f" in xml and _HAS_PREFIXED.search(xml)):
        damage |= {_place(*found): NO_VALUE for found in _FORMULA.findall(xml)}
    formats = {
        _place(letters, row): code
        for style, letters, row in (_STYLED.findall(xml) if codes else ())
        if (code := codes.get(style))
    }
    percents = frozenset(place for place, code in formats.items() if is_percent(code))
    margins = tuple(html.unescape(text.decode("utf-8", "replace")) for text in _MARGIN.findall(xml[-20_000:]))
    hidden = (_hidden_rows(xml), _hidden_columns(xml))
    return SheetFacts(
        *hidden,
        damage,
        percents,
        from_1904,
        formats,
        len(refs),
        bool(_VALUE.search(xml)),
        (*margins, *notes[0]),
        notes[1],
    )


def _hidden_rows(xml: bytes) -> frozenset[int]:
    """Rows that do not show: hidden, of no height, or without one of their own where that is what hides them."""
    folded = b"zeroHeight=" in xml[:HEAD] and bool(_FOLDED.search(xml[:HEAD]))
    if not folded and b"hidden=" not in xml and b' ht="0' not in xml:
        return frozenset()
    rows, last = set(), 0
    for tag in _ROW.findall(xml):
        entry = dict(_ATTRIBUTE.findall(tag))
        last = int(entry.get(b"r", b"%d" % (last + 1)))
        if entry.get(b"hidden") in _HIDDEN or _none(entry.get(b"ht")) or (folded and b"ht" not in entry):
            rows.add(last - 1)
    return frozenset(rows)


def _hidden_columns(xml: bytes) -> frozenset[int]:
    columns: set[int] = set()
    for tag in _COL.findall(xml[:HEAD]):
        entry = dict(_ATTRIBUTE.findall(tag))
        if entry.get(b"hidden") in _HIDDEN or _none(entry.get(b"width")):
            columns.update(range(int(entry[b"min"]) - 1, min(int(entry[b"max"]), 16_384)))
    return frozenset(columns)


def _none(size: bytes | None) -> bool:
    return size is not None and not size.strip(b"0.")


def _place(letters: bytes, row: bytes) -> tuple[int, int]:
    return int(row) - 1, _column(letters)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
