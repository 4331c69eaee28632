"""``gongshi figures``: written once, never again, and worked out once more for every proposal that brings figures."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from disclosure.small_ledger import ledger, rows, town
from disclosure.test_figures import HOMES, grants
from gongshi.cli import gongshi
from gongshi.disclosure.counting import Cell
from gongshi.disclosure.figures import Period
from gongshi.disclosure.freezing import WITHHELD, freeze
from gongshi.model import GongshiError
from support import ROOT, tree_of

FILE = "records/county/figures/2020-Q2.csv"

PROJECT = {
    "name": "补助到户", "year": "2020", "owner_unit": "U001", "owner_post": "局长", "content": "按月发放", "stage": "开工",
    **dict.fromkeys(("benef_households", "benef_persons", "benef_poor_households", "benef_poor_persons"), "0"),
    **dict.fromkeys(("goal_output", "goal_benefit"), "按月发放"), "goal_satisfaction": "90.00", "budget_total": "1.00",
    "build_kind": "新建", "in_plan": "是", "planned_start": "2020-01-01", "planned_end": "2020-12-31", "quantity": "1",
    "quantity_unit": "项",
}  # fmt: skip


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    subprocess.run(["git", "-C", folder, *who, *words], check=True, capture_output=True)


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """A small ledger in Git, of which nothing is frozen yet."""
    root = tmp_path / "county"
    found = rows(HOMES, grants())
    numbers = {key: sorted({row[key] for row in found["payments"]}) for key in ("project_id", "allocation_id")}
    found["allocations"] = [{"allocation_id": number} for number in numbers["allocation_id"]]
    found["units"] = [{"unit_code": "U001", "name": "示例局"}]
    found["projects"] = [PROJECT | {"project_id": number} for number in numbers["project_id"]]
    tree = tree_of(found)
    package = re.sub(r"(?m)^  - name: figures\n(?:    .*\n)*", "", tree.files["records/datapackage.yaml"].decode())
    files = tree.files | {"records/datapackage.yaml": package.encode()}
    for path, content in files.items():
        if "/figures/" not in path:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)
    (root / "policies").mkdir()
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "1\n\n审批: x\n依据: 报1")
    return root


def figures(root: Path, *words: str) -> Result:
    return CliRunner().invoke(gongshi, ["-C", str(root), "figures", *words])


def test_a_period_is_frozen_once(county):
    first = figures(county, "2020-Q2")
    assert first.exit_code == 0 and FILE in first.output
    content, package = (county / FILE).read_bytes(), (county / "records/datapackage.yaml").read_text(encoding="utf-8")
    assert package.count("county/figures/2020-Q2.csv") == 1
    again = figures(county, "2020-Q2")
    assert again.exit_code == 0 and "没有变化" in again.output
    assert (county / FILE).read_bytes() == content
    assert figures(county, "2020-Q2", "--check").exit_code == 0


def test_what_was_published_is_not_written_anew(county):
    figures(county, "2020-Q2")
    path = county / FILE
    edited = path.read_bytes().replace(b",households,30\n", b",households,31\n")
    path.write_bytes(edited)
    done = figures(county, "2020-Q2")
    assert isinstance(done.exception, Exception) and "已经冻结" in str(done.exception)
    assert path.read_bytes() == edited
    checked = figures(county, "2020-Q2", "--check")
    assert checked.exit_code == 1 and "不一致" in checked.output


def test_a_file_that_was_deleted_is_frozen_again(county):
    """What `check` asks for: datapackage.yaml still lists it."""
    figures(county, "2020-Q2")
    path, package = county / FILE, county / "records/datapackage.yaml"
    before = path.read_bytes(), package.read_bytes()
    path.unlink()
    again = figures(county, "2020-Q2")
    assert again.exit_code == 0 and (path.read_bytes(), package.read_bytes()) == before


def test_another_missing_file_still_stops_it(county):
    figures(county, "2020-Q2")
    (county / FILE).unlink()
    (county / "records/townships/guzhen/households.csv").unlink()
    done = figures(county, "2020-Q2")
    assert "1 处读不出来" in str(done.exception) and not (county / FILE).exists()


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [("subsidies", "amount", "一百"), ("subsidies", "household_no", "H9999998"), ("households", "population", "2.5")],
)
def test_nothing_is_frozen_from_rows_that_cannot_be_read(county, name, field, value):
    """What is frozen never changes, so what could not be counted would be missing for ever."""
    path = max((county / "records/townships").rglob(f"{name}.csv"), key=lambda path: path.stat().st_size)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[1][field] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader(), writer.writerows(rows)
    git(county, "commit", "-qam", "2\n\n审批: x\n依据: 报2")
    done = figures(county, "2020-Q2")
    assert (
        done.exit_code
        and "要统计的数有 1 处错误" in str(done.exception)
        and f"{name}.csv 第 3 行" in str(done.exception)
    )
    assert not (county / FILE).exists()


def test_nothing_is_frozen_under_a_bound_that_cannot_be_read(county):
    path = county / "records/county/county.yaml"
    path.write_text(path.read_text("utf-8") + "threshold: 十\n", "utf-8")
    done = figures(county, "2020-Q2")
    assert "要统计的数有 1 处错误" in str(done.exception) and not (county / FILE).exists()


def check(root: Path) -> str:
    return CliRunner().invoke(gongshi, ["-C", str(root), "check"]).output


def test_a_file_without_figures_or_with_those_of_another_period_is_found(county):
    figures(county, "2020-Q2")
    path, package = county / FILE, county / "records/datapackage.yaml"
    whole = path.read_bytes()
    assert "[figures]" not in check(county)
    path.write_bytes(whole.splitlines(keepends=True)[0])
    assert "一个数字也没有" in check(county)
    path.rename(path.with_name("2020-Q1.csv")).write_bytes(whole)
    package.write_text(
        package.read_text(encoding="utf-8").replace("figures/2020-Q2.csv", "figures/2020-Q1.csv"), encoding="utf-8"
    )
    assert "它们只能在 records/county/figures/2020-Q2.csv 里" in check(county)


def test_each_line_that_is_taken_away_is_missed(county):
    figures(county, "2020-Q2")
    path = county / FILE
    lines = path.read_text("utf-8").splitlines(keepends=True)
    rest = next(number for number, line in enumerate(lines) if ",benefit-totals," in line and ",rest," in line)
    parts = [number for number, line in enumerate(lines) if ",benefit-totals," in line and ",amount," in line]
    for number in (1, rest, parts[0], parts[-1], len(lines) // 2, len(lines) - 1):
        path.write_text("".join(lines[:number] + lines[number + 1 :]), "utf-8")
        assert "少了 1 格该有的数字" in check(county), lines[number]


RULES = """policy: own
title: 本县口径
effective: {from: 2014-01-01}
rules:
  - {id: own-size, title: 户有人, kind: condition, resource: households, demand: [{field: population, at_least: 1}],
     severity: warning, clause: 县内口径, message: 请核对人口}
