"""Acts on a district's report: its figures are entered, it is filed, returned, accepted; its time is extended. One transaction and one entry each."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rules import PROVINCE_ROLES, Role
from accounts.selectors import deputies, hat, told
from communes import services as communes
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

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

SUBJECT = "report"
"""How the ledger calls a report; its key is `report_key`."""


class Refused(Exception):
    """An act that the rules do not allow; the message is for the person."""


class AlreadyFiled(Refused):
    """The report has been filed and is not open; that filing stands."""


class Stale(Exception):
    """The report changed since the person saw it."""


def report_key(report: Report) -> str:
    """The ledger key of a report: period/unit, with its kind where that is not the period's report."""
    return f"{report.period.code}/{report.unit.code}" + ("" if report.kind == ReportKind.PERIOD else f"/{report.kind}")


def _record(act: str, report: Report, actor: User | None, **said: Any) -> None:
    data = (said.pop("data", None) or {}) | told(actor)
    ledger.record(act=act, kind=SUBJECT, key=report_key(report), topic=report.period.code, actor=actor, unit=report.unit_id, data=data, **said)


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


class Change(NamedTuple):
    """A figure as a person wants it (None: take it back), and what stood there when they typed."""

    unit: Unit
    indicator: Indicator
    value: rules.FigureValue | None
    seen: rules.FigureValue | None


def save_figures(*, report: Report, changes: Collection[Change], actor: User | None) -> dict[tuple[int, int], rules.FigureValue | None]:
    """Write figures typed on the page, by a fixed number of statements and with one entry.

    What somebody else changed since it was seen is left as it is and given back: (commune id, indicator id) -> what stands there now, None for no data.
    Raises Refused when the report is not open, ValueError for more than the whole.
    """
    for change in changes:
        if change.value is not None and not (0 <= change.value[0] <= change.value[1] and change.value[1] >= 1):
            raise ValueError(f"{change.value[0]}/{change.value[1]}")
    with transaction.atomic():
        held = _held(report)
        rows = Figure.objects.filter(report=held, unit__in={change.unit.pk for change in changes})
        stored = {(row[0], row[1]): (row[2], row[3]) for row in rows.values_list("unit_id", "indicator_id", "numerator", "denominator")}
        news = [change for change in changes if stored.get((change.unit.pk, change.indicator.pk)) != change.value]
        stale = {key: stored.get(key) for one in news if stored.get(key := (one.unit.pk, one.indicator.pk)) != one.seen}
        mine = [one for one in news if (one.unit.pk, one.indicator.pk) not in stale]
        given = {"source": None, "cell": "", "recorded_at": timezone.now(), "recorded_by": actor}
        written = [
            Figure(report=held, unit=one.unit, indicator=one.indicator, numerator=one.value[0], denominator=one.value[1], **given)
            for one in mine
            if one.value is not None
        ]
        Figure.objects.bulk_create(
            written, update_conflicts=True, unique_fields=["report", "unit", "indicator"], update_fields=["numerator", "denominator", *given]
        )
        if gone := {(one.unit.pk, one.indicator.pk) for one in mine if one.value is None}:
            Figure.objects.filter(pk__in=[pk for pk, *key in rows.values_list("pk", "unit_id", "indicator_id") if tuple(key) in gone]).delete()
        if mine:
            said = {f"{one.unit.code}/{one.indicator.code}": [one.seen, one.value] for one in mine}
            _record("figures", held, actor, data={"figures": said})
    return stale


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
    upload: "UploadedFile[bytes] | None" = None,
    explanation: str = "",
) -> Report:
    """A district files its report. Late is decided by the first filing and stays. Raises AlreadyFiled when it is filed and was not returned.

    What the communes reported themselves and the district did not change is taken over into the report, so that it is whole and stays as it is.
    `upload` is the signed scan: it becomes a document of the district (raises BadFile, NumberTaken of `communes.services`).
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
        report.number, report.dated = number, dated
        if upload:
            said: dict[str, Any] = {"kind": Document.REPORT, "number": number, "issued_on": dated, "issuer": _("UBND %s") % unit.full_name}
            report.scan, _new = communes.save_document(unit=unit, actor=actor, upload=upload, title=named(report), **said)
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
        _tell(report, [report.unit.parent_id], PROVINCE_ROLES, _("%s đã gửi") % named(report), _filed_words(report))
    return report


def named(report: Report) -> str:
    """The report in a sentence: which district's, of what."""
    words = _("báo cáo tổng hợp hội nghị đối thoại") if report.kind == ReportKind.DIALOGUE else _("báo cáo %s") % report.period.name.lower()
    return f"{report.unit.full_name}: {words}"


