"""What people do to an assessment: open, enter points, submit, appraise, return, approve, reopen, enter a title. One transaction and one ledger entry each."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from accounts import selectors as accounts
from accounts.models import User
from accounts.rules import Role
from communes.models import Unit
from ledger import services as ledger
from ledger.models import Entry
from ledger.prepared import PreparedUpdate, Slot
from plan2018.models import Period
from scoring import rules, selectors, sentences
from scoring.deadlines import Limit
from scoring.models import Answer, Assessment, CriteriaSet, Criterion, Title
from scoring.rules import Act, Missing, Rounding, Scoring, Stage, State


class Refused(Exception):
    """An act that the rules refuse; nothing was saved. Views put it into words."""


class WrongState(Refused):
    """The act is not possible from the state that the assessment has (now): someone was faster, or the form is locked."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.state = state


class Stale(Refused):
    """The assessment changed after the person loaded the page."""


class Incomplete(Refused):
    """Points or reasons are missing."""

    def __init__(self, missing: list[Missing]) -> None:
        super().__init__(missing)
        self.missing = missing


class Locked(Refused):
    """The deadline of the act is past and locks it; the province opens it by an extension."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.limit = limit


class OwnWork(Refused):
    """Nobody appraises or approves what they entered."""


class Explaining(Refused):
    """The commune may still answer lowered points."""

    def __init__(self, until: date | None) -> None:
        super().__init__(until)
        self.until = until


class ExplainedBefore(Refused):
    """There is nothing (any longer) that the commune may explain: no point was lowered, the time is over, or it has said that it is done."""


class Rewritten(Refused):
    """Others wrote first at these criteria (by code); nothing was saved."""

    def __init__(self, criteria: list[str]) -> None:
        super().__init__(criteria)
        self.criteria = criteria


class NotYours(Refused):
    """The criterion is assigned to another official, or its group was given to another appraiser."""

    def __init__(self, criterion: Criterion) -> None:
        super().__init__(criterion)
        self.criterion = criterion


@dataclass(frozen=True)
class Change:
    """What a person typed for one criterion: points (None = cleared), the words beside them, and the version they were looking at."""

    criterion: str
    points: Decimal | None
    words: str
    version: int
    na: bool = False
    """Held not applicable: no points, the words say why."""
    ratio: tuple[Decimal, Decimal] | None = None
    """Numerator and denominator, from which the points follow."""


def open_period(period: Period, *, actor: User | None = None) -> int:
    """Open the blank forms of a period for every commune in force on its last day; how many were new. Running it again adds only what is missing.

    The expected set of a period is frozen by this act: a later merger does not change who owed a form.
    """
    with transaction.atomic():
        criteria_set = selectors.criteria_set_for(period)
        CriteriaSet.objects.select_for_update().get(pk=criteria_set.pk)  # whoever edits the set is done before, or finds it in use
        criteria = list(criteria_set.criteria.filter(kind="criterion"))
        max_points = sum((criterion.max_points for criterion in criteria if criterion.scoring in rules.SCALED), Decimal(0))
        units = Unit.objects.communes().on(period.ends_on).exclude(assessments__period=period)
        opened = Assessment.objects.bulk_create(
            [Assessment(period=period, unit=unit, criteria_set=criteria_set, max_points=max_points) for unit in units], batch_size=2000
        )
        Answer.objects.bulk_create(
            [Answer(assessment=assessment, criterion=criterion, max_points=criterion.max_points) for assessment in opened for criterion in criteria],
            batch_size=5000,
        )
        if opened:
            ledger.record(
                act="open", kind="period", key=period.code, topic=period.code, actor=actor, data={"forms": len(opened), "set": criteria_set.code}
            )
    return len(opened)


FIELDS = {
    Stage.SELF: ("self_points", "self_note", "self_na", "numerator", "denominator"),
    Stage.APPRAISED: ("appraised_points", "appraised_reason", "appraised_na"),
    Stage.FINAL: ("final_points", "final_reason", "final_na"),
}
"""What a stage says of a criterion: points, words, whether it does not apply, and of the commune the ratio."""

_store = {
    stage: PreparedUpdate(lambda: Answer.objects.filter(pk=Slot("answer")), **{name: Slot(name) for name in (*fields, "version", "saved_at")})
    for stage, fields in FIELDS.items()
}


def save_points(*, assessment: Assessment, stage: Stage, changes: Iterable[Change], actor: User, answers: list[Answer] | None = None) -> list[str]:
    """Save what was typed, criterion by criterion; give back the criteria where someone else saved first (theirs stay, ours are not written).

    The state is checked by the first statement of the transaction, which also locks the form; each saved criterion leaves a ledger entry. `answers`:
    the whole form as it was read after `assessment`, where the caller has it: read anew only if the form has moved since, and left as it is stored now.
    Raises WrongState when these points may not be written now, NotYours for a criterion that the commune assigned to another account; ValueError for
    points outside 0..maximum or between two levels, for a ratio of nothing, and for "not applicable" where the set does not know it (nothing is saved).
    """
    changes, hat = list(changes), accounts.hat(actor)
    fields = FIELDS[stage]
    conflicts = []
    with transaction.atomic():
        seen = assessment.version
        state = begin_to_write(assessment, stage, hat.role)
        if answers is None:
            answers = selectors.form(assessment)
        elif assessment.version != seen + 1:
            answers[:] = selectors.form(assessment)
        by_code = {answer.criterion.code: answer for answer in answers}
        may_write = _share(assessment, stage, actor, hat)
        for change in changes:
            answer = by_code[change.criterion]
            points = _points_of(change, answer)
            stored = [getattr(answer, name) for name in fields]
            written = [points, change.words, change.na, *(change.ratio or (None, None))][: len(fields)]
            if stored == written:
                continue  # nothing new; also when somebody else has saved the very same
            if not may_write(answer.criterion):
                raise NotYours(answer.criterion)
            if answer.version != change.version:
                conflicts.append(change.criterion)
                continue
            if not rules.is_open(state, answer.remark):
                raise WrongState(state)
            _write(assessment, answer, dict(zip(fields, written, strict=True)), stage=stage, change=change, actor=actor, hat=hat)
    return conflicts


def begin_to_write(assessment: Assessment, stage: Stage, role: Role) -> State:
    """The first statement of whatever writes into a stage of a form: it locks the form and raises its version. Gives the state; raises WrongState.

    Afterwards the assessment has the state and version that are stored.
    """
    held = _lock[stage](assessment=assessment.pk) if rules.stage_of(role) == stage else []
    if not held:
        raise WrongState(_state(assessment))
    [(_key, assessment.state, assessment.version)] = held
    return State(assessment.state)


def _share(assessment: Assessment, stage: Stage, actor: User, hat: accounts.Hat) -> Callable[[Criterion], bool]:
    """Which criteria of a stage somebody may write: those that are not given to others. One query."""
    if stage == Stage.SELF:
        everything = hat.role == Role.COMMUNE_SIGNATORY  # whoever may enter all of it need not know whose it is
        reserved = {} if everything else selectors.entry_accounts(assessment.unit_id, timezone.localdate())
        return lambda criterion: rules.may_enter(hat.role, reserved.get(criterion.pk), actor.pk)
    named = selectors.shares(assessment.period_id, selectors.appraising_unit(assessment.unit, stage))
    return lambda criterion: rules.may_appraise(named.get(criterion.group_id or 0, ()), hat.people(actor))


def _locked(stage: Stage) -> PreparedUpdate:
    """The statement that raises the version of a form where points of a stage may be entered."""
    states = [state for state, where in rules.ENTRY if where == stage]
    forms = Assessment.objects.filter(pk=Slot("assessment"), state__in=states)
    return PreparedUpdate(lambda: forms, "state", "version", version=F("version") + 1)


_lock = {stage: _locked(stage) for stage in Stage}


def _write(assessment: Assessment, answer: Answer, written: dict[str, Any], *, stage: Stage, change: Change, actor: User, hat: accounts.Hat) -> None:
    """Write one criterion, with its entry."""
    before = answer.points().told(stage)
    stamp = {"version": answer.version + 1, "saved_at": timezone.now()}
    for name, value in (written | stamp).items():
        setattr(answer, name, value)
    _store[stage](answer=answer.pk, **written, **stamp)
    data = {"criterion": change.criterion, "stage": stage, "from": before, "to": answer.points().told(stage), "words": change.words}
    ratio = {"ratio": [str(part) for part in change.ratio]} if change.ratio else {}
    _record(assessment, act=Act.ENTER, actor=actor, data={**data, **ratio, **hat.told})


def _points_of(change: Change, answer: Answer) -> Decimal | None:
    """The points that a change comes to. Raises ValueError where it is impossible."""
    criterion = answer.criterion
    if change.na:
        if not criterion.may_not_apply or change.points is not None or change.ratio:
            raise ValueError(change.criterion)
        return None
    points = change.points
    if change.ratio:
        points = ratio_points(answer, *change.ratio)
    if points is None:
        return None
    between = criterion.scoring == Scoring.LEVEL and not criterion.levels.filter(points=points).exists()
    if between or not rules.is_within(points, answer.max_points):
        raise ValueError(change.criterion)
    return points


def ratio_points(answer: Answer, numerator: Decimal, denominator: Decimal) -> Decimal:
    """The points of a ratio by its criterion and the rounding of its set. Raises ValueError when it is none."""
    criteria_set = answer.assessment.criteria_set
    rounding, full_pct = Rounding(criteria_set.rounding), answer.criterion.full_pct
    return rules.ratio_points(numerator, denominator, answer.max_points, full_pct=full_pct, rounding=rounding, places=criteria_set.places)


def begin_to_explain(assessment: Assessment, *, explained_at: datetime | None = None) -> None:
    """The first statement of whatever answers lowered points: it locks the form and raises its version. Raises ExplainedBefore."""
    waiting = Assessment.objects.filter(pk=assessment.pk, state=State.APPRAISED, explain_by__gte=timezone.localdate(), explained_at=None)
    if not waiting.update(version=F("version") + 1, explained_at=explained_at):
        raise ExplainedBefore


def copy_points(*, assessment: Assessment, stage: Stage, actor: User, only: Collection[str] | None = None) -> int:
    """Fill the empty points of a stage with those of the stage before, at all criteria or `only` at these; how many were filled.

    Raises WrongState as `save_points` does.
    """
    before = rules.STAGE_BEFORE[stage]
    if before is None:
        return 0
    named, people = selectors.shares(assessment.period_id, selectors.appraising_unit(assessment.unit, stage)), accounts.hat(actor).people(actor)
    mine = [answer for answer in selectors.form(assessment) if rules.may_appraise(named.get(answer.criterion.group_id or 0, ()), people)]
    empty = [(answer, answer.points()) for answer in mine if not rules.is_entered(answer.points(), stage)]
    changes = [
        Change(points.criterion, points.at(before), "", answer.version, na=before in points.excluded)
        for answer, points in empty
        if only is None or points.criterion in only
    ]
    return len(changes) - len(save_points(assessment=assessment, stage=stage, changes=changes, actor=actor))


def submit(*, assessment: Assessment, version: int, actor: User) -> None:
    """The signatory sends the form to the district. The first submission decides for ever whether the form was late. Raises Refused.

    The entry vouches for the evidence that was sent, by the digests of the files.
    """
    with transaction.atomic():
        answers = _move(assessment, Act.SUBMIT, version=version, actor=actor)
        now = timezone.now()
        late = _within_limit(assessment, Act.SUBMIT, now).is_late(now)
        Assessment.objects.filter(pk=assessment.pk, first_submitted_at=None).update(first_submitted_at=now, late=late)
        files = {code: [one.file.sha256 for one in shown] for code, shown in selectors.evidence(assessment).items()}
        _record_move(assessment, Act.SUBMIT, actor=actor, answers=answers, data={"evidence": files} if files else None)


def appraise(*, assessment: Assessment, version: int, actor: User) -> None:
    """The district finishes its appraisal and hands the form to the province. Where it lowered points, the commune may explain. Raises Refused."""
    with transaction.atomic():
        _refuse_own_work(assessment, actor, Stage.SELF)
        days, lowered = assessment.criteria_set.explain_days, rules.lowered(selectors.as_rules(selectors.form(assessment)))
        until = rules.explain_until(timezone.localdate(), days) if days and lowered else None
        answers = _move(assessment, Act.APPRAISE, version=version, actor=actor, explain_by=until, explained_at=None)
        _within_limit(assessment, Act.APPRAISE, timezone.now())
        _record_move(assessment, Act.APPRAISE, actor=actor, answers=answers, data={"explain_by": until.isoformat()} if until else None)
        if until:
            numbers = [answer.criterion.number for answer in answers if answer.criterion.code in lowered]
            subject, body = sentences.lowered(assessment.period.name, numbers, until)
            people = User.objects.filter(unit=assessment.unit_id, is_active=True).values_list("pk", flat=True)
            link = reverse("assessment", args=[assessment.period.code, assessment.unit.code])
            ledger.notify(people, key=f"explain/{assessment.key}/{assessment.version}", subject=subject, body=body, link=link)


def explain(*, assessment: Assessment, words: Mapping[str, str], done: bool, actor: User, seen: Mapping[str, str] | None = None) -> None:
    """The commune answers lowered points, criterion by criterion; `done`: the signatory says that nothing more will come, so that the province may approve.

    `seen` tells by criterion which words stood there when these were written (`rules.fingerprint`). All are saved or none. Raises Rewritten where others
    wrote since, ExplainedBefore when the round is over or was never open, ValueError for a criterion that was not lowered.
    """
    told = accounts.hat(actor).told
    with transaction.atomic():
        begin_to_explain(assessment, explained_at=timezone.now() if done else None)
        answers = selectors.form(assessment)
        open_ = rules.lowered(selectors.as_rules(answers))
        changed = [answer for answer in answers if words.get(answer.criterion.code, answer.explanation) != answer.explanation]
        stored = {answer.criterion.code: rules.fingerprint(answer.explanation) for answer in changed}
        if rewritten := [code for code, now in stored.items() if (seen or {}).get(code, now) != now]:
            raise Rewritten(rewritten)
        for answer in changed:
            code, before = answer.criterion.code, answer.explanation
            if code not in open_:
                raise ValueError(code)
            Answer.objects.filter(pk=answer.pk).update(explanation=words[code])
            _record(assessment, act=Act.EXPLAIN, actor=actor, data={"criterion": code, "from_words": before, "words": words[code], **told})
        if done:
            _record(assessment, act=Act.EXPLAIN, actor=actor, data={"done": True, **told})


def return_(*, assessment: Assessment, version: int, remarks: dict[str, str], reason: str, actor: User) -> None:
    """Send the form back to the commune: the criteria with a remark open again, the others stay locked. Raises Refused.

    Raises ValueError when no criterion has a remark, or without a reason.
    """
    remarks = {code: words.strip() for code, words in remarks.items() if words.strip()}
    if not remarks:
        raise ValueError("no remark")
    if not reason.strip():
        raise ValueError("no reason")
    with transaction.atomic():
        answers = _move(assessment, Act.RETURN, version=version, actor=actor, explain_by=None, explained_at=None)
        for answer in answers:
            answer.remark = remarks.get(answer.criterion.code, "")
        Answer.objects.bulk_update(answers, ["remark"])
        Assessment.objects.filter(pk=assessment.pk).update(returns=F("returns") + 1)
        _record_move(assessment, Act.RETURN, actor=actor, answers=answers, reason=reason.strip(), data={"remarks": remarks})


def approve(*, assessment: Assessment, version: int, actor: User) -> None:
    """The province approves: total, class and its reasons are stored and frozen with the criteria set they came from. Raises Refused."""
    with transaction.atomic():
        _refuse_own_work(assessment, actor, Stage.SELF, Stage.APPRAISED)
        if assessment.is_explaining(timezone.localdate()):
            raise Explaining(assessment.explain_by)
        result = selectors.tally_of(assessment, selectors.form(assessment), Stage.FINAL).result
        answers = _move(
            assessment,
            Act.APPROVE,
            version=version,
            actor=actor,
            total=result.total,
            max_points=result.max_total,
            grade=result.grade,
            reasons=result.reasons(),
            approved_at=timezone.now(),
        )
        _within_limit(assessment, Act.APPROVE, timezone.now())
        _record_move(assessment, Act.APPROVE, actor=actor, answers=answers, data=result.record())


def reopen(*, assessment: Assessment, version: int, reason: str, actor: User) -> None:
    """The province takes an approved result back to appraised, with a reason. Raises Refused, and ValueError without a reason."""
    if not reason.strip():
        raise ValueError("no reason")
    with transaction.atomic():
        whole = rules.scale(selectors.as_rules(selectors.form(assessment)))
        stored: dict[str, Any] = {"total": None, "max_points": whole, "grade": "", "reasons": [], "approved_at": None}
        answers = _move(assessment, Act.REOPEN, version=version, actor=actor, **stored)
        _record_move(assessment, Act.REOPEN, actor=actor, answers=answers, reason=reason.strip())


def enter_title(*, unit: Unit, period: Period, decision_number: str, decided_on: date, actor: User) -> Title:
    """Enter, or correct, the title of a commune for the year of the period's plan."""
    year = period.plan.year
    with transaction.atomic():
        title, created = Title.objects.update_or_create(
            unit=unit, year=year, defaults={"decision_number": decision_number, "decided_on": decided_on, "entered_by": actor}
        )
        data = {"decision": decision_number, "decided_on": decided_on.isoformat()}
        _record_title(unit, period, "grant" if created else "correct", actor, data)
    return title


