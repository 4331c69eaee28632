"""Pages, downloads and the search index: everything of the public site but the rendering of its shells.

What it says of records is from the disclosure views alone, and of rules from what that room counts; of what is gone it
knows the address. It knows nothing of MkDocs: a generator hands it finished HTML with markers in it (``Shell``), and it
stamps the record pages from that.
"""

from pathlib import Path

from gongshi.site.load import load
from gongshi.site.material import name_search
from gongshi.site.output import Content, finish
from gongshi.site.pages import Site
from gongshi.site.search import learn
from gongshi.site.shell import BODY, TITLE, Page, Shell

THEME = Path(__file__).parent / "theme"
"""Templates and assets laid over the generator's theme."""

__all__ = ["BODY", "THEME", "TITLE", "Content", "Page", "Shell", "Site", "finish", "learn", "load", "name_search"]
