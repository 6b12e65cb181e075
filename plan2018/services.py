"""What people do about the plan: a duty becomes obligations, proved and checked; communes report indicators; another year's plan is copied and edited.

One function an act, one transaction, one ledger entry. Refusals are classes; views put them into words.
"""

import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import CharField, F, TextField
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rules import PROVINCE_ROLES, Role
from communes.models import Document, Unit
from communes.rules import Level
from communes.selectors import REGISTERS
from ledger import services as ledger
from ledger.models import Entry
from ledger.rules import Message
from plan2018 import duties, rules, selectors, sentences
from plan2018.duties import DutyAct
from plan2018.models import CalendarFeed, Dialogue, Difficulty, Duty, Indicator, Obligation, Observation, Period, Plan, Record, Target, WorkingRules
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
    """Nobody checks what they reported."""


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
    if (state, DutyAct.CHECK) not in duties.MOVES or not duties.may(DutyAct.CHECK, Level(obligation.unit.level), Role(actor.role)):
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
    """Tell everybody who works in the units that owe, or above them: communes their own, districts and the province one digest each; how many people."""
    messages = []
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
        messages.append(Message(person.pk, key, subject, body, link))
    ledger.notify_all(messages)
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
    if after is None or not duties.may(act, Level(obligation.unit.level), Role(actor.role)):
        raise WrongState(before)
    touched = Obligation.objects.filter(pk=obligation.pk, state=before, version=version).update(state=after, version=F("version") + 1, **stored)
    if not touched:
        raise Stale
    obligation.refresh_from_db(fields=["state", "version", *stored])
    return before


def _refuse_own_work(obligation: Obligation, actor: User) -> None:
    if obligation.done_by_id == actor.pk:
        raise OwnWork


def _record(obligation: Obligation, act: DutyAct, *, actor: User | None, **rest: Any) -> None:
    ledger.record(act=act, kind=selectors.OBLIGATION, key=selectors.key_of(obligation), actor=actor, unit=obligation.unit_id, **rest)


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
            data={"from": _facts(before), "to": _facts(row)},
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
            data={"from": _facts(row), "to": _facts(None)},
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


# The plan of another year.

NOT_YET = "…/KH-UBND"
"""Number of a plan that is not issued yet."""

WORDS: dict[type[models.Model], tuple[str, ...]] = {
    Period: ("name",),
    Target: ("name", "due", "note", "contradiction"),
    Duty: ("text", "due", "evidence", "contradiction"),
    Indicator: ("name", "question", "definition"),
}
"""Texts of a plan that may name its year."""


def new_plan(*, year: int, source: int, number: str = "", actor: User | None = None) -> Plan:
    """Copy the plan of the year `source` to `year`: periods, indicators, targets, duties, with every day shifted by the years between. To be edited.

    Codes stay, so that the same code is the same figure in both years; a period's code gets the new year. Days in texts move where they are written as
    2018-12-31. Raises Unfit, in words, where the year has a plan already, the source has none, or a period's code is taken.
    """
    with transaction.atomic():
        ledger.lock("plan")
        original = Plan.objects.filter(year=source).first()
        if original is None:
            raise Unfit(_("Không có kế hoạch năm %d để chép.") % source)
        if year <= source or not 2011 <= year <= 2100:
            raise Unfit(_("Năm mới phải sau năm %(source)d và không quá 2100; %(year)d thì không được.") % {"source": source, "year": year})
        if Plan.objects.filter(year=year).exists():
            raise Unfit(_("Đã có kế hoạch năm %d; không chép đè lên.") % year)
        years = year - source
        plan = Plan(
            year=year,
            number=number.strip() or NOT_YET,
            title=rules.shift_words(original.title, source, years),
            issued_on=rules.shift(original.issued_on, years),
            issuer=original.issuer,
            provenance=_("chép từ kế hoạch năm %(year)d (%(number)s), chờ sửa; ngày ban hành là giả định")
            % {"year": source, "number": original.number},
            editable=True,
        )
        _check(plan)
        plan.save()
        periods = [_period_later(period, plan, source, years) for period in original.periods.all()]
        indicators = [_later(indicator, plan, source, years) for indicator in original.indicators.all()]
        for indicator in indicators:
            indicator.provenance = (_("chép từ năm %d: ") % source + indicator.provenance)[:200]
        Period.objects.bulk_create(periods)
        by_code = {indicator.code: indicator for indicator in Indicator.objects.bulk_create(indicators)}
        targets = []
        for target in original.targets.select_related("indicator"):
            code = target.indicator.code if target.indicator else ""
            targets.append(_later(target, plan, source, years))
            targets[-1].indicator = by_code.get(code)
        duties = [_later(duty, plan, source, years) for duty in original.duties.all()]
        Target.objects.bulk_create(targets)
        Duty.objects.bulk_create(duties)
        counts = {"periods": len(periods), "indicators": len(indicators), "targets": len(targets), "duties": len(duties)}
        topic = periods[-1].code if periods else ""  # one period is enough to make the figures of all periods of a plan stale
        ledger.record(act="copy", kind="plan", key=str(year), topic=topic, actor=actor, data={"source": source, **counts})
    return plan


