"""What the hooks of ``gongshi setup`` and the steps of a pull request look for in commits: personal data, and their grounds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gongshi.changes import lacking_sentence
from gongshi.checks.guard import NameSet, scan, scan_path, scan_text
from gongshi.checks.programs import check_programs
from gongshi.model import Finding
from gongshi.package import RECORDS
from gongshi.repository import Git


def staged_findings(root: Path) -> list[Finding]:
    """What is personal in the files about to be committed, as they are staged, and in who commits: an address may be
    a phone number. And which of them something would run."""
    git = Git.of_hook(root)
    listing = git.run(
        "diff", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev", "--diff-filter=AMT", "--relative"
    )
    added = _added(listing)
    return [*identity_findings(git), *check_programs(path for path, _ in added), *_blob_findings(git, added)]


def identity_findings(git: Git, names: NameSet | None = None) -> list[Finding]:
    """What is personal in the name and address of who commits."""
    identity = b"\n".join(git.run("var", name) for name in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"))
    return scan_text("提交人", _without_time(identity), names)


def message_findings(text: bytes) -> list[Finding]:
    """What is personal in a commit message; lines that Git drops do not count."""
    kept = [line if not line.startswith(b"#") else b"" for line in text.split(b"\n")]
    return scan_text("提交说明", b"\n".join(kept))


def commit_findings(root: Path, base: str, head: str, names: NameSet | None = None) -> list[Finding]:
    """What is personal in any commit that ``head`` has and ``base`` has not: message, people, and every file as that
    commit has it. What a later commit takes away again still lies in the history."""
    git = Git(root)
    findings: list[Finding] = []
    seen: set[str] = set()
    for commit in git.run("rev-list", "--reverse", git.commit(head), f"^{git.commit(base)}").decode().split():
        about = git.run("show", "-s", "--format=%an <%ae>%n%cn <%ce>%n%B", commit)
        findings.extend(scan_text(f"提交 {commit[:12]} 的说明", about, names))
        listing = git.run(
            "diff-tree", "-r", "-z", "-m", "--root", "--no-renames", "--no-abbrev", "--no-commit-id", commit
        )
        added = dict(_added(listing))
        again = [path for path, name in added.items() if name in seen]  # another name may hold what no content does
        found = [finding for path in again for finding in scan_path(path, names)]
        found += _blob_findings(git, [(path, name) for path, name in added.items() if name not in seen], names)
        seen |= set(added.values())
        findings.extend(replace(one, message=f"提交 {commit[:12]}：{one.message}") for one in found)
    return findings


def _added(listing: bytes) -> list[tuple[str, str]]:
    """(path, object name) of each file of a raw diff that is there afterwards."""
    entries = [entry for entry in listing.split(b"\0") if entry]
    found = []
    for about, path in zip(entries[::2], entries[1::2], strict=False):
        fields = about.decode("ascii").split(" ")
        if fields[1].startswith(("100", "120")):  # of a symbolic link the content is its target
            found.append((path.decode("utf-8", "surrogateescape"), fields[3]))
    return found


def _blob_findings(git: Git, blobs: Sequence[tuple[str, str]], names: NameSet | None = None) -> list[Finding]:
    contents = dict(git.blobs(dict.fromkeys(name for _, name in blobs)))
    return scan(((path, lambda name=name: contents[name]) for path, name in blobs), names)


def _without_time(identity: bytes) -> bytes:
    """``name <address> 1593500000 +0800`` without the seconds, which look like a number of something."""
    return re.sub(rb"> [0-9]+ [+-][0-9]{4}$", b">", identity, flags=re.MULTILINE)


def reminder(root: Path, text: bytes) -> str:
    """What a message about to be committed lacks if records are staged, "" for a merge or a commit of code only."""
    git = Git.of_hook(root)
    if git.resolve("MERGE_HEAD") or not git.run("diff", "--cached", "--name-only", "--", f"{RECORDS}/"):
        return ""
    kept = [line for line in text.decode("utf-8", "replace").split("\n") if not line.startswith("#")]
    return lacking_sentence("\n".join(kept)).rstrip("。")
