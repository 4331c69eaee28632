"""A change of rules, judged by the rules before it too: what only the new ones let through, and which of them are looser."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gongshi.changes import phrases
from gongshi.changes.schemas import schema_changes, setting_changes
from gongshi.changes.tables import DESCRIPTORS, descriptor_of
from gongshi.checks.showing import told
from gongshi.model import SEVERITIES, Finding, Severity
from gongshi.repository import Tree, differing

RULES = (*DESCRIPTORS, "policies/")
_ORDER = (Severity.ERROR, Severity.WARNING, Severity.NOTICE)


@dataclass(frozen=True, slots=True)
class Ruled:
    """The records of one Tree under the schemas and policies of another."""

    records: Tree
    rules: Tree

    @property
    def label(self) -> str:
        return self.records.label

    def _of(self, path: str) -> Tree:
        return self.rules if path.startswith(RULES) else self.records

    def paths(self, prefix: str = "") -> tuple[str, ...]:
        own = (path for path in self.records.paths(prefix) if not path.startswith(RULES))
        return tuple(sorted([*own, *(path for path in self.rules.paths(prefix) if path.startswith(RULES))]))

    def links(self) -> tuple[str, ...]:
        return self.records.links()

    def target(self, path: str) -> bytes | None:
        return self._of(path).target(path)

    def exists(self, path: str) -> bool:
        return self._of(path).exists(path)

    def read(self, path: str) -> bytes:
        return self._of(path).read(path)

    def file(self, path: str) -> Path | None:
        return self._of(path).file(path)


def rules_differ(before: Tree, after: Tree) -> bool:
    """Whether anything that judges records is another."""
    return any(path.startswith(RULES) for path in differing(before, after))


def let_through(old: Sequence[Finding], found: Sequence[Finding], earlier: Sequence[Finding]) -> list[Finding]:
    """Of the findings by the ``old`` rules those that the new rules do not make, or make less of, and that are new.

    ``found`` are the new rules', ``earlier`` what the old rules say of the records before. Only what concerns a record or
    a rule: that a file's header is another follows from a new schema.
    """
    now = {finding.identity: finding.severity for finding in found}
    known = {finding.identity for finding in earlier}
    return [
        finding
        for finding in old
        if (finding.key or finding.rule)
        and finding.severity is not Severity.NOTICE
        and finding.identity not in known
        and _ORDER.index(now.get(finding.identity, Severity.NOTICE)) > _ORDER.index(finding.severity)
    ]


def as_warning(finding: Finding) -> Finding:
    """What only new rules let through, as a warning of its own kind."""
    said = f"按原来的规则是{SEVERITIES[finding.severity]}，这次改了规则才放行：{told(finding).message}；请县级审核决定"
    return Finding(
        "let-through", Severity.WARNING, said, finding.path, finding.line, finding.resource, finding.field, finding.key
    )


def loosened(before: Tree, after: Tree) -> Iterator[Finding]:
    """A warning for each field that became more public and each rule that lets more through, whether a record shows it or not."""
    descriptors = descriptor_of(before), descriptor_of(after)
    for change in schema_changes(*descriptors):
        if phrases.opens(change):
            described = descriptors[1].resources.get(change.resource)
            message = f"{phrases.schema_sentence(change)}；确需公开的，请县级审核同意"
            yield Finding(
                "opened",
                Severity.WARNING,
                message,
                described.schema.path if described else "",
                0,
                change.resource,
                change.field,
            )
    for setting in setting_changes(before, after, differing(before, after)):
        if phrases.loosens(setting):
            message = f"规则放宽了：{phrases.setting_sentence(setting)}；确需放宽的，请县级审核同意"
            yield Finding("loosened", Severity.WARNING, message, setting.path, 0, "", setting.place)
