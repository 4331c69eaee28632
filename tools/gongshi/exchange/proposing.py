"""From changed records to a review, for people who do not know Git: branch, check, guard, commit, merge of the main
branch record by record, push. Nothing is ever forced, and each step can be run again after a refusal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gongshi.changes.judging import JUDGED
from gongshi.changes.papers import lacking_sentence
from gongshi.checks.guard import NameSet, scan_text
from gongshi.checks.showing import shown_path
from gongshi.exchange.opened import opened_names
from gongshi.exchange.persons import People
from gongshi.exchange.remotes import (
    PREFIX,
    RemotePlace,
    address,
    branch_of,
    fetch,
    found_main,
    place,
    push,
    refuse_rewritten,
    take,
    write_bundle,
)
from gongshi.exchange.renumbering import Renumbering, renumbering
from gongshi.exchange.sendable import check_content, check_history, merged_changes, merged_tree, refuse
from gongshi.model import GongshiError, Progress
from gongshi.package import RECORDS, format_files, read_descriptor
from gongshi.repository import Changes, Git, RevisionTree, WorkTree, differing, move, sending, write_kept, writer
from gongshi.repository.pin import read_pin
from gongshi.review.hooks import identity_findings
from gongshi.sealing import Identity


@dataclass(frozen=True, slots=True)
class Message:
    """A commit message: what is proposed and, if known, 文号, 依据 and 审批."""

    text: str
    doc_no: str = ""
    basis: str = ""
    approved_by: str = ""

    def render(self) -> str:
        """Subject, then trailers that ``git interpret-trailers`` understands."""
        trailers = (("Doc-No", self.doc_no), ("Basis", self.basis), ("Approved-by", self.approved_by))
        lines = [f"{name}: {value}" for name, value in trailers if value]
        return "\n".join([self.text, *(["", *lines] if lines else [])]) + "\n"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was sent: ``address`` is where to open the review, "" where there is no remote; ``renumbered`` are (old, new)."""

    branch: str
    commit: str
    paths: tuple[str, ...]
    merged: int
    left_out: tuple[str, ...]
    address: str
    renumbered: tuple[tuple[str, str], ...] = ()


def propose(
    root: Path,
    message: Message,
    day: date,
    progress: Progress = lambda _: None,
    identity: Identity | None = None,
    bundle: Path | None = None,
    answer: Path | None = None,
) -> Proposal:
    """Send the changed records for review. GongshiError, one sentence that says what to do, for every refusal; then
    records on disk are as they were, save that a commit made before a failed merge or push stays and is sent next time, and
    that new records keep the numbers they got where others had theirs (``renumbering.py``)."""
    names = opened_names(WorkTree(root), identity)
    git = _ready(root, names)
    _check_message(message, names)
    with sending(root):
        progress("取最新的记录")
        where = place(git)
        if answer:
            take(git, where, answer)
        elif not bundle:
            fetch(git, where)
            found_main(git, where)
            where = place(git)
        refuse_rewritten(git, where)
        return _propose(root, git, message, day, progress, names, bundle, identity)


def _propose(
    root: Path,
    git: Git,
    message: Message,
    day: date,
    progress: Progress,
    names: NameSet,
    bundle: Path | None,
    identity: Identity | None,
) -> Proposal:
    where = place(git)
    with writer(root) as write:
        pairs = renumber(root, git, write, day, identity)
        changed, left_out = _changed(git)
        if changed:
            _check_grounds(message)
            progress("整理和检查")
            _format(root, changed, write)
            check_content(root, WorkTree(root), _base(git), day, names)
        branch = _branch(git, where, day, changed)
        sent = _commit(git, message, changed) if changed else ()
    progress("并入最新的记录")
    commit, brought = _merged(root, git)
    merged = commit != git.head()
    # What lies on disk was checked above; what a merge, or commits of before that nothing is added to, hold was not.
    if merged or not changed or any(path.startswith(JUDGED) for path in left_out):
        progress("检查要送的内容")
        check_content(root, RevisionTree(git, commit), _base(git, commit), day, names, merged)
    check_history(root, commit, _base(git, commit), names)
    _check_persons(git, commit, day, identity)
    if merged:
        with writer(root) as write:
            move(root, commit, write)
    progress("上传")
    if bundle:
        write_bundle(git, where, branch, bundle)
    elif where.remote:
        branch = push(git, where, branch)
    remote = git.run("remote", "get-url", where.remote).decode().strip() if where.remote and not bundle else ""
    return Proposal(branch, commit, sent, len(brought), left_out, _address(root, remote, branch, where.main), pairs)


