"""``gongshi upgrade``: a county brought to the installed program, as one commit on a branch of its own, ready for review.

Everything is worked out and committed before a file, the index or a branch is touched; then the branch moves, all or nothing.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gongshi import __version__
from gongshi.founding.comparing import RuleChange, finding_changes, rule_changes
from gongshi.founding.hosts import DEFAULT
from gongshi.founding.merging import Clash, Merger
from gongshi.founding.migrating import filled, migrated
from gongshi.founding.new import first_paths
from gongshi.founding.pack import (
    ABOUT,
    DICTIONARY,
    PACKAGE_FILE,
    Files,
    Pack,
    executable,
    program_digest,
    program_files,
)
from gongshi.founding.pin import numbers, pinned
from gongshi.founding.wheel import read_wheel
from gongshi.model import Finding, GongshiError, Progress
from gongshi.package import RECORDS, Descriptor, load, read_descriptor
from gongshi.package.descriptor import COUNTY_FILE, DOCUMENTS_FILE
from gongshi.package.subjects import subjects
from gongshi.repository import Git, MemoryTree, RevisionTree, move, sending, writer
from gongshi.repository.pin import ENGINE, PIN, Pin, read_pin
from gongshi.review.hooks import identity_findings
from gongshi.review.installing import install
from gongshi.review.pinning import PACK_PLACES
from gongshi.review.stepping import declared_steps, stepped

PREFIX = "songshen/upgrade-"
FOUNDED = "台账：开始"
"""How the subject of a county's first commit ends."""

_OWN = (".github/CODEOWNERS",)  # of version 0.1: made once, then the county's


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What an upgrade is, worked out: ``commit`` is on no branch yet. ``version`` is the one before, "" for 0.1."""

    version: str
    commit: str
    branch: str
    changes: Mapping[str, bytes | None]
    clashes: tuple[Clash, ...]
    rules: tuple[RuleChange, ...]
    come: tuple[Finding, ...]
    gone: tuple[Finding, ...]


def plan_upgrade(root: Path, day: date, trailers: Mapping[str, str], show: Progress = lambda _: None) -> Upgrade | None:
    """Work out the upgrade of the commit checked out, None if it is up to date. GongshiError for every refusal."""
    git = _ready(root)
    before = RevisionTree(git, "HEAD")
    before.prefetch(before.paths())
    pin, program = read_pin(before), program_files()
    if pin and _current(pin, program):
        return None
    show("合并新版的格式和规则")
    changes, clashes = _changes(git, before, pin, program)
    commit = _commit(git, before, changes, _message(pin, clashes, trailers))
    after = RevisionTree(git, commit)
    after.prefetch(after.paths())
    show("比较规则和检查结果")
    rules = rule_changes(before, after)
    come, gone = finding_changes(before, after, root, day)
    version, branch = pin.version if pin else "", f"{PREFIX}{__version__}"
    return Upgrade(version, commit, branch, changes, tuple(clashes), tuple(rules), tuple(come), tuple(gone))


def take_upgrade(root: Path, upgrade: Upgrade) -> None:
    """Move to the upgrade's branch and commit: all or nothing, however it ends."""
    git = Git(root)
    with sending(root), writer(root) as write:
        old = git.commit("HEAD")
        if git.run("rev-parse", f"{upgrade.commit}^").decode().strip() != old or _dirty(git):
            raise GongshiError("台账在这期间又改过，没有升级，请再运行一次。")
        if git.run("symbolic-ref", "-q", "HEAD").decode().strip() != f"refs/heads/{upgrade.branch}":
            git.run("update-ref", f"refs/heads/{upgrade.branch}", old)
            git.run("symbolic-ref", "HEAD", f"refs/heads/{upgrade.branch}")
        move(root, upgrade.commit, write)
    install(root)


def _ready(root: Path) -> Git:
    git = Git(root)
    if not git.exists() or git.head() is None:
        raise GongshiError("这里不是有提交的 Git 仓库，不能升级，请在台账仓库里运行。")
    if git.top() != root.resolve():
        raise GongshiError("台账不在仓库的根目录，不能升级，请由管理员手工升级。")
    if _dirty(git):
        raise GongshiError("台账有没提交的改动，没有升级：请先送审、提交或还原它们，再运行 gongshi upgrade。")
    if git.shallow():
        raise GongshiError("这个仓库是浅克隆，没有完整的历史，请运行 git fetch --unshallow 后再升级。")
    if found := identity_findings(git) if _known(git) else []:
        raise GongshiError(f"您登记的姓名或邮箱里有个人信息（{found[0].message}），请改用单位或岗位再升级。")
    return git


