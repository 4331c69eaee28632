"""What an import does beyond reading: layouts, units, YAML lists, mappings, placing, writing, once and twice."""

from __future__ import annotations

import io
from csv import DictReader
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from exchange.books import Formula, Shown, csv, filled_rows, table, xlsx
from exchange.conftest import ALLOCATION, HOUSEHOLD
from gongshi.checks.phrases import wanted
from gongshi.cli.importing import import_
from gongshi.exchange import Fate, refused_workbook
from gongshi.exchange.convert import Converter
from gongshi.exchange.sheets import read_sheets
from gongshi.model import GongshiError
from support import project_descriptor

HOUSEHOLDS = "records/townships/guzhen/households.csv"
MONEY = ["资金编号", "资金名称", "年度", "资金来源", "资金用途", "金额", "下达文号", "收到日期", "使用单位"]


def money(number: str, amount: object) -> list[object]:
    return [number, "项目资金", 2020, "省", "教育扶贫", amount, "示财〔2020〕1号", "2020-02-01", "U001"]


def told(result) -> dict[str, str]:
    return {place: message for row in result.rows for place, message in row.places()}


def full(**cells: object) -> list[list[object]]:
    """Every field of a household under its title."""
    fields = project_descriptor().resources["households"].schema.fields
    record = HOUSEHOLD | cells
    return [[field.title for field in fields], [record.get(field.name) or None for field in fields]]


def test_a_new_record_is_written_and_the_second_time_nothing_changes(root: Path, take) -> None:
    data = xlsx(full(household_no="H0000003"))
    result = take("表.xlsx", data, township="guzhen")
    assert result.counts[Fate.CREATED] == 1 and list(result.files) == [HOUSEHOLDS]
    lines = (root / HOUSEHOLDS).read_text(encoding="utf-8").splitlines()
    assert len(lines) == 4 and lines[3].startswith("H0000003,990101100001,4组")
    again = take("表.xlsx", data, township="guzhen")
    assert again.counts == {Fate.UNCHANGED: 1} and again.files == {}


def test_an_update_is_told_field_by_field_and_only_its_line_changes(root: Path, take) -> None:
    before = (root / HOUSEHOLDS).read_text(encoding="utf-8").splitlines()
    (row,) = take("表.xlsx", xlsx(table(家庭人口=3, 主要致贫原因="因学"))).rows
    assert [(c.title, c.before, c.after) for c in row.changes] == [
        ("主要致贫原因", "因病", "因学"),
        ("家庭人口", "2", "3"),
    ]
    after = (root / HOUSEHOLDS).read_text(encoding="utf-8").splitlines()
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, False, True]


def test_grouped_headers_and_merged_cells(plan) -> None:
    rows = [
        ["古镇贫困户情况表"],
        ["户编号", "基本情况", None, "原因"],
        [None, "村民小组", "家庭人口", "主要致贫原因"],
        ["H0000001", "4组", 2, "因病"],
        [None, "4组", 2, "因病"],
    ]

    def merge(book, sheets) -> None:
        for range_, text in (("A1:D1", rows[0][0]), ("A2:A3", "户编号"), ("B2:C2", "基本情况"), ("A4:A5", "H0000001")):
            sheets[0].merge_range(range_, text)

    result = plan("表.xlsx", xlsx(rows, after=merge))
    assert result.counts == {Fate.UNCHANGED: 2}
    assert sorted(result.sheets[0].skipped.values()) == ["标题", "表头", "表头"]


def test_a_number_merged_over_rows_is_refused(plan) -> None:
    rows = [["户编号", "家庭人口"], ["H0000001", 2], ["H0000002", None]]
    result = plan("表.xlsx", xlsx(rows, after=lambda book, sheets: sheets[0].merge_range("B2:B3", 2)))
    assert set(told(result)) == {"B2", "B3"} and "合并单元格" in told(result)["B2"]


def test_hidden_rows_columns_and_sheets_are_read_and_told(plan) -> None:
    rows = [["户编号", "村民小组", "家庭人口"], ["H0000001", "4组", 2], ["H0000002", "5组", 1]]

    def hide(book, sheets) -> None:
        sheets[0].set_row(2, None, None, {"hidden": True})
        sheets[0].set_column(1, 1, None, None, {"hidden": True})
        sheets[1].hide()

    result = plan("表.xlsx", xlsx(rows, [["下拉"], ["是"], ["否"]], after=hide))
    assert result.counts == {Fate.UNCHANGED: 2}
    notices = "；".join(notice for sheet in result.sheets for notice in sheet.notices)
    assert "第 3 行是隐藏的" in notices and "B 列“村民小组”是隐藏的" in notices and "隐藏的工作表" in notices


