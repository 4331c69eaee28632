"""A form that was not stored is there after the desk was killed; a name is never on disk in the clear."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest

from desk.conftest import ask
from desk.test_pages import state
from gongshi.drafts import KEPT, NO_KEY, drafts, keep
from gongshi.sealing import generate_identity, parse_identity
from support import ROOT

NAME = "".join(("岳", "广", "田"))
PHONE = "1" + "38" + "0013" + "8000"
TOKEN = "0123456789abcdef"


def on_disk(root: Path, text: str) -> list[str]:
    """The files of the clone, its own Git folder with them, in which a text stands."""
    every = (path for path in root.rglob("*") if path.is_file())
    return [
        str(path)
        for path in every
        if text.encode() in path.read_bytes() or text.encode("unicode_escape") in path.read_bytes()
    ]


def typed(client, token: str = TOKEN, verb: str = "visit", **values: str):
    return ask(client, f"/enter/{verb}/draft", "POST", data={"draft": token} | values)


def test_what_was_typed_is_kept_shown_gone_on_with_and_goes_when_it_is_stored(client, root) -> None:
    before = state(root)
    assert "草稿已留" in typed(client, subjects="H0000001", on="2020-06-28", kind="家访").text
    page = ask(client, "/enter/pay").text
    assert "上次没登完的" in page and "登记走访" in page and "H0000001" in page
    again = ask(client, f"/enter/visit?draft={TOKEN}").text
    assert ">H0000001</textarea>" in again and 'value="2020-06-28"' in again and f'value="{TOKEN}"' in again
    assert state(root) == before
    given = {"draft": TOKEN, "subjects": "H0000001", "on": "2020-06-28", "kind": "家访"}
    assert ask(client, "/enter/visit", "POST", data=given).status_code == 302
    assert drafts(root, None) == [] and "上次没登完的" not in ask(client, "/enter/visit").text


def test_an_untouched_form_keeps_nothing_and_a_refused_one_is_kept(client, root) -> None:
    typed(client, on="2020-06-30", kind="走访")
    assert drafts(root, None) == []
    ask(client, "/enter/visit", "POST", data={"draft": TOKEN, "subjects": "H0000001", "on": "2020-02-30"})
    assert [one.values["on"] for one in drafts(root, None)] == ["2020-02-30"]
    ask(client, "/drafts/forget", "POST", data={"draft": TOKEN, "form": "visit"})
    assert drafts(root, None) == []


@pytest.mark.parametrize(
    "values",
    [
        {"subjects": f"H0000001 {NAME}"},
        {"subjects": NAME[:2]},
        {"kind": NAME},
        {"on": PHONE},
        {"role": f"户主{NAME}"},
    ],
)
def test_without_a_key_what_may_be_a_name_is_not_kept_and_the_page_says_so(client, root, values) -> None:
    typed(client, subjects="H0000002")
    answer = typed(client, **values)
    assert NO_KEY in answer.text
    for text in values.values():
        assert on_disk(root, text.split()[-1]) == []
    assert [one.values["subjects"] for one in drafts(root, None)] == ["H0000002"], "what was kept before stays"


def test_with_a_key_it_is_sealed_and_only_that_key_opens_it(client, desk, root) -> None:
    desk.identity = mine = parse_identity(generate_identity()[0])
    assert "草稿已留" in typed(client, subjects=f"H0000001 {NAME}", kind="家访").text
    assert on_disk(root, NAME) == [] and on_disk(root / ".git", "家访") == []
    assert [one.values["subjects"] for one in drafts(root, mine)] == [f"H0000001 {NAME}"]
    assert NAME in ask(client, f"/enter/visit?draft={TOKEN}").text
    ask(client, "/key/lock", "POST")
    page = ask(client, f"/enter/visit?draft={TOKEN}").text
    assert NAME not in page and "打开钥匙才看得见" in page
    for key in (None, parse_identity(generate_identity()[0])):
        assert [one.values for one in drafts(root, key)] == [None]


def test_few_are_kept_damaged_ones_are_none_and_no_name_leads_elsewhere(root) -> None:
    for number in range(KEPT + 5):
        assert keep(root, f"{number:016x}", "visit", "2020-06-30 08:00", {"kind": "走访"}, True, None) == ""
    assert len(drafts(root, None)) == KEPT
    folder = root / ".git/gongshi"
    (folder / f"draft-{TOKEN}.json").write_text('{"form": 1', "utf-8")
    (folder / "draft-ffffffffffffffff.json").write_text('{"form": "visit", "when": "x", "values": {"a": 1}}', "utf-8")
    assert len(drafts(root, None)) == KEPT
    for token in ("../../x", "", "x" * 16, TOKEN + "/..", TOKEN.upper()):
        assert keep(root, token, "visit", "", {"kind": "走访"}, True, None) != ""
    assert not (root / ".git/x.json").exists()


class Killed:
    """The desk as a process of its own, begun by the command, and its browser."""

    def __init__(self, root: Path) -> None:
        command = [sys.executable, "-m", "gongshi", "-C", str(root), "desk", "--no-browser"]
        environment = os.environ | {
            "PYTHONPATH": str(ROOT / "tools"),
            "PYTHONUNBUFFERED": "1",
            "HOME": str(root.parent),
        }
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        address = re.search(r"http://[^ ]+?token=[\w-]+", self.process.stdout.readline())[0]
        self.base = address.partition("/begin")[0]
        self._open = build_opener(HTTPCookieProcessor(CookieJar())).open
        self._open(address).read()

    def get(self, path: str) -> str:
        return self._open(self.base + path).read().decode()

    def post(self, path: str, **values: str) -> str:
        request = Request(self.base + path, urlencode(values).encode(), {"Origin": self.base})
        return self._open(request).read().decode()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)
        self.process.stdout.close()


def test_a_draft_is_there_after_kill_9_and_what_was_stored_too(root) -> None:
    first = Killed(root)
    try:
        first.post("/enter/visit", draft="f" * 16, subjects="H0000002", on="2020-06-28", kind="走访")
        first.post("/enter/visit/draft", draft=TOKEN, subjects="H0000001", on="2020-06-29", kind="家访")
    finally:
        first.kill()
    second = Killed(root)
    try:
        assert "上次没登完的" in second.get("/enter/visit")
        assert 'value="2020-06-29"' in second.get(f"/enter/visit?draft={TOKEN}")
    finally:
        second.kill()
    assert "J0000002,2020-06-28,走访" in (root / "records/townships/guzhen/contacts.csv").read_text("utf-8")
