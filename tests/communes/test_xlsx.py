"""The reader of workbooks against openpyxl on the same bytes, and against files that no program writes."""

import io
import re
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format

from communes import xlsx
from tests.sheets import saved


def cells(content: bytes) -> dict[str, Any]:
    """Every cell of the first sheet by its address."""
    sheet = next(xlsx.parse(content))
    return {f"{chr(65 + place)}{row}": value for row, values in sheet["rows"] for place, value in enumerate(values) if value is not None}


def one(value: object, number_format: str = "General") -> Any:
    """A cell after openpyxl has written it."""
    book = Workbook()
    book.active["A1"] = value
    book.active["A1"].number_format = number_format
    return cells(saved(book)).get("A1")


def rewritten(change: dict[str, tuple[str, str]]) -> bytes:
    """A workbook of one cell, A1 = 5, with words of its parts replaced."""
    book = Workbook()
    book.active["A1"] = 5
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(book))) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            before, after = change.get(name, ("", ""))
            text = old.read(name).decode()
            assert before in text
            new.writestr(name, text.replace(before, after))
    return file.getvalue()


SHEET, BOOK, LINKS = "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


def sheet_of(rows: str) -> Any:
    """The cells of a sheet with these rows, as some other program writes them."""
    with zipfile.ZipFile(io.BytesIO(rewritten({}))) as package:
        old = package.read(SHEET).decode()
    found = re.search("<sheetData>.*</sheetData>", old)
    assert found
    return cells(rewritten({SHEET: (found[0], f"<sheetData>{rows}</sheetData>")}))


PLAIN = st.one_of(
    st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(lambda text: not text.startswith("=")),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
)


@given(st.lists(st.lists(st.none() | PLAIN, min_size=1, max_size=6), min_size=1, max_size=6))
def test_texts_and_numbers_are_what_openpyxl_reads(table):
    book = Workbook()
    for row in table:
        book.active.append(row)
    content = saved(book)
    sheet = load_workbook(io.BytesIO(content), data_only=True).active
    expected = {cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None}

    found = cells(content)

    # openpyxl leaves the escape of characters that XML cannot hold as it is written.
    assert {place: value for place, value in found.items() if "_x" not in str(expected[place])} == {
        place: value for place, value in expected.items() if "_x" not in str(value)
    }


@pytest.mark.parametrize(
    ("value", "number_format", "found"),
    [
        (True, "General", ("bool", "TRUE")),
        (False, "General", ("bool", "FALSE")),
        (0.915, "0.0%", ("percent", 0.915)),
        (91.5, "0.00", 91.5),
        (date(2018, 6, 20), "dd/mm/yyyy", ("date", "2018-06-20")),
        (
            datetime(2018, 6, 20, 17, 30),  # noqa: DTZ001 - a cell has no zone
            "dd/mm/yyyy hh:mm",
            ("date", "2018-06-20"),
        ),
        (date(1900, 2, 28), "dd/mm/yyyy", ("date", "1900-02-28")),
        (date(1900, 3, 1), "dd/mm/yyyy", ("date", "1900-03-01")),
        (time(7, 30), "hh:mm", ("time", "7:30:00")),
        (timedelta(hours=30), "[h]:mm", ("time", "1 day, 6:00:00")),
        (5, '"ngày "0', 5),
        (5, "0\\d", 5),
        (1e12, "dd/mm/yyyy", ("error", "#VALUE!")),
        ("=1+1", "General", ("formula", "")),
        ("#N/A", "General", ("error", "#N/A")),
        ("x" * 1001, "General", ("long", "x" * 80)),
    ],
)
def test_a_value_is_told_with_what_it_is(value, number_format, found):
    assert one(value, number_format) == found