def withdraw_title(*, unit: Unit, period: Period, reason: str, actor: User) -> None:
    """Take out a title that was entered by mistake, with a reason. Raises Title.DoesNotExist, and ValueError without a reason."""
    if not reason.strip():
        raise ValueError("no reason")
    with transaction.atomic():
        Title.objects.get(unit=unit, year=period.plan.year).delete()
        _record_title(unit, period, "withdraw", actor, {}, reason.strip())


def _move(assessment: Assessment, act: Act, *, version: int, actor: User, **stored: Any) -> list[Answer]:
    """Make a move of the workflow table by a conditional UPDATE on the old state and version; the form must be complete. Gives back the form.

    No row touched means that someone was faster: Stale when only the version moved on, WrongState otherwise.
    """
    role = accounts.hat(actor).role
    states = [state for (state, what), move in rules.MOVES.items() if what == act and role in move.roles]
    if not states:
        raise WrongState(_state(assessment))
    target = rules.MOVES[states[0], act].to
    before = _state(assessment)
    touched = Assessment.objects.filter(pk=assessment.pk, state=before, state__in=states, version=version).update(
        state=target, version=F("version") + 1, **stored
    )
    if not touched:
        now = _state(assessment)
        raise Stale if now in states else WrongState(now)
    answers = selectors.form(assessment)
    stage = rules.STAGE_OF_ACT.get(act)
    if stage and (missing := rules.missing(selectors.as_rules(answers), stage)):
        raise Incomplete(missing)
    assessment.state = before
    return answers


