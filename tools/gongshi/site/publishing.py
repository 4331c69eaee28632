"""The log: a folder of manifests beside the site, one file each, never changed and never removed.

A chain is not begun where one is known: the clone remembers what it published last, the ledger may name the first
manifest (``records/keys/chain``), and a fetched branch and the site in place hold manifests.
"""

from __future__ import annotations

import datetime
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import escape

from gongshi.model import GongshiError
from gongshi.repository import Git, Tree, private_folder, reason
from gongshi.sealing.layout import CHAIN, is_chain
from gongshi.site.chain import check_first, check_log
from gongshi.site.manifest import (
    BESIDE,
    FEED,
    LATEST,
    NAME,
    QUALITY,
    SIGNED,
    Manifest,
    digests,
    name_of,
    quality_name,
    read_bytes,
    read_manifest,
    read_paper,
)

FIRST = CHAIN
"""Where a ledger may name the first manifest of its chain, by its label: under review, and in every clone."""

_MEMORY = "published"
_NEWEST = 50  # entries of the feed
_LONGEST = 20_000  # bytes of a signature


def read_log(folder: Path) -> list[Manifest]:
    """Every manifest of a log, in the order of its numbers; GongshiError if one is not what its name says."""
    return [read_file(folder / name) for name in _names(folder)]


def _names(folder: Path) -> list[str]:
    """A link is none of them: it may lead to a file that is nobody's business."""
    return sorted(path.name for path in folder.glob("*.json") if NAME.fullmatch(path.name) and _is_plain(path))


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def read_file(path: Path) -> Manifest:
    """The manifest in a file, whose name in a log must be its own."""
    found = read_manifest(read_bytes(path), path.name)
    if NAME.fullmatch(path.name) and path.name != found.name:
        raise GongshiError(f"清单文件“{path.name}”里其实是 {found.name}，被改名或调换过，请重新取得整个清单目录。")
    return found


def is_log(folder: Path) -> bool:
    """Whether the folder is a log, not one where somebody keeps a single manifest among other things."""
    return (folder / LATEST).is_file() or len(_names(folder)) > 1


def known(git: Git, site: Path) -> dict[str, set[str]]:
    """The names of the manifests that were published before, by where that is known from."""
    found = {"本机上次发布的记录": _remembered(git), f"{site.name}/{BESIDE}": set(_names(site / BESIDE))}
    refs = (
        git.run("for-each-ref", "--format=%(refname)", f"refs/heads/{BESIDE}", "refs/remotes")
        .decode("utf-8", "replace")
        .split("\n")
    )
    for ref in refs:
        if ref.endswith(f"/{BESIDE}"):
            names = git.run("ls-tree", "--name-only", ref).decode("utf-8", "replace").split("\n")
            found[f"分支 {ref}"] = {name for name in names if NAME.fullmatch(name)}
    return found


def read_branch(git: Git) -> tuple[str, list[Manifest]]:
    """(the branch, every manifest on it) of the log that a clone has as a branch, the remote's first; ("", []) for none."""
    listing = git.run("for-each-ref", "--format=%(refname)", "refs/remotes", f"refs/heads/{BESIDE}").decode(
        "utf-8", "replace"
    )
    for ref in (ref for ref in listing.split("\n") if ref.endswith(f"/{BESIDE}")):
        lines = git.run("ls-tree", "-z", ref).decode("utf-8", "replace").split("\0")
        entries = (line.partition("\t") for line in lines if line.startswith("100"))
        names = sorted((name, head.split()[2]) for head, _, name in entries if NAME.fullmatch(name))
        contents = git.blobs(blob for _, blob in names)
        return ref, [read_manifest(content, name) for (name, _), (_, content) in zip(names, contents, strict=True)]
    return "", []


def on_day(log: Sequence[Manifest], day: datetime.date) -> tuple[Manifest | None, Manifest | None]:
    """(the manifest of what the site showed at the end of ``day``, the one that came after it), None where there is none."""
    shown = [manifest for manifest in log if manifest.day <= day.isoformat()]
    after = log[len(shown)] if len(shown) < len(log) else None
    return (shown[-1] if shown else None), after


def _remembered(git: Git) -> set[str]:
    try:
        text = (private_folder(git) / _MEMORY).read_text("utf-8").strip()
    except (OSError, ValueError):
        return set()
    return {name_of(text)} if read_paper(text) else set()


def remember(git: Git, manifest: Manifest) -> None:
    """Keep in the clone what was published from it last."""
    place = private_folder(git) / _MEMORY
    place.parent.mkdir(exist_ok=True)
    write_whole(place, f"{manifest.label}\n".encode())


def first_of(tree: Tree) -> str:
    """The label of the chain's first manifest as the ledger names it, "" if it names none."""
    if FIRST not in tree.paths("records/keys/"):
        return ""
    content = tree.read(FIRST)
    if not is_chain(content):
        raise GongshiError(f"{FIRST} 里应当只有一行，是第一份发布清单的编号、日期和摘要，请照首次发布时的提示改正。")
    return content.decode("ascii").strip()


