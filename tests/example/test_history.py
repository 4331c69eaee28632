"""The example has a history to look at: its last adjustments are commits of this repository, and tell what they did."""

from __future__ import annotations

from committed import GIT, commit_of
from example.adjustments import PAYMENT, PROJECT
from gongshi.changes.diff import compare
from gongshi.changes.past import history
from gongshi.changes.steps import walk
from gongshi.repository import RevisionTree

EXIT, CORRECTION = "石盘乡、绍兴镇25户退出入账", "更正支付 F0000238 的金额"


def test_a_project_goes_through_its_six_steps_each_under_its_document() -> None:
    commit_of(CORRECTION)
    with history(GIT) as past:
        versions = past.versions("projects", (PROJECT,))
    papers = [(v.cells.get("stage"), v.revision.trailer("Doc-No")) for v in versions if v.revision.trailer("Doc-No")]
    assert papers == [
        ("入库", "常乐镇项报〔2019〕1号"),
        ("下达", "示扶项批〔2019〕12号"),
        ("竣工", "报2019-0045、报2019-0046"),
        ("初检", "常乐镇初检〔2019〕1号"),
        ("验收", "验〔2020〕023号"),
        ("移交", "报2020-0023"),
    ]
    assert all(v.revision.trailer("Approved-by") for v in versions if v.revision.trailer("Doc-No"))


def test_the_exit_of_25_households_is_counted_by_township() -> None:
    commit = commit_of(EXIT)
    diff = compare(RevisionTree(GIT, f"{commit}^"), RevisionTree(GIT, commit))
    moved = [
        change
        for change in diff.changes
        if change.resource == "households"
        and ("poverty_status", "未脱贫", "已脱贫") in {(f.field, f.before, f.after) for f in change.fields}
    ]
    assert len(moved) == 25
    heads = {total.group: total.after - total.before for total in diff.totals if "未脱贫" in total.measure}
    assert heads == {"石盘乡": -18, "绍兴镇": -7}
    added = {(change.resource, change.kind.value) for change in diff.changes}
    assert {("cases", "added"), ("notices", "added"), ("status-events", "added")} <= added


def test_the_correction_of_a_payment_is_told_without_an_index() -> None:
    commit = commit_of(CORRECTION)
    (step,) = [step for step in walk(GIT, "HEAD", ("payments",)).steps if step.revision.commit == commit]
    (record,) = step.records
    assert record.key == (PAYMENT,)
    assert (record.before["amount"], record.after["amount"]) == ("26800.00", "62800.00")
