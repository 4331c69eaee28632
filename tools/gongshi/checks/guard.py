"""The guard: one scanner for personal data, used by check, the hooks, CI on every commit and the built site.

It reads anything: text in any encoding, workbooks and zips, file names, commit messages. It says where
something personal stands and of what kind, never the thing itself: a message shows two characters of its
beginning and its last one.
"""

from __future__ import annotations

import io
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import overload

from gongshi.checks.guard_archive import DEEPEST, Unreadable, is_archive, members
from gongshi.checks.guard_harmless import empty_lines, is_harmless
from gongshi.checks.guard_lines import across
from gongshi.checks.guard_numbers import MOST, find_numbers, is_enough
from gongshi.checks.guard_people import NameSet, find_births, find_health, has_date, health_beside
from gongshi.checks.guard_sieve import Forms, digits_alike, suspicious_lines
from gongshi.checks.guard_tables import Columns, file_columns, markdown_tables
from gongshi.checks.guard_text import CHUNK, Digits, chunks, decode_escapes, has_escape, is_text, normalise, views
from gongshi.checks.guard_values import Hit
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
_ESCAPE = re.compile(rb"%[0-9A-Fa-f]{2}|&[#A-Za-z]|\\[uUx0]|[^\s<>]</?[A-Za-z]|<!--")
Passed = Callable[[str, bytes], None]
"""Is told the path and the content of a file."""
Known = Callable[[str, bytes], bool]
"""Whether just this was looked through before, and nothing found."""
_REMEMBERED = 4096
_DENSE = 16  # if one line of so many is read, all are decoded at once
_FURTHER = 60  # lines in which what begins in one may go on, and more
_SHORTEST = 10  # ASCII characters that anything personal takes at least
_SIX, _TEN = (re.compile(f"(?:[^0-9]*+[0-9]){{{count}}}") for count in (6, 10))  # with a cross at the end eleven
_NOUGHTS = re.compile(r"\.0+(?![0-9])")
_ONES = str.maketrans("023456789", "111111111")
_BATCH = 1 << 18  # small files are sieved together; what fits the cache is sieved faster


def scan(
    files: Iterable[tuple[str, Callable[[], bytes]]],
    names: NameSet | None = None,
    clean: Passed | None = None,
    known: Known | None = None,
) -> list[Finding]:
    """Return what is personal in the files and in their names; workbooks, zip and gzip files are looked into. ``clean`` is told
    each file in which nothing was found, with ``known`` also each part of an archive, and what is known of those is passed over.

    A path that itself holds an identifier is shown masked, also on what is found inside that file.
    """
    findings: list[Finding] = []
    batch: list[tuple[str, bytes]] = []
    forms = Forms()
    size = 0
    for path, read in files:
        try:
            data = read()
        except (OSError, GongshiError):
            findings.extend(_scan_batch(batch, forms, names, clean, known))
            batch, size = [], 0
            findings.extend([*scan_path(path, names), _unreadable(_masked_path(path, names), "读不出来")])
            continue
        batch.append((path, data))
        size += len(data)
        if size >= _BATCH:
            findings.extend(_scan_batch(batch, forms, names, clean, known))
            batch, size = [], 0
    return findings + _scan_batch(batch, forms, names, clean, known)


def _scan_batch(
    batch: list[tuple[str, bytes]], forms: Forms, names: NameSet | None, clean: Passed | None, known: Known | None
) -> list[Finding]:
    """Scan files one by one, but for those in which, and in whose names, nothing is suspicious."""
    findings: list[Finding] = []
    for (path, data), numbers in _noisy(batch, forms):
        before = len(findings)
        if numbers is None or numbers or names:
            in_name = scan_path(path, names)
            findings.extend(in_name)
            shown = in_name[0].path if in_name else path
            if numbers is None:
                findings.extend(_scan_content(shown, data, names, 0, known, clean))
            else:
                findings.extend(scan_text(shown, data, names, {number for number in numbers if number >= 0}))
        if clean and len(findings) == before:
            clean(path, data)
    return findings


def _noisy(batch: list[tuple[str, bytes]], forms: Forms) -> Iterator[tuple[tuple[str, bytes], set[int] | None]]:
    """Each file with its suspicious lines, found by one sieve over all that are plain text; None for the others.

    Lines count from 0, below that is the path.
    """
    parts = [_part(path, data) for path, data in batch]
    found = _sieved(parts, forms)
    if found is None:  # some are not: find out which
        parts = [part if _sieved([part], forms) is not None else b"" for part in parts]
        found = _sieved(parts, forms) or set()
    numbers = sorted(found)
    first = at = 0
    for file, part in zip(batch, parts, strict=True):
        if not part:
            yield file, None
            continue
        behind = first + part.count(b"\n")
        end = bisect_left(numbers, behind, at)
        yield file, {number - first - 2 for number in numbers[at:end]}
        first, at = behind, end


