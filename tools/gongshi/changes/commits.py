"""The official history: the first-parent commits of a revision, and what each changed, as Git's own hunks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone

from gongshi.changes.values import Revision
from gongshi.package import RECORDS, pack
from gongshi.repository import Git

CHINA = timezone(timedelta(hours=8))
_TRAILER = re.compile(r"([\w-]+)\s*[:：]\s*(\S.*)")
_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ABOUT = "--format=%H%x00%P%x00%an%x00%ct%x00%B%x00%x01"
_PATCH = (
    *("log", "--first-parent", "-m", "--reverse", "--format=%x01%H", "-p", "--unified=0", "--full-index"),
    *("--no-renames", "--no-color", "--no-ext-diff", "--no-textconv", "--relative"),
    *("--src-prefix=a/", "--dst-prefix=b/"),
)


@dataclass(frozen=True, slots=True)
class _Trailers:
    trailers: Mapping[str, str]


def trailer_names() -> Mapping[str, str]:
    """How people write the name of a trailer that we know → its name: ``pack/trailers.yaml``."""
    return pack("trailers", _Trailers).trailers


@dataclass(slots=True)
class FileChange:
    """One file of one commit: the contents' names ("0…" for none), and of a CSV file the lines of its hunks.

    ``head`` says that a hunk touches line 1.
    """

    path: str
    old: str = ""
    new: str = ""
    lost: list[bytes] = field(default_factory=list)
    won: list[bytes] = field(default_factory=list)
    head: bool = False


def revisions(git: Git, tip: str, known: str = "") -> list[Revision]:
    """The first-parent commits up to ``tip``, oldest first, on one clock that never runs back; only those after ``known``
    if that is one of them."""
    latest = _latest(git, known) if known else ""
    found = []
    for revision in logged(git, "--first-parent", "--reverse", "--end-of-options", f"{known}..{tip}" if known else tip):
        if revision.when < latest:
            revision = replace(revision, when=latest, claimed=revision.when)
        latest = revision.when
        found.append(revision)
    return found


def _latest(git: Git, tip: str) -> str:
    """The clock at a commit: the latest time on the way to it."""
    times = git.run("log", "--first-parent", "--format=%ct", "--end-of-options", tip).split()
    return moment(str(max(map(int, times)))) if times else ""


def clock(git: Git, tip: str) -> str:
    """The time of a commit that no later commit can make older."""
    return _latest(git, git.commit(tip))


def edge(git: Git) -> str:
    """Of a shallow clone the oldest commit of HEAD's first parents, at which everything seems to be new; "" of a whole one."""
    return chain(git, "HEAD")[0] if git.shallow() else ""


def logged(git: Git, *wanted: str) -> list[Revision]:
    """The commits that ``git log *wanted`` lists, in its order."""
    found = []
    for entry in git.run("log", _ABOUT, *wanted).decode("utf-8", "replace").split("\0\x01")[:-1]:
        commit, parents, author, made, message = entry.lstrip("\n").split("\0", 4)
        subject = message.strip().split("\n", 1)[0]
        found.append(Revision(commit, tuple(parents.split()), author, moment(made), subject, trailers(message)))
    return found


def moment(seconds: str) -> str:
    """Git's ``%ct`` as a time of China's clock in ISO 8601, wherever the commit was made."""
    return datetime.fromtimestamp(int(seconds), CHINA).isoformat()


def commit_at(git: Git, tip: str, day: date) -> str | None:
    """What main was at the end of ``day`` (in China), on the way to ``tip``; None before its beginning.

    One with an older date that came after a later one was not there then: ``revisions`` knows no clock that runs back.
    """
    found = None
    for revision in revisions(git, tip):
        if date.fromisoformat(revision.when[:10]) > day:
            break
        found = revision.commit
    return found


def chain(git: Git, tip: str) -> list[str]:
    """Names of the first-parent commits up to ``tip``, oldest first."""
    return git.run("rev-list", "--first-parent", "--reverse", tip).decode("ascii").split()


def authors_of(git: Git, before: str, after: str) -> set[str]:
    """Who made the commits, other than merges, that ``after`` has and ``before`` has not; only a newline ends a name."""
    listing = git.run("log", "--no-merges", "--format=%an", "--end-of-options", f"{before}..{after}")
    return set(listing.decode("utf-8", "replace").split("\n")) - {""}


def trailers(message: str) -> tuple[tuple[str, str], ...]:
    """The trailers we know at the end of a commit message, ``文号：…`` and ``Doc-No: …`` alike."""
    last = re.split(r"\n\s*\n", message.strip())[-1]
    matches = (_TRAILER.fullmatch(line.strip()) for line in last.split("\n"))
    known = trailer_names()
    return tuple(
        (known[match[1].lower()], match[2].strip()) for match in matches if match and match[1].lower() in known
    )


def patches(
    git: Git, tip: str, known: str = "", under: Sequence[str] = (f"{RECORDS}/",)
) -> Iterator[tuple[str, list[FileChange]]]:
    """(commit, its files below ``under``), oldest first, of the same commits as ``revisions``."""
    wanted = f"{known}..{tip}" if known else tip
    return parsed(git.lines(*_PATCH, "--end-of-options", wanted, "--", *under))


def parsed(lines: Iterator[bytes]) -> Iterator[tuple[str, list[FileChange]]]:
    """Commits with their files out of the lines of ``git log -p``."""
    commit, files = "", []
    for line in lines:
        if line.startswith(b"diff --git "):
            name = line[13:]
            files.append(FileChange(name[: (len(name) - 3) // 2].decode("utf-8", "surrogateescape")))
        elif line.startswith(b"index "):
            old, _, new = line[6:].split(b" ")[0].partition(b"..")
            files[-1].old, files[-1].new = old.decode("ascii"), new.decode("ascii")
        elif line.startswith(b"@@ "):
            _hunk(files[-1], line, lines)
        elif line.startswith(b"\x01"):
            if commit:
                yield commit, files
            commit, files = line[1:].decode("ascii"), []
    if commit:
        yield commit, files


def _hunk(file: FileChange, line: bytes, lines: Iterator[bytes]) -> None:
    """Read as many lines as the hunk says, whatever they look like."""
    match = _HUNK.match(line)
    if not match:
        return
    lost, won = int(match[2] or 1), int(match[4] or 1)
    file.head |= (lost > 0 and match[1] == b"1") or (won > 0 and match[3] == b"1")
    keep = file.path.endswith(".csv")
    for count, kept in ((lost, file.lost), (won, file.won)):
        while count:
            text = next(lines, None)
            if text is None:
                return
            if text.startswith(b"\\"):
                continue
            count -= 1
            if keep:
                kept.append(text[1:])
