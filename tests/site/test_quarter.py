"""The records as they stood at a quarter's end, and that a site within a quarter says nothing new about people."""

from __future__ import annotations

import datetime
import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from reading import plain

from gongshi.changes.commits import commit_at
from gongshi.disclosure.figures import Period
from gongshi.disclosure.standing import standing
from gongshi.model import GongshiError
from gongshi.package import load as tables
from gongshi.repository import Git, WorkTree
from gongshi.site import load
from gongshi.site.render import chinese
from support import ROOT, tree_of

COUNTY, TOWN = "990101000000", "990101100000"
VILLAGES = ("990101100200", "990101100201", "990101100202")
JULY, OCTOBER = datetime.date(2020, 7, 20), datetime.date(2020, 10, 1)


def ledger(
    exited: int = 60, village: str = "", water: str = "7", frozen: bool = True, **county: str
) -> dict[str, bytes]:
    """A county of three villages with thirty households each, ``exited`` of them no longer poor."""
    homes = [(f"H{n:07}", VILLAGES[n % 3]) for n in range(90)]
    more = [village] if village else []
    figures = [("people", COUNTY, "households", "90"), ("people", COUNTY, "persons", "270")] * frozen
    figures += [("villages", code, "water_households", "7") for code in VILLAGES] * frozen
    rows = {
        "county": [{"county_code": COUNTY, "name": "示例县", "example": "是", "office": "扶贫办", "hotline": "12317"} | county],
        "divisions": [
            {"division_code": COUNTY, "name": "示例县", "level": "县"},
            {"division_code": TOWN, "name": "古镇", "level": "乡镇", "parent_code": COUNTY, "slug": "guzhen"},
            *({"division_code": code, "name": f"村{code[-2:]}", "level": "村", "parent_code": TOWN}
              for code in (*VILLAGES, *more)),
        ],
        "villages": [
            {"village_code": code, "households": "300", "population": "900", "village_class": "贫困村", "water_households": water}
            for code in (*VILLAGES, *more)
        ],
        "households": [
            {"household_no": number, "village_code": code, "group_name": "1组", "population": "3", "main_cause": "缺技术",
             "household_class": "扶贫户", "poverty_status": "已脱贫" if n < exited else "未脱贫"}
            for n, (number, code) in enumerate(homes)
        ],
        "figures": [
            {"period": "2020-Q2", "figure": figure, "place": place, "item": "合计", "measure": measure, "value": value}
            for figure, place, measure, value in figures
        ],
    }  # fmt: skip
    files = dict(tree_of(rows).files)
    rule = """{id: r-helped, title: 户户有帮扶, kind: coverage, severity: warning, clause: 一, message: 缺, resource: households,
      other: pairings, match: {household_no: household_no}, at_least: 1}"""
    files["policies/book.yaml"] = f"policy: book\ntitle: 试\napplies: county\nrules:\n  - {rule}\n".encode()
    return files


class Repository:
    """A repository whose commits are made on the days given."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str, day: str = "2020-01-01") -> str:
        names = {f"GIT_{who}_{what}": "t" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        dates = {f"GIT_{who}_DATE": f"{day}T12:00:00+08:00" for who in ("AUTHOR", "COMMITTER")}
        done = subprocess.run(
            ["git", "-C", str(self.root), *arguments], capture_output=True, check=True, env=os.environ | names | dates
        )
        return done.stdout.decode().strip()

    def commit(self, day: str, files: dict[str, bytes]) -> str:
        for path, content in files.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_bytes(content)
        self.git("add", "-A")
        self.git("commit", "-qm", day, "--allow-empty", day=day)
        return self.git("rev-parse", "HEAD")

    def published(self, day: datetime.date) -> dict[str, str]:
        """Everything that the site of the last commit says on ``day``, without the commit's own number."""
        site = load(self.root, day, day)
        found = {
            path: plain(b"".join(chunks))
            for path, chunks in site.files()
            if not path.endswith((".xlsx", ".zip", ".sha256"))
        }
        found |= {page.path: page.body for page in site.pages()}
        for path in (
            *("index", "townships/index", "help/index", "education/index", "policies/index", "policies/rules"),
            "catalogue/index",
        ):
            found[f"{path}.html"] = site.section(f"{path}.html").body
        commit = Git(self.root).head()
        return {path: text.replace(commit, "").replace(commit[:12], "") for path, text in found.items()}

    def standing(self, day: datetime.date):
        """What the figures of the last quarter before ``day`` are counted from."""
        return standing(tables(WorkTree(self.root)), Period.at(day).end, Git(self.root))


