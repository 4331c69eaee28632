"""审核 on the pages: a proposal seen, returned, sent again and accepted, as the commands do it."""

from __future__ import annotations

import threading

import pytest

from desk.conftest import HOST, ask
from exchange.clones import HOUSEHOLDS, change, clone, git, own_git, said
from exchange.conftest import DAY, root
from exchange.test_accepting import by, one_cell, reviewer, sent, signed
from gongshi.desk import reviewing
from gongshi.desk.app import make
from gongshi.desk.guarding import COOKIE
from gongshi.desk.state import Desk
from gongshi.exchange.proposing import propose
from gongshi.model import GongshiError
from gongshi.repository import Git
from gongshi.sealing.approving import approvals

__all__ = ["clone", "own_git", "reviewer", "root", "signed"]


@pytest.fixture
def pages(reviewer, signed, monkeypatch):
    """The reviewer's desk over the reviewer's clone, with the reviewer's signing key."""
    by(monkeypatch, "县级审核")
    desk = Desk(reviewer, None, {"GONGSHI_SIGNING_KEY": str(signed.key("reviewer")), "HOME": str(reviewer.parent)})
    desk.host, desk.patience, client = HOST, 60.0, make(desk).test_client()
    client.set_cookie(COOKIE, desk.secret, domain="127.0.0.1")
    client.desk = desk
    return client


def test_returned_sent_again_and_accepted(pages, reviewer, signed, monkeypatch) -> None:
    by(monkeypatch, "古镇扶贫办")
    branch = sent(signed.root)
    by(monkeypatch, "县级审核")
    assert "没有等着审的" in ask(pages, "/review").text
    ask(pages, "/review", "POST")
    assert "1 份等你审" in ask(pages, "/review").text
    one = ask(pages, f"/review/{branch}")
    assert "9组" in one.text and "村民会议" in one.text and "改组别" in one.text
    empty = ask(pages, f"/review/{branch}", "POST", data={"do": "return", "remarks": " "})
    assert empty.status_code == 422 and "写明" in empty.text
    assert (
        ask(
            pages,
            f"/review/{branch}",
            "POST",
            data={
                "do": "return",
                "remarks": "再送",
                "about": ["贫困户 H0000001", "贫困户 H0000002"],
                "says": ["请核对", " "],
            },
        ).status_code
        == 302
    )
    listed = ask(pages, "/review").text
    assert "没有等着审的" in listed and "H0000001：请核对" in listed and "H0000002" not in listed
    by(monkeypatch, "古镇扶贫办")
    change(signed.root, "9组", "8组")
    propose(signed.root, said("再改组别"), DAY)
    own = ask(pages, "/review", "POST"), ask(pages, f"/review/{branch}", "POST", data={"do": "accept"})
    assert own[1].status_code == 422 and "不能自己审批" in own[1].text
    by(monkeypatch, "县级审核")
    done = ask(pages, f"/review/{branch}", "POST", data={"do": "accept"})
    assert done.status_code == 302 and "签名" in ask(pages, "/review").text
    main = git(reviewer, "rev-parse", "origin/main")
    assert "8组" in git(reviewer, "show", f"{main}:{HOUSEHOLDS}")
    assert approvals(Git(reviewer), main)[main].signer == "reviewer岗"
    assert ask(pages, f"/review/{branch}").status_code == 404
    assert ask(pages, "/review/songshen/none").status_code == 404


def test_no_person_in_a_subject_an_author_or_a_branch_stands_on_a_page(pages, reviewer, signed, monkeypatch) -> None:
    """What somebody else pushed by hand is text like any other."""
    name = "".join(("任", "财", "才"))
    number = "1" + "38" + "0013" + "8000"
    by(monkeypatch, name)
    git(signed.root, "switch", "-qc", f"songshen/{name}")
    change(signed.root, *one_cell(signed.root))
    git(signed.root, "commit", "-q", "--no-verify", "-am", f"户主{name} {number}\n\n审批：户主{name}\n依据：{number}")
    git(signed.root, "push", "-q", "--no-verify", "origin", f"songshen/{name}")
    by(monkeypatch, "县级审核")
    ask(pages, "/review", "POST")
    for page in ("/review", f"/review/songshen/{name}"):
        shown = ask(pages, page)
        assert shown.status_code == 200 and number not in shown.text, page
        assert name not in shown.text.replace(f'/review/songshen/{name}"', ""), "but in the address of its own page"


def test_what_takes_long_goes_on_beside_and_tells_how_it_ended(pages, reviewer, signed, monkeypatch) -> None:
    """The page says how far it is and asks by itself; another tab that accepts meanwhile begins nothing anew."""
    by(monkeypatch, "古镇扶贫办")
    branch = sent(signed.root)
    by(monkeypatch, "县级审核")
    pages.desk.patience, go, begun = 0.0, threading.Event(), []

    def slow(*given, **named):
        begun.append(given)
        given[4]("合并、检查")
        assert go.wait(30)
        raise GongshiError("没有上传成功，请再试一次。")

    monkeypatch.setattr(reviewing, "accept", slow)
    ask(pages, "/review", "POST")
    for _ in range(2):
        assert ask(pages, f"/review/{branch}", "POST", data={"do": "accept"}).status_code == 302
    assert "正在接受" in ask(pages, "/review").text
    looked = ask(pages, "/working/review")
    assert "合并、检查" in looked.text and "HX-Redirect" not in looked.headers
    go.set()
    pages.desk.jobs["review"].over.wait(30)
    assert ask(pages, "/working/review").headers["HX-Redirect"] == "/review" and len(begun) == 1
    ended = ask(pages, "/review")
    assert ended.status_code == 422 and "没有上传成功" in ended.text
    assert "没有上传成功" not in ask(pages, "/review").text
