"""The workbook of a commune's form, written, filled as clerks do and read back: no database, real files."""

import io
from collections.abc import Callable
from decimal import Decimal
from functools import cache

from openpyxl import Workbook, load_workbook

from communes.reading import read as read_file
from scoring import sheets
from scoring.sheets import FORM, HEAD, LONGEST, Form, Reading, Row
from scoring.workbook import workbook
from tests.sheets import saved

FIRST = HEAD + 2
"""The row of the first criterion: below the header and the row of its group."""


HELD = (Decimal("14.50"), "Theo biên bản.\nSố 12.")
"""What CC01 and CC02 hold; CC03 is empty."""


def a_form(unit: str = "03124", period: str = "2018-Y", **changes: Row) -> Form:
    """Two groups; criteria of 20 and 7,5 points; what CC01 holds is told by `CC01=a_row(...)`."""
    rows = [
        Row("CG1", "I", "Hoạt động của HĐND, UBND", Decimal(40), group=True),
        a_row("CC01"),
        a_row("CC02"),
        Row("CG2", "II", "Kinh tế - xã hội", Decimal("7.5"), group=True),
        a_row("CC03", maximum=Decimal("7.50"), points=None, words=""),
    ]
    rows = [changes.get(row.code, row) for row in rows]
    return Form((unit, "Phường Noong Bua"), (period, "Năm 2018"), ("qd-34-2011", "Quyết định 34/2011/QĐ-UBND"), 3, rows)


def a_row(code: str = "CC01", **held: object) -> Row:
    row = Row(code, f"I.{code[-1]}", f"Tiêu thức “{code}”", Decimal(20), "Đủ kỳ họp; có chương trình giám sát.", points=Decimal("14.50"), version=2)
    return row._replace(words="Theo biên bản.\nSố 12.")._replace(**held)


@cache
def template() -> bytes:
    return workbook(a_form())


def touched(touch: Callable[[Workbook], object], content: bytes | None = None) -> bytes:
    """A workbook after somebody worked on it."""
    book = load_workbook(io.BytesIO(content or template()))
    touch(book)
    return saved(book)


def cell(name: str, value: object) -> bytes:
    """The workbook with one cell of the form changed."""
    return touched(lambda book: book[FORM].__setitem__(name, value))


def read(content: bytes, form: Form | None = None) -> Reading:
    return sheets.read(read_file(content, LONGEST), form or a_form())


def values(reading: Reading) -> dict[str, tuple[Decimal | None, str]]:
    return {code: (said.value, said.words) for code, said in reading.said.items()}


def at(reading: Reading) -> list[str]:
    return [f"{flaw.column}{flaw.row}" for flaw in reading.flaws.kept]


def test_what_is_written_is_read_back_and_changes_nothing():
    reading = read(template())

    assert (reading.refused, reading.flaws.kept, reading.warnings.kept) == ("", [], [])
    assert values(reading) == {"CC01": HELD, "CC02": HELD, "CC03": (None, "")}
    assert list(sheets.steps(reading.said, a_form())) == []
