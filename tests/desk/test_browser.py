"""The desk in a real browser, at a desk's width and a telephone's: whole, accessible, asks nobody else, works by keys."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "browser"))

from chromium import Browser

from gongshi.desk import Server
from gongshi.exchange.accepting import send_back
from gongshi.exchange.remarking import Remark
from gongshi.repository import Git

AXE = Path(__file__).parents[1] / "browser" / "axe.min.js"
VIOLATIONS = """axe.run(document, {resultTypes: ['violations'], preload: false}).then(found => found.violations
  .filter(item => item.impact === 'serious' || item.impact === 'critical')
  .map(item => [item.id, item.nodes[0].html.slice(0, 200)]))"""
PAGES = (
    "/",
    "/take",
    "/enter/visit",
    "/enter/subsidy",
    "/enter/notices",
    "/find",
    "/record/households/H0000001",
    "/send",
    "/review",
    "/review/songshen/2020-06-30-guzhen-1",
    "/audit/status",
    "/print",
    "/key",
    "/nowhere",
)


@pytest.fixture
def server(root: Path) -> Iterator[Server]:
    found = Server(root)
    thread = threading.Thread(target=found.run, daemon=True)
    thread.start()
    yield found
    found.close()
    thread.join(20)


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    found = Browser(tmp_path / "chromium")
    yield found
    found.close()


BRANCH = "songshen/2020-06-30-guzhen-1"


def proposed(root: Path) -> None:
    """Something waits in 审核 and brings findings; another was returned with a remark and a question."""
    git, place = Git(root), root / "records/townships/guzhen/households.csv"
    text, main = place.read_text("utf-8"), git.run("symbolic-ref", "--short", "HEAD").decode().strip()
    who = ("-c", "user.name=某办", "-c", "user.email=office@example.invalid")
    for number, (old, new) in enumerate((("990101100001", "990101100009"), ("4组", "5组")), 1):
        place.write_text(text.replace(old, new, 1), "utf-8")
        git.run("switch", "-qc", BRANCH.replace("-1", f"-{number}"))
        git.run(*who, "commit", "-qam", "改户\n\n审批：某办\n文号：示财〔2020〕1号\n依据：会议")
        git.run("switch", "-q", main)
    said = [Remark("贫困户", (("households", f"H000000{n}"),), "请核对", n == 2) for n in (1, 2)]
    send_back(root, BRANCH.replace("-1", "-2"), "看一看", of=said)


def test_every_page_is_whole_and_a_visit_is_entered_by_keys(server: Server, browser: Browser, root: Path) -> None:
    proposed(root)
    browser.open(server.address)
    base = f"http://{server.desk.host}"
    script = AXE.read_text("utf-8") + ";0"
    for page in PAGES:
        for width in (1280, 390):
            browser.size(width)
            browser.open(base + page)
            browser.wait("!document.querySelector('.busy, #checking[hx-get]')")
            assert browser.run("document.documentElement.scrollWidth <= innerWidth"), (page, width)
            hidden = "[...document.querySelectorAll('[hidden]')].filter(one => one.offsetParent).length"
            assert browser.run(hidden) == 0, (page, width)
            browser.run(script)
            assert browser.run(VIOLATIONS) == [], (page, width)
            assert all(one.startswith((base, "data:")) for one in browser.requests)
    browser.size(1280)
    browser.open(base + f"/review/{BRANCH}")
    assert browser.run("document.querySelector('.risk .brought').innerText.includes('错误')")
    press = "document.dispatchEvent(new KeyboardEvent('keydown', {key: %r, bubbles: true})); 0"
    browser.run(press % "j")
    browser.run(press % "r")
    assert browser.run(
        "document.activeElement.tagName === 'TEXTAREA' && document.querySelector('[data-accept]').disabled"
    )
    assert browser.run("document.querySelector('[data-return]').innerText.includes('附 1 条意见')")
    browser.open(base + "/enter/visit")
    browser.run(
        "document.getElementById('f-subjects').value = 'H0000001'; document.getElementById('f-on').value = '2020-06-28'; 0"
    )
    browser.run("document.querySelector('[data-next]').click(); 0")
    browser.wait("document.querySelector('.told') !== null")
    assert "J0000001,2020-06-28,走访" in (root / "records/townships/guzhen/contacts.csv").read_text("utf-8")
