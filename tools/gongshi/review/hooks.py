"""What the hooks of ``gongshi setup`` and the steps of a pull request look for in commits: personal data, and their grounds."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

from gongshi.changes.papers import county_of, lacking_sentence
from gongshi.checks import scan_kind, scan_link
from gongshi.checks.guard import NameSet, scan, scan_path, scan_text
from gongshi.checks.guard_files import WAIVERS, FileRules, check_file_waivers
from gongshi.checks.programs import check_programs
from gongshi.model import Finding, GongshiError
from gongshi.package import RECORDS
from gongshi.package.descriptor import COUNTY_FILE
from gongshi.repository import Git

_SUBMODULE = "160000"
_HEADER = re.compile(
    rb"^(?:tree|parent|object) [0-9a-f]{40,64}\n|^gpgsig(?:-sha256)? -----BEGIN (?:SSH|PGP) SIGNATURE-----\n"
    rb"(?: [A-Za-z0-9+/=]*\n)+ -----END (?:SSH|PGP) SIGNATURE-----(?:\n [ \t]*)*\n",
    re.MULTILINE,
)
_SIGNATURE = re.compile(
    rb"^-----BEGIN (SSH|PGP) SIGNATURE-----\n(?:[A-Za-z0-9+/=]*\n)+-----END \1 SIGNATURE-----\s*\Z", re.MULTILINE
)


def staged_findings(root: Path, day: date) -> list[Finding]:
    """What is personal in the files about to be committed, as they are staged, and in who commits: an address may be
    a phone number. And which of them something would run, or may not lie where they lie."""
    git = Git.of_hook(root)
    listing = git.run(
        "diff", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev", "--diff-filter=AMT", "--relative"
    )
    added = _added(listing)
    read = _reader(git, "")
    past = check_file_waivers(read, day) if any(entry.path == WAIVERS for entry in added) else []
    found = _entry_findings(git, added, FileRules(read))
    return [*identity_findings(git), *check_programs(entry.path for entry in added), *past, *found]


def identity_findings(git: Git, names: NameSet | None = None) -> list[Finding]:
    """What is personal in the name and address of who commits."""
    identity = b"\n".join(git.run("var", name) for name in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"))
    return scan_text("提交人", _without_time(identity), names)


def message_findings(text: bytes) -> list[Finding]:
    """What is personal in a commit message; lines that Git drops do not count."""
    kept = [line if not line.startswith(b"#") else b"" for line in text.split(b"\n")]
    return scan_text("提交说明", b"\n".join(kept))


def commit_findings(root: Path, base: str, head: str, names: NameSet | None = None) -> list[Finding]:
    """What is personal in any commit that ``head`` has and ``base`` has not: its own text, and every file as that
    commit has it. What a later commit takes away again still lies in the history."""
    git = Git(root)
    rules = FileRules(_reader(git, git.commit(head)))
    findings: list[Finding] = []
    seen: set[str] = set()
    commits = git.run("rev-list", "--reverse", git.commit(head), f"^{git.commit(base)}").decode().split()
    for commit in commits:
        findings.extend(scan_text(f"提交 {commit[:12]} 的说明", _told(git.run("cat-file", "commit", commit)), names))
        listing = git.run(
            "diff-tree", "-r", "-z", "-m", "--root", "--no-renames", "--no-abbrev", "--no-commit-id", commit
        )
        added = _added(listing)
        again = [entry for entry in added if entry.name in seen]  # another name may hold what no content does
        found = [finding for entry in again for finding in scan_path(entry.path, names)]
        found += _entry_findings(git, [entry for entry in added if entry.name not in seen], rules, names)
        seen.update(entry.name for entry in added)
        findings.extend(replace(one, message=f"提交 {commit[:12]}：{one.message}") for one in found)
    return [*findings, *_reference_findings(git, frozenset(commits), names)]


def pushed_findings(root: Path, told: bytes) -> list[Finding]:
    """What is personal in the names of branches and tags about to be pushed, in the texts of tags and in notes.

    ``told`` is what Git tells a pre-push hook: local name and object, remote name and object, a line each.
    """
    git = Git(root)
    findings: list[Finding] = []
    for line in told.splitlines():
        local, name, remote, _ = line.split(b" ")
        findings.extend(name_findings(remote))
        if name.strip(b"0"):  # all zeros: the name is taken away
            findings.extend(_text_findings(git, name.decode("ascii")))
            findings.extend(_note_findings(git, name.decode("ascii")) if b"refs/notes/" in local + remote else ())
    return findings


def name_findings(name: bytes, names: NameSet | None = None) -> list[Finding]:
    """What is personal in the name of a branch or tag."""
    return scan_text("分支或标签的名字", name, names)


def _reference_findings(git: Git, commits: frozenset[str], names: NameSet | None) -> list[Finding]:
    """What is personal in what stands beside these commits: branches, tags and their texts, notes."""
    findings: list[Finding] = []
    listing = git.run("for-each-ref", "--format=%(objectname) %(objecttype) %(refname)")
    for line in listing.splitlines():
        name, kind, reference = line.decode("utf-8", "surrogateescape").split(" ", 2)
        if reference.startswith("refs/notes/"):
            findings.extend(_note_findings(git, name, commits, names))
        elif (git.resolve(name) if kind == "tag" else name) in commits:
            findings.extend(name_findings(os.fsencode(reference), names))
            findings.extend(_text_findings(git, name, names))
    return findings


def _text_findings(git: Git, name: str, names: NameSet | None = None) -> list[Finding]:
    """What is personal in an annotated tag, and in one that this tags; nothing for a commit."""
    findings: list[Finding] = []
    while git.run("cat-file", "-t", name).strip() == b"tag":
        text = git.run("cat-file", "tag", name)
        findings.extend(scan_text(f"标签 {name[:12]} 的说明", _told(text), names))
        name = text[7 : text.index(b"\n")].decode("ascii")
    return findings


def _note_findings(
    git: Git, name: str, commits: frozenset[str] | None = None, names: NameSet | None = None
) -> list[Finding]:
    """What is personal in the notes on these commits, None for all, and in who wrote them."""
    notes = {path.replace("/", ""): blob for path, (_, blob) in git.ls_tree(name).items()}
    wanted = {on: blob for on, blob in notes.items() if commits is None or on in commits}
    contents = dict(git.blobs(dict.fromkeys(wanted.values())))
    findings = scan_text("写注释的人", _told(git.run("cat-file", "commit", name)), names) if wanted else []
    for on, blob in wanted.items():
        findings.extend(scan_text(f"提交 {on[:12]} 的注释", contents[blob], names))
    return findings


def _reader(git: Git, revision: str) -> Callable[[str], bytes | None]:
    """How the files of a commit, or of the index (""), are asked for; None for what is not there."""

    def read(path: str) -> bytes | None:
        try:
            return git.run("cat-file", "blob", f"{revision}:./{path}")
        except GongshiError:
            return None

    return read


class _Entry(NamedTuple):
    """A file, link or submodule that a change adds: path, object name and Git's octal mode."""

    path: str
    name: str
    mode: str


