"""What happens below an open desk: the records go back, go bad, are none; the key goes; the clock goes back; another desk writes."""

from __future__ import annotations

import csv
import threading
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner

from desk.conftest import HOST, ask
from desk.test_pages import state
from gongshi.cli import gongshi
from gongshi.desk import sending as desk_sending
from gongshi.desk import state as desk_state
from gongshi.desk.app import make
from gongshi.desk.guarding import COOKIE
from gongshi.desk.state import Desk
from gongshi.model import GongshiError
from gongshi.repository import Git
from gongshi.sealing import generate_identity
from gongshi.verbs import VERBS

PAGES = ("/", "/take", "/find", "/edit", "/send", "/review", "/audit/status", "/print", "/key", "/enter/notices", *(f"/enter/{name}" for name in VERBS))  # fmt: skip
DIVISIONS = (
    ("990301000000", "新县", "县", "", ""),
    ("990301100000", "独镇", "乡镇", "990301000000", "duzhen"),
    ("990301100200", "独村", "村", "990301100000", ""),
)


def browser_of(desk: Desk):
    desk.host, desk.patience, found = HOST, 60.0, make(desk).test_client()
    found.set_cookie(COOKIE, desk.secret, domain="127.0.0.1")
    return found


@pytest.fixture
def hamlet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A county of one village and no record, as `gongshi new` makes it, behind its desk."""
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "某办")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "office@example.invalid")
    with (tmp_path / "区划.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerows([("division_code", "name", "level", "parent_code", "slug"), *DIVISIONS])
    told = ("--divisions", str(tmp_path / "区划.csv"), "--phone", "0793-1234567", "--address", "城关大道1号")
    done = CliRunner().invoke(gongshi, ["-C", str(tmp_path), "new", str(tmp_path / "县"), *told])
    assert done.exit_code == 0, done.output
    desk = Desk(tmp_path / "县", None, {"HOME": str(tmp_path)})
    yield browser_of(desk)
    desk.close()


class Long(date):
    """The clock of a machine whose battery is empty."""

    @classmethod
    def today(cls) -> date:
        return date(1970, 1, 1)


def test_every_page_of_a_county_of_one_village_and_no_record_also_when_the_clock_is_set_back(
    hamlet, monkeypatch
) -> None:
    assert "没有找到" in ask(hamlet, "/find", "POST", data={"q": "h1"}).text
    names = [one.split('"')[0] for one in ask(hamlet, "/edit").text.split('<option value="')[1:]]
    assert "households" in names
    for name in names:
        found = ask(hamlet, "/edit/rows", "POST", json={"table": name, "township": ""})
        assert found.status_code == 200 or name == "duzhen", name
    for name in VERBS:
        assert ask(hamlet, f"/enter/{name}", "POST", data={}).status_code == 422, name
    assert ask(hamlet, "/enter/notices", "POST", data={"do": "look"}).status_code in (200, 422)
    for room in ("desk.state", "desk.sending", "desk.reviewing", "desk.printing", "desk.posting"):
        monkeypatch.setattr(f"gongshi.{room}.date", Long)
    for page in PAGES:
        assert ask(hamlet, page).status_code == 200, page


BAD = {
    "records/datapackage.yaml": "resources: [",
    "records/documents.yaml": "\x00",
    "records/county/county.yaml": "name: [甲",
    "records/townships/guzhen/households.csv": 'household_no\nH1,H2,"\n',
    "policies/procedures.yaml": "rules: - x",
}


@pytest.mark.parametrize("path", BAD)
def test_records_that_went_bad_are_one_sentence_on_every_page(client, root, path: str) -> None:
    ask(client, "/")
    (root / path).write_text(BAD[path], "utf-8")
    for page in (*PAGES[:10], "/enter/visit", "/record/households/H0000001"):
        answer = ask(client, page)
        assert answer.status_code in (200, 404, 409), page
        assert "Traceback" not in answer.text
    for name, given in (
        ("visit", {"subjects": "H0000001"}),
        ("case-new", {"procedure": "退出", "households": "H0000001"}),
    ):
        assert ask(client, f"/enter/{name}", "POST", data=given).status_code in (302, 409, 422), name
    assert ask(client, "/edit/rows", "POST", json={"table": "households", "township": "guzhen"}).status_code in (
        200,
        409,
    )


def test_records_that_go_back_and_forth_are_seen_as_they_lie(client, root) -> None:
    git = Git(root)
    place = root / "records/townships/guzhen/households.csv"
    assert "H0000003" in ask(client, "/record/households/H0000003").text
    place.write_text(
        "".join(line for line in place.read_text("utf-8").splitlines(True) if "H0000003" not in line), "utf-8"
    )
    git.run("-c", "user.name=t", "-c", "user.email=t@example.invalid", "commit", "-qam", "少一户")
    assert ask(client, "/record/households/H0000003").status_code == 404
    edit = {"table": "households", "township": "guzhen", "edits": [[["H0000003"], "group_name", "4组", "9组"]]}
    assert "已经没有这条记录" in ask(client, "/edit/save", "POST", json=edit).json["flaws"][0][2]
    git.run("reset", "-q", "--hard", "HEAD~1")
    assert ask(client, "/record/households/H0000003").status_code == 200


def test_two_desks_over_one_folder_lose_nothing_and_take_back_their_own(client, root, desk) -> None:
    other = Desk(root, environ=desk.environ)
    second, before = browser_of(other), state(root)
    try:
        given = {"on": "2020-06-28", "kind": "走访"}
        assert ask(client, "/enter/visit", "POST", data=given | {"subjects": "H0000001"}).status_code == 302
        mine = ask(client, "/").text.split('name="number" value="')[1].split('"')[0]
        assert ask(second, "/enter/visit", "POST", data=given | {"subjects": "H0000001"}).status_code == 422, "twice"
        assert ask(second, "/enter/visit", "POST", data=given | {"subjects": "H0000002"}).status_code == 302
        both = state(root)
        refused = ask(client, "/undo", "POST", data={"number": mine})
        assert refused.status_code == 409 and "又改过" in refused.text and state(root) == both
        ask(second, "/undo", "POST")
        assert ask(client, "/undo", "POST", data={"number": mine}).status_code == 302 and state(root) == before
    finally:
        other.close()


def test_after_a_write_what_was_there_is_found_at_once_and_what_is_new_is_waited_for(client, desk, monkeypatch) -> None:
    assert "H0000001" in ask(client, "/find", "POST", data={"q": "h1"}).text
    go, make_index = threading.Event(), desk_state.Index

    def slow(*given: object):
        assert go.wait(30)
        return make_index(*given)

    monkeypatch.setattr(desk_state, "Index", slow)
    given = {"household": "H0000001", "kind": "走访", "subjects": "H0000001", "on": "2020-06-28"}
    assert ask(client, "/enter/visit", "POST", data=given).status_code == 302
    assert "H0000001" in ask(client, "/find", "POST", data={"q": "h1"}).text
    place = desk.root / "records/townships/guzhen/households.csv"
    place.write_text(place.read_text("utf-8").replace("H0000003", "H0000004"), "utf-8")
    threading.Timer(0.3, go.set).start()
    assert "H0000004" in ask(client, "/find", "POST", data={"q": "h4"}).text and go.is_set()


def pulled(root, old: str = "4组", new: str = "7组") -> None:
    """What a `git pull` beside the desk brings: one cell of one household."""
    place = root / "records/townships/guzhen/households.csv"
    lines = place.read_text("utf-8").splitlines(True)
    place.write_text("".join([lines[0], lines[1].replace(old, new), *lines[2:]]), "utf-8")
    Git(root).run(
        "-c", "user.name=t", "-c", "user.email=t@example.invalid", "commit", "-qam", "别人\n\n审批：某办\n依据：会议"
    )


def seen_on(page: str) -> str:
    return page.split('name="seen" value="')[1].split('"')[0]


def test_the_base_moves_under_an_open_grid(client, root) -> None:
    rows = ask(client, "/edit/rows", "POST", json={"table": "households", "township": "guzhen"}).json
    names = [column["name"] for column in rows["columns"]]
    first = dict(zip(names, rows["rows"][0], strict=True))
    pulled(root)
    sent = {"table": "households", "township": "guzhen"}
    typed = {**sent, "edits": [[["H0000001"], "group_name", "4组", "9组"]]}
    told = ask(client, "/edit/save", "POST", json=typed).json
    assert (
        "刚才被别人改过" in told["flaws"][0][2]
        and "7组" in (before := state(root))["records/townships/guzhen/households.csv"].decode()
    )
    struck = {**sent, "edits": [], "less": [["H0000001"]], "looked": [[["H0000001"], first]]}
    told = ask(client, "/edit/save", "POST", json=struck).json
    assert "“村民小组”刚才被别人改过" in told["flaws"][0][2] and state(root) == before
    for bad in (1, [1], [["a", 1]], [[1, {}]]):
        assert ask(client, "/edit/save", "POST", json={**struck, "looked": bad}).status_code == 400


def refuse(why: str) -> None:
    raise GongshiError(why)


def test_what_is_sent_is_what_was_shown(client, root, monkeypatch) -> None:
    """Another tab writes, or somebody pulls, between the look and the button."""
    place = root / "records/townships/guzhen/households.csv"
    place.write_text(place.read_text("utf-8").replace("4组", "5组", 1), "utf-8")
    seen = seen_on(ask(client, "/send").text)
    place.write_text(place.read_text("utf-8").replace("4组", "6组", 1), "utf-8")
    head, before = Git(root).head(), state(root)
    given = {"text": "改组", "basis": "村民会议", "by": "古镇人民政府"}
    refused = ask(client, "/send", "POST", data=given | {"seen": seen})
    assert (
        refused.status_code == 409 and "和这一页打开时不一样了" in refused.text and 'value="村民会议"' in refused.text
    )
    assert (Git(root).head(), state(root)) == (head, before)
    sent = []
    monkeypatch.setattr(desk_sending, "propose", lambda *given, **named: sent.append(given) or refuse("没有网"))
    again = ask(client, "/send", "POST", data=given | {"seen": seen_on(refused.text)})
    assert again.status_code == 422 and "没有网" in again.text and len(sent) == 1


def test_a_workbook_is_written_as_it_was_shown(client, root) -> None:
    sheet = "户编号,村民小组\nH0000001,9组\n".encode()
    back = ask(client, "/take", "POST", data={"workbook": (BytesIO(sheet), "户.csv"), "township": "guzhen"})
    page = ask(client, back.location).text
    assert "写入 1 行" in page
    pulled(root)
    before = state(root)
    refused = ask(client, f"{back.location}/write", "POST", data={"seen": seen_on(page)})
    assert refused.status_code == 409 and "和这一页打开时不一样了" in refused.text and "7组" in refused.text
    assert state(root) == before
    done = ask(client, f"{back.location}/write", "POST", data={"seen": seen_on(refused.text)})
    assert done.status_code == 302 and b"9\xe7\xbb\x84" in state(root)["records/townships/guzhen/households.csv"]


def test_a_key_that_is_withdrawn_while_it_is_open(client, desk, root, tmp_path) -> None:
    """Its file goes, then the county takes it off the list: what is open stays until it is locked, then one sentence says why not."""
    text = generate_identity()[0]
    place = tmp_path / "钥匙.txt"
    place.write_text(text, "utf-8")
    place.chmod(0o600)
    desk._option = place
    assert ask(client, "/key/open", "POST", data={}).status_code == 302 and desk.identity
    place.unlink()
    for page in ("/", "/find", "/key", "/edit", "/enter/visit", "/send"):
        assert ask(client, page).status_code == 200, page
    ask(client, "/key/lock", "POST")
    gone = ask(client, "/key/open", "POST", data={})
    assert gone.status_code == 409 and "Traceback" not in gone.text and desk.identity is None
    assert ask(client, "/key").status_code == 200
    place.write_text("AGE-SECRET-KEY-1NOTHING", "utf-8")
    assert ask(client, "/key/open", "POST", data={}).status_code == 409 and desk.identity is None


def test_the_clock_set_back_under_an_open_desk(client, desk, root, monkeypatch) -> None:
    """Idle time is no clock time, drafts stay in their order, and a day that has not come yet is told."""
    ask(client, "/")
    before = state(root)
    for room in ("desk.state", "desk.sending", "desk.reviewing", "desk.printing", "desk.posting"):
        monkeypatch.setattr(f"gongshi.{room}.date", Long)
    monkeypatch.setattr("gongshi.desk.state.county_day", lambda _: None)
    desk._drop()
    for page in PAGES:
        assert ask(client, page).status_code == 200, page
    late = ask(client, "/enter/visit", "POST", data={"subjects": "H0000001", "on": "2020-06-28", "kind": "走访"})
    assert late.status_code == 422 and "还没到" in late.text and state(root) == before
