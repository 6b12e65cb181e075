"""A foreign file taken apart. `reading` runs this as a process of its own; it uses nothing but the standard library, so it starts at once.

It refuses what no honest file has before it parses: packages that unpack to too much, macros, links to other files, document types. Source of the
limits: honest workbooks unpack to 4 to 6 times their size, bombs to a thousand times. Why not openpyxl: docs/decisions.md, Workbooks.
"""

import csv
import io
import json
import posixpath
import re
import resource
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import IO, Any
from xml.parsers import expat

MEMORY = 512 * 1024 * 1024
SECONDS = 20
"""What the process may take: bytes of address space, seconds of processor."""

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


def main() -> None:
    """Read standard input within the limits; write each sheet as a line of JSON, and last {"end": cause of refusal or empty}."""
    limit()
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    cause = ""
    try:
        for sheet in parse(sys.stdin.buffer.read(), int(sys.argv[1])):
            print(json.dumps(sheet))  # noqa: T201 - the answer of the process
    except Refused as refused:
        cause = refused.cause
    except MemoryError:
        cause = "heavy"
    except Exception:  # noqa: BLE001 - whatever a broken file makes a parser raise
        cause = "broken"
    print(json.dumps({"end": cause}))  # noqa: T201


def limit() -> None:
    """Take no more than MEMORY and SECONDS from now on."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def parse(content: bytes, longest: int = LONGEST) -> Iterator[dict[str, Any]]:
    """The sheets of a file as plain values. Raises Refused, or whatever the parser raises on a broken file."""
    if content.startswith(b"PK"):
        yield from _workbook(opened(content), Room(longest))
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


def opened(content: bytes) -> zipfile.ZipFile:
    """A package that may be parsed: a workbook, small enough, without what no sheet needs. Raises Refused."""
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
    return package


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


class Room:
    """What may still be read, and how long a text may be."""

    def __init__(self, longest: int) -> None:
        self.cells, self.characters, self.longest = CELLS, CHARACTERS, longest

    def take(self, value: Any) -> None:
        """Count a cell. Raises Refused when there are too many."""
        self.cells -= 1
        self.characters -= len(value) if isinstance(value, str) else 8
        if self.cells < 0 or self.characters < 0:
            raise Refused("long")


class _Local(dict[str, str]):
    """Names of elements and attributes without their prefix: writers choose prefixes as they like."""

    def __missing__(self, name: str) -> str:
        self[name] = short = name.rpartition(":")[2]
        return short


_local = _Local()

Begin = Callable[[str, dict[str, str]], None]
Tell = Callable[[str], None]


def _walk(source: IO[bytes], begin: Begin, end: Tell | None = None, words: Tell | None = None) -> None:
    """Tell of each element as it begins and ends, and of the words between. Raises ExpatError; Refused for a document type, wherever it hides."""

    def refuse(*_declared: Any) -> None:
        raise Refused("dtd")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, words
    parser.ParseFile(source)


def _list(package: zipfile.ZipFile, name: str) -> list[tuple[str, dict[str, str]]]:
    """The elements of a short part of the package: name and attributes."""
    found: list[tuple[str, dict[str, str]]] = []
    with package.open(name) as source:
        _walk(source, lambda element, given: found.append((_local[element], {_local[key]: value for key, value in given.items()})))
    return found


def _workbook(package: zipfile.ZipFile, room: Room) -> Iterator[dict[str, Any]]:
    """The sheets of a workbook that hold cells, in their order."""
    parts = {}
    strings, styles = "", ""
    for element, given in _list(package, "xl/_rels/workbook.xml.rels"):
        if element == "Relationship" and given.get("TargetMode") != "External":
            kind, place = given["Type"].rpartition("/")[2], posixpath.normpath(posixpath.join("/xl", given["Target"]))[1:]
            if kind == "worksheet":
                parts[given["Id"]] = place
            elif kind == "sharedStrings":
                strings = place
            elif kind == "styles":
                styles = place
    book = _list(package, "xl/workbook.xml")
    names = set(package.namelist())
    shared = _strings(package, strings) if strings in names else []
    kinds = _kinds(_list(package, styles)) if styles in names else []
    since_1904 = any(given.get("date1904") in ("1", "true") for element, given in book if element == "workbookPr")
    sheets = [given for element, given in book if element == "sheet" and given.get("id") in parts]
    if not sheets:
        raise Refused("no_sheet")
    for given in sheets:
        with package.open(parts[given["id"]]) as source:
            sheet = _Worksheet(shared, kinds, room, since_1904=since_1904)
            _walk(source, sheet.begin, sheet.end, sheet.words)
        visible = given.get("state", "visible") == "visible"
        yield {"name": given["name"][:60], "rows": sheet.rows, "visible": visible, "hidden": sheet.hidden, "merged": sheet.merged[:1000]}


def _strings(package: zipfile.ZipFile, name: str) -> list[str]:
    """The texts that cells share. Readings of characters (rPh) are no text."""
    found: list[str] = []
    parts: list[str] = []
    inside, phonetic = False, False

    def begin(element: str, _given: dict[str, str]) -> None:
        nonlocal inside, phonetic
        element = _local[element]
        inside = element == "t" and not phonetic
        phonetic = phonetic or element == "rPh"

    def end(element: str) -> None:
        nonlocal inside, phonetic
        inside, element = False, _local[element]
        if element == "rPh":
            phonetic = False
        elif element == "si":
            found.append(_unescaped("".join(parts)))
            parts.clear()

    def words(text: str) -> None:
        if inside:
            parts.append(text)

    with package.open(name) as source:
        _walk(source, begin, end, words)
    return found


def _unescaped(text: str) -> str:
    """A text as people see it: _x000D_ stands for a character that XML cannot hold. Halves of characters stay as they are written."""
    return re.sub(r"_x((?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


PERCENT, DATE, TIME = "percent", "date", "time"

BUILT_IN = {9: PERCENT, 10: PERCENT, **dict.fromkeys(range(14, 23), DATE), 45: DATE, 46: TIME, 47: DATE}
"""Number formats that workbooks use without declaring them."""


def _kinds(elements: list[tuple[str, dict[str, str]]]) -> list[str]:
    """What the number format of each style makes of a number; empty for a plain one."""
    formats = dict(BUILT_IN)
    kinds: list[str] = []
    inside = False
    for element, given in elements:
        if element in ("cellXfs", "cellStyles", "dxfs"):
            inside = element == "cellXfs"
        elif element == "numFmt" and "numFmtId" in given:
            formats[int(given["numFmtId"])] = _kind(given.get("formatCode", ""))
        elif element == "xf" and inside:
            kinds.append(formats.get(int(given.get("numFmtId", 0)), ""))
    return kinds


def _kind(code: str) -> str:
    """What a declared number format shows: a share in percent, a length of time, a date or an hour; else a number."""
    positive = code.partition(";")[0]
    if re.search(r"\[(hh?|mm?|ss?)\]", positive, re.IGNORECASE):
        return TIME
    plain = re.sub(r'"[^"]*"|\[[^\]]*\]|[\\_].', "", positive)
    return DATE if re.search("[dmhys]", plain, re.IGNORECASE) else PERCENT if "%" in code else ""


class _Worksheet:
    """A sheet while it is read: `rows` (number, cells) that hold something, numbers of `hidden` rows, `merged` places."""

    def __init__(self, strings: list[str], kinds: list[str], room: Room, *, since_1904: bool) -> None:
        self.strings, self.kinds, self.room, self.since_1904 = strings, kinds, room, since_1904
        self.rows: list[tuple[int, list[Any]]] = []
        self.hidden: list[int] = []
        self.merged: list[tuple[int, int, int, int]] = []
        self.row, self.column = 0, 0
        self.cells: list[Any] = []
        self.given: dict[str, str] | None = None  # the attributes of the cell that is open
        self.parts: list[str] = []
        self.inside, self.phonetic, self.formula = False, False, False
        self.letters: dict[str, int] = {}

    def begin(self, element: str, given: dict[str, str]) -> None:
        element = _local[element]
        if element == "c":
            reference = given.get("r")
            self.column = self.column + 1 if reference is None else self.place(reference.rstrip("0123456789"))
            self.given, self.parts, self.formula, self.inside = given, [], False, False
        elif self.given is not None:
            if element == "f":
                self.formula = True
            elif element == "rPh":
                self.phonetic = True
            self.inside = element == "v" or (element == "t" and not self.phonetic)
        elif element == "row":
            self.row = int(given["r"]) if "r" in given else self.row + 1
            self.column, self.cells = 0, []
            if given.get("hidden") in ("1", "true"):
                self.hidden.append(self.row)
        elif element == "mergeCell":
            first, _colon, last = given["ref"].partition(":")
            (left, top), (right, bottom) = self.corner(first), self.corner(last or first)
            self.merged.append((top, left, bottom, right))

    def words(self, text: str) -> None:
        if self.inside:
            self.parts.append(text)

    def end(self, element: str) -> None:
        element = _local[element]
        self.inside = False
        if element == "c" and self.given is not None:
            text, given, self.given = "".join(self.parts), self.given, None
            value = self.value(text, given.get("t", "n"), given.get("s"))
            self.room.take(value)
            if value is not None and self.column <= COLUMNS:
                self.cells += [None] * (self.column - len(self.cells))
                self.cells[self.column - 1] = value
        elif element == "rPh":
            self.phonetic = False
        elif element == "row":
            if self.cells:
                self.rows.append((self.row, self.cells))
            self.cells = []
            if len(self.rows) > ROWS:
                raise Refused("long")

    def place(self, letters: str) -> int:
        """The number of a column, from 1. Raises ValueError for what is none."""
        if letters not in self.letters:
            if not re.fullmatch("[A-Z]{1,3}", letters):
                raise ValueError(letters)
            number = 0
            for letter in letters:
                number = number * 26 + ord(letter) - 64
            self.letters[letters] = number
        return self.letters[letters]

    def corner(self, reference: str) -> tuple[int, int]:
        """Column and row of a place such as B12."""
        plain = reference.replace("$", "")
        letters = plain.rstrip("0123456789")
        return self.place(letters), int(plain[len(letters) :])

    def value(self, text: str, kind: str, style: str | None) -> Any:
        """A cell as JSON has it: text, a number, or a pair of what it is and its value; None for an empty one."""
        if not text:
            return ("formula", "") if self.formula else None
        match kind:
            case "s":
                return _text(self.strings[int(text)], self.room.longest)
            case "str" | "inlineStr":
                return _text(_unescaped(text), self.room.longest)
            case "n":
                number = float(text) if "." in text or "e" in text or "E" in text else int(text)
                shown = self.kinds[int(style)] if style is not None and int(style) < len(self.kinds) else ""
                if not shown:
                    return number
                return (PERCENT, number) if shown == PERCENT else _day(number, shown, since_1904=self.since_1904)
            case _:
                return _special(text, kind)


def _special(text: str, kind: str) -> tuple[str, str]:
    """A yes or no, an error, a date in words."""
    if kind == "b":
        return ("bool", "TRUE" if int(text) else "FALSE")
    if kind == "e":
        return ("error", text[:40])
    try:
        return (DATE, date.fromisoformat(text[:10]).isoformat())
    except ValueError:
        return (TIME, text[:40])


def _day(number: float, shown: str, *, since_1904: bool) -> tuple[str, str]:
    """A number shown as a date or a time: days since 30/12/1899 (the sheets believe in a 29/02/1900), or since 01/01/1904."""
    try:
        if shown == TIME or 0 <= number < 1:
            return (TIME, str(timedelta(seconds=round(number * 86400))))
        start = date(1904, 1, 1) if since_1904 else date(1899, 12, 31 if number < 60 else 30)
        return (DATE, (start + timedelta(days=number // 1)).isoformat())
    except (OverflowError, ValueError):
        return ("error", "#VALUE!")


def _text(value: str, longest: int) -> Any:
    return value if len(value) <= longest else ("long", re.sub(r"\s+", " ", value[:80]))


if __name__ == "__main__":
    main()
