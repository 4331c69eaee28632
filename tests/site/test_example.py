"""The example county's own site, built from the records as they lie."""

import csv
import json
import os
import re
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from made_up import DAY, ROOT
from reading import Reader

sys.path.append(str(ROOT / "tests/audit"))
import dividing
import sites

from gongshi.checks import scan
from gongshi.checks.guard_people import NameSet
from gongshi.disclosure import Disclosure
from gongshi.disclosure.figures import declaration
from gongshi.package import load
from gongshi.repository import WorkTree
from gongshi.repository import digest as tree_digest
from gongshi.sealing import read_identity, unseal
from gongshi.site.manifest import QUALITY
from gongshi.site.topics import catalogue_values
from support import built_example


@pytest.fixture(scope="module")
def example(tmp_path_factory) -> Path:
    return built_example(tmp_path_factory)


def files(out: Path):
    return [(p.relative_to(out).as_posix(), p.read_bytes) for p in sorted(out.rglob("*")) if p.is_file()]


def test_it_is_whole(example):
    assert len(list((example / "villages").glob("*.html"))) == 228
    home = (example / "townships/index.html").read_text("utf-8")
    for number in ("8,696", "24,123", "2,909", "8,691", "1,129", "3,196", "3,890", "11,442", ">768<", ">794<"):
        assert number in home, number


def test_the_guard_finds_nobody_and_no_sealed_value_in_it(example):
    identity = read_identity(ROOT / "records/keys/DEMO-identity.txt", ROOT)
    people = list(unseal(WorkTree(ROOT), None, identity))
    assert len(people) > 20000
    names = NameSet({row["name"] for row in people})
    assert [finding for finding in scan(files(example), names)] == []
    numbers = {row[field].encode() for row in people for field in row if field not in ("name", "member_no")}
    text = b"\n".join(read() for _, read in files(example))
    assert not [number for number in numbers if len(number) >= 11 and number in text]


def test_the_guard_would_have_found_somebody(tmp_path):
    names = NameSet({"欧阳示例"})
    page = [("a.html", lambda: "<p>户主欧阳示例</p>".encode())]
    assert scan(page, names)


def test_its_links_lead_somewhere(example):
    there = {path.relative_to(example).as_posix() for path in example.rglob("*") if path.is_file()}
    for path in sorted(example.glob("*/*.html"))[::7] + sorted(example.glob("*.html")):
        if path.name == "404.html":
            continue
        for link in Reader(path.read_text("utf-8")).links:
            target = "" if link.startswith("tel:") else link.partition("#")[0].partition("?")[0]
            if target:
                name = os.path.normpath(os.path.join(path.relative_to(example).parent.as_posix(), target))
                assert name in there, (path, link)


def test_the_policies_are_shown_as_counts_only(example):
    rules = (example / "data/rules.csv").read_text("utf-8-sig").splitlines()
    assert len(rules) > 600 and rules[0].startswith("规则号,规则,种类")
    page = (example / "policies/rules.html").read_text("utf-8")
    assert all(f">{line.split(',')[0]}<" in page for line in rules[1:])
    plan = (example / "policies/05-quxian.html").read_text("utf-8")
    assert "321 包户" in plan and "未配置" in plan
    for place in (example / "policies").glob("*.html"):
        text = place.read_text("utf-8")
        assert not re.search(r"\b[HMJ][0-9]{7,8}\b", text), place.name


@pytest.fixture(scope="module")
def payments():
    with load(WorkTree(ROOT)) as database:
        yield database.sql(
            "SELECT payee_kind = '一卡通批次', payment_id, project_id, allocation_id, amount FROM payments"
        )


def test_what_was_paid_adds_up_to_the_cent(example, payments):
    """To units one by one, to persons in sums: together all that is on record."""
    shown = json.loads((example / "data/payments.json").read_text("utf-8"))
    persons = json.loads((example / "data/project-persons.json").read_text("utf-8"))
    assert {row["payment_id"] for row in shown} == {code for batch, code, *_ in payments if not batch}
    assert all(row["amount"] is not None for row in persons)
    total = sum(Decimal(row["amount"]) for row in (*shown, *persons))
    assert total == sum(amount for *_, amount in payments) == Decimal("68452996.73")
    for view, key, place in (("projects", "project_id", 2), ("allocations", "allocation_id", 3)):
        paid = {
            row[key]: Decimal(row["paid"] or 0)
            for row in json.loads((example / f"data/{view}.json").read_text("utf-8"))
        }
        for code, amount in paid.items():
            assert amount == sum(row[4] for row in payments if row[place] == code), (view, code)


