"""Pages that look behind the figures of a period: what would follow from others, how far they can be relied on, whom to inspect.

They only read; a link says all that was asked.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from communes.models import Unit
from communes.rules import Level
from plan2018.access import get_periods
from plan2018.models import Period
from reports import access, exports, points, quality, soundness, supposed
from reports.forms import ChangeForm, SampleForm, WhatIfForm, change_forms
from reports.quality import Commune, Contradiction, Group
from reports.sentences import inside
from reports.views import FILLED, csv_file, reader_of, text_of
from reports.whatif import Basis, Form, Outcome, Scale, suppose


@dataclass(frozen=True)
class Supposition:
    """What is supposed of a period and a unit, as an address tells it; the outcomes if all of it could be read."""

    period: Period
    scope: Unit
    form: WhatIfForm
    rows: list[ChangeForm]
    forms: list[Form]
    outcomes: list[Outcome] | None
    asked: bool
    """Whether anything is other than it stands."""


def _suppose(request: HttpRequest, asked: Period, scope: Unit) -> Supposition:
    given = {name: text_of(request, name) for name in request.GET}
    thresholds, components = points.scale(asked)
    form = WhatIfForm(thresholds, supposed.BASES, given)
    basis = Basis(form.cleaned_data["basis"]) if form.is_valid() else Basis.REACHED
    forms = points.forms(asked, scope, basis, components)
    rows = change_forms(_units(forms), [("", _("Mọi tiêu thức")), *((one.code, str(one)) for one in components)], given)
    bound = [row for row in rows if row.is_bound]
    if not all(one.is_valid() for one in (form, *bound)):
        return Supposition(asked, scope, form, rows, forms, None, asked=True)
    changes = [change for row in bound if (change := row.change)]
    scale = Scale({one.code: one.blank() for one in components}, thresholds, points.caps(asked))
    outcomes = suppose(forms, scale, changes, form.asked)
    return Supposition(asked, scope, form, rows, forms, outcomes, asked=bool(changes) or form.asked != thresholds)


@require_safe
def what_if(request: HttpRequest, period: str) -> HttpResponse:
    """Classes, titles and their targets under supposed thresholds and points, for a unit (?unit=, else the reader's)."""
    asked, others = get_periods(period)
    scope, choices = access.get_scrutiny(reader_of(request), text_of(request, "unit"), asked.ends_on)
    made = _suppose(request, asked, scope)
    context: dict[str, Any] = {"period": asked, "others": others, "scope": scope, "choices": choices}
    context |= {"form": made.form, "rows": made.rows, "misread": [made.form, *made.rows], "valid": made.outcomes is not None}
    if made.outcomes is not None:
        context |= supposed.page(
            made.forms,
            made.outcomes,
            points.class_targets(asked),
            scope.level,
            within=made.form.cleaned_data["near"],
            asked=made.asked,
            half=asked.kind == Period.HALF,
        )
    return render(request, "reports/what_if.html", context, status=200 if made.outcomes is not None else 422)


@require_safe
def what_if_csv(request: HttpRequest, period: str) -> HttpResponseBase:
    """Every commune with its points and class now and as supposed, as a file; Http404 for what the page could not read."""
    asked, _others = get_periods(period)
    scope, _choices = access.get_scrutiny(reader_of(request), text_of(request, "unit"), asked.ends_on)
    made = _suppose(request, asked, scope)
    if made.outcomes is None:
        raise Http404(_("Giả định này có chỗ không đọc được: xem lại trên trang thử giả định."))
    return csv_file(exports.supposed_rows(made.outcomes), f"gia-dinh-{asked.code}-{scope.code}.csv")


def _units(forms: list[Form]) -> list[Any]:
    """The communes to choose from, by district; with several districts also each as a whole."""
    districts: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for form in forms:
        districts.setdefault((form.district, form.district_name), []).append((form.code, form.name))
    whole: list[Any] = [("", _("Mọi xã"))]
    if len(districts) > 1:
        whole.append((_("Cả huyện"), list(districts)))
    return whole + [(name, communes) for (_code, name), communes in districts.items()]


MOST_ANSWERS = 200
"""So many answers are shown on one page."""


@dataclass(frozen=True)
class Look:
    """What is known of the points under a unit in a period."""

    period: Period
    others: list[Period]
    before: Period | None
    scope: Unit
    communes: list[Commune]
    found: list[Contradiction]

    @property
    def whole(self) -> Group:
        return Group(self.scope.code, self.scope.full_name, self.communes)

    def context(self) -> dict[str, Any]:
        """What every page of these figures says of them."""
        rollup = getattr(self.period, FILLED, None)
        known = {"period": self.period, "others": self.others, "before": self.before, "scope": self.scope, "jump": quality.JUMP}
        return known | {"filled_at": rollup.filled_at if rollup else None}


def _look(period: Period, others: list[Period], scope: Unit) -> Look:
    before, found = points.earlier(period, others), points.contradictions(period, scope)
    return Look(period, others, before, scope, quality.with_contradictions(points.communes(period, scope, before), found), found)


@require_safe
def quality_of(request: HttpRequest, period: str) -> HttpResponse:
    """How far the points of a period can be relied on, for a unit (?unit=, else the reader's): by district, by commune, or a commune's answers."""
    asked, others = get_periods(period, FILLED)
    scope, choices = access.get_scrutiny(reader_of(request), text_of(request, "unit"), asked.ends_on)
    look = _look(asked, others, scope)
    context = look.context() | {"choices": choices}
    if scope.level == Level.PROVINCE:
        context |= soundness.districts(quality.by_district(look.communes), look.whole)
    else:
        context |= soundness.communes(look.whole)
    if scope.level == Level.COMMUNE:
        context["rows"] = _answers(look, "")
    return render(request, "reports/quality.html", context)


@require_safe
def quality_csv(request: HttpRequest, period: str) -> HttpResponseBase:
    """The same table as a file: districts of the province, else communes."""
    asked, others = get_periods(period)
    scope, _choices = access.get_scrutiny(reader_of(request), text_of(request, "unit"), asked.ends_on)
    look = _look(asked, others, scope)
    if scope.level == Level.PROVINCE:
        rows = exports.quality_of_districts([*quality.by_district(look.communes), look.whole])
    else:
        rows = exports.quality_of_communes(look.communes)
    return csv_file(rows, f"chat-luong-{asked.code}-{scope.code}.csv")


@require_safe
def quality_answers(request: HttpRequest, period: str) -> HttpResponse:
    """The answers that make one figure (?kind=) of a unit (?unit=, else the reader's)."""
    asked, others = get_periods(period, FILLED)
    scope, choices = access.get_scrutiny(reader_of(request), text_of(request, "unit"), asked.ends_on)
    kind = text_of(request, "kind") or "gap"
    if kind not in soundness.KINDS:
        raise Http404(_("Không có loại số liệu %s.") % kind)
    look = _look(asked, others, scope)
    rows = _answers(look, kind)
    shown = {"rows": rows[:MOST_ANSWERS], "count": len(rows), "kind": kind, "kinds": soundness.KINDS, "heading": soundness.KINDS[kind]}
    return render(request, "reports/quality_answers.html", look.context() | shown | {"choices": choices})


def _answers(look: Look, kind: str) -> list[dict[str, Any]]:
    jumping = {one.code for one in look.communes if one.jumps}

    def address(one: Contradiction) -> str:
        names = {"period": look.period.code, "code": one.maximum.unit, "register": one.check.register}
        takes = {"observations": ("period", "code"), "records": ("register", "code")}.get(one.check.page, ("code",))
        return reverse(one.check.page, kwargs={name: names[name] for name in takes})

    rows = (dict(row) for row in points.answers(look.period, look.scope, look.before))
    return soundness.chosen(soundness.answer_rows(rows, look.found, address), kind, jumping)


@require_safe
def sample(request: HttpRequest, period: str) -> HttpResponse:
    """The communes proposed for inspection (III.8): how many (?number=) and from which words chance begins (?seed=)."""
    look, form = _sample(request, period)
    context = look.context() | {"form": form, "misread": [form], "weights": soundness.weights(), "base": quality.BASE, "heaviest": quality.HEAVIEST}
    if form.is_valid():
        context |= {"picks": _picks(look, form), "query": urlencode(form.cleaned_data)}
    return render(request, "reports/quality_sample.html", context, status=200 if form.is_valid() else 422)


@require_safe
def sample_csv(request: HttpRequest, period: str) -> HttpResponseBase:
    """The same list as a file."""
    look, form = _sample(request, period)
    if not form.is_valid():
        raise Http404(_("Số xã hoặc chuỗi rút thăm không dùng được: xem lại trên trang đề xuất."))
    return csv_file(exports.sample_rows(_picks(look, form), form.cleaned_data["seed"]), f"de-xuat-kiem-tra-{look.period.code}.csv")


def _sample(request: HttpRequest, period: str) -> tuple[Look, SampleForm]:
    province = access.get_province_to_inspect(reader_of(request))
    look = _look(*get_periods(period, FILLED), province)
    given = {name: text_of(request, name) for name in ("number", "seed") if name in request.GET}
    low = len({one.district for one in look.communes})
    return look, SampleForm(given, number=quality.size(look.communes), low=low, high=max(low, len(look.communes)), seed=look.period.code)


def _picks(look: Look, form: SampleForm) -> list[dict[str, Any]]:
    found = quality.sample(look.communes, form.cleaned_data["number"], form.cleaned_data["seed"])
    return soundness.picks(found, inside(look.before.name) if look.before else "")
