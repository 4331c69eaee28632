"""The envelope's laws: what is sealed opens in its own place, with its own key, and nowhere else."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongshi.model import GongshiError
from gongshi.sealing import (
    SEALED_FIELDS,
    generate_identity,
    keep_or_wrap,
    new_epoch,
    open_box,
    parse_identity,
    seal_rows,
    unwrap,
    wrap,
)

KEY, OTHER_KEY = bytes(range(64)), bytes(range(1, 65))
SECRET = "欧阳䶮𠮷"
ROW = {"member_no": "M1", "name": SECRET, "id_no": "SECRET-ID"}

values = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from('䶮𠮷㐂·=+@,"'), max_size=40)
fields = st.dictionaries(st.sampled_from(SEALED_FIELDS), values)


@given(fields, st.from_regex(r"[A-Z][0-9]{1,8}", fullmatch=True))
@settings(max_examples=60, deadline=None)
def test_what_is_sealed_opens_again(given_fields: dict[str, str], member: str) -> None:
    [row] = seal_rows(KEY, "guzhen", "2020", [{"member_no": member, **given_fields}])
    assert row[:2] == (member, "2020")
    assert open_box(KEY, "guzhen", "2020", *row[::2]) == {k: v for k, v in given_fields.items() if v}


@given(fields)
@settings(max_examples=30, deadline=None)
def test_equal_fields_give_an_equal_box_and_lengths_tell_little(given_fields: dict[str, str]) -> None:
    row = {"member_no": "M1", **given_fields}
    backwards = dict(reversed(row.items()))
    [a], [b] = seal_rows(KEY, "t", "2020", [row]), seal_rows(KEY, "t", "2020", [backwards])
    assert a == b
    sealed = base64.urlsafe_b64decode(a.box + "=" * (-len(a.box) % 4))
    assert (len(sealed) - 16) % 32 == 0
    assert "=" not in a.box


def test_the_format_does_not_drift() -> None:
    [row] = seal_rows(KEY, "guzhen", "2020", [{"member_no": "M1", "name": "䶮"}])
    assert row.box == "GZVlt9lppBZYKzcq0djGEBNk_VDxL_hmwmvnrd07Pza2FIiCQWW0ST0T9S-EbD0G"


def test_rows_come_sorted() -> None:
    rows = [{"member_no": number, "name": "a"} for number in ("M2", "M10", "M1")]
    assert [row.member_no for row in seal_rows(KEY, "t", "2020", rows)] == ["M1", "M10", "M2"]


@pytest.mark.parametrize(
    ("key", "slug", "epoch", "member"),
    [
        (KEY, "guzhen", "2020", "M2"),
        (KEY, "guzhen", "2021", "M1"),
        (KEY, "elsewhere", "2020", "M1"),
        (OTHER_KEY, "guzhen", "2020", "M1"),
    ],
)
def test_a_box_opens_in_its_own_place_only(key: bytes, slug: str, epoch: str, member: str, assert_silent) -> None:
    [row] = seal_rows(KEY, "guzhen", "2020", [ROW])
    with pytest.raises(GongshiError, match="打不开") as caught:
        open_box(key, slug, epoch, member, row.box)
    assert_silent(caught.value, SECRET, "SECRET")


@pytest.mark.parametrize("box", ["", "A", "AAAA", "A" * 64, "*" * 64, "=="])
def test_what_is_no_box(box: str) -> None:
    with pytest.raises(GongshiError, match="打不开"):
        open_box(KEY, "t", "2020", "M1", box)


@pytest.mark.parametrize("row", [{**ROW, SECRET: "x"}, {**ROW, "name": SECRET + "\ud800"}])
def test_what_cannot_be_sealed_is_not_repeated(row: dict[str, str], assert_silent) -> None:
    with pytest.raises(GongshiError, match="M1") as caught:
        seal_rows(KEY, "t", "2020", [row])
    assert_silent(caught.value, SECRET, "SECRET")


def test_each_recipient_opens_and_nobody_else() -> None:
    holders = [generate_identity() for _ in range(2)]
    key, wrapped = new_epoch([recipient for _, recipient in holders])
    assert wrapped.startswith(b"-----BEGIN AGE ENCRYPTED FILE-----\n")
    for text, recipient in holders:
        identity = parse_identity(text)
        assert identity.recipients == (recipient,)
        assert unwrap(wrapped, identity, "k.age") == key
    stranger = parse_identity(generate_identity()[0])
    for content in (wrapped, wrapped[:80], b"", b"junk"):
        with pytest.raises(GongshiError, match=r"解不开“k\.age”"):
            unwrap(content, stranger, "k.age")


def test_new_keys_differ() -> None:
    _, recipient = generate_identity()
    assert new_epoch([recipient])[0] != new_epoch([recipient])[0]


@pytest.mark.parametrize("recipients", [[], ["age1nonsense"]])
def test_nobody_to_wrap_for(recipients: list[str]) -> None:
    with pytest.raises(GongshiError, match="没有可用的 age 公钥"):
        wrap(KEY, recipients)


def test_a_wrapping_that_already_fits_is_kept() -> None:
    text, recipient = generate_identity()
    identity = parse_identity(text)
    wrapped = keep_or_wrap(None, KEY, [recipient], identity)
    assert keep_or_wrap(wrapped, KEY, [recipient], identity) == wrapped
    for stale in (wrap(OTHER_KEY, [recipient]), b"junk", wrap(KEY, [generate_identity()[1]])):
        fresh = keep_or_wrap(stale, KEY, [recipient], identity)
        assert fresh != stale
        assert unwrap(fresh, identity, "k.age") == KEY
