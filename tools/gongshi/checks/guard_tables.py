"""Tables in text: a heading says what the cells below it are, as a label does beside a number.

A heading that names something personal makes its cells be read as if it stood before them; one that names money, codes or
a public office takes a cell out of the plain row, so that it is read under its heading alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from gongshi.checks.guard_labels import LABEL, OTHER
from gongshi.checks.guard_people import HEALTH_WORD, find_births
from gongshi.checks.guard_text import normalise

_HEADING = re.compile(r"(?=.{1,24}$)[^0-9]*")
_FIGURES = re.compile(
    r"[量额价值]$|(?<![话机证卡账帐])数$|[(（][^()（）]{0,6}(?:元|亩|米|吨|斤|度|时|株|人|户|次|天)[)）]$|[账帐][号户]余额"
)
_VALUE = re.compile("[0-9]{5}")
_SAID = {"money": "金额", "code": "编号", "public": "国库账户", "official": "值班电话"}
_PERSON = re.compile(r"姓\s*名")
_BIRTH = re.compile(r"出生|生日|(?i:birth)")
_PARTED = re.compile(r"\D*(?:出生|生日)\D*年\D*\n\D*月\D*\n\D*日\D*|(?i:\D*birth\D*year\D*\n\D*month\D*\n\D*day\D*)")
_MAYBE_FULL = re.compile(r"[0-9][^0-9]{1,8}[0-9]{1,2}[^0-9]{1,8}[0-9]|[0-9]{8}|[^\x00-\x7f]|[&%\\]")
# A row with no quotes, its digits not told apart, whose cell behind so many others holds a year and a month at most.
_HALF_DATE = rb'(?:[^%(mark)b"]*%(mark)b){%(before)d}(?:1{4}(?:[-/.]?1{1,2})?)?(?:%(mark)b|\r?$)'
_HEADER_LINES = 5  # a workbook may begin with titles
_LONGEST_ROW = 10_000
_LONGEST_HEADER = 4_000
_MARKDOWN_RULE = re.compile(rb"^[ \t>]{0,8}\|?(?=[ :|]*-)[ :|-]*\|[ :|-]*\r?\n", re.MULTILINE)
_CSV_CELL = re.compile(r'(?:^|,)("(?:[^"]|"")*"|[^,]*)')


class Columns:
    """The columns of a table whose headings say what they hold."""

    def __init__(self, delimiter: str, cells: list[str]) -> None:
        kinds = {at: _kind(cell) for at, cell in enumerate(cells)}
        self._delimiter = delimiter
        self._labels = {at: _SAID.get(kind, cells[at]) for at, kind in kinds.items() if kind}
        self._other = {at for at, kind in kinds.items() if kind in OTHER}
        births = [at for at, kind in kinds.items() if kind == "birth"]
        self.births = [
            range(at, at + 3 if _PARTED.fullmatch("\n".join(cells[at : at + 3])) else at + 1) for at in births
        ]
        self._behind = max((parts.stop for parts in self.births), default=0)
        self.whole = "name" in kinds.values()  # a name column makes every other cell its neighbour
        self.personal = self.whole or bool(births)

    @classmethod
    def of_header(cls, line: str) -> Columns | None:
        """The columns under a line of headings; None if none of it is a heading that says something."""
        if len(line) > _LONGEST_HEADER:
            return None
        delimiter = max("\t|,;", key=line.count)
        cells = [normalise(cell) for cell in split(line, delimiter)]
        if any(_VALUE.search(cell) for cell in cells):
            return None  # a row like the others
        columns = cls(delimiter, cells) if len(cells) > 1 else None
        return columns if columns and columns._labels else None

    def readings(self, line: str) -> tuple[str, str]:
        """(the row without the cells of money and codes, a sentence that says heading and cell)."""
        if len(line) > _LONGEST_ROW:
            return line, ""
        cells = split(line, self._delimiter)
        said = [f"{label}：{cells[at]}" for at, label in self._labels.items() if at < len(cells) and cells[at]]
        said.extend(
            f"出生：{'-'.join(cells[at] for at in parts)}"
            for parts in self.births
            if 1 < len(parts) <= len(cells) - parts[0]
        )
        if said and self.whole:
            said.extend(cell for at, cell in enumerate(cells) if at not in self._labels)
        if not self._other:
            return line, "；".join(said)
        kept = ["" if at in self._other else cell for at, cell in enumerate(cells)]
        return self._delimiter.join(kept), "；".join(said)

    def personal_rows(self, rows: Iterable[bytes], alike: list[bytes]) -> Iterator[int]:
        """Which rows hold a full date of birth, or a name with an illness: the plain row does not tell.

        ``alike`` are the rows with their digits not told apart: most need to be looked at only so, each once.
        """
        may_be = lru_cache(1024)(lambda cell: _MAYBE_FULL.search(cell.decode("utf-8")))
        forms = set(alike)
        if not self.whole and len(self.births) == len(self.births[0]) == 1:
            half = re.compile(
                _HALF_DATE % {b"mark": re.escape(self._delimiter).encode(), b"before": self.births[0].start}
            )
            forms = {form for form in forms if not half.match(form)}
        maybe = {form for form in forms if self._may_tell(form, may_be)}
        if not maybe:
            return iter(())
        rows = list(rows)
        found = (at for at, form in enumerate(alike) if form in maybe)
        return (at for at in found if self._tells(rows[at].decode("utf-8"), _is_full))

    def _may_tell(self, form: bytes, may_be: Callable[[bytes], object]) -> bool:
        """Whether a row with its digits not told apart may tell; the cells are few that are not alike."""
        if self.whole or b'"' in form:
            return self._tells(form.decode("utf-8"), _MAYBE_FULL.search)
        cells = form.split(self._delimiter.encode(), self._behind)
        return any(may_be(b"-".join(cells[parts.start : parts.stop])) for parts in self.births)

    def _tells(self, row: str, is_full: Callable[[str], object]) -> bool:
        if self.whole and HEALTH_WORD.search(row):
            return True
        cells = split(row, self._delimiter) if '"' in row else row.split(self._delimiter, self._behind)
        return any(is_full("-".join(cells[parts.start : parts.stop])) for parts in self.births)


@lru_cache(1024)
def _is_full(cell: str) -> bool:
    return bool(find_births(f"出生：{normalise(cell[:100])}"))


def _kind(heading: str) -> str:
    """What a heading says of its cells, "" if nothing that matters."""
    if not _HEADING.fullmatch(heading):
        return ""
    if _PERSON.search(heading):
        return "name"
    if _BIRTH.search(heading):
        return "birth"
    kinds = [found.lastgroup or "" for found in LABEL.finditer(heading)]
    personal = [kind for kind in kinds if kind not in OTHER]
    if personal in ([], ["account"]):  # 国库账户, 账户余额, 发电量
        if "public" in kinds:
            return "public"
        if _FIGURES.search(heading):
            return "money"
    return (personal or kinds or [""])[-1]


def split(line: str, delimiter: str) -> list[str]:
    """The cells of a row, without blanks and quotes around them."""
    cells = line.split(delimiter) if '"' not in line or delimiter != "," else _CSV_CELL.findall(line)
    return [cell.strip(' "\r\ufeff') for cell in cells]


def file_columns(chunk: bytes) -> tuple[Columns | None, int]:
    """Return the columns of a file that is one table, and on which line its rows begin."""
    for number, line in enumerate(chunk.split(b"\n", _HEADER_LINES)[:_HEADER_LINES], 1):
        columns = _columns(line[: 4 * _LONGEST_HEADER])
        if columns:
            return columns, number
    return None, 0


@lru_cache(64)
def _columns(header: bytes) -> Columns | None:
    """The columns under a line; many files have the same."""
    return Columns.of_header(header.decode("utf-8", "replace"))


def markdown_tables(chunk: bytes) -> Iterator[tuple[int, int, Columns]]:
    """Yield (first row, behind the last row, columns) of each table of a Markdown text, in lines from 0."""
    if b"-|" not in chunk and b"- |" not in chunk:
        return
    line = counted = 0
    for rule in _MARKDOWN_RULE.finditer(chunk):
        if rule.end() <= counted:
            continue
        start = chunk.rfind(b"\n", max(0, rule.start() - 4 * _LONGEST_HEADER), max(0, rule.start() - 1)) + 1
        columns = Columns.of_header(chunk[start : rule.start()].decode("utf-8", "replace").strip("\n"))
        line += chunk.count(b"\n", counted, rule.end())
        counted = rule.end()
        first = line
        while b"|" in chunk[counted : (end := chunk.find(b"\n", counted) + 1 or len(chunk))]:
            line, counted = line + 1, end
        if columns:
            yield first, line, columns
