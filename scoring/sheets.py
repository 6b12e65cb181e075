"""The workbook of one commune's form: its layout, what a workbook that comes back says, and what that would change in the form as it is now.

Pure. Rows are found by the codes of their criteria. A hidden sheet, signed, tells unit, period, set of criteria, layout, and what each criterion held when
the workbook was fetched: so a cell that nobody touched changes nothing, and one that was touched here and on the page is for a person to decide.
"""

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple
from unicodedata import normalize

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes import sealed
from communes.parsing import Cell, Wrong, empty, text
from communes.reading import Sheet
from communes.rules import fold
from communes.sheets import HEAD_ROWS, Flaw, Log, letter, shown
from ledger.rules import digest
from plan2018.forms import clean_words
from plan2018.rules import parse_decimal
from scoring import rules
from scoring.rules import Scoring

VERSION = "2"
"""Of the layout. A file of another version is not read."""

SALT = "scoring.sheets"
"""Of the signature."""

GUIDE, FORM, RUBRIC, TEMPLATE = "Hướng dẫn", "Phiếu tự chấm", "Mức điểm", sealed.SHEET
"""The sheets: the third one stands there where a criterion has a rubric, the last one is hidden."""

HEAD = 4
"""The row of the header; above it what the form is about and the running total, below it a row a criterion."""

NUMBER, CODE, TITLE, MAXIMUM, POINTS, WORDS, NA, GUIDANCE = range(8)
LABELS: Sequence[str | Promise] = (
    gettext_lazy("Số"),
    gettext_lazy("Mã"),
    gettext_lazy("Tiêu thức thành phần"),
    gettext_lazy("Điểm tối đa"),
    gettext_lazy("Điểm tự chấm"),
    gettext_lazy("Giải thích"),
    gettext_lazy("Không áp dụng"),
    gettext_lazy("Hướng dẫn chấm"),
)
"""The columns from A on. Points and words are for filling in, so is whether a criterion does not apply where the set lets it; the others are locked."""

YES = gettext_lazy("Có")
"""What stands in the column of what does not apply."""

LONGEST = 32_767
"""Most characters that a cell of Excel holds."""

CAUSES: dict[str, tuple[str | Promise, str | Promise]] = sealed.CAUSES | {
    "long": (gettext_lazy("Tệp có quá nhiều hàng hoặc quá nhiều chữ."), gettext_lazy("Dùng phiếu mới tải từ trang này; bỏ hàng, ô thừa.")),
    "no_template": (
        gettext_lazy("Tệp không phải phiếu tự chấm tải từ cổng: không có trang ẩn của mẫu."),
        gettext_lazy("Tải phiếu Excel ở trang này, chép điểm (Dán đặc biệt, Giá trị) vào phiếu rồi gửi."),
    ),
    "old_template": (
        gettext_lazy("Phiếu Excel này đã cũ: mẫu hoặc bộ tiêu thức đã đổi từ khi tải."),
        gettext_lazy("Tải phiếu mới ở trang này, chép điểm (Dán đặc biệt, Giá trị) sang rồi gửi."),
    ),
    "other_unit": (gettext_lazy("Đây là phiếu của đơn vị khác."), gettext_lazy("Chọn đúng tệp của đơn vị mình, hoặc tải phiếu mới ở trang này.")),
    "other_period": (
        gettext_lazy("Đây là phiếu của kỳ khác."),
        gettext_lazy("Chọn đúng tệp của kỳ này, hoặc tải phiếu mới ở trang này. Điểm của hai kỳ không dùng thay nhau."),
    ),
    "no_form": (
        gettext_lazy("Không có trang tính “Phiếu tự chấm”: trang đã bị đổi tên, xóa hoặc ẩn."),
        gettext_lazy("Đổi lại đúng tên trang như trong mẫu rồi gửi."),
    ),
    "no_head": (
        gettext_lazy("Không thấy hàng tiêu đề ở trang “Phiếu tự chấm”."),
        gettext_lazy("Tải phiếu mới ở trang này, chép điểm sang; đừng xóa hàng tiêu đề."),
    ),
}
"""Why a whole file is refused, and what to do."""


