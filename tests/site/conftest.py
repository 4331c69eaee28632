"""The made-up county of the disclosure tests is the site's, too."""

import sys
from pathlib import Path

import pytest

sys.path += [str(Path(__file__).parent), *(str(Path(__file__).parents[1] / room) for room in ("disclosure", "sealing"))]

from logs import publish_times
from made_up import COMMIT, DAY, ROOT, nasty_county

from gongshi.disclosure import Disclosure
from gongshi.mkdocs_plugin import build
from gongshi.site import Site


@pytest.fixture(scope="session")
def content() -> Site:
    return Site(Disclosure(nasty_county().open(), DAY), DAY, COMMIT)


@pytest.fixture(scope="session")
def built(content, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("site") / "out"
    build(ROOT / "mkdocs.yml", out, DAY, content)
    return out


@pytest.fixture
def site(tmp_path) -> Path:
    folder = tmp_path / "site"
    (folder / "data").mkdir(parents=True)
    (folder / "index.html").write_text("一", "utf-8")
    (folder / "data/a.csv").write_text("a\n", "utf-8")
    return folder


@pytest.fixture
def log(site, tmp_path) -> Path:
    """Three publications."""
    publish_times(tmp_path / "manifests", site, "第0次", "第1次", "第2次")
    return tmp_path / "manifests"
