"""Forms as data: the sheets that counties really fill in, one file each in ``forms/``.

    title: 小额信贷台账
    said: [小额信贷, 小额贷款]        # a word of the title, the sheet's or the file's name; without one it is not this form
    feeds:
      - {resource: loans, known_by: [household_no, lent_on], about: member}
    constants:
      - {field: loans.subsidised, value: 是}
    columns:
      - {role: person, headers: [借款人, 户主姓名], needed: yes}
      - {field: loans.amount, headers: [贷款金额, 放款金额], needed: yes}
    ignore: [备注]
    values:
      - {field: loans.purpose, from: 种植业, to: 种植}

``groups`` are the upper headers that the printed form has over several columns. A header of several levels is written ``资金规模/合计``. One column may feed several tables (``field: [a.x, b.x]``). ``about`` says
whom the row's name is of: its household or a member of it; ``places`` gives a record for each village that the row names. A constant may hold ``{year}``, ``{period}`` (term, quarter or month), ``{township}`` or ``{village}``: what the
sheet says in its title or place. A field that the county's dictionary does not have is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from typing import Any

from gongshi.exchange.convert import value_key
from gongshi.exchange.identifiers import BY_NAME, carries_persons
from gongshi.exchange.mapping import ColumnMapping, MappedColumn, normal
from gongshi.package import Descriptor, worded
from gongshi.package.subjects import subjects
from gongshi.package.yamlfile import parse, plain

ROLES = ("person", "head", "id_no", "helper", "helper_unit", "place", "county", "township", "village", "span", "list")
ABOUT = ("household", "member", "through", "places")


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column of a form: its headers (levels joined by ``/``), the (resource, field) that it feeds, or what it is there for."""

    headers: tuple[str, ...]
    fields: tuple[tuple[str, str], ...] = ()
    role: str = ""
    needed: bool = False

    def spelled(self) -> tuple[str, ...]:
        """The headers as they are compared, the one that says most first."""
        return tuple(normal(header.replace("/", "")) for header in self.headers)

    def words(self) -> frozenset[str]:
        """The same without order."""
        return frozenset(self.spelled())


@dataclass(frozen=True, slots=True)
class Feed:
    """A resource that a form feeds. ``known_by`` are the fields by which a record without a number is known, ``when`` those
    that must have a column, else this resource gets nothing."""

    resource: str
    known_by: tuple[str, ...] = ()
    about: str = "household"
    when: tuple[str, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Form:
    """A known form; ``values`` are words for a field's values, by resource and field, ``above`` headers that span several columns."""

    name: str
    title: str
    said: tuple[str, ...]
    columns: tuple[FormColumn, ...]
    feeds: tuple[Feed, ...]
    ignore: frozenset[str]
    values: Mapping[str, Mapping[str, Mapping[str, str]]]
    above: tuple[str, ...] = ()

    def mapping(self, resource: str) -> ColumnMapping:
        """The part of the form that feeds one resource, as a mapping."""
        columns = tuple(
            MappedColumn(word, name)
            for column in self.columns
            for where, name in column.fields
            if where == resource and not column.role
            for word in sorted(column.words())
        )
        return ColumnMapping(self.name, self.title, resource, columns, self.ignore, self.values.get(resource, {}))


def read_forms(descriptor: Descriptor) -> list[Form]:
    """The forms that this dictionary has the tables for."""
    folder = resources.files("gongshi.exchange") / "forms"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    read = (_form(name.removesuffix(".yaml"), plain(parse((folder / name).read_bytes())), descriptor) for name in names)
    return [form for form in read if form is not None]


def _form(name: str, data: dict[str, Any], descriptor: Descriptor) -> Form | None:
    def known(place: str) -> tuple[str, str] | None:
        resource, _, item = place.partition(".")
        found = descriptor.resources.get(resource)
        persons = BY_NAME if found and carries_persons(found) else ()
        return (resource, item) if found and (item in found.schema.names or item in persons) else None

    columns = []
    for entry in data["columns"]:
        said = entry.get("field", [])
        fields = tuple(filter(None, map(known, [said] if isinstance(said, str) else said)))
        needed = entry.get("needed") == "yes"
        if said and not fields:
            if needed:
                return None
            continue
        columns.append(FormColumn(tuple(entry["headers"]), fields, entry.get("role", ""), needed))
    constants: dict[str, dict[str, str]] = {}
    for entry in data.get("constants", []):
        if place := known(entry["field"]):
            constants.setdefault(place[0], {})[place[1]] = entry["value"]
    values: dict[str, dict[str, dict[str, str]]] = {}
    for entry in data.get("values", []):
        if place := known(entry["field"]):
            values.setdefault(place[0], {}).setdefault(place[1], {})[value_key(entry["from"])] = entry["to"]
    feeds = tuple(_feed(entry, constants) for entry in data["feeds"] if entry["resource"] in descriptor.resources)
    if not feeds:
        return None
    ignore = frozenset(map(normal, data.get("ignore", [])))
    columns += _numbers(feeds[0], descriptor, columns)
    feeds, columns = _told_apart(feeds, descriptor, columns, ignore)
    title = worded(data["title"], descriptor.day)
    return Form(name, title, tuple(data["said"]), tuple(columns), feeds, ignore, values, tuple(data.get("above", [])))


def _feed(entry: dict[str, Any], constants: Mapping[str, Mapping[str, str]]) -> Feed:
    return Feed(
        entry["resource"],
        tuple(entry.get("known_by", [])),
        entry.get("about", "household"),
        tuple(entry.get("when", [])),
        constants.get(entry["resource"], {}),
    )


def _numbers(feed: Feed, descriptor: Descriptor, columns: list[FormColumn]) -> list[FormColumn]:
    """Columns for the record's own number and those of whom it is about, where the form has none."""
    schema = descriptor.resources[feed.resource].schema
    known = {place for column in columns for place in column.fields}
    words = {word for column in columns for word in column.words()}
    called = {one.key: one.called for one in (subjects().household, subjects().member)}
    wanted = [name for name in (*schema.primary_key, *called) if name in schema.names]
    added = []
    for name in dict.fromkeys(wanted):
        titles = [schema.field(name).title, *([called[name]] if name in called else ())]
        headers = tuple(dict.fromkeys(title for title in titles if normal(title) not in words))
        if (feed.resource, name) not in known and headers:
            added.append(FormColumn(headers, ((feed.resource, name),)))
    return added


def _told_apart(
    feeds: Sequence[Feed], descriptor: Descriptor, columns: list[FormColumn], ignore: frozenset[str]
) -> tuple[tuple[Feed, ...], list[FormColumn]]:
    """Feeds with the header by which each field that must be filled may be added to the form (what a refused row lacks), and the
    columns with these headers: the field's title, or, where another column is called so, the table's before it."""
    done = []
    for feed in feeds:
        resource, labels = descriptor.resources[feed.resource], {}
        for item in resource.schema.fields if feed.about != "places" else ():
            words = {word for column in columns for word in column.words()} | ignore
            at = next((n for n, c in enumerate(columns) if (resource.name, item.name) in c.fields), None)
            if not item.required or (at is not None and normal(item.title) in columns[at].words()):
                continue
            label = item.title if normal(item.title) not in words else f"{resource.title}{item.title}"
            labels[item.name] = label
            if at is None or columns[at].role:
                columns.append(FormColumn((label,), ((resource.name, item.name),)))
            else:
                columns[at] = replace(columns[at], headers=(*columns[at].headers, label))
        done.append(replace(feed, labels=labels))
    return tuple(done), columns
