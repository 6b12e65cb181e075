"""Pages of sets of criteria: read one, fetch it as a workbook, send another, see what it changes, take it.

Nothing is kept between the preview and the confirmation: the page carries the set that it showed, signed for the person who saw it, and it is read
again by the same reader. So what is taken is what was shown.
"""

from decimal import Decimal
from typing import Any, cast

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from communes import findings
from communes.forms import SheetForm
from communes.reading import Sheet
from communes.sheets import CAUSES
from communes.xlsx import Refused
from scoring import access, rules, selectors, sets, setsheets
from scoring.models import CriteriaSet
from scoring.setbook import workbook as as_workbook
from scoring.sets import Unfit, Used
from scoring.setsheets import SET, Draft, Reading

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

A_DAY = 24 * 60 * 60
"""Seconds for which a preview may be confirmed."""


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All sets, the newest first."""
    context = {"sets": list(selectors.criteria_sets()), "may_import": access.may_keep_criteria(_user(request))}
    return render(request, "scoring/criteria_sets.html", context)


@require_safe
def show(request: HttpRequest, code: str) -> HttpResponse:
    """A set to be read by whoever is judged by it: criteria, levels, classes, caps, rounding, validity, source."""
    found = _get(code)
    criteria = list(found.criteria.all())
    context = {
        "set": found,
        "groups": [(group, [part for part in criteria if part.group_id == group.pk]) for group in criteria if group.group_id is None],
        "bands": rules.bands((threshold.rule() for threshold in found.thresholds.all()), found.scale or Decimal(0))[::-1],  # type: ignore[attr-defined]
        "caps": [cap.rule() for cap in found.caps.all()],
        "may_import": access.may_keep_criteria(_user(request)),
    }
    return render(request, "scoring/criteria_set.html", context)


@require_safe
def workbook(request: HttpRequest, code: str) -> HttpResponse:
    """A set as a workbook that the import takes back."""
    found = _get(code)
    name = f"bo-tieu-thuc-{found.code}.xlsx"
    content = as_workbook(selectors.draft_of(found))
    return HttpResponse(content, content_type=EXCEL, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest) -> HttpResponse:
    """Send a workbook: what is wrong with it, or what it would change. Nothing is written."""
    user = _user(request)
    access.require_criteria_keeper(user)
    if request.method != "POST":
        return _form(request, SheetForm())
    form = SheetForm(request.POST, request.FILES)
    if not form.is_valid():
        return _form(request, form, status=422)
    try:
        reading = sets.read_workbook(form.cleaned_data["file"].read())
    except Refused as refused:
        why, mend = CAUSES[refused.cause]
        form.add_error("file", f"{why} {mend}")
        return _form(request, form, status=422)
    return _preview(request, reading, form.cleaned_data["file"].name)


@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Confirm what the preview showed: all of it is written, or nothing."""
    user = _user(request)
    access.require_criteria_keeper(user)
    try:
        reading = setsheets.read(Sheet(name, rows) for name, rows in signing.loads(request.POST.get("shown", ""), salt=_salt(user), max_age=A_DAY))
        if reading.flaws.count:  # the reader has become stricter meanwhile
            return _preview(request, reading, "")
        taken = sets.take(draft=reading.draft, actor=user)
    except (signing.BadSignature, Unfit):
        error = _("Chưa ghi gì: bản xem trước đã quá một ngày hoặc không còn nguyên vẹn. Gửi lại tệp để xem rồi xác nhận.")
        return _form(request, SheetForm(), status=422, error=error)
    except Used:
        return _preview(request, reading, "", status=409)
    messages.success(request, _("Đã ghi bộ tiêu thức."))
    return redirect("criteria-set", code=taken.code)


def _preview(request: HttpRequest, reading: Reading, name: str, *, status: int = 200) -> HttpResponse:
    """What is wrong with a file or, if nothing is, how its set differs from the one before; with what is needed to confirm it."""
    if reading.flaws.count:
        flawed: dict[str, Any] = {"flaws": findings.places(reading.flaws.kept), "found": {"flaw_count": reading.flaws.count}}  # type: ignore[arg-type]
        return render(request, "scoring/criteria_check.html", flawed | {"name": name, "form": SheetForm()}, status=422)
    draft, code = reading.draft, reading.draft[SET][0]["code"]
    before = selectors.set_before(code)
    context: dict[str, Any] = {
        "name": name,
        "about": draft[SET][0],
        "before": before,
        "replaces": bool(before and before.code == code),
        "used": bool(before and before.code == code and selectors.is_used(before)),
        "differences": setsheets.differences(selectors.draft_of(before), draft) if before else [],
        "counts": {key: len(rows) for key, rows in draft.items()},
        "warnings": findings.places(reading.warnings.kept),  # type: ignore[arg-type]
        "shown": signing.dumps(_plain(draft), salt=_salt(_user(request)), compress=True),
        "form": SheetForm(),
    }
    return render(request, "scoring/criteria_check.html", context, status=409 if context["used"] else status)


def _plain(draft: Draft) -> list[Any]:
    return [(sheet.name, sheet.rows) for sheet in setsheets.as_sheets(draft)]


def _form(request: HttpRequest, form: SheetForm, *, status: int = 200, error: str = "") -> HttpResponse:
    context = {"form": form, "error": error, "sets": list(selectors.criteria_sets()), "columns": _columns()}
    return render(request, "scoring/criteria_import.html", context, status=status)


def _columns() -> list[dict[str, Any]]:
    """The sheets and columns that a workbook needs, with the words that a column takes."""
    return [
        {"sheet": setsheets.NAMES[key], "label": column.label, "required": column.required, "words": list((column.words or {}).values())}
        for key, columns in setsheets.COLUMNS.items()
        for column in columns
    ]


def _get(code: str) -> CriteriaSet:
    try:
        return selectors.whole_set(code)
    except CriteriaSet.DoesNotExist as error:
        raise Http404(_("Không có bộ tiêu thức mã %s.") % code) from error


def _salt(user: User) -> str:
    return f"criteria-{user.pk}"


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)  # LoginRequiredMiddleware sees to it
