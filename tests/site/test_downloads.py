"""The downloads are a Data Package that upstream Frictionless accepts, and harmless in a spreadsheet."""

import csv
import json
import re
from decimal import Decimal

import pytest
from frictionless import Package, system
from made_up import DAY, Example

from gongshi.disclosure import Disclosure, ViewColumn, Withheld
from gongshi.site.downloads import _descriptions, plain_cell, tables


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
    people = [row for path in data.glob("people-*.csv") for row in read(path)]
    assert people and all((row["households"] == "") == bool(row["note"]) for row in people)


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
    assert plain_cell(f"{sign}1", ViewColumn("a", "甲")) == f"'{sign.strip()}1"


def test_no_file_holds_a_row_together_with_a_total_of_it(data):
    """A total is in a file of its own, and so is each level of places, and each way to group the same people."""
    for path in data.glob("*.csv"):
        rows = read(path)
        levels = {row.get("level") for row in rows if {"households", "amount"} & set(row)}
        assert len(levels) < 2 and len({row.get("dimension") for row in rows}) < 2, path
        said = [any(cell in ("合计", "总计", "小计", "全县") for cell in row.values()) for row in rows]
        assert all(said) or not any(said), path
    aid = sum(Decimal(row["amount"] or 0) for row in read(data / "school-aid-total.csv"))
    assert aid > 0 and (data / "loans-total.csv").is_file()


def test_the_parts_of_a_view_hold_every_row_once(content):
    views = content._views
    for name in views.views:
        found = [row for _, rows in views.parts(name) for row in rows]
        assert sorted(map(repr, found)) == sorted(map(repr, views.rows(name))), name


def test_a_row_of_an_unknown_place_is_not_lost():
    example = Example()
    example.open()
    example._connection.execute(
        "UPDATE figures SET place = '999999999999' WHERE figure = 'residents' AND place = '990100100201'"
    )
    names = {table.name: len(table.rows) for table in tables(Disclosure(example, DAY), DAY)}
    assert names["residents-other"] == 1


@pytest.mark.parametrize(
    ("number", "decimals", "unit", "shown"),
    [("80.000000", None, "", "80"), ("0.250000", None, "", "0.25"), ("375000.000000", 2, "元", "375000.00"),
     ("3000000.000000", None, "元", "3000000.00"), ("97.4", 2, "%", "97.40"), ("0.125", 2, "", "0.125"), ("1E+3", None, "", "1000")],
)  # fmt: skip
def test_a_number_is_written_as_its_field_says_and_never_cut(number, decimals, unit, shown):
    column = ViewColumn("a", "甲", "number", unit, decimals=decimals)
    assert plain_cell(Decimal(number), column) == shown


def test_every_download_says_what_a_row_is(data, content):
    package = json.loads((data / "datapackage.json").read_text("utf-8"))
    for resource in package["resources"]:
        assert resource["description"].startswith("一行"), resource["name"]
        assert all(field["description"] for field in resource["schema"]["fields"]), resource["name"]
    assert set(_descriptions()) == set(content._views.views)


def test_no_cell_has_zeros_that_say_nothing(data):
    for path in data.glob("*.csv"):
        assert not re.search(r",[0-9]+[.][0-9]*0{3,}(?:,|$)", path.read_text("utf-8"), re.MULTILINE), path
