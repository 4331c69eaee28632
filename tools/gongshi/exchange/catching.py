"""What others did comes here: the newest of the remote is fetched, and this clone's records go along where nothing stands in the way."""

from __future__ import annotations

from pathlib import Path

from gongshi.exchange.accepting import latest
from gongshi.exchange.remotes import fetch, place
from gongshi.model import GongshiError, Progress
from gongshi.repository import Git, move, sending, writer


def catch_up(root: Path, progress: Progress = lambda _: None) -> str:
    """Fetch, and bring the records to the newest main if all of this clone's own commits are in it; what is not committed stays as
    it is. Gives one sentence that says how things stand; GongshiError where the remote cannot be reached."""
    git = Git(root)
    with sending(root):
        progress("取最新的记录")
        where = place(git)
        if not where.remote:
            raise GongshiError(
                "这份台账没有连着县里的仓库，没有可取的；改好的存成一个文件带去县里：gongshi propose --bundle。"
            )
        fetch(git, where)
        new, old = latest(git, where), git.commit("HEAD")
        if old == new:
            return "本机的记录已经是最新的"
        if git.merge_base(old, new) == new:
            return "县里没有新的；这台电脑上送出去的还在等审"
        if git.merge_base(old, new) != old:
            return "县里有新的记录；这台电脑上送出去的还没有收下，下次送审时一起并进来"
        progress("换成最新的记录")
        with writer(root) as write:
            if _touched(git, old, new):
                return "县里有新的记录，和这台电脑上还没送审的改在同一个文件里；这里先不动，送审时一条一条并进来"
            move(root, new, write)
    return "本机的记录已经换成最新的"


def _touched(git: Git, old: str, new: str) -> set[bytes]:
    """The files that differ between two commits and are not here as the older one has them."""
    coming = set(git.run("diff", "--name-only", "--no-renames", "-z", old, new).split(b"\0")) - {b""}
    here = set(git.run("diff", "--name-only", "--no-renames", "-z", old).split(b"\0"))
    return coming & (here | set(git.run("ls-files", "-o", "-z").split(b"\0")))
