"""Reads of criteria, assessments and titles, narrowed to a unit by their callers' scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import BooleanField, Case, Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum, Value, When

from communes.models import Unit
from ledger.models import Entry, EntryQuerySet
from plan2018.models import Period, Record
from scoring.models import Answer, Assessment, AssessmentQuerySet, CriteriaSet, Criterion, Inspection, Support, Title
from scoring.models import Cap as CapRow
from scoring.rules import SCALED, Act, Band, Cap, Grade, Points, Stage, State, Tally, Threshold, bands, lifts, tally
from scoring.setsheets import CAPS, COLUMNS, CRITERIA, LEVELS, SET, THRESHOLDS, Draft

SUBJECT = "assessment"
"""Kind of the ledger entries of an assessment; the key is period/unit code."""

CLASSES = ("criteria_set__thresholds", Prefetch("criteria_set__caps", CapRow.objects.select_related("criterion")))
"""What has to be loaded with assessments before they are classified."""


def criteria_set_for(period: Period) -> CriteriaSet:
    """The newest set in force on the last day of the period. Raises CriteriaSet.DoesNotExist."""
    sets = CriteriaSet.objects.filter(valid_from__lte=period.ends_on).exclude(valid_to__lte=period.ends_on)
    return sets.latest("valid_from")


def assessments(period: Period, unit: Unit) -> AssessmentQuerySet:
    """The assessments of a period under a unit, by district and name, with the unit and its parent loaded."""
    return (
        Assessment.objects.under(unit)
        .filter(period=period)
        .select_related("unit__parent", "period__plan", "criteria_set")
        .annotate(clean_strong=title_exists())
        .order_by("unit__parent__sort_key", "unit__sort_key")
    )


def title_exists() -> Case:
    """Whether the commune of an assessment holds the title for the year of the period. A title is for a year, so a half-year has none."""
    held = Exists(Title.objects.filter(unit=OuterRef("unit"), year=OuterRef("period__plan__year")))
    return Case(When(Q(period__kind=Period.YEAR) & held, then=Value(True)), default=Value(False), output_field=BooleanField())


def answers_first() -> "Prefetch[str, QuerySet[Answer], str]":
    """The answers of assessments in the order of the form, with their criteria, groups and levels."""
    answers = Answer.objects.select_related("criterion__group").prefetch_related("criterion__levels").order_by("criterion__position")
    return Prefetch("answers", answers, to_attr="form")


def form(assessment: Assessment) -> list[Answer]:
    """The answers of one assessment in the order of the form, with their criteria, groups and levels."""
    return list(assessment.answers.select_related("criterion__group").prefetch_related("criterion__levels").order_by("criterion__position"))


def as_rules(answers: Sequence[Answer]) -> list[Points]:
    """The form as the rules take it."""
    return [answer.points() for answer in answers]


def timeline(assessment: Assessment) -> EntryQuerySet:
    """Who did what to this assessment, oldest first, with the people and their units loaded."""
    return Entry.objects.about(SUBJECT, assessment.key).select_related("actor__unit")


@dataclass(frozen=True)
class Step:
    """What one person did in one go: a move, or points entered one after the other (`entries`, oldest first), with the criteria concerned."""

    entries: list[Entry]
    criteria: list[Criterion]

    @property
    def last(self) -> Entry:
        """The entry that names and dates the step."""
        return self.entries[-1]

    @property
    def stage(self) -> str:
        """Whose points were entered; empty for a move."""
        return str(self.last.data.get("stage", ""))

    @property
    def numbers(self) -> str:
        """The criteria by their numbers: I.1, I.2."""
        return ", ".join(criterion.number for criterion in self.criteria)

    def lines(self) -> list[tuple[Criterion, Entry]]:
        """Each entry of points with its criterion."""
        criteria = {criterion.code: criterion for criterion in self.criteria}
        return [(criteria[entry.data["criterion"]], entry) for entry in self.entries if entry.act == Act.ENTER]


def history(assessment: Assessment, answers: Sequence[Answer]) -> list[Step]:
    """The timeline folded for reading, newest first: points that one person entered in a row are one step."""

    def run(entry: Entry) -> tuple[object, ...]:
        return (entry.act, entry.actor_id, entry.data.get("stage")) if entry.act == Act.ENTER else (entry.pk,)

    steps = []
    for _run, group in groupby(timeline(assessment), key=run):
        entries = list(group)
        codes = {code for entry in entries for code in (entry.data.get("criterion"), *entry.data.get("remarks", ()))}
        steps.append(Step(entries, [answer.criterion for answer in answers if answer.criterion.code in codes]))
    return steps[::-1]


def last_writers(assessment: Assessment, stage: Stage) -> dict[str, Entry]:
    """Who wrote the points of a stage last, by criterion."""
    return {entry.data["criterion"]: entry for entry in timeline(assessment).filter(act=Act.ENTER) if entry.data["stage"] == stage}


def last_move(assessment: Assessment) -> Entry | None:
    """The newest entry that is a move, not points."""
    return timeline(assessment).exclude(act=Act.ENTER).last()


def tally_of(assessment: Assessment, answers: Sequence[Answer], stage: Stage) -> Tally:
    """Where a stage of this form stands, with its running class by the rule that also approves. No query when `CLASSES` are prefetched."""
    return tally(as_rules(answers), stage, *_classes(assessment))


def lifts_of(assessment: Assessment, answers: Sequence[Answer], stage: Stage) -> list[tuple[str, Grade]]:
    """Where one point more changes the class of this form. No query when `CLASSES` are prefetched."""
    return lifts(as_rules(answers), stage, *_classes(assessment))


def _classes(assessment: Assessment) -> tuple[list[Threshold], list[Cap]]:
    used = assessment.criteria_set
    return [threshold.rule() for threshold in used.thresholds.all()], [cap.rule() for cap in used.caps.all()]


def bands_of(assessment: Assessment, scale: Decimal | None = None) -> list[Band]:
    """The classes on the scale of this form (or on the one given), lowest first."""
    return bands((threshold.rule() for threshold in assessment.criteria_set.thresholds.all()), assessment.max_points if scale is None else scale)


def grid(period: Period, unit: Unit) -> list[Assessment]:
    """The assessments under a unit with their answers (`form`) and classes loaded: a fixed number of statements, however many communes."""
    return list(assessments(period, unit).prefetch_related(*CLASSES, answers_first()))


def title_of(assessment: Assessment) -> Title | None:
    """The title of the commune for the year of the period, if it was entered."""
    return Title.objects.filter(unit=assessment.unit_id, year=assessment.period.plan.year).first()


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


def components_for(period: Period, line: Record | None = None) -> "QuerySet[Criterion, Any]":
    """The criteria that are scored in the newest set in force on the last day of the period, in the order of the form; none where there is no set.

    With a line of a register: also those of another set on which it bears; whether it bears on each (`chosen`), and what its commune got within the plan, `half` and `year`, where that is approved.
    """
    sets = CriteriaSet.objects.filter(valid_from__lte=period.ends_on).exclude(valid_to__lte=period.ends_on).order_by("-valid_from")
    in_force = Q(criteria_set__in=sets.values("pk")[:1])
    components = Criterion.objects.filter(kind=Criterion.COMPONENT).order_by("position")
    if line is None:
        return components.filter(in_force)
    approved = Answer.objects.filter(
        criterion=OuterRef("pk"), assessment__unit=line.unit_id, assessment__period__plan=period.plan_id, assessment__state=State.APPROVED
    )
    links: Any = getattr(type(line), "criteria").through  # noqa: B009 - registers that bear on criteria have it
    chosen = Exists(links.objects.filter(**{f"{type(line)._meta.model_name}_id": line.pk or 0, "criterion_id": OuterRef("pk")}))
    return components.filter(in_force | Q(chosen)).annotate(
        chosen=chosen,
        half=Subquery(approved.filter(assessment__period__kind=Period.HALF).values("final_points")[:1]),
        year=Subquery(approved.filter(assessment__period__kind=Period.YEAR).values("final_points")[:1]),
    )


def criteria_sets() -> "QuerySet[CriteriaSet]":
    """All sets, the newest first, with how many criteria and forms each has, and its scale."""
    scored = Q(criteria__kind=Criterion.COMPONENT)
    return CriteriaSet.objects.annotate(
        count=Count("criteria", filter=scored),
        scale=Sum("criteria__max_points", filter=scored & Q(criteria__scoring__in=SCALED)),
        forms=Subquery(Assessment.objects.filter(criteria_set=OuterRef("pk")).order_by().values("criteria_set").annotate(n=Count("pk")).values("n")),
    )


def whole_set(code: str) -> CriteriaSet:
    """A set with everything that belongs to it loaded, by a fixed number of statements. Raises CriteriaSet.DoesNotExist."""
    criteria = Criterion.objects.select_related("group").prefetch_related("levels")
    return criteria_sets().prefetch_related(Prefetch("criteria", criteria), *_of_set()).get(code=code)


def _of_set() -> tuple[Any, ...]:
    return "thresholds", Prefetch("caps", CapRow.objects.select_related("criterion"))


def is_used(criteria_set: CriteriaSet) -> bool:
    """Whether forms were opened with a set, or lines of a register bear on its criteria: from then on nothing of it changes."""
    links: list[Any] = [register.criteria.through for register in (Support, Inspection)]
    return criteria_set.assessments.exists() or any(link.objects.filter(criterion__criteria_set=criteria_set).exists() for link in links)


def set_before(code: str) -> CriteriaSet | None:
    """What a file with this code is compared with: the set that it would replace, else the one that came into force last."""
    own = CriteriaSet.objects.filter(code=code).first()
    return own or CriteriaSet.objects.order_by("-valid_from", "-pk").first()


def draft_of(criteria_set: CriteriaSet) -> Draft:
    """A set as the rows that a file would tell."""
    criteria = list(criteria_set.criteria.select_related("group").prefetch_related("levels").order_by("position"))
    rows: dict[str, list[Any]] = {
        SET: [criteria_set],
        CRITERIA: criteria,
        LEVELS: [level for criterion in criteria for level in criterion.levels.all()],
        THRESHOLDS: list(criteria_set.thresholds.all()),
        CAPS: list(criteria_set.caps.select_related("criterion")),
    }
    return {sheet: [{column.name: _told(row, column.name) for column in COLUMNS[sheet]} for row in found] for sheet, found in rows.items()}


def _told(row: Any, name: str) -> Any:
    value = getattr(row, name)
    if isinstance(value, Criterion) or name in ("group", "criterion"):
        return value.code if value else ""
    return value
