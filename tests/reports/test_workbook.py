"""The workbook of a district's report, written, filled as officers do and read back: no database, real files."""

import io
import json
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import cache
from random import Random

import pytest
from openpyxl import Workbook, load_workbook

from communes import xlsx
from communes.reading import _sheet, mark
from communes.reading import read as read_file
from communes.sheets import Place, Places, letter
from reports import sheets
from reports.sheets import DIFFICULTIES, FIGURES, LONGEST, TEMPLATE, WORDS, Form, Known, Question, Reading, columns
from reports.workbook import workbook
from tests.sheets import damaged, saved

FIRST = sheets.CODE_ROW + 1
SHARES, CHOICES = 9, 8


def a_form(communes: int = 3, unit: str = "099", period: str = "2018-Y") -> Form:
    shares = [Question(n, f"share.{n}", f"Tỷ lệ {n}", f"Định nghĩa {n}", True, "Số đạt", "Tổng số", people=n == 2) for n in range(1, SHARES + 1)]
    choices = [Question(20 + n, f"choice.{n}", f"Có việc {n}", "", False) for n in range(1, CHOICES + 1)]
    known = [
        Question(40, "roster.standards", "Đạt chuẩn", "Theo sổ", True, "Số người đạt", "Số người trong sổ", known=True),
        Question(41, "office.solid", "Trụ sở kiên cố", "Theo sổ", False, known=True),
    ]
    return Form((unit, "Huyện Tuần Giáo"), (period, "Năm 2018"), [*known, *shares, *choices], places_of(communes))


def places_of(communes: int) -> list[Place]:
    return [Place(100 + n, f"{3217 + n:05}", f"Xã Bản {n}", "commune", "Huyện Tuần Giáo", True) for n in range(communes)]


STRANGER = Place(999, "03900", "Xã Nơi Khác", "commune", "Huyện Khác", False)


def full(form: Form) -> Known:
    """What everybody reported: 8 of 10, yes."""
    own = {(place.pk, question.pk): (8, 10) if question.ratio else (1, 1) for place in form.communes for question in form.questions}
    registers = {key: pair for key, pair in own.items() if key[1] in (40, 41)}
    own = {key: pair for key, pair in own.items() if key not in registers}
    officials = dict.fromkeys((place.pk for place in form.communes), 10)
    return Known(own=own, registers=registers, officials=officials, narrative=dict.fromkeys(sheets.SECTIONS, "Đã làm.\nCòn tiếp."))


def read(content: bytes, form: Form, known: Known | None = None) -> Reading:
    found = read_file(content, LONGEST)
    return sheets.read(found, form, known or full(form), Places([*form.communes, STRANGER], [], form.unit[1]))


@cache
def template() -> bytes:
    """A full workbook of three communes."""
    return workbook(a_form(), full(a_form()))


def touched(touch: Callable[[Workbook], object]) -> bytes:
    """The same after somebody worked on it."""
    book = load_workbook(io.BytesIO(template()))
    touch(book)
    return saved(book)


def place(code: str, form: Form | None = None) -> str:
    """The letter of a column."""
    return letter([column.code for column in columns((form or a_form()).questions)].index(code) + 2)


def set_cell(code: str, value: object, row: int = FIRST) -> bytes:
    return touched(lambda book: book[FIGURES].__setitem__(f"{place(code)}{row}", value))


def at(reading: Reading) -> list[str]:
    return [f"{flaw.sheet}!{flaw.column}{flaw.row}" for flaw in reading.flaws.kept]


def doubts(reading: Reading) -> list[tuple[str, str]]:
    return [(f"{flaw.column}{flaw.row}", flaw.why) for flaw in reading.warnings.kept]


def test_what_is_written_is_read_back_and_nothing_changes():
    reading = read(template(), a_form())

    assert (reading.refused, reading.flaws.kept, reading.warnings.kept, reading.changes, reading.fresh) == ("", [], [], [], 0)
    assert {key: pair[:2] for key, pair in reading.figures.items()} == full(a_form()).own
    assert reading.figures[100, 1] == (8, 10, f"Số liệu!C{FIRST}")
    assert reading.narrative["II"] == "Đã làm.\nCòn tiếp."


