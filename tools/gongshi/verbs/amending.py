"""Cells of records that are there, changed in place: several at once, all or none, each told what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from gongshi.checks.guard import NameSet
from gongshi.checks.phrases import cell_message, shown, wanted
from gongshi.checks.showing import shown_cell
from gongshi.exchange.convert import Converter, Refusal
from gongshi.exchange.doubts import swapped
from gongshi.exchange.opened import opened_names, refuse_names
from gongshi.lookup import found_tables
from gongshi.model import GongshiError
from gongshi.package import Database, Descriptor, Field, Resource, fits, home, identifier, is_free, read_descriptor
from gongshi.repository import Tree, WorkTree, write_kept, writer
from gongshi.sealing import Identity
from gongshi.verbs.asking import in_range
from gongshi.verbs.book import Book, Flaw
from gongshi.verbs.doing import Done

MOST = 20_000
"""Cells changed in one go."""


class Edit(NamedTuple):
    """One cell: the key of its record, its field, what stood there when it was looked at (None: whatever it is), and what is
    to stand there."""

    key: tuple[str, ...]
    field: str
    was: str | None
    text: str


class New(NamedTuple):
    """A record that is not there yet: what stands for its number until it has one, and its cells."""

    at: str
    cells: Mapping[str, str]


class Flawed(GongshiError):
    """Nothing can be written as wished; ``flaws`` says why, each at its cell."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        told = dict.fromkeys(f"“{'/'.join(flaw.key)}”：{flaw.message.rstrip('。')}" for flaw in flaws[:5])
        super().__init__("；".join(told) + (f"；等 {len(flaws)} 处。" if len(flaws) > 5 else "。"))
        self.flaws = tuple(flaws)


def amend(
    root: Path,
    name: str,
    edits: Sequence[Edit],
    today: date,
    identity: Identity | None = None,
    trial: bool = False,
    more: Sequence[New] = (),
    less: Sequence[tuple[str, ...]] = (),
    looked: Mapping[tuple[str, ...], Mapping[str, str]] = MappingProxyType({}),
) -> Done:
    """Change cells of a table, add and strike out records; ``looked`` is what those to be struck out looked like. Flawed, with nothing
    written, where one of it cannot be so."""
    with writer(root) as write:
        tree = WorkTree(root)
        book, flaws = _judged(tree, name, edits, today, identity, more, less, looked)
        if flaws:
            raise Flawed(flaws)
        changed = [one for place, one in book.touched.items() if place[1] in {edit.key for edit in edits}]
        told = _told(book.resource(name).title, len(changed), sum(map(len, changed)), len(more), len(less))
        files = book.files({})
        if trial or not files:
            return Done(told, tuple(sorted(files)))
        refuse_names(files, opened_names(tree, identity))
        return Done(told, write_kept(root, write, told, datetime.now().isoformat(" ", "minutes"), files))


def _told(title: str, records: int, cells: int, more: int, less: int) -> str:
    parts = [f"改{title} {records} 条、{cells} 格"] if records or not (more or less) else []
    parts += [f"新增{title} {more} 条"] if more else []
    return "，".join([*parts, *([f"删去{title} {less} 条"] if less else [])])


def look(database: Database, name: str, edits: Sequence[Edit], names: NameSet | None = None) -> list[Flaw]:
    """What can be told of cells while they are typed, out of records already read: whether each is spelled as its field asks,
    names a record that is there, and nobody whose name a key opened. ``amend`` looks at all of it again."""
    resource = _resource(database.descriptor, name)
    flaws = []
    for edit in edits:
        field = resource.schema.field(edit.field) if edit.field in resource.schema.names else None
        text, wrong = _spelled(resource, field, edit.text) if field else ("", "没有这一栏")
        wrong = wrong or _unknown(database, name, edit.field, text)
        flaws += [Flaw(name, edit.key, edit.field, wrong)] if wrong else []
    return flaws + _named(resource, edits, names)


