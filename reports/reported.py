"""Reads of districts' reports: what is asked, what the portal has already, figures, versions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Count,
    Q,
    QuerySet,
)
from django.utils.translation import gettext as _

from communes.models import Unit
from communes.sheets import Place
from plan2018 import rules as plan_rules
from plan2018.models import Dialogue, Indicator, Observation, Period
from reports import rules
from reports.models import Figure, Metric, Report, ReportVersion
from reports.sheets import Form, Known, Question

REGISTERED = (plan_rules.Source.ROSTER, plan_rules.Source.OFFICES, plan_rules.Source.PROFILE, plan_rules.Source.RECORD)
"""Sources that a district's report only shows: the register is the proof."""

OFFICIALS, OF_OFFICIALS = "roster.standards", "officials."
"""The figure whose denominator is the roster of a commune; the beginning of the codes of what is counted of the same people."""


def questions(period: Period) -> list[Question]:
    """What a district's report asks for: what communes report, and what the registers say of every commune."""
    found = []
    for indicator in Indicator.objects.filter(plan=period.plan_id):
        known = indicator.source in REGISTERED and indicator.everyone and indicator.combine == plan_rules.Combine.SUM
        if not known and not indicator.answer:
            continue
        roster = indicator.source == plan_rules.Source.ROSTER
        labels = (_("Số người đạt"), _("Số người trong sổ")) if roster else (indicator.numerator_label, indicator.denominator_label)
        ratio, people = roster or indicator.answer == plan_rules.Answer.RATIO, indicator.code.startswith(OF_OFFICIALS)
        found.append(Question(indicator.pk, indicator.code, indicator.name, indicator.definition, ratio, *labels, known, people))
    return found


def form_of(period: Period, district: Unit, places: Iterable[Place]) -> Form:
    """What the workbook of a district's report is about."""
    communes = [place for place in places if place.inside]
    return Form((district.code, district.full_name), (period.code, period.name), questions(period), communes)


def known(period: Period, form: Form, district: Unit) -> Known:
    """What the portal has for a district's report, by a fixed number of queries."""
    by_code = {question.code: question.pk for question in form.questions}
    earlier = Period.objects.filter(ends_on__lt=period.ends_on).order_by("-ends_on").first()
    registers, officials = {}, {}
    stored = Metric.objects.filter(period=period, unit__parent=district, indicator__in=by_code)
    for unit, code, n, d in stored.values_list("unit_id", "indicator", "numerator", "denominator"):
        registers[unit, by_code[code]] = (int(n), int(d))
        if code == OFFICIALS:
            officials[unit] = int(d)
    report = Report.objects.filter(period=period, unit=district, kind=rules.ReportKind.PERIOD).first()
    return Known(
        own=_own(period, district, by_code),
        reported=_reported(period, district, by_code),
        registers=registers,
        earlier=_reported(earlier, district, by_code) | _own(earlier, district, by_code) if earlier else {},
        earlier_name=earlier.name if earlier else "",
        part=bool(earlier and earlier.starts_on == period.starts_on),
        officials=officials,
        narrative=report.narrative if report else {},
        difficulties=report.difficulties if report else (),
    )


def _own(period: Period, district: Unit, by_code: Mapping[str, int]) -> dict[tuple[int, int], tuple[int, int]]:
    """The figures of a district's report, keyed as today's plan keys them."""
    rows = Figure.objects.filter(report__period=period, report__unit=district, report__kind=rules.ReportKind.PERIOD)
    return _by_key(rows, by_code)


def _reported(period: Period, district: Unit, by_code: Mapping[str, int]) -> dict[tuple[int, int], tuple[int, int]]:
    """What the communes of a district reported themselves."""
    return _by_key(Observation.objects.filter(period=period, unit__parent=district), by_code)


def _by_key(rows: "QuerySet[Any]", by_code: Mapping[str, int]) -> dict[tuple[int, int], tuple[int, int]]:
    found = rows.filter(indicator__code__in=by_code).values_list("unit_id", "indicator__code", "numerator", "denominator")
    return {(unit, by_code[code]): (n, d) for unit, code, n, d in found}


def district_report(period: Period, district: Unit, kind: str) -> Report:
    """A district's report, with those who acted on it; a new one, not yet stored, where nothing was entered."""
    rows = Report.objects.select_related("scan", "filed_by", "extended_by").filter(period=period, unit=district, kind=kind)
    report = rows.first() or Report(period=period, unit=district, kind=kind)
    report.period, report.unit = period, district
    return report


def district_reports(period: Period, province: Unit, kind: str) -> list[Report]:
    """The reports of all districts of a province, one for each in force on the last day of the period, in alphabetical order, by two queries."""
    known = {row.unit_id: row for row in Report.objects.filter(period=period, kind=kind).under(province).select_related("filed_by")}
    found = []
    for unit in Unit.objects.under(province).districts().on(period.ends_on).order_by("sort_key"):
        report = known.get(unit.pk) or Report(period=period, unit=unit, kind=kind)
        report.period, report.unit = period, unit
        found.append(report)
    return found


