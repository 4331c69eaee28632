"""Signing keys: made for one holder outside the repository, registered in ``records/keys/signers`` for a root to commit."""

from __future__ import annotations

from pathlib import Path

from gongshi.model import GongshiError
from gongshi.repository import Git, WorkTree, make_by_program, writer
from gongshi.sealing.keys import check_new_identity_place, write_identity
from gongshi.sealing.signers import SIGNERS, Signer, parse_signers, public_half, signer_line
from gongshi.sealing.sshsig import new_private


def keygen_signing(root: Path, name: str, role: str, place: Path, public: str, passphrase: bool) -> Signer:
    """Make a signing key in the file ``place`` unless there is one, and add its public half, or ``public``, to the
    signers in the folder; gives the line. Git's settings of the clone say that commits are signed with it."""
    with writer(root) as write:
        tree = WorkTree(root)
        before = tree.read(SIGNERS) if tree.exists(SIGNERS) else b""
        if not public and check_new_identity_place(place, root):
            raise GongshiError("签名私钥不能写在仓库里，请用 --identity 指明仓库以外的文件。")
        signer_line("ssh-ed25519 AAAA", role, name)
        key = public or _made(place, name, passphrase)
        gap = b"\n" if before and not before.endswith(b"\n") else b""
        text = before + gap + signer_line(key, role, name).encode()
        signer = parse_signers(text).lines[-1]
        write({SIGNERS: text})
    if not public:
        _tell_git(Git(root), place)
    return signer


def _made(place: Path, name: str, passphrase: bool) -> str:
    """The public half of the key in ``place``, made if there is none."""
    if not place.exists() and passphrase:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        make_by_program(place, name)
    elif not place.exists():
        private, public = new_private()
        write_identity(place, private)
        write_identity(place.with_name(place.name + ".pub"), f"{public} {name}\n")
    return public_half(place)


def _tell_git(git: Git, place: Path) -> None:
    if git.exists():
        for setting, value in (
            ("gpg.format", "ssh"),
            ("user.signingKey", str(place.absolute())),
            ("commit.gpgSign", "true"),
        ):
            git.run("config", setting, value)
