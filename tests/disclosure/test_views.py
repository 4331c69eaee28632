"""The views publish only what the schemas allow."""

import json
import re

import duckdb
import pytest
from made_up import COUNTY, DAY, Example

from gongshi.disclosure import Disclosure, Withheld, frozen, made
from gongshi.disclosure.catalogue import VIEWS
from gongshi.disclosure.changed import NAMES
from gongshi.disclosure.views import COUNTED, PUBLIC, View, expand
from gongshi.model import GongshiError


@pytest.fixture(scope="module")
def example():
    example = Example()
    example.add("divisions", division_code="990100199200", name="旧村", level="村", valid_to=DAY, successor_code=COUNTY)
    return example.open()


@pytest.fixture(scope="module")
def disclosure(example):
    return Disclosure(example, DAY)


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


@pytest.mark.parametrize("sql", [*(view.sql for view in VIEWS), *made.SOURCES, frozen.SOURCE, NAMES])
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


def test_a_payment_to_persons_is_in_no_view(example, disclosure):
    """One that rows of subsidies belong to is one, too, whatever its payee is called."""
    shown = {row.payment_id for row in disclosure.rows("payments")}
    kinds = {row["payment_id"]: row["payee_kind"] for row in example.rows["payments"]}
    assert shown == {code for code, kind in kinds.items() if kind != "一卡通批次"} and len(shown) < len(kinds)
    assert not hasattr(disclosure.rows("payments")[0], "persons")
    wrong = Example()
    payment = next(row for row in wrong.rows["payments"] if row["payee_kind"] == "施工单位")
    wrong.rows["subsidies"][0]["payment_id"] = payment["payment_id"]
    assert payment["payment_id"] not in {row.payment_id for row in Disclosure(wrong.open(), DAY).rows("payments")}
    for sql in ("SELECT * FROM {payments}", "SELECT count(*) FROM {payments} p JOIN {payments} q USING (payment_id)"):
        assert "NOT (payee_kind" in expand(sql, example.descriptor, PUBLIC), "any view, not only those there are"


def test_where_a_project_for_people_is_scattered_is_not_told():
    """Six households in six villages are one in each."""
    example = Example()
    project = example.rows["projects"][0]
    other = next(
        row
        for row in example.rows["villages"]
        if row["village_code"] != example.rows["project-villages"][0]["village_code"]
    )
    example.add("project-villages", project_id=project["project_id"], village_code=other["village_code"])

    def places() -> int:
        rows = Disclosure(example.open(), DAY).rows("project-villages")
        return sum(row.project_id == project["project_id"] for row in rows)

    assert places() == 2
    example.rows["figures"], project["quantity_unit"] = [], "户"
    assert places() == 0
    example.rows["project-villages"].pop()
    assert places() == 1, "in one village the count is the village's own"


FEW = "不公布"


@pytest.mark.parametrize(
    ("unit", "planned", "accepted", "shown"),
    [
        ("户", 3, 3, (FEW, FEW, FEW)),
        ("户", 10, 3, (FEW, FEW, FEW)),
        ("户/栋", 3, 10, (FEW, FEW, FEW)),
        ("名学生", 3, None, (FEW, None, FEW)),
        ("人次", 10, 0, (10, 0, 14000)),
        ("公里", 3, 3, (3, 3, 14000)),
    ],
)
def test_a_project_that_is_so_many_households_is_a_figure_of_them(unit, planned, accepted, shown):
    """The budget over what was planned is the price, and what it cost over the price what was accepted."""
    few = Example()
    few.rows["projects"][0] |= {"quantity": planned, "quantity_unit": unit, "unit_price": 14000}
    few.rows["projects"][0]["accepted_quantity"] = accepted
    rows = {row.project_id: row for row in Disclosure(few.open(), DAY).rows("projects")}
    row = rows[few.rows["projects"][0]["project_id"]]
    found = (row.quantity, row.accepted_quantity, row.unit_price)
    assert tuple(str(value) if isinstance(value, Withheld) else value for value in found) == shown


@pytest.mark.parametrize("text", ["改造危房3户，每户1.4万元", "为三户改造危房", "改造 3 户", "共改造3幢"])
def test_a_text_does_not_say_what_is_withheld_beside_it(text):
    few = Example()
    few.rows["projects"][0] |= {"quantity": 3, "quantity_unit": "户", "content": text, "goal_output": "发放3户"}
    few.rows["projects"][0]["accepted_quantity"] = None
    rows = {row.project_id: row for row in Disclosure(few.open(), DAY).rows("projects")}
    row = rows[few.rows["projects"][0]["project_id"]]
    assert FEW in row.content and "3" not in row.content and "三" not in row.content
    assert row.goal_output == "发放不公布户"
    few.rows["projects"][0] |= {"quantity": 30, "content": "改造危房30户"}
    few.rows["figures"] = []
    assert "改造危房30户" in {row.content for row in Disclosure(few.open(), DAY).rows("projects")}


# -- only what is declared ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("villages.households", "要在前面写 %"),  # a unit of people
        ("much:villages.population=多少", "要在前面写 %"),
        ("#many:villages.households", "要在前面写 %"),  # as a number of rows
        ("lines.amount", "要在前面写 %"),  # yuan a head
        ("villages.net_income_pc", "要在前面写 %"),  # no unit of people, but declared
        ("projects.unit_price", "要在前面写 %"),
        ("%villages.doctors", "没有在 figures.yaml 里声明"),
        ("%assets.distributed", "没有在 figures.yaml 里声明"),
        ("%people/villages.population", "没有在 figures.yaml 里声明"),
        ("%nothing/villages.population", "没有在 figures.yaml 里声明"),
        ("?projects.quantity", "没有说列"),
    ],
)
def test_a_figure_of_people_that_is_not_declared_does_not_build(example, spec, said, monkeypatch):
    view = View("x", "x", (), spec, "SELECT * FROM {villages}")
    with pytest.raises(GongshiError, match=said):
        view.resolve(example.descriptor)
    monkeypatch.setattr("gongshi.disclosure.disclosed.VIEWS", (*VIEWS, view))
    with pytest.raises(GongshiError, match=said):
        Disclosure(example, DAY)


def test_a_declared_figure_shows_what_is_frozen_and_not_the_register(example):
    view = View(
        "villages",
        "x",
        ("village_code",),
        "villages.village_code %villages.water_households",
        "SELECT * FROM {villages}",
    )
    column = view.resolve(example.descriptor)[1]
    assert column.people and column.figure == "villages.water_households"


@pytest.mark.parametrize("resource", ["households", "members", "subsidies", "loans", "pairings"])
def test_no_view_can_read_a_table_of_persons(example, resource):
    """Their public fields alone would still be one row for each person."""
    with pytest.raises(GongshiError, match="户或人的表"):
        expand(f"SELECT count(*) AS n FROM {{{resource}}}", example.descriptor, PUBLIC)


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
    rows = {(row.subject, row.indicator) for row in Disclosure(example.open(), DAY).rows("indicators")}
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
    left = Disclosure(withdrawn.open(), DAY)
    gone = withdrawn.rows["notices"][0]["notice_id"]
    for name in ("notices", "notice-projects", "notice-objections"):
        assert gone not in {row.notice_id for row in left.rows(name)}
    assert gone in {row.notice_id for row in left.rows("notices-withdrawn")}, "its address still says where it went"


def test_the_disclosure_has_no_way_to_the_database(disclosure, example):
    for name in dir(disclosure):
        if not name.startswith("__"):
            assert getattr(disclosure, name) is not example, name
    with pytest.raises(KeyError):
        disclosure.rows("households")
