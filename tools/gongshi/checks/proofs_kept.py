"""Pictures that prove a notice, where they lie in the repository: each is the one that the record names, and none is nameless."""

from __future__ import annotations

import hashlib

from gongshi.checks.layout import proves
from gongshi.checks.notice_pack import notice_pack
from gongshi.model import Finding, Severity
from gongshi.package import RECORDS, Database, Descriptor, query
from gongshi.repository import Tree


def pictures(descriptor: Descriptor, tree: Tree) -> set[str]:
    """The paths of all pictures that lie beside a notice."""
    return {path for path in tree.paths(f"{RECORDS}/") if proves(descriptor, path)}


def check_proofs(database: Database) -> list[Finding]:
    """Findings on pictures that are missing, were exchanged, or belong to no record of a proof."""
    tree, descriptor = database.tree, database.descriptor
    there, about = pictures(descriptor, tree), notice_pack()
    if about.proofs not in descriptor.resources:
        return []
    rows = database.sql(query(about.proofs).sql)
    findings: list[Finding] = []
    named: set[str] = set()
    for row, notice, number, digest, kept in rows:
        path, line = database.locate(about.proofs, row)
        mine = [place for suffix in ("jpg", "png") if (place := f"{path[:-5]}-{number}.{suffix}") in there]
        named.update(mine if kept == about.inside else ())
        if kept != about.inside:
            continue
        found = [hashlib.sha256(tree.read(place)).hexdigest() for place in mine]
        if digest not in found:
            problem = "和登记的摘要不符，被换过或改过" if found else "不在公示文件旁边"
            message = f"第 {number} 张留证照片{problem}，请从历史里恢复原来的照片"
            key = (notice, str(number))
            findings.append(Finding("proof", Severity.ERROR, message, path, line, about.proofs, about.digest, key))
    for path in sorted(there - named):
        message = "这张照片没有登记在公示的留证里，请移走，用 gongshi notice proof 登记"
        findings.append(Finding("proof", Severity.ERROR, message, path))
    return findings
