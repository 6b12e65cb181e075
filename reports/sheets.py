"""The workbook of a district's report: its columns, and what a workbook that comes back says, held against what the portal knows.

Pure. Columns are found by their codes (a small row under the header), communes by theirs; what ties a file to a district, a period and this layout is a
hidden sheet with a signature. Every flaw names the sheet, row, column and value, what is wrong and how to mend it; none hides another.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes import sealed
from communes import sheets as tables
from communes.parsing import Cell, Wrong, empty, number, plain_key, text, unit_code, yes_no
from communes.reading import Sheet
from communes.sheets import Flaw, Log, Place, Places, clean, letter, shown
from ledger.rules import digest
from reports.rules import SECTIONS

VERSION = "1"
"""Of the layout. A file of another version is not read."""

GUIDE, FIGURES, WORDS, DIFFICULTIES, TEMPLATE = "Hướng dẫn", "Số liệu", "Báo cáo", "Vướng mắc", sealed.SHEET
"""The sheets; the last one is hidden."""

NAME_ROW, CODE_ROW = 3, 5
"""The header of the figures: names of indicators, what is counted, codes; the communes stand below."""

CODE, NAME = "code", "name"
"""The codes of the columns that say which commune it is."""

HIGHEST = 10_000_000
"""No count of a commune is larger."""

LONGEST = 10_000
"""Characters of a section of the report, and of a difficulty."""

PARTS = {"clause": gettext_lazy("Điều khoản, nội dung của kế hoạch"), "text": gettext_lazy("Vướng mắc"), "proposal": gettext_lazy("Đề nghị")}
"""The columns of a difficulty."""

FAR, HALF = 20, 2
"""Against the last period: a share that moved by more than so many points, a whole that changed by more than one part in so many."""

CAUSES: dict[str, tuple[str | Promise, str | Promise]] = sealed.CAUSES | {
    "long": (gettext_lazy("Tệp có quá nhiều hàng hoặc quá nhiều chữ."), gettext_lazy("Dùng mẫu mới tải từ trang này; bỏ hàng, ô thừa.")),
    "no_template": (
        gettext_lazy("Tệp không phải mẫu báo cáo tải từ cổng: không có trang ẩn của mẫu."),
        gettext_lazy("Tải mẫu ở trang này, chép số liệu (Dán đặc biệt, Giá trị) vào mẫu rồi gửi."),
    ),
    "old_template": (
        gettext_lazy("Mẫu này đã cũ: cột hoặc danh sách xã của kỳ đã đổi từ khi tải."),
        gettext_lazy("Tải mẫu mới ở trang này, chép số liệu (Dán đặc biệt, Giá trị) sang rồi gửi."),
    ),
    "no_figures": (
        gettext_lazy("Không có trang tính “Số liệu”: trang đã bị đổi tên, xóa hoặc ẩn."),
        gettext_lazy("Đổi lại đúng tên trang như trong mẫu rồi gửi."),
    ),
    "no_codes": (
        gettext_lazy("Không thấy hàng mã cột (chữ nhỏ dưới tiêu đề) ở trang “Số liệu”."),
        gettext_lazy("Tải mẫu mới ở trang này, chép số liệu sang; đừng xóa hàng mã cột."),
    ),
}
"""Why a whole file is refused, and what to do."""

Key = tuple[int, int]
"""A commune and an indicator, by their rows."""
Pair = tuple[int, int]
"""So many of so many; yes is 1 of 1, no is 0 of 1."""


class Question(NamedTuple):
    """An indicator that the workbook asks for. `known`: a register proves it, the file only shows it. `people`: counted of the commune's officials."""

    pk: int
    code: str
    name: str
    definition: str
    ratio: bool
    numerator: str = ""
    denominator: str = ""
    known: bool = False
    people: bool = False


class Column(NamedTuple):
    """A column of figures: its code, the indicator, what stands in it in words."""

    code: str
    question: Question
    label: str


@dataclass(frozen=True)
class Form:
    """What a workbook is about: a district (code, name), a period (code, name), its questions, the communes in order."""

    unit: tuple[str, str]
    period: tuple[str, str]
    questions: Sequence[Question]
    communes: Sequence[Place]


