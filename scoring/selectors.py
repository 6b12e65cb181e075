"""Reads of criteria, assessments and titles, narrowed to a unit by their callers' scope."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.utils import timezone

from accounts.models import User
from accounts.selectors import acted_for
from communes.models import Official, Unit
from ledger.models import Entry, EntryQuerySet
from ledger.prepared import Prepared, Slot
from plan2018.models import Period, Record
from scoring import deadlines, rules, sentences
from scoring.consequences import Ceiling, ceiling, lowest
from scoring.consequences import Censure as Told
from scoring.deadlines import Limit
from scoring.models import (
    Answer,
    Assessment,
    AssessmentQuerySet,
    Censure,
    CriteriaSet,
    Criterion,
    Deadline,
    Evidence,
    EvidenceFile,
    Extension,
    Inspection,
    Level,
    Responsibility,
    Share,
    Support,
    Threshold,
    Title,
    beneath,
)
from scoring.models import Cap as CapRow
from scoring.nominees import Class
from scoring.rules import MOVES, SCALED, Act, Band, Cap, Grade, Points, Stage, State, Tally, bands, lifts, tally
from scoring.setsheets import CAPS, COLUMNS, CRITERIA, LEVELS, SET, THRESHOLDS, Draft

SUBJECT = "assessment"
"""Kind of the ledger entries of an assessment; the key is period/unit code."""


def criteria_set_for(period: Period) -> CriteriaSet:
    """The newest set in force on the last day of the period. Raises CriteriaSet.DoesNotExist."""
    sets = CriteriaSet.objects.filter(valid_from__lte=period.ends_on).exclude(valid_to__lte=period.ends_on)
    return sets.latest("valid_from")


def assessments(period: Period, unit: Unit) -> AssessmentQuerySet:
    """The assessments of a period under a unit, by district and name, with the unit and its parent loaded."""
    return _whole(Assessment.objects.under(unit).filter(period=period)).order_by("unit__parent__sort_key", "unit__sort_key")


def assessment(area: Unit, period: str, unit: str) -> Assessment | None:
    """The assessment of a commune (by code) under `area` in a period (by code), as `assessments` gives it. One query, put together once."""
    return _assessment.first(area=area.pk, period=period, unit=unit)


@dataclass(frozen=True)
class InUse:
    """What a set consists of by which forms were opened; of all requests of this process, so nobody may change it."""

    thresholds: Sequence[rules.Threshold]
    labels: Mapping[str, str]
    """What the decision calls each class."""
    caps: Sequence[Cap]
    criteria: Mapping[int, Criterion]
    """By key, with their groups and levels."""


@lru_cache(maxsize=100)
def in_use(criteria_set: int) -> InUse:
    """What a set (by key) consists of. Read once a process: only for the set of an assessment, as what is used does not change any more (`is_used`)."""
    thresholds = list(Threshold.objects.filter(criteria_set=criteria_set))
    caps = CapRow.objects.filter(criteria_set=criteria_set).select_related("criterion")
    criteria = Criterion.objects.filter(criteria_set=criteria_set).select_related("group").prefetch_related("levels")
    return InUse(
        thresholds=[threshold.rule() for threshold in thresholds],
        labels={threshold.grade: threshold.label for threshold in thresholds},
        caps=[cap.rule() for cap in caps],
        criteria={criterion.pk: criterion for criterion in criteria},
    )


def _whole(rows: AssessmentQuerySet) -> AssessmentQuerySet:
    """Assessments with the unit and its parent, the period and its plan, the set of criteria, and whether the title is held."""
    return rows.select_related("unit__parent", "period__plan", "criteria_set").annotate(clean_strong=title_exists())


_assessment = Prepared(
    lambda: _whole(Assessment.objects.filter(beneath(Slot("area")), period__code=Slot("period"), unit__code=Slot("unit"))).defer(
        "unit__outline", "unit__parent__outline"
    )
)


def title_exists() -> Case:
    """Whether the commune of an assessment holds the title for the year of the period. A title is for a year, so a half-year has none."""
    held = Exists(Title.objects.filter(unit=OuterRef("unit"), year=OuterRef("period__plan__year")))
    return Case(When(Q(period__kind=Period.YEAR) & held, then=Value(True)), default=Value(False), output_field=BooleanField())


def form(assessment: Assessment) -> list[Answer]:
    """The answers of one assessment in the order of the form, with their criteria, groups and levels."""
    return _whole_form(assessment, _form(assessment=assessment.pk))


def _whole_form(assessment: Assessment, answers: Sequence[Answer]) -> list[Answer]:
    criteria = in_use(assessment.criteria_set_id).criteria
    for answer in answers:
        answer.assessment, answer.criterion = assessment, criteria[answer.criterion_id]
    return sorted(answers, key=lambda answer: answer.criterion.position)


_form = Prepared(lambda: Answer.objects.filter(assessment=Slot("assessment")).with_evidence())


def lowered(assessment: Assessment, answers: Sequence[Answer] | None = None) -> list[Answer]:
    """The answers at which the district gave less than the commune, in the order of the form."""
    answers = form(assessment) if answers is None else answers
    codes = rules.lowered(as_rules(answers))
    return [answer for answer in answers if answer.criterion.code in codes]


def is_explained_now(answer: Answer) -> bool:
    """Whether the commune may answer a lowered point of this criterion now; needs its form and criterion loaded."""
    return answer.assessment.is_explaining(timezone.localdate()) and bool(rules.lowered([answer.points()]))


EARLIER = 2
"""How many earlier periods are shown beside a criterion."""


def earlier(assessment: Assessment) -> dict[str, list[Answer]]:
    """What the commune had at each criterion (by code) in the last periods before this one, the newest first: one query."""
    before = Assessment.objects.filter(unit=assessment.unit_id, period__ends_on__lt=assessment.period.ends_on).order_by("-period__ends_on")
    found: dict[str, list[Answer]] = {}
    answers = Answer.objects.filter(assessment__in=before.values("pk")[:EARLIER]).exclude(self_points=None)
    for answer in answers.select_related("criterion", "assessment__period").order_by("-assessment__period__ends_on"):
        found.setdefault(answer.criterion.code, []).append(answer)
    return found


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
    principal: User | None = None
    """For whom it was done, by an acting officer."""

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

    @property
    def words(self) -> str:
        """The step in a sentence: a move, or whose points were entered."""
        last = self.last
        if last.act == Act.ENTER:
            return str(sentences.STAGES[Stage(self.stage)])
        return sentences.of_entry(last.act, last.before, last.reason, last.data, self.numbers)

    def lines(self) -> list[tuple[Criterion, Entry]]:
        """Each entry of points with its criterion."""
        criteria = {criterion.code: criterion for criterion in self.criteria}
        return [(criteria[entry.data["criterion"]], entry) for entry in self.entries if entry.act == Act.ENTER]


def history(assessment: Assessment, answers: Sequence[Answer]) -> list[Step]:
    """The timeline folded for reading, newest first: points that one person entered in a row are one step, and so is evidence."""

    def run(entry: Entry) -> tuple[object, ...]:
        if entry.act in (Act.ENTER, Act.ATTACH, Act.DETACH):
            return (entry.act, entry.actor_id, entry.data.get("for"), entry.data.get("stage"))
        return (entry.pk,)

    found = list(timeline(assessment))
    principals = acted_for(found)
    steps = []
    for _run, group in groupby(found, key=run):
        entries = list(group)
        codes = {code for entry in entries for code in (entry.data.get("criterion"), *entry.data.get("remarks", ()))}
        criteria = [answer.criterion for answer in answers if answer.criterion.code in codes]
        steps.append(Step(entries, criteria, principals.get(entries[-1].data.get("for", 0))))
    return steps[::-1]


def last_writers(assessment: Assessment, stage: Stage) -> dict[str, Entry]:
    """Who wrote the points of a stage last, by criterion."""
    return {entry.data["criterion"]: entry for entry in timeline(assessment).filter(act=Act.ENTER) if entry.data["stage"] == stage}


def last_return(assessment: Assessment) -> Entry | None:
    """The newest entry that gave the form back to its commune, with who did."""
    return _last_return.first(key=assessment.key)


_last_return = Prepared(
    lambda: Entry.objects.filter(subject_kind=SUBJECT, subject_key=Slot("key"), act=Act.RETURN).select_related("actor__unit").order_by("-pk")[:1]
)


def last_move(assessment: Assessment) -> Entry | None:
    """The newest entry that is a move, not points or evidence."""
    return timeline(assessment).filter(act__in={act for _state, act in MOVES}).last()


def tally_of(assessment: Assessment, answers: Sequence[Answer], stage: Stage) -> Tally:
    """Where a stage of this form stands, with its running class by the rule that also approves."""
    return tally(as_rules(answers), stage, *_classes(assessment))


def tallies(assessment: Assessment, points: Sequence[Points]) -> dict[Stage, Tally]:
    """Where each stage of this form stands."""
    classes = _classes(assessment)
    return {stage: tally(points, stage, *classes) for stage in Stage}


def lifts_of(assessment: Assessment, points: Sequence[Points], stage: Stage) -> list[tuple[str, Grade]]:
    """Where one point more changes the class of this form."""
    return lifts(points, stage, *_classes(assessment))


def _classes(assessment: Assessment) -> tuple[Sequence[rules.Threshold], Sequence[Cap]]:
    used = in_use(assessment.criteria_set_id)
    return used.thresholds, used.caps


def bands_of(assessment: Assessment, scale: Decimal | None = None) -> list[Band]:
    """The classes on the scale of this form (or on the one given), lowest first."""
    return bands(in_use(assessment.criteria_set_id).thresholds, assessment.max_points if scale is None else scale)


def grid(period: Period, unit: Unit) -> list[Assessment]:
    """The assessments under a unit with their answers (`form`) loaded: two statements, however many communes."""
    found: list[Any] = list(assessments(period, unit).prefetch_related(Prefetch("answers", Answer.objects.with_evidence(), to_attr="form")))
    for row in found:
        row.form = _whole_form(row, row.form)
    return found


def title_of(assessment: Assessment) -> Title | None:
    """The title of the commune for the year of the period, if it was entered."""
    return Title.objects.filter(unit=assessment.unit_id, year=assessment.period.plan.year).first()


def criterion_rows() -> "QuerySet[Criterion, Any]":
    """The criteria that are scored, of all sets, as plain rows: the newest set first, each in the order of its form."""
    components = Criterion.objects.filter(kind=Criterion.COMPONENT).order_by("-criteria_set__valid_from", "position")
    return components.values(
        "pk",
        "code",
        "number",
        "title",
        "scoring",
        "max_points",
        "full_pct",
        "may_not_apply",
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
            "self_na",
            "self_note",
            "numerator",
            "denominator",
            "appraised_points",
            "appraised_na",
            "appraised_reason",
            "final_points",
            "final_na",
            "final_reason",
            "explanation",
            "remark",
            criterion_pk=F("criterion"),
            criterion_code=F("criterion__code"),
            scoring=F("criterion__scoring"),
        )
    )


def level_rows(criteria: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """The levels of these criteria as plain rows, by criterion, the most points first: one query. Criteria without a rubric are left out."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    levels: QuerySet[Any, Any] = Level.objects.filter(criterion__in=list(criteria)).order_by("criterion", "-points")
    for row in levels.values("criterion", "points", "text"):
        found[row.pop("criterion")].append(row)
    return found


