"""A sheet that is not recognised is no dead end: the clerk says what it is and which column is what, and that is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from exchange.books import xlsx
from exchange.test_import import told
from gongshi.cli.importing import import_
from gongshi.exchange import Fate
from gongshi.model import GongshiError

HEAD = ["农户代码", "措施类别", "干什么", "帮扶内容", "单位", "花了多少(万元)", "何时开始", "签认", "经办员"]
ROW = ["H0000001", "产业帮扶", "种植扶持", "资金", "财政局", 0.5, "2020-03-01", "是", "某乙"]
MAP = {
    "农户代码": "户编号", "干什么": "措施项目", "单位": "provider_unit", "花了多少(万元)": "投入金额", "何时开始": "开始日期", "签认": "户主签认",
    "经办员": "不收",
}  # fmt: skip
MEASURES = "records/townships/guzhen/measures.csv"


def test_an_unknown_sheet_says_what_comes_nearest_and_how_to_go_on(plan) -> None:
    result = plan("甲.xlsx", xlsx([HEAD, ROW]))
    assert not result.files
    asked = next(iter(told(result).values()))
    assert "--as" in asked and "--map" in asked
    named = next(iter(told(plan("甲.xlsx", xlsx([HEAD, ROW]), kind="measures")).values()))
    assert "措施编号" in named and "--as measures" in named


def test_columns_are_mapped_by_hand_and_the_mapping_is_kept(root: Path, plan) -> None:
    book = root.parent / "甲.xlsx"
    book.write_bytes(xlsx([HEAD, ROW]))
    said = [part for header, name in MAP.items() for part in ("--map", f"{header}={name}")]
    done = CliRunner().invoke(import_, [str(book), "--as", "帮扶措施", *said], obj=root)
    assert done.exit_code == 0, done.output
    assert "5000.00" in (root / MEASURES).read_text(encoding="utf-8")
    kept = (root / "records/mappings/own-measures.yaml").read_text(encoding="utf-8")
    assert "花了多少(万元)" in kept and "unit: 万元" in kept and "经办员" in kept
    later = [ROW[0], *ROW[1:5], 0.7, "2020-05-01", *ROW[7:]]
    again = plan("乙.xlsx", xlsx([HEAD, ROW, later]))  # the headers are known now
    assert again.counts == {Fate.UNCHANGED: 1, Fate.CREATED: 1}
    assert b"7000.00" in again.files[MEASURES]


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"kind": "没有的表"}, "没有叫"),
        ({"kind": "measures", "columns": {"干什么": "没有的字段"}}, "没有字段"),
        ({"kind": "measures", "columns": {"不在表里": "户编号"}}, "找不到"),
        ({"kind": "measures", "columns": {"干什么": "措施项目", "签认": "措施项目"}}, "只留一列"),
        ({"columns": {"干什么": "措施项目"}}, "--as"),
        ({"kind": "小额信贷台账", "columns": {"干什么": "措施项目"}}, "--as"),
        ({"kind": "sealed"}, "没有叫"),
    ],
)
def test_what_is_said_wrongly_gets_one_line(plan, how: dict, why: str) -> None:
    with pytest.raises(GongshiError, match=why) as error:
        plan("甲.xlsx", xlsx([HEAD, ROW]), **how)
    assert "\n" not in str(error.value)


def test_money_is_never_left_over_and_a_form_can_be_named(plan) -> None:
    some = {header: name for header, name in MAP.items() if not header.startswith("花")}
    left = plan("甲.xlsx", xlsx([[*HEAD[:5], "补助金额", *HEAD[6:]], ROW]), kind="measures", columns=some)
    assert "补助金额" in next(iter(told(left).values())) and not left.files
    other = plan("甲.xlsx", xlsx([HEAD, ROW]), kind="小额信贷台账")
    assert "借款人" in next(iter(told(other).values())) and not other.files


def test_a_person_is_no_header(plan) -> None:
    number = "9" * 6 + "20990101" + "0014"
    with pytest.raises(GongshiError, match="个人信息"):
        plan("甲.xlsx", xlsx([[number], ["x"]]), kind="measures", columns={number: "户编号"})
