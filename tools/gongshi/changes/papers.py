"""On what ground records were changed: the trailers that a commit of records must carry."""

from __future__ import annotations

from collections.abc import Iterable

from gongshi.changes.commits import logged, trailers
from gongshi.checks.showing import shown_text
from gongshi.model import Finding, Severity
from gongshi.package import RECORDS
from gongshi.repository import Git

ADVICE = "请在提交说明最后空一行，再各写一行，如“审批：古镇人民政府”“文号：示扶〔2020〕12号”“依据：村民代表会议记录”"


def lacking_sentence(message: str) -> str:
    """One Chinese sentence on what a commit of records with this message still needs, "" if nothing."""
    return _lacking(trailers(message))


def _lacking(given: Iterable[tuple[str, str]]) -> str:
    """Who approved it (审批) is wanted, and a document (文号) or another ground (依据)."""
    names = {name for name, _ in given}
    wanted = (("审批", {"Approved-by"}), ("文号或依据", {"Doc-No", "依据"}))
    missing = [title for title, any_of in wanted if not any_of & names]
    return f"改了台账记录，提交说明里缺{'、缺'.join(missing)}。{ADVICE}" if missing else ""


def unfounded_commits(git: Git, base: str, head: str) -> list[Finding]:
    """Findings on the commits of ``head`` that ``base`` has not, change records and lack a trailer; merges need none."""
    wanted = f"{git.commit(base)}..{git.commit(head)}"
    which = ("--no-merges", "--reverse", "--full-history", "--end-of-options", wanted, "--", f"{RECORDS}/")
    found = []
    for revision in logged(git, *which):
        if sentence := _lacking(revision.trailers):
            where = f"提交 {revision.commit[:12]}“{shown_text(revision.subject)[:60]}”"
            found.append(Finding("trailer", Severity.ERROR, where + sentence, key=(revision.commit[:12],)))
    return found
