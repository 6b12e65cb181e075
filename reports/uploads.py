"""Pages of the workbook of a district's report, beside those of the report: fetch it, send it, see what was found, confirm."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from accounts.models import User
from communes import findings as marks
from communes import selectors as files
from communes.forms import SheetForm
from communes.models import Unit, Upload
from communes.reading import mark
from communes.services import BadFile, Stale
from communes.uploads import EXCEL, progress
from communes.xlsx import Refused
from ledger.tasks import send_on_commit
from plan2018.models import Period
from reports import access, findings, intake
from reports import workbook as books
from reports.sentences import inside

Typed = tuple[dict[int, str], str]
"""What somebody wrote of doubtful places: of each by its number on the page, and of the rest together."""


def _place(request: HttpRequest, period: str, code: str) -> tuple[User, Period, Unit]:
    user = cast(User, request.user)
    report = access.get_report_to_enter(user, period, code)
    return user, report.period, report.unit


def _about(period: Period, district: Unit) -> dict[str, Any]:
    return {
        "period": period,
        "unit": district,
        "words": _("báo cáo %(period)s") % {"period": inside(period.name)},
        "again": reverse("report-upload", args=[period.code, district.code]),
        "open": intake.is_open(period, district),
    }


@require_safe
def workbook(request: HttpRequest, period: str, code: str) -> HttpResponse:
    """The workbook of a district and a period, filled with what is in force."""
    _user, term, district = _place(request, period, code)
    form, known, _places = intake.material(term, district)
    name = f"bao-cao-{term.code}-{district.code}.xlsx"
    return HttpResponse(books.workbook(form, known), content_type=EXCEL, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, period: str, code: str) -> HttpResponse:
    """Send the filled workbook."""
    user, term, district = _place(request, period, code)
    about, posted = _about(term, district), request.method == "POST"
    form = SheetForm(request.POST if posted else None, request.FILES if posted else None)
    if posted and about["open"] and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            received = intake.receive(period=term, unit=district, name=sent.name, content=sent.read(), actor=user)
        except BadFile:
            form.add_error("file", _("Tệp lớn hơn 5 MB. Chép riêng bảng số liệu vào mẫu mới; bỏ ảnh và định dạng thừa."))
        else:
            if received.state == Upload.QUEUED:
                send_on_commit(intake.ask_check(received, actor=user))
            return redirect("report-upload-check", period=term.code, code=district.code, upload=received.pk)
    sent_before = files.uploads(district, intake.REGISTER).filter(since=term.ends_on)[:5]
    status = 409 if posted and not about["open"] else 422 if form.errors else 200
    return render(request, "reports/upload.html", about | {"form": form, "uploads": sent_before}, status=status)


def _get(request: HttpRequest, period: str, code: str, key: UUID) -> tuple[User, Period, Unit, Upload]:
    """The upload, for who files the reports of its district; else Http404 or PermissionDenied."""
    user, term, district = _place(request, period, code)
    found = files.upload(key)
    if found is None or (found.register, found.unit_id, found.since) != (intake.REGISTER, district.pk, term.ends_on):
        raise Http404(_("Không có tệp này trong phạm vi của bạn."))
    return user, term, district, found


@require_safe
def check(request: HttpRequest, period: str, code: str, upload: UUID) -> HttpResponse:
    """What was found in a file; while it is being worked on, how far that is. With HTMX the progress alone, and the whole page at the end."""
    _user, term, district, found = _get(request, period, code, upload)
    return _show(request, _about(term, district), found)


def _show(
    request: HttpRequest, about: Mapping[str, Any], found: Upload, *, status: int = 200, error: str = "", typed: Typed | None = None
) -> HttpResponse:
    job = files.job_of(found)
    here = reverse("report-upload-check", args=[about["period"].code, about["unit"].code, found.pk])
    context: dict[str, Any] = {**about, "upload": found, "job": job, "here": here, "error": error}
    fragment = request.headers.get("HX-Request") == "true"
    if (job and not job.finished) or not found.findings:
        context |= progress(found)
        return render(request, "communes/_upload_job.html" if fragment else "reports/upload_job.html", context, status=status)
    if fragment:
        return HttpResponseClientRefresh()
    seconds = (found.finished_at - found.uploaded_at).total_seconds() if found.finished_at else None
    words, rest = typed or ({}, found.findings.get("explanation", ""))
    context |= {**findings.page(found.state, found.findings), "seconds": seconds, "explanation": rest}
    context["doubts"] = [(place, words.get(number, "")) for number, place in enumerate(context.get("warnings", ()))]
    context["marked"] = reverse("report-upload-marked", args=[about["period"].code, about["unit"].code, found.pk])
    return render(request, "reports/upload_check.html", context, status=status)


def _typed(request: HttpRequest) -> Typed:
    """What was written of each doubtful place, by its number on the page, and of the rest."""

    def said(name: str, longest: int) -> str:
        return request.POST.get(name, "").replace("\0", "").strip()[:longest]

    words = {int(name[4:]): said(name, 1000) for name in request.POST if name.startswith("why-") and name[4:].isdecimal() and len(name) < 10}
    return words, said("explanation", 4000)


@require_POST
def take(request: HttpRequest, period: str, code: str, upload: UUID) -> HttpResponse:
    """Confirm a file, with an explanation of what is doubtful: all of it is written, or nothing."""
    user, term, district, found = _get(request, period, code, upload)
    about, typed = _about(term, district), _typed(request)
    back = redirect("report-upload-check", period=term.code, code=district.code, upload=found.pk)
    if not about["open"] and found.state != Upload.TAKEN:
        closed = _("Báo cáo đã gửi nên số liệu bị khóa. Muốn sửa thì đề nghị Sở Nội vụ trả lại báo cáo.")
        return _show(request, about, found, status=409, error=closed)
    try:
        send_on_commit(intake.ask_take(found, explanation=findings.explanation(found.findings, *typed), actor=user))
    except intake.Unexplained:
        return _show(
            request, about, found, status=422, error=_("Còn chỗ chưa giải thích. Viết vào từng chỗ, hoặc giải thích chung ở cuối trang."), typed=typed
        )
    except Stale:
        found.refresh_from_db()
        if found.state == Upload.TAKEN:  # a second click
            return back
        return _show(request, about, found, status=409, error=_("Tệp này không còn chờ xác nhận nên không ghi gì."), typed=typed)
    found.refresh_from_db()
    if found.state == Upload.TAKEN:
        messages.success(request, _("Đã ghi cả tệp vào báo cáo."))
    return back


@require_safe
def marked(request: HttpRequest, period: str, code: str, upload: UUID) -> HttpResponse:
    """The file itself with everything wrong or doubtful marked in its cell; marked by a process of its own, as it was read."""
    _user, term, district, found = _get(request, period, code, upload)
    notes = marks.notes(found.findings, doubtful=True)
    if not notes:
        raise Http404(_("Tệp này không có chỗ nào để đánh dấu."))
    try:
        with found.file.open() as file:
            content = mark(file.read(), notes)
    except Refused:
        messages.error(request, _("Không đánh dấu được tệp này; dùng danh sách lỗi trên trang."))
        return redirect("report-upload-check", period=term.code, code=district.code, upload=found.pk)
    name = f"danh-dau-{term.code}-{district.code}.xlsx"
    return HttpResponse(content, content_type=EXCEL, headers={"Content-Disposition": f'attachment; filename="{name}"'})
