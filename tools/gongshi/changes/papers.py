"""On what ground records were changed: the trailers that a commit of records must carry."""

from __future__ import annotations

from gongshi.changes.commits import trailers
from gongshi.model import Finding, Severity
from gongshi.package import RECORDS
from gongshi.repository import Git

ADVICE = "请在提交说明最后空一行，再各写一行，如“审批：古镇人民政府”“文号：示扶〔2020〕12号”“依据：村民代表会议记录”"


def lacking(message: str) -> tuple[str, ...]:
    """What a commit of records still needs: who approved it (审批), and a document (文号) or another ground (依据)."""
    given = {name for name, _ in trailers(message)}
    wanted = (("审批", {"Approved-by"}), ("文号或依据", {"Doc-No", "依据"}))
    return tuple(title for title, names in wanted if not names & given)


def lacking_sentence(message: str) -> str:
    """One Chinese sentence on what to add, "" if nothing is lacking."""
    missing = lacking(message)
    return f"改了台账记录，提交说明里缺{'、缺'.join(missing)}。{ADVICE}" if missing else ""


def unfounded_commits(git: Git, base: str, head: str) -> list[Finding]:
    """Findings on the commits of ``head`` that ``base`` has not, change records and lack a trailer; merges need none."""
    wanted = f"{git.commit(base)}..{git.commit(head)}"
    listing = git.run(
        *("log", "--no-merges", "--reverse", "--full-history", "--no-show-signature", "--format=%H%x00%B%x00%x01"),
        *("--end-of-options", wanted, "--", f"{RECORDS}/"),
    )
    found = []
    for entry in listing.decode("utf-8", "replace").split("\0\x01")[:-1]:
        commit, message = entry.lstrip("\n").split("\0", 1)
        if sentence := lacking_sentence(message):
            where = f"提交 {commit[:12]}“{message.strip().split(chr(10), 1)[0][:60]}”"
            found.append(Finding("trailer", Severity.ERROR, where + sentence, key=(commit[:12],)))
    return found
