"""The whole ledger flattened to one Data Package, and schemas as plain Table Schema descriptors."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gongshi.model import GongshiError
from gongshi.package.canonical import csv_bytes
from gongshi.package.database import Database, quoted
from gongshi.package.descriptor import FIELD_TEXTS
from gongshi.package.schema import Descriptor, Field, Resource, Schema


def field_descriptor(field: Field) -> dict[str, object]:
    """A field as a plain Table Schema field, Gongshi's additions included."""
    limits: dict[str, object] = {"required": True} if field.required else {}
    if field.pattern:
        limits["pattern"] = field.pattern
    if field.enum:
        limits["enum"] = list(field.enum)
    for name, value in (("minimum", field.minimum), ("maximum", field.maximum)):
        if value:
            limits[name] = float(value) if "." in value else int(value)
    for name, length in (("minLength", field.min_length), ("maxLength", field.max_length)):
        if length is not None:
            limits[name] = length
    texts = {name: getattr(field, name) for name in FIELD_TEXTS}
    descriptor: dict[str, object] = {name: value for name, value in texts.items() if value}
    if field.decimals is not None:
        descriptor["decimals"] = field.decimals
    if field.type == "boolean":
        descriptor |= {"trueValues": list(field.true_values), "falseValues": list(field.false_values)}
    if limits:
        descriptor["constraints"] = limits
    return descriptor


def schema_descriptor(schema: Schema) -> dict[str, object]:
    """A Table Schema descriptor of the fields alone; keys are checked across files by SQL."""
    return {"fields": [field_descriptor(field) for field in schema.fields]}


@dataclass(frozen=True)
class Provenance:
    """Which ledger a package is of: a field that goes into each key and its value (no field if the ledger has no code), and what
    the package says of itself."""

    field: Field | None
    code: str
    metadata: Mapping[str, object]

    def prefix(self, resource: Resource) -> tuple[Field, ...]:
        """The field, for a resource that does not have it."""
        return () if not self.field or self.field.name in resource.schema.names else (self.field,)

    def key(self, resource: Resource, names: Sequence[str]) -> list[str]:
        """A key of the resource with the field in it."""
        return [*(field.name for field in self.prefix(resource)), *names]


def package_descriptor(
    descriptor: Descriptor, whose: Provenance, tables: Sequence[Mapping[str, object]]
) -> dict[str, object]:
    """The Data Package descriptor of the exported ledger: every resource one CSV file, every key stated."""
    return {
        "name": descriptor.name,
        "title": descriptor.title,
        **whose.metadata,
        **({"licenses": [{"name": descriptor.licence}]} if descriptor.licence else {}),
        "resources": tables,
    }


def _resource_descriptor(descriptor: Descriptor, resource: Resource, whose: Provenance) -> dict[str, object]:
    keys = [
        {
            "fields": whose.key(resource, key.fields),
            "reference": {
                "resource": "" if key.reference == resource.name else key.reference,
                "fields": whose.key(descriptor.resources[key.reference], key.reference_fields),
            },
        }
        for key in descriptor.foreign_keys
        if key.resource == resource.name
    ]
    schema = schema_descriptor(resource.schema) | {"primaryKey": whose.key(resource, resource.schema.primary_key)}
    schema["fields"] = [*map(field_descriptor, (*whose.prefix(resource), *resource.schema.fields))]
    return {
        "name": resource.name,
        "title": resource.title,
        "profile": "tabular-data-resource",
        "path": f"data/{resource.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema | ({"foreignKeys": keys} if keys else {}),
    }


def export_package(database: Database, folder: Path, whose: Provenance) -> int:
    """Write the Data Package into ``folder``, which must be new or empty; all of it or nothing. Returns the tables.

    Each row's key begins with the ledger's own code, so that packages of many counties can be read as one.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise GongshiError(f"“{folder}”里已有东西，请换一个空的或还没有的目录")
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".gongshi-export-", dir=folder.parent))
    try:
        (aside / "data").mkdir()
        tables = []
        for resource in database.descriptor.resources.values():
            names = quoted(resource.schema.names)
            rows = database.sql(f"SELECT {names} FROM {database.text_of(resource.name)} ORDER BY rowid")
            prefix = whose.prefix(resource)
            schema = replace(resource.schema, fields=(*prefix, *resource.schema.fields))
            data = csv_bytes(schema, [(*(whose.code for _ in prefix), *row) for row in rows] if prefix else rows)
            proof = {"bytes": len(data), "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}
            tables.append(_resource_descriptor(database.descriptor, resource, whose) | proof)
            (aside / "data" / f"{resource.name}.csv").write_bytes(data)
        text = json.dumps(package_descriptor(database.descriptor, whose, tables), ensure_ascii=False, indent=2)
        (aside / "datapackage.json").write_text(text + "\n", encoding="utf-8")
        aside.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        os.replace(aside, folder)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return len(database.descriptor.resources)
