"""A set of criteria as a workbook that the import takes back unchanged, so that another set can start from it."""

import io
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles.alignment import Alignment
from openpyxl.styles.fonts import Font
from openpyxl.utils.cell import get_column_letter
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from scoring.setsheets import COLUMNS, NAMES, Column, Draft, say

WIDE = ("title", "text", "guidance", "provenance", "note", "responsible_title", "kind")
SPARE = 100
"""Rows below the last one that have drop-downs too."""


def workbook(draft: Draft) -> bytes:
    """The sheets of a set: codes as text, points as numbers, dates as dates, words to choose from."""
    book = Workbook()
    book.remove(book.active)
    for key, name in NAMES.items():
        sheet: Worksheet = book.create_sheet(name)
        for place, column in enumerate(COLUMNS[key], start=1):
            head = sheet.cell(1, place, column.label)
            head.font, head.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="center")
            sheet.column_dimensions[get_column_letter(place)].width = 42 if column.name in WIDE else 16
            for row, values in enumerate(draft[key], start=2):
                _write(sheet, row, place, key, column, values[column.name])
            _choices(sheet, place, column, len(draft[key]) + SPARE)
        sheet.freeze_panes = "B2"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _write(sheet: Worksheet, row: int, place: int, key: str, column: Column, value: Any) -> None:
    if value in (None, ""):
        return
    if isinstance(value, date):
        sheet.cell(row, place, value).number_format = "dd/mm/yyyy"
    elif isinstance(value, Decimal | int) and not isinstance(value, bool):
        sheet.cell(row, place, value)
    else:
        cell = sheet.cell(row, place, ILLEGAL_CHARACTERS_RE.sub("", say(key, column.name, value)))
        cell.data_type, cell.number_format, cell.alignment = "s", "@", Alignment(wrap_text=True, vertical="top")


def _choices(sheet: Worksheet, place: int, column: Column, last: int) -> None:
    """A drop-down for a column of words."""
    if not column.words:
        return
    choice = DataValidation(type="list", formula1='"' + ",".join(str(word) for word in column.words.values()) + '"', allow_blank=True)
    letter = get_column_letter(place)
    choice.add(f"{letter}2:{letter}{last}")
    sheet.add_data_validation(choice)
