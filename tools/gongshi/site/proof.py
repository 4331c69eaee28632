"""Reading a village sheet back and holding it against what was committed to.

Of a sheet's HTML both are read: the text that each QR code was made from, which stands hidden beside it, and the rows
as they are printed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

from gongshi.disclosure.sheets import PageText, read_text
from gongshi.model import Finding, GongshiError, Severity


class Printed(NamedTuple):
    """One page: what its code says, and the rows on the paper (None where only the code's text is at hand)."""

    proof: PageText | None
    rows: tuple[tuple[str, ...], ...] | None


class _Reader(HTMLParser):
    """Collects the texts marked as proof, and the cells of tables marked as list."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tables: list[list[list[str]]] = []
        self._into: str | None = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if "data-proof" in names:
            self._into = "text"
            self.texts.append("")
        elif "data-list" in names:
            self.tables.append([])
        elif tag == "tr" and "data-row" in names and self.tables:
            self.tables[-1].append([])
        elif tag == "td" and self.tables and self.tables[-1]:
            self._into = "cell"
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "pre"):
            self._into = None

    def handle_data(self, data: str) -> None:
        if self._into == "text":
            self.texts[-1] += data
        elif self._into == "cell":
            self.tables[-1][-1][-1] += data


def pages_of(content: bytes) -> list[Printed]:
    """The pages of a sheet's HTML, or the one page whose text the file is; empty if it is neither."""
    text = content.decode("utf-8-sig", "replace")
    if "<" not in text:
        proof = read_text(text)
        return [Printed(proof, None)] if proof else []
    reader = _Reader(text)
    tables = [tuple(tuple(row) for row in table) for table in reader.tables]
    if len(tables) != len(reader.texts):
        raise GongshiError("公示榜的页数与二维码的数目不同，文件被改动过，请重新打印。")
    return [Printed(read_text(text), table) for text, table in zip(reader.texts, tables, strict=True)]


def manifest_on(content: bytes) -> str:
    """The label of the site's manifest that is printed on a sheet's HTML, "" if none is."""
    found = re.search(r'data-manifest="([0-9a-f-]{1,90})"', content.decode("utf-8-sig", "replace"))
    return found[1] if found else ""


def check_pages(pages: Sequence[Printed], known: Mapping[str, Sequence[str]]) -> list[Finding]:
    """What is wrong with each page: not committed to, altered, missing, or printed otherwise than its code says."""
    found = []
    for number, page in enumerate(pages, 1):
        where = f"第 {number} 页"
        proof = page.proof
        if proof is None:
            found.append(_finding("sheet-text", where, "二维码里的文字不完整或被改动过"))
        elif proof.notice_id not in known:
            found.append(
                _finding("sheet-unknown", where, f"没有公示 {proof.notice_id} 的承诺，可能已撤回，也可能是假的")
            )
        elif proof.commitment not in known[proof.notice_id][proof.page - 1 : proof.page]:
            found.append(
                _finding("sheet-differs", where, f"与公示 {proof.notice_id} 第 {proof.page} 页的承诺不同，被改过")
            )
        elif page.rows is not None and page.rows != proof.rows:
            found.append(_finding("sheet-printed", where, "印出来的名单与二维码里的不同，被改过"))
    return found + _missing(pages)


def _missing(pages: Sequence[Printed]) -> list[Finding]:
    """Pages that a whole sheet must have; the text of one code stands for its own page only."""
    if any(page.rows is None or page.proof is None for page in pages):
        return []
    have = [page.proof.page for page in pages if page.proof]
    wanted = list(range(1, pages[0].proof.pages + 1)) if pages and pages[0].proof else []
    same = len({page.proof.notice_id for page in pages if page.proof}) == 1
    return (
        []
        if have == wanted and same
        else [_finding("sheet-pages", "公示榜", f"应有 {len(wanted)} 页，页码不全或混入了别的公示")]
    )


def commitments_of_site(site: Path) -> dict[str, list[str]]:
    """What a downloaded site says was committed to, by notice."""
    try:
        rows = json.loads((site / "data/notice-commitments.json").read_text("utf-8"))
        found: dict[str, list[str]] = {}
        for row in sorted(rows, key=lambda row: (row["notice_id"], row["page"])):
            found.setdefault(row["notice_id"], []).append(row["commitment"])
    except (OSError, ValueError, KeyError, TypeError):
        raise GongshiError(f"“{site}”里没有公示榜承诺（data/notice-commitments.json），请核对网站的目录。") from None
    return found


def _finding(code: str, path: str, message: str) -> Finding:
    return Finding(code, Severity.ERROR, message, path)
