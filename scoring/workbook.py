"""The workbook of one commune's form: a row a criterion, three columns to fill in, the rest locked; see sheets.py for what ties it to the form.

Pure: a form in, bytes out.
"""

import io
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from communes.sealed import STYLES, TEXT, Styles, lay_out, lock, open_book, write_seal
from scoring import rules, sheets
from scoring.rules import MAX_WORDS, Scoring, Stage
from scoring.sheets import CODE, GUIDANCE, HEAD, LABELS, MAXIMUM, NA, NUMBER, POINTS, TITLE, WORDS, YES, Form, Row, say

FIXED = STYLES["fixed"]
LOOKS = STYLES | {
    "points": {"num_format": "0.00", "border": 1, "valign": "top", "locked": False},
    "total": {"num_format": "0.00", "bold": True},
    "maximum": {**FIXED, "num_format": "0.##", "align": "center"},
    "group": {**FIXED, "bold": True, "bg_color": "#E8EEE4"},
    "group_maximum": {**FIXED, "bold": True, "bg_color": "#E8EEE4", "num_format": "0.##", "align": "center"},
    "locked_points": {"num_format": "0.00", "border": 1, "valign": "top", "bg_color": "#D9D9D9"},
    "locked_words": {**TEXT, "border": 1, "bg_color": "#D9D9D9"},
}
WIDTHS = {NUMBER: 6, CODE: 8, TITLE: 30, MAXIMUM: 8, POINTS: 10, WORDS: 44, NA: 13, GUIDANCE: 46}
"""Of the columns, in characters: together an A4 page across at two thirds of its size."""

LINE = 15
"""The height of a line of text, in points."""


def workbook(form: Form, *, writes: bool = True) -> bytes:
    """The workbook of a form, filled with what it holds. Who only reads gets every cell locked."""
    file = io.BytesIO()
    book, styles = open_book(file, _title(form), LOOKS)
    _guide(book.add_worksheet(sheets.GUIDE), form, styles)
    main = book.add_worksheet(sheets.FORM)
    marks = _rubrics(book.add_worksheet(sheets.RUBRIC), form, styles) if any(row.levels for row in form.criteria) else {}
    _form(main, form, styles, marks, writes=writes)
    write_seal(book.add_worksheet(sheets.TEMPLATE), sheets.manifest(form), sheets.SALT)
    book.close()
    return file.getvalue()


def _title(form: Form) -> str:
    return f"{form.unit[1]}, {form.period[1]}"


def _guide(sheet: Worksheet, form: Form, styles: Styles) -> None:
    sheet.set_column(0, 0, 120)
    sheet.write_string(0, 0, _("Hướng dẫn điền phiếu tự chấm"), styles["title"])
    about = {"unit": form.unit[1], "period": form.period[1]}
    lines = (
        _("Phiếu này chỉ dùng cho: %(unit)s. Kỳ: %(period)s. Không dùng phiếu của kỳ khác hay của đơn vị khác.") % about,
        _(
            "1. Ở trang “Phiếu tự chấm”, mỗi hàng là một tiêu thức. Chỉ điền các ô trắng ở ba cột “Điểm tự chấm”, “Giải thích”, “Không áp dụng”. Ô xám là ô khóa."
        ),
        _(
            "2. Điểm từ 0 đến điểm tối đa của tiêu thức, nhiều nhất hai chữ số sau dấu phẩy: 12,5. Chưa chấm thì để trống; trống không phải là 0. Tiêu thức chấm theo mức thì chọn điểm ở danh sách của ô; các mức ở trang “Mức điểm”."
        ),
        _(
            "3. Giải thích ghi căn cứ cho điểm: số liệu, văn bản, việc đã làm; nhiều nhất %d ký tự (Alt+Enter để xuống dòng). Tiêu thức được ghi không áp dụng thì chọn “Có”, để trống điểm, ghi vì sao."
        )
        % MAX_WORDS,
        _("4. Phiếu bị trả lại thì chỉ sửa được tiêu thức có ý kiến; ý kiến nằm ở ghi chú của ô điểm."),
        _("5. Không đổi tên trang, không chèn, xóa hàng cột, không gộp ô, không đặt mật khẩu; lưu kiểu .xlsx."),
        _("6. Gửi tệp ở trang phiếu của xã trên cổng: cổng kiểm tra thử từng ô, nói rõ chỗ sai, cho xem từng chỗ sẽ khác; xác nhận thì mới ghi."),
        _("7. Trên trang đã có người sửa cùng tiêu thức sau khi tải phiếu này thì cổng hỏi giữ điểm nào, không ghi đè."),
    )
    for row, line in enumerate(lines, start=2):
        sheet.write_string(row, 0, line, styles["note"])
        sheet.set_row(row, LINE * _lines(line, 118) + 3)
    lay_out(sheet, _title(form))
    sheet.fit_to_pages(1, 0)
    lock(sheet)


