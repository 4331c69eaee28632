"""The library: what the command line does, as values. ``gongshi.open(path)`` gives a Ledger.

Findings, Diffs and FieldVersions are the same values that the commands phrase; GongshiError says in one Chinese sentence what
cannot be done. Nothing is printed, and only ``build`` writes, in the folder that it is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from gongshi.model import Finding, GongshiError
from gongshi.repository import Git, RevisionTree, Tree, WorkTree, recover

if TYPE_CHECKING:
    from gongshi.changes.values import Diff, FieldVersion


@dataclass(frozen=True, slots=True)
class Ledger:
    """One county's repository; made by ``gongshi.open``."""

    root: Path

    def check(self, on: date | None = None, against: str = "") -> list[Finding]:
        """Everything that is wrong in the folder on a day, by default the county's own or today; with ``against``, a revision,
        what that had already is a notice."""
        from gongshi.library.examining import examine

        base = RevisionTree(Git(self.root), against) if against else None
        return examine(WorkTree(self.root), base, on, date.today()).findings

    def diff(self, base: str, head: str = "") -> Diff:
        """What changed in meaning between two revisions, or between one and the folder."""
        from gongshi.changes.diff import compare

        return compare(self._tree(base), self._tree(head))

    def history(self, resource: str, key: str, revision: str = "HEAD") -> Mapping[str, list[FieldVersion]]:
        """By field, every value that the record ``key`` (its parts joined by ``/``) ever had, oldest first."""
        from gongshi.changes.past import field_versions, history
        from gongshi.changes.rereading import read_versions

        with history(Git(self.root), revision) as past:
            names = [field.name for field in past.resource(resource).schema.fields]
            versions = read_versions(past, resource, tuple(key.split("/")))
            return {name: field_versions(versions, name) for name in names}

    def table(self, resource: str, at: str = "") -> list[dict[str, str]]:
        """The rows of a resource as text, "" for what is missing, in the folder or at a revision."""
        from gongshi.package import load, quoted, read_descriptor

        tree = self._tree(at)
        descriptor = read_descriptor(tree)
        if resource not in descriptor.resources:
            raise GongshiError(f"台账里没有“{resource[:40]}”这张表，可用的有：{'、'.join(descriptor.resources)}。")
        names = descriptor.resources[resource].schema.names
        with load(tree, [resource], descriptor) as database:
            rows = database.sql(f"SELECT {quoted(names)} FROM {database.text_of(resource)} ORDER BY rowid")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def view(self, name: str, on: date | None = None) -> list[dict[str, object]]:
        """The rows of a public view, as the site shows it; a figure that is withheld is a ``Withheld``."""
        from gongshi.disclosure import Disclosure
        from gongshi.package import county_day, load

        with load(WorkTree(self.root)) as database:
            views = Disclosure(database, on or county_day(database) or date.today())
            if name not in views.views:
                raise GongshiError(f"没有“{name[:40]}”这个公开的表，可用的有：{'、'.join(views.views)}。")
            columns = [column.name for column in views.columns(name)]
            return [dict(zip(columns, row, strict=True)) for row in views.rows(name)]

    def build(self, folder: Path | str, on: date | None = None, draft: bool = False) -> Path:
        """The public site in ``folder``, whole or not at all; with errors in the ledger (NotBuilt) only as a ``draft``."""
        from gongshi.library.building import building, refuse_errors, settle
        from gongshi.library.examining import examining

        place = Path(folder).absolute()
        settle(place)
        with examining(WorkTree(self.root), None, on, date.today()) as (seen, kept):
            if not draft:
                refuse_errors(seen.findings)
            with building(self.root, place, seen.when, kept, None, draft):
                return place

    def _tree(self, revision: str) -> Tree:
        return RevisionTree(Git(self.root), revision) if revision else WorkTree(self.root)


def ledger(path: Path | str = ".") -> Ledger:
    """The ledger in the folder ``path``. What a killed command left is settled; GongshiError if the folder holds no ledger, or
    pins another program than this."""
    from gongshi.founding.pin import judge_pin
    from gongshi.package.descriptor import PACKAGE_FILE

    root = Path(path).resolve()
    if not (root / PACKAGE_FILE).is_file():
        raise GongshiError(f"“{root}”里没有台账（{PACKAGE_FILE}），请写台账仓库的目录。")
    recover(root)
    judge_pin(WorkTree(root))
    return Ledger(root)