def _unknown(database: Database, name: str, field: str, text: str) -> str:
    """What to say where a cell names a record that is not there; a reference of several fields is looked at by ``amend``."""
    for key in database.descriptor.foreign_keys if text else ():
        if key.resource == name and key.fields == (field,):
            table = f"raw.{identifier(key.reference)}"
            if not database.sql(
                f"SELECT 1 FROM {table} WHERE {identifier(key.reference_fields[0])} = ? LIMIT 1", [text]
            ):
                resource, other = database.descriptor.resources[name], database.descriptor.resources[key.reference]
                return f"“{resource.schema.field(field).title}”指的{other.title}台账里没有，请核对编号"
    return ""


def _judged(
    tree: Tree,
    name: str,
    edits: Sequence[Edit],
    today: date,
    identity: Identity | None,
    more: Sequence[New],
    less: Sequence[tuple[str, ...]],
    looked: Mapping[tuple[str, ...], Mapping[str, str]],
) -> tuple[Book, list[Flaw]]:
    if len(edits) + sum(len(one.cells) for one in more) + len(less) > MOST:
        raise GongshiError(f"一次最多改 {MOST} 格，请分几次存。")
    resource = _resource(read_descriptor(tree), name)
    book = Book(tree, [name], today)
    flaws = [flaw for edit in edits if (flaw := _put(book, resource, edit))]
    flaws += [flaw for key in less for flaw in _struck(book, resource, key, looked.get(key, {}))]
    at: dict[tuple[str, ...], str] = {}
    flaws += [flaw for one in more for flaw in _added(book, resource, one, at)]
    wrong = {(flaw.key, flaw.field) for flaw in flaws}
    edited = {(edit.key, edit.field) for edit in edits} - wrong
    edited |= {(key, field) for key in at for field in resource.schema.names}
    if book.touched:
        flaws += [
            flaw._replace(key=(at[flaw.key],)) if flaw.key in at else flaw
            for flaw in book.flaws()
            if (flaw.key, flaw.field) in edited
        ]
        flaws += [
            flaw
            for key in dict.fromkeys(key for _, key in book.touched)
            if key not in at
            for flaw in _moved(book, resource, key)
        ]
    free = [
        edit for edit in edits if edit.field in resource.schema.names and is_free(resource.schema.field(edit.field))
    ]
    new = [Edit((one.at,), field, None, text) for one in more for field, text in one.cells.items()]
    free += [one for one in new if one.field in resource.schema.names and is_free(resource.schema.field(one.field))]
    return book, flaws + _named(resource, [*edits, *new], opened_names(tree, identity) if free else None)


def _added(book: Book, resource: Resource, one: New, at: dict[tuple[str, ...], str]) -> list[Flaw]:
    """Put in a new record, or what is wrong with it at its cells; ``at`` learns under which number it stands."""
    cells, flaws = {}, []
    schema = resource.schema
    key = schema.primary_key
    for field in schema.fields:
        typed = one.cells.get(field.name, "").strip()
        if not typed and key == (field.name,):
            try:
                cells[field.name] = book.number(resource.name, book.today.year)
            except GongshiError as error:
                flaws.append(Flaw(resource.name, (one.at,), field.name, str(error)))
            continue
        cells[field.name], wrong = _spelled(resource, field, typed)
        flaws += [Flaw(resource.name, (one.at,), field.name, wrong)] if wrong else []
    if flaws:
        return flaws
    try:
        at[book.add(resource.name, cells)] = one.at
    except GongshiError as error:
        return [Flaw(resource.name, (one.at,), key[0], str(error))]
    return []


def _struck(book: Book, resource: Resource, key: tuple[str, ...], looked: Mapping[str, str]) -> list[Flaw]:
    """Strike out a record, if it is as it ``looked``, or why that cannot be."""
    try:
        row = book.ledger.row(resource.name, key)
        if row is None:
            raise GongshiError("台账里已经没有这条记录，别人刚改过，请重新打开这张表")
        now = dict(zip(resource.schema.names, book.ledger.read(resource.name, key, row), strict=True))
        if moved := next((name for name, text in looked.items() if now.get(name) != text), ""):
            raise GongshiError(f"“{_title(resource, moved)}”刚才被别人改过，你看到的是旧的，核对后再删")
        book.drop(resource.name, key)
    except GongshiError as error:
        return [Flaw(resource.name, key, resource.schema.primary_key[0], str(error))]
    return []


