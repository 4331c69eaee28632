"""What the checks and the policies say of a Tree, with what earlier runs found out about the very same contents.

Four things are kept in the clone's cache. Proofs: which files were proven under which schema. Answers: what each check and each
rule said, by a digest of the tables that it reads. Verdicts: the findings on a commit, by the names of all contents that they
depend on, engine and day. Figures: what the rules of a pull request ask of the commit it is compared with, by the same and by
those rules. All only spare work: see ``Cache``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gongshi.model import Finding, Progress, Severity
from gongshi.repository import Cache, Known, RevisionTree, Tree, digest

if TYPE_CHECKING:
    from gongshi.checks.proof import Proofs
    from gongshi.package import Database, Descriptor, Recall
    from gongshi.package.columns import Remembered
    from gongshi.policy import Figures, Policies, Verdict

JUDGED = ("records/", "policies/")
DESCRIPTORS = ("records/schemas/", "records/datapackage.yaml", "records/documents.yaml")
PROOFS = 20_000  # digests kept, 1.3 MB
WHOLE = 600_000  # bytes of a table: a longer one is compared as a whole by who looks once, to digest its columns takes too long


@dataclass(frozen=True, slots=True)
class Judge:
    """One way of judging, over several Trees; made by ``judging``."""

    cache: Cache
    proofs: Proofs
    known: Known
    held: Remembered
    show: Progress
    engine: str

    def database(
        self, database: Database, when: date, last: Figures | None = None, kept: Recall | None = None
    ) -> list[Finding]:
        """The findings on a Database; ``last`` is what some rules compare it with."""
        from gongshi.checks import check_records
        from gongshi.package.fieldlines import at_fields
        from gongshi.package.recall import Recall

        kept = kept or Recall(self.known, database)
        found = check_records(database, self.engine, self.show, self.proofs, kept)
        found += ruled(kept, when, self.show, last).findings
        kept.settle()
        return at_fields(database.tree, found)

    def revision(self, tree: RevisionTree, when: date) -> list[Finding]:
        """The findings on a commit, from the cache if they were asked for before."""
        from gongshi.package import load

        name = f"verdict-{self._question(tree, when)}"
        content = self.cache.get(name)
        if content is not None:
            return [_finding(item) for item in json.loads(content)]
        tree.prefetch(path for path in tree.paths() if path.startswith(JUDGED))
        with load(tree, ()) as database:
            found = self.database(database, when)
        self.cache.put(name, json.dumps([asdict(finding) for finding in found]).encode())
        return found

    def since(self, base: RevisionTree, database: Database, when: date, kept: Recall | None = None) -> list[Finding]:
        """The findings on a Database whose rules compare it with ``base``; those that ``base`` has too are notices.

        What may not vanish from the records, and what only changed rules let through, is told besides.
        """
        from gongshi.changes.keeping import vanished
        from gongshi.changes.rulings import as_warning, loosened

        found = self.database(database, when, self._figures(base, database, when), kept)
        known = {finding.identity for finding in self.revision(base, when)} if found else set()
        passed = map(as_warning, self.passed(base, database.tree, found, when))
        told = [_old(finding) if finding.identity in known else finding for finding in found]
        return [*told, *vanished(base, database.tree, when), *loosened(base, database.tree), *passed]

    def passed(self, base: RevisionTree, tree: Tree, found: list[Finding], when: date) -> list[Finding]:
        """What the rules of ``base`` say of the records of ``tree``, and ``found``, by its own rules, does not."""
        from gongshi.changes.rulings import RULES, Ruled, let_through, rules_differ
        from gongshi.package import load

        if not rules_differ(base, tree):
            return []
        base.prefetch(path for path in base.paths() if path.startswith(RULES))
        with load(Ruled(tree, base), ()) as old:
            return let_through(self.database(old, when), found, self.revision(base, when))

    def _figures(self, base: RevisionTree, database: Database, when: date) -> Figures:
        """What the rules of a Database ask of ``base``, from the cache if they asked before."""
        from gongshi.policy import load_policies

        rules = digest(database.tree, "policies/", *DESCRIPTORS)
        name = f"figures-{self._question(base, when, rules)}"
        content = self.cache.get(name)
        if content is not None:
            kept: Figures = json.loads(content)
            return kept
        found = _read_figures(load_policies(database.tree, database.descriptor), base, database.descriptor, when)
        self.cache.put(name, json.dumps(found).encode())
        return found

    def _question(self, tree: RevisionTree, when: date, *more: str) -> str:
        """A digest of all that the findings on a commit depend on, the program apart, and of what ``more`` there is."""
        names = [f"{name} {path}" for path, name in tree.names().items() if path.startswith(JUDGED)]
        whole = "\0".join((self.engine, when.isoformat(), *more, *tree.links(), *names))
        return hashlib.sha256(whole.encode("utf-8", "surrogateescape")).hexdigest()


def ruled(kept: Recall, when: date, show: Progress = lambda _: None, last: Figures | None = None) -> Verdict:
    """What the rules say of a Database on a day; worked out once for who checks it and who publishes it."""
    from gongshi.policy import judge

    if last is not None:
        return judge(kept.database, when, show, last, kept)
    return kept.once(("verdict", when), lambda: judge(kept.database, when, show, None, kept))


@contextmanager
def judging(root: Path, show: Progress, engine: str = "duckdb") -> Iterator[Judge]:
    """A Judge that knows the proofs of earlier runs; its own are kept with them, the latest used first."""
    from gongshi.checks.proof import Proofs
    from gongshi.package.columns import Remembered

    cache = Cache(root)
    proofs = Proofs((cache.get("proofs") or b"").decode("ascii").split())
    known = Known(json.loads(cache.get("answers") or b"{}"))
    held = Remembered.decode(cache.get("columns") or b"", WHOLE)
    before = held.close.keys() | held.answers.keys()
    yield Judge(cache, proofs, known, held, show, engine)
    if not held.close.keys() | held.answers.keys() <= before:
        cache.put("columns", held.encode())
    if not known.used.keys() <= known.earlier.keys():
        cache.put("answers", json.dumps(known.kept(), ensure_ascii=False).encode("utf-8", "surrogateescape"))
    if not proofs.used.keys() <= proofs.known.keys():
        names = [*{**proofs.used, **proofs.known}][:PROOFS]
        cache.put("proofs", "\n".join(names).encode("ascii"))


def _read_figures(policies: Policies, base: RevisionTree, descriptor: Descriptor, when: date) -> Figures:
    """What rules ask of ``base``, of which only that is read."""
    from gongshi.package import RECORDS, load, read_descriptor
    from gongshi.policy import asked, figures

    wanted = asked(policies, descriptor, when)
    if not wanted:
        return {}
    base.prefetch(path for path in base.paths(f"{RECORDS}/") if path.startswith(DESCRIPTORS))
    theirs = read_descriptor(base)
    csv = [resource for resource in theirs.csv_resources() if resource.name in wanted]
    paths = (f"{RECORDS}/{path}" for resource in csv for path in resource.paths)
    base.prefetch(path for path in paths if base.exists(path))
    with load(base, wanted & theirs.resources.keys(), theirs) as release:
        return figures(policies, descriptor, release, when)


def _old(finding: Finding) -> Finding:
    return replace(finding, severity=Severity.NOTICE, message=f"{finding.message}（原有问题）", standing=True)


def _finding(item: dict[str, Any]) -> Finding:
    return Finding(**{**item, "severity": Severity(item["severity"]), "key": tuple(item["key"])})