def _period_later(period: Period, plan: Plan, source: int, years: int) -> Period:
    """The period of the same kind in the new plan. Raises Unfit."""
    later: Period = _later(period, plan, source, years)
    later.code = period.code.replace(str(source), str(plan.year)) if str(source) in period.code else f"{plan.year}-{period.kind}"
    if Period.objects.filter(code=later.code).exists():
        raise Unfit(_("Mã kỳ %s đã có ở một kế hoạch khác.") % later.code)
    return later


def _later(row: Any, plan: Plan, source: int, years: int) -> Any:
    """The row as it stands in the plan, so many years after its source: days and words shifted."""
    later = type(row)(plan=plan)
    for field in row._meta.concrete_fields:
        if field.primary_key or field.name in ("plan", "indicator"):
            continue
        value = getattr(row, field.name)
        if isinstance(value, date):
            value = rules.shift(value, years)
        elif field.name in WORDS.get(type(row), ()):
            value = rules.shift_words(value, source, years)
        setattr(later, field.name, value)
    _check(later, exclude=("plan", "indicator"))
    return later


def old_words(plan: Plan) -> list[tuple[str, str]]:
    """What the rows of a plan still say of earlier years: (code, the year as written), for whoever edits a copy."""
    rows = [(target.code, (target.name, target.due)) for target in plan.targets.all()]
    rows += [(duty.code, (duty.text, duty.due)) for duty in plan.duties.all()]
    return [(code, old) for code, texts in rows for old in dict.fromkeys(old for text in texts for old in rules.old_years(text, plan.year))]


# Editing a plan.


def revise(*, row: Plan | Period | Indicator | Target | Duty, actor: User) -> list[str]:
    """Save an edited row of a plan that may be edited (`Plan.editable`); the names of the fields that changed, none if nothing did.

    Raises Unfit for a plan of the reference files, ValidationError for what makes no plan.
    """
    plan = row if isinstance(row, Plan) else row.plan
    with transaction.atomic():
        before = type(row).objects.select_for_update().get(pk=row.pk)
        if not Plan.objects.filter(pk=plan.pk, editable=True).exists():
            raise Unfit(_("Kế hoạch năm %d nạp từ tệp tham chiếu nên không sửa ở đây.") % plan.year)
        fields = [field.name for field in row._meta.concrete_fields if getattr(before, field.attname) != getattr(row, field.attname)]
        if fixed := {"id", "code", "kind", "year", "plan", "editable"} & set(fields):
            raise Unfit(_("Không đổi được: %s. Các năm so với nhau theo những mã này.") % ", ".join(sorted(fixed)))
        if not fields:
            return []
        _check(row)
        make_sense(row)
        row.save(update_fields=fields)
        topic = row.code if isinstance(row, Period) else plan.periods.values_list("code", flat=True).first() or ""
        ledger.record(
            act="edit",
            kind=row._meta.model_name or "",
            key=f"{plan.year}/{getattr(row, 'code', '')}".rstrip("/"),
            topic=topic,
            actor=actor,
            data={"from": {name: _plain(before, name) for name in fields}, "to": {name: _plain(row, name) for name in fields}},
        )
    return fields


def _check(row: models.Model, exclude: tuple[str, ...] = ()) -> None:
    """Raise ValidationError where a row breaks its own fields or constraints."""
    row.full_clean(exclude=exclude, validate_unique=not exclude, validate_constraints=not exclude)


def make_sense(row: models.Model) -> None:
    """Raise ValidationError for what the columns alone allow and no plan can mean."""
    match row:
        case Target():
            wrong = _wrong_target(row)
        case Period():
            wrong = {} if row.due_on > row.starts_on else {"due_on": _("Hạn báo cáo phải sau ngày đầu kỳ.")}
        case Indicator():
            wrong = _wrong_indicator(row)
        case Duty():
            backward = row.opens_on and row.due_on and row.due_on < row.opens_on
            wrong = {"due_on": _("Hạn phải từ ngày bắt đầu trở đi.")} if backward else {}
        case _:
            wrong = {}
    if wrong:
        raise ValidationError(wrong)


