"""审核: the proposals that wait, each with what it changes; accepted with the reviewer's signature, or returned with remarks."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from gongshi.changes import papers
from gongshi.changes.diff import compare
from gongshi.changes.late import with_late
from gongshi.changes.pieces import pieces
from gongshi.checks.showing import shown_path
from gongshi.desk.state import Desk, Told
from gongshi.desk.working import waiting_page
from gongshi.exchange.accepting import Waiting, accept, latest, send_back, waiting
from gongshi.exchange.remotes import fetch, place
from gongshi.model import GongshiError, Progress
from gongshi.repository import Git, RevisionTree
from gongshi.sealing import signing_place

page = Blueprint("reviewing", __name__)
MOST = 400
"""Records that one return says something of."""


def _git() -> Git:
    git = Git(g.desk.root)
    if not git.exists() or git.head() is None:
        raise GongshiError("这里不是 Git 仓库，或还没有第一次提交，没有送审的可看。")
    return git


@page.get("/review")
def review() -> ResponseReturnValue:
    """All that wait for a reviewer, then all that wait for their clerk; while one is accepted, how far that is."""
    desk = g.desk
    if "review" in desk.jobs and not desk.jobs["review"].over.is_set():
        return waiting_page("review")
    if done := _ended():
        return done
    git = _git()
    found = waiting(git, place(git))
    return render_template(
        "review.html", mine=[one for one in found if not one.remarks], back=[one for one in found if one.remarks]
    )


@page.post("/review")
def renew() -> ResponseReturnValue:
    """The newest from the remote."""
    git = _git()
    fetch(git, place(git))
    return redirect("/review")


@page.get("/review/<path:branch>")
def one(branch: str) -> ResponseReturnValue:
    """One proposal, with what it changes against main."""
    return _one(branch, "", "")


@page.post("/review/<path:branch>")
def decide(branch: str) -> ResponseReturnValue:
    """Accept or return it."""
    desk = g.desk
    if request.form.get("do") != "return":
        job = desk.work("review", {"branch": branch}, lambda show: _accept(desk, branch, show))
        return (_ended() if job.over.is_set() else None) or redirect("/review")
    remarks = _remarks()
    try:
        send_back(desk.root, branch, remarks, desk.identity)
        desk.told.append(Told(f"已退回 {shown_path(branch)}。"))
    except GongshiError as error:
        return _one(branch, str(error), request.form.get("remarks", "")[:2000]), 422
    return redirect("/review")


def _accept(desk: Desk, branch: str, show: Progress) -> None:
    done = accept(desk.root, branch, signing_place(None, desk.environ), date.today(), show, desk.identity)
    desk.tell(f"已接受 {shown_path(branch)}：{done.files} 个文件，由“{done.signer}”签名。")


def _ended() -> ResponseReturnValue | None:
    """The page with what went wrong, or the list anew; None where nothing ended."""
    job = g.desk.ended("review")
    if job and job.error:
        return _one(job.form["branch"], job.error, ""), 422
    return redirect("/review") if job else None


def _remarks() -> str:
    """What was said of single records, each behind its number, then of all."""
    of = zip(request.form.getlist("about")[:MOST], request.form.getlist("says")[:MOST], strict=False)
    said = [f"{about[:80]}：{text[:400].strip()}" for about, text in of if text.strip()]
    return "\n".join([*said, request.form.get("remarks", "")[:2000].strip()]).strip()


def _one(branch: str, error: str, remarks: str) -> str:
    git = _git()
    where = place(git)
    found: Waiting | None = next((one for one in waiting(git, where) if one.branch == branch), None)
    if found is None:
        abort(404)
    main = latest(git, where)
    base = git.merge_base(main, found.commit) or main
    trees = RevisionTree(git, base), RevisionTree(git, found.commit)
    diff = with_late(compare(*trees), git, *trees, date.today())
    grounds = papers.grounds(git, base, found.commit)
    return render_template(
        "reviewed.html", one=found, told_of=pieces(diff), count=len(diff.changes), grounds=grounds, error=error,
        remarks=remarks,
    )  # fmt: skip
