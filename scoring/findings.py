"""What support, inspections and censures add up to. Pure: lines and units as they were read in, words and places out; see plan2018/findings.py."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plan2018.findings import DONE, FILLS, LATE, OPEN, PART, Bar, Finding, Picture, Piece, Question, Row, Words, figure, of_counts, stacked
from plan2018.sentences import inside
from scoring.consequences import Censure, twice_running
from scoring.rules import SUPPORT_DAYS, quarter_of

DOWN = "down"
QUARTERS = {1: "I", 2: "II", 3: "III", 4: "IV"}
SUPPORT_WORDS: Words = {DONE: gettext_lazy("Đủ 15 ngày"), OPEN: gettext_lazy("Chưa đủ 15 ngày")}


def days_by_quarter(lines: Sequence[Any]) -> dict[Any, dict[int, int]]:
    """Days of district staff in each commune: unit -> quarter -> days. What communes' people learn at the district is not in the target."""
    units: dict[int, Any] = {}
    days: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for line in lines:
        if line.mode == DOWN:
            units[line.unit_id] = line.unit
            days[line.unit_id][quarter_of(line.starts_on)] += line.days
    return {units[pk]: dict(of) for pk, of in days.items()}


def support(question: Question) -> Finding:
    """Days in each quarter against 15 (TG37), and weak communes that nobody helped. `weak` of a commune: classed average or weak within the plan."""
    lines = [line for line in question.lines if line.starts_on <= question.period.ends_on]
    days = days_by_quarter(lines)
    times = [(unit, count) for unit, of in days.items() for count in of.values()]
    full = sum(count >= SUPPORT_DAYS for _unit, count in times)
    helped = {unit.pk for unit in days}
    alone = [unit for unit in question.communes if unit.weak and unit.pk not in helped]
    listed = (_("%s xã trung bình, yếu chưa được giúp") % figure(len(alone)), alone) if alone and not question.single else None
    if not times:
        answer = format_html(_("<b>Chưa ghi</b> ngày công chức huyện về xã nào trong {period}."), period=inside(question.period.name))
        return Finding(answer, [], listed)
    if question.single:
        answer = format_html(_("Công chức huyện đã về xã <b>{n} ngày</b>"), n=figure(sum(count for _unit, count in times)))
        answer += format_html(_("; đủ 15 ngày ở <b>{full}/{all} quý</b> có người về."), full=full, all=len(times))
    else:
        words = _("Đủ 15 ngày ở <b>{full}/{all} lượt</b> xã được giúp trong một quý, tại <b>{communes} xã</b>")
        answer = format_html(words, full=figure(full), all=figure(len(times)), communes=figure(len(days)))
        answer += format_html(_("; còn <b>{n} xã trung bình, yếu</b> chưa ai về.") if alone else ".", n=figure(len(alone)))
    short = [(unit, count) for unit, count in times if count < SUPPORT_DAYS]
    if short:
        unit, least = min(short, key=lambda pair: pair[1])
        heading = _("Ngắn nhất: %(name)s, %(n)s ngày trong một quý") % {"name": inside(unit.full_name), "n": figure(least)}
    else:
        heading = _("Lượt nào cũng đủ 15 ngày")
    if question.place.level == "province":
        counted = [(unit, DONE if count >= SUPPORT_DAYS else OPEN, 1) for unit, count in times]
        return Finding(answer, [stacked(question, counted, SUPPORT_WORDS, heading=heading, note=_("Mỗi lượt là một xã trong một quý."))], listed)
    return Finding(answer, [_quarters(days, heading)], listed)


def _quarters(days: dict[Any, dict[int, int]], heading: str) -> Picture:
    """A bar for each commune and quarter, with a line at 15 days."""
    most = max(SUPPORT_DAYS + 5, *(count for of in days.values() for count in of.values()))
    goal = f"{100 * SUPPORT_DAYS / most:.4g}%"
    columns = {number: _("Quý %s") % roman for number, roman in QUARTERS.items()}
    rows = []
    for unit, of in sorted(days.items(), key=lambda item: item[0].sort_key):
        bars = []
        for number, column in columns.items():
            count = of.get(number)
            pieces = [Piece(FILLS[DONE if count >= SUPPORT_DAYS else OPEN], "0%", f"{100 * count / most:.4g}%")] if count else []
            bars.append(Bar(pieces, column, _("%s ngày") % count if count else "", goal if count else ""))
        rows.append(Row(unit.full_name, bars, [], unit.code))
    legend = [(FILLS[key], word) for key, word in SUPPORT_WORDS.items()]
    return Picture(heading, _("Đơn vị"), list(columns.values()), [], rows, legend, goal=_("Mức của kế hoạch: 15 ngày mỗi quý"))


