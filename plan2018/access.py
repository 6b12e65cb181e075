"""The doors to the plan: periods are everybody's, unknown ones do not exist; reports and duties are those of one's area, and software reads neither.

Who only reads is decided by one's own role, who acts by the role in which one acts today (`accounts.access.role_of`).
"""

from collections.abc import Collection
from collections.abc import Set as AbstractSet
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.access import get_unit, require, require_acting, role_of, scope, units
from accounts.models import User
from accounts.rules import COMMUNE_ROLES, Role
from communes.models import Unit
from communes.rules import Level
from plan2018 import duties, rules, selectors
from plan2018.duties import DutyAct
from plan2018.models import Difficulty, Duty, Obligation, Period, Plan, Record

READERS = frozenset(Role) - {Role.API_CLIENT}
"""Who reads duties and small registers: what people write there may name people. Software has the figures by the API."""


def get_period(code: str) -> Period:
    """The period of this code, with its plan; else Http404."""
    try:
        return Period.objects.select_related("plan").get(code=code)
    except Period.DoesNotExist as error:
        raise Http404(_("Không có kỳ %s.") % code) from error


def get_periods(code: str, *related: str) -> tuple[Period, list[Period]]:
    """The period of this code (none: the newest) and the other periods, those of its plan first, by one query; else Http404.

    `related` names what else is loaded with each period.
    """
    periods = selectors.periods(*related)
    asked = next((period for period in reversed(periods) if code in ("", period.code)), None)
    if asked is None:
        raise Http404(_("Không có kỳ %s.") % code)
    return asked, sorted((period for period in periods if period != asked), key=lambda period: period.plan_id != asked.plan_id)


def get_reporting_place(user: User, period_code: str, unit_code: str) -> tuple[Period, Unit]:
    """The period and the unit of the user's area whose reported figures it is about; else Http404. PermissionDenied for software: it has the API."""
    period = get_period(period_code)
    unit = get_unit(user, unit_code, period.ends_on)
    require(user, set(Role) - {Role.API_CLIENT})
    return period, unit


def may_report(user: User, unit: Unit) -> bool:
    """Whether the user reports for this unit: a commune's own people alone; those above read."""
    return unit.level == Level.COMMUNE and unit.pk == user.unit_id and role_of(user) in COMMUNE_ROLES


def get_place_to_report(user: User, period_code: str, unit_code: str) -> tuple[Period, Unit]:
    """The same, if the user reports for this commune; else Http404 or PermissionDenied."""
    period, unit = get_reporting_place(user, period_code, unit_code)
    if not may_report(user, unit):
        raise PermissionDenied(_("Số liệu của xã do chính xã báo cáo; cấp trên chỉ xem."))
    return period, unit


def get_standpoint(user: User, code: str, plan: Plan) -> Unit:
    """The unit from which duties are looked at: one in the user's area by its code, or the user's own; else Http404 or PermissionDenied."""
    unit = get_unit(user, code, selectors.day_of(plan)) if code else user.unit
    require(user, READERS)
    return unit


def get_plan_of_duties(year: str) -> tuple[Plan, list[Duty], list[Plan]]:
    """The plan of this year (none: the newest) with its duties, and all plans; else Http404. Plans are everybody's."""
    every = selectors.duties_of_plans()
    plans = list(dict.fromkeys(duty.plan for duty in every))
    plan = next((plan for plan in plans if year in ("", str(plan.year))), None)
    if plan is None:
        raise Http404(_("Chưa có kế hoạch nào của năm này."))
    return plan, [duty for duty in every if duty.plan_id == plan.pk], plans


def get_obligation(user: User, pk: int) -> Obligation:
    """An obligation of a unit in the user's area; else Http404, for software PermissionDenied."""
    area = scope(user)
    rows = Obligation.objects.select_related("duty__plan", "unit__parent__parent", "document", "done_by__unit", "checked_by__unit")
    found = (rows if area is None else rows.under(area)).filter(pk=pk).first()
    if found is None:
        raise Http404(_("Không có việc này trong phạm vi của bạn."))
    require(user, READERS)
    return found


