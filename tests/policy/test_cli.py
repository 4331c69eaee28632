"""``gongshi policy``: what a clerk sees, as text and as JSON."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from gongshi.cli import gongshi
from gongshi.model import GongshiError
from support import ROOT, tree_of

POLICY = """policy: 05-test
title: 试行方案
plan: 5
scope: {townships: [guzhen]}
effective: {from: 2016-01-01}
standards:
  - {id: few, title: 最少人口, unit: 人, clause: 三, values: [{from: 2016-01-01, value: 2}]}
  - {id: lost, title: 缺失的数, unit: 人, clause: 四, values: []}
facts:
  people: {of: households, from: members, count: rows}
rules:
  - {id: p05-few, title: 人口不少, kind: condition, severity: error, clause: 三, covers: [5-17], message: 人口太少，请核对,
     resource: households, scope: county, demand: [{field: population, at_least: {standard: few}}, {field: fact.people, at_most: 9}]}
  - {id: p05-lost, title: 没有数, kind: condition, severity: notice, clause: 四, message: 请核对, resource: households,
     demand: [{field: population, at_least: {standard: lost}}]}
disclosure:
  - {id: d, what: 资金, who: 县, where: [政府网站], clause: 六}
"""


@pytest.fixture
def folder(tmp_path):
    """A ledger with one household and one policy on disk."""
    tree = tree_of({"households": [{"household_no": "H0000001", "population": "1"}]})
    for path, data in {**tree.files, "policies/05-test.yaml": POLICY.encode()}.items():
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return tmp_path


def tell(folder, *arguments: str):
    result = CliRunner().invoke(gongshi, ["-C", str(folder), "policy", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_list(folder) -> None:
    assert "05-test  试行方案（本县，2 条规则）" in tell(folder, "list")
    assert "p05-few  错误  人口不少" in tell(folder, "list", "--rules")
    (one,) = json.loads(tell(folder, "list", "--rules", "--format", "json"))
    assert [rule["id"] for rule in one["rules"]] == ["p05-few", "p05-lost"]


def test_show(folder) -> None:
    text = tell(folder, "show", "05-test", "--on", "2020-06-30")
    for words in (
        "乡镇：guzhen",
        "few  最少人口：2 人（三）",
        "lost  缺失的数：未配置 人（四）",
        "公开：资金，县，政府网站（六）",
    ):
        assert words in text
    assert json.loads(tell(folder, "show", "05-test", "--format", "json"))["plan"] == 5


def test_explain(folder) -> None:
    text = tell(folder, "explain", "p05-few", "--on", "2020-06-30")
    for words in (
        "试行方案，三",
        "最少人口 = 2 人",
        "已运行，判了 1 行，违反 1 处",
        "WITH subject",
        "回答：5-17",
        "fact 05-test/people",
    ):
        assert words in text
    assert "\\n" not in text, "the query is shown as it is written"
    assert "未配置" in tell(folder, "explain", "p05-lost", "--on", "2020-06-30")
    told = json.loads(tell(folder, "explain", "p05-few", "--on", "2020-06-30", "--format", "json"))
    assert (told["state"], told["looked"], told["broke"]) == ("ran", 1, 1)
    assert "2" in told["values"] and "population" in told["sql"] and "2020" not in told["sql"]


def test_the_guide_is_how_plans_are_written(folder, tmp_path) -> None:
    told = tell(folder, "guide")
    whole = (ROOT / "policies/README.md").read_text("utf-8").partition("\n## 写法\n")[2]
    assert told.strip() == whole.strip() and "policy: 2026-plan" in told and "**ratio 比例**" in told
    assert "写方案.md" in tell(folder, "guide", "-o", str(tmp_path / "写方案.md"))
    assert (tmp_path / "写方案.md").read_text("utf-8").startswith("# 写方案和规则\n")


@pytest.mark.parametrize(
    "arguments", [("explain", "nothing"), ("show", "nothing"), ("explain", "p05-few", "--on", "no")]
)
def test_wrong_usage_is_one_sentence(folder, arguments) -> None:
    with pytest.raises(GongshiError) as error:
        tell(folder, *arguments)
    assert "请" in str(error.value) and "\n" not in str(error.value)