def test_benefits_add_up_and_nearly_every_village_reads_what_came_to_it(example):
    read = {
        name: json.loads((example / f"data/{name}.json").read_text("utf-8"))
        for name in ("benefits", *(f"benefit-totals-{level}" for level in ("county", "township", "village")))
    }
    read["benefit-totals"] = [row for name, rows in read.items() if name != "benefits" for row in rows]
    assert sum(Decimal(row["amount"]) for row in read["benefits"]) == Decimal("30340940.00")
    villages = [row for row in read["benefit-totals"] if row["level"] == "村" and row["year"] == 2020]
    published = [row for row in villages if row["amount"] is not None]
    assert len(published) >= 0.95 * 228
    for row in published:
        page = (example / f"villages/{row['division_code']}.html").read_text("utf-8")
        assert f"{Decimal(row['amount']):,.2f}" in page[page.index('id="benefits"') :], row
    totals = {(row["division_code"], row["year"]): row for row in read["benefit-totals"]}
    for (code, year), row in totals.items():
        if row["level"] != "村" and row["amount"] is not None:
            below = [r for (c, y), r in totals.items() if y == year and c != code and (
                r["level"] == "乡镇" if row["level"] == "县" else r["level"] == "村" and c[:9] == code[:9])]  # fmt: skip
            parts = sum(Decimal(part["amount"]) for part in below if part["amount"] is not None)
            assert parts + Decimal(row["rest"]) == Decimal(row["amount"]), (code, year)


@pytest.fixture(scope="module")
def read(example):
    """The site's files, and what a stranger reads in all downloads and tables of pages."""
    contents = {path: content() for path, content in files(example)}
    return contents, sites.read(contents, measures())


def measures() -> dict[str, tuple[str, ...]]:
    return {name: tuple(figure.measures) for name, figure in declaration().figures.items()}


def download(contents, name):
    return json.loads(contents[f"data/{name}.json"])


@pytest.fixture(scope="module")
def frozen():
    """The numbers of the example's one file of figures; None stands for 不公布."""
    (path,) = (ROOT / "records/county/figures").glob("*.csv")
    rows = csv.DictReader(path.read_text("utf-8").splitlines())
    return {
        (row["figure"], row["place"], row["item"], row["measure"]): sites.number(row["value"]) for row in rows
    }  # fmt: skip


def strange(known, frozen, contents) -> dict:
    """What the site says of people and the file of figures does not; rules over other tables are none of it."""
    rules = {key[1] for key in frozen if key[0] == "rules"}
    differ = {
        key: value
        for key, value in known.items()
        if frozen.get(key) != value and (key[0] != "rules" or key[1] in rules)
    }
    return {key: value for key, value in differ.items() if of_people(key, contents)}


def of_people(key, contents) -> bool:
    """Whether a number of the registers counts people: by its unit."""
    if key[0] == "projects" and not key[3].startswith("benef_"):
        units = {row["project_id"]: row["quantity_unit"] for row in download(contents, "projects")}
        return bool(dividing.HEADS.search(units[key[1]] or ""))
    if key[0] == "indicators":
        units = {f"{row['indicator']}/{row['period']}": row["unit"] for row in download(contents, "indicators")}
        return bool(dividing.HEADS.search(units[key[2]]))
    return True


def test_all_a_stranger_reads_of_people_is_in_the_frozen_file(read, frozen):
    """Number for number, in every download and table; and all of the file can be read."""
    contents, told = read
    known = sites.known(told)
    assert strange(known, frozen, contents) == {}
    assert len(known) > 5000 and sum(value is not None for value in frozen.values()) > 2500
    assert {key for key in frozen if key not in known} == set()


def test_a_withheld_number_in_a_download_is_seen(read, frozen):
    contents, _ = read
    data = {path: content for path, content in contents.items() if path.startswith("data/")}
    put_back = contents["data/people-township-status.json"].replace(b'"households":null', b'"households":3', 1)
    assert put_back != contents["data/people-township-status.json"]
    known = sites.known(sites.read(data | {"data/people-township-status.json": put_back}, measures()))
    assert list(strange(known, frozen, contents).values()) == [3]


def test_words_feed_and_search_index_tell_no_number_of_people_besides(read, frozen):
    """But for what documents ask for, and for people in office."""
    contents, _ = read
    known = {value for value in frozen.values() if value is not None}
    known |= {Decimal(row["amount"]) for row in download(contents, "lines")}
    known |= {Decimal(row["doctors"]) for row in download(contents, "villages") if row["doctors"] is not None}
    heard = {}
    for path, content in contents.items():
        if (path.endswith((".html", ".xml")) and not path.startswith("policies/")) or path == "data/names.js":
            heard |= sites.spoken(path, content)
    assert len(heard) > 100
    assert {number: where for number, where in heard.items() if number not in known} == {}
    for name in ("notices/feed.xml", "data/names.js"):
        assert len(contents[name]) > 1000 and sites.spoken(name, contents[name]) == {}, name
    assert sites.spoken("a.xml", "户主等 1,234 户、3人次".encode()).keys() == {1234, 3}


