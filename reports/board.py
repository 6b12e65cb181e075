"""What a board says: headings that are findings, and the rows that a picture and its table share.

Pure: a board and a day in, sentences and numbers out; no query, no request, no clock. Each heading has variants for met, not met and no data.
Numbers for pictures are plain values; the template turns them into percent coordinates.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import accumulate, combinations, pairwise
from typing import Any

from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from plan2018.rules import VIETNAM
from reports.goals import actual, gap, goal, nearest, noun
from reports.rules import CRITERION, TITLE, Board, Commune, Criterion, District, Figure, Term
from reports.sentences import figure, inside
from scoring.rules import Grade, State, classify, round_half_up
from scoring.sentences import GRADE_WORDS

YEAR = "year"
NEAR_TARGET = 2
"""A missed target counts as near when it lacks at most this many whole units."""
NEAR_GRADE = Decimal(4)
"""A commune counts as near the next class when it lacks at most this many points."""
MOSTLY = 0.8
"""A finding names the districts that hold at least this share of what it speaks of."""
HEAT = ((Decimal("0.85"), 4), (Decimal("0.75"), 3), (Decimal("0.65"), 2))
"""Share of a criterion's maximum from which a cell of the comparison has this level; below all of them it has level 1."""

Target = dict[str, Any]


# Words


def count(number: int) -> str:
    """A number in a sentence: in words up to ten, in digits above."""
    words = [_("không"), _("một"), _("hai"), _("ba"), _("bốn"), _("năm"), _("sáu"), _("bảy"), _("tám"), _("chín"), _("mười")]
    return words[number] if 0 <= number < len(words) else number_format(number, force_grouping=True)


