"""The docs do not lie: generated parts are up to date, every command, dependency and stricter case is written down."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

from gongshi.cli import COMMANDS
from support import ROOT

COGGED = ["records/README.md", "policies/README.md", "tools/commands.md"]


def test_generated_parts_are_up_to_date() -> None:
    subprocess.run([sys.executable, "-m", "cogapp", "--check", *COGGED], check=True, cwd=ROOT, capture_output=True)
    assert all("[[[cog" in (ROOT / name).read_text(encoding="utf-8") for name in COGGED)


def test_the_architecture_names_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    text = (ROOT / "tools/README.md").read_text(encoding="utf-8")
    for requirement in wanted:
        assert re.match(r"[a-z0-9-]+", requirement)[0] in text, requirement


def test_every_requirement_is_locked_with_hashes_and_no_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "http" not in text and "--index" not in text and "--find-links" not in text
        pins = re.findall(r"^([a-z0-9-]+)==", text, re.M)
        assert len(pins) > 30 and text.count("--hash=sha256:") >= len(pins)


def test_readmes_show_commands_that_exist() -> None:
    for name in ("README.md", "README.zh-CN.md", "records/README.md", "tools/README.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        used = set(re.findall(r"`gongshi ([a-z]+)", text)) | set(re.findall(r"^gongshi ([a-z]+)", text, re.M))
        assert used - {"check"} <= set(COMMANDS), name
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.M):
        assert f"\n{target}:" in makefile


def test_both_readmes_have_the_same_parts() -> None:
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md"))
    assert english.count("\n## ") == chinese.count("\n## ")
    assert re.findall(r"gongshi [a-z]+", english)[:5] == re.findall(r"gongshi [a-z]+", chinese)[:5]
