"""The example's last adjustments: a state between them is a whole ledger, and the last one is the county as committed."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from example.adjustments import PROJECT
from example.county import generate
from gongshi.checks import check_records
from gongshi.model import Severity
from gongshi.package import load
from gongshi.policy import judge
from gongshi.repository import WorkTree
from support import ROOT

STEP = 2  # the households have left, the project has been applied for and waits for its approval


@pytest.fixture(scope="module")
def middle(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("middle")
    generate(root, step=STEP)
    shutil.copytree(ROOT / "policies", root / "policies")
    return root


def test_a_middle_state_is_a_ledger_without_errors(middle) -> None:
    with load(WorkTree(middle)) as database:
        assert check_records(database) == []
        findings = judge(database, date(2020, 6, 30)).findings
        ((stage, planned),) = database.sql("SELECT stage, in_plan FROM projects WHERE project_id = ?", [PROJECT])
    assert len(findings) > 3, "the rules have run"
    assert [finding.message for finding in findings if finding.severity is Severity.ERROR] == []
    spoken = {finding.rule for finding in findings}
    assert {"p05-accepted", "p05-accepted-paid"} <= spoken, "one accepted project is still missing"
    assert (stage, planned) == ("入库", False)


def test_a_middle_state_differs_from_the_county_only_where_the_later_steps_touch_it(middle) -> None:
    def files(root: Path) -> dict[str, Path]:
        found = (path for path in (root / "records").rglob("*") if path.suffix in (".csv", ".yaml"))
        return {path.relative_to(root).as_posix(): path for path in found if path.parent.name != "figures"}

    made, kept = files(middle), files(ROOT)
    other = {path for path in made if made[path].read_bytes() != kept[path].read_bytes()}
    assert set(kept) - set(made) - {path for path in kept if "/mappings/" in path} == {
        "records/townships/changle/notices/2019/G2019-50024.yaml",
        "records/townships/changle/notices/2020/G2020-50052.yaml",
    }
    assert other == {
        "records/county/assets.csv",
        "records/county/documents.csv",
        "records/funds/2019/payments.csv",
        "records/funds/2020/payments.csv",
        "records/notices/2019/G2019-50019.yaml",
        f"records/projects/2019/{PROJECT}.yaml",
        "records/townships/changle/measures.csv",
    }
