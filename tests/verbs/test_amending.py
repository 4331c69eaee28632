"""Cells changed in place: written as the ledger spells them, all or none, each fault at its cell, and taken back."""

from __future__ import annotations

import pytest

from gongshi.model import GongshiError
from gongshi.package import load
from gongshi.repository import WorkTree, take_back
from gongshi.verbs import Edit, Flawed, amend, look
from verbs.conftest import TODAY

HOME = ("H0000001",)


def edit(field: str, text: str, key=HOME, was=None) -> Edit:
    return Edit(key, field, was, text)


def everything(root) -> dict[str, bytes]:
    tree = WorkTree(root)
    return {path: tree.read(path) for path in tree.paths("records/")}


def flaws(root, name: str, *edits: Edit) -> list[tuple]:
    before = everything(root)
    with pytest.raises(Flawed) as caught:
        amend(root, name, edits, TODAY)
    assert everything(root) == before, "nothing is written where one cell is wrong"
    return [(flaw.key, flaw.field, flaw.message) for flaw in caught.value.flaws]


def test_cells_are_written_in_the_ledgers_spelling_and_taken_back(root, text) -> None:
    before = everything(root)
    done = amend(root, "households", [edit("group_name", " 9组 "), edit("identified_on", "2014年5月28日")], TODAY)
    assert done.told == "改贫困户 1 条、2 格" and done.paths == ("records/townships/guzhen/households.csv",)
    assert "H0000001,990101100001,9组," in text("households.csv") and "2014-05-28" in text("households.csv")
    take_back(root)
    assert everything(root) == before


def test_a_document_is_changed_like_a_table(root) -> None:
    amend(root, "projects", [edit("quantity", "１.50", ("990101-2020-JS-0001",))], TODAY)
    path = next(path for path in WorkTree(root).paths("records/projects") if "JS-0001" in path)
    assert "quantity: 1.5" in WorkTree(root).read(path).decode()


REFUSED = (
    ("households", edit("group_name", "第九"), "填得不对"),
    ("households", edit("household_class", "好户"), "只能填"),
    ("households", edit("population", "-1"), "填得不对"),
    ("households", edit("identified_on", "2014-02-30"), "日期"),
    ("households", edit("village_code", " "), "不能为空"),
    ("households", edit("village_code", "990101100009"), ""),
    ("households", edit("household_no", "H0000009"), "不能改"),
    ("households", edit("name", "某"), "没有这一栏"),
    ("households", edit("group_name", "9组", ("H0000099",)), "没有这条记录"),
    ("households", edit("group_name", "9组", was="8组"), "别人改过"),
    ("pairings", edit("helper_no", "B00099", ("J0000001",)), ""),
    ("pairings", edit("ended_on", "x\ny", ("J0000001",)), "换行"),
)  # fmt: skip


def test_what_is_wrong_is_told_at_its_cell_and_all_of_them_at_once(root) -> None:
    good = edit("main_cause", "因病", ("H0000002",))
    for name in ("households", "pairings"):
        mine = [(change, said) for table, change, said in REFUSED if table == name]
        keys = [(change.key, change.field) for change, _ in mine]
        alone = [pair for pair in mine if keys.count((pair[0].key, pair[0].field)) == 1]
        found = flaws(root, name, *([good] if name == "households" else []), *(change for change, _ in alone))
        assert {(key, field) for key, field, _ in found} == {(change.key, change.field) for change, _ in alone}
        for change, said in mine:
            if (change, said) not in alone:
                found += flaws(root, name, change)
            assert any(
                said in message for key, field, message in found if (key, field) == (change.key, change.field)
            ), change


def test_an_old_fault_elsewhere_in_the_record_does_not_keep_a_cell_from_being_mended(root) -> None:
    place = root / "records/townships/guzhen/households.csv"
    broken = place.read_text("utf-8").replace("H0000001,990101100001,4组,", "H0000001,990101100001,一组,")
    assert "一组" in broken
    place.write_text(broken.replace("2014-05-27", "2014-13-27", 1), "utf-8")
    with pytest.raises(Flawed, match="不显示"):
        amend(root, "households", [edit("group_name", "9组")], TODAY)
    amend(root, "households", [edit("main_cause", "因病")], TODAY)
    assert "2014-13-27" in place.read_text("utf-8")


def test_what_the_program_writes_is_not_edited(root) -> None:
    for name in ("sealed", "aliases", "figures", "notice-commitments", "nothing"):
        with pytest.raises(GongshiError):
            amend(root, name, [edit("box", "x")], TODAY)


def test_a_look_while_typing_finds_what_the_writing_would_refuse(root) -> None:
    with load(WorkTree(root)) as database:
        for change in (edit("group_name", "第九"), edit("village_code", "990101100009"), edit("village_code", "")):
            seen = look(database, "households", [change])
            assert [(one.key, one.field) for one in seen] == [(HOME, change.field)], change
            assert seen[0].message == flaws(root, "households", change)[0][2] or "台账里没有" in seen[0].message
        assert look(database, "households", [edit("group_name", "9组"), edit("second_cause", "")]) == []


def test_nothing_changed_writes_nothing(root) -> None:
    before = everything(root)
    assert amend(root, "households", [edit("group_name", "4组", was="4组")], TODAY).paths == ()
    assert everything(root) == before


def test_the_command_does_the_same(root, text) -> None:
    from click.testing import CliRunner

    from gongshi.cli import gongshi

    def run(*words: str):
        return CliRunner().invoke(gongshi, ["-C", str(root), "amend", "households", "H0000001", *words])

    assert run("村民小组=9组", "main_cause＝因病").exit_code == 0 and "9组" in text("households.csv")
    assert "没有写等号" in str(run("村民小组").exception) and "没有“组”这一栏" in str(run("组=9组").exception)
    assert run("村民小组=8组", "--dry-run").exit_code == 0 and "8组" not in text("households.csv")


def test_the_command_adds_a_record_and_strikes_it_out(root) -> None:
    """As the grid does: the same function, so the same bytes."""
    from click.testing import CliRunner

    from gongshi.cli import gongshi

    place = root / "records/county/units.csv"
    before = place.read_bytes()

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(gongshi, ["-C", str(root), "amend", *arguments])
        assert done.exception is None or isinstance(done.exception, GongshiError)
        return f"{done.output}{done.exception or ''}"

    cells = ("单位编号=U998", "单位名称=水务局", "单位类别=党政机关", "隶属关系=县")
    assert "新增单位 1 条" in run("units", "新", *cells) and "U998,水务局" in place.read_text("utf-8")
    assert "已经登记过" in run("units", "新", *cells)
    assert "删去单位 1 条" in run("units", "U998", "--strike") and place.read_bytes() == before
    for wrong in (
        ("units", "U998"),
        ("units", "U001", "--strike", "单位名称=甲"),
        ("households", "H0000001", "--strike"),
    ):
        run(*wrong)
    assert place.read_bytes() == before
