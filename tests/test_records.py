"""The committed records: clean, canonical, valid upstream, made again to the same bytes, and without a name in the clear."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import frictionless
import pytest
import yaml

from gongshi.checks import check_guard, check_records
from gongshi.checks.guard import NameSet, scan
from gongshi.checks.phrases import is_personal
from gongshi.checks.proof import prove
from gongshi.checks.report import report_doubts
from gongshi.package import Database, identifier, load
from gongshi.repository import Git, WorkTree
from gongshi.sealing import DEMO_IDENTITY, read_identity, unseal
from support import ROOT, rounds

RECORDS = ROOT / "records"


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with load(WorkTree(ROOT)) as loaded:
        yield loaded


def count(query: str) -> list[tuple]:
    """DuckDB straight on the CSV files, without a word of this project in between."""
    connection = duckdb.connect()
    for name in ("households", "members", "memberships"):
        files = f"{RECORDS}/townships/*/{name}.csv"
        connection.execute(
            f"CREATE VIEW {name} AS SELECT * FROM read_csv('{files}', all_varchar = true, filename = true)"
        )
    return connection.execute(query).fetchall()


def test_the_records_check_clean(database: Database) -> None:
    assert sum(loaded.rows for loaded in database.loaded.values()) > 200_000
    assert check_records(database) == []


def test_every_field_of_every_resource_reports_a_bad_cell_at_its_place(database: Database) -> None:
    """One cell of the real records made invalid each time, found at path, line and field, then put back: all of the 499 fields
    at night, in the suite those of one draw."""
    tried, draw, of = 0, random.Random(date.today().toordinal()), rounds(20, 1)
    for resource in database.descriptor.resources.values():
        rows = database.loaded[resource.name].rows
        if not rows:
            continue
        table, row = f"raw.{identifier(resource.name)}", rows // 2
        path, line = database.locate(resource.name, row)
        for field in (field for field in resource.schema.fields if draw.randrange(of) == 0):
            column = identifier(field.name)
            bad = "" if field.required else "\x01" * (field.max_length + 1 if field.max_length else 1)
            ((good,),) = database.sql(f"SELECT {column} FROM {table} WHERE rowid = ?", [row])
            database.sql(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", [bad, row])
            findings = report_doubts(database, resource, prove(database, resource))
            database.sql(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", [good, row])
            assert [(found.path, found.line, found.field) for found in findings] == [(path, line, field.name)]
            assert "\x01" not in findings[0].message or not is_personal(resource)
            tried += 1
    assert tried > 480 / of / 2
    assert check_records(database) == []


def test_frictionless_is_valid_on_the_records_as_they_lie() -> None:
    """At night all of it; in the suite all of the county's own tables and the files of one township of fifteen."""
    slugs = sorted(path.name for path in (RECORDS / "townships").iterdir())[: rounds(1, 15)]
    package = yaml.safe_load((RECORDS / "datapackage.yaml").read_text("utf-8"))
    for resource in package["resources"]:
        paths = resource["path"] if isinstance(resource["path"], list) else [resource["path"]]
        resource["path"] = [path for path in paths if path.split("/")[0] != "townships" or path.split("/")[1] in slugs]
    report = frictionless.Package.from_descriptor(package, basepath=str(RECORDS)).validate()
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "type"])[:5]
    assert len(report.tasks) == 39


LIVE = "(SELECT * FROM members WHERE life_status IN ('正常', '转入'))"


STILL = "(SELECT * FROM memberships WHERE member_no IS NULL AND ended_on IS NULL)"


def test_the_totals_of_the_plans_stand_in_the_files() -> None:
    assert count("SELECT count(*) FROM households") == [(8696,)]
    assert count(f"SELECT count(*) FROM {LIVE}") == [(24123,)]
    classes = count(
        f"SELECT kind, count(DISTINCT household_no), count(*) FROM {STILL} JOIN {LIVE} USING (household_no) "
        "WHERE kind NOT IN ('建档立卡贫困户', '脱贫户', '脱贫监测户') GROUP BY 1"
    )
    assert set(classes) == {
        ("扶贫户", 2909, 8691),
        ("扶贫低保户", 1129, 3196),
        ("纯低保户", 3890, 11442),
        ("五保户", 768, 794),
    }
    towns = dict(
        (town, (households, persons))
        for town, households, persons in count(
            "SELECT split_part(h.filename, '/', -2), count(DISTINCT h.household_no), count(*) "
            f"FROM households h JOIN {LIVE} m USING (household_no) GROUP BY 1"
        )
    )
    assert len(towns) == 15
    assert (towns["dongyang"], towns["maocun"], towns["songfeng"]) == ((588, 1633), (496, 1516), (1078, 2436))
    assert (towns["tongboshan"], towns["yunshan"], towns["changle"][0]) == ((827, 2216), (377, 1182), 115)
    exits = count(
        f"SELECT kind, count(DISTINCT household_no), count(*) FROM {STILL} r JOIN {LIVE} USING (household_no) "
        "WHERE r.filename LIKE '%/guzhen/%' AND kind IN ('建档立卡贫困户', '脱贫户') GROUP BY 1"
    )
    assert set(exits) == {("脱贫户", 1654, 4425), ("建档立卡贫困户", 25, 70)}


def test_the_guard_is_silent_and_no_name_of_a_member_stands_anywhere() -> None:
    tree = WorkTree(ROOT)
    identity = read_identity(ROOT / DEMO_IDENTITY, ROOT)
    names = NameSet(row["name"] for row in unseal(tree, None, identity))
    assert len(names) > 15_000
    one = next(iter(unseal(tree, "guzhen", identity)))["name"]
    assert scan([("docs/x.md", lambda: f"今日走访{one}家".encode())], names), "the scan sees a name"
    found = check_guard(tree, Git(ROOT).tracked(), names)
    assert [(finding.path, finding.line) for finding in found] == []


def test_the_generator_makes_the_same_bytes_again(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "tools/example"), "--out", str(tmp_path / "records")]
    subprocess.run(command, check=True, capture_output=True, env={"PYTHONHASHSEED": "1", "PATH": "/usr/bin:/bin"})
    made = {path.relative_to(tmp_path).as_posix(): path for path in (tmp_path / "records").rglob("*") if path.is_file()}
    kept = {path for path in Git(ROOT).tracked() if path.startswith("records/")}
    apart = ("records/schemas/", "records/mappings/", "records/county/figures/")  # the last by `gongshi figures`
    by_hand = {path for path in kept if path.startswith(apart) or path.count("/") == 1}
    assert set(made) - by_hand == kept - by_hand
    changed = [
        path for path, file in made.items() if path not in by_hand and file.read_bytes() != (ROOT / path).read_bytes()
    ]
    assert [path for path in changed if not path.endswith(".age")] == []


def test_the_records_stay_small() -> None:
    assert sum((ROOT / path).stat().st_size for path in Git(ROOT).tracked() if path.startswith("records/")) < 30_000_000
