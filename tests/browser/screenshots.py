"""Pictures of the built site for the READMEs: `make screenshots` builds the site and runs this."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from chromium import Browser

SHOTS = (
    ("home", "index.html", 1280, 900),
    ("funds", "funds/index.html#flow", 1280, 900),
    ("project", "projects/990101-2019-JS-0003.html", 1280, 900),
    ("phone", "index.html", 390, 844),
    ("phone-verify", "verify/index.html", 390, 844),
)
"""Name, page, width and height."""

SCALE = 0.7
"""A wide page is shown at about this size in a README."""

LARGEST = 200_000
"""Bytes: a README must load quickly."""

STILL = """(() => { var style = document.createElement('style');
style.textContent = '*, *::before, *::after { animation: none !important; transition: none !important; }';
document.head.appendChild(style); })()"""


def take(site: Path, out: Path) -> None:
    """Every picture of ``site`` into ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Browser(Path(folder))
        try:
            browser.call("Emulation.setScrollbarsHidden", hidden=True)
            for name, page, width, height in SHOTS:
                browser.size(width, height)
                browser.open(site.as_uri() + "/" + page)
                browser.run(STILL)
                file = out / f"{name}.png"
                browser.picture(file, SCALE if width > 600 else 1.0)
                assert file.stat().st_size < LARGEST, f"{file} is too large"
        finally:
            browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]).resolve(), Path(sys.argv[2]))
