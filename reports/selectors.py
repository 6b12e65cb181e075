"""Reads of the figures. Pages, documents and the API ask here and show the same rows."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    FilteredRelation,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat

from accounts.models import User
from communes.models import Unit, UnitQuerySet
from communes.rules import Level, fold
from communes.selectors import REGISTERS
from ledger.models import Entry, Job, Notice
from ledger.rules import digest
from plan2018 import rules as plan_rules
from plan2018.models import Period, Target
from reports import rules
from reports.models import Edition, Metric, Paper, Report, Rollup, Standing
from scoring.models import Answer, Assessment, CriteriaSet, Criterion, Threshold, Title, stage_total
from scoring.rules import SCALED, Act, Grade, Stage, State
from scoring.rules import Threshold as ThresholdRule
from scoring.selectors import SUBJECT


def ledger_position(period: Period) -> tuple[int, str]:
    """How many ledger entries speak of the periods of this plan or of registers, and the digest that names the last of them: the inputs of a fill.

    All periods of the plan, because the year's board also shows whether the half-year reports came in time. Registers are dated: a change may concern
    any period.
    """
    codes = [*period.plan.periods.values_list("code", flat=True), REGISTERS]
    position = Entry.objects.filter(topic__in=codes).aggregate(count=Count("pk"), last=Max("pk"))
    last = Entry.objects.filter(pk=position["last"]).values_list("hash", flat=True).first()
    return position["count"], digest([period.code, position["count"], last])


def last_fill(period: Period) -> tuple[str, datetime] | None:
    """What names the figures that the period shows now: the digest of their inputs and the moment of the fill. None before the first."""
    return Rollup.objects.filter(period=period).values_list("digest", "filled_at").first()


def stale_periods() -> list[Period]:
    """Periods whose ledger entries have moved on since their last fill, or that were never filled."""
    filled = dict(Rollup.objects.values_list("period_id", "entries"))
    counts = dict(
        Entry.objects.exclude(topic="").values_list("topic").annotate(count=Count("pk")).values_list("topic", "count"),
    )
    periods = list(Period.objects.select_related("plan"))
    of_plan: dict[int, int] = {}
    for period in periods:
        of_plan[period.plan_id] = of_plan.get(period.plan_id, counts.get(REGISTERS, 0)) + counts.get(period.code, 0)
    return [period for period in periods if of_plan[period.plan_id] and filled.get(period.pk) != of_plan[period.plan_id]]


def targets_of(period: Period) -> list[Target]:
    """The targets of the period's plan with their indicators."""
    return list(Target.objects.filter(plan=period.plan_id).select_related("indicator"))


def key_of(target: Target, period: Period) -> str:
    """The key of the figure that proves a target in this period: its indicator, of another term of the plan where the target names one. Empty: none."""
    if target.indicator is None:
        return ""
    return target.indicator.code if target.term in ("", period.kind) else f"{target.indicator.code}.{target.term}"


def judged(target: Target, figure: "Metric | rules.Figure") -> plan_rules.Judgement | None:
    """A figure held against its target."""
    return plan_rules.judge(target.unit, target.operator, target.value, figure.numerator, figure.denominator, figure.low)


def due_on(period: Period, indicator: str) -> date | None:
    """The day until which the plan asks for an indicator; None where it names none in figures."""
    due = Target.objects.filter(plan=period.plan_id, indicator__code=indicator).values_list("due", flat=True).first()
    try:
        return date.fromisoformat(due or "")
    except ValueError:
        return None


def province_figures(period: Period) -> dict[int, dict[str, Metric]]:
    """Every figure of every province of a period: province -> indicator -> figure."""
    found: dict[int, dict[str, Metric]] = {}
    for metric in Metric.objects.filter(period=period, unit__level=Level.PROVINCE):
        found.setdefault(metric.unit_id, {})[metric.indicator] = metric
    return found


