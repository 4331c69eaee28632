"""What must be done first is said before anything is written: notices and objections, days in order, parts and wholes."""

from __future__ import annotations

import pytest

from gongshi.package import load
from gongshi.repository import WorkTree, write_files
from gongshi.verbs import VERBS, Wrong, do

from .conftest import KINDS, TODAY, spans
from .conftest import PROJECT as PROJECT_ROW
from .test_verbs import PAID, PROJECT, changed

CASE = "Z2020-00001"
NOTICE = "G2020-00001"


def test_a_case_waits_for_its_notice_and_says_what_to_do_first(root, act) -> None:
    later = {"case": CASE, "step": "乡镇审核", "on": "2020-06-29"}
    with pytest.raises(Wrong, match=f"在 2020-06-25 期满，还没有办结，先办结（gongshi notice close {NOTICE}）"):
        act("case-step", **later)
    with pytest.raises(Wrong, match=r"还没有办结.*再登记纳入监测"):
        act("event", event="纳入监测", households="H0000001", case=CASE)
    act("objection", notice=NOTICE, topic="收入不符", on="2020-06-23")
    for step in ("村内公示", "乡镇审核"):
        with pytest.raises(Wrong, match="1 件异议没有答复，先答复2020-06-23 的第 1 件“收入不符”"):
            act("case-step", **(later | {"step": step}))
    with pytest.raises(Wrong, match="1 件异议没有答复"):
        act("case-close", case=CASE, result="不通过")
    act("objection", notice=NOTICE, topic="收入不符", on="2020-06-23", outcome="维持", answered="2020-06-26")
    act("notice-close", notice=NOTICE, result="有异议已处理", on="2020-06-27")
    assert "登记乡镇审核" in act("case-step", **later).told
    act("case-close", case=CASE, result="不通过")
    with pytest.raises(Wrong, match="结果是不通过，不能据以登记"):
        act("event", event="纳入监测", households="H0000001", case=CASE)


def test_a_notice_that_still_hangs_keeps_every_later_step_back(root) -> None:
    values = {"case": CASE, "step": "县级审批", "on": "2020-06-24"}
    with pytest.raises(Wrong, match="贴到 2020-06-25，期满办结"):
        do(root, VERBS["case-step"], values, TODAY.replace(day=24))


@pytest.mark.parametrize(
    ("verb", "values", "ask", "said"),
    [
        ("case-step", {"case": CASE, "step": "民主评议", "on": "2020-06-29", "attendees": "20", "votes": "21"}, "step", "已在 2020-06-16 登记过"),
        ("case-step", {"case": CASE, "step": "宣传动员", "on": "2020-06-09"}, "on", "2020-06-10 才立"),
        ("case-step", {"case": CASE, "step": "宣传动员", "attendees": "20", "votes": "21"}, "votes", "多于参加人数 20"),
        ("case-close", {"case": CASE, "result": "撤回", "on": "2020-06-09"}, "on", "才立卷（2020-06-10）"),
        ("case-close", {"case": CASE, "result": "撤回", "on": "2020-06-12"}, "on", "最后一步才做完（2020-06-16）"),
        ("event", {"event": "纳入监测", "households": "H0000001", "case": CASE, "on": "2020-06-09"}, "on", "才立卷（2020-06-10）"),
        ("project", {"project": PROJECT, "step": "招标", "on": "2020-06-20"}, "on", "后面的开工在 2020-03-01 已经做完"),
        ("project", {"project": PROJECT, "step": "乡镇初检", "on": "2020-06-09"}, "on", "前面的竣工在 2020-06-10 才做完"),
        ("project", {"project": PROJECT, "step": "县级验收", "on": "2020-06-20", "quantity": "1.01"}, "quantity", "多于批复的 1"),
        ("pair-new", {"role": "联系人", "subject": "H0000001", "helper": "B00002", "on": "2020-06-01", "term": "2020-05-31"}, "term", "2020-06-01"),
        ("pair-new", {"role": "帮扶责任人", "subject": "H0000001", "helper": "B00002", "on": "2015-12-31", "replaces": "J0000001"}, "on", "才开始（2016-01-01）"),
    ],
)  # fmt: skip
def test_days_come_in_order_and_parts_are_no_larger_than_wholes(root, act, verb, values, ask, said) -> None:
    act("notice-close", notice=NOTICE, result="无异议", on="2020-06-26") if values.get("step") == "宣传动员" else None
    before = changed(root)
    with pytest.raises(Wrong) as wrong:
        act(verb, **values)
    assert [fault.ask for fault in wrong.value.faults] == [ask] and said in str(wrong.value)
    assert changed(root) == before


