"""Numbers of which a text counts the digits, or gives the groups as values of attributes.

Each gives a further reading of a line, with the digits as a reader would put them together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# What parts a counter from its digit, and that from the next counter: (1,1),(2,3), 1. 1; 2. 3, 第1个1，第2个3
_APART = r"(?:[^\w\n]{1,8}|[^\w\n]{0,3}[第位个]{1,2}[^\w\n]{0,3})"
_END = "(?![0-9A-Za-z])"
_DIGIT = f"{_APART}([0-9Xx]){_END}"
_FEWEST, _MOST = 11, 18  # digits of a phone number, and of an ID number
_NEAR = 96


def _counting(first: int) -> str:
    """A pattern of counters that go on, with a digit before each; any may be the last one."""
    more = _counting(first + 1) if first < _MOST else ""
    return f"(?:{_DIGIT}{_APART}0?{first}{_END}{more})?"


COUNTERS = re.compile(
    "1(?<![0-9A-Za-z]1)" + "".join(f"{_DIGIT}{_APART}0?{number}{_END}" for number in range(2, 11)) + _counting(11)
)
_BEFORE, _BEHIND = re.compile(f"(?<![0-9A-Za-z])([0-9Xx]){_APART}0?$"), re.compile(_DIGIT)
_FROM_NOUGHT = re.compile(f"(?<![0-9A-Za-z])00?{_DIGIT}{_APART}0?$")
_CHART = re.compile(r"[0-9,\s\[\]]*")
_NUMERAL = "[一二三四五六七八九]|十[一二三四五六七八]?"
_PLACE = re.compile(rf"(?<=第)(?:{_NUMERAL})(?=[位个])|(?<!\w)(?:{_NUMERAL})(?=[、.)）])")
_SPOKEN = "零一二三四五六七八九"
_ATTRIBUTE = re.compile(r"=[\"']([0-9]{1,17}[Xx]?|[Xx])[\"']")
_FARTHEST = 48  # characters between two such values


def counted(text: str) -> Iterator[str]:
    """The numbers whose digits are counted one by one, the counter before or behind each."""
    if "十" in text:
        text = _PLACE.sub(lambda place: str(_counter(place[0])), text)
    for found in COUNTERS.finditer(text):
        near = text[max(0, found.start() - _NEAR) : found.start()]
        for digits in _digits(text, found, near):
            if len(digits) in (_FEWEST, _MOST):
                chart = "," in found[0] and _CHART.fullmatch(found[0]) is not None
                yield f"{near[:-9]} [{','.join(digits)}]" if chart else f"{near[:-9]} {'|'.join(digits)}"


def _digits(text: str, found: re.Match[str], near: str) -> Iterator[list[str]]:
    """The digits behind the counters, and those before them, if there are such."""
    inside = [digit for digit in found.groups() if digit]
    nought, behind = _FROM_NOUGHT.search(near), _BEHIND.match(text, found.end())
    yield [*(nought.groups() if nought else ()), *inside, *(behind.groups() if behind else ())]
    if before := _BEFORE.search(near):
        yield [before[1], *inside]


def _counter(said: str) -> int:
    return 10 + _SPOKEN.index(said[1:] or "零") if said[0] == "十" else _SPOKEN.index(said)


def repeated(text: str) -> Iterator[str]:
    """The numbers whose groups are the values of attributes with the same text between them."""
    run: list[re.Match[str]] = []
    between = ""
    for value in _ATTRIBUTE.finditer(text):
        gap = text[run[-1].end() : value.start()] if run else ""
        if run and (len(gap) > _FARTHEST or (len(run) > 1 and gap != between)):
            yield from _values(text, run)
            run = run[-1:] if len(gap) <= _FARTHEST else []
        between = gap
        run.append(value)
    yield from _values(text, run)


def _values(text: str, run: list[re.Match[str]]) -> Iterator[str]:
    digits = [value[1] for value in run]
    if len(digits) > 2 and len("".join(digits)) in (_FEWEST, _MOST):
        yield f"{text[max(0, run[0].start() - _FARTHEST) : run[0].start()]} {'|'.join(digits)}"
