"""Whose a figure is and where it belongs: neighbours, proxies, groups of columns, titles, lines of villages, repeated rows."""

from __future__ import annotations

import random

import pytest

from exchange.books import xlsx
from exchange.form_samples import HELPER, NAMES, NUMBERS
from exchange.test_forms import LOAN, LOANS, forms_county, planned, written
from exchange.test_import import told
from exchange.test_spellings import found
from gongshi.exchange import Fate
from gongshi.repository import OverlayTree
from support import rounds

OTHERS = (
    "代领人", "包村", "联组", "委托人", "包联领导", "结对帮扶", "包户", "儿子", "亲属", "填表", "紧急联系人", "对接", "村级核实", "监护", "法定代表人", "开户人姓名",
)  # fmt: skip
GROUPS = ("帮扶责任人", "监护情况", "村级核实", "代理", "户主信息", "联络", "见证情况")
PHONE = "138" + "0" * 8


@pytest.fixture(scope="module")
def county(tmp_path_factory) -> tuple[OverlayTree, object]:
    """The small county with a helper, a project and two sealed persons; and its key."""
    return forms_county(tmp_path_factory.mktemp("whose"))


@pytest.mark.parametrize("other", OTHERS)
def test_a_column_that_holds_names_owns_what_stands_behind_it(other: str) -> None:
    """Whatever it is called; and sex or kinship right behind it, too."""
    rows = [["M00000001", "赵㐂龘", "孙小明", "女", PHONE], ["M00000002", "钱㐂龘", "李大山", "男", PHONE]]
    table = found("members", ["人编号", "姓名", other, "性别", "联系电话"], *rows)
    assert set(table.fields) == {"member_no", "name"}, other
    before = found("members", ["人编号", "姓名", "性别", "联系电话", other], *[[*r[:2], *r[3:], r[2]] for r in rows])
    assert {"sex", "phone"} <= set(before.fields), other


@pytest.mark.parametrize(
    "header", ("自然村", "村民小组名", "毕业院校", "开户行", "所学专业", "家庭住址", "务工城市", "曾用名", "务工地")
)
def test_a_column_of_things_owns_nothing(header: str) -> None:
    rows = [["M00000001", "赵㐂龘", "王家湾", PHONE], ["M00000002", "钱㐂龘", "张家寨", PHONE]]
    assert "phone" in found("members", ["人编号", "姓名", header, "联系电话"], *rows).fields


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_of_columns_is_the_persons_whose_name_is_in_it(group: str) -> None:
    """Before the row's own columns and behind them, in mixed order."""
    chance = random.Random(group)
    for _ in range(6):
        own = [("姓名", "赵㐂龘"), ("身份证号", ""), ("性别", "男")]
        theirs = [("姓名", "孙小明"), ("性别", "女"), ("与户主关系", "之子"), ("联系电话", PHONE)]
        chance.shuffle(theirs)
        theirs.sort(key=lambda pair: pair[0] != "姓名")
        blocks = [("基本信息", own), (group, theirs)]
        first = group == "户主信息" and chance.random() < 0.5
        blocks = blocks[::-1] if first else blocks
        top, low, row, merged = ["人编号"], ["人编号"], ["M00000001"], [((0, 0), (1, 0))]
        for label, columns in blocks:
            merged.append(((0, len(top)), (0, len(top) + len(columns) - 1)))
            top += [label, *[None] * (len(columns) - 1)]
            low += [header for header, _ in columns]
            row += [cell for _, cell in columns]
        table = found("members", top, low, row, merged=merged)
        starts = {name: column.place for name, column in table.fields.items()}
        mine = range(1 + len(theirs), len(row)) if first else range(1, 4)
        assert {"name", "sex"} <= set(starts) and starts["name"] in mine and starts["sex"] in mine, (top, low)
        assert not {"phone", "relation"} & set(starts), (top, low)


def loans(county, header, row, title="小额信贷台账", **how):
    done = planned(county, [[title], header, row], **how)
    rows = written(OverlayTree(county[0], done.files), "loans")
    return [(one["household_no"], one["member_no"]) for one in rows], told(done)


