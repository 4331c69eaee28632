"""What a county is founded with beside its own divisions: ``pack/founding.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gongshi.package import pack
from gongshi.package.subjects import subjects


@dataclass(frozen=True, slots=True, order=True)
class Division:
    """A county, township or village; ``slug`` is a township's folder."""

    code: str
    name: str
    level: str
    parent: str
    slug: str

    def record(self) -> dict[str, str]:
        """The same by the fields of the table of divisions."""
        at = subjects().place
        return {at.key: self.code, at.name: self.name, at.level: self.level, at.parent: self.parent, at.slug: self.slug}


@dataclass(frozen=True, slots=True)
class Beginning:
    """See the comments in the file."""

    office: str
    record: Mapping[str, str]
    divisions: tuple[Division, ...]
    reviewed: tuple[str, ...]
    shared: str


def beginning() -> Beginning:
    """Read once."""
    return pack("founding", Beginning)
