"""Pages of evidence: what a criterion shows, and what its commune does about it; the files themselves, for who may see them.

Without JavaScript the page sends all files at once; evidence.js sends one after another (marked as HTMX marks its requests) and gets a plain sentence
for each.
"""

from collections.abc import Sequence
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from communes.content import Unfit
from communes.files import hand_out
from communes.sentences import unfit_file
from scoring import access, selectors
from scoring import evidence as acts
from scoring.evidence import Full, Known, Limit, Outcome
from scoring.evidence_forms import EvidenceForm, ExistingForm, VersionForm
from scoring.models import Answer
from scoring.services import Refused, WrongState
from scoring.views import refusal

MB = 1024 * 1024


def reason(why: Unfit | Refused, name: str) -> str:
    """Say why a file is not shown and what to do."""
    match why:
        case Unfit():
            return unfit_file(why, name, settings.EVIDENCE_FILE_BYTES)
        case Full(limit=Limit.CRITERION):
            words = _("Tiêu thức này đã đủ %(n)d tệp nên không thêm “%(name)s”. Gỡ bớt tệp hoặc gộp thành một tệp.")
            return words % {"n": settings.EVIDENCE_FILES, "name": name}
        case Full():
            words = _("Cả phiếu đã gần đủ %(n)d MB minh chứng nên không thêm “%(name)s”. Nén tệp hoặc gỡ tệp không cần.")
            return words % {"n": settings.EVIDENCE_FORM_BYTES // MB, "name": name}
        case Known(file=there):
            return _("Không thay: đơn vị đã có bản này, tên là “%s”. Chọn trong các tệp đã có rồi gỡ tệp cũ.") % there.title
    said = refusal(why)
    return f"{said.title}. {said.text}"


@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request: HttpRequest, period: str, code: str, criterion: str) -> HttpResponse:
    """What a criterion shows as evidence; POST adds files, each taken or refused by itself."""
    if request.method != "POST":
        return _page(request, access.get_answer(_user(request), period, code, criterion))
    answer = access.get_answer_to_show(_user(request), period, code, criterion)
    form = EvidenceForm(request.POST, request.FILES)
    alone = request.headers.get("HX-Request") == "true"
    if not form.is_valid():
        if alone:
            return _sentence(" ".join(str(error) for errors in form.errors.values() for error in errors), 422)
        return _page(request, answer, status=422, form=form)
    outcomes = acts.add_evidence(
        answer=answer,
        uploads=form.cleaned_data["upload"],
        stands_for=form.cleaned_data["stands_for"],
        title=form.cleaned_data["title"],
        actor=_user(request),
    )
    status = 409 if any(isinstance(one.why, WrongState) for one in outcomes) else 422 if any(one.why for one in outcomes) else 200
    if alone:
        return _sentence(" ".join(_said(one) for one in outcomes), status)
    if status == 200:
        for one in outcomes:
            messages.success(request, _said(one))
        return redirect(request.path)
    return _page(request, access.get_answer(_user(request), period, code, criterion), status=status, form=form, outcomes=outcomes)


@require_POST
def existing(request: HttpRequest, period: str, code: str, criterion: str) -> HttpResponse:
    """Show files that the commune has, of this or earlier years, at this criterion."""
    answer = access.get_answer_to_show(_user(request), period, code, criterion)
    form = ExistingForm(selectors.shown_at(answer)[1], request.POST)
    if not form.is_valid():
        return _page(request, answer, status=422, error=" ".join(str(error) for error in form.errors["file"]))
    try:
        count = acts.link_existing(answer=answer, files=form.chosen, actor=_user(request))
    except Refused as why:
        return _refused(request, answer, why, form.chosen[0].title)
    messages.success(request, ngettext("Đã dùng %(n)d tệp có sẵn.", "Đã dùng %(n)d tệp có sẵn.", count) % {"n": count})
    return redirect(_address(answer))