def test_a_proxys_number_finds_nobody(county) -> None:
    """A guarantor's or proxy's ID number beside the borrower's name is not the borrower's, in any order."""
    (mine, other), (my_no, their_no), rest = NAMES, NUMBERS, LOAN[3:]
    for word in ("担保人", "户主姓名", "共同借款人", "代办人")[: rounds(2, 4)]:
        header = ["村名", "借款人", word, "身份证号", *LOANS[3:]]
        assert loans(county, header, ["甲村", mine, other, their_no, *rest])[0] == [("H0000001", "M00000001")], word
        header = [word, "身份证号", "借款人", "借款人身份证号", *LOANS[3:]]
        assert loans(county, header, [other, their_no, mine, my_no, *rest])[0] == [("H0000001", "M00000001")], word
        header = ["借款人", "借款人身份证号", word, "身份证号", *LOANS[3:]]
        assert loans(county, header, [mine, my_no, other, their_no, *rest])[0] == [("H0000001", "M00000001")], word


def test_a_number_of_another_household_is_asked_about(county) -> None:
    header = ["户编号", "身份证号", "措施类别", "措施项目", "帮扶内容", "帮扶单位", "投入金额", "开始日期", "户主签认"]
    row = [NUMBERS[0], "产业帮扶", "种植扶持", "资金", "财政局", 500, "2020-03-01", "是"]
    asked = planned(county, [header, ["H0000002", *row]])
    assert "编号却是 H0000002 户" in told(asked)["A2"] and not asked.files
    assert planned(county, [header, ["H0000001", *row]]).counts == {Fate.CREATED: 1}


def test_a_row_that_is_there_twice_is_asked_about(county) -> None:
    """Also with other serial numbers and remarks; told apart by a number of its own, both come in."""
    twice = planned(county, [["小额信贷台账"], ["序号", *LOANS, "备注"], [1, *LOAN, ""], [2, *LOAN, "补"]])
    assert twice.counts == {Fate.CREATED: 1, Fate.REFUSED: 1} and "第 3 行相同" in told(twice)["A4"]
    header = ["贷款编号", *LOANS]
    apart = planned(county, [["小额信贷台账"], header, ["K000001", *LOAN], ["K000002", *LOAN]])
    assert apart.counts == {Fate.CREATED: 2}


NAMED = [LOANS[1], *LOANS[3:]]
ROW = [LOAN[1], *LOAN[3:]]


@pytest.mark.parametrize(
    "title",
    (
        "古镇甲村小额信贷台账",
        "示例县古镇甲村2020年小额信贷台账",
        "甲村小额贷款花名册",
        "2020年甲村小额信贷台账",
        "附件1：古镇甲村小额信贷",
    ),
)
def test_a_title_says_the_village_of_rows_that_do_not(county, title: str) -> None:
    assert loans(county, NAMED, ROW, title)[0] == [("H0000001", "M00000001")]
    for wrong in ("乙村", "长乐丙村"):
        assert not loans(county, NAMED, ROW, title.replace("古镇", "").replace("甲村", wrong))[0]


def test_villages_in_lines_of_their_own_and_on_sheets_of_their_own(county) -> None:
    done = planned(county, [["小额信贷台账"], NAMED, ["甲村"], ROW, ["二、乙村（3户）"], ROW])
    assert done.counts == {Fate.CREATED: 1, Fate.REFUSED: 1} and "没有找到" in next(iter(told(done).values()))
    assert list(done.sheets[0].skipped.values()).count("小标题") == 2
    from exchange.conftest import DAY
    from gongshi.exchange import Request, plan_import

    data = xlsx([["小额信贷台账"], NAMED, ROW], [["小额信贷台账"], NAMED, ROW], names=["乙村", "甲村"])
    both = plan_import(county[0], "表.xlsx", data, Request(DAY, identity=county[1]))
    assert [sheet.counts[Fate.CREATED] for sheet in both.sheets] == [0, 1]


