"""The views publish only what the schemas allow."""

import json
import re

import duckdb
import pytest
from made_up import COUNTY, DAY, Example

from gongshi.disclosure import Disclosure, Withheld
from gongshi.disclosure.catalogue import VIEWS
from gongshi.disclosure.counts import COUNTS
from gongshi.disclosure.people import SOURCE
from gongshi.disclosure.views import COUNTED, PUBLIC, View, expand, reads
from gongshi.model import GongshiError


@pytest.fixture(scope="module")
def example():
    example = Example()
    example.add("divisions", division_code="990100199200", name="旧村", level="村", valid_to=DAY, successor_code=COUNTY)
    return example.open()


@pytest.fixture(scope="module")
def disclosure(example):
    return Disclosure(example)


def levels(example, origin: str) -> str:
    resource, field = origin.split(".")
    return example.descriptor.resources[resource].schema.field(field).disclosure


def tables(sql: str) -> set[tuple[str, str]]:
    """Every table and table function of a statement, as DuckDB itself reads it, with its kind."""
    query = "SELECT json_serialize_sql(?)"
    tree = json.loads(duckdb.connect().execute(query, [sql]).fetchone()[0])
    found = set()

    def walk(node):
        if isinstance(node, dict):
            if node.get("type") == "BASE_TABLE":
                found.add(("table", node["table_name"]))
            if node.get("type") == "TABLE_FUNCTION":
                found.add(("function", str(node["function"]["function_name"])))
            node = list(node.values())
        if isinstance(node, list):
            for child in node:
                walk(child)

    walk(tree)
    return found


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_a_view_runs_and_its_columns_come_from_public_fields(view, example, disclosure):
    assert disclosure.rows(view.name), "the example must have a row for every view, or this proves nothing"
    for column in disclosure.columns(view.name):
        assert levels(example, column.origin) == "public", column
        assert column.title
    keys = [tuple(getattr(row, name) for name in view.key) for row in disclosure.rows(view.name)]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("sql", [*(view.sql for view in VIEWS), *(count.sql for count in COUNTS), SOURCE])
def test_a_view_reads_nothing_but_its_placeholders(sql):
    marked = re.sub(r"\{([a-z-]+)\}", r'"only \1"', sql)
    assert tables(marked)
    assert all(kind == "table" and name.startswith("only ") for kind, name in tables(marked))


@pytest.mark.parametrize(
    "sql", ["SELECT * FROM households", "SELECT 1 FROM {county} c JOIN members m ON true", 'FROM "sealed"']
)
def test_a_view_that_names_a_table_is_refused(sql, example):
    with pytest.raises(GongshiError, match="花括号"):
        expand(sql, example.descriptor, PUBLIC)


def test_a_view_that_asks_for_an_internal_field_does_not_run(example):
    sql = expand("SELECT household_no FROM {households}", example.descriptor, COUNTED)
    with pytest.raises(duckdb.BinderException, match="household_no"):
        example.sql(sql)


def test_a_column_that_says_it_comes_from_an_internal_field_is_refused(example):
    view = View("x", "x", (), "notices.case_id", "FROM {notices}")
    with pytest.raises(GongshiError, match="案卷编号"):
        view.resolve(example.descriptor)


def test_a_column_that_is_not_listed_is_not_read(example):
    view = View("x", "x", (), "notices.notice_id", "SELECT * FROM {notices}")
    assert {len(row) for row in example.sql(view.query(example.descriptor))} == {1}


def test_counts_of_people_outside_the_crossing_are_withheld_too(disclosure):
    projects = disclosure.rows("projects")
    few = [row for row in projects if isinstance(row.benef_poor_households, Withheld)]
    assert few and {str(row.benef_poor_households) for row in few} == {"不足5"}
    assert all(row.benef_poor_households not in range(1, 5) for row in projects)
    assert any(row.benef_poor_households == 0 for row in projects), "nobody is not somebody"
    assert not hasattr(disclosure.rows("payments")[0], "persons"), "the amount divided by the standard gives it back"


FEW, SECOND = "不足5", "不公布"


