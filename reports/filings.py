"""Acts on a district's report: its figures are entered, it is filed, returned, accepted; its time is extended. One transaction and one entry each."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from communes.models import Document, Unit, Upload
from ledger import services as ledger
from plan2018 import rules as plan_rules
from plan2018 import selectors as plan_selectors
from plan2018 import services as plan_services
from plan2018.models import Indicator, Observation, Period
from plan2018.rules import Source
from reports import rules
from reports.models import Figure, Report, ReportVersion
from reports.rules import ReportAct, ReportKind, ReportState

SUBJECT = "report"
"""How the ledger calls a report; its key is `report_key`."""


class Refused(Exception):
    """An act that the rules do not allow; the message is for the person."""


class AlreadyFiled(Refused):
    """The report has been filed and is not open; that filing stands."""


class Stale(Exception):
    """The row changed since the person saw it. `now` is the figure as it is: (numerator, denominator), None for no data."""

    def __init__(self, now: tuple[int, int] | None = None) -> None:
        super().__init__(now)
        self.now = now


def report_key(report: Report) -> str:
    """The ledger key of a report: period/unit, with its kind where that is not the period's report."""
    return f"{report.period.code}/{report.unit.code}" + ("" if report.kind == ReportKind.PERIOD else f"/{report.kind}")


def _record(act: str, report: Report, actor: User | None, **said: Any) -> None:
    ledger.record(act=act, kind=SUBJECT, key=report_key(report), topic=report.period.code, actor=actor, **said)


def start(*, period: Period, unit: Unit, kind: str = ReportKind.PERIOD) -> Report:
    """The report of a district, begun if there is none. Nothing to record: an empty draft says nothing."""
    report, _created = Report.objects.select_related("period", "unit").get_or_create(period=period, unit=unit, kind=kind)
    return report


def _held(report: Report) -> Report:
    """The report, locked for this transaction, if the district may change it. Raises Refused."""
    held = Report.objects.select_for_update(of=["self"]).select_related("period__plan", "unit").get(pk=report.pk)
    if held.state not in rules.REPORT_OPEN:
        raise AlreadyFiled(_("Báo cáo đã gửi nên số liệu bị khóa. Muốn sửa thì đề nghị Sở Nội vụ trả lại báo cáo."))
    return held


def save_figure(
    *,
    report: Report,
    unit: Unit,
    indicator: Indicator,
    value: tuple[int, int] | None,
    seen: tuple[int, int] | None,
    actor: User | None,
) -> Figure | None:
    """Write one figure of a commune in the district's report, typed on the page; None takes it back. `seen` is what the person saw there.

    Raises Stale with what stands there now when somebody changed it meanwhile, Refused when the report is not open, ValueError for more than the whole.
    """
    if value is not None and not (0 <= value[0] <= value[1] and value[1] >= 1):
        raise ValueError(f"{value[0]}/{value[1]}")
    with transaction.atomic():
        held = _held(report)
        row = Figure.objects.filter(report=held, unit=unit, indicator=indicator).first()
        now = (row.numerator, row.denominator) if row else None
        if now == value:
            return row
        if now != seen:
            raise Stale(now)
        if value is None:
            Figure.objects.filter(report=held, unit=unit, indicator=indicator).delete()
            row = None
        else:
            given = {"numerator": value[0], "denominator": value[1], "source": None, "cell": "", "recorded_at": timezone.now(), "recorded_by": actor}
            row, _created = Figure.objects.update_or_create(report=held, unit=unit, indicator=indicator, defaults=given)
        data = {"unit": unit.code, "indicator": indicator.code, "from": now, "to": value}
        _record("figure", held, actor, data=data)
    return row


