"""What people do about the plan: a duty becomes obligations, proved and checked; communes report indicators.

One function an act, one transaction, one ledger entry. Refusals are classes; views put them into words.
"""

import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from accounts import selectors as accounts
from accounts.models import User
from accounts.rules import PROVINCE_ROLES, Role
from communes.models import Document, Unit
from communes.rules import Level
from ledger import services as ledger
from ledger.models import Entry
from ledger.rules import Message
from plan2018 import duties, selectors, sentences
from plan2018.duties import DutyAct
from plan2018.models import CalendarFeed, Duty, Indicator, Obligation, Observation, Period, Plan
from plan2018.rules import DutyState, Frequency, secret_digest
from plan2018.selectors import Reminded

BATCH = 2000


@dataclass(frozen=True)
class Demand:
    """One thing that a unit owes because something happened: in words, from and until when."""

    words: str
    opens_on: date | None
    due_on: date


class Refused(Exception):
    """An act that the rules refuse; nothing was saved. Views put it into words."""


class WrongState(Refused):
    """The act is not possible from the state that the obligation has (now), or not for this role."""

    def __init__(self, state: DutyState) -> None:
        super().__init__(state)
        self.state = state


class Stale(Exception):
    """Somebody saved after the person loaded the page."""


class Unfit(Refused):
    """What cannot be a plan, or may not be edited; the message is for people."""


class OwnWork(Refused):
    """Nobody checks what they reported, or what was reported for them."""


class NotYours(Refused):
    """The duty is not of this unit's level, or it is not one that is due when something happens."""


def open_duties(plan: Plan, *, weak: Collection[int] = (), actor: User | None = None) -> int:
    """Give every unit its obligations of a plan; how many were new. Running it again adds what is missing and takes back what nobody owes any more.

    Units: those in force on the last day of the plan's year. `weak` are the ids of communes classed average or weak: classes belong to a room
    above, so until it names them nobody owes a duty of weak communes. What somebody has acted on stays, whatever a condition says now; days that
    the plan's data have corrected are corrected where nobody has acted.
    """
    with transaction.atomic():
        ledger.lock(f"duties:{plan.year}")
        units = selectors.owing(plan, frozenset(weak))
        wanted = {
            (duty.pk, unit, one.key): one
            for duty, times in selectors.times_of(plan)
            for unit, owing in units
            if times and duties.owes(duty.levels, duty.condition, owing)
            for one in times
        }
        there = selectors.opened(plan)
        new = [
            Obligation(duty_id=duty, unit_id=unit, occurrence=key, opens_on=one.opens_on, due_on=one.due_on)
            for (duty, unit, key), one in wanted.items()
            if (duty, unit, key) not in there
        ]
        Obligation.objects.bulk_create(new, batch_size=BATCH, ignore_conflicts=True)
        untouched = Obligation.objects.filter(version=0)
        gone = [known.pk for key, known in there.items() if key not in wanted and not known.version]
        for at in range(0, len(gone), BATCH):
            untouched.filter(pk__in=gone[at : at + BATCH]).delete()
        moved: dict[duties.Occurrence, list[int]] = {}
        for key, known in there.items():
            if key in wanted and not known.version and (known.opens_on, known.due_on) != (wanted[key].opens_on, wanted[key].due_on):
                moved.setdefault(wanted[key], []).append(known.pk)
        for one, keys in moved.items():
            untouched.filter(pk__in=keys).update(opens_on=one.opens_on, due_on=one.due_on)
        if new or gone or moved:
            counts = {"new": len(new), "gone": len(gone), "moved": sum(map(len, moved.values()))}
            ledger.record(act="open", kind="duties", key=str(plan.year), actor=actor, data=counts)
    return len(new)


def happened(*, duty: Duty, unit: Unit, day: date, note: str, actor: User, due_on: date | None = None) -> Obligation:
    """Something happened that a duty speaks of: from now on the unit owes it. The plan names no day; the unit may set itself one.

    Raises NotYours, and ValueError for a day to come, for no words, and for a last day before the day itself.
    """
    if duty.frequency != Frequency.EVENT or Level(unit.level) not in duties.levels_of(duty.levels):
        raise NotYours
    if day > timezone.localdate() or not note.strip() or (due_on and due_on < day):
        raise ValueError(day)
    with transaction.atomic():
        ledger.lock(f"event:{duty.pk}/{unit.pk}")
        number = Obligation.objects.filter(duty=duty, unit=unit).count() + 1
        made = Obligation.objects.create(
            duty=duty, unit=unit, occurrence=duties.event(number), opens_on=day, due_on=due_on, note=note.strip(), version=1
        )
        _record(made, DutyAct.HAPPEN, actor=actor, after=made.state, data={"day": day.isoformat(), "words": note.strip()})
    return made


