"""A verb done: understood, put into a Book under the lock, checked, written whole, and kept so that it can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from gongshi.exchange.opened import opened_names, refuse_names
from gongshi.package import read_descriptor
from gongshi.repository import WorkTree, write_kept, writer
from gongshi.sealing import Identity
from gongshi.verbs.asking import Verb, understood
from gongshi.verbs.book import Book, Wrong


class Done(NamedTuple):
    """What a verb did in one sentence, and the files it wrote (or would, on trial)."""

    told: str
    paths: tuple[str, ...]


def do(
    root: Path,
    verb: Verb,
    values: Mapping[str, str],
    today: date,
    identity: Identity | None = None,
    trial: bool = False,
) -> Done:
    """Do a verb with what was given for each ask. Wrong, with nothing written, for whatever is not right."""
    with writer(root) as write:
        tree = WorkTree(root)
        said = understood(verb, values, read_descriptor(tree), today)
        book = Book(tree, verb.resources, today)
        told = verb.act(book, said)
        files = book.files({ask.field.split(".")[1]: ask.name for ask in verb.asks})
        refuse_names(files, opened_names(tree, identity))
        if trial:
            return Done(told, tuple(sorted(files)))
        return Done(told, write_kept(root, write, told, datetime.now().isoformat(" ", "minutes"), files))


__all__ = ["Done", "Wrong", "do"]
