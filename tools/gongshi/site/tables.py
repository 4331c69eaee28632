"""Tables for every width: a frame that scrolls, and cells that say their column where a row becomes a card."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count

from markupsafe import Markup, escape

CARDS = 4
"""From so many columns on, a row is a card on a narrow screen: the table would be cut off there."""

_TAG = re.compile(r"<[^>]*>")
_HEAD = re.compile(r"<th\b[^>]*>(.*?)</th>", re.DOTALL)
_CELL = re.compile(r"<(tr|td|th)\b([^>]*)>")
_SPAN = re.compile(r'colspan="(\d+)"')


def frame(
    label: str,
    content: str,
    narrow: bool = False,
    name: str = "",
    figures: bool = False,
    two: bool = False,
    frozen: bool = False,
) -> Markup:
    """The table ``content`` (thead, tbody, tfoot) in a labelled frame which the keyboard reaches.

    ``figures``: a short name and figures stay a table on any screen, so that they can be compared. ``two``: so do figures
    of long names, each name in a line of its own above them. ``frozen``: more figures than fit a phone scroll behind the name.
    """
    content = str(content)  # a plain string: Markup would escape what is joined to it
    kind, style = "gs-table", ""
    titles = [_TAG.sub("", title).strip() for title in _HEAD.findall(content.partition("</thead>")[0])]
    if frozen:
        kind = "gs-table gs-frozen"
    elif two:
        kind, style = "gs-table gs-two", f' style="--n:{len(titles) - 1}"'
    elif figures:
        kind = "gs-table gs-figures"
    elif len(titles) >= CARDS:
        kind, content = "gs-table gs-cards", _labelled(titles, content)
    wide = " gs-frame--narrow" if narrow else ""
    mark = f' id="{escape(name)}"' if name else ""
    return Markup(
        f'<div class="gs-frame{wide}" role="region" tabindex="0" aria-label="{escape(label)}">'
        f'<table class="{kind}"{mark}{style}>\n{content}</table></div>'
    )


def _labelled(titles: list[str], content: str) -> str:
    """The table with the title of its column on every cell below its head."""
    head, mark, body = content.partition("</thead>")
    return head + mark + _CELL.sub(_labeller(titles), body)


def _labeller(titles: list[str]) -> Callable[[re.Match[str]], str]:
    """What puts a cell's title into its tag; it counts the cells of the row it is in."""
    place = count()

    def label(tag: re.Match[str]) -> str:
        nonlocal place
        if tag[1] == "tr":
            place = count()
            return tag[0]
        here = next(place)
        span = _SPAN.search(tag[2])
        place = count(here + int(span[1])) if span else place
        return tag[0] if tag[1] == "th" else f'<td data-th="{titles[here]}"{tag[2]}>'

    return label
