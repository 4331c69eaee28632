"""What the commands ``keygen``, ``seal`` and ``unseal`` do, with values in and values out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from gongshi.model import GongshiError
from gongshi.repository import Tree, WorkTree, writer
from gongshi.sealing.authority import Standing, standing_of
from gongshi.sealing.envelope import MEMBER, SealedRow, new_epoch, open_box, opens, seal_rows, unwrap, wrap
from gongshi.sealing.keys import (
    Identity,
    check_new_identity_place,
    generate_identity,
    mark_demo,
    read_identity,
    write_identity,
)
from gongshi.sealing.layout import (
    COUNTY,
    RECIPIENTS,
    SLUG,
    TOWNSHIPS,
    Recipient,
    check_recipient,
    key_path,
    read_recipients,
    read_sealed,
    recipients_bytes,
    sealed_bytes,
    sealed_path,
    sealed_townships,
)
from gongshi.sealing.rows import read_rows
from gongshi.sealing.vouching import is_demo, signature_file, trusted_recipients, vouch

_KEY_FILE = re.compile(r"([0-9]{4})\.age")


def keygen(root: Path, name: str, role: str, place: Path, public: str = "") -> str:
    """Make an identity in the file ``place`` and register its public recipient, which is returned.

    ``role`` is ``county`` or a township's slug, ``name`` a unit or post. An identity file that is there
    already is used as it is, so that one holder can have several roles. Inside ``root`` only the demo
    identity may lie. ``public`` is somebody else's recipient, which is registered and nothing made.
    """
    with writer(root) as write:
        tree = WorkTree(root)
        entries = {entry[:2]: entry for entry in read_recipients(tree)}
        _refuse_unknown(tree, role)
        if is_demo(tree, public):
            raise GongshiError("这是公开的演示公钥，任何人都有它的私钥，不能登记；请向持有人要他自己的公钥。")
        text = ""
        if public:
            recipient = public
        elif place.exists():
            recipient = read_identity(place, root).recipients[0]
        else:
            demo = check_new_identity_place(place, root)
            text, recipient = generate_identity()
            text = mark_demo(text) if demo else text
        entry = Recipient(role, name, recipient)
        check_recipient(entry)
        if entries.setdefault((role, name), entry) != entry:
            raise GongshiError(f"“{RECIPIENTS}”里已登记过 {role} 的“{name}”，请换一个名称，或先删去那一行。")
        if text:
            write_identity(place, text)
        write({RECIPIENTS: recipients_bytes(entries.values())})
    return recipient


def _refuse_unknown(tree: Tree, role: str) -> None:
    """GongshiError if a role is a township that the ledger does not have."""
    folders = {path.split("/")[2] for path in tree.paths(TOWNSHIPS)}
    slugs = sorted(filter(SLUG.fullmatch, folders))  # a folder's name may be anything, also a person's
    if folders and role not in (COUNTY, *slugs):
        raise GongshiError(
            f"台账里没有这个乡镇目录，密钥登记不了；县里用的写 {COUNTY}，乡镇写目录名：{'、'.join(slugs[:40])}。"
        )


def seal(root: Path, slug: str, epoch: str, data: bytes, identity: Identity) -> tuple[str, ...]:
    """``seal_csv`` on the folder ``root``, all or nothing; gives the paths that changed."""
    with writer(root) as write:
        return write(seal_csv(data, WorkTree(root), slug, epoch, identity))


def seal_csv(data: bytes, tree: Tree, slug: str, epoch: str, identity: Identity) -> dict[str, bytes]:
    """The files that change when the members in the CSV ``data`` (see ``read_rows``) are sealed.

    Each member given is replaced as a whole, also if sealed before with more fields; the others stay. The
    first seal of an epoch makes its data key, for the recipients of the township and of the county.
    """
    rows = read_rows(data)
    before = read_sealed(tree, slug)
    data_key, changes = _epoch_key(tree, slug, epoch, identity, before)
    merged = {row.member_no: row for row in (*before, *seal_rows(data_key, slug, epoch, rows))}
    return {**changes, sealed_path(slug): sealed_bytes(merged.values())}


def rewrap(root: Path, slug: str, identity: Identity, epoch: str = "") -> tuple[str, ...]:
    """Wrap every data key of a township anew for the recipients registered now, so that a new one can open what is there
    and one struck off can open no later clone; gives the paths. The boxes do not change. The data key of the year ``epoch``
    is made if it is not there: with signers only a keeper can, and clerks wait for it.

    Git keeps the old wrapping: who could open it then still can with the history at hand."""
    with writer(root) as write:
        tree = WorkTree(root)
        now = standing_of(tree)
        recipients = _recipients(tree, slug, now)
        epochs = key_epochs(tree, slug)
        if not epochs and not epoch:
            raise GongshiError(f"乡镇 {slug} 还没有数据密钥，第一次封存时会自动为登记的公钥生成，现在不必重新封装。")
        rows = read_sealed(tree, slug)
        made = _epoch_key(tree, slug, epoch, identity, rows)[1] if epoch else {}
        keys = {year: read_key(tree, slug, year, identity, now) for year in epochs}
        changes: dict[str, bytes] = {}
        for year, data_key in keys.items():
            _refuse_foreign(data_key, slug, year, rows)
            changes |= _wrapped(key_path(slug, year), wrap(data_key, recipients), now, identity)
        return write({**made, **changes})


def unseal(tree: Tree, slug: str | None, identity: Identity, now: Standing | None = None) -> Iterator[dict[str, str]]:
    """Each member's ``member_no`` and fields, of one township or (None) of all, in order.

    Keys are unwrapped before the first row, so one that is missing, foreign or not vouched for is told at once, by file.
    ``now`` is the standing of ``tree``, if known; ``UNSIGNED`` to read also what nobody vouches for.
    """
    now = standing_of(tree) if now is None else now
    if slug is not None and not tree.exists(sealed_path(slug)):
        raise GongshiError(f"没有“{sealed_path(slug)}”，请核对乡镇代号，或先用 gongshi seal 封存。")
    work = []
    for township in sealed_townships(tree) if slug is None else (slug,):
        rows = read_sealed(tree, township)
        keys = {epoch: read_key(tree, township, epoch, identity, now) for epoch in sorted({r.epoch for r in rows})}
        work.append((township, rows, keys))
    return (
        {MEMBER: row.member_no} | open_box(keys[row.epoch], township, row.epoch, row.member_no, row.box)
        for township, rows, keys in work
        for row in rows
    )


def key_epochs(tree: Tree, slug: str) -> list[str]:
    """The years of a township's data keys, oldest first."""
    folder = key_path(slug, "0000").removesuffix("0000.age")
    matches = (_KEY_FILE.fullmatch(path, len(folder)) for path in tree.paths(folder))
    return sorted(match[1] for match in matches if match)


