"""What people type into the cells of a register, turned into values, or refused in words: what is wrong and how to mend it.

Pure: one cell in, one value out, never a guess. A cell is text, a number, None (empty) or, for what a sheet tells apart, a pair (kind, value):
("date", "2018-12-31"), ("time", "08:30"), ("bool", "TRUE"), ("percent", 0.915), ("error", "#N/A"), ("formula", "") for one never calculated,
("long", its beginning).
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from communes.rules import fold
from communes.standards import DECLARED, TITLES, Education, Gap, Qualification, Theory

Cell = str | int | float | None | tuple[str, Any]

OLDEST, NEWEST = 1900, 2100
"""Years that a register can speak of."""

DAY_HINT = "20/06/2018"


class Wrong(ValueError):
    """What is wrong with a cell, and how to mend it."""

    def __init__(self, why: str, mend: str) -> None:
        super().__init__(f"{why} {mend}")
        self.why, self.mend = why, mend


_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]|_x00[0-9A-Fa-f]{2}_")
_SPACES = re.compile(r"\s+")
_LETTER = "A-Za-zÀ-ỹĐđ"
_OLD_FONT = re.compile(
    # TCVN3, or UTF-8 read as something else: signs and letters that Vietnamese does not have, inside or at the edge of a word ...
    rf"[{_LETTER}][¡-§¨©ª«¬®¯µ¶·¸¹»¼½¾ÄÅÆÇËÎÏÑÖ×ØÛÜÞßäåæçëîïñö÷øûüþ]|[¡-§¨©ª¬®µ¶¸¹¼½¾ÆÇÑØÞßäåæçñøþ][{_LETTER}]"
    # ... and VNI: a vowel with its tone as a letter of its own behind it.
    r"|[aAeE][àáâãèéêìíòóôõùúýÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝăĂ]|[ÑñÖöÏï]"
)


def text(cell: Cell, longest: int = 200) -> str:
    """The words of a cell: NFC, single spaces, nothing invisible; a whole number as its digits. Raises Wrong."""
    if isinstance(cell, tuple):
        return _odd(*cell)
    if not isinstance(cell, str):
        return "" if cell is None else f"{cell:.0f}" if cell == cell // 1 else str(cell).replace(".", ",")
    plain = unicodedata.normalize("NFC", cell)
    if "  " in plain or not plain.isprintable():
        plain = _SPACES.sub(" ", _INVISIBLE.sub("", plain))
    plain = plain.strip()
    if plain.isascii() and plain.isprintable() and "_x" not in plain:
        return _short(plain, longest)
    if _CONTROL.search(plain):
        raise Wrong(_("Ô có ký tự điều khiển, thường do chép từ phần mềm khác."), _("Xóa ô rồi gõ lại."))
    if _OLD_FONT.search(plain):
        raise Wrong(
            _("Chữ không phải Unicode: gõ bằng phông cũ (TCVN3, VNI) hoặc bị hỏng mã."),
            _("Chuyển sang Unicode (UniKey: Ctrl+Shift+F6) rồi dán lại, hoặc gõ lại."),
        )
    return _short(plain, longest)


def _short(plain: str, longest: int) -> str:
    if len(plain) > longest:
        raise Wrong(_("Dài %(n)d ký tự, nhiều nhất %(most)d.") % {"n": len(plain), "most": longest}, _("Viết gọn lại."))
    return plain


def _odd(kind: str, value: Any) -> str:
    """A cell that is no text. Raises Wrong with what it is."""
    match kind:
        case "error":
            raise Wrong(_("Ô báo lỗi %s của Excel.") % value, _("Sửa công thức, hoặc gõ thẳng giá trị."))
        case "formula":
            raise Wrong(_("Ô là công thức chưa tính ra giá trị."), _("Mở bằng Excel, lưu lại; hoặc dán giá trị thay công thức."))
        case "long":
            raise Wrong(_("Nội dung quá dài."), _("Viết gọn lại."))
        case "bool":
            raise Wrong(_("Ô là giá trị đúng/sai (%s).") % value, _("Gõ nội dung mà cột yêu cầu."))
        case "percent":
            raise Wrong(_("Ô là số phần trăm."), _("Gõ nội dung mà cột yêu cầu."))
        case _:
            raise Wrong(_("Ô là ngày giờ; Excel có thể đã tự đổi chữ thành ngày."), _("Đổi ô về dạng chữ (Text) rồi gõ lại."))


def empty(cell: Cell) -> bool:
    """Whether nothing can be seen in a cell."""
    return cell is None or (isinstance(cell, str) and not cell[:1].isalnum() and not _INVISIBLE.sub("", cell).strip())


_NAME = re.compile(rf"[{_LETTER}][{_LETTER} .'’-]*")


def person(cell: Cell) -> str:
    """A person's name, at least two words, as typed. Raises Wrong."""
    name = text(cell, 80)
    if not _NAME.fullmatch(name):
        raise Wrong(_("Họ và tên có ký tự không phải chữ."), _("Gõ họ và tên, không kèm số, chức danh hay ký hiệu."))
    if " " not in name:
        raise Wrong(_("Chỉ có một chữ."), _("Gõ đủ họ và tên."))
    return name


