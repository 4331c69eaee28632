"""Whole numbers with given row and column sums, close to given weights, the same on any machine."""

from __future__ import annotations

from collections.abc import Sequence

_ROUNDS = 40


def share(total: int, weights: Sequence[int]) -> list[int]:
    """``total`` in whole parts in proportion to ``weights``, by largest remainder."""
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for index in order[: total - sum(parts)]:
        parts[index] += 1
    return parts


def matrix(rows: Sequence[int], columns: Sequence[int], weights: Sequence[Sequence[int]]) -> list[list[int]]:
    """Cells with these row and column sums, near the proportional fit of ``weights``; weight 0 stays 0 if it can."""
    if sum(rows) != sum(columns):
        raise ValueError("row and column sums differ")
    fitted = [[float(weight) for weight in line] for line in weights]
    for _ in range(_ROUNDS):
        _scale_rows(fitted, rows)
        turned = [list(line) for line in zip(*fitted, strict=True)]
        _scale_rows(turned, columns)
        fitted = [list(line) for line in zip(*turned, strict=True)]
    return _rounded(fitted, rows, columns)


def _scale_rows(cells: list[list[float]], sums: Sequence[int]) -> None:
    for line, wanted in zip(cells, sums, strict=True):
        have = sum(line)
        if have:
            factor = wanted / have
            line[:] = [cell * factor for cell in line]


def _rounded(cells: list[list[float]], rows: Sequence[int], columns: Sequence[int]) -> list[list[int]]:
    """Floors first; then +1 where the fraction is largest, as long as row and column still lack something."""
    floors = [[int(cell * 0.9999) for cell in line] for line in cells]
    lack_row = [wanted - sum(line) for wanted, line in zip(rows, floors, strict=True)]
    lack_column = [wanted - sum(line[j] for line in floors) for j, wanted in enumerate(columns)]
    while any(lack_row):
        open_cells = [
            (not cells[i][j], floors[i][j] - cells[i][j], i, j)
            for i, row in enumerate(lack_row)
            if row > 0
            for j, column in enumerate(lack_column)
            if column > 0
        ]
        for _, _, i, j in sorted(open_cells):
            if lack_row[i] > 0 and lack_column[j] > 0:
                floors[i][j] += 1
                lack_row[i] -= 1
                lack_column[j] -= 1
    return floors