class Row(NamedTuple):
    """A criterion as the form has it now, or a group, which only holds criteria. `open`: may be written while the form is where it is."""

    code: str
    number: str
    title: str
    maximum: Decimal
    guidance: str = ""
    group: bool = False
    points: Decimal | None = None
    words: str = ""
    version: int = 0
    open: bool = True
    remark: str = ""
    levels: tuple[tuple[Decimal, str], ...] = ()
    """The points of a rubric, each with what it asks for; nothing stands between them."""
    na: bool = False
    may_not_apply: bool = False
    scoring: Scoring = Scoring.POINTS

    @property
    def held(self) -> tuple[Decimal | None, str, bool]:
        """What the criterion holds: points, words, whether it does not apply."""
        return self.points, self.words, self.na


@dataclass(frozen=True)
class Form:
    """What a workbook is about: unit, period and criteria set, each as (code, words); how often the form was changed; its rows in order."""

    unit: tuple[str, str]
    period: tuple[str, str]
    criteria_set: tuple[str, str]
    version: int
    rows: Sequence[Row]

    @property
    def criteria(self) -> list[Row]:
        """The rows that are scored."""
        return [row for row in self.rows if not row.group]

    def heading(self) -> tuple[str, str]:
        """The two lines above the table."""
        about = {"period": self.period[1], "set": self.criteria_set[1], "code": f"{self.period[0]}/{self.unit[0]}", "version": VERSION}
        return (
            _("PHIẾU TỰ CHẤM ĐIỂM: %s") % self.unit[1],
            _("Kỳ: %(period)s. Tiêu thức: %(set)s. Phiếu %(code)s, mẫu %(version)s. Chỉ điền các ô trắng.") % about,
        )


class Said(NamedTuple):
    """What a file says of a criterion, where, and what the criterion held when the file was fetched: its version and a digest of its points and words."""

    row: int
    points: str
    words: str
    version: int
    fetched: str
    na: bool = False

    @property
    def held(self) -> tuple[Decimal | None, str, bool]:
        """What the file says that the criterion holds, as `Row.held`."""
        return self.value, self.words, self.na

    @property
    def value(self) -> Decimal | None:
        """The points; None where the cell is empty."""
        return Decimal(self.points) if self.points else None


@dataclass
class Reading:
    """What a workbook says by criterion, and what is wrong or doubtful in it. `about`: the code of the other unit or period that a refused file is about."""

    said: dict[str, Said] = field(default_factory=dict)
    flaws: Log = field(default_factory=Log)
    warnings: Log = field(default_factory=Log)
    cells: int = 0
    refused: str = ""
    about: str = ""


class Step(NamedTuple):
    """What confirming a file does to one criterion. `clash`: it was changed on the page after the file was fetched; `locked`: it may not be changed now."""

    row: Row
    said: Said
    clash: bool = False
    locked: bool = False

    def lines(self) -> list[tuple[str, str, str, str]]:
        """What differs, cell by cell: the cell, what stands in it, as it is now, as the file has it."""
        pairs = (
            (POINTS, say(self.row.points), say(self.said.value)),
            (WORDS, self.row.words or "–", self.said.words or "–"),
            (NA, _yes(self.row.na), _yes(self.said.na)),
        )
        return [(f"{letter(place)}{self.said.row}", str(LABELS[place]), now, then) for place, now, then in pairs if now != then]


def manifest(form: Form) -> list[tuple[str, str]]:
    """The lines of the hidden sheet: what the file is about, then each criterion with what it holds."""
    head = [
        ("layout", VERSION),
        ("unit", form.unit[0]),
        ("period", form.period[0]),
        ("set", form.criteria_set[0]),
        ("form", str(form.version)),
    ]
    return head + [(row.code, f"{row.maximum};{row.version};{fingerprint(*row.held)}") for row in form.criteria]


def fingerprint(points: Decimal | None, words: str, na: bool) -> str:
    """A digest of what a criterion holds, to tell whether a cell was touched."""
    said = rules.NOT_APPLICABLE if na else "" if points is None else f"{points:.2f}"
    return f"{zlib.crc32(f'{said};{words}'.encode()):08x}"


def _yes(value: bool) -> str:
    return str(YES) if value else "–"


def say(value: Decimal | None) -> str:
    """Points in words: 14,5; 20; nothing is a dash."""
    return "–" if value is None else f"{value.normalize():f}".replace(".", ",")


def points(cell: Cell, maximum: Decimal, levels: Sequence[Decimal] = ()) -> Decimal | None:
    """Points as a cell holds them: a number, or text as the page takes it ("12,5", "12.5"); None where it is empty. Raises Wrong, also between two levels."""
    if empty(cell):
        return None
    most = say(maximum)
    mend = _("Gõ một số từ 0 đến %s, nhiều nhất hai chữ số sau dấu phẩy, ví dụ 0,5.") % most
    found = _number(cell, maximum, mend)
    if not rules.is_within(found, maximum):
        raise Wrong(_("Nằm ngoài thang điểm, từ 0 đến %s.") % most, mend)
    if levels and found not in levels:
        raise Wrong(_("Không phải điểm của một mức."), _("Ghi một trong các mức: %s.") % "; ".join(say(level) for level in levels))
    return found or abs(found)  # there is no minus zero


