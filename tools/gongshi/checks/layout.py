"""Layout: every file below ``records/`` is one that a descriptor names, and none is a link."""

from __future__ import annotations

import re

from gongshi.checks.notice_pack import notice_pack
from gongshi.model import Finding, Severity
from gongshi.package import RECORDS, Descriptor, document_of
from gongshi.repository import Tree

ALLOWED = re.compile(
    rf"{RECORDS}/(?:README\.md|datapackage\.yaml|documents\.yaml|schemas/[a-z0-9-]+\.yaml|mappings/[\w.-]+\.yaml"
    r"|keys/[A-Za-z0-9._/-]+|county/places\.geojson)"
)
PICTURE = re.compile(r"(.*/G[0-9]{4}-[0-9]{5})-[1-9][0-9]?\.(?:jpg|png)", re.DOTALL)  # beside the notice it proves
TOWNSHIP = re.compile(rf"{RECORDS}/townships/([^/]+)/")


def check_layout(tree: Tree, descriptor: Descriptor) -> list[Finding]:
    """Findings on files that nothing reads, folders that are no township, and symbolic links."""
    townships = {match[1] for path in descriptor.owners if (match := TOWNSHIP.match(path))}
    findings = [
        Finding("link", Severity.ERROR, "符号链接不读取，请换成真正的文件", path)
        for path in tree.links()
        if path.startswith(f"{RECORDS}/") or path == RECORDS
    ]
    strange: set[str] = set()
    for path in tree.paths(f"{RECORDS}/"):
        if path in descriptor.owners or ALLOWED.fullmatch(path):
            continue
        match = TOWNSHIP.match(path)
        if match and match[1] not in townships:
            if match[1] not in strange:
                strange.add(match[1])
                message = "这个目录不是数据包里的乡镇，请改目录名，或在 datapackage.yaml 补上它的文件"
                findings.append(Finding("layout", Severity.ERROR, message, f"{RECORDS}/townships/{match[1]}"))
        elif not document_of(descriptor, path) and not proves(descriptor, path):
            message = "这个文件不在数据包里，不会被读取：请移走，或在 datapackage.yaml 补上它"
            findings.append(Finding("layout", Severity.ERROR, message, path))
    return findings


def proves(descriptor: Descriptor, path: str) -> str:
    """The path of the notice beside which a picture lies, "" for any other file."""
    match = PICTURE.fullmatch(path)
    notice = f"{match[1]}.yaml" if match else ""
    document = document_of(descriptor, notice) if notice else None
    return notice if document and document.resource == notice_pack().table else ""
