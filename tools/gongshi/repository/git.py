"""The only door to Git: one value, ``Git(root)``, whose methods start ``git`` and return plain values."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gongshi.model import GongshiError
from gongshi.repository.programs import program, searched

# A hook hands some of these down; they would let another repository than ``root`` answer, or start a program.
_INHERITED = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_ATTR_SOURCE"),
    *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_EXTERNAL_DIFF", "GIT_REPLACE_REF_BASE"),
)
# The records of a stranger may lie in ``root``: no hook, monitor, pager, signature program or submodule is started for a
# question, a folder that looks like a bare repository is none, and no list of other names changes an answer.
_SETTINGS = (
    *("core.quotePath=false", "core.fsmonitor=false", f"core.hooksPath={os.devnull}", "safe.bareRepository=explicit"),
    *("log.showSignature=false", "log.mailmap=false", "diff.ignoreSubmodules=dirty", "submodule.recurse=false"),
    *("fetch.recurseSubmodules=false", "protocol.ext.allow=never", "advice.graftFileDeprecated=false"),
)
_FIXED = {
    **{"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_REPLACE_OBJECTS": "1"},
    **{"GIT_GRAFT_FILE": os.devnull, "NoDefaultCurrentDirectoryInExePath": "1"},
}
_SHOWING = frozenset({"diff", "diff-files", "diff-index", "diff-tree", "log", "show"})
_OBJECT_NAME = re.compile(r"[0-9a-f]{40,64}")
_MOST_COMMITS = 100_000
_COMMITS: set[tuple[Path, str]] = set()  # whole names that were seen to name a commit of a repository: they always will


@dataclass(frozen=True, slots=True)
class Git:
    """The repository that holds the folder ``root``; all paths are relative to ``root``, with ``/``.

    ``index`` is another index than the repository's own, None for that."""

    root: Path
    index: Path | None = None

    @classmethod
    def of_hook(cls, root: Path) -> Git:
        """As a hook must ask: for ``commit -a`` or ``commit FILE`` Git names it another index, of what is committed."""
        named = os.environ.get("GIT_INDEX_FILE")
        return cls(root, Path(named).absolute() if named else None)

    def run(self, *args: str, input: bytes | None = None) -> bytes:
        """Standard output of ``git *args``; GongshiError with Git's line of complaint if it fails."""
        done = self._call(*args, input=input)
        if done.returncode:
            raise GongshiError(
                f"Git 命令“git {args[0]}”在“{self.root}”没有成功（{_complaint(done.stderr)}），"
                "请按括号里的提示处理后重试。"
            )
        return done.stdout

    def complaint(self, *args: str) -> str:
        """Run ``git *args``: "" if it succeeds, else Git's line of complaint, for a sentence of the caller's own."""
        done = self._call(*args)
        return _complaint(done.stderr) if done.returncode else ""

    def lines(self, *args: str) -> Iterator[bytes]:
        """Standard output of ``git *args`` line by line, without the line ends, while Git is still writing it."""
        process = subprocess.Popen(
            self._command(*args),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environment(),
        )
        with process:
            try:
                for line in process.stdout or ():
                    yield line[:-1] if line.endswith(b"\n") else line
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            raise GongshiError(f"Git 命令“git {args[0]}”在“{self.root}”没有成功，请运行 git fsck 检查仓库是否完整。")

    def exists(self) -> bool:
        """Whether ``root`` belongs to a repository; a folder that the one around it ignores does not."""
        try:
            inside = self._call("rev-parse", "--show-prefix")
            if inside.returncode:
                return False
            return not inside.stdout.strip() or self._call("check-ignore", "-q", "--", ".").returncode == 1
        except GongshiError:
            return False

    def resolve(self, revision: str) -> str | None:
        """Full object name of the commit that ``revision`` names; None if there is no such commit."""
        if not revision or revision.startswith("-") or any(c in revision for c in "\0\r\n"):
            return None
        if (self.root, revision) in _COMMITS:
            return revision
        done = self._call("rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}")
        found = None if done.returncode else done.stdout.decode("ascii").strip()
        if found == revision and len(_COMMITS) < _MOST_COMMITS:
            _COMMITS.add((self.root, found))
        return found

    def head(self) -> str | None:
        """The commit checked out; None without a repository or before the first commit."""
        return self.resolve("HEAD")

    def top(self) -> Path:
        """The folder of the work tree that ``root`` lies in."""
        return Path(_text(self.run("rev-parse", "--show-toplevel")).removesuffix("\n")).resolve()

    def setting(self, name: str) -> str:
        """What the settings of machine, user and clone say under ``name``, "" if nothing; not what this door adds."""
        values = _text(self._call("config", "--null", "--get-all", name).stdout).split("\0")[:-1]
        own = any(setting.startswith(f"{name}=") for setting in _SETTINGS)
        return next(reversed(values[: len(values) - own]), "")

    def shallow(self) -> bool:
        """Whether the repository has only the end of its history."""
        return self.run("rev-parse", "--is-shallow-repository").strip() == b"true"

    def commit(self, revision: str) -> str:
        """``resolve``, but GongshiError where that gives None."""
        found = self.resolve(revision)
        if found is None:
            raise GongshiError(
                f"在“{self.root}”找不到版本“{revision}”，请核对分支名、标签或提交号，必要时先运行 git fetch。"
            )
        return found

    def merge_base(self, a: str, b: str) -> str | None:
        """The best common ancestor of two revisions; None if they share no history."""
        done = self._call("merge-base", self.commit(a), self.commit(b))
        return None if done.returncode else done.stdout.decode("ascii").strip()

    def ls_tree(self, revision: str) -> dict[str, tuple[str, str]]:
        """Every path of a revision → (mode, object name); mode is Git's octal text such as ``100644``."""
        commit = revision if _OBJECT_NAME.fullmatch(revision) else self.commit(revision)
        listing = self.run("ls-tree", "-r", "-z", commit)
        entries = {}
        for entry in listing.split(b"\0")[:-1]:
            about, _, path = entry.partition(b"\t")
            mode, _kind, name = about.decode("ascii").split(" ")
            entries[_text(path)] = (mode, name)
        return entries

    def tracked(self, *, untracked: bool = False) -> tuple[str, ...]:
        """Sorted paths in the index; with ``untracked`` also new files that are not ignored.

        A path stays listed after its file was deleted from disk, until the deletion is staged.
        """
        more = ("--others", "--exclude-standard") if untracked else ()
        listing = self.run("ls-files", "-z", "--cached", *more)
        return tuple(sorted({_text(path) for path in listing.split(b"\0")[:-1]}))

    def blobs(self, names: Iterable[str]) -> Generator[tuple[str, bytes], None, None]:
        """(object name, content) for each name in the order given, through one ``git cat-file --batch``."""
        process = subprocess.Popen(
            self._command("cat-file", "--batch"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environment(),
        )
        with process:
            try:
                for name in names:
                    yield name, self._blob(process, name)
            finally:
                # Without this, a reader who stops half-way would wait for Git to fill a pipe nobody empties.
                process.kill()

    def merge_file(self, base: Path, ours: Path, theirs: Path, favour: str = "") -> tuple[bytes, bool]:
        """Git's own merge of three files by lines: the content, and whether it is without conflict; ``favour`` "ours" has no
        conflicts."""
        option = [f"--{favour}"] if favour else []
        done = self._call("merge-file", "-p", *option, *(str(path.absolute()) for path in (ours, base, theirs)))
        if done.returncode < 0 or done.returncode > 127:
            raise GongshiError(f"Git 合并“{ours.name}”没有成功（{_complaint(done.stderr)}），请核对文件后重试。")
        return done.stdout, done.returncode == 0

    def _blob(self, process: subprocess.Popen[bytes], name: str) -> bytes:
        """Ask one question, read one answer: neither side can wait for the other."""
        if _OBJECT_NAME.fullmatch(name) and process.stdin and process.stdout:
            with suppress(BrokenPipeError):
                os.write(process.stdin.fileno(), name.encode("ascii") + b"\n")
            header = process.stdout.readline().split()
            if len(header) == 3:
                size = int(header[2])
                content = process.stdout.read(size)
                if len(content) == size and process.stdout.read(1):
                    return content
        raise GongshiError(f"在“{self.root}”的 Git 仓库里读不到对象 {name[:64]}，请运行 git fsck 检查仓库是否完整。")

    def _command(self, *args: str) -> list[str]:
        """The whole command line. GongshiError where there is no Git."""
        name = program("git", self.root)
        if name is None:
            raise GongshiError("这台电脑上没有找到 git 命令，请先安装 Git 再重试。")
        plain = ("--no-ext-diff", "--no-textconv") if args[0] in _SHOWING else ()
        settings = [part for setting in _SETTINGS for part in ("-c", setting)]
        return [name, "--no-pager", "-C", str(self.root), *settings, args[0], *plain, *args[1:]]

    def _call(self, *args: str, input: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
        command, environment = self._command(*args), self._environment()
        if input is None:
            return subprocess.run(command, capture_output=True, env=environment, stdin=subprocess.DEVNULL)
        return subprocess.run(command, capture_output=True, env=environment, input=input)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in _INHERITED}
        own = {"GIT_INDEX_FILE": str(self.index)} if self.index else {}
        return kept | own | _FIXED | {"PATH": os.pathsep.join(searched(self.root))}


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")


def _complaint(stderr: bytes) -> str:
    """Git's line that says why, else its first, without the password that a remote's address may carry."""
    lines = stderr.decode("utf-8", "replace").strip("\n").splitlines() or ["没有说明原因"]
    why = next((line for line in lines if line.startswith(("fatal:", "error:", " ! ["))), lines[0])
    return re.sub(r"://[^/@\s]+@", "://", why.strip())
