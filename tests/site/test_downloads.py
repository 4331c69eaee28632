"""The downloads are a Data Package that upstream Frictionless accepts, and harmless in a spreadsheet."""

import csv
import json

import pytest
from frictionless import Package, system

from gongshi.disclosure import Withheld
from gongshi.site.downloads import plain_cell


@pytest.fixture(scope="module")
def data(built):
    return built / "data"


def read(path):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_frictionless_accepts_the_package(data):
    with system.use_context(trusted=True):
        report = Package(str(data / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "title", "note"])
    tables = {path.stem for path in data.glob("*.csv")} - {"rules"}  # of the policies, which are no view
    assert {task.name for task in report.tasks} == tables


def test_every_column_says_what_it_is(data):
    package = json.loads((data / "datapackage.json").read_text("utf-8"))
    assert package["version"].startswith("0123456789ab")
    for resource in package["resources"]:
        assert all(field["title"] for field in resource["schema"]["fields"])
    units = {field["name"]: field.get("unit") for field in _resource(package, "projects")["schema"]["fields"]}
    assert units["budget_total"] == "元" and units["benef_households"] == "户"


def _resource(package, name):
    return next(resource for resource in package["resources"] if resource["name"] == name)


def test_a_withheld_count_is_empty_and_the_note_says_why(data, content):
    rows = {row["project_id"]: row for row in read(data / "projects.csv")}
    few = [r for r in content._views.rows("projects") if isinstance(r.benef_poor_households, Withheld)]
    assert few
    for row in few:
        assert rows[row.project_id]["benef_poor_households"] == ""
        assert "其中贫困户数不公布" in rows[row.project_id]["note"]
    people = read(data / "people.csv")
    assert all((row["households"] == "") == bool(row["note"]) for row in people)


def test_no_cell_is_a_formula(data):
    for path in data.glob("*.csv"):
        for row in read(path):
            for name, cell in row.items():
                assert not cell.startswith(("=", "@", "\t", "\r", "+")), (path, name, cell)
                assert not cell.startswith("-") or cell[1:].replace(".", "").isdigit(), (path, name, cell)
    assert any(row["content"].startswith("'=HYPERLINK") for row in read(data / "projects.csv"))


def test_the_files_begin_with_a_byte_order_mark_and_end_with_a_line_feed(data):
    for path in data.glob("*.csv"):
        content = path.read_bytes()
        assert content.startswith(b"\xef\xbb\xbf") and content.endswith(b"\n") and b"\r" not in content


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠", " ＝"])
def test_a_sign_that_begins_a_formula_is_made_inert(sign):
    assert plain_cell(f"{sign}1") == f"'{sign.strip()}1"
