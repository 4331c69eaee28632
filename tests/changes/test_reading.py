"""What memberships say of a household is told at the household: by diff, totals, history, show and the auditor's questions."""

from __future__ import annotations

import json
import random
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from changes.test_history import commit, run
from gongshi.changes.diff import compare
from gongshi.changes.digest import digest
from gongshi.changes.past import history, rows_in
from gongshi.changes.questions import question_tables
from gongshi.changes.rereading import read_versions, turns
from gongshi.changes.text import to_text
from gongshi.cli.history import history as history_command
from gongshi.cli.history import show
from gongshi.package import load
from gongshi.repository import Git
from support import DictTree, rounds, tree_of

KINDS = [
    {"kind": "建档立卡贫困户", "holder": "户", "poverty_status": "未脱贫", "basis": "方案", "verified": "否"},
    {"kind": "脱贫户", "holder": "户", "poverty_status": "已脱贫", "basis": "意见", "verified": "否"},
    {"kind": "返贫户", "holder": "户", "poverty_status": "返贫", "basis": "意见", "verified": "否"},
    {"kind": "边缘户", "holder": "户", "basis": "意见", "verified": "否"},
    {"kind": "农村低保", "holder": "人", "dibao": "农村低保", "basis": "办法", "verified": "否"},
    {"kind": "农村特困", "holder": "人", "tekun": "农村特困", "basis": "办法", "verified": "否"},
]
POOR, LEFT = ("建档立卡贫困户", "2014-05-27"), ("脱贫户", "2019-12-10")


def home(number: int, **cells: str) -> dict[str, str]:
    return {
        "household_no": f"H{number:07}",
        "village_code": "990101100001",
        "group_name": "1组",
        "population": "3",
        **cells,
    }


def span(number: int, of: int, kind: str, start: str, end: str = "", **cells: str) -> dict[str, str]:
    who = {"membership_id": f"R{number:07}", "household_no": f"H{of:07}", "kind": kind, "started_on": start}
    return who | {"ended_on": end, "end_reason": "脱贫" if end else "", **cells}


def county(
    homes: list[dict[str, str]], spans: list[dict[str, str]], people: list[dict[str, str]] | None = None
) -> DictTree:
    division = {"division_code": "990101100000", "name": "古镇", "level": "乡镇", "slug": "changle"}
    return tree_of(
        {
            "divisions": [division],
            "membership-kinds": KINDS,
            "households": homes,
            "members": people or [],
            "memberships": spans,
        }
    )


BEFORE = [span(1, 1, *POOR, reason="因病"), span(2, 2, *POOR, reason="因残")]
AFTER = [
    span(1, 1, *POOR, end="2019-12-10", reason="因病"), span(2, 2, *POOR, reason="因残"),
    span(3, 1, *LEFT, case_id="Z2019-00001"),
]  # fmt: skip
HOMES = [home(1), home(2)]


def cells_changed(before: DictTree, after: DictTree, resource: str = "households") -> list[tuple]:
    return [
        (change.key[0], item.field, item.before, item.after)
        for change in compare(before, after).changes
        if change.resource == resource
        for item in change.fields
    ]


def test_a_membership_that_takes_over_is_a_change_of_the_households_status() -> None:
    diff = compare(county(HOMES, BEFORE), county(HOMES, AFTER))
    assert cells_changed(county(HOMES, BEFORE), county(HOMES, AFTER)) == [
        ("H0000001", "poverty_status", "未脱贫", "已脱贫")
    ]
    (total,) = [total for total in diff.totals if "未脱贫" in total.measure]
    assert (total.group, total.before, total.after) == ("古镇", 2, 1)
    told = to_text(diff)
    assert "脱贫状态 未脱贫 → 已脱贫" in told and "H0000001" in told
    assert told.index("脱贫状态 未脱贫") < told.index("结束日期 空"), (
        "what it became stands before the rows that say so"
    )
    first = [line for line in "\n".join(digest(diff, ())).splitlines() if "H0000001" in line or "R0000003" in line]
    assert "脱贫状态 未脱贫 → 已脱贫" in first[0] and "脱贫户" in first[-1]


def test_cells_that_go_over_into_memberships_are_no_change() -> None:
    person = {"member_no": "M00000001", "household_no": "H0000001", "relation": "户主", "life_status": "正常"}
    others = [person | {"member_no": "M00000002", "relation": "配偶"}]
    typed = county(
        [home(1, poverty_status="已脱贫", main_cause="因病"), home(2, poverty_status="未脱贫", main_cause="因残")], [],
        [person | {"dibao": "农村低保", "tekun": "不享受"}, *({**o, "dibao": "未享受", "tekun": "不享受"} for o in others)],
    )  # fmt: skip
    moved = county(HOMES, [*AFTER, span(4, 1, "农村低保", "2018-01-01", member_no="M00000001")], [person, *others])
    diff = compare(typed, moved)
    assert {change.resource for change in diff.changes} == {"memberships"}
    assert not diff.totals
    ended = county(
        HOMES, [*AFTER, span(4, 1, "农村低保", "2018-01-01", "2020-01-01", member_no="M00000001")], [person, *others]
    )
    assert cells_changed(moved, ended, "members") == [("M00000001", "dibao", "农村低保", "未享受")]


