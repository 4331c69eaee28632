"""Typed status, class, cause and relief become dated memberships: every value reads as before, and nothing is made twice."""

from __future__ import annotations

import random

import pytest

from gongshi.package import load, read_descriptor
from gongshi.repository import MemoryTree
from gongshi.review.stepping import agreed, stepped
from support import ROOT, DictTree, rounds, tree_of

PLACE = "records/townships/changle/memberships.csv"
CASE = "Z2014-00001"
Rows = dict[str, list[dict[str, str]]]


def county(**rows: list[dict[str, str]]) -> DictTree:
    """A ledger under today's dictionary with the kinds of membership that every county begins with."""
    tree = tree_of({"county": [{"county_code": "990101000000", "name": "测县"}], **rows})
    kinds = "records/county/membership-kinds.csv"
    return DictTree(tree.files | {kinds: (ROOT / kinds).read_bytes()})


def home(number: int, **cells: str) -> dict[str, str]:
    return {
        "household_no": f"H{number:07}",
        "village_code": "990101100001",
        "population": "1",
        "identified_on": "2014-05-27",
        **cells,
    }


def person(number: int, of: int, **cells: str) -> dict[str, str]:
    return {"member_no": f"M{number:08}", "household_no": f"H{of:07}", "birth_ym": "1980-01", **cells}


def event(number: int, day: str, name: str, case: str = CASE) -> dict[str, str]:
    return {"household_no": f"H{number:07}", "occurred_on": day, "event": name, "case_id": case}


def watch(number: int, day: str, **cells: str) -> dict[str, str]:
    what = {"category": "脱贫不稳定户", "risk_1": "因病", "case_id": CASE}
    return {"monitoring_id": f"W{number:06}", "household_no": f"H{number:07}", "identified_on": day, **what, **cells}


def after(tree: DictTree) -> DictTree:
    return DictTree(tree.files | stepped(tree))


def spans(tree: DictTree, *names: str) -> list[tuple[str, ...]]:
    with load(tree, ["memberships"]) as database:
        cells = ", ".join(names or ("household_no", "member_no", "kind", "started_on", "ended_on", "end_reason"))
        return database.sql(f"SELECT {cells} FROM raw.memberships ORDER BY membership_id")


def read(tree: DictTree) -> dict[str, list[tuple]]:
    """All cells of all households, persons and judgements as they are read."""
    with load(tree, ["households", "members", "monitoring"]) as database:
        return {
            name: database.sql(f"SELECT * EXCLUDE rowid FROM {database.text_of(name)} ORDER BY 1")
            if name in database.told
            else database.sql(f"SELECT * FROM raw.{name} ORDER BY 1")
            for name in ("households", "members", "monitoring")
        }


def test_events_become_spans_that_follow_one_another() -> None:
    tree = county(
        households=[
            home(1, poverty_status="返贫", household_class="扶贫户", main_cause="因病", exit_year="2016", return_year="2018"),
            home(2, poverty_status="已销号", household_class="五保户", main_cause="因残"),
        ],
        **{
            "status-events": [
                event(1, "2014-05-27", "识别"), event(1, "2016-12-01", "脱贫", "Z2016-00001"), event(1, "2018-02-01", "返贫", "Z2018-00001"),
                event(2, "2014-05-27", "识别"), event(2, "2019-03-01", "核减", "Z2019-00001"),
            ]
        },
    )  # fmt: skip
    assert spans(after(tree), "household_no", "kind", "started_on", "ended_on", "end_reason", "case_id", "reason") == [
        ("H0000001", "建档立卡贫困户", "2014-05-27", "2016-12-01", "脱贫", CASE, ""),
        ("H0000001", "扶贫户", "2014-05-27", "2021-01-01", "转为另一种", CASE, ""),
        ("H0000001", "脱贫户", "2016-12-01", "2018-02-01", "返贫", "Z2016-00001", ""),
        ("H0000001", "返贫户", "2018-02-01", "", "", "Z2018-00001", "因病"),
        ("H0000002", "五保户", "2014-05-27", "2019-03-01", "核减", CASE, ""),
        ("H0000002", "建档立卡贫困户", "2014-05-27", "2019-03-01", "核减", CASE, "因残"),
    ]  # fmt: skip
    assert read(after(tree)) == read(tree)
    with load(after(tree), ["households"]) as database:
        assert database.sql("SELECT DISTINCT poverty_status, household_class, main_cause FROM raw.households") == [
            ("", "", "")
        ]


