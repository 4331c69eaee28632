"""The way on: refused rows of a known form go the same way again, with a column for each field that they lack; rows that say they are
new get their numbers; a sheet that is not recognised says which form it comes nearest to."""

from __future__ import annotations

import io

import openpyxl
import pytest

from exchange.books import xlsx
from exchange.conftest import DAY, HOUSEHOLD, MEMBER
from exchange.form_samples import HELPER, NAMES, NUMBERS
from exchange.test_forms import LOAN, LOANS, forms_county, planned, written
from exchange.test_import import told
from exchange.test_persons import id_no
from gongshi.exchange import Fate, Request, plan_import, refused_workbook
from gongshi.repository import OverlayTree
from support import project_descriptor


@pytest.fixture(scope="module")
def county(tmp_path_factory) -> tuple[OverlayTree, object]:
    """The small county with a helper, a project and two sealed persons; and its key."""
    return forms_county(tmp_path_factory.mktemp("repair"))


def lines(data: bytes) -> dict[str, list[list[object]]]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


def filled(data: bytes, cells: dict[str, object]) -> bytes:
    """The workbook with these cells, by header, in every row that was refused."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    for sheet in book:
        heads = {cell.value: cell.column for row in sheet.iter_rows(max_row=4) for cell in row if cell.value}
        for row in sheet.iter_rows(min_row=2):
            if "!" in str(row[0].value):
                for header, value in cells.items():
                    row[heads[header] - 1].value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_refused_rows_of_a_form_come_in_once_what_they_lack_is_filled(county) -> None:
    """Title, unit and village of the first sheet hold; a column for what was lacking stands there."""
    head, row = ["借款人", *LOANS[3:4], "放款日期", "到期日期"], [NAMES[0], 5, "2020-03-01", "2023-03-01"]
    rows = [["2020年小额信贷台账"], ["单位：万元"], head, ["甲村"], row, [NAMES[1], *row[1:]]]
    asked = planned(county, rows)
    assert asked.counts == {Fate.REFUSED: 2}
    back = refused_workbook(asked)
    ((title, names, *rest),) = lines(back).values()
    assert title[0] == "2020年小额信贷台账" and names[2:] == [
        *("借款人", "贷款金额(万元)", "放款日期", "到期日期"),
        *("放贷机构", "年利率(%)", "用途", "财政贴息"),
    ]
    assert rest[0][2] == "甲村" and [line[2] for line in rest[1:]] == [*NAMES]
    mended = filled(back, {"放贷机构": "财政局", "年利率(%)": 4.35, "用途": "养殖", "财政贴息": "是"})
    done = plan_import(county[0], "表-退回-含个人信息.xlsx", mended, Request(DAY, identity=county[1]))
    assert done.counts == {Fate.CREATED: 2}, told(done)
    assert [one["amount"] for one in written(OverlayTree(county[0], done.files), "loans")] == ["50000.00"] * 2


POOL = [
    ["示例县2020年扶贫项目库（单位：万元）", *[None] * 9],
    ["序号", "项目名称", "项目类别", "建设地点", None, "资金规模", None, "受益对象", None, "建设内容"],
    [None, None, None, "乡镇", "村", "合计", "其他资金", "户数", "人数", None],
    [1, "油茶园", "产业扶贫", "古镇", "甲村", 50, 10, 30, 95, "油茶100亩"],
]
GROUPS = ("A1:J1", "A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:G2", "H2:I2", "J2:J3")


def test_a_header_of_groups_goes_back_whole_and_a_row_once(county) -> None:
    def after(_, sheets) -> None:
        for place in GROUPS:
            row, column = int(place[1]) - 1, ord(place[0]) - 65
            sheets[0].merge_range(place, POOL[row][column])

    data = xlsx(POOL, after=after)
    asked = plan_import(county[0], "表.xlsx", data, Request(DAY, identity=county[1]))
    back = refused_workbook(asked)
    ((_, upper, lower, _, *more),) = lines(back).values()
    assert upper[5] == "建设地点" and lower[5:7] == ["乡镇", "村"] and lower[7] == "合计(万元)" and not more
    again = plan_import(county[0], "退.xlsx", back, Request(DAY, identity=county[1]))
    assert [sheet.resource for sheet in again.sheets] == ["projects", "project-villages"]
    assert again.sheets[0].sums["预算总额"] == asked.sheets[0].sums["预算总额"]
    text = "；".join(problem.message for row in again.rows for problem in row.problems)
    assert "“建设性质”不能为空，请补填；" in text + "；" and "“建设性质”不能为空，请补填（表里没有" not in text


JOBS = ["姓名", "身份证号", "岗位名称", "上岗时间", "月补贴标准"]
JOB = [NAMES[0], NUMBERS[0], "保洁", "2020-01-01", 800]


def test_a_post_comes_in_with_its_pay(county) -> None:
    rows = [["古镇甲村2020年公益性岗位花名册"], JOBS, JOB]
    asked = planned(county, rows)
    assert asked.counts == {Fate.UPDATED: 1, Fate.REFUSED: 1} and "补贴来源" in next(iter(told(asked).values()))
    assert len(lines(refused_workbook(asked))) == 1
    done = planned(county, rows, said={"补贴来源": "衔接资金"})
    (post,) = written(OverlayTree(county[0], done.files), "posts")
    assert (post["member_no"], post["post"], post["monthly_pay"], post["started_on"]) == (
        *("M00000001", "保洁员", "800.00", "2020-01-01"),
    ) and post["village_code"].endswith("1")
    again = planned((OverlayTree(county[0], done.files), county[1]), rows, said={"补贴来源": "衔接资金"})
    assert set(again.counts) == {Fate.UNCHANGED}
    dayless = planned(county, [rows[0], [*JOBS[:3], JOBS[4]], [*JOB[:3], JOB[4]]])
    assert any("“月补贴标准”没有导入" in notice and "上岗日期" in notice for notice in dayless.sheets[0].notices)


def test_a_fund_without_a_year_says_so(county) -> None:
    rows = [
        ["资金台账"],
        ["文号", "资金名称", "级次", "下达金额", "下达时间"],
        ["示财〔2020〕1号", "专项", "省级", 5, "2020-04-01"],
    ]
    assert "--set 年度=2020" in next(iter(told(planned(county, rows)).values()))
    assert "N2020" not in str(planned(county, rows).files)


def new_people(*households: tuple[str, str]) -> bytes:
    """A workbook of two sheets: households with the text in place of their number, one member each."""
    titles = {name: [f.title for f in project_descriptor().resources[name].schema.fields if f.name in cells] for name, cells in
              (("households", HOUSEHOLD), ("members", MEMBER))}  # fmt: skip
    homes, people = [titles["households"]], [[*titles["members"], "姓名", "身份证号"]]
    for at, (home, member) in enumerate(households):
        homes.append([*(HOUSEHOLD | {"household_no": home, "group_name": "9组"}).values()])
        cells = MEMBER | {"member_no": member, "household_no": home, "sex": "男", "birth_ym": "1981-07"}
        people.append([*cells.values(), "李㐂龘", id_no("19810701", f"{at}31")])
    return xlsx(homes, people, names=["户", "人"])


def test_rows_that_say_they_are_new_get_numbers_and_twice_is_once(county) -> None:
    data = new_people(("新1", "新增"), ("新户2", "新"))
    done = plan_import(county[0], "新.xlsx", data, Request(DAY, "guzhen", identity=county[1]))
    assert done.counts == {Fate.CREATED: 4}, told(done)
    assert any("新增的编号：第 2 行 H0000010、第 3 行 H0000011" in text for text in done.sheets[0].notices)
    after = OverlayTree(county[0], done.files)
    assert [(one["member_no"], one["household_no"]) for one in written(after, "members")][-2:] == [
        ("M00000003", "H0000010"),
        ("M00000004", "H0000011"),
    ]
    again = plan_import(after, "新.xlsx", data, Request(DAY, "guzhen", identity=county[1]))
    assert not again.files and "各项都相同的 H0000010" in told(again)["A2"]


def test_a_number_that_was_given_stands_in_the_refused_workbook(county) -> None:
    book = openpyxl.load_workbook(io.BytesIO(new_people(("新1", "新增"))))
    column = next(cell.column for cell in book["人"][1] if cell.value == "性别")
    book["人"].cell(2, column).value = "不详"
    out = io.BytesIO()
    book.save(out)
    asked = plan_import(county[0], "新.xlsx", out.getvalue(), Request(DAY, "guzhen", identity=county[1]))
    assert asked.counts == {Fate.CREATED: 1, Fate.REFUSED: 1}
    assert "H0000010" in lines(refused_workbook(asked))["人"][1]


@pytest.mark.parametrize("label", ("新增", "新9", "新户9"))
def test_a_household_that_nothing_else_calls_new_is_asked_about(county, label: str) -> None:
    rows = [["措施编号", "户编号", "措施类别", "投入金额"], ["C0000001", label, "产业帮扶", 5]]
    assert "同时导入的表里没有" in told(planned(county, rows))["B2"]


def test_any_record_that_is_numbered_may_say_that_it_is_new(county) -> None:
    head = ["措施编号", "户编号", "措施类别", "措施项目", "帮扶内容", "帮扶单位", "投入金额", "开始日期", "户主签认"]
    row = ["H0000001", "产业帮扶", "种植扶持", "资金", "U001", 5, "2020-03-01", "是"]
    done = planned(county, [head, ["新增", *row]])
    assert [one["measure_id"] for one in written(OverlayTree(county[0], done.files), "measures")] == ["C0000001"]


def test_who_is_not_found_can_be_said_to_be_new(county) -> None:
    stranger = ["李㐂龘", id_no("19800101", "333")]
    head = ["姓名", "身份证号", "健康状况"]
    text = told(planned(county, [head, [*stranger, "健康"]]))["A2"]
    assert "没有找到这个人" in text and "“人编号”里写“新增”" in text and "不能为空" not in text
    quoted = planned(county, [head, [NAMES[0], f"'{NUMBERS[0]}", "健康"]])
    assert set(quoted.counts) == {Fate.UNCHANGED}, told(quoted)
    namesake = planned(county, [["人编号", "户编号", *head], ["新增", "H0000001", NAMES[0], "", "健康"]])
    assert "同名的 M00000001" in told(namesake)["A2"]


def test_a_sheet_that_is_not_recognised_names_the_nearest_form(county) -> None:
    untitled = planned(county, [LOANS, LOAN])
    assert any("--as 小额信贷台账" in notice for notice in untitled.sheets[0].notices) and not untitled.files
    lacking = planned(county, [["培训花名册"], ["姓名", "身份证号", "培训项目"], [NAMES[0], NUMBERS[0], "种植"]])
    text = next(iter(told(lacking).values()), "") + "；".join(lacking.sheets[0].notices)
    assert "“培训花名册”，它还要有这些列：班次、培训类别、开班日期" in text
    names = planned(county, [["姓名", "联系电话"], [NAMES[0], "138" + "0" * 8]])
    assert "人编号（或身份证号，或姓名和行政村）" in next(iter(told(names).values()))
    guarantor = [*LOANS[:3], "担保人", "身份证号", *LOANS[3:]]
    done = planned(county, [["小额信贷台账"], guarantor, [*LOAN[:3], NAMES[1], NUMBERS[1], *LOAN[3:]]])
    assert [one["member_no"] for one in written(OverlayTree(county[0], done.files), "loans")] == ["M00000001"]


def test_a_name_set_out_with_blanks_and_a_card_with_the_number_in_it_change_nothing(county) -> None:
    """张 三 is 张三; the card of a disabled person holds his ID number; an account that is wrong is told and no more."""
    first, rest = NAMES[0][0], NAMES[0][1:]
    for name, head, number in (
        (f"{first} {rest}", "身份证号", NUMBERS[0]),
        (f"{first}\u3000{rest}", "身份证号", NUMBERS[0]),
        (NAMES[0], "残疾证号", f"{NUMBERS[0]}43"),
        (NAMES[0], "残疾人证号", f"{NUMBERS[0]}43B1"),
    ):
        done = planned(county, [["姓名", head, "健康状况"], [name, number, "健康"]])
        assert set(done.counts) == {Fate.UNCHANGED} and not done.files, (name, number, told(done))
    loan = planned(county, [["小额信贷台账"], LOANS, [LOAN[0], f"{first} {rest}", "", *LOAN[3:]]])
    assert loan.counts == {Fate.CREATED: 1}, told(loan)
    wrong = planned(county, [["姓名", "身份证号", "银行账号"], [NAMES[0], NUMBERS[0], "6.2E+18"]])
    assert list(told(wrong)) == ["C2"]


def test_an_id_number_behind_a_helper_is_the_heads_if_the_ledger_says_so(county) -> None:
    """In whatever order the columns stand; anybody else's is not used."""
    head = ["走访日期", "走访方式", "帮扶人", "身份证号", "户主姓名"]
    for number, counts in ((NUMBERS[0], {Fate.CREATED: 1}), (NUMBERS[1], {Fate.REFUSED: 1})):
        done = planned(county, [["走访记录表"], head, ["2020-04-10", "走访", HELPER, number, NAMES[0]]])
        assert done.counts == counts, told(done)


def test_the_persons_number_stands_in_a_form_under_its_plain_name(county) -> None:
    rows = [
        ["小额信贷台账"],
        ["户编号", "人编号", *LOANS[1:2], *LOANS[3:]],
        ["H0000001", "M00000001", NAMES[0], *LOAN[3:]],
    ]
    done = planned((county[0], None), rows)
    assert [one["member_no"] for one in written(OverlayTree(county[0], done.files), "loans")] == ["M00000001"]
