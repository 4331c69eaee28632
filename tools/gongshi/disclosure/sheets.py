"""Village sheets (公示榜): the one form in which a list of households exists, and the commitment to each of its pages.

A page's text is what its QR code says: notice, page, salt and the rows, and nothing that is not printed. Its commitment
is the SHA-256 of that text without white space, so that pasting it through a phone does no harm. The salt is an HMAC of
notice and page under the township's data key, which lies in Git only wrapped: the sheet can be printed again, and who
has not seen the board cannot try names. Columns are the allow-list of the disclosure rules; no other field is read.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from gongshi.disclosure.kinds import HOUSEHOLDS, kinds
from gongshi.model import GongshiError
from gongshi.package import queries

ROWS = 20
"""Rows of a page, on A4 and A3 alike: the paper must not change what was committed to."""
LEAVES = 8
"""Commitments come in lots of so many, filled up with ones of no page: their number must not tell how long a list is."""
BYTES = 1100
"""Of a page's text: more makes a QR code that a phone cannot read off a board."""
ROOM = BYTES - 150
"""What of them the rows may take; the rest is for the head."""
VERSION = "公示榜1"

NEVER = frozenset(
    ["寄宿生生活补助", "营养膳食补助", "学前教育资助", "普高助学金", "中职助学金", "雨露计划补助", "残疾人补贴"]
)
"""Benefits that are never listed: of pupils only totals by school are public, of health nothing."""

_SPACE = re.compile(r"[\s\u200b\ufeff]+")
_HEAD = re.compile(rf"({VERSION});(G\d{{4}}-\d{{5}});(\d{{1,4}})/(\d{{1,4}});([0-9a-f]{{32}});([^;|]*);", re.ASCII)

RESOURCES = ("case-households", "households", "members", "subsidies")
"""What the rows of a sheet are made from."""


class SheetEntry(NamedTuple):
    """One household before its name is known."""

    household_no: str
    village_code: str
    group_name: str
    population: int
    head: str | None
    benefit: str
    amount: Any


@dataclass(frozen=True, slots=True)
class SheetPage:
    """One page: its cells in the order of ``Sheet.columns``, its text, and the commitment to it (64 hex digits)."""

    number: int
    rows: tuple[tuple[str, ...], ...]
    text: str

    @property
    def commitment(self) -> str:
        return commitment(self.text)


@dataclass(frozen=True, slots=True)
class NoticeSheet:
    """The list of one notice, in pages. A household with two benefits has two rows, and is one of ``households``."""

    notice_id: str
    households: int
    category: str
    columns: tuple[str, ...]
    pages: tuple[SheetPage, ...]
    blanks: tuple[str, ...]

    @property
    def commitments(self) -> tuple[str, ...]:
        """What is put on record: the pages', and after them the blanks, which look the same."""
        return (*(page.commitment for page in self.pages), *self.blanks)


def commitment(text: str) -> str:
    """SHA-256, in hex, of a page's text without white space."""
    return hashlib.sha256(_SPACE.sub("", text).encode()).hexdigest()


class PageText(NamedTuple):
    """What a page's text says: which page it is, and its rows."""

    notice_id: str
    page: int
    pages: int
    category: str
    rows: tuple[tuple[str, ...], ...]
    commitment: str


def read_text(text: str) -> PageText | None:
    """A page's text read back, from paper or paste; None if it is no such text."""
    bare = _SPACE.sub("", text)
    match = _HEAD.match(bare)
    if not match or not bare.endswith(";"):
        return None
    rows = tuple(tuple(row.split("|")) for row in bare[match.end() :].split(";")[:-1])
    return PageText(match[2], int(match[3]), int(match[4]), match[6], rows, commitment(bare))


def entries(database: Any, notice: Any) -> list[SheetEntry]:
    """The households of a notice in the order of the sheet: by group, then by number."""
    rule = kinds().get(notice.notice_kind)
    if rule is None or rule.carries != HOUSEHOLDS:
        raise GongshiError(f"“{notice.notice_id}”是{notice.notice_kind}，没有到户名单，不需要公示榜。")
    if not notice.case_id and not notice.payment_id:
        raise GongshiError(f"“{notice.notice_id}”没有写明案卷或支付编号，不知道名单在哪里，请补上再打印。")
    what, key = ("case", notice.case_id) if notice.case_id else ("payment", notice.payment_id)
    found = [SheetEntry(*row) for row in database.sql(queries("notices")[f"sheet-of-{what}"], [key])]
    if not found:
        raise GongshiError(f"“{key}”下没有户，没有可公示的名单，请核对编号。")
    _refuse(notice, found)
    return in_order(found)


