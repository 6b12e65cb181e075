"""Reads of criteria, assessments and titles, narrowed to a unit by their callers' scope."""

from typing import Any

from django.db.models import BooleanField, Case, Exists, F, OuterRef, Prefetch, Q, QuerySet, Value, When

from communes.models import Unit
from ledger.models import Entry, EntryQuerySet
from plan2018.models import Period
from scoring.models import Answer, Assessment, AssessmentQuerySet, CriteriaSet, Criterion, Title
from scoring.rules import Classification, Points, Stage, classify, total

SUBJECT = "assessment"
"""Kind of the ledger entries of an assessment; the key is period/unit code."""


def criteria_set_for(period: Period) -> CriteriaSet:
    """The newest set in force on the last day of the period. Raises CriteriaSet.DoesNotExist."""
    sets = CriteriaSet.objects.filter(valid_from__lte=period.ends_on).exclude(valid_to__lte=period.ends_on)
    return sets.latest("valid_from")


def assessments(period: Period, unit: Unit) -> AssessmentQuerySet:
    """The assessments of a period under a unit, by district and name, with the unit and its parent loaded."""
    return (
        Assessment.objects.under(unit)
        .filter(period=period)
        .select_related("unit__parent", "period", "criteria_set")
        .annotate(clean_strong=title_exists())
        .order_by("unit__parent__sort_key", "unit__sort_key")
    )


def title_exists() -> Case:
    """Whether the commune of an assessment holds the title for the year of the period. A title is for a year, so a half-year has none."""
    held = Exists(Title.objects.filter(unit=OuterRef("unit"), year=OuterRef("period__plan__year")))
    return Case(When(Q(period__kind=Period.YEAR) & held, then=Value(True)), default=Value(False), output_field=BooleanField())


def answers_first() -> "Prefetch[str, QuerySet[Answer], str]":
    """The answers of assessments in the order of the form, with their criteria and groups."""
    return Prefetch("answers", Answer.objects.select_related("criterion__group").order_by("criterion__position"), to_attr="form")


def form(assessment: Assessment) -> list[Answer]:
    """The answers of one assessment in the order of the form."""
    return list(assessment.answers.select_related("criterion__group").order_by("criterion__position"))


def standing(assessment: Assessment, answers: "list[Answer]", stage: Stage) -> Classification:
    """Where the points of a stage stand now: the running class, by the same rule as the approved one."""
    thresholds = [threshold.rule() for threshold in assessment.criteria_set.thresholds.all()]
    return classify(thresholds, total((answer.points() for answer in answers), stage), assessment.max_points)


def as_rules(answers: "list[Answer]") -> list[Points]:
    """The form as the rules take it."""
    return [answer.points() for answer in answers]


def timeline(assessment: Assessment) -> EntryQuerySet:
    """Who did what to this assessment, oldest first, with the people loaded."""
    return Entry.objects.about(SUBJECT, assessment.key).select_related("actor")


def criterion_rows() -> "QuerySet[Criterion, Any]":
    """The criteria that are scored, of all sets, as plain rows: the newest set first, each in the order of its form."""
    components = Criterion.objects.filter(kind=Criterion.COMPONENT).order_by("-criteria_set__valid_from", "position")
    return components.values(
        "code",
        "number",
        "title",
        "max_points",
        "plan_section",
        "responsible_title",
        "guidance",
        "provenance",
        "position",
        group_code=F("group__code"),
        set_code=F("criteria_set__code"),
    )


def assessment_rows(assessments: AssessmentQuerySet) -> "QuerySet[Assessment, Any]":
    """Assessments as plain rows with what is entered so far, by period, district and name. `total` and `grade` are empty before approval."""
    ordered: QuerySet[Any, Any] = assessments.with_totals().order_by(
        "period__starts_on", "period__ends_on", "unit__parent__sort_key", "unit__sort_key"
    )
    return ordered.values(
        "id",
        "state",
        "self_total",
        "appraised_total",
        "total",
        "max_points",
        "grade",
        unit_code=F("unit__code"),
        period_code=F("period__code"),
    )


def answer_rows(assessment_id: int) -> "QuerySet[Answer, Any]":
    """The answers of one assessment as plain rows, in the order of the form."""
    return (
        Answer.objects.filter(assessment=assessment_id)
        .order_by("criterion__position")
        .values(
            "max_points",
            "self_points",
            "self_note",
            "appraised_points",
            "appraised_reason",
            "final_points",
            "final_reason",
            "remark",
            criterion_code=F("criterion__code"),
        )
    )
