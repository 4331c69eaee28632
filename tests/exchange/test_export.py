"""Workbooks out: what they hold, that they come back as the same records, and how an edited old one is merged."""

from __future__ import annotations

import base64
import io
import zlib
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from exchange.conftest import DAY
from gongshi.cli.export import export
from gongshi.cli.template import template
from gongshi.exchange import Fate, People, export_workbook, template_workbook
from gongshi.model import GongshiError
from gongshi.package import load
from gongshi.repository import WorkTree

NAMES = ["households", "members", "allocations", "cases", "case-households", "villages"]


def made(root: Path, names=NAMES, township=None, people: Callable | None = None) -> bytes:
    with load(WorkTree(root)) as database:
        return export_workbook(database, names, township, "", people)


def edited(data: bytes, change: Callable) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_export_then_import_is_the_identity(root: Path, plan) -> None:
    result = plan("全部.xlsx", made(root))
    assert set(result.counts) == {Fate.UNCHANGED} and result.counts[Fate.UNCHANGED] == 3 + 2 + 1 + 1 + 1 + 3
    assert result.files == {} and result.guesses == []
    assert [sheet.resource for sheet in result.sheets] == NAMES


def test_the_same_input_gives_the_same_bytes(root: Path) -> None:
    assert made(root) == made(root)
    with load(WorkTree(root)) as database:
        assert template_workbook(database, NAMES, "") == template_workbook(database, NAMES, "")