@dataclass(frozen=True)
class FigureSheet:
    """The figures of a district's report: its communes and the indicators it tells of, what it says itself, what else is known.

    Keys are (commune id, indicator id). `own` is what the district wrote, `reported` what communes reported themselves, `counted` what the registers
    said at the last fill. While the report is open, what communes reported stands where the district wrote nothing; filing copies it in.
    """

    report: Report
    communes: Sequence[Unit]
    indicators: Sequence[Indicator]
    own: Mapping[tuple[int, int], Figure]
    reported: Mapping[tuple[int, int], rules.FigureValue]
    counted: Mapping[tuple[int, int], rules.FigureValue]

    def figure(self, unit: Unit, indicator: Indicator) -> rules.FigureValue | None:
        """What the report says now."""
        row = self.own.get((unit.pk, indicator.pk))
        if row:
            return row.numerator, row.denominator
        return self.reported.get((unit.pk, indicator.pk)) if self.report.state in rules.REPORT_OPEN else None

    def known(self, unit: Unit, indicator: Indicator) -> rules.FigureValue | None:
        """What the portal knows beside the report: of the commune itself, or of the registers."""
        return (self.reported if indicator.answer else self.counted).get((unit.pk, indicator.pk))

    @property
    def owed(self) -> Sequence[Indicator]:
        """The indicators that a report has to tell of: no register proves them."""
        return [indicator for indicator in self.indicators if indicator.answer]

    @property
    def expected(self) -> int:
        """How many figures make the whole."""
        return len(self.communes) * len(self.owed)

    @property
    def missing(self) -> list[tuple[Unit, list[Indicator]]]:
        """What is still without a figure, by commune."""
        lacks = [(unit, [one for one in self.owed if self.figure(unit, one) is None]) for unit in self.communes]
        return [lack for lack in lacks if lack[1]]


def figure_sheet(report: Report) -> FigureSheet:
    """The figures of a report, by five queries whatever their number."""
    communes = list(Unit.objects.under(report.unit).communes().on(report.period.ends_on).order_by("sort_key"))
    rows = Indicator.objects.filter(plan=report.period.plan_id).order_by("position", "code")
    indicators = [row for row in rows if rules.asked_as(row.source, row.answer, everyone=row.everyone)]
    indicators.sort(key=lambda row: not row.answer)
    inside, by_code = {unit.pk for unit in communes}, {row.code: row.pk for row in indicators}
    own = Figure.objects.filter(report=report.pk)
    seen = Observation.objects.filter(period=report.period, unit__in=inside).values_list("unit_id", "indicator_id", "numerator", "denominator")
    stored = Metric.objects.filter(period=report.period, unit__in=inside, indicator__in=by_code)
    counted = stored.values_list("unit_id", "indicator", "numerator", "denominator")
    return FigureSheet(
        report,
        communes,
        indicators,
        {(row.unit_id, row.indicator_id): row for row in own},
        {(unit, indicator): (n, d) for unit, indicator, n, d in seen},
        {(unit, by_code[code]): (int(n), int(d)) for unit, code, n, d in counted},
    )


def told(period: str, indicator: str, scope: Unit) -> set[str]:
    """The communes (by code) under a unit whose figure of an indicator comes from an accepted report of their district."""
    rows = Figure.objects.filter(report__period__code=period, report__kind=rules.ReportKind.PERIOD, report__state=rules.ReportState.ACCEPTED)
    inside = Q(unit=scope.pk) | Q(unit__parent=scope.pk) | Q(unit__parent__parent=scope.pk)
    return set(rows.filter(inside, indicator__code=indicator).values_list("unit__code", flat=True))


def told_figure(period: Period, commune: Unit, indicator: str) -> Figure | None:
    """The figure of a commune in the report of its district, with the file it came from and who wrote it; None when the report says nothing of it."""
    rows = Figure.objects.filter(report__period=period, report__kind=rules.ReportKind.PERIOD, unit=commune, indicator__code=indicator)
    return rows.select_related("report__unit", "report__filed_by", "indicator", "source", "recorded_by").first()


def own_report(period: Period, commune: Unit, indicator: Indicator) -> Observation | None:
    """What the commune itself reported for an indicator."""
    return Observation.objects.select_related("recorded_by").filter(period=period, unit=commune, indicator=indicator).first()


def figure_history(figure: Figure) -> list[dict[str, Any]]:
    """What each version of the report said of a figure, the newest first: version, (numerator, denominator, cell) or None."""
    key = f"{figure.unit.code}/{figure.indicator.code}"
    kept = ReportVersion.objects.filter(report=figure.report_id).select_related("made_by", "source").order_by("-number")
    return [{"version": version, "figure": version.content["figures"].get(key)} for version in kept]


def versions(report: Report) -> list[ReportVersion]:
    """The versions of a report without their content, the newest first."""
    return list(ReportVersion.objects.filter(report=report.pk).defer("content").select_related("made_by", "source").order_by("-number"))


def contents(report: Report, *numbers: int) -> list[rules.Content]:
    """The figures of some versions of a report, in the order asked; of none for 0."""
    found = dict(ReportVersion.objects.filter(report=report.pk, number__in=numbers).values_list("number", "content"))
    return [found[number]["figures"] if number else {} for number in numbers]


def figures_now(report: Report) -> tuple[int, str]:
    """How many figures a report has of its own, and their digest."""
    rows = Figure.objects.filter(report=report.pk).values_list("unit__code", "indicator__code", "numerator", "denominator")
    figures = {f"{unit}/{indicator}": (n, d) for unit, indicator, n, d in rows}
    return len(figures), rules.figures_digest(figures)


def dialogues_of(period: Period, district: Unit) -> tuple[int, int, int]:
    """How many conferences stand in the register for the year of a period, in how many communes, out of how many."""
    held = Dialogue.objects.filter(withdrawn_at=None, unit__parent=district, held_on__range=(period.starts_on, period.ends_on))
    counts = held.aggregate(conferences=Count("pk"), communes=Count("unit", distinct=True))
    return counts["conferences"], counts["communes"], Unit.objects.under(district).communes().on(period.ends_on).count()
