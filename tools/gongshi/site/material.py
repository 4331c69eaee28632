"""What is mended in the scripts that Material for MkDocs brings along. Nothing else here knows that theme's files."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

_FOREIGN = b"https://unpkg.com/"
"""The one outside host the scripts could ask: in old browsers, and for diagrams."""

_SEGMENT = re.compile(rb"(for\(let (\w+)=(\w+)\+1;\2)<((\w+)\.length;\2\+\+\)\5\.slice\(\3,\2\)in )")
"""Where the search cuts a query into words: it stops one character early, so that a query which is just one word
(里坝村) is cut in pieces, and finds 里屯村 first."""


_DIALOG = '<div class="md-search" data-md-component="search" role="dialog">'


def name_search(page: str) -> str:
    """A page of the theme whose search dialog has a name, for those who hear the page."""
    return page.replace(_DIALOG, _DIALOG.replace(">", ' aria-label="搜索">'))


def mend(out: Path) -> None:
    """Shut the door to the outside host, let the search see whole words, drop what nothing loads."""
    shutil.rmtree(out / "assets/javascripts/lunr", ignore_errors=True)
    for path in sorted(out.glob("assets/**/*.map")):
        path.unlink()
    for path in sorted(out.glob("assets/javascripts/**/*.js")):
        script = path.read_bytes()
        mended = _SEGMENT.sub(rb"\1<=\4", script.replace(_FOREIGN, b"about:blank#"))
        if mended != script:
            path.write_bytes(mended)
