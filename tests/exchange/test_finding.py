"""Rows find their household and member by what the sheet has; two who fit are asked about."""

from __future__ import annotations

from pathlib import Path

import pytest

from exchange.books import xlsx
from exchange.conftest import MEMBER
from exchange.test_import import told
from exchange.test_persons import HER, HIS, NAMES, id_no
from gongshi.exchange import Fate

HEAD = ["户编号", "人编号", "姓名", "身份证号", "行政村", "文化程度"]
FOREIGN = ("9901011000000001", "99010110000000010001")


def known(root: Path, take, identity) -> None:
    """Three members with names, two of them of one name in one village."""
    place = root / "records/townships/guzhen/members.csv"
    lines = place.read_text(encoding="utf-8").splitlines()
    third = lines[1].replace("M00000001,H0000001", "M00000003,H0000002")
    place.write_text("\n".join([*lines, third]) + "\n", encoding="utf-8")
    rows = [["M00000001", NAMES[0], HIS], ["M00000002", NAMES[1], HER], ["M00000003", NAMES[1], ""]]
    assert take("名单.xlsx", xlsx([["人编号", "姓名", "身份证号"], *rows]), identity=identity()).counts == {
        Fate.UPDATED: 3
    }


def test_a_national_export_finds_its_persons(root: Path, take, plan, identity) -> None:
    known(root, take, identity)
    assert MEMBER["education"] == "初中"
    said = [
        [NAMES[0], "", "甲村", "小学"],
        [NAMES[1], HER, "甲村", "小学"],
        [NAMES[1], "", "甲村", "小学"],
        [NAMES[0], "", "乙村", "小学"],
        [NAMES[0], id_no("19900101", "333"), "甲村", "小学"],
        ["李㐂龘", "", "甲村", "小学"],
    ]
    rows = [[FOREIGN[0], f"{FOREIGN[1]}{at}", *row] for at, row in enumerate(said)]
    result = plan("贫困人口.xlsx", xlsx([HEAD, *rows]), identity=identity())
    assert [row.kind for row in result.rows] == [Fate.UPDATED] * 2 + [Fate.REFUSED] * 4
    assert [row.key for row in result.rows[:2]] == [("M00000001",), ("M00000002",)]
    why = [" ".join(message for _, message in row.places()) for row in result.rows]
    assert "有 2 个人符合" in why[2] and "M00000002、M00000003" in why[2]
    assert all("也没有找到" in reason for reason in why[3:])
    assert not any(name in reason for reason in why for name in NAMES)


def test_households_by_the_name_of_one_of_them(root: Path, take, plan, identity) -> None:
    known(root, take, identity)
    head = ["户编号", "户主姓名", "行政村", "村民小组", "家庭人口"]
    rows = [[FOREIGN[0], NAMES[0], "甲村", "4组", 3], ["", NAMES[0], "乙村", "4组", 3]]
    result = plan("户.xlsx", xlsx([head, *rows]), identity=identity())
    assert [row.kind for row in result.rows] == [Fate.UPDATED, Fate.REFUSED] and result.rows[0].key == ("H0000001",)
    closed = plan("户.xlsx", xlsx([head, rows[0]]))
    assert "要用密钥" in " ".join(told(closed).values())


def test_a_sheet_of_all_townships_is_routed_by_any_number(root: Path, plan) -> None:
    from gongshi.package import read_descriptor
    from gongshi.repository import WorkTree

    schema = read_descriptor(WorkTree(root)).resources["pairings"].schema
    for slug, number, household in (("guzhen", "J0000001", "H0000001"), ("changle", "J0000002", "H0000009")):
        cells = {"pairing_id": number, "role": "帮扶责任人", "household_no": household, "started_on": "2020-01-01"}
        place = root / f"records/townships/{slug}/pairings.csv"
        line = ",".join(cells.get(name, "") for name in schema.names)
        place.write_text(",".join(schema.names) + "\n" + line + "\n", encoding="utf-8")
    rows = [["结对编号", "日期", "方式"], ["J0000001", "2020-04-10", "走访"], ["J0000002", "2020-04-11", "走访"]]
    result = plan("走访.xlsx", xlsx(rows))
    assert result.counts == {Fate.CREATED: 2}
    assert sorted(path.split("/")[2] for path in result.files) == ["changle", "guzhen"]