def test_ten_thousand_yuan_in_header_title_and_cell(root: Path, take) -> None:
    header = [*MONEY[:5], "金额（万元）", *MONEY[6:]]
    assert take("a.xlsx", xlsx([header, money("N2020-002", 7.6)])).counts == {Fate.CREATED: 1}
    sheet = [["资金下达表", "单位：万元"], MONEY, money("N2020-003", 7.6)]
    assert take("b.xlsx", xlsx(sheet)).counts == {Fate.CREATED: 1}
    assert take("c.xlsx", xlsx([MONEY, money("N2020-004", "7.6万")])).counts == {Fate.CREATED: 1}
    assert take("d.xlsx", xlsx([MONEY, money("N2020-005", "76,000.00")])).counts == {Fate.CREATED: 1}
    text = (root / "records/funds/2020/allocations.csv").read_text(encoding="utf-8")
    assert text.count(",76000.00,") == 4
    refused = take("e.xlsx", xlsx([[*MONEY[:5], "金额(斤)", *MONEY[6:]], money("N2020-006", 7)]))
    assert "不会换算" in told(refused)["F2"]


def test_more_decimals_than_shown_are_refused_and_sums_reconcile(plan) -> None:
    rows = [
        MONEY,
        money("N2020-002", Shown((1234.5678, "#,##0.00"))),
        money("N2020-003", 0.1 + 0.2),
        ["合计", *[None] * 4, 2000],
    ]
    result = plan("表.xlsx", xlsx(rows))
    assert "ROUND" in told(result)["F2"] and result.counts[Fate.CREATED] == 1
    assert any("F4 合计的“金额”写的是“2000”" in notice for notice in result.sheets[0].notices)
    taken, refused = result.sheets[0].sums["金额"]
    assert (str(taken), str(refused)) == ("0.30", "0")


def test_a_fixed_width_code_typed_as_a_number_is_safe(plan) -> None:
    rows = [["户编号", "行政村"], ["H0000001", 990101100001], ["H0000002", 99010110000]]
    result = plan("表.xlsx", xlsx(rows))
    assert result.counts[Fate.UNCHANGED] == 1 and "文本格式" in told(result)["B3"]


def test_per_cent_cells() -> None:
    """4.35 % is kept as 0.0435 by Excel."""
    rate = project_descriptor().resources["loans"].schema.field("annual_rate")
    (sheet,) = read_sheets("表.xlsx", xlsx([[Shown((0.0435, "0.00%")), 4.35]]))
    assert sheet.percents == {(0, 0)}
    assert [Converter(rate)(sheet.cell(0, at), (0, at) in sheet.percents) for at in (0, 1)] == ["4.35", "4.35"]


def test_yaml_lists_and_documents(root: Path, take) -> None:
    rows = [["案卷编号", "户编号"], ["Z2020-00001", "H0000002"], ["Z2020-00009", "H0000002"]]
    result = take("案卷涉及户.xlsx", xlsx(rows))
    assert result.counts == {Fate.CREATED: 1, Fate.REFUSED: 1} and "请先导入" in told(result)["A3"]
    (path,) = result.files
    assert (root / path).read_text(encoding="utf-8").count("household_no: H000000") == 2
    cases = [["案卷编号", "程序", "村", "立卷日期"], ["Z2020-00002", "退出", "990101100002", "2020.4.1"]]
    made = take("案卷.xlsx", xlsx(cases))
    assert list(made.files) == ["records/townships/guzhen/cases/2020/Z2020-00002.yaml"]
    assert take("案卷.xlsx", xlsx(cases)).files == {}


def test_rows_of_a_refused_document_are_refused_too(plan) -> None:
    cases = [["案卷编号", "程序", "村", "立卷日期"], ["Z2020-00002", "退出", "990101100009", "2020.4.1"]]
    rows = [["案卷编号", "户编号"], ["Z2020-00002", "H0000002"], ["Z2020-00001", "H0000002"]]
    result = plan("案卷.xlsx", xlsx(cases, rows))
    assert result.counts == {Fate.REFUSED: 2, Fate.CREATED: 1}
    assert "请先导入" in told(result)["A2"] and "找不到" in told(result)["C2"]


