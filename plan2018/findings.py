"""What the lines of a small register add up to: the answer of its page, the findings and the bars of its pictures.

Pure: lines and units as they were read in, words and places out. Withdrawn lines are left out by whoever reads. Answers may hold <b>; names are escaped.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes.rules import Level
from communes.sentences import write_day
from plan2018.sentences import inside

DONE, PART, LATE, OPEN = "done", "part", "late", "open"
FILLS = {
    DONE: SafeString('class="f-tot"'),
    PART: SafeString('class="f-kha"'),
    LATE: SafeString('fill="url(#p-yeu)"'),
    OPEN: SafeString('fill="url(#p-none)"'),
}
"""How a bar is filled: solid for what is done, patterns for what is not, so that they are told apart without colour."""

Key = str
Words = dict[Key, Any]


@dataclass(frozen=True)
class Question:
    """What a page asks: the lines of a place in a period, the communes that it has, and today."""

    place: Any
    period: Any
    communes: Sequence[Any]
    lines: Sequence[Any]
    today: date

    @property
    def single(self) -> bool:
        """Whether it is about one commune."""
        return bool(self.place.level == Level.COMMUNE)


@dataclass(frozen=True)
class Piece:
    """A piece of a bar, as SVG percentages."""

    fill: SafeString
    x: str
    width: str


@dataclass(frozen=True)
class Bar:
    """A bar: its pieces, a goal as an SVG percentage, words beside it, and the name of its column."""

    pieces: list[Piece]
    column: str = ""
    words: str = ""
    goal: str = ""


@dataclass(frozen=True)
class Row:
    """What a picture says of one unit, clause or criterion."""

    name: str
    bars: list[Bar]
    figures: list[tuple[str, Any]] = field(default_factory=list)
    code: str = ""


@dataclass(frozen=True)
class Picture:
    """A finding, the rows that show it, and what the fills mean."""

    heading: str
    first: str
    bars: list[str]
    figures: list[str]
    rows: list[Row]
    legend: list[tuple[SafeString, Any]]
    note: str = ""
    goal: str = ""


@dataclass(frozen=True)
class Finding:
    """The answer of a page and its pictures; `listed` are units to be named, under their heading."""

    answer: str
    pictures: list[Picture]
    listed: tuple[str, Sequence[Any]] | None = None


def figure(value: int) -> str:
    """A count inside a sentence: 1.234."""
    return number_format(value, force_grouping=True)


def group_of(unit: Any, place: Any) -> Any:
    """The unit under which a line is shown on the page of a place: the place's own child, or the place itself."""
    if place.level == Level.PROVINCE and unit.level == Level.COMMUNE:
        return unit.parent
    return unit


def stacked(question: Question, counted: Iterable[tuple[Any, Key, int]], words: Words, *, heading: str, note: str = "") -> Picture:
    """One bar for each child of the place, from (unit, key, count). The longest bar is the whole width, so that lengths can be compared."""
    counts: dict[int, Counter[Key]] = {}
    units: dict[int, Any] = {}
    for unit, key, count in counted:
        group = group_of(unit, question.place)
        units[group.pk] = group
        counts.setdefault(group.pk, Counter())[key] += count
    ordered = sorted(units.values(), key=lambda unit: (unit.level != Level.DISTRICT, unit.sort_key))
    rows = [(unit.full_name, unit.code, counts[unit.pk]) for unit in ordered]
    return of_counts(rows, words, heading=heading, first=_("Đơn vị"), note=note)


def of_counts(rows: Sequence[tuple[str, str, Counter[Key]]], words: Words, *, heading: str, first: str, note: str = "") -> Picture:
    """The same from (name, code, counts by key)."""
    most = max((sum(counts.values()) for _name, _code, counts in rows), default=0) or 1
    shown = []
    for name, code, counts in rows:
        pieces, before = [], 0
        for key in words:
            if counts[key]:
                pieces.append(Piece(FILLS[key], f"{100 * before / most:.4g}%", f"{100 * counts[key] / most:.4g}%"))
            before += counts[key]
        shown.append(Row(name, [Bar(pieces)], [(str(words[key]), counts[key]) for key in words], code))
    return Picture(heading, first, [""], [str(word) for word in words.values()], shown, [(FILLS[key], word) for key, word in words.items()], note)


