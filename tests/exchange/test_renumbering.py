"""Two clerks give the same numbers from the same base and propose on one day: both arrive, no number is used twice, and every
reference, file name and sealed box goes along."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from pathlib import Path

import pytest
from click.testing import CliRunner

from exchange.clones import clone as clone
from exchange.clones import git, own_git, said
from exchange.conftest import DAY, HOUSEHOLD, MEMBER
from exchange.test_persons import id_no
from gongshi.checks import check_records
from gongshi.cli.due import undo
from gongshi.cli.propose import renumber as command
from gongshi.exchange.proposing import propose, renumber
from gongshi.model import GongshiError, Severity
from gongshi.package import csv_bytes, load, yaml_bytes
from gongshi.package.yamlfile import parse, plain
from gongshi.repository import Git, WorkTree, writer
from gongshi.sealing import read_identity, seal, unseal
from support import project_descriptor

__all__ = ["own_git"]
TOWN = "records/townships/guzhen"
HOME = HOUSEHOLD | {"poverty_status": "", "identified_on": ""}  # registered, not yet identified
NAMES = ("赵㐂龘", "钱㚈㚉")
IDS = (id_no("19750505", "333"), id_no("19760606", "444"))
PROJECT = {
    "project_id": "990101-2020-CY-0001", "year": "2020", "category": "产业扶贫", "build_kind": "新建", "township_code": "990101100000",
    "owner_unit": "U001", "owner_post": "局长", "approval_level": "县", "planned_start": "2020-03-01", "planned_end": "2020-10-31",
    "content": "新建茶园", "budget_total": "500000.00", "benef_households": "30", "benef_persons": "95", "in_plan": "是", "stage": "入库",
}  # fmt: skip
NOTICE = {
    "notice_id": "G2020-00001", "notice_kind": "贫困户识别公示", "division_code": "990101100001", "place": "村务公开栏",
    "starts_on": "2020-03-02", "ends_on": "2020-03-08", "publisher_unit": "U001",
}  # fmt: skip


def add(root: Path, resource: str, path: str, **cells: str) -> None:
    """One record more in a file of records."""
    schema = project_descriptor().resources[resource].schema
    line = csv_bytes(schema, [[cells.get(name, "") for name in schema.names]]).splitlines(keepends=True)[1]
    place = root / path
    place.write_bytes((place.read_bytes() if place.exists() else csv_bytes(schema, [])) + line)


def document(root: Path, name: str, path: str, row: Mapping[str, str], **lists: list[dict[str, str]]) -> None:
    descriptor = project_descriptor()
    kind = next(one for one in descriptor.documents if one.name == name)
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(
        yaml_bytes(descriptor, kind, row, {target: lists.get(target, []) for target in kind.lists})
    )


def work(root: Path, who: int, key) -> None:
    """A day's work of one of two clerks, all numbers the next free ones of the same base: a household, its head and his box, a
    pairing, a measure, a payment's line of subsidies, a project with its village, and a notice."""
    group, name = ("7组", "8组")[who], ("茶园", "鱼塘")[who]
    home = {"household_no": "H0000010"}
    add(root, "households", f"{TOWN}/households.csv", **HOME | home | {"group_name": group, "population": "1"})
    man = MEMBER | home | {"member_no": "M00000003", "birth_ym": ("1975-05", "1976-06")[who]}
    add(root, "members", f"{TOWN}/members.csv", **man)
    seal(root, "guzhen", "2020", f"member_no,name,id_no\nM00000003,{NAMES[who]},{IDS[who]}\n".encode(), key)
    pair = {"pairing_id": "J0000001", "role": "帮扶责任人", "helper_no": f"B0000{who + 1}", "started_on": "2020-02-01"}
    add(root, "pairings", f"{TOWN}/pairings.csv", **home, **pair)
    add(root, "contacts", f"{TOWN}/contacts.csv", pairing_id="J0000001", contacted_on="2020-03-01", contact_kind="走访")
    document(
        root, "project", "records/projects/2020/990101-2020-CY-0001.yaml", PROJECT | {"name": f"{name}项目"},
        villages=[{"project_id": PROJECT["project_id"], "village_code": "990101100001"}],
    )  # fmt: skip
    add(
        root,
        "measures",
        f"{TOWN}/measures.csv",
        measure_id="C0000001",
        **home,
        project_id=PROJECT["project_id"],
        content=name,
    )
    document(root, "township-notice", f"{TOWN}/notices/2020/G2020-00001.yaml", NOTICE | {"title": f"甲村{name}公示"})


