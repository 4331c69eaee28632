"""Numbers of other systems are kept: the next export is known by them, what contradicts them is asked about, and nobody's own
number becomes one."""

from __future__ import annotations

from pathlib import Path

import pytest

from exchange.books import xlsx
from exchange.conftest import DAY
from exchange.form_samples import FORMS, PROJECT
from exchange.test_finding import known
from exchange.test_forms import forms_county, planned, sheet_of, written
from exchange.test_import import told
from exchange.test_persons import HER, HIS, NAMES, PHONE, id_no
from gongshi.checks import check_records
from gongshi.checks.aliases import holds_person, is_alias
from gongshi.exchange import Fate, Request, plan_import
from gongshi.exchange.forms import read_forms
from gongshi.package import load
from gongshi.repository import OverlayTree, WorkTree
from support import project_descriptor

HOUSE, MAN, WOMAN = "990101100000000001", "9901011000000010001", "9901011000000010002"
HEAD = ["户编号", "人编号", "姓名", "身份证号", "行政村", "文化程度"]


def rows(*cells: object) -> bytes:
    return xlsx([HEAD, *cells])


def kept(root: Path) -> list[tuple[str, ...]]:
    return sorted(tuple(filter(None, row.values())) for row in written(WorkTree(root), "aliases"))


def luhn(start: str, length: int) -> str:
    """A card number that is nobody's: the start, noughts, and a right check digit."""
    body = start.ljust(length - 1, "0")
    doubled = [int(digit) * (2 if at % 2 else 1) for at, digit in enumerate(reversed(body), 1)]
    return body + str(-sum(sum(divmod(digit, 10)) for digit in doubled) % 10)


def test_an_export_is_known_for_ever_once_its_rows_were_found(root: Path, take, plan, identity) -> None:
    known(root, take, identity)
    first = take(
        "国扶.xlsx", rows([HOUSE, MAN, NAMES[0], HIS, "甲村", "小学"], [HOUSE, WOMAN, NAMES[1], HER, "甲村", "小学"]),
        identity=identity(),
    )  # fmt: skip
    assert first.counts == {Fate.UPDATED: 2} and "记下别的系统的编号 3 个" in "".join(first.sheets[0].notices)
    assert kept(root) == [
        ("人编号", MAN, "M00000001"), ("人编号", WOMAN, "M00000002"), ("户编号", HOUSE, "H0000001"),
    ]  # fmt: skip
    head = ["户编号", "人编号", "文化程度"]  # no name, no ID number, no village, and no key
    for spelling in (
        WOMAN,
        f" {WOMAN} ",
        "".join(chr(ord(digit) + 0xFEE0) for digit in WOMAN),
        f"{WOMAN[:9]} {WOMAN[9:]}",
    ):
        again = plan("再来.xlsx", xlsx([head, [HOUSE, spelling, "高中"]]))
        assert [row.key for row in again.rows] == [("M00000002",)] and again.counts == {Fate.UPDATED: 1}, told(again)
        assert not any(path.endswith("aliases.csv") for path in again.files)
    other = plan("收入.xlsx", xlsx([["户编号", "村民小组", "家庭人口"], [HOUSE, "7组", 2]]))
    assert other.rows[0].key == ("H0000001",) and other.counts == {Fate.UPDATED: 1}


def test_what_contradicts_a_kept_number_is_asked_about(root: Path, take, plan, identity) -> None:
    known(root, take, identity)
    take("国扶.xlsx", rows([HOUSE, MAN, NAMES[0], HIS, "甲村", "小学"]), identity=identity())
    for row, why in (
        ([HOUSE, MAN, NAMES[1], HER, "甲村", "高中"], "在台账里是 M00000001，这一行的身份证号却是 M00000002"),
        ([HOUSE, MAN, "周㚈㚉", "", "甲村", "高中"], "像是两个人"),
        ([HOUSE, f"{MAN[:-1]}9", NAMES[0], HIS, "甲村", "高中"], "M00000001 已记有另一个人编号"),
        ([f"{HOUSE[:-1]}9", WOMAN, NAMES[1], HER, "甲村", "高中"], "H0000001 已记有另一个户编号"),
    ):
        asked = plan("国扶.xlsx", rows(row), identity=identity())
        assert asked.counts == {Fate.REFUSED: 1} and why in " ".join(told(asked).values()), (why, told(asked))
        assert not asked.files
    same = rows([HOUSE, WOMAN, NAMES[1], HER, "甲村", "高中"], [HOUSE, WOMAN, NAMES[0], HIS, "甲村", "高中"])
    assert (
        "在台账里" in (text := " ".join(told(plan("国扶.xlsx", same, identity=identity())).values())) or "已记" in text
    )


