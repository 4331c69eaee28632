"""``ssh-keygen``, for keys that only it can use: with a passphrase, in an agent, on a hardware token."""

from __future__ import annotations

import subprocess
from pathlib import Path

from gongshi.model import GongshiError
from gongshi.repository.programs import program


def make_by_program(place: Path, comment: str) -> None:
    """A new key with a passphrase, which the program asks for on the terminal; its public half lies beside it."""
    command = [_program(), "-q", "-t", "ed25519", "-C", comment, "-f", str(place.absolute())]
    if subprocess.run(command, cwd=place.parent).returncode or not place.is_file():
        raise GongshiError(f"没有生成“{place}”（要在终端里输入两遍同样的口令，至少 5 个字符），请在终端里重新运行。")


def sign_by_program(key: Path, data: bytes, namespace: str) -> str:
    """The armoured signature of ``data``; the program itself asks for a passphrase, on the terminal."""
    name = _program()
    command = [name, "-q", "-Y", "sign", "-n", namespace, "-f", str(key.absolute())]
    done = subprocess.run(command, input=data, capture_output=True, cwd=Path(name).parent)
    text = done.stdout.decode("ascii", "replace").replace("\r\n", "\n")
    if done.returncode or not text.startswith("-----BEGIN SSH SIGNATURE-----\n"):
        raise GongshiError(
            f"签名私钥“{key}”没有签成（口令不对、没有终端可问口令，或 ssh-agent 里没有它），"
            "请在终端里重新运行并输入口令，或先用 ssh-add 加进 ssh-agent。"
        )
    return text


def _program() -> str:
    """Never one of the folder that is worked in, where Windows would look first."""
    found = program("ssh-keygen", Path.cwd())
    if found is None:
        raise GongshiError(
            "签名私钥设有口令或在 ssh-agent 里，要用 ssh-keygen，这台电脑上没有它，请安装 OpenSSH 客户端。"
        )
    return found
