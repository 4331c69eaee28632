"""What the standard allows passes; a setting that the program would not honour is refused, with what to write instead."""

from __future__ import annotations

import hashlib

import pytest

from gongshi.checks import check_records
from gongshi.model import Severity
from gongshi.package import load, read_descriptor
from support import DictTree

FIELD = "  - {name: %s, title: 甲, type: %s, description: 乙, disclosure: public, source: 丙%s}\n"
KEY = FIELD % ("a", "string", ", constraints: {required: true}")
CSV = b"a,b\n1,2\n"


def tree(
    package: str = "", resource: str = "", schema: str = "", field: str = "", kind: str = "string", csv: bytes = CSV
):
    """A package of one table, with more said of the package, its resource, its schema and its second field."""
    files = {
        "records/datapackage.yaml": f"name: x\ntitle: x\n{package}resources:\n"
        f"  - {{name: t, title: t, path: t.csv, schema: schemas/t.yaml{resource}}}\n",
        "records/schemas/t.yaml": f"fields:\n{KEY}{FIELD % ('b', kind, field)}{schema or 'primaryKey: [a]'}\n",
        "records/documents.yaml": "documents: []\n",
    }
    return DictTree({path: text.encode() for path, text in files.items()} | {"records/t.csv": csv})


def told(**said: str) -> list[str]:
    return [problem.message for problem in read_descriptor(tree(**said)).problems]


METADATA = (
    {"package": "$schema: https://datapackage.org/profiles/2.0/datapackage.json\nid: x\nversion: 1.0.0\nkeywords: [a]\n"
     "homepage: https://example.org\ncreated: 2020-01-01\ncontributors: [{title: 县}]\nsources: [{title: 县}]\n"},
    {"package": "profile: tabular-data-package\n"},
    {"resource": ", format: csv, encoding: UTF-8, mediatype: text/csv, type: table, profile: tabular-data-resource"},
    {"resource": f", bytes: {len(CSV)}, hash: 'sha256:{hashlib.sha256(CSV).hexdigest()}'"},
    {"resource": f", hash: {hashlib.md5(CSV, usedforsecurity=False).hexdigest()}"},
    {"field": ", example: x, rdfType: 'https://schema.org/name', format: default"},
    {"schema": "primaryKey: a\nmissingValues: ['']\nfieldsMatch: exact"},
    {"kind": "number", "field": ", constraints: {minimum: 1, maximum: 1.0}"},
    {"field": ", constraints: {enum: 甲}"},
)  # fmt: skip


@pytest.mark.parametrize("said", METADATA)
def test_what_the_standard_allows_passes(said):
    assert told(**said) == []


REFUSED = (
    ({"resource": ", encoding: gbk"}, "encoding 只能是 utf-8"),
    ({"resource": ", encoding: utf-8-sig"}, "encoding 只能是 utf-8"),
    ({"resource": ", format: xlsx"}, "format 只能是 csv"),
    ({"resource": ", format: tsv"}, "format 只能是 csv"),
    ({"resource": ", mediatype: application/json"}, "mediatype 只能是 text/csv"),
    ({"resource": ", profile: fiscal-data-resource"}, "profile 只能是"),
    ({"resource": ", type: chart"}, "type 只能是 table"),
    ({"resource": ", bytes: 9"}, "文件有 8 字节"),
    ({"resource": ", hash: 0123"}, "和文件内容不符"),
    ({"resource": ", hash: 'crc32:0123'"}, "hash 的算法只能是"),
    ({"resource": ", dialect: {delimiter: ';'}"}, "不认识的属性"),
    ({"package": "profile: fiscal-data-package\n"}, "profile 只能是"),
    ({"schema": "primaryKey: [a]\nmissingValues: ['', '-']"}, "missingValues 只能是"),
    ({"schema": "primaryKey: [a]\nmissingValues: ['-']"}, "missingValues 只能是"),
    ({"schema": "primaryKey: [a]\nfieldsMatch: subset"}, "fieldsMatch 只能是"),
    ({"schema": "primaryKey: [a, a]"}, "写了两次"),
    ({"field": ", format: email"}, "format 只能是 default"),
    ({"field": ", trueValues: [是]"}, "只用于 boolean"),
    ({"kind": "boolean", "field": ", trueValues: [是, 有], falseValues: [否, 有]"}, "都有“有”"),
    ({"kind": "boolean", "field": ", trueValues: 是, falseValues: 是"}, "都有“是”"),
    ({"kind": "integer", "field": ", constraints: {minimum: 9, maximum: 1}"}, "minimum 9 大于 maximum 1"),
    ({"kind": "number", "field": ", constraints: {minimum: 0.5, maximum: -1}"}, "大于"),
    ({"field": ", constraints: {minLength: 5, maxLength: 4}"}, "minLength 5 大于 maxLength 4"),
    ({"field": ", constraints: {minLength: 1.5}"}, "非负整数"),
    ({"field": ", constraints: {maxLength: -1}"}, "非负整数"),
    ({"field": ", constraints: {enum: []}"}, "enum 是空的"),
    ({"field": ", constraints: {enum: [甲, 乙, 甲]}"}, "重复的值"),
)  # fmt: skip


