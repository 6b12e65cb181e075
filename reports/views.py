"""Pages of the reports room."""

from collections import Counter
from decimal import Decimal
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import access
from accounts.models import User
from communes.models import Unit
from communes.rules import Level
from communes.selectors import search
from plan2018.access import get_periods
from plan2018.models import Period
from plan2018.rules import TARGET_GROUPS, contradictions
from reports import charts, exports, selectors, sentences
from reports.rules import TARGET_INDICATORS
from scoring.rules import Grade


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@require_safe
def ranking(request: HttpRequest, period: str) -> HttpResponse:
    """The ranking of a period: every commune that the reader sees, narrowed by district, class and words."""
    (asked, others), scope, wanted = get_periods(period), _user(request).unit, _wanted(request)
    rows = list(selectors.league(asked, scope, **wanted))
    for row in rows:
        row |= {"place": sentences.rank(row), "climb": sentences.climb(row)}
    ranked, filled_at = selectors.filled(asked, selectors.province_of(scope))
    context = {
        "period": asked,
        "others": others,
        "scope": scope,
        "rows": rows,
        "wanted": wanted,
        "narrowed": any(wanted.values()),
        "answer": sentences.ranking_answer(rows, ranked),
        "ties": sentences.ties(rows),
        "filled_at": filled_at,
        "districts": list(access.units(_user(request)).districts().on(asked.ends_on)) if scope.level == Level.PROVINCE else [],
        "grades": sentences.GRADE_WORDS,
        "compared": any(row["rank_before"] for row in rows),
        **_spread(asked, [row for row in rows if row["rank"] is not None]),
    }
    return render(request, "reports/ranking.html", context)


def _spread(period: Period, placed: list[dict[str, Any]]) -> dict[str, object]:
    """What draws the distribution of totals; nothing to draw for a single commune."""
    if len(placed) < 2:
        return {}
    scale = placed[0]["max_total"]
    bounds = {
        bound.lower_points(scale): sentences.bound(bound.grade, bound.lower_points(scale))
        for bound in selectors.thresholds(period)
        if bound.lower_pct
    }
    return {
        "scale": scale,
        "dots": charts.dots(placed, lambda row: row["total"], bounds),
        "spread": sentences.spread(placed),
        "spread_in_full": sentences.spread_in_full(placed),
    }