def _wrong_target(row: Target) -> dict[str, str]:
    wrong = {}
    share = row.unit.startswith("%")
    if row.value < 0 or (share and row.value > 100):
        wrong["value"] = _("Mức đề ra từ 0 trở lên; tỷ lệ không quá 100.")
    if share and row.operator.startswith("<"):
        wrong["operator"] = _("Chỉ tiêu tỷ lệ chỉ đặt mức tối thiểu (>=, >) hoặc đúng bằng (=).")
    if row.indicator and row.indicator.plan_id != row.plan_id:
        wrong["indicator"] = _("Chỉ số này thuộc kế hoạch năm khác.")
    return wrong


def _wrong_indicator(row: Indicator) -> dict[str, str]:
    wrong = {}
    if row.answer and not row.question:
        wrong["question"] = _("Xã phải trả lời thì cần có câu hỏi.")
    if row.answer == rules.Answer.RATIO and not (row.numerator_label and row.denominator_label):
        wrong["numerator_label"] = _("Trả lời bằng tử số, mẫu số thì phải nói rõ mỗi số là gì.")
    return wrong


def _plain(row: models.Model, name: str) -> str:
    """A value as the ledger writes it."""
    value = row.serializable_value(name)
    return "" if value is None else str(value)


# Small registers.


class Closed(Refused):
    """The line was withdrawn, or answered: it stays as it is."""


class Duplicate(Refused):
    """The unit has such a line already: the same term, day, or period and kind."""


PROVEN_BY: dict[type[Record], tuple[tuple[str, str], ...]] = {
    WorkingRules: (("working_rules", "issued_on"),),
    Dialogue: (("dialogue", "held_on"), ("dialogue_summary", "summed_up_on")),
}
"""Register -> (proof of a duty, the field whose days show it)."""

ANSWERERS: dict[str, frozenset[Role]] = {Level.DISTRICT: frozenset({Role.DISTRICT_APPRAISER}), Level.PROVINCE: PROVINCE_ROLES}
"""Who answers difficulties at each level, for its own unit."""


def save_record(*, line: Record, kind: str, values: dict[str, Any], version: int, actor: User) -> Record:
    """Enter a new line of the register `kind` (a line without key, with its unit), or change one that is at this version; the line as it is now.

    The ledger keeps which fields changed, from what to what; words are not copied there, because people may name people. Raises Stale, Closed, Duplicate.
    A difficulty goes to the level above its unit; only the words and days of one that nobody has answered can change.
    """
    with transaction.atomic():
        line, changes = _insert(line, values, actor) if line.pk is None else _change(line, values, version, actor)
        if changes:
            _record_line(line, kind, "enter" if line.version == 1 else "change", actor, data={"changes": changes})
            _prove_by(line, actor)
            if isinstance(line, Difficulty) and line.version == 1:
                _tell_answerers(line)
    return line


def withdraw_record(*, line: Record, kind: str, reason: str, version: int, actor: User) -> None:
    """Take a wrong line out of all figures, with a reason; it stays to be read. Raises Stale, Closed, and ValueError without a reason."""
    if not reason.strip():
        raise ValueError("no reason")
    with transaction.atomic():
        _touch(line, version, withdrawn_at=timezone.now(), withdrawal=reason.strip())
        _record_line(line, kind, "withdraw", actor, reason=reason.strip())
        _prove_by(line, actor)


def answer_difficulty(*, line: Difficulty, kind: str, answer: str, version: int, actor: User) -> None:
    """The level to which a difficulty was routed answers it, or puts its answer right; who raised it is told. Raises Stale, Closed, NotYours, ValueError."""
    if not answer.strip():
        raise ValueError("no answer")
    _require_answerer(line, actor)
    with transaction.atomic():
        day = line.answered_on or timezone.localdate()
        _touch(line, version, answer=answer.strip(), answered_by=actor, answered_on=day)
        _record_line(line, kind, "answer", actor, after=line.routed_to.code)
        if line.recorded_by_id:
            subject = _("Vướng mắc đã được trả lời: %s") % Truncator(line.text).chars(80)
            ledger.notify(
                [line.recorded_by_id], key=f"difficulty/{line.pk}/{line.version}", subject=subject, body=answer.strip(), link=selectors.address(line)
            )


def pass_on(*, line: Difficulty, kind: str, reason: str, version: int, actor: User) -> None:
    """The level that cannot answer hands a difficulty to the one above, and says why. Raises Stale, Closed, NotYours, and ValueError without a reason."""
    above = line.routed_to.parent
    if not reason.strip():
        raise ValueError("no reason")
    _require_answerer(line, actor)
    if above is None:
        raise NotYours
    with transaction.atomic():
        before = line.routed_to.code
        _touch(line, version, unanswered=True, routed_to=above)
        _record_line(line, kind, "pass_on", actor, before=before, after=above.code, reason=reason.strip())
        _tell_answerers(line)


