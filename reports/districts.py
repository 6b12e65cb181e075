"""Pages of the districts' reports: entered and filed by the district, returned, accepted and extended by the province."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import role_of
from communes.models import Unit
from communes.services import BadFile, NumberTaken
from reports import access, exports, filings, pages, reported, rules
from reports.forms import Cell, ExtensionForm, FilingForm, ReturnForm, WordsForm, read_cells, read_remarks
from reports.models import Report
from reports.reported import FigureSheet
from reports.rules import ReportAct, ReportKind
from reports.views import csv_file, reader_of


def _kind(request: HttpRequest) -> str:
    """Which of a district's reports the address means (?kind=)."""
    return request.GET.get("kind", ReportKind.PERIOD)


@require_safe
def reports(request: HttpRequest, period: str) -> HttpResponse:
    """Who has filed, who is late, whose report was returned or accepted: all districts of a period (?kind=dialogue: their summaries of conferences)."""
    asked, found = access.get_reports(reader_of(request), period, _kind(request))
    due = filings.due_moment(found[0]) if found else asked.due_moment
    context = {"period": asked, "kind": _kind(request), **pages.reports(found, due, timezone.now())}
    return render(request, "reports/reports.html", context)


@require_safe
def reports_csv(request: HttpRequest, period: str) -> HttpResponseBase:
    """The table of all districts' reports as a file."""
    asked, found = access.get_reports(reader_of(request), period, _kind(request))
    due = filings.due_moment(found[0]) if found else asked.due_moment
    lines = pages.reports(found, due, timezone.now())["lines"]
    return csv_file(exports.report_rows(lines), f"bao-cao-cua-huyen-{asked.code}.csv")


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, period: str, code: str, kind: str = ReportKind.PERIOD) -> HttpResponse:
    """The home of a district's report: where it stands, its figures and words; POST files it."""
    user = reader_of(request)
    if request.method != "POST":
        return _page(request, access.get_report(user, period, code, kind))
    found = access.get_report_to_enter(user, period, code, kind)
    if found.state not in rules.REPORT_OPEN:
        messages.warning(request, _("Báo cáo này đã gửi trước đó và chưa bị trả lại, nên lần này không ghi."))
        return redirect(filings.address(found))
    sheet = _sheet(found)
    form = FilingForm(found, pages.missing(sheet), request.POST, request.FILES)
    if form.is_valid():
        typed = {**form.cleaned_data, "upload": form.cleaned_data["scan"]}
        del typed["scan"]
        try:
            filed = filings.file_report(period=found.period, unit=found.unit, kind=kind, actor=user, **typed)
        except filings.AlreadyFiled:
            messages.warning(request, _("Báo cáo này đã gửi trước đó và chưa bị trả lại, nên lần này không ghi."))
            return redirect(filings.address(found))
        except NumberTaken as error:
            said = _("Danh mục văn bản đã có văn bản cùng số, cùng ngày: “%s”. Ghi số của bản mới, hoặc gửi không kèm bản quét.")
            form.add_error("scan", said % error.document.title)
        except BadFile:
            form.add_error("scan", _("Không nhận được tệp này. Chỉ nhận PDF không quá 10 MB."))
        else:
            messages.success(request, _("Đã ghi nhận báo cáo, trễ hạn.") if filed.late else _("Đã ghi nhận báo cáo, đúng hạn."))
            return redirect(filings.address(found))
    return _page(request, found, sheet=sheet, filing=form, status=422)


def _sheet(report: Report) -> FigureSheet | None:
    """The figures of a report; a summary of conferences has none."""
    return reported.figure_sheet(report) if report.kind == ReportKind.PERIOD else None


