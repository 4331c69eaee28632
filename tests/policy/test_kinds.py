"""Every kind fires on its smallest breaking rows and is silent on the nearest rows that hold."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from gongshi.policy.kinds import kinds

from .cases import case_of, check_case, policies_of, read_case

PAIRS = Path(__file__).parent / "kinds"
NAMES = sorted(path.stem for path in PAIRS.glob("*.yaml"))


def policy_text(data: dict) -> str:
    """A policy file that holds the pair's one rule."""
    rule = {"id": "r", "title": "规则", "severity": "error", "clause": "一", "message": "不对，请改", **data["rule"]}
    parts = {name: data[name] for name in ("standards", "facts", "matrices", "effective", "scope") if name in data}
    return yaml.safe_dump({"policy": "test", "title": "试", **parts, "rules": [rule]}, allow_unicode=True)


def test_every_kind_has_a_pair() -> None:
    assert {name.partition(".")[0] for name in NAMES} == set(kinds())
    assert 20 <= len(kinds()) <= 30


@pytest.mark.parametrize("name", NAMES)
def test_pair(name: str) -> None:
    data = read_case(PAIRS / f"{name}.yaml")
    assert data["rule"]["kind"] == name.partition(".")[0]
    policies = policies_of(policy_text(data))
    assert [finding.message for finding in policies.findings] == []
    check_case(policies, "r", case_of(data))


@pytest.mark.parametrize("name", sorted(kinds()))
def test_example_in_the_header_compiles(name: str) -> None:
    """The example of each kind's header is a rule that compiles, apart from names of facts and matrices."""
    rule = yaml.load(kinds()[name].example, Loader=yaml.BaseLoader)
    data = {
        "rule": rule,
        "facts": {"labourers": {"of": "households", "from": "members", "count": "rows"}},
        "matrices": {
            "double-aid": [{"first": "低保金", "second": "特困供养金", "verdict": "forbidden", "basis": "一"}]
        },
    }
    assert [finding.message for finding in policies_of(policy_text(data)).findings] == []
