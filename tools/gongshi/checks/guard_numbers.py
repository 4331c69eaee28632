"""Which numbers on one normalised line belong to a person: a Hit is a place and a value, never a message."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from gongshi.checks.guard_text import GLUE


@dataclass(frozen=True, slots=True)
class Hit:
    """Something personal on a line: what it is, where, and its value without separators."""

    code: str
    start: int
    end: int
    value: str


Piece = re.Match[str]
Detector = Callable[[str, list[Piece]], Iterator[Hit]]

_SEQUENCE = re.compile(rf"[0-9](?:{GLUE}{{0,3}}[0-9Xx\u0425\u0445\u03a7\u03c7\u00d7]){{10,}}")
_PIECE = re.compile(r"[0-9]+|[Xx\u0425\u0445\u03a7\u03c7\u00d7]")
_PROVINCE_RANGES = (
    (11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83), (91, 91), (99, 99),
)  # fmt: skip
_PROVINCES = frozenset([str(code) for low, high in _PROVINCE_RANGES for code in range(low, high + 1)])
_BIRTH_IN_ID = r"(?:1[89]|2[01])[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_ID = re.compile(rf"[1-9][0-9]{{5}}{_BIRTH_IN_ID}[0-9]{{3}}[0-9X]")
_OLD_ID = re.compile(r"[1-9][0-9]{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}")
_CARD_TAIL = re.compile(r"[1-7][1-4]")
_REPLACEMENT = re.compile(rf"{GLUE}?[Bb][0-9](?![0-9])")
_PHONE = re.compile(r"(?:0086|86)?(1[3-9][0-9]{9})")
_CARD_PREFIX = re.compile(r"62[0-9]{14,17}|(?:4|5|60|35|9558)[0-9]+")
_MONEY_BEFORE = re.compile(r"[¥￥$]\s?$")
_MONEY_AFTER = re.compile(r"\s?(?:亿|万|元)")
_FRACTION = re.compile(r"[^\w/]0?\.$|^0\.$")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")

ID_LABEL = re.compile(r"身份证|证件号|身份号|残疾人?证|(?i:(?<![a-z])(?:id[ _-]?(?:card|number|no)(?![a-z])|sfzh?))")
PHONE_LABEL = re.compile(r"电话|手机|联系|(?i:phone|mobile|tel(?![a-z]))")
ACCOUNT_LABEL = re.compile(r"银行|账号|帐号|账户|帐户|卡号|一卡通|开户|存折|(?i:account|bank)")
_ASCII_WORD = re.compile(r"[0-9A-Za-z]$")
_PHONE_WORD_BEFORE = re.compile(r"(?i:tel|phone|mobile|cell)$")


def find_numbers(text: str) -> list[Hit]:
    """Return the ID numbers, disability cards, phones and accounts of a normalised line, in order."""
    hits: list[Hit] = []
    for sequence in _SEQUENCE.finditer(text):
        pieces = list(_PIECE.finditer(text, sequence.start(), sequence.end()))
        first, taken = sequence.start(), bytearray(len(sequence[0]) + 8)
        for detector in _DETECTORS:
            for hit in detector(text, pieces):
                place = slice(hit.start - first, hit.end - first)
                if not any(taken[place]):
                    taken[place] = b"\x01" * (hit.end - hit.start)
                    hits.append(hit)
    return sorted(hits, key=lambda hit: hit.start)


def is_id(value: str) -> bool:
    """Tell whether the check character of an 18-character ID number is right (GB 11643).

    Only the checksum is stdnum's: its validate() refuses real numbers of counties younger than a person.
    """
    from stdnum.cn.ric import calc_check_digit

    return calc_check_digit(value) == value[-1]


def is_luhn(value: str) -> bool:
    """Tell whether the digits pass Luhn's test, as bank cards do."""
    from stdnum.luhn import checksum

    return checksum(value) == 0