HOUSES = ["户编号", "乡镇", "行政村", "村民小组", "家庭人口", "脱贫状态"]
PLACED = {
    "长乐贫困户花名册": False, "填报单位：长乐人民政府": False, "古镇乙村贫困户花名册": False, "古镇贫困户花名册": True, "甲村贫困户花名册": True,
    "长乐小学结对的贫困户": True, "古镇甲村、乙村贫困户": True, "填报单位：县财政局": True, "古镇人民政府贫困户": True, "乙村等贫困户": True,
}  # fmt: skip


@pytest.mark.parametrize("title", list(PLACED)[:: rounds(2, 1)])
def test_a_title_of_another_place_is_asked_about(county, title: str) -> None:
    for rows in (
        [[title], HOUSES, ["H0000001", "古镇", "甲村", "9组", 2, "未脱贫"]],
        [[title], [HOUSES[0], *HOUSES[3:]], ["H0000001", "9组", 2, "未脱贫"]],
    ):
        assert (planned(county, rows).counts[Fate.UPDATED] == 1) is PLACED[title], rows


def test_places_written_out(county) -> None:
    for village, good in {
        "古镇甲村": True,
        "示例县古镇甲村": True,
        "古镇甲村4组": True,
        "长乐丙村": False,
        "甲乙村": False,
    }.items():
        rows = [HOUSES, ["H0000001", "古镇", village, "9组", 2, "未脱贫"]]
        assert (planned(county, rows).counts[Fate.UPDATED] == 1) is good, village
        rows = [["户编号", "乡镇村", *HOUSES[3:]], ["H0000001", village, "9组", 2, "未脱贫"]]
        assert (planned(county, rows).counts[Fate.UPDATED] == 1) is good, village


PERIODS = {
    "2020年5月": "2020-05", "2020年春季学期": "2020-S1", "2019-2020学年第二学期": "2020-S1", "2020年第二季度": "2020-Q2", "2020年": "2020", "2020年度": "2020",
    "2020年1-5月": "2020", "2020年5月、6月": "2020", "2020年秋季": "2020-S2",
}  # fmt: skip


@pytest.mark.parametrize("said", list(PERIODS)[:: rounds(2, 1)])
def test_a_title_says_the_period_as_exactly_as_it_can(county, said: str) -> None:
    """The list of the next month is no correction of this one's."""
    header = ["村", "户主姓名", "身份证号码", "保障人口", "人均补差", "户月保障金", "发放时间"]
    row = ["甲村", NAMES[0], NUMBERS[0], 2, 300, 600, "2020-05-20"]
    done = planned(county, [[f"古镇{said}农村低保金发放花名册"], ["填报时间：2020年3月"], header, row])
    assert [one["period"] for one in written(OverlayTree(county[0], done.files), "subsidies")] == [PERIODS[said]], told(
        done
    )
    cell = planned(county, [["低保花名册"], [*header, "所属期"], [*row, said]])
    if "-" in PERIODS[said] or said in ("2020年", "2020年度"):
        assert [one["period"] for one in written(OverlayTree(county[0], cell.files), "subsidies")] == [PERIODS[said]]
    else:
        assert not cell.files


def test_the_next_payment_of_a_year_is_asked_about(county) -> None:
    header = ["村", "户主姓名", "身份证号码", "保障人口", "人均补差", "户月保障金", "发放时间", "支付编号"]
    rows = [["2020年低保花名册"], header, ["甲村", NAMES[0], NUMBERS[0], 2, 300, 600, "2020-05-20", "F0000001"]]
    after = OverlayTree(county[0], planned(county, rows).files)
    later = [*rows[:2], [*rows[2][:6], "2020-06-20", "F0000001"]]
    asked = planned((after, county[1]), later)
    assert "是另一笔" in told(asked)["G3"] and not asked.files


