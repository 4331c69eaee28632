"""Writing outside the ledger: what a command hands to its user."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from gongshi.model import GongshiError
from gongshi.repository.reasons import reason


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
