"""Known forms in spellings and layouts of their own: the right values, no number by hand, and the second time no change."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest

from exchange.books import csv, xls, xlsx
from exchange.conftest import DAY, small_county
from exchange.form_samples import FORMS, HELPER, NAMES, NUMBERS, PROJECT, Sample
from exchange.test_import import told
from exchange.test_persons import id_no
from gongshi.exchange import Fate, Request, plan_import
from gongshi.exchange.filling import span
from gongshi.exchange.forms import Form, FormColumn, read_forms
from gongshi.model import GongshiError
from gongshi.package import load
from gongshi.repository import OverlayTree, WorkTree
from gongshi.sealing import read_identity
from support import project_descriptor, rounds

READ = {form.name: form for form in read_forms(project_descriptor())}
PLANNED = {
    "项目编号": PROJECT, "项目名称": "茶园项目", "计划年度": 2020, "项目类型": "产业扶贫", "建设性质": "新建", "责任单位": "U001", "责任人职务": "局长",
    "计划开工": "2020-03-01", "计划完工": "2020-10-01", "建设内容及规模": "茶园", "数量": 100, "数量单位": "亩", "预算总额": 500000, "受益户数": 30,
    "受益人数": 95, "其中贫困户数": 10, "其中贫困人数": 30, "产出目标": "建成", "效益目标": "增收", "满意度目标": "95%", "纳入年度计划": "是", "进度": "下达",
    "实施乡镇": "990101100000",
}  # fmt: skip
PAYMENT = ["F0000001", PROJECT, "N2020-001", "2020-05-20", "直补", 600, "一卡通批次", 1, "一卡通", "补助到户"]


@pytest.fixture(scope="module")
def county(tmp_path_factory) -> tuple[OverlayTree, object]:
    """The small county with a helper, a project, a pairing, a payment of 600 yuan and two sealed persons; and its key."""
    return forms_county(tmp_path_factory.mktemp("forms"))


def forms_county(folder: Path) -> tuple[OverlayTree, object]:
    """The county of ``county`` below a folder."""
    root = small_county(folder)
    key = read_identity(folder / "home/guzhen", root)
    persons = [["M00000001", NAMES[0], NUMBERS[0]], ["M00000002", NAMES[1], NUMBERS[1]]]
    books = [
        [
            ["帮扶人编号", "姓名", "单位", "职务", "职级", "公职人员"],
            ["B00001", HELPER, "U001", "科员", "一般干部", "是"],
        ],
        [
            ["结对编号", "结对角色", "帮扶户", "帮扶人", "开始日期"],
            ["J0000001", "帮扶责任人", "H0000001", "B00001", "2019-01-01"],
        ],
        [list(PLANNED), list(PLANNED.values())],
        [
            [
                "支付编号",
                "项目编号",
                "资金编号",
                "支付日期",
                "支付阶段",
                "金额",
                "收款方类别",
                "批次人数",
                "支付方式",
                "用途",
            ],
            PAYMENT,
        ],
        [["人编号", "姓名", "身份证号"], *persons],
    ]
    names = [f"表{at}" for at in range(len(books))]
    done = plan_import(WorkTree(root), "表.xlsx", xlsx(*books, names=names), Request(DAY, identity=key))
    assert not told(done), told(done)
    return OverlayTree(WorkTree(root), done.files), key


def key_of(column: FormColumn) -> str:
    return column.role or ".".join(column.fields[0])


def header_of(column: FormColumn, at: int) -> str:
    """A spelling of the column on one level, by number."""
    plain = [header for header in column.headers if "/" not in header]
    return plain[at % len(plain)]


def sheet_of(form: Form, sample: Sample, layout: int) -> tuple[str, bytes]:
    """The sample as (file name, bytes) in one of three layouts: with titles, a total and signatures; with an upper header row
    of groups and money in 万元, columns mixed; as text without a title, columns reversed."""
    known = {key_of(column): column for column in form.columns}
    heads = {key: header_of(known[key], layout) for key in sample.cells}
    cells = dict(sample.cells)
    keys = list(cells)
    if layout == 0:
        rows = [[f"古镇2020年{form.said[0]}表"], ["填报单位：古镇人民政府"], ["序号", *heads.values(), "备注"]]
        rows += [[1, *cells.values(), None], ["合计"], ["审核：", None, "填表："]]
        return "表.xlsx", xlsx(rows)
    if layout == 1:
        random.Random(form.name).shuffle(keys)
        for key in keys:
            resource, _, name = key.partition(".")
            fields = project_descriptor().resources[resource].schema.fields if name else ()
            item = next((one for one in fields if one.name == name), None)
            if item and item.unit == "元" and not any(word in item.title for word in ("人均", "标准")):
                heads[key], cells[key] = f"{heads[key]}（万元）", float(cells[key]) / 10_000
        rows = [[f"2020年度{form.said[-1]}情况"], [f" {heads[key]} " for key in keys], [cells[key] for key in keys]]
        return "导出.xls", xls(rows)
    keys.reverse()
    rows = [
        [f"*{heads[key]}" if at else f"{heads[key]}：" for at, key in enumerate(keys)],
        [cells[key] for key in keys],
    ]
    return f"{form.said[0]}2020.csv", csv(rows, encoding="gb18030")


def written(tree, resource: str) -> list[dict[str, str]]:
    with load(tree, [resource]) as database:
        names = database.descriptor.resources[resource].schema.names
        columns = ", ".join(f'"{name}"' for name in names)
        return [dict(zip(names, row, strict=True)) for row in database.sql(f'SELECT {columns} FROM raw."{resource}"')]


def test_every_form_has_a_sample() -> None:
    assert set(FORMS) == set(READ) and len(FORMS) >= 25
    for form in READ.values():
        words = [word for column in form.columns for word in column.words()]
        assert len(words) == len(set(words)), form.name


@pytest.mark.parametrize("name", list(FORMS)[:: rounds(3, 1)])
def test_a_form_comes_in_right_and_twice_is_once(county, name: str) -> None:
    """Every night all forms in all layouts; else every third form in one of them."""
    for layout in range(rounds(0, 3)) or [list(FORMS).index(name) // 3 % 3]:
        comes_in(*county, READ[name], FORMS[name], layout)


def comes_in(tree, key, form: Form, sample: Sample, layout: int) -> None:
    file, data = sheet_of(form, sample, layout)
    request = Request(DAY, identity=key, said=sample.said)
    done = plan_import(tree, file, data, request)
    assert not told(done), (layout, told(done))
    assert {sheet.resource for sheet in done.sheets} == set(sample.records)
    after = OverlayTree(tree, done.files)
    for resource, fields in sample.records.items():
        rows = written(after, resource)
        assert sum(all(row[at] == text for at, text in fields.items()) for row in rows) == 1, (rows, fields)
    again = plan_import(after, file, data, request)
    assert set(again.counts) == {Fate.UNCHANGED} and not again.files, (layout, told(again), again.counts)


LOANS = ["村名", "借款人", "身份证号", "贷款金额", "贷款银行", "贷款用途", "放款日期", "到期日期", "年利率", "是否贴息"]
LOAN = ["甲村", NAMES[0], NUMBERS[0], 50000, "财政局", "养殖", "2020-03-01", "2023-03-01", 4.35, "是"]


def planned(county, rows: list[list[object]], file: str = "表.xlsx", **how: object):
    tree, key = county
    return plan_import(tree, file, xlsx(rows), Request(DAY, identity=key, **how))


def test_what_is_not_clear_in_a_form_is_asked_about(county) -> None:
    """Each in the same sheet that comes in whole, with one thing changed."""
    title = ["扶贫小额信贷台账"]
    assert planned(county, [title, LOANS, LOAN]).counts == {Fate.CREATED: 1}
    untitled = planned(county, [["某表"], LOANS, LOAN])
    assert untitled.counts[Fate.CREATED] == 0 and not untitled.files
    money = planned(county, [title, [*LOANS, "贴息金额"], [*LOAN, 300]])
    assert "贴息金额" in next(iter(told(money).values())) and not money.files
    bank = planned(county, [title, LOANS, [*LOAN[:4], "别处银行", *LOAN[5:]]])
    assert told(bank) == {"E3": "“单位”里没有这个名称，请核对，或先登记它、改填编号"}
    someone = planned(county, [title, LOANS, [LOAN[0], "李㐂龘", "", *LOAN[3:]]])
    assert "没有找到这个人" in told(someone)["B3"] and not someone.files
    closed = planned((county[0], None), [title, LOANS, LOAN])
    assert "--identity" in next(iter(told(closed).values())) and not closed.files


def test_a_list_out_of_no_batch_is_asked_about_and_can_be_told(county) -> None:
    rows = [
        ["古镇2020年产业奖补一卡通发放表"],
        ["户主姓名", "身份证号", "补贴项目", "补贴面积", "补贴标准", "补贴金额", "发放日期", "领款人签字"],
    ]
    rows += [[NAMES[0], NUMBERS[0], "产业奖补", 3, 200, 601, "2020-05-20", ""]]
    asked = planned(county, rows)
    assert "601.00" in next(iter(told(asked).values())) and "--set 支付编号" in next(iter(told(asked).values()))
    assert planned(county, rows, said={"支付编号": "F0000001"}).counts == {Fate.CREATED: 1}
    for wrong in ({"没有的": "1"}, {"发放日期": "2020-01-01"}, {"支付编号": "F0000001", "数量": "5"}):
        with pytest.raises(GongshiError, match="--set"):
            planned(county, rows, said=wrong)


def test_a_name_alone_is_said_to_be_not_enough(county) -> None:
    """Where the sheet has neither village nor ID number it says which to add; adding either finds the person."""
    rows = [
        ["小额信贷台账"],
        ["借款人", "身份证号", *LOANS[3:]],
        [NAMES[0], "", *LOAN[3:]],
    ]
    asked = told(planned(county, rows))["A3"]
    assert "单凭姓名" in asked and "补填“身份证号”" in asked and "加一列“行政村”" in asked and "没有找到" not in asked
    bare = [rows[0], *(row[:1] + row[2:] for row in rows[1:])]
    assert "加一列“身份证号”" in told(planned(county, bare))["A3"]
    assert planned(county, [rows[0], rows[1], [NAMES[0], NUMBERS[0], *LOAN[3:]]]).counts == {Fate.CREATED: 1}
    placed = [bare[0], [*bare[1], "行政村"], [*bare[2], "甲村"]]
    assert planned(county, placed).counts == {Fate.CREATED: 1}
    elsewhere = told(planned(county, [*placed[:2], [*bare[2], "乙村"]]))["A3"]
    assert "按这一行的姓名、村没有找到" in elsewhere
    stranger = told(planned(county, [rows[0], rows[1], [NAMES[0], id_no("19800101", "333"), *LOAN[3:]]]))["A3"]
    assert "按这一行的身份证号没有找到" in stranger


FUND = {
    "文号": "示财〔2020〕1号", "资金名称": "省级专项", "级次": "省级", "资金用途": "产业扶贫", "下达金额": 800000, "下达时间": "2020-04-01",
    "主管部门": "财政局", "年度": 2020, "项目名称": "茶园项目", "支付金额": 1000, "支付日期": "2020-05-06", "拨付阶段": "预拨",
    "收款方类别": "部门", "收款单位": "财政局", "支付方式": "转账", "支付用途": "工程款",
}  # fmt: skip


def test_a_payment_goes_to_the_fund_of_its_own_row(county) -> None:
    """By the fund's number if the row has one, whatever other funds have its document; else by the row's own fund."""
    for number, wanted in (("N2020-777", "N2020-777"), ("", "N2020-002"), (None, "N2020-002")):
        fund = FUND | ({} if number is None else {"资金编号": number})
        done = planned(county, [["扶贫资金台账"], list(fund), list(fund.values())])
        assert not told(done), told(done)
        paid = [row["allocation_id"] for row in written(OverlayTree(county[0], done.files), "payments")]
        assert sorted(paid) == ["N2020-001", wanted]


WORKS = {
    "项目类型": "产业扶贫", "项目名称": "油茶园", "实施地点": "古镇甲村", "建设性质": "新建", "主要建设内容": "油茶", "总投资": 50, "主管部门": "别处局",
    "实施期限": "2020年3月-10月",
}  # fmt: skip


def test_what_a_new_record_lacks_is_told_with_what_is_unknown(county) -> None:
    """All of it the first time; nothing of a record that there is already, which a row need not repeat."""
    rows = [["2020年古镇扶贫项目库（单位：万元）"], list(WORKS), list(WORKS.values())]
    first = planned(county, rows)
    text = "；".join(problem.message for row in first.rows for problem in row.problems)
    assert "里没有这个名称" in text and "“责任人职务”不能为空" in text and "“受益户数”不能为空" in text
    assert "“计划开工”" not in text and text.count("责任单位") <= 1
    known = [rows[0], list(WORKS), list((WORKS | {"项目名称": "茶园项目"}).values())]
    text = "；".join(problem.message for row in planned(county, known).rows for problem in row.problems)
    assert "里没有这个名称" in text and "不能为空" not in text


def test_a_project_gets_every_village_of_its_place(county) -> None:
    """One or several in a cell, or in columns of their own; what is no village is asked about, a whole township is none."""
    rest = {
        "责任人职务": "局长", "数量": 1, "数量单位": "亩", "受益户数": 3, "受益人数": 9, "贫困户数": 1, "贫困人数": 2, "产出目标": "建成", "效益目标": "增收",
        "满意度": 95, "纳入年度计划": "是", "进度": "入库", "主管部门": "财政局",
    }  # fmt: skip
    for place, ends, asked in (
        ("古镇甲村", ["1"], 0),
        ("古镇甲村、乙村", ["1", "2"], 0),
        ("古镇", [], 0),
        ("古镇各村", [], 0),
        ("古镇甲村、丁字村", ["1"], 1),
    ):
        work = WORKS | rest | {"实施地点": place}
        done = planned(county, [["2020年古镇扶贫项目库（单位：万元）"], list(work), list(work.values())])
        assert len(told(done)) == asked, (place, told(done))
        found = written(OverlayTree(county[0], done.files), "project-villages")
        assert sorted(row["village_code"][-1] for row in found) == ends, (place, found)


CARD = ["户主姓名", "身份证号", "补贴项目", "补贴面积", "补贴标准", "补贴金额", "领款人签字"]
CARDS = [["古镇2020年产业奖补一卡通发放表"], CARD, [NAMES[0], NUMBERS[0], "产业奖补", 3, 200, 600, ""]]


def test_a_list_without_a_day_has_that_of_the_payment_that_is_named(county) -> None:
    asked = next(iter(told(planned(county, CARDS)).values()))
    assert "没写发放日期" in asked and "F0000001" in asked and "--set 支付编号" in asked
    done = planned(county, CARDS, said={"支付编号": "F0000001"})
    assert done.counts == {Fate.CREATED: 1}
    (row,) = written(OverlayTree(county[0], done.files), "subsidies")
    assert row["paid_on"] == "2020-05-20" and row["payment_id"] == "F0000001"
    column = [CARDS[0], [*CARD, "支付编号"], [*CARDS[2], "F0000001"]]
    assert planned(county, column).counts == {Fate.CREATED: 1}
    strange = told(planned(county, CARDS, said={"支付编号": "F0000777"}))
    assert any("支付编号" in text and "找不到" in text for text in strange.values())


SIGNED = [
    ["经办人：", None, "审核：", None, "领导签字："],
    [None, "制表：", NAMES[0], "复核：", NAMES[1], date(2020, 5, 20)],
    ["填报单位负责人（签章）：", "分管领导：", "财务负责人：", "填报日期：2020年5月20日"],
    ["村主任签字", None, "监督人", None, "（公章）"],
    [None, None, None, "监督委员会主任：　　　 村支书：____"],
    ["经办", "人：", NAMES[0], None, "会计", "：", NAMES[1], "联系电话：", "80000000"],
    ["古镇人民政府（盖章）", None, None, None, None, None, "2020年 月 日"],
    ["审批人", NAMES[0], "核对人", NAMES[1]],
    [None, None, None, None, None, "　年　月　日"],
    ["第一书记:", None, None, None, "包村干部（签名）:", None, "驻村工作队长"],
    ["注：本表一式三份，由村委会、乡镇、县局各存一份。"],
]  # fmt: skip


def test_rows_of_signatures_are_notes_and_no_payees(county) -> None:
    """Wherever they stand; a row that holds a figure, or a person of the list, is none."""
    done = planned(county, [*CARDS, ["合计", None, None, None, None, 600], *SIGNED], said={"支付编号": "F0000001"})
    assert done.counts == {Fate.CREATED: 1} and not told(done), told(done)
    assert list(done.sheets[0].skipped.values()).count("附注") == len(SIGNED)
    for row in (
        ["经办人：", None, None, None, None, 600],
        [NAMES[1], "审核：", "产业奖补"],
        ["主任", NAMES[1]],
        [NAMES[1], NUMBERS[1], "产业奖补", 1, 200, 200, "已签字"],
    ):
        again = planned(county, [*CARDS, row], said={"支付编号": "F0000001"})
        assert sum(again.counts.values()) == 2, row


def test_of_two_helpers_of_one_name_the_unit_decides(county) -> None:
    tree, key = county
    more = [
        ["帮扶人编号", "姓名", "单位", "职务", "职级", "公职人员"],
        ["B00002", HELPER, "U002", "科员", "一般干部", "是"],
    ]
    units = [["单位编号", "单位名称", "单位类别", "隶属关系"], ["U002", "教育局", "党政机关", "县"]]
    done = plan_import(tree, "表.xlsx", xlsx(units, more, names=["一", "二"]), Request(DAY))
    assert not told(done)
    both = OverlayTree(tree, done.files), key
    head = ["贫困户姓名", "身份证号", "帮扶责任人", "工作单位", "开始日期"]
    rows = [
        ["帮扶责任人一览表"],
        head,
        [NAMES[0], NUMBERS[0], HELPER, "县教育局", "2020-01-05"],
        [NAMES[1], NUMBERS[1], HELPER, "", "2020-01-05"],
    ]
    result = planned(both, rows)
    assert [row.kind for row in result.rows] == [Fate.CREATED, Fate.REFUSED] and "B00001、B00002" in told(result)["C4"]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2023年3月-10月", ["2023-03-01", "2023-10-31"]),
        ("2023.03至2024.02", ["2023-03-01", "2024-02-29"]),
        ("2024年6月到12月", ["2024-06-01", "2024-12-31"]),
        ("2023年3月5日—2023年9月1日", ["2023-03-05", "2023-09-01"]),
        ("2023/3-2023/9", ["2023-03-01", "2023-09-30"]),
        ("10月-3月", []),
        ("2023年12月-3月", []),
        ("全年", []),
        ("3个月", []),
    ],
)
def test_spans_of_days(text: str, days: list[str]) -> None:
    assert span(text) == days
