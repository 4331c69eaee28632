"""The thin door to MkDocs: hand-written pages and one shell per folder go through it once, ``site`` does the rest.

``gongshi build`` asks for the ``frames`` alone, unless an earlier build had them; ``mkdocs build`` and ``mkdocs serve`` load the
plugin from mkdocs.yml. All run the same events, so all give the same bytes.
"""

from __future__ import annotations

import datetime
import logging
import os
import tempfile
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
from gongshi.checks.settings import refuse_settings
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

    only_frames = False
    """Whether nothing is stamped and written: somebody asked for the frames."""

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Read the records, and let the theme know what every page says about itself."""
        try:
            self.content = self.content or self._load(config)
        except GongshiError as error:
            raise PluginError(visible(safe(str(error)))) from error
        self.shells: dict[str, tuple[str, str]] = {}
        self.pages: dict[str, str] = {}
        facts = site.marked(self.content.facts())
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
        """Keep a page instead of writing it: it is stamped at the end."""
        if page.meta.get("shell"):
            self.shells[os.path.dirname(page.file.src_uri)] = output, page.canonical_url or ""
        else:
            self.pages[page.file.dest_uri] = output
        return ""

    def on_post_template(self, output: str, *, template_name: str, config: MkDocsConfig) -> str:
        """MkDocs' sitemap has today's date in it, and knows no record page: ours is written at the end."""
        if template_name != "sitemap.xml":
            self.pages[template_name] = output
        return ""

    @event_priority(-50)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """After the search plugin, where a county still has it, has written its index: no page of ours reads it."""
        if self.only_frames:
            return
        try:
            site.assemble(self._made(), self.made(config), Path(config.site_dir))
        except GongshiError as error:
            raise PluginError(str(error)) from error

    def made(self, config: MkDocsConfig) -> site.Frames:
        """What came out, with the files that lie in the site's folder."""
        folder = Path(config.site_dir)
        found = (path for path in sorted(folder.rglob("*")) if path.is_file())
        files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
        kept = {path: data for path, data in files.items() if path.partition("/")[0] not in site.THEME_FILES}
        return site.Frames(self.pages, self.shells, kept, config.site_url or "")

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
    refuse_settings(tree)
    return tree.read(config_file.name)


def build(
    config_file: Path,
    out: Path,
    on: datetime.date | None = None,
    content: site.Content | None = None,
    draft: bool = False,
) -> None:
    """Build the site of ``config_file`` into ``out`` for the day ``on``; any warning of MkDocs is an error."""
    _run(config_file, out, on, content, draft, False)


def frames(config_file: Path, content: site.Content, draft: bool = False) -> site.Frames:
    """What MkDocs makes of the hand-written pages of ``config_file``; any warning of it is an error."""
    with tempfile.TemporaryDirectory(prefix="gongshi-") as place:
        found = _run(config_file, Path(place), None, content, draft, True)
    assert found is not None
    return found


def _run(
    config_file: Path, out: Path, on: datetime.date | None, content: site.Content | None, draft: bool, only_frames: bool
) -> site.Frames | None:
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
        plugin.only_frames = only_frames
        run_mkdocs(config)
        return plugin.made(config) if only_frames else None
    except (Abort, ConfigurationError) as error:
        raise GongshiError("网站没有建成：" + "；".join(kept.messages or [str(error)])) from error
    finally:
        log.removeHandler(kept)
        log.setLevel(before[0])
        log.propagate = before[1]