def sentence(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def listed(names: Iterable[str]) -> str:
    """Names in a row: "A", "A và B", "A, B và C"."""
    *most, last = names
    return _("%(most)s và %(last)s") % {"most": ", ".join(most), "last": last} if most else last


def report_words(term: Term) -> str:
    """What a district's report for a period is called in a sentence."""
    return _("báo cáo năm") if term.kind == YEAR else _("báo cáo 6 tháng")


def deadline(last_day: date, today: date) -> str:
    """How the last day on time lies to today."""
    days = (last_day - today).days
    if days < 0:
        return _("đã quá hạn")
    return _("còn %(days)s ngày") % {"days": number_format(days, force_grouping=True)} if days else _("hạn cuối hôm nay")


def _of(figures: Mapping[str, Figure], indicator: str) -> int | None:
    """The count that a figure holds; None without data."""
    return int(figures[indicator].numerator) if indicator in figures else None


# The answer


def answer(board: Board, today: date) -> SafeString:
    """The one sentence for which the board is opened."""
    parts = [_verdicts(board)] if board.filled_at else [_("Chưa tổng hợp số liệu của kỳ này")]
    if board.districts:
        parts.append(_reports(board, today))
    return format_html("{}.", mark_safe("; ".join(parts)))  # noqa: S308 - parts are built by format_html and gettext alone


def _verdicts(board: Board) -> str:
    tally = Counter(target["met"] for target in board.targets)
    known = tally[True] + tally[False]
    if not known:
        return format_html(_("Chưa chỉ tiêu nào có số liệu: cả <b>{} chỉ tiêu</b> đang chờ"), tally[None])
    opening = _("Kết quả đã duyệt đủ") if _approved(board) == _expected(board) else _("Nếu chốt hôm nay")
    what = _("chỉ tiêu có số liệu") if tally[None] else _("chỉ tiêu")
    if tally[False]:
        said = format_html(_("<b>{} trong {}</b> {} đạt, <b>{}</b> chưa đạt"), tally[True], known, what, tally[False])
    else:
        said = format_html(_("cả <b>{}</b> {} đều đạt"), known, what)
    unknown = format_html(_(", <b>{}</b> chưa có số liệu"), tally[None]) if tally[None] else ""
    return format_html("{}: {}{}", opening, said, unknown)


def _reports(board: Board, today: date) -> str:
    filings = [district.filings[board.term.code] for district in board.districts]
    missing, late = sum(filing.filed_at is None for filing in filings), sum(bool(filing.late) for filing in filings)
    report = report_words(board.term)
    if missing:
        return format_html(_("<b>{} huyện</b> chưa gửi {}, <b>{}</b>"), missing, report, deadline(board.term.last_day, today))
    if late:
        return format_html(_("cả <b>{} huyện</b> đã gửi {}, <b>{}</b> huyện trễ hạn"), len(filings), report, late)
    return format_html(_("cả <b>{} huyện</b> đã gửi {} đúng hạn"), len(filings), report)


def _approved(board: Board) -> int:
    return _of(board.figures, f"state.{State.APPROVED}") or 0


def _expected(board: Board) -> int:
    figure = board.figures.get("submitted")
    return int(figure.denominator) if figure else 0


# Targets


@dataclass(frozen=True)
class Verdicts:
    """The targets by verdict, and the missed ones that are nearest to being met."""

    finding: str
    met: list[Target]
    missed: list[Target]
    unknown: list[Target]
    nearest: list[tuple[Target, str, str, str]]
    """Target, what it asks for, its figure, and how many whole units are missing."""


def targets(board: Board, most: int = 3) -> Verdicts:
    """The targets of the plan as they stand; at most so many in the table of the nearest."""
    met, missed, unknown = ([target for target in board.targets if target["met"] is verdict] for verdict in (True, False, None))
    near = [(target, goal(target), actual(target), gap(target)) for target in nearest(missed)[:most]]
    return Verdicts(_targets_finding(len(met), missed, len(unknown)), met, missed, unknown, near)


def _targets_finding(met: int, missed: Sequence[Target], unknown: int) -> str:
    close = [target for target in nearest(missed) if abs(target["gap"]) <= NEAR_TARGET]
    near, nouns = len(close), list(dict.fromkeys(noun(target) for target in close))
    *more, last = nouns or [""]
    either = _("%(more)s hoặc %(last)s") % {"more": ", ".join(more), "last": last} if more else last
    words = {"met": met, "missed": count(len(missed)), "near": count(near), "most": count(NEAR_TARGET), "nouns": either}
    if not met and not missed:
        text = _("Chưa chỉ tiêu nào có số liệu")
    elif not missed:
        text = _("Cả %(met)s chỉ tiêu có số liệu đều đạt") if unknown else _("Cả %(met)s chỉ tiêu đều đạt")
    elif not near:
        text = _("%(missed)s chỉ tiêu chưa đạt")
    elif near == len(missed):
        text = _("%(missed)s chỉ tiêu chưa đạt, chỉ cách không quá %(most)s %(nouns)s")
    else:
        text = _("%(missed)s chỉ tiêu chưa đạt; %(near)s trong số đó chỉ cách không quá %(most)s %(nouns)s")
    return sentence(text % words)


# What waits for the province


@dataclass(frozen=True)
class Waiting:
    """What the province has to do or to ask for, as it stands now."""

    appraised: int
    oldest: Commune | None
    who: str
    """Its name, as it stands in a sentence."""
    since: date | None
    """The day on which the district appraised it."""
    days: int
    """How long it has waited, in days."""
    returned: int
    unsent: int
    unfiled: list[str]
    """Names of the districts without a report."""
    deadline: str

    def __bool__(self) -> bool:
        return bool(self.appraised or self.returned or self.unsent or self.unfiled)


def waiting(board: Board, today: date) -> Waiting:
    """What waits, counted from the forms and reports themselves and not from the last fill."""
    states = Counter(commune.state for commune in board.communes)
    dated = [(commune.waiting_since, commune) for commune in board.communes if commune.waiting_since]
    moment, oldest = min(dated, key=lambda pair: pair[0]) if dated else (None, None)
    since = moment.astimezone(VIETNAM).date() if moment else None
    return Waiting(
        appraised=states[State.APPRAISED],
        oldest=oldest,
        who=inside(oldest.full_name) if oldest else "",
        since=since,
        days=(today - since).days if since else 0,
        returned=states[State.RETURNED],
        unsent=states[State.DRAFT],
        unfiled=[district.name for district in board.districts if district.filings[board.term.code].filed_at is None],
        deadline=deadline(board.term.last_day, today),
    )


# Classes and the title against the plan


@dataclass(frozen=True)
class Measure:
    """A class, or the title, beside what the plan sets for it."""

    key: str
    actual: int | None
    target: Target | None

    @property
    def met(self) -> bool | None:
        return self.target["met"] if self.target else None

    @property
    def goal(self) -> str:
        return goal(self.target) if self.target else ""

    @property
    def gap(self) -> str:
        """How far it is from the target; nothing to say where it is met exactly."""
        return gap(self.target) if self.target and self.met is not None and (self.target["gap"] or not self.met) else ""


@dataclass(frozen=True)
class Classes:
    """Classes and the title against the plan. `top` is the end of the common scale."""

    finding: str
    rows: list[Measure]
    top: int
    together: tuple[int, int] | None
    """Good and fair communes together, and what their two targets ask for together: a commune that rises to good leaves fair one short."""


MEASURES = {TITLE: "TG01", Grade.GOOD: "TG02", Grade.FAIR: "TG03", Grade.AVERAGE: "TG04", Grade.WEAK: "TG05"}
"""Section II.2: what is measured -> its target."""


def classes(board: Board) -> Classes:
    """How many communes hold each class and the title, against 63 / 25 / 75 / 30 / 0."""
    by_code = {target["code"]: target for target in board.targets}
    rows = []
    for key, code in MEASURES.items():
        target = by_code.get(code)
        rows.append(Measure(key, _of(board.figures, key if key == TITLE else f"grade.{key}"), target))
    ends = [row.actual or 0 for row in rows] + [int(row.target["value"]) for row in rows if row.target]
    good, fair = (row.target for row in rows[1:3])
    together = None
    if good and fair and good["gap"] is not None and fair["gap"] is not None:
        have = int(good["actual"] + fair["actual"])
        together = (have, have - int(good["gap"] + fair["gap"]))
    return Classes(_classes_finding(rows), rows, -(-max(ends) * 11 // 100) * 10 or 10, together)


def _classes_finding(rows: Sequence[Measure]) -> str:
    names: dict[str, Any] = {TITLE: _("danh hiệu")} | {str(grade): words for grade, words in GRADE_WORDS.items()}
    met = [str(names[row.key]) for row in rows if row.met]
    short: dict[str, list[str]] = {}
    for row in rows:
        if row.met is False:
            short.setdefault(inside(row.gap), []).append(str(names[row.key]))
    if not met and not short:
        return _("Chưa đơn vị nào được duyệt nên chưa so được với mức đề ra")
    missed = ", ".join(
        (_("%(who)s cùng %(gap)s") if len(who) > 1 else "%(who)s %(gap)s") % {"who": listed(who), "gap": words} for words, who in short.items()
    )
    if not short:
        return sentence(_("%(met)s đều trong mức đề ra") % {"met": listed(met)})
    if not met:
        return _("Chưa mục nào trong mức đề ra: %(missed)s") % {"missed": missed}
    return sentence(_("%(met)s đã trong mức; %(missed)s") % {"met": listed(met), "missed": missed})


# The map and its table


@dataclass(frozen=True)
class Place:
    """A district on the map and in the table beside it: its communes by class."""

    name: str
    code: str
    counts: Mapping[str, int]
    none: int
    outline: str = ""
    label: tuple[int, int] | None = None

    @property
    def total(self) -> int:
        return sum(self.counts.values()) + self.none

    @property
    def low(self) -> int:
        return self.counts[Grade.AVERAGE] + self.counts[Grade.WEAK]


@dataclass(frozen=True)
class Land:
    """The map: communes by class, districts with their outlines and names, and the whole province."""

    finding: str
    communes: list[tuple[Commune, str]]
    """Commune and what its place on the map says of it."""
    places: list[Place]
    whole: Place


def land(board: Board) -> Land:
    """Where the classes lie."""
    names = {district.code: district.name for district in board.districts}
    grades: dict[str, Counter[str | None]] = {district.code: Counter() for district in board.districts}
    for commune in board.communes:
        grades.setdefault(commune.district, Counter())[commune.grade] += 1
    labels = apart({district.name: spot for district in board.districts if (spot := middle(district.outline))})
    places = [
        Place(
            district.name, district.code, _by_grade(grades[district.code]), grades[district.code][None], district.outline, labels.get(district.name)
        )
        for district in board.districts
    ]
    everywhere = sum(grades.values(), Counter())
    whole = Place("", "", _by_grade(everywhere), everywhere[None])
    return Land(_land_finding(places), [(commune, _legend(commune, names.get(commune.district, ""))) for commune in board.communes], places, whole)


def _legend(commune: Commune, district: str) -> str:
    words = {"name": commune.full_name, "district": district}
    if commune.grade is None or commune.total is None:
        return _("%(name)s, %(district)s: chưa có điểm") % words
    words |= {"grade": str(GRADE_WORDS[commune.grade]), "points": figure(commune.total)}
    return _("%(name)s, %(district)s: %(grade)s, %(points)s điểm") % words


def _by_grade(grades: Counter[str | None]) -> dict[str, int]:
    return {grade: grades[grade] for grade in Grade}


def _land_finding(places: Sequence[Place]) -> str:
    if not any(sum(place.counts.values()) for place in places):
        return _("Chưa đơn vị nào có kết quả để tô lên bản đồ")
    everything = sum(place.low for place in places)
    if not everything:
        return _("Không đơn vị nào xếp loại trung bình hoặc yếu")
    worst = sorted((place for place in places if place.low), key=lambda place: -place.low)
    held = list(accumulate(place.low for place in worst))
    enough = next(index for index, sofar in enumerate(held, start=1) if sofar >= MOSTLY * everything)
    concentrated = 2 * enough <= len(places)
    named = worst[:enough] if concentrated else worst
    words = {
        "n": held[len(named) - 1],
        "all": everything,
        "districts": count(len(named)),
        "names": listed(place.name for place in named) if len(named) <= 3 else "",
    }
    if words["n"] == everything:
        text = (
            _("Đơn vị trung bình và yếu (%(all)s) chỉ có ở %(names)s")
            if words["names"]
            else _("%(all)s đơn vị trung bình và yếu nằm ở %(districts)s huyện")
        )
    else:
        text = (
            _("%(n)s trong %(all)s đơn vị trung bình và yếu nằm ở %(names)s")
            if words["names"]
            else _("%(n)s trong %(all)s đơn vị trung bình và yếu nằm ở %(districts)s huyện")
        )
    return text % words


def middle(outline: str) -> tuple[int, int] | None:
    """Where a name stands: the centre of gravity of the largest subpath of an outline (M, relative l, z, whole numbers). None without an outline."""
    largest, found = 0.0, None
    for subpath in outline.split("M")[1:]:
        numbers = [int(number) for number in re.findall(r"-?\d+", subpath)]
        steps = list(zip(numbers[::2], numbers[1::2], strict=True))
        corners = list(accumulate(steps, lambda corner, step: (corner[0] + step[0], corner[1] + step[1])))
        edges = [(x0, y0, x1, y1, x0 * y1 - x1 * y0) for (x0, y0), (x1, y1) in pairwise([*corners, corners[0]])]
        area = sum(cross for *_corner, cross in edges) / 2
        if abs(area) > largest:
            largest = abs(area)
            x = sum((x0 + x1) * cross for x0, _y0, x1, _y1, cross in edges) / (6 * area)
            y = sum((y0 + y1) * cross for _x0, y0, _x1, y1, cross in edges) / (6 * area)
            found = (round(x), round(y))
    return found


LETTER = 13
"""Width of a letter of a name on the map, on a phone, where they are largest, in units of the map; a line is twice as high."""


def apart(labels: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """Names on the map, moved sideways where two of them would lie on each other: each by half of what is missing."""
    placed = dict(labels)
    for one, other in combinations(labels, 2):
        (x0, y0), (x1, y1) = placed[one], placed[other]
        overlap = LETTER * (len(one) + len(other)) // 2 - abs(x1 - x0)
        if abs(y1 - y0) < 2 * LETTER and overlap > 0:
            step = -(-overlap // 2) if x0 <= x1 else -(overlap // 2)
            placed[one], placed[other] = (x0 - step, y0), (x1 + step, y1)
    return placed


# Progress by district


@dataclass(frozen=True)
class Stretch:
    """A piece of a bar: what it stands for, where it begins and how long it is, in communes."""

    kind: str
    start: int
    length: int


@dataclass(frozen=True)
class Mark:
    """How a report stands: on time, late, missing, or not yet due; with how late or how long still in words."""

    term: Term
    kind: str
    words: str
    filed_at: datetime | None

    ON_TIME, LATE, OVERDUE, OPEN = "on_time", "late", "overdue", "open"


@dataclass(frozen=True)
class Progress:
    """How far the forms and reports of a district, or of the province, have come. Counts are None without data."""

    name: str
    code: str
    expected: int | None
    approved: int | None
    appraised: int | None
    below: int | None
    """Still with the district or the commune."""
    late: int | None
    bar: list[Stretch]
    marks: list[Mark]
    """The report of this period, then that of the earlier one."""


@dataclass(frozen=True)
class Course:
    """How far all have come. `filed` counts, for each period shown, the reports filed and those in time."""

    finding: str
    rows: list[Progress]
    whole: Progress
    terms: list[Term]
    filed: list[tuple[Term, int, int]]


def course(board: Board, today: date) -> Course:
    """Forms and reports by district."""
    terms = [board.term, *([board.earlier] if board.earlier else [])]
    rows = [
        _progress(district.name, district.code, district.figures, [_mark(district, term, today) for term in terms]) for district in board.districts
    ]
    filed = [
        (term, sum(row.marks[n].filed_at is not None for row in rows), sum(row.marks[n].kind == Mark.ON_TIME for row in rows))
        for n, term in enumerate(terms)
    ]
    return Course(_course_finding(board, rows, today), rows, _progress("", "", board.figures, []), terms, filed)


def _progress(name: str, code: str, figures: Mapping[str, Figure], marks: list[Mark]) -> Progress:
    by_state = {state: _of(figures, f"state.{state}") for state in State}
    expected = int(figures["submitted"].denominator) if "submitted" in figures else None
    held = (by_state[State.SUBMITTED] or 0) + (by_state[State.RETURNED] or 0)
    lengths = {
        "approved": by_state[State.APPROVED] or 0,
        "appraised": by_state[State.APPRAISED] or 0,
        "held": held,
        "unsent": by_state[State.DRAFT] or 0,
    }
    starts = accumulate(lengths.values(), initial=0)
    bar = [Stretch(kind, start, length) for (kind, length), start in zip(lengths.items(), starts, strict=False) if length]
    below = None if expected is None else held + lengths["unsent"]
    return Progress(name, code, expected, by_state[State.APPROVED], by_state[State.APPRAISED], below, _of(figures, "late"), bar, marks)


def _mark(district: District, term: Term, today: date) -> Mark:
    filing = district.filings[term.code]
    if filing.filed_at is None:
        kind = Mark.OVERDUE if today > term.last_day else Mark.OPEN
        return Mark(term, kind, deadline(term.last_day, today), None)
    if not filing.late:
        return Mark(term, Mark.ON_TIME, _("Đúng hạn"), filing.filed_at)
    days = (filing.filed_at.astimezone(VIETNAM).date() - term.last_day).days
    return Mark(term, Mark.LATE, _("Trễ %(days)s ngày") % {"days": number_format(days, force_grouping=True)}, filing.filed_at)


def _course_finding(board: Board, rows: Sequence[Progress], today: date) -> str:
    if not rows:
        return _("Chưa có huyện nào trong kỳ này")
    missing = [row.name for row in rows if row.marks[0].filed_at is None]
    late = sum(row.marks[0].kind == Mark.LATE for row in rows)
    words = {
        "all": len(rows),
        "filed": count(len(rows) - len(missing)),
        "report": report_words(board.term),
        "missing": listed(missing) if 0 < len(missing) <= 3 else _("%(n)s huyện") % {"n": count(len(missing))},
        "late": count(late),
        "deadline": deadline(board.term.last_day, today),
    }
    if len(missing) == len(rows):
        text = _("Chưa huyện nào gửi %(report)s, %(deadline)s")
    elif missing:
        text = _("%(filed)s huyện đã gửi %(report)s; %(missing)s chưa gửi, %(deadline)s")
    elif late:
        text = _("Cả %(all)s huyện đã gửi %(report)s, %(late)s huyện trễ hạn")
    else:
        text = _("Cả %(all)s huyện đã gửi %(report)s đúng hạn")
    return sentence(text % words)


# Districts against criteria


@dataclass(frozen=True)
class Cell:
    """The mean of a district for a criterion; level 4 (best) to 1; whether it is the lowest of its column."""

    mean: Decimal | None
    level: int | None
    lowest: bool = False


@dataclass(frozen=True)
class Heat:
    """Mean final points: a row for each district, a column for each criterion; the bounds of the levels in points, or None where maxima differ."""

    finding: str
    criteria: Sequence[Criterion]
    rows: list[tuple[str, str, list[Cell]]]
    """Name and code of the district, and its cells."""
    whole: list[Cell]
    bounds: list[Decimal] | None
    empty: list[str]
    """Names of the districts without a result."""


def heat(board: Board) -> Heat:
    """Which district lags in which criterion."""
    means = {district.code: [_mean(district.figures, criterion) for criterion in board.criteria] for district in board.districts}
    columns = [[mean for mean in column if mean is not None] for column in zip(*means.values(), strict=True)] if means else []
    lowest = [min(column) if len(column) > 1 else None for column in columns]
    rows = [
        (
            district.name,
            district.code,
            [
                Cell(mean, _level(mean, criterion), mean is not None and mean == low)
                for mean, criterion, low in zip(means[district.code], board.criteria, lowest, strict=True)
            ],
        )
        for district in board.districts
    ]
    whole = [Cell(mean, _level(mean, criterion)) for criterion in board.criteria for mean in [_mean(board.figures, criterion)]]
    maxima = {criterion.max_points for criterion in board.criteria}
    bounds = [share * maxima.copy().pop() for share, _level_of in HEAT] if len(maxima) == 1 else None
    empty = [name for name, _code, cells in rows if not any(cell.level for cell in cells)]
    return Heat(_heat_finding(board, means), board.criteria, rows, whole, bounds, empty)


def _mean(figures: Mapping[str, Figure], criterion: Criterion) -> Decimal | None:
    figure = figures.get(f"{CRITERION}{criterion.code}")
    return round_half_up(figure.numerator / figure.denominator, 1) if figure else None


def _level(mean: Decimal | None, criterion: Criterion) -> int | None:
    if mean is None:
        return None
    return next((level for share, level in HEAT if mean >= share * criterion.max_points), 1)


def _heat_finding(board: Board, means: Mapping[str, Sequence[Decimal | None]]) -> str:
    lowest: Counter[str] = Counter()
    known = 0
    for row in means.values():
        shares = {criterion.code: mean / criterion.max_points for criterion, mean in zip(board.criteria, row, strict=True) if mean is not None}
        known += bool(shares)
        lowest.update(code for code, share in shares.items() if share == min(shares.values()))
    if not known:
        return _("Chưa huyện nào có kết quả để so các tiêu thức")
    code, districts = lowest.most_common(1)[0]
    criterion = next(criterion for criterion in board.criteria if criterion.code == code)
    words = {"title": criterion.title, "number": criterion.number, "n": districts, "all": known}
    if 2 * districts < known or list(lowest.values()).count(districts) > 1:
        return _("Mỗi huyện yếu ở một tiêu thức khác nhau, không tiêu thức nào thấp nhất ở đa số huyện")
    if districts == known:
        return _("%(title)s (%(number)s) thấp nhất hoặc đồng thấp nhất ở cả %(all)s huyện") % words
    return _("%(title)s (%(number)s) thấp nhất hoặc đồng thấp nhất ở %(n)s trong %(all)s huyện") % words


# Own points against the result


@dataclass(frozen=True)
class Gap:
    """Mean own points and mean result of the communes of a district that have both; how many were lowered."""

    name: str
    code: str
    own: Decimal
    result: Decimal
    communes: int
    lowered: int

    @property
    def difference(self) -> Decimal:
        return self.own - self.result


@dataclass(frozen=True)
class Gaps:
    """Districts by how far their own points lie above the result; those without a result; the ends of the common scale in points."""

    finding: str
    rows: list[Gap]
    empty: list[str]
    low: int
    high: int

    @property
    def dots(self) -> list[tuple[Gap, Decimal, Decimal]]:
        """Each row with the places of its own points and its result on the scale, counted from the low end."""
        return [(row, row.own - self.low, row.result - self.low) for row in self.rows]

    @property
    def span(self) -> int:
        return self.high - self.low


def gaps(board: Board) -> Gaps:
    """How the communes' own points compare with their results."""
    rows, empty = [], []
    for district in board.districts:
        pairs = [
            (commune.self_total, commune.total)
            for commune in board.communes
            if commune.district == district.code and commune.self_total is not None and commune.total is not None
        ]
        if not pairs:
            empty.append(district.name)
            continue
        own, result = (round_half_up(sum(column, Decimal(0)) / len(pairs), 1) for column in zip(*pairs, strict=True))
        rows.append(Gap(district.name, district.code, own, result, len(pairs), sum(total < mine for mine, total in pairs)))
    rows.sort(key=lambda row: -row.difference)
    ends = [end for row in rows for end in (row.own, row.result)] or [Decimal(0)]
    return Gaps(_gaps_finding(rows), rows, empty, int(min(ends) // 10) * 10, int(max(ends) // 10) * 10 + 10)


def _gaps_finding(rows: Sequence[Gap]) -> str:
    if not rows:
        return _("Chưa có kết quả để so với điểm tự chấm")
    most = rows[0]
    if most.difference <= 0:
        return _("Không huyện nào tự chấm bình quân cao hơn kết quả")
    words = {"names": listed([row.name for row in rows if row.difference == most.difference]), "points": figure(most.difference)}
    if len(rows) == 1:
        return _("%(names)s tự chấm cao hơn kết quả bình quân %(points)s điểm") % words
    return _("%(names)s tự chấm cao hơn kết quả nhiều nhất, bình quân %(points)s điểm") % words


# Near the next class


@dataclass(frozen=True)
class Close:
    """A commune near the next class: what it lacks, and its weakest criterion."""

    commune: Commune
    district: str
    grade: Grade
    missing: Decimal
    weakest: Criterion | None


@dataclass(frozen=True)
class Closest:
    """The communes near the next class, the nearest first."""

    finding: str
    rows: list[Close]


def closest(board: Board) -> Closest:
    """Who lacks at most NEAR_GRADE points to the next class, by the rule that classifies."""
    names = {district.code: district.name for district in board.districts}
    criteria = {criterion.code: criterion for criterion in board.criteria}
    rows = []
    for commune in board.communes:
        if commune.total is None or commune.max_total is None:
            continue
        result = classify(board.thresholds, commune.total, commune.max_total)
        held_down = commune.grade not in (None, result.grade)  # by a cap of its set: points alone do not lift it
        if result.next and not held_down and result.points_to_next is not None and result.points_to_next <= NEAR_GRADE:
            weakest = criteria.get(commune.lowest or "")
            rows.append(Close(commune, names.get(commune.district, ""), result.next.grade, result.points_to_next, weakest))
    rows.sort(key=lambda row: row.missing)
    words = {"n": sentence(count(len(rows))), "points": figure(NEAR_GRADE)}
    if rows:
        finding = _("%(n)s đơn vị cách hạng trên không quá %(points)s điểm") % words
    elif any(commune.total is not None for commune in board.communes):
        finding = _("Không đơn vị nào cách hạng trên trong vòng %(points)s điểm") % words
    else:
        finding = _("Chưa đơn vị nào có kết quả để so với hạng trên")
    return Closest(finding, rows)


SECTIONS: dict[str, Callable[[Board], Any]] = {"targets": targets, "classes": classes, "land": land, "heat": heat, "gaps": gaps, "closest": closest}


def read(board: Board, today: date) -> dict[str, Any]:
    """Everything that the page of a board says, by part."""
    parts = {name: section(board) for name, section in SECTIONS.items()}
    return {
        "board": board,
        "answer": answer(board, today),
        "approved": _approved(board),
        "expected": _expected(board),
        "waiting": waiting(board, today),
        "course": course(board, today),
        **parts,
    }
