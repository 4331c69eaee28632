"""One spelling for all that means a digit: escapes undone, digits of every script plain, what shows nothing gone.

In scope is what a reader takes for digits: every character with a digit's value, Chinese numerals in a run, escapes of
HTML, URL, JSON, CSS and Python, marks, tags, comments, TeX and line breaks between digits, one digit an assignment, numbers from their end to their beginning
where something says so or a check character does, UTF-8, UTF-16, UTF-32 and GB18030. Out of scope is what needs a thought: base64,
quoted-printable, hexadecimal, pictures, sums, words (一百三十八亿, one three eight), letters for digits (O, l), and digits with
words between them.
"""

from __future__ import annotations

import html
import re
import string
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import product

from gongshi.checks.guard_counted import counted, repeated
from gongshi.checks.guard_markup import as_marks, assigned, without_tex

CHUNK = 1 << 24
GO_ON = "电话|手机|份证|号码|卡号|账号"  # behind these words a number may go on in the next line

# Characters that show nothing: zero-width marks, direction marks, soft hyphen, variation selectors.
INVISIBLE = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff"
# What may stand between the digits of one number.
GLUE = "[ ._~\u00b7\u2010-\u2015\u2212-]"
# What may part cells, groups and items of a line: no letter, no digit.
SEPARATOR = r"[\W_]"

_VALUES = (
    "零○洞⓪⓿",
    "一壹壱弌幺①⑴⒈❶➀➊",
    "二贰貳弐弍两兩②⑵⒉❷➁➋",
    "三叁參参叄弎仨③⑶⒊❸➂➌",
    "四肆亖④⑷⒋❹➃➍",
    "五伍㐅⑤⑸⒌❺➄➎",
    "六陆陸⑥⑹⒍❻➅➏",
    "七柒漆拐㭍⑦⑺⒎❼➆➐",
    "八捌⑧⑻⒏❽➇➑",
    "九玖勾⑨⑼⒐❾➈➒",
)
AS_DIGITS = {ord(char): str(value) for value, chars in enumerate(_VALUES) for char in chars}
NUMERALS = "".join(_VALUES)
_ENOUGH = re.compile(f"[0-9](?:{SEPARATOR}{{0,8}}+[0-9]){{10}}")  # fewer are no number
_NUMERAL = re.compile(f"[{NUMERALS}]")
_NUMERAL_RUN = re.compile(f"[0-9{NUMERALS}](?:{SEPARATOR}{{0,8}}[0-9{NUMERALS}]){{10,}}(?:[Xx]?[0-9{NUMERALS}]{{2}})?")

_REACH, _FARTHER = 140, 4_000  # characters around a number that say what it is; in which a letter is looked for
_LETTER = re.compile(f"[A-WY-Za-wyz\u4e00-\u9fff](?<![{NUMERALS}])")

