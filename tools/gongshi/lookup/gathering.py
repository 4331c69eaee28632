"""What of a ledger can be found: every record that has a number or a name, and the people whose names a key opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gongshi.checks.showing import shows
from gongshi.lookup.index import Entry
from gongshi.model import GongshiError
from gongshi.package import Database
from gongshi.repository import Tree
from gongshi.sealing import UNSIGNED, Identity, unseal
from gongshi.sealing.layout import sealed_townships

RESOURCES = (
    *(
        "divisions",
        "villages",
        "households",
        "members",
        "units",
        "schools",
        "helpers",
        "projects",
        "allocations",
        "payments",
    ),
    *("notices", "cases", "documents", "assets"),
)
TITLES = {
    "households": "户", "members": "人", "villages": "村", "divisions": "乡镇", "units": "单位", "schools": "学校",
    "helpers": "帮扶人", "projects": "项目", "allocations": "资金", "payments": "支付", "notices": "公示", "cases": "案卷",
    "documents": "文件", "assets": "资产",
}  # fmt: skip
_NAMED = {
    "villages": "SELECT v.village_code, d.name, t.name FROM villages v JOIN divisions d ON d.division_code = v.village_code LEFT JOIN divisions t ON t.division_code = d.parent_code",
    "divisions": "SELECT division_code, name, slug FROM divisions WHERE level = '乡镇'",
    "units": "SELECT unit_code, name, unit_kind FROM units",
    "schools": "SELECT school_code, name, '' FROM schools",
    "helpers": "SELECT h.helper_no, h.name, concat_ws(' ', u.name, h.post) FROM helpers h LEFT JOIN units u USING (unit_code)",
    "projects": "SELECT project_id, name, concat_ws(' ', year, stage) FROM projects",
    "allocations": "SELECT allocation_id, name, doc_no FROM allocations",
    "payments": "SELECT p.payment_id, j.name, concat(p.paid_on, ' ', p.payment_stage, ' ', p.amount, ' 元') FROM payments p LEFT JOIN projects j USING (project_id)",
    "notices": "SELECT notice_id, title, concat(starts_on, ' 至 ', ends_on) FROM notices",
    "cases": "SELECT c.case_id, concat(d.name, c.procedure), concat_ws(' ', c.opened_on, c.result) FROM cases c LEFT JOIN divisions d ON d.division_code = c.village_code",
    "documents": "SELECT doc_no, title, '' FROM documents",
    "assets": "SELECT asset_no, name, '' FROM assets",
}  # fmt: skip


def opened(tree: Tree, identity: Identity | None) -> dict[str, str]:
    """Member number → name, of all that the identity opens; what it does not open is passed over."""
    names: dict[str, str] = {}
    if identity is None:
        return names
    for slug in sealed_townships(tree):
        try:
            names |= {
                row["member_no"]: row["name"] for row in unseal(tree, slug, identity, UNSIGNED) if row.get("name")
            }
        except GongshiError:
            continue
    return names


def townships(database: Database) -> tuple[str, dict[str, str]]:
    """(the county's name, the name of each township by its folder)."""
    county = database.sql("SELECT name FROM county") if "county" in database.descriptor.resources else []
    rows = database.sql(
        "SELECT slug, name FROM divisions WHERE slug IS NOT NULL AND level = '乡镇' ORDER BY division_code"
    )
    return county[0][0] if county else "", dict(rows)


def entries(database: Database, names: Mapping[str, str]) -> Iterator[Entry]:
    """Everything of a Database that can be found, by a number that looks like one; people by number, and by name where ``names`` has it."""
    yield from _people(database, names)
    for resource, query in _NAMED.items():
        if resource in database.descriptor.resources:
            described = database.descriptor.resources[resource]
            for key, name, where in database.sql(query):
                if key and shows(described, (str(key),)):
                    yield Entry(resource, str(key), name or "", where or "")


def _people(database: Database, names: Mapping[str, str]) -> Iterator[Entry]:
    """Households under their heads' names, then members; told apart by village, group, size and year of birth."""
    query = """SELECT h.household_no, d.name, h.group_name, h.population, m.member_no, m.relation, left(m.birth_ym, 4)
      FROM households h LEFT JOIN divisions d ON d.division_code = h.village_code
      LEFT JOIN members m USING (household_no) ORDER BY h.household_no, m.relation <> '户主', m.member_no"""
    last = ""
    homes, members = (database.descriptor.resources[name] for name in ("households", "members"))
    for home, village, group, size, member, relation, born in database.sql(query):
        if not home or not shows(homes, (home,)):
            continue
        place = f"{village or ''} {group or ''}".strip()
        if home != last:
            head = names.get(member or "", "") if relation == "户主" else ""
            where = f"{place}，{size} 口人" if size else place
            yield Entry("households", home, head, where, bool(head), (village or "",) if not head else ())
            last = home
        if member and shows(members, (member,)):
            name = names.get(member, "")
            yield Entry("members", member, name, f"{place}，{relation or ''}，{born or ''} 年生", bool(name), of=home)