@pytest.mark.parametrize(
    "code", sorted(set(BUILTIN_FORMATS.values()) | {"[$-42A]dd mmmm yyyy", "#,##0;[Red]-#,##0", "0_);(0)", '0" điểm"', "[mm]:ss"})
)
def test_a_number_format_means_what_openpyxl_takes_it_for(code):
    expected = xlsx.TIME if is_timedelta_format(code) else xlsx.DATE if is_date_format(code) else xlsx.PERCENT if "%" in code else ""

    assert xlsx._kind(code) == expected


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ('<row r="3"><c t="inlineStr"><is><t>Xã</t></is></c><c><v>7</v></c></row>', {"A3": "Xã", "B3": 7}),
        ("<row><c><v>1</v></c></row><row><c><v>2</v></c></row>", {"A1": 1, "A2": 2}),
        ('<row r="1"><c r="B1" t="str"><f>A1</f><v>Có</v></c><c r="D1"><f>A1</f><v></v></c></row>', {"B1": "Có", "D1": ("formula", "")}),
        ('<row r="1"><c r="A1" t="inlineStr"><is><r><t>Mường </t></r><r><t>Ảng</t></r><rPh><t>x</t></rPh></is></c></row>', {"A1": "Mường Ảng"}),
        ('<row r="1"><c r="A1" t="d"><v>2018-06-20T00:00:00</v></c></row>', {"A1": ("date", "2018-06-20")}),
        ('<row r="1"><c r="A1" t="inlineStr"><is><t>a_x000A_b_x005F_x000A_</t></is></c></row>', {"A1": "a\nb_x000A_"}),
        ('<row r="1"><c r="A1" t="inlineStr"><is><t>_xD83D_</t></is></c></row>', {"A1": "_xD83D_"}),
    ],
)
def test_what_other_programs_write_is_read(rows, found):
    assert sheet_of(rows) == found


def test_prefixes_of_elements_do_not_matter():
    content = rewritten({SHEET: ("", "")})
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        text = package.read(SHEET).decode()
    prefixed = re.sub(r"<(/?)(\w)", r"<\1x:\2", text).replace("xmlns=", "xmlns:x=")

    assert cells(rewritten({SHEET: (text, prefixed)})) == {"A1": 5}


def test_days_count_from_1904_where_the_workbook_says_so():
    style = ('<c r="A1" t="n"><v>5</v>', '<c r="A1" t="d"><v>1904-01-06</v>')
    assert cells(rewritten({SHEET: style})) == {"A1": ("date", "1904-01-06")}
    assert xlsx._day(5, xlsx.DATE, since_1904=True) == ("date", "1904-01-06")


def test_hidden_rows_hidden_sheets_and_merged_cells_are_told():
    book = Workbook()
    book.active.append(["a", "b"])
    book.active.append(["c", "d"])
    book.active.row_dimensions[2].hidden = True
    book.active.merge_cells("A1:B1")
    book.create_sheet("Ẩn").sheet_state = "veryHidden"
    first, second = xlsx.parse(saved(book))

    assert (first["hidden"], first["merged"], first["visible"]) == ([2], [(1, 1, 1, 2)], True)
    assert (second["name"], second["visible"], second["rows"]) == ("Ẩn", False, [])


@pytest.mark.parametrize(
    "change",
    [
        {LINKS: ("/xl/worksheets/sheet1.xml", "/xl/worksheets/none.xml")},
        {SHEET: ('r="A1"', 'r="1A"')},
        {SHEET: ('r="A1"', 'r="ABCD1"')},
        {SHEET: ('<c r="A1" t="n">', '<c r="A1" t="s">')},
        {SHEET: ("</worksheet>", "")},
    ],
)
def test_a_workbook_that_contradicts_itself_is_broken(change):
    with pytest.raises((KeyError, ValueError, IndexError, xlsx.expat.ExpatError)):
        cells(rewritten(change))


def test_a_document_type_is_refused_also_where_nobody_looks_for_xml():
    """A part may have any name; what the package calls a sheet is parsed."""
    with zipfile.ZipFile(io.BytesIO(rewritten({LINKS: ("sheet1.xml", "sheet1.bin")}))) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    text = parts.pop(SHEET).decode()
    parts["xl/worksheets/sheet1.bin"] = b'<!DOCTYPE x [<!ENTITY e "ha">]>' + text[text.index("<worksheet") :].encode()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as new:
        for name, content in parts.items():
            new.writestr(name, content)

    with pytest.raises(xlsx.Refused) as refused:
        cells(file.getvalue())

    assert refused.value.cause == "dtd"
