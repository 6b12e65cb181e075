"""The Excel annexes against bare XlsxWriter that writes the same cells from a list: a province, and 10,600 communes with 66 columns; with peak memory.

Bare knows every cell beforehand: what the annexes do on top is to decide what to write, with which format and formula, and to add up.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from xlsxwriter.workbook import Workbook

from bench.figure import Figure, in_turn
from reports import annex

PROVINCE, NATION = (10, 13, 30), (10, 1060, 20)
"""Districts, communes of each, indicators of each: 130 x 95 and 10,600 x 65 cells, and what is beside them."""
MEGABYTES = 150
SECONDS = 0.5
RATIO = 1.3


def told(districts: int, communes: int, indicators: int) -> annex.Told:
    """An edition of this size."""
    random = Random(495)
    keys = [(f"indicator.{number}", f"Chỉ số thứ {number} của kế hoạch", "sum") for number in range(indicators)]

    def amount(one: list[annex.Amount]) -> annex.Amount:
        return annex.Amount(sum((part.numerator for part in one), Decimal(0)), sum((part.denominator for part in one), Decimal(0)))

    def commune(number: int) -> annex.Place:
        figures = {}
        for key, _name, _combine in keys:
            whole = random.randrange(1, 400)
            figures[key] = annex.Amount(Decimal(random.randrange(whole + 1)), Decimal(whole))
        total = Decimal(random.randrange(300, 480)) / 2
        return annex.Place(f"{number}", f"Xã Số {number}", figures, rank=number + 1, total=total, max_total=Decimal(240), grade="fair")

    def above(name: str, below: list[annex.Place]) -> annex.Place:
        return annex.Place(name, f"Huyện {name}", {key: amount([one.figures[key] for one in below]) for key, *_rest in keys}, communes=below)

    parts = [above(f"Thứ {one}", [commune(one * communes + number) for number in range(communes)]) for one in range(districts)]
    whole = above("Điện Biên", parts)
    targets = [
        {"code": f"TG{number:02}", "clause": "II.2", "name": name, "operator": ">=", "value": Decimal(90), "unit": "% communes", "population": ""}
        | {"numerator": figure.numerator, "denominator": figure.denominator, "actual": 100 * figure.numerator / figure.denominator}
        | {"gap": Decimal(-1), "met": False, "judged": True}
        for number, (key, name, _combine) in enumerate(keys, start=1)
        for figure in [whole.figures[key]]
    ]
    return annex.Told("Năm 2018", half=False, whole=whole, districts=parts, targets=targets, indicators=keys)


COVER = annex.Cover(number=1, final=True, made_at=datetime(2019, 1, 25, tzinfo=UTC), digest="0" * 64)

Cell = tuple[int, int, Any, Any]


class Heard(annex.Sheet):
    """A sheet that also keeps what is written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[tuple[str, Cell]] = []

    def _write_number(self, row: int, col: int, number: Any, cell_format: Any = None) -> Any:
        self.cells.append(("number", (row, col, number, None)))
        return super()._write_number(row, col, number, cell_format)

    def _write_string(self, row: int, col: int, string: Any, cell_format: Any = None) -> Any:
        self.cells.append(("string", (row, col, string, None)))
        return super()._write_string(row, col, string, cell_format)

    def _write_blank(self, row: int, col: int, blank: Any, cell_format: Any = None) -> Any:
        self.cells.append(("blank", (row, col, None, None)))
        return super()._write_blank(row, col, blank, cell_format)

    def _write_formula(self, row: int, col: int, formula: str, cell_format: Any = None, value: Any = 0) -> Any:
        self.cells.append(("formula", (row, col, formula, value)))
        return super()._write_formula(row, col, formula, cell_format, value)


def cells_of(size: annex.Told) -> list[list[tuple[str, Cell]]]:
    """All cells of the annexes, sheet by sheet."""
    heard: list[Heard] = []

    class Kept(Heard):
        def __init__(self) -> None:
            super().__init__()
            heard.append(self)

    with patch.object(annex, "Sheet", Kept):
        annex.write(size, COVER)
    return [one.cells for one in heard]


def bare(sheets: list[list[tuple[str, Cell]]]) -> bytes:
    """The floor: the same cells in the same order, all with one format."""
    file = BytesIO()
    book = Workbook(file, {"constant_memory": True})
    style = book.add_format({"border": 1})
    for cells in sheets:
        sheet = book.add_worksheet()
        for kind, (row, column, value, cached) in cells:
            if kind == "number":
                sheet.write_number(row, column, value, style)
            elif kind == "string":
                sheet.write_string(row, column, value, style)
            elif kind == "formula":
                sheet.write_formula(row, column, value, style, cached)
            else:
                sheet.write_blank(row, column, None, style)
    book.close()
    return file.getvalue()


def growth() -> float:
    """By how many MB the process grows at its highest point while it writes the annexes of the nation, in a process of its own."""
    answer = subprocess.run([sys.executable, "-m", "bench.annex", "memory"], capture_output=True, text=True, check=True, env=os.environ)
    return float(answer.stdout.split()[-1])


def _memory() -> None:
    annex.write(told(2, 2, 2), COVER)
    size = told(*NATION)
    Path("/proc/self/clear_refs").write_text("5")  # the highest point begins again from here
    before = _peak()
    annex.write(size, COVER)
    print((_peak() - before) / 1024)


def _peak() -> int:
    """The highest memory of this process in KB."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1])


def figures() -> Iterator[Figure]:
    """A province and a nation against bare; the province in seconds; the nation in megabytes."""
    for name, shape in (("130 communes", PROVINCE), ("10,600 communes", NATION)):
        size = told(*shape)
        sheets = cells_of(size)
        floor, ours = in_turn(lambda sheets=sheets: bare(sheets), lambda size=size: annex.write(size, COVER))
        how = f"{sum(map(len, sheets)):,} cells: {ours:.2f} s, bare {floor:.2f} s"
        yield Figure(f"annexes of {name} / bare XlsxWriter", ours / floor, RATIO, how)
        if shape == PROVINCE:
            yield Figure("annexes of a province, seconds", ours, SECONDS, "all sheets")
    yield Figure("peak memory of the nation's annexes, MB", growth(), MEGABYTES, "growth in a process of its own")


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    if sys.argv[1:] == ["memory"]:
        _memory()
    else:
        for figure in figures():
            print(figure, flush=True)
