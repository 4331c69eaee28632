"""What an .xlsx says in its XML and calamine does not tell: hidden rows and columns, errors, formulas without a value,
formats that show something else than is kept.

Read by patterns over the parts, never by an XML parser: nothing in it can grow or reach outside.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from dataclasses import dataclass

from gongshi.model import GongshiError

LIMIT_UNPACKED = 1 << 30
LIMIT_CELLS = 30_000_000

ERROR = "单元格是公式错误（如 #REF!、#N/A），请改正公式或直接填值"
NO_VALUE = "单元格是公式但没有算出的值，请在 Excel 里打开、保存一次，或粘贴为数值"
SHOWN = "单元格显示的与保存的不同（数字格式补了零或缩了单位），请设为文本格式后按显示的重填"

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
    + rb"v[^>]*></"
    + _P
    + rb"v>)?\s*</"
    + _P
    + rb"c>"
)
_STYLED = re.compile(
    rb"<" + _P + rb'c\b(?=[^>]*\bs="([0-9]+)")(?![^>]*\bt="(?:s|str|inlineStr|b|e)")[^>]*?'
    rb'\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*(?<!/)>'
)
_ROW = re.compile(rb"<" + _P + rb"row\b[^>]*>")
_COL = re.compile(rb"<" + _P + rb"col\b[^>]*>")
_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
_HIDDEN = (b"1", b"true")
_ZEROS = re.compile(r"^0{2,}$|^0{2,};|,(?:$|;)|0!\.0|\"[^\"]*[万亿千][^\"]*\"")


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """What calamine leaves out of one sheet; rows and columns from 0."""

    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]
    damage: dict[tuple[int, int], str]
    percents: frozenset[tuple[int, int]]
    from_1904: bool


def scan_workbook(data: bytes) -> list[SheetFacts]:
    """Facts of each sheet in workbook order; none for a zip that is no .xlsx. GongshiError if it would not fit."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(info.file_size for info in archive.infolist()) > LIMIT_UNPACKED:
            raise GongshiError("工作簿解开后太大，请按乡镇拆成几份再导入。")
        names = set(archive.namelist())
        if "xl/workbook.xml" not in names:
            return []
        book = archive.read("xl/workbook.xml")
        styles = archive.read("xl/styles.xml") if "xl/styles.xml" in names else b""
        zeros, percents = _risky_styles(styles)
        from_1904 = bool(re.search(rb'date1904="(?:1|true)"', book))
        facts = []
        for path in _sheet_paths(archive, book, names):
            xml = archive.read(path) if path in names else b""
            facts.append(_scan_sheet(xml, zeros, percents, from_1904))
        return facts


def _sheet_paths(archive: zipfile.ZipFile, book: bytes, names: set[str]) -> list[str]:
    rels = archive.read("xl/_rels/workbook.xml.rels") if "xl/_rels/workbook.xml.rels" in names else b""
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


def _risky_styles(styles: bytes) -> tuple[frozenset[bytes], frozenset[bytes]]:
    """Numbers of the cell styles that show other digits than are kept, and of those that show per cent."""
    codes = {b"9": "0%", b"10": "0.00%"}
    for tag in re.findall(rb"<" + _P + rb"numFmt\b[^>]*>", styles):
        entry = dict(_ATTRIBUTE.findall(tag))
        codes[entry.get(b"numFmtId", b"")] = html.unescape(entry.get(b"formatCode", b"").decode("utf-8", "replace"))
    block = re.search(rb"<" + _P + rb"cellXfs\b.*?</" + _P + rb"cellXfs>", styles, re.DOTALL)
    zeros, percents = set(), set()
    for place, tag in enumerate(re.findall(rb"<" + _P + rb"xf\b[^>]*>", block[0] if block else b"")):
        code = codes.get(dict(_ATTRIBUTE.findall(tag)).get(b"numFmtId", b""), "")
        if is_percent(code):
            percents.add(str(place).encode())
        elif shows_other_digits(code):
            zeros.add(str(place).encode())
    return frozenset(zeros), frozenset(percents)


def is_percent(code: str) -> bool:
    """Whether a number format shows per cent."""
    return "%" in code


def shows_other_digits(code: str) -> bool:
    """Whether a number format shows digits that are not kept: zeros in front, thousands cut off."""
    return bool(_ZEROS.search(code))


def _scan_sheet(xml: bytes, zeros: frozenset[bytes], percents: frozenset[bytes], from_1904: bool) -> SheetFacts:
    refs = _CELL.findall(xml)
    if refs:
        height = max(int(row) for _, row in refs)
        width = max(_column(letters) for letters in {letters for letters, _ in refs}) + 1
        if height * width > LIMIT_CELLS:
            raise GongshiError("工作表的范围太大（有内容写到了很远的行或列），请删去数据以外的行和列后另存再导入。")
    damage = {_place(*found): ERROR for found in _ERROR.findall(xml)}
    if b"<f" in xml or b":f" in xml:
        damage |= {_place(*found): NO_VALUE for found in _FORMULA.findall(xml)}
    shown = set()
    if zeros or percents:
        for style, letters, row in _STYLED.findall(xml):
            if style in zeros:
                damage.setdefault(_place(letters, row), SHOWN)
            elif style in percents:
                shown.add(_place(letters, row))
    return SheetFacts(_hidden_rows(xml), _hidden_columns(xml), damage, frozenset(shown), from_1904)


def _hidden_rows(xml: bytes) -> frozenset[int]:
    if b"hidden=" not in xml:
        return frozenset()
    rows, last = set(), 0
    for tag in _ROW.findall(xml):
        entry = dict(_ATTRIBUTE.findall(tag))
        last = int(entry.get(b"r", b"%d" % (last + 1)))
        if entry.get(b"hidden") in _HIDDEN:
            rows.add(last - 1)
    return frozenset(rows)


def _hidden_columns(xml: bytes) -> frozenset[int]:
    columns: set[int] = set()
    for tag in _COL.findall(xml[:100_000]):
        entry = dict(_ATTRIBUTE.findall(tag))
        if entry.get(b"hidden") in _HIDDEN:
            columns.update(range(int(entry[b"min"]) - 1, min(int(entry[b"max"]), 16_384)))
    return frozenset(columns)


def _place(letters: bytes, row: bytes) -> tuple[int, int]:
    return int(row) - 1, _column(letters)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