def _total(counted: Iterable[tuple[Any, Key, int]]) -> Counter[Key]:
    total: Counter[Key] = Counter()
    for _unit, key, count in counted:
        total[key] += count
    return total


def worst(question: Question, counted: Sequence[tuple[Any, Key, int]], keys: Sequence[Key]) -> tuple[str, int]:
    """The child of the place that has most of these, and how many; nothing where none has any."""
    counts: Counter[str] = Counter()
    for unit, key, count in counted:
        if key in keys:
            counts[group_of(unit, question.place).full_name] += count
    return counts.most_common(1)[0] if counts else ("", 0)


# Working rules (III.1.b gạch 2).

RULES_WORDS: Words = {DONE: gettext_lazy("Đúng hạn"), LATE: gettext_lazy("Ban hành muộn"), OPEN: gettext_lazy("Chưa ban hành")}


def working_rules(question: Question) -> Finding:
    """Of the communes whose rules were outstanding, how many issued them in time. `due_on` of a commune: the last day on time, as the plan's duty says."""
    due = next((commune.due_on for commune in question.communes), None)
    lines = [line for line in question.lines if line.outstanding]
    counted = [(line.unit, OPEN if line.issued_on is None else LATE if due and line.issued_on > due else DONE, 1) for line in lines]
    total = _total(counted)
    until = _(" đúng hạn %s") % write_day(due) if due else _(" đúng hạn")
    if question.single:
        return Finding(_working_rules_of(question.lines, due), [])
    if not lines:
        answer = SafeString(_("<b>Chưa xã nào</b> được ghi là còn nợ quy chế làm việc khi kế hoạch ban hành."))
        return Finding(answer, [])
    answer = format_html(
        _("<b>{done}/{all} xã</b> còn nợ quy chế làm việc đã ban hành{until}."), done=figure(total[DONE]), all=figure(len(lines)), until=until
    )
    left = [_("%s xã chưa ban hành") % figure(total[OPEN])] * bool(total[OPEN]) + [_("%s xã ban hành muộn") % figure(total[LATE])] * bool(total[LATE])
    heading = ", ".join(left) if left else _("Cả %s xã còn nợ đã ban hành đúng hạn") % figure(len(lines))
    return Finding(
        answer, [stacked(question, counted, RULES_WORDS, heading=heading, note=_("Chỉ tính xã chưa rà soát quy chế khi kế hoạch ban hành."))]
    )


def _working_rules_of(lines: Sequence[Any], due: date | None) -> str:
    line = next(iter(lines), None)
    if line is None:
        return _("Chưa ghi quy chế làm việc của xã.")
    if line.issued_on is None:
        return format_html(_("Quy chế làm việc nhiệm kỳ {term} <b>chưa ban hành</b>."), term=line.term)
    late = line.outstanding and due and line.issued_on > due
    words = (
        _("Quy chế làm việc nhiệm kỳ {term} ban hành ngày <b>{day}</b>, muộn.")
        if late
        else _("Quy chế làm việc nhiệm kỳ {term} ban hành ngày <b>{day}</b>.")
    )
    return format_html(words, term=line.term, day=write_day(line.issued_on))


# Dialogue conferences (III.8 gạch 4).

DIALOGUE_WORDS: Words = {
    DONE: gettext_lazy("Đã tổ chức và báo cáo"),
    PART: gettext_lazy("Đã tổ chức, chưa báo cáo"),
    OPEN: gettext_lazy("Chưa tổ chức"),
}