def test_a_template_filled_by_another_program_goes_round_without_a_change():
    form = a_form()
    book = load_workbook(io.BytesIO(workbook(form, Known())))
    for row in range(FIRST, FIRST + 3):
        for place_, column in enumerate(columns(form.questions), start=3):
            if not column.question.known:
                book[FIGURES].cell(row, place_, (row if column.code.endswith(":n") else 2 * row) if column.question.ratio else "Có")
    book[WORDS]["C4"] = "Phần một\nxuống dòng"
    book[DIFFICULTIES]["B4"] = "Thiếu máy in"
    first = read(saved(book), form, Known())
    kept = Known(own={key: pair[:2] for key, pair in first.figures.items()}, narrative=first.narrative, difficulties=first.difficulties)
    again = read(workbook(form, kept), form, kept)

    assert first.flaws.kept == []
    assert len(first.figures) == 3 * (SHARES + CHOICES) == len([change for change in first.changes if change[1]])
    assert (again.flaws.kept, again.changes, again.fresh) == ([], [], 0)
    assert ({key: pair[:2] for key, pair in again.figures.items()}, again.narrative, again.difficulties) == (
        kept.own,
        kept.narrative,
        kept.difficulties,
    )


def test_the_sheet_is_locked_but_for_the_cells_to_fill_and_offers_what_may_be_chosen():
    book = load_workbook(io.BytesIO(template()))
    sheet = book[FIGURES]

    assert [name.title for name in book.worksheets] == ["Hướng dẫn", FIGURES, WORDS, DIFFICULTIES, TEMPLATE]
    assert book[TEMPLATE].sheet_state == "veryHidden"
    assert sheet.protection.sheet
    assert not sheet.protection.password
    assert not sheet[f"{place('share.1:n')}{FIRST}"].protection.locked
    assert sheet[f"{place('roster.standards:n')}{FIRST}"].protection.locked
    assert sheet[f"A{FIRST}"].value == "03217"
    assert sheet[f"A{FIRST}"].protection.locked
    assert sheet.freeze_panes == f"C{FIRST}"
    assert sheet.print_title_rows == "$3:$5"
    assert sheet.page_setup.orientation == "landscape"
    assert {rule.type for rule in sheet.data_validations.dataValidation} == {"custom", "list"}
    assert sheet[f"{place('share.1:n')}3"].comment.text == "Định nghĩa 1"


@pytest.mark.parametrize("words", ["=1+1", "+84 215", "-2", "@SUM(A1)", "\t=cmd|' /C calc'!A0"])
def test_words_never_become_a_formula_and_come_back_as_they_were(words):
    form = a_form()
    known = Known(narrative={"I": words}, difficulties=[{"clause": words, "text": words, "proposal": words}])
    content = workbook(form, known)
    cells = [load_workbook(io.BytesIO(content))[name][cell] for name, cell in ((WORDS, "C4"), (DIFFICULTIES, "B4"))]
    reading = read(content, form, known)

    assert {cell.data_type for cell in cells} == {"s"}
    assert reading.narrative["I"] == words.strip()
    assert reading.difficulties[0]["proposal"] == words.strip()


def a_copy(book: Workbook) -> None:
    book.copy_worksheet(book[FIGURES]).title = "Số liệu (2)"


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (lambda: saved(Workbook()), "no_template"),
        (lambda: b"Ma xa;Ten xa\n03217;Xa\n", "no_template"),
        (lambda: touched(lambda book: book.remove(book[TEMPLATE])), "no_template"),
        (lambda: touched(lambda book: book[TEMPLATE].__setitem__("B2", "100")), "forged"),
        (lambda: touched(lambda book: book[TEMPLATE].delete_rows(4)), "forged"),
        (lambda: workbook(a_form(unit="100"), full(a_form())), "other_unit"),
        (lambda: workbook(a_form(period="2018-H"), full(a_form())), "other_period"),
        (lambda: workbook(a_form(communes=2), full(a_form())), "old_template"),
        (lambda: touched(lambda book: setattr(book[FIGURES], "title", "Sheet1")), "no_figures"),
        (lambda: touched(lambda book: setattr(book[FIGURES], "sheet_state", "hidden")), "no_figures"),
        (lambda: touched(lambda book: book[FIGURES].delete_rows(sheets.CODE_ROW)), "no_codes"),
    ],
)
def test_a_file_that_is_not_this_template_is_refused_by_name(content, cause):
    reading = read(content(), a_form())

    assert reading.refused == cause
    assert reading.figures == {}
    assert all(str(words) for words in sheets.CAUSES[cause])


def test_a_template_of_another_version_is_refused(monkeypatch):
    old = template()
    monkeypatch.setattr(sheets, "VERSION", "2")

    assert read(old, a_form()).refused == "old_template"


