"""The whole year of a new county of today, as its clerk walks it: no error at the end that its data does not deserve.

``make nightly``: about seventy commands, a minute of one core. The phase before it is in ``tests/today/test_year.py``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gongshi.cli import gongshi
from gongshi.package import load
from gongshi.repository import WorkTree
from today.county import rows
from today.test_edition import old
from today.walk import Clerk, exit_, filled_in, people, visits, watch, work

HOUSEHOLDS, ROUNDS = 60, 14
DAY = "2026-11-28"


def test_a_year_from_new_to_verify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk = Clerk(tmp_path, monkeypatch)
    people(clerk, HOUSEHOLDS)
    clerk.commit("首批")
    watch(clerk)
    work(clerk)
    visits(clerk, HOUSEHOLDS, ROUNDS)
    notice = exit_(clerk)
    clerk.run("sheet", notice, "-o", str(tmp_path / "榜.html"))
    told = json.loads(clerk.run("check", "--on", DAY, "--format", "json"))
    assert [one["message"] for one in told["findings"] if one["severity"] == "error"] == []
    with load(WorkTree(clerk.folder)) as database:
        assert database.sql("SELECT count(*) FROM households") == [(60,)]
        assert database.sql("SELECT count(*) FROM members") == [(180,)]
        assert database.sql("SELECT count(*) FROM contacts") == [(840,)]
        assert database.sql('SELECT count(*) FROM "status-events"') == [(0,)], (
            "memberships alone say what a household is"
        )
        assert database.sql("SELECT category, risk_1, case_id, removed_on FROM raw.monitoring") == [("", "", "", "")]
        assert database.sql("SELECT sum(amount) FROM payments")[0][0] == 300000
        assert database.sql("SELECT stage, notice_before <> '' AND notice_after <> '' FROM projects") == [
            ("移交", True)
        ]
    clerk.commit("一年")
    clerk.run("build", "--on", DAY, "--out", str(tmp_path / "site"), "--log", str(tmp_path / "log"))
    done = CliRunner().invoke(
        gongshi, ["-C", str(clerk.folder), "verify", "--site", str(tmp_path / "site"), "--log", str(tmp_path / "log")]
    )
    assert done.exit_code == 0, done.output
    assert old(clerk.said) == [] and old((tmp_path / "榜.html").read_text("utf-8")) == []


def test_the_first_batch_of_a_county_that_is_filled_in_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until its ``complete_from`` what a new county lacks holds nothing up."""
    clerk, given = Clerk(tmp_path, monkeypatch), rows(3)
    filled_in(clerk, tmp_path / "远.git")
    for table in ("villages", "units", "helpers", "schools", "households", "members", "memberships"):
        named = (
            [row | {"姓名": f"测{'天地玄黄宇洪荒日月'[at]}"} for at, row in enumerate(given[table])]
            if table == "members"
            else given[table]
        )
        clerk.take_in(table, named)
    assert "补录期" in clerk.run("check")
    assert "songshen/" in clerk.run(
        "propose", "-m", "首批三户", "--basis", "村民代表会议记录", "--approved-by", "东镇人民政府"
    )
