"""Writing the site: what is left to do when the site generator has rendered its few pages.

Everything here is a function of its arguments: no clock, no random order, no compressed file with a date in it.
"""

from __future__ import annotations

import html
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from gongshi.model import GongshiError
from gongshi.site import address
from gongshi.site.shell import Page, Shell

THEME_FILES = ("assets", "search")
"""What the generator's theme and its search put beside the pages, and no page of ours loads."""


class Content(Protocol):
    """What a site is made of; ``gongshi.site.pages.Site`` is the real one."""

    def sections(self) -> Mapping[str, str]:
        """For every folder that holds stamped pages, the page of the navigation it belongs to."""

    def facts(self) -> Mapping[str, object]:
        """What every page says about itself: the county, the day, the commit, whether it is an example."""

    def section(self, path: str) -> Page | None:
        """The generated part of the hand-written page at ``path``, if it has one."""

    def pages(self) -> Iterator[Page]:
        """Every stamped page."""

    def files(self, site_url: str = "") -> Iterator[tuple[str, Iterable[bytes]]]:
        """Every file that is no page, by its path; ``site_url`` is where the site will stand, if that is known."""


def finish(
    content: Content,
    shells: Mapping[str, Shell],
    out: Path,
    site_url: str = "",
    wrote: Callable[[str], None] = lambda _: None,
) -> None:
    """Stamp the pages, write the files, drop what nothing loads."""
    for path in _stamp(content.pages(), shells, out, site_url):
        wrote(path)
    for name in THEME_FILES:
        shutil.rmtree(out / name, ignore_errors=True)
    for path, chunks in content.files(site_url):
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as stream:
            stream.writelines(chunks)
        wrote(path)
    if site_url:
        _sitemap(out, site_url)


def _stamp(pages: Iterator[Page], shells: Mapping[str, Shell], out: Path, site_url: str) -> Iterator[str]:
    """Write each page as it comes, and tell its path."""
    for folder in shells:
        (out / folder).mkdir(parents=True, exist_ok=True)
    seen: set[str] = set()
    for page in pages:
        if page.path.casefold() in seen or page.folder not in shells:
            raise GongshiError(f"页面“{page.path}”重复，或它的目录没有页面模板。")
        seen.add(page.path.casefold())
        with open(out / page.path, "wb", buffering=0) as stream:
            body = address.fill(page.body, site_url and site_url + page.path)
            stream.write(shells[page.folder].stamp(replace(page, body=body), site_url))
        yield page.path


def _sitemap(out: Path, site_url: str) -> None:
    """All pages, in order, without dates: a date would make two builds of one commit differ."""
    paths = sorted(path.relative_to(out).as_posix() for path in out.rglob("*.html"))
    urls = "".join(f"<url><loc>{html.escape(site_url + path)}</loc></url>\n" for path in paths if path != "404.html")
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    (out / "sitemap.xml").write_bytes(f"{head}{urls}</urlset>\n".encode())