@pytest.mark.parametrize(("said", "words"), REFUSED)
def test_what_would_not_be_honoured_is_refused(said, words):
    assert any(words in message for message in told(**said)), told(**said)


def findings(files: DictTree, engine: str) -> list[tuple[str, str, int, str]]:
    with load(files) as database:
        found = check_records(database, engine)
    return [(one.code, one.path, one.line, one.message) for one in found if one.severity is Severity.ERROR]


@pytest.mark.parametrize("engine", ["duckdb", "frictionless"])
def test_a_key_is_never_empty_even_if_the_schema_forgets_to_say_so(engine):
    files = tree(csv=b"a,b\n,2\n1,2\n")
    path = "records/schemas/t.yaml"
    files.files[path] = files.files[path].replace(b", constraints: {required: true}", b"")
    assert [one.severity for one in read_descriptor(files).problems] == [Severity.WARNING]
    assert [found[:3] for found in findings(files, engine)] == [("constraint-error", "records/t.csv", 2)]


@pytest.mark.parametrize("engine", ["duckdb", "frictionless"])
@pytest.mark.parametrize(("csv", "line"), [(b"a\n\n1\n", 2), (b"a\n1\n\n2\n", 3), (b"a\n1\n\n", 3)])
def test_a_blank_line_of_one_column_is_no_row(engine, csv, line):
    files = tree(csv=csv)
    files.files["records/schemas/t.yaml"] = f"fields:\n{KEY}primaryKey: [a]\n".encode()
    assert [found[:3] for found in findings(files, engine)] == [("blank-row", "records/t.csv", line)]


def two_tables(types: str = "string", rows: bytes = b"") -> DictTree:
    """A table t with a reference of two fields into u."""
    files = tree(resource="}\n  - {name: u, title: u, path: u.csv, schema: schemas/u.yaml")
    more = FIELD % ("c", types, "") + FIELD % ("d", "string", "")
    keys = "foreignKeys:\n  - {fields: [c, d], reference: {resource: u, fields: [x, z]}}\n"
    there = "".join(FIELD % (name, "string", ", constraints: {required: true}") for name in "xz")
    files.files["records/schemas/t.yaml"] = f"fields:\n{KEY}{more}primaryKey: [a]\n{keys}".encode()
    files.files["records/schemas/u.yaml"] = f"fields:\n{there}primaryKey: [x, z]\n".encode()
    files.files["records/t.csv"], files.files["records/u.csv"] = b"a,c,d\n" + rows, b"x,z\n1,2\n"
    return files


@pytest.mark.parametrize("engine", ["duckdb", "frictionless"])
def test_a_reference_of_two_fields_is_filled_whole_or_not_at_all(engine):
    files = two_tables(rows=b"1,1,2\n2,,\n3,1,\n4,,2\n5,2,2\n")
    found = findings(files, engine)
    assert [(code, line) for code, _, line, _ in found] == [("foreign-key", line) for line in (4, 5, 6)]
    assert ["只填了一部分" in message for *_, message in found] == [True, True, False]


def test_a_reference_joins_fields_of_one_type():
    messages = [problem.message for problem in read_descriptor(two_tables("integer")).problems]
    assert messages == ["外键两边的类型要相同：c 是 integer，x 是 string"]
