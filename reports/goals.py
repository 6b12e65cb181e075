"""What the targets say: what each asks for, what is known, how far away that is, who still owes a part.

Apart from the other sentences because forty targets of six kinds need as many words as everything else together. Pure: rows of `selectors.targets` in, words out, one variant for each situation. Answers may hold <b>; names are escaped. Gaps are told in whole units,
each by its own name: communes, people, files, offices, days.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes.rules import Level
from plan2018.rules import COUNTS, Claim, Source, Stage, claim, conflicts, freed, rooms
from reports.sentences import figure, inside
from scoring.rules import Grade, round_half_up
from scoring.sentences import GRADE_WORDS

Row = dict[str, Any]

SIGNS = {">=": "≥", ">": ">", "=": "=", "<": "<", "<=": "≤"}
SIGN_WORDS = {
    ">=": gettext_lazy("từ"),
    ">": gettext_lazy("trên"),
    "=": gettext_lazy("đúng"),
    "<": gettext_lazy("dưới"),
    "<=": gettext_lazy("không quá"),
}
"""Signs for a file: a cell must not begin with "=" or ">"."""

DAYS = "days per quarter"
NOUNS = {
    "communes": gettext_lazy("đơn vị"),
    "districts": gettext_lazy("huyện"),
    DAYS: gettext_lazy("ngày"),
    "% communes": gettext_lazy("xã"),
    "% officials": gettext_lazy("người"),
    "% procedures": gettext_lazy("thủ tục"),
    "% offices": gettext_lazy("trụ sở"),
}
"""The whole unit in which the gap of a target is told, by the target's unit."""

ONE_EACH = COUNTS | {"% communes", "% offices"}
"""Units of targets to which each commune (or district) says yes or no."""

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

RESULTS = {"missed": gettext_lazy("Chưa đạt"), "none": gettext_lazy("Chưa có số liệu"), "met": gettext_lazy("Đạt")}
"""The words by which the table is narrowed, what needs attention first."""
KEYS = {True: "met", False: "missed", None: "none"}
"""Verdict -> key in RESULTS."""

RECORDS = {
    Source.CLASSIFICATION: gettext_lazy("Kết quả xếp loại được duyệt"),
    Source.COMMUNE_REPORT: gettext_lazy("Báo cáo của xã"),
    Source.ROSTER: gettext_lazy("Sổ cán bộ, công chức"),
    Source.OFFICES: gettext_lazy("Sổ trụ sở, trang thiết bị"),
    Source.PROFILE: gettext_lazy("Sổ đặc điểm xã"),
    Source.RECORD: gettext_lazy("Sổ việc của xã"),
    Source.FILING: gettext_lazy("Báo cáo của huyện"),
}
"""The record that proves a target, by its source."""

TITLE_IN_HALF = gettext_lazy("Danh hiệu chỉ xét cho cả năm")
NOT_LISTED = {
    "working_rules.issued": gettext_lazy("Chưa có danh sách xã còn thiếu quy chế"),
    "roster.standards_pilot": gettext_lazy("Chưa có danh sách xã điểm"),
    "support.days": gettext_lazy("Chưa xã nào được ghi ngày huyện về giúp"),
    "dialogue": gettext_lazy("Chưa xã nào ghi hội nghị đối thoại"),
}
"""What is missing where nobody owes a figure until a list or a first record exists, by indicator."""

DECLARED = gettext_lazy("Khai báo, không tính")


# One target


def is_share(target: Row) -> bool:
    """Whether the target asks for a percentage."""
    return bool(target["unit"].startswith("%"))


def noun(target: Row) -> str:
    """Name the whole unit in which the target's gap is told: xã, người, hồ sơ, thủ tục, trụ sở, ngày."""
    if target["unit"] == "% procedures" and target["population"].startswith("hồ sơ"):
        return _("hồ sơ")
    return str(NOUNS.get(target["unit"], _("đơn vị")))


def subject(target: Row) -> str:
    """Write the target's name inside a sentence, without the bracket that tells two clauses apart."""
    return inside(re.sub(r" \([^)]*\)$", "", target["name"]))


