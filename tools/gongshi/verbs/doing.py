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
    """What a verb did in one sentence, the files it wrote (or would, on trial), and the record that it is about: one that stands
    for itself, as a case, a project or a notice, None where there is none."""

    told: str
    paths: tuple[str, ...]
    record: tuple[str, str] | None = None


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
        when = datetime.now().isoformat(" ", "minutes")
        return Done(told, write_kept(root, write, told, when, files), _about(book, verb, said))


def _about(book: Book, verb: Verb, said: Mapping[str, str]) -> tuple[str, str] | None:
    """The case, project, notice, … that it is about: the one that was asked for, else the one that was made."""
    for ask in verb.asks:
        resource = book.descriptor.resources.get(ask.field.split(".")[0])
        keys = resource.schema.primary_key if resource else ()
        if resource and not ask.many and said.get(ask.name) and keys == (ask.field.split(".")[1],):
            return resource.name, said[ask.name]
    made = [(name, key) for name, key in book.touched if len(key) == 1 and name == verb.asks[0].field.split(".")[0]]
    return (made[0][0], made[0][1][0]) if made else None


__all__ = ["Done", "Wrong", "do"]