def test_what_is_typed_stands_before_what_rows_say() -> None:
    typed = [home(1, poverty_status="返贫"), home(2)]
    assert cells_changed(county(typed, BEFORE), county(typed, AFTER)) == []


@pytest.mark.parametrize("seed", range(rounds(20, 300)))
def test_rows_read_from_files_and_by_the_database_say_the_same(seed: int) -> None:
    draw = random.Random(seed)
    kinds = [row["kind"] for row in KINDS]
    spans = []
    for number in range(draw.randrange(12)):
        begin = f"20{draw.randrange(14, 21)}-0{draw.randrange(1, 10)}-01"
        end = draw.choice(["", "", "2020-12-31", begin])
        who = {"member_no": f"M0000000{draw.randrange(1, 4)}"} if draw.random() < 0.5 else {}
        spans.append(
            span(
                number,
                draw.randrange(1, 4),
                draw.choice(kinds),
                begin,
                end,
                reason=draw.choice(["", "因病", "因学"]),
                **who,
            )
        )
    homes = [home(n, poverty_status=draw.choice(["", "", "返贫"])) for n in range(1, 4)]
    people = [
        {
            "member_no": f"M0000000{n}",
            "household_no": "H0000001",
            "relation": "户主",
            "dibao": draw.choice(["", "城市低保"]),
        }
        for n in range(1, 4)
    ]
    tree = county(homes, spans, people)
    with load(tree) as database:
        for name, fields in (("households", ("poverty_status", "main_cause")), ("members", ("dibao", "tekun"))):
            cells = ", ".join(fields)
            read = [tuple(row.get(field, "") for field in fields) for row in rows_in(tree, name)]
            assert database.sql(f"SELECT {cells} FROM {database.text_of(name)} ORDER BY rowid") == read
            typed = [
                tuple(cell or "" for cell in row) for row in database.sql(f"SELECT {cells} FROM {name} ORDER BY _row")
            ]
            assert typed == read


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A household that is poor, leaves, becomes poor again; typed at first, by memberships from the second commit on."""
    root = tmp_path_factory.mktemp("years")
    run(root, "init", "-q", "-b", "main")
    papers = "\n\nDoc-No: 测〔2020〕1号\nApproved-by: 某办"
    again = [
        *AFTER[:2],
        AFTER[2] | {"ended_on": "2020-05-01", "end_reason": "返贫"},
        span(4, 1, "返贫户", "2020-05-01"),
    ]
    states = [
        ("开始", [home(1, poverty_status="未脱贫"), home(2, poverty_status="未脱贫")], []),
        ("身份登记", HOMES, BEFORE),
        (f"脱贫{papers}", HOMES, AFTER),
        (f"人口{papers}", [home(1, population="4"), home(2)], AFTER),
        (f"返贫{papers}", [home(1, population="4"), home(2)], again),
    ]
    for day, (message, homes, spans) in enumerate(states, 1):
        commit(root, county(homes, spans), message, when=f"2020-07-{day:02}T12:00:00+0800")
    return root


def test_the_history_of_a_field_that_rows_fill(years: Path) -> None:
    result = CliRunner().invoke(
        history_command, ["households", "H0000001", "poverty_status", "--format", "json"], obj=years
    )
    (field,) = json.loads(result.output)["records"][0]["fields"]
    assert [(one["since"], one["value"]) for one in field["values"]] == [
        ("2020-07-01", "未脱贫"), ("2020-07-03", "已脱贫"), ("2020-07-05", "返贫"),
    ]  # fmt: skip
    with history(Git(years)) as past:
        versions = read_versions(past, "households", ("H0000001",))
        assert list(dict.fromkeys((one.cells["population"], one.cells["poverty_status"]) for one in versions)) == [
            ("3", "未脱贫"), ("3", "已脱贫"), ("4", "已脱贫"), ("4", "返贫"),
        ]  # fmt: skip
        found = [(turn.key[0], turn.before, turn.after) for turn in turns(past, "households", "poverty_status")]
        assert sorted(turn for turn in found if turn[1] is not None) == [
            ("H0000001", "已脱贫", "返贫"), ("H0000001", "未脱贫", "已脱贫"),
        ]  # fmt: skip


def test_a_record_is_shown_as_it_was_read_then(years: Path) -> None:
    for at, said in (("2020-07-02", "未脱贫"), ("2020-07-04", "已脱贫"), ("2020-07-06", "返贫")):
        result = CliRunner().invoke(show, ["households", "H0000001", "--at", at], obj=years)
        assert f"脱贫状态：{said}" in result.output


def test_the_auditors_questions_about_status(years: Path) -> None:
    git = Git(years)
    with history(git) as past:
        status, returned = question_tables(past, "", {}, date(2020, 7, 6), names=("status", "returned"))
    assert [(row[0], row[1], row[2], row[-1]) for row in status.rows] == [
        ("H0000001", "未脱贫", "已脱贫", "Z2019-00001"), ("H0000001", "已脱贫", "返贫", ""),
    ]  # fmt: skip
    assert [row[:4] for row in returned.rows] == [("H0000001", "2020-07-03", "2020-07-05", "返贫")]
