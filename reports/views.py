"""Pages of the reports room."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import access
from accounts.models import User
from communes.models import Unit
from communes.rules import Level
from communes.selectors import search
from ledger.tasks import send_on_commit
from plan2018.access import get_periods
from plan2018.models import Period
from plan2018.rules import TARGET_GROUPS, contradictions
from reports import access as doors
from reports import board as boards
from reports import charts, exports, selectors, sentences, services
from reports.forms import FilingForm
from reports.rules import TARGET_INDICATORS
from scoring.rules import Grade

POLL = ((timedelta(seconds=20), 2), (timedelta(minutes=2), 5), (timedelta(minutes=10), 15))
"""How long ago a job was asked for, and after how many seconds its page asks again: often at first, then less and less."""
POLL_LAST = 60


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


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where a person begins: the province at its board, everyone else at the page of their own unit."""
    user = _user(request)
    if user.unit.level != Level.PROVINCE:
        return redirect("unit", code=user.unit.code)
    period = selectors.periods_to_show().first()
    if period is None:
        raise Http404(_("Chưa có kế hoạch nào: hãy nạp dữ liệu tham chiếu."))
    return redirect("dashboard", period=period.code)


@require_safe
def dashboard(request: HttpRequest, period: str) -> HttpResponse:
    """The province's board of a period: what is met, what is missing, who is late, what waits for a decision."""
    user = _user(request)
    said = boards.read(doors.get_board(user, period), timezone.localdate())
    return render(request, "reports/dashboard.html", said | {"may_fill": doors.may_fill(user)})


@require_POST
def rollup(request: HttpRequest, period: str) -> HttpResponse:
    """Ask for a fill of a period; a second click leads to the same job."""
    job = services.ask_fill(doors.get_period_to_fill(_user(request), period), actor=_user(request))
    send_on_commit(job)
    return redirect("job", job=job.pk)


@require_safe
def job(request: HttpRequest, job: UUID) -> HttpResponse:
    """How a job goes. With HTMX the state alone, which asks for itself again until the job is finished."""
    user = _user(request)
    found = doors.get_job(user, job)
    age = timezone.now() - found.created_at
    context = {
        "job": found,
        "poll": next((seconds for limit, seconds in POLL if age < limit), POLL_LAST),
        "period": found.key if found.task == services.FILL_TASK else "",
        "may_fill": doors.may_fill(user),
    }
    return render(request, "reports/_job.html" if request.headers.get("HX-Request") else "reports/job.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, period: str, code: str) -> HttpResponse:
    """A district's report for a period: the district files it once, the province reads when it came."""
    user, posted = _user(request), request.method == "POST"
    term, district = (doors.get_report_place_to_file if posted else doors.get_report_place)(user, period, code)
    filed = selectors.report(term, district)
    form = FilingForm(term, request.POST if posted else None)
    if posted and (filed or form.is_valid()):
        return _file(request, term, district, form)
    context = {"period": term, "district": district, "report": filed, "form": form, "may_file": doors.may_file(user)}
    late = {"late_now": term.is_late(timezone.now())}
    return render(request, "reports/report.html", context | late, status=422 if form.errors else 200)


def _file(request: HttpRequest, period: Period, district: Unit, form: FilingForm) -> HttpResponse:
    """File what was typed; the first filing stands whatever a second one says."""
    try:
        if not form.is_valid():
            raise services.AlreadyFiled
        report = services.file_report(period=period, unit=district, actor=_user(request), **form.cleaned_data)
    except services.AlreadyFiled:
        messages.warning(request, _("Báo cáo này đã gửi trước đó. Lần gửi đầu giữ nguyên, lần này không ghi."))
    else:
        messages.success(request, _("Đã ghi nhận báo cáo, trễ hạn.") if report.late else _("Đã ghi nhận báo cáo, đúng hạn."))
    return redirect("report", period=period.code, code=district.code)
