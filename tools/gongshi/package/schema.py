"""Descriptors as values: Field, Schema, Resource, Document, Descriptor, read from a Tree."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from gongshi.model import Finding

RECORDS = "records"


@dataclass(frozen=True, slots=True)
class Derive:
    """Where an empty cell's value comes from: see ``deriving.py``."""

    rows: str
    value: str
    match: tuple[tuple[str, str], ...]
    where: tuple[tuple[str, str], ...] = ()
    ended: tuple[tuple[str, str], ...] = ()
    latest: str = ""
    times: str = ""
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a Table Schema, with Gongshi's additions: ``disclosure``, ``source``, ``unit``, ``decimals``."""

    name: str
    title: str
    type: str
    description: str = ""
    unit: str = ""
    disclosure: str = "internal"
    source: str = ""
    decimals: int | None = None
    required: bool = False
    pattern: str = ""
    enum: tuple[str, ...] = ()
    minimum: str = ""
    maximum: str = ""
    min_length: int | None = None
    max_length: int | None = None
    true_values: tuple[str, ...] = ()
    false_values: tuple[str, ...] = ()
    formerly: tuple[str, ...] = ()
    derive: Derive | None = None
    was: str = ""
    """The title in the words of the schema itself, where the county's edition has others (``words.py``)."""
    offered: tuple[str, ...] = ()
    """What of ``enum`` is still said in the county's edition, where that is not all of it."""

    @property
    def choices(self) -> tuple[str, ...]:
        """What of ``enum`` people are offered; all of it is valid."""
        return self.offered or self.enum

    def __hash__(self) -> int:
        return hash(self.name)  # asked for every cell that is shown: all of it would take longer than the question


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """``fields`` of ``resource`` must stand in ``reference_fields`` of ``reference``; an empty cell refers to nothing."""

    resource: str
    fields: tuple[str, ...]
    reference: str
    reference_fields: tuple[str, ...]
    path: str = ""
    line: int = 0


@dataclass(frozen=True)
class Schema:
    """A Table Schema: fields, primary key, and the foreign keys that it states itself."""

    path: str
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...] = ()

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)

    @cached_property
    def _by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}

    @cached_property
    def _former(self) -> dict[str, str]:
        return {old: field.name for field in self.fields for old in field.formerly}

    def field(self, name: str) -> Field:
        """The field called ``name``; KeyError if there is none."""
        return self._by_name[name]

    def today(self, labels: Collection[str]) -> list[str]:
        """``labels`` by today's names: a former name becomes the new one, unless that is among them too."""
        new = [self._former.get(label, label) for label in labels]
        return [label if name in labels else name for name, label in zip(new, labels, strict=True)]


@dataclass(frozen=True, slots=True)
class Resource:
    """One table: a CSV resource with its files (``paths``, below ``records/``), or one made from YAML documents."""

    name: str
    title: str
    schema: Schema
    paths: tuple[str, ...] = ()
    document: str = ""

    @property
    def is_csv(self) -> bool:
        return not self.document


@dataclass(frozen=True, slots=True)
class Document:
    """A kind of YAML file: ``path`` is a template with {fields}; ``lists`` maps a key to the Resource of its rows."""

    name: str
    title: str
    path: str
    resource: str
    lists: Mapping[str, str]


@dataclass(frozen=True)
class Descriptor:
    """The whole Data Package: resources by name, document kinds, keys into documents.

    ``problems`` are what was wrong with the descriptor files themselves; what is sound is here all the same, and nothing else.
    """

    name: str
    title: str
    resources: Mapping[str, Resource]
    documents: tuple[Document, ...]
    foreign_keys: tuple[ForeignKey, ...]
    licence: str = ""
    problems: tuple[Finding, ...] = ()
    day: date | None = None
    """The day in whose words it speaks: the county's own, or no end of days; None where there is no county."""

    def csv_resources(self) -> tuple[Resource, ...]:
        return tuple(resource for resource in self.resources.values() if resource.is_csv)

    @cached_property
    def derivations(self) -> tuple[tuple[Resource, Field, Derive], ...]:
        """Every field that a schema says other rows give, soundly or not (``deriving.py``)."""
        fields = ((resource, field) for resource in self.resources.values() for field in resource.schema.fields)
        return tuple((resource, field, field.derive) for resource, field in fields if field.derive)

    @cached_property
    def owners(self) -> Mapping[str, str]:
        """The name of the CSV resource by path, ``records/`` included."""
        return {f"{RECORDS}/{path}": resource.name for resource in self.csv_resources() for path in resource.paths}


def shown_name(name: str) -> str:
    """A wrong field name as a message may show it: where a name should stand there may be a person's data instead."""
    return f"“{name}”" if re.fullmatch("[a-z_]{1,40}", name) else ""
