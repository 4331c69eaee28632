"""Who merged what into the records, by signatures alone: a word in a commit message approves nothing.

A commit of the official history that changes records counts as approved if it is a merge and signed (as ``git commit -S`` signs
with an SSH key) by a reviewer or a root of the signers that stood before it, who made none of what it merges; or if a later commit that such a signer signed names it after ``Approves:``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from gongshi.changes.commits import authors_of
from gongshi.package import RECORDS
from gongshi.repository import Git
from gongshi.sealing.authority import UNSIGNED, Standing, signed_commit, standing
from gongshi.sealing.signers import GIT, SIGNERS, verify

_ROLES = ("reviewer", "root")
NOBODY = "未经签名的合并"
APPROVES = "Approves: "
OPEN = "未签（没有签名人登记）"


@dataclass(frozen=True, slots=True)
class Approval:
    """Of one commit: who signed it as a reviewer, "" for nobody; ``why`` is then, or of an own change, the reason."""

    commit: str
    signer: str
    why: str


def approvals(git: Git, tip: str, base: str = "") -> Mapping[str, Approval]:
    """An Approval of each first-parent commit up to ``tip`` and after ``base`` that changes records, oldest first."""
    wanted = f"{base}..{tip}" if base else tip
    listing = git.run(
        "log",
        "--first-parent",
        "-m",
        "--reverse",
        "--format=%H %P",
        "--relative",
        "--end-of-options",
        wanted,
        "--",
        f"{RECORDS}/",
    )
    entries = [line.split() for line in listing.decode("ascii").splitlines()]
    clocks = _clocks(git, tip)
    standings = _Standings(git, tip)
    later = _later(git, tip, standings, clocks)
    found = {commit: _approval(git, commit, parents, standings, clocks) for commit, *parents in entries}
    return {
        commit: later[commit] if commit in later and (not one.signer or one.why) else one
        for commit, one in found.items()
    }


def unapproved(git: Git, tip: str, base: str = "") -> list[Approval]:
    """The commits of records that no reviewer's signature stands for, since there are signers at all; oldest first."""
    return [one for one in approvals(git, tip, base).values() if one.why and one.why != OPEN]


def reviewer(git: Git, tip: str, data: bytes, signature: str, at: datetime) -> tuple[str, str]:
    """(whose signature over a commit's text it would be after ``tip``, ""), or ("", why it would not count)."""
    known = standing(git, tip)
    if known.signers is None:
        return "", known.trouble or OPEN
    return _signed_by(data, signature, known, at)


def _signed_by(data: bytes, signature: str, known: Standing, at: datetime) -> tuple[str, str]:
    if known.signers is None or not signature:
        return "", NOBODY
    verdicts = [verify(data, signature, role, known.signers, at, GIT) for role in _ROLES]
    signer = next((verdict.signer.name for verdict in verdicts if verdict.signer), "")
    return signer, "" if signer else f"{NOBODY}（{verdicts[0].reason}）"


def _later(git: Git, tip: str, standings: _Standings, clocks: Mapping[str, datetime]) -> dict[str, Approval]:
    """What later signed commits of the official history say they approve."""
    found: dict[str, Approval] = {}
    listing = git.run("log", "--first-parent", f"--grep=^{APPROVES}", "--format=%H", "--end-of-options", tip)
    for commit in listing.decode("ascii").split():
        data, signature = signed_commit(git.run("cat-file", "commit", commit))
        signer, _ = _signed_by(data, signature, standings.before(commit), clocks[commit])
        # Only a newline ends a line: what a subject holds may look like the end of one to other eyes.
        lines = data.decode("utf-8", "replace").split("\n") if signer else []
        for named in (line.removeprefix(APPROVES).strip() for line in lines if line.startswith(APPROVES)):
            if named in clocks and not {signer, _merger(git, commit)} & makers_of(git, named):
                found[named] = Approval(named, signer, "")
    return found


class _Standings:
    """The standing at the newest change of the signers below a commit, each worked out once."""

    def __init__(self, git: Git, tip: str) -> None:
        self._git = git
        self._order = {commit: at for at, commit in enumerate(_chain(git, tip))}
        listing = git.run("log", "--first-parent", "-m", "--reverse", "--format=%H", "--relative", tip, "--", SIGNERS)
        self._changes = listing.decode("ascii").split()
        self._known: dict[str, Standing] = {}

    def before(self, commit: str) -> Standing:
        """What counted before a commit."""
        last = next((one for one in reversed(self._changes) if self._order[one] < self._order[commit]), "")
        if last and last not in self._known:
            self._known[last] = standing(self._git, last)
        return self._known[last] if last else UNSIGNED


def _approval(
    git: Git, commit: str, parents: list[str], standings: _Standings, clocks: Mapping[str, datetime]
) -> Approval:
    known = standings.before(commit)
    if known.signers is None:
        return Approval(commit, "", known.trouble or OPEN)
    data, signature = signed_commit(git.run("cat-file", "commit", commit))
    if len(parents) < 2 or not signature:
        return Approval(commit, "", NOBODY)
    signer, why = _signed_by(data, signature, known, clocks[commit])
    if not signer:
        return Approval(commit, "", why)
    authors, merger = authors_of(git, parents[0], commit), _merger(git, commit)
    own = bool({signer, merger} & authors)
    return Approval(commit, signer, "作者自己审批的合并" if own else "")


def makers_of(git: Git, commit: str) -> set[str]:
    """Who made a commit of the official history, and what it brought if it is a merge."""
    parent = git.resolve(f"{commit}^1")
    return {_merger(git, commit)} | (authors_of(git, parent, commit) if parent else set())


def _merger(git: Git, commit: str) -> str:
    return git.run("log", "-1", "--format=%an", commit).decode("utf-8", "replace").strip()


def _chain(git: Git, tip: str) -> list[str]:
    return git.run("rev-list", "--first-parent", "--reverse", tip).decode("ascii").split()


def _clocks(git: Git, tip: str) -> Mapping[str, datetime]:
    """The latest committer's clock on the way to each commit."""
    found, latest = {}, 0
    for line in git.run("log", "--first-parent", "--reverse", "--format=%H %ct", tip).decode("ascii").splitlines():
        commit, seconds = line.split()
        latest = max(latest, int(seconds))
        found[commit] = datetime.fromtimestamp(latest, UTC)
    return found
