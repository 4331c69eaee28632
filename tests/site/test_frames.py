"""The frames of an earlier build are stamped anew: the same bytes as without them, and made again for whatever they are made of."""

import shutil
import subprocess

import pytest
from made_up import COMMIT, DAY, ROOT, nasty_county
from reading import digest

from gongshi import mkdocs_plugin
from gongshi.disclosure import Disclosure
from gongshi.library.building import build_site
from gongshi.model import GongshiError
from gongshi.repository import Cache, Reused
from gongshi.site import Frames, Site

LATER = COMMIT[::-1] if COMMIT[::-1] != COMMIT else "f" * len(COMMIT)


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "ledger"
    subprocess.run(["git", "init", "-q", root], check=True)
    shutil.copy(ROOT / "mkdocs.yml", root)
    shutil.copytree(ROOT / "docs", root / "docs")
    return root


def site_at(commit: str) -> Site:
    return Site(Disclosure(nasty_county().open(), DAY), DAY, commit)


def test_another_commit_runs_no_generator_and_gives_the_same_bytes(project, content, tmp_path, monkeypatch):
    first = Reused(Cache(project))
    build_site(project, tmp_path / "first", content, False, first)
    first.settle()
    mkdocs_plugin.build(project / "mkdocs.yml", tmp_path / "plain", DAY, content)
    assert digest(tmp_path / "first") == digest(tmp_path / "plain")
    later = site_at(LATER)
    mkdocs_plugin.build(project / "mkdocs.yml", tmp_path / "fresh", DAY, later)
    real = mkdocs_plugin.frames
    monkeypatch.setattr(mkdocs_plugin, "frames", lambda *_: pytest.fail("made again"))
    build_site(project, tmp_path / "later", later, False, Reused(Cache(project)))
    assert digest(tmp_path / "later") == digest(tmp_path / "fresh") != digest(tmp_path / "first")

    made = real(project / "mkdocs.yml", content)
    ran = []
    monkeypatch.setattr(mkdocs_plugin, "frames", lambda *_: ran.append(1) or made)
    reused = Reused(Cache(project))
    build_site(project, tmp_path / "draft", later, True, reused)
    for path in ("docs/about.md", "docs/vendor/README.txt", "mkdocs.yml"):
        text = (project / path).read_text("utf-8")
        (project / path).write_text(text + "\n# 1\n", "utf-8")
        build_site(project, tmp_path / path.replace("/", "-"), later, False, reused)
        (project / path).write_text(text, "utf-8")
    (project / "docs/new.md").write_text("# 新\n", "utf-8")
    build_site(project, tmp_path / "new", later, False, reused)
    assert len(ran) == 5


def test_what_is_kept_of_frames_is_what_was_made():
    made = Frames(
        {"a.html": "<p>甲</p>"}, {"b": ("<i>乙</i>", "https://x.cn/"), "c": ("", "")}, {"d": b"\0\xff"}, "https://x.cn/"
    )
    assert Frames.decode(made.encode()) == made


def test_settings_are_judged_also_where_the_frames_are_known(project, content, tmp_path):
    with (project / "mkdocs.yml").open("a", encoding="utf-8") as settings:
        settings.write("hooks: [evil.py]\n")
    with pytest.raises(GongshiError, match="hooks"):
        build_site(project, tmp_path / "out", content, False, Reused(Cache(project)))