def _known(git: Git) -> bool:
    return not git.complaint("var", "GIT_AUTHOR_IDENT")


def _dirty(git: Git) -> bool:
    return bool(git.run("status", "--porcelain", "--untracked-files=all").strip())


def _current(pin: Pin, program: Files) -> bool:
    """Whether nothing is to do; GongshiError where this program may not upgrade the county."""
    if pin.path:
        raise GongshiError("这里是程序自己的仓库，用的就是仓库里的程序，不用升级。")
    wanted, here = numbers(pin.version), numbers(__version__)
    if wanted > here:
        raise GongshiError(
            f"台账锁定的程序是 gongshi {pin.version}，装着的是 {__version__}，旧了，不能倒退：请装上 {pin.version} 或更新的。"
        )
    if wanted == here and program_digest(program) != pin.program:
        raise GongshiError(
            f"装着的 gongshi {__version__} 与台账锁定的版本相同而摘要不符，程序可能被改过，没有升级：请从可信的来源重新安装。"
        )
    return wanted == here


def _changes(
    git: Git, before: RevisionTree, pin: Pin | None, program: Files
) -> tuple[dict[str, bytes | None], list[Clash]]:
    """Every file that the upgrade changes."""
    old, pack = read_descriptor(before), Pack(program)
    name = pin.name if pin and pin.name else _name(before)
    here = {resource.name: list(resource.paths) for resource in old.csv_resources()}
    base, known = _bases(git, before, pin, here, name)
    host = pin.host if pin else DEFAULT
    theirs = pack.placed(name, _paths(pack, here, known), old.title, host, _card(before))
    merger = Merger(git, _kept(before, old, theirs))
    after: dict[str, bytes | None] = {}
    for path in sorted({*base, *theirs}):
        ours = before.read(path) if before.exists(path) else None
        after[path] = merger.file(path, base.get(path), ours, theirs.get(path))
    now = {path: before.read(path) for path in before.paths(f"{RECORDS}/")}
    now |= {path: data for path, data in after.items() if data is not None}
    after |= migrated(before, old, read_descriptor(MemoryTree(now)), declared_steps())
    begun = {path: data for path, data in pack.begun().items() if not before.exists(path)}
    after |= begun
    after |= stepped(MemoryTree(now | {path: data for path, data in after.items() if data is not None}))
    after |= dict.fromkeys(before.paths(ENGINE))
    after |= pinned(program, name, theirs | begun, pin.main if pin else "main", pin.hosts if pin else {}, host)
    was = {path: before.read(path) if before.exists(path) else None for path in after}
    return {path: data for path, data in after.items() if data != was[path]}, merger.clashes


def _kept(tree: RevisionTree, old: Descriptor, theirs: Files) -> set[tuple[str, str]]:
    """(file, record) of columns and tables that hold something: they stay, though the pack has them no more."""
    new = read_descriptor(MemoryTree(theirs))
    fields = {
        (resource.schema.path, name)
        for resource in new.resources.values()
        for field in resource.schema.fields
        for name in (field.name, *field.formerly)
    }
    full = filled(tree, old)
    schemas = {path for path, _ in full}
    gone = [one for name, one in old.resources.items() if name not in new.resources and one.schema.path in schemas]
    tables = {(PACKAGE_FILE, one.name) for one in gone} | {(DOCUMENTS_FILE, one.document) for one in gone}
    return {one for one in full if one not in fields} | tables


def _name(tree: RevisionTree) -> str:
    county = subjects().county
    with load(tree, [county.table]) as database:
        names = database.sql(f"SELECT {county.name} FROM {county.table}")
    if not names or not names[0][0]:
        raise GongshiError("records/county/county.yaml 里没有县名，请先改好再升级。")
    return str(names[0][0])


