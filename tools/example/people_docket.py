"""Case files: dated steps in order, their notices, and the events that follow from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from example.people_model import Household
from example.plan import VillagePlan, committee_code, township_unit
from example.world import AS_OF, Row, World

FIRST_NOTICE = 80001  # fixed; the fund steps number their notices below it
OFFICE = "U001"


def plus(day: date, days: int, office: bool = False) -> date:
    """So many days later; an office decides on the next Monday to Friday."""
    later = day + timedelta(days=days)
    while office and later.weekday() > 4:
        later += timedelta(days=1)
    return later


@dataclass(slots=True)
class Docket:
    """The rows of all cases, with their running numbers."""

    world: World
    serials: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    documents: dict[str, tuple[str, date]] = field(default_factory=dict)

    def notice(self, kind: str, title: str, division: str, start: date, days: int, items: int, **cells: str) -> Row:
        """A notice of so many days, the first and the last counted; closed on the day after, if that has come."""
        year = f"{start:%Y}"
        self.serials["G" + year] += 1
        row = {"notice_id": f"G{year}-{FIRST_NOTICE - 1 + self.serials['G' + year]:05d}", "notice_kind": kind}
        ends = plus(start, days - 1)
        closed = plus(ends, 1)
        row |= {"title": title, "division_code": division, "place": "村公示栏", "items": str(items)}
        row |= {"starts_on": start.isoformat(), "ends_on": ends.isoformat()} | cells
        if closed <= AS_OF:
            row |= {"result": "无异议", "closed_on": closed.isoformat()}
        self.world.rows["notices"].append(row)
        return row

    def document(self, year: str, procedure: str, title: str, on: date) -> str:
        """The number of the county's decision on all cases of a procedure and year; its day is the last one's."""
        key = f"{year}{procedure}"
        if key not in self.documents:
            number = 1 + sum(known.startswith(year) for known in self.documents)
            self.documents[key] = (f"示扶批〔{year}〕{number}号", on)
            self._document_row(self.documents[key][0], f"{year}年度{title}的批复", on)
        return self.documents[key][0]

    def _document_row(self, number: str, title: str, on: date) -> None:
        row = {"doc_no": number, "title": f"关于{title}", "doc_kind": "其他政策文件", "level": "县"}
        row |= {"issued_on": on.isoformat(), "effective_from": on.isoformat(), "issuer_unit": OFFICE}
        self.world.rows["documents"].append(row | {"published_on": plus(on, 3, office=True).isoformat()})

    def case(self, procedure: str, village: VillagePlan, year: str, households: Iterable[Household] = ()) -> Case:
        self.serials["Z" + year] += 1
        case = Case(self, f"Z{year}-{self.serials['Z' + year]:05d}", procedure, village)
        for home in households:
            cells = {"case_id": case.case_id, "household_no": home.no}
            self.world.rows["case-households"].append(cells)
        return case

    def event(self, home: Household, day: date, event: str, case_id: str) -> None:
        row = {"household_no": home.no, "occurred_on": day.isoformat(), "event": event, "case_id": case_id}
        self.world.rows["status-events"].append(row)


@dataclass(slots=True)
class Case:
    """One procedure run once in one village."""

    docket: Docket
    case_id: str
    procedure: str
    village: VillagePlan
    opened: date | None = None
    last: date | None = None
    steps: int = 0

    def step(self, name: str, level: str, day: date, attendees: int = 0, votes: int = 0, notice: str = "") -> date:
        self.steps += 1
        self.opened, self.last = self.opened or day, day
        row = {"case_id": self.case_id, "step_no": str(self.steps), "step": name, "level": level}
        row |= {"done_on": day.isoformat(), "notice_id": notice}
        row |= {"attendees": str(attendees) if attendees else "", "votes_for": str(votes) if votes else ""}
        self.docket.world.rows["case-steps"].append(row)
        return day

    def notice_step(self, name: str, level: str, kind: str, title: str, start: date, days: int, items: int) -> date:
        """A notice on the village's board and the step that it is; done when the notice has ended."""
        publisher = committee_code(self.village.code)
        if name == "公告":
            publisher = township_unit(self.village.township_code)
        row = self.docket.notice(
            kind, title, self.village.code, start, days, items, publisher_unit=publisher, case_id=self.case_id
        )
        return self.step(name, level, date.fromisoformat(row["ends_on"]), notice=row["notice_id"])

    def close(self, doc_no: str = "") -> None:
        self._write({"closed_on": self.last.isoformat(), "doc_no": doc_no, "result": "通过"})

    def leave_open(self) -> None:
        self._write({})

    def _write(self, cells: Row) -> None:
        row = {"case_id": self.case_id, "procedure": self.procedure, "village_code": self.village.code}
        self.docket.world.rows["cases"].append(row | {"opened_on": self.opened.isoformat()} | cells)
