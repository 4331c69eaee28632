"""What a pull request tells of approval: who says so of the own change, and what lies on main without a reviewer's signature.

Told, and no error: the one is settled by a reviewer's signed merge, the other by signing for it later.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator

from gongshi.changes.branches import Branches
from gongshi.changes.commits import logged
from gongshi.model import Finding, Severity
from gongshi.package import RECORDS
from gongshi.repository import Git
from gongshi.sealing.approving import OPEN, approvals

CODE = "approval"
_LAST = 30  # commits of main that are looked at; `review check` looks at all
_FEW = 3


def approval_findings(git: Git, base: str, head: str) -> list[Finding]:
    """On the commits of ``head`` that main, at ``base``, has not, and on the last ones of main."""
    main, tip = git.commit(base), git.commit(head)
    return [*_claimed(git, main, tip), *_standing(git, main)]


def _claimed(git: Git, main: str, tip: str) -> Iterator[Finding]:
    """Commits of records whose author names himself as who approved."""
    which = ("--no-merges", "--reverse", "--full-history", "--end-of-options", f"{main}..{tip}", "--", f"{RECORDS}/")
    for revision in logged(git, *which):
        named = re.split(r"[、，,;；/]", revision.trailer("Approved-by"))
        if _plain(revision.author) in map(_plain, named):
            text = (
                f"提交 {revision.commit[:12]} 的作者写的审批人是自己（自称审批，不算审批）：请写批准的单位或领导岗位，"
                "由别的审核员核对后用 gongshi review accept 合并"
            )
            yield Finding(CODE, Severity.WARNING, text, key=(revision.commit[:12],))


def _standing(git: Git, main: str) -> Iterator[Finding]:
    """One notice for each reason, with the newest commits that it holds for."""
    newest = git.run("rev-list", "--first-parent", "-n", str(_LAST), main, "--", f"{RECORDS}/").decode("ascii").split()
    before = git.resolve(f"{newest[-1]}^1") if newest else ""
    branches = Branches(git, main)
    reasons: dict[str, list[str]] = defaultdict(list)
    for commit, one in approvals(git, main, before or "").items():
        if one.why and one.why != OPEN:
            reasons[one.why].append(commit)
        elif not one.signer and _merger(git, commit) in branches.authors(commit):
            reasons["作者自己合并"].append(commit)
    for why, commits in reasons.items():
        few = "、".join(commit[:12] for commit in reversed(commits[-_FEW:]))
        text = f"主线最近的提交里有 {len(commits)} 个改了记录、{why}，最近的是 {few}；请审核员核对后补签：gongshi review accept 提交号"
        yield Finding(CODE, Severity.NOTICE, text)


def _merger(git: Git, commit: str) -> str:
    return git.run("log", "-1", "--format=%an", commit).decode("utf-8", "replace").strip("\n")


def _plain(name: str) -> str:
    """A name without what only spells it otherwise."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)).casefold()
