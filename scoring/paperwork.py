"""Pages of the form on paper and as a workbook, beside that of the form: print it, fetch it, send it, see what was found, confirm."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from accounts.access import role_of
from accounts.models import User
from communes import selectors as files
from communes.forms import SheetForm
from communes.models import Upload
from communes.reading import mark
from communes.services import BadFile, Stale
from communes.uploads import EXCEL, progress
from communes.xlsx import Refused
from ledger.tasks import send_on_commit
from plan2018.sentences import inside
from scoring import access, intake, pages, rules, selectors
from scoring import workbook as books
from scoring.models import Assessment
from scoring.rules import Stage, State
from scoring.services import NotYours, WrongState
from scoring.views import STATES, refusal


@require_safe
def paper(request: HttpRequest, period: str, code: str) -> HttpResponse:
    """The form for printing, with a code a criterion: with the points so far, or (?blank=1) with empty boxes."""
    form = access.get_assessment(_user(request), period, code)
    answers = selectors.form(form)
    context = {"assessment": form, "period": form.period, "unit": form.unit, "answers": answers, "blank": request.GET.get("blank") == "1"}
    return render(request, "scoring/paper.html", context | {"tally": selectors.tally_of(form, answers, Stage.SELF)})


@require_safe
def workbook(request: HttpRequest, period: str, code: str) -> HttpResponse:
    """The form as a workbook, filled with what it holds; locked for whoever may not write it now."""
    user = _user(request)
    form = access.get_assessment(user, period, code)
    writes = rules.stage_for(State(form.state), role_of(user)) == Stage.SELF
    name = f"phieu-{form.period.code}-{form.unit.code}.xlsx"
    content = books.workbook(intake.form_of(form), writes=writes)
    return HttpResponse(content, content_type=EXCEL, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _about(form: Assessment) -> dict[str, Any]:
    place = [form.period.code, form.unit.code]
    return {
        "assessment": form,
        "period": form.period,
        "unit": form.unit,
        "words": _("phiếu tự chấm %(period)s") % {"period": inside(form.period.name)},
        "again": reverse("assessment-upload", args=place),
        "open": (State(form.state), Stage.SELF) in rules.ENTRY,
        "closed": STATES[State(form.state)],
    }


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, period: str, code: str) -> HttpResponse:
    """Send the filled workbook."""
    user = _user(request)
    assessment = access.get_assessment_to_fill(user, period, code)
    about, posted = _about(assessment), request.method == "POST"
    form = SheetForm(request.POST if posted else None, request.FILES if posted else None)
    if posted and about["open"] and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            received = intake.receive(assessment=assessment, name=sent.name, content=sent.read(), actor=user)
        except BadFile:
            form.add_error("file", _("Tệp lớn hơn 5 MB. Chép riêng bảng điểm vào phiếu mới; bỏ ảnh và định dạng thừa."))
        else:
            if received.state == Upload.QUEUED:
                send_on_commit(intake.ask_check(received, actor=user))
            return redirect("assessment-upload-check", period=period, code=code, upload=received.pk)
    sent_before = files.uploads(assessment.unit, intake.REGISTER).filter(since=assessment.period.ends_on)[:5]
    status = 409 if posted and not about["open"] else 422 if form.errors else 200
    return render(request, "scoring/upload.html", about | {"form": form, "uploads": sent_before}, status=status)


def _get(request: HttpRequest, period: str, code: str, key: UUID) -> tuple[Assessment, Upload]:
    """The upload, for who fills the form of its commune; else Http404 or PermissionDenied."""
    form = access.get_assessment_to_fill(_user(request), period, code)
    if found := intake.upload_of(form, key):
        return form, found
    raise Http404(_("Không có tệp này trong phạm vi của bạn."))


@require_safe
def check(request: HttpRequest, period: str, code: str, upload: UUID) -> HttpResponse:
    """What was found in a file; while it is being worked on, how far that is. With HTMX the progress alone, and the whole page at the end."""
    return _show(request, *_get(request, period, code, upload))


def _show(request: HttpRequest, form: Assessment, found: Upload, *, status: int = 200, error: str = "") -> HttpResponse:
    job, place = files.job_of(found), [form.period.code, form.unit.code, found.pk]
    context = {**_about(form), "upload": found, "job": job, "here": reverse("assessment-upload-check", args=place), "error": error}
    fragment = request.headers.get("HX-Request") == "true"
    if (job and not job.finished) or not found.findings:
        context |= progress(found)
        return render(request, "communes/_upload_job.html" if fragment else "scoring/upload_job.html", context, status=status)
    if fragment:
        return HttpResponseClientRefresh()
    waiting = context["open"] and found.state in (Upload.READY, Upload.REFUSED)
    context |= pages.page(found.state, found.findings, intake.steps(found, form) if waiting else None)
    context["marked"] = reverse("assessment-upload-marked", args=place)
    if clashes := context.get("clashes"):
        rivals, decided = selectors.last_writers(form, Stage.SELF), _decided(request)
        context["clashes"] = [(step, rivals.get(step.row.code), decided.get(step.row.code)) for step in clashes]
    return render(request, "scoring/upload_check.html", context, status=status)


def _decided(request: HttpRequest) -> dict[str, str]:
    """Criterion -> whose value is to stay, as far as that was chosen."""
    return {name.removeprefix("decide-"): str(value) for name, value in request.POST.items() if name.startswith("decide-")}


@require_POST
def take(request: HttpRequest, period: str, code: str, upload: UUID) -> HttpResponse:
    """Confirm a file as it was shown, with a decision for each criterion that was changed on the page too: all of it is written, or nothing."""
    form, found = _get(request, period, code, upload)
    seen, decided = request.POST.get("seen", ""), _decided(request)
    back = redirect("assessment-upload-check", period=period, code=code, upload=found.pk)
    try:
        count = intake.take_form(upload=found, assessment=form, seen=seen, decided=decided, actor=_user(request))
    except Stale:
        found.refresh_from_db()
        if found.state == Upload.TAKEN:  # a second click
            return back
        return _show(request, form, found, status=409, error=_("Tệp này không còn chờ xác nhận nên không ghi gì."))
    except (WrongState, NotYours) as refused:
        form.refresh_from_db()
        why = refusal(refused)
        return _show(request, form, found, status=why.status, error=f"{_('Chưa ghi gì.')} {why.text}")
    except intake.Moved:
        moved = _("Chưa ghi gì: phiếu đã đổi từ lúc bạn xem. Dưới đây là kết quả so với phiếu hiện giờ; xem lại rồi xác nhận.")
        return _show(request, form, found, status=409, error=moved)
    except intake.Undecided as waiting:
        n = len(waiting.criteria)
        chosen = ngettext("Chưa ghi gì: còn %(n)d tiêu thức chưa chọn giữ bên nào.", "Chưa ghi gì: còn %(n)d tiêu thức chưa chọn giữ bên nào.", n)
        return _show(request, form, found, status=422, error=chosen % {"n": n})
    messages.success(request, ngettext("Đã ghi %(n)d tiêu thức từ tệp.", "Đã ghi %(n)d tiêu thức từ tệp.", count) % {"n": count})
    return back


@require_safe
def marked(request: HttpRequest, period: str, code: str, upload: UUID) -> HttpResponse:
    """The file itself with everything wrong or doubtful marked in its cell; marked by a process of its own, as it was read."""
    form, found = _get(request, period, code, upload)
    notes = pages.marks(found.findings, intake.steps(found, form)) if found.findings else []
    if not notes:
        raise Http404(_("Tệp này không có chỗ nào để đánh dấu."))
    try:
        with found.file.open() as file:
            content = mark(file.read(), notes)
    except Refused:
        messages.error(request, _("Không đánh dấu được tệp này; dùng danh sách lỗi trên trang."))
        return redirect("assessment-upload-check", period=period, code=code, upload=found.pk)
    name = f"danh-dau-{form.period.code}-{form.unit.code}.xlsx"
    return HttpResponse(content, content_type=EXCEL, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)  # LoginRequiredMiddleware sees to it
