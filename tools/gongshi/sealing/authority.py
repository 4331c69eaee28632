"""What the history makes of ``records/keys/signers`` and ``recipients.csv``: which of their states count.

Along the first parents a change of ``signers`` counts only in a commit that is signed (as ``git commit -S`` signs with an SSH
key) by a key to which the state before it gives the role root; one of ``recipients.csv``, by a keeper or a root. A merge
counts also unsigned if it brings exactly what a branch made of the state before it by commits that count. The file begins with
a commit signed by one of its own roots, whose fingerprint that commit's ``county.yaml`` has as ``root_fingerprint``. What was there
by then is unsigned (未签) and stays good while it is not changed. A change that does not count changes nothing: the last state that
counts goes on, and ``refused`` says in one sentence which commit it was and what to do.

The time of a commit is the latest committer's clock on the way to it: a date made older than what lies below proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from gongshi.model import GongshiError
from gongshi.package.county import county_fields
from gongshi.package.yamlfile import Mapping as YamlMapping
from gongshi.package.yamlfile import YamlProblem, parse, text
from gongshi.repository import Git, RevisionTree, Tree, WorkTree
from gongshi.sealing.layout import RECIPIENTS
from gongshi.sealing.signers import GIT, SIGNERS, Signers, parse_signers, verify

COUNTY_FILE = "records/county/county.yaml"
_SIGNATURES = "records/keys/*/*.age.sig"
_ROLES = {SIGNERS: ("root",), RECIPIENTS: ("keeper", "root")}
_RAW = re.compile(rb":(\d{6}) (\d{6}) ([0-9a-f]+) ([0-9a-f]+) [A-Z]\d*\t(.+)")
_DEEPEST = 4  # branches of branches
_NEVER = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Standing:
    """What counts at one commit. ``signers`` None: the county has none, nothing is signed (未签).

    ``root`` is the first root's fingerprint, ``founded`` the commit that the file began with, ``clock`` the commit's time,
    ``came`` the time at which each data key's signature came. ``refused``: path → the sentence about its change that does not
    count. ``trouble``: why nothing can be said, "" mostly.
    """

    signers: Signers | None = None
    recipients: bytes | None = None
    root: str = ""
    founded: RevisionTree | None = None
    tip: RevisionTree | None = None
    clock: datetime = _NEVER
    came: Mapping[str, datetime] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    trouble: str = ""


UNSIGNED = Standing()


@dataclass(frozen=True, slots=True)
class _Step:
    """One commit and, of each file it changes, the names of the contents before and after ("" for none or no file)."""

    commit: str
    parents: tuple[str, ...]
    files: Mapping[str, tuple[str, str]]


@dataclass(slots=True)
class _State:
    """What counts while walking: the names of the contents, what they say, and which changes do not count."""

    signers: Signers | None = None
    root: str = ""
    founded: str = ""
    contents: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)

    def copy(self) -> _State:
        return replace(self, contents=dict(self.contents), refused={}, stale=set())


def standing_of(tree: Tree) -> Standing:
    """The standing at the commit that ``tree`` is, or that its folder has checked out; ``UNSIGNED`` for any other Tree."""
    if isinstance(tree, RevisionTree):
        return standing(tree.git, tree.commit)
    if not isinstance(tree, WorkTree):
        return UNSIGNED
    git = Git(tree.root)
    tip = git.head() if git.exists() else None
    if tip is not None:
        return standing(git, tip)
    if not tree.exists(SIGNERS):
        return UNSIGNED
    return Standing(
        trouble=f"“{SIGNERS}”还没有提交，这里看不到历史，不知道谁能签名；请在完整的克隆里由根签名提交后再做。"
    )


def standing(git: Git, revision: str) -> Standing:
    """The standing at a commit, from its history alone."""
    tip = git.commit(revision)
    steps = list(_steps(git, tip))
    if not any(SIGNERS in step.files for step in steps):
        return UNSIGNED
    if git.shallow():
        return Standing(
            trouble=f"这份克隆只有最近的历史，查不出“{SIGNERS}”是不是由根改的，请先运行 git fetch --unshallow。"
        )
    clocks = dict(_clocks(git, tip))
    state = _State()
    came: dict[str, datetime] = {}
    for step in steps:
        _take(git, state, step, clocks[step.commit], 0)
        came |= {path: clocks[step.commit] for path in step.files if path not in _ROLES}
    if state.signers is None:
        return Standing(clock=clocks[tip], refused=state.refused)
    name = state.contents.get(RECIPIENTS, "")
    recipients = _content(git, name) if name else b""
    founded = RevisionTree(git, state.founded)
    head = RevisionTree(git, tip)
    return Standing(state.signers, recipients, state.root, founded, head, clocks[tip], came, state.refused)


def county_setting(tree: Tree, name: str) -> str:
    """A field of the county's settings, "" without."""
    try:
        node = parse(tree.read(COUNTY_FILE)) if tree.exists(COUNTY_FILE) else None
    except YamlProblem:
        return ""
    return text(node, name) if isinstance(node, YamlMapping) else ""


def signed_commit(data: bytes) -> tuple[bytes, str]:
    """(what is signed, the signature) of a commit as ``git cat-file`` gives it; the signature is "" without one."""
    head, gap, body = data.partition(b"\n\n")
    kept, signature, inside = [], [], False
    for line in head.split(b"\n"):
        name = line.split(b" ", 1)[0]
        if not line.startswith(b" "):
            inside = name in (b"gpgsig", b"gpgsig-sha256")
        if inside:
            signature.append(line[1:] if line.startswith(b" ") else line[len(name) + 1 :])
        else:
            kept.append(line)
    return b"\n".join(kept) + gap + body, b"\n".join(signature).decode("ascii", "replace")