_DAY = re.compile(r"\s*(\d{1,2})\s*([/.-])\s*(\d{1,2})\s*\2\s*(\d{4})\s*", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?", re.ASCII)


def day(cell: Cell) -> date:
    """A day: 20/06/2018, 20-6-2018, 20.6.2018, 2018-06-20 or a real date of the sheet; always the day before the month. Raises Wrong."""
    if isinstance(cell, tuple) and cell[0] == "date":
        return _plausible(date.fromisoformat(cell[1][:10]))
    if isinstance(cell, int | float):
        raise _no_day(cell)
    words = cell if isinstance(cell, str) and cell.isascii() else unicodedata.normalize("NFKC", text(cell))
    if found := _DAY.fullmatch(words):
        return _date(int(found[4]), int(found[3]), int(found[1]))
    if found := _ISO.fullmatch(words):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    raise _no_day(text(words))


def _no_day(found: object) -> Wrong:
    mend = _("Nhập ngày đúng, dạng ngày/tháng/năm, ví dụ %s.") % DAY_HINT
    if re.fullmatch(r"(19|20)\d\d(\.0)?", str(found)):
        return Wrong(_("Chỉ có năm, thiếu ngày và tháng."), mend)
    if re.fullmatch(r"\d{1,2}[/.-](19|20)\d\d", str(found)):
        return Wrong(_("Chỉ có tháng và năm, thiếu ngày."), mend)
    if re.fullmatch(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2}", str(found)):
        return Wrong(_("Năm chỉ có hai chữ số, có thể hiểu nhiều cách."), mend)
    if isinstance(found, int | float):
        return Wrong(_("Ô là một con số, không phải ngày."), _("Đổi ô về dạng ngày (Date), hoặc gõ ngày/tháng/năm."))
    return Wrong(_("Không đọc được thành ngày."), mend)


def _date(year: int, month: int, number: int) -> date:
    if month > 12 >= number:
        raise Wrong(
            _("Không có tháng %d.") % month,
            _("Gõ ngày trước, tháng sau: %(day)02d/%(month)02d/%(year)d.") % {"day": month, "month": number, "year": year},
        )
    try:
        return _plausible(date(year, month, number))
    except ValueError as error:
        if isinstance(error, Wrong):
            raise
        raise Wrong(_("Ngày không có thật."), _("Nhập ngày đúng, dạng ngày/tháng/năm, ví dụ %s.") % DAY_HINT) from None


def _plausible(found: date) -> date:
    if not OLDEST <= found.year <= NEWEST:
        raise Wrong(_("Năm %d không thể đúng.") % found.year, _("Xem lại năm; gõ đủ bốn chữ số."))
    return found


_PLAIN_NUMBER = re.compile(r"[+-]?\d{1,12}(?:[.,]\d{1,9})?", re.ASCII)
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:(?:\.\d{3})+(?:,\d{1,9})?|(?:,\d{3})+\.\d{1,9}|(?: \d{3})+(?:[.,]\d{1,9})?)", re.ASCII)


