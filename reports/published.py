"""Pages of what was published: editions of a period's figures, what differs between two, and how far the half-year's estimates were off."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from plan2018.models import Indicator, Period
from reports import access, editions, exports, filings, selectors
from reports.forms import PublishForm
from reports.goals import actual, goal
from reports.trueup import compare as compare_estimates
from reports.views import csv_file, reader_of, text_of


@require_http_methods(["GET", "HEAD", "POST"])
def editions_of(request: HttpRequest, period: str) -> HttpResponse:
    """The editions of a period; the province publishes the next one."""
    user, posted = reader_of(request), request.method == "POST"
    asked = (access.get_period_to_publish if posted else access.get_period_with_editions)(user, period)
    form, error = PublishForm(request.POST if posted else None), ""
    if posted and form.is_valid():
        try:
            made = editions.publish(period=asked, actor=user, **form.cleaned_data)
        except filings.Refused as refused:
            error = str(refused)
        else:
            messages.success(request, _("Số liệu hiện nay là ấn bản lần %d.") % made.number)
            return redirect("editions", period=asked.code)
    context = {"period": asked, "editions": list(selectors.editions(asked)), "form": form, "error": error, "may_publish": access.may_fill(user)}
    return render(request, "reports/editions.html", context, status=422 if error or form.errors else 200)


@require_safe
def edition(request: HttpRequest, period: str, number: int) -> HttpResponse:
    """The figures of an edition for a unit (?unit=, else the reader's)."""
    user = reader_of(request)
    found = access.get_edition(user, period, number)
    content = editions.scoped(found.content, user.unit)
    places = content["units"]
    code = text_of(request, "unit") or user.unit.code
    place = next((place for place in places if place["code"] == code), None)
    if place is None:
        raise Http404(_("Không có đơn vị mã %s trong phạm vi của bạn.") % code)
    context = {
        "period": found.period,
        "edition": found,
        "place": place,
        "places": places,
        "standing": _standing(content["standings"].get(code)),
        "figures": [_figure(row, content["figures"].get(code, {})) for row in content["indicators"]],
        "targets": [_target(editions.thaw(row), place["level"]) for row in content["targets"].get(code, [])],
        "owed": editions.missing(found.content),
    }
    return render(request, "reports/edition.html", context)


def _standing(known: list[Any] | None) -> list[Any] | None:
    return known and [known[0], Decimal(known[1]), Decimal(known[2]), *known[3:]]


def _figure(row: dict[str, Any], figures: dict[str, list[Any]]) -> dict[str, Any]:
    known = figures.get(row["code"])
    numerator, denominator, value = (Decimal(part) for part in known[:3]) if known else (None, None, None)
    return {**row, "numerator": numerator, "denominator": denominator, "value": value}


def _target(row: dict[str, Any], level: str) -> dict[str, Any]:
    return {**row, "goal": goal(row), "figure": actual(row, level)}


@require_safe
def difference(request: HttpRequest, period: str, number: int, other: int) -> HttpResponse:
    """What differs between two editions of a period, figure by figure."""
    user = reader_of(request)
    one, two = (access.get_edition(user, period, wanted) for wanted in (number, other))
    rows = [_exact(row) for row in editions.differences(*(editions.scoped(edition.content, user.unit) for edition in (one, two)))]
    by_unit: dict[str, int] = {}
    for row in rows:
        by_unit[row["unit"]] = by_unit.get(row["unit"], 0) + 1
    most = max(by_unit.values(), default=1)
    tally = sorted(by_unit.items(), key=lambda item: -item[1])[:15]
    context = {"period": one.period, "one": one, "other": two, "rows": rows[:1000], "count": len(rows), "tally": tally, "most": most}
    return render(request, "reports/edition_difference.html", context)


@require_safe
def difference_csv(request: HttpRequest, period: str, number: int, other: int) -> HttpResponseBase:
    """All that differs between two editions as a file."""
    user = reader_of(request)
    one, two = (access.get_edition(user, period, wanted) for wanted in (number, other))
    rows = editions.differences(*(editions.scoped(edition.content, user.unit) for edition in (one, two)))
    table = exports.difference_rows(rows, *(_("lần %d") % edition.number for edition in (one, two)))
    return csv_file(table, f"so-an-ban-{one.period.code}-{one.number}-{two.number}.csv")


def _exact(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, **{name: row[name] and [Decimal(part) for part in row[name]] for name in ("before", "after")}}


def _estimates(request: HttpRequest, period: str) -> tuple[Period, Period, list[Indicator], Indicator, list[dict[str, Any]]]:
    """The year, its half, the indicators that can be compared, the one asked for, and its rows in the reader's area."""
    user = reader_of(request)
    year = access.get_period_with_editions(user, period)
    half = Period.objects.filter(plan=year.plan_id, kind=Period.HALF).first()
    if year.kind != Period.YEAR or half is None:
        raise Http404(_("Chỉ báo cáo năm mới đối chiếu với ước 6 tháng."))
    indicators = list(Indicator.objects.filter(plan=year.plan_id).exclude(source__in=("classification", "district report")))
    code = text_of(request, "indicator")
    indicator = next((one for one in indicators if one.code == (code or indicators[0].code)), None)
    if indicator is None:
        raise Http404(_("Không có chỉ số %s.") % code)
    return year, half, indicators, indicator, selectors.estimates(year, half, user.unit, indicator.code)


@require_safe
def trueup(request: HttpRequest, period: str) -> HttpResponse:
    """For one indicator (?indicator=): what each commune estimated at half-year beside what the year brought."""
    year, half, indicators, indicator, rows = _estimates(request, period)
    context = {"period": year, "half": half, "indicators": indicators, "indicator": indicator, **compare_estimates(rows, indicator.name)}
    return render(request, "reports/trueup.html", context)


@require_safe
def trueup_csv(request: HttpRequest, period: str) -> HttpResponseBase:
    """The same as a file."""
    year, half, _indicators, indicator, rows = _estimates(request, period)
    return csv_file(exports.estimate_rows(rows, half.name, year.name), f"uoc-va-thuc-{year.code}-{indicator.code}.csv")
