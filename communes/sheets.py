"""A foreign workbook held against the columns of a register: where the table is, what cannot be right about its shape, and whom its rows are about.

Pure. Every flaw names the sheet, row, column and value, what is wrong and how to mend it; none hides another.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from itertools import chain
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes.parsing import Cell, Wrong, empty, plain_key, text, unit_code, unit_key
from communes.reading import Sheet
from communes.xlsx import COLUMNS, ROWS

SHOWN = 500
"""Most flaws, warnings and differences that are kept to be shown; all are counted."""

HEAD_ROWS = 20
"""The head of a table stands within so many rows."""

CAUSES: dict[str, tuple[str | Promise, str | Promise]] = {
    "empty": (gettext_lazy("Tệp trống, không có nội dung."), gettext_lazy("Tải mẫu về, điền rồi gửi lại.")),
    "old": (gettext_lazy("Đây là tệp Excel kiểu cũ (.xls)."), gettext_lazy("Mở bằng Excel, chọn Lưu thành (Save As), kiểu .xlsx.")),
    "locked": (gettext_lazy("Tệp đặt mật khẩu nên không đọc được."), gettext_lazy("Bỏ mật khẩu (Tệp, Thông tin, Bảo vệ sổ làm việc) rồi lưu lại.")),
    "pdf": (gettext_lazy("Đây là tệp PDF, không phải bảng tính."), gettext_lazy("Gửi tệp Excel gốc đã dùng để in ra PDF.")),
    "html": (gettext_lazy("Đây là trang web lưu dưới tên tệp Excel."), gettext_lazy("Mở bằng Excel, chọn Lưu thành (Save As), kiểu .xlsx.")),
    "word": (gettext_lazy("Đây là văn bản Word, không phải bảng tính."), gettext_lazy("Chép bảng sang mẫu Excel rồi gửi.")),
    "picture": (gettext_lazy("Đây là ảnh, không phải bảng tính."), gettext_lazy("Gõ số liệu vào mẫu Excel rồi gửi.")),
    "ods": (gettext_lazy("Đây là tệp OpenDocument (.ods)."), gettext_lazy("Lưu thành .xlsx rồi gửi lại.")),
    "xlsb": (gettext_lazy("Đây là tệp Excel nhị phân (.xlsb)."), gettext_lazy("Lưu thành .xlsx rồi gửi lại.")),
    "package": (gettext_lazy("Đây là tệp nén, không phải bảng tính."), gettext_lazy("Giải nén, gửi từng tệp .xlsx.")),
    "binary": (gettext_lazy("Không nhận ra đây là bảng tính hay tệp CSV."), gettext_lazy("Gửi tệp .xlsx lưu bằng Excel, hoặc .csv mã UTF-8.")),
    "encoding": (
        gettext_lazy("Tệp CSV không phải mã UTF-8, chữ Việt có thể đã hỏng."),
        gettext_lazy("Trong Excel chọn Lưu thành, kiểu “CSV UTF-8”; hoặc gửi tệp .xlsx."),
    ),
    "macro": (gettext_lazy("Tệp có macro nên không nhận."), gettext_lazy("Lưu thành .xlsx (không macro) rồi gửi lại.")),
    "links": (
        gettext_lazy("Tệp có liên kết ra tệp khác hoặc đối tượng nhúng nên không nhận."),
        gettext_lazy("Chép giá trị (Dán đặc biệt, Giá trị) vào mẫu mới."),
    ),
    "dtd": (gettext_lazy("Tệp có khai báo lạ mà bảng tính bình thường không có."), gettext_lazy("Chép số liệu vào mẫu mới tải từ trang này.")),
    "heavy": (
        gettext_lazy("Tệp quá nặng khi mở ra, hoặc quá nhiều trang tính, nên dừng đọc."),
        gettext_lazy("Chép riêng bảng số liệu vào mẫu mới; bỏ ảnh, định dạng và ô thừa."),
    ),
    "long": (gettext_lazy("Tệp có quá nhiều hàng hoặc quá nhiều chữ (nhiều nhất %d hàng).") % ROWS, gettext_lazy("Chia theo huyện, gửi từng tệp.")),
    "broken": (gettext_lazy("Tệp bị hỏng hoặc tải lên chưa đủ."), gettext_lazy("Mở bằng Excel, lưu lại thành tệp mới rồi gửi.")),
    "no_sheet": (gettext_lazy("Tệp không có trang tính nào."), gettext_lazy("Tải mẫu về, điền rồi gửi lại.")),
    "no_head": (
        gettext_lazy("Không tìm thấy hàng tiêu đề của mẫu trong 20 hàng đầu của trang tính nào."),
        gettext_lazy("Dùng mẫu tải từ trang này; giữ nguyên hàng tiêu đề."),
    ),
    "no_rows": (gettext_lazy("Bảng chỉ có tiêu đề, không có hàng nào."), gettext_lazy("Điền ít nhất một hàng dưới tiêu đề.")),
}
"""Why a whole file is refused, and what to do."""


class Heading(NamedTuple):
    """A column that a register knows."""

    name: str
    label: str
    also: tuple[str, ...]
    required: bool


class Flaw(NamedTuple):
    """A place in a file, what is wrong there (or doubtful), and how to mend it. `row` 0: the whole sheet."""

    sheet: str
    row: int
    column: str
    header: str
    value: str
    why: str
    mend: str


def in_order(flaw: Flaw) -> tuple[str, int, int, str]:
    """As people go through a sheet: row by row, then by column."""
    return flaw.sheet, flaw.row, len(flaw.column), flaw.column


@dataclass
class Log:
    """Flaws or warnings as they come: all counted, the first SHOWN kept; `cells` are their places."""

    count: int = 0
    kept: list[Flaw] = field(default_factory=list)
    cells: set[tuple[str, int, str]] = field(default_factory=set)

    def add(self, flaw: Flaw) -> None:
        self.count += 1
        self.cells.add(flaw[:3])
        if len(self.kept) < SHOWN:
            self.kept.append(flaw)


@dataclass
class Table:
    """The table of a register on a sheet: the place (from 0) and the header of each column found, and its rows."""

    sheet: str
    places: dict[str, int]
    headers: dict[str, str]
    rows: list[tuple[int, list[Cell]]]
    read: dict[str, list[Cell]] = field(default_factory=dict)

    def column(self, name: str) -> list[Cell]:
        """The cells of a column; empty ones where the table has no such column or a row ends before it."""
        if name not in self.read:
            place = self.places.get(name, COLUMNS)
            self.read[name] = [cells[place] if place < len(cells) else None for _row, cells in self.rows]
        return self.read[name]

    def head(self, name: str) -> tuple[str, str]:
        """The letter and the header of a column; empty ones where the table has no such column."""
        place = self.places.get(name)
        return "" if place is None else letter(place), self.headers.get(name, "")

    def flaw(self, row: int, name: str, value: Cell, why: str, mend: str) -> Flaw:
        """What is wrong with a cell."""
        return Flaw(self.sheet, row, *self.head(name), shown(value), why, mend)


class Line(NamedTuple):
    """A row of a file as the register stores it: `key` tells its row in the register, `values` are its columns, `derived` what follows from them.

    `ends`: no longer from that day. `heads`: the letter and the header of the column of each value, where rows are held against it cell by cell.
    """

    sheet: str
    row: int
    who: str
    key: tuple[Any, ...]
    values: tuple[Any, ...]
    derived: tuple[Any, ...] = ()
    ends: date | None = None
    heads: tuple[tuple[str, str], ...] = ()


@dataclass
class Draft:
    """What a file says once it is cleaned: its lines, what is wrong, what is doubtful; cells by sheet. `refused` is a cause of CAUSES."""

    lines: list[Line] = field(default_factory=list)
    flaws: Log = field(default_factory=Log)
    warnings: Log = field(default_factory=Log)
    cells: dict[str, int] = field(default_factory=dict)
    refused: str = ""


def letter(place: int) -> str:
    """The letter of a column, from 0: A, Z, AA."""
    word = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        word = chr(65 + rest) + word
    return word


def shown(cell: Cell) -> str:
    """A cell as people saw it, shortened."""
    if isinstance(cell, tuple):
        kind, value = cell
        if kind == "date":
            return f"{value[8:10]}/{value[5:7]}/{value[:4]}"
        return f"{value * 100:g}%".replace(".", ",") if kind == "percent" else str(value or "=…")[:60]
    if isinstance(cell, float):
        return f"{cell:.10g}".replace(".", ",")
    words = str(cell) if cell is not None else ""
    words = re.sub(r"[\x00-\x1f\x7f-\x9f]", "\N{REPLACEMENT CHARACTER}", words)
    return words if len(words) <= 60 else words[:59] + "…"


_IGNORED = frozenset({"stt", "tt", "so tt", "so thu tu", "ghi chu", "huyen", "loai", "dat chuan", "tieu chuan con thieu", ""})
"""Headers that people add and nobody reads, or that an export explains with."""


def tables(sheets: Iterable[Sheet], headings: Sequence[Heading], draft: Draft) -> list[Table]:
    """The tables of a workbook: one a sheet, wherever its head stands. What is wrong with their shape goes to the draft; none found: it is refused."""
    known = {key: heading for heading in headings for words in (heading.label, *heading.also) for key in _keys(words)}
    found = []
    for sheet in sheets:
        head = _head(sheet, known)
        if head is None:
            continue
        if not sheet.visible:
            why = _("Trang tính đang ẩn nên không được đọc.")
            draft.warnings.add(Flaw(sheet.name, 0, "", "", "", why, _("Cần đọc thì bỏ ẩn trang này rồi gửi lại.")))
            continue
        found.append(_table(sheet, head, known, headings, draft))
    if not found:
        draft.refused = "no_head"
    elif not any(table.rows for table in found):
        draft.refused = "no_rows"
    return found


def _keys(words: str) -> tuple[str, str]:
    """A header for comparing: with and without what stands in brackets."""
    return plain_key(words), plain_key(re.sub(r"\(.*?\)", " ", words))


def _of(cell: Cell, known: Mapping[str, Heading]) -> Heading | None:
    return next((known[key] for key in _keys(cell) if key in known), None) if isinstance(cell, str) else None


def _head(sheet: Sheet, known: Mapping[str, Heading]) -> int | None:
    """The place among the rows of the one with most known headers; None without at least three."""
    scores = [len({heading.name for cell in cells if (heading := _of(cell, known))}) for _row, cells in sheet.rows[:HEAD_ROWS]]
    best = max(scores, default=0)
    return scores.index(best) if best >= 3 else None


def _table(sheet: Sheet, head: int, known: Mapping[str, Heading], headings: Sequence[Heading], draft: Draft) -> Table:
    number, cells = sheet.rows[head]
    table = Table(sheet.name, {}, {}, [])
    for place, cell in enumerate(cells):
        if isinstance(cell, str) and not empty(cell):
            _place(table, number, place, cell, known, draft)
    for heading in headings:
        if heading.required and heading.name not in table.places:
            why = _("Thiếu cột “%s”.") % heading.label
            draft.flaws.add(Flaw(sheet.name, number, "", heading.label, "", why, _("Thêm cột này vào hàng tiêu đề, hoặc dùng mẫu tải từ trang này.")))
    rows = sheet.rows[head + 1 :]
    if rows and sum(bool(re.fullmatch(r"\(?\d{1,2}\)?", str(cell))) for cell in rows[0][1]) == sum(not empty(cell) for cell in rows[0][1]) >= 3:
        rows = rows[1:]  # the numbers of columns, as official forms have them
    _unmerge(sheet, table, number, rows, draft)
    places = set(table.places.values())
    table.rows = [(row, values) for row, values in rows if any(not empty(values[place]) for place in places if place < len(values))]
    if hidden := [row for row, _values in table.rows if row in sheet.hidden]:
        why = _("Có %d hàng đang ẩn (hoặc bị lọc) mà có số liệu; hàng đầu là hàng này.") % len(hidden)
        draft.flaws.add(Flaw(sheet.name, hidden[0], "", "", "", why, _("Bỏ ẩn, bỏ lọc để xem lại; hàng không cần thì xóa hẳn.")))
    return table


def _place(table: Table, number: int, place: int, cell: str, known: Mapping[str, Heading], draft: Draft) -> None:
    """Find out what a header means."""
    heading = _of(cell, known)
    at = Flaw(table.sheet, number, letter(place), shown(cell), shown(cell), "", "")
    if heading is None:
        near = get_close_matches(plain_key(cell), known, 1, 0.84)
        if near:
            why, mend = _("Không có cột này; gần nhất: %s.") % known[near[0]].label, _("Sửa tiêu đề cho đúng mẫu, hoặc xóa cột.")
            draft.flaws.add(at._replace(why=why, mend=mend))
        elif plain_key(cell) not in _IGNORED:
            draft.warnings.add(
                at._replace(why=_("Cột này không có trong mẫu nên không được đọc."), mend=_("Kiểm tra xem có ghi nhầm tiêu đề không."))
            )
    elif heading.name in table.places:
        why = _("Cột “%(label)s” có hai lần (cột %(first)s và cột này).") % {"label": heading.label, "first": letter(table.places[heading.name])}
        draft.flaws.add(at._replace(why=why, mend=_("Xóa bớt một cột.")))
    else:
        table.places[heading.name], table.headers[heading.name] = place, heading.label


def _unmerge(sheet: Sheet, table: Table, head: int, rows: list[tuple[int, list[Cell]]], draft: Draft) -> None:
    """A unit merged over the rows of its people is theirs; any other merged cells of the table are a flaw."""
    names = {place: name for name, place in table.places.items()}
    by_number = dict(rows)
    for top, left, bottom, right in sheet.merged:
        touched = [place for place in range(left - 1, right) if place in names]
        if bottom <= head or not touched or not any(top <= row <= bottom for row in by_number):
            continue
        first = by_number.get(top, [])
        value = first[left - 1] if left <= len(first) else None
        if left == right and names[left - 1].startswith("unit_") and top > head:
            for row in range(top, min(bottom, top + ROWS) + 1):
                cells = by_number.get(row)
                if cells is not None:
                    cells += [None] * (left - len(cells))
                    cells[left - 1] = value
        else:
            why = _("Ô gộp %(from)s%(top)d:%(to)s%(bottom)d: không rõ giá trị thuộc ô nào.") % {
                "from": letter(left - 1),
                "top": top,
                "to": letter(right - 1),
                "bottom": bottom,
            }
            draft.flaws.add(table.flaw(top, names[touched[0]], value, why, _("Bỏ gộp ô (Unmerge), điền đủ từng ô.")))


def clean(cells: Sequence[Cell], parse: Callable[[Cell], Any], memo: dict[Cell, Any]) -> list[Any]:
    """The values of a column; None for empty cells, Wrong for those that `parse` refuses. Equal cells are parsed once."""
    values = []
    for cell in cells:
        try:
            values.append(memo[cell])
        except KeyError:
            memo[cell] = value = None if empty(cell) else _parsed(cell, parse)
            values.append(value)
    return values


def _parsed(cell: Cell, parse: Callable[[Cell], Any]) -> Any:
    try:
        return parse(cell)
    except Wrong as wrong:
        return wrong


CODES = (5, 3, 2)
"""Digits of the codes of communes, districts and provinces."""


class Several(Wrong):
    """A name that several units have."""


class Place(NamedTuple):
    """A unit that a file may speak of: its key, code, full name, kind, the unit above (None: the province); whether the file may speak of it."""

    pk: int
    code: str
    full_name: str
    kind: str
    above: str | None
    inside: bool


class Places:
    """Finds communes, or units of `every` level, by code, else by name, for a file about one unit (`unit`, in words) and everything below it."""

    def __init__(self, places: Iterable[Place], variants: Iterable[tuple[str, str]], unit: str, *, every: bool = False) -> None:
        self.by_code = {place.code: place for place in places}
        self.unit, self.every = unit, every
        self.one, self.codes = (
            (_("đơn vị"), _("Điền mã đơn vị: xã 5 chữ số, ví dụ 03127; huyện 3; tỉnh 2."))
            if every
            else (_("xã"), _("Điền mã xã 5 chữ số, ví dụ 03127."))
        )
        self.names: dict[str, list[Place]] = {}
        self.own: dict[str, set[str]] = {}
        spelled = chain(((place.code, place.full_name) for place in self.by_code.values()), variants)
        for code, name in spelled:
            if code in self.by_code and unit_key(name) not in self.own.get(code, ()):
                self.names.setdefault(unit_key(name), []).append(self.by_code[code])
                self.own.setdefault(code, set()).add(unit_key(name))
        self.found: dict[tuple[Cell, Cell], tuple[Place | Wrong, str]] = {}
        self.inside = [place for place in self.by_code.values() if place.inside]

    def find(self, code: Cell, name: Cell) -> tuple[Place | Wrong, str]:
        """The commune of a row, or what is wrong; and the column that says so: "unit_code" or "unit_name". Equal cells are looked up once."""
        known = self.found.get((code, name))
        if known is None:
            known = self.found[code, name] = self._find(code, name)
        return known

    def _find(self, code: Cell, name: Cell) -> tuple[Place | Wrong, str]:
        try:
            if not empty(code):
                return self._by_code(code, name)
            if not empty(name):
                return self._by_name(text(name)), "unit_name"
        except Wrong as wrong:
            return wrong, "unit_code" if not empty(code) else "unit_name"
        if len(self.inside) == 1:
            return self.inside[0], "unit_code"
        return Wrong(_("Thiếu mã %(one)s và tên %(one)s.") % {"one": self.one}, self.codes), "unit_code"

    def _by_code(self, code: Cell, name: Cell) -> tuple[Place | Wrong, str]:
        found = self._coded(code)
        if found is None:
            why, mend = _("Không có %s mã này vào ngày của số liệu."), _("Xem lại mã; mã của %s có ở trang Đơn vị.")
            return Wrong(why % self.one, mend % self.one), "unit_code"
        if not found.inside:
            return self._outside(found), "unit_code"
        if not empty(name) and unit_key(text(name)) not in self.own[found.code]:
            why = _("Mã %(code)s là %(unit)s, tên ghi khác.") % {"code": found.code, "unit": found.full_name}
            return Wrong(why, _("Sửa tên hoặc mã cho khớp nhau.")), "unit_name"
        return found, "unit_code"

    def _coded(self, code: Cell) -> Place | None:
        """The unit of this code, which may lack the zeros that a sheet takes from a number. Raises Wrong where that leaves two."""
        try:
            digits = unit_code(code, 0)
        except Wrong as wrong:
            raise Wrong(_("Mã đơn vị không đúng dạng."), self.codes) if self.every else wrong from None
        found = [digits] if digits in self.by_code else [padded for size in CODES if (padded := digits.zfill(size)) in self.by_code]
        if len(found) > 1:
            raise Wrong(_("Có thể là mã %s.") % " hay ".join(found), _("Điền mã đủ cả số 0 ở đầu, để ô dạng chữ (Text)."))
        return self.by_code[found[0]] if found else None

    def _by_name(self, name: str) -> Place:
        inside = [place for place in self.names.get(unit_key(name), []) if place.inside]
        exact = [place for place in inside if plain_key(place.full_name) == plain_key(name)] or inside
        if len(exact) == 1:
            return exact[0]
        if exact:
            codes = ", ".join(f"{place.full_name} ({place.code})" for place in exact)
            raise Several(
                _("Có %(n)d %(one)s cùng tên: %(codes)s.") % {"n": len(exact), "one": self.one, "codes": codes}, _("Điền mã %s.") % self.one
            )
        if outside := self.names.get(unit_key(name)):
            raise self._outside(outside[0])
        near = get_close_matches(unit_key(name), [key for key, places in self.names.items() if any(place.inside for place in places)], 1, 0.6)
        if not near:
            raise Wrong(_("Không có %(one)s này trong %(unit)s.") % {"one": self.one, "unit": self.unit}, self.codes)
        nearest = self.names[near[0]][0]
        what = {"one": self.one, "unit": self.unit, "name": nearest.full_name, "code": nearest.code}
        raise Wrong(
            _("Không có %(one)s này trong %(unit)s; gần nhất: %(name)s (%(code)s).") % what,
            _("Sửa thành %(name)s hoặc điền mã %(code)s.") % what,
        )

    def _outside(self, place: Place) -> Wrong:
        what = {"name": place.full_name, "above": place.above, "unit": self.unit}
        why = _("%(name)s thuộc %(above)s, tệp này là của %(unit)s.") if place.above else _("%(name)s là cấp trên, tệp này là của %(unit)s.")
        return Wrong(why % what, _("Bỏ hàng này, hoặc gửi ở trang của đơn vị ấy."))


def twins(lines: Iterable[Line]) -> Iterator[tuple[Line, Line]]:
    """Lines about what an earlier line is about already, with that line."""
    first: dict[tuple[Any, ...], Line] = {}
    for line in lines:
        earlier = first.setdefault(line.key, line)
        if earlier is not line:
            yield line, earlier