def get_obligations(user: User, pks: Collection[int]) -> list[Obligation]:
    """Those of these obligations that lie in the user's area, the first due first."""
    area = scope(user)
    rows = Obligation.objects.select_related("duty__plan", "unit").filter(pk__in=pks)
    return list(rows if area is None else rows.under(area))


def require_checker(user: User) -> None:
    """Raise PermissionDenied unless the user checks what some units report."""
    require_acting(user, frozenset().union(*duties.CHECKERS.values()))


def get_obligation_to(user: User, pk: int, act: DutyAct) -> Obligation:
    """An obligation to which the user's role may do this act; else Http404 or PermissionDenied."""
    found = get_obligation(user, pk)
    if not duties.may(act, Level(found.unit.level), role_of(user)):
        raise PermissionDenied(_("Vai trò của bạn không làm được việc này."))
    return found


def get_duty(user: User, year: int, code: str) -> Duty:
    """A duty of the plan of a year; else Http404, for software PermissionDenied. What is shown of it is the user's area."""
    found = Duty.objects.select_related("plan").filter(plan__year=year, code=code).first()
    if found is None:
        raise Http404(_("Không có nhiệm vụ %s.") % code)
    require(user, READERS)
    return found


def may_say_happened(user: User, duty: Duty) -> bool:
    """Whether the user's unit owes this duty when something happens, and the user may say that it did."""
    level = Level(user.unit.level)
    return duty.frequency == "event" and level in duties.levels_of(duty.levels) and duties.may(DutyAct.HAPPEN, level, role_of(user))


def get_duty_to_say_happened(user: User, year: int, code: str) -> Duty:
    """The duty, if the user may say that what it speaks of has happened; else Http404 or PermissionDenied."""
    found = get_duty(user, year, code)
    if not may_say_happened(user, found):
        raise PermissionDenied(_("Nhiệm vụ này không ghi phát sinh ở đơn vị của bạn."))
    return found


def checks(user: User, level: str) -> bool:
    """Whether the user checks what units of this level report."""
    return duties.may(DutyAct.CHECK, Level(level), role_of(user))


def require_calendar(user: User) -> None:
    """Raise PermissionDenied unless the user may have a calendar: whoever reads duties."""
    require(user, READERS)


def get_owner_of_calendar(secret: str) -> User:
    """Whose calendar this address leads to; Http404 for an address that nobody has (any more) and for a closed account.

    The secret is looked for by its digest, so how long the answer takes tells nothing of it.
    """
    owner = User.objects.select_related("unit").filter(calendar_feed__digest=rules.secret_digest(secret), is_active=True).first()
    if owner is None or owner.role not in READERS:
        raise Http404(_("Không có lịch này."))
    return owner


def get_place(user: User, code: str, period_code: str) -> tuple[Unit, Period, list[Period]]:
    """The unit in the user's area whose small registers it is about, the period (none named: the newest) and the others; else Http404 or PermissionDenied."""
    asked, others = get_periods(period_code)
    unit = get_unit(user, code, asked.ends_on)
    require(user, READERS)
    return unit, asked, others


def may_keep(user: User, place: Unit, keepers: AbstractSet[Role], levels: AbstractSet[Level], *, own: bool) -> bool:
    """Whether the user keeps a register of this place (which it sees): by its role; `own`: of its own unit alone, where that is of these levels."""
    return role_of(user) in keepers and (not own or (place.pk == user.unit_id and Level(place.level) in levels))


def get_line(user: User, model: type[Record], code: str, pk: int, period_code: str) -> tuple[Any, Period]:
    """A line, withdrawn or not, of a unit in the user's area, and the period (none named: the newest); else Http404 or PermissionDenied."""
    asked, _others = get_periods(period_code)
    rows = cast(Any, model).objects.select_related("unit__parent__parent", "document", "recorded_by")
    if model is Difficulty:
        rows = rows.select_related("routed_to__parent")
    line = rows.filter(unit__in=units(user).filter(code=code), pk=pk).first()
    if line is None:
        raise Http404(_("Không có dòng này trong phạm vi của bạn."))
    require(user, READERS)
    return line, asked