@require_safe
def ranking_csv(request: HttpRequest, period: str) -> HttpResponseBase:
    """The rows of the ranking page as a file, with the same filters, columns and order. Codes are left out: a spreadsheet takes their zeros away."""
    asked, wanted = get_periods(period)[0], _wanted(request)
    rows = selectors.league(asked, _user(request).unit, **wanted).iterator()
    return StreamingHttpResponse(
        exports.csv_lines(exports.ranking_rows(rows)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="xep-hang-{asked.code}.csv"'},
    )


def _wanted(request: HttpRequest) -> dict[str, str]:
    """The filters of a list as typed; a value that nobody has finds nothing."""
    return {"district": _text(request, "district"), "grade": _text(request, "grade"), "words": _text(request, "q")}


def _text(request: HttpRequest, name: str) -> str:
    """A parameter of the address. Without NUL characters, which databases refuse, and no longer than any name."""
    return request.GET.get(name, "").replace("\0", "").strip()[:100]


RESULTS = {True: "met", False: "missed", None: "none"}
"""Verdict -> the word that a filter uses."""


@require_safe
def targets(request: HttpRequest, period: str) -> HttpResponse:
    """The targets of the plan with what is known of them for the reader's unit, by field of work, narrowed by result and field."""
    (asked, others), scope = get_periods(period), _user(request).unit
    wanted = {name: _text(request, name) for name in ("result", "group")}
    rows = selectors.targets(asked, scope)
    for row in rows:
        row |= {"goal": sentences.goal(row), "figure": sentences.actual(row), "room": sentences.gap(row), "result": _result(row)}
    known = {row["code"]: row for row in rows}
    by_indicator = {indicator: known[code] for code, (indicator, _kind) in TARGET_INDICATORS.items() if code in known}
    if "grade.good" in by_indicator and "grade.fair" in by_indicator:
        by_indicator["grade.fair"]["aside"] = sentences.together(by_indicator["grade.good"], by_indicator["grade.fair"])
    groups = [group for group in _groups(known) if wanted["group"] in ("", group["key"])]
    for group in groups:
        group["shown"] = [row for row in group["rows"] if wanted["result"] in ("", row["result"])]
        for row in group["shown"]:
            row["rows_url"] = _rows_url(row, asked)
    judged = scope.level == Level.PROVINCE
    context = {
        "period": asked,
        "others": others,
        "scope": scope,
        "judged": judged,
        "wanted": wanted,
        "narrowed": any(wanted.values()),
        "count": len(rows),
        "answer": sentences.targets_answer(rows, scope.full_name, judged=judged),
        "filled_at": selectors.filled(asked, selectors.province_of(scope))[1],
        "pairs": [_pair(known[one], known[other]) for one, other in _contradicting(rows)],
        "pairs_heading": sentences.pairs_heading(len(_contradicting(rows))),
        "groups": [group for group in groups if group["shown"]],
        "all_groups": sentences.GROUPS,
        "results": sentences.RESULTS,
    }
    return render(request, "reports/targets.html", context)


def _rows_url(row: dict[str, Any], period: Period) -> str:
    """Where the rows behind a figure are listed; empty where there is no figure or no list."""
    indicator, _kind = TARGET_INDICATORS.get(row["code"], ("", ""))
    subject, _dot, grade = indicator.partition(".")
    if row["actual"] is None or subject not in ("grade", "title"):
        return ""
    return reverse("ranking", kwargs={"period": period.code}, query={"grade": grade} if grade else None)


def _result(row: dict[str, Any]) -> str:
    return "" if row["actual"] is not None and row["met"] is None else RESULTS[row["met"]]


def _groups(known: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    grouped = {code for codes in TARGET_GROUPS.values() for code in codes}
    groups = []
    for key, codes in [*TARGET_GROUPS.items(), ("", tuple(code for code in known if code not in grouped))]:
        rows = [known[code] for code in codes if code in known]
        if rows:
            groups.append({"key": key, "words": sentences.GROUPS[key], "rows": rows, "verdicts": sentences.verdicts(rows)})
    return groups


def _contradicting(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return contradictions((row["code"], row["operator"], row["value"], row["contradiction"]) for row in rows)


def _pair(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Two targets that contradict each other, on one number line."""
    goals: dict[Decimal, str] = {}
    for row in (one, other):
        words = f"{row['clause'].split()[0]}: {row['goal']}"
        goals[row["value"]] = f"{goals[row['value']]}; {words}" if row["value"] in goals else words
    return {"rows": (one, other), "axis": charts.axis(goals, one["actual"])}


@require_safe
def units(request: HttpRequest) -> HttpResponse:
    """The units that the reader sees, found by words with or without diacritics, or by code."""
    asked, _others = _asked(request)
    words = _text(request, "q")
    found = search(access.units(_user(request)).on(asked.ends_on), words).select_related("parent").order_by("parent__sort_key", "sort_key")
    return render(request, "reports/units.html", {"period": asked, "words": words, "units": found})


@require_safe
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """A unit in a period (?period=, else the newest): a commune's result, or a district's communes. The province has its own board."""
    asked, others = _asked(request)
    found = access.get_unit(_user(request), code, asked.ends_on)
    if found.level == Level.PROVINCE:
        return redirect("units")
    context = {"period": asked, "others": others, "unit": found}
    if found.level == Level.DISTRICT:
        return render(request, "reports/unit_district.html", context | _district(found, asked))
    return render(request, "reports/unit_commune.html", context | _commune(found, asked))


def _asked(request: HttpRequest) -> tuple[Period, list[Period]]:
    """The period of ?period=, or the newest, and the others of its plan; else Http404."""
    return get_periods(_text(request, "period"))


def _commune(unit: Unit, period: Period) -> dict[str, object]:
    rows = selectors.sheet(period, unit)
    for row in rows:
        row |= {"points": sentences.points(row), "place": sentences.rank(row)}
    forms = list({row["period"]: row for row in rows}.values())
    own = [row for row in rows if row["period"] == period.code]
    ranked, filled_at = selectors.filled(period, selectors.province_of(unit))
    return {
        "form": own[0] if own else None,
        "forms": forms,
        "ranked": ranked,
        "filled_at": filled_at,
        "answer": sentences.commune_answer(own, ranked),
        "year_heading": sentences.year_heading(forms),
        "criteria_heading": sentences.criteria_heading(own, "points", "district_mean", _("huyện")),
        "criteria": _compared(own, "points", "district_mean", "province_mean"),
    }


def _district(unit: Unit, period: Period) -> dict[str, object]:
    rows = list(selectors.league(period, unit))
    for row in rows:
        row |= {"place": sentences.rank(row)}
    criteria = selectors.criteria(period, unit)
    grades = Counter(row["grade"] or "" for row in rows)
    return {
        "rows": rows,
        "answer": sentences.district_answer(rows),
        "classes_heading": sentences.classes_heading(rows),
        "classes": charts.stack({grade: grades[grade] for grade in (*Grade, "")}),
        "report": (report := selectors.report(period, unit)),
        "report_heading": sentences.report_heading(report),
        "criteria_heading": sentences.criteria_heading(criteria, "district_mean", "province_mean", _("tỉnh")),
        "criteria": _compared(criteria, "district_mean", "", "province_mean"),
    }


def _compared(rows: list[dict[str, Any]], dot: str, ring: str, line: str) -> dict[str, Any]:
    """Criteria as a table with a bar each: a filled dot, a ring and an upright line on one scale for all."""
    marks = {"dot": dot, "ring": ring, "line": line}
    known = [row[key] for row in rows for key in marks.values() if key and row[key] is not None]
    if not known:
        return {}
    low, high = Decimal(max(0, int(min(known)) - 1)), max(row["max_points"] for row in rows)
    for row in rows:
        row["marks"] = {mark: charts.share(row[key], low, high) for mark, key in marks.items() if key and row[key] is not None}
    return {"rows": rows, "low": low, "high": high}
