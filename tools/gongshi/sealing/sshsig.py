"""SSH signatures (OpenSSH's PROTOCOL.sshsig) of ed25519, ECDSA and RSA keys: the same bytes that ``ssh-keygen -Y`` makes and takes.

Nothing here knows a role or a file; what is no signature or no key gives None, never an exception of a library.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
    load_ssh_public_key,
)

_MAGIC = b"SSHSIG"
_HASHES = {b"sha256": hashlib.sha256, b"sha512": hashlib.sha512}
_RSA = {b"rsa-sha2-256": hashes.SHA256(), b"rsa-sha2-512": hashes.SHA512()}
_CURVES = {256: hashes.SHA256(), 384: hashes.SHA384(), 521: hashes.SHA512()}
_RSA_BITS = 2048
_LONGEST = 16_384
_ARMOUR = re.compile(
    r"\s*-----BEGIN SSH SIGNATURE-----\r?\n([0-9A-Za-z+/=\r\n]+)\r?\n-----END SSH SIGNATURE-----\s*", re.ASCII
)

PublicKey = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey
PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Signature(NamedTuple):
    """A signature as it was written: ``key`` is the public key's wire form, ``namespace`` what it was made for."""

    key: bytes
    namespace: str
    digest: bytes
    value: bytes


def fingerprint(key: bytes) -> str:
    """As ``ssh-keygen -l`` shows it: ``SHA256:…``."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def read_public(kind: str, text: str) -> bytes | None:
    """The wire form of a public key in the two words of an OpenSSH line; None for one that is none, weak or unknown."""
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if _public(key) is not None and _string(key)[0] == kind.encode() else None


def read_private(data: bytes) -> PrivateKey | None:
    """The key in an OpenSSH private key file that has no passphrase; None for anything else."""
    try:
        key = load_ssh_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, PrivateKey) else None


def new_private() -> tuple[str, str]:
    """(the text of an OpenSSH private key file without a passphrase, its public half as one line)."""
    key = ed25519.Ed25519PrivateKey.generate()
    text = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode("ascii")
    return text, public_line(key)


def public_line(key: PrivateKey) -> str:
    """``ssh-ed25519 AAAA…``"""
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode("ascii")


def sign_with(key: PrivateKey, data: bytes, namespace: str) -> str:
    """The armoured signature of ``data``."""
    public = base64.b64decode(public_line(key).split(" ")[1])
    message = _message(namespace, b"sha512", data)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        value = _pack(b"ssh-ed25519", key.sign(message))
    elif isinstance(key, rsa.RSAPrivateKey):
        value = _pack(b"rsa-sha2-512", key.sign(message, padding.PKCS1v15(), hashes.SHA512()))
    else:
        r, s = decode_dss_signature(key.sign(message, ec.ECDSA(_CURVES[key.curve.key_size])))
        value = _pack(_string(public)[0], _pack(_number(r), _number(s)))
    blob = _MAGIC + (1).to_bytes(4, "big") + _pack(public, namespace.encode(), b"", b"sha512", value)
    text = base64.b64encode(blob).decode("ascii")
    lines = [text[start : start + 70] for start in range(0, len(text), 70)]
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""])


def read_signature(text: str) -> Signature | None:
    """None for what is no armoured SSH signature of version 1."""
    match = _ARMOUR.fullmatch(text) if len(text) <= _LONGEST else None
    try:
        blob = base64.b64decode(re.sub(r"[\r\n]", "", match[1]), validate=True) if match else b""
    except (binascii.Error, ValueError):
        return None
    if not blob.startswith(_MAGIC + (1).to_bytes(4, "big")):
        return None
    parts = _strings(blob[len(_MAGIC) + 4 :], 5)
    if parts is None or parts[3] not in _HASHES:
        return None
    key, namespace, _, digest, value = parts
    try:
        return Signature(key, namespace.decode("ascii"), digest, value)
    except UnicodeDecodeError:
        return None


def is_by(signature: Signature, data: bytes) -> bool:
    """Whether the signature is by the key it names and over ``data``."""
    key, parts = _public(signature.key), _strings(signature.value, 2)
    if key is None or parts is None:
        return False
    kind, value = parts
    message = _message(signature.namespace, signature.digest, data)
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(value, message, padding.PKCS1v15(), _RSA[kind])
        elif kind != _string(signature.key)[0]:
            return False
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(value, message)
        else:
            numbers = _strings(value, 2)
            if numbers is None:
                return False
            r, s = (int.from_bytes(number, "big") for number in numbers)
            key.verify(encode_dss_signature(r, s), message, ec.ECDSA(_CURVES[key.curve.key_size]))
    except (InvalidSignature, ValueError, KeyError):
        return False
    return True


def _public(key: bytes) -> PublicKey | None:
    kind = _string(key)[0]
    try:
        found = load_ssh_public_key(kind + b" " + base64.b64encode(key))
    except (ValueError, UnsupportedAlgorithm):
        return None
    if isinstance(found, rsa.RSAPublicKey):
        return found if found.key_size >= _RSA_BITS else None
    return found if isinstance(found, PublicKey) else None


def _message(namespace: str, digest: bytes, data: bytes) -> bytes:
    return _MAGIC + _pack(namespace.encode(), b"", digest, _HASHES[digest](data).digest())


def _pack(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _number(value: int) -> bytes:
    """An mpint: with a zero byte in front where the first bit is set."""
    return value.to_bytes(value.bit_length() // 8 + 1, "big")


def _string(data: bytes) -> tuple[bytes, bytes]:
    """(the first string, what follows it); (b"", b"") where there is none."""
    size = int.from_bytes(data[:4], "big")
    whole = len(data) >= 4 + size > 4
    return (data[4 : 4 + size], data[4 + size :]) if whole else (b"", b"")


def _strings(data: bytes, count: int) -> list[bytes] | None:
    """Exactly so many strings and nothing after them."""
    parts = []
    for _ in range(count):
        size = int.from_bytes(data[:4], "big")
        if len(data) < 4 + size:
            return None
        parts.append(data[4 : 4 + size])
        data = data[4 + size :]
    return None if data else parts
