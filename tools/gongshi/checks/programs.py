"""Code that came with the data: files that some program would run, or be set up by, for their name or place alone."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gongshi.model import Finding, Severity

_PYTHON = re.compile(r"\.pyw?$")
_HOMES = re.compile(r"(?:tests|tools/(?:gongshi|example|bench|ci))/")
"""Where Python files of this program lie; beside them, others would be importable."""

_STARTED = re.compile(
    # what starts with any Python, an editor, Git itself or a build tool
    r"(?:^|/)(?:sitecustomize|usercustomize)\.py$|\.(?:pth|_pth|egg|egg-link|pyc|pyo|pyd)$|(?:^|/)(?:pyvenv\.cfg|__pycache__/.*)$"
    r"|\.(?:dist-info|egg-info)/|(?:^|/)(?:\.?venv|site-packages|node_modules|\.gongshi)/"
    r"|(?:^|/)(?:GNUmakefile|pytest\.ini|tox\.ini|setup\.cfg|\.env)$|(?-i:(?:^|/)makefile$)"
    r"|(?:^|/)\.(?:gitattributes|gitmodules|gitconfig|lfsconfig|envrc|pre-commit-config\.ya?ml|npmrc|pypirc|netrc)$"
    r"|(?:^|/)\.(?:vscode|idea|devcontainer|husky|githooks|direnv|fleet|zed|cargo)/"
    # what a shell or Windows runs
    r"|\.(?:exe|com|bat|cmd|ps1|psm1|vbs|vbe|wsf|hta|scr|msi|lnk|jar|so|dll|dylib)$"
    # a bare repository inside the tree, whose settings Git would obey
    r"|(?:^|/)HEAD$",
    re.IGNORECASE,
)
_DATA = re.compile(r"(?:records|policies)/|[^/]+\.md$", re.DOTALL)


def check_programs(paths: Iterable[str]) -> list[Finding]:
    """Files that no ledger holds, wherever they came from: what lies so is run without being asked for."""
    message = "这样的文件会被别的程序自动运行或当作设置，不能放在台账里，请删去，并问清是谁加的"
    return [Finding("program", Severity.ERROR, message, path) for path in sorted(set(paths)) if _runs(path)]


def check_mixed(changed: Iterable[str]) -> list[Finding]:
    """Files that are no data, in a change that changes records."""
    paths = sorted(set(changed))
    if not any(path.startswith("records/") for path in paths):
        return []
    message = "这次改动既改了记录，又改了程序或设置：请把它们分开送审，程序和设置由县级逐行看过"
    return [Finding("mixed", Severity.ERROR, message, path) for path in paths if not _DATA.match(path)]


def _runs(path: str) -> bool:
    """Windows drops dots and blanks at the end of names."""
    plain = "/".join(part.rstrip(" .") for part in path.split("/"))
    return bool(_STARTED.search(plain) or (_PYTHON.search(plain.lower()) and not _HOMES.match(plain)))
