"""The dated registers as sheets: their columns, what a cell may hold, what a row must agree with, and the way back into a workbook.

Columns are fields of django-import-export with widgets that say in words what is wrong; only the loop is ours. The library cleans and saves row by
row; here a whole column is cleaned at once and equal cells once, so that 3,000 people take a tenth of a second.
"""

import csv
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import Widget

from communes import parsing, selectors
from communes.forms import ADULT, LARGEST_AREA, MOST, OLDEST, RETIRED, SMALLEST_NORM, YOUNGEST
from communes.merge import document_key
from communes.models import Document, Office, Official, Profile, Upload
from communes.parsing import Cell, Wrong
from communes.reading import Sheet, read
from communes.rules import clean_name, name_key, person_key
from communes.sheets import Draft, Heading, Line, Place, Places, Table, clean, letter, tables, twins
from communes.standards import DECLARED, LAND, TITLES, Gap, Kind, fitting, missing, until, years_later
from communes.xlsx import LONGEST, Refused

DATA = Path(__file__).parent / "data"


class CellWidget(Widget):
    """A cell both ways: `parse` reads it or raises Wrong, which says what to do; `parsing.write` gives it back."""

    def __init__(self, name: str, parse: Callable[[Cell], Any]) -> None:
        super().__init__()
        self.name, self.parse = name, parse

    def clean(self, value: Cell, row: Any = None, **kwargs: Any) -> Any:
        return None if parsing.empty(value) else self.parse(value)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return parsing.write(self.name, value)


class Column(Field):
    """A column: the field it fills (or reads), its header and other spellings of it, whether every row needs it."""

    def __init__(self, attribute: str, header: str, parse: Callable[[Cell], Any], *also: str, name: str = "", required: bool = True) -> None:
        self.name = name or attribute
        super().__init__(attribute=attribute, column_name=header, widget=CellWidget(self.name, parse))
        self.also, self.required = also, required

    @property
    def heading(self) -> Heading:
        return Heading(self.name, self.column_name, self.also, self.required)


class At:
    """A row of a table, to say something about."""

    def __init__(self, table: Table, place: int, row: int, draft: Draft) -> None:
        self.table, self.place, self.row, self.draft = table, place, row, draft
        self.right = True

    def _cell(self, name: str) -> Cell:
        return self.table.column(name)[self.place]

    def flaw(self, name: str, why: str, mend: str) -> None:
        self.right = False
        self.draft.flaws.add(self.table.flaw(self.row, name, self._cell(name), why, mend))

    def empty(self, name: str) -> bool:
        return parsing.empty(self._cell(name))

    def says(self, name: str, words: str) -> bool:
        """Whether a cell has these words, spelt somehow."""
        return parsing.plain_key(str(self._cell(name))) == parsing.plain_key(words)

    def warn(self, name: str, why: str, mend: str) -> None:
        self.draft.warnings.add(self.table.flaw(self.row, name, self._cell(name), why, mend))


