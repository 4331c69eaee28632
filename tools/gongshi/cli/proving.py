"""What ``gongshi verify`` says of a manifest: what is wrong, what is proven, and what is not."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from gongshi.cli.common import progress
from gongshi.model import Finding, GongshiError
from gongshi.repository import Git, RevisionTree
from gongshi.sealing.authority import UNSIGNED, county_setting, standing
from gongshi.site.chain import (
    check_first,
    check_fork,
    check_history,
    check_latest,
    check_log,
    check_older,
    check_origin,
    check_paper,
    check_saved,
    check_source,
)
from gongshi.site.manifest import LATEST, QUALITY, Manifest, Paper, compare, digests, rules_of, to_install
from gongshi.site.publishing import first_of, read_file
from gongshi.site.quality import Quality, missing
from gongshi.site.rebuild import full_git, is_ancestor, site_of, take_out


@dataclass
class ProofReport:
    """What was found wrong, what is proven, and what is not."""

    found: list[Finding] = field(default_factory=list)
    proven: list[str] = field(default_factory=list)
    unproven: list[str] = field(default_factory=list)
    rebuilt: bool = False


@dataclass(frozen=True)
class Case:
    """What is at hand: ``saved`` is the manifest in question, ``logs`` whole logs by their folders, the longest first."""

    git: Git | None
    saved: Manifest
    kept: bool
    site: Path | None
    logs: dict[Path, list[Manifest]]
    paper: Paper | None
    folder: Path
    signers: Path | None

    @property
    def chain(self) -> list[Manifest]:
        """The longest log; without one nothing is known but the manifest itself."""
        return next(iter(self.logs.values()), [self.saved])

    @classmethod
    def of(
        cls,
        root: Path,
        path: Path | None,
        site: Path | None,
        logs: dict[Path, list[Manifest]],
        paper: Paper | None,
        signers: Path | None,
    ) -> Case:
        logs = dict(sorted(logs.items(), key=lambda item: -len(item[1])))
        chain = next(iter(logs.values()), [])
        named = next((manifest for manifest in chain if paper and paper.names(manifest)), chain[-1] if chain else None)
        saved = read_file(path) if path else named
        if saved is None:
            raise GongshiError("没有清单可以核对，请写出清单文件，或用 --log、--site 指明清单目录或下载的网站。")
        git = full_git(root) if (root / "records" / "datapackage.yaml").is_file() else None
        folder = next(iter(logs), path.parent if path else root)
        return cls(git, saved, path is not None, site, logs, paper, folder, signers)


def judge(case: Case) -> ProofReport:
    """Everything that can be said with what is at hand."""
    report = ProofReport()
    _chain(case, report)
    _paper(case, report)
    _files(case, report)
    _signatures(case, report)
    if case.git:
        _ledger(case, case.git, report)
    else:
        report.unproven.append("不在台账仓库里，所以没有核对历史，也没有重新生成：网页是不是由台账做出来的，没有核对。")
    report.unproven.append("清单管的是网页发布以后没有被改；台账写的与事实是否相符，要到村里看。")
    return report


def _chain(case: Case, report: ProofReport) -> None:
    before = len(report.found)
    for folder, log in case.logs.items():
        report.found += check_log(log) + check_latest(folder / LATEST, log) + check_fork(case.chain, log)
        report.found += missing(folder, log)
    if not case.logs:
        report.unproven.append(
            "手头只有这一份清单，没有清单链：它是不是接着以前发布的、有没有另一条链，都没有核对。"
            "请取来网站的 manifests 目录，用 --log 再核验一次。"
        )
        return
    if case.kept:
        report.found += check_saved(case.saved, case.chain)
    if len(report.found) == before:
        report.proven.append(f"清单链 {len(case.chain)} 份，一份接一份，没有断开，没有分叉。")


def _paper(case: Case, report: ProofReport) -> None:
    if case.paper is None:
        report.unproven.append(
            "没有同公示榜上印的摘要对：有没有给别人看另一条链，只有纸上的摘要和别人手里的清单才看得出来，请用 --digest 再核验一次。"
        )
        return
    wrong = check_paper(case.paper, case.chain)
    report.found += wrong
    there = next((manifest for manifest in case.chain if case.paper.names(manifest)), None)
    if there:
        report.proven.append(f"纸上的摘要就是第 {there.number} 份清单（{there.day}），它和它以前的都没有被换过。")
        if there.number < case.chain[-1].number:
            report.unproven.append(f"第 {there.number} 份以后的清单还没有纸可对，请再找一张更新的公示榜。")


def _files(case: Case, report: ProofReport) -> None:
    """The site may be as any manifest of the chain has it, but not older than the one that somebody kept."""
    if case.site is None:
        report.unproven.append("没有用 --site 指明网站，所以没有核对网站的文件。")
        return
    there = digests(case.site, case.folder)
    like = next((manifest for manifest in (case.saved, *reversed(case.chain)) if manifest.files == there), None)
    if like is None:
        newest = case.chain[-1]
        differences = [[*compare(manifest.files, there)] for manifest in (case.saved, newest)]
        fewest: list[Finding] = min(differences, key=len)
        report.found += fewest
        return
    report.proven.append(f"网站文件 {len(there)} 个，与第 {like.number} 份清单（{like.day}）一字不差，不多也不少。")
    if case.kept or case.paper:
        report.found += check_older(like, case.saved)
    if like.number < case.chain[-1].number:
        report.unproven.append(f"网站不是最新的：清单链已到第 {case.chain[-1].number} 份，后来发布的没有核对。")


def _signatures(case: Case, report: ProofReport) -> None:
    from gongshi.sealing.signers import SIGNERS, parse_signers
    from gongshi.site.manifest import read_bytes
    from gongshi.site.signing import check_signatures, day_of, has_publisher, unsigned

    git = None if case.signers else case.git
    now = standing(git, "HEAD") if git else UNSIGNED
    signers = parse_signers(read_bytes(case.signers), str(case.signers)) if case.signers else now.signers
    report.unproven += [text for text in (now.trouble, now.refused.get(SIGNERS)) if text]
    if signers is None or not has_publisher(signers):
        why = "签名人登记表里没有发布员" if git or case.signers else "手头没有签名人登记表，有的请用 --signers 指明"
        report.unproven.append(f"未签：{why}，所以清单是不是县里发布的，没有签名可以证明。")
        return

    def at(made: Manifest) -> datetime:
        known = standing(git, made.commit).clock if git and git.resolve(made.commit) else day_of(made)
        return max(known, day_of(made))

    found, signed = check_signatures(case.folder, case.chain, signers, at)
    newest = case.chain[-1]
    if signed.number:
        report.proven.append(
            f"第 {signed.number} 份清单有发布员“{signed.name}”的签名（{signed.fingerprint}），它也管着它以前的各份。"
        )
    if signed.number < newest.number and not found:
        demanded = not git or not git.resolve(newest.commit) or has_publisher(standing(git, newest.commit).signers)
        if demanded:
            found.append(unsigned(signed.number + 1, newest))
        else:
            report.unproven.append("未签：清单比发布员登记得早，没有签名可以证明是谁发布的。")
    report.found += found


def _ledger(case: Case, git: Git, report: ProofReport) -> None:
    head = git.head() or ""
    tree = RevisionTree(git, head)
    wrong = check_origin(case.saved, county_setting(tree, "county_code"))
    if not wrong:
        if case.logs:
            wrong += check_first(case.chain, first_of(tree))
        history = frozenset(line.decode() for line in git.lines("rev-list", head))
        wrong += check_history(case.chain, history, lambda a, b: is_ancestor(git, a, b))
        if not wrong:
            report.proven.append(f"发布过的 {len(case.chain)} 个版本都在现在的历史里，一个接着一个。")
        if case.saved.commit in history:
            wrong += check_source(case.saved, rules_of(RevisionTree(git, case.saved.commit)))
            _rebuilt(git, case, report)
    report.found += wrong


def _past(case: Case) -> tuple[list[Quality], bool]:
    """What was published of the records' quality before the manifest in question, and whether all of it is at hand."""
    from gongshi.site.quality import earlier

    saved = case.saved
    for folder, log in case.logs.items():
        if any(made.digest == saved.digest for made in log):
            try:
                return earlier(folder, log[: saved.number - 1], date.fromisoformat(saved.day)), True
            except GongshiError:  # told with the chain
                continue
    return [], saved.number == 1 or QUALITY not in saved.files


