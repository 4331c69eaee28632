"""A Tree: the repository at one moment, the working folder or a commit, as read-only files."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path, PureWindowsPath
from typing import Protocol

from gongshi.model import GongshiError
from gongshi.repository.git import Git
from gongshi.repository.reasons import reason

PRIVATE = ".gongshi"  # the tool's own folder, never part of a Tree
_SKIPPED = frozenset({"site", "node_modules", "__pycache__"})
About = tuple[int, ...]
"""What the disk says of a file: when it was written and when anything about it, how long it is, which it is."""
_LINK, _SUBMODULE, _REGULAR = "120000", "160000", "100"


class Tree(Protocol):
    """What every room reads. Paths are relative, with ``/``; symbolic links are listed, never followed."""

    @property
    def label(self) -> str:
        """What to call this moment in a report."""

    def paths(self, prefix: str = "") -> tuple[str, ...]:
        """Sorted paths of the regular files that begin with the text ``prefix``."""

    def read(self, path: str) -> bytes:
        """Content; GongshiError if there is no such regular file, or the path leads outside."""

    def exists(self, path: str) -> bool:
        """Whether ``read`` would find a file; False, never an error, for a path that leads outside."""

    def file(self, path: str) -> Path | None:
        """Where the file lies on disk, checked as for ``read``; None where it is on no disk (a commit)."""

    def links(self) -> tuple[str, ...]:
        """Sorted paths of the symbolic links and submodules."""

    def target(self, path: str) -> bytes | None:
        """What one of ``links`` names; None for a submodule."""


class WorkTree:
    """The folder ``root`` as it lies: in a repository its tracked and new files, else all but tool folders.

    The list of files is taken once, at the first ``paths`` or ``links``; make a new WorkTree after writing.
    Contents are read from disk each time.
    """

    __slots__ = ("_abouts", "_base", "_listing", "_straight", "label", "root")

    def __init__(self, root: Path) -> None:
        self.root = Path(root)
        self.label = "工作目录"
        self._listing: tuple[tuple[str, ...], tuple[str, ...]] | None = None
        self._base = ""
        self._straight: dict[str, bool] = {}
        self._abouts: dict[str, About] = {}

    def paths(self, prefix: str = "") -> tuple[str, ...]:
        return tuple(path for path in self._list()[0] if path.startswith(prefix))

    def links(self) -> tuple[str, ...]:
        return self._list()[1]

    def target(self, path: str) -> bytes | None:
        place = os.path.join(self.root, *path.split("/"))
        try:
            return os.fsencode(os.readlink(place)) if os.path.islink(place) else None
        except OSError:
            return b""

    def read(self, path: str) -> bytes:
        try:
            with open(self._file(path), "rb") as content:
                return content.read()
        except OSError as error:
            raise GongshiError(
                f"读不了文件“{shown(path)}”（{reason(error)}），请检查文件权限或是否被别的程序占用。"
            ) from None

    def exists(self, path: str) -> bool:
        try:
            return _is_file(self._place(path))
        except GongshiError:
            return False

    def file(self, path: str) -> Path:
        return Path(self._file(path))

    def _file(self, path: str) -> str:
        place = self._place(path)
        if not _is_file(place):
            raise missing(path, self.label)
        return place

    def about(self, path: str, again: bool = False) -> About:
        """What the disk said of a file when the list was taken, or says ``again`` now; empty where no file is to be read."""
        if self._listing is None:
            self._list()
        if not again:
            if path not in self._abouts:
                self._abouts[path] = self.about(path, True) if self.exists(path) else ()
            return self._abouts[path]
        try:
            return about(os.lstat(f"{self._base or os.path.realpath(self.root)}/{path}"))
        except (OSError, ValueError):
            return ()

    def _place(self, path: str) -> str:
        """As ``inside``, asking once whether a folder is reached without a link."""
        _checked(path)
        self._base = self._base or os.path.realpath(self.root)
        folder, _, _ = path.rpartition("/")
        if folder not in self._straight:
            there = os.path.join(self._base, *folder.split("/"))
            self._straight[folder] = os.path.normcase(os.path.realpath(there)) == os.path.normcase(
                os.path.normpath(there)
            )
        place = os.path.join(self._base, *path.split("/"))
        if not self._straight[folder] or os.path.islink(place):
            raise link(path)
        return place

    def _list(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if self._listing is None:
            if not self.root.is_dir():
                raise GongshiError(f"找不到文件夹“{self.root}”，请核对位置，或先进入账本所在的文件夹。")
            git = Git(self.root)
            names = git.tracked(untracked=True) if git.exists() else _walk(self.root)
            self._abouts, links = _sorted_out(self.root, names)
            self._listing = tuple(self._abouts), links
        return self._listing


class RevisionTree:
    """One commit. Contents come from Git when asked for and are kept; ``prefetch`` before reading many."""

    __slots__ = ("_contents", "_files", "_git", "_linked", "_links", "commit", "label")

    def __init__(self, git: Git, revision: str) -> None:
        """GongshiError if ``revision`` names no commit."""
        self._git = git
        self.commit = git.commit(revision)
        self.label = self.commit[:12]
        entries = git.ls_tree(self.commit)
        self._files = {path: name for path, (mode, name) in sorted(entries.items()) if mode.startswith(_REGULAR)}
        self._linked = {path: name for path, (mode, name) in entries.items() if mode == _LINK}
        submodules = (path for path, (mode, _) in entries.items() if mode == _SUBMODULE)
        self._links = tuple(sorted([*self._linked, *submodules]))
        self._contents: dict[str, bytes] = {}

    @property
    def git(self) -> Git:
        return self._git

    def paths(self, prefix: str = "") -> tuple[str, ...]:
        return tuple(path for path in self._files if path.startswith(prefix))

    def links(self) -> tuple[str, ...]:
        return self._links

    def target(self, path: str) -> bytes | None:
        name = self._linked.get(path)
        return next((content for _, content in self._git.blobs((name,))), b"") if name else None

    def names(self) -> Mapping[str, str]:
        """Path → Git's name of the content: equal names are equal contents."""
        return self._files

    def prefetch(self, paths: Iterable[str]) -> None:
        """Read these files in one go; later ``read`` calls for them start no process."""
        wanted = dict.fromkeys(self._name(path) for path in paths)
        lacking = [name for name in wanted if name not in self._contents]
        if lacking:
            self._contents.update(self._git.blobs(lacking))

    def read(self, path: str) -> bytes:
        self.prefetch((path,))
        return self._contents[self._files[path]]

    def exists(self, path: str) -> bool:
        return path in self._files

    def file(self, path: str) -> None:
        self._name(path)

    def _name(self, path: str) -> str:
        _checked(path)
        if path in self._links:
            raise link(path)
        if path not in self._files:
            raise missing(path, self.label)
        return self._files[path]