def _filed_words(report: Report) -> str:
    said = {"number": report.number, "dated": f"{report.dated:%d/%m/%Y}", "late": _("Trễ hạn") if report.late else _("Đúng hạn")}
    return _("Văn bản số %(number)s ngày %(dated)s. %(late)s.") % said


def _tell(report: Report, units: Iterable[int | None], roles: Collection[str], subject: str, body: str) -> None:
    """Tell those who are to go on with a report, and who acts for them today, once for each version of it."""
    people = [person.pk for person in plan_selectors.to_tell([unit for unit in units if unit]) if person.role in roles]
    ledger.notify({*people, *deputies(people).values()}, key=f"report/{report.pk}/{report.version}", subject=subject, body=body, link=address(report))


def address(report: Report) -> str:
    """The page of a report."""
    name = "report-dialogue" if report.kind == ReportKind.DIALOGUE else "report"
    return reverse(name, args=[report.period.code, report.unit.code])


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
    if step is None or hat(actor).role not in step.roles:
        raise Refused(_("Báo cáo không ở trạng thái cho phép việc này."))
    if step.needs_reason and not reason.strip():
        raise Refused(_("Ghi lý do trả lại."))
    kept = [["", "", reason], *(list(remark) for remark in remarks)] if step.needs_reason else []
    with transaction.atomic():
        moved = Report.objects.filter(pk=report.pk, state=report.state, version=version).update(state=step.to, remarks=kept, version=F("version") + 1)
        if not moved:
            raise Stale
        _record(act, report, actor, before=report.state, after=step.to, reason=reason, data={"remarks": len(kept)})
        now = Report.objects.select_related("period__plan", "unit").get(pk=report.pk)
        subject = _("%s được chấp nhận") if act == ReportAct.ACCEPT else _("%s bị trả lại")
        _tell(now, [now.unit_id], {Role.DISTRICT_APPRAISER}, subject % named(now), reason or _("Số liệu được dùng để tổng hợp."))
    return now


def extend(*, report: Report, until: date, reason: str, actor: User) -> Report:
    """Give a district more time: late stays late, the extension is shown beside it. Raises Refused without a reason, or once the report is filed."""
    if not reason.strip():
        raise Refused(_("Ghi lý do gia hạn."))
    with transaction.atomic():
        held = Report.objects.select_for_update(of=["self"]).select_related("period__plan", "unit").get(pk=report.pk)
        if held.filed_at is not None:
            raise Refused(_("Báo cáo đã gửi, không cần gia hạn."))
        before = held.extended_to
        held.extended_to, held.extension_reason, held.extended_by = until, reason, actor
        held.version += 1
        held.save(update_fields=["extended_to", "extension_reason", "extended_by", "version"])
        _record("extend", held, actor, reason=reason, data={"from": before and before.isoformat(), "to": until.isoformat()})
        subject = _("%(report)s được gia hạn đến hết ngày %(day)s") % {"report": named(held), "day": f"{until:%d/%m/%Y}"}
        _tell(held, [held.unit_id], {Role.DISTRICT_APPRAISER}, subject, reason)
    return held
