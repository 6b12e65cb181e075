"""The workbook of a commune's form, written, filled as clerks do and read back: no database, real files."""

import io
import json
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from communes.reading import _sheet
from communes.xlsx import Refused, parse
from scoring import sheets
from scoring.sheets import FORM, HEAD, LONGEST, TEMPLATE, Form, Reading, Row, steps
from scoring.workbook import workbook
from tests.sheets import saved

FIRST = HEAD + 2
"""The row of the first criterion: below the header and the row of its group."""


HELD = (Decimal("14.50"), "Theo biên bản.\nSố 12.")
"""What CC01 and CC02 hold; CC03 is empty."""


def a_form(unit: str = "03124", period: str = "2018-Y", **changes: Row) -> Form:
    """Two groups; criteria of 20 and 7,5 points; what CC01 holds is told by `CC01=a_row(...)`."""
    rows = [
        Row("CG1", "I", "Hoạt động của HĐND, UBND", Decimal(40), group=True),
        a_row("CC01"),
        a_row("CC02"),
        Row("CG2", "II", "Kinh tế - xã hội", Decimal("7.5"), group=True),
        a_row("CC03", maximum=Decimal("7.50"), points=None, words=""),
    ]
    rows = [changes.get(row.code, row) for row in rows]
    return Form((unit, "Phường Noong Bua"), (period, "Năm 2018"), ("qd-34-2011", "Quyết định 34/2011/QĐ-UBND"), 3, rows)


def a_row(code: str = "CC01", **held: object) -> Row:
    row = Row(code, f"I.{code[-1]}", f"Tiêu thức “{code}”", Decimal(20), "Đủ kỳ họp; có chương trình giám sát.", points=Decimal("14.50"), version=2)
    return row._replace(words="Theo biên bản.\nSố 12.")._replace(**held)


@cache
def template() -> bytes:
    return workbook(a_form())


def touched(touch: Callable[[Workbook], object], content: bytes | None = None) -> bytes:
    """A workbook after somebody worked on it."""
    book = load_workbook(io.BytesIO(content or template()))
    touch(book)
    return saved(book)


def cell(name: str, value: object) -> bytes:
    """The workbook with one cell of the form changed."""
    return touched(lambda book: book[FORM].__setitem__(name, value))


def read(content: bytes, form: Form | None = None) -> Reading:
    """What a file says: parsed here, which spares a process for each of many files; the pages' tests go through that."""
    found = [_sheet(json.loads(json.dumps(line))) for line in parse(content, LONGEST)]
    return sheets.read(found, form or a_form())


def values(reading: Reading) -> dict[str, tuple[Decimal | None, str]]:
    return {code: (said.value, said.words) for code, said in reading.said.items()}


def at(reading: Reading) -> list[str]:
    return [f"{flaw.column}{flaw.row}" for flaw in reading.flaws.kept]


def test_what_is_written_is_read_back_and_changes_nothing():
    reading = read(template())

    assert (reading.refused, reading.flaws.kept, reading.warnings.kept) == ("", [], [])
    assert values(reading) == {"CC01": HELD, "CC02": HELD, "CC03": (None, "")}
    assert list(sheets.steps(reading.said, a_form())) == []


def test_the_sheet_is_locked_but_for_what_is_filled_in_and_ready_to_print():
    book = load_workbook(io.BytesIO(workbook(a_form(CC02=a_row("CC02", open=False, remark="Xem lại")))))
    sheet = book[FORM]

    assert [one.title for one in book.worksheets] == ["Hướng dẫn", FORM, TEMPLATE]
    assert book[TEMPLATE].sheet_state == "veryHidden"
    assert sheet.protection.sheet
    assert [sheet[f"{column}{FIRST}"].value for column in "ABCD"] == ["I.1", "CC01", "Tiêu thức “CC01”", 20]
    assert [sheet[f"{column}{FIRST}"].protection.locked for column in "ABCDEFGH"] == [True, True, True, True, False, False, True, True]
    assert [sheet[f"{column}{FIRST + 1}"].protection.locked for column in "EF"] == [True, True]
    assert "Xem lại" in sheet[f"E{FIRST + 1}"].comment.text
    assert sheet.freeze_panes == f"D{HEAD + 1}"
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation, sheet.print_title_rows) == (9, "landscape", f"${HEAD}:${HEAD}")
    rules = {str(rule.sqref): (rule.type, rule.formula1) for rule in sheet.data_validations.dataValidation}
    assert rules[f"E{FIRST}"] == ("custom", f"AND(ISNUMBER(E{FIRST}),E{FIRST}>=0,E{FIRST}<=20,ROUND(E{FIRST},2)=E{FIRST})")
    assert rules[f"F{FIRST}"] == ("textLength", "4000")