def demand(*, duty: Duty, unit: Unit, wanted: Mapping[str, Demand], subject: str, actor: User | None) -> int:
    """Let a room above say what a unit owes of a duty about one subject: occurrences that begin with `subject`; how many were new or taken back.

    Asking again changes nothing. What is not wanted any more is taken back where nobody has acted on it; what somebody has acted on stays.
    """
    with transaction.atomic():
        ledger.lock(f"event:{duty.pk}/{unit.pk}")
        there = {one.occurrence: one for one in Obligation.objects.filter(duty=duty, unit=unit, occurrence__startswith=subject)}
        new = [
            Obligation(duty=duty, unit=unit, occurrence=key, opens_on=one.opens_on, due_on=one.due_on, note=one.words, version=1)
            for key, one in wanted.items()
            if key not in there
        ]
        gone = [one for key, one in there.items() if key not in wanted and one.version == 1]
        for made in Obligation.objects.bulk_create(new):
            day = made.opens_on or timezone.localdate()
            _record(made, DutyAct.HAPPEN, actor=actor, after=made.state, data={"day": day.isoformat(), "words": made.note})
        for one in gone:
            _record(one, DutyAct.TAKE_BACK, actor=actor, before=one.state)
            one.delete()
    return len(new) + len(gone)


def report_done(*, obligation: Obligation, done_on: date, note: str, document: Document | None, actor: User, version: int) -> None:
    """The unit says that it has done it, and on which day: that day decides whether it was late. Evidence: words, a document, or both.

    Raises Refused; ValueError for a day to come or before the work could begin, and without any evidence.
    """
    if done_on > timezone.localdate() or (obligation.opens_on and done_on < obligation.opens_on):
        raise ValueError(done_on)
    if not note.strip() and document is None:
        raise ValueError("no evidence")
    with transaction.atomic():
        late = duties.is_late(done_on, obligation.due_on)
        before = _move(
            obligation, DutyAct.REPORT, version=version, actor=actor, done_on=done_on, late=late, note=note.strip(), document=document, done_by=actor
        )
        data = {"done_on": done_on.isoformat(), "late": late, "words": note.strip(), "document": document.number if document else ""}
        _record(obligation, DutyAct.REPORT, actor=actor, before=before, after=obligation.state, data=data)


def check(*, obligation: Obligation, actor: User, version: int) -> None:
    """The level above has looked at it and agrees. Raises Refused and Stale."""
    with transaction.atomic():
        _refuse_own_work(obligation, actor)
        before = _move(obligation, DutyAct.CHECK, version=version, actor=actor, checked_at=timezone.now(), checked_by=actor)
        _record(obligation, DutyAct.CHECK, actor=actor, before=before, after=obligation.state)


def refuse_check(*, obligation: Obligation, actor: User, version: int) -> None:
    """Raise what `check` would raise now; do nothing."""
    state = DutyState(obligation.state)
    if (state, DutyAct.CHECK) not in duties.MOVES or not duties.may(DutyAct.CHECK, Level(obligation.unit.level), accounts.hat(actor).role):
        raise WrongState(state)
    if obligation.version != version:
        raise Stale
    _refuse_own_work(obligation, actor)


def hand_back(*, obligation: Obligation, remark: str, actor: User, version: int) -> None:
    """The level above sends it back with a remark; it is open again. Raises Refused, and ValueError without a remark."""
    if not remark.strip():
        raise ValueError("no remark")
    with transaction.atomic():
        _refuse_own_work(obligation, actor)
        stored = {"remark": remark.strip(), "checked_at": timezone.now(), "checked_by": actor}
        before = _move(obligation, DutyAct.HAND_BACK, version=version, actor=actor, **stored)
        _record(obligation, DutyAct.HAND_BACK, actor=actor, before=before, after=obligation.state, reason=remark.strip())


def prove(*, proof: str, unit: Unit, days: Iterable[date], actor: User | None, due_on: date | None = None, note: str = "") -> int:
    """Let a record show that duties are done; how many changed. `days` are all days that the unit's records of this kind show now.

    Call it in the transaction of the act that changed the records. A day belongs to the obligation whose last day on time is next to it (`due_on`: to
    that one alone); the first such day counts. Records that were put right or taken out change what records had shown, never what a person reported.
    """
    owed = Obligation.objects.select_related("duty__plan", "unit").filter(duty__proof=proof, unit=unit, due_on__isnull=False)
    by_day: dict[date, list[Obligation]] = {}
    for obligation in owed.filter(due_on=due_on) if due_on else owed:
        by_day.setdefault(obligation.due_on, []).append(obligation)  # type: ignore[arg-type]
    shown: dict[date, date] = {}
    for day in sorted(days, reverse=True) if by_day else ():
        shown[duties.nearest(day, by_day)] = day
    return sum(_show(obligation, shown.get(due), proof, note, actor) for due, obligations in by_day.items() for obligation in obligations)


