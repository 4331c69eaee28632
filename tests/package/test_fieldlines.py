"""A finding on a field of a YAML record stands at that field's line."""

from __future__ import annotations

import pytest

from gongshi.model import Finding, Severity
from gongshi.package.fieldlines import at_fields
from support import DictTree

PATH = "records/projects/2020/a.yaml"
TEXT = """name: 甲
budget_total: 1
# a note
stage: 谋划
budget:
  - {source: 中央, amount: 1}
  - source: 省
    amount: 2
villages:
- code: 1
"""


def line(field: str, begins: int, text: str = TEXT, path: str = PATH) -> int:
    found = Finding("constraint-error", Severity.ERROR, "不对", path, begins, "projects", field)
    (told,) = at_fields(DictTree({path: text.encode()}), [found])
    assert told.identity == found.identity
    return told.line


@pytest.mark.parametrize(
    ("field", "begins", "wanted"),
    [
        ("name", 1, 1), ("budget_total", 1, 2), ("stage", 1, 4), ("amount", 6, 6), ("amount", 7, 8), ("source", 7, 7),
        ("code", 10, 10), ("missing", 1, 1), ("missing", 7, 7), ("", 1, 1),
    ],
)  # fmt: skip
def test_the_field_is_named_by_its_own_line(field, begins, wanted):
    assert line(field, begins) == wanted


@pytest.mark.parametrize("text", ["name: 甲\n\tstage: x\n", "a: &x 1\nb: *x\n", "", "- 1\n", "\0"])
def test_a_file_that_cannot_be_read_keeps_its_lines(text):
    assert line("stage", 1, text) == 1


def test_other_files_and_lost_ones_keep_their_lines():
    assert line("name", 3, "name\n1\n2\n", "records/county/a.csv") == 3
    gone = Finding("x", Severity.ERROR, "不对", PATH, 5, "projects", "stage")
    assert at_fields(DictTree({}), [gone]) == [gone]
