"""All-or-nothing writing of several files, by a journal in ``.gongshi/journal``.

New contents are staged in the journal and synced; renaming the manifest into place is the commit point; then
the staged files are renamed to where they belong and the journal goes. Who dies before the commit point has
changed nothing; who dies after it has the work finished by ``recover``.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gongshi.model import GongshiError
from gongshi.repository.git import Git
from gongshi.repository.reasons import reason
from gongshi.repository.tree import PRIVATE, inside, shown

JOURNAL = f"{PRIVATE}/journal"
_MANIFEST = "manifest.json"
_PATIENCE = 10.0  # seconds to wait for another writer

Changes = Mapping[str, bytes | None]


@dataclass(frozen=True, slots=True)
class _Step:
    """One file of a manifest: ``staged``, a name in the journal, becomes ``path``; None deletes ``path``."""

    path: str
    staged: str | None
    sha256: str | None


def write_files(root: Path, changes: Changes) -> tuple[str, ...]:
    """Make each path hold its bytes (None: be gone), all or none; gives the sorted paths that really changed.

    GongshiError, with nothing changed, if a path leads outside ``root``, through a link, into ``.git`` or
    ``.gongshi``, or if the disk refuses.
    """
    with writer(root) as write:
        return write(changes)


@contextmanager
def writer(root: Path) -> Iterator[Callable[[Changes], tuple[str, ...]]]:
    """Hold the lock while reading, deciding and writing; gives a function that works like ``write_files``.

    Waits ten seconds for another writer, then GongshiError. If an earlier writer died half-way, that work is
    settled first and then GongshiError too: what the caller knows of the files may be out of date.
    """
    with _locked(root):
        yield lambda changes: _write(root, changes)


def recover(root: Path) -> str | None:
    """Settle what a killed writer left; says what was done, None if nothing."""
    if not os.path.lexists(root / JOURNAL):
        return None
    with _locked(root):
        return _recover(root)


def _write(root: Path, changes: Changes) -> tuple[str, ...]:
    told = _recover(root)
    if told:
        raise GongshiError(f"{told.rstrip('。')}，这一次还没有写入，请重新运行刚才的命令。")
    journal = inside(root, JOURNAL)
    try:
        wanted = {path: content for path, content in sorted(changes.items()) if _differs(root, path, content)}
        _refuse_collisions(root, wanted)
        if not wanted:
            return ()
        steps = _stage(root, journal, wanted)
        _commit(journal, steps)
    except OSError as error:
        (journal / _MANIFEST).unlink(missing_ok=True)
        shutil.rmtree(journal, ignore_errors=True)
        raise GongshiError(
            f"写入“{root}”失败（{reason(error)}），文件都没有改动，请检查磁盘空间和权限后重试。"
        ) from None
    _roll_forward(root, journal, steps)
    return tuple(wanted)


def _differs(root: Path, path: str, content: bytes | None) -> bool:
    place = _target(root, path)
    if not place.exists():
        return content is not None
    if not place.is_file():
        raise GongshiError(f"“{shown(path)}”是文件夹或特殊文件，不能当作普通文件写入，请换一个文件名。")
    return content is None or place.stat().st_size != len(content) or place.read_bytes() != content


def _target(root: Path, path: str) -> Path:
    """Also asked of a manifest, which might have come with somebody's commit and aim at a Git hook."""
    parts = [part.rstrip(" .").lower() for part in path.split("/")]
    if parts[0] == PRIVATE or not {".git", "git~1"}.isdisjoint(parts):
        raise GongshiError(f"路径“{shown(path)}”属于 Git 或本工具自己的文件夹，不能写入，请换一个位置。")
    return inside(root, path)


def _refuse_collisions(root: Path, wanted: Changes) -> None:
    """A folder needed on the way to a file must not be a file that stays; too late after the commit point."""
    for path, content in wanted.items():
        for parent in [] if content is None else PurePosixPath(path).parents[:-1]:
            name = parent.as_posix()
            stays = wanted[name] is not None if name in wanted else (root / name).is_file()
            if stays:
                raise GongshiError(f"“{shown(name)}”已经是文件，不能再作为“{shown(path)}”的文件夹，请改用别的名称。")


def _stage(root: Path, journal: Path, wanted: Changes) -> list[_Step]:
    """Deletions come first, so that a file can give way to a folder of the same name."""
    journal.mkdir()
    steps = [_Step(path, None, None) for path, content in wanted.items() if content is None]
    for number, (path, content) in enumerate(wanted.items()):
        if content is None:
            continue
        staged = journal / str(number)
        _write_synced(staged, content)
        target = root / path
        if target.exists():
            staged.chmod(target.stat().st_mode & 0o777)
        steps.append(_Step(path, staged.name, hashlib.sha256(content).hexdigest()))
    return steps


