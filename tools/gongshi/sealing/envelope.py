"""The envelope: a data key wrapped for its recipients, and the boxes that the data key seals.

A box is base64url, without ``=``, of AES-SIV over the fields of one member as JSON (UTF-8, sorted keys,
filled up with spaces to a multiple of 32 bytes). The associated data are the format's name, township,
epoch and member, so a box opens in its own place only. Equal fields give an equal box: an unchanged
member does not change in Git.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from pyrage import DecryptError, RecipientError, decrypt, encrypt, x25519

from gongshi.model import GongshiError
from gongshi.sealing.keys import Identity

SEALED_FIELDS = ("name", "id_no", "phone", "birth", "account")
_FORMAT = b"gongshi/v1"
_KEY_BYTES = 64
_BLOCK = 32


class SealedRow(NamedTuple):
    """One line of a ``sealed.csv``."""

    member_no: str
    epoch: str
    box: str


MEMBER, EPOCH, BOX = SealedRow._fields
"""The columns of a ``sealed.csv``; the first is also that of a row to be sealed which says whose it is."""


def new_epoch(recipients: Iterable[str]) -> tuple[bytes, bytes]:
    """(64-byte data key, the same wrapped for ``recipients``)."""
    data_key = AESSIV.generate_key(_KEY_BYTES * 8)
    return data_key, wrap(data_key, recipients)


def wrap(data_key: bytes, recipients: Iterable[str]) -> bytes:
    """An ASCII-armoured age file of the data key for each ``age1…``; different every time."""
    if len(data_key) != _KEY_BYTES:
        raise GongshiError(f"数据密钥应为 {_KEY_BYTES} 字节，请检查生成密钥的步骤。")
    try:
        public = [x25519.Recipient.from_str(text) for text in recipients]
    except RecipientError:
        public = []
    if not public:
        raise GongshiError("没有可用的 age 公钥来加密数据密钥，请核对接收人名单。")
    wrapped: bytes = encrypt(data_key, public, armored=True)
    return wrapped


def unwrap(wrapped: bytes, identity: Identity, path: str) -> bytes:
    """The data key in a wrapped key file; ``path`` is for the message if the identity does not open it."""
    try:
        data_key: bytes = decrypt(wrapped, list(identity.keys))
    except DecryptError:
        data_key = b""
    if len(data_key) != _KEY_BYTES:
        raise GongshiError(
            f"解不开“{path}”，所用私钥不在它的接收人之列，或文件已损坏，请换用本乡镇或县级的私钥（--identity）。"
        )
    return data_key


def keep_or_wrap(existing: bytes | None, data_key: bytes, recipients: Iterable[str], identity: Identity) -> bytes:
    """``existing`` if it already holds this data key for ``identity``, else newly wrapped.

    Keeps a generated example stable although wrapping is random; does not notice a change of ``recipients``.
    """
    if existing is not None:
        try:
            if decrypt(existing, list(identity.keys)) == data_key:
                return existing
        except DecryptError:
            pass
    return wrap(data_key, recipients)


def seal_note(text: bytes, identity: Identity) -> bytes:
    """An age file of anything, for its writer alone; different every time."""
    sealed: bytes = encrypt(text, [x25519.Recipient.from_str(one) for one in identity.recipients])
    return sealed


def open_note(sealed: bytes, identity: Identity) -> bytes | None:
    """What the same holder sealed; None if somebody else did, or if it was damaged."""
    try:
        text: bytes = decrypt(sealed, list(identity.keys))
    except DecryptError:
        return None
    return text


def seal_rows(data_key: bytes, slug: str, epoch: str, rows: Iterable[Mapping[str, str]]) -> list[SealedRow]:
    """A box for each row (``member_no`` and any of SEALED_FIELDS, empty ones are left out), by member_no."""
    cipher = AESSIV(data_key)
    sealed = []
    for row in rows:
        plain = _plain(row)
        if plain is None:
            raise GongshiError(f"成员 {row[MEMBER]} 有不能封存的字段或字符，请核对这一行。")
        box = cipher.encrypt(plain, _place(slug, epoch, row[MEMBER]))
        sealed.append(SealedRow(row[MEMBER], epoch, base64.urlsafe_b64encode(box).decode().rstrip("=")))
    return sorted(sealed)


def open_box(data_key: bytes, slug: str, epoch: str, member_no: str, box: str) -> dict[str, str]:
    """The fields in a box; GongshiError, with no value in it, if the key is wrong or the box was altered."""
    fields = _opened(data_key, slug, SealedRow(member_no, epoch, box))
    if fields is None:
        raise GongshiError(
            f"乡镇 {slug} 成员 {member_no} 在 {epoch} 期的封存内容打不开，密钥不对或内容被挪动、改动过，"
            "请核对 sealed.csv 的修改记录。"
        )
    return fields


def opens(data_key: bytes, slug: str, row: SealedRow) -> bool:
    """Whether the box of a line is one that the key sealed for that place."""
    return _opened(data_key, slug, row) is not None


def _opened(data_key: bytes, slug: str, row: SealedRow) -> dict[str, str] | None:
    try:
        sealed = base64.b64decode(row.box + "=" * (-len(row.box) % 4), altchars=b"-_", validate=True)
        return _fields(AESSIV(data_key).decrypt(sealed, _place(slug, row.epoch, row.member_no)))
    except (InvalidTag, ValueError):
        return None


def _place(slug: str, epoch: str, member_no: str) -> list[bytes]:
    return [_FORMAT, slug.encode(), epoch.encode(), member_no.encode()]


def _plain(row: Mapping[str, str]) -> bytes | None:
    """None where the row cannot be sealed: the caller raises, so that no exception carries the plaintext."""
    fields = {name: value for name, value in row.items() if name != MEMBER and value}
    if not fields.keys() <= set(SEALED_FIELDS):
        return None
    try:
        text = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return None
    return text + b" " * (-len(text) % _BLOCK)


def _fields(plain: bytes) -> dict[str, str] | None:
    try:
        fields = json.loads(plain)
    except ValueError:
        return None
    known = isinstance(fields, dict) and fields.keys() <= set(SEALED_FIELDS)
    return fields if known and all(isinstance(value, str) for value in fields.values()) else None
