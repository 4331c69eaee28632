"""The manifest of a build, the log of manifests, and what verifying either finds.

A manifest names the commit, the day and the digest of every file, and the digest of the manifest before it. The log is
a folder of manifests beside the site, one file each, never changed and never removed: whoever saved one of them can see
later whether the site and the log are still what they were.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gongshi.model import Finding, GongshiError, Severity
from gongshi.repository import reason

FORMAT = 1
_HASH, _COMMIT = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{40,64}")
_NAME = re.compile(r"\d{6}-\d{4}-\d\d-\d\d-[0-9a-f]{12}\.json")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was published once. ``previous`` is the digest of the manifest before, "" for the first."""

    number: int
    day: str
    commit: str
    tool: str
    previous: str
    files: Mapping[str, str]

    def encode(self) -> bytes:
        """The one spelling, which is what is digested."""
        fields = {"format": FORMAT} | {name: getattr(self, name) for name in self.__dataclass_fields__}
        fields["files"] = dict(sorted(self.files.items()))
        return (json.dumps(fields, ensure_ascii=False, indent=1) + "\n").encode()

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of the manifest's file."""
        return hashlib.sha256(self.encode()).hexdigest()

    @property
    def name(self) -> str:
        """The name of its file in a log: number, day, and the beginning of its digest."""
        return f"{self.number:06}-{self.day}-{self.digest[:12]}.json"


def read_manifest(content: bytes, label: str) -> Manifest:
    """The manifest in ``content``; GongshiError unless it is whole and in its one spelling."""
    try:
        fields = json.loads(content)
        form = fields.pop("format")
        found = Manifest(**fields)
        datetime.date.fromisoformat(found.day)
        whole = found.encode() == content and all(_HASH.fullmatch(value) for value in found.files.values())
        known = _COMMIT.fullmatch(found.commit) and (not found.previous or _HASH.fullmatch(found.previous))
        if not (form == FORMAT and whole and known and found.number > 0):
            raise ValueError(form)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise GongshiError(f"“{label}”不是完整的发布清单，可能被改动或没有下载全，请重新取得。") from None
    return found


def digests(site: Path, log: Path | None = None) -> dict[str, str]:
    """SHA-256 of every file of a built site, by its path; a log that lies among its files is not of it."""
    paths = sorted(path for path in site.rglob("*") if path.is_file() or path.is_symlink())
    if log and (beside := log.resolve()).is_relative_to(site.resolve()) and beside != site.resolve():
        paths = [path for path in paths if path.parent.resolve() != beside or not _NAME.fullmatch(path.name)]
    return {path.relative_to(site).as_posix(): _digest(path) for path in paths}


def _digest(path: Path) -> str:
    """A link is not followed: it has no digest of ours."""
    return "链接" if path.is_symlink() else hashlib.sha256(path.read_bytes()).hexdigest()


def tool_digest() -> str:
    """SHA-256 over this package's own files: another version of it makes another site of the same records."""
    home, total = Path(__file__).parents[1], hashlib.sha256()
    for path in sorted(home.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            content = path.read_bytes().replace(b"\r\n", b"\n")
            total.update(f"{path.relative_to(home).as_posix()}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return total.hexdigest()


def read_log(folder: Path) -> list[Manifest]:
    """Every manifest of a log, in the order of its numbers."""
    paths = sorted(path for path in folder.glob("*.json") if _NAME.fullmatch(path.name))
    return [read_manifest(path.read_bytes(), path.name) for path in paths]


def append(folder: Path, commit: str, day: datetime.date, site: Path) -> tuple[Manifest, bool]:
    """Add the site to the log; False if the last manifest says just this already. A broken log is not added to."""
    log = read_log(folder) if folder.is_dir() else []
    if broken := check_log(log):
        raise GongshiError(f"发布清单目录“{folder}”不完整，没有加新清单：{broken[0].message}")
    last = log[-1] if log else None
    made = Manifest(
        (last.number if last else 0) + 1,
        day.isoformat(),
        commit,
        tool_digest(),
        last.digest if last else "",
        digests(site),
    )
    if last and (last.day, last.commit, last.tool, last.files) == (made.day, made.commit, made.tool, made.files):
        return last, False
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with (folder / made.name).open("xb") as stream:
            stream.write(made.encode())
    except OSError as error:
        raise GongshiError(f"写不了发布清单“{folder / made.name}”（{reason(error)}），请检查目录和权限。") from None
    return made, True


def check_log(log: Sequence[Manifest]) -> list[Finding]:
    """Where the chain is cut, forked or begun anew."""
    found = []
    for place, manifest in enumerate(log):
        before = log[place - 1] if place else None
        if manifest.number != place + 1:
            found.append(
                _finding("chain-gap", manifest.name, f"第 {place + 1} 份清单不见了，或有两份同号，链在这里断了")
            )
            break
        if manifest.previous != (before.digest if before else ""):
            found.append(_finding("chain-cut", manifest.name, f"第 {manifest.number} 份清单接不上前一份，链被改过"))
    return found


def check_saved(saved: Manifest, log: Sequence[Manifest]) -> list[Finding]:
    """Whether a manifest that somebody kept still stands in the log."""
    if any(manifest.digest == saved.digest for manifest in log):
        return []
    return [
        _finding("chain-rewritten", saved.name, f"清单目录里没有您手里的第 {saved.number} 份清单，发布记录被改写过")
    ]


def compare(wanted: Mapping[str, str], there: Mapping[str, str]) -> list[Finding]:
    """Every file that is not what the manifest says, by name."""
    found = []
    for path in sorted({*wanted, *there}):
        if path not in there:
            found.append(_finding("file-missing", path, "清单里有，网站上没有"))
        elif path not in wanted:
            found.append(_finding("file-extra", path, "网站上有，清单里没有"))
        elif wanted[path] != there[path]:
            found.append(_finding("file-differs", path, "内容与清单不同"))
    return found


def check_ancestry(log: Iterable[Manifest], ancestor: Any, head: str) -> list[Finding]:
    """Whether each published commit is in the history of ``head``; ``ancestor(a, b)`` says so of two commits."""
    found = []
    for manifest in log:
        if not ancestor(manifest.commit, head):
            text = f"{manifest.day} 发布的台账版本 {manifest.commit[:12]} 不在现在的历史里，历史被改写过"
            found.append(_finding("history-rewritten", manifest.name, text))
    return found


def _finding(code: str, path: str, message: str) -> Finding:
    return Finding(code, Severity.ERROR, message, path)
