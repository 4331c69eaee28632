"""Code and settings that come with data: paths that something runs, and what mkdocs.yml may say."""

from __future__ import annotations

import subprocess

import pytest

from gongshi.checks.programs import check_mixed, check_programs
from gongshi.checks.settings import check_settings, settings_findings
from support import ROOT, DictTree

RUN = """
gongshi/__main__.py gongshi/__init__.py click.py yaml/__init__.py docs/hooks.py records/county/x.py setup.py conftest.py
multiprocessing.PY tools/frictionless_evil.py tools/click/__init__.py sitecustomize.py tools/gongshi/sitecustomize.py
tests/usercustomize.py a.pth tools/x.pth python311._pth x.egg-link tools/x.dist-info/entry_points.txt g.egg-info/PKG-INFO
.venv/bin/python .VENV/bin/python venv/pyvenv.cfg pyvenv.cfg tools/gongshi/__pycache__/cli.cpython-311.pyc lib/site-packages/x.txt
.gongshi/journal/manifest.json git.exe GIT.EXE git.cmd docs/python.bat python.com sh.exe records/a.ps1 _duckdb.so x.dll
GNUmakefile sub/gnumakefile makefile sub/makefile pytest.ini setup.cfg .env .gitattributes records/.gitattributes .gitmodules .gitconfig .lfsconfig .envrc .vscode/tasks.json .idea/workspace.xml
.devcontainer/devcontainer.json .husky/pre-commit .pre-commit-config.yaml trap/HEAD records/trap/HEAD .npmrc node_modules/.bin/git
"git.exe ." "x.py." ".venv./bin/python"
""".replace('"git.exe ."', "git.exe\xa0").split()


@pytest.mark.parametrize(
    "path", [*(path.strip('"') for path in RUN if path != "git.exe\xa0"), "git.exe .", "中 文/x.py"]
)
def test_what_something_would_run_is_an_error(path: str) -> None:
    assert [(finding.code, finding.path) for finding in check_programs([path])] == [("program", path)]


def test_nothing_of_this_repository_is_one() -> None:
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], check=True, capture_output=True).stdout
    paths = listed.decode().split("\0")
    assert len(paths) > 1000 and check_programs(paths) == []


def test_a_change_of_records_changes_nothing_else() -> None:
    record, other = "records/county/units.csv", ["policies/x.yaml", "CHANGELOG.md", "records/schemas/units.yaml"]
    assert check_mixed([record, *other]) == [] and check_mixed(["Makefile", "tools/ci/pull.sh"]) == []
    strange = [
        "Makefile",
        "tools/ci/pull.sh",
        ".github/workflows/check.yml",
        "mkdocs.yml",
        "pyproject.toml",
        "docs/a.js",
        "x\n.md/y",
    ]
    assert [finding.path for finding in check_mixed([record, *strange])] == sorted(strange)


def test_the_settings_of_this_site_are_allowed() -> None:
    assert settings_findings((ROOT / "mkdocs.yml").read_bytes()) == []


BASE = "site_name: 示例\nplugins:\n  - gongshi\n"


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ("hooks:\n  - evil.py\n", 4),
        ("INHERIT: evil.yml\n", 4),
        ("theme:\n  name: material\n  custom_dir: records\n", 6),
        ("theme:\n  name: evil\n", 5),
        ("theme: material\n", 4),
        ("theme:\n  name: material\n  icon:\n    logo: ../../records/x\n", 7),
        ("docs_dir: .\n", 4),
        ("docs_dir: /etc\n", 4),
        ("site_dir: ..\n", 4),
        ("site_author: !ENV HOME\n", 4),
        ("site_author: !!python/object/apply:os.system ['touch x']\n", 4),
        ("site_author: &a x\n", 4),
        ("site_author: \"x\\\" onload=\\\"x\"\n", 4),
        ("site_description: <script>\n", 4),
        ("copyright: <script>x</script>\n", 4),
        ("site_url: javascript:x\n", 4),
        ("extra_javascript: [https://example.org/x.js]\n", 4),
        ("extra_css: [x.css]\n", 4),
        ("extra:\n  polyfills:\n    - https://example.org/x.js\n", 6),
        ("extra:\n  gongshi: x\n", 5),
        ("extra_templates: [x.html]\n", 4),
        ("watch: [/]\n", 4),
        ("nav:\n  - x: ../../etc/passwd\n", 5),
        ("nav:\n  - x: javascript:x\n", 5),
        ("markdown_extensions:\n  - pymdownx.snippets\n", 5),
        ("markdown_extensions:\n  - pymdownx.snippets:\n      base_path: /etc\n", 5),
        ("markdown_extensions:\n  - toc:\n      slugify: !!python/name:os.system\n", 6),
        ("markdown_extensions:\n  - evil\n", 5),
        ("use_directory_urls: true\n", 4),
        ("<<: {hooks: [evil.py]}\n", 4),
        ("site_name: again\n", 4),
        ("---\nhooks: [evil.py]\n", 4),
    ],
)  # fmt: skip
def test_what_mkdocs_would_run_or_read_is_an_error(more: str, line: int) -> None:
    found = settings_findings((BASE + more).encode())
    assert found and {(finding.code, finding.line) for finding in found} == {("site-settings", line)}
    assert settings_findings(BASE.encode()) == []


@pytest.mark.parametrize(
    "plugins",
    ["[search]", "[]", "gongshi", "[gongshi, macros]", "[gongshi: {day: 2020-06-30, hooks: x}]", "[{gongshi: {}, exec: {}}]", "{gongshi: {}}"],
)  # fmt: skip
def test_only_the_plugins_of_the_site(plugins: str) -> None:
    assert settings_findings(f"site_name: x\nplugins: {plugins}\n".encode())
    assert not settings_findings(b"plugins: [search, gongshi: {day: 2020-06-30}]\n")


def test_a_link_is_no_page_and_no_settings() -> None:
    tree = DictTree({"docs/a.md": b"x"})
    tree.links = lambda: ("docs/x.md", "mkdocs.yml", "records/y")
    assert [finding.path for finding in check_settings(tree)] == ["docs/x.md", "mkdocs.yml"]
