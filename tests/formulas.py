"""The few formulas that our workbooks have, worked out without the program that wrote them."""

import re

from openpyxl import Workbook

REFERENCE = re.compile(r"(?:'((?:[^']|'')+)'!)?([A-Z]{1,3}\d+)(?::([A-Z]{1,3}\d+))?")


def worth(book: Workbook, sheet: str, name: str) -> float | None:
    """The value of a cell: itself, or its formula over the values of other cells. `book` has formulas; None for an empty cell."""
    value = book[sheet][name].value
    if not isinstance(value, str) or not value.startswith("="):
        return value

    def put(found: re.Match[str]) -> str:
        place = (found[1] or sheet).replace("''", "'")
        if found[3]:
            cells = (cell.coordinate for row in book[place][f"{found[2]}:{found[3]}"] for cell in row)
            return repr([number for number in (worth(book, place, cell) for cell in cells) if number is not None])
        return repr(worth(book, place, found[2]) or 0)

    plain = REFERENCE.sub(put, value.removeprefix("="))
    return float(eval(plain, {"__builtins__": {}}, {"SUM": sum, "MIN": min}))  # noqa: S307 - a formula of our own, with nothing but numbers in it
