"""审核: the proposals that wait, the largest risks first, each record with what the change brings; accepted with the reviewer's
signature, or returned with what was said of its records."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from flask import Blueprint, abort, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from gongshi.changes import papers
from gongshi.changes.diff import compare
from gongshi.changes.late import with_late
from gongshi.changes.pieces import Pieces, beside, pieces
from gongshi.checks.showing import shown_path
from gongshi.desk.marking import LISTED, VERDICTS, Marks, decided, keep_marks, kept_marks, typed
from gongshi.desk.state import Desk, Job, Told
from gongshi.desk.working import waiting_page
from gongshi.exchange.accepting import Waiting, accept, brings, latest, send_back, waiting
from gongshi.exchange.remarking import Remark
from gongshi.exchange.remotes import fetch, place
from gongshi.model import SEVERITIES, GongshiError, Progress
from gongshi.repository import Git, RevisionTree
from gongshi.sealing import signing_place

page = Blueprint("reviewing", __name__)
CHECK, CHECKS = "check", 8
"""Checks of proposals that are remembered."""
NOTHING = Pieces((), (), "", (), ())
RISKS = (("bad", "先看"), ("warm", "再看"), ("", "其余"))
CHANGED = "这份送审刚刚又送了新的，下面是新的；没有变的还是你看过的样子，请看过变了的再决定。"


class Brought(NamedTuple):
    """What one proposal changes: against which commit of main, in pieces, how many records."""

    base: str
    told_of: Pieces
    records: int
    error: str = ""

    @property
    def risk(self) -> int:
        """That of its riskiest piece, or that nobody can say."""
        return 0 if self.error else min((piece.risk for piece in self.told_of.pieces), default=2)


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
    where = place(git)
    found = waiting(git, where)
    if not found:
        return render_template("review.html", mine=[], back=[])
    main, wanted = latest(git, where), [one for one in found if not one.remarks]
    job = desk.work("weigh", {}, lambda _: [_proposal(desk, git, main, one) for one in wanted])
    if not job.over.is_set():
        return waiting_page("weigh")
    desk.ended("weigh")
    mine = sorted(
        ((one, _proposal(desk, git, main, one)) for one in wanted),
        key=lambda pair: (pair[1].risk, pair[0].day, pair[0].branch),
    )
    return render_template(
        "review.html", mine=mine, back=[one for one in found if one.remarks], risks=RISKS,
        new={one.commit: beside(seen.told_of.pieces, job.found["all"]).new for one, seen in mine if (job := _known(one.commit))},
    )  # fmt: skip


@page.post("/review")
def renew() -> ResponseReturnValue:
    """The newest from the remote."""
    git = _git()
    fetch(git, place(git))
    return redirect("/review")


@page.get("/review/<path:branch>")
def one(branch: str) -> ResponseReturnValue:
    """One proposal, with what it changes against main."""
    return _one(branch, kept_marks(g.desk.root, branch, g.desk.identity))


@page.post("/review/<path:branch>")
def decide(branch: str) -> ResponseReturnValue:
    """Accept or return it; whatever comes of that, the marks are kept."""
    desk, marks, seen = g.desk, typed(request.form), request.form.get("commit", "")[:64]
    found, proposal = _looked(_git(), branch)
    keep_marks(desk.root, branch, marks, desk.identity, desk.known_names())
    if seen and seen != found.commit:
        return _one(branch, marks, CHANGED), 409
    listed = proposal.told_of.pieces[:LISTED]
    if request.form.get("do") == "return":
        return _return(branch, marks, proposal, seen)
    if said := marks.about(listed) or marks.wordless(listed):
        return _one(branch, marks, f"还不能接受：有 {len(said)} 处要改或在问。"), 422
    job = desk.work("review", {"branch": branch}, lambda show: _accept(desk, branch, seen, show))
    return (_ended() if job.over.is_set() else None) or redirect("/review")


@page.post("/review-marks/<path:branch>")
def mark(branch: str) -> ResponseReturnValue:
    """Keep what is marked so far; says whether it is kept."""
    why = keep_marks(g.desk.root, branch, typed(request.form), g.desk.identity, g.desk.known_names())
    return render_template("kept.html", why=why, when=datetime.now().strftime("%H:%M"))


def _return(branch: str, marks: Marks, proposal: Brought, seen: str) -> ResponseReturnValue:
    desk, listed = g.desk, proposal.told_of.pieces[:LISTED]
    if empty := marks.wordless(listed):
        return _one(branch, marks, f"有 {len(empty)} 处要改或要问，还没写说什么。", empty), 422
    remarks = marks.about(listed)
    try:
        send_back(desk.root, branch, marks.text, desk.identity, remarks, seen)
    except GongshiError as error:
        return _one(branch, marks, str(error)), 422
    decided(desk.root, branch, marks, desk.identity)
    told = f"，附 {len(remarks)} 条意见" if remarks else ""
    desk.told.append(Told(f"已退回 {shown_path(branch)}{told}。"))
    return redirect("/review")


def _accept(desk: Desk, branch: str, seen: str, show: Progress) -> None:
    key = signing_place(None, desk.environ)
    done = accept(desk.root, branch, key, date.today(), show, desk.identity, seen)
    decided(desk.root, branch, None, desk.identity)
    desk.tell(f"已接受 {shown_path(branch)}：{done.files} 个文件，由“{done.signer}”签名。")


def _ended() -> ResponseReturnValue | None:
    """The page with what went wrong, or the list anew; None where nothing ended."""
    desk = g.desk
    job = desk.ended("review")
    if job and job.error:
        branch = job.form["branch"]
        return _one(branch, kept_marks(desk.root, branch, desk.identity), job.error), 422
    return redirect("/review") if job else None


def _looked(git: Git, branch: str) -> tuple[Waiting, Brought]:
    where = place(git)
    found = next((one for one in waiting(git, where) if one.branch == branch), None)
    if found is None:
        abort(404)
    proposal = _proposal(g.desk, git, latest(git, where), found)
    if proposal.error:
        raise GongshiError(proposal.error)
    return found, proposal


def _proposal(desk: Desk, git: Git, main: str, found: Waiting) -> Brought:
    """What it changes, worked out once for as long as neither it nor main moves on."""
    base = git.merge_base(main, found.commit) or main
    known: Brought | None = desk.seen.get((base, found.commit))
    if known is None:
        trees = RevisionTree(git, base), RevisionTree(git, found.commit)
        try:
            diff = with_late(compare(*trees), git, *trees, date.today())
            known = Brought(base, pieces(diff), len(diff.changes))
        except GongshiError as error:
            known = Brought(base, NOTHING, 0, str(error))
        desk.remember((base, found.commit), known)
    return known


def _known(commit: str) -> Job | None:
    """The check of a proposal, if it is over and went well."""
    job: Job | None = g.desk.jobs.get(_check_of(commit))
    return job if job and job.over.is_set() and not job.error else None


def _check_of(commit: str) -> str:
    """The name of a check: with a key more is found."""
    return f"{CHECK} {commit} {'with' if g.desk.identity else 'without'} a key"


def _checked(base: str, commit: str) -> Job:
    """The check of a proposal, which is begun once; one that failed is begun anew."""
    desk, name = g.desk, _check_of(commit)
    found: dict[str, Any] = {}
    job: Job | None = desk.jobs.get(name)
    if job is None or (job.over.is_set() and job.error):

        def work(_: Progress) -> None:
            found["all"] = brings(desk.root, commit, base, date.today(), desk.identity)

        for old in [one for one in [*desk.jobs] if one.startswith(CHECK)][:-CHECKS]:
            desk.ended(old)
        job = desk.work(name, {}, work, found)
    return job


@page.get("/review-found/<path:branch>")
def search(branch: str) -> ResponseReturnValue:
    """What the check found, each at its piece; while it runs, that it does."""
    git = _git()
    found, proposal = _looked(git, branch)
    job: Job | None = g.desk.jobs.get(_check_of(found.commit))
    job = job or _checked(proposal.base, found.commit)
    return render_template("found.html", one=found, job=job, severities=SEVERITIES, part=True, **_beside(job, proposal))


def _beside(job: Job, proposal: Brought) -> dict[str, Any]:
    listed = proposal.told_of.pieces[:LISTED]
    over = job.over.is_set()  # asked once: it may be over the next moment
    return {"beside": beside(listed, job.found.get("all", ()) if over else ()), "listed": listed, "over": over}


def _one(branch: str, marks: Marks, error: str = "", empty: dict[str, str] | None = None) -> str:
    git = _git()
    found, proposal = _looked(git, branch)
    before: dict[tuple[str, str], list[Remark]] = {}
    for word in [one for one in found.words if not one.answer][:1]:
        for remark in word.remarks:
            for record in remark.records:
                before.setdefault(record, []).append(remark)
    job = _checked(proposal.base, found.commit)
    return render_template(
        "reviewed.html", one=found, told_of=proposal.told_of, count=proposal.records, error=error, marks=marks,
        grounds=papers.grounds(git, proposal.base, found.commit), verdicts=VERDICTS, empty=empty or {}, before=before, job=job,
        risks=RISKS, severities=SEVERITIES, part=False, **_beside(job, proposal),
    )  # fmt: skip
