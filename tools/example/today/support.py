"""Who helps whom and how: pairings and visits, posts, workshops, and money to households."""

from __future__ import annotations

from datetime import date, timedelta

from example.today.places import AS_OF, EACH, YEARS, village_codes
from example.world import Row, World

POSTS = ("保洁员", "护林员", "护路员", "护水员")
PAY = 400


def helped(world: World) -> list[Row]:
    """The households that are helped now: out of poverty and not let go, or watched."""
    kinds: dict[str, set[str]] = {}
    for row in world.rows["memberships"]:
        if not row.get("ended_on"):
            kinds.setdefault(row["household_no"], set()).add(row["kind"])
    watched = {"脱贫不稳定户", "边缘易致贫户", "突发严重困难户", "防止返贫致贫对象"}
    return [
        row for row in world.rows["households"]
        if (mine := kinds.get(row["household_no"], set())) & watched or ("脱贫户" in mine and "有序退出帮扶" not in mine)
    ]  # fmt: skip


def fill_support(world: World) -> None:
    """Add pairings, visits, posts and workshops."""
    places = village_codes()
    each = len(world.rows["helpers"]) // len(places) // 2
    count = dict.fromkeys(places, 0)
    contact = {}
    for home in helped(world):
        village, number = home["village_code"], home["household_no"]
        first = places.index(village) * each * 2
        mine = first + count[village] // EACH % each
        count[village] += 1
        contact[number] = f"B{mine + 1:05}"
        for role, helper in (("帮扶责任人", mine), ("联系人", mine + each)):
            pairing = f"J{len(world.rows['pairings']) + 1:07}"
            world.rows["pairings"].append(
                {
                    "pairing_id": pairing,
                    "role": role,
                    "household_no": number,
                    "helper_no": f"B{helper + 1:05}",
                    "started_on": "2022-01-01",
                }
            )
            if role == "帮扶责任人":
                _visits(world, pairing)
    for row in world.rows["monitoring"]:
        row["contact_helper"] = contact.get(row["household_no"], row["contact_helper"])
    _posts(world)
    _workshops(world)


def _visits(world: World, pairing: str) -> None:
    rng, day = world.rng(f"today visits {pairing}"), date(2026, 1, 6)
    while day < AS_OF:
        world.rows["contacts"].append({"pairing_id": pairing, "contacted_on": day.isoformat(), "contact_kind": "走访"})
        day += timedelta(rng.randrange(22, 31))


def _posts(world: World) -> None:
    """Who is at home has a post, in every other helped household where somebody else earns."""
    workers = {}
    for row in world.rows["members"]:
        if row["labour"] == "普通劳动力" and not row.get("work_region"):
            workers.setdefault(row["household_no"], row)
    earning = {row["household_no"] for row in world.rows["members"] if row.get("monthly_wage")}
    able = [home for home in helped(world) if home["household_no"] in workers.keys() & earning]
    for home in able[::2]:
        rng = world.rng(f"today post {home['household_no']}")
        worker, post, started = workers[home["household_no"]], rng.choice(POSTS), date(rng.randrange(2022, 2026), 7, 1)
        worker |= {
            "work_region": "乡(镇)内务工",
            "work_months": "12",
            "monthly_wage": f"{PAY}.00",
            "job_channel": "公益性岗位",
            "public_job": post,
            "public_job_months": "12",
        }
        number = f"E{len(world.rows['posts']) + 1:06}"
        world.rows["posts"].append({
            "post_id": number, "household_no": home["household_no"], "member_no": worker["member_no"], "post": post, "village_code": home["village_code"],
            "started_on": started.isoformat(), "contract_to": "2026-12-31", "monthly_pay": f"{PAY}.00", "fund": "衔接资金",
        })  # fmt: skip
        measure = f"C{len(world.rows['measures']) + 1:07}"
        world.rows["measures"].append({
            "measure_id": measure, "household_no": home["household_no"], "member_no": worker["member_no"], "category": "公益性岗位帮扶", "item": "公益性岗位",
            "support_kind": "资金", "provider_unit": "U006", "cost": f"{PAY * 12}.00", "started_on": started.isoformat(), "signed": "是",
        })  # fmt: skip


def _workshops(world: World) -> None:
    names = {row["division_code"]: row["name"] for row in world.rows["divisions"]}
    for number, village in enumerate(village_codes()[::6], 1):
        world.rows["workshops"].append({
            "workshop_no": f"Q{number:04}", "name": f"{names[village]}就业帮扶车间", "village_code": village, "operator_unit": "U205",
            "started_on": f"{YEARS[number % 5]}-05-10", "workers": str(24 + number), "helped_workers": str(11 + number % 4),
        })  # fmt: skip
