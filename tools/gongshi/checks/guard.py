"""The guard: one scanner for personal data, used by check, the hooks, CI on every commit and the built site.

It reads anything: text in any encoding, workbooks and zips, file names, commit messages. It says where
something personal stands and of what kind, never the thing itself: a message shows two characters of its
beginning and its last one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from gongshi.checks.guard_archive import DEEPEST, Unreadable, is_archive, members
from gongshi.checks.guard_numbers import ACCOUNT_LABEL, ID_LABEL, Hit, find_numbers
from gongshi.checks.guard_people import NameSet, find_births, find_health, health_beside
from gongshi.checks.guard_text import chunks, decode_escapes, escaped_lines, normalise, pick_lines, suspicious_lines
from gongshi.model import Finding, GongshiError, Severity

__all__ = ["NameSet", "scan", "scan_path", "scan_text"]

_KINDS = {
    "personal-id": "身份证号",
    "personal-disability-card": "残疾人证号",
    "personal-phone": "手机号",
    "personal-account": "银行账号",
    "personal-birth": "出生日期",
}
_REMEDY = "不得写在这里：请删去，或放入 sealed.csv。"
_LOCKED = (b"%PDF-", b"Rar!", b"7z\xbc\xaf", b"\xd0\xcf\x11\xe0")  # the last: .xls, .doc, a workbook with a password
_BINARY_NUMBER = re.compile(rb"(?<![0-9A-Za-z.])[0-9]{11,22}[Xx]?(?![0-9A-Za-z.])")
_HEADER = rf"{ID_LABEL.pattern}|{ACCOUNT_LABEL.pattern}|姓\s*名|出生|生日|(?i:birth)"
_HEADING = re.compile(rf"(?=.{{1,16}}$)[^0-9]*(?:{_HEADER})[^0-9]*")
_HEADER_LINES = 5  # a workbook may begin with titles
_LONGEST_ROW = 10_000
_MARKDOWN_RULE = re.compile(rb"^\|(?=[ :|]*-)[ :|-]+\r?\n", re.MULTILINE)
_CSV_CELL = re.compile(r'(?:^|,)("(?:[^"]|"")*"|[^,]*)')


def scan(files: Iterable[tuple[str, Callable[[], bytes]]], names: NameSet | None = None) -> list[Finding]:
    """Return what is personal in the files and in their names; workbooks, zip and gzip files are looked into.

    A path that itself holds an identifier is shown masked, also on what is found inside that file.
    """
    findings: list[Finding] = []
    for path, read in files:
        in_name = scan_path(path, names)
        findings.extend(in_name)
        shown = in_name[0].path if in_name else path
        try:
            findings.extend(_scan_content(shown, read(), names))
        except (OSError, GongshiError):
            findings.append(_unreadable(shown, "读不出来"))
    return findings


def _scan_content(path: str, data: bytes, names: NameSet | None, depth: int = 0) -> Iterator[Finding]:
    if not is_archive(data):
        yield from scan_text(path, data, names)
        if data.startswith(_LOCKED):
            yield _unreadable(path, "看不到这种文件的里面", Severity.WARNING)
        return
    if depth == DEEPEST:
        yield _unreadable(path, "压缩包套得太深")
        return
    try:
        for name, part in members(data):
            inside = scan_path(name, names)
            shown = inside[0].path if inside else name
            place = f"{path}!{shown}" if shown else path
            yield from (_at(found, place) for found in inside)
            yield from _scan_content(place, part, names, depth + 1)
    except Unreadable as error:
        yield _unreadable(path, str(error))


def scan_text(path: str, data: bytes, names: NameSet | None = None) -> list[Finding]:
    """Return what is personal in one text (or in the digits of one binary file), in the order of lines."""
    if b"\x00" in data and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return _scan_binary(path, data)
    findings: dict[Finding, None] = {}
    columns: _Columns | None = None
    for first, chunk in chunks(data):
        for number, text in suspicious_lines(chunk):
            findings.update((found, None) for found in _line_findings(path, first + number, text))
        top = 0
        if first == 1:
            columns, top = _file_columns(chunk)
        for number, text in _table_lines(chunk, columns, top):
            findings.update((found, None) for found in _line_findings(path, first + number, text))
        if names:
            findings.update((found, None) for found in _name_findings(path, first, chunk, names))
    return sorted(findings, key=lambda found: found.line)


def scan_path(path: str, names: NameSet | None = None) -> list[Finding]:
    """Return what is personal in a file's own name or folder; the path of the finding is masked."""
    text = normalise(path)
    found = {hit.code: f"文件名里像有{_shown(hit)}" for hit in _hits(text)}
    if names and next(names.find(text), None):
        found["personal-name"] = "文件名里有在册人员的姓名"
    shown = _masked_path(path, names) if found else path
    advice = "。请给文件改名，可以写成员编号，不要写个人信息。"
    return [Finding(code, Severity.ERROR, said + advice, shown) for code, said in found.items()]


def _hits(text: str) -> list[Hit]:
    return [*find_numbers(text), *find_births(text), *find_health(text)]


def _line_findings(path: str, line: int, text: str) -> Iterator[Finding]:
    for hit in _hits(text):
        if hit.code == "personal-health":
            yield _health(path, line)
        else:
            message = f"这里像有{_shown(hit)}。{_KINDS[hit.code]}{_REMEDY}"
            yield Finding(hit.code, Severity.ERROR, message, path, line)


