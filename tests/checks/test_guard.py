"""The guard finds every identifier of the corpus where it stands, shows none, and leaves the rest alone."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import random
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongshi.checks import check_guard, guard_archive, guard_numbers
from gongshi.checks.guard import NameSet, scan, scan_path, scan_text
from gongshi.model import Severity
from gongshi.repository import WorkTree
from support import DictTree

from .corpus import ILLNESSES, Planted, account, archive, birth, id_number, make_corpus, phone, workbook

ROOT = Path(__file__).parents[2]


def places(findings):
    return {(found.code, found.path, found.line) for found in findings}


def scan_one(path: str, data: bytes, names: NameSet | None = None):
    return scan([(path, lambda: data)], names)


def missed(planted: Planted) -> str:
    """Say what is wrong with the verdict on one file of the corpus, or nothing."""
    findings = scan_one(planted.path, planted.data)
    errors = [found for found in findings if found.severity is Severity.ERROR]  # an old .xls is warned of besides
    if places(errors) != {(planted.code, planted.shown or planted.path, planted.line)}:
        return f"{planted.form}: {places(errors)}"
    shown = " ".join(found.message + found.path for found in findings)
    told = planted.value in shown or planted.spelling in shown
    return f"{planted.form}: not masked" if told else ""


@pytest.mark.parametrize("seed", [1, 2, 20200630])
def test_every_planted_identifier_is_found_and_masked(seed):
    corpus = make_corpus(seed)
    assert len({planted.form.split(" in ")[0] for planted in corpus}) >= 300
    assert [*filter(None, map(missed, corpus))] == []


def test_findings_are_errors_and_say_what_to_do():
    value = id_number(random.Random(3), "X")
    (found,) = scan_text("a.csv", f"甲\n{value}\n".encode())
    assert found.severity is Severity.ERROR
    advice = "身份证号不得写在这里：请删去，或放入 sealed.csv。"
    assert found.message == f"这里像有身份证号（{value[:2]}…X）。{advice}"


def test_several_on_one_line_are_all_reported():
    rng = random.Random(5)
    line = f"{id_number(rng)} {phone(rng)},{account(rng)}，生日 {birth(rng)}"
    codes = [found.code for found in scan_text("a.txt", line.encode())]
    assert sorted(codes) == ["personal-account", "personal-birth", "personal-id", "personal-phone"]


def test_serial_number_before_a_spaced_phone():
    value = phone(random.Random(7))
    assert [found.code for found in scan_text("a.txt", f"1 {value}\n".encode())] == ["personal-phone"]


@given(value=st.randoms(use_true_random=False), data=st.data())
@settings(max_examples=200, deadline=None)
def test_an_id_survives_separators(value, data):
    number = id_number(value)
    spelled = ["", "", " ", "-", ".", "_", "\u200b", "\u00a0", "\ufeff", "—", " - ", "%20", "&nbsp;"]
    separator = st.sampled_from(spelled)
    cut = "".join(char + data.draw(separator) for char in number[:-1]) + number[-1]
    findings = scan_text("a.txt", f"甲\n户主 {cut}，\n".encode())
    assert places(findings) == {("personal-id", "a.txt", 2)}
    assert number not in findings[0].message


@given(st.binary(max_size=400), st.sampled_from(["a.csv", "a.xlsx", "页/b.html"]))
@settings(max_examples=300, deadline=None)
def test_no_bytes_break_it(data, path):
    names = NameSet(["赵" + "一娃"])
    for start in (b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"\xff\xfe", "姓名,出生日期\n".encode(), b"%PDF-"):
        scan_one(path, start + data, names)


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_no_text_breaks_it(text):
    scan_text("a.md", text.encode("utf-8", "surrogatepass"), NameSet([text[:3], text[3:9]]))
    scan_path(text)


# --- what must pass ----------------------------------------------------------------------------------


def _numeric_credit_code() -> str:
    """A credit code of digits alone that is also well-formed as an ID number."""
    for serial in range(10**6):
        body = f"9111012000010{serial % 10000:04d}"
        total = sum(int(digit) * pow(3, place, 31) for place, digit in enumerate(body))
        check = (31 - total) % 31
        if check < 10 and guard_numbers.is_id(f"{body}{check}"):
            return f"{body}{check}"
    raise AssertionError


def _digests() -> list[str]:
    seeds = [str(number).encode() for number in range(3000)]
    return [
        "\n".join(hashlib.sha256(seed).hexdigest() for seed in seeds),
        "\n".join("--hash=sha256:" + hashlib.sha256(seed).hexdigest() + " \\" for seed in seeds),
        "\n".join(hashlib.sha1(seed).hexdigest() for seed in seeds),
        "\n".join(base64.b64encode(hashlib.sha512(seed).digest()).decode() for seed in seeds),
        "\n".join("M1,2020," + base64.urlsafe_b64encode(hashlib.sha512(s).digest()).decode() for s in seeds),
        "\n".join(hashlib.md5(seed).hexdigest().upper() for seed in seeds),
    ]  # fmt: skip


def _figures() -> list[str]:
    """Numbers as programs write them, made from a seed."""
    rng, years = random.Random(11), range(2014, 2021)
    point = [f"{rng.uniform(-30, 30):.{rng.randint(0, 12)}f}" for _ in range(4000)]
    path = "".join(rng.choice("MLHVCSQmlhvcsq") + " ".join(point[at : at + 6]) for at in range(0, 3900, 6))
    return [
        f'<svg viewBox="0 0 24 24"><path d="{path}"/></svg>',
        f"const a=[{','.join(point)}];",
        "var p={" + ",".join(f"k{at}:{value}" for at, value in enumerate(point)) + "}",
        "\n".join(f"{rng.random()!r},{rng.random() * 1e9!r}" for _ in range(3000)),
        "\n".join(f"  {rng.randint(10, 999)}  {rng.choice(years)}  {rng.choice(years)}" for _ in range(3000)),
        "\n".join(f"{rng.uniform(1000, 99999):.2f} {rng.randint(100, 9999)}.00" for _ in range(3000)),
        "\n".join(f"{1_500_000_000 + at * 86_400}" for at in range(3000)),
        "\n".join(f"{1_500_000_000_000 + at * 86_400_123}" for at in range(3000)),
    ]  # fmt: skip


CLEAN = """\
990101100201
140101100201,H0001234,140101100202
130101100201 150101100202 160101100203
H0001234,M00012345,2020-06-30
990101-2020-CY-0001
990101-2020-JS-0012、990101-2020-JS-0013
N2520526MF1234567A
91520526MA6DN1234X
12520526MB1234567K
统一社会信用代码：54990101MJ00000000
金额 12345678901.00 元
金额 13800138000.00
13,800,138,000
￥13800138000
13800138000 元
138.00 138.00 138000.00
2019年到位资金15000000000元
1381234567
138123456789
15.13800138000
0.13800138000
2020-06-30T12:30:45+08:00
2020-06-30 12:30:45.123456
20200630123045
20200630123045123
2020-03-15 — 2020-04-30
2014 2015 2016 2017 2018 2019 2020 2021
2014、2015、2016、2017、2018、2019
150 2019 2020 2021
1.26.4-rc.1, 2.0.0.dev20200630, 10.15.7
办公电话：0851-6221234、0797-8123456
电话 (0857) 8221234，传真 0857-8221235
监督电话 12317、12345、12315、110、12388
服务热线 400-812-3456、800-810-1234、95588
邮编 553100，邮箱 office@example.org
550e8400-e29b-41d4-a716-446655440000
sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
git 提交 f785da6e1f2a3b4c5d6e7f8091a2b3c4d5e6f708
ISBN 978-7-302-51123-4
国开办发〔2018〕11号、黔府办发电〔2019〕12号
文件字号 20180011，档号 2018-0011-0023
因病致贫、因残致贫、因学致贫的农户 412 户
残疾人两项补贴发放 1,234 人，重度残疾人护理补贴 567 人
大病保险、医疗救助和慢性病签约服务全覆盖
会议精神、精神文明建设、精神扶贫
姓名：________ 残疾证号：________
姓名：李某某，因病致贫
姓名：必填；健康状况：选填，患病的写病名
姓名 | 性别 | 健康状况
姓名：（签字） 2020年6月30日
2016年1月1日以后出生的儿童
出生人口 2019 年 123 人，出生率 8.1‰
出生年月 1985-03
出生年月：1985年3月
2020年1月1日生效，2020年9月1日招生
问题产生于2020年1月1日之前
身份证号共 18 位，末位可以是 X
身份证号：520526************
手机号：138****1234
银行账号：****1234，开户行见存折
一卡通打卡 12,345.00 元，账户 3 个
<rect x="12.5" y="13.75" width="138" height="1380"/>
<a href="villages/990101100201.html#s-2020-06-30">村</a>
margin:0 1380px 0.0138em;transition:.25s cubic-bezier(.4,0,.2,1)
&#39;户&#39;&nbsp;12&nbsp;人，%E5%85%AC%E7%A4%BA.html
{"lat": 26.85912345678, "lng": 104.28123456789012}
file-20200630-123045-001.csv
1920x1080 3840x2160 1366x768 1280x720 1024x768
0x1234567890abcdef 0b1011 1e10 1.5e-300
3.14159265358979323846264338327950288
1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18
1-2-3-4-5-6-7-8-9-10-11-12-13-14-15
"""


def test_look_alikes_pass():
    kinds = [line for line in CLEAN.splitlines() if line]
    made = [*_digests(), *_figures(), f"信用代码 {_numeric_credit_code()}"]
    assert len(kinds) + len(made) >= 60
    alarms = {text[:60]: scan_text("a.csv", text.encode()) for text in (*kinds, *made)}
    assert {text: found for text, found in alarms.items() if found} == {}
    assert scan_text("all.md", CLEAN.encode()) == []


@pytest.mark.parametrize("path", [
    "records/townships/xx/cases/2020/C990101100201-001.yaml", "docs/a-2020-06-30.md",
    "site/assets/main.1a2b3c4d5e6f.js", "projects/2020/990101-2020-CY-0001.yaml", "公示/因病致贫.html",
])  # fmt: skip
def test_ordinary_paths_pass(path):
    assert scan_path(path) == []


def test_the_project_itself_is_clean():
    """Tracked or about to be: what Git would take, this file and the corpus maker among it; tests/test_records.py has the records."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
    own = [path for path in sorted(set(listed)) if (ROOT / path).is_file() and not path.startswith("records/")]
    files = [(path, (ROOT / path).read_bytes) for path in own]
    assert "tests/checks/corpus.py" in dict(files)
    assert [found for found in scan(files) if found.severity is Severity.ERROR] == []