@pytest.mark.parametrize(
    ("touch", "where", "why"),
    [
        (lambda book: book.remove(book[WORDS]), "Báo cáo!0", "Không có trang tính này"),
        (lambda book: setattr(book[DIFFICULTIES], "title", "Kho khan"), "Vướng mắc!0", "Không có trang tính này"),
        (a_copy, "Số liệu (2)!0", "bản sao"),
        (lambda book: book[FIGURES].__setitem__("C3", "Tỷ lệ khác"), "Số liệu!C3", "Tiêu đề đã đổi"),
        (lambda book: book[FIGURES].__setitem__("D4", "Số đạt"), "Số liệu!D4", "Tiêu đề đã đổi"),
        (lambda book: book[FIGURES].__setitem__("D5", "share.1:n"), "Số liệu!D5", "hai lần"),
        (lambda book: book[FIGURES].__setitem__("D5", None), "Số liệu!5", "Thiếu cột “Tỷ lệ 1: Tổng số”"),
        (lambda book: book[FIGURES].__setitem__("D5", "share.99:d"), "Số liệu!D5", "Không có mã cột này"),
        (lambda book: book[FIGURES].__setitem__("A6", "03999"), "Số liệu!A6", "Không có xã mã này"),
        (lambda book: book[FIGURES].__setitem__("A6", "03900"), "Số liệu!A6", "thuộc Huyện Khác"),
        (lambda book: book[FIGURES].__setitem__("B6", "Xã Khác"), "Số liệu!B6", "tên ghi khác"),
        (lambda book: book[FIGURES].delete_rows(7), "Số liệu!0", "Thiếu hàng của Xã Bản 1 (03218)"),
        (lambda book: book[FIGURES].append(["03218", "Xã Bản 1", 1, 2]), "Số liệu!A9", "đã có ở hàng 7"),
        (lambda book: book[FIGURES].append([None, "Tổng cộng", 24, 30]), "Số liệu!B9", "Không có xã này"),
        (lambda book: book[FIGURES].append([None, None, 24, 30]), "Số liệu!A9", "không có mã xã"),
        (lambda book: book[FIGURES].merge_cells("C6:C7"), "Số liệu!C6", "Ô gộp"),
        (lambda book: setattr(book[FIGURES].row_dimensions[7], "hidden", True), "Số liệu!B7", "đang ẩn"),
        (lambda book: book[DIFFICULTIES].__setitem__("A5", "II.2"), "Vướng mắc!B5", "chưa nói vướng mắc gì"),
        (lambda book: book[WORDS].__setitem__("C4", "x" * 10_001), "Báo cáo!C4", "quá dài"),
        (lambda book: book[WORDS].__setitem__("A5", "2"), "Báo cáo!0", "Thiếu hàng của mục II"),
    ],
)
def test_a_shape_that_is_not_the_templates_is_a_flaw_at_its_place(touch, where, why):
    reading = read(touched(touch), a_form())

    assert (where, True) in [(place_, why in flaw.why) for place_, flaw in zip(at(reading), reading.flaws.kept, strict=True)]
    assert all(flaw.mend for flaw in reading.flaws.kept)


def moved(book: Workbook) -> None:
    """Sheets and rows in another order, two columns exchanged with their headers and codes, codes of communes as numbers, names decomposed."""
    sheet = book[FIGURES]
    rows = [[cell.value for cell in sheet[row]] for row in (FIRST + 2, FIRST, FIRST + 1)]
    for row, values in enumerate(rows, start=FIRST):
        for column, value in enumerate(values, start=1):
            sheet.cell(row, column, int(value) if column == 1 else unicodedata.normalize("NFD", value) if isinstance(value, str) else value)
    last = sheet.max_column
    for row in range(3, FIRST + 3):
        here, there = sheet.cell(row, last), sheet.cell(row, last - 3 - 5)
        here.value, there.value = there.value, here.value
    book.move_sheet(FIGURES, 2)


def test_what_can_be_understood_in_one_way_only_is_understood():
    reading = read(touched(moved), a_form())

    assert reading.flaws.kept == []
    assert {key: pair[:2] for key, pair in reading.figures.items()} == full(a_form()).own


@pytest.mark.parametrize("value", ["6", " 6 ", "6,0", 6.0, "６", "6\u00a0", "+6"])
def test_a_count_is_read_however_it_was_typed(value):
    reading = read(set_cell("share.1:n", value), a_form())

    assert reading.flaws.kept == []
    assert reading.figures[100, 1][:2] == (6, 10)
    assert reading.changes == [(f"Số liệu!{place('share.1:n')}6", "Xã Bản 0", "Tỷ lệ 1", "8/10", "6/10")]


