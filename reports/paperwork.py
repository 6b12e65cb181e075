"""Pages of documents that the portal writes: ask for one, follow it, take it; the templates that they are written with."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import access as accounts
from accounts.models import User
from communes.rules import Level
from ledger.tasks import send_on_commit
from plan2018.selectors import newest_day
from reports import access, layout, papers, rendering, selectors, word
from reports.forms import PaperForm, TemplateForm
from reports.models import Template
from reports.views import reader_of

SHOWN, POLL = 50, 2
"""Documents on the page; seconds after which an unfinished list asks for itself again."""
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_http_methods(["GET", "HEAD", "POST"])
def papers_page(request: HttpRequest) -> HttpResponse:
    """Ask for a document, and the documents that are kept. With HTMX the list alone, which asks for itself again while one is being written."""
    user, posted = reader_of(request), request.method == "POST"
    access.require_papers(user, write=posted)
    context = _list(user)
    if request.headers.get("HX-Request") and not posted:
        return render(request, "reports/_papers.html", context)
    form = _form(user, request.POST if posted else None)
    if posted and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("kind", "format", "edition", "unit")}
        _paper, job = papers.ask(**given, details=form.details(), actor=user)
        send_on_commit(job)
        messages.success(request, _("Đã nhận yêu cầu viết văn bản. Văn bản hiện ở danh sách dưới đây khi xong."))
        return redirect("papers")
    context |= {
        "form": form,
        "may_ask": access.may_ask_papers(user),
        "may_template": access.may_fill(user),
        "office": papers.has_office(),
    }
    return render(request, "reports/papers.html", context, status=422 if form.errors else 200)


def _form(user: User, data: Any) -> PaperForm:
    province = user.unit.level == Level.PROVINCE
    units = accounts.units(user).on(newest_day()).filter(level__in=[Level.PROVINCE, Level.DISTRICT]).order_by("-level", "sort_key")
    kinds = [kind for kind, of in papers.KINDS.items() if province or user.unit.level in of.levels]
    return PaperForm(kinds, selectors.newest_editions(), units, pdf=papers.has_office(), data=data)


def _list(user: User) -> dict[str, Any]:
    found = list(selectors.papers(user.unit)[:SHOWN])
    jobs = selectors.jobs(papers.WRITE_TASK, [str(paper.pk) for paper in found if not paper.written_at])
    rows = [{"paper": paper, "name": papers.KINDS[paper.kind].name, "job": jobs.get(str(paper.pk))} for paper in found if paper.kind in papers.KINDS]
    return {"rows": rows, "poll": POLL if any(row["job"] and not row["job"].finished for row in rows) else 0}


@require_safe
def download(request: HttpRequest, paper: UUID) -> HttpResponseBase:
    """A document, to keep: never shown inside a page of the portal."""
    found = access.get_paper(reader_of(request), paper)
    try:
        content = found.file.open("rb") if found.file else None
    except FileNotFoundError:
        content = None
    if content is None:
        raise Http404(_("Văn bản này chưa viết xong."))
    name = f"{found.kind}-{found.edition.period.code}-{found.unit.code}-lan-{found.edition.number}.{found.format}"
    return _attachment(FileResponse(content, as_attachment=True, filename=name, content_type="application/octet-stream"))


def _attachment(answer: FileResponse | HttpResponse) -> HttpResponseBase:
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_safe
def templates_page(request: HttpRequest) -> HttpResponse:
    """The templates in use, and what a template may name."""
    access.require_templates(reader_of(request))
    return _templates(request)


def _templates(request: HttpRequest, *, kind: str = "", form: TemplateForm | None = None, error: str = "") -> HttpResponse:
    newest: dict[str, Template] = {}
    for one in Template.objects.select_related("made_by").order_by("made_at"):
        newest[one.kind] = one
    rows = [
        {"kind": one, "name": papers.KINDS[one].name, "template": newest.get(one), "form": form if form and one == kind else TemplateForm(prefix=one)}
        for one in papers.WORD
    ]
    context = {"rows": rows, "names": word.NAMES.items(), "error": error, "wrong": kind}
    return render(request, "reports/templates.html", context, status=422 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def template(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Take a template (GET: the one in use, ?default=1: the portal's own); put one in use, or go back to the portal's own (POST)."""
    user = reader_of(request)
    access.require_templates(user, kind)
    if request.method != "POST":
        content = (None if request.GET.get("default") else papers.template_of(kind)) or layout.default(kind)
        answer = HttpResponse(content, content_type=DOCX, headers={"Content-Disposition": f'attachment; filename="mau-{kind}.docx"'})
        return _attachment(answer)
    if request.POST.get("act") == "default":
        papers.drop_templates(kind=kind, actor=user)
        messages.success(request, _("Đã quay về mẫu của cổng."))
        return redirect("templates")
    form = TemplateForm(request.POST, request.FILES, prefix=kind)
    if not form.is_valid():
        return _templates(request, kind=kind, form=form, error=" ".join(str(error) for error in form.errors.get("file", ())))
    sent = form.cleaned_data["file"]
    if sent.size > rendering.LARGEST:
        return _templates(request, kind=kind, error=str(papers.CAUSES["large"]))
    try:
        papers.take_template(kind=kind, name=sent.name, content=sent.read(), actor=user)
    except rendering.Refused as refused:
        return _templates(request, kind=kind, error=papers.said(refused))
    messages.success(request, _("Mẫu mới đã điền thử được và được dùng từ nay."))
    return redirect("templates")
