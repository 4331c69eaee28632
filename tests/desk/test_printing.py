"""印: papers come with nothing of the desk around them, are told not to be kept, and hold names only while a key is open."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from desk.conftest import ask
from desk.test_pages import state

NAME = "".join(("岳", "广", "田"))


def test_papers_are_the_commands_and_their_style_alone_is_let_through(client, desk, root) -> None:
    from gongshi.disclosure import cards
    from gongshi.site.papers import cards_paper
    from verbs.conftest import TODAY

    before = state(root)
    answer = ask(client, "/print/card", "POST", data={"number": "H0000001"})
    assert answer.text == cards_paper([cards.card(desk.database(), "H0000001", {}, TODAY)])
    (style,) = re.findall("<style>(.*?)</style>", answer.text, re.DOTALL)
    policy = answer.headers["Content-Security-Policy"]
    assert f"style-src 'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}';" in policy
    assert "unsafe" not in policy and "script-src 'self'" in policy and answer.headers["Cache-Control"] == "no-store"
    assert "sha256" not in ask(client, "/print").headers["Content-Security-Policy"]
    assert ask(client, "/print/card", "POST", data={"number": "990101100001"}).text.count('class="page') == 3
    assert "H0000002" in ask(client, "/print/visits", "POST", data={"number": "B00001"}).text
    assert state(root) == before


def test_names_are_on_paper_only_while_a_key_is_open(client, desk) -> None:
    asked = {"number": "H0000001"}
    assert NAME not in ask(client, "/print/card", "POST", data=asked).text
    desk.identity, desk._names = object(), {"M00000001": NAME}
    assert NAME in ask(client, "/print/card", "POST", data=asked).text
    ask(client, "/key/lock", "POST")
    assert NAME not in ask(client, "/print/card", "POST", data=asked).text


@pytest.mark.parametrize(
    ("kind", "number", "said"),
    [
        ("card", "", "还没填"),
        ("card", "H0000099", "没有户"),
        ("visits", "B09999", "没有帮扶人"),
        ("sheet", "G2020-00001", "先打开钥匙"),
        ("notice", "G2020-00001", "公示榜"),
    ],
)
def test_what_cannot_be_printed_is_told_at_its_place(client, kind: str, number: str, said: str) -> None:
    answer = ask(client, f"/print/{kind}", "POST", data={"number": number})
    assert answer.status_code == 422 and said in answer.text and f'id="e-{kind}"' in answer.text
    assert ask(client, "/print/nothing", "POST").status_code == 404


def test_a_record_leads_to_its_paper(client) -> None:
    assert "/print?card=H0000001" in ask(client, "/record/households/H0000001").text
    assert 'value="H0000001"' in ask(client, "/print?card=H0000001").text
