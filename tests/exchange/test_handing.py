"""Out in a known form and in again: the same records, whatever the form."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from exchange.conftest import DAY
from exchange.form_samples import FORMS, NAMES
from exchange.test_forms import READ, forms_county, sheet_of
from exchange.test_import import told
from gongshi.cli.export import export
from gongshi.exchange import Fate, People, Request, form_workbook, plan_import, reads
from gongshi.exchange.sheets import read_sheets
from gongshi.model import GongshiError
from gongshi.package import load
from gongshi.repository import OverlayTree
from support import rounds


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    return forms_county(tmp_path_factory.mktemp("out"))


@pytest.mark.parametrize("name", list(FORMS)[1 :: rounds(3, 1)])
def test_what_came_in_goes_out_and_comes_in_unchanged(county, name: str) -> None:
    tree, key = county
    request = Request(DAY, identity=key, said=FORMS[name].said)
    done = plan_import(tree, *sheet_of(READ[name], FORMS[name], 0), request)
    after = OverlayTree(tree, done.files)
    with load(after, reads(READ[name], list(tree_names(after)))) as database:
        data, count = form_workbook(database, READ[name], None, People(after, key, DAY).cells)
    back = plan_import(after, "导出.xlsx", data, Request(DAY, identity=key))
    assert count and sum(back.counts.values()) == count, (back.sheets, told(back))
    assert set(back.counts) == {Fate.UNCHANGED} and not back.files, told(back)


def out_and_back(county, name: str):
    """(rows of the exported sheet, merged ranges, what importing it comes to) of a form whose sample was imported."""
    tree, key = county
    request = Request(DAY, identity=key, said=FORMS[name].said)
    after = OverlayTree(tree, plan_import(tree, *sheet_of(READ[name], FORMS[name], 0), request).files)
    with load(after, reads(READ[name], list(tree_names(after)))) as database:
        data, _ = form_workbook(database, READ[name], None, People(after, key, DAY).cells)
    (sheet,) = read_sheets("导出.xlsx", data)
    return sheet.cells, sheet.merged, plan_import(after, "导出.xlsx", data, Request(DAY, identity=key))


@pytest.mark.parametrize("name", [name for name, form in READ.items() if form.above])
def test_a_printed_form_has_its_upper_headers(county, name: str) -> None:
    cells, merged, back = out_and_back(county, name)
    ranges = [(left, right) for (top, left), (bottom, right) in merged if (top, bottom) == (1, 1)]
    upper = [(cells[1][left], cells[2][left : right + 1]) for left, right in ranges]
    assert ("受益对象", ["户数(户)", "人数(人)"]) in upper and "绩效目标" in dict(upper)
    assert ((1, 0), (2, 0)) in merged and set(back.counts) == {Fate.UNCHANGED}, told(back)


def test_numbers_of_another_system_go_out_where_they_are_known(county) -> None:
    cells, _, back = out_and_back(county, "member-register")
    rows = {row[cells[1].index("姓名")]: row for row in cells[2:]}
    shown = {name: (row[cells[1].index("户编号")], row[cells[1].index("人编号")]) for name, row in rows.items()}
    assert shown[NAMES[1]] == ("99010110000000001", "9901011000000000101")
    assert shown[NAMES[0]] == ("99010110000000001", "M00000001")
    assert set(back.counts) == {Fate.UNCHANGED} and not back.files, told(back)


def tree_names(tree) -> list[str]:
    from gongshi.package import read_descriptor

    return list(read_descriptor(tree).resources)


def test_a_form_of_persons_needs_a_key(county) -> None:
    tree, _ = county
    with load(tree, ["members"]) as database, pytest.raises(GongshiError, match="--identity"):
        form_workbook(database, READ["public-jobs"], None)


def test_the_command(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "表.xlsx"
    done = CliRunner().invoke(export, ["--form", "村情汇总", "-o", str(out)], obj=root)
    assert (
        done.exit_code == 0 and "没有这样的记录" in done.output and out.is_file()
    )  # the three villages say nothing yet
    done = CliRunner().invoke(export, ["--form", "资金台账", "-o", str(out)], obj=root)
    assert done.exit_code == 0 and "导出 1 条" in done.output
    for wrong in (
        ["--form", "没有的样式", "-o", str(out)],
        ["--form", "loans2", "-o", str(out)],
        ["--form", "村情汇总"],
    ):
        failed = CliRunner().invoke(export, wrong, obj=root)
        assert isinstance(failed.exception, GongshiError)
