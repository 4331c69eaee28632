"""Whether manifests are one chain: what is wrong with a log, and whether what somebody kept stands in it.

Who can write the log can write another one that is whole. Two things tell that from the true one, and neither lies in
the log: a manifest or digest that somebody kept (on the sheets of the villages' boards it stands in print), and the
signature of a publisher.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from gongshi.model import Finding, Severity
from gongshi.site.manifest import Manifest, Paper, printable, read_bytes, read_paper

_ASK = "请两份都留着，同公示栏纸上印的摘要对，并拨打监督电话查问"


def check_log(log: Sequence[Manifest]) -> list[Finding]:
    """Where the chain is cut, forked, or set back. What is after a gap or a fork cannot be judged."""
    found: list[Finding] = []
    for place, manifest in enumerate(log):
        before = log[place - 1] if place else None
        if before and manifest.number == before.number:
            text = f"有两份第 {manifest.number} 份清单，链在这里分叉，{_ASK}"
            return [*found, _finding("chain-forked", manifest.name, text)]
        if manifest.number != place + 1:
            text = f"第 {place + 1} 份清单不见了，链在这里断了，请重新取得整个清单目录，或向保存过它的人要"
            return [*found, _finding("chain-gap", manifest.name, text)]
        if manifest.previous != (before.digest if before else ""):
            text = f"第 {manifest.number} 份清单接不上前一份，链被改过，{_ASK}"
            found.append(_finding("chain-cut", manifest.name, text))
        elif before:
            found += _set_back(before, manifest)
    return found


def _set_back(before: Manifest, manifest: Manifest) -> list[Finding]:
    found = []
    if manifest.day < before.day:
        text = f"第 {manifest.number} 份清单的日期 {manifest.day} 早于前一份的 {before.day}，时钟被拨回过，请查问是谁发布的"
        found.append(_finding("chain-set-back", manifest.name, text))
    if before.county and manifest.county != before.county:
        other = printable(manifest.county) or "没有写"
        text = f"第 {manifest.number} 份清单的县代码是 {other}，前一份是 {before.county}，混入了别的清单，请重新取得"
        found.append(_finding("chain-other-county", manifest.name, text))
    return found


def check_saved(saved: Manifest, log: Sequence[Manifest]) -> list[Finding]:
    """Whether a manifest that somebody kept still stands in the log."""
    return _absent(saved.number, saved.digest, saved.name, log)


def check_paper(paper: Paper, log: Sequence[Manifest]) -> list[Finding]:
    """Whether the digest on a sheet stands in the log."""
    if any(paper.names(manifest) for manifest in log):
        return []
    return _absent(paper.number, paper.digest, f"摘要 {paper.digest[:12]}", log)


def _absent(number: int, digest: str, path: str, log: Sequence[Manifest]) -> list[Finding]:
    theirs = next((manifest for manifest in log if manifest.number == number), None)
    if any(manifest.digest == digest for manifest in log):
        return []
    if theirs:
        text = (
            f"您手里的第 {number} 份（摘要 {digest[:12]}）与清单目录里的第 {number} 份（摘要 {theirs.digest[:12]}）"
            f"不同：这是两条链，在第 {number} 份或更早分叉，发布记录被改写过，{_ASK}"
        )
        return [_finding("chain-rewritten", path, text)]
    last = log[-1].number if log else 0
    if number > last:
        text = f"清单目录只到第 {last} 份，没有您手里的第 {number} 份：不是最新的，或被截短了，请重新下载，仍没有的{_ASK[1:]}"
        return [_finding("chain-short", path, text)]
    text = f"清单目录里没有您手里的这一份：目录不是最新的，或是分叉出去的另一条链，请重新下载，仍没有的{_ASK[1:]}"
    return [_finding("chain-absent", path, text)]


def check_fork(one: Sequence[Manifest], other: Sequence[Manifest]) -> list[Finding]:
    """Whether two logs are one chain, of which either may have more."""
    by_number = {manifest.number: manifest for manifest in one}
    for manifest in other:
        twin = by_number.get(manifest.number)
        if twin and twin.digest != manifest.digest:
            text = (
                f"两个清单目录从第 {manifest.number} 份起不同（摘要 {twin.digest[:12]} 和 {manifest.digest[:12]}）："
                f"一条链分叉成了两条，{_ASK}"
            )
            return [_finding("chain-forked", manifest.name, text)]
    return []


def check_first(log: Sequence[Manifest], first: str) -> list[Finding]:
    """Whether the log begins as the ledger remembers (``records/keys/chain``)."""
    if not first or (log and log[0].label == first):
        return []
    text = f"台账认的清单链从 {first[:30]} 开始，这一条不是，是另起的，请从网站或保存过的人那里取得原来的清单"
    return [_finding("chain-anew", log[0].name if log else first, text)]


def check_latest(path: Path, log: Sequence[Manifest]) -> list[Finding]:
    """Whether what ``latest.txt`` in a log names is there; it may be behind by what was being published when it was killed."""
    if not path.is_file():
        return []
    paper = read_paper(read_bytes(path).decode("utf-8", "replace"))
    if paper and any(paper.names(manifest) for manifest in log):
        return []
    text = "写的那份清单不在目录里，目录被截短、分叉或改过，请重新取得整个清单目录"
    return [_finding("latest-differs", path.name, text)]


def check_older(shown: Manifest, saved: Manifest) -> list[Finding]:
    """Whether a site is as old as an earlier manifest than the one somebody kept."""
    if shown.number >= saved.number:
        return []
    text = f"网站是第 {shown.number} 份清单时的旧样子，比您手里的第 {saved.number} 份旧，请重新下载；仍是旧的，是被退回去了"
    return [_finding("site-older", saved.name, text)]


def check_origin(saved: Manifest, county: str) -> list[Finding]:
    """Whether the manifest is of this ledger's county; those of format 1 do not say of which."""
    if saved.county in ("", county):
        return []
    text = f"这是县代码 {saved.county} 的清单，这里是 {county} 的台账，请核对拿的是不是本县的清单"
    return [_finding("other-county", saved.name, text)]


def check_source(saved: Manifest, there: Mapping[str, str]) -> list[Finding]:
    """Whether the manifest says of its commit what is ``there``; those of format 1 say nothing."""
    if saved.format == 1 or all(getattr(saved, name) == value for name, value in there.items()):
        return []
    text = f"清单写的数据字典或规则不是台账版本 {saved.commit[:12]} 的，清单被改过，请查问是谁发布的"
    return [_finding("source-differs", saved.name, text)]


def check_history(
    log: Sequence[Manifest], history: Collection[str], follows: Callable[[str, str], bool]
) -> list[Finding]:
    """Whether each published commit is in ``history`` and each publication goes on from the one before:
    ``follows(a, b)`` says so of two commits."""
    found = []
    for manifest in log:
        if manifest.commit not in history:
            text = f"{manifest.day} 发布的台账版本 {manifest.commit[:12]} 不在现在的历史里，历史被改写过，请先取回完整的历史，仍没有的请查问"
            found.append(_finding("history-rewritten", manifest.name, text))
    for before, after in pairwise(log):
        both = before.commit in history and after.commit in history
        if both and before.commit != after.commit and not follows(before.commit, after.commit):
            text = f"第 {after.number} 份发布的台账版本 {after.commit[:12]} 不是接着前一份的 {before.commit[:12]} 改的，退回了旧版本，请查问"
            found.append(_finding("history-set-back", after.name, text))
    return found


def _finding(code: str, path: str, message: str) -> Finding:
    return Finding(code, Severity.ERROR, message, printable(path))