def is_credit_code(value: str) -> bool:
    """Tell whether the value is a unified social credit code by its check character (GB 32100)."""
    from stdnum.cn.uscc import calc_check_digit

    return calc_check_digit(value[:-1]) == value[-1]


def near(label: re.Pattern[str], text: str, start: int, end: int, reach: int = 40) -> bool:
    """Tell whether a label stands near a place; a line can be a whole document, so it says nothing."""
    return bool(label.search(text, max(0, start - reach), end + reach // 2))


def _windows(pieces: list[Piece], lengths: tuple[int, ...]) -> Iterator[tuple[int, int, str]]:
    """Yield (first, behind last, joined value) of neighbours that together have one of the lengths."""
    for first in range(len(pieces)):
        value = ""
        for at in range(first, min(len(pieces), first + lengths[-1])):
            value += pieces[at][0] if pieces[at][0].isdigit() else "X"
            if len(value) > lengths[-1]:
                break
            if len(value) in lengths:
                yield first, at + 1, value


def _cards(text: str, pieces: list[Piece]) -> Iterator[Hit]:
    for first, behind, value in _windows(pieces, (20,)):
        start, end = pieces[first].start(), pieces[behind - 1].end()
        whole = behind - first == 1 + 2 * value.count("X")
        if _CARD_TAIL.fullmatch(value, 18) and _is_person(text, start, end, value[:18], whole):
            again = _REPLACEMENT.match(text, end)
            yield Hit("personal-disability-card", start, again.end() if again else end, value)


def _ids(text: str, pieces: list[Piece]) -> Iterator[Hit]:
    for first, behind, value in _windows(pieces, (18,)):
        start, end = pieces[first].start(), pieces[behind - 1].end()
        if _is_person(text, start, end, value, whole=behind - first == 1 + value.count("X")):
            yield Hit("personal-id", start, end, value)


def _is_person(text: str, start: int, end: int, value: str, whole: bool) -> bool:
    """Tell whether 18 characters are an ID number: by check character, or by shape beside a label."""
    if not _ID.fullmatch(value) or (whole and _is_fraction(text, start)):
        return False
    if is_id(value):
        if value[:2] in ("91", "92", "93"):
            return not is_credit_code(value)
        return whole or value[:2] in _PROVINCES
    return value[:2] in _PROVINCES and near(ID_LABEL, text, start, end)


def _is_fraction(text: str, start: int) -> bool:
    """Tell whether the digits are the decimals of a number such as 0.12 or .12; "3.1" may be a list item."""
    return bool(_FRACTION.search(text[max(0, start - 3) : start]))


def _ids_in_long_runs(text: str, pieces: list[Piece]) -> Iterator[Hit]:
    """An ID number with more digits stuck to its front or its end, as in file names with a date."""
    for piece in pieces:
        if 18 < len(piece[0]) <= 40 and not _is_fraction(text, piece.start()):
            for start in (piece.start(), piece.end() - 18):
                value = text[start : start + 18]
                if value[:2] in _PROVINCES and _ID.fullmatch(value) and is_id(value):
                    yield Hit("personal-id", start, start + 18, value)


def _old_ids(text: str, pieces: list[Piece]) -> Iterator[Hit]:
    for first, behind, value in _windows(pieces, (15,)):
        start, end = pieces[first].start(), pieces[behind - 1].end()
        if value[:2] in _PROVINCES and _OLD_ID.fullmatch(value) and near(ID_LABEL, text, start, end):
            yield Hit("personal-id", start, end, value)


def _phones(text: str, pieces: list[Piece]) -> Iterator[Hit]:
    for first, behind, value in _windows(pieces, (11, 13, 15)):
        found = _PHONE.fullmatch(value)
        if not found:
            continue
        start, end = pieces[first].start(), pieces[behind - 1].end()
        labelled = near(PHONE_LABEL, text, start, end)
        groups = _groups(pieces[first:behind], len(value) - 11)
        separators = _separators(text, pieces[first:behind])
        said_so = labelled and separators != ["."]  # 13.9 and more decimals is no phone even beside the word
        if not (said_so or _is_phone_grouping(groups, separators[-len(groups) + 1 :], len(pieces))):
            continue
        if _stands_alone(text, start, end, labelled) and not _is_money(text, start, end):
            yield Hit("personal-phone", start, end, found[1])


def _groups(pieces: list[Piece], prefix: int) -> list[str]:
    """Return the groups of digits behind a country prefix of this many digits."""
    groups = []
    for piece in pieces:
        kept = piece[0][prefix:]
        prefix = max(0, prefix - len(piece[0]))
        if kept:
            groups.append(kept)
    return groups


def _separators(text: str, pieces: list[Piece]) -> list[str]:
    return [text[left.end() : right.start()] for left, right in pairwise(pieces)]


def _is_phone_grouping(groups: list[str], separators: list[str], pieces: int) -> bool:
    """Accept a number in one piece, 3-4-4 with one separator, two halves with a dash, or digit by digit."""
    lengths = [len(group) for group in groups]
    if lengths == [11]:
        return True
    if len(set(separators)) != 1:
        return False
    if lengths == [3, 4, 4]:  # "150 2019 2020" in a row of figures is no phone
        years = _YEAR.fullmatch(groups[1]) and _YEAR.fullmatch(groups[2])
        return pieces <= 4 and not (years and separators[0].isspace())
    if lengths in ([3, 8], [7, 4], [4, 4, 3], [3, 3, 5]):
        return separators[0] == "-"
    return lengths == [1] * 11 and pieces == 11


def _stands_alone(text: str, start: int, end: int, labelled: bool = False) -> bool:
    """Tell whether no letter, digit or decimal point ties the number to something longer."""
    before, after = text[max(0, start - 8) : start], text[end : end + 2]
    if _ASCII_WORD.search(before) and not (labelled and _PHONE_WORD_BEFORE.search(before)):
        return False
    if _ASCII_WORD.match(after[:1]):
        return False
    fraction = before[-1:] == "." and not before[-2:-1].isalpha()
    return not fraction and not (after[:1] == "." and after[1:].isdigit())


def _is_money(text: str, start: int, end: int) -> bool:
    return bool(_MONEY_AFTER.match(text, end) or _MONEY_BEFORE.search(text[max(0, start - 3) : start]))


def _accounts(text: str, pieces: list[Piece]) -> Iterator[Hit]:
    for first, behind, value in _windows(pieces, (15, 16, 17, 18, 19)):
        if not value.isdigit() or _PHONE.fullmatch(value):
            continue
        start, end = pieces[first].start(), pieces[behind - 1].end()
        labelled = near(ACCOUNT_LABEL, text, start, end)
        if not labelled and not _is_account_grouping(text, pieces, first, behind):
            continue
        if not _is_account(value, labelled):
            continue
        if _stands_alone(text, start, end) and not _is_money(text, start, end):
            yield Hit("personal-account", start, end, value)


def _is_account(value: str, labelled: bool) -> bool:
    if labelled and value.startswith("62") and len(value) > 15:
        return True
    if not is_luhn(value) or (len(value) == 18 and value[0] in "159" and is_credit_code(value)):
        return False
    card = _CARD_PREFIX.fullmatch(value) and (value.startswith("62") or len(value) in (16, 19))
    return bool(labelled or card)


def _is_account_grouping(text: str, pieces: list[Piece], first: int, behind: int) -> bool:
    """Accept an account in one piece, or in fours that are the whole sequence."""
    if behind - first in (1, 2) or behind - first != len(pieces):
        return behind - first == 1
    lengths = [len(piece[0]) for piece in pieces]
    return set(lengths[:-1]) == {4} and lengths[-1] <= 4 and len(set(_separators(text, pieces))) == 1


# In order of certainty: what an earlier one takes, a later one does not read again.
_DETECTORS: tuple[Detector, ...] = (_cards, _ids, _ids_in_long_runs, _old_ids, _accounts, _phones)
