"""A county's repository whose commits are signed by the stock git and ssh-keygen, made from literals."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from gongshi.repository import Git
from gongshi.sealing.authority import COUNTY_FILE, Standing, standing
from gongshi.sealing.layout import RECIPIENTS
from gongshi.sealing.signers import SIGNERS

NAMESPACES = {"root": "git", "keeper": "git,gongshi-key", "reviewer": "git", "publisher": "gongshi-manifest"}
AGE = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"


@dataclass
class Ledger:
    """``keys`` is a folder with one key pair for each holder, named as the role that the first file gives it."""

    root: Path
    keys: Path

    @property
    def git(self) -> Git:
        return Git(self.root)

    @property
    def standing(self) -> Standing:
        return standing(self.git, "HEAD")

    def key(self, holder: str) -> Path:
        place = self.keys / holder
        if not place.exists():
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(place)], check=True)
        return place

    def line(self, holder: str, *roles: str, options: str = "") -> str:
        kinds = roles or (holder,)
        named = ",".join(dict.fromkeys(name for role in kinds for name in NAMESPACES[role].split(",")))
        public = " ".join(self.key(holder).with_suffix(".pub").read_text().split()[:2])
        return f'{",".join(kinds)} namespaces="{named}"{options} {public} {holder}岗\n'

    def fingerprint(self, holder: str) -> str:
        command = ["ssh-keygen", "-l", "-f", str(self.key(holder))]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[1]

    def settings(self, holder: str) -> str:
        return f"name: 某某县\nexample: 否\nroot_fingerprint: {self.fingerprint(holder)}\n"

    def write(self, files: dict[str, str | None]) -> None:
        for path, text in files.items():
            place = self.root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                place.unlink()
            else:
                place.write_bytes(text.encode())

    def commit(self, by: str = "", files: dict[str, str | None] | None = None, at: int = 0) -> str:
        """Everything that lies there, signed by a holder's key or (\"\") by nobody."""
        self.write(files or {})
        self.git.run("add", "-A")
        self._git(by, at, "commit", "-q", "--allow-empty", "-m", "记录")
        return self.git.commit("HEAD")

    def merge(self, branch: str, by: str = "", *how: str) -> None:
        self._git(by, 0, "merge", "-q", "--no-ff", *how, "-m", "合并", branch)

    def _git(self, by: str, at: int, *args: str) -> None:
        signing = ["-S"] if by else ["--no-gpg-sign"]
        settings = ["-c", "gpg.format=ssh", "-c", f"user.signingkey={self.key(by) if by else ''}"]
        dates = {"GIT_COMMITTER_DATE": f"{at} +0800", "GIT_AUTHOR_DATE": f"{at} +0800"} if at else {}
        command = ["git", "-C", str(self.root), *settings, args[0], *signing, *args[1:]]
        subprocess.run(command, check=True, env={**os.environ, **dates}, capture_output=True)

    def begin(self, *more: str) -> str:
        """The first commit has records and a list of recipients, the second the signers, by their root."""
        self.commit("", {RECIPIENTS: recipients("甲"), "records/x.csv": "a\n"})
        roles = "".join(self.line(role) for role in ("root", "keeper", "reviewer"))
        return self.commit("root", {SIGNERS: roles + "".join(more), COUNTY_FILE: self.settings("root")})


def recipients(*names: str) -> str:
    return "role,name,recipient\n" + "".join(f"guzhen,{name},{AGE}\n" for name in sorted(names))