def rows(root: Path, resource: str) -> list[dict[str, str]]:
    with load(WorkTree(root), [resource]) as database:
        names = database.descriptor.resources[resource].schema.names
        columns = ", ".join(f'"{name}"' for name in names)
        return [dict(zip(names, row, strict=True)) for row in database.sql(f'SELECT {columns} FROM raw."{resource}"')]


@pytest.fixture
def other(clone: Path, tmp_path: Path) -> Path:
    """A second clerk's clone of the same main."""
    for number in ("B00001", "B00002"):
        add(
            clone,
            "helpers",
            "records/county/helpers.csv",
            helper_no=number,
            name=f"帮扶人{number[-1]}",
            unit_code="U001",
            post="科员",
        )
    git(clone, "commit", "-q", "-am", "帮扶人")
    git(clone, "push", "-q", "origin", "main")
    git(tmp_path, "clone", "-q", "-b", "main", "remote.git", "second")
    return tmp_path / "second"


def key_of(root: Path, tmp_path: Path):
    return read_identity(tmp_path / "home/guzhen", root)


def commit(root: Path, branch: str) -> None:
    """What a clerk did, sent under a name of the remote."""
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "一天的事")
    git(root, "push", "-q", "origin", f"HEAD:refs/heads/{branch}")


def give(root: Path, key=None) -> dict[str, str]:
    git(root, "fetch", "-q", "origin")
    with writer(root) as write:
        return dict(renumber(root, Git(root), write, DAY, key))


NEW = {
    "H0000010": "H0000011", "M00000003": "M00000004", "J0000001": "J0000002", "C0000001": "C0000002",
    "990101-2020-CY-0001": "990101-2020-CY-0002", "G2020-00001": "G2020-00002",
}  # fmt: skip


@pytest.mark.parametrize("branch", ["main", "songshen/2020-06-30-guzhen-1"])
def test_a_whole_day_of_two_clerks(clone: Path, other: Path, tmp_path: Path, branch: str) -> None:
    """Whether the first is accepted already or waits for review."""
    work(clone, 0, key_of(clone, tmp_path))
    commit(clone, branch)
    git(other, "fetch", "-q")
    for path in ("records/keys/guzhen/2020.age",):  # the township's key of the year was there before
        (other / path).parent.mkdir(parents=True, exist_ok=True)
        (other / path).write_bytes((clone / path).read_bytes())
    key = key_of(other, tmp_path)
    work(other, 1, key)
    with pytest.raises(GongshiError, match="--identity"):
        give(other)
    before = {path: (other / path).read_bytes() for path in WorkTree(other).paths("records/")}
    assert all((other / path).read_bytes() == data for path, data in before.items())
    assert give(other, key) == NEW and give(other, key) == {}
    homes = {row["household_no"]: row["group_name"] for row in rows(other, "households")}
    assert homes["H0000011"] == "8组" and "H0000010" not in homes
    (pair,) = rows(other, "pairings")
    (visit,) = rows(other, "contacts")
    (measure,) = rows(other, "measures")
    assert (pair["pairing_id"], pair["household_no"], visit["pairing_id"]) == ("J0000002", "H0000011", "J0000002")
    assert (measure["measure_id"], measure["household_no"], measure["project_id"]) == (
        "C0000002",
        "H0000011",
        NEW[PROJECT["project_id"]],
    )
    opened = {row["member_no"]: row["name"] for row in unseal(WorkTree(other), "guzhen", key)}
    assert opened == {"M00000004": NAMES[1]}
    assert not (other / "records/projects/2020/990101-2020-CY-0001.yaml").exists()
    project = plain(parse((other / "records/projects/2020/990101-2020-CY-0002.yaml").read_bytes()))
    assert project["project_id"] == NEW[PROJECT["project_id"]] and "鱼塘" in project["name"]
    assert plain(parse((other / f"{TOWN}/notices/2020/G2020-00002.yaml").read_bytes()))["notice_id"] == "G2020-00002"
    with load(WorkTree(other)) as database:
        wrong = [
            one.message for one in check_records(database) if one.severity is Severity.ERROR and "找不到" in one.message
        ]
    assert wrong == []