def _part(path: str, data: bytes) -> bytes:
    """A path and its content as lines of a batch; b"" for what must be looked into by itself."""
    if len(data) > CHUNK or "\n" in path or data.startswith(_LOCKED) or is_archive(data):
        return b""
    return b"".join((path.encode("utf-8", "surrogateescape"), b"\n\n", data, b"\n\n"))


def _sieved(parts: list[bytes], forms: Forms) -> set[int] | None:
    """The suspicious lines of parts joined; None if they are not UTF-8 without NUL."""
    whole = b"".join(parts)
    try:
        return None if b"\x00" in whole else suspicious_lines(whole, forms)
    except UnicodeDecodeError:
        return None


def _scan_content(
    path: str,
    data: bytes,
    names: NameSet | None,
    depth: int = 0,
    known: Known | None = None,
    clean: Passed | None = None,
) -> Iterator[Finding]:
    if not is_archive(data):
        yield from scan_text(path, data, names)
        if data.startswith(_LOCKED):
            yield _unreadable(path, "看不到这种文件的里面", Severity.WARNING)
        return
    yield from _scan_binary(path, data)  # names and notes that stand uncompressed beside the members
    if depth == DEEPEST:
        yield _unreadable(path, "压缩包套得太深")
        return
    try:
        for name, part in members(data):
            inside = scan_path(name, names)
            shown = inside[0].path if inside else name
            place = f"{path}!{shown}" if shown else path
            if known and known(place, part):
                continue
            found = [*(_at(one, place) for one in inside), *_scan_content(place, part, names, depth + 1)]
            yield from found
            if known and clean and not found:
                clean(place, part)
    except Unreadable as error:
        yield _unreadable(path, str(error))


def scan_text(
    path: str, data: bytes, names: NameSet | None = None, suspicious: set[int] | None = None
) -> list[Finding]:
    """Return what is personal in one text (or in the digits of one binary file), in the order of lines.

    ``suspicious`` are its lines from 0 that may hold something, if that is known already: then it is a small text in UTF-8.
    """
    if suspicious is None and not is_text(data):
        return _scan_binary(path, data)
    findings: dict[Finding, None] = {}
    clean: set[str] = set()  # texts in which nothing was found
    columns: Columns | None = None
    for first, chunk in chunks(data) if suspicious is None else [(1, data)]:
        top = 0
        if first == 1:
            columns, top = file_columns(chunk)
        for number, texts in _readings(chunk, columns, top, suspicious):
            for text in texts:
                if text in clean or not _may_tell(text):
                    continue
                known = [*_line_findings(path, first + number, _read(text))]
                findings.update(dict.fromkeys(known))
                if len(known) > MOST:
                    return [*sorted(findings, key=lambda found: found.line), _more(path)]
                if not known and len(clean) < _REMEMBERED:
                    clean.add(text)
            if len(findings) >= MOST:
                return [*sorted(findings, key=lambda found: found.line), _more(path)]
        if names:
            findings.update((found, None) for found in _name_findings(path, first, chunk, names))
    return sorted(findings, key=lambda found: found.line)


def _may_tell(text: str) -> bool:
    """Whether a text has digits for a number or a date, or what may be other characters than it looks like."""
    if not text.isascii():
        return True
    if not _SIX.match(text):
        return "\\N{" in text
    return bool(_TEN.match(text) or has_escape(text) or has_date(text))


def _readings(
    chunk: bytes, columns: Columns | None, top: int, suspicious: set[int] | None
) -> Iterator[tuple[int, list[str]]]:
    """Yield (line from 0, what to read there) for each line worth reading."""
    numbers = suspicious_lines(chunk) if suspicious is None else suspicious
    tables = [(top, None, columns)] if columns else [*markdown_tables(chunk)]
    if not numbers and not tables:
        return
    alike = digits_alike(chunk) if any(table.personal for _, _, table in tables) else []
    harmless = lru_cache(_REMEMBERED)(is_harmless)
    under: dict[int, Columns] = {}
    told: set[int] = set()  # rows in which only a heading says what is personal
    for begin, end, table in tables:
        if table.personal:
            rows = islice(io.BytesIO(chunk), begin, end)
            told.update(begin + at for at in table.personal_rows(rows, alike[begin:end]))
        under.update((number, table) for number in numbers | told if begin <= number and (not end or number < end))
    chosen = sorted(numbers | told)
    lines = _lines(chunk, chosen)
    empty = empty_lines(lines, [number for number in chosen if number not in under])
    for number in chosen:
        line, sentence = under[number].readings(lines[number]) if number in under else (lines[number], "")
        texts = []
        if number in numbers:
            short = len(line) < _SHORTEST and line.isascii()  # chosen for what comes in the next ones
            skipped = short or number in empty or (number not in under and harmless(_alike(line)))
            texts = [] if skipped else [line]
            texts += [text for text in across(lines, number) if not harmless(_alike(text))]
        yield number, [*texts, sentence] if sentence else texts


