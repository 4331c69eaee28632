"""The installed program as a wheel: the same bytes for the same program, so that a county can carry what it pins.

An installed package does not keep the wheel that it came from; this makes one again, of its files and metadata.
"""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution

from gongshi import __version__
from gongshi.model import GongshiError

NAME = f"gongshi-{__version__}-py3-none-any.whl"
_INFO = f"gongshi-{__version__}.dist-info"
_WHEEL = "Wheel-Version: 1.0\nGenerator: gongshi\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_TIME = (2020, 1, 1, 0, 0, 0)
_MOST = 64 << 20  # bytes of one wheel unpacked


def wheel_bytes(program: Mapping[str, bytes]) -> bytes:
    """The wheel of a program's files (paths below ``gongshi/``) with the metadata of the one installed. Nothing is deflated in it:
    Git does that, and each check makes it again to see that the ledger's is this one."""
    files = {f"gongshi/{path}": data for path, data in program.items()} | _metadata()
    record = [f"{path},sha256={_hash(data)},{len(data)}\n" for path, data in sorted(files.items())]
    record.append(f"{_INFO}/RECORD,,\n")
    files[f"{_INFO}/RECORD"] = "".join(record).encode()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for path, data in sorted(files.items()):
            entry = zipfile.ZipInfo(path, _TIME)
            entry.external_attr, entry.create_system = 0o644 << 16, 3
            archive.writestr(entry, data)
    return made.getvalue()


def read_wheel(data: bytes) -> dict[str, bytes]:
    """The program's files in a wheel, which is only read; GongshiError if it is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if entry.filename.startswith("gongshi/")]
            if sum(entry.file_size for entry in entries) > _MOST:
                raise GongshiError("台账里的程序安装包大得不正常，没有打开，请核对是谁放的。")
            return {
                entry.filename.removeprefix("gongshi/"): archive.read(entry) for entry in entries if not entry.is_dir()
            }
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise GongshiError(f"台账里的程序安装包打不开（{type(error).__name__}），请从历史里恢复它。") from None


def _metadata() -> dict[str, bytes]:
    try:
        found = distribution("gongshi")
    except PackageNotFoundError:
        raise GongshiError("gongshi 不是用 pip 安装的，做不出安装包，请先用 pip 安装再运行。") from None
    texts = {name: found.read_text(name) or "" for name in ("METADATA", "entry_points.txt")}
    if f"\nVersion: {__version__}\n" not in texts["METADATA"]:
        raise GongshiError("装着的 gongshi 和它登记的版本不一致，请用 pip 重新安装再运行。")
    texts |= {"top_level.txt": "gongshi\n", "WHEEL": _WHEEL}
    return {f"{_INFO}/{name}": text.encode() for name, text in texts.items()}


def _hash(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
