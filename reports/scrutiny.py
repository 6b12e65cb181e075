"""Pages that look behind the figures of a period: what would follow from other points or thresholds. They only read; a link says all that was asked."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from plan2018.access import get_periods
from plan2018.models import Period
from reports import access, points, supposed
from reports.forms import WhatIfForm, change_forms
from reports.views import reader_of, text_of
from reports.whatif import Basis, Form, suppose


@require_safe
def what_if(request: HttpRequest, period: str) -> HttpResponse:
    """Classes, titles and their targets under supposed thresholds and points, for a unit (?unit=, else the reader's)."""
    asked, others = get_periods(period)
    scope, choices = access.get_scrutiny(reader_of(request), text_of(request, "unit"), asked.ends_on)
    given = {name: text_of(request, name) for name in request.GET}
    thresholds, components = points.scale(asked)
    form = WhatIfForm(thresholds, supposed.BASES, given)
    basis = Basis(form.cleaned_data["basis"]) if form.is_valid() else Basis.REACHED
    forms = points.forms(asked, scope, basis, components)
    rows = change_forms(_units(forms), [("", _("Mọi tiêu thức")), *((one.code, str(one)) for one in components)], given)
    valid = form.is_valid() and all(row.is_valid() for row in rows if row.is_bound)
    context: dict[str, Any] = {"period": asked, "others": others, "scope": scope, "choices": choices, "form": form, "rows": rows, "valid": valid}
    if valid:
        changes = [change for row in rows if row.is_bound and (change := row.change)]
        outcomes = suppose(forms, {one.code: one.max_points for one in components}, thresholds, changes, form.asked)
        context |= supposed.page(
            forms,
            outcomes,
            points.class_targets(asked),
            scope.level,
            within=form.cleaned_data["near"],
            asked=bool(changes) or form.asked != thresholds,
            half=asked.kind == Period.HALF,
        )
    return render(request, "reports/what_if.html", context, status=200 if valid else 422)


def _units(forms: list[Form]) -> list[Any]:
    """The communes to choose from, by district; with several districts also each as a whole."""
    districts: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for form in forms:
        districts.setdefault((form.district, form.district_name), []).append((form.code, form.name))
    whole: list[Any] = [("", _("Mọi xã"))]
    if len(districts) > 1:
        whole.append((_("Cả huyện"), list(districts)))
    return whole + [(name, communes) for (_code, name), communes in districts.items()]
