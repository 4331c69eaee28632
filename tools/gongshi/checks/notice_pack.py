"""What the checks know of notices (``pack/notice.yaml``)."""

from __future__ import annotations

from dataclasses import dataclass

from gongshi.package import FieldPlace, pack


@dataclass(frozen=True, slots=True)
class NoticePack:
    """The table of notices, its fields and commitments, of what a title is made, and where the pictures that prove one are on record."""

    table: str
    title: str
    called: str
    hung: str
    commitments: str
    names: tuple[FieldPlace, ...]
    words: tuple[str, ...]
    proofs: str
    digest: str
    inside: str


def notice_pack() -> NoticePack:
    """All of it; read once."""
    return pack("notice", NoticePack)
