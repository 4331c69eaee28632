"""All policy files and waivers of a Tree; what is wrong in one rule stops that rule alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import date
from pathlib import PurePosixPath

from gongshi.model import Finding, GongshiError, Severity
from gongshi.package import Descriptor
from gongshi.package.latest import Latest
from gongshi.package.yamlfile import Mapping, YamlProblem, parse, text
from gongshi.policy.compiled import check_rules, remember
from gongshi.policy.facts import World
from gongshi.policy.files import PolicyFile
from gongshi.policy.reading import PolicyPage, scalars
from gongshi.policy.values import Policies, Policy, PolicyProblem, Rule, Waiver
from gongshi.repository import Tree

FOLDER = "policies/"
WAIVERS = "policies/waivers.yaml"
SOME_DAY = date(2000, 1, 1)
"""For who only looks what is wrong in the files: the day does not matter for that."""
WAIVER = tuple(field.name for field in fields(Waiver) if field.name not in ("path", "line"))


_KEPT: Latest[tuple[dict[str, bytes], Descriptor, Policies]] = Latest()


def load_policies(tree: Tree, descriptor: Descriptor, day: date | None = None) -> Policies:
    """Policies, waivers, and findings on everything wrong in the files; every rule is compiled once to check it, and where ``day`` is
    given once for running it on that day, too.

    What the same bytes said before under the same descriptor is not read again.
    """
    paths = [path for path in tree.paths(FOLDER) if path.endswith(".yaml") and path.count("/") == 1]
    try:
        contents = {path: tree.read(path) for path in paths}
    except GongshiError:
        return _load(tree, descriptor, paths, day)
    if known := _KEPT.find(lambda one: one[1] is descriptor and one[0] == contents):
        return known[2]
    policies = _load(tree, descriptor, paths, day)
    _KEPT.keep((contents, descriptor, policies))
    return policies


def _load(tree: Tree, descriptor: Descriptor, paths: Iterable[str], day: date | None) -> Policies:
    findings: list[Finding] = []
    read: list[tuple[Policy, Mapping]] = []
    for path in paths:
        if path != WAIVERS:
            page = PolicyPage(path, PurePosixPath(path).stem)
            if root := _root(tree, page):
                read.append((PolicyFile(page, descriptor, root).policy(), root))
            findings.extend(page.findings)
    policies = [_inherit(policy, root, read, findings) for policy, root in read]
    findings.extend(_doubles(policies))
    waivers = _waivers(tree, findings)
    broken = {finding.rule for finding in findings if finding.rule}
    whole = Policies(tuple(policies), waivers, tuple(findings), frozenset(broken))
    problems, compiled = check_rules(whole, descriptor, day or SOME_DAY)
    for wrong in (*_check_facts(whole, descriptor), *problems):
        findings.extend(wrong)
        broken.update(finding.rule for finding in wrong if finding.rule)
    found = tuple(sorted(set(findings), key=lambda one: one.order))
    whole = replace(whole, findings=found, broken=frozenset(broken))
    if day:
        remember(whole, descriptor, day, compiled)
    return whole


def _root(tree: Tree, page: PolicyPage) -> Mapping | None:
    """The file's top-level mapping; a finding if there is none."""
    try:
        root = parse(tree.read(page.path))
    except YamlProblem as problem:
        page.problem(problem.line, problem.message)
        return None
    except GongshiError as error:
        page.problem(0, str(error))
        return None
    if isinstance(root, Mapping):
        return root
    page.problem(root.line, "文件要写成 键: 值 的形式")
    return None


def _problem(path: str, line: int, message: str, policy: str = "", rule: str = "") -> Finding:
    return Finding("policy", Severity.ERROR, message, path, line, policy=policy, rule=rule)


