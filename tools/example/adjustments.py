"""The last adjustments of the example county, so that its history has something true in it.

The finished world is the state after all of them. Each is described by its undoing: ``rewind(world, n)`` leaves the
ledger as it stood after the first ``n``; 0 is before all, ``LAST`` is the county as it is. Each state is whole: rows
that name each other come and go together, and what is derived from them is derived again.

1     25 households of two villages leave the list (退出): their cases, notices, events and memberships
2 … 7 one project of 2019 goes through the six steps of plan 2, with its documents, notices, payments and asset
8     an amount with two digits exchanged is put right
"""

from __future__ import annotations

from collections.abc import Callable

from example.people_rows import rate
from example.world import Row, World

EXITS = ("Z2019-00020", "Z2019-00050")
PROJECT = "990101-2019-JS-0013"
PAYMENT, WRONG_AMOUNT = "F0000238", "26800.00"  # 62,800.00 in truth


def rewind(world: World, step: int) -> None:
    """Undo every adjustment after the first ``step``. ValueError if there is no such step."""
    if not 0 <= step <= LAST:
        raise ValueError(f"steps are 0 to {LAST}, not {step}")
    for undo in reversed(_UNDO[step:]):
        undo(world)


def _drop(world: World, resource: str, field: str, *values: str) -> list[Row]:
    """Take out the rows whose field has one of the values; gives them."""
    rows = world.rows[resource]
    gone = [row for row in rows if row.get(field) in values]
    if not gone:
        raise ValueError(f"{resource} has no {field} {values}")
    world.rows[resource] = [row for row in rows if row.get(field) not in values]
    return gone


def _row(world: World, resource: str, field: str, value: str) -> Row:
    return next(row for row in world.rows[resource] if row[field] == value)


# -- 1: the exit of 25 households -------------------------------------------------------------------------------------


def _undo_exits(world: World) -> None:
    cases = _drop(world, "cases", "case_id", *EXITS)
    _drop(world, "case-steps", "case_id", *EXITS)
    _drop(world, "notices", "case_id", *EXITS)
    _drop(world, "status-events", "case_id", *EXITS)
    _drop(world, "memberships", "case_id", *EXITS)
    leaving = {row["household_no"] for row in _drop(world, "case-households", "case_id", *EXITS)}
    for row in world.rows["memberships"]:
        if row["household_no"] in leaving and row.get("end_reason") == "脱贫":
            row |= {"ended_on": "", "end_reason": ""}
    for row in world.rows["households"]:
        if row["household_no"] in leaving:
            row |= {"poverty_status": "未脱贫", "exit_year": "", "planned_exit_year": "2020", "management_class": ""}
            row["not_exit_reason"] = _why_not(row)
    for case in cases:
        _rate_again(world, case["village_code"])


def _why_not(home: Row) -> str:
    if home["household_class"] == "五保户":
        return "五保户"
    return "无劳力一类低保" if home["whole_no_labour"] == "是" else "收入未稳定超标"


def _rate_again(world: World, village: str) -> None:
    """A village's poverty rate, of those still on the list."""
    homes = (row for row in world.rows["households"] if row["village_code"] == village)
    poor = sum(int(row["population"]) for row in homes if row["poverty_status"] == "未脱贫")
    row = _row(world, "villages", "village_code", village)
    row["poverty_rate"] = rate(poor, int(row["population"]))


# -- 2 to 7: one project, step by step --------------------------------------------------------------------------------


def _undo_application(world: World) -> None:
    """1 乡镇申报: before it there was no such project."""
    _unlist(world, "项目库公示")
    for resource in ("projects", "project-villages", "project-budget"):
        _drop(world, resource, "project_id", PROJECT)
    _undo_stages(world, "乡镇申报")


def _undo_approval(world: World) -> None:
    """2 县级审批, the plan of the year and the notice before the work."""
    project = _project(world, stage="入库", in_plan="否", notice_before="")
    _drop(world, "documents", "doc_no", project.pop("approval_doc"))
    _unlist(world, "实施前公示")
    _unlist(world, "年度计划公告")
    _undo_stages(world, "县级审批")


def _undo_work(world: World) -> None:
    """3 乡村实施: begun, paid for in part, finished."""
    _project(world, stage="下达")
    _undo_payments(world, "预拨", "进度款")
    _drop(world, "measures", "project_id", PROJECT)
    _undo_stages(world, "开工", "竣工")


def _undo_inspection(world: World) -> None:
    """4 乡镇初检."""
    _project(world, stage="竣工")
    _undo_stages(world, "乡镇初检")


def _undo_acceptance(world: World) -> None:
    """5 县级验收, and the notice after the work."""
    _project(world, stage="初检", accepted_on="", accepted_quantity="", actual_satisfaction="", notice_after="")
    _unlist(world, "竣工后公示")
    _undo_stages(world, "县级验收")


def _undo_claim(world: World) -> None:
    """6 乡级报账, with the settlement and the hand-over that follow."""
    _project(world, stage="验收", final_cost="")
    _undo_payments(world, "结算款")
    _drop(world, "assets", "project_id", PROJECT)
    _undo_stages(world, "乡级报账", "决算", "移交")


def _project(world: World, **cells: str) -> Row:
    row = _row(world, "projects", "project_id", PROJECT)
    row |= cells
    return row


def _undo_stages(world: World, *stages: str) -> None:
    world.rows["project-stages"] = [
        row for row in world.rows["project-stages"] if row["project_id"] != PROJECT or row["stage"] not in stages
    ]


def _undo_payments(world: World, *stages: str) -> None:
    world.rows["payments"] = [
        row for row in world.rows["payments"] if row["project_id"] != PROJECT or row["payment_stage"] not in stages
    ]


def _unlist(world: World, kind: str) -> None:
    """Take the project off the notices of a kind; a notice of this project alone goes as a whole."""
    kinds = {row["notice_id"] for row in world.rows["notices"] if row["notice_kind"] == kind}
    listed = [r for r in world.rows["notice-projects"] if r["project_id"] == PROJECT and r["notice_id"] in kinds]
    world.rows["notice-projects"] = [row for row in world.rows["notice-projects"] if row not in listed]
    for link in listed:
        notice = _row(world, "notices", "notice_id", link["notice_id"])
        if notice["items"] == "1":
            _drop(world, "notices", "notice_id", link["notice_id"])
        else:
            notice["items"] = str(int(notice["items"]) - 1)


# -- 8: a payment put right -------------------------------------------------------------------------------------------


def _undo_correction(world: World) -> None:
    _row(world, "payments", "payment_id", PAYMENT)["amount"] = WRONG_AMOUNT


_UNDO: tuple[Callable[[World], None], ...] = (
    _undo_exits,
    _undo_application,
    _undo_approval,
    _undo_work,
    _undo_inspection,
    _undo_acceptance,
    _undo_claim,
    _undo_correction,
)
LAST = len(_UNDO)