def _rubrics(sheet: Worksheet, form: Form, styles: Styles) -> dict[str, str]:
    """The levels of all rubrics on a sheet of their own; where those of each criterion stand, by code.

    The dropdowns point there: points written into a dropdown itself would be text, read by the decimal sign of whose Excel it is.
    """
    for place, width in enumerate((8, 30, 10, 80)):
        sheet.set_column(place, place, width)
    for place, label in enumerate((_("Mã"), _("Tiêu thức thành phần"), _("Điểm"), _("Mức"))):
        sheet.write_string(0, place, label, styles["head"])
    marks, number = {}, 1
    for row in form.criteria:
        for points, words in row.levels:
            sheet.write_string(number, 0, row.code, styles["fixed"])
            sheet.write_string(number, 1, row.title, styles["fixed"])
            sheet.write_number(number, 2, float(points), styles["maximum"])
            sheet.write_string(number, 3, words, styles["fixed"])
            number += 1
        if row.levels:
            first, last = (xl_rowcol_to_cell(at, 2, row_abs=True, col_abs=True) for at in (number - len(row.levels), number - 1))
            marks[row.code] = f"='{sheets.RUBRIC}'!{first}:{last}"
    sheet.freeze_panes(1, 0)
    lay_out(sheet, _title(form))
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)
    lock(sheet)
    return marks


def _form(sheet: Worksheet, form: Form, styles: Styles, marks: dict[str, str], *, writes: bool) -> None:
    for place, width in WIDTHS.items():
        sheet.set_column(place, place, width)
    for number, (line, style) in enumerate(zip(form.heading(), ("title", "note"), strict=True)):
        sheet.write_string(number, 0, line, styles[style] if style == "title" else None)
    sheet.write_string(HEAD - 2, TITLE, _("Tổng điểm tự chấm"), styles["total"])
    scale, total = _sums(form)
    entered = [
        rules.Points(row.code, row.maximum, row.points, scoring=row.scoring, excluded=frozenset({Stage.SELF} if row.na else ()))
        for row in form.criteria
    ]
    sheet.write_formula(HEAD - 2, MAXIMUM, scale, styles["total"], float(rules.scale(entered, Stage.SELF)))
    sheet.write_formula(HEAD - 2, POINTS, total, styles["total"], float(rules.total(entered, Stage.SELF)))
    for place, label in enumerate(LABELS):
        sheet.write_string(HEAD - 1, place, str(label), styles["head"])
    for number, row in enumerate(form.rows, start=HEAD):
        _row(sheet, number, row, styles, marks.get(row.code, ""), writes=writes)
    sheet.freeze_panes(HEAD, TITLE + 1)
    lay_out(sheet, f"{_title(form)} ({form.period[0]}/{form.unit[0]})")
    sheet.repeat_rows(HEAD - 1)
    sheet.fit_to_pages(1, 0)
    sheet.activate()
    sheet.set_selection(HEAD, POINTS, HEAD, POINTS)
    lock(sheet)


def _sums(form: Form) -> tuple[str, str]:
    """`rules.scale` and `rules.total` as formulas: what does not apply leaves the scale, penalties are taken off, bonuses do not exceed the scale."""
    placed = [(number, row) for number, row in enumerate(form.rows, start=HEAD) if not row.group]
    maxima = (
        f'{xl_rowcol_to_cell(number, MAXIMUM)}*({xl_rowcol_to_cell(number, NA)}<>"{YES}")' for number, row in placed if row.scoring in rules.SCALED
    )
    earned, lost = (
        ",".join(xl_rowcol_to_cell(number, POINTS) for number, row in placed if (row.scoring == Scoring.PENALTY) == taken) for taken in (False, True)
    )
    off = f"-SUM({lost})" if lost else ""
    return f"={'+'.join(maxima) or 0}", f"=MIN(MAX(SUM({earned or 0}){off},0),{xl_rowcol_to_cell(HEAD - 2, MAXIMUM)})"


