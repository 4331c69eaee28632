"""What a reviewer does with proposals: see which wait, accept one by a signed merge, return one with remarks.

Everything lies in Git, so that a bare remote is enough: a proposal is a branch ``songshen/…``; accepted, it is a merge into main
signed by a reviewer; returned, a commit with the remarks stands upon it on a branch ``tuihui/…`` of the same name (``remarking``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from gongshi.changes import papers
from gongshi.changes.commits import authors_of, logged
from gongshi.checks.guard import NameSet, scan_text
from gongshi.checks.showing import personal, shown_path, shown_text
from gongshi.exchange.opened import opened_names
from gongshi.exchange.remarking import RETURNED, Remark, Word, message, words
from gongshi.exchange.remotes import PREFIX, RemotePlace, fetch, place
from gongshi.exchange.sendable import brought, check_content, check_history, merged_changes, merged_tree
from gongshi.model import Finding, GongshiError, Progress
from gongshi.package import RECORDS, read_descriptor
from gongshi.repository import Git, RevisionTree, WorkTree, move, sending, writer
from gongshi.sealing import Identity
from gongshi.sealing.approving import APPROVES, makers_of, reviewer, unapproved
from gongshi.sealing.signers import GIT, sign

_TRIES = 5


class Waiting(NamedTuple):
    """A proposal that is not in main: ``remarks`` is what it was returned with and nothing came since, else ""; ``words`` is all that
    was said of it so far, the newest first."""

    branch: str
    commit: str
    author: str
    day: str
    text: str
    files: int
    remarks: str
    words: tuple[Word, ...] = ()

    @property
    def said(self) -> Word | None:
        """What it was returned with, None if it waits for a reviewer."""
        return next(one for one in self.words if not one.answer) if self.remarks else None


class Accepted(NamedTuple):
    """The merge, whose signature it bears, and how many files it brought; ``sent`` tells if it went to the remote."""

    commit: str
    signer: str
    files: int
    sent: bool


def waiting(git: Git, where: RemotePlace) -> list[Waiting]:
    """The proposals that wait for a reviewer or for their clerk, the oldest first."""
    side = f"refs/remotes/{where.remote}/" if where.remote else "refs/heads/"
    main = latest(git, where)
    listing = git.run("for-each-ref", "--format=%(objectname) %(refname)", "--no-merged", main, f"{side}{PREFIX}")
    found = []
    for line in filter(None, listing.decode("utf-8", "replace").split("\n")):
        commit, _, ref = line.partition(" ")
        branch = ref.removeprefix(side)
        (last,) = list(logged(git, "-1", "--end-of-options", commit))
        files = git.run("diff", "--name-only", "-z", f"{main}...{commit}", "--", f"{RECORDS}/").count(b"\0")
        said = words(git, f"{side}{RETURNED}{branch.removeprefix(PREFIX)}", (commit, main))
        remarks = _open(said, commit)
        found.append(Waiting(branch, commit, last.author, last.when[:10], last.subject, files, remarks, said))
    return sorted(found, key=lambda one: (one.day, one.branch))


def _open(said: Sequence[Word], commit: str) -> str:
    """What its clerk still has to do: questions are over with an answer, what is to be mended only with another commit."""
    back = next((one for one in said if not one.answer), None)
    if back is None or back.on != commit:
        return ""
    asked = not back.text and all(one.asks for one in back.remarks)
    return "" if asked and said[0].answer else back.told


def received(git: Git, where: RemotePlace, most: int = 5) -> list[Waiting]:
    """The proposals that main has, the newest first."""
    side = f"refs/remotes/{where.remote}/" if where.remote else "refs/heads/"
    order = ("--sort=-committerdate", f"--count={most}")
    listing = git.run(
        "for-each-ref", *order, "--format=%(objectname) %(refname)", "--merged", latest(git, where), f"{side}{PREFIX}"
    )
    found = []
    for line in filter(None, listing.decode("utf-8", "replace").split("\n")):
        commit, _, ref = line.partition(" ")
        (last,) = list(logged(git, "-1", "--end-of-options", commit))
        found.append(Waiting(ref.removeprefix(side), commit, last.author, last.when[:10], last.subject, 0, ""))
    return found


def brings(root: Path, commit: str, base: str, day: date, identity: Identity | None = None) -> list[Finding]:
    """What is found in a proposal, as it is looked for when it is accepted; what ``base`` had is ``standing``."""
    git, names = _ready(root, identity)
    return brought(root, RevisionTree(git, commit), base, day, names)


Said = Mapping[tuple[str, str], tuple[Remark, ...]]
"""Table and key of a record → what was last said of it, and its proposal still waits for its clerk."""


def open_remarks(git: Git, before: tuple[bytes, Said] = (b"", {})) -> tuple[bytes, Said]:
    """(what it follows from, what is said of records); ``before`` where nothing has come since."""
    now = git.run("for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/remotes")
    if now == before[0] or f"/{RETURNED}".encode() not in now:
        return now, before[1] if now == before[0] else {}
    found: dict[tuple[str, str], tuple[Remark, ...]] = {}
    for one in waiting(git, place(git)):
        for remark in one.said.remarks if one.said else ():
            found |= {record: (*found.get(record, ()), remark) for record in remark.records}
    return now, found


def accept(
    root: Path,
    name: str,
    key: Path,
    day: date,
    progress: Progress = lambda _: None,
    identity: Identity | None = None,
    seen: str = "",
) -> Accepted:
    """Merge a proposal into main, record by record, in a commit signed with ``key``; or sign for a commit of main that
    nobody signed. ``seen`` is the commit that was looked at, "" for whatever is there now. GongshiError, one sentence, for every
    refusal; then main is as it was."""
    git, names = _ready(root, identity)
    with sending(root):
        for _ in range(_TRIES):
            progress("取最新的记录")
            where = place(git)
            fetch(git, where)
            main = latest(git, where)
            branch = _seen(git, _proposal(git, where, name), seen)
            progress("合并、检查")
            made, files = _joined(root, git, main, branch, day, names) if branch else _approved(git, main, name)
            makers = authors_of(git, main, git.commit(branch)) if branch else makers_of(git, git.commit(name))
            commit, signer = _signed(git, made, main, key, makers)
            progress("上传")
            if not where.remote or not git.complaint("push", "-q", where.remote, f"{commit}:refs/heads/{where.main}"):
                _here(root, git, where, commit)
                return Accepted(commit, signer, files, bool(where.remote))
        raise GongshiError("没有上传成功，主线还是原来的样子；请检查网络、账号和权限后再运行一次。")


def send_back(
    root: Path,
    name: str,
    remarks: str,
    identity: Identity | None = None,
    of: Sequence[Remark] = (),
    seen: str = "",
) -> str:
    """Return a proposal with remarks, on all of it and ``of`` single records; gives the commit that holds them. ``seen`` as for
    ``accept``."""
    if not remarks.strip() and not of:
        raise GongshiError("退回要写明哪里要改，请用 -m 写清楚，可以写多行。")
    return _say(root, name, message(remarks, of), "退回意见", identity, seen)


def answer(root: Path, name: str, text: str, identity: Identity | None = None, of: Sequence[Remark] = ()) -> str:
    """Answer what was asked of a proposal, so that it waits for the reviewer again if nothing else is to be done; gives the commit
    that holds it."""
    if not text.strip() and not of:
        raise GongshiError("还没有写答复。")
    return _say(root, name, message(text, of, answer=True), "答复", identity)


def _say(root: Path, name: str, text: str, what: str, identity: Identity | None, seen: str = "") -> str:
    """Put what is said of a proposal upon its tip."""
    git, names = _ready(root, identity)
    if found := scan_text(what, text.encode(), names):
        raise GongshiError(f"{what}里{found[0].message.rstrip('。')}。")
    if not names and any(personal(line) for line in text.splitlines()):
        raise GongshiError(
            f"{what}里像有人的姓名、号码或生日，没有送出：它会让没有密钥的人也看到。说到谁请写户编号或人编号。"
        )
    with sending(root):
        where = place(git)
        fetch(git, where)
        branch = _seen(git, _proposal(git, where, name), seen)
        if not branch:
            raise GongshiError("只能退回送审的分支，请用 gongshi review list 查看名称。")
        tip = git.commit(branch)
        back = RETURNED + name.removeprefix(PREFIX)
        before = git.resolve(f"refs/remotes/{where.remote}/{back}" if where.remote else f"refs/heads/{back}")
        parents = ["-p", tip, *(["-p", before] if before else [])]
        commit = git.run("commit-tree", f"{tip}^{{tree}}", *parents, "-F", "-", input=text.encode()).decode().strip()
        if where.remote:
            if why := git.complaint("push", "-q", where.remote, f"{commit}:refs/heads/{back}"):
                raise GongshiError(f"{what}没有送出（{shown_text(why)}），请检查网络和账号后再运行一次。")
        else:
            git.run("update-ref", f"refs/heads/{back}", commit)
        return commit


def _ready(root: Path, identity: Identity | None) -> tuple[Git, NameSet]:
    git = Git(root)
    if not git.exists() or git.head() is None:
        raise GongshiError("这里不是有提交的 Git 仓库，不能审核，请在台账仓库里运行。")
    if git.complaint("var", "GIT_AUTHOR_IDENT"):
        git.run("config", "user.name", "县级审核")
        git.run("config", "user.email", "reviewer@gongshi.invalid")
    return git, opened_names(WorkTree(root), identity)


def latest(git: Git, where: RemotePlace) -> str:
    """Main as it was last fetched; GongshiError where there is none."""
    found = (where.remote and git.resolve(f"refs/remotes/{where.branch}")) or git.resolve(f"refs/heads/{where.main}")
    if not found:
        raise GongshiError(f"没有主线 {shown_text(where.main)}，请先把第一次提交传上去。")
    return found


def _proposal(git: Git, where: RemotePlace, name: str) -> str:
    """The ref of a proposal; "" for the name of a commit. GongshiError where there is neither."""
    if not name.startswith(PREFIX):
        return "" if git.resolve(f"{name}^{{commit}}") else _unknown(git, where, name)
    sides = (f"refs/remotes/{where.remote}/{name}",) if where.remote else (f"refs/heads/{name}",)
    return next((side for side in sides if git.resolve(side)), "") or _unknown(git, where, name)


def _seen(git: Git, branch: str, commit: str) -> str:
    """The branch, if it is as it was looked at."""
    if branch and commit and git.commit(branch) != commit:
        raise GongshiError("这份送审刚刚又送了新的，还没有看过；请先看新的再决定，写过的意见还在。")
    return branch


def _unknown(git: Git, where: RemotePlace, name: str) -> str:
    near = get_close_matches(name, [one.branch for one in waiting(git, where)], 1, 0.4)
    hint = f"是不是 {shown_path(near[0])}？" if near else ""
    raise GongshiError(f"没有送审的分支“{shown_path(name)}”，{hint}请用 gongshi review list 查看。")


def _joined(root: Path, git: Git, main: str, branch: str, day: date, names: NameSet) -> tuple[bytes, int]:
    """(the text of the merge to be signed, how many files it brings), of what may be merged."""
    tip = git.commit(branch)
    base = git.merge_base(main, tip)
    if base == tip:
        raise GongshiError("这个送审已经在主线里了，不用再审核。")
    if base is None:
        raise GongshiError("这个分支和主线没有共同的历史，不能合并，请退回。")
    joined = merged_changes(git, read_descriptor(RevisionTree(git, main)), base, main, tip)
    tree = merged_tree(root, main, tip, joined)
    grounds = dict(papers.grounds(git, main, tip))
    subject = git.run("log", "-1", "--no-merges", "--format=%s", tip).decode("utf-8", "replace").strip()
    text = "\n".join(
        [f"接受：{subject}", "", *(f"{name}: {value}" for name, value in grounds.items() if name != "Approved-by")]
    )
    made = (
        git.run("commit-tree", tree, "-p", main, "-p", tip, "-F", "-", input=text.rstrip().encode() + b"\n")
        .decode()
        .strip()
    )
    check_content(root, RevisionTree(git, made), main, day, names, True)
    check_history(root, made, main, names)
    return git.run("cat-file", "commit", made), len(joined)


def _approved(git: Git, main: str, name: str) -> tuple[bytes, int]:
    """The text of an empty commit that approves a commit of main."""
    commit = git.commit(name)
    if commit not in {one.commit for one in unapproved(git, main)}:
        raise GongshiError("这个提交不用补签：它已经有审核员的签名，或不在主线上，或没有改记录。")
    text = f"补签：{git.run('log', '-1', '--format=%s', commit).decode('utf-8', 'replace').strip()}\n\n{APPROVES}{commit}\n"
    made = git.run("commit-tree", f"{main}^{{tree}}", "-p", main, "-F", "-", input=text.encode()).decode().strip()
    return git.run("cat-file", "commit", made), 0


def _signed(git: Git, data: bytes, main: str, key: Path, makers: set[str]) -> tuple[str, str]:
    """(the commit with the signature, whose it is); ``makers`` made what it approves."""
    signature = sign(data, GIT, key)
    head, gap, body = data.partition(b"\n\n")
    folded = b"gpgsig " + signature.strip().encode().replace(b"\n", b"\n ")
    signer, why = reviewer(git, main, data, signature, datetime.now(UTC))
    if not signer:
        raise GongshiError(
            f"这个签名不算审批：{why.strip('（）')}；请由登记了审核员角色的人签，登记用 gongshi keygen --sign --role reviewer。"
        )
    me = git.run("var", "GIT_AUTHOR_IDENT").decode("utf-8", "replace").rpartition(" <")[0]
    if own := {signer, me} & makers:
        raise GongshiError(f"“{shown_text(own.pop())}”自己改的，不能自己审批，请由别的审核员来。")
    whole = head + b"\n" + folded + gap + body
    return git.run("hash-object", "-t", "commit", "-w", "--stdin", input=whole).decode().strip(), signer


def _here(root: Path, git: Git, where: RemotePlace, commit: str) -> None:
    """This clone's own main goes along where nothing stands in the way; the rest is left to the next pull."""
    now = git.run("rev-parse", "--abbrev-ref", "HEAD").decode().strip()
    old = git.resolve(f"refs/heads/{where.main}")
    if old and git.merge_base(old, commit) != old:
        return
    if now != where.main:
        git.run("update-ref", f"refs/heads/{where.main}", commit, *([old] if old else []))
    elif not git.run("status", "--porcelain", "--untracked-files=no").strip():
        with writer(root) as write:
            move(root, commit, write)
