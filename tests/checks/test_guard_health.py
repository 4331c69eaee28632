"""An illness or a disability beside a person: a label or the shape of the name says so; officials, policies and figures pass."""

from __future__ import annotations

import pytest

from gongshi.checks.guard import scan_text

GIVEN = ("任" + "财才", "王" + "大毛", "欧阳" + "小山", "阿依" + "古丽·买买提")
TOLD = """\
户主{}患病，住4组
{}患癌症，需照顾
村民{}因病致贫
户主{}残疾二级
{}确诊肺结核
户主：{}，肝炎
户主,{},尿毒症
{}（4组）长期透析
{}家，因病返贫
{}家有精神病人
困难户{}，肢体残疾
残疾人{}，三级
老人 {} 瘫痪在床
户主 {} 白血病
低保户{}（高血压）
肺癌：户主{}
{}的家庭因病致贫，户主{}患尿毒症
户主,{},男,残疾
孤儿{}，智障
{}身患重病
户主{}，艾滋病
户主{}，失能
学生{}，抑郁症
户主{}，HIV 阳性
户主“{}”，心梗
"""
PASSES = """\
户主患病，无劳动力
高血压患者
老人因病
贫困户因病致贫
时常患病
学生残疾二级
因病致贫、因残致贫的农户 412 户
书记{}走访因病致贫户
帮扶干部{}，因病致贫户三户
镇卫生院医生{}讲解高血压防治
驻村工作队员{}：因残致贫户
{}同志带队慰问因病致贫群众
户主,男,患有大病
户主，女，残疾
残疾人两项补贴
大病保险{}家
村民小组病虫害
村民小组残疾人 12 人
户主因残
贫困户 因病 12 户
户主姓名 残疾证号
户主李某某，因病致贫
老人家庭，因病
巩固户，残疾
群众,高中,残疾
联系人：{}，大病救助咨询
户主、成员，残疾
农户全家因残
种植户患病
高血压、糖尿病
张家村因病致贫户
王家寨 残疾 3 人
石桥（4组）因病
李子树病害
学校康复训练 残疾儿童
居民病床
受益人数 12，残疾 3
一般户因病
养殖户 因病死亡猪 3 头
"""


def health_in(text: str) -> list[str]:
    return [one.code for one in scan_text("a.md", f"说明\n{text}\n".encode())]


@pytest.mark.parametrize("given", GIVEN)
def test_an_illness_beside_a_name_is_found(given: str) -> None:
    texts = [text.replace("{}", given) for text in TOLD.splitlines()]
    assert [text for text in texts if health_in(text) != ["personal-health"]] == []
    forms = ("户主{}患病", "村民{}因病致贫", "户主：{}，肝炎") if len(given) < 4 else ()
    spaced = [text.replace("{}", " ".join(given)) for text in forms]
    assert [text for text in spaced if health_in(text) != ["personal-health"]] == []


@pytest.mark.parametrize("given", GIVEN)
def test_illnesses_of_nobody_and_officials_pass(given: str) -> None:
    assert [text for text in PASSES.splitlines() if health_in(text.replace("{}", given))] == []


def test_a_name_far_from_the_illness_passes() -> None:
    far = "，其余各项均已按规定办理并在村务公开栏公示七天无异议。"
    assert health_in(f"户主{GIVEN[0]}家新建住房{far}全村因病致贫三户") == []
    assert health_in(f"户主{GIVEN[0]}家新建住房；全村因病致贫三户") == []


@pytest.mark.parametrize("gap", range(40))
def test_an_illness_close_behind_another_one_is_looked_at_by_itself(gap):
    near = gap < 22
    for before in ("普查" + "肺癌" + "，" * gap, "普查" + "肺癌" + "\n"):
        text = f"{before}因病{'，' * gap}户主{GIVEN[1]}\n"
        assert bool(scan_text("a.md", text.encode())) == near, text


def test_each_sentence_says_of_whom_it_speaks():
    told = f"户主{GIVEN[0]}，肝炎"
    for mark in "。；;！？!?":
        assert scan_text("a.md", f"{told}{mark}户主{GIVEN[1]}{mark}村里有防疫".encode())
        assert scan_text("a.md", f"防病{mark}户主{GIVEN[1]}{mark}{told}".encode())
        assert not scan_text("a.md", f"户主{GIVEN[1]}{mark}肝炎".encode())
