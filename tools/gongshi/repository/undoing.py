"""What was written last can be taken back: of each write the files as they were, kept in the clone's own Git folder.

An entry is kept before the write, so that nothing written is ever without one. It can be taken back while every file still
is what that write made of it, and until a commit holds that. Which one is last is told by number, not by a clock.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from gongshi.model import GongshiError
from gongshi.repository.cache import private_folder
from gongshi.repository.git import Git
from gongshi.repository.outside import write_private
from gongshi.repository.tree import inside
from gongshi.repository.writing import Changes, writer

KEPT = 50
_NAME = re.compile(r"undo-([0-9]{8})\.json")


@dataclass(frozen=True, slots=True)
class Written:
    """One write: ``what`` says it in words, ``when`` is the clock's time as text; ``hindrance`` is why it cannot be taken
    back, "" if it can; ``before`` is what the files were."""

    number: int
    what: str
    when: str
    hindrance: str
    before: Changes
    place: Path

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(self.before)


class _File(TypedDict):
    """A file's content before a write, packed, and the digest of what the write made of it."""

    before: str | None
    after: str | None


class _Entry(TypedDict):
    what: str
    when: str
    files: dict[str, _File]


def write_kept(
    root: Path, write: Callable[[Changes], tuple[str, ...]], what: str, when: str, changes: Changes
) -> tuple[str, ...]:
    """Write ``changes`` by ``write``, which ``writer`` gave, and keep what they replace; the paths that changed."""
    before = {path: _content(root, path) for path in sorted(changes)}
    differing = [path for path in before if before[path] != changes[path]]
    folder = _folder(root)
    if folder is None or not differing:
        return write(changes)
    folder.mkdir(exist_ok=True)
    number = max((int(name[1]) for name, _ in _found(folder)), default=0) + 1
    place = folder / f"undo-{number:08}.json"
    files: dict[str, _File] = {
        path: {"before": _packed(before[path]), "after": _digest(changes[path])} for path in differing
    }
    write_private(place, json.dumps({"what": what, "when": when, "files": files}).encode())
    try:
        done = write(changes)
    except GongshiError:
        with suppress(OSError):
            place.unlink()
        raise
    for _, old in _found(folder)[KEPT:]:
        old.unlink(missing_ok=True)
    return done


def written(root: Path) -> list[Written]:
    """The writes that are remembered, the last first; one that was cut short before anything was written is none."""
    folder = _folder(root)
    if folder is None:
        return []
    committed = _committed(Git(root))
    found = []
    for name, place in _found(folder):
        entry = _read(place)
        if entry is None:
            continue
        files = entry["files"]
        now = {path: _content(root, path) for path in files}
        before = {path: _unpacked(file["before"]) for path, file in files.items()}
        if any(_digest(now[path]) != _digest(before[path]) for path in files):
            hindrance = _hindrance(files, now, committed)
            found.append(Written(int(name[1]), entry["what"], entry["when"], hindrance, before, place))
    return found


def take_back(root: Path, number: int | None = None) -> Written:
    """Make the files of a write, the last one unless ``number`` is given, what they were before it, all or none."""
    with writer(root) as write:
        every = written(root)
        found = next((one for one in every if number in (None, one.number)), None)
        if found is None:
            raise GongshiError(
                "没有可以撤销的写入。" if number is None else f"没有第 {number} 次写入，或早已不再保留。"
            )
        if found.hindrance:
            raise GongshiError(f"“{found.what}”{found.hindrance}，不能撤销，什么也没有动。")
        write(found.before)
        found.place.unlink(missing_ok=True)
    return found


def _folder(root: Path) -> Path | None:
    git = Git(root)
    return private_folder(git) if git.exists() else None


def _found(folder: Path) -> list[tuple[re.Match[str], Path]]:
    """(name, place) of the entries, the last first."""
    try:
        places = [(match, folder / name) for name in os.listdir(folder) if (match := _NAME.fullmatch(name))]
    except OSError:
        return []
    return sorted(places, key=lambda pair: pair[0][1], reverse=True)


def _read(place: Path) -> _Entry | None:
    """An entry; None for a damaged one, which is as good as none."""
    try:
        entry: _Entry = json.loads(place.read_bytes())
        whole = all(isinstance(entry[name], str) for name in ("what", "when")) and all(
            set(file) == {"before", "after"} for file in entry["files"].values()
        )
        return entry if whole else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _hindrance(files: Mapping[str, _File], now: dict[str, bytes | None], committed: dict[str, str]) -> str:
    if any(_digest(now[path]) != file["after"] for path, file in files.items()):
        return "之后，同一个文件又改过"
    return "已经提交" if all(committed.get(path) == _blob(now[path]) for path in files) else ""


def _committed(git: Git) -> dict[str, str]:
    """Path → Git's name of the content in the newest commit."""
    head = git.head()
    return {path: name for path, (_, name) in git.ls_tree(head).items()} if head else {}


def _blob(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha1(b"blob %d\0%s" % (len(content), content)).hexdigest()


def _content(root: Path, path: str) -> bytes | None:
    place = inside(root, path)
    return place.read_bytes() if place.is_file() else None


def _digest(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()


def _packed(content: bytes | None) -> str | None:
    return None if content is None else base64.b64encode(zlib.compress(content)).decode("ascii")


def _unpacked(text: str | None) -> bytes | None:
    return None if text is None else zlib.decompress(base64.b64decode(text))
