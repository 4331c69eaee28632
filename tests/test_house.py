"""The house holds: rooms import downhill only, each outside library has one door, nothing prints below the CLI."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parent.parent / "tools" / "gongshi"
ORDER = [
    "model",
    "repository",
    "package",
    "checks",
    "policy",
    "changes",
    "review",
    "sealing",
    "drafts",
    "disclosure",
    "lookup",
    "exchange",
    "verbs",
    "founding",
    "site",
    "mkdocs_plugin",
    "library",
    "desk",
    "cli",
]
ORDER_OF = {room: place for place, room in enumerate(ORDER)} | {
    "__init__": 98,
    "__main__": 99,
}
DOORS = {
    "duckdb": {"package"},
    "yaml": {"package"},
    "csv": {"package", "sealing", "exchange"},
    "python_calamine": {"exchange"},
    "xlsxwriter": {"exchange"},
    "segno": {"site"},
    "sqlite3": {"changes"},
    "subprocess": {"repository"},
    "frictionless": {"checks"},
    "stdnum": {"checks"},
    "cryptography": {"sealing"},
    "pyrage": {"sealing"},
    "jinja2": {"site"},
    "markupsafe": {"site", "mkdocs_plugin"},
    "click": {"cli"},
    "mkdocs": {"mkdocs_plugin"},
    "highspy": {"disclosure"},
    "pypinyin": {"lookup"},
    "flask": {"desk"},
    "waitress": {"desk"},
    "openpyxl": set(),
    "requests": set(),
}


def modules() -> list[Path]:
    return sorted(path for path in HOUSE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(HOUSE).with_suffix("").parts[0]


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "absolute imports only"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def offences(path: Path, source: str) -> list[str]:
    here, found = room(path), []
    for name in imports(ast.parse(source)):
        parts = name.split(".")
        if parts[0] == "gongshi" and len(parts) > 1 and parts[1] in ORDER_OF:
            allowed = ORDER_OF[parts[1]] < ORDER_OF[here] or parts[1] == here
            if not allowed:
                found.append(f"{here} must not import {parts[1]}")
        elif parts[0] in DOORS and here not in DOORS[parts[0]]:
            found.append(f"{here} must not import {parts[0]}")
        elif parts[0] not in {*DOORS, *sys.stdlib_module_names, "gongshi"}:
            found.append(f"{parts[0]} has no door")
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(HOUSE).as_posix())
def test_downhill_and_doors(path: Path) -> None:
    assert room(path) in ORDER_OF, "a module that belongs to no room"
    assert offences(path, path.read_text(encoding="utf-8")) == []


def test_the_test_sees_offences() -> None:
    model = HOUSE / "model.py"
    assert offences(model, "from gongshi.package import load") == ["model must not import package"]
    assert offences(model, "import duckdb") == ["model must not import duckdb"]
    assert offences(HOUSE / "site/pages.py", "def f():\n    import frictionless") == [
        "site must not import frictionless"
    ]
    assert offences(HOUSE / "site/pages.py", "import numpy") == ["numpy has no door"]
    assert len(modules()) > 20


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(HOUSE).as_posix())
def test_size_and_silence(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= 500, "a module of more than 500 lines"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            assert lines <= 42, f"{node.name} has {lines} lines"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and room(path) != "cli":
            assert node.func.id != "print", "nothing prints below the cli"


def blinds(source: str) -> list[str]:
    """What would keep ``mypy --strict`` from seeing."""
    tree = ast.parse(source)
    found = [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "__getattr__"]
    return found + re.findall(r"# *type: *ignore|\bno_type_check\b", source)


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(HOUSE).as_posix())
def test_nothing_blinds_the_type_checker(path: Path) -> None:
    assert blinds(path.read_text(encoding="utf-8")) == []


def test_the_type_checker_looks_at_the_whole_package() -> None:
    """Only two libraries, which say nothing of their types, may be missing; ``make lint`` runs it."""
    said = tomllib.loads((HOUSE.parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    (silent,) = said.pop("overrides")
    assert said["strict"] is True and said["files"] == ["tools/gongshi"]
    assert not {"exclude", "ignore_errors", "ignore_missing_imports", "disable_error_code", "follow_imports"} & {*said}
    assert silent == {"module": ["pyrage.*", "xlsxwriter.*"], "ignore_missing_imports": True}
    assert "/mypy\n" in (HOUSE.parent.parent / "Makefile").read_text(encoding="utf-8")
    assert blinds("x: int = ''  # type: ignore\ndef __getattr__(name): ...") == ["__getattr__", "# type: ignore"]


def test_one_name_one_thing() -> None:
    """No two modules call different things by one name; kinds, tables, columns, pages, states and problems say of what."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in modules()]
    names = Counter(node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    assert [name for name, count in names.items() if count > 1 and not name.startswith("_")] == []
    assert not {"Kind", "Table", "Column", "State", "Problem"} & {*names}


FORKS = {"multiprocessing", "ProcessPoolExecutor", "fork", "forkpty", "fork_exec", "preexec_fn", "process", "pty"}


def forks(source: str) -> list[str]:
    """What would copy a process with its threads; ``process`` is concurrent.futures.process."""
    tree = ast.parse(source)
    said = [part for name in imports(tree) for part in name.split(".")]
    said += [node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr != "process"]
    said += [node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg != "process"]
    return sorted(FORKS.intersection(said))


@pytest.mark.parametrize("path", sorted(HOUSE.parent.rglob("*.py")), ids=lambda path: path.stem)
def test_no_process_is_forked(path: Path) -> None:
    assert forks(path.read_text(encoding="utf-8")) == []


def test_the_test_sees_forks() -> None:
    assert forks("from concurrent.futures import ProcessPoolExecutor") == ["ProcessPoolExecutor"]
    assert forks("import concurrent.futures as f\nf.ProcessPoolExecutor(1)") == ["ProcessPoolExecutor"]
    assert (
        forks("import multiprocessing.pool") == forks("from multiprocessing import get_context") == ["multiprocessing"]
    )
    assert forks("import os\nos.fork()") == forks("from os import fork") == ["fork"]
    assert forks("import subprocess\nsubprocess.run([], preexec_fn=print)") == ["preexec_fn"]


def test_the_cli_prints_at_one_place() -> None:
    """All else goes through ``say``, which shows untrusted text as it may be shown."""
    for path in (HOUSE / "cli").glob("*.py"):
        if path.name != "common.py":
            source = path.read_text(encoding="utf-8")
            assert "click.echo(" not in source and "secho(" not in source and " print(" not in source, path.name


def test_importing_the_cli_is_light() -> None:
    import subprocess

    code = "import gongshi.cli, sys; print([m for m in ('frictionless', 'duckdb', 'mkdocs', 'jinja2') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )
