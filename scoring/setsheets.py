"""A set of criteria as a workbook: its sheets and columns, what a file says, what no set can mean, and how two sets differ.

Pure. A set is told as plain rows, {sheet: [{column: value}]}, whether it comes from a file or from the database. Every flaw names the sheet, cell and
value, what is wrong and how to mend it; none hides another.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes.parsing import Cell, Wrong, chosen, day, number, percent, plain_key, text, yes_no
from communes.reading import Sheet
from communes.sheets import Draft as Shape
from communes.sheets import Flaw, Heading, Log, Table, clean, in_order, tables
from scoring.rules import SCALED, CapKind, Grade, Rounding, Scoring

Words = Mapping[Any, str | Promise]

GRADES: Words = {
    Grade.GOOD: gettext_lazy("Tốt"),
    Grade.FAIR: gettext_lazy("Khá"),
    Grade.AVERAGE: gettext_lazy("Trung bình"),
    Grade.WEAK: gettext_lazy("Yếu"),
}
SCORINGS: Words = {
    Scoring.POINTS: gettext_lazy("Chấm điểm"),
    Scoring.LEVEL: gettext_lazy("Chọn mức"),
    Scoring.RATIO: gettext_lazy("Tính theo tỷ lệ"),
    Scoring.BONUS: gettext_lazy("Điểm thưởng"),
    Scoring.PENALTY: gettext_lazy("Điểm trừ"),
}
ROUNDINGS: Words = {Rounding.HALF_UP: gettext_lazy("Từ nửa trở lên thì lên"), Rounding.DOWN: gettext_lazy("Bỏ phần lẻ")}
CAP_KINDS: Words = {
    CapKind.CRITERION_BELOW: gettext_lazy("Một tiêu thức dưới số điểm"),
    CapKind.CRITERION_ZERO: gettext_lazy("Một tiêu thức 0 điểm"),
    CapKind.ANY_BELOW_PCT: gettext_lazy("Bất kỳ tiêu thức nào dưới tỷ lệ (%)"),
    CapKind.PENALTIES_AT_LEAST: gettext_lazy("Tổng điểm trừ từ"),
}

SET, CRITERIA, LEVELS, THRESHOLDS, CAPS = "set", "criteria", "levels", "thresholds", "caps"
NAMES = {SET: "Bộ tiêu thức", CRITERIA: "Tiêu thức", LEVELS: "Mức điểm", THRESHOLDS: "Xếp loại", CAPS: "Giới hạn"}
"""The sheets. Levels and caps may be left out."""

Row = dict[str, Any]
Draft = dict[str, list[Row]]


class Column(NamedTuple):
    """A column: its name here, its header, how a cell is read, what an empty one means (None: it must not be empty), the words that stand for values."""

    name: str
    label: str
    parse: Callable[[Cell], Any]
    blank: Any = None
    words: Words | None = None
    optional: bool = False
    """Whether an empty cell stays empty."""

    @property
    def required(self) -> bool:
        return self.blank is None and not self.optional


def _text(longest: int) -> Callable[[Cell], str]:
    return lambda cell: text(cell, longest)


def _points(cell: Cell) -> Decimal:
    return number(cell, low=0, high=999, places=2)


def _share(cell: Cell) -> Decimal:
    """A percentage; without its sign the number counts as it stands: 85 is 85 %, 0,5 is half a percent."""
    signed = (isinstance(cell, tuple) and cell[0] == "percent") or (isinstance(cell, str) and cell.strip().endswith("%"))
    return percent(cell) if signed else number(cell, low=0, high=100, places=2)


def _code(longest: int) -> Callable[[Cell], str]:
    def parse(cell: Cell) -> str:
        typed = text(cell, longest)
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]*", typed, re.ASCII):
            raise Wrong(_("Mã chỉ gồm chữ không dấu, chữ số và dấu gạch nối."), _("Ví dụ qd-34-2011 cho bộ, CC01 cho tiêu thức."))
        return typed

    return parse


def _one_of(words: Words) -> Callable[[Cell], Any]:
    def parse(cell: Cell) -> Any:  # labels are translated when they are needed
        return chosen({plain_key(str(label)): value for value, label in words.items()}, [str(label) for label in words.values()])(cell)

    return parse


def _places(cell: Cell) -> int:
    return int(number(cell, low=0, high=2))


COLUMNS: dict[str, tuple[Column, ...]] = {
    SET: (
        Column("code", "Mã bộ", _code(20)),
        Column("decision", "Quyết định", _text(60)),
        Column("title", "Trích yếu", _text(300)),
        Column("valid_from", "Có hiệu lực từ ngày", day),
        Column("valid_to", "Hết hiệu lực từ ngày", day, optional=True),
        Column("verified", "Đã đối chiếu phụ lục", yes_no, blank=False),
        Column("provenance", "Nguồn của bộ", _text(300)),
        Column("rounding", "Làm tròn điểm tính theo tỷ lệ", _one_of(ROUNDINGS), blank=Rounding.HALF_UP, words=ROUNDINGS),
        Column("places", "Số chữ số sau dấu phẩy", _places, blank=2),
    ),
    CRITERIA: (
        Column("code", "Mã tiêu thức", _code(8)),
        Column("group", "Thuộc tiêu thức", _code(8), blank=""),
        Column("number", "Số", _text(8)),
        Column("title", "Tên tiêu thức", _text(200)),
        Column("scoring", "Cách chấm", _one_of(SCORINGS), blank=Scoring.POINTS, words=SCORINGS),
        Column("max_points", "Điểm tối đa", _points),
        Column("full_pct", "Đạt tối đa từ (%)", _share, blank=Decimal(100)),
        Column("may_not_apply", "Được ghi không áp dụng", yes_no, blank=False),
        Column("plan_section", "Mục của kế hoạch", _text(120), blank=""),
        Column("responsible_title", "Chức danh phụ trách", _text(200), blank=""),
        Column("guidance", "Hướng dẫn", _text(1000), blank=""),
        Column("provenance", "Nguồn", _text(40)),
    ),
    LEVELS: (
        Column("criterion", "Mã tiêu thức", _code(8)),
        Column("points", "Điểm của mức", _points),
        Column("text", "Nội dung mức", _text(500)),
    ),
    THRESHOLDS: (
        Column("grade", "Hạng", _one_of(GRADES), words=GRADES),
        Column("label", "Tên hạng", _text(20)),
        Column("lower_pct", "Từ (%)", _share),
        Column("provenance", "Nguồn", _text(40)),
        Column("note", "Chú thích", _text(200), blank=""),
    ),
    CAPS: (
        Column("grade", "Không quá hạng", _one_of(GRADES), words=GRADES),
        Column("kind", "Điều kiện", _one_of(CAP_KINDS), words=CAP_KINDS),
        Column("criterion", "Mã tiêu thức", _code(8), blank=""),
        Column("value", "Mức của điều kiện", _points, optional=True),
        Column("provenance", "Nguồn", _text(40)),
    ),
}


def label(sheet: str, name: str) -> str:
    """The header of a column; nothing where a flaw is about a whole row."""
    return next((column.label for column in COLUMNS[sheet] if column.name == name), "")


def say(sheet: str, name: str, value: Any) -> str:
    """A value of a column as people read it."""
    words = next(column.words for column in COLUMNS[sheet] if column.name == name)
    match value:
        case None:
            return ""
        case bool():
            return _("Có") if value else _("Không")
        case date():
            return f"{value:%d/%m/%Y}"
        case Decimal():
            return f"{value.normalize():f}".replace(".", ",")
    return str(words[value] if words else value)


def as_sheets(draft: Draft) -> list[Sheet]:
    """A set as sheets of words, from which `read` reads the very same set."""
    sheets = []
    for key, name in NAMES.items():
        rows: list[tuple[int, list[Any]]] = [(1, [column.label for column in COLUMNS[key]])]
        for number_, row in enumerate(draft[key], start=2):
            rows.append((number_, [say(key, column.name, row[column.name]) for column in COLUMNS[key]]))
        sheets.append(Sheet(name, rows))
    return sheets


@dataclass
class Reading:
    """What a file says: the set, and everything wrong with it. Its draft is only good without flaws."""

    draft: Draft = field(default_factory=dict)
    flaws: Log = field(default_factory=Log)
    warnings: Log = field(default_factory=Log)


def read(sheets: Iterable[Sheet]) -> Reading:
    """Read the sheets of a workbook as a set of criteria."""
    by_name = {plain_key(sheet.name): sheet for sheet in sheets}
    reading, found = Reading(), {}
    for key, name in NAMES.items():
        sheet = by_name.get(plain_key(name))
        reading.draft[key] = []
        if sheet is None and key in (LEVELS, CAPS):
            continue
        found[key] = _table(sheet, key, reading)
    places = {key: _rows(table, key, reading) for key, table in found.items() if table}
    for problem in problems(reading.draft):
        if problem.sheet in places:
            table, rows = places[problem.sheet]
            row = rows[problem.row] if problem.row is not None else 0
            value = reading.draft[problem.sheet][problem.row].get(problem.column) if problem.row is not None else None
            shown = say(problem.sheet, problem.column, value) if problem.column else ""
            reading.flaws.add(Flaw(table.sheet, row, *table.head(problem.column), shown, problem.why, problem.mend))
    reading.flaws.kept.sort(key=in_order)
    return reading


def _table(sheet: Sheet | None, key: str, reading: Reading) -> Table | None:
    shape = Shape()
    headings = [Heading(column.name, column.label, (), column.required) for column in COLUMNS[key]]
    found = tables([sheet], headings, shape) if sheet else []
    for flaw in shape.flaws.kept:
        reading.flaws.add(flaw)
    for warning in shape.warnings.kept:
        reading.warnings.add(warning)
    if not found:
        why = _("Không có trang tính này, hoặc trang bị ẩn, hoặc không có hàng tiêu đề của mẫu.")
        reading.flaws.add(Flaw(NAMES[key], 0, "", "", "", why, _("Tải một bộ đang có làm mẫu; giữ nguyên tên trang và hàng tiêu đề.")))
    return found[0] if found else None


def _rows(table: Table, key: str, reading: Reading) -> tuple[Table, list[int]]:
    """Read the rows of a table into the draft; the table and the row number of each."""
    columns = {column.name: clean(table.column(column.name), column.parse, {}) for column in COLUMNS[key]}
    for place, (row, _cells) in enumerate(table.rows):
        values: Row = {}
        for column in COLUMNS[key]:
            value = columns[column.name][place]
            if isinstance(value, Wrong):
                reading.flaws.add(table.flaw(row, column.name, table.column(column.name)[place], value.why, value.mend))
                value = None
            elif value is None and column.required and column.name in table.places:
                reading.flaws.add(table.flaw(row, column.name, None, _("Ô bắt buộc đang trống."), _("Điền cột “%s”.") % column.label))
            elif value is None:
                value = column.blank
            values[column.name] = value
        reading.draft[key].append(values)
    return table, [row for row, _cells in table.rows]


class Problem(NamedTuple):
    """What no set can mean: the sheet, the place of the row (None: the sheet as a whole), the column (may be empty), why, and how to mend it."""

    sheet: str
    row: int | None
    column: str
    why: str
    mend: str


def problems(draft: Draft) -> Iterator[Problem]:
    """Everything that rows cannot mean together, though each cell could be read. Cells that could not be read (None) are passed over."""
    yield from _of_set(draft[SET])
    yield from _of_criteria(draft[CRITERIA])
    yield from _of_levels(draft)
    yield from _of_thresholds(draft[THRESHOLDS])
    yield from _of_caps(draft)


def _of_set(rows: list[Row]) -> Iterator[Problem]:
    if len(rows) != 1:
        yield Problem(SET, None, "", _("Trang này phải có đúng một hàng."), _("Mỗi tệp là một bộ tiêu thức: để một hàng dưới tiêu đề."))
    for place, row in enumerate(rows):
        if row["valid_to"] and row["valid_from"] and row["valid_to"] <= row["valid_from"]:
            why = _("Ngày hết hiệu lực không sau ngày có hiệu lực.")
            yield Problem(SET, place, "valid_to", why, _("Sửa lại hai ngày; chưa hết hiệu lực thì để trống."))


def _of_criteria(rows: list[Row]) -> Iterator[Problem]:
    groups = {row["code"] for row in rows if row["group"] == ""}
    yield from _twice(CRITERIA, rows, "code")
    yield from _twice(CRITERIA, rows, "number")
    for place, row in enumerate(rows):
        parts = [part["max_points"] for part in rows if part["group"] == row["code"] and part["scoring"] in SCALED]
        if row["group"] == "" and not any(part["group"] == row["code"] for part in rows):
            yield Problem(
                CRITERIA,
                place,
                "code",
                _("Tiêu thức này không có tiêu thức thành phần nào."),
                _("Thêm tiêu thức thành phần ghi mã này ở cột “Thuộc tiêu thức”."),
            )
        elif row["group"] == "" and parts and None not in (*parts, row["max_points"]) and row["max_points"] != sum(parts):
            why = _("Điểm tối đa của tiêu thức khác tổng điểm tối đa các tiêu thức thành phần (không kể thưởng, trừ).")
            yield Problem(CRITERIA, place, "max_points", why, _("Ghi %s, hoặc sửa điểm thành phần.") % say(CRITERIA, "max_points", sum(parts)))
        elif row["group"] and row["group"] not in groups:
            yield Problem(
                CRITERIA,
                place,
                "group",
                _("Không có tiêu thức mã này, hoặc nó lại thuộc tiêu thức khác."),
                _("Ghi mã của một tiêu thức ở hàng để trống cột này."),
            )
        if row["max_points"] == 0:
            yield Problem(CRITERIA, place, "max_points", _("Điểm tối đa bằng 0."), _("Ghi số điểm lớn hơn 0, hoặc xóa hàng."))
        if row["full_pct"] == 0 or (row["full_pct"] not in (None, 100) and row["scoring"] != Scoring.RATIO):
            why = _("Cột này chỉ dùng cho tiêu thức tính theo tỷ lệ, và phải lớn hơn 0.")
            yield Problem(CRITERIA, place, "full_pct", why, _("Để trống, hoặc sửa cột “Cách chấm”."))
    if rows and not any(row["group"] and row["scoring"] in SCALED for row in rows):
        yield Problem(
            CRITERIA,
            None,
            "",
            _("Không có tiêu thức thành phần nào làm nên thang điểm."),
            _("Thêm ít nhất một tiêu thức thành phần không phải thưởng, trừ."),
        )


def _of_levels(draft: Draft) -> Iterator[Problem]:
    criteria = {row["code"]: row for row in draft[CRITERIA] if row["scoring"] == Scoring.LEVEL and row["group"]}
    rows = draft[LEVELS]
    seen: set[tuple[Any, Any]] = set()
    for place, row in enumerate(rows):
        criterion, points = criteria.get(row["criterion"]), row["points"]
        if row["criterion"] is not None and criterion is None:
            yield Problem(
                LEVELS,
                place,
                "criterion",
                _("Không có tiêu thức thành phần mã này chấm theo mức."),
                _("Sửa mã, hoặc ghi “Chọn mức” ở cột “Cách chấm” của tiêu thức."),
            )
        elif criterion and None not in (points, criterion["max_points"]) and points > criterion["max_points"]:
            yield Problem(
                LEVELS,
                place,
                "points",
                _("Điểm của mức lớn hơn điểm tối đa của tiêu thức."),
                _("Ghi số từ 0 đến %s.") % say(CRITERIA, "max_points", criterion["max_points"]),
            )
        if points is not None and (row["criterion"], points) in seen:
            yield Problem(
                LEVELS, place, "points", _("Tiêu thức này đã có một mức cùng số điểm."), _("Mỗi mức một số điểm: sửa điểm, hoặc gộp hai mức.")
            )
        seen.add((row["criterion"], points))
    for place, row in enumerate(draft[CRITERIA]):
        own = [level["points"] for level in rows if level["criterion"] == row["code"] and level["points"] is not None]
        if row["code"] in criteria and (len(own) < 2 or (row["max_points"] is not None and max(own) < row["max_points"])):
            why = _("Tiêu thức chọn mức phải có từ hai mức, mức cao nhất bằng điểm tối đa.")
            yield Problem(CRITERIA, place, "scoring", why, _("Thêm mức ở trang “%s”.") % NAMES[LEVELS])


def _of_thresholds(rows: list[Row]) -> Iterator[Problem]:
    yield from _twice(THRESHOLDS, rows, "grade")
    known = [(place, row) for place, row in enumerate(rows) if row["grade"] is not None and row["lower_pct"] is not None]
    order = list(Grade)
    known.sort(key=lambda pair: order.index(pair[1]["grade"]))
    for (_place, better), (place, row) in pairwise(known):
        if row["grade"] != better["grade"] and row["lower_pct"] >= better["lower_pct"]:
            why = _("Ngưỡng này không thấp hơn ngưỡng của hạng %s.") % GRADES[better["grade"]]
            yield Problem(THRESHOLDS, place, "lower_pct", why, _("Hạng thấp hơn phải có ngưỡng thấp hơn."))
    if not known or known[-1][1]["lower_pct"] != 0:
        last, column = (known[-1][0], "lower_pct") if known else (None, "")
        yield Problem(THRESHOLDS, last, column, _("Hạng thấp nhất phải từ 0%, để phiếu nào cũng có hạng."), _("Ghi 0 ở hạng thấp nhất."))


def _of_caps(draft: Draft) -> Iterator[Problem]:
    scored = {row["code"]: row for row in draft[CRITERIA] if row["group"] and row["scoring"] in SCALED}
    grades = {row["grade"] for row in draft[THRESHOLDS]}
    about = (CapKind.CRITERION_BELOW, CapKind.CRITERION_ZERO)
    for place, row in enumerate(draft[CAPS]):
        kind, value = row["kind"], row["value"]
        if row["grade"] == Grade.GOOD or (row["grade"] is not None and row["grade"] not in grades):
            yield Problem(
                CAPS,
                place,
                "grade",
                _("Giới hạn ở hạng cao nhất, hoặc ở hạng không có ngưỡng, thì không giới hạn gì."),
                _("Ghi một hạng thấp hơn có ở trang “%s”.") % NAMES[THRESHOLDS],
            )
        if kind in about and row["criterion"] is not None and row["criterion"] not in scored:
            yield Problem(
                CAPS,
                place,
                "criterion",
                _("Điều kiện này cần mã một tiêu thức thành phần (không phải thưởng, trừ)."),
                _("Ghi mã có ở trang “%s”.") % NAMES[CRITERIA],
            )
        elif kind is not None and kind not in about and row["criterion"]:
            yield Problem(CAPS, place, "criterion", _("Điều kiện này không nói về riêng tiêu thức nào."), _("Để trống ô này."))
        highest = scored[row["criterion"]]["max_points"] if kind == CapKind.CRITERION_BELOW and row["criterion"] in scored else None
        if kind == CapKind.CRITERION_ZERO and value is not None:
            yield Problem(CAPS, place, "value", _("Điều kiện 0 điểm không cần mức."), _("Để trống ô này."))
        elif kind not in (None, CapKind.CRITERION_ZERO) and not value:
            yield Problem(CAPS, place, "value", _("Điều kiện này cần một mức lớn hơn 0."), _("Ghi số điểm, hoặc số phần trăm nếu là tỷ lệ."))
        elif value and (value > 100 if kind == CapKind.ANY_BELOW_PCT else highest is not None and value > highest):
            yield Problem(
                CAPS,
                place,
                "value",
                _("Mức vượt quá mức cao nhất có thể đạt."),
                _("Ghi số nhỏ hơn: phần trăm đến 100, điểm đến điểm tối đa của tiêu thức."),
            )


def _twice(sheet: str, rows: list[Row], name: str) -> Iterator[Problem]:
    seen: set[Any] = set()
    for place, row in enumerate(rows):
        if row[name] is not None and row[name] in seen:
            yield Problem(sheet, place, name, _("Đã có ở một hàng trên."), _("Mỗi hàng một giá trị riêng ở cột này: sửa hoặc xóa hàng thừa."))
        seen.add(row[name])


class Difference(NamedTuple):
    """One thing in which two sets differ: the sheet, what the row is about, the column (empty: the whole row), before, after."""

    sheet: str
    about: str
    column: str
    old: str
    new: str


def differences(old: Draft, new: Draft) -> list[Difference]:
    """What a new set changes against an old one: rows added (nothing before), removed (nothing after), and changed cell by cell."""
    found = []
    for sheet, name in NAMES.items():
        before, after = ({_key(sheet, row): row for row in draft[sheet]} for draft in (old, new))
        for key in [*before, *(key for key in after if key not in before)]:
            one, two = before.get(key), after.get(key)
            about = _about(sheet, two or one or {})
            if one is None or two is None:
                found.append(Difference(name, about, "", _whole(sheet, one), _whole(sheet, two)))
                continue
            changed = [column for column in COLUMNS[sheet] if one[column.name] != two[column.name]]
            found += [
                Difference(name, about, column.label, say(sheet, column.name, one[column.name]), say(sheet, column.name, two[column.name]))
                for column in changed
            ]
    return found


_KEYS: dict[str, tuple[str, ...]] = {SET: (), CRITERIA: ("code",), LEVELS: ("criterion", "points"), THRESHOLDS: ("grade",)}


def _key(sheet: str, row: Row) -> tuple[Any, ...]:
    """What makes a row the same in two sets; a cap has nothing but itself."""
    return tuple(row[name] for name in _KEYS.get(sheet, ("kind", "criterion", "value", "grade")))


def _about(sheet: str, row: Row) -> str:
    names = {SET: ("code",), CRITERIA: ("number", "title"), LEVELS: ("criterion", "points"), THRESHOLDS: ("label",)}
    return " ".join(say(sheet, name, row[name]) for name in names.get(sheet, ("kind", "criterion", "value"))).strip()


def _whole(sheet: str, row: Row | None) -> str:
    """A row in short, where it stands or falls as a whole."""
    if row is None:
        return ""
    names = {CRITERIA: ("scoring", "max_points"), LEVELS: ("text",), THRESHOLDS: ("lower_pct",), CAPS: ("grade",)}
    return ", ".join(say(sheet, name, row[name]) for name in names.get(sheet, ("decision",)))
