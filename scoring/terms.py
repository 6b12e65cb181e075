"""Acts about time: the province sets deadlines and grants extensions; people are reminded. One transaction and one ledger entry each."""

from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from communes.rules import Level
from ledger import services as ledger
from plan2018.models import Period
from plan2018.selectors import Reminded
from plan2018.sentences import Owed
from plan2018.services import tell_owed
from scoring import deadlines, selectors
from scoring.deadlines import Limit
from scoring.models import Assessment, Deadline, Extension
from scoring.rules import Act, State
from scoring.sentences import OWED

SUBJECT = "deadline"
"""Kind of the ledger entries of a deadline; the key is period/act."""


def set_deadline(*, period: Period, act: Act, due_at: datetime, locks: bool, reason: str, actor: User) -> bool:
    """Set until when an act is on time in a period, and whether it is refused afterwards; False when that is how it was.

    Forms that were sent keep what was decided then. Raises ValueError without a reason, and for an act without a deadline.
    """
    if act not in deadlines.TIMED:
        raise ValueError(act)
    if not reason.strip():
        raise ValueError("no reason")
    with transaction.atomic():
        Period.objects.select_for_update().get(pk=period.pk)
        before = selectors.limits(period)[act]
        after = Limit(act, due_at, locks)
        if before == after:
            return False
        Deadline.objects.update_or_create(period=period, act=act, defaults={"due_at": due_at, "locks": locks})
        ledger.record(
            act="set",
            kind=SUBJECT,
            key=f"{period.code}/{act}",
            topic=period.code,
            actor=actor,
            before=before.due_at.isoformat(),
            after=due_at.isoformat(),
            reason=reason.strip(),
            data={"locks": [before.locks, locks]},
        )
    return True


def extend(*, assessment: Assessment, until: datetime, reason: str, actor: User) -> Extension:
    """Give more time for the act that a form waits for, or change what was given before. Late stays late.

    Raises ValueError without a reason, for a form that waits for nothing, and for a moment that is past or not after the deadline.
    """
    if not reason.strip():
        raise ValueError("no reason")
    now = timezone.now()
    with transaction.atomic():
        state = State(Assessment.objects.select_for_update().values_list("state", flat=True).get(pk=assessment.pk))
        if (act := deadlines.NEXT.get(state)) is None:
            raise ValueError(state)
        limit = selectors.limits_of(assessment, selectors.extensions(assessment))[act]
        if until <= max(now, limit.due_at):
            raise ValueError(until)
        extension, _created = Extension.objects.update_or_create(
            assessment=assessment, act=act, defaults={"until": until, "reason": reason.strip(), "granted_by": actor, "granted_at": now}
        )
        ledger.record(
            act=deadlines.EXTEND,
            kind=selectors.SUBJECT,
            key=assessment.key,
            topic=assessment.period.code,
            actor=actor,
            reason=reason.strip(),
            data={"act": act, "from": limit.extended_to and limit.extended_to.isoformat(), "to": until.isoformat()},
            unit=assessment.unit_id,
        )
    return extension


def remind(today: date) -> int:
    """Tell people of forms that are due or overdue on the days of `deadlines.REMINDERS`: communes their own, districts and the province one digest each.

    How many people were told, or had been told the same day before: a second run writes nothing new.
    """
    return tell_owed(_owed(selectors.forms_to_remind(today)), f"forms/{today.isoformat()}", reverse("home"), today)


def _owed(forms: list[tuple[Assessment, Limit]]) -> list[Reminded]:
    """Who owes what: a commune its form; a district, and the province, once for all the forms that wait for them until the same day."""
    zone = timezone.get_current_timezone()
    owed: dict[tuple[int, str, str, date], Reminded] = {}
    for form, limit in forms:
        path = [form.unit, form.unit.parent, form.unit.parent and form.unit.parent.parent]
        units = [unit for unit in path[deadlines.TIMED.index(limit.act) :] if unit]
        owes, above = units[0], units[1] if len(units) > 1 else None
        day = deadlines.last_day(limit.ends_at, zone)
        named = Owed(_("Phiếu"), str(OWED[limit.act]), form.period.code, day, owes.full_name, Level(owes.level), above.full_name if above else "")
        owed.setdefault((owes.pk, limit.act, form.period.code, day), Reminded(tuple(unit.pk for unit in units), named))
    return list(owed.values())
