"""The checks room: schema proof and report, references, identities inside a record, the guard. Door for frictionless."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from gongshi.checks.agreeing import check_derived
from gongshi.checks.aliases import check_aliases
from gongshi.checks.canonical import check_documents, check_order
from gongshi.checks.free_text import check_free_text, check_prose, check_titles
from gongshi.checks.guard import NameSet, scan, scan_path, scan_text
from gongshi.checks.guard_files import FileRules, link_finding, reading
from gongshi.checks.identities import IDENTITIES, Identity, check_identity, check_sizes
from gongshi.checks.layout import check_layout
from gongshi.checks.placeholders import check_placeholders
from gongshi.checks.proof import Proofs, prove
from gongshi.checks.proofs_kept import check_proofs
from gongshi.checks.references import check_foreign_key, check_primary_keys
from gongshi.checks.report import report_doubts, report_everything, report_ragged
from gongshi.model import Finding, Progress, Severity
from gongshi.package import ComputeError, Database, QueryError
from gongshi.repository import Tree


def check_records(
    database: Database,
    engine: str = "duckdb",
    progress: Progress = lambda _: None,
    proofs: Proofs | None = None,
) -> list[Finding]:
    """Everything that is wrong with the records of a Database, policies apart, in order of place.

    ``engine`` "frictionless" does the schema part by Frictionless alone, "duckdb" by proof first, but for files that
    ``proofs`` holds already.
    """
    descriptor = database.descriptor
    findings = [*descriptor.problems, *database.findings, *check_layout(database.tree, descriptor)]
    for resource in descriptor.resources.values():
        progress(f"检查{resource.title}")
        findings.extend(report_ragged(database, resource))
        if not database.loaded[resource.name].rows:
            continue
        if engine == "frictionless":
            findings.extend(report_everything(database, resource))
        elif doubts := prove(database, resource, proofs=proofs):
            findings.extend(report_doubts(database, resource, doubts))
        findings.extend(check_order(database, resource))
        findings.extend(check_primary_keys(database, resource))
    findings.extend(check_documents(database))
    findings.extend(check_titles(database))
    findings.extend(check_placeholders(database))
    findings.extend(check_proofs(database))
    findings.extend(check_aliases(database))
    progress("核对编号")
    for key in descriptor.foreign_keys:
        if database.loaded[key.resource].rows:
            findings.extend(check_foreign_key(database, key))
    progress("核对数字")
    for identity in IDENTITIES:
        findings.extend(_identity(database, identity))
    findings.extend(check_derived(database))
    return sorted(findings, key=lambda finding: finding.order)


def _identity(database: Database, identity: Identity) -> list[Finding]:
    """An identity over a ledger that lacks a table says nothing; one that lacks a field says that it cannot run."""
    try:
        return check_identity(database, identity)
    except ComputeError:
        return check_sizes(database, identity)
    except QueryError as error:
        if error.missing_table:
            return []
        path = database.descriptor.resources[identity.resource].schema.path
        message = f"核对“{identity.code}”用到的字段不在数据字典里，请恢复字段（{identity.message}）"
        return [Finding("descriptor", Severity.ERROR, message, path, 1, identity.resource, identity.field)]


def check_public(database: Database) -> list[Finding]:
    """Names, by their shape, in texts that anybody may read: like what the guard finds, never an old sin."""
    return [*check_free_text(database), *check_prose(database.tree)]


def check_guard(
    tree: Tree, paths: Iterable[str] | None = None, names: NameSet | None = None, own: str = ""
) -> list[Finding]:
    """The guard over every file of ``tree``: contents, file names, which files they are, links and where they lead.

    ``own`` is this very program's wheel, byte for byte, "" if there is none: it need not be looked at. ``names`` are those that a key opened. Whether a waiver of a file is past, ``check_file_waivers`` tells.
    """
    wanted = [path for path in tree.paths() if path != own] if paths is None else paths
    rules = FileRules(reading(tree.read, tree.exists))
    findings: list[Finding] = []
    for link in tree.links() if paths is None else ():
        findings.extend(scan_link(link, tree.target(link), names))

    def read(path: str) -> bytes:
        data = tree.read(path)
        findings.extend(scan_kind(rules, path, data, names))
        return data

    found = scan(((path, partial(read, path)) for path in wanted), names)
    return [*findings, *found]


def scan_kind(rules: FileRules, path: str, data: bytes, names: NameSet | None = None) -> list[Finding]:
    """What is wrong with such a file being there; a path that holds something personal is masked."""
    found = rules.finding(path, data)
    return [replace(found, path=next((one.path for one in scan_path(path, names)), path))] if found else []


def scan_link(path: str, target: bytes | None, names: NameSet | None = None) -> list[Finding]:
    """What is personal in the name of a symbolic link and in what it names; None for that is a submodule."""
    named = scan_path(path, names)
    shown = named[0].path if named else path
    found = link_finding(shown, target is None)
    return [*([found] if found else ()), *named, *scan_text(shown, target or b"", names)]
