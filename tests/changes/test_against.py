"""``check --against``: what the merge base had already is a notice, and no answer depends on the cache."""

from __future__ import annotations

import json
import subprocess
from importlib import metadata
from pathlib import Path

import pytest
from click.testing import CliRunner

import gongshi.checks
import gongshi.policy
from changes.ledgers import field, ledger, real_ledger, write
from gongshi.checks import Proofs
from gongshi.cli.check import check
from gongshi.package import load
from gongshi.repository import Cache, program_digest
from support import DictTree, rounds


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """A ledger with old sins on ``main``, and one new on the branch that is checked out."""
    tree = real_ledger()
    path = next(path for path, data in tree.files.items() if path.endswith("/households.csv") and b"H0000001" in data)
    write(tmp_path, tree)
    git(tmp_path, "init", "-q", "-b", "main"), git(tmp_path, "add", "-A"), git(tmp_path, "commit", "-qm", "1")
    git(tmp_path, "checkout", "-q", "-b", "work")
    text = (tmp_path / path).read_text(encoding="utf-8")
    (tmp_path / path).write_text(text.replace("H0000001,", "H0000001x,"), encoding="utf-8")
    return tmp_path


def findings(root: Path) -> list[dict]:
    arguments = ["--against", "main", "--on", "2020-06-30", "--format", "json"]
    result = CliRunner().invoke(check, arguments, obj=root, catch_exceptions=False)
    found = json.loads(result.output)["findings"]
    assert result.exit_code == any(finding["severity"] == "error" for finding in found)
    return found


def test_the_answer_is_the_same_without_the_cache_or_with_a_damaged_one(county: Path, monkeypatch) -> None:
    calls = []
    real = gongshi.checks.check_records
    monkeypatch.setattr(
        gongshi.checks, "check_records", lambda database, *rest: calls.append(database) or real(database, *rest)
    )
    first = findings(county)
    assert len(calls) == 2
    new = [finding for finding in first if finding["severity"] == "error"]
    shown = {finding["key"][0] for finding in new if finding["key"]}
    assert len(shown) == 1 and shown.pop().startswith("第 ")  # the line in place of a key that may be anything
    assert any("（原有问题）" in finding["message"] for finding in first)
    folder = county / ".git/gongshi"
    assert findings(county) == first and len(calls) == 3  # the merge base is not judged again
    files = sorted(place for place in folder.iterdir() if place.name != "sending")
    assert [place.name.partition("-")[0] for place in files] == [
        "answers",
        "clean",
        "columns",
        "figures",
        "proofs",
        "verdict",
    ]
    for place in files:
        content = place.read_bytes()
        damages = (content[:-3], content.replace(b"a", b"b"), b"", content[:70], b"\xff" + content)
        for damaged in damages[: rounds(2, 5)]:
            place.write_bytes(damaged)
            assert findings(county) == first
    for place in files:
        place.unlink()
        place.mkdir()  # nothing can be written there
    assert findings(county) == first


def test_a_clean_head_needs_no_judgement_of_the_base(tmp_path: Path) -> None:
    write(tmp_path, DictTree({path: data for path, data in real_ledger().files.items() if "/projects/" not in path}))
    for place in tmp_path.rglob("*.csv"):
        place.write_text(place.read_text(encoding="utf-8").split("\n", 1)[0] + "\n", encoding="utf-8")
    git(tmp_path, "init", "-q", "-b", "main"), git(tmp_path, "add", "-A"), git(tmp_path, "commit", "-qm", "1")
    assert findings(tmp_path) == []
    assert not list((tmp_path / ".git").glob("gongshi/verdict-*"))


POLICY = """policy: release
title: 与上次比
effective: {{from: 2014-01-01}}
rules:
  - {{id: fewer, title: 付款减少, kind: change, resource: payments, measure: sum, amount: amount, at_most_fall: {limit},
     severity: warning, clause: 县内口径, message: '变动 {{actual}}%，超过 {{wanted}}%'}}
"""


def test_what_the_base_says_is_kept_for_the_rules_that_asked(tmp_path: Path, monkeypatch) -> None:
    tree = real_ledger()
    tree.files["policies/release.yaml"] = POLICY.format(limit=10).encode()
    write(tmp_path, tree)
    git(tmp_path, "init", "-q", "-b", "main"), git(tmp_path, "add", "-A"), git(tmp_path, "commit", "-qm", "1")
    place = tmp_path / "records/funds/2019/payments.csv"
    place.write_bytes(b"".join(place.read_bytes().splitlines(keepends=True)[:-2]))  # 1,500 of 3,600 are gone
    read = []
    real = gongshi.policy.figures
    monkeypatch.setattr(gongshi.policy, "figures", lambda *rest: read.append(1) or real(*rest))

    def said() -> list[str]:
        return [finding["message"] for finding in findings(tmp_path) if finding["rule"] == "fewer"]

    assert said() == said() == ["变动 -41.67%，超过 10%"]
    assert len(read) == 1
    (tmp_path / "policies/release.yaml").write_text(POLICY.format(limit=50), encoding="utf-8")
    assert said() == []
    (tmp_path / "policies/release.yaml").write_text(POLICY.format(limit=20), encoding="utf-8")
    assert said() == ["变动 -41.67%，超过 20%"]
    assert len(read) == 3  # other rules may ask for other things


