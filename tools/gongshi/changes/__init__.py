"""The changes room: three-way merge by record and field, semantic diff of two Trees, field history over revisions.

Each part is imported when it is first asked for: a diff of two files takes less time than importing the history.
So no exported name may be that of a module.
"""

from __future__ import annotations

from importlib import import_module

_HOMES = {
    "audit": ("audit_tables", "sample", "signed_table", "write_sqlite"),
    "commits": ("clock", "commit_at", "edge"),
    "diff": ("compare",),
    "files": ("merge_files",),
    "late": ("with_late",),
    "markdown": ("escape", "to_markdown"),
    "merge": ("merge_rows",),
    "papers": ("dated_findings", "grounds", "lacking_sentence", "unfounded_commits"),
    "past": ("field_versions", "history", "record_in", "totals_in"),
    "phrases": ("cell", "conflict_sentence"),
    "plain": ("to_plain",),
    "questions": ("OVER", "QUESTIONS", "datasette", "question_tables"),
    "steps": ("walk",),
    "text": ("clean", "to_text"),
    "values": ("Change", "Conflict", "Diff", "Kind"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