def test_what_a_clerk_finds_in_a_workbook(root: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(made(root)))
    sheet = book["贫困户"]
    assert [cell.value for cell in sheet[1]][:3] == ["户编号", "行政村", "村民小组"]
    assert sheet.freeze_panes == "B2" and sheet.protection.sheet
    assert sheet["A2"].protection.locked and not sheet["B2"].protection.locked
    assert "户在本台账中的编号" in sheet["A1"].comment.text
    lists = {str(rule.sqref).split(":")[0]: rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert lists["D2"] == '"扶贫户,扶贫低保户,纯低保户,五保户"' and lists["B2"].startswith("'代码表'!")
    assert sheet["G2"].is_date and sheet["K2"].value == 2
    assert book["_meta"].sheet_state == book["_lists"].sheet_state == "veryHidden"
    assert ("990101100001", "甲村") in {(row[0].value, row[1].value) for row in _pairs(book["代码表"])}


def _pairs(sheet):
    for row in sheet.iter_rows(min_row=2):
        for place in range(0, len(row) - 1, 2):
            yield row[place : place + 2]


def test_a_long_enumeration_is_on_the_hidden_sheet(root: Path) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(made(root)))["家庭成员"]
    rules = {str(rule.sqref)[:2]: rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert rules["F2"].startswith("'_lists'!")


def test_formula_like_text_is_inert(root: Path, plan) -> None:
    path = root / "records/funds/2020/allocations.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("产业发展资金", "=1+1"), encoding="utf-8")
    data = made(root, ["allocations"])
    cell = openpyxl.load_workbook(io.BytesIO(data))["资金下达"]["B2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s") or cell.quotePrefix or b"<f>" not in data
    assert plan("表.xlsx", data).files == {}


def test_edits_of_different_fields_both_stand(root: Path, take) -> None:
    old = made(root, ["households"])
    path = root / "records/townships/guzhen/households.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("H0000001,990101100001,4组", "H0000001,990101100001,7组"))

    def change(book) -> None:
        book["贫困户"]["K2"].value = 5

    result = take("旧.xlsx", edited(old, change))
    assert result.counts == {Fate.UPDATED: 1, Fate.UNCHANGED: 2}
    assert "H0000001,990101100001,7组" in path.read_text(encoding="utf-8")
    assert [c.title for row in result.rows for c in row.changes] == ["家庭人口"]


def find(sheet, key: str) -> int:
    return next(row for row in range(2, sheet.max_row + 1) if sheet.cell(row, 1).value == key)


def test_edits_of_the_same_field_are_a_conflict(root: Path, plan) -> None:
    old = made(root, ["households"])
    path = root / "records/townships/guzhen/households.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("H0000001,990101100001,4组", "H0000001,990101100001,7组"))

    def change(book) -> None:
        sheet = book["贫困户"]
        sheet.cell(find(sheet, "H0000001"), 3).value = "8组"

    result = plan("旧.xlsx", edited(old, change))
    (row,) = [row for row in result.rows if row.kind is Fate.REFUSED]
    ((place, message),) = row.places()
    assert place.startswith("C") and "别人改成“7组”" in message and result.files == {}


def test_an_emptied_cell_of_an_exported_workbook_empties_the_field(root: Path, take) -> None:
    path = root / "records/townships/guzhen/households.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",2,未脱贫,,", ",2,未脱贫,2018,"), encoding="utf-8")
    old = made(root, ["households"])

    def change(book) -> None:
        sheet = book["贫困户"]
        sheet.cell(find(sheet, "H0000001"), 13).value = None

    assert take("旧.xlsx", edited(old, change)).counts[Fate.UPDATED] == 1
    assert ",2,未脱贫,,," in path.read_text(encoding="utf-8")


def test_a_record_that_is_gone_is_told(root: Path, plan) -> None:
    old = made(root, ["case-households"])
    case = next((root / "records/townships/guzhen/cases").rglob("*.yaml"), None) or next(
        (root / "records").rglob("Z2020*")
    )
    case.write_text(
        "\n".join(
            line
            for line in case.read_text(encoding="utf-8").splitlines()
            if "H0000001" not in line and "households" not in line
        )
        + "\n"
    )
    assert plan("旧.xlsx", old).counts == {Fate.UNCHANGED: 1}


def test_names_only_with_a_key_and_round_again(root: Path, take, plan, identity) -> None:
    from exchange.books import xlsx

    take("名单.xlsx", xlsx([["人编号", "户编号", "姓名"], ["M00000001", "H0000001", "赵甲"]]), identity=identity())
    people = People(WorkTree(root), identity(), DAY)
    data = made(root, ["members"], "guzhen", people.cells)
    sheet = openpyxl.load_workbook(io.BytesIO(data))["家庭成员"]
    assert "赵甲" in {cell.value for cell in sheet[2]}
    again = plan("成员.xlsx", data, identity=identity())
    assert again.counts == {Fate.UNCHANGED: 2} and again.files == {}
    assert "姓名" not in {
        cell.value for cell in openpyxl.load_workbook(io.BytesIO(made(root, ["members"])))["家庭成员"][1]
    }


def test_a_filled_template_comes_in(root: Path, take) -> None:
    with load(WorkTree(root)) as database:
        data = template_workbook(database, ["case-households"], "")

    def fill(book) -> None:
        book["案卷涉及户"]["A2"].value, book["案卷涉及户"]["B2"].value = "Z2020-00001", "H0000002"

    assert take("填报.xlsx", edited(data, fill)).counts == {Fate.CREATED: 1}


def run(command, root: Path, *arguments: str):
    return CliRunner().invoke(command, list(arguments), obj=root, standalone_mode=False)


def test_commands(root: Path, tmp_path: Path) -> None:
    assert run(export, root, "households", "-o", str(tmp_path / "户.xlsx"), "--township", "guzhen").exception is None
    sheet = openpyxl.load_workbook(tmp_path / "户.xlsx")["贫困户"]
    assert [sheet.cell(row, 1).value for row in (2, 3, 4)] == ["H0000001", "H0000002", None]
    assert run(template, root, "households", "-o", str(tmp_path / "样表.xlsx")).exception is None
    for arguments in (["-o", "a.xlsx"], ["households"], ["nothing", "-o", str(tmp_path / "x.xlsx")], ["sealed", "-o", str(tmp_path / "x.xlsx")],
                      ["households", "-o", "x.csv"], ["households", "-o", str(tmp_path / "no/x.xlsx")]):  # fmt: skip
        assert isinstance(run(export, root, *arguments).exception, GongshiError)


def test_a_workbook_with_names_stays_out_of_the_repository(root: Path, tmp_path: Path) -> None:
    key = str(tmp_path / "home/guzhen")
    inside = run(export, root, "members", "-o", str(root / "x.xlsx"), "--identity", key).exception
    assert isinstance(inside, GongshiError) and "仓库" in str(inside) and not (root / "x.xlsx").exists()


def code_of(text: str) -> str:
    return base64.b64encode(zlib.compress(text.encode())).decode()


@pytest.mark.parametrize(
    "code", ["不是编码", "eJxLAgAAYgBi", "", code_of("7"), code_of("[" * 99_999), code_of('{"a": 1}')]
)
def test_a_damaged_memory_makes_an_ordinary_workbook(root: Path, plan, code: str) -> None:
    def spoil(book) -> None:
        book["_meta"]["D2"].value = code

    result = plan("旧.xlsx", edited(made(root, ["households"]), spoil))
    assert result.counts == {Fate.UNCHANGED: 3} or result.counts[Fate.UNCHANGED] == 3


def test_an_export_without_rows_says_so(root: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "表.xlsx")
    done = CliRunner().invoke(export, ["households", "loans", "-o", out, "--township", "guzhen"], obj=root)
    assert done.exit_code == 0 and "没有小额信贷的记录" in done.output and "贫困户的" not in done.output
    assert "注意" not in CliRunner().invoke(export, ["households", "-o", out], obj=root).output
