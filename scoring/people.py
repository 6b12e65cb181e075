"""What people do about people, beside services.py, which is about forms: assign, share out, criticise. One transaction and one ledger entry each."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from communes.models import Unit
from ledger import services as ledger
from plan2018 import keeping
from plan2018 import services as plan
from plan2018.models import Duty, Period, Record
from plan2018.services import Demand
from scoring import consequences, selectors
from scoring.consequences import Measure, Owed
from scoring.models import Censure, Criterion, Responsibility, Share
from scoring.services import Refused


class Changed(Refused):
    """Somebody changed the assignments after the person loaded the page."""


class Backdated(Refused):
    """The change of a criterion is dated before the day from which its present assignment holds."""

    def __init__(self, criterion: Criterion, since: date) -> None:
        super().__init__(criterion, since)
        self.criterion, self.since = criterion, since


@dataclass(frozen=True)
class Post:
    """Who is to be responsible for a criterion, and the account that enters for them. Nobody: None."""

    person: UUID | None
    account: int | None = None


def assign(*, unit: Unit, since: date, posts: Mapping[Criterion, Post], seen: str, actor: User) -> int:
    """Say who is responsible for criteria of a commune from a day on; how many changed. What is as it was stays.

    `seen` is `selectors.mark` of the assignments of these criteria that the page showed. The ledger keeps criteria and keys of people, no names. Raises Changed, Backdated.
    """
    with transaction.atomic():
        ledger.lock(f"responsibility:{unit.pk}")
        now = {row.criterion_id: row for row in selectors.assigned(unit)}
        changed = {criterion: post for criterion, post in posts.items() if post != _post(now.get(criterion.pk))}
        if changed and seen != selectors.mark(now[one.pk] for one in posts if one.pk in now):
            raise Changed
        for criterion in changed:
            if (row := now.get(criterion.pk)) and since < row.since:
                raise Backdated(criterion, row.since)
        Responsibility.objects.filter(pk__in=[now[one.pk].pk for one in changed if one.pk in now]).update(until=since)
        Responsibility.objects.bulk_create(
            Responsibility(
                unit=unit,
                criterion=criterion,
                person=post.person,
                account_id=post.account,
                since=since,
                recorded_at=timezone.now(),
                recorded_by=actor,
            )
            for criterion, post in changed.items()
            if post.person
        )
        if changed:
            data = {criterion.code: [_key(_post(now.get(criterion.pk))), _key(post)] for criterion, post in changed.items()}
            _record("assign", "responsibility", unit.code, unit.pk, actor, {"since": since.isoformat(), "criteria": data})
    return len(changed)


def _post(row: Responsibility | None) -> Post:
    return Post(row.person, row.account_id) if row else Post(None)


def _key(post: Post) -> list[str | int | None]:
    return [str(post.person) if post.person else None, post.account]


def _record(act: str, kind: str, key: str, unit: int, actor: User, data: dict[str, Any]) -> None:
    ledger.record(act=act, kind=kind, key=key, actor=actor, data=data, unit=unit)


DISTRICT_DUTY = "TK36"
"""The plan's duty under which a district answers for communes with poor results (III.4 gạch 6)."""


def save_censure(*, line: Censure, kind: str, values: dict[str, Any], version: int, actor: User) -> Record:
    """Enter or change a line of the register of censures; the district then owes what follows. Raises as `plan2018.keeping.save_record` does."""
    with transaction.atomic():
        saved = keeping.save_record(line=line, kind=kind, values=values, version=version, actor=actor)
        _demand(saved.unit, actor)
    return saved


def withdraw_censure(*, line: Censure, kind: str, reason: str, version: int, actor: User) -> None:
    """Withdraw a wrong line; what follows from it, and nobody has acted on, is owed no more. Raises as `plan2018.keeping.withdraw_record` does."""
    with transaction.atomic():
        keeping.withdraw_record(line=line, kind=kind, reason=reason, version=version, actor=actor)
        _demand(line.unit, actor)


def _demand(commune: Unit, actor: User) -> None:
    """Let the district owe what follows from all censures of a commune: under the plan of the year after the result, or the newest plan before it."""
    if commune.parent is None:
        return
    told = selectors.censured([commune.pk]).get(commune.pk, {})
    owed = consequences.owed(told.get(consequences.Censure.CRITICISED, ()), told.get(consequences.Censure.REMINDED, ()))
    duties = list(Duty.objects.filter(code=DISTRICT_DUTY).select_related("plan").order_by("plan__year"))
    by_duty: dict[Duty, dict[str, Demand]] = {duty: {} for duty in duties}
    for one in owed if duties else ():
        duty = next((duty for duty in reversed(duties) if duty.plan.year <= one.year + 1), duties[0])
        by_duty[duty][f"{commune.code}-{one.year % 100:02}{one.measure}"] = _as_demand(commune, one)
    for duty, wanted in by_duty.items():
        plan.demand(duty=duty, unit=commune.parent, wanted=wanted, subject=f"{commune.code}-", actor=actor)


def _as_demand(commune: Unit, owed: Owed) -> Demand:
    words = {
        Measure.TRANSFER: _(
            "%(unit)s bị phê bình về kết quả năm %(year)d: báo cáo cấp ủy xem xét điều động Chủ tịch UBND sang công tác khác, tăng cường cán bộ thay thế"
        ),
        Measure.REVIEW: _("%(unit)s bị nhắc nhở về kết quả năm %(year)d: xem xét kiểm điểm trách nhiệm lãnh đạo UBND"),
        Measure.REVIEW_BOTH: _(
            "%(unit)s bị phê bình hai năm liền, %(before)d và %(year)d: xem xét kiểm điểm trách nhiệm cả Chủ tịch HĐND và Chủ tịch UBND"
        ),
    }
    ends = _(" (III.4 gạch 6; kế hoạch không ghi ngày, hạn theo dõi do Sở Nội vụ đặt).")
    said = words[owed.measure] % {"unit": commune.full_name, "year": owed.year, "before": owed.year - 1}
    return Demand(said + ends, None, consequences.due_on(owed.year))


def share_out(*, period: Period, unit: Unit, chosen: Mapping[Criterion, Collection[User]], actor: User) -> bool:
    """Give groups of criteria to people of a district, or of the province, for a period; a group with nobody is open to all. Whether anything changed.

    Raises ValueError for somebody of another unit.
    """
    if any(person.unit_id != unit.pk for people in chosen.values() for person in people):
        raise ValueError("somebody of another unit")
    with transaction.atomic():
        ledger.lock(f"shares:{period.code}:{unit.pk}")
        before = selectors.shares(period.pk, unit.pk)
        now = {group.pk: {person.pk for person in people} for group, people in chosen.items() if people}
        if before == now:
            return False
        Share.objects.filter(period=period, unit=unit).delete()
        Share.objects.bulk_create(
            Share(period=period, unit=unit, group=group, account=person) for group, people in chosen.items() for person in people
        )
        data = {group.code: sorted(person.pk for person in people) for group, people in chosen.items() if people}
        _record("share", "shares", f"{period.code}/{unit.code}", unit.pk, actor, {"groups": data})
    return True
