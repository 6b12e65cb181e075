"""What the ranking, the targets, a unit's page and the districts' reports show: rows put together for tables and pictures, with the sentences that head them.

Pure: plain rows from the selectors in, everything that a template needs out; no query, no request, no clock.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes.rules import Level
from plan2018.rules import COUNTS, TARGET_GROUPS, Source, claim, conflicts, contradictions, freed, judge, rooms
from reports import charts, goals, rules, sentences
from reports.rules import TITLE, ReportState
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


def targets(targets: Sequence[Row], unit: str, level: str, *, half: bool, result: str = "", group: str = "") -> dict[str, Any]:
    """The targets by field of work: rows as `selectors.targets` gives them for a unit of this level. Narrowed by `result` and `group`.

    `half`: half a year. For the province also whether the class targets can hold together.
    """
    targets = _within(targets, level)
    known = _worded(targets, level, half=half)
    pairs = contradictions((target["code"], target["operator"], target["value"], target["contradiction"]) for target in targets)
    groups = [found for found in _groups(known) if group in ("", found["key"])]
    for found in groups:
        found["shown"] = [row for row in found["rows"] if result in ("", row["result"])]
    tally = Counter(row["result"] for row in known.values())
    return {
        "count": len(targets),
        "unjudged": sum(target["unit"] in COUNTS and not target["judged"] for target in targets),
        "answer": goals.answer(targets, unit, level),
        "results": [(key, words, tally[key]) for key, words in goals.RESULTS.items()],
        "all_groups": [(found["key"], found["words"], len(found["rows"])) for found in _groups(known)],
        "pairs": [_pair(known[one], known[other]) for one, other in pairs if level != Level.COMMUNE],
        "pairs_heading": goals.pairs_heading(len(pairs)),
        "groups": [found for found in groups if found["shown"]],
        "feasible": _feasible(known, half=half) if level == Level.PROVINCE else {},
    }


def _within(targets: Sequence[Row], level: str) -> list[Row]:
    """The targets, each with whether a unit of this level lies outside: where only some communes are meant, and none of its own has a figure."""
    rows = []
    for target in targets:
        outside = level != Level.PROVINCE and bool(target["indicator"]) and not target["everyone"] and target["actual"] is None
        rows.append(target | {"outside": outside, "judged": target["judged"] and not outside})
    return rows


def _worded(targets: Sequence[Row], level: str, *, half: bool) -> dict[str, Row]:
    """The targets by code, with their words."""
    rows = {target["code"]: target for target in targets}
    known = {code: _with_words(target, level, half=half) | {"related": goals.related(target, rows)} for code, target in rows.items()}
    by_grade = _by_grade(known)
    if {Grade.GOOD, Grade.FAIR} <= by_grade.keys() and level != Level.COMMUNE:
        by_grade[Grade.FAIR]["aside"] = goals.together(by_grade[Grade.GOOD], by_grade[Grade.FAIR])
    return known


def _by_grade(known: Mapping[str, Row]) -> dict[Grade, Row]:
    """The targets that count a class, by class, best first."""
    rows = {row["indicator"]: row for row in known.values()}
    return {grade: rows[f"grade.{grade}"] for grade in Grade if f"grade.{grade}" in rows}


def _with_words(target: Row, level: str, *, half: bool) -> Row:
    title_in_half = half and target["indicator"] == TITLE
    moved = target["before"] is not None and target["actual"] is not None and not goals.is_yes_no(target, level)
    return target | {
        "goal": goals.goal(target),
        "figure": goals.actual(target, level),
        "plain": goals.is_yes_no(target, level),
        "room": goals.TITLE_IN_HALF if title_in_half and level == Level.PROVINCE else goals.gap(target, level),
        "firm": goals.stage(target, level),
        "change": goals.change(target, level),
        "spark": charts.spark(target["before"], target["actual"], target["value"] if target["judged"] else None) if moved else None,
        "result": goals.KEYS[target["met"]] if target["judged"] else "",
    }


def _groups(known: Mapping[str, Row]) -> list[dict[str, Any]]:
    grouped = {code for codes in TARGET_GROUPS.values() for code in codes}
    groups = []
    for key, codes in [*TARGET_GROUPS.items(), ("", tuple(code for code in known if code not in grouped))]:
        rows = [known[code] for code in codes if code in known]
        if rows:
            groups.append({"key": key, "words": goals.GROUPS[key], "rows": rows, "verdicts": goals.verdicts(rows)})
    return groups


def _pair(one: Row, other: Row) -> dict[str, Any]:
    """Two targets that contradict each other, on one number line."""
    asked: dict[Decimal, str] = {}
    for row in (one, other):
        words = f"{row['clause'].split()[0]}: {row['goal']}"
        asked[row["value"]] = f"{asked[row['value']]}; {words}" if row["value"] in asked else words
    return {"rows": (one, other), "heading": goals.pair_heading(one, other), "axis": charts.axis(asked, one["actual"])}


def _feasible(known: Mapping[str, Row], *, half: bool) -> dict[str, Any]:
    """Whether the class targets can hold together, alone and with what is approved; empty where not every class has one, or nobody owes a form."""
    rows = _by_grade(known)
    whole = max((row["expected"] for row in rows.values()), default=0)
    if len(rows) < len(Grade) or not whole:
        return {}
    claims = {str(grade): claim(row["operator"], row["value"], whole, int(row["numerator"] or 0)) for grade, row in rows.items()}
    broken = conflicts(claims, whole)
    out = {key for keys in broken for key in keys}
    found = rooms(freed(claims, out, whole), whole) or {}
    order = (Grade.GOOD, Grade.FAIR, "", Grade.AVERAGE, Grade.WEAK)
    fixed = {str(key): claims[key].fixed if key else goals.left(claims, whole) for key in order}
    edges = list(accumulate(claims[key].least for key in (Grade.GOOD, Grade.FAIR)))
    return {
        "heading": goals.feasible_heading(claims, whole),
        "principle": goals.principle(claims, whole),
        "prospects": goals.prospects(claims, whole),
        "title": "" if half else goals.titles(next((row for row in known.values() if row["indicator"] == TITLE), None), claims, whole),
        "bars": [
            (goals.plan_bar(whole), charts.stack(goals.tightest(goals.bare(claims), whole))),
            (goals.approved_bar(whole - fixed[""], whole), charts.stack(fixed)),
        ],
        "edges": [(edge, charts.share(Decimal(edge), Decimal(0), Decimal(whole))) for edge in edges],
        "rows": [
            {
                "grade": key,
                "target": rows[Grade(key)],
                "fixed": one.fixed,
                "out": key in out,
                "more": (max(0, found[key][0] - one.fixed), found[key][1] - one.fixed) if key in found and key not in out else None,
            }
            for key, one in claims.items()
        ],
    }


# One target opened


def target(
    targets: Sequence[Row], code: str, parts: Sequence[Row], unit: str, level: str, *, half: bool, address: Callable[[Row], str]
) -> dict[str, Any]:
    """One target for a unit of this level, opened into the units below it (rows of `selectors.parts`), those furthest from it first.

    `address` says where the record of a unit is kept that proves the target; empty where the reader has none.
    """
    known = _worded(_within(targets, level), level, half=half)
    row = known[code]
    below = _parts_of(row, parts, level)
    whose = Level.DISTRICT if level == Level.PROVINCE else Level.COMMUNE
    for part in below:
        part["address"] = address(part) if part["level"] == Level.COMMUNE or row["record"] == Source.FILING else ""
    pairs = contradictions((one["code"], one["operator"], one["value"], one["contradiction"]) for one in targets)
    missed = _missed(row, parts) if level == Level.PROVINCE else []
    owing = [part | {"address": address(part)} for part in parts if _owes(row, part) and part["figure"] is None]
    return {
        "target": row,
        "answer": goals.target_answer(row, unit, level),
        "record": goals.RECORDS.get(row["record"], ""),
        "due": goals.due(row),
        "pair": next((_pair(known[one], known[other]) for one, other in pairs if code in (one, other)), None),
        "below": below,
        "whose": whose,
        "below_heading": goals.parts_heading(below, row, whose) if below else "",
        "by_district": level == Level.PROVINCE and row["record"] != Source.FILING,
        "picture": _picture(row, below, level),
        "missed": [one | {"address": address(one)} for one in missed[:MOST_MISSED]],
        "missed_heading": goals.missed_heading(min(len(missed), MOST_MISSED), len(missed), row),
        "owing": _by_district(owing, parts, unit) if level != Level.COMMUNE else [],
        "owing_heading": goals.owing_heading(len(owing), row),
        "own_address": address(row | {"code": ""}) if level == (Level.DISTRICT if row["record"] == Source.FILING else Level.COMMUNE) else "",
    }


def _owes(target: Row, part: Row) -> bool:
    """Whether a unit below owes its part of the figure of a target: communes do where everyone must have it."""
    return bool(target["everyone"] and target["record"] != Source.FILING and part["level"] == Level.COMMUNE and part["owes"])


def _parts_of(target: Row, parts: Sequence[Row], level: str) -> list[Row]:
    """The next units below as targets of their own, those furthest from it first, then those without data."""
    next_below = {Level.PROVINCE: Level.DISTRICT, Level.DISTRICT: Level.COMMUNE}.get(Level(level))
    owing = Counter(part["parent"] for part in parts if _owes(target, part))
    rows = []
    for part in parts:
        by_report = target["record"] == Source.FILING and part["level"] == Level.DISTRICT
        listed = part["figure"] is not None or owing[part["code"]] or by_report or _owes(target, part)
        if part["level"] == next_below and listed:
            rows.append(_part(target, part, owing[part["code"]] if part["level"] == Level.DISTRICT else int(_owes(target, part))))
    high_first = target["operator"].startswith("<") or (target["operator"] == "=" and not target["value"])
    known, unknown = ([row for row in rows if (row["actual"] is None) is empty] for empty in (False, True))
    return sorted(known, key=lambda row: row["actual"], reverse=high_first) + unknown


MOST_MISSED = 20
"""So many of the communes that miss a target are named on the page of the province."""


def _missed(target: Row, parts: Sequence[Row]) -> list[Row]:
    """The communes that miss a share by themselves, the most missing first; those that are counted where the plan sets a ceiling."""
    names = {part["code"]: part["name"] for part in parts if part["level"] == Level.DISTRICT}
    known = [part for part in parts if part["level"] == Level.COMMUNE and part["figure"] is not None]
    rows = [_part(target, part, 1) | {"district": names.get(part["parent"], "")} for part in known]
    if target["unit"] in COUNTS:
        ceiling = target["operator"].startswith("<") or (target["operator"] == "=" and not target["value"])
        return [row for row in rows if ceiling and row["numerator"]]
    return sorted((row for row in rows if row["met"] is False), key=lambda row: row["gap"])


def _part(target: Row, part: Row, expected: int) -> Row:
    figure, whole = part["figure"], target["unit"] not in COUNTS
    verdict = figure and judge(target["unit"], target["operator"], target["value"], figure.numerator, figure.denominator, figure.low)
    row = target | {
        **{name: part[name] for name in ("code", "level", "name", "full_name", "parent")},
        **{name: getattr(figure, name) if verdict else None for name in ("numerator", "denominator", "low", "high")},
        "actual": verdict.actual if verdict else None,
        **{name: getattr(verdict, name) if verdict and whole else None for name in ("needed", "gap", "met")},
        "judged": whole,
        "parts": figure.parts if figure else 0,
        "expected": max(expected, figure.parts if figure else 0),
        "before": None,
    }
    row["owing"] = row["expected"] - row["parts"]
    return _with_words(row, part["level"], half=False)


def _picture(target: Row, below: Sequence[Row], level: str) -> dict[str, Any]:
    """What is drawn beside the units below: squares where each says yes or no, a stacked bar where each sums them up, else a dot on a common scale."""
    known = [row for row in below if row["actual"] is not None]
    if not known:
        return {}
    if all(row["plain"] for row in known):
        return {"kind": "squares", "sets": [(key, [row for row in below if _answer(row) == key]) for key in ("yes", "no", "none")]}
    if target["unit"] in goals.ONE_EACH:
        widest = max(row["expected"] or row["parts"] for row in known)
        for row in below:
            yes, no = int(row["numerator"] or 0), row["parts"] - int(row["numerator"] or 0)
            room = 0 if goals.is_share(target) else widest - row["expected"]
            row["bar"] = [piece for piece in charts.stack({"yes": yes, "no": no, "none": row["owing"], "room": room}) if piece.of != "room"]
        goal = charts.share(target["value"], Decimal(0), Decimal(100)) if goals.is_share(target) else ""
        return {"kind": "bars", "goal": goal, "widest": widest}
    low, high = charts.span([*(row["actual"] for row in known), target["value"]])
    for row in known:
        row["dot"] = charts.share(row["actual"], low, high)
    return {"kind": "dots", "low": low, "high": high, "goal": charts.share(target["value"], low, high)}


def _answer(row: Row) -> str:
    return "none" if row["actual"] is None else "yes" if row["numerator"] else "no"


def _by_district(owing: Sequence[Row], parts: Sequence[Row], unit: str) -> list[tuple[str, list[Row]]]:
    """Those who owe, under the name of their district; under that of the unit itself where it is the district."""
    names = {part["code"]: part["name"] for part in parts if part["level"] == Level.DISTRICT}
    grouped: dict[str, list[Row]] = {}
    for part in owing:
        grouped.setdefault(names.get(part["parent"], unit), []).append(part)
    return list(grouped.items())


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
            if reason["rule"] != "threshold":
                continue
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


# The districts' reports.

REPORT_STATES = {
    ReportState.DRAFT: ("is-draft", gettext_lazy("Đang soạn")),
    ReportState.FILED: ("is-sent", gettext_lazy("Đã gửi, chờ Sở xem")),
    ReportState.RETURNED: ("is-back", gettext_lazy("Bị trả lại")),
    ReportState.ACCEPTED: ("is-ok", gettext_lazy("Đã chấp nhận")),
}
"""Where a report stands: style of its tag, words."""

NOT_BEGUN = ("is-none", gettext_lazy("Chưa nhập"))


def last_day(due: datetime) -> date:
    """The last day on which a report is on time."""
    return timezone.localdate(due - timedelta(microseconds=1))


def missing(sheet: Any) -> int:
    """How many figures a report still lacks; none where it has no figures at all."""
    return sum(len(indicators) for _unit, indicators in sheet.missing) if sheet else 0


def figures(sheet: Any) -> dict[str, Any]:
    """How far the figures of a report (`reported.FigureSheet`) are filled in, and what is missing by commune."""
    lacking = missing(sheet)
    return {"sheet": sheet, "expected": sheet.expected, "filled": sheet.expected - lacking, "lacking": lacking, "missing": sheet.missing}


def tag(report: Any) -> tuple[str, Any]:
    """The state of a report: style of its tag, words."""
    return REPORT_STATES[ReportState(report.state)] if report.pk else NOT_BEGUN


def overdue(report: Any, due: datetime, now: datetime) -> dict[str, Any]:
    """How a report stands to its day: late by the plan, which stays, and beside it whether an extension covers it."""
    last = rules.last_moment(timezone.localtime(due), report.extended_to)
    moment = report.filed_at or now
    return {
        "last_day": last_day(due),
        "late": report.late if report.filed_at else moment >= due,
        "within": bool(report.extended_to) and moment < last,
    }


def report(report: Any, sheet: Any, due: datetime, now: datetime) -> dict[str, Any]:
    """The page of a district's report: where it stands, how far its figures are filled in, what the province asks to mend."""
    asked = [remark for remark in report.remarks if remark[0]] if report.state == ReportState.RETURNED else []
    names = {(unit.code, one.code): (unit, one) for unit in sheet.communes for one in sheet.indicators} if sheet else {}
    return {
        "state": tag(report),
        **overdue(report, due, now),
        **(figures(sheet) if sheet else {}),
        "said": [(title, report.narrative[key]) for key, title in rules.SECTIONS.items() if report.narrative.get(key)],
        "returned_because": next((words for unit, _one, words in report.remarks if not unit), "") if report.state == ReportState.RETURNED else "",
        "remarks": [(*names[unit, one], words) for unit, one, words in asked if (unit, one) in names],
    }


