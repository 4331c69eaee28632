"""Numbers whose digits are spread over cells or groups: ``1,3,8,…``, ``138/0013/8000``, ``| 1 | 3 | 8 |``.

Rows of figures look much like that, so only usual groups with one kind of separator count, or digits one by one; a phone
number also must be the whole of its row of digits.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from operator import add

from gongshi.checks.guard_text import GLUE, SEPARATOR
from gongshi.checks.guard_values import (
    ACCOUNT_KINDS,
    ID,
    ID_YEAR,
    MOBILE,
    PHONE,
    PHONE_KIND,
    PROVINCES,
    YEAR,
    Hit,
    Line,
    are_figures,
    groups_behind,
    ids_in,
    is_id,
    lazy,
    phones_in_pieces,
    remembered,
)

_SHORTEST = 11  # digits
_LONGEST = 4_000  # characters of a chain that is worth remembering
_CHAIN = re.compile(
    rf"[0-9](?<![0-9].)(?={SEPARATOR}{{0,8}}+(?:[0-9]{SEPARATOR}{{0,8}}+){{{_SHORTEST - 2}}}[0-9Xx])"
    rf"[0-9]*(?:{SEPARATOR}{{1,8}}(?:[0-9]+|[Xx](?![A-Za-z0-9])))(?:{SEPARATOR}{{1,8}}[0-9]+)*(?:{SEPARATOR}{{0,8}}[Xx](?![A-Za-z0-9]))?"
)
_HARD = re.compile(rf"[0-9](?!{GLUE}{{0,3}}[0-9Xx]){SEPARATOR}{{1,8}}[0-9Xx]")
_PIECE = re.compile("[0-9Xx]+")
_BETWEEN = re.compile("[^0-9Xx]+")
_BLANK = re.compile(r"[\s\"']+")
_BLANKS = re.compile(r"\s")
_PLAIN_CELLS = frozenset({",", ";", "|", "\t", ""})
_NO_CELLS = frozenset({",,", ";;", "||", "\t\t"})  # marks, or a cell with nothing in it
_DATED = frozenset("-./:_ ")  # between two digits each they write dates and codes
_LISTING = re.compile(r"^$|[,;|\t\u3001\uff0c\uff1b\uff1a:+=\u00d7*\u2192<>]")  # parts what is listed or reckoned with
_OF_FIGURES = frozenset({".", "-", "-.", ""})  # mixed with other marks: the coordinates of a drawing

# Lengths of pieces as letters, a for one digit.
_SINGLES = re.compile("a{11,}")
_ID_GROUPS = re.compile("fhd|fff|fddd|ccddd|fl|nd|fdbbd|fdbbca|bbbbbbbbb|cccccc|ii|jh|hj|qa|ddddb|fdh|fhca")
_GROUPED = ("cdd", "dcd", "ch", "hc", "gd", "dg", "ef", "fe", "ddc", "cce", "cec", "ecc", "bccc")
_PHONE_GROUPS = re.compile("|".join(_GROUPED))
_PHONES = phones_in_pieces(",?", "(?!,[0-9],[0-9],)")  # digits one by one are read by themselves
_MANY = 20  # pieces
_MOST_GROUPS = 6  # those of a prefix included
_THREE = ("cdd", "dcd")
_PAIRS = ("hc", "dg", "ef", "fe")
_THOUSANDS = re.compile("[abc]c{4,6}")
_ID = re.compile(ID)
_MOBILE = re.compile(MOBILE)


class _Letters(dict[int, str]):
    """A letter for each length; z for all that are too long to matter."""

    def __missing__(self, length: int) -> str:
        self[length] = letter = chr(96 + min(26, length))
        return letter


_LETTERS = _Letters()


class _Chain:
    """The pieces of one chain and their lengths as letters; where they stand only if somebody asks."""

    def __init__(self, line: Line, start: int, end: int) -> None:
        self.line, self.text, self.start, self.end = line, line.text, start, end
        self.parts = _BETWEEN.split(self.text[start:end])
        self.digits = "".join(self.parts)

    @lazy
    def shape(self) -> str:
        """The lengths of the pieces as letters."""
        return "".join(map(_LETTERS.__getitem__, map(len, self.parts)))

    @lazy
    def offsets(self) -> list[int]:
        """With which of all the digits each piece begins, and how many there are."""
        return [*accumulate(map(len, self.parts), initial=0)]

    def at(self, offset: int) -> int:
        """The piece that begins with a digit, or how many there are behind the last; -1 if none begins there."""
        found = bisect_left(self.offsets, offset)
        return found if self.offsets[found] == offset else -1

    @lazy
    def starts(self) -> list[int]:
        """Where each piece begins in the line."""
        between = _PIECE.split(self.text[self.start : self.end])[1:-1]
        return [*accumulate(map(add, map(len, self.parts), map(len, between)), initial=self.start)]

    def value(self, first: int, behind: int) -> str:
        return "".join(self.parts[first:behind]).upper()

    def place(self, first: int, behind: int) -> tuple[int, int]:
        return self.starts[first], self.starts[behind - 1] + len(self.parts[behind - 1])

    @lazy
    def dull(self) -> bool:
        """Whether all that stands between the pieces lists or reckons: then but few groups of them are a number of their own."""
        marks = set(_PIECE.split(self.text[self.start : self.end])[1:-1])
        return all(_LISTING.search(mark) and not _is_doubled(mark) for mark in map(_mark, marks))

    def separators(self, first: int, behind: int) -> set[str]:
        """What stands between the pieces, blanks and quotes apart."""
        ends = map(add, self.starts[first : behind - 1], map(len, self.parts[first:behind]))
        begins = self.starts[first + 1 : behind]
        return {_mark(self.text[end:begin]) for end, begin in zip(ends, begins, strict=True)}

    def around(self, first: int, behind: int) -> list[set[str]]:
        """What stands between these pieces and the ones before and behind."""
        return [self.separators(at - 1, at + 1) for at in (first, behind) if 0 < at < len(self.parts)]


@lru_cache(4096)
def _mark(between: str) -> str:
    """What stands between two pieces without blanks and quotes, if anything is left of it."""
    return _BLANK.sub("", between) or ("" if _BLANKS.search(between) else between)


def _is_doubled(mark: str) -> bool:
    return len(mark) > 1 and len(set(mark)) == 1


def cuts(text: str) -> bool:
    """Tell whether something harder than a blank or a dash stands between two digits of a text."""
    return bool(_HARD.search(text))


def find_spread(line: Line, start: int, end: int, again: bool) -> Iterator[Hit]:
    """Yield the numbers in a part of a line that something harder than a blank or a dash cuts up; ``again``: much of it may be known."""
    text = line.text
    for found in _CHAIN.finditer(text, start, end) if _HARD.search(text, start, end) else ():
        first, behind = found.span()
        if _HARD.search(text, first, behind):
            known = again and behind - first < _LONGEST
            yield from remembered(_find_in, line, first, behind) if known else _find_in(line, first, behind)


def _find_in(line: Line, start: int, end: int) -> Iterator[Hit]:
    """What a chain of digits holds."""
    row = _Chain(line, start, end)
    count = len(row.parts)
    alone = [*_SINGLES.finditer(row.shape)] if count >= _SHORTEST else []
    for singles in alone:
        yield from _singles(row, *singles.span())
    if ID_YEAR.search(row.digits.upper()):
        yield from _ids(row)
    if count < 8:
        yield from _accounts(row)
    if _MOBILE.search(row.digits):
        yield from _phones(row)


def _singles(chain: _Chain, first: int, behind: int) -> Iterator[Hit]:
    """Digits one by one: an ID number anywhere in the row, a phone or an account if it is the whole row."""
    value, line = chain.value(first, behind), chain.line
    for offset, number in ids_in(value):
        sure = is_id(number)
        if number[:2] in PROVINCES and (sure or len(value) == 18):
            yield Hit("personal-id", *chain.place(first + offset, first + offset + 18), number, sure)
    if len(value) in range(15, 20) and value.isdigit():
        start, end = chain.place(first, behind)
        if line.is_account(start, end, value, _labelled(line, start, end)):
            yield Hit("personal-account", start, end, value)
    if phone := _phone_of(chain, first, behind, value):
        start, end = chain.place(*phone)
        marks = chain.separators(*phone)
        figures = len(marks) > 1 and marks & _OF_FIGURES and not line.labels.near(PHONE_KIND, start, end)
        if not figures and not line.is_other(start, end) and not _is_array(line, start, end):
            yield Hit("personal-phone", start, end, chain.value(*phone))


def _phone_of(chain: _Chain, first: int, behind: int, value: str) -> tuple[int, int] | None:
    """Where a row of digits is a phone number: the whole row, or its begin or end if something tells it from the rest."""
    if PHONE.fullmatch(value):
        return behind - 11, behind
    for at in (first, behind - 11):
        if PHONE.fullmatch(value, at - first, at - first + 11) and _is_apart(chain, at, at + 11, behind - first):
            return at, at + 11
    return None


def _is_apart(chain: _Chain, first: int, behind: int, length: int) -> bool:
    """Tell whether a label, or another mark before and after it, tells a part from the rest of a row of digits."""
    if chain.line.labels.near(PHONE_KIND, *chain.place(first, behind)):
        return True
    marks = chain.separators(first, behind)
    around = chain.around(first, behind)
    return len(marks) == 1 and length < 14 and all(mark != marks for mark in around)


def _is_array(line: Line, start: int, end: int) -> bool:
    """Tell whether these are the figures of a JSON array, as charts have them, with no word that says phone."""
    bare = line.text[start - 1 : start] == "[" and line.text.find("]", start, end + 1) == end
    return bare and not line.labels.near(PHONE_KIND, start, end)


def _labelled(line: Line, start: int, end: int) -> bool:
    return line.labels.near(ACCOUNT_KINDS, start, end)


def _ids(chain: _Chain) -> Iterator[Hit]:
    """ID numbers in usual groups; in others if they are the whole row, which does not look like cells."""
    for offset, value in ids_in(chain.digits.upper()):
        first, behind = chain.at(offset), chain.at(offset + 18)
        if first < 0 or behind < 0 or not _ID_GROUPS.fullmatch(chain.shape, first, behind):
            continue
        if value[:2] in PROVINCES and is_id(value) and len(chain.separators(first, behind)) == 1:
            yield Hit("personal-id", *chain.place(first, behind), value, True)
    count = len(chain.parts)
    value = chain.digits.upper()
    if len(value) != 18 or not _ID.fullmatch(value) or "a" * 11 in chain.shape:
        return
    if value[:2] in PROVINCES and is_id(value) and not chain.separators(0, count) <= _PLAIN_CELLS:
        yield Hit("personal-id", *chain.place(0, count), value, True)


def _accounts(chain: _Chain) -> Iterator[Hit]:
    """Fours with one separator that are the whole chain; beside a label also thousands, as spreadsheets write them."""
    count = len(chain.parts)
    fours = 4 <= count <= 5 and set(chain.shape[:-1]) == {"d"} and chain.shape[-1] <= "d"
    thousands = bool(_THOUSANDS.fullmatch(chain.shape)) and chain.separators(0, count) == {","}
    if not (fours or thousands) or len(chain.separators(0, count)) != 1:
        return
    start, end = chain.place(0, count)
    value = chain.value(0, count)
    years = all(YEAR.fullmatch(piece) for piece in chain.parts[1:3])
    labelled = _labelled(chain.line, start, end)
    if len(value) < 15 or not value.isdigit() or years or (thousands and not labelled):
        return
    if chain.line.is_account(start, end, value, labelled):
        yield Hit("personal-account", start, end, value)


def _phones(chain: _Chain) -> Iterator[Hit]:
    dull = len(chain.parts) > _MANY and chain.dull
    for first, behind in dict.fromkeys(_phone_places(chain)):
        figures = dull and chain.parts[first][0] == "1" and chain.shape[first:behind] not in _THREE
        if figures and not chain.line.labels.near(PHONE_KIND, *chain.place(first, behind)):
            continue
        found = PHONE.fullmatch("".join(chain.parts[first:behind]))
        if found is None:
            continue
        groups = groups_behind(chain.parts[first:behind], found.start(1))
        if len(groups) > 1 and _is_phone(chain, first, behind, groups, dialled=found.start(1) == 1):
            yield Hit("personal-phone", *chain.place(first, behind), found[1])


def _phone_places(chain: _Chain) -> Iterator[tuple[int, int]]:
    """(first piece, behind the last) of what is grouped as phone numbers are, also behind a prefix, and of a short chain."""
    pieces = ",".join(chain.parts)
    first = counted = 0
    for found in _PHONES.finditer(pieces):
        start, end = found.start(), found.end(1)
        size = 1 + pieces.count(",", start, end)
        if size <= _MOST_GROUPS:
            first += pieces.count(",", counted, start)
            counted = start
            yield first, first + size
    if len(chain.parts) < 10:
        yield 0, len(chain.parts)


def _is_phone(chain: _Chain, first: int, behind: int, groups: list[str], dialled: bool) -> bool:
    """Tell whether pieces are a phone number; ``groups`` are they without a prefix, ``dialled`` if that is a nought, which
    may as well fill a code."""
    line, (start, end) = chain.line, chain.place(first, behind)
    shape, marks = "".join(_LETTERS[len(group)] for group in groups), chain.separators(behind - len(groups), behind)
    usual, others = _PHONE_GROUPS.fullmatch(shape), len(chain.parts) - (behind - first)
    if not (usual or (others == 0 and len(marks) == 1 and len(chain.parts) < 10)):
        return False
    labelled, apart = line.labels.near(PHONE_KIND, start, end), _is_apart_by(marks, groups)
    if not (labelled or apart or shape in _THREE or marks == {"/"}):
        return False
    if not line.stands_alone(start, end) or line.is_other(start, end):
        return False
    if labelled:
        return (bool(usual) and (others < 2 or shape not in _PAIRS)) or not marks <= _PLAIN_CELLS
    if dialled:
        return False
    if others < 2 and marks == {"/"} and len(groups) == 2:  # round figures may be so much of so much
        return not any(map(YEAR.fullmatch, groups)) and not all(group.endswith("00") for group in groups)
    if others == 0 and _are_two_marks(marks, groups):
        return True
    around = chain.around(first, behind)
    if all(mark <= _PLAIN_CELLS for mark in around) and apart and not are_figures(groups):
        return True
    if len(marks) != 1 or others > 1 or shape not in _THREE:
        return False
    years = [bool(YEAR.fullmatch(group)) for group in groups[1:]]
    if marks <= _PLAIN_CELLS:  # may be figures of a row
        return marks not in around and not any(years)
    return not all(years)


def _are_two_marks(marks: set[str], groups: list[str]) -> bool:
    """Tell whether usual groups have two marks between them, which neither list nor reckon: 138/0013-8000."""
    usual = (
        len(marks) == 2
        and [*map(len, groups)] == [3, 4, 4]
        and not any(mark and _LISTING.search(mark) for mark in marks)
    )
    return usual and not are_figures(groups) and not any(group.endswith("00") for group in groups)


def _is_apart_by(marks: set[str], groups: list[str]) -> bool:
    """Tell whether it is one mark that parts the groups, which neither lists nor reckons, and dates nothing."""
    mark = min(marks)
    if len(marks) > 1 or (mark in _DATED and min(map(len, groups)) < 3):
        return False
    return not _LISTING.search(mark) or (_is_doubled(mark) and (len(groups) > 2 or mark not in _NO_CELLS))
