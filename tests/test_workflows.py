"""The workflows: least permissions, pinned actions, no code of a pull request near a token; owners follow the townships."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from support import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_least_permissions_and_pinned_actions(path) -> None:
    text = path.read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {}
    assert "pull_request_target" not in text and "secrets." not in text
    for name, job in workflow["jobs"].items():
        assert "permissions" in job or path.stem == "publish", name
        for step in job.get("steps", []):
            if "uses" in step:
                assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"]), step["uses"]
            if "checkout@" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False
            assert "${{" not in step.get("run", ""), "values reach a shell only through env"


def test_the_job_that_may_write_runs_no_code_of_the_pull_request() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/check.yml").read_text(encoding="utf-8"))["jobs"]
    writers = {name for name, job in jobs.items() if "write" in str(job["permissions"])}
    assert writers == {"comment"}
    taken = [step["with"]["ref"] for step in jobs["comment"]["steps"] if "checkout" in step.get("uses", "")]
    assert taken == ["${{ github.event.pull_request.base.sha }}"]


def test_workflows_call_targets_that_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    called = [
        name for path in WORKFLOWS for name in re.findall(r"make (?:-C \w+ )?(\w+)", path.read_text(encoding="utf-8"))
    ]
    assert called and all(f"\n{name}:" in makefile for name in called)


def test_what_the_host_has_is_what_the_scaffold_says() -> None:
    subprocess.run([sys.executable, "tools/ci/hosting.py", "--check"], cwd=ROOT, check=True)


def test_owners_follow_the_townships() -> None:
    lines = (ROOT / ".github/CODEOWNERS").read_text(encoding="utf-8").splitlines()
    assert sum(line.startswith("/records/townships/") for line in lines) == 15
    owned = {line.split()[0] for line in lines}
    judging = {
        "/records/schemas/",
        "/records/mappings/",
        "/records/datapackage.yaml",
        "/records/documents.yaml",
        "/policies/",
    }
    assert judging <= owned and lines[-1] == "/records/keys/  @example-county/key-keepers"


def test_there_is_a_template_for_each_kind_of_change() -> None:
    """In the one file that a host shows by itself."""
    text = (ROOT / ".github/PULL_REQUEST_TEMPLATE.md").read_text("utf-8")
    parts = {part.split("\n")[0]: part for part in text.split("### ")[1:]}
    assert parts.keys() == {"新识别", "退出", "项目", "支付", "更正", "每次都要"}
    assert all("- [ ]" in part for part in parts.values()) and "--approved-by" in parts["每次都要"]


def test_zizmor_and_the_workflow_schema_find_nothing(tmp_path) -> None:
    folder = Path(sys.executable).parent
    subprocess.run([folder / "zizmor", "--offline", ".github"], cwd=ROOT, check=True, capture_output=True)
    schema = [folder / "check-jsonschema", "--builtin-schema", "vendor.github-workflows"]
    subprocess.run([*schema, *WORKFLOWS], cwd=ROOT, check=True, capture_output=True)
    bad = tmp_path / ".github/workflows/bad.yml"
    bad.parent.mkdir(parents=True)
    bad.write_text(
        "on: pull_request_target\njobs: {a: {runs-on: x, steps: [{uses: actions/checkout@v4}]}}\n", encoding="utf-8"
    )
    assert subprocess.run([folder / "zizmor", "--offline", tmp_path], capture_output=True).returncode != 0


def test_the_log_of_manifests_only_grows(tmp_path) -> None:
    """Between two publications it is a branch; one that does not go on from it cannot be pushed."""
    script, remote = ROOT / "tools/ci/manifests.sh", tmp_path / "remote"
    subprocess.run(["git", "init", "-q", "--bare", remote], check=True)

    def call(action: str, folder: str) -> int:
        return subprocess.run([script, action, folder, remote], cwd=tmp_path, capture_output=True).returncode

    assert call("fetch", "none") == 1, "no log is no empty log"
    assert call("begin", "one") == 0
    for number, folder in enumerate(("one", "two", "three"), 1):
        assert number == 1 or call("fetch", folder) == 0
        assert len(list((tmp_path / folder).glob("*.json"))) == number - 1
        (tmp_path / folder / f"{number}.json").write_text("{}")
        (tmp_path / folder / "latest.txt").write_text(f"{number}")
        assert call("push", folder) == 0
    assert call("push", "three") == 0, "nothing new, nothing to do"
    (tmp_path / "three/3.json.sig").write_text("signed later")
    assert call("push", "three") == 0
    assert call("fetch", "signed") == 0 and (tmp_path / "signed/3.json.sig").exists()
    assert (tmp_path / "signed/latest.txt").read_text() == "3"
    (tmp_path / "one/9.json").write_text("{}")
    assert call("push", "one") != 0, "it does not know of the others"
    assert call("begin", "anew") == 1, "one is known"
    subprocess.run(["git", "-C", remote, "branch", "-qD", "manifests"], check=True)
    assert call("fetch", "cut") == 1, "a branch that was deleted does not begin a chain in silence"
    assert call("burn", "one") == 2
    remote.rename(tmp_path / "gone")
    assert call("fetch", "four") not in (0, 1), "a remote that does not answer is not an empty log"
    assert call("begin", "five") not in (0, 1)
