"""Words about the plan that pages share; what pages and messages say about duties: when they fall due, how a unit stands, what somebody is reminded of.

Pure: plain values in, words out. Answers may hold <b>; names are escaped.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes.rules import Level, sort_key
from communes.sentences import figure, write_day
from plan2018.duties import DutyAct
from plan2018.rules import DutyState

GROUPS = {
    "results": gettext_lazy("Xếp loại và danh hiệu"),
    "discipline": gettext_lazy("Tổ chức, quy chế, kỷ luật"),
    "procedures": gettext_lazy("Cải cách hành chính"),
    "democracy": gettext_lazy("Dân chủ, dân vận, đối thoại"),
    "officials": gettext_lazy("Đội ngũ cán bộ, công chức"),
    "offices": gettext_lazy("Trụ sở, trang thiết bị"),
    "reports": gettext_lazy("Báo cáo, thời hạn"),
    "": gettext_lazy("Chỉ tiêu khác"),
}
"""Fields of work (`rules.TARGET_GROUPS`) -> their names."""


def plan_name(number: str, year: int) -> str:
    """A plan in few words: "Kế hoạch 495 năm 2018"; without a number where it is not issued yet; nothing for no plan."""
    if not year:
        return ""
    order = number.partition("/")[0]
    return _("Kế hoạch %(order)s năm %(year)d") % {"order": order, "year": year} if order.isdecimal() else _("Kế hoạch năm %d") % year


def plan_cited(number: str, year: int) -> str:
    """A plan as clauses name it: "Kế hoạch 495/KH-UBND"; by its year where it is not issued yet."""
    return _("Kế hoạch %s") % number if number.partition("/")[0].isdecimal() else _("Kế hoạch năm %d") % year


def plan_in_full(number: str, year: int, issued_on: date | None) -> str:
    """A plan as it is cited: "Kế hoạch số 495/KH-UBND ngày 05/3/2018"; by its year where it is not issued yet."""
    if issued_on is None or not number.partition("/")[0].isdecimal():
        return _("kế hoạch năm %d, chưa ban hành") % year if year else _("các kế hoạch của tỉnh")
    return _("Kế hoạch số %(number)s ngày %(day)s") % {"number": number, "day": write_day(issued_on)}


SIGNS = {">=": "≥ ", ">": "> ", "=": "= ", "<": "< ", "<=": "≤ "}


def level(operator: str, value: Decimal, unit: str) -> str:
    """The level that a target asks for: "> 92%", "≥ 63"."""
    number = f"{value.normalize():f}".replace(".", ",")
    return SIGNS[operator] + number + ("%" if unit.startswith("%") else "")


NAMED = 12
"""A message names at most so many units; the others are counted."""


def inside(name: str) -> str:
    """A unit's name in the middle of a sentence: xã Mường Phăng."""
    return name[:1].lower() + name[1:]


def occurrence(key: str) -> str:
    """Which time of a duty it is: "tháng 3/2018", "quý I/2018", "6 tháng đầu năm 2018", "năm 2018", "lần 1"; another period by its code.

    "03124-17a" is the first thing owed for the result of the unit 03124 in 2017.
    """
    for pattern, words in (
        (r"(\d{4})-(\d{2})", _("tháng %(part)s/%(year)s")),
        (r"(\d{4})-Q([1-4])", _("quý %(part)s/%(year)s")),
        (r"(\d{4})-(H)1", _("6 tháng đầu năm %(year)s")),
        (r"(\d{4})-(Y)", _("kỳ báo cáo năm %(year)s")),
        (r"(\d{4})()", _("năm %(year)s")),
    ):
        if found := re.fullmatch(pattern, key):
            year, part = found.groups()
            part = {"1": "I", "2": "II", "3": "III", "4": "IV"}.get(part, part) if "-Q" in key else part.removeprefix("0")
            return words % {"year": year, "part": part}
    if found := re.fullmatch(r"(\d{5,})-(\d{2})([a-z])", key):
        return _("đơn vị %(code)s, kết quả năm 20%(year)s, việc %(letter)s") % {"code": found[1], "year": found[2], "letter": found[3]}
    if found := re.fullmatch(r"e(\d+)", key):
        return _("lần %(n)s") % {"n": found[1]}
    return key


