"""The made-up county of the disclosure tests is the site's, too."""

import sys
from pathlib import Path

import pytest

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1] / "disclosure")]

from made_up import COMMIT, DAY, ROOT, nasty_county

from gongshi.disclosure import Disclosure
from gongshi.mkdocs_plugin import build
from gongshi.site import Site


@pytest.fixture(scope="session")
def content() -> Site:
    return Site(Disclosure(nasty_county().open()), DAY, COMMIT)


@pytest.fixture(scope="session")
def built(content, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("site") / "out"
    build(ROOT / "mkdocs.yml", out, DAY, content)
    return out
