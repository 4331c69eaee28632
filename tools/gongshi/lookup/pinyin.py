"""Names in pinyin: full spelling and first letters, with no tones; ``ü`` and ``v`` are ``u``, as people type it.

Door for pypinyin, which takes half a second to import, so not before something is spelled.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

_SURNAMES = {
    "单": "shan", "曾": "zeng", "查": "zha", "解": "xie", "仇": "qiu", "朴": "piao", "区": "ou", "盖": "ge", "覃": "qin",
    "乐": "yue", "翟": "zhai", "种": "chong", "召": "shao", "员": "yun", "黑": "he", "繁": "po", "折": "she", "洗": "xian", "秘": "bi", "缪": "miao", "郇": "xun",
}  # fmt: skip
_DOUBLE = {
    "尉迟": "yu chi",
    "万俟": "mo qi",
    "澹台": "tan tai",
    "长孙": "zhang sun",
    "单于": "chan yu",
    "令狐": "ling hu",
}
_MOST = 8  # readings kept of one name


class Spelling(NamedTuple):
    """``full`` is every syllable run together (``yueguangtian``), ``initials`` the first letter of each (``ygt``)."""

    full: str
    initials: str


def folded(text: str) -> str:
    """What was typed as it is compared: narrow, small letters, no accents, spaces, apostrophes or tone numbers' marks."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = (char for char in plain if not unicodedata.combining(char) and char not in " '’·-_/\t\u3000")
    return "".join("u" if char == "v" else char for char in letters)


def spelling(text: str, person: bool = False) -> Spelling:
    """How ``text`` is most likely read; of a person the first character is read as a surname."""
    return spellings(text, person)[0]


@cache
def spellings(text: str, person: bool = False) -> tuple[Spelling, ...]:
    """The likely readings of ``text``, the likeliest first. What is no Chinese character stands as it is, folded."""
    found = dict.fromkeys(
        Spelling("".join(parts), "".join(part[:1] if _is_word(part) else part for part in parts))
        for parts in itertools.islice(itertools.product(*_syllables(text, person)), _MOST)
    )
    return tuple(found) or (Spelling("", ""),)


def _is_word(part: str) -> bool:
    return part.isascii() and part.isalpha()


def _syllables(text: str, person: bool) -> list[tuple[str, ...]]:
    """For each character its readings; a run of other characters is one."""
    if person and text[:2] in _DOUBLE:
        return [*((one,) for one in _DOUBLE[text[:2]].split()), *map(_alone, text[2:])]
    if person:
        first = [(_SURNAMES[text[0]],)] if text[:1] in _SURNAMES else [*map(_alone, text[:1])]
        return [*first, *map(_alone, text[1:])]
    return _read(text)


@cache
def _alone(char: str) -> tuple[str, ...]:
    """The readings of one character of a person's name."""
    return (*_read(char), (folded(char),))[0]


def _read(text: str) -> list[tuple[str, ...]]:
    from pypinyin import Style, pinyin

    if not text:
        return []
    likely = pinyin(text, style=Style.NORMAL)
    every = [readings for part in _parts(text) for readings in pinyin(part, style=Style.NORMAL, heteronym=True)]
    if len(every) != len(likely):
        every = likely
    return [
        tuple(dict.fromkeys(folded(reading) for reading in (*first, *more[:2])))
        for first, more in zip(likely, every, strict=True)
    ]


def _parts(text: str) -> list[str]:
    """Chinese characters one by one, so that no phrase decides how one is read; all else in runs."""
    return ["".join(run) for _, run in itertools.groupby(text, key=_by_itself())]


def _by_itself() -> Callable[[str], int]:
    """A key that is another for each Chinese character and the same for a run of others."""
    count = itertools.count()
    return lambda char: next(count) + 1 if _is_chinese(char) else 0


def _is_chinese(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or char == "〇" or char >= "\U00020000"
