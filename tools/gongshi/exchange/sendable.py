"""What may be sent for review, and merged: nothing personal, no error that the base has not, grounds on every commit; and two
sides joined record by record.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from gongshi.changes.files import merge_files
from gongshi.changes.judging import JUDGED, judging
from gongshi.changes.papers import dated_findings, unfounded_commits
from gongshi.changes.phrases import conflict_sentence
from gongshi.checks import check_guard, check_public
from gongshi.checks.guard import NameSet
from gongshi.checks.showing import shown_path, told
from gongshi.model import Finding, GongshiError, Severity
from gongshi.package import RECORDS, Descriptor, county_day, document_of, load
from gongshi.repository import Git, RevisionTree, WorkTree, differing
from gongshi.review.hooks import commit_findings
from gongshi.review.pinning import check_brought, check_pin
from gongshi.sealing import check_keys


def check_content(
    root: Path, tree: WorkTree | RevisionTree, base: str, day: date, names: NameSet, merged: bool = False
) -> None:
    """Refuse for personal data in any record that differs from the base, and for errors, of the records or of a rule,
    that the base did not have: what ``gongshi check --against`` fails on."""
    before = RevisionTree(Git(root), base)
    refuse(_personal(tree, before, names), "有个人信息")
    found, public = _judged(root, tree, before, day)
    refuse(public, "公开的文字里像有人名")
    if merged:
        refuse(found, "并入最新的记录后有新的错误", "请照着改好自己的记录再送审", 5)
    refuse(found, "有新的错误")


def brought(root: Path, tree: RevisionTree, base: str, day: date, names: NameSet) -> list[Finding]:
    """The same findings, all of them, for who decides: errors first; ``standing`` are those that the base had."""
    before = RevisionTree(Git(root), base)
    personal = _personal(tree, before, names)
    found, public = _judged(root, tree, before, day)
    order = list(Severity)
    return sorted([*personal, *found, *public], key=lambda one: (one.standing, order.index(one.severity), one.order))


def _personal(tree: WorkTree | RevisionTree, before: RevisionTree, names: NameSet) -> list[Finding]:
    changed = [path for path in differing(before, tree) if path.startswith(f"{RECORDS}/") and tree.exists(path)]
    if isinstance(tree, RevisionTree):
        tree.prefetch(path for path in tree.paths() if path.startswith(JUDGED))
    return check_guard(tree, changed, names)


def _judged(
    root: Path, tree: WorkTree | RevisionTree, before: RevisionTree, day: date
) -> tuple[list[Finding], list[Finding]]:
    """(what the rules and the keys say, what public text says of people)."""
    with judging(root, lambda _: None) as judge, load(tree) as database:
        found = [*judge.since(before, database, county_day(database) or day), *check_keys(tree)]
        return found, check_public(database)


def check_history(root: Path, commit: str, base: str, names: NameSet) -> None:
    """What one commit brings and the next takes away again would be pushed all the same; somebody's own may lack grounds."""
    refuse(
        commit_findings(root, base, commit, names),
        "要送的提交里有个人信息",
        "删去了也还在历史里，请由管理员重做这些提交再送审",
    )
    before, after = RevisionTree(Git(root), base), RevisionTree(Git(root), commit)
    refuse(
        [*check_brought(before, after), *check_pin(after)],
        "要送的提交里有程序或设置",
        "请由管理员把它们拿出来另送，再送记录",
    )
    refuse(unfounded_commits(Git(root), base, commit), "要送的提交有的没写凭什么改", "请由管理员把提交说明补上再送审")
    dated = dated_findings(Git(root), base, commit, datetime.now(UTC))
    refuse(dated, "提交的日期不可信", "请校正电脑的时间再送审")


def refuse(
    findings: Sequence[Finding], what: str, advice: str = "请运行 gongshi check 逐条改好再送审", most: int = 1
) -> None:
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        said = "；".join(map(_sentence, errors[:most]))
        more = f"，另有 {len(errors) - most} 处" if len(errors) > most else ""
        raise GongshiError(f"{what}（{said}{more}），{advice}。")


def _sentence(finding: Finding) -> str:
    finding = told(finding)
    line = f" 第 {finding.line} 行" if finding.line else ""
    return (f"{finding.path}{line}：" if finding.path else "") + finding.message.rstrip("。")


def merged_tree(root: Path, ours: str, theirs: str, changes: Mapping[str, bytes | None]) -> str:
    """The tree of ``ours`` with ``changes`` that come from ``theirs`` or from both."""
    git = Git(root)
    with tempfile.TemporaryDirectory(prefix="gongshi-") as folder:
        index = Git(root, Path(folder) / "index")  # the repository's own may hold what is not to be sent
        index.run("read-tree", ours)
        index.run("update-index", "-z", "--index-info", input=_entries(git, theirs, changes))
        return index.run("write-tree").decode().strip()


def _entries(git: Git, theirs: str, changes: Mapping[str, bytes | None]) -> bytes:
    """Lines for ``git update-index --index-info``: mode and object of each path, mode 0 for one that goes."""
    tree, listing = RevisionTree(git, theirs), git.ls_tree(theirs)
    tree.prefetch(path for path, data in changes.items() if data is not None)
    entries = []
    for path, data in changes.items():
        mode, name = listing[path] if data is not None else ("0", "0" * len(theirs))
        if data is not None and data != tree.read(path):
            name = git.run("hash-object", "-w", "--stdin", input=data).decode().strip()
        entries.append(f"{mode} {name}\t".encode() + path.encode("utf-8", "surrogateescape") + b"\0")
    return b"".join(entries)


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
            conflicts.append(f"{shown_path(path)}：两边都改了，请管理员合并")
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
