"""Moving the branch checked out to a later commit: files, index and branch all or none, however a command ends.

Git's own merge writes file by file, and who kills it finds half of them and a lock that stops every later command.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from gongshi.model import GongshiError
from gongshi.repository import writing
from gongshi.repository.cache import private_folder
from gongshi.repository.git import Git
from gongshi.repository.writing import Changes, writer

_MOVING, _SENDING = "moving", "sending"  # in .git/gongshi
_FILES = {"100644": 0o644, "100755": 0o755}
Listing = Mapping[str, tuple[str, str]]


def move(root: Path, new: str, write: Callable[[Changes], object]) -> None:
    """Bring branch, index and files from HEAD to ``new``, which has HEAD in its history; ``write`` is the ledger's writer.
    Files that differ between the two must be as HEAD has them."""
    git = Git(root)
    old = git.commit("HEAD")
    before, after = git.ls_tree(old), git.ls_tree(new)
    changed = _changed(before, after)
    plain = all(listing[path][0] in _FILES for listing in (before, after) for path in changed & listing.keys())
    if git.top() != Path(os.path.realpath(root)) or not plain:
        git.run("merge", "-q", "--ff-only", new)  # links, submodules, or a ledger that is a part of something else
        return
    mark = private_folder(git) / _MOVING
    mark.parent.mkdir(exist_ok=True)
    aside = mark.with_suffix(".new")
    aside.write_text(f"{old} {new}\n", encoding="ascii")
    os.replace(aside, mark)
    try:
        _go_on(git, old, new, write)
    except GongshiError:
        if git.head() == old and not os.path.lexists(Path(root) / writing.JOURNAL) and not _begun(git, before, after):
            mark.unlink()  # nothing was written, and may never be
        raise
    mark.unlink()


def _begun(git: Git, before: Listing, after: Listing) -> bool:
    """Whether a file is no longer as the older commit has it."""
    changed = sorted(_changed(before, after))
    contents = dict(git.blobs(sorted({before[path][1] for path in changed if path in before})))
    return any(not _holds(git.root / path, contents[before[path][1]] if path in before else None) for path in changed)


@contextmanager
def sending(root: Path) -> Iterator[None]:
    """While Git is told to change things: who dies in here leaves locks of Git's, which ``recover`` then takes away."""
    folder = private_folder(Git(root))
    folder.mkdir(exist_ok=True)
    with (folder / _SENDING).open("ab") as mark:
        if not writing.try_lock(mark.fileno()):
            raise GongshiError("另一个 gongshi propose 还没有做完，请等它结束再送审。")
        mark.write(b"1")
        mark.flush()
        try:
            yield
        finally:
            mark.truncate(0)


def recover(root: Path) -> str | None:
    """Every command's first act: settle what a killed command left; says what was done, None if nothing."""
    told = writing.recover(root)
    if not any((folder / ".git").exists() for folder in (Path(root), *Path(root).resolve().parents)):
        return told
    git = Git(root)
    folder = private_folder(git) if git.exists() else None
    if folder and _died(folder):
        _unlock(folder)
    if folder and (folder / _MOVING).exists():
        with writer(root) as write:
            old, new = (folder / _MOVING).read_text(encoding="ascii").split()
            _go_on(git, old, new, write)
            (folder / _MOVING).unlink()
        return "上次并入最新的记录时中途停止，已补齐。"
    return told


def _go_on(git: Git, old: str, new: str, write: Callable[[Changes], object]) -> None:
    """Safe to repeat. A file that is as neither has it was changed since, and stays."""
    if git.head() not in (old, new):
        return
    before, after = git.ls_tree(old), git.ls_tree(new)
    changed = sorted(_changed(before, after))
    names = {listing[path][1] for listing in (before, after) for path in changed if path in listing}
    contents = dict(git.blobs(sorted(names)))
    changes: dict[str, bytes | None] = {}
    for path in changed:
        was, wanted = (contents[listing[path][1]] if path in listing else None for listing in (before, after))
        if _holds(git.root / path, was):
            changes[path] = wanted
    write(changes)
    for path in changed:
        if path in after and _holds(git.root / path, contents[after[path][1]]):
            (git.root / path).chmod(_FILES[after[path][0]])
    gone = ("0", "0" * len(new))
    entries = (f"{mode} {name}\t{path}\0" for path in changed for mode, name in [after.get(path, gone)])
    git.run("update-index", "-z", "--index-info", input="".join(entries).encode("utf-8", "surrogateescape"))
    git.run("update-ref", "-m", "gongshi propose", "HEAD", new)


def _holds(place: Path, wanted: bytes | None) -> bool:
    """Whether the file on disk is what Git stores, perhaps with other ends of lines; None: whether there is none."""
    try:
        data = place.read_bytes()
    except OSError:
        return wanted is None
    return wanted is not None and (data == wanted or data.replace(b"\r\n", b"\n") == wanted)


def _changed(before: Listing, after: Listing) -> set[str]:
    return {path for path in {*before, *after} if before.get(path) != after.get(path)}


def _died(folder: Path) -> bool:
    """Whether somebody began to send, did not end, and is no more."""
    with suppress(OSError), (folder / _SENDING).open("ab") as mark:
        return mark.tell() > 0 and writing.try_lock(mark.fileno())
    return False


def _unlock(folder: Path) -> None:
    """Take away the locks that Git made since the sending began."""
    since = (folder / _SENDING).stat().st_mtime
    home = folder.parent
    for place in (*home.glob("*.lock"), *home.glob("refs/**/*.lock"), *home.glob("worktrees/*/*.lock")):
        if place.stat().st_mtime >= since - 2:  # some file systems count in steps of two seconds
            place.unlink(missing_ok=True)
    (folder / _SENDING).write_bytes(b"")
