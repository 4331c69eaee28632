"""What is double-clicked to open the desk: files beside the ledger, never in it, for what is run so has no place among records."""

from __future__ import annotations

import re
from pathlib import Path

from gongshi.founding.pack import PROGRAM
from gongshi.model import GongshiError
from gongshi.repository import reason, write_private

HOME = PROGRAM / "scaffold/starters"
FILES = {
    "desk.cmd": "desk.cmd.txt",
    "desk.command": "desk.command",
    "desk.sh": "desk.sh",
    "desk.desktop": "desk.desktop",
    "README.md": "README.md",
}
"""Each as it is called where it is used; a ``.cmd`` in a repository would be refused, this one too."""
_PLAIN = re.compile(r"[\w .()（）/-]+")


def starters(ledger: str) -> dict[str, bytes]:
    """The files for a ledger that lies in the folder ``ledger`` beside them."""
    made = {}
    for name, source in FILES.items():
        windows = name.endswith(".cmd")
        text = (HOME / source).read_text("utf-8").replace("{ledger}", ledger.replace("/", "\\") if windows else ledger)
        made[name] = (text.replace("\n", "\r\n") if windows else text).encode()
    return made


def write_starters(root: Path, folder: Path) -> tuple[str, ...]:
    """Put them into a folder above the ledger; gives their names. GongshiError, with nothing written, where that cannot be."""
    place, ledger = folder.resolve(), root.resolve()
    if (
        ledger == place
        or not ledger.is_relative_to(place)
        or any((up / ".git").exists() for up in (place, *place.parents))
    ):
        raise GongshiError("请写台账文件夹的上一级，它不能也是仓库：双击的文件放在台账旁边，不放进台账。")
    inside = ledger.relative_to(place).as_posix()
    if not _PLAIN.fullmatch(inside):
        raise GongshiError(f"台账文件夹的名字“{inside[:40]}”里有特殊的符号，双击的文件认不得，请改名再做。")
    found = starters(inside)
    if other := [
        name for name, data in found.items() if (place / name).exists() and (place / name).read_bytes() != data
    ]:
        raise GongshiError(f"“{place}”里已经有别的 {'、'.join(other)}，没有写：请先移走。")
    for name, data in found.items():
        write_private(place / name, data)
        try:
            (place / name).chmod(0o644 if name == "README.md" else 0o755)
        except OSError as error:
            raise GongshiError(f"“{place / name}”不能设成可以运行（{reason(error)}）。") from None
    return tuple(found)
