"""Pictures of the built site and of the desk for the READMEs: `make screenshots` builds the site and runs this."""

from __future__ import annotations

import datetime
import os
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
import chromium
from chromium import Browser

from exchange.clones import HOUSEHOLDS, change, git
from gongshi.desk import Server
from gongshi.exchange.proposing import Message, propose
from support import ROOT

Shot = tuple[str, str, str, int, int]

SHOTS = (
    ("home", "index.html", 1280, 900),
    ("funds", "funds/index.html#flow", 1280, 900),
    ("project", "projects/990101-2019-JS-0003.html", 1280, 900),
    ("phone", "index.html", 390, 844),
    ("phone-verify", "verify/index.html", 390, 844),
)
"""Name, page, width and height."""

TODAY = (
    ("today", "index.html", 1280, 900),
    ("today-township", "townships/baishi.html", 1280, 900),
    ("today-project", "projects/990303-2025-CY-0001.html", 1280, 900),
)
"""The same of the county of today, which is generated for it."""

DESK = (
    ("desk", "/?township=guzhen", "!document.querySelector('#due[hx-get]')", 1280, 900),
    ("desk-grid", "/edit", "document.querySelector('.tabulator-row') !== null", 1280, 900),
)
"""Name, page, what to wait for, width and height; without a key, so nobody is named."""

SCALE = 0.7
"""A wide page is shown at about this size in a README."""

LARGEST = 200_000
"""Bytes: a README must load quickly."""

STILL = """(() => { var style = document.createElement('style');
style.textContent = '*, *::before, *::after { animation: none !important; transition: none !important; }';
document.head.appendChild(style); })()"""


def take(site: Path, today: Path, out: Path) -> None:
    """Every picture of both sites into ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Browser(Path(folder))
        try:
            browser.call("Emulation.setScrollbarsHidden", hidden=True)
            for one, shots in ((site, SHOTS), (today, TODAY)):
                for name, page, width, height in shots:
                    browser.size(width, height)
                    browser.open(one.as_uri() + "/" + page)
                    browser.run(STILL)
                    file = out / f"{name}.png"
                    browser.picture(file, SCALE if width > 600 else 1.0)
                    assert file.stat().st_size < LARGEST, f"{file} is too large"
            _desk(browser, ROOT, DESK, out)
            reviewer, branch = _sent(Path(folder))
            there = "document.querySelector('h1') !== null && !document.body.textContent.includes('正在查')"
            _desk(browser, reviewer, [("desk-review", f"/review/{branch}", there, 1280, 900)], out)
        finally:
            browser.close()


def _desk(browser: Browser, root: Path, shots: Sequence[Shot], out: Path) -> None:
    """Pages of the desk over one clone of the county."""
    chromium.PATIENCE = 180.0  # the first pages of a desk wait for all records to be read
    server = Server(root)
    serving = threading.Thread(target=server.run, daemon=True)
    serving.start()
    try:
        browser.open(server.address)
        for name, page, there, width, height in shots:
            browser.size(width, height)
            browser.open(f"http://{server.desk.host}{page}")
            browser.wait(there)
            browser.run(STILL)
            file = out / f"{name}.png"
            browser.picture(file, SCALE)
            assert file.stat().st_size < LARGEST, f"{file} is too large"
    finally:
        server.close()
        serving.join(20)


def _sent(folder: Path) -> tuple[Path, str]:
    """A reviewer's clone of the example, and the branch of what a township sent for review."""
    git(folder, "clone", "-q", "--bare", str(ROOT), "remote.git")
    for name in ("clerk", "reviewer"):
        git(folder, "clone", "-q", "remote.git", name)
    for role in ("AUTHOR", "COMMITTER"):
        os.environ |= {f"GIT_{role}_NAME": "古镇扶贫办", f"GIT_{role}_EMAIL": "office@example.invalid"}
    clerk = folder / "clerk"
    households = (clerk / HOUSEHOLDS).read_text("utf-8").splitlines()
    group = households[0].split(",").index("group_name")
    for row in households[1:4]:
        cells = row.split(",")
        change(clerk, row, ",".join([*cells[:group], "9组", *cells[group + 1 :]]))
    said = Message("三户改组别", "", "村民会议", "古镇人民政府")
    branch = propose(clerk, said, datetime.date.today()).branch
    git(folder / "reviewer", "fetch", "-q")
    return folder / "reviewer", branch


if __name__ == "__main__":
    take(*(Path(name).resolve() for name in sys.argv[1:3]), Path(sys.argv[3]))
