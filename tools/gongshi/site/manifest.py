"""The manifest of a publication: what it names, how it is spelled and read, and the files it is held against.

A manifest names the county, the commit, the day, the program and the digest of every file, and the digest of the
manifest before it (``chain``). It is digested as it is spelled, so there is one spelling only.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from sys import intern
from typing import Any, NamedTuple

from gongshi import __version__
from gongshi.changes.judging import DESCRIPTORS
from gongshi.model import Finding, GongshiError, Severity
from gongshi.repository import Tree, digest, reason

FORMATS = {
    1: ("number", "day", "commit", "tool", "previous", "files"),
    2: tuple(
        ["number", "day", "county", "commit", "engine", "tool", "libraries", "schemas", "policies", "previous", "files"]
    ),
}
"""What each format of manifests says. The newest is written, all are read."""

LIBRARIES = tuple(["duckdb", "jinja2", "markdown", "mkdocs", "mkdocs-material", "pypinyin", "pyyaml", "xlsxwriter"])
"""Other versions of these may make other bytes of the same records."""

BESIDE = "manifests"
"""The folder beside a site's pages, where anybody can save its manifests; no part of what they list."""

LATEST, FEED, SIGNED = "latest.txt", "feed.xml", ".sig"
QUALITY = "data/quality.json"
"""The file of a site that a log keeps a copy of, beside its manifest."""

_QUALITY = ".quality.json"
MOST = 64 << 20  # bytes of a manifest: a site of half a million files
NAME = re.compile(r"(\d{6})-(\d{4}-\d\d-\d\d)-([0-9a-f]{12})\.json")
_BARE = NAME.pattern.removesuffix(r"\.json")
_OURS = re.compile(
    rf"{NAME.pattern}({re.escape(SIGNED)})?|{_BARE}{re.escape(_QUALITY)}|{re.escape(LATEST)}|{re.escape(FEED)}"
)
_quoted = json.encoder.encode_basestring
_HASH, _COMMIT, _DAY = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{40,64}"), re.compile(r"\d{4}-\d\d-\d\d")
_PLAIN = re.compile(r"[\w.+-]{1,60}", re.ASCII)
_LABEL = re.compile(r"(?:0*(\d{1,6})-\d{4}-\d\d-\d\d-)?([0-9a-f]{32,64})")


class Paper(NamedTuple):
    """What somebody read off a printed sheet: a manifest's digest or the first half of it, its number if that was read too."""

    number: int
    digest: str

    def names(self, manifest: Manifest) -> bool:
        return manifest.digest.startswith(self.digest)


@dataclass(frozen=True)
class Manifest:
    """What was published once. ``previous`` is the digest of the manifest before, "" for the first.

    Of format 1 are those of before there was a county, engine and digests of schemas and policies in them.
    """

    number: int
    day: str
    commit: str
    tool: str
    previous: str
    files: Mapping[str, str]
    county: str = ""
    engine: str = ""
    schemas: str = ""
    policies: str = ""
    libraries: Mapping[str, str] = field(default_factory=dict)

    @property
    def format(self) -> int:
        return 2 if self.engine else 1

    def encode(self) -> bytes:
        """The one spelling, which is what is digested: as ``json.dumps`` with an indent of 1, only sooner."""
        fields = {"format": self.format} | {
            name: getattr(self, name) for name in FORMATS[self.format] if name != "files"
        }
        if "libraries" in fields:
            fields["libraries"] = dict(sorted(self.libraries.items()))
        head = json.dumps(fields, ensure_ascii=False, indent=1).removesuffix("\n}")
        lines = ",".join(f"\n  {_quoted(path)}: {_quoted(value)}" for path, value in sorted(self.files.items()))
        end = "\n " if lines else ""
        return f'{head},\n "files": {{{lines}{end}}}\n}}\n'.encode()

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hex, of the manifest's file."""
        return hashlib.sha256(self.encode()).hexdigest()

    @property
    def label(self) -> str:
        """How it stands on paper and in ``latest.txt``: number, day, digest."""
        return f"{self.number:06}-{self.day}-{self.digest}"

    @property
    def name(self) -> str:
        """The name of its file in a log: the beginning of its label."""
        return name_of(self.label)

    @property
    def quality_name(self) -> str:
        """The name that the copy of its ``QUALITY`` has beside it."""
        return quality_name(self.name)


def name_of(label: str) -> str:
    """The name of the file whose label this is."""
    return f"{label[:-52]}.json"


def quality_name(name: str) -> str:
    """The name of what a log keeps beside the manifest of this name."""
    return name.removesuffix(".json") + _QUALITY


def read_paper(text: str) -> Paper | None:
    """A label or digest as somebody types it, with any blanks; None if it is none. 128 bits of it are enough."""
    match = _LABEL.fullmatch(re.sub(r"\s+", "", text).lower())
    return Paper(int(match[1] or 0), match[2]) if match else None


def read_manifest(content: bytes, label: str) -> Manifest:
    """The manifest in ``content``; GongshiError unless it is whole and in its one spelling."""
    try:
        fields = json.loads(content) if len(content) <= MOST else {}
        form = fields.pop("format")
        if type(form) is not int or fields.keys() != set(FORMATS[form]):
            raise ValueError(form)
        fields["files"] = {
            intern(path): intern(value) for path, value in fields["files"].items()
        }  # of a log most repeat
        found = Manifest(**fields)
        if not _sound(found) or found.format != form or found.encode() != content:
            raise ValueError(form)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise GongshiError(f"“{printable(label)}”不是完整的发布清单，可能被改动或没有下载全，请重新取得。") from None
    vars(found)["digest"] = hashlib.sha256(content).hexdigest()
    return found


