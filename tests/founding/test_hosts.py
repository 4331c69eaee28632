"""One pipeline on four kinds of hosts: every file is what its host reads, runs the same commands, and is what a county gets."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from founding.conftest import own_environment
from gongshi.founding.hosts import codeowners, host_files, host_of
from gongshi.founding.new import Wishes, found_county
from gongshi.founding.pack import Pack, program_files
from gongshi.repository import WorkTree
from gongshi.repository.pin import HOSTS, read_pin
from support import ROOT

PROGRAM = program_files()
PIPELINES = {
    "github": [".github/workflows/check.yml", ".github/workflows/publish.yml"],
    "gitlab": [".gitlab-ci.yml"],
    "gitea": [".gitea/workflows/check.yml", ".gitea/workflows/publish.yml"],
    "gitee": [".workflow/check.yml", ".workflow/publish.yml"],
}
VARIABLES = {"GONGSHI_API", "GONGSHI_PROJECT", "GONGSHI_NUMBER", "GONGSHI_HEAD", "GONGSHI_TOKEN"}


def loaded(kind: str) -> dict[str, dict]:
    return {path: yaml.safe_load(data) for path, data in host_files(PROGRAM, kind).items() if path.endswith(".yml")}


def scripts(node: object) -> Iterator[str]:
    """Whatever a shell runs in a pipeline, each as one text."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name in ("run", "script", "before_script", "command") and not isinstance(value, dict):
                yield "\n".join(value) if isinstance(value, list) else value
            else:
                yield from scripts(value)
    elif isinstance(node, list):
        for value in node:
            yield from scripts(value)


@pytest.mark.parametrize("kind", HOSTS)
def test_each_host_runs_the_same_commands(kind: str) -> None:
    files = host_files(PROGRAM, kind)
    assert sorted(path for path in files if path.endswith(".yml")) == PIPELINES[kind]
    assert not [
        path
        for path, data in files.items()
        if re.search(rb"\{\{(?! ?github| ?vars| ?secrets| ?steps)", re.sub(rb"\$\{\{", b"", data))
    ]
    told = [text for pipeline in loaded(kind).values() for text in scripts(pipeline)]
    everything = "\n".join(told)
    for command in (
        "make -C base pull",
        "make -C base comment",
        "manifests.sh fetch",
        "make publish",
        "manifests.sh push",
    ):
        assert command in everything, command
    for text in told:
        assert subprocess.run(["bash", "-n"], input=text.encode(), capture_output=True).stderr == b"", text
        assert "${{" not in text, "values reach a shell only by variables"
    assert b"- [ ]" in files[host_of(PROGRAM, kind).template]


def test_addresses_are_variables_and_nothing_is_run_from_elsewhere_unpinned() -> None:
    """No host needs a reusable part; a county's own server needs nothing from the internet but its image."""
    for kind in HOSTS:
        text = b"\n".join(data for path, data in host_files(PROGRAM, kind).items() if path.endswith(".yml")).decode()
        lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
        assert not [line for line in lines if "://" in line and "${GONGSHI_SERVER:-" not in line], kind
        used = [line.split("uses:")[1].split()[0] for line in lines if "uses:" in line]
        assert all(re.search("@[0-9a-f]{40}$", name) for name in used) and bool(used) == (kind == "github")


def lint(program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / program), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture
def written(tmp_path: Path) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for kind in HOSTS:
        for path, data in host_files(PROGRAM, kind).items():
            place = tmp_path / kind / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
            found.setdefault(kind, []).extend([place] if path.endswith(".yml") else [])
    return found