NEW = [
    "户编号",
    "户主姓名",
    "户主身份证号",
    "行政村",
    "村民小组",
    "家庭人口",
    "整户无劳动力",
    "村干部亲属",
    "易地搬迁户",
]
PERSON = ["户编号", "人编号", "姓名", "身份证号", "与户主关系", "性别", "出生年月", "民族", "文化程度", "健康状况", "劳动能力", "居民医保",
          "职工医保", "大病保险", "现役军人", "生存状态"]  # fmt: skip


def newcomers() -> bytes:
    """A household and its two members whom nobody here knows, by the numbers of another system."""
    head, wife = id_no("19750505", "333"), id_no("19760606", "444")
    common = ["汉", "小学", "健康", "普通劳动力", "是", "否", "是", "否", "正常"]
    number = "990101100000000077"
    return xlsx(
        [NEW, [number, "周㐂龘", head, "乙村", "2组", 2, "否", "否", "否"]],
        [
            PERSON,
            [number, f"{number}1", "周㐂龘", head, "户主", "男", "1975-05", *common],
            [number, f"{number}2", "吴㐂龘", wife, "配偶", "女", "1976-06", *common],
        ],
        names=["贫困户信息", "贫困人口信息"],
    )


def test_new_households_and_members_get_numbers_once(root: Path, take, plan, identity) -> None:
    known(root, take, identity)
    first = take("国扶.xlsx", newcomers(), identity=identity())
    assert not told(first), told(first)
    assert [row.key[0] for row in first.rows] == ["H0000010", "M00000004", "M00000005"]
    assert {row[-1] for row in kept(root)} == {"H0000010", "M00000004", "M00000005"}
    members = {row["member_no"]: row["household_no"] for row in written(WorkTree(root), "members")}
    assert members["M00000004"] == members["M00000005"] == "H0000010"
    again = plan("国扶.xlsx", newcomers(), identity=identity())
    assert again.counts == {Fate.UNCHANGED: 3} and not again.files, told(again)


def test_nobody_is_new_who_may_be_known(root: Path, take, plan, identity) -> None:
    """Without an ID number, or with the name of somebody in the same village, it is for people to say."""
    known(root, take, identity)
    for name, number in (("周㐂龘", ""), (NAMES[0], id_no("19750505", "333")), ("周㐂龘", "1234")):
        sheet = xlsx([NEW, [HOUSE, name, number, "甲村", "2组", 2, "否", "否", "否"]])
        asked = plan("贫困户信息.xlsx", sheet, identity=identity())
        assert asked.counts == {Fate.REFUSED: 1} and not asked.files, name


TOO_PERSONAL = [
    HIS, f"{HIS}43", f"{HIS}43B1", f"99{HER}", f"{HER}01", HIS[:17] + ("1" if HIS[17] != "1" else "2"), "1101018001" + "01123",
    PHONE, f"86{PHONE}", f"0086{PHONE}", f"000{PHONE}", f"A-{PHONE}", luhn("622848", 19), luhn("621700", 16), f"P{luhn('622848', 19)}",
]  # fmt: skip
HARMLESS = [HOUSE, MAN, WOMAN, "99010110000000001", "1400000012", "5224010001234567", "202100014000", "XM-2021-000145"]


@pytest.mark.parametrize("at", range(len(TOO_PERSONAL)))
def test_no_number_of_a_person_is_kept(at: int) -> None:
    assert holds_person(TOO_PERSONAL[at]) and holds_person(TOO_PERSONAL[at], "990101")