# --- names -------------------------------------------------------------------------------------------

NAMES = ("赵" + "一娃", "钱" + "二", "阿依" + "古丽·买买提江")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("spell", [
    lambda name: f"户主{name}家",
    lambda name: "\u200b".join(name),
    lambda name: " ".join(name),
    lambda name: "\u3000".join(name),
    lambda name: name.replace("·", "•"),
    lambda name: name.replace("·", "・"),
    lambda name: json.dumps(name),
    lambda name: "".join(f"&#{ord(char)};" for char in name),
    lambda name: "".join(f"%{byte:02x}" for byte in name.encode()),
])  # fmt: skip
def test_names_are_found(name, spell):
    findings = scan_text("a.html", f"甲\n\n<p>{spell(name)}</p>\n".encode(), NameSet(NAMES))
    assert places(findings) == {("personal-name", "a.html", 3)}
    assert not any(char in findings[0].message for char in name[:2])


def test_names_in_public_words_pass():
    names = NameSet([*NAMES, "高山"], public=["高山村", NAMES[1]])
    assert scan_text("a.md", f"高山村委会 {NAMES[1]}\n".encode(), names) == []
    assert places(scan_text("a.md", "高山家\n".encode(), names)) == {("personal-name", "a.md", 1)}


def test_health_beside_a_known_name():
    names = NameSet(NAMES)
    text = f"因病致贫 412 户\n{NAMES[0]},{ILLNESSES[1]}\n{NAMES[0]}\n残疾人两项补贴 {NAMES[1]}\n"
    findings = scan_text("a.csv", text.encode(), names)
    assert [found.line for found in findings if found.code == "personal-health"] == [2]
    assert [found.line for found in findings if found.code == "personal-name"] == [2, 3, 4]


