"""Identities, the private age keys: made, read from a file outside the repository, never shown.

One exception lies in the repository: the example county's demo identity, whose first line says what it is. It
protects invented persons only; anybody can read it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pyrage import IdentityError, x25519

from gongshi.model import GongshiError
from gongshi.repository import reason

DEMO_IDENTITY = "records/keys/DEMO-identity.txt"
DEMO_RECIPIENT = "age1d2xwc3mt8ssuvc2ucpaqrl2vg0edxqtu58hhuwdywf8tvvqnegkqdcgs9g"
"""The public half of the example's key, known also where the file is gone."""
_DEMO_MARK = "# PUBLIC DEMO KEY, protects only synthetic data（公开的演示密钥，只保护虚构数据，切勿用于真实数据）"
_DEFAULT_PLACE = "~/.config/gongshi/identity.txt"


@dataclass(frozen=True, slots=True)
class Identity:
    """The private keys of one holder; neither ``repr`` nor ``str`` shows them. ``demo``: marked as public.

    ``signing`` is the file of the same holder's signing key, if there is one.
    """

    keys: tuple[x25519.Identity, ...] = field(repr=False)
    demo: bool = False
    signing: Path | None = None

    @property
    def recipients(self) -> tuple[str, ...]:
        """The public halves, ``age1…``."""
        return tuple(str(key.to_public()) for key in self.keys)


def generate_identity() -> tuple[str, str]:
    """(text of a new identity file, its public recipient)."""
    key = x25519.Identity.generate()
    recipient = str(key.to_public())
    return f"# public key: {recipient}\n{key}\n", recipient


def mark_demo(identity_text: str) -> str:
    """The text of a demo identity file: the same key under the line that says it is public."""
    return f"{_DEMO_MARK}\n{identity_text}"


def parse_identity(text: str) -> Identity:
    """An identity file's text: one ``AGE-SECRET-KEY-1…`` a line, ``#`` begins a comment."""
    keys = []
    for number, line in enumerate(text.splitlines(), 1):
        secret = line.strip()
        if not secret or secret.startswith("#"):
            continue
        try:
            keys.append(x25519.Identity.from_str(secret))
        except IdentityError:
            raise GongshiError(f"私钥文件第 {number} 行不是 age 私钥，请核对文件或换用备份。") from None
    if not keys:
        raise GongshiError("私钥文件里没有 age 私钥，请核对文件，或用 gongshi keygen 生成。")
    return Identity(tuple(keys), text.splitlines()[0] == _DEMO_MARK)


def identity_place(option: Path | None, environ: Mapping[str, str]) -> Path:
    """Where the identity lies: the option, else GONGSHI_IDENTITY, else ``~/.config/gongshi/identity.txt``."""
    return Path(option or environ.get("GONGSHI_IDENTITY") or _DEFAULT_PLACE).expanduser()


def read_identity(place: Path, root: Path, signing: Path | None = None) -> Identity:
    """The identity in the file ``place``; GongshiError if it lies inside ``root`` and is not the demo key."""
    try:
        data = place.read_bytes()
    except OSError as error:
        raise GongshiError(
            f"读不到私钥文件“{place}”（{reason(error)}），请用 --identity 指明，或用 gongshi keygen 生成。"
        ) from None
    identity = parse_identity(data.decode("utf-8", "replace"))
    if _lies_inside(place, root) and not identity.demo:
        raise GongshiError(f"私钥文件“{place}”放在仓库里会被提交出去，请先把它移到仓库以外。")
    return replace(identity, signing=signing) if signing and signing.is_file() else identity


def loose(place: Path) -> str:
    """A sentence if others can read a private key's file, "" if not; Windows has no such modes."""
    if os.name != "posix" or not place.is_file() or not place.stat().st_mode & 0o077:
        return ""
    return f"私钥文件“{place}”别人也能读，请运行 chmod 600 “{place}”，若已被人读过，请换新的密钥。"


def check_new_identity_place(place: Path, root: Path) -> bool:
    """Whether a new identity there would be the demo key; GongshiError anywhere else inside ``root``."""
    demo = place.resolve() == root.resolve() / DEMO_IDENTITY
    if _lies_inside(place, root) and not demo:
        raise GongshiError(f"私钥不能写在仓库里（{place}），请用 --identity 指明仓库以外的文件。")
    return demo


def write_identity(place: Path, text: str) -> None:
    """Create the file, readable by its owner alone; GongshiError rather than overwrite one."""
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(text.encode("utf-8"))
            handle.flush()
            os.fsync(handle.fileno())
    except OSError as error:
        raise GongshiError(
            f"不能新建私钥文件“{place}”（{reason(error)}），请检查权限或用 --identity 换一个位置。"
        ) from None


def _lies_inside(place: Path, root: Path) -> bool:
    return place.resolve().is_relative_to(root.resolve())
