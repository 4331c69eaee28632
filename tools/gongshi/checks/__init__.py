"""The checks room: schema proof and report, references, columns that follow, the guard. Door for frictionless."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import partial

from gongshi.checks.free_text import check_free_text, check_prose, prose_paths, public_texts
from gongshi.checks.guard import NameSet, scan, scan_path, scan_text
from gongshi.checks.guard_aside import Clean
from gongshi.checks.guard_files import FileRules, link_finding, reading
from gongshi.checks.layout import check_layout
from gongshi.checks.proof import Proofs
from gongshi.checks.units import check_reference, check_rows, read_documents, units
from gongshi.model import Finding, Progress
from gongshi.package import Database, Recall
from gongshi.repository import Tree


def check_records(
    database: Database,
    engine: str = "duckdb",
    progress: Progress = lambda _: None,
    proofs: Proofs | None = None,
    kept: Recall | None = None,
) -> list[Finding]:
    """Everything that is wrong with the records of a Database, policies apart, in order of place.

    ``engine`` "frictionless" does the schema part by Frictionless alone, "duckdb" by proof first, but for files that
    ``proofs`` holds already. ``kept``: what is known need not be found again, and tables that it came from not be read.
    """
    descriptor = database.descriptor
    findings = [*descriptor.problems, *check_layout(database.tree, descriptor)]
    for unit in units(descriptor, database.tree, engine, proofs):
        if unit.title:
            progress(unit.title)
        work = partial(unit.work, database)
        columns = unit.columns
        findings.extend(kept.findings(unit.name, unit.reads, work, unit.more, columns=columns) if kept else work())
    return sorted(findings, key=lambda finding: finding.order)


def check_tables(database: Database, tables: Collection[str]) -> list[Finding]:
    """What is wrong with the rows and the documents of some tables and with the references from them: what cannot be
    counted as it was meant."""
    found: list[Finding] = []
    for document in database.descriptor.documents:
        if {document.resource, *document.lists.values()} & {*tables}:
            found += read_documents(database, document)
    for name in tables:
        found += check_rows(database, database.descriptor.resources[name])
    for key in database.descriptor.foreign_keys:
        if key.resource in tables:
            found += check_reference(database, key)
    return found


def check_public(database: Database, kept: Recall | None = None) -> list[Finding]:
    """Names, by their shape, in texts that anybody may read: like what the guard finds, never an old sin."""
    found: list[Finding] = []
    for resource in database.descriptor.resources.values():
        if public_texts(resource):
            work = partial(check_free_text, database, resource)
            found.extend(kept.findings("free text", {resource.name}, work) if kept else work())
    prose = partial(check_prose, database.tree)
    if not kept:
        return [*found, *prose()]
    pages = (f"{path}\0{kept.digests.file(path)}" for path in prose_paths(database.tree))
    return [*found, *kept.findings("prose", (), prose, *pages)]


def check_guard(
    tree: Tree,
    paths: Iterable[str] | None = None,
    names: NameSet | None = None,
    own: str = "",
    clean: Clean | None = None,
) -> list[Finding]:
    """The guard over every file of ``tree``: contents, file names, which files they are, links and where they lead.

    ``own`` is this very program's wheel, byte for byte, "" if there is none: it need not be looked at. ``names`` are those that a key opened; without them, files that are known to
    be ``clean`` are looked at by name alone. Whether a waiver of a file is past, ``check_file_waivers`` tells.
    """
    wanted = [path for path in tree.paths() if path != own] if paths is None else paths
    rules = FileRules(reading(tree.read, tree.exists))
    findings: list[Finding] = []
    for link in tree.links() if paths is None else ():
        findings.extend(scan_link(link, tree.target(link), names))

    def read(path: str) -> bytes:
        data = tree.read(path)
        findings.extend(scan_kind(rules, path, data, names))
        return b"" if clean and not names and clean.knows(path, data) else data

    note = clean.note if clean and not names else None
    found = scan(((path, partial(read, path)) for path in wanted), names, note)
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
