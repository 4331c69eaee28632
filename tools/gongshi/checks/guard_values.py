"""What numbers of persons look like, and the text that they stand in; shared by the two ways to find them."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

from gongshi.checks.guard_labels import OTHER, Labels
from gongshi.checks.name_shapes import names_alone


@dataclass(frozen=True, slots=True)
class Hit:
    """Something personal on a line: what it is, where, and its value without separators.

    ``sure``: its own check character says so, whatever a label may say.
    """

    code: str
    start: int
    end: int
    value: str
    sure: bool = False


CROSS = "Xx\u0425\u0445\u03a7\u03c7\u00d7"
_PROVINCE_RANGES = (
    (11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83), (91, 91), (99, 99),
)  # fmt: skip
MADE = "999999"  # the region of persons who are made up, as in examples and tests: no code of projects begins so
PROVINCES = frozenset([str(code) for low, high in _PROVINCE_RANGES for code in range(low, high + 1)])
_BIRTH = r"(?:1[89]|2[01])[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
ID = rf"[1-9][0-9]{{5}}{_BIRTH}[0-9]{{3}}[0-9X]"
# The first digit of the year of what looks like an ID number: there are few such, so that they are quickly looked for.
ID_YEAR = re.compile(
    r"[12](?=(?:(?<=1)[89]|(?<=2)[01])[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X])(?<=[1-9][0-9]{5}.)"
)
OLD_ID = r"[1-9][0-9]{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}"
PREFIX = (
    "(?:860?|0{1,2}(?:860?)?)"  # of the country, or to dial out of a place; the others are of firms that pass calls on
)
MOBILE = "1[3-9][0-9]{9}"
PHONE = re.compile(f"(?:{PREFIX}|17951|17911|12593)?({MOBILE})")


def phones_in_pieces(mark: str, begin: str = "") -> re.Pattern[str]:
    """Finds, behind the first digit as group 1, phone numbers of whole pieces between which a mark may stand; ``begin`` says
    how they begin."""
    mobile = f"[3-9]{mark}" + mark.join(["[0-9]"] * 9) + "(?![0-9])"
    prefixes = f"(?<=1){mark}{mobile}|(?<=8){mark}6{mark}(?:0{mark})?1{mark}{mobile}"
    return re.compile(
        f"[018](?<![0-9].){begin}(?=({prefixes}|(?<=0){mark}(?:0{mark})?(?:8{mark}6{mark}(?:0{mark})?)?1{mark}{mobile}))"
    )


YEAR = re.compile(r"(?:19|20)[0-9]{2}")
CARD = re.compile(r"62[0-9]{14,17}|(?:4|5|60|35|9558)[0-9]+")
_MONEY_BEFORE = re.compile(r"(?:[¥￥$]|人民币|(?i:(?<![a-z])(?:rmb|cny|usd)))\s?$")
UNIT_AFTER = re.compile(
    r"\s?(?:[（(]?大写|亿|万|元|亩|公[里斤顷]|千[米克瓦]|平方|立方|米|吨|斤|株|棵|户(?!主)|毫?秒|(?i:km|kg|kwh|m[23]|mm|ms|rmb|cny)(?![a-z]))"
)
_HEAD, _TAIL = re.compile("[0-9A-Za-z]*$"), re.compile("[0-9A-Za-z]*")
_STICKY = frozenset(string.ascii_letters + string.digits)
_LONGEST_HEAD, _LONGEST_TAIL = 8, 4  # letters that may stick to a number: IMG, tel; more is a word of its own
# Decimals other than the noughts that programs add to a whole number, or a power of ten.
_DECIMALS = re.compile(r"\.(?!0+(?!\.?[0-9A-Za-z]))[0-9]|[eE][+-][0-9]")
# Words of a company, an office or a society; a bank is none, for it keeps the accounts of persons.
_BODY = re.compile(
    r"公司|企业|组织|机构|财政|政府|单位|委员会|基金会|(?:[所局厅站院校厂场部会]|(?<!信用)社|中心|大队|支队)(?=[账帐银开收]|[^\u4e00-\u9fff]|$)"
)
_NEAR = 40
_DOUBLED = str.maketrans("0123456789", "0246813579")
_UUID = re.compile("[0-9A-Fa-f]{4}-[A-Fa-f]$")
_PHONE_WORD_BEFORE = re.compile(r"(?i:tel|phone|mobile|cell)$")
_FRACTION = re.compile(r"[^\w/]0?\.$|^0\.$")

ID_KIND, PHONE_KIND = frozenset({"id"}), frozenset({"phone"})
CARD_KIND, PUBLIC_KIND, ACCOUNT_KINDS = (
    frozenset({"card"}),
    frozenset({"public"}),
    frozenset({"account", "card", "public"}),
)


def ids_in(digits: str) -> Iterator[tuple[int, str]]:
    """(offset, value) of all that looks like an ID number among digits, each with whatever it overlaps."""
    for year in ID_YEAR.finditer(digits):
        first = year.start() - 6
        yield first, digits[first : first + 18]


def are_figures(groups: Sequence[str]) -> bool:
    """Tell whether groups of digits may be figures beside each other: a year among them, or all of them round."""
    return any(map(YEAR.fullmatch, groups)) or all(group[-1] == "0" for group in groups)


def groups_behind(pieces: Sequence[str], prefix: int) -> list[str]:
    """Return the groups of digits behind a prefix of this many digits."""
    if not prefix:
        return [*pieces]
    groups = []
    for piece in pieces:
        kept = piece[prefix:]
        prefix = max(0, prefix - len(piece))
        if kept:
            groups.append(kept)
    return groups


@lru_cache(1024)
def is_id(value: str) -> bool:
    """Tell whether the check character of an 18-character ID number is right (GB 11643).

    Only the checksum is stdnum's: its validate() refuses real numbers of counties younger than a person.
    """
    from stdnum.cn.ric import calc_check_digit

    return calc_check_digit(value) == value[-1]


@lru_cache(1024)
def is_luhn(value: str) -> bool:
    """Tell whether the digits pass Luhn's test, as bank cards do; stdnum says the same, and takes far longer."""
    doubled = value[-2::-2].translate(_DOUBLED)
    return (sum(map(int, value[::-2])) + sum(map(int, doubled))) % 10 == 0