def number(cell: Cell, *, low: int, high: int, places: int = 0) -> Decimal:
    """A number from `low` to `high` with at most `places` decimals: 91,5 or 91.5; 1.234,5 where it can mean one thing only. Raises Wrong."""
    bounds = {"low": low, "high": f"{high:,}".replace(",", ".")}
    hint = _("Gõ một số từ %(low)s đến %(high)s, ví dụ %(example)s.") % {**bounds, "example": "12" if not places else "120,5"}
    if isinstance(cell, int | float):
        found = Decimal(repr(cell))  # what the sheet shows: 20.005, never 20.00499...
        if not found.is_finite():
            raise Wrong(_("Không phải là số."), hint)
    else:
        found = _typed_number(text(cell), places, hint)
    if not low <= found <= high:
        raise Wrong(_("Số nằm ngoài khoảng cho phép (từ %(low)s đến %(high)s).") % bounds, hint)
    exact = found.quantize(Decimal(1).scaleb(-places))
    if abs(exact - found) > Decimal("1e-9"):  # the dust of binary fractions is no decimal
        raise Wrong(
            _("Phải là số nguyên.") if not places else _("Có nhiều hơn %d chữ số sau dấu phẩy.") % places,
            _("Làm tròn số trong ô.") if places else hint,
        )
    return exact or abs(exact)  # there is no minus zero


