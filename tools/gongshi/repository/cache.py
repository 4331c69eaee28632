"""What may be deleted at any time: small files in the clone's own Git folder, where no commit can put anything.

Each begins with a digest over the program, the name and the content, so that a file that is damaged, renamed or of
another version of the program is the same as none.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from functools import cache
from pathlib import Path

from gongshi.repository.git import Git

FOLDER = "gongshi"
_LIBRARIES = ("duckdb", "frictionless", "pyyaml")
KEPT = 50  # files of one kind; the oldest go


class Cache:
    """Bytes by name. A cache that cannot be read or written, or that lies in no repository, holds nothing."""

    def __init__(self, root: Path) -> None:
        git = Git(root)
        self.folder = private_folder(git) if git.exists() else None

    def get(self, name: str) -> bytes | None:
        """What was put under ``name`` by this same program, None if there is no such thing."""
        if self.folder is None:
            return None
        with suppress(OSError):
            head, _, content = (self.folder / name).read_bytes().partition(b"\n")
            if head == _digest(name, content):
                return content
        return None

    def put(self, name: str, content: bytes) -> None:
        """Keep ``content``: written aside, then renamed. Of names that share what is before ``-``, the newest are kept."""
        if self.folder is None:
            return
        import tempfile  # takes longer than all of this module

        with suppress(OSError):
            self.folder.mkdir(exist_ok=True)
            handle, aside = tempfile.mkstemp(dir=self.folder, prefix="new.")
            with os.fdopen(handle, "wb") as file:
                file.write(_digest(name, content) + b"\n" + content)
            os.replace(aside, self.folder / name)
            alike = sorted(self.folder.glob(f"{name.partition('-')[0]}-*"), key=lambda place: place.stat().st_mtime)
            for place in (*alike[:-KEPT], *self.folder.glob("new.*")):
                place.unlink(missing_ok=True)


def private_folder(git: Git) -> Path:
    """The program's own folder inside ``.git``, shared by all work trees of the clone; GongshiError without one."""
    return git.root / git.run("rev-parse", "--git-common-dir").decode("utf-8", "surrogateescape").rstrip("\n") / FOLDER


def _digest(name: str, content: bytes) -> bytes:
    return hashlib.sha256(b"\0".join((program_digest(), name.encode(), content))).hexdigest().encode()


@cache
def program_digest() -> bytes:
    """A digest of every module, query and table of this package, and of the libraries that read and judge: another program may
    judge otherwise."""
    from importlib.metadata import version  # as long again

    total = hashlib.sha256("".join(f"{name} {version(name)}\0" for name in _LIBRARIES).encode())
    here = Path(__file__).resolve().parents[1]
    for place in sorted(place for kind in ("*.py", "*.sql", "*.yaml") for place in here.rglob(kind)):
        total.update(b"%s\0%s\0" % (place.relative_to(here).as_posix().encode(), place.read_bytes()))
    return total.digest()