class MemoryTree:
    """Files that lie nowhere yet."""

    label = "未写的文件"

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files

    def paths(self, prefix: str = "") -> tuple[str, ...]:
        return tuple(sorted(path for path in self.files if path.startswith(prefix)))

    def read(self, path: str) -> bytes:
        self.file(path)
        return self.files[path]

    def exists(self, path: str) -> bool:
        return path in self.files

    def file(self, path: str) -> None:
        if path not in self.files:
            raise missing(path, self.label)

    def links(self) -> tuple[str, ...]:
        return ()

    def target(self, path: str) -> bytes | None:
        return None


class OverlayTree:
    """A Tree with some files replaced or added, in memory."""

    label = "导入之后"

    def __init__(self, tree: Tree, files: Mapping[str, bytes]) -> None:
        self.tree = tree
        self.files = files

    def paths(self, prefix: str = "") -> tuple[str, ...]:
        added = (path for path in self.files if path.startswith(prefix))
        return tuple(sorted({*self.tree.paths(prefix), *added}))

    def read(self, path: str) -> bytes:
        return self.files[path] if path in self.files else self.tree.read(path)

    def exists(self, path: str) -> bool:
        return path in self.files or self.tree.exists(path)

    def file(self, path: str) -> Path | None:
        return None if path in self.files else self.tree.file(path)

    def links(self) -> tuple[str, ...]:
        return self.tree.links()

    def target(self, path: str) -> bytes | None:
        return self.tree.target(path)


