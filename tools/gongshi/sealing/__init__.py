"""The only door to encryption: identifiers of persons are in Git inside ``sealed.csv`` alone.

Each township has one data key per epoch (a year), wrapped with age for the township's and the county's
recipients; the data key seals one box per member. Wrapped keys and boxes lie in the repository,
identities never.
"""

from gongshi.sealing.authority import UNSIGNED, Standing, standing, standing_of
from gongshi.sealing.commands import key_epochs, keygen, read_key, rewrap, seal, seal_csv, unseal
from gongshi.sealing.envelope import (
    SEALED_FIELDS,
    SealedRow,
    keep_or_wrap,
    new_epoch,
    open_box,
    open_note,
    seal_note,
    seal_rows,
    unwrap,
    wrap,
)
from gongshi.sealing.keys import (
    DEMO_IDENTITY,
    Identity,
    generate_identity,
    identity_place,
    loose,
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
from gongshi.sealing.signers import signing_place
from gongshi.sealing.surveying import Survey, survey
from gongshi.sealing.vouching import check_keys, proven_root

__all__ = [
    "DEMO_IDENTITY",
    "RECIPIENTS",
    "SEALED_FIELDS",
    "UNSIGNED",
    "Identity",
    "Recipient",
    "SealedRow",
    "Standing",
    "Survey",
    "check_keys",
    "generate_identity",
    "identity_place",
    "keep_or_wrap",
    "key_epochs",
    "key_path",
    "keygen",
    "loose",
    "mark_demo",
    "new_epoch",
    "open_box",
    "open_note",
    "parse_identity",
    "proven_root",
    "read_identity",
    "read_key",
    "read_recipients",
    "read_sealed",
    "recipients_bytes",
    "rewrap",
    "seal",
    "seal_csv",
    "seal_note",
    "seal_rows",
    "sealed_bytes",
    "sealed_path",
    "signing_place",
    "standing",
    "standing_of",
    "survey",
    "unseal",
    "unwrap",
    "wrap",
]