def _lines(chunk: bytes, chosen: Sequence[int]) -> Sequence[str]:
    """The lines of a text, at least those chosen and some behind them."""
    last = chosen[-1] if chosen else 0
    dense = len(chosen) > (last + _FURTHER) // _DENSE
    return chunk.decode("utf-8").split("\n") if dense else _Lines(chunk, last)


class _Lines(Sequence[str]):
    """The lines of a text up to some behind a place, the others all in one; decoded when they are asked for."""

    def __init__(self, chunk: bytes, last: int) -> None:
        self._raw = chunk.split(b"\n", last + _FURTHER)

    def __len__(self) -> int:
        return len(self._raw)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        return self._raw[at].decode("utf-8") if isinstance(at, int) else [raw.decode("utf-8") for raw in self._raw[at]]


def _alike(line: str) -> str:
    """A line as all that differ from it in digits alone are; whether decimals are noughts matters."""
    return line if "." in line and _NOUGHTS.search(line) else line.translate(_ONES)


def scan_path(path: str, names: NameSet | None = None) -> list[Finding]:
    """Return what is personal in a file's own name or folder; the path of the finding is masked."""
    text = normalise(path)
    found = {hit.code: f"文件名里像有{_shown(hit)}" for hit in _hits(text)}
    if names and next(names.find(text), None):
        found["personal-name"] = "文件名里有在册人员的姓名"
    shown = _masked_path(path, names) if found else path
    advice = "。请给文件改名，可以写成员编号，不要写个人信息。"
    return [Finding(code, Severity.ERROR, said + advice, shown) for code, said in found.items()]


def _hits(text: str, again: bool = False) -> list[Hit]:
    numbers = find_numbers(text, again)
    return numbers if isinstance(text, Digits) else [*numbers, *find_births(text), *find_health(text)]


def _read(text: str) -> list[Hit]:
    """What the readings of a text hold. Where blanks are written as %20, and with them there is an ID number for certain, the
    20 of no blank is taken for digits of a phone number."""
    hits: list[Hit] = []
    readings = views(text)
    for view in readings:
        if is_enough(text, hits):
            break
        known = (
            "%20" in text and isinstance(view, Digits) and any(hit.code == "personal-id" and hit.sure for hit in hits)
        )
        hits += [hit for hit in _hits(view, len(readings) > 1) if not known or hit.code != "personal-phone"]
    return hits


def _line_findings(path: str, line: int, hits: list[Hit]) -> Iterator[Finding]:
    for hit in hits:
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
    for number, text in _escaped(chunk):
        yield from _names_in(path, first + number, text.replace("\n", " "), names)
    if not chunk.isascii():
        yield from _names_in(path, first, chunk.decode("utf-8", "replace"), names)


def _escaped(chunk: bytes) -> Iterator[tuple[int, str]]:
    """The lines in which something is written as an escape, or cut up by markup, as they are meant."""
    if not any(mark in chunk for mark in (b"%", b"&", b"\\", b"<")):
        return
    for number, line in enumerate(chunk.split(b"\n")):
        if _ESCAPE.search(line):
            text = line.decode("utf-8", "replace")
            yield from ((number, view) for view in {decode_escapes(text), *views(text)} - {text})


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
    """The digits of a file that is no text, also where each has two or four bytes; it has no lines."""
    narrow = data.replace(b"\x00", b"") if b"\x00" in data else b""
    texts = {found[0].decode("ascii") for part in (data, narrow) for found in _BINARY_NUMBER.finditer(part)}
    found = {finding for text in texts for finding in _line_findings(path, 0, _hits(text))}
    return sorted(found, key=lambda finding: (finding.code, finding.message))


def _more(path: str) -> Finding:
    message = f"这个文件里的个人信息太多，只列出前面的 {MOST} 多处，后面的没有再看。请把整个文件移出仓库。"
    return Finding("guard-unreadable", Severity.ERROR, message, path)


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
