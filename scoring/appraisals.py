"""What appraisers do beside the table: accept many points at once, seen before it is done; say whose groups of criteria are whose."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.access import role_of
from accounts.models import User
from accounts.rules import Role
from accounts.selectors import colleagues
from ledger.rules import digest
from scoring import access, people, rules, selectors, services
from scoring.models import Answer, Assessment
from scoring.rules import Classification, Stage, State
from scoring.services import Refused


@dataclass(frozen=True)
class Acceptance:
    """What accepting does to one form: the empty criteria that take the points of the stage before, and where the form then stands.

    `unproven`: criteria with full points and nothing to show for them, which are left empty when `proven` alone are accepted.
    """

    form: Assessment
    filled: list[Answer]
    unproven: list[Answer]
    points: Decimal
    then: Classification | None
    """Only where every criterion then has points."""


def _plan(form: Assessment, stage: Stage, *, proven: bool) -> Acceptance:
    before = rules.STAGE_BEFORE[stage] or stage
    answers: list[Answer] = form.form  # type: ignore[attr-defined]  # loaded by selectors.grid
    empty = [answer for answer in answers if not rules.is_entered(answer.points(), stage)]
    unproven = [answer for answer in empty if rules.needs_evidence(answer.points(), Stage.SELF)]
    filled = [answer for answer in empty if not (proven and answer in unproven)]
    for answer in filled:  # in memory alone, for the class that would follow
        setattr(answer, f"{stage}_points", answer.points().at(before))
        setattr(answer, f"{stage}_na", before in answer.points().excluded)
    tally = selectors.tally_of(form, answers, stage)
    points = sum((answer.points().at(before) or Decimal(0) for answer in filled), Decimal(0))
    return Acceptance(form, filled, unproven, points, tally.result if tally.entered == tally.count else None)


@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, period: str, code: str) -> HttpResponse:
    """What copying the points of the stage before into all empty cells of a district's table would do (?proven=1: only where something is shown); POST does it."""
    user = cast("User", request.user)
    term, district, forms = access.get_district_grid(user, period, code)
    stage = access.stage_to_appraise(user)
    proven = bool((request.POST if request.method == "POST" else request.GET).get("proven"))
    open_ = [form for form in forms if rules.stage_for(State(form.state), role_of(user)) == stage]
    plans = [plan for form in open_ if (plan := _plan(form, stage, proven=proven)).filled or plan.unproven]
    seen = digest([[plan.form.pk, plan.form.version] for plan in plans])
    moved = request.method == "POST" and request.POST.get("seen") != seen
    if moved and not any(plan.filled for plan in plans):  # a second click
        messages.info(request, _("Không còn ô trống nào để nhận điểm."))
        return redirect("appraisal", period=period, code=code)
    if request.method == "POST" and not moved:
        saved = 0
        for plan in plans:
            try:
                only = [answer.criterion.code for answer in plan.filled]
                saved += services.copy_points(assessment=plan.form, stage=stage, actor=user, only=only)
            except Refused:
                messages.warning(request, _("%s: chưa nhận điểm, phiếu vừa có thay đổi. Xem lại bảng.") % plan.form.unit.full_name)
        messages.success(request, ngettext("Đã nhận %(n)d điểm.", "Đã nhận %(n)d điểm.", saved) % {"n": saved})
        return redirect("appraisal", period=period, code=code)
    context: dict[str, Any] = {
        "period": term,
        "district": district,
        "stage": stage,
        "plans": plans,
        "proven": proven,
        "cells": sum(len(plan.filled) for plan in plans),
        "unproven": sum(len(plan.unproven) for plan in plans),
        "seen": seen,
        "moved": moved,
    }
    return render(request, "scoring/accept.html", context, status=409 if moved else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def shares(request: HttpRequest, period: str, code: str) -> HttpResponse:
    """Which groups of criteria a district, or the province, gave to whom of its people for a period."""
    user = cast("User", request.user)
    posted = request.method == "POST"
    term, unit = access.get_shares(user, period, code, to_set=posted)
    groups = list(selectors.groups_for(term))
    people_ = [one for one in colleagues(unit) if rules.stage_of(Role(one.role)) not in (None, Stage.SELF)]
    if posted:
        chosen = {group: [one for one in people_ if str(one.pk) in request.POST.getlist(group.code)] for group in groups}
        changed = people.share_out(period=term, unit=unit, chosen=chosen, actor=user)
        messages.success(request, _("Đã lưu việc giao tiêu thức.")) if changed else messages.info(request, _("Không có gì thay đổi."))
        return redirect("shares", period=period, code=code)
    given = selectors.shares(term.pk, unit.pk)
    context = {
        "period": term,
        "unit": unit,
        "people": people_,
        "rows": [(group, [(one, one.pk in given.get(group.pk, ())) for one in people_]) for group in groups],
        "given": len(given),
        "sets": user.unit_id == unit.pk and rules.stage_of(role_of(user)) not in (None, Stage.SELF),
    }
    return render(request, "scoring/shares.html", context)
