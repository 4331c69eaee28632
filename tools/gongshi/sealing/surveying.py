"""Which boxes of the county still open: every township, every key and every line, also after the first that does not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gongshi.model import Finding, GongshiError, Severity
from gongshi.package.subjects import subjects
from gongshi.repository import Tree
from gongshi.sealing.authority import Standing, standing_of
from gongshi.sealing.envelope import BOX, MEMBER, SealedRow, open_box, opens, unwrap
from gongshi.sealing.keys import Identity
from gongshi.sealing.layout import COUNTY, key_path, read_recipients, read_sealed, sealed_path, sealed_townships
from gongshi.sealing.vouching import vouch


@dataclass(slots=True)
class Survey:
    """``rows`` as ``unseal`` gives them; ``findings`` on keys and boxes that should open and do not, or that nobody vouches
    for; ``foreign`` townships whose keys are not for this identity; ``unsigned`` and ``signed`` count data keys."""

    rows: list[dict[str, str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    unsigned: int = 0
    signed: int = 0


def survey(tree: Tree, slug: str | None, identity: Identity) -> Survey:
    """Open what opens, of one township or (None) of all, and tell the rest."""
    if slug is not None and not tree.exists(sealed_path(slug)):
        raise GongshiError(f"没有“{sealed_path(slug)}”，请核对乡镇代号，或先用 gongshi seal 封存。")
    found, now, mine = Survey(), standing_of(tree), set(identity.recipients)
    roles = {entry.role for entry in read_recipients(tree) if entry.recipient in mine}
    for township in sealed_townships(tree) if slug is None else (slug,):
        try:
            rows = read_sealed(tree, township)
        except GongshiError as error:
            found.findings.append(_error("sealed-file", str(error), sealed_path(township)))
            continue
        keys = _keys(tree, township, rows, identity, now, found, bool(roles & {township, COUNTY}))
        _boxes(township, rows, keys, found)
    return found


def _keys(
    tree: Tree,
    slug: str,
    rows: Iterable[SealedRow],
    identity: Identity,
    now: Standing,
    found: Survey,
    expected: bool,
) -> dict[str, bytes]:
    """The data keys that open for this identity, by year; what is wrong with the others goes to ``found``."""
    keys = {}
    for epoch in sorted({row.epoch for row in rows}):
        path = key_path(slug, epoch)
        if not tree.exists(path):
            message = f"{epoch} 期的数据密钥文件不在，这一期封存的内容打不开，请从版本库恢复该文件"
            found.findings.append(_error("sealed-key", message, path))
            continue
        about = vouch(tree, path, now)
        found.signed += bool(about.keeper)
        found.unsigned += not about.keeper
        if about.refusal:
            found.findings.append(_error("sealed-key", about.refusal, path))
        try:
            keys[epoch] = unwrap(tree.read(path), identity, path)
        except GongshiError:
            if expected:
                message = (
                    "这把私钥登记过却解不开它：登记以后没有改封的，请由能打开的人运行 "
                    f"gongshi seal --township {slug} --rewrap；否则是文件被换过，请从版本库恢复"
                )
                found.findings.append(_error("sealed-key", message, path))
            elif slug not in found.foreign:
                found.foreign.append(slug)
    return keys


def _boxes(slug: str, rows: Iterable[SealedRow], keys: Mapping[str, bytes], found: Survey) -> None:
    numbered = [(line, row) for line, row in enumerate(rows, 2) if row.epoch in keys]
    good = {line for line, row in numbered if opens(keys[row.epoch], slug, row)}
    alive = {row.epoch for line, row in numbered if line in good}
    for epoch in sorted(keys.keys() - alive):
        message = f"打不开这一期的任何一人，密钥文件被换过，或封存内容全被换过，请从版本库恢复“{key_path(slug, epoch)}”和“{sealed_path(slug)}”"
        found.findings.append(_error("sealed-key", message, key_path(slug, epoch)))
    for line, row in numbered:
        if line in good:
            fields = open_box(keys[row.epoch], slug, row.epoch, row.member_no, row.box)
            found.rows.append({MEMBER: row.member_no} | fields)
        elif row.epoch in alive:
            message = (
                "封存内容打不开，被换过、改动过，或是从别人、别的年度挪来的，请从版本库恢复这一行，或按纸质材料重新封存"
            )
            key = (row.member_no,)
            found.findings.append(
                Finding(
                    "sealed-box", Severity.ERROR, message, sealed_path(slug), line, subjects().boxes.table, BOX, key
                )
            )


def _error(code: str, message: str, path: str) -> Finding:
    return Finding(code, Severity.ERROR, message.rstrip("。"), path)