def a_rubric() -> Form:
    """CC01 is judged by levels, CC02 may not apply."""
    return a_form(
        CC01=a_row(points=Decimal(20), levels=((Decimal(20), "Đủ"), (Decimal("12.5"), "Thiếu một việc"))), CC02=a_row("CC02", may_not_apply=True)
    )


def test_levels_and_what_does_not_apply_are_picked_from_lists():
    book = load_workbook(io.BytesIO(workbook(a_rubric())))
    sheet, marks = book[FORM], book["Mức điểm"]

    rules = {str(rule.sqref): (rule.type, rule.formula1, rule.errorStyle, bool(rule.error)) for rule in sheet.data_validations.dataValidation}
    assert rules[f"E{FIRST}"] == ("list", "'Mức điểm'!$C$2:$C$3", None, True)  # no style said is to stop
    assert [[cell_.value for cell_ in row] for row in marks["A2:D3"]] == [
        ["CC01", "Tiêu thức “CC01”", 20, "Đủ"],
        ["CC01", "Tiêu thức “CC01”", 12.5, "Thiếu một việc"],
    ]
    assert marks.protection.sheet
    assert rules[f"E{FIRST + 1}"][0] == "custom"  # 12,25 too: no list of hundredths
    assert rules[f"G{FIRST + 1}"] == ("list", '"Có"', None, True)
    assert [sheet[f"G{row}"].protection.locked for row in (FIRST, FIRST + 1)] == [True, False]
    assert read(workbook(a_rubric()), a_rubric()).warnings.kept == []


def test_what_does_not_apply_goes_through_the_file():
    form = a_rubric()

    def fill(book: Workbook) -> None:
        book[FORM][f"E{FIRST}"] = "12,5"
        book[FORM][f"E{FIRST + 1}"], book[FORM][f"G{FIRST + 1}"] = None, unicodedata.normalize("NFD", "có")

    found = list(steps(read(touched(fill, workbook(form)), form).said, form))
    assert [(step.row.code, step.said.held) for step in found] == [("CC01", (Decimal("12.50"), HELD[1], False)), ("CC02", (None, HELD[1], True))]
    assert found[1].lines() == [(f"E{FIRST + 1}", "Điểm tự chấm", "14,5", "–"), (f"G{FIRST + 1}", "Không áp dụng", "–", "Có")]

    after = a_form(CC01=form.rows[1], CC02=form.rows[2]._replace(points=None, na=True))
    assert list(steps(read(workbook(after), after).said, after)) == []


@pytest.mark.parametrize(
    ("name", "value", "where", "why"),
    [
        (f"G{FIRST + 1}", "Có", f"G{FIRST + 1}", "Vừa có điểm vừa ghi không áp dụng."),
        (f"G{FIRST + 1}", "không", f"G{FIRST + 1}", "Không rõ có áp dụng hay không."),
        (f"G{FIRST}", "Có", f"G{FIRST}", "Tiêu thức này luôn áp dụng."),
        (f"E{FIRST}", 13, f"E{FIRST}", "Không phải điểm của một mức."),
    ],
)
def test_what_cannot_be_of_a_level_or_of_what_does_not_apply_is_a_flaw(name, value, where, why):
    form = a_rubric()
    reading = read(touched(lambda book: book[FORM].__setitem__(name, value), workbook(form)), form)

    assert [(f"{flaw.column}{flaw.row}", flaw.why) for flaw in reading.flaws.kept] == [(where, why)]


def test_who_only_reads_gets_every_cell_locked():
    sheet = load_workbook(io.BytesIO(workbook(a_form(), writes=False)))[FORM]

    assert {cell_.protection.locked for row in sheet.iter_rows() for cell_ in row} == {True}


@pytest.mark.parametrize("words", ["=1+1", "+84 215", "-2", "@SUM(A1)", "=cmd|' /C calc'!A0"])
def test_a_note_never_becomes_a_formula_and_comes_back_as_it_was(words):
    content = workbook(a_form(CC01=a_row(words=words)))

    assert load_workbook(io.BytesIO(content))[FORM][f"F{FIRST}"].data_type == "s"
    assert read(content).said["CC01"].words == words


@given(st.decimals(0, 20, places=2))
def test_points_are_the_same_as_a_number_and_as_text_with_comma_or_point(value):
    plain = f"{value:f}"

    for typed in (float(value), plain, plain.replace(".", ","), f" {plain} "):
        assert sheets.points(typed, Decimal(20)) == value


