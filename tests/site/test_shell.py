"""Shells are cut and stamped without touching what is put into them."""

import re

import pytest

from gongshi.model import GongshiError
from gongshi.site import ABOUT, BODY, TITLE, Page, Shell, address, contents

SOURCE = f'<link href="https://x.cn/a/_shell.html"><title>{TITLE} - s</title><h1 t="{TITLE}">{BODY}</h1>'


def test_a_page_fills_every_slot():
    shell = Shell.parse(SOURCE, "https://x.cn/a/_shell.html")
    stamped = shell.stamp(Page("a/一.html", 'A"<b>', "<p>文</p>"), "https://x.cn/").decode()
    assert stamped == (
        '<link href="https://x.cn/a/一.html"><title>A&quot;&lt;b&gt; - s</title><h1 t="A&quot;&lt;b&gt;"><p>文</p></h1>'
    )


def test_markers_in_a_page_are_not_filled_again():
    stamped = Shell.parse(SOURCE).stamp(Page("a/b.html", "t", f"{TITLE} {BODY}")).decode()
    assert f">{TITLE} {BODY}<" in stamped


def test_what_a_page_is_about_is_escaped_wherever_it_stands():
    source = f'<meta content="{ABOUT}"><meta content="{ABOUT}">{BODY}'
    stamped = Shell.parse(source).stamp(Page("a/b.html", "t", "x", '甲"<乙')).decode()
    assert stamped == '<meta content="甲&quot;&lt;乙"><meta content="甲&quot;&lt;乙">x'


@pytest.mark.parametrize("source", ["<p>没有</p>", BODY + BODY])
def test_a_shell_without_exactly_one_place_for_the_content_is_refused(source):
    with pytest.raises(GongshiError, match="正好有一处"):
        Shell.parse(source)


@pytest.mark.parametrize(
    "path", ["../x.html", "a/../x.html", "/x.html", "a//x.html", "a/.x.html", "a/x y.html", "A/x.html", "a/x\n.html", "a/"]
)  # fmt: skip
def test_a_path_cannot_leave_its_folder(path):
    with pytest.raises(GongshiError, match="不合规"):
        Page(path, "", "")


def test_a_long_page_lists_its_headings_and_a_short_one_does_not():
    long = f"<h1>甲</h1>{contents.MARK}" + "".join(
        f'<h2 id="h{n}">第{n}节 <span class="tag">三 &lt; 四</span>（2 份）&amp;</h2>' for n in range(3)
    )
    made = contents.fill(long)
    assert '<a href="#h1">第1节 &amp;</a>' in made and made.count("<a ") == 3 and contents.MARK not in made
    short = f'{contents.MARK}<h2 id="a">甲</h2><h2>乙</h2><h2 id="c">丙</h2>'
    assert contents.fill(short) == short.replace(contents.MARK, "") and contents.fill("无") == "无"


def test_a_number_in_a_sentence_is_held_together_with_its_unit_and_no_tag_is_touched():
    exact = '<data value="1" title="123,456.78 元">12.35</data>'
    said = f'<p class="say">付了 25 笔，共 {exact} 万元、{exact}；<a title="3 个">3 个</a>村，占 4.5%</p>'
    made = contents.held(f"{said}<p>7 个</p>")
    parts = re.findall('<span class="nb">(.*?)</span>', made)
    assert parts == ["25 笔", f"{exact} 万元", "3 个"] and made.endswith("<p>7 个</p>")
    assert re.sub('<span class="nb">(.*?)</span>', r"\1", made) == f"{said}<p>7 个</p>"


def test_the_address_on_paper_is_there_only_where_it_is_known():
    body = f"<p>{address.MARK}</p>"
    assert address.fill(body, "") == "<p></p>" and address.fill("<p></p>", "https://a.example/") == "<p></p>"
    assert "<svg" in (made := address.fill(body, "https://a.example/?a=1&b=<")) and "b=&lt;" in made