def _rebuilt(git: Git, case: Case, report: ProofReport) -> None:
    """The differences between a manifest and the site that its commit makes today."""
    from gongshi.mkdocs_plugin import build
    from gongshi.site.quality import PAGES

    saved = case.saved
    if wanted := to_install(saved):
        report.unproven.append(
            f"发布时用的程序与现在装的版本不同，没有重新生成；请装上发布时的版本再核验：{wanted}。"
            f"程序和台账在一个仓库里的，取出版本 {saved.commit[:12]}，用那里的程序和 requirements.lock。"
        )
        return
    show, when = progress(), date.fromisoformat(saved.day)
    with tempfile.TemporaryDirectory(prefix="gongshi-") as place:
        show("重新生成网站")
        folder = Path(place)
        take_out(git, saved.commit, folder / "source")
        past, whole = _past(case)
        content = site_of(folder / "source", git, saved.commit, when, past)
        build(folder / "source" / "mkdocs.yml", folder / "site", when, content)
        differences = compare(saved.files, digests(folder / "site"))
        if not whole:
            differences = [one for one in differences if one.path not in PAGES]
            report.unproven.append(
                f"手头没有以前各份清单旁边的记录质量，所以写着以前情况的 {len(PAGES)} 页（{'、'.join(PAGES)}）没有核对；"
                "请取来网站的 manifests 目录，用 --log 再核验一次。"
            )
        show("")
    report.found += differences
    report.rebuilt = not differences
    if report.rebuilt:
        count = len(saved.files) - (0 if whole else len(PAGES))
        text = f"由台账版本 {saved.commit[:12]} 重新生成了 {count} 个文件，与第 {saved.number} 份清单一字不差。"
        report.proven.append(text)


def sign(case: Case, report: ProofReport, key: Path) -> str:
    """Sign the manifest in question, if nothing is wrong with it but that it is not signed, and it was built again."""
    from gongshi.site.signing import UNSIGNED_CODE, sign_manifest

    left = [finding for finding in report.found if finding.code != UNSIGNED_CODE]
    if left or not report.rebuilt or not case.git:
        raise GongshiError("没有签名：签名的清单要在台账仓库里重新生成过，并且核验没有问题，请照上面列出的先办好。")
    signed = sign_manifest(case.folder, case.saved, standing(case.git, "HEAD"), key)
    report.found = left
    who = f"签名人是发布员“{signed.name}”" if signed.name else "台账里还没有登记发布员"
    return f"已签名：{case.folder / case.saved.name}.sig，{who}。"