def test_numbers_of_systems_are_taken_for_what_they_are() -> None:
    assert not [number for number in HARMLESS if holds_person(number, "990101")]
    card = luhn("990101", 19)  # a member's number of this very county, whose check digit happens to fit
    assert not holds_person(card, "990101") and is_alias("人编号", card)
    assert not is_alias("户编号", "001") and not is_alias("户编号", "H0000001") and not is_alias("别的", HOUSE)


def test_a_personal_number_is_refused_at_its_cell(root: Path, take, plan, identity) -> None:
    known(root, take, identity)
    for number in (HIS, f"{HIS}01", PHONE, f"00{PHONE}", luhn("622848", 19), f"77{HER[:17]}"):
        asked = plan("国扶.xlsx", rows([number, MAN, NAMES[1], HER, "甲村", "高中"]), identity=identity())
        text = " ".join(told(asked).values())
        assert asked.counts == {Fate.REFUSED: 1} and "不能当编号收" in text and number not in text, told(asked)
        assert not asked.files
    typed = plan(
        "外部编号.xlsx", xlsx([["编号种类", "外部编号", "本台账户编号"], ["户编号", f"00{PHONE}", "H0000001"]])
    )
    assert typed.counts == {Fate.REFUSED: 1} and "不能当编号收" in " ".join(told(typed).values())


def test_a_projects_number_is_kept(tmp_path: Path) -> None:
    county = forms_county(tmp_path)
    form = {form.name: form for form in read_forms(project_descriptor())}["project-pool-2021"]
    sample = FORMS["project-pool-2021"]
    cells = {**sample.cells, "projects.project_id": "5300002021000145"}
    file, data = sheet_of(form, type(sample)(cells, sample.records, sample.said), 0)
    done = plan_import(county[0], file, data, Request(DAY, identity=county[1]))
    assert not told(done), told(done)
    after = OverlayTree(county[0], done.files)
    assert written(after, "aliases")[0]["project_id"] == "990101-2020-CY-0002" != PROJECT
    assert "records/county/aliases.csv" in done.files
    paid = [["支付编号", "项目编号", "资金编号", "支付日期", "支付阶段", "金额", "收款方类别", "收款单位", "支付方式", "用途"],
            ["F0000002", "5300002021000145", "N2020-001", "2020-05-20", "进度款", 600, "施工单位", "U001", "转账", "工程款"]]  # fmt: skip
    used = planned((after, county[1]), paid)
    assert not told(used), told(used)
    payments = written(OverlayTree(after, used.files), "payments")
    assert {row["payment_id"]: row["project_id"] for row in payments}["F0000002"] == "990101-2020-CY-0002"


def test_check_finds_what_was_typed_by_hand(root: Path) -> None:
    place = root / "records/county/aliases.csv"
    header = place.read_text(encoding="utf-8")
    lines = [
        f"户编号,{HOUSE},H0000001,,", f"户编号,{HOUSE[:-1]}2,H0000001,,", f"人编号,{MAN},H0000002,,", f"人编号,{WOMAN},,M00000001,",
        "户编号,123456,H0000002,,", f"人编号,00{PHONE},,M00000002,",
    ]  # fmt: skip
    place.write_text(header + "\n".join(sorted(lines)) + "\n", encoding="utf-8")
    with load(WorkTree(root)) as database:
        found = [one for one in check_records(database) if one.code == "alias"]
    said = " ".join(one.message for one in found)
    assert len(found) == 4 and all(
        word in said for word in ("已有另一个户编号", "只填它自己", "不像别的系统的户编号", "不能当编号收")
    ), found
    assert not any(PHONE in str(one) for one in found)
    place.write_text(header + f"户编号,{HOUSE},H0000001,,\n人编号,{MAN},,M00000001,\n", encoding="utf-8")
    with load(WorkTree(root)) as database:
        assert not [one for one in check_records(database) if one.code == "alias"]


def test_numbers_of_other_systems_are_never_public() -> None:
    fields = project_descriptor().resources["aliases"].schema.fields
    assert {field.disclosure for field in fields} == {"internal"}
