"""The page of a period's time limits: everybody reads them and what was granted beside them, the province changes a deadline with a reason."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from plan2018.models import Period
from scoring import access, selectors, sentences, terms
from scoring.rules import Act
from scoring.time_forms import DeadlineForm


@require_http_methods(["GET", "HEAD", "POST"])
def deadlines(request: HttpRequest, period: str) -> HttpResponse:
    """The deadlines of a period and its extensions; POST (`act`) sets one deadline."""
    user = cast("User", request.user)  # LoginRequiredMiddleware sees to it
    found = access.get_period_of_deadlines(user, period, to_set=request.method == "POST")
    if request.method != "POST":
        return _page(request, found)
    limit = next((limit for act, limit in selectors.limits(found).items() if act == request.POST.get("act")), None)
    if limit is None:
        messages.warning(request, _("Chưa đổi gì: trang gửi lên không nói đổi hạn của việc nào. Sửa ở ô của việc ấy rồi bấm “Đổi hạn”."))
        return redirect("deadlines", period=found.code)
    form = DeadlineForm(found, limit, request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    said = form.cleaned_data
    if terms.set_deadline(period=found, act=limit.act, due_at=said["moment"], locks=said["locks"], reason=said["reason"], actor=user):
        messages.success(request, _("Đã đổi hạn %s. Phiếu đã gửi giữ nguyên đúng hạn hay trễ hạn.") % sentences.ACTS[limit.act])
    else:
        messages.info(request, _("Hạn vẫn như cũ, không có gì mới để ghi."))
    return redirect("deadlines", period=found.code)


def _page(request: HttpRequest, period: Period, bound: DeadlineForm | None = None, status: int = 200) -> HttpResponse:
    """The page, with the form that was sent and not taken in its place."""
    user, now = cast("User", request.user), timezone.now()
    waiting = selectors.waiting(period, user.unit)
    rows = [
        {
            "act": act,
            "words": sentences.ACTS[act],
            "waits": sentences.WAITING[act],
            "until": sentences.until(limit.due_at),
            "limit": limit,
            "over": limit.is_over(now),
            "waiting": waiting[act],
            "form": bound if bound and bound.limit.act == act else DeadlineForm(period, limit),
        }
        for act, limit in selectors.limits(period).items()
    ]
    given = [
        {"row": row, "words": sentences.ACTS[Act(row.act)], "until": sentences.until(row.until), "over": row.until <= now}
        for row in selectors.extensions_of(period, user.unit)
    ]
    said = {row["until"] for row in rows}
    context = {"period": period, "rows": rows, "same": said.pop() if len(said) == 1 else "", "given": given, "may_set": access.may_extend(user)}
    return render(request, "scoring/deadlines.html", context, status=status)
