"""The line reader of documents: what it takes, YAML reads alike; and rows by file arrive as rows by list do."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongshi.package import database as loading
from gongshi.package import documents, load, yaml_bytes
from gongshi.package.documents import read_documents
from gongshi.package.flat import read_flat
from gongshi.repository import WorkTree
from support import ROOT, DictTree, project_descriptor, tree_of

CASE = "records/townships/guzhen/cases/2020/AJ2020-0001.yaml"
DOCUMENT = next(one for one in project_descriptor().documents if one.name == "case")
CELL = st.text(st.sampled_from('H0户, :#-{}[]"\n\\~&'), max_size=8) | st.sampled_from(["2020-01-02", "null", "7", "07"])
GOOD = yaml_bytes(
    project_descriptor(),
    DOCUMENT,
    {"case_id": "AJ2020-0001", "procedure": "退出", "opened_on": "2020-01-02"},
    {
        "steps": [{"step": "民主评议", "done_on": "2020-01-03"}, {"step": "村级核实", "done_on": "2020-01-09"}],
        "households": [{"household_no": "H0000001"}, {"household_no": "H0000002"}],
    },
)


def by_yaml(data: bytes, monkeypatch: pytest.MonkeyPatch) -> object:
    with monkeypatch.context() as patch:
        patch.setattr(documents, "read_flat", lambda *_: None)
        return read_documents(DictTree({CASE: data}), project_descriptor(), (CASE,))


def agrees(data: bytes, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the line reader takes ``data``; then it must be what YAML reads, canonical and without a finding."""
    taken = read_flat(project_descriptor(), DOCUMENT, data) is not None
    if taken:
        slow = by_yaml(data, monkeypatch)
        assert read_documents(DictTree({CASE: data}), project_descriptor(), (CASE,)) == slow
        assert not slow.uncanonical
    return taken


def test_a_canonical_document_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert agrees(GOOD, monkeypatch)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cells=st.lists(CELL, min_size=6, max_size=6))
def test_what_it_takes_yaml_reads_alike(cells: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    a, b, c, d, e, f = cells
    record = {"case_id": "AJ2020-0001", "procedure": a, "result": b}
    lists = {"steps": [{"step": c, "done_on": d}, {"step": e}], "households": [{"household_no": f}]}
    agrees(yaml_bytes(project_descriptor(), DOCUMENT, record, lists), monkeypatch)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(place=st.integers(0, len(GOOD) - 1), cut=st.integers(0, 3), put=st.binary(max_size=3) | CELL.map(str.encode))
def test_no_change_of_bytes_makes_it_err(place: int, cut: int, put: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    agrees(GOOD[:place] + put + GOOD[place + cut :], monkeypatch)


ROW = st.sampled_from(
    ["{step_no: 2}", "{step_no: 10}", "{step: a}", "{step: b}", "{step: b, done_on: 2020}", "{step: 甲}"]
)
LONG = st.lists(ROW, max_size=6).map(lambda rows: "".join(f"  - {row}\n" for row in rows))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    steps=LONG, numbers=st.lists(st.sampled_from(["1", "2", "10"]), max_size=4), more=st.sampled_from(["", "  - x\n"])
)
def test_rows_of_one_field_are_read_alike(steps: str, numbers: list[str], more: str, monkeypatch) -> None:
    households = "".join(f"  - {{household_no: {number}}}\n" for number in numbers)
    both = (f"steps:\n{steps}" if steps else "") + (f"households:\n{households}{more}" if numbers else "")
    agrees(f"case_id: AJ2020-0001\n{both}".encode(), monkeypatch)
    twice = f"case_id: AJ2020-0001\nhouseholds:\n{households}households:\n{households}"
    assert read_flat(project_descriptor(), DOCUMENT, twice.encode()) is None


def test_many_rows_of_one_field_need_no_look_at_each(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"household_no": f"H{number:07d}"} for number in range(5000)]
    data = yaml_bytes(project_descriptor(), DOCUMENT, {"case_id": "AJ2020-0001"}, {"households": rows})
    assert agrees(data, monkeypatch)
    flat = read_flat(project_descriptor(), DOCUMENT, data)
    assert len(flat.lists["households"]) == 1 and len(flat.columns["households"][1]) == 4999
    assert read_flat(project_descriptor(), DOCUMENT, data.replace(b"H0000007", b"H0000009")) is None


@pytest.mark.parametrize(
    "change",
    [
        (b"procedure", b"procedures"),
        (b"opened_on: 2020-01-02\n", b"opened_on: 2020-01-02\nopened_on: 2020-01-02\n"),
        (b"H0000001}", b"H0000001, case_id: AJ2020-0001}"),
        (b"H0000001", b"H0000003"),
        (b"H0000001", b"H0000001 "),
        (b"households:\n", b"houses:\n"),
        (b"households:\n  - {", b"households:\n  -  {"),
    ],
)
def test_anything_else_is_left_to_yaml(change: tuple[bytes, bytes]) -> None:
    assert GOOD.count(change[0]) == 1
    assert read_flat(project_descriptor(), DOCUMENT, GOOD.replace(*change)) is None


def test_the_example_reads_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = WorkTree(ROOT)
    paths = tuple(path for path in tree.paths("records/") if "/2019/" in path or "/county/" in path)
    fast = read_documents(tree, project_descriptor(), paths)
    monkeypatch.setattr(documents, "read_flat", lambda *_: None)
    assert fast == read_documents(tree, project_descriptor(), paths)


@pytest.mark.parametrize("cell", ["H0000002", " H2 ", "H,2", 'H"2', "", "户\\N"])
def test_rows_by_file_arrive_as_they_are(cell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"case_id": "AJ2020-0001", "household_no": number} for number in ("H0000001", cell, "H0000003")]
    monkeypatch.setattr(loading, "CHUNK", 1)
    with load(tree_of({"cases": [{"case_id": "AJ2020-0001"}], "case-households": rows})) as database:
        found = database.sql('SELECT household_no FROM raw."case-households" ORDER BY rowid')
    assert sorted(found) == sorted([("H0000001",), (cell,), ("H0000003",)])
