"""Whether a row's own township, village, ID number and name agree with the record that its number stands for."""

from __future__ import annotations

from collections.abc import Mapping

from gongshi.exchange.candidates import Candidate
from gongshi.exchange.doubts import other_person
from gongshi.exchange.ledger import ImportLedger
from gongshi.exchange.persons import People
from gongshi.package.subjects import subjects


def disagreement(
    ledger: ImportLedger, people: People | None, candidate: Candidate, path: str, cells: Mapping[str, str]
) -> str:
    """What to ask about a row whose record lies in the file ``path`` and would have these cells; "" if all agrees."""
    place = candidate.place
    if place.slug and path.startswith("records/townships/") and path.split("/")[2] != place.slug:
        return f"这一行写的乡镇是 {place.slug}，编号却是 {path.split('/')[2]} 的记录，请核对编号和乡镇"
    household = _household(ledger, cells) if place.village or candidate.number else None
    village = cells.get(subjects().village.key) or (household or {}).get(subjects().household.village, "")
    if place.village and village.isdecimal() and place.village != village:
        return f"这一行写的村是 {place.village}，编号却属于村 {village}，请核对编号和村"
    if people is None:
        return ""
    return _another_number(ledger, people, candidate, household) or _another_name(ledger, people, candidate, cells)


def _household(ledger: ImportLedger, cells: Mapping[str, str]) -> dict[str, str] | None:
    """The household that a record is about, itself or by its member."""
    who, home = subjects().member, subjects().household
    member = ledger.record(who.table, cells.get(who.key, ""))
    return ledger.record(home.table, cells.get(home.key) or (member or {}).get(who.household, ""))


def _another_number(
    ledger: ImportLedger, people: People, candidate: Candidate, household: dict[str, str] | None
) -> str:
    """What to ask where the ID number beside a row is that of another household than the row's."""
    member = people.member_of(candidate.number) if candidate.number else ""
    who = subjects().member
    home = (ledger.record(who.table, member) or {}).get(who.household, "")
    ours = (household or {}).get(subjects().household.key, "")
    if not home or not ours or home == ours:
        return ""
    return f"这一行的身份证号是 {home} 户的 {member}，编号却是 {ours} 户，请核对是哪一户"


def _another_name(ledger: ImportLedger, people: People, candidate: Candidate, cells: Mapping[str, str]) -> str:
    """What to ask where the name in the row is nobody's of the household or member that it is said to be about."""
    if not candidate.named:
        return ""
    member = cells.get(subjects().member.key, "")
    numbers = [member] if member else ledger.members_of(cells.get(subjects().household.key, ""))
    names = [name for number in numbers if (name := people.persons.get(number, {}).get("name"))]
    asked = [other_person(name, candidate.named) for name in names]
    return asked[0] if asked and all(asked) else ""
