"""The phase in which a new county is filled in; ``tests/nightly/year.py`` walks its whole year."""

from __future__ import annotations

import pytest

from gongshi.model import Severity
from gongshi.package import load
from gongshi.policy import run
from gongshi.repository import MemoryTree
from today.county import COUNTY_CARD, Rows, county_descriptor, county_files, county_policies, member, rows
from today.test_cases import DAY, errors, joined


def first_batch(**card: str) -> Rows:
    """Three households of a county that has only begun: themselves and their members, and nothing else about them."""
    given = rows(3)
    kept = ("divisions", "villages", "units", "helpers", "schools", "households", "members", "memberships")
    return {name: given[name] for name in kept} | {"county": [COUNTY_CARD | card]}


def told(given: Rows) -> list[tuple[str, Severity, str]]:
    with load(MemoryTree(county_files(given)), descriptor=county_descriptor()) as database:
        outcomes = run(county_policies(), database, DAY)
    return [(one.rule, one.severity, one.message) for outcome in outcomes for one in outcome.findings]


def test_what_a_first_batch_lacks_is_a_list_of_things_to_do_until_the_declared_day() -> None:
    late = errors(first_batch())
    assert len(late) >= 6, "conditions and helpers of three households"
    assert errors(first_batch(complete_from="2026-11-28")) == late, "from that day on"
    assert errors(first_batch(complete_from="2027-01-01")) == []
    soon = [
        (rule, message)
        for rule, severity, message in told(first_batch(complete_from="2027-01-01"))
        if severity is Severity.NOTICE and "补录期" in message
    ]
    assert {rule for rule, _ in soon} >= {one.split()[0] for one in late} and all(
        "2027-01-01 以前补齐" in message for _, message in soon
    )


@pytest.mark.parametrize(
    ("rule", "more"),
    [
        ("population", {"members": [member(10, 1)]}),
        ("m-order", {"memberships": [{"membership_id": "R0000009", "household_no": "H0000002", "kind": "边缘易致贫户", "started_on": "2026-03-01", "ended_on": "2026-02-01", "end_reason": "更正", "risk_1": "因学"}]}),
    ],
)  # fmt: skip
def test_what_is_wrong_stays_an_error(rule: str, more: Rows) -> None:
    wrong = errors(joined(first_batch(complete_from="2027-01-01"), more))
    assert wrong and any(one.startswith(f"{rule} ") for one in wrong), wrong


@pytest.mark.parametrize("being", ["有序退出帮扶", "低保边缘"])
def test_who_is_not_helped_is_asked_for_no_helper(being: str) -> None:
    given = first_batch()
    one = {"household_no": "H0000001", "kind": being, "started_on": "2026-06-01", "membership_id": "R0000009"}
    if being == "低保边缘":
        given["memberships"] = [row for row in given["memberships"] if row["household_no"] != "H0000001"]
    wrong = errors(joined(given, {"memberships": [one]}), DAY, "q31a", "q34d")
    assert [key for key in wrong if "H0000001" in key] == [] and len(wrong) == 4