def _within_limit(assessment: Assessment, act: Act, now: datetime) -> Limit:
    """The time limit of an act. Raises Locked where it is past and locks."""
    limit = selectors.limits_of(assessment, selectors.extensions(assessment))[act]
    if limit.is_locked(now, assessment.returns):
        raise Locked(limit)
    return limit


def _refuse_own_work(assessment: Assessment, actor: User, *stages: Stage) -> None:
    """Raise OwnWork when the actor, or the person acted for, entered points of one of these stages, or somebody did for them."""
    people = {actor.pk, *accounts.hat(actor).told.values()}
    entered = Entry.objects.about(selectors.SUBJECT, assessment.key).filter(act=Act.ENTER).values_list("actor", "data")
    if any(rules.is_own_work(Stage(data["stage"]), (writer, data.get("for")), stages, people) for writer, data in entered):
        raise OwnWork


def _record_move(
    assessment: Assessment, act: Act, *, actor: User, answers: list[Answer], reason: str = "", data: dict[str, Any] | None = None
) -> None:
    """The ledger entry of a move: from, to, why, and the digest of all points as they stood."""
    before, after, points = assessment.state, _state(assessment), rules.points_digest(selectors.as_rules(answers))
    told = {"points": points, **(data or {}), **accounts.hat(actor).told}
    _record(assessment, act=act, actor=actor, before=before, after=after, reason=reason, data=told)
    assessment.refresh_from_db(
        fields=[
            "state",
            "version",
            "total",
            "max_points",
            "grade",
            "reasons",
            "approved_at",
            "first_submitted_at",
            "late",
            "returns",
            "explain_by",
            "explained_at",
        ]
    )


def _record(assessment: Assessment, *, act: Act, actor: User, **rest: Any) -> None:
    ledger.record(act=act, kind=selectors.SUBJECT, key=assessment.key, topic=assessment.period.code, actor=actor, unit=assessment.unit_id, **rest)


def _record_title(unit: Unit, period: Period, act: str, actor: User, data: dict[str, Any], reason: str = "") -> None:
    ledger.record(
        act=act,
        kind="title",
        key=f"{period.plan.year}/{unit.code}",
        topic=period.code,
        actor=actor,
        reason=reason,
        data=data | accounts.hat(actor).told,
        unit=unit.pk,
    )


def _state(assessment: Assessment) -> State:
    return State(Assessment.objects.values_list("state", flat=True).get(pk=assessment.pk))
