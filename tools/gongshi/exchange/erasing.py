"""``gongshi erase``: a member's identifiers leave the sealed file. What Git keeps is said, not hidden."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gongshi.model import GongshiError
from gongshi.repository import Git, WorkTree, writer
from gongshi.sealing import SealedRow, read_sealed, sealed_bytes, sealed_path
from gongshi.sealing.layout import is_member_no, key_path, sealed_townships


@dataclass(frozen=True, slots=True)
class Erased:
    """What was taken out, and what remains: ``commits`` that still hold boxes of this file, and the epoch's key."""

    path: str
    epoch: str
    key: str
    commits: int


def erase(root: Path, member: str) -> Erased:
    """Take a member's box out of the sealed file; GongshiError if there is none."""
    if not is_member_no(member):
        raise GongshiError("人编号写法不对，请写成如 M00000001。")
    with writer(root) as write:
        tree = WorkTree(root)
        for slug in sealed_townships(tree):
            rows = read_sealed(tree, slug)
            found: SealedRow | None = next((row for row in rows if row.member_no == member), None)
            if found:
                path = sealed_path(slug)
                write({path: sealed_bytes(row for row in rows if row is not found)})
                return Erased(path, found.epoch, key_path(slug, found.epoch), _commits(root, path))
    raise GongshiError(f"没有成员 {member} 的密封信息，请核对人编号；若已删除则无需再做。")


def _commits(root: Path, path: str) -> int:
    git = Git(root)
    if not git.exists() or git.head() is None:
        return 0
    return int(git.run("rev-list", "--count", "--all", "--", path))
