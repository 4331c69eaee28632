"""What somebody meant to fill in later, in whatever table and spelling."""

from __future__ import annotations

import pytest

from gongshi.checks.placeholders import check_placeholders
from gongshi.package import load
from support import tree_of


def found(resource: str, row: dict[str, str]) -> list[str]:
    with load(tree_of({resource: [row]})) as database:
        return [
            finding.field
            for resource in database.descriptor.resources.values()
            for finding in check_placeholders(database, resource)
        ]


@pytest.mark.parametrize(
    "text", ["待填", "（待填）", "地址待补", "0000-0000000", "000-00000000", "（0000）0000000", "00000000000"]
)
def test_a_placeholder_is_found(text: str) -> None:
    assert found("units", {"unit_code": "U001", "name": text}) == ["name"]
    assert found("county", {"county_code": "990101000000", "office_address": text}) == ["office_address"]


def test_a_phone_of_zeros_is_found_where_only_phones_may_stand() -> None:
    assert found("units", {"unit_code": "U001", "office_phone": "0000-0000000"}) == ["office_phone"]


@pytest.mark.parametrize("text", ["990100000000", "0793-1234567", "2020-0000001", "100-00000000"])
def test_what_only_looks_like_one_is_not(text: str) -> None:

    assert found("units", {"unit_code": "U001", "name": text}) == []
