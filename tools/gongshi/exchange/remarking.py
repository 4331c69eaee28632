"""What a reviewer says of single records of a proposal, and what its clerk answers, as it lies in Git.

Each time one of them says something, a commit stands on ``tuihui/…`` upon the proposal's own tip: what is said of all of it, then a
line for each remark, ``Remark: table resource/key …: text``. So a bare remote is enough, and what older programs wrote, text alone,
reads as it always did.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import quote, unquote

from gongshi.changes.commits import moment
from gongshi.checks.showing import shown_path
from gongshi.model import GongshiError, visible
from gongshi.package import read_descriptor
from gongshi.repository import Git, Tree

RETURNED = "tuihui/"
MOST = 400
"""Records that one remark names, remarks that one commit holds, and characters of a remark."""
_SUBJECTS = {"退回": False, "答复": True}
_LINE = re.compile(r"(Remark|Ask|Answer): (\S+)((?: [a-z][\w-]*/\S+)*): (.+)", re.ASCII)
_PLAIN = re.compile(r"[\s:：%/]")


class Remark(NamedTuple):
    """What is said of records, pairs of a table's name and a key, parts joined by ``/``; ``table`` is what people call it. It ``asks``,
    or else it is to be mended."""

    table: str
    records: tuple[tuple[str, str], ...]
    text: str
    asks: bool = False

    @property
    def name(self) -> str:
        """``资金支付 F0000018``."""
        keys = [key for _, key in self.records[:3]]
        more = f" 等 {len(self.records)} 条" if len(self.records) > len(keys) else ""
        return f"{self.table} {'、'.join(keys)}{more}"

    @property
    def told(self) -> str:
        """On one line."""
        return f"{self.name}{'，问' if self.asks else ''}：{self.text}"


class Word(NamedTuple):
    """What was said at once: ``on`` is the proposal's commit that it was said of; an ``answer`` is its clerk's."""

    commit: str
    on: str
    author: str
    day: str
    text: str
    remarks: tuple[Remark, ...]
    answer: bool

    @property
    def told(self) -> str:
        """All of it, a line for each."""
        return "\n".join([*(one.told for one in self.remarks), *([self.text] if self.text else [])])


def message(text: str, remarks: Sequence[Remark], answer: bool = False) -> str:
    """The text of a commit that says so."""
    kind = "Answer" if answer else ""
    lines = [
        f"{kind or ('Ask' if one.asks else 'Remark')}: {_quoted(one.table) or '-'}"
        f"{''.join(f' {resource}/{_key(key)}' for resource, key in one.records[:MOST])}: {_one_line(one.text)}"
        for one in remarks[:MOST]
        if one.text.strip()
    ]
    subject = next(word for word, said in _SUBJECTS.items() if said is answer)
    text = "\n".join(visible(line.replace("\t", " ")) for line in re.sub("\r\n?", "\n", text).strip().split("\n"))
    return "\n".join([f"{subject}：{text}" if text else subject, *(["", *lines] if lines else [])]) + "\n"


def remark_on(tree: Tree, record: str, text: str, asks: bool = False) -> Remark:
    """A remark on one record, as a command names it: ``table/key``."""
    name, _, key = record.partition("/")
    resource = read_descriptor(tree).resources.get(name)
    if resource is None or not key or not text.strip():
        raise GongshiError(
            f"“{shown_path(record)}”不是一条记录，请写成“表名/编号”，如 households/H0000012，后面写要说的话。"
        )
    return Remark(resource.title, ((name, key),), text, asks)


def words(git: Git, ref: str, without: Iterable[str]) -> tuple[Word, ...]:
    """What was said on a branch, the newest first; ``without`` are the commits that it is about."""
    if not git.resolve(ref):
        return ()
    gone = [f"^{commit}" for commit in without]
    listing = git.run(
        "log", "-z", "--topo-order", "--format=%H%x00%P%x00%an%x00%ct%x00%B", "--end-of-options", ref, *gone
    )
    parts = listing.decode("utf-8", "replace").split("\0")
    return tuple(_word(*parts[at : at + 5]) for at in range(0, len(parts) - 4, 5))


def _word(commit: str, parents: str, author: str, made: str, body: str) -> Word:
    text, remarks = _read(body)
    subject, _, rest = text.partition("：")
    known = subject in _SUBJECTS
    return Word(
        commit, parents.split(" ")[0], author, moment(made)[:10], (rest if known else text).strip(), tuple(remarks),
        _SUBJECTS.get(subject, False),
    )  # fmt: skip


def _read(body: str) -> tuple[str, list[Remark]]:
    text: list[str] = []
    found: list[Remark] = []
    for line in body.strip().split("\n"):
        match = _LINE.fullmatch(line)
        if not match:
            text.append(line)
        elif len(found) < MOST:
            pairs = (one.partition("/") for one in match[3].split()[:MOST])
            records = tuple((resource, visible(unquote(key))) for resource, _, key in pairs)
            found.append(Remark(visible(unquote(match[2])), records, visible(match[4]), match[1] == "Ask"))
    return "\n".join(text).strip(), found


def _one_line(text: str) -> str:
    return visible(" ".join(text.split()))[:MOST]


def _quoted(text: str) -> str:
    return _PLAIN.sub(lambda found: quote(found[0], safe=""), visible(text))


def _key(key: str) -> str:
    return "/".join(map(_quoted, key.split("/")))
