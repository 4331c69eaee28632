"""In a county that lives by memberships an event ends and begins them; no status is typed beside them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gongshi.lookup.grid import grid
from gongshi.package import load
from gongshi.repository import WorkTree, take_back
from gongshi.verbs import VERBS, Edit, Flawed, amend, do
from support import ROOT
from today.county import made, rows
from today.test_cases import CASE, joined, never_poor

from .conftest import KINDS, TODAY, spans
from .test_verbs import changed, sound


def status(root: Path) -> tuple:
    with load(WorkTree(root), ["households"]) as database:
        ((read, typed, year),) = database.sql(
            "SELECT h.poverty_status, r.poverty_status, h.exit_year FROM households h JOIN raw.households r ON r.rowid = h._row "
            "WHERE h.household_no = 'H0000001'"
        )
    return read, typed, year


POOR = ("建档立卡贫困户", "2014-05-27", "", "", "Z2014-00001")


def test_an_exit_ends_one_membership_and_begins_the_next(living, act, text) -> None:
    assert spans(living) == [POOR] and status(living) == ("未脱贫", "", None)
    act("case-new", procedure="退出", households="H0000001", village="990101100001", on="2020-06-01")
    done = act("event", event="脱贫", households="H0000001", case="Z2020-00002", on="2020-06-20")
    left = [(*POOR[:2], "2020-06-20", "脱贫", POOR[4]), ("脱贫户", "2020-06-20", "", "", "Z2020-00002")]
    assert spans(living) == left and status(living) == ("已脱贫", "", 2020)
    sound(living)
    act("case-new", procedure="返贫", households="H0000001", village="990101100001", on="2020-06-21")
    act("event", event="返贫", households="H0000001", case="Z2020-00003", on="2020-06-25")
    assert spans(living)[1:] == [
        ("脱贫户", "2020-06-20", "2020-06-25", "返贫", "Z2020-00002"),
        ("返贫户", "2020-06-25", "", "", "Z2020-00003"),
    ]
    assert status(living)[:2] == ("返贫", "")
    assert "脱贫" not in text("status-events.csv") and "返贫" not in text("status-events.csv"), "it is said once"
    sound(living)
    for _ in range(4):
        undone = take_back(living).what
    assert undone.startswith("立案卷") and done.told and spans(living) == [POOR] and changed(living) == ""


def test_who_leaves_the_list_is_nothing_any_more(living, act, text) -> None:
    act("case-new", procedure="更正", households="H0000001", village="990101100001", on="2020-06-01")
    act("event", event="核减", households="H0000001", case="Z2020-00002", on="2020-06-20")
    assert spans(living) == [(*POOR[:2], "2020-06-20", "核减", POOR[4])] and status(living) == ("已销号", "", None)
    assert "H0000001,2020-06-20,核减,Z2020-00002," in text("status-events.csv"), (
        "which memberships do not say of a household"
    )
    with load(WorkTree(living), ["memberships"]) as database:
        assert database.sql(
            "SELECT count(*) FROM raw.memberships WHERE household_no = 'H0000001' AND ended_on = ''"
        ) == [(0,)]


def test_what_a_judgement_called_it_moves_into_the_membership(tmp_path) -> None:
    given = joined(rows(1), never_poor())
    given["memberships"] = given["memberships"][:1]
    given["cases"][0] |= {"closed_on": "", "result": "", "doc_no": ""}
    said = {"category": "边缘易致贫户", "risk_1": "因病", "case_id": CASE}
    given["monitoring"][0] |= {**said, "identified_on": "2026-06-14"}
    root, day = made(tmp_path / "县", given), date(2026, 6, 15)
    do(
        root,
        VERBS["case-close"],
        {"case": CASE, "result": "通过", "on": "2026-06-15", "doc": "测防返贫〔2026〕1号"},
        day,
    )
    with load(WorkTree(root)) as database:
        query = "SELECT kind, started_on, risk_1, case_id FROM raw.memberships WHERE household_no = 'H0000061'"
        assert database.sql(query) == [(said["category"], "2026-06-14", said["risk_1"], CASE)]
        assert database.sql("SELECT category, risk_1, case_id FROM raw.monitoring") == [("", "", "")]
        assert database.sql("SELECT category, risk_1, case_id FROM monitoring") == [tuple(said.values())]
        assert database.sql('SELECT count(*) FROM "status-events"') == [(0,)]


def test_which_kind_of_watched_household_it_is_must_be_said_where_there_are_several(living, act) -> None:
    act("notice-close", notice="G2020-00001", result="无异议", on="2020-06-26")
    told = act("event", event="纳入监测", households="H0000001", case="Z2020-00001", on="2020-06-20").told
    assert "1 户是哪一种身份看不出来" in told and spans(living) == [POOR]


def test_a_typed_status_stays_typed_where_there_are_no_memberships(root, act, text) -> None:
    (root / KINDS).write_bytes((ROOT / KINDS).read_bytes())
    act("case-new", procedure="退出", households="H0000001", village="990101100001", on="2020-06-01")
    act("event", event="脱贫", households="H0000001", case="Z2020-00002", on="2020-06-20")
    assert ",已脱贫,2020," in text("households.csv") and spans(root) == []


def test_a_grid_shows_what_memberships_say_and_takes_nothing_else_there(living, act) -> None:
    with load(WorkTree(living)) as database:
        table = grid(database, "households", "", lambda *_: "")
        at = [column.name for column in table.columns].index("poverty_status")
        assert {row[at] for row in table.rows} == {"未脱贫"}
    home, other = ("H0000001",), [Edit(("H0000001",), "poverty_status", "未脱贫", "已脱贫")]
    with pytest.raises(Flawed) as refused:
        amend(living, "households", other, TODAY)
    assert "由“身份”定" in str(refused.value) and changed(living) == ""
    same = [Edit(home, "poverty_status", "未脱贫", "未脱贫"), Edit(home, "group_name", "4组", "6组")]
    amend(living, "households", same, TODAY)
    assert status(living)[:2] == ("未脱贫", "") and changed(living).count("households.csv") == 1