def below(level: Level) -> str:
    """What the units below a unit of this level are called."""
    return _("huyện") if level == Level.PROVINCE else _("xã")


@dataclass(frozen=True)
class Owed:
    """An obligation that is not done, as a message names it."""

    code: str
    text: str
    occurrence: str
    due_on: date
    unit: str
    level: Level
    district: str


def reminder(own: Sequence[Owed], others: Sequence[Owed], today: date) -> tuple[str, str]:
    """The subject and the text of a reminder: what the unit itself owes, then what the units below it owe, by duty."""
    overdue = sum(one.due_on < today for one in (*own, *others))
    coming = len(own) + len(others) - overdue
    subject = _("Nhiệm vụ theo kế hoạch: %(counted)s") % {"counted": _counted(overdue, coming)}
    parts = [_("Tính đến ngày %(day)s.") % {"day": write_day(today)}]
    if own:
        head = _("Việc của đơn vị:")
        parts.append("\n".join([head, *(f"- {_named(one)}, {when(one.due_on, today)}" for one in _in_order(own))]))
    for level, head in ((Level.DISTRICT, _("Việc của các huyện:")), (Level.COMMUNE, _("Việc của các xã:"))):
        if lines := list(_by_duty([one for one in others if one.level == level], today)):
            parts.append("\n".join([head, *lines]))
    return subject, "\n\n".join(parts)


def by_district(communes: Sequence[Owed], today: date) -> str:
    """What the communes of each district owe, in numbers: the part of the province's message that would be too long by duty."""
    lines = []
    for district, group in groupby(sorted(communes, key=lambda one: sort_key(one.district)), key=lambda one: one.district):
        owed = list(group)
        overdue = sum(one.due_on < today for one in owed)
        lines.append(
            _("- %(district)s: %(counted)s ở %(units)d xã")
            % {"district": district, "counted": _counted(overdue, len(owed) - overdue), "units": len({one.unit for one in owed})}
        )
    return "\n".join([_("Việc của các xã, theo huyện:"), *lines])


def _counted(overdue: int, coming: int) -> str:
    """How many are overdue and how many come, without what is none."""
    words = [_("%(n)s việc quá hạn") % {"n": figure(overdue)}] * bool(overdue)
    return ", ".join([*words, *[_("%(n)s việc sắp đến hạn") % {"n": figure(coming)}] * bool(coming)])


def when(due_on: date, today: date) -> str:
    """How far a last day on time is: "hạn 31/12/2018, còn 7 ngày"."""
    days = (due_on - today).days
    left = _("hôm nay") if days == 0 else _("còn %(n)d ngày") % {"n": days} if days > 0 else _("quá %(n)s ngày") % {"n": figure(-days)}
    return _("hạn %(day)s, %(left)s") % {"day": write_day(due_on), "left": left}


def _in_order(owed: Iterable[Owed]) -> list[Owed]:
    return sorted(owed, key=lambda one: (one.due_on, one.code, one.occurrence))


def _named(one: Owed) -> str:
    return f"{one.code} {Truncator(one.text).chars(90)} ({occurrence(one.occurrence)})"


def _by_duty(owed: Iterable[Owed], today: date) -> Iterable[str]:
    """A line for each time of a duty, with the units that owe it."""
    for _key, group in groupby(_in_order(owed), key=lambda one: (one.due_on, one.code, one.occurrence)):
        units = list(group)
        names = ", ".join(one.unit for one in units[:NAMED])
        if len(units) > NAMED:
            names = _("%(names)s và %(n)d đơn vị khác") % {"names": names, "n": len(units) - NAMED}
        yield "- " + _("%(duty)s, %(when)s: %(n)d đơn vị chưa làm (%(names)s)") % {
            "duty": _named(units[0]),
            "when": when(units[0].due_on, today),
            "n": len(units),
            "names": names,
        }


