"""Workbooks out in a known form: what came in goes out in the shape that is handed on, and comes back as the same records.

Beside the form's own columns stand the numbers of the records, those of another system where they are known, so nothing has to be
looked up on the way back. What a record refers to is named where the name is nobody else's, else numbered. Names of persons only
with a key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from gongshi.checks.aliases import aliases
from gongshi.exchange.forms import Form, FormColumn
from gongshi.exchange.identifiers import BY_NAME, FIELDS, carries_persons
from gongshi.exchange.lore import lore
from gongshi.exchange.styles import StyledBook, fitting
from gongshi.exchange.workbook import Row, rows_of, style_of, writer_of
from gongshi.model import GongshiError
from gongshi.package import Database, Field, Resource, identifier, offered, quoted
from gongshi.package.subjects import subjects

if TYPE_CHECKING:
    from gongshi.exchange.styles import Worksheet

_OWN = ("", "person", "id_no")  # roles of columns that may hold a field of the record, too


def form_workbook(
    database: Database, form: Form, township: str | None, people: Callable[[str], Row] | None = None
) -> tuple[bytes, int]:
    """(the workbook, how many records are in it); ``people`` gives a member's identifiers in the order of FIELDS."""
    feed = form.feeds[0]
    resource = database.descriptor.resources[feed.resource]
    if carries_persons(resource) and people is None:
        raise GongshiError(f"样式“{form.title}”带姓名和身份证号，要用密钥，请用 --identity 指明密钥文件。")
    columns = _columns(form, resource)
    records = [record for record in _records(database, resource, township) if _belongs(record, form, resource)]
    names = _foreign(database) | _names(database, resource)
    lines = [[_cell(record, column, item, names, people) for column, item in columns] for record in records]
    book = StyledBook(form.title)
    _write(
        book,
        offered(form.said, database.descriptor.day)[0],
        [(_label(column, item, form, database.descriptor.day), item) for column, item in columns],
        lines,
    )
    return book.close(), len(records)


def reads(form: Form, database_names: Sequence[str]) -> set[str]:
    """The resources to load for a form."""
    wanted = {form.feeds[0].resource, *subjects().people, subjects().place.table, aliases().table, *lore().written}
    return wanted & set(database_names)


def _columns(form: Form, resource: Resource) -> list[tuple[FormColumn, Field | None]]:
    """The form's columns that say something of its first resource, or of whom a record is, each field once."""
    found: list[tuple[FormColumn, Field | None]] = []
    seen = set()
    for column in form.columns:
        mine = [name for where, name in column.fields if where == resource.name and column.role in _OWN]
        if mine and mine[0] not in seen:
            seen.add(mine[0])
            item = BY_NAME.get(mine[0]) if mine[0] not in resource.schema.names else resource.schema.field(mine[0])
            found.append((column, item))
        elif column.role == "person" or (
            column.role == "township" and subjects().township.key in resource.schema.names
        ):
            found.append((column, None))
    return found


def _records(database: Database, resource: Resource, township: str | None) -> list[dict[str, str]]:
    names = resource.schema.names
    return [dict(zip(names, row, strict=True)) for row in rows_of(database, resource, township)]


def _belongs(record: Mapping[str, str], form: Form, resource: Resource) -> bool:
    """Whether a record is of this form: it says what the form says of every row, and has what each row must have."""
    constants = form.feeds[0].constants.items()
    needed = [n for c in form.columns if c.needed for where, n in c.fields if where == resource.name and n in record]
    return all(record[name] == text for name, text in constants if "{" not in text and _word(resource, name)) and all(
        record[name] for name in needed
    )


def _word(resource: Resource, name: str) -> bool:
    return bool(resource.schema.field(name).enum)


def _names(database: Database, resource: Resource) -> dict[str, dict[str, str]]:
    """Field → number → name, for what a record refers to by a number and people by a name; only names that are unlike."""
    found: dict[str, dict[str, str]] = {}
    for key in database.descriptor.foreign_keys:
        if key.resource != resource.name or len(key.fields) != 1 or key.reference not in lore().written:
            continue
        target = subjects().named(key.reference)
        number = database.descriptor.resources[target].schema.primary_key[0]
        pairs = database.sql(f"SELECT {quoted([number, lore().labels[0]])} FROM raw.{identifier(target)}")
        counts = Counter(name for _, name in pairs)
        found[key.fields[0]] = {code: name for code, name in pairs if name and counts[name] == 1}
    return found


