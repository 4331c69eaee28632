"""Which lines can hold no number, whatever is looked at closer."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from gongshi.checks.guard_counted import COUNTERS
from gongshi.checks.guard_labels import OTHER
from gongshi.checks.guard_spread import cuts
from gongshi.checks.guard_stretch import GAP, LONGEST, RUN, SEQUENCE, Stretch
from gongshi.checks.guard_text import NUMERALS, SEPARATOR
from gongshi.checks.guard_values import ID, ID_KIND, Line

# What may be written otherwise, say a birth, or depend on which digits these are.
_NOT_PLAIN = re.compile(
    rf"[{NUMERALS}%&\\<>*`=\[\]{{}}~|#\x00-\x1f\x7f生男女姓倒反逆(（\"]|[^\x00-\x7f\u4e00-\u9fff，。、：]"
    r"|\.0+(?![0-9])|[0-9][eE]|[0-9]\s?[A-Za-z]{1,9}[0-9]|[A-Za-z]{3}|[oO].?[bB]"
)
_DIGIT = re.compile("[0-9]")
_DECIMAL = re.compile(r"[0-9]{11}\.[0-9]{1,8}")
# What a line must hold to be worth a closer look: digits that may be a number, with what parts groups or cells between them, its
# first one and a phone's last one at the edge of a piece. Beside a label many digits may be an account or an old ID number.
LONG_LINE = 500  # such a one holds it nearly always


def _apart(*digits: str) -> str:
    return f"{SEPARATOR}{{0,8}}+".join(digits)


_ANY = ("[0-9]",)
_PREFIXES = "|".join(
    _apart(*digits) for digits in ("86", "860", "0", "00", "086", "0860", "0086", "00860", "17951", "17911", "12593")
)
_A_PHONE = rf"(?:(?:{_PREFIXES}){SEPARATOR}{{0,8}}+)?{_apart('1', '[3-9]', *_ANY * 9)}(?![0-9])"
_A_YEAR = rf"(?:{_apart('1', '[89]')}|{_apart('2', '[01]')})"
_AN_ID = _apart("[1-9]", *_ANY * 5, _A_YEAR, *_ANY * 2, "[01]", "[0-9]", "[0-3]", *_ANY * 4)
_AN_ID_BACKWARDS = (
    rf"[0-9X]{_apart('', *_ANY * 4, '[0-3]', '[0-9]', '[01]', *_ANY * 2, '[0189]', '[12]', *_ANY * 5, '[1-9]')}"
)
_CARD_BEGINS = f"(?=4|5|{_apart('6', '[02]')}|{_apart('3', '5')}|{_apart('9', '5', '5', '8')})"
# With no label an account is one piece, fours, or digits one by one.
_A_CARD = _CARD_BEGINS + (
    f"(?:[0-9]{{15}}|[0-9]{{4}}(?:{SEPARATOR}{{1,8}}[0-9]{{4}}){{2}}{SEPARATOR}{{1,8}}[0-9]{{3}}|[0-9](?:{SEPARATOR}{{1,8}}[0-9]){{14}})"
)
_ENDS_IN_ID = f"[0-9]{{19,{LONGEST}}}+(?![0-9])(?<={ID})"  # what is longer than the longest is no number
# Behind one character of a set, which is quickly looked for, comes what must begin with it.
MAY_BE = re.compile(f"[0-9X](?<![0-9].)(?<=(?={_A_PHONE}|{_AN_ID}|{_AN_ID_BACKWARDS}|{_A_CARD}|{_ENDS_IN_ID})[0-9X])")
MAY_BE_SAID = re.compile(f"[0-9](?<![0-9].)(?<=(?={_A_PHONE}|{_apart(*_ANY * 15)})[0-9])")
# Lines that have one reading alone; of letters also what may be a label, a birth or a hint.
_FIGURES = re.compile(rf"[0-9 ,;\t/_|.\rXx-]{{0,{LONG_LINE - 1}}}")
_WORDS = re.compile(rf"[0-9A-Za-z ,;\t/_|.\r-]{{0,{LONG_LINE - 1}}}")
_READ_AGAIN = re.compile(r"\.{9}|\.[0-9]{8,18}\s?[Xx]")
_SAYS = re.compile(r"(?i:birth|born|d.?o.?b|rtl|revers|backward)|\.{9}|\.[0-9]{8,18}\s?[eEXx]")


def is_harmless(text: str) -> bool:
    """Tell whether a line holds nothing whatever its digits are: eleven of them that are told to be something else, or are
    stuck to something. All lines that differ from it in digits alone get the same answer."""
    if _NOT_PLAIN.search(text) or cuts(text):
        return False
    runs = [run.span() for run in RUN.finditer(text)]
    rest = len(_DIGIT.findall(text)) - sum(len(_DIGIT.findall(text, *run)) for run in runs)
    line = Line(text)
    return bool(runs) and rest < 10 and all(_is_harmless(line, *run) for run in runs)


def _is_harmless(line: Line, start: int, end: int) -> bool:
    """Tell that of one run of digits and what may glue them."""
    found = SEQUENCE.search(line.text, start, end)
    if found is None or GAP.search(line.text, start, end):
        return found is None
    stretch = Stretch(line, *found.span())
    start, end, size = stretch.start, stretch.end, len(stretch.digits)
    if size == 18 and not stretch.whole:
        return False
    if size > 11 and _DECIMAL.fullmatch(line.text, start, end):
        size, end = 11, start + 11
    elif size > 11 and not stretch.whole:
        return False
    if size < 11 or size > LONGEST:
        return True  # no number has so many digits
    if size > 17:  # an ID number says by its check character what it is, but that it may be part of a longer code
        return size not in (18, 20) and line.labels.direct(start) in OTHER
    if size == 15 and stretch.labelled(ID_KIND):
        return False
    return not line.stands_alone(start, end, True) or line.is_other(start, end)


def empty_lines(lines: Sequence[str], numbers: Collection[int]) -> set[int]:
    """Which of these lines hold nothing by themselves: they have one reading, and nothing in it may be a number. All are looked
    through at once, which takes far less than to read each."""
    figures = [number for number in numbers if _FIGURES.fullmatch(lines[number])]
    found = _without(lines, figures, MAY_BE, COUNTERS, _READ_AGAIN)
    words = [number for number in {*numbers}.difference(figures) if _WORDS.fullmatch(lines[number])]
    return found | _without(lines, words, MAY_BE, MAY_BE_SAID, COUNTERS, _SAYS)


def _without(lines: Sequence[str], numbers: Sequence[int], *patterns: re.Pattern[str]) -> set[int]:
    """Which of these lines no pattern is in."""
    whole = "z\n".join(map(lines.__getitem__, numbers))  # no number goes over a letter
    found = {numbers[at] for pattern in patterns for at in _lines_with(pattern, whole)}
    return {*numbers} - found


def _lines_with(pattern: re.Pattern[str], text: str) -> Iterator[int]:
    """The lines, from 0, in which a pattern begins that goes over no line's end."""
    line = counted = 0
    found = pattern.search(text)
    while found:
        line += text.count("\n", counted, found.start())
        yield line
        counted = text.find("\n", found.start())
        found = pattern.search(text, counted) if counted >= 0 else None
