"""The first sheets of a new county, from nothing to what is sent for review: one clerk, no number made by hand. ``make nightly``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from exchange.books import xlsx
from exchange.test_aliases import NEW, PERSON, id_no
from gongshi.package import load
from gongshi.repository import WorkTree
from today.county import divisions
from today.county import villages as village_rows
from today.walk import Clerk, filled_in

COMMON = ["汉", "小学", "健康", "普通劳动力", "是", "否", "是", "否", "正常"]
HOMES = 12


def sheets(clerk: Clerk) -> dict[str, bytes]:
    """Each sheet holds all townships; numbers are those of the national system, or none."""
    names = {row["division_code"]: row["name"] for row in divisions()}
    fields = {field.name: field.title for field in clerk.descriptor.resources["villages"].schema.fields}
    facts = [names | {"": ""}, *village_rows()][1:]
    heads = [name for name in facts[0] if name != "village_code"]
    places = [name for code, name in names.items() if not code.endswith("000")]
    homes, persons, helped = [], [], []
    for at in range(HOMES):
        number, place, who = f"9902021000000{at:05}", places[at % len(places)], "天地玄黄宇洪荒日月盈昃辰"[at]
        head, wife = id_no(f"197{at % 10}0505", f"{300 + 2 * at + 1}"), id_no(f"197{at % 10}0606", f"{300 + 2 * at}")
        homes.append([number, f"周{who}龘", head, place, "2组", 2, "否", "否", "否"])
        persons += [[number, f"{number}1", f"周{who}龘", head, "户主", "男", f"197{at % 10}-05", *COMMON]]
        persons += [[number, f"{number}2", f"吴{who}龘", wife, "配偶", "女", f"197{at % 10}-06", *COMMON]]
        helped.append([f"周{who}龘", head, place, f"帮{who}", f"测县{'财政农业'[at % 2 * 2 :][:2]}局", "2026-04-01"])
    units = [[None, "测县财政局", "党政机关", "县"], ["新增", "测县农业局", "党政机关", "县"]]
    helpers = [[None, row[3], row[4], "乡镇干部", "一般干部", "是"] for row in helped]
    return {
        "村情.xlsx": xlsx([["测县村情汇总表"], ["行政村", *(fields[name] for name in heads)],
                         *[[names[row["village_code"]], *(row[name] for name in heads)] for row in facts]]),
        "单位.xlsx": xlsx([["单位编号", "单位名称", "单位类别", "隶属关系"], *units]),
        "帮扶人.xlsx": xlsx([["帮扶人编号", "姓名", "单位", "职务", "职级", "公职人员"], *helpers]),
        "国扶.xlsx": xlsx([NEW, *homes], [PERSON, *persons], names=["脱贫户信息", "脱贫人口信息"]),
        "帮扶.xlsx": xlsx([["帮扶责任人一览表"], ["户主姓名", "身份证号", "行政村", "帮扶责任人", "帮扶单位", "开始日期"], *helped]),
    }  # fmt: skip


def test_first_sheets_are_sent_without_a_number_made_by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk = Clerk(tmp_path, monkeypatch)
    filled_in(clerk, tmp_path / "远.git")
    books = sheets(clerk)
    for name, data in books.items():
        (tmp_path / name).write_bytes(data)
    steps = [
        ("import", *(str(tmp_path / name) for name in books)),
        ("check",),
        ("propose", "-m", "首批", "--basis", "村民代表会议记录", "--approved-by", "东镇人民政府"),
    ]
    said = [clerk.run(*step) for step in steps]
    assert "退回 0" in said[0] and not re.search(r"退回 [1-9]", said[0]), said[0]
    assert "错误" not in said[1] or "错误 0" in said[1], said[1][-800:]
    assert "songshen/" in said[2] and len(steps) == 3 and len(books) == 5
    with load(WorkTree(clerk.folder)) as database:
        counts = [database.sql(f"SELECT count(*) FROM {table}")[0][0] for table in ("villages", "units", "helpers", "households", "members", "pairings")]  # fmt: skip
    assert counts == [15, 2, HOMES, HOMES, 2 * HOMES, HOMES]
    again = clerk.run("import", *(str(tmp_path / name) for name in books))
    assert not re.search(r"(?:新增|更新|退回) [1-9]", again), again