def test_schemas_and_zizmor_find_nothing(written: Mapping[str, list[Path]], tmp_path: Path) -> None:
    """Gitea reads GitHub's syntax; of Gitee's there is no schema."""
    for kind, schema in (("github", "github-workflows"), ("gitea", "github-workflows"), ("gitlab", "gitlab-ci")):
        options = ["--data-transform", "gitlab-ci"] if kind == "gitlab" else []
        done = lint("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *options, *written[kind])
        assert done.returncode == 0, done.stdout
        bad = tmp_path / "bad.yml"
        bad.write_text(re.sub("(script|runs-on):", "skript:", written[kind][0].read_text("utf-8")), "utf-8")
        assert lint("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *options, bad).returncode, (
            "it sees faults"
        )
    done = lint("zizmor", "--offline", *written["github"])
    assert done.returncode == 0, done.stdout
    images = tmp_path / "zizmor.yml"  # a county writes the image that its runner has
    images.write_text("rules: {unpinned-images: {disable: true}}\n", "utf-8")
    done = lint("zizmor", "--offline", "--config", images, *written["gitea"])
    assert done.returncode == 0, done.stdout


def test_gitee_s_files_have_the_documented_form() -> None:
    for path, told in loaded("gitee").items():
        assert list(told) == ["version", "name", "displayName", "triggers", "stages"] and told["version"] == "1.0"
        assert told["name"] == Path(path).stem and set(told["triggers"]) - {"trigger"} < {"push", "pr", "schedule"}
        for stage in told["stages"]:
            assert {"name", "displayName", "strategy", "trigger", "steps"} == set(stage)
            for step in stage["steps"]:
                assert (
                    step["step"] == "execute@docker"
                    and step["image"]
                    and all(isinstance(one, str) for one in step["command"])
                )
    assert loaded("gitee")[".workflow/check.yml"]["triggers"]["pr"]["branches"]["precise"] == ["main"]


@pytest.mark.parametrize("kind", HOSTS)
def test_owners_as_the_host_matches_paths(kind: str) -> None:
    host = host_of(PROGRAM, kind)
    lines = codeowners(host, ["xi", "dong"], "org").splitlines()
    rules = [line.split(maxsplit=1) for line in lines if not line.startswith("#")]
    paths = ("records/townships/dong/contacts.csv", "records/datapackage.yaml", "records/keys/signers", "README.md")

    def owner(path: str) -> str:
        """The last that matches; Gitea asks all that match, and doubles each backslash."""
        if kind == "gitea":
            return [who for pattern, who in rules if re.fullmatch(pattern.replace(r"\\", "\\"), path)][-1]
        return [who for pattern, who in rules if pattern == "*" or f"/{path}".startswith(pattern)][-1]

    prefix = "@" if kind == "gitee" else "@org/"
    assert [owner(path) for path in paths] == [
        f"{prefix}{team}" for team in ("dong", "county-office", "key-keepers", "maintainers")
    ]
    everybody = owner("records/county/aliases.csv").split()  # each township has its lines in it
    assert sorted(everybody) == [f"{prefix}{team}" for team in ("county-office", "dong", "xi")]
    if kind == "gitea":
        assert owner("records/datapackage-yaml") == "@org/maintainers"
        assert all(re.compile(pattern.replace(r"\\", "\\")) for pattern, _ in rules)


def test_a_county_has_the_files_of_its_host_alone(tmp_path: Path) -> None:
    for kind in HOSTS:
        placed = set(Pack(PROGRAM).placed("某县", None, host=kind))
        assert set(PIPELINES[kind]) < placed
        assert not {path for other in HOSTS if other != kind for path in PIPELINES[other]} & placed
    made = found_county(tmp_path / "县", None, 2026, Wishes(host="gitea"))
    paths = set(WorkTree(tmp_path / "县").paths())
    assert {
        *PIPELINES["gitea"],
        ".gitea/CODEOWNERS",
        ".gitea/PULL_REQUEST_TEMPLATE.md",
    } < paths and "Gitea" in made.todo
    assert not [path for path in paths if path.startswith(".git") and not path.startswith((".gitea/", ".gitignore"))]
    pin = read_pin(WorkTree(tmp_path / "县"))
    assert pin and pin.host == "gitea" and set(PIPELINES["gitea"]) < set(pin.files)
    makefile = (tmp_path / "县/Makefile").read_text("utf-8")
    assert all(f"\n{target}:" in makefile for target in ("pull", "comment", "publish"))
    assert os.access(tmp_path / "县/tools/ci/deploy.sh", os.X_OK)


def test_a_program_from_before_the_hosts_has_its_files_still() -> None:
    old = {path: data for path, data in PROGRAM.items() if not path.startswith("scaffold/hosts/")}
    listing = old["scaffold/pack.toml"].replace(b"placed = [", b'placed = [\n  ".github/workflows/check.yml",')
    old |= {"scaffold/pack.toml": listing, "pack/.github/workflows/check.yml": b"name: check\n"}
    assert Pack(old).placed("某县", None)[".github/workflows/check.yml"] == b"name: check\n"


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, text=True, env=own_environment(folder.parent)
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def server(tmp_path: Path) -> dict[str, str]:
    """A remote with a main branch and a pull request; and a ``make`` that says how it was called and with what around it."""
    remote, work = tmp_path / "county/ledger", tmp_path / "work"
    work.mkdir(), git(work, "init", "-q", "-b", "main")
    for name in ("main", "head", "later"):
        if name == "head":
            git(work, "checkout", "-q", "-b", "songshen/x")
        if name == "later":
            git(work, "checkout", "-q", "main")
        (work / f"{name}.txt").write_text(name, "utf-8")
        git(work, "add", "-A"), git(work, "commit", "-q", "-m", name)
    remote.parent.mkdir()
    git(tmp_path, "clone", "-q", "--bare", str(work), str(remote))
    git(remote, "update-ref", "refs/pull/8/head", git(work, "rev-parse", "songshen/x"))
    fake = tmp_path / "bin/make"
    fake.parent.mkdir()
    fake.write_text(
        '#!/bin/bash\necho "make $*" >>"$CALLED"\nenv | grep ^GONGSHI_ | sort >>"$CALLED"\n[ "$3" != pull ]\n', "utf-8"
    )
    fake.chmod(0o755)
    main, head = git(work, "rev-parse", "main"), git(work, "rev-parse", "songshen/x")
    return {"remote": str(remote), "main": main, "head": head, "PATH": f"{fake.parent}:{os.environ['PATH']}"}


def filled(value: str, known: Mapping[str, str]) -> str:
    """A variable of a workflow, as its host fills it."""
    return re.sub(r"\$\{\{ (.*?) \}\}", lambda found: known[found[1]], value)


def steps_of(kind: str, server: Mapping[str, str]) -> list[tuple[str, dict[str, str]]]:
    """What the host would run of a pull request, one shell each, with the variables that it documents."""
    (check,) = [told for path, told in loaded(kind).items() if "check" in path or kind == "gitlab"]
    home = str(Path(server["remote"]).parents[1])
    if kind == "gitlab":
        said = {
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            "CI_COMMIT_SHA": server["head"],
            "CI_API_V4_URL": "api",
            "GONGSHI_TOKEN": "t",
        }
        said |= {"CI_MERGE_REQUEST_PROJECT_ID": "17", "CI_MERGE_REQUEST_IID": "8"}
        own = {name: said[value[1:]] for name, value in check["comment"]["variables"].items()}
        before, jobs = check[".pull"]["before_script"], (("records", {}), ("comment", own))
        return [("\n".join(["set -e", *before, *check[name]["script"]]), said | more) for name, more in jobs]
    if kind == "gitee":
        said = {"GITEE_COMMIT": server["main"], "GITEE_SOURCE_COMMIT": server["head"], "GITEE_PULL_ID": "8"}
        said |= {"GONGSHI_TOKEN": "t", "GONGSHI_PROJECT": "county/ledger"}
        return [("\n".join(check["stages"][0]["steps"][0]["command"]), said)]
    known = {"github.event.pull_request.base.sha": server["main"], "github.event.pull_request.head.sha": server["head"]}
    known |= {
        "github.server_url": home,
        "github.repository": "county/ledger",
        "github.token": "t",
        "github.event.pull_request.number": "8",
    }
    job = check["jobs"]["records"]
    around = {name: filled(value, known) for name, value in job["env"].items()}
    return [
        (
            f"set -e\n{step['run']}",
            around | {name: filled(str(value), known) for name, value in step.get("env", {}).items()},
        )
        for step in job["steps"]
    ]


@pytest.mark.parametrize("kind", ["gitlab", "gitea", "gitee"])
def test_the_commands_of_a_pull_request_in_a_shell(kind: str, server: dict[str, str], tmp_path: Path) -> None:
    """Judged by the base's folder, told even when the check failed; and the check's failure is the pipeline's."""
    codes = []
    for number, (text, said) in enumerate(steps_of(kind, server)):
        place = tmp_path / f"job{number if kind == 'gitlab' else ''}"
        if not place.exists():
            place.mkdir()
            if kind != "gitea":  # these two hosts clone by themselves
                git(tmp_path, "clone", "-q", server["remote"], str(place))
                git(place, "checkout", "-q", "--detach", server["head"])
        env = own_environment(tmp_path) | said | {"PATH": server["PATH"], "CALLED": str(tmp_path / "called")}
        done = subprocess.run(["bash", "-c", text], cwd=place, env=env, capture_output=True, text=True)
        codes.append(done.returncode)
        assert "fatal" not in done.stderr, done.stderr
        assert "Authorization" not in done.stdout + done.stderr
    assert any(codes)
    (place,) = {path.parent for path in tmp_path.glob("job*/base")} if kind != "gitlab" else {tmp_path / "job0"}
    assert (
        git(place / "base", "rev-parse", "HEAD") == server["main"]
        and git(place / "head", "rev-parse", "HEAD") == server["head"]
    )
    assert git(place / "head", "merge-base", server["main"], "HEAD") and not (place / "base/head.txt").exists()
    called = (tmp_path / "called").read_text("utf-8").splitlines()
    pull, comment = (line for line in called if line.startswith("make"))
    assert pull == f"make -C base pull HEAD={place}/head BASE={server['main']} REPORT={place}/report"
    assert comment.startswith("make -C base comment REPORT=")
    told = dict(line.split("=", 1) for line in called[called.index(comment) + 1 :])
    assert set(told) == VARIABLES and told["GONGSHI_NUMBER"] == "8" and told["GONGSHI_HEAD"] == server["head"]


def test_the_site_takes_the_folder_s_place_over_ssh(tmp_path: Path) -> None:
    """Whole or not at all: what breaks on the way leaves the old one; the key goes and is in no argument."""
    site, place, fake = tmp_path / "site", tmp_path / "srv/www", tmp_path / "bin/ssh"
    site.mkdir(), place.mkdir(parents=True), fake.parent.mkdir()
    (site / "index.html").write_text("新", "utf-8"), (place / "index.html").write_text("旧", "utf-8")
    (place / "gone.html").write_text("旧", "utf-8")
    fake.write_text(
        '#!/bin/bash\necho "$*" >>"$SEEN"\nkey=$2; [ "$(stat -c %a "$key")" = 600 ] || exit 9\ncat "$key" >"$SEEN.key"\n'
        '[ -z "${CUT:-}" ] || { head -c 20 >/dev/null; exit 255; }\n[ -z "${SHORT:-}" ] || exec bash -c "${*: -1}" < <(head -c 40)\nexec bash -c "${*: -1}"\n', "utf-8"
    )  # fmt: skip
    fake.chmod(0o755)
    given = {
        "GONGSHI_DEPLOY": f"www@server:{place}",
        "GONGSHI_DEPLOY_KEY": "SECRET-KEY",
        "GONGSHI_DEPLOY_HOST": "server ssh-ed25519 AAAA",
    }
    usual = {"PATH": f"{fake.parent}:{os.environ['PATH']}", "SEEN": str(tmp_path / "seen"), "TMPDIR": str(tmp_path)}

    def deploy(folder: Path = site, **others: str) -> subprocess.CompletedProcess[str]:
        env = usual | {name: value for name, value in (given | others).items() if value}
        return subprocess.run([ROOT / "tools/ci/deploy.sh", folder], env=env, capture_output=True, text=True)

    for broken in ("CUT", "SHORT"):
        assert deploy(**{broken: "1"}).returncode != 0
        assert (place / "index.html").read_text("utf-8") == "旧" and (place / "gone.html").exists()
    done = deploy()
    assert done.returncode == 0, done.stderr
    assert (place / "index.html").read_text("utf-8") == "新" and not (place / "gone.html").exists()
    assert sorted(path.name for path in place.parent.iterdir()) == ["www"]
    assert (tmp_path / "seen.key").read_text("utf-8") == "SECRET-KEY\n" and "SECRET" not in (
        tmp_path / "seen"
    ).read_text("utf-8")
    assert "StrictHostKeyChecking=yes" in (tmp_path / "seen").read_text("utf-8") and not list(tmp_path.glob("tmp.*"))
    for name in given:
        done = deploy(**{name: ""})
        assert done.returncode == 2 and name in done.stderr and done.stderr.count("\n") == 1
    for address in (
        "www@server:/",
        "www@server:/srv",
        "www@server:/a/../b",
        "www@server:/a b/c",
        "www@server:/a/$(id)/c",
        "-oProxyCommand=x@y:/a/b",
        "server:/a/b",
    ):
        assert deploy(GONGSHI_DEPLOY=address).returncode == 2, address
    assert deploy(tmp_path / "none").returncode == 2 and (place / "index.html").exists()


def test_a_host_s_token_is_in_no_argument(tmp_path: Path) -> None:
    """Git takes it from its environment alone, as a header for the host that is asked."""
    fake = tmp_path / "bin/git"
    fake.parent.mkdir()
    fake.write_text(
        '#!/bin/bash\necho "$*" >>"$SEEN"\n[ "$GIT_CONFIG_KEY_0" = http.extraHeader ] && echo "$GIT_CONFIG_VALUE_0" >>"$SEEN.header"\necho x\n',
        "utf-8",
    )
    fake.chmod(0o755)
    env = {
        "PATH": f"{fake.parent}:{os.environ['PATH']}",
        "SEEN": str(tmp_path / "seen"),
        "GONGSHI_TOKEN": "SECRET" * 20,
    }
    command = [ROOT / "tools/ci/manifests.sh", "fetch", "manifests", "https://host.example/a/b"]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0 and "SECRET" not in done.stdout + done.stderr + (tmp_path / "seen").read_text("utf-8")
    (header,) = set((tmp_path / "seen.header").read_text("utf-8").splitlines())
    import base64

    assert base64.b64decode(header.removeprefix("Authorization: Basic ")) == b"oauth2:" + b"SECRET" * 20
