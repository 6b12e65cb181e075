"""Pages of the registers: get the unit by the door, read the form, call one service or selector, answer."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from communes import access, pages, selectors, sentences, services
from communes.access import Door
from communes.files import hand_out
from communes.forms import AsOfForm, DatedForm, DocumentForm, EndForm, FileForm, OfficeForm, OfficialForm, ProfileForm
from communes.models import Dated, Document, Office, Official, Profile, Unit
from communes.rules import Level
from communes.services import FIELDS, Backdated, BadFile, Duplicate, NumberTaken, Stale
from communes.tables import csv_lines

BAD_FILE = gettext_lazy("Không nhận được tệp này. Chỉ nhận PDF, DOCX, XLSX, JPG, PNG không quá 10 MB.")

A_PAGE = 50
"""Documents on one page of the list."""


@require_safe
def registers(request: HttpRequest, code: str, door: Door) -> HttpResponse:
    """What the registers hold of a unit as of a day (?on=): a commune's own, or those of the communes below."""
    unit, day, form = _as_of(request, code, door)
    counts = selectors.headcounts(unit, day)
    rows = [pages.with_owed(row, counts.get(row["pk"])) for row in selectors.sheets(unit, day)]
    context = {
        **_frame(request, door, unit),
        "day": day,
        "form": form,
        "reads_people": door.reads_people(request.user),
        "register_words": sentences.REGISTERS,
    }
    status = 422 if form.errors else 200
    if unit.level != Level.COMMUNE:
        return render(request, "communes/area.html", context | pages.area(rows, unit.level, day), status=status)
    if not rows:
        raise Http404(_("Đơn vị mã %s không có hiệu lực vào ngày này.") % code)
    return render(request, "communes/commune.html", context | pages.commune(rows[0], day), status=status)


