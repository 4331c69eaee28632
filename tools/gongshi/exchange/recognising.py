"""Which known form a sheet is, and the tables that it holds: one for each resource that the form feeds.

A form is recognised by a word of it in a title, the sheet's or the file's name, by the columns that it cannot do without, and
only if no column of money is left over. What is no form is left to the plain tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from gongshi.exchange.columns import SheetColumn
from gongshi.exchange.dates import periods_in
from gongshi.exchange.forms import Form, FormColumn
from gongshi.exchange.identifiers import BY_NAME, NAME
from gongshi.exchange.likeness import unaccounted
from gongshi.exchange.lore import place_words
from gongshi.exchange.mapping import IGNORED, Meaning, Vocabulary, normal
from gongshi.exchange.sheets import Sheet
from gongshi.exchange.tables import (
    DEEPEST_HEADER,
    LOOK_ROWS,
    NoTable,
    SheetTable,
    filled_rows,
    levels_of,
    table_of,
    tied,
)
from gongshi.exchange.units import split_unit
from gongshi.package import Descriptor
from gongshi.package.subjects import subjects

NEAR_ROWS = 8  # rows among which the header of an unrecognised sheet is looked for
LEAST_NEAR = 3
_ALWAYS = frozenset(map(normal, IGNORED))
_SUMS = {"小计", "合计", "计", "总计", "总额"}
_SAME = (
    ("时间", "日期"),
    ("类型", "类别"),
    ("号码", "号"),
    ("身份证", "证件"),
    ("返贫致贫", "致贫返贫"),
    ("形式", "方式"),
)
_WHEN = re.compile("时间|日期|截[至止]")
_YEAR = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})(?:年|(?![0-9]))")


@dataclass(frozen=True)
class Found:
    """A form in a sheet: where its header is, and what each column was taken for (None for one that it does not know)."""

    form: Form
    header: range
    columns: tuple[tuple[FormColumn | None, str], ...]  # and the lowest level of the header
    covered: int
    left: tuple[int, ...]


def recognise(sheet: Sheet, forms: Sequence[Form], file: str, asked: str = "") -> Found | None:
    """The form that the sheet is; ``asked`` is the name of the one that a person says it is."""
    best: list[Found] = []
    known: dict[str, FormHeaders] = {}
    for top in filled_rows(sheet)[:LOOK_ROWS]:
        for depth in range(1, DEEPEST_HEADER + 1):
            if depth > 1 and not tied(sheet, top, depth):
                break
            levels = levels_of(sheet, top, depth)
            title = " ".join([file, sheet.name, *(c for r in sheet.cells[:top] for c in r if isinstance(c, str))])
            for form in forms:
                told = form.name == asked or any(word in title for word in form.said)
                if not told:
                    continue
                if form.name not in known:
                    known[form.name] = FormHeaders(form)
                if found := _match(known[form.name], range(top, top + depth), levels):
                    best.append(found)
    return max(best, key=_weight, default=None)


def near_form(sheet: Sheet, forms: Sequence[Form], file: str, known: int) -> str:
    """What to say of the form that an unrecognised sheet comes nearest to: one that its title names, or whose columns are all
    there and are more than the ``known`` ones; "" if there is none."""
    rows = filled_rows(sheet)[:NEAR_ROWS]
    best: tuple[int, str] = (max(known, LEAST_NEAR), "")
    for form in forms:
        headers, named = FormHeaders(form), 0
        for top, depth in ((top, depth) for top in rows for depth in (1, 2) if depth == 1 or tied(sheet, top, 2)):
            found = {id(c): c for texts in levels_of(sheet, top, depth) if (c := headers.column([*_words(texts)])[0])}
            lacking = [column for column in form.columns if column.needed and id(column) not in found]
            title = [file, sheet.name, *(c for row in sheet.cells[:top] for c in row if isinstance(c, str))]
            told = any(word in " ".join(title) for word in form.said)
            said_more = sum(bool(column.fields and not column.role) for column in found.values())
            if not lacking and not told and said_more > best[0]:
                best = said_more, f"表头像样式“{form.title}”，是它就用 --as {form.title} 导入"
            elif lacking and told and len(found) > max(named, 1):
                named, shown = len(found), "、".join(column.headers[0].replace("/", " → ") for column in lacking)
                said = f"标题像是样式“{form.title}”，它还要有这些列：{shown}"
        if named:
            return said
    return best[1]


def _weight(found: Found) -> tuple[int, ...]:
    """How well a form fits: what it covers, then how much it says of every row by itself."""
    said = sum(len(feed.constants) for feed in found.form.feeds)
    return found.covered, -len(found.left), said, found.header.start, -len(found.header)


class FormHeaders:
    """The headers of a form: as it spells them, and as people spell the same (时间 for 日期, 号码 for 号)."""

    def __init__(self, form: Form) -> None:
        self.form = form
        persons = [
            c for c in form.columns if c.role in ("person", "head") or (subjects().member.table, NAME.name) in c.fields
        ]
        heads = sorted({word.removesuffix("姓名") for c in persons for word in c.spelled()} - {""})
        self._before = re.compile(f"(?:{'|'.join(map(re.escape, heads))}|本人)(?=证件)")
        self._words = {word: (column, at) for column in form.columns for at, word in enumerate(column.spelled())}
        self._alike: dict[str, tuple[FormColumn, int] | None] = {}
        for word, (column, at) in self._words.items():
            alike = self._folded(word)
            one = self._alike.setdefault(alike, (column, at))
            if one and one[0] is not column:
                self._alike[alike] = None  # two columns that differ in just that

    def column(self, words: Sequence[str]) -> tuple[FormColumn | None, int]:
        """(the column whose header it is, which of its spellings comes nearest); None for none, or one that is left out."""
        if found := next((self._words[word] for word in words if word in self._words), None):
            return found
        if self.ignored(words):
            return None, 0
        return next((found for word in words if (found := self._alike.get(self._folded(word)))), (None, 0))

    def ignored(self, words: Iterable[str]) -> bool:
        """Whether the form or any sheet has this header for people alone."""
        return bool({*words} & (self.form.ignore | _ALWAYS | place_words()))

    def _folded(self, word: str) -> str:
        for one, other in _SAME:
            word = word.replace(one, other)
        word = re.sub("[与和及]|(?<=..)(?:情况|名称)$", "", word)
        word = re.sub("证件号?$", "证件号", self._before.sub("", word))
        return word.removesuffix("姓名") if len(word) > 4 else word


def _match(known: FormHeaders, header: range, levels: Sequence[Sequence[str]]) -> Found | None:
    form = known.form
    columns: list[tuple[FormColumn | None, str]] = []
    left, spelling = [], []
    for place, texts in enumerate(levels):
        words = list(_words(texts))
        column, at = known.column(words)
        columns.append((column, texts[-1] if texts else ""))
        spelling.append(at)
        if column is None and texts and not known.ignored(words):
            left.append(place)
    dropped = _again(columns, spelling)
    if dropped is None:
        return None
    columns = [(None if place in dropped else column, text) for place, (column, text) in enumerate(columns)]
    left = sorted({*left, *dropped})
    seen = {id(column) for column, _ in columns if column}
    whole = all(id(column) in seen for column in form.columns if column.needed)
    return Found(form, header, tuple(columns), len(seen), tuple(left)) if whole and len(left) <= len(seen) else None


def _again(columns: Sequence[tuple[FormColumn | None, str]], spelling: Sequence[int]) -> set[int] | None:
    """Which of several columns that the form knows as one are not it: names of another person (户主姓名 beside 借款人) and the
    numbers that stand before or behind those. None if that cannot be told, or it is not how deep the header is."""
    places: dict[int, tuple[FormColumn, list[int]]] = {}
    for place, (column, _) in enumerate(columns):
        if column is not None:
            places.setdefault(id(column), (column, []))[1].append(place)
    dropped: set[int] = set()
    kept = -1
    for column, at in sorted(places.values(), key=lambda pair: pair[0].role not in ("person", "head")):
        if column.role in ("person", "head"):
            kept = min(at, key=lambda place: spelling[place])
            dropped |= {*at} - {kept}
        elif len(at) > 1:
            behind = [place for place in at if place > kept]
            if column.role != "id_no" or kept < 0 or not behind:
                return None
            dropped |= {*at} - {behind[0]}
            continue
        if len({columns[place][1] for place in at}) < len(at):
            return None
    return dropped


def _words(texts: Sequence[str]) -> Iterator[str]:
    """A header as forms may spell it: all levels, the lower two, the lowest; with and without its unit. A sum below a header
    of its own (转移性收入/小计) is what that says."""
    if len(texts) > 1 and normal(texts[-1]) in _SUMS:
        texts = texts[:-1]
    for part in (texts, texts[-2:], texts[-1:]):
        bare = [split_unit(normal(text))[0] for text in part]
        for word in ("".join(map(normal, part)), "".join(bare)):
            yield normal(word)
            yield normal(word.removeprefix("是否"))


def form_tables(sheet: Sheet, found: Found, descriptor: Descriptor, file: str) -> list[SheetTable] | NoTable:
    """One table for each resource that the form feeds here; NoTable if something on the sheet is left over or unclear."""
    filled = filled_rows(sheet)
    year = _year(sheet, found.header.start, file)
    period = _period(sheet, found.header.start, file, year)
    known = tuple(place for place, (column, _) in enumerate(found.columns) if column)
    tables: list[SheetTable] = []
    for feed in found.form.feeds:
        here = {
            name for column, _ in found.columns if column for where, name in column.fields if where == feed.resource
        }
        if not {*feed.when} <= here:
            continue
        words = Vocabulary(descriptor.resources[feed.resource], [found.form.mapping(feed.resource)])
        columns = tuple(_column(place, pair, words, place in found.left) for place, pair in enumerate(found.columns))
        table = table_of(sheet, words, columns, found.header, filled, file)
        if isinstance(table, NoTable):
            return table
        texts = {
            name: text.replace("{year}", year).replace("{period}", period) for name, text in feed.constants.items()
        }
        constants = {name: text for name, text in texts.items() if text}
        mapping = found.form.mapping(feed.resource)
        tables.append(replace(table, feed=replace(feed, constants=constants), form=mapping, year=year, elsewhere=known))
    if not tables:
        return NoTable(f"像是“{found.form.title}”，但缺少要导入的列")
    tables[0] = replace(tables[0], told=tuple(_not_fed(found, tables, descriptor, sheet)))
    told = [_told(column, place, found) for place, column in enumerate(tables[0].columns)]
    if why := unaccounted(sheet, told, tables[0].rows):
        return NoTable(f"没有当作“{found.form.title}”读入：{why[1]}，请核对这一列，不要的列请删去", why[0].place)
    return tables


def _not_fed(found: Found, tables: Sequence[SheetTable], descriptor: Descriptor, sheet: Sheet) -> Iterator[str]:
    """What to tell of filled columns whose table gets nothing here, since it lacks other columns."""
    fed, here = {table.resource.name for table in tables}, {f for c, _ in found.columns if c for f in c.fields}
    feeds = {feed.resource: feed for feed in found.form.feeds if feed.resource not in fed}
    for place, (column, header) in enumerate(found.columns):
        feed = next((feeds[where] for where, _ in column.fields if where in feeds), None) if column else None
        if not column or not feed or any(where in fed for where, _ in column.fields):
            continue
        resource = descriptor.resources[feed.resource]
        lacking = "、".join(resource.schema.field(n).title for n in feed.when if (resource.name, n) not in here)
        if any(sheet.cell(row, place) not in ("", None) for row in tables[0].rows):
            yield f"“{header[:20]}”没有导入：要登记“{resource.title}”，还缺这些列：{lacking}"


def _column(place: int, pair: tuple[FormColumn | None, str], words: Vocabulary, unknown: bool) -> SheetColumn:
    column, header = pair
    if column is None:
        return SheetColumn(place, header, Meaning(None, "unknown" if unknown else "ignored"))
    mine = [name for where, name in column.fields if where == words.resource.name]
    if column.role in ("span", "list"):
        return SheetColumn(place, header, Meaning(None, "ignored"), role=" ".join((column.role, *mine)) if mine else "")
    if column.role in ("person", "head", "id_no") and not mine:
        return SheetColumn(place, header, Meaning(None, "identifier"), role=column.role)
    if not mine:
        return SheetColumn(place, header, Meaning(None, "ignored"), role=column.role)
    item = words.fields[mine[0]]
    how = "identifier" if mine[0] in BY_NAME and item.disclosure == "sealed" else "form"
    return SheetColumn(
        place,
        header,
        Meaning(item, how),
        role="person" if how == "identifier" and mine[0] == NAME.name else column.role,
    )


def _told(column: SheetColumn, place: int, found: Found) -> SheetColumn:
    """The column as one that is accounted for if the form knows it, whichever table it feeds."""
    known = found.columns[place][0] is not None and column.meaning.field is None
    return replace(column, meaning=Meaning(NAME, "form")) if known else column


def _year(sheet: Sheet, top: int, file: str) -> str:
    """The one year that the titles, the sheet's name or else the file's name speak of; "" if none or several."""
    titles = [cell for cells in sheet.cells[:top] for cell in cells if isinstance(cell, str)]
    for texts in ([*titles, sheet.name], [file]):
        if years := set(_YEAR.findall(" ".join(texts))):
            return years.pop() if len(years) == 1 else ""
    return ""


def _period(sheet: Sheet, top: int, file: str, year: str) -> str:
    """The one term, quarter or month that they speak of, likewise; the year where they speak of none."""
    titles = [cell for cells in sheet.cells[:top] for cell in cells if isinstance(cell, str)]
    for texts in ([*titles, sheet.name], [file]):
        said = (periods_in(text) for text in texts if not _WHEN.search(text))
        if found := {period for periods in said for period in periods}:
            return found.pop() if len(found) == 1 else ""
    return year