@dataclass(frozen=True)
class Known:
    """What the portal has, by commune and indicator: the report's own figures, what communes reported, the registers, the last period."""

    own: Mapping[Key, Pair] = field(default_factory=dict)
    reported: Mapping[Key, Pair] = field(default_factory=dict)
    registers: Mapping[Key, Pair] = field(default_factory=dict)
    earlier: Mapping[Key, Pair] = field(default_factory=dict)
    earlier_name: str = ""
    part: bool = False
    """Whether the last period is a part of this one, so that what is counted through the year has grown meanwhile."""
    officials: Mapping[int, int] = field(default_factory=dict)
    """Commune -> how many the roster has."""
    narrative: Mapping[str, str] = field(default_factory=dict)
    difficulties: Sequence[Mapping[str, str]] = ()

    def now(self, key: Key) -> Pair | None:
        """The figure in force: the district's, else the commune's own."""
        return self.own.get(key) or self.reported.get(key)


@dataclass
class Reading:
    """What a workbook says: figures with their cells, words; what is wrong or doubtful; what would change: (cell, commune, what, before, after)."""

    figures: dict[Key, tuple[int, int, str]] = field(default_factory=dict)
    narrative: dict[str, str] = field(default_factory=dict)
    difficulties: list[dict[str, str]] = field(default_factory=list)
    flaws: Log = field(default_factory=Log)
    warnings: Log = field(default_factory=Log)
    cells: dict[str, int] = field(default_factory=dict)
    changes: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    fresh: int = 0
    """Figures that the report would take over as they are in force already."""
    refused: str = ""
    about: str = ""
    """The code of the other unit or period that a refused file is about."""

    @property
    def digest(self) -> str:
        """Of everything that a confirmation is about."""
        figures = sorted((commune, indicator, *said) for (commune, indicator), said in self.figures.items())
        return digest({"figures": figures, "words": self.narrative, "difficulties": self.difficulties, "changes": self.changes, "fresh": self.fresh})


def columns(questions: Iterable[Question]) -> list[Column]:
    """The columns of figures in their order: what is asked for, then what is known. A share takes two."""
    found = []
    for question in sorted(questions, key=lambda question: question.known):
        if question.ratio:
            found += [Column(f"{question.code}:n", question, question.numerator), Column(f"{question.code}:d", question, question.denominator)]
        else:
            found.append(Column(question.code, question, _("Có hoặc Không")))
    return found


def say(question: Question, pair: Pair | None) -> str:
    """A figure in words: 20/22, Có, Không; nothing is a dash."""
    if pair is None:
        return "–"
    return f"{pair[0]}/{pair[1]}" if question.ratio else _("Có") if pair[0] else _("Không")


def manifest(form: Form) -> list[tuple[str, str]]:
    """The lines of the hidden sheet."""
    head = [("version", VERSION), ("unit", form.unit[0]), ("period", form.period[0])]
    return head + [("column", column.code) for column in columns(form.questions)] + [("commune", place.code) for place in form.communes]


SALT = "reports.sheets"
"""Of the signature."""


def _template(sheet: Sheet | None, form: Form) -> tuple[str, str]:
    """Why the file is not a template of this district, this period and today's layout (empty when it is); the code of what it is about instead."""
    if sheet is None:
        return "no_template", ""
    if (lines := sealed.read_seal(sheet, SALT)) is None:
        return "forged", ""
    said = dict(lines[:3])
    if said.get("version") != VERSION:
        return "old_template", ""
    if said["unit"] != form.unit[0]:
        return "other_unit", said["unit"]
    if said["period"] != form.period[0]:
        return "other_period", said["period"]
    return ("", "") if lines == manifest(form) else ("old_template", "")


