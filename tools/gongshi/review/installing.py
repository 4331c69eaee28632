"""``gongshi setup``: hooks that keep personal data out of commits, and the merge driver for record files.

Everything lies in the clone's own ``.git`` folder, so nothing tracked names a machine, and no commit can change what runs:
Git writes the files of a branch over an ignored environment in the work tree without a word. So the hooks run a copy of this
program, by a Python outside of the work tree, in isolated mode and without its start-up files (``-I -S``).
"""

from __future__ import annotations

import compileall
import os
import shlex
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from gongshi.model import GongshiError
from gongshi.repository import Git, private_folder

HOOKS = ("pre-commit", "commit-msg", "pre-push")
PACKAGES = ("gongshi", "click", "yaml", "stdnum")
"""All that hooks and merge driver import beside Python's own library."""

_MARK = "# 由 gongshi setup 安装"
_ATTRIBUTES = ("records/**/*.csv merge=gongshi", "records/**/*.yaml merge=gongshi")
_REPAIR = (
    "gongshi 的钩子要用的程序不在原处了，没有检查，也没有提交或合并：请在这个仓库里重新运行 gongshi setup，再做一遍。"
)
_START = """import sys

sys.path.insert(0, {library!r})
try:
    if sys.version_info[:2] != {version}:
        raise ImportError
    from gongshi.cli import main

    main()
except ImportError:
    sys.stderr.buffer.write({repair!r}.encode())
    sys.exit(1)
"""


def install(root: Path) -> None:
    """Install hooks and merge driver; GongshiError rather than replace another's hook."""
    git = Git(root)
    if not git.exists():
        raise GongshiError("这里不是 Git 仓库，装不了钩子，请在台账仓库里运行。")
    private = private_folder(git).resolve()
    folder = private.parent / "hooks"
    _refuse_other_hooks(git, folder)
    python = _python(git)
    start = _copy_program(private)
    folder.mkdir(parents=True, exist_ok=True)
    for name in HOOKS:
        run = _guarded(python, start, f'setup --hook {name} "$@"')
        (folder / name).write_text(f"#!/bin/sh\n{_MARK}\n{run}\n", encoding="utf-8", newline="\n")
        (folder / name).chmod(0o755)
    git.run("config", "merge.gongshi.name", "按记录和字段合并台账")
    program, copy = (place.replace("%", "%%") for place in (python, start))
    driver = _guarded(program, copy, "merge-driver -- %O %A %B %P")
    git.run("config", "merge.gongshi.driver", driver)
    attributes = private.parent / "info" / "attributes"
    attributes.parent.mkdir(parents=True, exist_ok=True)
    lines = attributes.read_text(encoding="utf-8").splitlines() if attributes.exists() else []
    lines.extend(line for line in _ATTRIBUTES if line not in lines)
    attributes.write_text("\n".join(lines) + "\n", encoding="utf-8")


def inside_tree(root: Path) -> bool:
    """Whether the program that is typed on the command line lies where a commit could replace it."""
    return Path(sys.prefix).resolve().is_relative_to(Git(root).top())


def _refuse_other_hooks(git: Git, folder: Path) -> None:
    named = git.setting("core.hooksPath")
    if named and (git.top() / Path(named).expanduser()).resolve() != folder:
        raise GongshiError(
            f"Git 的设置 core.hooksPath 把钩子指到了“{named}”，装在那里会管到别的仓库，没有装。"
            "请先取消这项设置（git config --unset core.hooksPath，全局的加 --global）再装。"
        )
    for name in HOOKS:
        place = folder / name
        if place.exists() and _MARK not in place.read_text(encoding="utf-8", errors="replace"):
            raise GongshiError(f"已有别的 {name} 钩子（{place}），没有改动，请先把它移走或合并后再装。")


def _python(git: Git) -> str:
    """The Python that an environment was made with; GongshiError if a commit could replace that, too."""
    python = Path(getattr(sys, "_base_executable", None) or sys.executable)
    if any(place.is_relative_to(git.top()) for place in (python, python.resolve())):
        raise GongshiError(
            f"Python（{python}）装在这个仓库里面，提交能换掉它，没有装钩子：请用装在仓库外的 Python 再装。"
        )
    return python.as_posix()


def _copy_program(private: Path) -> str:
    """A new copy of the program in the place of an old one; gives what Python is to run."""
    aside, place = private / "program.new", private / "program"
    for folder in (aside, old := private / "program.old"):
        shutil.rmtree(folder, ignore_errors=True)
    for name in PACKAGES:
        spec = find_spec(name)
        found = Path(next(iter(spec.submodule_search_locations or [])) if spec else "")
        shutil.copytree(found, aside / "lib" / name, ignore=shutil.ignore_patterns("__pycache__"))
    text = _START.format(version=tuple(sys.version_info[:2]), repair=f"{_REPAIR}\n", library=str(place / "lib"))
    (aside / "start.py").write_text(text, encoding="utf-8")
    compileall.compile_dir(aside / "lib", quiet=2, stripdir=str(aside), prependdir=str(place))
    if place.exists():
        os.replace(place, old)
    os.replace(aside, place)
    shutil.rmtree(old, ignore_errors=True)
    return (place / "start.py").as_posix()


def _guarded(python: str, start: str, arguments: str) -> str:
    """A line of sh that runs the copy, or says how to repair it; it looks for no program by name alone."""
    python, start = shlex.quote(python), shlex.quote(start)
    run = f"exec {python} -I -S {start} {arguments}"
    return f"if [ -x {python} ] && [ -f {start} ]; then {run}; fi; echo '{_REPAIR}' >&2; exit 1"
