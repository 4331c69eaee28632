"""The verbs about projects, payments and notices."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

from gongshi.disclosure import notices
from gongshi.package import load
from gongshi.verbs import checking
from gongshi.verbs.asking import Said
from gongshi.verbs.book import Book, refuse
from gongshi.verbs.households import money, noticed

BATCH = {"payment_stage": "直补", "payee_kind": "一卡通批次", "purpose": "补助到户"}
"""What the payment behind a batch of subsidies is, unless said otherwise."""


def project(book: Book, said: Said) -> str:
    """A step of a project, with what follows for its stage, its acceptance and its notices."""
    number = said["project"]
    asked_of = book.record("projects", number, "project")
    checking.no_more(
        "quantity", said.get("quantity", ""), asked_of["quantity"],
        f"验收数量 {said.get('quantity')} 多于批复的 {asked_of['quantity']}，请复核工程量；确需增加的先办项目调整",
    )  # fmt: skip
    told = []
    if said.get("step"):
        _staged(book, number, said["step"], said["on"])
        level = said.get("level") or _usual(book, said["step"], "level")
        row = {"project_id": number, "stage": said["step"], "level": level, "done_on": said["on"]}
        row |= {"by_unit": said["unit"] or _unit(book, number, said["step"]), "doc_no": said.get("doc", "")}
        book.add("project-stages", row, "step")
        told.append(f"登记{said['step']}（{said['on']}）")
    asked = {
        "accepted_quantity": "quantity", "final_cost": "cost", "actual_satisfaction": "satisfaction",
        "notice_before": "before", "notice_after": "after", "procurement_doc": "tender",
    }  # fmt: skip
    cells = {field: said[name] for field, name in asked.items() if said.get(name)}
    if not cells and not told:
        raise refuse("step", "没有写要登记什么：步骤、验收数量、决算金额或公示编号")
    for name in ("before", "after"):
        if said.get(name):
            book.record("notices", said[name], name)
    book.change("projects", (number,), cells)
    book.derive("projects", [number], ["project-stages"])
    schema = book.resource("projects").schema
    return f"项目 {number} " + "，".join([*told, *(f"{schema.field(f).title} {v}" for f, v in cells.items())])


def _staged(book: Book, number: str, stage: str, day: str) -> None:
    """Wrong if a step of a project is done before one that comes first, or after one that comes later: the dictionary has them in order."""
    order = book.resource("project-stages").schema.field("stage").enum
    for row in book.rows("project-stages", project_id=number):
        first = order.index(row["stage"]) < order.index(stage)
        if row["stage"] != stage and row["done_on"] and (row["done_on"] > day if first else row["done_on"] < day):
            place, limit = ("前面", "才做完") if first else ("后面", "已经做完")
            raise refuse("on", f"{place}的{row['stage']}在 {row['done_on']} {limit}，{stage}不能在 {day}，请核对日期")


def _usual(book: Book, stage: str, field: str) -> str:
    """What this step mostly has in this field."""
    counted = Counter(row[field] for row in book.rows("project-stages", stage=stage)).most_common(1)
    return counted[0][0] if counted else "县"


def _unit(book: Book, number: str, stage: str) -> str:
    """Who takes this step: the project's own unit for what a county does, else who took its other steps."""
    owner = book.record("projects", number, "project")["owner_unit"]
    rows = [row for row in book.rows("project-stages", project_id=number) if row["level"] == "乡镇"]
    return rows[-1]["by_unit"] if rows and _usual(book, stage, "level") == "乡镇" else owner


def pay(book: Book, said: Said) -> str:
    """A payment to a unit, with its number."""
    row = _payment(book, said, said["amount"])
    if said.get("unit"):
        book.record("units", said["unit"], "unit")
    more = {name: said[name] for name in ("payment_stage", "payee_kind", "purpose")}
    (number,) = book.add("payments", row | more | {"payee_unit": said.get("unit", "")}, "project")
    return f"登记支付 {number}：{money(said['amount'])} 元"