def read(sheets: Sequence[Sheet], form: Form, known: Known, places: Places) -> Reading:
    """What the sheets of a file say for a district's report."""
    reading = Reading()
    by_name = {unicodedata.normalize("NFC", sheet.name).strip(): sheet for sheet in sheets}
    reading.refused, reading.about = _template(by_name.get(TEMPLATE), form)
    if not reading.refused and not ((found := by_name.get(FIGURES)) and found.visible):
        reading.refused = "no_figures"
    if reading.refused:
        return reading
    table = Figures(by_name[FIGURES], form, known, reading)
    if not table.head:
        reading.refused = "no_codes"
        return reading
    table.read(places)
    _words(by_name.get(WORDS), known, reading)
    _difficulties(by_name.get(DIFFICULTIES), known, reading)
    for name, sheet in by_name.items():
        if name in (GUIDE, FIGURES, WORDS, DIFFICULTIES, TEMPLATE) or not sheet.rows:
            continue
        if _code_row(sheet, {column.code for column in table.columns}):
            why, mend = _("Trang này là bản sao của “Số liệu”; không rõ trang nào đúng."), _("Giữ một trang “Số liệu”, xóa trang này.")
            reading.flaws.add(Flaw(sheet.name, 0, "", "", "", why, mend))
        else:
            why, mend = _("Trang này không có trong mẫu nên không được đọc."), _("Số liệu cần gửi thì ghi vào các trang của mẫu.")
            reading.warnings.add(Flaw(sheet.name, 0, "", "", "", why, mend))
    return reading


def _code_row(sheet: Sheet, codes: set[str]) -> int:
    """The number of the row that holds codes of columns; 0 without one."""
    found = ((sum(str(cell).strip() in codes for cell in cells if cell is not None), row) for row, cells in sheet.rows[: tables.HEAD_ROWS])
    count, row = max(found, default=(0, 0))
    return row if count >= min(3, len(codes)) else 0


