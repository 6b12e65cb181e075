"""What the ranking, the targets and a unit's page show: rows put together for tables and pictures, with the sentences that head them.

Pure: plain rows from the selectors in, everything that a template needs out; no query, no request, no clock.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from communes.rules import Level
from plan2018.rules import TARGET_GROUPS, contradictions
from reports import charts, sentences
from reports.rules import TITLE
from reports.sentences import Row
from scoring.rules import Grade, Threshold


def ranking(rows: Sequence[Row], ranked: int, thresholds: Iterable[Threshold]) -> dict[str, Any]:
    """The ranking: rows as `selectors.league` gives them, of which `ranked` have a place in the whole province."""
    placed = [row for row in rows if row["rank"] is not None]
    return {
        "rows": [_with_place(row) for row in rows],
        "answer": sentences.ranking_answer(rows, ranked),
        "ties": sentences.ties(rows),
        "compared": any(row["rank_before"] is not None for row in rows),
        **(_spread(placed, thresholds) if len(placed) > 1 else {}),
    }


def _with_place(row: Row) -> Row:
    return row | {"place": sentences.rank(row), "climb": sentences.climb(row)}


def _spread(placed: Sequence[Row], thresholds: Iterable[Threshold]) -> dict[str, Any]:
    scale = placed[0]["max_total"]
    lines = {threshold.lower_points(scale): threshold.grade for threshold in thresholds if threshold.lower_pct}
    return {
        "scale": scale,
        "dots": charts.dots(placed, lambda row: row["total"], {at: sentences.bound(grade, at) for at, grade in lines.items()}),
        "spread": sentences.spread(placed),
        "spread_in_full": sentences.spread_in_full(placed),
    }


RESULTS = {True: "met", False: "missed", None: "none"}
"""Verdict on a target -> the word by which a list is narrowed."""


def targets(targets: Sequence[Row], unit: str, level: str, *, half: bool, result: str = "", group: str = "") -> dict[str, Any]:
    """The targets by field of work: rows as `selectors.targets` gives them for a unit of this level. Narrowed by `result` and `group`.

    The plan sets its numbers for the province; a district shows what it contributes, a commune has no figures of its own. `half`: half a year.
    """
    judged = level == Level.PROVINCE
    known = {target["code"]: _with_words(target, half=half, counted=level != Level.COMMUNE) for target in targets}
    _put_together(known, judged=judged)
    pairs = contradictions((target["code"], target["operator"], target["value"], target["contradiction"]) for target in targets)
    groups = [found for found in _groups(known) if group in ("", found["key"])]
    for found in groups:
        found["shown"] = [row for row in found["rows"] if result in ("", row["result"])]
    return {
        "count": len(targets),
        "judged": judged,
        "answer": sentences.targets_answer(targets, unit, level),
        "pairs": [_pair(known[one], known[other]) for one, other in pairs],
        "pairs_heading": sentences.pairs_heading(len(pairs)),
        "groups": [found for found in groups if found["shown"]],
    }


def _with_words(target: Row, *, half: bool, counted: bool) -> Row:
    indicator = target["indicator"]
    judged = counted and (target["actual"] is None or target["met"] is not None)
    room = sentences.TITLE_IN_HALF if half and indicator == TITLE else sentences.gap(target)
    return target | {
        "goal": sentences.goal(target),
        "figure": sentences.actual(target),
        "room": room if counted else "",
        "judged": judged,
        "result": RESULTS[target["met"]] if judged else "",
        "listed": indicator == TITLE or indicator.startswith("grade."),
        "grade": indicator.removeprefix("grade.") if indicator.startswith("grade.") else "",
    }


def _put_together(known: dict[str, Row], *, judged: bool) -> None:
    """Beside the fair, the good and the fair together."""
    by_grade = {row["grade"]: row for row in known.values() if row["grade"]}
    if {Grade.GOOD, Grade.FAIR} <= by_grade.keys():
        by_grade[Grade.FAIR]["aside"] = sentences.together(by_grade[Grade.GOOD], by_grade[Grade.FAIR], judged=judged)


def _groups(known: dict[str, Row]) -> list[dict[str, Any]]:
    grouped = {code for codes in TARGET_GROUPS.values() for code in codes}
    groups = []
    for key, codes in [*TARGET_GROUPS.items(), ("", tuple(code for code in known if code not in grouped))]:
        rows = [known[code] for code in codes if code in known]
        if rows:
            groups.append({"key": key, "words": sentences.GROUPS[key], "rows": rows, "verdicts": sentences.verdicts(rows)})
    return groups


def _pair(one: Row, other: Row) -> dict[str, Any]:
    """Two targets that contradict each other, on one number line."""
    goals: dict[Decimal, str] = {}
    for row in (one, other):
        words = f"{row['clause'].split()[0]}: {row['goal']}"
        goals[row["value"]] = f"{goals[row['value']]}; {words}" if row["value"] in goals else words
    return {"rows": (one, other), "axis": charts.axis(goals, one["actual"])}


def commune(rows: Sequence[Row], period: str, ranked: int) -> dict[str, Any]:
    """A commune's year: rows as `selectors.sheet` gives them; `ranked` communes have a place in the period in view."""
    rows = [row | {"points": sentences.points(row), "place": sentences.rank(row)} for row in rows]
    own = [row for row in rows if row["period"] == period]
    forms = list({row["period"]: row for row in rows}.values())
    return {
        "own": own,
        "form": own[0] if own else None,
        "forms": forms,
        "answer": sentences.commune_answer(own, ranked),
        "year_heading": sentences.year_heading(forms),
        "course": _course([form for form in forms if form["total"] is not None]),
        "criteria_heading": sentences.criteria_heading(own, "points", "district_mean", _("huyện")),
        "whose": sentences.WHOSE[own[0]["state"]] if own else "",
        "criteria": _compared(own, dot="points", ring="district_mean", line="province_mean"),
    }


