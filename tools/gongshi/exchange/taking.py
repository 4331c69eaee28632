"""An import done: planned and written under one lock, the refused rows given back, and kept so that it can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from gongshi.exchange.importing import Request, plan_import
from gongshi.exchange.mapping import mapping_bytes, mapping_path
from gongshi.exchange.refused import refused_place, refused_workbook
from gongshi.exchange.values import Fate, ImportResult
from gongshi.model import GongshiError, Progress
from gongshi.repository import WorkTree, write_kept, write_private, writer


def take_in(
    root: Path,
    workbook: Path,
    data: bytes,
    request: Request,
    environ: Mapping[str, str],
    progress: Progress = lambda _: None,
) -> tuple[ImportResult, Path | None]:
    """(result, where the refused rows are); reading, deciding and writing under one lock. GongshiError, with nothing
    written, where a header was guessed and ``request`` does not confirm it."""
    with writer(root) as write:
        result = plan_import(WorkTree(root), workbook.name, data, request, progress)
        _confirm(result, request.save_mapping)
        returned = _give_back(result, workbook, environ)
        counts = result.counts
        told = f"导入：新增 {counts[Fate.CREATED]} 行，修改 {counts[Fate.UPDATED]} 行"
        own = {mapping_path(result.own.name): mapping_bytes(result.own)} if result.own and result.understood else {}
        files = result.files | own | _mappings(result, request.save_mapping)
        write_kept(root, write, told, datetime.now().isoformat(" ", "minutes"), files)
    return result, returned


def _confirm(result: ImportResult, name: str) -> None:
    if result.guesses and not name:
        pairs = "；".join(f"{sheet} 的“{header[:20]}”当作“{title}”" for sheet, header, title in result.guesses[:10])
        raise GongshiError(
            f"有 {len(result.guesses)} 个表头是猜的：{pairs}。请核对，都对就加 --save-mapping 名称 确认，"
            "不对请改表头；这一次什么也没有写。"
        )


def _mappings(result: ImportResult, name: str) -> dict[str, bytes]:
    if not name:
        return {}
    several = len(result.mappings) > 1
    return {
        mapping_path(f"{name}-{mapping.resource}" if several else name): mapping_bytes(mapping)
        for mapping in result.mappings
    }


def _give_back(result: ImportResult, workbook: Path, environ: Mapping[str, str]) -> Path | None:
    """Write the refused rows where nobody else sees them, under a name that is free; before the ledger is touched."""
    data = refused_workbook(result)
    if data is None:
        return None
    place = refused_place(workbook, environ)
    write_private(place, data)
    return place
