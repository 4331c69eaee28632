"""The verbs about households: visits, status changes, cases, pairings. Each puts its whole linked write into a Book."""

from __future__ import annotations

import re
from collections import Counter

from gongshi.policy import load_policies
from gongshi.verbs import checking, memberships
from gongshi.verbs.asking import Said
from gongshi.verbs.book import Book, refuse
from gongshi.verbs.procedure import NOTICE_STEPS, ProcedureStep, next_step, procedures

PAIRED = ("帮扶责任人", "联系人", "联系领导")
EVENT_OF = {"退出": "脱贫"}
"""Where the event that a passed case brings is not called as its procedure."""
PASSED, APPROVAL = "通过", "县级审批"


def visit(book: Book, said: Said) -> str:
    """A contact under the pairing that each household has on that day."""
    pairings = [_pairing(book, subject, said) for subject in said["subjects"].split()]
    for number in dict.fromkeys(pairings):
        row = {"pairing_id": number, "contacted_on": said["on"], "contact_kind": said["kind"]}
        book.add("contacts", row, "subjects")
    return f"登记{said['kind']} {len(set(pairings))} 次（{said['on']}）"


def _pairing(book: Book, subject: str, said: Said) -> str:
    if subject.startswith("J"):
        found = [book.record("pairings", subject, "subjects")]
    else:
        book.record("households", subject, "subjects")
        found = book.rows("pairings", household_no=subject)
    open_ = [row for row in found if _runs(row, said["on"]) and said.get("role") in ("", row["role"])]
    roles = [said["role"]] if said.get("role") else PAIRED
    chosen = min(open_, key=lambda row: (*(row["role"] != role for role in roles), row["pairing_id"]), default=None)
    if chosen is None:
        raise refuse("subjects", f"{subject} 在 {said['on']} 没有结对的人，先登记结对（gongshi pair new）")
    return chosen["pairing_id"]


def _runs(row: dict[str, str], day: str) -> bool:
    return row["started_on"] <= day and (not row["ended_on"] or day <= row["ended_on"])


def event(book: Book, said: Said) -> str:
    """A status change of households under a case that has them on its list; their status follows from it."""
    case = book.record("cases", said["case"], "case")
    listed = {row["household_no"] for row in book.rows("case-households", case_id=case["case_id"])}
    checking.not_before("on", said["on"], case["opened_on"], f"案卷 {case['case_id']} 才立卷")
    households = said["households"].split()
    for number in households:
        book.record("households", number, "households")
        if number not in listed:
            raise refuse("households", f"案卷 {case['case_id']} 的名单里没有 {number}，请核对案卷或户编号")
    if case["result"] and case["result"] != PASSED:
        raise refuse(
            "case", f"案卷 {case['case_id']} 的结果是{case['result']}，不能据以登记{said['event']}，请核对案卷"
        )
    checking.settled(book, case["case_id"], said["event"])
    told = _happened(book, households, said["event"], said["on"], case["case_id"], said.get("other", ""))
    return f"案卷 {case['case_id']}（{said['on']}）{told}"


def _happened(book: Book, households: list[str], name: str, day: str, case: str, other: str = "") -> str:
    """Enter the event and what follows from it; gives what was written, what had been, and what is left to be entered."""
    before = set(book.touched)
    turned = memberships.turn(book, households, name, day, case)
    for number in households:
        if number not in {*turned.said, *turned.asked}:
            row = {"household_no": number, "occurred_on": day, "event": name, "case_id": case, "other_household": other}
            book.add("status-events", row, "households")
    written = {_whose(book, *place) for place in book.touched.keys() - before} - {""}
    followed = [one for one in ("status-events", *memberships.TABLES[:2]) if one in book.descriptor.resources]
    book.derive("households", households, followed)
    asked = [number for number in turned.asked if number not in written]
    known = len([number for number in households if number not in written and number not in asked])
    told = [f"登记{name} {len(written)} 户"] if written else []
    told += [f"{known} 户早已登记，没有再写"] if known else []
    told += [f"{len(asked)} 户是哪一种身份看不出来，没有登记，请另登记“身份”"] if asked else []
    return "，".join(told)


def _whose(book: Book, resource: str, key: tuple[str, ...]) -> str:
    """The household of a membership or a status change; "" for anything else."""
    if resource == "status-events":
        return key[0]
    return (book.ledger.record(resource, key[0]) or {})["household_no"] if resource == "memberships" else ""


