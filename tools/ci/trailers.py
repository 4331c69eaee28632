"""Say of each commit that changes records on what ground it was made, or fail: 审批, and 文号 or 依据.

``python tools/ci/trailers.py FOLDER BASE [HEAD]`` reads the commits that HEAD has and BASE has not; those that change
only code need no trailers. Prints GitHub annotations, one line each.
"""

from __future__ import annotations

import sys
from pathlib import Path

from gongshi.changes import unfounded_commits
from gongshi.cli.common import say, say_made
from gongshi.cli.render import to_github
from gongshi.model import GongshiError
from gongshi.repository import Git


def main(folder: str, base: str, head: str = "HEAD") -> int:
    """Exit code: 0 all are founded, 1 some are not, 2 nothing readable."""
    try:
        findings = unfounded_commits(Git(Path(folder)), base, head)
    except GongshiError as error:
        say(f"错误：{error}", err=True)
        return 2
    for finding in findings:
        say_made(to_github(finding))
    return int(bool(findings))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
