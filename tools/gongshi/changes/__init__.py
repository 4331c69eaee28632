"""The changes room: three-way merge by record and field, semantic diff of two Trees, field history over revisions."""

from gongshi.changes.audit import AuditTable, audit_tables, sample, write_sqlite
from gongshi.changes.diff import compare
from gongshi.changes.files import MARKS, marked, merge_files
from gongshi.changes.history import History, commit_on, field_versions, history, record_in, totals_in
from gongshi.changes.markdown import escape, to_markdown
from gongshi.changes.merge import merge_rows
from gongshi.changes.phrases import cell, conflict_sentence
from gongshi.changes.plain import to_plain
from gongshi.changes.text import clean, to_text
from gongshi.changes.values import (
    Change,
    Conflict,
    Diff,
    FieldChange,
    FieldVersion,
    Kind,
    Merged,
    RecordVersion,
    Revision,
    Total,
)

__all__ = [
    "MARKS",
    "AuditTable",
    "Change",
    "Conflict",
    "Diff",
    "FieldChange",
    "FieldVersion",
    "History",
    "Kind",
    "Merged",
    "RecordVersion",
    "Revision",
    "Total",
    "audit_tables",
    "cell",
    "clean",
    "commit_on",
    "compare",
    "conflict_sentence",
    "escape",
    "field_versions",
    "history",
    "marked",
    "merge_files",
    "merge_rows",
    "record_in",
    "sample",
    "to_markdown",
    "to_plain",
    "to_text",
    "totals_in",
    "write_sqlite",
]