def take_figures(
    *,
    report: Report,
    figures: Mapping[tuple[int, int], tuple[int, int, str]],
    narrative: Mapping[str, str],
    difficulties: Iterable[Mapping[str, str]],
    explanation: str,
    source: Upload,
    actor: User | None,
) -> ReportVersion:
    """Take all that a checked workbook says, by a fixed number of statements: (commune id, indicator id) -> numerator, denominator, cell.

    What the file leaves empty stays as it is. The result is kept as a numbered version. Raises Refused when the report is not open.
    """
    with transaction.atomic():
        held = _held(report)
        now, by = timezone.now(), actor.pk if actor else None
        rows = [
            Figure(
                report=held,
                unit_id=unit,
                indicator_id=indicator,
                numerator=n,
                denominator=d,
                source=source,
                cell=cell,
                recorded_at=now,
                recorded_by_id=by,
            )
            for (unit, indicator), (n, d, cell) in figures.items()
        ]
        Figure.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["report", "unit", "indicator"],
            update_fields=["numerator", "denominator", "source", "cell", "recorded_at", "recorded_by"],
        )
        held.narrative = {**held.narrative, **{name: words for name, words in narrative.items() if words}}
        held.difficulties = list(difficulties) or held.difficulties
        held.explanation = explanation or held.explanation
        held.version += 1
        held.save(update_fields=["narrative", "difficulties", "explanation", "version"])
        version = _snapshot(held, "upload", actor, source=source)
        _record("upload", held, actor, data={"version": version.number, "figures": len(rows), "file": source.digest, "digest": version.digest})
    return version


def save_words(*, report: Report, narrative: Mapping[str, str], difficulties: list[dict[str, str]], version: int, actor: User | None) -> Report:
    """Write the narrative sections and the difficulties of a report. Raises Stale when they changed since `version`, Refused when it is not open."""
    with transaction.atomic():
        held = _held(report)
        if held.version != version:
            raise Stale
        if (held.narrative, held.difficulties) == (dict(narrative), difficulties):
            return held
        held.narrative, held.difficulties = dict(narrative), difficulties
        held.version += 1
        held.save(update_fields=["narrative", "difficulties", "version"])
        _record("words", held, actor, data={"sections": sorted(narrative), "difficulties": len(difficulties)})
    return held


def file_report(
    *,
    period: Period,
    unit: Unit,
    number: str,
    dated: date,
    actor: User,
    kind: str = ReportKind.PERIOD,
    scan: Document | None = None,
    explanation: str = "",
) -> Report:
    """A district files its report. Late is decided by the first filing and stays. Raises AlreadyFiled when it is filed and was not returned.

    What the communes reported themselves and the district did not change is taken over into the report, so that it is whole and stays as it is.
    """
    now = timezone.now()
    with transaction.atomic():
        report = _held(start(period=period, unit=unit, kind=kind))
        before = report.state
        if kind == ReportKind.PERIOD:
            _take_over(report, actor)
        first = report.filed_at is None
        if first:
            report.filed_at, report.late = now, now >= due_moment(report)
        report.state, report.filed_by = ReportState.FILED, actor
        report.number, report.dated, report.scan = number, dated, scan or report.scan
        report.explanation = explanation or report.explanation
        report.version += 1
        report.save()
        version = _snapshot(report, "file", actor)
        _record(
            "file",
            report,
            actor,
            before=before,
            after="late" if report.late else "on_time",
            data={"number": number, "dated": dated.isoformat(), "version": version.number, "digest": version.digest},
        )
        if first:
            _prove(report, now, actor)
    return report


def due_moment(report: Report) -> datetime:
    """The first moment at which a report is late: the period's, or the day after the plan's term for summing up the dialogue conferences (III.8)."""
    if report.kind == ReportKind.DIALOGUE and (day := plan_selectors.last_day_of("dialogue_summary", report.unit, report.period.plan)):
        return plan_rules.due_moment(day, plan_rules.UNTIL)
    return report.period.due_moment


