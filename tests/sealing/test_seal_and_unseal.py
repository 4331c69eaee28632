"""seal and unseal on a folder: what goes in by CSV comes out by CSV, and lies nowhere in between."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongshi.model import GongshiError
from gongshi.repository import WorkTree
from gongshi.sealing import (
    DEMO_IDENTITY,
    keygen,
    read_identity,
    read_sealed,
    rewrap,
    seal,
    seal_csv,
    sealed_bytes,
    unseal,
)
from gongshi.sealing.rows import csv_lines

SLUG = "guzhen"
LIST = """member_no,name,id_no,phone,birth,account
M1,张䶮,SECRET-1,,1950-01,
M2,"=HYPERLINK(""x"")",SECRET-2,13x,,6x
"""


def unseal_csv(source, slug, identity):
    return csv_lines(unseal(source, slug, identity))


def given_list(*rows: str, header: str = "member_no,name,id_no") -> bytes:
    return "\n".join((header, *rows, "")).encode()


def test_a_list_comes_out_as_it_went_in(county) -> None:
    changed = seal(county.root, SLUG, "2020", LIST.encode(), county.township)
    assert changed == ("records/keys/guzhen/2020.age", "records/townships/guzhen/sealed.csv")
    for identity in (county.township, county.county):
        assert "".join(unseal_csv(WorkTree(county.root), SLUG, identity)) == LIST
        assert "".join(unseal_csv(WorkTree(county.root), None, identity)) == LIST
    assert next(unseal(WorkTree(county.root), SLUG, county.county)) == {
        "member_no": "M1",
        "name": "张䶮",
        "id_no": "SECRET-1",
        "birth": "1950-01",
    }


def test_nothing_readable_lies_in_the_folder(county) -> None:
    seal(county.root, SLUG, "2020", LIST.encode(), county.township)
    for path in county.root.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        for word in ("张䶮", "SECRET", "HYPERLINK", "1950-01"):
            assert word.encode() not in content
    sealed = (county.root / "records/townships/guzhen/sealed.csv").read_bytes()
    assert sealed.startswith(b"member_no,epoch,box\nM1,2020,")


def test_sealing_again_changes_nothing(county) -> None:
    seal(county.root, SLUG, "2020", LIST.encode(), county.township)
    backwards = given_list("M1,张䶮,SECRET-1,1950-01", header="member_no,name,id_no,birth")
    assert seal(county.root, SLUG, "2020", b"\xef\xbb\xbf" + LIST.replace("\n", "\r\n").encode(), county.county) == ()
    assert seal(county.root, SLUG, "2020", backwards, county.county) == ()


def test_a_merge_replaces_the_rows_given_and_keeps_the_others(county) -> None:
    seal(county.root, SLUG, "2020", given_list("M1,a,1", "M3,c,3"), county.township)
    before = {row.member_no: row for row in read_sealed(WorkTree(county.root), SLUG)}
    seal(county.root, SLUG, "2021", given_list("M2,b,2", "M3,d,4"), county.township)
    after = {row.member_no: row for row in read_sealed(WorkTree(county.root), SLUG)}
    assert after["M1"] == before["M1"]
    assert [row.epoch for row in after.values()] == ["2020", "2021", "2021"]
    assert [row["name"] for row in unseal(WorkTree(county.root), SLUG, county.county)] == ["a", "b", "d"]


_text = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Z")) | st.sampled_from('䶮𠮷·"=,'), min_size=1, max_size=12
)


@given(st.dictionaries(st.from_regex(r"[A-Z]{2}[0-9]{1,6}", fullmatch=True), _text, min_size=1, max_size=8))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_names_round_trip(county, names: dict[str, str]) -> None:
    (county.root / "records/townships/guzhen/sealed.csv").unlink(missing_ok=True)
    plain = "member_no,name\n" + "".join(
        f'{number},"{name.replace(chr(34), chr(34) * 2)}"\n' for number, name in names.items()
    )
    seal(county.root, SLUG, "2020", plain.encode(), county.township)
    out = list(unseal(WorkTree(county.root), SLUG, county.township))
    assert {row["member_no"]: row["name"] for row in out} == names
    sealed = (county.root / "records/townships/guzhen/sealed.csv").read_bytes()
    again = "".join(unseal_csv(WorkTree(county.root), SLUG, county.township)).encode()
    assert seal_csv(again, WorkTree(county.root), SLUG, "2020", county.county).popitem()[1] == sealed


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "缺少标题 member_no"),
        (b"member_no,name\n", "没有数据"),
        (b"name\nSECRET\n", "缺少标题 member_no"),
        (b"member_no\nM1\n", "缺少标题 name"),
        (given_list("M1,SECRET,1,2", header="member_no,name,id_no,SECRET"), "首行第 4 列"),
        ("SECRET,张三\n".encode(), "首行第 1 列"),
        (given_list("M1,SECRET,1", header="member_no,name,name"), "首行第 3 列"),
        ("member_no,name\nM1,张三\n".encode("gbk"), "GBK"),
        (given_list("M1,张三,1", "M2,张三,2", "M1,张三,3"), "第 4 行与第 2 行的 member_no 重复"),
        (given_list("M1,张三,1", ",,", "M2,张三,2"), "第 3 行是空行"),
        (given_list("M1,张三,1", "", "M2,张三,2"), "第 3 行是空行"),
        (given_list("M1,张三"), "第 2 行列数"),
        (given_list("M1,张三,1,2"), "第 2 行列数"),
        (given_list(",张三,1"), "第 2 行的 member_no"),
        (given_list("张三,张三,1"), "第 2 行的 member_no"),
        (given_list("1101011950" + "01011234,张三,1"), "第 2 行的 member_no"),
        (given_list("M1,,SECRET"), "第 2 行的姓名空缺"),
        (given_list('M1,"张\n三",1'), "第 3 行的姓名里有换行"),
        (given_list("M1,张三,5.10101E+17"), "第 2 行的身份证号被 Excel"),
        (given_list('M1,"张三,1'), "引号不配对"),
        (given_list(*(f"M{n},," for n in range(9))), "等共 9 处"),
    ],
)
def test_a_faulty_list_is_refused_by_line_and_not_repeated(county, assert_silent, data: bytes, told: str) -> None:
    with pytest.raises(GongshiError, match=told) as caught:
        seal(county.root, SLUG, "2020", data, county.township)
    assert_silent(caught.value, "SECRET", "张三", "110101", "5.10101")
    assert not (county.root / "records/townships").exists()


def test_a_foreign_identity_opens_nothing_and_learns_nothing(county, assert_silent) -> None:
    seal(county.root, SLUG, "2020", LIST.encode(), county.township)
    for attempt in (
        lambda: unseal(WorkTree(county.root), SLUG, county.stranger),
        lambda: unseal_csv(WorkTree(county.root), None, county.stranger),
        lambda: seal(county.root, SLUG, "2020", LIST.encode(), county.stranger),
    ):
        with pytest.raises(GongshiError, match=r"解不开“records/keys/guzhen/2020.age”") as caught:
            attempt()
        assert_silent(caught.value, "张䶮", "SECRET")


def test_who_cannot_open_an_epoch_cannot_begin_one(county) -> None:
    with pytest.raises(GongshiError, match="没有登记"):
        seal(county.root, SLUG, "2020", LIST.encode(), county.stranger)


def test_boxes_swapped_between_members_do_not_open(county) -> None:
    seal(county.root, SLUG, "2020", LIST.encode(), county.township)
    one, two = read_sealed(WorkTree(county.root), SLUG)
    swapped = sealed_bytes([one._replace(box=two.box), two._replace(box=one.box)])
    (county.root / "records/townships/guzhen/sealed.csv").write_bytes(swapped)
    with pytest.raises(GongshiError, match="成员 M1"):
        list(unseal(WorkTree(county.root), SLUG, county.county))


def test_a_missing_key_is_named_and_never_made_anew(county) -> None:
    seal(county.root, SLUG, "2020", LIST.encode(), county.township)
    (county.root / "records/keys/guzhen/2020.age").unlink()
    with pytest.raises(GongshiError, match=r"records/keys/guzhen/2020\.age"):
        unseal(WorkTree(county.root), SLUG, county.county)
    with pytest.raises(GongshiError, match=r"records/keys/guzhen/2020\.age"):
        seal(county.root, SLUG, "2020", LIST.encode(), county.township)


def test_a_township_that_is_not_there(county) -> None:
    for slug, told in (
        ("gone", "没有“records/townships/gone/sealed.csv”"),
        ("../x", "写法不对"),
        ("county", "写法不对"),
    ):
        with pytest.raises(GongshiError, match=told):
            unseal(WorkTree(county.root), slug, county.county)
    with pytest.raises(GongshiError, match="没有 gone 的公钥"):
        seal(county.root, "gone", "2020", LIST.encode(), county.county)
    with pytest.raises(GongshiError, match="四位年份"):
        seal(county.root, SLUG, "../2020", LIST.encode(), county.county)
    assert list(unseal(WorkTree(county.root), None, county.county)) == []


@pytest.mark.parametrize(
    "text",
    [
        "member_no,box\n",
        "member_no,epoch,box\nM1,2020\n",
        "member_no,epoch,box\nM1,2020,张三\n",
        "member_no,epoch,box\nM2,2020,A\nM1,2020,A\n",
        "member_no,epoch,box\nM1,2020,A\nM1,2020,A\n",
        "member_no,epoch,box\r\nM1,2020,A\r\n",
        "member_no,epoch,box\nM1,2020,A",
        "",
    ],
)
def test_a_sealed_file_out_of_form_is_refused(county, text: str) -> None:
    place = county.root / "records/townships/guzhen/sealed.csv"
    place.parent.mkdir(parents=True)
    place.write_bytes(text.encode())
    with pytest.raises(GongshiError, match=r"guzhen/sealed\.csv") as caught:
        unseal(WorkTree(county.root), SLUG, county.county)
    assert "张三" not in str(caught.value)


def test_real_and_demo_keys_do_not_mix(county) -> None:
    keygen(county.root, "示例", "county", county.root / DEMO_IDENTITY)
    with pytest.raises(GongshiError, match="演示公钥"):
        seal(county.root, SLUG, "2020", LIST.encode(), county.township)
    demo = read_identity(county.root / DEMO_IDENTITY, county.root)
    (county.root / "records/keys/recipients.csv").unlink()
    for role in (SLUG, "county"):
        keygen(county.root, "示例", role, county.root / DEMO_IDENTITY)
    assert seal(county.root, SLUG, "2020", LIST.encode(), demo)


def test_a_new_recipient_opens_after_rewrapping_and_one_struck_off_does_not(county, tmp_path: Path) -> None:
    seal(county.root, SLUG, "2020", LIST.encode(), county.township)
    seal(county.root, SLUG, "2021", given_list("M1,张䶮,SECRET-1"), county.township)
    sealed = (county.root / "records/townships/guzhen/sealed.csv").read_bytes()
    keygen(county.root, "新专干", SLUG, tmp_path / "home/new")
    new = read_identity(tmp_path / "home/new", county.root)
    with pytest.raises(GongshiError, match="解不开"):
        unseal(WorkTree(county.root), SLUG, new)
    with pytest.raises(GongshiError, match="解不开"):
        rewrap(county.root, SLUG, new)
    assert rewrap(county.root, SLUG, county.county) == ("records/keys/guzhen/2020.age", "records/keys/guzhen/2021.age")
    assert len(list(unseal(WorkTree(county.root), SLUG, new))) == 2
    table = county.root / "records/keys/recipients.csv"
    kept = [line for line in table.read_text("utf-8").splitlines(keepends=True) if not line.startswith("guzhen,扶贫办")]
    table.write_text("".join(kept), encoding="utf-8")
    rewrap(county.root, SLUG, new)
    with pytest.raises(GongshiError, match="解不开"):
        unseal(WorkTree(county.root), SLUG, county.township)
    assert len(list(unseal(WorkTree(county.root), SLUG, county.county))) == 2
    assert (county.root / "records/townships/guzhen/sealed.csv").read_bytes() == sealed
    with pytest.raises(GongshiError, match="还没有数据密钥"):
        rewrap(county.root, "elsewhere", county.county)
