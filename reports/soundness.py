"""What the pages on the quality of figures show: gaps, changes, jumps, contradictions and the proposed sample, as rows, pictures and sentences.

Pure: communes and groups of `quality`, rows of `points.answers` in, everything that a template needs out; no query, no request, no clock.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plan2018.sentences import SIGNS
from reports import charts, quality
from reports.quality import Commune, Contradiction, Group, Pick
from reports.sentences import figure, inside

Row = dict[str, Any]

KINDS = {
    "gap": gettext_lazy("Kết quả khác điểm tự chấm"),
    "changed": gettext_lazy("Huyện chấm khác xã"),
    "lowered": gettext_lazy("Huyện chấm thấp hơn xã"),
    "jump": gettext_lazy("Khác kết quả kỳ trước, ở các xã nhảy vọt"),
    "unproven": gettext_lazy("Tự chấm tối đa, không có minh chứng, giải thích"),
    "contradicted": gettext_lazy("Điểm tối đa trái với sổ"),
}
"""What a figure is made of -> its name where it is opened."""

REASONS = {
    "gap": (gettext_lazy("Tự chấm cao hơn kết quả"), gettext_lazy("%s%% của thang điểm")),
    "contradicted": (gettext_lazy("Điểm tối đa trái với sổ"), gettext_lazy("%s tiêu thức")),
    "unproven": (gettext_lazy("Điểm tối đa không có minh chứng, giải thích"), gettext_lazy("%s%% số tiêu thức")),
    "jump": (gettext_lazy("Kết quả nhảy vọt so với kỳ trước, lên hoặc xuống"), gettext_lazy("%s điểm phần trăm")),
    "key_area": (gettext_lazy("Địa bàn xung yếu"), gettext_lazy("có")),
}
"""Reason to inspect -> its name, and the level at which it weighs most."""


# Districts and communes


@dataclass(frozen=True)
class Line:
    """A district or commune in the table, with its place on the common scale of gaps: its dots, the mean, and where there is no gap."""

    of: Any
    dots: Sequence[str]
    mean: str
    zero: str


def districts(groups: Sequence[Group], whole: Group) -> Row:
    """The province: a line a district with a dot for each commune, and what heads them."""
    place = _scale(whole.gaps)
    lines = [_line(group, group.gaps, group.gap, place) for group in groups]
    known = [group for group in groups if group.gap is not None]
    return {
        "whole": whole,
        "lines": lines,
        "answer": _answer(whole),
        "finding": _finding(known),
        "generous": [group for group in groups if group.never_lowers],
        "ends": _ends(whole.gaps),
    }


def communes(group: Group) -> Row:
    """A district: a line a commune, and what heads them."""
    place = _scale(group.gaps)
    return {
        "whole": group,
        "lines": [_line(one, [], one.gap, place) for one in group.communes],
        "answer": _answer(group),
        "ends": _ends(group.gaps),
        "district": True,
    }


def _line(of: Group | Commune, gaps: Iterable[Decimal], mean: Decimal | None, place: Callable[[Decimal], str]) -> Line:
    return Line(of, [place(gap) for gap in gaps], "" if mean is None else place(mean), place(Decimal(0)))


def _scale(gaps: Sequence[Decimal]) -> Callable[[Decimal], str]:
    """Where a gap lies on a scale that holds all of them, and none."""
    low, high = min([*gaps, Decimal(0)]), max([*gaps, Decimal(1)])
    return lambda gap: charts.share(gap, low, high)


def _ends(gaps: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    return min([*gaps, Decimal(0)]), max([*gaps, Decimal(1)])


def _answer(group: Group) -> SafeString | str:
    if not group.sent:
        return _("Chưa xã nào gửi phiếu nên chưa có gì để xem.")
    parts = []
    if group.gap is not None:
        parts.append(format_html(_gap_words(higher=group.gap >= 0, single=len(group.communes) == 1), gap=figure(abs(group.gap))))
    if group.judged:
        parts.append(format_html(_("huyện đổi <b>{changed} trong {judged} điểm</b>"), changed=figure(group.changed), judged=figure(group.judged)))
    words = _("<b>{n}</b> điểm tối đa không có minh chứng, giải thích, <b>{m}</b> trái với sổ")
    parts.append(format_html(words, n=figure(group.unproven), m=figure(group.contradicted)))
    first, *rest = parts
    return format_html("{}{}.", SafeString(first[:1].upper() + first[1:]), format_html_join("", "; {}", ((part,) for part in rest)))


def _gap_words(*, higher: bool, single: bool) -> str:
    if single:
        return _("xã tự chấm cao hơn kết quả <b>{gap} điểm</b>") if higher else _("kết quả cao hơn tự chấm <b>{gap} điểm</b>")
    return _("xã tự chấm cao hơn kết quả bình quân <b>{gap} điểm</b>") if higher else _("kết quả cao hơn tự chấm bình quân <b>{gap} điểm</b>")


def _finding(known: Sequence[Group]) -> str:
    if not known:
        return _("Chưa huyện nào có kết quả duyệt")
    most = max(known, key=lambda group: group.gap or Decimal(0))
    words = {"name": inside(most.name), "gap": figure(most.gap or Decimal(0))}
    return _("Chênh nhiều nhất là %(name)s: tự chấm cao hơn kết quả bình quân %(gap)s điểm") % words


# Answers


def answer_rows(rows: Iterable[Row], found: Iterable[Contradiction], address: Callable[[Contradiction], str]) -> list[Row]:
    """Rows of `points.answers`, each with what is doubtful about it (`doubts`) and the registers that contradict it (`against`: words, source, address)."""
    against: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for one in found:
        told = (contradiction(one), one.check.provenance, address(one))
        against.setdefault((one.maximum.unit, one.maximum.criterion), []).append(told)
    return [row | {"doubts": _doubts(row), "against": against.get((row["unit_code"], row["code"]), [])} for row in rows]


def contradiction(one: Contradiction) -> str:
    """What a register says against full points: what was looked for, what stands there, what should."""
    check = one.check
    if check.measure == "percent" and one.denominator == 1:
        return _("%(words)s: sổ ghi không") % {"words": check.words}
    asked = f"{SIGNS[check.operator]}{figure(check.value)}"
    words = {"words": check.words, "n": figure(one.numerator), "all": figure(one.denominator), "asked": asked}
    return (
        _("%(words)s: sổ ghi %(n)s/%(all)s, cần %(asked)s%%") if check.measure == "percent" else _("%(words)s: sổ ghi %(n)s, cần %(asked)s")
    ) % words


def differs(row: Row) -> bool:
    """Whether the approved points of an answer are another share of the maximum than in the earlier period."""
    return (
        row["before"] is not None and row["final_points"] is not None and row["final_points"] * row["before_max"] != row["before"] * row["max_points"]
    )


def _doubts(row: Row) -> list[str]:
    said = []
    if row["is_unproven"]:
        said.append(_("Tự chấm tối đa, không có minh chứng, giải thích"))
    if row["is_changed"]:
        said.append(_moved(row["appraised_points"] - row["self_points"], _("Huyện chấm thấp hơn %s điểm"), _("Huyện chấm cao hơn %s điểm")))
    if row["is_gap"] and row["final_points"] != row["appraised_points"]:
        said.append(
            _moved(row["final_points"] - row["appraised_points"], _("Tỉnh chấm thấp hơn huyện %s điểm"), _("Tỉnh chấm cao hơn huyện %s điểm"))
        )
    return said


def _moved(difference: Decimal, lower: str, higher: str) -> str:
    return (lower if difference < 0 else higher) % figure(abs(difference))


def chosen(rows: Iterable[Row], kind: str, jumping: set[str]) -> list[Row]:
    """Of rows with doubts those that make one figure; for the page of a commune (no kind) all that somebody might doubt."""
    if kind == "contradicted":
        return [row for row in rows if row["against"]]
    if kind == "jump":
        return [row for row in rows if row["unit_code"] in jumping and differs(row)]
    if kind:
        return [row for row in rows if row[f"is_{kind}"]]
    return [row for row in rows if row["doubts"] or row["against"] or (row["unit_code"] in jumping and differs(row))]


# The sample


def weights() -> list[Row]:
    """What weighs how much, in words."""
    return [
        {
            "reason": REASONS[row.reason][0],
            "weight": row.weight,
            "full": REASONS[row.reason][1] % figure(row.full) if row.reason != "key_area" else REASONS[row.reason][1],
        }
        for row in quality.WEIGHTS
    ]


def reasons(pick: Pick, before: str) -> list[str]:
    """Why a commune is proposed, what weighs most first; `before` names the earlier period."""
    one = pick.commune
    jump = one.jump or Decimal(0)
    words: Mapping[str, str] = {
        "gap": _("tự chấm cao hơn kết quả %s điểm") % figure(one.gap or Decimal(0)),
        "contradicted": _("%s điểm tối đa trái với sổ") % figure(one.contradicted),
        "unproven": _("%s điểm tối đa không có minh chứng, giải thích") % figure(one.unproven),
        "jump": (_("kết quả tăng %(n)s điểm phần trăm so với %(before)s") if jump > 0 else _("kết quả giảm %(n)s điểm phần trăm so với %(before)s"))
        % {"n": figure(abs(jump)), "before": before},
        "key_area": _("địa bàn xung yếu"),
    }
    said = [words[reason] for reason, _part in sorted(pick.parts.items(), key=lambda item: -item[1])]
    if not one.sent:
        said.append(_("chưa gửi phiếu nên chưa có gì để đối chiếu"))
    if pick.first:
        said.append(_("xã được rút cho %s") % inside(one.district_name))
    return said or [_("rút ngẫu nhiên: xã nào cũng có thể được kiểm tra")]


def picks(found: Sequence[Pick], before: str) -> list[Row]:
    """The sample as rows: the pick, its weight with one decimal, its reasons in words."""
    return [{"pick": pick, "weight": pick.weight, "reasons": reasons(pick, before)} for pick in found]
