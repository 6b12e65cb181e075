"""What workbooks that the portal hands out for filling have in common: one look, locked cells, and a hidden sheet with a signature of what they are about.

Pure: lines of (name, value) in, cells out, and back.
"""

from collections.abc import Mapping, Sequence
from typing import IO, Any

from django.core.signing import BadSignature, Signer
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from communes import sheets
from communes.parsing import Wrong, text
from communes.reading import Sheet
from ledger.rules import digest

SHEET = "Mẫu"
"""The hidden sheet."""

FONT = "Times New Roman"
A4 = 9

TEXT = {"num_format": "@", "quote_prefix": True, "text_wrap": True, "valign": "top"}
STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "note": {"text_wrap": True, "valign": "top"},
    "head": {"bold": True, "text_wrap": True, "align": "center", "valign": "vcenter", "border": 1, "bg_color": "#E8EEE4"},
    "label": {"text_wrap": True, "align": "center", "valign": "vcenter", "border": 1, "font_size": 9, "bg_color": "#F4F7F2"},
    "code": {"font_size": 7, "font_color": "#767676", "border": 1, "align": "center", "shrink": True, "num_format": "@"},
    "unit": {"num_format": "@", "border": 1, "bg_color": "#F4F7F2", "valign": "vcenter"},
    "entry": {"num_format": "#,##0", "border": 1, "locked": False},
    "choice": {"align": "center", "border": 1, "locked": False},
    "known": {"num_format": "#,##0", "border": 1, "bg_color": "#D9D9D9"},
    "known_choice": {"align": "center", "border": 1, "bg_color": "#D9D9D9"},
    "words": {**TEXT, "border": 1, "locked": False},
    "fixed": {"text_wrap": True, "valign": "top", "border": 1, "bg_color": "#F4F7F2"},
}

Styles = Mapping[str, Any]
Lines = Sequence[tuple[str, str]]

CAUSES: dict[str, tuple[str | Promise, str | Promise]] = sheets.CAUSES | {
    "forged": (
        gettext_lazy("Trang ẩn của mẫu đã bị sửa nên không rõ tệp là của đơn vị nào, kỳ nào."),
        gettext_lazy("Tải mẫu mới ở trang này, chép số liệu (Dán đặc biệt, Giá trị) sang rồi gửi."),
    ),
    "other_unit": (
        gettext_lazy("Đây là mẫu của đơn vị khác."),
        gettext_lazy("Chọn đúng tệp của đơn vị mình, hoặc tải mẫu mới ở trang này."),
    ),
    "other_period": (
        gettext_lazy("Đây là mẫu của kỳ báo cáo khác."),
        gettext_lazy("Chọn đúng tệp của kỳ này, hoặc tải mẫu mới ở trang này. Số liệu của hai kỳ không dùng thay nhau."),
    ),
}
"""Why a whole file is refused, and what to do; with what is wrong about any sheet."""


def open_book(file: IO[bytes], title: str, looks: Mapping[str, dict[str, Any]] = STYLES) -> tuple[Workbook, Styles]:
    """An empty workbook in which text stays text whatever it begins with, and its styles by name."""
    book = Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    book.set_properties({"title": title, "company": "", "author": ""})
    return book, {name: book.add_format({"font_name": FONT, "font_size": 11, **look}) for name, look in looks.items()}


def lock(sheet: Worksheet) -> None:
    """What is no entry cannot be changed by accident. No password: this is help, not defence; the reader checks everything."""
    sheet.protect("", {"format_columns": True, "format_rows": True})


def lay_out(sheet: Worksheet, title: str) -> None:
    """The printed page: A4 across, with what it is about and its number below."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.5, right=0.4, top=0.6, bottom=0.6)
    escaped = title.replace("&", "&&")
    sheet.set_footer(f"&L{escaped}&R{_('Trang')} &P/&N")


def write_seal(sheet: Worksheet, lines: Lines, salt: str) -> None:
    """Write what the file is about, signed as only the portal can; `salt` tells one kind of workbook from another."""
    sealed = Signer(salt=salt).sign(digest([list(line) for line in lines]))
    for row, (name, value) in enumerate([*lines, ("seal", sealed)]):
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, value)
    sheet.very_hidden()
    sheet.protect()


def read_seal(sheet: Sheet, salt: str) -> list[tuple[str, str]] | None:
    """The lines that `write_seal` wrote; None when they are not as they were written."""
    try:
        *lines, (name, sealed) = [(text(cells[0]), text(cells[1], 400)) for _row, cells in sheet.rows if len(cells) > 1]
        genuine = Signer(salt=salt).unsign(sealed) == digest([list(line) for line in lines]) and name == "seal"
    except (Wrong, BadSignature, ValueError):
        return None
    return lines if genuine else None
