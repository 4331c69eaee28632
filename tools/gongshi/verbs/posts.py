"""The verbs about public-welfare posts: somebody begins, somebody leaves."""

from __future__ import annotations

from gongshi.verbs.asking import Said
from gongshi.verbs.book import Book, refuse
from gongshi.verbs.households import money


def post_new(book: Book, said: Said) -> str:
    """A post with its number; nobody holds the same one twice at a time."""
    member = book.record("members", said["member"], "member")
    held = [
        row
        for row in book.rows("posts", member_no=said["member"])
        if not row["ended_on"] or row["ended_on"] > said["on"]
    ]
    if same := next((row for row in held if row["post"] == said["post"]), None):
        raise refuse(
            "member",
            f"{said['member']} 从 {same['started_on']} 起已经是{said['post']}（{same['post_id']}），先登记离岗",
        )
    if said.get("until") and said["until"] < said["on"]:
        raise refuse("until", f"合同期满 {said['until']} 早于上岗 {said['on']}，请核对日期")
    number = book.number("posts", book.today.year)
    row = {"post_id": number, "household_no": member["household_no"], "member_no": said["member"], "post": said["post"]}
    row |= {"village_code": said["village"], "started_on": said["on"], "contract_to": said.get("until", "")}
    book.add("posts", row | {"monthly_pay": said["pay"], "fund": said["fund"]}, "member")
    return f"登记上岗 {number}：{said['post']}，每月 {money(said['pay'])} 元"


def post_end(book: Book, said: Said) -> str:
    """The end of a post."""
    old = book.record("posts", said["number"], "number")
    if old["ended_on"]:
        raise refuse("number", f"{said['number']} 已在 {old['ended_on']} 离岗")
    if said["on"] < old["started_on"]:
        raise refuse("on", f"{old['started_on']} 才上岗，离岗不能早于上岗")
    book.change("posts", (said["number"],), {"ended_on": said["on"]})
    return f"登记离岗 {said['number']}：{old['post']}（{said['on']}）"