def pets(rows: str, more: str, pattern: str = "[0-9]+") -> DictTree:
    number = field("number", f", constraints: {{pattern: '{pattern}'}}")
    key = field("id", ", constraints: {required: true}")
    tree = ledger("id,number\n" + rows, "", special=key + number)
    tree.files["records/more.csv"] = f"id,number\n{more}".encode()
    return tree


def judged(tree: DictTree, proofs: Proofs) -> list[tuple[str, str, int]]:
    with load(tree) as database:
        found = gongshi.checks.check_records(database, proofs=proofs)
    return [(finding.code, finding.path, finding.line) for finding in found]


def test_a_proof_is_good_for_its_bytes_and_its_schema_only() -> None:
    proofs = Proofs()
    assert judged(pets("1,5\n2,6\n", "3,7\n"), proofs) == [] and len(proofs.used) == 2

    def known() -> Proofs:
        return Proofs(proofs.used)

    assert judged(pets("1,5\n2,x\n", "3,7\n"), known()) == [("constraint-error", "records/pets.csv", 3)]
    assert judged(pets("1,5\n2,6\n", "3,7\n4,x\n"), known()) == [("constraint-error", "records/more.csv", 3)]
    stricter = judged(pets("1,5\n2,6\n", "3,7\n", "[5-6]"), known())
    assert stricter == [("constraint-error", "records/more.csv", 2)]
    # what does not lie in one file alone is never taken from a proof
    assert [code for code, *_ in judged(pets("1,5\n2,6\n", "1,5\n2,6\n"), known())] == ["primary-key"] * 2
    assert [code for code, *_ in judged(pets("2,6\n1,5\n", "3,7\n"), known())] == ["not-canonical"]


def test_files_that_are_proven_are_not_looked_at_again(monkeypatch) -> None:
    from gongshi.package import Database

    proofs, asked = Proofs(), []
    judged(pets("1,5\n2,6\n", "3,7\n"), proofs)
    real = Database.sql
    monkeypatch.setattr(Database, "sql", lambda self, query, *rest: asked.append(query) or real(self, query, *rest))
    assert judged(pets("1,5\n2,6\n", "3,7\n"), Proofs(proofs.used)) == []
    assert not any("regexp_full_match" in query for query in asked)
    assert judged(pets("1,5\n2,6\n", "4,8\n"), Proofs(proofs.used)) == []
    (query,) = (query for query in asked if "regexp_full_match" in query)
    assert query.endswith("AND (rowid BETWEEN 2 AND 2)")


def test_the_cache_keeps_few_and_trusts_only_its_own(tmp_path: Path, monkeypatch) -> None:
    git(tmp_path, "init", "-q")
    cache = Cache(tmp_path)
    for number in range(60):
        cache.put(f"base-{number:02d}", b"%d" % number)
    assert len(list(cache.folder.iterdir())) == 50 and cache.get("base-59") == b"59" and cache.get("base-00") is None
    (cache.folder / "base-58").replace(cache.folder / "base-59")
    assert cache.get("base-59") is None  # what was kept under another name
    monkeypatch.setattr("gongshi.repository.cache.program_digest", lambda: b"another program")
    assert cache.get("base-57") is None
    outside = Cache(tmp_path.parent / "nowhere")
    outside.put("x", b"1")
    assert outside.get("x") is None


def test_what_another_program_or_library_found_is_not_believed(tmp_path: Path, monkeypatch) -> None:
    git(tmp_path, "init", "-q")
    here, real = program_digest(), metadata.version
    Cache(tmp_path).put("proofs", b"x")
    assert Cache(tmp_path).get("proofs") == b"x"
    for name in ("duckdb", "frictionless", "pyyaml"):
        program_digest.cache_clear()
        with monkeypatch.context() as other:
            other.setattr(metadata, "version", lambda asked, new=name: "99" if asked == new else real(asked))
            assert Cache(tmp_path).get("proofs") is None
    program_digest.cache_clear()
    assert program_digest() == here and Cache(tmp_path).get("proofs") == b"x"