def ranking(period: Period, scope: Unit | None, *, district: str = "", grade: str = "", words: str = "") -> "QuerySet[Standing, Any]":
    """The ranking of a period as plain rows, by rank and then by name in Vietnamese order; ranks are those of the whole province.

    `scope` narrows to what a user sees (None: everything); `district` is a code, `words` part of a name with or without diacritics.
    """
    rows = _standings(period, scope)
    if district:
        rows = rows.filter(unit__parent__code=district)
    if grade:
        rows = rows.filter(grade=grade)
    if words:
        rows = rows.filter(unit__search_key__contains=fold(words))
    return rows.order_by("rank", "unit__sort_key").values(
        "rank",
        "total",
        "max_total",
        "grade",
        "clean_strong",
        unit_code=F("unit__code"),
        unit_name=F("unit__full_name"),
        district_code=F("unit__parent__code"),
        district_name=F("unit__parent__full_name"),
    )


def _standings(period: Period, scope: Unit | None) -> "QuerySet[Standing]":
    rows = Standing.objects.filter(period=period)
    return rows if scope is None else rows.filter(_inside(scope))


def _inside(scope: Unit) -> Q:
    """The condition on a row of a commune that it lies in this province or district, or is this commune."""
    if scope.level == Level.PROVINCE:
        return Q(unit__parent__parent=scope.pk) | Q(unit__parent=scope.pk)
    return Q(unit=scope.pk) | Q(unit__parent=scope.pk)


def choices(seen: UnitQuerySet, code: str) -> list[Unit]:
    """Of the units that somebody sees, those to choose from beside the unit of this code, from the top down in Vietnamese order, by one query.

    All above the communes; and the communes of this district, or of the district of this commune.
    """
    beside = Q(parent__code=code) | Q(parent__in=Unit.objects.filter(code=code, level=Level.COMMUNE).values("parent"))
    found = seen.filter(~Q(level=Level.COMMUNE) | Q(code=code) | beside).select_related("parent__parent")
    return sorted(found, key=lambda unit: (list(Level).index(Level(unit.level)), unit.sort_key))


def province_of(unit: Unit) -> Unit:
    """The province of a unit, or the province itself."""
    return unit if unit.parent is None else province_of(unit.parent)


def league(period: Period, scope: Unit, *, district: str = "", grade: str = "", words: str = "") -> "QuerySet[Any, Any]":
    """Every commune of a scope that owes a form, with its place as last filled: the ranked ones first, then by name those without a rank.

    Narrowed as `ranking` is, and with the same ranks; beside them the state of the form now, whether the rank is shared in the province (`tied`), and
    the rank in the period of the plan before this one (`rank_before`).
    """
    before = Standing.objects.filter(unit=OuterRef("pk"), period__plan=period.plan_id, period__ends_on__lt=period.ends_on)
    shared = _standings(period, province_of(scope)).values("rank").annotate(count=Count("unit")).filter(count__gt=1)
    rows = Unit.objects.under(scope).annotate(
        form=FilteredRelation("assessments", condition=Q(assessments__period=period.pk)),
        standing=FilteredRelation("standings", condition=Q(standings__period=period.pk)),
    )
    rows = rows.filter(form__isnull=False)
    if district:
        rows = rows.filter(parent__code=district)
    if grade:
        rows = rows.filter(standing__grade=grade)
    if words:
        rows = rows.filter(search_key__contains=fold(words))
    return rows.order_by(F("standing__rank").asc(nulls_last=True), "sort_key").values(
        state=F("form__state"),
        late=F("form__late"),
        rank=F("standing__rank"),
        total=F("standing__total"),
        max_total=F("standing__max_total"),
        grade=F("standing__grade"),
        clean_strong=F("standing__clean_strong"),
        tied=ExpressionWrapper(Q(standing__rank__in=shared.values("rank")), output_field=BooleanField()),
        rank_before=Subquery(before.order_by("-period__ends_on").values("rank")[:1]),
        unit_code=F("code"),
        unit_name=F("full_name"),
        district_code=F("parent__code"),
        district_name=F("parent__full_name"),
    )