def reports(found: Sequence[Any], due: datetime, now: datetime) -> dict[str, Any]:
    """The reports of all districts: a line each, and how many are filed on time, filed late, still owed."""
    lines = [{"report": one, "state": tag(one), **overdue(one, due, now)} for one in found]
    for line in lines:
        line["kind"] = ("late" if line["late"] else "on_time") if line["report"].filed_at else ("overdue" if line["late"] else "open")
        at = timezone.localdate(line["report"].filed_at or now)
        line["days"] = (at - line["last_day"]).days
    spread = [line["days"] for line in lines if line["report"].filed_at]
    reach = max([abs(days) for days in spread], default=0) or 1
    states = Counter(line["report"].state for line in lines if line["report"].filed_at)
    kinds = Counter(line["kind"] for line in lines)
    return {
        "lines": lines,
        "all": len(lines),
        "filed_count": len(spread),
        "late_count": kinds["late"],
        "accepted_count": states[ReportState.ACCEPTED],
        "returned_count": states[ReportState.RETURNED],
        "waiting_count": states[ReportState.FILED],
        "owed": [line for line in lines if not line["report"].filed_at],
        "last_day": last_day(due),
        "past": now >= due,
        "stack": [(kind, start, length) for kind, start, length in _stretches(kinds)],
        "reach": reach,
    }