def _row(sheet: Worksheet, number: int, row: Row, styles: Styles, marks: str, *, writes: bool) -> None:
    fixed, maximum = (styles["group"], styles["group_maximum"]) if row.group else (styles["fixed"], styles["maximum"])
    for place, words in ((NUMBER, row.number), (CODE, row.code), (TITLE, row.title), (GUIDANCE, row.guidance)):
        sheet.write_string(number, place, words, fixed)
    sheet.write_number(number, MAXIMUM, float(row.maximum), maximum)
    sheet.set_row(number, LINE * max(_lines(row.guidance, 48), _lines(row.words, 46), _lines(row.title, 30), 1 if row.group else 2) + 3)
    if row.group:
        for place in (POINTS, WORDS, NA):
            sheet.write_blank(number, place, None, fixed)
        return
    kind = "" if writes and row.open else "locked_"
    for place, value, style in (
        (POINTS, row.points, f"{kind}points"),
        (WORDS, row.words, "locked_words" if kind else "words"),
        (NA, str(YES) if row.na else "", "words" if row.may_not_apply and not kind else "locked_words"),
    ):
        _fill(sheet, number, place, value, styles[style])
    if row.remark:
        sheet.write_comment(number, POINTS, _("Ý kiến khi trả lại: %s") % row.remark, {"x_scale": 2, "y_scale": 1.5})
    sheet.data_validation(number, POINTS, number, POINTS, _rule(number, row, marks))
    sheet.data_validation(number, WORDS, number, WORDS, _length())
    if row.may_not_apply:
        sheet.data_validation(number, NA, number, NA, _choice())


def _fill(sheet: Worksheet, number: int, place: int, value: Decimal | str | None, style: Format) -> None:
    """What a criterion holds: points as a number, words as text whatever they look like, nothing as a blank cell."""
    if isinstance(value, Decimal):
        sheet.write_number(number, place, float(value), style)
    elif value:
        sheet.write_string(number, place, value, style)
    else:
        sheet.write_blank(number, place, None, style)


def _lines(words: str, width: int) -> int:
    """How many lines words take in a column so many characters wide."""
    return sum(-(-len(line) // width) or 1 for line in words.split("\n"))


def _rule(number: int, row: Row, marks: str) -> dict[str, Any]:
    """What Excel lets into the cell of points: a level of the rubric, picked from a list, or a number from 0 to the maximum with two decimals.

    No list for plain points: it would have to hold every hundredth.
    """
    here, most = xl_rowcol_to_cell(number, POINTS), f"{row.maximum.normalize():f}"
    words = _("Gõ một số từ 0 đến %s, nhiều nhất hai chữ số sau dấu phẩy, ví dụ 0,5.") % most.replace(".", ",")
    if row.levels:
        known = _("Chọn một trong các mức: %s.") % "; ".join(say(level) for level, _words in row.levels)
        return {
            "validate": "list",
            "source": marks,
            "input_message": known[:255],
            "error_title": _("Điểm không đúng"),
            "error_message": _("Không phải điểm của một mức. Chọn ở danh sách; nội dung các mức ở trang “Mức điểm”."),
        }
    formula = f"=AND(ISNUMBER({here}),{here}>=0,{here}<={most},ROUND({here},2)={here})"
    return {"validate": "custom", "value": formula, "input_message": words, "error_title": _("Điểm không đúng"), "error_message": words}


def _choice() -> dict[str, Any]:
    words = _("Không áp dụng thì chọn “%s”, để trống điểm và ghi vì sao; áp dụng thì để trống ô này.") % YES
    return {"validate": "list", "source": [str(YES)], "input_message": words, "error_title": _("Không áp dụng"), "error_message": words}


def _length() -> dict[str, Any]:
    words = _("Nhiều nhất %d ký tự. Viết gọn lại.") % MAX_WORDS
    return {"validate": "length", "criteria": "<=", "value": MAX_WORDS, "error_title": _("Quá dài"), "error_message": words}
