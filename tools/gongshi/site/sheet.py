"""A village sheet as one HTML file to print: nothing is loaded from anywhere, and no script is in it."""

from __future__ import annotations

from typing import Any

import segno
from markupsafe import Markup

from gongshi.disclosure.kinds import kinds
from gongshi.disclosure.sheets import Page, Sheet
from gongshi.model import GongshiError
from gongshi.site.manifest import Manifest
from gongshi.site.render import environment

PAPERS = {"A4": 1.0, "A3": 1.414}
"""Paper and how much larger than A4 everything is on it."""


def render(
    notice: Any,
    sheet: Sheet,
    county: Any,
    phone: str | None,
    paper: str,
    publisher: str,
    village: str,
    manifest: Manifest | None = None,
    root: str = "",
) -> str:
    """The file's text. ``phone`` is the office phone of the publisher, ``county`` has hotline, office and its phone;
    ``manifest`` is the newest of the site's, whose digest the paper is to witness, ``root`` the fingerprint of the county's
    first root, "" where nothing is signed."""
    codes = {page.number: _code(page) for page in sheet.pages}
    values = {
        "notice": notice,
        "sheet": sheet,
        "county": county,
        "phone": phone,
        "paper": paper,
        "scale": PAPERS[paper],
        "publisher": publisher,
        "village": village,
        "rule": kinds()[notice.notice_kind],
        "codes": codes,
        "manifest": manifest,
        "root": root,
    }
    return environment().get_template("sheet.html").render(values)


def _code(page: Page) -> Markup:
    """The page's text as a QR code in SVG; bytes as they are, since the text is Chinese."""
    try:
        code = segno.make_qr(page.text, encoding="utf-8", error="l", boost_error=False, eci=False)
    except segno.DataOverflowError:
        raise GongshiError(f"第 {page.number} 页的文字太长，放不进二维码。") from None
    return Markup(code.svg_inline(border=2, scale=1, omitsize=True, svgclass="code", lineclass=None))