def _insert(line: Record, values: dict[str, Any], actor: User) -> tuple[Record, dict[str, Any]]:
    if isinstance(line, Difficulty):
        if line.unit.parent is None:
            raise NotYours
        line.routed_to = line.unit.parent
    plain, links = _split(line, values)
    for name, value in plain.items():
        setattr(line, name, value)
    line.version, line.recorded_at, line.recorded_by = 1, timezone.now(), actor
    try:
        with transaction.atomic():
            line.save(force_insert=True)
    except IntegrityError as error:
        raise Duplicate from error
    for name, rows in links.items():
        getattr(line, name).set(rows)
    return line, {name: [None, _as_kept(line, name, value)] for name, value in values.items() if value not in (None, "", [])}


def _change(line: Record, values: dict[str, Any], version: int, actor: User) -> tuple[Record, dict[str, Any]]:
    """Write what differs from the stored line; nothing, if nothing does."""
    stored: Any = _rows(line).select_for_update().get(pk=line.pk)
    plain, links = _split(line, values)
    before = {name: getattr(stored, name) for name in plain} | {name: list(getattr(stored, name).all()) for name in links}
    given = plain | links
    changed = [name for name, value in given.items() if value != before[name] and not (name in links and set(value) == set(before[name]))]
    if not changed:
        return stored, {}
    only = {name: plain[name] for name in changed if name in plain}
    try:
        with transaction.atomic():
            _touch(stored, version, unanswered=True, **only, recorded_at=timezone.now(), recorded_by=actor)
    except IntegrityError as error:
        raise Duplicate from error
    for name in changed:
        if name in links:
            getattr(stored, name).set(links[name])
    return stored, {name: [_as_kept(line, name, before[name]), _as_kept(line, name, given[name])] for name in changed}


def _touch(line: Record, version: int, *, unanswered: bool = False, **values: Any) -> None:
    """Change a line that is valid and still at this version, and load it anew. `unanswered`: a difficulty must not have an answer yet."""
    open_rows = _rows(line).valid()
    if unanswered and isinstance(line, Difficulty):
        open_rows = open_rows.filter(answered_on=None)
    if not open_rows.filter(pk=line.pk, version=version).update(**values, version=F("version") + 1):
        raise Stale if open_rows.filter(pk=line.pk).exists() else Closed
    line.refresh_from_db(fields=["version", *values])


def _split(line: Record, values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Values of columns, and rows of links to many."""
    many = {link.name for link in line._meta.many_to_many}
    return {name: value for name, value in values.items() if name not in many}, {name: list(value) for name, value in values.items() if name in many}


def _as_kept(line: Record, name: str, value: Any) -> Any:
    """A value as the ledger keeps it: days, counts and codes as text; of words only that there are some."""
    column = line._meta.get_field(name)
    if value in (None, "", []):
        return None
    if isinstance(column, TextField) or (isinstance(column, CharField) and not column.choices and name not in ("term", "clause")):
        return "…"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [one.code for one in value]
    return value.isoformat() if isinstance(value, date) else value if isinstance(value, bool | int) else str(value)


def _rows(line: Record) -> Any:
    return cast(Any, type(line)).objects


def _prove_by(line: Record, actor: User) -> None:
    """Let the days that the unit's valid lines show now stand for its duties."""
    for proof, name in PROVEN_BY.get(type(line), ()):
        days = _rows(line).valid().filter(unit=line.unit_id).exclude(**{name: None}).values_list(name, flat=True)
        prove(proof=proof, unit=line.unit, days=list(days), actor=actor)


def may_answer(line: Difficulty, actor: User) -> bool:
    """Whether this person answers this difficulty, or passes it on: at the unit to which it was routed, while the line is valid."""
    return line.withdrawn_at is None and actor.unit_id == line.routed_to_id and actor.role in ANSWERERS.get(line.routed_to.level, ())


def _require_answerer(line: Difficulty, actor: User) -> None:
    if not may_answer(line, actor):
        raise NotYours


def _tell_answerers(line: Difficulty) -> None:
    """Tell the people who are to answer."""
    people = [person.pk for person in selectors.to_tell([line.routed_to_id]) if person.role in ANSWERERS.get(line.routed_to.level, ())]
    subject = _("Vướng mắc chờ trả lời, %(unit)s: %(text)s") % {"unit": line.unit.full_name, "text": Truncator(line.text).chars(80)}
    ledger.notify(people, key=f"difficulty/{line.pk}/{line.version}", subject=subject, body=line.text, link=selectors.address(line))


def _record_line(line: Record, kind: str, act: str, actor: User, **rest: Any) -> None:
    """A ledger entry about a line. Figures depend on lines of any day, so all periods look again."""
    ledger.record(act=act, kind=kind, key=selectors.line_key(line), topic=REGISTERS, actor=actor, unit=line.unit_id, **rest)
