"""Which numbers on one normalised line belong to a person: a Hit is a place and a value, never a message."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from gongshi.checks.guard_harmless import LONG_LINE, MAY_BE, MAY_BE_SAID
from gongshi.checks.guard_labels import OTHER, is_account_said
from gongshi.checks.guard_spread import find_spread
from gongshi.checks.guard_stretch import JOINED, LONGEST, Stretch, cut, stretches
from gongshi.checks.guard_text import GLUE, numerals_too
from gongshi.checks.guard_values import (
    ACCOUNT_KINDS,
    CARD,
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
    phones_in_pieces,
    remembered,
)
from gongshi.checks.guard_values import is_id as is_id

_USUAL = frozenset(("-", ".", "_"))  # in dates and codes, too
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


MOST = 2_000  # findings in one line or one file; who plants more than this in it wants the guard to take long
_VERY_LONG, _ENOUGH = 2_000, 10
_Detector = Callable[[Stretch], Iterator[Hit]]


def find_numbers(text: str, again: bool = False) -> list[Hit]:
    """Return the ID numbers, disability cards, phones and accounts of a normalised line, in order; of thousands, the first.

    Digits are read by themselves, then with the numerals around them: in 张三 and 三组 a numeral is part of a word. ``again``: it
    is one of the readings of a line, which have much in common.
    """
    hits: list[Hit] = []
    taken = bytearray(len(text) + 8)
    readings = numerals_too(text)
    long = len(text) >= LONG_LINE
    again = long and (again or len(readings) > 1)
    for written, parts in readings:
        line = Line(written)
        if long or _may_hold(line):
            for part in parts:
                _take(_find_in_part(line, *part, again), hits, taken)
        if len(hits) > MOST or is_enough(text, hits):
            break
    return sorted(hits, key=lambda hit: hit.start) if len(hits) > 1 else hits


def is_enough(text: str, hits: Sequence[Hit]) -> bool:
    """Whether a long line need not be read in yet other ways: it is refused for many things already, and read again without them."""
    return len(hits) >= _ENOUGH and len(text) >= _VERY_LONG


def _find_in_part(line: Line, start: int, end: int, again: bool) -> Iterator[Hit]:
    """What a part of a line holds, from a letter to a letter."""
    for span in stretches(line.text, start, end):
        yield from remembered(_find_in, line, *span) if again else _find_in(line, *span)
    yield from find_spread(line, start, end, again)


def _may_hold(line: Line) -> bool:
    """Tell whether a line has digits that may be a number; whether a label is there is asked only if that decides."""
    may_be, said = bool(MAY_BE.search(line.text)), bool(MAY_BE_SAID.search(line.text))
    return may_be if may_be == said else line.labels.any() == said


def _find_in(line: Line, start: int, end: int) -> Iterator[Hit]:
    """What a stretch of digits holds; what an earlier detector takes, a later one does not have."""
    stretch = Stretch(line, start, end)
    for detector in _detectors(stretch):
        yield from detector(stretch)


def _detectors(stretch: Stretch) -> Iterator[_Detector]:
    """What may find something in a stretch, in order of certainty: what an earlier one takes, a later one does not read again."""
    digits, whole = stretch.digits, stretch.whole
    if len(digits) > 14:  # shorter than any other number
        if ID_YEAR.search(digits):
            yield from (_cards, _ids, _ids_in_long_runs)
        if len(digits) == 18 and _ID.fullmatch(digits[::-1]):
            yield _backwards
        if (len(digits) == 15 or not whole) and _OLD_IDS.search(digits) and stretch.labelled(ID_KIND):
            yield _old_ids
        if (CARD.fullmatch(digits) if whole else stretch.long or _FOURS.match(stretch.text, stretch.start)) or (
            is_account_said(stretch.text, stretch.start, stretch.end, False) and stretch.labelled(ACCOUNT_KINDS)
        ):
            yield _accounts
    if PHONE.fullmatch(digits) if whole else not 14 < len(digits) <= LONG_LINE or _GLUED_PHONES.search(stretch.glued):
        yield _phones


def _take(found: Iterable[Hit], hits: list[Hit], taken: bytearray) -> None:
    """Keep the hits at places that no hit has taken yet."""
    for hit in found:
        if taken.find(1, hit.start, hit.end) < 0:
            taken[hit.start : hit.end] = b"\x01" * (hit.end - hit.start)
            hits.append(hit)
            if len(hits) > MOST:
                return


def _cards(stretch: Stretch) -> Iterator[Hit]:
    for first, behind, value in stretch.numbers(20):
        start, end = stretch.place(first, behind)
        whole = len(stretch.cut(first, behind)[0]) == 1 + 2 * value.count("X")
        if stretch.line.is_person(start, value[:18], whole):
            again = _REPLACEMENT.match(stretch.text, end)
            yield Hit("personal-disability-card", start, again.end() if again else end, value, True)


def _ids(stretch: Stretch) -> Iterator[Hit]:
    line = stretch.line
    for first, behind, value in stretch.numbers(18):
        start, end = stretch.place(first, behind)
        if line.is_person(start, value, whole=len(stretch.cut(first, behind)[0]) == 1 + value.count("X")):
            yield Hit("personal-id", start, end, value, is_id(value))
        elif _is_id_grouping(stretch, first, behind) and line.is_mistyped_person(start, end, value):
            yield Hit("personal-id", start, end, value)


def _is_id_grouping(stretch: Stretch, first: int, behind: int) -> bool:
    """Accept the number in one piece or in usual groups, with nothing before or after it."""
    if not stretch.is_whole(first, behind):
        return False
    pieces, separators = stretch.cut(first, behind)
    lengths = [*map(len, pieces)]
    if lengths[-1] == 1 and separators and not separators[-1]:
        lengths[-2:] = [lengths[-2] + 1]
        del separators[-1]
    return lengths in _ID_GROUPS and len(set(separators)) < 2


def _backwards(stretch: Stretch) -> Iterator[Hit]:
    """An ID number from its end to its beginning: its check character leaves no doubt."""
    value = stretch.digits[::-1]
    if len(value) == 18 and _ID.fullmatch(value) and value[:2] in PROVINCES and is_id(value):
        start, end = stretch.place(0, 18)
        if not stretch.line.is_other(start, end):
            yield Hit("personal-id", start, end, value, True)


def _ids_in_long_runs(stretch: Stretch) -> Iterator[Hit]:
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


_LONG_PIECE = re.compile(f"(?<![0-9])[0-9]{{19,{LONGEST}}}(?![0-9])")


def _old_ids(stretch: Stretch) -> Iterator[Hit]:
    for first, behind, value in stretch.windows(_OLD_IDS):
        start, end = stretch.place(first, behind)
        if value[:2] in PROVINCES and stretch.line.labels.near(ID_KIND, start, end):
            yield Hit("personal-id", start, end, value)


def _phones(stretch: Stretch) -> Iterator[Hit]:
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
        pieces, separators = cut(said)
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


def _plain_phone(stretch: Stretch) -> Iterator[Hit]:
    """The same for digits with nothing between them, of which there are most by far."""
    line, start, end = stretch.line, stretch.start, stretch.end
    alone = (
        line.stands_alone(start, end) and len(stretch.digits) != 12
    )  # a nought before it may be one that fills a code
    if not alone and not line.stands_alone(start, end, True):
        return
    if not line.is_other(start, end) and (alone or stretch.labelled(PHONE_KIND)):
        yield Hit("personal-phone", start, end, stretch.digits[-11:])


def _is_phone_grouping(stretch: Stretch, pieces: list[str], separators: list[str], prefix: int) -> bool:
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


def _is_odd_grouping(stretch: Stretch, groups: list[str], mark: str) -> bool:
    """Accept other groups that stand alone and are neither years nor round figures, with no such pair beside them."""
    usual = mark.isspace() or mark.strip() in _USUAL
    if not 1 < len(groups) < (4 if usual else 7) or min(map(len, groups)) < (3 if usual else 2):
        return False
    if mark.strip() == "." and len(groups) == 2:
        return False
    if are_figures(groups):
        return False
    return not _is_beside_others(stretch, mark)


def _is_beside_others(stretch: Stretch, mark: str) -> bool:
    """Tell whether such a pair of groups stands not far from a stretch."""
    text, pair = stretch.text, _pair(mark)
    before = pair.search(text, max(0, stretch.start - _AROUND), stretch.start)
    return bool(before or pair.search(text, stretch.end, stretch.end + _AROUND))


@lru_cache(64)
def _pair(mark: str) -> re.Pattern[str]:
    """Finds two groups of digits with such a mark between them."""
    return re.compile(rf"[0-9]{{3}}{re.escape(mark)}[0-9]{{3}}")


def _accounts(stretch: Stretch) -> Iterator[Hit]:
    if len(stretch.digits) < 15:
        return
    near = stretch.labelled(ACCOUNT_KINDS)
    for start, end in dict.fromkeys(_account_places(stretch, near)):
        value = stretch.text[start:end].translate(JOINED)
        if value.isdigit() and not PHONE.fullmatch(value):
            labelled = near and stretch.line.labels.near(ACCOUNT_KINDS, start, end)
            if stretch.line.is_account(start, end, value, labelled):
                yield Hit("personal-account", start, end, value)


def _account_places(stretch: Stretch, labelled: bool) -> Iterator[tuple[int, int]]:
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
_LONG = re.compile("(?<![0-9])[0-9]{15,19}(?![0-9])")