def _bases(
    git: Git, before: RevisionTree, pin: Pin | None, here: Mapping[str, list[str]], name: str
) -> tuple[dict[str, bytes], set[str]]:
    """The pack's files as they were written last, by digest out of the pinned wheel, of version 0.1 as the county began;
    and the names of the tables that the pack had."""
    if pin is None:
        first = _first(git)
        return first, {resource.name for resource in read_descriptor(MemoryTree(first)).csv_resources()}
    data = before.read(pin.wheel) if before.exists(pin.wheel) else b""
    if hashlib.sha256(data).hexdigest() != pin.wheel_sha256:
        raise GongshiError(f"“{pin.wheel}”不是 {PIN} 锁定的安装包，没有升级：请从历史里恢复它，并问清是谁换的。")
    pack = Pack(read_wheel(data))
    found = pack.placed(name, here, host=pin.host, card=_card(before))
    for path in (DICTIONARY, ABOUT):  # once placed as they are, whatever the county's day
        if hashlib.sha256(plain := pack.read(path)).hexdigest() == pin.files.get(path):
            found[path] = plain
    same = {path: data for path, data in found.items() if hashlib.sha256(data).hexdigest() == pin.files.get(path)}
    return same | {PACKAGE_FILE: found[PACKAGE_FILE]}, {*first_paths(pack, [], 2000)}


def _card(tree: RevisionTree) -> bytes:
    return tree.read(COUNTY_FILE) if tree.exists(COUNTY_FILE) else b""


def _first(git: Git) -> dict[str, bytes]:
    """What ``gongshi new`` of version 0.1 wrote, the county's own records apart."""
    roots = git.run("rev-list", "--first-parent", "--max-parents=0", "HEAD").decode().split()
    subject = git.run("log", "-1", "--format=%s", roots[-1]).decode("utf-8", "replace").strip()
    if not subject.endswith(FOUNDED):
        raise GongshiError(
            "台账没有 gongshi.toml，历史的第一次提交也不是 gongshi new 做的，不知道哪些是本县改的，没有升级：请由管理员手工升级。"
        )
    tree = RevisionTree(git, roots[-1])
    paths = [path for path in tree.paths() if path not in _OWN and not _is_data(path)]
    tree.prefetch(paths)
    return {path: tree.read(path) for path in paths}


def _is_data(path: str) -> bool:
    return path.startswith(f"{RECORDS}/") and not path.startswith(PACK_PLACES)


def _paths(pack: Pack, here: Mapping[str, list[str]], known: Collection[str]) -> dict[str, list[str]]:
    """The files of each table of the new pack: the county's own, and of a new table all that it begins with."""
    parts = [path.split("/") for paths in here.values() for path in paths]
    slugs = sorted({part[1] for part in parts if part[0] == "townships"})
    years = sorted({part[1] for part in parts if part[0] == "funds" and part[1].isdecimal()})
    first = first_paths(pack, slugs, int(years[-1]) if years else date.today().year)
    return {name: here.get(name, [] if name in known else paths) for name, paths in first.items()}


def _message(pin: Pin | None, clashes: Collection[Clash], trailers: Mapping[str, str]) -> str:
    lines = [
        f"升级到 gongshi {__version__}",
        "",
        f"原来是 {pin.version if pin else '0.1.0'}。由 gongshi upgrade 生成。",
    ]
    if clashes:
        places = dict.fromkeys(f"- {clash.path}{f'：{clash.place}' if clash.place else ''}" for clash in clashes)
        lines += ["", "本县和新版都改了、留下本县写法的：", *places]
    return "\n".join([*lines, "", *(f"{name}: {value}" for name, value in trailers.items() if value)]) + "\n"


def _commit(git: Git, before: RevisionTree, changes: Mapping[str, bytes | None], message: str) -> str:
    """A commit on no branch, by an index of its own."""
    listing = git.ls_tree(before.commit)
    entries = []
    for path, data in changes.items():
        mode, name = "0", "0" * len(before.commit)
        if data is not None:
            mode = listing[path][0] if path in listing else "100755" if executable(path) else "100644"
            name = git.run("hash-object", "-w", "--stdin", input=data).decode().strip()
        entries.append(f"{mode} {name}\t{path}\0")
    with tempfile.TemporaryDirectory(prefix="gongshi-") as folder:
        index = Git(git.root, Path(folder) / "index")
        index.run("read-tree", before.commit)
        index.run("update-index", "-z", "--index-info", input="".join(entries).encode("utf-8", "surrogateescape"))
        tree = index.run("write-tree").decode().strip()
    who = () if _known(git) else ("-c", "user.name=gongshi", "-c", "user.email=gongshi@localhost")
    made = git.run(*who, "commit-tree", tree, "-p", before.commit, "-F", "-", input=message.encode())
    return made.decode().strip()
