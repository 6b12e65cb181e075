"""What people do about people, beside services.py, which is about forms: assign, delegate, criticise. One transaction and one ledger entry each."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from communes.models import Unit
from plan2018 import services as plan
from plan2018.models import Duty, Record
from plan2018.services import Demand
from scoring import consequences, selectors
from scoring.consequences import Measure, Owed
from scoring.models import Censure

DISTRICT_DUTY = "TK36"
"""The plan's duty under which a district answers for communes with poor results (III.4 gạch 6)."""


def save_censure(*, line: Censure, kind: str, values: dict[str, Any], version: int, actor: User) -> Record:
    """Enter or change a line of the register of censures; the district then owes what follows. Raises as `plan2018.services.save_record` does."""
    with transaction.atomic():
        saved = plan.save_record(line=line, kind=kind, values=values, version=version, actor=actor)
        _demand(saved.unit, actor)
    return saved


def withdraw_censure(*, line: Censure, kind: str, reason: str, version: int, actor: User) -> None:
    """Withdraw a wrong line; what follows from it, and nobody has acted on, is owed no more. Raises as `plan2018.services.withdraw_record` does."""
    with transaction.atomic():
        plan.withdraw_record(line=line, kind=kind, reason=reason, version=version, actor=actor)
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