def test_relief_is_a_persons_since_the_household_or_the_person_is_on_record() -> None:
    people = [
        person(1, 1, dibao="农村低保", tekun="不享受"), person(2, 1, dibao="未享受", tekun="农村特困", birth_ym="2019-08"),
        person(3, 1, dibao="农村低保", tekun="不享受", life_status_ym="2017-03"), person(4, 1, dibao="未享受", tekun="不享受"),
    ]  # fmt: skip
    tree = county(households=[home(1)], members=people)
    assert spans(after(tree), "member_no", "kind", "started_on") == [
        ("M00000001", "农村低保", "2014-05-27"), ("M00000003", "农村低保", "2017-03-01"), ("M00000002", "农村特困", "2019-08-01"),
    ]  # fmt: skip
    assert read(after(tree)) == read(tree)
    with load(after(tree), ["members"]) as database:
        assert database.sql("SELECT DISTINCT dibao, tekun FROM raw.members") == [("", "")]


@pytest.mark.parametrize(
    ("row", "as_of", "wanted"),
    [
        (watch(1, "2019-09-03"), "2020-06-30", [("脱贫监测户", "2020-03-20", "", "")]),
        (watch(1, "2020-05-03"), "2020-06-30", [("脱贫监测户", "2020-05-03", "", "")]),
        (watch(1, "2019-09-03", removed_on="2020-03-01"), "2020-06-30", []),
        (watch(1, "2020-05-03", category="边缘易致贫户", removed_on="2020-12-01"), "", [("边缘户", "2020-05-03", "2020-12-01", "风险消除")]),
        (watch(1, "2020-05-03"), "", [("脱贫监测户", "2020-05-03", "2021-05-14", "转为另一种"), ("脱贫不稳定户", "2021-05-14", "", "")]),
        (watch(1, "2022-05-03", category="突发严重困难户"), "", [("突发严重困难户", "2022-05-03", "", "")]),
        (watch(1, "2020-05-03", category="突发严重困难户"), "", [("突发严重困难户", "2021-05-14", "", "")]),
        (watch(1, "2020-05-03", removed_on="2022-01-01"), "",
         [("脱贫监测户", "2020-05-03", "2021-05-14", "转为另一种"), ("脱贫不稳定户", "2021-05-14", "2022-01-01", "风险消除")]),
    ],
)  # fmt: skip
def test_monitoring_has_the_words_of_its_days(row: dict[str, str], as_of: str, wanted: list[tuple[str, ...]]) -> None:
    card = {"county_code": "990101000000", "name": "测县", "as_of": as_of}
    tree = county(households=[home(1)], monitoring=[row], county=[card])
    assert spans(after(tree), "kind", "started_on", "ended_on", "end_reason") == wanted


def test_what_rows_do_not_give_stays_typed() -> None:
    typed = home(1, poverty_status="已脱贫", household_class="扶贫户", main_cause="因病", identified_on="")
    tree = county(households=[typed], members=[person(1, 1, dibao="农村低保")])
    assert spans(after(tree)) == [] and read(after(tree)) == read(tree)
    with load(after(tree), ["households", "members"]) as database:
        assert database.sql("SELECT poverty_status, household_class, main_cause FROM raw.households") == [
            ("已脱贫", "扶贫户", "因病")
        ]
        assert database.sql("SELECT dibao FROM raw.members") == [("农村低保",)]


def test_what_was_registered_stands_and_the_second_time_nothing_is_done() -> None:
    known = {"membership_id": "R0000041", "household_no": "H0000001", "kind": "脱贫户", "started_on": "2017-01-01"}
    tree = county(
        households=[home(1, poverty_status="已脱贫", household_class="扶贫户")],
        memberships=[known],
        **{"status-events": [event(1, "2014-05-27", "识别"), event(1, "2016-12-01", "脱贫")]},
    )
    assert spans(after(tree), "membership_id", "kind", "started_on") == [
        ("R0000041", "脱贫户", "2017-01-01"), ("R0000042", "扶贫户", "2014-05-27"),
    ]  # fmt: skip
    assert stepped(after(tree)) == {}


