"""Who of a list of nominees is barred from awards by the class of their commune (III.7, RL11). Pure: cells and classes in, answers out; names stay in memory."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from communes.parsing import Cell, Wrong, plain_key, unit_key
from communes.sheets import Place, Places, Several, shown
from scoring import consequences
from scoring.rules import Grade

ROWS, COLUMNS, LONGEST = 2000, 12, 200
"""Most that is read of a list: rows, columns, characters of a cell."""

HEADINGS = frozenset(
    {"xa", "don vi", "ten xa", "ten don vi", "ma xa", "ma don vi", "ma", "xa phuong thi tran", "don vi cong tac", "chinh quyen xa", "noi cong tac"}
)
"""What people write above the column that tells the commune."""

UNKNOWN, AMBIGUOUS = "unknown", "ambiguous"
"""Answers beside those of `Standing`: no commune of this name or code here; several of this name."""


@dataclass(frozen=True)
class Class:
    """The approved class of a commune, and since when it stands."""

    grade: Grade
    approved_on: date


@dataclass(frozen=True)
class Answer:
    """What a row of the list gets: its number, the nominee and the commune as they were written, the commune found, its class, and what is wrong."""

    number: int
    nominee: str
    said: str
    answer: str
    place: Place | None = None
    found: Class | None = None
    wrong: Wrong | None = None


def pasted(text: str) -> list[list[str]]:
    """The rows of a table that was pasted from Excel (tabs) or typed (semicolons), with what is in their cells; empty rows are left out."""
    rows = [line.split("\t" if "\t" in line else ";") for line in text.splitlines()]
    return [cells for row in rows if any(cells := [shown_text(cell) for cell in row[:COLUMNS]])]


def shown_text(cell: Cell) -> str:
    """A cell as words, no longer than a name can be."""
    words = cell if isinstance(cell, str) else shown(cell)
    return " ".join(words.split())[:LONGEST]


def answers(rows: Sequence[Sequence[str]], places: Places, classes: Mapping[int, Class]) -> list[Answer]:
    """The answer for each row, in order. The columns that tell codes and names of communes are those in which most cells do; a heading is left out."""
    names = _column(rows, lambda cell: unit_key(cell) in places.names)
    codes = _column(rows, lambda cell: cell.isdecimal() and cell.isascii() and cell.zfill(5) in places.by_code)
    if names is None and codes is None:
        names = max((len(row) for row in rows), default=1) - 1
    body = rows[1:] if rows and _is_heading(rows[0]) else rows
    first = 1 + len(rows) - len(body)
    return [_answer(number, row, codes, names, places, classes) for number, row in enumerate(body, start=first)]


def _column(rows: Sequence[Sequence[str]], fits: Callable[[str], bool]) -> int | None:
    """The column in which most cells fit; None where none does."""
    counts = [sum(fits(row[place]) for row in rows if place < len(row) and row[place]) for place in range(COLUMNS)]
    return counts.index(max(counts)) if any(counts) else None


def _is_heading(row: Sequence[str]) -> bool:
    return any(plain_key(cell) in HEADINGS for cell in row)


def _answer(number: int, row: Sequence[str], codes: int | None, names: int | None, places: Places, classes: Mapping[int, Class]) -> Answer:
    told = [row[place] for place in dict.fromkeys((codes, names)) if place is not None and place < len(row)]
    code, name = ("".join(cell for cell in told if cell.isdecimal() == digits) for digits in (True, False))
    nominee = ", ".join(cell for place, cell in enumerate(row) if cell and place not in (codes, names))
    said = " ".join(words for words in (name, code) if words)
    if not said:
        return Answer(number, nominee, "", UNKNOWN, wrong=Wrong(_("Hàng này không ghi xã."), _("Thêm tên hoặc mã xã.")))
    found, _where = places.find(code or None, name or None)
    if isinstance(found, Wrong):
        return Answer(number, nominee, said, AMBIGUOUS if isinstance(found, Several) else UNKNOWN, wrong=found)
    held = classes.get(found.pk)
    return Answer(number, nominee, said, consequences.award(held.grade if held else None), found, held)
