"""The page's own address on paper: a code that a phone reads, where it is known on which address the site will stand."""

from __future__ import annotations

import html

MARK = "<!-- address -->"


def fill(body: str, url: str) -> str:
    """``body`` with the code of ``url`` in the place of its mark; with nothing there if the address is not known."""
    return body.replace(MARK, _box(url) if url else "") if MARK in body else body


def _box(url: str) -> str:
    import segno  # only for a site that knows its address

    picture = segno.make(url, error="m", micro=False).svg_inline(omitsize=True, border=1, dark="#000")
    return f'<div class="qr" role="img" aria-label="本页网址的二维码">{picture}<p class="sm">扫一扫看本页<br><span>{html.escape(url)}</span></p></div>'