def _inherit(policy: Policy, root: Mapping, read: list[tuple[Policy, Mapping]], findings: list[Finding]) -> Policy:
    """A policy with ``same_as``: the other one's contents, with its own where the ids are the same."""
    if policy.same_as is None:
        return policy
    line = root.lines["same_as"]
    sources = [one for one, _ in read if one.plan == policy.same_as and one.same_as is None]
    if len(sources) != 1:
        findings.append(
            _problem(policy.path, line, f"找不到方案 {policy.same_as}，或它自己也写了 same_as", policy.stem)
        )
        return policy
    source = sources[0]
    try:
        without = {one.value for one in scalars(root.items.get("without"), "without")}
    except PolicyProblem as problem:
        findings.append(_problem(policy.path, problem.line, problem.message, policy.stem))
        without = set()
    inherited = [_renamed(rule, source, policy, root) for rule in source.rules]
    for name in sorted(without - {rule.id for rule in inherited}):
        findings.append(_problem(policy.path, line, f"without 里的“{name[:40]}”不是继承来的规则", policy.stem))
    own, duties = {rule.id for rule in policy.rules}, {duty.id for duty in policy.duties}
    return replace(
        policy,
        scope=policy.scope if "scope" in root.items else source.scope,
        effective=policy.effective if "effective" in root.items else source.effective,
        standards={**source.standards, **policy.standards},
        facts={**{name: replace(fact, policy=policy.stem) for name, fact in source.facts.items()}, **policy.facts},
        matrices={**source.matrices, **policy.matrices},
        rules=(*(rule for rule in inherited if rule.id not in own | without), *policy.rules),
        duties=(*(duty for duty in source.duties if duty.id not in duties), *policy.duties),
    )


def _renamed(rule: Rule, source: Policy, policy: Policy, root: Mapping) -> Rule:
    """An inherited rule under this plan's number, in this plan's scope and time unless it has its own."""
    old, new = f"p{source.plan:02d}-", f"p{policy.plan or 0:02d}-"
    return replace(
        rule,
        id=new + rule.id.removeprefix(old),
        policy=policy.stem,
        scope=policy.scope if "scope" in root.items and "scope" not in rule.body.items else rule.scope,
        effective=policy.effective
        if "effective" in root.items and "effective" not in rule.body.items
        else rule.effective,
    )


def _doubles(policies: Iterable[Policy]) -> list[Finding]:
    """Rule ids and plan numbers must be unique over all files."""
    policies = list(policies)
    rules = [rule for policy in policies for rule in policy.rules]
    counts = Counter(rule.id for rule in rules)
    plans = Counter(policy.plan for policy in policies if policy.plan is not None)
    found = [
        _problem(rule.path, rule.line, f"规则号“{rule.id}”重复，请改成不同的", rule.policy, rule.id)
        for rule in rules
        if counts[rule.id] > 1
    ]
    found += [
        _problem(policy.path, 1, f"方案号 {policy.plan} 重复", policy.stem)
        for policy in policies
        if policy.plan is not None and plans[policy.plan] > 1
    ]
    return found


def _check_facts(policies: Policies, descriptor: Descriptor) -> list[list[Finding]]:
    """What compiling each fact finds wrong; the day does not matter for that."""
    world = World(policies, descriptor, SOME_DAY)
    found = []
    for policy in policies.policies:
        for fact in policy.facts.values():
            try:
                world.fact(fact.name, policy.stem, fact.body.line)
            except PolicyProblem as problem:
                found.append([_problem(fact.path, problem.line, problem.message, policy.stem)])
    return found


def _waivers(tree: Tree, findings: list[Finding]) -> tuple[Waiver, ...]:
    """``policies/waivers.yaml``."""
    if not tree.exists(WAIVERS):
        return ()
    page = PolicyPage(WAIVERS, code="waiver")
    root = _root(tree, page)
    found = []
    if root:
        page.known(root, ("waivers", "files"), "豁免文件")  # files are the guard's
        for node in page.mappings(root.items.get("waivers"), "waivers"):
            page.known(node, WAIVER, "豁免")
            until = page.day(node, "until")
            if page.required(node, WAIVER, "豁免") and until:
                rule, record, reason, approved_by = (text(node, name) for name in WAIVER[:-1])
                found.append(Waiver(rule, record, reason, approved_by, until, WAIVERS, node.line))
    findings.extend(page.findings)
    return tuple(found)