def _page(
    request: HttpRequest,
    report: Report,
    *,
    sheet: FigureSheet | None = None,
    filing: FilingForm | None = None,
    words: WordsForm | None = None,
    extension: ExtensionForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The page of a report, with the forms that this reader has in this state; those that were sent as they were sent."""
    user, now = reader_of(request), timezone.now()
    sheet = sheet or _sheet(report)
    due = filings.due_moment(report)
    acts = rules.report_acts(rules.ReportState(report.state), role_of(user))
    enters = ReportAct.FILE in acts
    context = {
        "report": report,
        "period": report.period,
        "district": report.unit,
        "acts": acts,
        "may_enter": enters,
        "filing": filing or (FilingForm(report, pages.missing(sheet)) if enters else None),
        "words": words or (WordsForm(report) if enters else None),
        "extension": extension or (ExtensionForm(pages.last_day(due)) if access.may_fill(user) and not report.filed_at else None),
        "dialogues": None if sheet else reported.dialogues_of(report.period, report.unit),
        **pages.report(report, sheet, due, now),
        **_versions(report),
        **more,
    }
    return render(request, "reports/report.html", context, status=status)


def _versions(report: Report) -> dict[str, Any]:
    """The versions of a report, and whether its figures are still those that were filed."""
    versions = reported.versions(report)
    filed = next((version for version in versions if version.act == "file"), None)
    count, digest = reported.figures_now(report)
    return {"versions": versions, "filed": filed, "count_now": count, "digest_now": digest, "changed": filed is not None and filed.digest != digest}


@require_POST
def words(request: HttpRequest, period: str, code: str) -> HttpResponse:
    """Save the narrative sections and the difficulties."""
    found = access.get_report_to_enter(reader_of(request), period, code, _kind(request))
    form = WordsForm(found, request.POST)
    if not form.is_valid():
        return _page(request, found, words=form, status=422)
    try:
        stored = filings.start(period=found.period, unit=found.unit, kind=found.kind)
        filings.save_words(
            report=stored, narrative=form.narrative, difficulties=form.difficulties, version=form.cleaned_data["version"], actor=reader_of(request)
        )
    except filings.Stale:
        now = access.get_report(reader_of(request), period, code, _kind(request))
        return _page(request, now, words=form.over(now), theirs=pages.their_words(now, form), status=409)
    except filings.Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Đã lưu phần lời văn và vướng mắc."))
    return redirect(filings.address(found))


@require_http_methods(["GET", "HEAD", "POST"])
def grid(request: HttpRequest, period: str, code: str) -> HttpResponse:
    """The figures, communes x indicators. POST saves every cell that was touched; with HTMX it answers the pieces that this changed."""
    user = reader_of(request)
    if request.method != "POST":
        report = access.get_report(user, period, code)
        return _grid(request, report, read_cells(reported.figure_sheet(report)))
    report = access.get_report_to_enter(user, period, code)
    sheet = reported.figure_sheet(report)
    rows = read_cells(sheet, request.POST)
    touched = [cell for _unit, cells in rows for cell in cells if cell.touched]
    changes, refusal, stale = _changes(touched), "", {}
    if changes:
        try:
            stale = filings.save_figures(report=filings.start(period=report.period, unit=report.unit), changes=changes, actor=user)
        except filings.Refused as error:
            refusal = str(error)
        report = access.get_report(user, period, code)
        now = reported.figure_sheet(report)
        for cell in (cell for _unit, cells in rows for cell in cells):
            cell.sheet, cell.conflict = now, (cell.unit.pk, cell.indicator.pk) in stale
    wrong = [cell for cell in touched if cell.error or cell.conflict]
    saved = 0 if refusal else len(changes) - len(stale)
    status = 409 if refusal or stale else 422 if wrong else 200
    if not wrong and not refusal and not request.headers.get("HX-Request"):
        if saved:
            messages.success(request, ngettext("Đã lưu %(n)d ô.", "Đã lưu %(n)d ô.", saved) % {"n": saved})
        else:
            messages.info(request, _("Không có gì mới để lưu."))
        return redirect("report-grid", period=period, code=code)
    return _grid(request, report, rows, touched=touched, wrong=wrong, saved=saved, refusal=refusal, status=status)


@require_safe
def grid_csv(request: HttpRequest, period: str, code: str) -> HttpResponseBase:
    """The figures of a district's report as a file."""
    report = access.get_report(reader_of(request), period, code)
    return csv_file(exports.sheet_rows(reported.figure_sheet(report)), f"so-lieu-{period}-{code}.csv")


def _changes(touched: list[Cell]) -> list[filings.Change]:
    """What the touched cells ask for; what is wrong with a cell is left at the cell."""
    changes = []
    for cell in touched:
        try:
            changes.append(filings.Change(cell.unit, cell.indicator, cell.value(), cell.seen()))
        except ValidationError as error:
            cell.error = " ".join(error.messages)
    return changes


def _grid(request: HttpRequest, report: Report, rows: list[tuple[Unit, list[Cell]]], *, status: int = 200, **more: Any) -> HttpResponse:
    sheet = rows[0][1][0].sheet if rows and rows[0][1] else reported.figure_sheet(report)
    context = {
        "report": report,
        "period": report.period,
        "district": report.unit,
        "rows": rows,
        "may_enter": ReportAct.FILE in rules.report_acts(rules.ReportState(report.state), role_of(reader_of(request))),
        "now": timezone.now(),
        **pages.figures(sheet),
        **more,
    }
    return render(request, "reports/_grid_saved.html" if request.headers.get("HX-Request") else "reports/grid.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, period: str, code: str) -> HttpResponse:
    """The province reads a report figure by figure; POST accepts it, or gives it back with a reason and remarks to single figures."""
    user, kind = reader_of(request), _kind(request)
    report = access.get_report_to_judge(user, period, code, kind)
    posted = request.method == "POST"
    sheet = _sheet(report)
    form = ReturnForm(request.POST if posted else None, initial={"version": report.version})
    if posted and (request.POST.get("act") == ReportAct.ACCEPT or form.is_valid()):
        remarks = read_remarks(sheet, request.POST) if sheet else []
        accepts = request.POST.get("act") == ReportAct.ACCEPT
        try:
            filings.move(
                report=report,
                act=ReportAct.ACCEPT if accepts else ReportAct.RETURN,
                actor=user,
                version=_version(request),
                reason="" if accepts else form.cleaned_data["reason"],
                remarks=() if accepts else remarks,
            )
        except (filings.Stale, filings.Refused):
            return _faster(request, report)
        messages.success(request, _("Đã chấp nhận báo cáo.") if accepts else _("Đã trả lại báo cáo, huyện được báo ngay."))
        return redirect(filings.address(report))
    rows = [(unit, [(cell, request.POST.get(f"{cell.prefix}-remark", "")) for cell in cells]) for unit, cells in (read_cells(sheet) if sheet else [])]
    acts = rules.report_acts(rules.ReportState(report.state), role_of(user))
    context = {"report": report, "period": report.period, "district": report.unit, "acts": acts, "form": form, "rows": rows}
    return render(request, "reports/review.html", context, status=422 if form.errors else 200)


def _version(request: HttpRequest) -> int:
    """The version of the report that the person saw; what is no number agrees with none."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _faster(request: HttpRequest, report: Report) -> HttpResponse:
    """Somebody else has filed, returned or accepted the report meanwhile: said in words, with where it stands now."""
    now = reported.district_report(report.period, report.unit, report.kind)
    conflicts = [{"label": filings.named(report), "theirs": pages.tag(now)[1], "mine": _("Chưa ghi")}]
    return render(request, "409.html", {"conflicts": conflicts, "back": filings.address(report)}, status=409)


@require_POST
def extend(request: HttpRequest, period: str, code: str) -> HttpResponse:
    """Give a district more time: late stays late."""
    user, kind = reader_of(request), _kind(request)
    report = access.get_report_to_judge(user, period, code, kind)
    form = ExtensionForm(pages.last_day(filings.due_moment(report)), request.POST)
    if not form.is_valid():
        return _page(request, report, extension=form, status=422)
    try:
        filings.extend(report=filings.start(period=report.period, unit=report.unit, kind=kind), actor=user, **form.cleaned_data)
    except filings.Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Đã gia hạn. Gửi sau hạn của kế hoạch thì vẫn ghi là trễ."))
    return redirect(filings.address(report))


@require_safe
def cover(request: HttpRequest, period: str, code: str) -> HttpResponse:
    """The cover sheet to be printed and signed: how many figures there are, and their digest."""
    report = access.get_report(reader_of(request), period, code, _kind(request))
    context = {"report": report, "period": report.period, "district": report.unit, **_versions(report)}
    return render(request, "reports/cover.html", context)


@require_safe
def version(request: HttpRequest, period: str, code: str, number: int) -> HttpResponse:
    """What a version of a report changed against an earlier one (?against=, else the one before), figure by figure."""
    report = access.get_report(reader_of(request), period, code, _kind(request))
    found = {version.number: version for version in reported.versions(report)}
    if number not in found:
        raise Http404(_("Báo cáo không có bản này."))
    text = request.GET.get("against", "")
    against = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else number - 1
    if against and against not in found:
        raise Http404(_("Báo cáo không có bản này."))
    before, after = reported.contents(report, against, number)
    context = {
        "report": report,
        "period": report.period,
        "district": report.unit,
        "version": found[number],
        "against": found.get(against),
        "others": [one for one in found if one != number],
        "rows": pages.changes(before, after, reported.figure_sheet(report)),
    }
    return render(request, "reports/version.html", context)


@require_safe
def figure(request: HttpRequest, period: str, code: str, indicator: str) -> HttpResponse:
    """Where a commune's figure in its district's report comes from: file, sheet and cell, who and when, and what earlier versions said."""
    term, commune = access.get_reported_commune(reader_of(request), period, code)
    found = reported.told_figure(term, commune, indicator)
    if found is None:
        raise Http404(_("Báo cáo của huyện không có số liệu này."))
    found.unit = commune
    own = reported.own_report(term, commune, found.indicator)
    context = {"period": term, "commune": commune, "figure": found, "own": own, "history": reported.figure_history(found)}
    return render(request, "reports/figure.html", context)