def counted(number: Decimal | int, target: Row) -> str:
    """Write so many whole units: 1.234 người."""
    return f"{figure(number)} {noun(target)}"


def goal(target: Row) -> str:
    """Write what a target asks for: ≥ 63 đơn vị; > 91,5%; ≥ 15 ngày mỗi quý."""
    return f"{SIGNS[target['operator']]} {_asked(target)}"


def goal_in_words(target: Row) -> str:
    """Write the same without a sign: từ 63 đơn vị; trên 91,5%."""
    return f"{SIGN_WORDS[target['operator']]} {_asked(target)}"


def _asked(target: Row) -> str:
    if is_share(target):
        return f"{figure(target['value'])}%"
    return _("%(days)s ngày mỗi quý") % {"days": figure(target["value"])} if target["unit"] == DAYS else counted(target["value"], target)


def shown(share: Decimal, value: Decimal) -> Decimal:
    """Round a percentage so that it stays on its side of what the target asks for: 61.998 of 62.000 is 99,997, never "100"."""
    for places in range(2, 9):
        rounded = round_half_up(share, places)
        if (rounded > value) == (share > value) and (rounded < value) == (share < value):
            return rounded
    return share


def is_yes_no(target: Row, level: str) -> bool:
    """Whether the figure of a unit of this level is a yes or a no: it stands for one commune (or district) alone."""
    lowest = Level.DISTRICT if target.get("record") == Source.FILING else Level.COMMUNE
    return level == lowest and target["unit"] in ONE_EACH and target["denominator"] == 1


def actual(target: Row, level: str = "") -> str:
    """Write the figure of a target; none is empty."""
    if target["actual"] is None:
        return ""
    if is_yes_no(target, level):
        return _("Có") if target["numerator"] else _("Không")
    if is_share(target):
        percentage = round_half_up(target["actual"], 2) if target["met"] is None else shown(target["actual"], target["value"])
        return f"{_long(percentage)}%"
    return counted(target["actual"], target) if target["unit"] == DAYS else figure(target["actual"])


def _long(value: Decimal) -> str:
    """Write a number with all its decimals, without idle zeros: 99,9968."""
    whole, _point, fraction = f"{value:f}".partition(".")
    return figure(Decimal(whole)) + (f",{fraction.rstrip('0')}" if fraction.rstrip("0") else "")


def gap(target: Row, level: str = "") -> str:
    """Say how far a figure is from its target in whole units; without a figure, who owes it; without a verdict, nothing."""
    if target["actual"] is None:
        return owed(target, level)
    if target["gap"] is None or is_yes_no(target, level):
        return ""
    room, units = target["gap"], {"units": counted(abs(target["gap"]), target)}
    if room == 0:
        return _("Đủ, không thiếu") if is_share(target) and target["operator"] == "=" else _("Vừa đủ")
    if room > 0:
        return (_("Còn cách trần %(units)s") if target["operator"].startswith("<") else _("Vượt %(units)s")) % units
    return (_("Quá %(units)s") if too_many(target) else _("Thiếu %(units)s")) % units


def too_many(target: Row) -> bool:
    """Whether a missed target has too many, not too few."""
    return target["operator"].startswith("<") or (target["operator"] == "=" and target["actual"] > target["value"])


def owed(target: Row, level: str = "") -> str:
    """Say who owes the figure of a target that has none, and how many they are."""
    record, level = target.get("record", ""), level or Level.PROVINCE
    if record == Source.FILING:
        return _of_districts(target, level)
    here = level == Level.COMMUNE
    if target["declared"]:
        said = _("Chỉ tiêu định tính: xã chưa khai") if here else _("Chỉ tiêu định tính: chưa xã nào khai")
    elif target.get("outside"):
        said = _("Ngoài phạm vi, hoặc chưa ghi") if here else _("Không xã nào thuộc phạm vi, hoặc chưa ghi")
    elif target["indicator"] in NOT_LISTED:
        said = str(NOT_LISTED[target["indicator"]])
    elif record == Source.CLASSIFICATION:
        said = _("Chờ kết quả xếp loại được duyệt")
    elif record:
        said = _of_communes(inside(str(RECORDS[Source(record)])), target["owing"], here=here)
    else:
        said = _("Chưa có số liệu")
    return said


