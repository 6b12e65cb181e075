"""The page of a person's notices: everybody reads their own, nobody else's."""

from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from ledger import selectors, services


@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    """What the reader was told. POST: they have read one (`notice`), opened one (`open`), or read all."""
    person = request.user
    assert isinstance(person, AbstractBaseUser)  # LoginRequiredMiddleware sees to it  # noqa: S101
    if request.method != "POST":
        shown = selectors.notices(person)
        context = {"notices": shown, "new": [notice for notice in shown if notice.read_at is None], "most": selectors.MOST}
        return render(request, "ledger/notices.html", context)
    if "open" in request.POST or "notice" in request.POST:
        meant = _number(request.POST.get("open") or request.POST.get("notice", ""))
        notice = next((notice for notice in selectors.notices(person) if notice.pk == meant), None)
        if notice is None:
            raise Http404(_("Không có thông báo này."))
        services.read(person, notice=notice.pk)
        return redirect(notice.link if "open" in request.POST and notice.link else "notices")
    count = services.read(person)
    messages.success(request, ngettext("Đã đánh dấu %(n)d thông báo là đã đọc.", "Đã đánh dấu %(n)d thông báo là đã đọc.", count) % {"n": count})
    return redirect("notices")


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else -1