def test_points_from_0_to_20_go_through_a_real_file():
    every = [Decimal(n).scaleb(-2) for n in range(0, 2001, 10)] + [Decimal(n).scaleb(-2) for n in range(1, 2001, 19)]
    form = Form(("03124", "Phường Noong Bua"), ("2018-Y", "Năm 2018"), ("s", "S"), 0, [a_row(f"CC{n}", points=None) for n in range(len(every))])

    def fill(book: Workbook) -> None:
        for n, value in enumerate(every):
            book[FORM][f"E{HEAD + 1 + n}"] = [float(value), str(value), str(value).replace(".", ",")][n % 3]

    reading = read(touched(fill, workbook(form)), form)

    assert reading.flaws.kept == []
    assert [said.value for said in reading.said.values()] == every


@pytest.mark.parametrize(
    ("value", "points"), [(12, "12.00"), ("１２,５", "12.50"), (0, "0.00"), ("0", "0.00"), (20.000000000000004, "20.00"), (-0.0, "0.00")]
)
def test_points_are_read_however_they_were_typed(value, points):
    reading = read(cell(f"E{FIRST}", value))

    assert reading.flaws.kept == []
    assert reading.said["CC01"].points == points


WRONG_POINTS = [-1, 20.01, 12.345, "mười", unicodedata.normalize("NFD", "mười"), "12;5", "1e1", "NaN", "80%", "20,001", "8/10", "1.234,5", "x" * 300]
WRONG_POINTS += [1e300, True, "#N/A", "=1/0", "=SUM(A1:A2)", date(2018, 5, 12)]


@pytest.mark.parametrize("value", WRONG_POINTS)
def test_a_cell_that_holds_no_points_is_a_flaw_at_its_address_with_a_remedy(value):
    reading = read(cell(f"E{FIRST}", value))

    assert at(reading) == [f"E{FIRST}"]
    assert reading.flaws.kept[0].why
    assert reading.flaws.kept[0].mend
    assert "CC01" not in reading.said


@pytest.mark.parametrize(
    ("value", "why", "mend"),
    [
        ("mười", "Không phải là số điểm.", "Gõ một số từ 0 đến 20"),
        (21, "Nằm ngoài thang điểm, từ 0 đến 20.", "Gõ một số từ 0 đến 20"),
        (date(2018, 5, 12), "Excel đã đổi số thành ngày giờ.", "gõ lại với dấu phẩy, ví dụ 8,5"),
        (12.345, "Có quá hai chữ số sau dấu phẩy.", "nhiều nhất hai chữ số"),
        ("#N/A", "Ô báo lỗi #N/A của Excel.", "Sửa công thức, hoặc gõ thẳng giá trị."),
    ],
)
def test_what_is_wrong_with_points_is_said_in_words(value, why, mend):
    [flaw] = read(cell(f"E{FIRST}", value)).flaws.kept

    assert (flaw.header, why in flaw.why, mend in flaw.mend) == ("Điểm tự chấm", True, True)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (unicodedata.normalize("NFD", "Đã họp đủ kỳ"), "Đã họp đủ kỳ"),
        ("  Đã họp\u200b  ", "Đã họp"),
        ("Dòng một\nDòng hai", "Dòng một\nDòng hai"),
        (2018, "2018"),
        ("x" * 4000, "x" * 4000),
        (None, ""),
    ],
)
def test_a_note_is_stored_as_the_page_stores_it(value, words):
    reading = read(cell(f"F{FIRST}", value))

    assert reading.flaws.kept == []
    assert reading.said["CC01"].words == words


WRONG_WORDS = ["x" * 4001, "#REF!", "=1/0", "§iÖn Biªn"]


@pytest.mark.parametrize("value", WRONG_WORDS)
def test_a_note_that_cannot_be_meant_is_a_flaw(value):
    assert at(read(cell(f"F{FIRST}", value))) == [f"F{FIRST}"]


def a_copy(book: Workbook) -> None:
    book.copy_worksheet(book[FORM]).title = "Phiếu tự chấm (2)"


