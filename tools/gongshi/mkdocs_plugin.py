"""The thin door to MkDocs: hand-written pages and one shell per template go through it once, ``site`` does the rest.

``gongshi build`` calls ``build``; ``mkdocs build`` and ``mkdocs serve`` load the plugin from mkdocs.yml. Both run
the same events, so both give the same bytes.
"""

from __future__ import annotations

import datetime
import logging
import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from markupsafe import escape

os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")
os.environ.setdefault("DISABLE_MKDOCS_2_WARNING", "true")

from mkdocs.commands.build import build as run_mkdocs
from mkdocs.config import config_options, load_config
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, ConfigurationError, PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

from gongshi import site
from gongshi.checks.settings import check_settings
from gongshi.checks.showing import safe
from gongshi.founding.pack import Pack, program_files
from gongshi.model import GongshiError, visible
from gongshi.package import worded
from gongshi.repository import WorkTree

SHELL = "_shell.md"
ABOUT = "about.md"
SHELL_SOURCE = f"""---
title: {site.TITLE}
search: {{exclude: true}}
shell: true
---
{site.BODY}
"""


class Options(Config):
    """What mkdocs.yml may say about us."""

    day = config_options.Optional(config_options.Type((str, datetime.date)))
    """The day the pages are for; by default the county's ``as_of`` if it has one, else today."""


class GongshiPlugin(BasePlugin[Options]):
    """Adds the pages made from the records to a MkDocs site."""

    content: site.Content | None = None
    """What to publish; ``build`` may hand it in, else it is read from the records beside mkdocs.yml."""

    draft = False
    """Whether every page says that it is one."""

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Read the records, and let the theme know what every page says about itself."""
        try:
            self.content = self.content or self._load(config)
        except GongshiError as error:
            raise PluginError(visible(safe(str(error)))) from error
        self.shells: dict[str, site.Shell] = {}
        facts = self.content.facts()
        config.site_name = escape(facts["site_name"])  # the theme writes it as it is
        marks = {"about_mark": site.ABOUT, "body_mark": site.BODY}
        config.extra["gongshi"] = {**facts, "draft": self.draft, **marks}
        config.extra["generator"] = False
        config.theme.dirs.insert(0, str(site.THEME))
        return config

    def _load(self, config: MkDocsConfig) -> site.Content:
        text = str(self.config.day or "")
        try:
            day = datetime.date.fromisoformat(text) if text else None
        except ValueError:
            raise GongshiError(f"mkdocs.yml 里 gongshi 的 day“{text}”不是日期，请写成 2020-06-30 这样。") from None
        return site.load(Path(config.config_file_path).parent, day, datetime.date.today())

    def _made(self) -> site.Content:
        """What ``on_config`` read."""
        assert self.content is not None, "on_config comes first"
        return self.content

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Add the pages that a county has not of its own, and one shell for every folder of record pages."""
        pack = Pack(program_files())
        day = datetime.date.fromisoformat(str(self._made().facts()["on"]))
        for path, data in pack.pages().items():
            if files.get_file_from_path(path) is None:
                files.append(File.generated(config, path, content=worded(data.decode(), day)))
        about = files.get_file_from_path(ABOUT)
        if about and about.content_bytes == pack.read(f"docs/{ABOUT}"):  # not yet the county's own
            files.remove(about)
            files.append(File.generated(config, ABOUT, content=worded(about.content_string, day)))
        for folder in self._made().sections():
            files.append(
                File.generated(config, f"{folder}/{SHELL}", content=SHELL_SOURCE, inclusion=InclusionLevel.NOT_IN_NAV)
            )
        return files

    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str:
        """Keep a shell instead of writing it; put the generated part into a page that has one."""
        try:
            if page.meta.get("shell"):
                folder = os.path.dirname(page.file.src_uri)
                self.shells[folder] = site.Shell.parse(output, page.canonical_url or "")
                return ""
            part = self._made().section(page.file.dest_uri)
            return site.Shell.parse(output).stamp(part).decode() if part else output
        except GongshiError as error:
            raise PluginError(f"{page.file.src_uri}：{error}") from error

    def on_post_template(self, output: str, *, template_name: str, config: MkDocsConfig) -> str:
        """MkDocs' sitemap has today's date in it, and knows no record page: ours is written at the end."""
        return "" if template_name == "sitemap.xml" else output

    @event_priority(-50)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """After the search plugin, where a county still has it, has written its index: no page of ours reads it."""
        try:
            site.finish(self._made(), self.shells, Path(config.site_dir), config.site_url or "")
        except GongshiError as error:
            raise PluginError(str(error)) from error

    def on_serve(
        self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Callable[..., object]
    ) -> LiveReloadServer:
        """Look at the records, too, for changes."""
        server.watch(str(Path(config.config_file_path).parent / "records"))
        return server


class _Warnings(logging.Handler):
    """Keeps what MkDocs warns about, to be said in one sentence."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def _settings(config_file: Path) -> bytes:
    """The bytes of mkdocs.yml, which MkDocs then reads and no others; GongshiError if they ask for more than a site."""
    tree = WorkTree(config_file.parent)
    for finding in check_settings(tree):
        line = f"第 {finding.line} 行：" if finding.line else "："
        raise GongshiError(f"{finding.path} {line}{finding.message}。")
    return tree.read(config_file.name)


def build(
    config_file: Path,
    out: Path,
    on: datetime.date | None = None,
    content: site.Content | None = None,
    draft: bool = False,
) -> None:
    """Build the site of ``config_file`` into ``out`` for the day ``on``; any warning of MkDocs is an error."""
    log, kept = logging.getLogger("mkdocs"), _Warnings()
    before = (log.level, log.propagate)
    log.setLevel(logging.WARNING)  # a level set above it would hide warnings from MkDocs' own strict mode
    log.propagate = False
    log.addHandler(kept)
    try:
        settings = BytesIO(_settings(config_file))
        place = str(config_file.absolute())
        config = load_config(settings, config_file_path=place, site_dir=str(out.absolute()), strict=True)
        plugin = config.plugins["gongshi"]
        assert isinstance(plugin, GongshiPlugin)
        plugin.content, plugin.config["day"], plugin.draft = content, on, draft
        run_mkdocs(config)
    except (Abort, ConfigurationError) as error:
        raise GongshiError("网站没有建成：" + "；".join(kept.messages or [str(error)])) from error
    finally:
        log.removeHandler(kept)
        log.setLevel(before[0])
        log.propagate = before[1]