def read_bytes(path: Path) -> bytes:
    """The content of a file that may be anything, but is no larger than a manifest can be."""
    try:
        if path.stat().st_size > MOST:
            raise GongshiError(f"“{printable(path.name)}”太大，不是发布清单或公示榜，请核对文件。")
        return path.read_bytes()
    except OSError as error:
        raise GongshiError(f"读不了“{printable(path.name)}”（{reason(error)}），请检查文件和权限。") from None


def _sound(found: Manifest) -> bool:
    """Whether every field is of its kind; the paths are never opened, but they are shown."""
    datetime.date.fromisoformat(found.day)
    filled = [value for value in (found.previous, found.schemas, found.policies) if value != ""]
    digests = [found.tool, *found.files.values(), *filled]
    words = [*(value for value in (found.county, found.engine) if value != ""), *found.libraries]
    words += found.libraries.values()
    return bool(
        type(found.number) is int
        and 0 < found.number < 1_000_000
        and _DAY.fullmatch(found.day)
        and _COMMIT.fullmatch(found.commit)
        and all(map(_is_hash, digests))
        and all(map(_PLAIN.fullmatch, words))
        and all(map(_is_inside, found.files))
    )


@lru_cache(1 << 17)
def _is_hash(text: str) -> bool:
    return bool(_HASH.fullmatch(text))


@lru_cache(1 << 17)
def _is_inside(path: str) -> bool:
    """Whether the path can be that of a file in a site, and is fit to be shown."""
    return path.isprintable() and "\\" not in path and not {"", ".", ".."} & set(path.split("/"))


def printable(text: str) -> str:
    """Untrusted text for a message: what a terminal would act on is written out."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)


def digests(site: Path, log: Path | None = None) -> dict[str, str]:
    """SHA-256 of every file of a site, by its path; manifests and what goes with them, beside the pages, are not of it."""
    beside = {(site / BESIDE).resolve(), *([log.resolve()] if log else [])} - {site.resolve()}
    paths = sorted(path for path in site.rglob("*") if path.is_file() or path.is_symlink())
    paths = [path for path in paths if not (_OURS.fullmatch(path.name) and path.parent.resolve() in beside)]
    try:
        return {path.relative_to(site).as_posix(): _digest(path) for path in paths}
    except OSError as error:
        raise GongshiError(
            f"读不了网站文件“{printable(str(error.filename))}”（{reason(error)}），请检查权限。"
        ) from None


def _digest(path: Path) -> str:
    """A link is not followed: it has no digest of ours."""
    if path.is_symlink():
        return "链接"
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def compare(wanted: Mapping[str, str], there: Mapping[str, str]) -> list[Finding]:
    """Every file that is not what the manifest says, by name."""
    found = []
    for path in sorted({*wanted, *there}):
        if path not in there:
            found.append(
                _finding("file-missing", path, "清单里有，网站上没有，请重新下载整个网站；仍没有的，是被拿掉了")
            )
        elif path not in wanted:
            found.append(_finding("file-extra", path, "网站上有，清单里没有，不是这一次发布的，请不要相信它"))
        elif wanted[path] != there[path]:
            found.append(_finding("file-differs", path, "内容与清单不同，请重新下载这个文件；仍不同的，是被改过"))
    return found


def _finding(code: str, path: str, message: str) -> Finding:
    return Finding(code, Severity.ERROR, message, printable(path))


def tool_digest() -> str:
    """SHA-256 over this package's own files: another version of it makes another site of the same records."""
    home, total = Path(__file__).parents[1], hashlib.sha256()
    for path in sorted(home.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            content = path.read_bytes().replace(b"\r\n", b"\n")
            total.update(f"{path.relative_to(home).as_posix()}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return total.hexdigest()


def origin(tree: Tree, county: str, commit: str) -> dict[str, Any]:
    """What a manifest says of where its site comes from: the county, the commit, its schemas and policies, the program."""
    return {
        "county": county,
        "commit": commit,
        **rules_of(tree),
        "engine": __version__,
        "tool": tool_digest(),
        "libraries": libraries(),
    }


def rules_of(tree: Tree) -> dict[str, str]:
    """The digests of what judges the records, as ``gongshi check --format json`` has them."""
    return {"schemas": digest(tree, *DESCRIPTORS), "policies": digest(tree, "policies/")}


def libraries() -> dict[str, str]:
    """The versions of ``LIBRARIES`` that are installed."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "none"
    return found


def to_install(manifest: Manifest) -> str:
    """What to install to build the manifest's site again; "" if it is what is here."""
    here = libraries()
    parts = [f"{name} {wanted}" for name, wanted in manifest.libraries.items() if here.get(name) != wanted]
    if manifest.tool != tool_digest():
        parts.insert(
            0, f"gongshi {manifest.engine}（程序摘要 {manifest.tool[:12]}）".replace("gongshi （", "gongshi（")
        )
    return "、".join(parts)