def _number(cell: Cell, maximum: Decimal, mend: str) -> Decimal:
    """A cell as a number, however large. Raises Wrong."""
    if isinstance(cell, tuple):
        if cell[0] in ("date", "time"):
            raise Wrong(_("Excel đã đổi số thành ngày giờ."), _("Xóa ô, gõ lại với dấu phẩy, ví dụ 8,5."))
        if cell[0] in ("percent", "bool"):
            raise Wrong(_("Ô là phần trăm hoặc giá trị đúng/sai, không phải số điểm."), mend)
    try:
        return _exact(cell, maximum) if isinstance(cell, int | float) else parse_decimal(text(cell))
    except Wrong:
        raise
    except ValueError:
        long = isinstance(cell, int | float) or re.fullmatch(r"\s*\d+[.,]\d{3,}\s*", str(cell), re.ASCII)
        raise Wrong(_("Có quá hai chữ số sau dấu phẩy.") if long else _("Không phải là số điểm."), mend) from None


def na(cell: Cell) -> bool:
    """Whether a criterion does not apply, as a cell says it: "Có", or nothing. Raises Wrong."""
    if empty(cell):
        return False
    if fold(text(cell)) != fold(str(YES)):
        raise Wrong(_("Không rõ có áp dụng hay không."), _("Chọn “%s” ở danh sách nếu không áp dụng; áp dụng thì để trống.") % YES)
    return True


def _exact(cell: float, maximum: Decimal) -> Decimal:
    """A number as the sheet shows it, without the dust of binary fractions. Raises ValueError for one with more than two decimals."""
    found = Decimal(repr(cell))
    if not found.is_finite() or abs(found) > maximum + 1:
        return found
    rounded = found.quantize(Decimal("0.01"))
    if abs(rounded - found) > Decimal("1e-9"):
        raise ValueError(cell)
    return rounded


def words(cell: Cell) -> str:
    """A note as the page stores it. Raises Wrong."""
    if empty(cell):
        return ""
    whole = clean_words(cell) if isinstance(cell, str) else text(cell)
    for line in whole.split("\n"):
        text(line, LONGEST)  # what cannot be meant: old fonts, broken signs
    if len(whole) > rules.MAX_WORDS:
        raise Wrong(_("Dài %(n)d ký tự, nhiều nhất %(most)d.") % {"n": len(whole), "most": rules.MAX_WORDS}, _("Viết gọn lại."))
    return whole


def read(sheets: Sequence[Sheet], form: Form) -> Reading:
    """What the sheets of a file say for this form, whatever has become of the form since the file was fetched."""
    reading = Reading()
    by_name = {normalize("NFC", sheet.name).strip(): sheet for sheet in sheets}
    reading.refused, reading.about, fetched = _template(by_name.get(TEMPLATE), form)
    sheet = by_name.get(FORM)
    if not reading.refused and not (sheet and sheet.visible):
        reading.refused = "no_form"
    if not reading.refused and sheet:
        head = _head(sheet)
        if head:
            Table(sheet, head, form, fetched, reading).read()
        else:
            reading.refused = "no_head"
    if not reading.refused:
        _others(by_name, reading)
    return reading


def _others(sheets: Mapping[str, Sheet], reading: Reading) -> None:
    """Sheets that the template does not have."""
    for name, sheet in sheets.items():
        if name in (GUIDE, FORM, RUBRIC, TEMPLATE) or not sheet.rows:
            continue
        if _head(sheet):
            why, mend = _("Trang này là bản sao của “Phiếu tự chấm”; không rõ trang nào đúng."), _("Giữ một trang “Phiếu tự chấm”, xóa trang này.")
            reading.flaws.add(Flaw(sheet.name, 0, "", "", "", why, mend))
        else:
            why, mend = _("Trang này không có trong mẫu nên không được đọc."), _("Điểm và giải thích thì ghi vào trang “Phiếu tự chấm”.")
            reading.warnings.add(Flaw(sheet.name, 0, "", "", "", why, mend))