@require_POST
def version(request: HttpRequest, period: str, code: str, criterion: str, key: int) -> HttpResponse:
    """Replace a file by its new version; the old one is kept."""
    found = access.get_evidence(_user(request), period, code, criterion, key)
    form = VersionForm(request.POST, request.FILES, prefix=f"v{key}")
    if form.is_valid():
        upload = form.cleaned_data["upload"]
        given = {"stands_for": form.cleaned_data["stands_for"], "title": form.cleaned_data["title"]}
        try:
            new = acts.replace(evidence=found, upload=upload, actor=_user(request), **given)
        except (Unfit, Known) as why:
            form.add_error("upload", reason(why, upload.name))
        except Refused as why:
            return _refused(request, found.answer, why, found.file.title)
        else:
            messages.success(request, _("Đã thay bằng bản mới “%s”; bản cũ vẫn giữ.") % new.title)
            return redirect(_address(found.answer))
    return _page(request, found.answer, status=422, version_form=form, version_of=key)


@require_POST
def remove(request: HttpRequest, period: str, code: str, criterion: str, key: int) -> HttpResponse:
    """Take a file away from this criterion; it stays among the commune's files."""
    found = access.get_evidence(_user(request), period, code, criterion, key)
    try:
        removed = acts.remove(evidence=found, actor=_user(request))
    except Refused as why:
        return _refused(request, found.answer, why, found.file.title)
    if removed:
        messages.success(request, _("Đã gỡ “%s” khỏi tiêu thức này; tệp vẫn còn trong các tệp đã có.") % found.file.title)
    else:
        messages.info(request, _("Tệp này đã gỡ rồi, không phải làm lại."))
    return redirect(_address(found.answer))


@require_safe
def file(request: HttpRequest, key: int) -> HttpResponseBase:
    """A file of evidence: pictures are shown by themselves, all else is saved."""
    found = access.get_evidence_file(_user(request), key)
    return hand_out(found.file, found.name, found.kind)


def _page(
    request: HttpRequest, answer: Answer, *, status: int = 200, form: EvidenceForm | None = None, outcomes: Sequence[Outcome] = (), **extra: Any
) -> HttpResponse:
    shown, others = selectors.shown_at(answer)
    opened, changed = access.may_add_evidence(_user(request), answer), access.may_show_evidence(_user(request), answer)
    of, bound = extra.pop("version_of", None), extra.pop("version_form", None)
    context = {
        "answer": answer,
        "here": _address(answer),
        "criterion": answer.criterion,
        "assessment": answer.assessment,
        "period": answer.assessment.period,
        "unit": answer.assessment.unit,
        "shown": [(one, (bound if one.evidence.pk == of else VersionForm(prefix=f"v{one.evidence.pk}")) if changed else None) for one in shown],
        "others": others if opened else [],
        "open": opened,
        "form": form or EvidenceForm(),
        "done": [_said(one) for one in outcomes if not one.why],
        "refused": [_said(one) for one in outcomes if one.why],
        "largest": settings.EVIDENCE_FILE_BYTES,
        **extra,
    }
    return render(request, "scoring/evidence.html", context, status=status)


def _refused(request: HttpRequest, answer: Answer, why: Refused, name: str) -> HttpResponse:
    """The page as it is now, under a note that says what was refused."""
    form = answer.assessment
    now = access.get_answer(_user(request), form.period.code, form.unit.code, answer.criterion.code)
    return _page(request, now, status=422 if isinstance(why, Full) else 409, error=reason(why, name))


def _said(outcome: Outcome) -> str:
    """What became of one file, in a sentence."""
    if outcome.why:
        return reason(outcome.why, outcome.name)
    words = _("“%s” đã có trong các tệp của đơn vị nên dùng lại, không lưu lần nữa.") if outcome.known else _("Đã nhận “%s”.")
    return words % outcome.name


def _sentence(words: str, status: int) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")


def _address(answer: Answer) -> str:
    form = answer.assessment
    return reverse("evidence", args=[form.period.code, form.unit.code, answer.criterion.code])


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)  # LoginRequiredMiddleware sees to it
