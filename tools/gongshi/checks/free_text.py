"""What people read without a key may not name a person: public texts are judged by the shape of names, and the title of
a notice is made of words that the program knows, so that nobody types one.

A name that nothing beside it gives away is found where a key is (``NameSet``)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gongshi.checks.name_shapes import names_alone, names_beside
from gongshi.checks.notice_pack import notice_pack
from gongshi.checks.phrases import is_personal
from gongshi.checks.showing import keys_of
from gongshi.model import Finding, GongshiError, Severity
from gongshi.package import Database, Field, Resource, identifier, is_free
from gongshi.repository import Tree

LIMIT = 1000  # findings per field
_LONG = 60  # characters that a field of sentences takes; shorter ones hold words, and words may look like names
_ADVICE = "公开的文字里不写人名，请删去，或写户编号、组名"
_PROSE = re.compile(r"(?:docs/.*\.md|policies/.*\.(?:ya?ml|md))")


def public_texts(resource: Resource) -> list[Field]:
    """The fields of public free text of a table that is not about persons."""
    return [] if is_personal(resource) else [field for field in resource.schema.fields if is_free(field)]


def check_free_text(database: Database, resource: Resource) -> Iterator[Finding]:
    """Names, by their shape, in the public free text of one table."""
    if not database.loaded[resource.name].rows:
        return
    for field in public_texts(resource):
        yield from _in_field(database, resource, field)


def _in_field(database: Database, resource: Resource, field: Field) -> Iterator[Finding]:
    column, table = identifier(field.name), f"raw.{identifier(resource.name)}"
    texts = [text for (text,) in database.sql(f"SELECT DISTINCT {column} FROM {table} WHERE {column} <> ''")]
    named = [text for text in texts if _names(field, text)]
    if not named:
        return
    query = f"SELECT rowid FROM {table} WHERE {column} IN (SELECT unnest($1::VARCHAR[])) ORDER BY rowid LIMIT {LIMIT}"
    rows = [row for (row,) in database.sql(query, [named])]
    keys = keys_of(database, resource, rows)
    for row in rows:
        message = f"“{field.title}”里像有人名（在户主、家、同志这类字样旁边，或单独一个人名）：{_ADVICE}"
        path, line = database.locate(resource.name, row)
        yield Finding("personal-name", Severity.ERROR, message, path, line, resource.name, field.name, keys[row])


def _names(field: Field, text: str) -> bool:
    whole = (field.max_length or 0) >= _LONG and [*names_alone(text)] == [text.strip()]
    return whole or any(True for _ in names_beside(text))


def prose_paths(tree: Tree) -> list[str]:
    """The hand-written pages and the policies, waivers too: all of them are published."""
    return [path for path in tree.paths() if _PROSE.fullmatch(path)]


def check_prose(tree: Tree) -> list[Finding]:
    """Names, by their shape, in the hand-written pages and in the policies."""
    found = []
    for path in prose_paths(tree):
        try:
            lines = tree.read(path).decode("utf-8", "replace").split("\n")
        except GongshiError:
            continue  # the guard says so
        for number, line in enumerate(lines, 1):
            if any(True for _ in names_beside(line)):
                message = f"这一行像有人名（在户主、家、同志这类字样旁边）：{_ADVICE}"
                found.append(Finding("personal-name", Severity.ERROR, message, path, number))
    return found


def check_titles(database: Database) -> list[Finding]:
    """Titles of notices that hold anything but places, projects on record, dates, and the words of notices."""
    about = notice_pack()
    notices = database.descriptor.resources.get(about.table)
    if notices is None or not {about.title, about.called} <= set(notices.schema.names):
        return []
    kinds = map(re.escape, notices.schema.field(about.called).enum)
    words = re.compile(f"(?:{'|'.join((*kinds, *about.words))})*")
    names = {name for place in about.names for name in _known(database, *place)}
    title, table = identifier(about.title), identifier(about.table)
    rows = database.sql(f"SELECT rowid, {title} FROM raw.{table} WHERE {title} <> ''")
    bad = [row for row, said in rows if not _composed(said, names, words)][:LIMIT]
    keys = keys_of(database, notices, bad)
    found = []
    for row in bad:
        message = "公示的标题只能由地名、项目名、日期和公示类别组成，如“古镇2020年补助发放公示”：请照 gongshi notice new 的标题改"
        place = database.locate(about.table, row)
        found.append(Finding("notice-title", Severity.ERROR, message, *place, about.table, about.title, keys[row]))
    return found


def _known(database: Database, resource: str, field: str) -> set[str]:
    described = database.descriptor.resources.get(resource)
    if described is None or field not in described.schema.names:
        return set()
    return {text for (text,) in database.sql(f"SELECT DISTINCT {field} FROM raw.{identifier(resource)}") if text}


def _composed(title: str, names: set[str], words: re.Pattern[str]) -> bool:
    """Whether a title is a name on record, if any, and words; the longest name counts."""
    starts = [title[:length] for length in range(len(title), 0, -1) if title[:length] in names]
    return any(words.fullmatch(title[len(start) :]) for start in [*starts, ""])
