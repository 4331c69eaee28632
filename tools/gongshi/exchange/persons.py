"""Identifiers of persons on their way from a workbook into a township's sealed file: their form, and who has them. What
else they must agree with is said by the county's rules (``rules.py``).

Nothing here says or keeps a value: reasons speak of the column, the sealed file holds boxes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from gongshi.checks.guard_numbers import is_id
from gongshi.exchange.identifiers import FIELDS
from gongshi.model import GongshiError
from gongshi.package.subjects import subjects
from gongshi.repository import Tree
from gongshi.sealing import Identity, seal_csv, standing_of, unseal
from gongshi.sealing.layout import read_sealed, sealed_townships
from gongshi.sealing.rows import csv_lines

_ID = re.compile(r"[1-9][0-9]{16}[0-9X]")
_PHONE = re.compile(r"1[3-9][0-9]{9}")
_ACCOUNT = re.compile(r"[0-9]{8,30}")
_NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff\u3007·•.A-Za-z' ]{1,40}")
Person = dict[str, str]


def spelled(field: str, text: str) -> str:
    """An identifier in its one spelling: no blanks or dashes inside numbers, a capital X."""
    if field in ("id_no", "phone", "account"):
        text = re.sub(r"[\s\-]|^['‘’`]", "", text).upper()
    if field == "phone":
        text = re.sub(r"^(?:\+|00)?86(?=1)", "", text)
    if field == "name":  # 张 三 is set out to the width of three
        text = re.sub(r"(?<=[^\x00-\xff])\s+(?=[^\x00-\xff])", "", text).replace("•", "·")
    return text


def person_problems(person: Mapping[str, str], row: Mapping[str, str], day: date) -> dict[str, str]:
    """Field → what is wrong with its form, for one person; ``row`` is the member's record, for the month of birth."""
    problems = {}
    name, number = person.get("name", ""), person.get("id_no", "")
    if not name:
        problems["name"] = "“姓名”不能为空，请补填"
    elif not _NAME.fullmatch(name):
        problems["name"] = "“姓名”里有数字或符号，请核对"
    if number:
        problems |= _number_problems(number, day)
    if person.get("phone") and not _PHONE.fullmatch(person["phone"]):
        problems["phone"] = "“电话”不是 1 开头的 11 位手机号，请核实后改正"
    if person.get("account") and not _ACCOUNT.fullmatch(person["account"]):
        problems["account"] = "“银行账号”应是 8 到 30 位数字，请照存折或卡重填"
    birth = person.get("birth", "")
    if birth and (born := row.get(subjects().member.born)) and birth[:7] != born:
        problems["birth"] = "“出生日期”与出生年月不一致，请对照证件改正"
    if birth and "id_no" not in problems and number and birth.replace("-", "") != number[6:14]:
        problems["birth"] = "“出生日期”与身份证号不一致，请对照证件改正"
    return problems


def _number_problems(number: str, day: date) -> dict[str, str]:
    if len(number) not in (18, 20, 22):
        return {"id_no": "“身份证号”应为 18 位（残疾证 20 或 22 位），请照证件重填"}
    first = number[:18]
    if not _ID.fullmatch(first) or not is_id(first):
        rounded = "，末三位是 000，像是被 Excel 改过" if number.endswith("000") else ""
        return {"id_no": f"“身份证号”校验码不对{rounded}，请照证件重填"}
    born = _date(first[6:14])
    if born is None or not date(1900, 1, 1) <= born <= day:
        return {"id_no": "“身份证号”里的出生日期不是真实的过去日期，请照证件重填"}
    return {}


def _date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


class People:
    """All persons that an identity can open, by township and member; in memory only."""

    def __init__(self, tree: Tree, identity: Identity, day: date) -> None:
        self.tree = tree
        self.identity = identity
        self.day = day
        self.persons: dict[str, Person] = {}
        self.changed: dict[str, dict[str, Person]] = {}
        self.closed: dict[str, str] = {}
        now = standing_of(tree)
        for slug in sealed_townships(tree):
            try:
                self.persons |= {row.pop(subjects().member.key): row for row in unseal(tree, slug, identity, now)}
            except GongshiError as error:
                self.closed[slug] = str(error)
        self.by_number: dict[str, set[str]] = {}
        for member, person in self.persons.items():
            self._index(member, person)

    def _index(self, member: str, person: Person) -> None:
        if number := person.get("id_no", "")[:18]:
            self.by_number.setdefault(number, set()).add(member)

    def cells(self, member: str) -> tuple[str, ...]:
        """What is sealed for a member, in the order of FIELDS; all "" for somebody new."""
        person = self.persons.get(member, {})
        return tuple(person.get(field.name, "") for field in FIELDS)

    def member_of(self, number: str) -> str:
        """The one member with this ID number; "" if none or several have it."""
        found = self.by_number.get(spelled("id_no", number)[:18], set())
        return next(iter(found)) if len(found) == 1 else ""

    def settle(self, values: dict[str, str]) -> None:
        """The card of a disabled person holds his ID number; where that is known it stays."""
        known = self.persons.get(values.get(subjects().member.key, ""), {}).get("id_no", "")
        number = values.get("id_no", "")
        if known and len(number) > len(known) and number[: len(known)] == known:
            values["id_no"] = known

    def put(self, slug: str, member: str, person: Person) -> None:
        """Set what is to be sealed for a member."""
        if slug in self.closed:
            raise GongshiError(self.closed[slug])
        self._forget(member)
        self.persons[member] = person
        self._index(member, person)
        self.changed.setdefault(slug, {})[member] = person

    def take_back(self, slug: str, member: str, before: Person | None) -> None:
        """Undo ``put``."""
        self._forget(member)
        self.changed.get(slug, {}).pop(member, None)
        if before is None:
            self.persons.pop(member, None)
        else:
            self.persons[member] = before
            self._index(member, before)

    def _forget(self, member: str) -> None:
        number = self.persons.get(member, {}).get("id_no", "")[:18]
        self.by_number.get(number, set()).discard(member)

    def around_changes(self) -> dict[str, Person]:
        """The persons that change, and those who share a number or a phone with one of them."""
        changed = {member: person for persons in self.changed.values() for member, person in persons.items()}
        numbers = {person.get("id_no", "")[:18] for person in changed.values()} - {""}
        phones = {person.get("phone", "") for person in changed.values()} - {""}
        return changed | {
            member: person
            for member, person in self.persons.items()
            if person.get("id_no", "")[:18] in numbers or person.get("phone", "") in phones
        }

    def sealed_files(self) -> dict[str, bytes]:
        """The sealed files and wrapped keys that the changes need."""
        files: dict[str, bytes] = {}
        for slug, persons in self.changed.items():
            if persons:
                epoch = self._epoch(slug)
                rows = ({subjects().member.key: member, **person} for member, person in sorted(persons.items()))
                files |= seal_csv(_bytes(csv_lines(rows)), self.tree, slug, epoch, self.identity)
        return files

    def _epoch(self, slug: str) -> str:
        """The year of the day, but never one before the newest that the township already uses."""
        used = [row.epoch for row in read_sealed(self.tree, slug)]
        return max([str(self.day.year), *used])


def _bytes(lines: Iterable[str]) -> bytes:
    return "".join(lines).encode()
