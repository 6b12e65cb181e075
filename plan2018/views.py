"""Pages of what is reported for the plan: get the row by access, read the form, call one service or selector, answer."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import role_of
from accounts.models import User
from communes.models import Unit
from communes.rules import Level, fold
from communes.tables import csv_lines
from plan2018 import access, board, exports, feed, pages, selectors, sentences, services
from plan2018.duties import DutyAct, acts, levels_of
from plan2018.forms import DoneForm, HandBackForm, HappenedForm, ObservationForm, read_observations, show_again
from plan2018.models import Duty, Obligation, Period, Plan
from plan2018.rules import DutyState, Frequency
from plan2018.selectors import Reported, Sheet
from plan2018.services import NotYours, OwnWork, Refused, Stale, WrongState


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)  # LoginRequiredMiddleware sees to it


# What communes report.


@require_http_methods(["GET", "HEAD", "POST"])
def observations(request: HttpRequest, period: str, code: str) -> HttpResponse:
    """The indicators that a commune reports for a period, POST saves whatever was typed; for a district or the province who has reported how much."""
    user = _user(request)
    if request.method != "POST":
        asked, unit = access.get_reporting_place(user, period, code)
        if unit.level != Level.COMMUNE:
            context = {"period": asked, "unit": unit, **pages.coverage(selectors.coverage(asked, unit), unit)}
            return render(request, "plan2018/coverage.html", context)
        sheet = selectors.sheet(asked, unit)
        return _observations(request, asked, unit, [ObservationForm(row, asked, sheet) for row in sheet.rows])
    asked, unit = access.get_place_to_report(user, period, code)
    sheet = selectors.sheet(asked, unit)
    shown, saved = _save(request, asked, unit, sheet, sheet.rows)
    if status := _status(shown):
        return _observations(request, asked, unit, shown, status=status, saved=saved)
    if saved:
        messages.success(request, ngettext("Đã lưu %(n)d chỉ số.", "Đã lưu %(n)d chỉ số.", saved) % {"n": saved})
    else:
        messages.info(request, _("Không có gì mới để lưu."))
    return redirect("observations", period=asked.code, code=unit.code)


@require_safe
def observations_csv(request: HttpRequest, period: str, code: str) -> HttpResponseBase:
    """What the communes of a unit, or a commune itself, have reported for a period, as a file."""
    asked, unit = access.get_reporting_place(_user(request), period, code)
    return _csv(exports.observation_rows(selectors.coverage(asked, unit)), f"so-lieu-bao-cao-{asked.code}-{unit.code}.csv")


def _csv(rows: Iterable[Iterable[Any]], name: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        csv_lines(rows), content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@require_POST
def observation(request: HttpRequest, period: str, code: str, indicator: str) -> HttpResponse:
    """Save one indicator as it is left and answer the fragments that this changed. A row half filled in waits, without an error."""
    asked, unit = access.get_place_to_report(_user(request), period, code)
    sheet = selectors.sheet(asked, unit)
    mine = [row for row in sheet.rows if row.indicator.code == indicator]
    if not mine:
        raise Http404(_("Không có chỉ số %s.") % indicator)
    [shown], _saved = _save(request, asked, unit, sheet, mine, strict=False)
    forms = [shown if row.indicator == shown.indicator else ObservationForm(row, asked, sheet) for row in sheet.rows]
    return render(request, "plan2018/_saved.html", _context(request, asked, unit, forms) | {"form": shown}, status=_status([shown]) or 200)


def _save(
    request: HttpRequest, period: Period, unit: Unit, sheet: Sheet, rows: Sequence[Reported], *, strict: bool = True
) -> tuple[list[ObservationForm], int]:
    """Save what was typed for these indicators and differs from what the page showed: the rows as they are to be shown now, and how many were saved."""
    typed = read_observations(sheet, rows, period, request.POST, strict=strict)
    stale = []
    acts = [form for form in typed if form.act and not form.errors]
    for form in acts:
        place: dict[str, Any] = {"period": period, "unit": unit, "indicator": form.indicator, "actor": _user(request)}
        try:
            if form.act == "save":
                services.save_observation(**place, **form.values, version=form.version)
            else:
                services.clear_observation(**place, version=form.version or 0)
        except services.Stale:
            stale.append(form.indicator.code)
    shown = show_again(typed, selectors.sheet(period, unit) if acts else sheet, stale)
    return shown, len(acts) - len(stale)


def _observations(
    request: HttpRequest, period: Period, unit: Unit, forms: Sequence[ObservationForm], *, status: int = 200, saved: int = 0
) -> HttpResponse:
    return render(request, "plan2018/observations.html", _context(request, period, unit, forms) | {"saved": saved}, status=status)


def _context(request: HttpRequest, period: Period, unit: Unit, forms: Sequence[ObservationForm]) -> dict[str, Any]:
    """What the page of a commune's indicators shows to this reader."""
    return {
        "period": period,
        "unit": unit,
        "may_write": access.may_report(_user(request), unit),
        "overdue": period.is_late(timezone.now()),
        **pages.observations(forms),
    }