def sheet(period: Period, unit: Unit) -> list[dict[str, Any]]:
    """The points of a commune in every period of the plan, as plain rows: a criterion each, with its form and the means of district and province.

    Of the form every row says the state, the result, the place (`rank`, `tied`) and the decision on the year's title (`title_number`, `title_date`).
    The `answer` itself comes with it, for whoever needs the form as a whole.
    """
    own = Standing.objects.filter(period=OuterRef("assessment__period"), unit=unit)
    equal = Standing.objects.filter(_inside(province_of(unit)), period=OuterRef("period"), rank=OuterRef("rank")).exclude(unit=unit)
    title = Title.objects.filter(unit=unit, year=OuterRef("assessment__period__plan__year"))
    answers = (
        Answer.objects.filter(assessment__unit=unit, assessment__period__plan=period.plan_id)
        .select_related("assessment__period", "assessment__unit", "criterion")
        .annotate(
            rank=Subquery(own.values("rank")),
            tied=Subquery(own.annotate(shared=Exists(equal)).values("shared")),
            title_number=Subquery(title.values("decision_number")),
            title_date=Subquery(title.values("decided_on")),
            district_mean=_mean(OuterRef("assessment__period"), unit.parent_id, OuterRef("criterion__code")),
            province_mean=_mean(OuterRef("assessment__period"), province_of(unit).pk, OuterRef("criterion__code")),
        )
    )
    return [_sheet_row(answer) for answer in answers.order_by("assessment__period__ends_on", "criterion__position")]


def _sheet_row(answer: Any) -> dict[str, Any]:
    form = answer.assessment
    return {
        "answer": answer,
        "number": answer.criterion.number,
        "title": answer.criterion.title,
        "period": form.period.code,
        "period_name": form.period.name,
        "period_kind": form.period.kind,
        "max_total": form.max_points,
        **{name: getattr(form, name) for name in ("state", "late", "total", "grade", "reasons", "approved_at")},
        **{name: getattr(answer, name) for name in ("max_points", "self_points", "appraised_points", "final_points")},
        **{name: getattr(answer, name) for name in ("rank", "tied", "title_number", "title_date", "district_mean", "province_mean")},
    }


def criteria(period: Period, district: Unit) -> list[dict[str, Any]]:
    """The criteria of a period with the means of a district and its province, as plain rows; None without a result."""
    used = Assessment.objects.filter(period=period).values("criteria_set")
    rows = Criterion.objects.filter(criteria_set__in=used, kind=Criterion.COMPONENT).values(
        *("number", "title", "max_points"),
        district_mean=_mean(period.pk, district.pk, OuterRef("code")),
        province_mean=_mean(period.pk, province_of(district).pk, OuterRef("code")),
    )
    return [dict(row) for row in rows]


def report(period: Period, district: Unit) -> dict[str, Any] | None:
    """The report that a district filed for a period, as a plain row."""
    row = (
        Report.objects.filed()
        .filter(period=period, unit=district, kind=rules.ReportKind.PERIOD)
        .values("number", "dated", "filed_at", "late")
        .first()
    )
    return dict(row) if row else None


def _mean(period: Any, unit: int | None, criterion: OuterRef) -> Subquery:
    rows = Metric.objects.filter(period=period, unit=unit, indicator=Concat(Value(rules.CRITERION), criterion))
    return Subquery(rows.values("value")[:1])


def filled(period: Period, province: Unit) -> tuple[int, datetime | None]:
    """How many communes of a province have a rank, and when that was counted (None: never)."""
    rows = Metric.objects.filter(period=period, unit=province, indicator=f"state.{State.APPROVED}")
    count, moment = rows.values_list("numerator", "period__rollup__filled_at").first() or (0, None)
    return int(count), moment


