"""Pages of what is reported for the plan: get the row by access, read the form, call one service or selector, answer."""

from collections.abc import Sequence
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from communes.models import Unit
from communes.rules import Level
from plan2018 import access, pages, selectors, services
from plan2018.forms import ObservationForm, read_observations, show_again
from plan2018.models import Period
from plan2018.selectors import Reported, Sheet


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)  # LoginRequiredMiddleware sees to it


# What communes report.


@require_http_methods(["GET", "HEAD", "POST"])
def observations(request: HttpRequest, period: str, code: str) -> HttpResponse:
    """The indicators that a commune reports for a period, POST saves whatever was typed; for a district or the province who has reported how much."""
    user = _user(request)
    if request.method != "POST":
        asked, unit = access.get_reporting_place(user, period, code)
        if unit.level != Level.COMMUNE:
            context = {"period": asked, "unit": unit, **pages.coverage(selectors.coverage(asked, unit), unit)}
            return render(request, "plan2018/coverage.html", context)
        sheet = selectors.sheet(asked, unit)
        return _observations(request, asked, unit, [ObservationForm(row, asked, sheet) for row in sheet.rows])
    asked, unit = access.get_place_to_report(user, period, code)
    sheet = selectors.sheet(asked, unit)
    shown, saved = _save(request, asked, unit, sheet, sheet.rows)
    if status := _status(shown):
        return _observations(request, asked, unit, shown, status=status, saved=saved)
    if saved:
        messages.success(request, ngettext("Đã lưu %(n)d chỉ số.", "Đã lưu %(n)d chỉ số.", saved) % {"n": saved})
    else:
        messages.info(request, _("Không có gì mới để lưu."))
    return redirect("observations", period=asked.code, code=unit.code)


@require_POST
def observation(request: HttpRequest, period: str, code: str, indicator: str) -> HttpResponse:
    """Save one indicator as it is left and answer the fragments that this changed. A row half filled in waits, without an error."""
    asked, unit = access.get_place_to_report(_user(request), period, code)
    sheet = selectors.sheet(asked, unit)
    mine = [row for row in sheet.rows if row.indicator.code == indicator]
    if not mine:
        raise Http404(_("Không có chỉ số %s.") % indicator)
    [shown], _saved = _save(request, asked, unit, sheet, mine, strict=False)
    forms = [shown if row.indicator == shown.indicator else ObservationForm(row, asked, sheet) for row in sheet.rows]
    return render(request, "plan2018/_saved.html", _context(request, asked, unit, forms) | {"form": shown}, status=_status([shown]) or 200)


def _save(
    request: HttpRequest, period: Period, unit: Unit, sheet: Sheet, rows: Sequence[Reported], *, strict: bool = True
) -> tuple[list[ObservationForm], int]:
    """Save what was typed for these indicators and differs from what the page showed: the rows as they are to be shown now, and how many were saved."""
    typed = read_observations(sheet, rows, period, request.POST, strict=strict)
    stale = []
    acts = [form for form in typed if form.act and not form.errors]
    for form in acts:
        place: dict[str, Any] = {"period": period, "unit": unit, "indicator": form.indicator, "actor": _user(request)}
        try:
            if form.act == "save":
                services.save_observation(**place, **form.values, version=form.version)
            else:
                services.clear_observation(**place, version=form.version or 0)
        except services.Stale:
            stale.append(form.indicator.code)
    shown = show_again(typed, selectors.sheet(period, unit) if acts else sheet, stale)
    return shown, len(acts) - len(stale)


def _observations(
    request: HttpRequest, period: Period, unit: Unit, forms: Sequence[ObservationForm], *, status: int = 200, saved: int = 0
) -> HttpResponse:
    return render(request, "plan2018/observations.html", _context(request, period, unit, forms) | {"saved": saved}, status=status)


def _context(request: HttpRequest, period: Period, unit: Unit, forms: Sequence[ObservationForm]) -> dict[str, Any]:
    """What the page of a commune's indicators shows to this reader."""
    return {
        "period": period,
        "unit": unit,
        "may_write": access.may_report(_user(request), unit),
        "overdue": period.is_late(timezone.now()),
        **pages.observations(forms),
    }


def _status(shown: Sequence[ObservationForm]) -> int:
    """The status that tells what could not be saved: 409 when others saved first, 422 when something typed is wrong; 0 when all is well."""
    return 409 if any(form.conflict for form in shown) else 422 if any(form.errors for form in shown) else 0