def dialogues(question: Question) -> Finding:
    """How many communes held a conference in the period, and whether they have summed it up."""
    held = [line for line in question.lines if line.held_on <= question.period.ends_on]
    with_one, summed = {line.unit_id for line in held}, {line.unit_id for line in held if line.summed_up_on}
    counted = [(unit, DONE if unit.pk in summed else PART if unit.pk in with_one else OPEN, 1) for unit in question.communes]
    total = _total(counted)
    opinions, answered = sum(line.opinions for line in held), sum(line.answered for line in held)
    if question.single and held:
        words = _("Đã tổ chức hội nghị đối thoại ngày <b>{day}</b>; đã trả lời <b>{answered}/{opinions} ý kiến</b>.")
        return Finding(format_html(words, day=write_day(held[0].held_on), answered=figure(answered), opinions=figure(opinions)), [])
    if question.single:
        return Finding(format_html(_("<b>Chưa ghi</b> hội nghị đối thoại nào trong {period}."), period=inside(question.period.name)), [])
    count = len(question.communes)
    answer = format_html(_("<b>{held}/{all} xã</b> đã tổ chức hội nghị đối thoại với nhân dân"), held=figure(len(with_one)), all=figure(count))
    if opinions:
        answer += format_html(_("; đã trả lời <b>{answered}/{opinions} ý kiến</b>."), answered=figure(answered), opinions=figure(opinions))
    else:
        answer += SafeString(".")
    if not with_one:
        heading = _("Chưa có số liệu hội nghị đối thoại")
    elif total[OPEN]:
        heading = _("%s xã chưa tổ chức") % figure(total[OPEN])
    elif total[PART]:
        heading = _("Xã nào cũng đã tổ chức; %s xã chưa báo cáo tổng hợp") % figure(total[PART])
    else:
        heading = _("Xã nào cũng đã tổ chức và báo cáo tổng hợp")
    return Finding(answer, [stacked(question, counted, DIALOGUE_WORDS, heading=heading)])


# Apologies (III.9 gạch 3).

APOLOGY_WORDS: Words = {DONE: gettext_lazy("Đã xin lỗi xong"), PART: gettext_lazy("Mới gửi thư"), OPEN: gettext_lazy("Chưa xin lỗi")}


def apology_state(line: Any) -> Key:
    """How far an apology has come: the plan asks for a letter and a visit."""
    return DONE if line.visited_on else PART if line.letter_on else OPEN


def apologies(question: Question) -> Finding:
    """How many of the apologies owed were made."""
    counted = [(line.unit, apology_state(line), 1) for line in question.lines]
    total, count = _total(counted), len(question.lines)
    if not count:
        return Finding(_("Chưa ghi vụ việc nào phải xin lỗi nhân dân."), [])
    left = count - total[DONE]
    answer = format_html(_("<b>{done}/{all} vụ việc</b> đã xin lỗi nhân dân xong"), done=figure(total[DONE]), all=figure(count))
    answer += format_html(_("; còn <b>{left} vụ việc</b>."), left=figure(left)) if left else SafeString(".")
    name, most = worst(question, counted, (PART, OPEN))
    heading = (
        _("Còn nợ nhiều nhất: %(name)s, %(n)s vụ việc") % {"name": inside(name), "n": figure(most)} if left else _("Vụ việc nào cũng đã xin lỗi xong")
    )
    late = [line.days_late for line in question.lines if line.days_late]
    note = _("Giải quyết chậm bình quân %s ngày.") % figure(round(sum(late) / len(late))) if late else ""
    return Finding(answer, [] if question.single else [stacked(question, counted, APOLOGY_WORDS, heading=heading, note=note)])


# Complaints and denunciations (III.8 gạch 3).

COMPLAINT_WORDS: Words = {DONE: gettext_lazy("Đã giải quyết"), OPEN: gettext_lazy("Còn tồn")}


