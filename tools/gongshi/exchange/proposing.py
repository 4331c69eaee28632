"""From changed records to a review, for people who do not know Git: branch, check, guard, commit, merge of the main
branch record by record, push. Nothing is ever forced, and each step can be run again after a refusal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gongshi.changes import conflict_sentence, lacking_sentence, merge_files
from gongshi.checks import check_guard, check_records
from gongshi.checks.guard import scan_text
from gongshi.model import Finding, GongshiError, Severity
from gongshi.package import RECORDS, Database, Descriptor, county_day, document_of, format_files, load, read_descriptor
from gongshi.policy import Figures, figures, judge, load_policies
from gongshi.repository import Git, RevisionTree, WorkTree, write_files

PREFIX = "songshen/"
MAIN = "main"
REMOTE = "origin"
Progress = Callable[[str], None]


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
    """What was sent: ``address`` is where to open the review, "" where there is no remote."""

    branch: str
    commit: str
    paths: tuple[str, ...]
    merged: int
    left_out: tuple[str, ...]
    address: str


def propose(root: Path, message: Message, day: date, progress: Progress = lambda _: None) -> Proposal:
    """Send the changed records for review. GongshiError, one sentence that says what to do, for every refusal; then
    records on disk are as they were, save that a commit made before a failed merge or push stays and is sent next time."""
    git = _ready(root)
    _check_message(message)
    changed, left_out = _changed(git)
    descriptor = read_descriptor(WorkTree(root))
    if changed:
        _check_grounds(message)
        progress("整理和检查")
        _format(root, descriptor, changed)
        _check(root, changed, _base(git), day)
    branch = _branch(git, day, bool(changed))
    if changed:
        changed = _commit(git, message, changed)
    progress("并入最新的记录")
    merged = _merge_main(root, git, branch, day)
    progress("上传")
    remote = _remote(git)
    if remote:
        git.run("push", "-u", REMOTE, f"{branch}:refs/heads/{branch}")
    return Proposal(branch, git.head() or "", changed, merged, left_out, _address(remote, branch))


def _ready(root: Path) -> Git:
    git = Git(root)
    if not git.exists():
        raise GongshiError("这里不是 Git 仓库，不能送审，请在台账仓库里运行，或先用 gongshi new 建立。")
    if git.head() is None:
        raise GongshiError("仓库里还没有第一次提交，不能送审，请先由管理员提交。")
    for mark in ("MERGE_HEAD", "REBASE_HEAD", "CHERRY_PICK_HEAD"):
        if git.resolve(mark):
            raise GongshiError("仓库里有没做完的合并，请先请管理员完成或取消它，再送审。")
    try:
        git.run("var", "GIT_AUTHOR_IDENT")
    except GongshiError:
        raise GongshiError(
            "还没有登记您是谁，请先运行 git config user.name 单位或岗位 和 git config user.email 邮箱，再送审。"
        ) from None
    return git


def _check_message(message: Message) -> None:
    if not message.text.strip():
        raise GongshiError("送审说明是空的，请用 -m 写一句话，如：3 月走访登记。")
    for text in (message.doc_no, message.basis, message.approved_by):
        if "\n" in text or "\r" in text:
            raise GongshiError("文号、依据、审批只能写一行，请改成一行。")
    if found := scan_text("送审说明", message.render().encode()):
        raise GongshiError(f"送审说明里{found[0].message.rstrip('。')}。")


def _check_grounds(message: Message) -> None:
    """What a pull request would fail for, said before anything is done."""
    if lacking_sentence(message.render()):
        raise GongshiError(
            "改了台账记录要写明凭什么改：审批单位（--approved-by 古镇人民政府），加上文号（--doc-no）或依据（--basis 村民会议记录）之一，"
            "请补上再送审。"
        )


def _changed(git: Git) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(changed paths of records, changed paths of everything else), new and deleted files too."""
    listing = git.run("status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--", ".")
    paths = sorted(entry[3:].decode("utf-8", "surrogateescape") for entry in listing.split(b"\0") if entry)
    records = tuple(path for path in paths if path.startswith(f"{RECORDS}/"))
    return records, tuple(path for path in paths if path not in records)


def _format(root: Path, descriptor: Descriptor, paths: Sequence[str]) -> None:
    tree = WorkTree(root)
    there = [path for path in paths if tree.exists(path)]
    changes, findings = format_files(tree, descriptor, there)
    _refuse(findings, "有文件不能整理成规范写法")
    write_files(root, changes)


def _base(git: Git) -> str:
    """The commit that the proposal is compared with: where it left the main branch."""
    for name in (f"{REMOTE}/{MAIN}", MAIN):
        if git.resolve(name) and (found := git.merge_base("HEAD", name)):
            return found
    return git.commit("HEAD")


def _check(root: Path, changed: Sequence[str], base: str, day: date) -> None:
    """Refuse for personal data and for errors, of the records or of a rule, that the base did not have: what
    ``gongshi check --against`` fails on."""
    tree = WorkTree(root)
    _refuse(check_guard(tree, [path for path in changed if tree.exists(path)]), "有个人信息")
    with load(tree) as database, load(_revision(root, base)) as before:
        day = county_day(database) or day
        last = figures(load_policies(tree, database.descriptor), database.descriptor, before, day)
        errors = _errors(database, day, last)
        known = {finding.identity for finding in _errors(before, day)} if errors else set()
    _refuse([finding for finding in errors if finding.identity not in known], "有新的错误")