def renumber(
    root: Path, git: Git, write: Callable[[Changes], tuple[str, ...]], day: date, identity: Identity | None
) -> tuple[tuple[str, str], ...]:
    """Give new numbers where others have theirs, as they were last fetched; (old, new) of each."""
    main = _main(git)
    found = renumbering(git, WorkTree(root), place(git), main, identity) if main else Renumbering({}, ())
    if found.pairs:
        write_kept(root, write, f"重新编号 {len(found.pairs)} 个", day.isoformat(), found.changes)
    return found.pairs


def _check_persons(git: Git, commit: str, day: date, identity: Identity | None) -> None:
    """Nobody is new who has another number already: with a key, no new member has the ID number of another one."""
    base = RevisionTree(git, _base(git, commit))
    tree = RevisionTree(git, commit)
    if identity is None or not any(path.endswith("/sealed.csv") for path in differing(base, tree)):
        return
    before, people = People(base, identity, day).persons, People(tree, identity, day)
    for members in people.by_number.values():
        new = sorted(members - before.keys())
        if len(members) > 1 and new:
            others = "、".join(sorted(members - {new[-1]}))
            raise GongshiError(
                f"新登记的 {new[-1]} 与 {others} 是同一个身份证号，一个人不能有两个编号，请删去后登记的再送审。"
            )


def _ready(root: Path, names: NameSet) -> Git:
    git = Git(root)
    if not git.exists():
        raise GongshiError("这里不是 Git 仓库，不能送审，请在台账仓库里运行，或先用 gongshi new 建立。")
    if git.head() is None:
        raise GongshiError("仓库里还没有第一次提交，不能送审，请先由管理员提交。")
    for mark in ("MERGE_HEAD", "REBASE_HEAD", "CHERRY_PICK_HEAD"):
        if git.resolve(mark):
            raise GongshiError(
                "仓库里有没做完的合并，请先完成它，或用 git merge --abort（rebase、cherry-pick 同样）取消，再送审。"
            )
    try:
        git.run("var", "GIT_AUTHOR_IDENT")
    except GongshiError:
        # A unit, not a person, and only in this clone: what the clerk can be asked for later is not asked now.
        git.run("config", "user.name", "台账经办")
        git.run("config", "user.email", "clerk@gongshi.invalid")
    refuse(
        identity_findings(git, names),
        "您登记的姓名或邮箱里有个人信息",
        "请用 git config user.name 单位或岗位 和 git config user.email 单位邮箱 改过再送审",
    )
    return git


def _check_message(message: Message, names: NameSet) -> None:
    if not message.text.strip():
        raise GongshiError("送审说明是空的，请用 -m 写一句话，如：3 月走访登记。")
    for text in (message.doc_no, message.basis, message.approved_by):
        if "\n" in text or "\r" in text:
            raise GongshiError("文号、依据、审批只能写一行，请改成一行。")
    if found := scan_text("送审说明", message.render().encode(), names):
        raise GongshiError(f"送审说明里{found[0].message.rstrip('。')}。")


def _check_grounds(message: Message) -> None:
    """What a pull request would fail for, said before anything is done."""
    if lacking_sentence(message.render()):
        raise GongshiError(
            "改了台账记录要写明凭什么改：审批单位（--approved-by），加上文号（--doc-no）或依据（--basis，如村民会议记录）之一，"
            "请补上再送审。"
        )


