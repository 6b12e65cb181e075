"""Sheets as people send them, read in a process of its own with limits of memory and time: nothing of a foreign file is opened where the portal runs.

`read` starts `python -m communes.reading`, gives it the file and gets JSON lines back. The child knows nothing of Django, the database or any secret.
It refuses what no honest file has before it parses: packages that unpack to too much, macros, links to other files, document types. Source of the
limits: honest workbooks unpack to 4 to 6 times their size, bombs to a thousand times.
"""

import csv
import io
import json
import re
import resource
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

MEMORY = 512 * 1024 * 1024
SECONDS = 20
"""What a child may take: bytes of address space, seconds of processor."""

UNPACKED, ENTRIES, RATIO, SHEETS = 25 * 1024 * 1024, 300, 100, 50
"""Most that a package may hold: bytes unpacked, entries, times its packed size, sheets."""

ROWS, COLUMNS, CELLS, LONGEST, CHARACTERS = 10_000, 60, 1_000_000, 1_000, 20_000_000
"""Most that is read of a sheet: rows with something in them, columns; cells and characters in all. A longer text is cut and marked."""

KINDS = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old"),  # .xls, and .xlsx with a password, which is wrapped alike
    (b"%PDF", "pdf"),
    (b"{\\rtf", "word"),
    (b"\xff\xd8\xff", "picture"),
    (b"\x89PNG", "picture"),
    (b"<", "html"),
)


class Refused(Exception):
    """A file that is not read; `cause` is a key of `sheets.CAUSES`."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


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
    answer = _child([str(longest)], content)
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
    marked = _child(["mark"], json.dumps(notes).encode() + b"\n" + content)
    if not marked.startswith(b"PK"):
        raise Refused("heavy")
    return marked


def _child(arguments: list[str], content: bytes) -> bytes:
    """What a limited process of this module answers; nothing when it died."""
    try:
        answer = subprocess.run(  # noqa: S603 - our own module, no shell, nothing of the file in the command
            [sys.executable, "-m", "communes.reading", *arguments],
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
    """Read standard input within the limits; write each sheet as a line, and last {"end": cause of refusal or empty}; or ("mark") the marked file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    warnings.simplefilter("ignore")
    if sys.argv[1:] == ["mark"]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (UNPACKED, UNPACKED))  # openpyxl writes a sheet to a temporary file first
        notes, _line, content = sys.stdin.buffer.read().partition(b"\n")
        sys.stdout.buffer.write(_marked(content, json.loads(notes)))
        return
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    cause = ""
    try:
        for sheet in parse(sys.stdin.buffer.read(), int(sys.argv[1])):
            print(json.dumps(sheet))  # noqa: T201 - the answer of the child
    except Refused as refused:
        cause = refused.cause
    except MemoryError:
        cause = "heavy"
    except Exception:  # noqa: BLE001 - whatever a broken file makes a parser raise
        cause = "broken"
    print(json.dumps({"end": cause}))  # noqa: T201


def parse(content: bytes, longest: int = LONGEST) -> Iterator[dict[str, Any]]:
    """The sheets of a file as plain values. Raises Refused, or whatever the parser raises on a broken file."""
    if content.startswith(b"PK"):
        yield from _workbook(content, longest)
        return
    head = content.lstrip(b"\xef\xbb\xbf \r\n\t")
    if cause := next((cause for beginning, cause in KINDS if head.startswith(beginning)), None):
        raise Refused("locked" if cause == "old" and "EncryptedPackage".encode("utf-16-le") in content else cause)
    yield _table(content, longest)


def _table(content: bytes, longest: int) -> dict[str, Any]:
    """A CSV file, its columns separated by semicolons, commas or tabs."""
    try:
        text = content.decode("utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("encoding") from None
    if "\0" in text:
        raise Refused("binary")
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(";,\t", key=head.count)
    if delimiter not in head:
        raise Refused("binary")
    rows = []
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), start=1):
            if any(cell.strip() for cell in cells):
                rows.append((number, [_text(cell, longest) if cell else None for cell in cells[:COLUMNS]]))
            if len(rows) > ROWS:
                raise Refused("long")
    except csv.Error:
        raise Refused("broken") from None
    return {"name": "CSV", "rows": rows, "visible": True, "hidden": [], "merged": []}


def _workbook(content: bytes, longest: int) -> Iterator[dict[str, Any]]:
    _unpacked(content)
    from openpyxl.reader.excel import load_workbook  # noqa: PLC0415 - not before the package is known to be small

    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    if not book.worksheets:
        raise Refused("no_sheet")
    room = Room(longest=longest)
    for sheet in book.worksheets:
        yield _worksheet(sheet, room)