def in_order(rows: Iterable[SheetEntry]) -> list[SheetEntry]:
    """Rows by village, group (a number and 组) and household."""
    return sorted(rows, key=lambda row: (row.village_code, int(row.group_name[:-1]), row.household_no, row.benefit))


def _refuse(notice: Any, found: Sequence[SheetEntry]) -> None:
    scope = notice.division_code[:9] if notice.division_code.endswith("000") else notice.division_code
    if strange := _households(row for row in found if not row.village_code.startswith(scope)):
        raise GongshiError(f"名单里有 {len(strange)} 户不在公示范围内（如 {strange[0]}），请核对公示范围和案卷。")
    if headless := _households(row for row in found if not row.head):
        raise GongshiError(f"名单里有 {len(headless)} 户没有在册的户主（如 {headless[0]}），请先在成员表补登户主。")
    if never := sorted({row.benefit for row in found} & NEVER):
        raise GongshiError(f"{'、'.join(never)}不公示到人到户：学生资助按学校公布人数和金额，与健康有关的不公布。")


def _households(rows: Iterable[SheetEntry]) -> list[str]:
    """Their numbers, each once."""
    return list(dict.fromkeys(row.household_no for row in rows))


def make(notice: Any, rows: Iterable[SheetEntry], names: Mapping[str, str], key: bytes) -> NoticeSheet:
    """The sheet of a notice; ``names`` gives each head's name, ``key`` is the township's data key."""
    rows = list(rows)
    money = bool(notice.payment_id and not notice.case_id)
    columns = ("序号", "户主", "村民小组", "家庭人口", *(("补助项目", "金额（元）") if money else ()))
    cells = [_cells(number, row, names, money) for number, row in enumerate(rows, 1)]
    category = kinds()[notice.notice_kind].category
    parts = _cut(cells)
    pages = tuple(
        SheetPage(number, tuple(part), _text(notice.notice_id, number, len(parts), category, part, key))
        for number, part in enumerate(parts, 1)
    )
    numbers = range(len(pages) + 1, -(-len(pages) // LEAVES) * LEAVES + 1)
    blanks = tuple(hashlib.sha256(_salt(key, f"{notice.notice_id}/{n} blank").encode()).hexdigest() for n in numbers)
    households = len(_households(rows))
    return NoticeSheet(notice.notice_id, households, category, columns, pages, blanks)


def _cells(number: int, row: SheetEntry, names: Mapping[str, str], money: bool) -> tuple[str, ...]:
    name = names.get(row.head or "")
    if not name:
        raise GongshiError(f"名单第 {number} 行（{row.household_no}）的户主还没有密封姓名，请先用 gongshi seal 封存。")
    more = (row.benefit, f"{row.amount:.2f}") if money else ()
    return (str(number), _bare(name), row.group_name, str(row.population), *more)


def _bare(name: str) -> str:
    """A name without control and direction marks, and without the marks that part the cells of a text."""
    kept = "".join(char for char in name if unicodedata.category(char) not in ("Cc", "Cf", "Zl", "Zp"))
    return _SPACE.sub("", kept).replace("|", "｜").replace(";", "；")


def _cut(cells: Sequence[tuple[str, ...]]) -> list[list[tuple[str, ...]]]:
    """Pages of at most ROWS rows and ROOM bytes."""
    pages: list[list[tuple[str, ...]]] = []
    room = 0
    for row in cells:
        size = len(_line(row).encode()) + 1
        if size > ROOM:
            raise GongshiError(f"名单第 {row[0]} 行的姓名太长，印不进二维码，请核对密封的姓名。")
        if not pages or len(pages[-1]) == ROWS or size > room:
            pages.append([])
            room = ROOM
        pages[-1].append(row)
        room -= size
    return pages


def _line(row: Iterable[str]) -> str:
    return "|".join(row) + ";"


def _text(notice: str, number: int, count: int, category: str, rows: Iterable[tuple[str, ...]], key: bytes) -> str:
    head = f"{VERSION};{notice};{number}/{count};{_salt(key, f'{notice}/{number}')};{category};"
    return "\n".join([head, *map(_line, rows)])


def _salt(key: bytes, what: str) -> str:
    return hmac.new(key, f"gongshi sheet {what}".encode(), hashlib.sha256).hexdigest()[:32]
