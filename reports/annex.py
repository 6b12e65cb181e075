"""The Excel annexes of an edition of the figures: targets, ranking, classes, all districts, and a sheet for each district. Pure: plain values in, octets out.

A total is written as a formula with the edition's figure as its stored value, and only where adding up gives that figure; so the workbook shows
the same whether it is calculated again or not. Text is written as text in cells of the text format: what begins like a formula stays words, also
when somebody edits the cell. The rows go to disk as they are written: the country costs no more memory than the province.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from itertools import accumulate
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from communes.rules import Level
from plan2018.rules import COUNTS, TARGET_GROUPS, VIETNAM, Combine, Source
from reports import exports, goals
from reports.rules import TITLE
from scoring.rules import Grade
from scoring.sentences import GRADE_WORDS

FONT = "Times New Roman"
LOCALE = "[$-42A]"
"""Numbers in the Vietnamese way where a program lets the file decide."""
ELSEWHERE = (Source.CLASSIFICATION, Source.FILING)
"""Records whose indicators communes have no figures for: classes have an annex of their own, reports are the districts'."""
LONGEST_TEXT = 32_767
LONGEST_NAME = 31
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
BLOCK = 6
"""Indicators beside each other on a printed page, at most."""
FROZEN = 2
"""Columns with the name of the unit, repeated on each printed page; so nothing else may begin there."""
SCALE = 66
"""Percent at which such a page fits the width of A4."""
NARROW, FIGURE, NAME = 5, 7.5, 27
"""Widths of columns, in characters."""


class Amount(NamedTuple):
    """A figure: so many of so many; the lowest part where it is combined so."""

    numerator: Decimal
    denominator: Decimal
    low: Decimal | None = None


@dataclass(frozen=True)
class Place:
    """A unit with its figures by indicator; a commune also with its place in the ranking."""

    name: str
    full_name: str
    figures: Mapping[str, Amount]
    actuals: Mapping[str, Decimal | None] = field(default_factory=dict)
    """Of a district, by code of target: its share in percent, its count, its lowest part."""
    rank: int | None = None
    total: Decimal | None = None
    max_total: Decimal | None = None
    grade: str = ""
    clean_strong: bool = False
    communes: Sequence["Place"] = ()
    """Of a district."""


@dataclass(frozen=True)
class Told:
    """What the annexes tell of a province; of a district alone, which is then also its only district."""

    period: str
    half: bool
    whole: Place
    districts: Sequence[Place]
    targets: Sequence[Mapping[str, Any]]
    """Rows of `selectors.targets` for the whole."""
    indicators: Sequence[tuple[str, str, str]]
    """Code, name and way to combine of what communes have, in the plan's order."""
    illustrative: bool = False
    unchecked: bool = False


EXACT = ("value", "numerator", "denominator", "actual", "gap")


def read(content: Mapping[str, Any]) -> Told:
    """What an edition tells (`editions.snapshot`, or `editions.scoped` to a district)."""
    standings, figures = content["standings"], content["figures"]

    def place(unit: Mapping[str, Any], communes: Sequence[Place] = ()) -> Place:
        rank, total, max_total, grade, clean_strong = standings.get(unit["code"], (None, None, None, "", False))
        return Place(
            unit["name"],
            unit["full_name"],
            {key: Amount(*map(_exact, (one[0], one[1], one[3]))) for key, one in figures.get(unit["code"], {}).items()},  # type: ignore[arg-type]
            {row["code"]: _exact(row["actual"]) for row in content["targets"].get(unit["code"], ())},
            rank,
            _exact(total),
            _exact(max_total),
            grade,
            clean_strong,
            communes,
        )

    below: dict[str, list[Place]] = {}
    for unit in content["units"]:
        if unit["level"] == Level.COMMUNE:
            below.setdefault(unit["parent"], []).append(place(unit))
    districts = [place(unit, below.get(unit["code"], ())) for unit in content["units"] if unit["level"] == Level.DISTRICT]
    top, period = content["units"][0], content["period"]
    return Told(
        period=period["name"],
        half=period["kind"] == "half",
        whole=place(top),
        districts=districts,
        targets=[row | {name: _exact(row[name]) for name in EXACT} for row in content["targets"].get(top["code"], ())],
        indicators=[(row["code"], row["name"], row["combine"]) for row in content["indicators"] if row["source"] not in ELSEWHERE],
        illustrative=content["illustrative"],
        unchecked=content["unchecked"],
    )