def _stretches(kinds: Mapping[str, int]) -> list[tuple[str, int, int]]:
    order = [kind for kind in ("on_time", "late", "overdue", "open") if kinds[kind]]
    starts = accumulate((kinds[kind] for kind in order), initial=0)
    return [(kind, start, kinds[kind]) for kind, start in zip(order, starts, strict=False)]


def changes(before: rules.Content, after: rules.Content, sheet: Any) -> list[dict[str, Any]]:
    """What two versions differ in, a row a figure, in the order of communes and indicators; a figure that the sheet no longer has comes last by its key."""
    units = {unit.code: (place, unit.full_name) for place, unit in enumerate(sheet.communes)}
    indicators = {one.code: (place, one) for place, one in enumerate(sheet.indicators)}
    rows = []
    for key, old, new in rules.changes(before, after):
        unit, _slash, code = key.partition("/")
        one = indicators.get(code, (len(indicators), None))
        yes_no = one[1] is not None and rules.asked_as(one[1].source, one[1].answer) == "yes_no"
        words = {name: sentences.figure_words(value, yes_no=yes_no) for name, value in (("old", old), ("new", new))}
        cell = str((after.get(key) or ["", "", ""])[2])
        order = (units.get(unit, (len(units), ""))[0], one[0])
        rows.append((order, {"unit": units.get(unit, (0, unit))[1], "indicator": one[1].name if one[1] else code, "cell": cell, **words}))
    return [row for _order, row in sorted(rows, key=lambda pair: pair[0])]


def their_words(report: Any, form: Any) -> list[tuple[str, str]]:
    """The sections in which what is stored now differs from what a person typed: (title, words as they are stored)."""
    differing = [key for key in rules.SECTIONS if report.narrative.get(key, "") != form.narrative.get(key, "")]
    found = [(rules.SECTIONS[key], report.narrative.get(key, "")) for key in differing]
    if report.difficulties != form.difficulties:
        found.append((_("Vướng mắc, đề nghị"), "\n".join(" | ".join(row.values()) for row in report.difficulties)))
    return found