def _show(obligation: Obligation, done_on: date | None, proof: str, note: str, actor: User | None) -> bool:
    """Bring one obligation to what its records show; whether that changed it."""
    with transaction.atomic():
        now = Obligation.objects.select_for_update().get(pk=obligation.pk)
        by_record = now.state == DutyState.DONE and _last_act(obligation) == DutyAct.PROVE
        if now.done_on == done_on or not (by_record or (done_on and now.state in (DutyState.OPEN, DutyState.RETURNED))):
            return False
        after = DutyState.DONE if done_on else DutyState.OPEN
        late = duties.is_late(done_on, now.due_on) if done_on else None
        Obligation.objects.filter(pk=now.pk).update(
            state=after, done_on=done_on, late=late, note=now.note or note, done_by=actor if done_on else None, version=F("version") + 1
        )
        data = {"proof": proof, "done_on": done_on.isoformat() if done_on else None, "late": late}
        _record(obligation, DutyAct.PROVE, actor=actor, before=now.state, after=after, data=data)
    return True


def _last_act(obligation: Obligation) -> str | None:
    return Entry.objects.about(selectors.OBLIGATION, selectors.key_of(obligation)).values_list("act", flat=True).last()


def remind(today: date) -> int:
    """Tell people what is due or overdue on the days of `duties.REMINDERS`: communes their own, districts and the province one digest each.

    How many people were told, or had been told the same day before: a second run writes nothing new.
    """
    return tell_owed(selectors.to_remind(duties.due_days(today)), f"duties/{today.isoformat()}", reverse("duties"), today)


def tell_owed(owed: list[Reminded], key: str, link: str, today: date) -> int:
    """Tell everybody who works in the units that owe, or above them: communes their own, districts and the province one digest each; how many people.

    Who acts for somebody today, and would be told nothing, is told the same.
    """
    messages: dict[int, Message] = {}
    for person in selectors.to_tell({unit for one in owed for unit in one.path}):
        own = [one.owed for one in owed if one.unit == person.unit_id]
        others = [one.owed for one in owed if person.unit_id in one.path[1:]] if person.role not in _ONLY_OWN else []
        if not own and not others:
            continue
        if person.role in PROVINCE_ROLES:
            communes = [one for one in others if one.level == Level.COMMUNE]
            subject, body = sentences.reminder(own, [one for one in others if one.level != Level.COMMUNE], today)
            if communes:
                subject, _body = sentences.reminder(own, others, today)
                body = f"{body}\n\n{sentences.by_district(communes, today)}"
        else:
            subject, body = sentences.reminder(own, others, today)
        messages[person.pk] = Message(person.pk, key, subject, body, link)
    for principal, deputy in accounts.deputies(messages).items():
        messages.setdefault(deputy, replace(messages[principal], person=deputy))
    ledger.notify_all(messages.values())
    return len(messages)


_ONLY_OWN = frozenset({Role.COMMUNE_ENTRY, Role.COMMUNE_SIGNATORY})


def make_calendar(*, user: User) -> str:
    """Give a person a private calendar address; its secret, which is kept nowhere. The address before ends."""
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        CalendarFeed.objects.update_or_create(user=user, defaults={"digest": secret_digest(secret), "created_at": timezone.now()})
        ledger.record(act="make", kind="calendar", key=str(user.pk), actor=user)
    return secret


def end_calendar(*, user: User) -> None:
    """End a person's calendar address, if there is one."""
    with transaction.atomic():
        if CalendarFeed.objects.filter(user=user).delete()[0]:
            ledger.record(act="end", kind="calendar", key=str(user.pk), actor=user)


def _move(obligation: Obligation, act: DutyAct, *, version: int, actor: User, **stored: Any) -> DutyState:
    """Make a move of the table by a conditional UPDATE on state and version; the state before it. Raises WrongState and Stale."""
    before = DutyState(Obligation.objects.values_list("state", flat=True).get(pk=obligation.pk))
    after = duties.MOVES.get((before, act))
    if after is None or not duties.may(act, Level(obligation.unit.level), accounts.hat(actor).role):
        raise WrongState(before)
    touched = Obligation.objects.filter(pk=obligation.pk, state=before, version=version).update(state=after, version=F("version") + 1, **stored)
    if not touched:
        raise Stale
    obligation.refresh_from_db(fields=["state", "version", *stored])
    return before


