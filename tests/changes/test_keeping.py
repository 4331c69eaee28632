"""What may not vanish or change any more: each kind deleted, edited and excused; rules judged by the old ones too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from changes.test_planted import NOTICE, PROJECT, Files, both, county, drop, first, remove, swap
from gongshi.changes.keeping import keeping, vanished
from gongshi.changes.rulings import loosened
from support import DictTree, project_descriptor

DAY = date(2020, 6, 30)
CASE = "records/townships/guzhen/cases/2020/Z2020-00001.yaml"
DOCUMENTS = "records/county/documents.csv"


def ledger(**more: str) -> DictTree:
    """The county with a notice of two projects, an objection and commitments, a case that it publishes, a paid batch."""
    files = dict(county().files)
    files[NOTICE] += (
        "case_id: Z2020-00001\nprojects:\n  - {project_id: 990101-2020-JS-0001}\n  - {project_id: 990101-2020-JS-0002}\n"
        "objections:\n  - {raised_on: 2020-02-05, topic: 金额不符}\n"
        f"commitments:\n  - {{page: 1, commitment: {'ab' * 32}}}\n"
    ).encode()
    files[CASE] = (
        "case_id: Z2020-00001\nprocedure: 退出\nvillage_code: '990101100001'\nopened_on: 2020-01-01\n"
        "steps:\n  - {step_no: 1, step: 民主评议, level: 村, done_on: 2020-01-05}\n"
        "households:\n  - {household_no: H0000001}\n  - {household_no: H0000002}\n"
    ).encode()
    files[first("subsidies")] = files[first("subsidies")].replace(b"2020-03-20,,", b"2020-03-20,,F0000039", 5)
    return DictTree({**files, **{path: text.encode() for path, text in more.items()}})


def found(act: Callable[[Files], None], before: DictTree | None = None, day: date = DAY) -> list[tuple[str, str, str]]:
    before = before or ledger()
    files = dict(before.files)
    act(files)
    return [(one.code, one.resource, one.severity.value) for one in vanished(before, DictTree(files), day)]


def text(path: str, old: str, new: str) -> Callable[[Files], None]:
    def act(files: Files) -> None:
        assert old in files[path].decode()
        files[path] = files[path].decode().replace(old, new, 1).encode()

    return act


def document(title: str) -> Callable[[Files], None]:
    names = project_descriptor().resources["documents"].schema.names
    line = ",".join({"doc_no": "示扶〔2020〕9号", "title": title}.get(name, "") for name in names)
    return lambda files: files.update({DOCUMENTS: files[DOCUMENTS] + f"{line}\n".encode()})


GONE = {
    "notice": (remove(NOTICE), "vanished", "notices"),
    "objection": (text(NOTICE, "objections:\n  - {raised_on: 2020-02-05, topic: 金额不符}\n", ""), "vanished", "notice-objections"),
    "objection's topic": (text(NOTICE, "topic: 金额不符", "topic: 其他"), "vanished", "notice-objections"),
    "commitment's digit": (text(NOTICE, "abab", "abac"), "frozen", "notice-commitments"),
    "list of a notice": (text(NOTICE, "  - {project_id: 990101-2020-JS-0002}\n", ""), "frozen", "notice-projects"),
    "list grows": (text(NOTICE, "JS-0002}\n", "JS-0002}\n  - {project_id: 990101-2020-JS-0000}\n"), "frozen", "notice-projects"),
    "text of a notice": (swap(NOTICE, "title", "示例县项目库公示", "别的公示"), "frozen", "notices"),
    "last day of a notice": (swap(NOTICE, "ends_on", "2020-02-20", "2020-02-09"), "frozen", "notices"),
    "household of the list": (text(CASE, "  - {household_no: H0000002}\n", ""), "frozen", "case-households"),
    "household into the list": (text(CASE, "H0000002}\n", "H0000002}\n  - {household_no: H0000009}\n"), "frozen", "case-households"),
    "case": (remove(CASE), "vanished", "cases"),
    "complaint": (drop(first("complaints"), "T202003"), "vanished", "complaints"),
    "complaint's number": (swap(first("complaints"), "T202003", "T202003", "T202099"), "vanished", "complaints"),
    "asset": (drop(first("assets"), "A00007"), "vanished", "assets"),
    "payment": (drop(first("payments"), "F0000018"), "vanished", "payments"),
    "visit": (drop(first("contacts"), "J0000004"), "vanished", "contacts"),
    "loan": (drop(first("loans"), "K000007"), "vanished", "loans"),
    "household": (drop(first("households"), "H0001599"), "vanished", "households"),
    "project": (remove(PROJECT), "frozen", "projects"),
    "budget": (swap(PROJECT, "amount", "900000.00", "990000.00"), "frozen", "project-budget"),
    "plan": (swap(PROJECT, "budget_total", "900000.00", "990000.00"), "frozen", "projects"),
    "paid batch": (swap(first("subsidies"), "D0000002", "300.00", "301.00"), "frozen", "subsidies"),
    "one of a paid batch": (drop(first("subsidies"), "D0000002"), "frozen", "subsidies"),
    "out of a paid batch": (swap(first("subsidies"), "D0000002", "F0000039", "F0000038"), "frozen", "subsidies"),
}  # fmt: skip


@pytest.mark.parametrize("name", GONE)
def test_what_may_not_vanish_or_change(name: str) -> None:
    act, code, resource = GONE[name]
    assert (code, resource, "error") in found(act)


EXCUSED = {
    "nothing": lambda files: None,
    "withdrawn": both(text(NOTICE, "ends_on: 2020-02-20", "ends_on: 2020-02-20\nwithdrawn_on: 2020-02-10"), GONE["commitment's digit"][0]),
    "closed": text(NOTICE, "ends_on: 2020-02-20", "ends_on: 2020-02-20\nresult: 无异议\nclosed_on: 2020-02-21"),
    "an objection came": text(NOTICE, "objections:\n", "objections:\n  - {raised_on: 2020-02-04, topic: 程序问题}\n"),
    "an objection was answered": text(NOTICE, "topic: 金额不符", "topic: 金额不符, answered_on: 2020-02-09, outcome: 维持"),
    "a document names it": both(GONE["payment"][0], document("关于更正支付F0000018的批复")),
    "a document names the complaint": both(GONE["complaint"][0], document("T202003 重复登记的说明")),
    "the project was adjusted": both(
        GONE["budget"][0],
        text(PROJECT, "stage: 开工\n", "stage: 开工\nchanges:\n  - {changed_on: 2020-05-01, change_kind: 调增预算}\n"),
    ),
    "it goes on": text(PROJECT, "stage: 开工", "stage: 竣工"),
    "not yet paid": swap(first("subsidies"), "D0000333", "300.00", "301.00"),
    "asset worn out": swap(first("assets"), "A00007", "在用", "报废"),
    "spelling": text(first("payments"), "1000.00", "1000.0"),
}  # fmt: skip


@pytest.mark.parametrize("name", EXCUSED)
def test_what_may_be_done(name: str) -> None:
    assert found(EXCUSED[name]) == []


def test_a_document_excuses_only_what_it_names() -> None:
    assert found(both(GONE["payment"][0], document("关于更正支付F0000019的批复"))) == [
        ("vanished", "payments", "error")
    ]


def test_a_notice_that_has_not_begun_is_a_draft() -> None:
    assert found(GONE["notice"][0], day=date(2020, 1, 31)) == []
    assert found(GONE["list of a notice"][0], day=date(2020, 1, 31)) == []
    assert found(GONE["list of a notice"][0], day=date(2020, 2, 1))


def test_a_withdrawn_notice_stays() -> None:
    before = ledger()
    text(NOTICE, "ends_on: 2020-02-20", "ends_on: 2020-02-20\nwithdrawn_on: 2020-02-10")(before.files)
    assert ("vanished", "notices", "error") in found(GONE["notice"][0], before)


def test_a_closed_case_is_closed_and_a_new_one_corrects() -> None:
    before = ledger()
    text(CASE, "opened_on: 2020-01-01", "opened_on: 2020-01-01\nclosed_on: 2020-03-01")(before.files)
    text(NOTICE, "case_id: Z2020-00001\n", "")(before.files)
    assert found(text(CASE, "done_on: 2020-01-05", "done_on: 2019-12-05"), before) == [
        ("frozen", "case-steps", "error")
    ]
    assert found(GONE["household of the list"][0], before) == [("frozen", "case-households", "error")]
    correcting = CASE.replace("00001", "00002")
    new = "case_id: Z2020-00002\nprocedure: 更正\nopened_on: 2020-06-01\nhouseholds:\n  - {household_no: H0000002}\n"
    corrected = both(GONE["one of a paid batch"][0], lambda files: files.update({correcting: new.encode()}))
    assert found(corrected, before) == []


def test_a_paid_payment_that_changes_is_told() -> None:
    assert found(swap(first("payments"), "F0000018", "U000", "U003")) == [("changed-payment", "payments", "warning")]


def test_what_is_kept_is_there() -> None:
    known, tables = keeping(), project_descriptor().resources
    assert {*known.kept, *known.posted.under, known.posted.lists} <= tables.keys()
    fields = [*known.posted.filled.items()]
    for entry in known.decided:
        fields += [*entry.fields.items(), *((table, {entry.through} - {""}) for table in entry.tables)]
        assert entry.tables <= tables.keys() and {entry.unless} - {""} <= tables.keys()
    assert all({*names} <= {*tables[table].schema.names} for table, names in fields)


def test_looser_rules_and_opened_fields_are_warnings() -> None:
    files = dict(county().files)
    path = "records/schemas/households.yaml"
    files[path] = files[path].replace(b"disclosure: internal", b"disclosure: public", 1)
    files["policies/p.yaml"] = files["policies/p.yaml"].replace(
        b"id: r1, kind: change, severity: error", b"id: r1, kind: change, severity: notice"
    )
    told = [(one.code, one.severity.value) for one in loosened(county(), DictTree(files))]
    assert told == [("opened", "warning"), ("loosened", "warning")]
    assert [one.code for one in loosened(DictTree(files), county())] == []
