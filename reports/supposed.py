"""What the page of the what-if shows: classes, titles and targets now and then, who changes class, who is near the next one, with their sentences.

Pure: outcomes of `whatif.suppose` and rows of `points.class_targets` in, everything that a template needs out; no query, no request, no clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes.rules import Level
from plan2018.rules import Judgement, claim, conflicts, judge
from reports import charts, goals, whatif
from reports.rules import TITLE
from reports.sentences import figure
from reports.whatif import Basis, Form, Outcome
from scoring.rules import Grade
from scoring.sentences import GRADE_WORDS

Row = dict[str, Any]

BASES = {
    Basis.REACHED: gettext_lazy("Điểm đang đứng"),
    Basis.SELF: gettext_lazy("Điểm tự chấm"),
    Basis.APPRAISED: gettext_lazy("Điểm thẩm định"),
    Basis.FINAL: gettext_lazy("Kết quả cuối"),
}


@dataclass(frozen=True)
class Effect:
    """A class, or the title: how many now and then, and what its target says of both. Without a verdict below the province, or without a target."""

    key: str
    target: Row | None
    now: int
    then: int
    before: Judgement | None
    after: Judgement | None

    @property
    def difference(self) -> int:
        return self.then - self.now

    @property
    def turned(self) -> bool:
        """Whether the verdict changes."""
        return self.before is not None and self.after is not None and self.before.met != self.after.met


def page(
    forms: Sequence[Form], outcomes: Sequence[Outcome], targets: Sequence[Row], level: str, *, within: Decimal, asked: bool, half: bool
) -> dict[str, Any]:
    """Everything that the page shows of a supposition (`asked`: something was supposed) for a unit of this level.

    `within`: how many points are near. `half`: half a year, which has no title.
    """
    effects = _effects(forms, outcomes, targets, level, half=half)
    now, then = whatif.counts(outcomes)
    left = [form for form in forms if not form.complete]
    return {
        "answer": _answer(outcomes, effects, asked=asked),
        "effects": effects,
        "bars": [
            (words, charts.stack({**{str(grade): count for grade, count in of.items()}, "": len(left)}))
            for words, of in ((_("Nay"), now), (_("Giả định"), then))
        ]
        if forms
        else [],
        "moved": [one for one in outcomes if one.moves],
        "near": whatif.near(outcomes, within),
        "left": left,
        **(_together(effects, len(forms), len(left)) if level == Level.PROVINCE and forms else {}),
    }


def _effects(forms: Sequence[Form], outcomes: Sequence[Outcome], targets: Sequence[Row], level: str, *, half: bool) -> list[Effect]:
    now, then = whatif.counts(outcomes)
    pairs: dict[str, tuple[int, int]] = {} if half else {TITLE: whatif.titles(forms, outcomes)}
    pairs |= {f"grade.{grade}": (now[grade], then[grade]) for grade in Grade}
    known = {target["indicator"]: target for target in targets}
    return [_effect(key, known.get(key), pair, len(forms) if level == Level.PROVINCE else 0) for key, pair in pairs.items()]


def _effect(key: str, target: Row | None, pair: tuple[int, int], whole: int) -> Effect:
    verdicts: list[Judgement | None] = [None, None]
    if target and whole:
        verdicts = [judge(target["unit"], target["operator"], target["value"], Decimal(count), Decimal(whole)) for count in pair]
        after = verdicts[1]
        told = target | {"actual": after.actual, "gap": after.gap, "denominator": Decimal(whole)} if after else target
        target = target | {"goal": goals.goal(target), "room": goals.gap(told, level=Level.PROVINCE)}
    elif target:
        target = target | {"goal": goals.goal(target), "room": ""}
    return Effect(key.removeprefix("grade."), target, *pair, *verdicts)


def _answer(outcomes: Sequence[Outcome], effects: Sequence[Effect], *, asked: bool) -> SafeString | str:
    moved = [one for one in outcomes if one.moves]
    if not outcomes:
        return _("Chưa xã nào có đủ điểm theo cách tính này.")
    if not asked:
        grades = [effect for effect in effects if effect.key in GRADE_WORDS]
        shares = format_html_join(", ", "<b>{} {}</b>", ((figure(one.now), GRADE_WORDS[Grade(one.key)]) for one in grades if one.now))
        return format_html(_("Chưa giả định gì: theo điểm đang chọn có {shares}. Đổi ngưỡng hoặc điểm rồi xem lại."), shares=shares)
    if not moved:
        return _("Với giả định này không đơn vị nào đổi hạng.")
    up = sum(one.rises for one in moved)
    words = _("Với giả định này <b>{moved} đơn vị</b> đổi hạng: {up} lên, {down} xuống")
    said = format_html(words, moved=figure(len(moved)), up=figure(up), down=figure(len(moved) - up))
    return format_html("{}{}.", said, _turned(effects))


def _turned(effects: Sequence[Effect]) -> str:
    turned = [effect for effect in effects if effect.turned and effect.target]
    if not turned:
        return ""
    gained = [goals.subject(one.target) for one in turned if one.target and one.after and one.after.met]
    lost = [goals.subject(one.target) for one in turned if one.target and one.after and not one.after.met]
    parts = ((_("; thêm đạt chỉ tiêu <b>{names}</b>"), gained), (_("; không còn đạt chỉ tiêu <b>{names}</b>"), lost))
    return format_html_join("", "{}", ((format_html(words, names=", ".join(names)),) for words, names in parts if names))


def _together(effects: Sequence[Effect], whole: int, left: int) -> Row:
    """Whether the targets on the classes can hold together: by the plan alone, and with what is supposed. Empty where not every class has a target."""
    by_key = {effect.key: effect for effect in effects}
    aims = {str(grade): by_key[grade] for grade in Grade if by_key[grade].target}
    if len(aims) < len(Grade):
        return {}
    claims = {key: claim(one.target["operator"], one.target["value"], whole, one.then) for key, one in aims.items() if one.target}
    edges = list(accumulate(claims[grade].least for grade in (Grade.GOOD, Grade.FAIR)))
    return {
        "principle": goals.principle(claims, whole),
        "feasible": _feasible(conflicts(claims, whole), left),
        "sums": _sums(by_key, claims, whole),
        "edges": [(edge, charts.share(Decimal(edge), Decimal(0), Decimal(whole))) for edge in edges],
    }


def _feasible(broken: Sequence[Sequence[str]], left: int) -> list[str]:
    if not broken:
        return [
            _("Với giả định này các mức hạng còn cùng đạt được, tùy %(left)s đơn vị chưa đủ điểm.") % {"left": figure(left)}
            if left
            else _("Với giả định này các mức hạng cùng đạt.")
        ]
    rest = _(", dù %(left)s đơn vị chưa đủ điểm xếp hạng nào") % {"left": figure(left)} if left else ""
    said = []
    for keys in broken:
        words = {"names": " và ".join(str(GRADE_WORDS[Grade(key)]) for key in keys), "rest": rest}
        one = len(keys) == 1
        said.append((_("Mức hạng %(names)s không đạt%(rest)s.") if one else _("Mức hạng %(names)s không cùng đạt%(rest)s.")) % words)
    return said


def _sums(by_key: dict[str, Effect], claims: Any, whole: int) -> list[str]:
    """Good and fair together: a commune that rises must not count as a loss. And whether the title has room (III.7)."""
    good, fair = by_key[Grade.GOOD], by_key[Grade.FAIR]
    words = {"now": figure(good.now + fair.now), "then": figure(good.then + fair.then), "least": figure(claims["good"].least + claims["fair"].least)}
    said = [_("Tốt và khá cộng lại: nay %(now)s, giả định %(then)s; hai mức cộng lại cần ít nhất %(least)s.") % words]
    title = by_key.get(TITLE)
    if title and title.target:
        least = claim(title.target["operator"], title.target["value"], whole).least
        words = {"least": figure(least), "room": figure(good.then + fair.then)}
        text = (
            _("Danh hiệu cần %(least)s: đủ chỗ, có %(room)s đơn vị tốt và khá có thể được xét (III.7).")
            if good.then + fair.then >= least
            else _("Danh hiệu cần %(least)s: chỉ còn %(room)s đơn vị tốt và khá có thể được xét (III.7).")
        )
        said.append(text % words)
    return said
