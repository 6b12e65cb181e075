"""Reads of criteria, assessments and titles, narrowed to a unit by their callers' scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import BooleanField, Case, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum, Value, When

from communes.models import Unit
from ledger.models import Entry, EntryQuerySet
from plan2018.models import Period, Record
from scoring.models import Answer, Assessment, AssessmentQuerySet, CriteriaSet, Criterion, Evidence, EvidenceFile, Title
from scoring.rules import MOVES, Act, Band, Points, Stage, State, Tally, bands, tally

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
        .select_related("unit__parent", "period__plan", "criteria_set")
        .annotate(clean_strong=title_exists())
        .order_by("unit__parent__sort_key", "unit__sort_key")
    )


def title_exists() -> Case:
    """Whether the commune of an assessment holds the title for the year of the period. A title is for a year, so a half-year has none."""
    held = Exists(Title.objects.filter(unit=OuterRef("unit"), year=OuterRef("period__plan__year")))
    return Case(When(Q(period__kind=Period.YEAR) & held, then=Value(True)), default=Value(False), output_field=BooleanField())


def answers_first() -> "Prefetch[str, QuerySet[Answer], str]":
    """The answers of assessments in the order of the form, with their criteria and groups."""
    return Prefetch("answers", Answer.objects.with_evidence().select_related("criterion__group").order_by("criterion__position"), to_attr="form")


def form(assessment: Assessment) -> list[Answer]:
    """The answers of one assessment in the order of the form."""
    return list(assessment.answers.with_evidence().select_related("criterion__group").order_by("criterion__position"))


def as_rules(answers: Sequence[Answer]) -> list[Points]:
    """The form as the rules take it."""
    return [answer.points() for answer in answers]


def timeline(assessment: Assessment) -> EntryQuerySet:
    """Who did what to this assessment, oldest first, with the people and their units loaded."""
    return Entry.objects.about(SUBJECT, assessment.key).select_related("actor__unit")


@dataclass(frozen=True)
class Step:
    """What one person did in one go: a move, or points or evidence one after the other (`entries`, oldest first), with the criteria concerned."""

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
    """The timeline folded for reading, newest first: points that one person entered in a row are one step, and so is evidence."""

    def run(entry: Entry) -> tuple[object, ...]:
        return (entry.act, entry.actor_id, entry.data.get("stage")) if entry.act in (Act.ENTER, Act.ATTACH, Act.DETACH) else (entry.pk,)

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
    """The newest entry that is a move, not points or evidence."""
    return timeline(assessment).filter(act__in={act for _state, act in MOVES}).last()


def tally_of(assessment: Assessment, answers: Sequence[Answer], stage: Stage) -> Tally:
    """Where a stage of this form stands, with its running class by the rule that also approves. No query when `criteria_set__thresholds` is prefetched."""
    return tally(as_rules(answers), stage, [threshold.rule() for threshold in assessment.criteria_set.thresholds.all()])


def bands_of(assessment: Assessment) -> list[Band]:
    """The classes on the scale of this form, lowest first."""
    return bands((threshold.rule() for threshold in assessment.criteria_set.thresholds.all()), assessment.max_points)


def grid(period: Period, unit: Unit) -> list[Assessment]:
    """The assessments under a unit with their answers (`form`) and thresholds loaded: three statements, however many communes."""
    return list(assessments(period, unit).prefetch_related("criteria_set__thresholds", answers_first()))


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


def answer(period: Period, unit: Unit, code: str, criterion: str) -> Answer | None:
    """A criterion of the commune with this code under a unit, with its form, commune and period loaded: one query."""
    answers = Answer.objects.select_related("criterion", "assessment__unit__parent", "assessment__period__plan")
    seen = Assessment.objects.under(unit).filter(period=period, unit__code=code)
    return answers.filter(assessment__in=seen, criterion__code=criterion).first()


def evidence(assessment: Assessment) -> dict[str, list[Evidence]]:
    """What a form shows now, by criterion, in the order in which it was added, with the files loaded: one query."""
    found: dict[str, list[Evidence]] = {}
    shown = Evidence.objects.filter(answer__assessment=assessment, removed_at=None).select_related("file", "answer__criterion")
    for one in shown.order_by("linked_at", "pk"):
        found.setdefault(one.answer.criterion.code, []).append(one)
    return found


@dataclass(frozen=True)
class Shown:
    """A piece of evidence with the versions before its file, newest first, and the newest one if that is another."""

    evidence: Evidence
    earlier: list[EvidenceFile]
    newest: EvidenceFile | None


def shown_at(answer: Answer) -> tuple[list[Shown], list[EvidenceFile]]:
    """What a criterion shows now, and the other files of its commune that it could show (the newest versions, by day): two queries."""
    files = {file.pk: file for file in EvidenceFile.objects.filter(unit=answer.assessment.unit_id).order_by("-stands_for", "-pk")}
    after = {file.replaces_id: file for file in files.values() if file.replaces_id}
    shown: list[Shown] = []
    there: set[int] = set()
    for one in answer.evidence.filter(removed_at=None).select_related("file", "linked_by").order_by("linked_at", "pk"):
        newest, earlier, before = one.file, [], one.file.replaces_id
        while newest.pk in after:
            newest = after[newest.pk]
        while before:
            earlier.append(files[before])
            before = files[before].replaces_id
        shown.append(Shown(one, earlier, None if newest == one.file else newest))
        there.add(one.file_id)
    return shown, [file for file in files.values() if file.pk not in there and file.pk not in after]


def evidence_load(answer: Answer) -> tuple[int, int]:
    """How many files the criterion shows now, and how many bytes the whole form: a file shown at several criteria counts once."""
    shown = Evidence.objects.filter(answer__assessment=answer.assessment_id, removed_at=None)
    size = EvidenceFile.objects.filter(pk__in=shown.values("file")).aggregate(n=Sum("size"))["n"]
    return shown.filter(answer=answer).count(), size or 0