def test_both_arrive_and_nothing_is_lost(clone: Path, other: Path, tmp_path: Path) -> None:
    """By propose alone: the second gets other numbers before anything of it is committed, and merges without a conflict."""
    for who, root in enumerate((clone, other)):
        home = HOME | {"household_no": "H0000010", "group_name": f"{7 + who}组", "population": "1"}
        add(root, "households", f"{TOWN}/households.csv", **home)
        man = MEMBER | {"household_no": "H0000010", "member_no": "M00000003", "birth_ym": f"197{who}-05"}
        add(root, "members", f"{TOWN}/members.csv", **man)
    first = propose(clone, said("新户"), DAY)
    second = propose(other, said("新户"), DAY)
    assert first.renumbered == () and dict(second.renumbered) == {"H0000010": "H0000011", "M00000003": "M00000004"}
    assert "H0000010" not in git(other, "log", "-p", "--format=", "main..HEAD", "--", f"{TOWN}/members.csv")
    git(clone, "push", "-q", "origin", f"{first.branch}:main")
    third = propose(other, said("新户"), DAY)
    assert third.merged and third.renumbered == ()
    homes = {row["household_no"]: row["group_name"] for row in rows(other, "households")}
    assert homes["H0000010"] == "7组" and homes["H0000011"] == "8组"
    assert {row["member_no"]: row["household_no"] for row in rows(other, "members")}["M00000004"] == "H0000011"


def test_one_record_entered_twice_is_for_people_to_join(clone: Path, other: Path) -> None:
    """The same helper, or the same household but for a figure, is no second record; a wholly other one is."""
    same = {"helper_no": "B00003", "name": "帮扶人三", "unit_code": "U001"}
    add(clone, "helpers", "records/county/helpers.csv", **same, post="科长")
    add(other, "helpers", "records/county/helpers.csv", **same, post="科员")
    home = HOME | {"household_no": "H0000010"}
    add(clone, "households", f"{TOWN}/households.csv", **home)
    add(other, "households", f"{TOWN}/households.csv", **home | {"population": "5"})
    add(
        clone,
        "units",
        "records/county/units.csv",
        unit_code="U002",
        name="教育局",
        unit_kind="党政机关",
        unit_level="县",
    )
    add(
        other,
        "units",
        "records/county/units.csv",
        unit_code="U002",
        name="卫健局",
        unit_kind="党政机关",
        unit_level="县",
    )
    commit(clone, "main")
    assert give(other) == {"U002": "U003"}


def test_what_hangs_under_a_new_number_is_another_record(clone: Path, other: Path) -> None:
    """Two members alike in all their fields are two if their households are."""
    for who, root in enumerate((clone, other)):
        home = HOME | {"household_no": "H0000010", "group_name": f"{7 + who}组"}
        add(root, "households", f"{TOWN}/households.csv", **home)
        add(root, "members", f"{TOWN}/members.csv", **MEMBER | {"household_no": "H0000010", "member_no": "M00000003"})
    commit(clone, "main")
    assert give(other) == {"H0000010": "H0000011", "M00000003": "M00000004"}


@pytest.mark.parametrize("order", list(permutations(range(3)))[::2])
def test_three_clerks_in_any_order(clone: Path, other: Path, tmp_path: Path, order: tuple[int, ...]) -> None:
    git(tmp_path, "clone", "-q", "-b", "main", "remote.git", "third")
    roots = (clone, other, tmp_path / "third")
    for who, root in enumerate(roots):
        add(
            root,
            "households",
            f"{TOWN}/households.csv",
            **HOME | {"household_no": "H0000010", "group_name": f"{2 + who}组"},
        )
        add(
            root,
            "households",
            f"{TOWN}/households.csv",
            **HOME | {"household_no": "H0000011", "group_name": f"{5 + who}组"},
        )
    given: list[str] = []
    for place, who in enumerate(order):
        given += [*(give(roots[who]).values() or ("H0000010", "H0000011"))]
        commit(roots[who], f"songshen/2020-06-30-guzhen-{place + 1}")
    assert sorted(given) == [f"H00000{number}" for number in range(10, 16)]


def test_numbers_in_commits_of_before_are_renumbered_too(clone: Path, other: Path) -> None:
    """What was sent and returned: main has gone on meanwhile, with the same number for something else."""
    for who, root in enumerate((other, clone)):
        add(
            root,
            "households",
            f"{TOWN}/households.csv",
            **HOME | {"household_no": "H0000010", "group_name": f"{7 + who}组"},
        )
    git(other, "switch", "-q", "-c", "songshen/2020-06-30-guzhen-9")
    commit(other, "songshen/2020-06-30-guzhen-9")
    commit(clone, "main")
    assert give(other) == {"H0000010": "H0000011"}
    assert {row["household_no"]: row["group_name"] for row in rows(other, "households")}["H0000011"] == "7组"


