"""Upstream Frictionless on the whole example written as one package; a small ledger's is judged in ``make test``."""

from __future__ import annotations

from pathlib import Path

import frictionless

from gongshi.package import Database, Provenance, export_package
from test_records import database

__all__ = ["database"]


def test_frictionless_is_valid_on_the_exported_package(database: Database, tmp_path: Path) -> None:
    field = database.descriptor.resources["county"].schema.field("county_code")
    export_package(database, tmp_path / "package", Provenance(field, "990101000000", {}))
    report = frictionless.Package(str(tmp_path / "package/datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "type"])[:5]
    assert len(report.tasks) == len(database.descriptor.resources)
