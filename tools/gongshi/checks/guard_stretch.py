"""Stretches of digits with little between them, in which a number may be written: where they are, and what pieces they have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import compress

from gongshi.checks.guard_labels import is_account_said
from gongshi.checks.guard_text import GLUE
from gongshi.checks.guard_values import (
    CARD,
    CROSS,
    ID,
    ID_KIND,
    ID_YEAR,
    MOBILE,
    PHONE,
    Line,
    ids_in,
    is_id,
    is_luhn,
    lazy,
)

LONGEST = 40  # digits
RUN = re.compile(rf"[0-9](?<![0-9].)(?=(?:[{CROSS}{GLUE[1:-1]}]*+[0-9]){{10}})[0-9{CROSS}{GLUE[1:-1]}]{{10,}}")
GAP = re.compile(rf"{GLUE}{{4,}}")
SEQUENCE = re.compile(rf"[0-9].*[0-9{CROSS}]")
_MORE = re.compile("[1-7][1-4]")  # a disability card is an ID number with two digits more
_ID = re.compile(ID)
_A_MOBILE = re.compile(MOBILE)
_GLUED_MOBILE = re.compile(f"{GLUE}*".join(("1", "[3-9]", *["[0-9]"] * 9)))
_FIFTEEN = re.compile("[0-9]{15}")
JOINED: dict[int, str | None] = dict.fromkeys([*map(ord, " ._~-\u00b7\u2212"), *range(0x2010, 0x2016)])
JOINED |= {ord(char): "X" for char in CROSS}
_GAPS = b"\1" + bytes(255)
_KEPT = {code: kept or "\0" for code, kept in JOINED.items()}
_CUT = re.compile(f"([0-9]+|[{CROSS}])")
_EDGES = "".join(chr(code) for code, kept in JOINED.items() if not kept)


def cut(text: str) -> tuple[list[str], list[str]]:
    """(the pieces of a number, what stands between them)."""
    parts = _CUT.split(text)
    return parts[1::2], parts[2:-1:2]


class Stretch:
    """Digits that little stands between: all of them joined, and, once needed, where each stands.

    Windows are offsets among the joined digits. Where something stands between two digits a piece ends and one begins; a
    cross is a piece of its own.
    """

    def __init__(self, line: Line, start: int, end: int) -> None:
        self.line, self.text, self.start, self.end = line, line.text, start, end
        self.digits = line.text[start:end].translate(JOINED)

    @lazy
    def glued(self) -> str:
        """The digits with NUL for what stands between them."""
        return self.text[self.start : self.end].translate(_KEPT)

    @lazy
    def _kept(self) -> bytes:
        return self.glued.encode("ascii")

    @lazy
    def places(self) -> list[int]:
        """Where each of the joined digits stands in the line."""
        return list(compress(range(self.start, self.end), self._kept))

    @lazy
    def borders(self) -> bytes:
        """For each of the joined digits, and behind the last one, 1 if a piece begins or ends there."""
        kept = b"\0%s" % self._kept.replace(b"X", b"\0X\0")
        return bytes(compress(kept.translate(_GAPS), kept[1:])) + b"\1"

    @lazy
    def whole(self) -> bool:
        """Whether nothing stands between the digits."""
        return len(self.digits) == self.end - self.start

    @lazy
    def count(self) -> int:
        """How many pieces there are."""
        return len(_CUT.findall(self.text, self.start, self.end))

    @lazy
    def long(self) -> bool:
        """Tell whether a piece is long enough for an account or an ID number."""
        return bool(_FIFTEEN.search(self.text, self.start, self.end))

    def parted(self, offset: int) -> int:
        """Tell whether a piece begins, or the last one ends, at an offset."""
        return self.borders[offset]

    def windows(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, int, str]]:
        """Yield (first digit, behind the last, value) where what the pattern finds is whole pieces."""
        borders = self.borders
        for found in pattern.finditer(self.digits):
            first, behind = found.start(), found.end(1)
            if borders[first] and borders[behind]:
                yield first, behind, self.digits[first:behind]

    def numbers(self, size: int) -> Iterator[tuple[int, int, str]]:
        """The windows of ID numbers (18) or disability cards (20); without a label only sure ones and the whole stretch."""
        for first, value, more in self._ids:
            behind = first + size
            sure = self._said or is_id(value) or self.is_whole(first, behind)
            if (more or size == 18) and sure and self.borders[behind]:
                yield first, behind, value + more if size > 18 else value

    @lazy
    def _said(self) -> bool:
        return self.labelled(ID_KIND)

    @lazy
    def _ids(self) -> list[tuple[int, str, str]]:
        """(first digit, number, the two digits more of a card) of all that looks like an ID number and begins with a piece."""
        borders, digits = self.borders, self.digits
        kept = [
            (first, value)
            for first, value in ids_in(digits)
            if borders[first] and (self._said or is_id(value) or (first == 0 and len(digits) in (18, 20)))
        ]
        return [(first, value, (_MORE.match(digits, first + 18) or [""])[0]) for first, value in kept]

    def is_whole(self, first: int, behind: int) -> bool:
        """Tell whether a window is the whole stretch."""
        return first == 0 and behind == len(self.digits)

    def place(self, first: int, behind: int) -> tuple[int, int]:
        return self.places[first], self.places[behind - 1] + 1

    def cut(self, first: int, behind: int) -> tuple[list[str], list[str]]:
        """(the pieces of a window of whole pieces, what stands between them)."""
        start, end = self.place(first, behind)
        return cut(self.text[start:end])

    def labelled(self, kinds: frozenset[str]) -> bool:
        """Tell whether such a label stands anywhere near; if not, no window of it needs to be asked."""
        return not kinds.isdisjoint(self._kinds)

    @lazy
    def _kinds(self) -> Sequence[str]:
        return self.line.labels.around(self.start, self.end)


def stretches(text: str, first: int, behind: int) -> Iterator[tuple[int, int]]:
    """The stretches of eleven digits or more, with at most three characters between two of them, that may hold a number."""
    for run in RUN.finditer(text, first, behind):
        start, whole = run.start(), run[0]
        if whole.isdigit():
            if _may_be_number(whole) and (len(whole) < 15 or _tells(whole) or _is_said(text, start, whole)):
                yield run.span()
        elif not GAP.search(whole):
            whole = whole.rstrip(_EDGES)
            if _may_hold(whole):
                yield start, start + len(whole)
        else:
            yield from _parts(text, start, run.end())


def _parts(text: str, start: int, last: int) -> Iterator[tuple[int, int]]:
    """The stretches of a run with gaps."""
    gaps = [(gap.start(), gap.end()) for gap in GAP.finditer(text, start, last)]
    for end, behind in (*gaps, (last, 0)):
        found = SEQUENCE.search(text, start, end) if end - start > 10 else None
        if found and _may_hold(found[0]):
            yield found.span()
        start = behind


def _may_hold(whole: str) -> bool:
    """Tell whether digits with something between them are enough; so few as an account has not can be a phone number alone."""
    if len(whole) < 15:
        return _GLUED_MOBILE.search(whole) is not None
    digits = whole.translate(JOINED)
    return len(digits) > 14 or (len(digits) > 10 and _A_MOBILE.search(digits) is not None)


def _tells(digits: str) -> bool:
    """Whether digits may be a number that nobody needs to call so; of fifteen or more."""
    if ID_YEAR.search(digits) or PHONE.fullmatch(digits) or (CARD.fullmatch(digits) and is_luhn(digits)):
        return True
    return len(digits) == 18 and _ID.fullmatch(digits[::-1]) is not None


def _is_said(text: str, start: int, digits: str) -> bool:
    """Whether so many digits with nothing between them, of fifteen or more, may be what a label beside them says."""
    if len(digits) == 15:
        return True  # an old ID number, too
    if len(digits) > 19:
        return False
    only_direct = not digits.startswith("62") and not is_luhn(digits)
    return is_account_said(text, start, start + len(digits), only_direct)


def _may_be_number(whole: str) -> bool:
    """Tell whether digits with nothing between them may be a number, or have one at their front or end."""
    size = len(whole)
    if size < 15:
        return PHONE.fullmatch(whole) is not None
    return size <= 20 or (size <= LONGEST and bool(_ID.match(whole) or _ID.match(whole, size - 18)))