def cap_rows(assessment_id: int) -> "QuerySet[CapRow, Any]":
    """What holds down the class of a form whatever its total, as plain rows."""
    caps = CapRow.objects.filter(criteria_set__assessments=assessment_id).order_by("pk")
    return caps.values("kind", "grade", "value", criterion_code=F("criterion__code"))


def evidence_rows(assessment_id: int) -> dict[int, list[dict[str, Any]]]:
    """What a form shows now as plain rows, by criterion, in the order in which it was added: one query."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    shown: QuerySet[Any, Any] = Evidence.objects.filter(answer__assessment=assessment_id, removed_at=None).order_by("linked_at", "pk")
    for row in shown.values(
        criterion=F("answer__criterion"),
        key=F("file"),
        name=F("file__name"),
        title=F("file__title"),
        sha256=F("file__sha256"),
        size=F("file__size"),
        type=F("file__kind"),
        stands_for=F("file__stands_for"),
    ):
        found[row.pop("criterion")].append(row)
    return found


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


# Who is responsible for what.


@dataclass(frozen=True)
class Holder:
    """Who is responsible for a criterion since when, as the roster calls them, and the account that enters for them."""

    row: Responsibility
    official: Official | None

    @property
    def name(self) -> str:
        return self.official.full_name if self.official else ""


def holders(unit: Unit, day: date) -> dict[int, Holder]:
    """Who is responsible for the criteria of a commune on a day, by criterion; criteria of nobody are left out. Two queries."""
    rows: list[Any] = list(Responsibility.objects.on(day).filter(unit=unit).select_related("criterion", "account"))
    people = officials(unit, [row.person for row in rows])
    return {row.criterion_id: Holder(row, people.get(row.person)) for row in rows}


def assigned(unit: Unit) -> list[Responsibility]:
    """The assignments of a commune that nobody has ended, whenever they begin."""
    return list(Responsibility.objects.filter(unit=unit, until=None).select_related("criterion").order_by("pk"))


def now(unit: Unit, criteria: Iterable[Criterion]) -> dict[int, Holder]:
    """Who is, or is going to be, responsible for these criteria, by criterion: the assignments that nobody has ended. Two queries."""
    asked = {criterion.pk for criterion in criteria}
    rows = [row for row in assigned(unit) if row.criterion_id in asked]
    people = officials(unit, [row.person for row in rows])
    return {row.criterion_id: Holder(row, people.get(row.person)) for row in rows}


def mark(rows: Iterable[Responsibility]) -> str:
    """What tells these assignments from any others: a page sends it back, so that nobody writes over what they did not see."""
    return "-".join(str(pk) for pk in sorted(row.pk for row in rows))


def officials(unit: Unit, people: Sequence[UUID]) -> dict[UUID, Official]:
    """The newest row of the roster of a commune for each of these people."""
    rows = Official.objects.filter(unit=unit, person__in=people).exclude(until=F("since")).order_by("since", "pk")
    return {row.person: row for row in rows}


def entry_accounts(unit_id: int, day: date) -> dict[int, int | None]:
    """The account to which each assigned criterion (by key) of a commune is reserved on a day (None: to no single one)."""
    return dict(_entry_accounts(unit=unit_id, day=day))


_entry_accounts = Prepared(lambda: Responsibility.objects.on(Slot("day")).filter(unit=Slot("unit")).values_list("criterion", "account"))


def shares(period: int, unit: int | None) -> dict[int, set[int]]:
    """To whom (ids) a district, or the province, gave each group of criteria for a period; groups of nobody are left out. One query."""
    found: dict[int, set[int]] = defaultdict(set)
    for share in Share.objects.filter(period=period, unit=unit):
        found[share.group_id].add(share.account_id)
    return found


def appraising_unit(unit: Unit, stage: Stage) -> int | None:
    """Whose points those of a stage are: of the commune's district, or of its province."""
    if stage == Stage.APPRAISED or unit.parent is None:
        return unit.parent_id
    return unit.parent.parent_id