def edit(root, path: str, old: str, new: str) -> None:
    file = next(file for file in root.glob(f"records/**/{path}") if old in file.read_text("utf-8"))
    text = file.read_text("utf-8")
    write_files(root, {file.relative_to(root).as_posix(): text.replace(old, new).encode()})


def test_no_payment_beyond_the_budget_and_none_to_the_dead_or_before_they_were_known(root, act) -> None:
    edit(root, f"{PROJECT}.yaml", f"budget_total: {PROJECT_ROW['budget_total']}", "budget_total: 4000.00")
    batch = PAID | {"benefit": "公益岗补贴", "period": "2020-Q2", "units": "3", "standard": "500"}
    act("subsidy", **batch, subjects="H0000001")
    with pytest.raises(Wrong, match=r"预算 4,000\.00 元，已付 1,500\.00 元，再付 3,000\.00 元就超了"):
        act("subsidy", **batch, subjects="H0000002 H0000003")
    bill = PAID | {"payment_stage": "进度款", "payee_kind": "施工单位", "channel": "转账", "purpose": "工程款"}
    with pytest.raises(Wrong, match="就超了"):
        act("pay", **bill, amount="2500.01")
    with load(WorkTree(root), ["households"]) as database:
        ((since,),) = database.sql("SELECT max(identified_on) FROM households")
    edit(root, "households.csv", str(since), "2020-06-29")
    with pytest.raises(Wrong, match="才识别（2020-06-29）") as wrong:
        act("subsidy", **batch, subjects="H0000002")
    assert wrong.value.faults[0].ask == "on"


def test_a_case_says_what_it_wrote_and_no_more(living, act) -> None:
    act("case-new", procedure="退出", households="H0000001", village="990101100001", on="2020-06-01")
    first = act("event", event="脱贫", households="H0000001", case="Z2020-00002", on="2020-06-20")
    again = act("event", event="脱贫", households="H0000001", case="Z2020-00002", on="2020-06-20")
    assert (
        "登记脱贫 1 户" in first.told
        and "登记" not in again.told.replace("早已登记", "")
        and "1 户早已登记" in again.told
    )
    assert len(spans(living)) == 2


REGIMES = "regime,name,valid_from,retired_on,place,amount,unit,months,basis,verified\n" + "".join(
    f"程序,{name},{first},{last},全国,,,,办法,否\n"
    for name, first, last in (
        ("识别", "2014-01-01", "2020-06-01"),
        ("纳入监测", "2014-01-01", ""),
        ("返贫", "2020-07-01", ""),
    )
)


def test_a_procedure_is_there_on_the_days_that_the_county_says(living, act) -> None:
    write_files(living, {"records/county/regimes.csv": REGIMES.encode()})
    homes = {"households": "H0000001", "village": "990101100001"}
    for name in ("识别", "返贫"):
        with pytest.raises(Wrong) as wrong:
            act("case-new", procedure=name, on="2020-06-01", **homes)
        assert wrong.value.faults[0].ask == "procedure"
        said = str(wrong.value).partition("可以立的有：")[2]
        assert f"没有“{name}”" in str(wrong.value) and "纳入监测" in said and "退出" in said and "识别" not in said
    assert "识别" in act("case-new", procedure="识别", on="2020-05-31", **homes).told


def test_no_risk_is_removed_where_none_was_found(living, act) -> None:
    homes = {"households": "H0000001", "village": "990101100001", "on": "2020-06-20"}
    with pytest.raises(Wrong, match="H0000001 在 2020-06-20 不是监测对象"):
        act("case-new", procedure="风险消除", **homes)
    with pytest.raises(Wrong, match="从来没有登记过建档立卡"):
        text = (living / "records/county/../townships/guzhen/memberships.csv").read_text("utf-8")
        lines = [line for line in text.splitlines() if "建档立卡贫困户" not in line]
        write_files(living, {"records/townships/guzhen/memberships.csv": ("\n".join(lines) + "\n").encode()})
        act("case-new", procedure="返贫", **homes)
    assert KINDS