def _take(git: Git, state: _State, step: _Step, at: datetime, depth: int) -> None:
    """One commit: both files are judged by what counted before it."""
    before = state.copy()
    for path in _ROLES:
        if path not in step.files:
            continue
        old, new = step.files[path]
        known = state.contents.get(path, "")
        if depth and old != known != new:
            state.stale.add(path)
        if path == RECIPIENTS and before.signers is None:
            state.contents[path] = new
        elif new == known:
            state.refused.pop(path, None)
        else:
            _judge(git, state, before, step, path, at, depth)


def _judge(git: Git, state: _State, before: _State, step: _Step, path: str, at: datetime, depth: int) -> None:
    new = step.files[path][1]
    after, why = _made(git, before, step.commit, path, new, at)
    if after is None:
        after = _merged(git, before, step, path, at, depth)
    if after is None:
        state.refused[path] = _sentence(step.commit, path, why, before.signers is None)
        return
    if path == SIGNERS:
        state.signers, state.root = after.signers, after.root
        state.founded = before.founded or step.commit
    state.contents[path] = new
    state.refused.pop(path, None)


def _made(git: Git, before: _State, commit: str, path: str, new: str, at: datetime) -> tuple[_State | None, str]:
    """(the state after the commit's change, or None and why its own signature does not make it count)."""
    if not new:
        return None, "文件被删去，或不是普通文件"
    if path == RECIPIENTS:
        judging = before.signers
        why = _unsigned(git, commit, judging, _ROLES[path], at)[1] if judging else "还没有签名人"
        return (None if why else before), why
    try:
        signers = parse_signers(_content(git, new))
    except GongshiError as error:
        return None, str(error).rstrip("。")
    judges = signers if before.signers is None else before.signers
    root, why = _unsigned(git, commit, judges, _ROLES[path], at)
    if not why and before.signers is None:
        printed = county_setting(RevisionTree(git, commit), county_fields().root)
        if printed != root:
            why = f"“{COUNTY_FILE}”的 {county_fields().root} 不是签名的根的指纹 {root}"
    return (None, why) if why else (replace(before, signers=signers, root=before.root or root), "")


def _unsigned(git: Git, commit: str, signers: Signers, roles: tuple[str, ...], at: datetime) -> tuple[str, str]:
    """(the fingerprint of whoever signed the commit in one of the roles, "" or why nobody did)."""
    data, signature = signed_commit(git.run("cat-file", "commit", commit))
    if not signature:
        return "", "提交没有签名"
    verdicts = [verify(data, signature, role, signers, at, GIT) for role in roles]
    good = next((verdict.signer for verdict in verdicts if verdict.signer), None)
    return (good.fingerprint, "") if good else ("", f"提交{verdicts[0].reason}")


def _merged(git: Git, before: _State, step: _Step, path: str, at: datetime, depth: int) -> _State | None:
    """The state that a branch made by commits that count, from the very content that counted before this merge of it."""
    if depth >= _DEEPEST:
        return None
    for parent in step.parents[1:]:
        side = before.copy()
        for inner in _steps(git, parent, f"^{step.parents[0]}"):
            _take(git, side, inner, at, depth + 1)
        if side.contents.get(path) == step.files[path][1] and path not in side.stale | side.refused.keys():
            return side
    return None


def _sentence(commit: str, path: str, why: str, beginning: bool) -> str:
    if beginning:
        return (
            f"“{path}”（提交 {commit[:12]}）还不算数：{why}；请由根把它放在自己签名的提交里（git commit -S），"
            f"并在“{COUNTY_FILE}”写上这把公钥的 {county_fields().root}。"
        )
    who = "根" if path == SIGNERS else "密钥管理员或根"
    return (
        f"“{path}”在提交 {commit[:12]} 里的改动不算数：{why}；仍以原来的登记为准，"
        f"请恢复原来的内容，确需改的由{who}核对后在自己签名的提交里改（git commit -S）。"
    )


def _steps(git: Git, tip: str, *without: str) -> Iterator[_Step]:
    """The first-parent commits up to ``tip`` that change one of the files, oldest first."""
    listing = git.run(
        "log", "--first-parent", "-m", "--reverse", "--root", "--format=%x01%H %P", "--raw", "--no-abbrev",
        "--no-renames", "--relative", tip, *without, "--", SIGNERS, RECIPIENTS, _SIGNATURES,
    )  # fmt: skip
    for entry in listing.split(b"\x01")[1:]:
        first, *lines = entry.split(b"\n")
        commit, *parents = first.decode("ascii").split()
        matches = filter(None, map(_RAW.fullmatch, lines))
        yield _Step(commit, tuple(parents), {_path(match): _names(match) for match in matches})


def _path(match: re.Match[bytes]) -> str:
    return match[5].decode("utf-8", "surrogateescape")


def _names(match: re.Match[bytes]) -> tuple[str, str]:
    """Git's names of the contents; "" where there was no regular file."""
    before, after = (
        name.decode("ascii") if mode.startswith(b"100") else ""
        for mode, name in ((match[1], match[3]), (match[2], match[4]))
    )
    return before, after


def _clocks(git: Git, tip: str) -> Iterator[tuple[str, datetime]]:
    latest = 0
    for line in git.lines("log", "--first-parent", "--reverse", "--format=%H %ct", tip):
        commit, seconds = line.decode("ascii").split()
        latest = max(latest, int(seconds))
        yield commit, datetime.fromtimestamp(latest, UTC)


def _content(git: Git, name: str) -> bytes:
    return next(git.blobs([name]))[1]
