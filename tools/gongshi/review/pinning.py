"""What a change brings beside records: programs, settings, an upgrade. Only ``gongshi upgrade`` changes the engine's wheel, lock
and pin, and an upgrade changes no record: it brings pack files, renamed columns, and values that a step declares.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import TYPE_CHECKING

from gongshi.checks.programs import check_mixed, check_programs
from gongshi.model import Finding, GongshiError, Severity
from gongshi.package import RECORDS
from gongshi.repository import Tree, differing
from gongshi.repository.pin import ENGINE, LOCK, PIN, Pin, read_pin
from gongshi.review.stepping import Steps, agreed, declared_steps

if TYPE_CHECKING:
    from gongshi.changes.values import Change

PACK_PLACES = tuple(
    f"{RECORDS}/{name}" for name in ("schemas/", "mappings/", "datapackage.yaml", "documents.yaml", "README.md")
)


def check_pin(tree: Tree) -> list[Finding]:
    """What in the tree is not what it pins: a wheel or a lock of other bytes, a wheel beside the pinned one."""
    try:
        pin = read_pin(tree)
    except GongshiError as error:
        return [_error(PIN, str(error).rstrip("。"))]
    carried = [path for path in tree.paths(ENGINE) if path != LOCK]
    if pin is None or pin.path:
        return []
    found = [
        _error(path, f"{PIN} 锁定的不是这个文件，程序只由 gongshi upgrade 换，请删去它，并问清是谁加的")
        for path in carried
        if path != pin.wheel
    ]
    for path, wanted, what in ((pin.wheel, pin.wheel_sha256, "安装包"), (LOCK, pin.lock_sha256, "依赖清单")):
        if not tree.exists(path):
            found.append(_error(path, f"台账里没有锁定的{what}，请从历史里恢复它"))
        elif hashlib.sha256(tree.read(path)).hexdigest() != wanted:
            found.append(
                _error(path, f"{what}的内容与 {PIN} 锁定的摘要不符，不要安装它，请从历史里恢复，并问清是谁换的")
            )
    return found


def check_brought(before: Tree, after: Tree) -> list[Finding]:
    """Programs and settings that a change brings; an upgrade may bring its own files together with the pack's."""
    changed = differing(before, after)
    there = {*after.paths(), *after.links()}
    programs = check_programs(there.intersection(changed))
    was, now = (_pin_or_none(tree) for tree in (before, after))
    if (was.locked if was else ()) == (now.locked if now else ()):
        moved = [path for path in changed if path.startswith(ENGINE)]
        return [*programs, *(_error(path, _ALONE) for path in moved), *check_mixed(set(changed) - set(moved))]
    return [*programs, *_upgrade_findings(before, after, changed, was, now)]


_ALONE = "程序的安装包、依赖和版本锁定只由 gongshi upgrade 换，单独送审，请恢复原样"


def _upgrade_findings(
    before: Tree, after: Tree, changed: Collection[str], was: Pin | None, now: Pin | None
) -> list[Finding]:
    """An upgrade that changes records, or anything that is not the pack's, is none."""
    from gongshi.changes.diff import compare

    if now is None:
        return [_error(PIN, _ALONE)]
    files = {*now.files, *(was.files if was else ())}
    strange = []
    for path in changed:
        data = path.startswith(f"{RECORDS}/") and not path.startswith(PACK_PLACES)
        gone = was is None and not after.exists(path)  # what the first version copied into counties goes
        if not (data or gone or path in files or path == PIN or path.startswith(ENGINE)):
            strange.append(_error(path, "这次改动换了程序的版本，又改了别的：升级要单独送审，请把它拿出来另送"))
    steps = declared_steps()
    told = "这次改动换了程序的版本，又改了记录：升级要单独送审，请把记录的改动拿出来另送"
    moved = dict.fromkeys(
        change.path_after or change.path_before
        for change in compare(before, after).changes
        if not _declared(change, steps) and not _brought(after, change.path_after, now)
    )
    made = agreed(before, after) if moved else ()
    return [*strange, *(_error(path, told) for path in moved if path not in made)]


def _declared(change: Change, steps: Steps) -> bool:
    """Whether an upgrade does this by itself: another spelling, or values that a step names."""
    from gongshi.changes.values import ChangeKind

    if change.kind is ChangeKind.RESPELLED:
        return True
    stepped = ((change.resource, item.field, item.before, item.after) in steps for item in change.fields)
    return change.kind is ChangeKind.CHANGED and all(stepped)


def _brought(after: Tree, path: str, pin: Pin) -> bool:
    """Whether a record lies in a table that the upgrade itself brought, byte for byte."""
    return path in pin.files and after.exists(path) and hashlib.sha256(after.read(path)).hexdigest() == pin.files[path]


def _pin_or_none(tree: Tree) -> Pin | None:
    try:
        return read_pin(tree)
    except GongshiError:
        return None


def _error(path: str, message: str) -> Finding:
    return Finding("pin", Severity.ERROR, message, path)