def test_a_notice_whose_list_is_committed_to_is_made_anew(clone: Path, other: Path) -> None:
    for who, root in enumerate((clone, other)):
        lists = {"commitments": [{"notice_id": "G2020-00001", "page": "1", "commitment": "ab" * 32}]}
        document(
            root,
            "township-notice",
            f"{TOWN}/notices/2020/G2020-00001.yaml",
            NOTICE | {"title": f"公示{who}", "place": ("公示栏", "村委会")[who]},
            **lists,
        )
    commit(clone, "main")
    before = (other / f"{TOWN}/notices/2020/G2020-00001.yaml").read_bytes()
    with pytest.raises(GongshiError, match="重新办理公示"):
        give(other)
    assert (other / f"{TOWN}/notices/2020/G2020-00001.yaml").read_bytes() == before


def test_words_that_only_look_alike_stay(clone: Path, other: Path) -> None:
    """A number is replaced as a whole word, in every text of the changed files."""
    for who, root in enumerate((clone, other)):
        document(root, "project", "records/projects/2020/990101-2020-CY-0001.yaml", PROJECT | {
            "name": f"项目{who}", "content": "接续990101-2020-CY-0001，另见990101-2020-CY-00012"})  # fmt: skip
    commit(clone, "main")
    assert give(other) == {"990101-2020-CY-0001": "990101-2020-CY-0002"}
    content = plain(parse((other / "records/projects/2020/990101-2020-CY-0002.yaml").read_bytes()))["content"]
    assert content == "接续990101-2020-CY-0002，另见990101-2020-CY-00012"


def test_the_command_does_it_and_it_can_be_undone(clone: Path, other: Path) -> None:
    paths = [f"records/projects/2020/990101-2020-CY-000{n}.yaml" for n in (1, 2)]
    for who, root in enumerate((clone, other)):
        document(root, "project", paths[0], PROJECT | {"name": f"项目{who}"})
    commit(clone, "main")
    before = (other / paths[0]).read_bytes()
    done = CliRunner().invoke(command, [], obj=other)
    assert done.exit_code == 0 and "990101-2020-CY-0002" in done.output, done.output
    assert not (other / paths[0]).exists() and (other / paths[1]).exists()
    again = CliRunner().invoke(command, [], obj=other)
    assert again.exit_code == 0 and "没有与别人重的编号" in again.output
    assert CliRunner().invoke(undo, [], obj=other).exit_code == 0
    assert (other / paths[0]).read_bytes() == before and not (other / paths[1]).exists()


def test_one_household_of_another_system_is_not_registered_twice(clone: Path, other: Path) -> None:
    """Two numbers for one 户编号 of a national export: the second is refused where it is merged."""
    for who, root in enumerate((clone, other)):
        home = HOME | {"household_no": "H0000010", "group_name": f"{7 + who}组", "population": "1"}
        add(root, "households", f"{TOWN}/households.csv", **home)
        add(root, "members", f"{TOWN}/members.csv", **MEMBER | {"household_no": "H0000010", "member_no": "M00000003"})
        add(
            root,
            "aliases",
            "records/county/aliases.csv",
            kind="户编号",
            other_no="990101100000000077",
            household_no="H0000010",
        )
    commit(clone, "main")
    with pytest.raises(GongshiError, match="990101100000000077"):
        propose(other, said("新户"), DAY)


def test_one_person_does_not_get_a_second_number(clone: Path, other: Path, tmp_path: Path) -> None:
    for who, root in enumerate((clone, other)):
        key = key_of(root, tmp_path)
        if who:
            (root / "records/keys/guzhen").mkdir(parents=True, exist_ok=True)
            (root / "records/keys/guzhen/2020.age").write_bytes((clone / "records/keys/guzhen/2020.age").read_bytes())
        home = HOME | {"household_no": "H0000010", "group_name": f"{7 + who}组", "population": "1"}
        add(root, "households", f"{TOWN}/households.csv", **home)
        man = MEMBER | {"household_no": "H0000010", "member_no": "M00000003", "birth_ym": "1975-05"}
        add(root, "members", f"{TOWN}/members.csv", **man)
        seal(root, "guzhen", "2020", f"member_no,name,id_no\nM00000003,{NAMES[0]},{IDS[0]}\n".encode(), key)
    commit(clone, "main")
    with pytest.raises(GongshiError, match="M00000004 与 M00000003 是同一个身份证号"):
        propose(other, said("新户"), DAY, identity=key_of(other, tmp_path))
