"""What a file is by its content: its first and last bytes and, for packages, the list of what is inside. Pure; nothing is unpacked but that list.

Files are taken by what they are, not by what they are called, and the name must say the same: whoever opens the file later goes by its name.
"""

import struct
import zlib
from enum import StrEnum
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile, ZipInfo


class Kind(StrEnum):
    """Kinds of files that documents and evidence come as; the value is the ending of their names."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    JPG = "jpg"
    PNG = "png"


class Flaw(StrEnum):
    """Why a file is not taken."""

    LARGE = "large"
    EMPTY = "empty"
    UNKNOWN = "unknown"
    OLD = "old"
    LOCKED = "locked"
    MACRO = "macro"
    HEAVY = "heavy"
    PACKAGE = "package"
    BROKEN = "broken"
    CUT = "cut"
    MISNAMED = "misnamed"


class Unfit(Exception):
    """A file that is not taken: why, and (where its name says otherwise) what it really is."""

    def __init__(self, flaw: Flaw, kind: Kind | None = None) -> None:
        super().__init__(flaw)
        self.flaw, self.kind = flaw, kind


PLAIN = {Kind.PDF: (b"%PDF-", b"%%EOF"), Kind.PNG: (b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"), Kind.JPG: (b"\xff\xd8\xff", b"")}
"""How a kind begins, and what stands near its end; cameras write what they like behind a JPEG."""

PARTS = {Kind.DOCX: "word/document.xml", Kind.XLSX: "xl/workbook.xml"}
"""The part that tells one kind of package from another."""

TYPES = "[Content_Types].xml"
TAIL = 2048
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Word and Excel before 2007; also the wrapping of a newer file with a password."""

ENTRIES, UNPACKED, RATIO, SMALL = 2000, 200 * 1024 * 1024, 100, 1024 * 1024
"""What an honest package stays below: parts, bytes unpacked, times its packed size (told only above SMALL bytes). Honest files unpack 4 to 25 times."""

UNREADABLE = (BadZipFile, ValueError, OSError, NotImplementedError, EOFError, OverflowError, RuntimeError, struct.error, zlib.error)
"""What the reader of packages raises on bytes that only begin like one."""


def kind_as_named(content: BinaryIO, name: str, *, largest: int) -> Kind:
    """What a file is, where its name says the same and it has at most `largest` bytes. Raises Unfit; leaves the file at its beginning."""
    size = content.seek(0, 2)
    if size > largest:
        raise Unfit(Flaw.LARGE)
    kind = kind_of(content)
    content.seek(0)
    if name.rsplit(".", 1)[-1].lower().replace("jpeg", "jpg") != kind:
        raise Unfit(Flaw.MISNAMED, kind)
    return kind


def kind_of(content: BinaryIO) -> Kind:
    """What a file is, whatever its name says. Raises Unfit."""
    size = content.seek(0, 2)
    if not size:
        raise Unfit(Flaw.EMPTY)
    content.seek(0)
    head = content.read(len(OLE))
    if head == OLE:
        raise Unfit(Flaw.LOCKED if "EncryptedPackage".encode("utf-16-le") in content.read() else Flaw.OLD)
    if head.startswith(b"PK\x03\x04"):
        return _package(content, size)
    for kind, (beginning, ending) in PLAIN.items():
        if head.startswith(beginning):
            content.seek(max(size - TAIL, 0))
            if ending not in content.read():
                raise Unfit(Flaw.CUT)
            return kind
    raise Unfit(Flaw.UNKNOWN)


def _package(content: BinaryIO, size: int) -> Kind:
    try:
        with ZipFile(content) as package:
            entries = package.infolist()
            if flaw := _flaw(entries, size):
                raise Unfit(flaw)
            names = {entry.filename for entry in entries}
            kind = next((kind for kind, part in PARTS.items() if part in names), None)
            if kind is None or TYPES not in names:
                raise Unfit(Flaw.PACKAGE)
            with package.open(TYPES) as types:
                declared = types.read(SMALL)
    except UNREADABLE:
        raise Unfit(Flaw.BROKEN) from None
    if b"macroEnabled" in declared or b"vbaProject" in declared:
        raise Unfit(Flaw.MACRO)
    return kind


def _flaw(entries: list[ZipInfo], size: int) -> Flaw | None:
    """What is wrong with a package by the list of its parts."""
    names = [entry.filename.lower() for entry in entries]
    total = sum(entry.file_size for entry in entries)
    if len(entries) > ENTRIES or total > min(UNPACKED, max(RATIO * size, SMALL)):
        return Flaw.HEAVY
    if any(entry.flag_bits & 1 for entry in entries):
        return Flaw.LOCKED
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        return Flaw.MACRO
    return Flaw.BROKEN if len(names) != len(set(names)) else None
