"""The workbook that a district fills: a sheet of figures, one of words, one of difficulties, tied to unit, period and layout by a signed hidden sheet.

Pure: a form and what the portal knows in, bytes out. Text is written as text whatever it begins with.
"""

import io
from typing import Any

from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from communes.sealed import A4, Styles, lay_out, lock, open_book, write_seal
from reports import sheets
from reports.rules import SECTIONS
from reports.sheets import CODE_ROW, NAME_ROW, Column, Form, Known

SPARE = 30
"""Rows for difficulties."""


def workbook(form: Form, known: Known) -> bytes:
    """The workbook of a district and a period, filled with what is in force."""
    file = io.BytesIO()
    book, styles = open_book(file, _title(form))
    _guide(book.add_worksheet(sheets.GUIDE), form, styles)
    _figures(book.add_worksheet(sheets.FIGURES), form, known, styles)
    _words(book.add_worksheet(sheets.WORDS), form, known, styles)
    _difficulties(book.add_worksheet(sheets.DIFFICULTIES), known, styles)
    write_seal(book.add_worksheet(sheets.TEMPLATE), sheets.manifest(form), sheets.SALT)
    book.close()
    return file.getvalue()


def _title(form: Form) -> str:
    return f"{form.unit[1]}, {form.period[1]}"