def _unpacked(content: bytes) -> None:
    """Look into a package without parsing anything. Raises Refused."""
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile:
        raise Refused("broken") from None
    entries = package.infolist()
    names = [entry.filename.lower() for entry in entries]
    total = sum(entry.file_size for entry in entries)
    causes = {
        "ods": "mimetype" in names or "content.xml" in names,
        "xlsb": "xl/workbook.bin" in names,
        "word": "word/document.xml" in names,
        "package": "xl/workbook.xml" not in names,
        "locked": any(entry.flag_bits & 1 for entry in entries),
        "heavy": total > min(UNPACKED, max(RATIO * len(content), 1_000_000)) or len(entries) > ENTRIES,
        "broken": len(names) != len(set(names)),
        "macro": any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names),
        "links": any(name.startswith(("xl/externallinks/", "xl/embeddings/", "xl/activex/")) for name in names),
        "sheets": sum(name.startswith(("xl/worksheets/sheet", "xl/chartsheets/")) for name in names) > SHEETS,
    }
    if cause := next((cause for cause, found in causes.items() if found), None):
        raise Refused("heavy" if cause == "sheets" else cause)
    for entry in entries:
        if entry.filename.lower().endswith((".xml", ".rels")):
            _plain_xml(_entry(package, entry))


def _plain_xml(text: bytes) -> None:
    """Raise Refused for what a sheet never declares."""
    if b"macroEnabled" in text:
        raise Refused("macro")
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text or b"\0" in text:
        raise Refused("dtd")


def _entry(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with package.open(entry) as source:
        text = source.read(entry.file_size + 1)
    if len(text) > entry.file_size:
        raise Refused("broken")
    return text


@dataclass
class Room:
    """What may still be read, and how long a text may be."""

    cells: int = CELLS
    characters: int = CHARACTERS
    longest: int = LONGEST

    def take(self, value: Any) -> None:
        """Count a cell. Raises Refused when there are too many."""
        self.cells -= 1
        self.characters -= len(value) if isinstance(value, str) else 8
        if self.cells < 0 or self.characters < 0:
            raise Refused("long")


def _marked(content: bytes, notes: list[list[Any]]) -> bytes:
    _unpacked(content)
    from openpyxl.comments.comments import Comment  # noqa: PLC0415 - as above
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


def _worksheet(sheet: Any, room: Room) -> dict[str, Any]:
    from openpyxl.worksheet import _reader as reader  # noqa: PLC0415

    percents = {place for place, style in enumerate(sheet.parent._cell_styles) if "%" in _format(sheet.parent, style)}  # noqa: SLF001

    class Parser(reader.WorkSheetParser):
        """The streaming parser, which also tells a formula that has no value."""

        def parse_cell(self, element: Any) -> dict[str, Any]:
            cell: dict[str, Any] = super().parse_cell(element)
            if cell["value"] is None and element.find(reader.FORMULA_TAG) is not None:
                cell |= {"value": "", "data_type": "f"}
            return cell

    rows, book = [], sheet.parent
    with sheet._get_source() as source:  # noqa: SLF001
        parser = Parser(source, sheet._shared_strings, True, book.epoch, book._date_formats, book._timedelta_formats)  # noqa: SLF001
        for number, cells in parser.parse():
            values: list[Any] = []
            for cell in cells:
                room.take(cell["value"])
                if cell["value"] is not None and cell["column"] <= COLUMNS:
                    values += [None] * (cell["column"] - len(values))
                    values[cell["column"] - 1] = _plain(cell, percents, room.longest)
            if any(value is not None for value in values):
                rows.append((number, values))
            if len(rows) > ROWS:
                raise Refused("long")
    hidden = [int(number) for number, given in parser.row_dimensions.items() if given.get("hidden") in ("1", "true")]
    merged = [
        (place.min_row, place.min_col, place.max_row, place.max_col) for place in (parser.merged_cells.mergeCell if parser.merged_cells else ())
    ]
    return {"name": sheet.title[:60], "rows": rows, "visible": sheet.sheet_state == "visible", "hidden": hidden, "merged": merged[:1000]}


def _format(book: Any, style: Any) -> str:
    from openpyxl.styles.numbers import BUILTIN_FORMATS  # noqa: PLC0415

    number = style.numFmtId
    return str(BUILTIN_FORMATS.get(number) or (book._number_formats[number - 164] if 0 <= number - 164 < len(book._number_formats) else ""))  # noqa: SLF001


def _plain(cell: dict[str, Any], percents: set[int], longest: int) -> Any:
    """A cell as JSON has it: text, a number, or a pair of what it is and its value."""
    value = cell["value"]
    match value:
        case bool():
            return ("bool", "TRUE" if value else "FALSE")
        case str():
            return _text(value, longest) if cell["data_type"] in ("s", "n") else ("error" if cell["data_type"] == "e" else "formula", value[:40])
        case datetime():
            return ("date", value.date().isoformat())
        case date():
            return ("date", value.isoformat())
        case time() | timedelta():
            return ("time", str(value))
        case _:
            return ("percent", value) if cell["style_id"] in percents else value


def _text(value: str, longest: int) -> Any:
    return value if len(value) <= longest else ("long", re.sub(r"\s+", " ", value[:80]))


if __name__ == "__main__":
    main()
