"""Templates as the engine compiled them, which takes longer than to fill them: kept as Python keeps modules, and beside those.

A file is of one template in the words of one edition, one program and one engine, and begins with a digest of the rest: any other,
and one that is damaged, is none. Where the program's folder cannot be written, each process compiles for itself.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

FOLDER = Path(__file__).parent / "__pycache__"  # what lies below the templates is one
EDITIONS = 4  # files of one template


class Compiled(BytecodeCache):
    """Code by template and source: once in a process, and in the program's folder."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._kept: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        name = (bucket.key, bucket.checksum)
        if name not in self._kept:
            with suppress(OSError):
                head, code = _split(self._place(bucket).read_bytes())
                if head == _digest(bucket, code):
                    self._kept[name] = code
        if name in self._kept:
            bucket.bytecode_from_string(self._kept[name])

    def dump_bytecode(self, bucket: Bucket) -> None:
        code = self._kept[bucket.key, bucket.checksum] = bucket.bytecode_to_string()
        with suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            handle, aside = tempfile.mkstemp(dir=self._folder, suffix=".pyc")
            with os.fdopen(handle, "wb") as file:
                file.write(_digest(bucket, code) + code)
            os.replace(aside, self._place(bucket))
            self._tidy(bucket)

    def _place(self, bucket: Bucket) -> Path:
        return self._folder / f"template-{bucket.key[:16]}-{bucket.checksum[:16]}.pyc"

    def _tidy(self, bucket: Bucket) -> None:
        """Take away what is of older texts of the same template."""
        alike = sorted(self._folder.glob(f"template-{bucket.key[:16]}-*.pyc"), key=lambda place: place.stat().st_mtime)
        for place in alike[:-EDITIONS]:
            place.unlink(missing_ok=True)


def _split(data: bytes) -> tuple[bytes, bytes]:
    return data[:32], data[32:]


def _digest(bucket: Bucket, code: bytes) -> bytes:
    return hashlib.sha256(b"\0".join((_program(), bucket.checksum.encode(), code))).digest()


@cache
def _program() -> bytes:
    """What else the code depends on: the engine, and how the environment is set up."""
    settings = Path(__file__).with_name("render.py").read_bytes()
    return hashlib.sha256(b"%s\0%s" % (version("jinja2").encode(), settings)).digest()