def _prove(report: Report, now: datetime, actor: User) -> None:
    """A filed report is the evidence of a duty."""
    said = {"number": report.number, "dated": f"{report.dated:%d/%m/%Y}"}
    proof = "report" if report.kind == ReportKind.PERIOD else "dialogue_summary"
    plan_services.prove(
        proof=proof,
        unit=report.unit,
        days=[timezone.localdate(now)],
        due_on=report.period.last_day if report.kind == ReportKind.PERIOD else None,
        actor=actor,
        note=_("Báo cáo số %(number)s ngày %(dated)s") % said,
    )


def _take_over(report: Report, actor: User) -> None:
    """Copy what communes reported and the district did not write itself."""
    there = set(report.figures.values_list("unit_id", "indicator_id"))
    found = Observation.objects.filter(period=report.period, unit__parent=report.unit, indicator__source=Source.COMMUNE_REPORT)
    now = timezone.now()
    Figure.objects.bulk_create(
        Figure(report=report, unit_id=unit, indicator_id=indicator, numerator=n, denominator=d, recorded_at=now, recorded_by=actor)
        for unit, indicator, n, d in found.values_list("unit_id", "indicator_id", "numerator", "denominator")
        if (unit, indicator) not in there
    )


def _snapshot(report: Report, act: str, actor: User | None, source: Upload | None = None) -> ReportVersion:
    """Keep the report as it stands now as its next version."""
    rows = report.figures.values_list("unit__code", "indicator__code", "numerator", "denominator", "cell")
    figures = {f"{unit}/{indicator}": [n, d, cell] for unit, indicator, n, d, cell in rows}
    return ReportVersion.objects.create(
        report=report,
        number=report.versions.count() + 1,
        act=act,
        source=source,
        content={"figures": figures, "narrative": report.narrative, "difficulties": report.difficulties},
        digest=rules.figures_digest(figures),
        made_at=timezone.now(),
        made_by=actor,
    )


def move(*, report: Report, act: ReportAct, actor: User, version: int, reason: str = "", remarks: Iterable[tuple[str, str, str]] = ()) -> Report:
    """The province accepts a filed report or gives it back with a reason and remarks (commune code, indicator code, words). One conditional UPDATE.

    Raises Refused when the table of moves has no such row or the reason is missing, Stale when somebody was faster.
    """
    step = rules.REPORT_MOVES.get((ReportState(report.state), act))
    if step is None or actor.role not in step.roles:
        raise Refused(_("Báo cáo không ở trạng thái cho phép việc này."))
    if step.needs_reason and not reason.strip():
        raise Refused(_("Ghi lý do trả lại."))
    kept = [["", "", reason], *(list(remark) for remark in remarks)] if step.needs_reason else []
    with transaction.atomic():
        moved = Report.objects.filter(pk=report.pk, state=report.state, version=version).update(state=step.to, remarks=kept, version=F("version") + 1)
        if not moved:
            raise Stale
        _record(act, report, actor, before=report.state, after=step.to, reason=reason, data={"remarks": len(kept)})
    return Report.objects.select_related("period", "unit").get(pk=report.pk)


def extend(*, report: Report, until: date, reason: str, actor: User) -> Report:
    """Give a district more time: late stays late, the extension is shown beside it. Raises Refused without a reason, or once the report is filed."""
    if not reason.strip():
        raise Refused(_("Ghi lý do gia hạn."))
    with transaction.atomic():
        held = Report.objects.select_for_update(of=["self"]).select_related("period", "unit").get(pk=report.pk)
        if held.filed_at is not None:
            raise Refused(_("Báo cáo đã gửi, không cần gia hạn."))
        before = held.extended_to
        held.extended_to, held.extension_reason, held.extended_by = until, reason, actor
        held.version += 1
        held.save(update_fields=["extended_to", "extension_reason", "extended_by", "version"])
        _record("extend", held, actor, reason=reason, data={"from": before and before.isoformat(), "to": until.isoformat()})
    return held