WRONG_COUNTS = [
    -1,
    1.5,
    "tám",
    "80%",
    "#N/A",
    "=1/0",
    "=SUM(A1:A2)",
    date(2018, 8, 10),
    True,
    1e9,
    "8/10",
    "1e1",
    "NaN",
    "-0,5",
    "8 xã",
    "không",
    "x" * 300,
]


@pytest.mark.parametrize("value", WRONG_COUNTS)
def test_a_cell_that_is_no_count_is_a_flaw_at_its_address(value):
    reading = read(set_cell("share.1:n", value), a_form())

    assert at(reading) == [f"Số liệu!{place('share.1:n')}6"]
    assert (100, 1) not in reading.figures
    assert reading.flaws.kept[0].mend


def test_a_cell_shown_as_percent_is_no_count():
    def touch(book: Workbook) -> None:
        cell = book[FIGURES][f"{place('share.1:n')}6"]
        cell.value, cell.number_format = 1, "0%"

    assert at(read(touched(touch), a_form())) == [f"Số liệu!{place('share.1:n')}6"]


@pytest.mark.parametrize(
    ("value", "yes"), [("co", 1), ("CÓ", 1), ("x", 1), (1, 1), (True, 1), ("Khong", 0), (0, 0), (unicodedata.normalize("NFD", "Có"), 1)]
)
def test_yes_and_no_are_read_however_they_were_typed(value, yes):
    reading = read(set_cell("choice.1", value), a_form())

    assert reading.flaws.kept == []
    assert reading.figures[100, 21][:2] == (yes, 1)


def test_more_than_the_whole_half_a_figure_and_nothing_of_nothing_are_flaws():
    more, half, nothing = (set_cell("share.1:n", 11), set_cell("share.1:d", None), set_cell("share.1:d", 0))
    n, d = place("share.1:n"), place("share.1:d")

    assert [(flaw.column, flaw.why, flaw.mend) for flaw in read(more, a_form()).flaws.kept] == [
        (n, f"Lớn hơn “Tổng số” (ô {d}6: 10).", f"Kiểm tra lại ô {n}6 và ô {d}6.")
    ]
    assert [(flaw.column, flaw.why) for flaw in read(half, a_form()).flaws.kept] == [(d, f"Trống, trong khi ô {n}6 có số.")]
    assert [(flaw.column, flaw.why) for flaw in read(nothing, a_form()).flaws.kept] == [(d, "Mẫu số bằng 0.")]


def test_of_200_seeded_wrong_cells_every_one_is_found_and_no_right_one_is_blamed():
    dice, form = Random(495), a_form(communes=60)
    book = load_workbook(io.BytesIO(workbook(form, full(form))))
    sheet, wanted = book[FIGURES], columns(form.questions)
    pairs = [(row, column) for row in range(FIRST, FIRST + 60) for column in wanted if not column.code.endswith(":d")]
    seeded = set()
    for row, column in dice.sample(pairs, 200):
        code, value = column.code, dice.choice(["có lẽ", 2, "Có/Không", "=A1", "#REF!", date(2018, 6, 20), 0.5])
        if column.question.ratio:
            kind = dice.randrange(5)
            code = column.code[:-1] + ("d" if kind in (1, 2) else "n")
            value = [dice.choice(WRONG_COUNTS), dice.choice(WRONG_COUNTS), None, 11 if not column.question.known else "?", -3][kind]
        sheet[f"{place(code, form)}{row}"] = value
        seeded.add((FIGURES, row, place(code, form)))

    reading = read(saved(book), form)

    assert len(seeded) == 200
    assert reading.flaws.cells == seeded
    assert reading.flaws.count == 200


def doubted(code: str, value: object, known: Known) -> list[tuple[str, str]]:
    return doubts(read(set_cell(code, value), a_form(), known))


