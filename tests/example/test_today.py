"""The county of today: the same every time, without an error, of every kind of household, and published in today's words."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from example.today.county import HOUSEHOLDS, county_files, freeze_figures, generate, make_world
from example.today.places import AS_OF, YEARS
from example.world import World
from gongshi.checks import check_records
from gongshi.disclosure import Disclosure
from gongshi.mkdocs_plugin import build
from gongshi.model import Severity
from gongshi.package import load, read_descriptor
from gongshi.policy import RuleState, judge
from gongshi.repository import MemoryTree, WorkTree, write_files
from support import rounds
from today.test_edition import old, texts

EACH = rounds(4, HOUSEHOLDS)
KINDS = (
    *("建档立卡贫困户", "脱贫户", "脱贫不稳定户", "边缘易致贫户", "突发严重困难户", "防止返贫致贫对象", "有序退出帮扶", "继续帮扶"),
    *("低保边缘", "刚性支出困难", "农村低保", "农村特困"),
)  # fmt: skip
TABLES = (
    *("memberships", "monitoring", "clues", "measures", "posts", "jobs", "land", "workshops", "asset-rights", "asset-incomes", "project-links"),
    *("allocations", "payments", "subsidies", "contacts", "notices", "cases", "incomes", "conditions", "assets", "pairings"),
)  # fmt: skip


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(EACH)


@pytest.fixture(scope="module")
def files(world: World) -> dict[str, bytes]:
    return county_files(world)


@pytest.fixture(scope="module")
def folder(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("今例") / "县"
    root.mkdir()
    write_files(root, files)
    freeze_figures(root)
    return root


def test_it_is_the_same_every_time() -> None:
    first, second = (county_files(make_world(1)) for _ in range(2))
    assert first == second


def test_every_kind_and_every_new_table_is_in_it_and_no_cell_is_typed_that_derives(world: World) -> None:
    rows = world.rows
    kinds = Counter(row["kind"] for row in rows["memberships"])
    assert set(kinds) == set(KINDS) and min(kinds.values()) >= 2, kinds
    assert {name for name in TABLES if not rows[name]} == set()
    assert {row["removed_by"] for row in rows["monitoring"] if row.get("removed_by")} == {"帮扶消除", "自然消除"}
    assert {row["clue_source"] for row in rows["monitoring"]} == {"农户自主申报", "干部排查", "部门筛查预警"}
    assert (
        {int(row["year"]) for row in rows["allocations"]}
        == {int(row["year"]) for row in rows["projects"]}
        == set(YEARS)
    )
    assert all(row["type_1"] == row["category"] and row["type_2"] for row in rows["projects"])
    assert not any(row.get("poverty_status") or row.get("main_cause") for row in rows["households"])
    assert not any(row.get("dibao") or row.get("tekun") for row in rows["members"])
    said = ("category", "risk_1", "risk_2", "case_id", "removed_on")
    assert not any(row.get(name) for row in rows["monitoring"] for name in said) and not rows["status-events"]
    never = {row["household_no"] for row in rows["households"]} - {row["household_no"] for row in rows["memberships"]}
    assert len(never) > len(rows["households"]) / 4


def test_it_has_no_error_and_most_rules_have_something_to_judge(files: dict[str, bytes]) -> None:
    tree = MemoryTree(files)
    with load(tree) as database:
        found = [*database.findings, *check_records(database)]
        verdict = judge(database, AS_OF)
    found += [finding for outcome in verdict.outcomes for finding in outcome.findings]
    assert [(one.rule or one.code, one.message) for one in found if one.severity is Severity.ERROR] == []
    judged = [outcome.rule.id for outcome in verdict.outcomes if outcome.state is RuleState.RAN and outcome.looked]
    assert {
        "m-watched",
        "s-monitor",
        "s-remove",
        "t-post-one",
        "t-income-notice",
        "t-type-words",
        "f23a",
        "q21c",
    } <= set(judged)
    assert len(judged) > 180, "of the books of the whole country"
    assert {"t-share-plan", "t-share-paid"} <= set(judged) and not {one.rule for one in found} & {
        "t-share-plan",
        "t-share-paid",
    }
    assert sum(one.severity is Severity.WARNING for one in found) < 40 * EACH / 4


def test_people_are_counted_as_what_they_are_now(folder: Path) -> None:
    with load(WorkTree(folder)) as database:
        views = Disclosure(database, AS_OF)
        rows = {(row.dimension, row.value): row.households for row in views.rows("people") if row.level == "县"}
        assert set(rows) == {("合计", "合计"), ("帮扶身份", "监测对象"), ("帮扶身份", "脱贫户")}
        ((watched,),) = database.sql("SELECT count(*) FROM monitoring WHERE removed_on IS NULL")
        ((left,),) = database.sql(
            "SELECT count(DISTINCT h.household_no) FROM households h WHERE poverty_status = '已脱贫' AND household_no NOT IN "
            "(SELECT household_no FROM memberships WHERE kind = '有序退出帮扶') AND household_no NOT IN "
            "(SELECT household_no FROM monitoring WHERE removed_on IS NULL)"
        )
    assert rows["帮扶身份", "监测对象"] == watched and rows["帮扶身份", "脱贫户"] == left
    assert rows["合计", "合计"] == watched + left


def test_its_site_is_built_and_speaks_of_today(folder: Path, tmp_path: Path) -> None:
    build(folder / "mkdocs.yml", tmp_path / "site")
    pages = sorted((tmp_path / "site").rglob("*.html"))
    assert len(pages) > 150
    assert {page.name: old(texts(page)) for page in pages if old(texts(page))} == {}
    home, towns = ((tmp_path / "site" / name).read_text("utf-8") for name in ("index.html", "townships/index.html"))
    assert "今例县帮扶公示" in home and "集中排查公告" in home
    assert "帮扶身份" in towns and "脱贫状态" not in towns and "季末公布" not in towns
    town, picture = (
        (tmp_path / "site" / name).read_text("utf-8") for name in ("townships/hekou.html", "map/index.html")
    )
    assert "示范村" in town and "未退出" not in town, "it never was poor"
    assert 'class="gs-table gs-frozen"' in town and town.index("2026年（元）") < town.index("2025年（元）"), (
        "newest first"
    )
    assert "公布了数的" in picture and "全县一半" not in picture and "中位 未填" not in picture
    assert len(list((tmp_path / "site/payees").iterdir())) == 4


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    with pytest.raises(SystemExit, match="not empty"):
        generate(tmp_path, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_it_says_which_day_it_is_of(files: dict[str, bytes]) -> None:
    assert read_descriptor(MemoryTree(files)).day == AS_OF
