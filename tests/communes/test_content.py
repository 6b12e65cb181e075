"""What a file is by its content: every kind that is taken, and every bad file with the reason for which it is not."""

import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from communes.content import Flaw, Kind, Unfit, kind_as_named, kind_of
from communes.sentences import UNFIT, unfit_file

MB = 1024 * 1024
PDF, JPG = b"%PDF-1.4\n1 0 obj\nendobj\n%%EOF\n", b"\xff\xd8\xff\xe0 JFIF"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff\x08\x02\0\0\0" + b"\0\0\0\0IEND\xaeB`\x82"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TYPES = {"[Content_Types].xml": b"<Types/>"}
DOCX, XLSX = TYPES | {"word/document.xml": b"<x/>"}, TYPES | {"xl/workbook.xml": b"<x/>"}
MACRO_TYPES = {"[Content_Types].xml": b'<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'}


def package(parts: dict[str, bytes], *, twice: str = "") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        if twice:
            with pytest.warns(UserWarning, match="Duplicate name"):
                archive.writestr(twice, b"<y/>")
    return made.getvalue()


def locked(parts: dict[str, bytes]) -> bytes:
    """A package whose parts are marked as encrypted, in both headers of each."""
    content = bytearray(package(parts))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + place] |= 1
            at = content.find(mark, at + 4)
    return bytes(content)


GOOD = {
    "a.pdf": (PDF, Kind.PDF),
    "a.PDF": (PDF, Kind.PDF),
    "a.png": (PNG, Kind.PNG),  # of 4,294,967,295 pixels a side: nothing is decoded
    "a.jpg": (JPG, Kind.JPG),
    "a.JPEG": (JPG, Kind.JPG),
    "bao.cao.docx": (package(DOCX), Kind.DOCX),
    "a.xlsx": (package(XLSX), Kind.XLSX),
}

BAD = {
    "0 bytes": ("a.pdf", b"", Flaw.EMPTY),
    "a program": ("a.pdf", b"MZ\x90\0", Flaw.UNKNOWN),
    "a page": ("a.pdf", b"<html><script>1</script>", Flaw.UNKNOWN),
    "a drawing that may hold a script": ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", Flaw.UNKNOWN),
    "a PDF that does not begin the file": ("a.pdf", b"MZ" + PDF, Flaw.UNKNOWN),
    "half a PDF": ("a.pdf", PDF[:-8] + b" " * 3000, Flaw.CUT),
    "half a picture": ("a.png", PNG[:30], Flaw.CUT),
    "a picture called a PDF": ("a.pdf", PNG, Flaw.MISNAMED),
    "a workbook called a document": ("a.docx", package(XLSX), Flaw.MISNAMED),
    "without an ending": ("a", PDF, Flaw.MISNAMED),
    "a plain zip": ("a.docx", package({"anh.jpg": JPG}), Flaw.PACKAGE),
    "an OpenDocument": ("a.docx", package({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}), Flaw.PACKAGE),
    "a package without its list of types": ("a.docx", package({"word/document.xml": b"<x/>"}), Flaw.PACKAGE),
    "half a package": ("a.docx", package(DOCX)[:-30], Flaw.BROKEN),
    "only the beginning of a package": ("a.docx", b"PK\x03\x04", Flaw.BROKEN),
    "a part twice": ("a.docx", package(DOCX, twice="word/document.xml"), Flaw.BROKEN),
    "docm": ("a.docm", package(DOCX | {"word/vbaProject.bin": b"x"}), Flaw.MACRO),
    "docm called docx": ("a.docx", package(DOCX | {"word/vbaProject.bin": b"x"}), Flaw.MACRO),
    "macros under another name": ("a.docx", package(DOCX | MACRO_TYPES | {"word/quiet.bin": b"x"}), Flaw.MACRO),
    "xlsm": ("a.xlsm", package(XLSX | {"xl/vbaProject.bin": b"x"}), Flaw.MACRO),
    "macros of Excel 4": ("a.xlsx", package(XLSX | {"xl/macrosheets/sheet1.xml": b"<x/>"}), Flaw.MACRO),
    "a bomb": ("a.xlsx", package(XLSX | {"xl/sharedStrings.xml": b"x" * 40 * MB}), Flaw.HEAVY),
    "thousands of parts": ("a.docx", package(DOCX | {f"word/{n}": b"" for n in range(2500)}), Flaw.HEAVY),
    "doc": ("a.doc", OLE + b"x" * 600, Flaw.OLD),
    "a document with a password": ("a.docx", OLE + b"x" * 600 + "EncryptedPackage".encode("utf-16-le"), Flaw.LOCKED),
    "a package with a password": ("a.docx", locked(DOCX), Flaw.LOCKED),
    "11 MB": ("a.pdf", PDF + b" " * 11 * MB, Flaw.LARGE),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_file_is_what_it_holds_where_its_name_says_the_same(name):
    content, kind = GOOD[name]
    file = io.BytesIO(content)

    assert kind_as_named(file, name, largest=10 * MB) == kind
    assert file.tell() == 0


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_with_its_reason(case):
    name, content, flaw = BAD[case]

    with pytest.raises(Unfit) as refused:
        kind_as_named(io.BytesIO(content), name, largest=10 * MB)

    assert refused.value.flaw == flaw
    assert f"“{name}”" in unfit_file(refused.value, name, 10 * MB)


def test_every_flaw_has_a_case_and_words():
    assert {flaw for _name, _content, flaw in BAD.values()} == set(Flaw) == set(UNFIT)


def test_a_file_under_a_wrong_name_is_called_what_it_is():
    with pytest.raises(Unfit) as refused:
        kind_as_named(io.BytesIO(PNG), "quyet-dinh.pdf", largest=MB)

    words = unfit_file(refused.value, "quyet-dinh.pdf", MB)

    assert words.startswith("“quyet-dinh.pdf” thật ra là ảnh PNG. Loại tệp tính theo nội dung, không theo tên")
    assert ".png" in words


@given(st.binary(max_size=200))
@example(package(DOCX)[:60])
def test_any_bytes_are_a_kind_or_unfit(content):
    try:
        kind = kind_of(io.BytesIO(content))
    except Unfit:
        return
    assert kind in {Kind.PDF, Kind.JPG, Kind.PNG}


@given(st.sampled_from([package(DOCX), package(XLSX), PDF, PNG]), st.data())
def test_a_file_with_any_bytes_changed_is_a_kind_or_unfit(content, data):
    changed = bytearray(content)
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=8)):
        changed[place] = data.draw(st.integers(0, 255))
    with suppress(Unfit):
        assert kind_of(io.BytesIO(changed)) in set(Kind)