@pytest.fixture
def county(tmp_path) -> Repository:
    """On record before the quarter's end, and a household exits after it."""
    made = Repository(tmp_path / "ledger")
    made.commit("2020-06-20", ledger())
    return made


def exited(made: Repository, day: datetime.date) -> int | None:
    """How many were no longer poor in the records that a figure is counted from."""
    with made.standing(day) as then:
        return then.sql("SELECT count(*) FROM households WHERE poverty_status = '已脱贫'")[0][0] if then else None


# -- the site -----------------------------------------------------------------------------------------------------


def test_what_happens_to_people_within_the_quarter_changes_nothing_on_the_site(county):
    before = county.published(JULY)
    assert ">90<" in before["townships/index.html"]
    county.commit("2020-07-05", ledger(exited=61, water="8"))
    after = county.published(JULY)
    assert after == before, [path for path in after if after[path] != before[path]]
    later = JULY + datetime.timedelta(30)
    august = county.published(later)
    assert august != before and undated(august, later) == undated(before, JULY), "only the day of the build is another"


def undated(found: dict[str, str], day: datetime.date) -> dict[str, str]:
    """What the site says, without the day of the build."""
    said = re.compile(f"{day.isoformat()}|{chinese(day)}|{day.year}年到{day.month}月{day.day}日")
    return {path: said.sub("", text) for path, text in found.items()}


def test_the_difference_is_seen_when_it_is_frozen(county):
    before = county.published(JULY)
    files = ledger()
    path = next(path for path in files if "/figures/" in path)
    county.commit("2020-07-05", {path: files[path].replace(b",90\n", b",91\n")})
    after = county.published(JULY)
    changed = {path for path in after if after[path] != before[path]}
    assert {
        "data/people-county.csv",
        "data/people-county.json",
        "townships/index.html",
        "help/index.html",
    } <= changed


def test_money_and_projects_do_not_wait(county):
    project = {
        "project_id": "990101-2020-CY-0001",
        "name": "茶园",
        "year": "2020",
        "township_code": TOWN,
        "benef_households": "40",
        "budget_total": "5000.00",
    }
    files = tree_of({"projects": [project]}).files
    county.commit("2020-07-05", {path: text for path, text in files.items() if path.startswith("records/projects/")})
    (row,) = json.loads(county.published(JULY)["data/projects.json"])
    assert row["budget_total"] == "5000.00"
    assert row["benef_households"] is None and "受益户数季末公布" in row["note"]


def test_a_village_that_is_new_this_quarter_has_no_figures_yet(county):
    county.commit("2020-07-05", ledger(village="990101100203"))
    found = county.published(JULY)
    assert "季末公布" in found["villages/990101100203.html"]
    rows = {row["village_code"]: row for row in json.loads(found["data/villages.json"])}
    assert rows["990101100203"]["water_households"] is None and rows[VILLAGES[0]]["water_households"] == 7
    assert "季末公布" in rows["990101100203"]["note"]


def test_a_ledger_without_figures_publishes_no_figure_of_people(tmp_path):
    young = Repository(tmp_path / "young")
    young.commit("2020-07-05", ledger(frozen=False))
    found = young.published(JULY)
    assert "季末公布" in found["index.html"] and ">90<" not in found["townships/index.html"]
    assert all(json.loads(found[f"data/{name}.json"]) == [] for name in ("loans", "contacts", "school-aid", "benefits"))
    assert "r-helped" in found["data/rules.csv"] and "季末公布,季末公布" in found["data/rules.csv"]
    package = json.loads(found["data/datapackage.json"])
    assert "截至2020年6月30日" not in package["description"], "no day is said of which nothing was counted"
    assert "小额信贷季末公布。" in found["help/index.html"] and "帮扶活动次数季末公布。" in found["help/index.html"]
    assert "学生资助季末公布。" in found["education/index.html"] and "没有登记学生资助" not in str(found)
    assert '#loans"><span class="gs-few">季末公布</span></a>' in found["catalogue/index.html"]


def test_figures_of_a_period_that_has_not_ended_are_not_shown(county):
    found = county.published(datetime.date(2020, 6, 29))
    assert ">90<" not in found["townships/index.html"] and "季末公布" in found["index.html"]