@require_safe
def roster(request: HttpRequest, code: str, door: Door) -> HttpResponse:
    """The officials of a commune as of a day (?on=), or counted for each commune of a district or province."""
    unit, day, form = _as_of(request, code, door)
    access.require_people(door, request.user)
    context = {**_frame(request, door, unit), "day": day, "form": form}
    status = 422 if form.errors else 200
    if unit.level == Level.COMMUNE:
        return render(request, "communes/roster.html", context | pages.roster(selectors.roster(unit, day), day), status=status)
    counts = selectors.headcounts(unit, day)
    rows = [pages.with_owed(row, counts.get(row["pk"])) for row in selectors.sheets(unit, day)]
    return render(request, "communes/roster_area.html", context | pages.area(rows, unit.level, day), status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def official_new(request: HttpRequest, code: str, door: Door) -> HttpResponse:
    """Enter a person into the roster of a commune."""
    unit = access.get_commune_of_people(door, request.user, code)
    access.require_keeper(door, request.user, unit)
    form = OfficialForm(unit, None, door.day(), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        saved = _save_official(request, door, form, None)
        if isinstance(saved, HttpResponse):
            return saved
    return render(request, "communes/official.html", {**_frame(request, door, unit), "form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def official(request: HttpRequest, code: str, person: UUID, door: Door) -> HttpResponse:
    """A person of the roster: change or put right what is in force, and all that was ever written."""
    unit = access.get_commune_of_people(door, request.user, code)
    rows = selectors.person_rows(unit, person)
    if not rows:
        raise Http404(_("Không có người này trong danh sách của đơn vị."))
    if request.method == "POST":
        access.require_keeper(door, request.user, unit)
    row, day = selectors.open_row(rows), door.day()
    form = OfficialForm(unit, row, day, request.POST if request.method == "POST" else None) if row or request.method == "POST" else None
    if request.method == "POST" and form and form.is_valid():
        saved = _save_official(request, door, form, person)
        if isinstance(saved, HttpResponse):
            return saved
    return _official_page(request, door, unit, rows, form, EndForm(row, day) if row else None)


@require_POST
def official_end(request: HttpRequest, code: str, person: UUID, door: Door) -> HttpResponse:
    """Write that a person no longer holds a title here."""
    unit = access.get_commune_of_people(door, request.user, code)
    access.require_keeper(door, request.user, unit)
    rows = selectors.person_rows(unit, person)
    if not rows:
        raise Http404(_("Không có người này trong danh sách của đơn vị."))
    row = selectors.open_row(rows)
    if row is None:
        messages.info(request, _("Người này đã thôi giữ chức, không phải ghi lại."))
        return redirect("official", code=unit.code, person=person)
    form = EndForm(row, door.day(), request.POST)
    if form.is_valid():
        try:
            services.end_official(unit=unit, person=person, seen=form.cleaned_data["seen"], on=form.cleaned_data["on"], actor=request.user)  # type: ignore[arg-type]
        except Backdated as error:
            day = sentences.write_day(error.since)
            form.add_error(
                "on",
                _("Số liệu đang có của người này tính từ ngày %(day)s; không ghi thôi trước ngày đó. Chọn từ ngày %(day)s trở đi.") % {"day": day},
            )
        except Stale as error:
            return _conflict(request, error.row, {}, ())
        else:
            messages.success(request, _("Đã ghi thôi giữ chức. Danh sách của những ngày trước vẫn giữ nguyên."))
            return redirect("roster", code=unit.code)
    return _official_page(request, door, unit, rows, OfficialForm(unit, row, door.day()), form)


def _official_page(
    request: HttpRequest, door: Door, unit: Unit, rows: list[Official], form: OfficialForm | None, end_form: EndForm | None
) -> HttpResponse:
    row = selectors.open_row(rows)
    context = {
        **_frame(request, door, unit),
        "official": pages.person(rows[-1], door.day()),
        "row": row,
        "form": form,
        "end_form": end_form,
        "history": pages.history(rows, FIELDS[Official]),
    }
    wrong = (form and form.errors) or (end_form and end_form.errors)
    return render(request, "communes/official.html", context, status=422 if wrong else 200)


def _save_official(request: HttpRequest, door: Door, form: OfficialForm, person: UUID | None) -> HttpResponse | None:
    """Save a person; None when the form says what is wrong."""
    data = form.cleaned_data
    try:
        row = services.save_official(
            unit=form.unit,
            person=person,
            seen=data["seen"],
            since=data["since"],
            actor=request.user,  # type: ignore[arg-type]
            **form.values,
        )
    except Duplicate as error:
        there = {"name": error.row.full_name, "born": sentences.write_day(error.row.born_on), "title": error.row.get_title_display()}
        form.add_error(None, _("Người này đã có trong danh sách của đơn vị: %(name)s, sinh %(born)s, %(title)s. Mở người đó ra để sửa.") % there)
    except Backdated as error:
        form.add_error("since", _backdated(error))
    except Stale as error:
        return _conflict(request, error.row, form.values, FIELDS[Official])
    else:
        messages.success(request, _("Đã lưu %s.") % row.full_name)
        if elsewhere := list(selectors.serving_elsewhere(row)):
            seen = set(door.units(request.user).filter(pk__in=[unit.pk for unit in elsewhere]))
            names = [sentences.inside(unit.full_name) if unit in seen else _("một đơn vị ngoài phạm vi của anh, chị") for unit in elsewhere]
            words = _("Danh sách của %s cũng có người cùng họ tên, ngày sinh. Nếu là một người thì nơi cũ phải ghi thôi giữ chức.")
            messages.warning(request, words % sentences.join(names))
        return redirect("roster", code=form.unit.code)
    return None


@require_http_methods(["GET", "HEAD", "POST"])
def office(request: HttpRequest, code: str, door: Door) -> HttpResponse:
    """The office and equipment of a commune, and all that was ever written of them."""
    return _one_row(request, code, door, Office, OfficeForm, services.save_office, "communes/office.html")


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest, code: str, door: Door) -> HttpResponse:
    """What a commune is like, and all that was ever written of it."""
    return _one_row(request, code, door, Profile, ProfileForm, services.save_profile, "communes/profile.html")


def _one_row(
    request: HttpRequest, code: str, door: Door, register: type[Dated], form_class: type[DatedForm], save: Callable[..., Any], template: str
) -> HttpResponse:
    """A register with one row a commune: form and history."""
    posted = request.method == "POST"
    unit = (access.get_commune_to_keep if posted else access.get_commune)(door, request.user, code)
    rows = selectors.rows_of(register, unit)
    row = selectors.open_row(rows)
    form = form_class(unit, row, door.day(), request.POST if posted else None)
    if posted and form.is_valid():
        data = form.cleaned_data
        try:
            save(unit=unit, seen=data["seen"], since=data["since"], actor=request.user, **form.values)
        except Backdated as error:
            form.add_error("since", _backdated(error))
        except Stale as error:
            return _conflict(request, error.row, form.values, FIELDS[register])
        else:
            messages.success(request, _("Đã lưu."))
            return redirect(request.path)
    context = {**_frame(request, door, unit), "row": row, "form": form, "history": pages.history(rows, FIELDS[register])}
    drawn = pages.office(vars(row)) if isinstance(row, Office) else {}
    return render(request, template, context | drawn, status=422 if form.errors else 200)


@require_safe
def documents(request: HttpRequest, door: Door) -> HttpResponse:
    """The documents that the reader sees, narrowed by kind and words."""
    wanted, found = _wanted_documents(request, door)
    kinds = dict(Document._meta.get_field("kind").flatchoices)
    page = Paginator(found, A_PAGE).get_page(_text(request, "page"))
    context = {
        "answer": sentences.documents_answer(len(found), narrowed=any(wanted.values())),
        "heading": sentences.files_heading(len(found), sum(bool(one.file) for one in found)),
        "wanted": wanted,
        "narrowed": any(wanted.values()),
        "kinds": kinds,
        "found": page,
        "query": _query(wanted),
        "keeps": door.keeps(request.user, request.user.unit),  # type: ignore[union-attr]
    }
    return render(request, "communes/documents.html", context)


def _wanted_documents(request: HttpRequest, door: Door) -> tuple[dict[str, str], list[Document]]:
    wanted = {name: _text(request, name) for name in ("kind", "q")}
    return wanted, selectors.documents(door.documents(request.user), kind=wanted["kind"], words=wanted["q"])


@require_safe
def documents_csv(request: HttpRequest, door: Door) -> HttpResponseBase:
    """The documents of the page as a file, narrowed as it is, all of its pages."""
    _wanted, found = _wanted_documents(request, door)
    return StreamingHttpResponse(
        csv_lines(pages.documents(found)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="documents.csv"'},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def document(request: HttpRequest, document: int, door: Door) -> HttpResponse:
    """One document: what it is, its file with its digest (or a form to give it one), where it is used."""
    user, posted = request.user, request.method == "POST"
    found = _document(request, document, door)
    # What is for everybody is the province's to keep.
    keeps = door.keeps(user, found.unit or user.unit) and (found.unit is not None or user.unit.level == Level.PROVINCE)  # type: ignore[union-attr]
    if posted and not keeps:
        raise PermissionDenied(_("Vai trò của bạn chỉ được xem văn bản này."))
    form = FileForm(request.POST, request.FILES) if posted else FileForm()
    if posted and form.is_valid():
        try:
            services.attach_file(document=found, upload=form.cleaned_data["upload"], actor=user)  # type: ignore[arg-type]
        except NumberTaken as error:
            form.add_error("upload", _("Tệp này đã có trong danh mục, ở văn bản %s. Dùng văn bản đó.") % error.document.number)
        except BadFile:
            form.add_error("upload", BAD_FILE)
        except Stale:
            messages.info(request, _("Văn bản này đã có tệp; tệp đang có giữ nguyên."))
            return redirect(request.path)
        else:
            messages.success(request, _("Đã thêm tệp."))
            return redirect(request.path)
    context = {"document": found, "uses": selectors.uses(found), "form": form, "keeps": keeps}
    return render(request, "communes/document.html", context, status=422 if form.errors else 200)


@require_safe
def document_file(request: HttpRequest, document: int, door: Door) -> HttpResponseBase:
    """The file of a document, to keep: never shown inside a page of the portal."""
    found = _document(request, document, door)
    if not found.file:
        raise Http404(_("Văn bản này chưa có tệp."))
    return hand_out(found.file, found.file_name)


@require_http_methods(["GET", "HEAD", "POST"])
def document_new(request: HttpRequest, door: Door) -> HttpResponse:
    """Record a document of a unit (?unit=, else the reader's own) and lead back to where it is asked for (?next=)."""
    user, posted = request.user, request.method == "POST"
    unit = access.get_place(door, user, _text(request, "unit") or user.unit.code)  # type: ignore[union-attr]
    access.require_keeper(door, user, unit)
    form = DocumentForm(unit, request.POST if posted else None, request.FILES if posted else None, for_all=unit.level == Level.PROVINCE)
    if posted and form.is_valid():
        upload = form.cleaned_data["upload"]
        owner = None if form.cleaned_data.get("for_all") else unit
        try:
            saved, new = services.save_document(unit=owner, actor=user, upload=upload, **form.values)  # type: ignore[arg-type]
        except NumberTaken as error:
            form.add_error("number", _("Đã có văn bản này trong danh mục: “%s”. Dùng văn bản đó, không ghi lần nữa.") % error.document.title)
        except BadFile:
            form.add_error("upload", BAD_FILE)
        else:
            if new:
                messages.success(request, _("Đã thêm văn bản vào danh mục."))
            else:
                messages.info(request, _("Tệp này đã có trong danh mục, ở văn bản %s. Cổng dùng văn bản đó, không lưu tệp lần nữa.") % saved.number)
            return redirect(_back(request, saved))
    context = {**_frame(request, door, unit), "form": form, "back": _next(request)}
    return render(request, "communes/document_new.html", context, status=422 if form.errors else 200)


def _document(request: HttpRequest, key: int, door: Door) -> Document:
    found = door.documents(request.user).select_related("unit", "recorded_by").filter(pk=key).first()
    if found is None:
        raise Http404(_("Không có văn bản này trong phạm vi của bạn."))
    return found


def _next(request: HttpRequest) -> str:
    """The page of the portal that asked for a document; nothing for any other address."""
    address = request.GET.get("next", "")
    return address if address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None) else ""


def _back(request: HttpRequest, document: Document) -> str:
    """Where to go with a recorded document: to the page that asked for it, or to the document's own."""
    address = _next(request)
    if not address:
        return reverse("document", args=[document.pk])
    path, _mark, query = address.partition("?")
    given = QueryDict(query, mutable=True)
    given["document"] = str(document.pk)
    return f"{path}?{given.urlencode()}"


def _as_of(request: HttpRequest, code: str, door: Door) -> tuple[Unit, date, AsOfForm]:
    """The unit, the day that the page is about (?on=, else the door's) and the form that asks for it, with an error when the day cannot be."""
    default = door.day()
    form = AsOfForm(request.GET if "on" in request.GET else None, initial={"on": default})
    day = form.cleaned_data["on"] if form.is_bound and form.is_valid() else None
    if day:
        try:
            return access.get_place(door, request.user, code, day), day, form
        except Http404:
            form.add_error("on", _("Ngày này chưa có hoặc không còn đơn vị mã %s. Chọn ngày khác.") % code)
    return access.get_place(door, request.user, code, default), default, form


def _frame(request: HttpRequest, door: Door, unit: Unit) -> dict[str, Any]:
    """What every page about a unit shows."""
    return {"unit": unit, "keeps": door.keeps(request.user, unit), "today": door.day()}


def _backdated(error: Backdated) -> str:
    return _("Số liệu đang có tính từ ngày %(day)s; không ghi lùi trước ngày đó. Chọn ngày %(day)s để sửa chỗ ghi sai, hoặc ngày sau đó.") % {
        "day": sentences.write_day(error.since)
    }


def _conflict(request: HttpRequest, row: Any, typed: dict[str, Any], fields: tuple[str, ...]) -> HttpResponse:
    """Someone else was faster: both values, and nothing written."""
    context = {"conflicts": pages.conflicts(row, typed, fields) if row and typed else [], "back": request.path.removesuffix("end/")}
    return render(request, "409.html", context, status=409)


def _query(wanted: dict[str, str]) -> str:
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in wanted.items() if value})
    return f"{query.urlencode()}&" if query else ""


def _text(request: HttpRequest, name: str) -> str:
    """A parameter of the address: without NUL characters, which databases refuse, and no longer than any name."""
    return request.GET.get(name, "").replace("\0", "").strip()[:100]