def _foreign(database: Database) -> dict[str, dict[str, str]]:
    """Field → our number → that of another system, as ``_names``."""
    about = aliases()
    if about.table not in database.loaded:
        return {}
    found: dict[str, dict[str, str]] = {}
    for one in about.kinds:
        name = identifier(one.field)
        query = f"SELECT {name}, {identifier(about.number)} FROM raw.{identifier(about.table)} WHERE kind = $1 AND {name} <> ''"
        found[one.field] = dict(database.sql(query, [one.called]))
    return found


def _cell(
    record: Mapping[str, str],
    column: FormColumn,
    item: Field | None,
    names: Mapping[str, Mapping[str, str]],
    people: Callable[[str], Row] | None,
) -> str:
    if item is None and column.role == "township":
        town = subjects().township.key
        return names.get(town, {}).get(record[town], "")
    member = record.get(subjects().member.key, "")
    if item is None or item.name in (BY_NAME.keys() - record.keys()):
        at = [field.name for field in FIELDS].index(item.name if item else "name")
        return people(member)[at] if people and member else ""
    text = record[item.name]
    return names.get(item.name, {}).get(text, text)


class Label(NamedTuple):
    """A column's header in two rows (``group`` is "" where it stands below none) and in one."""

    group: str
    low: str
    plain: str


def _label(column: FormColumn, item: Field | None, form: Form, day: date | None) -> Label:
    headers = offered(column.headers, day)
    plain = next((header for header in headers if "/" not in header), headers[0].replace("/", ""))
    pairs = [header.partition("/") for header in headers]
    group, low = next(((group, low) for group, _, low in pairs if low and group in form.above), ("", plain))
    unit = f"({item.unit})" if item and item.unit else ""
    return Label(group, low + unit, plain + unit)


def _head(book: StyledBook, sheet: Worksheet, labels: Sequence[Label]) -> int:
    """Write the header below the title, of two rows if columns side by side are of one group; gives the row below it."""
    style = book.style(bold=True, text_wrap=True, border=1, bg_color="#DDE8F0", num_format="@", valign="vcenter")
    runs = [[place for place, _ in run] for _, run in groupby(enumerate(labels), lambda pair: pair[1].group or pair[0])]
    deep = any(len(run) > 1 for run in runs)
    for run in runs:
        first = labels[run[0]]
        if len(run) > 1:
            sheet.merge_range(1, run[0], 1, run[-1], first.group, style)
            for place in run:
                sheet.write_string(2, place, labels[place].low, style)
        elif deep:
            sheet.merge_range(1, run[0], 2, run[0], first.plain, style)
        else:
            sheet.write_string(1, run[0], first.plain, style)
    return 3 if deep else 2


def _write(
    book: StyledBook, title: str, columns: Sequence[tuple[Label, Field | None]], lines: Sequence[Sequence[str]]
) -> None:
    sheet = book.sheet(title)
    last = len(columns)
    text = book.style(num_format="@", border=1)
    sheet.merge_range(0, 0, 0, max(last, 1), title, book.style(bold=True, align="center", num_format="@"))
    labels = [Label("", "序号", "序号"), *(label for label, _ in columns)]
    top = _head(book, sheet, labels)
    for place, label in enumerate(labels):
        sample = [line[place - 1] for line in lines[:200]] if place else ["0" * 6]
        sheet.set_column(place, place, fitting(label.low, sample))
    for number, line in enumerate(lines):
        sheet.write_number(top + number, 0, number + 1, book.style(num_format="0", border=1))
        for place, (cell, (_, item)) in enumerate(zip(line, columns, strict=True), 1):
            if item is None or cell == "":
                sheet.write_string(top + number, place, cell, text)
            else:
                writer_of(item)(sheet, top + number, place, cell, style_of(book, item, False))
    money = [
        place for place, (_, item) in enumerate(columns, 1) if item and item.unit == "元" and item.type == "number"
    ]
    if lines and money:
        sheet.write_string(top + len(lines), 0, "合计", text)
        for place in money:
            sheet.write_string(top + len(lines), place, _sum(line[place - 1] for line in lines), text)
    sheet.freeze_panes(top, 0)


def _sum(cells: Iterable[str]) -> str:
    try:
        return f"{sum((Decimal(cell) for cell in cells if cell), Decimal(0)):f}"
    except InvalidOperation:
        return ""
