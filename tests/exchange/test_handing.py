"""Out in a known form and in again: the same records, whatever the form."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from exchange.conftest import DAY
from exchange.form_samples import FORMS
from exchange.test_forms import READ, forms_county, sheet_of
from exchange.test_import import told
from gongshi.cli.export import export
from gongshi.exchange import Fate, People, Request, form_workbook, plan_import, reads
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