@lru_cache(1024)
def is_credit_code(value: str) -> bool:
    """Tell whether the value is a unified social credit code by its check character (GB 32100)."""
    from stdnum.cn.uscc import calc_check_digit

    return calc_check_digit(value[:-1]) == value[-1]


Value = TypeVar("Value")


class lazy(Generic[Value]):
    """What a method finds, worked out when it is first asked for; that of functools takes a lock for each of millions."""

    def __init__(self, find: Callable[[Any], Value]) -> None:
        self._find, self._name = find, find.__name__

    def __get__(self, owner: Any, _: type) -> Value:
        value: Value = self._find(owner)
        owner.__dict__[self._name] = value
        return value


class Line:
    """A normalised text and, once somebody asks, its labels."""

    def __init__(self, text: str) -> None:
        self.text = text

    @lazy
    def labels(self) -> Labels:
        return Labels(self.text)

    def is_other(self, start: int, end: int) -> bool:
        """Tell whether a label or unit says that the number here is money, a measure, a code or a public body's."""
        if UNIT_AFTER.match(self.text, end) or _MONEY_BEFORE.search(self.text[max(0, start - 6) : start]):
            return True
        return self.labels.direct(start - len(self._head(start))) in OTHER

    def stands_alone(self, start: int, end: int, labelled: bool = False) -> bool:
        """Tell whether nothing ties the number to something longer: at most a few letters at one of its ends.

        Digests, boxes and codes have letters and digits at both ends, or more of them.
        """
        head, tail = self._head(start), self._tail(end)
        if head and (tail or not head.isalpha() or _UUID.search(self.text[max(0, start - 6) : start])):
            before = self.text[max(0, start - 8) : start]
            return bool(labelled and not tail and _PHONE_WORD_BEFORE.search(before))
        if len(head) > _LONGEST_HEAD or len(tail) > _LONGEST_TAIL or (tail and not tail.isalpha()):
            return False
        return self._is_whole_number(start, end)

    def is_bare(self, start: int, end: int) -> bool:
        """Tell whether no letter, digit or decimal point touches the number."""
        return not self._head(start) and not self._tail(end) and self._is_whole_number(start, end)

    def _is_whole_number(self, start: int, end: int) -> bool:
        before = self.text[max(0, start - 2) : start]
        fraction = before[-1:] == "." and not before[:-1].isalpha()
        return not fraction and not _DECIMALS.match(self.text, end)

    def _head(self, start: int) -> str:
        """The letters and digits that touch a number before, a few of them if they are many."""
        if start == 0 or self.text[start - 1] not in _STICKY:
            return ""
        before = _HEAD.search(self.text[max(0, start - _LONGEST_HEAD - 1) : start])
        return before[0] if before else ""

    def _tail(self, end: int) -> str:
        """The same behind it."""
        after = _TAIL.match(self.text[end : end + _LONGEST_TAIL + 1])
        return after[0] if after else ""

    def is_fraction(self, start: int) -> bool:
        """Tell whether the digits are the decimals of a number such as 0.12 or .12; "3.1" may be a list item."""
        return bool(_FRACTION.search(self.text[max(0, start - 3) : start]))

    def is_person(self, start: int, value: str, whole: bool) -> bool:
        """Tell whether 18 characters that look like an ID number are one: by check character, or by a label."""
        if whole and self.is_fraction(start):
            return False
        if is_id(value):
            if value[:2] in ("91", "92", "93"):
                return not is_credit_code(value)
            made = value.startswith(MADE) or self.labels.direct(start) not in OTHER
            return value[:2] in PROVINCES or (whole and made)
        return value[:2] in PROVINCES and self.labels.near(ID_KIND, start, start + len(value))

    def is_mistyped_person(self, start: int, end: int, value: str) -> bool:
        """Tell whether 18 characters with a wrong check character may be an ID number all the same."""
        if value[:2] not in PROVINCES or not self.is_bare(start, end):
            return False
        return self.labels.direct(start) in ("", "id") and not self.is_other(start, end)

    def is_account(self, start: int, end: int, value: str, labelled: bool) -> bool:
        """Tell whether 15 to 19 digits are somebody's account or card, and no public body's."""
        if not labelled and not _has_account_digits(value, False):
            return False  # neither has it a label of its own
        kind = self.labels.direct(start)  # beside its own label it is one whatever bank it is of
        named = kind == "card" or (kind == "account" and not self._is_of_body(start))
        if (
            not (named or _has_account_digits(value, labelled))
            or not self.stands_alone(start, end)
            or self.is_other(start, end)
        ):
            return False
        if not labelled and self.labels.direct(start, listed=True) in OTHER:
            return False
        if len(value) == 18 and value[0] in "159" and is_credit_code(value):
            return False
        if self.labels.near(CARD_KIND, start, end) or not self.labels.near(PUBLIC_KIND, start, end):
            return True
        return any(True for _ in names_alone(self.labels.since(PUBLIC_KIND, start)))

    def _is_of_body(self, start: int) -> bool:
        """Tell whether a body, and behind it no person, stands before an account."""
        bodies = [*_BODY.finditer(self.text, max(0, start - _NEAR), start)]
        return bool(bodies) and not any(True for _ in names_alone(self.text[bodies[-1].end() : start]))


