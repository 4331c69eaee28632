"""The example went over to memberships by the declared step: no value of a household or person changed, and no other record."""

from __future__ import annotations

from committed import GIT, commit_of
from gongshi.package import load, quoted
from gongshi.package.descriptor import RECORDS
from gongshi.repository import MemoryTree, RevisionTree, Tree, differing
from gongshi.review.stepping import stepped

MOVED = "身份登记：脱贫状态、类别、致贫原因、低保和特困由身份登记推出"
TOWN = "changle"


def sides() -> tuple[RevisionTree, RevisionTree]:
    commit = commit_of(MOVED)
    trees = RevisionTree(GIT, f"{commit}^"), RevisionTree(GIT, commit)
    for tree in trees:
        tree.prefetch(tree.paths(f"{RECORDS}/"))
    return trees


def as_read(tree: Tree, name: str) -> list[tuple]:
    with load(tree, [name]) as database:
        names = database.descriptor.resources[name].schema.names
        return database.sql(f"SELECT {quoted(names)} FROM {database.text_of(name)} ORDER BY rowid")


def test_every_value_of_every_household_and_person_reads_as_before() -> None:
    before, after = sides()
    for name, count in (("households", 8696), ("members", 24294)):
        rows = as_read(before, name)
        assert len(rows) == count and rows == as_read(after, name)
    with load(after, ["households", "members"]) as database:
        fields = {"households": ("poverty_status", "household_class", "main_cause"), "members": ("dibao", "tekun")}
        for name, cells in fields.items():
            assert database.sql(f"SELECT DISTINCT {quoted(cells)} FROM raw.{name}") == [("",) * len(cells)]


def test_nothing_else_of_the_records_changed() -> None:
    changed = {path.rpartition("/")[2] for path in differing(*sides()) if path.startswith(f"{RECORDS}/")}
    own = {"households.csv", "members.csv", "memberships.csv"}
    assert changed == own | {
        "membership-kinds.csv",
        "2020-Q2.csv",
        "households.yaml",
        "membership-kinds.yaml",
        "README.md",
    }


def test_the_declared_step_makes_of_a_township_what_the_generator_wrote() -> None:
    before, after = sides()
    pack = ("schemas/", "county/membership-kinds.csv")
    files = {path: before.read(path) for path in before.paths(f"{RECORDS}/")}
    files |= {
        path: after.read(path)
        for path in after.paths(f"{RECORDS}/")
        if path.startswith(tuple(f"{RECORDS}/{name}" for name in pack))
    }
    files = {path: data for path, data in files.items() if "/townships/" not in path or f"/{TOWN}/" in path}
    made = stepped(MemoryTree(files))
    assert {path.rpartition("/")[2] for path in made} == {"households.csv", "members.csv", "memberships.csv"}
    for path, data in made.items():
        wanted = after.read(path)
        if path.endswith("memberships.csv"):  # in a county of one township numbers begin with it
            data, wanted = (b"\n".join(line[8:] for line in text.splitlines()[1:]) for text in (data, wanted))
        assert data == wanted, path