def thresholds(period: Period) -> list[ThresholdRule]:
    """The classes of the period's criteria set, best first."""
    sets = Assessment.objects.filter(period=period).values("criteria_set")
    return [threshold.rule() for threshold in Threshold.objects.filter(criteria_set__in=sets)]


def grade_label(period: Period) -> Case:
    """The Vietnamese name of the class of a row, as one more column: looked up once for each class, not for each row."""
    criteria_set = Assessment.objects.filter(period=period).values("criteria_set")[:1]
    labels = Threshold.objects.filter(criteria_set=Subquery(criteria_set)).order_by()
    return Case(*(When(grade=grade, then=Subquery(labels.filter(grade=grade).values("label")[:1])) for grade in Grade))


def figures(period: Period, unit: Unit) -> dict[str, Metric]:
    """The figures of a district or province by indicator."""
    return {metric.indicator: metric for metric in Metric.objects.filter(period=period, unit=unit)}


def rollup_rows(period: Period, unit: Unit) -> list[dict[str, Any]]:
    """All figures of a unit as plain rows. What a commune's own form says is read from it: what one row says already is not stored twice."""
    if unit.level == Level.COMMUNE:
        return _commune_rows(period, unit)
    return _stored_rows(period, unit)


def _stored_rows(period: Period, unit: Unit) -> list[dict[str, Any]]:
    rows = Metric.objects.filter(period=period, unit=unit).order_by("indicator")
    return [dict(row) for row in rows.values("indicator", "numerator", "denominator", "value", "low", "high", "met", "parts")]


def _commune_rows(period: Period, unit: Unit) -> list[dict[str, Any]]:
    assessment = Assessment.objects.filter(period=period, unit=unit).first()
    if assessment is None:
        return []
    submitted = assessment.first_submitted_at is not None
    counts = {
        "submitted": submitted,
        "on_time": submitted and not assessment.late,
        "late": submitted and bool(assessment.late),
        "missing": not submitted,
        **{f"state.{state}": assessment.state == state for state in State},
    }
    rows = []
    standing = Standing.objects.filter(period=period, unit=unit).first()
    if standing:
        counts |= {f"grade.{grade}": standing.grade == grade for grade in Grade}
        if period.kind == Period.YEAR:
            counts[rules.TITLE] = standing.clean_strong
        answers = assessment.answers.values_list("criterion__code", "final_points")
        rows = [_row(f"{rules.CRITERION}{code}", points, Decimal(1), points, points) for code, points in answers if points is not None]
        share = 100 * standing.total / standing.max_total
        rows.append(_row(rules.SCORE, standing.total, standing.max_total, share, standing.total))
    rows += [_row(name, Decimal(held), Decimal(1), Decimal(100 * held), None) for name, held in counts.items()]
    rows += _stored_rows(period, unit)
    return sorted(rows, key=lambda row: row["indicator"])


def _row(indicator: str, numerator: Decimal, denominator: Decimal, value: Decimal, extreme: Decimal | None) -> dict[str, Any]:
    """Build a row with as many places as the stored ones have."""
    return {
        "indicator": indicator,
        "numerator": numerator.quantize(Decimal("0.01")),
        "denominator": denominator.quantize(Decimal("0.01")),
        "value": value.quantize(Decimal("0.0001")),
        "low": extreme,
        "high": extreme,
        "met": None,
        "parts": 1,
    }


def targets(period: Period, unit: Unit) -> list[dict[str, Any]]:
    """All targets of the plan with what is known of them for a unit, and what was known in the period of the plan before this one.

    Units below the province have no verdict where the plan sets a number of communes or districts for the whole province (`judged` False).
    """
    known: dict[str, dict[str, Metric | rules.Figure]] = {}
    terms = {}
    for metric in Metric.objects.filter(unit=unit, period__plan=period.plan_id, period__ends_on__lte=period.ends_on).select_related("period"):
        known.setdefault(metric.period.code, {})[metric.indicator] = metric
        terms[metric.period.code] = metric.period
    if unit.level == Level.COMMUNE:
        for code, kind, grade, clean_strong in Standing.objects.filter(
            unit=unit, period__plan=period.plan_id, period__ends_on__lte=period.ends_on
        ).values_list("period__code", "period__kind", "grade", "clean_strong"):
            known.setdefault(code, {}).update(_own_result(kind, grade, clean_strong=clean_strong))
    before = max((term for term in terms.values() if term != period), key=lambda term: term.ends_on, default=None)
    return _targets(period, unit, known.get(period.code, {}), known.get(before.code, {}) if before else {})


