"""Forms that were begun and not stored, kept in the clone's own Git folder, where no commit can put anything.

One that may hold a name is sealed to the key of whoever wrote it; without a key such a one is not kept.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from gongshi.model import GongshiError
from gongshi.repository import Git, private_folder, write_private
from gongshi.sealing import Identity, open_note, seal_note

KEPT = 20
"""Drafts of one clone; the oldest go."""
NO_KEY = "里面可能有姓名，没有打开钥匙，草稿不留：关掉这一页就没有了"
NO_PLACE = "这里不是 Git 仓库，草稿没有地方放：关掉这一页就没有了"
_NAME = re.compile(r"draft-([0-9a-f]{16})\.json")


class Draft(NamedTuple):
    """A form as it was left: its name in addresses, which form, when, and what was typed; None where the key that opens it is
    not there."""

    token: str
    form: str
    when: str
    values: Mapping[str, str] | None


def keep(
    root: Path, token: str, form: str, when: str, values: Mapping[str, str], open_: bool, identity: Identity | None
) -> str:
    """Keep what was typed, in the clear if it is ``open_``; why it was not kept, "" if it was. Nothing typed keeps nothing; what
    cannot be kept leaves what was kept before."""
    if not any(values.values()):
        forget(root, token)
        return ""
    text = json.dumps(values, ensure_ascii=False)
    kept: dict[str, object] = {"form": form, "when": when}
    if open_:
        kept["values"] = dict(values)
    elif identity:
        kept["box"] = base64.b64encode(seal_note(text.encode("utf-8", "replace"), identity)).decode()
    else:
        return NO_KEY
    folder = _folder(root)
    if folder is None or not _NAME.fullmatch(f"draft-{token}.json"):
        return NO_PLACE
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        return NO_PLACE
    write_private(folder / f"draft-{token}.json", json.dumps(kept, ensure_ascii=False).encode())
    for old in _found(folder)[KEPT:]:
        old.unlink(missing_ok=True)
    return ""


def drafts(root: Path, identity: Identity | None) -> list[Draft]:
    """What was kept, the last first; a damaged one is as good as none."""
    folder = _folder(root)
    found = []
    for place in _found(folder) if folder else ():
        with suppress(OSError, ValueError, KeyError, TypeError):
            kept = json.loads(place.read_bytes())
            values = kept["values"] if "values" in kept else _opened(kept["box"], identity)
            if values is None or all(isinstance(one, str) for pair in values.items() for one in pair):
                token = place.stem.removeprefix("draft-")
                found.append(Draft(token, str(kept["form"]), str(kept["when"]), values))
    return found


def _opened(box: str, identity: Identity | None) -> dict[str, str] | None:
    text = open_note(base64.b64decode(box), identity) if identity else None
    return None if text is None else json.loads(text)


def forget(root: Path, token: str) -> None:
    """Let go of one."""
    folder = _folder(root)
    if folder and _NAME.fullmatch(f"draft-{token}.json"):
        with suppress(OSError):
            (folder / f"draft-{token}.json").unlink(missing_ok=True)


def _folder(root: Path) -> Path | None:
    git = Git(root)
    try:
        return private_folder(git) if git.exists() else None
    except GongshiError:
        return None


def _found(folder: Path) -> list[Path]:
    """The files of drafts, the last written first."""
    with suppress(OSError):
        places = [place for place in folder.iterdir() if _NAME.fullmatch(place.name)]
        return sorted(places, key=lambda place: (place.stat().st_mtime_ns, place.name), reverse=True)
    return []