SPELLED = (
    (
        "防返贫监测对象基本情况登记表",
        ["乡镇", "村", "户主姓名", "户主身份证号码", "家庭人口数", "监测对象类型", "返贫致贫风险", "识别时间", "识别时人均纯收入（元）", "合规自付支出（元）",
         "发现渠道", "开发式帮扶措施", "帮扶联系人姓名", "联系人单位", "联系电话", "案卷编号"],
        ["古镇", "甲村", NAMES[0], NUMBERS[0], 2, "脱贫不稳定户", "因病、因学", "2020.3.14", 5200, 300, "农户自主申报", "未实施", HELPER, "县财政局",
         PHONE, "Z2020-00001"],
        "monitoring", {"category": "脱贫不稳定户", "risk_2": "因学", "per_capita": "5200.00", "contact_helper": "B00001"},
    ),
    (
        "脱贫人口小额信贷发放台账（截至2020年6月末）",
        ["乡镇", "行政村", "借款人", "证件号码", "贷款金额（万元）", "贷款余额（万元）", "承贷机构", "贷款投向", "贷款发放日", "贷款到期日", "执行利率", "是否财政贴息"],
        ["古镇", "甲村", NAMES[0], NUMBERS[0], 5, 5, "县财政局", "养殖业", "2020/3/1", "2023/3/1", 4.35, "是"],
        "loans", {"member_no": "M00000001", "amount": "50000.00", "lent_on": "2020-03-01"},
    ),
    (
        "2020年农村危房改造补助对象花名册",
        ["村组", "户主", "身份证号码", "人口", "改造方式", "危房等级", "补助金额（元）", "发放时间"],
        ["甲村4组", NAMES[0], NUMBERS[0], 2, "新建", "D级", 600, "2020-05-20"],
        "subsidies", {"benefit": "危房改造补助", "units": "1.00", "standard": "600.00", "period": "2020"},
    ),
    (
        "2020年春季学期家庭经济困难学生资助花名册",
        ["学校名称", "学生姓名", "学生身份证号", "性别", "年级", "资助项目", "资助标准", "资助金额", "发放时间", "家长姓名", "家长电话"],
        ["示例县中学", NAMES[1], NUMBERS[1], "女", "初二", "学前教育资助", 600, 600, "2020-05-20", "孙小明", PHONE],
        "subsidies", {"member_no": "M00000002", "units": "1.00", "period": "2020-S1"},
    ),
    (
        "帮扶责任人走访记录表",
        ["被帮扶户户主", "身份证号", "帮扶责任人", "走访时间", "走访形式", "走访内容"],
        [NAMES[0], NUMBERS[0], HELPER, "2020-04-10", "入户走访", "了解收入"],
        "contacts", {"pairing_id": "J0000001", "contacted_on": "2020-04-10"},
    ),
    (
        "古镇扶贫项目资产登记台账",
        ["资产名称", "资产类型", "坐落位置", "来源项目", "购建时间", "原值（万元）", "所有权人", "管护责任人", "移交时间", "目前状态"],
        ["甲村茶厂", "经营性资产", "古镇甲村", "茶园项目", "2019年", 12, "甲村村委会", "孙小明", "2020-03-01", "正常"],
        "assets", {"value": "120000.00", "village_code": "990101100001", "state": "在用"},
    ),
)  # fmt: skip


@pytest.mark.parametrize("title, header, row, resource, fields", SPELLED)
def test_forms_as_offices_print_them(county, title, header, row, resource, fields) -> None:
    """With lines above and below, in another order too: the right values, or no row of it."""
    chance, at = random.Random(title), list(range(len(header)))
    for _ in range(2):
        rows = [
            ["附件2"],
            [title],
            ["填报单位（盖章）：古镇人民政府", None, "填报时间：2020年6月30日"],
            ["序号", *[header[i] for i in at]],
        ]
        rows += [[1, *[row[i] for i in at]], ["单位负责人：", None, "审核人：", None, "填表人："]]
        done = planned(county, rows)
        found = written(OverlayTree(county[0], done.files), resource)
        assert any(fields.items() <= one.items() for one in found), (told(done), found)
        people = [
            i for i in at if "姓名" in header[i] or "户主" in header[i] or "证" in header[i] or header[i] == "借款人"
        ]
        others = [i for i in at if i not in people]
        chance.shuffle(others)
        at = [*others[:3], *people, *others[3:]]
