"""The package room: descriptors, CSV and YAML to a Database and back in canonical form. Door for duckdb and yaml."""

from gongshi.package.canonical import csv_bytes, spell, yaml_bytes
from gongshi.package.columns import LookedAt, Remembered, columns_named, joined, those, with_sources
from gongshi.package.database import (
    ComputeError,
    Database,
    QueryError,
    county_day,
    identifier,
    literal,
    load,
    quoted,
    typed,
)
from gongshi.package.deriving import derived_fields, home
from gongshi.package.descriptor import county_day_in, read_descriptor
from gongshi.package.dictionary import dictionary
from gongshi.package.documents import (
    FlatDocument,
    canonical_document,
    document_at,
    document_of,
    pattern_of,
    read_document,
)
from gongshi.package.export import Provenance, export_package, schema_descriptor
from gongshi.package.fitting import fits, form_of, is_free
from gongshi.package.formatting import format_files
from gongshi.package.pack import FieldPlace, PackQuery, pack, pack_files, queries, query
from gongshi.package.recall import Digests, Kept, Recall, Seen, forgetful
from gongshi.package.schema import RECORDS, Descriptor, Document, Field, ForeignKey, Resource, Schema
from gongshi.package.texts import TextTables, text_rows
from gongshi.package.words import NEWEST, first_day, offered, worded

__all__ = [
    "NEWEST",
    "RECORDS",
    "ComputeError",
    "Database",
    "Descriptor",
    "Digests",
    "Document",
    "Field",
    "FieldPlace",
    "FlatDocument",
    "ForeignKey",
    "Kept",
    "LookedAt",
    "PackQuery",
    "Provenance",
    "QueryError",
    "Recall",
    "Remembered",
    "Resource",
    "Schema",
    "Seen",
    "TextTables",
    "canonical_document",
    "columns_named",
    "county_day",
    "county_day_in",
    "csv_bytes",
    "derived_fields",
    "dictionary",
    "document_at",
    "document_of",
    "export_package",
    "first_day",
    "fits",
    "forgetful",
    "form_of",
    "format_files",
    "home",
    "identifier",
    "is_free",
    "joined",
    "literal",
    "load",
    "offered",
    "pack",
    "pack_files",
    "pattern_of",
    "queries",
    "query",
    "quoted",
    "read_descriptor",
    "read_document",
    "schema_descriptor",
    "spell",
    "text_rows",
    "those",
    "typed",
    "with_sources",
    "worded",
    "yaml_bytes",
]
