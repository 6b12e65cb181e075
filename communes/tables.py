"""Tables as files that Excel opens by a double click: every room writes its lists the same way."""

import csv
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a text must not begin with, or a spreadsheet calculates it."""


class _Echo:
    """A file that hands back what is written to it, so that rows can be streamed."""

    def write(self, text: str) -> str:
        return text


def csv_lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Write rows as CSV, line by line, for Excel on a Vietnamese Windows.

    The byte order mark makes Excel read UTF-8. Decimals have the comma that this Excel reads as a number; so its list separator is the semicolon.
    """
    writer = csv.writer(_Echo(), delimiter=";")
    yield "\ufeff"
    for row in rows:
        yield writer.writerow([_cell(value) for value in row])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}".replace(".", ",")
    text = str(value)
    return f"'{text}" if not isinstance(value, int) and text.lstrip(" ").startswith(FORMULA) else text