def _template(sheet: Sheet | None, form: Form) -> tuple[str, str, Mapping[str, str]]:
    """Why the file is no workbook of this form (empty when it is), the code of what it is about instead, and what each criterion held."""
    if sheet is None:
        return "no_template", "", {}
    if (lines := sealed.read_seal(sheet, SALT)) is None:
        return "forged", "", {}
    said = dict(lines)
    if said.get("layout") != VERSION:
        return "old_template", "", {}
    for name, code in (("unit", form.unit[0]), ("period", form.period[0])):
        if said[name] != code:
            return f"other_{name}", said[name], {}
    held = {row.code: said.get(row.code, "") for row in form.criteria}
    same = all(line.split(";")[0] == str(row.maximum) for row, line in zip(form.criteria, held.values(), strict=True))
    return ("", "", held) if same and said["set"] == form.criteria_set[0] and len(lines) == 5 + len(held) else ("old_template", "", {})


def _head(sheet: Sheet) -> int:
    """The number of the row that holds most of the labels; 0 without one."""
    found = ((sum(_same(cell, label) for cell, label in zip(cells, LABELS, strict=False)), row) for row, cells in sheet.rows[:HEAD_ROWS])
    count, row = max(found, default=(0, 0))
    return row if count > len(LABELS) // 2 else 0


def _same(cell: Cell, wanted: str | Promise | Decimal) -> bool:
    """Whether a locked cell still says what the template has."""
    if isinstance(wanted, Decimal):
        return Decimal(repr(cell)) == wanted if isinstance(cell, int | float) else False
    found = f"{cell:g}" if isinstance(cell, int | float) else cell if isinstance(cell, str) else ""
    return " ".join(normalize("NFC", found).split()) == " ".join(str(wanted).split())


