"""A picture that proves a notice hung: without anything but the picture, by digest and day in the notice's record.

Where the county wants it so, the picture lies beside the notice's file; one that shows names never does.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gongshi.checks.guard_pictures import plain_picture
from gongshi.checks.notice_pack import notice_pack
from gongshi.checks.showing import shown_path
from gongshi.disclosure import notices
from gongshi.disclosure.kinds import carries_households
from gongshi.disclosure.rewriting import rewritten
from gongshi.model import GongshiError
from gongshi.package import load, queries
from gongshi.repository import Tree, WorkTree, data_folder, exposed, reason, write_kept, write_private, writer

OUTSIDE = "仓库外"
PHOTO, RECEIPT = "公示照片", "签收表"
_LARGEST = 30_000_000
_LARGEST_INSIDE = 2_000_000


@dataclass(frozen=True, slots=True)
class Proof:
    """A picture as it will be kept: its name, its bytes, whether it lies in the repository, and the files to write."""

    name: str
    picture: bytes
    digest: str
    inside: bool
    files: dict[str, bytes]


def read_picture(place: Path) -> tuple[str, bytes]:
    """("jpg" or "png", the picture alone) of a file of the user's."""
    try:
        if not place.is_file():
            raise GongshiError(f"找不到照片“{shown_path(place.name)}”，请核对文件名。")
        with place.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else "文件名不对"
        raise GongshiError(f"照片“{shown_path(place.name)}”读不出来（{why}），请检查权限。") from None
    return picture_of(data)


def picture_of(data: bytes) -> tuple[str, bytes]:
    """The same of a picture's bytes."""
    if len(data) > _LARGEST:
        raise GongshiError(f"照片超过 {_LARGEST // 1_000_000} MB，请缩小后再登记。")
    return plain_picture(data)


def place_for(keep: Path | None, environ: Mapping[str, str]) -> Path:
    """Where pictures lie that may not lie in the repository; not made yet."""
    return (keep or data_folder(environ, "留证")).resolve()


def keep_proof(
    root: Path, notice_id: str, picture: tuple[str, bytes], kind: str, taken: datetime.date, folder: Path
) -> tuple[Proof, Path | None]:
    """(the proof, where its picture is if not in the repository): on record and kept, under one lock."""
    wanted = {"county", "notices", "notice-objections", "notice-projects", "notice-commitments", "notice-proofs"}
    with writer(root) as write, load(WorkTree(root), wanted) as database:
        if wrong := [finding for finding in database.findings if finding.resource.startswith("notice")]:
            raise GongshiError(f"{wrong[0].path} 第 {wrong[0].line} 行读不出来：{wrong[0].message}")
        made = proof(WorkTree(root), database, notices.find(database, notice_id), picture, kind, taken)
        place = None if made.inside else _kept_outside(folder, made)
        now = datetime.datetime.now().isoformat(" ", "minutes")
        write_kept(root, write, f"公示 {notice_id} 留证", now, made.files)
    return made, place


def _kept_outside(folder: Path, made: Proof) -> Path:
    """Write the picture where no repository and no synchronised folder is."""
    if exposed(folder):
        raise GongshiError(f"“{folder}”在仓库或网盘的同步文件夹里，别人看得到，请用 --keep 换一个文件夹。")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        place = folder / made.name
        if place.exists() and place.read_bytes() != made.picture:
            raise GongshiError(f"“{place}”已经是别的照片，请用 --keep 换一个文件夹。")
    except OSError as error:
        raise GongshiError(f"“{folder}”不能写入（{reason(error)}），请用 --keep 换一个文件夹。") from None
    write_private(place, made.picture)
    return place


def proof(tree: Tree, database: Any, notice: Any, picture: tuple[str, bytes], kind: str, taken: datetime.date) -> Proof:
    """A proof of ``notice`` ready to be written; GongshiError where it cannot be one."""
    _check_dictionary(database)
    _check_day(notice, kind, taken)
    suffix, content = picture
    digest = hashlib.sha256(content).hexdigest()
    number = _number(database, notice.notice_id, digest, taken)
    place = notice_pack().inside if _inside(database, notice, kind) else OUTSIDE
    path = database.locate("notices", notice[0])[0]
    row = {"proof_no": str(number), "proof_kind": kind, "taken_on": taken.isoformat(), "sha256": digest, "kept": place}
    files = {path: rewritten(database.descriptor, tree.read(path), path, {}, {"proofs": [row]})}
    if place == notice_pack().inside:
        if len(content) > _LARGEST_INSIDE:
            raise GongshiError(f"放进仓库的照片不能超过 {_LARGEST_INSIDE // 1_000_000} MB，请缩小后再登记。")
        files[f"{path.removesuffix('.yaml')}-{number}.{suffix}"] = content
    name = f"{notice.notice_id}-{number}.{suffix}"
    return Proof(name, content, digest, place == notice_pack().inside, files)


def proven(database: Any, notice_id: str, digest: str) -> tuple[int, datetime.date] | None:
    """(number, day) of the proof of a notice that is this very picture, None if none is."""
    _check_dictionary(database)
    rows = database.sql(
        f'SELECT proof_no, taken_on FROM "{notice_pack().proofs}" WHERE notice_id = ? AND sha256 = ?',
        [notice_id, digest],
    )
    return rows[0] if rows else None


def _check_dictionary(database: Any) -> None:
    if notice_pack().proofs not in database.descriptor.resources:
        raise GongshiError("这个县的数据字典里还没有公示留证，请先用 gongshi upgrade 升级台账。")


def _check_day(notice: Any, kind: str, taken: datetime.date) -> None:
    code = notice.notice_id
    if kind == RECEIPT and not notice.payment_id:
        raise GongshiError(f"“{code}”不是发放补助的公示，没有签收表；公示栏的照片写 --kind {PHOTO}。")
    if taken < notice.starts_on:
        raise GongshiError(f"“{code}”从 {notice.starts_on} 起公示，照片却拍于 {taken}，请核对 --taken 的日期。")
    if kind == PHOTO and taken > notice.ends_on:
        raise GongshiError(f"“{code}”公示到 {notice.ends_on}，{taken} 拍的照片证明不了公示期内挂着，请用公示期内拍的。")


def _number(database: Any, notice_id: str, digest: str, taken: datetime.date) -> int:
    rows = database.sql(f'SELECT notice_id, proof_no, taken_on, sha256 FROM "{notice_pack().proofs}"')
    for other, number, day, known in rows:
        if known == digest and other == notice_id:
            raise GongshiError(f"这张照片已经登记过，是“{notice_id}”的第 {number} 张。")
        if known == digest and day != taken:
            raise GongshiError(f"这张照片在“{other}”登记为 {day} 拍的，不能又是 {taken} 拍的，请核对。")
    last = max((number for other, number, *_ in rows if other == notice_id), default=0)
    if last == 99:
        raise GongshiError(f"“{notice_id}”已经有 99 张照片，不能再加。")
    return last + 1


def _inside(database: Any, notice: Any, kind: str) -> bool:
    """Whether the county wants pictures in the repository, and this one shows no names."""
    if kind == RECEIPT or carries_households(notice.notice_kind):
        return False
    schema = database.descriptor.resources["county"].schema
    if "proof_place" not in schema.names:
        return False
    return bool(database.sql(queries("notices")["proof-place"]) == [(notice_pack().inside,)])