def _commit(journal: Path, steps: list[_Step]) -> None:
    files = [{"path": step.path, "staged": step.staged, "sha256": step.sha256} for step in steps]
    text = json.dumps({"version": 1, "files": files}, indent=1)
    _write_synced(journal / "manifest.new", text.encode("ascii"))
    _sync_folder(journal)
    os.replace(journal / "manifest.new", journal / _MANIFEST)
    _sync_folder(journal)


def _roll_forward(root: Path, journal: Path, steps: list[_Step]) -> int:
    """Do every step not yet done, then drop the journal; gives how many were done. Safe to repeat."""
    pending = [step for step in steps if _pending(root, journal, step)]
    folders: set[PurePosixPath] = set()
    try:
        for step in pending:
            target = _target(root, step.path)
            if step.staged is None:
                target.unlink(missing_ok=True)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(journal / step.staged, target)
            folders.update(PurePosixPath(step.path).parents)
        for folder in sorted(folders):
            if (root / folder).is_dir():
                _sync_folder(root / folder)
        (journal / _MANIFEST).unlink()
        shutil.rmtree(journal)
    except OSError as error:
        raise GongshiError(
            f"“{root}”里有文件正被占用或没有写权限（{reason(error)}），新内容已存好但未全部写到位，"
            "请关闭 Excel 等打开着的程序后再运行一次 gongshi 命令，会自动补齐。"
        ) from None
    return len(pending)


def _pending(root: Path, journal: Path, step: _Step) -> bool:
    """A staged file that is gone has been renamed already; a damaged one must not overwrite anything."""
    target = _target(root, step.path)
    if step.staged is None:
        return target.is_file()
    staged = journal / step.staged
    if not staged.exists():
        return False
    if hashlib.sha256(staged.read_bytes()).hexdigest() != step.sha256:
        raise GongshiError(
            f"上次写“{shown(step.path)}”时存下的内容已损坏，没有覆盖任何文件，"
            f"请核对该文件后删除 {JOURNAL} 文件夹并重做。"
        )
    return True


def _recover(root: Path) -> str | None:
    """The journal is emptied of all else before the manifest goes: an empty one is a finished one."""
    journal = inside(root, JOURNAL)
    if not journal.exists():
        return None
    if Git(root).exists() and Git(root).run("ls-files", "--", f":(icase){PRIVATE}"):
        raise GongshiError(
            f"这个仓库的提交里带着 {PRIVATE} 文件夹，它只该由本机的程序写，里面的内容一概不用："
            f"请核对是谁提交的，运行 git rm -r --cached {PRIVATE} 并删去这个文件夹。"
        )
    if not (journal / _MANIFEST).exists():
        left = any(journal.iterdir())
        shutil.rmtree(journal)
        return "上次写入中途停止，文件都没有改动，已清理留下的半成品。" if left else None
    steps = _read_manifest(journal / _MANIFEST)
    done = _roll_forward(root, journal, steps)
    return f"上次写入中途停止，已补齐余下的 {done} 个文件（共 {len(steps)} 个）。" if done else None


def _read_manifest(manifest: Path) -> list[_Step]:
    try:
        files = json.loads(manifest.read_bytes())["files"]
        steps = [_Step(entry["path"], entry["staged"], entry["sha256"]) for entry in files]
    except (ValueError, KeyError, TypeError):
        steps = None
    if steps is None or any(step.staged is not None and not step.staged.isdecimal() for step in steps):
        raise GongshiError(
            f"写入日志“{JOURNAL}/{_MANIFEST}”已损坏，请核对最近改动的文件后删除 {JOURNAL} 文件夹再重试。"
        )
    return steps


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    """The lock belongs to an open file, so that it goes with the process however that ends."""
    folder = inside(root, PRIVATE)
    lock = inside(root, f"{PRIVATE}/lock")
    try:
        folder.mkdir(exist_ok=True)
        if not (folder / ".gitignore").exists():
            (folder / ".gitignore").write_bytes(b"*\n")
        handle = lock.open("ab")
    except OSError as error:
        raise GongshiError(f"“{root}”不能写入（{reason(error)}），请检查文件夹是否存在、是否有写权限。") from None
    with handle:
        deadline = time.monotonic() + _PATIENCE
        while not try_lock(handle.fileno()):
            if time.monotonic() > deadline:
                raise GongshiError(f"另一个 gongshi 命令正在写“{root}”，请等它结束后重试。")
            time.sleep(0.02)
        yield


def try_lock(descriptor: int) -> bool:
    """Whether the open file is this process's own now, until it is closed."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _write_synced(place: Path, content: bytes) -> None:
    with place.open("xb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open a folder
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