class Figures:
    """The sheet of figures being read."""

    def __init__(self, sheet: Sheet, form: Form, known: Known, reading: Reading) -> None:
        self.sheet, self.form, self.known, self.reading = sheet, form, known, reading
        self.columns = columns(form.questions)
        self.head = _code_row(sheet, {column.code for column in self.columns})
        self.rows = dict(sheet.rows)
        self.places: dict[str, int] = {}
        self.labels = {
            CODE: _("Mã xã"),
            NAME: _("Xã, phường, thị trấn"),
            **{column.code: f"{column.question.name}: {column.label}" if column.question.ratio else column.question.name for column in self.columns},
        }

    def at(self, row: int, code: str, cell: Cell, why: str, mend: str) -> Flaw:
        """Something at a cell; in the whole row where the sheet has no such column."""
        place = self.places.get(code)
        return Flaw(self.sheet.name, row, "" if place is None else letter(place), self.labels[code], shown(cell), why, mend)

    def wrong(self, row: int, code: str, cell: Cell, why: str, mend: str) -> None:
        self.reading.flaws.add(self.at(row, code, cell, why, mend))

    def doubt(self, row: int, code: str, cell: Cell, why: str, mend: str) -> None:
        self.reading.warnings.add(self.at(row, code, cell, why, mend))

    def name(self, code: str, row: int) -> str:
        """A cell as people call it: G12."""
        return f"{letter(self.places[code])}{row}"

    def read(self, places: Places) -> None:
        """Take every cell of every commune."""
        self._place()
        self._headers()
        self._merged()
        rows = [(row, cells) for row, cells in self.sheet.rows if row > self.head and any(not empty(cell) for cell in cells)]
        found = list(self._communes(rows, places))
        self.reading.cells[FIGURES] = len(found) * len(self.columns)
        values = {column.code: self._values(column, found) for column in self.columns if column.code in self.places}
        for question in self.form.questions:
            self._question(question, found, values)

    def _place(self) -> None:
        """Where each column stands."""
        for place, cell in enumerate(self.rows[self.head]):
            code = str(cell).strip() if cell is not None else ""
            at = Flaw(self.sheet.name, self.head, letter(place), shown(cell), shown(cell), "", "")
            if code in self.places:
                why = _("Mã cột này có hai lần (cột %s và cột này).") % letter(self.places[code])
                self.reading.flaws.add(at._replace(why=why, mend=_("Xóa cột thừa.")))
            elif code in self.labels:
                self.places[code] = place
            elif code:
                self.reading.flaws.add(at._replace(why=_("Không có mã cột này trong mẫu."), mend=_("Trả lại mã cột như mẫu, hoặc xóa cột.")))
        for code, label in self.labels.items():
            if code not in self.places:
                why, mend = _("Thiếu cột “%s”.") % label, _("Chép số liệu sang mẫu mới tải từ trang này; đừng xóa cột, kể cả cột xám.")
                self.reading.flaws.add(Flaw(self.sheet.name, self.head, "", label, "", why, mend))
        used = set(self.places.values())
        extra = {
            place for row, cells in self.sheet.rows if row > self.head for place, cell in enumerate(cells) if place not in used and not empty(cell)
        }
        for place in sorted(extra):
            why, mend = _("Cột này không có trong mẫu nên không được đọc."), _("Ghi chú thì không sao; số liệu thì ghi vào cột của mẫu.")
            self.reading.warnings.add(Flaw(self.sheet.name, self.head, letter(place), "", "", why, mend))

    def _headers(self) -> None:
        """A header that says something else than its code: nobody knows which of them the figures follow."""
        names, labels = (self.rows.get(self.head - up, []) for up in (CODE_ROW - NAME_ROW, 1))
        before = None
        for column in self.columns:
            first, before = before is not column.question, column.question
            if (place := self.places.get(column.code)) is None:
                continue
            for cells, wanted, row in ((names, column.question.name, NAME_ROW - CODE_ROW), (labels, column.label, -1)):
                cell = cells[place] if place < len(cells) else None
                if (first or row == -1) and plain_key(str(cell or "")) != plain_key(wanted):
                    why = _("Tiêu đề đã đổi; cột này của mẫu là “%s”.") % wanted
                    self.wrong(self.head + row, column.code, cell, why, _("Trả lại tiêu đề như mẫu, hoặc chép số liệu sang mẫu mới."))

    def _merged(self) -> None:
        for top, left, bottom, right in self.sheet.merged:
            touched = [code for code, place in self.places.items() if left - 1 <= place < right]
            if bottom > self.head and touched:
                why = _("Ô gộp %(from)s%(top)d:%(to)s%(bottom)d: không rõ giá trị thuộc ô nào.") % {
                    "from": letter(left - 1),
                    "top": top,
                    "to": letter(right - 1),
                    "bottom": bottom,
                }
                self.wrong(top, touched[0], None, why, _("Bỏ gộp ô (Unmerge), điền đủ từng ô."))

    def _communes(self, rows: list[tuple[int, list[Cell]]], places: Places) -> Iterator[tuple[int, list[Cell], Place]]:
        """The rows of the district's communes, each once."""
        seen: dict[int, int] = {}
        for row, cells in rows:
            code, name = (cells[self.places[one]] if one in self.places and self.places[one] < len(cells) else None for one in (CODE, NAME))
            if empty(code) and empty(name):
                why, mend = _("Hàng có số liệu mà không có mã xã, tên xã."), _("Xóa hàng chèn thêm, hoặc trả lại mã xã như mẫu.")
                self.wrong(row, CODE, code, why, mend)
                continue
            found, column = places.find(code, name)
            if isinstance(found, Wrong):
                wrong = CODE if column == "unit_code" else NAME
                self.wrong(row, wrong, code if wrong == CODE else name, found.why, found.mend)
                if wrong == NAME and not empty(code):
                    seen.setdefault(places.by_code[unit_code(code)].pk, row)  # it has its row, only the name is wrong
            elif found.pk in seen:
                why = _("%(unit)s đã có ở hàng %(row)d.") % {"unit": found.full_name, "row": seen[found.pk]}
                self.wrong(row, CODE, code, why, _("Giữ một hàng, xóa hàng kia."))
            else:
                seen[found.pk] = row
                if row in self.sheet.hidden:
                    self.wrong(row, NAME, name, _("Hàng đang ẩn (hoặc bị lọc) nên người gửi không thấy."), _("Bỏ ẩn, bỏ lọc, xem lại rồi gửi."))
                yield row, cells, found
        self._absent(seen)

    def _absent(self, seen: Mapping[int, int]) -> None:
        """Communes without a row."""
        for place in self.form.communes:
            if place.pk not in seen:
                why, mend = (
                    _("Thiếu hàng của %(unit)s (%(code)s).") % {"unit": place.full_name, "code": place.code},
                    _("Thêm lại hàng với mã xã này."),
                )
                self.reading.flaws.add(Flaw(self.sheet.name, 0, "", "", "", why, mend))

    def _values(self, column: Column, found: list[tuple[int, list[Cell], Place]]) -> list[Any]:
        """The cells of a column as values: whole numbers or yes and no, None where nothing stands; what is wrong goes to the flaws."""
        place = self.places[column.code]
        cells = [cells[place] if place < len(cells) else None for _row, cells, _place in found]
        low = 1 if column.code.endswith(":d") else 0
        parse = (lambda cell: int(_count(cell, low))) if column.question.ratio else yes_no
        values = clean(cells, parse, {})
        for (row, _cells, _place), cell, value in zip(found, cells, values, strict=True):
            if isinstance(value, Wrong):
                self.wrong(row, column.code, cell, value.why, value.mend)
        return values

    def _question(self, question: Question, found: list[tuple[int, list[Cell], Place]], values: Mapping[str, list[Any]]) -> None:
        """The figures of an indicator."""
        codes = [f"{question.code}:n", f"{question.code}:d"] if question.ratio else [question.code]
        if not all(code in values for code in codes):
            return
        blank = []
        for (row, _cells, place), *parts in zip(found, *(values[code] for code in codes), strict=True):
            key = (place.pk, question.pk)
            if any(isinstance(part, Wrong) for part in parts) or parts.count(None) not in (0, len(parts)):
                self._half(row, codes, parts)
            elif question.known:
                self._from_register(row, codes, question, key, parts)
            elif parts[0] is not None:
                self._take(row, codes, question, place, parts)
            elif now := self.known.now(key):
                why = _("Ô trống, hệ thống đang có %s: số ấy giữ nguyên.") % say(question, now)
                self.doubt(row, codes[0], None, why, _("Điền số; muốn bỏ hẳn thì xóa ở bảng số liệu trên trang."))
            else:
                blank.append((row, place))
        self._blank(codes, blank)

    def _blank(self, codes: list[str], blank: list[tuple[int, Place]]) -> None:
        """Communes of which nobody has said anything yet: one note for the column."""
        if blank:
            names = ", ".join(place.full_name for _row, place in blank[:12]) + (", …" if len(blank) > 12 else "")
            why = _("Còn trống ở %(n)d đơn vị: %(names)s.") % {"n": len(blank), "names": names}
            self.doubt(blank[0][0], codes[0], None, why, _("Trống là chưa có số liệu, không phải 0. Điền cho đủ, hoặc giải thích."))
            self.reading.warnings.cells |= {(self.sheet.name, row, letter(self.places[code])) for row, _place in blank for code in codes}

    def _half(self, row: int, codes: list[str], parts: list[Any]) -> None:
        """One cell of two is empty."""
        for code, other, part, there in ((codes[0], codes[-1], parts[0], parts[-1]), (codes[-1], codes[0], parts[-1], parts[0])):
            if part is None and there is not None:
                why, mend = _("Trống, trong khi ô %s có số.") % self.name(other, row), _("Điền nốt; không có số liệu thì để trống cả hai ô.")
                self.wrong(row, code, None, why, mend)

    def _from_register(self, row: int, codes: list[str], question: Question, key: Key, parts: list[Any]) -> None:
        """A grey cell: the register proves it, the file may only agree."""
        pair = None if parts[0] is None else (parts[0], parts[1]) if question.ratio else (int(parts[0]), 1)
        there = self.known.registers.get(key)
        if pair != there:
            why = _("Tệp ghi %(file)s, sổ của xã ghi %(register)s. Số ở cột xám lấy từ sổ, không lấy từ tệp.") % {
                "file": say(question, pair),
                "register": say(question, there),
            }
            part = next((place for place in range(len(codes)) if pair and there and pair[place] != there[place]), 0)
            self.doubt(row, codes[part], pair[part] if pair else None, why, _("Sổ sai thì sửa sổ; sổ đúng thì trả lại số trong tệp."))

    def _take(self, row: int, codes: list[str], question: Question, place: Place, parts: list[Any]) -> None:
        """A figure that somebody reports."""
        if question.ratio and parts[0] > parts[1]:
            here, there = (self.name(code, row) for code in codes)
            why = _("Lớn hơn “%(label)s” (ô %(cell)s: %(whole)d).") % {"label": question.denominator, "cell": there, "whole": parts[1]}
            mend = _("Kiểm tra lại ô %(one)s và ô %(other)s.") % {"one": here, "other": there}
            self.wrong(row, codes[0], parts[0], why, mend)
            return
        pair = (parts[0], parts[1]) if question.ratio else (int(parts[0]), 1)
        key = (place.pk, question.pk)
        cell = self.name(codes[0], row)
        self.reading.figures[key] = (*pair, f"{FIGURES}!{cell}")
        own, now = self.known.own.get(key), self.known.now(key)
        if now != pair:
            self.reading.changes.append((f"{FIGURES}!{cell}", place.full_name, question.name, say(question, now), say(question, pair)))
        elif own is None:
            self.reading.fresh += 1
        if own == pair:
            return  # was confirmed before, with its explanation
        for code, why, mend in self._doubts(question, key, pair):
            self.doubt(row, codes[code], pair[code] if question.ratio else say(question, pair), why, mend)

    def _doubts(self, question: Question, key: Key, pair: Pair) -> Iterator[tuple[int, str, str]]:
        """What does not fit a figure, with the cell (0: the first, 1: the whole). A yes that becomes a no is doubted; a no that becomes a yes is the aim."""
        (_n, d), before, reported = pair, self.known.earlier.get(key), self.known.reported.get(key)
        if before and before != pair:
            yield from self._against_before(question, before, pair)
        if reported and reported != pair:
            yield 0, _("Xã tự báo cáo %s.") % say(question, reported), _("Hỏi lại xã; huyện sửa số của xã thì giải thích.")
        officials = self.known.officials.get(key[0]) if question.people else None
        if officials is not None and d != officials:
            yield 1, _("Sổ cán bộ, công chức của xã có %d người.") % officials, _("Sửa cho khớp sổ, hoặc sửa sổ; khác thì giải thích.")

    def _against_before(self, question: Question, before: Pair, pair: Pair) -> Iterator[tuple[int, str, str]]:
        """What does not fit the last period."""
        n, d = pair
        said = {"period": self.known.earlier_name, "before": say(question, before), "now": say(question, pair)}
        if not question.ratio and before[0] > n:
            yield 0, _("%(period)s là %(before)s, kỳ này là %(now)s.") % said, _("Xem lại; đúng thì giải thích.")
        if question.ratio:
            if abs(n * before[1] - before[0] * d) * 100 > FAR * d * before[1]:
                why = _("Tỷ lệ lệch quá 20 điểm so với %(period)s (%(before)s), kỳ này %(now)s.") % said
                yield 0, why, _("Xem lại hai ô; đúng thì giải thích.")
            if d * HALF < before[1] or d * HALF > before[1] * (5 if self.known.part else 3):
                why = _("“%(label)s” thay đổi quá một nửa so với %(period)s (%(before)s).") % (said | {"label": question.denominator})
                yield 1, why, _("Xem lại; đúng thì giải thích.")


