"""Sealed names under the public demo key. Everything but the wrapped keys follows from the seed; a wrapped key that is
there already and still right is kept, so that generating again changes nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path

from example.world import SEED, World
from example.writing import Places
from gongshi.sealing import (
    DEMO_IDENTITY,
    RECIPIENTS,
    Identity,
    Recipient,
    keep_or_wrap,
    key_path,
    mark_demo,
    parse_identity,
    recipients_bytes,
    seal_rows,
    sealed_bytes,
    sealed_path,
)

EPOCH = "2020"
_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_KIND = "age-secret-key-"


def sealed_files(world: World, root: Path) -> dict[str, bytes]:
    """Path (below the root) to content: the identity, who may open what, a wrapped key and the boxes of each township."""
    secret = _bech32(_KIND, hashlib.sha256(f"gongshi example county, public demo key {SEED}".encode()).digest())
    recipient = parse_identity(secret).recipients[0]
    text = mark_demo(f"# public key: {recipient}\n{secret}\n")
    identity = parse_identity(text)
    roles = ["county", *sorted(world.slugs.values())]
    entries = [Recipient(role, "演示", recipient) for role in roles]
    files = {DEMO_IDENTITY: text.encode(), RECIPIENTS: recipients_bytes(entries)}
    places = Places(world)
    rows: dict[str, list[dict[str, str]]] = {slug: [] for slug in roles[1:]}
    for member, name in world.names.items():
        rows[places.member[member]].append({"member_no": member, "name": name})
    for slug, people in rows.items():
        files |= _township(root, identity, recipient, slug, people)
    return files


def _township(
    root: Path, identity: Identity, recipient: str, slug: str, people: list[dict[str, str]]
) -> dict[str, bytes]:
    key = data_key(slug)
    place = root / key_path(slug, EPOCH)
    wrapped = keep_or_wrap(place.read_bytes() if place.exists() else None, key, [recipient], identity)
    boxes = seal_rows(key, slug, EPOCH, people)
    return {key_path(slug, EPOCH): wrapped, sealed_path(slug): sealed_bytes(boxes)}


def data_key(slug: str) -> bytes:
    """The data key of a township, the same every time."""
    return hashlib.sha512(f"{SEED}:data key:{slug}:{EPOCH}".encode()).digest()


def _bech32(kind: str, data: bytes) -> str:
    """BIP 173, as age spells its keys."""
    bits = int.from_bytes(data, "big") << (-len(data) * 8 % 5)
    count = -(-len(data) * 8 // 5)
    values = [bits >> 5 * (count - 1 - i) & 31 for i in range(count)]
    prefix = [ord(letter) >> 5 for letter in kind] + [0] + [ord(letter) & 31 for letter in kind]
    check = _polymod([*prefix, *values, 0, 0, 0, 0, 0, 0]) ^ 1
    values += [check >> 5 * (5 - i) & 31 for i in range(6)]
    return (kind + "1" + "".join(_ALPHABET[value] for value in values)).upper()


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for i, term in enumerate(_GENERATOR):
            check ^= term if top >> i & 1 else 0
    return check
