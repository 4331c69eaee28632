"""From bytes to the few lines worth reading: two cheap passes over a whole chunk.

Almost no line of a ledger holds anything the guard could mind. A chosen line is a suspicion, not a finding: choosing too
many costs time, choosing too few would be a miss. The first pass sees digits alone, by ``bytes.translate`` and ``find``;
the second looks at the rare characters that stand for digits, hide between them or begin a word or an escape.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import compress, count, repeat
from operator import not_
from typing import TypeVar

from gongshi.checks.guard_lines import beginnings, parts
from gongshi.checks.guard_people import ILL, person_near
from gongshi.checks.guard_text import CELLS, GO_ON, INLINE, NUMERALS


def _between(first: str, last: str, without: str) -> Iterator[tuple[str, str]]:
    """The blocks from ``first`` to ``last`` that hold none of ``without``."""
    for char in sorted({char for char in without if first <= char <= last}):
        if first < char:
            yield first, chr(ord(char) - 1)
        first = chr(ord(char) + 1)
    yield first, last


# Characters other than ASCII that are digits or show nothing, in blocks; tests hold them against all of Unicode.
_STRANGE = (
    "\x80-\x9f\u00ad\u00b2\u00b3\u00b9\u0300-\u036f\u0483-\u0489\u0590-\u1fff\u200b-\u200f\u202a-\u202e\u2060-\u209c\u20d0-\u20ff"
    "\u2150-\u218f\u2460-\u24ff\u2776-\u2793\u2800-\u28ff\u2c00-\u2fff\u3007\u3021-\u302f\u3038-\u303a\u3099\u309a\u3164"
    "\u3192-\u3195\u3220-\u3229\u3248-\u324f\u3280-\u3289\ua620-\uabff\ufb1e\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\uff10-\uff19"
    "\uff21-\uff5a\uffa0\ufff9-\ufffb"
)
_ANY = f"0-9{NUMERALS}{_STRANGE}"
_GLUE = "[ ._~\u00b7\u2010-\u2015\u2212*-]"
_SEPARATOR = r"(?:[^\w\n]|_)"
_RARE = f"{NUMERALS}{_STRANGE}"
_PLAIN = "".join(f"{first}-{last}" for first, last in _between("\u4e00", "\u9fff", NUMERALS))  # Chinese, but no numeral
_DAY = r"1{4}(?:\s?[-./年]\s?11?\s?[-./月]\s?11?|1{4})(?!1)"
_NEXT_CELL = r"/(?:td|th|li|p|div|dd|text|option)>\s{0,9}<[a-z][^<>]{0,99}>"
# Begins with one character of a set, which the engine looks for quickly; what was found is then looked at, and as a numeral
# is mostly part of a word (一卡通, 二季度), what stands behind it comes first.
_SIGN = re.compile(
    rf"[{_RARE}{ILL}生日姓男女话机证码号（(【〔\[{{~%&\\<\]\x01-\x08\x0b\x0c\x0e-\x1f](?:"
    r"(?<=<)(?:"  # what each of the frequent marks may begin
    rf"(?<=[>\s]111<){_NEXT_CELL}1{{4}}<|(?<=1{{6}}<){_NEXT_CELL}1{{4}}(?:1{{2}}|1{{4}}|1{{8}})?<"
    rf"|(?<=[0-9Xx]<)(?:(?!/?(?:{CELLS})\b)[A-Za-z/!?]?[^<>\n]{{0,99}}>\s?[0-9]|/?(?:{INLINE}|br|BR)\b|!--)"
    r"|(?<=>[0-9]<)/t[dh]>\s{0,9}<t[dh][^<>]{0,99}>[0-9]<)"
    r"|(?<=[%&\\])(?:(?<=%)(?:[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|(?<=[0-9]%)%)|(?<=&)(?:#|[A-Za-z]\w{1,30};|(?<=[0-9]&)[A-Za-z])"
    r"|(?<=\\)(?:[ux][0-9A-Fa-f{]|U[0-9]{3}|N\{|[0-9]{2}|[A-Za-z]{2,12}\*?[ {]{0,2}-?[0-9])|(?<=[0-9]\\)[^\w\s])"
    r"|(?<![<%&\\])(?:"
    r"(?<=[病残癌瘤瘫痫艾])(?!虫|毒|死|害)|(?<=失)能|(?<=[肝透尿白血结糖心脑抑智精].)(?<=肝炎|透析|尿毒|白血|血压|结核|糖尿|心梗|脑梗|抑郁|智障|精神)"
    rf"|(?<=[{_RARE}])(?:(?<=[0-9].)|(?![{_PLAIN}])(?:(?={_GLUE}{{0,3}}[{_ANY}])"
    rf"|(?={_SEPARATOR}{{1,8}}[{_ANY}]{_SEPARATOR}{{1,8}}[{_ANY}]))|(?<=[0-9]{_GLUE}[0-9]{_GLUE}.))"
    r"|(?<=生)(?:(?<=出生)|[日于人])|(?<=日)(?:生|出生)|(?<=姓)"
    r"|(?<=[（(【〔\[])1{3,4}[)）】〕\]][ -]?1{4}[ -]?1{3,4}(?!1)"
    rf"|(?<=[男女])(?=[^1\n]{{1,40}}+{_DAY})[^\w\n]{{1,4}}(?:[\u4e00-\u9fff]{{1,6}}[^\w\n]{{1,4}}){{0,3}}{_DAY}|(?<=[（(])[男女,，、;；|/\s]{{0,4}}(?:{_DAY}|[{_RARE}]{{4}}年)"
    r"|(?<=[0-9]\[)[\^\]]|(?<=[0-9]!\[)|(?<=[0-9]\{)[#%{,]|(?<=[0-9]~)~|(?<=[0-9]\])[(\[]|(?<=第一)[位个]"
    rf"|(?<={GO_ON})[^\n]{{0,60}}[0-9][ \\\r-]{{0,4}}(?![^\n])"
    r"|(?<=[0-9][\x01-\x08\x0b\x0c\x0e-\x1f]))"
    r")"
)
_DENSE = 16  # if one line of so many is looked at again, all are cut apart at once
_LOOKED = 20  # so far behind an illness a person need not be looked for again
_BEYOND = b"\xf0"  # begins a character beyond the basic plane: mathematical digits, keycaps, tags; rare, so always read


def _table() -> bytes:
    """1 for a digit, a blank or a quote for what may glue digits, a bar or a comma for other marks, x for letters but those
    of birth, born and dob."""
    table = bytearray(b"x" * 256)
    for byte in range(0x21, 0x7F):
        if not chr(byte).isalnum():
            table[byte] = 0x2C
    for letter in b"birthdon":
        table[letter] = table[letter - 0x20] = letter
    for byte in b" ._-~*`\\\t\r'\xe2\xe3\xef\xc2\xcc\xcd":
        table[byte] = 0x20
    for byte in b'"|\n':
        table[byte] = byte
    table[0x30:0x3A] = b"1" * 10
    table[0xF0:0xF5] = _BEYOND * 5
    for byte in (*range(9), *range(0x0B, 0x20), 0x7F):
        table[byte] = 0x20
    return bytes(table)


def _hard_table() -> bytes:
    """1 for a digit, a comma for what parts cells, a slash for other marks, x for letters."""
    table = bytearray(0x2F if byte < 0x80 and not chr(byte).isalnum() else 0x78 for byte in range(256))
    for byte in b',;|\t"':
        table[byte] = 0x2C
    for byte in b"\xe2\xe3\xef\xc2":
        table[byte] = 0x2F
    table[0x30:0x3A] = b"1" * 10
    table[0x0A] = 0x0A
    return bytes(table)


_SHAPE = _table()
_TRAILING = bytes(range(0x80, 0xC0))
_BLANK = b' "'
_DIGITS = bytes.maketrans(b"023456789", b"1" * 9)
_MARKS = bytes.maketrans(b"|", b",")
# A division code of twelve digits stands in every row and is nobody's: it is made shorter than a phone number.
_DIVISION, _SHORTER = b"1" * 12, b"1" * 10
_LANDLINE = re.compile(
    rb"0(?<![0-9]0)(?<![0-9][ -]0)(?<![0-9] - 0)[0-9]{2,3}-[0-9]{7,8}(?![ -]?[0-9])"
)  # an area code comes first
# Groups of digits as they are written in phone numbers and accounts: each begins with what is found quickest, then says what
# must stand before and behind it.
_GROUPS = {
    begin: re.compile(begin + rest)
    for begin, rest in {
        b"1,1111,1111": b"(?:(?<=(?<!1)111,1111,1111)(?!1)|(?<=(?<!1)111111,1111,1111)(?=,111)"
        b"|(?<=(?<!1)111,111,1111,1111)(?=,1)|(?<=(?<!1)1111,1111,1111)(?=,111))",
        b"111111,11111111,111": b"(?<=(?<!1)111111,11111111,111)(?:1(?!1)|x|,[1x](?![1x]))",
        b"1,,11": b"(?:(?<=(?<!1)111,,11)11,,1111(?!1)|(?<=(?<!1)111111,,11)111111,,111(?:1(?!1)|x))",
        b"1,111,1111": b"(?<=(?<![1,])1111,111,1111)(?![1,])",  # as figures of a row are not, by itself
        # a number with thousands parted: of a row of figures only what is one cell
        b"11,111,111,111": b"(?:(?<![1,]11,111,111,111)|(?<=x,11,111,111,111)(?![1,]))",
        b"1111,11,11,111": b"(?<=(?<!1)111111,1111,11,11,111)(?:1(?!1)|x)",
    }.items()
}
# An ID number in two cells or more, of digits alone; first without what parts and surrounds them, one of twelve digits made shorter.
_IN_CELLS = {
    begin: re.compile(begin + rest)
    for begin, rest in {
        b"111111,1111111": b"(?:(?<=(?<![1x])111111,1111111)111(?:(?!1)|1x)|(?<=(?<!1)111111111,1111111)1(?:1(?!1)|x)"
        b"|(?<=(?<!1)1111111111,1111111)(?:1(?!1)|x)|(?<=(?<!1)11111111,1111111)11(?:1(?!1)|x))",
        b"1111,1111,11": b"(?:(?<=(?<!1)1111,1111,11)11,1111,1(?:1(?!1)|x)|(?<=(?<!1)111111,1111,11)11111(?:1(?!1)|x))",
    }.items()
}
_ID_CELLS = re.compile(
    rb"1(?<![1A-Za-z.-].)(?:1{5}@1{11}|1{7}@1{9}|1{8}@1{8}|1{9}@1{7}|1{3}@1{4}@1{4}@1{4}@1|1{5}@1{4}@1{7})[1Xx](?![1A-Za-z.-])".replace(
        b"@", rb"[\"']?\s{0,3}[,;|\t]\s{0,3}[\"']?"
    )
)
_PARTED = b",111,111,111"
_PARTED_CELL = re.compile(
    _PARTED
    + rb"(?:(?<=[\"|]1.{12})|(?<=[\"|].1.{12})|(?<=[\"|].11.{12})|(?<=[\"|]11.{12})|(?<=[\"|]111.{12})|(?<=[\"|] 111.{12}))"
)
# An ID number in three cells; of amounts, which may have as many digits, some have a point.
_THREE_CELLS = re.compile(rb"111111\"? ?[,;|\t] ?\"?111111\"? ?[,;|\t] ?\"?11111[1Xx](?![1.])")
_CELLS = b"111111,111111,11111"  # such cells, and others, when what parts and surrounds them is squeezed out
# Groups with marks between them that part no cells, up to eight in a row, which have as many digits as a phone number: (1)(2)(3)
_CHAIN = re.compile(
    b"1/(?:(?<=1{11}/)(?=/{0,7}1)|"
    + b"|".join(b"(?<=(?<!1)1{%d}/)(?:/{0,7}+1){%d}" % (size, 11 - size) for size in range(1, 11))
    + b")"
)
_COMMENT = re.compile(rb"1/\*[^*\n]{0,60}\*/1")
_HARD = _hard_table()
_GLUED = _TRAILING + b" ._~*`\\\r'-\x7f"
# A number that may go on in the next line: in a cell that is not closed.
_OPEN_CELL = re.compile(rb'"[^\n"]{0,60}1[ \\\r-]{0,4}(?![^\n])')
# One digit an assignment: d0=1&d1=3, a=1;b=3, x01:1 x02:3; of its marks those are left that part no cells.
_ASSIGNED = (b"/11" * 8, b"/1" * 10, b"/111" * 8, b"/1/11" * 8, b"/1//1" * 8)
# The same with a counter at each digit; and attributes whose values are groups of digits.
_COUNTED = re.compile(rb"1(?<!11)[^1]{1,24}(?:1[^1]{1,24}){17}11[^1]{1,24}1")
_BETWEEN_VALUES = rb"[\"'][^1\n]{1,40}=[\"']"
_ATTRIBUTES = re.compile(
    rb"=[\"'](?:1{3}"
    + _BETWEEN_VALUES
    + rb"1{4}"
    + _BETWEEN_VALUES
    + rb"1{4}|1{6}"
    + _BETWEEN_VALUES
    + rb"1{8}"
    + _BETWEEN_VALUES
    + rb"1{3}[1Xx]|1(?:"
    + _BETWEEN_VALUES
    + rb"1){10})[\"']"
)
_CELL_TAGS = re.compile(rb"(?:</?t[dhr]\b[^<>]{0,200}>\s*)+")
_POWER = re.compile(b"111111111x,?11")  # a phone number as a power of ten, without the noughts at its end
_NEEDLES = (_BEYOND, b"1" * 11, b"1,1,1,1,1,1,1,1")
_BORN = re.compile(b"b(?:irth|orn|(?<=dob))")  # one rare letter is found quicker than three words
_ESCAPED = re.compile(
    rb"[%&\\](?:(?<=%)(?:[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})|(?<=&)(?:#|[A-Za-z]\w{1,30};)|(?<=\\)(?:[ux][0-9A-Fa-f{]|N\{))"
)
_HIV = re.compile(b"V(?<=HIV)")
# Lines of these alone hold no sign and no mark that cuts.
_PLAINEST = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz,._- \r\n"
_REMEMBERED = 1 << 24  # bytes of lines that are known
Text = TypeVar("Text", bytes, str)


class Forms:
    """What lines are that had their digits not told apart, as long as not too many are known."""

    def __init__(self) -> None:
        self._known: set[bytes] = set()
        self._size = 0
        self.minded: set[bytes] = set()
        self.ends: set[bytes] = set()
        self.singles: set[bytes] = set()
        self.groups: set[bytes] = set()
        self.wanted: set[bytes] = set()

    def learn(self, lines: Iterable[bytes]) -> None:
        """Know such lines; UnicodeDecodeError if they are not UTF-8."""
        if self._size > _REMEMBERED:
            for known in (self._known, self.minded, self.ends, self.singles, self.groups, self.wanted):
                known.clear()
            self._size = 0
        new = [*set(lines).difference(self._known)]
        if not new:
            return
        with_digits = [line for line in new if b"1" in line or line[-1:] in b"Xx" or not line.isascii()]
        minded, (ends, singles, groups) = _minded(with_digits), parts(with_digits)
        if len(with_digits) < len(new):
            minded |= _bare([line for line in new if b"1" not in line and line[-1:] not in b"Xx" and line.isascii()])
        self._known.update(new)
        self._size += sum(map(len, new))
        self.minded |= minded
        self.ends |= ends
        self.singles |= singles
        self.groups |= groups
        self.wanted |= minded | ends | singles | groups


def suspicious_lines(chunk: bytes, forms: Forms | None = None) -> set[int]:
    """The lines (from 0) of a chunk that may hold an identifier; UnicodeDecodeError if it is not UTF-8.

    The rows of a table are few if their digits are not told apart: each is looked at once, and with ``forms`` once for all
    chunks. Of a run of lines with one digit each it is the first.
    """
    lines = digits_alike(chunk)
    forms = forms or Forms()
    forms.learn(lines)
    chosen = [*compress(count(), map(forms.wanted.__contains__, lines))] if forms.wanted else []
    numbers = [number for number in chosen if lines[number] in forms.minded]
    begun = beginnings(lines, chosen, forms.ends, forms.singles, forms.groups)
    return set(numbers) - _landlines(chunk, lines, numbers) | {*begun}


def digits_alike(chunk: bytes) -> list[bytes]:
    """The lines of a chunk, their digits not told apart."""
    return chunk.translate(_DIGITS).split(b"\n")


def _landlines(chunk: bytes, lines: list[bytes], numbers: list[int]) -> set[int]:
    """Those of the lines that are minded only for the telephone of an office, of which a county has one in each village.

    ``lines`` are those of the chunk, as long as they are there.
    """
    at = before = 0
    rest: dict[int, bytes] = {}
    raw = chunk.split(b"\n") if len(numbers) * _DENSE > len(lines) else []
    for number in numbers:
        if raw:
            line = raw[number]
        else:
            at += sum(map(len, lines[before:number])) + number - before
            before = number
            line = chunk[at : at + len(lines[number])]
        if b"-" in line:
            line, offices = _LANDLINE.subn(b"0", line)
            if offices:
                rest[number] = line.translate(_DIGITS)
    minded = _minded([*rest.values()]) if rest else set()
    return {number for number, line in rest.items() if line not in minded}


def _minded(lines: list[bytes]) -> set[bytes]:
    """Those of the lines that may hold something; in many, say of ciphers, no sign and no mark can."""
    plain = [line for line in lines if line.isascii()]
    others = [line for line in lines if not line.isascii()] if len(plain) < len(lines) else []
    whole = b"\n".join(plain)
    if whole.translate(None, _PLAINEST):
        marked = [*map(bytes.translate, plain, repeat(None), repeat(_PLAINEST))]
        others += compress(plain, marked)
        plain = [*compress(plain, map(not_, marked))]
        whole = b"\n".join(plain)
    return {*map(plain.__getitem__, _numbered(plain, whole))} | _others(others)


def _bare(lines: list[bytes]) -> set[bytes]:
    """Those that may hold something of lines in ASCII without a digit: words of a birth, as headings have them, and escapes."""
    whole = b"\n".join(lines)
    squeezed = whole.translate(_SHAPE).translate(_MARKS, _BLANK)
    numbers = {*_lines(squeezed, b"\n", partial(_match, b"b", _BORN, squeezed))}
    numbers.update(_lines(whole, b"\n", partial(_match, b"V", _HIV, whole)))
    numbers.update(_lines(whole, b"\n", partial(_match, b"", _ESCAPED, whole)))
    return {*map(lines.__getitem__, numbers)}


def _numbered(lines: list[bytes], whole: bytes) -> set[int]:
    """Which of the lines may hold something by their digits and letters; ``whole`` is all of them."""
    shape = whole.translate(_SHAPE, _TRAILING)
    squeezed = shape.replace(_DIVISION, _SHORTER).translate(_MARKS, _BLANK)
    numbers: set[int] = set()
    for needle in _NEEDLES:
        numbers.update(_lines(squeezed, b"\n", partial(squeezed.find, needle)))
    numbers.update(_lines(squeezed, b"\n", partial(_match, b"111111111x", _POWER, squeezed)))
    for begin, groups in _GROUPS.items():
        numbers.update(_lines(squeezed, b"\n", partial(_match, begin, groups, squeezed)))
    cells = _lines(squeezed, b"\n", partial(squeezed.find, _CELLS))
    numbers.update(number for number in cells if _THREE_CELLS.search(lines[number]))
    for begin, groups in _IN_CELLS.items():
        found = _lines(squeezed, b"\n", partial(_match, begin, groups, squeezed))
        numbers.update(number for number in found if _ID_CELLS.search(lines[number]))
    numbers.update(_lines(squeezed, b"\n", partial(_match, b"b", _BORN, squeezed)))
    numbers.update(_lines(whole, b"\n", partial(_match, b"V", _HIV, whole)))
    if b'"' in shape or b"|" in shape:
        numbers.update(_lines(shape, b"\n", partial(_match, _PARTED, _PARTED_CELL, shape)))
    return numbers


def _others(lines: list[bytes]) -> set[bytes]:
    """Those that may hold something of lines with more than digits, letters and what glues them."""
    whole = b"\n".join(lines)
    numbers = _numbered(lines, whole)
    numbers.update(_lines(whole, b"\n", partial(_match, b'"', _OPEN_CELL, whole)))
    text = whole.decode("utf-8")
    numbers.update(_lines(text, "\n", partial(_sign, text)))
    hard = _without_doubled(whole).translate(_HARD, _GLUED)
    numbers.update(_lines(hard, b"\n", partial(_cut, hard)))
    if b"*" in whole:
        numbers.update(_lines(whole, b"\n", partial(_match, b"1/*", _COMMENT, whole)))
    numbers.update(_assigning(hard, lines))
    numbers.update(_lines(whole, b"\n", partial(_match, b"=", _ATTRIBUTES, whole)))
    if b";" in whole:
        numbers.update(n for n, line in enumerate(lines) if line.count(b";") > 9 and _is_counted(line))
    if b"<t" in whole:
        numbers.update(_in_cells(lines))
    return {*map(lines.__getitem__, numbers)}


def _in_cells(lines: list[bytes]) -> Iterator[int]:
    """The lines that may hold something with the tags of their cells as commas."""
    tagged = [number for number, line in enumerate(lines) if b"<t" in line and line.count(b"1") > 10]
    cells = [_CELL_TAGS.sub(b",", lines[number]) for number in tagged]
    return map(tagged.__getitem__, _numbered(cells, b"\n".join(cells))) if cells else iter(())


def _without_doubled(text: bytes) -> bytes:
    """Bars and semicolons in pairs part no cells."""
    if b"|" in text:
        text = text.replace(b"||", b"//").replace(b"/|", b"//")
    return text.replace(b";;", b"//") if b";" in text else text


def _assigning(hard: bytes, lines: list[bytes]) -> Iterator[int]:
    """The lines that may assign or count one digit after another: few have so many marks that part no cells."""
    marked = hard.split(b"\n")
    for number in [*compress(count(), map((7).__lt__, map(bytes.count, marked, repeat(b"/"))))]:
        if any(map(marked[number].translate(None, b"x,").__contains__, _ASSIGNED)) or _is_counted(lines[number]):
            yield number


def _is_counted(line: bytes) -> bool:
    return b"11" in line and _COUNTED.search(line) is not None


def _match(begin: bytes, pattern: re.Pattern[bytes], text: bytes, at: int) -> int:
    """The next place of a pattern that begins so; -1 if there is none."""
    at = text.find(begin, at)
    found = pattern.search(text, at) if at >= 0 else None
    return found.start() if found else -1


def _cut(hard: bytes, at: int) -> int:
    """The next place at which marks cut as many digits as a phone number has; -1 if there is none."""
    at = hard.find(b"1/", at)
    found = _CHAIN.search(hard, at) if at >= 0 else None
    return found.start() if found else -1


def _sign(text: str, at: int) -> int:
    """The next place of a sign, an illness only where a person is near; -1 if there is none."""
    known = 0
    while found := _SIGN.search(text, at):
        at = found.start()
        if text[at] not in ILL or (at >= known and person_near(text, at, _LOOKED)):
            return at
        if at >= known:
            end = text.find("\n", at, at + _LOOKED)
            known = at + _LOOKED if end < 0 else end
        at += 1
    return -1


def _lines(text: Text, newline: Text, find: Callable[[int], int]) -> Iterator[int]:
    """Yield, once each, the lines (from 0) in which ``find`` finds a place from a place on."""
    line = counted = 0
    at = find(0)
    while at >= 0:
        line += text.count(newline, counted, at)
        yield line
        counted = text.find(newline, at + 1)
        if counted < 0:
            return
        at = find(counted)
