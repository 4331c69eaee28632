"""Numbers so large that a check cannot be computed are told at their place, and never shown: one may be somebody's."""

from __future__ import annotations

import pytest

from gongshi.checks import check_records
from gongshi.package import ComputeError, load
from support import tree_of

HUGE = "9" * 18
SUBSIDY = {
    "subsidy_id": "D0000001",
    "household_no": "H0000001",
    "benefit": "低保金",
    "units": "1",
    "standard": "1.00",
    "amount": "1.00",
}


@pytest.mark.parametrize("fields", [("units", "standard"), ("standard", "amount", "units")])
def test_a_product_too_large_is_told_at_its_row(fields: tuple[str, ...]) -> None:
    row = SUBSIDY | {name: f"{HUGE}.00" if name != "units" else HUGE for name in fields}
    with load(tree_of({"subsidies": [SUBSIDY | {"subsidy_id": "D0000000"}, row]})) as database:
        findings = [one for one in check_records(database) if one.code == "subsidy-product"]
        assert {(one.line, one.field) for one in findings} >= {(3, name) for name in fields}
        assert all("请对照原件改正" in one.message and "999" not in one.message for one in findings)


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
