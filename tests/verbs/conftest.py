"""A small county in a Git repository: a township, a village, three households with pairings, a case, a project, money."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from exchange.conftest import ALLOCATION, HOUSEHOLD, MEMBER, division
from gongshi.package import load
from gongshi.repository import Git, MemoryTree, WorkTree
from gongshi.review.stepping import stepped
from gongshi.verbs import VERBS, Done, do
from support import ROOT, tree_of

TODAY = date(2020, 6, 30)
VILLAGE = "990101100001"
KINDS = "records/county/membership-kinds.csv"
PROJECT = {
    "project_id": "990101-2020-JS-0001", "name": "甲村道路", "year": "2020", "category": "村基础设施", "build_kind": "新建",
    "township_code": "990101100000", "owner_unit": "U001", "owner_post": "局长", "planned_start": "2020-03-01",
    "planned_end": "2020-06-01", "content": "道路1公里", "quantity": "1", "quantity_unit": "公里", "budget_total": "1000000.00",
    "benef_households": "30", "benef_persons": "90", "benef_poor_households": "3", "benef_poor_persons": "9",
    "goal_output": "1公里", "goal_benefit": "出行方便", "goal_satisfaction": "95.00", "in_plan": "是", "stage": "竣工",
}  # fmt: skip
NOTICE = {
    "notice_id": "G2020-00001", "notice_kind": "监测公示", "title": "甲村监测对象公示", "division_code": VILLAGE, "place": "村公示栏",
    "starts_on": "2020-06-20", "ends_on": "2020-06-25", "publisher_unit": "U001", "items": "1", "case_id": "Z2020-00001",
}  # fmt: skip


def rows() -> dict[str, list[dict[str, str]]]:
    homes = [HOUSEHOLD | {"household_no": f"H000000{n}"} for n in (1, 2, 3)]
    steps = [
        ("风险线索", "2020-06-10"),
        ("入户核实", "2020-06-12"),
        ("信息比对", "2020-06-14"),
        ("民主评议", "2020-06-16"),
    ]
    return {
        "county": [{"county_code": "990101000000", "name": "示例县", "example": "是", "as_of": "2020-06-30"}],
        "divisions": [
            division("990101000000", "示例县", "县", ""),
            division("990101100000", "古镇", "乡镇", "990101000000", "guzhen"),
            division(VILLAGE, "甲村", "村", "990101100000"),
        ],
        "villages": [{"village_code": VILLAGE}],
        "units": [{"unit_code": "U001", "name": "财政局", "unit_kind": "党政机关", "unit_level": "县"}],
        "helpers": [{
            "helper_no": f"B0000{n}", "name": "甲乙", "unit_code": "U001", "post": "科员", "helper_rank": "一般干部", "fiscal_paid": "是",
        } for n in (1, 2)],
        "documents": [{"doc_no": "示财〔2020〕1号", "title": "关于下达资金的通知"}],
        "households": homes,
        "members": [MEMBER | {"member_no": f"M0000000{n}", "household_no": f"H000000{n}"} for n in (1, 2, 3)],
        "pairings": [{
            "pairing_id": f"J000000{n}", "role": "帮扶责任人", "household_no": f"H000000{n}", "helper_no": "B00001", "started_on": "2016-01-01",
        } for n in (1, 2)],
        "status-events": [{"household_no": f"H000000{n}", "occurred_on": "2014-05-27", "event": "识别", "case_id": "Z2014-00001"} for n in (1, 2, 3)],
        "cases": [
            {"case_id": "Z2014-00001", "procedure": "识别", "village_code": VILLAGE, "opened_on": "2014-03-01", "closed_on": "2014-05-27", "result": "通过"},
            {"case_id": "Z2020-00001", "procedure": "纳入监测", "village_code": VILLAGE, "opened_on": "2020-06-10"},
        ],
        "case-steps": [{
            "case_id": "Z2020-00001", "step_no": str(n), "step": step, "level": "村", "done_on": on,
        } for n, (step, on) in enumerate(steps, 1)],
        "case-households": [{"case_id": "Z2020-00001", "household_no": "H0000001"}],
        "projects": [PROJECT],
        "project-stages": [{
            "project_id": PROJECT["project_id"], "stage": stage, "level": "县", "done_on": on, "by_unit": "U001",
        } for stage, on in (("开工", "2020-03-01"), ("竣工", "2020-06-10"))],
        "allocations": [ALLOCATION],
    }  # fmt: skip


def placed(path: str) -> str:
    """``tree_of`` puts all rows in the first file of a resource: here, those of the township."""
    return path.replace("townships/changle/", "townships/guzhen/") if path.endswith(".csv") else path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "账本"
    found = rows()
    files: dict[str, bytes] = {}
    for path, data in sorted(tree_of(found).files.items()):
        files.setdefault(path, data)
        if "townships/changle/" in path and data.count(b"\n") > 1:
            files[placed(path)] = data
            files[path] = data[: data.index(b"\n") + 1]
    for path in sorted(path for path in tree_of(found).files if "townships/guzhen" in path and path.endswith(".csv")):
        files.setdefault(path, tree_of(found).files[path])
    from gongshi.package import csv_bytes, document_of, read_descriptor, yaml_bytes

    descriptor = read_descriptor(tree_of(found))
    schema = descriptor.resources["allocations"].schema
    files["records/funds/2019/allocations.csv"] = csv_bytes(schema, [])
    files["records/funds/2020/allocations.csv"] = csv_bytes(schema, [[ALLOCATION.get(n, "") for n in schema.names]])
    path = "records/townships/guzhen/notices/2020/G2020-00001.yaml"
    files[path] = yaml_bytes(descriptor, document_of(descriptor, path), NOTICE, {})
    for name in ("procedures", "16-guzhen"):
        files[f"policies/{name}.yaml"] = (ROOT / f"policies/{name}.yaml").read_bytes()
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    git = Git(folder)
    git.run("init", "-q")
    git.run("add", "-A")
    git.run("-c", "user.name=t", "-c", "user.email=t@example.invalid", "commit", "-qm", "begin")
    return folder


@pytest.fixture
def act(root: Path):
    """``act("visit", subjects="H0000001")``: a verb done on the ledger."""

    def run(name: str, **values: str) -> Done:
        return do(root, VERBS[name], values, TODAY)

    return run


@pytest.fixture
def text(root: Path):
    """A file of the township."""
    return lambda name: (root / "records/townships/guzhen" / name).read_text("utf-8")


@pytest.fixture
def living(root: Path) -> Path:
    """The county after the declared step."""
    tree = WorkTree(root)
    files = {path: tree.read(path) for path in tree.paths("records/")} | {KINDS: (ROOT / KINDS).read_bytes()}
    for path, data in {KINDS: files[KINDS], **stepped(MemoryTree(files))}.items():
        (root / path).write_bytes(data)
    git = Git(root)
    git.run("add", "-A"), git.run("commit", "-q", "-m", "身份登记")
    return root


def spans(root: Path, household: str = "H0000001") -> list[tuple]:
    with load(WorkTree(root), ["memberships", "households"]) as database:
        query = "SELECT kind, started_on, ended_on, end_reason, case_id FROM raw.memberships WHERE household_no = ? AND kind <> '扶贫户'"
        return database.sql(f"{query} ORDER BY membership_id", [household])
