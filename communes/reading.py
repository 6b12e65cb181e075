"""Sheets as people send them, read in a process of its own with limits of memory and time: nothing of a foreign file is opened where the portal runs.

`read` starts `communes.xlsx`, gives it the file and gets JSON lines back; `mark` starts this module, which opens the file a second time by openpyxl.
"""

import io
import json
import resource
import subprocess
import sys
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from communes.xlsx import LONGEST, SECONDS, UNPACKED, Refused, limit, opened


@dataclass
class Sheet:
    """A sheet as it is: rows (number, cells) that hold something; `hidden` row numbers; `merged` as (first row, first column, last row, last column)."""

    name: str
    rows: list[tuple[int, list[Any]]]
    visible: bool = True
    hidden: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


def read(content: bytes, longest: int = LONGEST) -> list[Sheet]:
    """The sheets of a workbook or of a CSV file; texts beyond `longest` characters are cut and marked.

    Raises Refused with the cause, also when the reader ran out of memory or time.
    """
    if not content.strip(b"\0 \r\n\t"):
        raise Refused("empty")
    answer = _child(["-S", "-m", "communes.xlsx", str(longest)], content)
    lines = [json.loads(line) for line in answer.splitlines()]
    if not lines or "end" not in lines[-1]:
        raise Refused("heavy")
    if cause := lines[-1]["end"]:
        raise Refused(cause)
    return [_sheet(line) for line in lines[:-1]]


RED, AMBER = "F4C7C3", "FCE8B2"
"""How a cell is filled that is wrong, and one that is doubtful."""


def mark(content: bytes, notes: list[tuple[str, int, str, str, str]]) -> bytes:
    """The same workbook with cells filled and commented: (sheet, row, column, words, colour). Raises Refused when it cannot be opened a second time."""
    marked = _child(["-m", "communes.reading"], json.dumps(notes).encode() + b"\n" + content)
    if not marked.startswith(b"PK"):
        raise Refused("heavy")
    return marked


def _child(arguments: list[str], content: bytes) -> bytes:
    """What a limited process of ours answers; nothing when it died."""
    try:
        answer = subprocess.run(  # noqa: S603 - our own module, no shell, nothing of the file in the command
            [sys.executable, *arguments],
            input=content,
            capture_output=True,
            check=False,
            cwd=Path(__file__).resolve().parent.parent,
            env={},
            timeout=2 * SECONDS,
        )
    except subprocess.TimeoutExpired:
        return b""
    return answer.stdout if answer.returncode == 0 else b""


def _sheet(line: dict[str, Any]) -> Sheet:
    rows = [(number, [tuple(cell) if type(cell) is list else cell for cell in cells]) for number, cells in line["rows"]]
    return Sheet(line["name"], rows, line["visible"], set(line["hidden"]), [tuple(place) for place in line["merged"]])


def main() -> None:
    """Read cells to mark, then the workbook, from standard input within the limits; write the marked workbook."""
    limit()
    resource.setrlimit(resource.RLIMIT_FSIZE, (UNPACKED, UNPACKED))  # openpyxl writes a sheet to a temporary file first
    warnings.simplefilter("ignore")
    notes, _line, content = sys.stdin.buffer.read().partition(b"\n")
    sys.stdout.buffer.write(_marked(content, json.loads(notes)))


def _marked(content: bytes, notes: list[list[Any]]) -> bytes:
    opened(content)
    from openpyxl.comments.comments import Comment  # noqa: PLC0415 - not before the package is known to be small
    from openpyxl.reader.excel import load_workbook  # noqa: PLC0415
    from openpyxl.styles.fills import PatternFill  # noqa: PLC0415

    book = load_workbook(io.BytesIO(content), keep_links=False)
    sheets = {sheet.title[:60]: sheet for sheet in book.worksheets}
    words: dict[tuple[str, int, str], list[str]] = {}
    fills: dict[tuple[str, int, str], Any] = {}
    for name, row, column, said, colour in notes:
        if name in sheets:  # a flaw may be that a sheet is missing
            place = (name, row or 1, column or "A")
            words.setdefault(place, []).append(said)
            fills.setdefault(place, PatternFill("solid", fgColor=colour))
    for (name, row, column), said in words.items():
        cell, fill = sheets[name][f"{column}{row}"], fills[name, row, column]
        if hasattr(cell, "comment") and type(cell).__name__ == "Cell":  # the rest of a merged range takes neither
            cell.fill, cell.comment = fill, Comment("\n".join(said)[:2000], "")
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


if __name__ == "__main__":
    main()