def answer(overdue: int, soon: int, waiting: int, first: tuple[str, date] | None, today: date) -> SafeString:
    """The answer at the head of a unit's duties: how many are overdue, how many due within a week, which comes first (its words and its day)."""
    if overdue and soon:
        head = format_html(_("<b>{overdue} việc quá hạn</b>, {soon} việc đến hạn trong 7 ngày"), overdue=overdue, soon=soon)
    elif overdue:
        head = format_html(_("<b>{overdue} việc quá hạn</b>, không việc nào đến hạn trong 7 ngày"), overdue=overdue)
    elif soon:
        head = format_html(_("<b>{soon} việc đến hạn trong 7 ngày</b>, không việc nào quá hạn"), soon=soon)
    elif waiting:
        head = format_html(_("Không việc nào quá hạn; còn <b>{waiting} việc chưa làm</b>"), waiting=waiting)
    else:
        return format_html("<b>{}</b>", _("Không còn việc nào phải làm."))
    if first is None:
        return format_html("{}.", head)
    text, due_on = first
    return format_html(_("{head}; sớm nhất: {text} ({when})."), head=head, text=Truncator(text).chars(80), when=when(due_on, today))


def of_event(key: str, clause: str, evidence: str, *, assumed: bool) -> list[str]:
    """The lines below the title of an event in a calendar."""
    lines = [
        _("Lần: %(time)s") % {"time": occurrence(key)},
        _("Điều khoản: mục %(clause)s") % {"clause": clause},
        _("Minh chứng: %(evidence)s") % {"evidence": evidence},
    ]
    return [*lines, _("Hạn do Sở hiểu, kế hoạch không ghi.")] if assumed else lines


def units_finding(rows: Sequence[tuple[str, int]]) -> str:
    """The heading of the picture of units: who has most overdue. Rows are (name, how many are overdue)."""
    late = sorted((row for row in rows if row[1]), key=lambda row: -row[1])
    if not rows:
        return _("Chưa giao việc cho đơn vị nào")
    if not late:
        return _("Không đơn vị nào có việc quá hạn")
    if len(late) == 1:
        return _("Chỉ %(unit)s có việc quá hạn: %(n)s") % {"unit": inside(late[0][0]), "n": figure(late[0][1])}
    if late[0][1] == late[1][1]:
        return _("%(n)d trên %(all)d đơn vị có việc quá hạn") % {"n": len(late), "all": len(rows)}
    return _("%(units)d trên %(all)d đơn vị có việc quá hạn, nhiều nhất là %(unit)s: %(n)s") % {
        "units": len(late),
        "all": len(rows),
        "unit": inside(late[0][0]),
        "n": figure(late[0][1]),
    }


def of_obligation(act: str, before: str, reason: str, data: Mapping[str, Any]) -> str:
    """What somebody did to an obligation, from its ledger entry. Empty for an act that is not known here."""
    text = data.get("done_on") or data.get("day")
    day = write_day(date.fromisoformat(text)) if text else ""
    late, words = f" ({_('trễ hạn')})" if data.get("late") else "", Truncator(data.get("words") or "").chars(300)
    match act:
        case DutyAct.REPORT:
            said = _("Báo lại, xong ngày %s") if before == DutyState.RETURNED else _("Báo đã làm, xong ngày %s")
            evidence = f", {data['document']}" if data.get("document") else ""
            return said % day + late + (f": “{words}”" if words else "") + evidence
        case DutyAct.PROVE:
            return _("Sổ cho thấy đã làm ngày %s") % day + late if day else _("Sổ không còn cho thấy đã làm: mở lại")
        case DutyAct.CHECK:
            return _("Kiểm tra xong")
        case DutyAct.HAND_BACK:
            return _("Trả lại: “%s”") % Truncator(reason).chars(300)
        case DutyAct.HAPPEN:
            return _("Phát sinh ngày %(day)s: “%(words)s”") % {"day": day, "words": words}
    return ""
