"""Households and persons while they are being made; ``people_rows`` turns them into rows."""

from __future__ import annotations

from dataclasses import dataclass, field

from example.plan import VillagePlan

NOW = 2020 * 12 + 5  # June 2020 as a count of months
SCHOOL_START = 2019 * 12 + 8  # September 2019
ABLE = ("普通劳动力", "技能劳动力")
ALIVE = ("正常", "转入")


@dataclass(slots=True)
class Person:
    """A member. ``born`` counts months (year * 12 + month - 1); ``left`` likewise for who is gone or came later."""

    relation: str
    sex: str
    born: int
    ethnicity: str = "汉"
    family: str = ""
    no: str = ""
    education: str = ""
    enrolment: str = ""
    school: str = ""
    boarding: str = ""
    health: str = "健康"
    disability: str = ""
    grade: str = ""
    labour: str = "无劳动力"
    region: str = ""
    months: int = 0
    wage: int = 0
    channel: str = ""
    public_job: str = ""
    employee: bool = False
    dibao: bool = False
    tekun: bool = False
    assistance: str = ""
    life: str = "正常"
    changed: int = 0
    change: str = ""

    @property
    def age(self) -> int:
        return (NOW - self.born) // 12

    @property
    def school_age(self) -> int:
        return (SCHOOL_START - self.born) // 12

    @property
    def alive(self) -> bool:
        return self.life in ALIVE

    @property
    def able(self) -> bool:
        return self.labour in ABLE


@dataclass(slots=True)
class Household:
    """A household with its members, live ones first."""

    no: str
    village: VillagePlan
    group: int
    household_class: str
    exited: bool
    size: int
    no_labour: bool
    members: list[Person] = field(default_factory=list)
    attr: str = ""
    causes: list[str] = field(default_factory=list)
    identified: str = ""
    exited_on: str = ""
    relocated: bool = False
    cadre: bool = False
    monitored: str = ""  # "", 在册 or 已消除
    per_capita: float = 0.0
    income: dict[str, float] = field(default_factory=dict)
    industries: list[str] = field(default_factory=list)
    loan: bool = False
    unsafe: bool = False

    @property
    def live(self) -> list[Person]:
        return [person for person in self.members if person.alive]

    @property
    def able(self) -> list[Person]:
        return [person for person in self.members if person.alive and person.able]
