"""Officials and whom they help: units to villages, and to every household one person responsible by the 3-2-1 rule."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from example.names import official_name
from example.people_model import Household
from example.plan import VillagePlan, committee_code, villages
from example.unit_names import COLLEGE, UNIT, supporting
from example.world import World

# County leaders (县处级) work in these units: how many in each.
_LEADERS = {"县委办公室": 8, "县政府办公室": 8, "县人大常委会办公室": 8, "县政协办公室": 8, "县纪委监委机关": 3}
_LEADERS |= {"县委组织部": 3, "县委宣传部": 2, "县委统战部": 2, "县委政法委员会": 2}
_ORDER = ("党政机关", "事业单位", "国有企业", "学校", "社会组织", "金融机构", "民营企业")
LOAD = {"县处级": 3, "乡科级": 2, "一般干部": 1, "教师": 1, "企业人员": 1}
_SKILLS = ("种植", "养殖", "林果", "服务", "教育", "医疗", "其他")
HANDOVERS = 60


@dataclass(slots=True)
class Pairing:
    """A pairing and the days on which something happened under it."""

    role: str
    started: str
    subject: dict[str, str]
    supporter: dict[str, str]
    term_ends: str = ""
    ended: str = ""
    reason: str = ""
    successor: Pairing | None = None
    no: str = ""
    contacts: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Staff:
    """Helpers made so far, and the pairings."""

    world: World
    rng: random.Random
    pairings: list[Pairing] = field(default_factory=list)
    responsible: dict[str, Pairing] = field(default_factory=dict)  # household -> present pairing
    unit_of: dict[str, str] = field(default_factory=dict)  # helper -> unit
    village_unit: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def helper(self, unit: str, post: str, rank: str, paid: bool = True, since: str = "") -> str:
        no = f"B{len(self.unit_of) + 1:06d}"
        self.unit_of[no] = unit
        row = {"helper_no": no, "name": self._name(), "unit_code": unit, "post": post, "helper_rank": rank}
        row |= {"fiscal_paid": "是" if paid else "否", "skill": self.rng.choice(_SKILLS)}
        row["appointed_on"] = since or f"{self.rng.randint(2008, 2015)}-{self.rng.randint(1, 12):02d}-01"
        self.world.rows["helpers"].append(row)
        return no

    def _name(self) -> str:
        name = official_name(self.rng)
        while name in self.names and len(self.names) < 60_000:
            name = official_name(self.rng)
        self.names.add(name)
        return name

    def pair(self, role: str, started: str, subject: dict[str, str], supporter: dict[str, str], **more) -> Pairing:
        pairing = Pairing(role, started, subject, supporter, **more)
        self.pairings.append(pairing)
        return pairing

    def responsible_for(self, home: Household, helper: str, started: str, **more) -> None:
        pairing = self.pair("帮扶责任人", started, {"household_no": home.no}, {"helper_no": helper}, **more)
        self.responsible[home.no] = pairing


def make_pairings(world: World, homes: list[Household]) -> Staff:
    """Units to villages and helpers to households."""
    staff = Staff(world, world.rng("helpers"))
    by_village: dict[str, list[Household]] = {}
    for home in homes:
        by_village.setdefault(home.village.code, []).append(home)
    plans = {village.code: village for village in villages()}
    for unit, codes in _unit_villages(world, staff.rng).items():
        mine = [home for code in codes for home in by_village[code]]
        for code in codes:
            staff.village_unit[code] = unit
        _village_pairings(staff, unit, [plans[code] for code in codes])
        (_college if unit == COLLEGE else _unit_staff)(staff, unit, mine, [plans[code] for code in codes])
    _staff_numbers(world, staff)
    return staff


def _unit_villages(world: World, rng: random.Random) -> dict[str, list[str]]:
    """Every unit has one or two villages; the largest villages go to the largest kinds of units."""
    units = sorted(supporting(), key=lambda line: (_ORDER.index(line[2]), line[0]))
    order = [line[0] for line in units if line[0] != COLLEGE]
    plans = villages()
    result: dict[str, list[str]] = {COLLEGE: [v.code for v in plans if v.role == "college"]}
    rest = [v for v in plans if v.role != "college"]
    rest.sort(key=lambda v: (v.slug != "guzhen", -v.households, v.code))
    first = order[:40]
    rng.shuffle(first)
    order[:40] = first
    for i, village in enumerate(rest):
        result.setdefault(order[i % len(order)], []).append(village.code)
    return result


def _village_pairings(staff: Staff, unit: str, plans: list[VillagePlan]) -> None:
    for village in plans:
        started = "2018-03-01" if unit == COLLEGE else "2016-03-01"
        subject = {"village_code": village.code}
        staff.pair("结对单位", started, subject, {"unit_code": unit})
        staff.pair("驻村工作队", started, subject, {"unit_code": unit})
        leader = staff.helper(committee_code(village.code), "村书记", "村干部", False)
        staff.pair("联系人", started, subject, {"helper_no": leader})


def _unit_staff(staff: Staff, unit: str, homes: list[Household], plans: list[VillagePlan]) -> None:
    """As many leaders, section heads and others as the unit's households need: three, two and one for each."""
    name, kind = next((line[1], line[2]) for line in supporting() if line[0] == unit)
    rng = staff.rng
    left = sorted(homes, key=lambda home: home.exited)
    leaders = min(_LEADERS.get(name, 0), len(homes) // 12)
    heads = 0 if kind in ("国有企业", "金融机构", "民营企业") else max(1, len(homes) // 7)
    start = f"2016-{rng.randint(3, 6):02d}-{rng.randint(1, 28):02d}"
    post, rank = {"学校": ("教师", "教师")}.get(kind, ("科员", "一般干部"))
    if not heads:
        post, rank = "职工", "企业人员"
    head_posts = ("校长",) if kind == "学校" else ("局长", "副局长", "副局长", "科长", "科长", "科长")
    wanted = [("其他", "县处级")] * leaders
    wanted += [(head_posts[min(i, len(head_posts) - 1)], "乡科级") for i in range(heads)]
    while left:
        post_now, rank_now = wanted.pop() if wanted else (post, rank)
        if LOAD[rank_now] > len(left):
            continue
        helper = staff.helper(unit, post_now, rank_now, rank_now != "企业人员")
        for home in [left.pop() for _ in range(LOAD[rank_now])]:
            staff.responsible_for(home, helper, start)


def _college(staff: Staff, unit: str, homes: list[Household], plans: list[VillagePlan]) -> None:
    """Plan 9: six leaders have a village each; secretary and president two households, everybody else one."""
    terms = {"started": "2018-03-01", "term_ends": "2021-03-01"}
    left = sorted(homes, key=lambda home: home.no, reverse=True)
    posts = [("党组书记", "乡科级"), ("院长", "乡科级")] + [("院领导", "一般干部")] * (len(plans) - 2)
    while left:
        post, rank = (
            posts.pop(0) if posts else staff.rng.choice((("教师", "教师"), ("教师", "教师"), ("职工", "一般干部")))
        )
        helper = staff.helper(unit, post, rank, since="2012-09-01")
        if post in ("党组书记", "院长", "院领导"):
            village = plans.pop(0)
            staff.pair("联系领导", subject={"village_code": village.code}, supporter={"helper_no": helper}, **terms)
        for home in [left.pop() for _ in range(LOAD[rank])]:
            staff.responsible_for(home, helper, **terms)


def _staff_numbers(world: World, staff: Staff) -> None:
    """A unit has at least the staff that helps."""
    count: dict[str, int] = {}
    for unit in staff.unit_of.values():
        count[unit] = count.get(unit, 0) + 1
    for row in world.rows["units"]:
        if not row.get("staff") and row["unit_code"] in count:
            row["staff"] = str(count[row["unit_code"]] + staff.rng.randint(2, 9))


def hand_over(staff: Staff) -> None:
    """Some officials changed post: on the next day another one of the unit takes over all their households."""
    rng, world = staff.rng, staff.world
    rows = {row["helper_no"]: row for row in world.rows["helpers"]}
    present: dict[str, list[Pairing]] = {}
    for pairing in staff.responsible.values():
        helper = pairing.supporter["helper_no"]
        if rows[helper]["helper_rank"] in ("一般干部", "乡科级") and rows[helper]["unit_code"] != COLLEGE:
            present.setdefault(helper, []).append(pairing)
    for helper in rng.sample(sorted(present), HANDOVERS):
        month = rng.choice(("2019-04", "2019-06", "2019-09", "2019-11", "2020-03"))
        day = rng.randint(5, 24)
        old = rows[helper]
        old["left_on"] = f"{month}-{day:02d}"
        start = f"{month}-{day + 1:02d}"
        new = staff.helper(old["unit_code"], old["post"], old["helper_rank"], since=start)
        for pairing in present[helper]:
            pairing.ended, pairing.reason = old["left_on"], "岗位变动"
            successor = staff.pair("帮扶责任人", start, pairing.subject, {"helper_no": new})
            pairing.successor = successor
            staff.responsible[pairing.subject["household_no"]] = successor


def special_pairings(staff: Staff, homes: list[Household]) -> None:
    """Two persons for the households of 古镇 still poor; leaders and partners of the villages that plans name."""
    for home in homes:
        if home.village.slug == "guzhen" and not home.exited:
            post = staff.rng.choice(("包组干部", "村两委成员", "驻村工作队员"))
            helper = staff.helper(committee_code(home.village.code), post, "村干部", False)
            staff.pair("联系人", "2019-01-01", {"household_no": home.no}, {"helper_no": helper})
    rows = staff.world.rows["helpers"]
    leaders = [row["helper_no"] for row in rows if row["helper_rank"] == "县处级"]
    plans = villages()
    named = [v for v in plans if v.role in ("key", "exit", "profile")]
    for village in named:
        for _ in range(2 if village.role == "exit" else 1):
            staff.pair("联系领导", "2017-03-01", {"village_code": village.code}, {"helper_no": leaders.pop(0)})
    group = [UNIT["发改委"]] + [f"U{n:03d}" for n in (39, 44, 18, 28, 22, 94, 115)]
    target = next(v for v in plans if v.role == "exit")
    for unit in group:
        if staff.village_unit[target.code] != unit:
            staff.pair("结对单位", "2017-03-01", {"village_code": target.code}, {"unit_code": unit})
    first = [v for v in plans if v.role]
    for village in first:
        helper = staff.helper(committee_code(village.code), "第一书记", "村干部", since="2018-05-01")
        staff.pair("第一书记", "2018-05-01", {"village_code": village.code}, {"helper_no": helper})
