"""Writing outside the ledger: what a command hands to its user."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from gongshi.model import GongshiError
from gongshi.repository.reasons import reason

_SYNCHRONISED = re.compile(
    r"(?i)onedrive|dropbox|nutstore|坚果云|icloud|mobile documents|google ?drive|wps ?云|wps ?cloud|百度网盘|baidu(?:net|sync)|微云|同步|nextcloud"
)


def write_private(place: Path, data: bytes) -> None:
    """Write a file whole or not at all, readable by its owner alone: it may hold names."""
    try:
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name[:40]}-", suffix=".new")
        aside = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            aside.replace(place)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise GongshiError(f"写不了“{place}”（{reason(error)}），请检查权限、空间，或关闭打开着它的程序。") from None


def exposed(folder: Path) -> bool:
    """Whether others could see what lies in a folder: it is in a repository or ledger, or is synchronised."""
    ups = (folder, *folder.parents)
    shared = any((up / ".git").exists() or (up / "records" / "datapackage.yaml").is_file() for up in ups)
    return shared or bool(_SYNCHRONISED.search(str(folder)))


def data_folder(environ: Mapping[str, str], name: str) -> Path:
    """The program's folder of that name among the user's own data."""
    home = Path(environ.get("HOME") or environ.get("USERPROFILE") or Path.home())
    if os.name == "nt":
        return Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "gongshi" / name
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "gongshi" / name
    return Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "gongshi" / name
