"""A village sheet as one HTML file to print: nothing is loaded from anywhere, and no script is in it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import segno
from markupsafe import Markup

from gongshi.checks.guard import NameSet
from gongshi.disclosure import boards, notices, posted, sheets
from gongshi.disclosure.kinds import kinds
from gongshi.disclosure.sheets import NoticeSheet, SheetPage
from gongshi.exchange.opened import opened_names
from gongshi.model import GongshiError
from gongshi.package import load
from gongshi.repository import Tree
from gongshi.sealing import Identity, proven_root
from gongshi.site.chain import check_latest, check_log
from gongshi.site.manifest import LATEST, Manifest
from gongshi.site.publishing import read_log
from gongshi.site.render import environment

PAPERS = {"A4": 1.0, "A3": 1.414}
"""Paper and how much larger than A4 everything is on it."""


class Composed(NamedTuple):
    """A village sheet ready to print: its file's text, how many pages its list has, its last day, and the manifest on it."""

    text: str
    pages: int
    ends_on: date
    manifest: Manifest | None


def compose(tree: Tree, notice_id: str, paper: str, identity: Identity, manifest: Manifest | None) -> Composed:
    """The sheet of a notice on record, names opened with ``identity``."""
    wanted = {"county", "notices", "notice-commitments", "divisions", "units", *sheets.RESOURCES}
    with load(tree, wanted) as database:
        notice = notices.find(database, notice_id)
        _refuse_title(notice, opened_names(tree, identity))
        made = boards.sheet(tree, database, notice, identity, notices.committed(database, notice_id))
        county, publisher, phone = posted.heading(database, notice.publisher_unit)
    village = notice.scope or notice.division_code
    text = render(notice, made, county, phone, paper, publisher, village, manifest, proven_root(tree))
    return Composed(text, len(made.pages), notice.ends_on, manifest)


def _refuse_title(notice: Any, names: NameSet) -> None:
    """The list names persons in its own place; what stands above it, on the site too, must not."""
    for text in (notice.title, notice.place, notice.scope, notice.doc_no):
        if text and next(names.find(text), None):
            raise GongshiError(f"{notice.notice_id} 的标题或地点里有在册人员的姓名，没有生成公示榜：请先改好这份公示。")


def newest(log: Path) -> Manifest | None:
    """The newest manifest of a log that is whole, None where there is none."""
    chain = read_log(log) if log.is_dir() else []
    if broken := check_log(chain) + check_latest(log / LATEST, chain):
        raise GongshiError(f"发布清单目录“{log}”不完整，没有打印：{broken[0].message}。")
    return chain[-1] if chain else None


def render(
    notice: Any,
    sheet: NoticeSheet,
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
        "source": kinds()[notice.notice_kind].cited(notice.starts_on),
        "codes": codes,
        "manifest": manifest,
        "root": root,
    }
    return environment(notice.starts_on).get_template("sheet.html").render(values)


def _code(page: SheetPage) -> Markup:
    """The page's text as a QR code in SVG; bytes as they are, since the text is Chinese."""
    try:
        code = segno.make_qr(page.text, encoding="utf-8", error="l", boost_error=False, eci=False)
    except segno.DataOverflowError:
        raise GongshiError(f"第 {page.number} 页的文字太长，放不进二维码。") from None
    return Markup(code.svg_inline(border=2, scale=1, omitsize=True, svgclass="code", lineclass=None))