INSPECTION_WORDS: Words = {DONE: gettext_lazy("Đã khắc phục"), OPEN: gettext_lazy("Đang khắc phục"), LATE: gettext_lazy("Quá hạn khắc phục")}


def finding_state(line: Any, today: Any) -> str:
    """Whether a finding is remedied, open or overdue. `remedy_by` is the first day too late ("trước ngày")."""
    return DONE if line.remedied_on else LATE if line.remedy_by and line.remedy_by <= today else OPEN


def inspections(question: Question) -> Finding:
    """How many findings were remedied, which are overdue, and on which criteria the open ones bear. `of` of a line: its criteria."""
    counted = [(line.unit, finding_state(line, question.today), 1) for line in question.lines]
    total = Counter(key for _unit, key, _count in counted)
    if not question.lines:
        return Finding(format_html(_("<b>Chưa ghi</b> kết luận kiểm tra nào trong {period}."), period=inside(question.period.name)), [])
    answer = format_html(_("<b>{done}/{all} kết luận</b> đã khắc phục"), done=figure(total[DONE]), all=figure(len(counted)))
    answer += format_html(_("; <b>{n} quá hạn</b>."), n=figure(total[LATE])) if total[LATE] else SafeString(_("; không kết luận nào quá hạn."))
    by_criterion: dict[str, Counter[str]] = {}
    for line in question.lines:
        for criterion in line.criteria.all():
            by_criterion.setdefault(str(criterion), Counter())[finding_state(line, question.today)] += 1
    ordered = sorted(by_criterion.items(), key=lambda item: (-(item[1][OPEN] + item[1][LATE]), -sum(item[1].values()), item[0]))
    pictures = []
    if not question.single:
        late = [line.unit.full_name for line in question.lines if finding_state(line, question.today) == LATE]
        heading = (
            _("%(n)s kết luận quá hạn khắc phục, ở %(units)s xã") % {"n": figure(len(late)), "units": figure(len(set(late)))}
            if late
            else _("Không kết luận nào quá hạn khắc phục")
        )
        pictures.append(stacked(question, counted, INSPECTION_WORDS, heading=heading))
    if ordered:
        name, counts = ordered[0]
        waiting = counts[OPEN] + counts[LATE]
        heading = (
            _("Còn mở nhiều nhất ở tiêu thức %(name)s: %(n)s kết luận") % {"name": name, "n": waiting}
            if waiting
            else _("Tiêu thức nào cũng đã khắc phục")
        )
        rows = [(name, "", counts) for name, counts in ordered]
        pictures.append(of_counts(rows, INSPECTION_WORDS, heading=heading, first=_("Tiêu thức")))
    return Finding(answer, pictures)


CENSURE_WORDS: Words = {LATE: gettext_lazy("Phê bình"), PART: gettext_lazy("Nhắc nhở")}
CENSURE_KEYS = {Censure.CRITICISED: LATE, Censure.REMINDED: PART}


def censures(question: Question) -> Finding:
    """Which communes were criticised or reminded for the newest result on record, and which were criticised two years running (RL08)."""
    if not question.lines:
        return Finding(SafeString(_("<b>Chưa ghi</b> xã nào bị phê bình, nhắc nhở.")), [])
    year = max(line.year for line in question.lines)
    criticised: dict[Any, set[int]] = defaultdict(set)
    for line in question.lines:
        if line.kind == Censure.CRITICISED:
            criticised[line.unit].add(line.year)
    twice = sorted((unit for unit, years in criticised.items() if any(twice_running(years, one) for one in years)), key=lambda unit: unit.sort_key)
    now = Counter(line.kind for line in question.lines if line.year == year)
    words = _("Kết quả năm {year}: <b>{criticised} xã</b> bị phê bình, <b>{reminded} xã</b> bị nhắc nhở")
    answer = format_html(words, year=year, criticised=figure(now[Censure.CRITICISED]), reminded=figure(now[Censure.REMINDED]))
    answer += format_html(_("; <b>{n} xã</b> bị phê bình hai năm liền."), n=figure(len(twice))) if twice else SafeString(".")
    listed = (_("%s xã bị phê bình hai năm liền") % figure(len(twice)), twice) if twice and not question.single else None
    if question.single:
        return Finding(answer, [], listed)
    counted = [(line.unit, CENSURE_KEYS[Censure(line.kind)], 1) for line in question.lines if line.year == year]
    heading = _("Phê bình, nhắc nhở về kết quả năm %d") % year
    return Finding(answer, [stacked(question, counted, CENSURE_WORDS, heading=heading)], listed)
