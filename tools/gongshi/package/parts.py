"""The files of a CSV resource, read as bytes first: only a file that passes the byte pass may be proven.

The byte pass holds: UTF-8 (DuckDB's reader verifies it later, value by value), no BOM, no CR, no NUL, last byte LF,
the header exactly as in the schema, and each line that holds a quote in minimal quoting. Rows are counted as newlines
less one; DuckDB skips blank lines, so it must find just as many. Then a record is a line, and its line is its place
plus two.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from gongshi.model import Finding, Severity
from gongshi.package.canonical import csv_cell
from gongshi.package.schema import Resource, shown_name

LIMIT_LINE = 131_072  # characters of a cell beyond which Python's csv reader, and so Frictionless, gives up
TOGETHER = (
    4_000_000  # bytes up to which DuckDB reads several files as one: each by itself takes it two milliseconds more
)
LIMIT_FINDINGS = 100  # per file and kind of problem: more of the same tells nobody anything new
_LINE_END = re.compile("\r\n|\r|\n")


@dataclass(slots=True)
class Part:
    """One file of a resource.

    ``rows`` counts data rows, ``size`` bytes; ``digest`` is the content's SHA-256. ``clean`` says that the byte pass held, so that
    ``lines`` is not needed; else ``lines`` and ``cells`` hold what Python's csv reader made of the file (cells as they
    are, ragged or not).
    """

    path: str
    rows: int = 0
    digest: str = ""
    clean: bool = True
    first: int = 0
    lines: list[int] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    size: int = 0

    def line(self, index: int) -> int:
        """The line of the data row ``index`` (from 0)."""
        return self.lines[index] if self.lines else index + 2


def byte_pass(path: str, data: bytes, resource: Resource) -> tuple[Part, list[Finding]]:
    """What the bytes alone tell: a clean Part, or one that must be read slowly and why."""
    findings = byte_findings(path, data, resource)
    blank = len(resource.schema.names) == 1 and b"\n\n" in data  # DuckDB takes a blank line of one column for a row
    clean = not findings and not blank and _is_even(data, len(resource.schema.names))
    rows, digest = max(data.count(b"\n") - 1, 0), hashlib.sha256(data).hexdigest()
    return Part(path, rows, digest, clean, size=len(data)), findings


def as_one(files: Sequence[tuple[str, int]], read: Callable[[str], bytes]) -> bytes:
    """The bytes of several clean files, pairs of a path and a size, as those of one: they all begin with the same line; nothing if
    they are too large to be held."""
    if len(files) < 2 or sum(size for _, size in files) > TOGETHER:
        return b""
    header = read(files[0][0]).partition(b"\n")[0]
    return b"".join((header, b"\n", *(read(path).partition(b"\n")[2] for path, _ in files)))


def byte_findings(path: str, data: bytes, resource: Resource) -> list[Finding]:
    """What is wrong with the bytes; it takes a third of the time of the whole pass, which also counts and digests."""
    findings = list(_byte_findings(path, data, resource))
    if not findings and b'"' in data:
        findings.extend(_quoting(path, data, resource))
    return findings


def _byte_findings(path: str, data: bytes, resource: Resource) -> Iterator[Finding]:
    def finding(code: str, line: int, message: str) -> Finding:
        return Finding(code, Severity.ERROR, message, path, line, resource.name)

    if not data:
        yield finding("empty-file", 0, "文件是空的，至少要有表头一行")
        return
    if data.startswith(b"\xef\xbb\xbf"):
        yield finding("bom", 1, "文件开头有 BOM，请运行 gongshi format 去掉")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield finding("encoding", 1, "文件是 UTF-16 编码，请另存为 UTF-8 的 CSV")
    if b"\0" in data:
        yield finding("nul", data[: data.index(b"\0")].count(b"\n") + 1, "有空字节（NUL），请用文本编辑器重新保存")
    if b"\r" in data:
        yield finding(
            "crlf", data[: data.index(b"\r")].count(b"\n") + 1, "换行是 CRLF 或 CR，请运行 gongshi format 改成 LF"
        )
    if not data.endswith(b"\n"):
        yield finding("no-last-newline", data.count(b"\n") + 1, "最后一行没有换行符，请运行 gongshi format 补上")
    header = ",".join(resource.schema.names).encode()
    first = _first_line(data)
    if first != header:
        yield from _header_findings(path, first, resource)


def _first_line(data: bytes) -> bytes:
    end = data.find(b"\n")
    return data[: end if end >= 0 else len(data)].rstrip(b"\r").removeprefix(b"\xef\xbb\xbf")


def _header_findings(path: str, first: bytes, resource: Resource) -> Iterator[Finding]:
    labels = first[:LIMIT_LINE].decode("utf-8", "replace").split(",")
    wanted = resource.schema.names
    counts = Counter(labels)
    problems = []
    for column, name in enumerate(labels, 1):
        if name not in wanted:
            problems.append(f"第 {column} 列{shown_name(name)}不认识")
        elif counts[name] > 1:
            problems.append(f"“{name}”重复")
            counts[name] = 0
    problems.extend(f"缺“{name}”" for name in wanted if name not in labels)
    message = "、".join(problems[:8]) or "次序与数据字典不同"
    yield Finding("header", Severity.ERROR, f"表头不对：{message}。请按数据字典的字段和次序写", path, 1, resource.name)


def _blank_lines(path: str, data: bytes, resource: Resource) -> Iterator[Finding]:
    blank = (number for number, line in enumerate(data.split(b"\n")[:-1], 1) if not line)
    for number in islice(blank, LIMIT_FINDINGS):
        yield Finding("blank-row", Severity.ERROR, "空行，请删去", path, number, resource.name)


def _quoting(path: str, data: bytes, resource: Resource) -> Iterator[Finding]:
    """Lines with quotes must be minimal: then DuckDB, Python and Frictionless read the same cells."""
    start, counted, number, found = data.find(b'"'), 0, 1, 0
    while start >= 0 and found < LIMIT_FINDINGS:
        begin, end = data.rfind(b"\n", 0, start) + 1, data.find(b"\n", start)
        if not _minimal(data[begin:end].decode("utf-8", "replace")):
            number, counted, found = number + data.count(b"\n", counted, begin), begin, found + 1
            message = "引号用得不规范，请运行 gongshi format 改成统一写法"
            yield Finding("quoting", Severity.ERROR, message, path, number, resource.name)
        start = data.find(b'"', end)


def _minimal(line: str) -> bool:
    try:
        cells = next(csv.reader([line], strict=True))
    except csv.Error:
        return False
    return ",".join(map(csv_cell, cells)) == line


def _is_even(data: bytes, width: int) -> bool:
    """Whether lines in minimal quoting have together as many cells as they should: DuckDB passes over empty ones too many at the end."""
    commas, lines, start = data.count(b","), data.count(b"\n"), data.find(b'"')
    while start >= 0:
        begin, end = data.rfind(b"\n", 0, start) + 1, data.find(b"\n", start)
        line = data[begin:end]
        if len(next(csv.reader([line.decode("utf-8", "replace")]))) != width:
            return False
        commas, lines, start = commas - line.count(b","), lines - 1, data.find(b'"', end)
    return commas == lines * (width - 1)


def read_slowly(part: Part, data: bytes, resource: Resource) -> list[Finding]:
    """Fill ``part`` with what can still be read of a file that the fast way may not read; no row is lost.

    Where quotes do not pair, each line is read by itself, so that one bad quote does not swallow the rest.
    """
    text, findings = _decode(part.path, data, resource)
    findings.extend(_blank_lines(part.path, data, resource))
    previous = csv.field_size_limit(max(LIMIT_LINE, len(text) + 1))
    try:
        try:
            rows = list(_numbered(text))
        except csv.Error:
            rows = [(number, _loose(line)) for number, line in enumerate(_LINE_END.split(text), 1)]
    finally:
        csv.field_size_limit(previous)
    part.labels = rows[0][1] if rows else []
    filled = [(line, row) for line, row in rows[1:] if row]
    part.lines = [line for line, _ in filled]
    part.cells = [row for _, row in filled]
    part.rows, part.clean = len(filled), False
    return findings


def _loose(line: str) -> list[str]:
    try:
        return next(csv.reader([line]), [])
    except csv.Error:
        return line.split(",")


def _numbered(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line each begins on."""
    reader, line = csv.reader(io.StringIO(text, newline=""), strict=True), 1
    for row in reader:
        yield line, row
        line = reader.line_num + 1


def _decode(path: str, data: bytes, resource: Resource) -> tuple[str, list[Finding]]:
    data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"\xef\xbf\xbd")
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        guess = _looks_gbk(data)
        hint = "看来是 GBK 编码，" if guess else ""
        message = f"不是 UTF-8 编码，{hint}请另存为 UTF-8 的 CSV"
        finding = Finding("encoding", Severity.ERROR, message, path, line, resource.name)
        return data.decode("gb18030" if guess else "utf-8", "replace"), [finding]


def _looks_gbk(data: bytes) -> bool:
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return True


def align(part: Part, names: tuple[str, ...]) -> Iterator[list[str]]:
    """The slow cells in schema order: by label where the header names the fields, else by place; short rows padded."""
    labels = [label.strip() for label in part.labels]
    if set(names) <= set(labels) and len(set(labels)) == len(labels):
        places = [labels.index(name) for name in names]
    else:
        places = list(range(len(names)))
    for row in part.cells:
        yield [row[place] if place < len(row) else "" for place in places]