@pytest.mark.parametrize(
    ("unit", "planned", "accepted", "shown"),
    [
        ("户", 3, 3, (FEW, FEW, SECOND)),
        ("户", 10, 3, (SECOND, FEW, SECOND)),
        ("户/栋", 3, 10, (FEW, SECOND, SECOND)),
        ("名学生", 3, None, (FEW, None, SECOND)),
        ("人次", 10, 0, (10, 0, 14000)),
        ("公里", 3, 3, (3, 3, 14000)),
    ],
)
def test_a_project_that_is_so_many_households_is_a_count_of_them(unit, planned, accepted, shown):
    """The budget over what was planned is the price, and what it cost over the price what was accepted."""
    few = Example()
    few.rows["projects"][0] |= {"quantity": planned, "quantity_unit": unit, "unit_price": 14000}
    few.rows["projects"][0]["accepted_quantity"] = accepted
    rows = {row.project_id: row for row in Disclosure(few.open()).rows("projects")}
    row = rows[few.rows["projects"][0]["project_id"]]
    found = (row.quantity, row.accepted_quantity, row.unit_price)
    assert tuple(str(value) if isinstance(value, Withheld) else value for value in found) == shown


def test_a_townships_own_figures_of_people_are_not_published_as_targets():
    """They could give a withheld count back."""
    example = Example()
    town = example.rows["divisions"][1]["division_code"]
    for subject, indicator, unit in (
        ("990100000000", "贫困户数", "户"),
        (town, "贫困户数", "户"),
        (town, "公路", "公里"),
    ):
        example.add(
            "indicators", subject=subject, indicator=indicator, period="2020", actual=7, unit=unit, basis="方案"
        )
    rows = {(row.subject, row.indicator) for row in Disclosure(example.open()).rows("indicators")}
    assert (town, "公路") in rows and ("990100000000", "贫困户数") in rows and (town, "贫困户数") not in rows


def test_a_notice_counts_projects_and_never_households(disclosure):
    """A village's total less the households of its exit notice would be the few who are left."""
    by_kind = {row.notice_kind: row for row in disclosure.rows("notices")}
    assert by_kind["识别公示"].project_count is None and by_kind["退出公示"].project_count is None
    assert by_kind["实施前公示"].project_count == 1
    origins = [column.name for column in disclosure.columns("notices") if column.origin == "notices.items"]
    assert origins == ["project_count"]


def test_a_withdrawn_notice_is_gone(example):
    assert example.rows["notices"][0]["withdrawn_on"] is None
    withdrawn = Example()
    withdrawn.rows["notices"][0]["withdrawn_on"] = withdrawn.rows["notices"][0]["starts_on"]
    left = Disclosure(withdrawn.open())
    gone = withdrawn.rows["notices"][0]["notice_id"]
    for name in ("notices", "notice-projects", "notice-objections"):
        assert gone not in {row.notice_id for row in left.rows(name)}
    assert gone in {row.notice_id for row in left.rows("notices-withdrawn")}, "its address still says where it went"


def test_people_add_up_and_small_cells_are_withheld(example, disclosure):
    rows = {(r.division_code, r.dimension, r.value): r for r in disclosure.rows("people")}
    households = example.rows["households"]
    county = rows["990100000000", "合计", "合计"]
    assert county.households == len(households)
    assert county.persons == sum(row["population"] for row in households)
    for row in rows.values():
        if not isinstance(row.households, Withheld):
            assert row.households == 0 or row.households >= 5
            assert not isinstance(row.persons, Withheld)
        else:
            assert str(row.persons) == "不公布", "four households may be twelve persons"
    assert any(isinstance(row.households, Withheld) for row in rows.values())
    assert {r.level for r in rows.values() if r.dimension == "主要致贫原因"} == {"县", "乡镇"}


def test_a_higher_threshold_withholds_more(example, disclosure):
    def hidden(views):
        return sum(isinstance(row.households, Withheld) for row in views.rows("people"))

    assert hidden(Disclosure(example, threshold=20)) > hidden(disclosure)
    with pytest.raises(GongshiError):
        Disclosure(example, threshold=2).rows("people")


def test_the_disclosure_has_no_way_to_the_database(disclosure, example):
    for name in dir(disclosure):
        if not name.startswith("__"):
            assert getattr(disclosure, name) is not example, name
    with pytest.raises(KeyError):
        disclosure.rows("households")


def test_no_view_reads_a_table_of_persons(example):
    """Their public fields alone would still be one row for each person; only the count reads households."""
    for view in VIEWS:
        for name in reads(view.sql):
            fields = {field.name for field in example.descriptor.resources[name].schema.fields}
            assert not fields & {"household_no", "member_no"}, (view.name, name)
    assert reads(SOURCE) == {"households", "pairings"}
