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


def test_every_page_is_whole_and_a_visit_is_entered_by_keys(server: Server, browser: Browser, root: Path) -> None:
    browser.open(server.address)
    base = f"http://{server.desk.host}"
    script = AXE.read_text("utf-8") + ";0"
    for page in PAGES:
        for width in (1280, 390):
            browser.size(width)
            browser.open(base + page)
            assert browser.run("document.documentElement.scrollWidth <= innerWidth"), (page, width)
            hidden = "[...document.querySelectorAll('[hidden]')].filter(one => one.offsetParent).length"
            assert browser.run(hidden) == 0, (page, width)
            browser.run(script)
            assert browser.run(VIOLATIONS) == [], (page, width)
            assert all(one.startswith((base, "data:")) for one in browser.requests)
    browser.open(base + "/enter/visit")
    browser.run(
        "document.getElementById('f-subjects').value = 'H0000001'; document.getElementById('f-on').value = '2020-06-28'; 0"
    )
    browser.run("document.querySelector('[data-next]').click(); 0")
    browser.wait("document.querySelector('.told') !== null")
    assert "J0000001,2020-06-28,走访" in (root / "records/townships/guzhen/contacts.csv").read_text("utf-8")