_UNICODE_ESCAPE = re.compile(
    r"\\(?:u\{0*([0-9A-Fa-f]{1,5})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|U000([0-9A-Fa-f]{5}))"
)
_OTHER_ESCAPE = re.compile(r"\\(?:0{0,4}3([0-9])(?![0-9A-Fa-f]) ?|0?6([0-7])|0?7([01]))")  # CSS, then octal
_ESCAPE = re.compile(r"[%&\\]")
_FIGURES = re.compile("[0-9 ,;\t/-]*")
_NOT_PLAIN = re.compile(r"[^ -~]|[%&\\.]")
_PERCENT = re.compile("(?:%[0-9A-Fa-f]{2})+")
_PERCENT_U = re.compile("%u([0-9A-Fa-f]{4})")
_ENTITY = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[A-Za-z][^\t\n\f <&#;]{0,31};?)")
_HALF = re.compile("[\ud800-\udbff]")
_NAMED = re.compile(r"\\N\{([A-Za-z0-9 -]{1,60})\}")
_TERMINAL = re.compile("\x1b\\[[0-9;]{0,20}[A-Za-z]")
_COMMENT = r"<!--[^<>\n]{0,200}-->"
INLINE = (
    "span|b|i|em|strong|mark|font|code|a|u|small|wbr|s|del|ins|sub|sup|kbd|tt|var|samp|q|cite|big|bdi|bdo|abbr|label"
    "|tspan|strike|time|data|dfn|output|ruby|rb|nobr"
)
_INLINE_TAG = re.compile(rf"{_COMMENT}|</?(?:{INLINE})(?:\s[^<>]{{0,200}})?/?>", re.IGNORECASE)
CELLS = (  # tags whose contents are apart
    "t[dhr]|thead|tbody|table|li|[uo]l|p|div|d[dtl]|option|text|g|path|svg|rect|line|circle|h[1-6]|section|select|label|button"
)
_CELL_TAG = rf"<(?!/?(?:{CELLS})\b)[A-Za-z/!?]?[^<>\n]{{0,300}}>"
# What shows nothing between two digits: other tags, breaks, comments and marks of other languages.
_NOTHING = re.compile(
    rf"(?<=[0-9])(?:{_CELL_TAG}|/\*[^*\n]{{0,60}}\*/|\{{[#{{%][^{{}}\n]{{0,60}}[#}}%]\}}|%%[^%\n]{{0,60}}%%"
    r"|!?\[[^\[\]\n]{0,60}\]\([^()\s]{0,200}\)|\[\^[^\[\]\s]{0,30}\]|~~[^~0-9\n]{0,60}~~|\\[,;:! ]|\{,?\}){1,8}(?=[0-9Xx])",
    re.IGNORECASE,
)
_TAGGED = re.compile("[0-9]<")
_MARKED = re.compile(r"[0-9](?:/\*|\{|%%|!?\[|~~|\\[,;:! ])")
_TAG = re.compile(r"</?[A-Za-z!][^<>]{0,300}>")
_EMPHASIS = re.compile(
    r"(?<![*`])[*`]{1,3}(?![*`])|\\(?=[^\w\s])|\]\([^()\s]{0,200}\)|\]\[[^\[\]\s]{0,60}\]|\[(?=[0-9])"
)
_MIDDLE = re.compile(r"(?<=[0-9] )[(\[【〔]([0-9]{3,4})[)\]】〕](?= [0-9])")
_AREA = re.compile(r"[(\[【〔《「『〈]([0-9]{3,4})[)\]】〕》」』〉][ -]?(?=[0-9]{4}( ?)(?:[^ ]|$))")
_DOTS, _LEADER = "." * 9, re.compile(r"\.{9,}")
_BRACKETS = "([【〔《「『〈"
_DRAWING = re.compile(r"""\b(?:d|points|viewBox|transform|values)=\\?(?:"[^"]*"|'[^']*')""")
# The numbers of a drawing are many and stand alone: neither separators nor decimal points may glue them.
_UNGLUE = str.maketrans({" ": "丶", ",": "丶", "_": "丶", "-": "丶", ".": "0p"})
# A whole number as spreadsheets and programs write it: 1.23E+10 with all its digits.
_POWER = re.compile(r"([1-9])(?<![0-9.].)\.([0-9]{8,18})(?:[eE]\+?|\s?[×xX*]\s?10\s?\^?\s?)(1[0-8])(?![0-9])")


_ROMAN = re.compile("(?<=[0-9])[\u2160-\u217f]{1,3}(?=[0-9])")  # Roman numerals that part digits
# Where digits are written, or shown, from their end to their beginning.
_BACKWARDS = re.compile(r"\u202e|\b(?:rtl|RTL)\b|\u5012[着过写序读]|反[着过]|逆[序着]|(?i:revers|backward)")
_BEYOND = re.compile("[\u202e\u2160-\u217f倒反逆]|rtl|RTL|[Rr]evers|ackward")
_DIGIT_RUN = re.compile(r"[0-9Xx](?:[ ._-]?[0-9Xx]){10,}")


class _Plain(dict[int, str | None]):
    """How each character is written plainly, filled as characters are met: a digit, nothing, or its NFKC form."""

    def __missing__(self, code: int) -> str | None:
        self[code] = found = _plain(code)
        return found


def _plain(code: int) -> str | None:
    if 0xE0020 <= code <= 0xE007E:  # tags: ASCII that shows nothing
        return chr(code - 0xE0000)
    char = chr(code)
    category = unicodedata.category(char)
    if category in ("Mn", "Me", "Cf", "Cc") or char in "\u115f\u1160\u2800\u3164\uffa0":
        return char if char in "\t\n" else " " if char in "\r\x85" else None
    if code in AS_DIGITS:  # may number an item: whether it is part of a number, numerals() decides
        return char
    value = unicodedata.numeric(char, -1) if category[0] == "N" else -1
    if value in range(10):
        return str(int(value))
    if char == "ー":  # looks like a dash
        return "-"
    if char in "，；｜":  # not the comma that parts the cells of a row
        return char
    return " " if category[0] == "Z" else unicodedata.normalize("NFKC", char)


_PLAIN = _Plain()


def chunks(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (number of the first line, UTF-8 bytes) in pieces of whole lines."""
    if encoding := _wide_encoding(data):
        data = data.decode(encoding, "replace").encode("utf-8", "replace")
    start, line = 0, 1
    while start < len(data):
        end = data.find(b"\n", start + CHUNK) + 1 or len(data)
        chunk = data[start:end]
        yield line, _utf8(chunk)
        line += chunk.count(b"\n")
        start = end


def is_text(data: bytes) -> bool:
    """Tell whether the bytes are text in some encoding: none holds NUL but the wide ones."""
    return b"\x00" not in data or bool(_wide_encoding(data))


def _wide_encoding(data: bytes) -> str:
    """UTF-16 or UTF-32, with a byte order mark or by its looks; "" for all others."""
    if data[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff"):
        return "utf-32"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if b"\x00" not in data:
        return ""
    looks = {
        encoding: _looks(data[:4096], encoding) for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
    }
    best = max(looks, key=lambda encoding: looks[encoding])
    return best if looks[best] > 0 else ""


def _looks(data: bytes, encoding: str) -> float:
    """How much of the text would be plain ASCII and Chinese; 0 if much of it would be no characters at all."""
    text = data.decode(encoding, "ignore")
    known = sum(char in "\t\r\n" or " " <= char <= "~" or "\u4e00" <= char <= "\u9fff" for char in text)
    broken = sum(unicodedata.category(char) in ("Cn", "Co", "Cs") or "\0" <= char < "\t" for char in text)
    enough = len(text.encode(encoding, "replace")) > 0.9 * len(data)
    return known / len(text) if enough and known > 0.2 * len(text) and broken <= 1 + 0.02 * len(text) else 0


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


class Digits(str):
    """A reading of a line that matters for its numbers alone."""


def views(line: str) -> list[str]:
    """The line as it is meant; again without marks inside words, and again without any markup, if it has some."""
    if _FIGURES.fullmatch(line):
        return [line, *map(Digits, counted(line))] if ";" in line else [line]
    text = normalise(line)
    if "=" in text:
        text = _DRAWING.sub(lambda found: found[0].translate(_UNGLUE), text)
    found = [text]
    if tagged := "<" in text and ">" in text:
        found.append(_INLINE_TAG.sub("", text))
        found.append(_TAG.sub("\t", found[-1]))
    if any(map(text.__contains__, _BRACKETS)) and _AREA.search(text):
        pieces = _AREA.split(_MIDDLE.sub(r"\1", text))  # text, what stands in brackets, what parts the groups behind it
        pieces[2::3] = [mark or "-" for mark in pieces[2::3]]
        found.append("".join(pieces))
    if _DOTS in text:
        found.append(_LEADER.sub("..", text))
    if "*" in text or "`" in text or "\\" in text or "](" in text or "][" in text:
        found.append(_EMPHASIS.sub("", found[-1]))
    if _MARKED.search(text) or (tagged and _TAGGED.search(text)):
        found.append(Digits(_NOTHING.sub("", text)))
    fewer = text.count("%") < line.count("%") or text.count("\\") < line.count("\\")
    if fewer and (marked := as_marks(line)):
        found.append(Digits(normalise(marked)))
    if plain := without_tex(text):
        found.append(Digits(plain))
    if ("=" in text or ":" in text or "：" in text) and sum(map(text.count, "=:：-,、.")) > 10:
        found += map(Digits, assigned(text))
    if "10" in text or "十" in text:
        found += map(Digits, counted(text))
    if '="' in text or "='" in text:
        found += map(Digits, repeated(text))
    if _BEYOND.search(line):
        found += _otherwise(line, text)
    return [*dict.fromkeys(found)]


def _otherwise(line: str, text: str) -> Iterator[str]:
    """The line with Roman numerals as marks, and with its numbers from their end."""
    if not line.isascii() and _ROMAN.search(line):
        yield normalise(_ROMAN.sub("-", line))
    if _BACKWARDS.search(line):
        yield _DIGIT_RUN.sub(lambda run: run[0][::-1], text)


def normalise(line: str) -> str:
    """Write the line the plain way: no escapes, no invisible characters, half-width digits and letters."""
    if not _NOT_PLAIN.search(line):
        return line
    line = decode_escapes(line)
    if "\x1b" in line:
        line = _TERMINAL.sub("", line)
    line = line if line.isascii() and line.isprintable() else line.translate(_PLAIN)
    return _POWER.sub(_whole, line) if "." in line else line


def _whole(found: re.Match[str]) -> str:
    """The whole number that a power of ten says, if none of its digits is lost; a phone number may end in two noughts."""
    missing = int(found[3]) - len(found[2])
    kept = missing == 0 or (found[3] == "10" and missing in (1, 2))
    return found[1] + found[2] + "0" * missing if kept else found[0]


Parts = list[tuple[int, int]]


def numerals_too(text: str) -> list[tuple[str, Parts]]:
    """The text if it has enough digits near each other; and with its Chinese numerals and ① as digits, each in its place, where
    many stand in a row; and so again but for the first of them, which may end a word: in 一卡通 and 三峡 they are words, and
    张三 may stand before a number. With each the parts in which it is to be read: it may be long, and little of it other.
    """
    if text.isascii() or not _NUMERAL.search(text):
        return [(text, [(0, len(text))])] if _ENOUGH.search(text) else []
    runs = [run.span() for run in _NUMERAL_RUN.finditer(text)]
    if not runs:
        return []
    found = {text: [(0, len(text))]}
    for kept in (0, 1):
        other, changed = _with_digits(text, runs, kept)
        if other not in found:  # without the first of them only where there is such a one it is another text
            changed = [run for run in runs if text[run[0]] in NUMERALS] if kept else changed
            found[other] = [*_around(other, changed)]
    return [*found.items()]


def _with_digits(text: str, runs: Parts, kept: int) -> tuple[str, Parts]:
    """The text with the numerals in runs as digits but for the first characters, and the runs in which that changed something."""
    pieces: list[str] = []
    changed: Parts = []
    at = 0
    for start, end in runs:
        written, other = _NUMERAL.subn(_as_digit, text[start + kept : end])
        if other:
            changed.append((start, end))
        pieces += (text[at : start + kept], written)
        at = end
    return "".join((*pieces, text[at:])), changed


def _as_digit(found: re.Match[str]) -> str:
    return AS_DIGITS[ord(found[0])]


def _around(text: str, changed: Parts) -> Iterator[tuple[int, int]]:
    """The places with all that is read otherwise for them, from a letter to a letter, which no number has in it."""
    first, behind = 0, -1
    for start, end in changed:
        if start - _REACH > behind:
            letter = _LETTER.search(text[max(0, start - _FARTHER) : start - _REACH][::-1]) if start > _REACH else None
            begin = start - _REACH - letter.end() if letter else 0
            if begin >= behind > 0:
                yield first, behind
            first = begin if begin >= behind else first
        letter = _LETTER.search(text, end + _REACH) if end + _REACH > behind else None
        if end + _REACH > behind:
            behind = letter.end() if letter else len(text)
    if behind > 0:
        yield first, behind


def has_escape(line: str) -> bool:
    """Whether something in a line may be written as an escape."""
    return _ESCAPE.search(line) is not None


def decode_escapes(line: str) -> str:
    """Undo URL, HTML, JSON and CSS escapes, and again what was escaped again on its way."""
    for _ in range(4):
        before = line
        if not _ESCAPE.search(line):
            break
        if "%" in line:
            line = _PERCENT_U.sub(lambda found: chr(int(found[1], 16)), _PERCENT.sub(_unquoted, line))
        if "&" in line:
            line = _ENTITY.sub(lambda found: _unescaped(found[0]), line)
        if "\\" in line:
            line = _backslashes(line)
        if line == before:
            break
    return line


_unescaped = lru_cache(1024)(html.unescape)


_ASCII = {f"%{escape}": chr(int(escape, 16)) for escape in map("".join, product("01234567", string.hexdigits))}


def _unquoted(found: re.Match[str]) -> str:
    known = _ASCII.get(found[0])
    return known if known else bytes.fromhex(found[0].replace("%", "")).decode("utf-8", "replace")


def _backslashes(line: str) -> str:
    line = _UNICODE_ESCAPE.sub(lambda found: chr(int(found[found.lastindex or 0], 16)), line)
    line = _OTHER_ESCAPE.sub(_other_escape, line)
    if "\\N{" in line:
        line = _NAMED.sub(_named, line)
    if _HALF.search(line):  # two halves that JSON writes for one character
        line = line.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return line


def _named(found: re.Match[str]) -> str:
    try:
        return unicodedata.lookup(found[1])
    except KeyError:
        return found[0]


def _other_escape(found: re.Match[str]) -> str:
    return found[1] or found[2] or str(8 + int(found[3]))
