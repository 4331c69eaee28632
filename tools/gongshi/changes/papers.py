"""On what ground and when records were changed: the trailers that a commit of records must carry, dates that can be true."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from gongshi.changes.commits import logged, moment, trailers
from gongshi.checks.showing import shown_text
from gongshi.model import Finding, Severity
from gongshi.package import RECORDS
from gongshi.package.descriptor import COUNTY_FILE
from gongshi.package.subjects import subjects
from gongshi.package.yamlfile import Mapping as Node
from gongshi.package.yamlfile import YamlProblem, parse, text
from gongshi.repository import Git

ADVICE = "请在提交说明最后空一行，再各写一行，如“审批：{county}人民政府”“文号：批复的文号”“依据：村民代表会议记录”"


def lacking_sentence(message: str, county: str = "") -> str:
    """One Chinese sentence on what a commit of records with this message still needs, "" if nothing; ``county`` is whose it is."""
    return _lacking(trailers(message), county)


def county_of(card: bytes) -> str:
    """The name that a county.yaml says, "" if it says none."""
    try:
        node = parse(card)
    except YamlProblem:
        return ""
    return text(node, subjects().county.name) if isinstance(node, Node) else ""


def _lacking(given: Iterable[tuple[str, str]], county: str) -> str:
    """Who approved it (审批) is wanted, and a document (文号) or another ground (依据)."""
    names = {name for name, _ in given}
    wanted = (("审批", {"Approved-by"}), ("文号或依据", {"Doc-No", "依据"}))
    missing = [title for title, any_of in wanted if not any_of & names]
    return (
        f"改了台账记录，提交说明里缺{'、缺'.join(missing)}。{ADVICE.format(county=county or '本县')}" if missing else ""
    )


def unfounded_commits(git: Git, base: str, head: str) -> list[Finding]:
    """Findings on the commits of ``head`` that ``base`` has not, change records and lack a trailer; merges need none."""
    wanted = f"{git.commit(base)}..{git.commit(head)}"
    which = ("--no-merges", "--reverse", "--full-history", "--end-of-options", wanted, "--", f"{RECORDS}/")
    found = []
    county = county_of(git.run("show", f"{head}:{COUNTY_FILE}") if git.run("ls-tree", head, COUNTY_FILE) else b"")
    for revision in logged(git, *which):
        if sentence := _lacking(revision.trailers, county):
            where = f"提交 {revision.commit[:12]}“{shown_text(revision.subject)[:60]}”"
            found.append(Finding("trailer", Severity.ERROR, where + sentence, key=(revision.commit[:12],)))
    return found


def grounds(git: Git, base: str, head: str) -> list[tuple[str, str]]:
    """The trailers of the commits of ``head`` that ``base`` has not, the newest of each name."""
    wanted = ("--reverse", "--end-of-options", f"{base}..{head}")
    return list(dict(pair for revision in logged(git, *wanted) for pair in revision.trailers).items())


_SLACK = timedelta(minutes=10)  # clocks of two machines


def dated_findings(git: Git, base: str, head: str, now: datetime) -> list[Finding]:
    """Findings on the commits of ``head`` that ``base`` has not, whose date is before a parent's or after ``now``."""
    found = []
    listing = git.run("log", "--format=%H %ct %P", "--end-of-options", f"{git.commit(base)}..{git.commit(head)}")
    entries = [(commit, int(made), parents) for commit, made, *parents in map(str.split, listing.decode().splitlines())]
    wanted = sorted({parent for *_, parents in entries for parent in parents})
    times = {commit: made for commit, made, _ in entries} | _times(git, wanted)
    latest = int((now + _SLACK).timestamp())
    for commit, made, parents in reversed(entries):
        # A parent that is of the future itself is told, and not all that comes after it.
        before = max((at for parent in parents if (at := times.get(parent, 0)) <= latest), default=0)
        if made > latest:
            why = f"日期 {moment(str(made))[:10]} 在将来"
        elif made + int(_SLACK.total_seconds()) < before:
            why = f"日期 {moment(str(made))[:10]} 早于它前面的提交（{moment(str(before))[:10]}）"
        else:
            continue
        where = f"提交 {commit[:12]} 的{why}，日期不可信；请校正电脑的时间，重做这个提交（git commit --amend --reset-author）"
        found.append(Finding("date", Severity.ERROR, where, key=(commit[:12],)))
    return found


def _times(git: Git, commits: Sequence[str]) -> dict[str, int]:
    if not commits:
        return {}
    listing = git.run("log", "--no-walk=unsorted", "--format=%H %ct", "--stdin", input="\n".join(commits).encode())
    return {commit: int(made) for commit, made in map(str.split, listing.decode().splitlines())}