def subsidy(book: Book, said: Said) -> str:
    """A batch: one subsidy for each household or member, and the payment that it is part of."""
    amount = (Decimal(said["units"]) * Decimal(said["standard"])).quantize(Decimal("0.01"))
    who = said["subjects"].split()
    row = _payment(book, said, str(amount * len(who)))
    (payment,) = book.add("payments", row | BATCH | {"persons": str(len(who))}, "project")
    for subject in who:
        member = subject if subject.startswith("M") else ""
        person = book.record("members", member, "subjects") if member else {}
        home = person.get("household_no", subject)
        known_since = book.record("households", home, "subjects").get("identified_on", "")
        checking.not_before("on", said["on"], known_since, f"{home} 才识别")
        if person.get("life_status") == "死亡" and said["on"][:7] > (person["life_status_ym"] or "9999"):
            raise refuse("subjects", f"{member} 已在 {person['life_status_ym']} 去世，以后的月份不能再发")
        same = {"household_no": home, "member_no": member, "benefit": said["benefit"], "period": said["period"]}
        if known := book.rows("subsidies", **same):
            shown = f"{money(known[0]['amount'])} 元，{known[0]['paid_on']}"
            raise refuse(
                "subjects", f"{subject} {said['period']} 的{said['benefit']}已经发过（{shown}），同一期间不能发两次"
            )
        cells = {name: said[name] for name in ("units", "standard")} | {"amount": str(amount), "paid_on": said["on"]}
        number = book.number("subsidies", book.today.year)
        more = {"subsidy_id": number, "pay_channel": said["channel"], "payment_id": payment}
        book.add("subsidies", same | cells | more, "subjects")
    return f"登记{said['benefit']} {len(who)} 笔，{money(row['amount'])} 元，支付 {payment}"


def _payment(book: Book, said: Said, amount: str) -> dict[str, str]:
    """The cells of a payment; Wrong if its project or its money is not there, or the money does not reach."""
    project = book.record("projects", said["project"], "project")
    allocation = book.record("allocations", said["allocation"], "allocation")
    if said["on"] < allocation["received_on"]:
        raise refuse("on", f"资金 {said['allocation']} 在 {allocation['received_on']} 才到，支付不能早于到账")
    spent = sum(Decimal(row["amount"]) for row in book.rows("payments", allocation_id=said["allocation"]))
    left = Decimal(allocation["amount"]) - spent
    if Decimal(amount) > left:
        raise refuse(
            "allocation", f"资金 {said['allocation']} 只剩 {money(f'{left:.2f}')} 元，不够付 {money(amount)} 元"
        )
    paid = sum(Decimal(row["amount"]) for row in book.rows("payments", project_id=said["project"]))
    checking.no_more(
        "amount" if said.get("amount") else "project", str(paid + Decimal(amount)), project["budget_total"],
        f"项目 {said['project']} 预算 {money(project['budget_total'])} 元，已付 {money(f'{paid:.2f}')} 元，再付 {money(amount)} 元就超了",
    )  # fmt: skip
    number = book.number("payments", int(said["on"][:4]))
    return {
        "payment_id": number, "project_id": said["project"], "allocation_id": said["allocation"], "paid_on": said["on"],
        "amount": amount, "pay_channel": said["channel"], "claim_doc": said.get("doc", ""),
    }  # fmt: skip


def objection(book: Book, said: Said) -> str:
    """An objection to a notice, or its answer; who raised it is not kept."""
    replied = date.fromisoformat(said["answered"]) if said.get("answered") else None
    with load(book.tree, ["notices", "notice-objections"], book.descriptor) as database:
        found = notices.find(database, said["notice"])
        change = notices.object_to(
            book.tree, database, found, said["topic"], date.fromisoformat(said["on"]), said.get("outcome", ""), replied
        )
    book.more |= dict([change])
    done = f"答复：{said['outcome']}" if replied else "登记异议"
    return f"公示 {said['notice']} {done}（{said['topic']}）"


def notice_close(book: Book, said: Said) -> str:
    """The result of a notice; in the case that it belongs to, the step that waited for it."""
    number, day = said["notice"], date.fromisoformat(said["on"])
    with load(book.tree, ["notices", "notice-objections"], book.descriptor) as database:
        notices.close(book.tree, database, notices.find(database, number), said["result"], day)
    cells = {"result": said["result"], "closed_on": said["on"]}
    withdrawn = said["result"] == notices.WITHDRAWN
    book.change("notices", (number,), cells | ({"withdrawn_on": said["on"]} if withdrawn else {}))
    row = book.record("notices", number, "notice")
    step = "" if withdrawn or not row["case_id"] else noticed(book, row["case_id"], row)
    return f"办结公示 {number}：{said['result']}" + (f"，记到案卷 {row['case_id']}（{step}）" if step else "")