def _changed(git: Git) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(changed paths of records, changed paths of everything else), new and deleted files too."""
    listing = git.run("status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--", ".")
    paths = sorted(entry[3:].decode("utf-8", "surrogateescape") for entry in listing.split(b"\0") if entry)
    records = tuple(path for path in paths if path.startswith(f"{RECORDS}/"))
    return records, tuple(path for path in paths if path not in records)


def _format(root: Path, paths: Sequence[str], write: Callable[[Changes], object]) -> None:
    tree = WorkTree(root)
    there = [path for path in paths if tree.exists(path)]
    changes, findings = format_files(tree, read_descriptor(tree), there)
    refuse(findings, "有文件不能整理成规范写法")
    write(changes)


def _base(git: Git, commit: str = "HEAD") -> str:
    """The commit that the proposal is compared with: where it left the main branch."""
    main = _main(git)
    return (main and git.merge_base(commit, main)) or git.commit("HEAD")


def _main(git: Git) -> str | None:
    where = place(git)
    return git.resolve(where.branch) or git.resolve(f"refs/heads/{where.main}")


def _branch(git: Git, where: RemotePlace, day: date, changed: Sequence[str]) -> str:
    """The branch to send: the one checked out if it is a proposal, else a new one."""
    now = git.run("rev-parse", "--abbrev-ref", "HEAD").decode().strip()
    if now.startswith(PREFIX):
        return now
    if not changed:
        raise GongshiError("记录没有改动，无需送审。")
    name = branch_of(git, where, day, changed)
    git.run("switch", "-q", "-c", name)
    return name


def _commit(git: Git, message: Message, paths: Sequence[str]) -> tuple[str, ...]:
    """Commit just these paths; those that formatting made the same as before drop out."""
    git.run("add", "-A", "--pathspec-from-file=-", "--pathspec-file-nul", input=_listed(paths))
    names = git.run("diff", "--cached", "--name-only", "-z", "--no-renames", "--", f"{RECORDS}/").split(b"\0")
    staged = tuple(name.decode("utf-8", "surrogateescape") for name in names if name)
    if staged:
        git.run(
            "commit", "-q", "-F", message_file(git, message), "--only",
            "--pathspec-from-file=-", "--pathspec-file-nul", input=_listed(staged),
        )  # fmt: skip
    return staged


def message_file(git: Git, message: Message) -> str:
    """The message in a file of the repository's own folder: no argument of a process holds it."""
    place = Path(git.run("rev-parse", "--absolute-git-dir").decode().strip()) / "GONGSHI_MSG"
    place.write_text(message.render(), encoding="utf-8")
    return str(place)


def _listed(paths: Sequence[str]) -> bytes:
    return b"\0".join(b":(literal)" + path.encode("utf-8", "surrogateescape") for path in paths)


def _merged(root: Path, git: Git) -> tuple[str, tuple[str, ...]]:
    """(a commit on no branch yet: HEAD with the newest main branch merged in record by record, which paths that brings);
    HEAD itself if it has all of main. Conflicts change nothing."""
    theirs, ours = _main(git), git.commit("HEAD")
    base = git.merge_base(ours, theirs) if theirs else None
    if theirs is None or base in (theirs, None):
        return ours, ()
    changes = merged_changes(git, read_descriptor(WorkTree(root)), base, ours, theirs)
    dirty = sorted(set(sum(_changed(git), ())) & set(changes))
    if dirty:
        raise GongshiError(f"“{shown_path(dirty[0])}”还有没送审的改动，与最新的记录合不到一起，请先还原它再送审。")
    tree = merged_tree(root, ours, theirs, changes)
    text = f"并入 {place(git).main} 的最新记录\n".encode()
    return git.run("commit-tree", tree, "-p", ours, "-p", theirs, "-F", "-", input=text).decode().strip(), tuple(
        changes
    )


def _address(root: Path, remote: str, branch: str, main: str) -> str:
    pin = read_pin(WorkTree(root))
    name = re.sub(r"^(?:\w+://)?(?:[^@/]*@)?([^/:]*).*", r"\1", remote, flags=re.DOTALL)
    return address(remote, main, branch, pin.hosts.get(name, pin.host) if pin else "")
