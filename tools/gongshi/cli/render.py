"""Findings as text, JSON, GitHub annotations and JUnit XML."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from gongshi.checks.showing import safe, shown_path, shown_text, told
from gongshi.model import SEVERITIES, Finding, Severity, visible

FORMAT_VERSION = 1
PLACES = 3  # of equal findings, beside the first: fewer are told one by one


@dataclass(frozen=True, slots=True)
class Header:
    """What a report is about: commit and digests say exactly which records and rules were checked, and as of which day."""

    commit: str
    schema_digest: str
    policy_digest: str
    tool: str
    on: str


def summary(findings: Sequence[Finding]) -> str:
    """One line that counts the findings."""
    counts = Counter(finding.severity for finding in findings)
    if not findings:
        return "检查通过，没有发现问题。"
    return "共 " + "，".join(f"{name} {counts[level]} 条" for level, name in SEVERITIES.items() if counts[level]) + "。"


def text_line(finding: Finding) -> tuple[str, str]:
    """A finding as a line of text: the place, and what follows its severity."""
    finding = told(finding)
    place = finding.path + (f":{finding.line}" if finding.line else "")
    record = f"（{'/'.join(finding.key)}）" if finding.key not in ((), (f"第 {finding.line} 行",)) else ""
    source = f" {finding.clause}" if finding.clause else ""
    return place, f": {finding.message}{record} [{finding.rule or finding.code}{source}]"


def folded(findings: Sequence[Finding]) -> Iterator[tuple[Finding, str]]:
    """Each finding with what follows it as text; those on records that say the same are one, where the first of them is, with
    their number and the next places. Of a file, or of personal data, each is told. All are in the JSON."""
    same: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        if finding.resource or finding.rule:
            same.setdefault(_words(finding), []).append(finding)
    for finding in findings:
        first, *others = same.get(_words(finding), [finding])
        if len(others) < PLACES:
            yield finding, ""
        elif finding is first:
            next_ones = "、".join(_place(one) for one in others[:PLACES])
            yield first, f"（同样的共 {len(others) + 1} 条，接着是 {next_ones}{' 等' if others[PLACES:] else ''}）"


def _words(finding: Finding) -> tuple[str, ...]:
    return finding.severity, finding.code, finding.rule, finding.message


def _place(finding: Finding) -> str:
    """Where one of many equal findings is: its place, and its record where that may be shown."""
    place, _ = text_line(finding)
    key = told(finding).key
    return place + (f"（{'/'.join(key)}）" if key not in ((), (f"第 {finding.line} 行",)) else "")


def to_json(header: Header, findings: Sequence[Finding]) -> str:
    """The report as JSON; see tools/README.md for its shape."""
    return as_json(
        {
            "format": FORMAT_VERSION,
            "commit": header.commit,
            "schema_digest": header.schema_digest,
            "policy_digest": header.policy_digest,
            "tool": header.tool,
            "on": header.on,
            "findings": [_plain(told(finding)) for finding in findings],
        }
    )


def as_json(value: object) -> str:
    """A value as JSON: what looks like a person struck out of its texts, and nothing unseen in them but as ``\\u202e``."""
    lines = json.dumps(_safe(value), ensure_ascii=False, indent=2).split("\n")
    return "\n".join(line if visible(line) == line else "".join(map(_json_char, line)) for line in lines)


def _safe(value: object) -> object:
    if isinstance(value, str):
        return safe(shown_text(value))
    if isinstance(value, dict):
        return {safe(shown_text(str(name))): _safe(item) for name, item in value.items()}
    return [_safe(item) for item in value] if isinstance(value, list | tuple) else value


def _json_char(char: str) -> str:
    return char if visible(char) == char else json.dumps(char)[1:-1]


def _plain(finding: Finding) -> dict[str, object]:
    names = ("code", "severity", "message", "resource", "path", "line", "field", "key", "policy", "rule", "clause")
    return {name: getattr(finding, name) for name in names}


def to_github(finding: Finding) -> str:
    """A finding as a workflow command that annotates the line."""
    finding = told(finding)
    level = finding.severity.value
    place = f"file={_property(finding.path)},line={finding.line or 1},title={_property(finding.rule or finding.code)}"
    return f"::{level} {place}::{_data(finding.message)}"


def as_annotations(findings: Sequence[Finding]) -> list[str]:
    """Findings as workflow commands, errors first: a host shows only a few of each level. What stood before is one line."""
    levels = list(SEVERITIES)
    fresh = sorted((f for f in findings if not f.standing), key=lambda f: levels.index(f.severity))
    lines = [to_github(finding) for finding in fresh]
    if standing := len(findings) - len(fresh):
        lines.append(f"::notice title=standing::原有问题 {standing} 条，不是这次带来的；用 gongshi check 可列出全部。")
    return lines


def _data(text: str) -> str:
    return visible(text).replace("##[", "\\x23#[").replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def to_junit(findings: Sequence[Finding]) -> str:
    """The report as JUnit XML: one test case per file, errors as failures."""
    root = ElementTree.Element("testsuites")
    by_path: dict[str, list[Finding]] = {}
    for finding in findings:
        by_path.setdefault(shown_path(finding.path) or "records", []).append(finding)
    failures = sum(finding.severity is Severity.ERROR for finding in findings)
    counts = {"tests": str(max(len(by_path), 1)), "failures": str(failures)}
    suite = ElementTree.SubElement(root, "testsuite", name="gongshi check", attrib=counts)
    for path, group in by_path.items() or [("records", [])]:
        case = ElementTree.SubElement(suite, "testcase", classname="gongshi", name=visible(path))
        for finding in group:
            tag = "failure" if finding.severity is Severity.ERROR else "system-out"
            element = ElementTree.SubElement(case, tag)
            if tag == "failure":
                element.set("type", finding.code)
                element.set("message", visible(told(finding).message))
            place, rest = text_line(finding)
            element.text = visible(f"{place}: {SEVERITIES[finding.severity]}{rest}")
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)