def ready(folder: Path, first: str, before: Mapping[str, Iterable[str]]) -> list[Manifest]:
    """The log to add to; GongshiError if it is broken, or does not have what is known of this ledger's chain."""
    log = read_log(folder) if folder.is_dir() else []
    back = f"请先把完整的清单目录取到“{folder}”（tools/ci/manifests.sh fetch，或复制网站的 {BESIDE} 目录）再发布"
    if broken := check_log(log):
        raise GongshiError(f"发布清单目录“{folder}”不完整，没有加新清单：{broken[0].message}。")
    if check_first(log, first):
        raise GongshiError(
            f"台账认的清单链从 {first[:30]} 开始（{FIRST}），“{folder}”里的不是这一条，没有发布：{back}；"
            f"确实要另起一条链的，先经审核删去 {FIRST}，写明依据。"
        )
    names = {manifest.name for manifest in log}
    for where, wanted in before.items():
        if lost := sorted(set(wanted) - names):
            raise GongshiError(
                f"{where}里有第 {int(lost[-1][:6])} 份清单 {lost[-1]}，“{folder}”里没有，没有发布：这样会另起一条链，"
                f"与伪造的分不清。{back}；确实要另起一条链的，加 --anew。"
            )
    return log


def append(
    folder: Path, source: Mapping[str, Any], day: datetime.date, site: Path, name: str = ""
) -> tuple[Manifest, bool]:
    """Add the site, made of ``source``, to the log; False if the last manifest says just this already.

    A broken log is not added to, nor is a day before the last one, nor another county. Who dies half-way leaves the
    log as it was or with the manifest in it; the files that only point at the newest are then mended the next time.
    """
    log = ready(folder, "", {})
    last = log[-1] if log else None
    made = Manifest(
        number=last.number + 1 if last else 1,
        day=day.isoformat(),
        previous=last.digest if last else "",
        files=digests(site),
        **source,
    )
    added = last is None or (last.day, last.files) != (made.day, made.files) or _source(last) != _source(made)
    if last and not added:
        made = last
    elif broken := check_log([*log, made]):
        raise GongshiError(f"没有发布：{broken[0].message}。")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if QUALITY in made.files and not _is_plain(folder / made.quality_name):
            write_whole(folder / made.quality_name, read_bytes(site / QUALITY))
        if added:
            write_whole(folder / made.name, made.encode())
        write_whole(folder / LATEST, f"{made.label}\n".encode())
        write_whole(folder / FEED, feed([*log, made] if added else log, name).encode())
    except OSError as error:
        raise GongshiError(f"写不了发布清单“{folder / made.name}”（{reason(error)}），请检查目录和权限。") from None
    return made, added


def _source(manifest: Manifest) -> tuple[object, ...]:
    return manifest.commit, manifest.tool, manifest.county, manifest.libraries


def write_whole(place: Path, content: bytes) -> None:
    """Whole or not at all, for anybody to read."""
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(name, 0o644)
        os.replace(name, place)
    finally:
        Path(name).unlink(missing_ok=True)


def signature_of(folder: Path, name: str) -> str:
    """The signature beside the manifest ``name``, as it lies; "" if there is none."""
    path = folder / f"{name}{SIGNED}"
    try:
        with path.open("rb") as stream:
            return stream.read(_LONGEST).decode("utf-8", "replace") if _is_plain(path) else ""
    except OSError:
        return ""


def put_beside(folder: Path, site: Path) -> None:
    """Copy the log beside the pages of ``site``."""
    try:
        (site / BESIDE).mkdir(exist_ok=True)
        for name in _names(folder):
            shutil.copyfile(folder / name, site / BESIDE / name)
            if _is_plain(copy := folder / quality_name(name)):
                shutil.copyfile(copy, site / BESIDE / copy.name)
            if signature := signature_of(folder, name):
                write_whole(site / BESIDE / f"{name}{SIGNED}", signature.encode())
        for name in (LATEST, FEED):
            write_whole(site / BESIDE / name, read_bytes(folder / name))
    except OSError as error:
        raise GongshiError(f"写不了“{site / BESIDE}”（{reason(error)}），请检查磁盘空间和权限。") from None


def feed(log: Sequence[Manifest], name: str) -> str:
    """The newest digests as an Atom feed: a reader's program keeps them, where nobody can call them back."""
    county = log[-1].county
    entries = "".join(
        f"<entry><title>{name}第 {manifest.number} 份发布清单</title><id>tag:gongshi,2020:{county}:{manifest.label}</id>"
        f'<link href="{manifest.name}"/><updated>{manifest.day}T00:00:00+08:00</updated>'
        f"<summary>{manifest.label}</summary></entry>\n"
        for manifest in reversed(log[-_NEWEST:])
    ).replace(f"<title>{name}", f"<title>{escape(name)}")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-CN">\n'
        f"<title>{escape(name)}：发布清单</title>\n<id>tag:gongshi,2020:{county}:manifests</id>\n"
        f"<updated>{log[-1].day}T00:00:00+08:00</updated>\n<author><name>{escape(name)}</name></author>\n{entries}</feed>\n"
    )