def parts(period: Period, unit: Unit, key: str) -> list[dict[str, Any]]:
    """The units below one with their figure of this key (`key_of`), by one query: districts and communes in Vietnamese order, None without a figure.

    `owes` says of a commune that it owes a form in this period, and so what everyone owes. A commune's class and title are read from its result.
    """
    rows = (
        Unit.objects.under(unit)
        .on(period.ends_on)
        .exclude(pk=unit.pk)
        .annotate(
            form=FilteredRelation("assessments", condition=Q(assessments__period=period.pk)),
            figure=FilteredRelation("metrics", condition=Q(metrics__period=period.pk, metrics__indicator=key)),
            result=FilteredRelation("standings", condition=Q(standings__period=period.pk)),
        )
        .order_by("sort_key", "code")
    )
    columns = ("code", "level", "name", "full_name", "parent__code", "form__pk", "result__grade", "result__clean_strong")
    found = []
    for code, level, name, full_name, parent, form, grade, clean_strong, *figure in rows.values_list(
        *columns, *(f"figure__{column}" for column in rules.Figure._fields)
    ):
        own = _own_result(period.kind, grade, clean_strong=clean_strong).get(key) if level == Level.COMMUNE and grade else None
        known = own or (rules.Figure(*figure) if figure[0] is not None else None)
        found.append(
            {"code": code, "level": level, "name": name, "full_name": full_name, "parent": parent, "owes": form is not None, "figure": known}
        )
    return found


def _own_result(kind: str, grade: str, *, clean_strong: bool) -> "dict[str, Metric | rules.Figure]":
    """A commune's class and title as figures: 1 of 1, or 0 of 1."""
    held = {f"grade.{one}": one == grade for one in Grade} | ({rules.TITLE: clean_strong} if kind == Period.YEAR else {})
    return {indicator: rules.Figure(Decimal(yes), Decimal(1), Decimal(100 * yes)) for indicator, yes in held.items()}


def _targets(
    period: Period,
    unit: Unit,
    known: "Mapping[str, Metric | rules.Figure]",
    before: "Mapping[str, Metric | rules.Figure] | None" = None,
) -> list[dict[str, Any]]:
    return [_target(target, period, unit, known, before or {}) for target in targets_of(period)]


def _target(
    target: Target, period: Period, unit: Unit, known: "Mapping[str, Metric | rules.Figure]", before: "Mapping[str, Metric | rules.Figure]"
) -> dict[str, Any]:
    key = key_of(target, period)
    figure, figure_before = known.get(key), before.get(key) if not target.term else None
    verdict, verdict_before = figure and judged(target, figure), figure_before and judged(target, figure_before)
    whole = unit.level == Level.PROVINCE or target.unit not in plan_rules.COUNTS
    indicator, parts = target.indicator, figure.parts if figure else 0
    expected = _expected(target, known, commune=unit.level == Level.COMMUNE) or parts
    return {
        **{
            name: getattr(target, name)
            for name in (
                "code",
                "clause",
                "name",
                "operator",
                "value",
                "unit",
                "level",
                "source",
                "population",
                "due",
                "contradiction",
                "note",
                "term",
            )
        },
        "key": key,
        "indicator": indicator.code if indicator else "",
        "record": indicator.source if indicator else "",
        "everyone": bool(indicator and indicator.everyone),
        "indicator_name": indicator.name if indicator else "",
        "definition": indicator.definition if indicator else "",
        "declared": bool(indicator and indicator.declared),
        "combine": indicator.combine if indicator else "",
        **{name: getattr(figure, name) if verdict else None for name in ("numerator", "denominator", "low", "high")},
        "share": 100 * figure.numerator / figure.denominator if figure and figure.denominator else None,
        "actual": verdict.actual if verdict else None,
        "needed": verdict.needed if verdict and whole else None,
        "gap": verdict.gap if verdict and whole else None,
        "met": verdict.met if verdict and whole else None,
        "judged": whole,
        "expected": expected,
        "parts": parts,
        "owing": expected - parts,
        "stage": plan_rules.stage(half=period.kind == Period.HALF and target.term != Period.HALF, owing=expected - parts) if verdict else "",
        "before": verdict_before.actual if verdict_before else None,
        "before_numerator": figure_before.numerator if figure_before and verdict_before else None,
        "before_denominator": figure_before.denominator if figure_before and verdict_before else None,
    }