MEASURE = ["户编号", "措施类别", "措施项目", "帮扶内容", "帮扶单位", "投入金额", "开始日期", "户主签认"]


def test_new_records_are_numbered_and_the_second_time_nothing_changes(take, plan) -> None:
    rows = [["H0000001", "产业帮扶", "种植扶持", "资金", "U001", 5, "2020-03-01", "是"]]
    rows += [[number, *rows[0][1:]] for number in ("H0000002", "H0000009")]
    book = xlsx([MEASURE, *rows])
    first = plan("措施.xlsx", book)
    assert [row.key[0] for row in first.rows] == ["C0000001", "C0000002", "C0000003"] and first.counts == {
        Fate.CREATED: 3
    }
    take("措施.xlsx", book)
    assert take("措施.xlsx", book).counts == {Fate.UNCHANGED: 3}
    other = plan("措施.xlsx", xlsx([MEASURE, [*rows[0][:5], 7, *rows[0][6:]]]))
    assert "C0000001" in next(iter(told(other).values())) and other.counts == {Fate.REFUSED: 1}
    more = plan("措施.xlsx", xlsx([MEASURE, [*rows[0][:6], "2020-04-01", "是"], [*rows[0][:6], "2020-04-01", "是"]]))
    assert more.rows[0].key == ("C0000004",) and more.counts == {Fate.CREATED: 1, Fate.REFUSED: 1}


UNIT = ["单位编号", "单位名称", "单位类别", "隶属关系"]
HELPER = ["帮扶人编号", "姓名", "单位", "职务", "职级", "公职人员"]


@pytest.mark.parametrize("said", ["新增", None, "新1", " 新增 "])
def test_units_and_helpers_are_numbered_and_namesakes_are_asked_about(take, plan, said: str | None) -> None:
    """What is known by its name gets its number, too: twice is once, another of that name in the same place is for people to say."""
    book = xlsx([UNIT, [said, "水利局", "党政机关", "县"], ["", "林业局", "党政机关", "县"]])
    first = take("单位.xlsx", book)
    assert [row.key[0] for row in first.rows] == ["U002", "U003"] and not told(first), told(first)
    assert take("单位.xlsx", book).counts == {Fate.UNCHANGED: 2}
    for name in ("水利局", "财政局"):
        asked = plan("单位.xlsx", xlsx([UNIT, [said, name, "事业单位", "县"]]))
        assert "同名" in told(asked)["A2"] and "U004 起" in told(asked)["A2"] and not asked.files
    rank = ["乡镇干部", "一般干部", "是"]
    rows = [[said, "帮甲", "水利局", *rank], [None, "帮甲", "林业局", *rank], ["新增", "帮乙", "林业局", *rank]]
    helpers = take("帮扶人.xlsx", xlsx([HELPER, *rows]))
    assert [row.key[0] for row in helpers.rows] == ["B00001", "B00002", "B00003"], told(helpers)
    twice = plan(
        "帮扶人.xlsx", xlsx([HELPER, [None, "帮丙", "林业局", *rank], [None, "帮丙", "林业局", "包组干部", *rank[1:]]])
    )
    assert "与第 2 行同名" in told(twice)["A3"] and twice.counts == {Fate.CREATED: 1, Fate.REFUSED: 1}
    wrong = told(plan("帮扶人.xlsx", xlsx([HELPER, [said, "帮丁", "林业局", "局座", *rank[1:]]])))
    assert set(wrong) == {"D2"}, "the number is the program's to give"
