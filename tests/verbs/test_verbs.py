"""Each verb does the whole linked write, gives the numbers, refuses what cannot be, and writes all or nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from gongshi.checks import check_records
from gongshi.model import GongshiError
from gongshi.package import load
from gongshi.repository import WorkTree, take_back, written
from gongshi.verbs import VERBS, Wrong

PROJECT = "990101-2020-JS-0001"


def changed(root: Path) -> str:
    return subprocess.run(["git", "status", "--porcelain", "-uall"], cwd=root, capture_output=True, text=True).stdout


def sound(root: Path) -> None:
    """What the verbs touched has no fault that was not there: keys, references, derived columns."""
    with load(WorkTree(root)) as database:
        wrong = {one.code for one in check_records(database)}
    assert not wrong & {
        "primary-key",
        "foreign-key",
        "status",
        "exit-year",
        "project-stage",
        "not-canonical",
        "required",
    }


def test_a_visit_goes_under_the_pairing_of_that_day(root, act, text) -> None:
    done = act("visit", subjects="h0000001，H0000002", on="2020年6月28日")
    assert done.paths == ("records/townships/guzhen/contacts.csv",)
    assert "J0000001,2020-06-28,走访\nJ0000002,2020-06-28,走访\n" in text("contacts.csv")
    with pytest.raises(Wrong, match="已经登记过"):
        act("visit", subjects="H0000001", on="2020-06-28")
    act("visit", subjects="J0000001", on="2020-06-28", kind="慰问")
    with pytest.raises(Wrong, match="没有结对的人"):
        act("visit", subjects="H0000003")
    with pytest.raises(Wrong, match="没有结对的人"):
        act("visit", subjects="H0000001", on="2015-12-31")
    sound(root)


@pytest.mark.parametrize(
    ("given", "ask", "said"),
    [
        ({"on": "2020-02-30"}, "on", "不是真实的日期"),
        ({"on": "2020-07-11"}, "on", "7月11日还没到。今天是 6月30日"),
        ({"on": "2021-01-01"}, "on", "2021 年 1月1日还没到。今天是 6月30日"),
        ({"kind": "串门"}, "kind", "只能填"),
        ({"subjects": ""}, "subjects", "还没填"),
        ({"subjects": "990101100001"}, "subjects", "填得不对"),
        ({"subjects": "H0000099"}, "subjects", "没有这个户编号"),
    ],
)
def test_each_fault_is_told_at_its_field_and_nothing_is_written(root, act, given, ask, said) -> None:
    with pytest.raises(Wrong) as wrong:
        act("visit", **({"subjects": "H0000001"} | given))
    assert [fault.ask for fault in wrong.value.faults] == [ask] and said in str(wrong.value)
    assert changed(root) == "" and written(root) == []


def test_one_wrong_household_keeps_back_the_whole_visit(root, act) -> None:
    with pytest.raises(Wrong):
        act("visit", subjects="H0000001 H0000002 H0000003")
    assert changed(root) == ""


def test_a_case_from_its_notice_to_the_status_of_its_households(root, act, text) -> None:
    closed = act("notice-close", notice="G2020-00001", result="无异议")
    assert "记到案卷 Z2020-00001（村内公示）" in closed.told
    assert "step: 村内公示, level: 村, done_on: 2020-06-25, notice_id: G2020-00001" in text(
        "cases/2020/Z2020-00001.yaml"
    )
    with pytest.raises(Wrong, match="还缺：乡镇审核、县级审批、建档录入"):
        act("case-close", case="Z2020-00001", result="通过")
    act("case-step", case="Z2020-00001", on="2020-06-26")
    act("case-step", case="Z2020-00001", on="2020-06-27")
    act("case-step", case="Z2020-00001")
    with pytest.raises(Wrong, match="要写批复文号"):
        act("case-close", case="Z2020-00001", result="通过")
    done = act("case-close", case="Z2020-00001", result="通过", doc="示财〔2020〕1号")
    assert "登记纳入监测 1 户" in done.told
    assert "H0000001,2020-06-27,纳入监测,Z2020-00001," in text("status-events.csv")
    with pytest.raises(Wrong, match="已在 2020-06-30 结卷"):
        act("case-step", case="Z2020-00001", step="系统标注")
    sound(root)


def test_an_exit_changes_status_and_year_and_undo_takes_all_back(root, act, text) -> None:
    made = act("case-new", procedure="退出", households="H0000001 H0000002", village="990101100001", on="2020-06-01")
    assert "Z2020-00002" in made.told
    done = act("event", event="脱贫", households="H0000001 H0000002", case="Z2020-00002", on="2020-06-20")
    assert len(done.paths) == 2
    assert (
        text("households.csv").count(",已脱贫,2020,") == 2 and text("status-events.csv").count("脱贫,Z2020-00002") == 2
    )
    sound(root)
    assert take_back(root).what == done.told
    assert "已脱贫" not in text("households.csv") and "Z2020-00002" not in text("status-events.csv")
    assert take_back(root).what == made.told and changed(root) == ""
    with pytest.raises(GongshiError, match="没有可以撤销的"):
        take_back(root)


def test_an_event_wants_the_household_on_the_list_of_its_case(root, act) -> None:
    with pytest.raises(Wrong, match="名单里没有 H0000002"):
        act("event", event="纳入监测", households="H0000002", case="Z2020-00001")
    with pytest.raises(Wrong, match="没有这个案卷编号"):
        act("event", event="脱贫", households="H0000001", case="Z2020-00099")
    with pytest.raises(Wrong, match="要写明是哪些户"):
        act("case-new", procedure="退出", village="990101100001")
    assert changed(root) == ""


def test_a_project_step_brings_stage_and_day_of_acceptance(root, act) -> None:
    act("project", project=PROJECT, step="乡镇初检", on="2020-06-20")
    act("project", project=PROJECT, step="县级验收", on="2020-06-25", quantity="1")
    record = (root / f"records/projects/2020/{PROJECT}.yaml").read_text("utf-8")
    assert "stage: 验收\naccepted_on: 2020-06-25\naccepted_quantity: 1\n" in record
    with pytest.raises(Wrong, match="已经登记过"):
        act("project", project=PROJECT, step="县级验收")
    with pytest.raises(Wrong, match="没有写要登记什么"):
        act("project", project=PROJECT)
    sound(root)


PAID = {"project": PROJECT, "allocation": "N2020-001", "on": "2020-06-28"}


def test_a_payment_is_numbered_and_keeps_within_the_money(root, act) -> None:
    bill = PAID | {
        "payment_stage": "进度款",
        "payee_kind": "施工单位",
        "unit": "U001",
        "channel": "转账",
        "purpose": "工程款",
    }
    assert "F0000001：30,000.00 元" in act("pay", **bill, amount="3万").told
    assert "F0000002" in act("pay", **bill, amount="970000").told
    with pytest.raises(Wrong, match=r"只剩 0\.00 元"):
        act("pay", **bill, amount="0.01")
    with pytest.raises(Wrong, match="支付不能早于到账"):
        act("pay", **(bill | {"on": "2020-01-02"}), amount="1")
    sound(root)


def test_a_batch_is_one_payment_and_each_household_once_a_period(root, act, text) -> None:
    batch = PAID | {"benefit": "公益岗补贴", "period": "2020-Q2", "units": "3", "standard": "500"}
    done = act("subsidy", **batch, subjects="H0000001 M00000002")
    assert "2 笔，3,000.00 元，支付 F0000001" in done.told
    assert "D0000002,H0000002,M00000002,公益岗补贴,2020-Q2,3.00,500.00,1500.00,2020-06-28,一卡通,F0000001" in text(
        "subsidies.csv"
    )
    with pytest.raises(Wrong, match=r"H0000001 2020-Q2 的公益岗补贴已经发过（1,500.00 元，2020-06-28）"):
        act("subsidy", **batch, subjects="H0000003 H0000001")
    sound(root)


def test_a_pairing_takes_over_from_another(root, act, text) -> None:
    done = act("pair-new", role="帮扶责任人", subject="H0000001", helper="B00002", replaces="J0000001", on="2020-06-15")
    assert "J0000003" in done.told
    assert "B00001,,,2016-01-01,,2020-06-15,岗位变动,J0000003" in text("pairings.csv")
    with pytest.raises(Wrong, match="已经结束"):
        act("pair-new", role="帮扶责任人", subject="H0000001", helper="B00002", replaces="J0000001")
    act("pair-end", pairing="J0000003", reason="对象销号")
    with pytest.raises(Wrong, match="已在 2020-06-30 结束"):
        act("pair-end", pairing="J0000003", reason="期满")
    with pytest.raises(Wrong, match="帮扶人"):
        act("pair-new", role="帮扶责任人", subject="H0000001", helper="B00009")
    sound(root)


def test_what_runs_is_not_begun_again(root, act) -> None:
    act("pair-new", role="帮扶责任人", subject="H0000002", helper="B00002", on="2020-06-01")
    with pytest.raises(Wrong, match=r"从 2020-06-01 起已经登记过（J0000003）"):
        act("pair-new", role="帮扶责任人", subject="H0000002", helper="B00002", on="2020-06-15")
    act("pair-end", pairing="J0000003", reason="期满", on="2020-06-20")
    act("pair-new", role="帮扶责任人", subject="H0000002", helper="B00002", on="2020-06-20")
    done = act("case-new", procedure="纳入监测", households="H0000002", on="2020-06-01")
    with pytest.raises(Wrong, match="H0000002 的纳入监测案卷"):
        act("case-new", procedure="纳入监测", households="H0000002", on="2020-06-02")
    assert "立案卷" in done.told
    sound(root)


@pytest.mark.parametrize("given", [{}, {"attendees": "20"}, {"votes": "20"}])
def test_a_ballot_has_its_numbers(root, act, given) -> None:
    case = act("case-new", procedure="纳入监测", households="H0000002", on="2020-06-01").told.split("：")[0].split()[-1]
    with pytest.raises(Wrong, match="民主评议要写参加人数和同意票"):
        act("case-step", case=case, step="民主评议", on="2020-06-02", **given)
    act("case-step", case=case, step="民主评议", on="2020-06-02", attendees="20", votes="18")
    sound(root)


def test_an_objection_is_written_and_answered(root, act, text) -> None:
    act("objection", notice="G2020-00001", topic="收入不符", on="2020-06-24")
    with pytest.raises(GongshiError, match="没有答复"):
        act("notice-close", notice="G2020-00001", result="有异议已处理")
    act("objection", notice="G2020-00001", topic="收入不符", on="2020-06-24", outcome="维持", answered="2020-06-26")
    assert text("notices/2020/G2020-00001.yaml").count("topic:") == 1
    act("notice-close", notice="G2020-00001", result="有异议已处理")


def test_undo_is_refused_where_something_came_after_or_it_was_committed(root, act) -> None:
    act("visit", subjects="H0000001")
    place = root / "records/townships/guzhen/contacts.csv"
    place.write_bytes(place.read_bytes() + b"J0000002,2020-06-30,\xe8\xb5\xb0\xe8\xae\xbf\n")
    with pytest.raises(GongshiError, match="之后，同一个文件又改过"):
        take_back(root)
    assert len(place.read_bytes().splitlines()) == 3
    act("visit", subjects="H0000001", kind="慰问")
    subprocess.run(["git", "add", "-A"], cwd=root, check=True)
    who = ["-c", "user.name=t", "-c", "user.email=t@example.invalid"]
    subprocess.run(["git", *who, "commit", "-qm", "x"], cwd=root, check=True)
    with pytest.raises(GongshiError, match="已经提交"):
        take_back(root)


def test_a_write_that_died_before_it_began_is_none_to_take_back(root, act, monkeypatch) -> None:
    act("visit", subjects="H0000001")

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("gongshi.repository.writing._stage", dies)
        with pytest.raises(KeyboardInterrupt):
            act("visit", subjects="H0000002")
    assert [one.what for one in written(root)] == ["登记走访 1 次（2020-06-30）"]
    take_back(root)
    assert changed(root) == ""


def test_a_damaged_memory_of_a_write_is_none(root, act) -> None:
    act("visit", subjects="H0000001")
    (place,) = (root / ".git/gongshi").glob("undo-*.json")
    place.write_bytes(place.read_bytes()[:-20])
    assert written(root) == []


def test_every_verb_asks_for_fields_of_the_dictionary(root) -> None:
    from gongshi.package import read_descriptor

    descriptor = read_descriptor(WorkTree(root))
    for verb in VERBS.values():
        assert all(ask.of(descriptor).title for ask in verb.asks) and verb.does.endswith("。"), verb.name


def test_a_post_begins_once_and_ends_once(root, act, text) -> None:
    given = {"member": "M00000001", "post": "保洁员", "village": "990101100001", "pay": "500", "fund": "衔接资金"}
    assert (
        act("post-new", **given, on="2020-06-01", until="2020-12-31").told == "登记上岗 E000001：保洁员，每月 500.00 元"
    )
    assert "E000001,H0000001,M00000001,保洁员,990101100001,2020-06-01,2020-12-31,,500.00,衔接资金" in text("posts.csv")
    sound(root)
    for wrong, said in (
        (given | {"on": "2020-06-02"}, "先登记离岗"),
        (given | {"post": "护林员", "on": "2020-06-02", "until": "2020-06-01"}, "早于上岗"),
        (given | {"member": "M00000099"}, "没有这个人编号"),
        (given | {"post": "护林员", "village": "990101100099"}, "岗位所在地"),
    ):
        with pytest.raises(Wrong, match=said):
            act("post-new", **wrong)
    with pytest.raises(Wrong, match="才上岗"):
        act("post-end", number="E000001", on="2020-05-31")
    act("post-end", number="E000001", on="2020-06-20")
    with pytest.raises(Wrong, match="已在 2020-06-20 离岗"):
        act("post-end", number="E000001")
    act("post-new", **given, on="2020-06-21")
    assert "E000002" in text("posts.csv")
