"""Numbers that go on in the next lines: one digit a row, also beside another column or a list's number, and groups that a
folded text breaks over lines.

First the lines at which such a number may begin are chosen, their digits not told apart; then those are read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, compress, count

from gongshi.checks.guard_text import AS_DIGITS, GO_ON, NUMERALS, normalise
from gongshi.checks.guard_values import ID, PHONE, PROVINCES, UNIT_AFTER, is_id

_SHORT = 64  # bytes of a row that holds one digit
_FEWEST = 11
_MOST = 40
_FEW = 8  # lines over which the groups of one number may be folded
_ROWS = 18  # over which they may stand beneath each other
_TAIL = re.compile(rb"(?:^|[^0-9A-Za-z,.;/=+&%#_|\t-])[ ]{0,3}1{1,17}[ \\\r-]{0,4}$")
_ENDING = frozenset((b"1", b" ", b"\\", b"\r", b"-"))
_FIGURES_BEFORE = frozenset(bytes((byte,)) for byte in b"0123456789,.;/=+&%#_|\t")
_HEAD = re.compile(rb"[ \t>]{0,16}1{1,17}[Xx]?(?![0-9A-Za-z,.;:/=+&%|\t])")
# One group of digits, alone or behind a short number, in a row of its own; and a row that shows nothing.
_GROUP = re.compile(rb"(?:[^1]*+1{1,2}(?![1A-Za-z]))?[^1]*+(?<![A-Za-z.])1{1,17}+[Xx]?+(?![A-Za-z.1])[^1]*+")
_SHOWS_NOTHING = re.compile(rb"\s*(?:</?[A-Za-z][^<>1]{0,60}>\s*){0,3}")
_PLACES = re.compile(rb"1+[Xx]?")
# One digit, alone or beside one short number, in a row of its own.
_SINGLE = re.compile(
    rb"[^1]{0,40}1[^1]{0,40}|[^1]{0,40}1{1,2}[^1]{1,24}1[^1]{0,40}|[^1]{0,40}1[^1]{1,24}1{1,2}[^1]{0,40}"
)
_DIGITS = bytes.maketrans(b"023456789Xx", b"1" * 11)
_FIGURE = re.compile("[0-9]+")
_ONE = re.compile("(?<![0-9])[0-9](?![0-9])")
_TOKEN = re.compile(r"[0-9]+|(?<![A-Za-z])[Xx](?![A-Za-z])")
_GROUP_TOKEN = re.compile("([0-9]+(?:[Xx](?![A-Za-z0-9]))?)")
_EMPTY_ROW = re.compile(r"\s*(?:</?[A-Za-z][^<>0-9]{0,60}>\s*){0,3}")
_MAY_BEGIN = re.compile("(?<![0-9])(?:1[3-9]|86|00|[1-9][0-9]{5})|[^\x00-\x7f]|[%&\\\\]")  # a number, or other digits
_QUOTE = re.compile("[\"']")
Rows = Sequence[tuple[tuple[str, ...], tuple[str, ...]]]
_BARE = re.compile(r"[\s,，;；\"'|\\]+")
_SAYS_NOTHING = re.compile(r"|备注|说明|其他|note|remarks?|text|value|[a-z]", re.IGNORECASE)
_COUNTS = re.compile(r"[数量额价率次户人月季年级类分岁期]|num|count|total|qty|amount|year|month|day|级", re.IGNORECASE)
_THREE = re.compile("[0-9]{3}")
_END = re.compile(r"(?<![0-9A-Za-z,.;/=+&%#_|\t、，；-])[0-9]{1,17}(?P<mark>[ \\\r-]{0,4})$")
_BEGIN = re.compile(r"[ \t>]{0,16}(?P<digits>[0-9]{1,17}[Xx]?)(?![0-9A-Za-z,.;:/=+&%|\t])")
_ESCAPE = re.compile(r"[%&\\]")
# What makes a line be read as other characters than it has.
_READ_OTHERWISE = re.compile(r"[%&\\\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\.[0-9]{8,18}\s?[eEx×X*]")
_ONES = str.maketrans("023456789", "111111111")
_WHOLE = re.compile(r"[ \t>]*[0-9]{1,17}[Xx]?[ \\\r-]*")
_FAR = 40
_ID = re.compile(ID)
_NUMBER = re.compile(rf"{PHONE.pattern}|{ID}")
_ENOUGH = frozenset(
    {10, 11, 12, 13, 14, 15, 17, 18}
)  # digits of a phone number, an ID number and its kin, perhaps with a cross
_MOST_DIGITS = 18
_GO_ON = re.compile(rf"(?:{GO_ON})[^\n]*[0-9]")
_ENDS = re.compile(r"[0-9][ \\\r-]{0,4}$")
_BEGINS = re.compile(r"[ >]{0,9}[0-9]")
_EIGHT = re.compile("(?:[^0-9]*+[0-9]){8}")  # fewer are no number and no date of birth
_ELSE = re.compile(
    f"[%&\\\\{NUMERALS}]|[^\x00-\x7f\u4e00-\u9fff\uff00-\uff0f：，。；、（）]"
)  # what may be digits besides
_REACH = 200  # characters before and behind the end of a line in which a number goes on in the next


def parts(distinct: Collection[bytes]) -> tuple[set[bytes], set[bytes], set[bytes]]:
    """(the lines that end with a number which may go on, the rows that hold one digit, those that hold one group of digits) of
    different lines, whose digits are not told apart."""
    rough = (line for line in distinct if line[-1:] in _ENDING and line.rstrip(b"1")[-1:] != b",")  # most rows end so
    singles = {line for line in distinct if len(line) < _SHORT and _SINGLE.fullmatch(_plainly(line))}
    groups = {line for line in distinct if len(line) < _SHORT and _GROUP.fullmatch(line)}
    return {line for line in rough if _ends(line[-24:])}, singles, groups


def beginnings(
    lines: Sequence[bytes],
    numbers: Iterable[int],
    ends: Collection[bytes],
    singles: Collection[bytes],
    groups: Collection[bytes],
) -> Iterator[int]:
    """The lines at which a number may begin that goes on in the next ones; ``numbers`` are those that are one of ``parts``,
    in order."""
    numbers = [*numbers]
    if groups:
        yield from _begin_groups(lines, [number for number in numbers if lines[number] in groups])
    if ends:
        yield from _begin_folded(lines, [number for number in numbers if lines[number] in ends])
    first = last = -2
    for number in numbers if singles else ():
        if lines[number] in singles:
            first = number if number != last + 1 else first
            last = number
            if last - first == _FEWEST - 1:
                yield first


def _begin_folded(lines: Sequence[bytes], numbers: list[int]) -> Iterator[int]:
    """The lines that end with a number with which the next ones begin, if there are enough digits up to one with more behind them."""
    heads, tails = _Heads(), _Tails()
    first = 0
    for at, number in enumerate(numbers, 1):
        if at == len(numbers) or numbers[at] > number + _FEW:  # a run of them
            low = numbers[first]
            counts = [*map(heads.__getitem__, lines[low : number + _FEW])]
            yield from _folded_in(low, counts, [(begin, tails[lines[begin]]) for begin in numbers[first:at]])
            first = at


def _folded_in(low: int, counts: list[int], numbers: Iterable[tuple[int, int]]) -> Iterator[int]:
    """Those among the lines from ``low``, of which ``counts`` says with how many digits each begins; each with its own at its end."""
    before = [0, *accumulate(map(abs, counts))]
    lasts = [*compress(count(low), map((0).__ge__, counts)), low + len(counts)]  # behind these no line is the number's
    at = 0
    for number, digits in numbers:
        while lasts[at] <= number:
            at += 1
        behind = min(lasts[at] + 1, number + _FEW, low + len(counts)) - low
        following = number + 1 - low
        if digits + before[behind] - before[following] in _ENOUGH and following < len(counts) and counts[following]:
            yield number


def _begin_groups(lines: Sequence[bytes], numbers: list[int]) -> Iterator[int]:
    """The first of rows beneath each other that hold a group of digits each and else the same, with enough digits together."""
    shapes, nothing = _Shapes(), _Nothing()
    first = last = -_FEW
    total, alike = 0, b""
    for number in [*numbers, len(lines) + _FEW]:
        shape, digits = shapes[lines[number]] if number < len(lines) else (b"", 0)
        gap = lines[last + 1 : number] if number - last < 4 else None
        if gap is not None and shape == alike and (not gap or all(map(nothing.__getitem__, gap))):
            total += digits
        else:
            if last > first and total in _ENOUGH and last - first < 4 * _ROWS:
                yield first
            first, total, alike = number, digits, shape
        last = number


class _Shapes(dict[bytes, tuple[bytes, int]]):
    """What a row is but for its digits, and how many are in its longest group."""

    def __missing__(self, line: bytes) -> tuple[bytes, int]:
        self[line] = found = _PLACES.sub(b"1", line), max(map(len, _PLACES.findall(line)))
        return found


class _Nothing(dict[bytes, bool]):
    """Whether a line is empty but for tags."""

    def __missing__(self, line: bytes) -> bool:
        self[line] = found = _SHOWS_NOTHING.fullmatch(line) is not None
        return found


class _Tails(dict[bytes, int]):
    """With how many digits a line ends."""

    def __missing__(self, line: bytes) -> int:
        end = _TAIL.search(line[-_SHORT:])
        self[line] = count = end[0].count(b"1") if end else 0
        return count


class _Heads(dict[bytes, int]):
    """With how many digits a line begins; less than nothing if more comes behind them."""

    def __missing__(self, line: bytes) -> int:
        begin = _HEAD.match(line)
        count = begin[0].count(b"1") if begin else 0
        self[line] = count = -count if begin and line[begin.end() :].strip(b" \\\r-Xx") else count
        return count


def _ends(line: bytes) -> bool:
    """Whether a line ends with a group of digits that no mark of a row of figures comes before; ``line`` is its end."""
    text = line.rstrip(b" \\\r-")
    before = text.rstrip(b"1")
    if len(text) - len(before) not in range(1, 18) or before[-1:] == b"-" or before[-1:].isalpha():
        return False
    return before.rstrip(b" ")[-1:] not in _FIGURES_BEFORE


def _plainly(line: bytes) -> bytes:
    """A short row with the digits of every script as one, if it has others."""
    if line.isascii() or b"1" in line or len(line) > _SHORT // 2:
        return line[:-1] + b"1" if line[-1:] in (b"X", b"x") and not line[-2:-1].isalnum() else line
    return _as_ascii(line)


@lru_cache(4096)
def _as_ascii(line: bytes) -> bytes:
    try:
        return normalise(line.decode("utf-8")).translate(AS_DIGITS).encode("utf-8").translate(_DIGITS)
    except UnicodeDecodeError:
        return line


def across(lines: Sequence[str], number: int) -> Iterator[str]:
    """The numbers that begin in a line and go on in the next ones, each as one text."""
    if number + 1 >= len(lines):
        return
    line, further = lines[number], lines[number + 1]
    near = f"{lines[number - 1] if number else ''}\n{line}\n{further}"
    plain = len(near) < 3 * _SHORT and near.isascii() and not _READ_OTHERWISE.search(near)
    if plain and not _may_go_on(near.translate(_ONES)):
        return
    if len(line) < _SHORT and not _THREE.search(line):
        yield from _downwards(lines, number)
    if len(line) < _SHORT and (_MAY_BEGIN.search(line) or _EMPTY_ROW.fullmatch(further)):
        yield from _grouped(lines, number)
    if _may_be_folded(line, further):
        yield from _folded(lines, number)
    if '"' in line or _GO_ON.search(line[-_REACH:]):
        yield from _onwards(lines, number)


@lru_cache(4096)
def _may_go_on(near: str) -> bool:
    """Whether in the second of three lines, whose digits are not told apart, a number may begin that goes on in the third."""
    before, line, further = near.split("\n")
    if '"' in line and _ENDS.search(line) and _BEGINS.match(further):
        return True
    if (
        _may_be_folded(line, further)
        and _END.search(line[-_FAR:])
        and not (_whole(line) and _END.search(before[-_FAR:]))
    ):
        return True
    if len(line) >= _SHORT:
        return False
    single, next_one = _row(line), _row(further)
    if single and next_one and _alike(next_one, single) and not _alike(_row(before), single):
        return True
    row, empty = _group_row(line), _EMPTY_ROW.fullmatch(further)
    below, above = _group_row(further), _group_row(before)
    if row is None or not (empty or (below and below[0] == row[0])) or min(map(len, row[1])) >= _MOST_DIGITS:
        return False
    return _EMPTY_ROW.fullmatch(before) is not None or not (above and above[0] == row[0])


@lru_cache(4096)
def _row(line: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """(what is not digits, the one or two numbers) of a row that has one digit alone; None for others."""
    if len(line) >= _SHORT:
        return None
    text = normalise(line).translate(AS_DIGITS)
    token = _FIGURE if _ONE.search(text) else _TOKEN
    digits = token.findall(text)
    if not 1 <= len(digits) <= 2 or min(map(len, digits)) > 1:
        return None
    return tuple(_BARE.sub("", part) for part in token.split(text)), tuple(digits)


def _downwards(lines: Sequence[str], number: int) -> Iterator[str]:
    """One digit a line, read downwards, once for each run of such lines."""
    first = _row(lines[number])
    if first is None or (number and _alike(_row(lines[number - 1]), first)):
        return
    rows = [first]
    for line in lines[number + 1 : number + _MOST]:
        row = _row(line)
        if row is None or not _alike(row, first):
            break
        rows.append(row)
    if len(rows) < _FEWEST:
        return
    for column in range(len(first[1])):
        value = "".join(digits[column] for _, digits in rows)
        rest = (
            [int(digits[1 - column]) for _, digits in rows if digits[1 - column].isdigit()] if len(first[1]) > 1 else []
        )
        counted = rest == [*range(rest[0], rest[0] + len(rows))] and rest[0] in (0, 1) if rest else len(first[1]) == 1
        if (
            (counted or _is_sure(value.upper()))
            and len(value) == len(rows)
            and _NUMBER.search(value.upper())
            and _may_be(lines, number, rows, value)
        ):
            yield "|".join(value)


@lru_cache(4096)
def _group_row(line: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """(what is not digits, the one or two numbers) of a row that holds a group of digits; None for others."""
    if len(line) >= _SHORT:
        return None
    text = normalise(line).translate(AS_DIGITS)
    parts = _GROUP_TOKEN.split(text, 3)
    return (tuple(parts[::2]), tuple(parts[1::2])) if 1 < len(parts) < 6 else None


def _is_sure(value: str) -> bool:
    """Whether it is an ID number with the right check character, whatever stands beside its digits."""
    return bool(_ID.fullmatch(value)) and value[:2] in PROVINCES and is_id(value)


def _grouped(lines: Sequence[str], number: int) -> Iterator[str]:
    """One group of digits a line, read downwards, behind the words above."""
    first = _group_row(lines[number])
    if first is None:
        return
    above = next((line for line in reversed(lines[max(0, number - 4) : number]) if not _EMPTY_ROW.fullmatch(line)), "")
    before = _group_row(above) if above else None
    if before and before[0] == first[0]:
        return
    rows, skipped, size = [first], 0, 0
    for at in range(number + 1, min(number + 4 * _ROWS, len(lines))):
        row = _group_row(lines[at])
        if row and row[0] == first[0]:
            rows.append(row)
            skipped = 0
            size += min(map(len, row[1]))
            if len(rows) > _ROWS or size > _MOST_DIGITS:
                return
        elif skipped > 2 or not _EMPTY_ROW.fullmatch(lines[at]):
            break
        else:
            skipped += 1
    if len(rows) < 2:
        return
    for column in range(len(first[1])):
        groups = [digits[column] for _, digits in rows]
        rest = [digits[1 - column] for _, digits in rows] if len(first[1]) > 1 else []
        value = "".join(groups).upper()
        if (not rest or _is_order(rest)) and _NUMBER.fullmatch(value) and _may_be_groups(lines, number, rows, value):
            yield f"{'' if before else above[-_FAR:]} {'|'.join(groups)}"


def _is_order(numbers: Sequence[str]) -> bool:
    """Whether numbers are all the same, or count from nought or one."""
    return len({*numbers}) == 1 or (
        int(numbers[0]) < 2 and [*map(int, numbers)] == [*range(int(numbers[0]), int(numbers[0]) + len(numbers))]
    )


def _may_be_groups(lines: Sequence[str], number: int, rows: Rows, value: str) -> bool:
    """Whether neither a heading, nor the words in each row, nor an array say that these are figures of something."""
    words = rows[0][0]
    array = (
        not any(_QUOTE.search(word) for word in words)
        and lines[number - 1 : number]
        and lines[number - 1].rstrip()[-1:] == "["
    )
    return _may_be(lines, number, rows, value) and (
        bool(_ID.fullmatch(value)) or not (array or any(map(_COUNTS.search, words)))
    )


def _alike(one: tuple[tuple[str, ...], tuple[str, ...]] | None, other: tuple[tuple[str, ...], tuple[str, ...]]) -> bool:
    """Whether two rows belong together: as many numbers, and words at the same places."""
    return one is not None and len(one[1]) == len(other[1]) and [*map(bool, one[0])] == [*map(bool, other[0])]


def _may_be(lines: Sequence[str], number: int, rows: Rows, value: str) -> bool:
    """Whether neither a heading nor words that change from row to row say that these are figures of something."""
    above = next(
        (line for line in reversed(lines[max(0, number - 2) : number]) if not re.fullmatch(r"[\s|:-]*", line)), ""
    )
    heading = _BARE.sub("", re.split(r"[,|\t;]", above.strip().strip("|"))[-1]) if re.search(r"[,|\t;]", above) else ""
    if _ID.fullmatch(value.upper()):
        return True  # an ID number says by its check character what it is
    if any(UNIT_AFTER.match(part) for part in rows[0][0][1:]):
        return False
    same = len({texts for texts, _ in rows}) == 1
    return not _COUNTS.search(heading) if same else bool(_SAYS_NOTHING.fullmatch(heading))


def _folded(lines: Sequence[str], number: int) -> Iterator[str]:
    """The groups at the end of a line and the beginning of the next ones, as one text with what is around them."""
    line = normalise(lines[number])
    end = _END.search(line[-_FAR:])
    if not end or (_whole(line) and number and _END.search(lines[number - 1][-_FAR:])):
        return
    text, mark = line[-_FAR:][: end.start("mark")], "-" if "-" in end["mark"] else " "
    groups = [end[0].strip(" \\\r-")]
    size = len(groups[0])
    for further in lines[number + 1 : number + 8]:
        if size > _MOST_DIGITS:
            return
        if further.isdigit() and further.isascii() and len(further) < _MOST_DIGITS:
            groups.append(further)
            text += mark + further
            size += len(further)
            continue
        begin = _BEGIN.match(further := normalise(further))
        if begin is None:
            break
        groups.append(begin["digits"])
        size += len(groups[-1])
        text += mark + begin["digits"]
        if not _whole(further):
            text += further[begin.end() :][:_FAR]
            break
    if len(groups) > 1 and _NUMBER.fullmatch("".join(groups).upper()):
        yield text


def _may_be_folded(line: str, further: str) -> bool:
    """Tell whether the digits that end a line and begin the next one may be all of a number; more may come if it is whole."""
    head, tail = further[:_FAR].lstrip(" \t>"), line[-_FAR:].rstrip(" \\\r-")
    if not (head[:1].isnumeric() and tail[-1:].isnumeric()):
        return False
    rest = head.lstrip("0123456789Xx")
    if not rest.strip(" \\\r-") or not (head.isascii() and tail.isascii()) or _ESCAPE.search(head + tail):
        return True
    return _FEWEST <= len(tail) - len(tail.rstrip("0123456789")) + len(head) - len(rest) <= _MOST_DIGITS


def _whole(line: str) -> bool:
    return _WHOLE.fullmatch(line) is not None


def _onwards(lines: Sequence[str], number: int) -> Iterator[str]:
    """The line and the next ones as one text where a number goes on: in a cell that is not closed, or behind its label."""
    whole = lines[number][-_REACH:]
    if not lines[number].count('"') % 2 and not _GO_ON.search(whole):
        return
    for line in lines[number + 1 : number + 3]:
        ends, begins = _ENDS.search(whole), _BEGINS.match(line)
        if not ends or not begins:
            return
        whole = whole[: ends.start() + 1] + line[begins.end() - 1 : _REACH]
        if _EIGHT.match(whole) or _ELSE.search(whole):
            yield whole