def test_names_in_file_names_and_members():
    names = NameSet(NAMES)
    (found,) = scan_path(f"photos/{NAMES[0]}.jpg", names)
    assert (found.code, found.path) == ("personal-name", "photos/***")
    packed = archive({f"{NAMES[0]}.txt": NAMES[1].encode()})
    assert places(scan_one("a.zip", packed, names)) == {
        ("personal-name", "a.zip!***", 0), ("personal-name", "a.zip!***", 1)
    }  # fmt: skip


def test_no_names_find_nothing():
    assert list(NameSet([]).find("任何文字")) == []
    assert list(NameSet(["", "一"]).find("一一一")) == []


# --- archives ----------------------------------------------------------------------------------------


def test_clean_workbook_passes():
    cells = {"A1": "序号", "B2": "990101100201", "C3": "H0001234", "D4": "990101-2020-CY-0001"}
    assert scan_one("a.xlsx", workbook(cells, hidden="备注")) == []


def test_workbook_headings_label_their_columns():
    value = birth(random.Random(13))
    cells = {"A1": "示例村名单", "A2": "序号\t出生日期", "A9": f"1\t{value}"}
    findings = scan_one("a.xlsx", workbook(cells))
    assert [(found.code, found.line) for found in findings] == [("personal-birth", 9)]