@pytest.mark.parametrize(
    ("content", "cause", "about"),
    [
        (lambda: b"%PDF-1.7", "pdf", ""),
        (lambda: saved(Workbook()), "no_template", ""),
        ("Mã;Điểm\nCC01;12\n".encode, "no_template", ""),
        (lambda: touched(lambda book: book.remove(book[TEMPLATE])), "no_template", ""),
        (lambda: touched(lambda book: book[TEMPLATE].__setitem__("B2", "03127")), "forged", ""),
        (lambda: touched(lambda book: book[TEMPLATE].__setitem__("B6", "20.00;9;00000000")), "forged", ""),
        (lambda: workbook(a_form(unit="03127")), "other_unit", "03127"),
        (lambda: workbook(a_form(period="2018-H1")), "other_period", "2018-H1"),
        (lambda: workbook(a_form(CC02=a_row("CC09"))), "old_template", ""),
        (lambda: workbook(a_form(CC02=a_row("CC02", maximum=Decimal(15)))), "old_template", ""),
        (lambda: touched(lambda book: setattr(book[FORM], "title", "Sheet1")), "no_form", ""),
        (lambda: touched(lambda book: setattr(book[FORM], "sheet_state", "hidden")), "no_form", ""),
        (lambda: touched(lambda book: book[FORM].delete_rows(HEAD)), "no_head", ""),
    ],
)
def test_a_file_that_is_not_this_form_is_refused_by_name(content, cause, about):
    try:
        reading = read(content())
    except Refused as refused:
        reading = Reading(refused=refused.cause)

    assert (reading.refused, reading.about, reading.said) == (cause, about, {})
    assert all(str(words) for words in sheets.CAUSES[cause])


def test_a_form_of_another_layout_is_refused(monkeypatch):
    old = template()
    monkeypatch.setattr(sheets, "VERSION", "3")

    assert read(old).refused == "old_template"


@pytest.mark.parametrize(
    ("touch", "where", "why"),
    [
        (lambda book: book[FORM].__setitem__("A1", "PHIẾU CỦA XÃ KHÁC"), "A1", "Dòng đầu phiếu đã bị sửa"),
        (lambda book: book[FORM].__setitem__("A2", None), "A2", "Dòng đầu phiếu đã bị sửa"),
        (lambda book: book[FORM].__setitem__(f"E{HEAD}", "Điểm"), f"E{HEAD}", "Tiêu đề đã đổi"),
        (lambda book: book[FORM].__setitem__(f"A{FIRST}", "I.9"), f"A{FIRST}", "Ô khóa đã bị sửa; mẫu ghi “I.1”"),
        (lambda book: book[FORM].__setitem__(f"C{FIRST}", "Tiêu thức khác"), f"C{FIRST}", "Ô khóa đã bị sửa"),
        (lambda book: book[FORM].__setitem__(f"D{FIRST}", 25), f"D{FIRST}", "Ô khóa đã bị sửa; mẫu ghi “20”"),
        (lambda book: book[FORM].__setitem__(f"H{FIRST}", None), f"H{FIRST}", "Ô khóa đã bị sửa"),
        (lambda book: book[FORM].__setitem__(f"D{FIRST - 1}", 30), f"D{FIRST - 1}", "Ô khóa đã bị sửa; mẫu ghi “40”"),
        (lambda book: book[FORM].__setitem__(f"E{FIRST - 1}", 30), f"E{FIRST - 1}", "Hàng nhóm tiêu thức không chấm điểm"),
        (lambda book: book[FORM].__setitem__(f"B{FIRST}", "CC99"), f"B{FIRST}", "Mã tiêu thức đã đổi; mẫu ghi CC01"),
        (lambda book: book[FORM].__setitem__(f"B{FIRST}", "CC02"), f"B{FIRST + 1}", "Mã CC02 đã có ở hàng 6"),
        (lambda book: book[FORM].delete_rows(FIRST), "0", "Thiếu hàng I.1 “Tiêu thức “CC01””"),
        (lambda book: book[FORM].append([None, None, "Cộng", 47.5, 30]), f"B{FIRST + 4}", "Hàng này không có trong mẫu"),
        (lambda book: book[FORM].merge_cells(f"E{FIRST}:E{FIRST + 1}"), f"E{FIRST}", "Ô gộp"),
        (lambda book: setattr(book[FORM].row_dimensions[FIRST], "hidden", True), f"E{FIRST}", "đang ẩn"),
        (a_copy, "0", "bản sao"),
    ],
)
def test_a_locked_cell_or_a_shape_that_was_changed_is_a_flaw_at_its_place(touch, where, why):
    reading = read(touched(touch))

    assert (where, True) in [(place, why in flaw.why) for place, flaw in zip(at(reading), reading.flaws.kept, strict=True)]
    assert all(flaw.mend for flaw in reading.flaws.kept)


