"""Numbers whose digits are spread over cells or groups: ``1,3,8,…``, ``138/0013/8000``, ``| 1 | 3 | 8 |``.

Rows of figures look much like that, so only usual groups with one kind of separator count, or digits one by one; a phone
number also must be the whole of its row of digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate
from operator import add

from gongshi.checks.guard_text import GLUE, SEPARATOR
from gongshi.checks.guard_values import (
    ACCOUNT_KINDS,
    ID,
    PHONE,
    PHONE_KIND,
    PROVINCES,
    YEAR,
    Hit,
    Line,
    are_figures,
    is_id,
    lazy,
)

_CHAIN = re.compile(rf"(?<![0-9])[0-9]+(?:{SEPARATOR}{{1,8}}[0-9]+)+(?:{SEPARATOR}{{0,8}}[Xx](?![A-Za-z0-9]))?")
_HARD = re.compile(rf"[0-9](?!{GLUE}{{0,3}}[0-9Xx]){SEPARATOR}{{1,8}}[0-9Xx]")
_PIECE = re.compile("[0-9Xx]+")
_BETWEEN = re.compile("[^0-9Xx]+")
_BLANK = re.compile(r"[\s\"']+")
_PLAIN_CELLS = frozenset({",", ";", "|", "\t", ""})
_LISTING = re.compile(r"^$|[,;|\t\u3001\uff0c\uff1b\uff1a:+=\u00d7*\u2192<>]")  # parts what is listed or reckoned with
_OF_FIGURES = frozenset({".", "-", "-.", ""})  # mixed with other marks: the coordinates of a drawing

# Lengths of pieces as letters, a for one digit.
_SINGLES = re.compile("a{11,}")
_ID_GROUPS = re.compile("(?=(fhd|fff|fddd|ccddd|fl|nd|fdbbd|fdbbca|bbbbbbbbb|cccccc))")
_PHONE_GROUPS = re.compile("(?=([bd]?(?:cdd|dcd|ch|hc|gd|dg|ef|fe|ddc|cce|cec|ecc|bccc)))")
_THOUSANDS = re.compile("[abc]c{4,6}")
_ID = re.compile(ID)
_IDS = re.compile(f"(?=({ID}))")
_ANYBODY = re.compile(f"1[3-9][0-9]{{9}}|{ID[:-6]}[0-9Xx]")


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
        self.shape = "".join(map(_LETTERS.__getitem__, map(len, self.parts)))

    @lazy
    def starts(self) -> list[int]:
        """Where each piece begins in the line."""
        between = _PIECE.split(self.text[self.start : self.end])[1:-1]
        return [*accumulate(map(add, map(len, self.parts), map(len, between)), initial=self.start)]

    def value(self, first: int, behind: int) -> str:
        return "".join(self.parts[first:behind]).upper()

    def place(self, first: int, behind: int) -> tuple[int, int]:
        return self.starts[first], self.starts[behind - 1] + len(self.parts[behind - 1])

    def separators(self, first: int, behind: int) -> set[str]:
        """What stands between the pieces, blanks and quotes apart."""
        ends = map(add, self.starts[first : behind - 1], map(len, self.parts[first:behind]))
        begins = self.starts[first + 1 : behind]
        return {_BLANK.sub("", self.text[end:begin]) for end, begin in zip(ends, begins, strict=True)}

    def around(self, first: int, behind: int) -> list[set[str]]:
        """What stands between these pieces and the ones before and behind."""
        return [self.separators(at - 1, at + 1) for at in (first, behind) if 0 < at < len(self.parts)]


def cuts(text: str) -> bool:
    """Tell whether something harder than a blank or a dash stands between two digits of a text."""
    return bool(_HARD.search(text))


def find_spread(line: Line) -> Iterator[Hit]:
    """Yield the numbers that something harder than a blank or a dash cuts up."""
    for found in _CHAIN.finditer(line.text) if _HARD.search(line.text) else ():
        if _HARD.search(line.text, found.start(), found.end()):
            chain = _Chain(line, *found.span())
            alone = [*_SINGLES.finditer(chain.shape)]
            for singles in alone:
                yield from _singles(chain, *singles.span())
            if alone or _ANYBODY.search("".join(chain.parts)):
                yield from _ids(chain)
                yield from _accounts(chain)
                yield from _phones(chain)
            else:
                yield from _accounts(chain)


def _singles(chain: _Chain, first: int, behind: int) -> Iterator[Hit]:
    """Digits one by one: an ID number anywhere in the row, a phone or an account if it is the whole row."""
    value, line = chain.value(first, behind), chain.line
    for found in _IDS.finditer(value):
        sure = is_id(found[1])
        if found[1][:2] in PROVINCES and (sure or len(value) == 18):
            yield Hit("personal-id", *chain.place(first + found.start(), first + found.end(1)), found[1], sure)
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
    for found in _ID_GROUPS.finditer(chain.shape):
        first, behind = found.start(), found.end(1)
        value = chain.value(first, behind)
        if (
            _ID.fullmatch(value)
            and len(chain.separators(first, behind)) == 1
            and value[:2] in PROVINCES
            and is_id(value)
        ):
            yield Hit("personal-id", *chain.place(first, behind), value, True)
    count = len(chain.parts)
    if count > 18 or "a" * 11 in chain.shape:
        return
    value, separators = chain.value(0, count), chain.separators(0, count)
    if _ID.fullmatch(value) and value[:2] in PROVINCES and is_id(value) and not separators <= _PLAIN_CELLS:
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
    for found in _PHONE_GROUPS.finditer(chain.shape):
        first, behind = found.start(), found.end(1)
        said = PHONE.fullmatch(chain.value(first, behind))
        if said and _is_phone(chain, first, behind):
            yield Hit("personal-phone", *chain.place(first, behind), said[1])


def _is_phone(chain: _Chain, first: int, behind: int) -> bool:
    line, (start, end) = chain.line, chain.place(first, behind)
    separators = chain.separators(first, behind)
    if not line.stands_alone(start, end) or line.is_other(start, end):
        return False
    alone = len(chain.parts) <= behind - first + 1
    if line.labels.near(PHONE_KIND, start, end):
        return alone or not chain.shape.endswith(("hc", "dg", "ef", "fe"), 0, behind)
    if alone and separators == {"/"} and behind - first == 2:
        pieces = chain.parts[first:behind]  # round figures may be so much of so much
        return not any(map(YEAR.fullmatch, pieces)) and not all(piece.endswith("00") for piece in pieces)
    cells = all(mark <= _PLAIN_CELLS for mark in chain.around(first, behind))
    apart = len(separators) == 1 and cells and not _LISTING.search("".join(separators))
    if apart and not are_figures(chain.parts[first:behind]):
        return True
    if len(separators) != 1 or not alone or not chain.shape.endswith(("cdd", "dcd"), 0, behind):
        return False
    years = [bool(YEAR.fullmatch(piece)) for piece in chain.parts[behind - 2 : behind]]
    if separators <= _PLAIN_CELLS:  # may be figures of a row
        return separators not in chain.around(first, behind) and not any(years)
    return not all(years)
