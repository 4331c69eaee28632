"""Bad input: each kind gives a Finding with path and line, or a one-line error in Chinese; never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from gongshi.checks import check_records
from gongshi.model import GongshiError
from gongshi.package import dictionary, load, read_descriptor
from gongshi.package.descriptor import has_bare_alternative
from gongshi.policy import check_scopes, load_policies
from gongshi.repository import WorkTree
from support import DictTree, descriptor_files, tree_of

UNITS = "records/county/units.csv"
HEADER = (
    b"unit_code,name,unit_kind,unit_level,division_code,office_phone,staff,retiring_staff,hardship_staff,credit_code\n"
)
ROW = "U001,民政局,党政机关,县,,,10,0,0,\n".encode()
ROW2 = "U002,财政局,党政机关,县,,,10,0,0,\n".encode()
GOOD = HEADER + ROW + ROW2

BAD_CSV = {
    "gbk": (GOOD.decode().encode("gbk"), "encoding", 2),
    "utf-16": (GOOD.decode().encode("utf-16"), "encoding", 1),
    "bom": (b"\xef\xbb\xbf" + GOOD, "bom", 1),
    "crlf": (GOOD.replace(b"\n", b"\r\n"), "crlf", 1),
    "blank row": (HEADER + ROW + b"\n" + ROW2, "blank-row", 3),
    "short row": (HEADER + ROW + b"U002,x\n", "missing-cell", 3),
    "long row": (HEADER + ROW + ROW2[:-1] + b",1\n", "extra-cell", 3),
    "empty cell too many": (HEADER + ROW + ROW2[:-1] + b",\n", "extra-cell", 3),
    "empty cells too many": (HEADER + ROW[:-1] + b",,\n" + ROW2, "extra-cell", 2),
    "duplicate header": (GOOD.replace(b"name,", b"unit_code,", 1), "header", 1),
    "reordered header": (GOOD.replace(b"unit_code,name,", b"name,unit_code,", 1), "header", 1),
    "unknown header": (GOOD.replace(b",staff,", b",people,", 1), "header", 1),
    "no last newline": (GOOD[:-1], "no-last-newline", 3),
    "full-width digits": (GOOD.replace(b",10,0,0,\n", ",１０,0,0,\n".encode(), 1), "spelling", 2),
    "nul": (GOOD.replace(b"U002", b"U\x0002"), "nul", 3),
    "open quote": (HEADER + b'U001,"' + ROW[5:] + ROW2, "quoting", 2),
    "empty": (b"", "empty-file", 0),
    "duplicate key": (HEADER + ROW + ROW, "primary-key", 3),
    "unsorted": (HEADER + ROW2 + ROW, "not-canonical", 3),
    "loose quotes": (GOOD.replace("民政局".encode(), '"民政局"'.encode()), "quoting", 2),
    "20 MB line": (HEADER + ROW + b"U002," + b"x" * 20_000_000 + b",,,,,,,,\n", "constraint-error", 3),
}

COUNTY = "records/county/county.yaml"
BAD_YAML = {
    "duplicate key": (b"county_code: '990101000000'\nname: a\nname: b\n", "yaml", 3),
    "bomb": (b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "yaml", 1),
    "tag": (b"name: !!python/object/apply:os.system [id]\n", "yaml", 1),
    "tab": (b"name:\n\t- x\n", "yaml", 2),
    "nul": (b"name: a\0b\n", "yaml", 1),
    "bom": (b"\xef\xbb\xbfname: a\n", "yaml", 1),
    "gbk": ("name: 示例县\n".encode("gbk"), "yaml", 1),
    "two documents": (b"name: a\n---\nname: b\n", "yaml", 2),
    "empty": (b"", "yaml", 1),
    "a list": (b"- a\n", "yaml", 1),
    "nested value": (b"name: {a: b}\n", "yaml", 1),
    "unknown field": (b"name: a\nnmae: b\n", "unknown-field", 2),
    "deep": (b"name: " + b"[" * 50 + b"]" * 50 + b"\n", "yaml", 1),
    "line break": (b'name: "a\\nb"\n', "line-break", 1),
    "not canonical": ("name:   示例县\n".encode(), "not-canonical", 1),
}


def findings_of(files: dict[str, bytes]) -> list:
    base = tree_of({}).files | {UNITS: GOOD}
    base.pop(COUNTY, None)
    with load(DictTree(base | files)) as database:
        return check_records(database)


def test_the_good_ledger_is_clean() -> None:
    assert findings_of({}) == []


@pytest.mark.parametrize("name", BAD_CSV)
def test_bad_csv_is_a_finding_with_path_and_line(name: str) -> None:
    data, code, line = BAD_CSV[name]
    found = [finding for finding in findings_of({UNITS: data}) if finding.code == code]
    assert (UNITS, line) in {(finding.path, finding.line) for finding in found}
    assert all(len(finding.message) < 300 for finding in found)


@pytest.mark.parametrize("name", BAD_YAML)
def test_bad_yaml_is_a_finding_with_path_and_line(name: str) -> None:
    data, code, line = BAD_YAML[name]
    found = [finding for finding in findings_of({COUNTY: data}) if finding.code == code]
    assert (COUNTY, line) in {(finding.path, finding.line) for finding in found}


@pytest.mark.parametrize("path", [UNITS, COUNTY])
def test_what_stands_where_field_names_should_is_not_repeated(path: str) -> None:
    """A roster pasted without its header must not end up in a log."""
    name = "某某" * 2
    row = f"{name},{'9' * 17}X\n" if path == UNITS else f"{name}: a\n{'9' * 17}X: b\n{name}: c\n"
    broken = findings_of({path: row.encode() + GOOD})
    assert any(finding.path == path for finding in broken)
    assert not [finding for finding in broken if name in finding.message or "999" in finding.message]
    unknown = findings_of({COUNTY: f"{name}: a\n".encode()})
    assert "unknown-field" in {finding.code for finding in unknown}
    assert not [finding for finding in unknown if name in finding.message]


def test_no_row_is_lost_on_the_way() -> None:
    """A short row, a row with an open quote and a good one: every line that can be read is a row of the table."""
    data = HEADER + ROW + b'U002,"short\n' + "U003,环保局,党政机关,县,,,1,0,0,,extra\n".encode()
    with load(DictTree(tree_of({}).files | {UNITS: data})) as database:
        assert [row[0] for row in database.sql("SELECT unit_code FROM units ORDER BY _row")] == ["U001", "U002", "U003"]
        assert database.locate("units", 2) == (UNITS, 4)


def test_a_broken_part_does_not_move_the_lines_of_the_others() -> None:
    """Three files of one resource, the middle one with CRLF: every row still knows its own file and line."""
    files = tree_of({}).files
    paths = [f"records/townships/{slug}/clues.csv" for slug in ("changle", "dongyang", "gujiang")]
    header = files[paths[0]]
    row = "Y00000{},H0000001,有车,U001,2020-01-01,2020-02-01,,\n"
    for number, path in enumerate(paths):
        files[path] = header + "".join(row.format(2 * number + n) for n in (1, 2)).encode()
    files[paths[1]] = files[paths[1]].replace(b"\n", b"\r\n")
    with load(DictTree(files)) as database:
        for row_number, clue in database.sql("SELECT _row, clue_id FROM clues"):
            path, line = database.locate("clues", row_number)
            assert clue.encode() in files[path].split(b"\n")[line - 1]


def descriptor_with(path: str, old: bytes, new: bytes) -> list:
    files = descriptor_files()
    assert old in files[path]
    files[path] = files[path].replace(old, new, 1)
    return list(read_descriptor(DictTree(files)).problems)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b"path: county/units.csv", b"path: ../units.csv", "目录"),
        (b"path: county/units.csv", b"path: /etc/passwd", "目录"),
        (b"path: county/units.csv", b"path: county/units.csv\n    pth: x", "不认识的属性"),
        (b"schema: schemas/units.yaml", b"schema: ../schemas/units.yaml", "schemas/"),
        (b"schema: schemas/units.yaml", b"schema: schemas/none.yaml", "不存在"),
        (b"name: units", b"name: Units", "小写"),
        (b"path: county/villages.csv", b"path: county/units.csv", "两次"),
    ],
)
def test_a_bad_package_descriptor(old: bytes, new: bytes, words: str) -> None:
    problems = descriptor_with("records/datapackage.yaml", old, new)
    assert any(words in problem.message and problem.path for problem in problems)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b"type: string", b"typ: string", "不认识的属性"),
        (b"required: true", b"requierd: true", "不认识的属性"),
        (b"'U[0-9]{3,6}'", b"'U1|U2'", "a|b"),
        (b"'U[0-9]{3,6}'", b"'U\\d+'", "字符组"),
        (b"'U[0-9]{3,6}'", b"'U('", "正则"),
        (b"'U[0-9]{3,6}'", b"'U[0-9]{3,2000}'", "1000"),
        (b"disclosure: public", b"disclosure: secret", "disclosure"),
        (b"name: name,", b"name: on,", "字段名"),
        (b"type: integer", b"type: int", "type"),
        (b"primaryKey: [unit_code]", b"primaryKey: [unit]", "主键"),
        (b"minimum: 0", b"minimum: zero", "数字"),
        (b"minimum: 0", b"maxLength: 3", "不能有"),
        (b"source: ", b"sauce: ", "缺 source"),
    ],
)
def test_the_lint_of_schemas(old: bytes, new: bytes, words: str) -> None:
    problems = descriptor_with("records/schemas/units.yaml", old, new)
    assert any(words in problem.message and problem.line for problem in problems), [p.message for p in problems]


def test_a_dangling_foreign_key_is_found() -> None:
    problems = descriptor_with(
        "records/documents.yaml", b"resource: assets, fields: [project_id]", b"resource: assets, fields: [project]"
    )
    assert any("外键" in problem.message for problem in problems)


BROKEN = {
    "no key": ("schemas/units.yaml", "primaryKey: [unit_code]\n", "", "每张表都要有 primaryKey"),
    "key of no field": ("schemas/units.yaml", "primaryKey: [unit_code]", "primaryKey: [code]", "主键字段“code”"),
    "no fields": ("schemas/units.yaml", "fields:\n", "fields: []\nfoo:\n", "主键字段“unit_code”"),
    "fields are no list": ("schemas/units.yaml", "fields:\n", "fields: {}\nfoo:\n", "fields 要写成列表"),
    "field is text": ("schemas/units.yaml", "fields:\n", "fields:\n  - staff\n", "fields 的每一项"),
    "field without name": ("schemas/units.yaml", "{name: staff, ", "{", "字段名“”"),
    "boolean without values": ("schemas/households.yaml", "trueValues: [是, 有], ", "", "要写明 trueValues"),
    "type": ("schemas/units.yaml", "type: integer", "type: int", "type 只能是"),
    "decimals": ("schemas/payments.yaml", "decimals: 2", "decimals: 12", "取 1 到 6"),
    "minimum": ("schemas/units.yaml", "minimum: 0", "minimum: zero", "minimum 要是数字"),
    "pattern": ("schemas/units.yaml", "'U[0-9]{3,6}'", "'U('", "正则"),
    "pattern of Python alone": ("schemas/units.yaml", "'U[0-9]{3,6}'", "'U(?=1)[0-9]{3,6}'", "字符组"),
    "constraints are text": ("schemas/units.yaml", "constraints: {required: true", "constraints: required, foo: {a: b", "constraints 要写成"),
    "enum of mappings": ("schemas/cases.yaml", "enum: [识别,", "enum: [{识别: 是},", "enum 只能写一个值"),
    "key without fields": ("schemas/cases.yaml", "{fields: [village_code], ref", "{ref", "外键两边"),
    "key of unequal lists": ("schemas/cases.yaml", "{fields: [village_code], ref", "{fields: [village_code, result], ref", "外键两边"),
    "key of a lost field": ("schemas/cases.yaml", "{name: village_code,", "{name: village,", "外键指向不存在"),
    "lost programme": ("schemas/projects.yaml", "{name: category,", "{name: Category,", "字段名“Category”"),
    "lost unit": ("schemas/units.yaml", "{name: unit_code,", "{name: Unit,", "主键字段“unit_code”"),
    "key is text": ("documents.yaml", "foreignKeys:\n", "foreignKeys:\n  - assets\n", "foreignKeys 的每一项"),
    "hole twice": ("documents.yaml", "{year}/{project_id}.yaml", "{year}/{year}.yaml", "写了两次"),
    "document elsewhere": ("documents.yaml", "path: county/county.yaml", "path: ../county.yaml", "目录里的 YAML"),
    "document of a CSV": ("documents.yaml", "resource: county\n    schema: schemas/county.yaml", "resource: units\n    schema: schemas/units.yaml", "已经是 CSV"),
    "document without resource": ("documents.yaml", "    resource: county\n", "", "name 只能用小写"),
    "list is text": ("documents.yaml", "villages: {resource: project-villages, title: 项目实施村, schema: schemas/project-villages.yaml}", "villages: project-villages", "lists 的“villages”"),
    "resource is text": ("datapackage.yaml", "resources:\n", "resources:\n  - units\n", "resources 的每一项"),
    "resource twice": ("datapackage.yaml", "resources:\n", "resources:\n  - {name: units, title: 甲, path: county/u.csv, schema: schemas/units.yaml}\n", "资源“units”重复"),
}  # fmt: skip
SCOPED = """policy: test
title: 试
scope: {townships: [guzhen], units: [U101], programmes: [产业扶贫]}
rules:
"""
RULE = "  - {id: %s, title: 试, kind: total, severity: error, clause: 一, message: 请改, resource: %s, at_most: 9}\n"


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_in_a_descriptor_is_said_and_then_breaks_nothing(name: str) -> None:
    path, old, new, words = BROKEN[name]
    tables = ("units", "cases", "payments", "households", "projects")
    rules = "".join(RULE % (f"r{number}", table) for number, table in enumerate(tables))
    files = tree_of({"cases": [{"case_id": "Z2020-00001"}]}).files | {"policies/test.yaml": (SCOPED + rules).encode()}
    path = f"records/{path}"
    assert old.encode() in files[path]
    files[path] = files[path].replace(old.encode(), new.encode(), 1)
    with load(DictTree(files)) as database:
        found = [finding for finding in check_records(database) if finding.code == "descriptor"]
        policies = load_policies(database.tree, database.descriptor)
        assert len([*policies.rules()]) == len(tables) and check_scopes(policies, database)
        assert dictionary(database.descriptor)
    assert any(words in finding.message and finding.path == path for finding in found), found


def test_bare_alternatives() -> None:
    assert has_bare_alternative("a|b") and has_bare_alternative("(?:a)|b")
    assert (
        not has_bare_alternative("(?:a|b)") and not has_bare_alternative("[a|b]") and not has_bare_alternative(r"a\|b")
    )


def test_without_a_data_package_there_is_one_sentence() -> None:
    with pytest.raises(GongshiError, match="datapackage"):
        read_descriptor(DictTree({}))
    with pytest.raises(GongshiError, match="第 1 行"):
        read_descriptor(DictTree({"records/datapackage.yaml": b"name: *x\n"}))


def test_missing_files_strange_folders_and_links(tmp_path: Path) -> None:
    files = tree_of({}).files | {
        "records/townships/atlantis/households.csv": b"x\n",
        "records/county/notes.txt": b"x",
        "records/projects/2020/plan.csv": b"x",
    }
    del files[UNITS]
    for path, data in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    (tmp_path / "records/county/linked.csv").symlink_to("/etc/hostname")
    with load(WorkTree(tmp_path)) as database:
        found = {(finding.code, finding.path) for finding in check_records(database)}
    assert ("missing-file", UNITS) in found
    assert ("layout", "records/townships/atlantis") in found
    assert ("layout", "records/county/notes.txt") in found
    assert ("layout", "records/projects/2020/plan.csv") in found
    assert ("link", "records/county/linked.csv") in found


def test_a_file_in_the_wrong_place_says_so() -> None:
    files = tree_of({"projects": [{"project_id": "990101-2020-JS-0001", "year": "2020", "stage": "谋划"}]}).files
    data = files.pop("records/projects/2020/990101-2020-JS-0001.yaml")
    files["records/projects/2019/990101-2020-JS-0002.yaml"] = data
    with load(DictTree(files)) as database:
        lines = {finding.line for finding in database.findings if finding.code == "misplaced"}
    assert lines == {1, 2}
