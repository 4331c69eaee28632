"""A site made beside its place and put there whole: nothing with an error in its records, or with personal data, is published."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from gongshi.checks.guard import NameSet
from gongshi.checks.settings import refuse_settings
from gongshi.founding.pack import Pack, program_files
from gongshi.library.guarding import NotBuilt, guarding
from gongshi.model import Finding, GongshiError, Progress, Severity
from gongshi.package import Recall
from gongshi.repository import Cache, Reused, WorkTree, reason
from gongshi.site import Content, Frames, assemble, marked
from gongshi.site.load import of_examined, still
from gongshi.site.manifest import libraries, tool_digest
from gongshi.site.quality import Quality

ABOUT = "about.md"
_ASIDE = ".gongshi-site-"


@contextmanager
def building(
    root: Path,
    folder: Path,
    when: date,
    kept: Recall,
    names: NameSet | None,
    draft: bool = False,
    show: Progress = lambda _: None,
    past: Sequence[Quality] = (),
) -> Iterator[Path]:
    """The site of ``root``, whose tables were just examined (``kept``), in a folder of its own, to add to; at the end of the
    context it takes the place of ``folder``. ``past`` is what the log says of the records' quality."""
    show("生成网页")
    reused = Reused(Cache(root), f"{tool_digest()} {libraries()}")
    content = of_examined(root, kept, when, draft, past, reused)
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=folder.parent))
    try:
        with guarding(root, aside, names) as guard:
            build_site(root, aside, content, draft, reused, guard.wrote)
            still(kept)
            show("查找个人信息")
            guard.refuse()
        yield aside
        _swap(aside, folder)
        reused.settle()
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def build_site(
    root: Path, out: Path, content: Content, draft: bool, reused: Reused, wrote: Callable[[str], None] = lambda _: None
) -> None:
    """The site in ``out``; the frames of its pages are made by MkDocs only if no earlier build had the same. ``wrote`` is told
    each file that is whole."""

    def made() -> bytes:
        from gongshi.mkdocs_plugin import frames  # half a second to import

        return frames(root / "mkdocs.yml", content, draft).encode()

    refuse_settings(WorkTree(root))
    pack = Pack(program_files())
    theirs = sorted((path, _sha256(data)) for path, data in {**pack.pages(), ABOUT: pack.read(f"docs/{ABOUT}")}.items())
    said = repr((marked(content.facts()), draft, sorted(content.sections()), _pages_of(root), theirs))
    assemble(content, Frames.decode(reused.get("frames", said, made)), out, wrote)


def _pages_of(root: Path) -> list[tuple[str, str]]:
    """Path and digest of all that MkDocs reads of a ledger: links are followed, as it does."""
    folders = os.walk(root / "docs", followlinks=True)
    places = [root / "mkdocs.yml", *(Path(folder) / name for folder, _, names in folders for name in names)]
    return sorted((path.relative_to(root).as_posix(), _sha256(path.read_bytes())) for path in places if path.is_file())


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def refuse_errors(findings: list[Finding]) -> None:
    """NotBuilt if there is an error among what ``check`` found."""
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        raise NotBuilt(
            f"台账有 {len(errors)} 处错误，没有生成网站：请照上面的提示改好；只想先看看样子的，加 --draft。", errors
        )


def settle(folder: Path) -> None:
    """Put back the site that a killed build had moved out of the way, or finish taking it away; take away what one was
    making more than a day ago. GongshiError if there is something else in the site's place."""
    old = _old(folder)
    for left in folder.parent.glob(f"{_ASIDE}*"):
        if time.time() - left.stat().st_mtime > 86_400:
            shutil.rmtree(left, ignore_errors=True)
    if folder.exists():
        shutil.rmtree(old, ignore_errors=True)
    elif old.exists():
        old.rename(folder)
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / "gongshi").is_dir())):
        raise GongshiError(f"“{folder}”里有别的东西，生成网站会清掉它，请换一个目录")


def _swap(aside: Path, folder: Path) -> None:
    """Put the new site in place of the old one in two renames; between them ``_settle`` finds the old one."""
    aside.chmod(0o755)
    old = _old(folder)
    try:
        if folder.exists():
            folder.rename(old)
        aside.rename(folder)
    except OSError as error:
        if not folder.exists() and old.exists():
            old.rename(folder)
        raise GongshiError(f"换不上新网站“{folder}”（{reason(error)}），旧的还在，请关闭打开着它的程序再试。") from None
    shutil.rmtree(old, ignore_errors=True)


def _old(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.gongshi-old")
