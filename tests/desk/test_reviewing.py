"""审核 on the pages: a proposal seen, returned, sent again and accepted, as the commands do it."""

from __future__ import annotations

import re
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
from gongshi.exchange.accepting import send_back
from gongshi.exchange.proposing import propose
from gongshi.exchange.remarking import Remark
from gongshi.model import GongshiError
from gongshi.repository import Git
from gongshi.sealing.approving import approvals

NAMES = re.compile('name="p[0-9]+" value="([0-9a-f]{16})"')
__all__ = ["clone", "own_git", "reviewer", "root", "signed"]


@pytest.fixture
def pages(reviewer, signed, monkeypatch):
    """The reviewer's desk over the reviewer's clone, with the reviewer's signing key."""
    by(monkeypatch, "县级审核")
    desk = Desk(reviewer, None, {"GONGSHI_SIGNING_KEY": str(signed.key("reviewer")), "HOME": str(reviewer.parent)})
    desk.host, desk.patience, client = HOST, 60.0, make(desk).test_client()
    client.set_cookie(COOKIE, desk.secret, domain="127.0.0.1")
    client.desk = desk
    yield client
    desk.close()


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
    (name,) = NAMES.findall(one.text)
    wordless = ask(pages, f"/review/{branch}", "POST", data={"do": "return", "p1": name, "v1": "mend"})
    assert wordless.status_code == 422 and "还没写要说什么" in wordless.text
    unknown = {"do": "return", "remarks": "再送", "p1": name, "t1": "请核对", "p2": "0" * 16, "t2": "没有这一处"}
    assert ask(pages, f"/review/{branch}", "POST", data=unknown).status_code == 302
    listed = ask(pages, "/review").text
    assert "没有等着审的" in listed and "H0000001：请核对" in listed and "没有这一处" not in listed
    assert "请核对" in ask(pages, f"/review/{branch}").text
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
        addresses = re.sub(f'/review[a-z-]*/songshen/{name}"', "", shown.text)
        assert name not in addresses, "but in the addresses of its own pages"


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


def spoilt(root, monkeypatch) -> str:
    """A proposal that brings an error: a household whose village there is none of."""
    by(monkeypatch, "古镇扶贫办")
    row, other = one_cell(root)
    change(root, row, other.replace("990101100001", "990101100009"))
    git(root, "switch", "-qc", "songshen/2020-06-30-guzhen-1")
    git(root, "commit", "-q", "--no-verify", "-am", "改村\n\n审批：某办\n依据：会议")
    git(root, "push", "-q", "--no-verify", "origin", "HEAD")
    by(monkeypatch, "县级审核")
    return "songshen/2020-06-30-guzhen-1"


def test_each_record_shows_what_the_change_brings_to_it(pages, signed, monkeypatch) -> None:
    branch = spoilt(signed.root, monkeypatch)
    ask(pages, "/review", "POST")
    one = ask(pages, f"/review/{branch}").text
    article = re.split('aria-label="[^"]* H0000001"', one)[1].split("</article>")[0]
    assert '<span class="tag bad">错误</span>' in article and "错误" in one.split('id="checking"')[1].split("</div>")[0]
    part = ask(pages, f"/review-found/{branch}", headers={"HX-Request": "true"}).text
    assert 'hx-swap-oob="true"' in part and "错误" in part and "<html" not in part
    assert "错误" in ask(pages, "/review").text.split("<table")[1]


