"""What a household or person is lies in dated memberships; poverty status, 低保 and 特困 are read from them."""

from __future__ import annotations

import pytest

from gongshi.model import Severity
from gongshi.package import load
from gongshi.repository import MemoryTree
from today.county import Rows, county_descriptor, county_files, membership, rows
from today.test_cases import DAY, errors, found, joined


def read(given: Rows, query: str) -> list[tuple]:
    with load(MemoryTree(county_files(given)), descriptor=county_descriptor()) as database:
        return database.sql(query)


def with_memberships(*given: dict[str, str]) -> Rows:
    return rows(2) | {"memberships": list(given)}


STATUS = "SELECT poverty_status FROM households WHERE household_no = 'H0000001'"


@pytest.mark.parametrize(
    ("spans", "status"),
    [
        ([], None),
        ([("建档立卡贫困户", "2014-05-27", "")], "未脱贫"),
        ([("建档立卡贫困户", "2014-05-27", "2019-12-10"), ("脱贫户", "2019-12-10", "")], "已脱贫"),
        ([("脱贫户", "2019-12-10", ""), ("建档立卡贫困户", "2014-05-27", "2019-12-10")], "已脱贫"),
        ([("脱贫户", "2016-12-10", "2018-02-01"), ("返贫户", "2018-02-01", "")], "返贫"),
        ([("脱贫户", "2019-12-10", "2026-03-01")], "已销号"),
        ([("脱贫户", "2019-12-10", ""), ("边缘易致贫户", "2026-03-01", "2026-10-01")], "已脱贫"),
        ([("边缘易致贫户", "2026-03-01", "")], None),
    ],
)
def test_the_status_is_that_of_the_latest_membership(spans: list[tuple[str, str, str]], status: str | None) -> None:
    given = [membership(n, 1, kind, start, ended_on=end) for n, (kind, start, end) in enumerate(spans, 1)]
    assert read(with_memberships(*given), STATUS) == [(status,)]


def test_a_person_has_what_the_open_membership_says() -> None:
    given = [
        membership(1, 1, "农村低保", "2022-01-01", member_no="M00000001"),
        membership(2, 1, "农村低保", "2022-01-01", member_no="M00000002", ended_on="2023-01-01"),
        membership(3, 1, "农村特困", "2022-01-01", member_no="M00000003"),
    ]
    query = "SELECT member_no, dibao, tekun FROM members WHERE household_no = 'H0000001' ORDER BY 1"
    assert read(with_memberships(*given), query) == [
        ("M00000001", "农村低保", "不享受"), ("M00000002", "未享受", "不享受"), ("M00000003", "未享受", "农村特困"),
    ]  # fmt: skip


def test_a_part_of_the_ledger_brings_what_its_values_come_from() -> None:
    tree = MemoryTree(county_files(rows(1)))
    with load(tree, ["households"], county_descriptor()) as database:
        assert database.sql(STATUS) == [("已脱贫",)]


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [("poverty_status", "未脱贫", True), ("poverty_status", "已脱贫", False), ("poverty_status", "", False)],
)
def test_what_is_typed_beside_the_membership_must_agree(field: str, typed: str, told: bool) -> None:
    given = rows(2)
    given["households"][0][field] = typed
    said = [one for one in found(given, DAY, "m-order") if one.code == "derived"]
    assert bool(said) == told
    if told:
        assert (said[0].field, said[0].key, said[0].severity) == (field, ("H0000001",), Severity.ERROR)


@pytest.mark.parametrize(
    ("rule", "spans"),
    [
        ("m-overlap", [("边缘易致贫户", "2022-02-02", "", ""), ("边缘易致贫户", "2023-01-01", "", "")]),
        ("m-order", [("脱贫户", "2022-02-02", "2022-02-01", "")]),
        ("m-kind-from", [("防止返贫致贫对象", "2026-02-02", "", "")]),
        ("m-kind-to", [("边缘户", "2021-05-14", "", "")]),
        ("m-household", [("农村低保", "2022-02-02", "", "M00000004")]),
        ("m-holder", [("低保边缘", "2022-02-02", "", "M00000001")]),
    ],
)
def test_memberships_that_cannot_be_are_errors(rule: str, spans: list[tuple[str, str, str, str]]) -> None:
    given = [
        membership(n, 1, kind, start, ended_on=end, member_no=who) for n, (kind, start, end, who) in enumerate(spans, 1)
    ]
    assert any(one.startswith(f"{rule} ") for one in errors(with_memberships(*given), DAY, rule))


def test_a_kind_is_one_of_the_countys_list_and_the_county_may_add_its_own() -> None:
    strange = with_memberships(membership(1, 1, "本县低收入户", "2024-01-01"))
    assert any(one.startswith("foreign-key") for one in errors(strange, DAY, "m-order"))
    own = {"kind": "本县低收入户", "holder": "户", "basis": "测府〔2024〕1号", "verified": "是"}
    assert errors(joined(strange, {"membership-kinds": [own]}), DAY, "m-order", "m-holder") == []


