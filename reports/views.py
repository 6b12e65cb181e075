"""Pages of the reports room."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from itertools import chain
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import access
from accounts.models import User
from accounts.rules import Role
from communes.models import Unit
from communes.rules import Level
from communes.selectors import search
from communes.tables import csv_lines
from ledger.tasks import send_on_commit
from plan2018.access import get_periods
from plan2018.models import Period
from plan2018.rules import Source
from reports import access as doors
from reports import board as boards
from reports import exports, pages, reported, selectors, services, years
from reports.rules import TITLE
from scoring.selectors import history
from scoring.sentences import GRADE_WORDS

POLL = ((timedelta(seconds=20), 2), (timedelta(minutes=2), 5), (timedelta(minutes=10), 15))
"""How long ago a job was asked for, and after how many seconds its page asks again: often at first, then less and less."""
POLL_LAST = 60

FILLED = "rollup"
"""The relation of a period to its last fill."""

RECORDS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    Source.CLASSIFICATION: (("assessment", ("period", "code")),),
    Source.COMMUNE_REPORT: (("observations", ("period", "code")),),
    Source.ROSTER: (("roster", ("code",)), ("registers", ("code",))),
    Source.OFFICES: (("office", ("code",)),),
    Source.PROFILE: (("profile", ("code",)),),
    Source.RECORD: (("records", ("code", "register")), ("records", ("code",))),
    Source.FILING: (("report", ("period", "code")),),
}
"""Where the record is kept that proves a target: the names of its pages with their arguments, the first that exists."""

REGISTERS = {"working_rules.issued": "working-rules", "dialogue": "dialogues", "support.days": "support"}
"""The small register that proves an indicator."""


def reader_of(request: HttpRequest) -> User:
    """Who asks: every page is closed, so it is somebody."""
    return cast(User, request.user)


def text_of(request: HttpRequest, name: str) -> str:
    """A parameter of the address: without NUL characters, which databases refuse, and no longer than any name."""
    return request.GET.get(name, "").replace("\0", "").strip()[:100]


@require_safe
def ranking(request: HttpRequest, period: str) -> HttpResponse:
    """The ranking of a period: every commune that the reader sees, narrowed by district, class and words."""
    (asked, others), scope, wanted = get_periods(period), reader_of(request).unit, _wanted(request)
    ranked, filled_at = selectors.filled(asked, selectors.province_of(scope))
    context = {
        "period": asked,
        "others": others,
        "scope": scope,
        "wanted": wanted,
        "narrowed": any(wanted.values()),
        "districts": list(access.units(reader_of(request)).districts().on(asked.ends_on)) if scope.level == Level.PROVINCE else [],
        "grades": GRADE_WORDS,
        "filled_at": filled_at,
        **pages.ranking(list(selectors.league(asked, scope, **wanted)), ranked, selectors.thresholds(asked)),
    }
    return render(request, "reports/ranking.html", context)


@require_safe
def ranking_csv(request: HttpRequest, period: str) -> HttpResponseBase:
    """The rows of the ranking page as a file, with the same filters, columns and order. Codes are left out: a spreadsheet takes their zeros away."""
    asked, _others = get_periods(period)
    rows = selectors.league(asked, reader_of(request).unit, **_wanted(request)).iterator()
    return csv_file(exports.ranking_rows(rows), f"xep-hang-{asked.code}.csv")


def csv_file(rows: Iterable[Iterable[Any]], name: str) -> StreamingHttpResponse:
    """A table as a file, with what its figures are worth under it."""
    frame = selectors.frame()
    return StreamingHttpResponse(
        csv_lines(chain(rows, exports.caveats(illustrative=frame.demo, unchecked=frame.unchecked))),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _wanted(request: HttpRequest) -> dict[str, str]:
    """The filters of the ranking as typed; a value that nobody has finds nothing."""
    return {"district": text_of(request, "district"), "grade": text_of(request, "grade"), "words": text_of(request, "q")}


@require_safe
def targets(request: HttpRequest, period: str) -> HttpResponse:
    """The targets of the plan with what is known of them for a unit (?unit=, else the reader's), by field of work, narrowed by result and field."""
    user, (asked, others) = reader_of(request), get_periods(period, FILLED)
    scope, choices = doors.get_scope(user, text_of(request, "unit"), asked.ends_on)
    wanted = {name: text_of(request, name) for name in ("result", "group")}
    context = {
        **_of_targets(user, asked, others, scope),
        "choices": choices,
        "closest": f"{reverse('dashboard', args=[asked.code])}#h-closest" if doors.reads_board(user) else "",
        "wanted": wanted,
        "narrowed": any(wanted.values()),
        **pages.targets(selectors.targets(asked, scope), scope.full_name, scope.level, half=asked.kind == Period.HALF, **wanted),
    }
    return render(request, "reports/targets.html", context)


@require_safe
def targets_csv(request: HttpRequest, period: str) -> HttpResponseBase:
    """The rows of the page of targets as a file, with the same scope, filters, order."""
    asked, _others = get_periods(period)
    scope, _choices = doors.get_scope(reader_of(request), text_of(request, "unit"), asked.ends_on)
    wanted = {name: text_of(request, name) for name in ("result", "group")}
    page = pages.targets(selectors.targets(asked, scope), scope.full_name, scope.level, half=asked.kind == Period.HALF, **wanted)
    table = exports.target_rows((row for group in page["groups"] for row in group["shown"]), scope.full_name, asked.name)
    return csv_file(table, f"chi-tieu-{asked.code}-{scope.code}.csv")


@require_safe
def target(request: HttpRequest, period: str, code: str) -> HttpResponse:
    """One target for a unit (?unit=, else the reader's): what the plan says, the figure, the units below it and who still owes a part."""
    user, (asked, others) = reader_of(request), get_periods(period, FILLED)
    scope, choices = doors.get_scope(user, text_of(request, "unit"), asked.ends_on)
    rows = selectors.targets(asked, scope)
    row = _find_target(rows, code)
    below = [] if scope.level == Level.COMMUNE else selectors.parts(asked, scope, row["key"])
    terms = {term.kind: term.code for term in (*others, asked)}
    term = terms.get(row["term"], asked.code)
    told = reported.told(term, row["indicator"], scope) if row["record"] == Source.COMMUNE_REPORT and user.role != Role.API_CLIENT else set()

    def address(part: dict[str, Any]) -> str:
        code = part["code"] or scope.code
        return reverse("figure", args=[term, code, row["indicator"]]) if code in told else _record(user, term, row, scope, part)

    context = {
        **_of_targets(user, asked, others, scope),
        "choices": choices,
        "ranking": _ranking_of(asked, row, scope),
        **pages.target(rows, code, below, scope.full_name, scope.level, half=asked.kind == Period.HALF, address=address),
    }
    return render(request, "reports/target.html", context)


@require_safe
def target_csv(request: HttpRequest, period: str, code: str) -> HttpResponseBase:
    """One target of a unit and of the units next below it as a file: the rows of its page."""
    asked, _others = get_periods(period)
    scope, _choices = doors.get_scope(reader_of(request), text_of(request, "unit"), asked.ends_on)
    rows = selectors.targets(asked, scope)
    key = _find_target(rows, code)["key"]
    below = [] if scope.level == Level.COMMUNE else selectors.parts(asked, scope, key)
    page = pages.target(rows, code, below, scope.full_name, scope.level, half=asked.kind == Period.HALF, address=lambda _unit: "")
    return csv_file(exports.part_rows(page, scope.full_name, asked.name), f"chi-tieu-{code}-{asked.code}-{scope.code}.csv")


def _find_target(rows: list[dict[str, Any]], code: str) -> dict[str, Any]:
    row = next((row for row in rows if row["code"] == code), None)
    if row is None:
        raise Http404(_("Kế hoạch của kỳ này không có chỉ tiêu %s.") % code)
    return row


def _of_targets(user: User, period: Period, others: list[Period], scope: Unit) -> dict[str, object]:
    """What both pages of targets show of the period and of the unit; `query` leads on to the same unit."""
    rollup = getattr(period, FILLED, None)
    query = f"?unit={scope.code}" if scope != user.unit else ""
    return {"period": period, "others": others, "scope": scope, "query": query, "filled_at": rollup.filled_at if rollup else None}


def _ranking_of(period: Period, target: dict[str, Any], scope: Unit) -> str:
    """The list of communes behind a class or the title; empty for other targets and for a single commune."""
    kind, _dot, grade = target["indicator"].partition(".")
    if scope.level == Level.COMMUNE or kind not in ("grade", TITLE):
        return ""
    narrowed = {"district": scope.code if scope.level == Level.DISTRICT else "", "grade": grade}
    return f"{reverse('ranking', args=[period.code])}?{urlencode({name: value for name, value in narrowed.items() if value})}"


def _record(user: User, period: str, target: dict[str, Any], scope: Unit, unit: dict[str, Any]) -> str:
    """The address of the record of a unit that proves a target; empty where there is no such page, or none for this reader."""
    names = RECORDS.get(target["record"], ()) if user.role != Role.API_CLIENT else ()
    if target["record"] == Source.ROSTER and not access.reads_people(user):
        names = names[1:]
    for name, kwargs in names:
        given = {"period": period, "code": unit["code"] or scope.code, "register": REGISTERS.get(target["indicator"], "")}
        with suppress(NoReverseMatch):
            return reverse(name, kwargs={key: given[key] for key in kwargs})
    return ""


@require_safe
def compare(request: HttpRequest, period: str, other: str) -> HttpResponse:
    """The targets of two periods, also of two plans, beside each other for the reader's unit."""
    scope = reader_of(request).unit
    asked, beside, found = _compared(period, other, scope)
    return render(request, "reports/compare.html", {"period": asked, "other": beside, "scope": scope, **found})


@require_safe
def compare_csv(request: HttpRequest, period: str, other: str) -> HttpResponseBase:
    """The rows of the page of two periods as a file."""
    scope = reader_of(request).unit
    asked, beside, found = _compared(period, other, scope)
    table = exports.compared_rows(found["rows"], scope.full_name, asked.name, beside.name)
    return csv_file(table, f"so-sanh-{asked.code}-{beside.code}-{scope.code}.csv")


def _compared(period: str, other: str, scope: Unit) -> tuple[Period, Period, dict[str, Any]]:
    asked, others = get_periods(period)
    beside = next((one for one in others if one.code == other), None)
    if beside is None:
        raise Http404(_("Không có kỳ %s để so.") % other)
    return asked, beside, years.compare(selectors.targets(asked, scope), selectors.targets(beside, scope), scope.level)


@require_safe
def units(request: HttpRequest) -> HttpResponse:
    """The units that the reader sees, found by words with or without diacritics, or by code."""
    (asked, _others), words = get_periods(text_of(request, "period")), text_of(request, "q")
    found = search(access.units(reader_of(request)).on(asked.ends_on), words).select_related("parent").order_by("parent__sort_key", "sort_key")
    return render(request, "reports/units.html", {"words": words, "units": list(found)})


@require_safe
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """A unit in a period (?period=, else the newest): a commune's result, or a district's communes. The province has its board."""
    asked, others = get_periods(text_of(request, "period"))
    found = access.get_unit(reader_of(request), code, asked.ends_on)
    if found.level == Level.PROVINCE:
        return redirect("dashboard", period=asked.code)
    context = {"period": asked, "others": others, "unit": found}
    if found.level == Level.DISTRICT:
        rows, criteria, report = list(selectors.league(asked, found)), selectors.criteria(asked, found), selectors.report(asked, found)
        return render(request, "reports/unit_district.html", context | pages.district(rows, criteria, report))
    ranked, filled_at = selectors.filled(asked, selectors.province_of(found))
    page = pages.commune(selectors.sheet(asked, found), asked.code, ranked)
    own = [row["answer"] for row in page["own"]]
    context |= {"filled_at": filled_at, "history": history(own[0].assessment, own) if own else []}
    return render(request, "reports/unit_commune.html", context | page)


@require_safe
def unit_csv(request: HttpRequest, code: str) -> HttpResponseBase:
    """The criteria of a unit in a period (?period=, else the newest) as a file: a commune's points or a district's means, beside those above."""
    asked, _others = get_periods(text_of(request, "period"))
    found = access.get_unit(reader_of(request), code, asked.ends_on)
    if found.level == Level.PROVINCE:
        return redirect("dashboard-csv", period=asked.code)
    commune = found.level == Level.COMMUNE
    rows = [row for row in selectors.sheet(asked, found) if row["period"] == asked.code] if commune else selectors.criteria(asked, found)
    return csv_file(exports.criterion_rows(rows, found.full_name, asked.name, found.level), f"tieu-thuc-{asked.code}-{found.code}.csv")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where a person begins: the province at its board, everyone else at the page of their own unit."""
    user = reader_of(request)
    if user.unit.level != Level.PROVINCE:
        return redirect("unit", code=user.unit.code)
    period = selectors.periods_to_show().first()
    if period is None:
        raise Http404(_("Chưa có kế hoạch nào: hãy nạp dữ liệu tham chiếu."))
    return redirect("dashboard", period=period.code)


@require_safe
def dashboard(request: HttpRequest, period: str) -> HttpResponse:
    """The province's board of a period: what is met, what is missing, who is late, what waits for a decision."""
    user = reader_of(request)
    said = boards.read(doors.get_board(user, period), timezone.localdate())
    return render(request, "reports/dashboard.html", said | {"may_fill": doors.may_fill(user)})


@require_safe
def dashboard_csv(request: HttpRequest, period: str) -> HttpResponseBase:
    """What the board says of each district, as a file."""
    board = doors.get_board(reader_of(request), period)
    return csv_file(exports.board_rows(boards.read(board, timezone.localdate())), f"tong-quan-{board.term.code}.csv")


@require_POST
def rollup(request: HttpRequest, period: str) -> HttpResponse:
    """Ask for a fill of a period; a second click leads to the same job."""
    job = services.ask_fill(doors.get_period_to_fill(reader_of(request), period), actor=reader_of(request))
    send_on_commit(job)
    return redirect("job", job=job.pk)


@require_safe
def job(request: HttpRequest, job: UUID) -> HttpResponse:
    """How a job goes. With HTMX the state alone, which asks for itself again until the job is finished."""
    user = reader_of(request)
    found = doors.get_job(user, job)
    age = timezone.now() - found.created_at
    context = {
        "job": found,
        "poll": next((seconds for limit, seconds in POLL if age < limit), POLL_LAST),
        "period": found.key if found.task == services.FILL_TASK else "",
        "may_fill": doors.may_fill(user),
    }
    return render(request, "reports/_job.html" if request.headers.get("HX-Request") else "reports/job.html", context)
