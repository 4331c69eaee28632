"""Numbers that markup takes apart: marks that look like escapes, TeX, and one digit an assignment.

Each gives a further reading of a line, with the digits as a reader would see them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_LOST = re.compile(r"[0-9](?:%%[^%\n]{0,60}%%|[%\\]{1,4})[0-9]")
_LIKE_ESCAPES = re.compile(r"(?<=[0-9])%%[^%0-9\n]{1,60}%%(?=[0-9])|[%\\]{1,4}(?=[0-9])")
_MARK = "#"  # neither an escape, nor a mark that lists, glues or reckons

TEX = re.compile(r"\\[A-Za-z]{2,12}\*?[ {]{0,2}-?[0-9]|[0-9]\$\$[0-9]|\$[0-9]{1,18}(?:\\[,;:! ]|\{\}|~)")
_TEX_SPACE = re.compile(
    r"\\(?:[hvm]?(?:space|skip|kern)|[hv]?phantom)\*?\s?\{?-?[0-9.]{1,6}\s?(?:pt|mm|cm|em|ex|mu|in)?\}?"
)
_TEX_WORD = re.compile(r"\\(?:[A-Za-z]{2,12}\*?\s?|[,;:! /|_])|[{}$]|(?<=[0-9])~(?=[0-9])")

# A name, a mark and one digit, as programs and forms write them: d0=1&d1=3, "a": 1, "b": 3, 第1位：1，第2位：3
_PAIR = re.compile(
    r"[\"'\[({]{0,2}(?P<name>(?:[A-Za-z_]{0,12}|第)(?:\[?[0-9]{0,2}\]?)位?)[\"'\])]{0,2}\s?(?:=>|->|[-=:：,、.])\s?"
    r"[\"']?(?P<digit>[0-9Xx])(?![0-9A-Za-z])[\"'\])}]{0,2}(?:[\s,;&，；、|]{1,3}|$)"
)
_VALUE = re.compile(r"[-=:：,、.>]\s?[\"']?[0-9Xx](?![0-9A-Za-z])")
_NEAR = 48  # characters from one value to the next one at most
_FEWEST, _MOST = 11, 18
_COUNTER = re.compile("[0-9]+")


def as_marks(line: str) -> str:
    """The line with marks in place of what would be read as escapes between its digits; "" if there is none."""
    return _LIKE_ESCAPES.sub(_MARK, line) if _LOST.search(line) else ""


def without_tex(text: str) -> str:
    """The text without TeX's commands, braces and dollars; "" if it has none at its digits."""
    return _TEX_WORD.sub("", _TEX_SPACE.sub("", text)) if ("\\" in text or "$" in text) and TEX.search(text) else ""


def assigned(text: str) -> Iterator[str]:
    """The numbers of which a text assigns each digit to a name of its own, with what stands before and behind."""
    for start, end in _regions(text):
        yield from _assigned(text, start, end)


def _regions(text: str) -> Iterator[tuple[int, int]]:
    """Where so many single digits stand behind marks, each near the next one, that they may be those of a number."""
    places = [value.end() for value in _VALUE.finditer(text)]
    first = 0
    for at in range(1, len(places) + 1):
        if at == len(places) or places[at] - places[at - 1] > _NEAR:
            if at - first >= _FEWEST:
                yield max(0, places[first] - _NEAR), places[at - 1] + 8
            first = at


def _assigned(text: str, start: int, last: int) -> Iterator[str]:
    found: list[re.Match[str]] = []
    for pair in _PAIR.finditer(text, start, last):
        if found and pair.start() != found[-1].end():
            yield from _number(text, found)
            found = []
        found.append(pair)
    yield from _number(text, found)


def _number(text: str, pairs: list[re.Match[str]]) -> Iterator[str]:
    if _FEWEST <= len(pairs) <= _MOST and (len(pairs) == _MOST or _count([pair["name"] for pair in pairs])):
        digits = "|".join(pair["digit"] for pair in pairs)
        yield f"{text[max(0, pairs[0].start() - 40) : pairs[0].start()]} {digits} {text[pairs[-1].end() :][:20]}"


def _count(names: list[str]) -> bool:
    """Tell whether names say only that they follow each other: all the same but for a counter, or letters in a row."""
    if len({_COUNTER.sub("", name) for name in names}) == 1:
        counters = [int(found[0]) for name in names if (found := _COUNTER.search(name))]
        return not counters or counters == [*range(counters[0], counters[0] + len(names))]
    begin = ord(names[0]) if len(names[0]) == 1 else 0
    return names == [chr(begin + at) for at in range(len(names))]