STATES = {"识别": "未脱贫", "脱贫": "已脱贫", "返贫": "返贫", "核减": "已销号"}


@pytest.mark.parametrize("seed", range(rounds(15, 300)))
def test_every_value_of_every_household_and_person_reads_as_before(seed: int) -> None:
    draw = random.Random(seed)
    homes, people, events, watched = [], [], [], []
    for number in range(1, 8):
        status = ""
        for year, name in zip(range(2014, 2021), draw.sample(list(STATES), draw.randrange(4)), strict=False):
            events.append(event(number, f"{year}-0{draw.randrange(1, 10)}-11", name))
            status = STATES[name]
        status = draw.choice([status, status, status, "未脱贫", ""])
        cause = draw.choice(["", "因病", "因学"])
        cells = {
            "poverty_status": status,
            "main_cause": cause,
            "household_class": draw.choice(["", "扶贫户", "五保户"]),
        }
        homes.append(home(number, **cells, **({"identified_on": ""} if draw.random() < 0.2 else {})))
        relief = draw.choice([("农村低保", "不享受"), ("未享受", "农村特困"), ("未享受", "不享受"), ("城市低保", "")])
        people.append(person(number, number, dibao=relief[0], tekun=relief[1]))
        if draw.random() < 0.4:
            watched.append(watch(number, f"20{draw.randrange(19, 24)}-04-01"))
    tree = county(households=homes, members=people, monitoring=watched, **{"status-events": events})
    before, now = read(tree), read(after(tree))
    for name in before:
        pairs = zip(before[name], now[name], strict=True)  # a cell that was empty may be known now
        assert [old for old, new in pairs if any(one not in ("", two) for one, two in zip(old, new, strict=True))] == []
    assert stepped(after(tree)) == {}


def test_a_judgement_is_emptied_of_what_its_membership_says() -> None:
    tree = county(
        households=[home(1), home(2)],
        monitoring=[watch(1, "2023-04-01", removed_on="2024-05-01"), watch(2, "2019-04-01")],
    )
    made = after(tree)
    with load(made, ["monitoring"]) as database:
        query = "SELECT category, risk_1, case_id, removed_on FROM {}monitoring ORDER BY monitoring_id"
        assert database.sql(query.format("raw."))[0] == ("", "", "", "")
        assert [*map(str, database.sql(query.format(""))[0])] == ["脱贫不稳定户", "因病", CASE, "2024-05-01"]
        assert database.sql(query.format("raw."))[1][:3] == ("脱贫不稳定户", "因病", CASE), (
            "it began under another name"
        )


def test_a_reviewer_tells_rows_of_the_step_from_rows_put_in_with_them() -> None:
    tree = county(
        households=[home(1, poverty_status="未脱贫"), home(2)], **{"status-events": [event(1, "2014-05-27", "识别")]}
    )
    made = after(tree)
    assert PLACE in agreed(tree, made)
    forged = DictTree(made.files | {PLACE: made.files[PLACE].replace(b"2014-05-27", b"2013-05-27")})
    added = DictTree(made.files | {PLACE: made.files[PLACE] + "R0000099,H0000002,,脱贫户,2016-01-01,,,,,,\n".encode()})
    assert PLACE not in agreed(tree, forged) and PLACE not in agreed(tree, added)
    assert read_descriptor(MemoryTree(made.files)).problems == ()


@pytest.mark.parametrize(("as_of", "wanted"), [("2020-06-30", ("", "")), ("", ("2021-01-01", "转为另一种"))])
def test_the_four_classes_end_with_their_last_day(as_of: str, wanted: tuple[str, str]) -> None:
    card = {"county_code": "990101000000", "name": "测县", "as_of": as_of}
    tree = county(households=[home(1, household_class="扶贫户")], county=[card])
    assert spans(after(tree), "kind", "started_on", "ended_on", "end_reason") == [("扶贫户", "2014-05-27", *wanted)]
    assert read(after(tree)) == read(tree)