"""


@pytest.mark.parametrize("change", ["looked,1", "broke,1", "-"])
def test_what_a_rule_is_said_to_have_found_is_judged_again_until_it_is_committed(county, change):
    """Afterwards it stays as it was: rules may change."""
    (county / "policies/own.yaml").write_text(RULES, "utf-8")
    git(county, "add", "-A"), git(county, "commit", "-qm", "2\n\n审批: x\n依据: 报2")
    figures(county, "2020-Q2")
    path = county / FILE
    whole = path.read_text("utf-8")
    assert ",own-size,合计,looked," in whole and "[figures]" not in check(county)
    measure, number = change.split(",") if "," in change else ("looked", "")
    line = next(line for line in whole.splitlines(keepends=True) if f",own-size,合计,{measure}," in line)
    path.write_text(whole.replace(line, number and f"{line.rpartition(',')[0]},9{number}9\n"), "utf-8")
    assert ("与规则现在说的不一致" if number else "少了 1 格") in check(county)
    git(county, "add", "-A"), git(county, "commit", "-qm", "3\n\n审批: x\n依据: 报3")
    (county / "policies/own.yaml").write_text(RULES.replace("at_least: 1", "at_least: 0"), "utf-8")
    assert "与规则现在说的不一致" not in check(county)


def test_a_number_that_is_published_by_hand_and_gives_a_small_one_away_is_found(county):
    """Fourteen households are not few, but with them published the three beside them are known."""
    figures(county, "2020-Q2")
    path = county / FILE
    text, place = path.read_text("utf-8"), "people,990100101201,合计"
    assert f"{place},households,不公布" in text and "people,990100101202,合计,households,不公布" in text
    path.write_text(text.replace(f"{place},households,不公布", f"{place},households,14"), "utf-8")
    (told,) = (line for line in check(county).splitlines() if "一减就知道" in line and "households" in line)
    assert "2020-Q2/people/990100101202/合计/households" in told


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", ",多\n"),
        lambda text: text[: len(text) // 2],
        lambda text: "",
    ],
)
def test_a_damaged_file_is_told_without_a_traceback(county, change):
    figures(county, "2020-Q2")
    path = county / FILE
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    before = path.read_bytes()
    done = CliRunner().invoke(gongshi, ["-C", str(county), "check"])
    assert done.exit_code == 1 and FILE in done.output
    done = figures(county, "2020-Q2")
    assert done.exit_code == 1 and isinstance(done.exception, GongshiError) and path.read_bytes() == before


def test_k_above_a_township_withholds_and_negative_payments_are_one_sentence():
    table = rows([[6], [40]], [{"home": 1, "benefit": "低保金", "amount": 780}])
    table["county"][0]["threshold"] = "12"
    cells = freeze(ledger(table), None, Period.of("2020-Q2"))
    assert cells[Cell("people", town(0), "合计", "households")] == WITHHELD
    table["subsidies"][0]["amount"] = "-780.00"
    with pytest.raises(GongshiError, match="负数"):
        freeze(ledger(table), None, Period.of("2020-Q2"))


@pytest.mark.parametrize(
    "period, says", [("2020-Q3", "才结束"), ("2019-Q4", "没有记录"), ("2020-Q9", "不是季度"), ("二〇二〇", "不是季度")]
)
def test_other_periods_are_one_sentence(county, period, says):
    done = figures(county, period)
    assert done.exit_code != 0 and says in str(done.exception)
    assert not (county / "records/county/figures").exists()


def test_an_earlier_period_cannot_follow(county):
    figures(county, "2020-Q2")
    done = figures(county, "2020-Q1")
    assert "已经冻结" in str(done.exception)


def test_a_proposal_with_edited_figures_fails(county, tmp_path):
    """The number that is let out is the right one, so that only working all of it out once more finds it."""
    figures(county, "2020-Q2")
    path = county / FILE
    hidden = re.search(r"(2020-Q2,people,990100101\d{3},合计,households,)不公布", path.read_text(encoding="utf-8"))
    base = tmp_path / "base"
    shutil.copytree(county / "records", base / "records")
    shutil.copytree(ROOT / "tools/ci", base / "tools/ci")
    (base / "policies").mkdir()
    (base / ".venv").symlink_to(sys.prefix)
    git(county, "checkout", "-qb", "work")
    git(county, "add", "-A")
    git(county, "commit", "-qm", "2\n\n审批: x\n依据: 报2")
    assert pull(county, base).returncode == 0
    place = hidden[1].split(",")[2]
    homes = sum(
        1 for line in (county / "records/townships/guzhen/households.csv").read_text().splitlines() if place in line
    )
    path.write_text(path.read_text(encoding="utf-8").replace(hidden[0], f"{hidden[1]}{homes}"), encoding="utf-8")
    git(county, "commit", "-qam", "3\n\n审批: x\n依据: 报3")
    done = pull(county, base)
    assert done.returncode == 1 and "不一致" in done.stdout


def pull(head: Path, base: Path) -> subprocess.CompletedProcess[str]:
    command = [base / "tools/ci/pull.sh", head, "main", base / "report"]
    return subprocess.run(command, capture_output=True, text=True)