@pytest.mark.parametrize(
    ("base", "multiple", "amount"), [("9780.00", "2.00", "19560.00"), ("6960.00", "1.50", "10440.00")]
)
def test_a_line_may_be_a_multiple_of_the_dibao_standard(base: str, multiple: str, amount: str) -> None:
    common = {"place": "全县", "year": "2024", "income_measure": "人均纯收入", "verified": "否"}
    lines = [
        common | {"line_kind": "监测线", "multiple": multiple},
        common | {"line_kind": "农村低保标准", "amount": base},
    ]
    given = joined(rows(1), {"lines": lines})
    said = read(given, "SELECT amount::VARCHAR FROM lines WHERE line_kind = '监测线' AND year = 2024")
    assert said == [(amount,)]
    given["lines"] = lines[:1]
    assert any(one.startswith("l-amount ") for one in errors(given, DAY, "l-amount"))


def test_a_derivation_that_leads_nowhere_is_told_and_derives_nothing() -> None:
    files = county_files(rows(1))
    path = "records/schemas/households.yaml"
    files[path] = files[path].replace(b"kind.poverty_status", b"kind.nothing")
    with load(MemoryTree(files)) as database:
        assert any("kind.nothing" in one.message for one in database.descriptor.problems)
        assert database.sql(STATUS) == [(None,)]
    files[path] = files[path].replace(b"match: {household_no: household_no}, ", b"")
    with load(MemoryTree(files)) as database:
        assert any("derive" in one.message for one in database.descriptor.problems)


WATCH = "SELECT category, risk_1, case_id, removed_on::VARCHAR FROM monitoring"


def watched(**cells: str) -> Rows:
    """A household whose membership alone says what its judgement is about."""
    judged = {
        "monitoring_id": "W000001",
        "household_no": "H0000001",
        "identified_on": "2026-03-15",
        "per_capita": "8000.00",
    }
    being = membership(2, 1, "防止返贫致贫对象", "2026-03-15", case_id="Z2026-00001", risk_1="因学", **cells)
    return with_memberships(membership(1, 1, "脱贫户", "2019-12-10"), being) | {"monitoring": [judged]}


def test_a_judgement_says_nothing_of_what_its_membership_says() -> None:
    said = ("防止返贫致贫对象", "因学", "Z2026-00001")
    assert read(watched(), WATCH) == [(*said, None)]
    assert read(watched(ended_on="2026-10-11", end_reason="风险消除"), WATCH) == [(*said, "2026-10-11")]
    assert read(watched(ended_on="2026-10-11", end_reason="转为另一种"), WATCH) == [(*said, None)], (
        "it goes on under another name"
    )


@pytest.mark.parametrize(
    ("other", "read_as"),
    [
        (membership(2, 1, "低保边缘", "2026-03-15", case_id="Z2026-00001", risk_1="因学"), None),
        (membership(2, 1, "农村低保", "2026-03-15", member_no="M00000001"), None),
        (membership(2, 1, "防止返贫致贫对象", "2026-03-16"), None),
        (membership(2, 2, "防止返贫致贫对象", "2026-03-15"), None),
        (membership(2, 1, "边缘易致贫户", "2026-03-15"), "边缘易致贫户"),
    ],
)
def test_it_reads_from_the_watched_kind_that_begins_on_its_day_alone(
    other: dict[str, str], read_as: str | None
) -> None:
    given = watched()
    given["memberships"][1] = other
    assert [row[0] for row in read(given, WATCH)] == [read_as]


def test_a_kind_that_its_list_does_not_know_is_not_read() -> None:
    given = watched()
    given["memberships"][1] = membership(2, 1, "脱贫监测户", "2020-06-15")
    given["monitoring"][0]["identified_on"] = "2020-06-15"
    assert read(given, "SELECT category FROM monitoring") == [(None,)]


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("category", "边缘易致贫户"),
        ("risk_1", "因病"),
        ("risk_2", ""),
        ("case_id", "Z2026-00002"),
        ("removed_on", "2026-10-12"),
    ],
)
def test_what_a_judgement_types_beside_its_membership_must_agree(field: str, typed: str) -> None:
    given = watched(ended_on="2026-10-11", end_reason="风险消除")
    given["monitoring"][0][field] = typed
    told = [(one.field, one.severity) for one in found(given, DAY, "m-order") if one.code == "derived"]
    assert told == ([(field, Severity.ERROR)] if typed else [])


@pytest.mark.parametrize("event", ["识别", "脱贫", "纳入监测", "风险消除"])
def test_an_event_that_memberships_say_has_its_home_there(event: str) -> None:
    row = {"household_no": "H0000001", "occurred_on": "2026-03-15", "event": event, "case_id": "Z2026-00001"}
    given = watched() | {"status-events": [row]}
    rules = ("m-event-status", "m-event-watch", "m-event-unwatch", "m-event-home")
    told = {one.rule for one in found(given, DAY, *rules) if one.code == "rule"}
    against = {"识别": {"m-event-status"}, "脱贫": {"m-event-status"}, "风险消除": {"m-event-unwatch"}}
    assert told == {"m-event-home"} | against.get(event, set())