def test_the_marks_stay_until_it_is_decided_and_what_is_the_same_stays_looked_at(
    pages, reviewer, signed, monkeypatch
) -> None:
    """A restart, a newer proposal under the open page, another one that waits."""
    by(monkeypatch, "古镇扶贫办")
    place = signed.root / HOUSEHOLDS
    place.write_text(place.read_text("utf-8").replace("5组", "6组", 1), "utf-8")
    branch = sent(signed.root)
    by(monkeypatch, "县级审核")
    ask(pages, "/review", "POST")
    one = ask(pages, f"/review/{branch}").text
    first, second = NAMES.findall(one)
    commit = re.search('name="commit" value="([0-9a-f]+)"', one)[1]
    given = {
        "commit": commit,
        "p1": first,
        "v1": "seen",
        "p2": second,
        "v2": "ask",
        "t2": "凭什么改",
        "remarks": "再看",
    }
    assert "草稿已留" in ask(pages, f"/review-marks/{branch}", "POST", data=given).text
    name = "".join(("岳", "广", "田"))
    kept = ask(pages, f"/review-marks/{branch}", "POST", data=given | {"t2": f"户主{name}", "v2": "ask"}).text
    assert "不留" in kept and name not in "".join(
        path.read_text("utf-8") for path in (reviewer / ".git/gongshi").glob("draft-*")
    )
    ask(pages, f"/review-marks/{branch}", "POST", data=given)
    pages.desk.close()
    again = Desk(reviewer, None, pages.desk.environ)
    again.host, again.patience, other = HOST, 60.0, make(again).test_client()
    other.set_cookie(COOKIE, again.secret, domain="127.0.0.1")
    page = ask(other, f"/review/{branch}").text
    assert 'value="ask" checked' in page and "凭什么改</textarea>" in page and "再看</textarea>" in page
    refused = ask(other, f"/review/{branch}", "POST", data=given | {"do": "accept"})
    assert refused.status_code == 422 and "1 处要改或在问" in refused.text
    by(monkeypatch, "古镇扶贫办")
    change(signed.root, "9组", "8组")
    propose(signed.root, said("再改组别"), DAY)
    by(monkeypatch, "县级审核")
    ask(other, "/review", "POST")
    stale = ask(other, f"/review/{branch}", "POST", data=given | {"do": "return"})
    assert stale.status_code == 409 and "刚刚又送了新的" in stale.text
    assert len([one for one in NAMES.findall(stale.text) if one in (first, second)]) == 1
    assert ask(other, "/review").text.count("退回了") == 1, "nothing was returned"
    again.close()


def test_the_clerk_sees_each_remark_at_its_record(signed, reviewer, monkeypatch) -> None:
    by(monkeypatch, "古镇扶贫办")
    branch = sent(signed.root)
    by(monkeypatch, "县级审核")
    of = [
        Remark("贫困户", (("households", "H0000001"),), "组别请核对"),
        Remark("贫困户", (("households", "H0000002"),), "为什么没改", True),
    ]
    send_back(reviewer, branch, "", of=of)
    by(monkeypatch, "古镇扶贫办")
    desk = Desk(signed.root, None, {"HOME": str(signed.root.parent)})
    desk.host, desk.patience, clerk = HOST, 60.0, make(desk).test_client()
    clerk.set_cookie(COOKIE, desk.secret, domain="127.0.0.1")
    try:
        ask(clerk, "/send/newest", "POST")
        page = ask(clerk, "/send").text
        assert "组别请核对" in page and "已改，还没送" not in page
        place = page.split("组别请核对")[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
        grid = ask(clerk, place).text
        assert 'data-township="guzhen"' in grid and 'data-at="H0000001"' in grid
        asked = ask(clerk, "/edit/findings", "POST", json={"table": "households", "township": "guzhen"}).json
        assert ["H0000001", "", "县里要改", "组别请核对"] in asked["said"]
        change(signed.root, "9组", "8组")
        page = ask(clerk, "/send").text
        assert "已改，还没送" in page and "县里说要改：</b>组别请核对" in page
        given = {"branch": branch, "answer": "表上没有"}
        assert ask(clerk, "/send/answer", "POST", data=given | {"answer": " "}).status_code == 422
        assert ask(clerk, "/send/answer", "POST", data=given).status_code == 302
        page = ask(clerk, "/send").text
        assert "答复送到了；要改的改好再送一次" in page and "答复过：</b>表上没有" in page
    finally:
        desk.close()


def test_a_page_that_asks_once_more_stays_where_it_is(pages) -> None:
    """The next look may come while its own next page is still being made, which took how the work ended."""
    pages.desk.work("take", {"back": "/take/x"}, lambda show: None)
    assert ask(pages, "/working/take").headers["HX-Redirect"] == "/take/x"
    pages.desk.ended("take")
    answer = ask(pages, "/working/take")
    assert answer.headers["HX-Refresh"] == "true" and "HX-Redirect" not in answer.headers
    assert ask(pages, "/working/weigh").headers["HX-Redirect"] == "/review"