def _of_communes(what: str, owing: int, *, here: bool) -> str:
    if here:
        return _("Chờ %(what)s") % {"what": what}
    who = _("%(count)s xã") % {"count": figure(owing)} if owing else _("các xã")
    return _("Chờ %(what)s của %(who)s") % {"what": what.removesuffix(_(" của xã")), "who": who}


def _of_districts(target: Row, level: str) -> str:
    if level == Level.COMMUNE:
        return _("Việc của huyện")
    words = {"who": _("%(count)s huyện") % {"count": figure(target["owing"])} if target["owing"] and level == Level.PROVINCE else _("huyện")}
    return _("Chờ báo cáo của %(who)s, hạn trước %(day)s") % {**words, "day": due(target)}


def due(target: Row) -> str:
    """Write the day that the plan names for a target, 20/6/2018, or what it says in words."""
    try:
        day = date.fromisoformat(target["due"])
    except ValueError:
        return str(target["due"])
    return f"{day.day:02}/{day.month:0{2 if day.month < 3 else 1}}/{day.year}"


def stage(target: Row, level: str = "") -> str:
    """Say how firm a figure is, and of how many of those who owe a part it is made: Tạm tính: 118/130 xã. Empty without a figure."""
    if not target["stage"]:
        return ""
    who = _("huyện") if target.get("record") == Source.FILING else _("xã")
    words = {"parts": f"{figure(target['parts'])}/{figure(target['expected'])} {who}"}
    partly = target["owing"] and level != Level.COMMUNE
    match target["stage"]:
        case Stage.ESTIMATE:
            return _("Ước thực hiện: %(parts)s") % words if partly else _("Ước thực hiện")
        case Stage.PROVISIONAL:
            return _("Tạm tính: %(parts)s") % words if partly else _("Tạm tính")
        case _:
            return _("Chính thức")


def change(target: Row, level: str = "") -> str:
    """Say how the figure moved since the half-year: +6; +1,8 điểm %; +2 ngày. Empty where there is nothing to compare."""
    if target["actual"] is None or target["before"] is None:
        return ""
    difference = target["actual"] - target["before"]
    if is_yes_no(target, level):
        if not difference:
            return _("Như 6 tháng")
        return _("6 tháng: không") if difference > 0 else _("6 tháng: có")
    if not difference:
        return _("Không đổi")
    rounded = round_half_up(abs(difference), 2 if abs(difference) < Decimal("0.05") else 1)
    if not rounded:
        return _("Gần như không đổi")
    measure = _(" điểm %") if is_share(target) else _(" ngày") if target["unit"] == DAYS else ""
    return f"{'+' if difference > 0 else chr(0x2212)}{figure(rounded)}{measure}"


def related(target: Row, known: Mapping[str, Row]) -> list[tuple[str, str]]:
    """The other targets that the plan's own contradictions or repetitions join to this one, each with how: (words, code)."""
    found = []
    for code in dict.fromkeys(re.findall(r"TG\d+", target["contradiction"])):
        other = known.get(code)
        if other is None or code == target["code"]:
            continue
        if target["value"] != other["value"]:
            words = _("Khác mức với")
        elif target["operator"] != other["operator"]:
            words = _("Khác dấu với")
        elif target.get("term") != other.get("term"):
            words = _("Hạn hiểu như")
        else:
            words = _("Lặp lại ở")
        found.append((words, code))
    return found


# Many targets


def nearness(target: Row) -> tuple[Decimal, Decimal]:
    """By what missed targets are ordered, the nearest to being met first: whole units missing, then their share of what is needed."""
    return abs(target["gap"]), abs(target["gap"]) / (abs(target.get("needed") or 0) or 1)


def nearest(targets: Sequence[Row]) -> list[Row]:
    """The missed targets, the nearest to being met first. Declared ones are left out: loyalty is not something to come nearer to by one person."""
    return sorted((row for row in targets if row["met"] is False and row["gap"] and not row.get("declared")), key=nearness)


