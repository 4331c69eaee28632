"""Numbers so large that a rule cannot be computed are told at their place, and never shown: one may be somebody's."""

from __future__ import annotations

from datetime import date

import pytest

from gongshi.package import ComputeError, Database, load
from gongshi.policy import load_policies, run
from gongshi.policy.sizes import too_large
from support import ROOT, DictTree, tree_of

HUGE = "9" * 18
SUBSIDY = {
    "subsidy_id": "D0000001",
    "household_no": "H0000001",
    "benefit": "低保金",
    "units": "1",
    "standard": "1.00",
    "amount": "1.00",
}
BOOK = (ROOT / "policies/funds.yaml").read_bytes()


@pytest.mark.parametrize("fields", [("units", "standard"), ("standard", "amount", "units")])
def test_a_product_too_large_is_told_at_its_row(fields: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    row = SUBSIDY | {name: f"{HUGE}.00" if name != "units" else HUGE for name in fields}
    files = tree_of({"subsidies": [SUBSIDY | {"subsidy_id": "D0000000"}, row]}).files
    with load(DictTree(files | {"policies/funds.yaml": BOOK})) as database:
        policies = load_policies(database.tree, database.descriptor)
        (outcome,) = run(policies, database, date(2020, 6, 30), only={"f18c"})
        assert [(one.line, one.field) for one in outcome.findings] == [(3, "amount")]
        asked = Database.columns

        def refused(self: Database, query: str, *more: object) -> object:
            if "bad AS" in query:
                raise ComputeError("没能算完")
            return asked(self, query, *more)

        monkeypatch.setattr(Database, "columns", refused)  # as where the database itself gives up
        (outcome,) = run(policies, database, date(2020, 6, 30), only={"f18c"})
        monkeypatch.undo()
        assert {(one.line, one.field) for one in outcome.findings} == {(3, name) for name in fields}
        assert [*outcome.findings] == [*too_large(database, policies.rule("f18c")[1])]
        assert all("请对照原件改正" in one.message and "999" not in one.message for one in outcome.findings)


def test_a_query_that_cannot_be_computed_says_no_value() -> None:
    with load(tree_of({"subsidies": [SUBSIDY]})) as database:
        for query in (
            f"SELECT '{HUGE}'::INTEGER",
            f"SELECT {HUGE}::DECIMAL(38, 2) * {HUGE}::DECIMAL(38, 2)",
            f"SELECT 'a{HUGE}'::DATE",
        ):
            with pytest.raises(ComputeError) as caught:
                database.sql(query)
            assert "999" not in str(caught.value) and caught.value.__cause__ is None
