"""Which numbers on one normalised line belong to a person: a Hit is a place and a value, never a message."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import compress, islice

from gongshi.checks.guard_labels import OTHER
from gongshi.checks.guard_spread import cuts, find_spread
from gongshi.checks.guard_text import GLUE, NUMERALS, numerals_too
from gongshi.checks.guard_values import (
    ACCOUNT_KINDS,
    CARD,
    CROSS,
    ID,
    ID_KIND,
    ID_YEAR,
    OLD_ID,
    PHONE,
    PHONE_KIND,
    PROVINCES,
    YEAR,
    Hit,
    Line,
    are_figures,
    groups_behind,
    ids_in,
    lazy,
    phones_in_pieces,
)
from gongshi.checks.guard_values import is_id as is_id

_RUN = re.compile(rf"(?<![0-9])(?=[0-9](?:[{CROSS}{GLUE[1:-1]}]*+[0-9]){{10}})[0-9{CROSS}{GLUE[1:-1]}]{{11,}}")
# What may be written otherwise, say a birth, or depend on which digits these are.
_NOT_PLAIN = re.compile(
    rf"[{NUMERALS}%&\\<>*`=\[\]{{}}~|#\x00-\x1f\x7f生男女姓倒反逆(（\"]|[^\x00-\x7f\u4e00-\u9fff，。、：]"
    r"|\.0+(?![0-9])|[0-9][eE]|[0-9]\s?[A-Za-z]{1,9}[0-9]|[A-Za-z]{3}|[oO].?[bB]"
)
_DIGIT = re.compile("[0-9]")
_DECIMAL = re.compile(r"[0-9]{11}\.[0-9]{1,8}")
_USUAL = frozenset(("-", ".", "_"))  # in dates and codes, too
_GAP = re.compile(rf"{GLUE}{{4,}}")
_SEQUENCE = re.compile(rf"[0-9].*[0-9{CROSS}]")
_MORE = re.compile("[1-7][1-4]")  # a disability card is an ID number with two digits more
_OLD_IDS = re.compile(rf"(?=({OLD_ID}))")
_ID = re.compile(ID)
_AROUND = 120
_GLUED_PHONES = phones_in_pieces("\0*")
# What a phone number with no label may end with among many other groups.
_IN_A_CROWD = re.compile(
    "(?:[0-9]{11}|[0-9]{3}-[0-9]{8}|[0-9]{7}-[0-9]{4}|[0-9]{4}-[0-9]{4}-[0-9]{3}|[0-9]{3}-[0-9]{3}-[0-9]{5}"
    f"|[0-9]{{4}}{GLUE}+[0-9]{{3}}{GLUE}+[0-9]{{4}})$"
)
_SHAPES = re.compile(  # and with no other groups
    f"(?:[0-9]{{11}}|[0-9]{{3}}{GLUE}+[0-9]{{8}}|[0-9]{{7}}{GLUE}+[0-9]{{4}}|[0-9](?:{GLUE}+[0-9]){{10}}"
    f"|[0-9]{{3,4}}{GLUE}+[0-9]{{3,4}}{GLUE}+[0-9]{{3,5}})$"
)
_BETWEEN = re.compile("[^0-9]+")
_CROWD = 20  # pieces; a number with its prefix has fewer
_REPLACEMENT = re.compile(rf"{GLUE}?[Bb][0-9](?![0-9])")
_ID_GROUPS = ([18], [6, 8, 4], [6, 4, 4, 4], [3, 3, 4, 4, 4], [6, 12], [14, 4], [6, 4, 2, 2, 4])
_JOINED: dict[int, str | None] = dict.fromkeys([*map(ord, " ._~-\u00b7\u2212"), *range(0x2010, 0x2016)])
_JOINED |= {ord(char): "X" for char in CROSS}
_GAPS = b"\1" + bytes(255)
_KEPT = {code: kept or "\0" for code, kept in _JOINED.items()}
_CUT = re.compile(f"([0-9]+|[{CROSS}])")
# What a line must hold to be worth a closer look: digits that may be a number, whatever stands between them, its first one and
# a phone's last one at the edge of a piece. Beside a label many digits may be an account or an old ID number.
_LONG_LINE = 500  # such a one holds it nearly always


def _apart(*digits: str) -> str:
    return "[^0-9]*+".join(digits)


_ANY = ("[0-9]",)
_PREFIXES = "|".join(
    _apart(*digits) for digits in ("86", "860", "0", "00", "086", "0860", "0086", "00860", "17951", "17911", "12593")
)
_A_PHONE = rf"(?:(?:{_PREFIXES})[^0-9]*+)?{_apart('1', '[3-9]', *_ANY * 9)}(?![0-9])"
_A_YEAR = rf"(?:{_apart('1', '[89]')}|{_apart('2', '[01]')})"
_AN_ID = _apart("[1-9]", *_ANY * 5, _A_YEAR, *_ANY * 2, "[01]", "[0-9]", "[0-3]", *_ANY * 4)
_AN_ID_BACKWARDS = (
    rf"[0-9X]{_apart('', *_ANY * 4, '[0-3]', '[0-9]', '[01]', *_ANY * 2, '[0189]', '[12]', *_ANY * 5, '[1-9]')}"
)
_A_CARD = _apart(f"(?:4|5|{_apart('6', '[02]')}|{_apart('3', '5')}|{_apart('9', '5', '5', '8')})", *_ANY * 11)
_MAY_BE = re.compile(f"(?<![0-9])(?:{_A_PHONE}|{_AN_ID}|{_AN_ID_BACKWARDS}|{_A_CARD}|[0-9]{{19}})")
_MAY_BE_SAID = re.compile(f"(?<![0-9])(?:{_A_PHONE}|{_apart(*_ANY * 15)})")
_EDGES = "".join(chr(code) for code, kept in _JOINED.items() if not kept)


def _cut(text: str) -> tuple[list[str], list[str]]:
    """(the pieces of a number, what stands between them)."""
    parts = _CUT.split(text)
    return parts[1::2], parts[2:-1:2]


class _Stretch:
    """Digits that little stands between: all of them joined, and, once needed, where each stands.

    Windows are offsets among the joined digits. Where something stands between two digits a piece ends and one begins; a
    cross is a piece of its own.
    """

    def __init__(self, line: Line, start: int, end: int) -> None:
        self.line, self.text, self.start, self.end = line, line.text, start, end
        self.glued = self.text[start:end].translate(_KEPT)  # with NUL for what stands between the digits
        self.digits = self.glued.replace("\0", "")

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
        return _cut(self.text[start:end])

    def labelled(self, kinds: frozenset[str]) -> bool:
        """Tell whether such a label stands anywhere near; if not, no window of it needs to be asked."""
        return not kinds.isdisjoint(self._kinds)

    @lazy
    def _kinds(self) -> Sequence[str]:
        return self.line.labels.around(self.start, self.end)


MOST = 2_000  # findings in one line or one file; who plants more than this in it wants the guard to take long
_Detector = Callable[[_Stretch], Iterator[Hit]]


def find_numbers(text: str) -> list[Hit]:
    """Return the ID numbers, disability cards, phones and accounts of a normalised line, in order; of thousands, the first.

    Digits are read by themselves, then with the numerals around them: in 张三 and 三组 a numeral is part of a word.
    """
    hits: list[Hit] = []
    taken = bytearray(len(text) + 8)
    for line in map(Line, numerals_too(text)):
        if len(line.text) < _LONG_LINE and not (_MAY_BE_SAID if line.labels.any() else _MAY_BE).search(line.text):
            continue
        for stretch in _stretches(line):
            for detector in _detectors(stretch):
                _take(detector(stretch), hits, taken)
            if len(hits) > MOST:
                return hits
        _take(islice(find_spread(line), MOST + 1), hits, taken)
    return sorted(hits, key=lambda hit: hit.start) if len(hits) > 1 else hits


def _detectors(stretch: _Stretch) -> Iterator[_Detector]:
    """What may find something in a stretch, in order of certainty: what an earlier one takes, a later one does not read again."""
    digits, whole = stretch.digits, stretch.whole
    if len(digits) > 14:  # shorter than any other number
        if ID_YEAR.search(digits):
            yield from (_cards, _ids, _ids_in_long_runs)
        if len(digits) == 18 and _ID.fullmatch(digits[::-1]):
            yield _backwards
        if stretch.labelled(ID_KIND):
            yield _old_ids
        if not whole or CARD.fullmatch(digits) or stretch.labelled(ACCOUNT_KINDS):
            yield _accounts
    if PHONE.fullmatch(digits) if whole else len(digits) > _LONG_LINE or _GLUED_PHONES.search(stretch.glued):
        yield _phones


def is_harmless(text: str) -> bool:
    """Tell whether a line holds nothing whatever its digits are: eleven of them that are told to be something else, or are
    stuck to something. All lines that differ from it in digits alone get the same answer."""
    if _NOT_PLAIN.search(text) or cuts(text):
        return False
    runs = [run.span() for run in _RUN.finditer(text)]
    rest = len(_DIGIT.findall(text)) - sum(len(_DIGIT.findall(text, *run)) for run in runs)
    line = Line(text)
    return bool(runs) and rest < 10 and all(_is_harmless(line, *run) for run in runs)


def _is_harmless(line: Line, start: int, end: int) -> bool:
    """Tell that of one run of digits and what may glue them."""
    found = _SEQUENCE.search(line.text, start, end)
    if found is None or _GAP.search(line.text, start, end):
        return found is None
    stretch = _Stretch(line, *found.span())
    start, end, size = stretch.start, stretch.end, len(stretch.digits)
    if size == 18 and not stretch.whole:
        return False
    if size > 11 and _DECIMAL.fullmatch(line.text, start, end):
        size, end = 11, start + 11
    elif size > 11 and not stretch.whole:
        return False
    if size < 11 or size > _LONGEST:
        return True  # no number has so many digits
    if size > 17:  # an ID number says by its check character what it is, but that it may be part of a longer code
        return size not in (18, 20) and line.labels.direct(start) in OTHER
    if size == 15 and stretch.labelled(ID_KIND):
        return False
    return not line.stands_alone(start, end, True) or line.is_other(start, end)


def _stretches(line: Line) -> Iterator[_Stretch]:
    """The stretches of eleven digits or more, with at most three characters between two of them."""
    for run in _RUN.finditer(line.text):
        start, whole = run.start(), run[0]
        if whole.isdigit():
            if _may_be_number(whole):
                yield _Stretch(line, start, run.end())
        elif not _GAP.search(whole):
            stretch = _Stretch(line, start, start + len(whole.rstrip(_EDGES)))
            if len(stretch.digits) > 10:
                yield stretch
        else:
            yield from _parts(line, start, run.end())


def _parts(line: Line, start: int, last: int) -> Iterator[_Stretch]:
    """The stretches of a run with gaps."""
    gaps = [(gap.start(), gap.end()) for gap in _GAP.finditer(line.text, start, last)]
    for end, behind in (*gaps, (last, 0)):
        found = _SEQUENCE.search(line.text, start, end) if end - start > 10 else None
        stretch = _Stretch(line, *found.span()) if found else None
        if stretch and len(stretch.digits) > 10:
            yield stretch
        start = behind


def _may_be_number(whole: str) -> bool:
    """Tell whether digits with nothing between them may be a number, or have one at their front or end."""
    size = len(whole)
    if size < 15:
        return PHONE.fullmatch(whole) is not None
    return size <= 20 or (size <= _LONGEST and bool(_ID.match(whole) or _ID.match(whole, size - 18)))


def _take(found: Iterable[Hit], hits: list[Hit], taken: bytearray) -> None:
    """Keep the hits at places that no hit has taken yet."""
    for hit in found:
        if taken.find(1, hit.start, hit.end) < 0:
            taken[hit.start : hit.end] = b"\x01" * (hit.end - hit.start)
            hits.append(hit)


def _cards(stretch: _Stretch) -> Iterator[Hit]:
    for first, behind, value in stretch.numbers(20):
        start, end = stretch.place(first, behind)
        whole = len(stretch.cut(first, behind)[0]) == 1 + 2 * value.count("X")
        if stretch.line.is_person(start, value[:18], whole):
            again = _REPLACEMENT.match(stretch.text, end)
            yield Hit("personal-disability-card", start, again.end() if again else end, value, True)


def _ids(stretch: _Stretch) -> Iterator[Hit]:
    line = stretch.line
    for first, behind, value in stretch.numbers(18):
        start, end = stretch.place(first, behind)
        if line.is_person(start, value, whole=len(stretch.cut(first, behind)[0]) == 1 + value.count("X")):
            yield Hit("personal-id", start, end, value, is_id(value))
        elif _is_id_grouping(stretch, first, behind) and line.is_mistyped_person(start, end, value):
            yield Hit("personal-id", start, end, value)


def _is_id_grouping(stretch: _Stretch, first: int, behind: int) -> bool:
    """Accept the number in one piece or in usual groups, with nothing before or after it."""
    if not stretch.is_whole(first, behind):
        return False
    pieces, separators = stretch.cut(first, behind)
    lengths = [*map(len, pieces)]
    if lengths[-1] == 1 and separators and not separators[-1]:
        lengths[-2:] = [lengths[-2] + 1]
        del separators[-1]
    return lengths in _ID_GROUPS and len(set(separators)) < 2


def _backwards(stretch: _Stretch) -> Iterator[Hit]:
    """An ID number from its end to its beginning: its check character leaves no doubt."""
    value = stretch.digits[::-1]
    if len(value) == 18 and _ID.fullmatch(value) and value[:2] in PROVINCES and is_id(value):
        start, end = stretch.place(0, 18)
        if not stretch.line.is_other(start, end):
            yield Hit("personal-id", start, end, value, True)


def _ids_in_long_runs(stretch: _Stretch) -> Iterator[Hit]:
    """An ID number with more digits stuck to its front or its end, as in file names with a date."""
    pieces = _LONG_PIECE.finditer(stretch.text, stretch.start, stretch.end) if stretch.long else ()
    for piece in pieces:
        if stretch.line.labels.direct(piece.start()) in OTHER:
            continue
        for start in (piece.start(), piece.end() - 18):
            value = stretch.text[start : start + 18]
            person = value[:2] in PROVINCES and _ID.fullmatch(value) and is_id(value)
            if person and not stretch.line.is_fraction(piece.start()):
                yield Hit("personal-id", start, start + 18, value, True)


_LONGEST = 40
_LONG_PIECE = re.compile(f"(?<![0-9])[0-9]{{19,{_LONGEST}}}(?![0-9])")


def _old_ids(stretch: _Stretch) -> Iterator[Hit]:
    if not _OLD_IDS.search(stretch.digits) or not stretch.labelled(ID_KIND):
        return
    for first, behind, value in stretch.windows(_OLD_IDS):
        start, end = stretch.place(first, behind)
        if value[:2] in PROVINCES and stretch.line.labels.near(ID_KIND, start, end):
            yield Hit("personal-id", start, end, value)


def _phones(stretch: _Stretch) -> Iterator[Hit]:
    if stretch.whole:
        yield from _plain_phone(stretch)
        return
    labels = stretch.line.labels if stretch.labelled(PHONE_KIND) else None
    crowded = not labels and len(stretch.digits) > _CROWD < stretch.count
    for found in _GLUED_PHONES.finditer(stretch.glued):
        start, end = stretch.start + found.start(), stretch.start + found.end(1)
        said = stretch.text[start:end]
        if crowded and not _IN_A_CROWD.search(said):
            continue
        if not labels and not _SHAPES.search(said) and _is_beside_others(stretch, _BETWEEN.findall(said)[-1]):
            continue
        pieces, separators = _cut(said)
        whole = end - start == stretch.end - stretch.start
        if not labels and len(pieces) > 5 and not whole:
            continue
        value = "".join(pieces)
        labelled = bool(labels and labels.near(PHONE_KIND, start, end))
        said_so = labelled and separators != ["."]  # 13.9 and more decimals is no phone even beside the word
        if len(value) == 12 and not said_so:
            continue  # a nought before it may be one that fills a code
        if not (said_so or _is_phone_grouping(stretch, pieces, separators, len(value) - 11)):
            continue
        if stretch.line.stands_alone(start, end, labelled) and not stretch.line.is_other(start, end):
            yield Hit("personal-phone", start, end, value[-11:])


def _plain_phone(stretch: _Stretch) -> Iterator[Hit]:
    """The same for digits with nothing between them, of which there are most by far."""
    line, start, end = stretch.line, stretch.start, stretch.end
    alone = (
        line.stands_alone(start, end) and len(stretch.digits) != 12
    )  # a nought before it may be one that fills a code
    if not alone and not line.stands_alone(start, end, True):
        return
    if not line.is_other(start, end) and (alone or stretch.labelled(PHONE_KIND)):
        yield Hit("personal-phone", start, end, stretch.digits[-11:])


def _is_phone_grouping(stretch: _Stretch, pieces: list[str], separators: list[str], prefix: int) -> bool:
    """Accept a number in one piece, 3-4-4 with one separator, two halves with a dash, or digit by digit."""
    groups = groups_behind(pieces, prefix)
    lengths, separators = [*map(len, groups)], separators[len(pieces) - len(groups) :]
    if lengths == [11]:
        return True
    if len(set(separators)) != 1:
        round_ones = any(group.endswith("00") for group in groups)
        return lengths == [3, 4, 4] and stretch.count == len(pieces) and not are_figures(groups) and not round_ones
    if lengths == [3, 4, 4]:  # "150 2019 2020" in a row of figures is no phone
        years = YEAR.fullmatch(groups[1]) and YEAR.fullmatch(groups[2])
        return stretch.count <= len(pieces) + 1 and not (years and separators[0].isspace())
    if lengths in ([3, 8], [7, 4], [4, 4, 3], [3, 3, 5]) and separators[0] == "-":
        return True
    if lengths == [4, 3, 4] and separators[0].strip(" ."):
        return True
    if lengths == [1] * 11:
        return stretch.count == len(pieces)
    return stretch.count == len(pieces) and _is_odd_grouping(stretch, groups, separators[0])


def _is_odd_grouping(stretch: _Stretch, groups: list[str], mark: str) -> bool:
    """Accept other groups that stand alone and are neither years nor round figures, with no such pair beside them."""
    usual = mark.isspace() or mark.strip() in _USUAL
    if not 1 < len(groups) < (4 if usual else 7) or min(map(len, groups)) < (3 if usual else 2):
        return False
    if mark.strip() == "." and len(groups) == 2:
        return False
    if are_figures(groups):
        return False
    return not _is_beside_others(stretch, mark)


def _is_beside_others(stretch: _Stretch, mark: str) -> bool:
    """Tell whether such a pair of groups stands not far from a stretch."""
    text, pair = stretch.text, _pair(mark)
    before = pair.search(text, max(0, stretch.start - _AROUND), stretch.start)
    return bool(before or pair.search(text, stretch.end, stretch.end + _AROUND))


@lru_cache(64)
def _pair(mark: str) -> re.Pattern[str]:
    """Finds two groups of digits with such a mark between them."""
    return re.compile(rf"[0-9]{{3}}{re.escape(mark)}[0-9]{{3}}")


def _accounts(stretch: _Stretch) -> Iterator[Hit]:
    if len(stretch.digits) < 15:
        return
    near = stretch.labelled(ACCOUNT_KINDS)
    for start, end in dict.fromkeys(_account_places(stretch, near)):
        value = stretch.text[start:end].translate(_JOINED)
        if value.isdigit() and not PHONE.fullmatch(value):
            labelled = near and stretch.line.labels.near(ACCOUNT_KINDS, start, end)
            if stretch.line.is_account(start, end, value, labelled):
                yield Hit("personal-account", start, end, value)


def _account_places(stretch: _Stretch, labelled: bool) -> Iterator[tuple[int, int]]:
    """Single pieces, fours that are the whole stretch, and beside a label all that begins or ends the stretch."""
    if _FOURS.fullmatch(stretch.text, stretch.start, stretch.end):
        yield stretch.start, stretch.end
    if stretch.long:
        yield from (found.span() for found in _LONG.finditer(stretch.text, stretch.start, stretch.end))
    if labelled:
        total = len(stretch.digits)
        sizes = range(15, min(20, total + 1))
        yield from (stretch.place(0, size) for size in sizes if stretch.parted(size))
        yield from (stretch.place(total - size, total) for size in sizes if stretch.parted(total - size))


_FOURS = re.compile(rf"[0-9]{{4}}({GLUE}{{1,3}})[0-9]{{4}}\1[0-9]{{4}}\1[0-9]{{3,4}}(?:\1[0-9]{{1,4}})?")
_FIFTEEN = re.compile("[0-9]{15}")
_LONG = re.compile("(?<![0-9])[0-9]{15,19}(?![0-9])")