def _expected(target: Target, known: "Mapping[str, Metric | rules.Figure]", *, commune: bool) -> int:
    """How many communes (for reports: districts) owe the figure of a target; 0 where only those owe it that have it."""
    if target.indicator is None or not target.indicator.everyone:
        return 0
    if target.indicator.source == plan_rules.Source.FILING:
        reports = known.get("report.filed")
        return int(reports.denominator) if reports else 0
    forms = known.get("submitted")
    return 1 if commune else int(forms.denominator) if forms else 0


def periods_to_show() -> "QuerySet[Period]":
    """The periods, best first to open: those for which a form was submitted, then those with figures, then the others; the newest first.

    So the plan of a new year, as long as nobody has sent anything for it, does not push the year before from the first page.
    """
    figures = Metric.objects.filter(period=OuterRef("pk"))
    begun = Exists(figures.filter(unit__level=Level.PROVINCE, indicator="submitted", numerator__gt=0))
    return Period.objects.annotate(begun=begun, filled=Exists(figures)).order_by("-begun", "-filled", "-ends_on", "-starts_on")


class Frame(NamedTuple):
    """What the frame of every page says."""

    period: str = ""
    """Code of the period to which the menu leads; empty before a plan is loaded."""
    plan_number: str = ""
    plan_year: int = 0
    plan_issued_on: date | None = None
    demo: bool = False
    """Figures are illustrative."""
    unchecked: bool = False
    """Criteria are not compared with their decision's annex."""
    unread: int = 0
    """Notices that are new to the reader."""


def frame(reader: int | None = None, asked: str = "") -> Frame:
    """What the frame of a page says, by one query. `reader` is the person (by id) who reads, `asked` the code of the page's period, if it has one.

    The menu leads to the best period to open, but a page about the plan of another year stays with that year.
    """
    illustrative, unchecked = Exists(User.objects.filter(is_demo=True)), Exists(CriteriaSet.objects.filter(verified=False))
    unread = Notice.objects.filter(person=reader, read_at=None).order_by().values("person").annotate(count=Count("pk")).values("count")
    told = Coalesce(Subquery(unread), 0) if reader else Value(0)
    columns = ("code", "plan__number", "plan__year", "plan__issued_on", illustrative, unchecked, told)
    rows = [Frame(*row) for row in periods_to_show().values_list(*columns)]
    best = rows[0] if rows else Frame()
    own = next((row for row in rows if row.period == asked), best)
    return best if own.plan_year == best.plan_year else own


