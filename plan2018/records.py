"""Pages of the small registers: one set for all of them, apart from views.py because rooms above put registers of their own into the same pages.

The addresses hand in the table of registers. Get the unit and the line by access, read the form, call one service or selector, answer.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.selectors import acted_for
from communes.models import Document, Unit
from communes.rules import Level
from communes.sentences import write_day
from communes.tables import csv_lines
from plan2018 import access, keeping, selectors
from plan2018.findings import Question
from plan2018.models import Difficulty, Period
from plan2018.registers import AnswerForm, PassOnForm, Register, Tag, WithdrawForm, find
from plan2018.services import Stale

PAGE = 50
"""Lines on a page."""

Registers = Sequence[Register]


@require_safe
def hub(request: HttpRequest, code: str, registers: Registers) -> HttpResponse:
    """The small registers of a unit and how many lines each has in a period."""
    user = _user(request)
    unit, period, others = access.get_place(user, code, _text(request, "period"))
    counts = selectors.counts([selectors.lines(one.model, unit, period, one.day) for one in registers])
    rows = [(one, count, _keeps(user, unit, one)) for one, count in zip(registers, counts, strict=True)]
    context = {"unit": unit, "period": period, "others": others, "rows": rows, "total": sum(counts)}
    return render(request, "plan2018/records_hub.html", context)


@require_safe
def records(request: HttpRequest, register: str, code: str, registers: Registers) -> HttpResponse:
    """The lines of a register of a unit and below in a period: what they add up to, the pictures, the table."""
    book, user = _book(registers, register), _user(request)
    unit, period, others = access.get_place(user, code, _text(request, "period"))
    lines = list(_lines(book, unit, period))
    valid = [line for line in lines if not line.withdrawn_at]
    communes = list(book.annotate(selectors.communes_of(unit, period), period))
    found = book.finding(Question(unit, period, communes, valid, timezone.localdate()))
    pages = Paginator(lines, PAGE)
    page = pages.get_page(_text(request, "page"))
    context = {
        "register": book,
        "unit": unit,
        "period": period,
        "others": others,
        "found": found,
        "count": len(valid),
        "withdrawn": len(lines) - len(valid),
        "page": page,
        "numbers": pages.get_elided_page_range(page.number) if pages.num_pages > 1 else [],
        "rows": [(line, _cells(book, line)) for line in page],
        "several": unit.level != Level.COMMUNE,
        "keeps": _keeps(user, unit, book),
    }
    return render(request, "plan2018/records.html", context)


@require_safe
def records_csv(request: HttpRequest, register: str, code: str, registers: Registers) -> HttpResponseBase:
    """The lines of the page as a file. Withdrawn lines are left out, so that whoever adds up the file gets the page's figures."""
    book = _book(registers, register)
    unit, period, _others = access.get_place(_user(request), code, _text(request, "period"))
    return StreamingHttpResponse(
        csv_lines(_table(book, [line for line in _lines(book, unit, period) if not line.withdrawn_at])),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{book.slug}-{unit.code}-{period.code}.csv"'},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def record_new(request: HttpRequest, register: str, code: str, registers: Registers) -> HttpResponse:
    """A new line; on the page of a unit above, of the commune that is chosen there. `?clause=` says what a difficulty is about."""
    book, user = _book(registers, register), _user(request)
    unit, period, _others = access.get_place(user, code, _text(request, "period"))
    if not _keeps(user, unit, book):
        raise PermissionDenied(_("Vai trò của bạn chỉ được xem sổ này."))
    communes = None if Level(unit.level) in book.levels else selectors.communes_of(unit, period)
    initial = {name: _text(request, name) for name in ("clause", "document") if _text(request, name)}
    if "document" in initial and not initial["document"].isdecimal():
        del initial["document"]
    blank: Any = book.model(unit=unit)
    form = book.form(
        unit, period, request.POST if request.method == "POST" else None, instance=blank, initial=initial | {"version": 0}, communes=communes
    )
    if request.method == "POST" and form.is_valid():
        owner = form.cleaned_data.get("unit") or unit
        try:
            line = book.save(line=book.model(unit=owner), kind=book.slug, values=form.values, version=0, actor=user)
        except keeping.Duplicate:
            form.add_error(None, _duplicate(owner))
        else:
            messages.success(request, _("Đã ghi vào sổ: %s.") % str(book.name).lower())
            return redirect("record", register=book.slug, code=owner.code, line=line.pk)
    context = {"register": book, "unit": unit, "period": period, "form": form}
    return render(request, "plan2018/record_new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, register: str, code: str, line: int, registers: Registers) -> HttpResponse:
    """A line with its history; POST changes it."""
    book, user = _book(registers, register), _user(request)
    found, period = access.get_line(user, book.model, code, line, _text(request, "period"))
    unit = found.unit
    if request.method != "POST":
        return _line_page(request, book, period, found)
    if not _keeps(user, unit, book):
        raise PermissionDenied(_("Vai trò của bạn chỉ được xem sổ này."))
    form = book.form(unit, period, request.POST, instance=found)
    if form.is_valid():
        try:
            book.save(line=found, kind=book.slug, values=form.values, version=_version(form), actor=user)
        except keeping.Duplicate:
            form.add_error(None, _duplicate(unit))
        except Stale:
            return _conflict(request, book, unit, line, form)
        except keeping.Closed:
            messages.error(request, _("Chưa lưu: dòng này đã rút hoặc đã được trả lời, không sửa được nữa."))
            return redirect("record", register=book.slug, code=unit.code, line=line)
        else:
            messages.success(request, _("Đã lưu."))
            return redirect("record", register=book.slug, code=unit.code, line=line)
    return _line_page(request, book, period, found, status=422, form=form)


@require_POST
def record_act(request: HttpRequest, register: str, code: str, line: int, act: str, registers: Registers) -> HttpResponse:
    """Withdraw a line; answer a difficulty, or pass it on to the level above."""
    book, user = _book(registers, register), _user(request)
    found, period = access.get_line(user, book.model, code, line, _text(request, "period"))
    unit = found.unit
    forms: dict[str, type[AnswerForm | PassOnForm | WithdrawForm]] = {"withdraw": WithdrawForm}
    if isinstance(found, Difficulty):
        forms |= {"answer": AnswerForm, "pass-on": PassOnForm}
    if act not in forms:
        raise Http404(_("Không có việc “%s”.") % act)
    if not (_keeps(user, unit, book) if act == "withdraw" else keeping.may_answer(found, user)):
        raise PermissionDenied(_("Vai trò của bạn không làm được việc này."))
    form = forms[act](request.POST, prefix=act)
    if not form.is_valid():
        return _line_page(request, book, period, found, status=422, **{act.replace("-", "_"): form})
    try:
        said = _do(book, found, form, user)
    except Stale:
        return _conflict(request, book, unit, line, form)
    except keeping.Closed:
        said = _("Dòng này vừa được rút hoặc trả lời; việc của anh, chị chưa ghi.")
    messages.success(request, said)
    return redirect("record", register=book.slug, code=unit.code, line=line)


def _do(book: Register, line: Any, form: BaseForm, user: User) -> str:
    """Call the service of an act; what to say about it."""
    given: dict[str, Any] = {"line": line, "kind": book.slug, "version": _version(form), "actor": user}
    if isinstance(form, AnswerForm):
        keeping.answer_difficulty(**given, answer=form.cleaned_data["answer"])
        return _("Đã trả lời; nơi nêu vướng mắc đã được báo.")
    if isinstance(form, PassOnForm):
        above = line.routed_to.parent
        keeping.pass_on(**given, reason=form.cleaned_data["reason"])
        return _("Đã chuyển lên %s.") % above.full_name
    book.withdraw(**given, reason=form.cleaned_data["reason"])
    return _("Đã rút dòng này; các số liệu không còn tính nó.")


def _line_page(request: HttpRequest, book: Register, period: Period, line: Any, *, status: int = 200, **forms: Any) -> HttpResponse:
    """What the page of a line shows to this reader: its form or its values, the acts, what stands beside it, its history."""
    user = _user(request)
    keeps, answers = _keeps(user, line.unit, book), isinstance(line, Difficulty) and keeping.may_answer(line, user)
    answered = bool(getattr(line, "answered_on", None))
    closed = bool(line.withdrawn_at) or answered
    version = {"version": line.version}
    history = selectors.line_history(book.slug, line)
    principals = acted_for(history)
    form = forms.pop("form", None) or (book.form(line.unit, period, instance=line) if keeps and not closed else None)
    context = {
        "register": book,
        "unit": line.unit,
        "period": period,
        "line": line,
        "cells": [] if form else _cells(book, line),
        "answered": answered,
        "form": form,
        "withdraw": WithdrawForm(initial=version, prefix="withdraw") if keeps and not closed else None,
        "answer": AnswerForm(initial=version | {"answer": getattr(line, "answer", "")}, prefix="answer") if answers else None,
        "pass_on": PassOnForm(initial=version, prefix="pass-on") if answers and not answered and line.routed_to.parent_id else None,
        "aside": book.aside(line, period, form),
        "history": [(entry, _changes(book, entry.data), principals.get(entry.data.get("for", 0))) for entry in history],
        **forms,
    }
    return render(request, "plan2018/record.html", context, status=status)


def _conflict(request: HttpRequest, book: Register, unit: Unit, pk: int, form: BaseForm) -> HttpResponse:
    """Somebody saved first: what is stored beside what was typed, and the way back. Nothing is written."""
    now, _period = access.get_line(_user(request), book.model, unit.code, pk, "")
    last = next(iter(selectors.line_history(book.slug, now)), None)
    who = {"by": last and last.actor, "at": last and last.at}
    rows = [
        {"label": form.fields[name].label, "mine": mine, "theirs": theirs, **who}
        for name, mine, theirs in ((name, _written(value), _written(getattr(now, name, None))) for name, value in form.cleaned_data.items())
        if name not in ("version", "unit", "reason") and mine != theirs
    ]
    back = redirect("record", register=book.slug, code=unit.code, line=pk).url
    return render(request, "409.html", {"conflicts": rows, "back": back}, status=409)


def _written(value: Any) -> str | None:
    """A value as people read it."""
    match value:
        case None | "":
            return None
        case bool():
            return _("có") if value else _("không")
        case date():
            return write_day(value)
        case Document():
            return value.number
    if hasattr(value, "all"):
        return ", ".join(sorted(map(str, value.all()))) or None
    return str(value)


def _changes(book: Register, data: dict[str, Any]) -> list[tuple[Any, str, str]]:
    """The changed fields of a ledger entry as (label, from, to); of words only that they changed."""
    shown = []
    for name, (before, after) in data.get("changes", {}).items():
        shown.append((book.model._meta.get_field(name).verbose_name, _recorded(before), _recorded(after)))  # type: ignore[union-attr]
    return shown


def _recorded(value: Any) -> str:
    """A value of a ledger entry as people read it."""
    if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-":
        return write_day(date.fromisoformat(value))
    return "–" if value is None else _written(value) or "–"


def _lines(book: Register, unit: Unit, period: Period) -> Any:
    lines = selectors.lines(book.model, unit, period, book.day).prefetch_related(*book.prefetch)
    lines = lines.order_by("unit__parent__sort_key", "unit__sort_key", *book.order)
    return lines.select_related("routed_to") if book.model is Difficulty else lines


def _cells(book: Register, line: Any) -> list[tuple[Any, str, Any]]:
    """The cells of a line: (column, how to show it, value)."""
    return [(column, _kind(value), value) for column, value in ((column, column.read(line)) for column in book.columns)]


def _kind(value: Any) -> str:
    return {Tag: "tag", date: "day", int: "number", type(None): "none"}.get(type(value), "words")


def _table(book: Register, lines: Sequence[Any]) -> Iterator[list[Any]]:
    """The lines as plain values, head first."""
    yield [_("Đơn vị"), _("Thuộc"), *(str(column.label) for column in book.columns), _("Văn bản"), _("Ghi chú")]
    for line in lines:
        values = [column.read(line) for column in book.columns]
        cells = [write_day(value) if isinstance(value, date) else str(value) if isinstance(value, Tag) else value for value in values]
        yield [
            line.unit.full_name,
            line.unit.parent and line.unit.parent.full_name,
            *cells,
            line.document and line.document.number,
            line.note or None,
        ]


def _book(registers: Registers, slug: str) -> Register:
    found = find(registers, slug)
    if found is None:
        raise Http404(_("Không có sổ “%s”.") % slug)
    return found


def _keeps(user: User, place: Unit, book: Register) -> bool:
    return access.may_keep(user, place, book.keepers, book.levels, own=book.own)


def _duplicate(unit: Unit) -> str:
    return _("%s đã có dòng như thế trong sổ (cùng ngày, cùng kỳ hoặc cùng nhiệm kỳ). Mở dòng đó ra sửa, hoặc rút nó trước.") % unit.full_name


def _version(form: Any) -> int:
    """The version that the page showed; one that no line has when the page does not tell."""
    version = form.cleaned_data.get("version")
    return version if isinstance(version, int) and 0 <= version < 2**31 else -1


def _text(request: HttpRequest, name: str) -> str:
    """A parameter of the address: without NUL characters, which databases refuse, and no longer than any name."""
    return request.GET.get(name, "").replace("\0", "").strip()[:100]


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)  # LoginRequiredMiddleware sees to it