class RegisterResource(ModelResource):
    """A register as a sheet. `clean` turns sheets into lines; nothing is written here: communes/services.py takes them."""

    class Meta:
        fields: tuple[str, ...] = ()

    every = False
    """Whether units of every level have rows, not communes alone."""
    once = gettext_lazy("mỗi người (xã) một hàng")

    unit_code = Column("unit__code", "Mã xã", parsing.unit_code, "Mã đơn vị", "Mã ĐVHC", "Mã", name="unit_code", required=False)
    unit_name = Column(
        "unit__full_name", "Tên xã", parsing.text, "Xã", "Đơn vị", "Tên đơn vị", "Xã, phường, thị trấn", name="unit_name", required=False
    )

    @property
    def columns(self) -> list[Column]:
        """The columns in the order of a sheet."""
        return [self.fields[name] for name in self.Meta.fields]

    def clean(self, sheets: Iterable[Sheet], places: Places, since: date, today: date) -> Draft:
        """What the sheets say as of `since`: lines, flaws, warnings, all of them."""
        draft = Draft()
        columns = self.columns
        found = tables(sheets, [column.heading for column in columns], draft)
        memos: dict[str, dict[Cell, Any]] = {column.name: {} for column in columns}
        for table in found:
            draft.cells[table.sheet] = sum(len(table.rows) - table.column(name).count(None) for name in table.places)
            self._clean(table, columns[2:], places, memos, draft, (since, today))
        for line, first in twins(draft.lines):
            where = (
                _("hàng %d") % first.row
                if first.sheet == line.sheet
                else _("trang %(sheet)s, hàng %(row)d") % {"sheet": first.sheet, "row": first.row}
            )
            table = next(table for table in found if table.sheet == line.sheet)
            name = columns[2].name if len(line.key) > 1 else "unit_code"
            why = _("Trùng với %(where)s: %(once)s.") % {"where": where, "once": self.once}
            draft.flaws.add(table.flaw(line.row, name, line.who, why, _("Xóa một trong hai hàng.")))
        return draft

    def _clean(
        self, table: Table, columns: list[Column], places: Places, memos: dict[str, dict[Cell, Any]], draft: Draft, days: tuple[date, date]
    ) -> None:
        wrong = self._sparse(table, columns, draft)
        values = []
        for column in columns:
            cells, memo = table.column(column.name), memos[column.name]
            cleaned = clean(cells, column.widget.parse, memo)
            if column.required or any(type(value) is Wrong for value in memo.values()):
                cleaned = self._sift(table, column, cells, cleaned, wrong, draft)
            values.append(cleaned)
        codes, names = table.column("unit_code"), table.column("unit_name")
        for place, ((row, _cells), code, name, *given) in enumerate(zip(table.rows, codes, names, *values, strict=True)):
            at = At(table, place, row, draft)
            unit = None if wrong.get(place) is False else self._unit(at, places, code, name)
            line = self.line(at, unit, *days, *given)
            if line is not None and at.right and place not in wrong:
                draft.lines.append(line)

    def _unit(self, at: At, places: Places, code: Cell, name: Cell) -> Place | None:
        """The commune of a row; None where there is none, which is told."""
        unit, column = places.find(code, name)
        if isinstance(unit, Wrong):
            at.flaw(column, unit.why, unit.mend)
            return None
        if column == "unit_name" and isinstance(name, str) and name.isascii() and not unit.full_name.isascii():
            said = _("Tên không dấu, hiểu là %(name)s (%(code)s).") % {"name": unit.full_name, "code": unit.code}
            at.warn("unit_name", said, _("Điền mã xã cho chắc."))
        return unit

    def _sparse(self, table: Table, columns: list[Column], draft: Draft) -> dict[int, bool]:
        """Rows that lack most of what every row needs, each one flaw: {place: False}; a total or a signature under the table, most likely."""
        if not any(None in table.column(column.name) for column in columns if column.required):
            return {}
        needed = [table.places[column.name] for column in columns if column.required and column.name in table.places]
        sparse: dict[int, bool] = {}
        for place, (row, cells) in enumerate(table.rows):
            there = sum(1 for at in needed if at < len(cells) and cells[at] is not None)
            if there * 2 < len(needed):
                sparse[place] = False
                if self._untouched(table, cells):
                    why, mend = _("Xã này chưa điền gì nên bỏ qua."), _("Điền số liệu nếu có.")
                    draft.warnings.add(table.flaw(row, "", None, why, mend))
                    continue
                value = next((cell for cell in cells if not parsing.empty(cell)), None)
                why = _("Hàng này thiếu phần lớn các cột bắt buộc.")
                draft.flaws.add(table.flaw(row, "", value, why, _("Điền đủ; nếu là dòng tổng cộng hay chữ ký thì xóa hàng.")))
        return sparse

    def _untouched(self, table: Table, cells: list[Cell]) -> bool:
        """Whether a row has nothing but its commune, as templates have it."""
        units = {table.places.get("unit_code"), table.places.get("unit_name")}
        return all(place in units or parsing.empty(cell) for place, cell in enumerate(cells) if place in table.places.values())

    def _sift(self, table: Table, column: Column, cells: list[Cell], values: list[Any], wrong: dict[int, bool], draft: Draft) -> list[Any]:
        """The values of a column with None for what is wrong or missing, which is told."""
        if column.name not in table.places:  # told once, at the head
            wrong |= dict.fromkeys(range(len(cells)), True) | wrong if column.required else {}
            return values
        kept = []
        for place, value in enumerate(values):
            if value is None and column.required and wrong.get(place, True):
                wrong[place] = True
                why, mend = _("Ô bắt buộc; trống không được hiểu là không hay bằng 0."), _("Điền “%s”.") % column.column_name
                draft.flaws.add(table.flaw(table.rows[place][0], column.name, None, why, mend))
            if type(value) is Wrong:
                if wrong.get(place, True):
                    wrong[place] = True
                    draft.flaws.add(table.flaw(table.rows[place][0], column.name, cells[place], value.why, value.mend))
                value = None  # noqa: PLW2901
            kept.append(value)
        return kept

    def line(self, at: At, unit: Place | None, since: date, today: date, *values: Any) -> Line | None:
        """A row as the register stores it; None where something that tells the row is wrong. Says at the row what does not fit together."""
        raise NotImplementedError


