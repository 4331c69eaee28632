"""``ssh-keygen``, for keys that only it can use: with a passphrase, in an agent, on a hardware token."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from gongshi.model import GongshiError


def sign_by_program(key: Path, data: bytes, namespace: str) -> str:
    """The armoured signature of ``data``; the program itself asks for a passphrase, on the terminal."""
    program = shutil.which("ssh-keygen")
    if program is None or not Path(program).is_absolute():
        raise GongshiError(
            f"签名私钥“{key}”设有口令或在 ssh-agent 里，要用 ssh-keygen 签名，这台电脑上没有它，请安装 OpenSSH 客户端。"
        )
    command = [program, "-q", "-Y", "sign", "-n", namespace, "-f", str(key.absolute())]
    done = subprocess.run(command, input=data, capture_output=True, cwd=Path(program).parent)
    text = done.stdout.decode("ascii", "replace").replace("\r\n", "\n")
    if done.returncode or not text.startswith("-----BEGIN SSH SIGNATURE-----\n"):
        raise GongshiError(
            f"签名私钥“{key}”没有签成（口令不对、没有终端可问口令，或 ssh-agent 里没有它），"
            "请在终端里重新运行并输入口令，或先用 ssh-add 加进 ssh-agent。"
        )
    return text