def inside(root: Path, path: str) -> Path:
    """The place of ``path`` under ``root``; GongshiError if it leads outside or through a symbolic link."""
    _checked(path)
    base = os.path.realpath(root)
    place = os.path.join(base, *path.split("/"))
    if os.path.normcase(os.path.realpath(place)) != os.path.normcase(place):
        raise link(path)
    return Path(place)


def shown(path: str) -> str:
    """A path fit for a message, whatever bytes a file name had."""
    return path.encode("utf-8", "replace").decode("utf-8")


def missing(path: str, label: str) -> GongshiError:
    return GongshiError(f"在“{label}”里没有文件“{shown(path)}”，请核对文件名和所在文件夹。")


def link(path: str) -> GongshiError:
    return GongshiError(f"“{shown(path)}”是符号链接或经过符号链接，为安全起见不读也不写，请换成普通文件。")


@lru_cache(50_000)
def _checked(path: str) -> None:
    parts = path.split("/")
    odd = "\\" in path or "\0" in path or PureWindowsPath(path).drive
    if odd or any(part in ("", ".", "..") for part in parts):
        raise GongshiError(f"路径“{shown(path)}”不在仓库之内或写法不对，请用从仓库根目录算起、以“/”分隔的相对路径。")


def _is_file(place: str) -> bool:
    try:
        return stat.S_ISREG(os.lstat(place).st_mode)
    except (OSError, ValueError):
        return False


def _walk(root: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        base = Path(folder)
        linked = [name for name in folders if (base / name).is_symlink()]
        skipped = _SKIPPED.union(linked)
        folders[:] = [name for name in folders if name not in skipped and not name.startswith(".")]
        yield from ((base / name).relative_to(root).as_posix() for name in (*files, *linked))


def _sorted_out(root: Path, names: Iterable[str]) -> tuple[dict[str, About], tuple[str, ...]]:
    """(regular files, symbolic links and submodules) among ``names``; what is gone, or lies behind a link, is in neither."""
    base = os.path.realpath(root)
    straight: dict[str, bool] = {}
    files, links = {}, []
    for name in sorted(names):
        parent = name.rstrip("/").rpartition("/")[0] or "."
        if parent not in straight:
            folder = os.path.normpath(os.path.join(base, parent))
            straight[parent] = os.path.realpath(folder) == folder
        if not straight[parent] or name.startswith(PRIVATE + "/"):
            continue
        try:
            told = os.lstat(os.path.join(base, name.rstrip("/")))
        except (OSError, ValueError):
            continue
        if stat.S_ISLNK(told.st_mode) or stat.S_ISDIR(
            told.st_mode
        ):  # a folder that Git lists is a repository of its own
            links.append(name.rstrip("/"))
        elif stat.S_ISREG(told.st_mode):
            files[name] = about(told)
    return files, tuple(links)


def about(told: os.stat_result) -> About:
    """What tells one state of a file from another."""
    return told.st_mtime_ns, told.st_ctime_ns, told.st_size, told.st_ino


def digest(tree: Tree, *prefixes: str) -> str:
    """SHA-256 over paths and contents of the files below ``prefixes``."""
    total = hashlib.sha256()
    for prefix in prefixes:
        for path in tree.paths(prefix):
            line = f"{path}\0{hashlib.sha256(tree.read(path)).hexdigest()}\n"
            total.update(line.encode("utf-8", "surrogateescape"))
    return total.hexdigest()
