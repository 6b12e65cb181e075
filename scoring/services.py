"""What people do to an assessment: open, enter points, submit, appraise, return, approve, reopen, enter a title. One transaction and one ledger entry each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from accounts.rules import Role
from communes.models import Unit
from ledger import services as ledger
from ledger.models import Entry
from plan2018.models import Period
from scoring import rules, selectors
from scoring.models import Answer, Assessment, Title
from scoring.rules import Act, Missing, Stage, State


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


class OwnWork(Refused):
    """Nobody appraises or approves what they entered."""


@dataclass(frozen=True)
class Change:
    """What a person typed for one criterion: points (None = cleared), the words beside them, and the version they were looking at."""

    criterion: str
    points: Decimal | None
    words: str
    version: int


def open_period(period: Period, *, actor: User | None = None) -> int:
    """Open the blank forms of a period for every commune in force on its last day; how many were new. Running it again adds only what is missing.

    The expected set of a period is frozen by this act: a later merger does not change who owed a form.
    """
    criteria_set = selectors.criteria_set_for(period)
    criteria = list(criteria_set.criteria.filter(kind="criterion"))
    max_points = sum((criterion.max_points for criterion in criteria), Decimal(0))
    with transaction.atomic():
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


def save_points(*, assessment: Assessment, stage: Stage, changes: Iterable[Change], actor: User) -> list[str]:
    """Save what was typed, criterion by criterion; give back the criteria where someone else saved first (theirs stay, ours are not written).

    The state is checked by the first statement of the transaction, which also locks the form; each saved criterion leaves a ledger entry.
    Raises WrongState when these points may not be written now, ValueError for points outside 0..maximum (nothing is saved).
    """
    points_field, words_field = f"{stage}_points", "self_note" if stage == Stage.SELF else f"{stage}_reason"
    conflicts = []
    with transaction.atomic():
        state = begin_to_write(assessment, stage, actor)
        answers = {answer.criterion.code: answer for answer in assessment.answers.select_related("criterion")}
        for change in changes:
            answer = answers[change.criterion]
            if change.points is not None and not rules.is_within(change.points, answer.max_points):
                raise ValueError(change.criterion)
            before = getattr(answer, points_field)
            if before == change.points and getattr(answer, words_field) == change.words:
                continue  # nothing new; also when somebody else has saved the very same
            if answer.version != change.version:
                conflicts.append(change.criterion)
                continue
            if not rules.is_open(state, answer.remark):
                raise WrongState(state)
            setattr(answer, points_field, change.points)
            setattr(answer, words_field, change.words)
            answer.version += 1
            answer.saved_at = timezone.now()
            answer.save(update_fields=[points_field, words_field, "version", "saved_at"])
            _record(
                assessment,
                act=Act.ENTER,
                actor=actor,
                data={
                    "criterion": change.criterion,
                    "stage": stage,
                    "from": rules.as_text(before),
                    "to": rules.as_text(change.points),
                    "words": change.words,
                },
            )
    return conflicts


def begin_to_write(assessment: Assessment, stage: Stage, actor: User) -> State:
    """The first statement of whatever writes into a stage of a form: it locks the form and raises its version. Gives the state; raises WrongState."""
    states = [state for (state, where), roles in rules.ENTRY.items() if where == stage and Role(actor.role) in roles]
    if not Assessment.objects.filter(pk=assessment.pk, state__in=states).update(version=F("version") + 1):
        raise WrongState(_state(assessment))
    return _state(assessment)


def copy_points(*, assessment: Assessment, stage: Stage, actor: User) -> int:
    """Fill the empty points of a stage with those of the stage before; how many were filled. Raises WrongState as `save_points` does."""
    before = rules.STAGE_BEFORE[stage]
    empty = [answer for answer in selectors.form(assessment) if answer.points().at(stage) is None]
    changes = [Change(answer.criterion.code, answer.points().at(before), "", answer.version) for answer in empty] if before else []
    return len(changes) - len(save_points(assessment=assessment, stage=stage, changes=changes, actor=actor))


def submit(*, assessment: Assessment, version: int, actor: User) -> None:
    """The signatory sends the form to the district. The first submission decides for ever whether the form was late. Raises Refused.

    The entry vouches for the evidence that was sent, by the digests of the files.
    """
    with transaction.atomic():
        answers = _move(assessment, Act.SUBMIT, version=version, actor=actor)
        now = timezone.now()
        Assessment.objects.filter(pk=assessment.pk, first_submitted_at=None).update(first_submitted_at=now, late=assessment.period.is_late(now))
        files = {code: [one.file.sha256 for one in shown] for code, shown in selectors.evidence(assessment).items()}
        _record_move(assessment, Act.SUBMIT, actor=actor, answers=answers, data={"evidence": files} if files else None)


def appraise(*, assessment: Assessment, version: int, actor: User) -> None:
    """The district finishes its appraisal and hands the form to the province. Raises Refused."""
    with transaction.atomic():
        _refuse_own_work(assessment, actor, Stage.SELF)
        answers = _move(assessment, Act.APPRAISE, version=version, actor=actor)
        _record_move(assessment, Act.APPRAISE, actor=actor, answers=answers)


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
        answers = _move(assessment, Act.RETURN, version=version, actor=actor)
        for answer in answers:
            answer.remark = remarks.get(answer.criterion.code, "")
        Answer.objects.bulk_update(answers, ["remark"])
        Assessment.objects.filter(pk=assessment.pk).update(returns=F("returns") + 1)
        _record_move(assessment, Act.RETURN, actor=actor, answers=answers, reason=reason.strip(), data={"remarks": remarks})


def approve(*, assessment: Assessment, version: int, actor: User) -> None:
    """The province approves: total, class and its reasons are stored and frozen with the criteria set they came from. Raises Refused."""
    with transaction.atomic():
        _refuse_own_work(assessment, actor, Stage.SELF, Stage.APPRAISED)
        result = selectors.tally_of(assessment, selectors.form(assessment), Stage.FINAL).result
        answers = _move(
            assessment,
            Act.APPROVE,
            version=version,
            actor=actor,
            total=result.total,
            grade=result.grade,
            reasons=result.reasons(),
            approved_at=timezone.now(),
        )
        _record_move(assessment, Act.APPROVE, actor=actor, answers=answers, data=result.record())


def reopen(*, assessment: Assessment, version: int, reason: str, actor: User) -> None:
    """The province takes an approved result back to appraised, with a reason. Raises Refused, and ValueError without a reason."""
    if not reason.strip():
        raise ValueError("no reason")
    with transaction.atomic():
        answers = _move(assessment, Act.REOPEN, version=version, actor=actor, total=None, grade="", reasons=[], approved_at=None)
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
    states = [state for (state, what), move in rules.MOVES.items() if what == act and Role(actor.role) in move.roles]
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


def _refuse_own_work(assessment: Assessment, actor: User, *stages: Stage) -> None:
    """Raise OwnWork when the actor entered points of one of these stages."""
    entered = Entry.objects.about(selectors.SUBJECT, assessment.key).filter(act=Act.ENTER, actor=actor)
    if any(stage in stages for stage in entered.values_list("data__stage", flat=True)):
        raise OwnWork


def _record_move(
    assessment: Assessment, act: Act, *, actor: User, answers: list[Answer], reason: str = "", data: dict[str, Any] | None = None
) -> None:
    """The ledger entry of a move: from, to, why, and the digest of all points as they stood."""
    before, after, points = assessment.state, _state(assessment), rules.points_digest(selectors.as_rules(answers))
    _record(assessment, act=act, actor=actor, before=before, after=after, reason=reason, data={"points": points, **(data or {})})
    assessment.refresh_from_db(fields=["state", "version", "total", "grade", "reasons", "approved_at", "first_submitted_at", "late", "returns"])


def _record(assessment: Assessment, *, act: Act, actor: User, **rest: Any) -> None:
    ledger.record(act=act, kind=selectors.SUBJECT, key=assessment.key, topic=assessment.period.code, actor=actor, **rest)


def _record_title(unit: Unit, period: Period, act: str, actor: User, data: dict[str, Any], reason: str = "") -> None:
    ledger.record(act=act, kind="title", key=f"{period.plan.year}/{unit.code}", topic=period.code, actor=actor, reason=reason, data=data)


def _state(assessment: Assessment) -> State:
    return State(Assessment.objects.values_list("state", flat=True).get(pk=assessment.pk))
