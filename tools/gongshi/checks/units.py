"""What is looked for in the records, piece by piece: each piece says which tables it reads, and its findings follow from them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple

from gongshi.checks.agreeing import check_derived
from gongshi.checks.aliases import aliases, check_aliases
from gongshi.checks.canonical import check_documents, check_order
from gongshi.checks.following import check_following, following
from gongshi.checks.free_text import check_titles
from gongshi.checks.notice_pack import notice_pack
from gongshi.checks.outlines import PATH as OUTLINES
from gongshi.checks.outlines import check_outlines
from gongshi.checks.placeholders import check_placeholders
from gongshi.checks.proof import Proofs, prove
from gongshi.checks.proofs_kept import check_proofs, pictures
from gongshi.checks.references import check_foreign_key, check_primary_keys
from gongshi.checks.report import report_doubts, report_everything, report_ragged
from gongshi.model import Finding
from gongshi.package import (
    Database,
    Descriptor,
    Document,
    ForeignKey,
    LookedAt,
    Resource,
    derived_fields,
    joined,
    pattern_of,
)
from gongshi.package.subjects import subjects
from gongshi.repository import Tree


class Unit(NamedTuple):
    """One thing to look for; ``title`` is what it is called while that lasts, ``more`` what its findings follow from beside
    the tables, ``columns`` what of them, if that is known."""

    name: str
    reads: frozenset[str]
    work: Callable[[Database], Iterable[Finding]]
    title: str = ""
    more: str = ""
    columns: Callable[[], LookedAt] | None = None


def units(descriptor: Descriptor, tree: Tree, engine: str, proofs: Proofs | None) -> Iterator[Unit]:
    """Everything that is looked for, in the order in which findings at one place are told."""
    for document in descriptor.documents:
        names = there(descriptor, document.resource, *document.lists.values())
        yield Unit(f"document {document.name}", names, partial(read_documents, document=document))
    for resource in descriptor.resources.values():
        work = partial(check_rows, resource=resource, engine=engine, proofs=proofs)
        yield Unit(f"records {engine} {resource.name}", frozenset({resource.name}), work, f"逐行检查{resource.title}")
    notices = notice_pack()
    named = (place.resource for place in notices.names)
    yield Unit("titles", there(descriptor, notices.table, *named), check_titles)
    for resource in descriptor.resources.values():
        work = partial(check_placeholders, resource=resource)
        yield Unit(f"placeholders {resource.name}", frozenset({resource.name}), work)
    shown = (f"{path} {hashlib.sha256(tree.read(path)).hexdigest()}" for path in sorted(pictures(descriptor, tree)))
    yield Unit("proofs", there(descriptor, notices.proofs), check_proofs, more="\n".join(shown))
    places = subjects().place.table
    if tree.exists(OUTLINES):
        content = hashlib.sha256(tree.read(OUTLINES)).hexdigest()
        yield Unit("outlines", there(descriptor, places), check_outlines, more=content)
    yield Unit("other numbers", there(descriptor, aliases().table, places), check_aliases)
    for key in descriptor.foreign_keys:
        names = frozenset({key.resource, key.reference})
        columns = partial(_key_columns, descriptor, key)
        yield Unit("foreign key", names, partial(check_reference, key=key), "核对编号", repr(key), columns)
    for table in following():
        reads = there(descriptor, *table.reads)
        for one in table.checked:
            work = partial(check_following, about=table, one=one)
            yield Unit(f"following {one.code}", reads, work, "核对推出的数")
    for name in dict.fromkeys(resource.name for resource, _, _ in derived_fields(descriptor)):
        yield Unit(f"derived {name}", frozenset({name}), partial(check_derived, table=name))


def there(descriptor: Descriptor, *names: str) -> frozenset[str]:
    """Those of the tables that this county has."""
    return frozenset(descriptor.resources.keys() & set(names))


def read_documents(database: Database, document: Document) -> Iterator[Finding]:
    """What reading documents found wrong, and where they are not spelled canonically."""
    pattern = pattern_of(document)
    yield from (finding for finding in database.findings if pattern.fullmatch(finding.path))
    yield from check_documents(database, pattern)


def check_rows(
    database: Database, resource: Resource, engine: str = "duckdb", proofs: Proofs | None = None
) -> Iterator[Finding]:
    """What is wrong with the rows of one table: bytes, schema, order, keys."""
    if resource.is_csv:
        yield from (finding for finding in database.findings if finding.resource == resource.name)
    yield from report_ragged(database, resource)
    if not database.loaded[resource.name].rows:
        return
    if engine == "frictionless":
        yield from report_everything(database, resource)
    elif doubts := prove(database, resource, proofs=proofs):
        yield from report_doubts(database, resource, doubts)
    yield from check_order(database, resource)
    yield from check_primary_keys(database, resource)


def _key_columns(descriptor: Descriptor, key: ForeignKey) -> LookedAt:
    """What a reference looks at, and what names the row that is told."""
    named = descriptor.resources[key.resource].schema.primary_key
    return joined({key.resource: frozenset((*key.fields, *named))}, {key.reference: frozenset(key.reference_fields)})


def check_reference(database: Database, key: ForeignKey) -> list[Finding]:
    """Rows of one table that refer to none of another."""
    return check_foreign_key(database, key) if database.loaded[key.resource].rows else []
