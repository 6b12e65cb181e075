"""Pages of files, beside the pages of rows in views.py: send one to a register, see what was found, confirm; fetch the register as one."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from communes import access, findings, merge, selectors, services
from communes.access import Door
from communes.forms import AsOfForm, UploadForm
from communes.models import Dated, Unit, Upload
from communes.reading import mark
from communes.registers import RESOURCES
from communes.services import Stale
from communes.workbook import workbook
from communes.xlsx import Refused
from ledger.tasks import send_on_commit

WORDS = {
    "roster": gettext_lazy("danh sách cán bộ, công chức"),
    "offices": gettext_lazy("trụ sở, trang thiết bị"),
    "profiles": gettext_lazy("đặc điểm xã"),
    "documents": gettext_lazy("văn bản"),
}
"""Register -> what it is called inside a sentence."""

PAGES = {"roster": "roster", "offices": "office", "profiles": "profile"}
"""Register -> the page of a commune's rows; documents have one list for all units."""

POLL = ((timedelta(seconds=20), 1), (timedelta(minutes=2), 5))
"""How long ago a file came, and after how many seconds its page asks again."""
POLL_LAST = 30


def progress(upload: Upload) -> dict[str, Any]:
    """How far the work on a file is, and after how many seconds its page asks again."""
    age = timezone.now() - upload.uploaded_at
    poll = next((seconds for limit, seconds in POLL if age < limit), POLL_LAST)
    return {"step": selectors.step(upload), "steps": services.STEPS, "poll": poll}


EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _register(register: str) -> str:
    if register not in RESOURCES:
        raise Http404(_("Không có sổ này."))
    return register


def _about(register: str, unit: Unit) -> dict[str, Any]:
    return {"register": register, "words": WORDS[register], "unit": unit, "dated": merge.REGISTERS[register].dated}


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, code: str, register: str, door: Door) -> HttpResponse:
    """Send a file for a register of a unit and everything below it."""
    unit = access.get_place(door, request.user, code)
    _register(register)
    access.require_keeper(door, request.user, unit)
    posted = request.method == "POST"
    day, dated = door.day(), merge.REGISTERS[register].dated
    form = UploadForm(unit, day, request.POST if posted else None, request.FILES if posted else None, dated=dated)
    if posted and form.is_valid():
        sent = form.cleaned_data["file"]
        given = {"unit": unit, "since": form.cleaned_data.get("since", day), "name": sent.name, "content": sent.read(), "actor": request.user}
        received = services.receive(register=register, **given)
        if received.state == Upload.QUEUED:
            send_on_commit(services.ask_check(received, actor=request.user))  # type: ignore[arg-type]
        return redirect("upload-check", upload=received.pk)
    context = {
        **_about(register, unit),
        "form": form,
        "columns": RESOURCES[register]().columns[2:],
        "uploads": selectors.uploads(unit, register)[:5],
    }
    return render(request, "communes/upload.html", context, status=422 if form.errors else 200)


def _is_csv(sent: Upload) -> bool:
    return str(sent.file.name).endswith(".csv")


def _get(request: HttpRequest, door: Door, key: UUID) -> Upload:
    """The upload, for who keeps the registers of its unit; else Http404 or PermissionDenied."""
    found = selectors.upload(key)
    if found is None or found.register not in RESOURCES:
        raise Http404(_("Không có tệp này trong phạm vi của bạn."))
    access.require_keeper(door, request.user, access.get_place(door, request.user, found.unit.code, found.since))
    return found


@require_safe
def check(request: HttpRequest, upload: UUID, door: Door) -> HttpResponse:
    """What was found in a file; while it is being worked on, how far that is. With HTMX the progress alone, and the whole page at the end."""
    return _show(request, _get(request, door, upload))