def _guide(sheet: Worksheet, form: Form, styles: Styles) -> None:
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 22)
    sheet.set_column(2, 2, 78)
    sheet.write_string(0, 0, _("Hướng dẫn điền báo cáo"), styles["title"])
    lines = [
        _("Đơn vị: %(unit)s. Kỳ: %(period)s. Mỗi đơn vị, mỗi kỳ có mẫu riêng; không dùng mẫu của kỳ trước hay của huyện khác.")
        % {"unit": form.unit[1], "period": form.period[1]},
        _("1. Trang “Số liệu”: mỗi hàng một xã, điền vào ô trắng. Ô đã có sẵn số là số cổng đang có; sai thì sửa. Ô xám lấy từ sổ, không sửa ở đây."),
        _("2. Chỉ tiêu tỷ lệ có hai ô: số đạt và tổng số, đều là số nguyên; số đạt không lớn hơn tổng số. Không gõ phần trăm."),
        _("3. Ô để trống là chưa có số liệu, không phải 0. Không phát sinh thì để trống cả hai ô."),
        _("4. Trang “Báo cáo”: lời văn theo mục I đến IV của kế hoạch (Alt+Enter để xuống dòng). Trang “Vướng mắc”: mỗi hàng một vướng mắc."),
        _("5. Không chèn, xóa, đổi tên cột và trang tính; không gộp ô; không đặt mật khẩu; lưu kiểu .xlsx. Sắp xếp lại hàng thì được."),
        _("6. Gửi tệp ở trang báo cáo của huyện trên cổng: cổng kiểm tra thử từng ô, nói rõ chỗ sai, chỉ ghi khi huyện xác nhận."),
    ]
    for row, line in enumerate(lines, start=2):
        sheet.merge_range(row, 0, row, 2, "", styles["note"])
        sheet.write_string(row, 0, line, styles["note"])
        sheet.set_row(row, 32 if len(line) > 125 else 18)
    top = len(lines) + 3
    for place, head in enumerate((_("Chỉ số"), _("Cách điền"), _("Định nghĩa"))):
        sheet.write_string(top, place, head, styles["head"])
    ordered = dict.fromkeys(column.question for column in sheets.columns(form.questions))
    for row, question in enumerate(ordered, start=top + 1):
        how = _("Lấy từ sổ, không điền") if question.known else _("Hai số nguyên") if question.ratio else _("Có hoặc Không")
        for place, words in enumerate((question.name, how, question.definition)):
            sheet.write_string(row, place, words, styles["fixed"])
        sheet.set_row(row, 15.5 * max(1, -(-len(question.definition) // 82), -(-len(question.name) // 34)))
    lay_out(sheet, _title(form))
    sheet.fit_to_pages(1, 0)
    lock(sheet)


def _figures(sheet: Worksheet, form: Form, known: Known, styles: Styles) -> None:
    columns = sheets.columns(form.questions)
    sheet.write_string(0, 0, _("SỐ LIỆU CƠ SỞ: %(unit)s") % {"unit": form.unit[1]}, styles["title"])
    said = _("Kỳ: %(period)s. Đơn vị tính: theo tiêu đề cột. Ô trắng để điền; ô xám lấy từ sổ của xã. Định nghĩa ở chú thích của tiêu đề.")
    sheet.write_string(1, 0, said % {"period": form.period[1]})
    for place, (code, label) in enumerate(((sheets.CODE, _("Mã xã")), (sheets.NAME, _("Xã, phường, thị trấn")))):
        sheet.merge_range(NAME_ROW - 1, place, CODE_ROW - 2, place, "", styles["head"])
        sheet.write_string(NAME_ROW - 1, place, label, styles["head"])
        sheet.write_string(CODE_ROW - 1, place, code, styles["code"])
    _header(sheet, columns, styles)
    for row, commune in enumerate(form.communes, start=CODE_ROW):
        sheet.write_string(row, 0, commune.code, styles["unit"])
        sheet.write_string(row, 1, commune.full_name, styles["unit"])
        for place, column in enumerate(columns, start=2):
            key = (commune.pk, column.question.pk)
            _cell(sheet, row, place, column, known.registers.get(key) if column.question.known else known.now(key), styles)
    last = CODE_ROW + len(form.communes) - 1
    for place, column in enumerate(columns, start=2):
        if not column.question.known and form.communes:
            sheet.data_validation(CODE_ROW, place, last, place, _rule(column, place))
    sheet.set_row(NAME_ROW - 1, 62)
    sheet.set_row(NAME_ROW, 32)
    sheet.set_row(CODE_ROW - 1, 11)
    sheet.set_column(0, 0, 8)
    sheet.set_column(1, 1, 24)
    sheet.set_column(2, 1 + len(columns), 11)
    sheet.freeze_panes(CODE_ROW, 2)
    lay_out(sheet, _title(form))
    sheet.repeat_rows(NAME_ROW - 1, CODE_ROW - 1)
    sheet.repeat_columns(0, 1)
    sheet.print_across()
    sheet.set_print_scale(80)
    sheet.activate()
    lock(sheet)


def _header(sheet: Worksheet, columns: list[Column], styles: Styles) -> None:
    for place, column in enumerate(columns, start=2):
        sheet.write_string(NAME_ROW, place, column.label, styles["label"])
        sheet.write_string(CODE_ROW - 1, place, column.code, styles["code"])
        if column.code.endswith(":d"):
            continue
        if column.question.ratio:
            sheet.merge_range(NAME_ROW - 1, place, NAME_ROW - 1, place + 1, "", styles["head"])
        sheet.write_string(NAME_ROW - 1, place, column.question.name, styles["head"])
        if column.question.definition:
            sheet.write_comment(NAME_ROW - 1, place, column.question.definition, {"x_scale": 2, "y_scale": 1.5})


def _cell(sheet: Worksheet, row: int, place: int, column: Column, pair: sheets.Pair | None, styles: Styles) -> None:
    style = styles[
        ("known" if column.question.known else "entry") if column.question.ratio else ("known_choice" if column.question.known else "choice")
    ]
    if pair is None:
        sheet.write_blank(row, place, None, style)
    elif column.question.ratio:
        sheet.write_number(row, place, pair[column.code.endswith(":d")], style)
    else:
        sheet.write_string(row, place, sheets.say(column.question, pair), style)


def _rule(column: Column, place: int) -> dict[str, Any]:
    """What Excel lets into a cell of the column; relative to its first cell."""
    if not column.question.ratio:
        return {"validate": "list", "source": [_("Có"), _("Không")], "error_title": _("Có hoặc Không"), "error_message": _("Chọn “Có” hoặc “Không”.")}
    whole = column.code.endswith(":d")
    here, other = (xl_rowcol_to_cell(CODE_ROW, at) for at in (place, place - 1 if whole else place + 1))
    n, d = (other, here) if whole else (here, other)
    formula = f'=AND(ISNUMBER({here}),{here}=INT({here}),{here}>={int(whole)},OR({other}="",{n}<={d}))'
    if whole:
        words = _("Số nguyên từ 1, không nhỏ hơn ô bên trái (%(label)s).") % {"label": column.question.numerator}
    else:
        words = _("Số nguyên từ 0, không lớn hơn ô bên phải (%(label)s).") % {"label": column.question.denominator}
    return {"validate": "custom", "value": formula, "error_title": _("Số không đúng"), "error_message": words[:255]}


def _words(sheet: Worksheet, form: Form, known: Known, styles: Styles) -> None:
    sheet.set_column(0, 0, 6)
    sheet.set_column(1, 1, 30)
    sheet.set_column(2, 2, 100)
    sheet.write_string(0, 0, _("BÁO CÁO: %(unit)s, %(period)s") % {"unit": form.unit[1], "period": form.period[1]}, styles["title"])
    for place, head in enumerate((_("Mục"), _("Nội dung"), _("Lời văn"))):
        sheet.write_string(2, place, head, styles["head"])
    for row, (section, title) in enumerate(SECTIONS.items(), start=3):
        sheet.write_string(row, 0, section, styles["fixed"])
        sheet.write_string(row, 1, title, styles["fixed"])
        _text(sheet, row, 2, known.narrative.get(section, ""), styles)
        sheet.set_row(row, 150)
    sheet.freeze_panes(3, 2)
    lay_out(sheet, _title(form))
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    lock(sheet)


def _difficulties(sheet: Worksheet, known: Known, styles: Styles) -> None:
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 2, 55)
    sheet.write_string(0, 0, _("VƯỚNG MẮC, ĐỀ NGHỊ"), styles["title"])
    for place, head in enumerate(sheets.PARTS.values()):
        sheet.write_string(sheets.DIFFICULTY_ROW - 1, place, str(head), styles["head"])
    said = list(known.difficulties)
    for row in range(max(SPARE, len(said) + 10)):
        for place, part in enumerate(sheets.PARTS):
            _text(sheet, sheets.DIFFICULTY_ROW + row, place, said[row].get(part, "") if row < len(said) else "", styles)
    sheet.freeze_panes(sheets.DIFFICULTY_ROW, 0)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(sheets.DIFFICULTY_ROW - 1)
    sheet.print_area(f"A1:{xl_col_to_name(len(sheets.PARTS) - 1)}{sheets.DIFFICULTY_ROW + max(len(said), 10)}")
    lock(sheet)


def _text(sheet: Worksheet, row: int, place: int, words: str, styles: Styles) -> None:
    if words:
        sheet.write_string(row, place, words, styles["words"])
    else:
        sheet.write_blank(row, place, None, styles["words"])
