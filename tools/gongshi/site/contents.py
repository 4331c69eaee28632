"""The contents of a long page, made of its own headings where the template has the mark for it."""

from __future__ import annotations

import html
import re

MARK = "<!-- contents -->"
FEWEST = 3
"""With fewer headings nobody needs a list of them."""

_HEADING = re.compile(r'<h2 id="([^"]+)"[^>]*>(.*?)</h2>', re.DOTALL)
_BESIDE = re.compile(r"<span\b.*?</span>|（[^）]*）", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


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
