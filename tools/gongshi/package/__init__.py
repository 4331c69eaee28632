"""The package room: descriptors, CSV and YAML to a Database and back in canonical form. Door for duckdb, csv, yaml."""

from gongshi.package.descriptor import RECORDS, read_descriptor
from gongshi.package.schema import Descriptor, Document, Field, ForeignKey, Resource, Schema

__all__ = ["RECORDS", "Descriptor", "Document", "Field", "ForeignKey", "Resource", "Schema", "read_descriptor"]