def groups_for(period: Period) -> "QuerySet[Criterion]":
    """The groups of the newest set in force on the last day of a period, in the order of the form."""
    components = components_for(period)
    return Criterion.objects.filter(pk__in=components.values("group")).order_by("position")


# Consequences.


def censured(units: "QuerySet[Unit, Any] | Sequence[int]") -> dict[int, dict[Told, set[int]]]:
    """The years for whose results communes were criticised or reminded, by commune; those that never were are left out. One query."""
    found: dict[int, dict[Told, set[int]]] = defaultdict(lambda: {kind: set() for kind in Told})
    for unit, kind, year in Censure.objects.valid().filter(unit__in=units).values_list("unit", "kind", "year"):
        found[unit][Told(kind)].add(year)
    return dict(found)


def classes(period: Period, unit: Unit) -> dict[int, Class]:
    """The approved classes of the communes under a unit in a period, by commune. One query."""
    approved = Assessment.objects.under(unit).filter(period=period, state=State.APPROVED).values_list("unit", "grade", "approved_at")
    return {pk: Class(Grade(grade), timezone.localdate(at)) for pk, grade, at in approved if at}


@dataclass(frozen=True)
class Rated:
    """An official with the criteria that they are responsible for, what each leaves to them, and the lowest of all."""

    official: Official | None
    lines: list[tuple[Answer, Ceiling]]
    ceiling: Ceiling | None


