"""What is done to a page when its template is filled: the contents of a long one, made of its own headings where the template has
the mark for it, and no line that ends between a number and its unit."""

from __future__ import annotations

import html
import re

MARK = "<!-- contents -->"
FEWEST = 3
"""With fewer headings nobody needs a list of them."""

_HEADING = re.compile(r'<h2 id="([^"]+)"[^>]*>(.*?)</h2>', re.DOTALL)
_BESIDE = re.compile(r"<span\b.*?</span>|（[^）]*）", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_SAID = re.compile(r'<p class="say">.*?</p>', re.DOTALL)
_UNIT = r" (?:[亿万]元|平方米|公里|[元个户人笔份亩天项次村米处件条])"
_AMOUNT = re.compile(rf"(?P<held>(?:<data [^>]*>[\d.,]+</data>|(?<![\d.,])\d[\d.,]*){_UNIT})|<[^>]*>")
"""An amount with its unit; any other tag, in which nothing is touched."""


def held(body: str) -> str:
    """``body`` with each number of its sentences in large type held together with its unit."""
    return _SAID.sub(lambda said: _AMOUNT.sub(_held, said[0]), body)


def _held(found: re.Match[str]) -> str:
    return f'<span class="nb">{found[0]}</span>' if found["held"] else found[0]


def fill(body: str) -> str:
    """``body`` with links to its headings in the place of its first mark; what stands beside a heading's words is left out."""
    before, mark, after = body.partition(MARK)
    if not mark:
        return body
    found = [
        (name, html.unescape(_TAG.sub("", _BESIDE.sub("", words))).strip()) for name, words in _HEADING.findall(after)
    ]
    links = "".join(f'<a href="#{name}">{html.escape(words)}</a>' for name, words in found if words)
    nav = f'<nav class="toc" aria-label="本页目录">{links}</nav>' if len(found) >= FEWEST else ""
    return before + nav + after