def _added(listing: bytes) -> list[_Entry]:
    """What of a raw diff is there afterwards."""
    entries = [entry for entry in listing.split(b"\0") if entry]
    found = []
    for about, path in zip(entries[::2], entries[1::2], strict=False):
        fields = about.decode("ascii").split(" ")
        if fields[1] != "000000":
            found.append(_Entry(path.decode("utf-8", "surrogateescape"), fields[3], fields[1]))
    return found


def _entry_findings(
    git: Git, entries: Sequence[_Entry], rules: FileRules, names: NameSet | None = None
) -> list[Finding]:
    """What is personal in them, and which may not be there; of a symbolic link the content is its target."""
    contents = dict(git.blobs(dict.fromkeys(entry.name for entry in entries if entry.mode != _SUBMODULE)))
    findings: list[Finding] = []
    files = []
    for path, name, mode in dict.fromkeys(entries):
        if mode.startswith("100"):
            files.append((path, lambda name=name: contents[name]))
            findings.extend(scan_kind(rules, path, contents[name], names))
        else:
            findings.extend(scan_link(path, contents.get(name), names))
    return [*findings, *scan(files, names)]


def _told(commit: bytes) -> bytes:
    """All that a commit or an annotated tag says, without the names of objects, the times and the signatures."""
    head, _, message = commit.partition(b"\n\n")
    return _without_time(_HEADER.sub(b"", head + b"\n")) + b"\n" + _SIGNATURE.sub(b"", message)


def _without_time(identity: bytes) -> bytes:
    """``name <address> 1593500000 +0800`` without the seconds, which look like a number of something."""
    return re.sub(rb"> [0-9]{1,12} [+-][0-9]{4}$", b">", identity, flags=re.MULTILINE)


def reminder(root: Path, text: bytes) -> str:
    """What a message about to be committed lacks if records are staged, "" for a merge or a commit of code only."""
    git = Git.of_hook(root)
    if git.resolve("MERGE_HEAD") or not git.run("diff", "--cached", "--name-only", "--", f"{RECORDS}/"):
        return ""
    kept = [line for line in text.decode("utf-8", "replace").split("\n") if not line.startswith("#")]
    card = root / COUNTY_FILE
    county = county_of(card.read_bytes()) if card.is_file() and not card.is_symlink() else ""
    return lacking_sentence("\n".join(kept), county).rstrip("。")
