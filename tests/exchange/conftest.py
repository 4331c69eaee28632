"""A small county on disk: two townships, three villages, households and members; its keys lie outside of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from gongshi.exchange import ImportResult, Request, plan_import
from gongshi.repository import WorkTree, write_files
from gongshi.sealing import keygen, read_identity
from support import ROOT, tree_of

DAY = date(2020, 6, 30)
HOUSEHOLD = {
    "household_no": "H0000001", "village_code": "990101100001", "group_name": "4组", "household_class": "扶贫户",
    "household_attr": "一般贫困户", "identify_standard": "国家标准", "identified_on": "2014-05-27", "main_cause": "因病",
    "population": "2", "poverty_status": "未脱贫", "whole_no_labour": "否", "cadre_relative": "否", "relocated": "否",
}  # fmt: skip
MEMBER = {
    "member_no": "M00000001", "household_no": "H0000001", "relation": "户主", "sex": "男", "birth_ym": "1981-07",
    "ethnicity": "汉", "education": "初中", "health": "健康", "labour": "普通劳动力", "med_ins_resident": "是",
    "med_ins_employee": "否", "critical_ins": "是", "dibao": "未享受", "tekun": "不享受", "in_service": "否", "life_status": "正常",
}  # fmt: skip
ALLOCATION = {
    "allocation_id": "N2020-001", "name": "产业发展资金", "year": "2020", "source_level": "县", "programme": "产业扶贫",
    "amount": "1000000.00", "doc_no": "示财〔2020〕1号", "received_on": "2020-01-15", "using_unit": "U001",
}  # fmt: skip
CASE = {"case_id": "Z2020-00001", "procedure": "识别", "village_code": "990101100001", "opened_on": "2020-03-01"}


def division(code: str, name: str, level: str, parent: str, slug: str = "") -> dict[str, str]:
    return {
        "division_code": code, "name": name, "level": level, "parent_code": parent, "slug": slug, "valid_from": "2010-01-01",
    }  # fmt: skip


def rows() -> dict[str, list[dict[str, str]]]:
    return {
        "divisions": [
            division("990101000000", "示例县", "县", ""),
            division("990101100000", "古镇", "乡镇", "990101000000", "guzhen"),
            division("990101101000", "长乐", "乡镇", "990101000000", "changle"),
            division("990101100001", "甲村", "村", "990101100000"),
            division("990101100002", "乙村", "村", "990101100000"),
            division("990101101001", "丙村", "村", "990101101000"),
        ],
        "villages": [{"village_code": code} for code in ("990101100001", "990101100002", "990101101001")],
        "units": [{"unit_code": "U001", "name": "财政局", "unit_kind": "党政机关", "unit_level": "县"}],
        "documents": [{"doc_no": "示财〔2020〕1号", "title": "关于下达资金的通知"}],
        "households": [],
        "cases": [CASE],
        "case-households": [{"case_id": "Z2020-00001", "household_no": "H0000001"}],
    }


def small_county(tmp_path: Path) -> Path:
    """The county's folder; its keys lie beside it."""
    from gongshi.package import csv_bytes, read_descriptor

    folder = tmp_path / "账本"
    folder.mkdir()
    tree = tree_of(rows())
    descriptor = read_descriptor(tree)
    files = dict(tree.files)
    placed = {
        "households": [HOUSEHOLD, HOUSEHOLD | {"household_no": "H0000002", "group_name": "5组", "population": "1"}],
        "members": [
            MEMBER,
            MEMBER | {"member_no": "M00000002", "relation": "配偶", "sex": "女", "birth_ym": "1983-02"},
        ],
    }
    for name, records in placed.items():
        schema = descriptor.resources[name].schema
        cells = [[record.get(field, "") for field in schema.names] for record in records]
        files[f"records/townships/guzhen/{name}.csv"] = csv_bytes(schema, cells)
    other = HOUSEHOLD | {"household_no": "H0000009", "village_code": "990101101001"}
    schema = descriptor.resources["households"].schema
    files["records/townships/changle/households.csv"] = csv_bytes(schema, [[other.get(n, "") for n in schema.names]])
    schema = descriptor.resources["allocations"].schema
    files["records/funds/2020/allocations.csv"] = csv_bytes(schema, [[ALLOCATION.get(n, "") for n in schema.names]])
    for mapping in (ROOT / "records/mappings").glob("*.yaml"):
        files[f"records/mappings/{mapping.name}"] = mapping.read_bytes()
    files["policies/quality.yaml"] = (ROOT / "policies/quality.yaml").read_bytes()
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    for role in ("guzhen", "changle", "county"):
        keygen(folder, "扶贫办", role, tmp_path / "home" / role)
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The county's folder."""
    return small_county(tmp_path)


@pytest.fixture
def identity(root: Path, tmp_path: Path) -> Callable:
    """An identity by role."""
    return lambda role="guzhen": read_identity(tmp_path / "home" / role, root)


@pytest.fixture
def plan(root: Path) -> Callable[..., ImportResult]:
    """``plan(name, data, **how)``: what an import would come to."""

    def run(name: str, data: bytes, **how: object) -> ImportResult:
        return plan_import(WorkTree(root), name, data, Request(DAY, **how))

    return run


@pytest.fixture
def take(root: Path, plan: Callable[..., ImportResult]) -> Callable[..., ImportResult]:
    """The same, and write it."""

    def run(name: str, data: bytes, **how: object) -> ImportResult:
        result = plan(name, data, **how)
        write_files(root, result.files)
        return result

    return run
