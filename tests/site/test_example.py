"""The example county's own site, built from the records as they lie."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from attack import learn_rules, read
from attack_lab import beaten, certain, naive, published, suppressed_by, truth_of
from made_up import DAY, ROOT
from reading import Reader, digest

from gongshi import mkdocs_plugin
from gongshi.checks import scan
from gongshi.checks.guard_people import NameSet
from gongshi.disclosure import RESOURCES, Disclosure
from gongshi.package import load
from gongshi.policy import load_policies
from gongshi.repository import WorkTree
from gongshi.repository import digest as tree_digest
from gongshi.sealing import read_identity, unseal
from gongshi.site.topics import catalogue_values


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    out = tmp_path_factory.mktemp("example") / "out"
    start = time.monotonic()
    mkdocs_plugin.build(ROOT / "mkdocs.yml", out, DAY)
    return out, time.monotonic() - start


def files(out: Path):
    return [(p.relative_to(out).as_posix(), p.read_bytes) for p in sorted(out.rglob("*")) if p.is_file()]


def test_it_is_whole(example):
    out, _ = example
    assert len(list((out / "villages").glob("*.html"))) == 228
    home = (out / "index.html").read_text("utf-8")
    for number in ("8,696", "24,123", "2,909", "8,691", "1,129", "3,196", "3,890", "11,442", ">768<", ">794<"):
        assert number in home, number


def test_mkdocs_build_in_a_process_of_its_own_gives_the_same_bytes(example, tmp_path):
    command = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--strict",
        "-f",
        str(ROOT / "mkdocs.yml"),
        "-d",
        str(tmp_path / "out"),
    ]
    elsewhere = {"TZ": "America/New_York", "LC_ALL": "C", "LANG": "C", "PYTHONHASHSEED": "7"}
    done = subprocess.run(command, cwd=tmp_path, env=os.environ | elsewhere, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert digest(tmp_path / "out") == digest(example[0])


def test_the_guard_finds_nobody_in_it(example):
    assert scan(files(example[0])) == []


def test_no_sealed_value_is_in_it(example):
    identity = read_identity(ROOT / "records/keys/DEMO-identity.txt", ROOT)
    people = list(unseal(WorkTree(ROOT), None, identity))
    assert len(people) > 20000
    names = NameSet({row["name"] for row in people})
    assert [finding for finding in scan(files(example[0]), names)] == []
    numbers = {row[field].encode() for row in people for field in row if field not in ("name", "member_no")}
    text = b"\n".join(read() for _, read in files(example[0]))
    assert not [number for number in numbers if len(number) >= 11 and number in text]


def test_the_guard_would_have_found_somebody(tmp_path):
    names = NameSet({"欧阳示例"})
    page = [("a.html", lambda: "<p>户主欧阳示例</p>".encode())]
    assert scan(page, names)


def test_its_links_lead_somewhere(example):
    out, _ = example
    there = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    for path in sorted(out.glob("*/*.html"))[::7] + sorted(out.glob("*.html")):
        if path.name == "404.html":
            continue
        for link in Reader(path.read_text("utf-8")).links:
            target = link.partition("#")[0].partition("?")[0]
            if target:
                name = os.path.normpath(os.path.join(path.relative_to(out).parent.as_posix(), target))
                assert name in there, (path, link)


def test_the_policies_are_shown_as_counts_only(example):
    out, _ = example
    rules = (out / "data/rules.csv").read_text("utf-8-sig").splitlines()
    assert len(rules) > 600 and rules[0].startswith("规则号,规则,种类")
    page = (out / "policies/rules.html").read_text("utf-8")
    assert all(f">{line.split(',')[0]}<" in page for line in rules[1:])
    plan = (out / "policies/05-quxian.html").read_text("utf-8")
    assert "321 包户" in plan and "未配置" in plan
    for place in (out / "policies").glob("*.html"):
        text = place.read_text("utf-8")
        assert not re.search(r"\b[HMJ][0-9]{7,8}\b", text), place.name


# -- the attack on the suppression, with all that is published -----------------------------------------------------


@pytest.fixture(scope="module")
def ledger():
    with load(WorkTree(ROOT), RESOURCES) as database:
        yield database, truth_of(database)


def puzzle_of(files, database):
    """Downloads and pages read back; what the rules looked at and found true is known as well."""
    puzzle = read(files)
    slugs = dict(database.sql("SELECT slug, division_code FROM divisions WHERE level = '乡镇'"))
    policies = load_policies(database.tree, database.descriptor)
    assert learn_rules(puzzle, files["data/rules.csv"], policies, slugs) > 10
    return puzzle


def on_disk(out: Path) -> dict[str, bytes]:
    return {path: read() for path, read in files(out) if path.endswith((".html", ".json")) or path == "data/rules.csv"}


def test_no_withheld_count_can_be_worked_out(example, ledger):
    database, truth = ledger
    puzzle = puzzle_of(on_disk(example[0]), database)
    assert len(puzzle.unknown()) > 1000
    assert beaten(puzzle, truth) == set()
    assert certain(puzzle, truth) == set()


def test_the_attack_works_where_only_small_counts_are_withheld(example, ledger):
    database, truth = ledger
    with suppressed_by(naive):
        broken = published(Disclosure(database))
    found = beaten(
        puzzle_of(broken | {"data/rules.csv": (example[0] / "data/rules.csv").read_bytes()}, database), truth
    )
    assert len(found) > 100


def test_feed_and_search_index_count_nobody(example):
    """What the attack does not read."""
    for name in ("notices/feed.xml", "search/search_index.json"):
        text = (example[0] / name).read_text("utf-8").replace("\u200b", "")
        assert len(text) > 1000 and not re.findall(r"\d[\d,]*\s*[户人]", text), name


def test_no_number_of_a_household_or_member_and_no_digest_of_one_is_in_it(example):
    """Neither the numbers, nor what anybody could compute from them and look up: a plain hash can be tried out."""
    import hashlib

    with load(WorkTree(ROOT), ["households", "members", "pairings", "clues"]) as database:
        numbers = [
            row[0]
            for row in database.sql("SELECT household_no FROM households UNION ALL SELECT member_no FROM members")
        ]
    assert len(numbers) > 30_000
    texts = {path: read() for path, read in files(example[0]) if not path.startswith("assets/")}
    digests = set()
    for path, content in texts.items():
        assert not re.search(rb"(?<![0-9A-Za-z])[HMJ][0-9]{7,8}(?![0-9A-Za-z])", content), path
        assert b"household_no" not in content and b"member_no" not in content, path
        digests.update(re.findall(rb"(?<![0-9a-f])[0-9a-f]{32,64}(?![0-9a-f])", content))
    assert len(digests) > 100, "commitments and versions of files"
    for name in ("md5", "sha1", "sha256"):
        for number in numbers:
            digest = hashlib.new(name, number.encode()).hexdigest()
            assert digest.encode() not in digests and digest[:32].encode() not in digests, name


def test_every_digest_in_it_is_a_commitment_a_version_or_the_rules_own(example):
    """A commitment stands for a page of a village sheet, never for one person."""
    out = example[0]
    known = {row["commitment"] for row in json.loads((out / "data/notice-commitments.json").read_text("utf-8"))}
    known |= {
        row["frozen"] for row in json.loads((out / "data/notice-projects.json").read_text("utf-8")) if row["frozen"]
    }
    known.add(json.loads((out / "data/datapackage.json").read_text("utf-8"))["version"])
    known.add(tree_digest(WorkTree(ROOT), "policies/"))  # every page says under which rules it was made
    for path, content in files(out):
        if path.endswith((".html", ".json", ".csv", ".xml")) and not path.startswith(("assets/", "vendor/")):
            found = set(re.findall(r"(?<![0-9a-z./])[0-9a-f]{32,64}(?![0-9a-z.])", content().decode("utf-8")))
            assert found <= known, (path, sorted(found - known)[:3])


def test_all_twelve_rows_of_the_standard_catalogue_are_answered_from_records(example):
    page = (example[0] / "catalogue/index.html").read_text("utf-8")
    with load(WorkTree(ROOT)) as database:
        answers = catalogue_values(Disclosure(database))["answers"]
    assert [answer.row["no"] for answer in answers] == [str(number) for number in range(1, 13)]
    for answer in answers:
        assert answer.records, answer.row["item"]
        assert answer.row["item"] in page
        path, _, part = answer.row["page"].partition("#")
        assert not part or f'id="{part}"' in (example[0] / path).read_text("utf-8")
    assert ">缺</span>" not in page


def test_the_home_page_is_light_over_the_wire(example):
    """With all that it loads but the script of the charts, compressed as any web server does."""
    import gzip

    out = example[0]
    page = (out / "index.html").read_bytes()
    loads = {load.partition("?")[0] for load in Reader(page.decode("utf-8")).loads}
    places = {
        (out / load).resolve() for load in loads if load and "echarts" not in load and not load.startswith("data:")
    }
    weight = len(gzip.compress(page)) + sum(
        len(gzip.compress(place.read_bytes())) for place in places if place.is_file()
    )
    assert weight < 300_000, weight