def _title(resource: Resource, name: str) -> str:
    return resource.schema.field(name).title if name in resource.schema.names else name[:40]


def _resource(descriptor: Descriptor, name: str) -> Resource:
    """A table that people edit; GongshiError for any other."""
    if name in found_tables().own or name not in descriptor.resources:
        raise GongshiError("这张表由程序自己写，不能改。" if name in found_tables().own else "没有这张表，请核对表名。")
    return descriptor.resources[name]


def _put(book: Book, resource: Resource, edit: Edit) -> Flaw | None:
    """Put one cell into the book, or what is wrong with it."""

    def flaw(message: str) -> Flaw:
        return Flaw(resource.name, edit.key, edit.field, message)

    schema = resource.schema
    row = book.ledger.row(resource.name, edit.key)
    if row is None:
        return flaw("台账里已经没有这条记录，别人刚改过，请重新打开这张表")
    if edit.field not in schema.names:
        return flaw("没有这一栏")
    place = schema.names.index(edit.field)
    field, now = schema.field(edit.field), book.ledger.read(resource.name, edit.key, row)[place]
    if edit.field in schema.primary_key:
        return flaw(f"“{field.title}”是这条记录的编号，不能改；写错了的删去另登")
    if edit.was is not None and edit.was != now:
        return flaw(f"“{field.title}”刚才被别人改过{shown(resource, now)}，你看到的是旧的，核对后再存")
    if shown_cell(field, now) != now:
        return flaw(f"“{field.title}”的内容不显示，不能在这里改")
    text, wrong = _spelled(resource, field, edit.text)
    if wrong:
        return flaw(wrong)
    if field.derive and text and book.ledger.said(resource.name, edit.key).get(field.name, text) != text:
        source = home(book.descriptor, resource, field, field.derive)
        return flaw(f"“{field.title}”由“{source}”定，不在这里改，请改“{source}”")
    book.change(resource.name, edit.key, {edit.field: row[place] if text == now else text})
    return None


def _spelled(resource: Resource, field: Field, typed: str) -> tuple[str, str]:
    """(what was typed as the ledger spells it, what is wrong with it); nothing stays nothing."""
    text = Converter(field)(typed.strip()) if typed.strip() else ""
    if isinstance(text, Refusal):
        return "", f"“{field.title}”：{text.reason}"
    if not text:
        return "", cell_message(resource, field, "") if field.required else ""
    if not fits(field, text) and fits(field, text.upper()):
        text = text.upper()
    bounds = field.min_length or 0, field.max_length if field.max_length is not None else len(text)
    sized = in_range(field, text) if field.type in ("integer", "number") else bounds[0] <= len(text) <= bounds[1]
    if not fits(field, text) or not sized:
        return "", f"“{field.title}”填得不对：{wanted(field)}"
    return text, ""


def _moved(book: Book, resource: Resource, key: tuple[str, ...]) -> list[Flaw]:
    """A record that would belong to another township than the one whose file it lies in; figures in the wrong column."""
    changed = book.touched[resource.name, key]
    cells = dict(zip(resource.schema.names, book.ledger.row(resource.name, key) or (), strict=True))
    found = [Flaw(resource.name, key, *doubt) for doubt in swapped(cells, changed)]
    path, home = book.ledger.path_of(resource.name, key) or "", book.ledger.township_of(resource, cells)
    if home and path.startswith("records/townships/") and path.split("/")[2] != home:
        message = "改了以后这条记录归另一个乡镇，不能在这里改，要在那个乡镇另登"
        found += [Flaw(resource.name, key, name, message) for name in changed]
    return found


def _named(resource: Resource, edits: Sequence[Edit], names: NameSet | None) -> list[Flaw]:
    """Cells of free text in which somebody is named."""
    schema = resource.schema
    free = [edit for edit in edits if edit.field in schema.names and is_free(schema.field(edit.field)) and edit.text]
    message = "这一格里有在册人员的姓名，请删去，或改写成户编号"
    return [Flaw(resource.name, e.key, e.field, message) for e in free if names and next(names.find(e.text), None)]
