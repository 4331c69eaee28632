"""Whether the installed program is the one that a county pins, and the file that pins it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress

from gongshi import __version__
from gongshi.founding.hosts import DEFAULT
from gongshi.founding.pack import LOCK as PACK_LOCK
from gongshi.founding.pack import Pack, program_digest, program_files
from gongshi.founding.wheel import NAME, wheel_bytes
from gongshi.model import GongshiError
from gongshi.repository import Tree
from gongshi.repository.pin import ENGINE, LOCK, PIN, Pin, read_pin

_HEAD = "# 本县用哪一版程序和数据格式。[county] 由县里填；其余只由 gongshi new 和 gongshi upgrade 写，不要手改。\n"


def judge_pin(*trees: Tree) -> None:
    """GongshiError, one sentence, unless this very program is the one that one of ``trees`` pins; silent where none is."""
    for tree in trees[:-1]:
        with suppress(GongshiError):
            _judge(tree)
            return
    _judge(trees[-1])


def _judge(tree: Tree) -> None:
    pin = read_pin(tree)
    if pin is None:
        return
    wanted, here = numbers(pin.version), numbers(__version__)
    if wanted > here:
        raise GongshiError(
            f"台账锁定的程序是 gongshi {pin.version}，装着的是 {__version__}，旧了：请从可信的来源装上 {pin.version} 再运行。"
        )
    if wanted < here:
        raise GongshiError(
            f"台账锁定的程序是 gongshi {pin.version}，装着的是 {__version__}，新了：请由县里运行 gongshi upgrade 升级台账，或装回 {pin.version}。"
        )
    if not pin.path and program_digest(program_files()) != pin.program:
        raise GongshiError(
            f"装着的 gongshi {__version__} 与台账锁定的摘要不符，程序可能被改过：请从可信的来源重新安装，或核对 {PIN} 是谁改的。"
        )


def own_wheel(tree: Tree) -> str:
    """The path of the wheel in ``tree`` that is this very program's, byte for byte, "" if there is none."""
    pin = read_pin(tree)
    if pin and pin.wheel and tree.exists(pin.wheel) and tree.read(pin.wheel) == wheel_bytes(program_files()):
        return pin.wheel
    return ""


def numbers(version: str) -> tuple[int, ...]:
    """A version to compare: 0.2 is 0.2.0."""
    parts = [int(part) for part in version.split(".") if part.isdecimal()]
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def pinned(
    program: Mapping[str, bytes],
    name: str,
    files: Mapping[str, bytes],
    main: str = "main",
    hosts: Mapping[str, str] | None = None,
    host: str = DEFAULT,
) -> dict[str, bytes]:
    """The engine's wheel and lock and the file that pins them, for a county whose pack files are ``files``."""
    pack, wheel = Pack(program), wheel_bytes(program)
    lock = pack.read(PACK_LOCK).rstrip(b"\n") + f"\n./{ENGINE}{NAME} --hash=sha256:{_sha(wheel)}\n".encode()
    pin = Pin(
        version=__version__,
        pack=__version__,
        program=program_digest(program),
        wheel=ENGINE + NAME,
        wheel_sha256=_sha(wheel),
        lock_sha256=_sha(lock),
        pack_sha256=pack.digest(),
        name=name,
        main=main,
        hosts=hosts or {},
        host=host,
        files={path: _sha(data) for path, data in sorted(files.items())},
    )
    return {ENGINE + NAME: wheel, LOCK: lock, PIN: _spelled(pin)}


def _spelled(pin: Pin) -> bytes:
    """A pin as its file. A text of JSON is a text of TOML."""
    tables: dict[str, Mapping[str, object]] = {
        "county": {"name": pin.name, "main": pin.main, "host": pin.host},
        "county.hosts": pin.hosts,
        "engine": {name: getattr(pin, name) for name in ("version", "program", "wheel", "wheel_sha256", "lock_sha256")},
        "pack": {"version": pin.pack, "sha256": pin.pack_sha256},
        "files": pin.files,
    }
    text = _HEAD
    for name, table in tables.items():
        if table:
            lines = (f"{_key(key)} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in table.items())
            text += f"\n[{name}]\n" + "".join(lines)
    return text.encode()


def _key(name: str) -> str:
    return name if name.replace("_", "a").isalnum() and name.isascii() else json.dumps(name, ensure_ascii=False)


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
