"""What is due is told with its day, and goes when it is done."""

from __future__ import annotations

from datetime import date

from gongshi.repository import WorkTree
from gongshi.verbs import due


def kinds(root, day: str, township: str | None = None) -> list[tuple[str, str]]:
    return [(one.kind, str(one.by)) for one in due(WorkTree(root), date.fromisoformat(day), township)]


def test_each_kind_is_found_and_goes_when_it_is_done(root, act) -> None:
    found = due(WorkTree(root), date(2020, 6, 30))
    first = {one.kind: one for one in reversed(found)}
    assert first["项目"].by == date(2020, 6, 25) and first["项目"].values["step"] == "乡镇初检"
    assert "该村内公示" in first["案卷"].title and first["案卷"].township == "guzhen"
    assert first["公示"].verb == "notice-close" and first["走访"].values["subjects"] == "H0000001 H0000002"
    assert "标准" in first
    act("notice-close", notice="G2020-00001", result="无异议")
    act("project", project="990101-2020-JS-0001", step="乡镇初检", on="2020-06-20")
    act("project", project="990101-2020-JS-0001", step="县级验收", on="2020-06-21")
    left = due(WorkTree(root), date(2020, 6, 30))
    assert {"公示", "项目"}.isdisjoint(one.kind for one in left)
    assert any("该乡镇审核" in one.title for one in left)


def test_a_running_notice_is_due_on_its_last_day_and_only_within_the_week(root) -> None:
    assert ("公示", "2020-06-25") in kinds(root, "2020-06-20")
    assert ("公示", "2020-06-20") in kinds(root, "2020-06-15")
    assert "公示" not in [kind for kind, _ in kinds(root, "2020-06-01")]


def test_a_township_sees_its_own_alone(root) -> None:
    assert {one.township for one in due(WorkTree(root), date(2020, 6, 30), "guzhen")} == {"guzhen"}
    assert kinds(root, "2020-06-30", "changle") == []


def test_nobody_is_reminded_of_what_has_ended(root, act) -> None:
    """A visit under a pairing that ended, a clue of a household that is struck off, an acceptance that is on record already."""
    place = next(root.glob("records/townships/guzhen/clues.csv"))
    names = place.read_text("utf-8").splitlines()[0].split(",")
    given = {
        "clue_id": "Y000001",
        "clue_kind": "有车",
        "source_unit": "U001",
        "found_on": "2020-06-01",
        "verify_by": "2020-06-20",
    }
    rows = [given | {"clue_id": f"Y00000{n}", "household_no": f"H000000{n}"} for n in (1, 2)]
    lines = [",".join(row.get(name, "") for name in names) for row in rows]
    place.write_text("\n".join([",".join(names), *lines]) + "\n", encoding="utf-8")
    homes = place.with_name("households.csv")
    before = due(WorkTree(root), date(2020, 6, 30))
    assert {one.key for one in before if one.kind == "疑点"} == {"Y000001", "Y000002"}
    act("pair-end", pairing="J0000001", reason="户迁出", on="2020-06-29")
    left = {one.kind: one for one in due(WorkTree(root), date(2020, 6, 30))}
    assert left["走访"].values["subjects"] == "H0000002" and "疑点" in left
    homes.write_text(homes.read_text("utf-8").replace("未脱贫", "已销号"), encoding="utf-8")
    assert "疑点" not in {one.kind for one in due(WorkTree(root), date(2020, 6, 30))}