def test_of_a_figure_that_is_empty_the_site_says_so(county):
    assert "没有可公布的学生资助。" in county.published(OCTOBER)["education/index.html"]
    assert "截至2020年6月30日" in json.loads(county.published(OCTOBER)["data/datapackage.json"])["description"]


# -- what a figure is counted from --------------------------------------------------------------------------------


def test_the_records_of_the_quarters_end_are_found(county):
    county.commit("2020-07-05", ledger(exited=61))
    assert exited(county, JULY) == 60 and exited(county, OCTOBER) == 61


def test_records_that_could_not_be_read_then_are_not_guessed(tmp_path):
    made = Repository(tmp_path / "broken")
    files = ledger()
    made.commit("2020-06-20", files | {"records/townships/guzhen/households.csv": b"x\n"})
    made.commit("2020-07-05", files)
    assert exited(made, JULY) is None


def test_a_ledger_of_one_day_is_counted_as_of_that_day_if_it_is_a_quarters_end(tmp_path):
    made = Repository(tmp_path / "dated")
    made.commit("2026-01-01", ledger(as_of="2020-06-30"))
    assert exited(made, JULY) == 60
    made.commit("2026-01-01", ledger(as_of="2020-05-31"))
    assert exited(made, datetime.date(2020, 5, 31)) is None


def test_the_version_is_what_main_was_at_the_quarters_end(tmp_path):
    made = Repository(tmp_path / "ledger")
    june = made.commit("2020-06-30", {"a": b"1"})
    made.git("checkout", "-qb", "side")
    made.commit("2020-06-30", {"b": b"2"})
    made.git("checkout", "-q", "main")
    made.commit("2020-07-01", {"c": b"3"})
    made.git("merge", "-q", "--no-ff", "side", "-m", "merge", day="2020-07-02")
    head = made.commit("2020-06-29", {"d": b"4"})
    git, end = Git(made.root), datetime.date(2020, 6, 30)
    assert commit_at(git, head, end) == june, "what is made to look older came later"
    assert commit_at(git, head, datetime.date(2020, 3, 31)) is None
    assert commit_at(git, june, end) == june


def test_the_records_of_then_are_read_in_one_go(county, monkeypatch):
    county.commit("2020-07-05", ledger(exited=61))
    asked, blobs = [], Git.blobs
    monkeypatch.setattr(Git, "blobs", lambda git, names: asked.append(names) or blobs(git, names))
    county.standing(JULY).__enter__()
    assert len(asked) < 10, "one process of Git for many files"


def test_the_quarter_ends_by_the_clock_of_china(tmp_path):
    made = Repository(tmp_path / "ledger")
    made.git("commit", "-qm", "x", "--allow-empty", day="2020-06-30")
    env = os.environ | {"GIT_COMMITTER_DATE": "2020-06-30T16:30:00+00:00"}  # half past midnight in China
    names = ("-c", "user.name=t", "-c", "user.email=t")
    subprocess.run(["git", "-C", made.root, *names, "commit", "-qm", "y", "--allow-empty"], check=True, env=env)
    git = Git(made.root)
    assert commit_at(git, git.head(), datetime.date(2020, 6, 30)) == made.git("rev-parse", "HEAD^")


def test_a_shallow_clone_is_refused_in_one_sentence_where_its_history_is_too_short(county, tmp_path):
    county.commit("2020-07-05", ledger(exited=61))
    county.git("clone", "-q", "--depth", "1", county.root.as_uri(), str(tmp_path / "shallow"))
    git = Git(tmp_path / "shallow")
    with pytest.raises(GongshiError, match=r"浅克隆.*--unshallow") as error:
        standing(tables(WorkTree(tmp_path / "shallow")), Period.at(JULY).end, git)
    assert str(error.value).count("。") == 1


@pytest.mark.parametrize(
    ("day", "end"),
    [("2020-06-30", "2020-06-30"), ("2020-06-29", "2020-03-31"), ("2020-01-01", "2019-12-31"), ("2020-12-31", "2020-12-31")],
)  # fmt: skip
def test_the_last_quarters_end(day, end):
    assert Period.at(datetime.date.fromisoformat(day)).end == datetime.date.fromisoformat(end)


def test_the_example_is_counted_as_of_its_own_day():
    from gongshi.package import county_day

    with tables(WorkTree(ROOT), ["county"]) as database:
        assert Period.at(county_day(database)).end == county_day(database)