class Table:
    """The sheet of the form being read."""

    def __init__(self, sheet: Sheet, head: int, form: Form, fetched: Mapping[str, str], reading: Reading) -> None:
        self.sheet, self.head, self.form, self.fetched, self.reading = sheet, head, form, fetched, reading
        self.rows = {number: [*cells, *[None] * (len(LABELS) - len(cells))] for number, cells in sheet.rows}

    def wrong(self, row: int, place: int, cell: Cell, why: str, mend: str) -> None:
        self.reading.flaws.add(Flaw(self.sheet.name, row, letter(place), str(LABELS[place]), shown(cell), why, mend))

    def read(self) -> None:
        """Take every row of a criterion; blame every locked cell that was changed."""
        self._above()
        self._merged()
        seen: dict[str, int] = {}
        for number, cells in self.rows.items():
            if number <= self.head or all(empty(cell) for cell in cells):
                continue
            row = self._row_of(number, cells, seen)
            if row:
                seen[row.code] = number
                self._row(number, cells, row)
        for row in self.form.rows:
            if row.code not in seen:
                why, mend = _("Thiếu hàng %(number)s “%(title)s”.") % row._asdict(), _("Thêm lại hàng với mã %s, hoặc tải phiếu mới.") % row.code
                self.reading.flaws.add(Flaw(self.sheet.name, 0, "", "", "", why, mend))

    def _above(self) -> None:
        """The lines above the table and its header."""
        for up, line in zip((HEAD - 1, HEAD - 2), self.form.heading(), strict=True):
            cell = self.rows.get(self.head - up, [None])[0]
            if not _same(cell, line):
                why, mend = (
                    _("Dòng đầu phiếu đã bị sửa; mẫu ghi “%s”.") % shown(line),
                    _("Trả lại như mẫu. Phiếu của đơn vị khác, kỳ khác thì tải riêng."),
                )
                self.reading.flaws.add(Flaw(self.sheet.name, max(self.head - up, 1), "A", "", shown(cell), why, mend))
        for place, label in enumerate(LABELS):
            if not _same(cell := self.rows[self.head][place], label):
                why, mend = _("Tiêu đề đã đổi; cột này của mẫu là “%s”.") % label, _("Trả lại tiêu đề như mẫu; đừng chèn, xóa, đổi chỗ cột.")
                self.wrong(self.head, place, cell, why, mend)
        extra = {place for cells in self.rows.values() for place, cell in enumerate(cells) if place >= len(LABELS) and not empty(cell)}
        for place in sorted(extra):
            why, mend = _("Cột này không có trong mẫu nên không được đọc."), _("Cần giải thích thì ghi vào cột “Giải thích”.")
            self.reading.warnings.add(Flaw(self.sheet.name, self.head, letter(place), "", "", why, mend))

    def _merged(self) -> None:
        for top, left, bottom, right in self.sheet.merged:
            if bottom > self.head and left - 1 <= NA and right > POINTS:
                name = f"{letter(left - 1)}{top}:{letter(right - 1)}{bottom}"
                why, mend = _("Ô gộp %s: không rõ giá trị thuộc ô nào.") % name, _("Bỏ gộp ô (Unmerge), điền đủ từng ô.")
                self.wrong(top, max(left - 1, POINTS), None, why, mend)

    def _row_of(self, number: int, cells: Sequence[Cell], seen: Mapping[str, int]) -> Row | None:
        """The row of the form that a row of the sheet is; None for one that is not in it or is there already."""
        found = next((row for row in self.form.rows if _same(cells[CODE], row.code)), None)
        if found and found.code in seen:
            why, mend = _("Mã %(code)s đã có ở hàng %(row)d."), _("Giữ một hàng, xóa hàng kia.")
            self.wrong(number, CODE, cells[CODE], why % {"code": found.code, "row": seen[found.code]}, mend)
            return None
        if found is None:
            absent = [row for row in self.form.rows if _same(cells[NUMBER], row.number)]
            why = _("Mã tiêu thức đã đổi; mẫu ghi %s.") % absent[0].code if absent else _("Hàng này không có trong mẫu.")
            self.wrong(number, CODE, cells[CODE], why, _("Trả lại mã như mẫu.") if absent else _("Xóa hàng chèn thêm."))
        elif number in self.sheet.hidden:
            self.wrong(number, POINTS, cells[POINTS], _("Hàng đang ẩn nên người gửi không thấy."), _("Bỏ ẩn hàng, xem lại rồi gửi."))
        return found

    def _row(self, number: int, cells: Sequence[Cell], row: Row) -> None:
        """The cells of a row: the locked ones as the template has them, the others as they are filled in."""
        for place, wanted in ((NUMBER, row.number), (TITLE, row.title), (MAXIMUM, row.maximum), (GUIDANCE, row.guidance)):
            if not _same(cells[place], wanted):
                why = _("Ô khóa đã bị sửa; mẫu ghi “%s”.") % shown(say(wanted) if isinstance(wanted, Decimal) else wanted)
                self.wrong(number, place, cells[place], why, _("Trả lại như mẫu; chỉ điền cột điểm và cột giải thích."))
        if row.group:
            for place in (POINTS, WORDS, NA):
                if not empty(cells[place]):
                    why, mend = _("Hàng nhóm tiêu thức không chấm điểm."), _("Xóa ô này; chấm từng tiêu thức bên dưới.")
                    self.wrong(number, place, cells[place], why, mend)
        else:
            self._entry(number, cells, row)

    def _entry(self, number: int, cells: Sequence[Cell], row: Row) -> None:
        """The cells of a criterion that are filled in."""
        self.reading.cells += 3
        found: dict[int, Any] = {}
        for place, parse in ((POINTS, lambda cell: points(cell, row.maximum, [level for level, _text in row.levels])), (WORDS, words), (NA, na)):
            try:
                found[place] = parse(cells[place])
            except Wrong as wrong:
                self.wrong(number, place, cells[place], wrong.why, wrong.mend)
        if found.get(NA) and not row.may_not_apply:
            self.wrong(number, NA, cells[NA], _("Tiêu thức này luôn áp dụng."), _("Xóa ô này rồi chấm điểm."))
        elif found.get(NA) and found.get(POINTS) is not None:
            self.wrong(number, NA, cells[NA], _("Vừa có điểm vừa ghi không áp dụng."), _("Xóa điểm, hoặc xóa ô này."))
        elif len(found) == len((POINTS, WORDS, NA)):
            _maximum, version, fetched = self.fetched[row.code].split(";")
            self.reading.said[row.code] = Said(number, rules.as_text(found[POINTS]), found[WORDS], int(version), fetched, found[NA])


def steps(said: Mapping[str, Said], form: Form) -> Iterator[Step]:
    """What a file changes in the form as it is now: what was touched in it and is not there already, in the order of the form."""
    for row in form.criteria:
        here = said.get(row.code)
        if here is None or fingerprint(*here.held) == here.fetched or here.held == row.held:
            continue
        yield Step(row, here, clash=here.version != row.version, locked=not row.open)


def seen(found: Sequence[Step]) -> str:
    """A digest of everything that a confirmation is about."""
    return digest([[step.row.code, step.row.version, step.said.points, step.said.words, step.said.na, step.clash, step.locked] for step in found])