def case_new(book: Book, said: Said) -> str:
    """A case with its number and its list."""
    homes = {number: book.record("households", number, "households") for number in said["households"].split()}
    village = said.get("village") or next((row["village_code"] for row in homes.values()), "")
    if not village:
        raise refuse("village", "还没填是哪个村，也没有写户")
    book.record("villages", village, "village")
    checking.in_force(book, said["procedure"], said["on"])
    for number, row in homes.items():
        checking.fit(book, said["procedure"], number, said["on"])
        checking.not_open(book, said["procedure"], number)
        if row["village_code"] != village:
            raise refuse("households", f"{number} 不在村 {village}，一个案卷只办一个村的户")
    number = book.number("cases", int(said["on"][:4]))
    row = {"case_id": number, "procedure": said["procedure"], "village_code": village, "opened_on": said["on"]}
    book.add("cases", row)
    for household in said["households"].split():
        book.add("case-households", {"case_id": number, "household_no": household}, "households")
    if not said["households"] and said["procedure"] != "贫困村退出":
        raise refuse("households", f"{said['procedure']}案卷要写明是哪些户")
    return f"立案卷 {number}：{said['procedure']}，{len(said['households'].split())} 户"


def case_step(book: Book, said: Said) -> str:
    """The next step of a case, or another; a step that is a notice bears the notice's number and its last day."""
    case = _open_case(book, said["case"])
    done = {row["step"]: row["done_on"] for row in book.rows("case-steps", case_id=case["case_id"])}
    steps = procedures(load_policies(book.tree, book.descriptor), book.today).get(case["procedure"], ())
    name = said.get("step") or getattr(next_step(steps, done)[0], "name", "")
    if not name:
        raise refuse("step", f"案卷 {case['case_id']} 没有下一步了，可以结卷（gongshi case close），或写明是哪一步")
    before = next((one.of(done) for one in steps if name in (one.name, one.also)), "") or done.get(name)
    if before:
        raise refuse("step", f"案卷 {case['case_id']} 的{name}已在 {before} 登记过")
    checking.settled(book, case["case_id"], name)
    if name in checking.BALLOTS and not (said.get("attendees") and said.get("votes")):
        raise refuse("attendees", f"{name}要写参加人数和同意票，请照会议记录填")
    checking.no_more(
        "votes", said.get("votes", ""), said.get("attendees", ""),
        f"同意票 {said.get('votes')} 多于参加人数 {said.get('attendees')}，请按会议记录核对",
    )  # fmt: skip
    notice = _notice(book, case["case_id"], name, said.get("notice", ""))
    ended = notice.get("starts_on" if name == "公告" else "ends_on", "")
    row = {"step": name, "done_on": said["on"] or ended or book.today.isoformat()}
    if ended > min(row["done_on"], book.today.isoformat()):
        raise refuse("on", f"公示 {notice['notice_id']} 到 {ended} 才满，那天起才能登记这一步")
    checking.in_order(case, steps, done, name, row["done_on"])
    row["level"] = (
        said.get("level")
        or next((one.level for one in steps if name in (one.name, one.also)), "")
        or _usual(book, name)
    )
    more = {"attendees": said.get("attendees", ""), "votes_for": said.get("votes", "")}
    _add_step(book, case["case_id"], row | more | {"notice_id": notice.get("notice_id", "")})
    return f"案卷 {case['case_id']} 登记{name}（{row['done_on']}）"


def noticed(book: Book, case_id: str, notice: dict[str, str]) -> str:
    """The notice that ended as the step of its case that waits for one; "" if none does."""
    case = book.ledger.record("cases", case_id)
    if case is None or case["closed_on"]:
        return ""
    rows = book.rows("case-steps", case_id=case_id)
    steps = procedures(load_policies(book.tree, book.descriptor), book.today).get(case["procedure"], ())
    step, _ = next_step(steps, {row["step"]: row["done_on"] for row in rows})
    if any(row["notice_id"] == notice["notice_id"] for row in rows) or not step or step.name not in NOTICE_STEPS:
        return ""
    row = {"step": step.name, "level": step.level or _usual(book, step.name), "done_on": notice["ends_on"]}
    _add_step(book, case_id, row | {"notice_id": notice["notice_id"]})
    return step.name


def _add_step(book: Book, case_id: str, row: dict[str, str]) -> None:
    numbers = [int(one["step_no"]) for one in book.rows("case-steps", case_id=case_id) if one["step_no"].isdecimal()]
    book.add("case-steps", {"case_id": case_id, "step_no": str(max(numbers, default=0) + 1)} | row, "step")


def _usual(book: Book, step: str) -> str:
    """The level at which a step is mostly done."""
    return next(iter(Counter(row["level"] for row in book.rows("case-steps", step=step)).most_common(1)), ("村",))[0]


def _notice(book: Book, case_id: str, step: str, number: str) -> dict[str, str]:
    """The notice of a step: the one named, else the case's newest that no step has yet; Wrong if a notice is wanted."""
    if step not in NOTICE_STEPS and not number:
        return {}
    if number:
        found = book.record("notices", number, "notice")
        if found["case_id"] != case_id:
            raise refuse("notice", f"公示 {number} 不是案卷 {case_id} 的，请核对编号")
        return found
    used = {row["notice_id"] for row in book.rows("case-steps", case_id=case_id)}
    told = step.endswith("公告")
    mine = [row for row in book.rows("notices", case_id=case_id) if row["notice_kind"].endswith("公告") == told]
    free = [row for row in mine if row["notice_id"] not in used and not row["withdrawn_on"]]
    if not free:
        raise refuse("notice", f"{step}要有公示编号：先做公示（gongshi notice new），再登记这一步")
    return free[-1]