def _count(cell: Cell, low: int) -> Any:
    """A whole number. Raises Wrong; a whole of nothing is no figure."""
    found = number(cell, low=0, high=HIGHEST)
    if found < low:
        raise Wrong(_("Mẫu số bằng 0."), _("Không phát sinh thì để trống cả hai ô."))
    return found


def _written(cell: Cell) -> str:
    """Words with their lines. Raises Wrong."""
    if not isinstance(cell, str):
        return text(cell, LONGEST)
    lines = [text(line, LONGEST) for line in cell.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    whole = "\n".join(lines).strip("\n")
    if len(whole) > LONGEST:
        raise Wrong(_("Dài %(n)d ký tự, nhiều nhất %(most)d.") % {"n": len(whole), "most": LONGEST}, _("Viết gọn lại."))
    return whole


def _missing(name: str, reading: Reading) -> None:
    why, mend = _("Không có trang tính này: đã bị đổi tên hoặc xóa."), _("Đổi lại đúng tên trang như trong mẫu rồi gửi.")
    reading.flaws.add(Flaw(name, 0, "", "", "", why, mend))


def _cell(sheet: Sheet, row: int, cells: list[Cell], place: int, header: str, reading: Reading) -> str:
    """The words of a cell; empty for what is wrong, which goes to the flaws."""
    cell = cells[place] if place < len(cells) else None
    if empty(cell):
        return ""
    try:
        return _written(cell)
    except Wrong as wrong:
        reading.flaws.add(Flaw(sheet.name, row, letter(place), header, shown(cell), wrong.why, wrong.mend))
        return ""


def _short(words: str) -> str:
    return shown(" ".join(words.split())) or "–"


def _words(sheet: Sheet | None, known: Known, reading: Reading) -> None:
    """The sections of the report: number, title, words."""
    if sheet is None:
        _missing(WORDS, reading)
        return
    reading.cells[WORDS] = len(SECTIONS)
    there = {str(cells[0]).strip(): (row, cells) for row, cells in sheet.rows if cells and cells[0] is not None}
    for section, title in SECTIONS.items():
        if section not in there:
            why, mend = _("Thiếu hàng của mục %s.") % section, _("Thêm lại hàng với số mục ở cột A.")
            reading.flaws.add(Flaw(sheet.name, 0, "", title, "", why, mend))
            continue
        row, cells = there[section]
        words = _cell(sheet, row, cells, 2, title, reading)
        before = known.narrative.get(section, "")
        if words:
            reading.narrative[section] = words
        if words and words != before:
            reading.changes.append((f"{WORDS}!C{row}", "", title, _short(before), _short(words)))
        elif not words and not before and (sheet.name, row, "C") not in reading.flaws.cells:
            why, mend = _("Mục này chưa có lời văn."), _("Viết vào đây, hoặc trên trang báo cáo trước khi gửi.")
            reading.warnings.add(Flaw(sheet.name, row, "C", title, "", why, mend))


DIFFICULTY_ROW = 3
"""The header of the difficulties."""


def _difficulties(sheet: Sheet | None, known: Known, reading: Reading) -> None:
    """Rows of clause, difficulty, proposal."""
    if sheet is None:
        _missing(DIFFICULTIES, reading)
        return
    header = next((row for row, cells in sheet.rows if any(plain_key(str(cell or "")) == plain_key(str(PARTS["text"])) for cell in cells)), 0)
    if not header:
        why, mend = _("Không thấy hàng tiêu đề."), _("Trả lại hàng tiêu đề như mẫu.")
        reading.flaws.add(Flaw(sheet.name, DIFFICULTY_ROW, "", "", "", why, mend))
        return
    rows = [(row, cells) for row, cells in sheet.rows if row > header and any(not empty(cell) for cell in cells[:3])]
    reading.cells[DIFFICULTIES] = len(PARTS) * len(rows)
    for row, cells in rows:
        said = {name: _cell(sheet, row, cells, place, str(label), reading) for place, (name, label) in enumerate(PARTS.items())}
        if said["text"]:
            reading.difficulties.append(said)
        elif (sheet.name, row, "B") not in reading.flaws.cells:
            why, mend = _("Hàng này chưa nói vướng mắc gì."), _("Ghi vướng mắc, hoặc xóa hàng.")
            reading.flaws.add(Flaw(sheet.name, row, "B", str(PARTS["text"]), "", why, mend))
    if reading.difficulties and reading.difficulties != list(known.difficulties):
        before, now = len(known.difficulties), len(reading.difficulties)
        reading.changes.append((DIFFICULTIES, "", _("Vướng mắc, đề nghị"), _("%d nội dung") % before, _("%d nội dung") % now))
