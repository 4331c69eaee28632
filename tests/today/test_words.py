"""What is told: enumerations whole or by what is nearest, equal findings once, and what is wrong with a row of divisions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from founding.test_new import BAD, DIVISIONS, HEADER
from gongshi.checks.phrases import cell_message, one_of, wanted
from gongshi.cli.render import PLACES, folded, to_json
from gongshi.cli.render import Header as About
from gongshi.exchange.convert import Converter
from gongshi.founding.divisions import read_divisions
from gongshi.founding.pack import Pack, program_files
from gongshi.model import Finding, GongshiError, Severity
from support import ROOT, project_descriptor
from today.county import placed

KINDS = project_descriptor().resources["notices"].schema.field("notice_kind")


def test_a_short_list_is_whole_and_of_a_long_one_the_nearest_are_shown() -> None:
    resources = project_descriptor().resources
    result = resources["notices"].schema.field("result")
    assert wanted(result, "没异议") == "只能填：无异议、有异议已处理、有异议已撤回"
    told = cell_message(resources["notices"], KINDS, "实施前公告")
    assert told.split("只能填：")[1].startswith("实施前公示") and "全部 17 个" in told and "贫困村退出公示" not in told
    assert wanted(KINDS, "zzz") == wanted(KINDS) and wanted(KINDS).count("、") == 16, "nothing is near: all of it"
    assert one_of(["甲"], "乙") == "甲"


@pytest.mark.parametrize("typed", ["实施前公告", "竣工公示", "项目库公事", "监测公"])
def test_a_workbook_is_answered_the_same(typed: str) -> None:
    assert "最接近" in Converter(KINDS)(typed).reason


def test_of_a_person_s_cell_nothing_is_told_that_was_like_it() -> None:
    members = project_descriptor().resources["members"]
    field = members.schema.field("ethnicity")
    assert cell_message(members, field, "苗族") == cell_message(members, field, "汉人")
    assert Converter(field)("苗家族").reason == wanted(field) and wanted(field).count("、") == len(field.enum) - 1


def equal(number: int, **other) -> list[Finding]:
    one = Finding("rule", Severity.ERROR, "公示步骤没有公示编号；请补登", "records/a.csv", 0, "cases", rule="s-notice")
    return [replace(one, line=line, key=(f"Z2020-{line:05}",), **other) for line in range(2, number + 2)]


def test_two_hundred_equal_sentences_are_one_with_a_count_and_places() -> None:
    single = Finding("rule", Severity.ERROR, "别的一句", "records/a.csv", 5, rule="s-notice")
    findings = sorted([*equal(200), single], key=lambda finding: finding.order)
    (first, more), (other, none) = folded(findings)
    assert first.line == 2 and other is single and none == ""
    assert "同样的共 200 条" in more and "records/a.csv:3（Z2020-00003）" in more and more.endswith("等）")
    about = About("", "", "", "", "2020-06-30")
    assert to_json(about, findings).count("公示步骤没有公示编号") == 200, "JSON keeps all"


def test_a_few_and_those_of_another_rule_or_severity_stay_apart_and_in_order() -> None:
    few = equal(PLACES)
    assert [finding for finding, more in folded(few) if not more] == few
    apart = [*equal(2), *equal(2, rule="f06a"), *equal(2, severity=Severity.NOTICE)]
    assert [finding for finding, _ in folded(apart)] == apart


CAUSES = {
    "two counties": "县只写一行",
    "two townships in one folder": "目录名与前面的乡镇相同",
    "folder named county": "留给县",
    "village of nowhere": "上级 990299200000",
    "code of eleven digits": "12 位数字",
    "folder that leads outside": "小写字母",
}


@pytest.mark.parametrize("name", CAUSES)
def test_new_says_which_of_its_causes_it_was(name: str) -> None:
    with pytest.raises(GongshiError) as refused:
        read_divisions(BAD[name])
    others = [words for cause, words in CAUSES.items() if cause != name]
    assert CAUSES[name] in str(refused.value) and not any(words in str(refused.value) for words in others)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (DIVISIONS + "990299100000,又一个,乡镇,990299000000,bei\n", "前面已有"),
        (DIVISIONS + "990299103000,,乡镇,990299000000,bei\n", "没有名称"),
        (HEADER + "990299100000,东镇,乡镇,,dong\n", "第一行要是县"),
        (DIVISIONS + "990299100009,丁村,村,990299100000,dingcun\n", "只有乡镇才写"),
    ],
)
def test_and_of_those_nobody_listed(table: str, words: str) -> None:
    with pytest.raises(GongshiError, match=words):
        read_divisions(table.encode())


@pytest.mark.parametrize("typed", ["水树" + "菊", "卫贵" + "才", "zz9", "甲"])
def test_what_is_like_no_word_of_a_list_is_not_repeated(typed: str) -> None:
    """It may be a name, by whatever surname."""
    payments = project_descriptor().resources["payments"]
    assert typed not in cell_message(payments, payments.schema.field("payee_kind"), typed)
    assert typed not in cell_message(project_descriptor().resources["notices"], KINDS, typed)


def test_every_file_and_every_place_of_personal_data_is_told() -> None:
    files = [Finding("program", Severity.ERROR, "不能放在台账里", f"{name}.pth") for name in range(50)]
    lines = [Finding("personal-name", Severity.ERROR, "这里有姓名", "docs/a.md", line) for line in range(1, 50)]
    for findings in (files, lines):
        assert [finding for finding, more in folded(findings) if not more] == findings


def test_what_lies_in_a_new_county_is_in_the_words_of_its_day() -> None:
    """The dictionary and the page about the site; a county of 2020 keeps its own."""
    now, then = placed(), Pack(program_files()).placed("测县", None, card=b"as_of: 2020-06-30\n")
    text, old = (files["records/README.md"].decode() for files in (now, then))
    heads = [line for line in text.splitlines() if line.startswith(("| [", "<h3"))]
    assert len(heads) > 80 and not any("贫困户" in line or "扶贫" in line for line in heads)
    assert "| [households](#households) | 农户 |" in text and "| [households](#households) | 贫困户 |" in old
    assert old == (ROOT / "records/README.md").read_text("utf-8")
    assert "扶贫" not in now["docs/about.md"].decode() and "扶贫" in then["docs/about.md"].decode()
