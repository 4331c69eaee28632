"""The only door to encryption: identifiers of persons are in Git inside ``sealed.csv`` alone.

Each township has one data key per epoch (a year), wrapped with age for the township's and the county's
recipients; the data key seals one box per member. Wrapped keys and boxes lie in the repository,
identities never.
"""

from gongshi.sealing.commands import keygen, rewrap, seal, seal_csv, unseal
from gongshi.sealing.envelope import (
    SEALED_FIELDS,
    SealedRow,
    keep_or_wrap,
    new_epoch,
    open_box,
    seal_rows,
    unwrap,
    wrap,
)
from gongshi.sealing.keys import (
    DEMO_IDENTITY,
    Identity,
    generate_identity,
    identity_place,
    mark_demo,
    parse_identity,
    read_identity,
)
from gongshi.sealing.layout import (
    RECIPIENTS,
    Recipient,
    key_path,
    read_recipients,
    read_sealed,
    recipients_bytes,
    sealed_bytes,
    sealed_path,
)

__all__ = [
    "DEMO_IDENTITY",
    "RECIPIENTS",
    "SEALED_FIELDS",
    "Identity",
    "Recipient",
    "SealedRow",
    "generate_identity",
    "identity_place",
    "keep_or_wrap",
    "key_path",
    "keygen",
    "mark_demo",
    "new_epoch",
    "open_box",
    "parse_identity",
    "read_identity",
    "read_recipients",
    "read_sealed",
    "recipients_bytes",
    "rewrap",
    "seal",
    "seal_csv",
    "seal_rows",
    "sealed_bytes",
    "sealed_path",
    "unseal",
    "unwrap",
    "wrap",
]
