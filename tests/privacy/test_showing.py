"""What may be shown: keys and cells by their fields, free text and file names by what is in them, names by their shape."""

from __future__ import annotations

import random
import re

import pytest

from example import name_parts, names
from gongshi.checks.name_shapes import names_alone, names_asked, names_beside
from gongshi.checks.showing import HIDDEN, UNFIT, safe, shown_cell, shown_key, shown_path, shown_text
from gongshi.cli import main
from gongshi.cli.common import plain
from gongshi.model import visible
from support import ROOT, project_descriptor

PHONE = "1" + "38" + "0013" + "8000"
CONTEXTS = (
    "户主{}（4组）家门前道路", "{}家门前道路硬化", "为{}户新建猪舍", "贫困户{}危房改造", "{}同志", "修建{}和张三家水渠",
    "{}等3户饮水", "联系人：{}", "受益人{}", "村民{}房前排水沟", "硬化至{}家入户路", "{}（4组）屋后护坡", "支付{}家的补助",
    "在{}家门口", "残疾人{}住房",
)  # fmt: skip


def people(seed: int, count: int) -> list[str]:
    rng = random.Random(seed)
    return [
        names.member_name(rng, names.surname(rng), rng.choice("男女"), rng.randrange(90), "汉") for _ in range(count)
    ]


def test_a_key_is_shown_only_if_each_part_looks_like_its_field() -> None:
    resources = project_descriptor().resources
    (name,) = people(1, 1)
    assert shown_key(resources["members"], ["M00000001"], 7) == ("M00000001",)
    for typed in (name, f"{name};男;{PHONE}", PHONE, "M0000001", "M00000001 ", "Ｍ00000001"):
        assert shown_key(resources["members"], [typed], 7) == ("第 7 行",), typed
    assert shown_key(resources["incomes"], ["H0000001", name], 3) == ("第 3 行",)
    assert shown_key(resources["incomes"], ["H0000001", "2020"], 3) == ("H0000001", "2020")
    assert shown_key(resources["projects"], [PHONE], 2) == ("第 2 行",)
    assert shown_key(resources["documents"], [f"{name}的证明"], 2) != shown_key(
        resources["documents"], ["示扶〔2020〕1号"], 2
    )
    assert shown_key(resources["documents"], [PHONE], 4) == ("第 4 行",)


def test_a_cell_that_does_not_look_like_its_field_is_not_shown() -> None:
    resources = project_descriptor().resources
    (name,) = people(2, 1)
    member, project = resources["members"].schema, resources["projects"].schema
    for field in member.fields:
        assert name not in shown_cell(field, name) and PHONE not in shown_cell(field, PHONE), field.name
    assert shown_cell(member.field("birth_ym"), "1981-07") == "1981-07"
    assert (
        shown_cell(member.field("relation"), "户主") == "户主" and shown_cell(member.field("relation"), "某") == UNFIT
    )
    assert shown_cell(project.field("content"), "硬化道路 3 公里") == "硬化道路 3 公里"
    assert shown_cell(project.field("content"), f"户主{name}（4组）家门前道路") == HIDDEN


def test_names_are_seen_beside_words_and_alone() -> None:
    rng, missed = random.Random(3), []
    for name in people(4, 1500):
        text = rng.choice(CONTEXTS).format(name)
        missed.extend([] if name[0] == "和" or any(names_beside(text)) else [text])
        missed.extend([] if name[0] == "和" or any(names_alone(name)) else [name])
    assert missed == []
    assert [*names_beside("户主 " + " ".join(people(5, 1)[0]) + " 家")]


def test_names_are_seen_behind_a_request() -> None:
    rng = random.Random(6)
    for name in sorted({name for name in people(7, 400) if len(name) > 2 and "·" not in name and name[0] != "和"}):
        asked = rng.choice(("请核对{}", "再核实一下{}。", "见{}，收入", "请先走访{}", "已经问过{}", "联系{}", "改为{}"))
        assert shown_text(asked.format(name)) == HIDDEN, asked.format(name)
    for text in (
        "请核对金额",
        "请核对纪要",
        "见附件",
        "联系农业局",
        "请核对付款凭证",
        "核实石料数量",
        "改为已脱贫",
        "请核对卫生室",
    ):
        assert shown_text(text) == text