def answer(targets: Sequence[Row], unit: str, level: str) -> str:
    """Say how many targets are met, missed and unknown, and which is nearest to being met."""
    judged = [target for target in targets if target["judged"]]
    tally = Counter(target["met"] for target in judged)
    words: dict[str, Any] = {"met": tally[True], "missed": tally[False], "unknown": tally[None], "unit": unit, "count": len(judged)}
    if not tally[True] + tally[False]:
        none = {
            Level.PROVINCE: _("Chưa chỉ tiêu nào có số liệu: cả <b>{count} chỉ tiêu</b> đang chờ."),
            Level.DISTRICT: _("<b>{unit}</b> chưa có số liệu của chỉ tiêu nào trong <b>{count}</b> chỉ tiêu xét được ở huyện."),
            Level.COMMUNE: _("<b>{unit}</b> chưa có số liệu của chỉ tiêu nào trong <b>{count}</b> chỉ tiêu xét được ở xã."),
        }
        return format_html(none[Level(level)], **words)
    counts = {
        Level.PROVINCE: _("<b>{met}</b> chỉ tiêu đạt, <b>{missed}</b> chưa đạt, <b>{unknown}</b> chưa có số liệu."),
        Level.DISTRICT: _("<b>{unit}</b>: <b>{met}</b> chỉ tiêu đạt mức của tỉnh, <b>{missed}</b> chưa đạt, <b>{unknown}</b> chưa có số liệu."),
        Level.COMMUNE: _("<b>{unit}</b>: <b>{met}</b> chỉ tiêu đạt mức của tỉnh, <b>{missed}</b> chưa đạt, <b>{unknown}</b> chưa có số liệu."),
    }
    said = format_html(counts[Level(level)], **words)
    near = nearest(targets)
    return format_html("{} {}", said, _nearest(near[0])) if near else said


def _nearest(target: Row) -> str:
    words = {"name": subject(target), "units": counted(abs(target["gap"]), target)}
    if too_many(target):
        return format_html(_("Gần nhất: bớt <b>{units}</b> là đạt thêm chỉ tiêu “{name}”."), **words)
    return format_html(_("Gần nhất: thêm <b>{units}</b> là đạt thêm chỉ tiêu “{name}”."), **words)


def verdicts(targets: Sequence[Row]) -> str:
    """Say the verdicts of a group: 2 đạt, 3 chưa đạt."""
    tally = Counter(target["met"] for target in targets if target["judged"])
    words = {True: _("%(count)s đạt"), False: _("%(count)s chưa đạt"), None: _("%(count)s chưa có số liệu")}
    return ", ".join(words[met] % {"count": tally[met]} for met in words if tally[met])


def together(good: Row, fair: Row) -> str:
    """Say the good and the fair together: a commune that rises from fair to good must not count as a loss."""
    words = {"least": figure(good["value"] + fair["value"])}
    judged = good["judged"] and fair["judged"]
    if good["actual"] is None or fair["actual"] is None:
        return _("Tốt và khá cộng lại: cần trên %(least)s") % words if judged else ""
    words |= {"count": figure(good["actual"] + fair["actual"]), "all": figure(fair["denominator"])}
    return (_("Tốt và khá cộng lại: %(count)s/%(all)s, cần trên %(least)s") if judged else _("Tốt và khá cộng lại: %(count)s/%(all)s")) % words


def pairs_heading(count: int) -> str:
    """Head the contradictions of the plan."""
    if count == 1:
        return _("Một chỗ kế hoạch nói khác nhau: theo dõi cả hai mức")
    return _("%(count)s chỗ kế hoạch nói khác nhau: theo dõi cả hai mức") % {"count": {2: _("Hai"), 3: _("Ba")}.get(count, count)}


def pair_heading(one: Row, other: Row) -> str:
    """Head two clauses that disagree: what they are about, and what each asks for."""
    name = subject(one)
    return _("%(name)s: %(one)s hay %(other)s") % {"name": name[:1].upper() + name[1:], "one": goal_in_words(one), "other": goal_in_words(other)}