def rated(assessment: Assessment, answers: Sequence[Answer]) -> list[Rated]:
    """What the final points of an approved form leave to the officials responsible on the last day of the period, by given name; nobody before approval.

    The plan does not say whose the year is when a criterion changed hands: we take who is responsible at its end.
    """
    if assessment.state != State.APPROVED:
        return []
    held = holders(assessment.unit, assessment.period.ends_on)
    lines: dict[UUID, list[tuple[Answer, Ceiling]]] = defaultdict(list)
    people: dict[UUID, Official | None] = {}
    for answer in answers:
        if (holder := held.get(answer.criterion_id)) and answer.final_points is not None:
            people[holder.row.person] = holder.official
            lines[holder.row.person].append((answer, ceiling(answer.final_points, answer.max_points)))
    found = [Rated(people[person], of, lowest(one for _answer, one in of)) for person, of in lines.items()]
    return sorted(found, key=lambda one: one.official.sort_key if one.official else "")


def roster(unit: Unit, day: date) -> list[Official]:
    """The officials of a commune on a day, by given name."""
    found: list[Any] = list(Official.objects.on(day).filter(unit=unit).order_by("sort_key", "pk"))
    return found


def censures_of(unit: Unit, year: int) -> "QuerySet[Any]":
    """What a commune was told about its result of a year and of the one before."""
    return Censure.objects.valid().filter(unit=unit, year__in=(year - 1, year)).select_related("document").order_by("-year", "kind")