def case_close(book: Book, said: Said) -> str:
    """The end of a case; if it passed, the status change of each of its households, and what follows from that."""
    case = _open_case(book, said["case"])
    number = case["case_id"]
    done = {row["step"]: row["done_on"] for row in book.rows("case-steps", case_id=number)}
    steps = procedures(load_policies(book.tree, book.descriptor), book.today).get(case["procedure"], ())
    _may_close(book, case, said, steps, done)
    cells = {"closed_on": said["on"], "result": said["result"]}
    book.change("cases", (number,), cells | ({"doc_no": said["doc"]} if said.get("doc") else {}))
    households = [row["household_no"] for row in book.rows("case-households", case_id=number)]
    name = EVENT_OF.get(case["procedure"], case["procedure"])
    if said["result"] != PASSED or name not in book.resource("status-events").schema.field("event").enum:
        return f"案卷 {number} 结卷：{said['result']}"
    known = {row["household_no"] for row in book.rows("status-events", case_id=number, event=name)}
    new = [household for household in households if household not in known]
    told = _happened(book, new, name, done.get(APPROVAL, said["on"]), number)
    return f"案卷 {number} 结卷：{said['result']}" + (f"，{told}" if told else "")


def _may_close(
    book: Book, case: dict[str, str], said: Said, steps: tuple[ProcedureStep, ...], done: dict[str, str]
) -> None:
    """Wrong if something must be done first."""
    number, passed = case["case_id"], said["result"] == PASSED
    checking.not_before("on", said["on"], case["opened_on"], f"案卷 {number} 才立卷")
    checking.not_before("on", said["on"], max(done.values(), default=""), f"案卷 {number} 的最后一步才做完")
    if said["result"] != "撤回":
        checking.settled(book, number, "结果")
    lacking = [step.name for step in steps if not step.optional and not step.of(done)]
    if passed and lacking:
        message = f"案卷 {number} 还缺：{'、'.join(lacking)}，先登记{lacking[0]}（gongshi case step），补齐才能写通过"
        raise refuse("result", message)
    if passed and APPROVAL in [step.name for step in steps] and not (said.get("doc") or case["doc_no"]):
        raise refuse("doc", f"案卷 {number} 通过要写批复文号（--doc），文号在{APPROVAL}的批复上")


def _open_case(book: Book, number: str) -> dict[str, str]:
    case = book.record("cases", number, "case")
    if case["closed_on"]:
        raise refuse("case", f"案卷 {number} 已在 {case['closed_on']} 结卷，不能再改；有误的另立更正案卷")
    return case


_SUBJECTS = {"H": "household_no", "M": "member_no", "S": "school_code"}
_HELPERS = {"B": "helper_no", "U": "unit_code", "S": "partner_school"}


def pair_new(book: Book, said: Said) -> str:
    """A pairing; the one that it takes over from ends on the same day and names it."""
    checking.not_before("term", said.get("term", ""), said["on"], "结对从开始日期算")
    number = book.number("pairings", book.today.year)
    subject = _SUBJECTS.get(said["subject"][0], "village_code")
    row = {
        "pairing_id": number,
        "role": said["role"],
        subject: said["subject"],
        _HELPERS[said["helper"][0]]: said["helper"],
    }
    if not said.get("replaces"):
        checking.not_paired(book, row, said["on"])
    row |= {"started_on": said["on"], "term_ends_on": said.get("term", "")}
    book.add("pairings", row, "subject")
    if not said.get("replaces"):
        return f"登记结对 {number}：{said['role']}"
    old = book.record("pairings", said["replaces"], "replaces")
    if old["ended_on"] or old.get(subject) != said["subject"] or old["role"] != said["role"]:
        raise refuse("replaces", f"{old['pairing_id']} 已经结束，或不是同一对象、同一角色的结对，请核对")
    checking.not_before("on", said["on"], old["started_on"], f"{old['pairing_id']} 才开始")
    ended = {"ended_on": said["on"], "end_reason": said["reason"] or "岗位变动", "replaced_by": number}
    book.change("pairings", (old["pairing_id"],), ended)
    return f"登记结对 {number}：{said['role']}，接续 {old['pairing_id']}"


def pair_end(book: Book, said: Said) -> str:
    """The end of a pairing."""
    old = book.record("pairings", said["pairing"], "pairing")
    if old["ended_on"]:
        raise refuse("pairing", f"{said['pairing']} 已在 {old['ended_on']} 结束")
    if said["on"] < old["started_on"]:
        raise refuse("on", f"结对 {old['started_on']} 才开始，结束不能早于开始")
    book.change("pairings", (said["pairing"],), {"ended_on": said["on"], "end_reason": said["reason"]})
    return f"结束结对 {said['pairing']}：{said['reason']}"


def money(text: str) -> str:
    """An amount as people read it."""
    return re.sub(r"(?<=[0-9])(?=(?:[0-9]{3})+(?:\.|$))", ",", text)
