"""A notice and what it is about name each other."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from gongshi.disclosure.linking import links
from gongshi.package import load
from gongshi.repository import MemoryTree
from today.county import county_descriptor, county_files, rows
from today.test_cases import CASE, joined, never_poor

PROJECT = {
    "project_id": "990202-2026-CY-0001",
    "name": "2026年东一村养殖项目",
    "year": "2026",
    "township_code": "990202100000",
}


def linked(kind: str, case_id: str = "", projects: tuple[str, ...] = (), **given: str) -> dict[str, str]:
    """The files that a notice G2026-00009 changes, as text."""
    watched = never_poor()
    watched["case-steps"] = [step | {"notice_id": given.get("step", "")} for step in watched["case-steps"]]
    project = PROJECT | {"notice_before": given.get("before", "")}
    tree = MemoryTree(county_files(joined(rows(1), watched, {"projects": [project]})))
    notice = SimpleNamespace(notice_id="G2026-00009", notice_kind=kind, case_id=case_id)
    with load(tree, descriptor=county_descriptor()) as database:
        return {path: data.decode() for path, data in links(tree, database, notice, projects).items()}


def test_the_step_of_the_case_gets_the_number_and_keeps_the_rest() -> None:
    ((path, text),) = linked("监测公示", CASE).items()
    assert path.endswith(f"{CASE}.yaml") and text.count("G2026-00009") == 1
    (line,) = [line for line in text.splitlines() if "G2026-00009" in line]
    assert "村内公示" in line and "2026-06-12" in line and text.count("step:") == 8


@pytest.mark.parametrize(("kind", "field"), [("实施前公示", "notice_before"), ("竣工后公示", "notice_after")])
def test_the_project_gets_the_number(kind: str, field: str) -> None:
    ((_, text),) = linked(kind, projects=(PROJECT["project_id"],)).items()
    assert f"{field}: G2026-00009" in text


def test_what_already_names_a_notice_or_is_none_of_it_stays() -> None:
    assert linked("监测公示", CASE, step="G2026-00001") == {}
    assert linked("实施前公示", projects=(PROJECT["project_id"],), before="G2026-00001") == {}
    assert linked("年度计划公告", projects=(PROJECT["project_id"],)) == {}