def test_the_same_record_on_two_sheets(plan) -> None:
    head = ["户编号", "家庭人口"]
    same = plan("表.xlsx", xlsx([head, ["H0000001", 3]], [head, ["H0000001", 3]]))
    assert same.counts == {Fate.UPDATED: 1, Fate.UNCHANGED: 1}
    other = plan("表.xlsx", xlsx([head, ["H0000001", 3]], [head, ["H0000001", 4]]))
    assert other.counts == {Fate.UPDATED: 1, Fate.REFUSED: 1} and "工作表“Sheet1”第 2 行" in told(other)["A2"]


def test_parents_and_children_of_one_workbook(plan, identity) -> None:
    member = ["人编号", "户编号", "与户主关系", "性别", "出生年月", "民族", "文化程度", "健康状况", "劳动能力", "居民医保",
              "职工医保", "大病保险", "低保", "特困供养", "现役军人", "生存状态", "姓名"]  # fmt: skip
    person = [
        "M00000009",
        "H0000003",
        "户主",
        "女",
        "1990.02",
        "汉族",
        "小学",
        "健康",
        "普通劳动力",
        "√",
        "×",
        "√",
        "否",
        "否",
        "×",
        "正常",
        "孙㐂龘",
    ]
    how = {"township": "guzhen", "identity": identity()}
    result = plan("表.xlsx", xlsx([member, person], full(household_no="H0000003")), **how)
    assert result.counts == {Fate.CREATED: 2}
    broken = plan("表.xlsx", xlsx([member, person], full(household_no="H0000003", main_cause="懒")), **how)
    assert broken.counts == {Fate.REFUSED: 2} and "找不到" in told(broken)["B2"]


def test_names_stand_for_codes_where_they_are_clear(root: Path, take, plan) -> None:
    """A national export names villages and units; a name that two bear stands for none."""
    for name in ("乙村", "乙村委会", "乙 村民委员会"):
        result = plan("表.xlsx", xlsx(table(行政村=name)), township="guzhen")
        assert [change.after for row in result.rows for change in row.changes] == ["990101100002"], name
    unknown = told(plan("表.xlsx", xlsx(table(行政村="丙村")), township="guzhen"))
    assert set(unknown) == {"H2"} and "不在本次导入的 guzhen" in unknown["H2"]  # of another township; said once
    row = money("N2020-002", 7)
    row[8] = "财政局"
    assert take("资金.xlsx", xlsx([MONEY, row])).counts == {Fate.CREATED: 1}
    text = (root / "records/funds/2020/allocations.csv").read_text(encoding="utf-8")
    assert list(DictReader(text.splitlines()))[-1]["using_unit"] == "U001"
    divisions = root / "records/county/divisions.csv"
    divisions.write_text(divisions.read_text(encoding="utf-8").replace("丙村", "乙村"), encoding="utf-8")
    assert "H2" in told(plan("表.xlsx", xlsx(table(行政村="乙村"))))
    assert plan("表.xlsx", xlsx(table(行政村="乙村")), township="guzhen").counts == {Fate.UPDATED: 1}


def test_a_question_in_the_header_is_the_mapped_word(plan) -> None:
    assert plan("表.xlsx", xlsx([["户编号", "家庭人口", "是否搬迁户"], ["H0000001", 2, "√"]])).counts == {
        Fate.UPDATED: 1
    }


def test_no_pattern_is_shown_to_a_clerk() -> None:
    fields = [field for one in project_descriptor().resources.values() for field in one.schema.fields if field.pattern]
    told_of = [wanted(field) for field in fields]
    assert len(told_of) > 100 and not [text for text in told_of if any(mark in text for mark in "[]{}?*\\")]
    assert "要写成 H0000001 这样的格式" in told_of and "要写成 12 位数字的格式" in told_of


def test_another_township_is_refused(plan) -> None:
    result = plan("表.xlsx", xlsx(table(户编号="H0000009")), township="guzhen")
    assert "属于乡镇 changle" in told(result)["A2"]
    elsewhere = plan("表.xlsx", xlsx(full(household_no="H0000005", village_code="990101101001")), township="guzhen")
    assert any("属于乡镇 changle" in why for why in told(elsewhere).values())
    with pytest.raises(GongshiError, match="没有乡镇"):
        plan("表.xlsx", xlsx(table()), township="nowhere")


def test_october_is_not_january(plan) -> None:
    rows = [["人编号", "户编号", "出生年月"], ["M00000001", "H0000001", 1981.1], ["M00000002", "H0000001", "1983年2月"]]
    result = plan("成员.xlsx", xlsx(rows))
    assert "10 月" in told(result)["C2"] and result.counts[Fate.UNCHANGED] == 1