def _exact(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


@dataclass(frozen=True)
class Cover:
    """What stands around the figures: whose annexes these are, and from which edition."""

    number: int
    final: bool
    made_at: datetime
    digest: str
    above: str = "UBND TỈNH ĐIỆN BIÊN"
    agency: str = "SỞ NỘI VỤ"
    attached_to: str = ""
    """The document that they belong to: "Báo cáo số 05/BC-SNV ngày 05 tháng 3 năm 2018 của Sở Nội vụ"."""

    @property
    def edition(self) -> str:
        return _("ấn bản số liệu lần %(number)d (%(kind)s)") % {"number": self.number, "kind": _("chính thức") if self.final else _("tạm tính")}


def write(told: Told, cover: Cover) -> bytes:
    """Write the workbook. The same figures and cover give the same octets."""
    file = BytesIO()
    made_at = cover.made_at.astimezone(VIETNAM).replace(tzinfo=None)
    book = Workbook(file, {"constant_memory": True, "default_format_properties": {"font_name": FONT, "font_size": 11}})
    book.set_properties(
        {"title": clean(_("Phụ lục số liệu, %s") % told.period)[:255], "author": cover.agency, "created": made_at, "comments": cover.digest}
    )
    styles = {name: book.add_format({"font_name": FONT, "font_size": 11, **style}) for name, style in STYLES.items()}
    names: list[str] = []
    titles = [_("I. Chỉ tiêu"), _("II. Xếp hạng"), _("III. Xếp loại"), _("IV. Các huyện")]
    titles += [_("V.%(number)d %(name)s") % {"number": number, "name": place.name} for number, place in enumerate(told.districts, start=1)]
    for title in titles:
        names.append(sheet_name(title, names))
    pages = [Page(book.add_worksheet(name, Sheet), styles, cover) for name in names]
    _targets(pages[0], told)
    _ranking(pages[1], told)
    _classes(pages[2], told)
    _districts(pages[3], told, names[4:])
    for number, (page, place) in enumerate(zip(pages[4:], told.districts, strict=True), start=1):
        _district(page, told, place, number)
    book.close()
    return file.getvalue()


def sheet_name(title: str, taken: Iterable[str]) -> str:
    r"""A name that Excel takes: 31 characters at most, none of []:*?/\, no apostrophe at an end, unlike the others whatever the case."""
    plain = re.sub(r"[\[\]:*?/\\]", " ", clean(title))
    plain = re.sub(r"\s+", " ", plain).strip(" '") or _("Trang")
    known, name, number = {other.casefold() for other in taken} | {"history"}, plain[:LONGEST_NAME].strip(" '"), 1
    while name.casefold() in known:
        number += 1
        ending = f" ({number})"
        name = plain[: LONGEST_NAME - len(ending)].strip(" '") + ending
    return name


def clean(text: object) -> str:
    """Text that a workbook can hold: no characters that XML refuses, not too long."""
    return UNPRINTABLE.sub("", str(text))[:LONGEST_TEXT]


_MIDDLE = {"align": "center", "valign": "vcenter", "text_wrap": True, "num_format": "@"}
_CELL = {"border": 1, "valign": "vcenter", "shrink": True}
_TEXT = {"border": 1, "valign": "vcenter", "text_wrap": True, "num_format": "@"}
_WHOLE, _SHARE = {**_CELL, "num_format": f"{LOCALE}#,##0"}, {**_CELL, "num_format": f"{LOCALE}#,##0.00"}
_BOLD = {"bold": True}

STYLES: dict[str, dict[str, Any]] = {
    "plain": {**_MIDDLE, "font_size": 13},
    "strong": {**_MIDDLE, "font_size": 13, **_BOLD},
    "rule": {"align": "center", "valign": "top", "font_size": 6, "num_format": "@"},
    "motto": {**_MIDDLE, "font_size": 13, **_BOLD, "underline": 1},
    "number": {**_MIDDLE, "font_size": 14, **_BOLD},
    "italic": {**_MIDDLE, "font_size": 13, "italic": True},
    "note": {"valign": "top", "text_wrap": True, "num_format": "@", "italic": True},
    "head": {**_MIDDLE, **_BOLD, "border": 1},
    # A head over two rows: cells are not merged downward, because rows are written one by one.
    "head_above": {"left": 1, "right": 1, "top": 1},
    "head_below": {**_MIDDLE, **_BOLD, "left": 1, "right": 1, "bottom": 1},
    "group": {**_TEXT, **_BOLD},
    "text": _TEXT,
    "centre": {**_TEXT, "align": "center"},
    "ordinal": {**_CELL, "num_format": "0", "align": "center"},
    "whole": _WHOLE,
    "share": _SHARE,
    "long": {**_CELL, "num_format": f"{LOCALE}#,##0.00####"},
    "total_text": {**_TEXT, **_BOLD},
    "total_whole": {**_WHOLE, **_BOLD},
    "total_share": {**_SHARE, **_BOLD},
}
"""The formats of cells, in the words of XlsxWriter. Every cell for text has the format of text."""


class Sheet(Worksheet):
    """A sheet whose formulas are taken as they are: looking for thirty functions that ours never have would cost a third of the time."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")


class Page:
    """A sheet that is written from the top down: `row` is the next one."""

    def __init__(self, sheet: Worksheet, styles: Mapping[str, Format], cover: Cover) -> None:
        self.sheet, self.styles, self.cover, self.row = sheet, styles, cover, 0
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.set_margins(left=1.18, right=0.6, top=0.85, bottom=0.8)  # inches: 30, 15, 22 and 20 mm
        sheet.hide_gridlines(2)
        sheet.set_header(f'&C&"{FONT},Regular"&13&P')

    def open(self, number: str, title: str, last: int, *, left: int, first: int = 0) -> None:
        """The head of an annex by Decree 30/2020, over the columns `first` to `last`, of which those to `left` are the agency's."""
        cover, day = self.cover, self.cover.made_at.astimezone(VIETNAM)
        self.sheet.set_footer(
            f'&L&"{FONT},Italic"&9{escaped(_("Phụ lục %s") % number)}, {escaped(cover.edition)}&R&"{FONT},Italic"&9 {cover.digest[:12]}'
        )
        self.sheet.set_start_page(1)
        for one, other, style, style_of_other, height in (
            (cover.above, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "plain", "strong", 18),
            (cover.agency, "Độc lập - Tự do - Hạnh phúc", "strong", "motto", 18),
            ("_" * 24, "", "rule", "rule", 12),
        ):
            self.sheet.set_row(self.row, height)
            self._merge(first, left, one, style)
            self._merge(left + 1, last, other, style_of_other)
            self.row += 1
        attached = _("(Kèm theo %s)") % (cover.attached_to or _("Báo cáo số …/BC-SNV ngày … tháng … năm %d của Sở Nội vụ") % day.year)
        for text, style, height in ((_("Phụ lục %s") % number, "number", 22), (title.upper(), "strong", 22), (attached, "italic", 20)):
            self.sheet.set_row(self.row, height)
            self._merge(first, last, text, style)
            self.row += 1
        self.row += 1

    def heads(self, *rows: Sequence[tuple[str, int]], heights: Sequence[float], frozen: int) -> None:
        """The head of the table, repeated on each page: cells (words, columns that they span); so many columns stay in sight.

        A cell without words is part of the one below it.
        """
        start, under = self.row, set()
        for cells, height in zip(rows, heights, strict=True):
            self.sheet.set_row(self.row, height)
            column = 0
            for words, wide in cells:
                self._merge(column, column + wide - 1, words, "head_above" if not words else "head_below" if column in under else "head")
                under |= {column} if not words else set()
                column += wide
            self.row += 1
        self.sheet.repeat_rows(start, self.row - 1)
        self.sheet.freeze_panes(self.row, frozen)

    def fit(self) -> None:
        """All columns on one page."""
        self.sheet.fit_to_pages(1, 0)

    def text(self, column: int, value: object, style: str = "text") -> None:
        words = clean(value)
        if words:
            self.sheet.write_string(self.row, column, words, self.styles[style])
        else:
            self.sheet.write_blank(self.row, column, None, self.styles[style])

    def amount(self, column: int, value: Decimal | float | None, style: str = "whole", formula: str = "") -> None:
        """A number, or a formula with this value; nothing where there is no data."""
        if value is None:
            self.sheet.write_blank(self.row, column, None, self.styles[style])
        elif formula:
            self.sheet.write_formula(self.row, column, formula, self.styles[style], float(value))
        else:
            self.sheet.write_number(self.row, column, float(value), self.styles[style])

    def group(self, words: str, last: int) -> None:
        """A row that heads the rows of a group."""
        self._merge(0, last, words, "group")
        self.row += 1

    def notes(self, last: int, told: Told, *, first: int = 0) -> None:
        """What the figures are worth, under the table."""
        cover, moment = self.cover, self.cover.made_at.astimezone(VIETNAM)
        lines = [_("Ô để trống là chưa có số liệu, không phải số không.")]
        if told.half:
            lines.append(_("Số liệu 6 tháng là ước thực hiện."))
        if not cover.final:
            lines.append(_("Ấn bản tạm tính: số liệu còn có thể thay đổi đến khi có ấn bản chính thức."))
        lines += [line for (line,) in exports.caveats(illustrative=told.illustrative, unchecked=told.unchecked)]
        source = _("Nguồn: %(edition)s, lập lúc %(moment)s; mã số liệu %(digest)s.")
        lines.append(source % {"edition": cover.edition, "moment": f"{moment:%H:%M} ngày {moment:%d/%m/%Y}", "digest": cover.digest})
        self.row += 1
        for number, line in enumerate(lines):
            self._merge(first, last, _("Ghi chú: %s") % line if not number else line, "note")
            self.row += 1

    def _merge(self, first: int, last: int, text: str, style: str) -> None:
        if first == last:
            self.text(first, text, style)
        else:
            self.sheet.merge_range(self.row, first, self.row, last, "", self.styles[style])
            self.text(first, text, style)


def escaped(text: str) -> str:
    """Text in the head or foot of a page, where an ampersand begins a command."""
    return clean(text).replace("&", "&&")


def cell(row: int, column: int) -> str:
    """The name of a cell, both counted from 0: D12."""
    return f"{xl_col_to_name(column)}{row + 1}"


def added(parts: Iterable[Decimal | None], whole: Decimal | None) -> bool:
    """Whether the parts that are known add up to the whole, so that a formula may say so."""
    return whole is not None and sum((part for part in parts if part is not None), Decimal(0)) == whole


# I: the targets


def _targets(page: Page, told: Told) -> None:
    """The targets of the province by field of work, with what the districts have."""
    fixed = [(_("TT"), 1), (_("Mã"), 1), (_("Chỉ tiêu"), 1), (_("Điều khoản"), 1), (_("Mức đề ra"), 2), (_("Đơn vị tính"), 1), (_("Tử số"), 1)]
    fixed += [(words, 1) for words in (_("Mẫu số"), _("Thực hiện"), _("Khoảng cách"), _("Tính bằng"), _("Kết quả"))]
    first = sum(wide for _words, wide in fixed)
    last = first + len(told.districts) - 1
    for column, width in enumerate((NARROW, 6.5, 34, 13, 4, 8, 9, 9, 9, 9.5, 9, 9, 11, *[9] * len(told.districts))):
        page.sheet.set_column(column, column, width)
    page.open("I", _("Kết quả thực hiện các chỉ tiêu, %s") % told.period.lower(), last, left=5)
    page.heads([*fixed, *((place.name, 1) for place in told.districts)], heights=[50], frozen=3)
    groups = goals.GROUPS | {"": _("Chỉ tiêu khác")}
    by_group: dict[str, list[Mapping[str, Any]]] = {key: [] for key in groups}
    known = {code: key for key, codes in TARGET_GROUPS.items() for code in codes}
    for target in told.targets:
        by_group[known.get(target["code"], "")].append(target)
    number = 0
    for key, targets in by_group.items():
        if targets:
            page.group(str(groups[key]), last)
        for target in targets:
            number += 1
            _target(page, told, target, number, first)
    page.notes(last, told)
    page.fit()


def _target(page: Page, told: Told, target: Mapping[str, Any], number: int, first: int) -> None:
    share, row, actual, plain = target["unit"].startswith("%"), page.row, target["actual"], dict(target)
    parts = [place.actuals.get(target["code"]) for place in told.districts]
    page.sheet.set_row(row, 32)
    page.amount(0, number, "ordinal")
    page.text(1, target["code"], "centre")
    page.text(2, target["name"])
    page.text(3, target["clause"])
    page.text(4, goals.SIGNS[target["operator"]], "centre")
    page.amount(5, target["value"], "whole" if target["value"] == int(target["value"]) else "share")
    page.text(6, "%" if share else _("ngày/quý") if target["unit"] == goals.DAYS else goals.noun(plain), "centre")
    page.amount(7, target["numerator"])
    page.amount(8, target["denominator"])
    span = f"{cell(row, first)}:{cell(row, first + len(parts) - 1)}"
    if share:
        page.amount(9, actual, "long" if _is_close(actual, target["value"]) else "share", f"=100*{cell(row, 7)}/{cell(row, 8)}")
    elif target["unit"] in COUNTS:
        page.amount(9, actual, "whole", f"=SUM({span})" if added(parts, actual) else "")
    else:
        lowest = min((part for part in parts if part is not None), default=None)
        page.amount(9, actual, "whole", f"=MIN({span})" if lowest is not None and lowest == actual else "")
    page.amount(10, target["gap"])
    page.text(11, goals.noun(plain), "centre")
    page.text(12, goals.RESULTS[goals.KEYS[target["met"]]] if target["judged"] else _("Không xét ở cấp này"), "centre")
    for column, part in enumerate(parts, start=first):
        page.amount(column, part, ("long" if _is_close(part, target["value"]) else "share") if share else "whole")
    page.row += 1


def _is_close(actual: Decimal | None, value: Decimal) -> bool:
    """Whether two decimals would show a share on the other side of its target."""
    return actual is not None and int(goals.shown(actual, value).as_tuple().exponent) < -2


# II: the ranking


def _ranking(page: Page, told: Told) -> None:
    """The communes by rank, then those without a result."""
    for column, width in enumerate((8, NAME, NAME, 12, 12, 12, 14, 22)):
        page.sheet.set_column(column, column, width)
    page.open("II", _("Xếp hạng xã, phường, thị trấn, %s") % told.period.lower(), 7, left=2)
    heads = [_("Thứ hạng"), _("Xã, phường, thị trấn"), _("Huyện, thị xã, thành phố"), _("Tổng điểm"), _("Thang điểm"), _("Tỷ lệ (%)"), _("Xếp loại")]
    page.heads([(words, 1) for words in (*heads, _("Danh hiệu"))], heights=[32], frozen=2)
    rows = [(commune, district.full_name) for district in told.districts for commune in district.communes]
    for commune, district in sorted(rows, key=lambda pair: (pair[0].rank is None, pair[0].rank or 0)):
        known = commune.total is not None and commune.max_total
        page.amount(0, commune.rank, "ordinal")
        page.text(1, commune.full_name)
        page.text(2, district)
        page.amount(3, commune.total, "share")
        page.amount(4, commune.max_total)
        ratio = 100 * commune.total / commune.max_total if commune.total is not None and commune.max_total else None
        page.amount(5, ratio, "share", f"=100*{cell(page.row, 3)}/{cell(page.row, 4)}" if known else "")
        page.text(6, _grade(commune) or _("chưa xếp loại"), "centre")
        page.text(7, _("Trong sạch, vững mạnh") if commune.clean_strong else "", "centre")
        page.row += 1
    page.notes(7, told)
    page.fit()


def _grade(commune: Place) -> str:
    return str(GRADE_WORDS[Grade(commune.grade)]).capitalize() if commune.grade else ""


# III: the classes


def _classes(page: Page, told: Told) -> None:
    """The communes of each district by class, and the titles; totals of the province."""
    keys = [f"grade.{grade}" for grade in Grade]
    for column, width in enumerate((NARROW, NAME + 5, 12, 11, 11, 13, 11, 14, 16, 14)):
        page.sheet.set_column(column, column, width)
    page.open("III", _("Kết quả xếp loại chính quyền cơ sở theo huyện, %s") % told.period.lower(), 9, left=3)
    heads = [_("TT"), _("Huyện, thị xã, thành phố"), _("Tổng số đơn vị"), *(str(GRADE_WORDS[grade]).capitalize() for grade in Grade)]
    page.heads([(words, 1) for words in (*heads, _("Chưa xếp loại"), _("Trong sạch, vững mạnh"), _("Tốt và khá (%)"))], heights=[50], frozen=2)
    first = page.row
    for number, district in enumerate(told.districts, start=1):
        page.amount(0, number, "ordinal")
        page.text(1, district.full_name)
        page.amount(2, len(district.communes))
        _counts(page, district, keys, len(district.communes), "", lambda _column, _value: "")
        page.row += 1
    whole = sum(len(district.communes) for district in told.districts)

    def total(column: int, value: Decimal | None) -> str:
        parts = [_count(district, (*keys, TITLE)[column - 3 if column < 7 else 4]) for district in told.districts]
        return f"=SUM({cell(first, column)}:{cell(page.row - 1, column)})" if told.districts and added(parts, value) else ""

    page.text(0, "", "total_text")
    page.text(1, _("Cộng"), "total_text")
    page.amount(2, whole, "total_whole", f"=SUM({cell(first, 2)}:{cell(page.row - 1, 2)})" if told.districts else "")
    _counts(page, told.whole, keys, whole, "total_", total)
    page.row += 1
    page.notes(9, told)
    page.fit()


def _count(place: Place, key: str) -> Decimal | None:
    return place.figures[key].numerator if key in place.figures else None


def _counts(page: Page, place: Place, keys: Sequence[str], whole: int, style: str, formula: Any) -> None:
    """The cells of a row of classes from column 3 on."""
    counts, row = [_count(place, key) for key in keys], page.row
    known = [count for count in counts if count is not None]
    for column, count in enumerate(counts, start=3):
        page.amount(column, count, f"{style}whole", formula(column, count))
    page.amount(7, whole - sum(known) if known else None, f"{style}whole", f"={cell(row, 2)}-SUM({cell(row, 3)}:{cell(row, 6)})")
    title = _count(place, TITLE)
    page.amount(8, title, f"{style}whole", formula(8, title))
    ratio = 100 * (counts[0] + counts[1]) / whole if whole and counts[0] is not None and counts[1] is not None else None
    page.amount(9, ratio, f"{style}share", f"=100*({cell(row, 3)}+{cell(row, 4)})/{cell(row, 2)}")


# IV and V: the indicators


class Block(NamedTuple):
    """Where an indicator stands: the first of its three columns, the names of the first two."""

    column: int
    numerator: str
    denominator: str
    key: str
    lowest: bool


def _blocks(told: Told, fixed: int) -> list[Block]:
    """The indicators beside each other, after so many columns."""
    places = range(fixed, fixed + 3 * len(told.indicators), 3)
    return [
        Block(column, xl_col_to_name(column), xl_col_to_name(column + 1), key, combine == Combine.LOWEST)
        for column, (key, _name, combine) in zip(places, told.indicators, strict=True)
    ]


def _indicator_heads(page: Page, told: Told, fixed: Sequence[str]) -> None:
    """Two rows: the names of the indicators, each over its three columns; widths and page breaks with them."""
    low = {Combine.LOWEST: _("Thấp nhất")}
    under = [words for _key, _name, combine in told.indicators for words in (_("Tử số"), _("Mẫu số"), low.get(Combine(combine), _("Tỷ lệ (%)")))]
    page.heads(
        [*[("", 1)] * len(fixed), *((name, 3) for _key, name, _combine in told.indicators)],
        [(words, 1) for words in (*fixed, *under)],
        heights=[64, 32],
        frozen=FROZEN,
    )
    page.sheet.repeat_columns(0, FROZEN - 1)
    page.sheet.set_print_scale(SCALE)
    page.sheet.set_v_pagebreaks([len(fixed) + 3 * count for count in accumulate(_sizes(told, len(fixed))[:-1])])
    page.sheet.set_column(len(fixed), len(fixed) + 3 * len(told.indicators), FIGURE)


def _sizes(told: Told, fixed: int) -> list[int]:
    """How many indicators stand on each printed page: much the same number; columns before them take the place of one for every three."""
    count = len(told.indicators)
    pages = -(-(count + (fixed - FROZEN) // 3) // BLOCK) or 1
    return [count // pages + (page >= pages - count % pages) for page in range(pages)]


def _width(told: Told, fixed: int) -> int:
    """The last column of the first printed page; wide enough for the head also where there are few indicators."""
    return fixed - 1 + 3 * max(_sizes(told, fixed)[0], 3)


def _figures(page: Page, place: Place, blocks: Sequence[Block]) -> None:
    """The figures of a unit: numerator, denominator and their share as a formula (or the lowest as it is)."""
    sheet, row, figures = page.sheet, page.row, place.figures
    whole, share = page.styles["whole"], page.styles["share"]
    for column, over, under, key, lowest in blocks:
        found = figures.get(key)
        if found is None:
            for empty in range(column, column + 3):
                sheet.write_blank(row, empty, None, whole)
            continue
        sheet.write_number(row, column, float(found.numerator), whole)
        sheet.write_number(row, column + 1, float(found.denominator), whole)
        if lowest:
            page.amount(column + 2, found.low)
        else:
            value = float(100 * found.numerator / found.denominator)
            sheet.write_formula(row, column + 2, f"=100*{over}{row + 1}/{under}{row + 1}", share, value)


def _totals(page: Page, place: Place, parts: Sequence[Place], blocks: Sequence[Block], first: int) -> None:
    """The row of totals under the rows of `parts` that begin at row `first`."""
    row = page.row
    for column, _over, _under, key, lowest in blocks:
        found, known = place.figures.get(key), [part.figures[key] for part in parts if key in part.figures]
        spans = [f"{cell(first, one)}:{cell(row - 1, one)}" for one in range(column, column + 3)]
        for offset, name in enumerate(("numerator", "denominator")):
            value = getattr(found, name, None)
            page.amount(
                column + offset, value, "total_whole", f"=SUM({spans[offset]})" if added((getattr(one, name) for one in known), value) else ""
            )
        if lowest:
            low = found and found.low
            least = min((one.low for one in known if one.low is not None), default=None)
            page.amount(column + 2, low, "total_whole", f"=MIN({spans[2]})" if low is not None and low == least else "")
        else:
            ratio = 100 * found.numerator / found.denominator if found and found.denominator else None
            page.amount(column + 2, ratio, "total_share", f"=100*{cell(row, column)}/{cell(row, column + 1)}")


OF_DISTRICT = 5
"""Columns of a district's sheet before its indicators."""


def _district(page: Page, told: Told, place: Place, number: int) -> None:
    """The communes of a district with their result and indicators."""
    fixed = [_("TT"), _("Xã, phường, thị trấn"), _("Tổng điểm"), _("Xếp loại"), _("Danh hiệu TSVM")]
    last = _width(told, OF_DISTRICT)
    for column, width in enumerate((NARROW, NAME, 9, 10, 9)):
        page.sheet.set_column(column, column, width)
    title = _("Số liệu các xã, phường, thị trấn: %(district)s, %(period)s") % {"district": place.full_name, "period": told.period.lower()}
    page.open(f"V.{number}", title, last, left=7, first=FROZEN)
    _indicator_heads(page, told, fixed)
    first, blocks = page.row, _blocks(told, OF_DISTRICT)
    for position, commune in enumerate(place.communes, start=1):
        page.amount(0, position, "ordinal")
        page.text(1, commune.full_name)
        page.amount(2, commune.total, "share")
        page.text(3, _grade(commune), "centre")
        page.text(4, "x" if commune.clean_strong else "", "centre")
        _figures(page, commune, blocks)
        page.row += 1
    page.text(0, "", "total_text")
    page.text(1, _("Cộng"), "total_text")
    for column in range(2, OF_DISTRICT):
        page.text(column, "", "total_text")
    _totals(page, place, place.communes, blocks, first)
    page.row += 1
    page.notes(last, told, first=FROZEN)


OF_PROVINCE = 3


def _districts(page: Page, told: Told, names: Sequence[str]) -> None:
    """The totals of the districts, each read from its own sheet, and the province."""
    for column, width in enumerate((NARROW, NAME, 8)):
        page.sheet.set_column(column, column, width)
    last = _width(told, OF_PROVINCE)
    page.open("IV", _("Tổng hợp số liệu các huyện, thị xã, thành phố, %s") % told.period.lower(), last, left=7, first=FROZEN)
    _indicator_heads(page, told, [_("TT"), _("Huyện, thị xã, thành phố"), _("Số xã")])
    first, blocks = page.row, _blocks(told, OF_PROVINCE)
    for number, (place, name) in enumerate(zip(told.districts, names, strict=True), start=1):
        page.amount(0, number, "ordinal")
        page.text(1, place.full_name)
        page.amount(2, len(place.communes))
        _read_from(page, place, blocks, "'" + name.replace("'", "''") + "'!", first + len(place.communes))
        page.row += 1
    page.text(0, "", "total_text")
    page.text(1, _("Cộng"), "total_text")
    whole = sum(len(district.communes) for district in told.districts)
    page.amount(2, whole, "total_whole", f"=SUM({cell(first, 2)}:{cell(page.row - 1, 2)})" if told.districts else "")
    _totals(page, told.whole, told.districts, blocks, first)
    page.row += 1
    page.notes(last, told, first=FROZEN)


def _read_from(page: Page, place: Place, blocks: Sequence[Block], sheet: str, row: int) -> None:
    """The figures of a district as they stand in the last row of its own sheet, whose table begins in the same row as this one."""
    for column, over, under, key, lowest in blocks:
        found = place.figures.get(key)
        there = column + OF_DISTRICT - OF_PROVINCE
        page.amount(column, found and found.numerator, "whole", f"={sheet}{cell(row, there)}")
        page.amount(column + 1, found and found.denominator, "whole", f"={sheet}{cell(row, there + 1)}")
        if lowest:
            page.amount(column + 2, found and found.low, "whole", f"={sheet}{cell(row, there + 2)}")
        else:
            ratio = 100 * found.numerator / found.denominator if found and found.denominator else None
            page.amount(column + 2, ratio, "share", f"=100*{over}{page.row + 1}/{under}{page.row + 1}")