# Deadlines.


def limits(period: Period) -> dict[Act, Limit]:
    """The time limit of each act of a period: as the province has set it, else the moment of the plan, which locks nothing."""
    said = {row.act: row for row in _deadlines(period=period.pk)}
    return {act: Limit(act, said[act].due_at, locks=said[act].locks) if act in said else Limit(act, period.due_moment) for act in deadlines.TIMED}


_deadlines = Prepared(lambda: Deadline.objects.filter(period=Slot("period")))


def extensions(assessment: Assessment) -> list[Extension]:
    """The extensions of one form, with who granted them."""
    return _extensions(assessment=assessment.pk)


_extensions = Prepared(lambda: Extension.objects.filter(assessment=Slot("assessment")).select_related("granted_by").order_by("granted_at"))


def limits_of(assessment: Assessment, granted: Sequence[Extension]) -> dict[Act, Limit]:
    """The time limit of each act on one form, with the extensions that were granted."""
    until = {row.act: row.until for row in granted}
    return {act: replace(limit, extended_to=until.get(act)) for act, limit in limits(assessment.period).items()}


def extensions_of(period: Period, unit: Unit) -> "QuerySet[Extension, Extension]":
    """The extensions of the forms of a period under a unit, by the day on which they end."""
    rows = Extension.objects.filter(assessment__in=Assessment.objects.under(unit).filter(period=period))
    return rows.select_related("assessment__unit__parent", "granted_by").order_by("-until", "assessment__unit__sort_key")


def waiting(period: Period, unit: Unit) -> dict[Act, int]:
    """How many forms of a period under a unit wait for each timed act."""
    states = dict(Assessment.objects.under(unit).filter(period=period).values_list("state").annotate(count=Count("pk")))
    return {act: sum(states.get(state, 0) for state, what in deadlines.NEXT.items() if what == act) for act in deadlines.TIMED}


def forms_to_remind(today: date) -> list[tuple[Assessment, Limit]]:
    """The forms that wait for an act of which people are reminded today, with the limit of the act; units and period are loaded."""
    zone, found = timezone.get_current_timezone(), []
    for period in Period.objects.select_related("plan").filter(plan__year__gte=today.year - 1):
        of_period = limits(period)
        rows = Assessment.objects.filter(period=period, state__in=list(deadlines.NEXT)).select_related("unit__parent__parent")
        for form in rows.prefetch_related("extensions").order_by("unit__sort_key"):
            act = deadlines.NEXT[State(form.state)]
            until = next((extension.until for extension in form.extensions.all() if extension.act == act), None)
            limit = replace(of_period[act], extended_to=until)
            if deadlines.is_reminded(today, limit.ends_at, zone):
                form.period = period
                found.append((form, limit))
    return found


# Sets of criteria.


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