def test_no_ordinary_text_looks_like_a_name() -> None:
    texts = [
        f"{field.title} {field.description}"
        for r in project_descriptor().resources.values()
        for field in r.schema.fields
    ]
    files = [*ROOT.glob("docs/**/*.md"), *ROOT.glob("policies/*.yaml"), ROOT / "README.zh-CN.md", ROOT / "CHANGELOG.md"]
    texts += [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    assert [text for text in texts if any(names_beside(text)) or any(names_asked(text))] == []
    words = [
        word for r in project_descriptor().resources.values() for f in r.schema.fields for word in (f.title, *f.enum)
    ]
    assert [word for word in words if shown_text(word) != word] == []


def test_paths_and_sentences_lose_only_what_looks_like_a_person() -> None:
    (name,) = people(6, 1)
    assert shown_path("records/townships/guzhen/members.csv") == "records/townships/guzhen/members.csv"
    assert shown_path(f"records/{name}/说明.csv") == "records/***/说明.csv"
    assert shown_path(f"records/{name}{PHONE}.csv") == "records/***.csv"
    assert shown_path("/".join((PHONE[:3], PHONE[3:]))) == "***" or PHONE not in shown_path(PHONE)
    assert safe(f"找不到“{name}”，请打 {PHONE[:3]}-{PHONE[3:7]}-{PHONE[7:]}") == "找不到“***”，请打 ***"
    assert safe("更正支付 F0000238 的金额 26,800.00 元") == "更正支付 F0000238 的金额 26,800.00 元"


@pytest.mark.parametrize(
    "line",
    ["“{}”不在", "'{}' 不是数字。", "/tmp/{}.html。没有密钥", r"C:\u\{}\a.xlsx 存不了", "“/a/{}/b.csv”读不出", "‘{}’", 'x "{}" y', "  - {}.md；Doc", "见 {}.csv。"],
)  # fmt: skip
def test_a_name_that_stands_apart_in_a_sentence_is_struck_out(line: str) -> None:
    missed = [said for name in people(7, 200) if name[0] != "和" and name in (said := safe(line.format(name)))]
    assert missed == []
    assert safe(line.format("扶贫办")) == line.format("扶贫办")


def test_an_error_nobody_foresaw_is_told_without_its_words(capsys, monkeypatch) -> None:
    (name,) = people(8, 1)

    def fail(*_: object, **__: object) -> None:
        raise ValueError(f"invalid: {name} {PHONE}")

    monkeypatch.setattr("gongshi.cli.gongshi.main", fail)
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr().err
    assert ended.value.code == 2 and said.count("\n") == 1 and "cli/__init__.py:" in said and "ValueError" in said
    assert name not in said and PHONE not in said


@pytest.mark.parametrize("line", ["::stop-commands::x", "  ::error::x", "a ##[add-mask]x"])
def test_no_line_gives_an_order_to_what_reads_the_log(line: str) -> None:
    assert not re.search(r"^\s*::|##\[", plain(line)) and "x" in plain(line)


def test_what_cannot_be_seen_is_written_out() -> None:
    marks = [
        *range(0x20),
        *range(0x7F, 0xA0),
        0xAD,
        0x61C,
        0x200B,
        0x200E,
        0x2028,
        0x2029,
        0x202E,
        0x2066,
        0x2069,
        0xFEFF,
        0xDC80,
        0xE0041,
    ]
    for mark in marks:
        shown = visible(f"甲{chr(mark)}乙")
        assert shown.startswith("甲\\") and shown.endswith("乙") and shown.isprintable(), hex(mark)
    assert visible("全角　空格 𫖯·é") == "全角　空格 𫖯·é"
    assert name_parts.SURNAMES  # the names of these tests come from there
