"""What was entered long after its own day is told by ``diff`` and ``audit``, by the day of the commit that brought it; never a finding."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from changes.ledgers import write
from changes.test_history import commit, run
from gongshi.changes.dates import business_dates
from gongshi.cli.audit import audit
from gongshi.cli.diff import diff
from support import project_descriptor, tree_of

START = {
    "pairings": [
        {"pairing_id": "J0000001", "role": "帮扶责任人", "household_no": "H0000001", "started_on": "2020-01-01"}
    ]
}
OLD = {"pairing_id": "J0000001", "contacted_on": "2020-02-01", "contact_kind": "走访"}
GROUNDS = "x\n\n审批：县\n依据：会议记录"


def visit(day: str, kind: str = "走访") -> dict[str, str]:
    return {"pairing_id": "J0000001", "contacted_on": day, "contact_kind": kind}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    run(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path, tree_of(START | {"contacts": [OLD]}), GROUNDS, when="2021-01-10T12:00:00+0800")
    return tmp_path


def enter(root: Path, day: str, *visits: dict[str, str], **more: list) -> None:
    commit(root, tree_of(START | {"contacts": [OLD, *visits]} | more), GROUNDS, when=f"{day}T12:00:00+0800")


def said(root: Path, *arguments: str) -> str:
    done = CliRunner().invoke(diff, list(arguments), obj=root)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def late(root: Path, *span: str) -> dict[str, int]:
    found = json.loads(said(root, *span, "--format", "json"))
    assert found["findings"] == {"new": [], "resolved": [], "let_through": []}
    return {"/".join(one["key"]): one["late"] for one in found["changes"] if "late" in one}


def test_a_visit_of_half_a_year_ago_is_told_and_one_of_last_week_is_not(root: Path) -> None:
    enter(root, "2021-03-01", visit("2020-09-01"), visit("2021-02-20"), visit("2021-01-30"))
    for style in ("text", "markdown"):
        text = said(root, "HEAD~1", "HEAD", "--format", style)
        assert text.count("补录 181 天") == 1 and text.count("补录（事情过去") == 1, style
        assert "走访联系 1 条，最久 181 天" in text
    assert late(root, "HEAD~1", "HEAD") == {"J0000001/2020-09-01/走访": 181}


def test_each_is_late_by_the_commit_that_brought_it(root: Path) -> None:
    """Over years of commits nothing is late for having been entered long ago."""
    enter(root, "2021-03-01", visit("2021-02-25"))
    enter(root, "2021-06-01", visit("2021-02-25"), visit("2021-03-01"))
    enter(root, "2025-06-01", visit("2021-02-25"), visit("2021-03-01"), visit("2025-05-30"))
    assert late(root, "HEAD~3", "HEAD") == {"J0000001/2021-03-01/走访": 92}
    write(
        root,
        tree_of(
            START
            | {"contacts": [OLD, visit("2021-02-25"), visit("2021-03-01"), visit("2025-05-30"), visit("2020-03-03")]}
        ),
    )
    days = (date.today() - date(2020, 3, 3)).days
    assert late(root, "HEAD~3") == {"J0000001/2021-03-01/走访": 92, "J0000001/2020-03-03/走访": days}


def test_a_merge_brings_it_on_the_day_of_the_merge(root: Path) -> None:
    run(root, "switch", "-q", "-c", "songshen/1")
    enter(root, "2021-02-01", visit("2021-01-20"))
    run(root, "switch", "-q", "main")
    clock = {f"GIT_{role}_DATE": "2021-05-01T12:00:00+0800" for role in ("AUTHOR", "COMMITTER")}
    command = ["git", "merge", "-q", "--no-ff", "-m", "合并", "songshen/1"]
    subprocess.run(command, cwd=root, check=True, env=os.environ | clock)
    assert late(root, "HEAD~1", "HEAD") == {"J0000001/2021-01-20/走访": 101}


def test_what_a_resource_began_with_is_not_late(root: Path) -> None:
    enter(root, "2021-03-01", complaints=[{"complaint_no": "T202001", "received_on": "2020-01-05", "channel": "12317"}])
    assert late(root, "HEAD~1", "HEAD") == {}
    rows = [{"complaint_no": f"T20200{n}", "received_on": "2020-01-05", "channel": "12317"} for n in (1, 2)]
    enter(root, "2021-04-01", complaints=rows)
    assert late(root, "HEAD~1", "HEAD") == {"T202002": 452}


def test_a_forged_date_of_the_commit_makes_nothing_less_late(root: Path) -> None:
    enter(root, "2021-03-01")
    enter(root, "2020-09-02", visit("2020-09-01"))
    assert late(root, "HEAD~1", "HEAD") == {"J0000001/2020-09-01/走访": 181}


@pytest.mark.parametrize("day", ["", "昨天", "2020-13-45", "0000-00-00", "9999-12-31"])
def test_a_day_that_is_none_is_not_judged(root: Path, day: str) -> None:
    enter(root, "2021-03-01", visit(day))
    assert late(root, "HEAD~1", "HEAD") == {}


def test_many_are_one_line_on_top(root: Path) -> None:
    days = [(date(2020, 3, 1) + timedelta(days=n)).isoformat() for n in range(120)]
    enter(root, "2021-03-01", *map(visit, days))
    for style in ("text", "markdown"):
        first = said(root, "HEAD~1", "HEAD", "--format", style).split("\n")[:40]
        assert any("走访联系 120 条，最久 365 天" in line for line in first), style


def test_audit_has_the_same_days(root: Path, tmp_path: Path) -> None:
    enter(root, "2021-03-01", visit("2020-09-01"), visit("2021-02-20"))
    done = CliRunner().invoke(audit, ["--question", "backdated"], obj=root)
    assert done.exit_code == 0 and "J0000001/2020-09-01/走访  181" in done.output and "2021-02-20" not in done.output


def test_every_date_of_business_is_a_field() -> None:
    resources = project_descriptor().resources
    assert all(resources[name].schema.field(field).type == "date" for name, field in business_dates().items())