# One target opened


def target_answer(target: Row, unit: str, level: str) -> str:
    """Say how one target stands for a unit: its figure, what it is made of, what the plan asks for and what is missing."""
    words: dict[str, Any] = {
        "unit": unit,
        "goal": goal(target).replace(" ", "\u00a0", 1),
        "figure": actual(target, level),
        "room": inside(gap(target, level)),
    }
    if target["actual"] is None:
        return format_html(_("<b>{unit}</b> chưa có số liệu. {room}."), **words | {"room": gap(target, level)})
    if is_yes_no(target, level):
        said = _("<b>{unit}</b>: <b>có</b>.") if target["numerator"] else _("<b>{unit}</b>: <b>không</b>.")
        return format_html(said, **words)
    words |= {"numerator": figure(target["numerator"]), "denominator": figure(target["denominator"])}
    if target["unit"] == DAYS:
        return format_html(_("Quý ít nhất có <b>{figure}</b>, mức đề ra {goal}: <b>{room}</b>."), **words)
    if is_share(target):
        return format_html(_("<b>{figure}</b> ({numerator}/{denominator}), mức đề ra {goal}: <b>{room}</b>."), **words)
    words["of"] = counted(target["denominator"], target)
    if not target["judged"]:
        return format_html(_("<b>{unit}</b> góp <b>{numerator}</b> trong {of} của mình; kế hoạch đặt mức {goal} cho toàn tỉnh."), **words)
    return format_html(_("<b>{numerator}</b> trong {of}, mức đề ra {goal}: <b>{room}</b>."), **words)


def parts_heading(parts: Sequence[Row], target: Row, level: str) -> str:
    """Head the units below one (`level`: theirs): how many miss what the plan asks for, and who is furthest from it."""
    whose, known = (_("huyện") if level == Level.DISTRICT else _("xã")), [part for part in parts if part["actual"] is not None]
    words: dict[str, Any] = {"whose": whose, "all": len(known)}
    if not known:
        return _("Chưa %(whose)s nào có số liệu") % words
    if not target["judged"] or target["unit"] in COUNTS:
        return _most(known, target, words)
    missed = [part for part in known if part["met"] is False]
    if not missed:
        return (_("Cả %(all)s %(whose)s có số liệu đều đạt mức") if len(known) < len(parts) else _("Cả %(all)s %(whose)s đều đạt mức")) % words
    return _furthest(missed, words | {"missed": len(missed), "name": missed[0]["name"], "figure": actual(missed[0], level)}, level)


def _furthest(missed: Sequence[Row], words: dict[str, Any], level: str) -> str:
    """How many miss the target, and who is furthest from it, unless they say no or are several."""
    if is_yes_no(missed[0], level):
        return _("%(missed)s trong %(all)s %(whose)s chưa đạt") % words
    if len([part for part in missed if part["actual"] == missed[0]["actual"]]) > 1:
        return _("%(missed)s trong %(all)s %(whose)s chưa đạt mức; thấp nhất %(figure)s") % words
    return _("%(missed)s trong %(all)s %(whose)s chưa đạt mức; thấp nhất là %(name)s, %(figure)s") % words


def _most(known: Sequence[Row], target: Row, words: dict[str, Any]) -> str:
    """Who has most of what is counted."""
    holders = [part for part in known if part["numerator"]]
    if not holders:
        return _("Không %(whose)s nào có") % words
    if all(part["denominator"] == 1 for part in known):
        return _("%(count)s trong %(all)s %(whose)s: %(name)s") % (words | {"count": len(holders), "name": subject(target)})
    top = max(part["numerator"] for part in known)
    names = [part["name"] for part in known if part["numerator"] == top]
    words |= {"names": ", ".join(names) if len(names) <= 3 else _("%(count)s huyện") % {"count": len(names)}, "units": counted(top, target)}
    return _("Nhiều nhất ở %(names)s: %(units)s") % words


