"""The search index: the generator's own entries, plus a few words of every stamped page.

Material cuts a query into the words it knows from the index, and splits the index at zero-width spaces. So
Chinese words are written with U+200B around them; the file is UTF-8, not ``\\u`` escapes, at half the size.
"""

from __future__ import annotations

import html
import json
import re
import warnings
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its source has escapes that Python no longer likes; it will not be mended
    import jieba

BREAK = "\u200b"
_WHOLE = r"(?:19|20)[0-9]{2}年|[\u3400-\u9fff]{1,12}〔[0-9]{4}〕[0-9]{1,5}号"
"""A year and a document's number are looked for as a whole."""

_HAN = re.compile(rf"(?P<whole>{_WHOLE})|[\u3400-\u9fff\U00020000-\U0003134f]+")


def learn(names: Iterable[str]) -> None:
    """Teach the segmenter names it must not cut (云山镇 is one word, not 云 and 山镇)."""
    jieba.setLogLevel("WARNING")
    for name in names:
        jieba.add_word(name)


@lru_cache(maxsize=65536)
def _cut(run: str) -> str:
    return BREAK + BREAK.join(jieba.cut(run)) + BREAK


def segment(text: str) -> str:
    """``text`` with its Chinese cut into words, as Material's own search plugin writes it, but for ``_WHOLE``."""
    return _HAN.sub(lambda match: f"{BREAK}{match[0]}{BREAK}" if match["whole"] else _cut(match[0]), text).strip(BREAK)


def entry(path: str, title: str, words: str, boost: int = 1) -> dict[str, object]:
    """What the index holds of one stamped page; the reader's browser shows it as HTML, so it is escaped."""
    return {
        "location": path,
        "title": segment(html.escape(title, quote=False)),
        "text": segment(html.escape(words, quote=False)),
    } | ({"boost": boost} if boost != 1 else {})


def extend(index: str, entries: Iterable[dict[str, object]]) -> Iterator[str]:
    """The index as the generator wrote it with ``entries`` after its own, piece by piece."""
    data = json.loads(index)
    yield '{"config":' + _json(data["config"]) + ',"docs":['
    comma = "\n"
    for item in chain(data["docs"], entries):
        yield comma + _json(item)
        comma = ",\n"
    yield "\n]}\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
