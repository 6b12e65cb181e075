"""Reads of criteria, assessments and titles, narrowed to a unit by their callers' scope."""

from django.db.models import BooleanField, Case, Exists, OuterRef, Prefetch, Q, QuerySet, Value, When

from communes.models import Unit
from ledger.models import Entry, EntryQuerySet
from plan2018.models import Period
from scoring.models import Answer, Assessment, AssessmentQuerySet, CriteriaSet, Title
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