def test_numeric_codes_only_by_a_named_mapping(plan) -> None:
    rows = [["人编号", "户编号", "性别", "与户主关系"], ["M00000001", "H0000001", "1", "01"]]
    assert set(told(plan("成员.xlsx", xlsx(rows)))) == {"C2", "D2"}
    assert plan("成员.xlsx", xlsx(rows), mapping="national-codes-2016").counts == {Fate.UNCHANGED: 1}
    numbers = [rows[0], ["M00000001", "H0000001", 1, 1]]
    assert plan("成员.xlsx", xlsx(numbers), mapping="national-codes-2016").counts == {Fate.UNCHANGED: 1}
    with pytest.raises(GongshiError, match="没有映射"):
        plan("成员.xlsx", xlsx(rows), mapping="nobody")


def test_a_word_that_a_mapping_makes_an_amount(root: Path, plan) -> None:
    """It is spelled as any amount; a mapping that makes something else of it gets the cell refused."""
    mapping = root / "records/mappings/own.yaml"
    text = "title: 自己的\nresource: allocations\nvalues:\n  - {{field: amount, from: 未下达, to: {}}}\n"
    for word, counts in (("0.5", {Fate.CREATED: 1}), ("没有", {Fate.REFUSED: 1})):
        mapping.write_text(text.format(word), encoding="utf-8")
        result = plan("a.xlsx", xlsx([[*MONEY[:5], "金额（万元）", *MONEY[6:]], money("N2020-002", "未下达")]))
        assert result.counts == counts
    assert "金额" in told(result)["F2"]


def test_an_old_dangling_row_hides_no_new_one(root: Path, plan) -> None:
    """However many there are: a reference to nothing is refused at its cell."""
    place = root / "records/townships/guzhen/members.csv"
    lines = place.read_text(encoding="utf-8").splitlines()
    lines += [lines[1].replace("M00000001,H0000001", f"M{number:08},H0999999") for number in range(100, 1101)]
    place.write_text("\n".join(lines) + "\n", encoding="utf-8")
    header = ["人编号", "户编号", "性别"]
    more = {"M00000001": "H0888888", "M00001100": "H0888888"}
    result = plan("成员.xlsx", xlsx([header, *([number, home, "男"] for number, home in more.items())]))
    assert set(told(result)) == {"B2", "B3"} and result.counts == {Fate.REFUSED: 2}


def test_the_next_number_is_looked_for_once(plan, monkeypatch) -> None:
    from gongshi.exchange.numbering import Numbers

    asked, real = [], Numbers._first_free
    monkeypatch.setattr(Numbers, "_first_free", lambda *rest: asked.append(1) or real(*rest))
    result = plan("户.xlsx", xlsx([["户编号", "村民小组"], *([None, f"{number}组"] for number in range(9))]))
    assert len(asked) == 1 and all("H0000010" in why for why in told(result).values())


def run(root: Path, *arguments: str):
    return CliRunner().invoke(import_, list(arguments), obj=root, standalone_mode=False)


def test_guessed_headers_are_confirmed_and_kept(root: Path, tmp_path: Path) -> None:
    place = tmp_path / "表.xlsx"
    place.write_bytes(xlsx([["户编号", "家庭人口", "村民小组名"], ["H0000001", 3, "6组"]]))
    before = (root / HOUSEHOLDS).read_bytes()
    result = run(root, str(place))
    assert isinstance(result.exception, GongshiError) and "猜" in str(result.exception)
    assert (root / HOUSEHOLDS).read_bytes() == before
    result = run(root, str(place), "--save-mapping", "guzhen-list")
    assert result.exception is None or result.exception.code == 0, result.output
    kept = (root / "records/mappings/guzhen-list.yaml").read_text(encoding="utf-8")
    assert "{header: 村民小组名, field: group_name}" in kept
    assert "共 1 行 = 新增 0 + 更新 0 + 未变 1 + 退回 0" in run(root, str(place)).output


def test_a_dry_run_writes_nothing_and_tells_all(root: Path, tmp_path: Path) -> None:
    place = tmp_path / "表.xlsx"
    place.write_bytes(xlsx(table(家庭人口=3), [["户编号", "家庭人口"], ["H0000002", "两"]]))
    files = {path: path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file()}
    result = run(root, str(place), "--dry-run")
    assert "Sheet2!B2: 退回" in result.output and "家庭人口 2 → 3" in result.output
    assert "全部工作表：共 2 行 = 新增 0 + 更新 1 + 未变 0 + 退回 1" in result.output
    assert result.exception.code == 1
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file()} == files