def test_no_division_gives_a_small_number_back(read):
    """Not money over prices, rates of their people, parts of a whole, or a mean of few; put back, payments would."""
    contents, told = read
    known, k = sites.known(told), 5
    with load(WorkTree(ROOT), ["subsidies", "payments", "projects"]) as database:
        prices = [row[0] for row in database.sql("SELECT DISTINCT standard FROM subsidies ORDER BY 1")]
        names = ("payment_id", "project_id", "amount", "payee_kind")
        paid = [dict(zip(names, row, strict=True)) for row in database.sql(f"SELECT {', '.join(names)} FROM payments")]
        own = [
            {"project_id": row[0], "unit_price": row[1]}
            for row in database.sql("SELECT project_id, unit_price FROM projects")
        ]
    shown = download(contents, "payments")
    assert dividing.told(known, k) == [] == dividing.divided(download(contents, "projects"), known, prices, k)
    assert dividing.batches(shown, own, k) == []
    assert not {row["payee_kind"] for row in shown} & {"一卡通批次"}
    assert len(dividing.batches([*shown, *(row for row in paid if row["payee_kind"] == "一卡通批次")], own, k)) >= 12


def test_no_number_of_a_household_or_member_and_no_digest_of_one_is_in_it(example):
    """Neither the numbers, nor what anybody could compute from them and look up: a plain hash can be tried out."""
    import hashlib

    with load(WorkTree(ROOT), ["households", "members", "pairings", "clues"]) as database:
        numbers = [
            row[0]
            for row in database.sql("SELECT household_no FROM households UNION ALL SELECT member_no FROM members")
        ]
    assert len(numbers) > 30_000
    texts = {path: read() for path, read in files(example) if not path.startswith("assets/")}
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
    known = {row["commitment"] for row in json.loads((example / "data/notice-commitments.json").read_text("utf-8"))}
    known |= {
        row["frozen"] for row in json.loads((example / "data/notice-projects.json").read_text("utf-8")) if row["frozen"]
    }
    known.add(json.loads((example / "data/datapackage.json").read_text("utf-8"))["version"])
    known.add(tree_digest(WorkTree(ROOT), "policies/"))  # every page says under which rules it was made
    for path, content in files(example):
        if path.endswith((".html", ".json", ".csv", ".xml")) and not path.startswith(("assets/", "vendor/")):
            found = set(re.findall(r"(?<![0-9a-z./])[0-9a-f]{32,64}(?![0-9a-z.])", content().decode("utf-8")))
            assert found <= known, (path, sorted(found - known)[:3])


def test_all_twelve_rows_of_the_standard_catalogue_are_answered_from_records(example):
    page = (example / "catalogue/index.html").read_text("utf-8")
    with load(WorkTree(ROOT)) as database:
        answers = catalogue_values(Disclosure(database, DAY), DAY)["answers"]
    assert [answer.row["no"] for answer in answers] == [str(number) for number in range(1, 13)]
    for answer in answers:
        assert answer.records, answer.row["item"]
        assert answer.row["item"] in page
        path, _, part = answer.row["page"].partition("#")
        assert not part or f'id="{part}"' in (example / path).read_text("utf-8")
    assert ">缺</span>" not in page


def test_the_home_page_is_light_over_the_wire(example):
    """With all that they load, compressed as any web server does."""
    import gzip

    for name, most in (("index.html", 100_000), ("villages/990101100200.html", 60_000)):
        page = (example / name).read_bytes()
        loads = {load.partition("?")[0] for load in Reader(page.decode("utf-8")).loads if not load.endswith(".xml")}
        files = [(example / name).parent / load for load in loads]
        assert all(place.is_file() for place in files) and len(files) < 12, loads
        weight = sum(len(gzip.compress(content)) for content in (page, *(place.read_bytes() for place in files)))
        assert weight < most, (name, weight)
    assert len(gzip.compress((example / "data/names.js").read_bytes())) < 120_000


def test_no_rule_about_persons_is_among_them(example):
    said = json.loads((example / QUALITY).read_bytes())["rules"]
    with (example / "data/rules.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = {row["规则号"]: row for row in csv.DictReader(stream)}
    assert len(said) > 200
    for rule, count in said.items():
        row = rows[rule]
        assert [row["程度"], row["检查数"], row["不符合"]] == [str(value) for value in count.values()]
    page = re.sub("</?span[^>]*>", "", (example / "policies/over-time.html").read_text("utf-8"))
    assert f"{len(said)} 条不涉及户和人的规则" in page and "以后每发布一次" in page
    households = [rule for rule, row in rows.items() if row["检查数"] in ("不公布", "季末公布")]
    assert households and not said.keys() & set(households)


def test_what_has_a_label_has_a_role_that_may_have_one(example):
    """A label on a paragraph or a piece of code is said by no screen reader, and no valid HTML."""
    plain = re.compile(r"<(?:pre|p|span|div|code|b|i|small|strong|em|u)\b(?![^>]*\brole=)[^>]*\baria-label[^>]*>")
    looked = {(path.parent, path.name == "index.html"): path for path in example.rglob("*.html")}
    assert len(looked) > 20
    for path in looked.values():
        assert not plain.findall(path.read_text("utf-8")), path