@lru_cache(maxsize=512)
def _lacking(kind: Kind, education: Any, qualification: Any, theory: Any, declared: str) -> tuple[tuple[Gap, ...], str]:
    gaps = missing(kind, education, qualification, theory, [gap for gap in DECLARED if gap in declared.split(",")])
    return gaps, ",".join(gaps)


@lru_cache(maxsize=64)
def _births(since: date) -> tuple[date, date]:
    """The first and the last day of birth that are believed of somebody who holds a title on this day."""
    return years_later(since, -OLDEST), years_later(since, -YOUNGEST)


@lru_cache(maxsize=20_000)
def _keys(full_name: str) -> tuple[str, str]:
    return name_key(full_name), person_key(full_name)


class RosterResource(RegisterResource):
    """Officials. A person is told by commune, name and day of birth."""

    full_name = Column("full_name", "Họ và tên", parsing.person, "Họ tên", "Họ và tên cán bộ, công chức", "Tên")
    born_on = Column("born_on", "Ngày sinh", parsing.day, "Ngày, tháng, năm sinh", "Ngày tháng năm sinh", "Năm sinh", "Sinh ngày")
    title = Column("title", "Chức danh", parsing.title, "Chức vụ", "Chức vụ, chức danh", "Chức danh chính")
    concurrent_title = Column("concurrent_title", "Kiêm nhiệm", parsing.title, "Chức danh kiêm nhiệm", "Kiêm", required=False)
    education = Column("education", "Trình độ văn hóa", parsing.education, "Văn hóa", "Trình độ giáo dục phổ thông", "TĐ văn hóa")
    qualification = Column(
        "qualification", "Trình độ chuyên môn", parsing.qualification, "Chuyên môn", "Trình độ đào tạo", "Trình độ chuyên môn, nghiệp vụ"
    )
    theory = Column("theory", "Lý luận chính trị", parsing.theory, "Trình độ lý luận chính trị", "LLCT", "Lý luận")
    appointed_on = Column(
        *("appointed_on", "Ngày tuyển dụng, bầu, bổ nhiệm", parsing.day, "Ngày tuyển dụng", "Ngày bổ nhiệm", "Ngày bầu"), required=False
    )
    retires_on = Column(*("retires_on", "Ngày đến tuổi nghỉ hưu", parsing.day, "Ngày nghỉ hưu", "Đến tuổi nghỉ hưu"), required=False)
    declared_gaps = Column(*("declared_gaps", "Tiêu chuẩn tuyển dụng còn nợ", parsing.gaps, "Còn nợ tiêu chuẩn", "Tiêu chuẩn còn nợ"), required=False)
    missing_until = Column("missing_until", "Hoàn thiện trước ngày", parsing.day, "Hạn hoàn thiện", required=False)
    ends_on = Column(
        *("until", "Thôi giữ chức từ ngày", parsing.day, "Thôi giữ chức", "Ngày thôi giữ chức", "Nghỉ từ ngày"), name="ends_on", required=False
    )

    class Meta:
        model = Official
        fields = (
            *("unit_code", "unit_name", "full_name", "born_on", "title", "concurrent_title", "education", "qualification", "theory"),
            *("appointed_on", "retires_on", "declared_gaps", "missing_until", "ends_on"),
        )

    def line(self, at: At, unit: Place | None, since: date, today: date, *values: Any) -> Line | None:
        full_name, born_on, title, concurrent, education, qualification, theory, appointed_on, retires_on, declared, stated, ends_on = values
        earliest, latest = _births(since)
        if born_on and not earliest <= born_on <= latest:
            why = (
                _("Sinh sau ngày của số liệu.")
                if born_on >= since
                else _("Vào ngày của số liệu, người này %d tuổi.") % ((since - born_on).days // 365.25)
            )
            at.flaw("born_on", why, _("Xem lại ngày, tháng, năm sinh."))
        self._days(at, since, today, born_on, appointed_on, retires_on, ends_on)
        if concurrent and concurrent == title:
            at.flaw("concurrent_title", _("Kiêm nhiệm trùng với chức danh chính."), _("Xóa ô kiêm nhiệm."))
        if unit is not None and (title in LAND or concurrent in LAND):
            title, concurrent = self._land(at, unit, "title", title), self._land(at, unit, "concurrent_title", concurrent)
        if unit is None or full_name is None or born_on is None or title is None or None in (education, qualification, theory):
            return None
        kind = TITLES[title].kind
        declared = declared or ""
        lacking, words = _lacking(kind, education, qualification, theory, declared)
        if declared and kind != Kind.CIVIL_SERVANT:
            at.warn("declared_gaps", _("Tiêu chuẩn tuyển dụng chỉ tính cho công chức."), _("Để trống ô này."))
        if stated and not lacking:
            at.warn("missing_until", _("Không thiếu tiêu chuẩn nào nên không có hạn hoàn thiện."), _("Để trống ô này."))
        key, order = _keys(full_name)
        return Line(
            at.table.sheet,
            at.row,
            full_name,
            (unit.pk, key, born_on),
            (
                *(full_name, title, concurrent or "", int(education), int(qualification), int(theory), appointed_on, retires_on, declared),
                until(kind, lacking, appointed_on, stated),
            ),
            (order, kind.value, words, not lacking),
            ends_on,
        )

    def _land(self, at: At, unit: Place, column: str, title: str | None) -> str | None:
        """The title as the commune has it: the short word means either form, the full one must be right."""
        right = fitting(title, unit.kind) if title else title
        if right != title and not at.says(column, "Địa chính"):
            at.flaw(column, _("%s không có chức danh này.") % unit.full_name, _("Ghi “%s”.") % TITLES[str(right)].label)
        return right

    def _days(
        self, at: At, since: date, today: date, born_on: date | None, appointed_on: date | None, retires_on: date | None, ends_on: date | None
    ) -> None:
        if appointed_on and appointed_on > since:
            at.flaw("appointed_on", _("Ở sau ngày của số liệu."), _("Xem lại ngày; người chưa nhận chức thì chưa ghi."))
        elif appointed_on and born_on and appointed_on < years_later(born_on, ADULT):
            at.flaw("appointed_on", _("Khi đó người này chưa đủ 18 tuổi (sinh ngày %s).") % f"{born_on:%d/%m/%Y}", _("Xem lại hai ngày."))
        if retires_on and born_on and not years_later(born_on, RETIRED) <= retires_on <= years_later(born_on, OLDEST):
            at.flaw("retires_on", _("Khi đó người này dưới 40 hoặc trên 80 tuổi (sinh ngày %s).") % f"{born_on:%d/%m/%Y}", _("Xem lại hai ngày."))
        elif retires_on and not ends_on and retires_on <= since:
            at.warn("retires_on", _("Đã đến tuổi nghỉ hưu vào ngày của số liệu mà vẫn giữ chức."), _("Đã nghỉ thì ghi “Thôi giữ chức từ ngày”."))
        if ends_on and ends_on > today:
            at.flaw("ends_on", _("Ở sau hôm nay."), _("Chỉ ghi khi đã thôi giữ chức."))
        elif ends_on and appointed_on and ends_on <= appointed_on:
            at.flaw("ends_on", _("Trước ngày nhận chức."), _("Xem lại hai ngày."))


def _count() -> Callable[[Cell], Any]:
    return lambda cell: int(parsing.number(cell, low=0, high=MOST))


def _area(low: int) -> Callable[[Cell], Any]:
    return lambda cell: parsing.number(cell, low=low, high=LARGEST_AREA, places=2)


class OfficesResource(RegisterResource):
    """Offices and equipment: one row a commune."""

    construction = Column("construction", "Trụ sở", parsing.construction, "Loại trụ sở", "Tình trạng trụ sở")
    floor_area = Column("floor_area", "Diện tích làm việc (m²)", _area(0), "Diện tích", "Diện tích trụ sở")
    norm_area = Column("norm_area", "Diện tích theo định mức (m²)", _area(SMALLEST_NORM), "Định mức", "Diện tích định mức")
    internet_computers = Column("internet_computers", "Máy tính nối Internet", _count(), "Số máy tính nối Internet", "Máy tính")
    printers = Column("printers", "Máy in", _count(), "Số máy in")
    copiers = Column("copiers", "Máy photo", _count(), "Số máy photo", "Máy photocopy")
    telephone = Column("telephone", "Điện thoại liên hệ", parsing.telephone, "Điện thoại", "Số điện thoại", required=False)

    class Meta:
        model = Office
        fields = ("unit_code", "unit_name", "construction", "floor_area", "norm_area", "internet_computers", "printers", "copiers", "telephone")

    def line(self, at: At, unit: Place | None, since: date, today: date, *values: Any) -> Line | None:
        construction, floor_area, *_rest, telephone = values
        if construction == Office.NONE and floor_area:
            at.flaw("floor_area", _("Chưa có trụ sở mà có diện tích làm việc."), _("Ghi 0; nếu đang mượn, thuê thì ghi loại nhà đang dùng."))
        if construction not in (None, Office.NONE) and floor_area == 0:
            at.flaw("floor_area", _("Có trụ sở thì diện tích lớn hơn 0."), _("Xem lại hai cột."))
        if unit is None or None in values[:-1]:
            return None
        return Line(at.table.sheet, at.row, _unit_name(at), (unit.pk,), (*values[:-1], telephone or ""), ())


class ProfilesResource(RegisterResource):
    """What communes are like: one row a commune."""

    ntm_pilot = Column("ntm_pilot", "Xã điểm nông thôn mới", parsing.yes_no, "Xã điểm NTM", "Xã điểm")
    key_area = Column("key_area", "Địa bàn xung yếu", parsing.yes_no, "Xung yếu")
    border = Column("border", "Xã biên giới", parsing.yes_no, "Biên giới")
    villages = Column("villages", "Số thôn, bản, tổ dân phố", _count(), "Số thôn, bản", "Số thôn bản")
    village_heads = Column("village_heads", "Số thôn, bản có trưởng thôn", _count(), "Số trưởng thôn, bản", "Số trưởng thôn")
    concurrent_posts = Column("concurrent_posts", "Số chức danh kiêm nhiệm ở thôn, bản", _count(), "Số chức danh kiêm nhiệm")
    suggestion_box = Column("suggestion_box", "Có hòm thư góp ý", parsing.yes_no, "Hòm thư góp ý")
    feedback_telephone = Column(*("feedback_telephone", "Số điện thoại nhận phản ánh", parsing.telephone, "Điện thoại nhận phản ánh"), required=False)
    reception_schedule = Column("reception_schedule", "Lịch tiếp công dân", parsing.text, "Lịch tiếp dân", required=False)

    class Meta:
        model = Profile
        fields = (
            *("unit_code", "unit_name", "ntm_pilot", "key_area", "border", "villages", "village_heads", "concurrent_posts", "suggestion_box"),
            *("feedback_telephone", "reception_schedule"),
        )

    def line(self, at: At, unit: Place | None, since: date, today: date, *values: Any) -> Line | None:
        villages, heads = values[3:5]
        if villages is not None and heads is not None and heads > villages:
            other = f"{letter(at.table.places['villages'])}{at.row}"
            what = {"n": villages, "cell": other}
            at.flaw("village_heads", _("Lớn hơn số thôn, bản (ô %(cell)s: %(n)d).") % what, _("Kiểm tra lại hai ô."))
        if unit is None or None in values[:7]:
            return None
        return Line(at.table.sheet, at.row, _unit_name(at), (unit.pk,), (*values[:7], values[7] or "", values[8] or ""), ())


def _words(field: str) -> Callable[[Cell], Any]:
    longest: int = Document._meta.get_field(field).max_length  # type: ignore[union-attr,assignment]
    return lambda cell: clean_name(parsing.text(cell, longest))


class DocumentsResource(RegisterResource):
    """Documents of units of every level, without their files. A document is told by unit, number and day; one of everybody by number and issuer."""

    every = True
    once = gettext_lazy("mỗi văn bản một hàng")

    unit_code = Column("unit__code", "Mã đơn vị", parsing.unit_code, "Mã xã", "Mã ĐVHC", "Mã", name="unit_code", required=False)
    unit_name = Column("unit__full_name", "Tên đơn vị", parsing.text, "Đơn vị", "Tên xã", "Xã", name="unit_name", required=False)
    number = Column("number", "Số, ký hiệu", _words("number"), "Số ký hiệu", "Số hiệu", "Số văn bản")
    issued_on = Column("issued_on", "Ngày ban hành", parsing.day, "Ngày", "Ngày văn bản", "Ngày, tháng, năm ban hành", required=False)
    document_kind = Column("kind", "Loại văn bản", parsing.document_kind, "Loại", "Thể loại", name="document_kind")
    issuer = Column("issuer", "Cơ quan ban hành", _words("issuer"), "Nơi ban hành", "Cơ quan")
    subject = Column("title", "Trích yếu", _words("title"), "Trích yếu nội dung", "Nội dung", "Tên văn bản", name="subject")
    cited_in = Column("cited_in", "Thực hiện điều khoản", _words("cited_in"), "Kế hoạch dẫn ở", "Nơi dẫn", "Điều khoản", required=False)
    for_all = Column("for_all", "Dùng chung", parsing.yes_no, "Phạm vi dùng chung", required=False)

    class Meta:
        model = Document
        fields = (*("unit_code", "unit_name", "number", "issued_on", "document_kind", "issuer", "subject", "cited_in", "for_all"),)

    def line(self, at: At, unit: Place | None, since: date, today: date, *values: Any) -> Line | None:
        number, issued_on, kind, issuer, title, cited_in, for_all = values
        if issued_on and issued_on > today:
            at.flaw("issued_on", _("Ngày này ở sau hôm nay."), _("Xem lại ngày, tháng, năm."))
        elif at.empty("issued_on") and not for_all:
            at.flaw("issued_on", _("Ô bắt buộc: văn bản được nhận ra theo đơn vị, số và ngày."), _("Điền ngày ghi trên văn bản."))
        if for_all and unit is not None and unit.above:
            at.flaw("for_all", _("Chỉ tỉnh ghi được văn bản dùng chung."), _("Ghi “Không” hoặc để trống; mã đơn vị là đơn vị ban hành."))
        if unit is None or None in (number, kind, issuer, title):
            return None
        names = ("document_kind", "number", "issued_on", "issuer", "subject", "cited_in")
        return Line(
            *(at.table.sheet, at.row, number, document_key(None if for_all else unit.pk, number, issued_on, issuer)),
            (kind, number, issued_on, issuer, title, cited_in or ""),
            heads=tuple(at.table.head(name) for name in names),
        )


def _unit_name(at: At) -> str:
    return " ".join(str(cell) for name in ("unit_name", "unit_code") if (cell := at._cell(name)) is not None)[:80]  # noqa: SLF001


RESOURCES: dict[str, type[RegisterResource]] = {
    "roster": RosterResource,
    "offices": OfficesResource,
    "profiles": ProfilesResource,
    "documents": DocumentsResource,
}
"""By the name of the register in addresses and in the ledger."""


@lru_cache(maxsize=1)
def variants() -> list[tuple[str, str]]:
    """Other spellings of communes' names: (code, name). The file says where each was found."""
    with (DATA / "name_variants.csv").open(encoding="utf-8", newline="") as file:
        return [(row["code"], row["variant"]) for row in csv.DictReader(file)]


def read_sheets(upload: Upload, longest: int = LONGEST) -> list[Sheet] | str:
    """The sheets of a file, read by a process of its own (texts beyond `longest` characters are cut); or the cause for which it is refused."""
    try:
        with upload.file.open() as file:
            return read(file.read(), longest)
    except Refused as refused:
        return refused.cause


def draft(upload: Upload, sheets: list[Sheet] | str, today: date) -> Draft:
    """What the sheets of a file say of its register, cleaned."""
    if isinstance(sheets, str):
        return Draft(refused=sheets)
    resource = RESOURCES[upload.register]()
    places = Places(selectors.places(upload.unit, upload.since, every=resource.every), variants(), upload.unit.full_name, every=resource.every)
    return resource.clean(sheets, places, upload.since, today)
