"""有 and 无 are yes and no wherever a record says so: in the files, in workbooks, in conditions; written anew they are 是 and 否."""

from __future__ import annotations

from datetime import date

import pytest
from click.testing import CliRunner

from exchange.books import xlsx
from gongshi.cli.format import format as format_files
from gongshi.cli.importing import import_
from gongshi.package import load
from gongshi.policy import judge
from gongshi.repository import MemoryTree, WorkTree
from today.county import condition, county_descriptor, county_files, made, rows

DAY = date(2026, 9, 30)
PLACE = "records/townships/dong/conditions.csv"


def said(cells: dict[str, str]) -> set[tuple[str, str]]:
    given = rows(1)
    given["conditions"] = [condition(1) | cells]
    with load(MemoryTree(county_files(given)), descriptor=county_descriptor()) as database:
        assert [one.message for one in database.findings] == []
        return {(one.rule, one.message) for one in judge(database, DAY).findings}


@pytest.mark.parametrize("name", ["water_safe", "power_living"])
def test_have_judges_as_yes_and_have_not_as_no(name: str) -> None:
    assert said({name: "有"}) == said({name: "是"}) != said({name: "无"}) == said({name: "否"})


def test_written_anew_it_is_one_word(tmp_path) -> None:
    given = rows(1)
    given["conditions"] = [condition(1) | {"toilet": "有", "travel_hard": "无"}]
    root = made(tmp_path / "县", given)
    before = (root / PLACE).read_bytes()
    (root / PLACE).write_bytes(
        before.replace(b",\xe6\x98\xaf", b",\xe6\x9c\x89").replace(b",\xe5\x90\xa6", b",\xe6\x97\xa0")
    )
    assert "有" in (root / PLACE).read_text(encoding="utf-8")
    done = CliRunner().invoke(format_files, [], obj=root)
    assert done.exit_code == 0 and (root / PLACE).read_bytes() == before, done.output


def test_a_workbook_may_say_it(tmp_path) -> None:
    root = made(tmp_path / "县", {**rows(1), "conditions": []})
    names = county_descriptor().resources["conditions"].schema
    given = condition(1) | {"toilet": "有", "travel_hard": "无"}
    sheet = [[field.title for field in names.fields], [given.get(name, "") for name in names.names]]
    (tmp_path / "家庭条件.xlsx").write_bytes(xlsx(sheet))
    done = CliRunner().invoke(import_, [str(tmp_path / "家庭条件.xlsx"), "--as", "conditions"], obj=root)
    assert done.exit_code == 0, (done.output, done.exception)
    with load(WorkTree(root), ["conditions"]) as database:
        assert database.sql("SELECT toilet, travel_hard FROM conditions") == [(True, False)]


def test_whether_a_county_is_an_example_is_no_matter_of_having() -> None:
    field = county_descriptor().resources["county"].schema.field("example")
    assert (field.true_values, field.false_values) == (("是",), ("否",))
