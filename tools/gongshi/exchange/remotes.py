"""Where a proposal goes: which remote and which main branch, a name nobody has, a first push to an empty remote, one file
for who has no network. What Git refuses and the program can mend is mended here, not told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from gongshi.checks.showing import shown_path, shown_text
from gongshi.model import GongshiError
from gongshi.repository import Git

PREFIX = "songshen/"
SEEN = "refs/gongshi/main"  # main as it was last taken from the remote
_TRIES = 50  # names for one proposal


class RemotePlace(NamedTuple):
    """The remote, "" for none, and the main branch."""

    remote: str
    main: str

    @property
    def branch(self) -> str:
        """The main branch as it was last fetched."""
        return f"{self.remote}/{self.main}"


def place(git: Git) -> RemotePlace:
    """``origin``, else the only remote; and its main branch, by whatever of the usual names it has."""
    remotes = git.run("remote").decode().split()
    remote = "origin" if "origin" in remotes else next(iter(remotes), "")
    told = git.complaint("symbolic-ref", "-q", f"refs/remotes/{remote}/HEAD") if remote else "none"
    if not told:
        name = git.run("symbolic-ref", "--short", f"refs/remotes/{remote}/HEAD").decode().strip()
        return RemotePlace(remote, name.removeprefix(f"{remote}/"))
    usual = [f"{where}/{name}" for where in (f"refs/remotes/{remote}", "refs/heads") for name in ("main", "master")]
    there = git.run("for-each-ref", "--format=%(refname)", *usual).decode().split()
    known = next((name for name in usual if name in there), "main")
    return RemotePlace(remote, known.rpartition("/")[2])


def fetch(git: Git, where: RemotePlace) -> None:
    """The newest of the remote, and all of it; GongshiError where it cannot be reached."""
    if not where.remote:
        return
    whole = ("--unshallow",) if git.shallow() else ()
    if why := git.complaint("fetch", "-q", *whole, where.remote):
        raise GongshiError(
            f"连不上远程仓库，取不到最新的记录（{shown_text(why)}）；记录还在本机，请检查网络和账号后再送审一次，"
            "没有网络的用 --bundle 存成一个文件交上去。"
        )


def take(git: Git, where: RemotePlace, bundle: Path) -> None:
    """The newest main out of a file that somebody brought, as if it had been fetched."""
    target = f"+refs/heads/*:refs/remotes/{where.remote or 'origin'}/*"
    if why := git.complaint("fetch", "-q", str(bundle.absolute()), target):
        raise GongshiError(f"“{shown_path(bundle.name)}”读不出来（{shown_text(why)}），请重新要一份文件。")


def refuse_rewritten(git: Git, where: RemotePlace) -> None:
    """GongshiError where main was rewritten and what it dropped is still here, so that a push would bring it back."""
    now, seen, here = git.resolve(where.branch), git.resolve(SEEN), git.head()
    if now is None:
        return
    if seen and here and git.merge_base(seen, now) != seen:
        ours = git.merge_base(seen, here)
        if ours is None or git.merge_base(ours, now) != ours:
            raise GongshiError(
                f"远程的 {shown_text(where.main)} 被强行改写过，去掉了 {seen[:12]} 等提交，本机还有它们，送上去就又回来了，没有送。"
                f"请先核对是谁改写的；确认后把改动的文件另存，运行 git reset --keep {shown_text(where.branch)}，再改一遍送审。"
            )
    git.run("update-ref", SEEN, now)


def found_main(git: Git, where: RemotePlace) -> None:
    """To a remote that has nothing, main goes first: a proposal needs something to be compared with."""
    main = git.resolve(f"refs/heads/{where.main}")
    if where.remote and main and not git.run("ls-remote", "--heads", where.remote).strip():
        why = git.complaint("push", "-q", where.remote, f"{main}:refs/heads/{where.main}")
        if why and not git.run("ls-remote", "--heads", where.remote).strip():
            raise GongshiError(
                f"远程仓库是空的，第一次上传没有成功（{shown_text(why)}），请检查账号和权限后再送审一次。"
            )
        fetch(git, where)


def branch_of(git: Git, where: RemotePlace, day: date, paths: Sequence[str]) -> str:
    """A name that neither this clone nor the remote has, with the township that the records are of."""
    slugs = {path.split("/")[2] for path in paths if path.startswith("records/townships/")}
    whose = slugs.pop() if len(slugs) == 1 else "county"
    whose = whose if re.fullmatch(r"[a-z0-9-]{1,40}", whose) else "county"
    return _free(git, where, f"{PREFIX}{day.isoformat()}-{whose}", 1)


def _free(git: Git, where: RemotePlace, stem: str, number: int) -> str:
    while any(git.resolve(f"refs/{kind}/{stem}-{number}") for kind in ("heads", f"remotes/{where.remote or 'origin'}")):
        number += 1
    return f"{stem}-{number}"


def push(git: Git, where: RemotePlace, branch: str) -> str:
    """Send the branch; under the next name, which is returned, where somebody has taken this one."""
    why = ""
    for _ in range(_TRIES):
        why = git.complaint("push", "-q", "-u", where.remote, f"{branch}:refs/heads/{branch}")
        if not why:
            return branch
        there = git.complaint("fetch", "-q", where.remote) or _there(git, where, branch)
        if there == git.head():
            return branch
        if not re.fullmatch(r"[0-9a-f]{40,64}", there):
            break
        stem, _, number = branch.rpartition("-")
        name = _free(git, where, stem if number.isdigit() else branch, int(number) + 1 if number.isdigit() else 2)
        git.run("branch", "-q", "-m", branch, name)
        branch = name
    raise GongshiError(
        f"没有上传成功（{shown_text(why)}）；改动已提交在本机的 {shown_path(branch)}，请检查网络、账号和权限后再送审一次。"
    )


def _there(git: Git, where: RemotePlace, branch: str) -> str:
    """What the remote has under a name, "" for nothing."""
    return git.run("ls-remote", where.remote, f"refs/heads/{branch}").decode().split("\t")[0].strip()


def write_bundle(git: Git, where: RemotePlace, branch: str, file: Path) -> None:
    """The proposal as one file, which whoever has a network fetches from and pushes."""
    main = git.resolve(where.branch) or git.resolve(f"refs/heads/{where.main}")
    without = (f"^{main}",) if main and main != git.resolve(branch) else ()
    if why := git.complaint("bundle", "create", "-q", str(file.absolute()), f"refs/heads/{branch}", *without):
        raise GongshiError(f"“{shown_path(file.name)}”没有写成（{shown_text(why)}），请换一个位置再送审一次。")


def address(remote: str, main: str, branch: str, kind: str = "") -> str:
    """Where to open the review, by the ``kind`` of host or else the server's name; no server, the remote itself."""
    match = re.fullmatch(r"(?:https?://(?:[^@/]+@)?|ssh://git@|git@)([^/:]+)(?::\d+)?[/:](.+?)(?:\.git)?/?", remote)
    if not match:
        return re.sub(r"://[^/@\s]+@", "://", remote)
    host, path = match.groups()
    kind = next((known for known in ("gitlab", "gitee", "github") if known in host), kind)
    if kind == "gitlab":
        return f"https://{host}/{path}/-/merge_requests/new?merge_request%5Bsource_branch%5D={branch}"
    opened = "" if kind in ("gitee", "gitea") else "?expand=1"
    return f"https://{host}/{path}/compare/{main}...{branch}{opened}"