def _typed_number(words: str, places: int, hint: str) -> Decimal:
    plain = unicodedata.normalize("NFKC", words)
    if plain.endswith("%"):
        raise Wrong(_("Ô là phần trăm, cột này là số đếm."), hint)
    if places and re.fullmatch(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", plain):
        raise Wrong(
            _("Có thể là hàng nghìn, cũng có thể là phần thập phân."), _("Hàng nghìn thì gõ liền (1234), phần thập phân thì bớt số lẻ (1,23).")
        )
    if _GROUPED.fullmatch(plain):
        whole, mark, rest = plain.replace(" ", "").rpartition("," if "," in plain and plain.rfind(",") > plain.rfind(".") else ".")
        if len(rest) == 3 and ("," in plain) != ("." in plain):  # only marks of thousands
            whole, mark, rest = whole + rest, "", ""
        plain = re.sub(r"[.,]", "", whole) + (f".{rest}" if mark else "")
    elif not _PLAIN_NUMBER.fullmatch(plain):
        raise Wrong(_("Không phải là số."), hint)
    try:
        return Decimal(plain.replace(",", "."))
    except InvalidOperation:
        raise Wrong(_("Không phải là số."), hint) from None


def percent(cell: Cell) -> Decimal:
    """A percentage from 0 to 100: 91,5; 91.5%; 0.915 as a share; a cell that a sheet shows as %. Raises Wrong, also for what means two things (0,9; 1)."""
    mend = _("Gõ kèm dấu %, ví dụ 91,5%.")
    if isinstance(cell, tuple) and cell[0] == "percent":
        return _within_hundred(Decimal(repr(cell[1])) * 100)
    if isinstance(cell, int | float):
        cell = repr(cell)
    words = unicodedata.normalize("NFKC", text(cell)).replace(" ", "")
    signed = words.endswith("%")
    found = _typed_number(words.removesuffix("%"), 0, mend)
    decimals = -int(found.as_tuple().exponent)
    if signed or found == 0 or found > 1:
        return _within_hundred(found)
    if decimals >= 3:
        return _within_hundred(found * 100)
    raise Wrong(
        _("Có thể là %(one)s%% cũng có thể là %(other)s%%.") % {"one": _comma(found), "other": _comma(found * 100)},
        mend,
    )


def _within_hundred(found: Decimal) -> Decimal:
    if not 0 <= found <= 100:
        raise Wrong(_("Phần trăm nằm ngoài khoảng từ 0 đến 100."), _("Xem lại tử số và mẫu số."))
    return found.quantize(Decimal("0.01"))


def _comma(value: Decimal) -> str:
    return f"{value.normalize():f}".replace(".", ",")


_YES, _NO = (
    frozenset({"co", "x", "dung", "1", "true", "yes", "y", "c", "✓", "v"}),
    frozenset({"khong", "chua", "0", "false", "no", "n", "k", "sai", "-"}),
)


def yes_no(cell: Cell) -> bool:
    """Có or không, in the ways people say so. Raises Wrong; an empty cell is not "không"."""
    word = str(cell[1]) if isinstance(cell, tuple) and cell[0] == "bool" else text(cell)
    folded = fold(word)
    if folded in _YES or folded in _NO:
        return folded in _YES
    raise Wrong(_("Không rõ là có hay không."), _("Ghi “Có” hoặc “Không”."))


def telephone(cell: Cell) -> str:
    """A telephone number as typed; the zero that a sheet takes from a number is given back. Raises Wrong."""
    number_ = text(cell, 40)
    if isinstance(cell, int | float) and 9 <= len(number_) <= 10 and not number_.startswith("0"):
        return f"0{number_}"
    if not re.fullmatch(r"[0-9 .()/;,+-]+", number_) or not 8 <= sum(character.isdigit() for character in number_) <= 24:
        raise Wrong(_("Không đọc được số điện thoại này."), _("Gõ cả mã vùng, ví dụ 0215 3812 345."))
    return number_


def plain_key(words: str) -> str:
    """Words for comparing: folded, signs as spaces."""
    return " ".join(re.sub(r"[^0-9a-z%/]+", " ", fold(words)).split())


_TITLES = {plain_key(words): slug for slug, title in TITLES.items() for words in (title.label, *title.aliases)}
_EDUCATION = {
    "tieu hoc": Education.PRIMARY,
    "cap 1": Education.PRIMARY,
    "cap i": Education.PRIMARY,
    "thcs": Education.LOWER_SECONDARY,
    "trung hoc co so": Education.LOWER_SECONDARY,
    "cap 2": Education.LOWER_SECONDARY,
    "cap ii": Education.LOWER_SECONDARY,
    "thpt": Education.UPPER_SECONDARY,
    "trung hoc pho thong": Education.UPPER_SECONDARY,
    "cap 3": Education.UPPER_SECONDARY,
    "cap iii": Education.UPPER_SECONDARY,
    **{f"{grade}/12": level for level, grades in ((1, range(5, 9)), (2, range(9, 12)), (3, [12])) for grade in grades},
    **{f"{grade}/10": level for level, grades in ((1, range(4, 7)), (2, range(7, 10)), (3, [10])) for grade in grades},
}
"""General education by its words and by the last class: of 12, or of the 10 that the north had until 1981."""
_NOTHING = ("khong", "chua", "0")
_QUALIFICATION = {
    **dict.fromkeys(("chua qua dao tao", "chua dao tao", "chua co", *_NOTHING), Qualification.NONE),
    **dict.fromkeys(("so cap", "sc"), Qualification.ELEMENTARY),
    **dict.fromkeys(("trung cap", "tc", "trung cap nghe", "trung hoc chuyen nghiep", "thcn"), Qualification.INTERMEDIATE),
    **dict.fromkeys(("cao dang", "cd", "cao dang nghe"), Qualification.COLLEGE),
    **dict.fromkeys(("dai hoc", "dh", "cu nhan", "ky su"), Qualification.UNIVERSITY),
    **dict.fromkeys(("sau dai hoc", "sdh", "thac si", "thac sy", "ths", "tien si", "tien sy", "ts"), Qualification.POSTGRADUATE),
}
_THEORY = {
    **dict.fromkeys(("chua boi duong", "chua qua boi duong", "chua co", "chua hoc", *_NOTHING), Theory.NONE),
    **dict.fromkeys(("so cap", "sc"), Theory.ELEMENTARY),
    **dict.fromkeys(("trung cap", "tc"), Theory.INTERMEDIATE),
    **dict.fromkeys(("cao cap", "cc", "cu nhan"), Theory.ADVANCED),
}
_CONSTRUCTION = {
    **dict.fromkeys(("kien co", "nha kien co"), "solid"),
    **dict.fromkeys(("ban kien co", "nha ban kien co", "cap 4", "nha cap 4"), "semi_solid"),
    **dict.fromkeys(("tam", "nha tam", "tranh tre"), "temporary"),
    **dict.fromkeys(("chua co tru so", "chua co", "khong co"), "none"),
}
GAP_WORDS = {
    Gap.FIELD: "Ngành đào tạo",
    Gap.COMPUTING: "Tin học",
    Gap.LANGUAGE: "Tiếng dân tộc",
    Gap.STATE_MANAGEMENT: "Quản lý nhà nước",
}
"""Entry standards as files call them."""
_GAPS = {plain_key(words): gap for gap, words in GAP_WORDS.items()} | {
    "chuyen nganh": Gap.FIELD,
    "tin hoc van phong": Gap.COMPUTING,
    "tieng dan toc thieu so": Gap.LANGUAGE,
    "qlnn": Gap.STATE_MANAGEMENT,
}


FEW = 8
"""So many words are named where one of them is asked for; longer lists stand in the template."""


def word(cell: Cell, words: Mapping[str, Any], shown: Iterable[str]) -> Any:
    """The value that the words of a cell stand for; else Wrong, naming the nearest of what is `shown`."""
    typed = text(cell)
    try:
        return words[plain_key(typed)]
    except KeyError:
        labels = {plain_key(label): label for label in shown}
        near = get_close_matches(plain_key(typed), labels, 1, 0.5)
        every = _("Ghi một trong: %s.") % "; ".join(labels.values()) if len(labels) <= FEW else _("Chọn trong danh sách có sẵn của mẫu.")
        nearest = _("Gần nhất: %s.") % labels[near[0]] if near else ""
        raise Wrong(_("Không có trong danh mục."), f"{nearest} {every}".strip()) from None


def title(cell: Cell) -> str:
    """The slug of a title by its label or another spelling, with or without "xã" at the end. Raises Wrong."""
    typed = text(cell)
    key = plain_key(typed)
    slug = _TITLES.get(key) or _TITLES.get(re.sub(r" (xa|phuong|thi tran)$", "", key))
    return slug or str(word(cell, _TITLES, [title.label for title in TITLES.values()]))


def chosen(words: Mapping[str, Any], shown: Iterable[str]) -> Callable[[Cell], Any]:
    """A parser of one word out of a list."""
    return lambda cell: word(cell, words, shown)


EDUCATION_SHOWN = ("Tiểu học", "THCS", "THPT")
QUALIFICATION_SHOWN = ("Chưa qua đào tạo", "Sơ cấp", "Trung cấp", "Cao đẳng", "Đại học", "Sau đại học")
THEORY_SHOWN = ("Chưa bồi dưỡng", "Sơ cấp", "Trung cấp", "Cao cấp")
CONSTRUCTION_SHOWN = ("Kiên cố", "Bán kiên cố", "Tạm", "Chưa có trụ sở")

qualification = chosen(_QUALIFICATION, QUALIFICATION_SHOWN)
theory = chosen(_THEORY, THEORY_SHOWN)
construction = chosen(_CONSTRUCTION, CONSTRUCTION_SHOWN)


def education(cell: Cell) -> Any:
    """General education: THPT, or the last class (12/12), which a sheet likes to turn into a day. Raises Wrong."""
    if isinstance(cell, tuple) and cell[0] == "date":
        raise Wrong(_("Excel đã đổi chữ (như 12/12) thành ngày."), _("Ghi “THPT”, hoặc đổi ô về dạng chữ (Text) rồi gõ 12/12."))
    if isinstance(cell, str) and re.fullmatch(r"\s*(lớp\s*)?\d{1,2}\s*/\s*1[02]\s*", cell):
        cell = re.sub(r"[^\d/]", "", cell).lstrip("0")
    return word(cell, _EDUCATION, EDUCATION_SHOWN)


def gaps(cell: Cell) -> str:
    """Entry standards that are owed, separated by commas, as they are stored. Raises Wrong."""
    parts = [part for part in re.split(r"[,;+/\n]", text(cell)) if part.strip()]
    found = {word(part, _GAPS, GAP_WORDS.values()) for part in parts if plain_key(part) not in (*_NOTHING, "du")}
    return ",".join(gap for gap in DECLARED if gap in found)


@lru_cache(maxsize=4096)
def unit_key(name: str) -> str:
    """A unit's name for comparing: folded, without its kind, both placings of a tone alike."""
    return re.sub(r"^(xa|phuong|thi tran|thi xa|thanh pho|huyen|tinh|tt|p|x) ", "", plain_key(name))


def unit_code(cell: Cell, digits: int = 5) -> str:
    """The code of a unit as text, with the leading zeros that a sheet takes from a number. Raises Wrong."""
    typed = text(cell).replace(" ", "").lstrip("'")
    if not re.fullmatch(r"\d{1,5}", typed, re.ASCII):
        raise Wrong(_("Mã xã không đúng dạng."), _("Ghi mã 5 chữ số của Tổng cục Thống kê, ví dụ 03127."))
    return typed.zfill(digits)


def _by_value(shown: Iterable[str], words: Mapping[str, Any]) -> dict[Any, str]:
    return {words[plain_key(label)]: label for label in shown}


_DOCUMENT_KINDS = {
    **dict.fromkeys(("quyet dinh", "qd"), "decision"),
    **dict.fromkeys(("ke hoach", "kh"), "plan"),
    **dict.fromkeys(("bao cao", "bc"), "report"),
    **dict.fromkeys(("bien ban", "bb"), "minutes"),
    **dict.fromkeys(("thong bao", "tb"), "notice"),
    **dict.fromkeys(("luat nghi dinh thong tu chi thi", "luat", "nghi dinh", "thong tu", "chi thi"), "law"),
    **dict.fromkeys(("van ban khac", "khac"), "other"),
}
DOCUMENT_KINDS_SHOWN = ("Quyết định", "Kế hoạch", "Báo cáo", "Biên bản", "Thông báo", "Luật, nghị định, thông tư, chỉ thị", "Văn bản khác")
document_kind = chosen(_DOCUMENT_KINDS, DOCUMENT_KINDS_SHOWN)


WORDS: dict[str, dict[Any, str]] = {
    "title": {slug: title.label for slug, title in TITLES.items()},
    "concurrent_title": {slug: title.label for slug, title in TITLES.items()} | {"": ""},
    "education": _by_value(EDUCATION_SHOWN, _EDUCATION),
    "qualification": _by_value(QUALIFICATION_SHOWN, _QUALIFICATION),
    "theory": _by_value(THEORY_SHOWN, _THEORY),
    "construction": _by_value(CONSTRUCTION_SHOWN, _CONSTRUCTION),
    "document_kind": _by_value(DOCUMENT_KINDS_SHOWN, _DOCUMENT_KINDS),
}
"""Columns whose values are words of a list: value -> word, in the order of a drop-down."""


def write(name: str, value: Any) -> Any:
    """A value of a column as a cell holds it: what the parser of the column reads back as the same value."""
    if name in WORDS:
        return WORDS[name][value]
    if name == "declared_gaps":
        return ", ".join(GAP_WORDS[Gap(gap)] for gap in value.split(",") if gap)
    return (_("Có") if value else _("Không")) if isinstance(value, bool) else value


def say(name: str, value: Any) -> str:
    """The same as words for a page; nothing is a dash."""
    cell = write(name, value)
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    return "–" if cell in (None, "") else _comma(cell) if isinstance(cell, Decimal) else str(cell)
