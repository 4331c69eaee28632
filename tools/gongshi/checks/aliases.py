"""Numbers that other systems give to our households, members and projects: their kinds, their form, and that none of them
is somebody's own number in disguise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gongshi.checks.guard_numbers import find_numbers, is_id
from gongshi.checks.guard_values import CARD, ID, OLD_ID, PHONE, PROVINCES, is_luhn
from gongshi.checks.showing import keys_of
from gongshi.model import Finding, Severity
from gongshi.package import Database, identifier, pack, quoted
from gongshi.package.subjects import subjects

PERSONAL = "这个编号里像有身份证号、残疾证号、电话或账号，不能当编号收，请核对来源，改用不含个人信息的编号"

_WINDOW = re.compile(rf"(?=({ID}))")
_WHOLE = re.compile(rf"{ID}(?:[1-7][1-4](?:B[0-9])?)?")
_OLD_ID = re.compile(OLD_ID)
LIMIT = 1000


@dataclass(frozen=True, slots=True)
class AliasKind:
    """One kind of such numbers: the field that says which of our records it is, how such a number looks, and whether the
    record may be new with it."""

    called: str
    field: str
    form: str
    new: bool = False


@dataclass(frozen=True, slots=True)
class AliasPack:
    """The table of such numbers (``pack/other-numbers.yaml``)."""

    table: str
    number: str
    of_kind: str
    kinds: tuple[AliasKind, ...]

    @property
    def by_field(self) -> dict[str, str]:
        """Field → the kind whose records it says."""
        return {one.field: one.called for one in self.kinds}

    def kind(self, called: str) -> AliasKind | None:
        """The kind of that name."""
        return next((one for one in self.kinds if one.called == called), None)


def aliases() -> AliasPack:
    """What there is to know of such numbers."""
    return pack("other-numbers", AliasPack)


def is_alias(kind: str, number: str) -> bool:
    """Whether a number looks like one of this kind."""
    about = aliases().kind(kind)
    return about is not None and bool(re.fullmatch(about.form, number))


def holds_person(number: str, county: str = "") -> bool:
    """Whether a number is, or holds, an ID number, disability card, phone or account. ``county``: the six digits that this
    county's codes begin with; a number that begins so is no bank card."""
    if any(found[1][:2] in PROVINCES and is_id(found[1]) for found in _WINDOW.finditer(number)):
        return True
    return any(_is_own(run, county) for run in re.findall("[0-9]+X?", number)) or any(
        hit.sure or hit.code == "personal-phone" for hit in find_numbers(number)
    )


def _is_own(run: str, county: str) -> bool:
    """A run of digits that is as long as somebody's number and made like it, mistyped or not."""
    if run[:2] in PROVINCES and (_WHOLE.fullmatch(run) or _OLD_ID.fullmatch(run)):
        return True
    if PHONE.fullmatch(run.lstrip("0")):
        return True
    card = len(run) in (16, 17, 18, 19) and CARD.fullmatch(run) and is_luhn(run)
    return bool(card) and not (county and run.startswith(county)) and (run.startswith("62") or len(run) in (16, 19))


def alias_faults(row: Mapping[str, str], county: str = "") -> Iterator[tuple[str, str]]:
    """(field, what is wrong) for one record of the table."""
    about = aliases()
    kind, number = row[about.of_kind], row[about.number]
    mine = about.kind(kind)
    if mine is None:
        return  # the schema says so
    others = [one.field for one in about.kinds if one is not mine and row.get(one.field)]
    if not row.get(mine.field) or others:
        yield (others or [mine.field])[0], f"“{kind}”只填它自己在本台账的编号，别的编号留空，请改正"
    if holds_person(number, county):
        yield about.number, PERSONAL
    elif not re.fullmatch(mine.form, number):
        yield about.number, f"不像别的系统的{kind}，请照原表核对"


def county_digits(database: Database) -> str:
    """The six digits that the codes of this county begin with, "" if it has none yet."""
    places = subjects().place
    if places.table not in database.descriptor.resources:
        return ""
    code, table = identifier(places.key), identifier(places.table)
    found = database.sql(f"SELECT min({code}) FROM raw.{table} WHERE {code} LIKE '______000000'")
    return (found[0][0] or "")[:6] if found else ""


def check_aliases(database: Database) -> Iterator[Finding]:
    """Findings on numbers of other systems: of no known form, personal, or a second one for a record."""
    about = aliases()
    resource = database.descriptor.resources.get(about.table)
    names = [about.of_kind, about.number, *(one.field for one in about.kinds)]
    if resource is None or not {*names} <= {*resource.schema.names} or not database.loaded[about.table].rows:
        return
    county = county_digits(database)
    seen: dict[tuple[str, str], int] = {}
    faults: list[tuple[int, str, str]] = []
    for at, *cells in database.sql(f"SELECT rowid, {quoted(names)} FROM raw.{identifier(about.table)} ORDER BY rowid"):
        row = dict(zip(names, cells, strict=True))
        faults += [(at, *fault) for fault in alias_faults(row, county)]
        kind = row[about.of_kind]
        mine = about.kind(kind)
        if mine and row[mine.field] and seen.setdefault((kind, row[mine.field]), at) != at:
            said = f"这条记录已有另一个{kind}，一条记录一种编号只有一个，请核对后只留对的"
            faults.append((at, mine.field, said))
    keys = keys_of(database, resource, list(dict.fromkeys(at for at, _, _ in faults[:LIMIT])))
    for at, field, message in faults[:LIMIT]:
        path, line = database.locate(about.table, at)
        key = (f"第 {line} 行",) if message == PERSONAL else keys[at]
        yield Finding("alias", Severity.ERROR, message, path, line, about.table, field, key)