def owing_heading(count: int, target: Row) -> str:
    """Head those who still owe their part."""
    return (_("%(count)s xã chưa khai") if target["declared"] else _("%(count)s xã chưa có số liệu")) % {"count": figure(count)}


def missed_heading(shown: int, every: int, target: Row) -> str:
    """Head the communes that miss a target, or that are too many: all of them, or those furthest from it."""
    if target["unit"] in COUNTS:
        return _("%(every)s đơn vị %(name)s") % {"every": figure(every), "name": subject(target)}
    if shown < every:
        return _("%(every)s xã chưa đạt mức; %(shown)s xã thiếu nhiều nhất") % {"every": figure(every), "shown": shown}
    return _("%(every)s xã chưa đạt mức") % {"every": figure(every)}


# What can hold together


def feasible_heading(claims: Mapping[str, Claim], whole: int) -> str:
    """Head the feasibility of the class targets: whether the plan alone can hold, and what is approved already rules out."""
    if conflicts(bare(claims), whole):
        return _("Các mức hạng của kế hoạch không thể cùng đạt với %(whole)s đơn vị") % {"whole": figure(whole)}
    broken = conflicts(claims, whole)
    if not broken:
        return _("Các mức hạng còn cùng đạt được") if left(claims, whole) else _("Các mức hạng cùng đạt")
    alone = [keys[0] for keys in broken if len(keys) == 1]
    words = _listed([str(GRADE_WORDS[Grade(key)]) for key in (alone or broken[0])])
    if not left(claims, whole):
        return _("Duyệt đủ %(whole)s đơn vị: mức hạng %(names)s không đạt") % {"whole": figure(whole), "names": words}
    if alone and len(alone) == len(broken) < len(claims):
        return _("Mức hạng %(names)s không còn đạt được; các mức khác còn cùng đạt được") % {"names": words}
    if alone:
        return _("Mức hạng %(names)s không còn đạt được") % {"names": words}
    return _("Mức hạng %(names)s không còn cùng đạt được") % {"names": words}


def bare(claims: Mapping[str, Claim]) -> dict[str, Claim]:
    """The claims of the plan alone, before anything is approved."""
    return {key: Claim(one.least, one.most) for key, one in claims.items()}


def left(claims: Mapping[str, Claim], whole: int) -> int:
    """How many communes are not in a class for good."""
    return whole - sum(one.fixed for one in claims.values())


def principle(claims: Mapping[str, Claim], whole: int) -> str:
    """Say whether the bounds of the plan alone can hold: 25 + 76 + 29 = 130."""
    if conflicts(bare(claims), whole):
        return _("Ngay khi chưa duyệt đơn vị nào, các mức này đã không thể cùng đạt.")
    sizes = tightest(bare(claims), whole)
    sum_words = " + ".join(f"{GRADE_WORDS[Grade(key)]} {figure(size)}" for key, size in sizes.items() if size)
    return _("Theo kế hoạch vừa khít: %(sum)s = %(whole)s đơn vị.") % {"sum": sum_words, "whole": figure(whole)}


def tightest(claims: Mapping[str, Claim], whole: int) -> dict[str, int]:
    """The division nearest to missing: each part, the best first, as small as its claim allows after the parts before it; what is over goes to the worst."""
    sizes: dict[str, int] = {}
    current = dict(claims)
    for key in claims:
        found = rooms(current, whole)
        if found is None:
            return {}
        sizes[key] = found[key][0]
        current[key] = Claim(sizes[key], sizes[key])
    return sizes


def plan_bar(whole: int) -> str:
    """Name the bar of the plan's bounds."""
    return _("Mức của kế hoạch, chia khít %(whole)s đơn vị") % {"whole": figure(whole)}


def approved_bar(approved: int, whole: int) -> str:
    """Name the bar of what is approved."""
    return _("Đã duyệt %(approved)s trong %(whole)s đơn vị") % {"approved": figure(approved), "whole": figure(whole)}


