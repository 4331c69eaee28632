"""Signatures of manifests: beside each, if a publisher signed it. As each names the one before, one signs for all before it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from gongshi.model import Finding, GongshiError, Severity
from gongshi.repository import reason
from gongshi.sealing.authority import Standing
from gongshi.sealing.signers import MANIFEST, Signers, sign, verify
from gongshi.site.manifest import SIGNED, Manifest
from gongshi.site.publishing import signature_of, write_whole

UNSIGNED_CODE = "manifest-unsigned"
_PUBLISHER = "publisher"
_CHINA = datetime.timezone(datetime.timedelta(hours=8))


class Signed(NamedTuple):
    """The newest manifest with a publisher's signature that counts (0: none), and by whom."""

    number: int
    name: str
    fingerprint: str


def sign_manifest(folder: Path, made: Manifest, standing: Standing, key: Path) -> Signed:
    """Put the signature by the private key in the file ``key`` beside the manifest; GongshiError if it would not count.

    ``standing`` is that of the ledger now. Where it has nobody registered, it is signed all the same, by a name that is "".
    """
    signers, at = standing.signers, max(day_of(made), standing.clock)
    text = sign(made.encode(), MANIFEST, key)
    verdict = verify(made.encode(), text, _PUBLISHER, signers, at, MANIFEST) if signers else None
    signer = verdict.signer if verdict else None
    if verdict and signer is None:
        raise GongshiError(f"没有签名，因为这样签出来的清单{verdict.reason}：请换用发布员的私钥，或由根登记这把公钥。")
    try:
        write_whole(folder / f"{made.name}{SIGNED}", text.encode())
    except OSError as error:
        raise GongshiError(f"写不了“{folder / made.name}{SIGNED}”（{reason(error)}），请检查目录和权限。") from None
    return Signed(made.number, signer.name, signer.fingerprint) if signer else Signed(made.number, "", "")


def check_signatures(
    folder: Path, log: Sequence[Manifest], signers: Signers, at: Callable[[Manifest], datetime.datetime]
) -> tuple[list[Finding], Signed]:
    """What is wrong with the signatures in ``folder`` down to the newest that counts, and that one.

    ``at`` says when a manifest came to be.
    """
    found: list[Finding] = []
    for manifest in reversed(log):
        text = signature_of(folder, manifest.name)
        if not text:
            continue
        verdict = verify(manifest.encode(), text, _PUBLISHER, signers, at(manifest), MANIFEST)
        if verdict.signer:
            return found, Signed(manifest.number, verdict.signer.name, verdict.signer.fingerprint)
        message = f"第 {manifest.number} 份清单{verdict.reason}，不能当作县里发布的，请查问是谁发布的"
        found.append(Finding("manifest-signature", Severity.ERROR, message, manifest.name))
    return found, Signed(0, "", "")


def unsigned(number: int, newest: Manifest) -> Finding:
    """What is wrong where the ledger has a publisher and the log ends in manifests that none signed."""
    message = (
        f"从第 {number} 份清单起没有发布员的签名，不能当作县里发布的：请向县里要签过名的清单，"
        "发布员可以核验后用 gongshi verify --signing-key 补签"
    )
    return Finding(UNSIGNED_CODE, Severity.ERROR, message, newest.name)


def has_publisher(signers: Signers | None) -> bool:
    return signers is not None and any(_PUBLISHER in line.roles for line in signers.lines)


def day_of(manifest: Manifest) -> datetime.datetime:
    """Noon in China on the manifest's day: it knows no hour."""
    return datetime.datetime.combine(datetime.date.fromisoformat(manifest.day), datetime.time(12), _CHINA)
