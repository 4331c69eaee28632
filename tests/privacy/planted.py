"""A small ledger in Git with persons typed wherever somebody might type one, and the program run over it in one process."""

from __future__ import annotations

import io
import random
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from example import names
from gongshi.checks.guard_text import normalise
from gongshi.cli import main
from gongshi.package import is_free
from support import ROOT, project_descriptor, tree_of

FIELDS = 300  # of the tables; the other persons stand in documents, texts, paths and commits
VILLAGE, TOWN, COUNTY = "990101100001", "990101100000", "990101000000"
HOUSEHOLD = {
    "household_no": "H0000001", "village_code": VILLAGE, "group_name": "4组", "household_class": "扶贫户",
    "household_attr": "一般贫困户", "identify_standard": "国家标准", "identified_on": "2014-05-27", "main_cause": "因病",
    "population": "1", "poverty_status": "未脱贫", "whole_no_labour": "否", "cadre_relative": "否", "relocated": "否",
}  # fmt: skip
MEMBER = {
    "member_no": "M00000001", "household_no": "H0000001", "relation": "户主", "sex": "男", "birth_ym": "1981-07",
    "ethnicity": "汉", "education": "初中", "health": "健康", "labour": "普通劳动力", "med_ins_resident": "是",
    "med_ins_employee": "否", "critical_ins": "是", "dibao": "未享受", "tekun": "不享受", "in_service": "否", "life_status": "正常",
}  # fmt: skip
PROJECT = {
    "project_id": "990101-2020-JS-0001", "name": "甲村道路", "year": "2020", "category": "基础设施", "content": "硬化道路",
    "budget_total": "1000.00", "stage": "谋划",
}  # fmt: skip


@dataclass(frozen=True)
class Person:
    """Somebody who never was: a name, an ID number of no region, a phone."""

    name: str
    number: str
    phone: str

    @property
    def forms(self) -> tuple[str, str, str]:
        return self.name, self.number, self.phone


def people(seed: int, count: int) -> list[Person]:
    rng, found = random.Random(seed), {}
    while len(found) < count:
        name = names.member_name(rng, names.surname(rng), rng.choice("男女"), rng.randrange(90), "汉")
        if len(name) < 3 or name[0] == "和":
            continue
        body = f"999999{rng.randrange(1940, 2010)}{rng.randrange(1, 13):02}{rng.randrange(1, 29):02}{rng.randrange(1000):03}"
        weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
        check = "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]
        phone = "1" + rng.choice("35789") + "".join(str(rng.randrange(10)) for _ in range(9))
        found[name] = Person(name, body + check, phone)
    return list(found.values())


def typed(person: Person, how: int) -> str:
    """A person as people type one into a cell: name, number, phone, all of it, with separators."""
    number, phone = person.number, person.phone
    forms = (
        person.name,
        number,
        phone,
        f"{person.name};男;身份证 {number};电话 {phone}",
        f"{phone[:3]}-{phone[3:7]}-{phone[7:]}",
        f"{number[:6]} {number[6:14]} {number[14:]}",
        f"{person.name}{phone}",
        f"户主{person.name}（4组）",
    )
    return forms[how % len(forms)]


def legible(text: str, persons: list[Person]) -> list[str]:
    """Which planted values can be read in an output, in any spelling."""
    texts = {text, normalise(text)}
    bare = "".join(re.sub(r"[^0-9A-Za-z\u3400-\U0003ffff]", "", text) for text in texts)
    found = [value for person in persons for value in person.forms if value in text or value in bare]
    return sorted(set(found))