@pytest.mark.parametrize("data", [
    b"PK\x03\x04 not a zip", b"\x1f\x8b\x08 not gzip", gzip.compress(bytes(64 << 20)),
    archive({"a": b"0" * (64 << 20)}),
])  # fmt: skip
def test_what_cannot_be_unpacked_safely_is_said(data):
    (found,) = scan_one("a.bin", data)
    assert (found.code, found.severity, found.path) == ("guard-unreadable", Severity.ERROR, "a.bin")


def test_every_member_of_a_gzip_file_is_scanned():
    data = gzip.compress(b"a\n") + gzip.compress(f"手机 {phone(random.Random(4))}\n".encode())
    assert [(found.code, found.line) for found in scan_one("a.gz", data)] == [("personal-phone", 2)]
    zeros = gzip.compress(bytes(1 << 20))
    assert [found.code for found in scan_one("a.gz", zeros * 64)] == ["guard-unreadable"]


def test_archives_too_deep_and_encrypted_are_said():
    data = archive({"end.txt": b""})
    for _ in range(guard_archive.DEEPEST):
        data = archive({"inner.zip": data})
    assert [found.code for found in scan_one("deep.zip", data)] == ["guard-unreadable"]
    locked = bytearray(archive({"a.txt": b"x" * 50}))
    locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
    locked[6] |= 1
    assert [found.code for found in scan_one("locked.zip", bytes(locked))] == ["guard-unreadable"]


def test_what_cannot_be_read_is_said():
    def gone() -> bytes:
        raise FileNotFoundError

    assert [found.code for found in scan([("a.csv", gone)])] == ["guard-unreadable"]


@pytest.mark.parametrize("start", [b"%PDF-1.7\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)])
def test_what_cannot_be_looked_into_is_a_warning(start):
    assert [found.severity for found in scan_one("a.bin", start)] == [Severity.WARNING]


def test_a_file_that_cannot_be_read_does_not_hide_the_others(tmp_path):
    """A file that is gone between listing and reading."""
    for name, text in (("a.txt", "a"), ("b.txt", f"手机 {phone(random.Random(3))}\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    tree = WorkTree(tmp_path)
    tree.paths()
    (tmp_path / "a.txt").unlink()
    assert {(found.path, found.code) for found in check_guard(tree)} == {
        ("a.txt", "guard-unreadable"),
        ("b.txt", "personal-phone"),
    }


# --- large files -------------------------------------------------------------------------------------


def test_large_files_keep_their_lines():
    """200,000 rows are more than one chunk."""
    rng = random.Random(17)
    rows = [
        f"H{at:07d},1401011002{at % 90 + 10},一般农户,{at % 9},2019-03-{at % 28 + 1:02d},{at % 9000}.00,"
        f"未脱贫,缺技术,是,否,{at % 99}.5,2020-06-30,990101-2020-CY-{at % 9999:04d},{at % 99999}.00,砖混结构"
        for at in range(200_000)
    ]
    assert scan_text("a.csv", "\n".join(rows).encode()) == []
    marked = sorted(rng.sample(range(len(rows)), 20))
    for at in marked:
        rows[at] += "," + phone(rng)
    data = "\n".join(rows).encode()
    assert len(data) > 1 << 24
    assert [found.line for found in scan_text("a.csv", data)] == [at + 1 for at in marked]


def test_a_file_that_was_clean_is_not_looked_through_again(monkeypatch) -> None:
    from gongshi.checks import check_guard, guard
    from gongshi.checks.guard_aside import Clean

    number = phone(random.Random(5))
    files = {"docs/a.md": "一页。\n".encode(), "docs/b.md": f"手机 {number}\n".encode(), "docs/c.md": b""}
    first = Clean()
    found = check_guard(DictTree(files), clean=first)
    assert [finding.path for finding in found] == ["docs/b.md"] and len(first.used) == 1
    read = []
    real = guard._noisy
    monkeypatch.setattr(guard, "_noisy", lambda batch, *more: read.extend(batch) or real(batch, *more))

    def again(files: dict[str, bytes], clean: Clean) -> list[str]:
        del read[:]
        found = check_guard(DictTree(files), clean=clean)
        assert found == check_guard(DictTree(files))
        return [finding.path for finding in found]

    assert again(files, Clean(first.kept())) == ["docs/b.md"] and read[0] == ("docs/a.md", b"")
    assert again(files | {"docs/a.md": f"电话 {number}\n".encode()}, Clean(first.kept())) == ["docs/a.md", "docs/b.md"]
    moved = {f"docs/{number}.md": files["docs/a.md"]}
    assert len(again(moved, Clean(first.kept()))) == 1
    assert again(files, Clean(["x" * 64])) == ["docs/b.md"] and read[0] == ("docs/a.md", files["docs/a.md"])