_Find = Callable[[Line, int, int], Iterator[Hit]]
_REACH = 130  # characters around a number: nobody looks farther
_MOST_KNOWN = 1 << 16
_known: dict[tuple[_Find, int, int, int], tuple[Hit, ...]] = {}


def remembered(find: _Find, line: Line, start: int, end: int) -> Iterable[Hit]:
    """What ``find`` finds in a part of a long text, looked for once: the same part with the same around it stands in each reading of
    a text. Of the texts only hashes are kept."""
    text = line.text
    low = max(0, start - _REACH)
    key = find, hash(text[low : end + _REACH]), start - low, end - low
    hits = _known.get(key)
    if hits is None:
        hits = tuple([_moved(hit, -low) for hit in find(line, start, end)])
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[key] = hits
    return [_moved(hit, low) for hit in hits] if hits else hits


def _moved(hit: Hit, by: int) -> Hit:
    return Hit(hit.code, hit.start + by, hit.end + by, hit.value, hit.sure)


def _has_account_digits(value: str, labelled: bool) -> bool:
    if labelled and value.startswith("62") and len(value) > 15:
        return True
    if not is_luhn(value) or (len(value) == 18 and value[0] in "159" and is_credit_code(value)):
        return False
    card = CARD.fullmatch(value) and (value.startswith("62") or len(value) in (16, 19))
    return bool(labelled or card)