def _health(path: str, line: int) -> Finding:
    message = "这一行在姓名旁边写了病情或残疾情况。健康信息" + _REMEDY
    return Finding("personal-health", Severity.ERROR, message, path, line)


def _shown(hit: Hit) -> str:
    if hit.code not in _KINDS:
        return "姓名和健康信息"
    return f"{_KINDS[hit.code]}（{hit.value[:2]}…{hit.value[-1]}）"


def _name_findings(path: str, first: int, chunk: bytes, names: NameSet) -> Iterator[Finding]:
    texts = [(number, decode_escapes(text)) for number, text in pick_lines(chunk, escaped_lines(chunk))]
    for number, text in texts:
        yield from _names_in(path, first + number, text.replace("\n", " "), names)
    if not chunk.isascii():
        yield from _names_in(path, first, chunk.decode("utf-8", "replace"), names)


def _names_in(path: str, line: int, text: str, names: NameSet) -> Iterator[Finding]:
    message = "这里有在册人员的姓名。姓名" + _REMEDY
    counted = 0
    for start, name in names.find(text):
        line += text.count("\n", counted, start)
        counted = start
        yield Finding("personal-name", Severity.ERROR, message, path, line)
        if health_beside(text, start, start + len(name)):
            yield _health(path, line)


def _scan_binary(path: str, data: bytes) -> list[Finding]:
    texts = {found[0].decode("ascii") for found in _BINARY_NUMBER.finditer(data)}
    found = {finding for text in texts for finding in _line_findings(path, 0, text)}
    return sorted(found, key=lambda finding: (finding.code, finding.message))


def _unreadable(path: str, why: str, severity: Severity = Severity.ERROR) -> Finding:
    message = f"无法检查这个文件有没有个人信息：{why}。请换成文本文件，或人工检查。"
    return Finding("guard-unreadable", severity, message, path)


def _at(found: Finding, path: str) -> Finding:
    return Finding(found.code, found.severity, found.message, path)


def _masked_path(path: str, names: NameSet | None) -> str:
    """Show a path without the parts that hold something personal."""

    def personal(text: str) -> bool:
        text = normalise(text)
        return bool(_hits(text) or (names and next(names.find(text), None)))

    if not personal(path):
        return path
    parts = ["***" if personal(part) else part for part in path.split("/")]
    return "***" if personal("/".join(parts)) else "/".join(parts)


class _Columns:
    """The labelled columns of a table: a cell under 身份证号 is read as if the label stood before it."""

    def __init__(self, delimiter: str, labels: dict[int, str], whole: bool) -> None:
        self._delimiter = delimiter
        self._labels = labels
        self._whole = whole  # a name column makes every other cell its neighbour

    @classmethod
    def of_header(cls, line: str) -> _Columns | None:
        delimiter = max("\t|,", key=line.count)
        cells = cls._split(line, delimiter)
        if len(cells) < 2 or len(line) > 4000:
            return None
        labels = {at: cell for at, cell in enumerate(cells) if _HEADING.fullmatch(cell)}
        return cls(delimiter, labels, any("名" in cell for cell in labels.values())) if labels else None

    @staticmethod
    def _split(line: str, delimiter: str) -> list[str]:
        cells = line.split(delimiter) if '"' not in line or delimiter != "," else _CSV_CELL.findall(line)
        return [cell.strip(' "\r\ufeff') for cell in cells]

    def sentence(self, line: str) -> str:
        if len(line) > _LONGEST_ROW:
            return ""
        cells = self._split(line, self._delimiter)
        labels = self._labels.items()
        said = [f"{label}：{cells[at]}" for at, label in labels if at < len(cells) and cells[at]]
        if said and self._whole:
            said.extend(cell for at, cell in enumerate(cells) if at not in self._labels)
        return "；".join(said)


def _file_columns(chunk: bytes) -> tuple[_Columns | None, int]:
    """Return the labelled columns of a file that is one table, and on which line its rows begin."""
    for number, line in enumerate(chunk.split(b"\n", _HEADER_LINES)[:_HEADER_LINES], 1):
        columns = _Columns.of_header(line.decode("utf-8", "replace"))
        if columns:
            return columns, number
    return None, 0


def _table_lines(chunk: bytes, columns: _Columns | None, top: int) -> Iterator[tuple[int, str]]:
    """Yield (line from 0, a sentence that says label and value) for the rows of labelled tables."""
    if columns:
        for number, line in enumerate(chunk.split(b"\n")[top:], top):
            yield number, normalise(columns.sentence(line.decode("utf-8", "replace")))
        return
    yield from _markdown_lines(chunk)


def _markdown_lines(chunk: bytes) -> Iterator[tuple[int, str]]:
    """The same for each table of a Markdown text: a heading, a rule of dashes, rows that begin with a bar."""
    number = counted = 0
    for rule in _MARKDOWN_RULE.finditer(chunk) if b"-|" in chunk or b"- |" in chunk else ():
        if rule.end() <= counted:
            continue
        start = chunk.rfind(b"\n", 0, max(0, rule.start() - 1)) + 1
        columns = _Columns.of_header(chunk[start : rule.start()].decode("utf-8", "replace").strip("\n"))
        number += chunk.count(b"\n", counted, rule.end())
        counted = rule.end()
        while columns and chunk[counted : counted + 1] == b"|":
            end = chunk.find(b"\n", counted) + 1 or len(chunk)
            yield number, normalise(columns.sentence(chunk[counted:end].decode("utf-8", "replace").rstrip()))
            number, counted = number + 1, end
