"""Every column that follows from other rows is told where it says other, at the right record, and not in the nearest case that holds."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from gongshi.checks.following import check_following, following
from gongshi.package import load
from support import tree_of

CASES = Path(__file__).parent.parent / "cases" / "following"
CHECKED = [(table, one) for table in following() for one in table.checked]


def test_every_one_has_a_case() -> None:
    codes = [one.code for _, one in CHECKED]
    assert sorted(path.stem for path in CASES.glob("*.yaml")) == sorted(codes) == sorted(set(codes))


@pytest.mark.parametrize(("table", "one"), CHECKED, ids=lambda part: getattr(part, "code", ""))
def test_breaks_and_holds(table, one) -> None:
    case = yaml.load((CASES / f"{one.code}.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    with load(tree_of(case["breaks"])) as database:
        (finding,) = check_following(database, table, one)
        assert finding.key == tuple(case["key"])
        assert finding.field in database.descriptor.resources[table.table].schema.names
        text = database.tree.read(finding.path).decode().split("\n")[finding.line - 1]
        assert case["key"][-1] in text or case["key"][0] in database.tree.read(finding.path).decode()
    with load(tree_of(case["holds"])) as database:
        assert [*check_following(database, table, one)] == []
