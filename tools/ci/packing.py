"""The build step of the wheel: every file of the package, and a copy of the pack, whose home is this repository's own folders.

``tools/gongshi/scaffold/pack.toml`` lists the pack. A checkout reads it in place, so an editable install copies nothing.
"""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "tools" / "gongshi"


class BuildPack(build_py):
    """Makes the package anew: nothing of an earlier build stays."""

    def run(self) -> None:
        if not self.editable_mode:
            shutil.rmtree(Path(self.build_lib) / "gongshi", ignore_errors=True)
        super().run()
        if not self.editable_mode:
            for source, place in self._copied():
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, place)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        more = [] if self.editable_mode else [str(place) for _, place in self._copied()]
        return sorted({*super().get_outputs(include_bytecode), *more})

    def _copied(self) -> list[tuple[Path, Path]]:
        target = Path(self.build_lib) / "gongshi"
        own = [path for path in PACKAGE.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")]
        table = tomllib.loads((PACKAGE / "scaffold/pack.toml").read_text(encoding="utf-8"))
        patterns = [
            pattern
            for name in ("placed", "begun", "made", "shown", "offered", "read")
            for pattern in table.get(name, ())
        ]
        pack = sorted({path for pattern in patterns for path in ROOT.glob(pattern)})
        return [(path, target / path.relative_to(PACKAGE)) for path in own] + [
            (path, target / "pack" / path.relative_to(ROOT)) for path in pack
        ]
