"""The wheel alone, in an environment and a folder with no checkout anywhere: found, check, build, propose."""

from __future__ import annotations

import hashlib
import subprocess
import zipfile
from pathlib import Path

import pytest

from founding.conftest import DIVISIONS, SPOKEN, Run, own_environment
from gongshi.founding.pack import Pack, program_files
from gongshi.founding.wheel import NAME, read_wheel, wheel_bytes
from gongshi.model import GongshiError
from support import ROOT


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    env = own_environment(folder.parent)
    return subprocess.run(command, check=True, capture_output=True, text=True, env=env).stdout.strip()


def founded(gongshi: Run, tmp_path: Path, *arguments: str) -> Path:
    (tmp_path / "区划.csv").write_text(DIVISIONS, encoding="utf-8")
    home = tmp_path / "县 里"
    home.mkdir()
    done = gongshi(home, "new", "某某县", "--divisions", "../区划.csv", *arguments)
    assert done.returncode == 0, done.stderr
    return home / "某某县"


def test_the_wheel_is_the_package_and_the_pack_as_they_lie_here(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (top,) = [name for name in names if name.endswith("/top_level.txt")]
        assert archive.read(top) == b"gongshi\n"
    assert {name.split("/")[0] for name in names} == {"gongshi", f"{wheel.name.split('-py3')[0]}.dist-info"}
    assert read_wheel(wheel.read_bytes()) == program_files()
    assert (ROOT / "records/schemas/households.yaml").read_bytes() == Pack(program_files()).read(
        "records/schemas/households.yaml"
    )


def test_a_program_makes_its_own_wheel_again(wheel: Path, gongshi: Run, tmp_path: Path) -> None:
    """What a county carries is that program and its metadata, byte for byte the same from any installation of it."""
    folder = founded(gongshi, tmp_path)
    carried = (folder / "engine" / NAME).read_bytes()
    assert read_wheel(carried) == program_files() and carried == wheel_bytes(program_files())
    with zipfile.ZipFile(wheel) as built, zipfile.ZipFile(folder / "engine" / NAME) as made:
        for name in ("METADATA", "entry_points.txt"):
            path = f"{wheel.name.split('-py3')[0]}.dist-info/{name}"
            assert built.read(path) == made.read(path)
    lock = (folder / "engine/requirements.lock").read_text(encoding="utf-8")
    assert f"./engine/{NAME} --hash=sha256:{hashlib.sha256(carried).hexdigest()}" in lock
    with pytest.raises(GongshiError, match="打不开"):
        read_wheel(carried[:5000])


def test_found_check_build_propose_with_the_wheel_alone(gongshi: Run, tmp_path: Path) -> None:
    folder = founded(gongshi, tmp_path, *SPOKEN)
    files = git(folder, "ls-files").splitlines()
    # 120 in all was set when a county had 31 tables; each of the eight kept since 2021 (the newest: regimes) is a schema and its files of rows
    assert len(files) <= 120 + 22 and len([path for path in files if not path.startswith("records/")]) <= 30
    assert not [path for path in files if path.endswith((".py", ".pth", ".sql"))]
    checked = gongshi(folder, "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    built = gongshi(folder, "build")
    assert built.returncode == 0, built.stderr
    assert "某某县帮扶公示" in (folder / "site/index.html").read_text(encoding="utf-8")
    assert (folder / "site/vendor/jsQR.js").is_file() and (folder / "site/policies/rules.html").is_file()
    assert git(folder, "status", "--porcelain") == ""
    units = folder / "records/county/units.csv"
    header = units.read_text("utf-8").splitlines()[0].split(",")
    row = dict.fromkeys(header, "") | {
        "unit_code": "U001",
        "name": "某某县农业农村局",
        "unit_kind": "党政机关",
        "unit_level": "县",
    }
    units.write_text(",".join(header) + "\n" + ",".join(row[name] for name in header) + "\n", encoding="utf-8")
    sent = gongshi(folder, "propose", "-m", "登记单位", "--approved-by", "某某县乡村振兴局", "--basis", "三定方案")
    assert sent.returncode == 0, sent.stderr
    assert git(folder, "diff", "--name-only", "main", "HEAD") == "records/county/units.csv"