def _show(request: HttpRequest, found: Upload, *, status: int = 200, error: str = "") -> HttpResponse:
    job = selectors.job_of(found)
    context: dict[str, Any] = {**_about(found.register, found.unit), "upload": found, "job": job, "error": error, "page": PAGES.get(found.register)}
    if (job and not job.finished) or not found.findings:
        context |= progress(found) | {
            "here": reverse("upload-check", args=[found.pk]),
            "again": reverse("upload", args=[found.unit.code, found.register]),
        }
        fragment = request.headers.get("HX-Request") == "true"
        return render(request, "communes/_upload_job.html" if fragment else "communes/upload_job.html", context, status=status)
    if request.headers.get("HX-Request") == "true":
        return HttpResponseClientRefresh()
    labels = {column.name: column.column_name for column in RESOURCES[found.register]().columns}
    said = findings.page(found.state, found.findings)
    changes = [(*change[:3], labels.get(change[3], change[3]), *change[4:]) for change in found.findings["changes"]]
    seconds = (found.finished_at - found.uploaded_at).total_seconds() if found.finished_at else None
    context |= {**said, "changes": changes, "seconds": seconds, "people": found.register == "roster"}
    context["marked"] = "" if _is_csv(found) else reverse("upload-marked", args=[found.pk])
    return render(request, "communes/upload_check.html", context, status=status)


@require_POST
def take(request: HttpRequest, upload: UUID, door: Door) -> HttpResponse:
    """Confirm a file: all of it is written, or nothing."""
    found = _get(request, door, upload)
    if found.state == Upload.READY and found.findings["warning_count"] and request.POST.get("seen") != "1":
        return _show(request, found, status=422, error=_("Đánh dấu “Đã xem các chỗ cần xem lại” rồi xác nhận."))
    try:
        send_on_commit(services.ask_take(found, actor=request.user))  # type: ignore[arg-type]
    except Stale:
        if found.state == Upload.TAKEN:  # a second click
            return redirect("upload-check", upload=found.pk)
        return _show(request, found, status=409, error=_("Tệp này không còn chờ xác nhận nên không ghi gì."))
    found.refresh_from_db()
    if found.state == Upload.TAKEN:
        messages.success(request, _("Đã ghi cả tệp vào sổ."))
    return redirect("upload-check", upload=found.pk)


@require_safe
def marked(request: HttpRequest, upload: UUID, door: Door) -> HttpResponse:
    """The file itself with every flaw marked in its cell; marked by a process of its own, as it was read."""
    found = _get(request, door, upload)
    notes = findings.notes(found.findings)
    if not notes or _is_csv(found):
        raise Http404(_("Tệp này không có lỗi nào để đánh dấu."))
    try:
        with found.file.open() as file:
            content = mark(file.read(), notes)
    except Refused:
        messages.error(request, _("Không đánh dấu được tệp này; dùng danh sách lỗi trên trang."))
        return redirect("upload-check", upload=found.pk)
    return HttpResponse(content, content_type=EXCEL, headers={"Content-Disposition": 'attachment; filename="danh-dau-loi.xlsx"'})


@require_safe
def export(request: HttpRequest, code: str, register: str, door: Door) -> HttpResponse:
    """A register of a unit and everything below it as of a day (?on=), as a workbook that the import takes back. Documents: all that the reader sees."""
    form = AsOfForm(request.GET)
    day = (form.cleaned_data["on"] if form.is_valid() else None) or door.day()
    unit = access.get_place(door, request.user, code, day)
    kept = merge.REGISTERS[_register(register)]
    if kept.people:
        access.require_people(door, request.user)
    rows, blank = _dated_rows(kept.model, unit, day) if kept.dated else (selectors.recorded(door.documents(request.user), unit), [])
    content = workbook(RESOURCES[register](), rows, blank)
    name = f"{register}-{unit.code}-{day:%Y-%m-%d}.xlsx"
    return HttpResponse(content, content_type=EXCEL, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _dated_rows(model: type[Dated], unit: Unit, day: date) -> tuple[list[Any], list[tuple[str, str]]]:
    """The rows that hold on a day, and (code, name) of the communes without any, which a template has as lines to fill in."""
    rows = list(selectors.of_day(model, unit, day))
    there = {row.unit_id for row in rows}
    return rows, [(place.code, place.full_name) for place in selectors.places(unit, day) if place.inside and place.pk not in there]