def _status(shown: Sequence[ObservationForm]) -> int:
    """The status that tells what could not be saved: 409 when others saved first, 422 when something typed is wrong; 0 when all is well."""
    return 409 if any(form.conflict for form in shown) else 422 if any(form.errors for form in shown) else 0


# Duties.

PAGE = 100
"""Rows of a list of many units."""
FILTERS = ("state", "duty", "level", "of", "q")
"""What narrows the list of duties: parameters of its address."""
MOST_CHOSEN = 200
"""So many can be checked at once."""

STATES = {
    DutyState.OPEN: gettext_lazy("Việc này đang mở, chưa báo xong."),
    DutyState.DONE: gettext_lazy("Việc này đã báo xong, đang chờ kiểm tra."),
    DutyState.RETURNED: gettext_lazy("Việc này đã bị trả lại."),
    DutyState.CHECKED: gettext_lazy("Việc này đã kiểm tra xong."),
}


def _text(request: HttpRequest, name: str) -> str:
    """A parameter of the address: without NUL characters, which databases refuse, and no longer than any name."""
    return request.GET.get(name, "").replace("\0", "").strip()[:100]


@dataclass(frozen=True)
class Refusal:
    """What a refused act says, with the status of the answer."""

    status: int
    text: str


def refusal(error: Exception) -> Refusal:
    """Put a refusal into words. Raises it again when it is none of ours."""
    match error:
        case Stale():
            return Refusal(409, _("Chưa lưu: người khác vừa sửa trước. Trang này đã theo bản mới nhất; xem lại rồi làm lại."))
        case OwnWork():
            return Refusal(403, _("Không ai được kiểm tra việc do chính mình hoặc người mình thay đã báo. Nhờ người khác cùng cơ quan."))
        case WrongState(state=state):
            return Refusal(409, f"{_('Chưa làm được.')} {STATES[state]}")
    raise error


@require_safe
def duties(request: HttpRequest) -> HttpResponse:
    """What a unit (?unit=, else the reader's own) owes by the plan, the first due first; and how the units below it stand."""
    user, today = _user(request), timezone.localdate()
    plan, every, plans = access.get_plan_of_duties(_text(request, "year"))
    unit = access.get_standpoint(user, _text(request, "unit"), plan)
    wanted = {name: _text(request, name) for name in FILTERS}
    own = selectors.own(plan, unit)
    tallies = selectors.tallies(plan, unit, today) if unit.level != Level.COMMUNE else []
    context = {
        "plan": plan,
        "plans": [other for other in plans if other != plan],
        "unit": unit,
        "today": today,
        "wanted": wanted,
        "narrowed": any(wanted.values()),
        "states": board.STATES,
        "levels": board.levels_below(unit.level),
        "duties": every,
        "events": [duty for duty in every if duty.frequency == Frequency.EVENT and Level(unit.level) in levels_of(duty.levels)],
        **board.standing(own, today),
        **board.units(tallies),
        **_list(request, plan, unit, own, every, wanted),
    }
    return render(request, "plan2018/duties.html", context)


def _list(request: HttpRequest, plan: Plan, unit: Unit, own: list[board.Item], every: list[Duty], wanted: dict[str, str]) -> dict[str, Any]:
    """The narrowed list: of the unit itself, or of the units of a level below it, a page at a time."""
    today = timezone.localdate()
    if not wanted["level"]:
        shown = _narrowed(plan, unit, own, every, wanted)
        return {"months": board.months(shown, today), "shown": len(shown), "checks": False}
    page = int(number) if (number := _text(request, "page")).isdecimal() and len(number) < 5 else 1
    start = (max(page, 1) - 1) * PAGE
    found = _narrowed(plan, unit, own, every, wanted, start=start, count=PAGE + 1)
    return {
        "months": board.months(found[:PAGE], today),
        "shown": len(found[:PAGE]),
        "first": start + 1,
        "before": page - 1,
        "after": page + 1 if len(found) > PAGE else 0,
        "checks": access.checks(_user(request), wanted["level"]) and any(item.state == DutyState.DONE for item in found[:PAGE]),
    }