def test_what_does_not_fit_the_registers_the_commune_or_the_last_period_needs_an_explanation():
    key, was = (100, 1), full(a_form())
    after = {"earlier_name": "6 tháng đầu năm 2018"}
    n, d, people = place("share.1:n"), place("share.1:d"), place("share.2:d")
    same = {"own": was.own, "registers": was.registers, "narrative": was.narrative}

    assert doubted("share.1:n", 5, Known(**same, earlier={key: (8, 10)}, **after)) == [
        (f"{n}6", "Tỷ lệ lệch quá 20 điểm so với 6 tháng đầu năm 2018 (8/10), kỳ này 5/10.")
    ]
    assert doubted("share.1:n", 6, Known(**same, earlier={key: (8, 10)}, **after)) == []
    assert [cell for cell, _why in doubted("share.1:d", 16, Known(**same, earlier={key: (5, 10)}, **after))] == [f"{d}6"]
    assert doubted("share.1:d", 16, Known(**same, earlier={key: (5, 10)}, part=True, **after)) == []
    assert doubted("share.1:n", 7, Known(**same, reported={key: (8, 10)})) == [(f"{n}6", "Xã tự báo cáo 8/10.")]
    assert doubted("share.2:d", 11, Known(**same, officials={100: 10})) == [(f"{people}6", "Sổ cán bộ, công chức của xã có 10 người.")]
    assert doubted("choice.1", "Không", Known(**same, earlier={(100, 21): (1, 1)}, **after)) == [
        (f"{place('choice.1')}6", "6 tháng đầu năm 2018 là Có, kỳ này là Không.")
    ]


def test_grey_cells_are_never_taken_and_are_doubted_where_they_differ_from_the_register():
    solid, roster = read(set_cell("office.solid", "Không"), a_form()), read(set_cell("roster.standards:d", 12), a_form())

    assert [cell for cell, _why in doubts(solid)] == [f"{place('office.solid')}6"]
    assert [cell for cell, _why in doubts(roster)] == [f"{place('roster.standards:d')}6"]
    assert "Tệp ghi Không, sổ của xã ghi Có." in doubts(solid)[0][1]
    assert not {key for reading in (solid, roster) for key in reading.figures if key[1] in (40, 41)}


def test_an_empty_cell_is_no_zero_and_leaves_what_there_is():
    cleared = read(touched(lambda book: (book[FIGURES].__setitem__("C6", None), book[FIGURES].__setitem__("D6", None))), a_form())
    new = read(workbook(a_form(), Known()), a_form(), Known())

    assert (100, 1) not in cleared.figures
    assert doubts(cleared) == [("C6", "Ô trống, hệ thống đang có 8/10: số ấy giữ nguyên.")]
    assert new.figures == {}
    assert new.warnings.count == SHARES + CHOICES + len(sheets.SECTIONS)
    assert new.warnings.kept[0].why == "Còn trống ở 3 đơn vị: Xã Bản 0, Xã Bản 1, Xã Bản 2."


def test_the_marked_file_names_the_flaw_in_its_cell_and_is_still_the_template():
    wrong = set_cell("share.1:n", "tám")
    flaw = read(wrong, a_form()).flaws.kept[0]
    marked = mark(wrong, [(*flaw[:3], f"{flaw.why} {flaw.mend}", "F4C7C3"), ("Không có", 0, "", "x", "F4C7C3")])
    cell = load_workbook(io.BytesIO(marked))[FIGURES][f"{flaw.column}{flaw.row}"]

    assert "Không phải là số." in cell.comment.text
    assert cell.fill.fgColor.rgb.endswith("F4C7C3")
    assert at(read(marked, a_form())) == at(read(wrong, a_form()))


JUNK = (
    None,
    "",
    "x",
    -1,
    10**30,
    0.5,
    float("nan"),
    float("inf"),
    "n\u0303",
    "0\x00",
    ["error", "#N/A"],
    ["formula", ""],
    ["percent", 0.9],
    ["long", "x"],
)


def test_whatever_a_reader_tells_of_500_damaged_files_is_answered():
    """The parser may fail, as its process is thrown away; the check runs in the portal and has to bear whatever the parser tells."""
    chance, form, answered = Random(495), a_form(), 0
    for turn in range(500):
        content = damaged(template(), chance) if turn % 2 else template()
        try:
            lines = json.loads(json.dumps(list(xlsx.parse(content, LONGEST))))
        except Exception:  # noqa: BLE001, S112 - what the process answers by "broken"
            continue
        for _cell in range(chance.randrange(1, 6)):
            rows = chance.choice(lines)["rows"]
            cells = chance.choice(rows)[1] if rows else []
            if cells:
                cells[chance.randrange(len(cells))] = chance.choice(JUNK)
        reading = sheets.read([_sheet(line) for line in lines], form, full(form), Places([*form.communes, STRANGER], [], form.unit[1]))
        answered += bool(reading.refused or reading.flaws.count or reading.warnings.count or reading.changes)

    assert answered > 150
