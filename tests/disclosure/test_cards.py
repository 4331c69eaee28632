"""The papers for one reader: what a card says is what the records say, by hand; names only where a key opened them."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal

import pytest
from click.testing import CliRunner

from gongshi.cli import gongshi
from gongshi.disclosure import cards
from gongshi.disclosure.posted import RESOURCES, posted
from gongshi.model import GongshiError
from gongshi.package import load
from gongshi.repository import WorkTree
from gongshi.site.papers import cards_paper, notice_paper, visits_paper
from gongshi.verbs import Edit, amend
from verbs.conftest import TODAY, act, root

__all__ = ["act", "root"]

NAME = "".join(("岳", "广", "田"))
NAMES = {"M00000001": NAME}


@pytest.fixture
def paid(root, act):
    """A household that was visited and received money twice: once for all, once for one person."""
    act("visit", subjects="H0000001", on="2020-06-01", kind="走访")
    given = {
        "units": "1",
        "standard": "300",
        "allocation": "N2020-001",
        "project": "990101-2020-JS-0001",
        "on": "2020-06-10",
    }
    act("subsidy", benefit="产业奖补", subjects="H0000001 H0000002", period="2020", **given)
    act("subsidy", benefit="外出务工补贴", subjects="M00000001", period="2020-Q2", **given | {"on": "2020-06-11"})
    act("subsidy", benefit="产业奖补", subjects="H0000001", period="2021", **given | {"on": "2020-06-12"})
    return root


def test_a_card_says_what_the_records_say(paid) -> None:
    with load(WorkTree(paid), cards.RESOURCES) as database:
        made = cards.card(database, "H0000001", NAMES, TODAY)
        bare = cards.card(database, "H0000001", {}, TODAY)
        other = cards.card(database, "H0000003", NAMES, TODAY)
    assert (made.head, bare.head) == (NAME, "") and made.place == "古镇 甲村 4组" and made.population == 2
    assert made.kinds[0] == "未脱贫" and made.events == ((datetime.date(2014, 5, 27), "识别"),)
    assert made.helpers == (cards.Helper("甲乙", "帮扶责任人", "财政局", ""),)
    assert [(one.what, one.whom, one.amount) for one in made.paid] == [
        ("产业奖补（2020年）", "全家", Decimal("300.00")),
        ("外出务工补贴（2020年第二季度）", NAME, Decimal("300.00")),
        ("产业奖补（2021年）", "全家", Decimal("300.00")),
    ]
    assert made.total == Decimal("900.00") and bare.paid[1].whom == "户主"
    assert made.grounds == ("识别：案卷 Z2014-00001。",) and other.paid == () and other.helpers == ()
    text = cards_paper([made, bare, other])
    assert text.count('class="page') == 3 and text.count(NAME) == 2 and "900.00" in text and "还没有发到户的钱" in text
    assert "<script" not in text and "style=" not in text and not re.search(r"(?:src|href)=.http", text)


def test_a_list_of_visits_has_the_helpers_households_in_their_order(paid) -> None:
    amend(paid, "households", [Edit(("H0000001",), "group_name", None, "10组")], TODAY)
    with load(WorkTree(paid), cards.RESOURCES) as database:
        made = cards.visits(database, "B00001", NAMES, TODAY)
        none = cards.visits(database, "B00002", NAMES, TODAY)
    assert [(one.household_no, one.head, one.last, one.count) for one in made.rows] == [
        ("H0000002", "", None, 0),
        ("H0000001", NAME, datetime.date(2020, 6, 1), 1),
    ], "the tenth group comes after the fourth"
    assert none.rows == () and "没有结对的户" in visits_paper(none)
    assert "6月1日" in visits_paper(made) and "没有登记" in visits_paper(made)


def test_text_of_the_records_is_escaped(paid) -> None:
    amend(paid, "units", [Edit(("U001",), "name", None, "<script>alert(1)</script>")], TODAY)
    with load(WorkTree(paid), cards.RESOURCES) as database:
        text = cards_paper([cards.card(database, "H0000001", {"M00000001": "<b>甲</b>"}, TODAY)])
    assert "<script" not in text and "&lt;script&gt;" in text and "<b>甲" not in text


def test_a_notice_with_a_list_is_no_plain_notice_and_what_is_not_there_is_said(paid) -> None:
    with load(WorkTree(paid), {*cards.RESOURCES, *RESOURCES}) as database:
        for make in (
            lambda: posted(database, "G2020-00001"),
            lambda: posted(database, "G2020-09999"),
            lambda: cards.card(database, "H0000099", {}, TODAY),
            lambda: cards.visits(database, "B09999", {}, TODAY),
            lambda: cards.homes_of(database, "990101100009"),
        ):
            with pytest.raises(GongshiError):
                make()
        assert cards.homes_of(database, "990101100001") == ["H0000001", "H0000002", "H0000003"]


def test_a_plain_notice_has_its_projects(paid) -> None:
    place = paid / "records/townships/guzhen/notices/2020/G2020-00001.yaml"
    text = place.read_text("utf-8").replace("监测公示", "实施前公示").replace("case_id: Z2020-00001\n", "")
    place.write_text(text + "projects:\n  - {project_id: 990101-2020-JS-0001}\n", "utf-8")
    with load(WorkTree(paid), RESOURCES) as database:
        found = posted(database, "G2020-00001")
    assert [row[0] for row in found.rows] == ["甲村道路"] and "1,000,000.00" in notice_paper(found)


def test_the_commands_write_outside_the_ledger_alone(paid, tmp_path) -> None:
    def run(*words: str):
        return CliRunner().invoke(gongshi, ["-C", str(paid), *words], env={"HOME": str(tmp_path)})

    out = tmp_path / "卡.html"
    assert run("card", "H0000001", "-o", str(out)).exit_code == 0 and "900.00" in out.read_text("utf-8")
    done = run("card", "--village", "990101100001", "-o", str(out))
    assert "3 户" in done.output and "姓名留空" in done.output and out.stat().st_mode & 0o077 == 0
    assert run("visits", "B00001", "-o", str(out)).exit_code == 0
    for words in (
        ("card", "-o", str(out)),
        ("card", "H0000001", "-o", str(paid / "x.html")),
        ("card", "H9", "-o", str(out)),
    ):
        assert isinstance(run(*words).exception, GongshiError), words
    assert not (paid / "x.html").exists()