def git(root: Path, *words: str, who: str = "古镇扶贫办", mail: str = "office@example.org") -> str:
    settings = (
        "-c",
        f"user.name={who}",
        "-c",
        f"user.email={mail}",
        "-c",
        "core.hooksPath=/dev/null",
        "-c",
        "commit.gpgsign=false",
    )
    done = subprocess.run(["git", *settings, "-C", str(root), *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def run(root: Path, *words: str, stdin: str = "") -> str:
    """All that a command prints; whatever its exit code, it must be no traceback."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="replace", write_through=True)
    given = io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
    streams = redirect_stdout(out), redirect_stderr(out), patch("sys.stdin", given), patch("signal.signal")
    with ExitStack() as stack, suppress(SystemExit):
        for held in (*streams, patch("sys.argv", ["gongshi", "-C", str(root), *words])):
            stack.enter_context(held)
        main()
    text = out.buffer.getvalue().decode("utf-8")
    assert "Traceback" not in text, text
    return text


def write(root: Path, files: dict[str, bytes]) -> None:
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)


def rows() -> dict[str, list[dict[str, str]]]:
    divisions = [
        (COUNTY, "示例县", "县", "", ""), (TOWN, "古镇", "乡镇", COUNTY, "guzhen"), (VILLAGE, "甲村", "村", TOWN, ""),
    ]  # fmt: skip
    return {
        "divisions": [
            {
                "division_code": code,
                "name": name,
                "level": level,
                "parent_code": parent,
                "slug": slug,
                "valid_from": "2010-01-01",
            }
            for code, name, level, parent, slug in divisions
        ],
        "county": [{"county_code": COUNTY, "name": "示例县", "as_of": "2020-06-30"}],
        "villages": [{"village_code": VILLAGE}],
        "units": [{"unit_code": "U001", "name": "财政局", "unit_kind": "党政机关", "unit_level": "县"}],
        "projects": [PROJECT],
        "cases": [{"case_id": "Z2020-00001", "procedure": "识别", "village_code": VILLAGE, "opened_on": "2020-03-01"}],
        "case-households": [{"case_id": "Z2020-00001", "household_no": "H0000001"}],
    }


def clean_ledger(root: Path) -> None:
    """The ledger before anybody typed anything wrong, with a first commit."""
    files = dict(tree_of(rows()).files)
    files["policies/quality.yaml"] = (ROOT / "policies/quality.yaml").read_bytes()
    files["docs/index.md"] = "# 示例县\n".encode()
    files["mkdocs.yml"] = (ROOT / "mkdocs.yml").read_bytes()
    write(root, files)
    for name, row in (("households", HOUSEHOLD), ("members", MEMBER)):
        append(root, f"records/townships/guzhen/{name}.csv", name, row)
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "首次提交\n\n审批：古镇人民政府\n依据：会议记录")


def append(root: Path, path: str, resource: str, row: dict[str, str]) -> None:
    schema = project_descriptor().resources[resource].schema
    cells = [row.get(name, "") for name in schema.names]
    with (root / path).open("a", encoding="utf-8", newline="") as file:
        file.write(",".join(f'"{cell}"' if "," in cell else cell for cell in cells) + "\n")


def plant(root: Path, persons: Iterator[Person]) -> None:
    """One person in each of many fields, keys first, in a row of its own; in scalars of the documents, in texts, paths and names."""
    places = [
        (resource, field) for resource in project_descriptor().csv_resources() for field in resource.schema.fields
    ]
    places = [(r, f) for r, f in places if r.name != "sealed" and f.name not in ("slug", "box")]
    places.sort(key=lambda place: (place[1].name not in place[0].schema.primary_key, not is_free(place[1])))
    for count, (resource, field) in enumerate(places[:FIELDS]):
        paths = [path for path in resource.paths if (root / "records" / path).is_file()]
        path = next((path for path in paths if "guzhen" in path), paths[0] if paths else None)
        if path:
            append(root, f"records/{path}", resource.name, {field.name: typed(next(persons), count)})
    for number, name in enumerate(
        ("name", "content", "goal_output", "project_id", "category", "budget_total", "township")
    ):
        text = "".join(
            f"{key}: {value}\n" for key, value in {**PROJECT, name: f'"{typed(next(persons), number)}"'}.items()
        )
        write(root, {f"records/projects/2020/990101-2020-JS-000{number + 2}.yaml": text.encode()})
    write(root, {
        "records/townships/guzhen/notices/2020/G2020-00001.yaml": _notice(1, next(persons).name, "村公示栏"),
        "records/townships/guzhen/notices/2020/G2020-00002.yaml": _notice(2, f"户主{next(persons).name}家", "村公示栏"),
        "records/townships/guzhen/cases/2020/Z2020-00002.yaml": (
            f"case_id: Z2020-00002\nhouseholds:\n  - {{household_no: {next(persons).name}, outcome: {next(persons).phone}}}\n"
        ).encode(),
        f"records/{next(persons).name}.csv": b"x\n",
        f"records/townships/{next(persons).name}/members.csv": b"x\n",
        f"records/townships/guzhen/{next(persons).number}.csv": b"x\n",
        f"records/projects/2020/{next(persons).phone}.yaml": f"project_id: \"{next(persons).phone}\"\n".encode(),
        "docs/page.md": f"今日走访户主{next(persons).name}，电话 {next(persons).phone}\n".encode(),
        "policies/waivers.yaml": (
            f"waivers:\n  - {{rule: q01, record: {next(persons).name}, reason: 户主{next(persons).name}外出, "
            f"approved_by: {next(persons).name}, until: 2030-01-01}}\n"
        ).encode(),
        "policies/named.yaml": (
            f"policy: named\ntitle: 规则\nrules:\n  - id: a\n    title: {next(persons).name}\n    kind: {next(persons).name}\n    severity: error\n"
            f"    message: x\n    resource: units\n    clause: {next(persons).name}\n"
        ).encode(),
        "policies/own.yaml": f"policy: {next(persons).name}\ntitle: {next(persons).name}\n{next(persons).name}: 1\n".encode(),
    })  # fmt: skip


def _notice(number: int, title: str, place: str) -> bytes:
    return (
        f'notice_id: G2020-0000{number}\nnotice_kind: 补助发放公示\ntitle: {title}\ndivision_code: "{VILLAGE}"\nplace: {place}\n'
        "starts_on: 2020-06-01\nends_on: 2020-06-10\npublisher_unit: U001\nitems: 1\n"
    ).encode()