def board(code: str, province: Unit) -> rules.Board:
    """The board of a province for the period of this code, by five queries whatever the number of units. Raises Period.DoesNotExist."""
    entries = Entry.objects.filter(topic=OuterRef("code")).order_by().values("topic").annotate(count=Count("pk")).values("count")
    periods = Period.objects.select_related("plan", "rollup").annotate(entries=Coalesce(Subquery(entries), 0))
    listed = list(periods.order_by("-ends_on", "-starts_on"))
    period = next((period for period in listed if period.code == code), None)
    if period is None:
        raise Period.DoesNotExist(code)
    of_plan = [other for other in listed if other.plan_id == period.plan_id]
    earlier = next((other for other in of_plan if other.due_on < period.due_on), None)
    rollup = getattr(period, "rollup", None)
    figures = _figures_of_all(period, province)
    districts, communes = _units_of(period, earlier, province, figures)
    thresholds, criteria = _criteria_of(period)
    return rules.Board(
        term=_term(period),
        earlier=_term(earlier) if earlier else None,
        others=[_term(other) for other in sorted(listed, key=lambda other: other.plan_id != period.plan_id) if other != period],
        filled_at=rollup.filled_at if rollup else None,
        behind=sum(other.entries for other in of_plan) - (rollup.entries if rollup else 0),
        figures=figures.get(province.pk, {}),
        districts=districts,
        communes=communes,
        targets=_targets(period, province, figures.get(province.pk, {})),
        thresholds=thresholds,
        criteria=criteria,
    )


def _term(period: Period) -> rules.Term:
    return rules.Term(period.code, period.name, period.kind, period.last_day)


def _figures_of_all(period: Period, province: Unit) -> dict[int, dict[str, rules.Figure]]:
    """The figures of a province and its districts: unit id -> indicator -> figure."""
    rows = Metric.objects.filter(Q(unit=province.pk) | Q(unit__parent=province.pk), period=period)
    found: dict[int, dict[str, rules.Figure]] = {}
    for unit, indicator, *figure in rows.values_list("unit_id", "indicator", *rules.Figure._fields):
        found.setdefault(unit, {})[indicator] = rules.Figure(*figure)
    return found


def _units_of(
    period: Period, earlier: Period | None, province: Unit, figures: dict[int, dict[str, rules.Figure]]
) -> tuple[list[rules.District], list[rules.Commune]]:
    """The districts and communes of a province with their forms, results and reports, in one statement."""
    answers = Answer.objects.filter(assessment=OuterRef("form__pk"))
    lowest = answers.filter(criterion__scoring__in=SCALED, final_na=False).order_by("final_points", "criterion__position")
    self_total = answers.order_by().values("assessment").annotate(total=stage_total(Stage.SELF)).values("total")
    appraisals = Entry.objects.filter(subject_kind=SUBJECT, subject_key=Concat(Value(f"{period.code}/"), OuterRef("code")), act=Act.APPRAISE)
    rows = (
        Unit.objects.under(province)
        .on(period.ends_on)
        .exclude(pk=province.pk)
        .annotate(
            form=FilteredRelation("assessments", condition=Q(assessments__period=period.pk)),
            result=FilteredRelation("standings", condition=Q(standings__period=period.pk)),
            report=FilteredRelation("reports", condition=Q(reports__period=period.pk, reports__kind=rules.ReportKind.PERIOD)),
            report_before=FilteredRelation(
                "reports", condition=Q(reports__period=earlier.pk if earlier else None, reports__kind=rules.ReportKind.PERIOD)
            ),
            waiting_since=Case(When(form__state=State.APPRAISED, then=Subquery(appraisals.order_by("-pk").values("at")[:1]))),
            self_total=Case(When(form__state=State.APPROVED, then=Subquery(self_total))),
            lowest=Case(When(form__state=State.APPROVED, then=Subquery(lowest.values("criterion__code")[:1]))),
            lowest_points=Case(When(form__state=State.APPROVED, then=Subquery(lowest.values("final_points")[:1]))),
        )
        .order_by("sort_key", "code")
        .values_list(
            *("pk", "level", "code", "name", "full_name", "parent__code", "outline"),
            *("form__state", "waiting_since", "result__grade", "result__total", "result__max_total", "self_total", "lowest", "lowest_points"),
            *("report__filed_at", "report__late", "report_before__filed_at", "report_before__late"),
        )
    )
    districts, communes = [], []
    for pk, level, code, name, full_name, parent, outline, *form, filed_at, late, filed_before_at, late_before in rows:
        if level == Level.COMMUNE:
            communes.append(rules.Commune(code, name, full_name, parent, outline, *form))
        elif level == Level.DISTRICT:
            filings = {period.code: rules.Filing(filed_at, late)}
            if earlier:
                filings[earlier.code] = rules.Filing(filed_before_at, late_before)
            districts.append(rules.District(code, name, full_name, figures.get(pk, {}), filings, outline))
    return districts, communes


