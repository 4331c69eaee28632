"""Pages, downloads and the names that the search looks in: everything of the public site but the rendering of its shells.

What it says of records is from the disclosure views alone, and of rules from what that room counts; of what is gone it
knows the address. It knows nothing of MkDocs: a generator hands it finished HTML with markers in it (``Shell``), and it
stamps the record pages from that.
"""

from pathlib import Path

from gongshi.site.frames import Frames, assemble, marked
from gongshi.site.load import load
from gongshi.site.output import THEME_FILES, Content
from gongshi.site.pages import Site
from gongshi.site.shell import ABOUT, BODY, TITLE, Page, Shell

THEME = Path(__file__).parent / "theme"
"""Templates and assets laid over the generator's theme."""

__all__ = [
    "ABOUT",
    "BODY",
    "THEME",
    "THEME_FILES",
    "TITLE",
    "Content",
    "Frames",
    "Page",
    "Shell",
    "Site",
    "assemble",
    "load",
    "marked",
]