def prospects(claims: Mapping[str, Claim], whole: int) -> list[str]:
    """Say what the communes that are still open must become, or which targets are out of reach, a sentence each."""
    still, broken = left(claims, whole), conflicts(claims, whole)
    said = [_broken(keys, claims, still) for keys in broken]
    if not still:
        return said or [_("Đã duyệt đủ %(whole)s đơn vị: không đơn vị nào còn đổi hạng.") % {"whole": figure(whole)}]
    out = {key for keys in broken for key in keys}
    found = rooms(freed(claims, out, whole), whole) or {}
    must, may = [], []
    for key, (low, high) in found.items():
        if key in out:
            continue
        grade, one = GRADE_WORDS[Grade(key)], claims[key]
        if low > one.fixed:
            must.append(_("ít nhất %(count)s phải là %(grade)s") % {"count": figure(low - one.fixed), "grade": grade})
        if high - one.fixed < still:
            count = high - one.fixed
            may.append(
                _("nhiều nhất %(count)s là %(grade)s") % {"count": figure(count), "grade": grade}
                if count
                else _("không đơn vị nào được là %(grade)s") % {"grade": grade}
            )
    bounds = [*must, *may]
    opening = _("Còn %(count)s đơn vị chưa duyệt") % {"count": figure(still)}
    rest = _(" để giữ các mức còn lại") if broken and bounds else ""
    said.append(f"{opening}{rest}: {', '.join(bounds)}." if bounds else _("%(opening)s, chưa mức nào bị ràng buộc thêm.") % {"opening": opening})
    return said


def _broken(keys: Sequence[str], claims: Mapping[str, Claim], still: int) -> str:
    names = _listed([str(GRADE_WORDS[Grade(key)]) for key in keys])
    one = claims[keys[0]]
    if len(keys) == 1 and one.fixed > one.most:
        words = {"name": names, "fixed": figure(one.fixed), "most": figure(one.most)}
        return _("Hạng %(name)s đã duyệt %(fixed)s, mức cho phép nhiều nhất %(most)s: không còn đạt được.") % words
    if len(keys) == 1 and not still:
        return _("Hạng %(name)s có %(fixed)s, cần ít nhất %(least)s: không đạt.") % {
            "name": names,
            "fixed": figure(one.fixed),
            "least": figure(one.least),
        }
    needed = sum(max(0, claims[key].least - claims[key].fixed) for key in keys)
    words = {"name": names, "needed": figure(needed), "still": figure(still)}
    if len(keys) == 1:
        return _("Hạng %(name)s còn cần thêm %(needed)s mà chỉ còn %(still)s đơn vị chưa duyệt: không còn đạt được.") % words
    if needed > still:
        return _("Hạng %(name)s cộng lại còn cần thêm %(needed)s mà chỉ còn %(still)s đơn vị chưa duyệt: không còn cùng đạt được.") % words
    return _("Hạng %(name)s không còn cùng đạt được.") % words


def titles(title: Row | None, claims: Mapping[str, Claim], whole: int) -> str:
    """Say whether the title can still be given as often as the plan asks: it is no class, but average and weak communes are not honoured (III.7)."""
    if title is None:
        return ""
    asked, room = claim(title["operator"], title["value"], whole).least, whole - claims[Grade.AVERAGE].fixed - claims[Grade.WEAK].fixed
    words = {"asked": figure(asked), "room": figure(room), "low": figure(whole - room)}
    if room < asked:
        text = _("Danh hiệu (cần %(asked)s) không còn đạt được: %(low)s đơn vị trung bình, yếu không được xét (III.7), chỉ còn %(room)s.")
    elif claims[Grade.GOOD].least + claims[Grade.FAIR].least >= asked:
        text = _("Danh hiệu không phải là hạng; đủ tốt và khá theo mức thì đủ chỗ cho %(asked)s danh hiệu (trung bình, yếu không được xét, III.7).")
    else:
        text = _("Danh hiệu không phải là hạng; cần %(asked)s, còn %(room)s đơn vị có thể được xét (trung bình, yếu không được xét, III.7).")
    return text % words


def _listed(names: Sequence[str]) -> str:
    *most, last = names
    return _("%(most)s và %(last)s") % {"most": ", ".join(most), "last": last} if most else last
