"""Finding a record by its number, name, pinyin, first letters, or with one slip of the finger; all in memory.

Every word that a record can be found by stands on a line of one long text. A search is a few searches of that text, so it
takes milliseconds for a county; only words near enough are then compared letter by letter.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from gongshi.lookup.pinyin import folded, spelling, spellings

SOUND, NEAR = 3, 4
_NUMBER = re.compile("([a-z])0*([1-9][0-9]*)")
_CHINESE = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """A record that can be found: what it is called, and what tells it from others of that name. ``opened`` is a name that
    a key opened. ``words`` are further words to find it by, ``of`` the record that it belongs to."""

    resource: str
    key: str
    name: str
    where: str = ""
    opened: bool = False
    words: tuple[str, ...] = ()
    of: str = ""


class Index:
    """Entries to be searched; making one spells every name once, and none that ``before`` had."""

    def __init__(self, entries: Iterable[Entry], before: Index | None = None) -> None:
        self.entries = tuple(entries)
        known: dict[Entry, str] = before._spelled if before else {}
        spelled: dict[Entry, str] = {}
        starts, at = [], 0
        for entry in self.entries:
            text = known.get(entry) or "\n" + "\n".join(_words(entry)) + "\n"
            starts.append(at)
            spelled[entry] = text
            at += len(text)
        self._text, self._starts = "".join(spelled[one] for one in self.entries), starts
        self._spelled: dict[Entry, str] = spelled

    def find(self, query: str, limit: int = 20, resources: Collection[str] | None = None) -> list[Entry]:
        """The best entries for what was typed, the likeliest first; a query of several words wants all of them."""
        return self.ranked(query, limit, resources)[0]

    def ranked(self, query: str, limit: int = 20, resources: Collection[str] | None = None) -> tuple[list[Entry], bool]:
        """The same, and whether one of them has what was typed, not only something that sounds so or is near it."""
        words = [word for word in (folded(part) for part in query.split()[:6]) if word][:6]
        if not words:
            return [], True
        ranks = [self._ranked(word[:40]) for word in (["".join(words)] if len(words) > 1 else words)]
        found = ranks[0]
        if len(words) > 1 and not found:
            each = [self._ranked(word[:40]) for word in words]
            found = {place: sum(one[place] for one in each) for place in each[0] if all(place in one for one in each)}
        order = sorted(found, key=lambda place: (found[place], len(self.entries[place].name), place))
        wanted = [place for place in order if resources is None or self.entries[place].resource in resources][:limit]
        return [self.entries[place] for place in wanted], any(found[place] < SOUND for place in wanted)

    def _ranked(self, word: str) -> dict[int, int]:
        """Entry → how far it is from ``word``: 0 is the very word, 1 begins with it, 2 has it within, 3 sounds so, 4 nearly."""
        found: dict[int, int] = {}
        for rank, sought in enumerate((f"\n{word}\n", f"\n{word}", word)):
            if rank < 2 or len(word) > 1:
                self._note(found, sought, rank)
        if number := _NUMBER.fullmatch(word):
            for match in re.finditer(rf"\n{number[1]}0*{number[2]}\n", self._text):
                found.setdefault(bisect_right(self._starts, match.start()) - 1, 1)
        if _CHINESE.search(word):
            sound = spelling(word).full
            self._note(found, f"\n{sound}", SOUND)
        if not found and (len(word) > 3 or (len(word) == 3 and _CHINESE.search(word))):
            for place in self._near(word):
                found.setdefault(place, NEAR)
        return found

    def _note(self, found: dict[int, int], sought: str, rank: int) -> None:
        at = self._text.find(sought)
        while at >= 0:
            place = bisect_right(self._starts, at) - 1
            found.setdefault(place, rank)
            at = self._text.find(sought, self._starts[place + 1] if place + 1 < len(self._starts) else len(self._text))

    def _near(self, word: str) -> Iterator[int]:
        """Entries that have a word one letter off: one of its halves is then there as it was typed."""
        middle = len(word) // 2
        for half in (word[:middle], word[middle:]):
            at = self._text.find(half)
            while at >= 0:
                start, end = self._text.rfind("\n", 0, at) + 1, self._text.find("\n", at)
                if _one_off(word, self._text[start:end]):
                    yield bisect_right(self._starts, at) - 1
                at = self._text.find(half, end)


def _words(entry: Entry) -> Iterator[str]:
    """The lines an entry is found by, each once."""
    found: dict[str, None] = {folded(entry.key): None}
    for text, person in ((entry.name, entry.opened), *((word, False) for word in entry.words)):
        if not text:
            continue
        found[folded(text)] = None
        if _CHINESE.search(text):
            for one in spellings(text, person):
                found[one.full] = None
                found[one.initials] = None
    return iter(found)


def _one_off(word: str, other: str) -> bool:
    """Whether one letter more, less, other, or two in the other order make ``word`` of ``other``."""
    if abs(len(word) - len(other)) > 1 or word == other:
        return word == other
    at = next((i for i, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    if len(word) == len(other):
        swapped = word[at : at + 2] == other[at : at + 2][::-1] and word[at + 2 :] == other[at + 2 :]
        return swapped or word[at + 1 :] == other[at + 1 :]
    longer, shorter = (word, other) if len(word) > len(other) else (other, word)
    return longer[at + 1 :] == shorter[at:]