def test_what_nobody_reads_is_said_and_does_not_hinder():
    def touch(book: Workbook) -> None:
        book[FORM]["I6"] = "nháp"
        book.create_sheet("Nháp")["A1"] = 5

    reading = read(touched(touch))

    assert reading.flaws.kept == []
    assert [(flaw.sheet, flaw.column) for flaw in reading.warnings.kept] == [(FORM, "I"), ("Nháp", "")]


def decomposed(book: Workbook) -> None:
    """Every text as macOS and some keyboards write it, the criteria in another order, a row put in above, the name of the sheet too."""
    sheet = book[FORM]
    for row in sheet.iter_rows():
        for one in row:
            if isinstance(one.value, str) and not one.value.startswith("="):
                one.value = unicodedata.normalize("NFD", one.value)
    first, second = ([one.value for one in sheet[row]] for row in (FIRST, FIRST + 1))
    for row, values in ((FIRST, second), (FIRST + 1, first)):
        for column, value in enumerate(values, start=1):
            sheet.cell(row, column, value)
    sheet.insert_rows(1)
    sheet.title = unicodedata.normalize("NFD", FORM)


def test_what_can_be_understood_in_one_way_only_is_understood():
    reading = read(touched(decomposed))

    assert reading.flaws.kept == []
    assert values(reading) == {"CC01": HELD, "CC02": HELD, "CC03": (None, "")}


def test_of_100_seeded_wrong_cells_every_one_is_found_and_no_right_one_is_blamed():
    dice = Random(34)
    form = Form(("03124", "Phường Noong Bua"), ("2018-Y", "Năm 2018"), ("s", "S"), 0, [a_row(f"CC{n}", number=f"I.{n}") for n in range(60)])
    book, seeded = load_workbook(io.BytesIO(workbook(form))), set()
    locked = {"A": ["I", None, 5], "C": ["Tiêu thức khác", None], "D": [19, "20", None], "G": ["Có"], "H": [None, "Không rõ"]}
    wrong = {"E": [value for value in WRONG_POINTS if value is not None], "F": WRONG_WORDS, **locked}
    for row, column in dice.sample([(row, column) for row in range(HEAD + 1, HEAD + 61) for column in wrong], 100):
        book[FORM][f"{column}{row}"] = dice.choice(wrong[column])
        seeded.add((FORM, row, column))

    reading = read(saved(book), form)

    assert reading.flaws.cells == seeded
    assert reading.flaws.count == len(seeded) == 100


def later(**changes: Row) -> Form:
    """The form after somebody worked on its page."""
    return a_form(**changes)


def told(content: bytes, form: Form) -> list[tuple[str, bool, bool]]:
    return [(step.row.code, step.clash, step.locked) for step in steps(read(content).said, form)]


def test_a_cell_that_nobody_touched_changes_nothing_whatever_became_of_the_page():
    assert told(template(), later(CC01=a_row(points=Decimal(3), version=9))) == []


def test_a_touched_cell_is_a_change_and_says_old_and_new():
    [step] = steps(read(touched(lambda book: book[FORM].__setitem__(f"E{FIRST}", "12,5"))).said, a_form())

    assert (step.row.code, step.clash, step.locked) == ("CC01", False, False)
    assert step.lines() == [(f"E{FIRST}", "Điểm tự chấm", "14,5", "12,5")]


def test_an_emptied_cell_clears_the_points():
    [step] = steps(read(cell(f"E{FIRST}", None)).said, a_form())

    assert step.lines() == [(f"E{FIRST}", "Điểm tự chấm", "14,5", "–")]


def test_touched_in_the_file_and_on_the_page_is_for_a_person_to_decide():
    assert told(cell(f"E{FIRST}", 12), later(CC01=a_row(points=Decimal(3), version=3))) == [("CC01", True, False)]


def test_the_same_change_in_both_places_is_no_change():
    assert told(cell(f"E{FIRST}", 3), later(CC01=a_row(points=Decimal("3.00"), version=3))) == []


def test_a_criterion_that_is_closed_by_now_is_told():
    assert told(cell(f"E{FIRST}", 12), later(CC01=a_row(open=False))) == [("CC01", False, True)]


def test_what_is_seen_has_a_digest_that_moves_with_the_page_and_with_the_file():
    at_first = list(steps(read(cell(f"E{FIRST}", 12)).said, a_form()))
    other_file = list(steps(read(cell(f"E{FIRST}", 13)).said, a_form()))
    other_page = list(steps(read(cell(f"E{FIRST}", 12)).said, later(CC01=a_row(version=3))))

    assert len({sheets.seen(found) for found in (at_first, other_file, other_page)}) == 3