def _course(forms: Sequence[Row]) -> charts.Course | None:
    """The totals of a year between the class reached and the next one, as the reasons of each result have them; nothing to draw for one."""
    if len(forms) < 2:
        return None
    bounds = {}
    for form in forms:
        for reason in form["reasons"]:
            grade, lower, above = Grade(reason["grade"]), Decimal(reason["lower_points"]), reason.get("below_pct")
            if lower:
                bounds[lower] = sentences.bound(grade, lower)
            if above:
                upper, better = Decimal(above) * form["max_total"] / 100, list(Grade)[list(Grade).index(grade) - 1]
                bounds[upper] = sentences.bound(better, upper)
    return charts.course([(form["period_name"], form["total"]) for form in forms], bounds)


def district(rows: Sequence[Row], criteria: Sequence[Row], report: Row | None) -> dict[str, Any]:
    """A district's communes (rows of `selectors.league`), its criteria (`selectors.criteria`) and its own report."""
    grades, states = Counter(row["grade"] or "" for row in rows), Counter(row["state"] for row in rows)
    return {
        "rows": [_with_place(row) for row in rows],
        "answer": sentences.district_answer(rows),
        "classes_heading": sentences.classes_heading(rows),
        "classes": charts.stack({grade: grades[grade] for grade in (*Grade, "")}),
        "states": [(state, states[state]) for state in sentences.STATE_WORDS if states[state]],
        "report": report,
        "report_heading": sentences.report_heading(report),
        "criteria_heading": sentences.criteria_heading(criteria, "district_mean", "province_mean", _("tỉnh")),
        "criteria": _compared(criteria, dot="district_mean", line="province_mean"),
    }


def _compared(rows: Sequence[Row], **marks: str) -> dict[str, Any]:
    """Criteria with a bar each, all on one scale: `marks` says which value a mark (dot, ring, line) stands for. Empty without any value."""
    known = [row[key] for row in rows for key in marks.values() if row[key] is not None]
    if not known:
        return {}
    low, high = Decimal(max(0, int(min(known)) - 1)), max(row["max_points"] for row in rows)
    placed = [row | {"marks": {mark: charts.share(row[key], low, high) for mark, key in marks.items() if row[key] is not None}} for row in rows]
    return {"rows": placed, "low": low, "high": high}