def complaints(question: Question) -> Finding:
    """How many were settled, how many wait, and who has not said."""
    counted = [pair for line in question.lines for pair in ((line.unit, DONE, line.settled), (line.unit, OPEN, line.pending))]
    total = _total(counted)
    count = total[DONE] + total[OPEN]
    said = {line.unit_id for line in question.lines}
    silent = [unit for unit in question.communes if unit.pk not in said]
    if not question.lines:
        return Finding(format_html(_("<b>Chưa ghi</b> đơn thư nào trong {period}."), period=inside(question.period.name)), [])
    if not count:
        return Finding(format_html(_("<b>Không có đơn nào</b> trong {period}."), period=inside(question.period.name)), [])
    answer = format_html(_("Đã giải quyết <b>{done}/{all} đơn</b>"), done=figure(total[DONE]), all=figure(count))
    answer += format_html(_("; còn tồn <b>{open} đơn</b>."), open=figure(total[OPEN])) if total[OPEN] else SafeString(_("; không còn đơn tồn."))
    if question.single:
        return Finding(answer, [])
    name, most = worst(question, counted, (OPEN,))
    heading = _("Còn tồn nhiều nhất: %(name)s, %(n)s đơn") % {"name": inside(name), "n": figure(most)} if total[OPEN] else _("Không còn đơn tồn")
    listed = (_("%s xã chưa ghi đơn thư của kỳ này") % figure(len(silent)), silent) if silent else None
    return Finding(answer, [stacked(question, counted, COMPLAINT_WORDS, heading=heading)], listed)


# Difficulties (last paragraph of section IV).

DIFFICULTY_WORDS: Words = {DONE: gettext_lazy("Đã trả lời"), OPEN: gettext_lazy("Đang chờ")}


def difficulties(question: Question) -> Finding:
    """How many were answered, how many wait and for how long, and what they are about."""
    counted = [(line.unit, DONE if line.answered_on else OPEN, 1) for line in question.lines]
    total = _total(counted)
    if not question.lines:
        return Finding(_("Chưa có vướng mắc nào được nêu."), [])
    waits = [(question.today - line.raised_on).days for line in question.lines if not line.answered_on]
    took = [(line.answered_on - line.raised_on).days for line in question.lines if line.answered_on]
    answer = SafeString()
    if waits:
        words = _("<b>{n} vướng mắc</b> đang chờ trả lời, lâu nhất {longest} ngày")
        answer += format_html(words, n=figure(len(waits)), longest=figure(max(waits)))
    else:
        answer += SafeString(_("<b>Không còn</b> vướng mắc nào chờ trả lời"))
    if took:
        words = _("; {n} vướng mắc đã trả lời, bình quân sau {mean} ngày")
        answer += format_html(words, n=figure(len(took)), mean=figure(round(sum(took) / len(took))))
    by_clause: dict[str, Counter[Key]] = {}
    for line in question.lines:
        by_clause.setdefault(line.clause or _("không ghi điều khoản"), Counter())[DONE if line.answered_on else OPEN] += 1
    ordered = sorted(by_clause.items(), key=lambda item: (-sum(item[1].values()), item[0]))
    clause, counts = ordered[0]
    about = _("Vướng nhiều nhất ở %(clause)s: %(n)s lần") % {"clause": clause, "n": figure(sum(counts.values()))}
    clauses = of_counts([(name, "", counts) for name, counts in ordered], DIFFICULTY_WORDS, heading=about, first=_("Điều khoản"))
    if question.single:
        return Finding(answer + SafeString("."), [clauses])
    name, most = worst(question, counted, (OPEN,))
    heading = (
        _("Đang chờ nhiều nhất: %(name)s, %(n)s vướng mắc") % {"name": inside(name), "n": figure(most)}
        if total[OPEN]
        else _("Vướng mắc nào cũng đã được trả lời")
    )
    return Finding(answer + SafeString("."), [stacked(question, counted, DIFFICULTY_WORDS, heading=heading), clauses])
