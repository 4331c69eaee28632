"""From a notice in the records to its sheet: keys, names and the list come together here, and are checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gongshi.disclosure import sheets
from gongshi.disclosure.notices import township_of
from gongshi.disclosure.sheets import NoticeSheet, SheetEntry
from gongshi.model import GongshiError
from gongshi.repository import Tree
from gongshi.sealing import Identity, Standing, key_epochs, read_key, standing_of, unseal


def township_slug(database: Any, division: str) -> str:
    """The folder of the township that a division lies in; GongshiError for the county itself."""
    slug = township_of(database, division)
    if not slug:
        raise GongshiError(f"“{division}”不是乡镇或村的代码，到户名单只公示到乡镇、村，请核对公示范围。")
    return slug


def new_sheet(tree: Tree, database: Any, notice: Any, identity: Identity) -> NoticeSheet:
    """The sheet of a notice that is just being made, under the newest data key of its township."""
    slug = township_slug(database, notice.division_code)
    rows = sheets.entries(database, notice)
    now = standing_of(tree)
    key = read_key(tree, slug, _epochs(tree, slug)[-1], identity, now)
    return sheets.make(notice, rows, _names(tree, slug, identity, now, rows), key)


def sheet(tree: Tree, database: Any, notice: Any, identity: Identity, committed: tuple[str, ...]) -> NoticeSheet:
    """The sheet of a notice on record; GongshiError if it is not what was committed to when the notice was made."""
    if not committed:
        raise GongshiError(
            f"“{notice.notice_id}”登记时没有写下公示榜的承诺值，打印出来无法核验，请用 gongshi notice new 重新登记。"
        )
    slug = township_slug(database, notice.division_code)
    rows = sheets.entries(database, notice)
    now = standing_of(tree)
    epochs, names = _epochs(tree, slug), _names(tree, slug, identity, now, rows)
    for epoch in reversed(epochs):
        made = sheets.make(notice, rows, names, read_key(tree, slug, epoch, identity, now))
        if made.commitments == committed:
            return made
    raise GongshiError(
        f"现在的名单与“{notice.notice_id}”公示时承诺的不同（公示后有变更），没有打印；确需改名单的，请撤回后重新公示。"
    )


def _names(tree: Tree, slug: str, identity: Identity, now: Standing, rows: Iterable[SheetEntry]) -> Mapping[str, str]:
    """Names of the heads of these households, and of nobody else."""
    wanted = {row.head for row in rows}
    return {row["member_no"]: row["name"] for row in unseal(tree, slug, identity, now) if row["member_no"] in wanted}


def _epochs(tree: Tree, slug: str) -> list[str]:
    found = key_epochs(tree, slug)
    if not found:
        raise GongshiError(f"“records/keys/{slug}”里没有数据密钥，这个乡镇还没有密封过姓名，请先用 gongshi seal 封存。")
    return found