def _narrowed(
    plan: Plan, unit: Unit, own: list[board.Item], every: list[Duty], wanted: dict[str, str], *, start: int = 0, count: int | None = None
) -> list[board.Item]:
    """What the filters leave of a unit's own obligations, or from `start` on so many (None: all) of those of a level below it."""
    today, words = timezone.localdate(), fold(wanted["q"])
    meant = {duty.pk for duty in every if wanted["duty"] in ("", duty.code) and words in fold(f"{duty.code} {duty.text} {duty.clause}")}
    if not wanted["level"]:
        return [item for item in own if item.duty in meant and board.fits(item, wanted["state"], today)]
    if wanted["level"] not in board.levels_below(unit.level) or wanted["state"] not in board.STATES:
        return []
    return selectors.below(
        plan,
        unit,
        level=wanted["level"],
        only=wanted["of"],
        state=wanted["state"],
        duties_wanted=None if len(meant) == len(every) else meant,
        today=today,
        start=start,
        count=count,
    )


@require_safe
def duties_csv(request: HttpRequest) -> HttpResponseBase:
    """The whole list of the page of duties as a file, with the same filters and order."""
    user = _user(request)
    plan, every, _plans = access.get_plan_of_duties(_text(request, "year"))
    unit = access.get_standpoint(user, _text(request, "unit"), plan)
    wanted = {name: _text(request, name) for name in FILTERS}
    own = [] if wanted["level"] else board.in_order(selectors.own(plan, unit))
    rows = exports.obligation_rows(_narrowed(plan, unit, own, every, wanted), timezone.localdate())
    return _csv(rows, f"viec-phai-lam-{plan.year}-{unit.code}.csv")


@require_safe
def obligation(request: HttpRequest, pk: int) -> HttpResponse:
    """One obligation: what the plan says, until when, what was done, by whom; and what the reader can do now."""
    return _page(request, access.get_obligation(_user(request), pk))


@require_POST
def obligation_done(request: HttpRequest, pk: int) -> HttpResponse:
    """The unit says that it is done."""
    found = access.get_obligation_to(_user(request), pk, DutyAct.REPORT)
    form = DoneForm(found, request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, done_form=form)
    return _act(request, found, lambda given: services.report_done(**given, **form.cleaned_data), _("Đã ghi nhận việc đã làm."), done_form=form)


@require_POST
def obligation_check(request: HttpRequest, pk: int) -> HttpResponse:
    """The level above agrees."""
    found = access.get_obligation_to(_user(request), pk, DutyAct.CHECK)
    return _act(request, found, lambda given: services.check(**given), _("Đã kiểm tra xong."))


@require_POST
def obligation_return(request: HttpRequest, pk: int) -> HttpResponse:
    """The level above hands it back with a remark."""
    found = access.get_obligation_to(_user(request), pk, DutyAct.HAND_BACK)
    form = HandBackForm(request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, back_form=form)
    return _act(request, found, lambda given: services.hand_back(**given, **form.cleaned_data), _("Đã trả lại đơn vị."), back_form=form)


def _act(request: HttpRequest, found: Obligation, act: Callable[[dict[str, Any]], None], said: str, **forms: Any) -> HttpResponse:
    """Do an act; what was refused is said above the page as it is now, with what was typed still in its form."""
    try:
        act({"obligation": found, "actor": _user(request), "version": _version(request.POST.get("version", ""))})
    except (Refused, Stale) as error:
        why = refusal(error)
        return _page(request, access.get_obligation(_user(request), found.pk), status=why.status, refusal=why.text, **forms)
    messages.success(request, said)
    return redirect("obligation", pk=found.pk)


