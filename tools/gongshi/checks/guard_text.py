"""From bytes to the few lines worth reading: a cheap byte pass, then one spelling for all that means a digit.

Almost no line of a ledger holds anything the guard could mind, so lines are chosen by two ``bytes.translate``
passes that keep line breaks and little else; only chosen lines are decoded and normalised. A chosen line is a
suspicion, not a finding: choosing too many costs time, choosing too few would be a miss.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

CHUNK = 1 << 24

# Characters that show nothing: zero-width marks, direction marks, soft hyphen, variation selectors.
INVISIBLE = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff"
_INVISIBLE = re.compile(f"[{INVISIBLE}]+")

# What may stand between the digits of one number.
GLUE = "[ ._~\u00b7\u2010-\u2015\u2212-]"

# Lead bytes of invisible characters, dashes and spaces; any other lead byte ends a run. A line with a
# full-width digit is chosen for that alone, so the two tables know ASCII digits only.
_LEADS = b"\xe2\xe3\xef\xc2"
_TRAILING = bytes(range(0x80, 0xC0))
_ASCII_GLUE = b" ._-~"


def _table(digits: bytes, glue: bytes) -> bytes:
    table = bytearray(b"x" * 256)
    table[0x0A] = 0x0A
    table[0x30:0x3A] = digits
    for byte in glue:
        table[byte] = 0x20
    return bytes(table)


_AS_ONES = _table(b"1" * 10, b"")
_NOT_IN_ONES = _TRAILING + _LEADS + _ASCII_GLUE
_AS_DIGITS = _table(b"0123456789", _LEADS + _ASCII_GLUE)

_LONG_RUN = re.compile(b"1" * 13)
# An eleven-digit run of its own: a twelve-digit division code must not choose every row of a ledger.
_MOBILE = re.compile(rb"1(?<![0-9]1) {0,3}[3-9](?: {0,3}[0-9]){9}(?![0-9])")
_WORDS = tuple(re.compile(word.encode()) for word in ("出生", "生日", "生于", "日生", "姓", "birth", "Birth"))
_OTHER_DIGITS = (re.compile(b"\xef\xbc[\x90-\x99]"), re.compile(b"\xf0\x9d\x9f"))
_ESCAPES = (
    (b"%", re.compile(rb"%[0-9A-Fa-f]{2}")),
    (b"&", re.compile(rb"&(?:#|[ent]\w{0,3}sp;|shy;|zwn?j;|ZeroWidth|NoBreak)")),
    (b"\\", re.compile(rb"\\[ux][0-9A-Fa-f]{2}")),
    (b"</", re.compile(rb"[0-9]</?(?:span|b|i|em|strong|mark|font|code|a|u|small)\b")),
    (b"<wbr", re.compile(rb"[0-9]<wbr")),
)
_UNICODE_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2}))")
_INLINE = r"</?(?:span|b|i|em|strong|mark|font|code|a|u|small|wbr)(?:\s[^<>]{0,200})?/?>"
_INLINE_TAGS = re.compile(rf"(?<=[0-9])(?:{_INLINE})+(?=[0-9Xx])")
_DRAWING = re.compile(r"""\b(?:d|points|viewBox|transform|values)=\\?(?:"[^"]*"|'[^']*')""")
# The numbers of a drawing are many and stand alone: neither separators nor decimal points may glue them.
_UNGLUE = str.maketrans({" ": ",", "_": ",", "-": ",", ".": "p"})


def chunks(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (number of the first line, UTF-8 bytes) in pieces of whole lines."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    start, line = 0, 1
    while start < len(data):
        end = data.find(b"\n", start + CHUNK) + 1 or len(data)
        chunk = data[start:end]
        yield line, _utf8(chunk)
        line += chunk.count(b"\n")
        start = end


def _utf8(chunk: bytes) -> bytes:
    """Give the chunk in UTF-8; lines that are not are read as GB18030, and if that fails byte by byte."""
    if chunk.isascii():
        return chunk
    try:
        chunk.decode("utf-8")
        return chunk
    except UnicodeDecodeError:
        return b"\n".join(_utf8_line(line) for line in chunk.split(b"\n"))


def _utf8_line(line: bytes) -> bytes:
    for encoding in ("utf-8", "gb18030"):
        try:
            return line.decode(encoding).encode("utf-8")
        except UnicodeError:
            continue
    return line.decode("latin-1").encode("utf-8")


def suspicious_lines(chunk: bytes) -> list[tuple[int, str]]:
    """Return (line within the chunk from 0, normalised text) of every line that may hold an identifier."""
    numbers = set(_lines_with(_LONG_RUN, chunk.translate(_AS_ONES, _NOT_IN_ONES)))
    numbers.update(_lines_with(_MOBILE, chunk.translate(_AS_DIGITS, _TRAILING)))
    for pattern in (*_WORDS, *_OTHER_DIGITS):
        numbers.update(_lines_with(pattern, chunk))
    numbers.update(escaped_lines(chunk))
    return [(number, normalise(line)) for number, line in pick_lines(chunk, numbers)]


def escaped_lines(chunk: bytes) -> set[int]:
    """Return the lines (from 0) in which something is written as an escape, or cut up by markup."""
    return {number for mark, pattern in _ESCAPES if mark in chunk for number in _lines_with(pattern, chunk)}


def pick_lines(chunk: bytes, numbers: set[int]) -> Iterator[tuple[int, str]]:
    """Yield (number, text) of the lines with these numbers."""
    if numbers:
        lines = chunk.split(b"\n")
        for number in sorted(numbers):
            yield number, lines[number].decode("utf-8", "replace")


def _lines_with(pattern: re.Pattern[bytes], text: bytes) -> Iterator[int]:
    """Yield, once each, the lines (from 0) in which the pattern occurs."""
    line = counted = 0
    found = pattern.search(text)
    while found:
        line += text.count(b"\n", counted, found.start())
        yield line
        counted = text.find(b"\n", found.end())
        if counted < 0:
            return
        found = pattern.search(text, counted)


def normalise(line: str) -> str:
    """Write the line the plain way: no escapes, no invisible characters, half-width digits and letters."""
    line = decode_escapes(line)
    if not line.isascii():
        line = _INVISIBLE.sub("", unicodedata.normalize("NFKC", _INVISIBLE.sub("", line)))
    if "<" in line:
        line = _INLINE_TAGS.sub("", line)
    if "=" in line:
        line = _DRAWING.sub(lambda found: found[0].translate(_UNGLUE), line)
    return line


def decode_escapes(line: str) -> str:
    """Undo URL, HTML and JSON escapes, twice, for what was escaped again on its way."""
    for _ in range(2):
        before = line
        if "%" in line:
            line = unquote(line, errors="replace")
        if "&" in line:
            line = html.unescape(line)
        if "\\" in line:
            line = _UNICODE_ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), line)
        if line == before:
            break
    return line