def _criteria_of(period: Period) -> tuple[list[ThresholdRule], list[rules.Criterion]]:
    """The classes and criteria by which a period is scored, in one query: each class beside each criterion."""
    used = Assessment.objects.filter(period=period).values("criteria_set")[:1]
    rows = Threshold.objects.filter(criteria_set=Subquery(used), criteria_set__criteria__kind=Criterion.COMPONENT).order_by(
        "-lower_pct", "criteria_set__criteria__position"
    )
    columns = [f"criteria_set__criteria__{name}" for name in ("code", "number", "title", "max_points")]
    thresholds: dict[str, ThresholdRule] = {}
    criteria: dict[str, rules.Criterion] = {}
    for grade, lower_pct, *criterion in rows.values_list("grade", "lower_pct", *columns):
        thresholds[grade] = ThresholdRule(Grade(grade), lower_pct)
        criteria[criterion[0]] = rules.Criterion(*criterion)
    return list(thresholds.values()), list(criteria.values())


def editions(period: Period) -> "QuerySet[Edition]":
    """The editions of a period, the newest first, without their content."""
    return Edition.objects.filter(period=period).select_related("made_by").defer("content").order_by("-number")


def newest_editions() -> "QuerySet[Edition]":
    """The editions of all periods, the newest first, without their content."""
    return Edition.objects.select_related("period").defer("content").order_by("-made_at")


def papers(unit: Unit) -> "QuerySet[Paper]":
    """The documents that somebody of this unit may read, the newest first: in the province all, below it those about the unit itself."""
    rows = Paper.objects.select_related("edition__period", "unit", "asked_by").defer("edition__content").order_by("-asked_at")
    return rows if unit.level == Level.PROVINCE else rows.filter(unit=unit)


def jobs(task: str, keys: list[str]) -> dict[str, Job]:
    """The newest job of this task for each key."""
    return {job.key: job for job in Job.objects.filter(task=task, key__in=keys).order_by("created_at")}


def estimates(year: Period, half: Period, unit: Unit, indicator: str) -> list[dict[str, Any]]:
    """What every commune under a unit estimated for an indicator at half-year, and what the year brought, in alphabetical order by district."""
    both: dict[int, dict[int, tuple[Decimal, ...]]] = {half.pk: {}, year.pk: {}}
    rows = Metric.objects.filter(period__in=both, indicator=indicator).values_list("period_id", "unit_id", "numerator", "denominator", "value")
    for term, pk, *figure in rows:
        both[term][pk] = tuple(figure)
    places = (
        Unit.objects.under(unit)
        .on(year.ends_on)
        .order_by(Case(When(level=Level.PROVINCE, then=0), When(level=Level.DISTRICT, then=1), default=2), "parent__sort_key", "sort_key", "code")
    )
    return [
        {"code": code, "level": level, "unit": name, "district": parent, "half": both[half.pk].get(pk), "year": both[year.pk].get(pk)}
        for pk, code, level, name, parent in places.values_list("pk", "code", "level", "full_name", "parent__full_name")
    ]


def criterion_numbers() -> dict[str, str]:
    """The numbers of criteria (I.1) by their codes, in the order of the form; of a code in several sets, that of the newest."""
    rows = Criterion.objects.filter(kind=Criterion.COMPONENT).order_by("criteria_set__valid_from", "position")
    return dict(rows.values_list("code", "number"))