def _version(text: str) -> int:
    """A version as the page showed it; one that no row has when it does not tell."""
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def _page(request: HttpRequest, found: Obligation, *, status: int = 200, **extra: Any) -> HttpResponse:
    user = _user(request)
    can = acts(DutyState(found.state), Level(found.unit.level), role_of(user))
    own_work = DutyAct.CHECK in can and selectors.is_own_work(found, user)
    context = {
        "obligation": found,
        "duty": found.duty,
        "unit": found.unit,
        "today": timezone.localdate(),
        "how": selectors.status_of(found, timezone.localdate()),
        "time": sentences.occurrence(found.occurrence),
        "when": sentences.when(found.due_on, timezone.localdate()) if found.due_on else "",
        "own_work": own_work,
        "done_form": DoneForm(found, document=_text(request, "document")) if DutyAct.REPORT in can else None,
        "back_form": HandBackForm() if DutyAct.HAND_BACK in can and not own_work else None,
        "may_check": DutyAct.CHECK in can and not own_work,
        "history": selectors.history(found),
    }
    return render(request, "plan2018/obligation.html", context | extra, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def duty(request: HttpRequest, year: int, code: str) -> HttpResponse:
    """One duty across the units that the reader sees; POST says that what it speaks of has happened in the reader's unit."""
    user, today = _user(request), timezone.localdate()
    if request.method == "POST":
        found = access.get_duty_to_say_happened(user, year, code)
        form = HappenedForm(request.POST)
        if form.is_valid():
            try:
                made = services.happened(duty=found, unit=user.unit, actor=user, **form.cleaned_data)
            except NotYours as error:
                raise Http404 from error
            messages.success(request, _("Đã ghi việc phát sinh. Khi làm xong thì báo ở trang này."))
            return redirect("obligation", pk=made.pk)
    else:
        found = access.get_duty(user, year, code)
        form = HappenedForm()
    context = {
        "duty": found,
        "today": today,
        "matrix": board.matrix(selectors.of_duty(found, user.unit), today),
        "happened_form": form if access.may_say_happened(user, found) else None,
    }
    return render(request, "plan2018/duty.html", context, status=422 if form.errors else 200)


@require_safe
def duty_csv(request: HttpRequest, year: int, code: str) -> HttpResponseBase:
    """One duty across the units that the reader sees, as a file."""
    user = _user(request)
    found = access.get_duty(user, year, code)
    matrix = board.matrix(selectors.of_duty(found, user.unit), timezone.localdate())
    return _csv(exports.duty_rows(matrix), f"nhiem-vu-{code}-{year}-{user.unit.code}.csv")


@require_POST
def check_many(request: HttpRequest) -> HttpResponse:
    """Check several obligations: first what would be checked and what stands in the way, then (`sure` sent) the check itself."""
    user = _user(request)
    access.require_checker(user)
    chosen = [part.partition(":")[::2] for part in request.POST.getlist("chosen")[:MOST_CHOSEN]]
    versions = {_version(pk): _version(version) for pk, version in chosen}
    ready, blocked = [], []
    for found in access.get_obligations(user, versions):
        try:
            (services.check if "sure" in request.POST else services.refuse_check)(obligation=found, actor=user, version=versions[found.pk])
        except (Refused, Stale) as error:
            blocked.append((found, refusal(error).text))
        else:
            ready.append(found)
    if "sure" in request.POST and ready:
        messages.success(request, ngettext("Đã kiểm tra xong %(n)d việc.", "Đã kiểm tra xong %(n)d việc.", len(ready)) % {"n": len(ready)})
        if not blocked:
            return redirect("duties")
    context = {"ready": [] if "sure" in request.POST else ready, "blocked": blocked, "versions": versions, "sure": "sure" in request.POST}
    status = 422 if not ready and not blocked else 409 if blocked and "sure" in request.POST else 200
    return render(request, "plan2018/duties_check.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: HttpRequest) -> HttpResponse:
    """The reader's calendar address: POST makes one, ending the one before, and shows it this once; with `end` it only ends."""
    user, address = _user(request), ""
    access.require_calendar(user)
    if request.method == "POST" and "end" in request.POST:
        services.end_calendar(user=user)
        messages.success(request, _("Đã bỏ địa chỉ lịch; phần mềm lịch không lấy được nữa."))
        return redirect("calendar")
    if request.method == "POST":
        address = request.build_absolute_uri(reverse("calendar-feed", args=[services.make_calendar(user=user)]))
    context = {"address": address, "calendar": selectors.calendar_of(user)}
    response = render(request, "plan2018/calendar.html", context)
    response["Cache-Control"] = "no-store"
    return response


@login_not_required
@require_safe
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar behind a private address: what its owner's unit owes, and for each day what the units below it owe."""
    owner = access.get_owner_of_calendar(secret)
    events = selectors.calendar(owner.unit, request.build_absolute_uri)
    name = _("Nhiệm vụ %(unit)s") % {"unit": owner.unit.full_name}
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return HttpResponse(
        feed.write(name, events, stamp=today),
        content_type="text/calendar; charset=utf-8",
        headers={
            "Cache-Control": "private, max-age=3600",
            "Content-Disposition": 'inline; filename="nhiem-vu.ics"',
            "Referrer-Policy": "no-referrer",
            "X-Robots-Tag": "noindex",
        },
    )
