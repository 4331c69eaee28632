"""What a first view costs: ``python tools/bench/wire.py SITE [PAGE ...]``, with a headless Chromium on a phone's screen.

Of each page of the built site SITE: bytes over the wire (gzip), requests, and the first paint with content at slow 3G (400 kbit/s, each
answer 400 ms later; ``--latency 2000`` is what Chromium's own tools call so). Nothing is kept from page to page.
"""

from __future__ import annotations

import argparse
import gzip
import sys
import tempfile
import threading
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "index.html",
    "villages/",
    "funds/index.html",
    "projects/",
    "map/index.html",
    "townships/",
    "notices/index.html",
)
PACKED = (".html", ".css", ".js", ".json", ".svg", ".csv", ".xml")
PAINT = (
    "new Promise(done => { const told = () => { const one = performance.getEntriesByName('first-contentful-paint')[0];"
    " one ? done(one.startTime) : setTimeout(told, 50); }; told(); })"
)


@cache
def packed(place: Path) -> bytes:
    """A file as a server sends it."""
    content = place.read_bytes()
    return gzip.compress(content, 9) if place.suffix in PACKED else content


class Server(SimpleHTTPRequestHandler):
    """Files of a folder, packed where that is worth it."""

    def do_GET(self) -> None:
        place = Path(self.translate_path(unquote(urlsplit(self.path).path)))
        if not place.is_file():
            return self.send_error(404)
        content = packed(place)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(place)))
        if place.suffix in PACKED:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing."""


def first_of(site: Path, page: str) -> str:
    """The page, of a folder the largest in it."""
    if not page.endswith("/"):
        return page
    return max(site.glob(f"{page}*.html"), key=lambda place: place.stat().st_size).relative_to(site).as_posix()


def measure(site: Path, base: str, page: str, latency: int) -> list[str]:
    """A row for the page, by a browser that has seen nothing yet."""
    sys.path.append(str(ROOT / "tests/browser"))
    from chromium import Browser

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Browser(Path(folder))
        try:
            browser.size(390, 844)
            browser.call(
                "Network.emulateNetworkConditions",
                offline=False,
                latency=latency,
                downloadThroughput=50_000,
                uploadThroughput=50_000,
            )
            browser.open(base + page)
            paint = float(str(browser.run(PAINT)))
            own = [url.removeprefix(base) for url in browser.requests if url.startswith(base)]
            size = sum(len(packed(site / path)) for path in own if (site / path).is_file())
        finally:
            browser.close()
    return [page, f"{size:,}", str(len(own)), f"{paint / 1000:.2f}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("pages", nargs="*", default=list(PAGES), help="a page, or a folder/ for the largest in it")
    parser.add_argument("--latency", type=int, default=400, help="milliseconds until each answer")
    options = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Server, directory=str(options.site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}/"
    rows = [["页", "字节", "请求", "首次绘出，秒"], ["---"] * 4]
    for page in options.pages:
        rows.append(measure(options.site, base, first_of(options.site, page), options.latency))
    print("\n".join("| " + " | ".join(row) + " |" for row in rows))


if __name__ == "__main__":
    main()