def test_refused_rows_come_back_with_comments_and_can_be_imported(root: Path, tmp_path: Path) -> None:
    place = tmp_path / "表.xlsx"
    place.write_bytes(xlsx([*table(家庭人口="两"), ["H0000002", "6组", 1]]))
    assert run(root, str(place)).exception.code == 1
    back = tmp_path / "表-退回-含个人信息.xlsx"
    book = openpyxl.load_workbook(back)
    (sheet,) = book.worksheets
    assert sheet["A2"].value == "Sheet1!C2" and "整数" in sheet["B2"].value
    (cell,) = [cell for cell in sheet[2] if cell.comment]
    assert cell.value == "两" and "整数" in cell.comment.text
    cell.value = "2"
    book.save(back)
    assert "共 1 行 = 新增 0 + 更新 0 + 未变 1 + 退回 0" in run(root, str(back)).output


def test_a_long_reason_has_room(plan) -> None:
    result = plan("表.xlsx", xlsx(table(村民小组=4, 家庭人口="两人", 识别日期="2014年5月")))
    (sheet,) = openpyxl.load_workbook(io.BytesIO(refused_workbook(result))).worksheets
    assert (
        len(sheet["B2"].value) > 60
        and sheet.row_dimensions[2].height >= 45
        and sheet.column_dimensions["B"].width >= 60
    )


def test_an_older_returned_workbook_is_not_overwritten(root: Path, tmp_path: Path) -> None:
    place = tmp_path / "表.xlsx"
    place.write_bytes(xlsx(table(家庭人口="两")))
    run(root, str(place)), run(root, str(place))
    assert (tmp_path / "表-退回-含个人信息.xlsx").exists() and (tmp_path / "表-退回-含个人信息2.xlsx").exists()


def test_the_command_line_says_what_is_wrong_in_one_line(root: Path, tmp_path: Path) -> None:
    for arguments in (["没有.xlsx"], [str(tmp_path)], [str(tmp_path / "账本")]):
        error = run(root, *arguments).exception
        assert isinstance(error, GongshiError) and "\n" not in str(error)


def test_a_broken_target_is_not_rewritten(root: Path, plan) -> None:
    with (root / HOUSEHOLDS).open("a", encoding="utf-8") as file:
        file.write("H0000007,少了几格\n")
    with pytest.raises(GongshiError, match="gongshi check"):
        plan("表.xlsx", xlsx(table(家庭人口=3)))


@pytest.mark.parametrize(
    "text", ["resource: nowhere\n", "resource: members\ncolumns: [x]\n", "a: [\n", "resource: members\nother: 1\n"]
)
def test_a_broken_mapping_is_named(root: Path, plan, text: str) -> None:
    (root / "records/mappings/bad.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(GongshiError, match=r"bad\.yaml"):
        plan("表.xlsx", xlsx(table()))


def test_the_shipped_mappings_are_canonical() -> None:
    from gongshi.exchange import mapping_bytes
    from gongshi.exchange.mapping import read_mappings
    from gongshi.repository import WorkTree
    from support import ROOT

    mappings = read_mappings(WorkTree(ROOT), project_descriptor())
    assert len(mappings) >= 3 and len({mapping.name for mapping in mappings}) == len(mappings)
    assert all(b"resource: " in mapping_bytes(mapping) for mapping in mappings)


def test_unknown_columns_are_named_not_dropped_in_silence(plan) -> None:
    rows = [["户编号", "家庭人口", "电视机台数", None], ["H0000001", 2, 1, "旁注"]]
    notices = "；".join(plan("表.xlsx", xlsx(rows)).sheets[0].notices)
    assert "C 列“电视机台数”没有对应的字段，1 格没有导入" in notices and "D 列没有表头" in notices


def test_the_refused_workbook_is_inert_and_the_same_each_time(plan) -> None:
    result = plan("表.xlsx", xlsx(table(主要致贫原因="=1+1", 家庭人口=Formula("=1/0|#DIV/0!"))))
    data = refused_workbook(result)
    assert data == refused_workbook(result)
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(data)).active for cell in row]
    assert all(cell.data_type in ("s", "n") for cell in cells) and "=1+1" in {cell.value for cell in cells}


def test_counting_helpers_agree() -> None:
    assert filled_rows(csv([["a"], ["", " "]]).decode().splitlines()) == 2
    assert ALLOCATION["year"] == "2020"
