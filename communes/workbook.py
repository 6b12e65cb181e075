"""A register as a workbook that the import takes back unchanged: same columns, codes as text, dates as dates, lists to choose from."""

import io
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Model
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles.alignment import Alignment
from openpyxl.styles.fonts import Font
from openpyxl.utils.cell import get_column_letter
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from communes import parsing
from communes.registers import RegisterResource

LISTS = "Danh mục"
"""The hidden sheet that the drop-downs read."""

SPARE = 200
"""Rows below the last one that have drop-downs too."""


def workbook(resource: RegisterResource, rows: Iterable[Model], blank: Iterable[tuple[str, str]]) -> bytes:
    """The rows as a workbook; below them a line for each (code, name) of `blank`, communes that the register says nothing of."""
    book = Workbook()
    sheet: Worksheet = book.active
    sheet.title = "Số liệu"
    columns = resource.columns
    for place, column in enumerate(columns, start=1):
        head = sheet.cell(1, place, column.column_name)
        head.font, head.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(place)].width = (
            30 if column.name in ("unit_name", "full_name", "title", "issuer", "subject") else 18
        )
    # A row may have ended by a change; that is no end of the person.
    lines = [[None if column.name == "ends_on" else column.export(row) for column in columns] for row in rows]
    lines += [list(unit) for unit in blank]
    for number, line in enumerate(lines, start=2):
        for place, value in enumerate(line, start=1):
            _write(sheet, number, place, value)
    sheet.freeze_panes = "C2"
    _lists(book, sheet, resource, len(lines) + SPARE)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _write(sheet: Worksheet, row: int, place: int, value: Any) -> None:
    """A cell; text is text whatever it begins with."""
    if value in (None, ""):
        return
    if isinstance(value, str):
        cell = sheet.cell(row, place, ILLEGAL_CHARACTERS_RE.sub("", value))
        cell.data_type, cell.number_format = "s", "@"
        return
    cell = sheet.cell(row, place, value)
    if isinstance(value, date):
        cell.number_format = "dd/mm/yyyy"


def _lists(book: Workbook, sheet: Worksheet, resource: RegisterResource, last: int) -> None:
    """Drop-downs for columns of words."""
    lists = book.create_sheet(LISTS)
    lists.sheet_state = "hidden"
    for place, column in enumerate(resource.columns, start=1):
        words = [word for word in parsing.WORDS.get(column.name, {}).values() if word]
        if column.widget.parse is parsing.yes_no:
            words = [parsing.write(column.name, True), parsing.write(column.name, False)]
        if words:
            letter = get_column_letter(place)
            for row, word in enumerate(words, start=1):
                lists.cell(row, place, word)
            choice = DataValidation(type="list", formula1=f"'{LISTS}'!${letter}$1:${letter}${len(words)}", allow_blank=True)
            choice.add(f"{letter}2:{letter}{last}")
            sheet.add_data_validation(choice)
