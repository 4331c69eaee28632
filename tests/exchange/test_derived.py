"""What memberships say goes out with every workbook and comes back without being written a second time."""

from __future__ import annotations

from pathlib import Path

import pytest

from exchange.books import xlsx
from exchange.test_export import edited, find, made
from gongshi.exchange import Fate
from gongshi.package import csv_bytes, read_descriptor
from gongshi.repository import WorkTree

KINDS = [
    {"kind": "建档立卡贫困户", "holder": "户", "poverty_status": "未脱贫", "basis": "方案", "verified": "否"},
    {"kind": "农村低保", "holder": "人", "dibao": "农村低保", "basis": "办法", "verified": "否"},
]
SPANS = [
    {"membership_id": "R0000001", "household_no": "H0000001", "kind": "建档立卡贫困户", "started_on": "2014-05-27", "reason": "因病"},
    {"membership_id": "R0000002", "household_no": "H0000001", "member_no": "M00000001", "kind": "农村低保", "started_on": "2015-01-01"},
]  # fmt: skip


@pytest.fixture
def living(root: Path) -> Path:
    """The county lives by memberships: what they say is typed nowhere."""
    descriptor = read_descriptor(WorkTree(root))
    for path, name, rows in (
        ("county/membership-kinds.csv", "membership-kinds", KINDS),
        ("townships/guzhen/memberships.csv", "memberships", SPANS),
    ):
        schema = descriptor.resources[name].schema
        (root / "records" / path).write_bytes(
            csv_bytes(schema, [[row.get(n, "") for n in schema.names] for row in rows])
        )
    for path in (homes(root), people(root)):
        text = path.read_text("utf-8").replace(",因病,", ",,").replace(",未脱贫,", ",,").replace("未享受,不享受", ",")
        path.write_text(text, "utf-8")
    return root


def homes(root: Path) -> Path:
    return root / "records/townships/guzhen/households.csv"


def people(root: Path) -> Path:
    return root / "records/townships/guzhen/members.csv"


def test_a_workbook_has_what_memberships_say_and_comes_back_as_the_same_records(living: Path, plan) -> None:
    data = made(living, ["households", "members"])
    seen = {}

    def look(book) -> None:
        sheet = book["贫困户"]
        titles = [cell.value for cell in sheet[1]]
        row = find(sheet, "H0000001")
        seen["status"], seen["cause"] = (
            sheet.cell(row, titles.index(t) + 1).value for t in ("脱贫状态", "主要致贫原因")
        )
        sheet = book["家庭成员"]
        titles = [cell.value for cell in sheet[1]]
        seen["dibao"] = [sheet.cell(row, titles.index("低保") + 1).value for row in (2, 3)]

    data = edited(data, look)
    assert seen == {"status": "未脱贫", "cause": "因病", "dibao": ["农村低保", "未享受"]}
    assert plan("表.xlsx", data).files == {}


def test_an_edit_beside_it_is_the_only_thing_written(living: Path, take) -> None:
    before = homes(living).read_text("utf-8")

    def change(book) -> None:
        sheet = book["贫困户"]
        sheet.cell(find(sheet, "H0000001"), 11).value = 5

    assert take("表.xlsx", edited(made(living, ["households"]), change)).counts[Fate.UPDATED] == 1
    assert homes(living).read_text("utf-8") == before.replace(",,,,2,,", ",,,,5,,", 1)


@pytest.mark.parametrize(
    ("typed", "kind"), [("未脱贫", Fate.UNCHANGED), ("已脱贫", Fate.REFUSED), ("", Fate.UNCHANGED)]
)
def test_a_sheet_of_others_may_repeat_it_and_may_not_contradict_it(living: Path, plan, typed: str, kind: Fate) -> None:
    result = plan("户.xlsx", xlsx([("户编号", "村民小组", "脱贫状态"), ("H0000001", "4组", typed)]))
    assert [row.kind for row in result.rows] == [kind] and result.files == {}
    if kind is Fate.REFUSED:
        ((place, message),) = result.rows[0].places()
        assert place.startswith("C") and "身份" in message and "未脱贫" not in message


def test_of_whom_memberships_say_nothing_a_cell_may_be_typed(living: Path, take) -> None:
    take("户.xlsx", xlsx([("户编号", "脱贫状态"), ("H0000002", "未脱贫")]))
    assert [line.split(",")[11] for line in homes(living).read_text("utf-8").splitlines()[1:]] == ["", "未脱贫"]
