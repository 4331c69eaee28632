"""Every identity fires on its smallest breaking case, at the right record, and is silent on the nearest case that holds."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from gongshi.checks.identities import IDENTITIES, check_identity
from gongshi.package import load
from support import tree_of

CASES = Path(__file__).parent.parent / "cases" / "identities"


def test_every_identity_has_a_case() -> None:
    assert {path.stem for path in CASES.glob("*.yaml")} == {identity.code for identity in IDENTITIES}
    assert len({identity.code for identity in IDENTITIES}) == len(IDENTITIES) > 20


@pytest.mark.parametrize("identity", IDENTITIES, ids=lambda identity: identity.code)
def test_breaks_and_holds(identity) -> None:
    case = yaml.load((CASES / f"{identity.code}.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    with load(tree_of(case["breaks"])) as database:
        (finding,) = check_identity(database, identity)
        assert finding.key == tuple(case["key"])
        assert finding.field in database.descriptor.resources[identity.resource].schema.names
        text = database.tree.read(finding.path).decode().split("\n")[finding.line - 1]
        assert case["key"][-1] in text or case["key"][0] in database.tree.read(finding.path).decode()
    with load(tree_of(case["holds"])) as database:
        assert check_identity(database, identity) == []