def _refuse_own_work(obligation: Obligation, actor: User) -> None:
    if selectors.is_own_work(obligation, actor):
        raise OwnWork


def _record(obligation: Obligation, act: DutyAct, *, actor: User | None, data: dict[str, Any] | None = None, **rest: Any) -> None:
    told, key = (data or {}) | accounts.told(actor), selectors.key_of(obligation)
    ledger.record(act=act, kind=selectors.OBLIGATION, key=key, actor=actor, unit=obligation.unit_id, data=told, **rest)


OBSERVATION = "observation"
"""Kind of the ledger's subject: what a commune reported; its key is period/commune/indicator."""


# What communes report.


def save_observation(
    *,
    period: Period,
    unit: Unit,
    indicator: Indicator,
    numerator: int,
    denominator: int,
    as_of: date,
    evidence: str = "",
    document: Document | None = None,
    version: int | None,
    actor: User | None,
) -> Observation:
    """Report an indicator of a commune for a period: so many of so many, as of a day. `version` is that of the row the person saw, None for no row.

    Raises Stale when the row has changed since, ValueError for more than the whole, for nothing counted and for an indicator that communes do not report.
    """
    if not 0 <= numerator <= denominator or denominator < 1:
        raise ValueError(f"{numerator}/{denominator}")
    if not indicator.answer or indicator.plan_id != period.plan_id:
        raise ValueError(indicator.code)
    values: dict[str, Any] = {
        "numerator": numerator,
        "denominator": denominator,
        "as_of": as_of,
        "evidence": evidence,
        "document": document,
        "recorded_at": timezone.now(),
        "recorded_by": actor,
    }
    key = observation_key(period, unit, indicator)
    with transaction.atomic():
        if version is None:
            before, row = None, _first_report(period, unit, indicator, values, Entry.objects.about(OBSERVATION, key).count())
        else:
            before = _held(period, unit, indicator, version)
            if all(getattr(before, name) == value for name, value in values.items() if not name.startswith("recorded")):
                return before
            Observation.objects.filter(pk=before.pk).update(**values, version=F("version") + 1)
            row = Observation.objects.get(pk=before.pk)
        ledger.record(
            act="report",
            kind=OBSERVATION,
            key=key,
            topic=period.code,
            actor=actor,
            before=_said(before),
            after=_said(row),
            data={"from": _facts(before), "to": _facts(row), **accounts.told(actor)},
            unit=unit.pk,
        )
    return row


def clear_observation(*, period: Period, unit: Unit, indicator: Indicator, version: int, actor: User | None) -> None:
    """Take back what was reported: the indicator has no data again. Raises Stale when the row has changed since, or is gone."""
    with transaction.atomic():
        row = _held(period, unit, indicator, version)
        row.delete()
        ledger.record(
            act="clear",
            kind=OBSERVATION,
            key=observation_key(period, unit, indicator),
            topic=period.code,
            actor=actor,
            before=_said(row),
            data={"from": _facts(row), "to": _facts(None), **accounts.told(actor)},
            unit=unit.pk,
        )


def observation_key(period: Period, unit: Unit, indicator: Indicator) -> str:
    """Name an observation in the ledger."""
    return f"{period.code}/{unit.code}/{indicator.code}"


def _first_report(period: Period, unit: Unit, indicator: Indicator, values: dict[str, Any], version: int) -> Observation:
    """Write the row; versions go on where an earlier row was taken back, so that none is ever seen twice. Raises Stale where there is a row already."""
    try:
        with transaction.atomic():
            return Observation.objects.create(period=period, unit=unit, indicator=indicator, version=version, **values)
    except IntegrityError as error:
        raise Stale from error


def _held(period: Period, unit: Unit, indicator: Indicator, version: int) -> Observation:
    """The row in this version, locked. Raises Stale."""
    row = Observation.objects.select_for_update().filter(period=period, unit=unit, indicator=indicator).first()
    if row is None or row.version != version:
        raise Stale
    return row


def _said(row: Observation | None) -> str:
    return f"{row.numerator}/{row.denominator}" if row else ""


def _facts(row: Observation | None) -> dict[str, Any] | None:
    """What the ledger keeps of a report: counts, the day, which document; the words stay with the row."""
    if row is None:
        return None
    return {
        "numerator": row.numerator,
        "denominator": row.denominator,
        "as_of": row.as_of.isoformat(),
        "document": row.document_id,
        "evidence": bool(row.evidence),
    }