def read_key(tree: Tree, slug: str, epoch: str, identity: Identity, now: Standing) -> bytes:
    """A data key; GongshiError if it is missing, not vouched for, or not for this identity."""
    path = key_path(slug, epoch)
    if not tree.exists(path):
        raise GongshiError(f"缺少 {epoch} 期的数据密钥文件“{path}”，这一期封存的内容打不开，请从版本库恢复该文件。")
    if refusal := vouch(tree, path, now).refusal:
        raise GongshiError(refusal)
    return unwrap(tree.read(path), identity, path)


def _epoch_key(
    tree: Tree, slug: str, epoch: str, identity: Identity, rows: Iterable[SealedRow]
) -> tuple[bytes, dict[str, bytes]]:
    """(data key, files to add). A key that boxes already depend on is never made anew."""
    path, now = key_path(slug, epoch), standing_of(tree)
    if tree.exists(path) or any(row.epoch == epoch for row in rows):
        data_key = read_key(tree, slug, epoch, identity, now)
        _refuse_foreign(data_key, slug, epoch, rows)
        return data_key, {}
    recipients = _recipients(tree, slug, now)
    if not set(identity.recipients) & set(recipients):
        raise GongshiError(
            f"所用私钥的公钥没有登记在“{RECIPIENTS}”的 {slug} 或 county 名下，请先运行 gongshi keygen 登记。"
        )
    data_key, wrapped = new_epoch(recipients)
    return data_key, _wrapped(path, wrapped, now, identity)


def _wrapped(path: str, content: bytes, now: Standing, identity: Identity) -> dict[str, bytes]:
    return {path: content, **signature_file(path, content, now, identity.signing)}


def _refuse_foreign(data_key: bytes, slug: str, epoch: str, rows: Iterable[SealedRow]) -> None:
    """A key that opens not one of its boxes is not the one they were sealed with, whoever signed it."""
    boxes = [row for row in rows if row.epoch == epoch]
    if boxes and not any(opens(data_key, slug, row) for row in boxes):
        raise GongshiError(
            f"“{key_path(slug, epoch)}”打不开这一期已封存的任何一人，密钥文件被换过，没有用它，请从版本库恢复该文件。"
        )


def _recipients(tree: Tree, slug: str, now: Standing) -> list[str]:
    """The public keys for a township; never real ones together with the demo key, which anybody can use."""
    entries = trusted_recipients(tree, now)
    for role in (slug, COUNTY):
        if not any(entry.role == role for entry in entries):
            raise GongshiError(f"“{RECIPIENTS}”里没有 {role} 的公钥，请由该单位先运行 gongshi keygen 登记。")
    return sorted({entry.recipient for entry in entries if entry.role in (slug, COUNTY)})
