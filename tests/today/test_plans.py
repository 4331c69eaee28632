"""A new county gets a choice of plans: ``gongshi policy list --all`` and ``policy add``."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from gongshi.cli.policy import policy
from gongshi.founding.pack import Pack, program_files
from gongshi.founding.plans import add, plans
from gongshi.model import GongshiError
from gongshi.package import load
from gongshi.policy import check_scopes, load_policies
from gongshi.repository import MemoryTree
from support import ROOT
from today.county import COUNTY, county_files, made, rows

PACK = Pack(program_files())
GUZHEN = {"guzhen": "dong", "990101100000": "990202100000"}


@pytest.fixture(scope="module")
def tree() -> MemoryTree:
    return MemoryTree(county_files(rows(1)))


@pytest.fixture
def county(tmp_path):
    return made(tmp_path / "县", rows(1))


def run(root, *arguments: str):
    return CliRunner().invoke(policy, list(arguments), obj=root)


def test_all_plans_of_this_repository_are_offered(tree) -> None:
    there = plans(tree, PACK)
    assert {one.name for one in there} == {path.stem for path in (ROOT / "policies").glob("[0-9]*.yaml")}
    assert not any(one.on or one.here for one in there) and all(one.rules or one.same_as for one in there)


def test_the_list_shows_them_and_add_takes_one_once(county) -> None:
    assert "可加  16-guzhen" in run(county, "list", "--all").output and "可加" not in run(county, "list").output
    asked = run(county, "add", "16-guzhen")
    assert isinstance(asked.exception, GongshiError) and not (county / "policies/16-guzhen.yaml").exists()
    assert "乡镇目录名 guzhen" in str(asked.exception) and "--place" in str(asked.exception)
    given = [part for one in GUZHEN.items() for part in ("--place", "=".join(one))]
    done = run(county, "add", "16", *given)
    assert done.exit_code == 0 and "guzhen 换成 dong" in done.output and "施行期" in done.output, done.exception
    text = (county / "policies/16-guzhen.yaml").read_text("utf-8")
    assert "townships: [dong]" in text and "policy: 16-guzhen\n" in text and "990101" not in text
    again = run(county, "add", "16-guzhen")
    assert "已经在用了" in again.output and (county / "policies/16-guzhen.yaml").read_text("utf-8") == text
    assert "可加  16-guzhen" not in run(county, "list", "--all").output


def test_taken_rules_find_the_county_s_places(tree) -> None:
    added = add(tree, PACK, "古镇脱贫攻坚收官年工作计划", GUZHEN)
    whole = MemoryTree({**county_files(rows(1)), "policies/16-guzhen.yaml": added.content})
    with load(whole) as database:
        policies = load_policies(whole, database.descriptor)
        assert policies.findings == () and check_scopes(policies, database) == []


@pytest.mark.parametrize(
    "name", [one.name for one in plans(MemoryTree(county_files(rows(1))), PACK) if not one.same_as]
)
def test_every_plan_can_be_taken_and_names_nothing_of_another_county(tree, name: str) -> None:
    try:
        added = add(tree, PACK, name, {})
    except GongshiError as asked:
        own = {"乡镇目录名": "dong", "乡镇": "990202100000", "村": "990202100201", "单位": "U002"}
        told = re.findall("(乡镇目录名|乡镇|村|单位) ([0-9A-Za-z]+)", str(asked).split("：")[1])
        assert told
        added = add(tree, PACK, name, {place: own[kind] for kind, place in told})
    text = added.content.decode()
    assert "990101" not in text and "applies: elsewhere" not in text and added.plan.on
    assert COUNTY in text or "990101000000" not in (ROOT / f"policies/{name}.yaml").read_text("utf-8")


def test_one_that_lies_there_unused_is_switched_on(tree) -> None:
    off = (ROOT / "policies/15-township.yaml").read_bytes()
    with_it = MemoryTree({**county_files(rows(1)), "policies/15-township.yaml": off + "# 本县的话\n".encode()})
    added = add(with_it, PACK, "15", {})
    assert b"applies: county\n" in added.content and "# 本县的话".encode() in added.content
    assert next(one for one in plans(with_it, PACK) if one.number == "15").here


@pytest.mark.parametrize(
    ("name", "places", "words"),
    [
        ("16-gucheng", {}, "最接近的是 16-guzhen"), ("guzheng", {}, "16-guzhen"), ("99", {}, "没有“99”这个方案"), ("", {}, "没有“”这个方案"),
        ("16", {"guzhen": "bei"}, "本县没有“bei”"), ("16", {"guzhen": "990202100000"}, "乡镇目录名"),
        ("16", {"guzhen": "dong", "changle": "xi"}, "没有“changle”"), ("11", {}, "先加它：gongshi policy add 9"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_sentence(tree, name: str, places: dict, words: str) -> None:
    whole = places if "guzhen" not in places else {**GUZHEN, **places}
    with pytest.raises(GongshiError, match=re.escape(words)):
        add(tree, PACK, name, whole)


def test_a_place_is_written_as_a_pair(county) -> None:
    assert "原文=本县" in str(run(county, "add", "16", "--place", "guzhen").exception)


def test_a_plan_that_does_not_fit_the_dictionary_is_refused(tree) -> None:
    files = county_files(rows(1))
    schema = files["records/schemas/helpers.yaml"].decode()
    files["records/schemas/helpers.yaml"] = re.sub("  - {name: post,.*\n", "", schema).encode()
    with pytest.raises(GongshiError, match="不合本县的数据字典"):
        add(MemoryTree(files), PACK, "16", GUZHEN)