def _revision(root: Path, commit: str) -> RevisionTree:
    tree = RevisionTree(Git(root), commit)
    tree.prefetch(tree.paths())
    return tree


def _errors(database: Database, day: date, last: Figures | None = None) -> list[Finding]:
    findings = [*check_records(database), *judge(database, day, base=last).findings]
    return [finding for finding in findings if finding.severity is Severity.ERROR]


def _refuse(findings: Sequence[Finding], what: str) -> None:
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        first = errors[0]
        place = f"{first.path} 第 {first.line} 行：" if first.line else f"{first.path}："
        more = f"，另有 {len(errors) - 1} 处" if len(errors) > 1 else ""
        raise GongshiError(
            f"{what}（{place}{first.message.rstrip('。')}{more}），请运行 gongshi check 逐条改好再送审。"
        )


def _branch(git: Git, day: date, changed: bool) -> str:
    """The branch to send: the one checked out if it is a proposal, else a new one."""
    now = git.run("rev-parse", "--abbrev-ref", "HEAD").decode().strip()
    if now.startswith(PREFIX):
        return now
    if not changed:
        raise GongshiError("记录没有改动，无需送审。")
    number = 1
    while git.resolve(name := f"{PREFIX}{day.isoformat()}-{number}") or git.resolve(f"{REMOTE}/{name}"):
        number += 1
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


def _remote(git: Git) -> str:
    try:
        return git.run("remote", "get-url", REMOTE).decode().strip()
    except GongshiError:
        return ""


def _merge_main(root: Path, git: Git, branch: str, day: date) -> int:
    """Merge the newest main branch, record by record; gives how many files it brought. Conflicts change nothing."""
    if _remote(git):
        git.run("fetch", "-q", REMOTE)
    theirs = git.resolve(f"{REMOTE}/{MAIN}") or git.resolve(MAIN)
    ours = git.commit("HEAD")
    base = git.merge_base(ours, theirs) if theirs else None
    if theirs is None or base in (theirs, None):
        return 0
    changes = merged_changes(git, read_descriptor(WorkTree(root)), base, ours, theirs)
    dirty = sorted(set(sum(_changed(git), ())) & set(changes))
    if dirty:
        raise GongshiError(f"“{dirty[0]}”还有没送审的改动，与最新的记录合不到一起，请先还原它再送审。")
    write_files(root, changes)
    git.run("add", "-A", "--pathspec-from-file=-", "--pathspec-file-nul", input=_listed(tuple(changes)))
    tree = git.run("write-tree").decode().strip()
    text = f"并入 {MAIN} 的最新记录\n".encode()
    commit = git.run("commit-tree", tree, "-p", ours, "-p", theirs, "-F", "-", input=text).decode().strip()
    git.run("update-ref", f"refs/heads/{branch}", commit, ours)
    _check(root, tuple(changes), theirs, day)
    return len(changes)


def merged_changes(git: Git, descriptor: Descriptor, base: str, ours: str, theirs: str) -> dict[str, bytes | None]:
    """What must change in ours to have theirs too. GongshiError, naming all conflicts, where both changed a field."""
    changes: dict[str, bytes | None] = {}
    conflicts: list[str] = []
    records = {f"{RECORDS}/{path}" for resource in descriptor.csv_resources() for path in resource.paths}
    listings = [git.ls_tree(commit) for commit in (base, ours, theirs)]
    trees = [RevisionTree(git, commit) for commit in (base, ours, theirs)]
    for path in sorted({*listings[0], *listings[2]}):
        old, mine, yours = (listing.get(path) for listing in listings)
        if old == yours or mine == yours:
            continue
        if mine == old:
            changes[path] = trees[2].read(path) if yours else None
        elif mine is None or yours is None or not (path in records or document_of(descriptor, path)):
            conflicts.append(f"{path}：两边都改了，请管理员合并")
        else:
            data, found = merge_files(
                path, descriptor, *(trees[at].read(path) if listings[at].get(path) else b"" for at in range(3))
            )
            conflicts.extend(conflict_sentence(descriptor, path, conflict) for conflict in found)
            changes[path] = data
    if conflicts:
        more = f"；等共 {len(conflicts)} 处" if len(conflicts) > 5 else ""
        raise GongshiError("；".join(conflicts[:5]) + f"{more}。请与对方商定，改成一致后再送审。")
    return changes


def _address(remote: str, branch: str) -> str:
    """Where to open the review, by the kinds of servers known; else the remote itself."""
    match = re.fullmatch(r"(?:https?://(?:[^@/]+@)?|ssh://git@|git@)([^/:]+)(?::\d+)?[/:](.+?)(?:\.git)?/?", remote)
    if not match:
        return re.sub(r"://[^/@\s]+@", "://", remote)
    host, path = match.groups()
    if "gitlab" in host:
        return f"https://{host}/{path}/-/merge_requests/new?merge_request%5Bsource_branch%5D={branch}"
    if "gitee" in host:
        return f"https://{host}/{path}/compare/{MAIN}...{branch}"
    return f"https://{host}/{path}/compare/{MAIN}...{branch}?expand=1"
