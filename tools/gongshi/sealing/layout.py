"""Where sealed data lie in the repository, and the two plain tables among them.

    records/townships/<slug>/sealed.csv   member_no,epoch,box      by member_no
    records/keys/recipients.csv           role,name,recipient      by role, name; public keys only
    records/keys/<slug>/<epoch>.age       the township's data key of that year, wrapped with age
    records/keys/chain                    the label of the first manifest that was published (the site's affair)
    records/keys/DEMO-identity.txt        in the example county alone

A role is ``county`` or a township's slug. Whoever can add a recipient can read the next year's data: so
``records/keys`` has an owner of its own in CODEOWNERS.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from pyrage import RecipientError, x25519

from gongshi.model import GongshiError
from gongshi.repository import Tree
from gongshi.sealing.envelope import SealedRow

RECIPIENTS = "records/keys/recipients.csv"
CHAIN = "records/keys/chain"
COUNTY = "county"
TOWNSHIPS = "records/townships/"
SLUG = re.compile(r"[a-z][a-z0-9-]{0,63}")
_EPOCH = re.compile(r"[0-9]{4}")
_MEMBER_NO = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")
_ID_NO = re.compile(r"[1-9][0-9]{5}(?:19|20)[0-9]{9}[0-9Xx]")
_NAME = re.compile(r"\w[\w（）()·-]{0,39}")
_CHAIN = re.compile(rb"000001-\d{4}-\d\d-\d\d-[0-9a-f]{64}\n?")
_BOX = re.compile(r"[0-9A-Za-z_-]+")


def is_chain(content: bytes) -> bool:
    """Whether this is what ``CHAIN`` may hold: one line, the first manifest's number, day and digest."""
    return _CHAIN.fullmatch(content) is not None


class Recipient(NamedTuple):
    """One line of ``recipients.csv``: who may open the boxes of a township (county: of every township)."""

    role: str
    name: str
    recipient: str


def sealed_path(slug: str) -> str:
    """A township's ``sealed.csv``; GongshiError if the slug is none."""
    return f"{TOWNSHIPS}{_checked_slug(slug)}/sealed.csv"


def key_path(slug: str, epoch: str) -> str:
    """A township's wrapped data key of one epoch; GongshiError if slug or epoch is none."""
    if not _EPOCH.fullmatch(epoch):
        raise GongshiError(f"封存期“{epoch}”应是四位年份，请写成如 2020。")
    return f"records/keys/{_checked_slug(slug)}/{epoch}.age"


def is_member_no(text: str) -> bool:
    """Whether ``text`` may be a member number: short plain ASCII, and not somebody's identity number."""
    return bool(_MEMBER_NO.fullmatch(text)) and not _ID_NO.fullmatch(text)


def check_recipient(entry: Recipient) -> None:
    """GongshiError unless role, name and key are well formed."""
    if entry.role != COUNTY:
        _checked_slug(entry.role)
    if not _NAME.fullmatch(entry.name):
        raise GongshiError("接收人名称只能用汉字、字母、数字和括号，最长 40 字，请写单位或岗位，如“县农业农村局”。")
    try:
        x25519.Recipient.from_str(entry.recipient)
    except RecipientError:
        raise GongshiError(f"接收人“{entry.name}”的公钥不是 age 公钥，应以 age1 开头，请重新登记。") from None


def sealed_townships(tree: Tree) -> tuple[str, ...]:
    """Slugs of the townships that have a ``sealed.csv``, sorted."""
    parts = (path.split("/") for path in tree.paths(TOWNSHIPS))
    return tuple(sorted(part[2] for part in parts if len(part) == 4 and part[3] == "sealed.csv"))


def read_sealed(tree: Tree, slug: str) -> list[SealedRow]:
    """The rows of a township; none without a file; GongshiError for the first line that is not canonical."""
    path = sealed_path(slug)
    rows = [SealedRow(*cells) for cells in _read_table(tree, path, SealedRow._fields)]
    for line, row in enumerate(rows, 2):
        if not (is_member_no(row.member_no) and _EPOCH.fullmatch(row.epoch) and _BOX.fullmatch(row.box)):
            raise _not_canonical(path, line)
    _check_order(path, [(row.member_no,) for row in rows])
    return rows


def sealed_bytes(rows: Iterable[SealedRow]) -> bytes:
    """A canonical ``sealed.csv``."""
    return _table(SealedRow._fields, rows)


def read_recipients(tree: Tree) -> list[Recipient]:
    """The public keys registered; none without a file."""
    entries = [Recipient(*cells) for cells in _read_table(tree, RECIPIENTS, Recipient._fields)]
    for entry in entries:
        check_recipient(entry)
    _check_order(RECIPIENTS, [entry[:2] for entry in entries])
    return entries


def recipients_bytes(entries: Iterable[Recipient]) -> bytes:
    """A canonical ``recipients.csv``."""
    return _table(Recipient._fields, entries)


def _checked_slug(slug: str) -> str:
    if not SLUG.fullmatch(slug) or slug == COUNTY:
        raise GongshiError(
            f"乡镇代号“{slug[:64]}”写法不对，请用 records/townships 下的文件夹名（小写字母、数字和连字符）。"
        )
    return slug


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> bytes:
    """No cell of these tables can need quoting."""
    return "".join(",".join(cells) + "\n" for cells in (header, *sorted(rows))).encode()


def _read_table(tree: Tree, path: str, header: tuple[str, ...]) -> list[list[str]]:
    if not tree.exists(path):
        return []
    lines = tree.read(path).decode("utf-8", "replace").split("\n")
    if lines[0] != ",".join(header) or lines[-1]:
        raise GongshiError(f"“{path}”的标题行应是 {','.join(header)} 且以换行结尾，请从版本库恢复该文件。")
    rows = [line.split(",") for line in lines[1:-1]]
    for number, cells in enumerate(rows, 2):
        if len(cells) != len(header):
            raise _not_canonical(path, number)
    return rows


def _check_order(path: str, keys: list[tuple[str, ...]]) -> None:
    for number, (before, key) in enumerate(pairwise(keys), 3):
        if before >= key:
            raise _not_canonical(path, number)


def _not_canonical(path: str, line: int) -> GongshiError:
    return GongshiError(f"“{path}”第 {line} 行格式不对、次序不对或重复，请核对修改记录，或从版本库恢复该文件。")
